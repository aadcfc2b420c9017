package pgfunc

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/jackc/pgerrcode"

	"github.com/miniodb/miniodb/internal/pgerr"
)

// parsed is what a text says about a time, as far as the template asked. -1 means that a number was not given.
type parsed struct {
	values           map[string]int
	iso              bool
	clock            bool
	yearDigits       int
	hasTZ            bool
	tzSign, tzh, tzm int
}

func parseFormat(msg string, args ...any) *pgerr.Error {
	return pgerr.New(pgerrcode.InvalidDatetimeFormat, msg, args...)
}

func (p *parsed) set(field, key string, v int) error {
	if old, ok := p.values[field]; ok && old != v {
		return parseFormat("conflicting values for \"%s\" field in formatting string", key).
			WithDetail("This value contradicts a previous setting for the same field type.")
	}
	p.values[field] = v
	return nil
}

// dateReader reads a text by the nodes of a template.
type dateReader struct {
	s     string
	nodes []node
	p     parsed
	fx    bool
}

// integer reads a number of at most width digits, of any length where the next node is no digit.
func (r *dateReader) integer(i, width int, key string) (v, used int, err error) {
	for r.s != "" && isSpace(r.s[0]) {
		r.s = r.s[1:]
	}
	n := 0
	if r.nodes[i].fm || r.nextSeparates(i) {
		if n < len(r.s) && (r.s[n] == '+' || r.s[n] == '-') {
			n++
		}
		for n < len(r.s) && r.s[n] >= '0' && r.s[n] <= '9' {
			n++
		}
	} else {
		text := r.s[:min(width, len(r.s))]
		if len(r.s) < width {
			return 0, 0, parseFormat("source string too short for \"%s\" formatting field", key)
		}
		if n < len(text) && (text[n] == '+' || text[n] == '-') {
			n++
		}
		for n < len(text) && text[n] >= '0' && text[n] <= '9' {
			n++
		}
		if n > 0 && n < width {
			return 0, 0, parseFormat("invalid value \"%s\" for \"%s\"", strings.ToValidUTF8(text, ""), key).
				WithDetail("Field requires %d characters, but only %d could be parsed.", width, n).
				WithHint("If your source string is not fixed-width, try using the \"FM\" modifier.")
		}
	}
	text := r.s[:n]
	v, convErr := strconv.Atoi(text)
	if convErr != nil || v > 1<<31-1 || v < -1<<31 {
		if n > 0 && strings.Trim(text, "+-") != "" {
			return 0, 0, pgerr.New(pgerrcode.DatetimeFieldOverflow, "value for \"%s\" in source string is out of range", key)
		}
		return 0, 0, parseFormat("invalid value \"%s\" for \"%s\"", clipRunes(r.s, width), key)
	}
	r.s = r.s[n:]
	return v, n, nil
}

func clipRunes(s string, n int) string {
	rs := []rune(s)
	return string(rs[:min(n, len(rs))])
}

// nextSeparates tells that what follows node i cannot be a digit.
func (r *dateReader) nextSeparates(i int) bool {
	if r.nodes[i].th {
		return true
	}
	if i+1 >= len(r.nodes) {
		return true
	}
	n := r.nodes[i+1]
	if n.kind != nodeKey {
		return !(len(n.text) == 1 && n.text[0] >= '0' && n.text[0] <= '9')
	}
	switch strings.ToUpper(n.key) { // keywords that are not numbers
	case "A.M.", "P.M.", "AM", "PM", "MONTH", "MON", "DAY", "DY", "A.D.", "B.C.", "AD", "BC", "RM", "TZ", "OF", "TZH", "FX":
		return true
	}
	return false
}

func (r *dateReader) word(list []string, short bool, key string) (int, error) {
	for i, w := range list {
		if short {
			w = w[:3]
		}
		if len(r.s) >= len(w) && strings.EqualFold(r.s[:len(w)], w) {
			r.s = r.s[len(w):]
			return i, nil
		}
	}
	text := r.s
	if i := strings.IndexByte(text, ' '); i > 0 {
		text = text[:i]
	}
	return 0, parseFormat("invalid value \"%s\" for \"%s\"", text, key).WithDetail("The given value did not match any of the allowed values for this field.")
}

