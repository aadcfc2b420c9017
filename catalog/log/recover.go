package log

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgerrcode"
	"github.com/rs/zerolog"

	"github.com/miniodb/miniodb/catalog"
	"github.com/miniodb/miniodb/catalog/index"
	"github.com/miniodb/miniodb/internal/pgerr"
	"github.com/miniodb/miniodb/storage"
)

// SalvageCatalog opens a catalog log of which parts may be missing or damaged, for a recovery: the result knows what can still be read, on top of base (nil:
// nothing) where that bridges what is missing. faults says what could not be read; without any the log is whole and this is OpenCatalog.
// An error says that the store does not answer or that a newer server wrote the log.
func SalvageCatalog(ctx context.Context, store storage.Store, idx index.Index, prefix, node string, log zerolog.Logger, base *catalog.Database) (c *Catalog, faults []string, err error) {
	c = emptyCatalog(store, idx, prefix, node, log, defaultLimits)
	d, faults, err := c.salvage(ctx, base)
	if err != nil {
		return nil, nil, fmt.Errorf("read catalog log: %w", err)
	}
	c.publish(d, "")
	return c, faults, nil
}

// salvage applies every entry that can be read, in order.
func (c *Catalog) salvage(ctx context.Context, base *catalog.Database) (d *catalog.Database, faults []string, err error) {
	snapshots, versions, err := c.listLog(ctx)
	if err != nil {
		return nil, nil, err
	}
	if d, err = c.newestSnapshot(ctx, snapshots); err != nil {
		return nil, nil, err
	}
	for _, v := range versions {
		if v <= d.Version {
			continue
		}
		e, fault, err := c.readDoubtful(ctx, v)
		if err != nil {
			return nil, nil, err
		}
		if fault != "" {
			faults = append(faults, fault)
			continue
		}
		if v != d.Version+1 && e.Database == nil {
			if base != nil && base.Version > d.Version {
				d = base
				if v <= d.Version {
					continue
				}
			}
			if v != d.Version+1 {
				faults = append(faults, fmt.Sprintf("versions %d to %d are missing", d.Version+1, v-1))
				bridged := *d
				bridged.Version = v - 1
				d = &bridged
			}
		}
		next, err := e.apply(d)
		if err != nil {
			faults = append(faults, err.Error())
			continue
		}
		d = next
	}
	return d, faults, nil
}

// readDoubtful reads one entry. fault says that it is not there or is damaged, err that this could not be found out.
func (c *Catalog) readDoubtful(ctx context.Context, version int64) (e *catalogEntry, fault string, err error) {
	var damaged error
	e, err = readObject(ctx, &c.appender, c.key(version), maxEntrySize, func(data []byte) (*catalogEntry, error) {
		var e *catalogEntry
		e, damaged = decodeCatalogEntry(data)
		return e, damaged
	})
	var newer *pgerr.Error
	switch {
	case err == nil || errors.As(err, &newer):
		return e, "", err
	case errors.Is(err, storage.ErrNotFound):
		return nil, fmt.Sprintf("version %d is missing", version), nil
	case damaged != nil && ctx.Err() == nil:
		return nil, fmt.Sprintf("version %d: %v", version, damaged), nil
	}
	return nil, "", err
}

// Look returns what this process and the log after it say now, without making it known. fault says why the log does not go on from there although it has
// later versions.
func (c *Catalog) Look(ctx context.Context) (d *catalog.Database, fault string, err error) {
	return c.follow(ctx, c.Current())
}

// follow reads what comes after a version, over a gap only where a recovery is behind it.
func (c *Catalog) follow(ctx context.Context, from *catalog.Database) (d *catalog.Database, fault string, err error) {
	d = from
	_, versions, err := c.listLog(ctx)
	if err != nil {
		return nil, "", fmt.Errorf("list catalog log: %w", err)
	}
	for _, v := range versions {
		if v <= d.Version {
			continue
		}
		if err := gap(versions, d.Version); err != nil {
			restored := c.newestRestored(ctx, versions, d.Version)
			if restored == nil {
				return d, err.Error(), nil
			}
			d = restored
			continue
		}
		e, fault, err := c.readDoubtful(ctx, v)
		if err != nil {
			return nil, "", fmt.Errorf("read catalog log: %w", err)
		}
		if fault != "" {
			return d, fault, nil
		}
		next, err := e.apply(d)
		if err != nil {
			return d, err.Error(), nil
		}
		d = next
	}
	return d, "", nil
}

