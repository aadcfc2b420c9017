package cache

import (
	"context"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"os"
	"path/filepath"
	"time"
)

// maxAttempts is how often a download that ends early is begun; other errors were retried below.
const maxAttempts = 3

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// errSize says that fewer or more bytes came than the object has.
var errSize = errors.New("object does not have its size")

// download writes an object of a known size to a temporary file. Nothing is left behind after an error.
func (s *Store) download(ctx context.Context, key string, size int64) (temp string, crc uint32, err error) {
	limit := fetchTimeout + time.Duration(size/fetchBytesPerSec)*time.Second
	ctx, cancel := context.WithTimeoutCause(ctx, limit, late(limit))
	defer cancel()
	for range maxAttempts {
		temp, crc, err = s.attempt(ctx, key, size)
		if err == nil || !errors.Is(err, errSize) {
			break
		}
	}
	if err != nil && ctx.Err() != nil {
		err = context.Cause(ctx)
	}
	return temp, crc, err
}

func (s *Store) attempt(ctx context.Context, key string, size int64) (temp string, crc uint32, err error) {
	f, err := s.createTemp()
	if err != nil {
		return "", 0, err
	}
	defer func() {
		if cerr := f.Close(); err == nil {
			err = cerr
		}
		if err != nil {
			s.unlink(f.Name())
		}
	}()
	if s.fetch != nil {
		crc, err = s.fetchInto(ctx, key, f, size)
	} else {
		crc, err = s.copyInto(ctx, key, f, size)
	}
	return f.Name(), crc, err
}

// createTemp also brings the directory back when somebody emptied the cache by hand.
func (s *Store) createTemp() (*os.File, error) {
	dir := filepath.Join(s.dir, tempDir)
	f, err := os.CreateTemp(dir, "*")
	if errors.Is(err, os.ErrNotExist) {
		if err = os.MkdirAll(dir, dirMode); err == nil {
			f, err = os.CreateTemp(dir, "*")
		}
	}
	return f, err
}

// fetchInto lets the store below write the file, in whatever order, and reads it again for the checksum.
func (s *Store) fetchInto(ctx context.Context, key string, f *os.File, size int64) (uint32, error) {
	n, err := s.fetch.Fetch(ctx, key, f)
	if err != nil {
		return 0, err
	}
	info, err := f.Stat()
	if err != nil {
		return 0, err
	}
	if n != size || info.Size() != size {
		return 0, fmt.Errorf("%w: %d bytes of %d, file of %d", errSize, n, size, info.Size())
	}
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return 0, err
	}
	_, crc, err := copySum(ctx, io.Discard, f)
	return crc, err
}

// copyInto reads the object from its beginning to its end.
func (s *Store) copyInto(ctx context.Context, key string, f *os.File, size int64) (uint32, error) {
	r, err := s.below.Open(ctx, key, 0, -1)
	if err != nil {
		return 0, err
	}
	defer func() { _ = r.Close() }()
	n, crc, err := copySum(ctx, f, io.LimitReader(r, size+1)) // one more than promised is as wrong as one less
	if errors.Is(err, io.ErrUnexpectedEOF) || err == nil && n != size {
		err = fmt.Errorf("%w: %d bytes of %d", errSize, n, size)
	}
	return crc, err
}

// checksum returns the CRC-32C of a file.
func checksum(ctx context.Context, path string) (uint32, error) {
	f, err := os.Open(path)
	if err != nil {
		return 0, err
	}
	defer func() { _ = f.Close() }()
	_, crc, err := copySum(ctx, io.Discard, f)
	return crc, err
}

// copySum copies until the end and returns how many bytes it copied and their CRC-32C. It ends early with ctx.
func copySum(ctx context.Context, w io.Writer, r io.Reader) (n int64, crc uint32, err error) {
	buf := make([]byte, copyBufferBytes)
	for {
		if err := ctx.Err(); err != nil {
			return n, crc, err
		}
		k, rerr := r.Read(buf)
		if k > 0 {
			crc = crc32.Update(crc, castagnoli, buf[:k])
			if _, err := w.Write(buf[:k]); err != nil {
				return n, crc, err
			}
			n += int64(k)
		}
		if errors.Is(rerr, io.EOF) {
			return n, crc, nil
		}
		if rerr != nil {
			return n, crc, rerr
		}
	}
}
