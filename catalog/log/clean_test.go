package log

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
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

const day = 24 * time.Hour

// fakeWriter is a write path that names what it is told to.
type fakeWriter struct {
	stream uuid.UUID
	mu     sync.Mutex
	names  map[string]bool
	err    error
}

func (w *fakeWriter) Stream() uuid.UUID { return w.stream }

func (w *fakeWriter) Unlogged(uuid.UUID) (map[string]bool, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.names, w.err
}

// breaking is a store whose deletions fail from the n-th on (n < 0: never), or only the n-th.
type breaking struct {
	storage.Store
	mu      sync.Mutex
	n       int
	once    bool
	deleted []string
}

var errBroken = errors.New("broken")

func (b *breaking) Delete(ctx context.Context, key string) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	at := len(b.deleted)
	b.deleted = append(b.deleted, key)
	if b.n >= 0 && (at == b.n || at > b.n && !b.once) {
		return errBroken
	}
	return b.Store.Delete(ctx, key)
}

// world is a store with a catalog, tables and a cleaner.
type world struct {
	t       testing.TB
	root    string
	store   storage.Store
	tables  *Tables
	catalog *Catalog
	writer  *fakeWriter
	cleaner *Cleaner
	now     time.Time
}

// fastDir is a directory in memory where there is one: the tests write thousands of synced files.
func fastDir(t testing.TB) string {
	dir, err := os.MkdirTemp("/dev/shm", "miniodb-test-")
	if err != nil {
		return t.TempDir()
	}
	t.Cleanup(func() { require.NoError(t, os.RemoveAll(dir)) })
	return dir
}

func newWorld(t testing.TB, root string, wrap func(storage.Store) storage.Store) *world {
	w := &world{t: t, root: root, writer: &fakeWriter{stream: uuid.UUID{7}}, now: time.Now()}
	w.store = openStore(t, root)
	if wrap != nil {
		w.store = wrap(w.store)
	}
	w.tables = newTables(t, w.store)
	var err error
	w.catalog, err = openCatalog(t.Context(), w.store, w.tables.idx, "db", "n", zerolog.Nop(), quick)
	require.NoError(t, err)
	w.renew(CleanConfig{Retention: 7 * day, OrphanAge: day})
	return w
}

// renew makes another cleaner, as after a restart.
func (w *world) renew(cfg CleanConfig) {
	w.cleaner = NewCleaner(cfg, w.tables, w.catalog, w.writer, zerolog.Nop())
}

func (w *world) ops(ops ...catalog.Op) {
	w.t.Helper()
	_, err := w.catalog.Commit(w.t.Context(), uuid.New(), func(*catalog.Database) ([]catalog.Op, error) { return ops, nil })
	require.NoError(w.t, err)
}

// age sets the modification time of every object below a key that is younger.
func (w *world) age(key string, at time.Time) {
	w.t.Helper()
	require.NoError(w.t, filepath.WalkDir(filepath.Join(w.root, key), func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		return os.Chtimes(path, at, at)
	}))
}

// clean runs rounds an hour apart until one removes nothing.
func (w *world) clean(shared bool) (all CleanStats) {
	w.t.Helper()
	for range 5 {
		done, err := w.cleaner.Once(w.t.Context(), w.now, shared)
		require.NoError(w.t, err)
		all.add(&done)
		w.now = w.now.Add(cleanGrace)
	}
	return all
}

func (w *world) keys() (keys []string) {
	w.t.Helper()
	require.NoError(w.t, w.store.List(context.Background(), "", "", func(o storage.Info) error {
		keys = append(keys, o.Key)
		return nil
	}))
	return keys
}

func (w *world) exists(key string) bool {
	_, err := w.store.Stat(context.Background(), key)
	if !errors.Is(err, storage.ErrNotFound) {
		require.NoError(w.t, err)
	}
	return err == nil
}

// commitAt commits as if it were another time.
func (w *world) commitAt(id uuid.UUID, at time.Time, c *Change) *catalog.Snapshot {
	w.t.Helper()
	ctx := context.Background()
	h := w.tables.handle(id)
	s := h.snapshot()
	nonce := uuid.New()
	e, err := c.entry(s, nonce, "n", false, nil, at)
	require.NoError(w.t, err)
	next, _, won, err := w.tables.write(ctx, s, id, s.Version+1, e, nonce)
	require.NoError(w.t, err)
	require.True(w.t, won)
	h.publish(next, "")
	w.tables.checkpoint(ctx, next)
	for _, key := range []string{entryKey("db", id, next.Version), checkpointKey("db", id, next.Version), sealKey("db", id, next.Version)} {
		if path := filepath.Join(w.root, key); w.exists(key) {
			require.NoError(w.t, os.Chtimes(path, at, at))
		}
	}
	return next
}

