package minio

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	miniogo "github.com/minio/minio-go/v7"

	"github.com/miniodb/miniodb/storage"
)

// Get reads a whole object of at most limit bytes and verifies its length and, for objects of this package, its checksum.
func (s *Store) Get(ctx context.Context, key string, limit int64) ([]byte, error) {
	if _, err := s.begin(ctx, "get", key); err != nil {
		return nil, err
	}
	ctx, cancel := s.bounded(ctx, limit)
	defer cancel()
	for try := 1; ; try++ {
		data, err := s.getOnce(ctx, key, limit)
		if err == nil || !reread(err) || try >= s.limits.whole {
			return data, err
		}
	}
}

func (s *Store) getOnce(ctx context.Context, key string, limit int64) ([]byte, error) {
	r, err := s.stream(ctx, "get", key, 0, -1, false, "")
	if err != nil {
		return nil, err
	}
	defer func() { _ = r.Close() }()
	if r.head.size > limit {
		return nil, fmt.Errorf("get %s: object has %d bytes, at most %d expected", key, r.head.size, limit)
	}
	data := make([]byte, r.head.size)
	if _, err := io.ReadFull(r, data); err != nil {
		return nil, err
	}
	if _, err := r.Read(make([]byte, 1)); err != io.EOF { // verifies the checksum
		return nil, err
	}
	return data, nil
}

// reread reports whether reading the object from its beginning may help: its bytes were damaged on the way, or somebody
// replaced it while it was read.
func reread(err error) bool {
	return errors.Is(err, errDamaged) || errors.Is(err, errReplaced)
}

// Open reads length bytes from offset on. A connection that is cut is replaced; what cannot be read is an error that wraps io.ErrUnexpectedEOF
// or says why. The stream ends with ctx. The checksum is verified if the range is the whole object.
func (s *Store) Open(ctx context.Context, key string, offset, length int64) (io.ReadCloser, error) {
	if _, err := s.begin(ctx, "open", key); err != nil {
		return nil, err
	}
	if offset < 0 {
		return nil, fmt.Errorf("open %s: offset %d", key, offset)
	}
	if length != 0 {
		r, err := s.stream(ctx, "open", key, offset, length, false, "")
		if err == nil {
			return r, nil
		}
		if codeOf(err) != miniogo.InvalidRange {
			return nil, err
		}
	}
	// S3 has no empty ranges. One at the object's end is none.
	info, err := s.Stat(ctx, key)
	if err != nil {
		return nil, err
	}
	if offset > info.Size || length > 0 {
		return nil, fmt.Errorf("open %s: range %d+%d of %d bytes", key, offset, length, info.Size)
	}
	return io.NopCloser(strings.NewReader("")), nil
}

// Stat describes an object.
func (s *Store) Stat(ctx context.Context, key string) (storage.Info, error) {
	info, _, err := s.stat(ctx, "stat", key)
	return info, err
}

// stat also returns the metadata's checksum.
func (s *Store) stat(ctx context.Context, op, key string) (info storage.Info, checksum string, err error) {
	object, err := s.begin(ctx, op, key)
	if err != nil {
		return info, "", err
	}
	err = s.retry(ctx, op, key, 0, func(ctx context.Context) error {
		o, err := s.core.StatObject(ctx, s.bucket, object, miniogo.StatObjectOptions{})
		info, checksum = storage.Info{Key: key, Size: o.Size, Modified: o.LastModified}, o.UserMetadata[checksumKey]
		return err
	})
	if err != nil {
		return storage.Info{}, "", err
	}
	return info, checksum, nil
}

// Delete removes an object; deleting what is not there succeeds.
func (s *Store) Delete(ctx context.Context, key string) error {
	object, err := s.begin(ctx, "delete", key)
	if err != nil {
		return err
	}
	return s.retry(ctx, "delete", key, 0, func(ctx context.Context) error {
		err := s.core.RemoveObject(ctx, s.bucket, object, miniogo.RemoveObjectOptions{})
		if codeOf(err) == miniogo.NoSuchKey {
			return nil // what some stores say
		}
		return err
	})
}

// begin checks key and context and returns the object's name.
func (s *Store) begin(ctx context.Context, op, key string) (object string, err error) {
	if object, err = s.object(key); err == nil {
		err = ctx.Err()
	}
	if err != nil {
		return "", fmt.Errorf("%s %s: %w", op, key, err)
	}
	return object, nil
}
