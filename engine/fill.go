package engine

import (
	"encoding/binary"
	"math"
	"runtime"
	"unicode/utf8"
	"unsafe"

	b "github.com/duckdb/duckdb-go-bindings"
	"github.com/jackc/pgerrcode"

	"github.com/miniodb/miniodb/internal/pgerr"
	"github.com/miniodb/miniodb/internal/sqltype"
	"github.com/miniodb/miniodb/internal/vector"
)

// maxListElems limits the array elements of one chunk: DuckDB cannot fail to get their memory but by ending the process.
const maxListElems = 1 << 26

// inlineBytes is how much of a string a string_t holds itself.
const inlineBytes = 12

func fillOffset(vec b.Vector, n int, offset int64) {
	out := view[int64](vec, n)
	for i := range out {
		out[i] = offset
	}
}

// fill copies n values of v, beginning with row from, into vec, which has room for them. Strings are not copied: vec points at
// them, and pin keeps them where they are until vec has been read.
func fill(pin *runtime.Pinner, vec b.Vector, v *vector.Vector, from, n int) error {
	if n == 0 {
		return nil
	}
	if err := fillValidity(vec, v, from, n); err != nil {
		return err
	}
	switch v.Type.Kind {
	case vector.KindBool:
		return copyTo(vec, v.Bools, from, n)
	case vector.KindInt16:
		return copyTo(vec, v.Int16s, from, n)
	case vector.KindInt32:
		return copyTo(vec, v.Int32s, from, n)
	case vector.KindInt64:
		return copyTo(vec, v.Int64s, from, n)
	case vector.KindInt128:
		return copyTo(vec, v.Int128s, from, n)
	case vector.KindFloat32:
		return copyTo(vec, v.Float32s, from, n)
	case vector.KindFloat64:
		return copyTo(vec, v.Float64s, from, n)
	case vector.KindInterval:
		return copyTo(vec, v.Intervals, from, n)
	case vector.KindBytes:
		return fillStrings(pin, vec, v, from, n)
	case vector.KindList:
		return fillList(pin, vec, v, from, n)
	}
	return pgerr.New(pgerrcode.InternalError, "a batch holds a column of type %s, which has no layout", v.Type.SQL)
}

func copyTo[T any](vec b.Vector, in []T, from, n int) error {
	if len(in) < from+n {
		return shortBatch(len(in), from+n)
	}
	copy(view[T](vec, n), in[from:from+n])
	return nil
}

func shortBatch(have, want int) error {
	return pgerr.New(pgerrcode.InternalError, "a batch has a column of %d values, fewer than its %d rows", have, want)
}

// fillValidity copies the validity bits. A fresh chunk has no NULLs.
func fillValidity(vec b.Vector, v *vector.Vector, from, n int) error {
	if v.Valid == nil {
		return nil
	}
	if have := 64 * len(v.Valid); have < from+n {
		return shortBatch(have, from+n)
	}
	b.VectorEnsureValidityWritable(vec)
	out := unsafe.Slice((*uint64)(b.VectorGetValidity(vec)), (n+63)/64)
	word, shift := from>>6, uint(from)&63
	for i := range out {
		x := v.Valid[word+i] >> shift
		if shift != 0 && word+i+1 < len(v.Valid) {
			x |= v.Valid[word+i+1] << (64 - shift)
		}
		out[i] = x
	}
	return nil
}

// fillStrings writes string_t values: DuckDB keeps up to 12 bytes inline, longer strings as a prefix and a pointer.
func fillStrings(pin *runtime.Pinner, vec b.Vector, v *vector.Vector, from, n int) error {
	out := view[vector.RawString](vec, n)
	text := v.Type.SQL.OID != sqltype.Bytea
	switch {
	case v.Raw != nil:
		if len(v.Raw) < from+n {
			return shortBatch(len(v.Raw), from+n)
		}
		for i := range out {
			if v.IsNull(from + i) {
				out[i] = vector.RawString{} // what DuckDB left in a NULL's slot may point anywhere
			} else {
				out[i] = v.Raw[from+i]
			}
		}
		return nil
	case len(v.Offsets) < from+n+1:
		return shortBatch(len(v.Offsets)-1, from+n)
	}
	if len(v.Data) > 0 {
		pin.Pin(unsafe.SliceData(v.Data))
	}
	for i := range out {
		lo, hi := v.Offsets[from+i], v.Offsets[from+i+1]
		if lo > hi || uint64(hi) > uint64(len(v.Data)) {
			return pgerr.New(pgerrcode.InternalError, "a batch has a string outside its data")
		}
		s := v.Data[lo:hi]
		if text && !utf8.Valid(s) {
			return pgerr.New(pgerrcode.CharacterNotInRepertoire, "invalid byte sequence for encoding \"UTF8\"")
		}
		r := vector.RawString{}
		binary.NativeEndian.PutUint32(r[:4], uint32(len(s)))
		if len(s) <= inlineBytes {
			copy(r[4:], s)
		} else {
			copy(r[4:8], s)
			binary.NativeEndian.PutUint64(r[8:], uint64(uintptr(unsafe.Pointer(unsafe.SliceData(s)))))
		}
		out[i] = r
	}
	return nil
}

// fillList copies list entries and the children that they span.
func fillList(pin *runtime.Pinner, vec b.Vector, v *vector.Vector, from, n int) error {
	if len(v.Lists) < from+n {
		return shortBatch(len(v.Lists), from+n)
	}
	lo, hi, found := uint64(0), uint64(0), false
	for i := from; i < from+n; i++ {
		e := v.Lists[i]
		if v.IsNull(i) || e.Length == 0 {
			continue
		}
		if !found || e.Offset < lo {
			lo = e.Offset
		}
		found, hi = true, max(hi, e.Offset+e.Length)
		if e.Offset > math.MaxInt32 || e.Length > math.MaxInt32 {
			return pgerr.New(pgerrcode.ProgramLimitExceeded, "a batch has more than %d array elements", math.MaxInt32)
		}
	}
	out := view[vector.ListEntry](vec, n)
	for i := range out {
		e := v.Lists[from+i]
		if v.IsNull(from+i) || e.Length == 0 {
			out[i] = vector.ListEntry{}
			continue
		}
		out[i] = vector.ListEntry{Offset: e.Offset - lo, Length: e.Length}
	}
	if v.Child == nil {
		return shortBatch(0, int(hi))
	}
	total := b.IdxT(hi - lo)
	if total > maxListElems {
		return pgerr.New(pgerrcode.ProgramLimitExceeded, "arrays of %d rows have %d elements, more than %d", n, total, maxListElems)
	}
	if b.ListVectorReserve(vec, total) != b.StateSuccess || b.ListVectorSetSize(vec, total) != b.StateSuccess {
		return pgerr.New(pgerrcode.OutOfMemory, "out of memory for an array of %d elements", total)
	}
	return fill(pin, b.ListVectorGetChild(vec), v.Child, int(lo), int(hi-lo))
}
