package sql

import (
	"github.com/jackc/pgerrcode"
	pg_query "github.com/pganalyze/pg_query_go/v6"
	"google.golang.org/protobuf/proto"

	"github.com/miniodb/miniodb/internal/pgerr"
)

// locking checks FOR UPDATE and its kin as PostgreSQL does (CheckSelectLocking and transformLockingClause) and returns how the first is written.
func (c *classifier) locking(s *pg_query.SelectStmt) (string, error) {
	words := ""
	for _, n := range s.LockingClause {
		l := n.GetLockingClause()
		name := map[pg_query.LockClauseStrength]string{pg_query.LockClauseStrength_LCS_FORKEYSHARE: "FOR KEY SHARE", pg_query.LockClauseStrength_LCS_FORSHARE: "FOR SHARE",
			pg_query.LockClauseStrength_LCS_FORNOKEYUPDATE: "FOR NO KEY UPDATE", pg_query.LockClauseStrength_LCS_FORUPDATE: "FOR UPDATE"}[l.GetStrength()]
		if words == "" {
			words = name
		}
		if what := notLockable(s); what != "" {
			return "", unsupported("%s %s", name, what)
		}
		for _, rel := range l.GetLockedRels() {
			if err := c.lockedRelation(s, name, rel.GetRangeVar()); err != nil {
				return "", err
			}
		}
	}
	return words, nil
}

// notLockable says why the rows of a query cannot be locked; "": they can.
func notLockable(s *pg_query.SelectStmt) string {
	switch {
	case len(s.ValuesLists) > 0:
		return "cannot be applied to VALUES"
	case s.Op != pg_query.SetOperation_SETOP_NONE:
		return "is not allowed with UNION/INTERSECT/EXCEPT"
	case len(s.DistinctClause) > 0:
		return "is not allowed with DISTINCT clause"
	case len(s.GroupClause) > 0:
		return "is not allowed with GROUP BY clause"
	case s.HavingClause != nil:
		return "is not allowed with HAVING clause"
	}
	aggs, windows := false, false
	for _, n := range append(append([]*pg_query.Node(nil), s.TargetList...), s.SortClause...) {
		walkTree(n.ProtoReflect(), func(m proto.Message) bool {
			f, ok := m.(*pg_query.FuncCall)
			if ok {
				_, agg := aggregates[lastName(f.Funcname)]
				aggs = aggs || agg && f.Over == nil
				windows = windows || f.Over != nil
			}
			_, sub := m.(*pg_query.SelectStmt)
			return !sub // which ends the walk of this item
		})
	}
	switch {
	case aggs:
		return "is not allowed with aggregate functions"
	case windows:
		return "is not allowed with window functions"
	}
	return ""
}

// lockedRelation finds the item of FROM that OF names.
func (c *classifier) lockedRelation(s *pg_query.SelectStmt, words string, r *pg_query.RangeVar) error {
	switch {
	case r == nil:
		return nil
	case r.Schemaname != "" || r.Catalogname != "":
		return c.at(pgerr.New(pgerrcode.SyntaxError, "%s must specify unqualified relation names", words), r.Location)
	}
	for _, n := range s.FromClause {
		if namesItem(n, r.Relname) {
			return nil
		}
	}
	return c.at(pgerr.New(pgerrcode.UndefinedTable, "relation %q in %s clause not found in FROM clause", r.Relname, words), r.Location)
}

func namesItem(n *pg_query.Node, name string) bool {
	if j := n.GetJoinExpr(); j != nil {
		return j.GetAlias().GetAliasname() == name || namesItem(j.Larg, name) || namesItem(j.Rarg, name)
	}
	if v := n.GetRangeVar(); v != nil && v.Alias == nil {
		return v.Relname == name
	}
	for _, a := range []*pg_query.Alias{n.GetRangeVar().GetAlias(), n.GetRangeSubselect().GetAlias(), n.GetRangeFunction().GetAlias()} {
		if a.GetAliasname() == name {
			return true
		}
	}
	return n.GetRangeTableSample() != nil && namesItem(n.GetRangeTableSample().Relation, name)
}
