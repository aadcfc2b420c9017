package session

import (
	"slices"
	"strings"

	"github.com/jackc/pgerrcode"

	"github.com/miniodb/miniodb/catalog"
	"github.com/miniodb/miniodb/internal/pgerr"
	"github.com/miniodb/miniodb/sql"
)

// Privileges are checked when a statement runs, against the catalog of that moment and never against what a statement was prepared with: a revoked
// privilege stops a prepared one. Names of schemas are looked into when a statement is resolved, as in PostgreSQL.

// access is the catalog that privileges are read from. A transaction with a fixed snapshot sees old rows, but not old privileges.
func (s *Session) access() *catalog.Database {
	if s.tx != nil && s.tx.overlay != nil {
		return s.tx.overlay
	}
	return s.node.catalog.Current()
}

// rights are those of the current role.
func (s *Session) rights() *catalog.Rights { return s.rightsOf(s.role()) }

// rightsOf are those of any role; they are kept until the catalog changes.
func (s *Session) rightsOf(role uint32) *catalog.Rights {
	db := s.access()
	if s.known.db != db || len(s.known.rights) > maxKnownRights {
		s.known.db, s.known.rights = db, map[uint32]*catalog.Rights{}
	}
	r := s.known.rights[role]
	if r == nil {
		r = db.Rights(role)
		s.known.rights[role] = r
	}
	return r
}

// knownRights remembers rights of one version of the catalog.
type knownRights struct {
	db     *catalog.Database
	rights map[uint32]*catalog.Rights
}

const maxKnownRights = 1000

func denied(kind sql.ObjectKind, name string) error {
	return pgerr.New(pgerrcode.InsufficientPrivilege, "permission denied for %s %s", kind, name)
}

func notOwner(kind sql.ObjectKind, name string) error {
	return pgerr.New(pgerrcode.InsufficientPrivilege, "must be owner of %s %s", kind, name)
}

// checkUses refuses a query that reads what it may not: with the rights of the current role, or of the owner of a view for what is in it.
func (s *Session) checkUses(uses []sql.Use) error {
	if len(uses) == 0 {
		return nil
	}
	mine := s.rights()
	db := mine.Database()
	for i := range uses {
		u := &uses[i]
		rights := mine
		if u.Via != nil {
			via := u.Via
			if now := db.Views[via.Name]; now != nil && now.OID == via.OID {
				via = now
			}
			rights = s.rightsOf(catalog.OwnerOID(via.Owner))
		}
		if rights.Superuser() {
			continue
		}
		if err := checkUse(rights, u); err != nil {
			return err
		}
	}
	return nil
}

func checkUse(r *catalog.Rights, u *sql.Use) error {
	switch {
	case u.System != nil && u.System.OID >= catalog.FirstOID:
		q := r.Database().Sequences[u.System.Name]
		if q != nil && r.OnRelation(q.EffectiveACL(), q.Owner)&catalog.Select == 0 {
			return denied(sql.ObjectSequence, q.Name.Name)
		}
		return nil
	case u.System != nil:
		return checkSystem(r, u.System.Name)
	case u.View != nil && u.View.OID < catalog.FirstOID:
		return checkSystem(r, u.View.Name)
	case u.View != nil:
		v := u.View
		if now := r.Database().Views[v.Name]; now != nil && now.OID == v.OID {
			v = now
		}
		return checkColumns(r, sql.ObjectView, v.Name, v.EffectiveACL(), v.Owner, v.Columns, u.Columns, catalog.Select)
	}
	t := u.Table
	if now := r.Database().Tables[t.Name]; now != nil && now.OID == t.OID {
		t = now
	}
	kind := sql.ObjectTable
	if t.Materialized() {
		kind = sql.ObjectMatview
	}
	return checkColumns(r, kind, t.Name, t.EffectiveACL(), t.Owner, t.Columns, u.Columns, catalog.Select)
}

// checkColumns wants a privilege on the relation or on each of the columns (numbers from 1); if there are none, on any (PostgreSQL: ExecCheckRTEPerms).
func checkColumns(r *catalog.Rights, kind sql.ObjectKind, n catalog.Name, acl catalog.ACL, owner uint32, all []catalog.Column, columns []int16, want catalog.Privileges) error {
	if r.OnRelation(acl, owner)&want != 0 {
		return nil
	}
	may := func(c *catalog.Column) bool { return r.On(c.ACL, owner)&want != 0 }
	if len(columns) == 0 {
		if slices.ContainsFunc(all, func(c catalog.Column) bool { return may(&c) }) {
			return nil
		}
		return denied(kind, n.Name)
	}
	for _, c := range columns {
		if int(c) > len(all) || !may(&all[c-1]) {
			return denied(kind, n.Name)
		}
	}
	return nil
}

// checkTarget wants a privilege on columns (indexes) of a table that rows are written to.
func (s *Session) checkTarget(t *catalog.Table, columns []int, want catalog.Privileges) error {
	r := s.rights()
	if r.Superuser() {
		return nil
	}
	if now := r.Database().Tables[t.Name]; now != nil && now.OID == t.OID {
		t = now
	}
	numbers := make([]int16, len(columns))
	for i, c := range columns {
		numbers[i] = int16(c + 1)
	}
	return checkColumns(r, sql.ObjectTable, t.Name, t.EffectiveACL(), t.Owner, t.Columns, numbers, want)
}

