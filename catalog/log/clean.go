package log

import (
	"context"
	"sync"
	"time"

	"github.com/google/uuid"
	"github.com/rs/zerolog"
)

// Bounds of one round of cleaning.
const (
	cleanObjects  = 10_000 // objects removed; the next round goes on
	cleanTime     = 10 * time.Minute
	cleanFailures = 10        // deletions that fail before the round is given up: the store is not well
	cleanGrace    = time.Hour // how long a file must have been seen without a name before it goes
	cleanMargin   = 10 * time.Minute
	cleanScan     = 4 // directories of unknown tables are looked for so many times in OrphanAge
)

// Writer is what this server's write path knows of data files that no table log names yet.
type Writer interface {
	// Stream returns the id of the write-ahead stream, which the paths of data files carry (DataDir).
	Stream() uuid.UUID
	// Unlogged returns the paths of a table's data files that records, buffers, open transactions or uploads name. An error says that this is
	// not known now.
	Unlogged(table uuid.UUID) (map[string]bool, error)
}

// CleanConfig says how long things are kept.
type CleanConfig struct {
	Retention time.Duration // versions of logs, the files that they need, and dropped tables
	OrphanAge time.Duration // objects that nothing names
}

// CleanStats counts what cleaning removed.
type CleanStats struct {
	Objects, Bytes int64 // of all kinds; bytes as they were listed
	LogObjects     int64 // entries, checkpoints and snapshots
	Files          int64 // data files that versions before the retention had removed
	Orphans        int64 // data files that nothing named
	Tables         int64 // directories of dropped tables and of tables that were never created
	Failures       int64 // deletions that failed, and tables that could not be looked at; they are tried again in the next round
	More           bool  // of one round: it reached its bounds
}

// Cleaner gives disk space back: it removes old versions of the logs, data files that no kept version needs, orphans and dropped tables. Any
// server may run one at any time; two at once only do the same work twice. It is safe for concurrent use.
//
// # Design
//
// What is kept. Let the cut be now - Retention (less a margin for clocks that differ and commits that took long: 10 minutes, or an eighth of a short
// retention). The version that was current at the cut and all after it can be opened with every file they name, by us and by other Delta readers. A log keeps its
// objects from its base on: the newest checkpoint that is at or below that version. A log without such a checkpoint keeps everything.
//
// Order. The objects of a log go from the oldest upwards, one after the other, and the first failure ends it. So what is left is always: a beginning that nobody
// can use any more, without gaps after its first version, and the base with everything above. A Delta reader that follows _last_checkpoint, which is never below the base for
// long, starts above all of it; one that lists finds the newest checkpoint and the entries after it. Our replay (beginning, fullHistory) does the same, takes
// version 0 for the start only if it is there, and looks again when entries disappear between listing and reading. A crash anywhere leaves such a state, and the
// next round continues. Data files go before the log entries that remove them, so that no removed file is forgotten.
//
// Proof. A base replaces everything below it, so nothing is removed before it was shown to say the same: the checkpoint is read, its checksum
// compared with its seal, and its contents with a replay of the entries below. That reads each entry once in its life. It goes from checkpoint to checkpoint,
// so that each step is short. Only a beginning that an earlier round has started to remove goes without.
//
// Files. A removed file goes when its remove action is older than the cut. A file that no log names is an orphan, or it is on its way into the log: of another server's
// write-ahead log, buffers and uploads nothing can be seen from here. Therefore the path says whose stream wrote a file (DataDir), and a server removes orphans of its own stream, asking
// its write path what that still names, and those of closed streams. Files elsewhere are left. The order of questions matters, as a file only ever moves from the write path to
// the log: list, then ask the write path, then read the log up to its end. An orphan must be older than OrphanAge by its modification time and have been
// without a name for an hour, so that a query that pinned it before it lost its name has opened it.
//
// Readers. The local store and the cache keep a file while a query reads it. A snapshot that has not opened its files yet (a cursor, REPEATABLE READ), and queries on
// other servers, rely on Retention alone; the configuration refuses less than an hour.
//
// Tables. A dropped table goes when its drop is older than Retention; then that is recorded (catalog.Op.Purged). A directory that no table and no drop explains goes when all in it is older than OrphanAge, no write path names
// anything in it, a catalog that was read after the listing does not know it, and its log has at most version 0: that is a CREATE TABLE that came to
// nothing. A log with more was a table once: it stays, since the catalog may be what is wrong.
type Cleaner struct {
	cfg     CleanConfig
	tables  *Tables
	catalog *Catalog
	writer  Writer
	log     zerolog.Logger

	turn    chan struct{} // one round at a time; it guards what follows
	next    uuid.UUID     // the table with which the next round begins
	scanned time.Time     // when unknown directories were looked for
	states  map[uuid.UUID]*cleanState

	mu    sync.Mutex
	stats CleanStats
}

// cleanState is what a cleaner remembers of a table between rounds.
type cleanState struct {
	unnamed map[string]time.Time // since when orphans have been seen; at most cleanObjects
	foreign time.Time            // when files of others that no short history names were looked up in the whole log
	quiet   bool                 // at that version and time nothing waited to be removed
	shared  bool
	version int64
	at      time.Time
}

// NewCleaner returns a cleaner of tables and catalog. writer is this server's write path.
func NewCleaner(cfg CleanConfig, tables *Tables, catalog *Catalog, writer Writer, log zerolog.Logger) *Cleaner {
	return &Cleaner{
		cfg: cfg, tables: tables, catalog: catalog, writer: writer, log: log.With().Str("component", "clean").Logger(),
		turn: make(chan struct{}, 1), states: map[uuid.UUID]*cleanState{},
	}
}

// Stats counts since the start.
func (c *Cleaner) Stats() CleanStats {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.stats
}

// Once runs one round as of now and returns what it removed. With shared it does everything; without, only what nobody else can: orphans of this server's own
// stream. Single failures are logged, counted and left for the next round; an error says that the round could not begin or ended early.
func (c *Cleaner) Once(ctx context.Context, now time.Time, shared bool) (CleanStats, error) {
	select {
	case c.turn <- struct{}{}:
		defer func() { <-c.turn }()
	case <-ctx.Done():
		return CleanStats{}, ctx.Err()
	}
	return c.round(now, shared).finish(ctx)
}

func (c *Cleaner) round(now time.Time, shared bool) *round {
	return &round{
		Cleaner: c, shared: shared, now: now, cut: now.Add(-c.cfg.Retention - min(cleanMargin, c.cfg.Retention/8)), old: now.Add(-c.cfg.OrphanAge), left: cleanObjects,
	}
}

func (s *CleanStats) add(d *CleanStats) {
	s.Objects, s.Bytes, s.LogObjects, s.Files = s.Objects+d.Objects, s.Bytes+d.Bytes, s.LogObjects+d.LogObjects, s.Files+d.Files
	s.Orphans, s.Tables, s.Failures = s.Orphans+d.Orphans, s.Tables+d.Tables, s.Failures+d.Failures
}
