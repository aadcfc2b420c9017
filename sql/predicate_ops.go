package sql

import (
	"strings"

	"github.com/jackc/pgerrcode"
	pg_query "github.com/pganalyze/pg_query_go/v6"

	"github.com/miniodb/miniodb/internal/sqltype"
)

// inList translates IN (a, b, ...) and NOT IN.
func (t *translator) inList(c exprCtx, x *pg_query.A_Expr, op string) (expr, error) {
	l, err := t.expr(c, x.Lexpr)
	if err != nil {
		return expr{}, err
	}
	items := x.Rexpr.GetList().GetItems()
	list := make([]expr, 0, len(items))
	for _, n := range items {
		e, err := t.expr(c, n)
		if err != nil {
			return expr{}, err
		}
		list = append(list, e)
	}
	not := ""
	if op == "<>" {
		not = "NOT "
	}
	if l.typ.OID == sqltype.Record {
		parts := make([]string, 0, len(list))
		for _, r := range list {
			e, err := t.compare("=", "=", l, r, x.Location)
			if err != nil {
				return expr{}, err
			}
			parts = append(parts, e.sql)
		}
		return typed("("+not+"("+strings.Join(parts, " OR ")+"))", sqltype.Bool, append(list, l)...), nil
	}
	if l.isUnknown() {
		ty, err := t.commonType(append([]expr{l}, list...), "IN", x.Location)
		if err != nil {
			return expr{}, err
		}
		if l, err = t.unifyOne(l, ty, x.Location); err != nil {
			return expr{}, err
		}
	}
	for i := range list {
		if list[i].isUnknown() && list[i].param > 0 && len(list) > 1 && l.typ.OID == sqltype.Varchar { // the list has one type
			if list[i], err = t.coerce(list[i], sqltype.Of(l.typ.OID), implicitCast, x.Location); err != nil {
				return expr{}, err
			}
		}
		a, b, err := t.comparable(l, list[i], "=", x.Location)
		if err != nil {
			return expr{}, err
		}
		if a.sql != l.sql { // the left side would have to change for this item: compare one by one
			return t.inOneByOne(l, list, not, x.Location)
		}
		list[i] = b
	}
	return typed("("+l.sql+" "+not+"IN ("+joinSQL(list)+"))", sqltype.Bool, append(list, l)...), nil
}

func (t *translator) inOneByOne(l expr, list []expr, not string, loc int32) (expr, error) {
	parts := make([]string, 0, len(list))
	for _, r := range list {
		e, err := t.compare("=", "=", l, r, loc)
		if err != nil {
			return expr{}, err
		}
		parts = append(parts, e.sql)
	}
	out := typed("("+not+"("+strings.Join(parts, " OR ")+"))", sqltype.Bool, append(list, l)...)
	return out, nil
}

func (t *translator) between(c exprCtx, x *pg_query.A_Expr) (expr, error) {
	items := x.Rexpr.GetList().GetItems()
	if len(items) != 2 {
		return expr{}, unsupportedNode("BETWEEN takes two bounds")
	}
	v, err := t.expr(c, x.Lexpr)
	if err != nil {
		return expr{}, err
	}
	lo, hi, err := t.pair(c, items[0], items[1])
	if err != nil {
		return expr{}, err
	}
	range_ := func(lo, hi expr) (expr, error) {
		a, err := t.compare(">=", ">=", v, lo, x.Location)
		if err != nil {
			return a, err
		}
		if v.isUnknown() && v.param > 0 {
			if v, err = t.paramRef(&pg_query.ParamRef{Number: int32(v.param)}); err != nil {
				return a, err
			}
		}
		b, err := t.compare("<=", "<=", v, hi, x.Location)
		if err != nil {
			return a, err
		}
		l1, low, err1 := t.comparable(v, lo, ">=", x.Location)
		l2, high, err2 := t.comparable(v, hi, "<=", x.Location)
		if err1 == nil && err2 == nil && l1.sql == l2.sql && v.typ.OID != sqltype.Record && v.collat+lo.collat+hi.collat == "" { // evaluated once
			return typed("("+l1.sql+" BETWEEN "+low.sql+" AND "+high.sql+")", sqltype.Bool, v, low, high), nil
		}
		return typed("("+a.sql+" AND "+b.sql+")", sqltype.Bool, a, b), nil
	}
	out, err := range_(lo, hi)
	if err != nil {
		return expr{}, err
	}
	sym := x.Kind == pg_query.A_Expr_Kind_AEXPR_BETWEEN_SYM || x.Kind == pg_query.A_Expr_Kind_AEXPR_NOT_BETWEEN_SYM
	if sym {
		other, err := range_(hi, lo)
		if err != nil {
			return expr{}, err
		}
		out = typed("("+out.sql+" OR "+other.sql+")", sqltype.Bool, out, other)
	}
	if x.Kind == pg_query.A_Expr_Kind_AEXPR_NOT_BETWEEN || x.Kind == pg_query.A_Expr_Kind_AEXPR_NOT_BETWEEN_SYM {
		out = typed("(NOT "+out.sql+")", sqltype.Bool, out)
	}
	return out, nil
}

