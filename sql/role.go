package sql

import (
	"strings"

	"github.com/jackc/pgerrcode"
	pg_query "github.com/pganalyze/pg_query_go/v6"

	"github.com/miniodb/miniodb/catalog"
	"github.com/miniodb/miniodb/internal/pgerr"
)

// roleStatement fills in Command and Tag of statements about roles and privileges; known is false for all others.
func (c *classifier) roleStatement(s *Statement, node *pg_query.Node) (known bool, err error) {
	switch n := node.GetNode().(type) {
	case *pg_query.Node_CreateRoleStmt:
		s.Tag = "CREATE ROLE"
		s.Command, err = c.createRole(n.CreateRoleStmt)
	case *pg_query.Node_AlterRoleStmt:
		s.Tag = "ALTER ROLE"
		s.Command, err = c.alterRole(n.AlterRoleStmt)
	case *pg_query.Node_AlterRoleSetStmt:
		s.Tag = "ALTER ROLE"
		s.Command, err = c.alterRoleSet(n.AlterRoleSetStmt)
	case *pg_query.Node_AlterDatabaseSetStmt:
		s.Tag = "ALTER DATABASE"
		s.Command, err = c.settings(&AlterRoleSet{Database: n.AlterDatabaseSetStmt.Dbname}, n.AlterDatabaseSetStmt.Setstmt)
	case *pg_query.Node_AlterDefaultPrivilegesStmt:
		s.Tag = "ALTER DEFAULT PRIVILEGES"
		s.Command, err = c.defaultPrivileges(n.AlterDefaultPrivilegesStmt)
	case *pg_query.Node_DropRoleStmt:
		s.Tag, s.Command = "DROP ROLE", &DropRole{Roles: roleSpecs(n.DropRoleStmt.Roles), IfExists: n.DropRoleStmt.MissingOk}
	case *pg_query.Node_RenameStmt:
		if n.RenameStmt.RenameType != pg_query.ObjectType_OBJECT_ROLE {
			return false, nil
		}
		s.Tag, s.Command = "ALTER ROLE", &RenameRole{From: n.RenameStmt.Subname, To: n.RenameStmt.Newname}
	case *pg_query.Node_GrantRoleStmt:
		s.Tag = "GRANT ROLE"
		if !n.GrantRoleStmt.IsGrant {
			s.Tag = "REVOKE ROLE"
		}
		s.Command, err = c.grantRole(n.GrantRoleStmt)
	case *pg_query.Node_GrantStmt:
		s.Tag = "GRANT"
		if !n.GrantStmt.IsGrant {
			s.Tag = "REVOKE"
		}
		s.Command, err = c.grant(n.GrantStmt)
	case *pg_query.Node_DropOwnedStmt:
		s.Tag, s.Command = "DROP OWNED", &DropOwned{
			Roles: roleSpecs(n.DropOwnedStmt.Roles), Cascade: n.DropOwnedStmt.Behavior == pg_query.DropBehavior_DROP_CASCADE,
		}
	case *pg_query.Node_ReassignOwnedStmt:
		s.Tag, s.Command = "REASSIGN OWNED", &ReassignOwned{Roles: roleSpecs(n.ReassignOwnedStmt.Roles), To: roleSpec(n.ReassignOwnedStmt.Newrole)}
	case *pg_query.Node_AlterOwnerStmt:
		return c.alterOwner(s, n.AlterOwnerStmt)
	case *pg_query.Node_AlterTableStmt:
		return c.alterTableOwner(s, n.AlterTableStmt)
	default:
		return false, nil
	}
	return true, err
}

func roleSpec(n *pg_query.RoleSpec) RoleSpec {
	switch n.GetRoletype() {
	case pg_query.RoleSpecType_ROLESPEC_CURRENT_ROLE, pg_query.RoleSpecType_ROLESPEC_CURRENT_USER:
		return RoleSpec{Kind: RoleCurrent}
	case pg_query.RoleSpecType_ROLESPEC_SESSION_USER:
		return RoleSpec{Kind: RoleSession}
	case pg_query.RoleSpecType_ROLESPEC_PUBLIC:
		return RoleSpec{Kind: RolePublic}
	}
	return RoleSpec{Name: n.GetRolename()}
}

