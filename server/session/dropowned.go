package session

import (
	"fmt"
	"slices"
	"strings"

	"github.com/jackc/pgerrcode"

	"github.com/miniodb/miniodb/catalog"
	"github.com/miniodb/miniodb/internal/pgerr"
	"github.com/miniodb/miniodb/pgwire"
	"github.com/miniodb/miniodb/sql"
)

// runDropOwned drops what roles own in the database and takes away what they may do in it.
func (s *Session) runDropOwned(c *sql.DropOwned, tag string) (pgwire.Result, error) {
	roles, err := s.ownedRoles(c.Roles, "drop", "drop objects")
	if err != nil {
		return nil, err
	}
	mine := func(owner uint32) bool {
		return slices.ContainsFunc(roles, func(r *catalog.Role) bool { return r.OID == catalog.OwnerOID(owner) })
	}
	db := s.database()
	var relations []catalog.Name
	var schemas []string
	for _, o := range securables(db) {
		switch {
		case !mine(o.access.Owner):
		case o.access.Relation != nil:
			if tableOfSequence(db, o) == nil {
				relations = append(relations, *o.access.Relation)
			}
		case o.kind == sql.ObjectSchema:
			schemas = append(schemas, o.name)
		}
	}
	slices.SortFunc(relations, compareNames)
	slices.Sort(schemas)
	var others []string // of other roles, that go as well
	for _, n := range relations {
		for _, v := range s.dependentViews(db, n) {
			if !mine(ownerIn(db, v)) {
				others = append(others, fmt.Sprintf("%s %s depends on %s %s", kindOf(db, v), s.shortName(v), kindOf(db, n), s.shortName(n)))
			}
		}
	}
	functions := functionsOf(db, func(f *catalog.Function) bool { return mine(f.Owner) })
	for _, f := range functions {
		for _, v := range s.callers(db, f) {
			if !mine(ownerIn(db, v)) {
				others = append(others, fmt.Sprintf("%s %s depends on function %s", kindOf(db, v), s.shortName(v), s.signature(f)))
			}
		}
	}
	for _, f := range functionsOf(db, func(f *catalog.Function) bool { return slices.Contains(schemas, f.Name.Schema) && !mine(f.Owner) }) {
		others = append(others, fmt.Sprintf("function %s depends on schema %s", s.signature(f), f.Name.Schema))
	}
	for _, o := range securables(db) {
		if n := o.access.Relation; n != nil && slices.Contains(schemas, n.Schema) && !mine(o.access.Owner) {
			others = append(others, fmt.Sprintf("%s %s depends on schema %s", o.kind, s.shortName(*n), n.Schema))
		}
	}
	if len(others) > 0 && !c.Cascade {
		slices.Sort(others)
		return nil, pgerr.New(pgerrcode.DependentObjectsStillExist, "cannot drop desired object(s) because other objects depend on them").
			WithDetail("%s", strings.Join(slices.Compact(others), "\n")).WithHint("Use DROP ... CASCADE to drop the dependent objects too.")
	}
	if err := s.dropAllFunctions(functions); err != nil {
		return nil, err
	}
	types := typesOf(db, func(t *catalog.Type) bool { return mine(t.Owner) && !slices.Contains(schemas, t.Name.Schema) })
	for _, t := range typesOf(db, func(t *catalog.Type) bool { return slices.Contains(schemas, t.Name.Schema) && !mine(t.Owner) }) {
		if !c.Cascade {
			return nil, pgerr.New(pgerrcode.DependentObjectsStillExist, "cannot drop desired object(s) because other objects depend on them").
				WithDetail("type %s depends on schema %s", s.typeName(t), t.Name.Schema).WithHint("Use DROP ... CASCADE to drop the dependent objects too.")
		}
	}
	if err := s.dropAll(relations, schemas); err != nil {
		return nil, err
	}
	if err := s.dropAllTypes(types); err != nil {
		return nil, err
	}
	for _, r := range roles {
		if err := s.revokeAll(r.OID); err != nil {
			return nil, err
		}
	}
	return tagResult(tag), nil
}

// dropAllFunctions drops functions and the views that call them, without a word about it.
func (s *Session) dropAllFunctions(functions []*catalog.Function) error {
	for _, f := range functions {
		if err := s.dropAll(s.callers(s.database(), f), nil); err != nil {
			return err
		}
		if err := s.addOps(catalog.Op{DropFunction: f.Key()}); err != nil {
			return err
		}
	}
	return nil
}

// dropAll drops relations and schemas with all that depends on them, without a word about it.
func (s *Session) dropAll(relations []catalog.Name, schemas []string) error {
	for _, n := range relations {
		db := s.database()
		if !db.Exists(n) {
			continue
		}
		if err := s.addOps(unique(s.dropOps(db, n))...); err != nil {
			return err
		}
	}
	for _, name := range schemas {
		if err := s.dropAll(append(allIn(s.database(), name, false), allIn(s.database(), name, true)...), nil); err != nil {
			return err
		}
		if err := s.dropAllFunctions(functionsOf(s.database(), func(f *catalog.Function) bool { return f.Name.Schema == name })); err != nil {
			return err
		}
		if err := s.dropAllTypes(typesOf(s.database(), func(t *catalog.Type) bool { return t.Name.Schema == name })); err != nil {
			return err
		}
		if err := s.addOps(catalog.Op{DropSchema: name}); err != nil {
			return err
		}
	}
	return nil
}

// revokeAll takes a role out of every list of privileges, and what it had granted.
func (s *Session) revokeAll(role uint32) error {
	if d := s.access().Defaults.Revoke(role); d != nil {
		if err := s.addOps(catalog.Op{PutDefaults: d}); err != nil {
			return err
		}
	}
	for _, o := range securables(s.database()) {
		a, changed := *o.access, o.access.ACL.Names(role)
		a.ACL = a.ACL.Without(role)
		if a.Columns != nil {
			a.Columns = map[int32]catalog.ACL{}
			for id, acl := range o.access.Columns {
				changed = changed || acl.Names(role)
				if left := acl.Without(role); len(left) > 0 {
					a.Columns[id] = left
				}
			}
		}
		if changed {
			if err := s.addOps(catalog.Op{PutAccess: &a}); err != nil {
				return err
			}
		}
	}
	return nil
}
