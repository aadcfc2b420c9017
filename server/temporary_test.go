package server_test

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/miniodb/miniodb/config"
	"github.com/miniodb/miniodb/internal/units"
)

// TestTemporaryIsPrivate has two sessions with temporary tables of the same name: each sees its own, in its catalogs, too, and neither leaves anything behind.
func TestTemporaryIsPrivate(t *testing.T) {
	dsn := "postgres://miniodb@" + startServer(t) + "/miniodb?sslmode=disable"
	a, b := connect(t, dsn), connect(t, dsn)
	require.NotContains(t, runText(a, "CREATE TABLE shared (x int); INSERT INTO shared VALUES (1); CREATE TEMP TABLE k (x int); INSERT INTO k VALUES (1)"), "ERROR")
	require.Contains(t, runText(b, "SELECT * FROM k"), "42P01")
	require.NotContains(t, runText(b, "CREATE TEMP TABLE k (y text, z int); INSERT INTO k VALUES ('b', 2); CREATE TEMP TABLE shared (hidden int)"), "ERROR")
	require.Equal(t, "x\n1\nSELECT 1\n", runText(a, "SELECT * FROM k"))
	require.Equal(t, "y|z\nb|2\nSELECT 1\n", runText(b, "SELECT * FROM k"))
	require.Equal(t, "x\n1\nSELECT 1\n", runText(a, "SELECT * FROM shared"))
	require.Equal(t, "hidden\nSELECT 0\n", runText(b, "SELECT * FROM shared"))
	const others = "SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace WHERE nspname LIKE 'pg_temp%'"
	require.Equal(t, "count\n1\nSELECT 1\n", runText(a, others))
	require.Equal(t, "count\n2\nSELECT 1\n", runText(b, others))

	var schema string
	_, err := fmt.Sscanf(runText(b, "SELECT pg_my_temp_schema()::regnamespace"), "pg_my_temp_schema\n%s\n", &schema)
	require.NoError(t, err)
	require.Contains(t, runText(a, "SELECT * FROM "+schema+".k"), "42P01")
	require.Contains(t, runText(a, "CREATE TABLE "+schema+".l (x int)"), "42P16")

	require.NoError(t, b.Close(context.Background()))
	c := connect(t, dsn)
	require.Equal(t, "count\n0\nSELECT 1\n", runText(c, others))
	require.Equal(t, "name\nshared\nSELECT 1\n", runText(c, "SELECT name FROM miniodb.tables"))
}

// TestTemporaryCopies sends rows through COPY in both directions, among them some that fail.
func TestTemporaryCopies(t *testing.T) {
	ctx := context.Background()
	c := connect(t, "postgres://miniodb@"+startServer(t)+"/miniodb?sslmode=disable")
	require.NotContains(t, runText(c, "CREATE TEMP TABLE k (x int CHECK (x < 1000), y text)"), "ERROR")
	var in strings.Builder
	for i := range 999 {
		fmt.Fprintf(&in, "%d\trow %d\n", i, i)
	}
	tag, err := c.CopyFrom(ctx, strings.NewReader(in.String()), "COPY k FROM STDIN")
	require.NoError(t, err)
	require.Equal(t, "COPY 999", tag.String())
	_, err = c.CopyFrom(ctx, strings.NewReader("1\tgood\n5000\tbad\n"), "COPY k FROM STDIN")
	require.ErrorContains(t, err, "23514")
	var out bytes.Buffer
	_, err = c.CopyTo(ctx, &out, "COPY k TO STDOUT")
	require.NoError(t, err)
	require.Equal(t, in.String(), out.String())

	// A statement that fails late, after rows of it have been added, leaves none of them.
	require.NotContains(t, runText(c, "DROP TABLE k; CREATE TEMP TABLE k (x bigint, y text); INSERT INTO k VALUES (1, 'one')"), "ERROR")
	require.Contains(t, runText(c, "INSERT INTO k SELECT g, (1 / (700000 - g))::text || md5(g::text) FROM generate_series(1, 700000) g"), "22012")
	require.Equal(t, "x|y\n1|one\nSELECT 1\n", runText(c, "SELECT * FROM k"))
}

// TestTemporaryIsBounded fills temporary tables beyond the engine's memory: they go to disk or fail, and the server goes on.
func TestTemporaryIsBounded(t *testing.T) {
	addr := startWith(t, func(c *config.Config) { c.Engine.MemoryLimit = 192 * units.MB })
	dsn := "postgres://miniodb@" + addr + "/miniodb?sslmode=disable"
	c := connect(t, dsn)
	require.NotContains(t, runText(c, "CREATE TEMP TABLE k (x bigint, y text)"), "ERROR")
	for range 3 {
		out := runText(c, "INSERT INTO k SELECT g, md5(g::text) || md5((g + 1)::text) FROM generate_series(1, 1000000) g")
		if strings.Contains(out, "ERROR") {
			require.Contains(t, out, "53200")
			break
		}
	}
	out := runText(c, "SELECT count(*) % 1000000, sum(x) % 500000500000 FROM k")
	require.Equal(t, "?column?|?column?\n0|0\nSELECT 1\n", out)
	require.NoError(t, c.Close(context.Background()))
	d := connect(t, dsn)
	require.NotContains(t, runText(d, "CREATE TABLE t (x int); INSERT INTO t VALUES (1); SELECT * FROM t"), "ERROR")
}
