package engine

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/miniodb/miniodb/internal/duck"
	"github.com/miniodb/miniodb/internal/pgerr"
)

// The second wall: what gets past the check of user SQL still reaches no file, no extension and no setting.
func TestLockDown(t *testing.T) {
	db, dir := openTest(t, "")
	c := connect(t, db)
	outside := filepath.Join(filepath.Dir(dir), "outside")
	require.NoError(t, os.Mkdir(outside, 0o700))
	exec(t, c, "CREATE TABLE t(x INTEGER)")
	exec(t, c, "COPY t TO "+duck.Literal(filepath.Join(dir, "in.parquet")))
	data, err := os.ReadFile(filepath.Join(dir, "in.parquet"))
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(outside, "a.parquet"), data, 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(outside, "a.csv"), []byte("x\n1\n"), 0o600))
	require.NoError(t, os.Symlink(outside, filepath.Join(dir, "link")))
	exec(t, c, "SELECT * FROM read_parquet("+duck.Literal(filepath.Join(dir, "in.parquet"))+")")

	lit := func(elem ...string) string { return duck.Literal(filepath.Join(elem...)) }
	for _, sql := range []string{
		"SELECT * FROM read_parquet(" + lit(outside, "a.parquet") + ")",
		"SELECT * FROM read_parquet([" + lit(dir, "in.parquet") + ", " + lit(outside, "a.parquet") + "])",
		"SELECT * FROM read_parquet('" + dir + "/../outside/a.parquet')",
		"SELECT * FROM read_parquet('file://" + outside + "/a.parquet')",
		"SELECT * FROM parquet_metadata(" + lit(outside, "a.parquet") + ")",
		"SELECT * FROM read_csv(" + lit(outside, "a.csv") + ")",
		"SELECT * FROM read_text('/etc/passwd')",
		"SELECT * FROM read_blob('/etc/passwd')",
		"SELECT * FROM read_json('/etc/passwd')",
		"SELECT * FROM sniff_csv('/etc/passwd')",
		"SELECT * FROM '/etc/passwd'",
		"SELECT * FROM " + duck.Ident(filepath.Join(outside, "a.csv")),
		"SELECT * FROM glob('/etc/*')",
		"SELECT * FROM glob('" + outside + "/*')",
		"SELECT * FROM read_parquet('http://127.0.0.1:1/a.parquet')",
		"SELECT * FROM read_parquet('s3://bucket/a.parquet')",
		"COPY t TO " + lit(outside, "b.csv"),
		"COPY (SELECT 1) TO '/tmp/miniodb-lockdown.parquet' (FORMAT parquet)",
		"COPY t FROM '/etc/passwd'",
		"EXPORT DATABASE " + lit(outside, "export"),
		"IMPORT DATABASE " + lit(outside, "export"),
		"ATTACH " + lit(outside, "x.db"),
		"INSTALL httpfs", "LOAD httpfs", "LOAD " + lit(outside, "x.duckdb_extension"), "FORCE INSTALL spatial",
		"SET memory_limit = '100GB'", "SET GLOBAL threads = 64", "SET enable_external_access = true", "SET lock_configuration = false",
		"SET allowed_directories = ['/']", "SET allowed_configs = ['threads']", "SET temp_directory = '/tmp'", "RESET memory_limit",
		"SET default_null_order = 'nulls_first'", "SET extension_directory = '/tmp'", "SET nosuch = 1",
		"PRAGMA memory_limit = '1GB'", "PRAGMA threads = 1",
		"CREATE SECRET s (TYPE s3)", "CREATE PERSISTENT SECRET s (TYPE s3)",
		"SELECT getenv('HOME')",
	} {
		_, err := c.Exec(context.Background(), sql)
		require.Error(t, err, sql)
		require.NotEqual(t, "XX000", pgerr.Code(err), "%s: %v", sql, err)
		rows, err := c.Query(context.Background(), sql, nil)
		if err == nil {
			_, err = drain(rows)
		}
		require.Error(t, err, sql)
	}
	entries, err := os.ReadDir(outside)
	require.NoError(t, err)
	require.Len(t, entries, 2)
	require.NoFileExists(t, "/tmp/miniodb-lockdown.parquet")

	// What sessions may set, they may.
	exec(t, c, "SET TimeZone = 'Europe/Berlin'")
	require.Equal(t, [][]string{{"2020-07-01 14:00:00"}}, collect(t, c, "SELECT TIMESTAMPTZ '2020-07-01 12:00:00+00' AT TIME ZONE 'Europe/Berlin'"))
	require.Equal(t, [][]string{{"Europe/Berlin"}}, collect(t, c, "SELECT current_setting('TimeZone')"))
	require.Equal(t, [][]string{{"UTC"}}, collect(t, connect(t, db), "SELECT current_setting('TimeZone')"), "the setting is the connection's own")
}

// Query runs queries only, and cannot write by way of EXPLAIN ANALYZE.
func TestQueryRefusesStatements(t *testing.T) {
	db, dir := openTest(t, "")
	c := connect(t, db)
	exec(t, c, "CREATE TABLE hot.t(x INTEGER)")
	for _, sql := range []string{
		"INSERT INTO hot.t VALUES (1)", "DELETE FROM hot.t", "CREATE TABLE hot.u(x INTEGER)", "DROP TABLE hot.t", "PRAGMA enable_profiling", "PRAGMA disable_object_cache", "CALL pragma_version()",
		"COPY hot.t TO " + duck.Literal(filepath.Join(dir, "t.csv")), "ATTACH ':memory:' AS m", "SET TimeZone = 'UTC'", "BEGIN", "SELECT 1; SELECT 2", "",
		"EXPLAIN ANALYZE INSERT INTO hot.t VALUES (1)", "EXPLAIN ANALYZE DELETE FROM hot.t", "EXPLAIN ANALYZE CREATE TABLE hot.u(x INTEGER)",
	} {
		rows, err := c.Query(context.Background(), sql, nil)
		if err == nil {
			_, err = drain(rows)
		}
		require.Error(t, err, sql)
	}
	require.Equal(t, [][]string{{"0"}}, collect(t, c, "SELECT count(*) FROM hot.t"))
	require.NotEmpty(t, collect(t, c, "EXPLAIN SELECT * FROM hot.t"))
	require.NotEmpty(t, collect(t, c, "EXPLAIN ANALYZE SELECT * FROM hot.t"))
}

func TestOpenFailures(t *testing.T) {
	for name, cfg := range map[string]Config{
		"negative": {MemoryLimit: -1}, "prelude": {Prelude: "SELECT nope"}, "temp": {TempDir: "/proc/nope"}, "syntax": {Prelude: "CREATE MACRO ("},
	} {
		_, err := Open(cfg)
		require.Error(t, err, name)
	}
}
