package log

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"github.com/jackc/pgerrcode"
	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"

	"github.com/miniodb/miniodb/catalog"
	"github.com/miniodb/miniodb/catalog/index"
	"github.com/miniodb/miniodb/internal/pgerr"
	"github.com/miniodb/miniodb/internal/sqltype"
	"github.com/miniodb/miniodb/storage"
	"github.com/miniodb/miniodb/storage/storagetest"
)

// addFile returns a build function that adds one file.
func addFile(path string) func(*catalog.Snapshot) (*Change, error) {
	return func(*catalog.Snapshot) (*Change, error) {
		return &Change{Operation: "WRITE", Adds: []catalog.DataFile{dataFile(path, 1)}, DataChange: true}, nil
	}
}

func paths(s *catalog.Snapshot) (out []string) {
	for i := range s.Files {
		out = append(out, s.Files[i].Path)
	}
	return out
}

func TestCommit(t *testing.T) {
	ctx := t.Context()
	x := newTables(t, newStore(t))
	table := newTable(sqltype.Of(sqltype.Int4))
	require.NoError(t, x.Create(ctx, table))
	require.ErrorContains(t, x.Create(ctx, table), "there is one already")
	id, stream := table.UUID, uuid.New()

	s, err := x.Snapshot(ctx, id)
	require.NoError(t, err)
	require.EqualValues(t, 0, s.Version)
	require.Equal(t, table, s.Schema)
	require.Empty(t, s.Files)

	s, err = x.Commit(ctx, id, func(s *catalog.Snapshot) (*Change, error) {
		return &Change{Operation: "WRITE", Adds: []catalog.DataFile{dataFile("l0/b", 2), dataFile("l0/a", 1)}, Checkpoints: map[uuid.UUID]int64{stream: 3}, DataChange: true}, nil
	})
	require.NoError(t, err)
	require.EqualValues(t, 1, s.Version)
	require.Equal(t, []catalog.DataFile{dataFile("l0/a", 1), dataFile("l0/b", 2)}, s.Files)
	require.Equal(t, map[uuid.UUID]int64{stream: 3}, s.Checkpoints)

	for name, c := range map[string]*Change{
		"a checkpoint goes back":  {Checkpoints: map[uuid.UUID]int64{stream: 2}},
		"a file twice":            {Adds: []catalog.DataFile{dataFile("l0/c", 1), dataFile("l0/c", 1)}},
		"a file that is there":    {Adds: []catalog.DataFile{dataFile("l0/a", 1)}},
		"a file without a path":   {Adds: []catalog.DataFile{{Rows: 1}}},
		"another table's schema":  {Schema: newTable(sqltype.Of(sqltype.Int4))},
		"a column without a name": {Schema: &catalog.Table{UUID: id, Columns: []catalog.Column{{ID: 1, Name: "x", Type: sqltype.Of(sqltype.Int4)}}}},
	} {
		_, err = x.Commit(ctx, id, func(*catalog.Snapshot) (*Change, error) { return c, nil })
		require.Error(t, err, name)
	}
	_, err = x.Commit(ctx, id, func(*catalog.Snapshot) (*Change, error) { return &Change{Removes: []string{"l0/x"}}, nil })
	require.Equal(t, pgerrcode.SerializationFailure, pgerr.Code(err))

	mine := errors.New("abandoned")
	_, err = x.Commit(ctx, id, func(*catalog.Snapshot) (*Change, error) { return nil, mine })
	require.Equal(t, mine, err)
	same, err := x.Commit(ctx, id, func(*catalog.Snapshot) (*Change, error) { return nil, nil })
	require.NoError(t, err)
	require.Same(t, s, same)

	s, err = x.Commit(ctx, id, func(s *catalog.Snapshot) (*Change, error) {
		return &Change{Operation: "TRUNCATE", Removes: paths(s), Checkpoints: map[uuid.UUID]int64{stream: 1<<63 - 1}, DataChange: true}, nil
	})
	require.NoError(t, err)
	require.EqualValues(t, 2, s.Version)
	require.Empty(t, s.Files)
	require.Equal(t, map[uuid.UUID]int64{stream: 1<<63 - 1}, s.Checkpoints)
	requireConsistent(t, x, id)

	require.NoError(t, x.Drop(ctx, id))
	_, err = x.Snapshot(ctx, id)
	require.Equal(t, pgerrcode.UndefinedTable, pgerr.Code(err))
	_, err = x.Snapshot(ctx, uuid.New())
	require.Equal(t, pgerrcode.UndefinedTable, pgerr.Code(err))
}

