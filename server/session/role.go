package session

import (
	"strings"
	"time"

	"github.com/jackc/pgerrcode"

	"github.com/miniodb/miniodb/auth"
	"github.com/miniodb/miniodb/catalog"
	"github.com/miniodb/miniodb/internal/pgerr"
	"github.com/miniodb/miniodb/internal/sqltype"
	"github.com/miniodb/miniodb/internal/vector"
	"github.com/miniodb/miniodb/pgwire"
	"github.com/miniodb/miniodb/sql"
)

// Roles are commands of the catalog like tables (PostgreSQL: user.c). Passwords become verifiers here and are kept nowhere else.

func forbidden(format string, args ...any) error {
	return pgerr.New(pgerrcode.InsufficientPrivilege, format, args...)
}

func noRole(name string) error {
	return pgerr.New(pgerrcode.UndefinedObject, "role %q does not exist", name)
}

// maxRoles bounds the catalog: every connection reads all of it.
const maxRoles = 10_000

// findRole resolves what a statement calls a role.
func (s *Session) findRole(spec sql.RoleSpec) (*catalog.Role, error) {
	db := s.access()
	switch spec.Kind {
	case sql.RoleCurrent, sql.RoleSession:
		oid := s.role()
		if spec.Kind == sql.RoleSession {
			oid = s.sessionUser()
		}
		if r := db.RoleByOID(oid); r != nil {
			return r, nil
		}
		return nil, noRole(oidText(oid))
	case sql.RolePublic:
		return nil, noRole("public")
	}
	if r := db.Roles[spec.Name]; r != nil {
		return r, nil
	}
	return nil, noRole(spec.Name)
}

