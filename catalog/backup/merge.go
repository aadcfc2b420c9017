package backup

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/google/uuid"
	"github.com/jackc/pgerrcode"

	"github.com/miniodb/miniodb/catalog"
	"github.com/miniodb/miniodb/internal/pgerr"
)

// Step is what a recovery does, or would do, to one object.
type Step struct {
	Object, Kind, Action, Detail string
}

// Actions of steps.
const (
	Unchanged = "unchanged" // is as the backup says
	Restored  = "restored"  // was not there
	Replaced  = "replaced"  // was there and different
	Kept      = "kept"      // is not in the backup
	Rewritten = "rewritten" // a table log that was missing or damaged
	Found     = "found"     // a table of the store that neither the backup nor the catalog of now has
	Left      = "left out"  // one whose name is taken, or whose log cannot be read
	Rebuilt   = "rebuilt"   // the index
)

// maxNamed is how many objects a message names.
const maxNamed = 20

// merger joins a backup with the catalog of now. It is pure: the same input gives the same database and steps.
type merger struct {
	backup *catalog.Database
	now    *catalog.Database
	whole  bool // now is all that the catalog log said before it was harmed
	states map[uuid.UUID]*tableState

	out       *catalog.Database
	used      map[uint32]bool   // OIDs of the backup
	roleOIDs  map[uint32]uint32 // of now: what they are in the result
	steps     []Step
	conflicts []string
}

// merge returns the database that a recovery commits. 42P07 if a name of the backup belongs to something else now.
func merge(b *Backup, now *catalog.Database, whole bool, states map[uuid.UUID]*tableState) (*catalog.Database, []Step, error) {
	m := &merger{backup: b.Catalog, now: now, whole: whole, states: states, out: catalog.NewDatabase(), used: map[uint32]bool{}, roleOIDs: map[uint32]uint32{}}
	if precedes(now, b.Catalog) { // an older version of the same log: what the backup does not have was dropped
		older := *now
		older.Roles, older.Schemas, older.Tables, older.Views, older.Functions, older.Types = nil, nil, nil, nil, nil, nil
		older.Sequences = maps.Clone(now.Sequences)
		maps.DeleteFunc(older.Sequences, func(n catalog.Name, _ *catalog.Sequence) bool { return b.Catalog.Sequences[n] == nil })
		m.now, m.whole = &older, false
	}
	m.out.NextOID = max(b.Catalog.NextOID, now.NextOID)
	m.claim()
	m.roles()
	m.schemas()
	m.tables()
	m.foundTables()
	m.views()
	m.sequences()
	m.functions()
	m.types()
	m.rest()
	if len(m.conflicts) > 0 {
		return nil, nil, pgerr.New(pgerrcode.DuplicateTable, "names of the backup are those of other relations now").
			WithDetail("%s.", listed(m.conflicts)).WithHint("Drop these relations first, or keep them by using another backup.")
	}
	return m.out, m.steps, nil
}

// precedes reports whether a is an earlier version of the log that b is a version of.
func precedes(a, b *catalog.Database) bool {
	if a.Version < 0 {
		return true
	}
	for nonce, v := range a.Recent {
		if v == a.Version {
			return b.Recent[nonce] == v && a.Version < b.Version
		}
	}
	return false
}

func listed(names []string) string {
	if more := len(names) - maxNamed; more > 0 {
		return fmt.Sprintf("%s and %d more", strings.Join(names[:maxNamed], "; "), more)
	}
	return strings.Join(names, "; ")
}

func (m *merger) step(object, kind, action, detail string) {
	m.steps = append(m.steps, Step{object, kind, action, detail})
}

func (m *merger) claim() {
	for _, r := range m.backup.Roles {
		m.used[r.OID] = true
	}
	for _, s := range m.backup.Schemas {
		m.used[s.OID] = true
	}
	for _, t := range m.backup.Tables {
		m.used[t.OID] = true
	}
	for _, v := range m.backup.Views {
		m.used[v.OID] = true
	}
	for _, s := range m.backup.Sequences {
		m.used[s.OID] = true
	}
	for _, f := range m.backup.Functions {
		m.used[f.OID] = true
	}
	for _, t := range m.backup.Types {
		m.used[t.OID] = true
	}
}

// oid returns the OID of an object that is kept: its own if the backup leaves it free.
func (m *merger) oid(own uint32) uint32 {
	if m.used[own] || own == m.out.NextOID {
		own = m.out.NextOID
	}
	m.out.NextOID = max(m.out.NextOID, own+1)
	m.used[own] = true
	return own
}

