package syscat

import (
	"encoding/json"
	"strings"

	"github.com/miniodb/miniodb/catalog"
	"github.com/miniodb/miniodb/internal/pgcatalog"
)

// recordCalls return rows, as JSON objects by the names of their columns, or arrays, as JSON lists.
var recordCalls = map[string]*call{
	"aclexplode": strict(aclExplode), "acldefault": strict(aclDefault), "pg_get_keywords": strict(keywords), "pg_partition_tree": constant(&noRows),
	"pg_get_publication_tables": constant(&noRows),
	"ts_token_type": strict(func(*Viewer, []*string) (*string, error) {
		out := []map[string]any{}
		for _, t := range pgcatalog.TokenTypes() {
			out = append(out, map[string]any{"tokid": t[0], "alias": t[1], "description": t[2]})
		}
		return asJSON(out)
	}),
}

var noRows = "[]"

func asJSON(v any) (*string, error) {
	data, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	return text(string(data))
}

// aclExplode takes the items of an aclitem[] apart; they come in the array's text form.
func aclExplode(v *Viewer, args []*string) (*string, error) {
	out := []map[string]any{}
	for _, item := range arrayItems(*args[0]) {
		grantee, rest, ok := splitItem(item)
		if !ok {
			continue
		}
		letters, grantor, _ := strings.Cut(rest, "/")
		var privileges, grantable catalog.Privileges
		for i := 0; i < len(letters); i++ {
			var p catalog.Privileges
			if p.UnmarshalText([]byte(letters[i:i+1])) != nil {
				continue
			}
			privileges |= p
			if i+1 < len(letters) && letters[i+1] == '*' {
				grantable |= p
				i++
			}
		}
		for _, name := range privileges.Names() {
			p := catalog.ParsePrivilege(name)
			out = append(out, map[string]any{"grantor": v.roleNamed(grantor), "grantee": v.roleNamed(grantee), "privilege_type": name, "is_grantable": grantable&p != 0})
		}
	}
	return asJSON(out)
}

// roleNamed is the OID of a role as an aclitem has it; "" is PUBLIC.
func (v *Viewer) roleNamed(name string) uint32 {
	name = strings.Trim(name, `"`)
	if r := v.db.Roles[name]; r != nil {
		return r.OID
	}
	return catalog.Public
}

// splitItem cuts "name=rest" at the first equals sign outside of quotes.
func splitItem(item string) (name, rest string, ok bool) {
	quoted := false
	for i := range len(item) {
		switch item[i] {
		case '"':
			quoted = !quoted
		case '=':
			if !quoted {
				return strings.ReplaceAll(item[:i], `""`, `"`), item[i+1:], true
			}
		}
	}
	return "", "", false
}

// arrayItems reads a one-dimensional array of text.
func arrayItems(s string) []string {
	s = strings.TrimSuffix(strings.TrimPrefix(s, "{"), "}")
	var out []string
	var b strings.Builder
	quoted, any := false, s != ""
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '\\' && i+1 < len(s):
			i++
			b.WriteByte(s[i])
		case c == '"':
			quoted = !quoted
		case c == ',' && !quoted:
			out = append(out, b.String())
			b.Reset()
		default:
			b.WriteByte(c)
		}
	}
	if any {
		out = append(out, b.String())
	}
	return out
}

// aclDefault is the ACL that objects of a kind have as long as none is set (PostgreSQL: acldefault).
func aclDefault(v *Viewer, args []*string) (*string, error) {
	owner := oidArg(args[1])
	var all, everybody catalog.Privileges
	switch *args[0] {
	case "r":
		all = catalog.AllOnTable
	case "s":
		all = catalog.AllOnSequence
	case "n":
		all = catalog.AllOnSchema
	case "d":
		all, everybody = catalog.AllOnDatabase, catalog.Temporary|catalog.Connect
	case "f":
		all, everybody = catalog.Execute, catalog.Execute
	case "l", "T":
		all, everybody = catalog.Usage, catalog.Usage
	case "F", "S":
		all = catalog.Usage
	case "t":
		all = catalog.Create
	case "c":
		return text(noRows)
	default:
		return nil, nil
	}
	return asJSON(catalog.DefaultACL(owner, all, everybody).Items(v.roleName))
}

// keywords is pg_get_keywords.
func keywords(*Viewer, []*string) (*string, error) {
	out := []map[string]any{}
	for _, k := range pgcatalog.Keywords() {
		bare := "can be bare label"
		if !k.Bare {
			bare = "requires AS"
		}
		out = append(out, map[string]any{"word": k.Word, "catcode": k.Kind, "barelabel": k.Bare, "catdesc": keywordKinds[k.Kind], "baredesc": bare})
	}
	return asJSON(out)
}

var keywordKinds = map[string]string{"U": "unreserved", "C": "unreserved (cannot be function or type name)", "T": "reserved (can be function or type name)", "R": "reserved"}
