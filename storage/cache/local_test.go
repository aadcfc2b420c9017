package cache

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"testing/iotest"
	"testing/synctest"
	"time"

	"github.com/jackc/pgerrcode"
	"github.com/stretchr/testify/require"

	"github.com/miniodb/miniodb/internal/pgerr"
	"github.com/miniodb/miniodb/storage"
	"github.com/miniodb/miniodb/storage/storagetest"
)

func TestLocal(t *testing.T) {
	below := &shaky{Store: openLocal(t)}
	s := open(t, t.TempDir(), 10_000, below)
	put(t, below, "a", 1000)
	put(t, below, "empty", 0)
	path := use(t, s, "a")
	info, err := os.Stat(path)
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o444), info.Mode())
	require.True(t, filepath.IsAbs(path))
	require.Equal(t, path, use(t, s, "a"))
	use(t, s, "empty")
	require.EqualValues(t, 2, below.opens.Load())
	require.Equal(t, Stats{Hits: 1, Misses: 2, Bytes: 1000, LimitBytes: 10_000, Files: 2}, s.Stats())

	_, release, err := s.Local(t.Context(), "a")
	require.NoError(t, err)
	require.EqualValues(t, 1000, s.Stats().InUseBytes)
	release()
	release()
	require.Zero(t, s.Stats().InUseBytes)

	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, _, err = s.Local(ctx, "a")
	require.ErrorIs(t, err, context.Canceled)
	_, _, err = s.Local(t.Context(), "absent")
	require.ErrorIs(t, err, storage.ErrNotFound)
}

func TestSingleFlight(t *testing.T) {
	const callers = 50
	gate := make(chan struct{})
	below := &shaky{Store: openLocal(t), body: hold(gate)}
	s := open(t, t.TempDir(), 10_000, below)
	put(t, below, "a", 1000)
	var wg sync.WaitGroup
	paths := make([]string, callers)
	for i := range callers {
		wg.Go(func() {
			if i%2 == 0 {
				paths[i] = use(t, s, "a")
				return
			}
			release, err := s.Prefetch(t.Context(), []string{"a"})
			if err == nil {
				paths[i] = use(t, s, "a")
				release()
			}
		})
	}
	require.Eventually(t, func() bool { return waiting(s, "a") == callers }, patience, time.Millisecond)
	require.EqualValues(t, 1, s.Stats().Downloads)
	close(gate)
	wg.Wait()
	for _, p := range paths {
		require.Equal(t, paths[0], p)
	}
	require.NotEmpty(t, paths[0])
	require.EqualValues(t, 1, below.opens.Load())
}

func TestDownloadOutlivesItsCaller(t *testing.T) {
	gate := make(chan struct{})
	below := &shaky{Store: openLocal(t), body: hold(gate)}
	s := open(t, t.TempDir(), 10_000, below)
	put(t, below, "a", 1000)
	ctx, cancel := context.WithCancel(t.Context())
	first, second := make(chan error, 1), make(chan error, 1)
	local := func(ctx context.Context, result chan error) {
		_, release, err := s.Local(ctx, "a")
		if err == nil {
			release()
		}
		result <- err
	}
	go local(ctx, first)
	require.Eventually(t, func() bool { return waiting(s, "a") == 1 }, patience, time.Millisecond)
	go local(t.Context(), second)
	require.Eventually(t, func() bool { return waiting(s, "a") == 2 }, patience, time.Millisecond)
	cancel()
	require.ErrorIs(t, <-first, context.Canceled)
	close(gate)
	require.NoError(t, <-second)
	require.EqualValues(t, 1, below.opens.Load())
}

// The last waiter's end cancels the download; who comes then gets another one, and room is not taken twice.
func TestDownloadIsCancelledWithoutWaiters(t *testing.T) {
	for name, again := range map[string]func(context.Context, *Store) (func(), error){
		"local": func(ctx context.Context, s *Store) (func(), error) {
			_, release, err := s.Local(ctx, "a")
			return release, err
		},
		"prefetch": func(ctx context.Context, s *Store) (func(), error) { return s.Prefetch(ctx, []string{"a"}) },
	} {
		t.Run(name, func(t *testing.T) {
			begun, cancelled, ended := make(chan struct{}), make(chan struct{}), make(chan struct{})
			below := &shaky{Store: openLocal(t)}
			below.body = func(ctx context.Context, _ string, r io.Reader) (io.Reader, error) {
				if below.opens.Load() > 1 {
					return r, nil
				}
				close(begun)
				<-ctx.Done()
				close(cancelled)
				<-ended
				return nil, ctx.Err()
			}
			s := open(t, t.TempDir(), 1000, below)
			put(t, below, "a", 1000)
			ctx, cancel := context.WithCancel(t.Context())
			result := make(chan error, 1)
			go func() {
				_, _, err := s.Local(ctx, "a")
				result <- err
			}()
			<-begun
			cancel()
			require.ErrorIs(t, <-result, context.Canceled)
			<-cancelled

			impatient, cancel := context.WithTimeout(t.Context(), time.Millisecond)
			defer cancel()
			_, err := again(impatient, s)
			require.ErrorIs(t, err, context.DeadlineExceeded, "the end of the first is awaited within the context")
			go func() {
				release, err := again(t.Context(), s)
				if err == nil {
					release()
				}
				result <- err
			}()
			close(ended)
			require.NoError(t, <-result)
			require.Zero(t, s.Stats().Errors, "who leaves is no error")
		})
	}
}

