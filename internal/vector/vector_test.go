package vector

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/miniodb/miniodb/internal/sqltype"
)

// sample has a column of every layout with 130 rows, every third NULL but in the first column.
func sample(t *testing.T) *Batch {
	t.Helper()
	array, ok := sqltype.Of(sqltype.Text).Array()
	require.True(t, ok)
	var types []Type
	for _, s := range []sqltype.Type{
		sqltype.Of(sqltype.Int8), sqltype.Of(sqltype.Bool), sqltype.Of(sqltype.Int2), sqltype.Of(sqltype.Date), sqltype.Of(sqltype.UUID),
		sqltype.Of(sqltype.Float4), sqltype.Of(sqltype.Float8), sqltype.Of(sqltype.Text), sqltype.Of(sqltype.Interval), array,
		sqltype.NumericOf(4, 2), sqltype.NumericOf(9, 2), sqltype.NumericOf(18, 2), sqltype.NumericOf(38, 2),
	} {
		types = append(types, TypeOf(s))
	}
	b := NewBuilder(types)
	for i := range 130 {
		for c := range types {
			a := b.Col(c)
			if c > 0 && i%3 == 0 {
				a.Null()
				continue
			}
			switch a.Type().Kind {
			case KindBool:
				a.Bool(i%2 == 0)
			case KindInt16:
				a.Int16(int16(i))
			case KindInt32:
				a.Int32(int32(i))
			case KindInt64:
				a.Int64(int64(i))
			case KindInt128:
				a.Int128(Int128{Lo: uint64(i), Hi: -1})
			case KindFloat32:
				a.Float32(float32(i))
			case KindFloat64:
				a.Float64(float64(i))
			case KindBytes:
				a.Bytes([]byte{byte('a' + i%26)})
			case KindInterval:
				a.Interval(Interval{Months: int32(i)})
			case KindList:
				require.NoError(t, a.List(func(e *Appender) error {
					for j := range i % 4 {
						if j == 2 {
							e.Null()
						} else {
							e.Bytes([]byte{byte('A' + j)})
						}
					}
					return nil
				}))
			}
		}
	}
	return b.Take()
}

// rebuild copies rows of a batch one by one.
func rebuild(b *Batch, from, n int) *Batch {
	types := make([]Type, len(b.Cols))
	for i := range types {
		types[i] = b.Cols[i].Type
	}
	out := NewBuilder(types)
	for i := range n {
		for c := range b.Cols {
			out.Col(c).Copy(&b.Cols[c], from+i)
		}
	}
	return out.Take()
}

func TestCloneAndSlice(t *testing.T) {
	b := sample(t)
	require.Equal(t, rebuild(b, 0, b.Len), rebuild(b.Clone(), 0, b.Len))
	require.Same(t, b, b.Slice(0, b.Len))
	for _, cut := range [][2]int{{0, 1}, {1, 64}, {63, 66}, {64, 64}, {129, 1}, {5, 0}} {
		s := b.Slice(cut[0], cut[1])
		require.Equal(t, cut[1], s.Len)
		require.Equal(t, rebuild(b, cut[0], cut[1]), rebuild(s, 0, cut[1]))
		require.Equal(t, rebuild(b, cut[0], cut[1]), rebuild(s.Clone(), 0, cut[1]))
	}
	require.Positive(t, b.Bytes())
}

func TestNulls(t *testing.T) {
	b := sample(t)
	require.Nil(t, b.Cols[0].Valid)
	require.Zero(t, b.Cols[0].NullCount(b.Len))
	for n, want := range map[int]int{0: 0, 1: 1, 3: 1, 4: 2, 64: 22, 65: 22, 130: 44} {
		require.Equal(t, want, b.Cols[1].NullCount(n), n)
	}
	require.True(t, b.Cols[1].IsNull(129))
	require.False(t, b.Cols[1].IsNull(128))
}

func TestCompare(t *testing.T) {
	one := func(typ sqltype.OID, add func(a *Appender)) *Vector {
		b := NewBuilder([]Type{TypeOf(sqltype.Of(typ))})
		add(b.Col(0))
		return &b.Take().Cols[0]
	}
	less := [][2]*Vector{
		{one(sqltype.Bool, func(a *Appender) { a.Bool(false) }), one(sqltype.Bool, func(a *Appender) { a.Bool(true) })},
		{one(sqltype.Int2, func(a *Appender) { a.Int16(-1) }), one(sqltype.Int2, func(a *Appender) { a.Int16(1) })},
		{one(sqltype.Int8, func(a *Appender) { a.Int64(math.MinInt64) }), one(sqltype.Int8, func(a *Appender) { a.Int64(0) })},
		{one(sqltype.UUID, func(a *Appender) { a.Int128(Int128{Hi: -1, Lo: 5}) }), one(sqltype.UUID, func(a *Appender) { a.Int128(Int128{Lo: 1}) })},
		{one(sqltype.Float8, func(a *Appender) { a.Float64(math.Inf(1)) }), one(sqltype.Float8, func(a *Appender) { a.Float64(math.NaN()) })},
		{one(sqltype.Text, func(a *Appender) { a.Bytes([]byte("B")) }), one(sqltype.Text, func(a *Appender) { a.Bytes([]byte("a")) })},
	}
	for _, p := range less {
		require.Negative(t, Compare(p[0], 0, p[1], 0), "%v", p[0].Type)
		require.Positive(t, Compare(p[1], 0, p[0], 0), "%v", p[0].Type)
		require.Zero(t, Compare(p[1], 0, p[1], 0), "%v", p[0].Type)
	}
}