// history makes a table of n versions after the first, the last now and each step after the one before, which adds a file every tenth version and removes the oldest
// at every other of these.
func (w *world) history(n int, step time.Duration) *catalog.Table {
	w.t.Helper()
	table := rowTable()
	require.NoError(w.t, w.tables.Create(context.Background(), table))
	w.ops(catalog.Op{PutTable: table})
	start := w.now.Add(-time.Duration(n) * step)
	w.age(entryKey("db", table.UUID, 0), start)
	for i := 1; i <= n; i++ {
		at := start.Add(time.Duration(i) * step)
		c := &Change{Operation: "WRITE", Checkpoints: map[uuid.UUID]int64{w.writer.stream: int64(i)}, DataChange: true}
		if i%10 == 0 {
			f := w.file(table.UUID, fmt.Sprintf("%sf%03d.parquet", DataDir(w.writer.stream), i), int64(i), at)
			c.Adds = []catalog.DataFile{f}
			if files := w.tables.handle(table.UUID).snapshot().Files; i%20 == 0 && len(files) > 3 {
				c.Removes = []string{files[0].Path}
			}
		}
		w.commitAt(table.UUID, at, c)
	}
	_, err := w.tables.Rebuild(context.Background(), table.UUID)
	require.NoError(w.t, err)
	return table
}

// file writes a data file with one row.
func (w *world) file(id uuid.UUID, path string, row int64, at time.Time) catalog.DataFile {
	t, ok := w.t.(*testing.T)
	require.True(w.t, ok)
	f := writeRows(t, w.tables, id, path, row, row)
	f.Time = at
	require.NoError(w.t, os.Chtimes(filepath.Join(w.root, w.tables.DataKey(id, path)), at, at))
	return f
}

// put writes an object of some age.
func (w *world) put(key string, age time.Duration) {
	w.t.Helper()
	require.NoError(w.t, w.store.Put(context.Background(), key, []byte("some bytes")))
	at := w.now.Add(-age)
	require.NoError(w.t, os.Chtimes(filepath.Join(w.root, key), at, at))
}

// at opens one version as of now: the newest checkpoint at or below it and the entries after that.
func (w *world) at(id uuid.UUID, version int64) (*catalog.Snapshot, error) {
	ctx := context.Background()
	versions, checkpoints, err := w.tables.listVersions(ctx, id, 0)
	if err != nil {
		return nil, err
	}
	h := newHistory()
	for _, c := range slices.Backward(checkpoints) {
		if c <= version {
			if h, err = w.tables.readCheckpoint(ctx, id, c, func([]byte) error { return nil }); err != nil {
				return nil, err
			}
			break
		}
	}
	next := int64(0)
	if h.snapshot != nil {
		next = h.snapshot.Version + 1
	}
	for v := next; v <= version; v++ {
		if !slices.Contains(versions, v) {
			return nil, gapAt(v)
		}
	}
	versions = slices.DeleteFunc(versions, func(v int64) bool { return v < next || v > version })
	return h.snapshot, errors.Join(w.tables.takeAll(ctx, id, h, versions, func(_ int64, s *catalog.Snapshot) { h.snapshot = s }), func() error {
		if h.snapshot == nil || h.snapshot.Version != version {
			return fmt.Errorf("version %d is not there", version)
		}
		return nil
	}())
}

// requireVersions opens versions with every file that they name, and compares them with what they were.
func (w *world) requireVersions(id uuid.UUID, want map[int64]*catalog.Snapshot) {
	w.t.Helper()
	for v, before := range want {
		s, err := w.at(id, v)
		require.NoError(w.t, err)
		require.Empty(w.t, cmp.Diff(before, s), "version %d", v)
		for _, f := range s.Files {
			require.True(w.t, w.exists(w.tables.DataKey(id, f.Path)), "version %d: %s", v, f.Path)
		}
	}
}

func (w *world) versions(id uuid.UUID, first, last int64) map[int64]*catalog.Snapshot {
	w.t.Helper()
	out := map[int64]*catalog.Snapshot{}
	for v := first; v <= last; v++ {
		s, err := w.at(id, v)
		require.NoError(w.t, err)
		out[v] = s
	}
	return out
}

