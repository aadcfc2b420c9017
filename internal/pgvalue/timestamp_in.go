package pgvalue

import (
	"encoding/binary"
	"math"

	"github.com/jackc/pgerrcode"

	"github.com/miniodb/miniodb/internal/pgerr"
	"github.com/miniodb/miniodb/internal/sqltype"
	"github.com/miniodb/miniodb/internal/vector"
)

// What PostgreSQL can hold: from Julian day 0, 4714-11-24 BC, up to but without the end given here. Timestamps end some years before
// PostgreSQL's 294277 AD, because their 64 bits count from 1970.
const (
	minDays   = -julianEpoch
	endDays   = 2145042906 // 5874898-01-01
	minMicros = minDays * microsPerDay
)

// fastDate reads YYYY-MM-DD at the start of s.
func fastDate(s []byte) (days int64, ok bool) {
	if len(s) < 10 || s[4] != '-' || s[7] != '-' {
		return 0, false
	}
	y, ok1 := num4(s)
	m, ok2 := num2(s[5:])
	d, ok3 := num2(s[8:])
	if !ok1 || !ok2 || !ok3 || y == 0 || m < 1 || m > 12 || d < 1 || d > daysIn(int64(y), m) {
		return 0, false
	}
	return daysOf(int64(y), m, d), true
}

func num2(s []byte) (n int, ok bool) {
	a, b := s[0]-'0', s[1]-'0'
	return int(a)*10 + int(b), a <= 9 && b <= 9
}

func num4(s []byte) (n int, ok bool) {
	hi, ok1 := num2(s)
	lo, ok2 := num2(s[2:])
	return hi*100 + lo, ok1 && ok2
}

// fastClock reads HH:MM:SS[.f to .ffffff] at the start of s and returns the rest.
func fastClock(s []byte) (micros int64, rest []byte, ok bool) {
	if len(s) < 8 || s[2] != ':' || s[5] != ':' {
		return 0, nil, false
	}
	h, ok1 := num2(s)
	m, ok2 := num2(s[3:])
	sec, ok3 := num2(s[6:])
	if !ok1 || !ok2 || !ok3 || h > 23 || m > 59 || sec > 59 {
		return 0, nil, false
	}
	micros = (int64(h)*3600 + int64(m)*60 + int64(sec)) * microsPerSecond
	s = s[8:]
	if len(s) == 0 || s[0] != '.' {
		return micros, s, true
	}
	unit, i := int64(100_000), 1
	for ; i < len(s) && isDigit(s[i]); i++ {
		if unit == 0 {
			return 0, nil, false // more than six digits are rounded elsewhere
		}
		micros += int64(s[i]-'0') * unit
		unit /= 10
	}
	return micros, s[i:], i > 1
}

// fastOffset reads Z, +hh, +hhmm, +hh:mm or nothing; zoned says which.
func fastOffset(s []byte) (seconds int64, zoned, ok bool) {
	switch {
	case len(s) == 0:
		return 0, false, true
	case len(s) == 1 && s[0]|0x20 == 'z':
		return 0, true, true
	case s[0] != '+' && s[0] != '-' || len(s) != 3 && len(s) != 5 && len(s) != 6:
		return 0, false, false
	}
	h, ok := num2(s[1:])
	m := 0
	if ok && len(s) > 3 {
		tail := s[3:]
		if len(s) == 6 {
			if tail[0] != ':' {
				return 0, false, false
			}
			tail = tail[1:]
		}
		m, ok = num2(tail)
	}
	if !ok || h > maxOffsetHours || m > 59 {
		return 0, false, false
	}
	seconds = int64(h)*3600 + int64(m)*60
	if s[0] == '-' {
		seconds = -seconds
	}
	return seconds, true, true
}

