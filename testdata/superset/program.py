"""Apache Superset and MiniODB: connects, adds datasets, draws charts through its REST API over HTTP. What it draws is compared with what Python computes of the same rows."""
import collections
import datetime as dt
import json
import logging
import os
import sys
import threading

import psycopg2
import requests
from werkzeug.serving import make_server

REGIONS = ("north", "south", "east", "it's west")
ROWS = [
    {"id": i, "region": REGIONS[i % 4], "at": dt.datetime(2024, 1, 1) + dt.timedelta(minutes=97 * i), "amount": i * 25 % 1000 / 4, "paid": i % 3 == 0, "note": None if i % 5 else f"note {i}"}
    for i in range(4000)
]
# What each grain makes of a time (superset/db_engine_specs/postgres.py).
GRAINS = {
    "PT1M": lambda t: t.replace(second=0),
    "PT15M": lambda t: t.replace(minute=t.minute // 15 * 15, second=0),
    "PT1H": lambda t: t.replace(minute=0, second=0),
    "P1D": lambda t: dt.datetime(t.year, t.month, t.day),
    "P1W": lambda t: dt.datetime(t.year, t.month, t.day) - dt.timedelta(days=t.weekday()),
    "P1M": lambda t: dt.datetime(t.year, t.month, 1),
    "P3M": lambda t: dt.datetime(t.year, (t.month - 1) // 3 * 3 + 1, 1),
    "P1Y": lambda t: dt.datetime(t.year, 1, 1),
}


def fill():
    """The table, with its rows."""
    with psycopg2.connect(os.environ["DSN"]) as conn, conn.cursor() as cur:
        cur.execute("CREATE TABLE sales (id int PRIMARY KEY, region varchar(20) NOT NULL, at timestamp, amount numeric(10,2), paid boolean, note text)")
        cur.execute("COMMENT ON TABLE sales IS 'what was sold'")
        cur.execute("CREATE VIEW paid_sales AS SELECT * FROM sales WHERE paid")
        for start in range(0, len(ROWS), 1000):
            part = ROWS[start:start + 1000]
            values = b",".join(cur.mogrify("(%s, %s, %s, %s, %s, %s)", tuple(r.values())) for r in part)
            cur.execute(b"INSERT INTO sales VALUES " + values)
    conn.close()


def start():
    """Superset, its metadata and an administrator; returns where it listens."""
    from superset.app import create_app

    app = create_app()
    with app.app_context():
        from flask_migrate import upgrade
        from superset import appbuilder, security_manager

        upgrade(directory=os.path.join(os.path.dirname(sys.modules["superset"].__file__), "migrations"))
        for logger in list(logging.root.manager.loggerDict.values()):  # the migrations silence them
            logger.disabled = False
        appbuilder.add_permissions(update_perms=True)  # as superset init does
        security_manager.sync_role_definitions()
        appbuilder.sm.add_user("admin", "Ada", "Min", "admin@example.com", appbuilder.sm.find_role("Admin"), password="admin")
    server = make_server("127.0.0.1", 0, app, threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return f"http://127.0.0.1:{server.server_port}/api/v1"


class Client:
    """A client of the REST API with the token of a login."""

    def __init__(self, base):
        self.base, self.http = base, requests.Session()
        token = self.call("POST", "/security/login", {"username": "admin", "password": "admin", "provider": "db"})["access_token"]
        self.http.headers["Authorization"] = "Bearer " + token
        self.http.headers["X-CSRFToken"] = self.call("GET", "/security/csrf_token/")["result"]
        self.http.headers["Referer"] = base

    def call(self, method, path, body=None, status=(200, 201)):
        answer = self.http.request(method, self.base + path, json=body, timeout=60)
        assert answer.status_code in status, f"{method} {path}: {answer.status_code} {answer.text[:2000]}"
        return answer.json() if "json" in answer.headers.get("Content-Type", "") else answer.text

    def chart(self, dataset, result_format="json", **query):
        query = {"row_limit": 50000, "filters": [], "columns": [], "metrics": [], "orderby": [], "extras": {}, **query}
        answer = self.call("POST", "/chart/data", {
            "datasource": {"id": dataset, "type": "table"}, "force": True, "result_format": result_format, "result_type": "full", "queries": [query],
        })
        return answer if result_format == "csv" else answer["result"][0]


TOTAL = {"expressionType": "SIMPLE", "aggregate": "SUM", "column": {"column_name": "amount"}, "label": "total"}
COUNT = {"expressionType": "SQL", "sqlExpression": "COUNT(*)", "label": "n"}


def axis(grain):
    return {"columnType": "BASE_AXIS", "expressionType": "SQL", "sqlExpression": "at", "label": "at", "timeGrain": grain}


def millis(t):
    return int(t.replace(tzinfo=dt.timezone.utc).timestamp() * 1000)


FAILURES = []


def equal(what, got, want):
    if got == want:
        print("ok", what, flush=True)
    else:
        FAILURES.append(what)
        print(f"FAILED {what}:\ngot  {str(got)[:1500]}\nwant {str(want)[:1500]}", flush=True)


def grouped(key, rows):
    out = collections.defaultdict(lambda: [0.0, 0])
    for r in rows:
        out[key(r)][0] += r["amount"]
        out[key(r)][1] += 1
    return {k: tuple(v) for k, v in out.items()}


def main():
    fill()
    api = Client(start())
    connection = {"database_name": "miniodb", "sqlalchemy_uri": os.environ["SQLALCHEMY_URI"]}
    equal("test of the connection", api.call("POST", "/database/test_connection/", connection)["message"], "OK")
    database = api.call("POST", "/database/", {**connection, "expose_in_sqllab": True})["id"]
    schemas = api.call("GET", f"/database/{database}/schemas/")["result"]
    assert "public" in schemas, schemas
    tables = api.call("GET", f"/database/{database}/tables/?q=(schema_name:public)")["result"]
    equal("tables", sorted((t["value"], t["type"]) for t in tables), [("paid_sales", "view"), ("sales", "table")])
    meta = api.call("GET", f"/database/{database}/table_metadata/?name=sales&schema=public")
    equal("columns", [(c["name"], c["longType"]) for c in meta["columns"]], [
        ("id", "INTEGER"), ("region", "VARCHAR(20)"), ("at", "TIMESTAMP"), ("amount", "NUMERIC(10, 2)"), ("paid", "BOOLEAN"), ("note", "TEXT")])
    equal("comment", meta["comment"], "what was sold")

    dataset = api.call("POST", "/dataset/", {"database": database, "schema": "public", "table_name": "sales"})["id"]
    columns = api.call("GET", f"/dataset/{dataset}")["result"]["columns"]
    equal("time columns of the dataset", [c["column_name"] for c in columns if c["is_dttm"]], ["at"])

    result = api.chart(dataset, columns=["region"], metrics=[TOTAL, COUNT], orderby=[[TOTAL, False]])
    equal("a bar chart", {r["region"]: (float(r["total"]), r["n"]) for r in result["data"]}, grouped(lambda r: r["region"], ROWS))
    equal("its order", [float(r["total"]) for r in result["data"]], sorted((v[0] for v in grouped(lambda r: r["region"], ROWS).values()), reverse=True))
    for grain, floor in GRAINS.items():
        result = api.chart(dataset, columns=[axis(grain)], metrics=[TOTAL, COUNT])
        equal(f"a line by {grain}", {r["at"]: (float(r["total"]), r["n"]) for r in result["data"]}, grouped(lambda r: millis(floor(r["at"])), ROWS))
    low, high = dt.datetime(2024, 2, 1), dt.datetime(2024, 5, 15)
    kept = [r for r in ROWS if low <= r["at"] < high and r["region"] in ("south", "it's west") and r["amount"] > 10]
    result = api.chart(dataset, columns=[axis("P1W"), "region"], metrics=[TOTAL, COUNT], filters=[
        {"col": "at", "op": "TEMPORAL_RANGE", "val": "2024-02-01 : 2024-05-15"}, {"col": "region", "op": "IN", "val": ["south", "it's west"]}, {"col": "amount", "op": ">", "val": 10}])
    equal("filters and a time range", {(r["at"], r["region"]): (float(r["total"]), r["n"]) for r in result["data"]}, grouped(lambda r: (millis(GRAINS["P1W"](r["at"])), r["region"]), kept))
    for what, clause, keep in (
        ("LIKE", {"col": "note", "op": "LIKE", "val": "note 1%"}, lambda r: r["note"] and r["note"].startswith("note 1")),
        ("ILIKE", {"col": "region", "op": "ILIKE", "val": "%ST"}, lambda r: r["region"].endswith("st")),
        ("IS NULL", {"col": "note", "op": "IS NULL"}, lambda r: r["note"] is None),
        ("IS TRUE", {"col": "paid", "op": "IS TRUE"}, lambda r: r["paid"]),
        ("NOT IN", {"col": "region", "op": "NOT IN", "val": ["north"]}, lambda r: r["region"] != "north"),
    ):
        result = api.chart(dataset, metrics=[COUNT], filters=[clause])
        equal("filter " + what, result["data"][0]["n"], sum(1 for r in ROWS if keep(r)))
    result = api.chart(dataset, columns=["region"], metrics=[COUNT], extras={"having": "COUNT(*) > 0", "where": "amount < 5 OR paid"}, row_limit=2, row_offset=1, orderby=[["region", True]])
    some = grouped(lambda r: r["region"], [r for r in ROWS if r["amount"] < 5 or r["paid"]])
    equal("limit and offset, HAVING", [(r["region"], r["n"]) for r in result["data"]], [(k, some[k][1]) for k in sorted(some)][1:3])
    result = api.chart(dataset, columns=["id", "region", "at", "amount", "paid", "note"], row_limit=3, orderby=[["id", True]], metrics=None)
    equal("a table of rows", [(r["id"], r["region"], r["at"], float(r["amount"]), r["paid"], r["note"]) for r in result["data"]],
          [(r["id"], r["region"], millis(r["at"]), r["amount"], r["paid"], r["note"]) for r in ROWS[:3]])
    result = api.chart(dataset, columns=[axis("P1Y"), "region"], series_columns=["region"], series_limit=2, series_limit_metric=TOTAL, metrics=[TOTAL], is_timeseries=True, granularity="at")
    best = sorted(((v[0], k) for k, v in grouped(lambda r: r["region"], ROWS).items()), reverse=True)[:2]
    equal("a limit of series", sorted({r["region"] for r in result["data"]}), sorted(k for _, k in best))
    distinct = {"expressionType": "SIMPLE", "aggregate": "COUNT_DISTINCT", "column": {"column_name": "region"}, "label": "d"}
    extremes = [{"expressionType": "SIMPLE", "aggregate": a, "column": {"column_name": "amount"}, "label": a} for a in ("MIN", "MAX", "AVG")]
    row = api.chart(dataset, metrics=[distinct, *extremes])["data"][0]
    amounts = [r["amount"] for r in ROWS]
    equal("other aggregates", (row["d"], float(row["MIN"]), float(row["MAX"]), round(float(row["AVG"]), 6)), (4, min(amounts), max(amounts), round(sum(amounts) / len(amounts), 6)))
    lines = api.chart(dataset, "csv", columns=["region"], metrics=[COUNT], orderby=[["region", True]]).strip().splitlines()
    equal("as CSV", [line.strip() for line in lines], ["region,n"] + [f"{r},1000" for r in sorted(REGIONS)])

    virtual = api.call("POST", "/dataset/", {"database": database, "schema": "public", "table_name": "by hand", "sql": "SELECT region, date_trunc('month', at) AS month, sum(amount) AS total FROM sales GROUP BY 1, 2"})["id"]
    result = api.chart(virtual, columns=["region"], metrics=[{"expressionType": "SIMPLE", "aggregate": "MAX", "column": {"column_name": "total"}, "label": "best"}])
    months = grouped(lambda r: (r["region"], r["at"].year, r["at"].month), ROWS)
    equal("a dataset of SQL", {r["region"]: float(r["best"]) for r in result["data"]}, {k: max(v[0] for key, v in months.items() if key[0] == k) for k in REGIONS})
    view = api.call("POST", "/dataset/", {"database": database, "schema": "public", "table_name": "paid_sales"})["id"]
    equal("a dataset of a view", api.chart(view, metrics=[COUNT])["data"][0]["n"], sum(r["paid"] for r in ROWS))

    form = {"datasource": {"id": dataset, "type": "table"}, "force": True, "result_format": "json", "result_type": "full", "queries": [{"columns": ["region"], "metrics": [COUNT], "row_limit": 10}]}
    chart = api.call("POST", "/chart/", {
        "slice_name": "regions", "viz_type": "echarts_timeseries_bar", "datasource_id": dataset, "datasource_type": "table", "params": json.dumps({"metrics": [COUNT]}), "query_context": json.dumps(form),
    })["id"]
    equal("a chart that was kept", len(api.call("GET", f"/chart/{chart}/data/?force=true")["result"][0]["data"]), 4)
    equal("values of a filter", sorted(api.call("GET", f"/datasource/table/{dataset}/column/region/values/")["result"]), sorted(REGIONS))
    ran = api.call("POST", "/sqllab/execute/", {"database_id": database, "schema": "public", "sql": "SELECT region, count(*) AS n FROM sales WHERE amount > 100 GROUP BY region ORDER BY region", "runAsync": False, "select_as_cta": False})
    big = grouped(lambda r: r["region"], [r for r in ROWS if r["amount"] > 100])
    equal("SQL Lab", [(r["region"], r["n"]) for r in ran["data"]], [(k, big[k][1]) for k in sorted(big)])
    failed = api.call("POST", "/sqllab/execute/", {"database_id": database, "schema": "public", "sql": "SELECT absent FROM sales", "runAsync": False}, status=(400, 422, 500))
    assert "absent" in json.dumps(failed), failed
    api.call("PUT", f"/dataset/{dataset}/refresh")
    print("failed" if FAILURES else "passed", flush=True)
    os._exit(1 if FAILURES else 0)  # the server's threads need no orderly end


main()
