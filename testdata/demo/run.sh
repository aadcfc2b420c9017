#!/usr/bin/env bash
# Starts a server in a temporary directory on free ports, imports three million flights and a table of airports, runs the
# queries of this directory through psql with their times, and stops the server.
set -euo pipefail
cd "$(dirname "$0")/../.."

dir=$(mktemp -d)
server=
finish() {
	status=$?
	if [[ -n $server ]]; then
		kill -TERM "$server" 2>/dev/null || true
		wait "$server" || true
	fi
	((status == 0)) || { echo "the demo failed; the server's log:" >&2; tail -n 20 "$dir/log" >&2 || true; }
	rm -rf "$dir"
	exit "$status"
}
trap finish EXIT

bin/miniodb server --data-dir "$dir/data" --pg-addr 127.0.0.1:0 --http-addr 127.0.0.1:0 >"$dir/out" 2>"$dir/log" &
server=$!
for ((i = 0; ; i++)); do
	connect=$(grep -oE 'psql -h .*' "$dir/out" || true)
	[[ -z $connect ]] || break
	kill -0 "$server" 2>/dev/null || { wait "$server" || true; server=; exit 1; }
	((i < 300)) || { echo "the server is not ready after 30 s" >&2; exit 1; }
	sleep 0.1
done
read -r _ _ PGHOST _ PGPORT _ PGUSER PGDATABASE <<<"$connect"
export PGHOST PGPORT PGUSER PGDATABASE PGCONNECT_TIMEOUT=10
echo "$connect"

bin/miniodb import --create --table airports testdata/cache/airports.csv
bin/miniodb import --create --table flights testdata/cache/flights-3m.parquet

files=()
for f in testdata/demo/*.sql; do
	echo
	sed -n 's/^-- //p' "$f"
	psql -X -q -v ON_ERROR_STOP=1 -P pager=off -c '\timing on' -f "$f"
	files+=("$f")
done
echo
echo "${#files[@]} queries; data: $(du -sh "$dir/data" | cut -f1)"
