package engine

import (
	"math/big"

	b "github.com/duckdb/duckdb-go-bindings"
	"github.com/jackc/pgerrcode"

	"github.com/miniodb/miniodb/internal/pgerr"
	"github.com/miniodb/miniodb/internal/sqltype"
	"github.com/miniodb/miniodb/internal/vector"
)

// maxTextBytes limits the converted text of one column of one batch.
const maxTextBytes = 1 << 30

// unknownType stands for the type of a prepared column that depends on an unresolved parameter.
var unknownType = vector.TypeOf(sqltype.Of(sqltype.Text))

// convertText renders the types that PostgreSQL does not have, as DuckDB does.
func (d *decoder) convertText(vec b.Vector, n int, out *vector.Vector) error {
	row, err := d.renderer(vec, n, out)
	if err != nil {
		return err
	}
	data, offsets := d.buf.Data[:0], append(d.buf.Offsets[:0], 0)
	for i := range n {
		if !out.IsNull(i) {
			data = row(data, i)
		}
		if len(data) > maxTextBytes {
			return pgerr.New(pgerrcode.ProgramLimitExceeded, "text of a nested value is too long")
		}
		offsets = append(offsets, uint32(len(data)))
	}
	d.buf.Data, d.buf.Offsets = data, offsets
	out.Data, out.Offsets = data, offsets
	return nil
}

// renderer returns what appends the text of row i, which is not NULL.
func (d *decoder) renderer(vec b.Vector, n int, out *vector.Vector) (func(dst []byte, i int) []byte, error) {
	switch d.id {
	case b.TypeEnum:
		return d.enumRow(vec, n), nil
	case b.TypeStruct:
		return d.structRow(vec, n)
	case b.TypeMap:
		return d.mapRow(vec, n)
	case b.TypeUnion:
		return d.unionRow(vec, n)
	case b.TypeTimeTZ:
		in := view[uint64](vec, n)
		return func(dst []byte, i int) []byte { return appendTimeTZ(dst, in[i]) }, nil
	case b.TypeBit, b.TypeBigNum, b.TypeGeometry:
		raw := vector.Vector{Raw: view[vector.RawString](vec, n)}
		render := map[b.Type]func([]byte, []byte) []byte{b.TypeBit: appendBit, b.TypeBigNum: appendBigNum, b.TypeGeometry: appendHex}[d.id]
		return func(dst []byte, i int) []byte { return render(dst, raw.Bytes(i)) }, nil
	case b.TypeSQLNull:
		out.Valid = append(d.buf.Valid[:0], make([]uint64, (n+63)/64)...)
		d.buf.Valid = out.Valid
		return nil, nil
	}
	return nil, pgerr.New(pgerrcode.InternalError, "no text form for DuckDB type %d", d.id)
}

func (d *decoder) enumRow(vec b.Vector, n int) func([]byte, int) []byte {
	var label func(i int) int
	switch {
	case len(d.dict) <= 1<<8:
		in := view[uint8](vec, n)
		label = func(i int) int { return int(in[i]) }
	case len(d.dict) <= 1<<16:
		in := view[uint16](vec, n)
		label = func(i int) int { return int(in[i]) }
	default:
		in := view[uint32](vec, n)
		label = func(i int) int { return int(in[i]) }
	}
	return func(dst []byte, i int) []byte { return append(dst, d.dict[label(i)]...) }
}

func (d *decoder) structRow(vec b.Vector, n int) (func([]byte, int) []byte, error) {
	for k, kid := range d.kids {
		if err := kid.decode(b.StructVectorGetChild(vec, b.IdxT(k)), n, &d.kidVecs[k]); err != nil {
			return nil, err
		}
	}
	return func(dst []byte, i int) []byte {
		dst = append(dst, '{')
		for k := range d.kids {
			if k > 0 {
				dst = append(dst, ", "...)
			}
			dst = append(appendQuoted(dst, d.names[k]), ": "...)
			dst = appendNested(dst, &d.kidVecs[k], i)
		}
		return append(dst, '}')
	}, nil
}

func (d *decoder) mapRow(vec b.Vector, n int) (func([]byte, int) []byte, error) {
	pairs, total := b.ListVectorGetChild(vec), int(b.ListVectorGetSize(vec))
	for k, kid := range d.kids {
		if err := kid.decode(b.StructVectorGetChild(pairs, b.IdxT(k)), total, &d.kidVecs[k]); err != nil {
			return nil, err
		}
	}
	lists := view[vector.ListEntry](vec, n)
	return func(dst []byte, i int) []byte {
		dst = append(dst, '{')
		for j := range int(lists[i].Length) {
			if j > 0 {
				dst = append(dst, ", "...)
			}
			at := int(lists[i].Offset) + j
			dst = append(appendNested(dst, &d.kidVecs[0], at), '=')
			dst = appendNested(dst, &d.kidVecs[1], at)
		}
		return append(dst, '}')
	}, nil
}

func (d *decoder) unionRow(vec b.Vector, n int) (func([]byte, int) []byte, error) {
	for k, kid := range d.kids {
		if err := kid.decode(b.StructVectorGetChild(vec, b.IdxT(k+1)), n, &d.kidVecs[k]); err != nil {
			return nil, err
		}
	}
	tags := view[uint8](b.StructVectorGetChild(vec, 0), n)
	return func(dst []byte, i int) []byte {
		v := &d.kidVecs[tags[i]]
		if v.IsNull(i) {
			return append(dst, "NULL"...)
		}
		return appendValue(dst, v, i)
	}, nil
}

// appendBigNum renders DuckDB's arbitrarily large integer: three bytes of header whose top bit says that it is not negative,
// then the magnitude, highest byte first. A negative number has all bits inverted.
func appendBigNum(dst, raw []byte) []byte {
	const header = 3
	if len(raw) <= header {
		return append(dst, '0')
	}
	x := new(big.Int)
	if raw[0]&0x80 != 0 {
		x.SetBytes(raw[header:])
		return x.Append(dst, 10)
	}
	inverted := make([]byte, len(raw)-header)
	for i, c := range raw[header:] {
		inverted[i] = ^c
	}
	return x.Neg(x.SetBytes(inverted)).Append(dst, 10)
}

// appendBit renders a bit string: the first byte says how many bits of the second are padding.
func appendBit(dst, raw []byte) []byte {
	if len(raw) < 2 {
		return dst
	}
	for i := int(raw[0]); i < 8*(len(raw)-1); i++ {
		dst = append(dst, '0'+raw[1+i/8]>>(7-i%8)&1)
	}
	return dst
}
