package catalog

import (
	"math/bits"
	"slices"
)

// Rights answers what one role may do, at one version of the database (PostgreSQL documentation, 5.7 and 22). It is immutable.
type Rights struct {
	db        *Database
	role      uint32
	superuser bool
	inherited []uint32 // the role, then those whose privileges it has, nearest first
	member    []uint32 // the role, then all that it is a member of
}

// Rights of the role with this OID. One that is not there may do nothing but what everybody may.
func (d *Database) Rights(role uint32) *Rights {
	r := &Rights{db: d, role: role}
	if found := d.RoleByOID(role); found != nil {
		r.superuser = found.Superuser
	}
	r.inherited, r.member = d.memberships(role, true), d.memberships(role, false)
	return r
}

// memberships lists a role and all that it is a member of, breadth first; with inherit only through roles that inherit.
func (d *Database) memberships(role uint32, inherit bool) []uint32 {
	out := []uint32{role}
	add := func(oid uint32) {
		if !slices.Contains(out, oid) {
			out = append(out, oid)
		}
	}
	for i := 0; i < len(out); i++ {
		r := d.RoleByOID(out[i])
		if r == nil || inherit && !r.Inherit {
			continue
		}
		for _, m := range r.MemberOf {
			add(m.Role)
		}
		if r.OID == OwnerOID(d.Owner) {
			add(DatabaseOwnerOID)
		}
	}
	return out
}

// Database is the version that the rights are of.
func (r *Rights) Database() *Database { return r.db }

// Role is the OID of the role.
func (r *Rights) Role() uint32 { return r.role }

// Superuser reports whether the role may do everything.
func (r *Rights) Superuser() bool { return r.superuser }

// Has reports whether the role has the privileges of another one, without SET ROLE (PostgreSQL: has_privs_of_role).
func (r *Rights) Has(other uint32) bool {
	return r.superuser || slices.Contains(r.inherited, OwnerOID(other))
}

// Member reports whether the role could become another one by SET ROLE (PostgreSQL: is_member_of_role).
func (r *Rights) Member(other uint32) bool {
	return r.superuser || slices.Contains(r.member, other)
}

// Memberships are the role and all that it is a member of, a superuser not counting as a member of everything. Not to be changed.
func (r *Rights) Memberships() []uint32 { return r.member }

// Admin reports whether the role may grant another one (PostgreSQL: is_admin_of_role).
func (r *Rights) Admin(other uint32) bool {
	if r.superuser {
		return true
	}
	for _, oid := range r.member {
		if m := r.db.RoleByOID(oid); m != nil && slices.ContainsFunc(m.MemberOf, func(m Membership) bool { return m.Role == other && m.Admin }) {
			return true
		}
	}
	return false
}

// held is what an ACL gives the role: privileges, and those that it may pass on (PostgreSQL: aclmask).
func (r *Rights) held(acl ACL, owner uint32) (privileges, grantable Privileges) {
	if slices.Contains(r.inherited, owner) {
		grantable = ^Privileges(0)
	}
	for _, g := range acl {
		if g.Grantee == Public || slices.Contains(r.inherited, g.Grantee) {
			privileges |= g.Privileges
			grantable |= g.Grantable
		}
	}
	return privileges, grantable
}

// On is what the role may do with an object that has this ACL, a nil one being empty, and its owner.
func (r *Rights) On(acl ACL, owner uint32) Privileges {
	if r.superuser {
		return ^Privileges(0)
	}
	p, _ := r.held(acl, OwnerOID(owner))
	return p
}

// Grantable is what of an object's privileges the role may grant.
func (r *Rights) Grantable(acl ACL, owner uint32) Privileges {
	if r.superuser {
		return ^Privileges(0)
	}
	_, g := r.held(acl, OwnerOID(owner))
	return g
}

// OnRelation is what the role may do with a table, view or sequence as a whole.
func (r *Rights) OnRelation(acl ACL, owner uint32) Privileges {
	p := r.On(acl, owner)
	if slices.Contains(r.inherited, ReadAllDataOID) {
		p |= Select
	}
	if slices.Contains(r.inherited, WriteAllDataOID) {
		p |= Insert | Update | Delete
	}
	return p
}

// OnSchema is what the role may do with a schema.
func (r *Rights) OnSchema(s *Schema) Privileges {
	p := r.On(s.EffectiveACL(), s.Owner)
	if slices.Contains(r.inherited, ReadAllDataOID) || slices.Contains(r.inherited, WriteAllDataOID) {
		p |= Usage
	}
	return p
}

// OnDatabase is what the role may do with the database.
func (r *Rights) OnDatabase() Privileges { return r.On(r.db.EffectiveACL(), r.db.Owner) }

// Grantor chooses as whom the role grants: the owner, or whoever of the roles whose privileges it has may grant most of what is wanted. The
// second result is what that one may grant (PostgreSQL: select_best_grantor).
func (r *Rights) Grantor(acl ACL, owner uint32, want Privileges) (uint32, Privileges) {
	owner = OwnerOID(owner)
	if r.superuser || r.role == owner {
		return owner, want
	}
	best, most := r.role, Privileges(0)
	for _, oid := range r.inherited {
		var may Privileges
		if oid == owner {
			may = want
		}
		for _, g := range acl {
			if g.Grantee == oid {
				may |= g.Grantable & want
			}
		}
		if may == want {
			return oid, may
		}
		if bits.OnesCount16(uint16(may)) > bits.OnesCount16(uint16(most)) {
			best, most = oid, may
		}
	}
	return best, most
}
