package ingest

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"
	"github.com/cockroachdb/pebble/v2/vfs/errorfs"
	"github.com/google/uuid"
	"github.com/jackc/pgerrcode"
	"github.com/stretchr/testify/require"

	"github.com/miniodb/miniodb/catalog"
	catlog "github.com/miniodb/miniodb/catalog/log"
	"github.com/miniodb/miniodb/internal/pgerr"
	"github.com/miniodb/miniodb/internal/sqltype"
	"github.com/miniodb/miniodb/internal/vector"
	"github.com/miniodb/miniodb/storage"
)

var bg = context.Background()

// gated starts a node whose store can be made to fail.
func gated(t *testing.T, dir string, fs vfs.FS, cfg Config) (*node, *gate) {
	var g *gate
	n := start(t, dir, fs, cfg, func(s storage.Store) storage.Store { g = &gate{Store: s}; return g })
	return n, g
}

// full refuses writes below the tables.
func full(op, key string) error {
	if strings.HasPrefix(op, "put") && strings.HasPrefix(key, "tables/") {
		return storage.ErrFull
	}
	return nil
}

func TestTruncate(t *testing.T) {
	dir := t.TempDir()
	n, g := gated(t, dir, nil, Config{})
	a := n.put(n.table("a"))
	n.insert(a, 1, 2)
	_, err := n.in.Flush(bg, a.UUID)
	require.NoError(t, err)
	n.insert(a, 3)
	require.NoError(t, n.in.Commit(bg, &Tx{Truncate: []*catalog.Table{a}, Writes: []Write{rows(a, 10)}}))
	require.Equal(t, []int64{10}, n.read(a)[a.UUID])
	s, err := n.logs.Snapshot(bg, a.UUID)
	require.NoError(t, err)
	require.Empty(t, s.Files, "acknowledged after the table log commit")
	n.insert(a, 11)

	// A truncation whose table log commit is late is seen at once, by readers here and after a restart, and is never undone. The flush right
	// before it ends at the offset before the fence: its checkpoint must not be mistaken for the truncation's.
	_, err = n.in.Flush(bg, a.UUID)
	require.NoError(t, err)
	g.set(full)
	ctx, cancel := context.WithCancel(bg)
	done := make(chan error, 1)
	go func() { done <- n.in.Commit(ctx, &Tx{Truncate: []*catalog.Table{a}, Writes: []Write{rows(a, 20)}}) }()
	require.Eventually(t, func() bool { return len(n.read(a)[a.UUID]) == 1 }, 10*time.Second, time.Millisecond)
	require.Equal(t, []int64{20}, n.read(a)[a.UUID])
	cancel()
	require.Equal(t, pgerrcode.TransactionResolutionUnknown, pgerr.Code(<-done))
	n.close()
	n, g = gated(t, dir, nil, Config{})
	g.set(full)
	require.Equal(t, []int64{20}, n.read(a)[a.UUID])
	_, err = n.in.Flush(bg, a.UUID)
	require.Equal(t, pgerrcode.DiskFull, pgerr.Code(err))
	require.Equal(t, []int64{20}, n.read(a)[a.UUID])
	g.set(nil)
	_, err = n.in.Flush(bg, a.UUID)
	require.NoError(t, err)
	s, err = n.logs.Snapshot(bg, a.UUID)
	require.NoError(t, err)
	require.Len(t, s.Files, 1)
	require.Equal(t, []int64{20}, n.read(a)[a.UUID])
}

