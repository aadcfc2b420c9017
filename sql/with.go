package sql

import (
	"strings"

	"github.com/jackc/pgerrcode"
	pg_query "github.com/pganalyze/pg_query_go/v6"
)

// withClause translates a WITH list and returns the environment in which the query sees it.
func (t *translator) withClause(w *pg_query.WithClause, outer *scope, ctes *cteEnv) (string, *cteEnv, error) {
	if w == nil {
		return "", ctes, nil
	}
	targets := t.env.TargetTypes
	t.env.TargetTypes = nil
	defer func() { t.env.TargetTypes = targets }()
	var parts []string
	seen := map[string]bool{}
	for _, n := range w.Ctes {
		x := n.GetCommonTableExpr()
		if x == nil {
			return "", nil, unsupportedNode("WITH holds something other than a query")
		}
		if seen[x.Ctename] {
			return "", nil, t.errorf(x.Location, pgerrcode.DuplicateAlias, "WITH query name %q specified more than once", x.Ctename)
		}
		seen[x.Ctename] = true
		sel := x.Ctequery.GetSelectStmt()
		switch {
		case sel == nil:
			return "", nil, t.unsupported(x.Location, "a data-modifying statement in WITH")
		case x.SearchClause != nil:
			return "", nil, t.unsupported(x.Location, "SEARCH")
		case x.CycleClause != nil:
			return "", nil, t.unsupported(x.Location, "CYCLE")
		}
		c := &cte{duck: t.alias(cteName(x.Ctename))}
		var q *query
		var err error
		if w.Recursive && mentions(sel, x.Ctename) {
			q, err = t.recursive(x, sel, c, outer, ctes)
		} else if q, err = t.query(sel, outer, ctes); err == nil {
			t.settleOutputs(q)
			err = t.nameCTE(x, c, q)
		}
		if err != nil {
			return "", nil, err
		}
		names := make([]string, len(c.cols))
		for i, col := range c.cols {
			names[i] = duckIdent(col.duck)
		}
		mat := ""
		switch x.Ctematerialized {
		case pg_query.CTEMaterialize_CTEMaterializeAlways:
			mat = "MATERIALIZED "
		case pg_query.CTEMaterialize_CTEMaterializeNever:
			mat = "NOT MATERIALIZED "
		}
		parts = append(parts, duckIdent(c.duck)+"("+strings.Join(names, ", ")+") AS "+mat+"("+q.render(false)+")")
		ctes = &cteEnv{parent: ctes, name: x.Ctename, cte: c}
	}
	word := "WITH "
	if w.Recursive {
		word = "WITH RECURSIVE "
	}
	return word + strings.Join(parts, ", ") + " ", ctes, nil
}

// cteName is the engine's name for a WITH query: never one that could be taken for a file where the query is out of sight.
func cteName(name string) string {
	for i := 0; i < len(name); i++ {
		if !wordByte(name[i]) || name[i] == '$' {
			return "pg_cte"
		}
	}
	return name
}

// nameCTE gives the WITH query its column names.
func (t *translator) nameCTE(x *pg_query.CommonTableExpr, c *cte, q *query) error {
	c.cols = append([]outCol(nil), q.cols...)
	if len(x.Aliascolnames) > len(c.cols) {
		return t.errorf(x.Location, pgerrcode.InvalidColumnReference, "WITH query %q has %d columns available but %d columns specified",
			x.Ctename, len(c.cols), len(x.Aliascolnames))
	}
	for i, n := range x.Aliascolnames {
		c.cols[i].name = n.GetString_().GetSval()
	}
	for i := range c.cols {
		c.cols[i].e.passes = false
	}
	uniqueNames(c.cols)
	return nil
}

// recursive translates a WITH RECURSIVE query that names itself: the first branch gives the column types.
func (t *translator) recursive(x *pg_query.CommonTableExpr, sel *pg_query.SelectStmt, c *cte, outer *scope, ctes *cteEnv) (*query, error) {
	if sel.Op != pg_query.SetOperation_SETOP_UNION || sel.WithClause != nil || len(sel.SortClause) > 0 || sel.LimitCount != nil || sel.LimitOffset != nil {
		return nil, t.errorf(x.Location, pgerrcode.InvalidRecursion,
			"recursive query %q does not have the form non-recursive-term UNION [ALL] recursive-term", x.Ctename)
	}
	if mentions(sel.Larg, x.Ctename) {
		return nil, t.errorf(x.Location, pgerrcode.InvalidRecursion,
			"recursive reference to query %q must not appear within its non-recursive term", x.Ctename)
	}
	l, err := t.query(sel.Larg, outer, ctes)
	if err != nil {
		return nil, err
	}
	t.settleOutputs(l)
	if err := t.nameCTE(x, c, l); err != nil {
		return nil, err
	}
	r, err := t.query(sel.Rarg, outer, &cteEnv{parent: ctes, name: x.Ctename, cte: c})
	if err != nil {
		return nil, err
	}
	q := &query{left: l, right: r, setOp: "UNION"}
	if sel.All {
		q.setOp = "UNION ALL"
	}
	for i := range l.cols {
		if i >= len(r.cols) {
			break
		}
		a, b := l.cols[i].e, r.cols[i].e
		if a.known() && b.known() && a.typ.OID != b.typ.OID {
			if !canCast(b.typ.OID, a.typ.OID, implicitCast) {
				return nil, t.errorf(x.Location, pgerrcode.DatatypeMismatch,
					"recursive query %q column %d has type %s in non-recursive term but type %s overall", x.Ctename, i+1, a.typ, b.typ).
					WithHint("Cast the output of the non-recursive term to the correct type.")
			}
		}
		ty := a.typ
		if err := r.mapOutput(t, i, func(e expr) (expr, error) {
			e, err := t.unifyOne(e, ty, -1)
			return t.exact(e), err
		}); err != nil {
			return nil, err
		}
	}
	if err := t.matchSides(q, "UNION"); err != nil {
		return nil, err
	}
	uniqueNames(q.cols)
	return q, nil
}

// mentions reports whether a relation of this name stands anywhere in the tree.
func mentions(sel *pg_query.SelectStmt, name string) bool {
	found := false
	walkTree(sel.ProtoReflect(), visitRelations(func(r *pg_query.RangeVar) {
		found = found || r.Relname == name && r.Schemaname == ""
	}))
	return found
}
