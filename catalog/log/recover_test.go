package log

import (
	"context"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"

	"github.com/miniodb/miniodb/catalog"
	"github.com/miniodb/miniodb/catalog/index"
	"github.com/miniodb/miniodb/internal/sqltype"
	"github.com/miniodb/miniodb/storage"
)

// deleteWhere deletes every object below a prefix that match says so of.
func deleteWhere(t *testing.T, store storage.Store, prefix string, match func(key string) bool) (removed int) {
	t.Helper()
	var keys []string
	require.NoError(t, store.List(t.Context(), prefix, "", func(o storage.Info) error {
		if match(o.Key) {
			keys = append(keys, o.Key)
		}
		return nil
	}))
	for _, key := range keys {
		require.NoError(t, store.Delete(t.Context(), key))
	}
	return len(keys)
}

func every(string) bool { return true }

func schemaOp(name string) func(*catalog.Database) ([]catalog.Op, error) {
	return func(d *catalog.Database) ([]catalog.Op, error) {
		return []catalog.Op{{PutSchema: &catalog.Schema{OID: d.NextOID, Name: name}}}, nil
	}
}

// TestRestoreOfALostLog has every object of the catalog log deleted under an open catalog, and another one that stands at an older version.
func TestRestoreOfALostLog(t *testing.T) {
	ctx := context.Background()
	store, idx := newStore(t), newIndex(t)
	c, err := OpenCatalog(ctx, store, idx, "db", "a", zerolog.Nop())
	require.NoError(t, err)
	for _, name := range strings.Fields("one two three") {
		_, err := c.Commit(ctx, uuid.New(), schemaOp(name))
		require.NoError(t, err)
	}
	lost, err := c.Lost(ctx)
	require.NoError(t, err)
	require.Empty(t, lost)
	require.Positive(t, deleteWhere(t, store, "db/catalog/", every))
	lost, err = c.Lost(ctx)
	require.NoError(t, err)
	require.Equal(t, "the log is gone", lost)

	d, err := c.Restore(ctx, -1, func(now *catalog.Database) (*catalog.Database, error) { return now, nil })
	require.NoError(t, err)
	require.EqualValues(t, 3, d.Version, "above what the memory knows")
	require.Contains(t, d.Schemas, "two")
	lost, err = c.Lost(ctx)
	require.NoError(t, err)
	require.Empty(t, lost)

	for _, what := range []string{"with the snapshot", "with the entry alone"} {
		again, err := OpenCatalog(ctx, store, nil, "db", "b", zerolog.Nop())
		require.NoError(t, err, what)
		require.Equal(t, d, again.Current(), what)
		deleteWhere(t, store, "db/catalog/", func(key string) bool { return strings.HasSuffix(key, snapshotSuffix) })
	}
	state, err := idx.State(ctx, nil)
	require.NoError(t, err)
	require.Equal(t, index.Mark{Version: 3, Pending: index.Absent}, state.Catalog)
	d, err = c.Commit(ctx, uuid.New(), schemaOp("four"))
	require.NoError(t, err)
	require.EqualValues(t, 4, d.Version)
	again, err := OpenCatalog(ctx, store, nil, "db", "b", zerolog.Nop())
	require.NoError(t, err)
	require.Contains(t, again.Current().Schemas, "four")
}

// TestRestoreIsAboveEverything names versions in the log, the index and the call.
func TestRestoreIsAboveEverything(t *testing.T) {
	ctx := context.Background()
	for name, c := range map[string]struct {
		log, idx, above, want int64
	}{
		"log": {log: 7, idx: 5, above: 6, want: 8}, "index": {log: 0, idx: 9, above: 6, want: 10}, "backup": {log: 0, idx: -1, above: 11, want: 12},
	} {
		t.Run(name, func(t *testing.T) {
			store, idx := newStore(t), newIndex(t)
			x, err := OpenCatalog(ctx, store, idx, "", "a", zerolog.Nop())
			require.NoError(t, err)
			for range c.log + 1 {
				_, err := x.Commit(ctx, uuid.New(), schemaOp("s"))
				require.NoError(t, err)
			}
			require.NoError(t, idx.AdvanceCatalog(ctx, c.idx))
			d, err := x.Restore(ctx, c.above, func(now *catalog.Database) (*catalog.Database, error) { return now, nil })
			require.NoError(t, err)
			require.Equal(t, c.want, d.Version)
			again, err := OpenCatalog(ctx, store, idx, "", "a", zerolog.Nop())
			require.NoError(t, err)
			require.Equal(t, d, again.Current())
		})
	}
}