func TestBulk(t *testing.T) {
	dir := t.TempDir()
	n := start(t, dir, nil, Config{}, nil)
	a := n.put(n.table("a"))
	n.insert(a, 1)
	s, err := n.in.SpoolBulk(a)
	require.NoError(t, err)
	require.NoError(t, s.Append(bg, rows(a, 2, 3).Batches[0]))
	require.NoError(t, s.Append(bg, rows(a, 4).Batches[0]))
	files, err := s.Finish(bg)
	require.NoError(t, err)
	require.Len(t, files, 1)
	require.Equal(t, []int64{1}, n.read(a)[a.UUID], "not committed")
	require.NoError(t, n.in.Commit(bg, &Tx{Bulk: []Bulk{{a, files}}, Writes: []Write{rows(a, 5)}}))
	require.Equal(t, []int64{1, 2, 3, 4, 5}, n.read(a)[a.UUID])
	n.close()
	n = start(t, dir, nil, Config{}, nil)
	require.Equal(t, []int64{1, 2, 3, 4, 5}, n.read(a)[a.UUID])
	_, err = n.in.Flush(bg, a.UUID)
	require.NoError(t, err)
	snap, err := n.logs.Snapshot(bg, a.UUID)
	require.NoError(t, err)
	require.Len(t, snap.Files, 2)
	require.Equal(t, []int64{1, 2, 3, 4, 5}, n.read(a)[a.UUID])

	s, err = n.in.SpoolBulk(a)
	require.NoError(t, err)
	require.NoError(t, s.Append(bg, rows(a, 9).Batches[0]))
	files, err = s.Finish(bg)
	require.NoError(t, err)
	s.files = files
	s.Abort()
	_, err = n.store.Stat(bg, n.logs.DataKey(a.UUID, files[0].Path))
	require.ErrorIs(t, err, storage.ErrNotFound)
}

// TestCatalogTransaction stops at each step of a transaction with DDL and rows.
func TestCatalogTransaction(t *testing.T) {
	commit := func(n *node, table *catalog.Table) func(context.Context, uuid.UUID) error {
		return func(ctx context.Context, nonce uuid.UUID) error {
			_, err := n.cat.Commit(ctx, nonce, func(*catalog.Database) ([]catalog.Op, error) {
				return []catalog.Op{{PutTable: table}}, nil
			})
			return err
		}
	}
	crashed := errors.New("the process ends here")
	for _, c := range []struct {
		name    string
		catalog func(n *node, g *gate, table *catalog.Table) func(context.Context, uuid.UUID) error
		code    string // of Commit
		rows    bool   // after a restart
	}{
		{"whole", func(n *node, g *gate, table *catalog.Table) func(context.Context, uuid.UUID) error {
			return commit(n, table)
		}, "", true},
		{"refused", func(*node, *gate, *catalog.Table) func(context.Context, uuid.UUID) error {
			return func(context.Context, uuid.UUID) error { return pgerr.New(pgerrcode.DuplicateTable, "exists") }
		}, pgerrcode.DuplicateTable, false},
		{"crash before the catalog commit", func(*node, *gate, *catalog.Table) func(context.Context, uuid.UUID) error {
			return func(context.Context, uuid.UUID) error {
				return pgerr.New(pgerrcode.TransactionResolutionUnknown, "%w", crashed)
			}
		}, pgerrcode.TransactionResolutionUnknown, false},
		{"crash after the catalog commit", func(n *node, g *gate, table *catalog.Table) func(context.Context, uuid.UUID) error {
			return func(ctx context.Context, nonce uuid.UUID) error {
				require.NoError(n.t, commit(n, table)(ctx, nonce))
				go n.in.Close() // C cannot be written any more
				require.Eventually(n.t, func() bool { _, err := n.in.wal.Append(encodeFence(nonce)); return err != nil }, 10*time.Second, time.Millisecond)
				return nil
			}
		}, pgerrcode.TransactionResolutionUnknown, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			n, g := gated(t, dir, nil, Config{})
			old := n.put(n.table("old"))
			made := n.table("made")
			err := n.in.Commit(bg, &Tx{Writes: []Write{rows(made, 1, 2), rows(old, 3)}, Catalog: c.catalog(n, g, made)})
			require.Equal(t, c.code, pgerr.Code(err))
			n.close()
			for range 2 { // the decision stands
				n = start(t, dir, nil, Config{}, nil)
				if c.rows {
					require.Equal(t, map[uuid.UUID][]int64{made.UUID: {1, 2}, old.UUID: {3}}, n.read(made, old))
				} else {
					require.Empty(t, n.read(old)[old.UUID])
				}
				n.insert(old, 100)
				_, err := n.in.Flush(bg, old.UUID)
				require.NoError(t, err)
				require.NoError(t, n.in.Commit(bg, &Tx{Truncate: []*catalog.Table{old}, Writes: []Write{rows(old, 3)}}))
				if !c.rows {
					require.NoError(t, n.in.Commit(bg, &Tx{Truncate: []*catalog.Table{old}}))
				}
				n.close()
			}
		})
	}
}

