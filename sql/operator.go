package sql

import (
	"strconv"
	"strings"

	"github.com/jackc/pgerrcode"
	pg_query "github.com/pganalyze/pg_query_go/v6"

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
		whole := l
		if l, r, err = t.comparable(l, r, "=", x.Location); err != nil {
			return expr{}, err
		}
		if whole.typ.OID == sqltype.JSONB { // compared by keys
			return t.bind(sqltype.JSONB, "CASE WHEN $2 = $3 THEN NULL ELSE $1 END", whole, l, r), nil
		}
		l = t.settle(l)
		out := typed("nullif("+l.sql+", "+r.sql+")", l.typ.OID, l, r)
		out.typ, out.scale, out.inex = l.typ, l.scale, true
		if l.shown != "" {
			out.shown = "CASE WHEN " + out.sql + " IS NOT NULL THEN " + l.shown + " END"
		}
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
		return t.typeName(*e)
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
		if e.shown != "" && op != "+" {
			out = t.shownBy(out, map[string]string{"-": "numeric_neg", "@": "numeric_abs"}[op], e)
		} else if op == "+" {
			out.shown = e.shown
		}
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
		if cat == "V" {
			return t.bind(sqltype.Bit, "translate($1, '01', '10')", e), nil
		}
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
	case "-":
		if l.typ.OID == sqltype.JSONB {
			return t.jsonDelete(l, r, loc)
		}
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
	case "->", "->>", "#>", "#>>", "?", "?|", "?&", "#-", "@?", "@@":
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
		if lo == sqltype.JSONB {
			return t.jsonComparable(l), t.jsonComparable(r), nil
		}
		if lo == sqltype.Bpchar {
			l, r = t.textOf(l), t.textOf(r)
		}
		if l.nest != r.nest {
			return l, r, t.unsupported(loc, "comparing arrays with different numbers of dimensions")
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
	case lc == "A" && rc == "A":
		le, _ := l.typ.Elem()
		re, _ := r.typ.Elem()
		if le.OID == re.OID || category(le.OID) == "S" && category(re.OID) == "S" {
			return l, r, nil
		}
	case lc == "V" && rc == "V":
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

// raw leaves a constant to DuckDB's own inference, beside a value whose type is not known here.
func (t *translator) raw(e expr) expr {
	if e.lit != nil || e.null {
		e.typ = sqltype.Type{Mod: sqltype.NoMod}
		return e
	}
	return t.settle(e)
}

func (t *translator) compare(duck, op string, l, r expr, loc int32) (expr, error) {
	if l.composite() && r.composite() {
		return t.compareRows(duck, op, l, r, loc)
	}
	by, err := t.commonCollation(l, r, loc)
	if err != nil {
		return expr{}, err
	}
	if l, r, err = t.comparable(l, r, op, loc); err != nil {
		return expr{}, err
	}
	if by != "" {
		l.sql, r.sql = collationKey(l.sql, by), collationKey(r.sql, by)
	}
	out := typed("("+l.sql+" "+duck+" "+r.sql+")", sqltype.Bool, l, r)
	return out, nil
}
