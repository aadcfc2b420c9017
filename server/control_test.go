package server_test

import (
	"context"
	"fmt"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgproto3"
	"github.com/stretchr/testify/require"

	"github.com/miniodb/miniodb/config"
	"github.com/miniodb/miniodb/internal/testserver"
)

// openPgx connects with pgx. The connection is closed at the end of the test.
func openPgx(t testing.TB, addr string) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(context.Background(), "postgres://miniodb@"+addr+"/miniodb?sslmode=disable")
	require.NoError(t, err)
	t.Cleanup(func() { _ = conn.Close(context.Background()) })
	return conn
}

func short(t testing.TB) context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	t.Cleanup(cancel)
	return ctx
}

func requireCode(t testing.TB, code string, err error, message ...any) {
	t.Helper()
	var e *pgconn.PgError
	require.ErrorAs(t, err, &e, message...)
	require.Equal(t, code, e.Code, e.Message)
}

// one returns the only value of a query.
func one[T any](t testing.TB, conn *pgx.Conn, text string, args ...any) (v T) {
	t.Helper()
	require.NoError(t, conn.QueryRow(short(t), text, args...).Scan(&v))
	return v
}

// background runs a statement beside the test.
func background(t testing.TB, conn *pgx.Conn, text string, args ...any) <-chan error {
	done := make(chan error, 1)
	ctx := short(t)
	go func() {
		_, err := conn.Exec(ctx, text, args...)
		done <- err
	}()
	return done
}

// waits blocks until a session waits for what is asked for.
func waits(t testing.TB, watcher *pgx.Conn, pid uint32, event string) {
	t.Helper()
	require.Eventually(t, func() bool {
		return one[bool](t, watcher, "SELECT count(*) > 0 FROM pg_stat_activity WHERE pid = $1 AND state = 'active' AND wait_event = $2", pid, event)
	}, 20*time.Second, 5*time.Millisecond)
}

func TestAdvisoryLocks(t *testing.T) {
	addr := startServer(t)
	a, b, watcher := openPgx(t, addr), openPgx(t, addr), openPgx(t, addr)
	lock := func(conn *pgx.Conn, text string) { one[any](t, conn, "SELECT "+text) }

	lock(a, "pg_advisory_lock(1)")
	require.False(t, one[bool](t, b, "SELECT pg_try_advisory_lock(1)"))
	require.False(t, one[bool](t, b, "SELECT pg_try_advisory_lock_shared(1)"))
	require.True(t, one[bool](t, b, "SELECT pg_try_advisory_lock(0, 1)"), "another lock")

	done := background(t, b, "SELECT pg_advisory_lock(1)")
	waits(t, watcher, b.PgConn().PID(), "advisory")
	require.Equal(t, int64(1), one[int64](t, watcher, "SELECT count(*) FROM pg_locks WHERE NOT granted AND waitstart <= clock_timestamp() AND pid = $1", b.PgConn().PID()))
	require.True(t, one[bool](t, a, "SELECT pg_advisory_unlock(1)"))
	require.NoError(t, <-done)

	_, err := a.Exec(short(t), "SET lock_timeout = 20")
	require.NoError(t, err)
	_, err = a.Exec(short(t), "SELECT pg_advisory_lock(1)")
	requireCode(t, "55P03", err)
	_, err = a.Exec(short(t), "SET lock_timeout = 0; SET statement_timeout = 20")
	require.NoError(t, err)
	_, err = a.Exec(short(t), "SELECT pg_advisory_lock(1)")
	requireCode(t, "57014", err)
	_, err = a.Exec(short(t), "RESET statement_timeout")
	require.NoError(t, err)

	done = background(t, a, "SELECT pg_advisory_lock(1)")
	waits(t, watcher, a.PgConn().PID(), "advisory")
	require.True(t, one[bool](t, watcher, "SELECT pg_cancel_backend($1)", a.PgConn().PID()))
	requireCode(t, "57014", <-done)

	done = background(t, a, "SELECT pg_advisory_lock(1)")
	waits(t, watcher, a.PgConn().PID(), "advisory")
	require.NoError(t, b.Close(short(t)))
	require.NoError(t, <-done, "the end of a session gives its locks back")
	lock(a, "pg_advisory_unlock_all()")
	require.Zero(t, one[int64](t, watcher, "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'"))
}

