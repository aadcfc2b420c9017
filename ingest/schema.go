package ingest

import (
	"context"
	"fmt"

	"github.com/miniodb/miniodb/catalog"
	catlog "github.com/miniodb/miniodb/catalog/log"
	"github.com/miniodb/miniodb/internal/pgvalue"
	"github.com/miniodb/miniodb/internal/vector"
)

// The catalog log is the truth about a table's columns: ALTER TABLE commits there, and the metadata of the table log follows, by FollowSchema or with the
// next flush. A crash in between leaves a table log that describes its files as they were, which other readers of Delta tables read in peace. The other order
// would show them, and the recovery of metadata, columns that the database does not have.
//
// Rows know columns by id. What was written before a column existed has its missing value (catalog.Column.Missing), what was written with a narrower type is
// widened, and dropped columns are left out: in records of the write-ahead log here (conform), in generations and files by the planner.

// FollowSchema brings the metadata of a table's log up to the catalog's. Without a change of columns, keys and checks (such as a new name) force commits it anyway.
func (i *Ingest) FollowSchema(ctx context.Context, t *catalog.Table, force bool) error {
	_, err := i.deps.Tables.Commit(ctx, t.UUID, func(s *catalog.Snapshot) (*catlog.Change, error) {
		if s.Schema.SchemaID > t.SchemaID || s.Schema.SchemaID == t.SchemaID && !force {
			return nil, nil
		}
		return &catlog.Change{Operation: "ALTER TABLE", Schema: t}, nil
	})
	if err != nil {
		return fmt.Errorf("schema of table %s: %w", t.Name, err)
	}
	return nil
}

// newest returns the schema that a flush writes: that of the catalog, or that of the log where another server's commit is not known here yet.
func (i *Ingest) newest(s *catalog.Snapshot) *catalog.Table {
	if t := i.deps.Catalog.Current().TableByUUID(s.Table); t != nil && t.SchemaID > s.Schema.SchemaID {
		return t
	}
	return s.Schema
}

// Reshape makes a batch of one schema of a table one of a later schema of it. It fails where that cannot be done.
func Reshape(b *vector.Batch, from, to *catalog.Table) (*vector.Batch, error) {
	cols, err := reshape(b, from.Columns, to)
	return &vector.Batch{Len: b.Len, Cols: cols}, err
}

// conform is Reshape for batches that have the bucket as one more column.
func conform(b *vector.Batch, from []catalog.Column, to *catalog.Table) (*vector.Batch, error) {
	cols, err := reshape(b, from, to)
	return &vector.Batch{Len: b.Len, Cols: append(cols, b.Cols[len(b.Cols)-1])}, err
}

func reshape(b *vector.Batch, from []catalog.Column, to *catalog.Table) ([]vector.Vector, error) {
	out := make([]vector.Vector, 0, len(to.Columns)+1)
	for i := range to.Columns {
		c := &to.Columns[i]
		typ := vector.TypeOf(c.Type)
		at := -1
		for k := range from {
			if from[k].ID == c.ID {
				at = k
			}
		}
		if at < 0 {
			col, err := missing(c, typ, b.Len)
			if err != nil {
				return nil, err
			}
			out = append(out, col)
			continue
		}
		col, ok := widen(b.Cols[at], typ, b.Len)
		if !ok {
			return nil, fmt.Errorf("column %s of table %s is of type %s and was written as %s", c.Name, to.Name, c.Type, b.Cols[at].Type.SQL)
		}
		out = append(out, col)
	}
	return out, nil
}

// missing is a column for n rows that are older than it.
func missing(c *catalog.Column, typ vector.Type, n int) (vector.Vector, error) {
	b := vector.NewBuilder([]vector.Type{typ})
	a := b.Col(0)
	if c.Missing == nil {
		for range n {
			a.Null()
		}
		return b.Take().Cols[0], nil
	}
	d := pgvalue.NewDecoder(pgvalue.Options{})
	for range n {
		if err := d.ParseText(a, []byte(*c.Missing)); err != nil {
			return vector.Vector{}, fmt.Errorf("missing value of column %s: %w", c.Name, err)
		}
	}
	return b.Take().Cols[0], nil
}

// widen reads n values of a narrower type as those of a wider one; ok is false for any other pair. The result may share memory.
func widen(v vector.Vector, to vector.Type, n int) (out vector.Vector, ok bool) {
	if sameLayout(&to, &v.Type) {
		v.Type = to
		return v, true
	}
	out = vector.Vector{Type: to, Valid: v.Valid}
	if v.Type.Scale != to.Scale || to.Kind == vector.KindList {
		return out, false
	}
	switch {
	case v.Type.Kind == vector.KindFloat32 && to.Kind == vector.KindFloat64:
		out.Float64s = convert[float32, float64](v.Float32s, n)
	case v.Type.Kind == vector.KindInt16 && to.Kind == vector.KindInt32:
		out.Int32s = convert[int16, int32](v.Int16s, n)
	case v.Type.Kind == vector.KindInt16 && to.Kind == vector.KindInt64:
		out.Int64s = convert[int16, int64](v.Int16s, n)
	case v.Type.Kind == vector.KindInt32 && to.Kind == vector.KindInt64:
		out.Int64s = convert[int32, int64](v.Int32s, n)
	case to.Kind == vector.KindInt128:
		var wide []int64
		switch v.Type.Kind {
		case vector.KindInt16:
			wide = convert[int16, int64](v.Int16s, n)
		case vector.KindInt32:
			wide = convert[int32, int64](v.Int32s, n)
		case vector.KindInt64:
			wide = v.Int64s[:n]
		default:
			return out, false
		}
		out.Int128s = make([]vector.Int128, n)
		for i, x := range wide {
			out.Int128s[i] = vector.Int128{Lo: uint64(x), Hi: x >> 63}
		}
	default:
		return out, false
	}
	return out, true
}

func convert[A, B int16 | int32 | int64 | float32 | float64](in []A, n int) []B {
	out := make([]B, n)
	for i := range out {
		out[i] = B(in[i])
	}
	return out
}
