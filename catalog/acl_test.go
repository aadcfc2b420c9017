package catalog

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"
)

const owner, alice, bob, carol uint32 = 16400, 16401, 16402, 16403

func withRoles(t *testing.T) *Database {
	t.Helper()
	d, err := NewDatabase().Apply(0, []Op{
		{PutRole: &Role{OID: owner, Name: "own er", Inherit: true}}, {PutRole: &Role{OID: alice, Name: "alice", Inherit: true}},
		{PutRole: &Role{OID: bob, Name: "bob", MemberOf: []Membership{{Role: alice, Grantor: SuperuserOID}}}},
		{PutRole: &Role{OID: carol, Name: "carol", Inherit: true, MemberOf: []Membership{{Role: bob, Grantor: SuperuserOID, Admin: true}}}},
	})
	require.NoError(t, err)
	return d
}

func change(d *Database, acl ACL, revoke, cascade bool, g Grant) (ACL, error) {
	c := ACLChange{Revoke: revoke, Grant: g, Owner: owner, Cascade: cascade, Membership: d}
	return c.Apply(acl)
}

func TestACLChanges(t *testing.T) {
	d := withRoles(t)
	items := func(a ACL) []string { return a.Items(func(oid uint32) string { return d.RoleByOID(oid).Name }) }
	acl, err := change(d, DefaultACL(owner, AllOnTable, 0), false, false, Grant{Grantee: alice, Grantor: owner, Privileges: Select | Insert, Grantable: Select})
	require.NoError(t, err)
	require.Equal(t, []string{`"own er"=arwdDxt/"own er"`, `alice=ar*/"own er"`}, items(acl))
	acl, err = change(d, acl, false, false, Grant{Grantee: bob, Grantor: alice, Privileges: Select, Grantable: Select})
	require.NoError(t, err)
	_, err = change(d, acl, false, false, Grant{Grantee: alice, Grantor: bob, Privileges: Select, Grantable: Select})
	require.ErrorIs(t, err, ErrCircular)
	acl, err = change(d, acl, false, false, Grant{Grantor: bob, Privileges: Select})
	require.NoError(t, err)
	require.Equal(t, []string{`"own er"=arwdDxt/"own er"`, `alice=ar*/"own er"`, "bob=r*/alice", "=r/bob"}, items(acl))
	before := append(ACL{}, acl...)
	_, err = change(d, acl, true, false, Grant{Grantee: alice, Grantor: owner, Privileges: Select, Grantable: Select})
	require.ErrorIs(t, err, ErrDependent)
	left, err := change(d, acl, true, true, Grant{Grantee: alice, Grantor: owner, Privileges: Select, Grantable: Select})
	require.NoError(t, err)
	require.Equal(t, []string{`"own er"=arwdDxt/"own er"`, `alice=a/"own er"`}, items(left))
	require.Equal(t, before, acl, "what is published does not change")
	require.Equal(t, []string{`alice=ar*wdDxt/alice`, "bob=r*/alice", "=r/bob"}, items(acl.WithOwner(owner, alice))[:3])
	require.Equal(t, ACL{}, ACL{{Grantee: bob, Grantor: alice}}.Without(alice))
	require.Nil(t, ACL(nil).WithOwner(owner, alice))
}

func TestRights(t *testing.T) {
	d := withRoles(t)
	acl := ACL{{Grantee: alice, Grantor: owner, Privileges: Select}, {Grantee: bob, Grantor: owner, Privileges: Insert}, {Grantor: owner, Privileges: Truncate}}
	for role, want := range map[uint32]Privileges{alice: Select | Truncate, bob: Insert | Truncate, carol: Insert | Truncate, owner: Truncate, 99999: Truncate, SuperuserOID: ^Privileges(0)} {
		require.Equal(t, want, d.Rights(role).On(acl, owner), "role %d", role)
	}
	require.True(t, d.Rights(bob).Member(alice), "who does not inherit may still SET ROLE")
	require.False(t, d.Rights(bob).Has(alice))
	require.True(t, d.Rights(carol).Member(alice))
	require.True(t, d.Rights(carol).Admin(bob))
	require.False(t, d.Rights(carol).Admin(alice))
	require.Equal(t, ^Privileges(0), d.Rights(owner).Grantable(nil, owner))
	require.Equal(t, Usage, d.Rights(alice).OnSchema(d.Schemas[DefaultSchema]))
	require.Equal(t, Temporary|Connect, d.Rights(alice).OnDatabase())
}

func TestRolesSurviveJSON(t *testing.T) {
	d := withRoles(t)
	name := Name{DefaultSchema, "t"}
	d, err := d.Apply(1, []Op{
		{PutTable: &Table{OID: 16500, Name: name, Columns: []Column{{ID: 1, Name: "a"}, {ID: 2, Name: "b"}}}},
		{PutAccess: &Access{Relation: &name, Owner: owner, ACL: ACL{}, Columns: map[int32]ACL{2: {{Grantee: bob, Grantor: owner, Privileges: Select | Update, Grantable: Update}}}}},
		{PutAccess: &Access{Schema: DefaultSchema, Owner: alice}}, {PutAccess: &Access{Owner: bob, ACL: ACL{}}},
	})
	require.NoError(t, err)
	data, err := json.Marshal(d)
	require.NoError(t, err)
	require.Contains(t, string(data), `"privileges":"rw","grantable":"w"`)
	again := &Database{}
	require.NoError(t, json.Unmarshal(data, again))
	require.Equal(t, d, again)
	require.NotNil(t, again.Tables[name].ACL, "nothing granted is not the default")
	require.Nil(t, again.Tables[name].Columns[0].ACL)
	require.EqualValues(t, bob, again.Owner)

	// Written before there were roles.
	require.NoError(t, json.Unmarshal([]byte(`{"version":3,"schemas":{"public":{"oid":2200,"name":"public"},"s":{"oid":16384,"name":"s"}}}`), again))
	require.Equal(t, NewDatabase().Schemas[DefaultSchema], again.Schemas[DefaultSchema])
	require.True(t, again.RoleByOID(SuperuserOID).Superuser)
	require.Error(t, json.Unmarshal([]byte(`{"roles":{"x":null}}`), again))
	require.Error(t, json.Unmarshal([]byte(`{"acl":[{"privileges":"q"}]}`), again))
}
