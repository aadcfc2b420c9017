package ingest

import (
	"context"
	"fmt"
	"path/filepath"
	"sort"
	"strings"
	"testing"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"
	"github.com/google/uuid"
	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"

	"github.com/miniodb/miniodb/catalog"
	"github.com/miniodb/miniodb/catalog/index/bolt"
	catlog "github.com/miniodb/miniodb/catalog/log"
	"github.com/miniodb/miniodb/engine"
	"github.com/miniodb/miniodb/internal/duck"
	"github.com/miniodb/miniodb/internal/sqltype"
	"github.com/miniodb/miniodb/internal/vector"
	"github.com/miniodb/miniodb/storage"
	"github.com/miniodb/miniodb/storage/local"
)

// node is an ingest over a real engine, real logs and a real store, with the WAL on any file system.
type node struct {
	t     testing.TB
	dir   string
	fs    vfs.FS
	store storage.Store
	db    *engine.DB
	idx   *bolt.Index
	logs  *catlog.Tables
	cat   *catlog.Catalog
	in    *Ingest
	cfg   Config
}

// start opens everything in dir; wrap may put something between ingest and the store.
func start(t testing.TB, dir string, fs vfs.FS, cfg Config, wrap func(storage.Store) storage.Store) *node {
	t.Helper()
	n := &node{t: t, dir: dir, fs: fs, cfg: cfg}
	store, err := local.New(filepath.Join(dir, "objects"))
	require.NoError(t, err)
	n.store = store
	if wrap != nil {
		n.store = wrap(store)
	}
	n.idx, err = bolt.Open(filepath.Join(dir, "index.db"), zerolog.Nop())
	require.NoError(t, err)
	n.logs = catlog.NewTables(n.store, n.idx, "", "node", zerolog.Nop())
	n.cat, err = catlog.OpenCatalog(context.Background(), n.store, n.idx, "", "node", zerolog.Nop())
	require.NoError(t, err)
	n.openEngine()
	n.cfg.Node, n.cfg.SpoolDir, n.cfg.FS = "node", filepath.Join(dir, "spool"), fs
	if n.cfg.WALDir == "" {
		n.cfg.WALDir = "/wal"
		if fs == nil {
			n.cfg.WALDir = filepath.Join(dir, "wal")
		}
	}
	n.in, err = Open(context.Background(), n.cfg, n.deps())
	if err != nil {
		n.closeRest()
	}
	require.NoError(t, err)
	t.Cleanup(n.close)
	return n
}

func (n *node) openEngine() {
	var err error
	n.db, err = engine.Open(engine.Config{Threads: 2, MemoryLimit: 2 << 30, AllowedDirs: []string{n.dir}})
	require.NoError(n.t, err)
}

func (n *node) deps() Deps {
	return Deps{Engine: n.db, Tables: n.logs, Catalog: n.cat, Store: n.store, Log: zerolog.Nop()}
}

func (n *node) close() {
	if n.in != nil {
		_ = n.in.Close()
		n.in = nil
		n.closeRest()
	}
}

func (n *node) closeRest() {
	_ = n.db.Close()
	_ = n.idx.Close()
	if c, ok := n.store.(interface{ Close() error }); ok {
		_ = c.Close()
	}
}

// table describes id bigint, v text and makes the log; put adds it to the catalog too.
func (n *node) table(name string) *catalog.Table {
	t := &catalog.Table{
		UUID: uuid.New(), OID: n.cat.Current().NextOID, Name: catalog.Name{Schema: "public", Name: name}, NextColumn: 3, SchemaID: 1,
		Columns: []catalog.Column{
			{ID: 1, Name: "id", PhysicalName: "id", Type: sqltype.Of(sqltype.Int8)},
			{ID: 2, Name: "v", PhysicalName: "v", Type: sqltype.Of(sqltype.Text)},
		},
		ShardKey: []int32{1}, Buckets: 16, Created: time.Now().UTC(),
	}
	require.NoError(n.t, n.logs.Create(context.Background(), t))
	return t
}

func (n *node) put(t *catalog.Table) *catalog.Table {
	_, err := n.cat.Commit(context.Background(), uuid.New(), func(*catalog.Database) ([]catalog.Op, error) {
		return []catalog.Op{{PutTable: t}}, nil
	})
	require.NoError(n.t, err)
	return t
}

// rows makes a batch of ids with a text that follows from them.
func rows(t *catalog.Table, ids ...int64) Write {
	types := make([]vector.Type, len(t.Columns))
	for i, c := range t.Columns {
		types[i] = vector.TypeOf(c.Type)
	}
	b := vector.NewBuilder(types)
	for _, id := range ids {
		b.Col(0).Int64(id)
		b.Col(1).Bytes(fmt.Appendf(nil, "value %d", id))
	}
	return Write{Table: t, Batches: []*vector.Batch{b.Take()}}
}

func (n *node) insert(t *catalog.Table, ids ...int64) {
	n.t.Helper()
	require.NoError(n.t, n.in.Commit(context.Background(), &Tx{Writes: []Write{rows(t, ids...)}}))
}

// read returns the ids that a pin of the tables shows, sorted.
func (n *node) read(tables ...*catalog.Table) map[uuid.UUID][]int64 {
	n.t.Helper()
	var ids []uuid.UUID
	for _, t := range tables {
		ids = append(ids, t.UUID)
	}
	pin, err := n.in.Pin(context.Background(), ids)
	require.NoError(n.t, err)
	defer pin.Release()
	return n.readPin(pin)
}

func (n *node) readPin(pin *Pin) map[uuid.UUID][]int64 {
	n.t.Helper()
	conn, err := n.db.Conn()
	require.NoError(n.t, err)
	defer conn.Close()
	out := map[uuid.UUID][]int64{}
	for id, v := range pin.Tables {
		var selects []string
		for _, f := range append(append([]catalog.DataFile(nil), v.Snapshot.Files...), v.Bulk...) {
			path, release, err := n.store.Local(context.Background(), n.logs.DataKey(id, f.Path))
			require.NoError(n.t, err)
			defer release()
			selects = append(selects, "SELECT id, v FROM read_parquet("+duck.Literal(path)+")")
		}
		for _, p := range v.Parts {
			selects = append(selects, fmt.Sprintf("SELECT c1, c2 FROM %s WHERE _offset > %d AND _offset <= %d", p.Relation, p.Low, p.High))
		}
		out[id] = []int64{}
		if len(selects) == 0 {
			continue
		}
		rows, err := conn.Query(context.Background(), strings.Join(selects, " UNION ALL "), nil)
		require.NoError(n.t, err)
		for {
			b, err := rows.Next(context.Background())
			if err != nil {
				break
			}
			for i := range b.Len {
				require.Equal(n.t, fmt.Sprintf("value %d", b.Cols[0].Int64s[i]), string(b.Cols[1].Bytes(i)))
				out[id] = append(out[id], b.Cols[0].Int64s[i])
			}
		}
		rows.Close()
		sort.Slice(out[id], func(a, b int) bool { return out[id][a] < out[id][b] })
	}
	return out
}

func ids(tables ...*catalog.Table) []uuid.UUID {
	out := make([]uuid.UUID, len(tables))
	for i, t := range tables {
		out[i] = t.UUID
	}
	return out
}
