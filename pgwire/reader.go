package pgwire

import (
	"encoding/binary"
	"errors"
	"io"
	"net"
	"sync"

	"github.com/jackc/pgerrcode"

	"github.com/miniodb/miniodb/internal/pgerr"
)

// Sizes of a reader's buffer, in bytes: what an idle connection keeps, and what one at work takes from the pool.
const (
	idleReadBytes = 512
	busyReadBytes = 64 << 10
)

var readBuffers = sync.Pool{New: func() any { b := make([]byte, busyReadBytes); return &b }}

// reader cuts the byte stream of a client into messages. It keeps what it has when a read times out, so that reading can go on.
type reader struct {
	nc    net.Conn
	flush func() error // called before a read that may block: the client may be waiting for what is buffered
	limit int          // bytes of a message body

	buf    []byte
	pooled *[]byte // buf's owner, if it came from the pool
	r, w   int     // buf[r:w] is unread
}

// fill makes at least n unread bytes available.
func (rd *reader) fill(n int) error {
	for rd.w-rd.r < n {
		if len(rd.buf)-rd.r < n || rd.w == len(rd.buf) {
			rd.grow(n)
		}
		if err := rd.flush(); err != nil {
			return err
		}
		m, err := rd.nc.Read(rd.buf[rd.w:])
		rd.w += m
		if m > 0 {
			continue
		}
		if err != nil {
			if errors.Is(err, io.EOF) && rd.w > rd.r {
				return io.ErrUnexpectedEOF
			}
			return err
		}
	}
	return nil
}

// grow makes room for a message of n bytes, but never for more than twice what has arrived: an announced length costs nothing yet.
func (rd *reader) grow(n int) {
	have := rd.w - rd.r
	if have+idleReadBytes/2 <= len(rd.buf) && n <= len(rd.buf) {
		copy(rd.buf, rd.buf[rd.r:rd.w])
		rd.r, rd.w = 0, have
		if rd.w < len(rd.buf) {
			return
		}
	}
	var next []byte
	var pooled *[]byte
	if size := min(n, 2*have); size > busyReadBytes {
		next = make([]byte, max(size, busyReadBytes))
	} else {
		pooled = readBuffers.Get().(*[]byte)
		next = *pooled
	}
	copy(next, rd.buf[rd.r:rd.w])
	rd.giveBack()
	rd.buf, rd.pooled, rd.r, rd.w = next, pooled, 0, have
}

func (rd *reader) giveBack() {
	if rd.pooled != nil {
		readBuffers.Put(rd.pooled)
		rd.pooled = nil
	}
}

// rest returns the buffer to the pool if nothing is unread. The last message's body is no longer valid then.
func (rd *reader) rest() {
	if rd.r != rd.w {
		return
	}
	rd.r, rd.w = 0, 0
	if len(rd.buf) != idleReadBytes {
		rd.giveBack()
		rd.buf = make([]byte, idleReadBytes)
	}
}

// release gives the buffer back for good.
func (rd *reader) release() {
	rd.giveBack()
	rd.buf = nil
}

// message returns the next message; body is valid until the next call. A *pgerr.Error is a violation of the protocol after which the
// stream cannot be understood.
func (rd *reader) message() (typ byte, body []byte, err error) {
	if rd.r == rd.w {
		rd.r, rd.w = 0, 0
		if len(rd.buf) > busyReadBytes {
			rd.rest()
		}
	}
	if err := rd.fill(5); err != nil {
		return 0, nil, err
	}
	typ = rd.buf[rd.r]
	n := int(int32(binary.BigEndian.Uint32(rd.buf[rd.r+1:]))) - 4
	limit := rd.limit
	switch typ {
	case 'Q', 'P', 'B', 'F', 'd':
	case 'p':
		limit = min(limit, maxStartupBytes)
	case 'E', 'D', 'C', 'H', 'S', 'X', 'c', 'f':
		limit = min(limit, maxSmallMessage)
	default:
		return 0, nil, pgerr.Fatal(pgerrcode.ProtocolViolation, "invalid frontend message type %d", typ)
	}
	if n < 0 || n > limit {
		return 0, nil, pgerr.Fatal(pgerrcode.ProtocolViolation, "invalid message length").
			WithDetail("A message of type %q has %d bytes; the limit is %d.", typ, n, limit)
	}
	if err := rd.fill(5 + n); err != nil {
		return 0, nil, err
	}
	body = rd.buf[rd.r+5 : rd.r+5+n]
	rd.r += 5 + n
	return typ, body, nil
}
