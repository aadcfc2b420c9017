package log

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/miniodb/miniodb/catalog"
	"github.com/miniodb/miniodb/storage"
)

// logObject is an object of a log that belongs to one version.
type logObject struct {
	storage.Info
	version int64
}

// oldestKept returns the version that was current at the cut: the one before the first that is younger. versions are ascending. -1: there are none.
func oldestKept(entries []logObject, cut time.Time) int64 {
	if len(entries) == 0 {
		return -1
	}
	young := slices.IndexFunc(entries, func(o logObject) bool { return !o.Modified.Before(cut) })
	if young < 0 {
		young = len(entries)
	}
	return entries[max(young-1, 0)].version
}

// belowVersion returns the objects of versions below v; all are in order of their keys, which is that of their versions.
func belowVersion(all []logObject, v int64) []logObject {
	end := slices.IndexFunc(all, func(o logObject) bool { return o.version >= v })
	if end < 0 {
		end = len(all)
	}
	return all[:end]
}

// removeLog removes the objects of a log from the oldest upwards; the first failure ends it, so that no gap comes to be.
func (r *round) removeLog(ctx context.Context, dir string, objects []logObject) error {
	for _, o := range objects {
		if err := r.remove(ctx, dir+o.Key, o.Size); err != nil {
			return err
		}
		r.done.LogObjects++
	}
	return nil
}

// tableLog removes the beginning of a table's log, from one checkpoint to the next up to the base.
func (r *round) tableLog(ctx context.Context, id uuid.UUID, listed []storage.Info) error {
	var all, entries []logObject
	checkpoints, sealed := map[int64]bool{}, map[int64]bool{}
	for _, o := range listed {
		if v, ok := entryVersion(o.Key); ok {
			entries = append(entries, logObject{o, v})
			all = append(all, logObject{o, v})
		} else if v, ok := checkpointVersion(o.Key); ok {
			checkpoints[v] = true
			all = append(all, logObject{o, v})
		} else if v, ok := sealVersion(o.Key); ok {
			sealed[v] = true
			all = append(all, logObject{o, v})
		}
	}
	slices.SortStableFunc(all, func(a, b logObject) int { return strings.Compare(a.Key, b.Key) })
	kept := oldestKept(entries, r.cut)
	var from *history // the last base, nil: the beginning of the log
	for _, v := range slices.Sorted(maps.Keys(checkpoints)) {
		if v > kept {
			break
		}
		below := belowVersion(all, v)
		if !sealed[v] || len(below) == 0 {
			continue
		}
		base, err := r.tables.prove(ctx, id, v, from, entries)
		if errors.Is(err, errUnproven) {
			r.log.Error().Err(err).Stringer("table", id).Int64("version", v).Msg("a checkpoint does not say what the log below it says, nothing below is removed")
			return nil
		}
		if err != nil {
			return err
		}
		if err := r.removeLog(ctx, logDir(r.tables.prefix, id), below); err != nil {
			return err
		}
		from, all = base, all[len(below):]
		entries = entries[len(belowVersion(entries, v)):]
	}
	return nil
}

// errUnproven says that a checkpoint cannot stand for what is below it.
var errUnproven = errors.New("not the same")

// prove reads a checkpoint and shows that it says the same as what is below: the history at an earlier checkpoint, or nil, and the entries after that.
func (t *Tables) prove(ctx context.Context, id uuid.UUID, version int64, from *history, entries []logObject) (*history, error) {
	seal := t.seal(ctx, id, version)
	if seal == nil {
		return nil, fmt.Errorf("the seal of checkpoint %d cannot be read", version)
	}
	base, err := t.readCheckpoint(ctx, id, version, seal.verify)
	if err != nil {
		return nil, err
	}
	h, first := from, int64(0)
	if h == nil {
		h = newHistory()
	} else {
		first = h.snapshot.Version + 1
	}
	var versions []int64
	for _, o := range entries {
		if o.version >= first && o.version <= version {
			versions = append(versions, o.version)
		}
	}
	if from == nil && (len(versions) == 0 || versions[0] != 0) {
		return base, nil // an earlier round has proved it and begun to remove what is below
	}
	for i, v := range versions {
		if v != first+int64(i) {
			return nil, fmt.Errorf("%w: %w", errUnproven, gapAt(first+int64(i)))
		}
	}
	if err := t.takeAll(ctx, id, h, versions, func(int64, *catalog.Snapshot) {}); err != nil {
		return nil, err
	}
	if what := h.differs(base); what != "" {
		return nil, fmt.Errorf("%w: %s", errUnproven, what)
	}
	return base, nil
}

// differs names what two histories at the same version do not agree about, "" for nothing. Removed files do not count, nor does what a checkpoint leaves out.
func (h *history) differs(o *history) string {
	switch {
	case h.snapshot.Version != o.snapshot.Version:
		return fmt.Sprintf("the entries end at version %d", h.snapshot.Version)
	case h.protocol == nil || !h.protocol.equal(o.protocol):
		return "protocol"
	case h.meta.ID != o.meta.ID || h.meta.SchemaString != o.meta.SchemaString || !maps.Equal(h.meta.Configuration, o.meta.Configuration):
		return "metadata"
	case !maps.Equal(h.domains, o.domains):
		return "domains"
	case !maps.EqualFunc(h.txns, o.txns, func(a, b txn) bool { return a.Version == b.Version }):
		return "transactions"
	case !maps.EqualFunc(h.adds, o.adds, func(a, b add) bool {
		return a.Size == b.Size && a.ModificationTime == b.ModificationTime && a.Stats == b.Stats && maps.Equal(a.Tags, b.Tags)
	}):
		return "live files"
	}
	return ""
}

// sealVersion reads "00000000000000000100.checkpoint.crc32c".
func sealVersion(name string) (int64, bool) {
	digits, ok := strings.CutSuffix(name, sealSuffix)
	if !ok {
		return 0, false
	}
	return entryVersion(digits + ".json")
}
