// Package minio keeps objects in a bucket of MinIO or of another S3 store with conditional writes.
//
// It implements storage.Store but for Local, which storage/cache adds, and Fetch, with which the cache fills its files. It owns the
// connections to the store, the deadlines and repetitions of requests, checksums, and the translation of the store's errors. It refuses
// stores without working conditional writes (Conform) and keys that are not clean. It does not cache and does not know what is in an object. The
// composition root makes one Store and gives it a health.Service, whose Probe and Usage come from here.
//
// # Design
//
// minio-go signs and sends one request a call (MaxRetries 1); repeating is done here, because only here is it known what may be sent
// twice. Reads, Stat, pages of List, Delete, Put and PutFile are repeated with a backoff, and never beyond the caller's deadline. PutIfAbsent is
// sent once: after an unknown outcome a second one would answer ErrExists to its own first one, and who calls it (catalog/log) knows how to tell
// the two apart. A Put or Delete that timed out may still arrive later, as with every store over a network; so keys that are put twice with
// different bytes must have readers that bear the older bytes.
//
// Every write carries the CRC-32C of its bytes twice: as x-amz-checksum-crc32c, which the store verifies before it accepts them, and as metadata
// "Miniodb-Crc32c" (hex), which any reader of the whole object verifies after it received them. The checksum is computed before sending and goes into a
// header; trailing checksums would need chunked signatures, which some stores do not understand over plain HTTP. Objects of others, without the
// metadata, are read by their length alone.
//
// A body that ends early is never taken for a shorter object: streams know how many bytes must come and ask for the rest, of the same
// ETag, where the connection was cut.
//
// Large files go up in parts of 16 MiB, each with its own checksum and repetitions, and the store compares the checksum of the whole at
// the end. Parts of an upload that a crash left unfinished are removed by MinIO after a day; elsewhere a lifecycle rule must do it.
package minio

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	miniogo "github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"
	"github.com/minio/minio-go/v7/pkg/s3utils"
	"github.com/rs/zerolog"

	"github.com/miniodb/miniodb/internal/health"
	"github.com/miniodb/miniodb/storage"
)

const (
	maxElementSize        = 255  // bytes, what MinIO keeps as a name in its file system
	maxKeySize            = 1024 // bytes, of S3, the prefix included
	defaultMaxConnections = 64
)

// Config says where a bucket is.
type Config struct {
	Endpoint             string // host:port; a scheme in front of it overrides UseSSL
	AccessKey, SecretKey string
	Bucket               string            // made when it is missing
	Prefix               string            // of every key; without slashes at its ends
	Region               string            // empty: the bucket's own
	UseSSL               bool              // false: plain HTTP
	MaxConnections       int               // at once; 0: 64
	Service              *health.Service   // nil: none
	Transport            http.RoundTripper // nil: an own one
}

// Validate reports the first fault of a configuration.
func (c Config) Validate() error {
	switch {
	case c.Endpoint == "":
		return errors.New("the endpoint of the object store is empty")
	case strings.ContainsAny(c.Endpoint, "/ ?#"):
		return fmt.Errorf("the endpoint of the object store must be host:port, not %q", c.Endpoint)
	case c.Bucket == "":
		return errors.New("the bucket of the object store is empty")
	case c.AccessKey == "" || c.SecretKey == "":
		return errors.New("the access key or the secret key of the object store is empty")
	case s3utils.CheckValidBucketNameStrict(c.Bucket) != nil:
		return fmt.Errorf("invalid bucket %.80q of the object store: %w", c.Bucket, s3utils.CheckValidBucketNameStrict(c.Bucket))
	case c.Prefix != "" && !validKey(c.Prefix):
		return fmt.Errorf("invalid prefix %.80q of the object store: no empty, \".\" or \"..\" elements, no slash at its ends", c.Prefix)
	}
	return nil
}

// Store keeps objects in a bucket. It is safe for concurrent use.
type Store struct {
	bucket, prefix string // prefix is empty or ends in a slash
	endpoint       string // for people
	core           *miniogo.Core
	conns          *connections
	service        *health.Service
	limits         limits
	log            zerolog.Logger
}

// Open connects to a bucket, which is made if it is missing. The error says what to do when the store refuses; it is storage.ErrUnavailable
// when it cannot be reached.
func Open(ctx context.Context, cfg Config, log zerolog.Logger) (*Store, error) {
	return open(ctx, cfg, defaultLimits, log)
}

