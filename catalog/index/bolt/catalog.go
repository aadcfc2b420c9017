package bolt

import (
	"context"
	"encoding/binary"
	"fmt"
	"sync"

	"github.com/google/uuid"
	bbolt "go.etcd.io/bbolt"

	"github.com/miniodb/miniodb/catalog/index"
)

var catalogKey = []byte("catalog")

// announcements are the pending versions by log. They live in memory: only this process reads the file, and if it ends, so do its readers.
type announcements struct {
	mu      sync.Mutex
	pending map[uuid.UUID]int64
}

// mark completes a version by what is announced after it.
func (x *Index) mark(log uuid.UUID, version int64) index.Mark {
	x.announced.mu.Lock()
	defer x.announced.mu.Unlock()
	m := index.Mark{Version: version, Pending: index.Absent}
	if p, ok := x.announced.pending[log]; ok && p > version {
		m.Pending = p
	}
	return m
}

// Announce implements index.Index.
func (x *Index) Announce(ctx context.Context, log uuid.UUID, version int64) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	x.announced.mu.Lock()
	defer x.announced.mu.Unlock()
	if x.announced.pending == nil {
		x.announced.pending = map[uuid.UUID]int64{}
	}
	if p, ok := x.announced.pending[log]; !ok || p < version {
		x.announced.pending[log] = version
	}
	return nil
}

// applied ends announcements up to a version.
func (x *Index) applied(log uuid.UUID, version int64) {
	x.announced.mu.Lock()
	defer x.announced.mu.Unlock()
	if x.announced.pending[log] <= version {
		delete(x.announced.pending, log)
	}
}

// AdvanceCatalog implements index.Index.
func (x *Index) AdvanceCatalog(ctx context.Context, version int64) error {
	return x.setCatalog(ctx, version, func(at int64) (bool, error) { return version > at, nil })
}

// ResetCatalog implements index.Index.
func (x *Index) ResetCatalog(ctx context.Context, version, from int64) error {
	return x.setCatalog(ctx, version, func(at int64) (bool, error) {
		if at != from {
			return false, fmt.Errorf("%w: the catalog is at %d, not %d", index.ErrVersion, at, from)
		}
		return true, nil
	})
}

func (x *Index) setCatalog(ctx context.Context, version int64, allow func(at int64) (bool, error)) error {
	err := x.update(ctx, func(tx *bbolt.Tx) error {
		meta := tx.Bucket(metaBucket)
		at, err := catalogVersion(meta)
		if err != nil {
			return err
		}
		ok, err := allow(at)
		if err != nil || !ok {
			return err
		}
		return meta.Put(catalogKey, binary.LittleEndian.AppendUint64(nil, uint64(version)))
	})
	if err == nil {
		x.applied(uuid.Nil, version)
	}
	return err
}

func catalogVersion(meta *bbolt.Bucket) (int64, error) {
	data := meta.Get(catalogKey)
	switch len(data) {
	case 0:
		return index.Absent, nil
	case 8:
		return int64(binary.LittleEndian.Uint64(data)), nil
	}
	return 0, fmt.Errorf("%w: version of the catalog", errDamaged)
}
