package cluster

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"

	"github.com/miniodb/miniodb/internal/testredis"
)

func openLeases(t *testing.T, addr, tag, node string, log zerolog.Logger) *RedisLeases {
	leases := NewRedisLeases(client(t, addr), tag, node, log)
	t.Cleanup(func() { require.NoError(t, leases.Close()) })
	return leases
}

func TestHolderKilled(t *testing.T) {
	t.Parallel()
	const life = 1500 * time.Millisecond
	addr, tag := testredis.Start(t), newTag()
	holder := startHolder(t, addr, tag, "work", life)
	leases := openLeases(t, addr, tag, "b", zerolog.Nop())
	for end := time.Now().Add(2 * life); time.Now().Before(end); {
		requireTaken(t, leases, "work") // it is renewed
	}
	require.NoError(t, holder.Kill())
	start := time.Now()
	var l Lease
	require.Eventually(t, func() bool {
		var ok bool
		var err error
		l, ok, err = leases.Acquire(t.Context(), "work", time.Minute)
		return err == nil && ok
	}, 10*life, 5*time.Millisecond)
	require.Greater(t, time.Since(start), life/2, "it was taken from a holder who might have lived")
	t.Logf("after %s with a life of %s", time.Since(start), life)
	l.Release()
}

// What an operator sees in redis-cli.
func TestLeaseKey(t *testing.T) {
	addr, tag := testredis.Start(t), newTag()
	l := acquire(t, openLeases(t, addr, tag, "node-1", zerolog.Nop()), "rebuild", time.Minute)
	name := "{" + tag + "}:lease:rebuild"
	require.Regexp(t, "^node-1 [0-9a-f-]{36}$", testredis.Do(t, addr, "GET", name))
	require.InDelta(t, 60000, testredis.Do(t, addr, "PTTL", name), 30000)
	l.Release()
	require.EqualValues(t, 0, testredis.Do(t, addr, "EXISTS", name))

	testredis.Do(t, addr, "RPUSH", name, "x")
	requireTaken(t, openLeases(t, addr, tag, "node-1", zerolog.Nop()), "rebuild")
}

func TestLeaseLost(t *testing.T) {
	t.Parallel()
	const life = 3 * time.Second
	pause := func(t *testing.T, p *testredis.Process, _ string) { p.Pause(t); t.Cleanup(func() { p.Resume(t) }) }
	for name, fault := range map[string]func(t *testing.T, p *testredis.Process, name string){
		"flushed": func(t *testing.T, p *testredis.Process, _ string) { testredis.Do(t, p.Addr, "FLUSHALL") },
		"deleted": func(t *testing.T, p *testredis.Process, name string) { testredis.Do(t, p.Addr, "DEL", name) },
		"another's": func(t *testing.T, p *testredis.Process, name string) {
			testredis.Do(t, p.Addr, "SET", name, "node-9 token")
		},
		"damaged": func(t *testing.T, p *testredis.Process, name string) {
			testredis.Do(t, p.Addr, "DEL", name)
			testredis.Do(t, p.Addr, "RPUSH", name, "x")
		},
		"killed":    func(t *testing.T, p *testredis.Process, _ string) { p.Kill(t) },
		"restarted": func(t *testing.T, p *testredis.Process, _ string) { p.Kill(t); p.Start(t) },
		"hanging":   pause, "hanging later": pause,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p, tag := testredis.Launch(t), newTag()
			var out logs
			l := acquire(t, openLeases(t, p.Addr, tag, "a", out.logger()), "work", life)
			if name == "hanging later" {
				first := l.(*redisLease).deadline()
				require.Eventually(t, func() bool { return l.(*redisLease).deadline().After(first) }, life, 10*time.Millisecond)
			}
			fault(t, p, "{"+tag+"}:lease:work")
			took := done(t, l, life)
			t.Logf("noticed after %s with a life of %s", took, life)
			start := time.Now()
			l.Release()
			require.Less(t, time.Since(start), 2*leaseTimeout+time.Second)
			require.Equal(t, 1, out.count("lease lost"), "%s", &out.buf)
			if name == "another's" {
				require.Equal(t, "node-9 token", testredis.Do(t, p.Addr, "GET", "{"+tag+"}:lease:work"))
			}
		})
	}
}

