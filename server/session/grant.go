package session

import (
	"cmp"
	"errors"
	"slices"

	"github.com/jackc/pgerrcode"

	"github.com/miniodb/miniodb/catalog"
	"github.com/miniodb/miniodb/internal/pgerr"
	"github.com/miniodb/miniodb/pgwire"
	"github.com/miniodb/miniodb/sql"
)

// securable is an object that privileges can be granted on: what is in the catalog of its owner and privileges.
type securable struct {
	kind    sql.ObjectKind // as messages call it; ObjectTable for tables only
	name    string
	access  *catalog.Access
	acl     catalog.ACL // the effective one
	all     catalog.Privileges
	columns []catalog.Column // of tables and views
	oid     uint32
}

// relationSecurable describes a relation that is there.
func relationSecurable(db *catalog.Database, n catalog.Name) *securable {
	o := &securable{kind: kindOf(db, n), name: n.Name, access: &catalog.Access{Relation: &n}, all: catalog.AllOnTable}
	switch {
	case db.Tables[n] != nil:
		t := db.Tables[n]
		o.access.Owner, o.access.ACL, o.acl, o.columns, o.oid = t.Owner, t.ACL, t.EffectiveACL(), t.Columns, t.OID
	case db.Views[n] != nil:
		v := db.Views[n]
		o.access.Owner, o.access.ACL, o.acl, o.columns, o.oid = v.Owner, v.ACL, v.EffectiveACL(), v.Columns, v.OID
	default:
		q := db.Sequences[n]
		o.access.Owner, o.access.ACL, o.acl, o.all, o.oid = q.Owner, q.ACL, q.EffectiveACL(), catalog.AllOnSequence, q.OID
	}
	for _, c := range o.columns {
		if c.ACL != nil {
			if o.access.Columns == nil {
				o.access.Columns = map[int32]catalog.ACL{}
			}
			o.access.Columns[c.ID] = c.ACL
		}
	}
	return o
}

func schemaSecurable(s *catalog.Schema) *securable {
	return &securable{
		kind: sql.ObjectSchema, name: s.Name, access: &catalog.Access{Schema: s.Name, Owner: s.Owner, ACL: s.ACL}, acl: s.EffectiveACL(),
		all: catalog.AllOnSchema, oid: s.OID,
	}
}

func databaseSecurable(db *catalog.Database) *securable {
	return &securable{
		kind: sql.ObjectDatabase, name: catalog.DatabaseName, access: &catalog.Access{Owner: db.Owner, ACL: db.ACL}, acl: db.EffectiveACL(),
		all: catalog.AllOnDatabase,
	}
}

// runGrant is GRANT and REVOKE on objects (PostgreSQL: ExecuteGrantStmt).
func (s *Session) runGrant(c *sql.Grant, tag string) (pgwire.Result, error) {
	if c.Grantor != nil {
		r, err := s.findRole(*c.Grantor)
		if err != nil {
			return nil, err
		}
		if r.OID != s.role() {
			return nil, pgerr.New(pgerrcode.FeatureNotSupported, "grantor must be current user")
		}
	}
	names, err := s.grantNames(c)
	if err != nil {
		return nil, err
	}
	grantees, err := s.grantees(c.Grantees)
	if err != nil {
		return nil, err
	}
	if c.Fault != nil {
		return nil, c.Fault
	}
	for _, n := range names {
		o, err := s.securable(c, n)
		if err != nil {
			return nil, err
		}
		if o == nil {
			continue
		}
		if err := s.grantOn(c, o, grantees); err != nil {
			return nil, err
		}
		if err := s.addOps(catalog.Op{PutAccess: o.access}); err != nil {
			return nil, err
		}
	}
	return tagResult(tag), nil
}

// grantNames lists the objects that a statement speaks of, resolved.
func (s *Session) grantNames(c *sql.Grant) ([]catalog.Name, error) {
	db, r := s.database(), s.resolver()
	var out []catalog.Name
	for _, n := range c.Names {
		switch {
		case c.AllIn:
			if db.Schemas[n.Name] == nil {
				return nil, pgerr.New(pgerrcode.InvalidSchemaName, "schema %q does not exist", n.Name)
			}
			if err := s.mayUse(n.Name); err != nil {
				return nil, err
			}
			out = append(out, allIn(db, n.Name, c.Kind == sql.ObjectSequence)...)
		case c.Kind == sql.ObjectSchema:
			if s.node.systems.schemas[n.Name] {
				return nil, forbidden("permission denied for schema %s", n.Name)
			}
			if db.Schemas[n.Name] == nil {
				return nil, pgerr.New(pgerrcode.InvalidSchemaName, "schema %q does not exist", n.Name)
			}
			out = append(out, n)
		case c.Kind == sql.ObjectDatabase:
			if n.Name != catalog.DatabaseName {
				return nil, pgerr.New(pgerrcode.InvalidCatalogName, "database %q does not exist", n.Name)
			}
			out = append(out, n)
		default:
			full, ok, err := r.own(n)
			if err != nil {
				return nil, err
			}
			if !ok {
				return nil, s.notFound(n)
			}
			out = append(out, full)
		}
	}
	return out, nil
}

