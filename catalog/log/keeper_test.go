package log

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgerrcode"
	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"

	"github.com/miniodb/miniodb/catalog"
	"github.com/miniodb/miniodb/catalog/index"
	"github.com/miniodb/miniodb/catalog/index/bolt"
	"github.com/miniodb/miniodb/internal/pgerr"
	"github.com/miniodb/miniodb/internal/sqltype"
	"github.com/miniodb/miniodb/storage"
	"github.com/miniodb/miniodb/storage/storagetest"
)

// losing is an index that can be unreachable and be replaced by an empty one, as Redis can.
type losing struct {
	index.Index
	mu   sync.Mutex
	down bool
}

var errDown = errors.New("connection refused")

func (l *losing) set(down bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.down = down
}

// lose replaces the contents, and with them the generation.
func (l *losing) lose(t *testing.T) {
	x, err := bolt.Open(filepath.Join(t.TempDir(), "index.db"), zerolog.Nop())
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, x.Close()) })
	l.mu.Lock()
	defer l.mu.Unlock()
	l.Index = x
}

func (l *losing) within() (index.Index, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.down {
		return nil, errDown
	}
	return l.Index, nil
}

func (l *losing) State(ctx context.Context, ids []uuid.UUID) (index.State, error) {
	x, err := l.within()
	if err != nil {
		return index.State{}, err
	}
	return x.State(ctx, ids)
}

func (l *losing) Load(ctx context.Context, id uuid.UUID) (*catalog.Snapshot, error) {
	x, err := l.within()
	if err != nil {
		return nil, err
	}
	return x.Load(ctx, id)
}

func (l *losing) Apply(ctx context.Context, id uuid.UUID, v int64, d index.Delta) error {
	x, err := l.within()
	if err != nil {
		return err
	}
	return x.Apply(ctx, id, v, d)
}

func (l *losing) Reset(ctx context.Context, s *catalog.Snapshot, from int64) error {
	x, err := l.within()
	if err != nil {
		return err
	}
	return x.Reset(ctx, s, from)
}

func (l *losing) Announce(ctx context.Context, id uuid.UUID, v int64) error {
	x, err := l.within()
	if err != nil {
		return err
	}
	return x.Announce(ctx, id, v)
}

func (l *losing) AdvanceCatalog(ctx context.Context, v int64) error {
	x, err := l.within()
	if err != nil {
		return err
	}
	return x.AdvanceCatalog(ctx, v)
}

func newLosing(t *testing.T) *losing {
	l := &losing{}
	l.lose(t)
	return l
}

// server is one of several that share store and index.
type server struct {
	tables  *Tables
	catalog *Catalog
	keeper  *Keeper
}

func newServer(t *testing.T, store storage.Store, idx index.Index, node string) *server {
	s := &server{tables: NewTables(store, idx, "db", node, zerolog.Nop())}
	s.tables.limits = quick
	var err error
	s.catalog, err = openCatalog(t.Context(), store, idx, "db", node, zerolog.Nop(), quick)
	require.NoError(t, err)
	free := func(context.Context, string, time.Duration) (func(), bool, error) { return func() {}, true, nil }
	s.keeper = NewKeeper(s.tables, s.catalog, free, zerolog.Nop())
	return s
}

func (s *server) add(t *testing.T, id uuid.UUID, path string) {
	t.Helper()
	require.NoError(t, s.tables.store.Put(t.Context(), s.tables.DataKey(id, path), make([]byte, 100)))
	_, err := s.tables.Commit(t.Context(), id, addFile(path))
	require.NoError(t, err)
}

func truncate(s *catalog.Snapshot) (*Change, error) {
	return &Change{Operation: "TRUNCATE", Removes: paths(s), DataChange: true, Announce: true}, nil
}

