package ingest

import (
	"context"
	"fmt"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"
	"github.com/google/uuid"
	"github.com/rs/zerolog"

	"github.com/miniodb/miniodb/catalog"
	catlog "github.com/miniodb/miniodb/catalog/log"
	"github.com/miniodb/miniodb/engine"
	"github.com/miniodb/miniodb/storage"
)

// Config says where the log is and when buffers are flushed. Zero values mean the defaults.
type Config struct {
	Node            string        // node id, recorded with the stream
	WALDir          string        // required
	SpoolDir        string        // required: where Parquet files are written first; the engine must be allowed to write there. Ingest empties it
	FS              vfs.FS        // of the WAL; default: the operating system's
	AbandonLost     bool          // give up streams that the catalog says are open on this node and whose log is not in WALDir
	SegmentBytes    int64         // of a WAL segment; default 64 MiB
	MaxWALBytes     int64         // beyond this, writes get 53100; default 4 GiB
	IdleWALBytes    int64         // beyond this, the table that holds the oldest record is flushed; default 1 GiB
	BufferRows      int64         // a table is flushed at so many rows; default 100,000; a table's own option wins
	BufferBytes     int64         // or bytes; default 64 MiB
	FlushInterval   time.Duration // or when its oldest row has this age; default 60 s
	MaxBufferBytes  int64         // of all tables, not flushed; beyond this writes wait; default 1 GiB
	StallTimeout    time.Duration // how long writes wait for buffer space and reads for the engine; default 30 s
	ShutdownTimeout time.Duration // how long Run flushes after its context has ended; default 30 s
	FlushWorkers    int           // tables flushed at a time; default 2
}

func (c Config) withDefaults() Config {
	def := func(v *int64, d int64) {
		if *v <= 0 {
			*v = d
		}
	}
	def(&c.MaxWALBytes, 4<<30)
	def(&c.IdleWALBytes, 1<<30)
	def(&c.BufferRows, 100_000)
	def(&c.BufferBytes, 64<<20)
	def(&c.MaxBufferBytes, 1<<30)
	def((*int64)(&c.FlushInterval), int64(time.Minute))
	def((*int64)(&c.StallTimeout), int64(30*time.Second))
	def((*int64)(&c.ShutdownTimeout), int64(30*time.Second))
	if c.FlushWorkers <= 0 {
		c.FlushWorkers = 2
	}
	return c
}

// Validate reports a setting that cannot be.
func (c *Config) Validate() error {
	switch {
	case c.WALDir == "":
		return fmt.Errorf("ingest: no WAL directory")
	case c.SpoolDir == "":
		return fmt.Errorf("ingest: no spool directory")
	}
	return nil
}

// Deps are the parts of the system that ingest works with.
type Deps struct {
	Engine  Engine
	Tables  TableLogs
	Catalog Catalog
	Store   storage.Store
	Log     zerolog.Logger
}

// Engine is the DuckDB instance that holds the buffers. *engine.DB is one.
type Engine interface {
	Conn() (*engine.Conn, error)
}

// TableLogs are the tables' commit logs. *log.Tables of catalog/log is one.
type TableLogs interface {
	Snapshot(ctx context.Context, id uuid.UUID) (*catalog.Snapshot, error)
	Commit(ctx context.Context, id uuid.UUID, build func(*catalog.Snapshot) (*catlog.Change, error)) (*catalog.Snapshot, error)
	Announce(ctx context.Context, id uuid.UUID) error
	DataKey(id uuid.UUID, path string) string
}

// Catalog is the database-wide log. *log.Catalog of catalog/log is one.
type Catalog interface {
	Current() *catalog.Database
	Committed(nonce uuid.UUID) (version int64, ok bool)
	Refresh(ctx context.Context) (*catalog.Database, error)
	Commit(ctx context.Context, nonce uuid.UUID, build func(*catalog.Database) ([]catalog.Op, error)) (*catalog.Database, error)
}
