"""psycopg 3: what its users do, printed."""
import datetime as dt
import enum
import os
import uuid
from decimal import Decimal

import psycopg
from psycopg import rows, sql
from psycopg.types.json import Json, Jsonb
from psycopg.types import TypeInfo
from psycopg.types.enum import EnumInfo, register_enum
from psycopg.types.composite import CompositeInfo, register_composite
from psycopg.types.multirange import MultirangeInfo
from psycopg.types.range import RangeInfo

from topics import repeatedly, run, show, topic

ONE_OF_EACH = [
    ("int2", -7), ("int4", 1 << 30), ("int8", 1 << 60), ("float4", 1.5), ("float8", 0.1), ("numeric(12,3)", Decimal("123.456")),
    ("bool", True), ("text", "héllo 'quoted' \\ "), ("varchar(10)", "short"), ("bytea", b"\x00\x01\xff\\"), ("date", dt.date(2024, 2, 29)),
    ("time", dt.time(13, 14, 15, 123456)), ("timestamp", dt.datetime(2024, 2, 29, 13, 14, 15, 123456)),
    ("timestamptz", dt.datetime(2024, 2, 29, 13, 14, 15, 123456, dt.timezone.utc)), ("interval", dt.timedelta(days=3, seconds=4, microseconds=5)),
    ("uuid", uuid.UUID("a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11")), ("int4[]", [1, None, 3]), ("text[]", ["x", 'y "z"', None, ""]),
    ("date[]", [dt.date(1999, 12, 31)]), ("numeric(9,2)[]", [Decimal("1.25")]),
]


