package sql

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/jackc/pgerrcode"
	pg_query "github.com/pganalyze/pg_query_go/v6"

	"github.com/miniodb/miniodb/internal/pgerr"
	"github.com/miniodb/miniodb/internal/sqltype"
)

func (t *translator) aExpr(c exprCtx, x *pg_query.A_Expr) (expr, error) {
	op := lastName(x.Name)
	if len(x.Name) > 1 && x.Name[0].GetString_().GetSval() != "pg_catalog" {
		return expr{}, t.errorf(x.Location, pgerrcode.UndefinedFunction, "operator does not exist: %s", op)
	}
	switch x.Kind {
	case pg_query.A_Expr_Kind_AEXPR_OP:
		if x.Lexpr == nil {
			return t.prefix(c, op, x.Rexpr, x.Location)
		}
		if x.Lexpr.GetRowExpr() != nil && x.Rexpr.GetSubLink() != nil {
			return t.rowSubLink(c, x)
		}
		return t.operator(c, op, x.Lexpr, x.Rexpr, x.Location)
	case pg_query.A_Expr_Kind_AEXPR_OP_ANY, pg_query.A_Expr_Kind_AEXPR_OP_ALL:
		return t.anyAll(c, x, op, x.Kind == pg_query.A_Expr_Kind_AEXPR_OP_ALL)
	case pg_query.A_Expr_Kind_AEXPR_DISTINCT:
		return t.operator(c, "IS DISTINCT FROM", x.Lexpr, x.Rexpr, x.Location)
	case pg_query.A_Expr_Kind_AEXPR_NOT_DISTINCT:
		return t.operator(c, "IS NOT DISTINCT FROM", x.Lexpr, x.Rexpr, x.Location)
	case pg_query.A_Expr_Kind_AEXPR_NULLIF:
		l, r, err := t.pair(c, x.Lexpr, x.Rexpr)
		if err != nil {
			return expr{}, err
		}
		if l, r, err = t.comparable(l, r, "=", x.Location); err != nil {
			return expr{}, err
		}
		l = t.settle(l)
		out := typed("nullif("+l.sql+", "+r.sql+")", l.typ.OID, l, r)
		out.typ, out.scale, out.inex = l.typ, l.scale, true
		out.weight++
		return out, nil
	case pg_query.A_Expr_Kind_AEXPR_IN:
		return t.inList(c, x, op)
	case pg_query.A_Expr_Kind_AEXPR_LIKE, pg_query.A_Expr_Kind_AEXPR_ILIKE:
		return t.like(c, x, op)
	case pg_query.A_Expr_Kind_AEXPR_SIMILAR:
		return t.similar(c, x, op)
	case pg_query.A_Expr_Kind_AEXPR_BETWEEN, pg_query.A_Expr_Kind_AEXPR_NOT_BETWEEN,
		pg_query.A_Expr_Kind_AEXPR_BETWEEN_SYM, pg_query.A_Expr_Kind_AEXPR_NOT_BETWEEN_SYM:
		return t.between(c, x)
	}
	return expr{}, t.unsupported(x.Location, "this operator")
}

func (t *translator) pair(c exprCtx, l, r *pg_query.Node) (expr, expr, error) {
	le, err := t.expr(c, l)
	if err != nil {
		return expr{}, expr{}, err
	}
	re, err := t.expr(c, r)
	return le, re, err
}

func (t *translator) noOperator(op string, l, r *expr, loc int32) error {
	name := func(e *expr) string {
		if e == nil {
			return ""
		}
		return typeName(*e)
	}
	text := strings.TrimSpace(name(l) + " " + op + " " + name(r))
	return t.errorf(loc, pgerrcode.UndefinedFunction, "operator does not exist: %s", text).
		WithHint("No operator matches the given name and argument types. You might need to add explicit type casts.")
}

