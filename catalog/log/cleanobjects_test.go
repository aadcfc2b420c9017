package log

import (
	"errors"
	"fmt"
	"os"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"

	"github.com/miniodb/miniodb/catalog"
	"github.com/miniodb/miniodb/internal/sqltype"
	"github.com/miniodb/miniodb/storage"
)

// Each server removes the orphans of its own stream and, with the lease, those of closed ones; nothing that anybody may still name.
func TestCleanOrphans(t *testing.T) {
	w := newWorld(t, fastDir(t), nil)
	table := w.history(30, time.Hour)
	id := table.UUID
	own, closed, open, unknown := w.writer.stream, uuid.New(), uuid.New(), uuid.New()
	w.ops(catalog.Op{PutStream: &catalog.Stream{ID: own}}, catalog.Op{PutStream: &catalog.Stream{ID: closed, Closed: true}}, catalog.Op{PutStream: &catalog.Stream{ID: open}})
	key := func(path string) string { return w.tables.DataKey(id, path) }
	stay := []string{DataDir(own) + "young", DataDir(own) + "named", DataDir(open) + "x", DataDir(unknown) + "x", "l0/x.parquet", "3/2024-01-01/x", "l0/" + open.String() + "x", "x"}
	for _, path := range stay {
		w.put(key(path), 40*day)
	}
	w.put(key(stay[0]), time.Hour)
	w.writer.names = map[string]bool{stay[1]: true}
	w.put(key(DataDir(own)+"orphan"), 25*time.Hour)
	w.put(key(DataDir(closed)+"orphan"), 25*time.Hour)
	live := w.keys()

	w.writer.err = errors.New("not known")
	done, err := w.cleaner.Once(t.Context(), w.now, true)
	require.NoError(t, err)
	require.EqualValues(t, 1, done.Failures)
	w.writer.err = nil
	require.Equal(t, live, w.keys())

	start := w.now
	done, err = w.cleaner.Once(t.Context(), w.now, false)
	require.NoError(t, err)
	require.Zero(t, done, "seen for the first time")
	done, err = w.cleaner.Once(t.Context(), w.now.Add(59*time.Minute), false)
	require.NoError(t, err)
	require.Zero(t, done)
	done, err = w.cleaner.Once(t.Context(), w.now.Add(time.Hour), false)
	require.NoError(t, err)
	require.Equal(t, CleanStats{Objects: 1, Bytes: 10, Orphans: 1}, done)
	require.False(t, w.exists(key(DataDir(own)+"orphan")))
	require.True(t, w.exists(key(DataDir(closed)+"orphan")), "for the server with the lease")
	w.now = start
	done = w.clean(true)
	require.Equal(t, CleanStats{Objects: 1, Bytes: 10, Orphans: 1}, done)
	for _, path := range stay {
		require.True(t, w.exists(key(path)), path)
	}
	require.Equal(t, done.Objects+1, w.cleaner.Stats().Objects)
	report, err := Check(t.Context(), w.store, w.tables.idx, "db")
	require.NoError(t, err)
	require.Empty(t, report.Problems)
	require.EqualValues(t, len(stay), report.OrphanCount)
	require.EqualValues(t, 4, report.UnownedCount)

	w.writer.names = nil // a transaction was rolled back
	w.now = w.now.Add(time.Hour)
	require.EqualValues(t, 1, w.clean(true).Orphans)
	require.False(t, w.exists(key(stay[1])))
}

// A removed file that no checkpoint remembers, with a longer retention than checkpoints know, is still kept, and removed in the end, whoever wrote it.
func TestCleanForgottenFiles(t *testing.T) {
	w := newWorld(t, fastDir(t), nil)
	now := w.now
	w.now = now.Add(-20 * day)
	table := newTable(sqltype.Of(sqltype.Int4))
	require.NoError(t, w.tables.Create(t.Context(), table))
	w.ops(catalog.Op{PutTable: table})
	paths := []string{DataDir(w.writer.stream) + "a", DataDir(uuid.New()) + "b", "l0/c"}
	var files []catalog.DataFile
	for _, p := range paths {
		w.put(w.tables.DataKey(table.UUID, p), 0)
		files = append(files, dataFile(p, 1))
	}
	w.age(entryKey("db", table.UUID, 0), w.now)
	w.commitAt(table.UUID, w.now, &Change{Adds: files})
	w.commitAt(table.UUID, w.now, &Change{Removes: paths})
	for range 100 {
		w.commitAt(table.UUID, w.now, &Change{Checkpoints: map[uuid.UUID]int64{w.writer.stream: 1}})
	}
	h, err := w.tables.history(t.Context(), table.UUID)
	require.NoError(t, err)
	require.Empty(t, h.removes, "the checkpoint has forgotten them")
	w.renew(CleanConfig{Retention: 30 * day, OrphanAge: day})
	w.now = now
	require.Zero(t, w.clean(true).Objects)
	w.now = now.Add(11 * day)
	require.EqualValues(t, 3, w.clean(true).Files)
}

