package log

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgerrcode"

	"github.com/miniodb/miniodb/catalog"
	"github.com/miniodb/miniodb/catalog/index"
	"github.com/miniodb/miniodb/internal/pgerr"
)

// Commit brings a table to its next version and returns that. build makes the change for the snapshot it is given and is called again
// on a newer one when somebody else was faster; it abandons by an error, which Commit returns as it is, or by a nil change, for which
// Commit returns the snapshot unchanged. It must not call Tables for the same table.
//
// A change that says Announce follows the pending rule: no query of any node that begins after Commit has returned misses it.
//
// Errors: 40001 after too many lost races or when a removed file is gone, 53100 when the store is full, 57P03 when the change has to be announced and the
// index does not answer, 08007 when it is not known whether the commit took place or can be seen by all; after any other error it did not.
func (t *Tables) Commit(ctx context.Context, id uuid.UUID, build func(*catalog.Snapshot) (*Change, error)) (*catalog.Snapshot, error) {
	h := t.handle(id)
	if err := h.acquire(ctx); err != nil {
		return nil, err
	}
	defer h.release()
	s, err := t.baseInTurn(ctx, h)
	if err != nil {
		return nil, err
	}
	nonce := uuid.New()
	for try := 1; ; try++ {
		c, err := build(s)
		if err != nil {
			return nil, err
		}
		if c == nil {
			return s, nil
		}
		e, err := t.entry(ctx, s, c, nonce)
		if err != nil {
			return nil, err
		}
		if c.Announce {
			if err := announce(ctx, t.idx, &t.appender, id, s.Version+1); err != nil {
				return nil, err
			}
		}
		generation := h.current.Load().generation
		next, delta, won, err := t.write(ctx, s, id, s.Version+1, e, nonce)
		if err != nil {
			h.suspect.Store(true)
			return nil, fmt.Errorf("commit to table %s: %w", id, err)
		}
		if won {
			h.publish(next, generation)
			err := t.applyIndex(ctx, next, delta)
			if err != nil && c.Announce {
				err = t.acknowledge(ctx, func(ctx context.Context) error { return t.syncIndex(ctx, next, index.Absent, false) })
				if err != nil {
					return nil, fmt.Errorf("commit to table %s: %w", id, err)
				}
			}
			t.checkpoint(ctx, next)
			return next, nil
		}
		if try >= t.limits.conflicts {
			return nil, pgerr.New(pgerrcode.SerializationFailure, "could not serialize access: %d concurrent commits to the table", try)
		}
		if try > 1 {
			pause(ctx, t.limits.backoff, try-1)
		}
		if s, err = t.refreshInTurn(ctx, h); err != nil {
			return nil, err
		}
	}
}

// baseInTurn returns the snapshot to build on: memory, unless the index or a doubtful commit says that it is out of date.
func (t *Tables) baseInTurn(ctx context.Context, h *handle) (*catalog.Snapshot, error) {
	if !h.suspect.Load() && !h.dropped.Load() {
		if state, err := t.idx.State(ctx, []uuid.UUID{h.id}); err == nil {
			if k := h.current.Load(); k.current(state) {
				return k.snapshot, nil
			}
		}
	}
	return t.refreshInTurn(ctx, h)
}

// entry makes the log entry of a change. A new schema needs the protocol so far, which a snapshot does not have.
func (t *Tables) entry(ctx context.Context, s *catalog.Snapshot, c *Change, nonce uuid.UUID) (*entry, error) {
	var mapped bool
	var old *protocol
	if c.Schema != nil {
		h, err := t.history(ctx, s.Table)
		if err != nil {
			return nil, fmt.Errorf("read log of table %s: %w", s.Table, err)
		}
		mapped, old = h.mapped(), h.protocol
	}
	return c.entry(s, nonce, t.node, mapped, old, time.Now())
}
