package e2e_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/stretchr/testify/require"

	"github.com/miniodb/miniodb/internal/testserver"
)

// TestBadInput has one named case for each kind of bad input: a clear error with PostgreSQL's SQLSTATE, and nothing changed.
func TestBadInput(t *testing.T) {
	s := testserver.Start(t, bin, t.TempDir())
	d := connect(t, s.DSN())
	d.rows("CREATE TABLE t (a integer, b text NOT NULL, c smallint, n numeric(4,1))")
	unchanged := func(t *testing.T) {
		d := d.in(t)
		require.Equal(t, "0", d.one("SELECT count(*) FROM t"))
		require.Equal(t, byte('I'), d.TxStatus())
	}

	t.Run("SyntaxError", func(t *testing.T) {
		d := d.in(t)
		pe := d.fails("SELECT 1 FORM t", "42601")
		require.EqualValues(t, 15, pe.Position)
		pe = d.fails("SELEC 1", "42601")
		require.EqualValues(t, 1, pe.Position)
		require.Contains(t, pe.Message, `syntax error at or near "SELEC"`)
		// One bad statement in a text of several: none of them runs.
		d.fails("INSERT INTO t VALUES (1, 'x', 1, 1); SELEC", "42601")
		unchanged(t)
	})
	t.Run("UnknownTable", func(t *testing.T) {
		d := d.in(t)
		pe := d.fails("SELECT * FROM nowhere", "42P01")
		require.Equal(t, `relation "nowhere" does not exist`, pe.Message)
		require.EqualValues(t, 15, pe.Position)
		d.fails("INSERT INTO nowhere VALUES (1)", "42P01")
		d.fails("COPY nowhere FROM STDIN", "42P01")
		d.fails("DROP TABLE nowhere", "42P01")
		d.fails("TRUNCATE nowhere", "42P01")
	})
	t.Run("UnknownColumn", func(t *testing.T) {
		d := d.in(t)
		pe := d.fails("SELECT zz FROM t", "42703")
		require.Equal(t, `column "zz" does not exist`, pe.Message)
		d.fails("INSERT INTO t (zz) VALUES (1)", "42703")
		d.fails("COPY t (zz) FROM STDIN", "42703")
		unchanged(t)
	})
	t.Run("WrongTypeInRow70001OfCopy", func(t *testing.T) {
		d := d.in(t)
		var text strings.Builder
		for i := 1; i <= 80_000; i++ {
			if i == 70_001 {
				text.WriteString("oops\tx\t1\t1\n")
				continue
			}
			fmt.Fprintf(&text, "%d\tx\t1\t1\n", i)
		}
		_, err := d.copyIn("COPY t FROM STDIN", text.String())
		var pe *pgconn.PgError
		require.ErrorAs(t, err, &pe)
		require.Equal(t, "22P02", pe.Code)
		require.Equal(t, `invalid input syntax for type integer: "oops"`, pe.Message)
		require.Equal(t, `COPY t, line 70001, column a: "oops"`, pe.Where)
		unchanged(t)

		_, err = d.copyIn("COPY t FROM STDIN WITH (FORMAT csv, HEADER)", "a,b,c,n\n1,x,1,1\n2,\"y\nz\",oops,1\n")
		require.ErrorAs(t, err, &pe)
		require.Equal(t, "22P02", pe.Code)
		require.Contains(t, pe.Where, "column c")
		unchanged(t)
	})
	t.Run("WrongNumberOfColumnsInCopy", func(t *testing.T) {
		d := d.in(t)
		_, err := d.copyIn("COPY t FROM STDIN", "1\tx\t1\t1\n2\n")
		require.Equal(t, "22P04", code(err), "%v", err)
		_, err = d.copyIn("COPY t FROM STDIN", "1\tx\t1\t1\textra\n")
		require.Equal(t, "22P04", code(err), "%v", err)
		unchanged(t)
	})
	t.Run("InvalidUTF8InCopy", func(t *testing.T) {
		d := d.in(t)
		_, err := d.copyIn("COPY t FROM STDIN", "1\t\xff\xfe\t1\t1\n")
		require.Equal(t, "22021", code(err), "%v", err)
		unchanged(t)
	})
	t.Run("Overflow", func(t *testing.T) {
		d := d.in(t)
		d.fails("INSERT INTO t VALUES (2147483648, 'x', 1, 1)", "22003")
		d.fails("INSERT INTO t VALUES (1, 'x', 40000, 1)", "22003")
		d.fails("INSERT INTO t VALUES (1, 'x', 1, 12345)", "22003")
		d.fails("SELECT 2147483647 + 1", "22003")
		d.fails("SELECT 9223372036854775807 + 1", "22003")
		_, err := d.copyIn("COPY t FROM STDIN", "99999999999\tx\t1\t1\n")
		require.Equal(t, "22003", code(err), "%v", err)
		unchanged(t)
	})
	t.Run("DivisionByZero", func(t *testing.T) {
		d := d.in(t)
		d.fails("SELECT 1 / 0", "22012")
		require.Equal(t, "0", d.one("SELECT 1 / 2"))
	})
	t.Run("NotNull", func(t *testing.T) {
		d := d.in(t)
		pe := d.fails("INSERT INTO t VALUES (1, NULL, 1, 1)", "23502")
		require.Equal(t, "b", pe.ColumnName)
		d.fails("INSERT INTO t (a) VALUES (1)", "23502")
		_, err := d.copyIn("COPY t FROM STDIN", "1\t\\N\t1\t1\n")
		require.Equal(t, "23502", code(err), "%v", err)
		unchanged(t)
	})
	t.Run("Check", func(t *testing.T) {
		d := d.in(t)
		d.rows("CREATE TABLE checked (a integer CHECK (a > 0))")
		d.fails("INSERT INTO checked VALUES (1), (0)", "23514")
		require.Equal(t, "0", d.one("SELECT count(*) FROM checked"))
	})
	t.Run("UnknownDatabase", func(t *testing.T) {
		_, err := pgconn.Connect(t.Context(), strings.Replace(s.DSN(), "/miniodb?", "/nowhere?", 1))
		require.Equal(t, "3D000", code(err), "%v", err)
		require.ErrorContains(t, err, `database "nowhere" does not exist`)
	})
	t.Run("UnknownRole", func(t *testing.T) {
		_, err := pgconn.Connect(t.Context(), strings.Replace(s.DSN(), "miniodb@", "mallory@", 1))
		require.Contains(t, []string{"28000", "28P01"}, code(err), "%v", err)
	})
	t.Run("DuplicateTable", func(t *testing.T) {
		d := d.in(t)
		d.fails("CREATE TABLE t (a integer)", "42P07")
		d.rows("CREATE TABLE IF NOT EXISTS t (a integer)")
	})
	t.Run("NotYetSupported", func(t *testing.T) {
		d := d.in(t)
		for _, sql := range []string{"UPDATE t SET a = 1", "DELETE FROM t", "MERGE INTO t USING t s ON t.a = s.a WHEN MATCHED THEN DELETE"} {
			require.NotEmpty(t, d.fails(sql, "0A000").Hint, sql)
		}
		unchanged(t)
	})
	t.Run("UnknownSetting", func(t *testing.T) {
		d := d.in(t)
		d.fails("SET no_such_setting = 1", "42704")
		d.fails("SHOW no_such_setting", "42704")
		d.rows("SET my.setting = 'x'")
	})
	t.Run("FailedTransaction", func(t *testing.T) {
		d := d.in(t)
		d.rows("BEGIN; INSERT INTO t VALUES (1, 'x', 1, 1)")
		d.fails("SELECT 1 / 0", "22012")
		d.fails("SELECT 1", "25P02")
		d.rows("COMMIT")
		unchanged(t)
	})
}

