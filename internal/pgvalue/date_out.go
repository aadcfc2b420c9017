package pgvalue

import (
	"math"
	"strconv"

	"github.com/miniodb/miniodb/internal/vector"
)

// Units and the stored infinities, which are DuckDB's.
const (
	microsPerSecond = 1_000_000
	microsPerDay    = 86_400 * microsPerSecond

	dateInfinity      = math.MaxInt32
	timestampInfinity = math.MaxInt64
)

const digits2 = "00010203040506070809" + "10111213141516171819" + "20212223242526272829" + "30313233343536373839" + "40414243444546474849" +
	"50515253545556575859" + "60616263646566676869" + "70717273747576777879" + "80818283848586878889" + "90919293949596979899"

// append2 prints n, below 100, with two digits.
func append2(dst []byte, n uint32) []byte {
	return append(dst, digits2[n*2], digits2[n*2+1])
}

// civil returns the proleptic Gregorian date of a day since 1970-01-01. Year 0 is 1 BC.
func civil(days int64) (year int64, month, day uint32) {
	days += 719468
	era := days / 146097
	if days < 0 {
		era = (days - 146096) / 146097
	}
	doe := uint32(days - era*146097)
	yoe := (doe - doe/1460 + doe/36524 - doe/146096) / 365
	doy := doe - (365*yoe + yoe/4 - yoe/100)
	mp := (5*doy + 2) / 153
	day = doy - (153*mp+2)/5 + 1
	month = mp + 3
	if mp >= 10 {
		month = mp - 9
	}
	year = int64(yoe) + era*400
	if month <= 2 {
		year++
	}
	return year, month, day
}

// daysOf is the inverse of civil.
func daysOf(year int64, month, day int) int64 {
	if month <= 2 {
		year--
	}
	era := year / 400
	if year < 0 {
		era = (year - 399) / 400
	}
	yoe := year - era*400
	mp := int64(month+9) % 12
	doy := (153*mp+2)/5 + int64(day) - 1
	doe := yoe*365 + yoe/4 - yoe/100 + doy
	return era*146097 + doe - 719468
}

// appendYear prints the year of an era with at least four digits and reports whether " BC" must follow.
func appendYear(dst []byte, year int64) (out []byte, bc bool) {
	if year <= 0 {
		year, bc = 1-year, true
	}
	if year < 10000 {
		dst = append2(dst, uint32(year/100))
		return append2(dst, uint32(year%100)), bc
	}
	return strconv.AppendInt(dst, year, 10), bc
}

func (e *Encoder) appendDate(dst []byte, days int64) (out []byte, bc bool) {
	y, m, d := civil(days)
	if e.s.DateStyle == DateISO {
		dst, bc = appendYear(dst, y)
		dst = append(dst, '-', digits2[m*2], digits2[m*2+1], '-', digits2[d*2], digits2[d*2+1])
		return dst, bc
	}
	first, second, sep := m, d, byte('/')
	if e.s.DateOrder == DMY || e.s.DateStyle == DateGerman {
		first, second = d, m
	}
	switch e.s.DateStyle {
	case DateGerman:
		sep = '.'
	case DatePostgres:
		sep = '-'
	}
	dst = append(append2(dst, first), sep)
	dst = append(append2(dst, second), sep)
	return appendYear(dst, y)
}

func textDate(dst []byte, v *vector.Vector, row int, e *Encoder) []byte {
	d := v.Int32s[row]
	switch d {
	case dateInfinity:
		return append(dst, "infinity"...)
	case -dateInfinity:
		return append(dst, "-infinity"...)
	}
	dst, bc := e.appendDate(dst, int64(d))
	if bc {
		dst = append(dst, " BC"...)
	}
	return dst
}

// appendClock prints microseconds since midnight as HH:MM:SS[.ffffff].
func appendClock(dst []byte, us int64) []byte {
	s := uint32(us / microsPerSecond)
	frac := uint32(us % microsPerSecond)
	h, m := s/3600, s/60%60
	s %= 60
	if h > 99 {
		dst = strconv.AppendUint(dst, uint64(h), 10)
	} else {
		dst = append2(dst, h)
	}
	dst = append(dst, ':', digits2[m*2], digits2[m*2+1], ':', digits2[s*2], digits2[s*2+1])
	return appendFraction(dst, frac)
}

// appendFraction prints microseconds of a second as .ffffff without trailing zeros, or nothing for 0.
func appendFraction(dst []byte, frac uint32) []byte {
	if frac == 0 {
		return dst
	}
	dst = append(dst, '.')
	dst = append2(dst, frac/10000)
	dst = append2(dst, frac/100%100)
	dst = append2(dst, frac%100)
	for dst[len(dst)-1] == '0' {
		dst = dst[:len(dst)-1]
	}
	return dst
}

func textTime(dst []byte, v *vector.Vector, row int, _ *Encoder) []byte {
	return appendClock(dst, v.Int64s[row])
}