// requireConsistent compares memory, index and a replay of the log.
func requireConsistent(t *testing.T, x *Tables, id uuid.UUID) *catalog.Snapshot {
	t.Helper()
	x.settle(t.Context())
	memory, err := x.Snapshot(t.Context(), id)
	require.NoError(t, err)
	indexed, err := x.idx.Load(t.Context(), id)
	require.NoError(t, err)
	fresh := newTables(t, x.store)
	replayed, err := fresh.Rebuild(t.Context(), id)
	require.NoError(t, err)
	rebuilt, err := fresh.idx.Load(t.Context(), id)
	require.NoError(t, err)
	for _, s := range []*catalog.Snapshot{memory, indexed, replayed, rebuilt} {
		if len(s.Files) == 0 {
			s.Files = nil
		}
	}
	require.Empty(t, cmp.Diff(replayed, memory), "memory")
	require.Empty(t, cmp.Diff(replayed, indexed), "index")
	require.Empty(t, cmp.Diff(replayed, rebuilt), "rebuilt index")
	return replayed
}

// Everything that a change of schema does to the metadata.
func TestCommitSchema(t *testing.T) {
	ctx := t.Context()
	x := newTables(t, newStore(t))
	table := newTable(sqltype.Of(sqltype.Int4), sqltype.Of(sqltype.Text))
	require.NoError(t, x.Create(ctx, table))
	alter := func(change func(*catalog.Table)) *history {
		_, err := x.Commit(ctx, table.UUID, func(s *catalog.Snapshot) (*Change, error) {
			n := *s.Schema
			n.Columns = slices.Clone(n.Columns)
			n.SchemaID++
			change(&n)
			AssignPhysicalNames(&n, false)
			return &Change{Operation: "ALTER TABLE", Schema: &n}, nil
		})
		require.NoError(t, err)
		h, err := x.history(ctx, table.UUID)
		require.NoError(t, err)
		require.Equal(t, h.snapshot.Schema, requireConsistent(t, x, table.UUID).Schema)
		return h
	}
	h, err := x.history(ctx, table.UUID)
	require.NoError(t, err)
	require.Equal(t, &protocol{MinReader: 1, MinWriter: 7, WriterFeatures: []string{"domainMetadata"}}, h.protocol)
	require.False(t, h.mapped())

	h = alter(func(n *catalog.Table) { n.Columns[1].Name = "renamed" })
	require.True(t, h.mapped(), "a rename needs mapping")
	require.Equal(t, []string{"columnMapping"}, h.protocol.ReaderFeatures)
	require.Equal(t, "c2", h.snapshot.Schema.Columns[1].PhysicalName)

	h = alter(func(n *catalog.Table) { n.Columns[1].Name = "c2" })
	require.True(t, h.mapped(), "it is never switched off")

	h = alter(func(n *catalog.Table) {
		n.Columns = append(n.Columns, catalog.Column{ID: n.NextColumn, Name: "ts", Type: sqltype.Of(sqltype.Timestamp)})
		n.NextColumn++
	})
	require.Equal(t, []string{"columnMapping", "timestampNtz"}, h.protocol.ReaderFeatures)
	require.Equal(t, "3", h.meta.Configuration["delta.columnMapping.maxColumnId"])

	h = alter(func(n *catalog.Table) { n.Columns = n.Columns[:2] })
	require.Equal(t, []string{"columnMapping", "timestampNtz"}, h.protocol.ReaderFeatures, "older versions still need it")
	require.Equal(t, "3", h.meta.Configuration["delta.columnMapping.maxColumnId"], "ids are not used again")
}

