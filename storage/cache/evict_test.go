package cache

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgerrcode"
	"github.com/stretchr/testify/require"

	"github.com/miniodb/miniodb/internal/pgerr"
	"github.com/miniodb/miniodb/storage"
)

func TestLeastRecentlyUsedGivesWay(t *testing.T) {
	below := openLocal(t)
	s := open(t, t.TempDir(), 3000, below)
	for _, key := range []string{"a", "b", "c", "d", "e"} {
		put(t, below, key, 1000)
	}
	paths := map[string]string{}
	for _, key := range []string{"a", "b", "c", "a"} {
		paths[key] = use(t, s, key)
	}
	use(t, s, "d")
	require.NoFileExists(t, paths["b"])
	require.FileExists(t, paths["a"], "used after b")
	_, release, err := s.Local(t.Context(), "c") // the oldest now, but read
	require.NoError(t, err)
	use(t, s, "e")
	require.NoFileExists(t, paths["a"])
	require.FileExists(t, paths["c"])
	use(t, s, "b")
	require.FileExists(t, paths["c"])
	release()
	require.EqualValues(t, 3, s.Stats().Evictions)
	put(t, below, "large", 3000)
	use(t, s, "large")
	require.EqualValues(t, 1, s.Stats().Files)
	require.EqualValues(t, 6, s.Stats().Evictions)
}

func TestNoRoom(t *testing.T) {
	below := &shaky{Store: openLocal(t)}
	s := open(t, t.TempDir(), 3000, below)
	for _, key := range []string{"a", "b", "c", "d"} {
		put(t, below, key, 1000)
	}
	put(t, below, "large", 3001)
	use(t, s, "d")

	_, _, err := s.Local(t.Context(), "large")
	requireNoRoom(t, err, 3001, 0)
	require.True(t, cached(s, "d"), "nothing is evicted for what finds no room anyway")
	_, err = s.Prefetch(t.Context(), []string{"a", "b", "c", "d"})
	requireNoRoom(t, err, 4000, 0)
	require.EqualValues(t, 1, below.opens.Load(), "nothing is fetched for what finds no room anyway")
	require.Zero(t, s.Stats().InUseBytes)

	release, err := s.Prefetch(t.Context(), []string{"a", "b"})
	require.NoError(t, err)
	_, err = s.Prefetch(t.Context(), []string{"b", "c", "d"})
	requireNoRoom(t, err, 3000, 2000)
	_, releaseC, err := s.Local(t.Context(), "c")
	require.NoError(t, err)
	_, _, err = s.Local(t.Context(), "d")
	requireNoRoom(t, err, 1000, 3000)
	release()
	releaseC()
	release, err = s.Prefetch(t.Context(), []string{"b", "c", "d"})
	require.NoError(t, err)
	release()
}

// requireNoRoom tests what a client is told.
func requireNoRoom(t *testing.T, err error, need, used int) {
	t.Helper()
	var e *pgerr.Error
	require.ErrorAs(t, err, &e)
	require.Equal(t, pgerrcode.DiskFull, e.Code)
	require.Contains(t, e.Message, fmt.Sprintf("(%d bytes) of files in the cache, cache.limit is 2.9 kB (3000 bytes)", need))
	require.Contains(t, e.Hint, "Raise cache.limit")
	if used > 0 {
		require.Contains(t, e.Detail, fmt.Sprintf("(%d bytes) are in use", used))
	} else {
		require.Empty(t, e.Detail)
	}
}

