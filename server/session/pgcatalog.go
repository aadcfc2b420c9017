package session

import (
	"context"
	"fmt"
	"slices"
	"sync"

	"github.com/miniodb/miniodb/catalog"
	"github.com/miniodb/miniodb/engine"
	"github.com/miniodb/miniodb/internal/duck"
	"github.com/miniodb/miniodb/internal/pgcatalog"
	"github.com/miniodb/miniodb/server/syscat"
	"github.com/miniodb/miniodb/sql"
)

// maxImages is how many versions of the database have their system catalogs in the engine, those in use aside.
const maxImages = 4

// pgCatalog keeps the rows of PostgreSQL's system catalogs in tables of the engine. A table is filled when a query first names its relation: what every database has
// once, what depends on the version of the database once for each version. All methods may be called by several goroutines at a time.
type pgCatalog struct {
	system []syscat.System // relations of the server's own

	mu     sync.Mutex // guards what follows
	engine *engine.DB // that the tables are in; another one has none of them
	fixed  map[string]*pgTable
	images []*pgImage // the one used last stands last
	next   int        // numbers the tables
}

// pgImage is one version of the database.
type pgImage struct {
	*syscat.Image
	db     *catalog.Database
	engine *engine.DB
	tables map[string]*pgTable // by relation; guarded by pgCatalog.mu
	refs   int                 // queries that read the tables; guarded by pgCatalog.mu
}

// pgTable is a relation in the engine. It is filled under its own lock, so that queries of others need not wait.
type pgTable struct {
	mu   sync.Mutex
	name string // in hot.main; "" until it has been filled
}

// image returns the image of a version, for what needs no table of the engine.
func (p *pgCatalog) image(db *catalog.Database) *syscat.Image {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.imageLocked(db).Image
}

func (p *pgCatalog) imageLocked(db *catalog.Database) *pgImage {
	if i := slices.IndexFunc(p.images, func(m *pgImage) bool { return m.db == db }); i >= 0 {
		m := p.images[i]
		p.images = append(slices.Delete(p.images, i, i+1), m)
		return m
	}
	m := &pgImage{Image: syscat.New(db, p.system), db: db, engine: p.engine, tables: map[string]*pgTable{}}
	p.images = append(p.images, m)
	return m
}

// use makes sure that the tables stay while a query reads them; release must be called once it has ended.
func (p *pgCatalog) use(db *catalog.Database, in *engine.DB) (m *pgImage, release func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.engine != in {
		p.engine, p.fixed, p.images = in, map[string]*pgTable{}, nil
	}
	m = p.imageLocked(db)
	m.refs++
	old := p.oldLocked()
	return m, func() {
		p.drop(old)
		p.mu.Lock()
		m.refs--
		p.mu.Unlock()
	}
}

// oldLocked takes out the images that nobody reads and that are too many.
func (p *pgCatalog) oldLocked() (old []*pgImage) {
	for i := 0; i < len(p.images)-1 && len(p.images) > maxImages; {
		if p.images[i].refs > 0 {
			i++
			continue
		}
		old = append(old, p.images[i])
		p.images = slices.Delete(p.images, i, i+1)
	}
	return old
}

// drop removes the tables of images that nobody can find any more. What fails stays until the engine is closed.
func (p *pgCatalog) drop(old []*pgImage) {
	for _, m := range old {
		conn, err := m.engine.Conn()
		if err != nil {
			return
		}
		for _, t := range m.tables {
			if t.name != "" {
				_, _ = conn.Exec(context.Background(), "DROP TABLE IF EXISTS "+hotTable(t.name))
			}
		}
		conn.Close()
	}
}

func hotTable(name string) string { return engine.HotDatabase + ".main." + duck.Ident(name) }

// table returns the name of the table that holds a relation, and fills it if need be.
func (p *pgCatalog) table(ctx context.Context, m *pgImage, rel *pgcatalog.Relation) (string, error) {
	fixed, err := p.fill(ctx, m, rel, true, "")
	if err != nil || !syscat.Dynamic(rel.Name) || rel.Schema != pgcatalog.Schema {
		return fixed, err
	}
	return p.fill(ctx, m, rel, false, fixed)
}

// fill makes the table of a relation with the rows that every database has, or beside those of fixed with the version's own.
func (p *pgCatalog) fill(ctx context.Context, m *pgImage, rel *pgcatalog.Relation, static bool, fixed string) (string, error) {
	key := rel.Schema + "." + rel.Name
	p.mu.Lock()
	tables := m.tables
	if static {
		tables = p.fixed
	}
	t := tables[key]
	if t == nil {
		t = &pgTable{}
		tables[key] = t
	}
	p.next++
	name := fmt.Sprintf("pg_%s_%d", rel.Name, p.next)
	p.mu.Unlock()
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.name != "" {
		return t.name, nil
	}
	batch, err := m.Rows, error(nil)
	rows := func() error {
		conn, err := m.engine.Conn()
		if err != nil {
			return err
		}
		defer conn.Close()
		create := "CREATE TABLE " + hotTable(name) + " AS FROM " + hotTable(fixed)
		if static {
			if create, err = createRelation(name, rel); err != nil {
				return err
			}
			batch = syscat.Static
		}
		if _, err := conn.Exec(ctx, create); err != nil {
			return err
		}
		b, err := batch(rel)
		if err == nil && b != nil {
			err = conn.Append(ctx, engine.HotDatabase, name, b)
		}
		if err != nil {
			_, _ = conn.Exec(context.WithoutCancel(ctx), "DROP TABLE IF EXISTS "+hotTable(name))
		}
		return err
	}
	if err = rows(); err != nil {
		return "", fmt.Errorf("read %s: %w", key, err)
	}
	t.name = name
	return name, nil
}

func createRelation(name string, rel *pgcatalog.Relation) (string, error) {
	text := "CREATE TABLE " + hotTable(name) + " ("
	for i, c := range rel.Columns {
		typ, err := duck.Type(syscat.StoredType(c.Type))
		if err != nil {
			return "", err
		}
		if i > 0 {
			text += ", "
		}
		text += duck.Ident(c.Name) + " " + typ
	}
	return text + ")", nil
}

// registerCatalog makes the relations of pg_catalog and information_schema known. Those that have rows of their own elsewhere, or are views over
// others, come first.
func (n *Node) registerCatalog() error {
	all, err := pgcatalog.Relations()
	if err != nil {
		return err
	}
	for _, rel := range all {
		name := catalog.Name{Schema: rel.Schema, Name: rel.Name}
		if n.systems.relations[name] != nil {
			continue
		}
		columns := make([]catalog.Column, len(rel.Columns))
		for i, c := range rel.Columns {
			columns[i] = catalog.Column{Name: c.Name, Type: c.Type, NotNull: c.NotNull}
		}
		o := &systemObject{System: sql.System{Name: name, OID: rel.OID, Columns: columns}, relation: rel}
		if view, ok := pgViews()[name]; ok {
			o.view = &catalog.View{OID: rel.OID, Name: name, Query: view, Columns: columns, ACL: readable}
		}
		if err := n.systems.addRelation(o); err != nil {
			return err
		}
	}
	for _, name := range sortedNames(n.systems.relations) {
		if o := n.systems.relations[name]; o.relation == nil && name.Schema == SystemSchema {
			n.pgCatalog.system = append(n.pgCatalog.system, syscat.System{OID: o.OID, Name: o.Name, Columns: o.Columns, View: true})
		}
	}
	return nil
}
