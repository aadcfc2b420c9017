package pgvalue

import (
	"time"

	"github.com/miniodb/miniodb/internal/vector"
)

// zoneCache remembers the stretch of time around the last value in which the offset does not change.
type zoneCache struct {
	loc    *time.Location
	lo, hi int64 // seconds since 1970, lo <= t < hi; empty at first
	offset int64 // seconds east of UTC
	abbrev string
}

// at returns the offset at a time in seconds since 1970.
func (c *zoneCache) at(sec int64) int64 {
	if sec >= c.lo && sec < c.hi {
		return c.offset
	}
	return c.look(sec)
}

func (c *zoneCache) look(sec int64) int64 {
	t := time.Unix(sec, 0).In(c.loc)
	name, offset := t.Zone()
	c.lo, c.hi = -1<<62, 1<<62
	start, end := t.ZoneBounds()
	if !start.IsZero() {
		c.lo = start.Unix()
	}
	if !end.IsZero() {
		c.hi = end.Unix()
	}
	c.offset, c.abbrev = int64(offset), name
	return c.offset
}

func textTimestamp(dst []byte, v *vector.Vector, row int, e *Encoder) []byte {
	us := v.Int64s[row]
	if us == timestampInfinity || us == -timestampInfinity {
		return appendInfinity(dst, us)
	}
	return e.appendTimestamp(dst, us, false)
}

func textTimestamptz(dst []byte, v *vector.Vector, row int, e *Encoder) []byte {
	us := v.Int64s[row]
	if us == timestampInfinity || us == -timestampInfinity {
		return appendInfinity(dst, us)
	}
	return e.appendTimestamp(dst, us, true)
}

func appendInfinity(dst []byte, us int64) []byte {
	if us < 0 {
		dst = append(dst, '-')
	}
	return append(dst, "infinity"...)
}

// appendTimestamp prints microseconds since 1970, shifted into the session's zone when zoned.
func (e *Encoder) appendTimestamp(dst []byte, us int64, zoned bool) []byte {
	days, clock := us/microsPerDay, us%microsPerDay
	if clock < 0 {
		days, clock = days-1, clock+microsPerDay
	}
	var offset int64
	if zoned {
		sec := days*86400 + clock/microsPerSecond
		offset = e.zone.at(sec)
		clock += offset * microsPerSecond
		for clock < 0 {
			days, clock = days-1, clock+microsPerDay
		}
		for clock >= microsPerDay {
			days, clock = days+1, clock-microsPerDay
		}
	}
	if e.s.DateStyle == DatePostgres {
		return e.appendTraditional(dst, days, clock, offset, zoned)
	}
	dst, bc := e.appendDate(dst, days)
	dst = append(dst, ' ')
	dst = appendClock(dst, clock)
	if zoned {
		if e.s.DateStyle == DateISO {
			dst = appendOffset(dst, offset)
		} else {
			dst = e.appendAbbrev(dst, offset)
		}
	}
	if bc {
		dst = append(dst, " BC"...)
	}
	return dst
}

// appendOffset prints an offset in seconds east of UTC as +hh[:mm[:ss]].
func appendOffset(dst []byte, offset int64) []byte {
	sign, s := byte('+'), uint32(offset)
	if offset < 0 {
		sign, s = '-', uint32(-offset)
	}
	dst = append(dst, sign)
	dst = append2(dst, s/3600)
	if s %= 3600; s != 0 {
		dst = append(dst, ':')
		dst = append2(dst, s/60)
		if s %= 60; s != 0 {
			dst = append(dst, ':')
			dst = append2(dst, s)
		}
	}
	return dst
}

// appendAbbrev prints the zone as the styles other than ISO do: by abbreviation, or numerically where the zone has none.
func (e *Encoder) appendAbbrev(dst []byte, offset int64) []byte {
	name := e.zone.abbrev
	if name == "" {
		return appendOffset(append(dst, ' '), offset)
	}
	return append(append(dst, ' '), name...)
}

const (
	weekdays = "SunMonTueWedThuFriSat"
	months   = "JanFebMarAprMayJunJulAugSepOctNovDec"
)

// appendTraditional prints the style "Postgres": Wed Dec 17 07:37:16 1997 PST.
func (e *Encoder) appendTraditional(dst []byte, days, clock, offset int64, zoned bool) []byte {
	y, m, d := civil(days)
	w := (days%7 + 11) % 7
	dst = append(append(dst, weekdays[w*3:w*3+3]...), ' ')
	if e.s.DateOrder == DMY {
		dst = append(append2(dst, d), ' ')
		dst = append(dst, months[(m-1)*3:m*3]...)
	} else {
		dst = append(append(dst, months[(m-1)*3:m*3]...), ' ')
		dst = append2(dst, d)
	}
	dst = appendClock(append(dst, ' '), clock)
	dst, bc := appendYear(append(dst, ' '), y)
	if zoned {
		dst = e.appendAbbrev(dst, offset)
	}
	if bc {
		dst = append(dst, " BC"...)
	}
	return dst
}
