package syscat

import (
	"cmp"
	"slices"
	"sync"

	"github.com/miniodb/miniodb/catalog"
	"github.com/miniodb/miniodb/internal/pgcatalog"
)

// Image is one version of the database with everything that its system catalogs name. It is immutable.
type Image struct {
	db       *catalog.Database
	objects  []*Object // by OID
	byOID    map[uint32]*Object
	byName   map[catalog.Name]*Object
	schemas  map[uint32]string
	schemaOf map[string]uint32

	constraints []*constraint // by OID
	constraint  map[uint32]*constraint
	types       map[uint32]*Object // row types and their arrays
	system      []System
	viewTypes   sync.Map // what typesOf has found, by OID

	enums     map[catalog.Name]*Object       // the types of enums, as those of rows: RowType is the type
	functions map[uint32]*pgcatalog.Function // of users
	comments  map[uint32]string              // on them
}

// System is a relation that the server adds, beside those of PostgreSQL.
type System struct {
	OID     uint32
	Name    catalog.Name
	Columns []catalog.Column
	View    bool
}

// Object is a relation of a user: exactly one of Table, View, Sequence and Index is set.
type Object struct {
	OID       uint32
	Name      catalog.Name
	Namespace uint32
	Kind      byte // pg_class.relkind
	Owner     uint32
	Table     *catalog.Table
	View      *catalog.View
	Sequence  *catalog.Sequence
	Index     *constraint // the key that it belongs to
	System    *System
	Columns   []catalog.Column
	Comment   string
	RowType   uint32 // 0: none
}

// definition is the query of a view or a materialized view; nil for other objects.
func (o *Object) definition() *catalog.View {
	if o.Table != nil {
		return o.Table.AsView()
	}
	return o.View
}

// constraint is a row of pg_constraint.
type constraint struct {
	OID     uint32
	Name    string
	Kind    byte // contype
	Table   *Object
	Columns []int16 // attribute numbers
	Index   uint32  // of primary and unique keys
	Ref     *Object // of a foreign key
	RefCols []int16
	Expr    string // of a check
	Comment string
}

// OIDs of what belongs to a table: a range of 256 for each, above those that the catalog gives out. Where a table has more, or its own OID is too
// large, they are numbered from a last range on, in the order of the tables.
const (
	derivedOID  uint32 = 1 << 30
	perTable    uint32 = 256
	overflowOID uint32 = 3 << 30
	maxDerived         = (overflowOID - derivedOID) / perTable

	slotRowType uint32 = iota - 4
	slotArrayType
	slotRule
	slotFirst // constraints and indexes
)

// New makes the image of a version. system are the relations that are the server's own.
func New(db *catalog.Database, system []System) *Image {
	m := &Image{
		db: db, byOID: map[uint32]*Object{}, byName: map[catalog.Name]*Object{}, schemas: map[uint32]string{}, schemaOf: map[string]uint32{},
		constraint: map[uint32]*constraint{}, types: map[uint32]*Object{}, system: system,
	}
	for _, s := range db.Schemas {
		m.schemas[s.OID], m.schemaOf[s.Name] = s.Name, s.OID
	}
	for _, n := range pgcatalog.Objects("pg_namespace", "nspname", "") {
		if n.Name != catalog.DefaultSchema {
			m.schemas[n.OID], m.schemaOf[n.Name] = n.Name, n.OID
		}
	}
	m.schemas[SystemSchemaOID], m.schemaOf[catalog.DatabaseName] = catalog.DatabaseName, SystemSchemaOID
	m.userFunctions()
	m.relations()
	m.enumTypes()
	m.keys()
	slices.SortFunc(m.objects, func(a, b *Object) int { return cmp.Compare(a.OID, b.OID) })
	slices.SortFunc(m.constraints, func(a, b *constraint) int { return cmp.Compare(a.OID, b.OID) })
	return m
}

// SystemSchemaOID is the OID of the schema of the server's own relations.
const SystemSchemaOID uint32 = 15000

func (m *Image) relations() {
	for name, t := range m.db.Tables {
		kind := byte('r')
		if t.Materialized() {
			kind = 'm'
		}
		m.add(&Object{OID: t.OID, Name: name, Kind: kind, Owner: t.Owner, Table: t, Columns: t.Columns, Comment: t.Comment, RowType: derived(t.OID, slotRowType)})
	}
	for name, v := range m.db.Views {
		m.add(&Object{OID: v.OID, Name: name, Kind: 'v', Owner: v.Owner, View: v, Columns: v.Columns, Comment: v.Comment, RowType: derived(v.OID, slotRowType)})
	}
	for name, s := range m.db.Sequences {
		m.add(&Object{OID: s.OID, Name: name, Kind: 'S', Owner: s.Owner, Sequence: s, Comment: s.Comment})
	}
	for i := range m.system {
		s := &m.system[i]
		kind := byte('r')
		if s.View {
			kind = 'v'
		}
		m.add(&Object{OID: s.OID, Name: s.Name, Kind: kind, System: s, Columns: s.Columns})
	}
}