// A dropped table stays for the retention and is then gone for good, unless it lives again.
func TestCleanDroppedTables(t *testing.T) {
	w := newWorld(t, fastDir(t), nil)
	table := w.history(20, time.Hour)
	other := *table
	other.UUID, other.Name.Name = uuid.New(), "other"
	require.NoError(t, w.tables.Create(t.Context(), &other))
	w.ops(catalog.Op{PutTable: &other})
	dir := tableDir("db", table.UUID)
	w.ops(catalog.Op{DropTable: &table.Name, Time: w.now})
	objects := 0
	for _, k := range w.keys() {
		if len(k) > len(dir) && k[:len(dir)] == dir {
			objects++
		}
	}
	start := w.now
	w.now = start.Add(7*day - time.Hour)
	done, err := w.cleaner.Once(t.Context(), w.now, true)
	require.NoError(t, err)
	require.Zero(t, done.Objects)
	done, err = w.cleaner.Once(t.Context(), start.Add(8*day), false)
	require.NoError(t, err)
	require.Zero(t, done.Objects, "without the lease")

	w.now = start.Add(8 * day)
	w.ops(catalog.Op{PutTable: table})
	require.Zero(t, w.clean(true).Objects, "it is back")
	w.ops(catalog.Op{DropTable: &table.Name, Time: start})
	done, err = w.cleaner.Once(t.Context(), w.now, true)
	require.NoError(t, err)
	require.Equal(t, []int64{int64(objects), 1}, []int64{done.Objects, done.Tables})
	require.Empty(t, w.catalog.Current().Dropped)
	for _, k := range w.keys() {
		require.NotContains(t, k, table.UUID.String())
	}
	require.True(t, w.exists(entryKey("db", other.UUID, 0)))
	require.Zero(t, w.clean(true).Objects)
}

// A purge that fails at any deletion is finished by the next round, and is not recorded before.
func TestCleanDroppedTableCrashes(t *testing.T) {
	for n := range 25 {
		b := &breaking{n: n}
		w := newWorld(t, fastDir(t), func(s storage.Store) storage.Store { b.Store = s; return b })
		table := w.history(20, time.Hour)
		w.ops(catalog.Op{DropTable: &table.Name, Time: w.now})
		w.now = w.now.Add(8 * day)
		_, _ = w.cleaner.Once(t.Context(), w.now, true)
		if n < 22 {
			require.Contains(t, w.catalog.Current().Dropped, table.UUID)
		}
		b.n = -1
		require.Zero(t, w.clean(true).Failures)
		require.Empty(t, w.catalog.Current().Dropped)
		for _, k := range w.keys() {
			require.NotContains(t, k, table.UUID.String())
		}
	}
}

