package pgfunc

import (
	"fmt"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/jackc/pgerrcode"

	"github.com/miniodb/miniodb/internal/pgerr"
)

// Keywords of templates for dates and times (PostgreSQL: Template Patterns for Date/Time Formatting), longest first where one begins another.
var dateKeys = func() []string {
	words := strings.Fields("A.D. A.M. AD AM B.C. BC CC DAY DDD DD DY Day Dy D FF1 FF2 FF3 FF4 FF5 FF6 HH24 HH12 HH IDDD ID IW IYYY IYY IY I J MI MM " +
		"MONTH MON MS Month Mon OF P.M. PM Q RM SSSSS SSSS SS TZH TZM TZ US WW W Y,YYY YYYY YYY YY Y")
	var out []string
	for _, w := range words {
		out = append(out, w)
		if l := strings.ToLower(w); w != "Day" && w != "Dy" && w != "Month" && w != "Mon" {
			out = append(out, l)
		}
	}
	return out
}()

var dateFunctions = map[string]function{
	// to_char_timestamp(local microseconds, microseconds, zone, template): the microseconds are since 1970; zone "" for a timestamp without one
	"to_char_timestamp": {4, 4, toCharTimestamp},
	// to_char_interval(months, days, microseconds, template)
	"to_char_interval": {4, 4, toCharInterval},
	// to_timestamp(text, template): a local timestamp, or one with an offset; to_date(text, template)
	"to_timestamp": strict2(toTimestamp),
	"to_date":      strict2(toDate),
}

// fields are broken-down time, as to_char sees it.
type fields struct {
	year, month, day     int
	hour, minute, second int
	micros               int
	yday, wday           int // day of the year from 1; day of the week, Sunday is 0
	interval             bool
	zone                 string // abbreviation
	offset               int    // seconds east of UTC
	zoned                bool
}

func floorDiv(a, b int64) int64 {
	q := a / b
	if a%b != 0 && (a < 0) != (b < 0) {
		q--
	}
	return q
}

// civil turns days since 1970 into a date of the proleptic Gregorian calendar; year 0 is 1 BC.
func civil(days int64) (year, month, day int) {
	days += 719468
	era := floorDiv(days, 146097)
	doe := days - era*146097
	yoe := (doe - doe/1460 + doe/36524 - doe/146096) / 365
	y := yoe + era*400
	doy := doe - (365*yoe + yoe/4 - yoe/100)
	mp := (5*doy + 2) / 153
	day = int(doy - (153*mp+2)/5 + 1)
	month = int(mp + 3)
	if month > 12 {
		month -= 12
	}
	if month <= 2 {
		y++
	}
	return int(y), month, day
}

// daysOf is the inverse of civil.
func daysOf(year, month, day int) int64 {
	y := int64(year)
	if month <= 2 {
		y--
	}
	era := floorDiv(y, 400)
	yoe := y - era*400
	m := int64(month)
	if m > 2 {
		m -= 3
	} else {
		m += 9
	}
	doy := (153*m+2)/5 + int64(day) - 1
	return era*146097 + yoe*365 + yoe/4 - yoe/100 + doy - 719468
}

const dayMicros = 86400 * 1000000

func fieldsOf(local int64) fields {
	days := floorDiv(local, dayMicros)
	us := local - days*dayMicros
	var f fields
	f.year, f.month, f.day = civil(days)
	f.hour, f.minute, f.second, f.micros = int(us/3600000000), int(us/60000000%60), int(us/1000000%60), int(us%1000000)
	f.yday = int(days-daysOf(f.year, 1, 1)) + 1
	f.wday = int(((days+4)%7 + 7) % 7)
	return f
}

// isoWeek tells the ISO year and week.
func (f fields) isoWeek() (year, week int) {
	days := daysOf(f.year, f.month, f.day)
	isodow := (f.wday + 6) % 7
	thursday := days - int64(isodow) + 3
	year, _, _ = civil(thursday)
	return year, int(thursday-daysOf(year, 1, 1))/7 + 1
}

var zones sync.Map // time.Location by name; the names are those of time zones that exist

func zoneAt(name string, micros int64) string {
	l, ok := zones.Load(name)
	if !ok {
		loc, err := time.LoadLocation(name)
		if err != nil {
			return name
		}
		zones.Store(name, loc)
		l = loc
	}
	abbrev, _ := time.UnixMicro(micros).In(l.(*time.Location)).Zone()
	return abbrev
}

