package server

import (
	"context"
	"sync"
	"time"

	"github.com/miniodb/miniodb/cluster"
)

// members is the registry of the servers that share a database. The embedded server's knows itself only.
type members interface {
	cluster.Registry
	Update(self cluster.Node)
}

// join tells other servers of this one, before it touches what belongs to its node id: a live server with the same id is an error. It is told of until
// the node is closed.
func (n *node) join(ctx context.Context) error {
	n.self = cluster.Node{ID: n.dir.node, Version: Version, Started: time.Now().UTC(), Replicas: 1}
	n.members = n.stores.members(n.self)
	if r, ok := n.members.(interface{ Register(context.Context) error }); ok {
		if err := r.Register(ctx); err != nil {
			return err
		}
	}
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	var running sync.WaitGroup
	running.Go(func() { _ = n.members.Run(ctx) }) // it returns nil
	n.closers = append(n.closers, func() error {
		cancel()
		running.Wait()
		return nil
	})
	return nil
}

// announce adds what is known once the ports are open: the addresses under which others reach them.
func (n *node) announce(pg, http string) {
	n.self.PGAddr, n.self.HTTPAddr, n.self.Stream = pg, http, n.ingest.Stream()
	n.members.Update(n.self)
	if len(n.stores.services) > 0 {
		n.log.Warn().Int("replicas", n.self.Replicas).
			Msg("until it is flushed, an acknowledged row is in the write-ahead log of this server only: replication is not in this build")
	}
}
