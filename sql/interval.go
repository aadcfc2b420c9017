package sql

import (
	"math"
	"regexp"
	"strconv"
	"strings"

	pg_query "github.com/pganalyze/pg_query_go/v6"

	"github.com/miniodb/miniodb/internal/sqltype"
)

// interval is a PostgreSQL interval: months, days and microseconds, kept apart.
type interval struct {
	months, days int64
	micros       int64
}

// expr writes the interval for DuckDB.
func (v interval) expr() expr {
	text := v.String()
	e := typed("CAST('"+text+"' AS INTERVAL)", sqltype.Interval)
	e.lit = &text
	return e
}

func (v interval) String() string {
	var parts []string
	add := func(n int64, unit string) {
		if n != 0 {
			parts = append(parts, strconv.FormatInt(n, 10)+" "+unit)
		}
	}
	add(v.months, "months")
	add(v.days, "days")
	add(v.micros, "microseconds")
	if parts == nil {
		return "0 days"
	}
	return strings.Join(parts, " ")
}

// Fields of INTERVAL 'x' FIELD, as bits of the type modifier (PostgreSQL, utils/datetime.h: INTERVAL_MASK).
const (
	maskMonth  = 1 << 1
	maskYear   = 1 << 2
	maskDay    = 1 << 3
	maskHour   = 1 << 10
	maskMinute = 1 << 11
	maskSecond = 1 << 12
)

var intervalUnits = map[string]struct {
	months, days float64
	micros       float64
}{
	"year": {months: 12}, "y": {months: 12}, "yr": {months: 12}, "month": {months: 1}, "mon": {months: 1},
	"decade": {months: 120}, "dec": {months: 120}, "century": {months: 1200}, "centurie": {months: 1200}, "cent": {months: 1200}, "c": {months: 1200},
	"millennium": {months: 12000}, "millennia": {months: 12000}, "mil": {months: 12000}, "quarter": {months: 3}, "qtr": {months: 3},
	"week": {days: 7}, "w": {days: 7}, "day": {days: 1}, "d": {days: 1},
	"hour": {micros: 3600e6}, "h": {micros: 3600e6}, "hr": {micros: 3600e6}, "minute": {micros: 60e6}, "min": {micros: 60e6}, "m": {micros: 60e6},
	"second": {micros: 1e6}, "sec": {micros: 1e6}, "s": {micros: 1e6},
	"millisecond": {micros: 1e3}, "msec": {micros: 1e3}, "ms": {micros: 1e3}, "mil_sec": {micros: 1e3},
	"microsecond": {micros: 1}, "usec": {micros: 1}, "us": {micros: 1},
}

var (
	intervalPart  = regexp.MustCompile(`^([+-]?)(\d+):(\d{1,2})(?::(\d{1,2}(?:\.\d*)?))?|^([+-]?)(\d+)-(\d+)|^([+-]?\d*\.?\d+|[+-]?\d+\.)\s*([A-Za-z]+)?|^(ago)`)
	isoInterval   = regexp.MustCompile(`^P(?:([+-]?[\d.]+)Y)?(?:([+-]?[\d.]+)M)?(?:([+-]?[\d.]+)W)?(?:([+-]?[\d.]+)D)?(?:T(?:([+-]?[\d.]+)H)?(?:([+-]?[\d.]+)M)?(?:([+-]?[\d.]+)S)?)?$`)
	isoIntervalOf = []string{"year", "month", "week", "day", "hour", "minute", "second"}
)

func (v *interval) add(n float64, unit string) bool {
	u, ok := intervalUnits[unit]
	if !ok {
		u, ok = intervalUnits[strings.TrimSuffix(unit, "s")]
	}
	if !ok || math.Abs(n) > 1e15 {
		return false
	}
	// a fraction of a month spills into days (30 a month), one of a day into time, as in PostgreSQL
	whole, frac := math.Modf(n * u.months)
	v.months += int64(whole)
	days := n*u.days + math.Round(frac*30*1e9)/1e9
	whole, frac = math.Modf(days)
	v.days += int64(whole)
	micros := n*u.micros + frac*86400e6
	if math.Abs(micros) > 9e18 {
		return false
	}
	v.micros += int64(math.Round(micros))
	return true
}

