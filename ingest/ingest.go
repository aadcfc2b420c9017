package ingest

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgerrcode"
	"github.com/rs/zerolog"

	"github.com/miniodb/miniodb/catalog"
	"github.com/miniodb/miniodb/ingest/wal"
	"github.com/miniodb/miniodb/internal/pgerr"
)

// Ingest is the write path of a node. All methods may be called concurrently.
//
// Lock order: buffer.flushing, applying, mu. No I/O under mu.
type Ingest struct {
	cfg    Config
	deps   Deps
	log    zerolog.Logger
	wal    *wal.Log
	stream uuid.UUID

	kick    chan struct{}  // capacity 1: a table has reached its flush size
	work    chan struct{}  // capacity 1: applied or closing
	janitor chan struct{}  // capacity 1: tables to drop
	owned   sync.WaitGroup // the goroutines below
	stop    chan struct{}  // closed by Close
	uploads uploads        // its lock is taken alone
	counts  struct{ flushes, failures, rows atomic.Int64 }

	// applying is held while generations change shape: while a group is applied, sealed or rebuilt.
	applying  sync.Mutex
	engine    Engine // the instance in use; Rebuild replaces it
	appenders appenders

	mu       sync.Mutex
	tables   map[uuid.UUID]*buffer
	queue    []*pending // durable, to be applied, in offset order
	visible  int64      // every record up to here is applied
	buffered int64      // bytes of all generations
	inFlight int64      // bytes of transactions that are being committed
	nextGen  int64
	prepared map[int64]*pending // by offset: prepared, and not resolved yet
	doubtful map[int64]*pending // those of prepared whose catalog commit has an unknown outcome
	drops    []*generation      // tables to drop in the engine
	settling map[uuid.UUID]int  // by table: transactions whose catalog commit is under way; pins wait
	gates    map[uuid.UUID]*tableGate
	broken   error         // the engine lost rows: nothing is visible until Rebuild
	breaking chan struct{} // closed while broken is set
	changed  chan struct{} // closed and replaced when something changed that await looks at
	waiters  int           // in await
	closed   bool
}

// pending is a durable record on its way into the buffers.
type pending struct {
	id     uuid.UUID
	offset int64
	walLow int64 // the record that holds the rows: its own offset or that of its prepared record
	parts  []*part
	bytes  int64
	done   chan struct{} // closed when the record is visible; nil when nobody waits

	prepares *pending // this is the prepared record of that transaction
}

// Open opens the write-ahead log, registers its stream in the catalog log and brings what the tables' files do not hold back into buffers.
func Open(ctx context.Context, cfg Config, deps Deps) (*Ingest, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	cfg = cfg.withDefaults()
	if err := prepareSpool(cfg.SpoolDir); err != nil {
		return nil, err
	}
	w, err := wal.Open(wal.Config{Dir: cfg.WALDir, FS: cfg.FS, SegmentBytes: cfg.SegmentBytes})
	if err != nil {
		if errors.Is(err, wal.ErrFull) {
			return nil, pgerr.New(pgerrcode.DiskFull, "no space left for the write-ahead log").WithCause(err)
		}
		return nil, err
	}
	i := &Ingest{
		cfg: cfg, deps: deps, log: deps.Log.With().Str("component", "ingest").Logger(), wal: w, stream: w.Stream(), engine: deps.Engine,
		kick: make(chan struct{}, 1), work: make(chan struct{}, 1), janitor: make(chan struct{}, 1), stop: make(chan struct{}),
		tables: map[uuid.UUID]*buffer{}, prepared: map[int64]*pending{}, doubtful: map[int64]*pending{}, settling: map[uuid.UUID]int{}, gates: map[uuid.UUID]*tableGate{},
		changed: make(chan struct{}), breaking: make(chan struct{}),
	}
	fail := func(err error) (*Ingest, error) {
		i.appenders.close()
		return nil, errors.Join(err, w.Close())
	}
	if err := i.openStream(ctx); err != nil {
		return fail(err)
	}
	if i.appenders, err = openAppenders(deps.Engine); err != nil {
		return fail(err)
	}
	start := time.Now()
	open, err := i.replay(ctx, w.Durable())
	if err != nil {
		return fail(fmt.Errorf("recover buffers: %w", err))
	}
	i.owned.Go(i.apply)
	i.owned.Go(i.sweep)
	if err := i.resolveAll(ctx, open); err != nil {
		return nil, errors.Join(fmt.Errorf("recover prepared transactions: %w", err), i.Close())
	}
	i.log.Info().Str("stream", i.stream.String()).Int64("offset", w.Durable()).Int64("wal_bytes", w.Bytes()).
		Int64("buffered_bytes", i.buffered).Dur("took", time.Since(start)).Msg("buffers recovered")
	return i, nil
}

// prepareSpool makes the directory and removes what a crash left there.
func prepareSpool(dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("make spool directory: %w", err)
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return fmt.Errorf("empty spool directory: %w", err)
	}
	for _, e := range entries {
		if e.Type().IsRegular() {
			if err := os.Remove(dir + "/" + e.Name()); err != nil {
				return fmt.Errorf("empty spool directory: %w", err)
			}
		}
	}
	return nil
}

