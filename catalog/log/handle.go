package log

import (
	"context"
	"sync/atomic"
	"time"

	"github.com/google/uuid"

	"github.com/miniodb/miniodb/catalog"
	"github.com/miniodb/miniodb/catalog/index"
)

// handle is one table in memory.
type handle struct {
	id      uuid.UUID
	turn    chan struct{}         // holds a token while somebody commits or refreshes
	current atomic.Pointer[known] // nil: not loaded
	suspect atomic.Bool           // the outcome of a commit is not known: the next one reads the tail first
	dropped atomic.Bool
}

// known is a version of a table in memory, and the generation of the index in which it was compared with the end of the log: from then on the
// index says what came after. Another generation may lack what its predecessor knew, so that the comparison has to be made again.
type known struct {
	snapshot   *catalog.Snapshot
	generation string
	at         time.Time // when, by the wall clock, which goes on while the machine sleeps
}

// staleAfter is how old a version in memory may be so that a missing entry after it means that there is none. Cleaning removes no version that was current
// within the last hour, the shortest retention; later the next entries, and the version's own, may have been removed.
const staleAfter = 30 * time.Minute

// current reports whether a state of the index says that there is nothing after what is known. Memory may be ahead of the index: a commit between its
// PUT and its Apply, or one whose Apply failed. A table that is missing in the index is looked up in the log, which puts it back there.
func (k *known) current(state index.State) bool {
	if k == nil || state.Generation == "" || k.generation != state.Generation {
		return false
	}
	m, ok := state.Tables[k.snapshot.Table]
	return ok && m.Version != index.Absent && !m.Ahead(k.snapshot.Version)
}

func (t *Tables) handle(id uuid.UUID) *handle {
	t.mu.Lock()
	defer t.mu.Unlock()
	h := t.tables[id]
	if h == nil {
		h = &handle{id: id, turn: make(chan struct{}, 1)}
		t.tables[id] = h
	}
	return h
}

func (h *handle) acquire(ctx context.Context) error {
	select {
	case h.turn <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (h *handle) release() { <-h.turn }

// publish makes a version known that was compared with the end of the log in a generation ("": was not).
func (h *handle) publish(s *catalog.Snapshot, generation string) {
	h.current.Store(&known{snapshot: s, generation: generation, at: time.Now().Round(0)})
	h.suspect.Store(false)
	h.dropped.Store(false)
}

// snapshot returns the newest version in memory, or nil.
func (h *handle) snapshot() *catalog.Snapshot {
	if k := h.current.Load(); k != nil {
		return k.snapshot
	}
	return nil
}
