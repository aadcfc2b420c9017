package ingest

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/miniodb/miniodb/catalog"
	"github.com/miniodb/miniodb/internal/sqltype"
	"github.com/miniodb/miniodb/internal/vector"
)

// everyType is a table with a column of each layout.
func everyType() *catalog.Table {
	types := []sqltype.Type{
		sqltype.Of(sqltype.Bool), sqltype.Of(sqltype.Int2), sqltype.Of(sqltype.Int4), sqltype.Of(sqltype.Int8), sqltype.Of(sqltype.Float4),
		sqltype.Of(sqltype.Float8), sqltype.NumericOf(4, 1), sqltype.NumericOf(9, 2), sqltype.NumericOf(18, 3), sqltype.Of(sqltype.Numeric),
		sqltype.Of(sqltype.Text), sqltype.VarcharOf(20), sqltype.BpcharOf(5), sqltype.Of(sqltype.Bytea), sqltype.Of(sqltype.Date),
		sqltype.Of(sqltype.Time), sqltype.Of(sqltype.Timestamp), sqltype.Of(sqltype.Timestamptz), sqltype.Of(sqltype.Interval),
		sqltype.Of(sqltype.UUID), sqltype.Of(sqltype.JSONB),
	}
	array, _ := sqltype.Of(sqltype.Int4).Array()
	texts, _ := sqltype.Of(sqltype.Text).Array()
	uuids, _ := sqltype.Of(sqltype.UUID).Array()
	types = append(types, array, texts, uuids)
	t := &catalog.Table{UUID: uuid.New(), Name: catalog.Name{Schema: "public", Name: "every"}, SchemaID: 7, Buckets: 16, ShardKey: []int32{4}}
	for i, typ := range types {
		name := fmt.Sprintf("col%d", i)
		t.Columns = append(t.Columns, catalog.Column{ID: int32(i + 1), Name: name, PhysicalName: name, Type: typ})
	}
	t.NextColumn = int32(len(types) + 1)
	t.TimeColumn = 17
	return t
}

// fill appends a random value.
func fill(a *vector.Appender, rng *rand.Rand, nulls bool) {
	if nulls && rng.IntN(4) == 0 {
		a.Null()
		return
	}
	t := a.Type()
	switch t.Kind {
	case vector.KindBool:
		a.Bool(rng.IntN(2) == 0)
	case vector.KindInt16:
		a.Int16(int16(rng.IntN(9999)))
	case vector.KindInt32:
		a.Int32(int32(rng.IntN(20000)))
	case vector.KindInt64:
		a.Int64(rng.Int64N(86_400_000_000))
	case vector.KindInt128:
		a.Int128(vector.Int128{Lo: rng.Uint64(), Hi: int64(rng.IntN(3) - 1)})
	case vector.KindFloat32:
		a.Float32(rng.Float32())
	case vector.KindFloat64:
		a.Float64(rng.NormFloat64())
	case vector.KindInterval:
		a.Interval(vector.Interval{Months: int32(rng.IntN(30) - 15), Days: int32(rng.IntN(40)), Micros: rng.Int64N(1e12)})
	case vector.KindBytes:
		if t.SQL.OID == sqltype.JSONB {
			a.Bytes(fmt.Appendf(nil, `{"a": %d}`, rng.IntN(1000)))
			return
		}
		a.Bytes(fmt.Appendf(nil, "%0*d", rng.IntN(30), rng.IntN(1e6)))
	case vector.KindList:
		_ = a.List(func(e *vector.Appender) error {
			for range rng.IntN(4) {
				fill(e, rng, nulls)
			}
			return nil
		})
	}
}

func randomBatch(t *catalog.Table, rng *rand.Rand, n int) *vector.Batch {
	types := make([]vector.Type, len(t.Columns))
	for i, c := range t.Columns {
		types[i] = vector.TypeOf(c.Type)
	}
	b := vector.NewBuilder(types)
	for i := range types {
		nulls := rng.IntN(3) > 0
		for range n {
			fill(b.Col(i), rng, nulls)
		}
	}
	return b.Take()
}

