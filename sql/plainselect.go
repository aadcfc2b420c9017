package sql

import (
	"strconv"
	"strings"

	"github.com/jackc/pgerrcode"
	pg_query "github.com/pganalyze/pg_query_go/v6"

	"github.com/miniodb/miniodb/internal/sqltype"
)

// plainSelect translates SELECT ... FROM ... without set operations.
func (t *translator) plainSelect(s *pg_query.SelectStmt, sc *scope) (*query, error) {
	q := &query{}
	targets := t.env.TargetTypes
	t.env.TargetTypes = nil
	defer func() { t.env.TargetTypes = targets }()
	s = liftSet(s)
	from, items, err := t.fromClause(s.FromClause, sc)
	if err != nil {
		return nil, err
	}
	q.from = from
	lv := &selectInfo{}
	c := exprCtx{s: sc, windows: map[string]*pg_query.WindowDef{}, level: lv}
	for _, n := range s.WindowClause {
		w := n.GetWindowDef()
		if c.windows[w.GetName()] != nil {
			return nil, t.errorf(w.GetLocation(), pgerrcode.WindowingError, "window %q is already defined", w.GetName())
		}
		c.windows[w.GetName()] = w
	}
	lv.groups = t.groupTexts(c, s)
	sc.uses = nil
	acts := t.acts
	t.acts = s == t.top && targets == nil && len(s.DistinctClause) == 0
	list := inTarget
	if t.returning && s == t.top {
		list = inReturning
	}
	err = t.selectList(c.in(list), s.TargetList, q)
	if t.acts = acts; err != nil {
		return nil, err
	}
	if s.WhereClause != nil {
		w, err := t.boolean(c.in(inWhere), s.WhereClause, "WHERE")
		if err != nil {
			return nil, err
		}
		q.where = " WHERE " + w.sql
		t.wherePredicates(s.WhereClause, sc)
	}
	if err := t.groupBy(c, s, q); err != nil {
		return nil, err
	}
	if s.HavingClause != nil {
		h, err := t.boolean(c.in(inHaving), s.HavingClause, "HAVING")
		if err != nil {
			return nil, err
		}
		q.having = " HAVING " + h.sql
		lv.aggs = true
	}
	if err := t.orderBy(c, s, q); err != nil {
		return nil, err
	}
	if err := t.distinct(c, s, q); err != nil {
		return nil, err
	}
	if err := t.checkGrouping(sc, lv, s, q); err != nil {
		return nil, err
	}
	q.grouped = lv.aggs || len(s.GroupClause) > 0
	q.windowed, q.sets = lv.windows, lv.sets
	if err := t.late(s, sc, q); err != nil {
		return nil, err
	}
	if len(items) == 1 && items[0].single >= 0 {
		q.simple = &simpleShape{stmt: s, scan: items[0].single, item: items[0]}
	}
	return q, nil
}

func (t *translator) selectList(c exprCtx, nodes []*pg_query.Node, q *query) error {
	add := func(name string, e expr) error {
		if len(q.cols) >= maxColumnCount {
			return t.errorf(-1, pgerrcode.TooManyColumns, "target lists can have at most %d entries", maxColumnCount)
		}
		q.cols = append(q.cols, outCol{name: name, e: e})
		q.exprs = append(q.exprs, e.sql)
		return nil
	}
	for _, n := range nodes {
		rt := n.GetResTarget()
		if rt == nil {
			return unsupportedNode("the select list holds something unexpected")
		}
		if cols, ok, err := t.star(c, rt.Val); err != nil {
			return err
		} else if ok {
			for _, col := range cols {
				c.s.rec = true
				c.s.record(c.s, col, nodeLocation(rt.Val))
				if err := add(col.name, t.use(col)); err != nil {
					return err
				}
			}
			continue
		}
		if list, names, ok, err := t.expandRow(c, rt.Val); err != nil {
			return err
		} else if ok {
			for i, e := range list {
				if err := add(names[i], e); err != nil {
					return err
				}
			}
			continue
		}
		e, ok, err := t.selectAction(c, rt.Val, len(q.cols))
		if err == nil && !ok {
			e, err = t.expr(c, rt.Val)
		}
		if err != nil {
			return err
		}
		name := rt.Name
		if name == "" {
			name = FigureColname(rt.Val)
		}
		if err := add(name, e); err != nil {
			return err
		}
	}
	return nil
}