// Whatever happens to the index between a commit of one server and a query of another, the query sees the commit.
func TestOthersCommitsAreSeen(t *testing.T) {
	for name, between := range map[string]func(t *testing.T, l *losing, a *server){
		"nothing":              func(*testing.T, *losing, *server) {},
		"the index is flushed": func(t *testing.T, l *losing, _ *server) { l.lose(t) },
		"the index is down":    func(_ *testing.T, l *losing, _ *server) { l.set(true) },
		"flushed, and filled by the committer": func(t *testing.T, l *losing, a *server) {
			l.lose(t)
			a.keeper.Keep(t.Context())
			a.keeper.Keep(t.Context())
		},
	} {
		t.Run(name, func(t *testing.T) {
			ctx := t.Context()
			store, idx := newStore(t), newLosing(t)
			a, b := newServer(t, store, idx, "a"), newServer(t, store, idx, "b")
			table := newTable(sqltype.Of(sqltype.Int4))
			require.NoError(t, a.tables.Create(ctx, table))
			_, err := a.catalog.Commit(ctx, uuid.New(), func(*catalog.Database) ([]catalog.Op, error) {
				return []catalog.Op{{PutTable: table}}, nil
			})
			require.NoError(t, err)
			db, err := b.catalog.Fresh(ctx)
			require.NoError(t, err)
			require.NotNil(t, db.TableByUUID(table.UUID))
			_, err = b.tables.Snapshot(ctx, table.UUID)
			require.NoError(t, err)

			for i := range 5 {
				a.add(t, table.UUID, fmt.Sprintf("l0/%d", i))
				_, err = a.catalog.Commit(ctx, uuid.New(), func(*catalog.Database) ([]catalog.Op, error) {
					return []catalog.Op{{PutSchema: &catalog.Schema{Name: fmt.Sprint("s", i)}}}, nil
				})
				require.NoError(t, err)
				between(t, idx, a)
				s, err := b.tables.Snapshot(ctx, table.UUID)
				require.NoError(t, err)
				require.Len(t, s.Files, i+1)
				db, err := b.catalog.Fresh(ctx)
				require.NoError(t, err)
				require.NotNil(t, db.Schemas[fmt.Sprint("s", i)])
				idx.set(false)
			}
		})
	}
}

// A commit that changes answers waits for the index, and so does its acknowledgement; others go on.
func TestPendingRule(t *testing.T) {
	ctx := t.Context()
	store, idx := &storagetest.Faulty{Store: newStore(t)}, newLosing(t)
	a, b := newServer(t, store, idx, "a"), newServer(t, store, idx, "b")
	table := newTable(sqltype.Of(sqltype.Int4))
	require.NoError(t, a.tables.Create(ctx, table))
	a.add(t, table.UUID, "l0/1")

	idx.set(true)
	a.add(t, table.UUID, "l0/2") // an append does not need the index
	_, err := a.tables.Commit(ctx, table.UUID, truncate)
	require.Equal(t, pgerrcode.CannotConnectNow, pgerr.Code(err))
	schema := func(*catalog.Database) ([]catalog.Op, error) {
		return []catalog.Op{{PutSchema: &catalog.Schema{Name: "s"}}}, nil
	}
	_, err = a.catalog.Commit(ctx, uuid.New(), schema)
	require.Equal(t, pgerrcode.CannotConnectNow, pgerr.Code(err))
	sequence := func(*catalog.Database) ([]catalog.Op, error) {
		return []catalog.Op{{PutSequence: &catalog.Sequence{Name: catalog.Name{Schema: "public", Name: "q"}}}}, nil
	}
	_, err = a.catalog.Commit(ctx, uuid.New(), sequence)
	require.NoError(t, err, "numbers can be reserved")
	idx.set(false)
	require.Nil(t, a.catalog.Current().Schemas["s"], "refused means not done")
	s, err := b.tables.Snapshot(ctx, table.UUID)
	require.NoError(t, err)
	require.Equal(t, []string{"l0/1", "l0/2"}, paths(s))

	// The index goes down between the PUT and its Apply: the commit stands, and the announcement tells the other server of it.
	store.Inject = func(op storagetest.Op, _ string) storagetest.Fault {
		if op == storagetest.PutIfAbsent {
			idx.set(true)
		}
		return storagetest.None
	}
	_, err = a.tables.Commit(ctx, table.UUID, truncate)
	require.Equal(t, pgerrcode.TransactionResolutionUnknown, pgerr.Code(err))
	_, err = a.catalog.Commit(ctx, uuid.New(), schema)
	require.Equal(t, pgerrcode.CannotConnectNow, pgerr.Code(err))
	idx.set(false)
	_, err = a.catalog.Commit(ctx, uuid.New(), schema)
	require.Equal(t, pgerrcode.TransactionResolutionUnknown, pgerr.Code(err))
	store.Inject = nil
	idx.set(false)
	s, err = b.tables.Snapshot(ctx, table.UUID)
	require.NoError(t, err)
	require.Empty(t, s.Files)
	db, err := b.catalog.Fresh(ctx)
	require.NoError(t, err)
	require.NotNil(t, db.Schemas["s"])
}