func readDate(s, format string) (*parsed, error) {
	r := dateReader{s: s, nodes: splitTemplate(format, dateKeys, true), p: parsed{values: map[string]int{}}}
	for _, n := range r.nodes {
		r.fx = r.fx || n.kind == nodeKey && n.key == "FX"
	}
	gregorian := false
	extra := 0
	fx := r.fx
	r.fx = false
	for i, n := range r.nodes {
		if n.kind == nodeKey && n.key == "FX" {
			r.fx = fx
			continue
		}
		if !r.fx && (n.kind == nodeKey || i == 0) {
			for r.s != "" && isSpace(r.s[0]) {
				r.s = r.s[1:]
				extra++
			}
		}
		if r.s == "" {
			break
		}
		switch n.kind {
		case nodeSpace, nodeSeparator:
			if r.fx {
				r.s = r.s[runeLen(r.s):]
				continue
			}
			extra--
			if isSpace(r.s[0]) || isSeparator(r.s[0]) {
				r.s = r.s[1:]
				extra++
			}
			continue
		case nodeText:
			if !r.fx && extra > 0 {
				extra--
			} else {
				r.s = r.s[runeLen(r.s):]
			}
			continue
		}
		switch strings.ToUpper(n.key) {
		case "IYYY", "IYY", "IY", "I", "IW", "ID", "IDDD":
			r.p.iso = true
		case "YYYY", "YYY", "YY", "Y", "Y,YYY", "MONTH", "MON", "MM", "DDD", "DD", "D", "WW", "W", "RM":
			gregorian = true
		}
		if r.p.iso && gregorian {
			return nil, parseFormat("invalid combination of date conventions").WithHint("Do not mix Gregorian and ISO week date conventions in a formatting template.")
		}
		if err := r.field(i, n); err != nil {
			return nil, err
		}
		if n.th && len(r.s) >= 2 {
			r.s = r.s[2:]
		}
		if !r.fx {
			extra = 0
			for r.s != "" && isSpace(r.s[0]) {
				r.s = r.s[1:]
				extra++
			}
		}
	}
	return &r.p, nil
}

func (r *dateReader) field(i int, n node) error {
	key := strings.ToUpper(n.key)
	number := func(field string, width int) error {
		v, _, err := r.integer(i, width, n.key)
		if err != nil {
			return err
		}
		return r.p.set(field, n.key, v)
	}
	switch key {
	case "A.M.", "P.M.", "AM", "PM":
		words := []string{"am", "pm"}
		if len(key) == 4 {
			words = []string{"a.m.", "p.m."}
		}
		k, err := r.word(words, false, n.key)
		if err != nil {
			return err
		}
		r.p.clock = true
		return r.p.set("pm", n.key, k)
	case "HH", "HH12":
		r.p.clock = true
		return number("hour", 2)
	case "HH24":
		return number("hour", 2)
	case "MI":
		return number("minute", 2)
	case "SS":
		return number("second", 2)
	case "MS", "US", "FF1", "FF2", "FF3", "FF4", "FF5", "FF6":
		width := 6
		if key == "MS" {
			width = 3
		} else if key != "US" {
			width = int(key[2] - '0')
		}
		v, used, err := r.integer(i, width, n.key)
		if err != nil {
			return err
		}
		field := "micros"
		if key == "MS" { // 3 is 300 milliseconds, 0012 are 12
			field = "millis"
			for ; used < 3; used++ {
				v *= 10
			}
			v = min(v, 1<<31) * 1000
		}
		for ; used < 6 && field == "micros"; used++ {
			v *= 10
		}
		if key[0] == 'F' { // rounded half away from zero to as many digits
			unit := 1
			for range 6 - width {
				unit *= 10
			}
			v = (v + unit/2) / unit * unit
		}
		return r.p.set(field, n.key, v)
	case "SSSS", "SSSSS":
		return number("ssss", 5)
	case "TZ", "OF":
		if key == "OF" || key == "TZ" {
			return pgerr.New(pgerrcode.FeatureNotSupported, "formatting field \"%s\" is only supported in to_char", n.key)
		}
	case "TZH":
		r.p.hasTZ = true
		r.p.tzSign = 1
		if r.s[0] == '+' || r.s[0] == '-' || r.s[0] == ' ' {
			if r.s[0] == '-' {
				r.p.tzSign = -1
			}
			r.s = r.s[1:]
		}
		v, _, err := r.integer(i, 2, n.key)
		r.p.tzh = v
		return err
	case "TZM":
		r.p.hasTZ = true
		if r.p.tzSign == 0 {
			r.p.tzSign = 1
		}
		v, _, err := r.integer(i, 2, n.key)
		r.p.tzm = v
		return err
	case "A.D.", "B.C.", "AD", "BC":
		words := []string{"ad", "bc"}
		if len(key) == 4 {
			words = []string{"a.d.", "b.c."}
		}
		k, err := r.word(words, false, n.key)
		if err != nil {
			return err
		}
		return r.p.set("bc", n.key, k)
	case "MONTH", "MON":
		// the full name also where it is short: May
		k, err := r.word(monthNames, key == "MON", n.key)
		if err != nil {
			return err
		}
		return r.p.set("month", n.key, k+1)
	case "MM":
		return number("month", 2)
	case "DAY", "DY":
		k, err := r.word(dayNames, key == "DY", n.key)
		if err != nil {
			return err
		}
		return r.p.set("dow", n.key, k)
	case "DDD":
		return number("yday", 3)
	case "IDDD":
		return number("yday", 3)
	case "DD":
		return number("day", 2)
	case "D":
		v, _, err := r.integer(i, 1, n.key)
		if err != nil {
			return err
		}
		return r.p.set("dow", n.key, v-1)
	case "ID":
		v, _, err := r.integer(i, 1, n.key)
		if err != nil {
			return err
		}
		if v++; v > 7 { // PostgreSQL: whatever is behind Saturday is Sunday
			v = 1
		}
		return r.p.set("dow", n.key, v-1)
	case "WW", "IW":
		return number("week", 2)
	case "Q":
		_, _, err := r.integer(i, 1, n.key)
		return err
	case "CC":
		return number("century", 2)
	case "Y,YYY":
		whole, rest, ok := strings.Cut(r.s, ",")
		m, err := strconv.Atoi(strings.TrimSpace(whole))
		k := 0
		for k < len(rest) && k < 3 && rest[k] >= '0' && rest[k] <= '9' {
			k++
		}
		y, err2 := strconv.Atoi(rest[:k])
		if !ok || err != nil || err2 != nil || m > 2000000 {
			return parseFormat("invalid input string for \"Y,YYY\"")
		}
		r.s = rest[k:]
		r.p.yearDigits = 4
		return r.p.set("year", n.key, m*1000+y)
	case "YYYY", "IYYY":
		v, _, err := r.integer(i, 4, n.key)
		if err != nil {
			return err
		}
		r.p.yearDigits = 4
		return r.p.set("year", n.key, v)
	case "YYY", "IYY", "YY", "IY", "Y", "I":
		width := len(strings.TrimPrefix(key, "I"))
		if key[0] == 'I' {
			width = len(key)
		}
		v, used, err := r.integer(i, width, n.key)
		if err != nil {
			return err
		}
		if used < 4 {
			v = partialYear(v)
		}
		r.p.yearDigits = width
		return r.p.set("year", n.key, v)
	case "RM":
		best := -1
		for m, w := range romanMonths {
			if len(r.s) >= len(w) && strings.EqualFold(r.s[:len(w)], w) && (best < 0 || len(w) > len(romanMonths[best])) {
				best = m
			}
		}
		if best < 0 {
			_, err := r.word(romanMonths, false, n.key)
			return err
		}
		r.s = r.s[len(romanMonths[best]):]
		return r.p.set("month", n.key, best+1)
	case "W":
		return number("wom", 1)
	case "J":
		return number("julian", 10)
	}
	return nil
}

