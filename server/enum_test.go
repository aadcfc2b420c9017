package server_test

import (
	"bytes"
	"context"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/miniodb/miniodb/config"
	"github.com/miniodb/miniodb/internal/testserver"
)

// TestEnumValues sends and takes values of an enum by every way there is: parameters, COPY, buffers and files, before and after it gets another label.
func TestEnumValues(t *testing.T) {
	ctx, dsn := context.Background(), "postgres://miniodb@"+startServer(t)+"/miniodb?sslmode=disable"
	c, other := connect(t, dsn), connect(t, dsn)
	ok := func(text string) {
		t.Helper()
		require.NotContains(t, runText(c, text), "ERROR", text)
	}
	ok("CREATE TYPE size AS ENUM ('small', 'medium', 'large'); CREATE TABLE shirts (id int, s size, all_sizes size[])") // the second statement needs the first
	conn, err := pgx.Connect(ctx, dsn)
	require.NoError(t, err)
	defer conn.Close(ctx)
	for _, name := range []string{"size", "_size"} {
		typ, err := conn.LoadType(ctx, name)
		require.NoError(t, err)
		conn.TypeMap().RegisterType(typ)
	}
	_, err = conn.Exec(ctx, "INSERT INTO shirts VALUES ($1, $2, $3)", 1, "large", []string{"small", "large"})
	require.NoError(t, err)
	_, err = conn.Exec(ctx, "INSERT INTO shirts VALUES ($1, $2, $3)", 2, "huge", nil)
	require.ErrorContains(t, err, `invalid input value for enum size: "huge" (SQLSTATE 22P02)`)
	for _, format := range []int16{pgx.TextFormatCode, pgx.BinaryFormatCode} {
		var s string
		var all []string
		require.NoError(t, conn.QueryRow(ctx, "SELECT s, all_sizes FROM shirts WHERE s > $1 AND s = ANY ($2) AND 'small'::size < s", pgx.QueryResultFormats{format}, "medium", []string{"large"}).Scan(&s, &all))
		require.Equal(t, "large", s)
		require.Equal(t, []string{"small", "large"}, all)
	}
	rr := c.ExecParams(ctx, "SELECT id FROM shirts WHERE s = $1", [][]byte{[]byte("large")}, nil, []int16{1}, nil)
	read := rr.Read()
	require.NoError(t, read.Err)
	require.Len(t, read.Rows, 1)

	for _, format := range []string{"text", "csv", "binary"} {
		var out bytes.Buffer
		_, err := c.CopyTo(ctx, &out, "COPY (SELECT 3, 'medium'::size, enum_range(NULL::size)) TO STDOUT (FORMAT "+format+")")
		require.NoError(t, err)
		_, err = c.CopyFrom(ctx, &out, "COPY shirts FROM STDIN (FORMAT "+format+")")
		require.NoError(t, err, format)
	}
	_, err = c.CopyFrom(ctx, strings.NewReader("4\thuge\t\\N\n"), "COPY shirts FROM STDIN")
	require.ErrorContains(t, err, `invalid input value for enum size: "huge"`)
	_, err = c.CopyFrom(ctx, strings.NewReader("4\tsmall\t{huge}\n"), "COPY shirts FROM STDIN")
	require.ErrorContains(t, err, `invalid input value for enum size: "huge"`)
	_, err = conn.CopyFrom(ctx, pgx.Identifier{"shirts"}, []string{"id", "s"}, pgx.CopyFromRows([][]any{{4, "small"}}))
	require.NoError(t, err)

	prepared, err := other.Prepare(ctx, "by_size", "SELECT count(*) FROM shirts WHERE s < 'large'", nil)
	require.NoError(t, err)
	count := func() string {
		r := other.ExecPrepared(ctx, prepared.Name, nil, nil, nil).Read()
		require.NoError(t, r.Err)
		return string(r.Rows[0][0])
	}
	require.Equal(t, "4", count())
	ok("CALL flush_table('shirts')") // the labels' texts, in files with their own bounds
	ok("ALTER TYPE size ADD VALUE 'tiny' BEFORE 'small'; INSERT INTO shirts VALUES (5, 'tiny', '{tiny}')")
	require.Equal(t, "5", count(), "a statement that was prepared before")
	want := "id|s\n5|tiny\n4|small\n3|medium\n3|medium\n3|medium\n1|large\nSELECT 6\n"
	require.Equal(t, want, runText(c, "SELECT id, s FROM shirts ORDER BY s, id"))
	ok("CALL flush_table('shirts')")
	require.Equal(t, want, runText(c, "SELECT id, s FROM shirts ORDER BY s, id"))
	require.Equal(t, "id\n5\n4\nSELECT 2\n", runText(c, "SELECT id FROM shirts WHERE s < 'medium' ORDER BY s"))
	require.Equal(t, "min|max|count\ntiny|large|6\nSELECT 1\n", runText(c, "SELECT min(s), max(s), count(s) FROM shirts"))
	require.Equal(t, "s\nlarge\nmedium\nSELECT 2\n", runText(c, "SELECT s FROM shirts ORDER BY s DESC LIMIT 2"))
	require.Equal(t, "id\n1\nSELECT 1\n", runText(c, "SELECT id FROM shirts WHERE s IN ('large')"))

	ok("ALTER TABLE shirts ADD COLUMN fallback size NOT NULL DEFAULT 'medium'::size")
	require.Equal(t, "fallback|pg_typeof\nmedium|size\nSELECT 1\n", runText(c, "SELECT DISTINCT fallback, pg_typeof(fallback) FROM shirts"))
	ok("CREATE TABLE copied AS SELECT * FROM shirts; CREATE TABLE alike (LIKE shirts INCLUDING ALL); INSERT INTO alike (id) VALUES (1)")
	require.Equal(t, "s\nlarge\nSELECT 1\n", runText(c, "SELECT max(s) AS s FROM copied"))
	require.Equal(t, "fallback\nmedium\nSELECT 1\n", runText(c, "SELECT fallback FROM alike"))
	ok("CREATE MATERIALIZED VIEW sizes AS SELECT s, count(*) AS n FROM shirts GROUP BY s; CREATE TEMP TABLE mine (s size); INSERT INTO mine VALUES ('tiny')")
	require.Equal(t, "s|n\ntiny|1\nsmall|1\nSELECT 2\n", runText(c, "SELECT * FROM sizes ORDER BY s LIMIT 2"))
	require.Equal(t, "s\ntiny\nSELECT 1\n", runText(c, "SELECT s FROM mine WHERE s < 'small'"))
}

