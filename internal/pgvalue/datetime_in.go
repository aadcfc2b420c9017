package pgvalue

import (
	"strings"
	"time"

	"github.com/jackc/pgerrcode"

	"github.com/miniodb/miniodb/internal/pgerr"
)

// Fields that a date or time has been given so far.
const (
	hasYear = 1 << iota
	hasMonth
	hasDay
	hasDayOfYear
	hasTime
	hasZone
	hasSpecial
	hasMeridian
	hasEra
	hasWeekday

	hasDate = hasYear | hasMonth | hasDay
)

// civilTime is a date and a time of day that was read, with the zone it named.
type civilTime struct {
	fields           int
	year             int64
	month, day, yday int
	clock            int64 // microseconds since midnight, up to 24:00:00 and with a leap second
	offset           int64 // seconds east of UTC, when hasZone and zone is nil
	zone             *time.Location
	special          int // wordSpecial's value when hasSpecial

	meridian  int
	bc        bool
	twoDigits bool
	textMonth bool
	julian    bool
}

// dateError says which of PostgreSQL's errors a date or time deserves.
type dateError uint8

const (
	dateOK       dateError = iota
	dateFormat             // 22007
	dateRange              // 22008
	dateRangeMD            // 22008 with a hint about DateStyle
	dateZone               // 22009
	dateNamed              // err of the parser: an unknown zone
	dateInterval           // 22015
)

// dateParser reads one date, time or timestamp.
type dateParser struct {
	d     *Decoder
	order DateOrder
	t     civilTime
	err   error // of dateNamed
}

// atoi reads up to 9 digits and returns how many bytes they took; n is -1 when there are none or too many.
func atoi(s string) (n, used int) {
	for used < len(s) && isDigit(s[used]) {
		if used == 9 {
			return -1, used
		}
		n = n*10 + int(s[used]-'0')
		used++
	}
	if used == 0 {
		return -1, 0
	}
	return n, used
}

// atoiOr0 reads like atoi, and nothing as 0, as strtol does: "12:" is 12:00.
func atoiOr0(s string) (n, used int) {
	if s == "" || s[0] == ':' {
		return 0, 0
	}
	return atoi(s)
}

// fraction reads .ffffff and rounds it half to even to microseconds, as strtod and rint do; ok is false for anything else.
func fraction(s string) (micros int64, ok bool) {
	if len(s) == 0 || s[0] != '.' {
		return 0, false
	}
	n, i := int64(0), 1
	for ; i < len(s) && i <= 6; i++ {
		if !isDigit(s[i]) {
			return 0, false
		}
		n = n*10 + int64(s[i]-'0')
	}
	for k := i; k <= 6; k++ {
		n *= 10
	}
	if i < len(s) {
		rest := s[i:]
		above := false
		for k := range len(rest) {
			if !isDigit(rest[k]) {
				return 0, false
			}
			above = above || k > 0 && rest[k] != '0'
		}
		if rest[0] > '5' || rest[0] == '5' && (above || n&1 == 1) {
			n++
		}
	}
	return n, true
}

// set notes fields that must not have been given before.
func (p *dateParser) set(fields int) dateError {
	if p.t.fields&fields != 0 {
		return dateFormat
	}
	p.t.fields |= fields
	return dateOK
}

