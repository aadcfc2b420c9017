package sql

import (
	"strings"

	"github.com/jackc/pgerrcode"
	pg_query "github.com/pganalyze/pg_query_go/v6"

	"github.com/miniodb/miniodb/internal/sqltype"
)

func (t *translator) boolExpr(c exprCtx, x *pg_query.BoolExpr) (expr, error) {
	word := " AND "
	switch x.Boolop {
	case pg_query.BoolExprType_OR_EXPR:
		word = " OR "
	case pg_query.BoolExprType_NOT_EXPR:
		if len(x.Args) != 1 {
			return expr{}, unsupportedNode("NOT takes one argument")
		}
		e, err := t.boolean(c, x.Args[0], "NOT")
		if err != nil {
			return expr{}, err
		}
		return typed("(NOT "+e.sql+")", sqltype.Bool, e), nil
	}
	var parts []string
	var all []expr
	for _, a := range x.Args {
		e, err := t.boolean(c, a, strings.TrimSpace(word))
		if err != nil {
			return expr{}, err
		}
		parts, all = append(parts, e.sql), append(all, e)
	}
	return typed("("+strings.Join(parts, word)+")", sqltype.Bool, all...), nil
}

// boolean translates a condition of the named construct.
func (t *translator) boolean(c exprCtx, n *pg_query.Node, construct string) (expr, error) {
	e, err := t.expr(c, n)
	if err != nil {
		return expr{}, err
	}
	if e.known() && e.typ.OID != sqltype.Bool {
		return expr{}, t.errorf(nodeLocation(n), pgerrcode.DatatypeMismatch, "argument of %s must be type boolean, not type %s",
			construct, e.typ)
	}
	return t.coerce(e, sqltype.Of(sqltype.Bool), implicitCast, nodeLocation(n))
}

func (t *translator) nullTest(c exprCtx, x *pg_query.NullTest) (expr, error) {
	e, err := t.expr(c, x.Arg)
	if err != nil {
		return expr{}, err
	}
	if e.param > 0 && e.isUnknown() { // says nothing about the type: $1 IS NULL OR id = $1
		e.sql = "CAST(" + e.sql + " AS VARCHAR)"
		t.tested = append(t.tested, e.param)
	} else {
		e = t.settle(e)
	}
	not := x.Nulltesttype == pg_query.NullTestType_IS_NOT_NULL
	word := " IS NULL"
	if not {
		word = " IS NOT NULL"
	}
	if e.composite() && e.fields != nil { // a row is null when all its fields are, and not null when none is
		return once(e, func(e expr) (expr, error) {
			fields := t.parts(e)
			parts := make([]string, len(fields))
			for i, f := range fields {
				parts[i] = f.sql + word
			}
			sql := strings.Join(parts, " AND ")
			if e.elems == nil && e.row == nil && !not {
				sql = e.sql + " IS NULL OR " + sql
			}
			return typed("("+sql+")", sqltype.Bool, e), nil
		})
	}
	if e.typ.OID == sqltype.Numeric && e.param > 0 && e.shown != "" { // it may be one that no decimal holds
		return typed("("+e.shown+word+")", sqltype.Bool, e), nil
	}
	return typed("("+e.sql+word+")", sqltype.Bool, e), nil
}

func (t *translator) booleanTest(c exprCtx, x *pg_query.BooleanTest) (expr, error) {
	words := map[pg_query.BoolTestType]string{
		pg_query.BoolTestType_IS_TRUE: "IS TRUE", pg_query.BoolTestType_IS_NOT_TRUE: "IS NOT TRUE",
		pg_query.BoolTestType_IS_FALSE: "IS FALSE", pg_query.BoolTestType_IS_NOT_FALSE: "IS NOT FALSE",
		pg_query.BoolTestType_IS_UNKNOWN: "IS UNKNOWN", pg_query.BoolTestType_IS_NOT_UNKNOWN: "IS NOT UNKNOWN",
	}
	word, ok := words[x.Booltesttype]
	if !ok {
		return expr{}, unsupportedNode("this boolean test is not supported")
	}
	e, err := t.boolean(c, x.Arg, word)
	if err != nil {
		return expr{}, err
	}
	switch word {
	case "IS TRUE":
		return typed("("+e.sql+" IS NOT DISTINCT FROM true)", sqltype.Bool, e), nil
	case "IS NOT TRUE":
		return typed("("+e.sql+" IS DISTINCT FROM true)", sqltype.Bool, e), nil
	case "IS FALSE":
		return typed("("+e.sql+" IS NOT DISTINCT FROM false)", sqltype.Bool, e), nil
	case "IS NOT FALSE":
		return typed("("+e.sql+" IS DISTINCT FROM false)", sqltype.Bool, e), nil
	case "IS UNKNOWN":
		return typed("("+e.sql+" IS NULL)", sqltype.Bool, e), nil
	}
	return typed("("+e.sql+" IS NOT NULL)", sqltype.Bool, e), nil
}

