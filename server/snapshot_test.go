package server_test

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"
)

func open(t *testing.T, addr string) *pgx.Conn {
	t.Helper()
	c, err := pgx.Connect(context.Background(), "postgres://miniodb@"+addr+"/miniodb?sslmode=disable")
	require.NoError(t, err)
	t.Cleanup(func() { _ = c.Close(context.Background()) })
	return c
}

// TestAcknowledgedRowsAreVisibleOnce has writers, flushes and readers at work on one table: every query must see each row that was
// acknowledged before it began, none twice, and of a transaction of two rows both or neither.
func TestAcknowledgedRowsAreVisibleOnce(t *testing.T) {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	addr := startServer(t)
	_, err := open(t, addr).Exec(ctx, "CREATE TABLE t (writer int, n int, half int) WITH (buffer_size = 200, flush_interval = '50ms')")
	require.NoError(t, err)

	const writers, each = 4, 300
	var acknowledged [writers]atomic.Int64
	var done atomic.Bool
	write, wctx := errgroup.WithContext(ctx)
	for w := range writers {
		c := open(t, addr)
		write.Go(func() error {
			for n := 1; n <= each; n++ {
				tx, err := c.Begin(wctx)
				if err != nil {
					return err
				}
				for half := range 2 {
					if _, err := tx.Exec(wctx, "INSERT INTO t VALUES ($1, $2, $3)", w, n, half); err != nil {
						return err
					}
				}
				if err := tx.Commit(wctx); err != nil {
					return err
				}
				acknowledged[w].Store(int64(n))
			}
			return nil
		})
	}
	var readers sync.WaitGroup
	queries := atomic.Int64{}
	for range 2 {
		c := open(t, addr)
		readers.Go(func() {
			for !done.Load() && !t.Failed() {
				var floor [writers]int64
				for w := range writers {
					floor[w] = acknowledged[w].Load()
				}
				rows, err := c.Query(ctx, "SELECT writer, count(*), count(DISTINCT n), max(n), sum(half) FROM t GROUP BY writer")
				if err != nil {
					t.Errorf("query: %v", err)
					return
				}
				seen := 0
				for rows.Next() {
					var w int
					var count, distinct, top, halves int64
					if err := rows.Scan(&w, &count, &distinct, &top, &halves); err != nil {
						t.Errorf("scan: %v", err)
					}
					seen++
					if count != 2*distinct || distinct != top || halves != top || top < floor[w] {
						t.Errorf("writer %d: %d rows, %d numbers up to %d, %d second halves, %d acknowledged before", w, count, distinct, top, halves, floor[w])
					}
				}
				if err := rows.Err(); err != nil {
					t.Errorf("query: %v", err)
					return
				}
				queries.Add(1)
			}
		})
	}
	flusher := open(t, addr)
	readers.Go(func() {
		for !done.Load() && !t.Failed() {
			if _, err := flusher.Exec(ctx, "CALL flush_table('t')"); err != nil {
				t.Errorf("flush: %v", err)
				return
			}
		}
	})
	err = write.Wait()
	done.Store(true)
	readers.Wait()
	require.NoError(t, err)
	t.Logf("%d queries beside %d transactions", queries.Load(), writers*each)
	var count int
	require.NoError(t, flusher.QueryRow(ctx, "SELECT count(*) FROM t").Scan(&count))
	require.Equal(t, 2*writers*each, count)
}

// TestRepeatableReadKeepsItsSnapshot reads the same rows twice while others commit and flush.
func TestRepeatableReadKeepsItsSnapshot(t *testing.T) {
	ctx := context.Background()
	addr := startServer(t)
	a, b := open(t, addr), open(t, addr)
	_, err := a.Exec(ctx, "CREATE TABLE t (a int)")
	require.NoError(t, err)
	_, err = a.Exec(ctx, "INSERT INTO t SELECT g FROM generate_series(1, 10) g")
	require.NoError(t, err)
	tx, err := b.BeginTx(ctx, pgx.TxOptions{IsoLevel: pgx.RepeatableRead})
	require.NoError(t, err)
	count := func(q interface {
		QueryRow(context.Context, string, ...any) pgx.Row
	}) (n int) {
		require.NoError(t, q.QueryRow(ctx, "SELECT count(*) FROM t").Scan(&n))
		return n
	}
	require.Equal(t, 10, count(tx))
	for range 3 {
		_, err = a.Exec(ctx, "INSERT INTO t VALUES (11)")
		require.NoError(t, err)
		_, err = a.Exec(ctx, "CALL flush_table('t')")
		require.NoError(t, err)
		require.Equal(t, 10, count(tx))
	}
	_, err = a.Exec(ctx, "TRUNCATE t")
	require.NoError(t, err)
	require.Equal(t, 0, count(a))
	require.Equal(t, 10, count(tx), "a snapshot outlives TRUNCATE")
	_, err = tx.Exec(ctx, "INSERT INTO t VALUES (99)")
	require.NoError(t, err)
	require.Equal(t, 11, count(tx), "its own row is in it")
	require.NoError(t, tx.Commit(ctx))
	require.Equal(t, 1, count(b))
}
