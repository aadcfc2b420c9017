package session

import (
	"github.com/jackc/pgerrcode"

	"github.com/miniodb/miniodb/catalog"
	"github.com/miniodb/miniodb/internal/pgerr"
	"github.com/miniodb/miniodb/pgwire"
	"github.com/miniodb/miniodb/sql"
)

// runAlterOwner is ALTER ... OWNER TO.
func (s *Session) runAlterOwner(c *sql.AlterOwner, tag string) (pgwire.Result, error) {
	switch c.Kind {
	case sql.ObjectFunction:
		return tagResult(tag), s.ownFunction(c)
	case sql.ObjectType:
		return tagResult(tag), s.ownType(c)
	}
	o, err := s.ownable(c)
	if err != nil {
		return nil, err
	}
	if o == nil {
		s.notice(pgerrcode.SuccessfulCompletion, "relation %q does not exist, skipping", c.Name.Name)
		return tagResult(tag), nil
	}
	to, err := s.findRole(c.Owner)
	if err != nil {
		return nil, err
	}
	if err := s.mayGiveTo(o, to); err != nil {
		return nil, err
	}
	return tagResult(tag), s.addOps(s.giveTo(o, to.OID)...)
}

// ownable finds the object of ALTER ... OWNER TO; nil if it is not there and need not be.
func (s *Session) ownable(c *sql.AlterOwner) (*securable, error) {
	r := s.resolver()
	switch c.Kind {
	case sql.ObjectSchema:
		schema := r.db.Schemas[c.Name.Name]
		if s.node.systems.schemas[c.Name.Name] {
			return nil, notOwner(c.Kind, c.Name.Name)
		}
		if schema == nil {
			return nil, pgerr.New(pgerrcode.InvalidSchemaName, "schema %q does not exist", c.Name.Name)
		}
		return schemaSecurable(schema), nil
	case sql.ObjectDatabase:
		if c.Name.Name != catalog.DatabaseName {
			return nil, pgerr.New(pgerrcode.InvalidCatalogName, "database %q does not exist", c.Name.Name)
		}
		return databaseSecurable(r.db), nil
	}
	full, ok, err := r.own(c.Name)
	switch {
	case err != nil:
		return nil, err
	case !ok && c.IfExists:
		return nil, nil
	case !ok:
		return nil, s.notFound(c.Name)
	}
	o := relationSecurable(r.db, full)
	if c.Kind != sql.ObjectTable && o.kind != c.Kind {
		return nil, pgerr.New(pgerrcode.WrongObjectType, "%q is not a %s", c.Name.Name, c.Kind)
	}
	if table := tableOfSequence(r.db, o); table != nil {
		if err := s.mustOwn(r.db, full); err != nil {
			return nil, err
		}
		return nil, pgerr.New(pgerrcode.FeatureNotSupported, "cannot change owner of sequence %q", full.Name).
			WithDetail("Sequence %q is linked to table %q.", full.Name, table.Name.Name)
	}
	return o, nil
}

// tableOfSequence finds the table with the serial column that a sequence belongs to; nil if it belongs to none, or is something else.
func tableOfSequence(db *catalog.Database, o *securable) *catalog.Table {
	if o.kind != sql.ObjectSequence {
		return nil
	}
	for _, t := range db.Tables {
		for i := range t.Columns {
			if q := t.Columns[i].OwnedSequence(); q != nil && *q == *o.access.Relation {
				return t
			}
		}
	}
	return nil
}

