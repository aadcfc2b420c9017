#!/usr/bin/env bash
# pgbench with scripts of its own: what it counts, without what it measures.
set -uo pipefail
cd "$(dirname "$0")"
status=0

# bench SCRIPT ARGUMENTS...: runs a script and shows the counts.
bench() {
	local script=$1 out
	shift
	if ! out=$(pgbench -n -c 4 -j 2 "$@" -f "$script" 2>&1); then
		echo "FAILED $script $*"
		echo "$out" >&2
		status=1
	fi
	grep -E '^(query mode|number of transactions|number of failed)' <<<"$out"
}

query() { psql -X -q -At -v ON_ERROR_STOP=1 -c "$1" || status=1; }

echo "== select"
for mode in simple extended prepared; do bench select.sql -M $mode -t 100; done

echo "== insert"
query "CREATE TABLE events (client int, amount int, half float8, note text)"
for mode in simple extended prepared; do bench insert.sql -M $mode -t 25; done
query "SELECT count(*), count(DISTINCT client), bool_and(amount / 2.0 = half), min(note), max(note) FROM events"

echo "== transactions"
query "CREATE TABLE mixed (x int, client int)"
for mode in simple prepared; do bench mixed.sql -M $mode -t 10; done
query "SELECT count(*), count(*) FILTER (WHERE x > 1000), count(DISTINCT client) FROM mixed"

echo "== pipeline"
query "CREATE TABLE piped (x int, client int)"
for mode in extended prepared; do bench pipeline.sql -M $mode -t 20; done
query "SELECT count(*), sum(x) FROM piped"

echo "== connections"
bench select.sql -C -t 20

echo "== own_tables"
pgbench -i -q -s 1 >/dev/null 2>&1 || { echo "FAILED -i"; status=1; }
pgbench -n -S -M prepared -c 2 -t 20 2>&1 | grep -E '^(query mode|number of transactions|number of failed)'
query "SELECT count(*), count(DISTINCT bid), sum(abalance) FROM pgbench_accounts"
query "SELECT conname, contype FROM pg_constraint WHERE conname LIKE 'pgbench%' ORDER BY 1"
exit $status
