package log

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgerrcode"
	"github.com/rs/zerolog"

	"github.com/miniodb/miniodb/catalog"
	"github.com/miniodb/miniodb/catalog/index"
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
	idx   index.Index // nil: commits of others are seen by Refresh only
	dir   string      // key prefix of the log, ends in a slash
	node  string
	log   zerolog.Logger
	often zerolog.Logger // for what can happen with each statement: a line every ten seconds

	turn    chan struct{} // holds a token while somebody commits or refreshes, also over I/O
	current atomic.Pointer[knownDatabase]
	suspect atomic.Bool // the outcome of a commit is not known
}

// knownDatabase is a version of the catalog in memory, and the generation of the index in which it was compared with the end of the log (see known).
type knownDatabase struct {
	database   *catalog.Database
	generation string
	at         time.Time // when, by the wall clock, which goes on while the machine sleeps
}

// stale reports whether it is so old that entries after it may have been removed (see staleAfter).
func (k *knownDatabase) stale() bool {
	return k.database.Version >= 0 && time.Now().Round(0).Sub(k.at) >= staleAfter
}

// OpenCatalog reads the newest snapshot of the catalog and the commits after it. A log that is not there is an empty database. idx says
// what other servers commit; it may be nil where nobody asks for that (miniodb check).
func OpenCatalog(ctx context.Context, store storage.Store, idx index.Index, prefix, node string, log zerolog.Logger) (*Catalog, error) {
	return openCatalog(ctx, store, idx, prefix, node, log, defaultLimits)
}

func openCatalog(ctx context.Context, store storage.Store, idx index.Index, prefix, node string, log zerolog.Logger, l limits) (*Catalog, error) {
	c := emptyCatalog(store, idx, prefix, node, log, l)
	d, err := c.open(ctx)
	if err != nil {
		return nil, fmt.Errorf("open catalog: %w", err)
	}
	c.publish(d, "")
	return c, nil
}

func emptyCatalog(store storage.Store, idx index.Index, prefix, node string, log zerolog.Logger, l limits) *Catalog {
	log = log.With().Str("component", "catalog").Logger()
	return &Catalog{
		appender: appender{store: store, limits: l}, idx: idx, dir: join(strings.Trim(prefix, "/"), "catalog/_log/"), node: node,
		log: log, often: log.Sample(&zerolog.BurstSampler{Burst: 1, Period: 10 * time.Second}), turn: make(chan struct{}, 1),
	}
}

// Current returns the newest version that this process knows. It takes no lock.
func (c *Catalog) Current() *catalog.Database { return c.current.Load().database }

