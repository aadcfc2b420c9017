package log

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgerrcode"
	"golang.org/x/sync/errgroup"

	"github.com/miniodb/miniodb/catalog"
	"github.com/miniodb/miniodb/catalog/index"
	"github.com/miniodb/miniodb/internal/pgerr"
	"github.com/miniodb/miniodb/storage"
)

// maxRefreshes is how many tables of one call are brought up to their logs at a time.
const maxRefreshes = 16

// Snapshot returns the current version of a table.
func (t *Tables) Snapshot(ctx context.Context, id uuid.UUID) (*catalog.Snapshot, error) {
	all, err := t.Snapshots(ctx, []uuid.UUID{id})
	if err != nil {
		return nil, err
	}
	return all[0], nil
}

// Snapshots returns the current versions of several tables, asking the index once. Without an answer of the index the logs are asked.
func (t *Tables) Snapshots(ctx context.Context, ids []uuid.UUID) ([]*catalog.Snapshot, error) {
	state, err := t.idx.State(ctx, ids)
	if err != nil {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		t.often.Warn().Err(err).Msg("index does not answer, reading the logs")
		state = index.State{}
	}
	out := make([]*catalog.Snapshot, len(ids))
	g, gctx := errgroup.WithContext(ctx)
	g.SetLimit(maxRefreshes)
	for i, id := range ids {
		h := t.handle(id)
		if k := h.current.Load(); !h.dropped.Load() && k.current(state) {
			out[i] = k.snapshot
			continue
		}
		g.Go(func() (err error) {
			out[i], err = t.refresh(gctx, h)
			return err
		})
	}
	return out, g.Wait()
}

// refresh takes the table's turn and brings memory and index up to the log.
func (t *Tables) refresh(ctx context.Context, h *handle) (*catalog.Snapshot, error) {
	if err := h.acquire(ctx); err != nil {
		return nil, err
	}
	defer h.release()
	return t.refreshInTurn(ctx, h)
}

func (t *Tables) refreshInTurn(ctx context.Context, h *handle) (*catalog.Snapshot, error) {
	if h.dropped.Load() {
		return nil, pgerr.New(pgerrcode.UndefinedTable, "table with storage id %s has been dropped", h.id)
	}
	// The generation is read before the log: what it lacks is then in what is read.
	state, err := t.idx.State(ctx, []uuid.UUID{h.id})
	seen := index.Absent // without an answer syncIndex will say so
	if err == nil {
		seen = state.Tables[h.id].Version
	}
	var s *catalog.Snapshot
	if k := h.current.Load(); k != nil && (time.Now().Round(0).Sub(k.at) < staleAfter || t.kept(ctx, k.snapshot)) {
		s = k.snapshot
	}
	if s == nil {
		s = t.loadIndexed(ctx, h.id)
	}
	replayed := s == nil
	if replayed {
		s, err = t.replay(ctx, h.id)
	} else if s, err = t.readTail(ctx, s); err == nil && seen > s.Version {
		// A log that was written anew goes on above what was lost of it.
		if whole, werr := t.replay(ctx, h.id); werr == nil && whole.Version > s.Version {
			s, replayed = whole, true
		}
	}
	if err != nil {
		if errors.Is(err, storage.ErrNotFound) {
			return nil, pgerr.New(pgerrcode.UndefinedTable, "table with storage id %s has no log", h.id).WithCause(err)
		}
		return nil, fmt.Errorf("read log of table %s: %w", h.id, err)
	}
	h.publish(s, state.Generation)
	_ = t.syncIndex(ctx, s, seen, replayed) // the index is repaired later
	return s, nil
}

// loadIndexed returns what the index knows of a table, or nil if that is nothing or cannot be: the log has no such version.
func (t *Tables) loadIndexed(ctx context.Context, id uuid.UUID) *catalog.Snapshot {
	s, err := t.idx.Load(ctx, id)
	if err != nil {
		if !errors.Is(err, index.ErrNotFound) {
			t.often.Warn().Err(err).Stringer("table", id).Msg("index does not answer, reading the log")
		}
		return nil
	}
	if s.Schema == nil || s.Schema.UUID != id || s.Version < 0 {
		return nil
	}
	if !t.kept(ctx, s) {
		return nil
	}
	return s
}

// kept reports whether the log still has a version's entry. If not, its successors may have been removed, too, and the tail cannot be read from there on; a replay
// from a checkpoint costs little.
func (t *Tables) kept(ctx context.Context, s *catalog.Snapshot) bool {
	ctx, cancel := context.WithTimeout(ctx, t.limits.operation)
	defer cancel()
	_, err := t.store.Stat(ctx, entryKey(t.prefix, s.Table, s.Version))
	return err == nil
}

// readTail applies the entries after s, normally none.
func (t *Tables) readTail(ctx context.Context, s *catalog.Snapshot) (*catalog.Snapshot, error) {
	for {
		e, err := t.readEntry(ctx, s.Table, s.Version+1)
		if errors.Is(err, storage.ErrNotFound) {
			return s, nil
		}
		if err != nil {
			return nil, err
		}
		next, _, err := advance(s, s.Version+1, e)
		if err != nil {
			return nil, err
		}
		s = next
	}
}

func (t *Tables) readEntry(ctx context.Context, id uuid.UUID, version int64) (*entry, error) {
	return readObject(ctx, &t.appender, entryKey(t.prefix, id, version), maxEntrySize, decodeEntry)
}