// partialYear completes a year of one to three digits to one near 2020.
func partialYear(y int) int {
	switch {
	case y < 70:
		return y + 2000
	case y < 100:
		return y + 1900
	case y < 520:
		return y + 2000
	case y < 1000:
		return y + 1000
	}
	return y
}

// moment puts together what was read: a date, and the microseconds of the day.
func (p *parsed) moment(text string) (days, micros int64, err error) {
	overflow := func() error {
		return pgerr.New(pgerrcode.DatetimeFieldOverflow, "date/time field value out of range: \"%s\"", text)
	}
	get := func(f string) (int, bool) { v, ok := p.values[f]; return v, ok }
	hour, _ := get("hour")
	minute, _ := get("minute")
	second, _ := get("second")
	if v, ok := get("ssss"); ok && v != 0 {
		for _, f := range []struct {
			at *int
			v  int
		}{{&hour, v / 3600}, {&minute, v / 60 % 60}, {&second, v % 60}} {
			if *f.at == 0 { // what stands beside SSSS goes first
				*f.at = f.v
			}
		}
	}
	if p.clock {
		if hour < 1 || hour > 12 {
			return 0, 0, pgerr.New(pgerrcode.InvalidDatetimeFormat, "hour \"%d\" is invalid for the 12-hour clock", hour).
				WithHint("Use the 24-hour clock, or give an hour between 1 and 12.")
		}
		pm, _ := get("pm")
		switch {
		case pm == 1 && hour < 12:
			hour += 12
		case pm == 0 && hour == 12:
			hour = 0
		}
	}
	year, hasYear := get("year")
	bc := p.values["bc"] == 1
	cc, hasCC := get("century")
	switch {
	case hasYear && year != 0:
		if hasCC && p.yearDigits <= 2 {
			if bc {
				cc = -cc
			}
			year %= 100
			if year != 0 {
				if cc >= 0 {
					year += (cc - 1) * 100
				} else {
					year = (cc+1)*100 - year + 1
				}
			} else {
				if cc >= 0 {
					year = cc * 100
				} else {
					year = cc*100 + 1
				}
			}
		} else if bc {
			year = 1 - year
			if year > 1 {
				year-- // a negative year and BC cancel
			}
		} else if year < 0 {
			year++
		}
	case hasCC && cc != 0:
		if bc {
			cc = -cc
		}
		if cc >= 0 {
			year = (cc-1)*100 + 1
		} else {
			year = cc*100 + 1
		}
	}
	month, hasMonth := get("month")
	day, hasDay := get("day")
	yday, hasYday := get("yday")
	week, hasWeek := get("week")
	dow, hasDow := get("dow")
	if j, ok := get("julian"); ok && j != 0 {
		year, month, day = civil(int64(j) - 2440588)
		hasMonth, hasDay, hasYday, hasWeek = true, true, false, false
	}
	if hasWeek && week != 0 {
		if p.iso {
			jan4 := daysOf(year, 1, 4)
			monday := jan4 - (jan4+3)%7
			d := monday + int64(week-1)*7
			if hasDow {
				d += int64((dow + 6) % 7)
			}
			year, month, day = civil(d)
			hasMonth, hasDay = true, true
		} else {
			yday, hasYday = (week-1)*7+1, true
		}
	}
	if w, ok := get("wom"); ok && w != 0 && !hasDay {
		day, hasDay = (w-1)*7+1, true
	}
	if hasDay && day == 0 {
		hasDay = false
	}
	if hasMonth && month == 0 {
		hasMonth = false
	}
	if hasYday && yday > 0 && (!hasMonth || !hasDay) {
		if !hasYear && year == 0 {
			return 0, 0, pgerr.New(pgerrcode.InvalidDatetimeFormat, "cannot calculate day of year without year information")
		}
		var d int64
		if p.iso {
			jan4 := daysOf(year, 1, 4)
			d = jan4 - (jan4+3)%7 + int64(yday) - 1
		} else {
			d = daysOf(year, 1, 1) + int64(yday) - 1
			if limit := int64(365); yday > 366 || int64(yday) > limit && daysOf(year+1, 1, 1)-daysOf(year, 1, 1) < int64(yday) {
				return 0, 0, overflow()
			}
		}
		_, m, dd := civil(d)
		if p.iso {
			year, _, _ = civil(d)
		}
		if !hasMonth {
			month, hasMonth = m, true
		}
		if !hasDay {
			day, hasDay = dd, true
		}
	}
	if !hasMonth {
		month = 1
	}
	if !hasDay {
		day = 1
	}
	if year == 0 && !bc && !hasCC && !p.iso {
		year = 0 // 1 BC, as PostgreSQL has it without a year
	}
	if month < 1 || month > 12 || day < 1 || day > daysIn(year, month) {
		return 0, 0, overflow()
	}
	us := int64(p.values["millis"]) + int64(p.values["micros"])
	if hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 59 || us < 0 || us >= 1000000 {
		return 0, 0, overflow()
	}
	if year < -4713 || year > 294276 {
		return 0, 0, overflow()
	}
	if p.hasTZ && (p.tzh > 15 || p.tzm > 59) {
		return 0, 0, pgerr.New(pgerrcode.InvalidTimeZoneDisplacementValue, "time zone displacement out of range: \"%s\"", text)
	}
	return daysOf(year, month, day), int64(hour)*3600000000 + int64(minute)*60000000 + int64(second)*1000000 + us, nil
}

