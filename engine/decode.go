package engine

import (
	"unsafe"

	b "github.com/duckdb/duckdb-go-bindings"

	"github.com/miniodb/miniodb/internal/vector"
)

// view is DuckDB's memory of a vector as n values of type T.
func view[T any](vec b.Vector, n int) []T {
	return unsafe.Slice((*T)(b.VectorGetData(vec)), n)
}

// validity is the vector's validity mask, nil if it has no NULLs.
func validity(vec b.Vector, n int) []uint64 {
	p := b.VectorGetValidity(vec)
	if p == nil {
		return nil
	}
	return unsafe.Slice((*uint64)(p), (n+63)/64)
}

// decode makes out show the first n values of vec.
func (d *decoder) decode(vec b.Vector, n int, out *vector.Vector) error {
	*out = vector.Vector{Type: d.typ, Valid: validity(vec, n)}
	if n == 0 && d.typ.Kind != vector.KindList {
		return nil
	}
	switch d.id {
	case b.TypeBoolean:
		out.Bools = view[bool](vec, n)
	case b.TypeSmallInt:
		out.Int16s = view[int16](vec, n)
	case b.TypeInteger, b.TypeDate, b.TypeIntegerLiteral:
		out.Int32s = view[int32](vec, n)
	case b.TypeBigInt, b.TypeTime, b.TypeTimestamp, b.TypeTimestampTZ:
		out.Int64s = view[int64](vec, n)
	case b.TypeHugeInt, b.TypeUUID:
		out.Int128s = view[vector.Int128](vec, n)
	case b.TypeFloat:
		out.Float32s = view[float32](vec, n)
	case b.TypeDouble:
		out.Float64s = view[float64](vec, n)
	case b.TypeInterval:
		out.Intervals = view[vector.Interval](vec, n)
	case b.TypeVarchar, b.TypeBlob, b.TypeStringLiteral:
		out.Raw = view[vector.RawString](vec, n)
	case b.TypeDecimal:
		switch d.typ.Kind {
		case vector.KindInt16:
			out.Int16s = view[int16](vec, n)
		case vector.KindInt32:
			out.Int32s = view[int32](vec, n)
		case vector.KindInt64:
			out.Int64s = view[int64](vec, n)
		default:
			out.Int128s = view[vector.Int128](vec, n)
		}
	case b.TypeList, b.TypeArray:
		return d.decodeList(vec, n, out)
	case b.TypeStruct:
		if d.typ.Kind != vector.KindRecord {
			return d.convert(vec, n, out)
		}
		out.Fields = d.kidVecs
		for k, kid := range d.kids {
			if err := kid.decode(b.StructVectorGetChild(vec, b.IdxT(k)), n, &d.kidVecs[k]); err != nil {
				return err
			}
		}
	default:
		return d.convert(vec, n, out)
	}
	return nil
}

func (d *decoder) decodeList(vec b.Vector, n int, out *vector.Vector) error {
	var child b.Vector
	var total int
	if d.id == b.TypeArray {
		child, total = b.ArrayVectorGetChild(vec), n*d.size
		lists := d.buf.Lists[:0]
		for i := range n {
			lists = append(lists, vector.ListEntry{Offset: uint64(i * d.size), Length: uint64(d.size)})
		}
		d.buf.Lists, out.Lists = lists, lists
	} else {
		child, total = b.ListVectorGetChild(vec), int(b.ListVectorGetSize(vec))
		out.Lists = view[vector.ListEntry](vec, n)
	}
	out.Child = &d.kidVecs[0]
	return d.kids[0].decode(child, total, out.Child)
}
