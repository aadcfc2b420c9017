package pgvalue

import (
	"time"

	"github.com/miniodb/miniodb/internal/sqltype"
	"github.com/miniodb/miniodb/internal/vector"
)

// IntervalStyle is the setting of the same name.
type IntervalStyle uint8

// Interval styles.
const (
	IntervalPostgres IntervalStyle = iota
	IntervalPostgresVerbose
	IntervalSQLStandard
	IntervalISO8601
)

// DateStyle is the output part of the setting of the same name.
type DateStyle uint8

// Date styles.
const (
	DateISO DateStyle = iota
	DateSQL
	DatePostgres
	DateGerman
)

// DateOrder is the input part of the setting DateStyle: how "1/2/2003" is read.
type DateOrder uint8

// Date orders.
const (
	MDY DateOrder = iota
	DMY
	YMD
)

// Settings are the session settings on which printed values depend. The zero value prints as a session with TimeZone UTC, DateStyle
// "ISO, MDY", IntervalStyle postgres, bytea_output hex and extra_float_digits 1 does.
type Settings struct {
	Location      *time.Location // nil: UTC
	DateStyle     DateStyle
	DateOrder     DateOrder // DateSQL and DatePostgres print the day before the month for DMY
	IntervalStyle IntervalStyle
	ByteaEscape   bool
	// RoundFloats prints floats with FloatDigits (extra_float_digits, 0 and below) instead of the shortest exact form.
	RoundFloats bool
	FloatDigits int
}

// Encoder prints values. It keeps a cache of the time zone's current offset and belongs to one goroutine.
type Encoder struct {
	s    Settings
	zone zoneCache
}

// NewEncoder makes an Encoder for these settings.
func NewEncoder(s Settings) *Encoder {
	if s.Location == nil {
		s.Location = time.UTC
	}
	return &Encoder{s: s, zone: zoneCache{loc: s.Location}}
}

// AppendFunc appends the form of row i of v, which is not NULL, to dst and returns the longer slice.
type AppendFunc func(dst []byte, v *vector.Vector, row int, e *Encoder) []byte

// AppendText appends the text form of one value. Loops choose TextFunc once instead.
func AppendText(dst []byte, v *vector.Vector, row int, e *Encoder) []byte {
	return TextFunc(v.Type)(dst, v, row, e)
}

// AppendBinary appends the binary form of one value. Loops choose BinaryFunc once instead.
func AppendBinary(dst []byte, v *vector.Vector, row int, e *Encoder) []byte {
	return BinaryFunc(v.Type)(dst, v, row, e)
}

// TextFunc chooses the function that prints a column. A type that it does not know is printed by its layout: bytes as they are, numbers
// in decimal.
func TextFunc(t vector.Type) AppendFunc {
	switch t.Kind {
	case vector.KindBool:
		return textBool
	case vector.KindInt16:
		if t.SQL.OID == sqltype.Numeric {
			return numericText[int16](t)
		}
		return textInt16
	case vector.KindInt32:
		switch t.SQL.OID {
		case sqltype.Numeric:
			return numericText[int32](t)
		case sqltype.Date:
			return textDate
		}
		return textInt32
	case vector.KindInt64:
		switch t.SQL.OID {
		case sqltype.Numeric:
			return numericText[int64](t)
		case sqltype.Time:
			return textTime
		case sqltype.Timestamp:
			return textTimestamp
		case sqltype.Timestamptz:
			return textTimestamptz
		}
		return textInt64
	case vector.KindInt128:
		if t.SQL.OID == sqltype.UUID {
			return textUUID
		}
		return numericText128(t)
	case vector.KindFloat32:
		return textFloat32
	case vector.KindFloat64:
		return textFloat64
	case vector.KindInterval:
		return textInterval
	case vector.KindList:
		return arrayText(t)
	case vector.KindRecord:
		return recordText(t)
	case vector.KindBytes:
		switch t.SQL.OID {
		case sqltype.Bytea:
			return textBytea
		case sqltype.Bpchar:
			if n, ok := t.SQL.Length(); ok {
				return textBpchar(n)
			}
		}
		if t.SQL.Reg() {
			return textReg
		}
		return textBytes
	}
	return func(dst []byte, _ *vector.Vector, _ int, _ *Encoder) []byte { return dst }
}

// BinaryFunc chooses the function that appends a column's binary form, as the type's send function would. A type without one of its own is sent as its text.
func BinaryFunc(t vector.Type) AppendFunc {
	switch t.Kind {
	case vector.KindBool:
		return binBool
	case vector.KindInt16, vector.KindInt32, vector.KindInt64:
		switch t.SQL.OID {
		case sqltype.Numeric:
			return numericBinary(t)
		case sqltype.Date:
			return binDate
		case sqltype.Time:
			return binTime
		case sqltype.Timestamp, sqltype.Timestamptz:
			return binTimestamp
		}
		return binInt(t)
	case vector.KindInt128:
		switch t.SQL.OID {
		case sqltype.UUID:
			return binUUID
		case sqltype.Int2, sqltype.Int4, sqltype.Int8, sqltype.Oid:
			return binInt(t)
		}
		return numericBinary(t)
	case vector.KindFloat32, vector.KindFloat64:
		return binFloat(t)
	case vector.KindInterval:
		return binInterval
	case vector.KindList:
		return arrayBinary(t)
	case vector.KindRecord:
		return recordBinary(t)
	case vector.KindBytes:
		switch t.SQL.OID {
		case sqltype.JSONB:
			return binJSONB
		case sqltype.Bpchar:
			if n, ok := t.SQL.Length(); ok {
				return textBpchar(n)
			}
		case sqltype.Char:
			return binChar
		case sqltype.Bit, sqltype.Varbit:
			return binBits
		}
		if t.SQL.Reg() {
			return binReg
		}
		return textBytes
	}
	return func(dst []byte, _ *vector.Vector, _ int, _ *Encoder) []byte { return dst }
}

// binChar sends the one byte of a "char"; its zero byte is kept as an empty text.
func binChar(dst []byte, v *vector.Vector, row int, e *Encoder) []byte {
	before := len(dst)
	if dst = textBytes(dst, v, row, e); len(dst) == before {
		dst = append(dst, 0)
	}
	return dst
}
