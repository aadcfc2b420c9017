package backup

import (
	"context"
	"path/filepath"
	"testing"

	"github.com/google/uuid"
	"github.com/jackc/pgerrcode"
	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"

	"github.com/miniodb/miniodb/catalog"
	"github.com/miniodb/miniodb/catalog/index/bolt"
	cataloglog "github.com/miniodb/miniodb/catalog/log"
	"github.com/miniodb/miniodb/internal/pgerr"
	"github.com/miniodb/miniodb/storage"
	"github.com/miniodb/miniodb/storage/local"
)

// database is a manager over a real store and index, with one table of one file.
type database struct {
	*Manager
	store   *local.Store
	idx     *bolt.Index
	catalog *cataloglog.Catalog
	tables  *cataloglog.Tables
	table   *catalog.Table
}

// openIndex makes a manager with a new index over a store.
func openIndex(t *testing.T, store *local.Store) *database {
	t.Helper()
	d := &database{store: store}
	var err error
	d.idx, err = bolt.Open(filepath.Join(t.TempDir(), "index.db"), zerolog.Nop())
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, d.idx.Close()) })
	d.tables = cataloglog.NewTables(store, d.idx, "db", "node-1", zerolog.Nop())
	d.catalog, _, err = cataloglog.SalvageCatalog(t.Context(), store, d.idx, "db", "node-1", zerolog.Nop(), nil)
	require.NoError(t, err)
	d.Manager = New("v1", Deps{Store: store, Catalog: d.catalog, Tables: d.tables, Log: zerolog.Nop()})
	return d
}

func newDatabase(t *testing.T) *database {
	t.Helper()
	store, err := local.New(t.TempDir())
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, store.Close()) })
	d := openIndex(t, store)
	d.table = newTable(5, catalog.FirstOID, "t")
	cataloglog.AssignPhysicalNames(d.table, true)
	d.table.ShardKey, d.table.Buckets, d.table.NextColumn = []int32{1}, 16, 2
	require.NoError(t, d.tables.Create(t.Context(), d.table))
	_, err = d.catalog.Commit(t.Context(), uuid.New(), func(*catalog.Database) ([]catalog.Op, error) { return []catalog.Op{{PutTable: d.table}}, nil })
	require.NoError(t, err)
	d.add(t, "l0/a.parquet")
	return d
}

func (d *database) add(t *testing.T, path string) {
	t.Helper()
	require.NoError(t, d.store.Put(t.Context(), d.tables.DataKey(d.table.UUID, path), make([]byte, 100)))
	_, err := d.tables.Commit(t.Context(), d.table.UUID, func(*catalog.Snapshot) (*cataloglog.Change, error) {
		return &cataloglog.Change{Operation: "WRITE", Adds: []catalog.DataFile{{Path: path, Size: 100, Rows: 10, Buckets: [2]int32{0, 15}, Dates: [2]int32{1, 0}}}, DataChange: true}, nil
	})
	require.NoError(t, err)
}

func (d *database) wipe(t *testing.T, prefix string) {
	t.Helper()
	var keys []string
	require.NoError(t, d.store.List(t.Context(), prefix, "", func(o storage.Info) error { keys = append(keys, o.Key); return nil }))
	require.NotEmpty(t, keys)
	for _, key := range keys {
		require.NoError(t, d.store.Delete(t.Context(), key))
	}
}

// TestDryRunLeavesTheIndexAlone recovers into a lost index: only the complete mode touches it.
func TestDryRunLeavesTheIndexAlone(t *testing.T) {
	ctx := context.Background()
	d := newDatabase(t)
	h, err := d.Create(ctx, "one")
	require.NoError(t, err)
	d.wipe(t, "db/catalog/")
	d.wipe(t, "db/tables/"+d.table.UUID.String()+"/_delta_log/")
	fresh := openIndex(t, d.store)
	before, err := fresh.idx.State(ctx, []uuid.UUID{d.table.UUID})
	require.NoError(t, err)
	_, err = fresh.Recover(ctx, h.Name, true, nil)
	require.NoError(t, err)
	after, err := fresh.idx.State(ctx, []uuid.UUID{d.table.UUID})
	require.NoError(t, err)
	require.Equal(t, before, after)
	require.EqualValues(t, -1, fresh.catalog.Current().Version)

	called := 0
	fresh.OnRecovery(func() { called++ })
	steps, err := fresh.Recover(ctx, h.Name, false, nil)
	require.NoError(t, err)
	require.Equal(t, 1, called)
	require.Contains(t, find(t, steps, "table log", "public.t").Detail, "in the backup")
	s, err := fresh.idx.Load(ctx, d.table.UUID)
	require.NoError(t, err)
	require.Len(t, s.Files, 1)
	require.NotNil(t, fresh.catalog.Current().Tables[public("t")])

	again, err := fresh.Recover(ctx, h.Name, false, nil)
	require.NoError(t, err, "it may be repeated")
	require.Equal(t, Unchanged, find(t, again, "table", "public.t").Action)
}

