package sql

import (
	"fmt"
	"math/big"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgerrcode"
	pg_query "github.com/pganalyze/pg_query_go/v6"

	"github.com/miniodb/miniodb/internal/pgerr"
	"github.com/miniodb/miniodb/internal/sqltype"
)

// constant translates a literal as the grammar has it.
func (t *translator) constant(c *pg_query.A_Const) (expr, error) {
	if c.Isnull {
		return expr{sql: "NULL", typ: sqltype.Of(sqltype.Unknown), null: true, weight: 1, scale: -1}, nil
	}
	switch v := c.Val.(type) {
	case nil:
		return intConst(0), nil
	case *pg_query.A_Const_Ival:
		return intConst(int64(v.Ival.GetIval())), nil
	case *pg_query.A_Const_Fval:
		return t.numberConst(v.Fval.GetFval(), c.Location)
	case *pg_query.A_Const_Boolval:
		text := strconv.FormatBool(v.Boolval.GetBoolval())
		e := typed(text, sqltype.Bool)
		e.lit = &text
		return e, nil
	case *pg_query.A_Const_Sval:
		return stringConst(v.Sval.GetSval()), nil
	case *pg_query.A_Const_Bsval:
		return expr{}, t.unsupported(c.Location, "type bit")
	}
	return expr{}, pgerr42601("this constant is not supported")
}

func stringConst(s string) expr {
	return expr{sql: duckString(s), typ: sqltype.Of(sqltype.Unknown), lit: &s, weight: 1, scale: -1}
}

func intConst(v int64) expr {
	text := strconv.FormatInt(v, 10)
	e := typed(text, sqltype.Int4)
	if v < 0 {
		e.sql = "(" + text + ")"
	}
	e.lit = &text
	e.scale = 0
	if v < -1<<31 || v > 1<<31-1 {
		e.typ = sqltype.Of(sqltype.Int8)
		e.sql = "CAST('" + text + "' AS BIGINT)"
	}
	return e
}

// numberConst translates digits that the grammar did not take for an int4: bigint where it fits, otherwise numeric.
func (t *translator) numberConst(s string, loc int32) (expr, error) {
	text := strings.ReplaceAll(s, "_", "")
	if i, ok := new(big.Int).SetString(text, 0); ok && !strings.ContainsAny(text, ".eE") || ok && strings.HasPrefix(strings.ToLower(text), "0x") {
		if i.IsInt64() {
			return intConst(i.Int64()), nil
		}
		text = i.String()
	}
	return t.decimal(text, loc)
}

var decimalText = regexp.MustCompile(`^[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]{1,4})?$`)

// plainDecimal writes a number without exponent, and tells its digits before and after the point.
func plainDecimal(text string) (plain string, before, after int, ok bool) {
	if !decimalText.MatchString(text) {
		return "", 0, 0, false
	}
	mant, exp := text, 0
	if i := strings.IndexAny(text, "eE"); i >= 0 {
		mant = text[:i]
		exp, _ = strconv.Atoi(strings.TrimPrefix(text[i+1:], "+"))
	}
	sign := ""
	if mant[0] == '-' || mant[0] == '+' {
		sign, mant = strings.TrimPrefix(mant[:1], "+"), mant[1:]
	}
	whole, frac, _ := strings.Cut(mant, ".")
	if exp > 400 || exp < -400 || len(whole)+len(frac) > 2000 {
		return "", 999, 0, true
	}
	for ; exp > 0; exp-- {
		d := "0"
		if frac != "" {
			d, frac = frac[:1], frac[1:]
		}
		whole += d
	}
	for ; exp < 0; exp++ {
		d := "0"
		if whole != "" {
			d, whole = whole[len(whole)-1:], whole[:len(whole)-1]
		}
		frac = d + frac
	}
	whole = strings.TrimLeft(whole, "0")
	before, after = len(whole), len(frac)
	if whole == "" {
		whole = "0"
	}
	plain = sign + whole
	if frac != "" {
		plain += "." + frac
	}
	return plain, before, after, true
}

