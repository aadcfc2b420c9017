package syscat

import (
	"maps"
	"math"
	"slices"

	"github.com/miniodb/miniodb/catalog"
)

func (m *Image) authidRows(w *writer) {
	for _, r := range sortedByOID(m.db.Roles, func(r *catalog.Role) uint32 { return r.OID }) {
		var password, until any
		if r.Verifier != "" {
			password = "********" // verifiers leave the server through no query
		}
		switch {
		case r.Infinity:
			until = int64(1<<63 - 1)
		case r.ValidUntil != nil:
			until = r.ValidUntil.UnixMicro()
		}
		w.row(r.OID, r.Name, r.Superuser, r.Inherit, r.CreateRole, r.CreateDB, r.Login, r.Replication, r.BypassRLS, r.ConnLimit, password, until)
	}
}

func (m *Image) authMemberRows(w *writer) {
	for _, r := range sortedByOID(m.db.Roles, func(r *catalog.Role) uint32 { return r.OID }) {
		for _, in := range r.MemberOf {
			w.row(in.Role, r.OID, catalog.OwnerOID(in.Grantor), in.Admin)
		}
	}
}

func (m *Image) databaseRows(w *writer) {
	w.row(DatabaseOID, catalog.DatabaseName, catalog.OwnerOID(m.db.Owner), 6, "c", false, true, -1, 1, 1, tablespaceOID, "C", "C", none, none, m.items(m.db.ACL))
}

func (m *Image) shdescriptionRows(w *writer) {
	for _, r := range sortedByOID(m.db.Roles, func(r *catalog.Role) uint32 { return r.OID }) {
		if r.Comment != "" {
			w.row(r.OID, classAuthID, r.Comment)
		}
	}
}

func (m *Image) roleSettingRows(w *writer) {
	row := func(database, role uint32, values map[string]string) {
		var list []string
		for _, name := range slices.Sorted(maps.Keys(values)) {
			list = append(list, name+"="+values[name])
		}
		if len(list) > 0 {
			w.row(database, role, list)
		}
	}
	if m.db.Defaults != nil {
		for _, o := range m.db.Defaults.Settings {
			database := uint32(0)
			if o.Database {
				database = DatabaseOID
			}
			row(database, o.Role, o.Values)
		}
	}
	for _, r := range sortedByOID(m.db.Roles, func(r *catalog.Role) uint32 { return r.OID }) {
		row(0, r.OID, r.Settings)
	}
}

// defaultACLRows numbers its rows from the last OIDs down: nothing refers to them.
func (m *Image) defaultACLRows(w *writer) {
	for i, p := range m.db.DefaultPrivileges() {
		w.row(math.MaxUint32-uint32(i), p.Role, p.Schema, string(p.Kind), m.items(p.ACL))
	}
}
