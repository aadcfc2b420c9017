package engine

import (
	"context"
	"sync"
)

// slot is the slot that a connection's query runs in. A function that the query calls and that waits for others gives it back meanwhile (Yield).
type slot struct {
	mu      sync.Mutex
	running bool
	release func() // nil: given back
}

// take waits for a slot for a query.
func (s *slot) take(ctx context.Context, db *DB) error {
	release, err := db.acquire(ctx)
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.running, s.release = true, release
	return nil
}

// drop gives the slot back when the engine has done its part.
func (s *slot) drop() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.running = false
	if s.release != nil {
		s.release()
		s.release = nil
	}
}

// Yield gives back the slot of the query that runs on the connection, for a Host that is about to wait for something other than the engine: sessions
// that wait for each other must not keep the others out. resume takes a slot again and must be called; it may be called once the query has ended.
func (c *Conn) Yield() (resume func(ctx context.Context) error) {
	s := &c.slot
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.release == nil {
		return func(context.Context) error { return nil }
	}
	s.release()
	s.release = nil
	return func(ctx context.Context) error {
		release, err := c.db.acquire(ctx)
		if err != nil {
			return err
		}
		s.mu.Lock()
		defer s.mu.Unlock()
		if !s.running || s.release != nil {
			release()
			return nil
		}
		s.release = release
		return nil
	}
}
