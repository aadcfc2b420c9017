// Package engine is the driver of DuckDB, which executes every query.
//
// It owns the DuckDB instance and everything that crosses into C: connections, streaming results as vector.Batch, appends
// of batches into buffer tables, COPY to Parquet, interruption, and the translation of DuckDB's errors to SQLSTATEs. It is
// generic: it knows no PostgreSQL dialect (the macros come as Config.Prelude), no catalog and no snapshot, and it does not
// check whether a user may run a text; that is decided in sql before the text gets here. What it does refuse is in
// Config: once Open returns, DuckDB reaches no file outside AllowedDirs, loads no extension and changes no setting. Sessions,
// ingest and the query path call it; it is the only importer of the DuckDB bindings.
//
// # DESIGN
//
// One goroutine uses a Conn at a time (a mutex makes a mistake slow rather than fatal). A result streams: DuckDB computes
// as batches are pulled, and a batch is DuckDB's own memory looked at in place, so it ends with the next call of Next. A
// connection carries one stream; another statement on it ends that stream, which then reports an error and never a
// false end. Cancelling a context interrupts DuckDB, again and again until the call returns, because an interrupt
// that arrives before execution starts is lost. A query outside a transaction gets one of its own, because DuckDB would
// take the statistics of a prepared plan and the rows it executes on from different snapshots otherwise. Nothing is freed by
// a finalizer: every C object has an owner that is closed, and tests count them (build tag debug_bindings).
package engine

import (
	"fmt"
	"os"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"

	b "github.com/duckdb/duckdb-go-bindings"
	"github.com/jackc/pgerrcode"

	"github.com/miniodb/miniodb/internal/duck"
	"github.com/miniodb/miniodb/internal/pgerr"
)

// HotDatabase is the attached in-memory database that holds the buffer tables.
const HotDatabase = "hot"

// Config describes an instance. The zero value of a field means its default.
type Config struct {
	MemoryLimit int64    // bytes; default: what DuckDB takes (80% of the machine)
	Threads     int      // default: the number of cores
	TempDir     string   // where DuckDB spills; made if absent; default: no spilling
	TempLimit   int64    // bytes in TempDir; default: what DuckDB takes (90% of the free space)
	AllowedDirs []string // the only directories that DuckDB may read and write, TempDir aside
	Prelude     string   // SQL run once, before the lock-down: macros, views
	Functions   Host     // answers pg_call and pg_call_null in the prelude and in queries; nil: there are none
	MaxQueries  int      // queries that execute at one time; default: twice the cores
}

// Validate reports a setting that cannot be.
func (c *Config) Validate() error {
	switch {
	case c.MemoryLimit < 0:
		return fmt.Errorf("memory limit %d: must not be negative", c.MemoryLimit)
	case c.TempLimit < 0:
		return fmt.Errorf("temp limit %d: must not be negative", c.TempLimit)
	case c.Threads < 0:
		return fmt.Errorf("threads %d: must not be negative", c.Threads)
	case c.MaxQueries < 0:
		return fmt.Errorf("max queries %d: must not be negative", c.MaxQueries)
	}
	return nil
}

// DB is one DuckDB instance, in memory. Its methods may be called from any goroutine.
type DB struct {
	slots  chan struct{} // one token per query that executes
	small  chan struct{} // those beyond, of small ones
	broken atomic.Bool   // the instance is invalid for ever

	mu     sync.Mutex // guards what follows
	db     b.Database // Ptr nil once closed
	forget func()     // ends Config.Functions; nil once closed
}

// Open makes an instance, attaches the buffer database, runs the prelude and locks the configuration, in this order. It
// takes some 10 ms.
func Open(cfg Config) (*DB, error) {
	if err := cfg.Validate(); err != nil {
		return nil, fmt.Errorf("engine configuration: %w", err)
	}
	if cfg.TempDir != "" {
		if err := os.MkdirAll(cfg.TempDir, 0o700); err != nil {
			return nil, fmt.Errorf("make temp directory: %w", err)
		}
	}
	if cfg.MaxQueries == 0 {
		cfg.MaxQueries = 2 * runtime.GOMAXPROCS(0)
	}
	raw, err := openRaw(cfg.startup())
	if err != nil {
		return nil, err
	}
	db := &DB{db: raw, slots: make(chan struct{}, cfg.MaxQueries), small: make(chan struct{}, smallSlots)}
	conn, err := db.Conn()
	if err != nil {
		db.Close()
		return nil, err
	}
	defer conn.Close()
	if db.forget, err = conn.registerHostFunctions(cfg.Functions); err != nil {
		db.Close()
		return nil, fmt.Errorf("set up engine: %w", err)
	}
	for _, text := range cfg.script() {
		if err := conn.run(text); err != nil {
			db.Close()
			return nil, fmt.Errorf("set up engine: %w", err)
		}
	}
	return db, nil
}

