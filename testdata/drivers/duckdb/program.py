"""DuckDB with ATTACH ... (TYPE postgres): what its users do, printed."""
import glob
import os
import sys

import duckdb
import duckdb_extension_postgres_scanner

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "python"))
from topics import run, show, topic  # noqa: E402

TYPES = ("id int, i2 int2, i8 int8, f4 float4, f8 float8, n numeric(12,3), b bool, t text, v varchar(10), y bytea, d date, tm time, ts timestamp, tz timestamptz, iv interval, u uuid, "
         "j json, jb jsonb, ia int[], ta text[]")
ROW = ("1, -7, 1152921504606846976, 1.5, 0.1, 123.456, true, 'héllo', 'short', '\\x0001ff', '2024-02-29', '13:14:15.123456', '2024-02-29 13:14:15.123456', '2024-02-29 13:14:15.123456+02', "
       "'1 day 02:03:04', 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', '{\"a\": 1}', '{\"b\": [1, null]}', '{1,NULL,3}', '{x,NULL}'")


def execute(conn, statement):
    conn.execute("CALL postgres_execute('p', $1)", [statement])


def rows(conn, query):
    for row in conn.execute(query).fetchall():
        show([str(v) for v in row])


def fails(conn, query):
    try:
        conn.execute(query)
        show("no error")
    except duckdb.Error as e:
        show(type(e).__name__, str(e).rpartition("ERROR:")[2].strip().splitlines()[0])


@topic
def attach(conn):
    execute(conn, f"CREATE TABLE typed ({TYPES})")
    execute(conn, "CREATE VIEW seen AS SELECT id, t FROM typed")
    conn.execute("CALL pg_clear_cache()")
    rows(conn, "SELECT table_name, column_name, data_type, is_nullable FROM information_schema.columns WHERE table_catalog = 'p' AND table_schema = 'public' ORDER BY table_name, ordinal_position")


@topic
def types(conn):
    execute(conn, f"INSERT INTO typed VALUES ({ROW})")
    execute(conn, "INSERT INTO typed (id) VALUES (2)")
    rows(conn, "SELECT COLUMNS(*)::VARCHAR FROM p.typed ORDER BY id")
    conn.execute("INSERT INTO p.typed SELECT * REPLACE (id + 10 AS id) FROM p.typed")
    rows(conn, "SELECT COLUMNS(*)::VARCHAR FROM p.typed WHERE id > 10 ORDER BY id")
    rows(conn, "SELECT * FROM p.seen ORDER BY id")


@topic
def filters(conn):
    conn.execute("CREATE TABLE p.numbers (id INTEGER, name VARCHAR, made TIMESTAMP)")
    conn.execute("INSERT INTO p.numbers SELECT i, 'n' || i, TIMESTAMP '2024-01-01' + INTERVAL (i) HOUR FROM range(5000) r(i)")
    for where in ("id = 7", "id IN (1, 2, 3)", "name = 'n42'", "name LIKE 'n499%'", "made >= '2024-07-27'", "id BETWEEN 10 AND 20 AND name <> 'n15'", "id IS NULL", "id > 4990 OR name = 'n1'"):
        rows(conn, f"SELECT count(*), min(name), max(made) FROM p.numbers WHERE {where}")
    rows(conn, "SELECT id % 3 AS k, count(*), sum(id) FROM p.numbers GROUP BY k ORDER BY k")
    rows(conn, "SELECT id, name FROM p.numbers ORDER BY id DESC LIMIT 2")
    rows(conn, "SELECT a.id, l.x FROM p.numbers a JOIN (VALUES (1, 'one'), (2, 'two')) l(id, x) USING (id) ORDER BY a.id")


@topic
def transactions(conn):
    conn.execute("CREATE TABLE p.moves (x INTEGER)")
    conn.execute("BEGIN")
    conn.execute("INSERT INTO p.moves VALUES (1), (2)")
    rows(conn, "SELECT count(*) FROM p.moves")
    conn.execute("ROLLBACK")
    conn.execute("BEGIN")
    conn.execute("INSERT INTO p.moves VALUES (3)")
    conn.execute("CREATE TABLE p.also (y VARCHAR)")
    conn.execute("COMMIT")
    rows(conn, "SELECT x FROM p.moves")
    rows(conn, "SELECT count(*) FROM p.also")
    conn.execute("DROP TABLE p.also")
    conn.execute("CREATE TABLE p.made AS SELECT x, x * 2 AS y FROM p.moves")
    rows(conn, "SELECT * FROM p.made")
    conn.execute("CREATE SCHEMA p.other")
    conn.execute("CREATE TABLE p.other.t AS SELECT 1 AS one")
    rows(conn, "SELECT * FROM p.other.t")


@topic
def pass_through(conn):
    rows(conn, "SELECT * FROM postgres_query('p', 'SELECT x, current_user AS who FROM generate_series(1, 3) x ORDER BY x')")
    rows(conn, "SELECT count(*) FROM postgres_scan('', 'public', 'numbers')")
    fails(conn, "SELECT * FROM postgres_query('p', 'SELECT * FROM absent')")
    fails(conn, "CALL postgres_execute('p', 'SELEKT 1')")
    rows(conn, "SELECT 'still here'")


@topic
def large_scan(conn):
    execute(conn, "CREATE TABLE big AS SELECT x, 'text ' || x AS t FROM generate_series(1, 200000) x")
    conn.execute("CALL pg_clear_cache()")
    rows(conn, "SELECT count(*), sum(x), max(t) FROM p.big")


def connection():
    conn = duckdb.connect()
    here = os.path.dirname(duckdb_extension_postgres_scanner.__file__)
    conn.load_extension(glob.glob(os.path.join(here, "extensions", "*", "postgres_scanner.duckdb_extension"))[0])
    conn.execute("SET TimeZone = 'UTC'")
    conn.execute("SET pg_use_ctid_scan = false")  # docs/clients.md: rows have no ctid
    conn.execute("ATTACH '' AS p (TYPE postgres)")
    return conn


run(connection)
