package backup

import (
	"math"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgerrcode"
	"github.com/stretchr/testify/require"

	"github.com/miniodb/miniodb/catalog"
	"github.com/miniodb/miniodb/internal/pgerr"
	"github.com/miniodb/miniodb/internal/sqltype"
)

func public(name string) catalog.Name {
	return catalog.Name{Schema: catalog.DefaultSchema, Name: name}
}

// after applies operations to a database as later commits of the same log.
func after(t *testing.T, d *catalog.Database, ops ...catalog.Op) *catalog.Database {
	t.Helper()
	for _, op := range ops {
		n, err := d.Apply(d.Version+1, []catalog.Op{op})
		require.NoError(t, err)
		n.Recent[uuid.New()] = n.Version
		d = n
	}
	return d
}

func newTable(id byte, oid uint32, name string) *catalog.Table {
	return &catalog.Table{UUID: uuid.UUID{id}, OID: oid, Name: public(name), SchemaID: 1, Columns: []catalog.Column{{ID: 1, Name: "id", Type: sqltype.Of(sqltype.Int8)}}}
}

// statesOf says that every table of the databases has a log at version 5.
func statesOf(all ...*catalog.Database) map[uuid.UUID]*tableState {
	out := map[uuid.UUID]*tableState{}
	for _, d := range all {
		for name, table := range d.Tables {
			out[table.UUID] = &tableState{name: name, log: &catalog.Snapshot{Table: table.UUID, Version: 5, Schema: table}}
		}
	}
	return out
}

func TestMergeKeepsWhatIsNew(t *testing.T) {
	b := sample()
	now := after(t, b.Catalog,
		catalog.Op{DropTable: ref(public("t0")), Time: time.Unix(9, 0)},
		catalog.Op{DropView: ref(public("v"))},
		catalog.Op{PutTable: newTable(77, 16500, "young")},
		catalog.Op{PutView: &catalog.View{OID: 16501, Name: public("w"), Query: "SELECT 2"}},
		catalog.Op{PutSequence: &catalog.Sequence{OID: 16451, Name: public("t1_id_seq"), Start: 1, Increment: 1, Min: 1, Max: 1 << 40, Reserved: 97}},
		catalog.Op{PutSchema: &catalog.Schema{OID: 16502, Name: "s"}},
		catalog.Op{PutStream: &catalog.Stream{ID: uuid.UUID{1}, Node: "node-1", Closed: true}},
		catalog.Op{PutStream: &catalog.Stream{ID: uuid.UUID{8}, Node: "node-1"}},
	)
	d, steps, err := merge(b, now, true, statesOf(b.Catalog, now))
	require.NoError(t, err)
	require.Equal(t, "unchanged", find(t, steps, "table", "public.t1").Action)
	require.Equal(t, "restored", find(t, steps, "table", "public.t0").Action)
	require.Equal(t, "kept", find(t, steps, "table", "public.young").Action)
	require.Equal(t, "kept", find(t, steps, "view", "public.w").Action)
	require.Equal(t, "restored", find(t, steps, "view", "public.v").Action)
	require.Equal(t, "kept", find(t, steps, "schema", "s").Action)
	require.EqualValues(t, 97, d.Sequences[public("t1_id_seq")].Reserved, "never behind what is known now")
	require.NotContains(t, d.Dropped, b.Tables[0].UUID, "a dropped table that is back")
	require.Contains(t, d.Dropped, uuid.UUID{3})
	require.True(t, d.Streams[uuid.UUID{1}].Closed)
	require.NotNil(t, d.Streams[uuid.UUID{8}])
	for nonce, version := range now.Recent {
		require.Equal(t, version, d.Recent[nonce])
	}
	again, _, err := merge(b, now, true, statesOf(b.Catalog, now))
	require.NoError(t, err)
	require.Equal(t, d, again)
}

func find(t *testing.T, steps []Step, kind, object string) Step {
	t.Helper()
	for _, s := range steps {
		if s.Kind == kind && s.Object == object {
			return s
		}
	}
	require.Fail(t, "no step", "%s %s", kind, object)
	return Step{}
}

