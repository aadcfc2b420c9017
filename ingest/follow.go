package ingest

import (
	"context"
	"sync/atomic"
	"time"

	"github.com/google/uuid"
)

const (
	followRetry   = 5 * time.Second  // after a failure
	followTimeout = 30 * time.Second // for one table
)

// follower looks for tables whose log has not followed the catalog because a server ended in between. Run starts it, one at a time.
type follower struct {
	busy     atomic.Bool // whoever set it owns what follows
	version  int64       // of the catalog that was looked at
	again    time.Time   // when to try what failed; zero: nothing has
	followed map[uuid.UUID]int32
}

// due reports whether there is something to look at, and reserves the follower for run if so.
func (f *follower) due(version int64) bool {
	if !f.busy.CompareAndSwap(false, true) {
		return false
	}
	if f.version != version || !f.again.IsZero() && time.Now().After(f.again) {
		return true
	}
	f.busy.Store(false)
	return false
}

// run looks once at each schema that is new since the last time.
func (f *follower) run(ctx context.Context, i *Ingest) {
	defer f.busy.Store(false)
	d := i.deps.Catalog.Current()
	f.version, f.again = d.Version, time.Time{}
	for _, t := range d.Tables {
		if t.SchemaID == 1 || f.followed[t.UUID] == t.SchemaID {
			continue
		}
		tctx, cancel := context.WithTimeout(ctx, followTimeout)
		err := i.FollowSchema(tctx, t, false)
		cancel()
		if err != nil {
			f.again = time.Now().Add(followRetry)
			i.log.Debug().Err(err).Stringer("table", t.Name).Msg("the table log does not have the table's columns yet")
			continue
		}
		f.followed[t.UUID] = t.SchemaID
	}
	for id := range f.followed {
		if d.TableByUUID(id) == nil {
			delete(f.followed, id)
		}
	}
}
