package log

import (
	"context"
	"errors"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/miniodb/miniodb/catalog"
	"github.com/miniodb/miniodb/storage"
)

const (
	freshDir     = "l0/"
	deltaLogName = "_delta_log/"
	maxForeign   = 1000 // files of others that are looked up in the whole log at a time
)

// DataDir returns the directory, within a table's, of data files that a stream's server flushes and loads. It ends in a slash. Who may remove an orphan follows
// from it.
func DataDir(stream uuid.UUID) string { return freshDir + stream.String() + "/" }

// streamOf returns the stream whose server wrote a data file; false if its path does not say.
func streamOf(file string) (uuid.UUID, bool) {
	rest, fresh := strings.CutPrefix(file, freshDir)
	dir, _, nested := strings.Cut(rest, "/")
	if !fresh || !nested {
		return uuid.Nil, false
	}
	id, err := uuid.Parse(dir)
	return id, err == nil && id.String() == dir
}

// ours reports whether this round may remove a file that nothing names.
func (r *round) ours(file string) bool {
	id, ok := streamOf(file)
	if !ok || id == r.writer.Stream() {
		return ok
	}
	s := r.db.Streams[id]
	return r.shared && s != nil && s.Closed
}

// named says what a log names: files that kept versions need, and removed files that none needs any more.
type named struct {
	kept, expired map[string]bool
	waiting       bool // removed files are among the kept
}

func (r *round) named(h *history) named {
	n := named{kept: make(map[string]bool, len(h.adds)+len(h.removes)), expired: map[string]bool{}}
	for uri := range h.adds {
		if p, err := dataPath(uri); err == nil {
			n.kept[p] = true
		}
	}
	for uri, x := range h.removes {
		p, err := dataPath(uri)
		switch {
		case err != nil || n.kept[p]: // the same file under another spelling is live
		case x.DeletionTimestamp > 0 && time.UnixMilli(x.DeletionTimestamp).Before(r.cut) && path.Clean(p) == p && !strings.HasPrefix(p, ".."):
			n.expired[p] = true
		default:
			n.kept[p], n.waiting = true, true
		}
	}
	return n
}

// found is what a table's directory holds beside what its log needs. Keys are relative to the directory.
type found struct {
	logs    []storage.Info // objects of the log
	files   []storage.Info // candidates for removal
	foreign []storage.Info // those of others that no log names
	pending bool           // there is something that may become a candidate
	more    bool           // lists are cut off
}

// table cleans one table of the catalog.
func (r *round) table(ctx context.Context, id uuid.UUID) error {
	st := r.states[id]
	if st == nil {
		st = &cleanState{}
		r.states[id] = st
	}
	if r.asleep(ctx, id, st) {
		return nil
	}
	h, err := r.tables.history(ctx, id)
	if err != nil {
		return err
	}
	f, err := r.find(ctx, id, r.named(h))
	if err != nil {
		return err
	}
	complete := true
	if len(f.files)+len(f.foreign) > 0 {
		if complete, err = r.files(ctx, id, st, h, f); err != nil {
			return err
		}
	} else {
		st.unnamed = nil
	}
	if r.shared && complete && !f.more {
		if err := r.tableLog(ctx, id, f.logs); err != nil {
			return err
		}
	}
	*st = cleanState{unnamed: st.unnamed, foreign: st.foreign, quiet: complete && !f.more && !f.pending, shared: r.shared, version: h.snapshot.Version, at: r.now}
	r.done.More = r.done.More || f.more
	return nil
}

// asleep reports whether nothing can have changed that matters before the next day: an idle table costs one request a round.
func (r *round) asleep(ctx context.Context, id uuid.UUID, st *cleanState) bool {
	if !st.quiet || st.shared != r.shared || r.now.Sub(st.at) >= r.cfg.OrphanAge || r.now.Before(st.at) {
		return false
	}
	ctx, cancel := context.WithTimeout(ctx, r.tables.limits.operation)
	defer cancel()
	_, err := r.tables.store.Stat(ctx, entryKey(r.tables.prefix, id, st.version+1))
	return errors.Is(err, storage.ErrNotFound)
}

