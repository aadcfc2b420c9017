package pgwire

import (
	"net"
	"time"
)

// CancelBackend cancels the running statement of a session, as pg_cancel_backend does; false if there is no such session.
func (s *Server) CancelBackend(pid uint32) bool {
	c := s.session(pid)
	if c == nil {
		return false
	}
	c.interrupt(errUserCancel)
	return true
}

// TerminateBackend ends a session, as pg_terminate_backend does. The channel is closed once it is gone; nil if there is no such session.
func (s *Server) TerminateBackend(pid uint32) <-chan struct{} {
	c := s.session(pid)
	if c == nil {
		return nil
	}
	c.terminate()
	return c.gone
}

// terminate ends a connection whatever it does: a statement is cancelled, and a client that does not read has a moment to do so.
func (c *conn) terminate() {
	c.drain()
	c.interrupt(errShutdown)
	_ = c.nc.SetWriteDeadline(time.Now().Add(refusalWriteLimit))
}

// CancelBackend implements Control.
func (o *outlet) CancelBackend(pid uint32) bool { return o.srv.CancelBackend(pid) }

// TerminateBackend implements Control.
func (o *outlet) TerminateBackend(pid uint32) <-chan struct{} { return o.srv.TerminateBackend(pid) }

// Wake implements Control.
func (o *outlet) Wake() {
	c := (*conn)(o)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.notified = true
	if c.waiting == waitIdle {
		c.wakeLocked()
	}
}

// KeepAlive implements Control.
func (o *outlet) KeepAlive(idle, interval time.Duration, count int) error {
	nc := o.nc
	if t, ok := nc.(interface{ NetConn() net.Conn }); ok { // TLS
		nc = t.NetConn()
	}
	tcp, ok := nc.(*net.TCPConn)
	if !ok {
		return nil
	}
	return tcp.SetKeepAliveConfig(net.KeepAliveConfig{Enable: true, Idle: idle, Interval: interval, Count: count})
}

// notifications sends what NOTIFY has for the session.
func (c *conn) notifications() {
	c.mu.Lock()
	c.notified = false
	c.mu.Unlock()
	s, ok := c.session.(ListeningSession)
	if !ok || c.session.TxStatus() != 'I' {
		return
	}
	for _, n := range s.Notifications() {
		c.takeOut()
		c.notification(n)
	}
}