// TestUnknownCatalogOutcome: rows whose DDL did take place appear when the next reader comes, and never before or in part.
func TestUnknownCatalogOutcome(t *testing.T) {
	n := start(t, t.TempDir(), nil, Config{StallTimeout: 50 * time.Millisecond}, nil)
	old, made := n.put(n.table("old")), n.table("made")
	var nonce uuid.UUID
	err := n.in.Commit(bg, &Tx{Writes: []Write{rows(made, 1), rows(old, 2)}, Catalog: func(_ context.Context, id uuid.UUID) error {
		nonce = id
		return pgerr.New(pgerrcode.TransactionResolutionUnknown, "the answer was lost")
	}})
	require.Equal(t, pgerrcode.TransactionResolutionUnknown, pgerr.Code(err))
	_, err = n.in.Pin(bg, ids(old))
	require.Equal(t, pgerrcode.CannotConnectNow, pgerr.Code(err))
	_, err = n.cat.Commit(bg, nonce, func(*catalog.Database) ([]catalog.Op, error) { return []catalog.Op{{PutTable: made}}, nil })
	require.NoError(t, err)
	require.Equal(t, map[uuid.UUID][]int64{made.UUID: {1}, old.UUID: {2}}, n.read(made, old))
	_, err = n.in.Flush(bg, old.UUID)
	require.NoError(t, err)
	_, err = n.in.Flush(bg, made.UUID)
	require.NoError(t, err)
	require.Equal(t, map[uuid.UUID][]int64{made.UUID: {1}, old.UUID: {2}}, n.read(made, old))
}

// TestStoreDown: writes go on until the log's quota, nothing is lost, and flushes succeed when the store is back.
func TestStoreDown(t *testing.T) {
	dir := t.TempDir()
	n, g := gated(t, dir, nil, Config{MaxWALBytes: 200_000, SegmentBytes: 20_000})
	a := n.put(n.table("a"))
	g.set(full)
	var want []int64
	var err error
	for id := int64(1); ; id++ {
		w := rows(a, id)
		if err = n.in.Commit(bg, &Tx{Writes: []Write{w}}); err != nil {
			break
		}
		want = append(want, id)
		require.Less(t, id, int64(100_000))
	}
	require.Equal(t, pgerrcode.DiskFull, pgerr.Code(err))
	require.ErrorContains(t, err, "quota")
	_, err = n.in.Flush(bg, a.UUID)
	require.Equal(t, pgerrcode.DiskFull, pgerr.Code(err))
	require.Equal(t, want, n.read(a)[a.UUID])
	n.close()
	n, g = gated(t, dir, nil, Config{MaxWALBytes: 200_000, SegmentBytes: 20_000})
	require.Equal(t, want, n.read(a)[a.UUID])
	g.set(full)
	ctx, cancel := context.WithCancel(bg)
	ended := make(chan error, 1)
	go func() { ended <- n.in.Run(ctx) }()
	require.Eventually(t, func() bool { s := n.in.Stats(); return len(s) == 1 && s[0].Failures > 0 }, 10*time.Second, time.Millisecond)
	require.Equal(t, want, n.read(a)[a.UUID])
	g.set(nil)
	require.Eventually(t, func() bool { return n.in.StreamStats().WALBytes < 50_000 }, 20*time.Second, 10*time.Millisecond)
	n.insert(a, 1_000_000)
	require.Equal(t, append(want, 1_000_000), n.read(a)[a.UUID])
	cancel()
	require.NoError(t, <-ended)
	s, err := n.logs.Snapshot(bg, a.UUID)
	require.NoError(t, err)
	require.Equal(t, int64(len(want)+1), total(s), "flushed at shutdown")
}