// notFound is the answer to a name of a relation that is not there: the schema may be what is missing.
func (s *Session) notFound(n catalog.Name) error {
	if n.Schema != "" && s.database().Schemas[n.Schema] == nil && !s.node.systems.schemas[n.Schema] {
		return pgerr.New(pgerrcode.InvalidSchemaName, "schema %q does not exist", n.Schema)
	}
	return noRelation(n)
}

// allIn lists the tables and views, or the sequences, of a schema.
func allIn(db *catalog.Database, schema string, sequences bool) []catalog.Name {
	var out []catalog.Name
	add := func(n catalog.Name) {
		if n.Schema == schema {
			out = append(out, n)
		}
	}
	if sequences {
		for n := range db.Sequences {
			add(n)
		}
	} else {
		for n := range db.Tables {
			add(n)
		}
		for n := range db.Views {
			add(n)
		}
	}
	slices.SortFunc(out, func(a, b catalog.Name) int {
		return cmp.Compare(relationSecurable(db, a).oid, relationSecurable(db, b).oid)
	})
	return out
}

// securable finds the object and checks that its kind is the one that the statement says.
func (s *Session) securable(c *sql.Grant, n catalog.Name) (*securable, error) {
	db := s.database()
	switch c.Kind {
	case sql.ObjectSchema:
		return schemaSecurable(db.Schemas[n.Name]), nil
	case sql.ObjectDatabase:
		return databaseSecurable(db), nil
	}
	o := relationSecurable(db, n)
	if c.Kind == sql.ObjectSequence && o.kind != sql.ObjectSequence {
		return nil, pgerr.New(pgerrcode.WrongObjectType, "%q is not a sequence", n.Name)
	}
	return o, nil
}

// grantOn changes the privileges of one object and of its columns.
func (s *Session) grantOn(c *sql.Grant, o *securable, grantees []uint32) error {
	privileges, all := c.Privileges, c.All
	if all {
		privileges = o.all
	}
	if c.Kind == sql.ObjectTable && privileges&^o.all != 0 {
		if o.kind != sql.ObjectSequence {
			return pgerr.New(pgerrcode.InvalidGrantOperation, "invalid privilege type %s for table", (privileges &^ o.all).Names()[0])
		}
		s.tell(pgerr.Warning(pgerrcode.InvalidGrantOperation, "sequence %q only supports USAGE, SELECT, and UPDATE privileges", o.name))
		privileges &= o.all
	}
	columns, err := s.columnGrants(c, o)
	if err != nil {
		return err
	}
	for i := range o.columns {
		if c.Revoke { // what was granted on columns goes with it
			columns[o.columns[i].ID] |= privileges & catalog.AllOnColumn
		}
	}
	before := o.acl
	if privileges != 0 {
		target := grantTarget{object: o, acl: o.acl, owner: o.access.Owner, whole: o.all}
		if o.access.ACL, err = s.changeACL(c, target, privileges, all, grantees); err != nil {
			return err
		}
		o.acl = o.access.ACL
	}
	if c.Revoke && o.kind == sql.ObjectTable && privileges&catalog.AllOnColumn != 0 {
		for _, name := range systemColumns { // on which nothing can have been granted; but PostgreSQL asks about them first
			target := grantTarget{object: o, owner: o.access.Owner, whole: catalog.AllOnColumn, column: name, beside: before}
			p := privileges & catalog.AllOnColumn
			if _, err := s.changeACL(c, target, p, p == catalog.AllOnColumn, grantees); err != nil {
				return err
			}
		}
	}
	for i := range o.columns {
		col := &o.columns[i]
		p := columns[col.ID]
		if p == 0 {
			continue
		}
		target := grantTarget{object: o, acl: col.ACL, owner: o.access.Owner, whole: catalog.AllOnColumn, column: col.Name, beside: before}
		changed, err := s.changeACL(c, target, p, p == catalog.AllOnColumn, grantees)
		if err != nil {
			return err
		}
		if o.access.Columns == nil {
			o.access.Columns = map[int32]catalog.ACL{}
		}
		if o.access.Columns[col.ID] = changed; len(changed) == 0 {
			delete(o.access.Columns, col.ID) // PostgreSQL: attacl is NULL again
		}
	}
	return nil
}