// A CREATE TABLE that is under way is left alone; one that came to nothing goes after a day; a table that the catalog has lost never does.
func TestCleanUnknownTables(t *testing.T) {
	w := newWorld(t, fastDir(t), nil)
	foreign := uuid.New()
	w.ops(catalog.Op{PutStream: &catalog.Stream{ID: w.writer.stream}}, catalog.Op{PutStream: &catalog.Stream{ID: foreign}})
	create := func(age time.Duration) uuid.UUID {
		table := newTable(sqltype.Of(sqltype.Int4))
		require.NoError(t, w.tables.Create(t.Context(), table))
		w.age(tableDir("db", table.UUID), w.now.Add(-age))
		return table.UUID
	}
	fresh, failed, loaded, elsewhere, lost := create(time.Hour), create(25*time.Hour), create(25*time.Hour), create(25*time.Hour), create(25*time.Hour)
	w.put(w.tables.DataKey(loaded, DataDir(w.writer.stream)+"f"), 25*time.Hour)
	w.put(w.tables.DataKey(elsewhere, DataDir(foreign)+"f"), 25*time.Hour)
	_, err := w.tables.Commit(t.Context(), lost, addFile(DataDir(w.writer.stream)+"f"))
	require.NoError(t, err)
	w.put(w.tables.DataKey(lost, DataDir(w.writer.stream)+"f"), 0)
	w.age(tableDir("db", lost), w.now.Add(-100*day))
	w.put("db/tables/note", 100*day)
	w.put("db/tables/not-a-table/x", 100*day)
	rolledBack := uuid.New() // COPY in a transaction that created the table
	w.put(w.tables.DataKey(rolledBack, DataDir(w.writer.stream)+"f"), 25*time.Hour)

	w.writer.names = map[string]bool{"f": true}
	done, err := w.cleaner.Once(t.Context(), w.now, true)
	require.NoError(t, err)
	require.Zero(t, done.Objects, "the write path names something")
	w.writer.names = nil
	w.renew(w.cleaner.cfg)
	done, err = w.cleaner.Once(t.Context(), w.now, false)
	require.NoError(t, err)
	require.Equal(t, []int64{1, 1}, []int64{done.Objects, done.Tables}, "only files of its own without the lease")
	require.False(t, w.exists(w.tables.DataKey(rolledBack, DataDir(w.writer.stream)+"f")))
	w.renew(w.cleaner.cfg)
	done, err = w.cleaner.Once(t.Context(), w.now, true)
	require.NoError(t, err)
	require.Equal(t, []int64{3, 2}, []int64{done.Objects, done.Tables})
	require.False(t, w.exists(entryKey("db", failed, 0)))
	require.False(t, w.exists(entryKey("db", loaded, 0)))
	ids, err := w.tables.idx.Tables(t.Context())
	require.NoError(t, err)
	require.ElementsMatch(t, []uuid.UUID{fresh, elsewhere, lost}, ids)
	for _, id := range ids {
		require.True(t, w.exists(entryKey("db", id, 0)))
	}
	require.True(t, w.exists(w.tables.DataKey(lost, DataDir(w.writer.stream)+"f")))

	// Committed between the listing and the deletion: it is a table.
	late := newTable(sqltype.Of(sqltype.Int4))
	require.NoError(t, w.tables.Create(t.Context(), late))
	w.age(tableDir("db", late.UUID), w.now.Add(-25*time.Hour))
	behind := newWorld(t, w.root, nil)
	behind.now = w.now
	w.ops(catalog.Op{PutTable: late})
	require.Zero(t, behind.clean(true).Objects)
}

// The newest snapshot before the cut opens the catalog as the whole log did.
func TestCleanCatalogLog(t *testing.T) {
	template := fastDir(t)
	w := newWorld(t, template, nil)
	start := w.now
	for i := range 260 {
		name := fmt.Sprint("s", i%7)
		_, err := w.catalog.Commit(t.Context(), uuid.New(), putSchema(name))
		require.NoError(t, err)
		at := start.Add(time.Duration(i-260) * time.Hour)
		for _, key := range []string{w.catalog.key(int64(i)), w.catalog.snapshotKey(int64(i))} {
			if w.exists(key) {
				require.NoError(t, os.Chtimes(template+"/"+key, at, at))
			}
		}
	}
	want := w.catalog.Current()
	require.EqualValues(t, 259, want.Version)
	for _, c := range []struct {
		after    time.Duration
		entries  int
		earliest int64
	}{{-4 * day, 0, 0}, {0, 50 - 1, 49}, {365 * day, 200 - 1, 199}} { // the cut is at 92 first; the newest snapshot is 249
		removed := 0
		for n := -1; n <= removed; n += 3 {
			dir := fastDir(t)
			require.NoError(t, os.CopyFS(dir, os.DirFS(template)))
			copyTimes(t, template, dir)
			b := &breaking{n: n}
			x := newWorld(t, dir, func(s storage.Store) storage.Store { b.Store = s; return b })
			x.now = start.Add(c.after)
			_, _ = x.cleaner.Once(t.Context(), x.now, true)
			if n < 0 {
				removed = len(b.deleted)
			}
			require.Empty(t, cmp.Diff(want, newCatalog(t, openStore(t, dir)).Current()))
			b.n = -1
			done, err := x.cleaner.Once(t.Context(), x.now, true)
			require.NoError(t, err)
			require.Zero(t, done.Failures)
			_, versions, err := x.catalog.listLog(t.Context())
			require.NoError(t, err)
			require.EqualValues(t, c.earliest, versions[0])
			require.Empty(t, cmp.Diff(want, newCatalog(t, openStore(t, dir)).Current()))
		}
	}

	// A snapshot that says something else stands for nothing.
	d := *want
	d.Version, d.Schemas = 49, nil
	w.catalog.putSnapshot(t.Context(), &d)
	w.age(w.catalog.snapshotKey(49), start.Add(-200*time.Hour))
	w.now = start
	done, err := w.cleaner.Once(t.Context(), w.now, true)
	require.NoError(t, err)
	require.Zero(t, done.Objects)
}