// values lists a batch's values in a form that can be compared.
func listValues(b *vector.Batch) [][]any {
	out := make([][]any, len(b.Cols))
	for c := range b.Cols {
		for i := range b.Len {
			out[c] = append(out[c], valueAt(&b.Cols[c], i))
		}
	}
	return out
}

func valueAt(v *vector.Vector, i int) any {
	if v.IsNull(i) {
		return nil
	}
	switch v.Type.Kind {
	case vector.KindBool:
		return v.Bools[i]
	case vector.KindInt16:
		return v.Int16s[i]
	case vector.KindInt32:
		return v.Int32s[i]
	case vector.KindInt64:
		return v.Int64s[i]
	case vector.KindInt128:
		return v.Int128s[i]
	case vector.KindFloat32:
		return v.Float32s[i]
	case vector.KindFloat64:
		return v.Float64s[i]
	case vector.KindInterval:
		return v.Intervals[i]
	case vector.KindBytes:
		return string(v.Bytes(i))
	}
	list := []any{}
	for j := range v.Lists[i].Length {
		list = append(list, valueAt(v.Child, int(v.Lists[i].Offset+j)))
	}
	return list
}

func TestRecordRoundTrip(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for _, n := range []int{1, 2, 63, 64, 65, 1000, 20_000} {
		table, other := everyType(), everyType()
		min, max := "1", "2"
		file := catalog.DataFile{Path: "l0/x.parquet", Size: 5, Rows: 6, Buckets: [2]int32{0, 3}, Dates: [2]int32{1, 0}, Time: time.Unix(1, 0).UTC(),
			Stats: map[int32]catalog.ColumnStats{1: {Min: &min, Max: &max, NullCount: 3}}}
		tx := Tx{Truncate: []*catalog.Table{other}, Bulk: []Bulk{{other, []catalog.DataFile{file}}},
			Writes: []Write{{Table: table, Batches: []*vector.Batch{randomBatch(table, rng, n), randomBatch(table, rng, 3)}}, {Table: other, Batches: []*vector.Batch{randomBatch(other, rng, 1)}}}}
		if n > 64 { // the first batch ahead of the commit; what is of another batch or table is not taken
			ahead, err := Encode(table, tx.Writes[0].Batches[0])
			require.NoError(t, err)
			tx.Writes[0].Encoded = []*Encoded{ahead, ahead}
			tx.Writes[1].Encoded = []*Encoded{ahead}
		}
		parts, err := tx.parts()
		require.NoError(t, err)
		require.Equal(t, n > 64, parts[1].encoded[0] != nil)
		require.Nil(t, parts[1].encoded[1])
		id := uuid.New()
		data, err := encodeTx(kindPrepared, id, parts)
		require.NoError(t, err)
		r, err := decodeRecord(data)
		require.NoError(t, err)
		require.NoError(t, r.decodeBody())
		require.Equal(t, kindPrepared, r.kind)
		require.Equal(t, id, r.id)
		require.Len(t, r.tables, 2)
		require.Equal(t, other.UUID, r.tables[0].id)
		require.True(t, r.tables[0].truncate)
		require.Empty(t, cmp.Diff([]catalog.DataFile{file}, r.tables[0].files))
		got := r.tables[1]
		require.Equal(t, table.UUID, got.id)
		require.EqualValues(t, 7, got.schemaID)
		require.False(t, got.truncate)
		require.Len(t, got.batches, 2)
		for k, b := range got.batches {
			require.Empty(t, cmp.Diff(listValues(tx.Writes[0].Batches[k]), listValues(b)))
		}
		// What is restored gets the buckets that the first writing got.
		p, err := got.part(table)
		require.NoError(t, err)
		for k, b := range p.batches {
			require.Equal(t, parts[1].batches[k].Cols[len(table.Columns)].Int32s, b.Cols[len(table.Columns)].Int32s)
		}
	}
	r, err := decodeRecord(encodeResolve(uuid.Max, 12345678901, true))
	require.NoError(t, err)
	require.Equal(t, &txRecord{kind: kindResolve, id: uuid.Max, prepared: 12345678901, commit: true}, r)
	r, err = decodeRecord(encodeFence(uuid.Max))
	require.NoError(t, err)
	require.Equal(t, kindFence, r.kind)
}

