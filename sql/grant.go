package sql

import (
	"github.com/jackc/pgerrcode"
	pg_query "github.com/pganalyze/pg_query_go/v6"

	"github.com/miniodb/miniodb/catalog"
	"github.com/miniodb/miniodb/internal/pgerr"
)

// grantable are the privileges of each kind of object. A name after GRANT ... ON TABLE may be that of a sequence.
var grantable = map[ObjectKind]catalog.Privileges{
	ObjectTable: catalog.AllOnTable | catalog.AllOnSequence, ObjectSequence: catalog.AllOnSequence,
	ObjectSchema: catalog.AllOnSchema, ObjectDatabase: catalog.AllOnDatabase,
}

// grant checks privileges against the kind of object, in PostgreSQL's order (aclchk.c, ExecuteGrantStmt).
func (c *classifier) grant(n *pg_query.GrantStmt) (*Grant, error) {
	kind := map[pg_query.ObjectType]ObjectKind{
		pg_query.ObjectType_OBJECT_TABLE: ObjectTable, pg_query.ObjectType_OBJECT_SEQUENCE: ObjectSequence,
		pg_query.ObjectType_OBJECT_SCHEMA: ObjectSchema, pg_query.ObjectType_OBJECT_DATABASE: ObjectDatabase,
	}[n.Objtype]
	if kind == "" {
		return nil, unsupported("GRANT and REVOKE on this kind of object are not supported").
			WithHint("Privileges can be granted on tables, views, columns, sequences, schemas and the database.")
	}
	out := &Grant{
		Revoke: !n.IsGrant, Kind: kind, AllIn: n.Targtype == pg_query.GrantTargetType_ACL_TARGET_ALL_IN_SCHEMA, Grantees: roleSpecs(n.Grantees),
		GrantOption: n.GrantOption, Cascade: n.Behavior == pg_query.DropBehavior_DROP_CASCADE,
	}
	if n.Grantor != nil {
		grantor := roleSpec(n.Grantor)
		out.Grantor = &grantor
	}
	if err := c.grantObjects(out, n.Objects); err != nil {
		return nil, err
	}
	if len(n.Privileges) == 0 {
		out.All = true
		return out, nil
	}
	for _, node := range n.Privileges {
		if out.Fault = out.privilege(node.GetAccessPriv()); out.Fault != nil {
			break
		}
	}
	return out, nil
}

func (c *classifier) grantObjects(out *Grant, objects []*pg_query.Node) error {
	for _, o := range objects {
		name := catalog.Name{Name: o.GetString_().GetSval()}
		if r := o.GetRangeVar(); r != nil {
			var err error
			if name, err = c.name(r); err != nil {
				return err
			}
		}
		out.Names = append(out.Names, name)
	}
	return nil
}

func (g *Grant) privilege(p *pg_query.AccessPriv) error {
	if len(p.Cols) > 0 {
		return g.columnPrivilege(p)
	}
	if p.PrivName == "" {
		return pgerr.New(pgerrcode.InternalError, "AccessPriv node must specify privilege or columns")
	}
	priv, err := parsePrivilege(p.PrivName)
	if err != nil {
		return err
	}
	if priv&grantable[g.Kind] == 0 {
		what := string(g.Kind)
		if g.Kind == ObjectTable {
			what = "relation"
		}
		return invalidPrivilege(priv, what)
	}
	g.Privileges |= priv
	return nil
}

func (g *Grant) columnPrivilege(p *pg_query.AccessPriv) error {
	if g.Kind != ObjectTable || g.AllIn {
		return pgerr.New(pgerrcode.InvalidGrantOperation, "column privileges are only valid for relations")
	}
	out := ColumnGrant{All: p.PrivName == "", Columns: stringsOf(p.Cols)}
	if !out.All {
		var err error
		if out.Privilege, err = parsePrivilege(p.PrivName); err != nil {
			return err
		}
		if out.Privilege&catalog.AllOnColumn == 0 {
			return invalidPrivilege(out.Privilege, "column")
		}
	}
	g.Columns = append(g.Columns, out)
	return nil
}

// parsePrivilege takes the names of PostgreSQL 15; those of things that are not here are known, so that the answer is the right one.
func parsePrivilege(name string) (catalog.Privileges, error) {
	if p := catalog.ParsePrivilege(name); p != 0 {
		return p, nil
	}
	if name == "set" || name == "alter system" {
		return 0, pgerr.New(pgerrcode.InvalidGrantOperation, "invalid privilege type %s", name)
	}
	return 0, pgerr.New(pgerrcode.SyntaxError, "unrecognized privilege type \"%s\"", clip(name))
}

func invalidPrivilege(p catalog.Privileges, what string) error {
	return pgerr.New(pgerrcode.InvalidGrantOperation, "invalid privilege type %s for %s", p.Names()[0], what)
}
