package session

import (
	"context"
	"strconv"
	"strings"

	"github.com/jackc/pgerrcode"

	"github.com/miniodb/miniodb/catalog"
	"github.com/miniodb/miniodb/ingest"
	"github.com/miniodb/miniodb/internal/pgerr"
	"github.com/miniodb/miniodb/internal/vector"
)

// target is the table of an INSERT or COPY FROM and the columns that the statement gives values for.
type target struct {
	table   *catalog.Table
	columns []int // indexes into table.Columns
}

// newTarget resolves column names; nil names mean all columns.
func newTarget(t *catalog.Table, names []string) (*target, error) {
	out := &target{table: t}
	if names == nil {
		for i := range t.Columns {
			out.columns = append(out.columns, i)
		}
		return out, nil
	}
	seen := map[int]bool{}
	for _, n := range names {
		i := t.ColumnByName(n)
		if i < 0 {
			return nil, pgerr.New(pgerrcode.UndefinedColumn, "column %q of relation %q does not exist", n, t.Name.Name)
		}
		if seen[i] {
			return nil, pgerr.New(pgerrcode.DuplicateColumn, "column %q specified more than once", n)
		}
		seen[i] = true
		out.columns = append(out.columns, i)
	}
	return out, nil
}

// writer collects the rows that one statement writes: it fills in defaults and enforces constraints, and hands them to the transaction only when
// the statement is complete. Rows beyond Config.BulkBytes go straight to Parquet files, which the commit then names.
type writer struct {
	s      *Session
	target *target
	fill   []filler // for each table column that the statement does not give
	rows   int64
	bytes  int64
	parts  []action      // batches
	spool  *ingest.Spool // nil below BulkBytes
	temp   *tempAppend   // of a temporary table, once rows have been added to it

	keep     bool     // for RETURNING
	kept     []action // all batches, then
	keptSize int      // bytes
	checked  bool     // the constraints hold for parts, to which nothing more is added
}

func (s *Session) newWriter(ctx context.Context, t *target) (*writer, error) {
	w := &writer{s: s, target: t, fill: make([]filler, len(t.table.Columns))}
	given := map[int]bool{}
	for _, i := range t.columns {
		given[i] = true
	}
	for i := range t.table.Columns {
		if given[i] {
			continue
		}
		f, err := s.defaultOf(ctx, t.table, &t.table.Columns[i])
		if err != nil {
			return nil, err
		}
		w.fill[i] = f
	}
	return w, nil
}

// add takes a batch whose columns are the target's. It may keep the batch.
func (w *writer) add(ctx context.Context, b *vector.Batch) error {
	if b.Len == 0 {
		return nil
	}
	t := w.target.table
	full := &vector.Batch{Len: b.Len, Cols: make([]vector.Vector, len(t.Columns))}
	for i, c := range w.target.columns {
		full.Cols[c] = b.Cols[i]
		full.Cols[c].Type.SQL = t.Columns[c].Type
	}
	for i, f := range w.fill {
		if f != nil {
			v, err := f(ctx, b.Len)
			if err != nil {
				return err
			}
			full.Cols[i] = v
		}
	}
	if err := notNull(t, full); err != nil {
		return err
	}
	w.rows += int64(b.Len)
	part := action{table: t, batch: full}
	if w.keep {
		if w.keptSize += full.Bytes(); w.keptSize > maxReturningBytes {
			return tooMuchReturned()
		}
		w.kept = append(w.kept, part)
	}
	if w.spool != nil {
		return w.spill(ctx, []action{part})
	}
	if b.Len >= encodeAheadRows && !temporary(t.Name) {
		if n := len(w.parts); n > 0 {
			w.parts[n-1].ahead.wait() // one at a time
		}
		part.ahead = encodeAhead(t, full)
	}
	w.parts = append(w.parts, part)
	w.bytes += int64(full.Bytes())
	if temporary(t.Name) {
		if w.bytes <= tempFlushBytes {
			return nil
		}
		return w.appendTemp(ctx)
	}
	if limit := w.s.node.cfg.BulkBytes; limit == 0 || w.bytes <= limit {
		return nil
	}
	var err error
	if w.spool, err = w.s.node.ingest.SpoolBulk(t); err != nil {
		return err
	}
	parts := w.parts
	w.parts = nil
	return w.spill(ctx, parts)
}

