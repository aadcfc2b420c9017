package session

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgerrcode"

	"github.com/miniodb/miniodb/catalog"
	"github.com/miniodb/miniodb/internal/pgerr"
	"github.com/miniodb/miniodb/pgwire"
	"github.com/miniodb/miniodb/sql"
)

func (s *Session) runDrop(c *sql.Drop, tag string) (pgwire.Result, error) {
	var ops []catalog.Op
	for _, n := range c.Names {
		more, err := s.drop(c, n)
		if err != nil {
			return nil, err
		}
		ops = append(ops, more...)
	}
	if len(ops) == 0 {
		return tagResult(tag), nil
	}
	return tagResult(tag), s.addOps(unique(ops)...)
}

// unique drops repeated operations: two dropped tables may share a dependent view.
func unique(ops []catalog.Op) []catalog.Op {
	seen := map[string]bool{}
	return slices.DeleteFunc(ops, func(op catalog.Op) bool {
		key := fmt.Sprint(op.DropSchema, op.DropFunction, op.DropType, op.DropTable, op.DropView, op.DropSequence)
		defer func() { seen[key] = true }()
		return seen[key]
	})
}

func (s *Session) drop(c *sql.Drop, n catalog.Name) ([]catalog.Op, error) {
	switch c.Kind {
	case sql.ObjectSchema:
		return s.dropSchema(c, n.Name)
	case sql.ObjectType:
		return s.dropType(c, n)
	}
	r := s.resolver()
	full, ok, err := r.own(n)
	if err != nil {
		return nil, err
	}
	if !ok {
		if c.IfExists {
			s.notice("00000", "%s %q does not exist, skipping", c.Kind, n.Name)
			return nil, nil
		}
		if c.Kind == sql.ObjectSequence || c.Kind == sql.ObjectTable || c.Kind == sql.ObjectView || c.Kind == sql.ObjectMatview {
			return nil, pgerr.New(pgerrcode.UndefinedTable, "%s %q does not exist", c.Kind, n.Name)
		}
		return nil, noRelation(n)
	}
	kind := kindOf(r.db, full)
	if err := s.mustOwnToDrop(r.db, full); kind == c.Kind && err != nil {
		return nil, err
	}
	if kind != c.Kind {
		return nil, pgerr.New(pgerrcode.WrongObjectType, "%q is not a %s", n.Name, c.Kind).
			WithHint("Use DROP %s to remove a %s.", strings.ToUpper(string(kind)), kind)
	}
	return s.dropRelation(r.db, full, c.Cascade)
}

func kindOf(db *catalog.Database, n catalog.Name) sql.ObjectKind {
	switch {
	case db.Tables[n] != nil && db.Tables[n].Materialized():
		return sql.ObjectMatview
	case db.Tables[n] != nil:
		return sql.ObjectTable
	case db.Views[n] != nil:
		return sql.ObjectView
	}
	return sql.ObjectSequence
}

// dropRelation drops one relation and, with CASCADE, what depends on it.
func (s *Session) dropRelation(db *catalog.Database, n catalog.Name, cascade bool) ([]catalog.Op, error) {
	deps := s.viewsOn(db, n)
	if t, at := ownerOfSequence(db, n); t != nil && t.Columns[at].Sequence != nil {
		what := fmt.Sprintf("column %s of table %s", t.Columns[at].Name, s.shortName(t.Name))
		if t.Columns[at].Identity != "" {
			return nil, pgerr.New(pgerrcode.DependentObjectsStillExist, "cannot drop sequence %s because %s requires it", s.shortName(n), what).
				WithHint("You can drop %s instead.", what)
		}
		deps = append(deps, dependent{what: "default value for " + what, on: s.object(db, n)})
	}
	for _, d := range defaultsOf(db, n) {
		what := fmt.Sprintf("default value for column %s of table %s", d.table.Columns[d.column].Name, s.shortName(d.table.Name))
		deps = append(deps, dependent{what: what, on: s.object(db, n)})
	}
	if err := s.cascade(s.object(db, n), deps, cascade); err != nil {
		return nil, err
	}
	return s.dropOps(db, n), nil
}

// dropOps are the operations that drop a relation and what depends on it.
func (s *Session) dropOps(db *catalog.Database, n catalog.Name) []catalog.Op {
	var ops []catalog.Op
	for _, v := range s.dependentViews(db, n) {
		ops = append(ops, dropView(db, v))
	}
	switch kindOf(db, n) {
	case sql.ObjectTable, sql.ObjectMatview:
		for _, col := range db.Tables[n].Columns {
			if seq := col.OwnedSequence(); seq != nil {
				ops = append(ops, catalog.Op{DropSequence: seq})
			}
		}
		ops = append(ops, dropTable(n))
	case sql.ObjectView:
		ops = append(ops, catalog.Op{DropView: &n})
	default:
		freed := map[catalog.Name]*catalog.Table{}
		if t, at := ownerOfSequence(db, n); t != nil {
			free := cloneTable(t)
			if c := &free.Columns[at]; c.Sequence != nil {
				c.Default = ""
			}
			free.Columns[at].Sequence, free.Columns[at].Owned = nil, nil
			freed[t.Name] = free
		}
		for _, d := range defaultsOf(db, n) {
			if freed[d.table.Name] == nil {
				freed[d.table.Name] = cloneTable(d.table)
			}
			freed[d.table.Name].Columns[d.column].Default = ""
		}
		for _, name := range sortedNames(freed) {
			ops = append(ops, catalog.Op{PutTable: freed[name]})
		}
		ops = append(ops, catalog.Op{DropSequence: &n})
	}
	return ops
}

