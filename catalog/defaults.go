package catalog

import (
	"cmp"
	"maps"
	"slices"
)

// Defaults are what sessions begin with and what new objects get. It is never changed; an operation replaces all of it.
type Defaults struct {
	Settings   []Settings          `json:"settings,omitempty"`
	Privileges []DefaultPrivileges `json:"privileges,omitempty"`
}

// Settings are values of run-time parameters for all roles, or for one role in this database (pg_db_role_setting). Those of a role in
// every database are in Role.Settings.
type Settings struct {
	Role     uint32            `json:"role,omitempty"` // 0: all
	Database bool              `json:"database,omitempty"`
	Values   map[string]string `json:"values"` // name, lower case, and value
}

// DefaultPrivileges are those of new objects that a role makes (pg_default_acl).
type DefaultPrivileges struct {
	Role   uint32      `json:"role"`
	Schema uint32      `json:"schema,omitempty"` // its OID; 0: in every one
	Kind   DefaultKind `json:"kind"`
	ACL    ACL         `json:"acl"`
}

// DefaultKind is a kind of object as pg_default_acl.defaclobjtype has it.
type DefaultKind string

// Kinds of objects that have default privileges. Views are relations, too.
const (
	DefaultRelations DefaultKind = "r"
	DefaultSequences DefaultKind = "S"
	DefaultSchemas   DefaultKind = "n"
)

// All is what the owner of such an object may do without a grant.
func (k DefaultKind) All() Privileges {
	switch k {
	case DefaultSequences:
		return AllOnSequence
	case DefaultSchemas:
		return AllOnSchema
	}
	return AllOnTable
}

// SettingsOf returns what a role's sessions begin with, what counts more after what counts less (PostgreSQL: process_settings).
func (d *Database) SettingsOf(role *Role) []map[string]string {
	var out []map[string]string
	at := func(oid uint32, database bool) {
		if i := d.Defaults.settings(oid, database); i >= 0 {
			out = append(out, d.Defaults.Settings[i].Values)
		}
	}
	at(0, false)
	at(0, true)
	out = append(out, role.Settings)
	at(role.OID, true)
	return out
}

func (d *Defaults) settings(role uint32, database bool) int {
	if d == nil {
		return -1
	}
	return slices.IndexFunc(d.Settings, func(s Settings) bool { return s.Role == role && s.Database == database })
}

// Values returns the settings of a role in this database; role 0 is all, and without database all databases.
func (d *Defaults) Values(role uint32, database bool) map[string]string {
	if i := d.settings(role, database); i >= 0 {
		return d.Settings[i].Values
	}
	return nil
}

// clone returns a copy whose lists can be changed.
func (d *Defaults) clone() *Defaults {
	if d == nil {
		return &Defaults{}
	}
	return &Defaults{Settings: slices.Clone(d.Settings), Privileges: slices.Clone(d.Privileges)}
}

// WithSettings replaces the settings of a role; none remove the entry.
func (d *Defaults) WithSettings(role uint32, database bool, values map[string]string) *Defaults {
	n := d.clone()
	i := n.settings(role, database)
	switch {
	case i < 0 && len(values) > 0:
		n.Settings = append(n.Settings, Settings{Role: role, Database: database, Values: maps.Clone(values)})
	case i >= 0 && len(values) > 0:
		n.Settings[i].Values = maps.Clone(values)
	case i >= 0:
		n.Settings = slices.Delete(n.Settings, i, i+1)
	}
	return n
}

// ACL returns the privileges that ALTER DEFAULT PRIVILEGES has kept, nil if it has none.
func (d *Defaults) ACL(role, schema uint32, kind DefaultKind) ACL {
	if d == nil {
		return nil
	}
	for _, p := range d.Privileges {
		if p.Role == role && p.Schema == schema && p.Kind == kind {
			return p.ACL
		}
	}
	return nil
}

// DefaultPrivileges are all that are kept.
func (d *Database) DefaultPrivileges() []DefaultPrivileges {
	if d.Defaults == nil {
		return nil
	}
	return d.Defaults.Privileges
}

// Revoke takes a role out of all default privileges, and removes its own; nil if there are none.
func (d *Defaults) Revoke(role uint32) *Defaults {
	if d == nil {
		return nil
	}
	n := d.withoutRole(role)
	n.Settings = slices.Clone(d.Settings)
	return n
}

// WithACL replaces the privileges of one kind of object; nil removes them.
func (d *Defaults) WithACL(p DefaultPrivileges) *Defaults {
	n := d.clone()
	n.Privileges = slices.DeleteFunc(n.Privileges, func(o DefaultPrivileges) bool { return o.Role == p.Role && o.Schema == p.Schema && o.Kind == p.Kind })
	if p.ACL != nil {
		n.Privileges = append(n.Privileges, p)
		slices.SortFunc(n.Privileges, func(a, b DefaultPrivileges) int {
			return cmp.Or(cmp.Compare(a.Role, b.Role), cmp.Compare(a.Schema, b.Schema), cmp.Compare(a.Kind, b.Kind))
		})
	}
	return n
}

// withoutRole removes what speaks of a role.
func (d *Defaults) withoutRole(role uint32) *Defaults {
	n := d.clone()
	n.Settings = slices.DeleteFunc(n.Settings, func(s Settings) bool { return s.Role == role })
	n.Privileges = slices.DeleteFunc(n.Privileges, func(p DefaultPrivileges) bool { return p.Role == role })
	for i := range n.Privileges {
		n.Privileges[i].ACL = n.Privileges[i].ACL.Without(role)
	}
	n.Privileges = slices.DeleteFunc(n.Privileges, func(p DefaultPrivileges) bool { return p.ACL.Default(p.Role, p.Schema, p.Kind) })
	return n
}

// withoutSchema removes the privileges of objects in a schema.
func (d *Defaults) withoutSchema(schema uint32) *Defaults {
	n := d.clone()
	n.Privileges = slices.DeleteFunc(n.Privileges, func(p DefaultPrivileges) bool { return p.Schema == schema })
	return n
}

// NewACL is the list of privileges of a new object: nil where it is the kind's own default (PostgreSQL: get_user_default_acl).
func (d *Database) NewACL(owner uint32, schema string, kind DefaultKind) ACL {
	owner = OwnerOID(owner)
	everywhere, here := d.Defaults.ACL(owner, 0, kind), ACL(nil)
	if in := d.Schemas[schema]; in != nil {
		here = d.Defaults.ACL(owner, in.OID, kind)
	}
	if everywhere == nil && here == nil {
		return nil
	}
	own := DefaultACL(owner, kind.All(), 0)
	out := own
	if everywhere != nil {
		out = everywhere
	}
	for _, g := range here {
		change := ACLChange{Grant: g, Owner: owner, Membership: d}
		changed, err := change.Apply(out)
		if err != nil {
			continue // a grant option that would go round in a circle, which the owner's own grants cannot
		}
		out = changed
	}
	if out.equal(own) {
		return nil
	}
	return out
}

// equal reports whether both lists grant the same, in whatever order.
func (a ACL) equal(b ACL) bool {
	if len(a) != len(b) {
		return false
	}
	for _, g := range a {
		if !slices.Contains(b, g) {
			return false
		}
	}
	return true
}

// Default reports whether the list is what ALTER DEFAULT PRIVILEGES need not keep: in a schema nothing, else the kind's own default.
func (a ACL) Default(role, schema uint32, kind DefaultKind) bool {
	if schema != 0 {
		return len(a) == 0
	}
	return a.equal(DefaultACL(role, kind.All(), 0))
}
