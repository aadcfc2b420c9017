package pgwire

import (
	"bytes"
	"encoding/binary"

	"github.com/jackc/pgerrcode"

	"github.com/miniodb/miniodb/internal/pgerr"
	"github.com/miniodb/miniodb/internal/pgvalue"
)

// fields takes what a message says off its front, field by field. The first error is kept, and everything after it reads as zero; the errors are those of
// PostgreSQL's pq_getmsg functions, after which a connection goes on: where the message ends is known. Fields alias the read buffer.
type fields struct {
	rest []byte
	err  error
}

func (b *fields) fail(format string, args ...any) {
	if b.err == nil {
		b.err = pgerr.New(pgerrcode.ProtocolViolation, format, args...)
	}
	b.rest = nil
}

// bytes takes n bytes.
func (b *fields) bytes(n int) []byte {
	if n < 0 || n > len(b.rest) {
		b.fail("insufficient data left in message")
		return nil
	}
	out := b.rest[:n:n]
	b.rest = b.rest[n:]
	return out
}

func (b *fields) u16() int {
	if v := b.bytes(2); v != nil {
		return int(binary.BigEndian.Uint16(v))
	}
	return 0
}

func (b *fields) u32() uint32 {
	if v := b.bytes(4); v != nil {
		return binary.BigEndian.Uint32(v)
	}
	return 0
}

func (b *fields) byte() byte {
	if len(b.rest) == 0 {
		b.fail("no data left in message")
		return 0
	}
	return b.bytes(1)[0]
}

// text takes a string that ends with a zero byte, without it, and checks its encoding.
func (b *fields) text() []byte {
	i := bytes.IndexByte(b.rest, 0)
	if i < 0 {
		b.fail("invalid string in message")
		return nil
	}
	s := b.bytes(i + 1)[:i]
	if err := pgvalue.CheckUTF8(s); err != nil {
		b.err, b.rest = err, nil
		return nil
	}
	return s
}

// codes takes a counted list of format codes; nil if it is empty.
func (b *fields) codes() []int16 {
	n := b.u16()
	v := b.bytes(2 * n)
	if n == 0 || v == nil {
		return nil
	}
	out := make([]int16, n)
	for i := range out {
		out[i] = int16(binary.BigEndian.Uint16(v[2*i:]))
	}
	return out
}

// end checks that nothing is left and returns the first error.
func (b *fields) end() error {
	if b.err == nil && len(b.rest) > 0 {
		b.fail("invalid message format")
	}
	return b.err
}
