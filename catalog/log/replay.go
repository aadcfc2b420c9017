package log

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/google/uuid"
	"golang.org/x/sync/errgroup"

	"github.com/miniodb/miniodb/catalog"
	"github.com/miniodb/miniodb/internal/pgerr"
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

// start begins a history with a checkpoint.
func (h *history) start(version int64, e *entry) error {
	live := *e
	live.removes = nil // of files that were gone before
	s, _, err := advance(nil, version, &live)
	if err != nil {
		return err
	}
	h.snapshot = s
	h.keep(e)
	return nil
}

// errGap is a version that is missing before others that are there.
var errGap = errors.New("the log has a gap")

func gapAt(version int64) error { return fmt.Errorf("%w: version %d is missing", errGap, version) }

// history reads the log from its newest checkpoint on, from version 0 without a sound one. storage.ErrNotFound: there is no log. A gap is looked at
// again, since the beginning of a log may be removed between its listing and its reading.
func (t *Tables) history(ctx context.Context, id uuid.UUID) (h *history, err error) {
	for try := range t.limits.reads {
		if try > 0 {
			pause(ctx, t.limits.backoff, try)
		}
		var versions []int64
		if h, versions, err = t.beginning(ctx, id); err == nil {
			err = t.replayInto(ctx, id, h, versions, func(int64, *catalog.Snapshot) {})
		}
		if !errors.Is(err, errGap) || ctx.Err() != nil {
			break
		}
	}
	return h, err
}

// fullHistory reads the log from version 0 on, or from its oldest sound checkpoint where the versions before have been removed, and calls visit with each
// version on the way.
func (t *Tables) fullHistory(ctx context.Context, id uuid.UUID, visit func(int64, *catalog.Snapshot)) (*history, error) {
	h := newHistory()
	versions, checkpoints, err := t.listVersions(ctx, id, 0)
	if err != nil {
		return nil, err
	}
	if len(versions) > 0 && versions[0] > 0 {
		for _, v := range checkpoints {
			base, err := t.readCheckpoint(ctx, id, v, t.seal(ctx, id, v).verify)
			if refused(err) || ctx.Err() != nil {
				return nil, err
			}
			if err == nil {
				h, versions = base, after(versions, v)
				visit(v, h.snapshot)
				break
			}
		}
	}
	return h, t.replayInto(ctx, id, h, versions, visit)
}

// after returns those of ascending versions that are greater than v.
func after(versions []int64, v int64) []int64 {
	i, found := slices.BinarySearch(versions, v)
	if found {
		i++
	}
	return versions[i:]
}

// beginning returns where to begin reading a log, a checkpoint or nothing, and the versions to be read after that.
func (t *Tables) beginning(ctx context.Context, id uuid.UUID) (*history, []int64, error) {
	if last := t.hint(ctx, id); last != nil {
		h, err := t.readCheckpoint(ctx, id, last.Version, last.verify)
		if err == nil {
			versions, _, err := t.listVersions(ctx, id, last.Version+1)
			return h, versions, err
		}
		if refused(err) || ctx.Err() != nil {
			return nil, nil, err
		}
		t.log.Warn().Err(err).Stringer("table", id).Int64("version", last.Version).Msg("checkpoint cannot be read, reading more of the log")
	}
	versions, checkpoints, err := t.listVersions(ctx, id, 0)
	if err != nil || len(versions) > 0 && versions[0] == 0 {
		return newHistory(), versions, err
	}
	for _, v := range slices.Backward(checkpoints) {
		h, err := t.readCheckpoint(ctx, id, v, t.seal(ctx, id, v).verify)
		if err == nil {
			return h, after(versions, v), nil
		}
		if refused(err) || ctx.Err() != nil {
			return nil, nil, err
		}
		t.log.Warn().Err(err).Stringer("table", id).Int64("version", v).Msg("checkpoint cannot be read, trying an older one")
	}
	return newHistory(), versions, nil
}

// refused reports whether an error says that a log needs a newer server, rather than that it cannot be read.
func refused(err error) bool {
	var e *pgerr.Error
	return errors.As(err, &e)
}

func (t *Tables) readCheckpoint(ctx context.Context, id uuid.UUID, version int64, verify func([]byte) error) (*history, error) {
	e, err := readObject(ctx, &t.appender, checkpointKey(t.prefix, id, version), maxEntrySize, func(data []byte) (*entry, error) {
		if err := verify(data); err != nil {
			return nil, err
		}
		return decodeCheckpoint(data)
	})
	if err != nil {
		return nil, err
	}
	h := newHistory()
	return h, h.start(version, e)
}

// replayInto applies the given versions to h, then those that came since they were listed.
func (t *Tables) replayInto(ctx context.Context, id uuid.UUID, h *history, versions []int64, visit func(int64, *catalog.Snapshot)) error {
	next := int64(0)
	if h.snapshot != nil {
		next = h.snapshot.Version + 1
	} else if len(versions) == 0 {
		return fmt.Errorf("no log entries: %w", storage.ErrNotFound)
	}
	for i, v := range versions {
		if v != next+int64(i) {
			return gapAt(next + int64(i))
		}
	}
	if err := t.takeAll(ctx, id, h, versions, visit); err != nil {
		return err
	}
	if h.protocol == nil {
		return errors.New("the log has no protocol action")
	}
	if h.snapshot.Table != id {
		return fmt.Errorf("the log is that of table %s", h.snapshot.Table)
	}
	for {
		e, err := t.readEntry(ctx, id, h.snapshot.Version+1)
		if errors.Is(err, storage.ErrNotFound) {
			return nil
		}
		if err == nil {
			err = h.take(h.snapshot.Version+1, e)
		}
		if err != nil {
			return err
		}
		visit(h.snapshot.Version, h.snapshot)
	}
}

// takeAll applies versions that are there to h.
func (t *Tables) takeAll(ctx context.Context, id uuid.UUID, h *history, versions []int64, visit func(int64, *catalog.Snapshot)) error {
	for batch := range slices.Chunk(versions, readAhead) {
		entries, err := t.readEntries(ctx, id, batch)
		if err != nil {
			return err
		}
		for i, e := range entries {
			if err := h.take(batch[i], e); err != nil {
				return err
			}
			visit(batch[i], h.snapshot)
		}
	}
	return nil
}

func (t *Tables) readEntries(ctx context.Context, id uuid.UUID, versions []int64) ([]*entry, error) {
	out := make([]*entry, len(versions))
	g, ctx := errgroup.WithContext(ctx)
	for i, v := range versions {
		g.Go(func() (err error) {
			if out[i], err = t.readEntry(ctx, id, v); errors.Is(err, storage.ErrNotFound) {
				err = gapAt(v) // it was there when the log was listed
			}
			return err
		})
	}
	return out, g.Wait()
}

// listVersions returns the versions from first on that the log has, and those that have checkpoints, in order.
func (t *Tables) listVersions(ctx context.Context, id uuid.UUID, first int64) (versions, checkpoints []int64, err error) {
	dir := logDir(t.prefix, id)
	objects, err := t.list(ctx, dir, fmt.Sprintf("%s%020d", dir, first))
	for _, o := range objects {
		if v, ok := entryVersion(o.Key); ok {
			versions = append(versions, v)
		} else if v, ok := checkpointVersion(o.Key); ok {
			checkpoints = append(checkpoints, v)
		}
	}
	return versions, checkpoints, err
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
