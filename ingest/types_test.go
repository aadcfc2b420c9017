package ingest

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/miniodb/miniodb/catalog"
	"github.com/miniodb/miniodb/internal/duck"
	"github.com/miniodb/miniodb/internal/sqltype"
	"github.com/miniodb/miniodb/internal/vector"
)

// query collects a result with the types of the table's columns.
func (n *node) query(sql string) [][]any {
	n.t.Helper()
	conn, err := n.db.Conn()
	require.NoError(n.t, err)
	defer conn.Close()
	rows, err := conn.Query(context.Background(), sql, nil)
	require.NoError(n.t, err)
	defer rows.Close()
	var out [][]any
	for {
		b, err := rows.Next(context.Background())
		if err != nil {
			return out
		}
		for c, values := range listValues(b) {
			if len(out) <= c {
				out = append(out, nil)
			}
			out[c] = append(out[c], values...)
		}
	}
}

func (n *node) scan(t *catalog.Table, f catalog.DataFile) string {
	path, release, err := n.store.Local(context.Background(), n.logs.DataKey(t.UUID, f.Path))
	require.NoError(n.t, err)
	n.t.Cleanup(release)
	schema, cols := make([]string, len(t.Columns)), make([]string, len(t.Columns))
	for i, c := range t.Columns {
		typ, err := duck.StorageType(c.Type)
		require.NoError(n.t, err)
		schema[i] = fmt.Sprintf("%d: {name: 'c%d', type: '%s', default_value: NULL}", c.ID, c.ID, typ)
		cols[i] = duck.FromStorage(hotColumn(c.ID), c.Type) + " AS " + hotColumn(c.ID)
	}
	return "SELECT " + strings.Join(cols, ", ") + " FROM read_parquet(" + duck.Literal(path) + ", schema = MAP {" + strings.Join(schema, ", ") + "})"
}

// TestEveryTypeThroughFlush: a value is the same from the buffer and from the file, and after a restart.
func TestEveryTypeThroughFlush(t *testing.T) {
	dir := t.TempDir()
	n := start(t, dir, nil, Config{}, nil)
	table := everyType()
	table.Columns[3].Name, table.Columns[3].PhysicalName = "row", "row" // sorts the result
	require.NoError(t, n.logs.Create(context.Background(), table))
	n.put(table)
	rng := rand.New(rand.NewPCG(9, 9))
	batch := randomBatch(table, rng, 3000)
	for i := range batch.Len {
		batch.Cols[3].Int64s[i] = int64(i)
	}
	batch.Cols[3].Valid = nil
	require.NoError(t, n.in.Commit(context.Background(), &Tx{Writes: []Write{{Table: table, Batches: []*vector.Batch{batch}}}}))
	want := listValues(batch)

	parts := func() string {
		pin, err := n.in.Pin(context.Background(), ids(table))
		require.NoError(t, err)
		defer pin.Release()
		require.Len(t, pin.Tables[table.UUID].Parts, 1)
		cols := make([]string, len(table.Columns))
		for i, c := range table.Columns {
			cols[i] = hotColumn(c.ID)
		}
		return "SELECT " + strings.Join(cols, ", ") + " FROM " + pin.Tables[table.UUID].Parts[0].Relation + " ORDER BY c4"
	}
	require.Empty(t, cmp.Diff(want, n.query(parts())))
	n.close()
	n = start(t, dir, nil, Config{}, nil)
	require.Empty(t, cmp.Diff(want, n.query(parts())), "after recovery")

	_, err := n.in.Flush(context.Background(), table.UUID)
	require.NoError(t, err)
	s, err := n.logs.Snapshot(context.Background(), table.UUID)
	require.NoError(t, err)
	require.Len(t, s.Files, 1)
	require.Empty(t, cmp.Diff(want, n.query(n.scan(table, s.Files[0])+" ORDER BY c4")))
	buckets := n.query("SELECT count(DISTINCT c4) FROM (" + n.scan(table, s.Files[0]) + ")")
	require.EqualValues(t, 3000, buckets[0][0])
	f := s.Files[0]
	require.Equal(t, [2]int32{0, 15}, f.Buckets)
	require.Equal(t, [2]int32{0, 0}, f.Dates)
	require.EqualValues(t, 3000, f.Rows)
	require.Equal(t, "0", *f.Stats[4].Min)
	require.Equal(t, "2999", *f.Stats[4].Max)
	require.Nil(t, f.Stats[19].Min, "interval")
	require.Nil(t, f.Stats[21].Min, "jsonb")
	require.Nil(t, f.Stats[13].Min, "char(n)")
	require.NotNil(t, f.Stats[20].Min, "uuid")
	nulls := int64(0)
	for _, v := range want[10] {
		if v == nil {
			nulls++
		}
	}
	require.Equal(t, nulls, f.Stats[11].NullCount)
}

// TestStatistics: NaN and infinities leave no bounds, long strings are rounded outwards, timestamps are not cut inwards.
func TestStatistics(t *testing.T) {
	n := start(t, t.TempDir(), nil, Config{}, nil)
	table := n.table("s")
	table.UUID = everyType().UUID
	table.Columns = append(table.Columns,
		catalog.Column{ID: 3, Name: "f", PhysicalName: "f", Type: sqltype.Of(sqltype.Float8)},
		catalog.Column{ID: 4, Name: "g", PhysicalName: "g", Type: sqltype.Of(sqltype.Float8)},
		catalog.Column{ID: 5, Name: "at", PhysicalName: "at", Type: sqltype.Of(sqltype.Timestamp)},
		catalog.Column{ID: 6, Name: "n", PhysicalName: "n", Type: sqltype.NumericOf(38, 2)})
	table.TimeColumn, table.NextColumn = 5, 7
	require.NoError(t, n.logs.Create(context.Background(), table))
	n.put(table)
	types := make([]vector.Type, len(table.Columns))
	for i, c := range table.Columns {
		types[i] = vector.TypeOf(c.Type)
	}
	b := vector.NewBuilder(types)
	zero := 0.0
	long := strings.Repeat("z", 50)
	for i, f := range []float64{1, zero / zero} {
		b.Col(0).Int64(int64(i))
		b.Col(1).Bytes([]byte(long))
		b.Col(2).Float64(f)
		b.Col(3).Float64(float64(i) - 0.5)
		b.Col(4).Int64(int64(i)*86_400_000_000*400 - 1) // 1969-12-31 23:59:59.999999
		b.Col(5).Int128(vector.Int128{Lo: 12345})
	}
	require.NoError(t, n.in.Commit(context.Background(), &Tx{Writes: []Write{{Table: table, Batches: []*vector.Batch{b.Take()}}}}))
	_, err := n.in.Flush(context.Background(), table.UUID)
	require.NoError(t, err)
	s, err := n.logs.Snapshot(context.Background(), table.UUID)
	require.NoError(t, err)
	f := s.Files[0]
	require.Nil(t, f.Stats[3].Max)
	require.Nil(t, f.Stats[3].Min)
	require.Equal(t, "-0.5", *f.Stats[4].Min)
	require.GreaterOrEqual(t, *f.Stats[2].Max, long)
	require.LessOrEqual(t, *f.Stats[2].Min, long)
	require.Equal(t, "1969-12-31 23:59:59.999", *f.Stats[5].Min)
	require.GreaterOrEqual(t, *f.Stats[5].Max, "1971-02-04 23:59:59.999999")
	require.Equal(t, [2]int32{-1, 399}, f.Dates)
	require.Equal(t, "123.45", *f.Stats[6].Min)
}
