package syscat

import (
	"cmp"
	"slices"
	"strings"

	"github.com/miniodb/miniodb/catalog"
	"github.com/miniodb/miniodb/internal/pgcatalog"
	"github.com/miniodb/miniodb/internal/sqltype"
	"github.com/miniodb/miniodb/internal/vector"
	"github.com/miniodb/miniodb/sql"
)

// OIDs of the catalogs that others refer to (pg_class.oid).
const (
	classType       uint32 = 1247
	classProc       uint32 = 1255
	classRelation   uint32 = 1259
	classAuthID     uint32 = 1260
	classDatabase   uint32 = 1262
	classAttrdef    uint32 = 2604
	classConstraint uint32 = 2606
	classRewrite    uint32 = 2618
	classNamespace  uint32 = 2615
	classExtension  uint32 = 3079

	// DatabaseOID is that of PostgreSQL's first database of users.
	DatabaseOID   uint32 = 5
	tablespaceOID uint32 = 1663
	collationOID  uint32 = 100 // "default"
)

// makers make the rows of this database, by relation of pg_catalog. The rows of the static data stand before them.
var makers = map[string]func(*Image, *writer){
	"pg_class": (*Image).classRows, "pg_attribute": (*Image).attributeRows, "pg_type": (*Image).typeRows, "pg_namespace": (*Image).namespaceRows,
	"pg_index": (*Image).indexRows, "pg_constraint": (*Image).constraintRows, "pg_attrdef": (*Image).attrdefRows, "pg_description": (*Image).descriptionRows,
	"pg_depend": (*Image).dependRows, "pg_rewrite": (*Image).rewriteRows, "pg_sequence": (*Image).sequenceRows, "pg_authid": (*Image).authidRows,
	"pg_auth_members": (*Image).authMemberRows, "pg_database": (*Image).databaseRows, "pg_shdescription": (*Image).shdescriptionRows,
	"pg_db_role_setting": (*Image).roleSettingRows, "pg_default_acl": (*Image).defaultACLRows, "pg_extension": (*Image).extensionRows,
	"pg_proc": (*Image).procRows, "pg_enum": (*Image).enumRows,
}

// Dynamic reports whether rows of a relation of pg_catalog depend on the version of the database.
func Dynamic(relation string) bool { return makers[relation] != nil }

// Static returns the rows of a relation that every database has; nil: none.
func Static(rel *pgcatalog.Relation) (*vector.Batch, error) {
	rows := rel.Rows()
	if rel.Name == "pg_namespace" { // public is an object of this database
		rows = slices.DeleteFunc(slices.Clone(rows), func(r []*string) bool { return *r[1] == catalog.DefaultSchema })
	}
	if len(rows) == 0 {
		return nil, nil
	}
	w := newWriter(rel)
	w.texts(rows)
	return w.take()
}

// Rows returns the rows of a dynamic relation that are this database's own; nil: none.
func (m *Image) Rows(rel *pgcatalog.Relation) (*vector.Batch, error) {
	w := newWriter(rel)
	makers[rel.Name](m, w)
	b, err := w.take()
	if err != nil || b.Len == 0 {
		return nil, err
	}
	return b, nil
}

func (m *Image) classRows(w *writer) {
	keyed := m.foreignTables()
	for _, o := range m.objects {
		am, filenode, pages, tuples, checks, ident, frozen := 0, o.OID, 0, float32(-1), 0, "n", 0
		persistence := "p"
		if strings.HasPrefix(o.Name.Schema, sql.TempSchemaPrefix) {
			persistence = "t"
		}
		natts, index := len(o.Columns), false
		switch o.Kind {
		case 'r', 'm':
			am, ident, frozen = 2, "d", 1
			if o.Table != nil {
				checks = len(o.Table.Checks)
				index = slices.ContainsFunc(o.Table.Keys, func(k catalog.Key) bool { return k.Kind != catalog.ForeignKey })
			}
		case 'v':
			filenode = 0
		case 'S':
			pages, tuples, natts = 1, 1, 3
		case 'i':
			am, tuples, pages = 403, 0, 1
		}
		w.row(o.OID, o.Name.Name, o.Namespace, o.RowType, 0, o.Owner, am, filenode, 0, pages, tuples, 0, 0, index, false, persistence, string(o.Kind), natts, checks,
			o.definition() != nil, keyed[o], false, false, false, o.Table == nil || !o.Table.Unpopulated, ident, false, 0, frozen, frozen, m.aclOf(o), none, none)
	}
}

// foreignTables are those with a foreign key or the aim of one: in PostgreSQL they have triggers, and clients look for foreign keys there only.
func (m *Image) foreignTables() map[*Object]bool {
	out := map[*Object]bool{}
	for _, c := range m.constraints {
		if c.Kind == 'f' {
			out[c.Table], out[c.Ref] = true, true
		}
	}
	return out
}