// TestMergeOfAnotherLog joins a log that was begun anew, whose OIDs are those of the backup again.
func TestMergeOfAnotherLog(t *testing.T) {
	b := sample()
	now := after(t, catalog.NewDatabase(), catalog.Op{PutTable: newTable(77, 16400, "a")}, catalog.Op{PutTable: newTable(78, 16450, "b")},
		catalog.Op{PutView: &catalog.View{OID: 16499, Name: public("w")}})
	d, _, err := merge(b, now, true, statesOf(b.Catalog, now))
	require.NoError(t, err)
	seen := map[uint32]string{}
	claim := func(oid uint32, name string) {
		require.Empty(t, seen[oid], "%d is that of %s and %s", oid, seen[oid], name)
		seen[oid] = name
		require.Less(t, oid, d.NextOID)
	}
	for n, o := range d.Tables {
		claim(o.OID, n.String())
	}
	for n, o := range d.Views {
		claim(o.OID, n.String())
	}
	for n, o := range d.Sequences {
		claim(o.OID, n.String())
	}
	require.EqualValues(t, 16400, d.Tables[public("t0")].OID, "the backup's OIDs win")
	require.EqualValues(t, 16499, d.Views[public("w")].OID)
	require.EqualValues(t, 16450, d.Sequences[public("t0_id_seq")].OID)
	require.EqualValues(t, 16450, now.Tables[public("b")].OID, "what is published does not change")
	require.Len(t, d.Tables, 5)
}

// TestMergeOfAnOlderVersion has a log that lost its end: what the backup does not have was dropped before it.
func TestMergeOfAnOlderVersion(t *testing.T) {
	b := sample()
	older := after(t, b.Catalog, catalog.Op{PutTable: newTable(77, 16500, "dropped")})
	b.Catalog = after(t, older, catalog.Op{DropTable: ref(public("dropped"))})
	d, _, err := merge(b, older, true, statesOf(b.Catalog, older))
	require.NoError(t, err)
	require.NotContains(t, d.Tables, public("dropped"))
	d, _, err = merge(b, catalog.NewDatabase(), true, statesOf(b.Catalog))
	require.NoError(t, err)
	require.Len(t, d.Tables, 3)
}

func TestMergeConflicts(t *testing.T) {
	for name, op := range map[string]catalog.Op{
		"another table":             {PutTable: newTable(77, 16500, "t0")},
		"a view":                    {PutView: &catalog.View{OID: 16500, Name: public("t0")}},
		"a sequence":                {PutSequence: &catalog.Sequence{OID: 16500, Name: public("t0")}},
		"a table instead of a view": {PutTable: newTable(77, 16500, "v")},
	} {
		t.Run(name, func(t *testing.T) {
			b := sample()
			now := after(t, b.Catalog, catalog.Op{DropTable: ref(public("t0"))}, catalog.Op{DropView: ref(public("v"))}, op)
			_, _, err := merge(b, now, true, statesOf(b.Catalog, now))
			require.Equal(t, pgerrcode.DuplicateTable, pgerr.Code(err))
		})
	}
}

// TestMergeTypes has enums that are in the backup, that got labels since then, and that are newer; a newer one of the same name is a conflict.
func TestMergeTypes(t *testing.T) {
	enum := func(oid uint32, name string, labels ...string) catalog.Op {
		e := &catalog.Type{OID: oid, Name: public(name)}
		for i, l := range labels {
			e.Labels = append(e.Labels, catalog.Label{OID: oid + 1 + uint32(i), Name: l, Sort: float32(i + 1)})
		}
		return catalog.Op{PutType: e}
	}
	b := sample()
	b.Catalog = after(t, b.Catalog, enum(16600, "lost", "a"), enum(16610, "grown", "a"))
	now := after(t, b.Catalog, catalog.Op{DropType: ref(public("lost"))}, enum(16610, "grown", "a", "b"), enum(16620, "young", "x"))
	d, _, err := merge(b, now, true, statesOf(b.Catalog, now))
	require.NoError(t, err)
	require.Len(t, d.Types, 3)
	require.Equal(t, []string{"a", "b"}, d.Types[public("grown")].Words())
	require.EqualValues(t, 16620, d.Types[public("young")].OID)
	require.EqualValues(t, 16600, d.Types[public("lost")].OID)
	_, _, err = merge(b, after(t, now, enum(16700, "lost", "z")), true, statesOf(b.Catalog, now))
	require.Equal(t, pgerrcode.DuplicateTable, pgerr.Code(err))
}

