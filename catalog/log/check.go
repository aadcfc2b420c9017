package log

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/google/uuid"
	"github.com/rs/zerolog"

	"github.com/miniodb/miniodb/catalog"
	"github.com/miniodb/miniodb/catalog/index"
	"github.com/miniodb/miniodb/storage"
)

// maxFindings bounds the lists of a Report; their counts go on.
const maxFindings = 1000

// Report is what Check found.
type Report struct {
	CatalogVersion int64
	Tables         int
	Commits        int64 // versions of all table logs
	Files          int64 // live data files
	Rows           int64 // in live data files whose statistics say so
	Bytes          int64 // of live data files
	ProblemCount   int64
	Problems       []Problem // the first maxFindings
	OrphanCount    int64     // objects that no table needs; not a problem
	OrphanBytes    int64
	Orphans        []string // keys of the first maxFindings
	UnownedCount   int64    // of the orphans, data files whose path names no stream: cleaning leaves them
	StrayTables    int      // in the index but not in the catalog; not a problem
}

// Problem is one thing that is not as it must be.
type Problem struct {
	Table   string // its name; "" for the catalog
	Object  string // key, if it is about one object
	Message string
}

func (p Problem) String() string {
	s := p.Message
	if p.Object != "" {
		s = p.Object + ": " + s
	}
	if p.Table != "" {
		s = "table " + p.Table + ": " + s
	}
	return s
}

// OK reports whether there are no problems.
func (r *Report) OK() bool { return r.ProblemCount == 0 }

func (r *Report) problem(table, object, format string, args ...any) {
	r.ProblemCount++
	if len(r.Problems) < maxFindings {
		r.Problems = append(r.Problems, Problem{Table: table, Object: object, Message: fmt.Sprintf(format, args...)})
	}
}

func (r *Report) orphan(info storage.Info) {
	r.OrphanCount++
	r.OrphanBytes += info.Size
	if len(r.Orphans) < maxFindings {
		r.Orphans = append(r.Orphans, info.Key)
	}
}

// checker is one run of Check.
type checker struct {
	store  storage.Store
	idx    index.Index
	tables *Tables
	report *Report
}

// Check compares the logs below a prefix, the index (nil: not looked at) and the objects, and changes nothing. An error means that it
// could not look, not that something is wrong. Commits of a running server may show as differences.
func Check(ctx context.Context, store storage.Store, idx index.Index, prefix string) (Report, error) {
	c := &checker{store: store, idx: idx, tables: NewTables(store, idx, prefix, "check", zerolog.Nop()), report: &Report{CatalogVersion: -1}}
	db, err := OpenCatalog(ctx, store, nil, prefix, "check", zerolog.Nop())
	switch {
	case err == nil:
		c.report.CatalogVersion = db.Current().Version
	case ctx.Err() != nil:
		return *c.report, err
	default:
		c.report.problem("", "", "%v", err)
	}
	listed, err := c.objects(ctx)
	if err != nil {
		return *c.report, fmt.Errorf("check: %w", err)
	}
	if db == nil {
		return *c.report, nil // without the catalog every table would look like an orphan
	}
	known := map[uuid.UUID]bool{}
	for _, name := range slices.SortedFunc(maps.Keys(db.Current().Tables), func(a, b catalog.Name) int { return strings.Compare(a.String(), b.String()) }) {
		t := db.Current().Tables[name]
		known[t.UUID] = true
		c.report.Tables++
		if err := c.table(ctx, t, listed[t.UUID]); err != nil {
			return *c.report, fmt.Errorf("check table %s: %w", name, err)
		}
	}
	for _, id := range slices.SortedFunc(maps.Keys(listed), func(a, b uuid.UUID) int { return slices.Compare(a[:], b[:]) }) {
		if !known[id] { // dropped, or its CREATE TABLE never came to the catalog
			for _, info := range listed[id] {
				c.report.orphan(info)
			}
		}
	}
	return *c.report, c.strays(ctx, known)
}

// objects lists what is below tables/, by table. What is in no table's directory is an orphan.
func (c *checker) objects(ctx context.Context) (map[uuid.UUID][]storage.Info, error) {
	root := join(c.tables.prefix, "tables/")
	out := map[uuid.UUID][]storage.Info{}
	err := c.store.List(ctx, root, "", func(info storage.Info) error {
		dir, _, _ := strings.Cut(strings.TrimPrefix(info.Key, root), "/")
		id, err := uuid.Parse(dir)
		if err != nil {
			c.report.orphan(info)
			return nil
		}
		out[id] = append(out[id], info)
		return nil
	})
	return out, err
}

