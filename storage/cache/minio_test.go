package cache

import (
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgerrcode"
	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"

	"github.com/miniodb/miniodb/internal/pgerr"
	"github.com/miniodb/miniodb/internal/testminio"
	"github.com/miniodb/miniodb/storage"
	"github.com/miniodb/miniodb/storage/minio"
	"github.com/miniodb/miniodb/storage/storagetest"
)

// openMinio returns a store on a bucket of its own, with faults between it and the server if inject is not nil.
func openMinio(t testing.TB, server testminio.Server, bucket string, inject func(*http.Request) storagetest.HTTPFault) *minio.Store {
	base := &http.Transport{MaxIdleConnsPerHost: 64}
	t.Cleanup(base.CloseIdleConnections)
	transport := &storagetest.Transport{Base: base}
	s, err := minio.Open(t.Context(), minio.Config{
		Endpoint: server.Endpoint, AccessKey: server.AccessKey, SecretKey: server.SecretKey, Bucket: bucket, Transport: transport,
	}, zerolog.Nop())
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Close()) })
	transport.Inject = inject
	return s
}

// noise is a file of random bytes, so that nothing but the right ones in the right place passes for them.
func noise(t testing.TB, size int) (path string, data []byte) {
	data = make([]byte, size)
	chacha := rand.NewChaCha8([32]byte{byte(size)})
	_, _ = chacha.Read(data)
	path = filepath.Join(t.TempDir(), "source")
	require.NoError(t, os.WriteFile(path, data, 0o600))
	return path, data
}

func TestStoreOverMinio(t *testing.T) {
	server := testminio.Start(t)
	storagetest.Run(t, func() storage.Store {
		return open(t, t.TempDir(), 1<<20, openMinio(t, server, testminio.NewBucket(t), nil))
	})
}

// A file of several ranges goes up and comes down again through a network on which things go wrong.
func TestLargeFileOverMinio(t *testing.T) {
	server := testminio.Start(t)
	seed := random(t).Uint64()
	below := openMinio(t, server, testminio.NewBucket(t), storagetest.RandomHTTP(seed, 0.1, storagetest.Refused, storagetest.Busy,
		storagetest.AnswerLost, storagetest.Cut, storagetest.Short, storagetest.Flipped))
	const size = 40<<20 + 12345
	source, data := noise(t, size)
	one, other := open(t, t.TempDir(), 64<<20, below), open(t, t.TempDir(), 64<<20, below)
	require.NoError(t, one.PutFile(t.Context(), "tables/x/l0/f.parquet", source))
	for _, s := range []*Store{one, other} {
		path, release, err := s.Local(t.Context(), "tables/x/l0/f.parquet")
		require.NoError(t, err)
		got, err := os.ReadFile(path)
		require.NoError(t, err)
		require.True(t, string(data) == string(got))
		release()
	}
	require.Zero(t, one.Stats().Misses, "kept when it was uploaded")
	require.EqualValues(t, 1, other.Stats().Misses)
	_, err := other.PrefetchFiles(t.Context(), []storage.Info{{Key: "tables/x/l0/f.parquet", Size: size}, {Key: "tables/x/l0/absent.parquet", Size: 1}})
	require.ErrorIs(t, err, storage.ErrNotFound)
}

// MinIO is killed: what is cached is still read, the rest is unavailable, and comes again with MinIO.
func TestKilledMinio(t *testing.T) {
	process := testminio.Launch(t, "", 0)
	below := openMinio(t, process.Server, "test", nil)
	dir := t.TempDir()
	s := openOnly(t, dir, 1<<20, below)
	for _, key := range []string{"a", "b"} {
		put(t, s, key, 1000)
	}
	use(t, s, "a")
	process.Kill()
	use(t, s, "a")
	ctx := t.Context()
	_, _, err := s.Local(ctx, "b")
	require.ErrorIs(t, err, storage.ErrUnavailable)
	_, err = s.Prefetch(ctx, []string{"a", "b"})
	require.ErrorIs(t, err, storage.ErrUnavailable)

	// Also by a server that starts without it.
	require.NoError(t, s.Close())
	s = open(t, dir, 1<<20, below)
	release, err := s.Prefetch(ctx, []string{"a"})
	require.NoError(t, err)
	release()
	use(t, s, "a")
	require.NoError(t, process.Start())
	require.Eventually(t, func() bool { return below.Probe(ctx) == nil }, patience, 10*time.Millisecond)
	use(t, s, "b")
}

