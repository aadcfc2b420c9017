package sql_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/miniodb/miniodb/internal/pgerr"
)

// Places of a query in DuckDB's dialect in which an attempt to leave the sandbox can stand.
var (
	dialectFrom = []string{"FROM %s", "FROM t SELECT (FROM %s SELECT 1)", "WITH c AS (FROM %s) FROM c", "WITH c AS (SELECT 1), d AS (FROM c, %s) FROM d", "PIVOT (FROM %s) ON a IN (1) USING count(*)",
		"UNPIVOT (FROM %s) ON a, b", "SUMMARIZE FROM %s", "DESCRIBE FROM %s", "FROM t, LATERAL (FROM %s) l", "SELECT [x FOR x IN (FROM %s SELECT 1)]", "FROM t SELECT * EXCLUDE (id) WHERE EXISTS (FROM %s)",
		"FROM t ASOF JOIN %s x ON t.id >= x.id", "FROM t POSITIONAL JOIN %s", "FROM t SEMI JOIN %s USING (id)", "WITH RECURSIVE c AS (SELECT [1] AS a UNION ALL (FROM %s SELECT [1])) FROM c",
		"FROM t SELECT id QUALIFY row_number() OVER (ORDER BY (FROM %s SELECT 1)) = 1", "SELECT list_transform([1], lambda x: (FROM %s SELECT 1))", "(FROM t SELECT id) UNION BY NAME (FROM %s)",
		"SELECT {'a': (FROM %s SELECT 1)}", "FROM t SELECT * REPLACE ((FROM %s SELECT 1) AS id)", "FROM t GROUP BY ALL HAVING EXISTS (FROM %s)", "FROM (FROM %s) USING SAMPLE 10%%", "FROM t LIMIT (FROM %s SELECT 1)"}
	dialectExpr = []string{"FROM t SELECT %s", "SELECT [%s]", "SELECT {'a': %s}", "SELECT MAP {'a': %s}", "SELECT list_transform([1], lambda x: %s)", "SELECT [%s FOR x IN [1]]", "SELECT [x FOR x IN [1] IF %s IS NULL]",
		"FROM t SELECT id QUALIFY row_number() OVER (ORDER BY %s) = 1", "FROM t SELECT * REPLACE (%s AS id)", "FROM t SELECT COLUMNS(lambda c: %s IS NULL)", "PIVOT t ON id IN (1) USING max(%s)",
		"FROM range(%s)", "FROM unnest([%s])", "FROM t WHERE %s IS NULL", "FROM t ORDER BY %s", "FROM t LIMIT %s", "FROM t SELECT max(id) FILTER (WHERE %s IS NULL)", "FROM t SELECT list(id ORDER BY %s)",
		"FROM t SELECT sum(id) OVER (ORDER BY id ROWS BETWEEN %s PRECEDING AND CURRENT ROW)", "WITH c AS (SELECT [%s]) FROM c", "FROM t JOIN g ON %s IS NULL", "FROM (VALUES ([1], %s))",
		"SELECT CASE WHEN true THEN [%s] END", "SELECT [1][%s]", "SUMMARIZE SELECT %s", "FROM t SELECT CAST([%s] AS VARCHAR)"}
	// more are attempts that only this dialect has.
	dialectMore = []string{"FROM 'file.parquet'", "FROM '/etc/passwd'", "FROM 's3://b/k.parquet' SELECT *", "FROM t, 'x.csv'", `FROM "x.csv"`, `FROM "/etc/passwd"`, "FROM t JOIN 'x.json' USING (id)", "SUMMARIZE 'x.parquet'",
		"DESCRIBE 'x.parquet'", "PIVOT 'x.csv' ON a IN (1) USING count(*)", "UNPIVOT 'x.csv' ON a", "DESCRIBE", "DESCRIBE hot.main.g1", "FROM (SHOW TABLES)", "FROM (DESCRIBE g1)", "FROM (SUMMARIZE duckdb_tables)",
		"FROM main.g1", `FROM hot.main."g1"`, `FROM hot."g1"`, `FROM "hot.main.g1"`, "FROM memory.main.t", "FROM system.main.duckdb_tables", "FROM duckdb_tables", "FROM duckdb_tables()", "FROM duckdb_secrets()", "FROM pragma_version()",
		"FROM query('SELECT 1')", "FROM query_table('t')", "FROM query_table(['t'])", "SELECT ('/etc/passwd').read_text(), [1]", "SELECT [1], getenv('HOME')", "SELECT [1], current_setting('s3_secret_access_key')",
		"SELECT [getvariable('x')]", "SELECT ['/etc/passwd'].list_transform(lambda x: x.read_text())", "FROM t SELECT id.getenv(), [1]", "FROM information_schema.tables SELECT table_catalog, [1] WHERE false AND [getenv('x')] IS NULL",
		"FROM sqlite_master", "FROM pg_catalog.duckdb_tables", "FROM system.information_schema.tables", "WITH x AS (SELECT 1) SELECT (WITH duckdb_settings AS (SELECT 1) FROM duckdb_settings), FROM duckdb_settings",
		"SELECT (WITH c AS (SELECT 1) FROM c), FROM c", "FROM c, (WITH c AS (SELECT 1) FROM c)", "WITH a AS (FROM b), b AS (SELECT 1) FROM a", "FROM recurring.t", "WITH RECURSIVE c USING KEY (a) AS (SELECT 1 AS a UNION SELECT 2 FROM recurring.c) FROM c",
		"WITH c AS (INSERT INTO t VALUES (1) RETURNING *) FROM c", "FROM (DELETE FROM t RETURNING *)", "FROM (ATTACH 'x')", "FROM (COPY t TO 'x')", "FROM (PRAGMA version)", "FROM (CALL pragma_version())",
		"FROM t AT (VERSION => 1)", "FROM t AT (TIMESTAMP => now())", "SELECT [nextval('s')]", "SELECT [x::hot.main.y]", "SELECT [1]::main.t", "SELECT [pg_call('json_in', '1')]", "SELECT [pg_host('x', 'current_setting', 'y')]", "SELECT [main.pg_host('x')]",
		"SELECT [system.main.getenv('x')]", "SELECT [pg_catalog.getenv('x')]", "FROM pg_scan_0_0_", "FROM pg_duck_0_0_", "FROM pg_cte_0_0_", "SELECT [pg_nz(0)]", "SELECT [pg_repeat('x', 3)]", "SELECT [pg_range1(3)]",
		"SELECT [list_aggregate([1], 'sum')]", "SELECT list_reduce(['x'], lambda a, b: a || a)", "SELECT [printf('%1000000000d', 1)]", "SELECT [format('{:1000000000}', 1)]", "SELECT [repeat([1], 1000000000, 3)]", "SELECT [range(1, 2, 3, 4)]",
		"FROM repeat('x', 1000000000)", "FROM repeat_row(1, num_rows := 1000000000)", "FROM glob('*')", "FROM read_blob('x')", "FROM read_text(['x'])", "FROM t, read_csv_auto('x') r", "FROM sniff_csv('x')", "FROM parquet_scan(['x'])",
		"FROM json_execute_serialized_sql('{}')", "SELECT [json_serialize_sql('SELECT 1')]", "SELECT [json_deserialize_sql('{}')]", "FROM test_all_types()", "FROM seq_scan('t')", "FROM summary((FROM t))", "FROM enable_logging()", "FROM checkpoint()",
		"FROM which_secret('x', 's3')", "FROM icu_calendar_names()", "SELECT [write_log('x')]", "SELECT [error('x')]", "SELECT [setseed(0.5)]", "SELECT [sleep_ms(1000)]", "SELECT [txid_current()]", "SELECT [current_query()]", "SELECT [current_connection_id()]",
		"SELECT [in_search_path('a', 'b')]", "SELECT [vector_type(1)]", "SELECT [stats(1)]", "SELECT [cast_to_type(1, 2)]", "SELECT [make_type('INTEGER')]", "SELECT [json_structure('[]')]", "SELECT [json_transform('[]', '[]')]", "SELECT [from_json('[]', '[]')]",
		"FROM histogram_values('t', 'id')", "FROM histogram('t', 'id')", "FROM duckdb_logs_parsed('x')", "FROM pg_timezone_names()", "SELECT [obj_description(1, 'x')]", "SELECT [has_table_privilege('t', 'x')]", "SELECT [pg_get_viewdef(1)]"}
)