// Each fault of a PUT has one right outcome.
func TestNonceRule(t *testing.T) {
	for name, c := range map[string]struct {
		faults []storagetest.Fault // of successive puts
		code   string
		lands  bool
	}{
		"acknowledgement lost":               {[]storagetest.Fault{storagetest.Applied}, "", true},
		"ours although it exists":            {[]storagetest.Fault{storagetest.SelfExist}, "", true},
		"failed, then succeeded":             {[]storagetest.Fault{storagetest.Fail, storagetest.Fail}, "", true},
		"hung, then succeeded":               {[]storagetest.Fault{storagetest.Hang}, "", true},
		"arrives after the second":           {[]storagetest.Fault{storagetest.Late}, "", true},
		"arrives between the attempts":       {[]storagetest.Fault{storagetest.HangLate, storagetest.Fail, storagetest.Fail, storagetest.Fail}, "", true},
		"full":                               {[]storagetest.Fault{storagetest.Full}, pgerrcode.DiskFull, false},
		"full after a lost acknowledgement":  {[]storagetest.Fault{storagetest.Applied, storagetest.Full}, "", true},
		"never answers":                      {slices.Repeat([]storagetest.Fault{storagetest.Fail}, 10000), pgerrcode.TransactionResolutionUnknown, false},
		"never answers, but landed at first": {append([]storagetest.Fault{storagetest.Applied}, slices.Repeat([]storagetest.Fault{storagetest.Fail}, 10000)...), pgerrcode.TransactionResolutionUnknown, true},
	} {
		t.Run(name, func(t *testing.T) {
			ctx := t.Context()
			store := &storagetest.Faulty{Store: newStore(t)}
			x := newTables(t, store)
			table := newTable(sqltype.Of(sqltype.Int4))
			require.NoError(t, x.Create(ctx, table))
			store.Inject = func(op storagetest.Op, _ string) storagetest.Fault {
				if op != storagetest.PutIfAbsent || len(c.faults) == 0 {
					return storagetest.None
				}
				f := c.faults[0]
				c.faults = c.faults[1:]
				return f
			}
			s, err := x.Commit(ctx, table.UUID, addFile("l0/a"))
			require.Equal(t, c.code, pgerr.Code(err))
			store.Inject = nil
			store.Flush(ctx)
			if c.code == "" {
				require.EqualValues(t, 1, s.Version)
			}
			s = requireConsistent(t, x, table.UUID)
			require.Equal(t, c.lands, slices.Contains(paths(s), "l0/a"))
			// And the table goes on.
			s, err = x.Commit(ctx, table.UUID, addFile("l0/b"))
			require.NoError(t, err)
			require.Contains(t, paths(s), "l0/b")
			requireConsistent(t, x, table.UUID)
		})
	}
}

// A cancelled statement does not start to commit, and one that is cancelled meanwhile does not leave its outcome open.
func TestCommitCancelled(t *testing.T) {
	store := &storagetest.Faulty{Store: newStore(t)}
	x := newTables(t, store)
	table := newTable(sqltype.Of(sqltype.Int4))
	require.NoError(t, x.Create(t.Context(), table))
	ctx, cancel := context.WithCancel(t.Context())
	_, err := x.Commit(ctx, table.UUID, func(s *catalog.Snapshot) (*Change, error) {
		cancel()
		return addFile("l0/a")(s)
	})
	require.ErrorIs(t, err, context.Canceled)
	require.Empty(t, requireConsistent(t, x, table.UUID).Files)

	ctx, cancel = context.WithCancel(t.Context())
	store.Inject = func(op storagetest.Op, _ string) storagetest.Fault {
		if op == storagetest.PutIfAbsent && ctx.Err() == nil {
			cancel()
			return storagetest.Late
		}
		return storagetest.None
	}
	_, err = x.Commit(ctx, table.UUID, addFile("l0/a"))
	require.NoError(t, err)
	require.Equal(t, []string{"l0/a"}, paths(requireConsistent(t, x, table.UUID)))
}

