package syscat

import (
	"maps"
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
	for _, r := range sortedByOID(m.db.Roles, func(r *catalog.Role) uint32 { return r.OID }) {
		var list []string
		for _, name := range slices.Sorted(maps.Keys(r.Settings)) {
			list = append(list, name+"="+r.Settings[name])
		}
		if len(list) > 0 {
			w.row(0, r.OID, list)
		}
	}
}
