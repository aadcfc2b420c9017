package definition

import (
	"slices"
	"strings"

	pg_query "github.com/pganalyze/pg_query_go/v6"
)

// query analyses a query. outer is the scope around it, or nil. named: unnamed columns get names.
func (a *analyser) query(outer *scope, sel *pg_query.SelectStmt, named bool) *query {
	a.depth++
	defer func() { a.depth-- }()
	q := &query{}
	if sel == nil || a.err != nil || a.depth > maxDepth || len(sel.LockingClause) > 0 || sel.IntoClause != nil {
		a.fail("query")
		return q
	}
	s := &scope{parent: outer}
	if w := sel.WithClause; w != nil {
		q.recursive = w.Recursive
		for _, n := range w.Ctes {
			a.with(s, q, n.GetCommonTableExpr())
		}
	}
	switch {
	case a.err != nil:
	case sel.Op != pg_query.SetOperation_SETOP_NONE:
		a.setOperation(s, q, sel)
	case len(sel.ValuesLists) > 0:
		a.values(s, q, sel)
	default:
		a.plain(s, q, sel)
	}
	count := func(n *pg_query.Node) *node {
		if n == nil {
			return nil
		}
		return a.coerce(a.expr(&scope{}, n), typeInt8, assignmentCast)
	}
	q.limit, q.offset = count(sel.LimitCount), count(sel.LimitOffset)
	q.ties = sel.LimitOption == pg_query.LimitOption_LIMIT_OPTION_WITH_TIES
	return q
}

func (a *analyser) with(s *scope, q *query, c *pg_query.CommonTableExpr) {
	out := cte{name: c.GetCtename(), columns: words(c.GetAliascolnames())}
	if c.GetSearchClause() != nil || c.GetCycleClause() != nil || c.GetCtequery().GetSelectStmt() == nil {
		a.fail("WITH")
		return
	}
	switch c.Ctematerialized {
	case pg_query.CTEMaterialize_CTEMaterializeAlways:
		out.materialized = "MATERIALIZED "
	case pg_query.CTEMaterialize_CTEMaterializeNever:
		out.materialized = "NOT MATERIALIZED "
	}
	sel := c.Ctequery.GetSelectStmt()
	inner := s
	if q.recursive && sel.Op == pg_query.SetOperation_SETOP_UNION { // the name means what the left side returns
		left := a.query(s, sel.Larg, true)
		inner = &scope{parent: s.parent, ctes: append(slices.Clone(s.ctes), cte{name: out.name, columns: out.columns, query: left})}
	}
	out.query = a.query(inner, sel, true)
	s.ctes = append(s.ctes, out)
	q.ctes = append(q.ctes, out)
}

// setOperation is UNION, INTERSECT or EXCEPT. Of the parts only constants without a type change theirs.
func (a *analyser) setOperation(s *scope, q *query, sel *pg_query.SelectStmt) {
	q.set = map[pg_query.SetOperation]string{
		pg_query.SetOperation_SETOP_UNION: "UNION", pg_query.SetOperation_SETOP_INTERSECT: "INTERSECT", pg_query.SetOperation_SETOP_EXCEPT: "EXCEPT",
	}[sel.Op]
	q.all = sel.All
	q.left, q.right = a.query(s, sel.Larg, true), a.query(s, sel.Rarg, true)
	if a.err != nil {
		return
	}
	l, r := q.left.visible(), q.right.visible()
	if len(l) != len(r) {
		a.fail("set operation")
		return
	}
	for i := range l {
		pair := [2]*target{l[i], r[i]}
		var nodes []*node
		for _, t := range pair {
			n := t.expr
			if n.literal {
				n = &node{kind: kindConst, typ: typeUnknown, mod: -1, name: n.name, null: n.null}
			}
			nodes = append(nodes, n)
		}
		to, both := a.unify(nodes)
		for k, t := range pair {
			if t.expr.literal {
				t.expr = both[k]
			}
		}
		q.targets = append(q.targets, &target{name: l[i].name, expr: &node{kind: kindVar, typ: to, mod: commonMod([]*node{l[i].expr, r[i].expr}), name: l[i].name}})
	}
	for _, o := range sel.SortClause {
		b := o.GetSortBy()
		item := a.orderItem(s, &pg_query.SortBy{Node: constantNode, SortbyDir: b.SortbyDir, SortbyNulls: b.SortbyNulls})
		item.column = a.position(q.targets, b.Node)
		if item.column == 0 {
			a.fail("ORDER BY")
		}
		q.order = append(q.order, item)
	}
}

