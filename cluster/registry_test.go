package cluster

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"github.com/redis/go-redis/v9"
	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"

	"github.com/miniodb/miniodb/internal/testredis"
)

const testLife = 1500 * time.Millisecond

func testNode(id string) Node {
	return Node{
		ID: id, PGAddr: id + ":5432", HTTPAddr: id + ":8081", Version: "1.2", Stream: uuid.New(),
		Started: time.Now().UTC().Truncate(time.Microsecond), Replicas: 1,
	}
}

// newRegistry makes a registry that lives faster.
func newRegistry(c redis.UniversalClient, tag string, self Node, log zerolog.Logger) *RedisRegistry {
	r := NewRedisRegistry(c, tag, self, log)
	r.heartbeat, r.life, r.timeout, r.poll = testLife/10, testLife, testLife, testLife/30
	return r
}

// run runs a registry until stop is called, or the end of the test.
func run(t *testing.T, r Registry) (stop func()) {
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- r.Run(ctx) }()
	stopped := false
	stop = func() {
		if cancel(); !stopped {
			require.NoError(t, <-ended)
		}
		stopped = true
	}
	t.Cleanup(stop)
	return stop
}

func ids(t *testing.T, r Registry) (out []string) {
	nodes, err := r.Nodes(t.Context())
	if err != nil {
		return []string{err.Error()}
	}
	for _, n := range nodes {
		out = append(out, n.ID)
	}
	return out
}

func requireSoon(t *testing.T, r Registry, want ...string) {
	t.Helper()
	require.Eventually(t, func() bool { return slices.Equal(want, ids(t, r)) }, 20*time.Second, 10*time.Millisecond, "want %v", want)
}

func TestLocalRegistry(t *testing.T) {
	self := testNode("a")
	r := NewLocalRegistry(self)
	run(t, r)
	nodes, err := r.Nodes(t.Context())
	require.NoError(t, err)
	require.Len(t, nodes, 1)
	require.WithinDuration(t, time.Now(), nodes[0].LastSeen, time.Minute)
	self.Replicas = 2
	r.Update(self)
	nodes, err = r.Nodes(t.Context())
	require.NoError(t, err)
	self.LastSeen = nodes[0].LastSeen
	require.Equal(t, []Node{self}, nodes)
}

// redisTime returns Redis' clock.
func redisTime(t *testing.T, c redis.UniversalClient) time.Time {
	now, err := c.Time(t.Context()).Result()
	require.NoError(t, err)
	return now.Truncate(time.Millisecond)
}

func TestRegistry(t *testing.T) {
	t.Parallel()
	for name, open := range map[string]func() []string{
		"Redis": func() []string { return []string{testredis.Start(t)} },
		"Cluster": func() (addrs []string) {
			for _, p := range testredis.Cluster(t) {
				addrs = append(addrs, p.Addr)
			}
			return addrs
		},
	} {
		t.Run(name, func(t *testing.T) {
			c, tag := client(t, open()...), newTag()
			a, b := testNode("a"), testNode("b {x}:y")
			before := redisTime(t, c)
			ra, rb := newRegistry(c, tag, a, zerolog.Nop()), newRegistry(c, "{"+tag+"}", b, zerolog.Nop())
			require.Equal(t, []string{"a"}, ids(t, ra), "the one that asks is there")
			require.NoError(t, ra.Register(t.Context()))
			require.NoError(t, rb.Register(t.Context()))
			require.NoError(t, rb.Register(t.Context()), "again is no duplicate")
			after := redisTime(t, c)
			nodes, err := ra.Nodes(t.Context())
			require.NoError(t, err)
			for i := range nodes {
				require.False(t, nodes[i].LastSeen.Before(before) || nodes[i].LastSeen.After(after), "by Redis' clock")
				nodes[i].LastSeen = time.Time{}
			}
			require.Empty(t, cmp.Diff([]Node{a, b}, nodes))

			stop := run(t, rb)
			b.Replicas, b.ID = 2, "ignored"
			rb.Update(b)
			require.Eventually(t, func() bool {
				nodes, err := ra.Nodes(t.Context())
				return err == nil && len(nodes) == 2 && nodes[1].Replicas == 2 && nodes[1].ID == "b {x}:y"
			}, 10*time.Second, 10*time.Millisecond)
			stop()
			require.Equal(t, []string{"a"}, ids(t, ra), "deregistered")

			// Without heartbeats the entry of a expires for others.
			requireSoon(t, rb, "b {x}:y")
			stop = run(t, ra)
			requireSoon(t, rb, "a", "b {x}:y")
			stop()
			require.EqualValues(t, 0, c.Exists(t.Context(), "{"+tag+"}:node:a", "{"+tag+"}:nodes").Val(), "nothing is left")
		})
	}
}