// Lost reports what of the catalog log is not in the store although this process has read or written it, "" for nothing: such a log cannot be opened again,
// or opens at an older version.
func (c *Catalog) Lost(ctx context.Context) (string, error) {
	snapshots, versions, err := c.listLog(ctx)
	if err != nil {
		return "", fmt.Errorf("list catalog log: %w", err)
	}
	d := c.Current()
	if d.Version < 0 {
		return "", nil
	}
	from := int64(-1)
	if len(snapshots) > 0 {
		from = snapshots[len(snapshots)-1]
	}
	if err := gap(versions, from); err != nil {
		return err.Error(), nil
	}
	last := from
	if len(versions) > 0 {
		last = max(last, versions[len(versions)-1])
	}
	switch {
	case last < 0:
		return "the log is gone", nil
	case last < d.Version:
		return fmt.Sprintf("the log ends at version %d, this server knows version %d", last, d.Version), nil
	}
	return "", nil
}

// Restore makes a whole database the next version of the catalog log, which need not be intact: the version is above everything that log, index and
// this process have ever named, and above the given one, and the log opens from there. build makes the database for the newest one that is known, again when somebody
// else was faster; its error is returned as it is.
//
// Errors: as of Commit. 08007 can mean that the recovery took place; it may be repeated.
func (c *Catalog) Restore(ctx context.Context, above int64, build func(now *catalog.Database) (*catalog.Database, error)) (*catalog.Database, error) {
	if err := c.acquire(ctx); err != nil {
		return nil, err
	}
	defer c.release()
	nonce := uuid.New()
	for try := 1; ; try++ {
		now, _, err := c.Look(ctx)
		if err != nil {
			return nil, err
		}
		version, err := c.unusedVersion(ctx, max(above, now.Version))
		if err != nil {
			return nil, err
		}
		d, err := build(now)
		if err != nil {
			return nil, err
		}
		if c.idx != nil {
			if err := announce(ctx, c.idx, &c.appender, uuid.Nil, version); err != nil {
				return nil, err
			}
		}
		e := &catalogEntry{Format: catalogFormat, Version: version, Nonce: nonce, Time: time.Now().UTC(), Node: c.node, Ops: []catalog.Op{}, Database: d}
		next, won, err := c.write(ctx, now, e)
		if err != nil {
			c.suspect.Store(true)
			return nil, fmt.Errorf("commit to the catalog: %w", err)
		}
		if won {
			c.publish(next, c.current.Load().generation)
			c.putSnapshot(ctx, next) // if that fails, open finds the entry
			return next, c.advance(ctx, next.Version, true)
		}
		if try >= c.limits.conflicts {
			return nil, pgerr.New(pgerrcode.SerializationFailure, "could not serialize access: %d concurrent commits to the catalog", try)
		}
		pause(ctx, c.limits.backoff, try)
	}
}

// unusedVersion returns the first version after the given one, and after all that log and index name.
func (c *Catalog) unusedVersion(ctx context.Context, after int64) (int64, error) {
	snapshots, versions, err := c.listLog(ctx)
	if err != nil {
		return 0, fmt.Errorf("list catalog log: %w", err)
	}
	for _, v := range slices.Concat(snapshots, versions) {
		after = max(after, v)
	}
	if c.idx != nil {
		if state, err := c.idx.State(ctx, nil); err == nil { // without an answer Restore ends at its announcement
			after = max(after, state.Catalog.Version, state.Catalog.Pending)
		}
	}
	return after + 1, nil
}

// newestRestored returns the database of the last recovery among the versions after a gap, or nil: what came before it does not matter. It is needed only
// where the snapshot object of that version is missing.
func (c *Catalog) newestRestored(ctx context.Context, versions []int64, from int64) *catalog.Database {
	for _, v := range slices.Backward(versions) {
		if v <= from {
			break
		}
		e, _, err := c.readDoubtful(ctx, v)
		if err != nil {
			return nil
		}
		if e != nil && e.Database != nil {
			if d, err := e.apply(catalog.NewDatabase()); err == nil {
				return d
			}
		}
	}
	return nil
}
