package ingest

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgerrcode"
	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"

	"github.com/miniodb/miniodb/catalog"
	catlog "github.com/miniodb/miniodb/catalog/log"
	"github.com/miniodb/miniodb/internal/pgerr"
	"github.com/miniodb/miniodb/storage"
)

// files lists the data files of a table in the store.
func (n *node) files(t *catalog.Table) (paths []string) {
	n.t.Helper()
	dir := n.logs.DataKey(t.UUID, "")
	require.NoError(n.t, n.store.List(bg, dir, "", func(o storage.Info) error {
		if path := strings.TrimPrefix(o.Key, dir); !strings.HasPrefix(path, "_delta_log/") {
			paths = append(paths, path)
		}
		return nil
	}))
	return paths
}

// bulk loads rows into files that no record names yet.
func (n *node) bulk(t *catalog.Table, ids ...int64) []catalog.DataFile {
	n.t.Helper()
	s, err := n.in.SpoolBulk(t)
	require.NoError(n.t, err)
	require.NoError(n.t, s.Append(bg, rows(t, ids...).Batches[0]))
	files, err := s.Finish(bg)
	require.NoError(n.t, err)
	return files
}

// TestCleaningSparesUnloggedFiles cleans, with all files old, in each state of a bulk load: open transaction, record, prepared record, restart, flush.
func TestCleaningSparesUnloggedFiles(t *testing.T) {
	dir := t.TempDir()
	n := start(t, dir, nil, Config{FlushInterval: time.Hour}, nil)
	a := n.put(n.table("a"))
	n.insert(a, 1)
	clean := func() catlog.CleanStats {
		t.Helper()
		old := time.Now().Add(-10 * 24 * time.Hour)
		for _, p := range n.files(a) {
			require.NoError(t, os.Chtimes(filepath.Join(dir, "objects", n.logs.DataKey(a.UUID, p)), old, old))
		}
		c := catlog.NewCleaner(catlog.CleanConfig{Retention: 7 * 24 * time.Hour, OrphanAge: 24 * time.Hour}, n.logs, n.cat, n.in, zerolog.Nop())
		var all catlog.CleanStats
		for i := range 3 {
			done, err := c.Once(bg, time.Now().Add(time.Duration(i)*time.Hour), true)
			require.NoError(t, err)
			require.Zero(t, done.Failures)
			all.Orphans += done.Orphans
		}
		return all
	}
	named := func() int {
		t.Helper()
		names, err := n.in.Unlogged(a.UUID)
		require.NoError(t, err)
		return len(names)
	}
	files := n.bulk(a, 2, 3)
	require.True(t, strings.HasPrefix(files[0].Path, "l0/"+n.in.Stream().String()+"/"))
	require.Equal(t, 1, named())
	require.Zero(t, clean().Orphans, "a transaction has it")
	require.NoError(t, n.in.Commit(bg, &Tx{Bulk: []Bulk{{a, files}}}))
	require.Equal(t, 1, named())
	require.Zero(t, clean().Orphans, "a record names it")
	require.Equal(t, []int64{1, 2, 3}, n.read(a)[a.UUID])

	n.close()
	n = start(t, dir, nil, Config{FlushInterval: time.Hour}, nil)
	require.Zero(t, clean().Orphans, "after a restart")
	require.NoError(t, n.in.Rebuild(bg, n.db))
	require.Zero(t, clean().Orphans, "after the buffers were rebuilt")
	_, err := n.in.Flush(bg, a.UUID)
	require.NoError(t, err)
	require.Zero(t, named())
	require.Zero(t, clean().Orphans, "the log names it")
	require.Equal(t, []int64{1, 2, 3}, n.read(a)[a.UUID])

	// While a transaction with DDL is being decided nothing is known of its tables.
	files = n.bulk(a, 4)
	entered, decide := make(chan struct{}), make(chan struct{})
	committed := make(chan error, 1)
	go func() {
		committed <- n.in.Commit(bg, &Tx{Bulk: []Bulk{{a, files}}, Catalog: func(ctx context.Context, nonce uuid.UUID) error {
			close(entered)
			<-decide
			return errors.New("refused")
		}})
	}()
	<-entered
	_, err = n.in.Unlogged(a.UUID)
	require.Error(t, err)
	close(decide)
	require.Error(t, <-committed)
	require.Zero(t, named())
	require.EqualValues(t, 1, clean().Orphans, "it was not committed")

	// A file that no transaction commits within a day is given up, and cannot be committed any more.
	files = n.bulk(a, 5)
	n.in.uploads.files[a.UUID][files[0].Path].since = time.Now().Add(-looseLife)
	require.Zero(t, named())
	require.EqualValues(t, 1, clean().Orphans)
	err = n.in.Commit(bg, &Tx{Bulk: []Bulk{{a, files}}})
	require.Equal(t, pgerrcode.IdleInTransactionSessionTimeout, pgerr.Code(err), "%v", err)
	require.Equal(t, []int64{1, 2, 3}, n.read(a)[a.UUID])
	require.Empty(t, n.in.uploads.files)

	require.NoError(t, n.in.Close())
	_, err = n.in.Unlogged(a.UUID)
	require.Error(t, err)
}

// TestUnloggedThroughFlushes asks for names beside loads and flushes: a file in the store is always named by the write path, asked first, or by the log.
func TestUnloggedThroughFlushes(t *testing.T) {
	n := start(t, t.TempDir(), nil, Config{FlushInterval: time.Hour}, nil)
	a := n.put(n.table("a"))
	done := make(chan struct{})
	go func() {
		defer close(done)
		for i := range int64(25) {
			s, err := n.in.SpoolBulk(a)
			if err == nil {
				err = s.Append(bg, rows(a, 2*i).Batches[0])
			}
			var files []catalog.DataFile
			if err == nil {
				files, err = s.Finish(bg)
			}
			if err == nil {
				err = n.in.Commit(bg, &Tx{Bulk: []Bulk{{a, files}}, Writes: []Write{rows(a, 2*i+1)}})
			}
			if err == nil {
				_, err = n.in.Flush(bg, a.UUID)
			}
			if err != nil {
				t.Errorf("load: %v", err)
				return
			}
		}
	}()
	looks := 0
	for running := true; running; looks++ {
		select {
		case <-done:
			running = false
		default:
		}
		listed := n.files(a)
		named, err := n.in.Unlogged(a.UUID)
		require.NoError(t, err)
		s, err := n.logs.Snapshot(bg, a.UUID)
		require.NoError(t, err)
		for _, f := range s.Files {
			named[f.Path] = true
		}
		for _, path := range listed {
			require.True(t, named[path], fmt.Sprint(path))
		}
	}
	require.Greater(t, looks, 5)
	require.Empty(t, n.in.uploads.files)
	require.Len(t, n.read(a)[a.UUID], 50)
}
