package e2e_test

import (
	"encoding/json"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/miniodb/miniodb/internal/testpg"
	"github.com/miniodb/miniodb/internal/testserver"
)

const (
	python   = root + "/testdata/cache/venv/bin/python"
	flights  = root + "/testdata/cache/flights-3m.parquet"
	airports = root + "/testdata/cache/airports.csv"
)

// duckdbScript prints for each SQL file its rows in plain DuckDB, as JSON; values as PostgreSQL would print them.
const duckdbScript = `
import sys, json, datetime, duckdb
c = duckdb.connect()
c.execute("SET enable_progress_bar = false")
c.sql("SET default_null_order = 'postgres'")
c.execute("CREATE VIEW flights AS FROM read_parquet('" + sys.argv[1] + "')")
c.execute("CREATE VIEW airports AS FROM read_csv('" + sys.argv[2] + "')")
def show(v):
    if v is None: return "NULL"
    if isinstance(v, bool): return "t" if v else "f"
    return str(v)
out = {}
for f in sys.argv[3:]:
    out[f] = [[show(v) for v in row] for row in c.execute(open(f).read()).fetchall()]
json.dump(out, sys.stdout)
`

func plainDuckDB(t *testing.T, files []string) map[string][][]string {
	cmd := exec.CommandContext(t.Context(), python, append([]string{"-c", duckdbScript, flights, airports}, files...)...)
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	require.NoError(t, err)
	var results map[string][][]string
	require.NoError(t, json.Unmarshal(out, &results))
	return results
}

// sameCells compares cells as text, and as numbers where both are numbers: 7 and 7.0 are equal.
func sameCells(a, b string) bool {
	if a == b {
		return true
	}
	x, errX := strconv.ParseFloat(a, 64)
	y, errY := strconv.ParseFloat(b, 64)
	return errX == nil && errY == nil && math.Abs(x-y) <= 1e-9*math.Max(math.Abs(x), math.Abs(y))
}

func requireSameRows(t *testing.T, want, got [][]string, reference string) {
	t.Helper()
	require.Len(t, got, len(want), reference)
	for i := range want {
		require.Len(t, got[i], len(want[i]))
		for j := range want[i] {
			require.True(t, sameCells(want[i][j], got[i][j]), "row %d column %d: %s has %q, MiniODB %q", i+1, j+1, reference, want[i][j], got[i][j])
		}
	}
}

// importDemo loads the demo's tables with the program and returns its summary.
func importDemo(t *testing.T, dsn string) string {
	var out strings.Builder
	for _, args := range [][]string{{"airports", airports}, {"flights", flights}} {
		status, _, errs := testserver.Command(t, bin, "import", "--create", "--table", args[0], "--url", dsn, args[1])
		require.Zero(t, status, errs)
		out.WriteString(errs)
	}
	return out.String()
}

// TestDemo imports three million flights and compares every query of the demo with plain DuckDB and with PostgreSQL 15: while rows are
// buffered or partly so, after a flush, and after a restart.
func TestDemo(t *testing.T) {
	files, err := filepath.Glob(root + "/testdata/demo/*.sql")
	require.NoError(t, err)
	require.GreaterOrEqual(t, len(files), 10)

	s := testserver.Start(t, bin, t.TempDir())
	t.Log(importDemo(t, s.DSN()))
	d := connect(t, s.DSN())
	require.Equal(t, "3000000", d.one("SELECT count(*) FROM flights"))

	pg := testpg.Start(t)
	importDemo(t, pg)
	reference := connect(t, pg)
	reference.rows("CREATE INDEX ON flights (origin, destination); ANALYZE") // for the anti-join alone
	duck := plainDuckDB(t, files)
	expected := map[string][][]string{}
	for _, f := range files {
		text, err := os.ReadFile(f)
		require.NoError(t, err)
		expected[f] = reference.rows(string(text))
		require.NotEmpty(t, expected[f], f)
	}

	compare := func(when string, d *db) {
		for _, f := range files {
			t.Run(when+"/"+strings.TrimSuffix(filepath.Base(f), ".sql"), func(t *testing.T) {
				text, err := os.ReadFile(f)
				require.NoError(t, err)
				began := time.Now()
				got, err := d.in(t).try(string(text))
				require.NoError(t, err)
				t.Logf("%v", time.Since(began))
				requireSameRows(t, duck[f], got, "DuckDB")
				require.Equal(t, expected[f], got, "PostgreSQL 15 prints this")
			})
		}
	}
	compare("imported", d)
	d.rows("CALL flush_table('flights')")
	n := len(parquetFiles(t, s.Dir))
	t.Logf("3,000,000 rows are in %d files", n)
	require.Less(t, n, 40)
	require.Positive(t, n)
	compare("flushed", d)

	s.Stop(t)
	again := testserver.Start(t, bin, s.Dir)
	compare("restarted", connect(t, again.DSN()))
}

