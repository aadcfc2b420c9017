package cache

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"golang.org/x/sys/unix"
)

const (
	lockFile = "lock"
	tempDir  = ".tmp"
	dirMode  = 0o750
	fileMode = 0o444
)

// acquire makes the directory and takes its lock, which the kernel drops when the process ends, however it ends.
func (s *Store) acquire() error {
	if err := os.MkdirAll(filepath.Join(s.dir, tempDir), dirMode); err != nil {
		return fmt.Errorf("cache directory %s cannot be made: %w", s.dir, reason(err))
	}
	f, err := os.OpenFile(filepath.Join(s.dir, lockFile), os.O_CREATE|os.O_RDWR, 0o640)
	if err != nil {
		return fmt.Errorf("cache directory %s is not writable: %w", s.dir, reason(err))
	}
	if err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB); err != nil {
		_ = f.Close()
		if errors.Is(err, unix.EWOULDBLOCK) {
			return fmt.Errorf("cache directory %s is in use by another server: each needs a cache.dir of its own", s.dir)
		}
		return fmt.Errorf("cache directory %s cannot be locked: %w", s.dir, err)
	}
	s.lock = f
	return nil
}

// found is a copy of an earlier run.
type found struct {
	name
	used time.Time
}

// scan empties the directory of temporaries and finds the copies. Files with names that this package does not give are left alone.
func (s *Store) scan() error {
	temps, err := os.ReadDir(filepath.Join(s.dir, tempDir))
	if err != nil {
		return err
	}
	for _, t := range temps {
		if err := os.Remove(filepath.Join(s.dir, tempDir, t.Name())); err != nil {
			return err
		}
	}
	dirs, err := os.ReadDir(s.dir)
	if err != nil {
		return err
	}
	var all []found
	for _, d := range dirs {
		if !d.IsDir() || len(d.Name()) != 2 {
			continue
		}
		files, err := os.ReadDir(filepath.Join(s.dir, d.Name()))
		if err != nil {
			return err
		}
		for _, f := range files {
			n, ok := parseName(f.Name())
			if !ok || n.path() != filepath.Join(d.Name(), f.Name()) {
				continue
			}
			used, whole := s.inspect(n)
			if !whole {
				s.unlink(filepath.Join(s.dir, n.path()))
				continue
			}
			all = append(all, found{n, used})
		}
	}
	s.adopt(all)
	return nil
}

// inspect returns when a copy was last used and whether it has its size; what is in it is checked before its first use.
func (s *Store) inspect(n name) (used time.Time, whole bool) {
	var st unix.Stat_t
	if err := unix.Lstat(filepath.Join(s.dir, n.path()), &st); err != nil || st.Mode&unix.S_IFMT != unix.S_IFREG || st.Size != n.size {
		return time.Time{}, false
	}
	return time.Unix(st.Atim.Unix()), true
}

// adopt takes the copies in the order of their use and evicts what is over the limit.
func (s *Store) adopt(all []found) {
	slices.SortFunc(all, func(a, b found) int { return a.used.Compare(b.used) })
	var gone []string
	for _, f := range all {
		s.serial = max(s.serial, f.serial)
		if old := s.entries[f.id]; old != nil { // left by a crash between a rename and an unlink
			if old.serial > f.serial {
				gone = append(gone, s.newEntry(f.name).path)
				continue
			}
			s.dropLocked(old)
			gone = append(gone, old.path)
		}
		e := s.newEntry(f.name)
		e.touched = f.used
		e.idle = s.idle.PushBack(e)
		s.entries[e.id] = e
		s.used += e.size
	}
	gone = append(gone, s.evictLocked(s.used-s.limit)...)
	s.unlink(gone...)
	s.log.Info().Str("dir", s.dir).Int("files", len(s.entries)).Int64("bytes", s.used).Int64("limit_bytes", s.limit).Int("removed", len(gone)).Msg("cache opened")
}

// reason drops the path that the message names already.
func reason(err error) error {
	var p *fs.PathError
	if errors.As(err, &p) {
		return p.Err
	}
	return err
}