// openStream records a new stream in the catalog log, before its first acknowledgement. A stream that is open on this node and not in
// its WAL directory has been lost, and acknowledged rows with it: that is not passed over in silence.
func (i *Ingest) openStream(ctx context.Context) error {
	if err := i.checkCatalog(ctx); err != nil {
		return err
	}
	db := i.deps.Catalog.Current()
	var lost []*catalog.Stream
	for _, s := range db.Streams {
		if s.Node == i.cfg.Node && !s.Closed && s.ID != i.stream {
			lost = append(lost, s)
		}
	}
	if len(lost) > 0 && !i.cfg.AbandonLost {
		return pgerr.New(pgerrcode.DataCorrupted, "the write-ahead log in %s is not that of stream %s, which is open on this node: rows that were acknowledged and not flushed are missing",
			i.cfg.WALDir, lost[0].ID)
	}
	if s := db.Streams[i.stream]; s != nil {
		if s.Closed {
			return fmt.Errorf("stream %s of %s has been closed and cannot be written to again", i.stream, i.cfg.WALDir)
		}
		if len(lost) == 0 {
			return nil
		}
	}
	_, err := i.deps.Catalog.Commit(ctx, uuid.New(), func(d *catalog.Database) ([]catalog.Op, error) {
		ops := []catalog.Op{{PutStream: &catalog.Stream{ID: i.stream, Node: i.cfg.Node, Opened: time.Now().UTC()}}}
		for _, s := range lost {
			closed := *s
			closed.Closed = true
			ops = append(ops, catalog.Op{PutStream: &closed})
		}
		return ops, nil
	})
	if err != nil {
		return fmt.Errorf("open stream: %w", err)
	}
	for _, s := range lost {
		i.log.Error().Stringer("stream", s.ID).Msg("a lost write-ahead log was abandoned, its unflushed rows are gone")
	}
	return nil
}

// Stream returns the id of the node's WAL stream.
func (i *Ingest) Stream() uuid.UUID { return i.stream }

// Close stops without flushing: what is buffered comes back from the WAL. Run calls it; safe twice.
func (i *Ingest) Close() error {
	i.mu.Lock()
	first := !i.closed
	i.closed = true
	i.broadcastLocked()
	i.mu.Unlock()
	err := i.wal.Close() // everything queued is durable or refused, and its Done has been called
	if first {
		close(i.stop)
	}
	i.owned.Wait()
	i.applying.Lock()
	defer i.applying.Unlock()
	i.appenders.close()
	return err
}

// broadcastLocked wakes everybody who waits for a change of state.
func (i *Ingest) broadcastLocked() {
	if i.waiters == 0 {
		return
	}
	close(i.changed)
	i.changed = make(chan struct{})
}

// await waits until ready, called with mu held, returns true or an error. limit bounds the wait; timeout makes the error for its end.
func (i *Ingest) await(ctx context.Context, limit time.Duration, ready func() (bool, error), timeout func() error) error {
	var timer *time.Timer
	for {
		i.mu.Lock()
		ok, err := ready()
		if ok || err != nil {
			i.mu.Unlock()
			return err
		}
		i.waiters++
		changed := i.changed
		i.mu.Unlock()
		if timer == nil {
			timer = time.NewTimer(limit)
			defer timer.Stop()
		}
		select {
		case <-changed:
		case <-ctx.Done():
			err = ctx.Err()
		case <-timer.C:
			err = timeout()
		}
		i.mu.Lock()
		i.waiters--
		i.mu.Unlock()
		if err != nil {
			return err
		}
	}
}

func signal(ch chan struct{}) {
	select {
	case ch <- struct{}{}:
	default:
	}
}

// buffer returns a table's buffer, made on first use from the table's checkpoint.
func (i *Ingest) buffer(ctx context.Context, t *catalog.Table) (*buffer, error) {
	i.mu.Lock()
	b := i.tables[t.UUID]
	if b != nil && t.SchemaID > b.table.SchemaID {
		b.table = t
	}
	i.mu.Unlock()
	if b != nil {
		return b, nil
	}
	s, err := i.deps.Tables.Snapshot(ctx, t.UUID)
	if err != nil {
		return nil, err
	}
	checkpoint := s.Checkpoints[i.stream]
	if durable := i.wal.Durable(); checkpoint > durable {
		return nil, walBehind(durable, checkpoint, t)
	}
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.tables[t.UUID] == nil {
		i.tables[t.UUID] = &buffer{id: t.UUID, table: t, checkpoint: checkpoint, tail: checkpoint}
	}
	return i.tables[t.UUID], nil
}

// walBehind is the answer when a table's files hold more of the stream than the log does: the log is an old copy, and new records in it
// would take offsets that have been used.
func walBehind(durable, checkpoint int64, t *catalog.Table) error {
	return pgerr.New(pgerrcode.DataCorrupted, "the write-ahead log ends at offset %d but table %s holds rows up to %d", durable, t.Name, checkpoint).
		WithHint("The WAL directory is older than the tables: it was replaced by an old copy. Stop the server and put the right one back.")
}
