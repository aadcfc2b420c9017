package log

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgerrcode"

	"github.com/miniodb/miniodb/catalog"
	"github.com/miniodb/miniodb/catalog/index"
	"github.com/miniodb/miniodb/internal/pgerr"
)

// indexed returns the version of a table in the index, Absent if it is not there.
func (t *Tables) indexed(ctx context.Context, id uuid.UUID) (int64, error) {
	state, err := t.idx.State(ctx, []uuid.UUID{id})
	if err != nil {
		return index.Absent, err
	}
	return state.Tables[id].Version, nil
}

// applyIndex makes a won commit known. The commit stands whatever happens here.
func (t *Tables) applyIndex(ctx context.Context, s *catalog.Snapshot, d *index.Delta) error {
	ctx = context.WithoutCancel(ctx)
	if err := t.idx.Apply(ctx, s.Table, s.Version, *d); err == nil {
		return nil
	}
	return t.syncIndex(ctx, s, index.Absent, false)
}

// syncIndex brings the index to s, replacing also an entry of the same version if replace is set. An index that is ahead is left alone,
// as somebody has committed after s, unless it was at that version, seen, before the log was read and so is wrong. A failure
// leaves the index out of step, which the next access or the Keeper notices.
func (t *Tables) syncIndex(ctx context.Context, s *catalog.Snapshot, seen int64, replace bool) error {
	ctx = context.WithoutCancel(ctx)
	var err error
	for range t.limits.reads {
		var at int64
		if at, err = t.indexed(ctx, s.Table); err != nil {
			break
		}
		if at == s.Version && !replace || at > s.Version && at != seen {
			return nil
		}
		if err = t.idx.Reset(ctx, s, at); !errors.Is(err, index.ErrVersion) {
			break
		}
	}
	if err != nil {
		t.often.Warn().Err(err).Stringer("table", s.Table).Msg("index is out of step with the log and will be repaired")
	}
	return err
}

// Announce is the first half of the pending rule: from now on every reader, on every node, looks into the table's log for what comes after its
// current version. 57P03 if the index does not answer, as the commit would not be seen by others.
func (t *Tables) Announce(ctx context.Context, id uuid.UUID) error {
	s, err := t.Snapshot(ctx, id)
	if err != nil {
		return err
	}
	return announce(ctx, t.idx, &t.appender, id, s.Version+1)
}

// announce retries until the index has taken it, for limits.announce at most.
func announce(ctx context.Context, idx index.Index, a *appender, log uuid.UUID, version int64) error {
	deadline := time.Now().Add(a.limits.announce)
	for try := 1; ; try++ {
		err := idx.Announce(ctx, log, version)
		if err == nil || ctx.Err() != nil {
			return ctx.Err()
		}
		if time.Now().After(deadline) {
			return pgerr.New(pgerrcode.CannotConnectNow, "the catalog index cannot be reached, and changes that other servers have to see wait for it").
				WithHint("Queries and inserts go on. Try again when Redis is back.").WithCause(err)
		}
		pause(ctx, a.limits.backoff, try)
	}
}

// acknowledge is the second half of the pending rule: a commit that changes answers is acknowledged when the index has it. apply is repeated for
// limits.resolve at most; then the answer is 08007: the commit stands, and others may not see it yet.
func (a *appender) acknowledge(ctx context.Context, apply func(context.Context) error) error {
	ctx = context.WithoutCancel(ctx)
	deadline := time.Now().Add(a.limits.resolve)
	for try := 1; ; try++ {
		err := apply(ctx)
		if err == nil {
			return nil
		}
		if time.Now().After(deadline) {
			return pgerr.New(pgerrcode.TransactionResolutionUnknown, "the change took place, but the catalog index cannot be reached to tell other servers of it").WithCause(err)
		}
		pause(ctx, a.limits.backoff, try)
	}
}

// Rebuild replaces what the index and memory know of a table by a replay of its log. It also takes a dropped table back.
func (t *Tables) Rebuild(ctx context.Context, id uuid.UUID) (*catalog.Snapshot, error) {
	h := t.handle(id)
	if err := h.acquire(ctx); err != nil {
		return nil, err
	}
	defer h.release()
	state, err := t.idx.State(ctx, []uuid.UUID{id})
	if err != nil {
		return nil, fmt.Errorf("rebuild index of table %s: %w", id, err)
	}
	s, err := t.replay(ctx, id)
	if err != nil {
		return nil, fmt.Errorf("read log of table %s: %w", id, err)
	}
	h.publish(s, state.Generation)
	at, err := t.indexed(ctx, id)
	if err == nil {
		err = t.idx.Reset(ctx, s, at)
	}
	if err != nil {
		return nil, fmt.Errorf("rebuild index of table %s: %w", id, err)
	}
	return s, nil
}
