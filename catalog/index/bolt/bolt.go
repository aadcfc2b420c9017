// Package bolt is the catalog index of the embedded server: one bbolt file on local disk.
//
// It implements index.Index. It owns the file and treats it as a cache: a file that is missing, of another format or damaged is
// recreated empty under a new generation, and its caller rebuilds the tables from their logs. The composition root opens it.
//
// # Design
//
// Buckets: "meta" {generation, format, catalog: version of the catalog log, 8 bytes}; "heads" table uuid -> Head; "files" table uuid -> bucket of path -> DataFile. A commit touches only
// the entries that it changes. Values carry a checksum, which bbolt's pages do not. bbolt panics, or the kernel faults on
// the mapped file, when its pages do not make sense: every access turns both into an error, and the file is then recreated.
package bolt

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime/debug"
	"sync"
	"time"

	"github.com/google/uuid"
	"github.com/rs/zerolog"
	bbolt "go.etcd.io/bbolt"
	bbolterrors "go.etcd.io/bbolt/errors"

	"github.com/miniodb/miniodb/catalog/index"
)

const (
	formatVersion = "1"
	lockTimeout   = 2 * time.Second
)

var (
	metaBucket  = []byte("meta")
	headsBucket = []byte("heads")
	filesBucket = []byte("files")
	generation  = []byte("generation")
	formatKey   = []byte("format")
)

// errDamaged marks errors after which the file is recreated.
var errDamaged = errors.New("index file is damaged")

// Index is an index in a bbolt file.
type Index struct {
	path string
	log  zerolog.Logger

	mu sync.RWMutex // held for writing only while the file is recreated or closed
	db *bbolt.DB    // nil once closed

	announced announcements
}

var _ index.Index = (*Index)(nil)

// Open opens or creates the index in the file at path. A file that cannot be used is replaced by an empty one, with a warning.
func Open(path string, log zerolog.Logger) (*Index, error) {
	x := &Index{path: path, log: log.With().Str("component", "index").Logger()}
	err := x.open()
	if errors.Is(err, errDamaged) {
		x.log.Warn().Err(err).Str("path", path).Msg("catalog index is recreated from the table logs")
		err = x.recreate()
	}
	if err != nil {
		return nil, fmt.Errorf("open catalog index %s: %w", path, err)
	}
	return x, nil
}

// Close closes the file. It is safe twice.
func (x *Index) Close() error {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.closeLocked()
}

func (x *Index) closeLocked() error {
	if x.db == nil {
		return nil
	}
	db := x.db
	x.db = nil
	return guard(db.Close)
}

// open opens the file and walks all of it once, so that damage shows now and not in a query.
func (x *Index) open() error {
	return guard(func() error {
		db, err := bbolt.Open(x.path, 0o640, &bbolt.Options{Timeout: lockTimeout, FreelistType: bbolt.FreelistMapType})
		switch {
		case errors.Is(err, bbolterrors.ErrTimeout):
			return errors.New("another process has it open")
		case errors.Is(err, os.ErrPermission):
			return err
		case err != nil:
			var pathErr *os.PathError
			if errors.As(err, &pathErr) {
				return err
			}
			return fmt.Errorf("%w: %v", errDamaged, err)
		}
		x.db = db
		if err := db.Update(prepare); err != nil {
			return err
		}
		return db.View(verify)
	})
}

// prepare fills an empty file and refuses one of another format.
func prepare(tx *bbolt.Tx) error {
	if meta := tx.Bucket(metaBucket); meta != nil {
		if string(meta.Get(formatKey)) != formatVersion || tx.Bucket(headsBucket) == nil || tx.Bucket(filesBucket) == nil {
			return fmt.Errorf("%w: format %.20q", errDamaged, meta.Get(formatKey))
		}
		return nil
	}
	for _, name := range [][]byte{headsBucket, filesBucket} {
		if _, err := tx.CreateBucket(name); err != nil {
			return err
		}
	}
	meta, err := tx.CreateBucket(metaBucket)
	if err != nil {
		return err
	}
	if err := meta.Put(formatKey, []byte(formatVersion)); err != nil {
		return err
	}
	return meta.Put(generation, []byte(uuid.NewString()))
}

func verify(tx *bbolt.Tx) error {
	return tx.Bucket(headsBucket).ForEach(func(k, _ []byte) error {
		_, err := load(tx, k)
		return err
	})
}

// recreate replaces the file by an empty one. The caller holds mu or is the only user.
func (x *Index) recreate() error {
	_ = x.closeLocked() // a damaged file may not close cleanly, it is removed anyway
	if err := os.Remove(x.path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return x.open()
}

// view and update run fn in a transaction; on damage the file is recreated and the error returned.
func (x *Index) view(ctx context.Context, fn func(*bbolt.Tx) error) error {
	return x.run(ctx, func(db *bbolt.DB) error { return db.View(fn) })
}

func (x *Index) update(ctx context.Context, fn func(*bbolt.Tx) error) error {
	return x.run(ctx, func(db *bbolt.DB) error { return db.Update(fn) })
}

func (x *Index) run(ctx context.Context, fn func(*bbolt.DB) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	x.mu.RLock()
	db := x.db
	if db == nil {
		x.mu.RUnlock()
		return errors.New("catalog index is closed")
	}
	err := guard(func() error { return fn(db) })
	x.mu.RUnlock()
	if !errors.Is(err, errDamaged) {
		return err
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.db != db {
		return err // another call has recreated or closed it
	}
	x.log.Error().Err(err).Str("path", x.path).Msg("catalog index is recreated from the table logs")
	return errors.Join(err, x.recreate())
}

// guard turns a panic of bbolt and a fault on the mapped file into errDamaged.
func guard(fn func() error) (err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("%w: %v", errDamaged, r)
		}
	}()
	return fn()
}