// TestSandbox tries to reach files and the engine's inside, directly and through every way to store or nest a query. Nothing is read,
// nothing is written, and the answer is a refusal.
func TestSandbox(t *testing.T) {
	s := testserver.Start(t, bin, t.TempDir())
	d := connect(t, s.DSN())
	d.rows("CREATE TABLE t (x text); INSERT INTO t VALUES ('x')")
	secret := filepath.Join(t.TempDir(), "secret.csv")
	require.NoError(t, os.WriteFile(secret, []byte("secret\nhunter2\n"), 0o644))
	target := filepath.Join(t.TempDir(), "written")

	relations := map[string]string{
		"read_csv":         "read_csv('" + secret + "')",
		"read_parquet":     "read_parquet('/etc/passwd')",
		"read_text":        "read_text('" + secret + "')",
		"read_blob":        "read_blob('" + secret + "')",
		"read_json":        "read_json('" + secret + "')",
		"glob":             "glob('/etc/*')",
		"file name":        "'" + secret + "'",
		"quoted file":      `"` + secret + `"`,
		"passwd":           "'/etc/passwd'",
		"duckdb_settings":  "duckdb_settings()",
		"duckdb_secrets":   "duckdb_secrets()",
		"sniff_csv":        "sniff_csv('" + secret + "')",
		"parquet_metadata": "parquet_metadata('" + secret + "')",
		"query":            "query('SELECT 1')",
		"pragma function":  "pragma_database_size()",
	}
	wrappers := map[string]string{
		"direct":     "SELECT * FROM %s",
		"prepare":    "PREPARE p AS SELECT * FROM %s",
		"view":       "CREATE VIEW v AS SELECT * FROM %s",
		"declare":    "BEGIN; DECLARE c CURSOR FOR SELECT * FROM %s",
		"cte":        "WITH c AS (SELECT * FROM %s) SELECT * FROM c",
		"subquery":   "SELECT (SELECT count(*) FROM %s)",
		"derived":    "SELECT * FROM (SELECT * FROM %s) AS d",
		"insert":     "INSERT INTO t SELECT count(*)::text FROM %s",
		"table as":   "CREATE TABLE t2 AS SELECT * FROM %s",
		"copy query": "COPY (SELECT * FROM %s) TO STDOUT",
		"explain":    "EXPLAIN SELECT * FROM %s",
		"exists":     "SELECT 1 WHERE EXISTS (SELECT 1 FROM %s)",
		"lateral":    "SELECT * FROM t, LATERAL (SELECT * FROM %s) AS l",
		"union":      "SELECT x FROM t UNION ALL SELECT 'y' FROM %s",
		"duckdb":     "FROM %s",
	}
	for name, relation := range relations {
		for how, wrapper := range wrappers {
			t.Run(name+"/"+how, func(t *testing.T) {
				d := d.in(t)
				codes := []string{"42501"}
				switch {
				case how == "duckdb": // not PostgreSQL's grammar
					codes = []string{"42501", "42601"}
				case relation[0] == '"': // in PostgreSQL that is a table's name
					codes = []string{"42501", "42P01"}
				}
				pe := d.fails(fmt.Sprintf(wrapper, relation), codes...)
				require.NotContains(t, pe.Message+pe.Detail+pe.Hint, "hunter2")
				if d.TxStatus() != 'I' {
					d.rows("ROLLBACK")
				}
			})
		}
	}

	for name, sql := range map[string]string{
		"copy to file":         "COPY t TO '" + target + "'",
		"copy from file":       "COPY t FROM '" + secret + "'",
		"copy to program":      "COPY t TO PROGRAM 'cat > " + target + "'",
		"copy from program":    "COPY t FROM PROGRAM 'cat " + secret + "'",
		"copy query to file":   "COPY (SELECT 1) TO '" + target + "'",
		"attach":               "ATTACH '" + target + "' AS other",
		"detach":               "DETACH hot",
		"install":              "INSTALL httpfs",
		"load":                 "LOAD httpfs",
		"pragma":               "PRAGMA database_list",
		"export":               "EXPORT DATABASE '" + target + "'",
		"import":               "IMPORT DATABASE '" + target + "'",
		"use":                  "USE hot",
		"call pragma":          "CALL pragma_database_size()",
		"call logging":         "CALL enable_logging('QueryLog')",
		"function in C":        "CREATE FUNCTION f() RETURNS integer LANGUAGE c AS '/lib/x86_64-linux-gnu/libc.so.6', 'system'",
		"function in plpgsql":  "CREATE FUNCTION f() RETURNS integer LANGUAGE plpgsql AS 'BEGIN RETURN 1; END'",
		"function of a file":   "CREATE FUNCTION f() RETURNS text LANGUAGE sql AS $$ SELECT content FROM read_text('/etc/passwd') $$",
		"function of hot":      "CREATE FUNCTION f() RETURNS bigint LANGUAGE sql AS 'SELECT count(*) FROM hot.main.g1'",
		"duckdb's dialect":     "FROM read_text('/etc/passwd') SELECT content",
		"macro":                "CREATE MACRO m(a) AS a + 1",
		"secret":               "CREATE SECRET s (TYPE s3)",
		"read file function":   "SELECT pg_read_file('/etc/passwd')",
		"getenv":               "SELECT getenv('HOME')",
		"current_setting":      "SELECT current_setting('temp_directory')",
		"hot tables":           `SELECT * FROM hot.main.g1`,
		"internal catalog":     "SELECT * FROM system.information_schema.tables",
		"two statements":       "SELECT 1; ATTACH '" + target + "'",
		"comment before":       "/* x */ -- y\n ATTACH '" + target + "'",
		"set memory_limit":     "SET memory_limit = '100GB'",
		"set threads":          "SET threads = 1",
		"set temp_directory":   "SET temp_directory = '/tmp'",
		"set external access":  "SET enable_external_access = true",
		"set global":           "SET GLOBAL enable_external_access = true",
		"set allowed":          "SET allowed_directories = ['/']",
		"reset lock":           "RESET lock_configuration",
		"prepare attach":       "PREPARE p AS ATTACH '" + target + "'",
		"view of system table": "CREATE VIEW v AS SELECT * FROM duckdb_tables()",
	} {
		t.Run(name, func(t *testing.T) {
			d.in(t).fails(sql, "42501", "42704", "0A000", "42P01", "3F000", "42601", "42883")
		})
	}
	require.NoFileExists(t, target)
	require.Equal(t, [][]string{{"x"}}, d.rows("SELECT * FROM t"))
	d.fails("SELECT * FROM v", "42P01")
	d.fails("SELECT * FROM t2", "42P01")
}
