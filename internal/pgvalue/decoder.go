package pgvalue

import (
	"encoding/binary"
	"math"
	"time"
	"unsafe"

	"github.com/jackc/pgerrcode"

	"github.com/miniodb/miniodb/internal/pgerr"
	"github.com/miniodb/miniodb/internal/sqltype"
	"github.com/miniodb/miniodb/internal/vector"
)

// Options are the session settings on which reading a value depends. The zero value reads in UTC, month before day.
type Options struct {
	Location  *time.Location // of a timestamptz without a zone, and of now and today; nil: UTC
	DateOrder DateOrder
	// IntervalSQL is set under IntervalStyle sql_standard, where a leading minus counts for all fields.
	IntervalSQL bool
	Now         time.Time // start of the transaction, for now, today, ...; zero: the wall clock at the time of use
	// Enum finds the type of an enum; nil: every label is taken.
	Enum func(sqltype.Type) *Enum
}

// Enum is what reading an enum's values takes.
type Enum struct {
	Name   string // as format_type has it
	Labels map[string]bool
}

// parseEnum reads a label.
func (d *Decoder) parseEnum(a *vector.Appender, t sqltype.Type, s []byte) error {
	if err := CheckUTF8(s); err != nil {
		return err
	}
	if d.o.Enum != nil {
		if d.enum == nil || d.last != t {
			d.last, d.enum = t, d.o.Enum(t)
		}
		e := d.enum
		if e == nil {
			return pgerr.New(pgerrcode.UndefinedObject, "type with OID %d does not exist", t.OID)
		}
		if !e.Labels[string(s)] {
			return pgerr.New(pgerrcode.InvalidTextRepresentation, `invalid input value for enum %s: "%s"`, e.Name, s)
		}
	}
	a.Bytes(s)
	return nil
}

// Decoder reads values. It belongs to one goroutine.
type Decoder struct {
	o    Options
	edge localEdge
	buf  []byte // scratch of values that are rewritten, such as bytea and jsonb
	last sqltype.Type
	enum *Enum // of last
}

// NewDecoder makes a Decoder for these settings.
func NewDecoder(o Options) *Decoder {
	if o.Location == nil {
		o.Location = time.UTC
	}
	return &Decoder{o: o, edge: localEdge{loc: o.Location}}
}

// maxScratchBytes is what a Decoder keeps of its scratch between values.
const maxScratchBytes = 1 << 20

func (d *Decoder) scratch() []byte {
	if cap(d.buf) > maxScratchBytes {
		d.buf = nil
	}
	return d.buf[:0]
}

// now is the time that "now" stands for.
func (d *Decoder) now() time.Time {
	if d.o.Now.IsZero() {
		return time.Now()
	}
	return d.o.Now
}

// ParseText reads the text form of a value of the appender's type and appends it. An error is a *pgerr.Error as PostgreSQL would raise it
// and nothing was appended then. NULL is the caller's: it has no text.
func (d *Decoder) ParseText(a *vector.Appender, s []byte) error {
	t := a.Type()
	switch t.SQL.OID {
	case sqltype.Bool:
		x, err := parseBool(s)
		if err != nil {
			return err
		}
		a.Bool(x)
		return nil
	case sqltype.Int2:
		x, err := parseInt(s, 16, "smallint")
		if err != nil {
			return err
		}
		return appendInt(a, t, x)
	case sqltype.Int4:
		x, err := parseInt(s, 32, "integer")
		if err != nil {
			return err
		}
		return appendInt(a, t, x)
	case sqltype.Int8:
		x, err := parseInt(s, 64, "bigint")
		if err != nil {
			return err
		}
		return appendInt(a, t, x)
	case sqltype.Oid:
		x, err := parseOid(s)
		if err != nil {
			return err
		}
		return appendInt(a, t, x)
	case sqltype.Float4:
		x, err := parseFloat(s, 32, "real")
		if err != nil {
			return err
		}
		a.Float32(float32(x))
		return nil
	case sqltype.Float8:
		x, err := parseFloat(s, 64, "double precision")
		if err != nil {
			return err
		}
		a.Float64(x)
		return nil
	case sqltype.Numeric:
		return parseNumeric(a, s)
	case sqltype.Text, sqltype.Unknown, sqltype.Varchar, sqltype.Bpchar, sqltype.Name, sqltype.Char:
		return parseString(a, t.SQL, s)
	case sqltype.Bytea:
		return d.parseBytea(a, s)
	case sqltype.Date:
		return d.parseDate(a, s)
	case sqltype.Time:
		return d.parseTime(a, t.SQL, s)
	case sqltype.Timestamp:
		return d.parseTimestamp(a, t.SQL, s)
	case sqltype.Timestamptz:
		return d.parseTimestamptz(a, t.SQL, s)
	case sqltype.Interval:
		return d.parseInterval(a, t.SQL, s)
	case sqltype.UUID:
		return parseUUID(a, s)
	case sqltype.Bit, sqltype.Varbit:
		bits, err := ParseBits(string(s))
		if err != nil {
			return err
		}
		a.Bytes([]byte(bits))
		return nil
	case sqltype.JSON:
		return d.parseJSON(a, s)
	case sqltype.JSONB:
		return d.parseJSONB(a, s)
	}
	if t.Kind == vector.KindList && t.Elem != nil {
		return d.parseArray(a, s)
	}
	if t.SQL.Enum() {
		return d.parseEnum(a, t.SQL, s)
	}
	if t.Kind == vector.KindBytes {
		return parseString(a, sqltype.Of(sqltype.Text), s)
	}
	return errUnsupported(t.SQL)
}

