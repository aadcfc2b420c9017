package session

import (
	"slices"

	"github.com/jackc/pgerrcode"

	"github.com/miniodb/miniodb/catalog"
	"github.com/miniodb/miniodb/internal/pgerr"
	"github.com/miniodb/miniodb/pgwire"
	"github.com/miniodb/miniodb/sql"
)

// runGrantRole is GRANT and REVOKE of membership, and ALTER GROUP (PostgreSQL: AddRoleMems, DelRoleMems).
func (s *Session) runGrantRole(c *sql.GrantRole, tag string) (pgwire.Result, error) {
	grantor := s.role()
	if c.Grantor != nil {
		r, err := s.findRole(*c.Grantor)
		if err != nil {
			return nil, err
		}
		grantor = r.OID
	}
	if _, err := s.findRoles(c.Grantees); err != nil {
		return nil, err
	}
	for _, spec := range c.Roles {
		var err error
		if c.Revoke {
			err = s.dropMembers(spec, c.Grantees, c.Admin)
		} else {
			err = s.addMembers(spec, c.Grantees, grantor, c.Admin, false)
		}
		if err != nil {
			return nil, err
		}
	}
	return tagResult(tag), nil
}

// mayGrantRole refuses whoever may not change who is a member of a role.
func (s *Session) mayGrantRole(r *catalog.Role) error {
	switch {
	case s.rights().Superuser():
		return nil
	case r.Superuser:
		return forbidden("must be superuser to alter superusers")
	case !s.mayCreateRoles() && !s.rights().Admin(r.OID):
		return forbidden("must have admin option on role %q", r.Name)
	}
	return nil
}

// addMembers makes roles members of another one. created says that one of both was made by this statement.
func (s *Session) addMembers(spec sql.RoleSpec, specs []sql.RoleSpec, grantor uint32, admin, created bool) error {
	if len(specs) == 0 {
		return nil
	}
	r, err := s.findRole(spec)
	if err != nil {
		return err
	}
	members, err := s.findRoles(specs)
	if err != nil {
		return err
	}
	if err := s.mayGrantRole(r); err != nil {
		return err
	}
	if grantor != s.role() && !s.rights().Superuser() {
		return forbidden("must be superuser to set grantor")
	}
	if r.OID == catalog.DatabaseOwnerOID {
		return pgerr.New(pgerrcode.InvalidGrantOperation, "role %q cannot have explicit members", r.Name)
	}
	for _, m := range members {
		switch {
		case m.OID == catalog.DatabaseOwnerOID:
			return pgerr.New(pgerrcode.InvalidGrantOperation, "role %q cannot be a member of any role", m.Name)
		case s.isMember(r.OID, m.OID):
			return pgerr.New(pgerrcode.InvalidGrantOperation, "role %q is a member of role %q", r.Name, m.Name)
		}
	}
	for _, m := range members {
		m = s.access().Roles[m.Name] // as the loop has left it
		i := memberOf(m, r.OID)
		if i >= 0 && (!admin || m.MemberOf[i].Admin) {
			s.notice(pgerrcode.SuccessfulCompletion, "role %q is already a member of role %q", m.Name, r.Name)
			continue
		}
		n := *m
		n.MemberOf = slices.Clone(m.MemberOf)
		entry := catalog.Membership{Role: r.OID, Grantor: grantor, Admin: admin}
		if i >= 0 {
			n.MemberOf[i] = entry
		} else {
			n.MemberOf = append(n.MemberOf, entry)
		}
		if err := s.addOps(catalog.Op{PutRole: &n}); err != nil {
			return err
		}
	}
	return nil
}

// isMember reports whether a role is, or is a member of, another one, superusers not counting as members of everything.
func (s *Session) isMember(role, of uint32) bool {
	r := s.rightsOf(role)
	return slices.Contains(r.Memberships(), of)
}

func memberOf(m *catalog.Role, role uint32) int {
	return slices.IndexFunc(m.MemberOf, func(x catalog.Membership) bool { return x.Role == role })
}

func (s *Session) dropMembers(spec sql.RoleSpec, specs []sql.RoleSpec, adminOnly bool) error {
	r, err := s.findRole(spec)
	if err != nil {
		return err
	}
	members, err := s.findRoles(specs)
	if err != nil {
		return err
	}
	if err := s.mayGrantRole(r); err != nil {
		return err
	}
	for _, m := range members {
		m = s.access().Roles[m.Name]
		i := memberOf(m, r.OID)
		if i < 0 {
			s.tell(pgerr.Warning(pgerrcode.Warning, "role %q is not a member of role %q", m.Name, r.Name))
			continue
		}
		n := *m
		if n.MemberOf = slices.Clone(m.MemberOf); adminOnly {
			n.MemberOf[i].Admin = false
		} else {
			n.MemberOf = slices.Delete(n.MemberOf, i, i+1)
		}
		if err := s.addOps(catalog.Op{PutRole: &n}); err != nil {
			return err
		}
	}
	return nil
}
