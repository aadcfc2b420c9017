package minio

import (
	"context"
	"fmt"
	"hash/crc32"
	"io"
	"net/http"
	"os"

	miniogo "github.com/minio/minio-go/v7"
	"golang.org/x/sync/errgroup"
)

const (
	maxParts    = 10_000 // of one upload, by S3
	uploadParts = 4      // at once; a part takes no memory, it is read from the file while it is sent
)

// upload sends a file, in parts if it is large.
type upload struct {
	store       *Store
	key, object string
	file        *os.File
	size        int64
	sum         uint32
	parts       []part
	id          string // of the multipart upload
}

type part struct {
	offset, size int64
	sum          uint32
	done         miniogo.CompletePart
}

// newUpload reads the file once for its checksums.
func newUpload(s *Store, key, object string, f *os.File) (*upload, error) {
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s is not a regular file", f.Name())
	}
	u := &upload{store: s, key: key, object: object, file: f, size: info.Size()}
	step := max(s.limits.part, (u.size+maxParts-1)/maxParts)
	buf := make([]byte, 256<<10)
	for offset := int64(0); offset < u.size || offset == 0; offset += step {
		p := part{offset: offset, size: min(step, u.size-offset)}
		h := crc32.New(castagnoli)
		n, err := io.CopyBuffer(h, io.NewSectionReader(f, p.offset, p.size), buf)
		if err == nil && n != p.size {
			err = io.ErrUnexpectedEOF
		}
		if err != nil {
			return nil, fmt.Errorf("read %s: %w", f.Name(), err)
		}
		p.sum = h.Sum32()
		u.sum = combineChecksums(u.sum, p.sum, p.size)
		u.parts = append(u.parts, p)
	}
	return u, nil
}

// run sends the parts and puts them together. After an error the parts are removed.
func (u *upload) run(ctx context.Context) error {
	s, sum := u.store, miniogo.ChecksumCRC32C
	opts := miniogo.PutObjectOptions{UserMetadata: map[string]string{
		checksumKey: checksumText(u.sum), "x-amz-checksum-algorithm": sum.String(), "x-amz-checksum-type": "FULL_OBJECT",
	}}
	err := s.retry(ctx, "put", u.key, 0, func(ctx context.Context) (err error) {
		u.id, err = s.core.NewMultipartUpload(ctx, s.bucket, u.object, opts)
		return err
	})
	if err != nil {
		return err
	}
	if err = u.sendParts(ctx); err == nil {
		err = u.complete(ctx)
	}
	if err != nil {
		u.abort(ctx)
	}
	return err
}

func (u *upload) sendParts(ctx context.Context) error {
	s := u.store
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(uploadParts)
	for i := range u.parts {
		g.Go(func() error {
			p := &u.parts[i]
			return s.retry(ctx, "put", u.key, p.size, func(ctx context.Context) error {
				done, err := s.core.PutObjectPart(ctx, s.bucket, u.object, u.id, i+1, io.NewSectionReader(u.file, p.offset, p.size), p.size,
					miniogo.PutObjectPartOptions{
						CustomHeader: http.Header{http.CanonicalHeaderKey(miniogo.ChecksumCRC32C.Key()): {checksumHeader(p.sum)}}, DisableContentSha256: true,
					})
				p.done = miniogo.CompletePart{PartNumber: i + 1, ETag: done.ETag, ChecksumCRC32C: checksumHeader(p.sum)}
				return err
			})
		})
	}
	return g.Wait()
}

// complete makes the object of its parts. The store compares the checksum of the whole.
func (u *upload) complete(ctx context.Context) error {
	s := u.store
	parts := make([]miniogo.CompletePart, len(u.parts))
	for i := range u.parts {
		parts[i] = u.parts[i].done
	}
	opts := miniogo.PutObjectOptions{UserMetadata: map[string]string{
		miniogo.ChecksumCRC32C.Key(): checksumHeader(u.sum), "x-amz-checksum-type": "FULL_OBJECT",
	}}
	// The store copies nothing, but it may have to wait for its disks: the time of a request for the bytes of one part.
	err := s.retry(ctx, "put", u.key, u.parts[0].size, func(ctx context.Context) error {
		_, err := s.core.CompleteMultipartUpload(ctx, s.bucket, u.object, u.id, parts, opts)
		return err
	})
	if codeOf(err) == miniogo.NoSuchUpload && u.arrived(ctx) {
		return nil
	}
	return err
}

// arrived tells whether the object is there with our bytes: an earlier request to complete it may have succeeded without our hearing of it.
func (u *upload) arrived(ctx context.Context) bool {
	info, checksum, err := u.store.stat(ctx, "put", u.key)
	return err == nil && info.Size == u.size && checksum == checksumText(u.sum)
}

// abort removes the parts, as far as possible: what stays takes space until the store itself removes it.
func (u *upload) abort(ctx context.Context) {
	s := u.store
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), s.limits.request)
	defer cancel()
	err := s.once(ctx, 0, func(ctx context.Context) error { return s.core.AbortMultipartUpload(ctx, s.bucket, u.object, u.id) })
	if err != nil && codeOf(err) != miniogo.NoSuchUpload {
		s.log.Warn().Err(err).Str("key", u.key).Msg("parts of a failed upload were not removed")
	}
}
