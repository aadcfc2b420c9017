package catalog

import (
	"slices"
	"time"
)

// Roles that exist in every database. OIDs are PostgreSQL's.
const (
	SuperuserOID     uint32 = 10   // the role miniodb
	DatabaseOwnerOID uint32 = 6171 // pg_database_owner: its only member is the owner of the database
	ReadAllDataOID   uint32 = 6181
	WriteAllDataOID  uint32 = 6182
	MonitorOID       uint32 = 3373
	ReadAllStatsOID  uint32 = 3375
	SignalBackendOID uint32 = 4200
	CheckpointOID    uint32 = 4544
)

// Role is a user or group.
type Role struct {
	OID         uint32            `json:"oid"`
	Name        string            `json:"name"`
	Superuser   bool              `json:"superuser,omitempty"`
	Inherit     bool              `json:"inherit,omitempty"`
	CreateRole  bool              `json:"create_role,omitempty"`
	CreateDB    bool              `json:"create_db,omitempty"`
	Login       bool              `json:"login,omitempty"`
	Replication bool              `json:"replication,omitempty"`
	BypassRLS   bool              `json:"bypass_rls,omitempty"`
	ConnLimit   int32             `json:"conn_limit"`         // -1: none
	Verifier    string            `json:"verifier,omitempty"` // SCRAM-SHA-256$...; "": no password. Never in a message or log
	ValidUntil  *time.Time        `json:"valid_until,omitempty"`
	Infinity    bool              `json:"infinity,omitempty"` // VALID UNTIL 'infinity'; ValidUntil is nil
	MemberOf    []Membership      `json:"member_of,omitempty"`
	Settings    map[string]string `json:"settings,omitempty"` // ALTER ROLE ... SET: name, lower case, and value
	Comment     string            `json:"comment,omitempty"`
}

// Membership is one GRANT of a role to a role.
type Membership struct {
	Role    uint32 `json:"role"`
	Grantor uint32 `json:"grantor"`
	Admin   bool   `json:"admin,omitempty"` // WITH ADMIN OPTION
}

// Access is who may do what with one object: a relation, a schema, or (neither is set) the database. As an operation it replaces what was.
type Access struct {
	Relation *Name         `json:"relation,omitempty"`
	Schema   string        `json:"schema,omitempty"`
	Owner    uint32        `json:"owner,omitempty"`
	ACL      ACL           `json:"acl,omitzero"`
	Columns  map[int32]ACL `json:"columns,omitempty"` // by id; columns that are not in it have none
}

// OwnerOID returns the role that owns an object whose Owner is o.
func OwnerOID(o uint32) uint32 {
	if o == 0 {
		return SuperuserOID
	}
	return o
}

// builtinRoles are those of a new database: the first superuser and PostgreSQL's predefined roles (documentation, 22.5).
func builtinRoles() map[string]*Role {
	out := map[string]*Role{DatabaseName: {
		OID: SuperuserOID, Name: DatabaseName, Superuser: true, Inherit: true, CreateRole: true, CreateDB: true, Login: true, Replication: true,
		BypassRLS: true, ConnLimit: -1,
	}}
	for name, oid := range map[string]uint32{
		"pg_database_owner": DatabaseOwnerOID, "pg_read_all_data": ReadAllDataOID, "pg_write_all_data": WriteAllDataOID, "pg_monitor": MonitorOID,
		"pg_read_all_settings": 3374, "pg_read_all_stats": ReadAllStatsOID, "pg_stat_scan_tables": 3377, "pg_read_server_files": 4569,
		"pg_write_server_files": 4570, "pg_execute_server_program": 4571, "pg_signal_backend": SignalBackendOID, "pg_checkpoint": CheckpointOID,
	} {
		out[name] = &Role{OID: oid, Name: name, Inherit: true, ConnLimit: -1}
	}
	for _, oid := range []uint32{3374, ReadAllStatsOID, 3377} {
		out["pg_monitor"].MemberOf = append(out["pg_monitor"].MemberOf, Membership{Role: oid, Grantor: SuperuserOID})
	}
	return out
}

// RoleByOID returns the role, or nil.
func (d *Database) RoleByOID(oid uint32) *Role {
	if oid == SuperuserOID {
		return d.Roles[DatabaseName]
	}
	for _, r := range d.Roles {
		if r.OID == oid {
			return r
		}
	}
	return nil
}

// EffectiveACL of each kind of object: what has been granted, or the default (PostgreSQL documentation, table 5.2).
func (t *Table) EffectiveACL() ACL { return effective(t.ACL, t.Owner, AllOnTable, 0) }

// EffectiveACL is what has been granted, or the default.
func (v *View) EffectiveACL() ACL { return effective(v.ACL, v.Owner, AllOnTable, 0) }

// EffectiveACL is what has been granted, or the default.
func (s *Sequence) EffectiveACL() ACL { return effective(s.ACL, s.Owner, AllOnSequence, 0) }

// EffectiveACL is what has been granted, or the default.
func (s *Schema) EffectiveACL() ACL { return effective(s.ACL, s.Owner, AllOnSchema, 0) }

// EffectiveACL is what has been granted on the database itself, or the default.
func (d *Database) EffectiveACL() ACL {
	return effective(d.ACL, d.Owner, AllOnDatabase, Temporary|Connect)
}

func effective(a ACL, owner uint32, all, everybody Privileges) ACL {
	if a != nil {
		return a
	}
	return DefaultACL(OwnerOID(owner), all, everybody)
}

// applyAccess changes owner and privileges of one object; one that is gone is left so.
func (d *Database) applyAccess(a *Access) {
	columns := func(old []Column) []Column {
		out := slices.Clone(old)
		for i := range out {
			out[i].ACL = a.Columns[out[i].ID]
		}
		return out
	}
	switch {
	case a.Relation == nil && a.Schema == "":
		d.Owner, d.ACL = a.Owner, a.ACL
	case a.Relation == nil:
		if s := d.Schemas[a.Schema]; s != nil {
			n := *s
			n.Owner, n.ACL = a.Owner, a.ACL
			d.Schemas[a.Schema] = &n
		}
	case d.Tables[*a.Relation] != nil:
		n := *d.Tables[*a.Relation]
		n.Owner, n.ACL, n.Columns = a.Owner, a.ACL, columns(n.Columns)
		d.Tables[*a.Relation] = &n
	case d.Views[*a.Relation] != nil:
		n := *d.Views[*a.Relation]
		n.Owner, n.ACL, n.Columns = a.Owner, a.ACL, columns(n.Columns)
		d.Views[*a.Relation] = &n
	case d.Sequences[*a.Relation] != nil:
		n := *d.Sequences[*a.Relation]
		n.Owner, n.ACL = a.Owner, a.ACL
		d.Sequences[*a.Relation] = &n
	}
}
