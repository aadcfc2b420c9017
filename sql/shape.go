package sql

import (
	"fmt"
	"strconv"
	"strings"

	pg_query "github.com/pganalyze/pg_query_go/v6"
)

// simpleShape is what is kept of a SELECT over one base table, for the planner's shortcuts.
type simpleShape struct {
	stmt *pg_query.SelectStmt
	scan int
	item fromItem
}

// shape recognises the queries that can be computed branch by branch.
func (t *translator) shape(q *query) Shape {
	if q.simple == nil || len(t.scans) != 1 || len(t.systems) > 0 || q.wrapped != nil || q.with != "" || q.values != nil || q.left != nil {
		return Shape{}
	}
	if b := t.aggregateShape(q); b != nil {
		return Shape{Branch: b}
	}
	if b := t.topShape(q); b != nil {
		return Shape{Branch: b}
	}
	return Shape{}
}

// aggregateShape is count(*), count(col), min(col), max(col) alone, without WHERE.
func (t *translator) aggregateShape(q *query) *Branch {
	s := q.simple.stmt
	if s.WhereClause != nil || len(s.GroupClause) > 0 || s.HavingClause != nil || len(s.DistinctClause) > 0 || len(s.SortClause) > 0 ||
		s.LimitCount != nil || s.LimitOffset != nil || len(s.WindowClause) > 0 || len(q.cols) == 0 {
		return nil
	}
	var inner, outer []string
	for i, n := range s.TargetList {
		f := n.GetResTarget().GetVal().GetFuncCall()
		if f == nil || f.Over != nil || f.AggFilter != nil || f.AggDistinct || len(f.AggOrder) > 0 || len(f.Args) > 1 ||
			len(f.Args) == 1 && f.Args[0].GetColumnRef() == nil {
			return nil
		}
		if q.exprs[i] != q.cols[i].e.sql || strings.HasPrefix(q.exprs[i], "CAST") {
			return nil
		}
		a := "a" + strconv.Itoa(i)
		inner = append(inner, q.exprs[i]+" AS "+a)
		name := " AS " + duckIdent(q.cols[i].name)
		switch fn := lastName(f.Funcname); fn {
		case "count":
			outer = append(outer, "CAST(coalesce(sum("+a+"), 0) AS BIGINT)"+name)
		case "min", "max":
			outer = append(outer, fn+"("+a+")"+name)
		default:
			return nil
		}
	}
	placeholder := "pg_branch_" + t.token + "_"
	return &Branch{
		Inner: "SELECT " + strings.Join(inner, ", ") + q.from, Kind: BranchAggregate, Placeholder: placeholder, Limit: -1, Offset: -1,
		Outer: "SELECT " + strings.Join(outer, ", ") + " FROM " + placeholder + " AS b",
	}
}

// topShape is ORDER BY plain columns LIMIT n [OFFSET m], with or without WHERE.
func (t *translator) topShape(q *query) *Branch {
	s := q.simple.stmt
	if len(s.SortClause) == 0 || s.LimitCount == nil || q.grouped || q.windowed || q.sets || len(s.DistinctClause) > 0 || len(s.GroupClause) > 0 {
		return nil
	}
	cols := map[string]bool{}
	for _, c := range q.simple.item.cols {
		cols[c.e.sql] = true
	}
	if len(q.sortExprs) != len(s.SortClause) {
		return nil
	}
	var keys []string
	for i, n := range s.SortClause {
		if !cols[q.sortExprs[i]] {
			return nil
		}
		key, err := t.sortKey(q.sortExprs[i], n.GetSortBy())
		if err != nil {
			return nil
		}
		keys = append(keys, key)
	}
	count := func(n *pg_query.Node) (int64, bool) {
		if n == nil {
			return 0, true
		}
		if n.GetAConst() == nil || n.GetAConst().Isnull {
			return 0, false
		}
		v, ok := constInt(n)
		return int64(v), ok && v >= 0
	}
	limit, ok1 := count(s.LimitCount)
	offset, ok2 := count(s.LimitOffset)
	if !ok1 || !ok2 || limit > 1<<31 || offset > 1<<31 {
		return nil
	}
	use := t.scans[q.simple.scan]
	var sel []string
	for i, c := range use.scan.Table.Columns {
		if use.used[c.ID] {
			sel = append(sel, q.simple.item.rels[0].cols[i].e.sql+" AS "+duckIdent(c.Name))
		}
	}
	if sel == nil {
		return nil
	}
	return &Branch{
		Inner: fmt.Sprintf("SELECT %s%s%s ORDER BY %s LIMIT %d", strings.Join(sel, ", "), q.from, q.where, strings.Join(keys, ", "), limit+offset),
		Outer: q.render(true), Placeholder: use.scan.Placeholder, Kind: BranchTopN, Limit: limit, Offset: offset,
	}
}