func TestStoreBelowIsDown(t *testing.T) {
	below := &shaky{Store: openLocal(t)}
	s := open(t, t.TempDir(), 10_000, below)
	put(t, below, "a", 1000)
	put(t, below, "b", 1000)
	use(t, s, "a")
	below.down.Store(true)
	stats := below.stats.Load()
	use(t, s, "a")
	release, err := s.Prefetch(t.Context(), []string{"a", "a"})
	require.NoError(t, err)
	release()
	require.Equal(t, stats, below.stats.Load(), "what is here is not asked for")
	_, _, err = s.Local(t.Context(), "b")
	require.ErrorIs(t, err, storage.ErrUnavailable)
	_, err = s.Prefetch(t.Context(), []string{"a", "b"})
	require.ErrorIs(t, err, storage.ErrUnavailable)
	_, err = s.PrefetchFiles(t.Context(), []storage.Info{{Key: "a", Size: 1000}, {Key: "b", Size: 1000}})
	require.ErrorIs(t, err, storage.ErrUnavailable)
	require.Zero(t, s.Stats().InUseBytes)
	below.down.Store(false)
	use(t, s, "b")
}

func TestFaultyStat(t *testing.T) {
	below := &storagetest.Faulty{Store: openLocal(t)}
	put(t, below, "a", 1000)
	s := open(t, t.TempDir(), 10_000, below)
	below.Inject = func(op storagetest.Op, _ string) storagetest.Fault {
		if op == storagetest.Stat {
			return storagetest.Fail
		}
		return storagetest.None
	}
	_, _, err := s.Local(t.Context(), "a")
	require.ErrorIs(t, err, storagetest.ErrInjected)
	below.Inject = nil
	use(t, s, "a")
}

// Bodies that end early, are too long or break leave nothing behind and are tried again some times.
func TestSpoiltDownloads(t *testing.T) {
	cut := func(_ context.Context, _ string, r io.Reader) (io.Reader, error) { return io.LimitReader(r, 999), nil }
	for name, c := range map[string]struct {
		spoil    func(context.Context, string, io.Reader) (io.Reader, error)
		attempts int64
	}{
		"cut":   {cut, maxAttempts},
		"empty": {func(context.Context, string, io.Reader) (io.Reader, error) { return bytes.NewReader(nil), nil }, maxAttempts},
		"long": {func(_ context.Context, _ string, r io.Reader) (io.Reader, error) {
			return io.MultiReader(r, bytes.NewReader([]byte("x"))), nil
		}, maxAttempts},
		"broken": {func(_ context.Context, _ string, r io.Reader) (io.Reader, error) {
			return io.MultiReader(io.LimitReader(r, 500), iotest.ErrReader(errors.New("connection reset"))), nil
		}, 1},
		"unexpected end": {func(_ context.Context, _ string, r io.Reader) (io.Reader, error) {
			return io.MultiReader(io.LimitReader(r, 500), iotest.ErrReader(io.ErrUnexpectedEOF)), nil
		}, maxAttempts},
		"refused": {func(context.Context, string, io.Reader) (io.Reader, error) { return nil, storage.ErrUnavailable }, 1},
	} {
		t.Run(name, func(t *testing.T) {
			below := &shaky{Store: openLocal(t), body: c.spoil}
			s := open(t, t.TempDir(), 1000, below)
			put(t, below, "a", 1000)
			_, _, err := s.Local(t.Context(), "a")
			require.ErrorContains(t, err, "fetch a: ")
			require.Equal(t, c.attempts, below.opens.Load())
			require.Empty(t, files(t, s.dir))
			require.EqualValues(t, 1, s.Stats().Errors)
			below.body = nil
			use(t, s, "a")
		})
	}
	t.Run("once", func(t *testing.T) {
		below := &shaky{Store: openLocal(t)}
		var calls atomic.Int64
		below.body = func(ctx context.Context, key string, r io.Reader) (io.Reader, error) {
			if calls.Add(1) == 1 {
				return cut(ctx, key, r)
			}
			return r, nil
		}
		s := open(t, t.TempDir(), 1000, below)
		put(t, below, "a", 1000)
		use(t, s, "a")
	})
}

