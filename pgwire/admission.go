package pgwire

import (
	"context"
	"time"

	"github.com/jackc/pgerrcode"

	"github.com/miniodb/miniodb/internal/pgerr"
)

func errTooMany() *pgerr.Error {
	return pgerr.Fatal(pgerrcode.TooManyConnections, "sorry, too many clients already")
}

func errReserved() *pgerr.Error {
	return pgerr.Fatal(pgerrcode.TooManyConnections, "remaining connection slots are reserved for non-replication superuser connections")
}

// admit takes a connection among those that have not proved anything yet. When there are as many as there may be, the one that has been at it longest gives
// way once it has had a quarter of its time; until then, or until another is through, new ones wait in the kernel's queue. So a burst is served in
// turn, and connections that do nothing cannot keep others out. False: the server ends.
func (s *Server) admit(ctx context.Context, c *conn) bool {
	c.accepted = time.Now()
	patience := s.cfg.StartupTimeout / 4
	for {
		wait := s.tryAdmit(c, patience)
		if wait <= 0 {
			return true
		}
		timer := time.NewTimer(wait)
		select {
		case <-ctx.Done():
		case <-s.through:
		case <-timer.C:
		}
		timer.Stop()
		if ctx.Err() != nil {
			return false
		}
	}
}

// tryAdmit admits c, in another's place if need be, or returns how long to wait for a place.
func (s *Server) tryAdmit(c *conn, patience time.Duration) (wait time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.starting >= s.cfg.MaxStarting {
		var oldest *conn
		for other := range s.sockets {
			if other.starting && (oldest == nil || other.accepted.Before(oldest.accepted)) {
				oldest = other
			}
		}
		if wait = patience - time.Since(oldest.accepted); wait > 0 {
			return wait
		}
		s.log.Warn().Stringer("addr", oldest.nc.RemoteAddr()).Int("limit", s.cfg.MaxStarting).Msg("too many connections are starting, the oldest gives way")
		s.startedLocked(oldest)
		delete(s.sockets, oldest)
		_ = oldest.nc.Close() // its goroutine sees that and ends
	}
	s.sockets[c] = struct{}{}
	s.starting++
	c.starting = true
	return 0
}

// startedLocked gives the place of a starting connection to the next.
func (s *Server) startedLocked(c *conn) {
	if !c.starting {
		return
	}
	c.starting = false
	s.starting--
	select {
	case s.through <- struct{}{}:
	default:
	}
}

// register counts a connection that has proved who it is against the limit and gives it a process id and a cancel key. reserved says that it took one of
// the last places, which are kept for superusers.
func (s *Server) register(c *conn) (reserved bool, err error) {
	if err := c.newKey(); err != nil {
		return false, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.draining {
		return false, errShutdown
	}
	if !c.starting { // it gave way
		return false, errQuiet
	}
	if len(s.sessions) >= s.cfg.MaxConnections {
		return false, errTooMany()
	}
	s.startedLocked(c)
	c.info.ProcessID = s.nextPIDLocked()
	s.sessions[c.info.ProcessID] = c
	return len(s.sessions) > s.cfg.MaxConnections-s.cfg.ReservedConnections, nil
}
