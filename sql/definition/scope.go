package definition

import (
	"slices"

	pg_query "github.com/pganalyze/pg_query_go/v6"

	"github.com/miniodb/miniodb/catalog"
)

// scope is what names mean inside a query.
type scope struct {
	parent *scope
	bare   []Column // of a table without a query around it
	from   []*item  // the items of FROM, joins as trees
	ctes   []cte
}

// leaves are the items that columns can be qualified with: those of joins, but for joins with an alias, which hide theirs.
func (i *item) leaves(visit func(*item)) {
	if i.join == "" || i.alias != "" {
		visit(i)
		return
	}
	i.left.leaves(visit)
	i.right.leaves(visit)
}

// find looks for a column in an item; several hits are one too many.
func (i *item) find(name string) (found []*node) {
	if i.join == "" {
		for _, c := range i.columns {
			if c.Name == name {
				found = append(found, &node{kind: kindVar, typ: uint32(c.Type.OID), mod: c.Type.Mod, name: name, rel: i})
			}
		}
		return found
	}
	if n := i.merged[name]; n != nil {
		return []*node{n}
	}
	return append(i.left.find(name), i.right.find(name)...)
}

// all are the columns of an item in their order, as * means them.
func (i *item) all() (out []*target) {
	if i.join == "" {
		for _, c := range i.columns {
			out = append(out, &target{name: c.Name, expr: &node{kind: kindVar, typ: uint32(c.Type.OID), mod: c.Type.Mod, name: c.Name, rel: i}})
		}
		return out
	}
	for _, u := range i.using {
		out = append(out, &target{name: u, expr: i.merged[u]})
	}
	for _, side := range []*item{i.left, i.right} {
		for _, t := range side.all() {
			if !slices.Contains(i.using, t.name) {
				out = append(out, t)
			}
		}
	}
	return out
}

// column analyses a reference to a column.
func (a *analyser) column(s *scope, c *pg_query.ColumnRef) *node {
	names := words(c.Fields)
	if s == nil || len(names) == 0 || c.Fields[len(names)-1].GetAStar() != nil {
		return a.fail("*")
	}
	name := last(names)
	for at := s; at != nil; at = at.parent {
		if len(names) == 1 || at.bare != nil {
			for _, b := range at.bare {
				if b.Name == name {
					return &node{kind: kindVar, typ: uint32(b.Type.OID), mod: b.Type.Mod, name: name}
				}
			}
		}
		var found []*node
		for _, i := range at.from {
			if len(names) == 1 {
				found = append(found, i.find(name)...)
				continue
			}
			i.leaves(func(leaf *item) {
				if leaf.named(names[:len(names)-1]) {
					found = append(found, leaf.find(name)...)
				}
			})
		}
		switch len(found) {
		case 0:
			continue
		case 1:
			return found[0]
		}
		return a.fail("ambiguous column %s", name)
	}
	return a.fail("column %s", name)
}

// named reports whether a qualification means the item.
func (i *item) named(qualifier []string) bool {
	name := i.alias
	if name == "" {
		name = i.plain
	}
	return last(qualifier) == name && (len(qualifier) == 1 || i.alias == "" && i.relation != "")
}

// fromItem analyses an item of FROM and adds nothing to the scope yet.
func (a *analyser) fromItem(s *scope, n *pg_query.Node) *item {
	a.depth++
	defer func() { a.depth-- }()
	bad := &item{plain: "?", refname: "?"}
	if a.err != nil || a.depth > maxDepth {
		a.fail("nesting")
		return bad
	}
	switch x := n.GetNode().(type) {
	case *pg_query.Node_RangeVar:
		return a.rangeVar(s, x.RangeVar)
	case *pg_query.Node_RangeSubselect:
		outer := s
		if !x.RangeSubselect.Lateral {
			outer = &scope{parent: s.parent, ctes: s.ctes}
		}
		q := a.query(outer, x.RangeSubselect.Subquery.GetSelectStmt(), true)
		if a.err != nil {
			return bad
		}
		out := &item{query: q, columns: q.columns(), lateral: x.RangeSubselect.Lateral}
		return a.aliased(out, x.RangeSubselect.Alias)
	case *pg_query.Node_RangeFunction:
		return a.rangeFunction(s, x.RangeFunction)
	case *pg_query.Node_JoinExpr:
		return a.join(s, x.JoinExpr)
	}
	a.fail("%T", n.GetNode())
	return bad
}

// aliased gives an item its alias and the names of its columns.
func (a *analyser) aliased(i *item, alias *pg_query.Alias) *item {
	i.alias = alias.GetAliasname()
	if i.alias == "" && i.plain == "" {
		a.fail("an item without a name")
	}
	i.names = words(alias.GetColnames())
	if len(i.names) > len(i.columns) {
		a.fail("alias")
		return i
	}
	i.columns = slices.Clone(i.columns)
	changed := false
	for k, n := range i.names {
		changed = changed || i.columns[k].Name != n
		i.columns[k].Name = n
	}
	i.printsColumns = len(i.names) > 0 && (i.relation == "" || changed) || i.function
	return i
}

