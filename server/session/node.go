// Package session executes the statements of one connection: transactions, queries, writes, DDL, settings.
//
// It implements pgwire.Session over the catalog, the planner, the engine and ingest. A Node holds what the sessions of a server share.
// A row's path: INSERT or COPY -> typed batches in the transaction -> commit -> ingest. A query's path: sql.Rewrite -> ingest.Pin ->
// planner.New -> engine -> batches that pgwire pulls.
//
// It parses no SQL (sql), keeps no rows (ingest) and writes no bytes to a client (pgwire).
package session

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"sync"
	"sync/atomic"

	"github.com/google/uuid"
	"github.com/rs/zerolog"

	"github.com/miniodb/miniodb/auth"
	"github.com/miniodb/miniodb/catalog"
	"github.com/miniodb/miniodb/catalog/backup"
	cataloglog "github.com/miniodb/miniodb/catalog/log"
	"github.com/miniodb/miniodb/engine"
	"github.com/miniodb/miniodb/ingest"
	"github.com/miniodb/miniodb/internal/pgerr"
	"github.com/miniodb/miniodb/pgwire"
	"github.com/miniodb/miniodb/storage"
)

// Config are the settings of all sessions.
type Config struct {
	Version       string                             // of the program, for version()
	TableDefaults func(catalog.Name) catalog.Options // for options that CREATE TABLE leaves out
	Settings      map[string]string                  // run-time parameters that the configuration decides, by name in lower case, as SHOW has them without units
	MaxTables     int                                // 53400 above; 0: no limit
	NamePattern   *regexp.Regexp                     // of new tables' names, anchored; nil: any
	BulkBytes     int64                              // a statement that writes more goes to Parquet directly
}

// Deps are the parts of a server that sessions work with.
type Deps struct {
	Engine  *engine.DB
	Catalog *cataloglog.Catalog
	Tables  *cataloglog.Tables
	Ingest  *ingest.Ingest
	Store   storage.Store
	Auth    *auth.Authenticator
	Log     zerolog.Logger

	// System and Functions are the system relations and functions of parts that this package does not know.
	System    []SystemRelation
	Functions []SystemFunction
}

// Node is what the sessions of a server share.
type Node struct {
	cfg       Config
	engine    atomic.Pointer[engine.DB] // replaced when the instance fails
	catalog   *cataloglog.Catalog
	tables    *cataloglog.Tables
	ingest    *ingest.Ingest
	store     storage.Store
	auth      *auth.Authenticator
	log       zerolog.Logger
	sequences *sequences
	systems   *systems
	pgCatalog *pgCatalog
	backups   *backup.Manager

	engineSettings map[string]bool // names, lower case

	locks       *locks
	channels    *channels
	actions     map[string]actionFunc
	cursorBytes atomic.Int64 // kept by all cursors

	relation atomic.Int64  // numbers the buffer relations of transactions
	tempOIDs atomic.Uint32 // counts temporary objects

	opened, statements, failures, active atomic.Int64

	mu       sync.Mutex
	sessions map[*Session]struct{}
	byRole   map[string]int32 // sessions by the role that logged in
}

// Stats count since the start of the process, but for Open and Active.
type Stats struct {
	Open, Opened                 int64 // sessions
	Active, Statements, Failures int64 // statements
}

// Stats returns the counters.
func (n *Node) Stats() Stats {
	s := Stats{Opened: n.opened.Load(), Active: n.active.Load(), Statements: n.statements.Load(), Failures: n.failures.Load()}
	n.mu.Lock()
	defer n.mu.Unlock()
	s.Open = int64(len(n.sessions))
	return s
}

// NewNode makes the shared state.
func NewNode(ctx context.Context, cfg Config, deps Deps) (*Node, error) {
	n := &Node{
		cfg: cfg, catalog: deps.Catalog, tables: deps.Tables, ingest: deps.Ingest, store: deps.Store, auth: deps.Auth,
		log: deps.Log.With().Str("component", "session").Logger(), sessions: map[*Session]struct{}{}, byRole: map[string]int32{},
	}
	n.engine.Store(deps.Engine)
	n.sequences = newSequences(deps.Catalog)
	n.locks, n.channels, n.actions = newLocks(), newChannels(), actionFuncs()
	n.backups = backup.New(cfg.Version, backup.Deps{Store: deps.Store, Catalog: deps.Catalog, Tables: deps.Tables, Log: deps.Log})
	n.backups.OnRecovery(n.sequences.forget)
	n.systems, n.pgCatalog = newSystems(), &pgCatalog{}
	err := errors.Join(n.ownSystems(), n.systems.addFunction(backupsFunction(n)), n.systems.addFunction(backupStatusFunction(n)), n.systems.register(deps.System, deps.Functions))
	if err != nil {
		return nil, err
	}
	if err := n.registerCatalog(); err != nil {
		return nil, err
	}
	if n.engineSettings, err = loadEngineSettings(ctx, deps.Engine); err != nil {
		return nil, fmt.Errorf("read the engine's settings: %w", err)
	}
	return n, nil
}

// Open implements pgwire.Backend.
func (n *Node) Open(_ context.Context, c pgwire.ClientInfo, out pgwire.Outlet) (pgwire.Session, error) {
	if err := n.enter(c); err != nil {
		n.refused(c, pgerr.From(err))
		return nil, err
	}
	s, err := newSession(n, c, out)
	if err != nil {
		n.leave(c)
		return nil, err
	}
	n.opened.Add(1)
	n.mu.Lock()
	n.sessions[s] = struct{}{}
	n.mu.Unlock()
	return s, nil
}

func (n *Node) closed(s *Session) {
	n.mu.Lock()
	delete(n.sessions, s)
	n.mu.Unlock()
	n.leave(s.client)
}

// SetEngine has sessions use another instance from their next statement on.
func (n *Node) SetEngine(db *engine.DB) { n.engine.Store(db) }

// pin takes a snapshot of the given tables.
func (n *Node) pin(ctx context.Context, tables []uuid.UUID) (*ingest.Pin, error) {
	return n.ingest.Pin(ctx, tables)
}
