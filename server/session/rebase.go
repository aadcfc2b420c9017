package session

import (
	"cmp"
	"reflect"

	"github.com/jackc/pgerrcode"

	"github.com/miniodb/miniodb/catalog"
	"github.com/miniodb/miniodb/internal/pgerr"
	"github.com/miniodb/miniodb/internal/sqltype"
)

// renumber gives an object that an operation puts its own copy and its OID.
func renumber(op *catalog.Op, oid func(uint32) uint32) {
	switch {
	case op.PutTable != nil:
		c := *op.PutTable
		c.OID, op.PutTable = oid(c.OID), &c
	case op.PutView != nil:
		c := *op.PutView
		c.OID, op.PutView = oid(c.OID), &c
	case op.PutSequence != nil:
		c := *op.PutSequence
		c.OID, op.PutSequence = oid(c.OID), &c
	case op.PutFunction != nil:
		c := *op.PutFunction
		c.OID, op.PutFunction = oid(c.OID), &c
	case op.PutType != nil:
		c := *op.PutType
		c.OID, c.Labels, op.PutType = oid(c.OID), append([]catalog.Label{}, c.Labels...), &c
		for i := range c.Labels {
			c.Labels[i].OID = oid(c.Labels[i].OID)
		}
	case op.PutSchema != nil:
		c := *op.PutSchema
		c.OID, op.PutSchema = oid(c.OID), &c
	}
}

// renumberEnum is the type of an enum, or of an array of one, that may have got another OID.
func renumberEnum(t sqltype.Type, oid func(uint32) uint32) sqltype.Type {
	elem, array := t.Elem()
	if !array {
		elem = t
	}
	id := elem.EnumObject()
	if id == 0 {
		return t
	}
	if elem, _ = sqltype.EnumOf(oid(id)); array {
		elem, _ = elem.Array()
	}
	return elem
}

// rebaseRoles gives the roles that an operation makes, or speaks of, the OIDs that they get. What the transaction keeps is not changed.
func rebaseRoles(op *catalog.Op, oid func(uint32) uint32) {
	list := func(acl catalog.ACL) catalog.ACL {
		if acl == nil {
			return nil
		}
		out := append(catalog.ACL{}, acl...)
		for i := range out {
			out[i].Grantee, out[i].Grantor = oid(out[i].Grantee), oid(out[i].Grantor)
		}
		return out
	}
	columns := func(old []catalog.Column) []catalog.Column {
		out := append([]catalog.Column{}, old...)
		for i := range out {
			out[i].ACL, out[i].Type = list(out[i].ACL), renumberEnum(out[i].Type, oid)
		}
		return out
	}
	switch {
	case op.PutDefaults != nil:
		d := &catalog.Defaults{}
		for _, o := range op.PutDefaults.Settings {
			d = d.WithSettings(oid(o.Role), o.Database, o.Values)
		}
		for _, p := range op.PutDefaults.Privileges {
			p.Role, p.Schema, p.ACL = oid(p.Role), oid(p.Schema), list(p.ACL)
			d = d.WithACL(p)
		}
		op.PutDefaults = d
	case op.Rename != nil:
		n := *op.Rename
		for _, inner := range []*catalog.Op{{PutTable: n.Table}, {PutView: n.View}, {PutSequence: n.Sequence}} {
			renumber(inner, oid)
			rebaseRoles(inner, oid)
			n.Table, n.View, n.Sequence = cmp.Or(inner.PutTable, n.Table), cmp.Or(inner.PutView, n.View), cmp.Or(inner.PutSequence, n.Sequence)
		}
		op.Rename = &n
	case op.PutRole != nil:
		r := *op.PutRole
		r.OID, r.MemberOf = oid(r.OID), append([]catalog.Membership{}, r.MemberOf...)
		for i := range r.MemberOf {
			r.MemberOf[i].Role, r.MemberOf[i].Grantor = oid(r.MemberOf[i].Role), oid(r.MemberOf[i].Grantor)
		}
		op.PutRole = &r
	case op.PutAccess != nil:
		a := *op.PutAccess
		a.Owner, a.ACL = oid(a.Owner), list(a.ACL)
		if a.Columns != nil {
			a.Columns = map[int32]catalog.ACL{}
			for id, acl := range op.PutAccess.Columns {
				a.Columns[id] = list(acl)
			}
		}
		op.PutAccess = &a
	case op.PutTable != nil: // a copy already, as are the others
		op.PutTable.Owner, op.PutTable.ACL, op.PutTable.Columns = oid(op.PutTable.Owner), list(op.PutTable.ACL), columns(op.PutTable.Columns)
	case op.PutView != nil:
		op.PutView.Owner, op.PutView.ACL, op.PutView.Columns = oid(op.PutView.Owner), list(op.PutView.ACL), columns(op.PutView.Columns)
	case op.PutSequence != nil:
		op.PutSequence.Owner, op.PutSequence.ACL = oid(op.PutSequence.Owner), list(op.PutSequence.ACL)
	case op.PutFunction != nil:
		op.PutFunction.Owner = oid(op.PutFunction.Owner)
	case op.PutType != nil:
		op.PutType.Owner = oid(op.PutType.Owner)
	case op.PutSchema != nil:
		op.PutSchema.Owner, op.PutSchema.ACL = oid(op.PutSchema.Owner), list(op.PutSchema.ACL)
	}
}

