package ingest

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/uuid"
	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"

	"github.com/miniodb/miniodb/catalog"
	catlog "github.com/miniodb/miniodb/catalog/log"
)

// TestLostCatalogIsNotPassedOver deletes the catalog log below a node with acknowledged rows that are only in its write-ahead log. Without the refusal these rows count
// as those of dropped tables, and the next flush removes them.
func TestLostCatalogIsNotPassedOver(t *testing.T) {
	dir := t.TempDir()
	n := start(t, dir, nil, Config{}, nil)
	a := n.put(n.table("a"))
	n.insert(a, 1, 2, 3)
	stream := n.in.Stream()
	require.NoError(t, n.in.Close())
	n.in = nil
	logDir, away := filepath.Join(dir, "objects", "catalog", "_log"), filepath.Join(dir, "away")
	require.NoError(t, os.Rename(logDir, away))

	reopen := func() error {
		var err error
		n.cat, err = catlog.OpenCatalog(bg, n.store, n.idx, "", "node", zerolog.Nop())
		require.NoError(t, err)
		in, err := Open(bg, n.cfg, n.deps())
		if err == nil {
			require.NoError(t, in.Close())
		}
		return err
	}
	err := reopen()
	require.ErrorIs(t, err, ErrCatalogLost)
	require.ErrorContains(t, err, stream.String())
	require.ErrorContains(t, err, "miniodb recover --list")
	_, err = os.Stat(logDir)
	if err == nil {
		entries, err := os.ReadDir(logDir)
		require.NoError(t, err)
		require.Empty(t, entries, "a refused start changes nothing")
	}

	_, err = n.cat.Commit(bg, uuid.New(), func(d *catalog.Database) ([]catalog.Op, error) {
		return []catalog.Op{{PutSchema: &catalog.Schema{OID: d.NextOID, Name: "s"}}}, nil
	}) // another server began the log anew
	require.NoError(t, err)
	require.ErrorIs(t, reopen(), ErrCatalogLost)

	n.cfg.WALDir = filepath.Join(dir, "fresh") // no records of its own, but there are tables
	require.NoError(t, os.RemoveAll(logDir))
	err = reopen()
	require.ErrorIs(t, err, ErrCatalogLost)
	require.ErrorContains(t, err, "the object store holds tables")

	n.cfg.WALDir = filepath.Join(dir, "wal")
	require.NoError(t, os.RemoveAll(logDir))
	require.NoError(t, os.Rename(away, logDir))
	n.closeRest()
	again := start(t, dir, nil, Config{}, nil)
	require.Equal(t, []int64{1, 2, 3}, again.read(a)[a.UUID])
	again.close()

	s, err := Scan(filepath.Join(dir, "wal"))
	require.NoError(t, err)
	require.Equal(t, stream, s.Stream)
	require.Positive(t, s.Records)
	require.Equal(t, [2]int64{1, 3}, s.Ranges[a.UUID][1])
}
