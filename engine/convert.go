package engine

import (
	"math"

	b "github.com/duckdb/duckdb-go-bindings"
	"github.com/jackc/pgerrcode"

	"github.com/miniodb/miniodb/internal/pgerr"
	"github.com/miniodb/miniodb/internal/vector"
)

// convert handles the types whose layout PostgreSQL has no twin for. out.Valid is set already; slots of NULLs hold anything.
func (d *decoder) convert(vec b.Vector, n int, out *vector.Vector) error {
	switch d.id {
	case b.TypeTinyInt:
		out.Int16s = widen(&d.buf.Int16s, view[int8](vec, n))
	case b.TypeUTinyInt:
		out.Int16s = widen(&d.buf.Int16s, view[uint8](vec, n))
	case b.TypeUSmallInt:
		out.Int32s = widen(&d.buf.Int32s, view[uint16](vec, n))
	case b.TypeUInteger:
		out.Int64s = widen(&d.buf.Int64s, view[uint32](vec, n))
	case b.TypeUBigInt:
		buf := d.buf.Int128s[:0]
		for _, x := range view[uint64](vec, n) {
			buf = append(buf, vector.Int128{Lo: x})
		}
		d.buf.Int128s, out.Int128s = buf, buf
	case b.TypeUHugeInt:
		out.Int128s = view[vector.Int128](vec, n)
		for i := range n {
			if out.Int128s[i].Hi < 0 && !out.IsNull(i) {
				return pgerr.New(pgerrcode.NumericValueOutOfRange, "numeric out of range")
			}
		}
	case b.TypeTimestampS:
		return d.scaleUp(view[int64](vec, n), 1_000_000, out)
	case b.TypeTimestampMS:
		return d.scaleUp(view[int64](vec, n), 1_000, out)
	case b.TypeTimestampNS, b.TypeTimeNS:
		buf := d.buf.Int64s[:0]
		for _, x := range view[int64](vec, n) {
			if !infinite(x) {
				x = floorDiv(x, 1000)
			}
			buf = append(buf, x)
		}
		d.buf.Int64s, out.Int64s = buf, buf
	default:
		return d.convertText(vec, n, out)
	}
	return nil
}

// widen copies integers into a larger type. It reuses *buf.
func widen[To int16 | int32 | int64, From int8 | uint8 | uint16 | uint32](buf *[]To, in []From) []To {
	out := (*buf)[:0]
	for _, x := range in {
		out = append(out, To(x))
	}
	*buf = out
	return out
}

// scaleUp turns timestamps of a coarser unit into microseconds.
func (d *decoder) scaleUp(in []int64, factor int64, out *vector.Vector) error {
	buf := d.buf.Int64s[:0]
	for i, x := range in {
		switch {
		case out.IsNull(i):
			x = 0
		case infinite(x):
		case x > math.MaxInt64/factor || x < math.MinInt64/factor:
			return pgerr.New(pgerrcode.DatetimeFieldOverflow, "timestamp out of range")
		default:
			x *= factor
		}
		buf = append(buf, x)
	}
	d.buf.Int64s, out.Int64s = buf, buf
	return nil
}

// infinite reports infinity and -infinity as DuckDB keeps them.
func infinite(x int64) bool { return x == math.MaxInt64 || x == -math.MaxInt64 }

func floorDiv(a, b int64) int64 {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}
