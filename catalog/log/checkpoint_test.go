package log

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/miniodb/miniodb/catalog"
	"github.com/miniodb/miniodb/internal/sqltype"
	"github.com/miniodb/miniodb/storage"
	"github.com/miniodb/miniodb/storage/storagetest"
)

// diff compares histories, which have unexported fields.
func diff(a, b *history) string {
	return cmp.Diff(a, b, cmp.AllowUnexported(history{}, protocol{}), cmp.Transformer("removes", func(r remove) remove {
		r.DataChange = false // says nothing about the version
		return r
	}), cmp.Transformer("adds", func(a add) add {
		a.DataChange = false
		return a
	}))
}

// A log with checkpoints gives the same as the log without them, also once the old entries are gone, for us and for others.
func TestCheckpoint(t *testing.T) {
	ctx := t.Context()
	x := newTables(t, newStore(t))
	table := rowTable()
	id := table.UUID
	require.NoError(t, x.Create(ctx, table))
	streams := []uuid.UUID{uuid.New(), uuid.New()}
	for i := range int64(205) {
		f := writeRows(t, x, id, fmt.Sprintf("l0/%03d", i), i+1, i+1)
		_, err := x.Commit(ctx, id, func(s *catalog.Snapshot) (*Change, error) {
			c := &Change{Operation: "WRITE", Adds: []catalog.DataFile{f}, Checkpoints: map[uuid.UUID]int64{streams[i%2]: i}, DataChange: true}
			switch {
			case i == 50:
				n := *s.Schema
				n.SchemaID, n.Comment = 2, "altered"
				c.Schema = &n
			case i%10 == 9:
				c.Removes = []string{s.Files[0].Path}
			}
			return c, nil
		})
		require.NoError(t, err)
	}
	versions, checkpoints, err := x.listVersions(ctx, id, 0)
	require.NoError(t, err)
	require.Len(t, versions, 206)
	require.Equal(t, []int64{100, 200}, checkpoints)
	require.EqualValues(t, 200, x.hint(ctx, id).Version)

	full, err := x.fullHistory(ctx, id, func(int64, *catalog.Snapshot) {})
	require.NoError(t, err)
	require.Len(t, full.snapshot.Files, 185)
	require.Len(t, full.removes, 20)
	short, err := x.history(ctx, id)
	require.NoError(t, err)
	require.Empty(t, diff(full, short))
	want := requireConsistent(t, x, id)

	for v := range int64(200) {
		require.NoError(t, x.store.Delete(ctx, entryKey(x.prefix, id, v)))
	}
	require.Equal(t, want, requireConsistent(t, x, id))
	r, stderr, err := deltalake(t, x, id, 200, streams, "id:int64:ge:200")
	require.NoError(t, err, stderr)
	require.Len(t, r.Versions, 6)
	require.Len(t, r.Versions[0].Rows, 180)
	require.Len(t, r.Versions[5].Rows, 185)
	require.Equal(t, []int{6}, r.Counts)
	require.Equal(t, map[string]int64{streams[0].String(): 204, streams[1].String(): 203}, r.Transactions)

	// Without the hint the listing finds it; a hint that is too high or nonsense does no harm.
	for _, hint := range []string{`{"version":100,"size":1}`, `{"version":999,"miniodb.crc32c":1}`, `{"version":-5}`, `?`} {
		require.NoError(t, x.store.Put(ctx, logDir(x.prefix, id)+lastCheckpoint, []byte(hint)))
		again, err := x.history(ctx, id)
		require.NoError(t, err, hint)
		require.Empty(t, diff(full, again), hint)
	}
	// A damaged checkpoint without the entries before it is an error, not an empty table.
	require.NoError(t, x.store.Put(ctx, checkpointKey(x.prefix, id, 200), []byte("PAR1")))
	_, err = x.history(ctx, id)
	require.ErrorContains(t, err, "the log has a gap: version 101 is missing")
	require.NoError(t, x.store.Put(ctx, checkpointKey(x.prefix, id, 100), []byte("PAR1")))
	_, err = x.history(ctx, id)
	require.ErrorContains(t, err, "the log has a gap: version 0 is missing")
}

