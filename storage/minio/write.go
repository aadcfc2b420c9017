package minio

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash/crc32"
	"io"
	"os"

	miniogo "github.com/minio/minio-go/v7"
)

// PutIfAbsent writes an object only if its key is free, by one request that is never repeated.
func (s *Store) PutIfAbsent(ctx context.Context, key string, data []byte) error {
	object, err := s.begin(ctx, "put", key)
	if err != nil {
		return err
	}
	ctx, cancel := s.bounded(ctx, int64(len(data)))
	defer cancel()
	sum := crc32.Checksum(data, castagnoli)
	err = s.once(ctx, int64(len(data)), func(ctx context.Context) error { return s.putBytes(ctx, object, data, sum, true) })
	if err != nil {
		return s.failed(ctx, "put", key, err)
	}
	return nil
}

// Put writes or replaces an object.
func (s *Store) Put(ctx context.Context, key string, data []byte) error {
	object, err := s.begin(ctx, "put", key)
	if err != nil {
		return err
	}
	sum := crc32.Checksum(data, castagnoli)
	return s.retry(ctx, "put", key, int64(len(data)), func(ctx context.Context) error { return s.putBytes(ctx, object, data, sum, false) })
}

func (s *Store) putBytes(ctx context.Context, object string, data []byte, sum uint32, ifAbsent bool) error {
	digest := sha256.Sum256(data) // signed with the request
	return s.putObject(ctx, object, bytes.NewReader(data), int64(len(data)), sum, hex.EncodeToString(digest[:]), ifAbsent)
}

// putObject sends one object in one request. digest may be empty; then the signature does not cover the body, but still its checksum.
func (s *Store) putObject(ctx context.Context, object string, body io.Reader, size int64, sum uint32, digest string, ifAbsent bool) error {
	opts := miniogo.PutObjectOptions{
		UserMetadata:         map[string]string{checksumKey: checksumText(sum), miniogo.ChecksumCRC32C.Key(): checksumHeader(sum)},
		DisableContentSha256: true, // of chunks: the digest of the whole body is in the header
	}
	if ifAbsent {
		opts.SetMatchETagExcept("*")
	}
	_, err := s.core.PutObject(ctx, s.bucket, object, body, size, "", digest, opts)
	return err
}

// PutFile uploads a finished file to a key that is free or holds the same bytes, and removes the file. A file that changes meanwhile is
// refused by its checksum.
func (s *Store) PutFile(ctx context.Context, key, source string) error {
	object, err := s.begin(ctx, "put", key)
	if err != nil {
		return err
	}
	f, err := os.Open(source)
	if err != nil {
		return fmt.Errorf("put %s: %w", key, err)
	}
	defer func() { _ = f.Close() }()
	u, err := newUpload(s, key, object, f)
	if err != nil {
		return fmt.Errorf("put %s: %w", key, err)
	}
	ctx, cancel := s.bounded(ctx, u.size)
	defer cancel()
	if len(u.parts) == 1 {
		err = s.retry(ctx, "put", key, u.size, func(ctx context.Context) error {
			return s.putObject(ctx, object, io.NewSectionReader(f, 0, u.size), u.size, u.sum, "", false)
		})
	} else {
		err = u.run(ctx)
	}
	if err != nil {
		return err
	}
	if err := os.Remove(source); err != nil {
		return fmt.Errorf("put %s: the object is stored: %w", key, err)
	}
	return nil
}
