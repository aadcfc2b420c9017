package backup

import (
	"bytes"
	"cmp"
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/jackc/pgerrcode"
	"github.com/rs/zerolog"
	"golang.org/x/sync/errgroup"

	"github.com/miniodb/miniodb/catalog"
	cataloglog "github.com/miniodb/miniodb/catalog/log"
	"github.com/miniodb/miniodb/internal/pgerr"
	"github.com/miniodb/miniodb/storage"
)

const (
	maxDescription = 1000 // bytes
	width          = 8    // tables looked at at a time
	putTries       = 3
	consistent     = 10 // attempts to read catalog and tables without a table being dropped meanwhile
)

// Deps are what a Manager works with.
type Deps struct {
	Store   storage.Store
	Catalog *cataloglog.Catalog
	Tables  *cataloglog.Tables
	Log     zerolog.Logger
}

// Manager makes, lists, verifies and recovers backups. It is safe for concurrent use.
type Manager struct {
	program string // version
	deps    Deps
	log     zerolog.Logger

	recovering sync.Mutex
	mu         sync.Mutex
	recovered  []func() // called after each recovery
}

// New returns a manager for the program of this version. Prefix and node are those of the tables.
func New(program string, deps Deps) *Manager {
	return &Manager{program: program, deps: deps, log: deps.Log.With().Str("component", "backup").Logger()}
}

// OnRecovery has f called after each recovery of this process, when the catalog is the recovered one: for what is remembered by the catalog's names and OIDs.
func (m *Manager) OnRecovery(f func()) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.recovered = append(m.recovered, f)
}

func (m *Manager) dir() string { return m.deps.Tables.Key("backups/metadata/") }

var namePattern = regexp.MustCompile(`^\d{8}T\d{6}Z-[0-9a-f]{8}$`)

// newName is unique, and names sort by their seconds.
func newName(now time.Time) string {
	var random [4]byte
	_, _ = rand.Read(random[:]) // never fails
	return now.UTC().Format("20060102T150405Z") + "-" + hex.EncodeToString(random[:])
}

// Create writes a backup. Errors: 22001 for a description of more than 1000 bytes, 54000 when the metadata is too large, 53100, 58030.
func (m *Manager) Create(ctx context.Context, description string) (*Header, error) {
	if len(description) > maxDescription {
		return nil, pgerr.New(pgerrcode.StringDataRightTruncationDataException, "the description of a backup has at most %d bytes", maxDescription)
	}
	b, err := m.gather(ctx)
	if err != nil {
		return nil, fmt.Errorf("back up metadata: %w", err)
	}
	now := time.Now().UTC()
	b.Header = Header{Name: newName(now), Description: strings.ToValidUTF8(description, "?"), Created: now, Node: m.deps.Tables.Node(), Program: m.program}
	data, err := b.encode()
	if err != nil {
		return nil, err
	}
	if err := m.put(ctx, m.dir()+b.Header.Name, data); err != nil {
		return nil, fmt.Errorf("back up metadata: %w", err)
	}
	m.log.Info().Str("name", b.Header.Name).Int64("catalog_version", b.Header.CatalogVersion).Int64("tables", b.Header.Tables).
		Int64("files", b.Header.Files).Int("bytes", len(data)).Msg("metadata backed up")
	return &b.Header, nil
}

// gather reads the catalog and then every table. A table that was dropped in between is read for in a newer catalog.
func (m *Manager) gather(ctx context.Context) (*Backup, error) {
	for try := 1; ; try++ {
		d, err := m.deps.Catalog.Refresh(ctx)
		if err != nil {
			return nil, err
		}
		b := &Backup{Catalog: d, Tables: make([]*Table, len(d.Tables))}
		g, gctx := errgroup.WithContext(ctx)
		g.SetLimit(width)
		for i, name := range sortedNames(d.Tables) {
			g.Go(func() error {
				s, err := m.deps.Tables.Snapshot(gctx, d.Tables[name].UUID)
				if err == nil {
					b.Tables[i] = tableOf(name, s)
				}
				return err
			})
		}
		err = g.Wait()
		if err == nil {
			return b, nil
		}
		if try == consistent || pgerr.Code(err) != pgerrcode.UndefinedTable || m.deps.Catalog.Current().Version == d.Version {
			return nil, err
		}
	}
}

// put writes an object whose name nobody else has. When it is not known whether a write took place, it is repeated.
func (m *Manager) put(ctx context.Context, key string, data []byte) error {
	var err error
	for range putTries {
		err = m.deps.Store.PutIfAbsent(ctx, key, data)
		if errors.Is(err, storage.ErrExists) {
			there, gerr := m.deps.Store.Get(ctx, key, maxObject)
			if gerr == nil && bytes.Equal(there, data) {
				return nil
			}
			return cmp.Or(gerr, err)
		}
		if err == nil || errors.Is(err, storage.ErrFull) || ctx.Err() != nil {
			return err
		}
	}
	return err
}