func (t *translator) decimal(text string, loc int32) (expr, error) {
	plain, before, after, ok := plainDecimal(text)
	if !ok {
		return expr{}, t.errorf(loc, pgerrcode.InvalidTextRepresentation, "invalid input syntax for type numeric: %q", text)
	}
	if before > 38 {
		return expr{}, t.errorf(loc, pgerrcode.NumericValueOutOfRange, "value overflows numeric format").
			WithDetail("Numbers have at most 38 digits.")
	}
	if before+after > 38 { // digits beyond storage are rounded by the cast
		after = 38 - before
	}
	e := typed(fmt.Sprintf("CAST('%s' AS DECIMAL(%d,%d))", plain, max(before+after, 1), after), sqltype.Numeric)
	e.scale = after
	e.lit = &plain
	return e, nil
}

func badInput(t *translator, text string, ty sqltype.Type, loc int32) error {
	return t.errorf(loc, pgerrcode.InvalidTextRepresentation, "invalid input syntax for type %s: \"%s\"", sqltype.Of(ty.OID), text)
}

// literal converts a string constant as the input function of the type does.
func (t *translator) literal(text string, ty sqltype.Type, level castLevel, loc int32) (expr, error) {
	duck, ok := duckType(ty)
	if !ok {
		return expr{}, t.errorf(loc, pgerrcode.FeatureNotSupported, "values of type %s are not supported here", ty)
	}
	if strings.IndexByte(text, 0) >= 0 {
		return expr{}, t.errorf(loc, pgerrcode.CharacterNotInRepertoire, "invalid byte sequence for encoding \"UTF8\": 0x00")
	}
	trimmed := strings.Trim(text, " \t\n\r\v\f")
	done := func(sql, canon string) (expr, error) {
		e := typed(sql, ty.OID).ofType(ty)
		e.lit = &canon
		return e, nil
	}
	if elem, ok := ty.Elem(); ok {
		return t.arrayLiteral(text, elem, ty, loc)
	}
	switch ty.OID {
	case sqltype.Text, sqltype.Name, sqltype.Char, sqltype.Varchar, sqltype.Bpchar:
		return t.textLiteral(text, ty, level)
	case sqltype.Int2, sqltype.Int4, sqltype.Int8, sqltype.Oid:
		bits := map[sqltype.OID]int{sqltype.Int2: 16, sqltype.Int4: 32, sqltype.Int8: 64, sqltype.Oid: 33}[ty.OID]
		v, err := strconv.ParseInt(strings.TrimPrefix(trimmed, "+"), 10, bits)
		if err != nil {
			if decimalText.MatchString(trimmed) && !strings.ContainsAny(trimmed, ".eE") {
				return expr{}, t.errorf(loc, pgerrcode.NumericValueOutOfRange, "value \"%s\" is out of range for type %s", text, sqltype.Of(ty.OID))
			}
			return expr{}, badInput(t, text, ty, loc)
		}
		s := strconv.FormatInt(v, 10)
		return done("CAST("+s+" AS "+duck+")", s)
	case sqltype.Bool:
		v, ok := boolWord(trimmed)
		if !ok {
			return expr{}, badInput(t, text, ty, loc)
		}
		s := strconv.FormatBool(v)
		return done(s, s)
	case sqltype.Float4, sqltype.Float8:
		return t.floatLiteral(text, trimmed, ty, duck, loc)
	case sqltype.Numeric:
		if strings.EqualFold(trimmed, "nan") || strings.HasSuffix(strings.ToLower(trimmed), "inf") || strings.HasSuffix(strings.ToLower(trimmed), "infinity") {
			return expr{}, t.unsupported(loc, "numeric "+trimmed)
		}
		if !decimalText.MatchString(trimmed) {
			return expr{}, badInput(t, text, ty, loc)
		}
		e, err := t.decimal(trimmed, loc)
		if err != nil || ty.Mod == sqltype.NoMod {
			return e, err
		}
		lit := e.lit
		e = typed("CAST("+e.sql+" AS "+duck+")", ty.OID).ofType(ty)
		e.lit, e.scale = lit, declaredScale(ty)
		return e, nil
	case sqltype.Interval:
		v, ok := parseInterval(trimmed, 0)
		if !ok {
			return expr{}, t.errorf(loc, pgerrcode.InvalidDatetimeFormat, "invalid input syntax for type interval: \"%s\"", text)
		}
		return v.expr(), nil
	case sqltype.Bytea:
		hexText, ok := byteaHex(text)
		if !ok {
			return expr{}, badInput(t, text, ty, loc)
		}
		return done("unhex('"+hexText+"')", `\x`+strings.ToLower(hexText))
	case sqltype.UUID:
		h := strings.ToLower(strings.Trim(strings.ReplaceAll(trimmed, "-", ""), "{}"))
		if !regexp.MustCompile(`^[0-9a-f]{32}$`).MatchString(h) {
			return expr{}, badInput(t, text, ty, loc)
		}
		s := h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:]
		return done("CAST('"+s+"' AS UUID)", s)
	case sqltype.Date, sqltype.Timestamp, sqltype.Timestamptz, sqltype.Time:
		return t.datetimeLiteral(text, trimmed, ty, duck, loc)
	}
	e, err := done("CAST("+duckString(text)+" AS "+duck+")", text)
	return e, err
}

