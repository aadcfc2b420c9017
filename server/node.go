package server

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"sync/atomic"
	"time"

	"github.com/jackc/pgerrcode"
	"github.com/rs/zerolog"

	"github.com/miniodb/miniodb/admin"
	"github.com/miniodb/miniodb/catalog"
	cataloglog "github.com/miniodb/miniodb/catalog/log"
	"github.com/miniodb/miniodb/cluster"
	"github.com/miniodb/miniodb/config"
	"github.com/miniodb/miniodb/engine"
	"github.com/miniodb/miniodb/ingest"
	"github.com/miniodb/miniodb/internal/pgerr"
	"github.com/miniodb/miniodb/internal/pgfunc"
	"github.com/miniodb/miniodb/server/session"
	"github.com/miniodb/miniodb/sql"
)

// node is everything of a server below its ports.
type node struct {
	dir      *dataDir
	stores   *stores
	engine   atomic.Pointer[engine.DB]
	settings engine.Config
	log      zerolog.Logger
	catalog  *cataloglog.Catalog
	tables   *cataloglog.Tables
	keeper   *cataloglog.Keeper
	ingest   *ingest.Ingest
	sessions *session.Node
	members  members
	self     cluster.Node
	draining atomic.Bool
	closers  []func() error // in the order of opening
}

// openNode opens the data directory and recovers what it holds.
func openNode(ctx context.Context, cfg *config.Config, log zerolog.Logger) (n *node, err error) {
	n = &node{log: log.With().Str("component", "server").Logger()}
	defer func() {
		if err != nil {
			err = errors.Join(err, n.Close())
			n = nil
		}
	}()
	if n.dir, err = openDataDir(cfg.Server.DataDir, cfg.Server.NodeID); err != nil {
		return n, err
	}
	n.closers = append(n.closers, n.dir.Close)
	if n.stores, err = openStores(ctx, cfg, n.dir, log); err != nil {
		return n, err
	}
	n.closers = append(n.closers, n.stores.Close)
	if err = n.join(ctx); err != nil {
		return n, err
	}
	if n.catalog, err = cataloglog.OpenCatalog(ctx, n.stores.objects, n.stores.index, "", n.dir.node, log); err != nil {
		return n, err
	}
	n.tables = cataloglog.NewTables(n.stores.objects, n.stores.index, "", n.dir.node, log)
	n.keeper = cataloglog.NewKeeper(n.tables, n.catalog, n.lease, log)
	n.settings = engine.Config{
		MemoryLimit: int64(cfg.Engine.MemoryLimit), Threads: cfg.Engine.Threads, TempDir: n.dir.temp(), TempLimit: int64(cfg.Engine.TempLimit),
		AllowedDirs: []string{n.stores.dir, n.dir.spool()}, Prelude: sql.Prelude(), Functions: pgfunc.Call, MaxQueries: cfg.Engine.MaxQueries,
	}
	db, err := engine.Open(n.settings)
	if err != nil {
		return n, err
	}
	n.engine.Store(db)
	n.closers = append(n.closers, func() error { return n.engine.Load().Close() })
	if n.ingest, err = ingest.Open(ctx, ingest.Config{
		Node: n.dir.node, WALDir: n.dir.wal(), SpoolDir: n.dir.spool(), SegmentBytes: int64(cfg.WAL.SegmentSize), MaxWALBytes: int64(cfg.WAL.Quota), AbandonLost: cfg.WAL.AbandonLost,
		BufferRows: cfg.Buffer.BufferSize.Rows, BufferBytes: int64(cfg.Buffer.BufferSize.Bytes), FlushInterval: cfg.Buffer.FlushInterval,
		MaxBufferBytes: int64(cfg.Buffer.MaxBytes), FlushWorkers: cfg.Buffer.Workers,
	}, ingest.Deps{Engine: db, Tables: n.tables, Catalog: n.catalog, Store: n.stores.objects, Log: log}); err != nil {
		return n, recoverError(err)
	}
	n.closers = append(n.closers, n.ingest.Close)
	pattern, err := namePattern(cfg)
	if err != nil {
		return n, err
	}
	authenticator, err := newAuthenticator(ctx, cfg, n.stores.objects, n.catalog)
	if err != nil {
		return n, err
	}
	n.sessions, err = session.NewNode(ctx, session.Config{
		Version: Version, TableDefaults: tableDefaults(cfg), MaxTables: cfg.Manage.MaxTables, NamePattern: pattern, BulkBytes: bulkBytes,
		Settings: wireSettings(cfg),
	}, session.Deps{
		Engine: db, Catalog: n.catalog, Tables: n.tables, Ingest: n.ingest, Store: n.stores.objects, Auth: authenticator, Log: log,
		System: []session.SystemRelation{poolsRelation(n.stores.services), nodesRelation(n.dir.node, n.members.Nodes)},
	})
	return n, err
}

