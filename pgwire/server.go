package pgwire

import (
	"context"
	"errors"
	"fmt"
	"net"
	"runtime/debug"
	"sync"
	"time"

	"github.com/jackc/pgerrcode"
	"github.com/rs/zerolog"

	"github.com/miniodb/miniodb/internal/pgerr"
)

// Server accepts connections and serves each in a goroutine of its own.
type Server struct {
	cfg     Config
	backend Backend
	tls     *identities // nil: connections are not encrypted
	log     zerolog.Logger

	listener net.Listener
	conns    sync.WaitGroup

	mu       sync.Mutex
	sockets  map[*conn]struct{} // all that were admitted
	starting int                // those of them that have not proved who they are
	sessions map[uint32]*conn   // those that have, by process id
	nextID   uint32
	draining bool

	through  chan struct{} // at times has a value: a starting connection made room
	forwards chan struct{} // a slot for each cancel request that is being passed on
}

// Reasons for which a running statement's context ends. Each is what the client is told.
var (
	errUserCancel = pgerr.New(pgerrcode.QueryCanceled, "canceling statement due to user request")
	errShutdown   = pgerr.Fatal(pgerrcode.AdminShutdown, "terminating connection due to administrator command")
	errGone       = pgerr.Fatal(pgerrcode.ConnectionFailure, "connection to client lost")
)

// New makes a server; it does not listen yet.
func New(cfg Config, backend Backend, log zerolog.Logger) (*Server, error) {
	if err := cfg.Validate(); err != nil {
		return nil, fmt.Errorf("pgwire: %w", err)
	}
	cfg.setDefaults()
	s := &Server{
		cfg: cfg, backend: backend, log: log.With().Str("component", "pgwire").Logger(),
		sockets: map[*conn]struct{}{}, sessions: map[uint32]*conn{}, forwards: make(chan struct{}, maxForwards), through: make(chan struct{}, 1),
	}
	if cfg.TLS != nil {
		var err error
		if s.tls, err = newIdentities(*cfg.TLS, s.log); err != nil {
			return nil, fmt.Errorf("TLS: %w", err)
		}
	}
	return s, nil
}

// ReloadTLS reads certificate and key again, as happens by itself when the files change. Open connections keep what they have.
func (s *Server) ReloadTLS() {
	if s.tls != nil {
		s.tls.refresh()
	}
}

// Listen binds the address. Connections wait in the kernel's queue until Run accepts them.
func (s *Server) Listen(ctx context.Context) error {
	var lc net.ListenConfig
	l, err := lc.Listen(ctx, "tcp", s.cfg.Addr)
	if err != nil {
		return fmt.Errorf("listen for PostgreSQL clients on %s: %w", s.cfg.Addr, err)
	}
	s.listener = l
	return nil
}

// Addr returns the bound address, or nil before Listen.
func (s *Server) Addr() net.Addr {
	if s.listener == nil {
		return nil
	}
	return s.listener.Addr()
}

// Run accepts connections until ctx ends, listening first if Listen was not called. It then tells idle connections 57P01 and closes them, lets
// running statements go on for the grace period, cancels the rest, and returns when every connection has ended.
func (s *Server) Run(ctx context.Context) error {
	if s.listener == nil {
		if err := s.Listen(ctx); err != nil {
			return err
		}
	}
	stop := context.AfterFunc(ctx, func() { _ = s.listener.Close() })
	defer stop()
	// Connections outlive ctx by the grace period; their contexts end with this one.
	connCtx, cancel := context.WithCancelCause(context.WithoutCancel(ctx))
	defer cancel(nil)
	var watched sync.WaitGroup
	watched.Go(func() { s.watch(connCtx) })
	if s.tls != nil {
		watched.Go(func() { s.tls.watch(ctx) })
	}

	err := s.accept(ctx, connCtx)
	if closeErr := s.listener.Close(); err == nil && closeErr != nil && !errors.Is(closeErr, net.ErrClosed) {
		err = closeErr
	}
	s.drain()
	cancel(nil)
	watched.Wait()
	return err
}

// accept takes connections until ctx ends or the listener fails.
func (s *Server) accept(ctx, connCtx context.Context) error {
	delay := time.Millisecond
	for {
		nc, err := s.listener.Accept()
		if err != nil {
			if ctx.Err() != nil {
				return nil
			}
			// Out of file descriptors and such pass; waiting costs less than ending.
			if errors.Is(err, net.ErrClosed) {
				return fmt.Errorf("accept: %w", err)
			}
			s.log.Error().Err(err).Dur("retry_in", delay).Msg("accept connection")
			select {
			case <-ctx.Done():
				return nil
			case <-time.After(delay):
			}
			delay = min(2*delay, time.Second)
			continue
		}
		delay = time.Millisecond
		c := newConn(s, nc)
		if !s.admit(ctx, c) {
			_ = nc.Close()
			return nil
		}
		s.conns.Add(1)
		go func() {
			defer s.conns.Done()
			s.serve(connCtx, c)
		}()
	}
}

// serve runs one connection to its end and recovers from its panics.
func (s *Server) serve(ctx context.Context, c *conn) {
	defer func() {
		if p := recover(); p != nil {
			s.log.Error().Interface("panic", p).Bytes("stack", debug.Stack()).Uint32("pid", c.info.ProcessID).Msg("connection panicked")
			c.panicked()
		}
		c.release()
		s.mu.Lock()
		s.startedLocked(c)
		delete(s.sockets, c)
		if s.sessions[c.info.ProcessID] == c {
			delete(s.sessions, c.info.ProcessID)
		}
		s.mu.Unlock()
		_ = c.stream.Close()
		close(c.gone)
	}()
	c.serve(ctx)
}

// Connections returns how many sessions are open.
func (s *Server) Connections() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.sessions)
}

func (s *Server) session(pid uint32) *conn {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.sessions[pid]
}

// drain ends all connections in three steps: idle ones at once, running ones after the grace period, unresponsive ones by closing the socket.
func (s *Server) drain() {
	s.mu.Lock()
	s.draining = true
	s.mu.Unlock()
	s.each((*conn).drain)
	done := make(chan struct{})
	go func() { defer close(done); s.conns.Wait() }()
	for _, step := range []struct {
		after time.Duration
		do    func(*conn)
	}{
		{s.cfg.DrainGrace, func(c *conn) { c.interrupt(errShutdown) }},
		{hardCloseAfter, func(c *conn) { _ = c.nc.Close() }},
	} {
		timer := time.NewTimer(step.after)
		select {
		case <-done:
			timer.Stop()
			return
		case <-timer.C:
			s.each(step.do)
		}
	}
	<-done
}

// each calls f for every connection of the moment, without the lock.
func (s *Server) each(f func(*conn)) {
	s.mu.Lock()
	all := make([]*conn, 0, len(s.sockets))
	for c := range s.sockets {
		all = append(all, c)
	}
	s.mu.Unlock()
	for _, c := range all {
		f(c)
	}
}

// watch looks for clients that went away while their statement runs, since nobody reads from their socket then.
func (s *Server) watch(ctx context.Context) {
	tick := time.NewTicker(disconnectCheck)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			s.each(func(c *conn) {
				if c.busy() && peerGone(c.nc) {
					c.interrupt(errGone)
					_ = c.nc.SetWriteDeadline(time.Unix(1, 0)) // nobody reads what is being written
				}
			})
		}
	}
}
