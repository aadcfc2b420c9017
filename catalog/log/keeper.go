package log

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/rs/zerolog"
	"golang.org/x/sync/errgroup"

	"github.com/miniodb/miniodb/catalog/index"
)

// Lease lets one server at a time do what all could: it returns false while another has it. release may be called once.
type Lease func(ctx context.Context, name string, life time.Duration) (release func(), ok bool, err error)

const (
	keepEvery    = time.Second
	rebuildLease = "rebuild-index"
	rebuildLife  = 30 * time.Second
	rebuildWidth = 8 // tables that are rebuilt at a time
)

// Keeper keeps the index in step with the logs in the background, so that an index that was lost is whole again before every table has been asked for,
// and a commit whose Apply failed is known to other servers before the next one.
type Keeper struct {
	tables  *Tables
	catalog *Catalog
	lease   Lease
	log     zerolog.Logger

	generation string // in which this server last found, or made, the index whole
}

// NewKeeper returns a keeper of the index of tables and catalog.
func NewKeeper(tables *Tables, catalog *Catalog, lease Lease, log zerolog.Logger) *Keeper {
	return &Keeper{tables: tables, catalog: catalog, lease: lease, log: log.With().Str("component", "index").Logger()}
}

// Run looks every second until ctx ends.
func (k *Keeper) Run(ctx context.Context) error {
	tick := time.NewTicker(keepEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
			k.Keep(ctx)
		}
	}
}

// Keep looks once: it rebuilds an index of a new generation and repairs tables that are behind. What fails is tried again the next time.
func (k *Keeper) Keep(ctx context.Context) {
	if _, err := k.catalog.Fresh(ctx); err != nil {
		return // log and index say so themselves where somebody waits for them
	}
	k.tables.settle(ctx)
	loaded := k.tables.loaded()
	ids := make([]uuid.UUID, 0, len(loaded))
	for id := range loaded {
		ids = append(ids, id)
	}
	state, err := k.tables.idx.State(ctx, ids)
	if err != nil {
		return
	}
	if state.Generation != k.generation {
		k.rebuild(ctx, state.Generation)
		return
	}
	for id, version := range loaded {
		if m := state.Tables[id]; m.Version < version {
			k.tables.repair(ctx, id)
		}
	}
	if d := k.catalog.Current(); state.Catalog.Version < d.Version {
		k.catalog.repair(ctx, d.Version, state.Catalog.Version)
	}
	for id := range k.catalog.Current().Dropped {
		k.tables.forget(id)
	}
}

// rebuild compares every table's log with an index of another generation than before. One server does it; the others find the index whole
// when the lease is free again, at the cost of one look at each log.
func (k *Keeper) rebuild(ctx context.Context, generation string) {
	release, ok, err := k.lease(ctx, rebuildLease, rebuildLife)
	if err != nil || !ok {
		return
	}
	defer release()
	start := time.Now()
	db, err := k.catalog.Refresh(ctx)
	if err != nil {
		return
	}
	if err := k.tables.idx.AdvanceCatalog(ctx, db.Version); err != nil {
		return
	}
	g, gctx := errgroup.WithContext(ctx)
	g.SetLimit(rebuildWidth)
	for _, t := range db.Tables {
		g.Go(func() error {
			_, err := k.tables.refresh(gctx, k.tables.handle(t.UUID))
			return err
		})
	}
	if err := g.Wait(); err != nil {
		if ctx.Err() == nil {
			k.log.Warn().Err(err).Msg("the index could not be compared with the logs, trying again")
		}
		return
	}
	if k.generation != "" {
		k.log.Warn().Int("tables", len(db.Tables)).Dur("took", time.Since(start)).Msg("the index was lost or replaced and has been rebuilt from the logs")
	}
	k.generation = generation
}

// loaded returns the tables in memory and their versions.
func (t *Tables) loaded() map[uuid.UUID]int64 {
	t.mu.Lock()
	defer t.mu.Unlock()
	out := make(map[uuid.UUID]int64, len(t.tables))
	for id, h := range t.tables {
		if s := h.snapshot(); s != nil && !h.dropped.Load() {
			out[id] = s.Version
		}
	}
	return out
}

// settle finds out what became of commits of unknown outcome, where the log can be read again.
func (t *Tables) settle(ctx context.Context) {
	t.mu.Lock()
	var doubtful []*handle
	for _, h := range t.tables {
		if h.suspect.Load() && !h.dropped.Load() {
			doubtful = append(doubtful, h)
		}
	}
	t.mu.Unlock()
	for _, h := range doubtful {
		_, _ = t.refresh(ctx, h) // or at the next call, or by the next commit
	}
}

// repair brings the index up to what is in memory.
func (t *Tables) repair(ctx context.Context, id uuid.UUID) {
	h := t.handle(id)
	if h.acquire(ctx) != nil {
		return
	}
	defer h.release()
	if s := h.snapshot(); s != nil && !h.dropped.Load() {
		_ = t.syncIndex(ctx, s, index.Absent, false) // it logs its failure
	}
}

// forget drops what memory has of a table that another server dropped.
func (t *Tables) forget(id uuid.UUID) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if h := t.tables[id]; h != nil {
		h.dropped.Store(true)
		h.current.Store(nil)
	}
}
