package server_test

import (
	"fmt"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/miniodb/miniodb/config"
	"github.com/miniodb/miniodb/internal/testserver"
)

// TestWaitInsideOfAQuery has more sessions wait for a lock in the middle of their queries than queries may execute at a time: the others go on, the
// waits can be cancelled and time out, and the lock is handed on.
func TestWaitInsideOfAQuery(t *testing.T) {
	addr := startWith(t, func(c *config.Config) { c.Engine.MaxQueries = 2 })
	holder, watcher := openPgx(t, addr), openPgx(t, addr)
	_, err := holder.Exec(short(t), "CREATE TABLE t AS SELECT g AS a FROM generate_series(1, 10000) g")
	require.NoError(t, err)
	one[any](t, holder, "SELECT pg_advisory_lock(1)")
	const waiters = 6
	var conns []*pgx.Conn
	var done []<-chan error
	for i := range waiters {
		c := openPgx(t, addr)
		conns = append(conns, c)
		done = append(done, background(t, c, fmt.Sprintf("SELECT count(*) FROM t WHERE a = %d AND pg_advisory_xact_lock(1) IS NOT NULL", i+1)))
		waits(t, watcher, c.PgConn().PID(), "advisory")
	}
	require.Equal(t, int64(10000), one[int64](t, watcher, "SELECT count(*) FROM t"), "others have slots")

	require.NoError(t, conns[0].PgConn().CancelRequest(short(t)))
	requireCode(t, "57014", <-done[0])
	require.True(t, one[bool](t, watcher, "SELECT pg_cancel_backend($1) AND true", conns[1].PgConn().PID()))
	requireCode(t, "57014", <-done[1])
	_, err = conns[0].Exec(short(t), "SET lock_timeout = 20")
	require.NoError(t, err)
	_, err = conns[0].Exec(short(t), "SELECT 1 WHERE pg_advisory_lock(1) IS NOT NULL")
	requireCode(t, "55P03", err)

	require.True(t, one[bool](t, holder, "SELECT pg_advisory_unlock(1) AND true"))
	for _, d := range done[2:] {
		require.NoError(t, <-d)
	}
	require.Zero(t, one[int64](t, watcher, "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'"))

	require.Equal(t, int64(1), one[int64](t, watcher, "SELECT count(*) FROM pg_stat_activity WHERE CASE WHEN pid = $1 THEN pg_terminate_backend(pid, 10000) END",
		conns[2].PgConn().PID()))
	require.Error(t, conns[2].Ping(short(t)))
}

// TestNextvalIsUnique takes numbers in several sessions at a time, in every way there is.
func TestNextvalIsUnique(t *testing.T) {
	var addrs []string
	if testserver.Shared() {
		b := testserver.NewBacking(t, t.TempDir())
		addrs = append(addrs, startOn(t, b, "node-0"), startOn(t, b, "node-1"))
	} else {
		addrs = append(addrs, startServer(t))
	}
	a := openPgx(t, addrs[0])
	_, err := a.Exec(short(t), "CREATE SEQUENCE s; CREATE TABLE t (n bigint, d bigint DEFAULT nextval('s')); SELECT setval('s', 1000)")
	require.NoError(t, err)
	var wait sync.WaitGroup
	for i := range 4 {
		c := openPgx(t, addrs[i%len(addrs)])
		wait.Go(func() {
			for _, text := range []string{
				"INSERT INTO t SELECT nextval('s') FROM generate_series(1, 5000)", "INSERT INTO t (n) VALUES (nextval('s')), (nextval('s'))",
				"BEGIN; INSERT INTO t (n) SELECT nextval('s') FROM generate_series(1, 100); ROLLBACK", "SELECT nextval('s')",
				"INSERT INTO t (n) WITH x AS (SELECT nextval('s') AS n FROM generate_series(1, 3000)) SELECT n FROM x",
			} {
				if _, err := c.Exec(short(t), text); err != nil {
					t.Errorf("%s: %v", text, err)
				}
			}
		})
	}
	wait.Wait()
	for _, addr := range addrs {
		_, err := openPgx(t, addr).Exec(short(t), "CALL flush_table('t')")
		require.NoError(t, err)
	}
	c := openPgx(t, addrs[len(addrs)-1])
	require.Equal(t, int64(2*4*8002), one[int64](t, c, "SELECT count(DISTINCT x) FROM (SELECT n FROM t UNION ALL SELECT d FROM t) AS y(x) WHERE x > 1000"))
	require.Greater(t, one[int64](t, c, "SELECT nextval('s')"), int64(1000))
	_, err = a.Exec(short(t), "SELECT setval('s', 1000000)")
	require.NoError(t, err)
	require.Equal(t, int64(1000001), one[int64](t, c, "SELECT nextval('s')"), "numbers that another session has set are seen at once")
	require.Equal(t, int64(1000001), one[int64](t, c, "SELECT last_value FROM s"))
}
