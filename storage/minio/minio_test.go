package minio

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	miniogo "github.com/minio/minio-go/v7"
	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/miniodb/miniodb/internal/health"
	"github.com/miniodb/miniodb/internal/testminio"
	"github.com/miniodb/miniodb/storage"
	"github.com/miniodb/miniodb/storage/storagetest"
)

func TestMain(m *testing.M) {
	// The goroutine that waits for the private server ends with the process.
	goleak.VerifyTestMain(m, goleak.IgnoreAnyFunction("github.com/miniodb/miniodb/internal/testminio.(*Process).Start.func1"))
}

// partSize is the smallest that S3 allows.
const partSize = 5 << 20

// quick keeps tests short where requests hang or fail for ever.
var quick = limits{
	tries: 10, backoff: time.Millisecond, maxBackoff: 20 * time.Millisecond, request: time.Second, operation: 5 * time.Second,
	stall: 300 * time.Millisecond, rate: 1 << 20, part: partSize, whole: 6,
}

func configOf(s testminio.Server, bucket string) Config {
	return Config{Endpoint: s.Endpoint, AccessKey: s.AccessKey, SecretKey: s.SecretKey, Bucket: bucket}
}

// config is that of a bucket that does not exist yet.
func config(t testing.TB) Config {
	return configOf(testminio.Start(t), testminio.NewBucket(t))
}

func openStore(t testing.TB, cfg Config, l limits) *Store {
	s, err := open(t.Context(), cfg, l, zerolog.Nop())
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Close()) })
	return s
}

// faulty is a store with faults between it and the server, switched on after it was opened.
func faulty(t testing.TB, cfg Config, l limits) (*Store, *storagetest.Transport) {
	base := &http.Transport{MaxIdleConnsPerHost: 64}
	t.Cleanup(base.CloseIdleConnections)
	transport := &storagetest.Transport{Base: base}
	cfg.Transport = transport
	return openStore(t, cfg, l), transport
}

func TestStore(t *testing.T) {
	for _, prefix := range []string{"", "some/where"} {
		t.Run("prefix "+prefix, func(t *testing.T) {
			storagetest.Run(t, func() storage.Store {
				cfg := config(t)
				cfg.Prefix = prefix
				return openStore(t, cfg, defaultLimits)
			}, storagetest.Local)
		})
	}
}

// Everything that may be repeated succeeds although one request in five fails. Conditional PUTs are left alone: what they may answer is
// tested below. So are late requests, which may bring back what was replaced meanwhile.
func TestStoreWithFaults(t *testing.T) {
	faults := []storagetest.HTTPFault{
		storagetest.Refused, storagetest.TimedOut, storagetest.Busy, storagetest.AnswerLost, storagetest.Twice, storagetest.Slow,
		storagetest.Cut, storagetest.Short, storagetest.Flipped,
	}
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	injected := map[storagetest.HTTPFault]int{}
	var transports []*storagetest.Transport
	storagetest.Run(t, func() storage.Store {
		s, transport := faulty(t, config(t), quick)
		random := storagetest.RandomHTTP(seed, 0.2, faults...)
		transport.Inject = func(req *http.Request) storagetest.HTTPFault {
			if storagetest.Conditional(req) {
				return storagetest.NoFault
			}
			return random(req)
		}
		transports = append(transports, transport)
		return s
	}, storagetest.Local)
	for _, transport := range transports {
		for f, n := range transport.Injected() {
			injected[f] += n
		}
	}
	for _, f := range faults {
		require.Positive(t, injected[f], "fault %d never happened", f)
	}
	t.Logf("faults: %v", injected)
}

