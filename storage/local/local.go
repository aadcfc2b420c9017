// Package local keeps objects as files below one directory.
//
// It implements storage.Store for the embedded server and for tests. It owns the directory and everything in it, and refuses
// keys that would leave it. It does not cache, compress or know what is in an object. The composition root makes one Store.
//
// # Design
//
// A write is durable when it returns: the bytes go to a temporary file below .tmp, are synced, take their name by link(2)
// (PutIfAbsent: fails if the name is taken) or rename(2) (Put, PutFile), and then the directory is synced, and before it every
// directory that was made for the key. ErrExists, too, is only returned after a sync of the directory, since the caller may
// conclude from the object it then reads that an earlier write of its own succeeded.
//
// A failed sync of a directory may have dropped the change from the kernel's memory while a second sync would report success,
// so after one the store refuses writes until the process is restarted. A failed sync of a temporary file only fails that write.
//
// Temporary files of a dead process are removed when a store is opened, unless another store has the directory open
// (a shared flock on .tmp/lock tells). Empty directories are left where they are: removing one would race with writers.
package local

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"

	"golang.org/x/sys/unix"

	"github.com/miniodb/miniodb/storage"
)

const (
	tempDir        = ".tmp"
	maxElementSize = 255 // bytes, NAME_MAX of the usual file systems
	maxKeySize     = 1024
	dirMode        = 0o750
	fileMode       = 0o640
)

// Store keeps objects below a directory. It is safe for concurrent use, also by several stores on one directory.
type Store struct {
	dir  string
	lock *os.File

	mu      sync.Mutex
	durable map[string]bool // directories that are known to survive a crash; bounded by the directories there are
	pins    map[string]*pin
	failed  error // of a directory sync; sticky
}

// pin counts the readers of a file; a deletion meanwhile waits for the last of them.
type pin struct {
	readers int
	doomed  bool
}

var _ storage.Store = (*Store)(nil)

// New opens the store in dir, which is created where need be, and removes what a crash left unfinished.
func New(dir string) (*Store, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, fmt.Errorf("open object directory: %w", err)
	}
	if err := os.MkdirAll(filepath.Join(dir, tempDir), dirMode); err != nil {
		return nil, fmt.Errorf("open object directory: %w", err)
	}
	s := &Store{dir: dir, durable: map[string]bool{}, pins: map[string]*pin{}}
	// The directory's own ancestors may be new, too; two levels cover a fresh data directory.
	for _, d := range []string{dir, filepath.Dir(dir), filepath.Dir(filepath.Dir(dir))} {
		if err := syncDir(d); err != nil && !errors.Is(err, os.ErrPermission) {
			return nil, fmt.Errorf("open object directory: %w", err)
		}
	}
	s.durable[dir] = true
	if err := s.sweep(); err != nil {
		return nil, fmt.Errorf("open object directory: %w", err)
	}
	return s, nil
}

// Close releases the lock that protects temporary files from other stores. It is safe twice; operations still work after it.
func (s *Store) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.lock == nil {
		return nil
	}
	err := s.lock.Close()
	s.lock = nil
	return err
}

// sweep takes the shared lock and, when no other store holds it, removes all temporary files.
func (s *Store) sweep() error {
	lock, err := os.OpenFile(filepath.Join(s.dir, tempDir, "lock"), os.O_CREATE|os.O_RDWR, fileMode)
	if err != nil {
		return err
	}
	if unix.Flock(int(lock.Fd()), unix.LOCK_EX|unix.LOCK_NB) == nil {
		err = removeTemps(filepath.Join(s.dir, tempDir))
	}
	if err == nil {
		err = unix.Flock(int(lock.Fd()), unix.LOCK_SH)
	}
	if err != nil {
		return errors.Join(err, lock.Close())
	}
	s.lock = lock
	return nil
}

func removeTemps(dir string) error {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if e.Name() == "lock" {
			continue
		}
		if err := os.Remove(filepath.Join(dir, e.Name())); err != nil && !errors.Is(err, os.ErrNotExist) {
			return err
		}
	}
	return nil
}

// path returns the file of a key, refusing keys that are not relative and clean or that lie among the temporary files.
func (s *Store) path(key string) (string, error) {
	if key == "" || len(key) > maxKeySize || strings.ContainsAny(key, "\x00\\") {
		return "", fmt.Errorf("invalid object key %.80q", key)
	}
	for i, element := range strings.Split(key, "/") {
		if element == "" || element == "." || element == ".." || len(element) > maxElementSize || (i == 0 && element == tempDir) {
			return "", fmt.Errorf("invalid object key %.80q", key)
		}
	}
	return filepath.Join(s.dir, filepath.FromSlash(key)), nil
}

// notFound maps what the file system says of an absent file, of a directory, and of a path through a file.
func notFound(err error) bool {
	return errors.Is(err, os.ErrNotExist) || errors.Is(err, syscall.ENOTDIR) || errors.Is(err, syscall.EISDIR)
}

// full reports whether an error says that a file system or a quota is exhausted.
func full(err error) bool {
	return errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT)
}