// TestDeadlock closes cycles of two and of three sessions.
func TestDeadlock(t *testing.T) {
	addr := startServer(t)
	watcher := openPgx(t, addr)
	for _, n := range []int{2, 3} {
		conns := make([]*pgx.Conn, n)
		for i := range conns {
			conns[i] = openPgx(t, addr)
			one[any](t, conns[i], "SELECT pg_advisory_lock($1)", i)
		}
		var waiting []<-chan error
		for i := range n - 1 {
			waiting = append(waiting, background(t, conns[i], "SELECT pg_advisory_lock($1)", i+1))
			waits(t, watcher, conns[i].PgConn().PID(), "advisory")
		}
		_, err := conns[n-1].Exec(short(t), "SELECT pg_advisory_lock(0)")
		requireCode(t, "40P01", err)
		var e *pgconn.PgError
		require.ErrorAs(t, err, &e)
		require.Equal(t, n, strings.Count(e.Detail, "waits for ExclusiveLock on advisory lock ["), e.Detail)
		for i := n - 1; i > 0; i-- { // the others go on, one after the other
			one[any](t, conns[i], "SELECT pg_advisory_unlock_all()")
			require.NoError(t, <-waiting[i-1])
		}
		one[any](t, conns[0], "SELECT pg_advisory_unlock_all()")
	}
	require.Zero(t, one[int64](t, watcher, "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'"))
}

func TestNotify(t *testing.T) {
	addr := startServer(t)
	a, b := openPgx(t, addr), openPgx(t, addr)
	_, err := a.Exec(short(t), "LISTEN ch; LISTEN other")
	require.NoError(t, err)
	_, err = b.Exec(short(t), "BEGIN; NOTIFY ch, 'lost'; ROLLBACK")
	require.NoError(t, err)
	_, err = b.Exec(short(t), "BEGIN; NOTIFY ch, 'one'; NOTIFY ch, 'one'; SELECT pg_notify('other', 'two'); SAVEPOINT s; NOTIFY ch, 'undone'; ROLLBACK TO s; COMMIT")
	require.NoError(t, err)
	for _, want := range []string{"ch one", "other two"} {
		n, err := a.WaitForNotification(short(t))
		require.NoError(t, err)
		require.Equal(t, want, n.Channel+" "+n.Payload)
		require.Equal(t, b.PgConn().PID(), n.PID)
	}
	_, err = a.Exec(short(t), "UNLISTEN ch; NOTIFY ch, 'nobody'; NOTIFY other, 'self'")
	require.NoError(t, err)
	n, err := a.WaitForNotification(short(t))
	require.NoError(t, err)
	require.Equal(t, "self", n.Payload)
	_, err = a.Exec(short(t), "SELECT pg_notify('ch', repeat('x', 8000))")
	requireCode(t, "22023", err)
}

func TestTerminate(t *testing.T) {
	addr := startServer(t)
	admin := openPgx(t, addr)
	victims := []*pgx.Conn{openPgx(t, addr), openPgx(t, addr), openPgx(t, addr)}
	sleeping := background(t, victims[0], "SELECT pg_sleep(60)")
	waits(t, admin, victims[0].PgConn().PID(), "PgSleep")
	_, err := victims[1].Exec(short(t), "BEGIN")
	require.NoError(t, err)
	require.Equal(t, "idle in transaction", one[string](t, admin, "SELECT state FROM pg_stat_activity WHERE pid = $1", victims[1].PgConn().PID()))

	rows, err := admin.Query(short(t), "SELECT pid, pg_terminate_backend(pid, 20000) FROM pg_stat_activity WHERE pid <> pg_backend_pid()")
	require.NoError(t, err)
	pids, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (pid int32, err error) {
		var done bool
		err = row.Scan(&pid, &done)
		require.True(t, done)
		return pid, err
	})
	require.NoError(t, err)
	require.Len(t, pids, 3)
	requireCode(t, "57P01", <-sleeping)
	for _, v := range victims {
		_, err := v.Exec(short(t), "SELECT 1")
		require.Error(t, err)
	}
	require.Equal(t, int64(1), one[int64](t, admin, "SELECT count(*) FROM pg_stat_activity"))
	_, err = admin.Exec(short(t), "SELECT pg_terminate_backend(pg_backend_pid())")
	requireCode(t, "57P01", err)
}