func (t *translator) prefix(c exprCtx, op string, n *pg_query.Node, loc int32) (expr, error) {
	e, err := t.expr(c, n)
	if err != nil {
		return expr{}, err
	}
	if e.isUnknown() {
		if e, err = t.coerce(e, sqltype.Of(sqltype.Float8), implicitCast, loc); err != nil {
			return expr{}, err
		}
	}
	cat := category(e.typ.OID)
	same := func(sql string) (expr, error) {
		out := typed(sql, e.typ.OID, e)
		out.scale, out.inex = e.scale, e.inex
		return out, nil
	}
	switch op {
	case "+":
		if cat == "N" || cat == "" {
			return same(e.sql)
		}
	case "-":
		if cat == "N" || cat == "T" || cat == "" {
			if e.lit != nil && e.typ.OID == sqltype.Int4 && e.sql[0] != '(' {
				if v, err := strconv.ParseInt(*e.lit, 10, 64); err == nil {
					return intConst(-v), nil
				}
			}
			out, _ := same("(- " + e.sql + ")")
			if e.lit != nil && cat == "N" {
				neg := "-" + *e.lit
				if strings.HasPrefix(*e.lit, "-") {
					neg = (*e.lit)[1:]
				}
				out.lit = &neg
			}
			return out, nil
		}
	case "@":
		if cat == "N" {
			return same("abs(" + e.sql + ")")
		}
	case "~":
		if isInt(e.typ.OID) {
			return same("(~ " + e.sql + ")")
		}
	case "|/":
		if cat == "N" {
			return t.callFunction(c, "sqrt", []expr{t.mustDouble(e)}, loc)
		}
	case "||/":
		if cat == "N" {
			return t.callFunction(c, "cbrt", []expr{t.mustDouble(e)}, loc)
		}
	}
	return expr{}, t.noOperator(op, nil, &e, loc)
}

func (t *translator) mustDouble(e expr) expr {
	if e.typ.OID == sqltype.Float8 {
		return e
	}
	return typed("CAST("+e.sql+" AS DOUBLE)", sqltype.Float8, e)
}

func isInt(oid sqltype.OID) bool {
	return oid == sqltype.Int2 || oid == sqltype.Int4 || oid == sqltype.Int8
}

func isDatetime(oid sqltype.OID) bool { return category(oid) == "D" && oid != sqltype.Time }

var comparisons = map[string]string{"=": "=", "<>": "<>", "!=": "<>", "<": "<", ">": ">", "<=": "<=", ">=": ">=",
	"IS DISTINCT FROM": "IS DISTINCT FROM", "IS NOT DISTINCT FROM": "IS NOT DISTINCT FROM"}

func (t *translator) operator(c exprCtx, op string, ln, rn *pg_query.Node, loc int32) (expr, error) {
	l, r, err := t.pair(c, ln, rn)
	if err != nil {
		return expr{}, err
	}
	return t.binary(op, l, r, loc)
}

// binary writes an operator over two translated values.
func (t *translator) binary(op string, l, r expr, loc int32) (expr, error) {
	if duck, ok := comparisons[op]; ok {
		return t.compare(duck, op, l, r, loc)
	}
	switch op {
	case "+", "-", "*", "/", "%", "^":
		return t.arithmetic(op, l, r, loc)
	case "||":
		return t.concat(l, r, loc)
	case "~", "!~", "~*", "!~*":
		return t.regex(op, l, r, loc)
	case "~~", "!~~", "~~*", "!~~*":
		return t.likeOp(op, l, r, "", loc)
	case "^@":
		return t.textCall("starts_with", sqltype.Bool, l, r, loc)
	case "&", "|", "#", "<<", ">>":
		return t.bits(op, l, r, loc)
	case "&&", "@>", "<@":
		return t.arrayOp(op, l, r, loc)
	case "->", "->>", "#>", "#>>":
		return t.jsonOp(op, l, r, loc)
	}
	return expr{}, t.noOperator(op, &l, &r, loc)
}

