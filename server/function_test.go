package server_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/miniodb/miniodb/config"
	"github.com/miniodb/miniodb/internal/testserver"
)

// TestFunctionLimits has functions that would grow without bound, or reach what queries must not: each is an error, and soon.
func TestFunctionLimits(t *testing.T) {
	c := connect(t, "postgres://miniodb@"+startServer(t)+"/miniodb?sslmode=disable")
	ok := func(text string) {
		t.Helper()
		require.NotContains(t, runText(c, text), "ERROR", text)
	}
	fails := func(code, text string) {
		t.Helper()
		require.Contains(t, runText(c, text), "ERROR: "+code, text)
	}
	ok("CREATE FUNCTION f0(x int) RETURNS int LANGUAGE SQL AS 'SELECT x + 1'")
	for i := 1; i <= 9; i++ { // twice as many calls with each
		ok(fmt.Sprintf("CREATE FUNCTION f%d(x int) RETURNS int LANGUAGE SQL AS 'SELECT f%d(x) + f%d(x)'", i, i-1, i-1))
	}
	require.Equal(t, "f3\n16\nSELECT 1\n", runText(c, "SELECT f3(1)"))
	fails("54001", "CREATE FUNCTION f10(x int) RETURNS int LANGUAGE SQL AS 'SELECT f9(x) + f9(x)'")
	fails("54001", "SELECT f9(f9(1)) + f9(2)")
	fails("54001", "CREATE OR REPLACE FUNCTION f0(x int) RETURNS int LANGUAGE SQL AS 'SELECT f1(x)'")
	require.Equal(t, "f0\n2\nSELECT 1\n", runText(c, "SELECT f0(1)"), "a function that cannot be called is not kept")

	for _, body := range []string{
		"SELECT pg_read_file('/etc/passwd')", "SELECT count(*) FROM read_csv('/etc/passwd')", "SELECT getenv('HOME')", "SELECT count(*) FROM duckdb_settings()",
	} {
		fails("42501", "CREATE FUNCTION bad() RETURNS text LANGUAGE SQL AS $$"+body+"$$")
	}
	for _, text := range []string{
		"CREATE FUNCTION bad() RETURNS int LANGUAGE plpgsql AS 'BEGIN RETURN 1; END'", "CREATE FUNCTION bad() RETURNS SETOF int LANGUAGE SQL AS 'SELECT 1'",
		"CREATE FUNCTION bad() RETURNS TABLE (x int) LANGUAGE SQL AS 'SELECT 1'", "CREATE FUNCTION bad() RETURNS int LANGUAGE SQL AS 'SELECT 1; SELECT 2'",
		"CREATE FUNCTION bad() RETURNS int LANGUAGE SQL AS 'DROP TABLE t'", "CREATE FUNCTION bad(OUT x int) LANGUAGE SQL AS 'SELECT 1'",
		"CREATE FUNCTION bad(x int DEFAULT 1) RETURNS int LANGUAGE SQL AS 'SELECT x'", "CREATE FUNCTION bad() RETURNS int LANGUAGE SQL SECURITY DEFINER AS 'SELECT 1'",
		"CREATE FUNCTION lower(x int) RETURNS int LANGUAGE SQL AS 'SELECT x'", "CREATE FUNCTION pg_temp.bad() RETURNS int LANGUAGE SQL AS 'SELECT 1'",
		"CREATE FUNCTION bad() RETURNS int LANGUAGE SQL AS 'COPY t TO STDOUT'", "CREATE PROCEDURE bad() LANGUAGE SQL AS 'SELECT 1'",
		"CREATE TABLE t (x int DEFAULT f0(1))", "CREATE TABLE t (x int CHECK (f0(x) > 0))",
	} {
		fails("0A000", text)
	}
}

// TestFunctionSurvives has functions known after a restart.
func TestFunctionSurvives(t *testing.T) {
	if testserver.Shared() {
		t.Skip("starts its servers itself")
	}
	dir := t.TempDir()
	for i := range 2 {
		addr, stop := startAlone(t, func(c *config.Config) { c.Server.DataDir = dir })
		c := connect(t, "postgres://miniodb@"+addr+"/miniodb?sslmode=disable")
		if i == 0 {
			require.NotContains(t, runText(c, `CREATE FUNCTION add1(x int) RETURNS int LANGUAGE SQL AS 'SELECT x + 1'; CREATE VIEW v AS SELECT add1(2) AS y;
				COMMENT ON FUNCTION add1 IS 'one more'`), "ERROR")
		}
		require.Equal(t, "y|add1|obj_description\n3|5|one more\nSELECT 1\n", runText(c, "SELECT y, add1(4), obj_description('add1'::regproc, 'pg_proc') FROM v"))
		require.NoError(t, c.Close(context.Background()))
		stop()
	}
}