// anyAll translates x op ANY (array) and x op ALL (array).
func (t *translator) anyAll(c exprCtx, x *pg_query.A_Expr, op string, all bool) (expr, error) {
	l, r, err := t.pair(c, x.Lexpr, x.Rexpr)
	if err != nil {
		return expr{}, err
	}
	word := "ANY"
	if all {
		word = "ALL"
	}
	if r.isUnknown() {
		base := l
		if l.isUnknown() {
			base = t.settle(l)
			l = base
		}
		arr, ok := sqltype.Of(t.compareType(base.typ).OID).Array()
		if !ok {
			return expr{}, t.errorf(x.Location, pgerrcode.UndefinedObject, "could not find array type for data type %s", base.typ)
		}
		if r, err = t.coerce(r, arr, implicitCast, x.Location); err != nil {
			return expr{}, err
		}
	}
	r = r.flat()
	elem, isArray := r.typ.Elem()
	if r.known() && !isArray {
		return expr{}, t.errorf(x.Location, pgerrcode.WrongObjectType, "op ANY/ALL (array) requires array on right side")
	}
	if r.null {
		return typed("CAST(NULL AS BOOLEAN)", sqltype.Bool, l), nil
	}
	if len(r.elems) > 0 { // ARRAY[...]: as written
		parts := make([]string, 0, len(r.elems))
		for _, e := range r.elems {
			p, err := t.binary(op, l, e, x.Location)
			if err != nil {
				return expr{}, err
			}
			parts = append(parts, p.sql)
		}
		join := " OR "
		if all {
			join = " AND "
		}
		return typed("("+strings.Join(parts, join)+")", sqltype.Bool, append(append([]expr{}, r.elems...), l)...), nil
	}
	one := expr{sql: "pg_x", typ: elem, weight: 1, scale: -1}
	cmp, err := t.binary(op, l, one, x.Location)
	if err != nil {
		return expr{}, err
	}
	// DuckDB makes a subquery of ANY over a list, which the condition of an outer join cannot have.
	if duck, ok := comparisons[op]; ok && c.place != inJoin && cmp.sql == "("+t.settleFor(l, elem, x.Location).sql+" "+duck+" pg_x)" && duck[0] != 'I' {
		l = t.settleFor(l, elem, x.Location)
		if r.lit == nil && l.weight+2*r.weight <= maxRepeatedWeight { // NULL is no empty list; more would be computed in a lambda, where no subquery may stand
			return t.bind(sqltype.Bool, "CASE WHEN $2 IS NOT NULL THEN ($1 "+duck+" "+word+" ($2)) END", l, r), nil
		}
		return typed("("+l.sql+" "+duck+" "+word+" ("+r.sql+"))", sqltype.Bool, l, r), nil
	}
	fn := "pg_any"
	if all {
		fn = "pg_all"
	}
	return t.bind(sqltype.Bool, fn+"(list_transform($1, lambda pg_x: "+strings.ReplaceAll(cmp.sql, "$", "$$")+"))", r, l), nil
}

