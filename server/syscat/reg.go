package syscat

import (
	"strconv"
	"strings"

	"github.com/jackc/pgerrcode"

	"github.com/miniodb/miniodb/catalog"
	"github.com/miniodb/miniodb/internal/pgcatalog"
	"github.com/miniodb/miniodb/internal/pgerr"
	"github.com/miniodb/miniodb/sql"
)

// regKind is one of the types whose values are OIDs of objects: how a name becomes an OID and back.
type regKind struct {
	find func(v *Viewer, s string) (uint32, error) // 0: not there, and missing is the error
	// missing is the error for a name that nothing has.
	missing func(s string) error
	name    func(v *Viewer, oid uint32) (string, bool)
}

func missing(code, what string) func(string) error {
	return func(s string) error { return pgerr.New(code, what+" %q does not exist", s) }
}

var regKinds = map[string]regKind{
	"regclass": {
		find: func(v *Viewer, s string) (uint32, error) {
			n, err := parseName(s)
			if err != nil {
				return 0, err
			}
			if v.noSchema(n.Schema) {
				return 0, pgerr.New(pgerrcode.InvalidSchemaName, "schema %q does not exist", n.Schema)
			}
			return v.lookup(n), nil
		},
		missing: func(s string) error {
			n, _ := sql.ParseName(s)
			return noRelation(n)
		},
		name: (*Viewer).shortClass,
	},
	"regtype": {find: (*Viewer).findType, missing: missing(pgerrcode.UndefinedObject, "type"), name: func(v *Viewer, oid uint32) (string, bool) {
		if s := v.FormatType(oid, -1, false, v.inPath); s != "???" {
			return s, true
		}
		return "", false
	}},
	"regnamespace": {find: func(v *Viewer, s string) (uint32, error) {
		n, err := parseName(s)
		if err != nil || n.Schema != "" {
			return 0, pgerr.New(pgerrcode.InvalidName, "invalid name syntax")
		}
		return v.schemaOf[n.Name], nil
	}, missing: missing(pgerrcode.InvalidSchemaName, "schema"), name: func(v *Viewer, oid uint32) (string, bool) {
		s, ok := v.schemas[oid]
		return sql.QuoteIdent(s), ok
	}},
	"regrole": {find: func(v *Viewer, s string) (uint32, error) {
		n, err := parseName(s)
		if err != nil || n.Schema != "" {
			return 0, pgerr.New(pgerrcode.InvalidName, "invalid name syntax")
		}
		if r := v.db.Roles[n.Name]; r != nil {
			return r.OID, nil
		}
		return 0, nil
	}, missing: missing(pgerrcode.UndefinedObject, "role"), name: func(v *Viewer, oid uint32) (string, bool) {
		if r := v.db.RoleByOID(oid); r != nil {
			return sql.QuoteIdent(r.Name), true
		}
		return "", false
	}},
	"regproc":       {find: (*Viewer).findFunction, missing: missing(pgerrcode.UndefinedFunction, "function"), name: (*Viewer).functionName},
	"regprocedure":  {find: (*Viewer).findProcedure, missing: missing(pgerrcode.UndefinedFunction, "function"), name: (*Viewer).procedureName},
	"regoper":       operatorKind(false),
	"regoperator":   operatorKind(true),
	"regcollation":  namedKind("pg_collation", "collname", "collnamespace", "collation", " for encoding \"UTF8\""),
	"regconfig":     namedKind("pg_ts_config", "cfgname", "cfgnamespace", "text search configuration", ""),
	"regdictionary": namedKind("pg_ts_dict", "dictname", "dictnamespace", "text search dictionary", ""),
}

// namedKind is the kind of objects that all databases have alike and that are known by their name alone.
func namedKind(relation, name, namespace, what, suffix string) regKind {
	return regKind{
		find: func(_ *Viewer, s string) (uint32, error) {
			n, err := parseName(s)
			if err != nil {
				return 0, err
			}
			for oid, o := range pgcatalog.Objects(relation, name, namespace) {
				if o.Name == n.Name {
					return oid, nil
				}
			}
			return 0, nil
		},
		missing: func(s string) error {
			return pgerr.New(pgerrcode.UndefinedObject, what+" %q"+suffix+" does not exist", s)
		},
		name: func(_ *Viewer, oid uint32) (string, bool) {
			if o := pgcatalog.Objects(relation, name, namespace)[oid]; o != nil {
				return sql.QuoteIdent(o.Name), true
			}
			return "", false
		},
	}
}