func toCharTimestamp(args []*string) (*string, error) {
	local, err := strconv.ParseInt(*args[0], 10, 64)
	if err != nil {
		return nil, err
	}
	at, err := strconv.ParseInt(*args[1], 10, 64)
	if err != nil {
		return nil, err
	}
	f := fieldsOf(local)
	if *args[2] != "" {
		f.zoned, f.offset, f.zone = true, int((local-at)/1000000), zoneAt(*args[2], at)
	}
	return toCharDate(f, *args[3])
}

func toCharInterval(args []*string) (*string, error) {
	var v [3]int64
	for i := range v {
		n, err := strconv.ParseInt(*args[i], 10, 64)
		if err != nil {
			return nil, err
		}
		v[i] = n
	}
	us := v[2]
	f := fields{interval: true, year: int(v[0] / 12), month: int(v[0] % 12), day: int(v[1]), hour: int(us / 3600000000), minute: int(us / 60000000 % 60),
		second: int(us / 1000000 % 60), micros: int(us % 1000000)}
	f.yday = f.year*360 + f.month*30 + f.day
	return toCharDate(f, *args[3])
}

func toCharDate(f fields, format string) (*string, error) {
	if format == "" {
		return nil, nil
	}
	var b strings.Builder
	for _, n := range splitTemplate(format, dateKeys, true) {
		if n.kind != nodeKey {
			b.WriteString(n.text)
			continue
		}
		s, number, err := f.write(n)
		if err != nil {
			return nil, err
		}
		b.WriteString(s)
		if n.th && number {
			b.WriteString(ordinal(s, n.up))
		}
		if b.Len() > maxResultBytes {
			return nil, tooLarge()
		}
	}
	s := b.String()
	return &s, nil
}

var monthNames = []string{"January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"}
var dayNames = []string{"Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"}
var romanMonths = []string{"I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII"}

// pad writes a number with leading zeros, one more where it is negative; none under FM.
func pad(v, width int, fm bool) string {
	if fm {
		return strconv.Itoa(v)
	}
	if v < 0 {
		width++
	}
	return fmt.Sprintf("%0*d", width, v)
}