// action compares what is now with what the backup says.
func action[T any](now, backup *T) string {
	switch {
	case now == nil:
		return Restored
	case same(now, backup):
		return Unchanged
	}
	return Replaced
}

func (m *merger) schemas() {
	for _, name := range slices.Sorted(maps.Keys(m.backup.Schemas)) {
		s := m.backup.Schemas[name]
		m.out.Schemas[name] = s
		m.step(name, "schema", action(m.now.Schemas[name], s), "")
	}
	for _, name := range slices.Sorted(maps.Keys(m.now.Schemas)) {
		if m.out.Schemas[name] == nil {
			s := *m.now.Schemas[name]
			s.OID, s.Owner, s.ACL = m.oid(s.OID), m.role(s.Owner), m.acl(s.ACL)
			m.out.Schemas[name] = &s
			m.step(name, "schema", Kept, "")
		}
	}
}

// taken reports, once, that a relation of now has a name that the backup gives to something of another kind or identity.
func (m *merger) taken(n catalog.Name, kind string) {
	m.conflicts = append(m.conflicts, fmt.Sprintf("%s %s", kind, n))
}

func (m *merger) tables() {
	byID := map[uuid.UUID]*catalog.Table{}
	for _, t := range m.now.Tables {
		byID[t.UUID] = t
	}
	for _, name := range sortedNames(m.backup.Tables) {
		t := *m.backup.Tables[name]
		st := m.states[t.UUID]
		now := byID[t.UUID]
		for _, newer := range []*catalog.Table{now, schemaOf(st)} {
			if newer != nil && newer.SchemaID > t.SchemaID { // files have been written with it
				t.Columns, t.NextColumn, t.SchemaID, t.Keys, t.Checks = newer.Columns, newer.NextColumn, newer.SchemaID, newer.Keys, newer.Checks
				t.ShardKey, t.TimeColumn = newer.ShardKey, newer.TimeColumn
				t.Columns = slices.Clone(t.Columns)
				for i := range t.Columns { // who may do what is the backup's word
					t.Columns[i].ACL = nil
					if c := m.backup.Tables[name].Column(t.Columns[i].ID); c != nil {
						t.Columns[i].ACL = c.ACL
					}
				}
			}
		}
		m.out.Tables[name] = &t
		m.step(name.String(), "table", action(now, &t), st.detail())
		if now != nil && now.Name != name {
			m.steps[len(m.steps)-1].Detail = fmt.Sprintf("is %s now; %s", now.Name, st.detail())
		}
		m.logStep(name, st)
	}
	for _, name := range sortedNames(m.now.Tables) {
		t := *m.now.Tables[name]
		if m.inBackup(t.UUID) {
			continue
		}
		if m.backup.Exists(name) {
			m.taken(name, "table")
			continue
		}
		t.OID, t.Owner, t.ACL, t.Columns = m.oid(t.OID), m.role(t.Owner), m.acl(t.ACL), m.columns(t.Columns)
		m.out.Tables[name] = &t
		m.step(name.String(), "table", Kept, m.states[t.UUID].detail())
		m.logStep(name, m.states[t.UUID])
	}
}

// foundTables takes tables that are known by their own logs only. They may have been dropped after the backup; but dropping one again is easier than
// missing its rows. Of several with one name the youngest is taken.
func (m *merger) foundTables() {
	var found []*tableState
	for _, id := range slices.SortedFunc(maps.Keys(m.states), func(a, b uuid.UUID) int { return slices.Compare(a[:], b[:]) }) {
		switch st := m.states[id]; {
		case !st.found || m.out.TableByUUID(id) != nil:
		case st.log == nil:
			m.step(id.String(), "table", Left, st.detail())
		default:
			found = append(found, st)
		}
	}
	slices.SortFunc(found, func(a, b *tableState) int {
		x, y := a.log.Schema, b.log.Schema
		return cmp.Or(y.Created.Compare(x.Created), slices.Compare(x.UUID[:], y.UUID[:]))
	})
	for _, st := range found {
		t := *st.log.Schema
		if m.out.Exists(t.Name) || m.backup.Exists(t.Name) || m.now.Exists(t.Name) {
			m.step(t.Name.String(), "table", Left, fmt.Sprintf("another relation has its name; %s; its directory is %s", st.detail(), t.UUID))
			continue
		}
		if m.out.Schemas[t.Name.Schema] == nil {
			m.out.Schemas[t.Name.Schema] = &catalog.Schema{OID: m.oid(m.out.NextOID), Name: t.Name.Schema}
			m.step(t.Name.Schema, "schema", Restored, "")
		}
		t.OID = m.oid(t.OID)
		if t.Owner != 0 && m.out.RoleByOID(t.Owner) == nil {
			t.Owner, t.ACL = 0, nil
		}
		m.out.Tables[t.Name] = &t
		m.step(t.Name.String(), "table", Found, "was made, and perhaps dropped, after the backup; "+st.detail())
	}
}

