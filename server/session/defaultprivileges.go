package session

import (
	"github.com/jackc/pgerrcode"

	"github.com/miniodb/miniodb/catalog"
	"github.com/miniodb/miniodb/internal/pgerr"
	"github.com/miniodb/miniodb/pgwire"
	"github.com/miniodb/miniodb/sql"
)

// maxDefaults bounds the entries of the catalog's defaults.
const maxDefaults = 10_000

// runAlterDefaultPrivileges changes what objects to come will be granted (PostgreSQL: SetDefaultACL).
func (s *Session) runAlterDefaultPrivileges(c *sql.AlterDefaultPrivileges, tag string) (pgwire.Result, error) {
	grantees, err := s.grantees(c.Grant.Grantees)
	if err != nil {
		return nil, err
	}
	roles := c.Roles
	if len(roles) == 0 {
		roles = []sql.RoleSpec{{Kind: sql.RoleCurrent}}
	}
	var schemas []uint32
	for _, name := range c.Schemas {
		schema := s.database().Schemas[name]
		if schema == nil {
			return nil, pgerr.New(pgerrcode.InvalidSchemaName, "schema %q does not exist", name)
		}
		schemas = append(schemas, schema.OID)
	}
	if len(schemas) == 0 {
		schemas = []uint32{0}
	}
	defaults := s.access().Defaults
	for _, spec := range roles {
		role, err := s.findRole(spec)
		if err != nil {
			return nil, err
		}
		if !s.rights().Member(role.OID) {
			return nil, forbidden("must be member of role %q", role.Name)
		}
		for _, schema := range schemas {
			acl := defaults.ACL(role.OID, schema, c.Kind)
			if acl == nil && schema == 0 {
				acl = catalog.DefaultACL(role.OID, c.Kind.All(), 0)
			}
			if acl, err = s.changeDefault(c.Grant, acl, role.OID, grantees); err != nil {
				return nil, err
			}
			if acl.Default(role.OID, schema, c.Kind) {
				acl = nil
			}
			defaults = defaults.WithACL(catalog.DefaultPrivileges{Role: role.OID, Schema: schema, Kind: c.Kind, ACL: acl})
		}
	}
	if len(defaults.Privileges) > maxDefaults {
		return nil, pgerr.New(pgerrcode.ConfigurationLimitExceeded, "the limit of %d default privileges is reached", maxDefaults)
	}
	return tagResult(tag), s.addOps(catalog.Op{PutDefaults: defaults})
}

// changeDefault changes a list whose owner is also the grantor.
func (s *Session) changeDefault(c *sql.Grant, acl catalog.ACL, owner uint32, grantees []uint32) (catalog.ACL, error) {
	acl = append(catalog.ACL{}, acl...)
	for _, grantee := range grantees {
		if grantee == catalog.Public && c.GrantOption && !c.Revoke {
			return nil, pgerr.New(pgerrcode.InvalidGrantOperation, "grant options can only be granted to roles")
		}
		g := catalog.Grant{Grantee: grantee, Grantor: owner}
		if !c.Revoke || !c.GrantOption {
			g.Privileges = c.Privileges
		}
		if c.Revoke || c.GrantOption {
			g.Grantable = c.Privileges
		}
		change := catalog.ACLChange{Revoke: c.Revoke, Grant: g, Owner: owner, Cascade: c.Cascade, Membership: s.access()}
		var err error
		if acl, err = change.Apply(acl); err != nil {
			return nil, grantError(err)
		}
	}
	return acl, nil
}

// grantees resolves the roles of a GRANT, PUBLIC among them.
func (s *Session) grantees(specs []sql.RoleSpec) ([]uint32, error) {
	var out []uint32
	for _, spec := range specs {
		if spec.Kind == sql.RolePublic {
			out = append(out, catalog.Public)
			continue
		}
		r, err := s.findRole(spec)
		if err != nil {
			return nil, err
		}
		out = append(out, r.OID)
	}
	return out, nil
}

// newACL is the list of privileges of a relation that the current role makes.
func (s *Session) newACL(n catalog.Name, kind catalog.DefaultKind) catalog.ACL {
	return s.access().NewACL(s.role(), n.Schema, kind)
}
