package session

import (
	"slices"

	"github.com/jackc/pgerrcode"

	"github.com/miniodb/miniodb/catalog"
	"github.com/miniodb/miniodb/internal/pgerr"
	"github.com/miniodb/miniodb/pgwire"
	"github.com/miniodb/miniodb/sql"
)

func (s *Session) runComment(c *sql.Comment, tag string) (pgwire.Result, error) {
	text := ""
	if c.Text != nil {
		text = *c.Text
	}
	switch c.Kind {
	case sql.ObjectSchema:
		return tagResult(tag), s.commentSchema(c.Name.Name, text)
	case sql.ObjectRole:
		return tagResult(tag), s.commentRole(c.Name.Name, text)
	case sql.ObjectFunction:
		return tagResult(tag), s.commentFunction(c, text)
	case sql.ObjectType:
		return tagResult(tag), s.commentType(c.Name, text)
	case sql.ObjectDatabase:
		s.notice(pgerrcode.Warning, "comments on a %s are not kept", c.Kind)
		return tagResult(tag), nil
	}
	r := s.resolver()
	full, ok, err := r.own(c.Name)
	if err != nil {
		return nil, err
	}
	if !ok {
		return nil, noRelation(c.Name)
	}
	kind := kindOf(r.db, full)
	if c.Kind != kind && c.Kind != sql.ObjectColumn && c.Kind != sql.ObjectConstraint {
		return nil, wrongKind(c.Kind, full)
	}
	if err := s.mustOwn(r.db, full); err != nil {
		if c.Kind == sql.ObjectColumn {
			err = notOwner("relation", full.Name) // PostgreSQL's word here
		}
		return nil, err
	}
	op, err := commentOn(r.db, full, c, text)
	if err != nil {
		return nil, err
	}
	return tagResult(tag), s.addOps(op)
}

// commentOn makes the operation that puts a comment on a relation or a part of it.
func commentOn(db *catalog.Database, full catalog.Name, c *sql.Comment, text string) (catalog.Op, error) {
	noColumn := pgerr.New(pgerrcode.UndefinedColumn, "column %q of relation %q does not exist", c.Column, full.Name)
	noConstraint := pgerr.New(pgerrcode.UndefinedObject, "constraint %q for table %q does not exist", c.Column, full.Name)
	switch {
	case db.Tables[full] != nil:
		n := cloneTable(db.Tables[full])
		at := n.ColumnByName(c.Column)
		key := slices.IndexFunc(n.Keys, func(k catalog.Key) bool { return k.Name == c.Column })
		check := slices.IndexFunc(n.Checks, func(k catalog.Check) bool { return k.Name == c.Column })
		switch {
		case c.Kind == sql.ObjectTable, c.Kind == sql.ObjectMatview:
			n.Comment = text
		case c.Kind == sql.ObjectColumn && at >= 0:
			n.Columns[at].Comment = text
		case c.Kind == sql.ObjectColumn:
			return catalog.Op{}, noColumn
		case key >= 0:
			n.Keys[key].Comment = text
		case check >= 0:
			n.Checks[check].Comment = text
		default:
			return catalog.Op{}, noConstraint
		}
		return catalog.Op{PutTable: n}, nil
	case db.Views[full] != nil:
		n := *db.Views[full]
		switch at := slices.IndexFunc(n.Columns, func(o catalog.Column) bool { return o.Name == c.Column }); {
		case c.Kind == sql.ObjectView:
			n.Comment = text
		case c.Kind == sql.ObjectColumn && at >= 0:
			n.Columns = slices.Clone(n.Columns)
			n.Columns[at].Comment = text
		case c.Kind == sql.ObjectColumn:
			return catalog.Op{}, noColumn
		default:
			return catalog.Op{}, noConstraint
		}
		return catalog.Op{PutView: &n}, nil
	}
	if c.Kind != sql.ObjectSequence {
		return catalog.Op{}, wrongKind(sql.ObjectTable, full)
	}
	n := *db.Sequences[full]
	n.Comment = text
	return catalog.Op{PutSequence: &n}, nil
}

func (s *Session) commentRole(name, text string) error {
	old := s.database().Roles[name]
	switch {
	case old == nil:
		return pgerr.New(pgerrcode.UndefinedObject, "role %q does not exist", name)
	case old.Superuser && !s.rights().Superuser():
		return forbidden("must be superuser")
	case !s.mayCreateRoles():
		return forbidden("must have CREATEROLE privilege")
	}
	n := *old
	n.Comment = text
	return s.addOps(catalog.Op{PutRole: &n})
}

func (s *Session) commentSchema(name, text string) error {
	old := s.database().Schemas[name]
	switch {
	case s.node.systems.schemas[name]:
		return notOwner(sql.ObjectSchema, name)
	case old == nil:
		return pgerr.New(pgerrcode.InvalidSchemaName, "schema %q does not exist", name)
	case !s.rights().Has(old.Owner):
		return notOwner(sql.ObjectSchema, name)
	}
	n := *old
	n.Comment = text
	return s.addOps(catalog.Op{PutSchema: &n})
}