func total(s *catalog.Snapshot) (rows int64) {
	for _, f := range s.Files {
		rows += f.Rows
	}
	return rows
}

// TestBufferLimit: writers wait for space and go on when a flush makes it; with no flush they end with 53200.
func TestBufferLimit(t *testing.T) {
	n, g := gated(t, t.TempDir(), nil, Config{MaxBufferBytes: 3000, StallTimeout: 200 * time.Millisecond})
	a := n.put(n.table("a"))
	g.set(full)
	var err error
	count := int64(0)
	for err == nil {
		count++
		err = n.in.Commit(bg, &Tx{Writes: []Write{rows(a, count)}})
	}
	require.Equal(t, pgerrcode.OutOfMemory, pgerr.Code(err))
	g.set(nil)
	ctx, cancel := context.WithCancel(bg)
	ended := make(chan error, 1)
	n.in.cfg.StallTimeout = 30 * time.Second
	go func() { ended <- n.in.Run(ctx) }()
	for range 200 {
		count++
		n.insert(a, count)
	}
	cancel()
	require.NoError(t, <-ended)
	s, err := n.logs.Snapshot(bg, a.UUID)
	require.NoError(t, err)
	require.Equal(t, count-1, total(s))
}

// TestWALFailure: a failed write is an unknown outcome, the next one reopens the log, and nothing acknowledged is lost.
func TestWALFailure(t *testing.T) {
	dir := t.TempDir()
	mem := vfs.NewCrashableMem()
	var fail atomic.Bool
	fs := errorfs.Wrap(mem, errorfs.InjectorFunc(func(op errorfs.Op) error {
		if fail.Load() && op.Kind == errorfs.OpFileSyncData {
			return syscall.EIO
		}
		return nil
	}))
	n := start(t, dir, fs, Config{}, nil)
	a := n.put(n.table("a"))
	n.insert(a, 1)
	fail.Store(true)
	err := n.in.Commit(bg, &Tx{Writes: []Write{rows(a, 2)}})
	require.Equal(t, pgerrcode.TransactionResolutionUnknown, pgerr.Code(err))
	require.Equal(t, []int64{1}, n.read(a)[a.UUID])
	err = n.in.Commit(bg, &Tx{Writes: []Write{rows(a, 3)}})
	require.Equal(t, pgerrcode.TransactionResolutionUnknown, pgerr.Code(err))
	fail.Store(false)
	n.insert(a, 4)
	require.Equal(t, []int64{1, 4}, n.read(a)[a.UUID])
	after := mem.CrashClone(vfs.CrashCloneCfg{})
	n.close()
	n = start(t, dir, after, Config{}, nil)
	require.Equal(t, []int64{1, 4}, n.read(a)[a.UUID])
}

func TestWALDiskFull(t *testing.T) {
	var fail atomic.Bool
	fs := errorfs.Wrap(vfs.NewMem(), errorfs.InjectorFunc(func(op errorfs.Op) error {
		if fail.Load() && op.Kind == errorfs.OpFilePreallocate {
			return syscall.ENOSPC
		}
		return nil
	}))
	n := start(t, t.TempDir(), fs, Config{}, nil)
	a := n.put(n.table("a"))
	n.insert(a, 1)
	fail.Store(true)
	big := rows(a, 2)
	big.Batches[0].Cols[1].Data = randomText(6 << 20)
	big.Batches[0].Cols[1].Offsets[1] = 6 << 20
	err := n.in.Commit(bg, &Tx{Writes: []Write{big}})
	require.Equal(t, pgerrcode.DiskFull, pgerr.Code(err))
	require.Equal(t, []int64{1}, n.read(a)[a.UUID])
	fail.Store(false)
	n.insert(a, 3)
	require.Equal(t, []int64{1, 3}, n.read(a)[a.UUID])
}