// TestEnumTransactions has types in transactions: rolled back, and made while others change the catalog.
func TestEnumTransactions(t *testing.T) {
	dsn := "postgres://miniodb@" + startServer(t) + "/miniodb?sslmode=disable"
	a, b := connect(t, dsn), connect(t, dsn)
	require.Contains(t, runText(a, "BEGIN; CREATE TYPE e AS ENUM ('x'); SAVEPOINT s; ALTER TYPE e ADD VALUE 'y'; ROLLBACK TO s; SELECT 'y'::e"), "22P02")
	require.Contains(t, runText(a, "ROLLBACK; SELECT 'x'::e"), `42704 type "e" does not exist`)
	require.NotContains(t, runText(a, "BEGIN; CREATE TYPE e AS ENUM ('b', 'a'); CREATE TABLE t (v e, vs e[]); INSERT INTO t VALUES ('a', '{b}'), ('b', '{}')"), "ERROR")
	require.NotContains(t, runText(b, "CREATE TABLE u (x int); CREATE TYPE f AS ENUM ('q')"), "ERROR") // takes the OIDs that the transaction counted on
	require.NotContains(t, runText(a, "COMMIT"), "ERROR")
	require.Equal(t, "v|vs|pg_typeof\nb|{}|e\na|{b}|e\nSELECT 2\n", runText(b, "SELECT v, vs, pg_typeof(v) FROM t ORDER BY v"))
	require.Equal(t, "e\nq\nSELECT 1\n", runText(b, "SELECT 'q'::f AS e"))

	require.NotContains(t, runText(a, "BEGIN; CREATE TABLE w (v f)"), "ERROR")
	require.NotContains(t, runText(b, "DROP TYPE f"), "ERROR")
	require.Contains(t, runText(a, "COMMIT"), "40001")
	require.NotContains(t, runText(a, "BEGIN; ALTER TYPE e ADD VALUE 'c'"), "ERROR")
	require.NotContains(t, runText(b, "ALTER TYPE e ADD VALUE 'd'"), "ERROR")
	require.Contains(t, runText(a, "COMMIT"), "40001")
	require.NotContains(t, runText(a, "ROLLBACK"), "ERROR")

	require.Contains(t, runText(a, "DROP TYPE e CASCADE"), "0A000")
	require.Contains(t, runText(a, "ALTER TYPE e RENAME VALUE 'a' TO 'z'"), "0A000")
	require.Contains(t, runText(a, "CREATE TABLE e (x int)"), "42710")
	require.Contains(t, runText(a, "CREATE TYPE t AS ENUM ('x')"), "42710")
	require.Contains(t, runText(a, "CREATE FUNCTION g(e) RETURNS text LANGUAGE SQL AS 'SELECT $1::text'"), "0A000")
	require.Contains(t, runText(a, "CREATE TYPE h AS ENUM ('x', 'x')"), "23505")
	require.Contains(t, runText(a, "CREATE TYPE h AS ENUM ('"+strings.Repeat("x", 64)+"')"), "42602")
	require.Contains(t, runText(a, "CREATE TYPE pg_temp.h AS ENUM ('x')"), "0A000")
	require.NotContains(t, runText(a, `CREATE TYPE h AS ENUM ('it''s', '$1 $$', '"', 'Ä')`), "ERROR")
	require.Equal(t, "h\n$1 $$\nSELECT 1\n", runText(a, `SELECT max(x::h) AS h FROM (VALUES ('it''s'), ('$1 $$')) AS v(x)`))
	require.Contains(t, runText(a, `SELECT x::h FROM (VALUES ('ä')) AS v(x)`), `22P02 invalid input value for enum h: "ä"`)

	require.NotContains(t, runText(a, "CREATE ROLE r LOGIN; CREATE SCHEMA s; CREATE TYPE s.k AS ENUM ('x'); CREATE TABLE s.l (v s.k DEFAULT 'x'::s.k)"), "ERROR")
	r := connect(t, strings.Replace(dsn, "miniodb@", "r@", 1))
	require.Contains(t, runText(r, "ALTER TYPE e ADD VALUE 'n'"), "42501 must be owner of type e")
	require.Contains(t, runText(r, "DROP TYPE e"), "42501")
	require.Contains(t, runText(r, "SELECT 'x'::s.k"), "42501")
	require.NotContains(t, runText(a, "ALTER TYPE e OWNER TO r"), "ERROR")
	require.Contains(t, runText(a, "DROP ROLE r"), "2BP01")
	require.NotContains(t, runText(r, "ALTER TYPE e ADD VALUE 'n'"), "ERROR")
	require.NotContains(t, runText(a, "REASSIGN OWNED BY r TO miniodb; DROP ROLE r"), "ERROR")
	require.Contains(t, runText(a, "DROP SCHEMA s"), "2BP01")
	require.NotContains(t, runText(a, "DROP SCHEMA s CASCADE"), "ERROR")
}