// decode reads all tokens. timeOnly reads a type time, whose date is optional.
func (p *dateParser) decode(tokens []token, timeOnly bool) dateError {
	prefix := word{kind: wordUnknown} // an ISO prefix (y, m, d, t, j) that the next number belongs to
	for i := 0; i < len(tokens); i++ {
		tk := tokens[i]
		var e dateError
		switch tk.kind {
		case tokenDate:
			e = p.dateToken(tk.text, &prefix, timeOnly)
		case tokenTime:
			if prefix.kind == wordISOTime {
				prefix = word{}
			}
			if prefix.kind != wordUnknown {
				return dateFormat
			}
			if e = p.set(hasTime); e == dateOK {
				p.t.clock, e = decodeClock(tk.text)
			}
		case tokenZone:
			if e = p.set(hasZone); e == dateOK {
				p.t.offset, e = decodeOffset(tk.text)
			}
		case tokenNumber:
			if prefix.kind != wordUnknown {
				e = p.prefixed(prefix, tk.text)
				prefix = word{}
			} else {
				e = p.numberToken(tk.text, timeOnly)
			}
		case tokenString, tokenSpecial:
			var next word
			next, e = p.wordToken(tk.text, i > 0)
			if next.kind != wordUnknown {
				if prefix.kind != wordUnknown {
					return dateFormat
				}
				prefix = next
				// A time's prefix needs the time right behind; the others may end the text without effect.
				if i+1 >= len(tokens) && next.kind != wordISOTime {
					prefix = word{}
				} else if i+1 >= len(tokens) || tokens[i+1].kind != tokenNumber && tokens[i+1].kind != tokenTime && tokens[i+1].kind != tokenDate {
					return dateFormat
				}
			}
		}
		if e != dateOK {
			return e
		}
	}
	if prefix.kind != wordUnknown {
		return dateFormat
	}
	return p.finish(timeOnly)
}

// dateToken reads a date with separators, a zone's name, or 20011225T040506.789-08 run together.
func (p *dateParser) dateToken(s string, prefix *word, timeOnly bool) dateError {
	if prefix.kind == wordJulian {
		return dateFormat
	}
	if prefix.kind == wordUnknown {
		switch {
		case !isDigit(s[0]) && (p.t.fields&(hasMonth|hasDay) == hasMonth|hasDay || timeOnly && p.t.fields&hasTime != 0):
			return p.namedZone(s)
		case p.t.fields&(hasMonth|hasDay) == hasMonth|hasDay: // a time run together with its zone
		case timeOnly && p.t.fields == 0 && strings.IndexByte(s, '-') > 3 && strings.Count(s, "-") == 1 && isDigit(s[3]):
		default:
			return p.decodeDate(s)
		}
	}
	if prefix.kind != wordUnknown && prefix.kind != wordISOTime {
		return dateFormat
	}
	*prefix = word{}
	cut := strings.IndexByte(s, '-')
	if cut < 0 {
		return dateFormat
	}
	if e := p.set(hasZone); e != dateOK {
		return e
	}
	var e dateError
	if p.t.offset, e = decodeOffset(s[cut:]); e != dateOK {
		return e
	}
	return p.numberField(s[:cut], true)
}

func (p *dateParser) namedZone(s string) dateError {
	loc := ianaZone(s)
	if loc == nil {
		if loc = posixZone(s); loc == nil {
			p.err = pgerr.New(pgerrcode.InvalidParameterValue, `time zone "%s" not recognized`, s)
			return dateNamed
		}
	}
	p.t.zone = loc
	return p.set(hasZone)
}

// wordToken reads a word; a prefix that governs the next number is returned.
func (p *dateParser) wordToken(s string, _ bool) (prefix word, e dateError) {
	w := lookWord(dateWords, s)
	switch w.kind {
	case wordIgnore:
	case wordWeekday: // not checked against the date
		return word{}, p.set(hasWeekday)
	case wordSpecial:
		switch w.value {
		case specialAllBalls:
			p.t.clock, p.t.offset = 0, 0
			return word{}, p.set(hasTime | hasZone)
		case specialYesterday:
			return word{}, p.relativeDay(-1)
		case specialToday:
			return word{}, p.relativeDay(0)
		case specialTomorrow:
			return word{}, p.relativeDay(1)
		}
		p.t.special = w.value
		return word{}, p.set(hasSpecial)
	case wordMonth:
		if p.t.fields&hasMonth != 0 && !p.t.textMonth && p.t.fields&hasDay == 0 && p.t.month >= 1 && p.t.month <= 31 {
			// The number before was a day: 8 Jan 1999.
			p.t.day = p.t.month
			p.t.fields |= hasDay
			p.t.fields &^= hasMonth
		}
		p.t.textMonth, p.t.month = true, w.value
		return word{}, p.set(hasMonth)
	case wordMeridian:
		p.t.meridian = w.value
		return word{}, p.set(hasMeridian)
	case wordEra:
		p.t.bc = w.value == eraBC
		return word{}, p.set(hasEra)
	case wordDST:
		if p.t.fields&hasZone == 0 {
			return word{}, dateFormat
		}
		p.t.offset += int64(w.value)
	case wordUnit, wordJulian:
		return w, dateOK
	case wordISOTime:
		return w, dateOK
	default:
		return word{}, p.zoneWord(s)
	}
	return word{}, dateOK
}

