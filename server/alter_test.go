package server_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/stretchr/testify/require"

	"github.com/miniodb/miniodb/config"
	"github.com/miniodb/miniodb/internal/testserver"
)

// TestAlterOverFilesAndBuffers changes a table whose rows are in files, in buffers and in both, with restarts in between.
func TestAlterOverFilesAndBuffers(t *testing.T) {
	ctx := context.Background()
	for _, flush := range []string{"never", "before", "between", "after", "always"} {
		t.Run(flush, func(t *testing.T) {
			dir := t.TempDir()
			var restarted func() func(string) string
			if testserver.Shared() { // another server of the same database is no restart
				addr := startServer(t)
				c := connect(t, "postgres://miniodb@"+addr+"/miniodb?sslmode=disable")
				run := func(q string) string { return runText(c, q) }
				restarted = func() func(string) string { return run }
			} else {
				round := 0
				restarted = func() func(string) string {
					round++
					addr, stop := startAlone(t, func(c *config.Config) { c.Server.DataDir = dir })
					c := connect(t, "postgres://miniodb@"+addr+"/miniodb?sslmode=disable")
					return func(q string) string {
						if q == "stop" {
							require.NoError(t, c.Close(ctx))
							stop()
							return ""
						}
						return runText(c, q)
					}
				}
			}
			run := restarted()
			flushAt := func(when string) {
				if flush == when || flush == "always" {
					require.Equal(t, "CALL\n", run("CALL flush_table('t')"))
				}
			}
			ok := func(q string) {
				out := run(q)
				require.NotContains(t, out, "ERROR", q)
			}
			want := func(rows string) { require.Equal(t, rows, run("SELECT * FROM t ORDER BY 1")) }

			ok("CREATE TABLE t (a int, b text, n numeric(5,2), r real) WITH (flush_interval = '1h')")
			ok("INSERT INTO t VALUES (1, 'one', 1.25, 0.1)")
			flushAt("before")
			ok("INSERT INTO t VALUES (2, 'two', 2.5, 0.2)")
			flushAt("between")
			ok("ALTER TABLE t ADD COLUMN c text DEFAULT 'old', ALTER a TYPE bigint, ALTER n TYPE numeric(30,2), ALTER r TYPE float8")
			ok("ALTER TABLE t RENAME b TO label")
			ok("INSERT INTO t VALUES (3000000000, 'three', 12345678901234567890.25, 0.1, 'new')")
			flushAt("after")
			all := "a|label|n|r|c\n1|one|1.25|0.10000000149011612|old\n2|two|2.50|0.20000000298023224|old\n3000000000|three|12345678901234567890.25|0.1|new\nSELECT 3\n"
			want(all)
			if !testserver.Shared() {
				run("stop")
				run = restarted()
				want(all)
			}
			ok("ALTER TABLE t DROP COLUMN label, DROP COLUMN a, DROP COLUMN r")
			ok("ALTER TABLE t ADD COLUMN label int, ADD COLUMN day date DEFAULT '2024-02-29'")
			ok("INSERT INTO t VALUES (4, 'last', 9, NULL)")
			all = "n|c|label|day\n1.25|old|NULL|2024-02-29\n2.50|old|NULL|2024-02-29\n4.00|last|9|NULL\n12345678901234567890.25|new|NULL|2024-02-29\nSELECT 4\n"
			want(all)
			flushAt("after")
			want(all)
			require.Equal(t, "count\n3\nSELECT 1\n", run("SELECT count(*) FROM t WHERE day = '2024-02-29'"))
			require.Equal(t, "count\n1\nSELECT 1\n", run("SELECT count(*) FROM t WHERE day IS NULL"))
			require.Equal(t, "count\n1\nSELECT 1\n", run("SELECT count(*) FROM t WHERE label IS NOT NULL"))
			if !testserver.Shared() {
				run("stop")
				run = restarted()
				want(all)
			}
			ok("CALL flush_table('t')")
			want(all)
		})
	}
}

