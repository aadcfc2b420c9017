package pgvalue

import (
	"encoding/binary"
	"math"

	"github.com/miniodb/miniodb/internal/sqltype"
	"github.com/miniodb/miniodb/internal/vector"
)

// PostgreSQL counts dates and timestamps from 2000-01-01, vectors from 1970-01-01.
const (
	pgEpochDays   = 10957
	pgEpochMicros = pgEpochDays * microsPerDay
)

func binBool(dst []byte, v *vector.Vector, row int, _ *Encoder) []byte {
	if v.Bools[row] {
		return append(dst, 1)
	}
	return append(dst, 0)
}

// intAt returns a value of any integer layout.
func intAt(v *vector.Vector, row int) int64 {
	switch v.Type.Kind {
	case vector.KindInt16:
		return int64(v.Int16s[row])
	case vector.KindInt32:
		return int64(v.Int32s[row])
	case vector.KindInt128:
		return int64(v.Int128s[row].Lo)
	}
	return v.Int64s[row]
}

// binInt sends an integer in the width of its SQL type, which may differ from that of its layout (oid is kept in 64 bits).
func binInt(t vector.Type) AppendFunc {
	width := t.SQL.Size()
	if width != 2 && width != 4 && width != 8 {
		width = map[vector.Kind]int16{vector.KindInt16: 2, vector.KindInt32: 4, vector.KindInt64: 8}[t.Kind]
	}
	switch {
	case width == 8 && t.Kind == vector.KindInt64:
		return func(dst []byte, v *vector.Vector, row int, _ *Encoder) []byte {
			return binary.BigEndian.AppendUint64(dst, uint64(v.Int64s[row]))
		}
	case width == 4 && t.Kind == vector.KindInt32:
		return func(dst []byte, v *vector.Vector, row int, _ *Encoder) []byte {
			return binary.BigEndian.AppendUint32(dst, uint32(v.Int32s[row]))
		}
	case width == 8:
		return func(dst []byte, v *vector.Vector, row int, _ *Encoder) []byte {
			return binary.BigEndian.AppendUint64(dst, uint64(intAt(v, row)))
		}
	case width == 4:
		return func(dst []byte, v *vector.Vector, row int, _ *Encoder) []byte {
			return binary.BigEndian.AppendUint32(dst, uint32(intAt(v, row)))
		}
	}
	return func(dst []byte, v *vector.Vector, row int, _ *Encoder) []byte {
		return binary.BigEndian.AppendUint16(dst, uint16(intAt(v, row)))
	}
}

// binFloat sends a float in the width of its SQL type.
func binFloat(t vector.Type) AppendFunc {
	switch {
	case t.Kind == vector.KindFloat32 && t.SQL.OID == sqltype.Float8:
		return func(dst []byte, v *vector.Vector, row int, _ *Encoder) []byte {
			return binary.BigEndian.AppendUint64(dst, math.Float64bits(float64(v.Float32s[row])))
		}
	case t.Kind == vector.KindFloat32:
		return func(dst []byte, v *vector.Vector, row int, _ *Encoder) []byte {
			return binary.BigEndian.AppendUint32(dst, math.Float32bits(v.Float32s[row]))
		}
	case t.SQL.OID == sqltype.Float4:
		return func(dst []byte, v *vector.Vector, row int, _ *Encoder) []byte {
			return binary.BigEndian.AppendUint32(dst, math.Float32bits(float32(v.Float64s[row])))
		}
	}
	return func(dst []byte, v *vector.Vector, row int, _ *Encoder) []byte {
		return binary.BigEndian.AppendUint64(dst, math.Float64bits(v.Float64s[row]))
	}
}

func binDate(dst []byte, v *vector.Vector, row int, _ *Encoder) []byte {
	d := intAt(v, row)
	switch d {
	case dateInfinity:
		d = math.MaxInt32
	case -dateInfinity:
		d = math.MinInt32
	default:
		d = max(d-pgEpochDays, math.MinInt32+1)
	}
	return binary.BigEndian.AppendUint32(dst, uint32(int32(d)))
}

func binTime(dst []byte, v *vector.Vector, row int, _ *Encoder) []byte {
	return binary.BigEndian.AppendUint64(dst, uint64(intAt(v, row)))
}

func binTimestamp(dst []byte, v *vector.Vector, row int, _ *Encoder) []byte {
	us := intAt(v, row)
	switch {
	case us == timestampInfinity: // stays
	case us == -timestampInfinity:
		us = math.MinInt64
	case us < math.MinInt64+1+pgEpochMicros:
		us = math.MinInt64 + 1 // before 4713 BC: PostgreSQL has no such time
	default:
		us -= pgEpochMicros
	}
	return binary.BigEndian.AppendUint64(dst, uint64(us))
}

func binInterval(dst []byte, v *vector.Vector, row int, _ *Encoder) []byte {
	x := v.Intervals[row]
	dst = binary.BigEndian.AppendUint64(dst, uint64(x.Micros))
	dst = binary.BigEndian.AppendUint32(dst, uint32(x.Days))
	return binary.BigEndian.AppendUint32(dst, uint32(x.Months))
}

func binUUID(dst []byte, v *vector.Vector, row int, _ *Encoder) []byte {
	hi, lo := uuidWords(v.Int128s[row])
	dst = binary.BigEndian.AppendUint64(dst, hi)
	return binary.BigEndian.AppendUint64(dst, lo)
}

// binJSONB sends the version of the format, 1, before the text.
func binJSONB(dst []byte, v *vector.Vector, row int, _ *Encoder) []byte {
	dst = append(dst, 1)
	return append(dst, v.Bytes(row)...)
}