// startup returns the settings that DuckDB takes only when it opens.
func (c *Config) startup() map[string]string {
	flags := map[string]string{
		"autoinstall_known_extensions": "false",
		"autoload_known_extensions":    "false",
		"allow_community_extensions":   "false",
		"preserve_insertion_order":     "true", // a query without ORDER BY gives the same order each time
		"temp_directory":               c.TempDir,
	}
	if c.Threads > 0 {
		flags["threads"] = strconv.Itoa(c.Threads)
	}
	if c.MemoryLimit > 0 {
		flags["memory_limit"] = strconv.FormatInt(c.MemoryLimit, 10) + "B"
	}
	return flags
}

// script returns what Open runs. The order matters: what is attached later is outside the lock-down, and nothing can be
// set after its last line.
func (c *Config) script() []string {
	dirs := make([]string, len(c.AllowedDirs))
	for i, d := range c.AllowedDirs {
		dirs[i] = duck.Literal(d)
	}
	tempLimit := ""
	if c.TempLimit > 0 && c.TempDir != "" {
		// Among the settings of an open this one would be shown and not obeyed.
		tempLimit = "SET GLOBAL max_temp_directory_size = '" + strconv.FormatInt(c.TempLimit, 10) + "B'"
	}
	script := []string{
		tempLimit,
		"ATTACH ':memory:' AS " + HotDatabase + " (COMPRESS)",
		"SET GLOBAL default_null_order = 'postgres'",
		"SET GLOBAL TimeZone = 'UTC'",
		"SET GLOBAL parquet_metadata_cache = true",
		"SET GLOBAL enable_external_file_cache = false", // no gain, and it doubles the memory of a scan
		"SET GLOBAL errors_as_json = true",
		c.Prelude,
		"SET GLOBAL allowed_directories = [" + strings.Join(dirs, ", ") + "]",
		"SET GLOBAL enable_external_access = false",
		"SET GLOBAL allowed_configs = ['TimeZone', 'search_path', 'schema', 'errors_as_json']",
		"SET GLOBAL lock_configuration = true",
	}
	out := script[:0]
	for _, s := range script {
		if strings.TrimSpace(s) != "" {
			out = append(out, s)
		}
	}
	return out
}

func openRaw(flags map[string]string) (b.Database, error) {
	var cfg b.Config
	if b.CreateConfig(&cfg) != b.StateSuccess {
		return b.Database{}, fmt.Errorf("open engine: no configuration")
	}
	defer b.DestroyConfig(&cfg)
	for name, value := range flags {
		if b.SetConfig(cfg, name, value) != b.StateSuccess {
			return b.Database{}, fmt.Errorf("open engine: setting %s = %q refused", name, value)
		}
	}
	var db b.Database
	var msg string
	if b.OpenExt(":memory:", &db, cfg, &msg) != b.StateSuccess {
		b.Close(&db)
		return b.Database{}, fmt.Errorf("open engine: %s", msg)
	}
	return db, nil
}

// Close gives the instance up; it is safe to call twice. DuckDB frees its memory when the last Conn is closed too.
func (db *DB) Close() error {
	db.mu.Lock()
	defer db.mu.Unlock()
	b.Close(&db.db)
	if db.forget != nil {
		db.forget()
		db.forget = nil
	}
	return nil
}

// Conn opens a connection; it costs some 10 us and 16 KB.
func (db *DB) Conn() (*Conn, error) {
	db.mu.Lock()
	defer db.mu.Unlock()
	if db.db.Ptr == nil {
		return nil, pgerr.New(pgerrcode.AdminShutdown, "the query engine is shut down")
	}
	c := &Conn{db: db}
	if b.Connect(db.db, &c.raw) != b.StateSuccess {
		return nil, pgerr.New(pgerrcode.InternalError, "the query engine refused a connection")
	}
	return c, nil
}

// Abandon takes the instance out of use: Healthy is false from now on, and whoever supervises it replaces it.
func (db *DB) Abandon() { db.broken.Store(true) }

// Healthy reports whether the instance can still execute. After a fatal error inside DuckDB it cannot, ever: close
// it and open another.
func (db *DB) Healthy() bool { return !db.broken.Load() }
