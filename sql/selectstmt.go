package sql

import (
	"fmt"
	"strings"

	"github.com/jackc/pgerrcode"
	pg_query "github.com/pganalyze/pg_query_go/v6"

	"github.com/miniodb/miniodb/internal/sqltype"
)

// outCol is an output column: its PostgreSQL name, the name DuckDB knows it by, and what it is.
type outCol struct {
	name string
	duck string
	e    expr
}

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
}

// leafCount tells how many plain selects a query has.
func (q *query) plainSelect() bool { return q.left == nil && q.values == nil }

// coerceOutput gives output column i the type announced for it: no unknown leaves a query.
func (q *query) coerceOutput(t *translator, i int) {
	_ = q.mapOutput(t, i, func(e expr) (expr, error) { return t.exact(t.settle(e)), nil })
}

// exact casts a value whose DuckDB type may not be that of its PostgreSQL type.
func (t *translator) exact(e expr) expr {
	if duck, ok := duckType(e.typ); ok && e.inex && e.typ.OID != sqltype.Numeric {
		e.sql, e.inex = "CAST("+e.sql+" AS "+duck+")", false
	}
	return e
}

// mapOutput converts output column i. Where order or distinctness depend on the old value, the new one is computed by a query around
// this one.
func (q *query) mapOutput(t *translator, i int, f func(expr) (expr, error)) error {
	old := q.cols[i].e
	if q.values != nil && old.isUnknown() {
		for _, row := range q.values {
			v, err := f(row[i])
			if err != nil {
				return err
			}
			row[i] = v
			old.typ, old.scale = v.typ, max(old.scale, v.scale)
		}
		q.cols[i].e = old
		return nil
	}
	if q.wrapped == nil && q.plainSelect() && (!q.sorted || old.isUnknown()) {
		e, err := f(old)
		if err != nil {
			return err
		}
		q.cols[i].e, q.exprs[i] = e, e.sql
		return nil
	}
	from := old
	if q.wrapped == nil || q.wrapped[i] == "" {
		from.sql = "pg_q." + duckIdent(innerName(i))
		from.weight = 1
	}
	e, err := f(from)
	if err != nil {
		return err
	}
	if e.sql == from.sql {
		e.sql = old.sql
		q.cols[i].e = e
		return nil
	}
	if q.wrapped == nil {
		q.wrapped = make([]string, len(q.cols))
	}
	q.wrapped[i] = e.sql
	q.cols[i].e = e
	return nil
}

func innerName(i int) string { return fmt.Sprintf("pg_c%d", i+1) }

// render writes the query. At the top, output names are as PostgreSQL's, even when they repeat; elsewhere they are made unique.
func (q *query) render(top bool) string {
	names := make([]string, len(q.cols))
	for i, c := range q.cols {
		names[i] = c.duck
		if top || names[i] == "" {
			names[i] = c.name
		}
	}
	if q.wrapped == nil {
		return q.body(names)
	}
	inner := make([]string, len(names))
	outer := make([]string, len(names))
	for i := range names {
		inner[i] = innerName(i)
		sql := "pg_q." + duckIdent(inner[i])
		if q.wrapped[i] != "" {
			sql = q.wrapped[i]
		}
		outer[i] = sql + " AS " + duckIdent(names[i])
	}
	return "SELECT " + strings.Join(outer, ", ") + " FROM (" + q.body(inner) + ") AS pg_q"
}

func (q *query) body(names []string) string {
	var b strings.Builder
	b.WriteString(q.with)
	switch {
	case q.left != nil:
		for _, side := range []*query{q.left, q.right} {
			for i := range side.cols {
				side.cols[i].duck = names[i]
			}
		}
		b.WriteString("(" + q.left.render(false) + ") " + q.setOp + " (" + q.right.render(false) + ")")
	case q.values != nil:
		b.WriteString("SELECT * FROM (VALUES ")
		for i, row := range q.values {
			if i > 0 {
				b.WriteString(", ")
			}
			b.WriteString("(" + joinSQL(row) + ")")
		}
		b.WriteString(") AS pg_values(")
		for i, n := range names {
			if i > 0 {
				b.WriteString(", ")
			}
			b.WriteString(duckIdent(n))
		}
		b.WriteString(")")
	default:
		b.WriteString("SELECT " + q.distinct)
		for i, sql := range q.exprs {
			if i > 0 {
				b.WriteString(", ")
			}
			b.WriteString(sql + " AS " + duckIdent(names[i]))
		}
		if len(q.cols) == 0 {
			b.WriteString("NULL AS pg_none")
		}
	}
	for _, part := range []string{q.from, q.where, q.group, q.having, q.order, q.limit} {
		b.WriteString(part)
	}
	return b.String()
}

// uniqueNames gives the columns names that differ without regard to case.
func uniqueNames(cols []outCol) {
	seen := map[string]bool{}
	for i := range cols {
		name := cols[i].name
		for n := 1; seen[strings.ToLower(name)]; n++ {
			name = fmt.Sprintf("%s_%d", cols[i].name, n)
		}
		seen[strings.ToLower(name)] = true
		cols[i].duck = name
	}
}

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

// limits translates LIMIT, OFFSET and FETCH.
func (t *translator) limits(s *pg_query.SelectStmt, q *query, sc *scope) error {
	if s.LimitOption == pg_query.LimitOption_LIMIT_OPTION_WITH_TIES {
		return t.unsupported(-1, "FETCH ... WITH TIES")
	}
	one := func(n *pg_query.Node, word, code string) (string, error) {
		if n == nil || n.GetAConst().GetIsnull() {
			return "", nil
		}
		e, err := t.expr(exprCtx{s: &scope{ctes: sc.ctes}, place: place{name: word}}, n)
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
	q.limit = limit + offset
	if q.limit != "" {
		q.sorted = true
	}
	return nil
}

// assignTargets converts the output columns to the columns of an INSERT, by assignment.
func (t *translator) assignTargets(q *query) error {
	for i := range q.cols {
		if i >= len(t.env.TargetTypes) {
			return t.errorf(-1, pgerrcode.SyntaxError, "INSERT has more expressions than target columns")
		}
		ty := t.env.TargetTypes[i]
		e := q.cols[i].e
		if e.known() && !canCast(e.typ.OID, ty.OID, assignCast) {
			return t.errorf(-1, pgerrcode.DatatypeMismatch, "column %s is of type %s but expression is of type %s", t.targetName(i), ty, e.typ).
				WithHint("You will need to rewrite or cast the expression.")
		}
		if e.known() && !e.inex && e.typ == ty && ty.OID != sqltype.Numeric {
			continue
		}
		if err := q.mapOutput(t, i, func(e expr) (expr, error) { return t.assign(e, ty) }); err != nil {
			return err
		}
	}
	return nil
}

func (t *translator) targetName(i int) string {
	if i < len(t.env.TargetNames) {
		return `"` + t.env.TargetNames[i] + `"`
	}
	return fmt.Sprint(i + 1)
}

// assign converts a value to the type of a column.
func (t *translator) assign(e expr, ty sqltype.Type) (expr, error) {
	out, err := t.coerce(e, ty, assignCast, -1)
	if err != nil {
		return out, err
	}
	duck, ok := duckType(ty)
	if ok && (out.sql == e.sql || out.inex || ty.OID == sqltype.Numeric) && (out.lit == nil || ty.OID == sqltype.Numeric) && !out.null {
		out = typed("CAST("+out.sql+" AS "+duck+")", ty.OID, e).ofType(ty)
		out.scale = declaredScale(ty)
	}
	return out, nil
}
