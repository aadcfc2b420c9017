package sql

import (
	"fmt"
	"strings"

	"github.com/jackc/pgerrcode"
	pg_query "github.com/pganalyze/pg_query_go/v6"

	"github.com/miniodb/miniodb/catalog"
	"github.com/miniodb/miniodb/internal/pgerr"
	"github.com/miniodb/miniodb/internal/sqltype"
)

// fromItem is a translated item of FROM.
type fromItem struct {
	sql  string
	rels []*rangeItem
	cols []*scopeCol // what * and unqualified names see
	// single is the index of the scan when the item is one base table, otherwise -1.
	single int
}

// fromClause translates FROM. Items to the right see those to the left when they are LATERAL.
func (t *translator) fromClause(nodes []*pg_query.Node, sc *scope) (string, []fromItem, error) {
	var parts []string
	var items []fromItem
	for _, n := range nodes {
		item, err := t.fromNode(n, sc)
		if err != nil {
			return "", nil, err
		}
		if err := t.addItem(sc, item, nodeLocation(n)); err != nil {
			return "", nil, err
		}
		parts = append(parts, item.sql)
		items = append(items, item)
	}
	if parts == nil {
		return "", nil, nil
	}
	return " FROM " + strings.Join(parts, ", "), items, nil
}

func (t *translator) addItem(sc *scope, item fromItem, loc int32) error {
	if err := t.checkNames(sc.rels, item.rels, loc); err != nil {
		return err
	}
	sc.rels = append(sc.rels, item.rels...)
	sc.cols = append(sc.cols, item.cols...)
	return nil
}

func (t *translator) checkNames(have, more []*rangeItem, loc int32) error {
	for _, a := range have {
		for _, b := range more {
			if a.name == b.name && a.name != "" && (a.schema == b.schema || a.schema == "" || b.schema == "") {
				return t.errorf(loc, pgerrcode.DuplicateAlias, "table name %q specified more than once", a.name)
			}
		}
	}
	return nil
}

func (t *translator) fromNode(n *pg_query.Node, sc *scope) (fromItem, error) {
	if err := t.enter(); err != nil {
		return fromItem{}, err
	}
	defer t.leave()
	if t.rels++; t.rels > maxRelations*8 {
		return fromItem{}, tooComplex()
	}
	switch x := n.Node.(type) {
	case *pg_query.Node_RangeVar:
		return t.rangeVar(x.RangeVar, sc)
	case *pg_query.Node_RangeSubselect:
		return t.rangeSubselect(x.RangeSubselect, sc)
	case *pg_query.Node_RangeFunction:
		return t.rangeFunction(x.RangeFunction, sc)
	case *pg_query.Node_JoinExpr:
		return t.join(x.JoinExpr, sc)
	case *pg_query.Node_RangeTableSample:
		return fromItem{}, t.unsupported(x.RangeTableSample.Location, "TABLESAMPLE")
	}
	return fromItem{}, pgerr42601("this kind of FROM item is not supported")
}

// aliasColumns renames columns by an alias list.
func (t *translator) aliasColumns(cols []*scopeCol, alias *pg_query.Alias, rel string) error {
	names := alias.GetColnames()
	if len(names) > len(cols) {
		return t.errorf(-1, pgerrcode.InvalidColumnReference, "table %q has %d columns available but %d columns specified", rel, len(cols), len(names))
	}
	for i, n := range names {
		cols[i].name = n.GetString_().GetSval()
	}
	return nil
}