// TestCancelEverywhere cancels statements in every state in which they can be, and looks whether the session can go on.
func TestCancelEverywhere(t *testing.T) {
	addr := startWith(t, func(c *config.Config) { c.Engine.MaxQueries = 1 })
	admin := openPgx(t, addr)
	_, err := admin.Exec(short(t), "CREATE TABLE t (a int)")
	require.NoError(t, err)
	busy := "SELECT count(*) FROM generate_series(1, 100000) a, generate_series(1, 1000000) b WHERE a.a::bigint * b.b % 7 = 1"
	for _, test := range []struct {
		name, text string
		blocked    bool // another query holds the only slot
	}{
		{name: "executing", text: busy},
		{name: "waiting for a slot", text: "SELECT count(*) FROM t", blocked: true},
		{name: "sleeping", text: "SELECT pg_sleep(100)"},
	} {
		t.Run(test.name, func(t *testing.T) {
			c := openPgx(t, addr)
			var holder *pgx.Conn
			var held <-chan error
			if test.blocked {
				holder = openPgx(t, addr)
				held = background(t, holder, busy)
				probe := openPgx(t, addr)
				_, err := probe.Exec(short(t), "SET statement_timeout = '100ms'")
				require.NoError(t, err)
				require.Eventually(t, func() bool { // the holder is active before it has the slot
					_, err := probe.Exec(short(t), test.text)
					return err != nil
				}, 20*time.Second, 5*time.Millisecond)
			}
			done := background(t, c, test.text)
			active(t, admin, c)
			require.NoError(t, c.PgConn().CancelRequest(short(t)))
			requireCode(t, "57014", <-done)
			if holder != nil {
				require.NoError(t, holder.PgConn().CancelRequest(short(t)))
				requireCode(t, "57014", <-held)
			}
			require.Equal(t, int32(7), one[int32](t, c, "SELECT 7"))
			require.NoError(t, c.PgConn().CancelRequest(short(t)), "without effect on an idle session")
			require.Equal(t, int32(8), one[int32](t, c, "SELECT 8"))
		})
	}
	t.Run("streaming", func(t *testing.T) {
		c := openPgx(t, addr)
		rows, err := c.Query(short(t), "SELECT * FROM generate_series(1, 1000000000)")
		require.NoError(t, err)
		require.True(t, rows.Next())
		require.NoError(t, c.PgConn().CancelRequest(short(t)))
		for rows.Next() {
		}
		requireCode(t, "57014", rows.Err())
		require.Equal(t, int32(7), one[int32](t, c, "SELECT 7"))
	})
	t.Run("copy in", func(t *testing.T) {
		c := openPgx(t, addr)
		r, w := io.Pipe()
		done := make(chan error, 1)
		ctx := short(t)
		go func() {
			_, err := c.PgConn().CopyFrom(ctx, r, "COPY t FROM STDIN")
			done <- err
		}()
		_, err := w.Write([]byte("1\n2\n"))
		require.NoError(t, err)
		require.Eventually(t, func() bool {
			return one[bool](t, admin, "SELECT count(*) > 0 FROM pg_stat_progress_copy WHERE pid = $1 AND command = 'COPY FROM' AND bytes_processed = 4 AND relid = 't'::regclass", c.PgConn().PID())
		}, 20*time.Second, 5*time.Millisecond)
		require.NoError(t, c.PgConn().CancelRequest(short(t)))
		_ = w.CloseWithError(io.ErrUnexpectedEOF) // the client waits for its own reader
		requireCode(t, "57014", <-done)
		require.Zero(t, one[int64](t, admin, "SELECT count(*) FROM t"))
		require.Zero(t, one[int64](t, admin, "SELECT count(*) FROM pg_stat_progress_copy"))
	})
}

// active blocks until a session's statement runs. The server has no slot left for others then, but for questions about itself.
func active(t *testing.T, admin, c *pgx.Conn) {
	t.Helper()
	require.Eventually(t, func() bool {
		return one[bool](t, admin, "SELECT count(*) > 0 FROM pg_stat_activity WHERE pid = $1 AND state = 'active'", c.PgConn().PID())
	}, 20*time.Second, 5*time.Millisecond)
}