// systemColumns are those that every table of PostgreSQL has, by their numbers.
var systemColumns = []string{"tableoid", "cmax", "xmax", "cmin", "xmin", "ctid"}

// columnGrants collects the privileges of each column that is named.
func (s *Session) columnGrants(c *sql.Grant, o *securable) (map[int32]catalog.Privileges, error) {
	out := map[int32]catalog.Privileges{}
	for _, g := range c.Columns {
		p := g.Privilege
		if g.All {
			p = catalog.AllOnColumn
		}
		for _, name := range g.Columns {
			i := slices.IndexFunc(o.columns, func(col catalog.Column) bool { return col.Name == name })
			if i < 0 {
				return nil, pgerr.New(pgerrcode.UndefinedColumn, "column %q of relation %q does not exist", name, o.name)
			}
			out[o.columns[i].ID] |= p
		}
	}
	return out, nil
}

// grantTarget is an ACL to change, of an object or of a column.
type grantTarget struct {
	object *securable
	acl    catalog.ACL
	owner  uint32
	whole  catalog.Privileges
	column string
	beside catalog.ACL // of the column's relation
}

// changeACL returns the changed list (PostgreSQL: restrict_and_check_grant, merge_acl_with_grant).
func (s *Session) changeACL(c *sql.Grant, t grantTarget, privileges catalog.Privileges, all bool, grantees []uint32) (catalog.ACL, error) {
	merged := append(append(catalog.ACL{}, t.beside...), t.acl...)
	grantor, may := s.rights().Grantor(merged, t.owner, privileges)
	if may == 0 {
		r := s.rightsOf(grantor)
		if (r.OnRelation(merged, t.owner)|r.Grantable(merged, t.owner))&t.whole == 0 {
			if t.column != "" {
				return nil, forbidden("permission denied for column %q of relation %q", t.column, t.object.name)
			}
			kind := t.object.kind
			if kind == sql.ObjectView {
				kind = sql.ObjectTable // PostgreSQL's word here
			}
			return nil, denied(kind, t.object.name)
		}
	}
	s.warnGrant(c, t, privileges&may, privileges, all)
	privileges &= may
	acl := append(catalog.ACL{}, t.acl...)
	for _, grantee := range grantees {
		if grantee == catalog.Public && c.GrantOption && !c.Revoke {
			return nil, pgerr.New(pgerrcode.InvalidGrantOperation, "grant options can only be granted to roles")
		}
		g := catalog.Grant{Grantee: grantee, Grantor: grantor}
		if !c.Revoke || !c.GrantOption {
			g.Privileges = privileges
		}
		if c.Revoke || c.GrantOption {
			g.Grantable = privileges
		}
		change := catalog.ACLChange{Revoke: c.Revoke, Grant: g, Owner: t.owner, Cascade: c.Cascade, Membership: s.access()}
		var err error
		if acl, err = change.Apply(acl); err != nil {
			return nil, grantError(err)
		}
	}
	return acl, nil
}

// warnGrant tells of privileges that the current role cannot grant or revoke.
func (s *Session) warnGrant(c *sql.Grant, t grantTarget, done, wanted catalog.Privileges, all bool) {
	code, verb := pgerrcode.PrivilegeNotGranted, "were granted"
	if c.Revoke {
		code, verb = pgerrcode.PrivilegeNotRevoked, "could be revoked"
	}
	what := ""
	switch {
	case done == 0:
		what = "no privileges "
	case !all && done != wanted:
		what = "not all privileges "
	default:
		return
	}
	if t.column != "" {
		s.tell(pgerr.Warning(code, "%s%s for column %q of relation %q", what, verb, t.column, t.object.name))
		return
	}
	s.tell(pgerr.Warning(code, "%s%s for %q", what, verb, t.object.name))
}

func grantError(err error) error {
	switch {
	case errors.Is(err, catalog.ErrDependent):
		return pgerr.New(pgerrcode.DependentObjectsStillExist, "dependent privileges exist").WithHint("Use CASCADE to revoke them too.")
	case errors.Is(err, catalog.ErrCircular):
		return pgerr.New(pgerrcode.InvalidGrantOperation, "grant options cannot be granted back to your own grantor")
	}
	return err
}