func (a *analyser) rangeVar(s *scope, r *pg_query.RangeVar) *item {
	out := &item{plain: r.Relname, only: !r.Inh}
	if r.Schemaname == "" {
		for at := s; at != nil; at = at.parent {
			for k := range at.ctes {
				if at.ctes[k].name == r.Relname {
					out.cte = r.Relname
					if at.ctes[k].query != nil {
						out.columns = at.ctes[k].query.columns()
					} else {
						a.fail("recursion")
					}
					for j, n := range at.ctes[k].columns {
						if j < len(out.columns) {
							out.columns[j].Name = n
						}
					}
					return a.aliased(out, r.Alias)
				}
			}
		}
		a.fail("relation %s without a schema", r.Relname)
		return out
	}
	name := catalog.Name{Schema: r.Schemaname, Name: r.Relname}
	columns, ok := a.env.Columns(name)
	if !ok {
		a.fail("relation %s", name)
		return out
	}
	out.relation, out.columns = a.env.Relation(name), columns
	return a.aliased(out, r.Alias)
}

// rangeFunction is one function in FROM that returns values of a scalar type.
func (a *analyser) rangeFunction(s *scope, r *pg_query.RangeFunction) *item {
	out := &item{function: true, ordinal: r.Ordinality, lateral: r.Lateral}
	if len(r.Functions) != 1 || r.IsRowsfrom || len(r.Coldeflist) > 0 {
		a.fail("functions in FROM")
		return out
	}
	parts := r.Functions[0].GetList().GetItems()
	if len(parts) == 0 || parts[0].GetFuncCall() == nil {
		a.fail("functions in FROM")
		return out
	}
	f := parts[0].GetFuncCall()
	call := a.expr(s, parts[0])
	if a.err != nil || call.kind != kindCall {
		a.fail("functions in FROM")
		return out
	}
	fn, _, _ := a.function(call.name, call.args)
	if fn == nil || category(call.typ) == 'P' || category(call.typ) == 'C' {
		a.fail("a function of rows")
		return out
	}
	out.calls, out.plain, out.lateral = []*node{call}, last(words(f.Funcname)), r.Lateral || hasColumn(call)
	name := out.plain
	if alias := r.Alias.GetAliasname(); alias != "" {
		name = alias
	}
	outputs := 0
	for i, m := range fn.Modes {
		if (m == "o" || m == "t") && i < len(fn.Names) {
			name = fn.Names[i]
			outputs++
		}
	}
	if outputs > 1 {
		a.fail("a function of rows")
	}
	out.columns = []Column{{Name: name, Type: typeOf(call)}}
	if r.Ordinality {
		out.columns = append(out.columns, Column{Name: "ordinality", Type: typeOf(&node{typ: typeInt8, mod: -1})})
	}
	return a.aliased(out, r.Alias)
}

func (a *analyser) join(s *scope, j *pg_query.JoinExpr) *item {
	out := &item{join: map[pg_query.JoinType]string{
		pg_query.JoinType_JOIN_INNER: "INNER", pg_query.JoinType_JOIN_LEFT: "LEFT", pg_query.JoinType_JOIN_RIGHT: "RIGHT", pg_query.JoinType_JOIN_FULL: "FULL",
	}[j.Jointype], merged: map[string]*node{}}
	if out.join == "" || j.Alias != nil || j.JoinUsingAlias != nil {
		a.fail("join")
	}
	out.left = a.fromItem(s, j.Larg)
	// The right side sees the left one's names, for LATERAL and for names of its own.
	inner := &scope{parent: s.parent, ctes: s.ctes, from: append(slices.Clone(s.from), out.left)}
	out.right = a.fromItem(inner, j.Rarg)
	if a.err != nil {
		return out
	}
	out.using = words(j.UsingClause)
	if j.IsNatural {
		for _, l := range out.left.all() {
			if len(out.right.find(l.name)) > 0 {
				out.using = append(out.using, l.name)
			}
		}
	}
	for _, u := range out.using {
		l, r := out.left.find(u), out.right.find(u)
		if len(l) != 1 || len(r) != 1 || l[0].typ != r[0].typ {
			a.fail("USING")
			return out
		}
		switch out.join {
		case "RIGHT":
			out.merged[u] = r[0]
		case "FULL":
			out.merged[u] = &node{kind: kindVar, typ: l[0].typ, mod: l[0].mod, name: u}
		default:
			out.merged[u] = l[0]
		}
	}
	if j.Quals != nil {
		both := &scope{parent: s.parent, ctes: s.ctes, from: append(slices.Clone(s.from), out)}
		out.on = a.coerce(a.expr(both, j.Quals), typeBool, implicitCast)
	}
	return out
}