// write gives the text of one keyword, and whether it is a number that TH can follow.
func (f fields) write(n node) (text string, number bool, err error) {
	key := n.key
	upper := strings.ToUpper(key)
	num := func(v, width int) (string, bool, error) { return pad(v, width, n.fm), true, nil }
	name := func(full string, short bool, padded bool) (string, bool, error) {
		if f.interval {
			return "", false, pgerr.New(pgerrcode.InvalidDatetimeFormat, "invalid format specification for an interval value").
				WithHint("Intervals are not tied to specific calendar dates.")
		}
		if short {
			full = full[:3]
		}
		switch {
		case key == upper:
			full = strings.ToUpper(full)
		case key == strings.ToLower(key):
			full = strings.ToLower(full)
		}
		if padded && !n.fm && !n.tm {
			full = fmt.Sprintf("%-9s", full)
		}
		return full, false, nil
	}
	cased := func(s string) (string, bool, error) {
		if key != upper {
			s = strings.ToLower(s)
		}
		return s, false, nil
	}
	barInterval := func() error {
		_, _, err := name("January", false, false)
		return err
	}
	plain := func(v, width int) (string, bool, error) { // no room for a sign
		if n.fm {
			width = 0
		}
		return fmt.Sprintf("%0*d", width, v), true, nil
	}
	year := f.year
	if !f.interval && year <= 0 {
		year = 1 - year
	}
	isoYear := func() int {
		y, _ := f.isoWeek()
		if f.interval {
			y = f.year
		}
		if y <= 0 && !f.interval {
			y = 1 - y
		}
		return y
	}
	switch upper {
	case "FX":
		return "", false, nil
	case "A.M.", "P.M.":
		if h := f.hour % 24; h >= 12 {
			return cased("P.M.")
		}
		return cased("A.M.")
	case "AM", "PM":
		if h := f.hour % 24; h >= 12 {
			return cased("PM")
		}
		return cased("AM")
	case "HH", "HH12":
		h := f.hour % 12
		if h == 0 {
			h = 12
		}
		if n.fm {
			return num(h, 0)
		}
		width := 2
		if f.hour < 0 {
			width = 3
		}
		return fmt.Sprintf("%0*d", width, h), true, nil
	case "HH24":
		return num(f.hour, 2)
	case "MI":
		return num(f.minute, 2)
	case "SS":
		return num(f.second, 2)
	case "FF1", "FF2", "FF3", "FF4", "FF5", "FF6":
		digits := int(upper[2] - '0')
		v := f.micros
		for i := digits; i < 6; i++ {
			v /= 10
		}
		return fmt.Sprintf("%0*d", digits, v), true, nil
	case "MS":
		return fmt.Sprintf("%03d", f.micros/1000), true, nil
	case "US":
		return fmt.Sprintf("%06d", f.micros), true, nil
	case "SSSS", "SSSSS":
		return strconv.Itoa(f.hour*3600 + f.minute*60 + f.second), true, nil
	case "TZ":
		if err := barInterval(); err != nil {
			return "", false, err
		}
		if key == "tz" {
			return strings.ToLower(f.zone), false, nil
		}
		return f.zone, false, nil
	case "TZH":
		if err := barInterval(); err != nil {
			return "", false, err
		}
		return fmt.Sprintf("%c%02d", sign(f.offset), abs(f.offset)/3600), false, nil
	case "TZM":
		if err := barInterval(); err != nil {
			return "", false, err
		}
		return fmt.Sprintf("%02d", abs(f.offset)%3600/60), false, nil
	case "OF":
		if err := barInterval(); err != nil {
			return "", false, err
		}
		width := 2
		if n.fm {
			width = 0
		}
		s := fmt.Sprintf("%c%0*d", sign(f.offset), width, abs(f.offset)/3600)
		if m := abs(f.offset) % 3600 / 60; m != 0 {
			s += fmt.Sprintf(":%02d", m)
		}
		return s, false, nil
	case "A.D.", "B.C.", "AD", "BC":
		if err := barInterval(); err != nil {
			return "", false, err
		}
		s := "AD"
		if f.year <= 0 {
			s = "BC"
		}
		if len(key) == 4 {
			s = s[:1] + "." + s[1:] + "."
		}
		return cased(s)
	case "MONTH", "MON":
		if f.interval {
			return name("January", false, false)
		}
		return name(monthNames[f.month-1], upper == "MON", upper == "MONTH")
	case "MM":
		return num(f.month, 2)
	case "DAY", "DY":
		return name(dayNames[f.wday], upper == "DY", upper == "DAY")
	case "DDD":
		return plain(f.yday, 3)
	case "IDDD":
		y, w := f.isoWeek()
		_ = y
		return num((w-1)*7+(f.wday+6)%7+1, 3)
	case "DD":
		return plain(f.day, 2)
	case "D":
		if err := barInterval(); err != nil {
			return "", false, err
		}
		return strconv.Itoa(f.wday + 1), true, nil
	case "ID":
		if err := barInterval(); err != nil {
			return "", false, err
		}
		return strconv.Itoa((f.wday+6)%7 + 1), true, nil
	case "WW":
		return plain((f.yday-1)/7+1, 2)
	case "IW":
		_, w := f.isoWeek()
		return plain(w, 2)
	case "Q":
		if f.month == 0 {
			return "", false, nil
		}
		return strconv.Itoa((f.month-1)/3 + 1), true, nil
	case "CC":
		c := f.year / 100
		if !f.interval {
			c = f.year/100 - 1
			if f.year > 0 {
				c = (f.year-1)/100 + 1
			}
		}
		if c <= 99 && c >= -99 {
			return num(c, 2)
		}
		return strconv.Itoa(c), true, nil
	case "Y,YYY":
		return fmt.Sprintf("%d,%03d", year/1000, year%1000), true, nil
	case "YYYY":
		return num(year, 4)
	case "IYYY":
		return num(isoYear(), 4)
	case "YYY":
		return num(year%1000, 3)
	case "IYY":
		return num(isoYear()%1000, 3)
	case "YY":
		return num(year%100, 2)
	case "IY":
		return num(isoYear()%100, 2)
	case "Y":
		return strconv.Itoa(year % 10), true, nil
	case "I":
		return strconv.Itoa(isoYear() % 10), true, nil
	case "RM":
		m := f.month
		if f.interval {
			if m == 0 && f.year == 0 {
				return "", false, nil
			}
			m = ((m-1)%12+12)%12 + 1
		}
		s := romanMonths[m-1]
		if !n.fm {
			s = fmt.Sprintf("%-4s", s)
		}
		return cased(s)
	case "W":
		return strconv.Itoa((f.day-1)/7 + 1), true, nil
	case "J":
		return strconv.FormatInt(daysOf(f.year, f.month, f.day)+2440588, 10), true, nil
	}
	return key, false, nil
}

func sign(v int) byte {
	if v < 0 {
		return '-'
	}
	return '+'
}

func abs(v int) int {
	if v < 0 {
		return -v
	}
	return v
}