// checkTable wants one of some privileges on a table as a whole.
func (s *Session) checkTable(t *catalog.Table, want catalog.Privileges) error {
	if s.rights().OnRelation(t.EffectiveACL(), t.Owner)&want == 0 {
		return denied(sql.ObjectTable, t.Name.Name)
	}
	return nil
}

// checkSequence wants what nextval does.
func (s *Session) checkSequence(n catalog.Name) error {
	if q := s.access().Sequences[n]; q != nil && s.rights().OnRelation(q.EffectiveACL(), q.Owner)&(catalog.Usage|catalog.Update) == 0 {
		return denied(sql.ObjectSequence, n.Name)
	}
	return nil
}

// mayUse refuses to look into a schema.
func (s *Session) mayUse(schema string) error {
	if found := s.access().Schemas[schema]; found != nil && s.rights().OnSchema(found)&catalog.Usage == 0 {
		return denied(sql.ObjectSchema, schema)
	}
	return nil
}

// mayCreate refuses to put anything into a schema.
func (s *Session) mayCreate(schema string) error {
	if found := s.access().Schemas[schema]; found != nil && s.rights().OnSchema(found)&catalog.Create == 0 {
		return denied(sql.ObjectSchema, schema)
	}
	return nil
}

// atTarget gives the refusal of a schema for a new table the position that it has in PostgreSQL.
func atTarget(err error, stmt *sql.Statement) error {
	if e := pgerr.From(err); e != nil && e.Code == pgerrcode.InsufficientPrivilege && e.Position == 0 && strings.HasPrefix(e.Message, "permission denied for schema ") {
		e.Position = sql.LocateTarget(stmt)
	}
	return err
}

// mustOwn refuses whoever does not own a relation.
func (s *Session) mustOwn(db *catalog.Database, n catalog.Name) error {
	if s.rights().Has(ownerIn(db, n)) {
		return nil
	}
	return notOwner(kindOf(db, n), n.Name)
}

// mustOwnToDrop lets the owner of the schema drop what is in it, too.
func (s *Session) mustOwnToDrop(db *catalog.Database, n catalog.Name) error {
	if schema := db.Schemas[n.Schema]; schema != nil && s.rights().Has(schema.Owner) {
		return nil
	}
	return s.mustOwn(db, n)
}

// checkNoOp asks for the privileges that a statement would need if it did anything. ANALYZE and VACUUM pass over what is not theirs.
func (s *Session) checkNoOp(c *sql.NoOp, tag string, n catalog.Name) error {
	db := s.database()
	if !db.Exists(n) {
		return nil // a system relation
	}
	if err := s.mayUse(n.Schema); err != nil {
		return err
	}
	switch tag {
	case "CREATE INDEX":
		if err := s.mustOwn(db, n); err != nil {
			return err
		}
		return s.mayCreate(n.Schema)
	case "ANALYZE", "VACUUM":
		if r := s.rights(); !r.Has(ownerIn(db, n)) && !r.Has(db.Owner) {
			s.tell(pgerr.Warning(pgerrcode.InsufficientPrivilege, "skipping %q --- only table or database owner can %s it", n.Name, strings.ToLower(tag)))
		}
	case "LOCK TABLE":
		o := relationSecurable(db, n)
		if s.rights().OnRelation(o.acl, o.access.Owner)&c.Lock == 0 {
			return denied(o.kind, n.Name)
		}
	}
	return nil
}

// ownerIn is the owner of a relation.
func ownerIn(db *catalog.Database, n catalog.Name) uint32 {
	owner := uint32(0)
	switch {
	case db.Tables[n] != nil:
		owner = db.Tables[n].Owner
	case db.Views[n] != nil:
		owner = db.Views[n].Owner
	case db.Sequences[n] != nil:
		owner = db.Sequences[n].Owner
	}
	return catalog.OwnerOID(owner)
}

// secretRelations of pg_catalog are for superusers, as in PostgreSQL; the kind is what the message calls them.
var secretRelations = map[string]sql.ObjectKind{
	"pg_authid": sql.ObjectTable, "pg_shadow": sql.ObjectView, "pg_statistic": sql.ObjectTable, "pg_statistic_ext_data": sql.ObjectTable,
	"pg_user_mapping": sql.ObjectTable, "pg_subscription": sql.ObjectTable, "pg_largeobject": sql.ObjectTable, "pg_hba_file_rules": sql.ObjectView,
	"pg_ident_file_mappings": sql.ObjectView, "pg_file_settings": sql.ObjectView, "pg_config": sql.ObjectView, "pg_replication_origin_status": sql.ObjectView,
	"pg_shmem_allocations": sql.ObjectView, "pg_backend_memory_contexts": sql.ObjectView,
}

func checkSystem(r *catalog.Rights, n catalog.Name) error {
	kind, secret := secretRelations[n.Name]
	if !secret || n.Schema != "pg_catalog" || r.OnRelation(nil, catalog.SuperuserOID)&catalog.Select != 0 {
		return nil
	}
	return denied(kind, n.Name)
}

// seesActivityOf reports whether the session may see what a session of that role does.
func (s *Session) seesActivityOf(role uint32) bool {
	r := s.rights()
	return r.Has(role) || r.Has(catalog.ReadAllStatsOID)
}
