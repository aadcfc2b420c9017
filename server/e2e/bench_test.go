package e2e_test

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
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
	"github.com/miniodb/miniodb/storage"
)

// Each benchmark runs the same work on MiniODB and on its reference, one after the other in every iteration, and reports the ratio of
// their times: above 1, MiniODB is faster.

const benchRows = 1_000_000

// flightsCSV is the first million flights as CSV.
func flightsCSV(b *testing.B) []byte {
	path := filepath.Join(b.TempDir(), "f.csv")
	cmd := exec.CommandContext(b.Context(), python, "-c", fmt.Sprintf(
		"import sys, duckdb; duckdb.sql(f\"COPY (FROM '{sys.argv[1]}' LIMIT %d) TO '{sys.argv[2]}' (FORMAT csv, HEADER)\")", benchRows), flights, path)
	out, err := cmd.CombinedOutput()
	require.NoError(b, err, string(out))
	data, err := os.ReadFile(path)
	require.NoError(b, err)
	return data
}

const flightsTable = "CREATE TABLE flights (date timestamp, delay bigint, distance bigint, origin text, destination text)"

// pair runs one after the other and reports both rates and the ratio.
func pair(b *testing.B, reference string, rows float64, mini, other func()) {
	var ours, theirs time.Duration
	for b.Loop() {
		began := time.Now()
		mini()
		ours += time.Since(began)
		began = time.Now()
		other()
		theirs += time.Since(began)
	}
	n := float64(b.N)
	if rows > 0 {
		b.ReportMetric(rows*n/ours.Seconds()/1e6, "miniodb-Mrows/s")
		b.ReportMetric(rows*n/theirs.Seconds()/1e6, reference+"-Mrows/s")
	}
	b.ReportMetric(theirs.Seconds()/ours.Seconds(), "times-"+reference)
	b.ReportMetric(0, "ns/op")
}

func BenchmarkCopyCSV(b *testing.B) {
	csv := flightsCSV(b)
	s := testserver.Start(b, bin, b.TempDir())
	mini, pg := connect(b, s.DSN()), connect(b, testpg.Start(b))
	load := func(d *db) func() {
		d.rows("DROP TABLE IF EXISTS flights; " + flightsTable)
		return func() {
			d.rows("TRUNCATE flights")
			tag, err := d.CopyFrom(b.Context(), bytes.NewReader(csv), "COPY flights FROM STDIN WITH (FORMAT csv, HEADER)")
			require.NoError(b, err)
			require.EqualValues(b, benchRows, tag.RowsAffected())
		}
	}
	pair(b, "postgres", benchRows, load(mini), load(pg))
}

// BenchmarkCopyIn loads the same rows in COPY's own two formats; BenchmarkCopyCSV has the third.
func BenchmarkCopyIn(b *testing.B) {
	csv := flightsCSV(b)
	s := testserver.Start(b, bin, b.TempDir())
	mini, pg := connect(b, s.DSN()), connect(b, testpg.Start(b))
	for _, d := range []*db{mini, pg} {
		d.rows("DROP TABLE IF EXISTS flights; " + flightsTable)
	}
	_, err := mini.CopyFrom(b.Context(), bytes.NewReader(csv), "COPY flights FROM STDIN WITH (FORMAT csv, HEADER)")
	require.NoError(b, err)
	for _, format := range []string{"text", "binary"} {
		var data bytes.Buffer
		_, err := mini.CopyTo(b.Context(), &data, "COPY (SELECT * FROM flights) TO STDOUT WITH (FORMAT "+format+")")
		require.NoError(b, err)
		b.Run(format, func(b *testing.B) {
			load := func(d *db) func() {
				return func() {
					d.rows("TRUNCATE flights")
					tag, err := d.CopyFrom(b.Context(), bytes.NewReader(data.Bytes()), "COPY flights FROM STDIN WITH (FORMAT "+format+")")
					require.NoError(b, err)
					require.EqualValues(b, benchRows, tag.RowsAffected())
				}
			}
			pair(b, "postgres", benchRows, load(mini.in(b)), load(pg.in(b)))
		})
	}
}

