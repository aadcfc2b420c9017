package e2e_test

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/miniodb/miniodb/internal/testserver"
)

var tpchTables = []string{"customer", "lineitem", "nation", "orders", "part", "partsupp", "region", "supplier"}

// tpchScript runs each query, a line each on standard input, in plain DuckDB over the Parquet files of a directory.
const tpchScript = `
import sys, json, duckdb
c = duckdb.connect()
c.execute("SET enable_progress_bar = false")
c.sql("SET default_null_order = 'postgres'")
for t in sys.argv[2:]:
    c.execute(f"CREATE VIEW {t} AS FROM read_parquet('{sys.argv[1]}/{t}.parquet')")
json.dump([[["NULL" if v is None else str(v) for v in row] for row in c.execute(q).fetchall()] for q in sys.stdin.read().splitlines()], sys.stdout)
`

// TestTPCH compares the 22 queries of TPC-H with plain DuckDB: over imported files, and over rows that are half in files and half buffered.
func TestTPCH(t *testing.T) {
	dir := t.TempDir()
	generate := exec.CommandContext(t.Context(), filepath.Join(filepath.Dir(python), "tpchgen-cli"), "parquet", "-s", "0.02", "--output-dir", dir)
	out, err := generate.CombinedOutput()
	require.NoError(t, err, string(out))

	text, err := os.ReadFile(root + "/testdata/tpch/queries.sql")
	require.NoError(t, err)
	var queries []string
	for line := range strings.Lines(string(text)) {
		if !strings.HasPrefix(line, "--") {
			queries = append(queries, strings.TrimSuffix(strings.TrimSpace(line), ";"))
		}
	}
	require.Len(t, queries, 22)
	plain := exec.CommandContext(t.Context(), python, append([]string{"-c", tpchScript, dir}, tpchTables...)...)
	plain.Stdin, plain.Stderr = strings.NewReader(strings.Join(queries, "\n")), os.Stderr
	data, err := plain.Output()
	require.NoError(t, err)
	var want [][][]string
	require.NoError(t, json.Unmarshal(data, &want))

	s := testserver.Start(t, bin, t.TempDir(), "--buffer.flush-interval", "1h")
	for _, table := range tpchTables {
		status, _, errs := testserver.Command(t, bin, "import", "--create", "--table", table, "--url", s.DSN(), filepath.Join(dir, table+".parquet"))
		require.Zero(t, status, errs)
	}
	d := connect(t, s.DSN())
	compare := func(when string) {
		for i, q := range queries {
			t.Run(fmt.Sprintf("%s/%02d", when, i+1), func(t *testing.T) {
				got, err := d.in(t).try(q)
				require.NoError(t, err)
				requireSameRows(t, want[i], got, "DuckDB")
			})
		}
	}
	compare("imported")
	for _, table := range tpchTables {
		d.rows("CALL flush_table('" + table + "')")
	}
	compare("flushed")
	// The same rows again, half of each large table in files and half in the buffer.
	for table, key := range map[string]string{"lineitem": "l_partkey", "orders": "o_orderkey", "partsupp": "ps_partkey", "customer": "c_custkey"} {
		d.rows("CREATE TABLE copy AS SELECT * FROM " + table)
		d.rows("TRUNCATE " + table)
		d.rows("INSERT INTO " + table + " SELECT * FROM copy WHERE " + key + " % 2 = 0")
		d.rows("CALL flush_table('" + table + "')")
		d.rows("INSERT INTO " + table + " SELECT * FROM copy WHERE " + key + " % 2 <> 0")
		d.rows("DROP TABLE copy")
	}
	compare("half")
}