func randomText(n int) []byte {
	b := make([]byte, n)
	x := uint64(88172645463325252)
	for i := range b {
		x ^= x << 13
		x ^= x >> 7
		x ^= x << 17
		b[i] = 'a' + byte(x%26)
	}
	return b
}

// TestRebuild: when the engine takes no more rows, reads and writes wait; Rebuild brings everything acknowledged back and answers the writers.
func TestRebuild(t *testing.T) {
	n := start(t, t.TempDir(), nil, Config{}, nil)
	a := n.put(n.table("a"))
	n.insert(a, 1)
	_, err := n.in.Flush(bg, a.UUID)
	require.NoError(t, err)
	n.insert(a, 2)
	pin, err := n.in.Pin(bg, ids(a))
	require.NoError(t, err)
	n.in.applying.Lock()
	n.in.appenders[0].Close() // every append fails from here
	n.in.applying.Unlock()
	done := make(chan error, 3)
	for id := range int64(3) {
		go func() { done <- n.in.Commit(bg, &Tx{Writes: []Write{rows(a, 3+id)}}) }()
	}
	require.Eventually(t, func() bool { return n.in.Broken() != nil }, 10*time.Second, time.Millisecond)
	short, cancel := context.WithTimeout(bg, 20*time.Millisecond)
	defer cancel()
	_, err = n.in.Pin(short, ids(a))
	require.ErrorIs(t, err, context.DeadlineExceeded)
	_ = n.db.Close()
	n.openEngine()
	require.NoError(t, n.in.Rebuild(bg, n.db))
	for range 3 {
		require.NoError(t, <-done)
	}
	require.NoError(t, n.in.Broken())
	pin.Release()
	require.Equal(t, []int64{1, 2, 3, 4, 5}, n.read(a)[a.UUID])
	_, err = n.in.Flush(bg, a.UUID)
	require.NoError(t, err)
	n.insert(a, 6)
	require.Equal(t, []int64{1, 2, 3, 4, 5, 6}, n.read(a)[a.UUID])
	require.EqualValues(t, 1, n.in.Stats()[0].Rows)
}

func TestDroppedTable(t *testing.T) {
	dir := t.TempDir()
	n := start(t, dir, nil, Config{SegmentBytes: 2000}, nil)
	a, b := n.put(n.table("a")), n.put(n.table("b"))
	n.insert(b, 1)
	for id := range int64(100) {
		n.insert(a, id)
	}
	pin, err := n.in.Pin(bg, ids(a))
	require.NoError(t, err)
	_, err = n.in.Flush(bg, b.UUID)
	require.NoError(t, err)
	_, err = n.cat.Commit(bg, uuid.New(), func(*catalog.Database) ([]catalog.Op, error) { return []catalog.Op{{DropTable: &a.Name}}, nil })
	require.NoError(t, err)
	err = n.in.Commit(bg, &Tx{Writes: []Write{rows(a, 1000)}})
	require.Equal(t, pgerrcode.UndefinedTable, pgerr.Code(err))
	n.in.forgetDropped(-1)
	require.Len(t, n.readPin(pin)[a.UUID], 100, "a pin taken before keeps its rows")
	pin.Release()
	s := n.in.StreamStats()
	require.Greater(t, s.First, int64(80), "the log is free to go")
	require.Zero(t, s.Buffered-n.bytesOf(b))
	n.close()
	n = start(t, dir, nil, Config{}, nil)
	require.Equal(t, []int64{1}, n.read(b)[b.UUID])
}

