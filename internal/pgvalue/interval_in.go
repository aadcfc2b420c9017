package pgvalue

import (
	"math"
	"math/bits"
	"strings"

	"github.com/jackc/pgerrcode"

	"github.com/miniodb/miniodb/internal/pgerr"
	"github.com/miniodb/miniodb/internal/sqltype"
	"github.com/miniodb/miniodb/internal/vector"
)

const (
	daysPerMonth   = 30
	monthsPerYear  = 12
	microsPerHour  = 3600 * microsPerSecond
	microsPerMin   = 60 * microsPerSecond
	maxFieldDigits = 18
)

// intervalSum adds up the fields of an interval; overflow is noted and reported at the end.
type intervalSum struct {
	years, months, days, micros int64
	overflow                    bool
}

func (x *intervalSum) add(field *int64, n, unit int64) {
	hi, lo := bits.Mul64(uint64(abs(n)), uint64(unit))
	if hi != 0 || lo > math.MaxInt64 || n == math.MinInt64 {
		x.overflow = true
		return
	}
	d := int64(lo)
	if n < 0 {
		d = -d
	}
	sum := *field + d
	if (sum > *field) != (d > 0) && d != 0 {
		x.overflow = true
		return
	}
	*field = sum
}

// addFraction adds a fraction of a unit in microseconds, rounded.
func (x *intervalSum) addFraction(frac float64, unit int64) {
	if frac != 0 {
		x.add(&x.micros, int64(math.RoundToEven(frac*float64(unit))), 1)
	}
}

// addDayFraction adds a fraction of so many days: whole days first, then microseconds.
func (x *intervalSum) addDayFraction(frac float64, days int64) {
	if frac == 0 {
		return
	}
	frac *= float64(days)
	whole := int64(frac)
	x.add(&x.days, whole, 1)
	x.addFraction(frac-float64(whole), microsPerDay)
}

// addUnit adds n and a fraction of a unit.
func (x *intervalSum) addUnit(unit int, n int64, frac float64) {
	switch unit {
	case unitMicros:
		x.add(&x.micros, n, 1)
		x.addFraction(frac, 1)
	case unitMillis:
		x.add(&x.micros, n, 1000)
		x.addFraction(frac, 1000)
	case unitSecond:
		x.add(&x.micros, n, microsPerSecond)
		x.addFraction(frac, microsPerSecond)
	case unitMinute:
		x.add(&x.micros, n, microsPerMin)
		x.addFraction(frac, microsPerMin)
	case unitHour:
		x.add(&x.micros, n, microsPerHour)
		x.addFraction(frac, microsPerHour)
	case unitDay:
		x.add(&x.days, n, 1)
		x.addFraction(frac, microsPerDay)
	case unitWeek:
		x.add(&x.days, n, 7)
		x.addDayFraction(frac, 7)
	case unitMonth:
		x.add(&x.months, n, 1)
		x.addDayFraction(frac, daysPerMonth)
	default:
		scale := map[int]int64{unitYear: 1, unitDecade: 10, unitCentury: 100, unitMillennium: 1000}[unit]
		x.add(&x.years, n, scale)
		x.add(&x.months, int64(math.RoundToEven(frac*float64(scale*monthsPerYear))), 1)
	}
}

func (x *intervalSum) negate() {
	x.years, x.months, x.days, x.micros = -x.years, -x.months, -x.days, -x.micros
}

// value checks the widths of the fields, and then of their sum, whose overflow PostgreSQL reports in other words.
func (x *intervalSum) value(s []byte) (vector.Interval, error) {
	fits := func(n int64) bool { return n == int64(int32(n)) }
	if x.overflow || !fits(x.years) || !fits(x.months) || !fits(x.days) {
		return vector.Interval{}, pgerr.New(pgerrcode.IntervalFieldOverflow, `interval field value out of range: "%s"`, shown(s))
	}
	months := x.years*monthsPerYear + x.months
	if !fits(months) {
		return vector.Interval{}, pgerr.New(pgerrcode.DatetimeFieldOverflow, "interval out of range")
	}
	return vector.Interval{Months: int32(months), Days: int32(x.days), Micros: x.micros}, nil
}

func (d *Decoder) parseInterval(a *vector.Appender, t sqltype.Type, s []byte) error {
	var x intervalSum
	tokens, ok := tokenise(s)
	e := dateFormat
	if ok && len(tokens) > 0 {
		e = x.decode(tokens, d.o.IntervalSQL)
	}
	if e == dateFormat {
		x = intervalSum{}
		e = x.decodeISO(string(s))
	}
	switch e {
	case dateFormat:
		return errDateSyntax("interval", s)
	case dateRange:
		return pgerr.New(pgerrcode.IntervalFieldOverflow, `interval field value out of range: "%s"`, shown(s))
	}
	v, err := x.value(s)
	if err != nil {
		return err
	}
	return appendInterval(a, t, v)
}

