// Package cache keeps copies of immutable objects of another store in a local directory, from which DuckDB reads them by path.
//
// It owns the directory and everything in it, and the order in which copies give way to others. It implements storage.Store over the store
// below: reads and writes pass through, Local answers from the directory, PutFile leaves a copy there, Delete drops it. It refuses
// to go over its limit, to touch a copy that somebody reads, and a directory that another process uses. It does not know what is in an object, and
// never asks the store below about one that it holds. The composition root makes one Store; sessions call Prefetch and Local.
//
// # Design
//
// A copy is one file, <2 hex digits>/<id>-<size>-<crc>-<serial>, where id is the beginning of the key's SHA-256. The name says everything that
// a restart needs, and takes effect by one rename(2), so there is no second file that could be missing or belong to another copy. The serial
// makes a name unique: a copy that is on its way out never meets its successor, and whoever remembers files by path is never misled.
// Nothing is synced. After a restart each copy is checked by size and CRC-32C before its first use, and fetched again if it is damaged.
//
// Room is accounted in bytes: used = pinned + idle. Pinned is what readers hold and what downloads have reserved, idle is what may be evicted, the
// least recently used first. A reservation is granted at once or fails (53100); nobody waits for room, so nobody who holds some can wait
// for another who does. A victim is unlinked by the one who needs its room, before he writes, without the lock.
//
// A download (load) belongs to no caller. It has a goroutine, a deadline and a count of waiters: the last one to leave cancels it. A caller
// who comes between that and the end of the goroutine waits for the end and then starts another, so that room is not reserved twice.
//
// The order of use survives restarts in the files' access times, renewed at most once a minute; modification times stay, as readers take them for
// a sign of change.
package cache

import (
	"container/list"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/rs/zerolog"

	"github.com/miniodb/miniodb/storage"
)

const (
	maxDownloads      = 32               // running at once
	maxGroupDownloads = 8                // running at once for one Prefetch
	statTimeout       = 30 * time.Second // for an object's size
	fetchTimeout      = time.Minute      // for a download, and a second more for each
	fetchBytesPerSec  = 1 << 20          // bytes of the object
	touchEvery        = time.Minute      // between two changes of a file's access time
	copyBufferBytes   = 256 << 10
)

// Config says where the cache is and how large it may become.
type Config struct {
	Dir        string // made where need be
	LimitBytes int64  // of all copies together
}

// Validate returns what is wrong with the configuration.
func (c Config) Validate() error {
	if c.Dir == "" {
		return errors.New("cache directory: no path is given")
	}
	if c.LimitBytes <= 0 {
		return fmt.Errorf("cache.limit must be positive, not %d", c.LimitBytes)
	}
	return nil
}

// fetcher is what a store below may offer beyond storage.Store: a download in parallel ranges, verified against the object's own checksum, into a
// file that is empty. It returns the object's size in bytes.
type fetcher interface {
	Fetch(ctx context.Context, key string, f *os.File) (size int64, err error)
}

var errClosed = errors.New("the cache is closed")

// Store is a store with a local cache. It is safe for concurrent use.
type Store struct {
	below storage.Store
	fetch fetcher // nil: below cannot
	dir   string  // absolute
	limit int64   // bytes
	log   zerolog.Logger
	lock  *os.File
	slots chan struct{} // one for each running download
	wg    sync.WaitGroup

	mu      sync.Mutex
	closed  bool
	entries map[id]*entry
	idle    *list.List         // of *entry without readers, the least recently used first
	loads   map[id]*load       // that callers may join
	running map[*load]struct{} // all loads whose goroutine has not ended
	uploads map[id]*upload
	used    int64 // bytes of all copies, dropped ones with readers too, and of reservations
	pinned  int64 // bytes of used that cannot be evicted
	serial  uint64
	counts  counts
}

var _ storage.Store = (*Store)(nil)

// Open takes over the directory: it removes unfinished downloads, finds the copies of earlier runs and evicts what is over the limit.
// Its errors are one line for the person who starts the server.
func Open(cfg Config, below storage.Store, log zerolog.Logger) (*Store, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	dir, err := filepath.Abs(cfg.Dir)
	if err != nil {
		return nil, fmt.Errorf("cache directory %s: %w", cfg.Dir, err)
	}
	s := &Store{
		below: below, dir: dir, limit: cfg.LimitBytes, log: log.With().Str("component", "cache").Logger(), slots: make(chan struct{}, maxDownloads),
		entries: map[id]*entry{}, idle: list.New(), loads: map[id]*load{}, running: map[*load]struct{}{}, uploads: map[id]*upload{},
	}
	s.fetch, _ = below.(fetcher)
	if err := s.acquire(); err != nil {
		return nil, err
	}
	if err := s.scan(); err != nil {
		return nil, errors.Join(fmt.Errorf("cache directory %s cannot be read: %w", dir, reason(err)), s.lock.Close())
	}
	return s, nil
}

// Close cancels running downloads, waits for their end and gives up the directory; safe twice. Files that are in use stay where they are.
func (s *Store) Close() error {
	s.mu.Lock()
	again := s.closed
	s.closed = true
	for l := range s.running {
		l.cancel(errClosed)
	}
	s.mu.Unlock()
	s.wg.Wait()
	if again {
		return nil
	}
	return s.lock.Close()
}

// Get reads a whole object from the store below.
func (s *Store) Get(ctx context.Context, key string, limit int64) ([]byte, error) {
	return s.below.Get(ctx, key, limit)
}

// Open reads a part of an object from the store below.
func (s *Store) Open(ctx context.Context, key string, offset, length int64) (io.ReadCloser, error) {
	return s.below.Open(ctx, key, offset, length)
}

// Stat asks the store below.
func (s *Store) Stat(ctx context.Context, key string) (storage.Info, error) {
	return s.below.Stat(ctx, key)
}

// List asks the store below.
func (s *Store) List(ctx context.Context, prefix, after string, visit func(storage.Info) error) error {
	return s.below.List(ctx, prefix, after, visit)
}

// PutIfAbsent writes to the store below. A copy from before the object was deleted elsewhere is dropped.
func (s *Store) PutIfAbsent(ctx context.Context, key string, data []byte) error {
	err := s.below.PutIfAbsent(ctx, key, data)
	if !errors.Is(err, storage.ErrExists) {
		s.drop(key)
	}
	return err
}

// Put writes to the store below. A copy of the object before is dropped, also when the outcome is not known.
func (s *Store) Put(ctx context.Context, key string, data []byte) error {
	err := s.below.Put(ctx, key, data)
	s.drop(key)
	return err
}

// Delete removes the object below and the copy, whose file stays until its last reader has left.
func (s *Store) Delete(ctx context.Context, key string) error {
	err := s.below.Delete(ctx, key)
	s.drop(key)
	return err
}