func roleSpecs(nodes []*pg_query.Node) []RoleSpec {
	out := make([]RoleSpec, len(nodes))
	for i, n := range nodes {
		out[i] = roleSpec(n.GetRoleSpec())
	}
	return out
}

func (c *classifier) createRole(n *pg_query.CreateRoleStmt) (*CreateRole, error) {
	out := &CreateRole{Name: n.Role}
	if strings.HasPrefix(n.Role, "pg_") {
		return nil, reservedRole(n.Role)
	}
	var err error
	if out.Options, err = c.roleOptions(n.Options); err != nil {
		return nil, err
	}
	if out.Options.Login == nil {
		login := n.StmtType == pg_query.RoleStmtType_ROLESTMT_USER
		out.Options.Login = &login
	}
	return out, nil
}

func reservedRole(name string) error {
	return pgerr.New(pgerrcode.ReservedName, "role name \"%s\" is reserved", name).WithDetail("Role names starting with \"pg_\" are reserved.")
}

// roleOptions reads the options that PostgreSQL 15 documents for CREATE ROLE.
func (c *classifier) roleOptions(nodes []*pg_query.Node) (RoleOptions, error) {
	var out RoleOptions
	seen := map[string]bool{}
	for _, node := range nodes {
		def := node.GetDefElem()
		if seen[def.Defname] {
			return out, c.at(pgerr.New(pgerrcode.SyntaxError, "conflicting or redundant options"), def.Location)
		}
		seen[def.Defname] = true
		on := def.GetArg().GetBoolean().GetBoolval()
		switch def.Defname {
		case "superuser":
			out.Superuser = &on
		case "inherit":
			out.Inherit = &on
		case "createrole":
			out.CreateRole = &on
		case "createdb":
			out.CreateDB = &on
		case "canlogin":
			out.Login = &on
		case "isreplication":
			out.Replication = &on
		case "bypassrls":
			out.BypassRLS = &on
		case "connectionlimit":
			limit := def.GetArg().GetInteger().GetIval()
			if limit < -1 {
				return out, pgerr.New(pgerrcode.InvalidParameterValue, "invalid connection limit: %d", limit)
			}
			out.ConnLimit = &limit
		case "password":
			out.SetPassword = true
			if def.Arg != nil {
				text := strings.Clone(def.Arg.GetString_().GetSval())
				out.Password = &text
			}
		case "validUntil":
			text := def.GetArg().GetString_().GetSval()
			out.ValidUntil = &text
		case "addroleto":
			out.InRoles = roleSpecs(def.GetArg().GetList().GetItems())
		case "rolemembers":
			out.Members = roleSpecs(def.GetArg().GetList().GetItems())
		case "adminmembers":
			out.Admins = roleSpecs(def.GetArg().GetList().GetItems())
		case "sysid":
			out.Notices = append(out.Notices, "SYSID can no longer be specified")
		default:
			return out, unsupported("this option of a role is not supported")
		}
	}
	return out, nil
}

func (c *classifier) alterRole(n *pg_query.AlterRoleStmt) (Command, error) {
	options, err := c.roleOptions(n.Options)
	if err != nil {
		return nil, err
	}
	role := roleSpec(n.Role)
	if options.Members != nil {
		return &GrantRole{Revoke: n.Action < 0, Roles: []RoleSpec{role}, Grantees: options.Members, Group: true}, nil
	}
	return &AlterRole{Role: role, Options: options}, nil
}

func (c *classifier) alterRoleSet(n *pg_query.AlterRoleSetStmt) (*AlterRoleSet, error) {
	out := &AlterRoleSet{Database: n.Database}
	if n.Role != nil {
		role := roleSpec(n.Role)
		out.Role = &role
	}
	return c.settings(out, n.Setstmt)
}

