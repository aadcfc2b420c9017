package sql

import (
	"fmt"
	"math/big"
	"regexp"
	"strconv"
	"strings"

	"github.com/jackc/pgerrcode"
	pg_query "github.com/pganalyze/pg_query_go/v6"

	"github.com/miniodb/miniodb/internal/pgerr"
	"github.com/miniodb/miniodb/internal/pgvalue"
	"github.com/miniodb/miniodb/internal/sqltype"
	"github.com/miniodb/miniodb/internal/vector"
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
		return t.bitConst(v.Bsval.GetBsval(), c.Location)
	}
	return expr{}, unsupportedNode("this constant is not supported")
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
	switch {
	case before == 999:
		return expr{}, t.errorf(loc, pgerrcode.NumericValueOutOfRange, "value overflows numeric format").
			WithDetail("Numbers have at most 400 digits here.")
	case before > 38:
		return textNumeric(plain, pgerrcode.NumericValueOutOfRange, "value overflows numeric format: numbers that are computed with have at most 38 digits"), nil
	}
	exact := plain
	if before+after <= 38 { // otherwise digits beyond storage are rounded by the cast
		exact = ""
	} else {
		after = 38 - before
	}
	e := typed(fmt.Sprintf("CAST('%s' AS DECIMAL(%d,%d))", plain, max(before+after, 1), after), sqltype.Numeric)
	e.scale = after
	e.lit = &plain
	if exact != "" {
		e.shown = duckString(exact)
	}
	return e, nil
}

// textNumeric is a numeric constant that no decimal holds: it can be shown, become a float, and be computed with as text.
func textNumeric(text, code, message string) expr {
	e := typed("CAST(error("+duckString("!"+code+"!"+message)+") AS DECIMAL(38,0))", sqltype.Numeric)
	e.scale, e.lit, e.shown = 0, &text, duckString(text)
	return e
}

// specialNumeric reads NaN and the infinities.
func specialNumeric(text string) (string, bool) {
	switch strings.ToLower(text) {
	case "nan":
		return "NaN", true
	case "inf", "infinity", "+inf", "+infinity":
		return "Infinity", true
	case "-inf", "-infinity":
		return "-Infinity", true
	}
	return "", false
}

func badInput(t *translator, text string, ty sqltype.Type, loc int32) error {
	return t.errorf(loc, pgerrcode.InvalidTextRepresentation, "invalid input syntax for type %s: \"%s\"", sqltype.Of(ty.OID), text)
}

// literal converts a string constant as the input function of the type does.
func (t *translator) literal(text string, ty sqltype.Type, level castLevel, loc int32) (expr, error) {
	duck, ok := t.duckType(ty)
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
		if ty.Vector() {
			text = "{" + strings.Join(strings.Fields(text), ",") + "}"
		}
		return t.arrayLiteral(text, elem, ty, loc)
	}
	if ty.Enum() {
		return t.enumLiteral(text, ty, duck, loc)
	}
	if ty.Reg() {
		return t.regLiteral(text, ty, loc)
	}
	switch ty.OID {
	case sqltype.Bit, sqltype.Varbit:
		e, err := t.bitConst(text, loc)
		if err != nil {
			return e, err
		}
		return t.convert(e, ty, level)
	case sqltype.Text, sqltype.Name, sqltype.Char, sqltype.Varchar, sqltype.Bpchar:
		return t.textLiteral(text, ty, level)
	case sqltype.Int2, sqltype.Int4, sqltype.Int8, sqltype.Oid, sqltype.Xid, sqltype.Cid, sqltype.Xid8:
		bits := map[sqltype.OID]int{sqltype.Int2: 16, sqltype.Int4: 32, sqltype.Int8: 64, sqltype.Oid: 33, sqltype.Xid: 33, sqltype.Cid: 33, sqltype.Xid8: 64}[ty.OID]
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
		if word, ok := specialNumeric(trimmed); ok {
			if ty.Mod != sqltype.NoMod {
				return expr{}, t.unsupported(loc, ty.String()+" "+word)
			}
			return textNumeric(word, pgerrcode.FeatureNotSupported, "computing with numeric NaN and infinities is not supported"), nil
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
	case sqltype.Bytea, sqltype.UUID, sqltype.JSON, sqltype.JSONB, sqltype.Interval, sqltype.Date, sqltype.Time, sqltype.Timestamp, sqltype.Timestamptz:
		return t.valueLiteral(text, ty, duck, loc)
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
	if mantissa, _, _ := strings.Cut(strings.ToLower(trimmed), "e"); f == 0 && strings.ContainsAny(mantissa, "123456789") {
		err = strconv.ErrRange
	}
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

// valueLiteral reads and prints the constant as the wire does, and writes it in the form that DuckDB reads alike.
func (t *translator) valueLiteral(text string, ty sqltype.Type, duck string, loc int32) (expr, error) {
	s := t.env.Session
	d := pgvalue.NewDecoder(pgvalue.Options{Location: s.Location, DateOrder: s.DateOrder, IntervalSQL: s.IntervalSQL, Now: s.Now})
	b := vector.NewBuilder([]vector.Type{vector.TypeOf(sqltype.Of(ty.OID))})
	if err := d.ParseText(b.Col(0), []byte(text)); err != nil {
		e := *pgerr.From(err)
		return expr{}, e.WithPosition(t.position(loc))
	}
	value := &b.Take().Cols[0]
	switch lower := strings.ToLower(text); {
	case category(ty.OID) != "D":
	case strings.Contains(lower, "now"), strings.Contains(lower, "today"), strings.Contains(lower, "tomorrow"), strings.Contains(lower, "yesterday"):
		t.timed = true
	}
	if ty.OID == sqltype.Interval {
		i := value.Intervals[0]
		return interval{months: int64(i.Months), days: int64(i.Days), micros: i.Micros}.expr(), nil
	}
	canon := string(pgvalue.AppendText(nil, value, 0, pgvalue.NewEncoder(pgvalue.Settings{})))
	e := typed("", ty.OID).ofType(ty)
	e.lit = &canon
	if ty.OID == sqltype.Bytea {
		e.sql = "unhex('" + canon[2:] + "')"
		return e, nil
	}
	e.sql = "CAST(" + duckString(duckDate(canon)) + " AS " + duck + ")"
	return e, nil
}