// TestMergeTakesTheNewerSchema has a table whose columns changed after the backup.
func TestMergeTakesTheNewerSchema(t *testing.T) {
	b := sample()
	states := statesOf(b.Catalog)
	newer := *b.Catalog.Tables[public("t0")]
	newer.SchemaID, newer.Columns = 2, append(newer.Columns[:1:1], catalog.Column{ID: 2, Name: "more"})
	states[newer.UUID].log.Schema = &newer
	d, _, err := merge(b, catalog.NewDatabase(), true, states)
	require.NoError(t, err)
	require.Len(t, d.Tables[public("t0")].Columns, 2)
	require.Len(t, b.Catalog.Tables[public("t0")].Columns, 1)
}

func TestSequencesPassWhatColumnsHold(t *testing.T) {
	b := sample()
	states := statesOf(b.Catalog)
	for i, table := range b.Tables {
		states[table.UUID] = &tableState{name: table.Name, log: table.Snapshot()}
		if i == 0 {
			states[table.UUID].buffered = map[int32]Range{1: {Min: 3, Max: 700}}
		}
	}
	d, steps, err := merge(b, catalog.NewDatabase(), true, states)
	require.NoError(t, err)
	require.EqualValues(t, 701, d.Sequences[public("t0_id_seq")].Reserved, "the write-ahead log")
	require.EqualValues(t, 51, d.Sequences[public("t1_id_seq")].Reserved, "statistics")
	require.Contains(t, find(t, steps, "sequence", "public.t1_id_seq").Detail, "moved on from 33 to 51")
	d, _, err = merge(b, b.Catalog, true, states)
	require.NoError(t, err)
	require.EqualValues(t, 33, d.Sequences[public("t1_id_seq")].Reserved, "what was reserved is known")
}

func TestSkip(t *testing.T) {
	for _, c := range []struct {
		name             string
		reserved, inc    int64
		min, max         int64
		last             int64
		want             int64
		exhausted, moves bool
	}{
		{"behind", 10, 1, 1, 100, 9, 10, false, false},
		{"at", 10, 1, 1, 100, 10, 11, false, true},
		{"beyond", 10, 5, 1, 100, 31, 35, false, true},
		{"on its grid", 10, 5, 1, 100, 30, 35, false, true},
		{"to the end", 10, 5, 1, 100, 99, 100, false, true},
		{"past the end", 10, 5, 1, 100, 100, 100, true, true},
		{"not a number of it", 10, 1, 1, 100, 101, 10, false, false},
		{"down", -10, -5, -100, -1, -12, -15, false, true},
		{"down, behind", -10, -5, -100, -1, -9, -10, false, false},
		{"down, past the end", -10, -5, -100, -1, -100, -100, true, true},
		{"whole range", math.MinInt64, math.MaxInt64, math.MinInt64, math.MaxInt64, 0, math.MaxInt64 - 1, false, true},
		{"largest", 1, 1, 1, math.MaxInt64, math.MaxInt64, math.MaxInt64, true, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := &catalog.Sequence{Reserved: c.reserved, Increment: c.inc, Min: c.min, Max: c.max}
			require.Equal(t, c.moves, skip(s, c.last))
			require.Equal(t, c.want, s.Reserved)
			require.Equal(t, c.exhausted, s.Exhausted)
		})
	}
}