// TestDisconnect has clients vanish while their statements run.
func TestDisconnect(t *testing.T) {
	addr := startServer(t)
	admin := openPgx(t, addr)
	_, err := admin.Exec(short(t), "CREATE TABLE t (a int)")
	require.NoError(t, err)
	for name, text := range map[string]string{
		"executing": "SELECT count(*) FROM generate_series(1, 100000) a, generate_series(1, 1000000) b WHERE a.a::bigint * b.b % 7 = 1",
		"sleeping":  "SELECT pg_sleep(100)", "streaming": "SELECT * FROM generate_series(1, 1000000000)", "copy in": "COPY t FROM STDIN",
		"waiting for a lock": "SELECT pg_advisory_lock(1)",
	} {
		t.Run(name, func(t *testing.T) {
			one[any](t, admin, "SELECT pg_advisory_lock(1)")
			c := openPgx(t, addr)
			hijacked, err := c.PgConn().Hijack()
			require.NoError(t, err)
			hijacked.Frontend.Send(&pgproto3.Query{String: text})
			require.NoError(t, hijacked.Frontend.Flush())
			seen := func(want int64) {
				require.Eventually(t, func() bool {
					return one[int64](t, admin, "SELECT count(*) FROM pg_stat_activity WHERE pid = $1 AND state = 'active'", hijacked.PID) == want
				}, 30*time.Second, 20*time.Millisecond)
			}
			seen(1)
			require.NoError(t, hijacked.Conn.Close())
			seen(0)
			require.Equal(t, int64(1), one[int64](t, admin, "SELECT count(*) FROM pg_stat_activity"))
		})
	}
}

// TestCancelInGroup asks the other of two servers of one database.
func TestCancelInGroup(t *testing.T) {
	b := testserver.NewBacking(t, t.TempDir())
	var addrs []string
	for i := range 2 {
		addrs = append(addrs, startOn(t, b, fmt.Sprintf("node-%d", i)))
	}
	watcher, c := openPgx(t, addrs[0]), openPgx(t, addrs[0])
	require.Eventually(t, func() bool { // the second server has told of itself, and the first of its address
		return one[int64](t, openPgx(t, addrs[1]), "SELECT count(*) FROM miniodb.nodes WHERE pg_addr IS NOT NULL") == 2
	}, 30*time.Second, 100*time.Millisecond)
	for range 3 {
		done := background(t, c, "SELECT pg_sleep(100)")
		waits(t, watcher, c.PgConn().PID(), "PgSleep")
		nc, err := net.Dial("tcp", addrs[1])
		require.NoError(t, err)
		packet, err := (&pgproto3.CancelRequest{ProcessID: c.PgConn().PID(), SecretKey: c.PgConn().SecretKey()}).Encode(nil)
		require.NoError(t, err)
		_, err = nc.Write(packet)
		require.NoError(t, err)
		requireCode(t, "57014", <-done)
		_ = nc.Close()
	}
}

// startOn starts a server of a shared database.
func startOn(t *testing.T, b testserver.Backing, id string) string {
	return startWith(t, func(c *config.Config) {
		c.Server.NodeID, c.Redis.Addr = id, b.RedisAddr
		c.MinIO.Endpoint, c.MinIO.AccessKey, c.MinIO.SecretKey, c.MinIO.Bucket, c.MinIO.Prefix = b.Endpoint, b.AccessKey, b.SecretKey, b.Bucket, b.Prefix
	})
}

// TestCursorLimits has a cursor keep more than it may.
func TestCursorLimits(t *testing.T) {
	addr := startServer(t)
	c := openPgx(t, addr)
	exec := func(text string) error { _, err := c.Exec(short(t), text); return err }
	big := "SELECT repeat('x', 1000) || g FROM generate_series(1, 200000) AS g"
	require.NoError(t, exec("BEGIN; DECLARE c SCROLL CURSOR FOR "+big))
	requireCode(t, "53200", exec("MOVE ALL IN c"))
	require.NoError(t, exec("ROLLBACK"))
	require.NoError(t, exec("BEGIN; DECLARE c CURSOR WITH HOLD FOR "+big))
	requireCode(t, "53200", exec("COMMIT"))
	small := strings.Replace(big, "1000)", "100)", 1) // the first rows fit into what a cursor keeps without being asked
	require.NoError(t, exec("BEGIN; DECLARE c CURSOR FOR "+small+"; MOVE 10 IN c; MOVE BACKWARD 5 IN c; MOVE ALL IN c"))
	requireCode(t, "55000", exec("MOVE BACKWARD 1 IN c"))
	require.NoError(t, exec("ROLLBACK"))
	require.NoError(t, exec("BEGIN"))
	for i := range 1000 {
		require.NoError(t, exec(fmt.Sprintf("DECLARE c%d CURSOR FOR SELECT 1", i)))
	}
	requireCode(t, "54000", exec("DECLARE more CURSOR FOR SELECT 1"))
}
