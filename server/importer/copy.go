package importer

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"

	"github.com/miniodb/miniodb/engine"
	"github.com/miniodb/miniodb/internal/pgvalue"
	"github.com/miniodb/miniodb/internal/vector"
)

// copySignature begins a binary COPY: the magic, flags and the length of the header's extension (PostgreSQL documentation, "COPY", "Binary
// Format").
const copySignature = "PGCOPY\n\xff\r\n\x00" + "\x00\x00\x00\x00" + "\x00\x00\x00\x00"

// copyReader encodes the rows of a query as binary COPY data, a batch at a time, as it is read.
type copyReader struct {
	ctx  context.Context // of the COPY, which reads; an io.Reader has no other way to be told
	rows *engine.Rows
	add  func(rows, bytes int64)
	enc  *pgvalue.Encoder
	cols []pgvalue.AppendFunc
	buf  []byte // encoded and not yet read, from pos on
	pos  int
	end  bool
	sent int64 // rows encoded
	err  error // why the rows ended early
}

// newCopyReader encodes rows whose columns have the layouts of types, which also choose the binary form (json and jsonb share a layout).
func newCopyReader(ctx context.Context, rows *engine.Rows, types []vector.Type, add func(rows, bytes int64)) *copyReader {
	r := &copyReader{ctx: ctx, rows: rows, add: add, enc: pgvalue.NewEncoder(pgvalue.Settings{}), buf: []byte(copySignature)}
	for _, t := range types {
		r.cols = append(r.cols, pgvalue.BinaryFunc(t))
	}
	return r
}

// Read implements io.Reader.
func (r *copyReader) Read(p []byte) (int, error) {
	for r.pos == len(r.buf) {
		if r.err != nil {
			return 0, r.err
		}
		if r.end {
			return 0, io.EOF
		}
		r.fill()
	}
	n := copy(p, r.buf[r.pos:])
	r.pos += n
	return n, nil
}

func (r *copyReader) fill() {
	r.buf, r.pos = r.buf[:0], 0
	b, err := r.rows.Next(r.ctx)
	if errors.Is(err, io.EOF) {
		r.end = true
		r.buf = binary.BigEndian.AppendUint16(r.buf, math.MaxUint16) // -1: the trailer
		return
	}
	if err == nil {
		err = r.encode(b)
	}
	if err != nil {
		r.err, r.buf = err, r.buf[:0]
		return
	}
	r.sent += int64(b.Len)
	r.add(int64(b.Len), int64(len(r.buf)))
}

func (r *copyReader) encode(b *vector.Batch) error {
	for row := range b.Len {
		r.buf = binary.BigEndian.AppendUint16(r.buf, uint16(len(b.Cols)))
		for i := range b.Cols {
			if b.Cols[i].IsNull(row) {
				r.buf = binary.BigEndian.AppendUint32(r.buf, math.MaxUint32) // -1: NULL
				continue
			}
			at := len(r.buf)
			r.buf = r.cols[i](append(r.buf, 0, 0, 0, 0), &b.Cols[i], row, r.enc)
			n := len(r.buf) - at - 4
			if n > math.MaxInt32 {
				return fmt.Errorf("row %d: a value of %d bytes is too large", r.sent+int64(row)+1, n)
			}
			binary.BigEndian.PutUint32(r.buf[at:], uint32(n))
		}
	}
	return nil
}
