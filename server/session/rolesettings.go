package session

import (
	"maps"
	"strings"

	"github.com/jackc/pgerrcode"

	"github.com/miniodb/miniodb/catalog"
	"github.com/miniodb/miniodb/internal/pgerr"
	"github.com/miniodb/miniodb/pgwire"
	"github.com/miniodb/miniodb/sql"
)

// runAlterRoleSet keeps what sessions begin with: of a role, of the database, of both or of all (PostgreSQL: AlterSetting).
func (s *Session) runAlterRoleSet(c *sql.AlterRoleSet, tag string) (pgwire.Result, error) {
	if c.Database != "" && c.Database != catalog.DatabaseName {
		return nil, pgerr.New(pgerrcode.InvalidCatalogName, "database %q does not exist", c.Database)
	}
	db := s.access()
	if c.Role == nil {
		switch {
		case s.rights().Superuser():
		case c.Database == "":
			return nil, forbidden("must be superuser to alter settings globally")
		case !s.rights().Has(db.Owner):
			return nil, forbidden("must be owner of database %s", catalog.DatabaseName)
		}
		return s.keepSettings(c, 0, tag)
	}
	if c.Role.Kind == sql.RoleNamed && strings.HasPrefix(c.Role.Name, "pg_") {
		return nil, pgerr.New(pgerrcode.ReservedName, "role name %q is reserved", c.Role.Name).WithDetail("Cannot alter reserved roles.")
	}
	old, err := s.findRole(*c.Role)
	if err != nil {
		return nil, err
	}
	switch {
	case s.rights().Superuser():
	case old.Superuser:
		return nil, forbidden("must be superuser to alter superusers")
	case !s.mayCreateRoles() && old.OID != s.role():
		return nil, forbidden("permission denied")
	}
	if c.Database != "" {
		return s.keepSettings(c, old.OID, tag)
	}
	n := *old
	if n.Settings, err = s.changedSettings(c, old.Settings); err != nil {
		return nil, err
	}
	return tagResult(tag), s.addOps(catalog.Op{PutRole: &n})
}

// keepSettings changes the settings that are the database's or everybody's.
func (s *Session) keepSettings(c *sql.AlterRoleSet, role uint32, tag string) (pgwire.Result, error) {
	defaults, in := s.access().Defaults, c.Database != ""
	values, err := s.changedSettings(c, defaults.Values(role, in))
	if err != nil {
		return nil, err
	}
	if defaults = defaults.WithSettings(role, in, values); len(defaults.Settings) > maxDefaults {
		return nil, pgerr.New(pgerrcode.ConfigurationLimitExceeded, "the limit of %d kept settings is reached", maxDefaults)
	}
	return tagResult(tag), s.addOps(catalog.Op{PutDefaults: defaults})
}

func (s *Session) changedSettings(c *sql.AlterRoleSet, old map[string]string) (map[string]string, error) {
	n := maps.Clone(old)
	if c.Set == nil && c.Reset.All {
		maps.DeleteFunc(n, func(name, _ string) bool { return s.mayKeep(name) == nil })
		return n, nil
	}
	if c.Set == nil {
		if len(old) == 0 {
			return nil, nil
		}
		if err := s.mayKeep(c.Reset.Name); err != nil {
			return nil, err
		}
		delete(n, c.Reset.Name)
		return n, nil
	}
	text := settingText(c.Set)
	if _, err := checkSetting(c.Set.Name, text, s.values, true); err != nil {
		return nil, s.node.refuseEngineSetting(c.Set.Name, err)
	}
	if err := s.mayKeep(c.Set.Name); err != nil {
		return nil, err
	}
	if n == nil {
		n = map[string]string{}
	}
	n[c.Set.Name] = text // as given: it is read again when a session begins
	return n, nil
}

// mayKeep refuses what only superusers may keep for a role: their parameters, and those that the server does not know (PostgreSQL: validate_option_array_item).
func (s *Session) mayKeep(name string) error {
	if settings[name] == nil && !s.rights().Superuser() {
		return pgerr.New(pgerrcode.InsufficientPrivilege, "permission denied to set parameter %q", name)
	}
	return s.mayChange(name)
}

// keptIdentity takes what ALTER ROLE ... SET has kept for session_authorization and role: as SET would, but a refusal is only told.
func (s *Session) keptIdentity(db *catalog.Database, kept values) {
	refuse := func(err *pgerr.Error) {
		warning := *err
		warning.Severity = "WARNING"
		s.tell(&warning)
	}
	user := db.RoleByOID(s.login)
	if name := kept["session_authorization"]; name != "" {
		switch role := db.Roles[name]; {
		case role == nil:
			refuse(pgerr.New(pgerrcode.InvalidParameterValue, "role %q does not exist", name))
		case role != user && !user.Superuser:
			refuse(pgerr.New(pgerrcode.InsufficientPrivilege, "permission denied to set session authorization %q", name))
		default:
			user = role
			s.values = s.values.with("session_authorization", name).with(keySessionUser, oidText(role.OID)).with("is_superuser", onOff(role.Superuser))
		}
	}
	name := kept["role"]
	if name == "" || name == "none" {
		return
	}
	switch role := db.Roles[name]; {
	case role == nil:
		refuse(pgerr.New(pgerrcode.InvalidParameterValue, "role %q does not exist", name))
	case !db.Rights(user.OID).Member(role.OID):
		refuse(pgerr.New(pgerrcode.InsufficientPrivilege, "permission denied to set role %q", name))
	default:
		s.values = s.values.with("role", name).with(keyRole, oidText(role.OID)).with("is_superuser", onOff(role.Superuser))
	}
}
