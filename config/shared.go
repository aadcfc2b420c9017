package config

import (
	"net"
	"strings"
	"time"

	"github.com/miniodb/miniodb/internal/units"
)

// Shared reports whether the database is kept in MinIO and Redis, where other servers can have it too, and not in the data directory.
func (c *Config) Shared() bool { return c.MinIO.Endpoint != "" }

// configured reports whether any Redis is named.
func (r *Redis) configured() bool { return r.Addr != "" || len(r.Addrs) > 0 }

// shared checks what servers with a shared database need.
func (v *validator) shared() {
	r, m := &v.cfg.Redis, &v.cfg.MinIO
	v.oneOf("redis.mode", r.Mode, "standalone", "sentinel", "cluster")
	between(v, "redis.db", r.DB, 0, 1<<20)
	between(v, "redis.pool_size", r.PoolSize, 1, 10_000)
	between(v, "redis.dial_timeout", r.DialTimeout, 10*time.Millisecond, time.Minute)
	between(v, "redis.timeout", r.Timeout, 10*time.Millisecond, time.Minute)
	between(v, "minio.max_connections", m.MaxConnections, 1, 10_000)
	between(v, "health.interval", v.cfg.Health.Interval, 10*time.Millisecond, time.Minute)
	between(v, "health.timeout", v.cfg.Health.Timeout, 10*time.Millisecond, time.Minute)
	between(v, "health.failures", v.cfg.Health.Failures, 1, 10_000)
	v.check("cache.limit", v.cfg.Cache.Limit >= 64*units.MB, "%s is too small: want at least 64MB", v.cfg.Cache.Limit)

	v.check("redis.addr", !r.configured() || m.Endpoint != "", "needs minio.endpoint: an index in Redis is shared, objects in a data directory are not")
	v.check("minio.endpoint", m.Endpoint == "" || r.configured(), "needs redis.addr: servers that share a bucket learn of each other's commits through Redis")
	if r.configured() {
		v.check("redis.mode", r.Mode != "sentinel" || r.MasterName != "", "sentinel needs redis.master_name")
		v.check("redis.master_name", r.Mode == "sentinel" || r.MasterName == "", "is for redis.mode sentinel")
		v.check("redis.db", r.Mode != "cluster" || r.DB == 0, "must be 0 in cluster mode")
		v.check("redis.addrs", r.Mode != "standalone" || len(r.Addrs) == 0, "is for sentinels and clusters: want redis.addr, or redis.mode")
		for _, addr := range append([]string{r.Addr}, r.Addrs...) {
			if addr != "" {
				_, port, err := net.SplitHostPort(addr)
				v.check("redis.addr", err == nil && port != "", "%q: want host:port", addr)
			}
		}
	}
	if m.Endpoint != "" {
		v.check("minio.bucket", m.Bucket != "", "must not be empty")
		v.check("minio.access_key_id", m.AccessKey != "" && m.SecretKey != "", "minio.endpoint needs an access key and a secret key")
		v.check("minio.endpoint", !strings.ContainsAny(m.Endpoint, "/ "), "%q: want host:port, and minio.use_ssl for TLS", m.Endpoint)
		v.check("minio.prefix", !strings.ContainsAny(m.Prefix, "{}") && !strings.HasPrefix(m.Prefix, "/"), "%q: want a relative path without braces", m.Prefix)
	}
}
