package pgwire

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"sync"
	"time"

	"github.com/jackc/pgerrcode"

	"github.com/miniodb/miniodb/internal/pgerr"
	"github.com/miniodb/miniodb/internal/pgvalue"
)

// conn is one client. Everything but what mu guards belongs to its goroutine.
type conn struct {
	srv      *Server
	nc       net.Conn // the socket: deadlines, closing
	stream   net.Conn // what is read and written: the socket, or TLS on top of it
	rd       reader
	session  Session
	info     ClientInfo
	accepted time.Time
	starting bool   // guarded by the server's mutex
	secret   []byte // of cancel requests
	minor    uint32 // version of the protocol, 3.minor
	gone     chan struct{}

	out       []byte
	outPooled *[]byte
	outErr    error // of the first failed write; the connection is useless then

	statements     map[string]*statement
	statementBytes int
	portals        map[string]*portal
	executing      *portal // by Execute, nil between them
	paramBytes     int     // of all portals
	paramBuf       []Param
	skipToSync     bool // an error in the extended protocol: everything up to Sync is dropped

	reported map[string]string // settings as the client was told
	changed  map[string]string // settings that were set since

	encoding Encoding // what encoder was made for
	encoder  *pgvalue.Encoder

	deadline  time.Time // of the statement whose messages are being answered; zero: it has none, or begins with the next message
	timer     *time.Timer
	resting   bool      // nothing came since ReadyForQuery
	idleEnd   time.Time // until when the client may be silent; zero: for ever
	idleError *pgerr.Error

	mu       sync.Mutex
	cancel   context.CancelCauseFunc // of the running statement, nil when there is none
	running  int64                   // counts statements, for timers that come late
	waiting  waitState
	woken    bool // the read deadline is in the past
	notified bool // the session has notifications
	draining bool
}

// waitState says what the connection's goroutine is reading for.
type waitState uint8

const (
	notWaiting waitState = iota
	waitIdle             // for the next message
	waitCopy             // for data of COPY FROM STDIN
)

var outBuffers = sync.Pool{New: func() any { b := make([]byte, 0, flushBytes+flushBytes/4); return &b }}

func newConn(s *Server, nc net.Conn) *conn {
	c := &conn{srv: s, nc: nc, stream: nc, gone: make(chan struct{}), statements: map[string]*statement{}, portals: map[string]*portal{}, waiting: waitIdle}
	c.rd = reader{nc: nc, flush: c.flush, limit: maxStartupBytes}
	return c
}

// serve runs the connection until it ends.
func (c *conn) serve(ctx context.Context) {
	err := c.open(ctx)
	for err == nil {
		err = c.next(ctx)
	}
	c.farewell(err)
}

// farewell tells the client why the connection ends, if it should know and is there to hear it.
func (c *conn) farewell(err error) {
	var e *pgerr.Error
	if errors.As(err, &e) && e != errGone {
		c.sendError(e)
		_ = c.nc.SetWriteDeadline(time.Now().Add(refusalWriteLimit))
		_ = c.flush()
	}
	if e := c.srv.log.Debug(); e.Enabled() {
		e.Err(err).Uint32("pid", c.info.ProcessID).Msg("connection ended")
	}
}

// panicked answers XX000 after a recovered panic.
func (c *conn) panicked() {
	defer func() { _ = recover() }() // what is sent here comes from a state that is broken already
	c.farewell(pgerr.Fatal(pgerrcode.InternalError, "internal error"))
}

// release closes what the connection holds, whatever state it is in.
func (c *conn) release() {
	defer func() {
		if p := recover(); p != nil {
			c.srv.log.Error().Interface("panic", p).Uint32("pid", c.info.ProcessID).Msg("closing a session panicked")
		}
	}()
	c.rd.release()
	c.returnOut()
	for name := range c.portals {
		c.dropPortal(name)
	}
	if c.session != nil {
		c.session.Close()
	}
}

// next reads one message and answers it. An error ends the connection.
func (c *conn) next(ctx context.Context) error {
	typ, body, err := c.await(ctx, waitIdle)
	if errors.Is(err, errWoken) { // by drain, by a notification, or by an interrupt that came when the COPY was over
		if c.resting {
			c.notifications()
			return c.pause()
		}
		return nil
	}
	if err != nil {
		return err
	}
	c.resting, c.idleEnd = false, time.Time{}
	c.takeOut()
	return c.dispatch(ctx, typ, body)
}

