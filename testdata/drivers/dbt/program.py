"""dbt: a small project, built twice, tested and documented, printed."""
import contextlib
import json
import os
import shutil
import sys
import tempfile

import psycopg2
from dbt.cli.main import dbtRunner

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "python"))
from topics import run, show, topic  # noqa: E402

HERE = os.path.dirname(os.path.abspath(__file__))
WORK = tempfile.mkdtemp()
PROJECT = os.path.join(WORK, "project")
DBT = dbtRunner()
os.environ.update({"DO_NOT_TRACK": "1", "HOME": WORK})


def dbt(*arguments):
    """Run dbt in this process, which saves its start, and show what it says of each node."""
    with contextlib.redirect_stdout(sys.stderr):
        result = DBT.invoke([*arguments, "--project-dir", PROJECT, "--profiles-dir", PROJECT, "--log-level", "none", "--log-path", WORK])
    show("success", result.success, result.exception)
    path = os.path.join(PROJECT, "target", "run_results.json")
    if os.path.exists(path):
        with open(path, encoding="utf-8") as f:
            for r in sorted(json.load(f)["results"], key=lambda r: r["unique_id"]):
                message = r["message"] or ""
                if r["status"] in ("error", "fail"):
                    message = message.replace(PROJECT, "").replace(os.environ["PGDATABASE"], "<database>")
                show(r["unique_id"], r["status"], r["failures"], message)
        os.remove(path)


def query(connection, sql):
    with connection.cursor() as cursor:
        cursor.execute(sql)
        for row in cursor.fetchall():
            show([str(v) for v in row])


@topic
def seed(connection):
    dbt("seed")
    query(connection, "SELECT * FROM analytics_raw.orders ORDER BY id LIMIT 3")
    dbt("seed", "--full-refresh", "--select", "customers")
    query(connection, "SELECT count(*), max(joined) FROM analytics_raw.customers")


@topic
def build(connection):
    dbt("build", "--exclude-resource-type", "seed")
    query(connection, "SELECT * FROM analytics.customer_totals ORDER BY customer_id")
    query(connection, "SELECT * FROM analytics_reports.rates ORDER BY customer_id")
    query(connection, "SELECT count(*), sum(orders), sum(amount) FROM analytics.orders_by_day")


@topic
def second_run(connection):
    """Tables are replaced, the incremental one grows, also by a column."""
    dbt("run", "--vars", '{"until": "2024-02-20"}')
    query(connection, "SELECT count(*), sum(orders), sum(amount) FROM analytics.orders_by_day")
    dbt("run", "--select", "orders_by_day", "--vars", '{"until": "2024-03-01", "with_largest": true}')
    query(connection, "SELECT count(*), sum(orders), sum(amount), max(largest) FROM analytics.orders_by_day")
    dbt("build", "--select", "orders_by_day", "--full-refresh")
    query(connection, "SELECT count(*), sum(orders) FROM analytics.orders_by_day")


@topic
def relations(connection):
    query(connection, "SELECT * FROM analytics_dbt_test__audit.fails_on_purpose ORDER BY order_id LIMIT 2")
    query(connection, "SELECT table_schema, table_name, table_type FROM information_schema.tables WHERE table_schema LIKE 'analytics%' ORDER BY 1, 2")


@topic
def documentation(connection):
    dbt("docs", "generate")
    with open(os.path.join(PROJECT, "target", "catalog.json"), encoding="utf-8") as f:
        catalog = json.load(f)
    show(catalog["errors"])
    for name, node in sorted(catalog["nodes"].items()):
        show(name, {k: v for k, v in node["metadata"].items() if k != "database"}, [[c["name"], c["type"], c["index"], c["comment"]] for c in node["columns"].values()])


def connect():
    connection = psycopg2.connect("")
    connection.autocommit = True
    return connection


shutil.copytree(os.path.join(HERE, "project"), PROJECT)
try:
    run(connect)
finally:
    shutil.rmtree(WORK)