// Every version of the retention reads as before, for us and for another Delta reader; what only older ones needed is gone.
func TestCleanKeepsVersions(t *testing.T) {
	w := newWorld(t, fastDir(t), nil)
	table := w.history(210, 7*day/60) // the cut is at version 150
	id := table.UUID
	const kept = 150
	want := w.versions(id, kept, 210)
	before, stderr, err := deltalake(t, w.tables, id, kept, []uuid.UUID{w.writer.stream})
	require.NoError(t, err, stderr)
	require.Len(t, before.Versions, 61)

	done := w.clean(true)
	require.Zero(t, done.Failures)
	require.Positive(t, done.Files)
	require.EqualValues(t, 100, done.LogObjects, "everything below checkpoint 100")
	require.Zero(t, done.Orphans)

	w.requireVersions(id, want)
	after, stderr, err := deltalake(t, w.tables, id, kept, []uuid.UUID{w.writer.stream})
	require.NoError(t, err, stderr)
	require.Empty(t, cmp.Diff(before.Versions, after.Versions))
	require.Equal(t, before.Transactions, after.Transactions)
	versions, checkpoints, err := w.tables.listVersions(t.Context(), id, 0)
	require.NoError(t, err)
	require.Equal(t, []int64{100, 200}, checkpoints)
	require.EqualValues(t, 100, versions[0])
	require.Len(t, versions, 111)
	requireConsistent(t, w.tables, id)
	report, err := Check(t.Context(), w.store, w.tables.idx, "db")
	require.NoError(t, err)
	require.Empty(t, report.Problems)
	require.Zero(t, report.OrphanCount, report.Orphans)

	// Of the removed files those are left that a kept version names.
	needed := map[string]bool{}
	for _, s := range want {
		for _, f := range s.Files {
			needed[w.tables.DataKey(id, f.Path)] = true
		}
	}
	for _, key := range w.keys() {
		if strings.HasSuffix(key, ".parquet") && !strings.Contains(key, "_delta_log") {
			delete(needed, key)
		}
	}
	require.Empty(t, needed)

	// A year later the newest checkpoint and what follows it is enough.
	w.now = w.now.Add(365 * day)
	done = w.clean(true)
	require.EqualValues(t, 100+2, done.LogObjects)
	w.requireVersions(id, map[int64]*catalog.Snapshot{210: want[210]})
	requireConsistent(t, w.tables, id)
	again := w.clean(true)
	require.Zero(t, again)
}

// A crash at any deletion leaves a log that reads, also without the hint; the next round finishes.
func TestCleanCrashes(t *testing.T) {
	template := fastDir(t)
	w := newWorld(t, template, nil)
	w.now = w.now.Add(-30 * day) // as checkpoints were written then, they remember what was removed
	table := w.history(130, 14*day/130)
	id := table.UUID
	newest := w.versions(id, 130, 130)
	w.now = w.now.Add(8 * day) // the cut is at 130: the base is 100
	var total int
	for n := -1; n <= total; n++ {
		for _, once := range []bool{false, true} {
			if once && n%5 != 0 {
				continue
			}
			dir := fastDir(t)
			require.NoError(t, os.CopyFS(dir, os.DirFS(template)))
			copyTimes(t, template, dir)
			b := &breaking{n: n, once: once}
			c := newWorld(t, dir, func(s storage.Store) storage.Store { b.Store = s; return b })
			c.now = w.now
			done, _ := c.cleaner.Once(t.Context(), c.now, true)
			if n < 0 {
				total = len(b.deleted)
				require.EqualValues(t, 100, done.LogObjects)
			} else if n < total {
				require.Positive(t, done.Failures)
			}
			b.n = -1
			c.requireVersions(id, newest)
			fresh := newTables(t, c.store)
			_, err := fresh.Rebuild(t.Context(), id)
			require.NoError(t, err)
			if n%40 == 0 {
				r, stderr, err := deltalake(t, c.tables, id, 130, []uuid.UUID{c.writer.stream})
				require.NoError(t, err, stderr)
				require.Len(t, r.Versions[0].Rows, len(newest[130].Files))
				require.NoError(t, c.store.Delete(t.Context(), logDir("db", id)+lastCheckpoint))
				_, err = newTables(t, c.store).Rebuild(t.Context(), id)
				require.NoError(t, err, "without the hint")
			}
			done, err = c.cleaner.Once(t.Context(), c.now.Add(time.Hour), true)
			require.NoError(t, err)
			require.Zero(t, done.Failures)
			c.requireVersions(id, newest)
			versions, checkpoints, err := c.tables.listVersions(t.Context(), id, 0)
			require.NoError(t, err)
			require.Equal(t, []int64{100}, checkpoints)
			require.Len(t, versions, 31)
			if n < 0 {
				break
			}
		}
	}
	t.Logf("%d deletions", total)
}

func copyTimes(t *testing.T, from, to string) {
	require.NoError(t, filepath.WalkDir(from, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(from, path)
		if err != nil {
			return err
		}
		return os.Chtimes(filepath.Join(to, rel), info.ModTime(), info.ModTime())
	}))
}