// Somebody else's commit between ours: build sees it.
func TestConflict(t *testing.T) {
	ctx := t.Context()
	store := newStore(t)
	a, b := newTables(t, store), newTables(t, store)
	table := newTable(sqltype.Of(sqltype.Int4))
	require.NoError(t, a.Create(ctx, table))
	_, err := b.Snapshot(ctx, table.UUID)
	require.NoError(t, err)
	_, err = a.Commit(ctx, table.UUID, addFile("l0/a"))
	require.NoError(t, err)
	var seen []int64
	s, err := b.Commit(ctx, table.UUID, func(s *catalog.Snapshot) (*Change, error) {
		seen = append(seen, s.Version)
		return addFile("l0/b")(s)
	})
	require.NoError(t, err)
	require.Equal(t, []int64{0, 1}, seen)
	require.Equal(t, []string{"l0/a", "l0/b"}, paths(s))

	// Whoever loses too often is told so.
	a.limits.conflicts = 3
	_, err = a.Snapshot(ctx, table.UUID)
	require.NoError(t, err)
	n := 0
	_, err = a.Commit(ctx, table.UUID, func(s *catalog.Snapshot) (*Change, error) {
		n++
		_, err := b.Commit(ctx, table.UUID, addFile(fmt.Sprintf("l0/c%d", n)))
		require.NoError(t, err)
		return addFile("l0/d")(s)
	})
	require.Equal(t, pgerrcode.SerializationFailure, pgerr.Code(err))
	require.Equal(t, 3, n)
}

// 24 goroutines on several nodes commit to one table while the store fails in every way. Each commit that was acknowledged is in the
// log once, none that failed for certain is there, and the log has no gap.
func TestConcurrentCommitsWithFaults(t *testing.T) {
	ctx := t.Context()
	const nodes, committers, commits = 3, 24, 8
	inner := newStore(t)
	table := newTable(sqltype.Of(sqltype.Int4))
	require.NoError(t, newTables(t, inner).Create(ctx, table))
	all := []storagetest.Fault{
		storagetest.Fail, storagetest.Applied, storagetest.Late, storagetest.SelfExist, storagetest.Full, storagetest.Truncated,
		storagetest.Hang, storagetest.HangLate,
	}
	var stores []*storagetest.Faulty
	var tables []*Tables
	for n := range nodes {
		stores = append(stores, &storagetest.Faulty{Store: inner, Inject: storagetest.Random(uint64(n), 0.15, all...)})
		tables = append(tables, newTables(t, stores[n]))
		tables[n].idx = tables[0].idx // the nodes of a cluster share one
	}
	type outcome struct {
		path string
		err  error
	}
	outcomes := make(chan outcome, committers*commits)
	var wg sync.WaitGroup
	for g := range committers {
		wg.Go(func() {
			x, stream := tables[g%nodes], uuid.NewSHA1(uuid.Nil, []byte{byte(g)})
			for i := range commits {
				path := fmt.Sprintf("l0/%d-%d", g, i)
				_, err := x.Commit(ctx, table.UUID, func(s *catalog.Snapshot) (*Change, error) {
					c, err := addFile(path)(s)
					c.Checkpoints = map[uuid.UUID]int64{stream: int64(i)}
					return c, err
				})
				outcomes <- outcome{path, err}
				if _, err := x.Snapshot(ctx, table.UUID); err != nil && !retryable(err) {
					outcomes <- outcome{"", err}
				}
			}
		})
	}
	go func() { wg.Wait(); close(outcomes) }()
	var acknowledged, unknown, failed []string
	for o := range outcomes {
		switch {
		case o.err == nil:
			acknowledged = append(acknowledged, o.path)
		case pgerr.Code(o.err) == pgerrcode.TransactionResolutionUnknown:
			unknown = append(unknown, o.path)
		case retryable(o.err):
			failed = append(failed, o.path)
		default:
			require.NoError(t, o.err)
		}
	}
	for _, s := range stores {
		s.Flush(ctx)
		s.Inject = nil
	}
	t.Logf("%d commits acknowledged, %d unknown, %d failed", len(acknowledged), len(unknown), len(failed))
	require.Greater(t, len(acknowledged), committers*commits/2)
	for _, x := range tables {
		s := requireConsistent(t, x, table.UUID)
		live := map[string]int{}
		for _, p := range paths(s) {
			live[p]++
		}
		for _, p := range acknowledged {
			require.Equal(t, 1, live[p], "acknowledged %s", p)
		}
		for _, p := range failed {
			require.Zero(t, live[p], "failed %s", p)
		}
		require.EqualValues(t, len(s.Files), s.Version, "one file a version")
	}
	versions, _, err := tables[0].listVersions(ctx, table.UUID, 0)
	require.NoError(t, err)
	for i, v := range versions {
		require.EqualValues(t, i, v)
	}
}

