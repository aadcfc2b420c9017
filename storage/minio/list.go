package minio

import (
	"context"
	"fmt"
	"strings"

	miniogo "github.com/minio/minio-go/v7"

	"github.com/miniodb/miniodb/storage"
)

const pageSize = 1000 // objects, the most that S3 lists at once

// List visits the objects of a prefix in key order. Each page is one request that is repeated by itself; visit is called once for each
// object, between requests.
func (s *Store) List(ctx context.Context, prefix, after string, visit func(storage.Info) error) error {
	// Every key with the prefix is greater than what sorts before the prefix and smaller than what sorts after it without having it.
	// Stores differ in what they answer there, so they are not asked.
	switch {
	case after < prefix:
		after = ""
	case !strings.HasPrefix(after, prefix):
		if err := ctx.Err(); err != nil {
			return fmt.Errorf("list %s: %w", prefix, err)
		}
		return nil
	}
	for {
		page, err := s.page(ctx, prefix, after)
		if err != nil {
			return err
		}
		for _, info := range page {
			if info.Key <= after {
				return fmt.Errorf("list %s: the object store at %s does not list in key order: %q after %q", prefix, s.endpoint, info.Key, after)
			}
			after = info.Key
			if err := visit(info); err != nil {
				return fmt.Errorf("list %s: %w", prefix, err)
			}
		}
		if len(page) < pageSize {
			return nil
		}
	}
}

// page lists the next objects after a key; fewer than pageSize are the last ones.
func (s *Store) page(ctx context.Context, prefix, after string) (page []storage.Info, err error) {
	opts := miniogo.ListObjectsOptions{Prefix: s.prefix + prefix, Recursive: true, MaxKeys: pageSize}
	if after != "" {
		opts.StartAfter = s.prefix + after
	}
	err = s.retry(ctx, "list", prefix, 0, func(ctx context.Context) error {
		page = page[:0]
		for o := range s.core.ListObjectsIter(ctx, s.bucket, opts) {
			if o.Err != nil {
				return o.Err
			}
			if key := strings.TrimPrefix(o.Key, s.prefix); validKey(key) { // a "directory" that some tools make is no object of ours
				page = append(page, storage.Info{Key: key, Size: o.Size, Modified: o.LastModified})
			}
			if len(page) == pageSize {
				return nil // the rest of the last answer; the next request begins here
			}
		}
		return ctx.Err()
	})
	return page, err
}
