package redis

import (
	"testing"

	"github.com/google/uuid"
	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"

	"github.com/miniodb/miniodb/catalog/index"
	"github.com/miniodb/miniodb/catalog/index/indextest"
	"github.com/miniodb/miniodb/internal/redisdb"
	"github.com/miniodb/miniodb/internal/testredis"
)

// connect returns a connection with a pool of its own, as another process would have.
func connect(t testing.TB, cfg redisdb.Config) *redisdb.DB {
	t.Helper()
	db, err := redisdb.Open(cfg, zerolog.Nop())
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	return db
}

// open returns an empty index: one whose tag nobody has.
func open(t testing.TB, cfg redisdb.Config) *Index {
	t.Helper()
	return openTag(t, cfg, "miniodb:test/"+uuid.NewString())
}

func openTag(t testing.TB, cfg redisdb.Config, tag string) *Index {
	t.Helper()
	x, err := New(connect(t, cfg), tag, zerolog.Nop())
	require.NoError(t, err)
	return x
}

func shared(t testing.TB) redisdb.Config { return redisdb.Config{Addr: testredis.Start(t)} }

func TestStandalone(t *testing.T) {
	indextest.Run(t, func() index.Index { return open(t, shared(t)) })
}

func TestSentinel(t *testing.T) {
	g := testredis.Sentinel(t)
	indextest.Run(t, func() index.Index { return open(t, sentinel(g)) })
}

func TestCluster(t *testing.T) {
	cfg := cluster(testredis.Cluster(t))
	indextest.Run(t, func() index.Index { return open(t, cfg) })
}

func sentinel(g *testredis.Group) redisdb.Config {
	return redisdb.Config{Mode: redisdb.Sentinel, Addrs: g.Addrs, MasterName: testredis.MasterName}
}

func cluster(all []*testredis.Process) redisdb.Config {
	cfg := redisdb.Config{Mode: redisdb.Cluster}
	for _, p := range all {
		cfg.Addrs = append(cfg.Addrs, p.Addr)
	}
	return cfg
}