// systemColumns are those that every table has (PostgreSQL documentation, 5.5 System Columns).
var systemColumns = []struct {
	name string
	typ  uint32
	num  int
}{{"tableoid", 26, -6}, {"cmax", 29, -5}, {"xmax", 28, -4}, {"cmin", 29, -3}, {"xmin", 28, -2}, {"ctid", 27, -1}}

func (m *Image) attributeRows(w *writer) {
	for _, o := range m.objects {
		if o.Kind == 'r' || o.Kind == 'm' {
			for _, c := range systemColumns {
				t := pgcatalog.TypeByOID(c.typ)
				w.row(o.OID, c.name, c.typ, 0, t.Len, c.num, 0, -1, -1, t.ByValue, t.Align, t.Storage, "", true, false, false, "", "", false, true, 0, 0, none, none, none, none)
			}
		}
		if o.Kind == 'S' {
			for i, c := range sequenceColumns {
				m.attributeRow(w, o, i, &c)
			}
		}
		var types []sqltype.Type
		if v := o.definition(); v != nil {
			types = m.typesOf(v)
		}
		for i := range o.Columns {
			c := o.Columns[i]
			if types != nil {
				c.Type = types[i]
			}
			m.attributeRow(w, o, i, &c)
		}
	}
}

func (m *Image) attributeRow(w *writer, o *Object, i int, c *catalog.Column) {
	t := pgcatalog.TypeByOID(uint32(c.Type.OID))
	if t == nil {
		t = &pgcatalog.Type{Len: -1, Align: "i", Storage: "x"}
		if c.Type.Enum() {
			t = &pgcatalog.Type{Len: 4, ByValue: true, Align: "i", Storage: "p"}
		}
	}
	dims, notNull := 0, c.NotNull
	if _, array := c.Type.Elem(); array {
		dims = 1
	}
	if o.Table != nil && !notNull {
		for _, k := range o.Table.Keys {
			notNull = notNull || k.Kind == catalog.PrimaryKey && slices.Contains(k.Columns, c.ID)
		}
	}
	w.row(o.OID, c.Name, uint32(c.Type.OID), -1, t.Len, i+1, dims, -1, c.Type.Mod, t.ByValue, t.Align, t.Storage, "", notNull && o.Kind == 'r' || o.Kind == 'S',
		o.Table != nil && hasDefault(c), false, c.Identity, "", false, true, 0, t.Collation, m.items(c.ACL), none, none, none)
}

func (m *Image) typeRows(w *writer) {
	m.enumTypeRows(w)
	for _, o := range m.objects {
		if o.RowType == 0 {
			continue
		}
		w.row(o.RowType, o.Name.Name, o.Namespace, o.Owner, -1, false, "c", "C", false, true, ",", o.OID, 0, 0, o.RowType+1, procOID("record_in"), procOID("record_out"),
			procOID("record_recv"), procOID("record_send"), 0, 0, 0, "d", "x", false, 0, -1, 0, 0, none, none, none)
		w.row(o.RowType+1, "_"+o.Name.Name, o.Namespace, o.Owner, -1, false, "b", "A", false, true, ",", 0, procOID("array_subscript_handler"), o.RowType, 0,
			procOID("array_in"), procOID("array_out"), procOID("array_recv"), procOID("array_send"), 0, 0, procOID("array_typanalyze"), "d", "x", false, 0, -1, 0, 0, none, none, none)
	}
}

func procOID(name string) uint32 {
	if f := pgcatalog.FunctionsByName(name); len(f) > 0 {
		return f[0].OID
	}
	return 0
}

func (m *Image) namespaceRows(w *writer) {
	for _, s := range sortedByOID(m.db.Schemas, func(s *catalog.Schema) uint32 { return s.OID }) {
		w.row(s.OID, s.Name, catalog.OwnerOID(s.Owner), m.items(s.ACL))
	}
	w.row(SystemSchemaOID, catalog.DatabaseName, catalog.SuperuserOID, none)
}

func sortedByOID[K comparable, V any](all map[K]V, oid func(V) uint32) []V {
	out := make([]V, 0, len(all))
	for _, v := range all {
		out = append(out, v)
	}
	slices.SortFunc(out, func(a, b V) int { return cmp.Compare(oid(a), oid(b)) })
	return out
}

// aclOf is relacl: NULL as long as nothing has been granted.
func (m *Image) aclOf(o *Object) any {
	switch {
	case o.Table != nil:
		return m.items(o.Table.ACL)
	case o.View != nil:
		return m.items(o.View.ACL)
	case o.Sequence != nil:
		return m.items(o.Sequence.ACL)
	}
	return none
}

func (m *Image) items(a catalog.ACL) any {
	if a == nil {
		return none
	}
	return a.Items(m.roleName)
}

func (m *Image) roleName(oid uint32) string {
	if r := m.db.RoleByOID(oid); r != nil {
		return r.Name
	}
	return "unknown (OID=" + itoa(oid) + ")"
}
