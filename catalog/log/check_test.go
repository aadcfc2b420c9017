package log

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/miniodb/miniodb/catalog"
	"github.com/miniodb/miniodb/internal/sqltype"
)

// Each kind of damage is found and named; a sound database has no findings.
func TestCheck(t *testing.T) {
	stream := uuid.New()
	for name, c := range map[string]struct {
		harm    func(t *testing.T, x *Tables, id uuid.UUID, root string)
		problem string // "" if it is none
		orphan  string
	}{
		"sound": {func(*testing.T, *Tables, uuid.UUID, string) {}, "", ""},
		"missing file": {func(t *testing.T, x *Tables, id uuid.UUID, root string) {
			require.NoError(t, x.store.Delete(t.Context(), x.DataKey(id, "l0/1")))
		}, "l0/1: the live data file is missing", ""},
		"short file": {func(t *testing.T, x *Tables, id uuid.UUID, root string) {
			require.NoError(t, x.store.Put(t.Context(), x.DataKey(id, "l0/1"), []byte("short")))
		}, "l0/1: the live data file has 5 bytes, the log says 100", ""},
		"orphan": {func(t *testing.T, x *Tables, id uuid.UUID, root string) {
			require.NoError(t, x.store.Put(t.Context(), x.DataKey(id, "l0/zzz"), []byte("x")))
		}, "", "l0/zzz"},
		"orphan table": {func(t *testing.T, x *Tables, id uuid.UUID, root string) {
			require.NoError(t, x.store.Put(t.Context(), x.DataKey(uuid.UUID{1}, "l0/x"), []byte("x")))
		}, "", "tables/01000000-0000-0000-0000-000000000000/l0/x"},
		"no table": {func(t *testing.T, x *Tables, id uuid.UUID, root string) {
			require.NoError(t, x.store.Put(t.Context(), "db/tables/stray", []byte("x")))
		}, "", "tables/stray"},
		"gap": {func(t *testing.T, x *Tables, id uuid.UUID, root string) {
			require.NoError(t, x.store.Delete(t.Context(), entryKey("db", id, 2)))
		}, "the log has a gap: version 2 is missing", ""},
		"no log": {func(t *testing.T, x *Tables, id uuid.UUID, root string) {
			require.NoError(t, os.RemoveAll(filepath.Join(root, filepath.FromSlash(logDir("db", id)))))
		}, "the table has no log", ""},
		"damaged entry": {func(t *testing.T, x *Tables, id uuid.UUID, root string) {
			require.NoError(t, x.store.Put(t.Context(), entryKey("db", id, 2), []byte("{\"add\":")))
		}, "damaged log entry, line 1", ""},
		"checkpoint back": {func(t *testing.T, x *Tables, id uuid.UUID, root string) {
			line := fmt.Sprintf("{\"txn\":{\"appId\":%q,\"version\":1}}\n", stream)
			require.NoError(t, x.store.Put(t.Context(), entryKey("db", id, 4), []byte(line)))
			_, err := x.Snapshot(t.Context(), id)
			require.NoError(t, err)
		}, "goes back from 30 to 1", ""},
		"index ahead": {func(t *testing.T, x *Tables, id uuid.UUID, root string) {
			s, err := x.idx.Load(t.Context(), id)
			require.NoError(t, err)
			s.Version = 9
			require.NoError(t, x.idx.Reset(t.Context(), s, 3))
		}, "the index is at version 9, the log ends at 3", ""},
		"index behind": {func(t *testing.T, x *Tables, id uuid.UUID, root string) {
			s, err := x.idx.Load(t.Context(), id)
			require.NoError(t, err)
			s.Version, s.Files = 2, s.Files[:2]
			require.NoError(t, x.idx.Reset(t.Context(), s, 3))
		}, "", ""},
		"index differs": {func(t *testing.T, x *Tables, id uuid.UUID, root string) {
			s, err := x.idx.Load(t.Context(), id)
			require.NoError(t, err)
			s.Files = s.Files[:1]
			require.NoError(t, x.idx.Reset(t.Context(), s, 3))
		}, "the index lists 1 live files that differ from the 2 of the log", ""},
		"table in the index only": {func(t *testing.T, x *Tables, id uuid.UUID, root string) {
			require.NoError(t, x.Create(t.Context(), newTable(sqltype.Of(sqltype.Int4))))
		}, "", "_delta_log/00000000000000000000.json"},
		"damaged catalog": {func(t *testing.T, x *Tables, id uuid.UUID, root string) {
			require.NoError(t, x.store.Put(t.Context(), "db/catalog/_log/00000000000000000000.json", []byte("garbage")))
		}, "damaged catalog entry", ""},
	} {
		t.Run(name, func(t *testing.T) {
			ctx := t.Context()
			root := t.TempDir()
			x := newTables(t, openStore(t, root))
			table := newTable(sqltype.Of(sqltype.Int4))
			require.NoError(t, x.Create(ctx, table))
			db, err := OpenCatalog(ctx, x.store, nil, "db", "n", x.log)
			require.NoError(t, err)
			_, err = db.Commit(ctx, uuid.New(), func(*catalog.Database) ([]catalog.Op, error) { return []catalog.Op{{PutTable: table}}, nil })
			require.NoError(t, err)
			for i := range 3 {
				path := fmt.Sprint("l0/", i)
				require.NoError(t, x.store.Put(ctx, x.DataKey(table.UUID, path), make([]byte, 100)))
				_, err := x.Commit(ctx, table.UUID, func(s *catalog.Snapshot) (*Change, error) {
					c, err := addFile(path)(s)
					c.Checkpoints = map[uuid.UUID]int64{stream: int64(i+1) * 10}
					if i == 2 {
						c.Removes = []string{"l0/0"} // kept for older versions: not an orphan
					}
					return c, err
				})
				require.NoError(t, err)
			}
			c.harm(t, x, table.UUID, root)
			r, err := Check(ctx, x.store, x.idx, "db")
			require.NoError(t, err)
			require.Equal(t, name == "table in the index only", r.StrayTables == 1)
			if c.problem == "" {
				require.True(t, r.OK(), "%v", r.Problems)
				require.Equal(t, []int64{1, 4, 2, 2, 200}, []int64{int64(r.Tables), r.Commits, r.Files, r.Rows, r.Bytes})
			} else {
				require.Len(t, r.Problems, 1)
				require.Contains(t, r.Problems[0].String(), c.problem)
				require.False(t, r.OK())
			}
			if c.orphan == "" {
				require.Empty(t, r.Orphans)
			} else {
				require.Len(t, r.Orphans, 1)
				require.True(t, strings.HasSuffix(r.Orphans[0], c.orphan), r.Orphans[0])
			}
			_, err = Check(ctx, x.store, nil, "db")
			require.NoError(t, err)
		})
	}
}