// TestEnumSurvives has the type, its OIDs and its rows after a restart.
func TestEnumSurvives(t *testing.T) {
	if testserver.Shared() {
		t.Skip("starts its servers itself")
	}
	dir := t.TempDir()
	before := ""
	for i := range 3 {
		addr, stop := startAlone(t, func(c *config.Config) { c.Server.DataDir = dir })
		c := connect(t, "postgres://miniodb@"+addr+"/miniodb?sslmode=disable")
		if i == 0 {
			require.NotContains(t, runText(c, "CREATE TYPE e AS ENUM ('b', 'a'); COMMENT ON TYPE e IS 'letters'; CREATE TABLE t (v e); INSERT INTO t VALUES ('a'), ('b')"), "ERROR")
			before = runText(c, "SELECT oid, typname, typarray, typelem FROM pg_type WHERE typname LIKE '%e' AND typnamespace = 'public'::regnamespace; SELECT oid, * FROM pg_enum; SELECT obj_description('e'::regtype, 'pg_type')")
		}
		require.Equal(t, before, runText(c, "SELECT oid, typname, typarray, typelem FROM pg_type WHERE typname LIKE '%e' AND typnamespace = 'public'::regnamespace; SELECT oid, * FROM pg_enum; SELECT obj_description('e'::regtype, 'pg_type')"))
		require.Equal(t, "v\nb\na\nSELECT 2\n", runText(c, "SELECT v FROM t ORDER BY v"))
		stop()
	}
}
