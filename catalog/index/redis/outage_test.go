package redis

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"

	"github.com/miniodb/miniodb/catalog"
	"github.com/miniodb/miniodb/catalog/index"
	"github.com/miniodb/miniodb/catalog/index/indextest"
	"github.com/miniodb/miniodb/internal/health"
	"github.com/miniodb/miniodb/internal/redisdb"
	"github.com/miniodb/miniodb/internal/testredis"
)

// stateOf polls until the index answers.
func stateOf(t *testing.T, x *Index, ids ...uuid.UUID) (s index.State) {
	t.Helper()
	require.Eventually(t, func() bool {
		var err error
		s, err = x.State(t.Context(), ids)
		return err == nil
	}, 20*time.Second, 20*time.Millisecond)
	return s
}

// requireEmptied says that nothing is left, that readers are told so, and that the index can be filled again.
func requireEmptied(t *testing.T, x *Index, s *catalog.Snapshot, before index.State) {
	t.Helper()
	after := stateOf(t, x, s.Table)
	require.NotEqual(t, before.Generation, after.Generation)
	absent := index.Mark{Version: index.Absent, Pending: index.Absent}
	require.Equal(t, absent, after.Tables[s.Table])
	require.Equal(t, absent, after.Catalog)
	_, err := x.Load(t.Context(), s.Table)
	require.ErrorIs(t, err, index.ErrNotFound)
	ids, err := x.Tables(t.Context())
	require.NoError(t, err)
	require.Empty(t, ids)
	require.ErrorIs(t, x.Apply(t.Context(), s.Table, s.Version+1, index.Delta{}), index.ErrVersion)
	require.NoError(t, x.Reset(t.Context(), s, index.Absent))
	got, err := x.Load(t.Context(), s.Table)
	require.NoError(t, err)
	require.Len(t, got.Files, len(s.Files))
	require.Equal(t, after.Generation, stateOf(t, x).Generation)
}

func fill(t *testing.T, x *Index) (*catalog.Snapshot, index.State) {
	t.Helper()
	s := indextest.Snapshot()
	require.NoError(t, x.Reset(t.Context(), s, index.Absent))
	require.NoError(t, x.Announce(t.Context(), s.Table, 1))
	require.NoError(t, x.AdvanceCatalog(t.Context(), 4))
	require.NoError(t, x.Announce(t.Context(), uuid.Nil, 5))
	return s, stateOf(t, x)
}

func TestFlushAll(t *testing.T) {
	p := testredis.Launch(t)
	x := open(t, redisdb.Config{Addr: p.Addr})
	s, before := fill(t, x)
	testredis.Do(t, p.Addr, "FLUSHALL")
	requireEmptied(t, x, s, before)

	// A change that meets the empty index first does not hide the loss.
	for name, change := range map[string]func() error{
		"reset":    func() error { return x.Reset(t.Context(), s, index.Absent) },
		"announce": func() error { return x.Announce(t.Context(), s.Table, 1) },
		"advance":  func() error { return x.AdvanceCatalog(t.Context(), 5) },
	} {
		before := stateOf(t, x)
		testredis.Do(t, p.Addr, "FLUSHALL")
		require.NoError(t, change(), name)
		require.EqualValues(t, 1, testredis.Do(t, p.Addr, "EXISTS", x.generationKey()), name)
		require.NotEqual(t, before.Generation, stateOf(t, x).Generation, name)
	}
	// Processes that find the generation gone agree on one.
	testredis.Do(t, p.Addr, "FLUSHALL")
	var wg sync.WaitGroup
	var made sync.Map
	for range 8 {
		wg.Go(func() {
			if g, err := x.State(t.Context(), nil); err == nil {
				made.Store(g.Generation, true)
			}
		})
	}
	wg.Wait()
	n := 0
	made.Range(func(any, any) bool { n++; return true })
	require.Equal(t, 1, n)
}

func TestScriptFlush(t *testing.T) {
	p := testredis.Launch(t)
	x := open(t, redisdb.Config{Addr: p.Addr})
	s := indextest.Snapshot()
	require.NoError(t, x.Reset(t.Context(), s, index.Absent))
	before := stateOf(t, x)
	for v := int64(1); v < 4; v++ {
		testredis.Do(t, p.Addr, "SCRIPT", "FLUSH")
		require.NoError(t, x.Apply(t.Context(), s.Table, v, index.Delta{}))
		testredis.Do(t, p.Addr, "SCRIPT", "FLUSH")
		_, err := x.Load(t.Context(), s.Table)
		require.NoError(t, err)
	}
	require.Equal(t, before.Generation, stateOf(t, x).Generation)
}

