package log

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"

	"github.com/google/uuid"

	"github.com/miniodb/miniodb/catalog"
	"github.com/miniodb/miniodb/storage"
)

// dropped removes the objects of tables whose drop is older than the cut.
func (r *round) dropped(ctx context.Context) error {
	for _, id := range slices.SortedFunc(maps.Keys(r.db.Dropped), func(a, b uuid.UUID) int { return slices.Compare(a[:], b[:]) }) {
		if d := r.db.Dropped[id]; !d.Time.Before(r.cut) || r.db.TableByUUID(id) != nil {
			continue
		}
		if err := r.skip(ctx, r.purge(ctx, id), id); err != nil {
			return err
		}
	}
	return nil
}

// purge removes one dropped table.
func (r *round) purge(ctx context.Context, id uuid.UUID) error {
	dir := tableDir(r.tables.prefix, id)
	var objects []storage.Info
	young, more := false, false
	err := r.tables.store.List(ctx, dir, "", func(o storage.Info) error {
		o.Key = strings.TrimPrefix(o.Key, dir)
		young = young || !o.Modified.Before(r.cut)
		if more = len(objects) >= r.left; !more {
			objects = append(objects, o)
		}
		return nil
	})
	if err != nil {
		return err
	}
	if r.db, err = r.catalog.Refresh(ctx); err != nil {
		return err
	}
	d := r.db.Dropped[id]
	if d == nil || r.db.TableByUUID(id) != nil || d.Time.IsZero() && young {
		return nil // somebody was faster, or the table is back; an older server recorded no time
	}
	var n int64
	complete, err := r.removeAll(ctx, dir, objects, &n)
	if err != nil {
		return err
	}
	if !complete || more {
		r.done.More = r.done.More || more
		return nil
	}
	if err := r.tables.Drop(ctx, id); err != nil {
		return err
	}
	if _, err := r.catalog.Commit(ctx, uuid.New(), func(now *catalog.Database) ([]catalog.Op, error) {
		if now.Dropped[id] == nil {
			return nil, nil
		}
		return []catalog.Op{{Purged: id}}, nil
	}); err != nil {
		return err
	}
	r.done.Tables++
	r.log.Info().Stringer("table", d.Name).Stringer("uuid", id).Int64("objects", n).Msg("objects of a dropped table removed")
	return nil
}

const skipAfter = 1000 // objects of one directory that are listed before its rest is jumped over

var errSkip = errors.New("enough of this directory")

// strangers looks, a few times in OrphanAge, for directories that neither a table nor a drop explains.
func (r *round) strangers(ctx context.Context) error {
	if since := r.now.Sub(r.scanned); since >= 0 && since < r.cfg.OrphanAge/cleanScan {
		return nil
	}
	var unknown []uuid.UUID
	root, last, count := join(r.tables.prefix, "tables/"), "", 0
	for after, again := "", true; again; after = root + last + "0" { // "0" follows "/"
		err := r.tables.store.List(ctx, root, after, func(o storage.Info) error {
			dir, _, _ := strings.Cut(strings.TrimPrefix(o.Key, root), "/")
			if dir != last {
				last, count = dir, 0
				if id, err := uuid.Parse(dir); err == nil && id.String() == dir && r.db.TableByUUID(id) == nil && r.db.Dropped[id] == nil && len(unknown) < skipAfter {
					unknown = append(unknown, id)
				}
			}
			if count++; count > skipAfter {
				return errSkip
			}
			return nil
		})
		if again = errors.Is(err, errSkip); err != nil && !again {
			return err
		}
	}
	for _, id := range unknown {
		if err := r.skip(ctx, r.stranger(ctx, id), id); err != nil {
			return err
		}
	}
	r.scanned = r.now
	return nil
}

// stranger removes a directory that a CREATE TABLE left which came to nothing.
func (r *round) stranger(ctx context.Context, id uuid.UUID) error {
	dir := tableDir(r.tables.prefix, id)
	var objects []storage.Info
	writers := map[uuid.UUID]bool{}
	more := false
	err := r.tables.store.List(ctx, dir, "", func(o storage.Info) error {
		o.Key = strings.TrimPrefix(o.Key, dir)
		if !o.Modified.Before(r.old) {
			return errSkip // it may be under way
		}
		if name, logged := strings.CutPrefix(o.Key, deltaLogName); logged {
			if v, entry := entryVersion(name); !entry || v != 0 || !r.shared {
				return errSkip // it was a table once
			}
		} else {
			stream, ok := streamOf(o.Key)
			if !ok {
				return errSkip
			}
			writers[stream] = true
		}
		if more = len(objects) >= r.left; !more {
			objects = append(objects, o)
		}
		return nil
	})
	if errors.Is(err, errSkip) {
		return nil
	}
	if err != nil {
		return err
	}
	if r.db, err = r.catalog.Refresh(ctx); err != nil {
		return err
	}
	if r.db.TableByUUID(id) != nil || r.db.Dropped[id] != nil {
		return nil
	}
	for stream := range writers {
		if !r.ours(DataDir(stream)) {
			return nil
		}
	}
	if unlogged, err := r.writer.Unlogged(id); err != nil || len(unlogged) > 0 {
		return err
	}
	var n int64
	complete, err := r.removeAll(ctx, dir, objects, &n)
	if err != nil || !complete || more {
		r.done.More = r.done.More || more
		return err
	}
	if err := r.tables.Drop(ctx, id); err != nil { // CREATE TABLE tells the index, too
		return err
	}
	r.done.Tables++
	r.log.Info().Stringer("uuid", id).Int64("objects", n).Msg("objects of a table that was never created removed")
	return nil
}