func TestOpenErrors(t *testing.T) {
	good := config(t)
	taken := freeAddress(t)
	for name, c := range map[string]struct {
		change func(*Config)
		is     error
		text   string
	}{
		"unknown access key":  {func(c *Config) { c.AccessKey = "somebody" }, nil, "check access_key_id"},
		"wrong secret key":    {func(c *Config) { c.SecretKey = "something" }, nil, "check secret_access_key"},
		"nobody there":        {func(c *Config) { c.Endpoint = taken }, storage.ErrUnavailable, taken},
		"TLS to a plain port": {func(c *Config) { c.UseSSL = true }, storage.ErrUnavailable, "switch use_ssl off"},
		"no endpoint":         {func(c *Config) { c.Endpoint = "" }, nil, "endpoint"},
		"a path":              {func(c *Config) { c.Endpoint += "/x" }, nil, "host:port"},
		"no bucket":           {func(c *Config) { c.Bucket = "" }, nil, "bucket"},
		"a bad bucket":        {func(c *Config) { c.Bucket = "No Bucket" }, nil, "ucket"},
		"no key":              {func(c *Config) { c.AccessKey = "" }, nil, "access key"},
		"a bad prefix":        {func(c *Config) { c.Prefix = "/a" }, nil, "prefix"},
	} {
		t.Run(name, func(t *testing.T) {
			cfg := good
			c.change(&cfg)
			_, err := open(t.Context(), cfg, quick, zerolog.Nop())
			require.ErrorContains(t, err, c.text)
			require.Equal(t, c.is != nil, errors.Is(err, storage.ErrUnavailable), "%v", err)
			require.NotErrorIs(t, err, storage.ErrNotFound)
		})
	}
	cfg := good
	cfg.Endpoint = "http://" + cfg.Endpoint + "/"
	cfg.UseSSL = true // the scheme wins
	openStore(t, cfg, quick)
	openStore(t, cfg, quick) // the bucket is there now
}

func freeAddress(t *testing.T) string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer func() { require.NoError(t, l.Close()) }()
	return l.Addr().String()
}

// Several servers start at once on a bucket that none has made yet.
func TestOpenRace(t *testing.T) {
	cfg := config(t)
	errs := make(chan error, 8)
	for range cap(errs) {
		go func() {
			s, err := open(t.Context(), cfg, defaultLimits, zerolog.Nop())
			if err == nil {
				err = errors.Join(s.Put(t.Context(), "x", []byte("y")), s.Close())
			}
			errs <- err
		}()
	}
	for range cap(errs) {
		require.NoError(t, <-errs)
	}
}

