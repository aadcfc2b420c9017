package admin

import (
	"context"
	"errors"
	"io"
	"net/http"
	"sync/atomic"
	"testing"
	"time"

	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

func get(t *testing.T, s *Server, path string) (int, string) {
	t.Helper()
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	resp, err := client.Get("http://" + s.Addr().String() + path)
	require.NoError(t, err)
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	return resp.StatusCode, string(body)
}

func TestServer(t *testing.T) {
	defer goleak.VerifyNone(t)
	var reason atomic.Pointer[string]
	starting := "starting: replaying the write-ahead log"
	reason.Store(&starting)
	s, err := New(Config{Addr: "127.0.0.1:0"}, Deps{
		Log: zerolog.Nop(), Version: "v1.2.3",
		Ready: func() error {
			if r := reason.Load(); r != nil {
				return errors.New(*r)
			}
			return nil
		},
		Stats: StatsFunc(func() Stats {
			return Stats{ConnectionsOpen: 7, BufferedRows: 42, WALBytes: 1 << 20, FlushesTotal: 3, Cache: &CacheStats{Hits: 5, Bytes: 77},
				Pools: []PoolStats{{Name: "minio", State: 2, Calls: 12, Latency: 1500 * time.Microsecond}, {Name: "redis", Refused: 4}}}
		}),
	})
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	ran := make(chan error, 1)
	go func() { ran <- s.Run(ctx) }()

	status, body := get(t, s, "/healthz")
	require.Equal(t, 200, status, body)
	status, body = get(t, s, "/readyz")
	require.Equal(t, 503, status)
	require.Equal(t, starting+"\n", body)
	reason.Store(nil)
	status, body = get(t, s, "/readyz")
	require.Equal(t, 200, status)
	require.Equal(t, "ready\n", body)

	status, body = get(t, s, "/metrics")
	require.Equal(t, 200, status)
	for _, line := range []string{
		"miniodb_pgwire_connections_open 7\n", "miniodb_buffer_rows 42\n", "miniodb_wal_bytes 1.048576e+06\n",
		"# TYPE miniodb_flush_commits_total counter\nminiodb_flush_commits_total 3\n", `miniodb_build_info{version="v1.2.3"} 1`, "go_goroutines ", `miniodb_pool_state{pool="minio"} 2`, `miniodb_pool_state{pool="redis"} 0`,
		`miniodb_pool_calls_total{pool="minio"} 12`, `miniodb_pool_calls_refused_total{pool="redis"} 4`, `miniodb_pool_probe_seconds{pool="minio"} 0.0015`,
		"miniodb_cache_hits_total 5\n", "miniodb_cache_bytes 77\n",
	} {
		require.Contains(t, body, line)
	}
	status, _ = get(t, s, "/nothing")
	require.Equal(t, 404, status)

	_, err = New(Config{Addr: s.Addr().String()}, Deps{Ready: func() error { return nil }})
	require.ErrorContains(t, err, "HTTP port (server.rest_port): listen tcp "+s.Addr().String())
	require.ErrorContains(t, err, "address already in use")

	cancel()
	require.NoError(t, <-ran)
	require.NoError(t, s.Close())
	require.NoError(t, s.Close())
}