// settings reads what is set or reset.
func (c *classifier) settings(out *AlterRoleSet, n *pg_query.VariableSetStmt) (*AlterRoleSet, error) {
	var inner Statement
	if err := c.set(&inner, n); err != nil {
		return nil, err
	}
	switch x := inner.Command.(type) {
	case *Set:
		if out.Set = x; x.Default {
			out.Set, out.Reset = nil, &Reset{Name: x.Name}
		}
	case *Reset:
		out.Reset = x
	default:
		return nil, unsupported("this parameter cannot be kept for sessions")
	}
	return out, nil
}

func (c *classifier) grantRole(n *pg_query.GrantRoleStmt) (*GrantRole, error) {
	out := &GrantRole{Revoke: !n.IsGrant, Grantees: roleSpecs(n.GranteeRoles)}
	for _, r := range n.GrantedRoles {
		p := r.GetAccessPriv()
		if len(p.Cols) > 0 {
			return nil, pgerr.New(pgerrcode.InvalidGrantOperation, "column names cannot be included in GRANT/REVOKE ROLE")
		}
		out.Roles = append(out.Roles, RoleSpec{Name: p.PrivName})
	}
	for _, o := range n.Opt {
		def := o.GetDefElem()
		on := def.GetArg().GetBoolean().GetBoolval()
		if def.Defname != "admin" || n.IsGrant && !on { // the grammar is that of a later release
			return nil, c.at(pgerr.New(pgerrcode.SyntaxError, "syntax error at or near \"%s\"", strings.ToUpper(def.Defname)), def.Location)
		}
		out.Admin = true
	}
	if n.Grantor != nil {
		grantor := roleSpec(n.Grantor)
		out.Grantor = &grantor
	}
	return out, nil
}

func (c *classifier) alterOwner(s *Statement, n *pg_query.AlterOwnerStmt) (bool, error) {
	if n.ObjectType == pg_query.ObjectType_OBJECT_FUNCTION {
		f, err := c.functionName(n.Object)
		s.Tag, s.Command = "ALTER FUNCTION", &AlterOwner{Kind: ObjectFunction, Name: f.Name, Args: f.Args, Owner: roleSpec(n.Newowner)}
		return true, err
	}
	if n.ObjectType == pg_query.ObjectType_OBJECT_TYPE {
		name, err := c.qualified(n.Object.GetList().GetItems())
		s.Tag, s.Command = "ALTER TYPE", &AlterOwner{Kind: ObjectType, Name: name, Owner: roleSpec(n.Newowner)}
		return true, err
	}
	kind := map[pg_query.ObjectType]ObjectKind{
		pg_query.ObjectType_OBJECT_SCHEMA: ObjectSchema, pg_query.ObjectType_OBJECT_DATABASE: ObjectDatabase,
	}[n.ObjectType]
	if kind == "" {
		return false, nil
	}
	s.Tag = "ALTER " + strings.ToUpper(string(kind))
	s.Command = &AlterOwner{Kind: kind, Name: catalog.Name{Name: n.Object.GetString_().GetSval()}, Owner: roleSpec(n.Newowner)}
	return true, nil
}

func (c *classifier) alterTableOwner(s *Statement, n *pg_query.AlterTableStmt) (bool, error) {
	if len(n.Cmds) != 1 || n.Cmds[0].GetAlterTableCmd().GetSubtype() != pg_query.AlterTableType_AT_ChangeOwner {
		return false, nil
	}
	kind := map[pg_query.ObjectType]ObjectKind{
		pg_query.ObjectType_OBJECT_TABLE: ObjectTable, pg_query.ObjectType_OBJECT_VIEW: ObjectView, pg_query.ObjectType_OBJECT_SEQUENCE: ObjectSequence,
		pg_query.ObjectType_OBJECT_MATVIEW: ObjectMatview,
	}[n.Objtype]
	if kind == "" {
		return false, nil
	}
	name, err := c.name(n.Relation)
	s.Tag = "ALTER " + strings.ToUpper(string(kind))
	s.Command = &AlterOwner{Kind: kind, Name: name, Owner: roleSpec(n.Cmds[0].GetAlterTableCmd().Newowner), IfExists: n.MissingOk}
	return true, err
}