func (t *translator) rangeVar(x *pg_query.RangeVar, sc *scope) (fromItem, error) {
	name := x.Relname
	alias := name
	if x.Alias != nil {
		alias = x.Alias.Aliasname
	}
	if x.Catalogname != "" && x.Catalogname != t.env.Session.Database {
		return fromItem{}, t.errorf(x.Location, pgerrcode.FeatureNotSupported, "cross-database references are not implemented: \"%s.%s.%s\"",
			x.Catalogname, x.Schemaname, name)
	}
	if x.Schemaname == "" {
		if c := sc.cteEnv().find(name); c != nil {
			return t.derived(duckIdent(c.duck), c.cols, alias, x.Alias, name)
		}
	}
	if t.env.Resolver == nil {
		return fromItem{}, t.unknownRelation(x, nil)
	}
	rel, err := t.env.Resolver.Relation(x.Schemaname, name)
	if err != nil {
		return fromItem{}, t.unknownRelation(x, err)
	}
	switch {
	case rel.Table != nil:
		return t.baseTable(rel.Table, x, alias)
	case rel.View != nil:
		return t.view(rel.View, x, alias)
	case rel.Text != "":
		cols := make([]outCol, len(rel.Columns))
		for i, c := range rel.Columns {
			cols[i] = outCol{name: c.Name, duck: c.Name, e: expr{typ: c.Type, scale: declaredScale(c.Type), weight: 1,
				origin: Origin{Table: rel.OID, Column: int16(i + 1)}}}
		}
		item, err := t.derived("("+rel.Text+")", cols, alias, x.Alias, name)
		if err == nil && x.Alias == nil {
			item.rels[0].schema = rel.Name.Schema
		}
		return item, err
	}
	return fromItem{}, t.unknownRelation(x, nil)
}

func (t *translator) unknownRelation(x *pg_query.RangeVar, err error) error {
	if err != nil && pgerr.Code(err) != pgerrcode.UndefinedTable {
		if e := pgerr.From(err); e.Position == 0 && e.Code != pgerrcode.InternalError {
			copied := *e
			return copied.WithPosition(t.position(x.Location))
		}
		return err
	}
	name := x.Relname
	if x.Schemaname != "" {
		name = x.Schemaname + "." + name
	}
	return t.errorf(x.Location, pgerrcode.UndefinedTable, "relation %q does not exist", name)
}

func (t *translator) baseTable(table *catalog.Table, x *pg_query.RangeVar, alias string) (fromItem, error) {
	idx := len(t.scans)
	if idx >= maxRelations {
		return fromItem{}, tooComplex()
	}
	placeholder := fmt.Sprintf("pg_scan_%s_%d_", t.token, idx)
	t.scans = append(t.scans, &scanUse{scan: Scan{Placeholder: placeholder, Table: table}, used: map[int32]bool{}})
	duck := duckIdent(t.alias(alias))
	item := fromItem{sql: placeholder + " AS " + duck, single: idx}
	r := &rangeItem{name: alias, base: true}
	if x.Alias == nil {
		r.schema = table.Name.Schema
	}
	for i, c := range table.Columns {
		r.cols = append(r.cols, &scopeCol{name: c.Name, item: r, scan: idx, id: c.ID, strict: true, e: expr{
			sql: duck + "." + duckIdent(c.Name), typ: c.Type, scale: declaredScale(c.Type), weight: 1,
			origin: Origin{Table: table.OID, Column: int16(i + 1)}}})
	}
	if err := t.aliasColumns(r.cols, x.Alias, alias); err != nil {
		return fromItem{}, err
	}
	item.rels, item.cols = []*rangeItem{r}, r.cols
	return item, nil
}

// view expands a view in place. Its text has qualified names only, so neither the session's path nor the query's WITH matter to it.
func (t *translator) view(v *catalog.View, x *pg_query.RangeVar, alias string) (fromItem, error) {
	if t.inView >= maxViewDepth {
		return fromItem{}, t.errorf(x.Location, pgerrcode.StatementTooComplex, "views nest deeper than %d levels", maxViewDepth)
	}
	for _, name := range t.views {
		if name == v.Name.String() {
			return fromItem{}, t.errorf(x.Location, pgerrcode.InvalidRecursion, "infinite recursion detected in rules for relation %q", v.Name.Name)
		}
	}
	node, err := parseGrammar(v.Query)
	if err != nil || node.GetSelectStmt() == nil {
		return fromItem{}, pgerr.New(pgerrcode.InternalError, "the text of view %s cannot be read", v.Name).WithCause(err)
	}
	t.inView++
	t.input += len(v.Query)
	t.views = append(t.views, v.Name.String())
	targets := t.env.TargetTypes
	t.env.TargetTypes = nil
	q, err := t.query(node.GetSelectStmt(), nil, nil)
	t.env.TargetTypes = targets
	t.views = t.views[:len(t.views)-1]
	t.inView--
	if err != nil {
		e := pgerr.From(err)
		copied := *e
		copied.Position = 0
		return fromItem{}, copied.WithWhere("view %s", v.Name)
	}
	t.settleOutputs(q)
	if len(q.cols) != len(v.Columns) {
		return fromItem{}, pgerr.New(pgerrcode.InternalError, "view %s has %d columns, its query %d", v.Name, len(v.Columns), len(q.cols))
	}
	cols := passing(q)
	for i := range cols {
		cols[i].name = v.Columns[i].Name
		cols[i].e.origin = Origin{Table: v.OID, Column: int16(i + 1)}
	}
	item, err := t.derived("("+q.render(false)+")", cols, alias, x.Alias, v.Name.Name)
	if err == nil && x.Alias == nil {
		item.rels[0].schema = v.Name.Schema
	}
	return item, err
}

