package cache

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/miniodb/miniodb/storage"
)

// unknown is the size of an object before anybody asked.
const unknown = -1

// load is the check or download of one object, for everybody who wants it.
type load struct {
	id       id
	key      string
	reserved int64  // bytes reserved for it; unknown: nothing yet
	need     int64  // bytes that the query that began it needs, for people
	check    *entry // a copy of an earlier run, pinned by the load; nil: download
	cancel   context.CancelCauseFunc
	done     chan struct{} // closed when finished

	// Guarded by Store.mu; the last three are fixed when done is closed.
	waiters   int
	abandoned bool // no waiters are left: cancelled
	finished  bool
	fetched   bool   // by a download
	entry     *entry // pinned once for each waiter
	err       error
}

// newLoadLocked makes a load that callers can join and returns the function that does its work, which the caller has to run in a goroutine of s.wg.
// reserved bytes, if known, become the load's.
func (s *Store) newLoadLocked(id id, key string, reserved int64) (*load, func()) {
	ctx, cancel := context.WithCancelCause(context.Background())
	l := &load{id: id, key: key, reserved: reserved, need: reserved, cancel: cancel, done: make(chan struct{})}
	if e := s.entries[id]; e != nil {
		s.pinLocked(e)
		l.check = e
	}
	s.loads[id] = l
	s.running[l] = struct{}{}
	return l, func() {
		defer cancel(nil)
		s.run(ctx, l)
	}
}

// run does the work of a load and hands the result to its waiters.
func (s *Store) run(ctx context.Context, l *load) {
	e, err := s.checked(ctx, l)
	if err == nil && e == nil {
		e, err = s.fetched(ctx, l)
	}
	if err != nil && ctx.Err() != nil {
		err = context.Cause(ctx)
	}
	if err != nil {
		err = fmt.Errorf("fetch %s: %w", l.key, err)
	}
	s.finish(l, e, err)
}

// checked takes a slot and returns the copy of an earlier run if it is what it was; nil without an error: it has to be fetched.
func (s *Store) checked(ctx context.Context, l *load) (*entry, error) {
	e := l.check
	if e == nil {
		return nil, ctx.Err()
	}
	sum, err := s.withSlot(ctx, func() (uint32, error) { return checksum(ctx, e.path) })
	if ctx.Err() != nil {
		s.unpin(e)
		return nil, ctx.Err()
	}
	why := ""
	switch {
	case err != nil:
		why = err.Error()
	case !e.intact():
		why = "file is missing or cut off"
	case sum != e.crc:
		why = "checksum does not match"
	default:
		touch(e.path, time.Now())
		return e, nil
	}
	s.lose(e, l.key, why)
	s.unpin(e)
	return nil, nil
}

// withSlot runs f as one of a bounded number of downloads and checks.
func (s *Store) withSlot(ctx context.Context, f func() (uint32, error)) (uint32, error) {
	select {
	case s.slots <- struct{}{}:
	case <-ctx.Done():
		return 0, ctx.Err()
	}
	defer func() { <-s.slots }()
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	return f()
}

// fetched downloads the object into a file with its final name. Its bytes are reserved and belong to the entry if there is no error.
func (s *Store) fetched(ctx context.Context, l *load) (*entry, error) {
	var temp string
	crc, err := s.withSlot(ctx, func() (crc uint32, err error) {
		s.count(func(c *counts) { c.downloads++ })
		defer s.count(func(c *counts) { c.downloads-- })
		if l.reserved == unknown {
			if err := s.reserveFor(ctx, l); err != nil {
				return 0, err
			}
		}
		temp, crc, err = s.download(ctx, l.key, l.reserved)
		if err == nil || !full(err) {
			return crc, err
		}
		// The disk is smaller than the limit: idle copies are worth less than an answer.
		s.mu.Lock()
		victims := s.evictLocked(l.reserved)
		s.mu.Unlock()
		s.unlink(victims...)
		if len(victims) > 0 {
			temp, crc, err = s.download(ctx, l.key, l.reserved)
		}
		if err != nil && full(err) {
			err = s.noSpace(l.need, err)
		}
		return crc, err
	})
	if err != nil {
		return nil, err
	}
	return s.install(temp, l.id, l.reserved, crc)
}

// reserveFor asks for the size of the object and reserves that much.
func (s *Store) reserveFor(ctx context.Context, l *load) error {
	info, err := s.stat(ctx, l.key)
	if err != nil {
		return err
	}
	s.mu.Lock()
	victims, err := s.reserveLocked(info.Size, info.Size, s.pinned)
	if err == nil {
		l.reserved, l.need = info.Size, info.Size
	}
	s.mu.Unlock()
	s.unlink(victims...)
	return err
}

// stat asks the store below within a deadline of its own.
func (s *Store) stat(ctx context.Context, key string) (storage.Info, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, statTimeout, late(statTimeout))
	defer cancel()
	info, err := s.below.Stat(ctx, key)
	if err != nil && ctx.Err() != nil {
		err = context.Cause(ctx)
	}
	return info, err
}

// late is the cause of a deadline that is the cache's, not the client's: the store is slow, no statement was cancelled.
func late(d time.Duration) error {
	return fmt.Errorf("%w: no answer within %s", storage.ErrUnavailable, d)
}

// install gives a finished file its name. The entry is not to be found yet and has no readers.
func (s *Store) install(temp string, id id, size int64, crc uint32) (*entry, error) {
	s.mu.Lock()
	s.serial++
	e := s.newEntry(name{id: id, size: size, crc: crc, serial: s.serial})
	s.mu.Unlock()
	e.checked, e.touched = true, time.Now()
	err := os.Chmod(temp, fileMode)
	if err == nil {
		err = os.MkdirAll(filepath.Dir(e.path), dirMode)
	}
	if err == nil {
		err = os.Rename(temp, e.path)
	}
	if err != nil {
		s.unlink(temp)
		if full(err) {
			err = s.noSpace(size, err)
		}
		return nil, err
	}
	return e, nil
}

// finish hands the result to the waiters. The load's reservation becomes the entry's bytes or is given back.
func (s *Store) finish(l *load, e *entry, err error) {
	s.mu.Lock()
	current := s.loads[l.id] == l // else the object was deleted or replaced meanwhile
	if current {
		delete(s.loads, l.id)
	}
	delete(s.running, l)
	l.finished, l.entry, l.err = true, e, err
	unlink := false
	switch {
	case err != nil:
		if l.reserved != unknown {
			s.used -= l.reserved
			s.pinned -= l.reserved
		}
		if !l.abandoned && !errors.Is(err, storage.ErrNotFound) {
			s.counts.errors++
		}
	case e == l.check:
		e.checked = true
		e.readers += l.waiters
		unlink = s.unpinLocked(e) // the load's own
	default:
		l.fetched = true
		e.readers = l.waiters + 1
		if current && s.entries[l.id] == nil {
			s.entries[l.id] = e
		} else {
			e.dropped = true
		}
		unlink = s.unpinLocked(e)
	}
	close(l.done)
	s.mu.Unlock()
	if unlink {
		s.unlink(e.path)
	}
}