// star expands *, t.* and s.t.*; ok is false for anything else.
func (t *translator) star(c exprCtx, n *pg_query.Node) ([]*scopeCol, bool, error) {
	if ind := n.GetAIndirection(); ind != nil && len(ind.Indirection) > 0 && ind.Indirection[len(ind.Indirection)-1].GetAStar() != nil {
		if ref := ind.Arg.GetColumnRef(); ref != nil && len(ind.Indirection) == 1 && len(ref.Fields) == 1 {
			r, _, err := t.relation(c.s, "", ref.Fields[0].GetString_().GetSval(), ref.Location)
			if err != nil {
				return nil, false, err
			}
			if r != nil {
				return r.cols, true, nil
			}
		}
		return nil, false, nil
	}
	ref := n.GetColumnRef()
	if ref == nil || len(ref.Fields) == 0 || ref.Fields[len(ref.Fields)-1].GetAStar() == nil {
		return nil, false, nil
	}
	if len(ref.Fields) == 1 {
		if len(c.s.rels) == 0 && len(c.s.cols) == 0 {
			return nil, false, t.errorf(ref.Location, pgerrcode.SyntaxError, "SELECT * with no tables specified is not valid")
		}
		return c.s.cols, true, nil
	}
	var names []string
	for _, f := range ref.Fields[:len(ref.Fields)-1] {
		names = append(names, f.GetString_().GetSval())
	}
	schema, name := "", names[len(names)-1]
	if len(names) > 1 {
		schema = names[len(names)-2]
	}
	r, _, err := t.relation(c.s, schema, name, ref.Location)
	if err != nil {
		return nil, false, err
	}
	if r == nil {
		return nil, false, missingRelation(t, schema, name, ref.Location)
	}
	return r.cols, true, nil
}

// groupBy translates GROUP BY. A bare name is an input column first, and an output name only then.
func (t *translator) groupBy(c exprCtx, s *pg_query.SelectStmt, q *query) error {
	if len(s.GroupClause) == 0 {
		return nil
	}
	c = c.in(inGroup)
	c.level = nil
	if s.GroupDistinct {
		return t.groupByDistinct(c, s.GroupClause, q)
	}
	var parts []string
	for _, n := range s.GroupClause {
		p, err := t.groupItem(c, n, q)
		if err != nil {
			return err
		}
		parts = append(parts, p)
	}
	q.group = " GROUP BY " + strings.Join(parts, ", ")
	return nil
}

func (t *translator) groupItem(c exprCtx, n *pg_query.Node, q *query) (string, error) {
	if err := t.enter(); err != nil {
		return "", err
	}
	defer t.leave()
	if g := n.GetGroupingSet(); g != nil {
		var parts []string
		for _, inner := range g.Content {
			p, err := t.groupItem(c, inner, q)
			if err != nil {
				return "", err
			}
			parts = append(parts, p)
		}
		list := "(" + strings.Join(parts, ", ") + ")"
		switch g.Kind {
		case pg_query.GroupingSetKind_GROUPING_SET_EMPTY:
			return "()", nil
		case pg_query.GroupingSetKind_GROUPING_SET_ROLLUP:
			return "ROLLUP " + list, nil
		case pg_query.GroupingSetKind_GROUPING_SET_CUBE:
			return "CUBE " + list, nil
		case pg_query.GroupingSetKind_GROUPING_SET_SETS:
			return "GROUPING SETS " + list, nil
		}
		return "", t.unsupported(g.Location, "this grouping set")
	}
	if r := n.GetRowExpr(); r != nil {
		var parts []string
		for _, a := range r.Args {
			p, err := t.groupItem(c, a, q)
			if err != nil {
				return "", err
			}
			parts = append(parts, p)
		}
		return "(" + strings.Join(parts, ", ") + ")", nil
	}
	if ref := n.GetColumnRef(); ref != nil && len(ref.Fields) == 1 {
		name := ref.Fields[0].GetString_().GetSval()
		// PostgreSQL looks for an input column of this query level only
		e, ok, err := t.column(&scope{cols: c.s.cols}, name, ref.Location)
		if err != nil || ok {
			return e.grouping(), err
		}
	}
	pos, err := t.outputPosition(q, n, "GROUP BY")
	if err != nil {
		return "", err
	}
	if pos > 0 {
		e := q.cols[pos-1].e
		switch {
		case e.isSet:
			return "", t.errorf(nodeLocation(n), pgerrcode.FeatureNotSupported, "grouping by a set-returning function is not supported").
				WithHint("Call the function in FROM.")
		case e.isAgg:
			return "", t.errorf(nodeLocation(n), pgerrcode.GroupingError, "aggregate functions are not allowed in GROUP BY")
		case e.lit != nil || e.null || e.isUnknown():
			return strconv.Itoa(pos), nil
		}
		return e.grouping(), nil
	}
	e, err := t.expr(c, n)
	if err != nil {
		return "", err
	}
	e = t.settle(e)
	if e.lit != nil || e.null { // a constant groups nothing, and DuckDB would take a number for a position
		return "CAST(" + e.sql + " AS VARCHAR)", nil
	}
	return e.grouping(), nil
}

// grouping writes what makes values equal: of jsonb 1 and 1.0 are one.
func (e expr) grouping() string {
	switch {
	case e.jsonb != "":
		return "pg_jsonb_key(" + e.jsonb + ")"
	case e.typ.OID == sqltype.JSONB:
		return "pg_jsonb_key(" + e.sql + ")"
	}
	return e.sql
}

