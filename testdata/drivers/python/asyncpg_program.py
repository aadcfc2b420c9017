"""asyncpg: what its users do, printed. Its values are always binary."""
import asyncio
import datetime as dt
import io
import os
import ssl
import uuid
from decimal import Decimal

import asyncpg

from topics import run, show, topic

LONG = "SELECT count(*) FROM generate_series(1, 1000000) a, generate_series(1, 1000000) b WHERE (a + b) % 7 = 3"
AT = dt.datetime(2024, 2, 29, 13, 14, 15, 123456)
COLUMNS = {
    "i2": ("int2", -7), "i4": ("int4", 1 << 30), "i8": ("int8", 1 << 60), "f4": ("float4", 1.5), "f8": ("float8", 0.1), "n": ("numeric(12,3)", Decimal("123.456")), "b": ("bool", True),
    "t": ("text", "héllo 'q' \\"), "v": ("varchar(10)", "short"), "c": ("char(3)", "ab"), "y": ("bytea", b"\x00\x01\xff"), "d": ("date", AT.date()), "tm": ("time", AT.time()), "ts": ("timestamp", AT),
    "tz": ("timestamptz", AT.replace(tzinfo=dt.timezone.utc)), "iv": ("interval", dt.timedelta(days=3, seconds=4, microseconds=5)), "u": ("uuid", uuid.UUID("a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11")),
    "j": ("json", '{"a": 1}'), "jb": ("jsonb", '{"b": [1, null]}'), "o": ("oid", 4000000000), "ia": ("int4[]", [1, None, 3]), "ta": ("text[]", ["x", None, ""]), "da": ("date[]", [AT.date()]),
    "na": ("numeric(6,2)[]", [Decimal("1.25")]), "ua": ("uuid[]", [uuid.UUID(int=5)]), "fa": ("float8[]", [1.5, None]), "tsa": ("timestamptz[]", [AT.replace(tzinfo=dt.timezone.utc)]),
}


def show_all(records):
    show(len(records))
    for r in records:
        show({k: str(v) if isinstance(v, uuid.UUID) else v for k, v in r.items()})


async def fails(coroutine):
    try:
        show("no error", await coroutine)
    except asyncpg.PostgresError as e:
        show(type(e).__name__, e.sqlstate, str(e), getattr(e, "position", None))


@topic
async def connect(conn):
    show(conn.get_server_version().major, conn.get_settings().server_encoding, conn.get_settings().application_name, conn.is_in_transaction())
    show(await conn.fetchval("SELECT 1 + 1"), await conn.fetchrow("SELECT current_user, $1::int AS n", 4), await conn.execute("SELECT 1; SELECT 2"))
    show(await conn.fetchval("SHOW application_name"))


@topic
async def password_and_TLS(_):
    password = os.environ["VISITOR_PASSWORD"]
    for context in (False, ssl.create_default_context(cafile=os.environ["CA_FILE"])):
        conn = await asyncpg.connect(user="visitor", password=password, ssl=context)
        show(await conn.fetchrow("SELECT current_user, (SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid())"))
        await conn.close()
        await fails(asyncpg.connect(user="visitor", password="wrong", ssl=context))


@topic
async def types(conn):
    await conn.execute("CREATE TABLE typed (id int, " + ", ".join(f"{name} {kind}" for name, (kind, _) in COLUMNS.items()) + ")")
    marks = ", ".join(f"${i + 1}" for i in range(len(COLUMNS) + 1))
    show(await conn.execute(f"INSERT INTO typed VALUES ({marks})", 1, *[v for _, v in COLUMNS.values()]))
    show(await conn.execute(f"INSERT INTO typed VALUES ({marks})", 2, *[None] * len(COLUMNS)))
    show_all(await conn.fetch("SELECT * FROM typed ORDER BY id"))
    for name in ("i2", "i8", "f8", "n", "b", "t", "y", "d", "tm", "ts", "tz", "iv", "u", "ia", "ta"):
        show(name, await conn.fetchval(f"SELECT id FROM typed WHERE {name} = $1", COLUMNS[name][1]))


@topic
async def parameters(conn):
    show(await conn.fetchrow("SELECT $1::text || 'x' AS t, $2 + 1 AS n, $3::timestamptz AS at, $4::interval AS iv", "a", 4, AT.replace(tzinfo=dt.timezone.utc), dt.timedelta(hours=5)))
    show_all(await conn.fetch("SELECT x FROM generate_series(1, 10) x WHERE x = ANY($1) ORDER BY x LIMIT $2 OFFSET $3", [2, 3, 5, 7], 2, 1))
    await fails(conn.fetch("SELECT $1::int", "x"))
    try:
        await conn.fetch("SELECT $1::int", 1, 2)
    except asyncpg.InterfaceError as e:
        show(str(e).splitlines()[0])