var constantNode = &pg_query.Node{Node: &pg_query.Node_AConst{AConst: &pg_query.A_Const{Val: &pg_query.A_Const_Ival{Ival: &pg_query.Integer{Ival: 1}}}}}

// position finds a column of the result by its number or name; 0: it is neither.
func (a *analyser) position(targets []*target, n *pg_query.Node) int {
	if c := n.GetAConst(); c.GetIval() != nil {
		if i := int(c.GetIval().GetIval()); i >= 1 && i <= len(targets) {
			return i
		}
		a.fail("position")
	}
	if c := n.GetColumnRef(); len(c.GetFields()) == 1 {
		found := 0
		for i, t := range targets {
			if t.name == c.Fields[0].GetString_().GetSval() {
				if found > 0 && !same(targets[found-1].expr, t.expr) {
					a.fail("ambiguous column")
				}
				if found == 0 {
					found = i + 1
				}
			}
		}
		return found
	}
	return 0
}

// same reports that two nodes are the same column.
func same(a, b *node) bool {
	return a.kind == kindVar && b.kind == kindVar && a.rel == b.rel && a.name == b.name
}

func (a *analyser) values(s *scope, q *query, sel *pg_query.SelectStmt) {
	for _, l := range sel.ValuesLists {
		q.values = append(q.values, a.exprs(s, l.GetList().GetItems()))
	}
	if len(sel.SortClause) > 0 || a.err != nil {
		a.fail("VALUES")
		return
	}
	for i := range q.values[0] {
		var column []*node
		for _, row := range q.values {
			if len(row) != len(q.values[0]) {
				a.fail("VALUES")
				return
			}
			column = append(column, row[i])
		}
		_, column = a.unify(column)
		for k, row := range q.values {
			row[i] = column[k]
		}
		q.targets = append(q.targets, &target{name: "column" + itoa(i+1), expr: &node{kind: kindVar, typ: column[0].typ, mod: commonMod(column), name: "column" + itoa(i+1)}})
	}
}

func (a *analyser) plain(s *scope, q *query, sel *pg_query.SelectStmt) {
	for _, n := range sel.FromClause {
		i := a.fromItem(s, n)
		s.from = append(s.from, i)
		q.from = append(q.from, i)
	}
	for _, n := range sel.TargetList {
		q.targets = append(q.targets, a.targets(s, n.GetResTarget())...)
	}
	if a.err != nil {
		return
	}
	if sel.WhereClause != nil {
		q.where = a.coerce(a.expr(s, sel.WhereClause), typeBool, implicitCast)
	}
	for _, o := range sel.SortClause {
		b := o.GetSortBy()
		item := a.orderItem(s, &pg_query.SortBy{Node: constantNode, SortbyDir: b.GetSortbyDir(), SortbyNulls: b.GetSortbyNulls()})
		item.expr = a.byName2(s, q, b.GetNode(), true)
		q.order = append(q.order, item)
	}
	for _, n := range sel.GroupClause {
		if n.GetGroupingSet() != nil {
			a.fail("grouping sets")
		}
		q.group = append(q.group, a.byName2(s, q, n, false))
	}
	if sel.GroupDistinct {
		a.fail("GROUP BY DISTINCT")
	}
	if sel.HavingClause != nil {
		q.having = a.coerce(a.expr(s, sel.HavingClause), typeBool, implicitCast)
	}
	for _, n := range sel.WindowClause {
		q.windows = append(q.windows, a.window(s, n.GetWindowDef()))
	}
	a.distinctClause(s, q, sel.DistinctClause)
}

// distinctClause is DISTINCT and DISTINCT ON, whose items PostgreSQL keeps in the order of ORDER BY.
func (a *analyser) distinctClause(s *scope, q *query, clause []*pg_query.Node) {
	if len(clause) == 0 {
		return
	}
	if clause[0].GetNode() == nil {
		q.distinct = true
		return
	}
	var on []*node
	for _, n := range clause {
		on = append(on, a.byName2(s, q, n, true))
	}
	for _, o := range q.order {
		for k, n := range on {
			if n != nil && (n == o.expr || same(n, o.expr)) {
				q.distinctOn = append(q.distinctOn, n)
				on[k] = nil
				break
			}
		}
	}
	for _, n := range on {
		if n != nil {
			q.distinctOn = append(q.distinctOn, n)
		}
	}
}

