package log

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/miniodb/miniodb/catalog"
	"github.com/miniodb/miniodb/storage"
)

// errEnough ends a round that has reached its bounds.
var errEnough = errors.New("the round has reached its bounds")

// round is one run of a cleaner.
type round struct {
	*Cleaner
	shared bool
	now    time.Time
	cut    time.Time // what was superseded before may go
	old    time.Time // orphans are older
	db     *catalog.Database
	left   int // objects that may still be removed
	done   CleanStats
}

// finish runs the round within its time and counts what it did.
func (r *round) finish(ctx context.Context) (CleanStats, error) {
	within, cancel := context.WithTimeout(ctx, cleanTime)
	defer cancel()
	err := r.run(within)
	if errors.Is(err, errEnough) || err != nil && within.Err() != nil && ctx.Err() == nil {
		r.done.More, err = true, nil
	}
	r.mu.Lock()
	r.stats.add(&r.done)
	r.mu.Unlock()
	if err != nil {
		err = fmt.Errorf("clean: %w", err)
	}
	return r.done, err
}

func (r *round) run(ctx context.Context) (err error) {
	if r.db, err = r.catalog.Refresh(ctx); err != nil {
		return err
	}
	if r.db.Version < 0 {
		return nil // a catalog without a commit says nothing about tables
	}
	if r.shared {
		if err := r.dropped(ctx); err != nil {
			return err
		}
		if err := r.skip(ctx, r.catalogLog(ctx), uuid.Nil); err != nil {
			return err
		}
	}
	for _, id := range r.order() {
		r.next = id
		if err := r.skip(ctx, r.table(ctx, id), id); err != nil {
			return err
		}
	}
	r.next = uuid.Nil
	return r.strangers(ctx)
}

// order returns the tables of the catalog, beginning where the last round ended, and forgets what is remembered of others.
func (r *round) order() []uuid.UUID {
	ids := make([]uuid.UUID, 0, len(r.db.Tables))
	known := make(map[uuid.UUID]bool, len(r.db.Tables))
	for _, t := range r.db.Tables {
		ids, known[t.UUID] = append(ids, t.UUID), true
	}
	for id := range r.states {
		if !known[id] {
			delete(r.states, id)
		}
	}
	slices.SortFunc(ids, func(a, b uuid.UUID) int { return slices.Compare(a[:], b[:]) })
	at, _ := slices.BinarySearchFunc(ids, r.next, func(a, b uuid.UUID) int { return slices.Compare(a[:], b[:]) })
	return slices.Concat(ids[at:], ids[:at])
}

// skip logs an error of one log or table, which the next round tries again, and returns an error that ends this round.
func (r *round) skip(ctx context.Context, err error, table uuid.UUID) error {
	switch {
	case err == nil || errors.Is(err, errEnough):
		return err
	case ctx.Err() != nil:
		return ctx.Err()
	}
	r.done.Failures++
	r.log.Warn().Err(err).Stringer("table", table).Msg("not cleaned, trying again in the next round")
	if r.done.Failures >= cleanFailures {
		return err
	}
	return nil
}

// remove deletes one object.
func (r *round) remove(ctx context.Context, key string, size int64) error {
	if r.left <= 0 || ctx.Err() != nil {
		return cmp.Or(ctx.Err(), errEnough)
	}
	ctx, cancel := context.WithTimeout(ctx, r.tables.limits.operation)
	defer cancel()
	if err := r.tables.store.Delete(ctx, key); err != nil {
		return fmt.Errorf("remove %s: %w", key, err)
	}
	r.left--
	r.done.Objects++
	r.done.Bytes += size
	return nil
}

// removeAll deletes objects in any order, counting them in n; it goes on after failures and says whether there were any.
func (r *round) removeAll(ctx context.Context, dir string, objects []storage.Info, n *int64) (complete bool, err error) {
	complete = true
	for _, o := range objects {
		switch err := r.remove(ctx, dir+o.Key, o.Size); {
		case errors.Is(err, errEnough) || ctx.Err() != nil:
			return false, err
		case err != nil:
			complete = false
			if err := r.skip(ctx, err, uuid.Nil); err != nil {
				return false, err
			}
		default:
			*n++
		}
	}
	return complete, nil
}