// appendInterval rounds to the digits of the modifier's lower half and appends.
func appendInterval(a *vector.Appender, t sqltype.Type, v vector.Interval) error {
	if t.Mod >= 0 {
		v.Micros = roundTo(v.Micros, t.Mod&0xffff)
	}
	a.Interval(v)
	return nil
}

// decode reads right to left, so that a unit is known before its number. leadingMinus applies a minus in front to all fields.
func (x *intervalSum) decode(tokens []token, leadingMinus bool) dateError {
	allNegative := leadingMinus && tokens[0].text[0] == '-'
	for _, tk := range tokens[1:] {
		if c := tk.text[0]; c == '-' || c == '+' {
			allNegative = false
		}
	}
	unit, seen, before := -1, 0, false
	claim := func(fields int) bool {
		if seen&fields != 0 {
			return false
		}
		seen |= fields
		return true
	}
	const clock = 1<<unitSecond | 1<<unitMinute | 1<<unitHour
	for i := len(tokens) - 1; i >= 0; i-- {
		tk := tokens[i]
		s := tk.text
		switch tk.kind {
		case tokenTime, tokenZone:
			neg := tk.kind == tokenZone && s[0] == '-'
			body := s
			if tk.kind == tokenZone {
				body = s[1:]
			}
			if tk.kind == tokenTime || strings.IndexByte(body, ':') > 0 {
				us, e := intervalClock(body)
				if e != dateOK {
					return e
				}
				if neg || allNegative {
					us = -us
				}
				if !claim(clock) {
					return dateFormat
				}
				x.add(&x.micros, us, 1)
				unit = unitDay
				continue
			}
			fallthrough
		case tokenDate, tokenNumber:
			if unit < 0 {
				unit = unitSecond
			}
			n, frac, years, e := intervalNumber(s)
			if e != dateOK {
				return e
			}
			if years {
				unit = unitMonth
			}
			if allNegative {
				n, frac = -abs(n), -math.Abs(frac)
			}
			if unit == unitQuarter {
				return dateFormat
			}
			field := 1 << unit
			if unit == unitSecond && frac != 0 {
				field |= 1<<unitMillis | 1<<unitMicros
			}
			if !claim(field) {
				return dateFormat
			}
			x.addUnit(unit, n, frac)
			if unit == unitHour {
				unit = unitDay
			}
		case tokenString, tokenSpecial:
			w := lookWord(intervalWords, s)
			switch w.kind {
			case wordIgnore:
			case wordUnit:
				unit = w.value
			case wordAgo:
				before = true
			default:
				return dateFormat
			}
		}
	}
	if seen == 0 {
		return dateFormat
	}
	if before {
		x.negate()
	}
	return dateOK
}

// intervalNumber reads 12, -12.5 or years-months as months.
func intervalNumber(s string) (n int64, frac float64, years bool, e dateError) {
	neg := false
	if s[0] == '-' || s[0] == '+' {
		neg, s = s[0] == '-', s[1:]
	}
	i := 0
	for ; i < len(s) && isDigit(s[i]); i++ {
		if i >= maxFieldDigits {
			return 0, 0, false, dateRange
		}
		n = n*10 + int64(s[i]-'0')
	}
	rest := s[i:]
	switch {
	case rest == "":
	case rest[0] == '-' && i > 0:
		m, used := atoi(rest[1:])
		if m < 0 || used+1 != len(rest) {
			return 0, 0, false, dateFormat
		}
		if m >= monthsPerYear {
			return 0, 0, false, dateRange
		}
		if n > math.MaxInt32 {
			return 0, 0, false, dateRange
		}
		n, years = n*monthsPerYear+int64(m), true
	case rest[0] == '.':
		if rest != "." {
			for k := 1; k < len(rest); k++ {
				if !isDigit(rest[k]) {
					return 0, 0, false, dateFormat
				}
			}
			frac, _ = parseFloat([]byte("0"+rest), 64, "")
		}
	default:
		return 0, 0, false, dateFormat
	}
	if neg {
		n, frac = -n, -frac
	}
	return n, frac, years, dateOK
}