// derived makes a FROM item of something that has output columns.
func (t *translator) derived(sql string, cols []outCol, name string, alias *pg_query.Alias, rel string) (fromItem, error) {
	duck := duckIdent(t.alias(name))
	r := &rangeItem{name: name}
	for _, c := range cols {
		sc := &scopeCol{name: c.name, item: r, scan: -1, e: c.e}
		if c.e.col != nil && c.e.col.scan >= 0 && c.e.passes {
			sc.scan, sc.id, sc.strict, sc.nullable = c.e.col.scan, c.e.col.id, c.e.col.strict, c.e.col.nullable
		}
		sc.e.sql = duck + "." + duckIdent(c.duck)
		sc.e.lit, sc.e.null, sc.e.param, sc.e.col, sc.e.inex, sc.e.weight, sc.e.isAgg, sc.e.isSet = nil, false, 0, nil, false, 1, false, false
		r.cols = append(r.cols, sc)
	}
	if err := t.aliasColumns(r.cols, alias, rel); err != nil {
		return fromItem{}, err
	}
	return fromItem{sql: sql + " AS " + duck, rels: []*rangeItem{r}, cols: r.cols, single: -1}, nil
}

func (t *translator) rangeSubselect(x *pg_query.RangeSubselect, sc *scope) (fromItem, error) {
	sel := x.Subquery.GetSelectStmt()
	if sel == nil {
		return fromItem{}, pgerr42601("this subquery is not supported")
	}
	outer := sc.parent
	if x.Lateral {
		sc.rec = false // what FROM uses need not be grouped
		outer = sc
	}
	targets := t.env.TargetTypes
	t.env.TargetTypes = nil
	q, err := t.query(sel, outer, sc.cteEnv())
	t.env.TargetTypes = targets
	if err != nil {
		return fromItem{}, err
	}
	t.settleOutputs(q)
	name := "unnamed_subquery"
	if x.Alias != nil {
		name = x.Alias.Aliasname
	} else if t.inView == 0 { // PostgreSQL 15 wants the alias
		return fromItem{}, t.errorf(-1, pgerrcode.SyntaxError, "subquery in FROM must have an alias").
			WithHint("For example, FROM (SELECT ...) [AS] foo.")
	}
	prefix := ""
	if x.Lateral {
		prefix = "LATERAL "
	}
	item, err := t.derived(prefix+"("+q.render(false)+")", passing(q), name, x.Alias, name)
	if x.Alias == nil {
		item.rels = nil
	}
	return item, err
}

// passing marks the output columns through which a comparison outside can be seen as one on the scan below.
func passing(q *query) []outCol {
	cols := append([]outCol(nil), q.cols...)
	ok := q.plainSelect() && q.wrapped == nil && q.distinct == "" && q.limit == "" && !q.grouped && !q.windowed && !q.sets
	for i := range cols {
		cols[i].e.passes = ok
	}
	return cols
}

