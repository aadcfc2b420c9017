package session

import (
	"context"
	"errors"
	"io"
	"slices"
	"strconv"

	"github.com/jackc/pgerrcode"

	"github.com/miniodb/miniodb/catalog"
	"github.com/miniodb/miniodb/internal/pgerr"
	"github.com/miniodb/miniodb/internal/sqltype"
	"github.com/miniodb/miniodb/internal/vector"
	"github.com/miniodb/miniodb/pgwire"
	"github.com/miniodb/miniodb/sql"
)

// prepareInsert resolves the target and the parameters' types: those of the columns they go to.
func (s *Session) prepareInsert(ctx context.Context, st *statement, c *sql.Insert) error {
	t, err := s.resolver().table(c.Target)
	if pgerr.Code(err) == pgerrcode.WrongObjectType { // PostgreSQL gives no position here
		return err
	}
	if err != nil {
		return pointAt(err, st, sql.InsertLocations.Target)
	}
	st.db, st.settings = s.database(), s.generation
	if st.target, err = newTarget(t, c.Columns); err != nil {
		missing := slices.IndexFunc(c.Columns, func(n string) bool { return t.ColumnByName(n) < 0 })
		return pointAt(err, st, func(l sql.InsertLocations) int { return l.Column(max(missing, 0)) })
	}
	st.ignored = nil
	if c.Query != nil {
		source := c.Query
		if c.HasDefaults() {
			if source, err = c.WithDefaults(st.target.defaults(c)); err != nil {
				return err
			}
		}
		if st.query, err = s.bindSource(ctx, st, c, source); err != nil {
			return err
		}
		st.params = st.query.sel.Params
		if err := st.identities(c); err != nil || c.Returning == nil {
			return err
		}
		return s.prepareReturning(ctx, st, c, oids(st.params))
	}
	if len(c.Rows) > 0 {
		if err := s.trimTarget(st, c.Columns == nil, len(c.Rows[0])); err != nil {
			return err
		}
	}
	if err := st.identities(c); err != nil {
		return err
	}
	st.params = make([]sqltype.Type, st.stmt.Params)
	for i := range st.params {
		if i < len(st.declared) && st.declared[i] != 0 && st.declared[i] != sqltype.Unknown {
			st.params[i] = sqltype.Of(st.declared[i])
		}
	}
	for _, row := range c.Rows {
		if len(st.params) == 0 {
			break
		}
		for i := range row {
			inferParams(&row[i], t.Columns[st.target.columns[i]].Type, st.params)
		}
	}
	if c.Returning != nil {
		if err := s.prepareReturning(ctx, st, c, oids(st.params)); err != nil {
			return err
		}
	}
	for i := range st.params {
		if st.params[i].OID == 0 {
			st.params[i] = sqltype.Of(sqltype.Text)
		}
	}
	return nil
}

// defaults are the default expressions of the target's columns. Identity columns that have nothing but DEFAULT are filled in afterwards (identities).
func (t *target) defaults(ins *sql.Insert) []string {
	out := make([]string, len(t.columns))
	for i, c := range t.columns {
		if t.table.Columns[c].Identity == "" || !ins.AllDefault(i) {
			out[i] = t.table.Columns[c].Default
		}
	}
	return out
}

// pointAt gives an error about an INSERT the position of the part that it is about.
func pointAt(err error, st *statement, where func(sql.InsertLocations) int) error {
	var e *pgerr.Error
	if !errors.As(err, &e) || e.Position > 0 {
		return err
	}
	c := *e
	c.Position = where(sql.LocateInsert(st.stmt))
	return &c
}

// inferParams gives a parameter that the client did not type the type of the column it goes to, or that it is cast to.
func inferParams(cell *sql.Cell, t sqltype.Type, params []sqltype.Type) {
	if cell.Cast != nil {
		t = *cell.Cast
	}
	switch cell.Kind {
	case sql.CellParam:
		if p := &params[cell.Param-1]; p.OID == 0 {
			*p = t
		}
	case sql.CellArray:
		if elem, ok := t.Elem(); ok {
			for i := range cell.Elems {
				inferParams(&cell.Elems[i], elem, params)
			}
		}
	}
}

// trimTarget matches the number of values with the number of columns: without a column list the last columns may be left out.
func (s *Session) trimTarget(st *statement, implied bool, n int) error {
	columns := len(st.target.columns)
	switch {
	case n > columns:
		return pointAt(pgerr.New(pgerrcode.SyntaxError, "INSERT has more expressions than target columns"), st,
			func(l sql.InsertLocations) int { return l.Cell(0, columns) })
	case n < columns && !implied:
		return pointAt(pgerr.New(pgerrcode.SyntaxError, "INSERT has more target columns than expressions"), st,
			func(l sql.InsertLocations) int { return l.Column(n) })
	}
	st.target.columns = st.target.columns[:n]
	return nil
}

// bindSource binds the query of INSERT ... SELECT so that its columns come out as the target's.
func (s *Session) bindSource(ctx context.Context, st *statement, c *sql.Insert, source *sql.Query) (*boundQuery, error) {
	types, names := make([]sqltype.Type, len(st.target.columns)), make([]string, len(st.target.columns))
	for i, col := range st.target.columns {
		types[i], names[i] = st.target.table.Columns[col].Type, st.target.table.Columns[col].Name
	}
	b, err := s.bind(ctx, source, st.declared, types, names...)
	if err != nil {
		return nil, err
	}
	return b, s.trimTarget(st, c.Columns == nil, len(b.columns))
}

