package session

import (
	"context"
	"io"
	"slices"
	"strings"

	"github.com/jackc/pgerrcode"

	"github.com/miniodb/miniodb/catalog"
	"github.com/miniodb/miniodb/internal/pgerr"
	"github.com/miniodb/miniodb/planner"
	"github.com/miniodb/miniodb/sql"
)

// checkDefinition refuses CHECK constraints and defaults of a new table that cannot be evaluated. The table is in the transaction's catalog.
func (s *Session) checkDefinition(ctx context.Context, t *catalog.Table) error {
	env := sql.Env{Resolver: s.resolver(), Session: s.info()}
	for _, c := range t.Checks {
		if _, err := sql.CheckExpr(c.Expr, t, env); err != nil { // what only a CHECK must not hold: aggregates, subqueries
			return err
		}
		if _, err := s.bindCheck(ctx, t, c.Expr); err != nil {
			return err
		}
	}
	for i := range t.Columns {
		c := &t.Columns[i]
		if c.Default == "" || c.Sequence != nil {
			continue
		}
		if name, ok := sql.SequenceDefault(c.Default); ok {
			if _, found := s.resolver().find(name); !found {
				return noRelation(name)
			}
		} else {
			if _, err := sql.ValueExpr(c.Default, c.Type, env); err != nil {
				return err
			}
		}
		f, err := s.defaultOf(ctx, t, c)
		if err != nil {
			return err
		}
		if _, ok := sql.LiteralDefault(c.Default); ok { // 'abc' as the default of an integer
			if _, err := f(ctx, 1); err != nil {
				return err
			}
		}
	}
	return nil
}

// bindCheck binds the query for rows that violate a constraint; NULL does not violate it.
func (s *Session) bindCheck(ctx context.Context, t *catalog.Table, expr string) (*boundQuery, error) {
	name := sql.QuoteIdent(t.Name.Schema) + "." + sql.QuoteIdent(t.Name.Name)
	stmts, err := sql.Parse("SELECT * FROM " + name + " WHERE NOT (" + expr + ") LIMIT 1")
	if err != nil {
		return nil, err
	}
	q, ok := stmts[0].Command.(*sql.Query)
	if !ok || len(stmts) != 1 {
		return nil, pgerr.New(pgerrcode.SyntaxError, "a CHECK constraint must be an expression")
	}
	return s.bind(ctx, q, nil, nil)
}

// check evaluates the table's CHECK constraints over collected rows, in a buffer relation of their own.
func (w *writer) check(ctx context.Context, parts []action) error {
	t := w.target.table
	if len(t.Checks) == 0 || w.checked {
		return nil
	}
	s := w.s
	part, drop, err := s.scratch(ctx, t, parts)
	if err != nil {
		return err
	}
	defer drop()
	if part == nil {
		return nil
	}
	checks := slices.SortedFunc(slices.Values(t.Checks), func(a, b catalog.Check) int { return strings.Compare(a.Name, b.Name) })
	for _, c := range checks { // by name, as PostgreSQL does
		if err := s.checkPart(ctx, t, c, *part); err != nil {
			return err
		}
	}
	return nil
}

func (s *Session) checkPart(ctx context.Context, t *catalog.Table, c catalog.Check, part planner.Part) error {
	b, err := s.bindCheck(ctx, t, c.Expr)
	if err != nil {
		return err
	}
	tables := make([]planner.Table, len(b.sel.Scans))
	for i := range tables {
		tables[i].Parts = []planner.Part{part}
	}
	text, err := planner.New(planner.Input{Query: b.sel, Tables: tables}).Text(nil)
	if err != nil {
		return err
	}
	conn, err := s.node.engine.Load().Conn()
	if err != nil {
		return err
	}
	defer conn.Close()
	if _, err := s.useZone(ctx, conn, "UTC"); err != nil {
		return err
	}
	stream, err := conn.Query(ctx, text, nil)
	if err != nil {
		return err
	}
	defer stream.Close()
	batch, err := stream.Next(ctx)
	if err == io.EOF {
		return nil
	}
	if err != nil {
		return err
	}
	e := pgerr.New(pgerrcode.CheckViolation, "new row for relation %q violates check constraint %q", t.Name.Name, c.Name).
		WithDetail("Failing row contains (%s).", describeRow(batch, 0))
	e.Schema, e.Table, e.Constraint = t.Name.Schema, t.Name.Name, c.Name
	return e
}