// BenchmarkSelectOne executes a prepared SELECT 1 a thousand times an iteration, one after the other on one connection: what a statement costs that
// does nothing. Rates are of millions of statements a second. PostgreSQL has the shorter way here: a Unix socket, not TCP.
func BenchmarkSelectOne(b *testing.B) {
	const statements = 1000
	s := testserver.Start(b, bin, b.TempDir())
	for _, c := range []struct {
		name, text string
		args       [][]byte
	}{{"constant", "SELECT 1", nil}, {"parameter", "SELECT $1::int", [][]byte{[]byte("7")}}} {
		b.Run(c.name, func(b *testing.B) {
			run := func(d *db) func() {
				_, err := d.Prepare(b.Context(), "s", c.text, nil)
				require.NoError(b, err)
				return func() {
					for range statements {
						r := d.ExecPrepared(b.Context(), "s", c.args, nil, nil)
						n := 0
						for r.NextRow() {
							n++
						}
						_, err := r.Close()
						require.NoError(b, err)
						require.Equal(b, 1, n)
					}
				}
			}
			pair(b, "postgres", statements, run(connect(b, s.DSN())), run(connect(b, testpg.Start(b))))
		})
	}
}

// BenchmarkStreamSelect reads a million rows of five columns.
func BenchmarkStreamSelect(b *testing.B) {
	csv := flightsCSV(b)
	s := testserver.Start(b, bin, b.TempDir())
	mini, pg := connect(b, s.DSN()), connect(b, testpg.Start(b))
	for _, d := range []*db{mini, pg} {
		d.rows("DROP TABLE IF EXISTS flights; " + flightsTable)
		_, err := d.CopyFrom(b.Context(), bytes.NewReader(csv), "COPY flights FROM STDIN WITH (FORMAT csv, HEADER)")
		require.NoError(b, err)
	}
	mini.rows("CALL flush_table('flights')")
	for name, format := range map[string]int16{"text": 0, "binary": 1} {
		b.Run(name, func(b *testing.B) {
			read := func(d *db) func() {
				return func() {
					n := 0
					r := d.ExecParams(b.Context(), "SELECT * FROM flights", nil, nil, nil, []int16{format})
					for ; r.NextRow(); n++ {
						_ = r.Values()
					}
					_, err := r.Close()
					require.NoError(b, err)
					require.Equal(b, benchRows, n)
				}
			}
			pair(b, "postgres", benchRows, read(mini.in(b)), read(pg.in(b)))
		})
	}
}

// timerScript answers each line (a file with a query) with the seconds that plain DuckDB takes to run it and fetch its rows.
const timerScript = `
import sys, time, duckdb
c = duckdb.connect()
c.execute("SET enable_progress_bar = false")
c.execute("CREATE VIEW flights AS FROM read_parquet(" + sys.argv[1] + ")")
c.execute("CREATE VIEW airports AS FROM read_parquet(" + sys.argv[2] + ")")
for line in sys.stdin:
    text = open(line.strip()).read()
    began = time.perf_counter()
    c.execute(text).fetchall()
    print(time.perf_counter() - began, flush=True)
`

// BenchmarkDemo runs each query of the demo beside plain DuckDB on the very Parquet files that MiniODB wrote.
func BenchmarkDemo(b *testing.B) {
	s := testserver.Start(b, bin, b.TempDir())
	mini := connect(b, s.DSN())
	theirs := duckTimer(b, loadDemo(b, s))
	for _, q := range demoQueries(b) {
		text, err := os.ReadFile(q)
		require.NoError(b, err)
		b.Run(strings.TrimSuffix(filepath.Base(q), ".sql"), func(b *testing.B) {
			var t timing
			for b.Loop() {
				t.add(func() { mini.in(b).rows(string(text)) }, theirs(q))
			}
			t.report(b)
		})
	}
}

