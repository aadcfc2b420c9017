package syscat

import (
	"time"

	"github.com/miniodb/miniodb/catalog"
	"github.com/miniodb/miniodb/internal/pgcatalog"
	"github.com/miniodb/miniodb/internal/pgvalue"
	"github.com/miniodb/miniodb/internal/sqltype"
	"github.com/miniodb/miniodb/sql"
	"github.com/miniodb/miniodb/sql/definition"
)

// The definitions of defaults, checks and views in PostgreSQL's form. What sql/definition does not know is shown as it was given.

// definitions is what names in definitions stand for, without a search path.
func (m *Image) definitions() definition.Env {
	return definition.Env{
		Columns:  m.columns,
		Relation: func(n catalog.Name) string { return sql.QuoteIdent(n.Schema) + "." + sql.QuoteIdent(n.Name) },
		FormatType: func(oid uint32, mod int32) string {
			return m.FormatType(oid, mod, true, func(schema string) bool { return schema == pgcatalog.Schema })
		},
		Enum: func(n catalog.Name) uint32 {
			if o := m.enums[n]; o != nil {
				return o.RowType
			}
			return 0
		},
	}
}

// columns are those of any relation that a view may read.
func (m *Image) columns(n catalog.Name) ([]definition.Column, bool) {
	if o := m.byName[n]; o != nil {
		if o.Sequence != nil {
			return columnsOf(sequenceColumns), true
		}
		out := columnsOf(o.Columns)
		if v := o.definition(); v != nil {
			for i, t := range m.typesOf(v) {
				out[i].Type = t
			}
		}
		return out, o.Index == nil
	}
	all, err := pgcatalog.Relations()
	if err != nil {
		return nil, false
	}
	for _, r := range all {
		if r.Schema == n.Schema && r.Name == n.Name {
			out := make([]definition.Column, len(r.Columns))
			for i, c := range r.Columns {
				out[i] = definition.Column{Name: c.Name, Type: c.Type}
			}
			return out, true
		}
	}
	return nil, false
}

func columnsOf(columns []catalog.Column) []definition.Column {
	out := make([]definition.Column, len(columns))
	for i := range columns {
		out[i] = definition.Column{Name: columns[i].Name, Type: columns[i].Type}
	}
	return out
}

func columnNames(columns []catalog.Column) []string {
	out := make([]string, len(columns))
	for i := range columns {
		out[i] = columns[i].Name
	}
	return out
}

// definitions is what names stand for along the viewer's path, and constants in its time zone.
func (v *Viewer) definitions(pretty bool) definition.Env {
	env := v.Image.definitions()
	env.Pretty = pretty
	env.Relation = func(n catalog.Name) string {
		if oid := v.findClass(n); oid != 0 {
			s, _ := v.shortClass(oid)
			return s
		}
		return sql.QuoteIdent(n.Schema) + "." + sql.QuoteIdent(n.Name)
	}
	env.FormatType = func(oid uint32, mod int32) string { return v.FormatType(oid, mod, true, v.inPath) }
	if v.Setting != nil {
		if name, ok := v.Setting("timezone"); ok {
			if zone, err := time.LoadLocation(name); err == nil {
				env.Values = pgvalue.Options{Location: zone}
			}
		}
	}
	return env
}

// typesOf are the types of a view's columns. The catalog keeps the scale of numerics that have no modifier in PostgreSQL, such as sums.
func (m *Image) typesOf(v *catalog.View) []sqltype.Type {
	if known, ok := m.viewTypes.Load(v.OID); ok {
		return known.([]sqltype.Type)
	}
	out := m.findTypes(v)
	m.viewTypes.Store(v.OID, out)
	return out
}

func (m *Image) findTypes(v *catalog.View) []sqltype.Type {
	out := make([]sqltype.Type, len(v.Columns))
	look := false
	for i := range v.Columns {
		out[i] = v.Columns[i].Type
		look = look || out[i].OID == sqltype.Numeric && out[i].Mod != sqltype.NoMod
	}
	if !look {
		return out
	}
	_, mods, err := definition.View(v.Query, columnNames(v.Columns), m.definitions())
	if err != nil {
		return out
	}
	for i := range out {
		if out[i].OID == sqltype.Numeric {
			out[i].Mod = mods[i]
		}
	}
	return out
}
