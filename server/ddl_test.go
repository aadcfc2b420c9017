package server_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/stretchr/testify/require"

	"github.com/miniodb/miniodb/config"
)

// TestConcurrentDDL has sessions create tables at the same time: different names all succeed, of the same name exactly one.
func TestConcurrentDDL(t *testing.T) {
	ctx := context.Background()
	addr := startServer(t)
	const sessions = 8
	var won atomic.Int64
	var running sync.WaitGroup
	for n := range sessions {
		c := open(t, addr)
		running.Go(func() {
			for i := range 5 {
				if _, err := c.Exec(ctx, fmt.Sprintf("CREATE TABLE own_%d_%d (id serial, a int)", n, i)); err != nil {
					t.Errorf("create: %v", err)
				}
			}
			_, err := c.Exec(ctx, "CREATE TABLE contested (a int)")
			var pg *pgconn.PgError
			switch {
			case err == nil:
				won.Add(1)
			case !errors.As(err, &pg) || pg.Code != "42P07":
				t.Errorf("create contested: %v", err)
			}
		})
	}
	running.Wait()
	require.EqualValues(t, 1, won.Load())
	c := open(t, addr)
	for n := range sessions {
		for i := range 5 {
			_, err := c.Exec(ctx, fmt.Sprintf("INSERT INTO own_%d_%d (a) VALUES (1)", n, i))
			require.NoError(t, err)
		}
	}
}

// TestSerialNumbersAreUnique draws numbers from one sequence in several sessions, and over a restart.
func TestSerialNumbersAreUnique(t *testing.T) {
	ctx := context.Background()
	dir := t.TempDir()
	var ids []int64
	for round := range 2 {
		t.Run(fmt.Sprint(round), func(t *testing.T) {
			addr := startWith(t, func(c *config.Config) { c.Server.DataDir = dir })
			first := open(t, addr)
			_, err := first.Exec(ctx, "CREATE TABLE IF NOT EXISTS t (id bigserial, a int)")
			require.NoError(t, err)
			var running sync.WaitGroup
			for range 4 {
				c := open(t, addr)
				running.Go(func() {
					for i := range 40 {
						if _, err := c.Exec(ctx, "INSERT INTO t (a) VALUES ($1), ($1)", i); err != nil {
							t.Errorf("insert: %v", err)
						}
					}
				})
			}
			running.Wait()
			rows, err := first.Query(ctx, "SELECT id FROM t")
			require.NoError(t, err)
			ids = ids[:0]
			for rows.Next() {
				var id int64
				require.NoError(t, rows.Scan(&id))
				ids = append(ids, id)
			}
			require.NoError(t, rows.Err())
		})
	}
	require.Len(t, ids, 2*4*40*2)
	slices.Sort(ids)
	require.Len(t, slices.Compact(ids), 2*4*40*2)
	require.EqualValues(t, 1, ids[0])
}