func (s *Session) runInsert(ctx context.Context, st *statement, c *sql.Insert, args []*string) (pgwire.Result, error) {
	if err := s.retarget(ctx, st, c); err != nil {
		return nil, err
	}
	to := st.target
	if !temporary(to.table.Name) {
		if err := s.checkWritable("INSERT"); err != nil {
			return nil, err
		}
	}
	if c.DefaultValues {
		to = &target{table: to.table}
	}
	if err := s.checkTarget(to.table, to.columns, catalog.Insert); err != nil {
		return nil, err
	}
	if c.Returning != nil {
		if err := s.checkUses(st.returning.returningUses()); err != nil {
			return nil, err
		}
	}
	if c.Query != nil {
		to = to.without(st.ignored)
	}
	w, err := s.newWriter(ctx, to)
	if err != nil {
		return nil, err
	}
	defer w.abort()
	w.keep = c.Returning != nil
	switch {
	case c.DefaultValues:
		err = w.add(ctx, &vector.Batch{Len: 1})
	case c.Query != nil:
		err = s.insertQuery(ctx, w, st.query, args[:min(len(args), len(st.query.sel.Params))], st.ignored)
	default:
		err = s.insertRows(ctx, w, st, c.Rows, args)
	}
	var out *rowsResult
	if err == nil && w.keep {
		if err = w.verify(ctx); err == nil {
			out, err = s.returningResult(ctx, st, w, args)
		}
	}
	if err == nil {
		err = w.finish(ctx)
	}
	if err != nil {
		return nil, err
	}
	tag := st.stmt.Tag + " " + strconv.FormatInt(w.rows, 10)
	if out != nil {
		out.tag = tag
		return out, nil
	}
	return tagResult(tag), nil
}

// retarget prepares an INSERT again if its target has changed, or if its name leads to another table by now, a temporary one say.
func (s *Session) retarget(ctx context.Context, st *statement, c *sql.Insert) error {
	db := s.database()
	if st.db == db && st.settings == s.generation {
		return nil
	}
	now, err := s.resolver().table(c.Target)
	if err != nil || now.UUID != st.target.table.UUID || now.SchemaID != st.target.table.SchemaID {
		columns, target := st.columns, st.target
		if err := s.prepareInsert(ctx, st, c); err != nil || sameTypes(columns, st.columns) {
			return err
		}
		st.db, st.columns, st.target = nil, columns, target // what the client knows
		return errResultChanged()
	}
	st.db, st.settings = db, s.generation
	return nil
}

// insertBatchRows bounds the batches that INSERT builds.
const insertBatchRows = 10_000

// insertRows reads the constants of VALUES straight into batches; the engine's own INSERT is two orders of magnitude slower.
func (s *Session) insertRows(ctx context.Context, w *writer, st *statement, rows [][]sql.Cell, args []*string) error {
	cols := w.target.columns
	types := make([]vector.Type, len(cols))
	for i, c := range cols {
		types[i] = vector.TypeOf(w.target.table.Columns[c].Type)
	}
	cells := &cellReader{session: s, decoder: s.decoder(), params: st.params, args: args}
	// A column with DEFAULT somewhere gets its default values one by one.
	defaults := make([]filler, len(cols))
	for start := 0; start < len(rows); start += insertBatchRows {
		b := vector.NewBuilder(types)
		for r, row := range rows[start:min(start+insertBatchRows, len(rows))] {
			for i := range row {
				column := &w.target.table.Columns[cols[i]]
				if row[i].Kind == sql.CellDefault || st.ignored != nil && st.ignored[i] {
					if defaults[i] == nil {
						f, err := s.defaultOf(ctx, w.target.table, column)
						if err != nil {
							return err
						}
						defaults[i] = f
					}
					v, err := defaults[i](ctx, 1)
					if err != nil {
						return err
					}
					b.Col(i).Copy(&v, 0)
					continue
				}
				if err := cells.read(b.Col(i), &row[i], column.Name); err != nil {
					if !pointsAtValue(&row[i], err) {
						return err
					}
					return pointAt(err, st, func(l sql.InsertLocations) int { return l.Cell(start+r, i) })
				}
			}
		}
		if err := w.add(ctx, b.Take()); err != nil {
			return err
		}
	}
	return nil
}

// pointsAtValue reports whether PostgreSQL says where a faulty value stands: it does when it reads a constant as the column's type, not
// when it converts a value that has a type already, or enforces a length.
func pointsAtValue(c *sql.Cell, err error) bool {
	switch e := pgerr.From(err); {
	case e.Code == pgerrcode.DatatypeMismatch:
		return true
	case e.Code == pgerrcode.StringDataRightTruncationDataException, e.Message == "numeric field overflow":
		return false
	}
	return c.Kind == sql.CellString
}

// insertQuery copies the rows of a query, which binding has given the target's types, but for columns that are ignored.
func (s *Session) insertQuery(ctx context.Context, w *writer, b *boundQuery, args []*string, ignored []bool) error {
	r, err := s.openStream(ctx, b, args)
	if err != nil {
		return err
	}
	defer r.Close()
	types := make([]vector.Type, len(w.target.columns))
	for i, c := range w.target.columns {
		types[i] = vector.TypeOf(w.target.table.Columns[c].Type)
	}
	for {
		batch, err := r.Next(ctx)
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		batch = without(batch, ignored)
		for i := range types {
			if batch.Cols[i].Type.Kind != types[i].Kind || batch.Cols[i].Type.Scale != types[i].Scale {
				return pgerr.New(pgerrcode.InternalError, "column %d of the query has layout %v, not %v", i+1, batch.Cols[i].Type, types[i])
			}
		}
		copied := batch.Clone()
		for i := range types {
			copied.Cols[i].Type = types[i]
		}
		if err := w.add(ctx, copied); err != nil {
			return err
		}
	}
}
