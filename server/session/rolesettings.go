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
	if c.Set == nil && c.Reset.All {
		return nil, nil
	}
	n := maps.Clone(old)
	if c.Set == nil {
		delete(n, c.Reset.Name)
		return n, nil
	}
	value, err := checkSetting(c.Set.Name, settingText(c.Set), s.values, true)
	if err != nil {
		return nil, s.node.refuseEngineSetting(c.Set.Name, err)
	}
	if n == nil {
		n = map[string]string{}
	}
	n[c.Set.Name] = value
	return n, nil
}
