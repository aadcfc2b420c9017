package sql_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/miniodb/miniodb/internal/pgerr"
	"github.com/miniodb/miniodb/internal/sqltype"
	"github.com/miniodb/miniodb/sql"
)

// escapes are attempts to leave the sandbox: in place of a relation in FROM, or of an expression.
var escapes = struct{ from, expr []string }{
	from: []string{
		`read_csv('/etc/passwd')`, `read_csv_auto('/etc/passwd')`, `read_parquet('/etc/passwd')`, `parquet_scan('/etc/passwd')`, `read_json('/etc/passwd')`,
		`read_json_auto('/x')`, `read_ndjson('/x')`, `read_json_objects('/x')`, `read_text('/etc/passwd')`, `read_blob('/etc/passwd')`, `glob('/*')`, `sniff_csv('/etc/passwd')`,
		`parquet_metadata('/x')`, `parquet_schema('/x')`, `parquet_file_metadata('/x')`, `parquet_kv_metadata('/x')`, `query('SELECT 1')`, `query_table('t')`,
		`arrow_scan(1, 2, 3)`, `seq_scan('t')`, `duckdb_settings()`, `duckdb_secrets()`, `duckdb_tables()`, `duckdb_functions()`, `duckdb_logs()`, `duckdb_anything_new()`,
		`pragma_table_info('t')`, `pragma_database_size()`, `pragma_version()`, `which_secret('x', 's3')`, `checkpoint()`, `force_checkpoint()`, `enable_logging('x')`,
		`json_execute_serialized_sql('{}')`, `sql_auto_complete('SEL')`, `test_all_types()`, `repeat_row(1, num_rows => 3)`, `range(10)`, `summary('t')`,
		`from_substrait('x')`, `delta_scan('/x')`, `iceberg_scan('/x')`, `pg_catalog.read_csv('/etc/passwd')`, `main.read_csv('/etc/passwd')`, `system.main.read_csv('/x')`,
		`"READ_CSV"('/etc/passwd')`, `"read_parquet"('/etc/passwd')`, `"/etc/passwd"`, `"file.parquet"`, `"https://example.com/x.parquet"`, `duckdb_settings`, `information_schema.tables`,
		`pg_catalog.pg_class`, `sqlite_master`, `hot.main.g1`, `hot.g1`, `main.t`, `temp.t`, `system.information_schema.tables`, `memory.main.t`, `pragma_database_list`,
		`pg_scan_0_0_`, `pg_system_0_0_`, `miniodb.read_csv('/etc/passwd')`, `miniodb.duckdb_settings()`, `miniodb.nosuch`, `miniodb.nosuch()`, `miniodb.t`, `memory.miniodb.pools`,
		`"miniodb.pools"`, `pools`, `rows_of`, `main.rows_of(1)`, `pg_catalog.rows_of(1)`, `rows_of(read_text('/etc/passwd'))`, `rows_of(getenv('HOME'))`, `rows_of((SELECT max(id) FROM duckdb_tables()))`,
		`pg_series(1, 5, 1)`, `main.json_each('{}')`, `json_each((SELECT content FROM read_text('/etc/passwd')))`, `json_to_record(read_text('/x'))`, `json_tree('{}')`, `unnest_ref(1)`, `generate_serie(1, 2)`, `read_duckdb('/x')`, `unpivot_list(1)`,
		`pg_host('t', 'current_setting', 'x')`, `pg_catalog.pg_host('t', 'x')`, `pg_pg_class_1`, `main.pg_pg_class_1`, `hot.main.pg_pg_class_1`, `pg_catalog.pg_pg_class_1`, `pg_catalog.duckdb_tables`,
		`information_schema.pg_pg_class_1`, `information_schema.duckdb_columns`, `pg_catalog.aclexplode_x('{}')`, `aclexplode(read_text('/etc/passwd'))`,
	},
	expr: []string{
		`getenv('HOME')`, `getvariable('x')`, `current_query()`, `read_text('/etc/passwd')`, `glob('/*')`, `json_serialize_sql('SELECT 1')`, `json_serialize_plan('SELECT 1')`,
		`json_deserialize_sql('{}')`, `write_log('x')`, `error('x')`, `setseed(1)`, `sleep_ms(100000)`, `in_search_path('a', 'b')`, `array_resize(ARRAY[1], 1000000000)`, `list_resize(ARRAY[1], 1000000000)`,
		`range(1000000000)`, `list_range(1)`, `printf('%1000000000d', 1)`, `pg_call('json_in', '1')`, `pg_call_null('json_object', '[]', NULL)`, `pg_host('x', 'y')`, `pg_list_out('[]')`, `bar(1, 0, 1, 1000000000)`, `to_base(1, 2, 1000000)`, `json_structure('[]')`,
		`from_json('[]', '[]')`, `json_transform('[]', '[]')`, `list_aggregate(ARRAY[1], 'sum')`, `list_aggr(ARRAY[1], 'histogram')`, `pg_nz(0)`, `pg_series(1, 5, 1)`, `pg_array_in('x')`,
		`nextval_x('s')`, `main.getenv('x')`, `system.main.getenv('HOME')`, `"GETENV"('HOME')`, `txid_current_x()`, `add_parquet_key('a', 'b')`, `create_sort_key(1, 'ASC')`, `icu_sort_key('a', 'b')`,
		`(SELECT a FROM pools LIMIT 1)`, `miniodb.getenv('x')`, `miniodb.from_json('[]', '[]')`, `stats(1)`, `vector_type(1)`, `constant_or_null(1, 2)`, `cast_to_type(1, 2)`, `switch(1)`, `combine(1)`, `finalize(1)`, `__internal_compress_string_hugeint('x')`, `replace_type(1, 2, 3)`,
		`repeat(ARRAY[1], 1000000000)`, `uuid_extract_version_x('x')`, `pg_read_file('/etc/passwd')`, `lo_import('/etc/passwd')`, `dblink('x', 'y')`, `bitstring('1', 1000000000)`, `remap_struct(1)`,
		`array_value_x(1)`, `parse_duckdb_log_message('a', 'b')`, `reservoir_quantile(1, 2)`, `nosuchfunction()`, `st_read('/x')`,
		`pg_host('t', 'current_setting', 'x')`, `main.pg_host('t', 'x')`, `pg_catalog.pg_host('t', 'x')`, `pg_call('quote_ident', 'x')`, `information_schema.getenv('HOME')`, `information_schema._pg_expandarray_x(1)`,
		`pg_get_expr(getenv('HOME'), 1)`, `format_type((SELECT max(table_oid) FROM duckdb_tables()), 1)`,
	},
}

