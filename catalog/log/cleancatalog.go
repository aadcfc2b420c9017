package log

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/miniodb/miniodb/catalog"
	"github.com/miniodb/miniodb/storage"
)

// catalogLog removes the beginning of the catalog log, from one snapshot to the next, up to the newest that is older than the cut and not the newest of all: the
// newest is replaceable then if it is damaged.
func (r *round) catalogLog(ctx context.Context) error {
	c := r.catalog
	objects, err := c.list(ctx, c.dir, "")
	if err != nil {
		return err
	}
	var all, entries []logObject
	var snapshots []int64
	for _, o := range objects {
		if digits, ok := strings.CutSuffix(o.Key, snapshotSuffix); ok {
			if v, err := strconv.ParseInt(digits, 10, 64); err == nil && len(digits) == 20 {
				snapshots = append(snapshots, v)
				all = append(all, logObject{o, v})
			}
		} else if v, ok := entryVersion(o.Key); ok {
			entries = append(entries, logObject{o, v})
			all = append(all, logObject{o, v})
		}
	}
	slices.SortStableFunc(all, func(a, b logObject) int { return strings.Compare(a.Key, b.Key) })
	kept := oldestKept(entries, r.cut)
	var from *catalog.Database // the last base, nil: the beginning of the log
	for n, v := range snapshots {
		if v > kept || n == len(snapshots)-1 {
			break
		}
		below := belowVersion(all, v)
		if len(below) == 0 {
			continue
		}
		base, err := c.prove(ctx, v, from, entries)
		if errors.Is(err, errUnproven) {
			r.log.Error().Err(err).Int64("version", v).Msg("a snapshot of the catalog does not say what the log below it says, nothing below is removed")
			return nil
		}
		if err != nil {
			return err
		}
		if err := r.removeLog(ctx, c.dir, below); err != nil {
			return err
		}
		from, all = base, all[len(below):]
		entries = entries[len(belowVersion(entries, v)):]
	}
	return nil
}

// prove reads a snapshot and shows that it says the same as what is below. A recovery among the entries makes all before it void.
func (c *Catalog) prove(ctx context.Context, version int64, from *catalog.Database, entries []logObject) (*catalog.Database, error) {
	s, err := readObject(ctx, &c.appender, c.snapshotKey(version), maxEntrySize, decodeCatalogSnapshot)
	if err != nil {
		return nil, err
	}
	if s.Database.Version != version {
		return nil, fmt.Errorf("%w: the snapshot is of version %d", errUnproven, s.Database.Version)
	}
	d, fault := from, error(nil)
	if d == nil {
		d = catalog.NewDatabase()
		if entries[0].version != 0 {
			fault = gapAt(0)
		}
	}
	begun := fault != nil
	for _, o := range entries {
		if o.version > version {
			break
		}
		if o.version <= d.Version && fault == nil {
			continue
		}
		e, err := readObject(ctx, &c.appender, c.key(o.version), maxEntrySize, decodeCatalogEntry)
		if errors.Is(err, storage.ErrNotFound) {
			err = gapAt(o.version)
		}
		if err != nil {
			return nil, err
		}
		if e.Database != nil {
			d, fault, begun = catalog.NewDatabase(), nil, false
		}
		if fault != nil {
			continue
		}
		if next, err := e.apply(d); err != nil {
			fault = err
		} else {
			d = next
		}
	}
	if begun {
		return s.Database, nil // an earlier round has proved it and begun to remove what is below
	}
	if fault != nil {
		return nil, fmt.Errorf("%w: %w", errUnproven, fault)
	}
	a, err := json.Marshal(d)
	if err != nil {
		return nil, err
	}
	b, err := json.Marshal(s.Database)
	if err != nil {
		return nil, err
	}
	if !bytes.Equal(a, b) {
		return nil, fmt.Errorf("%w: the snapshot of version %d", errUnproven, version)
	}
	return s.Database, nil
}
