package bolt

import (
	"context"
	"errors"
	"fmt"
	"maps"

	"github.com/google/uuid"
	bbolt "go.etcd.io/bbolt"

	"github.com/miniodb/miniodb/catalog"
	"github.com/miniodb/miniodb/catalog/index"
)

// State implements index.Index.
func (x *Index) State(ctx context.Context, tables []uuid.UUID) (index.State, error) {
	out := index.State{Tables: make(map[uuid.UUID]index.Mark, len(tables))}
	err := x.view(ctx, func(tx *bbolt.Tx) error {
		meta, heads := tx.Bucket(metaBucket), tx.Bucket(headsBucket)
		out.Generation = string(meta.Get(generation))
		v, err := catalogVersion(meta)
		if err != nil {
			return err
		}
		out.Catalog = x.mark(uuid.Nil, v)
		for _, id := range tables {
			v, err := version(heads, id[:])
			if err != nil {
				return err
			}
			out.Tables[id] = x.mark(id, v)
		}
		return nil
	})
	return out, err
}

// version returns the version of a table, Absent if it is not there.
func version(heads *bbolt.Bucket, table []byte) (int64, error) {
	data := heads.Get(table)
	if data == nil {
		return index.Absent, nil
	}
	v, err := index.HeadVersion(data)
	if err != nil {
		return 0, fmt.Errorf("%w: %v", errDamaged, err)
	}
	return v, nil
}

// Tables implements index.Index.
func (x *Index) Tables(ctx context.Context) (ids []uuid.UUID, err error) {
	err = x.view(ctx, func(tx *bbolt.Tx) error {
		return tx.Bucket(headsBucket).ForEach(func(k, _ []byte) error {
			id, err := uuid.FromBytes(k)
			ids = append(ids, id)
			return err
		})
	})
	return ids, err
}

// Load implements index.Index.
func (x *Index) Load(ctx context.Context, table uuid.UUID) (s *catalog.Snapshot, err error) {
	err = x.view(ctx, func(tx *bbolt.Tx) error {
		s, err = load(tx, table[:])
		return err
	})
	return s, err
}

// Apply implements index.Index.
func (x *Index) Apply(ctx context.Context, table uuid.UUID, version int64, d index.Delta) error {
	err := x.update(ctx, func(tx *bbolt.Tx) error {
		h, err := head(tx, table[:])
		if errors.Is(err, index.ErrNotFound) {
			return fmt.Errorf("%w: table %s is not there", index.ErrVersion, table)
		}
		if err != nil {
			return err
		}
		if h.Version != version-1 {
			return fmt.Errorf("%w: table %s is at %d, not %d", index.ErrVersion, table, h.Version, version-1)
		}
		files := tx.Bucket(filesBucket).Bucket(table[:])
		if files == nil {
			return fmt.Errorf("%w: table %s has no files bucket", errDamaged, table)
		}
		for _, path := range d.Removes {
			if err := files.Delete([]byte(path)); err != nil {
				return err
			}
		}
		for i := range d.Adds {
			if err := files.Put([]byte(d.Adds[i].Path), index.AppendFile(nil, &d.Adds[i])); err != nil {
				return err
			}
		}
		h.Version = version
		if d.Schema != nil {
			h.Schema = d.Schema
		}
		maps.Copy(h.Checkpoints, d.Checkpoints)
		return putHead(tx, table[:], h)
	})
	if err == nil {
		x.applied(table, version)
	}
	return err
}

// Reset implements index.Index.
func (x *Index) Reset(ctx context.Context, s *catalog.Snapshot, from int64) error {
	err := x.update(ctx, func(tx *bbolt.Tx) error {
		at, err := version(tx.Bucket(headsBucket), s.Table[:])
		if err != nil {
			return err
		}
		if at != from {
			return fmt.Errorf("%w: table %s is at %d, not %d", index.ErrVersion, s.Table, at, from)
		}
		if err := drop(tx, s.Table[:]); err != nil {
			return err
		}
		files, err := tx.Bucket(filesBucket).CreateBucket(s.Table[:])
		if err != nil {
			return err
		}
		for i := range s.Files {
			if err := files.Put([]byte(s.Files[i].Path), index.AppendFile(nil, &s.Files[i])); err != nil {
				return err
			}
		}
		return putHead(tx, s.Table[:], &index.Head{Version: s.Version, Schema: s.Schema, Checkpoints: s.Checkpoints})
	})
	if err == nil {
		x.applied(s.Table, s.Version)
	}
	return err
}

// Drop implements index.Index.
func (x *Index) Drop(ctx context.Context, table uuid.UUID) error {
	return x.update(ctx, func(tx *bbolt.Tx) error { return drop(tx, table[:]) })
}

func drop(tx *bbolt.Tx, table []byte) error {
	if files := tx.Bucket(filesBucket); files.Bucket(table) != nil {
		if err := files.DeleteBucket(table); err != nil {
			return err
		}
	}
	return tx.Bucket(headsBucket).Delete(table)
}

func putHead(tx *bbolt.Tx, table []byte, h *index.Head) error {
	data, err := index.AppendHead(nil, h)
	if err != nil {
		return err
	}
	return tx.Bucket(headsBucket).Put(table, data)
}

func head(tx *bbolt.Tx, table []byte) (*index.Head, error) {
	data := tx.Bucket(headsBucket).Get(table)
	if data == nil {
		return nil, index.ErrNotFound
	}
	h, err := index.DecodeHead(data)
	if err != nil {
		return nil, fmt.Errorf("%w: %v", errDamaged, err)
	}
	return h, nil
}

func load(tx *bbolt.Tx, table []byte) (*catalog.Snapshot, error) {
	h, err := head(tx, table)
	if err != nil {
		return nil, err
	}
	id, err := uuid.FromBytes(table)
	files := tx.Bucket(filesBucket).Bucket(table)
	if err != nil || files == nil {
		return nil, fmt.Errorf("%w: entry of table %x", errDamaged, table)
	}
	s := &catalog.Snapshot{Table: id, Version: h.Version, Schema: h.Schema, Checkpoints: h.Checkpoints}
	err = files.ForEach(func(k, v []byte) error {
		f, err := index.DecodeFile(string(k), v)
		if err != nil {
			return fmt.Errorf("%w: file %s: %v", errDamaged, k, err)
		}
		s.Files = append(s.Files, f)
		return nil
	})
	return s, err
}
