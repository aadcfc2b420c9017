package sql

import (
	"github.com/jackc/pgerrcode"
	pg_query "github.com/pganalyze/pg_query_go/v6"

	"github.com/miniodb/miniodb/catalog"
	"github.com/miniodb/miniodb/internal/pgerr"
)

// defaultPrivileges reads ALTER DEFAULT PRIVILEGES (PostgreSQL: ExecAlterDefaultPrivilegesStmt).
func (c *classifier) defaultPrivileges(n *pg_query.AlterDefaultPrivilegesStmt) (*AlterDefaultPrivileges, error) {
	out := &AlterDefaultPrivileges{}
	seen := map[string]bool{}
	for _, node := range n.Options {
		def := node.GetDefElem()
		if seen[def.Defname] {
			return nil, c.at(pgerr.New(pgerrcode.SyntaxError, "conflicting or redundant options"), def.Location)
		}
		seen[def.Defname] = true
		switch items := def.GetArg().GetList().GetItems(); def.Defname {
		case "schemas":
			out.Schemas = stringsOf(items)
		case "roles":
			out.Roles = roleSpecs(items)
		}
	}
	a := n.Action
	switch a.Objtype {
	case pg_query.ObjectType_OBJECT_TABLE:
		out.Kind = catalog.DefaultRelations
	case pg_query.ObjectType_OBJECT_SEQUENCE:
		out.Kind = catalog.DefaultSequences
	case pg_query.ObjectType_OBJECT_SCHEMA:
		out.Kind = catalog.DefaultSchemas
		if len(out.Schemas) > 0 {
			return nil, pgerr.New(pgerrcode.InvalidGrantOperation, "cannot use IN SCHEMA clause when using GRANT/REVOKE ON SCHEMAS")
		}
	default:
		return nil, unsupported("default privileges of this kind of object are not supported").
			WithHint("There are default privileges of tables, sequences and schemas.")
	}
	g := &Grant{
		Revoke: !a.IsGrant, Kind: map[catalog.DefaultKind]ObjectKind{"r": ObjectTable, "S": ObjectSequence, "n": ObjectSchema}[out.Kind], All: len(a.Privileges) == 0,
		Grantees: roleSpecs(a.Grantees), GrantOption: a.GrantOption, Cascade: a.Behavior == pg_query.DropBehavior_DROP_CASCADE,
	}
	for _, node := range a.Privileges {
		p := node.GetAccessPriv()
		if len(p.Cols) > 0 {
			return nil, pgerr.New(pgerrcode.InvalidGrantOperation, "default privileges cannot be set for columns")
		}
		priv, err := parsePrivilege(p.PrivName)
		if err != nil {
			return nil, err
		}
		if priv&out.Kind.All() == 0 {
			what := string(g.Kind)
			if g.Kind == ObjectTable {
				what = "relation"
			}
			return nil, invalidPrivilege(priv, what)
		}
		g.Privileges |= priv
	}
	if g.All {
		g.Privileges = out.Kind.All()
	}
	out.Grant = g
	return out, nil
}