@topic
async def prepared(conn):
    await conn.execute("CREATE TABLE wares (id int, name text)")
    insert = await conn.prepare("INSERT INTO wares VALUES ($1, $2)")
    for i in range(10):
        await insert.fetch(i, f"ware {i}")
    pick = await conn.prepare("SELECT id, name FROM wares WHERE id = $1")
    show([(p.name, p.kind) for p in pick.get_parameters()], [(a.name, a.type.name, a.type.oid) for a in pick.get_attributes()], pick.get_statusmsg())
    for i in (1, 5, 70):
        show(await pick.fetchrow(i), await pick.fetchval(i, column=1))
    show(pick.get_statusmsg(), pick.get_query())
    await conn.executemany("INSERT INTO wares VALUES ($1, $2)", [(i, f"many {i}") for i in range(100, 600)])
    await fails(conn.executemany("INSERT INTO wares VALUES (1000 / $1, 'bad')", [(1,), (0,)]))
    show(await conn.fetchrow("SELECT count(*), sum(id) FROM wares"))
    show_all(await conn.fetchmany("SELECT name FROM wares WHERE id = $1", [(1,), (2,)]) if hasattr(conn, "fetchmany") else [])


@topic
async def transactions(conn):
    await conn.execute("CREATE TABLE moves (x int)")
    async with conn.transaction():
        await conn.execute("INSERT INTO moves VALUES (1)")
        try:
            async with conn.transaction():  # a savepoint
                await conn.execute("INSERT INTO moves VALUES (2)")
                await conn.execute("SELECT 1 / 0")
        except asyncpg.DivisionByZeroError as e:
            show(str(e), conn.is_in_transaction())
        await conn.execute("INSERT INTO moves VALUES (3)")
    tr = conn.transaction(isolation="repeatable_read", readonly=True)
    await tr.start()
    await fails(conn.execute("INSERT INTO moves VALUES (4)"))
    await tr.rollback()
    show_all(await conn.fetch("SELECT x FROM moves ORDER BY x"))


@topic
async def cursors(conn):
    async with conn.transaction():
        show([r["x"] async for r in conn.cursor("SELECT x FROM generate_series(1, 20) x ORDER BY x", prefetch=7)])
        total = 0
        async for r in conn.cursor("SELECT x FROM generate_series(1, $1::int) x", 5000, prefetch=300):
            total += r["x"]
        show(total)
        cur = await conn.cursor("SELECT x FROM generate_series(1, 10) x ORDER BY x")
        show(await cur.fetchrow(), await cur.fetch(3), await cur.fetch(100), await cur.fetchrow())
        cur = await conn.cursor("SELECT x FROM generate_series(1, 10) x ORDER BY x")
        show(await cur.forward(3), await cur.fetchrow(), await cur.forward(100), await cur.fetchrow())
        statement = await conn.prepare("SELECT $1::text AS t, x FROM generate_series(1, 3) x")
        show([tuple(r) async for r in statement.cursor("a")])


@topic
async def copy(conn):
    await conn.execute("CREATE TABLE copied (id int, name text, at timestamp, amount numeric(10,2))")
    rows = [(i, None if i % 7 == 0 else f"name\t{i}", AT + dt.timedelta(minutes=i), Decimal(i) / 4) for i in range(2000)]
    show(await conn.copy_records_to_table("copied", records=rows))
    show(await conn.copy_records_to_table("copied", records=[(9000, "columns")], columns=["id", "name"]))
    show(await conn.copy_to_table("copied", source=io.BytesIO(b'id,name\n9001,"a ""quoted"" one"\n'), format="csv", header=True, columns=["id", "name"]))
    for options in ({"format": "csv", "header": True}, {"format": "text"}, {"format": "binary"}):
        out = io.BytesIO()
        show(await conn.copy_from_query("SELECT * FROM copied WHERE id < $1 OR id >= 9000 ORDER BY id", 2, output=out, **options), out.getvalue())
    out = io.BytesIO()
    show(await conn.copy_from_table("copied", output=out, columns=["id"]), sum(int(line) for line in out.getvalue().split()))
    await fails(conn.copy_to_table("copied", source=io.BytesIO(b"x\ty\tz\tw\n")))
    show(await conn.fetchrow("SELECT count(*), count(name), sum(id), sum(amount), max(at) FROM copied"))


