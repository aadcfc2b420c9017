package sql

import (
	"strings"

	pg_query "github.com/pganalyze/pg_query_go/v6"
)

// PostgreSQL sorts and limits rows before it calls the volatile functions of the select list: INSERT INTO t SELECT nextval('s'), x FROM u ORDER BY x numbers
// the rows as they are sorted, and LIMIT 1 takes one number. The engine would call them first. So the relations of FROM pass through the sort as structs,
// and the select list is evaluated over those.

// late arranges that for a SELECT whose list acts; where it cannot, the functions are called first.
func (t *translator) late(s *pg_query.SelectStmt, sc *scope, q *query) error {
	if q.from == "" || q.grouped || q.windowed || q.sets || q.distinct != "" || len(q.sortExprs) != len(s.SortClause) ||
		s.LimitOption == pg_query.LimitOption_LIMIT_OPTION_WITH_TIES || strings.Contains(q.order, "pg_jsonb_key(") {
		return nil
	}
	acting := false
	for _, sql := range q.exprs {
		acting = acting || strings.Contains(sql, "pg_act(")
	}
	if !acting {
		return nil
	}
	var keys []string
	for i, n := range s.SortClause {
		if strings.Contains(q.sortExprs[i], "pg_act(") {
			return nil
		}
		key, err := t.sortKey(q.sortExprs[i], n.GetSortBy())
		if err != nil {
			return err
		}
		keys = append(keys, key)
	}
	if q.late = aliasesOf(sc); q.late != nil && keys != nil {
		q.lateOrder = " ORDER BY " + strings.Join(keys, ", ")
	}
	return nil
}

// aliasesOf lists the engine's names of the relations of FROM, quoted; nil if a relation cannot stand for its columns.
func aliasesOf(sc *scope) []string {
	var out []string
	seen, columns := map[string]bool{}, map[string]bool{}
	for _, r := range sc.rels {
		for _, c := range r.cols {
			alias, column, ok := splitColumn(c.e.sql)
			if !ok {
				return nil
			}
			columns[strings.ToLower(column)] = true
			if !seen[alias] {
				seen[alias] = true
				out = append(out, alias)
			}
		}
	}
	for _, alias := range out {
		if columns[strings.ToLower(alias)] { // the name would be the column's
			return nil
		}
	}
	return out
}

// splitColumn takes "alias"."column" apart.
func splitColumn(sql string) (alias, column string, ok bool) {
	at := strings.Index(sql, `".`)
	if !strings.HasPrefix(sql, `"`) || at < 1 || at+2 >= len(sql) {
		return "", "", false
	}
	alias, column = sql[:at+1], sql[at+2:]
	ok = !strings.Contains(alias[1:at], `"`) && strings.HasPrefix(column, `"`) && strings.HasSuffix(column, `"`) && !strings.Contains(column[1:len(column)-1], `"`)
	return alias, column, ok
}