func (m *Image) add(o *Object) {
	o.Owner = catalog.OwnerOID(o.Owner)
	o.Namespace = m.schemaOf[o.Name.Schema]
	m.objects = append(m.objects, o)
	m.byOID[o.OID], m.byName[o.Name] = o, o
	if o.RowType != 0 {
		m.types[o.RowType], m.types[o.RowType+1] = o, o
	}
}

// RowType is the OID of the type of a table's or view's rows; the type of arrays of them has the next one.
func RowType(relation uint32) uint32 { return derived(relation, slotRowType) }

// derived is the OID in a slot of a table's range.
func derived(oid, slot uint32) uint32 {
	return derivedOID + (oid-catalog.FirstOID)%maxDerived*perTable + slot
}

// keys makes constraints and the indexes that stand for primary and unique keys.
func (m *Image) keys() {
	next := overflowOID
	tables := slices.SortedFunc(func(yield func(*Object) bool) {
		for _, o := range m.objects {
			if o.Table != nil && !yield(o) {
				return
			}
		}
	}, func(a, b *Object) int { return cmp.Compare(a.OID, b.OID) })
	for _, o := range tables {
		slot := slotFirst
		oid := func() uint32 {
			if slot == perTable {
				next++
				return next - 1
			}
			slot++
			return derived(o.OID, slot-1)
		}
		for i := range o.Table.Keys {
			m.key(o, &o.Table.Keys[i], oid)
		}
		for i := range o.Table.Checks {
			k := &o.Table.Checks[i]
			m.addConstraint(&constraint{OID: oid(), Name: k.Name, Kind: 'c', Table: o, Expr: k.Expr, Columns: checkColumns(o.Table, k.Expr), Comment: k.Comment})
		}
	}
}

func (m *Image) addConstraint(c *constraint) {
	m.constraints = append(m.constraints, c)
	m.constraint[c.OID] = c
}

func (m *Image) key(o *Object, k *catalog.Key, oid func() uint32) {
	c := &constraint{OID: oid(), Name: k.Name, Table: o, Columns: attnums(o.Table, k.Columns), Comment: k.Comment}
	switch k.Kind {
	case catalog.ForeignKey:
		c.Kind = 'f'
		if k.References != nil {
			c.Ref = m.byName[*k.References]
		}
		if c.Ref == nil || c.Ref.Table == nil { // the table is gone: nothing that PostgreSQL could show
			return
		}
		for _, name := range k.RefColumns {
			c.RefCols = append(c.RefCols, int16(c.Ref.Table.ColumnByName(name)+1))
		}
		if len(c.RefCols) == 0 {
			for _, ref := range c.Ref.Table.Keys {
				if ref.Kind == catalog.PrimaryKey {
					c.RefCols = attnums(c.Ref.Table, ref.Columns)
				}
			}
		}
	default:
		c.Kind = 'u'
		if k.Kind == catalog.PrimaryKey {
			c.Kind = 'p'
		}
		name := catalog.Name{Schema: o.Name.Schema, Name: k.Name}
		index := &Object{OID: oid(), Name: name, Kind: 'i', Owner: o.Owner, Index: c}
		c.Index = index.OID
		for _, n := range c.Columns {
			index.Columns = append(index.Columns, o.Columns[n-1])
		}
		index.Namespace = o.Namespace
		m.objects = append(m.objects, index)
		m.byOID[index.OID] = index
		if m.byName[name] == nil {
			m.byName[name] = index
		}
	}
	m.addConstraint(c)
}

// attnums are the positions of columns, from 1.
func attnums(t *catalog.Table, ids []int32) []int16 {
	out := make([]int16, 0, len(ids))
	for _, id := range ids {
		for i := range t.Columns {
			if t.Columns[i].ID == id {
				out = append(out, int16(i)+1)
			}
		}
	}
	return out
}

// checkColumns are the columns that the text of a check names, in their order.
func checkColumns(t *catalog.Table, expr string) []int16 {
	var out []int16
	words := identifiers(expr)
	for i := range t.Columns {
		if words[t.Columns[i].Name] {
			out = append(out, int16(i)+1)
		}
	}
	return out
}

// identifiers are the words of an expression outside of its strings, folded unless quoted.
func identifiers(s string) map[string]bool {
	out := map[string]bool{}
	word := func(c byte) bool {
		return c == '_' || c|0x20 >= 'a' && c|0x20 <= 'z' || c >= '0' && c <= '9' || c >= 0x80
	}
	for i := 0; i < len(s); {
		switch c := s[i]; {
		case c == '\'' || c == '"':
			j := i + 1
			for j < len(s) && s[j] != c {
				j++
			}
			if c == '"' {
				out[s[i+1:min(j, len(s))]] = true
			}
			i = j + 1
		case word(c):
			j := i
			for j < len(s) && word(s[j]) {
				j++
			}
			out[lower(s[i:j])] = true
			i = j
		default:
			i++
		}
	}
	return out
}

func lower(s string) string {
	b := []byte(s)
	for i, c := range b {
		if c >= 'A' && c <= 'Z' {
			b[i] = c | 0x20
		}
	}
	return string(b)
}
