package ingest

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgerrcode"

	"github.com/miniodb/miniodb/internal/pgerr"
)

// tableGate keeps commits out of a table while its columns or constraints change, so that what was found to be true of all rows stays true.
type tableGate struct {
	holder uuid.UUID // the transaction that changes the table; zero: none
	inside int       // commits under way
}

// Enter begins a commit that writes rows to tables. It waits, at most for limit (0: Config.StallTimeout), while another transaction than owner
// holds one of them; leave ends it. 55P03 after that time.
func (i *Ingest) Enter(ctx context.Context, owner uuid.UUID, tables []uuid.UUID, limit time.Duration) (leave func(), err error) {
	err = i.await(ctx, i.gateLimit(limit), func() (bool, error) {
		for _, id := range tables {
			if g := i.gates[id]; g != nil && g.holder != uuid.Nil && g.holder != owner {
				return false, nil
			}
		}
		for _, id := range tables {
			i.gateLocked(id).inside++
		}
		return true, nil
	}, lockTimeout)
	if err != nil {
		return nil, err
	}
	return func() {
		i.mu.Lock()
		defer i.mu.Unlock()
		for _, id := range tables {
			i.gates[id].inside--
			i.closeGateLocked(id)
		}
		i.broadcastLocked()
	}, nil
}

// Hold keeps the commits of all transactions but owner out of a table until Unhold, and waits for those under way. Safe to repeat. 55P03 when
// another transaction holds the table for longer than limit (0: Config.StallTimeout).
func (i *Ingest) Hold(ctx context.Context, owner, table uuid.UUID, limit time.Duration) error {
	err := i.await(ctx, i.gateLimit(limit), func() (bool, error) {
		g := i.gateLocked(table)
		switch g.holder {
		case uuid.Nil:
			g.holder = owner // from here on nobody enters
		case owner:
		default:
			return false, nil
		}
		return g.inside == 0, nil
	}, lockTimeout)
	if err != nil {
		i.mu.Lock()
		defer i.mu.Unlock()
		if g := i.gates[table]; g != nil && g.holder == owner && g.inside > 0 {
			g.holder = uuid.Nil
			i.broadcastLocked()
		}
		i.closeGateLocked(table)
	}
	return err
}

// Unhold lets commits into the tables that owner has held.
func (i *Ingest) Unhold(owner uuid.UUID) {
	i.mu.Lock()
	defer i.mu.Unlock()
	for id, g := range i.gates {
		if g.holder == owner {
			g.holder = uuid.Nil
			i.closeGateLocked(id)
		}
	}
	i.broadcastLocked()
}

func (i *Ingest) gateLimit(limit time.Duration) time.Duration {
	if limit > 0 {
		return limit
	}
	return i.cfg.StallTimeout
}

func (i *Ingest) gateLocked(id uuid.UUID) *tableGate {
	g := i.gates[id]
	if g == nil {
		g = &tableGate{}
		i.gates[id] = g
	}
	return g
}

// closeGateLocked forgets a gate that nobody uses.
func (i *Ingest) closeGateLocked(id uuid.UUID) {
	if g := i.gates[id]; g != nil && g.holder == uuid.Nil && g.inside == 0 {
		delete(i.gates, id)
	}
}

func lockTimeout() error {
	return pgerr.New(pgerrcode.LockNotAvailable, "canceling statement due to lock timeout").
		WithDetail("Another transaction changes the table and has not ended.")
}