// comparable gives both sides types that can be compared; 42883 where PostgreSQL has no such operator.
func (t *translator) comparable(l, r expr, op string, loc int32) (expr, expr, error) {
	var err error
	switch {
	case l.isUnknown() && r.isUnknown():
		return t.settle(l), t.settle(r), nil
	case l.isUnknown() && r.typ.OID == 0:
		return t.raw(l), r, nil
	case r.isUnknown() && l.typ.OID == 0:
		return l, t.raw(r), nil
	case l.isUnknown():
		if l, err = t.coerce(l, t.compareType(r.typ), implicitCast, loc); err != nil {
			return l, r, err
		}
	case r.isUnknown():
		if r, err = t.coerce(r, t.compareType(l.typ), implicitCast, loc); err != nil {
			return l, r, err
		}
	}
	if l.typ.OID == 0 || r.typ.OID == 0 {
		return l, r, nil
	}
	lo, ro := l.typ.OID, r.typ.OID
	if lo == ro {
		if lo == sqltype.JSON {
			return l, r, t.noOperator(op, &l, &r, loc)
		}
		if lo == sqltype.Bpchar {
			l, r = t.textOf(l), t.textOf(r)
		}
		return l, r, nil
	}
	lc, rc := category(lo), category(ro)
	switch {
	case lc == "N" && rc == "N":
		// a float beside a decimal is compared as float8, as PostgreSQL does
		if lo == sqltype.Numeric && (ro == sqltype.Float4 || ro == sqltype.Float8) {
			l = t.doubleOf(l)
		}
		if ro == sqltype.Numeric && (lo == sqltype.Float4 || lo == sqltype.Float8) {
			r = t.doubleOf(r)
		}
		return l, r, nil
	case lc == "S" && rc == "S":
		if lo == sqltype.Bpchar || ro == sqltype.Bpchar {
			l, r = t.textOf(l), t.textOf(r)
		}
		return l, r, nil
	case isDatetime(lo) && isDatetime(ro):
		target := sqltype.Timestamp
		if lo == sqltype.Timestamptz || ro == sqltype.Timestamptz {
			target = sqltype.Timestamptz
		}
		if l, err = t.coerce(l, sqltype.Of(target), implicitCast, loc); err != nil {
			return l, r, err
		}
		r, err = t.coerce(r, sqltype.Of(target), implicitCast, loc)
		return l, r, err
	case lo == sqltype.Time && ro == sqltype.Interval:
		l, err = t.coerce(l, r.typ, implicitCast, loc)
		return l, r, err
	case lo == sqltype.Interval && ro == sqltype.Time:
		r, err = t.coerce(r, l.typ, implicitCast, loc)
		return l, r, err
	}
	return l, r, t.noOperator(op, &l, &r, loc)
}

// compareType is the type an unknown constant takes beside a value of type ty.
func (t *translator) compareType(ty sqltype.Type) sqltype.Type {
	switch ty.OID {
	case sqltype.Varchar, sqltype.Name, sqltype.Char:
		return sqltype.Of(sqltype.Text)
	}
	return sqltype.Of(ty.OID)
}

// doubleOf casts a number to float8, keeping a constant recognisable.
func (t *translator) doubleOf(e expr) expr {
	out := t.mustDouble(e)
	out.lit = e.lit
	return out
}

// raw leaves a constant to DuckDB's own inference, beside a value whose type is not known here.
func (t *translator) raw(e expr) expr {
	if e.lit != nil || e.null {
		e.typ = sqltype.Type{Mod: sqltype.NoMod}
		return e
	}
	return t.settle(e)
}

func (t *translator) compare(duck, op string, l, r expr, loc int32) (expr, error) {
	if l.elems != nil && r.elems != nil && l.typ.OID == sqltype.Record && r.typ.OID == sqltype.Record {
		return t.compareRows(duck, op, l, r, loc)
	}
	l, r, err := t.comparable(l, r, op, loc)
	if err != nil {
		return expr{}, err
	}
	out := typed("("+l.sql+" "+duck+" "+r.sql+")", sqltype.Bool, l, r)
	return out, nil
}