// A checkpoint that cannot be written or read costs time only.
func TestCheckpointFails(t *testing.T) {
	ctx := t.Context()
	store := &storagetest.Faulty{Store: newStore(t)}
	x := newTables(t, store)
	table := newTable(sqltype.Of(sqltype.Int4))
	require.NoError(t, x.Create(ctx, table))
	store.Inject = func(op storagetest.Op, _ string) storagetest.Fault {
		if op == storagetest.Put {
			return storagetest.Fail
		}
		return storagetest.None
	}
	commit := func(from, to int) {
		for i := from; i <= to; i++ {
			_, err := x.Commit(ctx, table.UUID, addFile(fmt.Sprintf("l0/%03d", i)))
			require.NoError(t, err)
		}
	}
	commit(1, 100)
	_, err := store.Stat(ctx, checkpointKey(x.prefix, table.UUID, 100))
	require.ErrorIs(t, err, storage.ErrNotFound)
	store.Inject = nil
	commit(101, 201)
	require.NoError(t, store.Put(ctx, checkpointKey(x.prefix, table.UUID, 200), []byte("garbage")))
	require.Len(t, requireConsistent(t, x, table.UUID).Files, 201)
	require.EqualValues(t, 200, x.hint(ctx, table.UUID).Version)
}

func TestCheckpointForgetsExpiredRemoves(t *testing.T) {
	h := newHistory()
	require.NoError(t, h.take(0, created(t, newTable(sqltype.Of(sqltype.Int4)))))
	now := time.Now()
	for path, age := range map[string]time.Duration{"old": 8 * 24 * time.Hour, "new": 6 * 24 * time.Hour} {
		h.removes[path] = remove{Path: path, DeletionTimestamp: now.Add(-age).UnixMilli()}
	}
	rows := h.rows(now)
	require.Len(t, rows, 3)
	require.True(t, slices.ContainsFunc(rows, func(r checkpointRow) bool { return r.Remove != nil && r.Remove.Path == "new" }))
}

// A checkpoint that changed by one byte is not used, and so cannot harm.
func TestDamagedCheckpoint(t *testing.T) {
	ctx := t.Context()
	x, id := benchTables(t, 100)
	x.limits = quick
	key := checkpointKey(x.prefix, id, 100)
	whole, err := x.store.Get(ctx, key, maxEntrySize)
	require.NoError(t, err)
	want, err := x.fullHistory(ctx, id, func(int64, *catalog.Snapshot) {})
	require.NoError(t, err)
	_, err = decodeCheckpoint(whole)
	require.NoError(t, err)
	for at := 0; at < len(whole); at += len(whole) / 10 {
		for _, damaged := range [][]byte{whole[:at], slices.Concat(whole[:at], []byte{whole[at] ^ 0x40}, whole[at+1:])} {
			require.Error(t, x.hint(ctx, id).verify(damaged))
			require.NoError(t, x.store.Put(ctx, key, damaged))
			got, err := x.history(ctx, id)
			require.NoError(t, err)
			require.Empty(t, diff(want, got))
		}
	}
	for _, data := range [][]byte{nil, []byte("PAR1"), []byte("PAR1PAR1"), whole[:len(whole)/2]} {
		_, err := decodeCheckpoint(data)
		require.ErrorContains(t, err, "damaged checkpoint")
	}
}

func BenchmarkReplay(b *testing.B) {
	for _, commits := range []int{99, 1099} {
		b.Run(fmt.Sprint(commits), func(b *testing.B) {
			x, id := benchTables(b, commits)
			for b.Loop() {
				if _, err := x.Rebuild(b.Context(), id); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkCommit(b *testing.B) {
	x, id := benchTables(b, 0)
	n := 0
	for b.Loop() {
		n++
		if _, err := x.Commit(b.Context(), id, addFile(fmt.Sprintf("l0/%d", n))); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkSnapshot(b *testing.B) {
	x, id := benchTables(b, 10)
	for b.Loop() {
		if _, err := x.Snapshot(b.Context(), id); err != nil {
			b.Fatal(err)
		}
	}
}
