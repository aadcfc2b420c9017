package ingest

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestCommitFlushRestart(t *testing.T) {
	dir := t.TempDir()
	n := start(t, dir, nil, Config{}, nil)
	a, b := n.put(n.table("a")), n.put(n.table("b"))
	n.insert(a, 1, 2, 3)
	require.NoError(t, n.in.Commit(context.Background(), &Tx{Writes: []Write{rows(a, 4), rows(b, 10, 11)}}))
	require.Equal(t, []int64{1, 2, 3, 4}, n.read(a)[a.UUID])
	require.Equal(t, []int64{10, 11}, n.read(b)[b.UUID])

	before, err := n.in.Pin(context.Background(), ids(a))
	require.NoError(t, err)
	flushed, err := n.in.Flush(context.Background(), a.UUID)
	require.NoError(t, err)
	require.EqualValues(t, 4, flushed)
	require.Equal(t, []int64{1, 2, 3, 4}, n.readPin(before)[a.UUID], "a pin outlives the flush")
	before.Release()
	before.Release()
	after, err := n.in.Pin(context.Background(), ids(a))
	require.NoError(t, err)
	require.Len(t, after.Tables[a.UUID].Snapshot.Files, 1)
	require.Empty(t, after.Tables[a.UUID].Parts)
	require.Equal(t, []int64{1, 2, 3, 4}, n.readPin(after)[a.UUID])
	after.Release()
	flushed, err = n.in.Flush(context.Background(), a.UUID)
	require.NoError(t, err)
	require.Zero(t, flushed)
	n.insert(a, 5)
	n.close()

	n = start(t, dir, nil, Config{}, nil)
	require.Equal(t, []int64{1, 2, 3, 4, 5}, n.read(a)[a.UUID])
	require.Equal(t, []int64{10, 11}, n.read(b)[b.UUID])
}
