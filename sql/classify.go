package sql

import (
	"strings"

	"github.com/jackc/pgerrcode"
	pg_query "github.com/pganalyze/pg_query_go/v6"

	"github.com/miniodb/miniodb/catalog"
	"github.com/miniodb/miniodb/internal/pgerr"
)

// classifier turns the parse tree of one statement into a Command.
type classifier struct {
	text string // what locations in the tree index
	walk bool   // queries may hold what they must not: look at the whole tree
	like likeTables

	types   typeLookup // of the database; nil: they are not known yet
	unknown bool       // a type was looked for while they were not
}

// at gives an error the position of a location in the tree.
func (c *classifier) at(e *pgerr.Error, loc int32) *pgerr.Error {
	if loc <= 0 && e.Position != 0 {
		return e
	}
	return e.WithPosition(position(c.text, int(loc)))
}

func unsupported(format string, args ...any) *pgerr.Error {
	return pgerr.New(pgerrcode.FeatureNotSupported, format, args...)
}

// statement fills in Command and Tag of s.
func (c *classifier) statement(s *Statement, node *pg_query.Node) error {
	var err error
	switch n := node.GetNode().(type) {
	case *pg_query.Node_SelectStmt:
		if into := takeInto(n.SelectStmt); into != nil {
			s.Tag = "SELECT"
			s.Command, err = c.createTableAs(into, node, false)
			return err
		}
		s.Tag = "SELECT"
		s.Command, err = c.query(node)
	case *pg_query.Node_InsertStmt:
		s.Tag = "INSERT 0"
		s.Command, err = c.insert(n.InsertStmt)
	case *pg_query.Node_CreateStmt:
		s.Tag = "CREATE TABLE"
		s.Command, err = c.createTable(n.CreateStmt)
	case *pg_query.Node_CreateTableAsStmt:
		if n.CreateTableAsStmt.Objtype == pg_query.ObjectType_OBJECT_MATVIEW {
			s.Tag = "CREATE MATERIALIZED VIEW"
			s.Command, err = c.createMatview(n.CreateTableAsStmt)
			return err
		}
		s.Tag = "SELECT"
		if n.CreateTableAsStmt.Into.GetSkipData() {
			s.Tag = "CREATE TABLE AS"
		}
		s.Command, err = c.createTableAs(n.CreateTableAsStmt.Into, n.CreateTableAsStmt.Query, n.CreateTableAsStmt.IfNotExists)
	case *pg_query.Node_ViewStmt:
		s.Tag = "CREATE VIEW"
		s.Command, err = c.createView(n.ViewStmt)
	case *pg_query.Node_RefreshMatViewStmt:
		s.Tag = "REFRESH MATERIALIZED VIEW"
		s.Command, err = c.refresh(n.RefreshMatViewStmt)
	case *pg_query.Node_CreateSchemaStmt:
		s.Tag = "CREATE SCHEMA"
		s.Command, err = c.createSchema(n.CreateSchemaStmt)
	case *pg_query.Node_CreateSeqStmt:
		s.Tag = "CREATE SEQUENCE"
		s.Command, err = c.createSequence(n.CreateSeqStmt)
	case *pg_query.Node_CreateEnumStmt:
		s.Tag = "CREATE TYPE"
		s.Command, err = c.createEnum(n.CreateEnumStmt)
	case *pg_query.Node_AlterEnumStmt:
		s.Tag = "ALTER TYPE"
		s.Command, err = c.alterEnum(n.AlterEnumStmt)
	case *pg_query.Node_CreateFunctionStmt:
		s.Tag = "CREATE FUNCTION"
		s.Command, err = c.createFunction(n.CreateFunctionStmt)
	case *pg_query.Node_DropStmt:
		if n.DropStmt.RemoveType == pg_query.ObjectType_OBJECT_FUNCTION || n.DropStmt.RemoveType == pg_query.ObjectType_OBJECT_ROUTINE {
			s.Tag = "DROP " + objectWord(n.DropStmt.RemoveType)
			s.Command, err = c.dropFunction(n.DropStmt)
			return err
		}
		return c.drop(s, n.DropStmt)
	case *pg_query.Node_TruncateStmt:
		s.Tag = "TRUNCATE TABLE"
		s.Command, err = c.truncate(n.TruncateStmt)
	case *pg_query.Node_CommentStmt:
		s.Tag = "COMMENT"
		s.Command, err = c.comment(n.CommentStmt)
	case *pg_query.Node_CopyStmt:
		s.Tag = "COPY"
		s.Command, err = c.copy(n.CopyStmt)
	default:
		if known, err := c.roleStatement(s, node); known {
			return err
		}
		if known, err := c.alterStatement(s, node); known {
			return err
		}
		return c.sessionStatement(s, node)
	}
	return err
}

// name makes a catalog name of a range variable.
func (c *classifier) name(r *pg_query.RangeVar) (catalog.Name, error) {
	if r.GetCatalogname() != "" && r.GetCatalogname() != catalog.DatabaseName {
		return catalog.Name{}, c.at(unsupported("cross-database references are not implemented: \"%s.%s.%s\"",
			r.Catalogname, r.Schemaname, r.Relname), r.Location)
	}
	return catalog.Name{Schema: r.GetSchemaname(), Name: r.GetRelname()}, nil
}

// names makes catalog names of a list of range variables.
func (c *classifier) names(nodes []*pg_query.Node) ([]catalog.Name, error) {
	out := make([]catalog.Name, 0, len(nodes))
	for _, n := range nodes {
		name, err := c.name(n.GetRangeVar())
		if err != nil {
			return nil, err
		}
		out = append(out, name)
	}
	return out, nil
}

// stringsOf takes the strings of a list node.
func stringsOf(nodes []*pg_query.Node) []string {
	out := make([]string, 0, len(nodes))
	for _, n := range nodes {
		out = append(out, n.GetString_().GetSval())
	}
	return out
}

// qualified makes a catalog name of a list of one to three strings.
func (c *classifier) qualified(nodes []*pg_query.Node) (catalog.Name, error) {
	parts := stringsOf(nodes)
	switch {
	case len(parts) == 1:
		return catalog.Name{Name: parts[0]}, nil
	case len(parts) == 2:
		return catalog.Name{Schema: parts[0], Name: parts[1]}, nil
	case len(parts) == 3 && parts[0] == catalog.DatabaseName:
		return catalog.Name{Schema: parts[1], Name: parts[2]}, nil
	case len(parts) == 3:
		return catalog.Name{}, unsupported("cross-database references are not implemented: %s", clip(strings.Join(parts, ".")))
	}
	return catalog.Name{}, pgerr.New(pgerrcode.SyntaxError, "improper qualified name (too many dotted names): %s", clip(strings.Join(parts, ".")))
}
