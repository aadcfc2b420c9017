package sql

import (
	"strings"

	"github.com/jackc/pgerrcode"
	pg_query "github.com/pganalyze/pg_query_go/v6"

	"github.com/miniodb/miniodb/internal/sqltype"
)

// subLink translates a subquery in an expression.
func (t *translator) subLink(c exprCtx, x *pg_query.SubLink) (expr, error) {
	sel := x.Subselect.GetSelectStmt()
	if sel == nil {
		return expr{}, t.unsupported(x.Location, "this subquery")
	}
	if c.place.name == inCheck.name || c.place.name == inDefault.name {
		return expr{}, t.errorf(x.Location, pgerrcode.FeatureNotSupported, "cannot use subquery in %s", strings.TrimSuffix(c.place.name, "s"))
	}
	c.s.rec = c.place.aggs
	q, err := t.query(sel, c.s, c.s.cteEnv())
	if err != nil {
		return expr{}, err
	}
	one := func() error {
		if len(q.cols) > 1 {
			return t.errorf(x.Location, pgerrcode.SyntaxError, "subquery must return only one column")
		}
		if len(q.cols) == 0 {
			return t.errorf(x.Location, pgerrcode.SyntaxError, "subquery must return a column")
		}
		return nil
	}
	switch x.SubLinkType {
	case pg_query.SubLinkType_EXISTS_SUBLINK:
		t.settleOutputs(q)
		return typed("EXISTS ("+q.render(false)+")", sqltype.Bool).heavy(), nil
	case pg_query.SubLinkType_EXPR_SUBLINK:
		if err := one(); err != nil {
			return expr{}, err
		}
		q.coerceOutput(t, 0)
		col := q.cols[0].e
		out := typed("("+q.render(false)+")", col.typ.OID).heavy()
		out.nest = col.nest
		out.typ, out.scale, out.inex, out.fields, out.rowOf = col.typ, col.scale, false, col.fields, col.rowOf
		return out, nil
	case pg_query.SubLinkType_ARRAY_SUBLINK:
		if err := one(); err != nil {
			return expr{}, err
		}
		q.coerceOutput(t, 0)
		arr, ok := sqltype.Of(q.cols[0].e.typ.OID).Array()
		if !ok {
			arr = sqltype.Type{Mod: -1}
		}
		out := typed("coalesce(ARRAY("+q.render(false)+"), [])", arr.OID).heavy()
		out.fields, out.rowOf = q.cols[0].e.fields, q.cols[0].e.rowOf
		if _, nested := q.cols[0].e.typ.Elem(); nested {
			out, err = t.collected(out, q.cols[0].e)
			return out.heavy(), err
		}
		return out, nil
	case pg_query.SubLinkType_ANY_SUBLINK, pg_query.SubLinkType_ALL_SUBLINK:
		return t.anySubLink(c, x, q)
	}
	return expr{}, t.unsupported(x.Location, "this subquery")
}

// heavy marks a value that must not be evaluated twice.
func (e expr) heavy() expr { e.weight = 500; return e }

func (t *translator) anySubLink(c exprCtx, x *pg_query.SubLink, q *query) (expr, error) {
	op, word := "=", " ANY "
	if len(x.OperName) > 0 {
		op = lastName(x.OperName)
	}
	if x.SubLinkType == pg_query.SubLinkType_ALL_SUBLINK {
		word = " ALL "
	}
	l, err := t.expr(c, x.Testexpr)
	if err != nil {
		return expr{}, err
	}
	left := []expr{l}
	if l.elems != nil && l.composite() {
		left = l.elems
	}
	if len(left) != len(q.cols) {
		few := "few"
		if len(q.cols) > len(left) {
			few = "many"
		}
		return expr{}, t.errorf(x.Location, pgerrcode.SyntaxError, "subquery has too %s columns", few)
	}
	duck, ok := comparisons[op]
	if !ok {
		return expr{}, t.unsupported(x.Location, "operator "+op+" with a subquery")
	}
	for i := range left {
		a, _, err := t.comparable(left[i], q.cols[i].e, op, x.Location)
		if err != nil {
			return expr{}, err
		}
		orig := left[i]
		left[i] = a
		if err := q.mapOutput(t, i, func(e expr) (expr, error) {
			_, b, err := t.comparable(orig, e, op, x.Location)
			return b, err
		}); err != nil {
			return expr{}, err
		}
	}
	lhs := left[0].sql
	if len(left) > 1 {
		lhs = "(" + joinSQL(left) + ")"
	}
	if op == "=" && word == " ANY " {
		return typed("("+lhs+" IN ("+q.render(false)+"))", sqltype.Bool, left...).heavy(), nil
	}
	if op == "<>" && word == " ALL " {
		return typed("("+lhs+" NOT IN ("+q.render(false)+"))", sqltype.Bool, left...).heavy(), nil
	}
	return typed("("+lhs+" "+duck+word+"("+q.render(false)+"))", sqltype.Bool, left...).heavy(), nil
}

// rowSubLink translates (a, b) = (SELECT ...).
func (t *translator) rowSubLink(c exprCtx, x *pg_query.A_Expr) (expr, error) {
	l, err := t.expr(c, x.Lexpr)
	if err != nil {
		return expr{}, err
	}
	q, err := t.query(x.Rexpr.GetSubLink().Subselect.GetSelectStmt(), c.s, c.s.cteEnv())
	if err != nil {
		return expr{}, err
	}
	op := lastName(x.Name)
	duck, ok := comparisons[op]
	if !ok {
		return expr{}, t.noOperator(op, &l, &expr{typ: sqltype.Of(sqltype.Record)}, x.Location)
	}
	if few := map[bool]string{true: "few", false: "many"}[len(q.cols) < len(l.elems)]; len(q.cols) != len(l.elems) {
		return expr{}, t.errorf(x.Location, pgerrcode.SyntaxError, "subquery has too %s columns", few)
	}
	t.settleOutputs(q)
	r := typed("pg_r", sqltype.Record)
	for _, col := range q.cols {
		e := typed("pg_r."+duckIdent(col.duck), col.e.typ.OID).ofType(col.e.typ)
		e.scale, e.fields = col.e.scale, col.e.fields
		r.elems, r.fields = append(r.elems, e), append(r.fields, Field{Name: col.name, Type: col.e.typ, Fields: col.e.fields})
	}
	out, err := t.compareRows(duck, op, l, r, x.Location)
	if err != nil {
		return expr{}, err
	}
	out.sql = "(SELECT " + out.sql + " FROM (" + q.render(false) + ") AS pg_r)"
	return out.heavy(), nil
}
