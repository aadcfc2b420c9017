package session

import (
	"strings"

	"github.com/jackc/pgerrcode"

	"github.com/miniodb/miniodb/catalog"
	"github.com/miniodb/miniodb/internal/pgerr"
	"github.com/miniodb/miniodb/sql"
)

// resolver finds relations in one version of the catalog along one search path, and remembers what it found.
type resolver struct {
	db      *catalog.Database
	systems *systems
	path    []string
	temp    string // the schema of the session's temporary objects; "": they are not looked for
	used    map[catalog.Name]bool

	// mayUse and mayCreate refuse schemas that are named, or that are to hold a new object; nil: none.
	mayUse, mayCreate func(schema string) error
	mayCreateTemp     func() error
}

func (s *Session) resolver() *resolver {
	return &resolver{db: s.database(), systems: s.node.systems, path: s.searchPath(), used: map[catalog.Name]bool{}, temp: s.temp.schema,
		mayUse: s.mayUse, mayCreate: s.mayCreate, mayCreateTemp: s.mayCreateTemp}
}

// Relation implements sql.Resolver.
func (r *resolver) Relation(schema, name string) (sql.Relation, error) {
	n, ok := r.find(catalog.Name{Schema: schema, Name: name})
	if !ok {
		if schema != "" && r.db.Schemas[schema] == nil {
			return sql.Relation{}, pgerr.New(pgerrcode.UndefinedTable, "relation %q does not exist", schema+"."+name)
		}
		return sql.Relation{}, noRelation(catalog.Name{Schema: schema, Name: name})
	}
	if o := r.systems.relations[n]; o != nil {
		if o.view != nil {
			return sql.Relation{View: o.view, System: &o.System}, nil
		}
		return sql.Relation{System: &o.System}, nil
	}
	r.used[n] = true
	if t := r.db.Tables[n]; t != nil {
		return sql.Relation{Table: t}, nil
	}
	if v := r.db.Views[n]; v != nil {
		return sql.Relation{View: v}, nil
	}
	return sql.Relation{System: sequenceRelation(r.db.Sequences[n])}, nil
}

// Function implements sql.Resolver.
func (r *resolver) Function(schema, name string) *sql.System { return r.systems.function(schema, name) }

// find returns the full name of a relation, a system relation among them.
func (r *resolver) find(n catalog.Name) (catalog.Name, bool) {
	if n.Schema != "" {
		full := n
		if full.Schema == sql.TempAlias && r.temp != "" {
			full.Schema = r.temp
		}
		if r.exists(full) {
			return full, true
		}
		return n, false
	}
	for _, schema := range effectivePath(r.path, r.temp) {
		if full := (catalog.Name{Schema: schema, Name: n.Name}); r.exists(full) {
			return full, true
		}
	}
	return n, false
}

func (r *resolver) exists(n catalog.Name) bool {
	return r.systems.relations[n] != nil || r.db.Exists(n)
}

// own finds a relation that is to be changed; ok says that there is one, and system relations are an error.
func (r *resolver) own(n catalog.Name) (full catalog.Name, ok bool, err error) {
	if n.Schema != "" && r.mayUse != nil {
		if err := r.mayUse(n.Schema); err != nil {
			return n, false, err
		}
	}
	if full, ok = r.find(n); ok && r.systems.relations[full] != nil {
		return full, false, protected(n)
	}
	return full, ok, nil
}

// table finds a table that rows are to be added to.
func (r *resolver) table(n catalog.Name) (*catalog.Table, error) {
	t, err := r.stored(n)
	if err == nil && t.Materialized() {
		return nil, pgerr.New(pgerrcode.WrongObjectType, "cannot change materialized view %q", t.Name.Name)
	}
	return t, err
}

// stored finds a table or a materialized view.
func (r *resolver) stored(n catalog.Name) (*catalog.Table, error) {
	full, ok, err := r.own(n)
	if err != nil {
		return nil, err
	}
	if !ok {
		return nil, noRelation(n)
	}
	if t := r.db.Tables[full]; t != nil {
		return t, nil
	}
	if r.db.Views[full] != nil {
		return nil, pgerr.New(pgerrcode.WrongObjectType, "%q is a view, not a table", n.Name)
	}
	return nil, pgerr.New(pgerrcode.WrongObjectType, "%q is not a table", n.Name)
}

// place says in which schema a new object goes.
func (r *resolver) place(n catalog.Name) (catalog.Name, error) {
	if n.Schema == "" {
		if len(r.path) == 0 {
			return n, pgerr.New(pgerrcode.InvalidSchemaName, "no schema has been selected to create in").
				WithHint("Name a schema, or set search_path to one that exists.")
		}
		n.Schema = r.path[0]
	}
	if n.Schema == sql.TempAlias || n.Schema == r.temp && r.temp != "" {
		n.Schema = r.temp
		return n, r.mayCreateTemp()
	}
	if strings.HasPrefix(n.Schema, sql.TempSchemaPrefix) && r.db.Schemas[n.Schema] == nil {
		return n, pgerr.New(pgerrcode.InvalidTableDefinition, "cannot create relations in temporary schemas of other sessions")
	}
	if r.systems.schemas[n.Schema] {
		return n, pgerr.New(pgerrcode.InsufficientPrivilege, "permission denied to create \"%s\"", n).
			WithDetail("The schema %s belongs to the server.", n.Schema)
	}
	if r.db.Schemas[n.Schema] == nil {
		return n, pgerr.New(pgerrcode.InvalidSchemaName, "schema %q does not exist", n.Schema)
	}
	if r.mayCreate != nil {
		return n, r.mayCreate(n.Schema)
	}
	return n, nil
}

// shortName is a relation's name as messages have it: qualified only if the search path does not lead to it.
func (s *Session) shortName(n catalog.Name) string {
	if full, ok := s.resolver().find(catalog.Name{Name: n.Name}); ok && full == n {
		return sql.QuoteIdent(n.Name)
	}
	return sql.QuoteIdent(n.Schema) + "." + sql.QuoteIdent(n.Name)
}

func noRelation(n catalog.Name) error {
	name := n.Name
	if n.Schema != "" {
		name = n.Schema + "." + name
	}
	return pgerr.New(pgerrcode.UndefinedTable, "relation %q does not exist", name)
}