func (n *node) bytesOf(t *catalog.Table) int64 {
	for _, s := range n.in.Stats() {
		if s.Table == t.UUID {
			return s.Bytes
		}
	}
	return 0
}

// TestOldWALIsRefused: a WAL that ends before the tables' checkpoints would give offsets a second time.
func TestOldWALIsRefused(t *testing.T) {
	dir := t.TempDir()
	mem := vfs.NewCrashableMem()
	n := start(t, dir, mem, Config{}, nil)
	a := n.put(n.table("a"))
	old := mem.CrashClone(vfs.CrashCloneCfg{})
	n.insert(a, 1)
	_, err := n.in.Flush(bg, a.UUID)
	require.NoError(t, err)
	n.close()
	n = start(t, dir, old, Config{}, nil)
	err = n.in.Commit(bg, &Tx{Writes: []Write{rows(a, 2)}})
	require.Equal(t, pgerrcode.DataCorrupted, pgerr.Code(err))
	require.ErrorContains(t, err, "ends at offset 0")
}

// TestFewFiles: rows over 400 dates and all buckets make at most 4 files, sorted by bucket and key, however large.
func TestFewFiles(t *testing.T) {
	n := start(t, t.TempDir(), nil, Config{}, nil)
	table := n.table("f")
	table.UUID = uuid.New()
	table.Columns = append(table.Columns, catalog.Column{ID: 3, Name: "day", PhysicalName: "day", Type: sqltype.Of(sqltype.Date)})
	table.NextColumn, table.TimeColumn = 4, 3
	require.NoError(t, n.logs.Create(bg, table))
	n.put(table)
	types := []vector.Type{vector.TypeOf(table.Columns[0].Type), vector.TypeOf(table.Columns[1].Type), vector.TypeOf(table.Columns[2].Type)}
	for k := range int64(5) {
		b := vector.NewBuilder(types)
		for i := range int64(4000) {
			b.Col(0).Int64(i*31 + k)
			b.Col(1).Bytes(fmt.Appendf(nil, "value %d", i*31+k))
			b.Col(2).Int32(int32(i % 400))
		}
		require.NoError(t, n.in.Commit(bg, &Tx{Writes: []Write{{Table: table, Batches: []*vector.Batch{b.Take()}}}}))
	}
	n.in.mu.Lock()
	n.in.tables[table.UUID].gens[0].bytes += 10 * fileBytes // as if they were large
	n.in.buffered += 10 * fileBytes
	n.in.mu.Unlock()
	flushed, err := n.in.Flush(bg, table.UUID)
	require.NoError(t, err)
	require.EqualValues(t, 20_000, flushed)
	s, err := n.logs.Snapshot(bg, table.UUID)
	require.NoError(t, err)
	require.Len(t, s.Files, 4)
	seen := map[int32]bool{}
	for _, f := range s.Files {
		require.Equal(t, [2]int32{0, 399}, f.Dates)
		require.EqualValues(t, 3, f.Buckets[1]-f.Buckets[0])
		seen[f.Buckets[0]] = true
		require.True(t, strings.HasPrefix(f.Path, "l0/"))
		ids := n.query(n.scan(table, f))[0]
		last, lastBucket := int64(-1), int32(-1)
		key := vector.Vector{Type: types[0], Int64s: []int64{0}}
		for _, id := range ids {
			key.Int64s[0] = id.(int64)
			bucket := catalog.Bucket([]*vector.Vector{&key}, 0, 16)
			require.True(t, bucket > lastBucket || bucket == lastBucket && id.(int64) > last)
			last, lastBucket = id.(int64), bucket
		}
	}
	require.Equal(t, map[int32]bool{0: true, 4: true, 8: true, 12: true}, seen)
	left, err := os.ReadDir(filepath.Join(n.dir, "spool"))
	require.NoError(t, err)
	require.Empty(t, left)
}

