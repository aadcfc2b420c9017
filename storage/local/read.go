package local

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"github.com/miniodb/miniodb/storage"
)

// Get reads a whole object of at most limit bytes.
func (s *Store) Get(ctx context.Context, key string, limit int64) ([]byte, error) {
	f, size, err := s.open(ctx, "get", key)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	if size > limit {
		return nil, fmt.Errorf("get %s: object has %d bytes, at most %d expected", key, size, limit)
	}
	data := make([]byte, size)
	if _, err := io.ReadFull(f, data); err != nil {
		return nil, fmt.Errorf("get %s: %w", key, err)
	}
	return data, nil
}

// Open reads length bytes from offset on.
func (s *Store) Open(ctx context.Context, key string, offset, length int64) (io.ReadCloser, error) {
	f, size, err := s.open(ctx, "open", key)
	if err != nil {
		return nil, err
	}
	if length < 0 {
		length = size - offset
	}
	if offset < 0 || length < 0 || offset+length > size {
		return nil, errors.Join(fmt.Errorf("open %s: range %d+%d of %d bytes", key, offset, length, size), f.Close())
	}
	return &section{Reader: io.NewSectionReader(f, offset, length), Closer: f}, nil
}

type section struct {
	io.Reader
	io.Closer
}

func (s *Store) open(ctx context.Context, op, key string) (f *os.File, size int64, err error) {
	path, err := s.path(key)
	if err != nil {
		return nil, 0, err
	}
	if err := ctx.Err(); err != nil {
		return nil, 0, fmt.Errorf("%s %s: %w", op, key, err)
	}
	f, err = os.Open(path)
	if err == nil {
		var info fs.FileInfo
		if info, err = f.Stat(); err == nil && info.IsDir() {
			err = fs.ErrNotExist
		}
		if err == nil {
			return f, info.Size(), nil
		}
		_ = f.Close()
	}
	if notFound(err) {
		err = storage.ErrNotFound
	}
	return nil, 0, fmt.Errorf("%s %s: %w", op, key, err)
}

// Stat describes an object.
func (s *Store) Stat(ctx context.Context, key string) (storage.Info, error) {
	path, err := s.path(key)
	if err != nil {
		return storage.Info{}, err
	}
	if err := ctx.Err(); err != nil {
		return storage.Info{}, fmt.Errorf("stat %s: %w", key, err)
	}
	info, err := os.Stat(path)
	if err == nil && info.IsDir() || err != nil && notFound(err) {
		err = storage.ErrNotFound
	}
	if err != nil {
		return storage.Info{}, fmt.Errorf("stat %s: %w", key, err)
	}
	return storage.Info{Key: key, Size: info.Size(), Modified: info.ModTime()}, nil
}

// List visits the objects of a prefix in key order.
func (s *Store) List(ctx context.Context, prefix, after string, visit func(storage.Info) error) error {
	if err := s.list(ctx, "", prefix, after, visit); err != nil {
		return fmt.Errorf("list %s: %w", prefix, err)
	}
	return nil
}

// list walks dir, a key prefix that is empty or ends in a slash.
func (s *Store) list(ctx context.Context, dir, prefix, after string, visit func(storage.Info) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	entries, err := os.ReadDir(filepath.Join(s.dir, filepath.FromSlash(dir)))
	if err != nil {
		if notFound(err) {
			return nil
		}
		return err
	}
	// In key order a directory "a" sorts as "a/", that is after an object "a-b".
	name := func(e fs.DirEntry) string {
		if e.IsDir() {
			return e.Name() + "/"
		}
		return e.Name()
	}
	slices.SortFunc(entries, func(a, b fs.DirEntry) int { return strings.Compare(name(a), name(b)) })
	for _, e := range entries {
		key := dir + name(e)
		if dir == "" && e.Name() == tempDir {
			continue
		}
		if e.IsDir() {
			relevant := strings.HasPrefix(key, prefix) || strings.HasPrefix(prefix, key)
			passed := key < after && !strings.HasPrefix(after, key)
			if relevant && !passed {
				if err := s.list(ctx, key, prefix, after, visit); err != nil {
					return err
				}
			}
			continue
		}
		if !strings.HasPrefix(key, prefix) || key <= after || !e.Type().IsRegular() {
			continue
		}
		info, err := e.Info()
		if err != nil {
			if notFound(err) {
				continue // deleted meanwhile
			}
			return err
		}
		if err := visit(storage.Info{Key: key, Size: info.Size(), Modified: info.ModTime()}); err != nil {
			return err
		}
	}
	return nil
}

// Local returns the path of the object's own file and keeps a Delete through this store from removing it before release.
func (s *Store) Local(ctx context.Context, key string) (path string, release func(), err error) {
	path, err = s.path(key)
	if err != nil {
		return "", nil, err
	}
	s.mu.Lock()
	p := s.pins[path]
	if p == nil {
		p = &pin{}
		s.pins[path] = p
	}
	p.readers++
	s.mu.Unlock()
	release = sync.OnceFunc(func() { s.unpin(path) })
	if _, err := s.Stat(ctx, key); err != nil {
		release()
		return "", nil, err
	}
	return path, release, nil
}

func (s *Store) unpin(path string) {
	s.mu.Lock()
	p := s.pins[path]
	p.readers--
	last := p.readers == 0
	if last {
		delete(s.pins, path)
	}
	s.mu.Unlock()
	if last && p.doomed {
		_ = os.Remove(path) // what stays is an orphan and found again
	}
}
