package minio

import (
	"context"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	miniogo "github.com/minio/minio-go/v7"
)

// progress is how many bytes a connection must bring so that the next one is not counted as a repetition.
const progress = 1 << 20

// head describes an object as the answer to a GET does.
type head struct {
	size   int64 // of the whole object
	etag   string
	sum    uint32
	hasSum bool
}

// stream reads a range of one object, over as many connections in a row as it takes. It is used by one goroutine at a time.
type stream struct {
	store *Store
	key   string
	ctx   context.Context // of the caller: reading is part of the operation that opened the stream
	head  head

	body     io.ReadCloser // nil before the first connection
	cancel   context.CancelCauseFunc
	stall    *time.Timer // ends the connection's context
	pos, end int64       // in the object
	tries    int         // requests sent since the last one that brought much
	fresh    int64       // bytes that the present connection has brought
	whole    bool        // from the first byte to the last, so that the checksum can be verified
	sum      uint32      // of the bytes read so far
	err      error       // sticky
}

// stream opens a range: length bytes from offset on, or up to the object's end if length is negative or atMost is set and the object ends
// before. etag, if not empty, is the only version that may be read. The error is one for the caller of the operation op.
func (s *Store) stream(ctx context.Context, op, key string, offset, length int64, atMost bool, etag string) (*stream, error) {
	r := &stream{store: s, key: key, ctx: ctx, pos: offset, end: -1, head: head{etag: etag}}
	if length >= 0 {
		r.end = offset + length
	}
	for {
		err := r.connect()
		if err == nil {
			break
		}
		if !s.again(ctx, r.tries, err) {
			return nil, s.failed(ctx, op, key, err)
		}
	}
	if r.end < 0 || atMost {
		r.end = r.head.size
		if length >= 0 {
			r.end = min(r.end, offset+length)
		}
	}
	if offset > r.head.size || r.end > r.head.size {
		_ = r.Close()
		return nil, fmt.Errorf("%s %s: range from %d to %d of %d bytes", op, key, offset, r.end, r.head.size)
	}
	r.whole = offset == 0 && r.end == r.head.size && r.head.hasSum
	return r, nil
}

// connect sends a request for what is still to read. The error is the client's own.
func (r *stream) connect() error {
	if err := r.ctx.Err(); err != nil {
		return err
	}
	object, err := r.store.object(r.key)
	if err != nil {
		return err
	}
	var opts miniogo.GetObjectOptions
	if r.head.etag != "" {
		_ = opts.SetMatchETag(r.head.etag)
	}
	ranged := r.pos > 0 || r.end >= 0
	if ranged {
		last := ""
		if r.end >= 0 {
			last = strconv.FormatInt(r.end-1, 10)
		}
		opts.Set("Range", fmt.Sprintf("bytes=%d-%s", r.pos, last))
	}
	ctx, cancel := context.WithCancelCause(r.ctx)
	r.cancel, r.tries, r.fresh = cancel, r.tries+1, 0
	r.stall = time.AfterFunc(r.store.limits.request, func() { cancel(errStalled) })
	err = r.store.service.Do(r.ctx, func(context.Context) error {
		body, _, header, err := r.store.core.GetObject(ctx, r.store.bucket, object, opts)
		if err == nil {
			r.body = body
			err = r.describe(header, ranged)
		}
		return mark(translate(ctx, err))
	})
	r.stall.Stop()
	if err != nil {
		r.disconnect()
	}
	return err
}

// describe takes over what the headers of an answer say.
func (r *stream) describe(header http.Header, ranged bool) error {
	length, err := strconv.ParseInt(header.Get("Content-Length"), 10, 64)
	if err != nil {
		return fmt.Errorf("answer without a length: %w", err)
	}
	h := head{size: length, etag: strings.Trim(header.Get("ETag"), `"`)}
	h.sum, h.hasSum = parseChecksum(header.Get("X-Amz-Meta-" + checksumKey))
	if ranged {
		var first, last int64
		if _, err := fmt.Sscanf(header.Get("Content-Range"), "bytes %d-%d/%d", &first, &last, &h.size); err != nil || first != r.pos {
			return fmt.Errorf("answer to a range from %d has the range %.80q", r.pos, header.Get("Content-Range"))
		}
	}
	if r.head.etag != "" && h.etag != r.head.etag {
		return errReplaced // by a store that ignores If-Match
	}
	r.head = h
	return nil
}

// translate gives the errors of a GET their meaning.
func translate(ctx context.Context, err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(context.Cause(ctx), errStalled):
		return errStalled
	case codeOf(err) == miniogo.PreconditionFailed: // of If-Match
		return errReplaced
	}
	return err
}

func (r *stream) disconnect() {
	if r.body != nil {
		_ = r.body.Close()
		r.body = nil
	}
	if r.cancel != nil {
		r.cancel(nil)
	}
}

// Read implements io.Reader. It ends with io.EOF only after the last byte of the range; where bytes are missing and cannot be
// had, the error is io.ErrUnexpectedEOF or says that the store cannot be reached.
func (r *stream) Read(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	for r.err == nil {
		if r.pos == r.end {
			r.err = r.verify()
			break
		}
		n, err := r.piece(p[:min(int64(len(p)), r.end-r.pos)])
		if n > 0 {
			return n, nil
		}
		r.disconnect()
		r.reconnect(err)
	}
	return 0, r.err
}

// piece reads what the connection has next.
func (r *stream) piece(p []byte) (int, error) {
	r.stall.Reset(r.store.limits.stall)
	n, err := r.body.Read(p)
	if !r.stall.Stop() && n == 0 {
		err = errStalled
	}
	r.pos += int64(n)
	if r.fresh += int64(n); r.fresh >= progress {
		r.tries = 1
	}
	if r.whole {
		r.sum = crc32.Update(r.sum, castagnoli, p[:n])
	}
	if n == 0 && err == nil {
		err = io.ErrNoProgress
	}
	if err == io.EOF {
		err = io.ErrUnexpectedEOF
	}
	return n, err
}

// reconnect asks for the rest after an error, or makes the error sticky.
func (r *stream) reconnect(err error) {
	for err != nil {
		if !r.store.again(r.ctx, r.tries, err) {
			r.err = r.store.failed(r.ctx, "read", r.key, fmt.Errorf("after %d of %d bytes: %w", r.pos, r.end, err))
			return
		}
		err = r.connect()
	}
}

// verify returns io.EOF if the checksum of the object's metadata fits what was read, or was not to be had.
func (r *stream) verify() error {
	if r.whole && r.sum != r.head.sum {
		return fmt.Errorf("read %s: %w: %08x instead of %08x", r.key, errDamaged, r.sum, r.head.sum)
	}
	return io.EOF
}

// Close ends the stream. It is safe twice.
func (r *stream) Close() error {
	r.disconnect()
	if r.err == nil {
		r.err = errors.New("read from a closed stream")
	}
	return nil
}
