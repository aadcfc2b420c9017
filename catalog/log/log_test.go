package log

import (
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"

	"github.com/miniodb/miniodb/catalog"
	"github.com/miniodb/miniodb/catalog/index/bolt"
	"github.com/miniodb/miniodb/internal/sqltype"
	"github.com/miniodb/miniodb/storage"
	"github.com/miniodb/miniodb/storage/local"
)

// quick keeps tests short where operations hang or fail for ever.
var quick = limits{operation: 50 * time.Millisecond, listing: 200 * time.Millisecond, resolve: 500 * time.Millisecond, announce: 200 * time.Millisecond, backoff: time.Millisecond, conflicts: 1000, reads: 8}

func newStore(t testing.TB) *local.Store { return openStore(t, t.TempDir()) }

func openStore(t testing.TB, dir string) *local.Store {
	s, err := local.New(dir)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Close()) })
	return s
}

func newIndex(t testing.TB) *bolt.Index {
	x, err := bolt.Open(filepath.Join(t.TempDir(), "index.db"), zerolog.Nop())
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, x.Close()) })
	return x
}

func newTables(t testing.TB, store storage.Store) *Tables {
	x := NewTables(store, newIndex(t), "db", "node-1", zerolog.Nop())
	x.limits = quick
	return x
}

// newTable describes a table with columns c1, c2, ... of the given types.
func newTable(types ...sqltype.Type) *catalog.Table {
	t := &catalog.Table{
		UUID: uuid.New(), OID: 16384, Name: catalog.Name{Schema: "public", Name: "t"}, NextColumn: int32(len(types) + 1), SchemaID: 1,
		ShardKey: []int32{1}, Buckets: 16, Created: time.Date(2024, 1, 2, 3, 4, 5, 0, time.UTC),
	}
	for i, typ := range types {
		t.Columns = append(t.Columns, catalog.Column{ID: int32(i + 1), Name: fmt.Sprintf("c%d", i+1), Type: typ})
	}
	AssignPhysicalNames(t, true)
	return t
}

// dataFile describes a file without statistics of columns.
func dataFile(path string, rows int64) catalog.DataFile {
	return catalog.DataFile{
		Path: path, Size: 100, Rows: rows, Buckets: [2]int32{0, 15}, Dates: [2]int32{19000, 19400},
		Time: time.UnixMilli(1700000000000).UTC(),
	}
}

// benchTables returns a table with so many commits of one file.
func benchTables(b testing.TB, commits int) (*Tables, uuid.UUID) {
	x := newTables(b, newStore(b))
	x.limits = defaultLimits
	table := newTable(sqltype.Of(sqltype.Int4))
	require.NoError(b, x.Create(b.Context(), table))
	for i := range commits {
		_, err := x.Commit(b.Context(), table.UUID, addFile(fmt.Sprintf("l0/%d", i)))
		require.NoError(b, err)
	}
	return x, table.UUID
}