// A round ends at its bounds, and the next one goes on.
func TestCleanBounds(t *testing.T) {
	w := newWorld(t, fastDir(t), nil)
	for range 3 {
		table := newTable(sqltype.Of(sqltype.Int4))
		table.Name.Name = table.UUID.String()
		require.NoError(t, w.tables.Create(t.Context(), table))
		w.ops(catalog.Op{PutTable: table})
		for i := range 4 {
			w.put(w.tables.DataKey(table.UUID, fmt.Sprint(DataDir(w.writer.stream), i)), 30*day)
		}
	}
	_, err := w.cleaner.Once(t.Context(), w.now, true)
	require.NoError(t, err)
	removed := int64(0)
	for rounds := 1; ; rounds++ {
		w.now = w.now.Add(time.Hour)
		r := w.cleaner.round(w.now, true)
		r.left = 5
		done, err := r.finish(t.Context())
		require.NoError(t, err)
		removed += done.Objects
		if !done.More {
			require.GreaterOrEqual(t, rounds, 3)
			break
		}
		require.EqualValues(t, 5, done.Objects)
		require.Less(t, rounds, 10)
	}
	require.EqualValues(t, 12, removed)
	require.Equal(t, removed, w.cleaner.Stats().Objects)
}

// A server that slept while the versions after its own were removed does not take their absence for the end of the log.
func TestCleanBehindASleeper(t *testing.T) {
	w := newWorld(t, fastDir(t), nil)
	table := newTable(sqltype.Of(sqltype.Int4))
	require.NoError(t, w.tables.Create(t.Context(), table))
	w.ops(catalog.Op{PutTable: table})
	sleeper := newTables(t, w.store)
	s, err := sleeper.Snapshot(t.Context(), table.UUID)
	require.NoError(t, err)
	require.Zero(t, s.Version)
	for range 205 {
		w.commitAt(table.UUID, w.now, &Change{Checkpoints: map[uuid.UUID]int64{w.writer.stream: 1}})
	}
	w.now = w.now.Add(8 * day)
	require.Positive(t, w.clean(true).LogObjects)
	require.NoError(t, sleeper.idx.Drop(t.Context(), table.UUID)) // its index says that it should look
	k := *sleeper.handle(table.UUID).current.Load()
	k.at = k.at.Add(-staleAfter)
	sleeper.handle(table.UUID).current.Store(&k)
	s, err = sleeper.Snapshot(t.Context(), table.UUID)
	require.NoError(t, err)
	require.EqualValues(t, 205, s.Version)
	require.Equal(t, s, requireConsistent(t, sleeper, table.UUID))
}

// So for the catalog: neither a statement nor a commit takes the hole for the end of the log.
func TestCleanCatalogBehindASleeper(t *testing.T) {
	w := newWorld(t, fastDir(t), nil)
	put := func(i int) []catalog.Op { return []catalog.Op{{PutSchema: &catalog.Schema{Name: fmt.Sprint("s", i)}}} }
	w.ops(put(0)...)
	for _, look := range []func(c *Catalog) (*catalog.Database, error){
		func(c *Catalog) (*catalog.Database, error) { return c.Refresh(t.Context()) },
		func(c *Catalog) (*catalog.Database, error) {
			return c.Commit(t.Context(), uuid.New(), func(*catalog.Database) ([]catalog.Op, error) {
				return []catalog.Op{{PutSequence: &catalog.Sequence{Name: catalog.Name{Schema: "public", Name: "q"}}}}, nil
			})
		},
	} {
		sleeper, err := openCatalog(t.Context(), w.store, nil, "db", "sleeper", zerolog.Nop(), quick)
		require.NoError(t, err)
		for i := range 3 * snapshotEvery {
			w.ops(put(i + 1)...)
		}
		w.now = w.now.Add(8 * day)
		w.clean(true)
		_, err = w.store.Stat(t.Context(), sleeper.key(sleeper.Current().Version+1))
		require.ErrorIs(t, err, storage.ErrNotFound, "the entry after the sleeper's is gone")
		k := *sleeper.current.Load()
		k.at = k.at.Add(-staleAfter)
		sleeper.current.Store(&k)
		d, err := look(sleeper)
		require.NoError(t, err)
		require.NotNil(t, d.Schemas[fmt.Sprint("s", 3*snapshotEvery)])
		_, err = w.catalog.Refresh(t.Context())
		require.NoError(t, err)
	}
}

func TestStreamOf(t *testing.T) {
	id := uuid.New()
	got, ok := streamOf(DataDir(id) + "x.parquet")
	require.True(t, ok)
	require.Equal(t, id, got)
	for _, path := range []string{"", "l0/x", "l0/" + id.String(), id.String() + "/x", "l0/{" + id.String() + "}/x", "3/" + id.String() + "/x"} {
		_, ok := streamOf(path)
		require.False(t, ok, path)
	}
}
