package cache

import (
	"container/list"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"sync/atomic"
	"time"

	"golang.org/x/sys/unix"
)

// entry is a copy on disk. All fields but name and path are guarded by Store.mu.
type entry struct {
	name
	path    string // absolute
	readers int
	idle    *list.Element // in Store.idle, exactly if there are no readers and it is not dropped
	dropped bool          // nobody finds it any more; the last reader unlinks it
	checked bool          // size and CRC are known to be right
	fresh   bool          // fetched by a Prefetch and counted as a miss: the Local that follows is no hit
	touched time.Time     // when the access time was last set
}

func (s *Store) newEntry(n name) *entry {
	return &entry{name: n, path: filepath.Join(s.dir, n.path())}
}

// pinLocked counts one more reader.
func (s *Store) pinLocked(e *entry) {
	if e.readers == 0 {
		s.idle.Remove(e.idle)
		e.idle = nil
		s.pinned += e.size
	}
	e.readers++
}

// unpinLocked counts one reader less and reports whether the caller has to unlink the file, without the lock.
func (s *Store) unpinLocked(e *entry) (unlink bool) {
	e.readers--
	if e.readers > 0 {
		return false
	}
	s.pinned -= e.size
	if e.dropped {
		s.used -= e.size
		return true
	}
	e.idle = s.idle.PushBack(e)
	return false
}

// dropLocked takes a copy out of the cache and reports whether the caller has to unlink the file, without the lock.
func (s *Store) dropLocked(e *entry) (unlink bool) {
	if e.dropped {
		return false
	}
	e.dropped = true
	delete(s.entries, e.id)
	if e.readers > 0 {
		return false
	}
	s.idle.Remove(e.idle)
	e.idle = nil
	s.used -= e.size
	return true
}

func (s *Store) unpin(e *entry) {
	s.mu.Lock()
	unlink := s.unpinLocked(e)
	s.mu.Unlock()
	if unlink {
		s.unlink(e.path)
	}
}

// drop forgets the copy of a key and sees to it that what is on its way now is not found by later callers.
func (s *Store) drop(key string) {
	id := idOf(key)
	s.mu.Lock()
	delete(s.loads, id)
	delete(s.uploads, id)
	e := s.entries[id]
	unlink := e != nil && s.dropLocked(e)
	s.mu.Unlock()
	if unlink {
		s.unlink(e.path)
	}
}

// lose drops a copy whose file is not what it was.
func (s *Store) lose(e *entry, key, why string) {
	s.log.Warn().Str("key", key).Str("file", e.path).Str("reason", why).Msg("cached copy dropped")
	s.mu.Lock()
	s.counts.errors++
	unlink := s.dropLocked(e)
	s.mu.Unlock()
	if unlink {
		s.unlink(e.path)
	}
}

// unlink removes files that nobody finds any more. One that stays is found at the next Open.
func (s *Store) unlink(paths ...string) {
	for _, path := range paths {
		if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
			s.log.Warn().Err(err).Msg("cached copy not removed")
			s.mu.Lock()
			s.counts.errors++
			s.mu.Unlock()
		}
	}
}

// intact reports whether the file is still there with its size: directories of caches are emptied by hand, too.
func (e *entry) intact() bool {
	var st unix.Stat_t
	return unix.Lstat(e.path, &st) == nil && st.Mode&unix.S_IFMT == unix.S_IFREG && st.Size == e.size
}

// touchLocked reports whether the access time is due.
func (e *entry) touchLocked(now time.Time) bool {
	if now.Sub(e.touched) < touchEvery {
		return false
	}
	e.touched = now
	return true
}

// touch notes a use for the order after a restart. It is no loss if that fails.
func touch(path string, now time.Time) { _ = os.Chtimes(path, now, time.Time{}) }

// releaser returns a function that unpins the copies once.
func (s *Store) releaser(held ...*entry) func() {
	var done atomic.Bool
	return func() {
		if done.CompareAndSwap(false, true) {
			for _, e := range held {
				s.unpin(e)
			}
		}
	}
}
