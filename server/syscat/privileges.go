package syscat

import (
	"strconv"
	"strings"

	"github.com/jackc/pgerrcode"

	"github.com/miniodb/miniodb/catalog"
	"github.com/miniodb/miniodb/internal/pgcatalog"
	"github.com/miniodb/miniodb/internal/pgerr"
)

// wanted is one privilege of the list that a has_..._privilege function is given.
type wanted struct {
	privilege catalog.Privileges
	grant     bool // WITH GRANT OPTION
}

// parseWanted reads "SELECT, INSERT WITH GRANT OPTION"; 22023 for a privilege that this kind of object does not have.
func parseWanted(s string, all catalog.Privileges) ([]wanted, error) {
	var out []wanted
	for word := range strings.SplitSeq(s, ",") {
		name, grant := strings.CutSuffix(strings.ToUpper(strings.TrimSpace(word)), " WITH GRANT OPTION")
		p := catalog.ParsePrivilege(strings.TrimSpace(name))
		if p == 0 || p&all == 0 {
			return nil, pgerr.New(pgerrcode.InvalidParameterValue, "unrecognized privilege type: \"%s\"", strings.TrimSpace(word))
		}
		out = append(out, wanted{p, grant})
	}
	return out, nil
}

// role finds whom a function asks about: a name, an OID, or "public".
func (v *Viewer) role(s string) (*catalog.Rights, error) {
	if n, err := strconv.ParseUint(s, 10, 32); err == nil {
		return v.db.Rights(uint32(n)), nil
	}
	if s == "public" {
		return v.db.Rights(catalog.Public), nil
	}
	r := v.db.Roles[s]
	if r == nil {
		return nil, pgerr.New(pgerrcode.UndefinedObject, "role %q does not exist", s)
	}
	return v.db.Rights(r.OID), nil
}

// may reports whether any of the wanted privileges is there.
func may(list []wanted, have, grantable catalog.Privileges) bool {
	for _, w := range list {
		if have&w.privilege != 0 && (!w.grant || grantable&w.privilege != 0) {
			return true
		}
	}
	return false
}

// privilege makes has_..._privilege of a kind of object; operands is how many arguments there are beside the role.
func privilege(all catalog.Privileges, operands int, ask func(v *Viewer, r *catalog.Rights, object []string, list []wanted) (*string, error)) *call {
	return &call{strict: true, answer: func(v *Viewer, args []*string) (*string, error) {
		rights := v.Rights
		if len(args) > operands {
			var err error
			if rights, err = v.role(*args[0]); err != nil {
				return nil, err
			}
			args = args[1:]
		}
		list, err := parseWanted(*args[operands-1], all)
		if err != nil {
			return nil, err
		}
		object := make([]string, operands-1)
		for i := range object {
			object[i] = *args[i]
		}
		return ask(v, rights, object, list)
	}}
}

// aclOfObject is what has been granted on a relation, and its owner.
func aclOfObject(o *Object) (catalog.ACL, uint32) {
	switch {
	case o.Table != nil:
		return o.Table.EffectiveACL(), o.Table.Owner
	case o.View != nil:
		return o.View.EffectiveACL(), o.View.Owner
	case o.Sequence != nil:
		return o.Sequence.EffectiveACL(), o.Sequence.Owner
	}
	return catalog.ACL{{Grantee: catalog.Public, Grantor: catalog.SuperuserOID, Privileges: catalog.Select}}, 0
}

// relationArg finds the relation that a function is asked about; ok is false for an OID that nothing has.
func (v *Viewer) relationArg(s string) (o *Object, system, ok bool, err error) {
	oid := oidArg(&s)
	if _, err := strconv.ParseUint(s, 10, 32); err != nil {
		n, err := parseName(s)
		if err != nil {
			return nil, false, false, err
		}
		if v.noSchema(n.Schema) {
			return nil, false, false, pgerr.New(pgerrcode.InvalidSchemaName, "schema %q does not exist", n.Schema)
		}
		if oid = v.lookup(n); oid == 0 {
			return nil, false, false, noRelation(n)
		}
	}
	if o := v.byOID[oid]; o != nil {
		return o, false, true, nil
	}
	return nil, true, pgcatalog.ClassByOID(oid) != nil, nil
}

func (v *Viewer) onRelation(r *catalog.Rights, o *Object, system bool) (have, grantable catalog.Privileges) {
	if system {
		if r.Superuser() {
			return ^catalog.Privileges(0), ^catalog.Privileges(0)
		}
		return catalog.Select, 0
	}
	acl, owner := aclOfObject(o)
	return r.OnRelation(acl, owner), r.Grantable(acl, owner)
}

func tablePrivilege(v *Viewer, r *catalog.Rights, object []string, list []wanted) (*string, error) {
	o, system, ok, err := v.relationArg(object[0])
	if err != nil || !ok {
		return nil, err
	}
	have, grantable := v.onRelation(r, o, system)
	return boolean(may(list, have, grantable))
}

