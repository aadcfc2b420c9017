package session

import (
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/jackc/pgerrcode"

	"github.com/miniodb/miniodb/catalog"
	"github.com/miniodb/miniodb/internal/pgerr"
	"github.com/miniodb/miniodb/pgwire"
	"github.com/miniodb/miniodb/sql"
)

// alteration is one ALTER TABLE under way. Its transaction keeps the commits of others out of the table from here to its end, so that what was found
// to be true of the rows that are there stays true.
type alteration struct {
	s     *Session
	old   *catalog.Table // as it was before the statement
	table *catalog.Table // as the actions so far have left it
	ops   []catalog.Op   // beside that of the table itself

	reshaped bool     // columns, keys or checks have changed
	defined  bool     // defaults or checks have to be looked at
	notNull  []string // columns of which no row may be NULL
	checks   []string // names of checks that every row has to pass
}

// alterable finds a relation that a statement changes, and keeps writers out of it; nil if it is not there and need not be.
func (s *Session) alterable(ctx context.Context, n catalog.Name, ifExists bool) (*catalog.Name, error) {
	for {
		r := s.resolver()
		full, ok, err := r.own(n)
		switch {
		case err != nil:
			return nil, err
		case !ok && ifExists:
			s.notice(pgerrcode.SuccessfulCompletion, "relation %q does not exist, skipping", n.Name)
			return nil, nil
		case !ok && n.Schema != "" && r.db.Schemas[n.Schema] == nil:
			return nil, pgerr.New(pgerrcode.InvalidSchemaName, "schema %q does not exist", n.Schema)
		case !ok:
			return nil, noRelation(n)
		}
		if err := s.mustOwn(r.db, full); err != nil {
			return nil, err
		}
		t := r.db.Tables[full]
		if t == nil || temporary(full) || s.tx.createdHere(t.UUID) {
			return &full, nil
		}
		if err := s.node.ingest.Hold(ctx, s.tx.id, t.UUID, s.values.duration("lock_timeout")); err != nil {
			return nil, err
		}
		s.tx.holds = true
		if now := s.database().Tables[full]; now != nil && now.UUID == t.UUID {
			return &full, nil
		}
	}
}

func (s *Session) runAlterTable(ctx context.Context, c *sql.AlterTable, tag string) (pgwire.Result, error) {
	full, err := s.alterable(ctx, c.Name, c.IfExists)
	if err != nil || full == nil {
		return tagResult(tag), err
	}
	db := s.database()
	old := db.Tables[*full]
	if kind := kindOf(db, *full); kind != c.Kind && c.Kind != sql.ObjectTable {
		return nil, wrongKind(c.Kind, *full)
	} else if old == nil {
		return nil, pgerr.New(pgerrcode.FeatureNotSupported, "this action of ALTER TABLE cannot be performed on relation %q", c.Name.Name).
			WithDetail("It is a %s.", kind)
	}
	a := &alteration{s: s, old: old, table: cloneTable(old)}
	for _, action := range c.Actions {
		if name := sql.ActionName(action); old.Materialized() && name != "" {
			return nil, pgerr.New(pgerrcode.WrongObjectType, "ALTER action %s cannot be performed on relation %q", name, old.Name.Name).
				WithDetail("This operation is not supported for materialized views.")
		}
		if err := a.do(ctx, action); err != nil {
			return nil, err
		}
	}
	return tagResult(tag), a.finish(ctx)
}

func wrongKind(want sql.ObjectKind, n catalog.Name) error {
	return pgerr.New(pgerrcode.WrongObjectType, "%q is not a %s", n.Name, want)
}

func cloneTable(t *catalog.Table) *catalog.Table {
	n := *t
	n.Columns, n.Keys, n.Checks, n.ShardKey = slices.Clone(t.Columns), slices.Clone(t.Keys), slices.Clone(t.Checks), slices.Clone(t.ShardKey)
	n.Options.Properties = maps.Clone(t.Options.Properties)
	return &n
}

