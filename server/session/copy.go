package session

import (
	"context"
	"errors"
	"slices"

	"github.com/jackc/pgerrcode"

	"github.com/miniodb/miniodb/catalog"
	"github.com/miniodb/miniodb/internal/pgerr"
	"github.com/miniodb/miniodb/internal/vector"
	"github.com/miniodb/miniodb/pgwire"
	"github.com/miniodb/miniodb/sql"
)

func (s *Session) runCopy(ctx context.Context, st *statement, c *sql.Copy) (pgwire.Result, error) {
	if c.Query != nil {
		return s.copyQuery(ctx, st.query, c)
	}
	if !c.From {
		q, err := s.copyOutQuery(ctx, c)
		if err != nil {
			return nil, err
		}
		return s.copyQuery(ctx, q, c)
	}
	t, err := s.resolver().stored(c.Table)
	if err != nil {
		return nil, err
	}
	if t.Materialized() {
		return nil, pgerr.New(pgerrcode.WrongObjectType, "cannot copy to materialized view %q", t.Name.Name)
	}
	if !temporary(t.Name) {
		if err := s.checkWritable("COPY FROM"); err != nil {
			return nil, err
		}
	}
	to, err := newTarget(t, c.Columns)
	if err != nil {
		return nil, err
	}
	in := &copyIn{session: s, progress: copyProgress{relation: t.OID, command: "COPY FROM", kind: "PIPE"}, columns: make([]pgwire.Column, len(to.columns)), tag: st.stmt.Tag}
	for i, col := range to.columns {
		in.columns[i] = pgwire.Column{Name: t.Columns[col].Name, Type: t.Columns[col].Type, Table: t.OID, Attnum: int16(col + 1)}
	}
	if err := s.checkTarget(t, to.columns, catalog.Insert); err != nil {
		return nil, err
	}
	if in.options, err = copyOptions(c, t.Name.Name, in.columns); err != nil {
		return nil, err
	}
	if in.writer, err = s.newWriter(ctx, to); err != nil {
		return nil, err
	}
	s.copying.Store(&in.progress)
	return in, nil
}

// copyOutQuery is the SELECT that COPY table TO stands for.
func (s *Session) copyOutQuery(ctx context.Context, c *sql.Copy) (*boundQuery, error) {
	r := s.resolver()
	if c.Table.Schema != "" {
		if err := s.mayUse(c.Table.Schema); err != nil {
			return nil, err
		}
	}
	full, ok := r.find(c.Table)
	if !ok {
		return nil, noRelation(c.Table)
	}
	t := r.db.Tables[full]
	if t == nil || t.Materialized() {
		kind := string(kindOf(r.db, full))
		if r.systems.relations[full] != nil {
			kind = "system relation"
		}
		return nil, pgerr.New(pgerrcode.WrongObjectType, "cannot copy from %s %q", kind, c.Table.Name).
			WithHint("Try the COPY (SELECT ...) TO variant.")
	}
	to, err := newTarget(t, c.Columns)
	if err != nil {
		return nil, err
	}
	text := "SELECT "
	for i, col := range to.columns {
		if i > 0 {
			text += ", "
		}
		text += sql.QuoteIdent(t.Columns[col].Name)
	}
	stmts, err := sql.Parse(text + " FROM " + sql.QuoteIdent(full.Schema) + "." + sql.QuoteIdent(full.Name))
	if err != nil {
		return nil, err
	}
	return s.bind(ctx, stmts[0].Command.(*sql.Query), nil, nil)
}

func (s *Session) copyQuery(ctx context.Context, b *boundQuery, c *sql.Copy) (pgwire.Result, error) {
	r, err := s.open(ctx, b, nil)
	if err != nil {
		return nil, err
	}
	options, err := copyOptions(c, c.Table.Name, r.columns)
	if err != nil {
		r.Close()
		return nil, err
	}
	return &queryResult{rows: r, columns: r.columns, tag: "COPY", copyOut: options, progress: s.copiesOut(c)}, nil
}

// copyOptions resolves the column lists of the options.
func copyOptions(c *sql.Copy, table string, columns []pgwire.Column) (*pgwire.CopyOptions, error) {
	o := c.Options
	out := &pgwire.CopyOptions{
		Format: pgwire.CopyFormat(o.Format), Table: table, Delimiter: o.Delimiter, Null: o.Null, Header: o.Header,
		HeaderMatch: o.HeaderMatch, Quote: o.Quote, Escape: o.Escape, Encoding: o.Encoding,
	}
	for _, list := range []struct {
		option string
		names  []string
		all    bool
		to     *[]bool
	}{
		{"FORCE_QUOTE", o.ForceQuote, o.ForceQuoteAll, &out.ForceQuote},
		{"FORCE_NOT_NULL", o.ForceNotNull, o.ForceNotNullAll, &out.ForceNotNull},
		{"FORCE_NULL", o.ForceNull, o.ForceNullAll, &out.ForceNull},
	} {
		*list.to = make([]bool, len(columns))
		for i := range columns {
			(*list.to)[i] = list.all
		}
		for _, n := range list.names {
			i := slices.IndexFunc(columns, func(c pgwire.Column) bool { return c.Name == n })
			if i < 0 {
				return nil, pgerr.New(pgerrcode.InvalidColumnReference, "%s column %q not referenced by COPY", list.option, n)
			}
			(*list.to)[i] = true
		}
	}
	return out, nil
}

// copyIn implements pgwire.Result and pgwire.CopyIn for COPY FROM STDIN.
type copyIn struct {
	tagResult
	session  *Session
	writer   *writer
	columns  []pgwire.Column
	options  *pgwire.CopyOptions
	tag      string
	progress copyProgress
}

func (c *copyIn) CopyIn() pgwire.CopyIn            { return c }
func (c *copyIn) Options() *pgwire.CopyOptions     { return c.options }
func (c *copyIn) Columns() []pgwire.Column         { return c.columns }
func (c *copyIn) Tag(int64) string                 { return "COPY " + itoa(c.writer.rows) }
func (c *copyIn) Close()                           { c.Abort(); c.session.copying.Store(nil) }
func (c *copyIn) Finish(ctx context.Context) error { return c.fail(c.writer.finish(ctx)) }

// Append implements pgwire.CopyIn. firstLine is the line of the batch's first row; rows of several lines make the line of an
// error in a later row a lower bound, which only constraint violations in multi-line CSV show.
func (c *copyIn) Append(ctx context.Context, b *vector.Batch, firstLine int64) error {
	c.progress.tuples.Add(int64(b.Len))
	err := c.writer.add(ctx, b)
	var row *rowError
	if errors.As(err, &row) {
		return c.fail(row.err.WithWhere("COPY %s, line %d", c.options.Table, firstLine+int64(row.row)))
	}
	return c.fail(err)
}

// Progress implements pgwire.CopyProgress.
func (c *copyIn) Progress(bytes int64) { c.progress.bytes.Store(bytes) }

// Abort drops the rows of this COPY.
func (c *copyIn) Abort() { c.writer.abort() }

func (c *copyIn) fail(err error) error {
	if err != nil {
		c.session.Fail()
	}
	return outward(err)
}

// copiesOut begins to tell of a COPY TO.
func (s *Session) copiesOut(c *sql.Copy) *copyProgress {
	p := &copyProgress{command: "COPY TO", kind: "PIPE"}
	if c.Query == nil {
		if name, ok := s.resolver().find(c.Table); ok {
			if t := s.database().Tables[name]; t != nil {
				p.relation = t.OID
			}
		}
	}
	s.copying.Store(p)
	return p
}
