package sql

import (
	"fmt"
	"strings"

	"github.com/jackc/pgerrcode"
	pg_query "github.com/pganalyze/pg_query_go/v6"

	"github.com/miniodb/miniodb/internal/sqltype"
)

// query is a translated SELECT, VALUES or set operation, still open to conversions of its output columns.
type query struct {
	cols []outCol

	with   string
	exprs  []string // of a plain SELECT: the select list
	left   *query   // of a set operation
	right  *query
	setOp  string
	values [][]expr

	distinct  string
	from      string
	where     string
	group     string
	having    string
	order     string
	sortExprs []string // what ORDER BY sorts by, output columns by their expressions
	limit     string

	sorted   bool     // ORDER BY, DISTINCT or LIMIT depend on the output as it is
	wrapped  []string // conversions of output columns made around the query; "": none
	grouped  bool     // aggregates, GROUP BY or HAVING
	windowed bool
	sets     bool // set-returning functions in the select list

	simple *simpleShape

	late      []string // relations that pass through ORDER BY and LIMIT, see late.go; nil: the select list comes first
	lateOrder string
}

// leafCount tells how many plain selects a query has.
func (q *query) plainSelect() bool { return q.left == nil && q.values == nil }

// query translates a SELECT, VALUES or set operation with its WITH list.
func (t *translator) query(s *pg_query.SelectStmt, outer *scope, ctes *cteEnv) (*query, error) {
	if err := t.enter(); err != nil {
		return nil, err
	}
	defer t.leave()
	if s.IntoClause != nil {
		return nil, t.errorf(-1, pgerrcode.SyntaxError, "SELECT ... INTO is not allowed here")
	}
	with, ctes, err := t.withClause(s.WithClause, outer, ctes)
	if err != nil {
		return nil, err
	}
	var q *query
	sc := &scope{parent: outer, ctes: ctes}
	switch {
	case s.Op == pg_query.SetOperation_SETOP_UNION || s.Op == pg_query.SetOperation_SETOP_INTERSECT || s.Op == pg_query.SetOperation_SETOP_EXCEPT:
		q, err = t.setOperation(s, outer, ctes)
	case len(s.ValuesLists) > 0:
		q, err = t.valuesLists(s, sc)
	default:
		q, err = t.plainSelect(s, sc)
	}
	if err != nil {
		return nil, err
	}
	q.with = with
	if q.left != nil || q.values != nil {
		if err := t.orderSetOperation(s, q); err != nil {
			return nil, err
		}
	}
	if err := t.limits(s, q, sc); err != nil {
		return nil, err
	}
	uniqueNames(q.cols)
	return q, nil
}

func (t *translator) setOperation(s *pg_query.SelectStmt, outer *scope, ctes *cteEnv) (*query, error) {
	if t.setOps++; t.setOps > maxSetOps {
		return nil, tooComplex()
	}
	l, err := t.query(s.Larg, outer, ctes)
	if err != nil {
		return nil, err
	}
	r, err := t.query(s.Rarg, outer, ctes)
	if err != nil {
		return nil, err
	}
	word := map[pg_query.SetOperation]string{pg_query.SetOperation_SETOP_UNION: "UNION", pg_query.SetOperation_SETOP_INTERSECT: "INTERSECT",
		pg_query.SetOperation_SETOP_EXCEPT: "EXCEPT"}[s.Op]
	q := &query{left: l, right: r, setOp: word}
	if s.All {
		q.setOp += " ALL"
	}
	if err := t.matchSides(q, word); err != nil {
		return nil, err
	}
	return q, nil
}

// matchSides gives both sides of a set operation the same column types.
func (t *translator) matchSides(q *query, word string) error {
	l, r := q.left, q.right
	if len(l.cols) != len(r.cols) {
		return t.errorf(-1, pgerrcode.SyntaxError, "each %s query must have the same number of columns", word)
	}
	q.cols = nil
	for i := range l.cols {
		pair := []expr{l.cols[i].e, r.cols[i].e}
		if pair[0].collat != "" || pair[1].collat != "" {
			return t.unsupported(-1, "a collation in "+word)
		}
		ty, err := t.commonType(pair, word, -1)
		if err != nil {
			return err
		}
		for side, sq := range []*query{l, r} {
			if err := sq.mapOutput(t, i, func(e expr) (expr, error) {
				e, err := t.unifyOne(e, ty, -1)
				return t.exact(e), err
			}); err != nil {
				return err
			}
			pair[side] = sq.cols[i].e
		}
		e := t.finishUnified(expr{sql: "pg_out", weight: 1}, pair, ty)
		e.inex = false
		q.cols = append(q.cols, outCol{name: l.cols[i].name, e: e})
	}
	return nil
}

