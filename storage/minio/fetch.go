package minio

import (
	"context"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"os"

	miniogo "github.com/minio/minio-go/v7"
	"golang.org/x/sync/errgroup"
)

const (
	rangeSize   = 8 << 20   // bytes of one request
	fetchRanges = 4         // at once
	copySize    = 256 << 10 // bytes of a buffer; one for each range under way
)

// Fetch reads a whole object into f, from the file's beginning on, by parallel ranges of one version of the object, and verifies length and
// checksum. It neither syncs nor closes f. After an error the file's contents are undefined.
func (s *Store) Fetch(ctx context.Context, key string, f *os.File) (size int64, err error) {
	if _, err := s.begin(ctx, "fetch", key); err != nil {
		return 0, err
	}
	for try := 1; ; try++ {
		size, err = s.fetchOnce(ctx, key, f)
		if err == nil || !reread(err) || try >= s.limits.whole {
			return size, err
		}
	}
}

func (s *Store) fetchOnce(ctx context.Context, key string, f *os.File) (int64, error) {
	first, err := s.stream(ctx, "fetch", key, 0, rangeSize, true, "")
	if codeOf(err) == miniogo.InvalidRange { // an empty object has no first byte
		info, _, err := s.stat(ctx, "fetch", key)
		if err == nil && info.Size > 0 {
			err = fmt.Errorf("fetch %s: range from 0 of %d bytes refused", key, info.Size)
		}
		return 0, errors.Join(err, f.Truncate(0))
	}
	if err != nil {
		return 0, err
	}
	defer func() { _ = first.Close() }()
	h := first.head
	ctx, cancel := s.bounded(ctx, h.size)
	defer cancel()
	if err := f.Truncate(h.size); err != nil {
		return 0, fmt.Errorf("fetch %s: %w", key, err)
	}
	sums := make([]uint32, max(1, (h.size+rangeSize-1)/rangeSize))
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(fetchRanges)
	g.Go(func() (err error) {
		sums[0], err = copyRange(f, first)
		return err
	})
	for i := int64(1); i < int64(len(sums)); i++ {
		g.Go(func() error {
			r, err := s.stream(ctx, "fetch", key, i*rangeSize, min(rangeSize, h.size-i*rangeSize), false, h.etag)
			if err != nil {
				return err
			}
			defer func() { _ = r.Close() }()
			sums[i], err = copyRange(f, r)
			return err
		})
	}
	if err := g.Wait(); err != nil {
		return 0, err
	}
	var sum uint32
	for i, s := range sums {
		sum = combineChecksums(sum, s, min(rangeSize, h.size-int64(i)*rangeSize))
	}
	if h.hasSum && sum != h.sum {
		return 0, fmt.Errorf("fetch %s: %w: %08x instead of %08x", key, errDamaged, sum, h.sum)
	}
	return h.size, nil
}

// copyRange writes a stream to its place in the file and returns the checksum of its bytes.
func copyRange(f *os.File, r *stream) (uint32, error) {
	h := crc32.New(castagnoli)
	w := io.MultiWriter(io.NewOffsetWriter(f, r.pos), h)
	_, err := io.CopyBuffer(w, struct{ io.Reader }{r}, make([]byte, copySize))
	return h.Sum32(), err
}
