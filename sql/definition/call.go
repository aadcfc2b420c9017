package definition

import (
	pg_query "github.com/pganalyze/pg_query_go/v6"

	"github.com/miniodb/miniodb/internal/pgcatalog"
)

// call analyses a function, an aggregate or a window function.
func (a *analyser) call(s *scope, f *pg_query.FuncCall) *node {
	names := words(f.Funcname)
	name := last(names)
	if len(names) == 2 && names[0] != "pg_catalog" || len(names) > 2 {
		return a.fail("function %s", name)
	}
	args := a.exprs(s, f.Args)
	if f.AggWithinGroup {
		return a.orderedSet(s, f, name, args)
	}
	if len(args) == 1 && !f.AggStar && f.Over == nil && f.AggFilter == nil {
		if t := pgcatalog.TypeByName(name); t != nil && len(pgcatalog.FunctionsByName(name)) == 0 { // a cast spelled as a function
			return a.coerce(args[0], t.OID, explicitCast)
		}
	}
	if f.FuncVariadic {
		return a.fail("VARIADIC")
	}
	for i, n := range args { // names of sequences are constants of type regclass
		if n.typ == typeUnknown && n.kind == kindConst && (name == "nextval" || name == "currval" || name == "setval") && i == 0 {
			return a.fail("%s", name)
		}
	}
	fn, args, result := a.function(name, args)
	if fn == nil {
		return a.fail("function %s", name)
	}
	out := &node{kind: kindCall, typ: result, mod: -1, name: name, args: args, syntax: f.Funcformat == pg_query.CoercionForm_COERCE_SQL_SYNTAX}
	switch {
	case fn.Kind == 'a' && f.Over == nil:
		out.kind = kindAggregate
	case f.Over != nil:
		out.kind, out.over = kindWindow, a.window(s, f.Over)
	case fn.Kind == 'w':
		return a.fail("a window function without OVER")
	}
	out.star, out.distinct = f.AggStar, f.AggDistinct
	for _, o := range f.AggOrder {
		out.order = append(out.order, a.orderItem(s, o.GetSortBy()))
	}
	if f.AggFilter != nil {
		out.filter = a.coerce(a.expr(s, f.AggFilter), typeBool, implicitCast)
	}
	return out
}

// orderedSet is an aggregate with WITHIN GROUP.
func (a *analyser) orderedSet(s *scope, f *pg_query.FuncCall, name string, direct []*node) *node {
	out := &node{kind: kindAggregate, mod: -1, name: name, within: true}
	all := direct
	for _, o := range f.AggOrder {
		item := a.orderItem(s, o.GetSortBy())
		out.order = append(out.order, item)
		all = append(all, item.expr)
	}
	fn, args, result := a.function(name, all)
	if fn == nil || !fn.Ordered || fn.Hypothetical {
		return a.fail("aggregate %s", name)
	}
	out.typ, out.args = result, args[:len(direct)]
	for i := range out.order {
		out.order[i].expr = args[len(direct)+i]
	}
	if f.AggFilter != nil {
		out.filter = a.coerce(a.expr(s, f.AggFilter), typeBool, implicitCast)
	}
	return out
}

// window analyses a window definition, in OVER or in WINDOW.
func (a *analyser) window(s *scope, w *pg_query.WindowDef) *window {
	out := &window{name: w.Name, ref: w.Refname, frame: w.FrameOptions}
	for _, n := range w.PartitionClause {
		out.partition = append(out.partition, a.resolved(a.byName(s, n, false)))
	}
	for _, n := range w.OrderClause {
		out.order = append(out.order, a.orderItem(s, n.GetSortBy()))
	}
	if w.StartOffset != nil {
		out.start = a.expr(s, w.StartOffset)
	}
	if w.EndOffset != nil {
		out.end = a.expr(s, w.EndOffset)
	}
	return out
}

func (a *analyser) orderItem(s *scope, b *pg_query.SortBy) order {
	if b.GetSortbyDir() == pg_query.SortByDir_SORTBY_USING {
		a.fail("ORDER BY USING")
	}
	out := order{expr: a.resolved(a.expr(s, b.GetNode())), desc: b.GetSortbyDir() == pg_query.SortByDir_SORTBY_DESC}
	out.nullsFirst = out.desc && b.GetSortbyNulls() == pg_query.SortByNulls_SORTBY_NULLS_DEFAULT || b.GetSortbyNulls() == pg_query.SortByNulls_SORTBY_NULLS_FIRST
	return out
}

func (a *analyser) subLink(s *scope, x *pg_query.SubLink) *node {
	q := a.query(s, x.Subselect.GetSelectStmt(), false)
	out := &node{kind: kindSublink, typ: typeBool, mod: -1, query: q}
	columns := []*target{}
	if a.err == nil {
		columns = q.visible()
	}
	switch x.SubLinkType {
	case pg_query.SubLinkType_EXISTS_SUBLINK:
		out.sublink = sublinkExists
		return out
	case pg_query.SubLinkType_EXPR_SUBLINK, pg_query.SubLinkType_ARRAY_SUBLINK:
		if len(columns) != 1 {
			return a.fail("subquery")
		}
		out.typ, out.mod = columns[0].expr.typ, columns[0].expr.mod
		if x.SubLinkType == pg_query.SubLinkType_ARRAY_SUBLINK {
			out.sublink = sublinkArray
			if out.typ = arrayOf(out.typ); out.typ == 0 {
				return a.fail("array")
			}
		}
		return out
	case pg_query.SubLinkType_ANY_SUBLINK, pg_query.SubLinkType_ALL_SUBLINK:
		if len(columns) != 1 {
			return a.fail("subquery")
		}
		if out.name = last(words(x.OperName)); out.name == "" {
			out.name = "="
		}
		args, _ := a.operator(out.name, a.expr(s, x.Testexpr), &node{kind: kindVar, typ: columns[0].expr.typ, mod: -1})
		out.args = args[:1]
		out.sublink = sublinkAny
		if x.SubLinkType == pg_query.SubLinkType_ALL_SUBLINK {
			out.sublink = sublinkAll
		}
		return out
	}
	return a.fail("subquery")
}