func (t *translator) compareRows(duck, op string, l, r expr, loc int32) (expr, error) {
	if len(l.elems) != len(r.elems) {
		return expr{}, t.errorf(loc, pgerrcode.SyntaxError, "unequal number of entries in row expressions")
	}
	var parts, ls, rs []string
	var all []expr
	for i := range l.elems {
		a, b, err := t.comparable(l.elems[i], r.elems[i], op, loc)
		if err != nil {
			return expr{}, err
		}
		parts = append(parts, "("+a.sql+" "+duck+" "+b.sql+")")
		ls, rs, all = append(ls, a.sql), append(rs, b.sql), append(all, a, b)
	}
	switch duck {
	case "=", "IS NOT DISTINCT FROM":
		return typed("("+strings.Join(parts, " AND ")+")", sqltype.Bool, all...), nil
	case "<>", "IS DISTINCT FROM":
		return typed("("+strings.Join(parts, " OR ")+")", sqltype.Bool, all...), nil
	}
	// lexicographic: unknown as soon as an earlier field is NULL
	n := len(ls)
	sql := parts[n-1]
	strict := duck[:1]
	for i := n - 2; i >= 0; i-- {
		sql = fmt.Sprintf("((%s %s %s) OR ((%s = %s) AND %s))", ls[i], strict, rs[i], ls[i], rs[i], sql)
	}
	out := typed(sql, sqltype.Bool, all...)
	out.weight *= 2
	return out, nil
}

