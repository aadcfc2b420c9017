package redisdb

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/miniodb/miniodb/internal/health"
	"github.com/miniodb/miniodb/internal/testredis"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func open(t *testing.T, cfg Config) *DB {
	t.Helper()
	d, err := Open(cfg, zerolog.Nop())
	require.NoError(t, err)
	t.Cleanup(func() {
		require.NoError(t, d.Close())
		require.NoError(t, d.Close(), "safe twice")
	})
	return d
}

// eventually polls a command until it succeeds again.
func eventually(t *testing.T, call func() error) {
	t.Helper()
	require.Eventually(t, func() bool { return call() == nil }, 20*time.Second, 20*time.Millisecond)
}

func TestValidate(t *testing.T) {
	for text, cfg := range map[string]Config{
		"no address":            {},
		`mode of Redis is "x"`:  {Mode: "x", Addr: "a:1"},
		"several addresses":     {Addrs: []string{"a:1", "b:1"}},
		"name of the master":    {Mode: Sentinel, Addr: "a:1"},
		"must not be negative":  {Addr: "a:1", Number: -1},
		"a Redis Cluster has":   {Mode: Cluster, Addr: "a:1", Number: 1},
		`"a": must be host`:     {Addr: "a"},
		`"a:": must be host`:    {Addr: "a:"},
		"limits of the connect": {Addr: "a:1", PoolSize: -1},
	} {
		_, err := Open(cfg, zerolog.Nop())
		require.ErrorContains(t, err, text)
	}
	require.NoError(t, (&Config{Addr: "[::1]:6379"}).Validate())
}

func TestNumberAndPassword(t *testing.T) {
	p := testredis.Launch(t, "requirepass secret")
	d := open(t, Config{Addr: p.Addr, Password: "secret", Number: 3})
	require.NoError(t, d.Client().Set(t.Context(), "a", 1, 0).Err())
	info, err := d.Client().Info(t.Context(), "keyspace").Result()
	require.NoError(t, err)
	require.Contains(t, info, "db3:keys=1")
	require.Equal(t, p.Addr, d.Address())
	wrong := open(t, Config{Addr: p.Addr})
	require.ErrorContains(t, wrong.Ping(t.Context()), "NOAUTH")
	require.False(t, isAnswer(wrong.Client().Get(t.Context(), "a").Err()))
}

func TestEpoch(t *testing.T) {
	p := testredis.Launch(t, testredis.KeepData...)
	d := open(t, Config{Addr: p.Addr})
	require.Zero(t, d.Epoch(), "no server has answered")
	require.NoError(t, d.Ping(t.Context()))
	first := d.Epoch()
	require.NotZero(t, first)
	testredis.Do(t, p.Addr, "CLIENT", "KILL", "TYPE", "normal")
	eventually(t, func() error { return d.Ping(t.Context()) })
	require.Equal(t, first, d.Epoch(), "the same server")
	p.Kill(t)
	require.Error(t, d.Ping(t.Context()))
	p.Start(t)
	eventually(t, func() error { return d.Ping(t.Context()) })
	require.Greater(t, d.Epoch(), first)
}

func TestEpochWithoutInfo(t *testing.T) {
	p := testredis.Launch(t, "user u on >secret ~* +@all -info")
	d := open(t, Config{Addr: p.Addr, Username: "u", Password: "secret"})
	require.NoError(t, d.Ping(t.Context()))
	first := d.Epoch()
	require.NotZero(t, first)
	testredis.Do(t, p.Addr, "CLIENT", "KILL", "USER", "u")
	eventually(t, func() error { return d.Ping(t.Context()) })
	require.Greater(t, d.Epoch(), first, "each connection may be one to another server")
}

func TestRefusesReplica(t *testing.T) {
	g := testredis.Sentinel(t)
	d := open(t, Config{Addr: g.Replica.Addr})
	require.ErrorContains(t, d.Ping(t.Context()), "is a slave, not a master")
	require.Zero(t, d.Epoch())
}

func TestSentinelFailover(t *testing.T) {
	g := testredis.Sentinel(t)
	d := open(t, Config{Mode: Sentinel, Addrs: g.Addrs, MasterName: testredis.MasterName})
	require.NoError(t, d.Client().Set(t.Context(), "a", 1, 0).Err())
	first := d.Epoch()
	g.Master.Kill(t)
	eventually(t, func() error { return d.Client().Set(t.Context(), "a", 2, 0).Err() })
	require.Greater(t, d.Epoch(), first)
}