// Fresh returns a version that holds every commit which any server had acknowledged before the call. The index says whether there are
// newer ones; without its answer the log is read, and without either the answer is what this process knows.
func (c *Catalog) Fresh(ctx context.Context) (*catalog.Database, error) {
	if c.idx == nil {
		return c.Current(), nil
	}
	state, unreachable := c.idx.State(ctx, nil)
	if k := c.current.Load(); unreachable == nil && k.generation == state.Generation && !state.Catalog.Ahead(k.database.Version) {
		return k.database, nil
	}
	d, err := c.Refresh(ctx)
	if err != nil && unreachable != nil && ctx.Err() == nil {
		c.often.Warn().Err(unreachable).AnErr("log", err).Msg("neither index nor log answers, using the catalog as it was last seen")
		return c.Current(), nil
	}
	return d, err
}

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
// Commits that statements can see follow the pending rule (Index.Announce): no statement of any server that begins after Commit has returned misses them.
//
// Errors: 40001 after too many lost races, 53100 when the store is full, 57P03 when the index has to know of the commit and does not answer, 08007 when it is not
// known whether the commit took place or can be seen by all; after any other error it did not.
func (c *Catalog) Commit(ctx context.Context, nonce uuid.UUID, build func(*catalog.Database) ([]catalog.Op, error)) (*catalog.Database, error) {
	if err := c.acquire(ctx); err != nil {
		return nil, err
	}
	defer c.release()
	d := c.Current()
	if c.suspect.Load() || c.current.Load().stale() {
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
		visible := c.idx != nil && slices.ContainsFunc(ops, visible)
		if visible {
			if err := announce(ctx, c.idx, &c.appender, uuid.Nil, d.Version+1); err != nil {
				return nil, err
			}
		}
		e := &catalogEntry{Format: catalogFormat, Version: d.Version + 1, Nonce: nonce, Time: time.Now().UTC(), Node: c.node, Ops: ops}
		next, won, err := c.write(ctx, d, e)
		if err != nil {
			c.suspect.Store(true)
			return nil, fmt.Errorf("commit to the catalog: %w", err)
		}
		if won {
			c.publish(next, c.current.Load().generation)
			c.writeSnapshot(ctx, next)
			return next, c.advance(ctx, next.Version, visible)
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

// visible reports whether an operation changes what statements of other servers see. Numbers that were reserved and streams that were opened do not.
func visible(op catalog.Op) bool {
	return op.PutSequence == nil && op.PutStream == nil && op.Purged == uuid.Nil
}

// advance tells the index of a commit; one that is visible is acknowledged only then.
func (c *Catalog) advance(ctx context.Context, version int64, visible bool) error {
	if c.idx == nil {
		return nil
	}
	apply := func(ctx context.Context) error { return c.idx.AdvanceCatalog(ctx, version) }
	if visible {
		return c.acknowledge(ctx, apply)
	}
	if err := apply(context.WithoutCancel(ctx)); err != nil {
		c.often.Warn().Err(err).Msg("the index does not know of the newest version of the catalog yet")
	}
	return nil
}

func (c *Catalog) publish(d *catalog.Database, generation string) {
	c.current.Store(&knownDatabase{database: d, generation: generation, at: time.Now().Round(0)})
	c.suspect.Store(false)
}

func (c *Catalog) refreshInTurn(ctx context.Context) (*catalog.Database, error) {
	// The generation is read before the log: what it lacks is then in what is read.
	var state index.State
	if c.idx != nil {
		state, _ = c.idx.State(ctx, nil) // without an answer the version is proved to nobody
	}
	d, err := c.base(ctx)
	if err == nil {
		d, err = c.readTail(ctx, d)
	}
	if err == nil && c.idx != nil && state.Generation != "" && state.Catalog.Version > d.Version {
		d, _, err = c.follow(ctx, d) // a recovery may have left versions out
	}
	if err != nil {
		return nil, fmt.Errorf("read catalog log: %w", err)
	}
	c.publish(d, state.Generation)
	if c.idx != nil && state.Generation != "" {
		c.repair(ctx, d.Version, state.Catalog.Version)
	}
	return d, nil
}

// base returns where to read on: what is known, or the newest snapshot where that is so old that its entry has been removed, and with it those after it.
func (c *Catalog) base(ctx context.Context) (*catalog.Database, error) {
	k := c.current.Load()
	if !k.stale() {
		return k.database, nil
	}
	sctx, cancel := context.WithTimeout(ctx, c.limits.operation)
	defer cancel()
	if _, err := c.store.Stat(sctx, c.key(k.database.Version)); !errors.Is(err, storage.ErrNotFound) {
		return k.database, err
	}
	d, err := c.open(ctx)
	if err != nil || d.Version < k.database.Version { // a log that was lost is no reason to forget
		return k.database, nil
	}
	return d, nil
}

// repair brings the index to a version that was read in the log. An index that is ahead of it was wrong if it was so before the log was read.
func (c *Catalog) repair(ctx context.Context, version, seen int64) {
	var err error
	switch {
	case seen < version:
		err = c.idx.AdvanceCatalog(ctx, version)
	case seen > version:
		if err = c.idx.ResetCatalog(ctx, version, seen); errors.Is(err, index.ErrVersion) {
			err = nil // somebody has committed, or repaired it
		}
	}
	if err != nil {
		c.often.Warn().Err(err).Msg("the index is out of step with the catalog log and will be repaired")
	}
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