// A store that never answers is not available; no statement was cancelled.
func TestHangingStore(t *testing.T) {
	for name, below := range map[string]storage.Store{
		"stat": &storagetest.Faulty{Store: openLocal(t), Inject: func(op storagetest.Op, _ string) storagetest.Fault {
			if op == storagetest.Stat {
				return storagetest.Hang
			}
			return storagetest.None
		}},
		"open": &shaky{Store: openLocal(t), body: hold(nil)},
	} {
		t.Run(name, func(t *testing.T) {
			put(t, below, "a", 1000)
			dir := t.TempDir()
			synctest.Test(t, func(t *testing.T) {
				s := open(t, dir, 1000, below)
				begin := time.Now()
				_, _, err := s.Local(t.Context(), "a")
				require.ErrorIs(t, err, storage.ErrUnavailable)
				require.Equal(t, pgerrcode.InternalError, pgerr.Code(err), "and not 57014")
				_, err = s.Prefetch(t.Context(), []string{"a"})
				require.ErrorIs(t, err, storage.ErrUnavailable)
				require.LessOrEqual(t, time.Since(begin), 2*(statTimeout+fetchTimeout))
				ctx, cancel := context.WithTimeout(t.Context(), time.Second)
				defer cancel()
				_, _, err = s.Local(ctx, "a")
				require.ErrorIs(t, err, context.DeadlineExceeded, "the caller's own")
				synctest.Wait()
				require.Empty(t, files(t, dir))
			})
		})
	}
}

func TestDeleteDuringDownload(t *testing.T) {
	gate := make(chan struct{})
	below := &shaky{Store: openLocal(t), body: hold(gate)}
	s := open(t, t.TempDir(), 10_000, below)
	put(t, below, "a", 1000)
	result := make(chan string, 1)
	go func() { result <- use(t, s, "a") }()
	require.Eventually(t, func() bool { return below.opens.Load() == 1 }, patience, time.Millisecond)
	require.NoError(t, s.Delete(t.Context(), "a"))
	_, _, err := s.Local(t.Context(), "a")
	require.ErrorIs(t, err, storage.ErrNotFound, "who comes after the deletion does not join")
	close(gate)
	require.NoFileExists(t, <-result, "who came before had it until the end")
	require.False(t, cached(s, "a"))
}

func TestReplacedObject(t *testing.T) {
	below := openLocal(t)
	s := open(t, t.TempDir(), 10_000, below)
	read := func() string {
		path, release, err := s.Local(t.Context(), "k")
		require.NoError(t, err)
		defer release()
		data, err := os.ReadFile(path)
		require.NoError(t, err)
		return string(data)
	}
	require.NoError(t, s.Put(t.Context(), "k", []byte("one")))
	require.Equal(t, "one", read())
	require.NoError(t, s.Put(t.Context(), "k", []byte("two")))
	require.Equal(t, "two", read())
	require.NoError(t, below.Delete(t.Context(), "k"), "by another node")
	require.NoError(t, s.PutIfAbsent(t.Context(), "k", []byte("three")))
	require.Equal(t, "three", read())
}

// Somebody empties the directory of a running server.
func TestEmptiedDirectory(t *testing.T) {
	below := openLocal(t)
	s := open(t, t.TempDir(), 10_000, below)
	for _, key := range []string{"a", "b", "c"} {
		put(t, below, key, 1000)
		use(t, s, key)
	}
	entries, err := os.ReadDir(s.dir)
	require.NoError(t, err)
	for _, e := range entries {
		if e.Name() != lockFile {
			require.NoError(t, os.RemoveAll(filepath.Join(s.dir, e.Name())))
		}
	}
	use(t, s, "a")
	release, err := s.Prefetch(t.Context(), []string{"b"})
	require.NoError(t, err)
	use(t, s, "b")
	release()
	use(t, s, "c")
}

func TestClose(t *testing.T) {
	below := &shaky{Store: openLocal(t), body: hold(nil)}
	s := open(t, t.TempDir(), 10_000, below)
	put(t, below, "a", 1000)
	put(t, below, "b", 1000)
	results := make(chan error, 2)
	go func() {
		_, _, err := s.Local(t.Context(), "a")
		results <- err
	}()
	go func() {
		_, err := s.Prefetch(t.Context(), []string{"a", "b"})
		results <- err
	}()
	require.Eventually(t, func() bool { return s.Stats().Downloads == 2 }, patience, time.Millisecond)
	require.NoError(t, s.Close())
	require.NoError(t, s.Close())
	require.ErrorIs(t, <-results, errClosed)
	require.ErrorIs(t, <-results, errClosed)
	_, _, err := s.Local(t.Context(), "a")
	require.ErrorIs(t, err, errClosed)
	_, err = s.Prefetch(t.Context(), []string{"a"})
	require.ErrorIs(t, err, errClosed)
	require.NoError(t, s.PutFile(t.Context(), "c", write(t, "source", "x")), "what passes through still does")
}

func BenchmarkLocalHit(b *testing.B) {
	below := openLocal(b)
	s := open(b, b.TempDir(), 1<<20, below)
	const key = "tables/018f4c3e-7a1b-7c2d-9e3f-0123456789ab/l0/018f4c3e-7a1b-7c2d-9e3f-0123456789ab.parquet"
	put(b, below, key, 1000)
	_, release, err := s.Local(b.Context(), key)
	require.NoError(b, err)
	release()
	b.ReportAllocs()
	for b.Loop() {
		_, release, _ := s.Local(b.Context(), key)
		release()
	}
}
