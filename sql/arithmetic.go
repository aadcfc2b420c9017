package sql

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/jackc/pgerrcode"

	"github.com/miniodb/miniodb/internal/pgerr"
	"github.com/miniodb/miniodb/internal/sqltype"
)

func (t *translator) mustDouble(e expr) expr {
	if e.typ.OID == sqltype.Float8 {
		return e
	}
	if e.typ.OID == sqltype.Numeric && e.lit != nil {
		if out, err := t.floatLiteral(*e.lit, *e.lit, sqltype.Of(sqltype.Float8), "DOUBLE", -1); err == nil {
			return out
		}
	}
	return typed("CAST("+e.sql+" AS DOUBLE)", sqltype.Float8, e)
}

func isInt(oid sqltype.OID) bool {
	return oid == sqltype.Int2 || oid == sqltype.Int4 || oid == sqltype.Int8
}

func isDatetime(oid sqltype.OID) bool { return category(oid) == "D" && oid != sqltype.Time }

// doubleOf casts a number to float8, keeping a constant recognisable.
func (t *translator) doubleOf(e expr) expr {
	out := t.mustDouble(e)
	out.lit = e.lit
	return out
}

// arithmetic writes + - * / % ^ for numbers, dates and intervals.
func (t *translator) arithmetic(op string, l, r expr, loc int32) (expr, error) {
	var err error
	if l.isUnknown() && r.isUnknown() {
		return expr{}, t.errorf(loc, pgerrcode.AmbiguousFunction, "operator is not unique: %s %s %s", t.typeName(l), op, t.typeName(r)).
			WithHint("Could not choose a best candidate operator. You might need to add explicit type casts.")
	}
	if l.isUnknown() {
		if l, err = t.coerceOperand(l, r, op, true, loc); err != nil {
			return expr{}, err
		}
	}
	if r.isUnknown() {
		if r, err = t.coerceOperand(r, l, op, false, loc); err != nil {
			return expr{}, err
		}
	}
	lc, rc := category(l.typ.OID), category(r.typ.OID)
	switch {
	case lc == "" || rc == "":
		return t.dynamic(op, l, r), nil
	case lc == "N" && rc == "N":
		return t.numbers(op, l, r, loc)
	case lc == "D" || rc == "D" || lc == "T" || rc == "T":
		return t.dates(op, l, r, loc)
	}
	return expr{}, t.noOperator(op, &l, &r, loc)
}

// coerceOperand gives an untyped operand the type that PostgreSQL would choose beside the other one.
func (t *translator) coerceOperand(e, other expr, op string, left bool, loc int32) (expr, error) {
	ty := sqltype.Of(other.typ.OID)
	switch other.typ.OID {
	case 0:
		return t.raw(e), nil
	case sqltype.Date:
		switch {
		case op == "-" && !left: // date - unknown: date - date
		case op == "+":
			l, r := e, other
			if !left {
				l, r = r, l
			}
			return e, t.errorf(loc, pgerrcode.AmbiguousFunction, "operator is not unique: %s + %s", t.typeName(l), t.typeName(r)).
				WithHint("Could not choose a best candidate operator. You might need to add explicit type casts.")
		default:
			ty = sqltype.Of(sqltype.Interval)
		}
	case sqltype.Timestamp, sqltype.Timestamptz, sqltype.Time:
		if op == "+" || op == "-" && !left && e.lit != nil {
			if v, ok := parseInterval(*litOr(e), 0); ok && (op == "+" || looksLikeInterval(*litOr(e))) {
				return v.expr(), nil
			}
		}
		if op == "+" || op == "-" && !left && e.param > 0 {
			ty = sqltype.Of(sqltype.Interval)
		}
	case sqltype.Interval:
		if op == "*" || op == "/" {
			ty = sqltype.Of(sqltype.Float8)
		} else if left && e.param > 0 {
			ty = sqltype.Of(sqltype.Timestamptz)
		}
	}
	return t.coerce(e, ty, implicitCast, loc)
}

func litOr(e expr) *string {
	if e.lit != nil {
		return e.lit
	}
	s := ""
	return &s
}

