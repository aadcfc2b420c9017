package local

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"syscall"

	"github.com/miniodb/miniodb/storage"
)

// PutIfAbsent writes an object only if the key is free.
func (s *Store) PutIfAbsent(ctx context.Context, key string, data []byte) error {
	path, err := s.begin(ctx, "put", key)
	if err != nil {
		return err
	}
	temp, err := s.writeTemp(func(f *os.File) error {
		_, err := f.Write(data)
		return err
	})
	if err != nil {
		return s.wrap("put", key, err)
	}
	defer func() { _ = os.Remove(temp) }() // a leftover is swept at the next start
	err = os.Link(temp, path)
	exists := errors.Is(err, os.ErrExist)
	if err != nil && !exists {
		return s.wrap("put", key, err)
	}
	if err := s.syncName(path); err != nil {
		return fmt.Errorf("put %s: %w", key, err)
	}
	if exists {
		return fmt.Errorf("put %s: %w", key, storage.ErrExists)
	}
	return nil
}

// Put writes or replaces an object.
func (s *Store) Put(ctx context.Context, key string, data []byte) error {
	path, err := s.begin(ctx, "put", key)
	if err != nil {
		return err
	}
	temp, err := s.writeTemp(func(f *os.File) error {
		_, err := f.Write(data)
		return err
	})
	if err != nil {
		return s.wrap("put", key, err)
	}
	return s.rename("put", key, temp, path)
}

// PutFile moves a finished file to its key; across file systems it is copied and then removed.
func (s *Store) PutFile(ctx context.Context, key, source string) error {
	path, err := s.begin(ctx, "put file", key)
	if err != nil {
		return err
	}
	f, err := os.OpenFile(source, os.O_RDWR, 0)
	if err != nil {
		return s.wrap("put file", key, err)
	}
	defer func() { _ = f.Close() }()
	if err := f.Sync(); err != nil {
		return s.wrap("put file", key, err)
	}
	err = os.Rename(source, path)
	if err == nil {
		return s.named("put file", key, path)
	}
	if !errors.Is(err, syscall.EXDEV) {
		return s.wrap("put file", key, err)
	}
	temp, err := s.writeTemp(func(t *os.File) error {
		_, err := io.Copy(t, &contextReader{ctx: ctx, r: f})
		return err
	})
	if err != nil {
		return s.wrap("put file", key, err)
	}
	if err := s.rename("put file", key, temp, path); err != nil {
		return err
	}
	if err := os.Remove(source); err != nil {
		return fmt.Errorf("put file %s: %w", key, err)
	}
	return nil
}

// Delete removes an object, or, while somebody reads it in place, arranges for the last reader to. After a crash in between it is
// still there: the deletion is no promise, as an orphan is found again.
func (s *Store) Delete(ctx context.Context, key string) error {
	path, err := s.path(key)
	if err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("delete %s: %w", key, err)
	}
	s.mu.Lock()
	if p := s.pins[path]; p != nil {
		p.doomed = true
		s.mu.Unlock()
		return nil
	}
	s.mu.Unlock()
	if info, err := os.Lstat(path); err == nil && info.IsDir() {
		return nil // a prefix of other keys, not an object
	}
	if err := os.Remove(path); err != nil && !notFound(err) {
		return fmt.Errorf("delete %s: %w", key, err)
	}
	return nil
}

// begin checks the key and makes its directory durable.
func (s *Store) begin(ctx context.Context, op, key string) (path string, err error) {
	if path, err = s.path(key); err != nil {
		return "", err
	}
	if err := ctx.Err(); err != nil {
		return "", fmt.Errorf("%s %s: %w", op, key, err)
	}
	if err := s.ensureDir(filepath.Dir(path)); err != nil {
		return "", s.wrap(op, key, err)
	}
	return path, nil
}

// wrap is for errors that come before the object took its name: running out of space is then a known outcome.
func (s *Store) wrap(op, key string, err error) error {
	if full(err) {
		return fmt.Errorf("%s %s: %w (%v)", op, key, storage.ErrFull, err)
	}
	return fmt.Errorf("%s %s: %w", op, key, err)
}

func (s *Store) rename(op, key, temp, path string) error {
	if err := os.Rename(temp, path); err != nil {
		_ = os.Remove(temp)
		return s.wrap(op, key, err)
	}
	return s.named(op, key, path)
}

func (s *Store) named(op, key, path string) error {
	if err := s.syncName(path); err != nil {
		return fmt.Errorf("%s %s: %w", op, key, err)
	}
	return nil
}

// writeTemp makes a synced temporary file and returns its path; nothing is left behind after an error.
func (s *Store) writeTemp(write func(*os.File) error) (path string, err error) {
	f, err := os.CreateTemp(filepath.Join(s.dir, tempDir), "put-*")
	if err != nil {
		return "", err
	}
	defer func() {
		if err != nil {
			_ = os.Remove(f.Name())
		}
	}()
	err = write(f)
	if err == nil {
		err = f.Chmod(fileMode)
	}
	if err == nil {
		err = f.Sync()
	}
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	return f.Name(), err
}

// ensureDir makes a directory below the root and all its parents and syncs the entry of each in its parent, once a process.
func (s *Store) ensureDir(dir string) error {
	s.mu.Lock()
	done, failed := s.durable[dir], s.failed
	s.mu.Unlock()
	if failed != nil {
		return failed
	}
	if done {
		if _, err := os.Lstat(dir); !errors.Is(err, os.ErrNotExist) {
			return nil
		}
		// Somebody removed it under us: recovering from that must not need a restart.
	}
	parent := filepath.Dir(dir)
	if err := s.ensureDir(parent); err != nil {
		return err
	}
	if err := os.Mkdir(dir, dirMode); err != nil && !errors.Is(err, os.ErrExist) {
		return err
	}
	// Also when it existed: whoever made it may not have synced it yet.
	if err := s.sync(parent); err != nil {
		return err
	}
	s.mu.Lock()
	s.durable[dir] = true
	s.mu.Unlock()
	return nil
}

// syncName makes the entry of path in its directory durable.
func (s *Store) syncName(path string) error { return s.sync(filepath.Dir(path)) }

func (s *Store) sync(dir string) error {
	err := syncDir(dir)
	if err == nil {
		return nil
	}
	// %v, not %w: running out of space here says nothing about the outcome and must not look like ErrFull.
	err = fmt.Errorf("the object directory refuses writes after a failed sync, restart the server: %v", err)
	s.mu.Lock()
	s.failed = err
	s.mu.Unlock()
	return err
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	err = d.Sync()
	return errors.Join(err, d.Close())
}

// contextReader ends a long copy when its context ends.
type contextReader struct {
	ctx context.Context
	r   io.Reader
}

func (c *contextReader) Read(p []byte) (int, error) {
	if err := c.ctx.Err(); err != nil {
		return 0, err
	}
	return c.r.Read(p)
}
