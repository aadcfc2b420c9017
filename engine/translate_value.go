package engine

import (
	"math/big"
	"regexp"
	"strconv"
	"strings"

	"github.com/jackc/pgerrcode"

	"github.com/miniodb/miniodb/internal/pgerr"
)

// This file translates errors about values: texts that are none of their type, and results outside their range.

const castTail = `(?: when casting from source column .*)?$`

func overflow(_ *duckError, m []string) *pgerr.Error { return outOfRange(typeName(m[1])) }

// outOfRange is PostgreSQL's error for a result that does not fit its type.
func outOfRange(name string) *pgerr.Error {
	switch name {
	case "smallint", "integer", "bigint", "interval", "date", "timestamp":
		return pgerr.New(rangeCode(name), "%s out of range", name)
	case "real", "double precision":
		return pgerr.New(pgerrcode.NumericValueOutOfRange, "value out of range: overflow")
	case "numeric":
		return pgerr.New(pgerrcode.NumericValueOutOfRange, "numeric field overflow")
	}
	return pgerr.New(pgerrcode.NumericValueOutOfRange, "value out of range")
}

func rangeCode(name string) string {
	switch name {
	case "date", "timestamp":
		return pgerrcode.DatetimeFieldOverflow
	case "interval":
		return pgerrcode.IntervalFieldOverflow
	}
	return pgerrcode.NumericValueOutOfRange
}

// decimalOverflow is the error for a number with too many digits before the point.
func decimalOverflow(precision, scale string) *pgerr.Error {
	e := outOfRange("numeric")
	p, err1 := strconv.Atoi(precision)
	s, err2 := strconv.Atoi(scale)
	if err1 != nil || err2 != nil {
		return e
	}
	limit := "1"
	if p > s {
		limit = "10^" + strconv.Itoa(p-s)
	}
	return e.WithDetail("A field with precision %d, scale %d must round to an absolute value less than %s.", p, s, limit)
}

// badText is the error for a text that is not of the type with DuckDB's physical name.
func badText(_ *duckError, m []string) *pgerr.Error {
	text, name := m[1], typeName(m[2])
	if m[2] == "INT128" { // the form of uuid; nothing reads text as a hugeint
		name = "uuid"
	}
	trimmed := strings.TrimSpace(text)
	switch name {
	case "smallint", "integer", "bigint":
		if f, ok := number(trimmed); ok && f.IsInt() {
			return pgerr.New(pgerrcode.NumericValueOutOfRange, "value %q is out of range for type %s", text, name)
		}
	case "real", "double precision":
		if _, ok := number(trimmed); ok {
			return pgerr.New(pgerrcode.NumericValueOutOfRange, "%q is out of range for type %s", text, name)
		}
	}
	if name == "interval" {
		return badInput(pgerrcode.InvalidDatetimeFormat, name, text)
	}
	return badInput(pgerrcode.InvalidTextRepresentation, name, text)
}

func badInput(code, name, text string) *pgerr.Error {
	return pgerr.New(code, "invalid input syntax for type %s: %s", name, quote(text))
}

// quote puts a value between double quotes and escapes nothing, as PostgreSQL's messages do.
func quote(s string) string { return `"` + s + `"` }

// badDecimal is the error for a text that is no decimal, or one with too many digits.
func badDecimal(_ *duckError, m []string) *pgerr.Error {
	if _, ok := number(strings.TrimSpace(m[1])); ok {
		return decimalOverflow(m[2], m[3])
	}
	return badInput(pgerrcode.InvalidTextRepresentation, "numeric", m[1])
}

var numberPattern = regexp.MustCompile(`^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,6})?$`)

func number(s string) (*big.Float, bool) {
	if !numberPattern.MatchString(s) {
		return nil, false
	}
	f, _, err := big.ParseFloat(s, 10, 64, big.ToZero)
	return f, err == nil
}

var clockPattern = regexp.MustCompile(`\d+:\d+`)

// badTime tells texts that look like a time from others; DuckDB does not.
func badTime(_ *duckError, m []string) *pgerr.Error {
	if clockPattern.MatchString(m[1]) {
		return fieldOverflow(m[1])
	}
	return badInput(pgerrcode.InvalidDatetimeFormat, "time", m[1])
}

func fieldOverflow(text string) *pgerr.Error {
	return pgerr.New(pgerrcode.DatetimeFieldOverflow, "date/time field value out of range: %s", quote(text))
}

func abs(_ *duckError, m []string) *pgerr.Error {
	switch m[1] {
	case "-128", "-32768":
		return outOfRange("smallint")
	case "-2147483648":
		return outOfRange("integer")
	case "-9223372036854775808":
		return outOfRange("bigint")
	}
	return outOfRange("")
}

func badCast(_ *duckError, m []string) *pgerr.Error {
	if strings.HasSuffix(m[2], "]") {
		return pgerr.New(pgerrcode.InvalidTextRepresentation, "malformed array literal: %s", quote(m[1]))
	}
	return badInput(pgerrcode.InvalidTextRepresentation, typeName(m[2]), m[1])
}

