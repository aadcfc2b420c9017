package sql

import (
	"google.golang.org/protobuf/proto"

	pg_query "github.com/pganalyze/pg_query_go/v6"
)

// liftedSet names the function in FROM that a set-returning function of the select list becomes.
const liftedSet = "pg_grouped_set"

// liftSet moves the set-returning function that a query groups by from the select list into FROM, where its rows are there before they are
// grouped: SELECT unnest(a) AS x, count(*) FROM t GROUP BY x. PostgreSQL evaluates it at the same place (documentation, 38.5.9 SQL Functions
// Returning Sets). Queries with several such functions, or * beside one, stay as they are: those advance together there.
func liftSet(s *pg_query.SelectStmt) *pg_query.SelectStmt {
	if len(s.GroupClause) == 0 {
		return s
	}
	at := -1
	for i, n := range s.TargetList {
		val := n.GetResTarget().GetVal()
		if fields := val.GetColumnRef().GetFields(); len(fields) > 0 && fields[len(fields)-1].GetAStar() != nil {
			return s
		}
		if !returnsSet(val) {
			continue
		}
		if at >= 0 {
			return s
		}
		at = i
	}
	if at < 0 {
		return s
	}
	target := s.TargetList[at].GetResTarget()
	call, err := deparseExpr(target.Val)
	if err != nil {
		return s
	}
	name := target.Name
	if name == "" {
		name = FigureColname(target.Val)
	}
	same := func(n *pg_query.Node) bool {
		if !returnsSet(n) {
			return false
		}
		text, err := deparseExpr(n)
		return err == nil && text == call
	}
	grouped := false
	for _, n := range s.GroupClause {
		ref, pos := n.GetColumnRef().GetFields(), n.GetAConst().GetIval()
		grouped = grouped || len(ref) == 1 && ref[0].GetString_().GetSval() == name || pos != nil && int(pos.Ival) == at+1 || same(n)
	}
	if !grouped {
		return s
	}
	out := proto.Clone(s).(*pg_query.SelectStmt)
	target = out.TargetList[at].GetResTarget()
	word := func(s string) *pg_query.Node { return pg_query.MakeStrNode(s) }
	column := func() *pg_query.Node {
		return pg_query.MakeColumnRefNode([]*pg_query.Node{word(liftedSet), word(liftedSet)}, nodeLocation(target.Val))
	}
	out.FromClause = append(out.FromClause, &pg_query.Node{Node: &pg_query.Node_RangeFunction{RangeFunction: &pg_query.RangeFunction{
		Lateral:   true,
		Functions: []*pg_query.Node{pg_query.MakeListNode([]*pg_query.Node{target.Val, {}})},
		Alias:     &pg_query.Alias{Aliasname: liftedSet, Colnames: []*pg_query.Node{word(liftedSet)}},
	}}})
	for i, n := range out.GroupClause {
		if same(n) {
			out.GroupClause[i] = column()
		}
	}
	for _, n := range out.SortClause {
		if sb := n.GetSortBy(); sb != nil && same(sb.Node) {
			sb.Node = column()
		}
	}
	target.Name, target.Val = name, column()
	return out
}

// returnsSet reports whether a node is a call of a function that returns rows, whatever its arguments.
func returnsSet(n *pg_query.Node) bool {
	f := n.GetFuncCall()
	if f == nil || f.Over != nil {
		return false
	}
	all := functionTable()[lastName(f.Funcname)]
	for _, s := range all {
		if !s.set {
			return false
		}
	}
	return len(all) > 0
}