func (t *translator) join(x *pg_query.JoinExpr, sc *scope) (fromItem, error) {
	l, err := t.fromNode(x.Larg, sc)
	if err != nil {
		return fromItem{}, err
	}
	// the right side sees the left one when it is LATERAL
	mid := &scope{parent: sc.parent, ctes: sc.ctes, rels: append(append([]*rangeItem(nil), sc.rels...), l.rels...), cols: append(append([]*scopeCol(nil), sc.cols...), l.cols...)}
	r, err := t.fromNode(x.Rarg, mid)
	if err != nil {
		return fromItem{}, err
	}
	if err := t.checkNames(l.rels, r.rels, nodeLocation(x.Rarg)); err != nil {
		return fromItem{}, err
	}
	kind := map[pg_query.JoinType]string{pg_query.JoinType_JOIN_INNER: "JOIN", pg_query.JoinType_JOIN_LEFT: "LEFT JOIN",
		pg_query.JoinType_JOIN_RIGHT: "RIGHT JOIN", pg_query.JoinType_JOIN_FULL: "FULL JOIN"}[x.Jointype]
	if kind == "" {
		return fromItem{}, t.unsupported(-1, "this kind of join")
	}
	item := fromItem{rels: append(append([]*rangeItem(nil), l.rels...), r.rels...), single: -1}
	cond := ""
	onScope := &scope{parent: sc.parent, ctes: sc.ctes, rels: item.rels, cols: append(append([]*scopeCol(nil), l.cols...), r.cols...)}
	var using []string
	for _, n := range x.UsingClause {
		using = append(using, n.GetString_().GetSval())
	}
	if x.IsNatural {
		for _, a := range l.cols {
			for _, b := range r.cols {
				if a.name == b.name {
					using = append(using, a.name)
				}
			}
		}
	}
	switch {
	case len(using) > 0:
		if cond, err = t.usingColumns(x, using, l, r, &item); err != nil {
			return fromItem{}, err
		}
	case x.Quals != nil:
		q, err := t.boolean(exprCtx{s: onScope, place: inJoin}, x.Quals, "JOIN/ON")
		if err != nil {
			return fromItem{}, err
		}
		cond = q.sql
		item.cols = onScope.cols
		t.joinPredicates(x, l, r, onScope)
	default:
		item.cols = onScope.cols
	}
	if cond == "" && kind == "JOIN" {
		item.sql = "(" + l.sql + " CROSS JOIN " + r.sql + ")"
	} else {
		if cond == "" {
			cond = "true"
		}
		item.sql = "(" + l.sql + " " + kind + " " + r.sql + " ON " + cond + ")"
	}
	markNullable := func(side fromItem) {
		for _, rel := range side.rels {
			for _, c := range rel.cols {
				c.nullable = true
			}
		}
		for _, c := range side.cols {
			c.nullable = true
		}
	}
	if x.Jointype == pg_query.JoinType_JOIN_LEFT || x.Jointype == pg_query.JoinType_JOIN_FULL {
		markNullable(r)
	}
	if x.Jointype == pg_query.JoinType_JOIN_RIGHT || x.Jointype == pg_query.JoinType_JOIN_FULL {
		markNullable(l)
	}
	if x.JoinUsingAlias != nil {
		rel := &rangeItem{name: x.JoinUsingAlias.Aliasname}
		for i := range using {
			rel.cols = append(rel.cols, item.cols[i])
		}
		item.rels = append(item.rels, rel)
	}
	if x.Alias != nil {
		rel := &rangeItem{name: x.Alias.Aliasname}
		for _, c := range item.cols {
			copied := *c
			rel.cols = append(rel.cols, &copied)
		}
		if err := t.aliasColumns(rel.cols, x.Alias, x.Alias.Aliasname); err != nil {
			return fromItem{}, err
		}
		item.rels, item.cols = []*rangeItem{rel}, rel.cols
	}
	return item, nil
}

