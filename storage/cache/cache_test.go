package cache

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/miniodb/miniodb/storage"
	"github.com/miniodb/miniodb/storage/local"
	"github.com/miniodb/miniodb/storage/storagetest"
)

const patience = 30 * time.Second

func TestMain(m *testing.M) {
	// The goroutine that waits for the private MinIO ends with the process.
	goleak.VerifyTestMain(m, goleak.IgnoreAnyFunction("github.com/miniodb/miniodb/internal/testminio.(*Process).Start.func1"))
}

func TestStore(t *testing.T) {
	storagetest.Run(t, func() storage.Store { return open(t, t.TempDir(), 1<<20, openLocal(t)) })
}

func TestStoreWithoutRoom(t *testing.T) {
	below := openLocal(t)
	s := open(t, t.TempDir(), 1, below)
	storagetest.Race(t, s)
	source := write(t, "source", "twenty bytes of bytes")
	require.NoError(t, s.PutFile(t.Context(), "k", source), "uploads need no room in the cache")
	require.NoFileExists(t, source)
	require.Equal(t, "twenty bytes of bytes", get(t, below, "k"))
	require.Zero(t, s.Stats().Files)
}

func openLocal(t testing.TB) *local.Store {
	s, err := local.New(t.TempDir())
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Close()) })
	return s
}

// open returns a cache whose books and directory have to agree at the end of the test.
func open(t testing.TB, dir string, limit int64, below storage.Store) *Store {
	s := openOnly(t, dir, limit, below)
	t.Cleanup(func() {
		require.NoError(t, s.Close())
		if !t.Failed() {
			audit(t, s)
		}
	})
	return s
}

// openOnly is open for tests that change the directory behind the cache's back or use it again.
func openOnly(t testing.TB, dir string, limit int64, below storage.Store) *Store {
	s, err := Open(Config{Dir: dir, LimitBytes: limit}, below, zerolog.Nop())
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Close()) })
	return s
}

// audit compares what the cache believes with what is in its directory, when nobody reads.
func audit(t testing.TB, s *Store) {
	t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	require.Zero(t, s.pinned, "nothing is in use")
	require.Empty(t, s.loads)
	require.Empty(t, s.running)
	require.Empty(t, s.uploads)
	require.Zero(t, s.counts.downloads)
	require.Equal(t, len(s.entries), s.idle.Len())
	require.LessOrEqual(t, s.used, s.limit)
	want, bytes := map[string]bool{}, int64(0)
	for _, e := range s.entries {
		want[e.path] = true
		bytes += e.size
	}
	require.Equal(t, bytes, s.used)
	require.Equal(t, want, files(t, s.dir))
}

// files returns the paths of all regular files of a cache directory but the lock.
func files(t testing.TB, dir string) map[string]bool {
	all := map[string]bool{}
	require.NoError(t, filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err == nil && d.Type().IsRegular() && path != filepath.Join(dir, lockFile) {
			all[path] = true
		}
		return err
	}))
	return all
}

func write(t testing.TB, name, content string) (path string) {
	path = filepath.Join(t.TempDir(), name)
	require.NoError(t, os.WriteFile(path, []byte(content), 0o600))
	return path
}

func get(t testing.TB, s storage.Store, key string) string {
	t.Helper()
	data, err := s.Get(t.Context(), key, 1<<20)
	require.NoError(t, err)
	return string(data)
}

// put writes an object of so many bytes that says which it is.
func put(t testing.TB, s storage.Store, key string, size int) {
	require.NoError(t, s.Put(t.Context(), key, body(key, size)))
}

func body(key string, size int) []byte {
	return []byte(strings.Repeat(key+"\n", size/(len(key)+1)+1)[:size])
}

// use reads an object through the cache and lets go of it.
func use(t testing.TB, s *Store, key string) (path string) {
	t.Helper()
	path, release, err := s.Local(t.Context(), key)
	require.NoError(t, err)
	defer release()
	data, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, string(body(key, len(data))), string(data))
	return path
}

// cached reports whether an object is in the cache.
func cached(s *Store, key string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.entries[idOf(key)] != nil
}

// waiting returns how many callers wait for the object.
func waiting(s *Store, key string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	if l := s.loads[idOf(key)]; l != nil {
		return l.waiters
	}
	return 0
}

func random(t testing.TB) *rand.Rand {
	seed := uint64(time.Now().UnixNano())
	if s := os.Getenv("MINIODB_TEST_SEED"); s != "" {
		var err error
		seed, err = strconv.ParseUint(s, 10, 64)
		require.NoError(t, err, "MINIODB_TEST_SEED")
	}
	t.Logf("MINIODB_TEST_SEED=%d", seed)
	return rand.New(rand.NewPCG(seed, seed))
}

// shaky is a store whose downloads and uploads can be watched, held up and spoilt.
type shaky struct {
	storage.Store
	opens, stats atomic.Int64
	down         atomic.Bool
	body         func(ctx context.Context, key string, r io.Reader) (io.Reader, error) // nil: as it is
	upload       func() error                                                          // after PutFile; nil: succeeds
}

func (s *shaky) Stat(ctx context.Context, key string) (storage.Info, error) {
	s.stats.Add(1)
	if s.down.Load() {
		return storage.Info{}, fmt.Errorf("stat %s: %w", key, storage.ErrUnavailable)
	}
	return s.Store.Stat(ctx, key)
}

func (s *shaky) Open(ctx context.Context, key string, offset, length int64) (io.ReadCloser, error) {
	s.opens.Add(1)
	if s.down.Load() {
		return nil, fmt.Errorf("open %s: %w", key, storage.ErrUnavailable)
	}
	r, err := s.Store.Open(ctx, key, offset, length)
	if err != nil || s.body == nil {
		return r, err
	}
	b, err := s.body(ctx, key, r)
	if err != nil {
		return nil, errors.Join(err, r.Close())
	}
	return readCloser{b, r}, nil
}

type readCloser struct {
	io.Reader
	io.Closer
}

func (s *shaky) PutFile(ctx context.Context, key, source string) error {
	err := s.Store.PutFile(ctx, key, source)
	if s.upload != nil {
		err = errors.Join(err, s.upload())
	}
	return err
}

// hold makes downloads wait for the gate or for the end of their context.
func hold(gate <-chan struct{}) func(context.Context, string, io.Reader) (io.Reader, error) {
	return func(ctx context.Context, _ string, r io.Reader) (io.Reader, error) {
		select {
		case <-gate:
			return r, nil
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}
