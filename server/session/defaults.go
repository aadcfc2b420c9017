package session

import (
	"context"
	"io"

	"github.com/jackc/pgerrcode"

	"github.com/miniodb/miniodb/catalog"
	"github.com/miniodb/miniodb/internal/pgerr"
	"github.com/miniodb/miniodb/internal/pgvalue"
	"github.com/miniodb/miniodb/internal/sqltype"
	"github.com/miniodb/miniodb/internal/vector"
	"github.com/miniodb/miniodb/sql"
)

// filler makes n values for a column that a statement leaves out.
type filler func(ctx context.Context, n int) (vector.Vector, error)

// defaultOf returns how a column is filled: from its sequence, a constant, an expression that the engine evaluates for each row, or with NULL.
func (s *Session) defaultOf(ctx context.Context, t *catalog.Table, c *catalog.Column) (filler, error) {
	vt := vector.TypeOf(c.Type)
	if c.Sequence != nil {
		if c.Identity == "" { // who may write an identity column needs nothing else
			if err := s.checkSequence(*c.Sequence); err != nil {
				return nil, err
			}
		}
		return func(ctx context.Context, n int) (vector.Vector, error) {
			return s.sequenceValues(ctx, *c.Sequence, vt, n)
		}, nil
	}
	if c.Default == "" {
		return repeat(vt, func(a *vector.Appender) error { a.Null(); return nil }), nil
	}
	if name, ok := sql.SequenceDefault(c.Default); ok {
		return func(ctx context.Context, n int) (vector.Vector, error) {
			full, found := s.resolver().find(name)
			if !found {
				return vector.Vector{}, noRelation(name)
			}
			if err := s.checkSequence(full); err != nil {
				return vector.Vector{}, err
			}
			return s.sequenceValues(ctx, full, vt, n)
		}, nil
	}
	if cell, ok := sql.LiteralDefault(c.Default); ok {
		cells := &cellReader{session: s, decoder: s.decoder()}
		return repeat(vt, func(a *vector.Appender) error { return cells.read(a, &cell, c.Name) }), nil
	}
	b, err := s.bindExpression(ctx, c.Default, c.Type)
	if err != nil {
		return nil, err
	}
	return func(ctx context.Context, n int) (vector.Vector, error) { return s.evaluate(ctx, b, vt, n) }, nil
}

func repeat(vt vector.Type, one func(*vector.Appender) error) filler {
	return func(_ context.Context, n int) (vector.Vector, error) {
		b := vector.NewBuilder([]vector.Type{vt})
		a := b.Col(0)
		for range n {
			if err := one(a); err != nil {
				return vector.Vector{}, err
			}
		}
		return b.Take().Cols[0], nil
	}
}

// bindExpression binds SELECT expression FROM generate_series(1, $1), converted to a column's type.
func (s *Session) bindExpression(ctx context.Context, expr string, t sqltype.Type) (*boundQuery, error) {
	stmts, err := sql.Parse("SELECT " + expr + " FROM generate_series(1, $1::bigint)")
	if err != nil {
		return nil, err
	}
	q, ok := stmts[0].Command.(*sql.Query)
	if !ok || len(stmts) != 1 {
		return nil, pgerr.New(pgerrcode.SyntaxError, "a default must be an expression")
	}
	return s.bind(ctx, q, []sqltype.OID{sqltype.Int8}, []sqltype.Type{t})
}

// evaluate computes a default expression n times.
func (s *Session) evaluate(ctx context.Context, b *boundQuery, vt vector.Type, n int) (vector.Vector, error) {
	count := itoa(n)
	r, err := s.open(ctx, b, []*string{&count})
	if err != nil {
		return vector.Vector{}, err
	}
	defer r.Close()
	// Values go through their text form: a default that is an expression is rare, and text joins batches and layouts alike.
	out := vector.NewBuilder([]vector.Type{vt})
	a, enc, dec := out.Col(0), s.textEncoding(), s.decoder()
	for {
		batch, err := r.Next(ctx)
		if err == io.EOF {
			return out.Take().Cols[0], nil
		}
		if err != nil {
			return vector.Vector{}, err
		}
		for i := range batch.Len {
			if batch.Cols[0].IsNull(i) {
				a.Null()
			} else if err := dec.ParseText(a, pgvalue.AppendText(nil, &batch.Cols[0], i, enc)); err != nil {
				return vector.Vector{}, err
			}
		}
	}
}

// sequenceValues fills a serial column.
func (s *Session) sequenceValues(ctx context.Context, name catalog.Name, vt vector.Type, n int) (vector.Vector, error) {
	b := vector.NewBuilder([]vector.Type{vt})
	a, dec := b.Col(0), s.decoder()
	for range n {
		v, err := s.nextval(ctx, name)
		if err != nil {
			return vector.Vector{}, err
		}
		switch vt.Kind {
		case vector.KindInt16:
			if int64(int16(v)) != v {
				return vector.Vector{}, pgerr.New(pgerrcode.NumericValueOutOfRange, "smallint out of range")
			}
			a.Int16(int16(v))
		case vector.KindInt32:
			if int64(int32(v)) != v {
				return vector.Vector{}, pgerr.New(pgerrcode.NumericValueOutOfRange, "integer out of range")
			}
			a.Int32(int32(v))
		case vector.KindInt64:
			if vt.SQL.OID == sqltype.Int8 {
				a.Int64(v)
				continue
			}
			fallthrough
		default:
			if err := dec.ParseText(a, []byte(itoa(v))); err != nil {
				return vector.Vector{}, err
			}
		}
	}
	return b.Take().Cols[0], nil
}