// retryable are the failures that injected faults may cause before anything was written.
func retryable(err error) bool {
	return errors.Is(err, storagetest.ErrInjected) || errors.Is(err, storage.ErrFull) || errors.Is(err, context.DeadlineExceeded) ||
		pgerr.Code(err) == pgerrcode.DiskFull
}

// What the index says is checked against the log when a table is opened.
func TestIndexIsVerified(t *testing.T) {
	ctx := t.Context()
	store := newStore(t)
	table := newTable(sqltype.Of(sqltype.Int4))
	id := table.UUID
	writer := newTables(t, store)
	require.NoError(t, writer.Create(ctx, table))
	var history []*catalog.Snapshot
	for i := range 3 {
		s, err := writer.Commit(ctx, id, addFile(fmt.Sprint("l0/", i)))
		require.NoError(t, err)
		history = append(history, s)
	}
	last := history[2]
	ahead := *last
	ahead.Version = 7
	other := *last
	other.Schema = newTable(sqltype.Of(sqltype.Int4))
	for name, indexed := range map[string]*catalog.Snapshot{
		"nothing": nil, "behind by one": history[1], "behind by two": history[0], "current": last, "ahead of the log": &ahead, "of another table": &other,
	} {
		t.Run(name, func(t *testing.T) {
			idx := newIndex(t)
			if indexed != nil {
				require.NoError(t, idx.Reset(ctx, indexed, index.Absent))
			}
			x := NewTables(store, idx, "db", "node-2", zerolog.Nop())
			s, err := x.Snapshot(ctx, id)
			require.NoError(t, err)
			require.Equal(t, last, s)
			again, err := x.Snapshot(ctx, id)
			require.NoError(t, err)
			require.Same(t, s, again)
			requireConsistent(t, x, id)
			require.NoError(t, idx.Drop(ctx, id)) // lost while we run
			requireConsistent(t, x, id)
			require.NoError(t, idx.Reset(ctx, history[0], last.Version)) // rolled back while we run
			s, err = x.Snapshot(ctx, id)
			require.NoError(t, err)
			require.Equal(t, last, s)
		})
	}
}

// A node learns of another's commit through the index they share, and without an index through the log.
func TestTwoNodesOneIndex(t *testing.T) {
	ctx := t.Context()
	store, idx := newStore(t), newIndex(t)
	a, b := NewTables(store, idx, "", "a", zerolog.Nop()), NewTables(store, idx, "", "b", zerolog.Nop())
	table := newTable(sqltype.Of(sqltype.Int4))
	require.NoError(t, a.Create(ctx, table))
	for i := range 5 {
		_, err := a.Commit(ctx, table.UUID, addFile(fmt.Sprint("l0/a", i)))
		require.NoError(t, err)
		s, err := b.Commit(ctx, table.UUID, addFile(fmt.Sprint("l0/b", i)))
		require.NoError(t, err)
		got, err := a.Snapshot(ctx, table.UUID)
		require.NoError(t, err)
		require.Equal(t, s, got)
	}
	require.NoError(t, idx.Close())
	_, err := a.Commit(ctx, table.UUID, addFile("l0/without"))
	require.NoError(t, err)
	s, err := b.Snapshot(ctx, table.UUID)
	require.NoError(t, err)
	require.Contains(t, paths(s), "l0/without")
}
