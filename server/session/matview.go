package session

import (
	"context"
	"maps"

	"github.com/jackc/pgerrcode"

	"github.com/miniodb/miniodb/catalog"
	"github.com/miniodb/miniodb/internal/pgerr"
	"github.com/miniodb/miniodb/internal/sqltype"
	"github.com/miniodb/miniodb/pgwire"
	"github.com/miniodb/miniodb/sql"
)

// A materialized view is a table whose definition is kept beside it. REFRESH empties and fills it in one transaction, so readers see the old rows or
// the new ones and never wait.

// definitions are what has a query: views, and materialized views as the views that they would be.
func definitions(db *catalog.Database) map[catalog.Name]*catalog.View {
	out := db.Views
	for name, t := range db.Tables {
		if !t.Materialized() {
			continue
		}
		if len(out) == len(db.Views) {
			out = maps.Clone(db.Views)
		}
		out[name] = t.AsView()
	}
	return out
}

// redefine gives a view, or a materialized one, another text for its query.
func redefine(db *catalog.Database, v *catalog.View, text string) catalog.Op {
	if t := db.Tables[v.Name]; t != nil {
		n := cloneTable(t)
		n.Definition = text
		return catalog.Op{PutTable: n}
	}
	n := *v
	n.Query = text
	return catalog.Op{PutView: &n}
}

// definition is the text of the query of a new materialized view.
func (s *Session) definition(b *boundQuery) (string, error) {
	if readsTemporary(b.sel) {
		return "", pgerr.New(pgerrcode.FeatureNotSupported, "materialized views must not use temporary tables or views")
	}
	if len(b.sel.Actions) > 0 {
		return "", pgerr.New(pgerrcode.FeatureNotSupported, "materialized views must not call functions that act on the server or the session")
	}
	if len(b.sel.Params) > 0 {
		return "", pgerr.New(pgerrcode.FeatureNotSupported, "materialized views may not be defined using bound parameters")
	}
	return sql.Qualify(b.query, sql.Env{Resolver: s.resolver(), Session: s.info()})
}

// populated says whether the query of a materialized view has been run.
func populated(t *catalog.Table, is bool) catalog.Op {
	n := cloneTable(t)
	n.Unpopulated = !is
	return catalog.Op{PutTable: n}
}

func (s *Session) runRefresh(ctx context.Context, c *sql.Refresh, tag string) (pgwire.Result, error) {
	r := s.resolver()
	full, ok, err := r.own(c.Name)
	if err != nil {
		return nil, err
	}
	t := r.db.Tables[full]
	switch {
	case !ok:
		return nil, noRelation(c.Name)
	case t == nil:
		return nil, pgerr.New(pgerrcode.WrongObjectType, "%q is not a table or materialized view", full.Name)
	}
	if err := s.mustOwn(r.db, full); err != nil {
		return nil, err
	}
	switch {
	case !t.Materialized():
		return nil, pgerr.New(pgerrcode.FeatureNotSupported, "%q is not a materialized view", full.Name)
	case c.Concurrently && t.Unpopulated:
		return nil, pgerr.New(pgerrcode.FeatureNotSupported, "CONCURRENTLY cannot be used when the materialized view is not populated")
	case c.Concurrently && c.NoData:
		return nil, pgerr.New(pgerrcode.SyntaxError, "CONCURRENTLY and WITH NO DATA options cannot be used together")
	}
	if err := s.dropOwnRowsOf(ctx, t.UUID); err != nil {
		return nil, err
	}
	s.tx.actions = append(s.tx.actions, action{table: t, truncate: true})
	if t.Unpopulated != c.NoData {
		if err := s.addOps(populated(t, !c.NoData)); err != nil {
			return nil, err
		}
	}
	if c.NoData {
		return tagResult(tag), nil
	}
	back := s.actAs(catalog.OwnerOID(t.Owner))
	defer back()
	return tagResult(tag), s.refill(ctx, t)
}

// refill adds the rows of its query to a materialized view.
func (s *Session) refill(ctx context.Context, t *catalog.Table) error {
	stmts, err := sql.Parse(t.Definition)
	if err != nil {
		return pgerr.New(pgerrcode.InternalError, "the text of materialized view %s cannot be read", t.Name).WithCause(err)
	}
	q, ok := stmts[0].Command.(*sql.Query)
	if !ok {
		return noRelation(t.Name)
	}
	q.Stored = true
	to, err := newTarget(t, nil)
	if err != nil {
		return err
	}
	types := make([]sqltype.Type, len(t.Columns))
	for i := range types {
		types[i] = t.Columns[i].Type
	}
	b, err := s.bind(ctx, q, nil, types)
	if err != nil {
		return err
	}
	w, err := s.newWriter(ctx, to)
	if err != nil {
		return err
	}
	defer w.abort()
	if err := s.insertQuery(ctx, w, b, nil, nil); err != nil {
		return err
	}
	return w.finish(ctx)
}

// actAs has the session act for another role until back is called, unseen by the client; what it runs cannot change the role.
func (s *Session) actAs(role uint32) (back func()) {
	before, restricted := s.values, s.restricted
	s.restricted = true
	super := s.rightsOf(role).Superuser()
	s.values = s.values.with("role", s.roleName(role)).with(keyRole, oidText(role)).with("is_superuser", onOff(super))
	s.generation++
	return func() {
		s.values, s.restricted = before, restricted
		s.generation++
	}
}

// dropView is the operation that drops a view, or a materialized one.
func dropView(db *catalog.Database, n catalog.Name) catalog.Op {
	if db.Tables[n] != nil {
		return dropTable(n)
	}
	return catalog.Op{DropView: &n}
}