func refusedCode(code string) bool {
	return code == "42501" || code == "42883" || code == "42P01"
}

// attempt returns the SQLSTATE that a statement's query is refused with, "" when it is not refused.
func attempt(text string) (code, got string) {
	stmts, err := sql.Parse(text)
	if err != nil {
		return pgerr.Code(err), ""
	}
	env := testEnv()
	var q *sql.Query
	switch c := stmts[0].Command.(type) {
	case *sql.Query:
		q = c
	case *sql.Insert:
		q, env.TargetTypes = c.Query, []sqltype.Type{sqltype.Of(sqltype.Text)}
		if q == nil {
			return "", "no query"
		}
	case *sql.CreateView:
		out, err := sql.Qualify(c.Query, env)
		return pgerr.Code(err), out
	case *sql.DeclareCursor:
		q = c.Query
	case *sql.PrepareStmt:
		q = c.Inner.Command.(*sql.Query)
	default:
		return "", fmt.Sprintf("%T", c)
	}
	sel, err := sql.Rewrite(q, env)
	if err != nil {
		return pgerr.Code(err), ""
	}
	return "", sel.Text
}

func TestSandbox(t *testing.T) {
	around := []string{"%s", "SELECT * FROM (%s) AS q", "WITH c AS (%s) SELECT * FROM c", "SELECT 1 WHERE EXISTS (%s)", "INSERT INTO x %s",
		"CREATE VIEW w AS %s", "DECLARE c CURSOR FOR %s", "PREPARE p AS %s", "SELECT 1 UNION ALL (%s)", "SELECT ARRAY(%s)", "SELECT 1 FROM t JOIN LATERAL (%s) q ON true"}
	n := 0
	check := func(query string) {
		for _, a := range around {
			// a name of three parts whose first is not this database is refused in PostgreSQL's words
			other := strings.Count(query, ".") > 1 && !strings.Contains(query, "(")
			text := fmt.Sprintf(a, query)
			code, got := attempt(text)
			require.True(t, refusedCode(code) || other && code == "0A000", "%s: %q %s", text, code, got)
			n++
		}
	}
	for _, f := range escapes.from {
		check("SELECT 1 FROM " + f)
	}
	for _, e := range escapes.expr {
		check("SELECT " + e)
		check("SELECT 1 FROM t WHERE " + e + " IS NULL")
		check("SELECT 1 FROM t GROUP BY " + e)
		check("SELECT 1 FROM t ORDER BY " + e)
		check("SELECT max(" + e + ") OVER (PARTITION BY " + e + ") FROM t")
	}
	require.Greater(t, n, 1000)
}