func dropTable(n catalog.Name) catalog.Op { return catalog.Op{DropTable: &n, Time: time.Now().UTC()} }

// dependentViews lists the views that read a relation, directly or through other views, in a stable order.
func (s *Session) dependentViews(db *catalog.Database, n catalog.Name) []catalog.Name {
	var out []catalog.Name
	for name, v := range definitions(db) {
		if name == n {
			continue
		}
		r := &resolver{db: db, systems: s.node.systems, used: map[catalog.Name]bool{}}
		stmts, err := sql.Parse(v.Query)
		if err != nil || len(stmts) != 1 {
			continue
		}
		q, ok := stmts[0].Command.(*sql.Query)
		if !ok {
			continue
		}
		if _, err := sql.Rewrite(q, sql.Env{Resolver: r, Session: s.info(), Unexpanded: true}); err == nil && r.used[n] {
			out = append(out, name)
		}
	}
	slices.SortFunc(out, func(a, b catalog.Name) int { return strings.Compare(a.String(), b.String()) })
	return out
}

func (s *Session) dropSchema(c *sql.Drop, name string) ([]catalog.Op, error) {
	db := s.database()
	if s.node.systems.schemas[name] || db.Schemas[name] != nil && name == s.temp.schema {
		return nil, pgerr.New(pgerrcode.DependentObjectsStillExist, "cannot drop schema %s because it is required by the database system", name)
	}
	if db.Schemas[name] == nil {
		if c.IfExists {
			s.notice("00000", "schema %q does not exist, skipping", name)
			return nil, nil
		}
		return nil, pgerr.New(pgerrcode.InvalidSchemaName, "schema %q does not exist", name)
	}
	if !s.rights().Has(db.Schemas[name].Owner) {
		return nil, notOwner(sql.ObjectSchema, name)
	}
	names, deps := s.inSchema(db, name)
	functions := functionsOf(db, func(f *catalog.Function) bool { return f.Name.Schema == name })
	for _, f := range functions {
		deps = append(deps, dependent{what: "function " + s.signature(f), on: "schema " + name})
		for _, d := range s.callersOf(db, f) {
			if !slices.ContainsFunc(deps, func(o dependent) bool { return o.what == d.what }) {
				deps = append(deps, d)
			}
		}
	}
	types := typesOf(db, func(t *catalog.Type) bool { return t.Name.Schema == name })
	for _, t := range types {
		deps = append(deps, dependent{what: "type " + s.typeName(t), on: "schema " + name})
	}
	if err := s.cascade("schema "+name, deps, c.Cascade); err != nil {
		return nil, err
	}
	var ops []catalog.Op
	for _, n := range names {
		ops = append(ops, s.dropOps(db, n)...)
	}
	if len(types) > 0 { // what goes with the schema does not hold its types
		if err := s.addOps(unique(ops)...); err != nil {
			return nil, err
		}
		if err := s.dropAllTypes(types); err != nil {
			return nil, err
		}
		ops = nil
	}
	for _, f := range functions {
		for _, v := range s.callers(db, f) {
			ops = append(ops, s.dropOps(db, v)...)
		}
		ops = append(ops, catalog.Op{DropFunction: f.Key()})
	}
	return append(ops, catalog.Op{DropSchema: name}), nil
}

func (s *Session) runTruncate(ctx context.Context, c *sql.Truncate, tag string) (pgwire.Result, error) {
	r := s.resolver()
	var tables []*catalog.Table
	for _, n := range c.Names {
		t, err := r.stored(n)
		if err == nil && t.Materialized() {
			err = wrongKind(sql.ObjectTable, t.Name)
		}
		if err != nil {
			return nil, err
		}
		if err := s.checkTable(t, catalog.Truncate); err != nil {
			return nil, err
		}
		tables = append(tables, t)
	}
	for _, t := range tables {
		if err := s.dropOwnRowsOf(ctx, t.UUID); err != nil {
			return nil, err
		}
		if temporary(t.Name) {
			s.setTempParts(t.UUID, nil)
		} else {
			s.tx.actions = append(s.tx.actions, action{table: t, truncate: true})
		}
		if !c.RestartIdentity {
			continue
		}
		for _, col := range t.Columns {
			if seq := col.OwnedSequence(); seq != nil && r.db.Sequences[*seq] != nil {
				if err := s.mustOwn(r.db, *seq); err != nil {
					return nil, err
				}
				n := *r.db.Sequences[*seq]
				n.Reserved, n.Exhausted, n.Uncalled = n.Start, false, true
				n.Epoch++
				if err := s.addOps(catalog.Op{PutSequence: &n}); err != nil {
					return nil, err
				}
			}
		}
	}
	return tagResult(tag), nil
}
