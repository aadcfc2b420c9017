// Package redisdb is the connection to Redis that index, locks and registry share: standalone, under Sentinel or as a Cluster.
//
// It owns the go-redis client with its limits, the breaker in front of every command, and the epoch, by which a server that was restarted or
// failed over is noticed. It knows no keys and no scripts, and never says what a lost server means: catalog/index/redis and
// cluster do. The composition root opens it and gives it its health.Service.
//
// # Design
//
// The epoch is a number of this process that grows whenever another server answers than before. A server is its run id together with its
// replication id, which changes when a replica is promoted; both are read on every new connection before that is used. So whoever reads the
// epoch after a command knows of every server that could have answered it. Where the ACL refuses INFO, every new connection counts as
// another server. In a Cluster the server that counts is the one that answered the last command with a key: all keys of a database have one hash
// tag, and one node owns its slot.
//
// A connection to a replica is refused: its answers may be older than what was answered before. Sentinel cuts the clients of a
// master that it demotes, and a Cluster's node redirects them.
//
// go-redis sends a command once more when the connection broke before the answer. Whoever sends a script that must take effect once has to
// make it recognise itself.
//
// What it cannot see: a master that was replaced and has not heard of it yet still answers those who are connected to it, for milliseconds when a failover
// was planned, as long as the servers are cut off from each other otherwise. `min-replicas-to-write 1` bounds that for writes.
package redisdb

import (
	"context"
	"fmt"
	"io"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/logging"
	"github.com/redis/go-redis/v9/maintnotifications"
	"github.com/rs/zerolog"

	"github.com/miniodb/miniodb/internal/health"
)

const (
	maxRetries  = 1
	minIdle     = 1
	maxIdleTime = 5 * time.Minute
)

// DB is a database in Redis. It is safe for concurrent use.
type DB struct {
	cfg     Config
	log     zerolog.Logger
	client  redis.UniversalClient
	service atomic.Pointer[health.Service]
	watch   watch
	key     atomic.Pointer[string] // of the last command that had one, Cluster only: Ping asks its node
}

// quiet keeps go-redis from printing to standard error, for the whole process: every error also comes back from the call.
var quiet sync.Once

// Open returns a database without connecting: Redis need not be there yet.
func Open(cfg Config, log zerolog.Logger) (*DB, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	cfg.setDefaults()
	quiet.Do(logging.Disable)
	d := &DB{cfg: cfg, log: log.With().Str("component", "redis").Logger()}
	options := &redis.UniversalOptions{
		Addrs: cfg.addrs(), DB: cfg.Number, MasterName: cfg.MasterName,
		Username: cfg.Username, Password: cfg.Password, SentinelPassword: cfg.SentinelPassword,
		Protocol: 2, DisableIdentity: true, MaintNotificationsConfig: &maintnotifications.Config{Mode: maintnotifications.ModeDisabled},
		DialTimeout: cfg.DialTimeout, DialerRetries: 1, ReadTimeout: cfg.IOTimeout, WriteTimeout: cfg.IOTimeout, PoolTimeout: cfg.IOTimeout,
		ContextTimeoutEnabled: true, MaxRetries: maxRetries, PoolSize: cfg.PoolSize, MinIdleConns: min(minIdle, cfg.PoolSize),
		ConnMaxIdleTime: maxIdleTime, PipelinePoolSize: -1,
		OnConnect: func(ctx context.Context, c *redis.Conn) error {
			id, err := d.identify(ctx, c)
			if err == nil {
				d.watch.answered(id, d.log)
			}
			return err
		},
	}
	switch cfg.Mode {
	case Standalone:
		d.client = redis.NewClient(options.Simple())
	case Sentinel:
		d.client = redis.NewFailoverClient(options.Failover())
	case Cluster:
		d.client = d.openCluster(options.Cluster())
	}
	d.client.AddHook(guard{d})
	return d, nil
}

// Client returns the client. Its commands pass the breaker and end within CallTimeout.
func (d *DB) Client() redis.UniversalClient { return d.client }

// Guard puts a service's breaker in front of all commands but those of Ping. nil takes it away.
func (d *DB) Guard(s *health.Service) { d.service.Store(s) }

// Ping makes a round trip to the server, in a Cluster to the node that the keys in use are on. It does not pass the breaker.
func (d *DB) Ping(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(unguarded(ctx), d.cfg.CallTimeout)
	defer cancel()
	var err error
	if key := d.key.Load(); key != nil {
		err = d.client.Exists(ctx, *key).Err()
	} else {
		err = d.client.Ping(ctx).Err()
	}
	if err != nil {
		return fmt.Errorf("ping Redis: %w", err)
	}
	return nil
}

// Epoch returns a number that grows whenever another server has answered than before. It is only compared within this process, and read
// after the command whose answer is in question.
func (d *DB) Epoch() uint64 { return d.watch.epoch.Load() }

// Usage returns the connections of the pool, in a Cluster of the pools of all nodes that were met.
func (d *DB) Usage() health.Usage {
	s := d.client.PoolStats()
	return health.Usage{InUse: int(s.TotalConns) - int(s.IdleConns), Idle: int(s.IdleConns), Limit: d.cfg.PoolSize * max(1, d.watch.nodes())}
}

// Address is where Redis is, for people.
func (d *DB) Address() string { return strings.Join(d.cfg.addrs(), ",") }

// Close closes all connections. It is safe twice.
func (d *DB) Close() error {
	if err := d.client.Close(); err != nil && err != redis.ErrClosed {
		return fmt.Errorf("close connections to Redis: %w", err)
	}
	return nil
}

var _ io.Closer = (*DB)(nil)
