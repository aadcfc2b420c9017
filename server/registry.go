package server

import (
	"context"
	"net"
	"time"

	"github.com/miniodb/miniodb/cluster"
)

// register tells other servers of this one. A live server with the same node id is an error.
func (n *node) register(ctx context.Context, pg, http net.Addr) error {
	n.registry = n.stores.registry(cluster.Node{
		ID: n.dir.node, PGAddr: pg.String(), HTTPAddr: http.String(), Version: Version, Stream: n.ingest.Stream(), Started: time.Now().UTC(), Replicas: 1,
	})
	r, ok := n.registry.(interface{ Register(context.Context) error })
	if !ok {
		return nil
	}
	n.log.Warn().Msg("one copy of each acknowledged row (R = 1) until it is flushed: the write-ahead log of this server, as replication is not in this build")
	return r.Register(ctx)
}

// nodes lists the servers that share the database.
func (n *node) nodes(ctx context.Context) ([]cluster.Node, error) { return n.registry.Nodes(ctx) }