func (t *translator) settleFor(e expr, ty sqltype.Type, loc int32) expr {
	if !e.isUnknown() {
		return e
	}
	out, err := t.coerce(e, t.compareType(ty), implicitCast, loc)
	if err != nil {
		return e
	}
	return out
}

// like translates [NOT] LIKE and ILIKE with their ESCAPE.
func (t *translator) like(c exprCtx, x *pg_query.A_Expr, op string) (expr, error) {
	l, err := t.expr(c, x.Lexpr)
	if err != nil {
		return expr{}, err
	}
	right, escape := x.Rexpr, ""
	if f := right.GetFuncCall(); f != nil && lastName(f.Funcname) == "like_escape" && len(f.Args) == 2 {
		esc, err := t.expr(c, f.Args[1])
		if err != nil {
			return expr{}, err
		}
		if esc.lit == nil || len([]rune(*esc.lit)) > 1 {
			return expr{}, t.errorf(x.Location, pgerrcode.InvalidEscapeSequence, "invalid escape string").WithHint("Escape string must be empty or one character.")
		}
		right, escape = f.Args[0], *esc.lit
		if escape == "" {
			escape = "none"
		}
	}
	r, err := t.expr(c, right)
	if err != nil {
		return expr{}, err
	}
	return t.likeOp(op, l, r, escape, x.Location)
}

// likeOp writes LIKE; the escape is a backslash unless another one is given.
func (t *translator) likeOp(op string, l, r expr, escape string, loc int32) (expr, error) {
	l, r, err := t.textArgs(l, r, op, loc)
	if err != nil {
		return expr{}, err
	}
	l = t.padded(l)
	if r.typ.OID == sqltype.Bpchar { // the value keeps its padding, the pattern is text
		r = t.textOf(r)
	}
	word := "LIKE"
	if strings.HasSuffix(op, "*") {
		word = "ILIKE"
	}
	if op[0] == '!' {
		word = "NOT " + word
	}
	tail := ""
	switch {
	case escape == "none":
	case escape == "":
		if r.lit == nil || strings.Contains(*r.lit, `\`) {
			tail = ` ESCAPE '\'`
		}
	default:
		tail = " ESCAPE " + duckString(escape)
	}
	return typed("("+l.sql+" "+word+" "+r.sql+tail+")", sqltype.Bool, l, r), nil
}

// similar translates SIMILAR TO; the pattern must be a constant.
func (t *translator) similar(c exprCtx, x *pg_query.A_Expr, op string) (expr, error) {
	l, err := t.expr(c, x.Lexpr)
	if err != nil {
		return expr{}, err
	}
	f := x.Rexpr.GetFuncCall()
	if f == nil || len(f.Args) == 0 {
		return expr{}, t.unsupported(x.Location, "this form of SIMILAR TO")
	}
	pattern, err := t.expr(c, f.Args[0])
	if err != nil {
		return expr{}, err
	}
	escape := `\`
	if len(f.Args) > 1 {
		e, err := t.expr(c, f.Args[1])
		if err != nil {
			return expr{}, err
		}
		if e.lit == nil {
			return expr{}, t.unsupported(x.Location, "SIMILAR TO with an escape that is not a constant")
		}
		escape = *e.lit
	}
	l, pattern, err = t.textArgs(l, pattern, op, x.Location)
	if err != nil {
		return expr{}, err
	}
	if pattern.null {
		return typed("CAST(NULL AS BOOLEAN)", sqltype.Bool), nil
	}
	l = t.padded(l)
	sql := "CAST(pg_call('similar', " + l.sql + ", " + pattern.sql + ", " + duckString(escape) + ") AS BOOLEAN)"
	if op[0] == '!' {
		sql = "(NOT " + sql + ")"
	}
	return typed(sql, sqltype.Bool, l, pattern), nil
}
