package server

import (
	"context"
	"errors"

	"github.com/rs/zerolog"

	"github.com/miniodb/miniodb/catalog/index"
	"github.com/miniodb/miniodb/catalog/index/bolt"
	"github.com/miniodb/miniodb/cluster"
	"github.com/miniodb/miniodb/config"
	"github.com/miniodb/miniodb/internal/health"
	"github.com/miniodb/miniodb/storage"
	"github.com/miniodb/miniodb/storage/cache"
	"github.com/miniodb/miniodb/storage/local"
)

// stores are where a database is kept: its objects, the index over its logs, and what tells servers of each other. Everything above them is the same for
// an embedded server and for servers that share a database.
type stores struct {
	objects storage.Store // gives local paths
	index   index.Index
	dir     string // that DuckDB reads objects from
	leases  cluster.Leases
	members func(self cluster.Node) members

	services []*health.Service // what runs on other machines; none when embedded
	cache    *cache.Store      // nil when embedded
	closers  []func() error    // in the order of opening
}

// openStores opens what the configuration names: the data directory, or MinIO and Redis.
func openStores(ctx context.Context, cfg *config.Config, dir *dataDir, log zerolog.Logger) (*stores, error) {
	open := openEmbedded
	if cfg.Shared() {
		open = openShared
	}
	s := &stores{}
	if err := open(ctx, s, cfg, dir, log); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

// openEmbedded opens the directory of objects and the index file in the data directory.
func openEmbedded(_ context.Context, s *stores, _ *config.Config, dir *dataDir, log zerolog.Logger) error {
	objects, err := local.New(dir.store())
	if err != nil {
		return err
	}
	s.closers = append(s.closers, objects.Close)
	idx, err := bolt.Open(dir.index(), log)
	if err != nil {
		return err
	}
	s.closers = append(s.closers, idx.Close)
	s.objects, s.index, s.dir = objects, idx, dir.store()
	leases := cluster.NewLocalLeases()
	s.closers = append(s.closers, leases.Close)
	s.leases = leases
	s.members = func(self cluster.Node) members { return cluster.NewLocalRegistry(self) }
	return nil
}

// Close closes what was opened, the last first; safe twice.
func (s *stores) Close() error {
	var errs []error
	for i := len(s.closers) - 1; i >= 0; i-- {
		errs = append(errs, s.closers[i]())
	}
	s.closers = nil
	return errors.Join(errs...)
}
