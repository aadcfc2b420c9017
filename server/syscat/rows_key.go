package syscat

import (
	"strconv"
	"strings"

	"github.com/miniodb/miniodb/catalog"
	"github.com/miniodb/miniodb/internal/pgcatalog"
	"github.com/miniodb/miniodb/internal/sqltype"
)

func itoa(n uint32) string { return strconv.FormatUint(uint64(n), 10) }

func (m *Image) indexRows(w *writer) {
	for _, o := range m.objects {
		if o.Index == nil {
			continue
		}
		c := o.Index
		collations, classes, options := make([]uint32, len(c.Columns)), make([]uint32, len(c.Columns)), make([]int16, len(c.Columns))
		for i, n := range c.Columns {
			typ := uint32(c.Table.Columns[n-1].Type.OID)
			classes[i] = pgcatalog.DefaultOpclass(typ)
			if t := pgcatalog.TypeByOID(typ); t != nil {
				collations[i] = t.Collation
			}
		}
		w.row(o.OID, c.Table.OID, len(c.Columns), len(c.Columns), true, false, c.Kind == 'p', false, true, false, true, false, true, true, false,
			c.Columns, collations, classes, options, none, none)
	}
}

func (m *Image) constraintRows(w *writer) {
	for _, c := range m.constraints {
		index, ref, update, remove, match, inherit := c.Index, uint32(0), " ", " ", " ", c.Kind != 'c'
		var refCols, ops any
		if c.Kind == 'f' {
			ref, update, remove, match, refCols = c.Ref.OID, "a", "a", "s", c.RefCols
			for _, k := range m.constraints { // the index of the key that it refers to
				if k.Table == c.Ref && k.Index != 0 && sameColumns(k.Columns, c.RefCols) {
					index = k.Index
				}
			}
			equal := make([]uint32, len(c.Columns))
			for i, n := range c.Columns {
				equal[i] = equality(c.Table.Columns[n-1].Type)
			}
			ops = equal
		}
		var expr any
		if c.Kind == 'c' {
			expr = m.checkText(c)
		}
		w.row(c.OID, c.Name, c.Table.Namespace, string(c.Kind), false, false, true, c.Table.OID, 0, index, 0, ref, update, remove, match, true, 0, inherit,
			c.Columns, refCols, ops, ops, ops, none, none, expr)
	}
}

func sameColumns(a, b []int16) bool {
	if len(a) != len(b) {
		return false
	}
	have := map[int16]bool{}
	for _, n := range a {
		have[n] = true
	}
	for _, n := range b {
		if !have[n] {
			return false
		}
	}
	return true
}

// equality is the operator that compares two values of a type (pg_operator.oid).
func equality(t sqltype.Type) uint32 {
	switch t.OID {
	case sqltype.Int2:
		return 94
	case sqltype.Int4:
		return 96
	case sqltype.Int8:
		return 410
	case sqltype.Text, sqltype.Varchar:
		return 98
	case sqltype.Bpchar:
		return 1054
	case sqltype.Numeric:
		return 1752
	case sqltype.Date:
		return 1093
	case sqltype.UUID:
		return 2972
	case sqltype.Timestamp:
		return 2060
	case sqltype.Timestamptz:
		return 1320
	case sqltype.Bool:
		return 91
	}
	return 0
}

// hasDefault reports a default that PostgreSQL keeps: NULL is none, identity is something else.
func hasDefault(c *catalog.Column) bool {
	return c.Default != "" && c.Identity == "" && !strings.EqualFold(c.Default, "null")
}

// eachDefault numbers defaults: they are only ever looked for by their table.
func (m *Image) eachDefault(f func(oid uint32, o *Object, i int)) {
	next := overflowOID + 1<<28
	for _, o := range m.objects {
		if o.Table == nil {
			continue
		}
		for i := range o.Columns {
			if hasDefault(&o.Columns[i]) {
				f(next, o, i)
				next++
			}
		}
	}
}

func (m *Image) attrdefRows(w *writer) {
	m.eachDefault(func(oid uint32, o *Object, i int) { w.row(oid, o.OID, i+1, m.defaultText(&o.Columns[i])) })
}

func (m *Image) rewriteRows(w *writer) {
	for _, o := range m.objects {
		if o.definition() != nil {
			w.row(derived(o.OID, slotRule), "_RETURN", o.OID, "1", "O", true, "<>", "")
		}
	}
}

// sequenceColumns are those of a sequence when it is read as a table.
var sequenceColumns = []catalog.Column{
	{Name: "last_value", Type: sqltype.Of(sqltype.Int8), NotNull: true}, {Name: "log_cnt", Type: sqltype.Of(sqltype.Int8), NotNull: true},
	{Name: "is_called", Type: sqltype.Of(sqltype.Bool), NotNull: true},
}

func (m *Image) sequenceRows(w *writer) {
	for _, o := range m.objects {
		if s := o.Sequence; s != nil {
			w.row(o.OID, sequenceType(s), s.Start, s.Increment, s.Max, s.Min, int64(1), s.Cycle)
		}
	}
}

// sequenceType is the type whose range a sequence has; the catalog keeps the range alone.
func sequenceType(s *catalog.Sequence) uint32 {
	switch max(s.Max, -(s.Min + 1)) {
	case 1<<15 - 1:
		return uint32(sqltype.Int2)
	case 1<<31 - 1:
		return uint32(sqltype.Int4)
	}
	return uint32(sqltype.Int8)
}

func (m *Image) descriptionRows(w *writer) {
	w.row(extensionOID, classExtension, 0, "what the server tells of itself")
	for _, s := range m.db.Schemas {
		if s.Comment != "" {
			w.row(s.OID, classNamespace, 0, s.Comment)
		}
	}
	for _, o := range m.enums {
		if o.Comment != "" {
			w.row(o.RowType, classType, 0, o.Comment)
		}
	}
	for oid, comment := range m.comments {
		if comment != "" {
			w.row(oid, classProc, 0, comment)
		}
	}
	for _, c := range m.constraints {
		if c.Comment != "" {
			w.row(c.OID, classConstraint, 0, c.Comment)
		}
	}
	for _, o := range m.objects {
		if o.Comment != "" {
			w.row(o.OID, classRelation, 0, o.Comment)
		}
		if o.System != nil || o.Index != nil {
			continue
		}
		for i := range o.Columns {
			if c := o.Columns[i].Comment; c != "" {
				w.row(o.OID, classRelation, i+1, c)
			}
		}
	}
}
