package pgvalue

import (
	"github.com/jackc/pgerrcode"

	"github.com/miniodb/miniodb/internal/pgerr"
)

// maxShown bounds how much of a value an error message repeats, in bytes. PostgreSQL repeats all of it.
const maxShown = 1 << 10

// shown is the value as a message quotes it.
func shown(s []byte) string {
	if len(s) > maxShown {
		return string(s[:maxShown]) + "..."
	}
	return string(s)
}

func errSyntax(typ string, s []byte) error {
	return pgerr.New(pgerrcode.InvalidTextRepresentation, `invalid input syntax for type %s: "%s"`, typ, shown(s))
}

func errRange(typ string, s []byte) error {
	return pgerr.New(pgerrcode.NumericValueOutOfRange, `value "%s" is out of range for type %s`, shown(s), typ)
}

// errNone is what a type says that reads its first byte by itself.
func errNone() error {
	return pgerr.New(pgerrcode.ProtocolViolation, "no data left in message")
}

func errShort() error {
	return pgerr.New(pgerrcode.ProtocolViolation, "insufficient data left in message")
}

func errFormat() error {
	return pgerr.New(pgerrcode.InvalidBinaryRepresentation, "incorrect binary data format")
}

func errDateSyntax(typ string, s []byte) error {
	return pgerr.New(pgerrcode.InvalidDatetimeFormat, `invalid input syntax for type %s: "%s"`, typ, shown(s))
}

func errFieldRange(s []byte) error {
	return pgerr.New(pgerrcode.DatetimeFieldOverflow, `date/time field value out of range: "%s"`, shown(s))
}

func errFieldRangeHint(s []byte) error {
	return pgerr.New(pgerrcode.DatetimeFieldOverflow, `date/time field value out of range: "%s"`, shown(s)).
		WithHint(`Perhaps you need a different "datestyle" setting.`)
}

func errDateRange(s []byte) error {
	return pgerr.New(pgerrcode.DatetimeFieldOverflow, `date out of range: "%s"`, shown(s))
}

func errTimestampRange(s []byte) error {
	return pgerr.New(pgerrcode.DatetimeFieldOverflow, `timestamp out of range: "%s"`, shown(s))
}

func errNumericSpecial() error {
	return pgerr.New(pgerrcode.FeatureNotSupported, "NaN and infinity are not supported for type numeric").
		WithHint("Use double precision for columns that hold them.")
}

func errNumericOverflow(precision, scale int) error {
	e := pgerr.New(pgerrcode.NumericValueOutOfRange, "numeric field overflow")
	if whole := precision - scale; whole > 0 {
		return e.WithDetail("A field with precision %d, scale %d must round to an absolute value less than 10^%d.", precision, scale, whole)
	} else if whole < 0 {
		return e.WithDetail("A field with precision %d, scale %d must round to an absolute value less than 10^%d.", precision, scale, whole)
	}
	return e.WithDetail("A field with precision %d, scale %d must round to an absolute value less than 1.", precision, scale)
}