func TestRestart(t *testing.T) {
	t.Run("empty", func(t *testing.T) {
		p := testredis.Launch(t)
		x := open(t, redisdb.Config{Addr: p.Addr})
		s, before := fill(t, x)
		p.Kill(t)
		_, err := x.State(t.Context(), nil)
		require.Error(t, err)
		p.Start(t)
		requireEmptied(t, x, s, before)
	})
	t.Run("with its data", func(t *testing.T) { // which may be older than what was answered before
		p := testredis.Launch(t, testredis.KeepData...)
		x := open(t, redisdb.Config{Addr: p.Addr})
		s, before := fill(t, x)
		p.Kill(t)
		p.Start(t)
		after := stateOf(t, x, s.Table)
		require.NotEqual(t, before.Generation, after.Generation)
		require.Equal(t, index.Mark{Version: 0, Pending: 1}, after.Tables[s.Table])
		require.Equal(t, index.Mark{Version: 4, Pending: 5}, after.Catalog)
		require.NoError(t, x.Apply(t.Context(), s.Table, 1, index.Delta{}))
	})
}

func TestFailover(t *testing.T) {
	g := testredis.Sentinel(t)
	x := open(t, sentinel(g))
	s, before := fill(t, x)
	g.Master.Kill(t)
	begun := time.Now()
	after := stateOf(t, x, s.Table)
	t.Logf("answers again after %v", time.Since(begun))
	require.NotEqual(t, before.Generation, after.Generation)
	at := after.Tables[s.Table].Version // replication is asynchronous
	require.NoError(t, x.Reset(t.Context(), s, at))
	require.NoError(t, x.Apply(t.Context(), s.Table, 1, index.Delta{}))
	g.Master.Start(t) // and becomes a replica
	require.NoError(t, x.Apply(t.Context(), s.Table, 2, index.Delta{}))
	require.Equal(t, after.Generation, stateOf(t, x).Generation)
}

func TestClusterFailover(t *testing.T) {
	all := testredis.Cluster(t)
	x := open(t, cluster(all))
	s, before := fill(t, x)
	for i := range all {
		testredis.FailOver(t, testredis.Replicate(t, all, i))
	}
	var after index.State
	require.Eventually(t, func() bool { // the old master answers until it hears of it
		after = stateOf(t, x, s.Table)
		return after.Generation != before.Generation
	}, 20*time.Second, 20*time.Millisecond)
	require.Equal(t, index.Mark{Version: 0, Pending: 1}, after.Tables[s.Table], "a planned failover loses nothing")
	require.NoError(t, x.Apply(t.Context(), s.Table, 1, index.Delta{}))
}

// A server that hangs, or is busy, gives errors in time and is used again when it answers.
func TestHang(t *testing.T) {
	p := testredis.Launch(t)
	x := open(t, redisdb.Config{Addr: p.Addr, IOTimeout: 200 * time.Millisecond, CallTimeout: 400 * time.Millisecond})
	s, _ := fill(t, x)
	p.Pause(t)
	for name, call := range map[string]func() error{
		"state": func() error { _, err := x.State(t.Context(), []uuid.UUID{s.Table}); return err },
		"load":  func() error { _, err := x.Load(t.Context(), s.Table); return err },
		"reset": func() error { return x.Reset(t.Context(), indextest.Large(3000), index.Absent) },
		"drop":  func() error { return x.Drop(t.Context(), uuid.New()) },
	} {
		begun := time.Now()
		require.Error(t, call(), name)
		require.Less(t, time.Since(begun), 5*time.Second, name)
	}
	p.Resume(t)
	stateOf(t, x)
	_, err := x.Load(t.Context(), s.Table)
	require.NoError(t, err)
}

func TestBreaker(t *testing.T) {
	p := testredis.Launch(t)
	db := connect(t, redisdb.Config{Addr: p.Addr})
	service := health.New(health.Config{Name: "redis", Probe: db.Ping, Failures: 3, Every: 20 * time.Millisecond, Log: zerolog.Nop()})
	db.Guard(service)
	x, err := New(db, "a", zerolog.Nop())
	require.NoError(t, err)
	s, before := fill(t, x)
	require.ErrorIs(t, x.Apply(t.Context(), s.Table, 7, index.Delta{}), index.ErrVersion)
	require.Zero(t, service.Status().Failures)
	p.Kill(t)
	require.Eventually(t, func() bool { _, err := x.State(t.Context(), nil); return errors.Is(err, health.ErrDown) }, 10*time.Second, time.Millisecond)
	p.Start(t)
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error)
	go func() { ended <- service.Run(ctx) }()
	requireEmptied(t, x, s, before)
	cancel()
	<-ended
}