func (s *Session) findRoles(specs []sql.RoleSpec) ([]*catalog.Role, error) {
	out := make([]*catalog.Role, len(specs))
	for i, spec := range specs {
		var err error
		if out[i], err = s.findRole(spec); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// mayCreateRoles reports the CREATEROLE attribute of the current role.
func (s *Session) mayCreateRoles() bool {
	if s.rights().Superuser() {
		return true
	}
	r := s.access().RoleByOID(s.role())
	return r != nil && r.CreateRole
}

func is(b *bool) bool { return b != nil && *b }

func (s *Session) runCreateRole(c *sql.CreateRole, tag string) (pgwire.Result, error) {
	o := &c.Options
	super := s.rights().Superuser()
	switch {
	case super:
	case is(o.Superuser):
		return nil, forbidden("must be superuser to create superusers")
	case is(o.Replication):
		return nil, forbidden("must be superuser to create replication users")
	case is(o.BypassRLS):
		return nil, forbidden("must be superuser to create bypassrls users")
	case !s.mayCreateRoles():
		return nil, forbidden("permission denied to create role")
	}
	db := s.access()
	if db.Roles[c.Name] != nil {
		return nil, pgerr.New(pgerrcode.DuplicateObject, "role %q already exists", c.Name)
	}
	if len(db.Roles) >= maxRoles {
		return nil, pgerr.New(pgerrcode.ConfigurationLimitExceeded, "the limit of %d roles is reached", maxRoles)
	}
	role := &catalog.Role{OID: s.database().NextOID, Name: c.Name, Inherit: true, ConnLimit: -1}
	if err := s.applyOptions(role, o); err != nil {
		return nil, err
	}
	for _, text := range o.Notices {
		s.notice(pgerrcode.SuccessfulCompletion, "%s", text)
	}
	if err := s.addOps(catalog.Op{PutRole: role}); err != nil {
		return nil, err
	}
	spec := []sql.RoleSpec{{Name: c.Name}}
	for _, m := range []struct {
		roles, members []sql.RoleSpec
		admin          bool
	}{{o.InRoles, spec, false}, {spec, o.Admins, true}, {spec, o.Members, false}} {
		for _, r := range m.roles {
			if err := s.addMembers(r, m.members, s.role(), m.admin, true); err != nil {
				return nil, err
			}
		}
	}
	return tagResult(tag), nil
}

// applyOptions sets what a statement gives.
func (s *Session) applyOptions(r *catalog.Role, o *sql.RoleOptions) error {
	for _, f := range []struct {
		to   *bool
		from *bool
	}{
		{&r.Superuser, o.Superuser}, {&r.Inherit, o.Inherit}, {&r.CreateRole, o.CreateRole}, {&r.CreateDB, o.CreateDB}, {&r.Login, o.Login},
		{&r.Replication, o.Replication}, {&r.BypassRLS, o.BypassRLS},
	} {
		if f.from != nil {
			*f.to = *f.from
		}
	}
	if o.ConnLimit != nil {
		r.ConnLimit = *o.ConnLimit
	}
	if o.ValidUntil != nil {
		if err := s.validUntil(r, *o.ValidUntil); err != nil {
			return err
		}
	}
	if !o.SetPassword {
		return nil
	}
	r.Verifier = ""
	if o.Password == nil {
		return nil
	}
	var err error
	if r.Verifier, err = auth.Verifier(*o.Password); err != nil {
		return err
	}
	if r.Verifier == "" {
		s.notice(pgerrcode.SuccessfulCompletion, "empty string is not a valid password, clearing password")
	}
	return nil
}

// validUntil reads VALID UNTIL as a timestamptz of the session.
func (s *Session) validUntil(r *catalog.Role, text string) error {
	t := vector.TypeOf(sqltype.Of(sqltype.Timestamptz))
	b := vector.NewBuilder([]vector.Type{t})
	if err := s.decoder().ParseText(b.Col(0), []byte(text)); err != nil {
		return err
	}
	r.ValidUntil, r.Infinity = nil, false
	switch strings.ToLower(strings.TrimSpace(text)) {
	case "infinity", "+infinity":
		r.Infinity = true
		return nil
	}
	v := b.Take()
	at := time.UnixMicro(v.Cols[0].Int64s[0]).UTC()
	r.ValidUntil = &at
	return nil
}

func (s *Session) runAlterRole(c *sql.AlterRole, tag string) (pgwire.Result, error) {
	o := &c.Options
	if c.Role.Kind == sql.RoleNamed && strings.HasPrefix(c.Role.Name, "pg_") {
		return nil, pgerr.New(pgerrcode.ReservedName, "role name %q is reserved", c.Role.Name).WithDetail("Cannot alter reserved roles.")
	}
	old, err := s.findRole(c.Role)
	if err != nil {
		return nil, err
	}
	only := *o // what everybody may do with the own role: the password
	only.SetPassword, only.Password, only.Notices = false, nil, nil
	switch super := s.rights().Superuser(); {
	case super:
	case o.Superuser != nil || old.Superuser:
		return nil, forbidden("must be superuser to alter superuser roles or change superuser attribute")
	case o.Replication != nil || old.Replication:
		return nil, forbidden("must be superuser to alter replication roles or change replication attribute")
	case o.BypassRLS != nil:
		return nil, forbidden("must be superuser to change bypassrls attribute")
	case !s.mayCreateRoles() && (given(&only) || !o.SetPassword || old.OID != s.role()):
		return nil, forbidden("permission denied")
	}
	if old.OID == catalog.SuperuserOID && o.Superuser != nil && !*o.Superuser {
		return nil, pgerr.New(pgerrcode.InsufficientPrivilege, "permission denied to alter role").
			WithDetail("The role %s must have the SUPERUSER attribute.", old.Name)
	}
	n := *old
	if err := s.applyOptions(&n, o); err != nil {
		return nil, err
	}
	return tagResult(tag), s.addOps(catalog.Op{PutRole: &n})
}

// given reports whether any option but the password is there.
func given(o *sql.RoleOptions) bool {
	return o.Superuser != nil || o.CreateDB != nil || o.CreateRole != nil || o.Inherit != nil || o.Login != nil || o.Replication != nil ||
		o.BypassRLS != nil || o.ConnLimit != nil || o.ValidUntil != nil
}

func (s *Session) runRenameRole(c *sql.RenameRole, tag string) (pgwire.Result, error) {
	db := s.access()
	old := db.Roles[c.From]
	switch {
	case old == nil:
		return nil, noRole(c.From)
	case old.OID == s.sessionUser():
		return nil, pgerr.New(pgerrcode.FeatureNotSupported, "session user cannot be renamed")
	case old.OID == s.role():
		return nil, pgerr.New(pgerrcode.FeatureNotSupported, "current user cannot be renamed")
	}
	for _, name := range []string{c.From, c.To} {
		if strings.HasPrefix(name, "pg_") {
			return nil, pgerr.New(pgerrcode.ReservedName, "role name %q is reserved", name).WithDetail(`Role names starting with "pg_" are reserved.`)
		}
	}
	switch {
	case db.Roles[c.To] != nil:
		return nil, pgerr.New(pgerrcode.DuplicateObject, "role %q already exists", c.To)
	case old.Superuser && !s.rights().Superuser():
		return nil, forbidden("must be superuser to rename superusers")
	case !s.mayCreateRoles():
		return nil, forbidden("permission denied to rename role")
	case old.OID == catalog.SuperuserOID:
		return nil, pgerr.New(pgerrcode.FeatureNotSupported, "role %q cannot be renamed because it is required by the database system", old.Name)
	}
	n := *old
	n.Name = c.To
	return tagResult(tag), s.addOps(catalog.Op{DropRole: old.Name}, catalog.Op{PutRole: &n})
}

// settingText is the value of SET as it is kept.
func settingText(c *sql.Set) string {
	if def := settings[c.Name]; def == nil || !def.list {
		return strings.Join(c.Values, ", ")
	}
	quoted := make([]string, len(c.Values))
	for i, v := range c.Values {
		quoted[i] = sql.QuoteIdent(v)
	}
	return strings.Join(quoted, ", ")
}
