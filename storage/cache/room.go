package cache

import (
	"errors"
	"syscall"

	"github.com/jackc/pgerrcode"

	"github.com/miniodb/miniodb/internal/pgerr"
	"github.com/miniodb/miniodb/internal/units"
)

// reserveLocked takes room for size bytes. The caller unlinks the victims, without the lock, before he writes. For people: need is what the
// query asks for in all, others what was in use before it.
func (s *Store) reserveLocked(size, need, others int64) (victims []string, err error) {
	if size > s.limit-s.pinned {
		return nil, s.noRoom(need, others)
	}
	victims = s.evictLocked(size - (s.limit - s.used))
	s.used += size
	s.pinned += size
	return victims, nil
}

// evictLocked drops idle copies, the least recently used first, until they are worth so many bytes or none is left.
func (s *Store) evictLocked(bytes int64) (victims []string) {
	for bytes > 0 && s.idle.Len() > 0 {
		e := s.idle.Front().Value.(*entry)
		bytes -= e.size
		s.dropLocked(e)
		s.counts.evictions++
		victims = append(victims, e.path)
	}
	return victims
}

func (s *Store) noRoom(need, others int64) error {
	err := pgerr.New(pgerrcode.DiskFull, "the query needs %s (%d bytes) of files in the cache, cache.limit is %s (%d bytes)",
		units.Size(need).Human(), need, units.Size(s.limit).Human(), s.limit)
	if others > 0 {
		err = err.WithDetail("Files of %s (%d bytes) are in use by running queries.", units.Size(others).Human(), others)
	}
	return err.WithHint("Raise cache.limit, or run fewer queries at once.")
}

// noSpace says that the disk holds less than the limit promises.
func (s *Store) noSpace(need int64, err error) error {
	return pgerr.New(pgerrcode.DiskFull, "no space left on the disk of the cache: the query needs %s (%d bytes) in %s, cache.limit is %s (%d bytes)",
		units.Size(need).Human(), need, s.dir, units.Size(s.limit).Human(), s.limit).
		WithHint("Make room on that disk, or move the cache to a larger one (cache.dir).").WithCause(err)
}

// full reports whether an error says that a file system or a quota is exhausted. In a download that can only be the cache's own.
func full(err error) bool {
	return errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT)
}
