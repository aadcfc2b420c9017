package syscat

import (
	"slices"
	"strconv"
	"strings"

	"github.com/jackc/pgerrcode"

	"github.com/miniodb/miniodb/catalog"
	"github.com/miniodb/miniodb/internal/pgcatalog"
	"github.com/miniodb/miniodb/internal/pgerr"
	"github.com/miniodb/miniodb/sql"
)

// Viewer answers the functions of the catalogs for one session at one moment. It is immutable and may be asked by several goroutines at a time.
type Viewer struct {
	*Image
	Path   []string // schemas in the order in which names are looked for, pg_catalog among them
	Temp   string   // the schema of the session's temporary objects, which need not be there; "": none
	Rights *catalog.Rights
	// Setting returns the value of a run-time parameter as SHOW prints it.
	Setting func(name string) (string, bool)
	// Size returns the bytes of a table's data; ok is false when they are not known.
	Size func(t *catalog.Table) (bytes int64, ok bool)
	// LastNumber returns the last number that was taken from a sequence.
	LastNumber func(s *catalog.Sequence) int64
}

// Call answers a function. Unknown functions are XX000: the rewriter calls only what is here.
func (v *Viewer) Call(function string, args []*string) (*string, error) {
	f, ok := calls[function]
	if !ok {
		return nil, pgerr.New(pgerrcode.InternalError, "function %s is not answered", function)
	}
	if f.strict {
		for _, a := range args {
			if a == nil {
				return nil, nil
			}
		}
	}
	return f.answer(v, args)
}

// Known reports whether Call answers a function.
func Known(function string) bool { return calls[function] != nil }

// call is a function: strict ones are NULL when an argument is.
type call struct {
	strict bool
	answer func(v *Viewer, args []*string) (*string, error)
}

func text(s string) (*string, error) { return &s, nil }

func boolean(b bool) (*string, error) {
	if b {
		return text("true")
	}
	return text("false")
}

// oidArg reads an argument of type oid.
func oidArg(s *string) uint32 {
	n, err := strconv.ParseUint(*s, 10, 32)
	if err != nil {
		return 0
	}
	return uint32(n)
}

func intArg(s *string) int {
	n, err := strconv.Atoi(*s)
	if err != nil {
		return 0
	}
	return n
}

// visible reports whether names in a schema need no schema before them, other objects of the same name aside.
func (v *Viewer) inPath(schema string) bool { return slices.Contains(v.Path, schema) }

// class is a relation, the server's own or PostgreSQL's.
func (v *Viewer) class(oid uint32) (name catalog.Name, kind byte, ok bool) {
	if o := v.byOID[oid]; o != nil {
		return o.Name, o.Kind, true
	}
	if c := pgcatalog.ClassByOID(oid); c != nil {
		return catalog.Name{Schema: v.schemas[c.Namespace], Name: c.Name}, c.Kind, true
	}
	return catalog.Name{}, 0, false
}

// findClass looks a relation up by its full name.
func (v *Viewer) findClass(n catalog.Name) uint32 {
	if o := v.byName[n]; o != nil {
		return o.OID
	}
	if n.Schema == pgcatalog.Schema {
		if c := pgcatalog.ClassByName(n.Name); c != nil {
			return c.OID
		}
	}
	if n.Schema == pgcatalog.InformationSchema {
		return informationRelation(n.Name)
	}
	return 0
}

func informationRelation(name string) uint32 {
	all, err := pgcatalog.Relations()
	if err != nil {
		return 0
	}
	for _, r := range all {
		if r.Schema == pgcatalog.InformationSchema && r.Name == name {
			return r.OID
		}
	}
	return 0
}

// noSchema reports a schema that was named and is not there. That of temporary objects counts as there before it is.
func (v *Viewer) noSchema(name string) bool {
	return name != "" && name != sql.TempAlias && v.schemaOf[name] == 0
}

// lookup finds a relation along the path.
func (v *Viewer) lookup(n catalog.Name) uint32 {
	if n.Schema == sql.TempAlias {
		n.Schema = v.Temp
	}
	if n.Schema != "" {
		return v.findClass(n)
	}
	for _, schema := range v.Path {
		if oid := v.findClass(catalog.Name{Schema: schema, Name: n.Name}); oid != 0 {
			return oid
		}
	}
	return 0
}

// shortClass names a relation as regclass prints it: with its schema only if the path does not lead to it.
func (v *Viewer) shortClass(oid uint32) (string, bool) {
	n, _, ok := v.class(oid)
	if !ok {
		return "", false
	}
	if v.lookup(catalog.Name{Name: n.Name}) == oid {
		return sql.QuoteIdent(n.Name), true
	}
	return sql.QuoteIdent(n.Schema) + "." + sql.QuoteIdent(n.Name), true
}

// parseName reads a name with an optional schema. Errors are 42602 and 0A000, as those of PostgreSQL's textToQualifiedNameList.
func parseName(s string) (catalog.Name, error) {
	n, ok := sql.ParseName(s)
	if !ok {
		if strings.Count(s, ".") > 1 {
			return n, pgerr.New(pgerrcode.FeatureNotSupported, "cross-database references are not implemented: %q", s)
		}
		return n, pgerr.New(pgerrcode.InvalidName, "invalid name syntax")
	}
	return n, nil
}

// table finds a relation that must be there, for functions that take its name.
func (v *Viewer) table(s string) (*Object, error) {
	n, err := parseName(s)
	if err != nil {
		return nil, err
	}
	if v.noSchema(n.Schema) {
		return nil, pgerr.New(pgerrcode.InvalidSchemaName, "schema %q does not exist", n.Schema)
	}
	oid := v.lookup(n)
	if oid == 0 {
		return nil, noRelation(n)
	}
	return v.byOID[oid], nil
}

func noRelation(n catalog.Name) error {
	name := n.Name
	if n.Schema != "" {
		name = n.Schema + "." + name
	}
	return pgerr.New(pgerrcode.UndefinedTable, "relation %q does not exist", name)
}
