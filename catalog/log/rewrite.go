package log

import (
	"context"
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgerrcode"

	"github.com/miniodb/miniodb/catalog"
	"github.com/miniodb/miniodb/catalog/index"
	"github.com/miniodb/miniodb/internal/pgerr"
	"github.com/miniodb/miniodb/storage"
)

// Examined is what a table's directory in the store holds.
type Examined struct {
	Snapshot *catalog.Snapshot // what the log says; nil if it cannot be read
	Fault    string            // why not
	Last     int64             // the highest version that an object of the log names; -1 if there is none
	Files    map[string]int64  // data files by path and their sizes in bytes, live or not
}

// Missing returns the first live file of a snapshot that is not in the directory with its size, "" if all are, and how many are not.
func (x *Examined) Missing(s *catalog.Snapshot) (first string, count int) {
	for i := range s.Files {
		if size, ok := x.Files[s.Files[i].Path]; !ok || size != s.Files[i].Size {
			if count++; count == 1 {
				first = s.Files[i].Path
			}
		}
	}
	return first, count
}

// Examine reads a table's log from the store alone and lists its files. It neither asks nor changes memory and index. An error says that this could not
// be done, or that a newer server wrote the log; a log that is missing or damaged is no error.
func (t *Tables) Examine(ctx context.Context, id uuid.UUID) (*Examined, error) {
	x := &Examined{Last: -1, Files: map[string]int64{}}
	objects, err := t.list(ctx, tableDir(t.prefix, id), "")
	if err != nil {
		return nil, fmt.Errorf("list table %s: %w", id, err)
	}
	entries := map[int64]bool{}
	for _, o := range objects {
		name, logged := strings.CutPrefix(o.Key, "_delta_log/")
		if !logged {
			x.Files[o.Key] = o.Size
			continue
		}
		if v, ok := entryVersion(name); ok {
			entries[v] = true
			x.Last = max(x.Last, v)
		} else if v, ok := checkpointVersion(name); ok {
			x.Last = max(x.Last, v)
		}
	}
	if x.Last < 0 {
		x.Fault = "the log is gone"
		return x, nil
	}
	x.Snapshot, err = t.replay(ctx, id)
	if err == nil {
		return x, nil
	}
	if refused(err) || ctx.Err() != nil {
		return nil, fmt.Errorf("read log of table %s: %w", id, err)
	}
	// The log is damaged only if the store does answer: each of its objects can be read.
	for v := range entries {
		if _, gerr := t.getOnce(ctx, entryKey(t.prefix, id, v), maxEntrySize); gerr != nil && !errors.Is(gerr, storage.ErrNotFound) {
			return nil, fmt.Errorf("read log of table %s: %w", id, gerr)
		}
	}
	x.Fault = err.Error()
	return x, nil
}

// Stored lists the tables that have a directory in the store, whether or not the catalog knows them. It takes one listing a table.
func (t *Tables) Stored(ctx context.Context) ([]uuid.UUID, error) {
	var out []uuid.UUID
	dir, after := join(t.prefix, "tables/"), ""
	enough := errors.New("one is enough")
	for {
		first := ""
		err := t.store.List(ctx, dir, after, func(o storage.Info) error {
			first = strings.TrimPrefix(o.Key, dir)
			return enough
		})
		if first == "" {
			if err != nil {
				err = fmt.Errorf("list tables of the store: %w", err)
			}
			return out, err
		}
		name, _, _ := strings.Cut(first, "/")
		if id, err := uuid.Parse(name); err == nil {
			out = append(out, id)
		}
		after = dir + name + "0" // the first character after the slash: what is left has another name
	}
}

// Remembered returns the newest version of a table in this process's memory, nil if there is none: it was read from the log, or committed to it.
func (t *Tables) Remembered(id uuid.UUID) *catalog.Snapshot {
	h := t.handle(id)
	return h.snapshot()
}

// Indexed returns what the index says of a table, nil if that is nothing.
func (t *Tables) Indexed(ctx context.Context, id uuid.UUID) (*catalog.Snapshot, error) {
	s, err := t.idx.Load(ctx, id)
	switch {
	case errors.Is(err, index.ErrNotFound):
		return nil, nil
	case err != nil:
		return nil, fmt.Errorf("load table %s from the index: %w", id, err)
	case s.Schema == nil || s.Schema.UUID != id || s.Version < 0:
		return nil, nil
	}
	return s, nil
}