// rolesChanged reports whether the role, or the privileges, that an operation replaces are not what they were.
func rolesChanged(op catalog.Op, base, current *catalog.Database) (string, bool) {
	name := op.DropRole
	if op.PutRole != nil {
		name = op.PutRole.Name
	}
	if name != "" {
		return name, base.Roles[name] != current.Roles[name]
	}
	a, b := accessIn(base, op.PutAccess), accessIn(current, op.PutAccess)
	switch {
	case a == nil && b == nil: // made by this transaction
		return "", false
	case a == nil || b == nil:
		return "", true
	}
	return a.name, !reflect.DeepEqual(a.access, b.access)
}

// accessIn finds what an operation changes the privileges of; nil if it is not there.
func accessIn(db *catalog.Database, a *catalog.Access) *securable {
	switch {
	case a.Relation != nil && db.Exists(*a.Relation):
		return relationSecurable(db, *a.Relation)
	case a.Relation == nil && a.Schema == "":
		return databaseSecurable(db)
	case a.Relation == nil && db.Schemas[a.Schema] != nil:
		return schemaSecurable(db.Schemas[a.Schema])
	}
	return nil
}

// checkRoles makes sure that no object is left with a role that is gone: another transaction may have dropped a role that this one gives something to, or
// have given something to one that this one drops.
func checkRoles(current *catalog.Database, ops []catalog.Op) error {
	touched := false
	for i := range ops {
		touched = touched || ops[i].PutAccess != nil || ops[i].DropRole != "" || isPut(ops[i])
	}
	if !touched {
		return nil
	}
	next, err := current.Apply(current.Version, ops)
	if err != nil {
		return err
	}
	known := map[uint32]bool{catalog.Public: true}
	for _, r := range next.Roles {
		known[r.OID] = true
	}
	missing := func(acl catalog.ACL) bool {
		for _, g := range acl {
			if !known[g.Grantee] || !known[g.Grantor] {
				return true
			}
		}
		return false
	}
	for _, f := range next.Functions {
		if !known[catalog.OwnerOID(f.Owner)] {
			return pgerr.New(pgerrcode.SerializationFailure, "the owner of function %q was dropped by another transaction", f.Name.Name).WithHint("Run the transaction again.")
		}
	}
	for _, t := range next.Types {
		if !known[catalog.OwnerOID(t.Owner)] {
			return pgerr.New(pgerrcode.SerializationFailure, "the owner of type %q was dropped by another transaction", t.Name.Name).WithHint("Run the transaction again.")
		}
	}
	for _, o := range securables(next) {
		lost := !known[catalog.OwnerOID(o.access.Owner)] || missing(o.access.ACL)
		for _, acl := range o.access.Columns {
			lost = lost || missing(acl)
		}
		if lost {
			return pgerr.New(pgerrcode.SerializationFailure, "a role that %q depends on was dropped by another transaction", o.name).WithHint("Run the transaction again.")
		}
	}
	return nil
}