// orderBy translates ORDER BY. A bare name is an output name first, and an input column only then.
func (t *translator) orderBy(c exprCtx, s *pg_query.SelectStmt, q *query) error {
	if len(s.SortClause) == 0 {
		return nil
	}
	q.sorted = true
	isDistinct := len(s.DistinctClause) == 1 && s.DistinctClause[0].GetNode() == nil
	var keys []string
	for _, n := range s.SortClause {
		sb := n.GetSortBy()
		if sb == nil {
			return unsupportedNode("ORDER BY holds something unexpected")
		}
		pos, err := t.outputPosition(q, sb.Node, "ORDER BY")
		if err != nil {
			return err
		}
		sql := strconv.Itoa(pos)
		var typ sqltype.Type
		collation := ""
		if pos > 0 {
			typ, collation = q.cols[pos-1].e.typ, q.cols[pos-1].e.collat
		} else {
			e, err := t.expr(c.in(inOrder), sb.Node)
			if err != nil {
				return err
			}
			e = t.settle(e)
			typ, collation = e.typ, e.collat
			sql = e.sql
			for i, out := range q.exprs {
				if out == e.sql {
					pos = i + 1
					break
				}
			}
			switch {
			case pos > 0:
				sql = strconv.Itoa(pos)
			case isDistinct:
				return t.errorf(nodeLocation(sb.Node), pgerrcode.InvalidColumnReference, "for SELECT DISTINCT, ORDER BY expressions must appear in select list")
			case e.lit != nil || e.null:
				continue
			}
		}
		q.sortExprs = append(q.sortExprs, sql)
		if pos > 0 {
			q.sortExprs[len(q.sortExprs)-1] = q.exprs[pos-1]
		}
		if last := &q.sortExprs[len(q.sortExprs)-1]; typ.OID == sqltype.JSONB {
			*last = "pg_jsonb_key(" + *last + ")"
		}
		if pos > 0 && !isDistinct && q.cols[pos-1].e.shown != "" {
			sql = q.exprs[pos-1]
		}
		if typ.OID == sqltype.JSONB && !isDistinct {
			if pos > 0 {
				sql = q.exprs[pos-1]
			}
			sql = "pg_jsonb_key(" + sql + ")"
		}
		if collation != "" {
			if isDistinct || len(s.DistinctClause) > 0 {
				return t.unsupported(nodeLocation(sb.Node), "a collation with DISTINCT")
			}
			if pos > 0 {
				sql = q.exprs[pos-1]
			}
			sql = collationKey(sql, collation)
			q.sortExprs[len(q.sortExprs)-1] = sql
		}
		key, err := t.sortKey(sql, sb)
		if err != nil {
			return err
		}
		keys = append(keys, key)
	}
	if len(keys) > 0 {
		q.order = " ORDER BY " + strings.Join(keys, ", ")
	}
	return nil
}

func (t *translator) distinct(c exprCtx, s *pg_query.SelectStmt, q *query) error {
	if len(s.DistinctClause) == 0 {
		return nil
	}
	q.sorted = true
	if len(s.DistinctClause) == 1 && s.DistinctClause[0].GetNode() == nil {
		q.distinct = "DISTINCT "
		keys := make([]string, len(q.cols))
		for i, col := range q.cols {
			if keys[i] = q.exprs[i]; col.e.typ.OID == sqltype.JSONB {
				keys[i] = "pg_jsonb_key(" + q.exprs[i] + ")"
				q.distinct = ""
			}
		}
		if q.distinct == "" {
			q.distinct = "DISTINCT ON (" + strings.Join(keys, ", ") + ") "
		}
		return nil
	}
	var parts []string
	for _, n := range s.DistinctClause {
		pos, err := t.outputPosition(q, n, "DISTINCT ON")
		if err != nil {
			return err
		}
		if pos > 0 {
			e := q.cols[pos-1].e
			if e.lit != nil {
				continue
			}
			parts = append(parts, e.grouping())
			continue
		}
		e, err := t.expr(c.in(inOrder), n)
		if err != nil {
			return err
		}
		parts = append(parts, t.settle(e).grouping())
	}
	inOn := map[string]bool{}
	for _, p := range parts {
		inOn[p] = true
	}
	for i, key := range q.sortExprs {
		if i < len(parts) && !inOn[key] {
			return t.errorf(nodeLocation(s.SortClause[i].GetSortBy().GetNode()), pgerrcode.InvalidColumnReference,
				"SELECT DISTINCT ON expressions must match initial ORDER BY expressions")
		}
	}
	if len(parts) == 0 {
		parts = []string{"1"}
	}
	q.distinct = "DISTINCT ON (" + strings.Join(parts, ", ") + ") "
	return nil
}
