package cache

import (
	"context"
	"fmt"
	"os"
	"sync"
)

// upload is a file on its way to the store below, of which the cache keeps a second name or a copy.
type upload struct {
	id   id
	size int64  // bytes, reserved
	temp string // read-only from the moment the upload has succeeded
	crc  uint32
	err  error // of computing crc
}

// PutFile uploads a file and keeps a copy: what was flushed last is read next. Whether there is one changes nothing about the outcome.
func (s *Store) PutFile(ctx context.Context, key, source string) error {
	u, err := s.keep(ctx, key, source)
	if err != nil {
		s.log.Debug().Err(err).Str("key", key).Msg("uploaded file is not kept in the cache")
	}
	if u == nil {
		return s.below.PutFile(ctx, key, source)
	}
	var sum sync.WaitGroup
	sum.Go(func() { u.crc, u.err = checksum(context.WithoutCancel(ctx), u.temp) })
	err = s.below.PutFile(ctx, key, source)
	sum.Wait()
	s.register(u, err == nil)
	return err
}

// keep reserves room and gives the file a second name among the temporaries. Nil: the file is not kept.
func (s *Store) keep(ctx context.Context, key, source string) (*upload, error) {
	info, err := os.Lstat(source)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s is not a regular file", source)
	}
	u := &upload{id: idOf(key), size: info.Size()}
	s.mu.Lock()
	if s.closed || s.uploads[u.id] != nil || s.entries[u.id] != nil {
		s.mu.Unlock()
		return nil, nil // an earlier upload has the same bytes
	}
	victims, err := s.reserveLocked(u.size, u.size, s.pinned)
	if err == nil {
		s.uploads[u.id] = u
	}
	s.mu.Unlock()
	if err != nil {
		return nil, err
	}
	s.unlink(victims...)
	if u.temp, err = s.second(ctx, source); err != nil {
		s.register(u, false)
		return nil, err
	}
	return u, nil
}

// second links a file to a temporary name, or copies it if it is on another file system.
func (s *Store) second(ctx context.Context, source string) (temp string, err error) {
	f, err := s.createTemp()
	if err != nil {
		return "", err
	}
	temp = f.Name()
	defer func() {
		if cerr := f.Close(); err == nil {
			err = cerr
		}
		if err != nil {
			s.unlink(temp)
		}
	}()
	linked := temp + "-link" // link(2) replaces nothing
	if os.Link(source, linked) == nil {
		return temp, os.Rename(linked, temp)
	}
	r, err := os.Open(source)
	if err != nil {
		return temp, err
	}
	defer func() { _ = r.Close() }()
	_, _, err = copySum(ctx, f, r)
	return temp, err
}

// register makes the copy of an uploaded file known, or removes it.
func (s *Store) register(u *upload, uploaded bool) {
	var e *entry
	if uploaded && u.err == nil {
		var err error
		if e, err = s.install(u.temp, u.id, u.size, u.crc); err != nil {
			s.log.Warn().Err(err).Msg("uploaded file is not kept in the cache")
		}
	} else if u.temp != "" {
		s.unlink(u.temp)
	}
	s.mu.Lock()
	current := s.uploads[u.id] == u // else the object was deleted or replaced meanwhile
	if current {
		delete(s.uploads, u.id)
	}
	unlink := false
	if e != nil {
		e.readers = 1
		if current && s.entries[u.id] == nil {
			s.entries[u.id] = e
		} else {
			e.dropped = true
		}
		unlink = s.unpinLocked(e)
	} else {
		s.used -= u.size
		s.pinned -= u.size
	}
	s.mu.Unlock()
	if unlink {
		s.unlink(e.path)
	}
}