// TestDialectSandbox: whatever a query in DuckDB's dialect tries to name, it is refused, or what runs names nothing but what is allowed.
func TestDialectSandbox(t *testing.T) {
	conn := openEngine(t)
	reached, refused := 0, 0
	check := func(text string) {
		t.Helper()
		sel, dialect, err := rewriteDialect(t, conn, text, testEnv())
		if dialect {
			reached++
		}
		if err == nil {
			if dialect {
				requireOwnNames(t, conn, sel)
			}
			for _, secret := range []string{"/etc/passwd", "HOME", "getenv", "read_", "duckdb_", "pragma_", "hot.", "glob", "secret"} {
				require.NotContains(t, strings.ToLower(sel.Text), strings.ToLower(secret), text)
			}
			return
		}
		refused++
		require.Contains(t, []string{"42501", "42883", "42P01", "42601", "0A000", "3F000", "42P02"}, pgerr.Code(err), "%s: %v", text, err)
	}
	// what is refused on the ordinary path and may be called here, where it is bounded or reads its arguments alone
	harmless := map[string]bool{`range(10)`: true, `json_tree('{}')`: true, `main.json_each('{}')`: true, `range(1000000000)`: true, `reservoir_quantile(1, 2)`: true, `repeat(ARRAY[1], 1000000000)`: true}
	for _, f := range escapes.from {
		for _, place := range dialectFrom {
			before := refused
			check(fmt.Sprintf(place, f))
			require.True(t, harmless[f] || refused > before, place, f)
		}
	}
	for _, e := range escapes.expr {
		for _, place := range dialectExpr {
			before := refused
			check(fmt.Sprintf(place, e))
			require.True(t, harmless[e] || refused > before, place, e)
		}
	}
	for _, text := range dialectMore {
		before := refused
		check(text)
		require.True(t, refused > before, text)
	}
	t.Logf("%d attempts, %d of which DuckDB could parse", refused, reached)
	require.Greater(t, reached, 3000)
}