func anyColumnPrivilege(v *Viewer, r *catalog.Rights, object []string, list []wanted) (*string, error) {
	o, system, ok, err := v.relationArg(object[0])
	if err != nil || !ok {
		return nil, err
	}
	have, grantable := v.onRelation(r, o, system)
	if !system && o.Table != nil {
		for i := range o.Columns {
			have |= r.On(o.Columns[i].ACL, o.Owner)
			grantable |= r.Grantable(o.Columns[i].ACL, o.Owner)
		}
	}
	return boolean(may(list, have, grantable))
}

func columnPrivilege(v *Viewer, r *catalog.Rights, object []string, list []wanted) (*string, error) {
	o, system, ok, err := v.relationArg(object[0])
	if err != nil || !ok {
		return nil, err
	}
	have, grantable := v.onRelation(r, o, system)
	if system || o.System != nil {
		return boolean(may(list, have, grantable))
	}
	at := -1
	if n, err := strconv.Atoi(object[1]); err == nil {
		at = n - 1
	} else {
		for i := range o.Columns {
			if o.Columns[i].Name == object[1] {
				at = i
			}
		}
		if at < 0 {
			return nil, pgerr.New(pgerrcode.UndefinedColumn, "column %q of relation %q does not exist", object[1], o.Name.Name)
		}
	}
	if at < 0 || at >= len(o.Columns) {
		return nil, nil
	}
	return boolean(may(list, have|r.On(o.Columns[at].ACL, o.Owner), grantable|r.Grantable(o.Columns[at].ACL, o.Owner)))
}

func schemaPrivilege(v *Viewer, r *catalog.Rights, object []string, list []wanted) (*string, error) {
	name := object[0]
	if oid, err := strconv.ParseUint(name, 10, 32); err == nil {
		var ok bool
		if name, ok = v.schemas[uint32(oid)]; !ok {
			return nil, nil
		}
	}
	if v.schemaOf[name] == 0 {
		return nil, pgerr.New(pgerrcode.InvalidSchemaName, "schema %q does not exist", name)
	}
	if s := v.db.Schemas[name]; s != nil {
		return boolean(may(list, r.OnSchema(s), r.Grantable(s.EffectiveACL(), s.Owner)))
	}
	have := catalog.Usage
	if r.Superuser() {
		have = ^catalog.Privileges(0)
	}
	return boolean(may(list, have, have))
}

func databasePrivilege(v *Viewer, r *catalog.Rights, object []string, list []wanted) (*string, error) {
	if oid, err := strconv.ParseUint(object[0], 10, 32); err == nil {
		if uint32(oid) != DatabaseOID {
			return nil, nil
		}
	} else if object[0] != catalog.DatabaseName {
		return nil, pgerr.New(pgerrcode.InvalidCatalogName, "database %q does not exist", object[0])
	}
	return boolean(may(list, r.OnDatabase(), r.Grantable(v.db.EffectiveACL(), v.db.Owner)))
}

// everybody makes has_..._privilege of objects that all may use: built-in functions, types, languages.
func everybody(kind string, all catalog.Privileges) *call {
	return privilege(all, 2, func(v *Viewer, r *catalog.Rights, object []string, list []wanted) (*string, error) {
		if _, err := strconv.ParseUint(object[0], 10, 32); err != nil && kind != "" {
			k := regKinds[kind]
			oid, err := k.find(v, object[0])
			if err != nil {
				return nil, err
			}
			if oid == 0 {
				return nil, k.missing(object[0])
			}
		}
		return boolean(may(list, ^catalog.Privileges(0), 0) || r.Superuser())
	})
}

// hasRole is pg_has_role.
func hasRole(v *Viewer, args []*string) (*string, error) {
	rights := v.Rights
	if len(args) > 2 {
		var err error
		if rights, err = v.role(*args[0]); err != nil {
			return nil, err
		}
		args = args[1:]
	}
	role, err := v.role(*args[0])
	if err != nil {
		return nil, err
	}
	for word := range strings.SplitSeq(*args[1], ",") {
		switch strings.ToUpper(strings.TrimSpace(word)) {
		case "USAGE":
			if rights.Has(role.Role()) {
				return boolean(true)
			}
		case "MEMBER":
			if rights.Member(role.Role()) {
				return boolean(true)
			}
		case "USAGE WITH GRANT OPTION", "USAGE WITH ADMIN OPTION", "MEMBER WITH GRANT OPTION", "MEMBER WITH ADMIN OPTION":
			if rights.Admin(role.Role()) {
				return boolean(true)
			}
		default:
			return nil, pgerr.New(pgerrcode.InvalidParameterValue, "unrecognized privilege type: \"%s\"", strings.TrimSpace(word))
		}
	}
	return boolean(false)
}
