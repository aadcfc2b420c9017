package sql

import pg_query "github.com/pganalyze/pg_query_go/v6"

// Constant reports a query of one row that never changes: SELECT 1, as pools ask to find out whether a connection lives. Constants with a cast are
// left out: what a text means as a date depends on settings and the day.
func (q *Query) Constant() bool {
	s := q.Node.GetSelectStmt()
	if s == nil || len(s.TargetList) == 0 || s.Op != pg_query.SetOperation_SETOP_NONE || len(s.ValuesLists) > 0 || len(s.FromClause) > 0 || s.WhereClause != nil || len(s.DistinctClause) > 0 ||
		s.IntoClause != nil || len(s.GroupClause) > 0 || s.HavingClause != nil || len(s.WindowClause) > 0 || len(s.SortClause) > 0 || s.LimitOffset != nil || s.LimitCount != nil ||
		len(s.LockingClause) > 0 || s.WithClause != nil {
		return false
	}
	for _, n := range s.TargetList {
		t := n.GetResTarget()
		if t == nil || len(t.Indirection) > 0 || t.Val.GetAConst() == nil {
			return false
		}
	}
	return true
}