func TestPrefetch(t *testing.T) {
	below := &shaky{Store: openLocal(t)}
	s := open(t, t.TempDir(), 100_000, below)
	keys := make([]string, 40)
	sized := make([]storage.Info, len(keys))
	for i := range keys {
		keys[i] = fmt.Sprintf("k%02d", i)
		put(t, below, keys[i], 1000+i)
		sized[i] = storage.Info{Key: keys[i], Size: int64(1000 + i)}
	}
	gate := make(chan struct{})
	below.body = hold(gate)
	done := make(chan error, 1)
	go func() {
		release, err := s.Prefetch(t.Context(), append(keys, keys...))
		if err == nil {
			release()
		}
		done <- err
	}()
	require.Eventually(t, func() bool { return s.Stats().Downloads == maxGroupDownloads }, patience, time.Millisecond, "several at once")
	require.Greater(t, s.Stats().InUseBytes, int64(40_000), "room is taken for all")
	close(gate)
	require.NoError(t, <-done)
	require.EqualValues(t, len(keys), below.opens.Load())
	require.Equal(t, Stats{Misses: 40, Bytes: 40_780, LimitBytes: 100_000, Files: 40}, s.Stats())
	for _, key := range keys {
		use(t, s, key)
	}
	require.Zero(t, s.Stats().Hits, "the first use after a Prefetch was counted as its miss")
	use(t, s, keys[0])
	require.EqualValues(t, 1, s.Stats().Hits)

	other := open(t, t.TempDir(), 100_000, below)
	stats := below.stats.Load()
	release, err := other.PrefetchFiles(t.Context(), sized)
	require.NoError(t, err)
	require.Equal(t, stats, below.stats.Load(), "sizes are known")
	require.EqualValues(t, 40_780, other.Stats().InUseBytes)
	release()
	release()
	release, err = other.Prefetch(t.Context(), nil)
	require.NoError(t, err)
	release()
}

func TestPrefetchIsAllOrNothing(t *testing.T) {
	below := &shaky{Store: openLocal(t)}
	s := open(t, t.TempDir(), 100_000, below)
	for _, key := range []string{"a", "b", "c"} {
		put(t, below, key, 1000)
	}
	use(t, s, "a")
	_, err := s.Prefetch(t.Context(), []string{"a", "b", "absent", "c"})
	require.ErrorIs(t, err, storage.ErrNotFound)
	require.ErrorContains(t, err, "fetch absent: ")
	_, err = s.PrefetchFiles(t.Context(), []storage.Info{{Key: "a", Size: 1000}, {Key: "b", Size: 1000}, {Key: "c", Size: 999}})
	require.ErrorIs(t, err, errSize)
	_, err = s.PrefetchFiles(t.Context(), []storage.Info{{Key: "b", Size: 1 << 62}, {Key: "c", Size: 1 << 62}, {Key: "d", Size: 1 << 62}})
	require.Equal(t, pgerrcode.DiskFull, pgerr.Code(err), "sums of sizes do not become negative")
	require.Eventually(t, func() bool { return s.Stats().InUseBytes == 0 }, patience, time.Millisecond)

	// The first error ends the others, and the caller's end is not waited for.
	broken := errors.New("broken")
	inner := hold(nil)
	below.body = func(ctx context.Context, key string, r io.Reader) (io.Reader, error) {
		if key == "c" {
			return nil, broken
		}
		return inner(ctx, key, r)
	}
	require.NoError(t, s.Delete(t.Context(), "b"))
	put(t, below, "b", 1000)
	_, err = s.Prefetch(t.Context(), []string{"b", "c"})
	require.ErrorIs(t, err, broken)
	require.Eventually(t, func() bool { return s.Stats().InUseBytes == 0 }, patience, time.Millisecond)
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
	defer cancel()
	_, err = s.Prefetch(ctx, []string{"b"})
	require.ErrorIs(t, err, context.DeadlineExceeded)
	require.Eventually(t, func() bool { return s.Stats().InUseBytes == 0 }, patience, time.Millisecond)
}