// BenchmarkMinIO runs queries of the demo on a database in MinIO and Redis beside plain DuckDB on local copies of the same files: warm, when the files are in
// the server's cache, and cold, as the first query of a server that has just started with an empty cache.
func BenchmarkMinIO(b *testing.B) {
	r := newRig(b)
	dir := b.TempDir()
	s := r.start(dir)
	theirs := duckTimer(b, loadDemo(b, s, r.objects()))
	for _, q := range demoQueries(b) {
		text, err := os.ReadFile(q)
		require.NoError(b, err)
		name := strings.TrimSuffix(filepath.Base(q), ".sql")
		b.Run("warm/"+name, func(b *testing.B) {
			mini := connect(b, s.DSN())
			mini.rows(string(text))
			var t timing
			for b.Loop() {
				t.add(func() { mini.in(b).rows(string(text)) }, theirs(q))
			}
			t.report(b)
		})
	}
	for _, q := range demoQueries(b)[:3] {
		text, err := os.ReadFile(q)
		require.NoError(b, err)
		b.Run("cold/"+strings.TrimSuffix(filepath.Base(q), ".sql"), func(b *testing.B) {
			var t timing
			for b.Loop() {
				s.Stop(b)
				require.NoError(b, os.RemoveAll(filepath.Join(dir, "cache")))
				s = r.start(dir)
				mini := connect(b, s.DSN())
				t.add(func() { mini.in(b).rows(string(text)) }, theirs(q))
			}
			t.report(b)
		})
	}
}

// timing adds up the two sides of a benchmark.
type timing struct{ ours, theirs float64 } // seconds

func (t *timing) add(ours func(), theirs float64) {
	began := time.Now()
	ours()
	t.ours += time.Since(began).Seconds()
	t.theirs += theirs
}

func (t *timing) report(b *testing.B) {
	b.ReportMetric(t.ours/float64(b.N)*1e3, "miniodb-ms")
	b.ReportMetric(t.theirs/float64(b.N)*1e3, "duckdb-ms")
	b.ReportMetric(t.theirs/t.ours, "times-duckdb")
	b.ReportMetric(0, "ns/op")
}

func demoQueries(b *testing.B) []string {
	queries, err := filepath.Glob(root + "/testdata/demo/*.sql")
	require.NoError(b, err)
	return queries
}

// loadDemo loads the demo's tables and returns their files on this machine, as lists for read_parquet. store is the object store beside the server; by default that of its
// data directory.
func loadDemo(b *testing.B, s *testserver.Server, store ...storage.Store) map[string]string {
	store = append(store, nil)
	if store[0] == nil {
		store[0] = objects(b, s.Dir)
	}
	mini := connect(b, s.DSN())
	files := map[string]string{}
	known := map[string]bool{}
	for table, path := range map[string]string{"airports": airports, "flights": flights} {
		status, _, errs := testserver.Command(b, bin, "import", "--create", "--table", table, "--url", s.DSN(), path)
		require.Zero(b, status, errs)
		mini.rows("CALL flush_table('" + table + "')")
		var own []string
		for _, key := range parquetKeys(b, store[0]) {
			if !known[key] {
				known[key] = true
				own = append(own, "'"+localCopy(b, store[0], key)+"'")
			}
		}
		files[table] = "[" + strings.Join(own, ", ") + "]"
	}
	return files
}

// duckTimer starts DuckDB on files and returns a function that has it run the query in a file and says how many seconds that took.
func duckTimer(b *testing.B, files map[string]string) func(query string) float64 {
	ctx, cancel := context.WithCancel(b.Context())
	duck := exec.CommandContext(ctx, python, "-c", timerScript, files["flights"], files["airports"])
	duck.Stderr = os.Stderr
	in, err := duck.StdinPipe()
	require.NoError(b, err)
	out, err := duck.StdoutPipe()
	require.NoError(b, err)
	require.NoError(b, duck.Start())
	b.Cleanup(func() {
		cancel()
		_ = duck.Wait()
	})
	answers := bufio.NewScanner(out)
	return func(query string) float64 {
		fmt.Fprintln(in, query)
		require.True(b, answers.Scan())
		seconds, err := strconv.ParseFloat(answers.Text(), 64)
		require.NoError(b, err)
		return seconds
	}
}