func daysIn(year, month int) int {
	next, y := month+1, year
	if next > 12 {
		next, y = 1, y+1
	}
	return int(daysOf(y, next, 1) - daysOf(year, month, 1))
}

// timestampText writes a moment as DuckDB reads it.
func timestampText(days, micros int64) string {
	days += floorDiv(micros, dayMicros)
	micros -= floorDiv(micros, dayMicros) * dayMicros
	y, m, d := civil(days)
	suffix := ""
	if y <= 0 {
		y, suffix = 1-y, " (BC)"
	}
	return fmt.Sprintf("%04d-%02d-%02d%s %02d:%02d:%02d.%06d", y, m, d, suffix, micros/3600000000, micros/60000000%60, micros/1000000%60, micros%1000000)
}

func toTimestamp(text, format string) (string, error) {
	p, err := readDate(text, format)
	if err != nil {
		return "", err
	}
	days, micros, err := p.moment(text)
	if err != nil {
		return "", err
	}
	if !p.hasTZ {
		return timestampText(days, micros), nil
	}
	off := int64(p.tzSign) * int64(p.tzh*60+p.tzm) * 60000000
	return timestampText(days, micros-off) + "+00", nil
}

func toDate(text, format string) (string, error) {
	p, err := readDate(text, format)
	if err != nil {
		return "", err
	}
	days, _, err := p.moment(text)
	if err != nil {
		return "", err
	}
	out, _, _ := strings.Cut(timestampText(days, 0), " 00:")
	return out, nil
}
