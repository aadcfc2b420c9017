package sql

import "github.com/miniodb/miniodb/catalog"

// Grant is GRANT and REVOKE of privileges on objects.
type Grant struct {
	Revoke      bool
	Kind        ObjectKind     // ObjectTable (which takes views and sequences, too), ObjectSequence, ObjectSchema or ObjectDatabase
	Names       []catalog.Name // a schema's or database's name is in Name
	AllIn       bool           // ON ALL TABLES IN SCHEMA: Names are schemas
	All         bool           // ALL [PRIVILEGES] on the whole object
	Privileges  catalog.Privileges
	Columns     []ColumnGrant
	Grantees    []RoleSpec
	GrantOption bool // WITH GRANT OPTION, or REVOKE GRANT OPTION FOR
	Cascade     bool
	Grantor     *RoleSpec
	Fault       error // what is wrong with the privileges; to be told when names and roles are found
}

// ColumnGrant is a privilege on columns; All is ALL (columns).
type ColumnGrant struct {
	All       bool
	Privilege catalog.Privileges
	Columns   []string
}

func (*Grant) command() {}

// AlterDefaultPrivileges is ALTER DEFAULT PRIVILEGES: what Grant says, of objects to come.
type AlterDefaultPrivileges struct {
	Roles   []RoleSpec // FOR ROLE; none: the current one
	Schemas []string   // IN SCHEMA; none: all
	Kind    catalog.DefaultKind
	Grant   *Grant
}

func (*AlterDefaultPrivileges) command() {}