// intervalClock reads hh:mm[:ss[.fff]] with any number of hours, or mm:ss.fff.
func intervalClock(s string) (micros int64, e dateError) {
	i := 0
	h := int64(0)
	for ; i < len(s) && isDigit(s[i]); i++ {
		if i >= maxFieldDigits {
			return 0, dateRange
		}
		h = h*10 + int64(s[i]-'0')
	}
	if i == 0 {
		return 0, dateFormat
	}
	tail, e := decodeClock("0" + s[i:])
	if e != dateOK {
		return 0, e
	}
	rest := s[i+1:]
	unit := int64(microsPerHour)
	if dot := strings.IndexByte(rest, '.'); dot >= 0 && strings.IndexByte(rest, ':') < 0 {
		if h > 59 {
			return 0, dateRange
		}
		unit = microsPerMin
	}
	var x intervalSum
	x.add(&x.micros, h, unit)
	x.add(&x.micros, tail, 1)
	if x.overflow {
		return 0, dateRange
	}
	return x.micros, dateOK
}

// decodeISO reads P1Y2M3W4DT5H6M7.8S and the alternative P0001-02-03T04:05:06.
func (x *intervalSum) decodeISO(s string) dateError {
	if len(s) < 2 || s[0] != 'P' {
		return dateFormat
	}
	s = s[1:]
	datePart, seen := true, false
	for s != "" {
		if s[0] == 'T' {
			datePart, seen = false, false
			s = s[1:]
			continue
		}
		n, frac, rest, e := isoNumber(s)
		if e != dateOK {
			return e
		}
		width := digitsIn(s[:len(s)-len(rest)])
		var unit byte
		if rest != "" {
			unit, rest = rest[0], rest[1:]
		}
		s = rest
		switch {
		case datePart && unit == 'Y':
			x.addUnit(unitYear, n, frac)
		case datePart && unit == 'M':
			x.addUnit(unitMonth, n, frac)
		case datePart && unit == 'W':
			x.addUnit(unitWeek, n, frac)
		case datePart && unit == 'D':
			x.addUnit(unitDay, n, frac)
		case !datePart && unit == 'H':
			x.addUnit(unitHour, n, frac)
		case !datePart && unit == 'M':
			x.addUnit(unitMinute, n, frac)
		case !datePart && unit == 'S':
			x.addUnit(unitSecond, n, frac)
		case datePart && !seen && (unit == 'T' || unit == 0):
			if width == len("YYYYMMDD") {
				x.addUnit(unitYear, n/10000, 0)
				x.addUnit(unitMonth, n/100%100, 0)
				x.addUnit(unitDay, n%100, frac)
			} else {
				x.addUnit(unitYear, n, frac)
			}
			datePart = false
			continue
		case datePart && !seen && unit == '-':
			x.addUnit(unitYear, n, frac)
			if s, e = x.isoFields(s, '-', unitMonth, unitDay); e != dateOK {
				return e
			}
			if s == "" {
				return dateOK
			}
			if s[0] != 'T' {
				return dateFormat
			}
		case !datePart && !seen && unit == 0:
			if width == len("HHMMSS") {
				x.addUnit(unitHour, n/10000, 0)
				x.addUnit(unitMinute, n/100%100, 0)
				x.addUnit(unitSecond, n%100, frac)
			} else {
				x.addUnit(unitHour, n, frac)
			}
			return dateOK
		case !datePart && !seen && unit == ':':
			x.addUnit(unitHour, n, frac)
			if s, e = x.isoFields(s, ':', unitMinute, unitSecond); e != dateOK {
				return e
			}
			if s != "" {
				return dateFormat
			}
			return dateOK
		default:
			return dateFormat
		}
		seen = true
	}
	return dateOK
}

// digitsIn counts the digits before a fraction.
func digitsIn(s string) (n int) {
	for i := 0; i < len(s) && s[i] != '.'; i++ {
		if isDigit(s[i]) {
			n++
		}
	}
	return n
}

// isoFields reads the second and third field of the alternative format.
func (x *intervalSum) isoFields(s string, sep byte, units ...int) (rest string, e dateError) {
	for i, unit := range units {
		n, frac, rest, e := isoNumber(s)
		if e != dateOK {
			return "", e
		}
		x.addUnit(unit, n, frac)
		if s = rest; s == "" || s[0] != sep || i == len(units)-1 {
			return s, dateOK
		}
		s = s[1:]
	}
	return s, dateOK
}

// isoNumber reads a signed decimal number.
func isoNumber(s string) (n int64, frac float64, rest string, e dateError) {
	end := 0
	for end < len(s) && (isDigit(s[end]) || s[end] == '.' || end == 0 && (s[0] == '-' || s[0] == '+')) {
		end++
	}
	if end == 0 || s[:end] == "-" || s[:end] == "+" || s[:end] == "." {
		return 0, 0, "", dateFormat
	}
	n, frac, _, e = intervalNumber(s[:end])
	return n, frac, s[end:], e
}