// A lease survives a Redis that is back, with its data, in time.
func TestLeaseSurvives(t *testing.T) {
	t.Parallel()
	p, tag := testredis.Launch(t, testredis.KeepData...), newTag()
	a, b := openLeases(t, p.Addr, tag, "a", zerolog.Nop()), openLeases(t, p.Addr, tag, "b", zerolog.Nop())
	l := acquire(t, a, "work", 6*time.Second)
	p.Pause(t)
	p.Resume(t)
	p.Kill(t)
	p.Start(t)
	before := l.(*redisLease).deadline()
	require.Eventually(t, func() bool { return l.(*redisLease).deadline().After(before) }, 6*time.Second, 10*time.Millisecond)
	require.False(t, isDone(l))
	requireTaken(t, b, "work")
	l.Release()
	acquire(t, b, "work", time.Minute).Release()
}

func (l *redisLease) deadline() time.Time {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.until
}

// Holders who race while Redis stands still, or single nodes are cut off from it, are never two, by what each of them knows: nothing that Redis had
// confirmed is lost here.
func TestLeaseRaceThroughFaults(t *testing.T) {
	t.Parallel()
	const life = 500 * time.Millisecond
	const enough, enoughLost = 15, 4
	redis, tag := testredis.Launch(t), newTag()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	var c turns
	var holder atomic.Int32 // whose proxy it is, mostly, that fails
	var wg sync.WaitGroup
	faults := []struct{ begin, end func() }{{func() { redis.Pause(t) }, func() { redis.Resume(t) }}}
	for i := range 5 {
		p := newProxy(t, redis.Addr)
		faults = append(faults, struct{ begin, end func() }{p.gate.Lock, p.gate.Unlock})
		leases := openLeases(t, p.addr, tag, fmt.Sprint("node-", i), zerolog.Nop())
		wg.Go(func() {
			for ctx.Err() == nil {
				l, ok, _ := leases.Acquire(ctx, "work", life) // errors are expected
				if !ok {
					continue
				}
				c.begin(l)
				holder.Store(int32(i + 1))
				lost := false
				select {
				case <-l.Done():
					lost = true
				case <-time.After(rand.N(4 * life)):
				case <-ctx.Done():
				}
				l.Release()
				c.mu.Lock()
				if lost && ctx.Err() == nil {
					c.lost++
				}
				if c.overlap || c.count >= enough && c.lost >= enoughLost {
					cancel()
				}
				c.mu.Unlock()
			}
		})
	}
	pause := func() {
		select {
		case <-time.After(life/2 + rand.N(2*life)):
		case <-ctx.Done():
		}
	}
	for ctx.Err() == nil {
		fault := faults[holder.Load()]
		if rand.N(3) == 0 {
			fault = faults[rand.N(len(faults))]
		}
		fault.begin()
		pause()
		fault.end()
		if rand.N(2) == 0 {
			pause()
		}
	}
	wg.Wait()
	t.Logf("%d turns, %d lost", c.count, c.lost)
	require.False(t, c.overlap, "two holders")
	require.GreaterOrEqual(t, c.count, enough)
	require.GreaterOrEqual(t, c.lost, enoughLost)
}

// With a Redis that is not there, or hangs, asking takes a bounded time and is an error.
func TestAcquireWithoutRedis(t *testing.T) {
	t.Parallel()
	p := testredis.Launch(t)
	leases := openLeases(t, p.Addr, newTag(), "a", zerolog.Nop())
	acquire(t, leases, "work", time.Minute).Release()
	for name, fault := range map[string]struct{ begin, end func(testing.TB) }{"hanging": {p.Pause, p.Resume}, "killed": {p.Kill, p.Start}} {
		fault.begin(t)
		start := time.Now()
		_, ok, err := leases.Acquire(t.Context(), "work", time.Minute)
		require.ErrorContains(t, err, `acquire lease "work"`, name)
		require.False(t, ok)
		require.Less(t, time.Since(start), 2*leaseTimeout+time.Second, name)
		fault.end(t)
	}
}

// A lease that Redis granted too late is not one.
func TestAcquiredTooLate(t *testing.T) {
	leases := openLeases(t, testredis.Start(t), newTag(), "a", zerolog.Nop())
	l := &redisLease{owner: leases, name: "work", life: time.Second}
	require.ErrorContains(t, l.start(time.Now().Add(-time.Second)), "too late")
	require.Empty(t, leases.held)
}