// MinIO goes down and comes back under readers of a cache that is too small: each answer is right or says why there is none.
func TestReadersThroughAnOutage(t *testing.T) {
	process := testminio.Launch(t, "", 0)
	below := openMinio(t, process.Server, "test", nil)
	s := open(t, t.TempDir(), 40_000, below)
	keys := make([]string, 30)
	for i := range keys {
		keys[i] = fmt.Sprintf("k%02d", i)
		put(t, below, keys[i], 4000)
	}
	r := random(t)
	stop := make(chan struct{})
	var wg sync.WaitGroup
	for range 4 {
		seed := r.Uint64()
		wg.Go(func() {
			r := rand.New(rand.NewPCG(seed, seed))
			for {
				select {
				case <-stop:
					return
				default:
				}
				key := keys[r.IntN(len(keys))]
				path, release, err := s.Local(t.Context(), key)
				if err != nil {
					if !errors.Is(err, storage.ErrUnavailable) {
						t.Errorf("local: %v", err)
						return
					}
					continue
				}
				data, err := os.ReadFile(path)
				if err != nil || string(data) != string(body(key, 4000)) {
					t.Errorf("%s: %d bytes, %v", key, len(data), err)
				}
				release()
			}
		})
	}
	misses := func(more int64) func() bool {
		from := s.Stats().Misses
		return func() bool { return s.Stats().Misses > from+more }
	}
	errorsFrom := func() func() bool {
		from := s.Stats().Errors
		return func() bool { return s.Stats().Errors > from }
	}
	require.Eventually(t, misses(20), patience, time.Millisecond)
	process.Kill()
	require.Eventually(t, errorsFrom(), patience, time.Millisecond)
	require.NoError(t, process.Start())
	require.Eventually(t, misses(20), patience, time.Millisecond)
	close(stop)
	wg.Wait()
}

// The cache's disk is full in the middle of a download of several ranges; needs the right to mount one.
func TestFullDiskOverMinio(t *testing.T) {
	dir := t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=12m"); err != nil {
		t.Skipf("cannot mount a small file system: %v", err)
	}
	defer func() { require.NoError(t, syscall.Unmount(dir, syscall.MNT_DETACH)) }()
	below := openMinio(t, testminio.Start(t), testminio.NewBucket(t), nil)
	source, _ := noise(t, 20<<20)
	require.NoError(t, below.PutFile(t.Context(), "large", source))
	s := openOnly(t, dir, 100<<20, below)
	defer func() { require.NoError(t, s.Close()) }() // before the directory goes
	_, _, err := s.Local(t.Context(), "large")
	require.Equal(t, pgerrcode.DiskFull, pgerr.Code(err), "%v", err)
	require.ErrorContains(t, err, "the query needs 20.0 MB")
	put(t, below, "small", 1000)
	use(t, s, "small")
	require.NoError(t, s.Close())
	audit(t, s)
}

// BenchmarkCold fetches files over MinIO one after the other and with Prefetch, with and without their sizes.
func BenchmarkCold(b *testing.B) {
	const count, size = 32, 1 << 20
	server := testminio.Start(b)
	below := openMinio(b, server, testminio.NewBucket(b), nil)
	keys, files := make([]string, count), make([]storage.Info, count)
	for i := range keys {
		keys[i] = fmt.Sprintf("k%02d", i)
		files[i] = storage.Info{Key: keys[i], Size: size}
		put(b, below, keys[i], size)
	}
	for name, fetch := range map[string]func(*Store) error{
		"one by one": func(s *Store) error {
			for _, key := range keys {
				_, release, err := s.Local(b.Context(), key)
				if err != nil {
					return err
				}
				release()
			}
			return nil
		},
		"prefetch": func(s *Store) error {
			release, err := s.Prefetch(b.Context(), keys)
			if err == nil {
				release()
			}
			return err
		},
		"prefetch with sizes": func(s *Store) error {
			release, err := s.PrefetchFiles(b.Context(), files)
			if err == nil {
				release()
			}
			return err
		},
		"store alone": func(*Store) error {
			for _, key := range keys {
				r, err := below.Open(b.Context(), key, 0, -1)
				if err != nil {
					return err
				}
				if _, err := io.Copy(io.Discard, r); err != nil {
					return err
				}
				if err := r.Close(); err != nil {
					return err
				}
			}
			return nil
		},
	} {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(count * size)
			for b.Loop() {
				b.StopTimer()
				s := open(b, b.TempDir(), 2*count*size, below)
				b.StartTimer()
				require.NoError(b, fetch(s))
			}
		})
	}
}
