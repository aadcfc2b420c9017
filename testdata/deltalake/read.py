"""Opens a table directory with the deltalake package, an independent reader, and prints its versions as JSON.

Usage: read.py DIRECTORY FIRST-VERSION [FILTER...]. A filter is column:type:operator:value; the rows that it keeps of the newest version are
counted. deltalake prunes by the statistics of the log, so a bound that is too tight shows as a missing row.
"""
import json
import operator
import os
import sys

import deltalake
import pyarrow as pa
import pyarrow.dataset as ds

TYPES = {
    "int64": (pa.int64(), int),
    "string": (pa.string(), str),
    "timestamp": (pa.timestamp("us", tz="UTC"), int),
    "timestamp_ntz": (pa.timestamp("us"), int),
}


def text(value):
    return None if value is None else str(value)


def main(directory, first, filters):
    newest = deltalake.DeltaTable(directory)
    versions = []
    for version in range(first, newest.version() + 1):
        table = deltalake.DeltaTable(directory, version=version)
        rows = table.to_pyarrow_table().to_pylist()
        versions.append(
            {
                "version": table.version(),
                "columns": [[f.name, str(f.type), f.nullable] for f in table.schema().fields],
                "rows": sorted([[text(v) for v in row.values()] for row in rows], key=lambda r: r[0]),
            }
        )
    counts = []
    for spec in filters:
        column, kind, op, value = spec.split(":", 3)
        arrow, convert = TYPES[kind]
        literal = pa.scalar(convert(value), arrow)
        expression = getattr(operator, op)(ds.field(column), literal)
        counts.append(newest.to_pyarrow_dataset().to_table(filter=expression).num_rows)
    transactions = {a: newest.transaction_version(a) for a in json.loads(sys.stdin.read() or "[]")}
    operations = [entry["operation"] for entry in reversed(newest.history())]
    json.dump({"versions": versions, "operations": operations, "counts": counts, "transactions": transactions}, sys.stdout)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), sys.argv[3:])
    sys.stdout.flush()
    os._exit(0)  # the libraries' threads may not survive an orderly end
