package sql

import (
	"maps"
	"strings"

	"github.com/jackc/pgerrcode"
	pg_query "github.com/pganalyze/pg_query_go/v6"

	"github.com/miniodb/miniodb/catalog"
)

// colUse is a reference to a column of a query level from a place where a grouped query allows grouped columns only.
type colUse struct {
	col *scopeCol
	loc int32
	sub bool // from a subquery
}

// record notes the use of a column of scope s, found from scope from.
func (s *scope) record(from *scope, c *scopeCol, loc int32) {
	if s.rec {
		s.uses = append(s.uses, colUse{col: c, loc: loc, sub: s != from})
	}
}

// groupTexts translates the items of GROUP BY ahead of the select list, for the texts that its expressions may consist of. What this
// changes in the translator is undone; errors are left to the real translation.
func (t *translator) groupTexts(c exprCtx, s *pg_query.SelectStmt) map[string]bool {
	if len(s.GroupClause) == 0 {
		return nil
	}
	saved := *t
	t.aliases = maps.Clone(t.aliases)
	var used []map[int32]bool
	for _, sc := range t.scans {
		used = append(used, maps.Clone(sc.used))
	}
	defer func() {
		for i, u := range used {
			saved.scans[i].used = u
		}
		params := t.params
		*t = saved
		t.params = params
	}()
	c.level = nil
	groups := map[string]bool{}
	for _, n := range s.GroupClause {
		t.groupText(c, n, s, groups, 0)
	}
	return groups
}

func (t *translator) groupText(c exprCtx, n *pg_query.Node, s *pg_query.SelectStmt, groups map[string]bool, depth int) {
	if depth > maxExprDepth {
		return
	}
	nested := n.GetGroupingSet().GetContent()
	if r := n.GetRowExpr(); r != nil {
		nested = r.Args
	}
	if n.GetGroupingSet() != nil || n.GetRowExpr() != nil {
		for _, inner := range nested {
			t.groupText(c, inner, s, groups, depth+1)
		}
		return
	}
	add := func(n *pg_query.Node) {
		if e, err := t.expr(c.in(inTarget), n); err == nil {
			groups[e.sql] = true
		}
	}
	if ref := n.GetColumnRef(); ref != nil && len(ref.Fields) == 1 {
		name := ref.Fields[0].GetString_().GetSval()
		if e, ok, err := t.column(&scope{cols: c.s.cols}, name, ref.Location); err == nil && ok {
			groups[e.sql] = true
			return
		}
		for _, target := range s.TargetList {
			if rt := target.GetResTarget(); rt.GetName() == name || rt.GetName() == "" && FigureColname(rt.GetVal()) == name {
				add(rt.GetVal())
			}
		}
	}
	if pos, ok := constInt(n); ok {
		for _, target := range s.TargetList {
			val := target.GetResTarget().GetVal()
			cols, isStar, err := t.star(c, val)
			switch {
			case err != nil:
				return
			case isStar && pos <= len(cols) && pos > 0:
				groups[cols[pos-1].e.sql] = true
				return
			case isStar:
				pos -= len(cols)
				continue
			}
			if pos--; pos == 0 {
				add(val)
				return
			}
		}
		return
	}
	add(n)
}

// checkGrouping refuses columns that are neither grouped nor aggregated. Columns of a table whose primary key is grouped by depend on it,
// and are added to GROUP BY.
func (t *translator) checkGrouping(sc *scope, lv *selectInfo, s *pg_query.SelectStmt, q *query) error {
	if len(s.GroupClause) == 0 && !lv.aggs {
		return nil
	}
	sets := false
	for _, n := range s.GroupClause {
		sets = sets || n.GetGroupingSet() != nil
	}
	var extra []string
	for _, u := range sc.uses {
		sql := u.col.e.sql
		if lv.groups[sql] {
			continue
		}
		if !sets && t.dependsOnKey(u.col, lv.groups) {
			lv.groups[sql] = true
			extra = append(extra, sql)
			continue
		}
		name := u.col.name
		if u.col.item != nil && u.col.item.name != "" {
			name = u.col.item.name + "." + name
		}
		if u.sub {
			return t.errorf(u.loc, pgerrcode.GroupingError, "subquery uses ungrouped column \"%s\" from outer query", name)
		}
		return t.errorf(u.loc, pgerrcode.GroupingError, "column \"%s\" must appear in the GROUP BY clause or be used in an aggregate function", name)
	}
	if len(extra) > 0 {
		q.group += ", " + strings.Join(extra, ", ")
	}
	return nil
}

func (t *translator) dependsOnKey(c *scopeCol, groups map[string]bool) bool {
	if c.scan < 0 || c.item == nil || !c.item.base {
		return false
	}
	for _, k := range t.scans[c.scan].scan.Table.Keys {
		if k.Kind != catalog.PrimaryKey || len(k.Columns) == 0 {
			continue
		}
		all := true
		for _, id := range k.Columns {
			found := false
			for _, other := range c.item.cols {
				found = found || other.id == id && groups[other.e.sql]
			}
			all = all && found
		}
		if all {
			return true
		}
	}
	return false
}