func (t *translator) textLiteral(text string, ty sqltype.Type, level castLevel) (expr, error) {
	r := []rune(text)
	if n, ok := ty.Length(); ok {
		if len(r) > n {
			if level != explicitCast && strings.TrimRight(string(r[n:]), " ") != "" {
				return expr{}, pgerr.New(pgerrcode.StringDataRightTruncationDataException, "value too long for type %s", ty)
			}
			r = r[:n]
		}
		if ty.OID == sqltype.Bpchar {
			for len(r) < n {
				r = append(r, ' ')
			}
		}
		text = string(r)
	}
	e := typed(duckString(text), ty.OID).ofType(ty)
	e.lit = &text
	return e, nil
}

func (t *translator) floatLiteral(text, trimmed string, ty sqltype.Type, duck string, loc int32) (expr, error) {
	bits := 64
	if ty.OID == sqltype.Float4 {
		bits = 32
	}
	f, err := strconv.ParseFloat(trimmed, bits)
	if err != nil || strings.ContainsAny(trimmed, "_pPxX") {
		if decimalText.MatchString(trimmed) {
			return expr{}, t.errorf(loc, pgerrcode.NumericValueOutOfRange, "\"%s\" is out of range for type %s", text, sqltype.Of(ty.OID))
		}
		return expr{}, badInput(t, text, ty, loc)
	}
	s := strconv.FormatFloat(f, 'g', -1, bits)
	switch s {
	case "+Inf":
		s = "Infinity"
	case "-Inf":
		s = "-Infinity"
	}
	e := typed("CAST('"+s+"' AS "+duck+")", ty.OID).ofType(ty)
	e.lit = &s
	return e, nil
}

// boolWord reads true, false, yes, no, on, off, 1, 0 and their unique prefixes.
func boolWord(s string) (value, ok bool) {
	s = strings.ToLower(s)
	switch {
	case s == "":
		return false, false
	case strings.HasPrefix("true", s), strings.HasPrefix("yes", s), s == "on", s == "1":
		return true, true
	case strings.HasPrefix("false", s), strings.HasPrefix("no", s), s == "of", s == "off", s == "0":
		return false, true
	}
	return false, false
}