// FuzzDialect wants an error of its own or a text that names nothing but its scans and what may be called.
func FuzzDialect(f *testing.F) {
	conn := openEngine(f)
	for _, text := range dialectMore {
		f.Add(text)
	}
	for _, place := range dialectFrom {
		f.Add(fmt.Sprintf(place, "t"))
		f.Add(fmt.Sprintf(place, "read_csv('x')"))
	}
	for _, place := range dialectExpr {
		f.Add(fmt.Sprintf(place, "id"))
		f.Add(fmt.Sprintf(place, "getenv('x')"))
	}
	f.Fuzz(func(t *testing.T, text string) {
		sel, dialect, err := rewriteDialect(t, conn, text, testEnv())
		if err == nil && dialect {
			requireOwnNames(t, conn, sel)
		}
	})
}

// TestDialectLimits: what is deep, long or wide is refused before DuckDB plans it, or is harmless.
func TestDialectLimits(t *testing.T) {
	conn := openEngine(t)
	for text, code := range map[string]string{
		"SELECT [1], " + strings.Repeat("NOT ", 900) + "true":                            "54001",
		"SELECT [1], 1" + strings.Repeat(" + 1", 990):                                    "54001",
		"SELECT " + strings.Repeat("[", 101) + strings.Repeat("]", 101):                  "42601",
		"SELECT [1], '" + strings.Repeat("x", 64<<10) + "'":                              "42601",
		"SELECT [1] FROM t" + strings.Repeat(", t", 70):                                  "54001",
		"SELECT [1] FROM range(1)" + strings.Repeat(", range(1)", 600):                   "54001",
		"SELECT [1]" + strings.Repeat(" UNION ALL SELECT [1]", 600):                      "54001",
		"SELECT " + strings.Repeat("upper(", 99) + "'a'" + strings.Repeat(")", 99) + ",": "",
	} {
		_, _, err := rewriteDialect(t, conn, text, testEnv())
		if code == "" {
			require.NoError(t, err, "%.60s", text)
			continue
		}
		require.Equal(t, code, pgerr.Code(err), "%.60s: %v", text, err)
	}
}
