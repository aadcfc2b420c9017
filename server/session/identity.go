package session

import (
	"cmp"
	"strconv"
	"strings"

	"github.com/jackc/pgerrcode"

	"github.com/miniodb/miniodb/catalog"
	"github.com/miniodb/miniodb/internal/pgerr"
)

// Who a session acts for is part of its settings, so that SET LOCAL, ROLLBACK and savepoints treat it as PostgreSQL does. Beside the names that SHOW prints
// stand OIDs, which a role keeps when it is renamed. No statement can name these two.
const (
	keySessionUser = "\x00session_authorization"
	keyRole        = "\x00role" // not there or "": none was set
)

// identityKeys are not touched by RESET ALL.
var identityKeys = []string{"session_authorization", "role", "is_superuser", keySessionUser, keyRole}

func oidText(oid uint32) string { return strconv.FormatUint(uint64(oid), 10) }

func (v values) oid(key string) uint32 {
	n, _ := strconv.ParseUint(v[key], 10, 32)
	return uint32(n)
}

// startIdentity looks up the role that has logged in and applies what ALTER ROLE ... SET has kept for it. The start-up parameters come after that.
func (s *Session) startIdentity() error {
	db := s.node.catalog.Current()
	role := db.Roles[s.client.User]
	if role == nil {
		return pgerr.Fatal(pgerrcode.InvalidAuthorizationSpecification, "role %q does not exist", s.client.User)
	}
	s.login = role.OID
	s.values = values{"session_authorization": role.Name, keySessionUser: oidText(role.OID), "is_superuser": onOff(role.Superuser)}
	if rights := db.Rights(role.OID); rights.OnDatabase()&catalog.Connect == 0 {
		return pgerr.Fatal(pgerrcode.InsufficientPrivilege, "permission denied for database %q", s.client.Database).
			WithDetail("User does not have CONNECT privilege.")
	}
	kept := values{}
	for _, settings := range db.SettingsOf(role) {
		for name, value := range settings {
			if name == "session_authorization" || name == "role" {
				kept[name] = value
			} else if v, err := checkSetting(name, value, s.values, true); err == nil { // one that a later release refuses must not keep anybody out
				s.values = s.values.with(name, v)
			}
		}
	}
	s.keptIdentity(db, kept)
	return nil
}

// sessionUser is the OID of session_user.
func (s *Session) sessionUser() uint32 { return s.values.oid(keySessionUser) }

// role is the OID of current_user.
func (s *Session) role() uint32 {
	if oid := s.values.oid(keyRole); oid != 0 {
		return oid
	}
	return s.sessionUser()
}

// owner is how the current role is noted in what it makes.
func (s *Session) owner() uint32 { return ownerOf(s.role()) }

func ownerOf(oid uint32) uint32 {
	if oid == catalog.SuperuserOID {
		return 0
	}
	return oid
}

// roleName is the name of a role; one that is gone is shown by its number, as PostgreSQL does.
func (s *Session) roleName(oid uint32) string {
	if r := s.access().RoleByOID(oid); r != nil {
		return r.Name
	}
	return oidText(oid)
}

// setIdentity changes who the session acts for: values of identityKeys.
func (s *Session) setIdentity(local bool, v values) {
	next := s.values
	for name, value := range v {
		switch {
		case local:
			if _, ok := s.tx.local[name]; !ok {
				before, had := s.values[name]
				if !had {
					before = unset
				}
				s.tx.local = s.tx.local.with(name, before)
			}
		case s.tx.local != nil:
			s.tx.local = s.tx.local.without(name)
		}
		next = next.with(name, value)
	}
	s.restore(next)
}

// setRole is SET ROLE; "none" goes back to the session's user.
func (s *Session) setRole(name string, local bool) error {
	db := s.access()
	if strings.EqualFold(name, "none") {
		user := db.RoleByOID(s.sessionUser())
		s.setIdentity(local, values{"role": "none", keyRole: "", "is_superuser": onOff(user != nil && user.Superuser)})
		return nil
	}
	role := db.Roles[name]
	if role == nil {
		return pgerr.New(pgerrcode.InvalidParameterValue, "role %q does not exist", name)
	}
	if !s.rightsOf(s.sessionUser()).Member(role.OID) {
		return pgerr.New(pgerrcode.InsufficientPrivilege, "permission denied to set role %q", name)
	}
	s.setIdentity(local, values{"role": name, keyRole: oidText(role.OID), "is_superuser": onOff(role.Superuser)})
	return nil
}

// setSessionUser is SET SESSION AUTHORIZATION; it ends SET ROLE. Only a superuser may become somebody else, and that is who logged in.
func (s *Session) setSessionUser(name string, local bool) error {
	role := s.access().Roles[name]
	if role == nil {
		return pgerr.New(pgerrcode.InvalidParameterValue, "role %q does not exist", name)
	}
	if role.OID != s.login && !s.rightsOf(s.login).Superuser() {
		return pgerr.New(pgerrcode.InsufficientPrivilege, "permission denied to set session authorization")
	}
	s.setIdentity(local, values{
		"session_authorization": name, keySessionUser: oidText(role.OID), "role": "none", keyRole: "", "is_superuser": onOff(role.Superuser),
	})
	return nil
}

// setIdentityByName is SET and RESET of session_authorization and role.
func (s *Session) setIdentityByName(setting, name string, reset, local bool) error {
	if s.restricted {
		return pgerr.New(pgerrcode.InsufficientPrivilege, "cannot set parameter %q within security-restricted operation", setting)
	}
	s.warnLocal(local)
	switch {
	case setting == "role" && reset:
		return s.setRole(cmp.Or(s.start["role"], "none"), local)
	case setting == "role":
		return s.setRole(name, local)
	case reset:
		if err := s.setSessionUser(s.roleName(s.login), local); err != nil || s.start["role"] == "" {
			return err
		}
		return s.setRole(s.start["role"], local)
	}
	return s.setSessionUser(name, local)
}