func (a *alteration) do(ctx context.Context, action sql.AlterAction) error {
	switch c := action.(type) {
	case *sql.AddColumn:
		return a.addColumn(ctx, c)
	case *sql.DropColumn:
		return a.dropColumn(c)
	case *sql.SetDefault:
		return a.setDefault(c)
	case *sql.AddIdentity:
		return a.addIdentity(c)
	case *sql.DropIdentity:
		return a.dropIdentity(c)
	case *sql.SetNotNull:
		return a.setNotNull(c)
	case *sql.SetType:
		return a.setType(c)
	case *sql.AddConstraint:
		return a.addConstraint(c)
	case *sql.DropConstraint:
		return a.dropConstraint(c)
	case *sql.ValidateConstraint:
		return a.validate(c.Name)
	case *sql.SetOptions:
		return a.setOptions(c)
	case *sql.ResetOptions:
		return a.resetOptions(c.Names)
	case *sql.IgnoredAction:
		if c.Column == "" {
			return nil
		}
		_, err := a.column(c.Column)
		return err
	}
	return pgerr.New(pgerrcode.FeatureNotSupported, "this action of ALTER TABLE is not supported")
}

// column finds a column of the table as it is now.
func (a *alteration) column(name string) (*catalog.Column, error) {
	if i := a.table.ColumnByName(name); i >= 0 {
		return &a.table.Columns[i], nil
	}
	return nil, pgerr.New(pgerrcode.UndefinedColumn, "column %q of relation %q does not exist", name, a.table.Name.Name)
}

// finish makes the table part of the transaction's catalog and looks at the rows that are there.
func (a *alteration) finish(ctx context.Context) error {
	if a.reshaped {
		a.table.SchemaID++
	}
	if err := a.s.addOps(append(a.ops, catalog.Op{PutTable: a.table})...); err != nil {
		return err
	}
	if a.defined {
		if err := a.s.checkDefinition(ctx, a.table); err != nil {
			return err
		}
	}
	for _, name := range a.notNull {
		found, err := a.s.anyRow(ctx, a.table, sql.QuoteIdent(name)+" IS NULL")
		if err != nil {
			return err
		}
		if found {
			e := pgerr.New(pgerrcode.NotNullViolation, "column %q of relation %q contains null values", name, a.table.Name.Name)
			e.Schema, e.Table, e.Column = a.table.Name.Schema, a.table.Name.Name, name
			return e
		}
	}
	for _, c := range a.table.Checks {
		if !slices.Contains(a.checks, c.Name) {
			continue
		}
		found, err := a.s.anyRow(ctx, a.table, "NOT ("+c.Expr+")")
		if err != nil {
			return err
		}
		if found {
			e := pgerr.New(pgerrcode.CheckViolation, "check constraint %q of relation %q is violated by some row", c.Name, a.table.Name.Name)
			e.Schema, e.Table, e.Constraint = a.table.Name.Schema, a.table.Name.Name, c.Name
			return e
		}
	}
	return nil
}

// anyRow reports whether some row of a table meets a condition, as of now and not as of the transaction's snapshot.
func (s *Session) anyRow(ctx context.Context, t *catalog.Table, condition string) (bool, error) {
	name := sql.QuoteIdent(t.Name.Schema) + "." + sql.QuoteIdent(t.Name.Name)
	stmts, err := sql.Parse("SELECT 1 FROM " + name + " WHERE " + condition + " LIMIT 1")
	if err != nil {
		return false, err
	}
	q, ok := stmts[0].Command.(*sql.Query)
	if !ok || len(stmts) != 1 {
		return false, pgerr.New(pgerrcode.SyntaxError, "a constraint must be an expression")
	}
	pin, isolation := s.tx.pin, s.tx.isolation
	s.tx.pin, s.tx.isolation = nil, "read committed"
	defer func() { s.tx.pin, s.tx.isolation = pin, isolation }()
	b, err := s.bind(ctx, q, nil, nil)
	if err != nil {
		return false, err
	}
	batches, _, err := s.collectRows(ctx, b, nil, 1)
	return len(batches) > 0 && batches[0].Len > 0, err
}

// dependents refuses to drop what other objects need.
func dependents(what string, details []string) error {
	return pgerr.New(pgerrcode.DependentObjectsStillExist, "cannot drop %s because other objects depend on it", what).
		WithDetail("%s", strings.Join(details, "\n")).WithHint("Use DROP ... CASCADE to drop the dependent objects too.")
}