func (m *merger) inBackup(id uuid.UUID) bool { return m.backup.TableByUUID(id) != nil }

func schemaOf(st *tableState) *catalog.Table {
	if st == nil || st.log == nil {
		return nil
	}
	return st.log.Schema
}

func (m *merger) logStep(name catalog.Name, st *tableState) {
	if st != nil && st.rewrite {
		m.step(name.String(), "table log", Rewritten, fmt.Sprintf("%s; written anew from version %d in %s, %d files", st.fault, st.log.Version, st.source, len(st.log.Files)))
	}
}

func (m *merger) views() {
	for _, name := range sortedNames(m.backup.Views) {
		v := m.backup.Views[name]
		m.out.Views[name] = v
		m.step(name.String(), "view", action(m.now.Views[name], v), "")
	}
	for _, name := range sortedNames(m.now.Views) {
		switch {
		case m.backup.Views[name] != nil:
		case m.backup.Exists(name):
			m.taken(name, "view")
		default:
			v := *m.now.Views[name]
			v.OID, v.Owner, v.ACL, v.Columns = m.oid(v.OID), m.role(v.Owner), m.acl(v.ACL), m.columns(v.Columns)
			m.out.Views[name] = &v
			m.step(name.String(), "view", Kept, "")
		}
	}
}

func (m *merger) functions() {
	m.out.Functions = maps.Clone(m.backup.Functions)
	if m.out.Functions == nil {
		m.out.Functions = map[string]*catalog.Function{}
	}
	for _, key := range slices.Sorted(maps.Keys(m.backup.Functions)) {
		m.step(key, "function", action(m.now.Functions[key], m.backup.Functions[key]), "")
	}
	for _, key := range slices.Sorted(maps.Keys(m.now.Functions)) {
		if m.backup.Functions[key] == nil {
			f := *m.now.Functions[key]
			f.OID, f.Owner = m.oid(f.OID), m.role(f.Owner)
			m.out.Functions[key] = &f
			m.step(key, "function", Kept, "")
		}
	}
}

// types are kept with their OIDs, of which those of their columns are made, and with the labels that they got since the backup, which rows may have.
func (m *merger) types() {
	m.out.Types = maps.Clone(m.backup.Types)
	if m.out.Types == nil {
		m.out.Types = map[catalog.Name]*catalog.Type{}
	}
	for _, name := range sortedNames(m.backup.Types) {
		m.step(name.String(), "type", action(m.now.Types[name], m.backup.Types[name]), "")
	}
	for _, name := range sortedNames(m.now.Types) {
		t := *m.now.Types[name]
		if old := m.backup.EnumByType(t.Enum()); old != nil {
			if len(t.Labels) > len(old.Labels) {
				longer := *old
				longer.Labels = t.Labels
				m.out.Types[old.Name] = &longer
			}
			continue
		}
		if m.used[t.OID] || m.backup.Types[name] != nil {
			m.taken(name, "type")
			continue
		}
		t.OID, t.Owner = m.oid(t.OID), m.role(t.Owner)
		m.out.Types[name] = &t
		m.step(name.String(), "type", Kept, "")
	}
}

// rest joins what has no names: streams, dropped tables, nonces of commits.
func (m *merger) rest() {
	m.out.Streams = maps.Clone(m.now.Streams)
	for _, id := range slices.SortedFunc(maps.Keys(m.backup.Streams), func(a, b uuid.UUID) int { return slices.Compare(a[:], b[:]) }) {
		s := m.backup.Streams[id]
		now := m.out.Streams[id]
		switch {
		case now == nil:
			m.out.Streams[id] = s
			m.step(id.String(), "stream", Restored, "of node "+s.Node)
		case s.Closed && !now.Closed:
			m.out.Streams[id] = s
		}
	}
	m.out.Dropped = maps.Clone(m.backup.Dropped)
	maps.Copy(m.out.Dropped, m.now.Dropped)
	for _, t := range m.out.Tables {
		delete(m.out.Dropped, t.UUID)
	}
	m.out.Recent = maps.Clone(m.backup.Recent)
	maps.Copy(m.out.Recent, m.now.Recent)
}