var valueRules = []rule{
	onFunc(`(?s)^Could not convert string ['"](.*)['"] to DECIMAL\((\d+),\s*(\d+)\)`+castTail, badDecimal),
	onFunc(`(?s)^Could not convert string ['"](.*)['"] to (\w+)`+castTail, badText),
	onFunc(`(?s)^Type VARCHAR with value '(.*)' can't be cast to the destination type (.*?)`+castTail, badCast),
	onFunc(`(?s)^Type \w+ with value .* can't be cast because the value is out of range for the destination type (\w+)`+castTail, overflow),
	onFunc(`^Casting value ".*?" to type DECIMAL\((\d+),\s*(\d+)\) failed`, func(_ *duckError, m []string) *pgerr.Error { return decimalOverflow(m[1], m[2]) }),
	onFunc(`^Could not cast value .* to DECIMAL\((\d+),\s*(\d+)\)`, func(_ *duckError, m []string) *pgerr.Error { return decimalOverflow(m[1], m[2]) }),
	onFunc(`(?s)^(?:invalid|Invalid) (date|timestamp|time) field format: "(.*)", expected format`, func(_ *duckError, m []string) *pgerr.Error {
		return badInput(pgerrcode.InvalidDatetimeFormat, m[1], m[2])
	}),
	onFunc(`(?s)^time field value out of range: "(.*)", expected format`, badTime),
	onFunc(`(?s)^(?:date|timestamp|time) field value out of range: "(.*)"`, func(_ *duckError, m []string) *pgerr.Error { return fieldOverflow(m[1]) }),
	onFunc(`^(?:Date|Time) out of range: (.*)`, func(_ *duckError, m []string) *pgerr.Error { return fieldOverflow(m[1]) }),
	on(`^(?:Unknown|unknown) TimeZone '(.*?)'`, pgerrcode.InvalidParameterValue, `time zone "{1}" not recognized`),
	on(`(?s)^Could not parse string "(.*?)" according to format specifier`, pgerrcode.InvalidDatetimeFormat, `invalid value "{1}" for the date/time format`),
	on(`^extract specifier "(.*?)" not recognized`, pgerrcode.InvalidParameterValue, `unit "{1}" not recognized`),
	onFunc(`(?s)^Malformed JSON at byte \d+ of input: (.*?)\.?\s+Input: `, func(_ *duckError, m []string) *pgerr.Error {
		return pgerr.New(pgerrcode.InvalidTextRepresentation, "invalid input syntax for type json").WithDetail("%s.", m[1])
	}),
	on(`(?s)^Invalid hex escape code encountered in string -> blob conversion`, pgerrcode.InvalidTextRepresentation, `invalid input syntax for type bytea`),
	on(`(?s)^Invalid byte encountered in STRING -> BLOB conversion`, pgerrcode.InvalidTextRepresentation, `invalid input syntax for type bytea`),
	on(`(?i)^(?:Date and time not in timestamp range|Timestamp(?: with time zone)? out of range|Epoch \w+ out of range|Overflow in timestamp|Could not convert .* to timestamp)`, pgerrcode.DatetimeFieldOverflow, `timestamp out of range`),
	on(`^Date out of range`, pgerrcode.DatetimeFieldOverflow, `date out of range`),
	on(`(?i)^(?:Overflow in \w+ of INTERVAL|Overflow in INTERVAL|Interval .* out of range|AGO interval)`, pgerrcode.IntervalFieldOverflow, `interval out of range`),
	onFunc(`^Overflow in \w+ of (\w+)(?:\(\d+\))? \(`, overflow),
	onFunc(`^(?:Over|Under)flow in (U?HUGEINT) `, overflow),
	onFunc(`^Overflow on abs\((-?\d+)\)`, abs),
	on(`^(?:Overflow in |Value out of range|\w+(?: of HUGEINT)?(?: for X|\(X\)| for Y|\(Y\))? is out of range)`, pgerrcode.NumericValueOutOfRange, `value out of range`),
	on(`^(?:Division|Modulo) of U?HUGEINT by zero`, pgerrcode.DivisionByZero, `division by zero`),
	on(`^cannot take square root of a negative number`, pgerrcode.InvalidArgumentForPowerFunction, `cannot take square root of a negative number`),
	on(`^(cannot take logarithm of (?:zero|a negative number))`, pgerrcode.InvalidArgumentForLogarithm, `{1}`),
	on(`^\w+ is undefined outside \[-1,1\]`, pgerrcode.NumericValueOutOfRange, `input is out of range`),
	on(`^Failure in decode: could not convert blob to UTF8`, pgerrcode.CharacterNotInRepertoire, `invalid byte sequence for encoding "UTF8"`),
	on(`^Cannot (?:create a (?:string|list) of size|resize vector)`, pgerrcode.ProgramLimitExceeded, `requested length too large`),
	onFunc(`^Unimplemented type for cast \((.*) -> (.*)\)`, func(_ *duckError, m []string) *pgerr.Error {
		return pgerr.New(pgerrcode.CannotCoerce, "cannot cast type %s to %s", typeName(m[1]), typeName(m[2]))
	}),
}
