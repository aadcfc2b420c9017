package redisdb

import (
	"context"
	"strings"
	"sync/atomic"

	"github.com/redis/go-redis/v9"
)

// openCluster returns a client whose nodes know who they are.
func (d *DB) openCluster(options *redis.ClusterOptions) *redis.ClusterClient {
	options.NewClient = func(o *redis.Options) *redis.Client {
		n := &node{d: d, addr: o.Addr}
		o.OnConnect = func(ctx context.Context, c *redis.Conn) error {
			id, err := d.identify(ctx, c)
			if err == nil {
				n.id.Store(&id)
			}
			return err
		}
		d.watch.meet(o.Addr)
		client := redis.NewClient(o)
		client.AddHook(n)
		return client
	}
	return redis.NewClusterClient(options)
}

// node is the hook on the connections to one node of a Cluster.
type node struct {
	d    *DB
	addr string
	id   atomic.Pointer[string] // as of the newest connection
}

// DialHook implements redis.Hook.
func (n *node) DialHook(next redis.DialHook) redis.DialHook { return next }

// ProcessHook implements redis.Hook.
func (n *node) ProcessHook(next redis.ProcessHook) redis.ProcessHook {
	return func(ctx context.Context, cmd redis.Cmder) error {
		err := next(ctx, cmd)
		n.answered(cmd, err)
		return err
	}
}

// ProcessPipelineHook implements redis.Hook.
func (n *node) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return func(ctx context.Context, cmds []redis.Cmder) error {
		err := next(ctx, cmds)
		for _, cmd := range cmds {
			n.answered(cmd, cmd.Err())
		}
		return err
	}
}

// answered takes note of the node if it has answered a command with one of our keys. A redirection is no such answer.
func (n *node) answered(cmd redis.Cmder, err error) {
	if err != nil && (!isAnswer(err) || redirects(err)) {
		return
	}
	key := keyOf(cmd)
	id := n.id.Load()
	if key == "" || id == nil {
		return
	}
	if last := n.d.key.Load(); last == nil || *last != key {
		n.d.key.Store(&key)
	}
	n.d.watch.answered(n.addr+" "+*id, n.d.log)
}

func redirects(err error) bool {
	_, moved := redis.IsMovedError(err)
	_, ask := redis.IsAskError(err)
	return moved || ask
}

// keyOf returns the first key of a command, which is known by its hash tag, or "". It is the third argument of a script, the first of most others.
func keyOf(cmd redis.Cmder) string {
	args := cmd.Args()
	for i := 1; i < len(args) && i < 4; i++ {
		if s, ok := args[i].(string); ok && strings.HasPrefix(s, "{") {
			return s
		}
	}
	return ""
}
