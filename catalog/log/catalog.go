package log

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgerrcode"
	"github.com/rs/zerolog"

	"github.com/miniodb/miniodb/catalog"
	"github.com/miniodb/miniodb/internal/pgerr"
	"github.com/miniodb/miniodb/storage"
)

const (
	snapshotEvery  = 50   // commits between snapshot objects
	recentCommits  = 1000 // nonces that a Database keeps
	catalogFormat  = 1
	snapshotSuffix = ".snapshot.json"
)

// Catalog is the catalog log: the history of all database-wide objects. It is safe for concurrent use.
type Catalog struct {
	appender
	dir  string // key prefix of the log, ends in a slash
	node string
	log  zerolog.Logger

	turn    chan struct{} // holds a token while somebody commits or refreshes, also over I/O
	current atomic.Pointer[catalog.Database]
	suspect atomic.Bool // the outcome of a commit is not known
}

// OpenCatalog reads the newest snapshot of the catalog and the commits after it. A log that is not there is an empty database.
func OpenCatalog(ctx context.Context, store storage.Store, prefix, node string, log zerolog.Logger) (*Catalog, error) {
	return openCatalog(ctx, store, prefix, node, log, defaultLimits)
}

func openCatalog(ctx context.Context, store storage.Store, prefix, node string, log zerolog.Logger, l limits) (*Catalog, error) {
	c := &Catalog{
		appender: appender{store: store, limits: l}, dir: join(strings.Trim(prefix, "/"), "catalog/_log/"), node: node,
		log: log.With().Str("component", "catalog").Logger(), turn: make(chan struct{}, 1),
	}
	d, err := c.open(ctx)
	if err != nil {
		return nil, fmt.Errorf("open catalog: %w", err)
	}
	c.current.Store(d)
	return c, nil
}

// Current returns the newest version that this process knows. It takes no lock.
func (c *Catalog) Current() *catalog.Database { return c.current.Load() }

// Committed reports whether one of the last 1000 commits carries this nonce, and its version.
func (c *Catalog) Committed(nonce uuid.UUID) (version int64, ok bool) {
	version, ok = c.Current().Recent[nonce]
	return version, ok
}

// Refresh reads what others have committed.
func (c *Catalog) Refresh(ctx context.Context) (*catalog.Database, error) {
	if err := c.acquire(ctx); err != nil {
		return nil, err
	}
	defer c.release()
	return c.refreshInTurn(ctx)
}

// Commit brings the database to its next version and returns that. build makes the operations for the database it is given, again on a newer
// one when somebody else was faster; its error is returned as it is, and no operations mean no commit. A nonce that was committed
// already commits nothing and returns the current database, so a commit of unknown outcome can be repeated.
//
// Errors: 40001 after too many lost races, 53100 when the store is full, 08007 when it is not known whether the commit took
// place; after any other error it did not.
func (c *Catalog) Commit(ctx context.Context, nonce uuid.UUID, build func(*catalog.Database) ([]catalog.Op, error)) (*catalog.Database, error) {
	if err := c.acquire(ctx); err != nil {
		return nil, err
	}
	defer c.release()
	d := c.Current()
	if c.suspect.Load() {
		var err error
		if d, err = c.refreshInTurn(ctx); err != nil {
			return nil, err
		}
	}
	for try := 1; ; try++ {
		if _, done := d.Recent[nonce]; done {
			return d, nil
		}
		ops, err := build(d)
		if err != nil || len(ops) == 0 {
			return d, err
		}
		e := &catalogEntry{Format: catalogFormat, Version: d.Version + 1, Nonce: nonce, Time: time.Now().UTC(), Node: c.node, Ops: ops}
		next, won, err := c.write(ctx, d, e)
		if err != nil {
			c.suspect.Store(true)
			return nil, fmt.Errorf("commit to the catalog: %w", err)
		}
		if won {
			c.publish(next)
			c.writeSnapshot(ctx, next)
			return next, nil
		}
		if try >= c.limits.conflicts {
			return nil, pgerr.New(pgerrcode.SerializationFailure, "could not serialize access: %d concurrent commits to the catalog", try)
		}
		if try > 1 {
			pause(ctx, c.limits.backoff, try-1)
		}
		if d, err = c.refreshInTurn(ctx); err != nil {
			return nil, err
		}
	}
}

func (c *Catalog) write(ctx context.Context, d *catalog.Database, e *catalogEntry) (next *catalog.Database, won bool, err error) {
	data, err := e.encode()
	if err != nil {
		return nil, false, err
	}
	// Memory gets what the bytes say: the caller keeps its own objects.
	decoded, err := decodeCatalogEntry(data)
	if err != nil {
		return nil, false, err
	}
	if next, err = decoded.apply(d); err != nil {
		return nil, false, err
	}
	won, err = c.put(ctx, c.key(e.Version), data, e.Nonce, func(data []byte) (uuid.UUID, error) {
		other, err := decodeCatalogEntry(data)
		if err != nil {
			return uuid.Nil, err
		}
		return other.Nonce, nil
	})
	return next, won, err
}

func (c *Catalog) publish(d *catalog.Database) {
	c.current.Store(d)
	c.suspect.Store(false)
}

func (c *Catalog) refreshInTurn(ctx context.Context) (*catalog.Database, error) {
	d, err := c.readTail(ctx, c.Current())
	if err != nil {
		return nil, fmt.Errorf("read catalog log: %w", err)
	}
	c.publish(d)
	return d, nil
}

func (c *Catalog) readTail(ctx context.Context, d *catalog.Database) (*catalog.Database, error) {
	for {
		e, err := readObject(ctx, &c.appender, c.key(d.Version+1), maxEntrySize, decodeCatalogEntry)
		if errors.Is(err, storage.ErrNotFound) {
			return d, nil
		}
		if err != nil {
			return nil, err
		}
		if d, err = e.apply(d); err != nil {
			return nil, err
		}
	}
}

func (c *Catalog) key(version int64) string { return fmt.Sprintf("%s%020d.json", c.dir, version) }

func (c *Catalog) acquire(ctx context.Context) error {
	select {
	case c.turn <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (c *Catalog) release() { <-c.turn }
