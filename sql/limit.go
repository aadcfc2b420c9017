package sql

import (
	"strings"

	"github.com/jackc/pgerrcode"
	pg_query "github.com/pganalyze/pg_query_go/v6"

	"github.com/miniodb/miniodb/internal/sqltype"
)

// limits translates LIMIT, OFFSET and FETCH.
func (t *translator) limits(s *pg_query.SelectStmt, q *query, sc *scope) error {
	one := func(n *pg_query.Node, word, code string) (string, error) {
		if n == nil || n.GetAConst().GetIsnull() {
			return "", nil
		}
		alone := &scope{ctes: sc.ctes}
		if n := len(t.frames); n > 0 && len(t.within) == 0 { // of what is around it, a function's arguments only
			alone.rels, alone.cols = []*rangeItem{t.frames[n-1].item}, t.frames[n-1].item.cols
		}
		e, err := t.expr(exprCtx{s: alone, place: place{name: word}}, n)
		if err != nil {
			return "", err
		}
		if e, err = t.coerce(e, sqltype.Of(sqltype.Int8), assignCast, nodeLocation(n)); err != nil {
			return "", err
		}
		if e.lit != nil {
			if strings.HasPrefix(*e.lit, "-") {
				return "", t.errorf(-1, code, "%s must not be negative", word)
			}
			return " " + word + " " + *e.lit, nil
		}
		return " " + word + " " + e.sql, nil
	}
	limit, err := one(s.LimitCount, "LIMIT", pgerrcode.InvalidRowCountInLimitClause)
	if err != nil {
		return err
	}
	offset, err := one(s.LimitOffset, "OFFSET", pgerrcode.InvalidRowCountInResultOffsetClause)
	if err != nil {
		return err
	}
	if s.LimitOption == pg_query.LimitOption_LIMIT_OPTION_WITH_TIES && limit != "" {
		if err := t.withTies(s, q, limit, offset); err != nil {
			return err
		}
		limit = ""
	}
	q.limit = limit + offset
	if q.limit != "" {
		q.sorted = true
	}
	return nil
}

// withTies keeps the rows that sort as the last one of FETCH FIRST n ROWS does.
func (t *translator) withTies(s *pg_query.SelectStmt, q *query, limit, offset string) error {
	if !q.plainSelect() || q.distinct != "" || len(q.sortExprs) != len(s.SortClause) {
		return t.unsupported(-1, "FETCH ... WITH TIES of this query")
	}
	keys := make([]string, len(q.sortExprs))
	for i, n := range s.SortClause {
		key, err := t.sortKey(q.sortExprs[i], n.GetSortBy())
		if err != nil {
			return err
		}
		keys[i] = key
	}
	count := strings.TrimPrefix(limit, " LIMIT ")
	if offset != "" {
		count += " + " + strings.TrimPrefix(offset, " OFFSET ")
	}
	q.having += " QUALIFY rank() OVER (ORDER BY " + strings.Join(keys, ", ") + ") <= " + count
	return nil
}