// find lists a table's directory, without the lease only what this server's stream has written. n may be older than the listing: it only spares what it keeps.
func (r *round) find(ctx context.Context, id uuid.UUID, n named) (*found, error) {
	dir, f := tableDir(r.tables.prefix, id), &found{}
	prefix := dir
	if !r.shared {
		prefix += DataDir(r.writer.Stream())
	}
	err := r.tables.store.List(ctx, prefix, "", func(o storage.Info) error {
		o.Key = strings.TrimPrefix(o.Key, dir)
		if rest, ok := strings.CutPrefix(o.Key, deltaLogName); ok {
			o.Key = rest
			f.logs = append(f.logs, o)
			return nil
		}
		if n.kept[o.Key] {
			return nil
		}
		list, bound := &f.files, cleanObjects
		switch {
		case n.expired[o.Key]:
			if !r.shared {
				return nil
			}
		case !o.Modified.Before(r.old):
			f.pending = true
			return nil
		case !r.ours(o.Key):
			if !r.shared {
				return nil
			}
			list, bound = &f.foreign, maxForeign
		}
		f.pending = true
		if len(*list) < bound {
			*list = append(*list, o)
		} else if list == &f.files {
			f.more = true
		}
		return nil
	})
	f.pending = f.pending || n.waiting && r.shared
	return f, err
}

// files removes candidates that are still without a name. complete says that nothing is left which could be removed now.
func (r *round) files(ctx context.Context, id uuid.UUID, st *cleanState, h *history, f *found) (complete bool, err error) {
	unlogged, err := r.writer.Unlogged(id)
	if err != nil {
		return false, err
	}
	if err := r.tables.replayInto(ctx, id, h, nil, func(int64, *catalog.Snapshot) {}); err != nil {
		return false, err
	}
	n := r.named(h)
	var expired, orphans, forgotten []storage.Info
	for _, o := range f.files {
		switch {
		case n.kept[o.Key] || unlogged[o.Key]:
		case n.expired[o.Key]:
			expired = append(expired, o)
		case o.Modified.Before(r.old): // or it was expired when it was listed, and the log has begun anew since
			orphans = append(orphans, o)
		}
	}
	if len(f.foreign) > 0 && r.now.Sub(st.foreign) >= r.cfg.OrphanAge {
		st.foreign, forgotten = r.now, f.foreign
	}
	fresh := slices.ContainsFunc(orphans, func(o storage.Info) bool { return st.unnamed[o.Key].IsZero() })
	ready, seen := r.settled(st, orphans)
	if fresh || len(ready)+len(forgotten) > 0 {
		// A short history forgets removed files some time after their removal. What the log still tells of them decides.
		full, err := r.tables.fullHistory(ctx, id, func(int64, *catalog.Snapshot) {})
		if err != nil {
			return false, err
		}
		n := r.named(full)
		for _, o := range slices.Concat(orphans, forgotten) {
			if n.expired[o.Key] {
				expired = append(expired, o)
			}
		}
		for _, o := range orphans {
			if n.kept[o.Key] { // where Retention is longer than checkpoints remember: ask again tomorrow
				seen[o.Key] = r.now.Add(r.cfg.OrphanAge)
			}
		}
		ready = slices.DeleteFunc(ready, func(o storage.Info) bool { return n.expired[o.Key] || n.kept[o.Key] })
	}
	st.unnamed = seen
	dir := tableDir(r.tables.prefix, id)
	complete, err = r.removeAll(ctx, dir, expired, &r.done.Files)
	if err == nil {
		var all bool
		all, err = r.removeAll(ctx, dir, ready, &r.done.Orphans)
		complete = complete && all
	}
	return complete, err
}

// settled returns those orphans that have been seen as such for long enough, and since when all of them have been; a time to come says that they need not be asked
// about before.
func (r *round) settled(st *cleanState, orphans []storage.Info) (ready []storage.Info, seen map[string]time.Time) {
	seen = make(map[string]time.Time, len(orphans))
	for _, o := range orphans {
		since, again := st.unnamed[o.Key]
		if !again {
			since = r.now
		}
		seen[o.Key] = since
		if again && r.now.Sub(since) >= min(cleanGrace, r.cfg.OrphanAge) {
			ready = append(ready, o)
		}
	}
	return ready, seen
}