// await reads a message in a state in which it can be woken: by drain when idle, by interrupt in COPY.
func (c *conn) await(ctx context.Context, state waitState) (typ byte, body []byte, err error) {
	limited := state == waitIdle && !c.idleEnd.IsZero()
	c.mu.Lock()
	switch {
	case c.draining && state == waitIdle:
		err = errShutdown
	case state == waitCopy && ctx.Err() != nil: // interrupt came before there was a read to wake
		err = errWoken
	case state == waitIdle && c.notified && c.resting:
		err = errWoken
	default:
		c.waiting = state
		if limited {
			_ = c.nc.SetReadDeadline(c.idleEnd)
		}
	}
	c.mu.Unlock()
	if err != nil {
		return 0, nil, err
	}
	typ, body, err = c.rd.message()
	c.mu.Lock()
	c.waiting = notWaiting
	woken := c.woken
	if c.woken = false; woken || limited { // also when a message came just before the deadline
		_ = c.nc.SetReadDeadline(time.Time{})
	}
	c.mu.Unlock()
	var e *pgerr.Error
	switch {
	case err == nil, errors.As(err, &e):
	case woken && errors.Is(err, os.ErrDeadlineExceeded):
		err = errWoken
	case limited && errors.Is(err, os.ErrDeadlineExceeded):
		err = c.idleError
	default:
		err = fmt.Errorf("%w: read: %w", errQuiet, err)
	}
	return typ, body, err
}

// wakeLocked ends the read that goes on.
func (c *conn) wakeLocked() {
	c.woken = true
	_ = c.nc.SetReadDeadline(time.Unix(1, 0))
}

// errWoken is a read that interrupt ended; the reader can go on.
var errWoken = errors.New("read interrupted")

// dispatch answers one message.
func (c *conn) dispatch(ctx context.Context, typ byte, data []byte) error {
	if typ == 'X' {
		_ = c.flush() // what was asked for before
		return errQuiet
	}
	if c.skipToSync && typ != 'S' {
		return c.outErr
	}
	m := &fields{rest: data}
	switch typ {
	case 'Q':
		return c.simpleQuery(ctx, m)
	case 'P':
		return c.extended(c.parse(ctx, m))
	case 'B':
		return c.extended(c.bind(ctx, m))
	case 'D':
		return c.extended(c.describe(ctx, m))
	case 'E':
		return c.extended(c.execute(ctx, m))
	case 'C':
		return c.extended(c.closeObject(m))
	case 'H':
		if err := m.end(); err != nil {
			return c.extended(err)
		}
		return c.flush()
	case 'S':
		return c.sync(ctx, m)
	case 'F':
		return c.functionCall(ctx, m)
	case 'd', 'c', 'f': // the rest of a COPY that has failed
		return c.outErr
	}
	return pgerr.Fatal(pgerrcode.ProtocolViolation, "invalid frontend message type %d", typ)
}

// interrupt cancels the running statement, if there is one, and wakes a COPY that waits for data.
func (c *conn) interrupt(cause *pgerr.Error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.interruptLocked(cause)
}

func (c *conn) interruptLocked(cause *pgerr.Error) {
	if c.cancel == nil {
		return
	}
	c.cancel(cause)
	if c.waiting == waitCopy {
		c.wakeLocked()
	}
}

// drain asks the connection to end as soon as it is idle.
func (c *conn) drain() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.draining = true
	if c.waiting == waitIdle {
		c.wakeLocked()
	}
}

// busy reports a statement that runs without reading from the client.
func (c *conn) busy() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.cancel != nil && c.waiting == notWaiting
}

// explain replaces the error of a cancelled statement by the reason for its end.
func explain(ctx context.Context, err error) error {
	var cause *pgerr.Error
	if err == nil || ctx.Err() == nil || !errors.As(context.Cause(ctx), &cause) {
		return err
	}
	var e *pgerr.Error
	if errors.As(err, &e) && e.Code != pgerrcode.QueryCanceled {
		return err // it failed of itself, or knows better, such as that the outcome is open
	}
	return cause
}