// TestNewerSourcesWin has a log lost that had gone on after the backup: memory, then the index, know more.
func TestNewerSourcesWin(t *testing.T) {
	ctx := context.Background()
	for source, remembers := range map[string]bool{"memory": true, "the index": false} {
		t.Run(source, func(t *testing.T) {
			d := newDatabase(t)
			h, err := d.Create(ctx, "")
			require.NoError(t, err)
			d.add(t, "l0/b.parquet")
			d.wipe(t, "db/tables/"+d.table.UUID.String()+"/_delta_log/")
			if !remembers {
				d.tables = cataloglog.NewTables(d.store, d.idx, "db", "node-1", zerolog.Nop())
				d.Manager = New("v1", Deps{Store: d.store, Catalog: d.catalog, Tables: d.tables, Log: zerolog.Nop()})
			}
			steps, err := d.Recover(ctx, h.Name, false, nil)
			require.NoError(t, err)
			require.Contains(t, find(t, steps, "table log", "public.t").Detail, "in "+source)
			s, err := d.tables.Snapshot(ctx, d.table.UUID)
			require.NoError(t, err)
			require.Len(t, s.Files, 2)

			require.NoError(t, d.store.Delete(ctx, d.tables.DataKey(d.table.UUID, "l0/b.parquet")))
			d.wipe(t, "db/tables/"+d.table.UUID.String()+"/_delta_log/")
			steps, err = d.Recover(ctx, h.Name, true, nil)
			require.NoError(t, err)
			require.Contains(t, find(t, steps, "table log", "public.t").Detail, "in the backup", "what memory and index know is not all there")
		})
	}
}

// TestAShortenedLog lost its end, which the backup has.
func TestAShortenedLog(t *testing.T) {
	ctx := context.Background()
	d := newDatabase(t)
	d.add(t, "l0/b.parquet")
	h, err := d.Create(ctx, "")
	require.NoError(t, err)
	require.NoError(t, d.store.Delete(ctx, d.tables.DataKey(d.table.UUID, "_delta_log/00000000000000000002.json")))
	fresh := openIndex(t, d.store)
	steps, err := fresh.Recover(ctx, h.Name, false, nil)
	require.NoError(t, err)
	require.Contains(t, find(t, steps, "table log", "public.t").Detail, "the log ends at version 1, the backup has version 2")
	s, err := fresh.tables.Snapshot(ctx, d.table.UUID)
	require.NoError(t, err)
	require.Len(t, s.Files, 2)
}

func TestOneRecoveryAtATime(t *testing.T) {
	d := newDatabase(t)
	d.recovering.Lock()
	defer d.recovering.Unlock()
	_, err := d.Recover(t.Context(), testName, true, nil)
	require.Equal(t, pgerrcode.ObjectInUse, pgerr.Code(err))
}

// TestListing has a sound backup, a damaged header and things that are no backups.
func TestListing(t *testing.T) {
	ctx := context.Background()
	d := newDatabase(t)
	st, err := d.Status(ctx)
	require.NoError(t, err)
	require.Nil(t, st.Last)
	require.True(t, st.Changed)
	h, err := d.Create(ctx, "first")
	require.NoError(t, err)
	bad := "21000101T000000Z-00000000"
	require.NoError(t, d.store.Put(ctx, d.dir()+bad, []byte("{}")))
	require.NoError(t, d.store.Put(ctx, d.dir()+"readme.txt", []byte("x")))
	all, err := d.List(ctx)
	require.NoError(t, err)
	require.Len(t, all, 2)
	require.Equal(t, *h, all[0].Header)
	require.Equal(t, "ok", all[0].Status)
	require.Contains(t, all[1].Status, "corrupted")
	st, err = d.Status(ctx)
	require.NoError(t, err)
	require.Equal(t, h.Name, st.Last.Name)
	require.False(t, st.Changed)
	require.EqualValues(t, 1, st.Tables)
	require.NotEmpty(t, st.Generation)
	require.Empty(t, st.LogFault)
	d.wipe(t, "db/catalog/")
	st, err = d.Status(ctx)
	require.NoError(t, err)
	require.Equal(t, "the log is gone", st.LogFault)
}
