package backup

import (
	"maps"
	"slices"

	"github.com/miniodb/miniodb/catalog"
)

// roles joins roles, which are the same if they have the same name. One that exists now stays as it is, as an old password or right must not come back; but for
// one that a new database has, and nobody has touched since. The OIDs of the backup win, since its objects name their owners by them.
func (m *merger) roles() {
	m.out.Owner, m.out.ACL = m.backup.Owner, m.backup.ACL
	fresh := catalog.NewDatabase().Roles
	for _, name := range slices.Sorted(maps.Keys(m.now.Roles)) {
		own := m.now.Roles[name].OID
		if b := m.backup.Roles[name]; b != nil {
			m.roleOIDs[own] = b.OID
		} else {
			m.roleOIDs[own] = m.oid(own)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(m.now.Roles)) {
		now, b := m.now.Roles[name], m.backup.Roles[name]
		if b != nil && (same(now, b) || same(now, fresh[name])) {
			continue
		}
		r := *now
		r.OID = m.roleOIDs[now.OID]
		r.MemberOf = slices.Clone(now.MemberOf)
		for i := range r.MemberOf {
			r.MemberOf[i].Role, r.MemberOf[i].Grantor = m.role(r.MemberOf[i].Role), m.role(r.MemberOf[i].Grantor)
		}
		m.out.Roles[name] = &r
		detail := ""
		if b != nil {
			detail = "has changed since the backup and is not set back"
		}
		m.step(name, "role", Kept, detail)
	}
	for _, name := range slices.Sorted(maps.Keys(m.backup.Roles)) {
		now, b := m.now.Roles[name], m.backup.Roles[name]
		switch {
		case now != nil && !same(now, b) && !same(now, fresh[name]):
			continue
		case now == nil || !same(now, b):
			m.step(name, "role", Restored, "")
		case !same(b, fresh[name]):
			m.step(name, "role", Unchanged, "")
		}
		m.out.Roles[name] = b
	}
}

// role returns the OID that a role of now has in the result.
func (m *merger) role(oid uint32) uint32 {
	if to, ok := m.roleOIDs[oid]; ok {
		return to
	}
	return oid
}

// acl returns what was granted on an object of now, by the result's OIDs.
func (m *merger) acl(a catalog.ACL) catalog.ACL {
	out := slices.Clone(a)
	for i := range out {
		out[i].Grantee, out[i].Grantor = m.role(out[i].Grantee), m.role(out[i].Grantor)
	}
	return out
}

// columns is acl for the columns of a relation.
func (m *merger) columns(columns []catalog.Column) []catalog.Column {
	out := slices.Clone(columns)
	for i := range out {
		out[i].ACL = m.acl(out[i].ACL)
	}
	return out
}