// relativeDay sets the date to some days from today in the session's zone. A time and a zone may follow.
func (p *dateParser) relativeDay(days int) dateError {
	y, m, d := p.d.now().In(p.d.o.Location).AddDate(0, 0, days).Date()
	p.t.year, p.t.month, p.t.day = int64(y), int(m), d
	return p.set(hasDate)
}

// zoneWord reads a time zone abbreviation or a short name.
func (p *dateParser) zoneWord(s string) dateError {
	a, ok := zoneAbbrevs[s]
	switch {
	case !ok:
		loc := ianaZone(s)
		if loc == nil {
			return dateFormat
		}
		p.t.zone = loc
	case a.zone != "":
		loc, err := LoadZone(a.zone)
		if err != nil {
			return dateFormat
		}
		p.t.zone = loc
	default:
		p.t.offset = int64(a.offset)
	}
	return p.set(hasZone)
}

// decodeClock reads hh:mm[:ss[.ffffff]]; mm:ss.fff too.
func decodeClock(s string) (micros int64, e dateError) {
	h, used := atoi(s)
	s = s[used:]
	if h < 0 || len(s) == 0 || s[0] != ':' {
		return 0, dateFormat
	}
	m, used := atoiOr0(s[1:])
	if m < 0 {
		return 0, dateFormat
	}
	s = s[1+used:]
	sec := 0
	switch {
	case len(s) == 0:
	case s[0] == '.':
		h, m, sec = 0, h, m
	case s[0] == ':':
		if sec, used = atoiOr0(s[1:]); sec < 0 {
			return 0, dateFormat
		}
		s = s[1+used:]
	default:
		return 0, dateFormat
	}
	frac := int64(0)
	if len(s) > 0 {
		var ok bool
		if frac, ok = fraction(s); !ok {
			return 0, dateFormat
		}
	}
	if m > 59 || sec > 60 {
		return 0, dateRange
	}
	return (int64(h)*3600+int64(m)*60+int64(sec))*microsPerSecond + frac, dateOK
}

// maxOffsetHours is PostgreSQL's MAX_TZDISP_HOUR.
const maxOffsetHours = 15

// decodeOffset reads +hh[:mm[:ss]], +hhmm or +hmm in seconds east of UTC.
func decodeOffset(s string) (seconds int64, e dateError) {
	if s == "" || s[0] != '+' && s[0] != '-' {
		return 0, dateFormat
	}
	neg, s := s[0] == '-', s[1:]
	h, used := atoi(s)
	if h < 0 {
		return 0, dateFormat
	}
	rest, m, sec := s[used:], 0, 0
	if rest == "" && used > 2 {
		h, m = h/100, h%100
	}
	if rest != "" && rest[0] == ':' {
		n := 0
		if m, n = atoi(rest[1:]); m < 0 {
			return 0, dateFormat
		}
		rest = rest[1+n:]
		if rest != "" && rest[0] == ':' {
			if sec, n = atoi(rest[1:]); sec < 0 {
				return 0, dateFormat
			}
			rest = rest[1+n:]
		}
	}
	if h > maxOffsetHours || m > 59 || sec > 59 {
		return 0, dateZone
	}
	if rest != "" {
		return 0, dateFormat
	}
	seconds = int64(h)*3600 + int64(m)*60 + int64(sec)
	if neg {
		seconds = -seconds
	}
	return seconds, dateOK
}
