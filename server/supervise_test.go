package server

import (
	"context"
	"io"
	"net"
	"testing"
	"time"

	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"

	"github.com/miniodb/miniodb/config"
	"github.com/miniodb/miniodb/internal/pgerr"
	"github.com/miniodb/miniodb/pgwire"
)

type quiet struct{}

func (quiet) Notice(*pgerr.Error)            {}
func (quiet) ParameterStatus(string, string) {}

// run executes one statement and returns how many rows it returned.
func run(ctx context.Context, s pgwire.Session, text string) (rows int, err error) {
	stmts, err := s.Parse(ctx, text)
	if err != nil {
		return 0, err
	}
	for _, p := range stmts {
		st, err := s.Prepare(ctx, p, nil)
		if err != nil {
			return rows, err
		}
		r, err := s.Execute(ctx, st, nil)
		if err != nil {
			return rows, err
		}
		for {
			b, err := r.Next(ctx)
			if err == io.EOF {
				break
			}
			if err != nil {
				r.Close()
				return rows, err
			}
			rows += b.Len
		}
		r.Close()
	}
	return rows, s.Sync(ctx)
}

// TestEngineIsReplaced takes the engine away beneath sessions that write and read: after its restart every acknowledged row is there, also those of
// a transaction that was open meanwhile.
func TestEngineIsReplaced(t *testing.T) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	cfg := config.Default()
	cfg.Server.DataDir = t.TempDir()
	n, err := openNode(ctx, cfg, zerolog.Nop())
	require.NoError(t, err)
	background, stop := context.WithCancel(ctx)
	ended := make(chan error, 1)
	go func() { ended <- n.ingest.Run(background) }()
	supervised := make(chan struct{})
	go func() { defer close(supervised); n.supervise(background) }()
	defer func() {
		stop()
		<-supervised
		require.NoError(t, <-ended)
		require.NoError(t, n.Close())
	}()

	client := pgwire.ClientInfo{User: "miniodb", Database: "miniodb", Addr: &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)}}
	open := func() pgwire.Session {
		s, err := n.sessions.Open(ctx, client, quiet{})
		require.NoError(t, err)
		t.Cleanup(s.Close)
		return s
	}
	a, b := open(), open()
	_, err = run(ctx, a, "CREATE TABLE t (a int); INSERT INTO t SELECT g FROM generate_series(1, 1000) g")
	require.NoError(t, err)
	_, err = run(ctx, a, "CREATE TEMP TABLE k (a int); INSERT INTO k VALUES (1); CREATE TEMP TABLE empty (a int)")
	require.NoError(t, err)
	_, err = run(ctx, b, "BEGIN; INSERT INTO t VALUES (-1), (-2)")
	require.NoError(t, err)
	rows, err := run(ctx, b, "SELECT a FROM t")
	require.NoError(t, err)
	require.Equal(t, 1002, rows)

	first := n.engine.Load()
	first.Abandon()
	require.Error(t, n.Ready())
	require.Eventually(t, func() bool { return n.engine.Load() != first && n.Ready() == nil }, 30*time.Second, 10*time.Millisecond)

	rows, err = run(ctx, a, "SELECT a FROM t")
	require.NoError(t, err)
	require.Equal(t, 1000, rows)
	rows, err = run(ctx, b, "SELECT a FROM t")
	require.NoError(t, err)
	require.Equal(t, 1002, rows, "the open transaction still sees its own rows")
	for _, text := range []string{"SELECT a FROM k", "INSERT INTO k VALUES (2)"} {
		_, err = run(ctx, a, text)
		require.Equal(t, "55000", pgerr.Code(err), "rows of a temporary table went with the engine: %v", err)
		require.NoError(t, a.Sync(ctx))
	}
	rows, err = run(ctx, a, "INSERT INTO empty VALUES (1); TRUNCATE k; INSERT INTO k VALUES (1), (2); SELECT * FROM k, empty")
	require.NoError(t, err)
	require.Equal(t, 2, rows)
	_, err = run(ctx, b, "COMMIT")
	require.NoError(t, err)
	_, err = run(ctx, a, "CALL flush_table('t')")
	require.NoError(t, err)
	rows, err = run(ctx, a, "SELECT a FROM t")
	require.NoError(t, err)
	require.Equal(t, 1002, rows)
}
