package e2e_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/miniodb/miniodb/internal/testserver"
)

// TestResultMemory reads fifty million rows in each format, and a result whose client is slow: the server holds a few batches of it, never the result.
func TestResultMemory(t *testing.T) {
	if testing.Short() || testserver.Shared() {
		t.Skip("takes twenty seconds; where the database is makes no difference")
	}
	const rows, limit = 50_000_000, 150 << 20
	s := testserver.Start(t, bin, t.TempDir())
	d := connect(t, s.DSN())
	d.rows("SELECT * FROM generate_series(1, 1000000) n")
	idle := residentBytes(t, s.PID())
	for name, format := range map[string]int16{"text": 0, "binary": 1} {
		peak := watch(t, s.PID())
		r := d.ExecParams(t.Context(), "SELECT n, n * 2 AS twice FROM generate_series(1, 50000000) n", nil, nil, nil, []int16{format})
		n := 0
		for r.NextRow() {
			if n++; n == rows/2 {
				time.Sleep(500 * time.Millisecond) // the client stops reading, and the server goes on as far as it may
			}
		}
		_, err := r.Close()
		require.NoError(t, err)
		require.Equal(t, rows, n)
		grown := peak() - idle
		t.Logf("%s: %d MB above %d MB", name, grown>>20, idle>>20)
		require.Less(t, grown, int64(limit), name)
	}
}

// watch samples the memory of a process until the function it returns is called, which tells the most that it had.
func watch(t *testing.T, pid int) func() int64 {
	ctx, cancel := context.WithCancel(t.Context())
	most := make(chan int64, 1)
	go func() {
		peak := int64(0)
		for tick := time.NewTicker(20 * time.Millisecond); ; {
			select {
			case <-tick.C:
				peak = max(peak, residentBytes(t, pid))
			case <-ctx.Done():
				tick.Stop()
				most <- peak
				return
			}
		}
	}()
	return func() int64 {
		cancel()
		return <-most
	}
}
