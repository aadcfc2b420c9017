package server

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgerrcode"

	"github.com/miniodb/miniodb/admin"
	"github.com/miniodb/miniodb/catalog"
	"github.com/miniodb/miniodb/cluster"
	"github.com/miniodb/miniodb/internal/health"
	"github.com/miniodb/miniodb/internal/pgerr"
	"github.com/miniodb/miniodb/internal/sqltype"
	"github.com/miniodb/miniodb/server/session"
	"github.com/miniodb/miniodb/storage/cache"
)

// poolsRelation is miniodb.pools: the connections to each service on other machines, and how it does. An embedded server has none.
func poolsRelation(services []*health.Service) session.SystemRelation {
	return session.SystemRelation{
		Name: catalog.Name{Schema: session.SystemSchema, Name: "pools"}, OID: session.OIDPools,
		Columns: session.SystemColumns("name", sqltype.Text, "address", sqltype.Text, "state", sqltype.Text, "since", sqltype.Timestamptz,
			"in_use", sqltype.Int4, "idle", sqltype.Int4, "limit", sqltype.Int4, "calls", sqltype.Int8, "failures", sqltype.Int8, "refused", sqltype.Int8,
			"last_error", sqltype.Text, "last_error_at", sqltype.Timestamptz, "latency_ms", sqltype.Float8, "breaker", sqltype.Text),
		Rows: func(context.Context) ([][]*string, error) {
			out := make([][]*string, len(services))
			for i, service := range services {
				s := service.Status()
				var last, latency any
				if s.LastError != "" {
					last = s.LastError
				}
				if s.Latency > 0 {
					latency = milliseconds(s.Latency)
				}
				out[i] = session.Row(s.Name, s.Address, s.State, s.Since, s.Usage.InUse, s.Usage.Idle, s.Usage.Limit, s.Calls, s.Failures, s.Refused,
					last, s.LastErrorAt, latency, s.Breaker)
			}
			return out, nil
		},
	}
}

// nodesTimeout bounds the question for the nodes.
const nodesTimeout = 5 * time.Second

// nodesRelation is miniodb.nodes: the servers that share the database.
func nodesRelation(self string, list func(context.Context) ([]cluster.Node, error)) session.SystemRelation {
	return session.SystemRelation{
		Name: catalog.Name{Schema: session.SystemSchema, Name: "nodes"}, OID: session.OIDNodes,
		Columns: session.SystemColumns("node", sqltype.Text, "pg_addr", sqltype.Text, "http_addr", sqltype.Text, "version", sqltype.Text,
			"started", sqltype.Timestamptz, "last_seen", sqltype.Timestamptz, "self", sqltype.Bool, "stream", sqltype.UUID, "replicas", sqltype.Int4),
		Rows: func(ctx context.Context) ([][]*string, error) {
			ctx, cancel := context.WithTimeout(ctx, nodesTimeout)
			defer cancel()
			nodes, err := list(ctx)
			if err != nil {
				return nil, unavailable(err)
			}
			out := make([][]*string, len(nodes))
			for i, n := range nodes {
				var pg, http, stream any // not known in a server's first moments
				if n.PGAddr != "" {
					pg, http = n.PGAddr, n.HTTPAddr
				}
				if n.Stream != uuid.Nil {
					stream = n.Stream
				}
				out[i] = session.Row(n.ID, pg, http, n.Version, n.Started, n.LastSeen, n.ID == self, stream, n.Replicas)
			}
			return out, nil
		},
	}
}

func unavailable(err error) error {
	return pgerr.New(pgerrcode.CannotConnectNow, "the registry of nodes cannot be read").WithHint("Redis does not answer. Try again.").WithCause(err)
}

func milliseconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// poolStats are the services as metrics show them.
func poolStats(services []*health.Service) []admin.PoolStats {
	out := make([]admin.PoolStats, len(services))
	for i, service := range services {
		s := service.Status()
		out[i] = admin.PoolStats{
			Name: s.Name, State: int64(s.State), InUse: int64(s.Usage.InUse), Idle: int64(s.Usage.Idle), Limit: int64(s.Usage.Limit),
			Calls: s.Calls, Failures: s.Failures, Refused: s.Refused, Latency: s.Latency,
		}
	}
	return out
}

// cacheStats are the local copies of objects as metrics show them; nil when embedded.
func cacheStats(c *cache.Store) *admin.CacheStats {
	if c == nil {
		return nil
	}
	s := c.Stats()
	return &admin.CacheStats{
		Files: s.Files, Bytes: s.Bytes, Limit: s.LimitBytes, Hits: s.Hits, Misses: s.Misses, Evictions: s.Evictions, Errors: s.Errors,
	}
}