func TestKeysExpire(t *testing.T) {
	addr, tag := testredis.Start(t), newTag()
	r := NewRedisRegistry(client(t, addr), tag, testNode("a"), zerolog.Nop())
	require.NoError(t, r.Register(t.Context()))
	require.InDelta(t, nodeLife.Milliseconds(), testredis.Do(t, addr, "PTTL", "{"+tag+"}:node:a"), 5000)
	require.InDelta(t, forgetAfter.Milliseconds(), testredis.Do(t, addr, "PTTL", "{"+tag+"}:nodes"), 5000)
	require.Contains(t, testredis.Do(t, addr, "GET", "{"+tag+"}:node:a"), `"format":1,"id":"a"`)
	// Ids that were not seen for a minute, by whatever clock, leave the set.
	testredis.Do(t, addr, "ZADD", "{"+tag+"}:nodes", 1, "old", 1e15, "future")
	require.NoError(t, r.Register(t.Context()))
	require.EqualValues(t, 1, testredis.Do(t, addr, "ZCARD", "{"+tag+"}:nodes"))
}

func TestDuplicate(t *testing.T) {
	t.Parallel()
	c, tag := client(t, testredis.Start(t)), newTag()
	first := testNode("a")
	var out logs
	r := newRegistry(c, tag, first, out.logger())
	require.NoError(t, r.Register(t.Context()))
	run(t, r)
	second := first
	second.PGAddr, second.HTTPAddr, second.Place = "other:1", "other:2", "elsewhere"
	start := time.Now()
	err := newRegistry(c, tag, second, zerolog.Nop()).Register(t.Context())
	require.ErrorContains(t, err, `node id "a" is in use by another server (PostgreSQL at a:5432, HTTP at a:8081, started `)
	require.ErrorContains(t, err, ", last seen "+time.Now().UTC().Format("2006-"))
	require.Less(t, time.Since(start), testLife, "a heartbeat was enough")
	require.Zero(t, out.count("another server runs"))

	ctx, cancel := context.WithTimeoutCause(t.Context(), testLife/100, fmt.Errorf("stopped"))
	defer cancel()
	require.Error(t, newRegistry(c, tag, second, zerolog.Nop()).Register(ctx), "it waits no longer than its caller")
}

// After a crash a node registers at once if it has the lock of the process before it, or else when that one's entry expires.
func TestRegisterAfterCrash(t *testing.T) {
	t.Parallel()
	lock := filepath.Join(t.TempDir(), "lock")
	require.Empty(t, Place(lock))
	require.NoError(t, os.WriteFile(lock, nil, 0o600))
	place := Place(lock)
	require.Regexp(t, `^[0-9a-f-]{36}/\d+:\d+$`, place)
	other := filepath.Join(t.TempDir(), "lock")
	require.NoError(t, os.WriteFile(other, nil, 0o600))
	require.NotEqual(t, place, Place(other))

	c := client(t, testredis.Start(t))
	for name, test := range map[string]struct {
		before, after string
		waits         bool
	}{"same place": {place, place, false}, "other place": {place, Place(other), true}, "unknown": {"", "", true}, "unknown now": {place, "", true}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tag, n := newTag(), testNode("a")
			n.Place = test.before
			crashed := newRegistry(c, tag, n, zerolog.Nop())
			require.NoError(t, crashed.Register(t.Context()))
			n.Place, n.PGAddr = test.after, "new:5432"
			r := newRegistry(c, tag, n, zerolog.Nop())
			start := time.Now()
			require.NoError(t, r.Register(t.Context()))
			require.Equal(t, test.waits, time.Since(start) > testLife/2, "took %s", time.Since(start))
			nodes, err := r.Nodes(t.Context())
			require.NoError(t, err)
			require.Equal(t, "new:5432", nodes[0].PGAddr)
		})
	}
}