// arithmetic writes + - * / % ^ for numbers, dates and intervals.
func (t *translator) arithmetic(op string, l, r expr, loc int32) (expr, error) {
	var err error
	if l.isUnknown() && r.isUnknown() {
		return expr{}, t.errorf(loc, pgerrcode.AmbiguousFunction, "operator is not unique: %s %s %s", typeName(l), op, typeName(r)).
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
			return e, t.errorf(loc, pgerrcode.AmbiguousFunction, "operator is not unique: %s + %s", typeName(l), typeName(r)).
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
		return typed("("+l.sql+" "+op+" "+r.sql+")", sqltype.Numeric, l, r).scaled(scale), nil
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
		return typed("("+l.sql+" * "+r.sql+")", sqltype.Numeric, l, r).scaled(ls + rs), nil
	case "%":
		l, r = operand(l, ls), operand(r, rs)
		return t.bind(sqltype.Numeric, "($1 % pg_nz($2))", l, r).scaled(max(ls, rs)), nil
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
	return t.bind(sqltype.Numeric, "pg_numeric_div($1, $2, CAST("+k+" AS HUGEINT))", num, den).scaled(divScale), nil
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
		return as("CAST("+plain+" AS INTEGER)", sqltype.Int4)
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

func (t *translator) concat(l, r expr, loc int32) (expr, error) {
	_, la := l.typ.Elem()
	_, ra := r.typ.Elem()
	la, ra = la || l.typ.OID == 0 && l.elems != nil, ra || r.typ.OID == 0 && r.elems != nil
	if la || ra {
		return t.concatArrays(l, r, la, ra, loc)
	}
	if l.typ.OID == sqltype.Bytea && (r.typ.OID == sqltype.Bytea || r.isUnknown()) || r.typ.OID == sqltype.Bytea && l.isUnknown() {
		by := sqltype.Of(sqltype.Bytea)
		l, err := t.coerce(l, by, implicitCast, loc)
		if err != nil {
			return expr{}, err
		}
		if r, err = t.coerce(r, by, implicitCast, loc); err != nil {
			return expr{}, err
		}
		return typed("("+l.sql+" || "+r.sql+")", sqltype.Bytea, l, r), nil
	}
	text := func(e expr) expr { return t.textOf(t.settle(e)) }
	if l.known() && r.known() && category(l.typ.OID) != "S" && category(r.typ.OID) != "S" {
		return expr{}, t.noOperator("||", &l, &r, loc)
	}
	l, r = text(l), text(r)
	if l.null || r.null { // DuckDB gives the constant another type
		return typed("CAST(NULL AS VARCHAR)", sqltype.Text, l, r), nil
	}
	out := typed("("+l.sql+" || "+r.sql+")", sqltype.Text, l, r)
	return out, nil
}

func (t *translator) concatArrays(l, r expr, la, ra bool, loc int32) (expr, error) {
	ty := l.typ
	if !la || l.typ.OID == 0 {
		ty = r.typ
	}
	elem, ok := ty.Elem()
	var err error
	fix := func(e expr, isArray bool) (expr, error) {
		switch {
		case !ok:
			return t.settle(e), nil
		case isArray || e.isUnknown():
			return t.coerce(e, sqltype.Of(ty.OID), implicitCast, loc)
		case !canCast(e.typ.OID, elem.OID, implicitCast):
			return e, t.noOperator("||", &l, &r, loc)
		}
		return t.coerce(e, sqltype.Of(elem.OID), implicitCast, loc)
	}
	lArr, rArr := la || l.isUnknown(), ra || r.isUnknown()
	if l, err = fix(l, la); err != nil {
		return expr{}, err
	}
	if r, err = fix(r, ra); err != nil {
		return expr{}, err
	}
	sql := "list_concat(" + l.sql + ", " + r.sql + ")"
	switch {
	case lArr && !rArr:
		sql = "list_append(" + l.sql + ", " + r.sql + ")"
	case !lArr:
		sql = "list_prepend(" + l.sql + ", " + r.sql + ")"
	}
	return typed(sql, ty.OID, l, r), nil
}

func (t *translator) textArgs(l, r expr, op string, loc int32) (expr, expr, error) {
	for _, e := range []*expr{&l, &r} {
		if e.isUnknown() || e.typ.OID == 0 {
			v, err := t.coerce(*e, sqltype.Of(sqltype.Text), implicitCast, loc)
			if err != nil {
				return l, r, err
			}
			*e = v
		}
		if category(e.typ.OID) != "S" {
			return l, r, t.noOperator(op, &l, &r, loc)
		}
	}
	return l, r, nil
}

func (t *translator) textCall(fn string, ret sqltype.OID, l, r expr, loc int32) (expr, error) {
	l, r, err := t.textArgs(l, r, "^@", loc)
	if err != nil {
		return expr{}, err
	}
	return typed(fn+"("+l.sql+", "+r.sql+")", ret, l, r), nil
}

// regex writes ~ and its kin. PostgreSQL's "." matches a newline, hence the option "s".
func (t *translator) regex(op string, l, r expr, loc int32) (expr, error) {
	l, r, err := t.textArgs(l, r, op, loc)
	if err != nil {
		return expr{}, err
	}
	opts := "s"
	if strings.HasSuffix(op, "*") {
		opts = "si"
	}
	if r.lit != nil {
		r.sql = duckString(rePattern(*r.lit))
	}
	sql := "regexp_matches(" + l.sql + ", " + r.sql + ", '" + opts + "')"
	if op[0] == '!' {
		sql = "(NOT " + sql + ")"
	}
	return typed(sql, sqltype.Bool, l, r), nil
}

// rePattern turns what PostgreSQL writes differently into RE2's syntax: \m, \M and \y are word boundaries.
func rePattern(p string) string {
	if !strings.ContainsAny(p, `\[`) {
		return p
	}
	return strings.NewReplacer(`\\`, `\\`, `\m`, `\b`, `\M`, `\b`, `\y`, `\b`, `\Y`, `\B`, `[[:<:]]`, `\b`, `[[:>:]]`, `\b`, `\Z`, `\z`).Replace(p)
}

func (t *translator) bits(op string, l, r expr, loc int32) (expr, error) {
	var err error
	if l.isUnknown() && r.known() {
		l, err = t.coerce(l, sqltype.Of(r.typ.OID), implicitCast, loc)
	} else if r.isUnknown() && l.known() {
		r, err = t.coerce(r, sqltype.Of(l.typ.OID), implicitCast, loc)
	}
	if err != nil {
		return expr{}, err
	}
	if !isInt(l.typ.OID) || !isInt(r.typ.OID) {
		return expr{}, t.noOperator(op, &l, &r, loc)
	}
	result := l.typ.OID
	if op != "<<" && op != ">>" && numberRank[r.typ.OID] > numberRank[result] {
		result = r.typ.OID
	}
	a, b := plainInt(l, result), plainInt(r, result)
	switch op {
	case "#":
		return typed("xor("+a+", "+b+")", result, l, r), nil
	case "<<": // PostgreSQL drops bits that leave the type
		bits := map[sqltype.OID]int{sqltype.Int2: 16, sqltype.Int4: 32, sqltype.Int8: 64}[result]
		return t.bind(result, fmt.Sprintf("pg_shl%d($1, $2)", bits), l, r), nil
	case ">>":
		return typed("("+a+" >> "+b+")", result, l, r).loose(), nil
	}
	return typed("("+a+" "+op+" "+b+")", result, l, r), nil
}

func (t *translator) arrayOp(op string, l, r expr, loc int32) (expr, error) {
	var err error
	if l.isUnknown() && r.known() {
		l, err = t.coerce(l, sqltype.Of(r.typ.OID), implicitCast, loc)
	} else if r.isUnknown() && l.known() {
		r, err = t.coerce(r, sqltype.Of(l.typ.OID), implicitCast, loc)
	}
	if err != nil {
		return expr{}, err
	}
	_, la := l.typ.Elem()
	_, ra := r.typ.Elem()
	if !la && l.typ.OID != 0 || !ra && r.typ.OID != 0 {
		return expr{}, t.noOperator(op, &l, &r, loc)
	}
	fn := map[string]string{"&&": "list_has_any($1, $2)", "@>": "list_has_all($1, $2)", "<@": "list_has_all($2, $1)"}[op]
	return t.bind(sqltype.Bool, fn, l, r), nil
}

func (t *translator) jsonOp(op string, l, r expr, loc int32) (expr, error) {
	if l.isUnknown() || l.typ.OID != sqltype.JSON && l.typ.OID != sqltype.JSONB && l.typ.OID != 0 {
		return expr{}, t.noOperator(op, &l, &r, loc)
	}
	ret, suffix := l.typ.OID, ""
	if strings.HasSuffix(op, ">>") {
		ret, suffix = sqltype.Text, "_string"
	}
	switch {
	case strings.HasPrefix(op, "#"):
		r, err := t.coerce(r, sqltype.Of(1009), implicitCast, loc)
		if err != nil {
			return expr{}, err
		}
		return typed("json_extract"+suffix+"("+l.sql+", pg_json_path("+r.sql+"))", ret, l, r), nil
	case isInt(r.typ.OID):
		return typed("json_extract"+suffix+"("+l.sql+", "+t.jsonIndex(r)+")", ret, l, r), nil
	}
	r, err := t.coerce(r, sqltype.Of(sqltype.Text), implicitCast, loc)
	if err != nil {
		return expr{}, err
	}
	if category(r.typ.OID) != "S" {
		return expr{}, t.noOperator(op, &l, &r, loc)
	}
	return typed("json_extract"+suffix+"("+l.sql+", pg_json_key("+r.sql+"))", ret, l, r), nil
}

func (t *translator) jsonIndex(r expr) string {
	return "('$[' || (CASE WHEN " + r.sql + " < 0 THEN '#' ELSE '' END) || CAST(" + r.sql + " AS VARCHAR) || ']')"
}
