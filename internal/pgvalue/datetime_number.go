package pgvalue

import "strings"

// numberToken reads a number that no prefix explains.
func (p *dateParser) numberToken(s string, timeOnly bool) dateError {
	digits := strings.IndexByte(s, '.')
	if digits < 0 {
		digits = len(s)
	}
	if timeOnly && p.t.fields&(hasTime|hasDate) == 0 && (digits == 4 || digits == 6) {
		return p.numberField(s, true)
	}
	switch {
	case digits < len(s) && p.t.fields&hasDate == 0: // 1999.123: year and day of the year
		return p.decodeDate(s)
	case digits < len(s) && digits > 2, digits >= 6 && (p.t.fields&hasDate == 0 || p.t.fields&hasTime == 0), p.t.fields&hasDate == hasDate:
		return p.numberField(s, false)
	}
	return p.dateNumber(s)
}

// prefixed reads the number behind y, m, d, h, mm, s, t or j.
func (p *dateParser) prefixed(prefix word, s string) dateError {
	if prefix.kind == wordISOTime {
		return p.numberField(s, true)
	}
	n, used := atoi(s)
	if n < 0 {
		return dateFormat
	}
	if prefix.kind == wordJulian {
		frac := int64(0)
		if used < len(s) {
			f, err := parseFloat([]byte("0"+s[used:]), 64, "")
			if err != nil {
				return dateFormat
			}
			frac = int64(f * microsPerDay)
			p.t.clock = frac
			p.t.fields |= hasTime
		}
		y, m, d := civil(int64(n) - julianEpoch)
		p.t.year, p.t.month, p.t.day, p.t.julian = y, int(m), int(d), true
		return p.set(hasDate)
	}
	if used < len(s) && prefix.value != unitSecond {
		return dateFormat
	}
	switch prefix.value {
	case unitYear:
		p.t.year = int64(n)
		return p.set(hasYear)
	case unitMonth:
		p.t.month = n
		return p.set(hasMonth)
	case unitDay:
		p.t.day = n
		return p.set(hasDay)
	}
	return dateFormat
}

// julianEpoch is the Julian day number of 1970-01-01.
const julianEpoch = 2440588

// numberField reads digits that run together: YYYYMMDD, YYMMDD, HHMMSS[.fff], HHMM. asTime prefers a time.
func (p *dateParser) numberField(s string, asTime bool) dateError {
	frac := int64(0)
	if dot := strings.IndexByte(s, '.'); dot >= 0 {
		var ok bool
		if frac, ok = fraction(s[dot:]); !ok {
			return dateFormat
		}
		s, asTime = s[:dot], true
	}
	for i := range len(s) {
		if !isDigit(s[i]) {
			return dateFormat
		}
	}
	if !asTime && p.t.fields&hasDate != hasDate && len(s) >= 6 {
		if e := p.set(hasDate); e != dateOK {
			return e
		}
		if len(s) > 12 {
			return dateRange
		}
		year, _ := atoi(s[:len(s)-4])
		p.t.year = int64(year)
		p.t.month, _ = atoi(s[len(s)-4 : len(s)-2])
		p.t.day, _ = atoi(s[len(s)-2:])
		p.t.twoDigits = len(s) == 6
		return dateOK
	}
	if len(s) != 6 && len(s) != 4 {
		return dateFormat
	}
	if e := p.set(hasTime); e != dateOK {
		return e
	}
	h, _ := atoi(s[:2])
	m, _ := atoi(s[2:4])
	sec := 0
	if len(s) == 6 {
		sec, _ = atoi(s[4:])
	}
	if m > 59 || sec > 60 {
		return dateRange
	}
	p.t.clock = (int64(h)*3600+int64(m)*60+int64(sec))*microsPerSecond + frac
	return dateOK
}