// TestRecordOfOlderSchema: columns are matched by id.
func TestRecordOfOlderSchema(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	old := everyType()
	tx := Tx{Writes: []Write{{Table: old, Batches: []*vector.Batch{randomBatch(old, rng, 10)}}}}
	parts, err := tx.parts()
	require.NoError(t, err)
	data, err := encodeTx(kindCommit, uuid.New(), parts)
	require.NoError(t, err)
	r, err := decodeRecord(data)
	require.NoError(t, err)
	require.NoError(t, r.decodeBody())
	now := *old
	now.SchemaID++
	now.Columns = []catalog.Column{old.Columns[5], {ID: 99, Name: "new", PhysicalName: "new", Type: sqltype.Of(sqltype.Text)}, old.Columns[0]}
	p, err := r.tables[0].part(&now)
	require.NoError(t, err)
	b := p.batches[0]
	require.Len(t, b.Cols, 4)
	want := listValues(tx.Writes[0].Batches[0])
	got := listValues(b)
	require.Equal(t, want[5], got[0])
	require.Equal(t, make([]any, 10), got[1])
	require.Equal(t, want[0], got[2])
	now.Columns[0].Type = sqltype.Of(sqltype.Text)
	_, err = r.tables[0].part(&now)
	require.ErrorContains(t, err, "was written as")
}

func TestNewerRecordIsRefused(t *testing.T) {
	data := encodeFence(uuid.New())
	data[0] = recordVersion + 1
	_, err := decodeRecord(data)
	require.ErrorContains(t, err, "format version 2")
}

// FuzzRecord: no panic, and no more memory than the input can explain.
func FuzzRecord(f *testing.F) {
	rng := rand.New(rand.NewPCG(5, 6))
	table := everyType()
	for _, n := range []int{1, 100} {
		tx := Tx{Truncate: []*catalog.Table{table}, Writes: []Write{{Table: table, Batches: []*vector.Batch{randomBatch(table, rng, n)}}}}
		parts, err := tx.parts()
		require.NoError(f, err)
		data, err := encodeTx(kindCommit, uuid.New(), parts)
		require.NoError(f, err)
		f.Add(data)
		body, err := decodeBlocks(data[2+16+1+1+16:])
		require.NoError(f, err)
		f.Add(append(append(append([]byte{}, data[:2+16+1+1+16]...), 0x80, 0x80, 0x40, 0), body...))
	}
	f.Add(encodeResolve(uuid.Max, 1, false))
	f.Add(encodeFence(uuid.Max))
	f.Fuzz(func(t *testing.T, data []byte) {
		r, err := decodeRecord(data)
		if err != nil || r.decodeBody() != nil {
			return
		}
		for i := range r.tables {
			for _, b := range r.tables[i].batches {
				require.Len(t, b.Cols, len(r.tables[i].columns))
				if b.Len > 1<<16 {
					return
				}
				listValues(b)
				withBucket(&catalog.Table{Columns: r.tables[i].columns, ShardKey: []int32{1}, Buckets: 3}, b)
			}
		}
	})
}

// BenchmarkEncode states the size and speed of records as COPY makes them.
func BenchmarkEncode(b *testing.B) {
	table := everyType()
	table.Columns = table.Columns[:20]
	rng := rand.New(rand.NewPCG(7, 8))
	batch := randomBatch(table, rng, 20_000)
	tx := Tx{Writes: []Write{{Table: table, Batches: []*vector.Batch{batch}}}}
	parts, err := tx.parts()
	require.NoError(b, err)
	var data []byte
	b.Run("encode", func(b *testing.B) {
		b.SetBytes(int64(batch.Bytes()))
		for b.Loop() {
			data, err = encodeTx(kindCommit, uuid.Max, parts)
		}
		b.ReportMetric(float64(len(data))/float64(batch.Bytes()), "stored/raw")
	})
	b.Run("decode", func(b *testing.B) {
		b.SetBytes(int64(batch.Bytes()))
		for b.Loop() {
			r, err := decodeRecord(data)
			require.NoError(b, err)
			require.NoError(b, r.decodeBody())
		}
	})
}
