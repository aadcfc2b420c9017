package cluster

import (
	"context"
	"fmt"
	"time"
)

// leaveTimeout bounds the wait for Redis when a node stops; its entry expires anyhow.
const leaveTimeout = time.Second

// Register registers the node before it serves. It is an error when another live process has the same node id; that takes one heartbeat to find out, and
// one entry's life (10 s) after a crash when the place of the data is unknown. An unreachable Redis is none: Run tries again.
func (r *RedisRegistry) Register(ctx context.Context) error {
	r.mu.Lock()
	e := newEntry(r.self, r.incarnation)
	r.mu.Unlock()
	if _, err := e.encode(); err != nil {
		return fmt.Errorf("register node %q: %w", e.ID, err)
	}
	tick := time.NewTicker(r.poll)
	defer tick.Stop()
	deadline := time.Now().Add(r.life + r.heartbeat)
	var first *rival
	for {
		other, err := r.beat(ctx)
		switch {
		case ctx.Err() != nil:
			return fmt.Errorf("register node %q: %w", e.ID, context.Cause(ctx))
		case err != nil:
			r.failed(err)
			return nil
		case other == nil:
			r.succeeded()
			return nil
		case first == nil:
			first = other
			r.log.Info().Stringer("other", other).Msg("a server with the same node id was seen a moment ago, waiting for whether it lives")
		case first.incarnation != other.incarnation, !first.node.LastSeen.Equal(other.node.LastSeen), time.Now().After(deadline):
			return fmt.Errorf("node id %q is in use by another server (%s): stop that one, or give this one a data directory of its own instead of a copy", e.ID, other)
		}
		select {
		case <-ctx.Done():
		case <-tick.C:
		}
	}
}

// Run implements Registry. It does not need Register before it.
func (r *RedisRegistry) Run(ctx context.Context) error {
	tick := time.NewTicker(r.heartbeat)
	defer tick.Stop()
	for ctx.Err() == nil {
		other, err := r.beat(ctx)
		switch {
		case ctx.Err() != nil:
		case err != nil:
			r.failed(err)
		case other != nil:
			r.displaced(other)
		default:
			r.succeeded()
		}
		select {
		case <-ctx.Done():
		case <-tick.C:
		}
	}
	r.leave(context.WithoutCancel(ctx))
	return nil
}

func (r *RedisRegistry) leave(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, leaveTimeout)
	defer cancel()
	r.mu.Lock()
	id := r.self.ID
	r.mu.Unlock()
	if err := leaveScript.Run(ctx, r.client, r.keys(id), id, r.incarnation).Err(); err != nil {
		r.log.Debug().Err(err).Msg("could not deregister, the entry expires")
	}
}

// failed, displaced and succeeded log changes of state, not every heartbeat.
func (r *RedisRegistry) failed(err error) {
	r.mu.Lock()
	was := r.lost
	r.lost = true
	r.mu.Unlock()
	if !was {
		r.log.Warn().Err(err).Msg("the node cannot be registered in Redis, trying on")
	}
}

func (r *RedisRegistry) displaced(other *rival) {
	r.mu.Lock()
	was := r.rival
	r.lost, r.rival = false, other.incarnation
	r.mu.Unlock()
	if was != other.incarnation {
		r.log.Error().Stringer("other", other).Msg("another server runs with this node's id: stop one of the two, one has a copy of the other's data directory")
	}
}

func (r *RedisRegistry) succeeded() {
	r.mu.Lock()
	news := r.lost || r.rival != ""
	r.lost, r.rival = false, ""
	r.mu.Unlock()
	if news {
		r.log.Info().Msg("the node is registered in Redis again")
	}
}