// byteaHex reads both input forms of bytea and returns the bytes as hexadecimal digits.
func byteaHex(s string) (string, bool) {
	if h, ok := strings.CutPrefix(s, `\x`); ok {
		h = strings.Map(func(r rune) rune {
			if r == ' ' || r == '\n' || r == '\t' || r == '\r' {
				return -1
			}
			return r
		}, h)
		for _, c := range h {
			if !strings.ContainsRune("0123456789abcdefABCDEF", c) {
				return "", false
			}
		}
		return h, len(h)%2 == 0
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		ch := s[i]
		if ch == '\\' {
			if i+1 < len(s) && s[i+1] == '\\' {
				i++
			} else if v, err := strconv.ParseUint(s[min(i+1, len(s)):min(i+4, len(s))], 8, 8); err == nil && i+4 <= len(s) {
				ch = byte(v)
				i += 3
			} else {
				return "", false
			}
		}
		fmt.Fprintf(&b, "%02x", ch)
	}
	return b.String(), true
}

var (
	isoDate      = regexp.MustCompile(`^(\d{4,6})[-/](\d{1,2})[-/](\d{1,2})$`)
	compactDate  = regexp.MustCompile(`^(\d{4})(\d{2})(\d{2})$`)
	isoTimestamp = regexp.MustCompile(`^(\d{4,6})[-/](\d{1,2})[-/](\d{1,2})(?:[ T]+(\d{1,2}):(\d{2})(?::(\d{2}(?:\.\d*)?))?)?\s*(Z|z|UTC|utc|GMT|gmt|[+-]\d{1,2}(?::?\d{2})?(?::?\d{2})?|[A-Za-z]+/[A-Za-z_/]+)?$`)
	isoTime      = regexp.MustCompile(`^(\d{1,2}):(\d{2})(?::(\d{2}(?:\.\d*)?))?\s*(Z|[+-]\d{1,2}(?::?\d{2})?)?$`)
)

