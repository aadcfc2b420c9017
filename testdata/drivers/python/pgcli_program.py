"""pgcli: what it asks for its completion, what it completes, and a session without a terminal, printed."""
import os
import subprocess
import sys
import tempfile
import threading

from pgcli.completion_refresher import CompletionRefresher
from pgcli.pgcompleter import PGCompleter
from pgcli.pgexecute import PGExecute
from pgspecial.main import PGSpecial
from prompt_toolkit.document import Document

from topics import run, show, topic

OBJECTS = """
CREATE SCHEMA store;
CREATE TABLE store.makers (id int PRIMARY KEY, name varchar(40) NOT NULL);
CREATE TABLE store.wares (maker int REFERENCES store.makers (id), code varchar(10), price numeric(10,2) DEFAULT 0, PRIMARY KEY (maker, code));
CREATE TABLE sold (id serial PRIMARY KEY, maker int, code varchar(10), amount int NOT NULL DEFAULT 1, FOREIGN KEY (maker, code) REFERENCES store.wares (maker, code));
CREATE TABLE "Mixed Case" ("a b" int, "Select" text);
CREATE VIEW amounts AS SELECT code, amount FROM sold;
COMMENT ON TABLE sold IS 'what is sold'
"""
OURS = ("miniodb", "pg_toast")  # schemas that only one of the servers has


def rows(iterable):
    for row in sorted(map(str, iterable)):
        show(row)


@topic
def start(executor):
    for statement in OBJECTS.split(";\n"):
        list(executor.run(statement))
    show(executor.user, executor.dbname == os.environ["PGDATABASE"], executor.server_version.split(" ")[0], executor.superuser, executor.is_virtual_database())
    show(executor.search_path(), executor.get_timezone(), executor.failed_transaction(), executor.valid_transaction())


@topic
def completion_queries(executor):
    rows(s for s in executor.schemata() if s not in OURS)
    rows(t for t in executor.tables() if t[0] not in OURS)
    rows(v for v in executor.views() if v[0] not in OURS)
    rows(c for c in executor.table_columns() if c[0] not in OURS)
    rows(c for c in executor.view_columns() if c[0] not in OURS)
    rows(executor.foreignkeys())
    rows(d for d in executor.datatypes() if d[0] not in OURS)
    show(os.environ["PGDATABASE"] in executor.databases())
    rows(w for w in executor.casing())


@topic
def functions(executor):
    rows(f for f in executor.functions() if not f.func_name.startswith("plpgsql_"))


@topic
def definitions(executor):
    for spec in ("absent",):
        try:
            show(executor.function_definition(spec))
        except Exception as e:
            show(type(e).__name__, str(e).splitlines()[0])
    for spec in ("absent", "sold"):
        try:
            show(executor.view_definition(spec))
        except Exception as e:
            show(type(e).__name__, str(e).splitlines()[0])


@topic
def completion(executor):
    """The completer is filled in the background, as at the start of a session, and asked as keys do."""
    done, filled = threading.Event(), []
    special = PGSpecial()
    CompletionRefresher().refresh(executor, special, lambda completer: (filled.append(completer), done.set()), settings={"single_connection": True})
    show(done.wait(60))
    completer = filled[0]
    for text in ("SELECT * FROM s", "SELECT  FROM sold", "SELECT * FROM store.", "INSERT INTO store.wares (", "SELECT * FROM sold JOIN store.wares ON ", "SELECT \"M", "SELECT low", "\\d so", "SELECT 1::jso"):
        at = 7 if text == "SELECT  FROM sold" else len(text)
        found = completer.get_completions(Document(text, at), None)
        show("--", text)
        show(sorted({c.text for c in found if c.display_meta_text != "keyword" and "miniodb" not in c.text})[:40])


def session(arguments):
    """pgcli as a process: what it prints, without times."""
    with tempfile.TemporaryDirectory() as home:
        env = {**os.environ, "HOME": home, "XDG_CONFIG_HOME": home, "PAGER": "cat", "COLUMNS": "200"}
        done = subprocess.run(
            [os.path.join(os.path.dirname(sys.executable), "pgcli"), "--less-chatty", "--no-password", *arguments],
            stdin=subprocess.DEVNULL, env=env, capture_output=True, text=True, timeout=60, check=False,
        )
    show("status", done.returncode)
    for line in (done.stdout + done.stderr).splitlines():
        if not line.startswith("Time:") and "CPR" not in line:
            show(line.rstrip())


@topic
def commands(_):
    statements = (
        "SELECT code, sum(amount) FROM sold GROUP BY code", "INSERT INTO sold (id, code, amount) VALUES (1, 'a', 2), (2, 'b', 3)", "TABLE sold", "SELECT 1 AS one; SELECT NULL, 'héllo'",
        "\\d sold", "\\d store.wares", "\\d amounts", "\\dt", "\\dt store.*", "\\dv", "\\ds", "\\di", "\\dn public", "\\df lower", "\\dp sold", "\\dT jsonb", "\\dm", "\\dD",
    )
    session([part for statement in statements for part in ("-c", statement)])
    for statement in ("SELECT * FROM absent", "SELECT 1/0"):
        session(["-c", statement])


@topic
def script(_):
    with tempfile.NamedTemporaryFile("w", suffix=".sql") as f:
        f.write("BEGIN;\nINSERT INTO sold (id, code, amount) VALUES (3, 'c', 4);\nROLLBACK;\nSELECT count(*) FROM sold;\nSELECT * FROM sold ORDER BY id \\G\n")
        f.flush()
        session(["-f", f.name])
    session(["--tuples-only", "-c", "SELECT id, amount FROM sold ORDER BY id"])


def connect():
    executor = PGExecute(os.environ["PGDATABASE"], os.environ["PGUSER"], "", os.environ["PGHOST"], os.environ["PGPORT"])
    executor.close = executor.conn.close
    return executor


run(connect)
