package sql

import (
	"fmt"
	"strings"

	"github.com/jackc/pgerrcode"
	pg_query "github.com/pganalyze/pg_query_go/v6"

	"github.com/miniodb/miniodb/catalog"
	"github.com/miniodb/miniodb/internal/pgerr"
)

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
	if t.env.MayUse != nil && x.Schemaname != "" && t.callersNames() {
		if err := t.env.MayUse(x.Schemaname); err != nil {
			return fromItem{}, t.unknownRelation(x, err)
		}
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
	case rel.System != nil:
		use := t.addUse(Use{System: rel.System})
		item, err := t.system(SystemScan{System: rel.System}, alias, x.Alias)
		use.watch(item.cols)
		if err == nil {
			item.rels[0].oid = rel.System.OID
			if x.Alias == nil {
				item.rels[0].schema = rel.System.Name.Schema
			}
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
	r := &rangeItem{name: alias, base: true, oid: table.OID}
	if x.Alias == nil {
		r.schema = table.Name.Schema
	}
	for i, c := range table.Columns {
		r.cols = append(r.cols, &scopeCol{name: c.Name, item: r, scan: idx, id: c.ID, strict: true, e: expr{
			sql: t.stored(duck+"."+duckIdent(c.Name), c.Type), typ: c.Type, scale: declaredScale(c.Type), weight: 1,
			origin: Origin{Table: table.OID, Column: int16(i + 1)}}})
	}
	t.addUse(Use{Table: table}).watch(r.cols)
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
	use := t.addUse(Use{View: v})
	t.within = append(t.within, v)
	targets := t.env.TargetTypes
	t.env.TargetTypes = nil
	q, err := t.query(node.GetSelectStmt(), nil, nil)
	t.env.TargetTypes = targets
	t.views, t.within = t.views[:len(t.views)-1], t.within[:len(t.within)-1]
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
	use.watch(item.cols)
	if err == nil {
		item.rels[0].oid = v.OID
		if x.Alias == nil {
			item.rels[0].schema = v.Name.Schema
		}
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
		sc.e.grown = c.e.grown || c.e.col == nil
		if c.e.isAgg || c.e.isSet || strings.Contains(c.e.shown, `"`) {
			sc.e.shown = "" // it is of rows and columns that cannot be named here
		}
		sc.e.lit, sc.e.null, sc.e.param, sc.e.col, sc.e.inex, sc.e.weight, sc.e.isAgg, sc.e.isSet = nil, false, 0, nil, false, 1, false, false
		sc.e.elems, sc.e.row = nil, nil
		if sc.e.composite() || strings.Contains(sc.e.shown, `"`) { // it names columns that are inside
			sc.e.shown = ""
		}
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
		return fromItem{}, unsupportedNode("this subquery is not supported")
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
