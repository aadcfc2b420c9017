package wirescript

import (
	"bufio"
	"encoding/binary"
	"errors"
	"io"
	"net"
)

// answer is one message of a server, or the end of the stream.
type answer struct {
	typ  byte
	body []byte
	old  bool // a text in the form of protocol 2, or the single byte that answers a request for encryption
	err  error
}

// reader cuts what a server sends into messages.
type reader struct {
	nc      net.Conn
	buf     *bufio.Reader
	bytes   int
	greeted bool // an authentication message has come: N is a notice from now on
}

func (r *reader) next() answer {
	if r.buf == nil {
		r.buf = bufio.NewReaderSize(r.nc, 64<<10)
	}
	typ, err := r.buf.ReadByte()
	if err != nil {
		return answer{err: err}
	}
	if !r.greeted && (typ == 'N' || typ == 'S' || typ == 'G') {
		return answer{typ: typ, old: true}
	}
	head, err := r.buf.Peek(4)
	if err != nil {
		return answer{err: within(err)}
	}
	n := int64(int32(binary.BigEndian.Uint32(head))) - 4
	if typ == 'E' && !r.greeted && n > 1<<24 { // letters, not a length
		text, err := r.buf.ReadBytes(0)
		return answer{typ: typ, body: text, old: true, err: within(err)}
	}
	if r.bytes += int(n); n < 0 || r.bytes > maxAnswerBytes {
		return answer{err: errors.New("nonsense, or too much")}
	}
	_, _ = r.buf.Discard(4)
	body := make([]byte, n)
	if _, err := io.ReadFull(r.buf, body); err != nil {
		return answer{err: within(err)}
	}
	r.greeted = r.greeted || typ == 'R'
	return answer{typ: typ, body: body}
}

// within says that the stream ended inside of a message.
func within(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}