func (t *translator) caseExpr(c exprCtx, x *pg_query.CaseExpr) (expr, error) {
	var conds []string
	var results []expr
	var all []expr
	var subject expr
	var err error
	if x.Arg != nil {
		if subject, err = t.expr(c, x.Arg); err != nil {
			return expr{}, err
		}
		all = append(all, subject)
	}
	same := x.Arg != nil // all comparisons are with the subject as it is: it is evaluated once
	var values []string
	for _, a := range x.Args {
		w := a.GetCaseWhen()
		if w == nil {
			return expr{}, unsupportedNode("CASE holds something other than WHEN")
		}
		var cond expr
		if x.Arg != nil {
			var v expr
			if v, err = t.expr(c, w.Expr); err == nil {
				subject = t.settle(subject)
				var l, r expr
				if l, r, err = t.comparable(subject, v, "=", w.Location); err == nil {
					same = same && l.sql == subject.sql
					values = append(values, r.sql)
					cond, err = t.compare("=", "=", subject, v, w.Location)
				}
			}
		} else {
			cond, err = t.boolean(c, w.Expr, "CASE/WHEN")
		}
		if err != nil {
			return expr{}, err
		}
		res, err := t.expr(c, w.Result)
		if err != nil {
			return expr{}, err
		}
		conds, results, all = append(conds, cond.sql), append(results, res), append(all, cond, res)
	}
	// PostgreSQL looks at ELSE first when it chooses the type
	def := expr{sql: "NULL", typ: sqltype.Of(sqltype.Unknown), null: true, weight: 1}
	if x.Defresult != nil {
		if def, err = t.expr(c, x.Defresult); err != nil {
			return expr{}, err
		}
		all = append(all, def)
	}
	list := append([]expr{def}, results...)
	before := append([]expr(nil), list...)
	ty, err := t.unify(list, "CASE", x.Location)
	if err != nil {
		return expr{}, err
	}
	if same {
		conds = values
	}
	write := func(list []string) string {
		var b strings.Builder
		b.WriteString("(CASE")
		if same {
			b.WriteString(" " + subject.sql)
		}
		for i, cond := range conds {
			b.WriteString(" WHEN " + cond + " THEN " + list[i+1])
		}
		b.WriteString(" ELSE " + list[0] + " END)")
		return b.String()
	}
	sqls := make([]string, len(list))
	for i := range list {
		sqls[i] = list[i].sql
	}
	out := t.finishUnified(typed(write(sqls), ty.OID, all...), list, ty)
	if ty.OID == sqltype.Numeric && mixedScales(before) {
		out.shown = write(t.texts(before))
	}
	return out, nil
}

// commonCall writes a function whose arguments and result share one type.
func (t *translator) commonCall(c exprCtx, fn, construct string, args []*pg_query.Node, loc int32) (expr, error) {
	list := make([]expr, 0, len(args))
	for _, a := range args {
		e, err := t.expr(c, a)
		if err != nil {
			return expr{}, err
		}
		list = append(list, e)
	}
	before := append([]expr(nil), list...)
	for _, e := range list {
		if e.collat != "" && fn != "coalesce" {
			return expr{}, t.unsupported(loc, "a collation in "+construct)
		}
	}
	ty, err := t.unify(list, construct, loc)
	if err != nil {
		return expr{}, err
	}
	out := t.finishUnified(typed(fn+"("+joinSQL(list)+")", ty.OID, list...), list, ty)
	if ty.OID == sqltype.Numeric && mixedScales(before) {
		switch fn {
		case "coalesce":
			out.shown = "coalesce(" + strings.Join(t.texts(before), ", ") + ")"
		default:
			out.shown = "pg_call_null('numeric_" + fn + "', " + strings.Join(t.texts(before), ", ") + ")"
		}
	}
	return out, nil
}

func (t *translator) groupingFunc(c exprCtx, x *pg_query.GroupingFunc) (expr, error) {
	if !c.place.aggs {
		return expr{}, t.errorf(x.Location, pgerrcode.GroupingError, "grouping operations are not allowed in %s", c.place.name)
	}
	if c.level != nil && len(c.level.groups) == 0 {
		return expr{}, t.errorf(x.Location, pgerrcode.GroupingError, "arguments to GROUPING must be grouping expressions of the associated query level")
	}
	var list []expr
	for _, a := range x.Args {
		e, err := t.expr(c, a)
		if err != nil {
			return expr{}, err
		}
		list = append(list, e)
	}
	for i := range list {
		list[i].sql = list[i].grouping()
	}
	e := typed("CAST(grouping("+joinSQL(list)+") AS INTEGER)", sqltype.Int4)
	e.isAgg = true
	return e, nil
}