// dateNumber guesses what part of a date a number is from what is there already and from DateStyle's order.
func (p *dateParser) dateNumber(s string) dateError {
	n, used := atoi(s)
	if n < 0 {
		return dateRange
	}
	if used < len(s) {
		return dateFormat
	}
	if used == 3 && p.t.fields&hasDate == hasYear && n >= 1 && n <= 366 {
		p.t.yday = n
		return p.set(hasMonth | hasDay | hasDayOfYear)
	}
	year := func() dateError {
		p.t.year, p.t.twoDigits = int64(n), used <= 2
		return p.set(hasYear)
	}
	month := func() dateError { p.t.month = n; return p.set(hasMonth) }
	day := func() dateError { p.t.day = n; return p.set(hasDay) }
	switch p.t.fields & hasDate {
	case 0:
		switch {
		case used >= 3 || p.order == YMD:
			return year()
		case p.order == DMY:
			return day()
		}
		return month()
	case hasYear:
		return month()
	case hasMonth:
		if p.t.textMonth && (used >= 3 || p.order == YMD) {
			return year()
		}
		return day()
	case hasYear | hasMonth:
		if p.t.textMonth && used >= 3 && p.t.twoDigits {
			// The first number was the day after all: 08-Jan-1999 under YMD.
			p.t.day, p.t.year, p.t.twoDigits = int(p.t.year), int64(n), false
			return p.set(hasDay)
		}
		return day()
	case hasDay:
		return month()
	case hasMonth | hasDay, hasDay | hasYear:
		if p.t.fields&hasYear == 0 {
			return year()
		}
		return month()
	}
	return p.numberField(s, false)
}

// decodeDate reads a date with separators: 1999-01-08, 1/8/1999, 08-Jan-99, 1999.008.
func (p *dateParser) decodeDate(s string) dateError {
	var parts [3]string
	n := 0
	for i := 0; i < len(s); {
		if !isDigit(s[i]) && !isAlpha(s[i]) {
			i++
			continue
		}
		start, digit := i, isDigit(s[i])
		for i < len(s) && (digit && isDigit(s[i]) || !digit && isAlpha(s[i])) {
			i++
		}
		if n == len(parts) {
			return dateFormat
		}
		parts[n] = s[start:i]
		n++
	}
	for i, part := range parts[:n] { // the month's name first: it decides what the numbers are
		if !isAlpha(part[0]) {
			continue
		}
		w := lookWord(dateWords, part)
		if w.kind == wordIgnore {
			parts[i] = ""
			continue
		}
		if w.kind != wordMonth {
			return dateFormat
		}
		p.t.month, p.t.textMonth = w.value, true
		if e := p.set(hasMonth); e != dateOK {
			return e
		}
		parts[i] = ""
	}
	for _, part := range parts[:n] {
		if part == "" {
			continue
		}
		var e dateError
		if len(part) > 4 && p.t.fields&hasDate == 0 && n == 1 {
			e = p.numberField(part, false)
		} else {
			e = p.dateNumber(part)
		}
		if e != dateOK {
			return e
		}
	}
	if p.t.fields&^(hasDayOfYear|hasZone) != hasDate { // nothing but a zone may stand before
		return dateFormat
	}
	return dateOK
}

var monthDays = [13]int{0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31}

func leap(year int64) bool { return year%4 == 0 && (year%100 != 0 || year%400 == 0) }

func daysIn(year int64, month int) int {
	if month == 2 && leap(year) {
		return 29
	}
	return monthDays[month]
}

// finish checks the fields against each other and applies era, century and am/pm.
func (p *dateParser) finish(timeOnly bool) dateError {
	t := &p.t
	if t.fields&hasSpecial != 0 {
		return dateOK
	}
	if t.fields&hasMeridian != 0 {
		hour := t.clock / (3600 * microsPerSecond)
		switch {
		case t.fields&hasTime == 0:
			return dateFormat
		case hour > 12:
			return dateRange
		case t.meridian == meridianAM && hour == 12:
			t.clock -= 12 * 3600 * microsPerSecond
		case t.meridian == meridianPM && hour != 12:
			t.clock += 12 * 3600 * microsPerSecond
		}
	}
	if t.clock > microsPerDay {
		return dateRange
	}
	if t.fields&hasDate != hasDate {
		if timeOnly && t.fields&hasTime != 0 && t.fields&hasDate == 0 {
			return dateOK
		}
		return dateFormat
	}
	if timeOnly && t.fields&hasTime == 0 {
		return dateFormat
	}
	switch {
	case t.julian:
	case t.bc:
		if t.year <= 0 {
			return dateRange
		}
		t.year = 1 - t.year
	case t.twoDigits && t.year < 70:
		t.year += 2000
	case t.twoDigits && t.year < 100:
		t.year += 1900
	case t.year <= 0:
		return dateRange
	}
	if t.fields&hasDayOfYear != 0 {
		y, m, d := civil(daysOf(t.year, 1, 1) + int64(t.yday) - 1)
		t.year, t.month, t.day = y, int(m), int(d)
	}
	if t.month < 1 || t.month > 12 || t.day < 1 || t.day > 31 {
		return dateRangeMD
	}
	if t.day > daysIn(t.year, t.month) {
		return dateRange
	}
	return dateOK
}
