package syscat

import "github.com/miniodb/miniodb/catalog"

// enumTypes has the types of enums, and of arrays of them, where types are looked for.
func (m *Image) enumTypes() {
	m.enums = map[catalog.Name]*Object{}
	for name, t := range m.db.Types {
		o := &Object{OID: t.OID, Name: name, Namespace: m.schemaOf[name.Schema], Kind: 'e', Owner: t.Owner, Comment: t.Comment, RowType: uint32(t.Enum().OID)}
		m.enums[name], m.types[o.RowType], m.types[o.RowType+1] = o, o, o
	}
}

func (m *Image) enumTypeRows(w *writer) {
	for _, t := range sortedByOID(m.db.Types, func(t *catalog.Type) uint32 { return t.OID }) {
		o := m.enums[t.Name]
		owner := catalog.OwnerOID(t.Owner)
		w.row(o.RowType, o.Name.Name, o.Namespace, owner, 4, true, "e", "E", false, true, ",", 0, 0, 0, o.RowType+1, procOID("enum_in"), procOID("enum_out"),
			procOID("enum_recv"), procOID("enum_send"), 0, 0, 0, "i", "p", false, 0, -1, 0, 0, none, none, none)
		w.row(o.RowType+1, "_"+o.Name.Name, o.Namespace, owner, -1, false, "b", "A", false, true, ",", 0, procOID("array_subscript_handler"), o.RowType, 0,
			procOID("array_in"), procOID("array_out"), procOID("array_recv"), procOID("array_send"), 0, 0, procOID("array_typanalyze"), "i", "x", false, 0, -1, 0, 0, none, none, none)
	}
}

func (m *Image) enumRows(w *writer) {
	for _, t := range sortedByOID(m.db.Types, func(t *catalog.Type) uint32 { return t.OID }) {
		for _, l := range t.Labels {
			w.row(l.OID, uint32(t.Enum().OID), l.Sort, l.Name)
		}
	}
}
