package session

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/jackc/pgerrcode"

	"github.com/miniodb/miniodb/catalog"
	"github.com/miniodb/miniodb/internal/pgerr"
	"github.com/miniodb/miniodb/pgwire"
	"github.com/miniodb/miniodb/sql"
)

func (s *Session) runDropRole(c *sql.DropRole, tag string) (pgwire.Result, error) {
	if !s.mayCreateRoles() {
		return nil, forbidden("permission denied to drop role")
	}
	for _, spec := range c.Roles {
		if spec.Kind != sql.RoleNamed {
			return nil, pgerr.New(pgerrcode.InvalidParameterValue, "cannot use special role specifier in DROP ROLE")
		}
		role := s.access().Roles[spec.Name]
		if role == nil && c.IfExists {
			s.notice(pgerrcode.SuccessfulCompletion, "role %q does not exist, skipping", spec.Name)
			continue
		}
		if role == nil {
			return nil, noRole(spec.Name)
		}
		if err := s.checkDropRole(role); err != nil {
			return nil, err
		}
		if err := s.addOps(s.withoutMembers(role)...); err != nil {
			return nil, err
		}
	}
	return tagResult(tag), nil
}

// withoutMembers drops a role and who is a member of it.
func (s *Session) withoutMembers(role *catalog.Role) []catalog.Op {
	ops := []catalog.Op{{DropRole: role.Name}}
	for _, m := range s.access().Roles {
		if i := memberOf(m, role.OID); i >= 0 && m.OID != role.OID {
			n := *m
			n.MemberOf = slices.Delete(slices.Clone(m.MemberOf), i, i+1)
			ops = append(ops, catalog.Op{PutRole: &n})
		}
	}
	return ops
}

func (s *Session) checkDropRole(role *catalog.Role) error {
	switch {
	case role.OID == s.role():
		return pgerr.New(pgerrcode.ObjectInUse, "current user cannot be dropped")
	case role.OID == s.sessionUser():
		return pgerr.New(pgerrcode.ObjectInUse, "session user cannot be dropped")
	case role.Superuser && !s.rights().Superuser():
		return forbidden("must be superuser to drop superusers")
	case role.OID < catalog.FirstOID:
		return pgerr.New(pgerrcode.DependentObjectsStillExist, "cannot drop role %s because it is required by the database system", role.Name)
	}
	if details := s.dependents(role.OID); len(details) > 0 {
		if more := len(details) - maxDependents; more > 0 {
			details = append(details[:maxDependents], fmt.Sprintf("and %d other objects (see server log for list)", more))
		}
		return pgerr.New(pgerrcode.DependentObjectsStillExist, "role %q cannot be dropped because some objects depend on it", role.Name).
			WithDetail("%s", strings.Join(details, "\n"))
	}
	return nil
}

// maxDependents is how many objects PostgreSQL names (MAX_REPORTED_DEPS).
const maxDependents = 100

// dependents says what a role owns and what is granted to or by it, newest objects first.
func (s *Session) dependents(role uint32) []string {
	type line struct {
		oid    uint32
		column int
		text   string
	}
	var lines []line
	for _, o := range securables(s.access()) {
		text := fmt.Sprintf("%s %s", o.kind, s.describe(o))
		if catalog.OwnerOID(o.access.Owner) == role {
			lines = append(lines, line{o.oid, 0, "owner of " + text})
		} else if o.access.ACL.Names(role) {
			lines = append(lines, line{o.oid, 0, "privileges for " + text})
		}
		for i, c := range o.columns {
			if c.ACL.Names(role) {
				lines = append(lines, line{o.oid, i + 1, fmt.Sprintf("privileges for column %s of %s", c.Name, text)})
			}
		}
	}
	for _, p := range s.access().DefaultPrivileges() {
		text := "default privileges on new " + map[catalog.DefaultKind]string{"r": "relations", "S": "sequences", "n": "schemas"}[p.Kind] + " belonging to role " + s.roleName(p.Role)
		if in := s.access().SchemaByOID(p.Schema); in != nil {
			text += " in schema " + in.Name
		}
		if p.Role == role {
			lines = append(lines, line{0, 0, "owner of " + text})
		} else if p.ACL.Names(role) {
			lines = append(lines, line{0, 0, "privileges for " + text})
		}
	}
	for _, f := range functionsOf(s.access(), func(f *catalog.Function) bool { return catalog.OwnerOID(f.Owner) == role }) {
		lines = append(lines, line{f.OID, 0, "owner of function " + s.signature(f)})
	}
	for _, t := range typesOf(s.access(), func(t *catalog.Type) bool { return catalog.OwnerOID(t.Owner) == role }) {
		lines = append(lines, line{t.OID, 0, "owner of type " + s.typeName(t)})
	}
	slices.SortFunc(lines, func(a, b line) int {
		return cmp.Or(cmp.Compare(b.oid, a.oid), cmp.Compare(a.column, b.column), strings.Compare(a.text, b.text))
	})
	out := make([]string, len(lines))
	for i, l := range lines {
		out[i] = l.text
	}
	return out
}

// describe is the name of an object as messages about dependents have it.
func (s *Session) describe(o *securable) string {
	if o.access.Relation != nil {
		return s.shortName(*o.access.Relation)
	}
	return o.name
}

// securables lists every object that has an owner.
func securables(db *catalog.Database) []*securable {
	out := []*securable{databaseSecurable(db)}
	for _, schema := range db.Schemas {
		out = append(out, schemaSecurable(schema))
	}
	for n := range db.Tables {
		out = append(out, relationSecurable(db, n))
	}
	for n := range db.Views {
		out = append(out, relationSecurable(db, n))
	}
	for n := range db.Sequences {
		out = append(out, relationSecurable(db, n))
	}
	return out
}
