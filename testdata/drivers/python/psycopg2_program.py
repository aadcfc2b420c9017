"""psycopg2: what its users do, printed."""
import datetime as dt
import io
import os
import uuid
from decimal import Decimal

import psycopg2
import psycopg2.extras as extras

from topics import repeatedly, run, show, topic

extras.register_uuid()
LONG = "SELECT count(*) FROM generate_series(1, 1000000) a, generate_series(1, 1000000) b WHERE (a + b) % 7 = 3"


def fails(cur, query, args=None):
    try:
        cur.execute(query, args)
        show("no error")
    except psycopg2.Error as e:
        show(type(e).__name__, e.pgcode, e.diag.message_primary, e.diag.statement_position)


@topic
def connect(conn):
    show(conn.server_version // 10000, conn.encoding, conn.get_parameter_status("standard_conforming_strings"), conn.get_transaction_status())
    cur = conn.cursor()
    cur.execute("SELECT current_user, 1 + 1")
    show(cur.fetchone(), conn.get_transaction_status(), cur.rowcount, cur.statusmessage)
    conn.rollback()
    show(conn.get_transaction_status(), conn.isolation_level, conn.autocommit)


@topic
def password_and_TLS(_):
    password, ca = os.environ["VISITOR_PASSWORD"], os.environ["CA_FILE"]
    for options in ({}, {"sslmode": "require"}, {"sslmode": "verify-full", "sslrootcert": ca, "channel_binding": "require"}):
        conn = psycopg2.connect("", user="visitor", password=password, **options)
        cur = conn.cursor()
        cur.execute("SELECT current_user")
        show(cur.fetchone(), conn.info.ssl_in_use, conn.info.used_password)
        conn.close()
    try:
        psycopg2.connect("", user="visitor", password="wrong")
    except psycopg2.OperationalError as e:
        show(str(e).partition("failed: ")[2].strip())


@topic
def types(conn):
    cur = conn.cursor()
    cur.execute("""CREATE TABLE typed (id int, i2 int2, i8 int8, f4 float4, f8 float8, n numeric(12,3), b bool, t text, v varchar(10), c char(3), y bytea, d date, tm time,
        ts timestamp, tz timestamptz, iv interval, u uuid, j json, jb jsonb, ia int[], ta text[], da date[])""")
    at = dt.datetime(2024, 2, 29, 13, 14, 15, 123456)
    row = (1, -7, 1 << 60, 1.5, 0.1, Decimal("123.456"), True, "héllo 'q' \\ %", "short", "ab", b"\x00\x01\xff\\", at.date(), at.time(), at, at.replace(tzinfo=dt.timezone.utc),
           dt.timedelta(days=3, seconds=4, microseconds=5), uuid.UUID("a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"), extras.Json({"a": 1}), extras.Json({"b": [1, None]}),
           [1, None, 3], ["x", 'y "z" \\', None, ""], [at.date()])
    marks = ", ".join(["%s"] * len(row))
    cur.execute(f"INSERT INTO typed VALUES ({marks})", row)
    cur.execute(f"INSERT INTO typed VALUES ({marks})", (2,) + (None,) * (len(row) - 1))
    cur.execute("SELECT * FROM typed ORDER BY id")
    for column in cur.description:
        show(column.name, column.type_code, column.internal_size, column.precision, column.scale)
    for found in cur:
        for value in found:
            show(bytes(value) if isinstance(value, memoryview) else value)
    cur.execute("SELECT count(*) FROM typed WHERE ts = %s AND y = %s AND u = %s AND ia = %s AND d IN %s", (row[13], row[10], row[16], [1, None, 3], (at.date(), dt.date(2000, 1, 1))))
    show(cur.fetchone())


@topic
def cursors(conn):
    cur = conn.cursor(cursor_factory=extras.DictCursor)
    cur.execute("SELECT x, x * x AS square FROM generate_series(1, 5) x ORDER BY x")
    show(cur.fetchone()["square"], [dict(r) for r in cur.fetchmany(2)], cur.rownumber, cur.fetchall())
    cur = conn.cursor(cursor_factory=extras.NamedTupleCursor)
    cur.execute("SELECT 1 AS a, 'x' AS b")
    show(cur.fetchall())
    cur = conn.cursor(cursor_factory=extras.RealDictCursor)
    cur.execute("SELECT 1 AS a, 'x' AS b")
    show([dict(r) for r in cur.fetchall()])
    cur = conn.cursor()
    cur.execute("SELECT x FROM generate_series(1, 10) x ORDER BY x")
    cur.scroll(4)
    show(cur.fetchone())


@topic
def named_cursors(conn):
    with conn.cursor("plain") as cur:
        cur.itersize = 300
        cur.execute("SELECT x FROM generate_series(1, 1000) x")
        show(sum(row[0] for row in cur))
    with conn.cursor("parts") as cur:
        cur.execute("SELECT x, x || 'th' AS name FROM generate_series(%s, %s) x", (1, 10))
        show(cur.fetchone(), [c.name for c in cur.description], cur.fetchmany(3), cur.fetchall(), cur.fetchone())
    with conn.cursor("held", withhold=True) as cur:
        cur.execute("SELECT x FROM generate_series(1, 4) x")
        show(cur.fetchone())
        conn.commit()
        show(cur.fetchall())
    conn.commit()
    fails(conn.cursor("bad"), "SELECT * FROM absent")


@topic
def transactions(conn):
    cur = conn.cursor()
    cur.execute("CREATE TABLE moves (x int)")
    conn.commit()
    with conn, conn.cursor() as c:
        c.execute("INSERT INTO moves VALUES (1)")
    try:
        with conn, conn.cursor() as c:
            c.execute("INSERT INTO moves VALUES (2)")
            c.execute("SELECT 1 / 0")
    except psycopg2.errors.DivisionByZero as e:
        show(e.pgcode, e.pgerror.strip())
    fails(cur, "SELECT 1 / 0")
    fails(cur, "SELECT 1")
    conn.rollback()
    conn.set_session(isolation_level="REPEATABLE READ", readonly=True)
    fails(cur, "INSERT INTO moves VALUES (3)")
    conn.rollback()
    conn.set_session(isolation_level="DEFAULT", readonly=False, autocommit=True)
    cur.execute("INSERT INTO moves VALUES (4)")
    show(conn.get_transaction_status())
    cur.execute("SHOW transaction_isolation")
    show(cur.fetchone())
    cur.execute("SELECT x FROM moves ORDER BY x")
    show(cur.fetchall())


@topic
def many(conn):
    cur = conn.cursor()
    cur.execute("CREATE TABLE many (id int, name text, at timestamp)")
    at = dt.datetime(2024, 1, 1)
    cur.executemany("INSERT INTO many VALUES (%s, %s, %s)", [(i, f"n{i}", at) for i in range(50)])
    extras.execute_batch(cur, "INSERT INTO many VALUES (%s, %s, %s)", [(i, None, at) for i in range(50, 150)], page_size=40)
    extras.execute_values(cur, "INSERT INTO many (id, name, at) VALUES %s", [(i, f"it's {i}", at + dt.timedelta(seconds=i)) for i in range(150, 1150)], page_size=300)
    extras.execute_values(cur, "INSERT INTO many VALUES %s", [(i,) for i in range(3)], template="(%s, 'templated', now()::timestamp)")
    cur.execute("SELECT count(*), count(name), sum(id), min(name), max(name) FROM many")
    show(cur.fetchone())
    show(extras.execute_values(cur, "SELECT v.a + m.id FROM (VALUES %s) AS v (a) JOIN many m ON m.id = v.a AND m.name LIKE 'n%%' ORDER BY 1", [(3,), (4,), (700,)], fetch=True))


@topic
def copy(conn):
    cur = conn.cursor()
    cur.execute("CREATE TABLE copied (id int, name text)")
    cur.copy_expert("COPY copied FROM STDIN (FORMAT csv, HEADER)", io.StringIO('id,name\n1,"a ""quoted"" one"\n2,\n'))
    show(cur.rowcount)
    cur.copy_from(io.StringIO("".join(f"{i}|line {i}\n" for i in range(10, 2000))), "copied", sep="|", columns=("id", "name"))
    show(cur.rowcount)
    out = io.StringIO()
    cur.copy_expert("COPY (SELECT * FROM copied WHERE id < 12 ORDER BY id) TO STDOUT (FORMAT csv, HEADER)", out)
    show(out.getvalue())
    out = io.BytesIO()
    cur.copy_expert("COPY (SELECT * FROM copied WHERE id < 12 ORDER BY id) TO STDOUT (FORMAT binary)", out)
    show(out.getvalue())
    cur.copy_expert("COPY copied FROM STDIN (FORMAT binary)", io.BytesIO(out.getvalue()))
    out = io.StringIO()
    cur.copy_to(out, "copied", columns=("id",), null="none")
    show(sum(int(line) for line in out.getvalue().splitlines()))
    conn.commit()
    for text in ("x\ty\n", "1\n", "1\ty\tz\n"):
        try:
            cur.copy_expert("COPY copied FROM STDIN", io.StringIO(text))
        except psycopg2.Error as e:
            show(e.pgcode, e.diag.message_primary, e.diag.context)
        conn.rollback()


@topic
def errors(conn):
    conn.autocommit = True
    cur = conn.cursor()
    for statement in ("SELEKT 1", "SELECT nothing", "SELECT * FROM absent", "SELECT 'x'::int", "SELECT 1 / 0", "SELECT nofunction(1)"):
        fails(cur, statement)
    fails(cur, "SELECT %s::int", ("x",))
    cur.execute("SELECT 1; SELECT 2 AS b, 3 AS c")
    show(cur.fetchall(), [c.name for c in cur.description])
    cur.execute("DROP TABLE IF EXISTS never_was")
    show(conn.notices)


@topic
def cancelling(conn):
    conn.autocommit = True
    cur = conn.cursor()
    with repeatedly(conn.cancel):
        fails(cur, LONG)
    cur.execute("SET statement_timeout = 200")
    fails(cur, LONG)
    cur.execute("RESET statement_timeout; SELECT 'alive'")
    show(cur.fetchone())


@topic
def large_result(conn):
    cur = conn.cursor()
    cur.execute("SELECT x, x::float8 / 8, 'text ' || x FROM generate_series(1, 100000) x")
    show(cur.rowcount, sum(r[0] + r[1] + len(r[2]) for r in cur))


def connection():
    conn = psycopg2.connect("", application_name="program")
    conn.cursor().execute("SET TIME ZONE 'UTC'")
    conn.commit()
    return conn


run(connection)