// TestFlushOverManyDatesWritesFewFiles flushes rows over 400 dates and every bucket.
func TestFlushOverManyDatesWritesFewFiles(t *testing.T) {
	s := testserver.Start(t, bin, t.TempDir())
	d := connect(t, s.DSN())
	d.rows("CREATE TABLE t (id bigint, at timestamp, note text) WITH (buffer_size = 1000000, flush_interval = '1h', time_column = 'at')")
	d.rows("INSERT INTO t SELECT i, timestamp '2020-01-01' + (i % 400) * interval '1 day', 'note ' || i FROM generate_series(1, 60000) AS g(i)")
	require.Empty(t, parquetFiles(t, s.Dir), "still buffered")
	require.Equal(t, []string{"60000", "400"}, d.rows("SELECT count(*), count(DISTINCT at) FROM t")[0])
	d.rows("CALL flush_table('t')")
	n := len(parquetFiles(t, s.Dir))
	require.Positive(t, n)
	require.LessOrEqual(t, n, 4)
	require.Equal(t, []string{"60000", "400", "1800030000"}, d.rows("SELECT count(*), count(DISTINCT at), sum(id) FROM t")[0])
}

// TestImportFormats loads the small extract in each format into one table.
func TestImportFormats(t *testing.T) {
	s := testserver.Start(t, bin, t.TempDir())
	d := connect(t, s.DSN())
	csv := root + "/testdata/flights-10k.csv.gz"
	status, _, errs := testserver.Command(t, bin, "import", "--create", "-t", "flights", "--url", s.DSN(), csv)
	require.Zero(t, status, errs)
	require.Contains(t, errs, "imported 10,000 rows into flights from 1 file in ")
	require.NotContains(t, errs, "\r", "no progress bar without a terminal")

	once := d.rows("SELECT count(*), sum(delay), sum(distance) FROM flights")[0]
	distinct := d.one("SELECT count(*) FROM (SELECT DISTINCT * FROM flights) AS d")

	dir := t.TempDir()
	cmd := exec.CommandContext(t.Context(), python, "-c", `
import sys, duckdb
for fmt, ext in (("parquet", "parquet"), ("json", "jsonl")):
    duckdb.sql(f"COPY (FROM read_csv('{sys.argv[1]}')) TO '{sys.argv[2]}/f.{ext}' (FORMAT {fmt})")`, csv, dir)
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, string(out))
	status, _, errs = testserver.Command(t, bin, "import", "-t", "flights", "--url", s.DSN(), dir+"/f.parquet", dir+"/f.jsonl")
	require.Zero(t, status, errs)
	requireSameRows(t, [][]string{once}, d.rows("SELECT count(*) / 3, sum(delay) / 3, sum(distance) / 3 FROM flights"), "the first import")
	require.Equal(t, distinct, d.one("SELECT count(*) FROM (SELECT DISTINCT * FROM flights) AS d"), "each format gives the same rows")

	status, _, errs = testserver.Command(t, bin, "import", "--create", "-t", "flights", "--url", s.DSN(), csv)
	require.Equal(t, 1, status)
	require.Contains(t, errs, "already exists")
	require.Equal(t, "30000", d.one("SELECT count(*) FROM flights"))
}
