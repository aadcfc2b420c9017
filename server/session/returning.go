package session

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"strings"

	"github.com/google/uuid"
	"github.com/jackc/pgerrcode"

	"github.com/miniodb/miniodb/catalog"
	"github.com/miniodb/miniodb/internal/pgerr"
	"github.com/miniodb/miniodb/internal/sqltype"
	"github.com/miniodb/miniodb/internal/vector"
	"github.com/miniodb/miniodb/planner"
	"github.com/miniodb/miniodb/sql"
)

// RETURNING is a query over the rows that a statement writes and nothing else, which a relation of their own holds; what else the list reads is as it was
// before the statement. Where the list is columns as they are, which is what clients ask for to learn the keys of their rows, the engine is not asked.

// maxReturningBytes bounds the rows that a statement with RETURNING writes, and those that it returns.
const maxReturningBytes = 64 << 20

// prepareReturning binds the list and learns the types of parameters that stand in it alone.
func (s *Session) prepareReturning(ctx context.Context, st *statement, c *sql.Insert, known []sqltype.OID) error {
	b, err := s.bindReturning(ctx, st, c.Returning, known)
	if err != nil {
		return err
	}
	st.returning, st.columns = b, described(b)
	for i, p := range b.sel.Params {
		if i >= len(st.params) {
			st.params = append(st.params, p)
		} else if st.params[i].OID == 0 {
			st.params[i] = p
		}
	}
	return nil
}

// bindReturning binds the list, or finds how one of the same text was bound: those that clients send are few.
func (s *Session) bindReturning(ctx context.Context, st *statement, q *sql.Query, known []sqltype.OID) (*boundQuery, error) {
	tail := q.Tail()
	if tail == "" || len(tail) > maxBoundText || strings.Contains(tail, "$") {
		return s.bind(ctx, q, known, nil)
	}
	key := fmt.Sprint("returning ", st.target.table.UUID, " ", q.Alias(), " ", tail)
	if b := s.bound.entries[key]; b != nil && s.current(b) {
		return b, nil
	}
	b, err := s.bind(ctx, q, nil, nil)
	if err == nil && s.tx.overlay == nil && !b.sel.Timed {
		s.bound.put(key, b)
	}
	return b, err
}

// returningResult computes the list for the rows that a writer has kept. It is called before they become part of the transaction.
func (s *Session) returningResult(ctx context.Context, st *statement, w *writer, args []*string) (*rowsResult, error) {
	b, err := s.rebind(ctx, st.returning)
	if err != nil {
		return nil, err
	}
	if !sameTypes(b.columns, st.returning.columns) {
		return nil, errResultChanged()
	}
	out := &rowsResult{columns: st.columns}
	if err := s.checkUses(b.returningUses()); err != nil {
		return nil, err
	}
	t := w.target.table
	if columns := plainColumns(b, t); columns != nil {
		for _, p := range w.kept {
			batch := &vector.Batch{Len: p.batch.Len, Cols: make([]vector.Vector, len(columns))}
			for i, c := range columns {
				batch.Cols[i] = p.batch.Cols[c]
				batch.Cols[i].Type.SQL = b.columns[i].Type
			}
			out.batches = append(out.batches, batch)
		}
		return out, nil
	}
	part, drop, err := s.scratch(ctx, t, w.kept)
	if err != nil {
		return nil, err
	}
	defer drop()
	if part == nil {
		return out, nil
	}
	r, err := s.openStreamOver(ctx, b, args[:min(len(args), len(b.sel.Params))], part)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	size := 0
	for {
		batch, err := r.Next(ctx)
		if errors.Is(err, io.EOF) {
			return out, nil
		}
		if err != nil {
			return nil, err
		}
		batch = batch.Clone()
		if size += batch.Bytes(); size > maxReturningBytes {
			return nil, tooMuchReturned()
		}
		out.batches = append(out.batches, batch)
	}
}

// returningUses are what a list reads. The rows that are written are no reason for the privilege to read their table while no column of theirs is named.
func (b *boundQuery) returningUses() []sql.Use {
	uses := b.sel.Uses
	if len(uses) > 0 && uses[0].Table != nil && len(uses[0].Columns) == 0 {
		return uses[1:]
	}
	return uses
}

func tooMuchReturned() error {
	return pgerr.New(pgerrcode.ProgramLimitExceeded, "INSERT ... RETURNING of too many rows").
		WithDetail("The limit is %d MB.", maxReturningBytes>>20).WithHint("Insert without RETURNING, or fewer rows at a time.")
}

// plainColumns are the indexes of the table's columns that a list is made of; nil: it needs the engine.
func plainColumns(b *boundQuery, t *catalog.Table) []int {
	if len(b.sel.Scans) != 1 || len(b.sel.Systems) > 0 || len(b.sel.Actions) > 0 || b.sel.Acts || len(b.sel.Origins) != len(b.columns) || len(b.columns) == 0 {
		return nil
	}
	out := make([]int, len(b.columns))
	for i, o := range b.sel.Origins {
		if o.Table != t.OID || o.Column < 1 || int(o.Column) > len(t.Columns) || t.Columns[o.Column-1].Type != b.columns[i].Type || !asStored(b.columns[i].Type) {
			return nil
		}
		out[i] = int(o.Column) - 1
	}
	return out
}

// asStored reports types whose values leave as they are kept, without the engine's doing.
func asStored(t sqltype.Type) bool {
	switch t.OID {
	case sqltype.Int2, sqltype.Int4, sqltype.Int8, sqltype.Float4, sqltype.Float8, sqltype.Bool, sqltype.Text, sqltype.Varchar, sqltype.UUID, sqltype.Date,
		sqltype.Timestamp, sqltype.Timestamptz, sqltype.Bytea:
		return true
	}
	return false
}

// scratch puts rows into a relation that nothing else reads, until drop is called; part is nil if there are none.
func (s *Session) scratch(ctx context.Context, t *catalog.Table, rows []action) (part *planner.Part, drop func(), err error) {
	scratch := map[uuid.UUID]*ownRows{}
	real := s.tx.rows
	s.tx.rows = scratch
	part, err = s.showOwnRows(ctx, t, rows)
	s.tx.rows = real
	drop = func() {
		if rel := scratch[t.UUID]; rel != nil {
			if _, err := s.conn.Exec(context.WithoutCancel(ctx), "DROP TABLE IF EXISTS "+rel.relation); err != nil {
				s.node.log.Warn().Err(err).Str("relation", rel.relation).Msg("a scratch relation stays until restart")
			}
		}
	}
	if err != nil {
		drop()
		return nil, nil, err
	}
	if part != nil {
		part.High = math.MaxInt64
	}
	return part, drop, nil
}
