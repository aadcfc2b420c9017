package e2e_test

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/miniodb/miniodb/internal/testserver"
)

// tpcdsGenerator is a DuckDB with its extension tpcds, which has the data generator and the texts of the queries.
const tpcdsGenerator = root + "/testdata/cache/drivers/duckdb/bin/python"

// tpcdsScript writes the tables as Parquet files into a directory and prints the texts of the queries, in their order, as JSON.
const tpcdsScript = `
import sys, json, pathlib, duckdb, duckdb_extension_tpcds
c = duckdb.connect()
c.execute("SET enable_progress_bar = false")
here = pathlib.Path(duckdb_extension_tpcds.__file__).parent
c.execute(f"LOAD '{here}/extensions/v{duckdb.__version__}/tpcds.duckdb_extension'")
c.execute("CALL dsdgen(sf = " + sys.argv[2] + ")")
for (t,) in c.execute("SELECT table_name FROM duckdb_tables()").fetchall():
    c.execute(f"COPY {t} TO '{sys.argv[1]}/{t}.parquet' (FORMAT parquet)")
json.dump([q for (q,) in c.execute("SELECT query FROM tpcds_queries() ORDER BY query_nr").fetchall()], sys.stdout)
`

// tpcdsAnswers runs queries, JSON on standard input, in plain DuckDB over the Parquet files of a directory. Integers divide as in PostgreSQL.
const tpcdsAnswers = `
import sys, json, glob, os, duckdb
c = duckdb.connect()
c.execute("SET enable_progress_bar = false")
c.execute("SET default_null_order = 'postgres'")
c.execute("SET integer_division = true")
for f in glob.glob(sys.argv[1] + "/*.parquet"):
    c.execute(f"CREATE TABLE {os.path.basename(f)[:-8]} AS FROM '{f}'")
json.dump([[["NULL" if v is None else str(v) for v in row] for row in c.execute(q).fetchall()] for q in json.load(sys.stdin)], sys.stdout)
`

// TestTPCDS compares the 99 queries of TPC-DS with plain DuckDB: over files, and over facts that are half in files and half buffered.
func TestTPCDS(t *testing.T) {
	if testserver.Shared() {
		t.Skip("asks about the language; TestTPCH asks about the files as well")
	}
	dir := t.TempDir()
	generate := exec.CommandContext(t.Context(), tpcdsGenerator, "-c", tpcdsScript, dir, "0.05")
	generate.Stderr = os.Stderr
	texts, err := generate.Output()
	require.NoError(t, err)
	var queries []string
	require.NoError(t, json.Unmarshal(texts, &queries))
	require.Len(t, queries, 99)
	plain := exec.CommandContext(t.Context(), python, "-c", tpcdsAnswers, dir)
	plain.Stdin, plain.Stderr = strings.NewReader(string(texts)), os.Stderr
	data, err := plain.Output()
	require.NoError(t, err)
	var want [][][]string
	require.NoError(t, json.Unmarshal(data, &want))

	s := testserver.Start(t, bin, t.TempDir(), "--buffer.flush-interval", "1h")
	files, err := filepath.Glob(dir + "/*.parquet")
	require.NoError(t, err)
	require.Len(t, files, 24)
	d := connect(t, s.DSN())
	for _, f := range files {
		table := strings.TrimSuffix(filepath.Base(f), ".parquet")
		status, _, errs := testserver.Command(t, bin, "import", "--create", "--table", table, "--url", s.DSN(), f)
		require.Zero(t, status, errs)
		d.rows("CALL flush_table('" + table + "')")
	}
	compare := func(when string) {
		for i, q := range queries {
			t.Run(fmt.Sprintf("%s/%02d", when, i+1), func(t *testing.T) {
				got, err := d.in(t).try(q)
				require.NoError(t, err)
				requireSameSet(t, want[i], got)
			})
		}
	}
	compare("files")
	for table, key := range map[string]string{"store_sales": "ss_item_sk", "store_returns": "sr_item_sk", "catalog_sales": "cs_item_sk", "catalog_returns": "cr_item_sk",
		"web_sales": "ws_item_sk", "web_returns": "wr_item_sk", "inventory": "inv_item_sk", "customer": "c_customer_sk"} {
		d.rows("CREATE TABLE copy AS SELECT * FROM " + table)
		d.rows("TRUNCATE " + table)
		d.rows("INSERT INTO " + table + " SELECT * FROM copy WHERE " + key + " % 2 = 0")
		d.rows("CALL flush_table('" + table + "')")
		d.rows("INSERT INTO " + table + " SELECT * FROM copy WHERE " + key + " % 2 <> 0")
		d.rows("DROP TABLE copy")
	}
	compare("half")
}

// requireSameSet compares rows whatever their order: the queries leave that of some open.
func requireSameSet(t *testing.T, want, got [][]string) {
	t.Helper()
	order := func(rows [][]string) [][]string {
		out := slices.Clone(rows)
		slices.SortFunc(out, slices.Compare)
		return out
	}
	requireSameRows(t, order(want), order(got), "DuckDB")
}