@topic
def connect(conn):
    show(conn.info.server_version // 10000, conn.info.parameter_status("server_encoding"), conn.info.parameter_status("standard_conforming_strings"))
    show(conn.info.status.name, conn.info.transaction_status.name, conn.info.timezone, conn.info.encoding)
    show(conn.execute("SELECT current_user, 1 + 1").fetchone())
    show(conn.info.transaction_status.name)
    conn.rollback()
    show(conn.info.transaction_status.name)


@topic
def password_and_TLS(_):
    password, ca = os.environ["VISITOR_PASSWORD"], os.environ["CA_FILE"]
    for options in ({}, {"sslmode": "require"}, {"sslmode": "verify-full", "sslrootcert": ca, "channel_binding": "require"}):
        with psycopg.connect(user="visitor", password=password, **options) as conn:
            show(conn.execute("SELECT current_user, (SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid())").fetchone(), conn.pgconn.ssl_in_use, conn.pgconn.used_password)
    for options in ({"password": "wrong"}, {"password": ""}):
        try:
            psycopg.connect(**({"user": "visitor"} | options))
        except psycopg.OperationalError as e:
            show(e.sqlstate, str(e).partition("failed: ")[2].partition("failed: ")[2].replace(ca, "CA").splitlines()[0])


@topic
def types_as_parameters(conn):
    columns = ", ".join(f"c{i} {name}" for i, (name, _) in enumerate(ONE_OF_EACH))
    conn.execute(f"CREATE TABLE types (id int, {columns}, j json, jb jsonb)")
    marks = ", ".join(["%s"] * (len(ONE_OF_EACH) + 3))
    values = [v for _, v in ONE_OF_EACH] + [Json({"a": [1, None]}), Jsonb({"b": {"c": "d"}})]
    conn.execute(f"INSERT INTO types VALUES ({marks})", [1] + values)
    binary = marks.replace("%s", "%b")
    conn.execute(f"INSERT INTO types VALUES ({binary})", [2] + values)
    conn.execute(f"INSERT INTO types VALUES ({marks.replace('%s', '%t')})", [3] + values)
    conn.execute(f"INSERT INTO types VALUES ({marks})", [4] + [None] * (len(values)))
    for as_binary in (False, True):
        for row in conn.cursor(binary=as_binary).execute("SELECT * FROM types ORDER BY id"):
            for value in row:
                show(value)
    cur = conn.execute("SELECT * FROM types")
    for column in cur.description:
        show(column.name, column.type_code, column.type_display, column.precision, column.scale, column.internal_size, column.display_size)


@topic
def parameters_without_a_table(conn):
    for kind, value in ONE_OF_EACH:
        if kind == "numeric(12,3)":  # docs/clients.md: numeric without a scale
            continue
        show(conn.execute("SELECT %s", [value]).fetchone()[0], conn.cursor(binary=True).execute("SELECT %b", [value]).fetchone()[0])
    show(conn.execute("SELECT %(a)s + %(b)s, %(a)s::text", {"a": 1, "b": 2}).fetchone())
    show(conn.execute("SELECT x FROM generate_series(1, 10) x WHERE x = ANY(%s) ORDER BY x LIMIT %s OFFSET %s", [[2, 3, 5, 7], 2, 1]).fetchall())
    show(conn.execute("SELECT %s::text || 'x', coalesce(%s, 4), upper(%s)", ["a", None, "b"]).fetchone())


@topic
def row_factories(conn):
    query = "SELECT x, x * x AS square FROM generate_series(1, 3) x ORDER BY x"
    for factory in (rows.tuple_row, rows.dict_row, rows.namedtuple_row, rows.scalar_row):
        show(conn.cursor(row_factory=factory).execute(query).fetchall())
    cur = conn.execute(query)
    show(cur.fetchone(), cur.fetchmany(1), cur.fetchall(), cur.fetchone(), cur.rowcount, cur.statusmessage)


@topic
def transactions(conn):
    conn.execute("CREATE TABLE moves (x int)")
    conn.commit()
    with conn.transaction():
        conn.execute("INSERT INTO moves VALUES (1)")
        try:
            with conn.transaction():  # a savepoint
                conn.execute("INSERT INTO moves VALUES (2)")
                raise psycopg.Rollback()
        except psycopg.Rollback:
            show("not caught by the block")
        with conn.transaction("named"):
            conn.execute("INSERT INTO moves VALUES (3)")
    show(conn.execute("SELECT x FROM moves ORDER BY x").fetchall())
    conn.rollback()
    try:
        with conn.transaction():
            conn.execute("INSERT INTO moves VALUES (4)")
            conn.execute("SELECT 1 / 0")
    except psycopg.errors.DivisionByZero as e:
        show(e.sqlstate, e.diag.message_primary, e.diag.severity)
    show(conn.execute("SELECT count(*) FROM moves").fetchone())
    conn.rollback()
    conn.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
    show(conn.execute("SHOW transaction_isolation").fetchone())
    conn.rollback()
    conn.isolation_level = None
    conn.read_only = True
    try:
        conn.execute("INSERT INTO moves VALUES (5)")
    except psycopg.errors.ReadOnlySqlTransaction as e:
        show(e.sqlstate, e.diag.message_primary)
    conn.rollback()
    conn.read_only = None
    conn.autocommit = True
    show(conn.execute("INSERT INTO moves SELECT * FROM generate_series(10, 14)").rowcount, conn.info.transaction_status.name)


@topic
def errors(conn):
    conn.autocommit = True
    for statement in ("SELEKT 1", "SELECT nothing", "SELECT * FROM absent", "SELECT 'x'::int", "SELECT 1 / 0", "SELECT nofunction(1)"):
        try:
            conn.execute(statement)
        except psycopg.Error as e:
            show(type(e).__name__, e.sqlstate, e.diag.message_primary, e.diag.statement_position)
    for statement, value in (("SELECT %s::int", "x"), ("SELECT * FROM generate_series(1, %s) y WHERE nope = 1", 1)):
        try:
            conn.execute(statement, [value])
        except psycopg.Error as e:
            show(type(e).__name__, e.sqlstate, e.diag.message_primary, e.diag.statement_position)
    show(conn.execute("SELECT 'still here'").fetchone())


@topic
def prepared_statements(conn):
    conn.autocommit = True
    conn.prepare_threshold = 2
    for i in range(6):
        show(conn.execute("SELECT %s + 1, %s::text", [i, "v"]).fetchone())
    conn.execute("CREATE TABLE prepared (x int)")
    for i in range(5):
        conn.execute("INSERT INTO prepared VALUES (%s)", [i])
    show(conn.execute("SELECT sum(x) FROM prepared", prepare=True).fetchone())
    conn.execute("DROP TABLE prepared")
    conn.execute("CREATE TABLE prepared (x text)")
    conn.execute("INSERT INTO prepared VALUES ('other type')")
    show(conn.execute("SELECT x FROM prepared").fetchall())
    conn.execute("DEALLOCATE ALL")
    show(conn.execute("SELECT %s + 1, %s::text", [7, "again"]).fetchone())


@topic
def many(conn):
    conn.execute("CREATE TABLE many (id int, name text)")
    cur = conn.cursor()
    cur.executemany("INSERT INTO many VALUES (%s, %s)", [(i, f"n{i}") for i in range(500)])
    show(cur.rowcount)
    cur.executemany("SELECT name FROM many WHERE id = %s", [(1,), (2,), (300,)], returning=True)
    while True:
        show(cur.fetchall())
        if not cur.nextset():
            break
    show(conn.execute("SELECT count(*), sum(id), min(name), max(name) FROM many").fetchone())


@topic
def pipeline(conn):
    conn.autocommit = True
    conn.execute("CREATE TABLE piped (x int)")
    with conn.pipeline() as p:
        cursors = [conn.execute("INSERT INTO piped VALUES (%s)", [i]) for i in range(20)]
        total = conn.execute("SELECT count(*), sum(x) FROM piped")
        p.sync()
        show([c.rowcount for c in cursors], total.fetchone())
    try:
        with conn.pipeline():
            conn.execute("INSERT INTO piped VALUES (100)")
            conn.execute("SELECT * FROM absent")
            conn.execute("INSERT INTO piped VALUES (101)")
    except psycopg.Error as e:
        show(type(e).__name__, e.sqlstate)
    show(conn.execute("SELECT count(*) FROM piped WHERE x >= 100").fetchone())
    with conn.pipeline():
        with conn.transaction():
            conn.execute("INSERT INTO piped VALUES (200)")
        show(conn.execute("SELECT count(*) FROM piped WHERE x = 200").fetchone())


@topic
def server_side_cursors(conn):
    with conn.cursor("plain") as cur:
        cur.itersize = 300
        cur.execute("SELECT x FROM generate_series(1, 1000) x")
        show(sum(row[0] for row in cur))
    with conn.cursor("fetching") as cur:
        cur.execute("SELECT x, x || 'th' AS name FROM generate_series(1, 10) x")
        show([c.name for c in cur.description], [c.type_code for c in cur.description])
        show(cur.fetchone(), cur.fetchmany(3), cur.fetchall(), cur.fetchone())
    with conn.cursor("parameters", binary=True) as cur:
        cur.execute("SELECT x::float8 FROM generate_series(%s::int, %s) x", [5, 9])
        show(cur.fetchmany(2), cur.fetchmany(10))
    with conn.cursor("held", withhold=True) as cur:
        cur.execute("SELECT x FROM generate_series(1, 4) x")
        show(cur.fetchone())
        conn.commit()
        show(cur.fetchall())


@topic
def copy(conn):
    conn.execute("CREATE TABLE copied (id int, name text, at timestamp, amount numeric(10,2))")
    data = [(i, None if i % 7 == 0 else f"tab\there {i}\n", dt.datetime(2024, 1, 1) + dt.timedelta(minutes=i), Decimal(i) / 4) for i in range(1000)]
    cur = conn.cursor()
    with cur.copy("COPY copied FROM STDIN") as out:
        for row in data:
            out.write_row(row)
    show(cur.rowcount, cur.statusmessage)
    with cur.copy("COPY copied FROM STDIN (FORMAT binary)") as out:
        out.set_types(["int4", "text", "timestamp", "numeric"])
        for row in data:
            out.write_row(row)
    show(cur.rowcount)
    with cur.copy("COPY copied (id, name) FROM STDIN (FORMAT csv, HEADER)") as out:
        out.write('id,name\n5000,"a ""quoted"" one"\n5001,\n')
    show(cur.execute("SELECT count(*), count(name), sum(id), sum(amount), max(at) FROM copied").fetchone())
    with cur.copy("COPY (SELECT * FROM copied WHERE id < 3 OR id >= 5000 ORDER BY id, name) TO STDOUT") as source:
        for row in source.rows():
            show(row)
    with cur.copy("COPY (SELECT * FROM copied WHERE id < 2 ORDER BY id) TO STDOUT (FORMAT binary)") as source:
        source.set_types(["int4", "text", "timestamp", "numeric"])
        for row in source.rows():
            show(row)
    with cur.copy("COPY (SELECT id, name FROM copied WHERE id >= 5000 ORDER BY id) TO STDOUT (FORMAT csv, HEADER, FORCE_QUOTE *)") as source:
        for block in source:
            show(bytes(block))
    conn.commit()
    try:
        with cur.copy("COPY copied FROM STDIN") as out:
            out.write("1\tx\tnot a time\t1\n")
    except psycopg.Error as e:
        show(e.sqlstate, e.diag.message_primary, e.diag.context)
    conn.rollback()
    try:
        with cur.copy("COPY copied FROM STDIN") as out:
            out.write_row((1, "x", None, None))
            raise KeyError("given up")
    except KeyError as e:
        show("given up", str(e))
    conn.rollback()
    show(cur.execute("SELECT count(*) FROM copied").fetchone())


@topic
def composing_statements(conn):
    name = sql.Identifier('odd "name"')
    conn.execute(sql.SQL("CREATE TABLE {} (a int, {} text)").format(name, sql.Identifier("Mixed Case")))
    conn.execute(sql.SQL("INSERT INTO {} VALUES ({}, {})").format(name, sql.Literal(4), sql.Literal("it's \\ here")))
    cur = conn.execute(sql.SQL("SELECT * FROM {}").format(name))
    show([c.name for c in cur.description], cur.fetchall())
    cur = psycopg.ClientCursor(conn)
    show(cur.mogrify("SELECT %s, %s, %s", [1, "x'y", dt.date(2024, 1, 2)]))
    show(cur.execute("SELECT %s, %s, %s", [1, "x'y", dt.date(2024, 1, 2)]).fetchone())


@topic
def several_statements(conn):
    cur = conn.execute("SELECT 1 AS a; SELECT 2 AS b, 3 AS c; CREATE TABLE several (x int); INSERT INTO several VALUES (1), (2)")
    while True:
        show(cur.statusmessage, [c.name for c in cur.description] if cur.description else None, cur.fetchall() if cur.description else cur.rowcount)
        if not cur.nextset():
            break


@topic
def type_information(conn):
    conn.autocommit = True
    conn.execute("CREATE TABLE pair (a int, b text, c numeric(6,2), d int[]); INSERT INTO pair VALUES (1, 'x', 1.5, '{1,2}'), (2, NULL, NULL, NULL)")
    for name in ("pair", "public.pair", "text", "int4", "pg_catalog.bool", "absent"):
        info = TypeInfo.fetch(conn, name)
        show(name, info and (info.name, info.oid < 16384, info.regtype, info.delimiter))
    show(RangeInfo.fetch(conn, "int4range"), MultirangeInfo.fetch(conn, "int4multirange"))
    info = CompositeInfo.fetch(conn, "pair")
    show(info.name, info.field_names, info.field_types)
    register_composite(info, conn)
    for binary in (False, True):
        show(conn.execute("SELECT p, (p).b FROM pair p ORDER BY a", binary=binary).fetchall())
        show(conn.execute("SELECT array_agg(p ORDER BY a) FROM pair p", binary=binary).fetchall())


@topic
def streaming(conn):
    cur = conn.cursor()
    total = count = 0
    for x, text in cur.stream("SELECT x, 'row ' || x FROM generate_series(1, 20000) x"):
        total += x + len(text)
        count += 1
    show(count, total)
    show(sum(r[0] for r in conn.cursor(binary=True).execute("SELECT x FROM generate_series(1, 50000) x")))


@topic
def cancelling(conn):
    conn.autocommit = True
    long = "SELECT count(*) FROM generate_series(1, 1000000) a, generate_series(1, 1000000) b WHERE (a + b) % 7 = 3"
    with repeatedly(conn.cancel_safe):
        try:
            conn.execute(long)
        except psycopg.errors.QueryCanceled as e:
            show(e.sqlstate, e.diag.message_primary)
    conn.execute("SET statement_timeout = 200")
    try:
        conn.execute(long)
    except psycopg.errors.QueryCanceled as e:
        show(e.sqlstate, e.diag.message_primary)
    show(conn.execute("RESET statement_timeout; SELECT 'alive'").nextset())


class Tone(enum.Enum):
    low = "low"
    high = "high"


@topic
def enums(conn):
    conn.execute("CREATE TYPE tone AS ENUM ('low', 'high')")
    conn.execute("CREATE TABLE tones (id int, t tone, ts tone[])")
    info = EnumInfo.fetch(conn, "tone")
    show(info.name, info.labels)
    register_enum(info, conn, Tone)
    conn.execute("INSERT INTO tones VALUES (1, %s, %s), (2, %b, %t)", [Tone.high, [Tone.low, None], Tone.low, [Tone.high]])
    for binary in (False, True):
        show(conn.cursor(binary=binary).execute("SELECT t, ts FROM tones WHERE t >= %s ORDER BY t", [Tone.low]).fetchall())
    with conn.cursor().copy("COPY tones FROM STDIN (FORMAT binary)") as copy:
        copy.set_types(["int4", "tone", "tone[]"])
        copy.write_row((3, Tone.low, [Tone.low]))
    with conn.cursor().copy("COPY (SELECT * FROM tones ORDER BY id) TO STDOUT (FORMAT binary)") as copy:
        copy.set_types(["int4", "tone", "tone[]"])
        show(list(copy.rows()))
    try:
        conn.execute("INSERT INTO tones VALUES (4, %s)", ["loud"])
    except psycopg.errors.InvalidTextRepresentation as e:
        show(e.sqlstate, e.diag.message_primary)


run(psycopg.connect)