// What the store answers, and what its callers see.
func TestJudge(t *testing.T) {
	s := &Store{endpoint: "store:9000"}
	for _, c := range []struct {
		err    error
		is     error
		answer bool
		retry  bool
		text   string
	}{
		{miniogo.ErrorResponse{Code: "NoSuchKey", StatusCode: 404}, storage.ErrNotFound, true, false, ""},
		{miniogo.ErrorResponse{Code: "PreconditionFailed", StatusCode: 412}, storage.ErrExists, true, false, ""},
		{miniogo.ErrorResponse{Code: "ConditionalRequestConflict", StatusCode: 409}, nil, true, true, "store:9000"},
		{miniogo.ErrorResponse{Code: "OperationAborted", StatusCode: 409}, nil, true, true, ""},
		{miniogo.ErrorResponse{Code: "XMinioStorageFull", StatusCode: 507}, storage.ErrFull, true, false, ""},
		{miniogo.ErrorResponse{Code: "XMinioAdminBucketQuotaExceeded", StatusCode: 400}, storage.ErrFull, true, false, ""},
		{miniogo.ErrorResponse{Code: "Whatever", StatusCode: 507}, storage.ErrFull, true, false, ""},
		{miniogo.ErrorResponse{Code: "SlowDown", StatusCode: 503}, storage.ErrUnavailable, false, true, "at store:9000"},
		{miniogo.ErrorResponse{Code: "InternalError", StatusCode: 500}, storage.ErrUnavailable, false, true, ""},
		{miniogo.ErrorResponse{Code: "429", StatusCode: 429}, storage.ErrUnavailable, false, true, ""},
		{miniogo.ErrorResponse{Code: "XAmzContentChecksumMismatch", StatusCode: 400}, nil, true, true, ""},
		{miniogo.ErrorResponse{Code: "AccessDenied", StatusCode: 403}, nil, true, false, "right to read, write, list and delete"},
		{miniogo.ErrorResponse{Code: "InvalidAccessKeyId", StatusCode: 403}, nil, true, false, "access_key_id"},
		{miniogo.ErrorResponse{Code: "SignatureDoesNotMatch", StatusCode: 403}, nil, true, false, "secret_access_key"},
		{miniogo.ErrorResponse{Code: "RequestTimeTooSkewed", StatusCode: 403}, nil, true, false, "clocks"},
		{miniogo.ErrorResponse{Code: "NoSuchBucket", StatusCode: 404}, nil, true, false, "bucket is gone"},
		{miniogo.ErrorResponse{Code: "InvalidArgument", StatusCode: 400}, nil, true, false, ""},
		{miniogo.ErrorResponse{Code: "400 Bad Request", StatusCode: 400, Message: "Client sent an HTTP request to an HTTPS server."}, nil, true, false, "switch use_ssl on"},
		{fmt.Errorf("minio: %w", health.ErrDown), storage.ErrUnavailable, false, false, "service is down"},
		{&net.OpError{Op: "dial", Err: os.ErrDeadlineExceeded}, storage.ErrUnavailable, false, true, "dial"},
		{fmt.Errorf("read: %w", &os.PathError{Op: "read", Path: "/x", Err: os.ErrPermission}), nil, true, false, "/x"},
	} {
		v := judge(c.err)
		require.Equal(t, c.is, v.is, "%v", c.err)
		require.Equal(t, c.answer, v.answer, "%v", c.err)
		require.Equal(t, c.retry, v.retry, "%v", c.err)
		err := s.failed(t.Context(), "get", "k", c.err)
		require.ErrorContains(t, err, "get k: ")
		require.ErrorContains(t, err, c.text)
		for _, sentinel := range []error{storage.ErrNotFound, storage.ErrExists, storage.ErrFull, storage.ErrUnavailable} {
			require.Equal(t, sentinel == c.is, errors.Is(err, sentinel), "%v", err)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	err := s.failed(ctx, "get", "k", errors.New("connection reset"))
	require.ErrorIs(t, err, context.Canceled)
	require.NotErrorIs(t, err, storage.ErrUnavailable, "the caller went away, the store did nothing wrong")
}

func TestKeys(t *testing.T) {
	s := openStore(t, config(t), quick)
	for _, key := range []string{`a\b`, strings.Repeat("x", 256), strings.Repeat("x/", 512) + "x", "a\xff"} {
		require.ErrorContains(t, s.Put(t.Context(), key, nil), "invalid object key")
	}
	longest := strings.Repeat("x/", 300) + "x"
	require.NoError(t, s.Put(t.Context(), longest, []byte("1")))
	_, _, err := s.Local(t.Context(), longest)
	require.ErrorContains(t, err, "cache")
}

// More objects than one page, with pages that fail.
func TestListPages(t *testing.T) {
	if testing.Short() {
		t.Skip("writes 2100 objects")
	}
	ctx := t.Context()
	s, transport := faulty(t, config(t), quick)
	const objects = 2100
	work := make(chan int)
	errs := make(chan error, 16)
	for range cap(errs) {
		go func() {
			var failed error
			for i := range work {
				failed = errors.Join(failed, s.Put(ctx, fmt.Sprintf("many/%05d", i), nil))
			}
			errs <- failed
		}()
	}
	for i := range objects {
		work <- i
	}
	close(work)
	for range cap(errs) {
		require.NoError(t, <-errs)
	}
	require.NoError(t, s.Put(ctx, "n", nil))
	turn := 0
	transport.Inject = func(*http.Request) storagetest.HTTPFault {
		turn++
		return []storagetest.HTTPFault{storagetest.Cut, storagetest.Short, storagetest.Busy, storagetest.NoFault}[turn%4]
	}
	next := 7
	require.NoError(t, s.List(ctx, "many/", "many/00006", func(i storage.Info) error {
		require.Equal(t, fmt.Sprintf("many/%05d", next), i.Key)
		next++
		return nil
	}))
	require.Equal(t, objects, next)
}

// The breaker opens when the server dies, refuses quickly, and closes when it is back.
func TestOutage(t *testing.T) {
	p := testminio.Launch(t, "", 0)
	cfg := configOf(p.Server, "outage")
	var s *Store
	cfg.Service = health.New(health.Config{
		Name: "minio", Address: p.Endpoint, Every: 20 * time.Millisecond, Failures: 3, Log: zerolog.Nop(),
		Probe: func(ctx context.Context) error { return s.Probe(ctx) }, Usage: func() health.Usage { return s.Usage() },
	})
	s = openStore(t, cfg, quick)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- cfg.Service.Run(ctx) }()
	t.Cleanup(func() { cancel(); <-done })
	require.NoError(t, s.Put(ctx, "a", []byte("1")))
	_, err := s.Get(ctx, "b", 1)
	require.ErrorIs(t, err, storage.ErrNotFound)
	require.ErrorIs(t, s.PutIfAbsent(ctx, "a", nil), storage.ErrExists)
	require.Zero(t, cfg.Service.Status().Failures, "answers are no failures")

	p.Kill()
	_, err = s.Get(ctx, "a", 1)
	require.ErrorIs(t, err, storage.ErrUnavailable)
	require.ErrorContains(t, err, p.Endpoint)
	require.NotErrorIs(t, err, storage.ErrNotFound)
	require.Eventually(t, func() bool {
		err := s.PutIfAbsent(ctx, "c", nil)
		return errors.Is(err, health.ErrDown) && errors.Is(err, storage.ErrUnavailable)
	}, 5*time.Second, time.Millisecond)

	require.NoError(t, p.Start())
	require.Eventually(t, func() bool {
		got, err := s.Get(ctx, "a", 1)
		return err == nil && string(got) == "1"
	}, 10*time.Second, 10*time.Millisecond)

	require.NoError(t, p.Pause())
	_, err = s.Stat(ctx, "a")
	require.ErrorIs(t, err, storage.ErrUnavailable)
	require.NoError(t, p.Resume())
	require.Eventually(t, func() bool { _, err := s.Stat(ctx, "a"); return err == nil }, 10*time.Second, 10*time.Millisecond)
}

func TestUsage(t *testing.T) {
	cfg := config(t)
	cfg.MaxConnections = 3
	s := openStore(t, cfg, quick)
	ctx := t.Context()
	require.NoError(t, s.Put(ctx, "a", make([]byte, 1<<20)))
	require.Equal(t, health.Usage{Idle: 1, Limit: 3}, s.Usage())
	a, err := s.Open(ctx, "a", 0, -1)
	require.NoError(t, err)
	b, err := s.Open(ctx, "a", 0, -1)
	require.NoError(t, err)
	require.Equal(t, health.Usage{InUse: 2, Limit: 3}, s.Usage())
	c, err := s.Open(ctx, "a", 0, -1)
	require.NoError(t, err)
	short, cancel := context.WithTimeout(ctx, 100*time.Millisecond)
	defer cancel()
	_, err = s.Open(short, "a", 0, -1)
	require.ErrorIs(t, err, context.DeadlineExceeded, "no connection is left")
	for _, r := range []interface{ Close() error }{a, b, c, c} {
		require.NoError(t, r.Close())
	}
	require.Eventually(t, func() bool { return s.Usage().InUse == 0 }, time.Second, time.Millisecond)
	require.NoError(t, s.Close())
	require.Eventually(t, func() bool { return s.Usage().Idle == 0 }, time.Second, time.Millisecond)
}

// file writes a file with random bytes.
func file(t testing.TB, size int64) (path string, body []byte) {
	body = make([]byte, size)
	r := rand.NewChaCha8([32]byte{1})
	_, _ = r.Read(body)
	path = filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(path, body, 0o600))
	return path, body
}
