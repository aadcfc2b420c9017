package sql

import (
	"github.com/miniodb/miniodb/catalog"
	"github.com/miniodb/miniodb/internal/sqltype"
)

// RoleKind is how a statement names a role.
type RoleKind uint8

// Role kinds.
const (
	RoleNamed RoleKind = iota
	RoleCurrent
	RoleSession
	RolePublic
)

// RoleSpec names a role, or everybody.
type RoleSpec struct {
	Kind RoleKind
	Name string // RoleNamed
}

// RoleOptions are the options of CREATE and ALTER ROLE; nil: not given.
type RoleOptions struct {
	Superuser, CreateDB, CreateRole, Inherit, Login, Replication, BypassRLS *bool
	ConnLimit                                                               *int32 // -1 or more
	SetPassword                                                             bool
	Password                                                                *string // SetPassword: nil for NULL. It must not get into messages, logs or the catalog
	ValidUntil                                                              *string // as given
	InRoles, Members, Admins                                                []RoleSpec
	Notices                                                                 []string
}

// CreateRole is CREATE ROLE, USER and GROUP. For CREATE USER, Login is set unless it was said otherwise.
type CreateRole struct {
	Name    string
	Options RoleOptions
}

// AlterRole is ALTER ROLE and USER with options. ALTER GROUP ... ADD and DROP USER are GrantRole.
type AlterRole struct {
	Role    RoleSpec
	Options RoleOptions
}

// AlterRoleSet is ALTER ROLE ... SET and RESET: one of Set and Reset is there.
type AlterRoleSet struct {
	Role     *RoleSpec // nil: ALL, or ALTER DATABASE
	Database string    // IN DATABASE
	Set      *Set
	Reset    *Reset
}

// RenameRole is ALTER ROLE ... RENAME TO.
type RenameRole struct{ From, To string }

// DropRole is DROP ROLE, USER and GROUP.
type DropRole struct {
	Roles    []RoleSpec
	IfExists bool
}

// GrantRole is GRANT and REVOKE of membership.
type GrantRole struct {
	Revoke   bool
	Roles    []RoleSpec
	Grantees []RoleSpec
	Admin    bool // WITH ADMIN OPTION, or REVOKE ADMIN OPTION FOR
	Grantor  *RoleSpec
	Group    bool // ALTER GROUP
}

// ReassignOwned is REASSIGN OWNED BY ... TO.
type ReassignOwned struct {
	Roles []RoleSpec
	To    RoleSpec
}

// DropOwned is DROP OWNED BY.
type DropOwned struct {
	Roles   []RoleSpec
	Cascade bool
}

// AlterOwner is ALTER TABLE, VIEW, SEQUENCE, SCHEMA and DATABASE ... OWNER TO.
type AlterOwner struct {
	Kind     ObjectKind
	Name     catalog.Name // a schema's or database's name is in Name, Schema is ""
	Owner    RoleSpec
	IfExists bool
	Args     *[]sqltype.OID // of a function; nil: not given
}

func (*CreateRole) command()    {}
func (*AlterRole) command()     {}
func (*AlterRoleSet) command()  {}
func (*RenameRole) command()    {}
func (*DropRole) command()      {}
func (*GrantRole) command()     {}
func (*ReassignOwned) command() {}
func (*DropOwned) command()     {}
func (*AlterOwner) command()    {}