func looksLikeInterval(s string) bool {
	return strings.ContainsAny(s, "abcdefghijklmnopqrstuvwxyz") && !strings.ContainsAny(s, "T")
}

// dynamic writes an operator over values whose types DuckDB alone knows.
func (t *translator) dynamic(op string, l, r expr) expr {
	switch op {
	case "/":
		return t.bind(0, "pg_div($1, $2)", l, r)
	case "%":
		return t.bind(0, "($1 % pg_nz($2))", l, r)
	case "^":
		return t.bind(0, "pow($1, $2)", l, r)
	}
	return typed("("+l.sql+" "+op+" "+r.sql+")", 0, l, r)
}

// plainInt writes an integer operand so that DuckDB computes in the result's type.
func plainInt(e expr, result sqltype.OID) string {
	if e.lit != nil || e.inex || e.typ.OID != result && result == sqltype.Int4 {
		return "CAST(" + e.sql + " AS " + map[sqltype.OID]string{sqltype.Int2: "SMALLINT", sqltype.Int4: "INTEGER", sqltype.Int8: "BIGINT"}[result] + ")"
	}
	return e.sql
}

// nonZero writes a divisor that raises 22012.
func (t *translator) nonZero(e expr) (string, int) {
	if e.lit != nil {
		if f, err := strconv.ParseFloat(*e.lit, 64); err == nil && f != 0 {
			return e.sql, 1
		}
	}
	return "pg_nz(" + e.sql + ")", 2
}

func (t *translator) numbers(op string, l, r expr, loc int32) (expr, error) {
	lo, ro := l.typ.OID, r.typ.OID
	for _, p := range []*sqltype.OID{&lo, &ro} {
		if numberRank[*p] == 0 { // oid and its kin compute as bigint
			*p = sqltype.Int8
		}
	}
	if lo != l.typ.OID {
		l = typed("CAST("+l.sql+" AS BIGINT)", lo, l)
	}
	if ro != r.typ.OID {
		r = typed("CAST("+r.sql+" AS BIGINT)", ro, r)
	}
	result := lo
	if numberRank[ro] > numberRank[lo] {
		result = ro
	}
	if (lo == sqltype.Float4) != (ro == sqltype.Float4) && (result == sqltype.Float4) {
		result = sqltype.Float8
	}
	switch {
	case op == "^":
		if result == sqltype.Numeric {
			return t.callFunction(exprCtx{}, "power", []expr{l, r}, loc)
		}
		return t.callFunction(exprCtx{}, "power", []expr{t.doubleOf(l), t.doubleOf(r)}, loc)
	case isInt(result):
		ls, rs := plainInt(l, result), plainInt(r, result)
		a, b := l, r
		a.sql, b.sql = ls, rs
		switch op {
		case "/", "%":
			duck := "//"
			if op == "%" {
				duck = "%"
			}
			div, dup := t.nonZero(b)
			if dup == 1 {
				return typed("("+ls+" "+duck+" "+div+")", result, l, r), nil
			}
			return t.bind(result, "($1 "+duck+" pg_nz($2))", a, b), nil
		}
		return typed("("+ls+" "+op+" "+rs+")", result, l, r), nil
	case result == sqltype.Float4 || result == sqltype.Float8:
		if result == sqltype.Float8 {
			l, r = t.doubleOf(l), t.doubleOf(r)
			if err := constantRange(op, l, r); err != nil {
				return expr{}, t.errorf(-1, pgerrcode.NumericValueOutOfRange, "%s", err.Error())
			}
		}
		switch op {
		case "/":
			if _, dup := t.nonZero(r); dup == 1 {
				return typed("("+l.sql+" / "+r.sql+")", result, l, r), nil
			}
			return t.bind(result, "($1 / pg_nz($2))", l, r), nil
		case "%":
			return expr{}, t.noOperator(op, &l, &r, loc)
		}
		return typed("("+l.sql+" "+op+" "+r.sql+")", result, l, r), nil
	}
	return t.decimals(op, l, r)
}

