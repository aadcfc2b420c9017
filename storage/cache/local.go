package cache

import (
	"context"
	"fmt"
	"time"
)

// Local returns the path of a copy, fetching it where need be, and keeps the file from being removed before release is called. The file is read-only.
// Without room for it the error is a *pgerr.Error 53100; errors of the store below pass through.
func (s *Store) Local(ctx context.Context, key string) (path string, release func(), err error) {
	if err := ctx.Err(); err != nil {
		return "", nil, fmt.Errorf("read %s: %w", key, err)
	}
	id := idOf(key)
	for {
		e, err := s.hit(id, key)
		if err != nil {
			return "", nil, err
		}
		if e == nil {
			e, err = s.load(ctx, id, key)
			if err != nil {
				return "", nil, err
			}
		}
		if e != nil {
			return e.path, s.releaser(e), nil
		}
	}
}

// hit pins a copy that can be read at once; nil if there is none.
func (s *Store) hit(id id, key string) (*entry, error) {
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		return nil, fmt.Errorf("read %s: %w", key, errClosed)
	}
	e := s.entries[id]
	if e == nil || !e.checked {
		s.mu.Unlock()
		return nil, nil
	}
	s.pinLocked(e)
	now := time.Now()
	due := e.touchLocked(now)
	if !e.fresh {
		s.counts.hits++
	}
	e.fresh = false
	s.mu.Unlock()
	if !e.intact() {
		s.lose(e, key, "file is missing or cut off")
		s.unpin(e)
		s.count(func(c *counts) { c.hits-- })
		return nil, nil
	}
	if due {
		touch(e.path, now)
	}
	return e, nil
}

// load joins the download of an object or starts it, and waits. It returns nil without an error if the caller has to look again.
func (s *Store) load(ctx context.Context, id id, key string) (*entry, error) {
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		return nil, fmt.Errorf("read %s: %w", key, errClosed)
	}
	if e := s.entries[id]; e != nil && e.checked {
		s.mu.Unlock()
		return nil, nil
	}
	l := s.loads[id]
	switch {
	case l == nil:
		var run func()
		l, run = s.newLoadLocked(id, key, unknown)
		s.wg.Go(run)
	case l.abandoned:
		s.mu.Unlock()
		select {
		case <-l.done:
			return nil, nil
		case <-ctx.Done():
			return nil, fmt.Errorf("read %s: %w", key, context.Cause(ctx))
		}
	}
	l.waiters++
	s.mu.Unlock()
	e, err := s.await(ctx, l)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	if l.fetched {
		s.counts.misses++
	} else {
		s.counts.hits++
	}
	s.mu.Unlock()
	return e, nil
}

// await waits for a load of which the caller is a waiter. The entry that it returns is pinned for him.
func (s *Store) await(ctx context.Context, l *load) (*entry, error) {
	select {
	case <-l.done:
		return l.entry, l.err
	case <-ctx.Done():
		s.leave(l)
		return nil, fmt.Errorf("read %s: %w", l.key, context.Cause(ctx))
	}
}

// leave takes back one waiter. The last one cancels the load; one who comes too late for that gives up what was pinned for him.
func (s *Store) leave(l *load) {
	s.mu.Lock()
	if l.finished {
		s.mu.Unlock()
		if l.err == nil {
			s.unpin(l.entry)
		}
		return
	}
	l.waiters--
	if l.waiters == 0 {
		l.abandoned = true
		l.cancel(context.Canceled)
	}
	s.mu.Unlock()
}
