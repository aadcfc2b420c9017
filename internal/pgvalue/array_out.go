package pgvalue

import (
	"encoding/binary"

	"github.com/miniodb/miniodb/internal/sqltype"
	"github.com/miniodb/miniodb/internal/vector"
)

// plainElement reports types whose text never needs quotes in an array.
func plainElement(t vector.Type) bool {
	switch t.Kind {
	case vector.KindBytes, vector.KindInterval, vector.KindRecord:
		return false
	case vector.KindInt64:
		return t.SQL.OID != sqltype.Timestamp && t.SQL.OID != sqltype.Timestamptz
	case vector.KindInt32:
		return t.SQL.OID != sqltype.Date
	}
	return true
}

// arrayText prints {1,NULL,"a b"}; a list of lists prints as an array of two dimensions.
func arrayText(t vector.Type) AppendFunc {
	if t.Elem == nil {
		return func(dst []byte, _ *vector.Vector, _ int, _ *Encoder) []byte { return append(dst, '{', '}') }
	}
	elem, plain := TextFunc(*t.Elem), plainElement(*t.Elem)
	if t.SQL.Vector() {
		return vectorText(elem)
	}
	nested := t.Elem.Kind == vector.KindList
	return func(dst []byte, v *vector.Vector, row int, e *Encoder) []byte {
		entry := v.Lists[row]
		if nested && !holdsElements(v, row) {
			return append(dst, '{', '}')
		}
		dst = append(dst, '{')
		for i := entry.Offset; i < entry.Offset+entry.Length; i++ {
			if i > entry.Offset {
				dst = append(dst, ',')
			}
			if v.Child.IsNull(int(i)) {
				dst = append(dst, "NULL"...)
				continue
			}
			start := len(dst)
			dst = elem(dst, v.Child, int(i), e)
			if !plain && needsQuotes(dst[start:]) {
				dst = quoteTail(dst, start)
			}
		}
		return append(dst, '}')
	}
}

// holdsElements reports whether a list of lists has an element: PostgreSQL's empty arrays have no dimensions.
func holdsElements(v *vector.Vector, row int) bool {
	if v.IsNull(row) {
		return false
	}
	entry := v.Lists[row]
	if v.Child == nil || v.Child.Type.Kind != vector.KindList {
		return entry.Length > 0
	}
	for i := entry.Offset; i < entry.Offset+entry.Length; i++ {
		if holdsElements(v.Child, int(i)) {
			return true
		}
	}
	return false
}

// vectorText prints int2vector and oidvector: 1 2 3.
func vectorText(elem AppendFunc) AppendFunc {
	return func(dst []byte, v *vector.Vector, row int, e *Encoder) []byte {
		entry := v.Lists[row]
		for i := entry.Offset; i < entry.Offset+entry.Length; i++ {
			if i > entry.Offset {
				dst = append(dst, ' ')
			}
			dst = elem(dst, v.Child, int(i), e)
		}
		return dst
	}
}

func needsQuotes(s []byte) bool {
	if len(s) == 0 || len(s) == 4 && isNull(s) {
		return true
	}
	for _, c := range s {
		switch c {
		case '"', '\\', '{', '}', ',', ' ', '\t', '\n', '\r', '\v', '\f':
			return true
		}
	}
	return false
}

func isNull(s []byte) bool {
	return len(s) == 4 && s[0]|0x20 == 'n' && s[1]|0x20 == 'u' && s[2]|0x20 == 'l' && s[3]|0x20 == 'l'
}

// quoteTail puts dst[start:] in double quotes, in place.
func quoteTail(dst []byte, start int) []byte {
	extra := 2
	for _, c := range dst[start:] {
		if c == '"' || c == '\\' {
			extra++
		}
	}
	end := len(dst)
	for range extra {
		dst = append(dst, 0)
	}
	w := len(dst) - 1
	dst[w] = '"'
	for r := end - 1; r >= start; r-- {
		w--
		dst[w] = dst[r]
		if dst[r] == '"' || dst[r] == '\\' {
			w--
			dst[w] = '\\'
		}
	}
	dst[start] = '"'
	return dst
}