// TestIdleTableLetsTheLogGo: a table with few rows is flushed when it holds back too much of the log.
func TestIdleTableLetsTheLogGo(t *testing.T) {
	n := start(t, t.TempDir(), nil, Config{SegmentBytes: 5000, IdleWALBytes: 50_000, BufferRows: 1 << 40, FlushInterval: time.Hour}, nil)
	idle, busy := n.put(n.table("idle")), n.put(n.table("busy"))
	n.insert(idle, 1)
	for id := range int64(600) {
		n.insert(busy, id)
	}
	require.Greater(t, n.in.StreamStats().WALBytes, int64(50_000))
	ctx, cancel := context.WithCancel(bg)
	ended := make(chan error, 1)
	go func() { ended <- n.in.Run(ctx) }()
	require.Eventually(t, func() bool { return n.in.StreamStats().WALBytes < 50_000 }, 20*time.Second, 5*time.Millisecond)
	cancel()
	require.NoError(t, <-ended)
}

// TestNewerSchema: a generation has one schema; rows of a newer one begin another, older batches are mapped by id.
func TestNewerSchema(t *testing.T) {
	dir := t.TempDir()
	n := start(t, dir, nil, Config{}, nil)
	a := n.put(n.table("a"))
	n.insert(a, 1)
	wide := *a
	wide.SchemaID, wide.NextColumn = 2, 4
	wide.Columns = append(append([]catalog.Column(nil), a.Columns...), catalog.Column{ID: 3, Name: "w", PhysicalName: "w", Type: sqltype.Of(sqltype.Int4)})
	n.put(&wide)
	b := vector.NewBuilder([]vector.Type{vector.TypeOf(wide.Columns[0].Type), vector.TypeOf(wide.Columns[1].Type), vector.TypeOf(wide.Columns[2].Type)})
	b.Col(0).Int64(2)
	b.Col(1).Bytes([]byte("value 2"))
	b.Col(2).Int32(7)
	require.NoError(t, n.in.Commit(bg, &Tx{Writes: []Write{{Table: &wide, Batches: []*vector.Batch{b.Take()}}}}))
	n.insert(a, 3)
	require.Equal(t, []int64{1, 2, 3}, n.read(a)[a.UUID])
	n.close()
	n = start(t, dir, nil, Config{}, nil)
	require.Equal(t, []int64{1, 2, 3}, n.read(a)[a.UUID])
	_, err := n.in.Flush(bg, a.UUID)
	require.NoError(t, err)
	require.Equal(t, []int64{1, 2, 3}, n.read(a)[a.UUID])

	other := wide
	other.SchemaID = 3
	other.Columns = append([]catalog.Column(nil), wide.Columns...)
	other.Columns[1].Type = sqltype.Of(sqltype.Int8)
	n.put(&other)
	err = n.in.Commit(bg, &Tx{Writes: []Write{rows(a, 4)}})
	require.Equal(t, pgerrcode.SerializationFailure, pgerr.Code(err), "values that do not fit are refused before they are durable")
}

// TestRebuildResolvesOnce: the engine fails between a catalog commit and its rows. They appear once, whoever waits.
func TestRebuildResolvesOnce(t *testing.T) {
	dir := t.TempDir()
	n := start(t, dir, nil, Config{StallTimeout: 50 * time.Millisecond}, nil)
	made := n.table("made")
	err := n.in.Commit(bg, &Tx{Writes: []Write{rows(made, 1, 2)}, Catalog: func(_ context.Context, nonce uuid.UUID) error {
		n.in.applying.Lock()
		n.in.appenders[0].Close()
		n.in.applying.Unlock()
		_, err := n.cat.Commit(bg, nonce, func(*catalog.Database) ([]catalog.Op, error) { return []catalog.Op{{PutTable: made}}, nil })
		return err
	}})
	require.Equal(t, pgerrcode.TransactionResolutionUnknown, pgerr.Code(err))
	_ = n.db.Close()
	n.openEngine()
	require.NoError(t, n.in.Rebuild(bg, n.db))
	require.Equal(t, []int64{1, 2}, n.read(made)[made.UUID])
	n.insert(made, 3)
	_, err = n.in.Flush(bg, made.UUID)
	require.NoError(t, err)
	require.Equal(t, []int64{1, 2, 3}, n.read(made)[made.UUID])
	n.close()
	n = start(t, dir, nil, Config{}, nil)
	require.Equal(t, []int64{1, 2, 3}, n.read(made)[made.UUID])
}

