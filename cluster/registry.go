package cluster

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/google/uuid"
	"github.com/redis/go-redis/v9"
	"github.com/rs/zerolog"
)

// RedisRegistry is the registry of servers that share a Redis.
type RedisRegistry struct {
	client      redis.UniversalClient
	tag         string
	incarnation string
	log         zerolog.Logger

	heartbeat, life, timeout, poll time.Duration

	mu         sync.Mutex
	self       Node
	registered bool              // an entry of this incarnation was written
	lost       bool              // the last heartbeat failed; what is logged once
	rival      string            // incarnation that holds the node's key; what is logged once
	damaged    map[string]string // node id -> fault that was logged
}

// NewRedisRegistry makes the registry of a node without connecting. Keys carry the hash tag, which is given with or without braces. The client should
// have ContextTimeoutEnabled, or else its own time-outs decide how long a call waits on a Redis that hangs.
func NewRedisRegistry(client redis.UniversalClient, tag string, self Node, log zerolog.Logger) *RedisRegistry {
	return &RedisRegistry{
		client: client, tag: tag, incarnation: uuid.NewString(), self: self,
		log:       log.With().Str("component", "cluster").Str("node", self.ID).Logger(),
		heartbeat: heartbeat, life: nodeLife, timeout: heartbeat, poll: heartbeat / 8,
	}
}

// Update replaces what the node tells of itself but for its id, from the next heartbeat on.
func (r *RedisRegistry) Update(self Node) {
	r.mu.Lock()
	defer r.mu.Unlock()
	self.ID, self.LastSeen = r.self.ID, r.self.LastSeen
	r.self = self
}

// Nodes implements Registry. An entry that cannot be read is left out and logged once. A Redis that was flushed knows the other nodes again
// after their next heartbeats.
func (r *RedisRegistry) Nodes(ctx context.Context) ([]Node, error) {
	ctx, cancel := context.WithTimeout(ctx, 2*r.timeout)
	defer cancel()
	ids, err := r.client.ZRangeArgsWithScores(ctx, redis.ZRangeArgs{Key: key(r.tag, "nodes"), Start: 0, Stop: maxNodes - 1, Rev: true}).Result()
	if err != nil && !redis.HasErrorPrefix(err, "WRONGTYPE") { // the next heartbeat replaces that
		return nil, fmt.Errorf("list nodes: %w", err)
	}
	keys := make([]string, 0, len(ids))
	for _, z := range ids {
		id, _ := z.Member.(string)
		keys = append(keys, key(r.tag, "node", id))
	}
	var values []any
	if len(keys) > 0 {
		if values, err = r.client.MGet(ctx, keys...).Result(); err != nil {
			return nil, fmt.Errorf("list nodes: %w", err)
		}
	}
	nodes, damaged := make([]Node, 0, len(ids)+1), map[string]string{}
	for i, value := range values {
		text, ok := value.(string)
		if !ok {
			continue // expired
		}
		id, _ := ids[i].Member.(string)
		e, err := decodeEntry(id, []byte(text))
		if err != nil {
			damaged[id] = err.Error()
			continue
		}
		nodes = append(nodes, e.node(time.UnixMilli(int64(ids[i].Score)).UTC()))
	}
	r.mu.Lock()
	self := r.self
	for id, fault := range damaged {
		if r.damaged[id] != fault {
			r.log.Warn().Str("entry", id).Str("fault", fault).Msg("the entry of a node in Redis cannot be read and is left out")
		}
	}
	r.damaged = damaged
	r.mu.Unlock()
	if !slices.ContainsFunc(nodes, func(n Node) bool { return n.ID == self.ID }) {
		nodes = append(nodes, self)
	}
	slices.SortFunc(nodes, func(a, b Node) int { return cmp.Compare(a.ID, b.ID) })
	return nodes, nil
}