// operatorKind is regoper, the name alone, or regoperator, name(left, right).
func operatorKind(signature bool) regKind {
	return regKind{
		find: func(v *Viewer, s string) (uint32, error) {
			name, types := s, []uint32(nil)
			if open := strings.IndexByte(s, '('); signature {
				if open < 0 || !strings.HasSuffix(s, ")") {
					return 0, pgerr.New(pgerrcode.InvalidTextRepresentation, "expected a left parenthesis")
				}
				name = s[:open]
				for word := range strings.SplitSeq(strings.TrimSuffix(s[open+1:], ")"), ",") {
					if word = strings.TrimSpace(word); strings.EqualFold(word, "none") {
						types = append(types, 0)
						continue
					}
					oid, err := v.findType(word)
					if err != nil {
						return 0, err
					}
					types = append(types, oid)
				}
			}
			name = strings.TrimPrefix(strings.TrimSpace(name), pgcatalog.Schema+".")
			found := uint32(0)
			for oid, o := range pgcatalog.Operators() {
				switch {
				case o.Name != name || signature && (len(types) != 2 || o.Left != types[0] || o.Right != types[1]):
				case found != 0:
					return 0, pgerr.New(pgerrcode.AmbiguousFunction, "more than one operator named %s", s)
				default:
					found = oid
				}
			}
			return found, nil
		},
		missing: func(s string) error {
			return pgerr.New(pgerrcode.UndefinedFunction, "operator does not exist: %s", s)
		},
		name: func(v *Viewer, oid uint32) (string, bool) {
			o := pgcatalog.Operators()[oid]
			if o == nil {
				return "", false
			}
			if !signature {
				return o.Name, true
			}
			left := "NONE"
			if o.Left != 0 {
				left = v.FormatType(o.Left, -1, false, v.inPath)
			}
			return o.Name + "(" + left + "," + v.FormatType(o.Right, -1, false, v.inPath) + ")", true
		},
	}
}

// regIn reads a value: a number, "-" for none, or a name. lenient gives NULL for a name that nothing has.
func regIn(kind string, lenient bool) *call {
	k := regKinds[kind]
	return &call{strict: true, answer: func(v *Viewer, args []*string) (*string, error) {
		s := *args[0]
		if s == "-" && !lenient {
			return text("0")
		}
		if n, err := strconv.ParseUint(s, 10, 32); err == nil {
			return text(strconv.FormatUint(n, 10))
		}
		oid, err := k.find(v, s)
		if err != nil {
			if lenient && pgerr.Code(err) != pgerrcode.InvalidName && pgerr.Code(err) != pgerrcode.SyntaxError {
				return nil, nil
			}
			return nil, err
		}
		if oid == 0 {
			if lenient {
				return nil, nil
			}
			return nil, k.missing(s)
		}
		return text(itoa(oid))
	}}
}

// regOut prints a value: the name, or the number of what is not there.
func regOut(kind string) *call {
	k := regKinds[kind]
	return &call{strict: true, answer: func(v *Viewer, args []*string) (*string, error) {
		oid := oidArg(args[0])
		if oid == 0 {
			return text("-")
		}
		if name, ok := k.name(v, oid); ok {
			return &name, nil
		}
		return args[0], nil
	}}
}

// findType looks a type up by its name.
func (v *Viewer) findType(s string) (uint32, error) {
	t, err := sql.ParseTypeText(s)
	if err != nil {
		return 0, err
	}
	if t.Schema != "" && v.schemaOf[t.Schema] == 0 {
		return 0, pgerr.New(pgerrcode.InvalidSchemaName, "schema %q does not exist", t.Schema)
	}
	path := v.Path
	if t.Schema != "" {
		path = []string{t.Schema}
	}
	for _, schema := range path {
		if schema == pgcatalog.Schema {
			if b := pgcatalog.TypeByName(t.Name); b != nil {
				if t.Array {
					return b.Array, nil
				}
				return b.OID, nil
			}
		}
		o := v.byName[catalog.Name{Schema: schema, Name: t.Name}]
		if e := v.enums[catalog.Name{Schema: schema, Name: t.Name}]; e != nil {
			o = e
		}
		if o == nil && strings.HasPrefix(t.Name, "_") && v.enums[catalog.Name{Schema: schema, Name: t.Name[1:]}] != nil {
			return v.enums[catalog.Name{Schema: schema, Name: t.Name[1:]}].RowType + 1, nil
		}
		if o == nil && strings.HasPrefix(t.Name, "_") {
			if o = v.byName[catalog.Name{Schema: schema, Name: t.Name[1:]}]; o != nil && o.RowType != 0 {
				return o.RowType + 1, nil
			}
		}
		if o != nil && o.RowType != 0 {
			if t.Array {
				return o.RowType + 1, nil
			}
			return o.RowType, nil
		}
	}
	return 0, nil
}