// datetimeLiteral reads ISO dates and times, and PostgreSQL's special words. Other spellings are tried with the layouts people use.
func (t *translator) datetimeLiteral(text, s string, ty sqltype.Type, duck string, loc int32) (expr, error) {
	bad := func() (expr, error) {
		return expr{}, t.errorf(loc, pgerrcode.InvalidDatetimeFormat, "invalid input syntax for type %s: \"%s\"", sqltype.Of(ty.OID), text)
	}
	overflow := func() (expr, error) {
		return expr{}, t.errorf(loc, pgerrcode.DatetimeFieldOverflow, "date/time field value out of range: \"%s\"", text)
	}
	done := func(canon string) (expr, error) {
		e := typed("CAST('"+canon+"' AS "+duck+")", ty.OID).ofType(ty)
		e.lit = &canon
		return e, nil
	}
	loc0 := t.env.Session.Location
	if loc0 == nil {
		loc0 = time.UTC
	}
	lower := strings.ToLower(s)
	day := func(d time.Time, withTime bool) (expr, error) {
		t.timed = true
		switch {
		case ty.OID == sqltype.Date:
			return done(d.Format("2006-01-02"))
		case ty.OID == sqltype.Time:
			return done(d.Format("15:04:05.999999"))
		case !withTime:
			d = time.Date(d.Year(), d.Month(), d.Day(), 0, 0, 0, 0, loc0)
		}
		if ty.OID == sqltype.Timestamptz {
			return done(d.UTC().Format("2006-01-02 15:04:05.999999") + "+00")
		}
		return done(d.Format("2006-01-02 15:04:05.999999"))
	}
	now := t.env.Session.Now.In(loc0)
	switch lower {
	case "now":
		return day(now, true)
	case "today":
		return day(now, false)
	case "tomorrow":
		return day(now.AddDate(0, 0, 1), false)
	case "yesterday":
		return day(now.AddDate(0, 0, -1), false)
	case "epoch":
		switch ty.OID {
		case sqltype.Date:
			return done("1970-01-01")
		case sqltype.Timestamp:
			return done("1970-01-01 00:00:00")
		case sqltype.Timestamptz:
			return done("1970-01-01 00:00:00+00")
		}
		return bad()
	case "infinity", "-infinity", "+infinity":
		if ty.OID == sqltype.Time {
			return bad()
		}
		return done(strings.TrimPrefix(lower, "+"))
	}
	if ty.OID == sqltype.Time {
		if m := isoTime.FindStringSubmatch(s); m != nil {
			if m[3] == "" {
				m[3] = "00"
			}
			h, _ := strconv.Atoi(m[1])
			mi, _ := strconv.Atoi(m[2])
			if sec, _ := strconv.ParseFloat(m[3], 64); h > 24 || mi > 59 || sec > 60 {
				return overflow()
			}
			return done(fmt.Sprintf("%02d:%s:%s", h, m[2], m[3]))
		}
		if m := isoTimestamp.FindStringSubmatch(s); m != nil && m[4] != "" {
			if m[6] == "" {
				m[6] = "00"
			}
			return done(fmt.Sprintf("%s:%s:%s", m[4], m[5], m[6]))
		}
		return bad()
	}
	m := isoTimestamp.FindStringSubmatch(s)
	if c := compactDate.FindStringSubmatch(s); m == nil && c != nil {
		m = []string{s, c[1], c[2], c[3], "", "", "", ""}
	}
	if m == nil {
		for _, layout := range []string{"Jan 2 2006", "Jan 2, 2006", "January 2, 2006", "2 Jan 2006", "2-Jan-2006", "1/2/2006",
			"Jan 2 2006 15:04:05", "Jan 2, 2006 15:04:05", "1/2/2006 15:04:05", "2 Jan 2006 15:04:05", "2006-Jan-2", "20060102 150405",
			"Mon Jan 2 15:04:05 2006", "1/2/2006 15:04", "20060102T150405"} {
			if d, err := time.ParseInLocation(layout, s, loc0); err == nil {
				timed := t.timed
				e, err := day(d, true)
				t.timed = timed
				return e, err
			}
		}
		return bad()
	}
	y, _ := strconv.Atoi(m[1])
	mo, _ := strconv.Atoi(m[2])
	d, _ := strconv.Atoi(m[3])
	if mo < 1 || mo > 12 || d < 1 || time.Date(y, time.Month(mo), d, 0, 0, 0, 0, time.UTC).Day() != d || y == 0 {
		return overflow()
	}
	date := fmt.Sprintf("%04d-%02d-%02d", y, mo, d)
	if ty.OID == sqltype.Date {
		return done(date)
	}
	h, _ := strconv.Atoi("0" + m[4])
	mi, _ := strconv.Atoi("0" + m[5])
	sec, _ := strconv.ParseFloat("0"+m[6], 64)
	if h > 24 || mi > 59 || sec > 60 {
		return overflow()
	}
	if m[6] == "" {
		m[6] = "00"
	}
	canon := fmt.Sprintf("%s %02d:%02d:%s", date, h, mi, m[6])
	if ty.OID == sqltype.Timestamp {
		return done(canon)
	}
	zone := m[7]
	if strings.Contains(zone, "/") {
		z, err := time.LoadLocation(zone)
		if err != nil {
			return expr{}, t.errorf(loc, pgerrcode.InvalidParameterValue, "time zone \"%s\" not recognized", zone)
		}
		loc0, zone = z, ""
	}
	switch {
	case zone == "":
		whole, frac, _ := strings.Cut(m[6], ".")
		si, _ := strconv.Atoi(whole)
		at := time.Date(y, time.Month(mo), d, h, mi, si, 0, loc0).UTC()
		canon = at.Format("2006-01-02 15:04:05")
		if frac != "" {
			canon += "." + frac
		}
		return done(canon + "+00")
	case strings.EqualFold(zone, "z") || strings.EqualFold(zone, "utc") || strings.EqualFold(zone, "gmt"):
		return done(canon + "+00")
	}
	digits := strings.ReplaceAll(zone[1:], ":", "")
	if len(digits)%2 == 1 {
		digits = "0" + digits
	}
	zone = zone[:1] + digits[:2]
	for i := 2; i < len(digits); i += 2 {
		zone += ":" + digits[i:i+2]
	}
	return done(canon + zone)
}