// byName analyses an item of PARTITION BY.
func (a *analyser) byName(s *scope, n *pg_query.Node, _ bool) *node { return a.expr(s, n) }

// byName2 analyses an item of ORDER BY or GROUP BY, which may be the number or the name of an output column; names of input columns come first
// in GROUP BY.
func (a *analyser) byName2(s *scope, q *query, n *pg_query.Node, order bool) *node {
	if c := n.GetColumnRef(); !order && len(c.GetFields()) == 1 {
		for _, i := range s.from {
			if found := i.find(c.Fields[0].GetString_().GetSval()); len(found) == 1 {
				return found[0]
			}
		}
	}
	if at := a.position(q.targets, n); at > 0 {
		return q.targets[at-1].expr
	}
	e := a.resolved(a.expr(s, n))
	return e
}

func (a *analyser) targets(s *scope, t *pg_query.ResTarget) []*target {
	if c := t.GetVal().GetColumnRef(); c != nil && c.Fields[len(c.Fields)-1].GetAStar() != nil {
		qualifier := words(c.Fields[:len(c.Fields)-1])
		var out []*target
		for _, i := range s.from {
			if len(qualifier) == 0 {
				out = append(out, i.all()...)
				continue
			}
			i.leaves(func(leaf *item) {
				if leaf.named(qualifier) {
					out = append(out, leaf.all()...)
				}
			})
		}
		if len(out) == 0 {
			a.fail("*")
		}
		return out
	}
	name := t.GetName()
	if name == "" {
		name, _ = figure(t.GetVal())
		if name == "" {
			name = "?column?"
		}
	}
	return []*target{{name: name, expr: a.resolved(a.expr(s, t.GetVal()))}}
}

// figure is the name that a column without one gets, and how good it is (PostgreSQL: FigureColnameInternal).
func figure(n *pg_query.Node) (string, int) {
	switch x := n.GetNode().(type) {
	case *pg_query.Node_ColumnRef:
		return last(words(x.ColumnRef.Fields)), 2
	case *pg_query.Node_AIndirection:
		return figure(x.AIndirection.Arg)
	case *pg_query.Node_FuncCall:
		return last(words(x.FuncCall.Funcname)), 2
	case *pg_query.Node_AExpr:
		if x.AExpr.Kind == pg_query.A_Expr_Kind_AEXPR_NULLIF {
			return "nullif", 2
		}
	case *pg_query.Node_TypeCast:
		if name, strength := figure(x.TypeCast.Arg); strength > 1 {
			return name, strength
		}
		return last(words(x.TypeCast.TypeName.GetNames())), 1
	case *pg_query.Node_CollateClause:
		return figure(x.CollateClause.Arg)
	case *pg_query.Node_SubLink:
		switch x.SubLink.SubLinkType {
		case pg_query.SubLinkType_EXISTS_SUBLINK:
			return "exists", 2
		case pg_query.SubLinkType_ARRAY_SUBLINK:
			return "array", 2
		case pg_query.SubLinkType_EXPR_SUBLINK:
			if list := x.SubLink.Subselect.GetSelectStmt().GetTargetList(); len(list) > 0 {
				if name := list[0].GetResTarget().GetName(); name != "" {
					return name, 2
				}
				return figure(list[0].GetResTarget().GetVal())
			}
		}
	case *pg_query.Node_CaseExpr:
		if name, strength := figure(x.CaseExpr.Defresult); strength > 1 {
			return name, strength
		}
		return "case", 1
	case *pg_query.Node_AArrayExpr:
		return "array", 2
	case *pg_query.Node_CoalesceExpr:
		return "coalesce", 2
	case *pg_query.Node_MinMaxExpr:
		return strings.ToLower(strings.TrimPrefix(x.MinMaxExpr.Op.String(), "IS_")), 2
	case *pg_query.Node_SqlvalueFunction:
		return strings.ToLower(strings.TrimSuffix(strings.TrimPrefix(x.SqlvalueFunction.Op.String(), "SVFOP_"), "_N")), 2
	}
	return "", 0
}