// usingColumns joins by the named columns, which stand once in the result.
func (t *translator) usingColumns(x *pg_query.JoinExpr, using []string, l, r fromItem, item *fromItem) (string, error) {
	find := func(cols []*scopeCol, name, side string) (*scopeCol, error) {
		var hit *scopeCol
		for _, c := range cols {
			if c.name == name {
				if hit != nil {
					return nil, t.errorf(-1, pgerrcode.AmbiguousColumn, "common column name %q appears more than once in %s table", name, side)
				}
				hit = c
			}
		}
		if hit == nil {
			return nil, t.errorf(-1, pgerrcode.UndefinedColumn, "column %q specified in USING clause does not exist in %s table", name, side)
		}
		return hit, nil
	}
	var conds []string
	skipL, skipR := map[*scopeCol]bool{}, map[*scopeCol]bool{}
	for i, name := range using {
		for _, before := range using[:i] {
			if before == name {
				return "", t.errorf(-1, pgerrcode.DuplicateColumn, "column name %q appears more than once in USING clause", name)
			}
		}
		a, err := find(l.cols, name, "left")
		if err != nil {
			return "", err
		}
		b, err := find(r.cols, name, "right")
		if err != nil {
			return "", err
		}
		ae, be := t.use(a), t.use(b)
		eq, err := t.compare("=", "=", ae, be, -1)
		if err != nil {
			return "", err
		}
		conds = append(conds, eq.sql)
		skipL[a], skipR[b] = true, true
		merged := *a
		merged.name = name
		switch x.Jointype {
		case pg_query.JoinType_JOIN_RIGHT:
			merged = *b
		case pg_query.JoinType_JOIN_FULL:
			pair := []expr{ae, be}
			ty, err := t.unify(pair, "JOIN/USING", -1)
			if err != nil {
				return "", err
			}
			e := t.finishUnified(typed("coalesce("+joinSQL(pair)+")", ty.OID, pair...), pair, ty)
			merged = scopeCol{name: name, scan: -1, e: e}
		default:
			if ae.typ.OID != be.typ.OID {
				ty, err := t.commonType([]expr{ae, be}, "JOIN/USING", -1)
				if err != nil {
					return "", err
				}
				if merged.e, err = t.unifyOne(ae, ty, -1); err != nil {
					return "", err
				}
			}
		}
		item.cols = append(item.cols, &merged)
	}
	for _, c := range l.cols {
		if !skipL[c] {
			item.cols = append(item.cols, c)
		}
	}
	for _, c := range r.cols {
		if !skipR[c] {
			item.cols = append(item.cols, c)
		}
	}
	return strings.Join(conds, " AND "), nil
}

// rangeFunction translates a function in FROM: generate_series, unnest and scalar functions of the allow-list.
func (t *translator) rangeFunction(x *pg_query.RangeFunction, sc *scope) (fromItem, error) {
	if len(x.Coldeflist) > 0 {
		return fromItem{}, t.unsupported(-1, "a column definition list")
	}
	if len(x.Functions) != 1 {
		return fromItem{}, t.unsupported(-1, "ROWS FROM with several functions")
	}
	items := x.Functions[0].GetList().GetItems()
	if len(items) == 0 {
		return fromItem{}, pgerr42601("this function in FROM is not supported")
	}
	if len(items) > 1 && items[1].GetList() != nil && len(items[1].GetList().Items) > 0 {
		return fromItem{}, t.unsupported(-1, "a column definition list")
	}
	c := exprCtx{s: &scope{parent: sc.parent, rels: sc.rels, cols: sc.cols, ctes: sc.ctes}, place: inFrom}
	name := FigureColname(items[0])
	alias := name
	if x.Alias != nil {
		alias = x.Alias.Aliasname
	}
	var lists []expr
	if f := items[0].GetFuncCall(); f != nil && lastName(f.Funcname) == "unnest" && len(f.Args) > 1 {
		for _, a := range f.Args {
			e, err := t.expr(c, a)
			if err != nil {
				return fromItem{}, err
			}
			e, err = t.callFunction(c, "unnest", []expr{e}, f.Location)
			if err != nil {
				return fromItem{}, err
			}
			lists = append(lists, e)
		}
	} else {
		e, err := t.expr(c, items[0])
		if err != nil {
			return fromItem{}, err
		}
		lists = append(lists, t.exact(t.settle(e)))
	}
	var cols []outCol
	var sel []string
	for i, e := range lists {
		duck := fmt.Sprintf("pg_f%d", i+1)
		sel = append(sel, e.sql+" AS "+duck)
		out := name
		if len(lists) == 1 && x.Alias != nil {
			out = alias
		}
		cols = append(cols, outCol{name: out, duck: duck, e: expr{typ: e.typ, scale: e.scale}})
	}
	sql := "(SELECT " + strings.Join(sel, ", ") + ")"
	if lists[0].table != "" && len(lists) == 1 {
		sql = "(SELECT pg_s AS pg_f1 FROM " + lists[0].table + ")"
	}
	if x.Ordinality {
		sql = "(SELECT *, row_number() OVER () AS pg_n FROM " + sql + ")"
		cols = append(cols, outCol{name: "ordinality", duck: "pg_n", e: expr{typ: sqltype.Of(sqltype.Int8), scale: -1}})
	}
	return t.derived("LATERAL "+sql, cols, alias, x.Alias, alias)
}
