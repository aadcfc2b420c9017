// Package vector is the columnar form in which rows travel through MiniODB: from COPY, INSERT and bulk writes into the
// WAL and the buffer, and from DuckDB to the wire.
//
// It owns Batch, Vector and Builder. The physical layouts are DuckDB's, so that a chunk of a result is looked at in place
// and a batch is appended by copying arrays. It knows no text or binary forms (pgvalue) and does no I/O.
package vector

import (
	"encoding/binary"
	"math/bits"
	"unsafe"

	"github.com/miniodb/miniodb/internal/sqltype"
)

// Kind is a physical layout: which of a Vector's slices holds the values.
type Kind uint8

// Layouts. Dates are days since 1970-01-01, times microseconds since midnight, timestamps microseconds since
// 1970-01-01 UTC; infinity is the largest value of the width and -infinity its negation, as in DuckDB.
const (
	Invalid      Kind = iota
	KindBool          // Bools
	KindInt16         // Int16s: int2, numeric up to 4 digits
	KindInt32         // Int32s: int4, date, numeric up to 9 digits
	KindInt64         // Int64s: int8, oid, time, timestamp, timestamptz, numeric up to 18 digits
	KindInt128        // Int128s: numeric up to 38 digits, uuid (highest bit flipped, as DuckDB keeps it)
	KindFloat32       // Float32s
	KindFloat64       // Float64s
	KindBytes         // Bytes(i): text, varchar, bpchar, name, json, jsonb (UTF-8), bytea
	KindInterval      // Intervals
	KindList          // Lists and Child
	KindRecord        // Fields; results have it, tables and parameters do not
)

// Type says what a Vector holds and how.
type Type struct {
	SQL   sqltype.Type
	Kind  Kind
	Width uint8 // numeric: digits, 1 to 38
	Scale uint8 // numeric: the stored integer is value * 10^Scale
	Elem  *Type // KindList: the element
	// Fields are those of a KindRecord, in their order.
	Fields []Type
}

// Int128 is a signed 128-bit integer in DuckDB's hugeint layout.
type Int128 struct {
	Lo uint64
	Hi int64
}

// Interval is DuckDB's interval_t; PostgreSQL has the same three fields.
type Interval struct {
	Months, Days int32
	Micros       int64
}

// ListEntry is one list: Length elements of the child from Offset on.
type ListEntry struct{ Offset, Length uint64 }

// RawString is DuckDB's string_t: 4 bytes of length, then up to 12 bytes inline, or a 4-byte prefix and a pointer.
type RawString [16]byte

// Vector is one column of a Batch. Exactly the slice that Type.Kind names is set. A vector that came from the engine
// points into DuckDB's memory and is valid only until the next batch is asked for.
type Vector struct {
	Type  Type
	Valid []uint64 // bit i%64 of word i/64 set: row i is not NULL; nil: no NULLs

	Bools     []bool
	Int16s    []int16
	Int32s    []int32
	Int64s    []int64
	Int128s   []Int128
	Float32s  []float32
	Float64s  []float64
	Intervals []Interval
	Lists     []ListEntry
	Child     *Vector
	Fields    []Vector // each as long as the vector

	// KindBytes has one of two backings: Raw as DuckDB returns it, or Data cut at Offsets (rows+1 of them) as Builder makes it.
	Raw     []RawString
	Data    []byte
	Offsets []uint32
}

// Batch is a number of rows in columns.
type Batch struct {
	Len  int
	Cols []Vector
}

// IsNull reports whether row i is NULL.
func (v *Vector) IsNull(i int) bool {
	return v.Valid != nil && v.Valid[i>>6]&(1<<(uint(i)&63)) == 0
}

// Bytes returns the value of row i of a KindBytes vector without copying it.
func (v *Vector) Bytes(i int) []byte {
	if v.Raw == nil {
		return v.Data[v.Offsets[i]:v.Offsets[i+1]]
	}
	s := &v.Raw[i]
	n := binary.NativeEndian.Uint32(s[:4])
	if n <= 12 {
		return s[4 : 4+n]
	}
	return unsafe.Slice(*(**byte)(unsafe.Pointer(&s[8])), n)
}

// NullCount counts the NULLs among the first n rows.
func (v *Vector) NullCount(n int) int {
	if v.Valid == nil {
		return 0
	}
	valid := 0
	for w := 0; w < n>>6; w++ {
		valid += bits.OnesCount64(v.Valid[w])
	}
	if rest := uint(n) & 63; rest != 0 {
		valid += bits.OnesCount64(v.Valid[n>>6] & (1<<rest - 1))
	}
	return n - valid
}

// TypeOf returns the layout in which values of a PostgreSQL type are kept. Bare numeric is decimal(38,9). The Kind is Invalid for
// a type that cannot be stored.
func TypeOf(t sqltype.Type) Type {
	if elem, ok := t.Elem(); ok {
		e := TypeOf(elem)
		if e.Kind == Invalid {
			return Type{SQL: t}
		}
		return Type{SQL: t, Kind: KindList, Elem: &e}
	}
	vt := Type{SQL: t}
	switch t.OID {
	case sqltype.Bool:
		vt.Kind = KindBool
	case sqltype.Int2:
		vt.Kind = KindInt16
	case sqltype.Int4, sqltype.Date:
		vt.Kind = KindInt32
	case sqltype.Int8, sqltype.Oid, sqltype.Xid, sqltype.Cid, sqltype.Xid8, sqltype.Time, sqltype.Timestamp, sqltype.Timestamptz:
		vt.Kind = KindInt64
	case sqltype.Float4:
		vt.Kind = KindFloat32
	case sqltype.Float8:
		vt.Kind = KindFloat64
	case sqltype.Text, sqltype.Varchar, sqltype.Bpchar, sqltype.Name, sqltype.JSON, sqltype.JSONB, sqltype.Bytea,
		sqltype.Char, sqltype.Unknown, sqltype.Tid, sqltype.NodeTree, sqltype.Inet, sqltype.Aclitem, sqltype.Anyarray, sqltype.LSN, sqltype.Bit, sqltype.Varbit:
		vt.Kind = KindBytes
	case sqltype.Interval:
		vt.Kind = KindInterval
	case sqltype.UUID:
		vt.Kind = KindInt128
	case sqltype.Numeric:
		p, s, ok := t.PrecisionScale()
		if !ok {
			p, s = BareNumericPrecision, BareNumericScale
		}
		vt.Kind, vt.Width, vt.Scale = DecimalKind(p), uint8(p), uint8(s)
	default:
		if t.Enum() || t.Reg() { // a label, or an OID that leaves a query as the name it stands for
			vt.Kind = KindBytes
		}
	}
	return vt
}

// Bare numeric, without precision and scale, is stored so; more digits overflow with 22003.
const (
	BareNumericPrecision = 38
	BareNumericScale     = 9
)

// DecimalKind returns the layout of a decimal of the given number of digits, 1 to 38.
func DecimalKind(precision int) Kind {
	switch {
	case precision <= 4:
		return KindInt16
	case precision <= 9:
		return KindInt32
	case precision <= 18:
		return KindInt64
	}
	return KindInt128
}
