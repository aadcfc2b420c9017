package ingest

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/jackc/pgerrcode"
	"github.com/stretchr/testify/require"

	"github.com/miniodb/miniodb/internal/pgerr"
)

// TestLostLogIsNotPassedOver removes the log below a node that had acknowledged rows in it: it does not start until told to give them up.
func TestLostLogIsNotPassedOver(t *testing.T) {
	dir := t.TempDir()
	n := start(t, dir, nil, Config{}, nil)
	a := n.put(n.table("a"))
	n.insert(a, 1)
	_, err := n.in.Flush(bg, a.UUID)
	require.NoError(t, err)
	n.insert(a, 2)
	lost := n.in.Stream()
	n.close()
	require.NoError(t, os.Rename(filepath.Join(dir, "wal"), filepath.Join(dir, "away")))

	again := start(t, dir, nil, Config{AbandonLost: true, WALDir: filepath.Join(dir, "other")}, nil)
	require.True(t, again.cat.Current().Streams[lost].Closed)
	require.Equal(t, []int64{1}, again.read(a)[a.UUID])
	again.insert(a, 3)
	deps := again.deps()
	again.close()

	_, err = Open(bg, Config{Node: "node", WALDir: filepath.Join(dir, "third"), SpoolDir: filepath.Join(dir, "spool")}, deps)
	require.Equal(t, pgerrcode.DataCorrupted, pgerr.Code(err), "%v", err)
	require.ErrorContains(t, err, "rows that were acknowledged and not flushed are missing")
}