// maxArrayDims is PostgreSQL's MAXDIM.
const maxArrayDims = 6

// arrayBinary sends dimensions, a flag for NULLs, the element type and the elements, each with its length.
func arrayBinary(t vector.Type) AppendFunc {
	leaf, dims := t.Elem, 1
	for leaf != nil && leaf.Kind == vector.KindList {
		leaf, dims = leaf.Elem, dims+1
	}
	if leaf == nil || dims > maxArrayDims {
		return arrayText(t)
	}
	fn, oid := BinaryFunc(*leaf), leaf.SQL.OID
	first, bare := uint32(1), t.SQL.Vector()
	if bare { // these begin at 0 and have a dimension even when they are empty
		first = 0
	}
	return func(dst []byte, v *vector.Vector, row int, e *Encoder) []byte {
		var shape [maxArrayDims]uint64
		measure(v, row, shape[:dims])
		n := dims
		for _, d := range shape[:dims] {
			if d == 0 && !bare {
				n = 0
			}
		}
		head := len(dst)
		dst = binary.BigEndian.AppendUint32(dst, uint32(n))
		dst = binary.BigEndian.AppendUint32(dst, 0)
		dst = binary.BigEndian.AppendUint32(dst, uint32(oid))
		if n == 0 {
			return dst
		}
		for _, d := range shape[:dims] {
			dst = binary.BigEndian.AppendUint32(dst, uint32(d))
			dst = binary.BigEndian.AppendUint32(dst, first)
		}
		w := arrayWriter{fn: fn, e: e, shape: shape[:dims]}
		dst = w.list(dst, v, row, 0)
		if w.nulls {
			binary.BigEndian.PutUint32(dst[head+4:], 1)
		}
		return dst
	}
}

// measure finds the longest list of each level.
func measure(v *vector.Vector, row int, shape []uint64) {
	if v.IsNull(row) {
		return
	}
	entry := v.Lists[row]
	shape[0] = max(shape[0], entry.Length)
	if len(shape) == 1 {
		return
	}
	for i := entry.Offset; i < entry.Offset+entry.Length; i++ {
		measure(v.Child, int(i), shape[1:])
	}
}

// arrayWriter writes the elements of one array. PostgreSQL's arrays are rectangular: shorter lists of a ragged one are filled up with NULLs.
type arrayWriter struct {
	fn    AppendFunc
	e     *Encoder
	shape []uint64
	nulls bool
}

func (w *arrayWriter) list(dst []byte, v *vector.Vector, row, level int) []byte {
	var entry vector.ListEntry
	if !v.IsNull(row) {
		entry = v.Lists[row]
	}
	if level < len(w.shape)-1 {
		for i := entry.Offset; i < entry.Offset+entry.Length; i++ {
			dst = w.list(dst, v.Child, int(i), level+1)
		}
		return w.fill(dst, level, w.shape[level]-entry.Length)
	}
	for i := entry.Offset; i < entry.Offset+entry.Length; i++ {
		if v.Child.IsNull(int(i)) {
			dst = w.fill(dst, level, 1)
			continue
		}
		at := len(dst)
		dst = append(dst, 0, 0, 0, 0)
		dst = w.fn(dst, v.Child, int(i), w.e)
		binary.BigEndian.PutUint32(dst[at:], uint32(len(dst)-at-4))
	}
	return w.fill(dst, level, w.shape[level]-entry.Length)
}

// fill writes n missing lists or elements of a level as NULLs.
func (w *arrayWriter) fill(dst []byte, level int, n uint64) []byte {
	for _, d := range w.shape[level+1:] {
		n *= d
	}
	for range n {
		w.nulls = true
		dst = binary.BigEndian.AppendUint32(dst, ^uint32(0))
	}
	return dst
}