// table checks one table against the objects in its directory.
func (c *checker) table(ctx context.Context, t *catalog.Table, objects []storage.Info) error {
	name := t.Name.String()
	h, err := c.replay(ctx, t)
	if err != nil || h == nil {
		return err
	}
	s := h.snapshot
	c.report.Commits += s.Version + 1
	if s.Schema.SchemaID > t.SchemaID { // an older one follows with the server's next start, or the next flush
		c.report.problem(name, "", "the catalog has schema %d, the table log %d", t.SchemaID, s.Schema.SchemaID)
	}
	sizes := map[string]storage.Info{}
	for _, info := range objects {
		sizes[info.Key] = info
	}
	for i := range s.Files {
		f := &s.Files[i]
		c.report.Files++
		c.report.Bytes += f.Size
		c.report.Rows += max(f.Rows, 0)
		key := c.tables.DataKey(t.UUID, f.Path)
		info, ok := sizes[key]
		switch {
		case !ok:
			c.report.problem(name, key, "the live data file is missing")
		case info.Size != f.Size:
			c.report.problem(name, key, "the live data file has %d bytes, the log says %d", info.Size, f.Size)
		}
		delete(sizes, key)
	}
	c.leftovers(t.UUID, h, objects, sizes)
	return c.indexed(ctx, name, s)
}

// leftovers finds the objects of a table that neither its log nor older versions need. rest are those that are no live data files.
func (c *checker) leftovers(id uuid.UUID, h *history, objects []storage.Info, rest map[string]storage.Info) {
	dir := logDir(c.tables.prefix, id)
	for _, info := range objects {
		if _, ok := rest[info.Key]; !ok || strings.HasPrefix(info.Key, dir) {
			continue
		}
		path := strings.TrimPrefix(info.Key, c.tables.DataKey(id, ""))
		if _, removed := h.removes[dataURI(path)]; !removed { // older versions may still need a removed file
			c.report.orphan(info)
			if _, owned := streamOf(path); !owned {
				c.report.UnownedCount++
			}
		}
	}
}

// replay reads a table's log version by version, as far back as there are entries, checks that checkpoints of streams never go back,
// and compares the result with the log's newest checkpoint. It returns nil after reporting a damaged log.
func (c *checker) replay(ctx context.Context, t *catalog.Table) (*history, error) {
	name := t.Name.String()
	short, err := c.tables.history(ctx, t.UUID)
	if err != nil {
		return nil, c.damaged(ctx, name, err)
	}
	last := map[uuid.UUID]int64{}
	full, err := c.tables.fullHistory(ctx, t.UUID, func(version int64, s *catalog.Snapshot) {
		for id, to := range s.Checkpoints {
			if from, ok := last[id]; ok && to < from {
				c.report.problem(name, entryKey(c.tables.prefix, t.UUID, version), "the checkpoint of stream %s goes back from %d to %d", id, from, to)
			}
			last[id] = to
		}
	})
	if err != nil {
		return nil, c.damaged(ctx, name, err)
	}
	if short.snapshot.Version == full.snapshot.Version && !sameFiles(short.snapshot.Files, full.snapshot.Files) {
		c.report.problem(name, "", "the checkpoint of the log gives other live files than the log")
	}
	return full, nil
}

// damaged reports a log that cannot be read, and returns an error only if ctx has ended.
func (c *checker) damaged(ctx context.Context, name string, err error) error {
	if ctx.Err() != nil {
		return err
	}
	if errors.Is(err, storage.ErrNotFound) {
		err = errors.New("the table has no log")
	}
	c.report.problem(name, "", "%v", err)
	return nil
}

// sameFiles compares what a snapshot and the index say of live files, without statistics of columns.
func sameFiles(a, b []catalog.DataFile) bool {
	return slices.EqualFunc(a, b, func(a, b catalog.DataFile) bool {
		return a.Path == b.Path && a.Size == b.Size && a.Rows == b.Rows && a.Buckets == b.Buckets && a.Dates == b.Dates && a.Level == b.Level
	})
}

// indexed compares the index with the log. An index that is behind is as after a crash between a commit and its Apply, and repaired when
// the table is opened; so is one that lacks the table.
func (c *checker) indexed(ctx context.Context, name string, s *catalog.Snapshot) error {
	if c.idx == nil {
		return nil
	}
	x, err := c.idx.Load(ctx, s.Table)
	if errors.Is(err, index.ErrNotFound) || err == nil && x.Version < s.Version {
		return nil
	}
	if err != nil {
		return err
	}
	if x.Version > s.Version {
		c.report.problem(name, "", "the index is at version %d, the log ends at %d", x.Version, s.Version)
		return nil
	}
	if !maps.Equal(x.Checkpoints, s.Checkpoints) {
		c.report.problem(name, "", "the index has other checkpoints than the log")
	}
	if x.Schema.SchemaID != s.Schema.SchemaID {
		c.report.problem(name, "", "the index has schema %d, the log %d", x.Schema.SchemaID, s.Schema.SchemaID)
	}
	if !sameFiles(x.Files, s.Files) {
		c.report.problem(name, "", "the index lists %d live files that differ from the %d of the log", len(x.Files), len(s.Files))
	}
	return nil
}

// strays counts tables of the index that the catalog does not know: a crash in CREATE or DROP TABLE leaves them.
func (c *checker) strays(ctx context.Context, known map[uuid.UUID]bool) error {
	if c.idx == nil {
		return nil
	}
	ids, err := c.idx.Tables(ctx)
	if err != nil {
		return fmt.Errorf("check: %w", err)
	}
	for _, id := range ids {
		if !known[id] {
			c.report.StrayTables++
		}
	}
	return nil
}
