package cluster

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/google/uuid"
	"github.com/redis/go-redis/v9"
	"github.com/rs/zerolog"
)

var (
	errClosed  = errors.New("leases are closed")
	errTooMany = fmt.Errorf("%d leases are held already", maxLeases)
)

// leaseTimeout bounds one call; it is less for short lives.
const leaseTimeout = 2 * time.Second

// The three scripts of a lease. KEYS: its key. ARGV: token, life in milliseconds. They return 1 if the lease is the caller's, or was. acquireScript takes a
// lease that has the caller's token for its own, because the client sends a command again whose answer was lost.
var (
	acquireScript = redis.NewScript(`
if redis.call('SET', KEYS[1], ARGV[1], 'NX', 'PX', ARGV[2]) then return 1 end
if redis.pcall('GET', KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call('PEXPIRE', KEYS[1], ARGV[2])`)
	extendScript = redis.NewScript(`
if redis.pcall('GET', KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call('PEXPIRE', KEYS[1], ARGV[2])`)
	releaseScript = redis.NewScript(`
if redis.pcall('GET', KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call('DEL', KEYS[1])`)
)

// RedisLeases are the leases of servers that share a Redis.
type RedisLeases struct {
	client redis.UniversalClient
	tag    string
	node   string
	log    zerolog.Logger

	mu     sync.Mutex
	closed bool
	taken  int                      // leases held and calls of Acquire
	held   map[*redisLease]struct{} // those whose renewal runs
	idle   sync.WaitGroup           // counts what taken counts
}

// NewRedisLeases makes the leases of a node without connecting. The node's id stands before each token, for people who look into Redis. For tag and
// client see NewRedisRegistry.
func NewRedisLeases(client redis.UniversalClient, tag, node string, log zerolog.Logger) *RedisLeases {
	return &RedisLeases{client: client, tag: tag, node: node, log: log.With().Str("component", "cluster").Logger(), held: map[*redisLease]struct{}{}}
}

// Acquire implements Leases.
func (o *RedisLeases) Acquire(ctx context.Context, name string, life time.Duration) (Lease, bool, error) {
	if err := checkLease(name, life); err != nil {
		return nil, false, err
	}
	if err := o.enter(); err != nil {
		return nil, false, fmt.Errorf("acquire lease %q: %w", name, err)
	}
	l := &redisLease{
		owner: o, name: name, key: key(o.tag, "lease", name), token: o.node + " " + uuid.NewString(), life: life,
		done: make(chan struct{}), renewed: make(chan struct{}),
	}
	sent := time.Now()
	ours, err := l.call(ctx, acquireScript)
	if err == nil && ours {
		if err = l.start(sent); err == nil {
			return l, true, nil
		}
	}
	if err != nil {
		// It may be ours in Redis. If that answers, nobody has to wait until it expires.
		_, _ = l.call(context.WithoutCancel(ctx), releaseScript)
		err = fmt.Errorf("acquire lease %q: %w", name, err)
	}
	o.leave(nil)
	return nil, false, err
}

// enter admits one more lease.
func (o *RedisLeases) enter() error {
	o.mu.Lock()
	defer o.mu.Unlock()
	switch {
	case o.closed:
		return errClosed
	case o.taken >= maxLeases:
		return errTooMany
	}
	o.taken++
	o.idle.Add(1)
	return nil
}

// leave undoes enter, for a lease whose renewal has ended or that never started (nil).
func (o *RedisLeases) leave(l *redisLease) {
	o.mu.Lock()
	defer o.mu.Unlock()
	delete(o.held, l)
	o.taken--
	o.idle.Done()
}

// Close releases all leases and waits for their goroutines, a few seconds if Redis does not answer; safe twice.
func (o *RedisLeases) Close() error {
	o.mu.Lock()
	o.closed = true
	var release sync.WaitGroup
	for l := range o.held {
		release.Go(l.Release)
	}
	o.mu.Unlock()
	release.Wait()
	o.idle.Wait()
	return nil
}