// Two processes with one id that both run: one is registered, the other says so, once, and comes back when the first one has gone.
func TestTakenOver(t *testing.T) {
	t.Parallel()
	c, tag := client(t, testredis.Start(t)), newTag()
	n := testNode("a")
	n.Place = "here"
	var out logs
	first := newRegistry(c, tag, n, out.logger())
	require.NoError(t, first.Register(t.Context()))
	n.PGAddr = "second:5432"
	second := newRegistry(c, tag, n, zerolog.Nop())
	require.NoError(t, second.Register(t.Context()), "the place says that the first has ended")
	stop := run(t, second)
	run(t, first)
	require.Eventually(t, func() bool { return out.count("another server runs with this node's id") == 1 }, 10*time.Second, 10*time.Millisecond)
	require.Equal(t, 1, out.count("second:5432"))
	seen := func() time.Time {
		nodes, err := first.Nodes(t.Context())
		require.NoError(t, err)
		require.Len(t, nodes, 1)
		require.Equal(t, "second:5432", nodes[0].PGAddr)
		return nodes[0].LastSeen
	}
	for start := seen(); seen().Sub(start) < testLife; {
		require.Equal(t, 1, out.count("another server runs"), "logged once")
	}
	stop()
	require.Eventually(t, func() bool { return out.count("registered in Redis again") == 1 }, 10*time.Second, 10*time.Millisecond)
}

// A node registers again by itself, whatever happened to Redis.
func TestRegistryThroughFaults(t *testing.T) {
	t.Parallel()
	p, tag := testredis.Launch(t), newTag()
	p.Kill(t)
	var out logs
	r := newRegistry(client(t, p.Addr), tag, testNode("a"), out.logger())
	require.NoError(t, r.Register(t.Context()), "Run tries again")
	_, err := r.Nodes(t.Context())
	require.ErrorContains(t, err, "list nodes")
	stop := run(t, r)
	p.Start(t)
	c := client(t, p.Addr)
	observer := newRegistry(c, tag, testNode("b"), zerolog.Nop())
	requireBack := func(what string) {
		t.Helper()
		after := redisTime(t, c)
		require.Eventually(t, func() bool {
			nodes, err := observer.Nodes(t.Context())
			return err == nil && len(nodes) == 2 && nodes[0].ID == "a" && nodes[0].LastSeen.After(after)
		}, 20*time.Second, 10*time.Millisecond, what)
	}
	requireBack("killed before the start")
	require.Equal(t, 1, out.count("trying on"), "logged once")
	require.Equal(t, 1, out.count("registered in Redis again"))

	nodes, self := "{"+tag+"}:nodes", "{"+tag+"}:node:a"
	for what, fault := range map[string]func(){
		"restarted":         func() { p.Kill(t); p.Start(t) },
		"flushed":           func() { testredis.Do(t, p.Addr, "FLUSHALL") },
		"scripts forgotten": func() { testredis.Do(t, p.Addr, "SCRIPT", "FLUSH") },
		"set damaged":       func() { testredis.Do(t, p.Addr, "SET", nodes, "x") },
		"entry damaged":     func() { testredis.Do(t, p.Addr, "SET", self, "{") },
		"entry of another type": func() {
			testredis.Do(t, p.Addr, "DEL", self)
			testredis.Do(t, p.Addr, "RPUSH", self, "x")
		},
		"hanging": func() {
			before := out.count("trying on")
			p.Pause(t)
			require.Eventually(t, func() bool { return out.count("trying on") > before }, 10*time.Second, 10*time.Millisecond)
			p.Resume(t)
		},
	} {
		fault()
		requireBack(what)
	}
	require.Zero(t, out.count("another server"))

	p.Pause(t)
	defer p.Resume(t)
	start := time.Now()
	stop()
	require.Less(t, time.Since(start), testLife+leaveTimeout+time.Second)
	start = time.Now()
	require.NoError(t, newRegistry(client(t, p.Addr), tag, testNode("c"), zerolog.Nop()).Register(t.Context()))
	require.Less(t, time.Since(start), testLife+time.Second)
}

