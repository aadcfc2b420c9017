package syscat

import (
	"fmt"
	"strings"

	"github.com/miniodb/miniodb/internal/pgcatalog"
	"github.com/miniodb/miniodb/internal/pgvalue"
	"github.com/miniodb/miniodb/internal/sqltype"
	"github.com/miniodb/miniodb/internal/vector"
)

// StoredType is the type in which the engine keeps a column of the catalogs: names of objects as their OIDs, and types that have no values
// but in the catalogs as those that look alike.
func StoredType(t sqltype.Type) sqltype.Type {
	if elem, ok := t.Elem(); ok {
		if array, ok := StoredType(elem).Array(); ok {
			return sqltype.Of(array.OID)
		}
		return t
	}
	if t.Reg() {
		return sqltype.Of(sqltype.Oid)
	}
	switch t.OID {
	case sqltype.Xid, sqltype.Cid, sqltype.Xid8:
		return sqltype.Of(sqltype.Oid)
	case sqltype.Tid, sqltype.NodeTree, sqltype.Inet, sqltype.Aclitem, sqltype.Anyarray, sqltype.LSN, sqltype.Bit, sqltype.Varbit:
		return sqltype.Of(sqltype.Text)
	}
	return t
}

// writer makes rows of one relation.
type writer struct {
	rel  *pgcatalog.Relation
	b    *vector.Builder
	cols []*vector.Appender
	dec  *pgvalue.Decoder
	err  error
}

func newWriter(rel *pgcatalog.Relation) *writer {
	types := make([]vector.Type, len(rel.Columns))
	for i, c := range rel.Columns {
		types[i] = vector.TypeOf(StoredType(c.Type))
	}
	w := &writer{rel: rel, b: vector.NewBuilder(types), dec: pgvalue.NewDecoder(pgvalue.Options{})}
	for i := range types {
		w.cols = append(w.cols, w.b.Col(i))
	}
	return w
}

// none stands for NULL in row.
var none any

// row adds a row: strings, bools, integers of the column's own or a smaller width, lists of them; nil is NULL.
func (w *writer) row(values ...any) {
	if len(values) != len(w.rel.Columns) {
		w.err = fmt.Errorf("rows of %s: %d values for %d columns", w.rel.Name, len(values), len(w.rel.Columns))
		return
	}
	for i, v := range values {
		w.value(w.cols[i], v)
	}
}

func (w *writer) value(a *vector.Appender, v any) {
	switch v := v.(type) {
	case nil:
		a.Null()
	case string:
		a.Bytes([]byte(v))
	case bool:
		a.Bool(v)
	case uint32:
		w.integer(a, int64(v))
	case int:
		w.integer(a, int64(v))
	case int16:
		w.integer(a, int64(v))
	case int32:
		w.integer(a, int64(v))
	case int64:
		w.integer(a, v)
	case float32:
		a.Float32(v)
	case []int16:
		w.list(a, len(v), func(e *vector.Appender, i int) { w.integer(e, int64(v[i])) })
	case []uint32:
		w.list(a, len(v), func(e *vector.Appender, i int) { w.integer(e, int64(v[i])) })
	case []string:
		w.list(a, len(v), func(e *vector.Appender, i int) { e.Bytes([]byte(v[i])) })
	default:
		w.err = fmt.Errorf("rows of %s: a value of type %T", w.rel.Name, v)
		a.Null()
	}
}

func (w *writer) list(a *vector.Appender, n int, fill func(*vector.Appender, int)) {
	err := a.List(func(e *vector.Appender) error {
		for i := range n {
			fill(e, i)
		}
		return nil
	})
	if err != nil {
		w.err = err
	}
}

func (w *writer) integer(a *vector.Appender, v int64) {
	switch a.Type().Kind {
	case vector.KindInt16:
		a.Int16(int16(v))
	case vector.KindInt32:
		a.Int32(int32(v))
	case vector.KindInt64:
		a.Int64(v)
	case vector.KindFloat32:
		a.Float32(float32(v))
	default:
		w.err = fmt.Errorf("rows of %s: an integer for a column of type %s", w.rel.Name, a.Type().SQL)
		a.Null()
	}
}

// texts adds rows as PostgreSQL prints their values.
func (w *writer) texts(rows [][]*string) {
	for _, row := range rows {
		for i, v := range row {
			a := w.cols[i]
			if v == nil {
				a.Null()
				continue
			}
			text := *v
			if w.rel.Columns[i].Type.Vector() {
				text = "{" + strings.Join(strings.Fields(text), ",") + "}"
			}
			if err := w.dec.ParseText(a, []byte(text)); err != nil {
				w.err = fmt.Errorf("rows of %s: column %s: %w", w.rel.Name, w.rel.Columns[i].Name, err)
				return
			}
		}
	}
}

func (w *writer) take() (*vector.Batch, error) { return w.b.Take(), w.err }
