package server_test

import (
	"context"
	"strings"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/stretchr/testify/require"

	"github.com/miniodb/miniodb/config"
	"github.com/miniodb/miniodb/internal/testserver"
)

// TestRefreshIsAtomic reads a materialized view while it is refreshed and flushed: readers see all rows of one refresh, always.
func TestRefreshIsAtomic(t *testing.T) {
	dsn := "postgres://miniodb@" + startServer(t) + "/miniodb?sslmode=disable"
	c := connect(t, dsn)
	require.NotContains(t, runText(c, "CREATE TABLE src (round int); INSERT INTO src VALUES (0)"), "ERROR")
	require.NotContains(t, runText(c, "CREATE MATERIALIZED VIEW mv AS SELECT max(round) AS round, g FROM src, generate_series(1, 100) g GROUP BY g"), "ERROR")
	stop := make(chan struct{})
	var readers sync.WaitGroup
	for range 2 {
		r := connect(t, dsn)
		readers.Add(1)
		go func(r *pgconn.PgConn) {
			defer readers.Done()
			for {
				select {
				case <-stop:
					return
				default:
				}
				if out := runText(r, "SELECT count(*), count(DISTINCT round) FROM mv"); out != "count|count\n100|1\nSELECT 1\n" {
					t.Errorf("a reader saw %s", out)
					return
				}
			}
		}(r)
	}
	for i := range 15 {
		require.NotContains(t, runText(c, "INSERT INTO src SELECT max(round) + 1 FROM src"), "ERROR")
		require.Equal(t, "REFRESH MATERIALIZED VIEW\n", runText(c, "REFRESH MATERIALIZED VIEW CONCURRENTLY mv"))
		if i%5 == 4 {
			require.Equal(t, "CALL\n", runText(c, "CALL flush_table('mv')"))
		}
	}
	close(stop)
	readers.Wait()
	require.Equal(t, "round|count\n15|100\nSELECT 1\n", runText(c, "SELECT round, count(*) FROM mv GROUP BY round"))
}

// TestMatviewSurvives has a materialized view, its definition and whether it is populated known after a restart, or to another server.
func TestMatviewSurvives(t *testing.T) {
	dir := t.TempDir()
	var stop func()
	open := func() *pgconn.PgConn {
		var addr string
		addr, stop = startAlone(t, func(c *config.Config) { c.Server.DataDir = dir })
		return connect(t, "postgres://miniodb@"+addr+"/miniodb?sslmode=disable")
	}
	if testserver.Shared() {
		t.Skip("starts its servers itself")
	}
	c := open()
	require.NotContains(t, runText(c, `CREATE TABLE src (x int); INSERT INTO src VALUES (1), (2); CREATE MATERIALIZED VIEW mv AS SELECT sum(x) AS s FROM src;
		CREATE MATERIALIZED VIEW late AS SELECT x FROM src WITH NO DATA; CREATE VIEW v AS SELECT s FROM mv; INSERT INTO src VALUES (3)`), "ERROR")
	require.NoError(t, c.Close(context.Background()))
	stop()
	c = open()
	require.Equal(t, "s\n3\nSELECT 1\n", runText(c, "SELECT * FROM v"))
	require.Contains(t, runText(c, "SELECT * FROM late"), "55000")
	require.Contains(t, runText(c, "DROP TABLE src"), "2BP01")
	require.NotContains(t, runText(c, "REFRESH MATERIALIZED VIEW mv; REFRESH MATERIALIZED VIEW late"), "ERROR")
	require.Equal(t, "s|count\n6|3\nSELECT 1\n", runText(c, "SELECT s, count(*) FROM mv, late GROUP BY s"))
	require.True(t, strings.Contains(runText(c, "SELECT definition FROM pg_matviews WHERE matviewname = 'mv'"), "sum(src.x)"))
	require.NoError(t, c.Close(context.Background()))
	stop()
}