// Node returns the name that is written into each commit.
func (t *Tables) Node() string { return t.node }

// Key returns the storage key of something beside the tables.
func (t *Tables) Key(name string) string { return join(t.prefix, name) }

// IndexState returns the generation and the catalog's marks of the index.
func (t *Tables) IndexState(ctx context.Context) (index.State, error) { return t.idx.State(ctx, nil) }

// Rewrite begins the log of a table anew from what is known of one of its versions, where the log itself is missing or damaged. The new version is above
// all that log, index and memory name, so that whoever remembers one of them reads on; a checkpoint stands beside it, as there is nothing before. What is left
// of the old log is removed at the end. Files and their sizes are for the caller to check. remembered says that s is from memory: a version that was committed
// after it was taken is used instead.
func (t *Tables) Rewrite(ctx context.Context, s *catalog.Snapshot, remembered bool) (*catalog.Snapshot, error) {
	h := t.handle(s.Table)
	if err := h.acquire(ctx); err != nil {
		return nil, err
	}
	defer h.release()
	if m := h.snapshot(); remembered && m != nil && m.Version > s.Version {
		s = m
	}
	objects, err := t.list(ctx, logDir(t.prefix, s.Table), "")
	if err != nil {
		return nil, fmt.Errorf("list log of table %s: %w", s.Table, err)
	}
	last := s.Version
	for _, o := range objects {
		if v, ok := entryVersion(o.Key); ok {
			last = max(last, v)
		} else if v, ok := checkpointVersion(o.Key); ok {
			last = max(last, v)
		}
	}
	if m := h.snapshot(); m != nil {
		last = max(last, m.Version)
	}
	state, err := t.idx.State(ctx, []uuid.UUID{s.Table})
	if err != nil {
		return nil, fmt.Errorf("rewrite log of table %s: %w", s.Table, err)
	}
	last = max(last, state.Tables[s.Table].Version, state.Tables[s.Table].Pending)

	nonce := uuid.New()
	e, err := t.firstEntry(s, nonce)
	if err != nil {
		return nil, err
	}
	next, _, won, err := t.write(ctx, nil, s.Table, last+1, e, nonce)
	if err != nil {
		h.suspect.Store(true)
		return nil, fmt.Errorf("rewrite log of table %s: %w", s.Table, err)
	}
	if !won {
		return nil, pgerr.New(pgerrcode.SerializationFailure, "could not serialize access: the log of table %s is written by another server", s.Table)
	}
	x := newHistory()
	if err := x.take(next.Version, e); err != nil {
		return nil, err
	}
	if err := t.putCheckpoint(ctx, x); err != nil {
		return nil, fmt.Errorf("rewrite log of table %s: %w", s.Table, err)
	}
	for _, o := range objects {
		if path.Base(o.Key) == lastCheckpoint {
			continue // it has been replaced
		}
		if err := t.store.Delete(ctx, logDir(t.prefix, s.Table)+o.Key); err != nil {
			return nil, fmt.Errorf("remove the rest of the log of table %s: %w", s.Table, err)
		}
	}
	h.publish(next, state.Generation)
	return next, t.syncIndex(ctx, next, state.Tables[s.Table].Version, true)
}

// firstEntry is a log in one entry.
func (t *Tables) firstEntry(s *catalog.Snapshot, nonce uuid.UUID) (*entry, error) {
	meta, proto, err := describe(s.Schema, false)
	if err != nil {
		return nil, err
	}
	empty := &catalog.Snapshot{Table: s.Table, Schema: s.Schema}
	// Rows do not change for whoever has read the log before: DataChange is false.
	e, err := (&Change{Operation: "RECOVER", Adds: slices.Clone(s.Files), Checkpoints: s.Checkpoints}).entry(empty, nonce, t.node, false, nil, time.Now())
	if err != nil {
		return nil, err
	}
	e.meta, e.protocol = meta, proto
	e.domains = []domainMetadata{{Domain: domainFormat, Configuration: fmt.Sprintf(`{"version":%d}`, formatVersion)}}
	return e, nil
}
