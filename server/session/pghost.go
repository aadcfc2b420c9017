package session

import (
	"context"
	"slices"

	"github.com/miniodb/miniodb/catalog"
	"github.com/miniodb/miniodb/engine"
	"github.com/miniodb/miniodb/internal/pgcatalog"
	"github.com/miniodb/miniodb/internal/pgerr"
	"github.com/miniodb/miniodb/server/syscat"
)

// view is what functions about the catalogs are answered from; it is made anew when the catalog, the settings or the role have changed.
type view struct {
	*syscat.Viewer
	db         *catalog.Database
	generation int64
	role       string
}

// viewer returns the current view, which running queries use from now on, too.
func (s *Session) viewer() *syscat.Viewer {
	db, role := s.database(), s.roleName(s.role())
	if v := s.catalogView.Load(); v != nil && v.db == db && v.generation == s.generation && v.role == role {
		return v.Viewer
	}
	v := &view{db: db, generation: s.generation, role: role, Viewer: &syscat.Viewer{
		Image: s.node.pgCatalog.image(db), Path: effectivePath(s.searchPath(), s.temp.schema), Temp: s.temp.schema, Rights: db.Rights(roleOID(db, role)), Size: s.node.tableBytes,
		Setting: s.node.settingOf(s.values), LastNumber: s.node.sequences.last,
	}}
	s.catalogView.Store(v)
	return v.Viewer
}

// effectivePath is where names are looked for: among temporary objects, then in pg_catalog, unless the path itself says otherwise.
func effectivePath(path []string, temp string) []string {
	if !slices.Contains(path, pgcatalog.Schema) {
		path = append([]string{pgcatalog.Schema}, path...)
	}
	if temp != "" && !slices.Contains(path, temp) {
		path = append([]string{temp}, path...)
	}
	return path
}

// openHost makes the functions of the catalogs callable by this session's queries.
func (s *Session) openHost() error {
	token, release, err := engine.NewHost(func(function string, args []*string) (*string, error) {
		v := s.catalogView.Load()
		if v == nil {
			return nil, pgerr.New("XX000", "function %s has nothing to look at", function)
		}
		return v.Call(function, args)
	})
	s.hostToken, s.closeHost = token, release
	return err
}

// tableBytes is the size of a table's files.
func (n *Node) tableBytes(t *catalog.Table) (int64, bool) {
	s, err := n.tables.Snapshot(context.Background(), t.UUID)
	if err != nil {
		return 0, false
	}
	var sum int64
	for i := range s.Files {
		sum += s.Files[i].Size
	}
	return sum, true
}

// settingOf reads parameters as they are now, for others to read while the session goes on.
func (n *Node) settingOf(v values) func(name string) (string, bool) {
	return func(name string) (string, bool) {
		d, ok := settings[name]
		if !ok {
			value, ok := v[name]
			return value, ok
		}
		if value, ok := n.cfg.Settings[name]; ok {
			return d.show(value), true
		}
		return d.show(v.get(name)), true
	}
}

func roleOID(db *catalog.Database, name string) uint32 {
	if r := db.Roles[name]; r != nil {
		return r.OID
	}
	return catalog.Public
}