func open(ctx context.Context, cfg Config, l limits, log zerolog.Logger) (*Store, error) {
	if host, ok := strings.CutPrefix(cfg.Endpoint, "https://"); ok {
		cfg.Endpoint, cfg.UseSSL = host, true
	} else if host, ok := strings.CutPrefix(cfg.Endpoint, "http://"); ok {
		cfg.Endpoint, cfg.UseSSL = host, false
	}
	cfg.Endpoint = strings.TrimSuffix(cfg.Endpoint, "/")
	if cfg.MaxConnections <= 0 {
		cfg.MaxConnections = defaultMaxConnections
	}
	if err := cfg.Validate(); err != nil {
		return nil, fmt.Errorf("open object store: %w", err)
	}
	s := &Store{
		bucket: cfg.Bucket, endpoint: cfg.Endpoint, service: cfg.Service, limits: l,
		log: log.With().Str("component", "minio").Str("endpoint", cfg.Endpoint).Str("bucket", cfg.Bucket).Logger(),
	}
	if cfg.Prefix != "" {
		s.prefix = cfg.Prefix + "/"
	}
	s.conns = newConnections(cfg.MaxConnections, cfg.Transport)
	if err := s.connect(ctx, cfg); err != nil {
		return nil, errors.Join(fmt.Errorf("open object store: %w", err), s.Close())
	}
	return s, nil
}

// connect makes the client and the bucket. A client that knows its region asks for no bucket's location later.
func (s *Store) connect(ctx context.Context, cfg Config) error {
	if err := s.client(cfg, cfg.Region); err != nil {
		return err
	}
	region := cfg.Region
	err := s.retry(ctx, "reach bucket", cfg.Bucket, 0, func(ctx context.Context) error {
		exists, err := s.core.BucketExists(ctx, cfg.Bucket)
		if err == nil && !exists {
			err = s.core.MakeBucket(ctx, cfg.Bucket, miniogo.MakeBucketOptions{Region: cfg.Region})
			if err == nil {
				s.log.Info().Msg("bucket created")
			} else if code := codeOf(err); code == miniogo.BucketAlreadyOwnedByYou || code == miniogo.BucketAlreadyExists {
				err = nil // by another node, at the same moment; if it is somebody else's, the first request says so
			}
		}
		if err == nil && region == "" {
			region, err = s.core.GetBucketLocation(ctx, cfg.Bucket)
		}
		return err
	})
	if err != nil || cfg.Region != "" {
		return err
	}
	return s.client(cfg, region)
}

// noPause is done before the first client is made. minio-go pauses up to 200 ms after a failed request even if it does not repeat it, and
// only these variables, which no other package of the program uses, say how long.
var noPause sync.Once

func (s *Store) client(cfg Config, region string) error {
	noPause.Do(func() { miniogo.DefaultRetryUnit, miniogo.DefaultRetryCap = time.Nanosecond, time.Nanosecond })
	core, err := miniogo.NewCore(cfg.Endpoint, &miniogo.Options{
		Creds: credentials.NewStaticV4(cfg.AccessKey, cfg.SecretKey, ""), Secure: cfg.UseSSL, Region: region,
		Transport: s.conns, MaxRetries: 1,
	})
	if err != nil {
		return err
	}
	s.core = core
	return nil
}

// Close ends idle connections. It is safe twice.
func (s *Store) Close() error {
	s.conns.closeIdle()
	return nil
}

// Probe makes the cheapest round trip, for health.Config: past the breaker and without repetitions.
func (s *Store) Probe(ctx context.Context) error {
	exists, err := s.core.BucketExists(ctx, s.bucket)
	if err == nil && !exists {
		err = miniogo.ErrorResponse{Code: miniogo.NoSuchBucket, StatusCode: http.StatusNotFound}
	}
	if err != nil {
		return s.failed(ctx, "probe", s.bucket, err)
	}
	return nil
}

// Usage returns the connections to the store, for health.Config.
func (s *Store) Usage() health.Usage { return s.conns.usage() }

// Local fails: an object of a bucket has no path. storage/cache over this store gives it one.
func (s *Store) Local(_ context.Context, key string) (path string, release func(), err error) {
	return "", nil, fmt.Errorf("local path of %s: an object of a bucket has none, it needs a cache in front", key)
}

// object returns the name of a key in the bucket.
func (s *Store) object(key string) (string, error) {
	if !validKey(key) || len(s.prefix)+len(key) > maxKeySize {
		return "", fmt.Errorf("invalid object key %.80q", key)
	}
	return s.prefix + key, nil
}

func validKey(key string) bool {
	if key == "" || len(key) > maxKeySize || strings.ContainsAny(key, "\x00\\") || !utf8.ValidString(key) {
		return false
	}
	for element := range strings.SplitSeq(key, "/") {
		if element == "" || element == "." || element == ".." || len(element) > maxElementSize {
			return false
		}
	}
	return true
}

var _ storage.Store = (*Store)(nil)
