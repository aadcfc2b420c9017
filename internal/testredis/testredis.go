// Package testredis runs private Redis servers for tests: one for a test binary that many tests share, and servers of a test's own that it
// kills, pauses and starts again, alone, under Sentinel or as a Cluster.
//
// It owns their processes, ports of 127.0.0.1 and directories. Each server is a child of a shell that ends it and removes its directory when
// the test binary ends, in whatever way. Nothing is kept on disk unless a test asks for it. Only tests import this package.
package testredis

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
)

var shared struct {
	once sync.Once
	p    *Process
	err  error
}

// Start returns the address of this test binary's Redis, starting it at the first call. It fails the test when redis-server is not
// installed or does not start.
func Start(tb testing.TB) (addr string) {
	tb.Helper()
	shared.once.Do(func() { shared.p, shared.err = launch("") })
	if shared.err != nil {
		tb.Fatalf("start Redis: %v", shared.err)
	}
	return shared.p.Addr
}

// Flush empties the server of Start.
func Flush(tb testing.TB) {
	tb.Helper()
	Do(tb, Start(tb), "FLUSHALL")
}

// Do sends one command to the server at addr and returns its answer; an error fails the test.
func Do(tb testing.TB, addr string, args ...any) any {
	tb.Helper()
	out, err := do(addr, args...)
	if err != nil {
		tb.Fatalf("redis %s: %v: %v", addr, args, err)
	}
	return out
}

// do uses a connection of its own, so that nothing of the package outlives a test.
func do(addr string, args ...any) (any, error) {
	c := redis.NewClient(&redis.Options{
		Addr: addr, Protocol: 2, DialTimeout: time.Second, ReadTimeout: 10 * time.Second, MaxRetries: -1, DialerRetries: 1, DisableIdentity: true,
	})
	defer func() { _ = c.Close() }()
	return c.Do(context.Background(), args...).Result()
}