func (t *translator) valuesLists(s *pg_query.SelectStmt, sc *scope) (*query, error) {
	q := &query{}
	c := exprCtx{s: sc, place: inValues}
	for _, n := range s.ValuesLists {
		items := n.GetList().GetItems()
		row := make([]expr, 0, len(items))
		for _, it := range items {
			e, err := t.expr(c, it)
			if err != nil {
				return nil, err
			}
			row = append(row, e)
		}
		if len(q.values) > 0 && len(row) != len(q.values[0]) {
			return nil, t.errorf(nodeLocation(n), pgerrcode.SyntaxError, "VALUES lists must all be the same length")
		}
		q.values = append(q.values, row)
	}
	for i := range q.values[0] {
		list := make([]expr, len(q.values))
		allUnknown := true
		for j, row := range q.values {
			list[j] = row[i]
			allUnknown = allUnknown && row[i].isUnknown()
		}
		var e expr
		if allUnknown && t.env.TargetTypes != nil {
			e = expr{sql: "pg_out", typ: sqltype.Of(sqltype.Unknown), weight: 1, scale: -1}
		} else {
			ty, err := t.unify(list, "VALUES", -1)
			if err != nil {
				return nil, err
			}
			for j := range q.values {
				q.values[j][i] = list[j]
			}
			e = t.finishUnified(expr{sql: "pg_out", weight: 1}, list, ty)
		}
		q.cols = append(q.cols, outCol{name: fmt.Sprintf("column%d", i+1), e: e})
	}
	return q, nil
}

// orderSetOperation translates ORDER BY over output columns alone.
func (t *translator) orderSetOperation(s *pg_query.SelectStmt, q *query) error {
	if len(s.SortClause) == 0 {
		return nil
	}
	q.sorted = true
	var keys []string
	for _, n := range s.SortClause {
		sb := n.GetSortBy()
		pos, err := t.outputPosition(q, sb.GetNode(), "ORDER BY")
		if err != nil {
			return err
		}
		if pos == 0 {
			if q.values != nil {
				return t.unsupported(sb.GetLocation(), "ORDER BY an expression after VALUES")
			}
			return t.errorf(nodeLocation(sb.GetNode()), pgerrcode.FeatureNotSupported, "invalid UNION/INTERSECT/EXCEPT ORDER BY clause").
				WithDetail("Only result column names can be used, not expressions or functions.").
				WithHint("Add the expression/function to every SELECT, or move the UNION into a FROM clause.")
		}
		key, err := t.sortKey(fmt.Sprint(pos), sb)
		if err != nil {
			return err
		}
		keys = append(keys, key)
	}
	q.order = " ORDER BY " + strings.Join(keys, ", ")
	return nil
}

// outputPosition finds the output column that an ORDER BY or DISTINCT ON item names, by number or by name; 0 for none.
func (t *translator) outputPosition(q *query, n *pg_query.Node, clause string) (int, error) {
	if a := n.GetAConst(); a != nil && !a.Isnull {
		switch v := a.Val.(type) {
		case *pg_query.A_Const_Ival, nil:
			pos := 0
			if v != nil {
				pos = int(a.GetIval().GetIval())
			}
			if pos < 1 || pos > len(q.cols) {
				return 0, t.errorf(a.Location, pgerrcode.InvalidColumnReference, "%s position %d is not in select list", clause, pos)
			}
			return pos, nil
		default:
			return 0, t.errorf(a.Location, pgerrcode.SyntaxError, "non-integer constant in %s", clause)
		}
	}
	if c := n.GetColumnRef(); c != nil && len(c.Fields) == 1 {
		name := c.Fields[0].GetString_().GetSval()
		hit := 0
		for i, col := range q.cols {
			if col.name != name {
				continue
			}
			if hit > 0 && (q.exprs == nil || q.exprs[hit-1] != q.exprs[i]) {
				return 0, t.errorf(c.Location, pgerrcode.AmbiguousColumn, "%s %q is ambiguous", clause, name)
			}
			if hit == 0 {
				hit = i + 1
			}
		}
		return hit, nil
	}
	return 0, nil
}

func (t *translator) sortKey(sql string, sb *pg_query.SortBy) (string, error) {
	switch sb.GetSortbyDir() {
	case pg_query.SortByDir_SORTBY_DESC:
		sql += " DESC"
		if sb.GetSortbyNulls() != pg_query.SortByNulls_SORTBY_NULLS_LAST {
			return sql + " NULLS FIRST", nil
		}
		return sql + " NULLS LAST", nil
	case pg_query.SortByDir_SORTBY_USING:
		switch lastName(sb.UseOp) {
		case "<":
		case ">":
			return sql + " DESC NULLS FIRST", nil
		default:
			return "", t.unsupported(sb.GetLocation(), "ORDER BY ... USING this operator")
		}
	}
	if sb.GetSortbyNulls() == pg_query.SortByNulls_SORTBY_NULLS_FIRST {
		return sql + " NULLS FIRST", nil
	}
	return sql + " NULLS LAST", nil
}
