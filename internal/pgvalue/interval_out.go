package pgvalue

import (
	"strconv"

	"github.com/miniodb/miniodb/internal/vector"
)

// intervalParts is an interval in the units in which it is printed, all of one sign per stored field.
type intervalParts struct {
	year, mon, day, hour, min, sec int64
	micros                         int64 // of a second
}

func partsOf(x vector.Interval) intervalParts {
	s := x.Micros / microsPerSecond
	return intervalParts{
		year: int64(x.Months / 12), mon: int64(x.Months % 12), day: int64(x.Days),
		hour: s / 3600, min: s / 60 % 60, sec: s % 60, micros: x.Micros % microsPerSecond,
	}
}

func (p *intervalParts) timeNegative() bool {
	return p.hour < 0 || p.min < 0 || p.sec < 0 || p.micros < 0
}
func (p *intervalParts) hasTime() bool {
	return p.hour != 0 || p.min != 0 || p.sec != 0 || p.micros != 0
}

func (p *intervalParts) negate() {
	p.year, p.mon, p.day, p.hour, p.min, p.sec, p.micros = -p.year, -p.mon, -p.day, -p.hour, -p.min, -p.sec, -p.micros
}

func abs(x int64) int64 {
	if x < 0 {
		return -x
	}
	return x
}

func textInterval(dst []byte, v *vector.Vector, row int, e *Encoder) []byte {
	p := partsOf(v.Intervals[row])
	switch e.s.IntervalStyle {
	case IntervalISO8601:
		return p.appendISO(dst)
	case IntervalSQLStandard:
		return p.appendSQL(dst)
	case IntervalPostgresVerbose:
		return p.appendVerbose(dst)
	}
	return p.appendPostgres(dst)
}

// appendSeconds prints |sec| and the fraction, with two digits before the point when fill.
func (p *intervalParts) appendSeconds(dst []byte, fill bool) []byte {
	s := uint32(abs(p.sec))
	if fill {
		dst = append2(dst, s)
	} else {
		dst = strconv.AppendUint(dst, uint64(s), 10)
	}
	return appendFraction(dst, uint32(abs(p.micros)))
}

func appendHours(dst []byte, h int64) []byte {
	if h < 10 {
		dst = append(dst, '0')
	}
	return strconv.AppendInt(dst, h, 10)
}

// appendPostgres prints 1 year 2 mons -3 days +04:05:06.789.
func (p *intervalParts) appendPostgres(dst []byte) []byte {
	start, before := len(dst), false
	part := func(n int64, unit string) {
		if n == 0 {
			return
		}
		if len(dst) > start {
			dst = append(dst, ' ')
		}
		if before && n > 0 {
			dst = append(dst, '+')
		}
		dst = append(append(strconv.AppendInt(dst, n, 10), ' '), unit...)
		if n != 1 {
			dst = append(dst, 's')
		}
		before = n < 0
	}
	part(p.year, "year")
	part(p.mon, "mon")
	part(p.day, "day")
	if len(dst) > start && !p.hasTime() {
		return dst
	}
	if len(dst) > start {
		dst = append(dst, ' ')
	}
	if p.timeNegative() {
		dst = append(dst, '-')
	} else if before {
		dst = append(dst, '+')
	}
	dst = append(appendHours(dst, abs(p.hour)), ':')
	dst = append(append2(dst, uint32(abs(p.min))), ':')
	return p.appendSeconds(dst, true)
}

// appendISO prints P1Y2M-3DT4H5M6.789S.
func (p *intervalParts) appendISO(dst []byte) []byte {
	if *p == (intervalParts{}) {
		return append(dst, "PT0S"...)
	}
	part := func(n int64, unit byte) {
		if n != 0 {
			dst = append(strconv.AppendInt(dst, n, 10), unit)
		}
	}
	dst = append(dst, 'P')
	part(p.year, 'Y')
	part(p.mon, 'M')
	part(p.day, 'D')
	if p.hasTime() {
		dst = append(dst, 'T')
	}
	part(p.hour, 'H')
	part(p.min, 'M')
	if p.sec != 0 || p.micros != 0 {
		if p.sec < 0 || p.micros < 0 {
			dst = append(dst, '-')
		}
		dst = append(p.appendSeconds(dst, false), 'S')
	}
	return dst
}

// appendSQL prints +1-2 -3 +4:05:06.789, or one of its parts alone where the standard allows that.
func (p *intervalParts) appendSQL(dst []byte) []byte {
	negative := p.year < 0 || p.mon < 0 || p.day < 0 || p.timeNegative()
	positive := p.year > 0 || p.mon > 0 || p.day > 0 || p.hour > 0 || p.min > 0 || p.sec > 0 || p.micros > 0
	months, rest := p.year != 0 || p.mon != 0, p.day != 0 || p.hasTime()
	standard := (!negative || !positive) && (!months || !rest)
	if !negative && !positive {
		return append(dst, '0')
	}
	sign := func(neg bool) {
		if neg {
			dst = append(dst, '-')
		} else {
			dst = append(dst, '+')
		}
	}
	if standard && negative {
		dst = append(dst, '-')
		p.negate()
	}
	timeNegative := p.timeNegative()
	if !standard {
		sign(p.year < 0 || p.mon < 0)
	}
	if !standard || months {
		dst = append(strconv.AppendInt(dst, abs(p.year), 10), '-')
		dst = strconv.AppendInt(dst, abs(p.mon), 10)
		if standard {
			return dst
		}
		dst = append(dst, ' ')
		sign(p.day < 0)
	}
	if !standard || p.day != 0 {
		dst = append(strconv.AppendInt(dst, abs(p.day), 10), ' ')
	}
	if !standard {
		sign(timeNegative)
	}
	dst = append(strconv.AppendInt(dst, abs(p.hour), 10), ':')
	dst = append(append2(dst, uint32(abs(p.min))), ':')
	return p.appendSeconds(dst, true)
}

// appendVerbose prints @ 1 year 2 mons 3 days 4 hours 5 mins 6.789 secs ago.
func (p *intervalParts) appendVerbose(dst []byte) []byte {
	dst = append(dst, '@')
	zero, before := true, false
	part := func(n int64, unit string) {
		if n == 0 {
			return
		}
		if zero {
			before, n, zero = n < 0, abs(n), false
		} else if before {
			n = -n
		}
		dst = append(append(strconv.AppendInt(append(dst, ' '), n, 10), ' '), unit...)
		if n != 1 {
			dst = append(dst, 's')
		}
	}
	part(p.year, "year")
	part(p.mon, "mon")
	part(p.day, "day")
	part(p.hour, "hour")
	part(p.min, "min")
	if p.sec != 0 || p.micros != 0 {
		dst = append(dst, ' ')
		if p.sec < 0 || p.micros < 0 {
			if zero {
				before = true
			} else if !before {
				dst = append(dst, '-')
			}
		} else if before {
			dst = append(dst, '-')
		}
		dst = append(p.appendSeconds(dst, false), " sec"...)
		if abs(p.sec) != 1 || p.micros != 0 {
			dst = append(dst, 's')
		}
		zero = false
	}
	if zero {
		dst = append(dst, " 0"...)
	}
	if before {
		dst = append(dst, " ago"...)
	}
	return dst
}