func TestDraws(t *testing.T) {
	for text, want := range map[string]bool{
		"nextval('s')": true, "nextval('public.s'::regclass)": true, "nextval('other.s')": false, "nextval('ss')": false, "1": false, " NEXTVAL ( 's' )": true,
	} {
		require.Equal(t, want, draws(&catalog.Column{Default: text}, public("s")), text)
	}
}

// TestMergeKeepsRoles has roles that are new, changed, dropped and made again: nobody's password or rights go back, and every object has its owner.
func TestMergeKeepsRoles(t *testing.T) {
	b := sample()
	role := func(oid uint32, name, verifier string) *catalog.Role {
		return &catalog.Role{OID: oid, Name: name, Verifier: verifier, Login: true, ConnLimit: -1}
	}
	admin := *b.Catalog.Roles[catalog.DatabaseName]
	admin.Verifier = "SCRAM old"
	owned := newTable(60, 16600, "owned")
	owned.Owner, owned.ACL = 16590, catalog.ACL{{Grantee: 16590, Grantor: 16590, Privileges: catalog.AllOnTable}}
	b.Catalog = after(t, b.Catalog, catalog.Op{PutRole: &admin}, catalog.Op{PutRole: role(16590, "alice", "SCRAM a1")}, catalog.Op{PutRole: role(16591, "bob", "SCRAM b1")},
		catalog.Op{PutTable: owned})
	newAdmin := admin
	newAdmin.Verifier = "SCRAM new"
	kept := newTable(61, 16700, "kept")
	kept.Owner, kept.ACL = 16690, catalog.ACL{{Grantee: catalog.Public, Grantor: 16690, Privileges: catalog.Select}}
	kept.Columns[0].ACL = catalog.ACL{{Grantee: 16691, Grantor: 16690, Privileges: catalog.Update}}
	carol := role(16691, "carol", "")
	carol.MemberOf = []catalog.Membership{{Role: 16690, Grantor: catalog.SuperuserOID}}
	now := after(t, b.Catalog, catalog.Op{PutRole: &newAdmin}, catalog.Op{DropRole: "alice"}, catalog.Op{DropRole: "bob"},
		catalog.Op{PutRole: role(16690, "alice", "SCRAM a2")}, catalog.Op{PutRole: carol}, catalog.Op{PutTable: kept})
	d, steps, err := merge(b, now, true, statesOf(b.Catalog, now))
	require.NoError(t, err)
	require.Equal(t, "SCRAM new", d.Roles[catalog.DatabaseName].Verifier)
	require.Equal(t, "SCRAM a2", d.Roles["alice"].Verifier)
	require.EqualValues(t, 16590, d.Roles["alice"].OID)
	require.Equal(t, "restored", find(t, steps, "role", "bob").Action)
	require.Equal(t, "kept", find(t, steps, "role", "carol").Action)
	require.EqualValues(t, 16590, d.Tables[public("owned")].Owner)
	require.EqualValues(t, 16590, d.Tables[public("kept")].Owner)
	require.EqualValues(t, 16590, d.Tables[public("kept")].ACL[0].Grantor)
	require.Equal(t, catalog.Public, d.Tables[public("kept")].ACL[0].Grantee)
	require.EqualValues(t, 16691, d.Tables[public("kept")].Columns[0].ACL[0].Grantee)
	require.EqualValues(t, 16590, d.Roles["carol"].MemberOf[0].Role)
	require.EqualValues(t, 16690, kept.Owner, "what is published does not change")

	for name, lost := range map[string]*catalog.Database{"no log": catalog.NewDatabase(), "a log begun anew": after(t, catalog.NewDatabase(), catalog.Op{PutSchema: &catalog.Schema{OID: 16384, Name: "s"}})} {
		d, _, err = merge(b, lost, true, statesOf(b.Catalog))
		require.NoError(t, err, name)
		require.Equal(t, b.Catalog.Roles, d.Roles, "%s: without the backup's password anybody on this machine gets in", name)
	}
}