// TestAlterUnderLoad alters a table all the time while others insert, read and flush. Every acknowledged row is there once, a column
// that a reader got has its values in all rows, and no row breaks a constraint that was accepted.
func TestAlterUnderLoad(t *testing.T) {
	const rounds, writers = 12, 3
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	addr := startServer(t)
	main := open(t, addr)
	_, err := main.Exec(ctx, "CREATE TABLE t (id bigint, n int, gone int) WITH (flush_interval = '100ms')")
	require.NoError(t, err)
	code := func(err error) string {
		var pg *pgconn.PgError
		if errors.As(err, &pg) {
			return pg.Code
		}
		return ""
	}
	var acked, sum atomic.Int64
	var running sync.WaitGroup
	for w := range writers {
		c := open(t, addr)
		running.Go(func() {
			for i := 0; ctx.Err() == nil; i++ {
				id := int64(w)*1_000_000 + int64(i)
				_, err := c.Exec(context.Background(), "INSERT INTO t (id, n) VALUES ($1, 1)", id)
				switch {
				case err == nil:
					acked.Add(1)
					sum.Add(id)
				case code(err) != "40001" && code(err) != "23514": // the check of the moment
					t.Errorf("insert: %v", err)
					return
				}
			}
		})
	}
	for range 2 {
		c := open(t, addr)
		running.Go(func() {
			last := int64(0)
			for ctx.Err() == nil {
				var count, present int64
				before := acked.Load()
				err := c.QueryRow(context.Background(), "SELECT count(*), count(n) FROM t").Scan(&count, &present)
				if err != nil {
					if code(err) != "40001" {
						t.Errorf("read: %v", err)
						return
					}
					continue
				}
				if count < before || count < last || present != count {
					t.Errorf("read %d rows and %d values after %d acknowledged and %d seen", count, present, before, last)
					return
				}
				last = count
				var values int64
				err = c.QueryRow(context.Background(), "SELECT count(*), count(extra) FROM t").Scan(&count, &values)
				switch {
				case err != nil && code(err) != "42703" && code(err) != "40001" && code(err) != "0A000":
					t.Errorf("read extra: %v", err)
					return
				case err == nil && values != count:
					t.Errorf("column extra has %d values in %d rows", values, count)
					return
				}
			}
		})
	}
	for i := range rounds {
		for _, q := range []string{
			fmt.Sprintf("ALTER TABLE t ADD COLUMN extra int NOT NULL DEFAULT %d", i),
			"ALTER TABLE t ADD CONSTRAINT small CHECK (n < 5)",
			"CALL flush_table('t')",
			"ALTER TABLE t RENAME n TO m; ALTER TABLE t RENAME m TO n",
			"ALTER TABLE t DROP CONSTRAINT small",
			"BEGIN; ALTER TABLE t ADD COLUMN more text DEFAULT 'x'; INSERT INTO t (id, n) VALUES (-1, 1); ROLLBACK",
			"ALTER TABLE t DROP COLUMN extra",
		} {
			_, err := main.Exec(ctx, q)
			require.NoError(t, err, q)
		}
	}
	cancel()
	running.Wait()
	var count, ids int64
	require.NoError(t, main.QueryRow(context.Background(), "SELECT count(DISTINCT id), sum(id) FROM t").Scan(&count, &ids))
	require.Equal(t, acked.Load(), count)
	require.Equal(t, sum.Load(), ids)
	require.Positive(t, count)
}

// TestAlterHoldsWriters has a transaction alter a table and stay open: writers wait and are fitted to what it did, or time out.
func TestAlterHoldsWriters(t *testing.T) {
	ctx := context.Background()
	addr := startServer(t)
	a, b := open(t, addr), open(t, addr)
	exec := func(q string) {
		t.Helper()
		_, err := a.Exec(ctx, q)
		require.NoError(t, err, q)
	}
	exec("CREATE TABLE t (id int, n int)")
	exec("BEGIN")
	exec("ALTER TABLE t ADD COLUMN c int NOT NULL DEFAULT 5")
	done := make(chan error, 1)
	go func() {
		_, err := b.Exec(ctx, "INSERT INTO t (id) VALUES (1)")
		done <- err
	}()
	var rows int
	require.NoError(t, a.QueryRow(ctx, "SELECT count(*) FROM t").Scan(&rows))
	require.Zero(t, rows)
	exec("COMMIT")
	require.NoError(t, <-done)
	require.NoError(t, a.QueryRow(ctx, "SELECT c FROM t WHERE id = 1").Scan(&rows))
	require.Equal(t, 5, rows)

	exec("BEGIN")
	exec("ALTER TABLE t ALTER n SET DEFAULT 1")
	_, err := b.Exec(ctx, "SET lock_timeout = '50ms'")
	require.NoError(t, err)
	var pg *pgconn.PgError
	_, err = b.Exec(ctx, "ALTER TABLE t DROP COLUMN n")
	require.ErrorAs(t, err, &pg)
	require.Equal(t, "55P03", pg.Code)
	exec("ROLLBACK")
	_, err = b.Exec(ctx, "ALTER TABLE t DROP COLUMN n")
	require.NoError(t, err)
}

// startAlone is startWith for a server that is stopped before the test ends.
func startAlone(t *testing.T, change func(*config.Config)) (addr string, stop func()) {
	t.Helper()
	inner := make(chan string, 1)
	ended := make(chan struct{})
	finish := make(chan struct{})
	go func() {
		defer close(ended)
		t.Run("server", func(t *testing.T) {
			inner <- startWith(t, change)
			<-finish
		})
	}()
	var once sync.Once
	stop = func() { once.Do(func() { close(finish); <-ended }) }
	t.Cleanup(stop)
	return <-inner, stop
}
