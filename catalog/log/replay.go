package log

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/google/uuid"
	"golang.org/x/sync/errgroup"

	"github.com/miniodb/miniodb/catalog"
	"github.com/miniodb/miniodb/storage"
)

// readAhead is how many entries of a log are read at a time during a replay.
const readAhead = 16

// replay reads a table's log from its beginning or from its newest checkpoint on.
func (t *Tables) replay(ctx context.Context, id uuid.UUID) (*catalog.Snapshot, error) {
	h, err := t.history(ctx, id)
	if err != nil {
		return nil, err
	}
	return h.snapshot, nil
}

// history is everything that the log says about the current version, also what a snapshot leaves out.
type history struct {
	snapshot *catalog.Snapshot
	protocol *protocol
	meta     *metaData
	domains  map[string]domainMetadata
	txns     map[string]txn
	removes  map[string]remove // of files that are not live
	adds     map[string]add    // of live files
}

func newHistory() *history {
	return &history{domains: map[string]domainMetadata{}, txns: map[string]txn{}, removes: map[string]remove{}, adds: map[string]add{}}
}

// mapped reports whether name mapping is on.
func (h *history) mapped() bool { return h.meta.Configuration[configMode] == modeName }

// take applies one entry.
func (h *history) take(version int64, e *entry) error {
	next, _, err := advance(h.snapshot, version, e)
	if err != nil {
		return err
	}
	h.snapshot = next
	h.keep(e)
	return nil
}

// keep records the actions of an entry beside the snapshot.
func (h *history) keep(e *entry) {
	if e.protocol != nil {
		h.protocol = e.protocol
	}
	if e.meta != nil {
		h.meta = e.meta
	}
	for _, d := range e.domains {
		if h.domains[d.Domain] = d; d.Removed {
			delete(h.domains, d.Domain)
		}
	}
	for _, t := range e.txns {
		h.txns[t.AppID] = t
	}
	for _, r := range e.removes {
		h.removes[r.Path] = r
		delete(h.adds, r.Path)
	}
	for _, a := range e.adds {
		h.adds[a.Path] = a
		delete(h.removes, a.Path)
	}
}

// history replays the log. storage.ErrNotFound: there is none.
func (t *Tables) history(ctx context.Context, id uuid.UUID) (*history, error) {
	return t.historyWith(ctx, id, func(int64, *catalog.Snapshot) {})
}

// historyWith calls visit with each version on the way.
func (t *Tables) historyWith(ctx context.Context, id uuid.UUID, visit func(int64, *catalog.Snapshot)) (*history, error) {
	h := newHistory()
	first := int64(0)
	versions, err := t.listVersions(ctx, id, first)
	if err != nil {
		return nil, err
	}
	if len(versions) == 0 {
		return nil, fmt.Errorf("no log entries: %w", storage.ErrNotFound)
	}
	for i, v := range versions {
		if v != first+int64(i) {
			return nil, fmt.Errorf("the log has a gap: version %d is missing", first+int64(i))
		}
	}
	for len(versions) > 0 {
		n := min(len(versions), readAhead)
		entries, err := t.readEntries(ctx, id, versions[:n])
		if err != nil {
			return nil, err
		}
		for i, e := range entries {
			if err := h.take(versions[i], e); err != nil {
				return nil, err
			}
			visit(versions[i], h.snapshot)
		}
		versions = versions[n:]
	}
	if h.protocol == nil {
		return nil, errors.New("the log has no protocol action")
	}
	if h.snapshot.Table != id {
		return nil, fmt.Errorf("the log is that of table %s", h.snapshot.Table)
	}
	// Somebody may have committed since the listing.
	for {
		e, err := t.readEntry(ctx, id, h.snapshot.Version+1)
		if errors.Is(err, storage.ErrNotFound) {
			return h, nil
		}
		if err == nil {
			err = h.take(h.snapshot.Version+1, e)
		}
		if err != nil {
			return nil, err
		}
		visit(h.snapshot.Version, h.snapshot)
	}
}

func (t *Tables) readEntries(ctx context.Context, id uuid.UUID, versions []int64) ([]*entry, error) {
	out := make([]*entry, len(versions))
	g, ctx := errgroup.WithContext(ctx)
	for i, v := range versions {
		g.Go(func() (err error) {
			out[i], err = t.readEntry(ctx, id, v)
			return err
		})
	}
	return out, g.Wait()
}

// listVersions returns the versions from first on that the log has, in order.
func (t *Tables) listVersions(ctx context.Context, id uuid.UUID, first int64) (versions []int64, err error) {
	dir := logDir(t.prefix, id)
	objects, err := t.list(ctx, dir, fmt.Sprintf("%s%020d", dir, first))
	for _, o := range objects {
		if v, ok := entryVersion(o.Key); ok && v >= first {
			versions = append(versions, v)
		}
	}
	return versions, err
}

// entryVersion reads "00000000000000000007.json".
func entryVersion(name string) (int64, bool) {
	digits, ok := strings.CutSuffix(name, ".json")
	if !ok || len(digits) != 20 {
		return 0, false
	}
	v, err := strconv.ParseInt(digits, 10, 64)
	return v, err == nil && v >= 0
}
