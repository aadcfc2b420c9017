package server

import (
	"context"
	"io/fs"
	"net"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"

	"github.com/miniodb/miniodb/config"
	"github.com/miniodb/miniodb/pgwire"
)

// stored returns the bytes of all files below a directory.
func stored(t *testing.T, dir string) (bytes int64) {
	require.NoError(t, filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		info, err := d.Info()
		if err == nil {
			bytes += info.Size()
		}
		return err
	}))
	return bytes
}

// TestDiskSpaceIsGivenBack drops and truncates tables under a loop that keeps nothing: their files go, while a cursor that still reads them goes on.
func TestDiskSpaceIsGivenBack(t *testing.T) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	cfg := config.Default()
	cfg.Server.DataDir = t.TempDir()
	n, err := openNode(ctx, cfg, zerolog.Nop())
	require.NoError(t, err)
	background, stop := context.WithCancel(ctx)
	ended := make(chan error, 1)
	go func() { ended <- n.ingest.Run(background) }()
	keep := newCleaning(n, config.Clean{Retention: 24 * time.Hour, OrphanAge: 24 * time.Hour, Interval: time.Millisecond})
	give := newCleaning(n, config.Clean{Retention: time.Millisecond, OrphanAge: 24 * time.Hour, Interval: time.Millisecond}) // below what a configuration may say
	var cleaning sync.WaitGroup
	defer func() {
		stop()
		cleaning.Wait()
		require.NoError(t, <-ended)
		require.NoError(t, n.Close())
	}()
	s, err := n.sessions.Open(ctx, pgwire.ClientInfo{User: "miniodb", Database: "miniodb", Addr: &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)}}, quiet{})
	require.NoError(t, err)
	defer s.Close()
	do := func(text string) int {
		t.Helper()
		rows, err := run(ctx, s, text)
		require.NoError(t, err)
		return rows
	}
	const rows = 200_000
	for _, table := range []string{"dropped", "truncated", "kept"} {
		do("CREATE TABLE " + table + " (a bigint, b text)")
		do("INSERT INTO " + table + " SELECT g, md5(g::text) FROM generate_series(1, 200000) g")
		do("CALL flush_table('" + table + "')")
	}
	store := filepath.Join(cfg.Server.DataDir, "store", "tables")
	full := stored(t, store)
	require.Greater(t, full, int64(3<<20))

	// A cursor opens its files and reads a few rows only.
	reader, err := n.sessions.Open(ctx, pgwire.ClientInfo{User: "miniodb", Database: "miniodb", Addr: &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)}}, quiet{})
	require.NoError(t, err)
	defer reader.Close()
	stmts, err := reader.Parse(ctx, "SELECT a, b FROM truncated")
	require.NoError(t, err)
	st, err := reader.Prepare(ctx, stmts[0], nil)
	require.NoError(t, err)
	cursor, err := reader.Execute(ctx, st, nil)
	require.NoError(t, err)
	batch, err := cursor.Next(ctx)
	require.NoError(t, err)
	read := batch.Len

	do("DROP TABLE dropped")
	do("TRUNCATE truncated")
	require.False(t, keep.round(ctx))
	require.Zero(t, keep.cleaner.Stats())
	require.Equal(t, 1, len(n.catalog.Current().Dropped))
	require.GreaterOrEqual(t, stored(t, store), full, "within the retention nothing goes")

	cleaning.Go(func() { _ = give.Run(background) })
	require.Eventually(t, func() bool { return len(n.catalog.Current().Dropped) == 0 && give.cleaner.Stats().Files > 0 }, 20*time.Second, 10*time.Millisecond)
	for {
		batch, err := cursor.Next(ctx)
		if err != nil {
			break
		}
		read += batch.Len
	}
	require.Equal(t, rows, read, "the reader keeps its files")
	cursor.Close()
	require.NoError(t, reader.Sync(ctx))
	require.Eventually(t, func() bool { return stored(t, store) < full*2/5 }, 20*time.Second, 10*time.Millisecond)
	require.Equal(t, rows, do("SELECT a FROM kept"))
	require.Zero(t, do("SELECT a FROM truncated"))
	stats := give.cleaner.Stats()
	require.Zero(t, stats.Failures)
	require.Zero(t, stats.Orphans)
	require.EqualValues(t, 1, stats.Tables)
	t.Logf("%d of %d bytes given back: %+v", full-stored(t, store), full, stats)

	do("INSERT INTO truncated VALUES (1, 'again')")
	do("CALL flush_table('truncated')")
	require.Equal(t, 1, do("SELECT a FROM truncated"))
}