// TestSalvage reads what is left of a log with a damaged and a missing version, with and without a base that bridges them.
func TestSalvage(t *testing.T) {
	ctx := context.Background()
	store := newStore(t)
	c, err := OpenCatalog(ctx, store, nil, "", "a", zerolog.Nop())
	require.NoError(t, err)
	var base *catalog.Database
	for i, name := range strings.Fields("zero one two three four five") {
		d, err := c.Commit(ctx, uuid.New(), schemaOp(name))
		require.NoError(t, err)
		if i == 3 {
			base = d
		}
	}
	x, faults, err := SalvageCatalog(ctx, store, nil, "", "a", zerolog.Nop(), nil)
	require.NoError(t, err)
	require.Empty(t, faults)
	require.Equal(t, c.Current(), x.Current())

	require.NoError(t, store.Put(ctx, c.key(1), []byte("{")))
	require.NoError(t, store.Delete(ctx, c.key(2)))
	_, err = OpenCatalog(ctx, store, nil, "", "a", zerolog.Nop())
	require.Error(t, err)
	x, faults, err = SalvageCatalog(ctx, store, nil, "", "a", zerolog.Nop(), nil)
	require.NoError(t, err)
	require.Len(t, faults, 2)
	require.Contains(t, faults[0], "version 1: damaged catalog entry")
	require.Equal(t, "versions 1 to 2 are missing", faults[1])
	require.EqualValues(t, 5, x.Current().Version)
	require.Contains(t, x.Current().Schemas, "five")
	require.NotContains(t, x.Current().Schemas, "two")
	x, faults, err = SalvageCatalog(ctx, store, nil, "", "a", zerolog.Nop(), base)
	require.NoError(t, err)
	require.Len(t, faults, 1)
	require.Equal(t, c.Current(), x.Current(), "the base has what is missing")
}