@topic
async def errors(conn):
    for statement in ("SELEKT 1", "SELECT nothing", "SELECT * FROM absent", "SELECT 'x'::int", "SELECT 1 / 0", "SELECT nofunction(1)"):
        await fails(conn.execute(statement))
        await fails(conn.fetch(statement))
    notices = []
    conn.add_log_listener(lambda _, message: notices.append((message.severity, message.sqlstate, message.message)))
    await conn.execute("DROP TABLE IF EXISTS never_was")
    await asyncio.sleep(0)
    show(notices, await conn.fetchval("SELECT 'still here'"))


@topic
async def special_values(conn):
    show(await conn.fetchrow("SELECT 'NaN'::float8 AS nan, '-Infinity'::float4 AS inf, ''::text AS nothing, ''::bytea AS no_bytes, '{}'::int4[] AS none, '0001-01-01'::date AS old"))
    show(await conn.fetchrow("SELECT 'infinity'::timestamp AS ever, '-infinity'::date AS never, '9999-12-31 23:59:59.999999'::timestamp AS late, 'infinity'::timestamptz AS tz"))
    show(await conn.fetchrow("SELECT 1 AS a, '{\"a\": [1]}'::jsonb AS j, NULL AS n"))


@topic
async def type_information(conn):
    await conn.execute("CREATE TABLE pair (a int, b text, c numeric(6,2), d int[]); INSERT INTO pair VALUES (1, 'x', 1.5, '{1,2}'), (2, NULL, NULL, NULL)")
    for query in ("SELECT p FROM pair p ORDER BY a", "SELECT array_agg(p ORDER BY a) AS all FROM pair p", "SELECT ROW(1, 'x'::text, 2.5) AS r"):
        show(await conn.fetch(query))
    statement = await conn.prepare("SELECT p, b FROM pair p")
    show([(a.name, a.type.name, a.type.kind, a.type.schema) for a in statement.get_attributes()])
    await conn.set_type_codec("jsonb", schema="pg_catalog", encoder=str, decoder=lambda text: ("decoded", text))
    await conn.set_type_codec("pair", schema="public", encoder=tuple, decoder=lambda fields: ("pair", fields), format="tuple")
    show(await conn.fetchrow("SELECT '{\"a\": 1}'::jsonb AS j, p FROM pair p WHERE a = 1"))


@topic
async def timeouts(conn):
    await conn.execute("SET statement_timeout = '20s'")  # for a cancel that comes between two messages, which PostgreSQL drops
    try:
        await conn.fetch(LONG, timeout=1.5)
    except TimeoutError as e:
        show(type(e).__name__)
    show(await conn.fetchval("SELECT 'alive'"))
    await conn.execute("SET statement_timeout = 200")
    await fails(conn.fetch(LONG))


@topic
async def reset_and_pool(conn):
    await conn.execute("SET search_path = pg_catalog")
    await conn.reset()
    show(await conn.fetchval("SHOW search_path"))
    async with asyncpg.create_pool(min_size=2, max_size=3) as pool:
        show(sum(await asyncio.gather(*[pool.fetchval("SELECT $1::int * 2", i) for i in range(30)])))


@topic
async def large_result(conn):
    rows = await conn.fetch("SELECT x, x::float8 / 8 AS f, 'text ' || x AS t FROM generate_series(1, 100000) x")
    show(len(rows), sum(r["x"] + r["f"] + len(r["t"]) for r in rows))


@topic
async def enums(conn):
    await conn.execute("CREATE TYPE tone AS ENUM ('low', 'middle', 'high'); CREATE TABLE tones (id int, t tone, ts tone[])")
    await conn.execute("INSERT INTO tones VALUES ($1, $2, $3), (2, 'low', NULL)", 1, "high", ["low", None, "high"])
    await conn.copy_records_to_table("tones", records=[(3, "middle", []), (4, None, None)])
    show_all(await conn.fetch("SELECT * FROM tones ORDER BY t, id"))
    show_all(await conn.fetch("SELECT id FROM tones WHERE t > $1 AND t = ANY($2::tone[]) ORDER BY id", "low", ["high", "middle"]))
    await fails(conn.execute("INSERT INTO tones VALUES (5, $1)", "loud"))
    pick = await conn.prepare("SELECT t, ts, max(t) OVER () AS most FROM tones WHERE t = $1")
    show([(p.name, p.kind, p.schema) for p in pick.get_parameters()], [(a.name, a.type.name, a.type.kind) for a in pick.get_attributes()])
    await conn.execute("ALTER TYPE tone ADD VALUE 'shrill'")
    await conn.execute("INSERT INTO tones VALUES (5, $1)", "shrill")
    show(await conn.fetchval("SELECT max(t) FROM tones"), await conn.fetchval("SELECT enum_range(NULL::tone)"))


run(lambda: asyncpg.connect(server_settings={"application_name": "program", "timezone": "UTC"}))