// mayGiveTo wants the current role to own the object and to be a member of its new owner, who must be able to make such an object there.
func (s *Session) mayGiveTo(o *securable, to *catalog.Role) error {
	if catalog.OwnerOID(o.access.Owner) == to.OID {
		return nil
	}
	r := s.rights()
	if r.Superuser() {
		return nil
	}
	if !r.Has(o.access.Owner) {
		return notOwner(o.kind, o.name)
	}
	if !r.Member(to.OID) {
		return forbidden("must be member of role %q", to.Name)
	}
	switch {
	case o.access.Relation != nil:
		schema := s.access().Schemas[o.access.Relation.Schema]
		if schema != nil && s.rightsOf(to.OID).OnSchema(schema)&catalog.Create == 0 {
			return denied(sql.ObjectSchema, schema.Name)
		}
	case o.kind == sql.ObjectSchema:
		if r.OnDatabase()&catalog.Create == 0 {
			return denied(sql.ObjectDatabase, catalog.DatabaseName)
		}
	case o.kind == sql.ObjectDatabase:
		if role := s.access().RoleByOID(s.role()); role == nil || !role.CreateDB {
			return forbidden("permission denied to change owner of database")
		}
	}
	return nil
}

// giveTo makes a role the owner of an object and, for a table, of the sequences of its serial columns.
func (s *Session) giveTo(o *securable, to uint32) []catalog.Op {
	old := catalog.OwnerOID(o.access.Owner)
	if old == to {
		return nil
	}
	a := *o.access
	a.Owner, a.ACL = ownerOf(to), a.ACL.WithOwner(old, to)
	if a.Columns != nil {
		a.Columns = map[int32]catalog.ACL{}
		for id, acl := range o.access.Columns {
			a.Columns[id] = acl.WithOwner(old, to)
		}
	}
	ops := []catalog.Op{{PutAccess: &a}}
	if o.kind != sql.ObjectTable {
		return ops
	}
	db := s.database()
	for _, c := range o.columns {
		if q := c.OwnedSequence(); q != nil && db.Sequences[*q] != nil {
			ops = append(ops, s.giveTo(relationSecurable(db, *q), to)...)
		}
	}
	return ops
}

// ownedRoles resolves REASSIGN OWNED BY and DROP OWNED BY.
func (s *Session) ownedRoles(specs []sql.RoleSpec, verb, pinned string) ([]*catalog.Role, error) {
	roles, err := s.findRoles(specs)
	if err != nil {
		return nil, err
	}
	for _, r := range roles {
		if !s.rights().Has(r.OID) {
			return nil, forbidden("permission denied to %s objects", verb)
		}
	}
	for _, r := range roles {
		if r.OID < catalog.FirstOID {
			return nil, pgerr.New(pgerrcode.DependentObjectsStillExist, "cannot %s owned by role %s because they are required by the database system", pinned, r.Name)
		}
	}
	return roles, nil
}

func (s *Session) runReassignOwned(c *sql.ReassignOwned, tag string) (pgwire.Result, error) {
	to, err := s.findRole(c.To)
	if err != nil {
		return nil, err
	}
	roles, err := s.ownedRoles(c.Roles, "reassign", "reassign ownership of objects")
	if err != nil {
		return nil, err
	}
	if !s.rights().Has(to.OID) {
		return nil, forbidden("permission denied to reassign objects")
	}
	for _, r := range roles {
		for _, o := range securables(s.database()) {
			if catalog.OwnerOID(o.access.Owner) != r.OID {
				continue
			}
			if tableOfSequence(s.database(), o) != nil {
				continue // goes with its table
			}
			if o.access.Relation == nil {
				if err := s.mayGiveTo(o, to); err != nil {
					return nil, err
				}
			}
			if err := s.addOps(s.giveTo(o, to.OID)...); err != nil {
				return nil, err
			}
		}
		for _, t := range typesOf(s.database(), func(t *catalog.Type) bool { return catalog.OwnerOID(t.Owner) == r.OID }) {
			n := *t
			n.Owner = ownerOf(to.OID)
			if err := s.addOps(catalog.Op{PutType: &n}); err != nil {
				return nil, err
			}
		}
		for _, f := range functionsOf(s.database(), func(f *catalog.Function) bool { return catalog.OwnerOID(f.Owner) == r.OID }) {
			n := *f
			n.Owner = ownerOf(to.OID)
			if err := s.addOps(catalog.Op{PutFunction: &n}); err != nil {
				return nil, err
			}
		}
	}
	return tagResult(tag), nil
}