// A reader between announcement and commit gets the version before, the one after the acknowledgement the new one, however often it asks.
func TestAnnouncementIsNotAnAnswer(t *testing.T) {
	ctx := t.Context()
	store, idx := newStore(t), newLosing(t)
	a, b := newServer(t, store, idx, "a"), newServer(t, store, idx, "b")
	table := newTable(sqltype.Of(sqltype.Int4))
	require.NoError(t, a.tables.Create(ctx, table))
	a.add(t, table.UUID, "l0/1")
	require.NoError(t, a.tables.Announce(ctx, table.UUID))
	for range 3 {
		s, err := b.tables.Snapshot(ctx, table.UUID)
		require.NoError(t, err)
		require.Len(t, s.Files, 1)
	}
	_, err := a.tables.Commit(ctx, table.UUID, truncate)
	require.NoError(t, err)
	s, err := b.tables.Snapshot(ctx, table.UUID)
	require.NoError(t, err)
	require.Empty(t, s.Files)
	state, err := idx.State(ctx, []uuid.UUID{table.UUID})
	require.NoError(t, err)
	require.Equal(t, index.Mark{Version: 2, Pending: index.Absent}, state.Tables[table.UUID])
}

// With neither index nor log the catalog is what was last seen; tables cannot be proved and are refused.
func TestNeitherIndexNorLog(t *testing.T) {
	ctx := t.Context()
	store, idx := &storagetest.Faulty{Store: newStore(t)}, newLosing(t)
	a := newServer(t, store, idx, "a")
	table := newTable(sqltype.Of(sqltype.Int4))
	require.NoError(t, a.tables.Create(ctx, table))
	idx.set(true)
	store.Inject = func(storagetest.Op, string) storagetest.Fault { return storagetest.Fail }
	db, err := a.catalog.Fresh(ctx)
	require.NoError(t, err)
	require.Same(t, a.catalog.Current(), db)
	_, err = a.tables.Snapshot(ctx, table.UUID)
	require.ErrorIs(t, err, storagetest.ErrInjected)
	idx.set(false)
	_, err = a.tables.Snapshot(ctx, table.UUID)
	require.ErrorIs(t, err, storagetest.ErrInjected, "not proved in this generation")
	store.Inject = nil
	_, err = a.tables.Snapshot(ctx, table.UUID)
	require.NoError(t, err)
	store.Inject = func(storagetest.Op, string) storagetest.Fault { return storagetest.Fail }
	_, err = a.tables.Snapshot(ctx, table.UUID)
	require.NoError(t, err, "proved: the log need not be asked")
}

// A lost index is whole again after the keeper has looked, and equals the logs.
func TestKeeperRebuilds(t *testing.T) {
	ctx := t.Context()
	store, idx := newStore(t), newLosing(t)
	a := newServer(t, store, idx, "a")
	var tables []*catalog.Table
	for i := range 20 {
		table := newTable(sqltype.Of(sqltype.Int4))
		table.Name.Name = fmt.Sprint("t", i)
		require.NoError(t, a.tables.Create(ctx, table))
		a.add(t, table.UUID, "l0/1")
		tables = append(tables, table)
		_, err := a.catalog.Commit(ctx, uuid.New(), func(*catalog.Database) ([]catalog.Op, error) {
			return []catalog.Op{{PutTable: table}}, nil
		})
		require.NoError(t, err)
	}
	for _, s := range []*server{a, newServer(t, store, idx, "b")} { // with and without the tables in memory
		idx.lose(t)
		s.keeper.Keep(ctx)
		report, err := Check(ctx, store, idx.Index, "db")
		require.NoError(t, err)
		require.True(t, report.OK(), "%v", report.Problems)
		ids, err := idx.Tables(ctx)
		require.NoError(t, err)
		require.Len(t, ids, len(tables))
		state, err := idx.State(ctx, nil)
		require.NoError(t, err)
		require.Equal(t, s.catalog.Current().Version, state.Catalog.Version)
	}
	// A commit that was not applied is known to the other server after the keeper has looked.
	b := newServer(t, store, idx, "b")
	_, err := b.tables.Snapshot(ctx, tables[0].UUID)
	require.NoError(t, err)
	a.keeper.Keep(ctx)
	idx.set(true)
	a.add(t, tables[0].UUID, "l0/2")
	idx.set(false)
	a.keeper.Keep(ctx)
	s, err := b.tables.Snapshot(ctx, tables[0].UUID)
	require.NoError(t, err)
	require.Len(t, s.Files, 2)
}