// read runs the general parser.
func (d *Decoder) read(typ string, s []byte, timeOnly bool) (civilTime, error) {
	p := dateParser{d: d, order: d.o.DateOrder}
	tokens, ok := tokenise(s)
	e := dateFormat
	if ok && len(tokens) > 0 {
		e = p.decode(tokens, timeOnly)
	}
	switch e {
	case dateOK:
		return p.t, nil
	case dateRange:
		return p.t, errFieldRange(s)
	case dateRangeMD:
		return p.t, errFieldRangeHint(s)
	case dateZone:
		return p.t, pgerr.New(pgerrcode.InvalidTimeZoneDisplacementValue, `time zone displacement out of range: "%s"`, shown(s))
	case dateNamed:
		return p.t, p.err
	}
	return p.t, errDateSyntax(typ, s)
}

// specialMicros resolves now, epoch and infinity: local microseconds since 1970 for zoned=false, UTC otherwise.
func (d *Decoder) specialMicros(special int, zoned bool) int64 {
	switch special {
	case specialEpoch:
		return 0
	case specialInfinity:
		return timestampInfinity
	case specialMinusInfinity:
		return -timestampInfinity
	}
	now := d.now().In(d.o.Location)
	us := now.UnixMicro()
	if !zoned {
		_, offset := now.Zone()
		us += int64(offset) * microsPerSecond
	}
	return us
}

func floorDiv(a, b int64) int64 {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}

func (d *Decoder) parseDate(a *vector.Appender, s []byte) error {
	if len(s) == 10 {
		if days, ok := fastDate(s); ok {
			a.Int32(int32(days))
			return nil
		}
	}
	t, err := d.read("date", s, false)
	if err != nil {
		return err
	}
	var days int64
	switch {
	case t.fields&hasSpecial == 0:
		days = daysOf(t.year, t.month, t.day)
		if days < minDays || days >= endDays {
			return errDateRange(s)
		}
	case t.special == specialInfinity:
		days = dateInfinity
	case t.special == specialMinusInfinity:
		days = -dateInfinity
	default:
		days = floorDiv(d.specialMicros(t.special, false), microsPerDay)
	}
	a.Int32(int32(days))
	return nil
}

func parseDateBinary(a *vector.Appender, b []byte) error {
	if err := exactly(b, 4); err != nil {
		return err
	}
	days := int64(int32(binary.BigEndian.Uint32(b)))
	switch days {
	case math.MaxInt32:
	case math.MinInt32:
		days = -dateInfinity
	default:
		if days += pgEpochDays; days < minDays || days >= endDays {
			return pgerr.New(pgerrcode.DatetimeFieldOverflow, "date out of range")
		}
	}
	a.Int32(int32(days))
	return nil
}

// roundTimestamp rounds microseconds since 1970 like PostgreSQL, whose half-way cases go away from the year 2000.
func roundTimestamp(us int64, mod int32) int64 {
	if mod < 0 || mod >= 6 || us < minMicros || us > math.MaxInt64-microsPerDay {
		return us
	}
	return roundTo(us-pgEpochMicros, mod) + pgEpochMicros
}

// roundTo rounds microseconds half away from zero to the digits of a time type's modifier.
func roundTo(us int64, mod int32) int64 {
	if mod < 0 || mod >= 6 {
		return us
	}
	unit := int64(pow10[6-mod])
	if us < 0 {
		return -((-us + unit/2) / unit * unit)
	}
	return (us + unit/2) / unit * unit
}

func (d *Decoder) parseTime(a *vector.Appender, t sqltype.Type, s []byte) error {
	if us, rest, ok := fastClock(s); ok && len(rest) == 0 {
		a.Int64(roundTo(us, t.Mod))
		return nil
	}
	c, err := d.read("time", s, true)
	if err != nil {
		return err
	}
	us := c.clock
	if c.fields&hasSpecial != 0 {
		if c.special != specialNow {
			return errDateSyntax("time", s)
		}
		local := d.specialMicros(c.special, false)
		us = local - floorDiv(local, microsPerDay)*microsPerDay
	}
	a.Int64(roundTo(us, t.Mod))
	return nil
}

