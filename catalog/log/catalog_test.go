package log

import (
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"github.com/jackc/pgerrcode"
	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"

	"github.com/miniodb/miniodb/catalog"
	"github.com/miniodb/miniodb/internal/pgerr"
	"github.com/miniodb/miniodb/internal/sqltype"
	"github.com/miniodb/miniodb/storage"
	"github.com/miniodb/miniodb/storage/storagetest"
)

func newCatalog(t *testing.T, store storage.Store) *Catalog {
	c, err := openCatalog(t.Context(), store, newIndex(t), "db", "node-1", zerolog.Nop(), quick)
	require.NoError(t, err)
	return c
}

// putSchema returns a build function that adds one schema.
func putSchema(name string) func(*catalog.Database) ([]catalog.Op, error) {
	return func(d *catalog.Database) ([]catalog.Op, error) {
		return []catalog.Op{{PutSchema: &catalog.Schema{OID: d.NextOID, Name: name}}}, nil
	}
}

func TestCatalog(t *testing.T) {
	ctx := t.Context()
	store := newStore(t)
	c := newCatalog(t, store)
	require.EqualValues(t, -1, c.Current().Version)
	require.Contains(t, c.Current().Schemas, "public")

	table := newTable(sqltype.Of(sqltype.Int4))
	stream := &catalog.Stream{ID: uuid.New(), Node: "n", Opened: time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)}
	first := uuid.New()
	d, err := c.Commit(ctx, first, func(d *catalog.Database) ([]catalog.Op, error) {
		return []catalog.Op{
			{PutSchema: &catalog.Schema{OID: 16384, Name: "s"}}, {PutTable: table},
			{PutView: &catalog.View{OID: 16386, Name: catalog.Name{Schema: "s", Name: "v"}, Query: "SELECT 1"}},
			{PutSequence: &catalog.Sequence{OID: 16387, Name: catalog.Name{Schema: "s", Name: "q"}, Max: 1<<63 - 1}}, {PutStream: stream},
		}, nil
	})
	require.NoError(t, err)
	require.Same(t, d, c.Current())
	require.EqualValues(t, 0, d.Version)
	require.EqualValues(t, 16388, d.NextOID)
	require.Equal(t, table, d.Tables[table.Name])
	require.NotSame(t, table, d.Tables[table.Name], "the caller keeps its own")

	require.NoError(t, errors.Join(func() error {
		_, err := c.Commit(ctx, first, func(*catalog.Database) ([]catalog.Op, error) { return nil, errors.New("not called again") })
		return err
	}()), "the same nonce commits once")
	version, ok := c.Committed(first)
	require.True(t, ok)
	require.EqualValues(t, 0, version)
	_, ok = c.Committed(uuid.New())
	require.False(t, ok)

	mine := errors.New("abandoned")
	_, err = c.Commit(ctx, uuid.New(), func(*catalog.Database) ([]catalog.Op, error) { return nil, mine })
	require.ErrorIs(t, err, mine)
	same, err := c.Commit(ctx, uuid.New(), func(*catalog.Database) ([]catalog.Op, error) { return nil, nil })
	require.NoError(t, err)
	require.Same(t, d, same)

	_, err = c.Commit(ctx, uuid.New(), func(*catalog.Database) ([]catalog.Op, error) {
		return []catalog.Op{{DropTable: &table.Name}, {DropSchema: "s"}}, nil
	})
	require.NoError(t, err)
	require.Empty(t, c.Current().Tables)
	require.NotEmpty(t, d.Tables, "a published version does not change")
	require.Empty(t, cmp.Diff(c.Current(), newCatalog(t, store).Current()))
}

// Snapshots shorten the replay and hold the nonces; the oldest nonces go.
func TestCatalogSnapshot(t *testing.T) {
	ctx := t.Context()
	store := newStore(t)
	c := newCatalog(t, store)
	var nonces []uuid.UUID
	for i := range recentCommits + 60 {
		nonces = append(nonces, uuid.New())
		_, err := c.Commit(ctx, nonces[i], putSchema(fmt.Sprint("s", i%10)))
		require.NoError(t, err)
	}
	require.Len(t, c.Current().Recent, recentCommits)
	_, ok := c.Committed(nonces[59])
	require.False(t, ok)
	// The snapshot is what is read: without the entries before it the catalog still opens.
	for v := range int64(1050) {
		require.NoError(t, store.Delete(ctx, c.key(v)))
	}
	again := newCatalog(t, store)
	require.Empty(t, cmp.Diff(c.Current(), again.Current()))
	version, ok := again.Committed(nonces[60])
	require.True(t, ok)
	require.EqualValues(t, 60, version)

	// A damaged snapshot is passed over, if the entries are there.
	require.NoError(t, store.Put(ctx, c.snapshotKey(1049), []byte("{")))
	_, err := OpenCatalog(ctx, store, nil, "db", "n", zerolog.Nop())
	require.ErrorContains(t, err, "the log has a gap: version 1000 is missing")
}