func TestDamagedEntries(t *testing.T) {
	addr, tag := testredis.Start(t), newTag()
	c := client(t, addr)
	var out logs
	r := newRegistry(c, tag, testNode("m"), out.logger())
	run(t, r)
	requireSoon(t, r, "m")
	set := func(id, value string) {
		testredis.Do(t, addr, "SET", "{"+tag+"}:node:"+id, value)
		testredis.Do(t, addr, "ZADD", "{"+tag+"}:nodes", redisTime(t, c).UnixMilli(), id)
	}
	for id, value := range map[string]string{
		"b": "", "c": "{", "d": "null", "e": `[]`, "f": `{"format":1}`, "g": `{"format":2,"id":"g","incarnation":"x"}`,
		"h": `{"format":1,"id":"other","incarnation":"x"}`, "i": strings.Repeat(" ", maxEntryBytes) + "{}", "j": "\xff\x00",
	} {
		set(id, value)
	}
	set("z", `{"format":1,"id":"z","incarnation":"x","replicas":3,"zones":["new"],"stream":"00000000-0000-0000-0000-000000000000"}`)
	testredis.Do(t, addr, "RPUSH", "{"+tag+"}:node:k", "x")
	testredis.Do(t, addr, "ZADD", "{"+tag+"}:nodes", redisTime(t, c).UnixMilli(), "k")
	for range 3 {
		require.Equal(t, []string{"m", "z"}, ids(t, r))
	}
	require.Equal(t, 9, out.count("cannot be read"), "each once: %s", &out.buf)
	require.Equal(t, 1, out.count("format 2, this server reads 1"))
}

// A set of many ids is read up to the limit, the last seen first.
func TestManyNodes(t *testing.T) {
	addr, tag := testredis.Start(t), newTag()
	c := client(t, addr)
	r := newRegistry(c, tag, testNode("self"), zerolog.Nop())
	now := redisTime(t, c).UnixMilli()
	_, err := c.Pipelined(t.Context(), func(p redis.Pipeliner) error {
		for i := range maxNodes + 100 {
			n := testNode(fmt.Sprintf("n%05d", i))
			e := newEntry(n, "x")
			value, err := e.encode()
			if err != nil {
				return err
			}
			p.Set(t.Context(), "{"+tag+"}:node:"+n.ID, value, time.Minute)
			p.ZAdd(t.Context(), "{"+tag+"}:nodes", redis.Z{Score: float64(now + int64(i)), Member: n.ID})
		}
		return nil
	})
	require.NoError(t, err)
	got := ids(t, r)
	require.Len(t, got, maxNodes+1, "and itself")
	require.Equal(t, "n00100", got[0])
	require.Equal(t, "self", got[maxNodes])
}

func TestUnfitNode(t *testing.T) {
	c := client(t, testredis.Start(t))
	for name, change := range map[string]func(*Node){
		"id": func(n *Node) { n.ID = "" }, "long": func(n *Node) { n.PGAddr = strings.Repeat("x", maxFieldBytes+1) },
		"text": func(n *Node) { n.Version = "\xff" }, "year": func(n *Node) { n.Started = time.Unix(1<<40, 0) }, "replicas": func(n *Node) { n.Replicas = -1 },
	} {
		n := testNode("a")
		change(&n)
		require.ErrorContains(t, newRegistry(c, newTag(), n, zerolog.Nop()).Register(t.Context()), "register node", name)
	}
}