func parseTimeBinary(a *vector.Appender, t sqltype.Type, b []byte) error {
	if err := exactly(b, 8); err != nil {
		return err
	}
	us := int64(binary.BigEndian.Uint64(b))
	if us < 0 || us > microsPerDay {
		return pgerr.New(pgerrcode.DatetimeFieldOverflow, "time out of range")
	}
	a.Int64(roundTo(us, t.Mod))
	return nil
}

// fastTimestamp reads the ISO spelling, with T or a blank between date and time. local is microseconds since 1970 before any offset.
func fastTimestamp(s []byte) (local, offset int64, zoned, ok bool) {
	days, ok := fastDate(s)
	if !ok {
		return 0, 0, false, false
	}
	local = days * microsPerDay
	if len(s) == 10 {
		return local, 0, false, true
	}
	if s[10] != ' ' && s[10] != 'T' {
		return 0, 0, false, false
	}
	clock, rest, ok := fastClock(s[11:])
	if !ok {
		return 0, 0, false, false
	}
	offset, zoned, ok = fastOffset(rest)
	return local + clock, offset, zoned, ok
}

// local returns microseconds since 1970 of the clock that was read; ok is false when 64 bits cannot hold it. It may lie a little before
// what PostgreSQL allows, since a zone may yet move it.
func (t *civilTime) local() (us int64, ok bool) {
	days := daysOf(t.year, t.month, t.day)
	if days < minDays-1 || days > math.MaxInt64/microsPerDay-2 {
		return 0, false
	}
	return days*microsPerDay + t.clock, true
}

func (d *Decoder) parseTimestamp(a *vector.Appender, t sqltype.Type, s []byte) error {
	if us, _, _, ok := fastTimestamp(s); ok { // an offset is read and ignored
		a.Int64(roundTimestamp(us, t.Mod))
		return nil
	}
	c, err := d.read("timestamp", s, false)
	if err != nil {
		return err
	}
	if c.fields&hasSpecial != 0 {
		a.Int64(d.specialMicros(c.special, false))
		return nil
	}
	us, ok := c.local()
	if !ok || us < minMicros {
		return errTimestampRange(s)
	}
	a.Int64(roundTimestamp(us, t.Mod))
	return nil
}

func (d *Decoder) parseTimestamptz(a *vector.Appender, t sqltype.Type, s []byte) error {
	if us, offset, zoned, ok := fastTimestamp(s); ok {
		if !zoned {
			offset = d.edge.offset(floorDiv(us, microsPerSecond))
		}
		a.Int64(roundTimestamp(us-offset*microsPerSecond, t.Mod))
		return nil
	}
	c, err := d.read("timestamp with time zone", s, false)
	if err != nil {
		return err
	}
	if c.fields&hasSpecial != 0 {
		a.Int64(d.specialMicros(c.special, true))
		return nil
	}
	us, ok := c.local()
	if !ok {
		return errTimestampRange(s)
	}
	offset := c.offset
	switch {
	case c.zone != nil:
		edge := localEdge{loc: c.zone}
		offset += edge.offset(floorDiv(us, microsPerSecond))
	case c.fields&hasZone == 0:
		offset = d.edge.offset(floorDiv(us, microsPerSecond))
	}
	if us -= offset * microsPerSecond; us < minMicros {
		return errTimestampRange(s)
	}
	a.Int64(roundTimestamp(us, t.Mod))
	return nil
}

func parseTimestampBinary(a *vector.Appender, t sqltype.Type, b []byte) error {
	if err := exactly(b, 8); err != nil {
		return err
	}
	us := int64(binary.BigEndian.Uint64(b))
	switch us {
	case math.MaxInt64:
	case math.MinInt64:
		us = -timestampInfinity
	default:
		if us >= math.MaxInt64-pgEpochMicros || us+pgEpochMicros < minMicros {
			return pgerr.New(pgerrcode.DatetimeFieldOverflow, "timestamp out of range")
		}
		us = roundTimestamp(us+pgEpochMicros, t.Mod)
	}
	a.Int64(us)
	return nil
}
