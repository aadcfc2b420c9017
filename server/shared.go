package server

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/rs/zerolog"

	redisindex "github.com/miniodb/miniodb/catalog/index/redis"
	"github.com/miniodb/miniodb/cluster"
	"github.com/miniodb/miniodb/config"
	"github.com/miniodb/miniodb/internal/health"
	"github.com/miniodb/miniodb/internal/redisdb"
	"github.com/miniodb/miniodb/storage"
	"github.com/miniodb/miniodb/storage/cache"
	"github.com/miniodb/miniodb/storage/minio"
)

// patience is how long a server that starts waits for MinIO and Redis, which may be starting, too.
const patience = 30 * time.Second

// openShared opens the bucket behind a local cache, and the index and the registry in Redis.
func openShared(ctx context.Context, s *stores, cfg *config.Config, dir *dataDir, log zerolog.Logger) error {
	objects, err := s.openMinIO(ctx, cfg, log)
	if err != nil {
		return err
	}
	s.dir = cfg.Cache.Dir
	if s.dir == "" {
		s.dir = dir.cache()
	}
	if s.cache, err = cache.Open(cache.Config{Dir: s.dir, LimitBytes: int64(cfg.Cache.Limit)}, objects, log); err != nil {
		return err
	}
	s.closers = append(s.closers, s.cache.Close)
	s.objects = s.cache

	db, err := s.openRedis(ctx, cfg, log)
	if err != nil {
		return err
	}
	tag := databaseTag(cfg)
	if s.index, err = redisindex.New(db, tag, log); err != nil {
		return err
	}
	leases := cluster.NewRedisLeases(db.Client(), tag, dir.node, log)
	s.closers = append(s.closers, leases.Close)
	s.leases = leases
	s.members = func(self cluster.Node) members {
		self.Place = cluster.Place(dir.lockFile())
		return cluster.NewRedisRegistry(db.Client(), tag, self, log)
	}
	return nil
}

// databaseTag tells the keys of databases that share a Redis apart: one tag, and in a Cluster one slot, for a bucket and prefix.
func databaseTag(cfg *config.Config) string {
	return "miniodb:" + cfg.MinIO.Bucket + "/" + strings.Trim(cfg.MinIO.Prefix, "/")
}

func (s *stores) openMinIO(ctx context.Context, cfg *config.Config, log zerolog.Logger) (*minio.Store, error) {
	var store *minio.Store
	m := cfg.MinIO
	service := health.New(health.Config{
		Name: "minio", Address: m.Endpoint, Every: cfg.Health.Interval, Timeout: cfg.Health.Timeout, Failures: cfg.Health.Failures, Log: log,
		Probe: func(ctx context.Context) error { return store.Probe(ctx) }, Usage: func() health.Usage { return store.Usage() },
	})
	err := wait(ctx, "the object store", log, func() (err error) {
		store, err = minio.Open(ctx, minio.Config{
			Endpoint: m.Endpoint, AccessKey: m.AccessKey, SecretKey: m.SecretKey, Bucket: m.Bucket, Prefix: strings.Trim(m.Prefix, "/"), Region: m.Region,
			UseSSL: m.UseSSL, MaxConnections: m.MaxConnections, Service: service,
		}, log)
		return err
	}, func(err error) bool { return errors.Is(err, storage.ErrUnavailable) })
	if err != nil {
		return nil, err
	}
	s.closers = append(s.closers, store.Close)
	s.watch(service)
	if err := store.Conform(ctx); err != nil {
		return nil, fmt.Errorf("object store %s: %w", m.Endpoint, err)
	}
	return store, nil
}

func (s *stores) openRedis(ctx context.Context, cfg *config.Config, log zerolog.Logger) (*redisdb.DB, error) {
	r := cfg.Redis
	db, err := redisdb.Open(redisdb.Config{
		Mode: r.Mode, Addr: r.Addr, Addrs: r.Addrs, MasterName: r.MasterName, Username: r.Username, Password: r.Password, SentinelPassword: r.SentinelPassword,
		Number: r.DB, PoolSize: r.PoolSize, DialTimeout: r.DialTimeout, CallTimeout: r.Timeout,
	}, log)
	if err != nil {
		return nil, err
	}
	s.closers = append(s.closers, db.Close)
	err = wait(ctx, "Redis", log, func() error { return db.Ping(ctx) }, func(error) bool { return true })
	if err != nil {
		return nil, fmt.Errorf("redis %s: %w", db.Address(), err)
	}
	service := health.New(health.Config{
		Name: "redis", Address: db.Address(), Every: cfg.Health.Interval, Timeout: cfg.Health.Timeout, Failures: cfg.Health.Failures, Log: log,
		Probe: db.Ping, Usage: db.Usage,
	})
	db.Guard(service)
	s.watch(service)
	return db, nil
}

// watch probes a service until the stores are closed.
func (s *stores) watch(service *health.Service) {
	s.services = append(s.services, service)
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() { _ = service.Run(ctx) }) // it ends with ctx only
	s.closers = append(s.closers, func() error {
		cancel()
		running.Wait()
		return nil
	})
}

// wait tries to open something until it succeeds, fails for a reason that time does not heal, or patience ends.
func wait(ctx context.Context, what string, log zerolog.Logger, open func() error, heals func(error) bool) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	for try := 1; ; try++ {
		err := open()
		if err == nil || !heals(err) {
			return err
		}
		if try == 1 {
			log.Warn().Err(err).Dur("patience", patience).Msg("waiting for " + what)
		}
		select {
		case <-ctx.Done():
			return err
		case <-time.After(min(time.Duration(try)*100*time.Millisecond, time.Second)):
		}
	}
}