// lossy is a table log that does what it is told and then loses the answer, or is asked again as after a lost race.
type lossy struct {
	TableLogs
	again, unknown bool
}

func (l *lossy) Commit(ctx context.Context, id uuid.UUID, build func(*catalog.Snapshot) (*catlog.Change, error)) (*catalog.Snapshot, error) {
	s, err := l.TableLogs.Commit(ctx, id, build)
	if err == nil && l.again {
		l.again = false
		return l.TableLogs.Commit(ctx, id, build)
	}
	if err == nil && l.unknown {
		l.unknown = false
		return nil, pgerr.New(pgerrcode.TransactionResolutionUnknown, "lost")
	}
	return s, err
}

// TestFlushIsNotRepeated: a flush whose commit did take place is not done again, whatever it was told.
func TestFlushIsNotRepeated(t *testing.T) {
	n := start(t, t.TempDir(), nil, Config{}, nil)
	logs := &lossy{TableLogs: n.logs}
	n.in.deps.Tables = logs
	a := n.put(n.table("a"))
	n.insert(a, 1)
	logs.again = true
	_, err := n.in.Flush(bg, a.UUID)
	require.NoError(t, err)
	require.Equal(t, []int64{1}, n.read(a)[a.UUID])
	n.insert(a, 2)
	logs.unknown = true
	_, err = n.in.Flush(bg, a.UUID)
	require.Equal(t, pgerrcode.TransactionResolutionUnknown, pgerr.Code(err))
	n.insert(a, 3)
	require.Equal(t, []int64{1, 2, 3}, n.read(a)[a.UUID])
	flushed, err := n.in.Flush(bg, a.UUID)
	require.NoError(t, err)
	require.EqualValues(t, 1, flushed)
	require.Equal(t, []int64{1, 2, 3}, n.read(a)[a.UUID])
	logs.unknown = true // the truncation is tried again and found done
	require.NoError(t, n.in.Commit(bg, &Tx{Truncate: []*catalog.Table{a}, Writes: []Write{rows(a, 9)}}))
	require.Equal(t, []int64{9}, n.read(a)[a.UUID])
}

// meddler does something just before a version is read.
type meddler struct {
	TableLogs
	before func(id uuid.UUID)
}

func (m *meddler) Snapshot(ctx context.Context, id uuid.UUID) (*catalog.Snapshot, error) {
	if do := m.before; do != nil {
		do(id)
	}
	return m.TableLogs.Snapshot(ctx, id)
}

// TestPinIsOnePointInTime: a transaction over two tables that commits, and is flushed from one of them, while a pin is being taken is
// seen whole or not at all.
func TestPinIsOnePointInTime(t *testing.T) {
	n := start(t, t.TempDir(), nil, Config{}, nil)
	m := &meddler{TableLogs: n.logs}
	n.in.deps.Tables = m
	a, b := n.put(n.table("a")), n.put(n.table("b"))
	n.insert(a, 1)
	n.insert(b, 2)
	m.before = func(id uuid.UUID) {
		if id != b.UUID {
			return
		}
		m.before = nil
		require.NoError(t, n.in.Commit(bg, &Tx{Writes: []Write{rows(a, 3), rows(b, 4)}}))
		_, err := n.in.Flush(bg, b.UUID)
		require.NoError(t, err)
	}
	require.Equal(t, map[uuid.UUID][]int64{a.UUID: {1, 3}, b.UUID: {2, 4}}, n.read(a, b))
}