// TestRewrite deletes or damages a table's log in every way that a recovery has to do with, and has it written anew from memory.
func TestRewrite(t *testing.T) {
	ctx := context.Background()
	for name, harm := range map[string]func(*testing.T, storage.Store, string){
		"all of it": func(t *testing.T, s storage.Store, dir string) { deleteWhere(t, s, dir, every) },
		"one in the middle": func(t *testing.T, s storage.Store, dir string) {
			require.NoError(t, s.Delete(ctx, dir+"00000000000000000001.json"))
		},
		"damaged": func(t *testing.T, s storage.Store, dir string) {
			require.NoError(t, s.Put(ctx, dir+"00000000000000000002.json", []byte("{\"add\":")))
		},
	} {
		t.Run(name, func(t *testing.T) {
			store := newStore(t)
			x := newTables(t, store)
			table := newTable(sqltype.Of(sqltype.Int4), sqltype.Of(sqltype.Timestamp))
			require.NoError(t, x.Create(ctx, table))
			for _, path := range strings.Fields("l0/a l0/b l0/c") {
				require.NoError(t, store.Put(ctx, x.DataKey(table.UUID, path), make([]byte, 100)))
				_, err := x.Commit(ctx, table.UUID, addFile(path))
				require.NoError(t, err)
			}
			stream := uuid.New()
			before, err := x.Commit(ctx, table.UUID, func(*catalog.Snapshot) (*Change, error) {
				return &Change{Operation: "WRITE", Removes: []string{"l0/b"}, Checkpoints: map[uuid.UUID]int64{stream: 17}}, nil
			})
			require.NoError(t, err)
			e, err := x.Examine(ctx, table.UUID)
			require.NoError(t, err)
			require.Empty(t, e.Fault)
			require.Equal(t, before, e.Snapshot)
			require.Len(t, e.Files, 3)

			harm(t, store, logDir("db", table.UUID))
			e, err = x.Examine(ctx, table.UUID)
			require.NoError(t, err)
			require.NotEmpty(t, e.Fault)
			require.Nil(t, e.Snapshot)
			first, missing := e.Missing(before)
			require.Zero(t, missing, first)
			require.Equal(t, before, x.Remembered(table.UUID))

			after, err := x.Rewrite(ctx, before, true)
			require.NoError(t, err)
			require.EqualValues(t, before.Version+1, after.Version)
			require.Equal(t, before.Files, after.Files)
			require.Equal(t, before.Checkpoints, after.Checkpoints)
			require.Equal(t, before.Schema, after.Schema)
			indexed, err := x.Indexed(ctx, table.UUID)
			require.NoError(t, err)
			require.Equal(t, after, indexed)

			require.NoError(t, store.Delete(ctx, logDir("db", table.UUID)+lastCheckpoint))
			fresh := NewTables(store, newIndex(t), "db", "node-2", zerolog.Nop())
			read, err := fresh.Snapshot(ctx, table.UUID)
			require.NoError(t, err)
			require.Equal(t, after, read)
			next, err := fresh.Commit(ctx, table.UUID, addFile("l0/d"))
			require.NoError(t, err)
			require.EqualValues(t, after.Version+1, next.Version)
		})
	}
}

// TestExamineOfADeadStore must not call a log damaged that cannot be read for now.
func TestExamineOfADeadStore(t *testing.T) {
	store := newStore(t)
	x := newTables(t, store)
	table := newTable(sqltype.Of(sqltype.Int4))
	require.NoError(t, x.Create(t.Context(), table))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := x.Examine(ctx, table.UUID)
	require.ErrorIs(t, err, context.Canceled)
}

// TestOthersFollowARecovery has a second server that stands at older versions of catalog and table when both logs are lost and written anew.
func TestOthersFollowARecovery(t *testing.T) {
	ctx := context.Background()
	store, idx := newStore(t), newIndex(t)
	a, err := OpenCatalog(ctx, store, idx, "", "a", zerolog.Nop())
	require.NoError(t, err)
	b, err := OpenCatalog(ctx, store, idx, "", "b", zerolog.Nop())
	require.NoError(t, err)
	one, two := NewTables(store, idx, "", "a", zerolog.Nop()), NewTables(store, idx, "", "b", zerolog.Nop())
	table := newTable(sqltype.Of(sqltype.Int4))
	require.NoError(t, one.Create(ctx, table))
	_, err = two.Snapshot(ctx, table.UUID)
	require.NoError(t, err)
	for _, name := range strings.Fields("x y z") {
		_, err := a.Commit(ctx, uuid.New(), schemaOp(name))
		require.NoError(t, err)
		_, err = one.Commit(ctx, table.UUID, addFile(name))
		require.NoError(t, err)
	}
	require.Positive(t, deleteWhere(t, store, "", every))
	d, err := a.Restore(ctx, -1, func(now *catalog.Database) (*catalog.Database, error) { return now, nil })
	require.NoError(t, err)
	s, err := one.Rewrite(ctx, one.Remembered(table.UUID), true)
	require.NoError(t, err)

	followed, err := b.Fresh(ctx)
	require.NoError(t, err)
	require.Equal(t, d, followed)
	read, err := two.Snapshot(ctx, table.UUID)
	require.NoError(t, err)
	require.Equal(t, s, read)
	state, err := idx.State(ctx, []uuid.UUID{table.UUID})
	require.NoError(t, err)
	require.Equal(t, d.Version, state.Catalog.Version, "the index is not set back")
	require.Equal(t, s.Version, state.Tables[table.UUID].Version)
}