// lease lets one server at a time do what all could.
func (n *node) lease(ctx context.Context, name string, life time.Duration) (release func(), ok bool, err error) {
	lease, ok, err := n.stores.leases.Acquire(ctx, name, life)
	if err != nil || !ok {
		return nil, false, err
	}
	return lease.Release, true, nil
}

// bulkBytes is the size above which one statement's rows go to Parquet without passing through the buffer.
const bulkBytes = 64 << 20

// tableDefaults returns the options that the configuration gives to a table: those of its own section, then those of all tables.
func tableDefaults(cfg *config.Config) func(catalog.Name) catalog.Options {
	return func(n catalog.Name) catalog.Options {
		all := options(cfg.Tables.Default)
		named, ok := cfg.Tables.Named[n.String()]
		if !ok {
			if named, ok = cfg.Tables.Named[n.Name]; !ok {
				return all
			}
		}
		o := options(named)
		if o.BufferRows == 0 && o.BufferBytes == 0 {
			o.BufferRows, o.BufferBytes = all.BufferRows, all.BufferBytes
		}
		if o.FlushInterval == 0 {
			o.FlushInterval = all.FlushInterval
		}
		if o.RetentionDays == 0 {
			o.RetentionDays = all.RetentionDays
		}
		properties := map[string]string{}
		maps.Copy(properties, all.Properties)
		maps.Copy(properties, o.Properties)
		o.Properties = properties
		return o
	}
}

func options(t config.TableConfig) catalog.Options {
	return catalog.Options{
		BufferRows: t.BufferSize.Rows, BufferBytes: int64(t.BufferSize.Bytes), FlushInterval: t.FlushInterval,
		RetentionDays: int32(t.RetentionDays), BackupEnabled: &t.BackupEnabled, Properties: t.Properties,
	}
}

// namePattern compiles table_management.table_name_pattern, which must match a whole name.
func namePattern(cfg *config.Config) (*regexp.Regexp, error) {
	if cfg.Manage.NamePattern == "" {
		return nil, nil
	}
	p, err := regexp.Compile("^(?:" + cfg.Manage.NamePattern + ")$")
	if err != nil {
		return nil, fmt.Errorf("table_management.table_name_pattern: %w", err)
	}
	return p, nil
}

// Ready returns nil when the server answers queries and takes writes, otherwise the reason.
func (n *node) Ready() error {
	switch {
	case n.draining.Load():
		return errors.New("the server is shutting down")
	case !n.engine.Load().Healthy() || n.ingest.Broken() != nil:
		return errors.New("the engine is being restarted")
	}
	return nil
}

// Close closes what was opened, the last first; safe twice.
func (n *node) Close() error {
	var errs []error
	for i := len(n.closers) - 1; i >= 0; i-- {
		errs = append(errs, n.closers[i]())
	}
	n.closers = nil
	return errors.Join(errs...)
}

// stats gathers what the metrics show.
func (n *node) stats() admin.Stats {
	s, w := n.sessions.Stats(), n.ingest.StreamStats()
	out := admin.Stats{
		ConnectionsOpen: s.Open, ConnectionsTotal: s.Opened, QueriesActive: s.Active, QueriesTotal: s.Statements, QueryErrorsTotal: s.Failures,
		Tables: int64(len(n.catalog.Current().Tables)), BufferedBytes: w.Buffered, WALBytes: w.WALBytes,
		FlushesTotal: w.Flushes, FlushErrorsTotal: w.FlushFailures, FlushedRowsTotal: w.FlushedRows,
		Pools: poolStats(n.stores.services), Cache: cacheStats(n.stores.cache),
	}
	for _, b := range n.ingest.Stats() {
		out.BufferedRows += b.Rows
	}
	return out
}

// recoverError adds what to do to errors of recovery that a person has to decide about.
func recoverError(err error) error {
	if pgerr.Code(err) == pgerrcode.DataCorrupted {
		return fmt.Errorf("recover: %w. Put the log back, or start once with --wal.abandon-lost to go on without those rows", err)
	}
	return fmt.Errorf("recover: %w", err)
}