func TestCatalogRefuses(t *testing.T) {
	for name, c := range map[string]struct{ object, data, message string }{
		"newer entry":            {"00000000000000000000.json", `{"format":2,"version":"odd"}`, "open catalog: the catalog log has format 2 and this server knows up to 1, use a newer one"},
		"newer snapshot":         {"00000000000000000049.snapshot.json", `{"format":3,"database":[]}`, "open catalog: the catalog log has format 3 and this server knows up to 1, use a newer one"},
		"operation of the newer": {"00000000000000000000.json", `{"format":1,"version":0,"ops":[{"put_thing":{}}]}`, "an operation of a newer format"},
		"garbage":                {"00000000000000000000.json", `]`, "damaged catalog entry"},
		"no format":              {"00000000000000000000.json", `{}`, "it has no format"},
		"another version":        {"00000000000000000000.json", `{"format":1,"version":4}`, "catalog entry 4 follows version -1"},
		"gap":                    {"00000000000000000003.json", `{"format":1,"version":3}`, "the log has a gap: version 0 is missing"},
	} {
		t.Run(name, func(t *testing.T) {
			store := newStore(t)
			require.NoError(t, store.Put(t.Context(), "db/catalog/_log/"+c.object, []byte(c.data)))
			_, err := openCatalog(t.Context(), store, newIndex(t), "db", "n", zerolog.Nop(), quick)
			require.ErrorContains(t, err, c.message)
		})
	}
}

// Several nodes commit DDL while the store fails: each commit once, its nonce recorded, and the same database everywhere.
func TestCatalogConcurrentCommitsWithFaults(t *testing.T) {
	ctx := t.Context()
	inner := newStore(t)
	faults := []storagetest.Fault{
		storagetest.Fail, storagetest.Applied, storagetest.Late, storagetest.SelfExist, storagetest.Full, storagetest.Truncated, storagetest.HangLate,
	}
	const nodes, committers, commits = 3, 12, 8
	var stores []*storagetest.Faulty
	var catalogs []*Catalog
	for n := range nodes {
		stores = append(stores, &storagetest.Faulty{Store: inner})
		catalogs = append(catalogs, newCatalog(t, stores[n]))
		stores[n].Inject = storagetest.Random(uint64(n), 0.15, faults...)
	}
	type outcome struct {
		nonce uuid.UUID
		name  string
		err   error
	}
	outcomes := make(chan outcome, committers*commits)
	var wg sync.WaitGroup
	for g := range committers {
		wg.Go(func() {
			for i := range commits {
				o := outcome{nonce: uuid.New(), name: fmt.Sprintf("s%d_%d", g, i)}
				_, o.err = catalogs[g%nodes].Commit(ctx, o.nonce, putSchema(o.name))
				outcomes <- o
			}
		})
	}
	wg.Wait()
	close(outcomes)
	for _, s := range stores {
		s.Flush(ctx)
		s.Inject = nil
	}
	acknowledged := 0
	want := newCatalog(t, inner)
	for o := range outcomes {
		_, known := want.Committed(o.nonce)
		require.Equal(t, known, want.Current().Schemas[o.name] != nil)
		switch {
		case o.err == nil:
			acknowledged++
			require.True(t, known, "acknowledged %s", o.name)
		case retryable(o.err):
			require.False(t, known, "failed %s", o.name)
		default:
			require.Equal(t, pgerrcode.TransactionResolutionUnknown, pgerr.Code(o.err), "%v", o.err)
		}
	}
	require.Greater(t, acknowledged, committers*commits/2)
	oids := map[uint32]bool{}
	for _, s := range want.Current().Schemas {
		require.False(t, oids[s.OID], "an OID is given once")
		oids[s.OID] = true
	}
	for _, c := range catalogs {
		d, err := c.Refresh(ctx)
		require.NoError(t, err)
		require.Empty(t, cmp.Diff(want.Current(), d))
	}
}

func TestDatabaseJSON(t *testing.T) {
	d := catalog.NewDatabase()
	d.Version = 7
	for i := range 5 {
		n := catalog.Name{Schema: "public", Name: fmt.Sprint("n", i)}
		table := newTable(sqltype.Of(sqltype.Int4), sqltype.Of(1007))
		table.Name = n
		d.Tables[n] = table
		d.Views[n] = &catalog.View{Name: n, Query: "SELECT '<&>'"}
		d.Sequences[n] = &catalog.Sequence{Name: n, Min: -1 << 63}
		d.Streams[table.UUID] = &catalog.Stream{ID: table.UUID}
		d.Recent[table.UUID] = int64(i)
	}
	data, err := json.Marshal(d)
	require.NoError(t, err)
	again, err := json.Marshal(d)
	require.NoError(t, err)
	require.Equal(t, string(data), string(again))
	back := &catalog.Database{}
	require.NoError(t, json.Unmarshal(data, back))
	require.Empty(t, cmp.Diff(d, back))
	for _, bad := range []string{`{"tables":[null]}`, `{"views":[null]}`, `{"sequences":[null]}`, `{"schemas":{"x":null}}`, `[]`} {
		require.Error(t, json.Unmarshal([]byte(bad), &catalog.Database{}), bad)
	}
}