func errUnsupported(t sqltype.Type) error {
	return pgerr.New(pgerrcode.FeatureNotSupported, "values of type %s cannot be read", t)
}

// appendInt appends to whatever integer layout the column has.
func appendInt(a *vector.Appender, t vector.Type, x int64) error {
	switch t.Kind {
	case vector.KindInt16:
		a.Int16(int16(x))
	case vector.KindInt32:
		a.Int32(int32(x))
	case vector.KindInt64:
		a.Int64(x)
	default:
		return errUnsupported(t.SQL)
	}
	return nil
}

// ParseBinary reads the binary form of a value, as the type's receive function would.
func (d *Decoder) ParseBinary(a *vector.Appender, b []byte) error {
	t := a.Type()
	switch t.SQL.OID {
	case sqltype.Bool:
		if len(b) == 0 {
			return errNone()
		}
		if err := exactly(b, 1); err != nil {
			return err
		}
		a.Bool(b[0] != 0)
		return nil
	case sqltype.Int2:
		if err := exactly(b, 2); err != nil {
			return err
		}
		return appendInt(a, t, int64(int16(binary.BigEndian.Uint16(b))))
	case sqltype.Int4:
		if err := exactly(b, 4); err != nil {
			return err
		}
		return appendInt(a, t, int64(int32(binary.BigEndian.Uint32(b))))
	case sqltype.Int8:
		if err := exactly(b, 8); err != nil {
			return err
		}
		return appendInt(a, t, int64(binary.BigEndian.Uint64(b)))
	case sqltype.Oid:
		if err := exactly(b, 4); err != nil {
			return err
		}
		return appendInt(a, t, int64(binary.BigEndian.Uint32(b)))
	case sqltype.Float4:
		if err := exactly(b, 4); err != nil {
			return err
		}
		a.Float32(math.Float32frombits(binary.BigEndian.Uint32(b)))
		return nil
	case sqltype.Float8:
		if err := exactly(b, 8); err != nil {
			return err
		}
		a.Float64(math.Float64frombits(binary.BigEndian.Uint64(b)))
		return nil
	case sqltype.Numeric:
		return parseNumericBinary(a, b)
	case sqltype.Char:
		if len(b) == 0 {
			return errNone()
		}
		if err := exactly(b, 1); err != nil {
			return err
		}
		if b[0] == 0 { // as "char" keeps an empty string
			b = b[:0]
		}
		return parseString(a, t.SQL, b)
	case sqltype.Text, sqltype.Unknown, sqltype.Varchar, sqltype.Bpchar, sqltype.Name:
		return parseString(a, t.SQL, b)
	case sqltype.Bytea:
		a.Bytes(b)
		return nil
	case sqltype.Date:
		return parseDateBinary(a, b)
	case sqltype.Time:
		return parseTimeBinary(a, t.SQL, b)
	case sqltype.Timestamp, sqltype.Timestamptz:
		return parseTimestampBinary(a, t.SQL, b)
	case sqltype.Interval:
		if err := exactly(b, 16); err != nil {
			return err
		}
		return appendInterval(a, t.SQL, vector.Interval{
			Micros: int64(binary.BigEndian.Uint64(b)),
			Days:   int32(binary.BigEndian.Uint32(b[8:])),
			Months: int32(binary.BigEndian.Uint32(b[12:])),
		})
	case sqltype.UUID:
		if err := exactly(b, 16); err != nil {
			return err
		}
		a.Int128(uuidFromBytes(b))
		return nil
	case sqltype.Bit, sqltype.Varbit:
		bits, err := bitsOfBinary(b)
		if err != nil {
			return err
		}
		a.Bytes(bits)
		return nil
	case sqltype.JSON:
		return d.parseJSON(a, b)
	case sqltype.JSONB:
		if len(b) == 0 {
			return errShort()
		}
		if b[0] != 1 {
			return pgerr.New(pgerrcode.InvalidBinaryRepresentation, "unsupported jsonb version number %d", b[0])
		}
		return d.parseJSONB(a, b[1:])
	}
	if t.Kind == vector.KindList && t.Elem != nil {
		return d.parseArrayBinary(a, b)
	}
	if t.SQL.Enum() {
		return d.parseEnum(a, t.SQL, b)
	}
	if t.Kind == vector.KindBytes {
		return parseString(a, sqltype.Of(sqltype.Text), b)
	}
	return errUnsupported(t.SQL)
}

// exactly checks a length in bytes with PostgreSQL's two errors.
func exactly(b []byte, n int) error {
	switch {
	case len(b) < n:
		return errShort()
	case len(b) > n:
		return errFormat()
	}
	return nil
}

// bytesString looks at b as a string without copying; b must not change while the string lives.
func bytesString(b []byte) string { return unsafe.String(unsafe.SliceData(b), len(b)) }