// parseInterval reads PostgreSQL's verbose form, SQL's '1-2 3 04:05:06' and ISO 8601. mask are the fields of the type modifier; a lone
// number is in the last of them.
func parseInterval(s string, mask int) (v interval, ok bool) {
	s = strings.TrimSpace(s)
	if m := isoInterval.FindStringSubmatch(s); m != nil && len(s) > 1 {
		for i, unit := range isoIntervalOf {
			if m[i+1] == "" {
				continue
			}
			n, err := strconv.ParseFloat(m[i+1], 64)
			if err != nil || !v.add(n, unit) {
				return v, false
			}
		}
		return v, true
	}
	s = strings.TrimSpace(strings.TrimPrefix(strings.ToLower(s), "@"))
	if s == "" {
		return v, false
	}
	for s != "" {
		m := intervalPart.FindStringSubmatch(s)
		if m == nil {
			return v, false
		}
		rest := strings.TrimLeft(s[len(m[0]):], " \t,")
		switch {
		case m[10] != "":
			if rest != "" {
				return v, false
			}
			v.months, v.days, v.micros = -v.months, -v.days, -v.micros
		case m[2] != "":
			h, err1 := strconv.ParseInt(m[2], 10, 32)
			mi, err2 := strconv.ParseInt(m[3], 10, 32)
			sec, err3 := strconv.ParseFloat("0"+m[4], 64)
			if err1 != nil || err2 != nil || err3 != nil || mi > 59 || sec >= 60 {
				return v, false
			}
			us := h*3600e6 + mi*60e6 + int64(math.Round(sec*1e6))
			if m[1] == "-" {
				us = -us
			}
			v.micros += us
		case m[6] != "":
			y, err1 := strconv.ParseInt(m[6], 10, 32)
			mo, err2 := strconv.ParseInt(m[7], 10, 32)
			if err1 != nil || err2 != nil || mo > 11 {
				return v, false
			}
			months := y*12 + mo
			if m[5] == "-" {
				months = -months
			}
			v.months += months
		default:
			n, err := strconv.ParseFloat(m[8], 64)
			if err != nil {
				return v, false
			}
			unit := m[9]
			if unit == "" {
				if unit = loneUnit(mask); rest != "" && strings.Contains(rest, ":") {
					unit = "day"
				}
			}
			if !v.add(n, unit) {
				return v, false
			}
		}
		s = rest
	}
	switch { // fields below the last one are cut off
	case mask == 0 || mask&(maskSecond) != 0:
	case mask&maskMinute != 0:
		v.micros -= v.micros % 60e6
	case mask&maskHour != 0:
		v.micros -= v.micros % 3600e6
	case mask&maskDay != 0:
		v.micros = 0
	case mask&maskMonth != 0:
		v.micros, v.days = 0, 0
	case mask&maskYear != 0:
		v = interval{months: v.months - v.months%12}
	}
	return v, v.months > -1<<31 && v.months < 1<<31 && v.days > -1<<31 && v.days < 1<<31
}

func loneUnit(mask int) string {
	switch {
	case mask == 0, mask&maskSecond != 0:
		return "second"
	case mask&maskMinute != 0:
		return "minute"
	case mask&maskHour != 0:
		return "hour"
	case mask&maskDay != 0:
		return "day"
	case mask&maskMonth != 0:
		return "month"
	}
	return "year"
}

// intervalMods reads the fields of an interval's type modifier, 0 for all, and the digits of a second, 6 when none are given.
func intervalMods(ty *pg_query.TypeName) (mask, digits int) {
	mods := ty.GetTypmods()
	digits = 6
	if len(mods) > 0 {
		if v, ok := constInt(mods[0]); ok && v != 0x7fff {
			mask = v
		}
	}
	if len(mods) > 1 {
		if v, ok := constInt(mods[1]); ok && v >= 0 && v < 6 {
			digits = v
		}
	}
	return mask, digits
}

// roundMicros rounds to digits of a second, half away from zero.
func roundMicros(us int64, digits int) int64 {
	unit := int64(math.Pow10(6 - digits))
	half := unit / 2
	if us < 0 {
		half = -half
	}
	if us > math.MaxInt64-half && half > 0 || us < math.MinInt64-half && half < 0 {
		return us
	}
	return (us + half) / unit * unit
}

// roundInterval casts a value that is not a constant to interval(p).
func (t *translator) roundInterval(e expr, ty *pg_query.TypeName, loc int32) (expr, error) {
	mask, digits := intervalMods(ty)
	out, err := t.coerce(e, sqltype.Of(sqltype.Interval), explicitCast, loc)
	if err != nil {
		return expr{}, err
	}
	if mask != 0 {
		if e.typ.OID != sqltype.Interval { // a text may hold a number, whose unit the fields decide
			return expr{}, t.unsupported(loc, "a cast of a value that is not a constant to some fields of an interval")
		}
		switch { // fields below the last one are cut off
		case mask&maskSecond != 0:
		case mask&maskMinute != 0:
			out = t.bind(sqltype.Interval, "date_trunc('minute', $1)", out)
		case mask&maskHour != 0:
			out = t.bind(sqltype.Interval, "date_trunc('hour', $1)", out)
		case mask&maskDay != 0:
			out = t.bind(sqltype.Interval, "date_trunc('day', $1)", out)
		case mask&maskMonth != 0:
			out = t.bind(sqltype.Interval, "date_trunc('month', $1)", out)
		case mask&maskYear != 0:
			out = t.bind(sqltype.Interval, "date_trunc('year', $1)", out)
		}
	}
	if digits == 6 {
		return out, nil
	}
	return t.bind(sqltype.Interval, "pg_round_interval($1, "+strconv.FormatInt(int64(math.Pow10(6-digits)), 10)+")", out), nil
}