// constantRange refuses what float8mul and its kin refuse, of constants; elsewhere the engine goes on to infinity and to zero.
func constantRange(op string, l, r expr) error {
	if l.lit == nil || r.lit == nil {
		return nil
	}
	a, err1 := strconv.ParseFloat(*l.lit, 64)
	b, err2 := strconv.ParseFloat(*r.lit, 64)
	if err1 != nil || err2 != nil || math.IsInf(a, 0) || math.IsInf(b, 0) {
		return nil
	}
	var f float64
	switch op {
	case "+":
		f = a + b
	case "-":
		f = a - b
	case "*":
		f = a * b
	case "/":
		if b == 0 {
			return nil
		}
		f = a / b
	}
	switch {
	case math.IsInf(f, 0):
		return errors.New("value out of range: overflow")
	case f == 0 && a != 0 && (op == "*" && b != 0 || op == "/"):
		return errors.New("value out of range: underflow")
	}
	return nil
}

func scaleOf(e expr) int {
	if isInt(e.typ.OID) {
		return 0
	}
	if e.scale < 0 {
		return bareScale
	}
	return e.scale
}

// decimals computes in exact decimals. Results that would need more digits after the point than DECIMAL can hold are rounded.
func (t *translator) decimals(op string, l, r expr) (expr, error) {
	ls, rs := scaleOf(l), scaleOf(r)
	a, b := l, r
	own := func(e expr, fn string) expr {
		if fn == "numeric_div" || ownScale(a, b) {
			return t.shownBy(e, fn, a, b)
		}
		return e
	}
	operand := func(e expr, scale int) expr {
		if e.typ.OID == sqltype.Numeric && e.scale >= 0 && e.scale <= scale {
			return e
		}
		if isInt(e.typ.OID) && e.lit == nil {
			return e
		}
		if isInt(e.typ.OID) {
			out := typed("CAST("+e.sql+" AS DECIMAL(19,0))", sqltype.Numeric, e)
			out.lit, out.scale = e.lit, 0
			return out
		}
		out := typed(fmt.Sprintf("CAST(%s AS DECIMAL(38,%d))", e.sql, scale), sqltype.Numeric, e)
		out.scale, out.lit = scale, e.lit
		return out
	}
	switch op {
	case "+", "-":
		scale := max(ls, rs)
		l, r = operand(l, scale), operand(r, scale)
		return own(typed("("+l.sql+" "+op+" "+r.sql+")", sqltype.Numeric, l, r).scaled(scale), map[string]string{"+": "numeric_add", "-": "numeric_sub"}[op]), nil
	case "*":
		const most = 24
		for ls+rs > most { // take digits from the longer one
			if ls >= rs {
				ls--
			} else {
				rs--
			}
		}
		l, r = operand(l, ls), operand(r, rs)
		out := own(typed("("+l.sql+" * "+r.sql+")", sqltype.Numeric, l, r).scaled(ls+rs), "numeric_mul")
		if ls+rs < scaleOf(a)+scaleOf(b) {
			out = t.shownBy(out, "numeric_mul", a, b)
		}
		return out, nil
	case "%":
		l, r = operand(l, ls), operand(r, rs)
		return own(t.bind(sqltype.Numeric, "($1 % pg_nz($2))", l, r).scaled(max(ls, rs)), "numeric_mod"), nil
	}
	if ls > rs+divScale+1 {
		ls = rs + divScale + 1
	}
	num := t.unscaled(operand(l, ls), ls)
	den := t.unscaled(operand(r, rs), rs)
	k := "1" + strings.Repeat("0", divScale+1+rs-ls)
	if divScale+1+rs-ls > 37 {
		return expr{}, pgerr.New(pgerrcode.NumericValueOutOfRange, "value overflows numeric format")
	}
	return own(t.bind(sqltype.Numeric, "pg_numeric_div($1, $2, CAST("+k+" AS HUGEINT))", num, den).scaled(divScale), "numeric_div"), nil
}

