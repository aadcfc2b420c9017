package session

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/jackc/pgerrcode"

	"github.com/miniodb/miniodb/catalog"
	"github.com/miniodb/miniodb/internal/pgcatalog"
	"github.com/miniodb/miniodb/internal/pgerr"
	"github.com/miniodb/miniodb/internal/sqltype"
	"github.com/miniodb/miniodb/sql"
)

// SystemSchema is the schema of the relations about the server. Nothing else can be created in it.
const SystemSchema = catalog.DatabaseName

// SystemRelation is a read-only relation. Its rows are made each time a query that names it runs, once a query: they are those of the
// moment and not of the transaction's snapshot.
type SystemRelation struct {
	Name    catalog.Name
	OID     uint32 // below catalog.FirstOID
	Columns []catalog.Column
	// Rows returns all rows as Row makes them. Errors are the query's.
	Rows func(ctx context.Context) ([][]*string, error)
}

// SystemFunction is a function that is called in FROM with constants, with or without its schema.
type SystemFunction struct {
	Name    catalog.Name
	Params  []catalog.Column // all must be given
	Columns []catalog.Column
	// Rows returns all rows as Row makes them; args are one for each of Params, as PostgreSQL prints them, nil for NULL.
	Rows func(ctx context.Context, args []*string) ([][]*string, error)
}

// systemObject is a system relation or function as sessions use it.
type systemObject struct {
	sql.System
	relation *pgcatalog.Relation // its rows are in tables of the engine, see pgCatalog
	view     *catalog.View       // it is a view over others
	rows     func(ctx context.Context, s *Session, args []*string) ([][]*string, error)
}

// systems are all system relations and functions of a server. They do not change once sessions are open.
type systems struct {
	relations map[catalog.Name]*systemObject
	functions map[catalog.Name]*systemObject
	schemas   map[string]bool
	named     map[string]*systemObject // functions without their schema
	objects   map[*sql.System]*systemObject
}

func newSystems() *systems {
	return &systems{
		relations: map[catalog.Name]*systemObject{}, functions: map[catalog.Name]*systemObject{}, schemas: map[string]bool{},
		named: map[string]*systemObject{}, objects: map[*sql.System]*systemObject{},
	}
}

// addRelation registers a relation; two of one name are a mistake of the program.
func (y *systems) addRelation(o *systemObject) error {
	if y.relations[o.Name] != nil {
		return fmt.Errorf("system relation %s is there twice", o.Name)
	}
	y.relations[o.Name] = o
	y.add(o)
	return nil
}

func (y *systems) addFunction(o *systemObject) error {
	if y.named[o.Name.Name] != nil {
		return fmt.Errorf("system function %s is there twice", o.Name)
	}
	y.functions[o.Name], y.named[o.Name.Name] = o, o
	y.add(o)
	return nil
}

func (y *systems) add(o *systemObject) {
	o.Columns = slices.Clone(o.Columns)
	for i := range o.Columns {
		o.Columns[i].ID, o.Columns[i].PhysicalName = int32(i)+1, o.Columns[i].Name
	}
	y.schemas[o.Name.Schema] = true
	y.objects[&o.System] = o
}

// register adds what the parts outside of this package have.
func (y *systems) register(relations []SystemRelation, functions []SystemFunction) error {
	for _, r := range relations {
		rows := r.Rows
		if err := y.addRelation(&systemObject{
			System: sql.System{Name: r.Name, OID: r.OID, Columns: r.Columns},
			rows:   func(ctx context.Context, _ *Session, _ []*string) ([][]*string, error) { return rows(ctx) },
		}); err != nil {
			return err
		}
	}
	for _, f := range functions {
		rows := f.Rows
		if err := y.addFunction(&systemObject{
			System: sql.System{Name: f.Name, Params: f.Params, Columns: f.Columns},
			rows:   func(ctx context.Context, _ *Session, args []*string) ([][]*string, error) { return rows(ctx, args) },
		}); err != nil {
			return err
		}
	}
	return nil
}

// function implements sql.Resolver's Function.
func (y *systems) function(schema, name string) *sql.System {
	o := y.named[name]
	if schema != "" {
		o = y.functions[catalog.Name{Schema: schema, Name: name}]
	}
	if o == nil {
		return nil
	}
	return &o.System
}

// protected is the answer to whoever wants to change a system relation.
func protected(n catalog.Name) error {
	return pgerr.New(pgerrcode.InsufficientPrivilege, "permission denied: %q is a system relation", n.Name)
}

// SystemColumns describes columns or parameters: pairs of a string, the name, and a sqltype.OID. It is for definitions in the program, and panics
// when it is given anything else.
func SystemColumns(pairs ...any) []catalog.Column {
	out := make([]catalog.Column, 0, len(pairs)/2)
	for i := 0; i < len(pairs); i += 2 {
		out = append(out, catalog.Column{Name: pairs[i].(string), Type: sqltype.Of(pairs[i+1].(sqltype.OID))})
	}
	return out
}

// sortedNames lists names by schema and name.
func sortedNames[T any](m map[catalog.Name]T) []catalog.Name {
	return slices.SortedFunc(maps.Keys(m), compareNames)
}