// A log without a checkpoint before the cut keeps everything, and so does one whose checkpoint does not say what the log says.
func TestCleanKeepsWithoutBase(t *testing.T) {
	for name, harm := range map[string]func(w *world, id uuid.UUID){
		"no checkpoint": func(w *world, id uuid.UUID) {
			require.NoError(t, w.store.Delete(t.Context(), checkpointKey("db", id, 100)))
		},
		"no seal": func(w *world, id uuid.UUID) { require.NoError(t, w.store.Delete(t.Context(), sealKey("db", id, 100))) },
		"damaged": func(w *world, id uuid.UUID) {
			require.NoError(t, w.store.Put(t.Context(), checkpointKey("db", id, 100), []byte("PAR1")))
		},
		"another content": func(w *world, id uuid.UUID) {
			h, err := w.tables.history(t.Context(), id)
			require.NoError(t, err)
			h.snapshot.Version = 100
			h.adds["more"] = add{Path: "more"}
			require.NoError(t, w.tables.putCheckpoint(t.Context(), h))
		},
		"young": func(w *world, id uuid.UUID) { w.now = w.now.Add(-15 * day) },
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, fastDir(t), nil)
			w.now = w.now.Add(-time.Hour)
			table := w.history(105, time.Minute)
			w.now = w.now.Add(15 * day)
			harm(w, table.UUID)
			before := w.keys()
			for range 3 {
				done, err := w.cleaner.Once(t.Context(), w.now, true)
				require.NoError(t, err)
				require.Zero(t, done.LogObjects)
			}
			after := w.keys()
			before = slices.DeleteFunc(before, func(k string) bool { return !strings.Contains(k, "_delta_log") })
			after = slices.DeleteFunc(after, func(k string) bool { return !strings.Contains(k, "_delta_log") })
			require.Equal(t, before, after)
		})
	}
}

// Commits, readers and two cleaners at once, with hardly any retention: the newest version is never lost.
func TestCleanBesideCommits(t *testing.T) {
	w := newWorld(t, fastDir(t), nil)
	table := newTable(sqltype.Of(sqltype.Int4))
	require.NoError(t, w.tables.Create(t.Context(), table))
	w.ops(catalog.Op{PutTable: table})
	id := table.UUID
	dir := DataDir(w.writer.stream)
	ctx, stop := context.WithCancel(t.Context())
	var background sync.WaitGroup
	var cleaned [2]CleanStats
	for i := range 2 {
		c := newWorld(t, w.root, nil)
		c.tables.limits = defaultLimits
		c.writer = w.writer
		c.renew(CleanConfig{Retention: time.Millisecond, OrphanAge: day})
		background.Go(func() {
			for ctx.Err() == nil {
				done, err := c.cleaner.Once(ctx, time.Now(), true)
				if err != nil && ctx.Err() == nil {
					t.Errorf("clean: %v", err)
				}
				cleaned[i].add(&done)
			}
		})
	}
	reads := 0
	background.Go(func() {
		for ctx.Err() == nil && !t.Failed() {
			x := NewTables(w.store, newIndex(t), "db", "reader", zerolog.Nop())
			if _, err := x.Rebuild(ctx, id); err != nil && ctx.Err() == nil {
				t.Errorf("read: %v", err)
			}
			reads++
		}
	})
	w.tables.limits = defaultLimits
	const commits = 240
	for i := range commits {
		path := fmt.Sprintf("%s%04d", dir, i)
		require.NoError(t, w.store.Put(t.Context(), w.tables.DataKey(id, path), make([]byte, 100)))
		_, err := w.tables.Commit(t.Context(), id, func(s *catalog.Snapshot) (*Change, error) {
			c := &Change{Operation: "WRITE", Adds: []catalog.DataFile{dataFile(path, 1)}, DataChange: true}
			if len(s.Files) > 5 {
				c.Removes = []string{s.Files[0].Path}
			}
			return c, nil
		})
		require.NoError(t, err)
	}
	require.Eventually(t, func() bool { return !w.exists(entryKey("db", id, 199)) && !w.exists(w.tables.DataKey(id, dir+"0200")) }, 20*time.Second, 10*time.Millisecond)
	stop()
	background.Wait()
	s := requireConsistent(t, w.tables, id)
	require.EqualValues(t, commits, s.Version)
	require.Len(t, s.Files, 6)
	for _, f := range s.Files {
		require.True(t, w.exists(w.tables.DataKey(id, f.Path)))
	}
	t.Logf("%d reads; %+v", reads, cleaned)
	require.Zero(t, cleaned[0].Orphans+cleaned[1].Orphans)
}