// Load reads and verifies a backup. Errors: 42704 if there is none of this name, XX001 that names the broken part, 0A000.
func (m *Manager) Load(ctx context.Context, name string) (*Backup, error) {
	unknown := pgerr.New(pgerrcode.UndefinedObject, "metadata backup %q does not exist", name).WithHint("metadata_backups() lists them.")
	if !namePattern.MatchString(name) {
		return nil, unknown
	}
	data, err := m.deps.Store.Get(ctx, m.dir()+name, maxObject)
	if errors.Is(err, storage.ErrNotFound) {
		return nil, unknown
	}
	if err != nil {
		return nil, fmt.Errorf("read metadata backup %s: %w", name, err)
	}
	return decode(name, data)
}

// Listed is a backup in a listing. Only its header has been read.
type Listed struct {
	Header
	Size   int64  // of the object, in bytes
	Status string // "ok", or what is wrong with the header
}

// List returns all backups, the oldest first.
func (m *Manager) List(ctx context.Context) ([]Listed, error) {
	var out []Listed
	err := m.deps.Store.List(ctx, m.dir(), "", func(o storage.Info) error {
		if name := strings.TrimPrefix(o.Key, m.dir()); namePattern.MatchString(name) {
			out = append(out, Listed{Header: Header{Name: name}, Size: o.Size})
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("list metadata backups: %w", err)
	}
	g, gctx := errgroup.WithContext(ctx)
	g.SetLimit(width)
	for i := range out {
		g.Go(func() error {
			l := &out[i]
			h, err := m.header(gctx, l.Name, l.Size)
			var e *pgerr.Error
			switch {
			case err == nil:
				l.Header, l.Status = *h, "ok"
			case errors.As(err, &e):
				l.Status = e.Message
			case errors.Is(err, storage.ErrNotFound): // deleted meanwhile
				l.Status = "it has been deleted"
			default:
				return fmt.Errorf("list metadata backups: %w", err)
			}
			return nil
		})
	}
	return out, g.Wait()
}

// header reads the first line of a backup.
func (m *Manager) header(ctx context.Context, name string, size int64) (*Header, error) {
	r, err := m.deps.Store.Open(ctx, m.dir()+name, 0, min(size, maxHeader))
	if err != nil {
		return nil, err
	}
	data, err := io.ReadAll(r)
	if err = errors.Join(err, r.Close()); err != nil {
		return nil, err
	}
	raw, _, whole := bytes.Cut(data, []byte{'\n'})
	l, err := decodeLine(raw)
	if err != nil || !whole || l.SHA256 != l.sum() {
		return nil, corrupted(name, "part 0 (header)", "it is not what was written")
	}
	return takeHeader(name, l)
}

// Status compares the last backup with now.
type Status struct {
	Last           *Listed // nil: there is none
	Backups        int64
	CatalogVersion int64
	Tables         int64
	Changed        bool   // the catalog has changed since the last backup, or there is none
	Generation     string // of the index, "" if it does not answer
	LogFault       string // what is wrong with the catalog log, "" for nothing
}

// Status returns the state of backups now.
func (m *Manager) Status(ctx context.Context) (*Status, error) {
	all, err := m.List(ctx)
	if err != nil {
		return nil, err
	}
	d := m.deps.Catalog.Current()
	s := &Status{Backups: int64(len(all)), CatalogVersion: d.Version, Tables: int64(len(d.Tables)), Changed: true}
	for i := range all {
		if all[i].Status == "ok" {
			s.Last = &all[i]
			s.Changed = all[i].CatalogVersion != d.Version
		}
	}
	if state, err := m.deps.Tables.IndexState(ctx); err == nil { // the index may be down, which this has to be able to say
		s.Generation = state.Generation
	}
	s.LogFault, err = m.deps.Catalog.Lost(ctx)
	return s, err
}

func sortedNames[T any](all map[catalog.Name]T) []catalog.Name {
	return slices.SortedFunc(maps.Keys(all), func(a, b catalog.Name) int {
		return cmp.Or(cmp.Compare(a.Schema, b.Schema), cmp.Compare(a.Name, b.Name))
	})
}

// same reports whether two objects of the catalog say the same.
func same(a, b any) bool {
	x, errX := json.Marshal(a)
	y, errY := json.Marshal(b)
	return errX == nil && errY == nil && bytes.Equal(x, y)
}
