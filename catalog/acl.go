package catalog

import (
	"fmt"
	"slices"
	"strings"
)

// Privileges is a set of privileges, as PostgreSQL's AclMode.
type Privileges uint16

// Privileges in the order in which PostgreSQL writes them.
const (
	Insert Privileges = 1 << iota
	Select
	Update
	Delete
	Truncate
	References
	Trigger
	Execute
	Usage
	Create
	Temporary
	Connect
)

// privilegeLetters are those of an aclitem, by bit (PostgreSQL documentation, 5.7 Privileges, table 5.1).
const privilegeLetters = "arwdDxtXUCTc"

// What ALL means for each kind of object.
const (
	AllOnTable    = Insert | Select | Update | Delete | Truncate | References | Trigger
	AllOnColumn   = Insert | Select | Update | References
	AllOnSequence = Usage | Select | Update
	AllOnSchema   = Usage | Create
	AllOnDatabase = Create | Temporary | Connect
)

var privilegeNames = [...]string{
	"INSERT", "SELECT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER", "EXECUTE", "USAGE", "CREATE", "TEMPORARY", "CONNECT",
}

// ParsePrivilege returns the privilege of a name in any case, TEMP among them, or 0.
func ParsePrivilege(name string) Privileges {
	name = strings.ToUpper(name)
	if name == "TEMP" {
		name = "TEMPORARY"
	}
	if i := slices.Index(privilegeNames[:], name); i >= 0 {
		return 1 << i
	}
	return 0
}

// Names lists the privileges as GRANT has them.
func (p Privileges) Names() []string {
	var out []string
	for i, name := range privilegeNames {
		if p&(1<<i) != 0 {
			out = append(out, name)
		}
	}
	return out
}

// MarshalText writes the letters of an aclitem: "arwd".
func (p Privileges) MarshalText() ([]byte, error) { return appendLetters(nil, p, 0), nil }

// UnmarshalText is the inverse of MarshalText.
func (p *Privileges) UnmarshalText(text []byte) error {
	*p = 0
	for _, c := range text {
		i := strings.IndexByte(privilegeLetters, c)
		if i < 0 {
			return fmt.Errorf("privilege %q is not known", c)
		}
		*p |= 1 << i
	}
	return nil
}

func appendLetters(out []byte, p, grantable Privileges) []byte {
	for i := range len(privilegeLetters) {
		if p&(1<<i) != 0 {
			out = append(out, privilegeLetters[i])
		}
		if grantable&(1<<i) != 0 {
			out = append(out, '*')
		}
	}
	return out
}

// Public is the Grantee of what everybody may do.
const Public uint32 = 0

// Grant is what one role gave another on one object: an aclitem.
type Grant struct {
	Grantee    uint32     `json:"grantee,omitempty"` // Public, or the OID of a role
	Grantor    uint32     `json:"grantor"`
	Privileges Privileges `json:"privileges"`
	Grantable  Privileges `json:"grantable,omitempty"` // WITH GRANT OPTION; part of Privileges
}

// ACL is what has been granted on an object, in the order in which PostgreSQL keeps it. nil is the default of the kind of object; an empty
// list says that nobody may do anything, the owner included.
type ACL []Grant

// DefaultACL is what a nil ACL of an object with this owner means. all is what the owner may do, everybody what PUBLIC may.
func DefaultACL(owner uint32, all, everybody Privileges) ACL {
	var out ACL
	if everybody != 0 {
		out = append(out, Grant{Grantee: Public, Grantor: owner, Privileges: everybody})
	}
	if all != 0 {
		out = append(out, Grant{Grantee: owner, Grantor: owner, Privileges: all})
	}
	return out
}

// Items writes an ACL as PostgreSQL's aclitem[] has it: {miniodb=arwdDxt/miniodb,=r/miniodb}. name is the name of a role; nil stays nil, which is NULL in pg_class.relacl.
func (a ACL) Items(name func(oid uint32) string) []string {
	if a == nil {
		return nil
	}
	out := make([]string, 0, len(a))
	for _, g := range a {
		grantee := ""
		if g.Grantee != Public {
			grantee = aclName(name(g.Grantee))
		}
		out = append(out, grantee+"="+string(appendLetters(nil, g.Privileges, g.Grantable))+"/"+aclName(name(g.Grantor)))
	}
	return out
}

// aclName quotes a role's name where an aclitem needs it (putid in PostgreSQL's acl.c).
func aclName(name string) string {
	for _, c := range []byte(name) {
		if !(c == '_' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z') {
			return `"` + strings.ReplaceAll(name, `"`, `""`) + `"`
		}
	}
	return name
}