// proxy forwards to a Redis server and can cut connections when an answer comes back.
type proxy struct {
	net.Listener
	to  string
	cut atomic.Int64 // answers that are still to be cut off
}

func newProxy(t *testing.T, to string) *proxy {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	p := &proxy{Listener: l, to: to}
	var wg sync.WaitGroup
	wg.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			wg.Go(func() { p.serve(c) })
		}
	})
	t.Cleanup(func() {
		_ = l.Close()
		wg.Wait()
	})
	return p
}

func (p *proxy) serve(c net.Conn) {
	defer func() { _ = c.Close() }()
	up, err := net.Dial("tcp", p.to)
	if err != nil {
		return
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		_, _ = io.Copy(up, c)
		_ = up.Close()
	}()
	buf := make([]byte, 1<<16)
	for {
		n, err := up.Read(buf)
		if err != nil || p.cut.Add(-1) >= 0 {
			break
		}
		if _, err := c.Write(buf[:n]); err != nil {
			break
		}
	}
	_ = c.Close()
	_ = up.Close()
	<-done
}

// A command that took effect but whose answer was lost is sent again and finds its own work.
func TestAnswerLost(t *testing.T) {
	p := newProxy(t, testredis.Start(t))
	x := open(t, redisdb.Config{Addr: p.Addr().String(), PoolSize: 1})
	ctx := t.Context()
	s := indextest.Snapshot()
	lost := func(what string, call func() error) {
		t.Helper()
		_, err := x.State(ctx, nil) // the connection is there: what is cut is the answer to the call
		require.NoError(t, err)
		p.cut.Store(1)
		require.NoError(t, call(), what)
		require.Less(t, p.cut.Load(), int64(1), "an answer was cut")
		p.cut.Store(0)
	}
	lost("reset", func() error { return x.Reset(ctx, s, index.Absent) })
	lost("apply", func() error {
		return x.Apply(ctx, s.Table, 1, index.Delta{Adds: []catalog.DataFile{indextest.File("more")}})
	})
	lost("announce", func() error { return x.Announce(ctx, s.Table, 3) })
	lost("catalog", func() error { return x.ResetCatalog(ctx, 5, index.Absent) })
	lost("advance", func() error { return x.AdvanceCatalog(ctx, 6) })
	lost("load", func() error { _, err := x.Load(ctx, s.Table); return err })
	got, err := x.Load(ctx, s.Table)
	require.NoError(t, err)
	require.Len(t, got.Files, 3)
	state := stateOf(t, x, s.Table)
	require.Equal(t, index.Mark{Version: 1, Pending: 3}, state.Tables[s.Table])
	require.EqualValues(t, 6, state.Catalog.Version)
}

// Connections that break all the time cost errors, never a wrong table.
func TestConnectionsCut(t *testing.T) {
	p := newProxy(t, testredis.Start(t))
	x := open(t, redisdb.Config{Addr: p.Addr().String(), PoolSize: 4})
	ctx := t.Context()
	s := indextest.Large(3000)
	s.Checkpoints = nil
	at := index.Absent
	failed := 0
	for round := range int64(100) {
		p.cut.Store(round % 4)
		version := max(at, 0) + 1
		var err error
		if at == index.Absent || round%10 == 0 {
			s.Version = version
			err = x.Reset(ctx, s, at)
		} else {
			err = x.Apply(ctx, s.Table, version, index.Delta{Adds: []catalog.DataFile{indextest.File(fmt.Sprint(version))}})
		}
		p.cut.Store(0)
		if err != nil {
			failed++
		}
		got, loadErr := x.Load(ctx, s.Table)
		if errors.Is(loadErr, index.ErrNotFound) {
			require.Equal(t, index.Absent, at)
			continue
		}
		require.NoError(t, loadErr)
		require.GreaterOrEqual(t, len(got.Files), 3000)
		if err == nil {
			require.Equal(t, version, got.Version)
		} else {
			require.Contains(t, []int64{at, version}, got.Version)
		}
		at = got.Version
	}
	t.Logf("%d calls of 100 failed", failed)
	require.Positive(t, failed)
	require.Greater(t, at, int64(25))
}
