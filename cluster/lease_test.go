package cluster

import (
	"context"
	"io"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"

	"github.com/miniodb/miniodb/internal/testredis"
)

type closingLeases interface {
	Leases
	io.Closer
}

// The acceptance suite: a and b are the leases of two parts of a program, or of two nodes.
func TestLeases(t *testing.T) {
	t.Parallel()
	for name, open := range map[string]func(t *testing.T) (a, b closingLeases){
		"Local": func(*testing.T) (a, b closingLeases) { l := NewLocalLeases(); return l, l },
		"Redis": func(t *testing.T) (a, b closingLeases) {
			addr, tag := testredis.Start(t), newTag()
			return NewRedisLeases(client(t, addr), tag, "a", zerolog.Nop()), NewRedisLeases(client(t, addr), tag, "b", zerolog.Nop())
		},
		"Cluster": func(t *testing.T) (a, b closingLeases) {
			var addrs []string
			for _, p := range testredis.Cluster(t) {
				addrs = append(addrs, p.Addr)
			}
			tag := newTag()
			return NewRedisLeases(client(t, addrs...), tag, "a", zerolog.Nop()), NewRedisLeases(client(t, addrs...), "{"+tag+"}", "b", zerolog.Nop())
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a, b := open(t)
			t.Cleanup(func() {
				require.NoError(t, a.Close())
				require.NoError(t, b.Close())
			})
			t.Run("Exclusive", func(t *testing.T) { exclusive(t, a, b) })
			t.Run("Renewed", func(t *testing.T) { renewed(t, a, b) })
			t.Run("Refused", func(t *testing.T) { refused(t, a) })
			t.Run("Race", func(t *testing.T) { race(t, a, b) })
			t.Run("Close", func(t *testing.T) { closing(t, a, b) })
		})
	}
}

func acquire(t *testing.T, leases Leases, name string, life time.Duration) Lease {
	t.Helper()
	l, ok, err := leases.Acquire(t.Context(), name, life)
	require.NoError(t, err)
	require.True(t, ok)
	require.False(t, isDone(l))
	return l
}

func requireTaken(t *testing.T, leases Leases, name string) {
	t.Helper()
	l, ok, err := leases.Acquire(t.Context(), name, time.Minute)
	require.NoError(t, err)
	require.False(t, ok)
	require.Nil(t, l)
}

func exclusive(t *testing.T, a, b Leases) {
	first := acquire(t, a, "work", time.Minute)
	requireTaken(t, a, "work")
	requireTaken(t, b, "work")
	other := acquire(t, b, "other work", time.Minute)
	defer other.Release()
	first.Release()
	require.True(t, isDone(first))
	second := acquire(t, b, "work", time.Minute)
	first.Release() // twice, and no longer its own
	requireTaken(t, a, "work")
	require.False(t, isDone(second))
	second.Release()
	require.False(t, isDone(other))
}

// A lease outlives its life and the context it was acquired with.
func renewed(t *testing.T, a, b Leases) {
	const life = 600 * time.Millisecond
	ctx, cancel := context.WithCancel(t.Context())
	l, ok, err := a.Acquire(ctx, "long work", life)
	require.NoError(t, err)
	require.True(t, ok)
	defer l.Release()
	cancel()
	for end := time.Now().Add(3 * life); time.Now().Before(end); {
		requireTaken(t, b, "long work")
		require.False(t, isDone(l))
	}
}

func refused(t *testing.T, leases Leases) {
	for name, life := range map[string]time.Duration{
		"": time.Second, strings.Repeat("x", maxLeaseNameBytes+1): time.Second, "a\nb": time.Second, "a\xff": time.Second,
		"short": minLife - 1, "long": maxLife + 1, "none": 0,
	} {
		_, ok, err := leases.Acquire(t.Context(), name, life)
		require.Error(t, err)
		require.False(t, ok)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, _, err := leases.Acquire(ctx, "work", time.Second)
	require.ErrorIs(t, err, context.Canceled)
	acquire(t, leases, "work", time.Second).Release()
}

// valid reports whether a holder may count on its lease at that time, by what the lease knows itself.
func valid(l Lease, at time.Time) bool {
	switch l := l.(type) {
	case *redisLease:
		l.mu.Lock()
		defer l.mu.Unlock()
		return !l.ended && at.Before(l.until)
	default:
		return !isDone(l)
	}
}

// turns checks that no two holders overlap.
type turns struct {
	mu      sync.Mutex
	current Lease
	count   int
	lost    int
	overlap bool
}

func (c *turns) begin(l Lease) {
	now := time.Now()
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.current != nil && valid(c.current, now) {
		c.overlap = true
	}
	c.current, c.count = l, c.count+1
}

func race(t *testing.T, a, b Leases) {
	const enough = 100
	var c turns
	var wg sync.WaitGroup
	for i := range 8 {
		leases := []Leases{a, b}[i%2]
		wg.Go(func() {
			for {
				c.mu.Lock()
				over := c.count >= enough || c.overlap
				c.mu.Unlock()
				if over || t.Context().Err() != nil {
					return
				}
				l, ok, err := leases.Acquire(t.Context(), "race", time.Minute)
				if err != nil {
					t.Error(err)
					return
				}
				if ok {
					c.begin(l)
					l.Release()
				}
			}
		})
	}
	wg.Wait()
	require.False(t, c.overlap, "two holders")
	require.GreaterOrEqual(t, c.count, enough)
}

func closing(t *testing.T, a, b closingLeases) {
	l := acquire(t, a, "to the end", time.Minute)
	require.NoError(t, a.Close())
	require.True(t, isDone(l))
	require.NoError(t, a.Close(), "safe twice")
	_, _, err := a.Acquire(t.Context(), "to the end", time.Minute)
	require.ErrorIs(t, err, errClosed)
	if a != b {
		acquire(t, b, "to the end", time.Minute).Release()
	}
}

func TestTooManyLeases(t *testing.T) {
	redisLeases := NewRedisLeases(client(t, testredis.Start(t)), newTag(), "a", zerolog.Nop())
	for _, leases := range []closingLeases{NewLocalLeases(), redisLeases} {
		for i := range maxLeases {
			acquire(t, leases, strings.Repeat("x", i%16+1)+string(rune('0'+i/16)), time.Minute)
		}
		_, _, err := leases.Acquire(t.Context(), "one more", time.Minute)
		require.ErrorIs(t, err, errTooMany)
		require.NoError(t, leases.Close())
	}
}
