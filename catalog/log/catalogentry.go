package log

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgerrcode"

	"github.com/miniodb/miniodb/catalog"
	"github.com/miniodb/miniodb/internal/pgerr"
)

// catalogEntry is one commit of the catalog log.
type catalogEntry struct {
	Format  int          `json:"format"`
	Version int64        `json:"version"`
	Nonce   uuid.UUID    `json:"nonce"`
	Time    time.Time    `json:"time"`
	Node    string       `json:"node"`
	Ops     []catalog.Op `json:"ops"`
	// Database is the whole database as of this version, instead of Ops: a recovery (Catalog.Restore). It follows any older version, so that what the log
	// lost before it is not missed.
	Database *catalog.Database `json:"database,omitempty"`
}

// catalogSnapshot is the database as of one version.
type catalogSnapshot struct {
	Format   int               `json:"format"`
	Database *catalog.Database `json:"database"`
}

// checkVersion refuses what a newer server has written.
func checkVersion(what string, format int) error {
	if format > catalogFormat {
		return pgerr.New(pgerrcode.FeatureNotSupported, "%s has format %d and this server knows up to %d, use a newer one", what, format, catalogFormat)
	}
	return nil
}

func (e *catalogEntry) encode() ([]byte, error) {
	data, err := json.Marshal(e)
	if err != nil {
		return nil, fmt.Errorf("encode catalog entry: %w", err)
	}
	return append(data, '\n'), nil
}

// decodeCatalogEntry reads one commit. A *pgerr.Error says that a newer server wrote it, any other that it is damaged.
func decodeCatalogEntry(data []byte) (*catalogEntry, error) {
	if err := checkJSONFormat(data); err != nil {
		return nil, err
	}
	e := &catalogEntry{}
	if err := json.Unmarshal(data, e); err != nil {
		return nil, fmt.Errorf("damaged catalog entry: %w", err)
	}
	return e, nil
}

// checkJSONFormat looks at the format before anything else, since fields of another format may have other types.
func checkJSONFormat(data []byte) error {
	var f struct {
		Format int `json:"format"`
	}
	if err := json.Unmarshal(data, &f); err != nil {
		return fmt.Errorf("damaged catalog entry: %w", err)
	}
	if f.Format < 1 {
		return errors.New("damaged catalog entry: it has no format")
	}
	return checkVersion("the catalog log", f.Format)
}

// apply returns the database after this commit, with its nonce among the recent ones.
func (e *catalogEntry) apply(d *catalog.Database) (*catalog.Database, error) {
	if e.Version != d.Version+1 && (e.Database == nil || e.Version <= d.Version) {
		return nil, fmt.Errorf("catalog entry %d follows version %d", e.Version, d.Version)
	}
	base := d
	if e.Database != nil {
		base = e.Database
	}
	n, err := base.Apply(e.Version, e.Ops)
	if err != nil {
		return nil, err
	}
	n.Recent[e.Nonce] = e.Version
	for nonce, v := range n.Recent {
		if v <= e.Version-recentCommits {
			delete(n.Recent, nonce)
		}
	}
	return n, nil
}

// writeSnapshot writes the snapshot object of every 50th version. Without it the next start only takes longer.
func (c *Catalog) writeSnapshot(ctx context.Context, d *catalog.Database) {
	if (d.Version+1)%snapshotEvery == 0 {
		c.putSnapshot(ctx, d)
	}
}

// putSnapshot writes a snapshot object.
func (c *Catalog) putSnapshot(ctx context.Context, d *catalog.Database) {
	data, err := json.Marshal(catalogSnapshot{Format: catalogFormat, Database: d})
	if err == nil {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), c.limits.operation)
		defer cancel()
		err = c.store.Put(ctx, c.snapshotKey(d.Version), append(data, '\n'))
	}
	if err != nil {
		c.log.Warn().Err(err).Int64("version", d.Version).Msg("catalog snapshot not written")
	}
}

func (c *Catalog) snapshotKey(version int64) string {
	return fmt.Sprintf("%s%020d%s", c.dir, version, snapshotSuffix)
}

// open finds the newest readable snapshot and replays the commits after it.
func (c *Catalog) open(ctx context.Context) (*catalog.Database, error) {
	snapshots, versions, err := c.listLog(ctx)
	if err != nil {
		return nil, err
	}
	d, err := c.newestSnapshot(ctx, snapshots)
	if err != nil {
		return nil, err
	}
	if err := gap(versions, d.Version); err != nil {
		if d = c.newestRestored(ctx, versions, d.Version); d == nil || gap(versions, d.Version) != nil {
			return nil, err
		}
	}
	return c.readTail(ctx, d)
}

// listLog returns the versions that have snapshot objects, and those that have entries, in order.
func (c *Catalog) listLog(ctx context.Context) (snapshots, versions []int64, err error) {
	objects, err := c.list(ctx, c.dir, "")
	for _, o := range objects {
		if digits, ok := strings.CutSuffix(o.Key, snapshotSuffix); ok {
			if v, err := strconv.ParseInt(digits, 10, 64); err == nil {
				snapshots = append(snapshots, v)
			}
		} else if v, ok := entryVersion(o.Key); ok {
			versions = append(versions, v)
		}
	}
	return snapshots, versions, err
}

// gap reports a missing version after the given one: the tail would end there, and the commits after it would be lost unnoticed.
func gap(versions []int64, from int64) error {
	i, _ := slices.BinarySearch(versions, from+1)
	for k, v := range versions[i:] { // none: the log ends at from
		if want := from + 1 + int64(k); v != want {
			return fmt.Errorf("the log has a gap: version %d is missing", want)
		}
	}
	return nil
}

func (c *Catalog) newestSnapshot(ctx context.Context, versions []int64) (*catalog.Database, error) {
	for _, v := range slices.Backward(versions) {
		s, err := readObject(ctx, &c.appender, c.snapshotKey(v), maxEntrySize, decodeCatalogSnapshot)
		var newer *pgerr.Error
		switch {
		case err == nil && s.Database.Version == v:
			return s.Database, nil
		case errors.As(err, &newer) || ctx.Err() != nil:
			return nil, err
		}
		c.log.Warn().Err(err).Int64("version", v).Msg("catalog snapshot is damaged, using an older one")
	}
	return catalog.NewDatabase(), nil
}

func decodeCatalogSnapshot(data []byte) (*catalogSnapshot, error) {
	if err := checkJSONFormat(data); err != nil {
		return nil, err
	}
	s := &catalogSnapshot{}
	if err := json.Unmarshal(data, s); err != nil {
		return nil, fmt.Errorf("damaged catalog snapshot: %w", err)
	}
	if s.Database == nil {
		return nil, errors.New("damaged catalog snapshot: it is empty")
	}
	return s, nil
}