// A failover that costs no connection is seen, too: the nodes were known before.
func TestClusterFailover(t *testing.T) {
	all := testredis.Cluster(t)
	replicas := []*testredis.Process{testredis.Replicate(t, all, 0), testredis.Replicate(t, all, 1), testredis.Replicate(t, all, 2)}
	d := open(t, Config{Mode: Cluster, Addrs: []string{all[1].Addr}})
	require.NoError(t, d.Ping(t.Context()))
	require.Zero(t, d.Epoch(), "nobody has asked for a key")
	key := "{miniodb:a/b}:c"
	require.NoError(t, d.Client().Set(t.Context(), key, 1, 0).Err())
	first := d.Epoch()
	require.NotZero(t, first)
	for range 20 {
		require.NoError(t, d.Ping(t.Context()))
	}
	require.Equal(t, first, d.Epoch())
	for _, r := range replicas {
		testredis.FailOver(t, r)
	}
	require.Eventually(t, func() bool { // the old master answers until it hears of it
		return d.Client().Get(t.Context(), key).Err() == nil && d.Epoch() > first
	}, 20*time.Second, 20*time.Millisecond)
	require.NoError(t, d.Client().Set(t.Context(), key, 2, 0).Err())
	require.NoError(t, d.Ping(t.Context()))
	require.Positive(t, d.Usage().Limit)
}

func TestGuard(t *testing.T) {
	p := testredis.Launch(t)
	d := open(t, Config{Addr: p.Addr, PoolSize: 4})
	s := health.New(health.Config{Name: "redis", Address: p.Addr, Probe: d.Ping, Failures: 2, Usage: d.Usage, Log: zerolog.Nop()})
	d.Guard(s)
	ctx := t.Context()

	// Answers are no failures, whatever they say.
	c := d.Client()
	require.ErrorIs(t, c.Get(ctx, "none").Err(), redis.Nil)
	require.NoError(t, c.Set(ctx, "text", "x", 0).Err())
	for range 3 {
		require.ErrorContains(t, c.HGetAll(ctx, "text").Err(), "WRONGTYPE")
		require.ErrorContains(t, c.EvalSha(ctx, "0123456789012345678901234567890123456789", nil).Err(), "NOSCRIPT")
		require.Error(t, c.Eval(ctx, "return redis.call('nonsense')", nil).Err())
		_, err := c.Pipelined(ctx, func(p redis.Pipeliner) error { return p.HGetAll(ctx, "text").Err() })
		require.ErrorContains(t, err, "WRONGTYPE")
	}
	status := s.Status()
	require.EqualValues(t, 0, status.Failures)
	require.EqualValues(t, 14, status.Calls, "one each, without those that a new connection sends")
	require.Equal(t, health.Usage{Idle: status.Usage.Idle, Limit: 4}, status.Usage)
	require.Positive(t, status.Usage.Idle)

	p.Kill(t)
	require.Eventually(t, func() bool { return errors.Is(c.Get(ctx, "text").Err(), health.ErrDown) }, 10*time.Second, time.Millisecond)
	var get *redis.StringCmd
	_, err := c.Pipelined(ctx, func(p redis.Pipeliner) error { get = p.Get(ctx, "text"); return nil })
	require.ErrorIs(t, err, health.ErrDown)
	require.ErrorIs(t, get.Err(), health.ErrDown, "each command of a refused pipeline says so")
	require.Error(t, d.Ping(ctx))
	require.NotErrorIs(t, d.Ping(ctx), health.ErrDown, "the probe is never refused")
	p.Start(t)
	eventually(t, func() error { return d.Ping(ctx) })
	runCtx, cancel := context.WithCancel(ctx)
	ended := make(chan error)
	go func() { ended <- s.Run(runCtx) }()
	eventually(t, func() error { return c.Set(ctx, "text", "y", 0).Err() })
	cancel()
	<-ended
}

// A server that hangs costs its callers a bounded time.
func TestHang(t *testing.T) {
	p := testredis.Launch(t)
	d := open(t, Config{Addr: p.Addr, IOTimeout: 100 * time.Millisecond, CallTimeout: 300 * time.Millisecond})
	require.NoError(t, d.Ping(t.Context()))
	p.Pause(t)
	begun := time.Now()
	err := d.Client().Get(t.Context(), "a").Err()
	require.Error(t, err)
	require.Error(t, d.Ping(t.Context()))
	require.Less(t, time.Since(begun), 5*time.Second)
	p.Resume(t)
	eventually(t, func() error { return d.Ping(t.Context()) })
}