// spill checks batches and moves them to the spool.
func (w *writer) spill(ctx context.Context, parts []action) error {
	if err := w.check(ctx, parts); err != nil {
		return err
	}
	for _, p := range parts {
		if err := w.spool.Append(ctx, p.batch); err != nil {
			return err
		}
	}
	return nil
}

// appendTemp checks what has been collected for a temporary table and adds it.
func (w *writer) appendTemp(ctx context.Context) (err error) {
	if len(w.parts) == 0 {
		return nil
	}
	if err := w.check(ctx, w.parts); err != nil {
		return err
	}
	if w.temp == nil {
		if w.temp, err = w.s.newTempAppend(ctx, w.target.table); err != nil {
			return err
		}
	}
	err = w.temp.add(ctx, w.parts)
	w.parts, w.bytes = nil, 0
	return err
}

// verify checks the constraints once all rows have been added, for who looks at them before finish.
func (w *writer) verify(ctx context.Context) error {
	if err := w.check(ctx, w.parts); err != nil {
		return err
	}
	w.checked = true
	return nil
}

// finish checks the constraints and makes the rows part of the transaction.
func (w *writer) finish(ctx context.Context) error {
	if w.spool != nil {
		files, err := w.spool.Finish(ctx)
		if err != nil {
			return err
		}
		w.spool = nil
		w.s.tx.actions = append(w.s.tx.actions, action{table: w.target.table, files: files})
		return nil
	}
	if temporary(w.target.table.Name) {
		if err := w.appendTemp(ctx); err != nil {
			return err
		}
		if w.temp != nil {
			w.temp.finish()
			w.temp = nil
		}
		return nil
	}
	if err := w.check(ctx, w.parts); err != nil {
		return err
	}
	w.s.tx.actions = append(w.s.tx.actions, w.parts...)
	w.parts = nil
	return nil
}

// abort drops what was collected; safe after finish and twice.
func (w *writer) abort() {
	w.parts = nil
	if w.temp != nil {
		w.temp.abort()
		w.temp = nil
	}
	if w.spool != nil {
		w.spool.Abort()
		w.spool = nil
	}
}

// notNull enforces NOT NULL.
func notNull(t *catalog.Table, b *vector.Batch) error {
	for i := range t.Columns {
		c, v := &t.Columns[i], &b.Cols[i]
		if !c.NotNull || v.Valid == nil || v.NullCount(b.Len) == 0 {
			continue
		}
		row := 0
		for !v.IsNull(row) {
			row++
		}
		e := pgerr.New(pgerrcode.NotNullViolation, "null value in column %q of relation %q violates not-null constraint", c.Name, t.Name.Name).
			WithDetail("Failing row contains (%s).", describeRow(b, row))
		e.Schema, e.Table, e.Column = t.Name.Schema, t.Name.Name, c.Name
		return &rowError{row: row, err: e}
	}
	return nil
}

// rowError is an error of one row of a batch, so that COPY can name its line.
type rowError struct {
	row int
	err *pgerr.Error
}

func (e *rowError) Error() string { return e.err.Error() }
func (e *rowError) Unwrap() error { return e.err }

// describeRow prints a row for an error message, each value cut at 64 bytes as PostgreSQL does.
func describeRow(b *vector.Batch, row int) string {
	var parts []string
	for i := range b.Cols {
		text := "null"
		if !b.Cols[i].IsNull(row) {
			text = plainText(&b.Cols[i], row)
			if len(text) > 64 {
				cut := 64
				for cut > 0 && text[cut]&0xC0 == 0x80 {
					cut--
				}
				text = text[:cut] + "..."
			}
		}
		parts = append(parts, text)
	}
	return strings.Join(parts, ", ")
}

func itoa[T int | int32 | int64](n T) string { return strconv.FormatInt(int64(n), 10) }
