// Package storage keeps objects: table and catalog logs, Parquet files, backups.
//
// It owns the Store interface and, in storage/storagetest, the acceptance suite that every implementation passes:
// storage/local (a directory), storage/minio (an S3 bucket) and storage/cache (a local copy of objects of another store). Keys are relative slash-separated paths without empty, "." or ".."
// elements. It does not know what is in an object.
package storage

import (
	"context"
	"errors"
	"io"
	"time"
)

// Errors a caller branches on.
var (
	ErrNotFound = errors.New("object not found")
	ErrExists   = errors.New("object already exists")
	ErrFull     = errors.New("no space left in the object store") // mapped to 53100 where a client is answered
	// ErrUnavailable says that the store does not answer, is down or refuses every request for now. Mapped to 58030 where a client is answered.
	ErrUnavailable = errors.New("the object store cannot be reached")
)

// Info describes an object.
type Info struct {
	Key      string
	Size     int64 // bytes
	Modified time.Time
}

// Store is an object store. Every method honours the context's deadline. Objects are whole or absent, and
// durable when a write returns without an error. After any other error than ErrExists, ErrNotFound or ErrFull of a write, the outcome is not known.
type Store interface {
	// Get reads a whole object of at most limit bytes; ErrNotFound if there is none.
	Get(ctx context.Context, key string, limit int64) ([]byte, error)
	// Open reads length bytes from offset on; length -1 reads to the end.
	Open(ctx context.Context, key string, offset, length int64) (io.ReadCloser, error)
	// PutIfAbsent writes an object only if the key is free, as one atomic step; ErrExists otherwise.
	PutIfAbsent(ctx context.Context, key string, data []byte) error
	// Put writes or replaces an object.
	Put(ctx context.Context, key string, data []byte) error
	// PutFile moves or uploads a finished local file to a key that is free or holds the same bytes. The source is gone after success.
	PutFile(ctx context.Context, key, source string) error
	// Stat describes an object; ErrNotFound if there is none.
	Stat(ctx context.Context, key string) (Info, error)
	// List calls visit for every object whose key begins with prefix and is greater than after, in key order.
	List(ctx context.Context, prefix, after string, visit func(Info) error) error
	// Delete removes an object; deleting what is not there succeeds.
	Delete(ctx context.Context, key string) error
	// Local returns a path from which the object can be read in place and a release function, fetching it into a cache
	// first where need be. The file is neither changed nor removed before release is called.
	Local(ctx context.Context, key string) (path string, release func(), err error)
}
