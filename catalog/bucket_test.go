package catalog

import (
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/miniodb/miniodb/internal/sqltype"
	"github.com/miniodb/miniodb/internal/vector"
)

// TestHashVectors are the examples of the Iceberg table specification, Appendix B.
func TestHashVectors(t *testing.T) {
	col := func(typ sqltype.Type, fill func(*vector.Appender)) *vector.Vector {
		b := vector.NewBuilder([]vector.Type{vector.TypeOf(typ)})
		fill(b.Col(0))
		return &b.Take().Cols[0]
	}
	id := uuid.MustParse("f79c3e09-677c-4bbd-a479-3f349cb785e7")
	var u vector.Int128
	for i, b := range id {
		if i < 8 {
			u.Hi = u.Hi<<8 | int64(b)
		} else {
			u.Lo = u.Lo<<8 | uint64(b)
		}
	}
	u.Hi ^= -1 << 63
	for _, c := range []struct {
		name string
		want int32
		v    *vector.Vector
	}{
		{"int 34", 2017239379, col(sqltype.Of(sqltype.Int4), func(a *vector.Appender) { a.Int32(34) })},
		{"smallint 34", 2017239379, col(sqltype.Of(sqltype.Int2), func(a *vector.Appender) { a.Int16(34) })},
		{"long 34", 2017239379, col(sqltype.Of(sqltype.Int8), func(a *vector.Appender) { a.Int64(34) })},
		{"decimal 14.20", -500754589, col(sqltype.NumericOf(9, 2), func(a *vector.Appender) { a.Int32(1420) })},
		{"decimal 14.20, wide", -500754589, col(sqltype.NumericOf(38, 2), func(a *vector.Appender) { a.Int128(vector.Int128{Lo: 1420}) })},
		{"date 2017-11-16", -653330422, col(sqltype.Of(sqltype.Date), func(a *vector.Appender) { a.Int32(17486) })},
		{"time 22:31:08", -662762989, col(sqltype.Of(sqltype.Time), func(a *vector.Appender) { a.Int64(81068000000) })},
		{"timestamp 2017-11-16T22:31:08", -2047944441, col(sqltype.Of(sqltype.Timestamp), func(a *vector.Appender) { a.Int64(1510871468000000) })},
		{"timestamp with fraction", -1207196810, col(sqltype.Of(sqltype.Timestamptz), func(a *vector.Appender) { a.Int64(1510871468000001) })},
		{"string iceberg", 1210000089, col(sqltype.Of(sqltype.Text), func(a *vector.Appender) { a.Bytes([]byte("iceberg")) })},
		{"char iceberg", 1210000089, col(sqltype.BpcharOf(10), func(a *vector.Appender) { a.Bytes([]byte("iceberg   ")) })},
		{"uuid", 1488055340, col(sqltype.Of(sqltype.UUID), func(a *vector.Appender) { a.Int128(u) })},
		{"binary 00 01 02 03", -188683207, col(sqltype.Of(sqltype.Bytea), func(a *vector.Appender) { a.Bytes([]byte{0, 1, 2, 3}) })},
		{"boolean true", 1392991556, col(sqltype.Of(sqltype.Bool), func(a *vector.Appender) { a.Bool(true) })},
		{"float 1.0", -142385009, col(sqltype.Of(sqltype.Float4), func(a *vector.Appender) { a.Float32(1) })},
		{"double 1.0", -142385009, col(sqltype.Of(sqltype.Float8), func(a *vector.Appender) { a.Float64(1) })},
		{"double -0.0", 1669671676, col(sqltype.Of(sqltype.Float8), func(a *vector.Appender) { x := 0.0; a.Float64(-x) })},
	} {
		require.Equal(t, c.want, int32(hash(0, c.v, 0)), c.name)
		require.Equal(t, int32(uint32(c.want)&0x7fffffff)%16, Bucket([]*vector.Vector{c.v}, 0, 16), c.name)
	}
	null := col(sqltype.Of(sqltype.Int4), func(a *vector.Appender) { a.Null() })
	require.Zero(t, Bucket([]*vector.Vector{null}, 0, 16))
}
