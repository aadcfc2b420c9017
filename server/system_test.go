package server_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"

	"github.com/miniodb/miniodb/config"
	"github.com/miniodb/miniodb/internal/testminio"
	"github.com/miniodb/miniodb/internal/testredis"
	"github.com/miniodb/miniodb/server"
)

// pool is a row of miniodb.pools.
type pool struct {
	State, Breaker           string
	Since                    time.Time
	InUse, Idle, Limit       int
	Calls, Failures, Refused int64
	LastError                *string
	LastErrorAt              *time.Time
	LatencyMS                *float64
}

// TestPools kills Redis and MinIO under a server and starts them again: miniodb.pools can be read all the time and says how they do.
func TestPools(t *testing.T) {
	redis, minio := testredis.Launch(t), testminio.Launch(t, "", 0)
	cfg := config.Default()
	cfg.Server.DataDir, cfg.Server.PgAddr, cfg.Server.RestPort = t.TempDir(), "127.0.0.1:0", "127.0.0.1:0"
	cfg.Redis.Addr = redis.Addr
	cfg.MinIO.Endpoint, cfg.MinIO.AccessKey, cfg.MinIO.SecretKey, cfg.MinIO.Bucket = minio.Endpoint, minio.AccessKey, minio.SecretKey, "pools"
	cfg.Health.Interval, cfg.Health.Timeout = 50*time.Millisecond, time.Second
	ctx, cancel := context.WithCancel(context.Background())
	ready, done := make(chan server.Addrs, 1), make(chan error, 1)
	go func() { done <- server.Run(ctx, cfg, zerolog.Nop(), func(a server.Addrs) { ready <- a }) }()
	t.Cleanup(func() { cancel(); require.NoError(t, <-done) })
	var addrs server.Addrs
	select {
	case addrs = <-ready:
	case err := <-done:
		done <- nil
		t.Fatalf("server did not start: %v", err)
	}
	c, err := pgx.Connect(ctx, "postgres://miniodb@"+addrs.PG.String()+"/miniodb?sslmode=disable")
	require.NoError(t, err)
	defer c.Close(ctx)
	read := func() map[string]pool {
		rows, err := c.Query(ctx, `SELECT name, state, breaker, since, in_use, idle, "limit", calls, failures, refused, last_error, last_error_at, latency_ms, address FROM miniodb.pools ORDER BY name`)
		require.NoError(t, err)
		out, addresses := map[string]pool{}, []string{}
		for rows.Next() {
			var p pool
			var name, address string
			require.NoError(t, rows.Scan(&name, &p.State, &p.Breaker, &p.Since, &p.InUse, &p.Idle, &p.Limit, &p.Calls, &p.Failures, &p.Refused, &p.LastError, &p.LastErrorAt, &p.LatencyMS, &address))
			out[name] = p
			addresses = append(addresses, address)
		}
		require.NoError(t, rows.Err())
		require.Equal(t, []string{minio.Endpoint, redis.Addr}, addresses)
		return out
	}
	until := func(name, state string) pool {
		t.Helper()
		var p pool
		require.Eventually(t, func() bool { p = read()[name]; return p.State == state }, 30*time.Second, 20*time.Millisecond, "%s should be %s", name, state)
		return p
	}
	for _, name := range []string{"minio", "redis"} {
		p := until(name, "up")
		require.Equal(t, "closed", p.Breaker)
		require.Positive(t, p.Calls, name)
		require.Positive(t, p.Limit, name)
		require.Zero(t, p.Refused, name)
		require.NotNil(t, p.LatencyMS, name)
	}
	_, err = c.Exec(ctx, "CREATE TABLE t (a int)")
	require.NoError(t, err)

	redis.Kill(t)
	down := until("redis", "down")
	require.NotNil(t, down.LastError)
	require.WithinDuration(t, time.Now(), *down.LastErrorAt, 30*time.Second)
	require.Equal(t, "up", read()["minio"].State)
	require.Contains(t, scrape(t, addrs.HTTP.String()), `miniodb_pool_state{pool="redis"} 0`)
	minio.Kill()
	until("minio", "down")
	var one int
	require.NoError(t, c.QueryRow(ctx, "SELECT 1").Scan(&one), "what asks for nothing is answered")
	require.Eventually(t, func() bool { return read()["redis"].Refused > 0 || read()["minio"].Refused > 0 }, 30*time.Second, 20*time.Millisecond)

	// Redis comes back empty: nobody knows the catalog for sure, and those who do not ask for it are answered.
	redis.Start(t)
	until("redis", "up")
	require.Equal(t, "down", read()["minio"].State)
	require.NoError(t, c.QueryRow(ctx, "SELECT 1").Scan(&one))
	_, err = c.Exec(ctx, "SELECT count(*) FROM nothing")
	var pg *pgconn.PgError
	require.True(t, errors.As(err, &pg) && pg.Code != "42P01", "whether there is such a table is not known: %v", err)

	require.NoError(t, minio.Start())
	for _, name := range []string{"minio", "redis"} {
		p := until(name, "up")
		require.Equal(t, "closed", p.Breaker)
		require.NotNil(t, p.LastError, "the last error stays")
		require.True(t, p.Since.After(down.Since))
	}
	metrics := scrape(t, addrs.HTTP.String())
	for _, line := range []string{`miniodb_pool_state{pool="redis"} 2`, `miniodb_pool_state{pool="minio"} 2`, `miniodb_pool_calls_total{pool="redis"} `, "miniodb_cache_bytes ", "miniodb_cache_hits_total "} {
		require.Contains(t, metrics, line)
	}
	var nodes int
	require.Eventually(t, func() bool {
		return c.QueryRow(ctx, "SELECT count(*) FROM miniodb.nodes WHERE self AND pg_addr = $1", addrs.PG.String()).Scan(&nodes) == nil && nodes == 1
	}, 30*time.Second, 50*time.Millisecond)
}

func scrape(t *testing.T, addr string) string {
	t.Helper()
	resp, err := http.Get("http://" + addr + "/metrics")
	require.NoError(t, err)
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	return strings.TrimSpace(string(body))
}
