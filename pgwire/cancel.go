package pgwire

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/binary"
	"fmt"
	"hash/fnv"
	"io"
	"net"
	"sync"
	"time"
)

// A process id holds the server that it is of in its upper bits, so that a cancel request can be sent to any server of a group: the one that gets it
// passes it on. The secret next to it stays as long as the protocol allows, and process ids of different servers differ.
//
//	bit 31 zero | 30..21 node, 0 for a server alone | 20..0 number, from 1
const (
	nodeBits   = 10
	numberBits = 21
	maxNumber  = 1<<numberBits - 1
)

// Length of cancel keys in bytes: of protocol 3.0, and from 3.2 on as PostgreSQL 18 makes them.
const (
	shortKeyBytes = 4
	longKeyBytes  = 32
	maxKeyBytes   = 256
)

// forwardedCancel is a CancelRequest that another server of the group passes on, which is never passed on again. It stands beside PostgreSQL's codes.
const forwardedCancel = 1234<<16 | 5690

// Limits of passing on.
const (
	forwardTimeout = 5 * time.Second
	maxForwards    = 16 // at a time
)

// Peers finds the other servers of a group.
type Peers interface {
	// CancelAddrs returns the addresses for PostgreSQL clients of the other servers whose NodeTag is tag.
	CancelAddrs(ctx context.Context, tag uint16) ([]string, error)
}

// NodeTag is the short hash of a node's id that its process ids hold: 1 to 1023. Two nodes may share one.
func NodeTag(id string) uint16 {
	h := fnv.New32a()
	_, _ = h.Write([]byte(id)) // it does not fail
	return uint16(h.Sum32()%(1<<nodeBits-1)) + 1
}

// newKey makes the secret of a connection, as long as its version of the protocol takes.
func (c *conn) newKey() error {
	c.secret = make([]byte, shortKeyBytes)
	if c.minor >= 2 {
		c.secret = make([]byte, longKeyBytes)
	}
	if _, err := rand.Read(c.secret); err != nil {
		return fmt.Errorf("make a cancel key: %w", err)
	}
	return nil
}

// nextPIDLocked returns a process id that no session has.
func (s *Server) nextPIDLocked() uint32 {
	for {
		s.nextID = s.nextID%maxNumber + 1
		if pid := uint32(s.cfg.NodeTag)<<numberBits | s.nextID; s.sessions[pid] == nil {
			return pid
		}
	}
}

// cancelRequested handles a CancelRequest: body is process id and key. There is no answer, right or wrong; the connection is closed when
// it has been passed on, so that a client that waits for that knows.
func (s *Server) cancelRequested(ctx context.Context, body []byte, forwarded bool) {
	if len(body) <= 4 || len(body) > 4+maxKeyBytes {
		return
	}
	pid, key := binary.BigEndian.Uint32(body), body[4:]
	if c := s.session(pid); c != nil {
		if subtle.ConstantTimeCompare(c.secret, key) == 1 {
			c.interrupt(errUserCancel)
			return
		}
	}
	if tag := uint16(pid >> numberBits); !forwarded && s.cfg.Peers != nil && tag != 0 {
		s.forward(ctx, tag, body)
	}
}

// forward passes a request on to every other server with this tag. More at a time than maxForwards are dropped: nobody has shown a right to them.
func (s *Server) forward(ctx context.Context, tag uint16, body []byte) {
	select {
	case s.forwards <- struct{}{}:
		defer func() { <-s.forwards }()
	default:
		s.log.Warn().Int("limit", maxForwards).Msg("cancel request dropped: too many are being passed on")
		return
	}
	ctx, cancel := context.WithTimeout(ctx, forwardTimeout)
	defer cancel()
	addrs, err := s.cfg.Peers.CancelAddrs(ctx, tag)
	if err != nil {
		s.log.Warn().Err(err).Msg("cancel request dropped: the other servers are not known")
		return
	}
	packet := binary.BigEndian.AppendUint32(nil, uint32(8+len(body)))
	packet = append(binary.BigEndian.AppendUint32(packet, forwardedCancel), body...)
	var sent sync.WaitGroup
	for _, addr := range addrs {
		sent.Go(func() {
			if err := sendCancel(ctx, addr, packet); err != nil {
				s.log.Warn().Err(err).Str("addr", addr).Msg("pass a cancel request on")
			}
		})
	}
	sent.Wait()
}

// sendCancel sends one request and waits until the other server has closed the connection, which means that it has acted.
func sendCancel(ctx context.Context, addr string, packet []byte) error {
	var d net.Dialer
	nc, err := d.DialContext(ctx, "tcp", addr)
	if err != nil {
		return err
	}
	defer func() { _ = nc.Close() }()
	if end, ok := ctx.Deadline(); ok {
		_ = nc.SetDeadline(end)
	}
	if _, err := nc.Write(packet); err != nil {
		return err
	}
	_, err = io.CopyN(io.Discard, nc, 1)
	if err == io.EOF {
		return nil
	}
	return err
}