// unscaled writes the digits of a decimal as a HUGEINT.
func (t *translator) unscaled(e expr, scale int) expr {
	if scale == 0 {
		return typed("CAST("+e.sql+" AS HUGEINT)", 0, e)
	}
	ten := "1" + strings.Repeat("0", scale)
	if scale <= bareScale {
		return typed(fmt.Sprintf("CAST(%s * CAST(%s AS DECIMAL(%d,0)) AS HUGEINT)", e.sql, ten, scale+1), 0, e)
	}
	return t.bind(0, fmt.Sprintf("(CAST(trunc($1) AS HUGEINT) * CAST(%s AS HUGEINT) + CAST(($1 - trunc($1)) * CAST(%s AS DECIMAL(%d,0)) AS HUGEINT))",
		ten, ten, scale+1), e)
}

// dates writes arithmetic of dates, times and intervals.
func (t *translator) dates(op string, l, r expr, loc int32) (expr, error) {
	lo, ro := l.typ.OID, r.typ.OID
	as := func(sql string, oid sqltype.OID) (expr, error) { return typed(sql, oid, l, r), nil }
	plain := "(" + l.sql + " " + op + " " + r.sql + ")"
	integer := func(o sqltype.OID) bool { return o == sqltype.Int2 || o == sqltype.Int4 }
	switch {
	case lo == sqltype.Interval && ro == sqltype.Interval && (op == "+" || op == "-"):
		return as(plain, sqltype.Interval)
	case lo == sqltype.Interval && category(ro) == "N" && op == "*":
		return as("("+l.sql+" * "+t.doubleOf(r).sql+")", sqltype.Interval)
	case category(lo) == "N" && ro == sqltype.Interval && op == "*":
		return as("("+r.sql+" * "+t.doubleOf(l).sql+")", sqltype.Interval)
	case lo == sqltype.Interval && category(ro) == "N" && op == "/":
		return t.bind(sqltype.Interval, "($1 / pg_nz($2))", l, t.doubleOf(r)), nil
	case lo == sqltype.Date && integer(ro) && (op == "+" || op == "-"):
		return as("("+l.sql+" "+op+" CAST("+r.sql+" AS INTEGER))", sqltype.Date)
	case integer(lo) && ro == sqltype.Date && op == "+":
		return as("("+r.sql+" + CAST("+l.sql+" AS INTEGER))", sqltype.Date)
	case lo == sqltype.Date && ro == sqltype.Date && op == "-":
		return t.bind(sqltype.Int4, "pg_date_diff($1, $2)", l, r), nil
	case lo == sqltype.Date && ro == sqltype.Interval && (op == "+" || op == "-"):
		return as("(CAST("+l.sql+" AS TIMESTAMP) "+op+" "+r.sql+")", sqltype.Timestamp)
	case lo == sqltype.Interval && ro == sqltype.Date && op == "+":
		return as("(CAST("+r.sql+" AS TIMESTAMP) + "+l.sql+")", sqltype.Timestamp)
	case lo == sqltype.Date && ro == sqltype.Time && op == "+":
		return as(plain, sqltype.Timestamp)
	case lo == sqltype.Time && ro == sqltype.Date && op == "+":
		return as("("+r.sql+" + "+l.sql+")", sqltype.Timestamp)
	case lo == sqltype.Time && ro == sqltype.Time && op == "-":
		return as("to_microseconds(epoch_us("+l.sql+") - epoch_us("+r.sql+"))", sqltype.Interval)
	case ro == sqltype.Interval && (op == "+" || op == "-"):
		return t.shifted(op, l, r, plain)
	case lo == sqltype.Interval && op == "+":
		return t.shifted(op, r, l, "("+r.sql+" + "+l.sql+")")
	case isDatetime(lo) && isDatetime(ro) && op == "-":
		a, b, err := t.comparable(l, r, op, loc)
		if err != nil {
			return expr{}, err
		}
		return as("("+a.sql+" - "+b.sql+")", sqltype.Interval)
	}
	return expr{}, t.noOperator(op, &l, &r, loc)
}

// shifted is a timestamp or time moved by an interval; of constants the result is computed here, so that files can be pruned by it.
func (t *translator) shifted(op string, l, r expr, sql string) (expr, error) {
	out := typed(sql, l.typ.OID, l, r)
	if l.lit != nil && r.lit != nil {
		if lit, ok := shiftConstant(*l.lit, *r.lit, op == "-", l.typ.OID); ok {
			out.lit = &lit
		}
	}
	return out, nil
}