// TestRunaway wants what could exhaust memory or the optimizer to be refused before or while it runs.
func TestRunaway(t *testing.T) {
	conn := openEngine(t)
	for text, code := range map[string]string{
		"SELECT repeat('x', 1000000000)":                                                "54000",
		"SELECT lpad('x', 1000000000)":                                                  "54000",
		"SELECT rpad('x', 1000000000, 'ab')":                                            "54000",
		"SELECT replace(repeat('x', 1000000), 'x', repeat('y', 1000000))":               "54000",
		"SELECT generate_series(1, 1000000000000)":                                      "54000",
		"SELECT ARRAY(SELECT generate_series(1, 1000000000000))":                        "54000",
		"SELECT generate_series(timestamp '0001-01-01', '9999-01-01', '1 microsecond')": "54000",
		"SELECT " + strings.Repeat("(", 2000) + "1" + strings.Repeat(")", 2000):         "54001",
		"SELECT " + strings.Repeat("- ", 3000) + "id FROM t":                            "54001",
		"SELECT 1" + strings.Repeat(" UNION ALL SELECT 1", 8000):                        "54001",
		"SELECT 1 FROM t t0" + joins(110):                                               "54001",
		"SELECT " + strings.Repeat("upper(", 600) + "'a'" + strings.Repeat(")", 600):    "54001",
	} {
		res := runOurs(conn, text, testEnv())
		require.Equal(t, code, res.code, "%.80s: %s", text, res.msg)
	}
	// What doubles with each subquery ends, long before memory does.
	double := func(first, each string) string {
		q := first
		for i := range 40 {
			q = fmt.Sprintf("SELECT %s AS x FROM (%s) q%d", each, q, i)
		}
		return "SELECT length(x::text) FROM (" + q + ") q"
	}
	for _, q := range []string{
		double("SELECT 'ab'::text AS x", "x || x"), double("SELECT txt AS x FROM t", "x || ',' || x"), double("SELECT ARRAY[1, 2] AS x", "x || x"), double("SELECT 'ab'::text AS x", "concat(x, x)"),
		double("SELECT 'ab'::text AS x", "concat_ws(',', x, 1, x)"), double("SELECT ARRAY[1, 2] AS x", "array_cat(x, x)"),
		"WITH RECURSIVE r(n, x) AS (SELECT 1, 'a'::text UNION ALL SELECT n + 1, x || x FROM r WHERE n < 60) SELECT max(length(x)) FROM r",
	} {
		res := runOurs(conn, q, testEnv())
		require.Contains(t, []string{"54000", "53200"}, res.code, "%.80s: %.200s", q, res.msg)
	}
	// Macros that use an argument more than once do not multiply when they are nested.
	deep := "id"
	for i := 0; i < 60; i++ {
		deep = "lpad((" + deep + ")::text, 3, '0')::int / ((" + deep + ") + 1)"
		if len(deep) > 20000 {
			break
		}
	}
	for _, e := range []string{deep, strings.Repeat("1.5 / (1 + ", 40) + "n" + strings.Repeat(")", 40), strings.Repeat("substr(initcap(", 30) + "txt" + strings.Repeat("), 1)", 30)} {
		res := runOurs(conn, "SELECT "+e+" FROM t WHERE id = 1", testEnv())
		require.Contains(t, []string{"", "22012", "22003", "54001"}, res.code, res.msg)
	}
}

func joins(n int) string {
	var b strings.Builder
	for i := 1; i <= n; i++ {
		fmt.Fprintf(&b, " JOIN t t%d ON t%d.id = t0.id", i, i)
	}
	return b.String()
}

func TestFileReference(t *testing.T) {
	for _, name := range []string{"/etc/passwd", "x.parquet", "s3://b/k", "a/b", "data.CSV", "read_csv", "*.json"} {
		require.True(t, sql.FileReference(name), name)
	}
	for _, name := range []string{"orders", "public", "my table", "csv", "parquet", "t1"} {
		require.False(t, sql.FileReference(name), name)
	}
}

// FuzzRewrite wants an error or a text, never a panic, and nothing that names a file function in the text.
func FuzzRewrite(f *testing.F) {
	for _, e := range escapes.expr {
		f.Add("SELECT " + e)
	}
	for _, e := range escapes.from {
		f.Add("SELECT * FROM " + e)
	}
	for _, s := range seedQueries(f) {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		stmts, err := sql.Parse(text)
		if err != nil {
			return
		}
		for _, s := range stmts {
			q, ok := s.Command.(*sql.Query)
			if !ok {
				continue
			}
			for _, env := range []sql.Env{testEnv(), {}, {Resolver: testEnv().Resolver, TargetTypes: []sqltype.Type{sqltype.Of(sqltype.Int4), sqltype.Of(sqltype.Text)}}} {
				sel, err := sql.Rewrite(q, env)
				if err != nil {
					require.NotEqual(t, "", pgerr.Code(err))
					continue
				}
				require.NotEmpty(t, sel.Text)
				require.Len(t, sel.Origins, len(sel.Columns))
			}
			_, _ = sql.Qualify(q, testEnv())
		}
	})
}
