package catalog

import (
	"errors"
	"slices"
)

// Errors of ACLChange.
var (
	// ErrDependent: privileges that were granted onwards hang on what is to be revoked.
	ErrDependent = errors.New("dependent privileges exist")
	// ErrCircular: a grant option would be given back to where it comes from.
	ErrCircular = errors.New("grant options cannot be granted back to your own grantor")
)

// ACLChange is a GRANT or REVOKE by one role to another on one object (PostgreSQL's acl.c: aclupdate).
type ACLChange struct {
	Revoke     bool
	Grant      Grant // Privileges and Grantable to add or to take away
	Owner      uint32
	Cascade    bool
	Membership *Database // who is a member of what
}

// Apply returns the changed list; the given one, which is not a default, stays as it is.
func (c *ACLChange) Apply(acl ACL) (ACL, error) {
	c.Owner = OwnerOID(c.Owner)
	if !c.Revoke && c.Grant.Grantable != 0 {
		if err := c.circular(acl); err != nil {
			return nil, err
		}
	}
	return c.update(acl, c.Grant, c.Revoke, c.Cascade)
}

func (c *ACLChange) update(acl ACL, mod Grant, revoke, cascade bool) (ACL, error) {
	out := append(ACL{}, acl...)
	i := slices.IndexFunc(out, func(g Grant) bool { return g.Grantee == mod.Grantee && g.Grantor == mod.Grantor })
	if i < 0 {
		i = len(out)
		out = append(out, Grant{Grantee: mod.Grantee, Grantor: mod.Grantor})
	}
	old := out[i]
	if revoke {
		out[i].Privileges &^= mod.Privileges
		out[i].Grantable &^= mod.Grantable
	} else {
		out[i].Privileges |= mod.Privileges
		out[i].Grantable |= mod.Grantable
	}
	lost := old.Grantable &^ out[i].Grantable
	if out[i].Privileges|out[i].Grantable == 0 {
		out = slices.Delete(out, i, i+1)
	}
	if lost != 0 && mod.Grantee != Public {
		return c.revokeDependent(out, mod.Grantee, lost, cascade)
	}
	return out, nil
}

// revokeDependent takes away what a role that has lost grant options had granted by them.
func (c *ACLChange) revokeDependent(acl ACL, role uint32, lost Privileges, cascade bool) (ACL, error) {
	if role == c.Owner {
		return acl, nil
	}
	_, still := c.Membership.Rights(role).held(acl, c.Owner)
	if lost &^= still; lost == 0 {
		return acl, nil
	}
	for {
		i := slices.IndexFunc(acl, func(g Grant) bool { return g.Grantor == role && g.Privileges&lost != 0 })
		if i < 0 {
			return acl, nil
		}
		if !cascade {
			return nil, ErrDependent
		}
		var err error
		if acl, err = c.update(acl, Grant{Grantee: acl[i].Grantee, Grantor: role, Privileges: lost, Grantable: lost}, true, true); err != nil {
			return nil, err
		}
	}
}

// circular refuses a grant option to a role without which the grantor would not have it.
func (c *ACLChange) circular(acl ACL) error {
	if c.Grant.Grantor == c.Owner {
		return nil
	}
	for {
		i := slices.IndexFunc(acl, func(g Grant) bool { return g.Grantee == c.Grant.Grantee && g.Grantable != 0 })
		if i < 0 {
			break
		}
		var err error
		if acl, err = c.update(acl, acl[i], true, true); err != nil {
			return err
		}
	}
	if _, own := c.Membership.Rights(c.Grant.Grantor).held(acl, c.Owner); c.Grant.Grantable&^own != 0 {
		return ErrCircular
	}
	return nil
}

// WithOwner returns the list for an object that goes from one owner to another: what the old one granted is now granted by the new one
// (PostgreSQL: aclnewowner). nil, the default, stays nil.
func (a ACL) WithOwner(old, owner uint32) ACL {
	if a == nil {
		return nil
	}
	out := ACL{}
	for _, g := range a {
		if g.Grantee == old {
			g.Grantee = owner
		}
		if g.Grantor == old {
			g.Grantor = owner
		}
		if i := slices.IndexFunc(out, func(o Grant) bool { return o.Grantee == g.Grantee && o.Grantor == g.Grantor }); i >= 0 {
			out[i].Privileges |= g.Privileges
			out[i].Grantable |= g.Grantable
			continue
		}
		out = append(out, g)
	}
	return out
}

// Without returns the list without all that was granted to or by a role.
func (a ACL) Without(role uint32) ACL {
	if a == nil {
		return nil
	}
	return slices.DeleteFunc(append(ACL{}, a...), func(g Grant) bool { return g.Grantee == role || g.Grantor == role })
}

// Names reports whether the list speaks of a role.
func (a ACL) Names(role uint32) bool {
	return slices.ContainsFunc(a, func(g Grant) bool { return g.Grantee == role || g.Grantor == role })
}