// Queries that together need more than there is: each gets all of its files or 53100 at once, and one that is alone always succeeds.
func TestPrefetchesCompete(t *testing.T) {
	r := random(t)
	below := openLocal(t)
	const objects, limit = 20, 10_000
	for i := range objects {
		put(t, below, fmt.Sprint("k", i), 1000)
	}
	s := open(t, t.TempDir(), limit, below)
	var wg sync.WaitGroup
	var succeeded, refused atomic.Int64
	for range 16 {
		seed := r.Uint64()
		wg.Go(func() {
			r := rand.New(rand.NewPCG(seed, seed))
			for range 100 {
				keys := make([]string, 0, 6)
				for _, k := range r.Perm(objects)[:6] {
					keys = append(keys, fmt.Sprint("k", k))
				}
				release, err := s.Prefetch(t.Context(), keys)
				if err != nil {
					refused.Add(1)
					if pgerr.Code(err) != pgerrcode.DiskFull {
						t.Errorf("prefetch: %v", err)
						return
					}
					continue
				}
				succeeded.Add(1)
				for _, key := range keys {
					use(t, s, key)
				}
				release()
			}
		})
	}
	wg.Wait()
	t.Logf("%d succeeded, %d refused", succeeded.Load(), refused.Load())
	require.Positive(t, succeeded.Load())
	require.Positive(t, refused.Load())
}

// Many readers, deleters and writers over a cache that is far too small: what a reader holds is always whole.
func TestNeverUnderAReader(t *testing.T) {
	r := random(t)
	below := &shaky{Store: openLocal(t)}
	const objects, limit, workers = 60, 100_000, 24
	keys, sizes := make([]string, objects), map[string]int{}
	for i := range keys {
		keys[i] = fmt.Sprintf("tables/%02d", i)
		sizes[keys[i]] = r.IntN(8000)
		put(t, below, keys[i], sizes[keys[i]])
	}
	sources := t.TempDir()
	dir := t.TempDir()
	s := openOnly(t, dir, limit, below)
	var wg sync.WaitGroup
	var reads, refused, absent, left atomic.Int64
	for range workers {
		seed := r.Uint64()
		wg.Go(func() {
			r := rand.New(rand.NewPCG(seed, seed))
			for range 300 {
				key := keys[r.IntN(objects)]
				switch n := r.IntN(100); {
				case n < 1:
					if err := s.Delete(t.Context(), key); err != nil {
						t.Errorf("delete: %v", err)
					}
					continue
				case n < 3:
					source := fmt.Sprintf("%s/%d", sources, seed)
					if err := errors.Join(os.WriteFile(source, body(key, sizes[key]), 0o600), s.PutFile(t.Context(), key, source)); err != nil {
						t.Errorf("put file: %v", err)
					}
					continue
				}
				ctx, cancel := t.Context(), context.CancelFunc(func() {})
				if r.IntN(10) == 0 {
					ctx, cancel = context.WithTimeout(ctx, time.Duration(r.IntN(500))*time.Microsecond)
				}
				path, release, err := s.Local(ctx, key)
				cancel()
				switch {
				case err == nil:
				case errors.Is(err, storage.ErrNotFound):
					absent.Add(1)
					continue
				case errors.Is(err, context.DeadlineExceeded):
					left.Add(1)
					continue
				case pgerr.Code(err) == pgerrcode.DiskFull:
					refused.Add(1)
					continue
				default:
					t.Errorf("local: %v", err)
					return
				}
				for range 2 {
					data, err := os.ReadFile(path)
					if err != nil || string(data) != string(body(key, sizes[key])) {
						t.Errorf("%s: %d bytes, %v", key, len(data), err)
					}
					reads.Add(1)
				}
				if used := s.Stats().Bytes; used > limit {
					t.Errorf("%d bytes used", used)
				}
				release()
			}
		})
	}
	wg.Wait()
	t.Logf("%d reads, %d refused, %d absent, %d left, %+v", reads.Load(), refused.Load(), absent.Load(), left.Load(), s.Stats())
	require.Positive(t, s.Stats().Evictions)
	require.Positive(t, reads.Load())

	// What stayed is right after a restart, too.
	require.NoError(t, s.Close())
	audit(t, s)
	again := open(t, dir, limit, below)
	n := again.Stats().Files
	require.Positive(t, n)
	opens := below.opens.Load()
	for _, key := range keys {
		if cached(again, key) {
			use(t, again, key)
		}
	}
	require.Equal(t, opens, below.opens.Load())
	require.Equal(t, n, again.Stats().Hits)
}
