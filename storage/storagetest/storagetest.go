// Package storagetest is the acceptance suite of storage.Store, and two ways to fail on purpose.
//
// Every implementation passes Run. Faulty is a store that fails, with which the logs are tested; Transport fails below a store that talks HTTP,
// between it and the real server. Only tests import this package.
package storagetest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/miniodb/miniodb/storage"
)

// Part names a part of the suite that a store may leave to another one in front of it.
type Part string

// Local is Store.Local, which a store without local files leaves to a cache.
const Local Part = "Local"

// Run tests a store. open returns an empty one each time it is called. Parts that the store leaves to another one are skipped.
func Run(t *testing.T, open func() storage.Store, without ...Part) {
	for name, test := range map[string]func(*testing.T, storage.Store){
		"PutGet": putGet, "PutIfAbsent": putIfAbsent, "Race": Race, "Range": ranges, "PutFile": putFile, "Stat": stat,
		"List": list, "Delete": remove, "Local": inPlace, "Keys": keys, "Context": contexts, "Concurrent": concurrent,
	} {
		if !slices.Contains(without, Part(name)) {
			t.Run(name, func(t *testing.T) { test(t, open()) })
		}
	}
}

// Race lets many conditional puts of one key compete: exactly one may win, and its bytes stay.
func Race(t *testing.T, s storage.Store) {
	const rounds, racers = 20, 24
	ctx := t.Context()
	for round := range rounds {
		key := fmt.Sprintf("race/%020d.json", round)
		errs := make([]error, racers)
		var ready, done sync.WaitGroup
		ready.Add(1)
		for i := range racers {
			done.Go(func() {
				ready.Wait()
				errs[i] = s.PutIfAbsent(ctx, key, content(i))
			})
		}
		ready.Done()
		done.Wait()
		winner := -1
		for i, err := range errs {
			if err == nil {
				require.Equal(t, -1, winner, "two puts of one key succeeded")
				winner = i
			} else {
				require.ErrorIs(t, err, storage.ErrExists)
			}
		}
		require.NotEqual(t, -1, winner, "no put succeeded")
		got, err := s.Get(ctx, key, 1<<20)
		require.NoError(t, err)
		require.Equal(t, content(winner), got)
	}
}

// content is a body that shows which racer wrote it and whether it is whole.
func content(i int) []byte { return bytes.Repeat([]byte(fmt.Sprintf("racer %d\n", i)), 500) }

func putGet(t *testing.T, s storage.Store) {
	ctx := t.Context()
	_, err := s.Get(ctx, "a/b", 10)
	require.ErrorIs(t, err, storage.ErrNotFound)
	require.NoError(t, s.Put(ctx, "a/b", []byte("one")))
	got, err := s.Get(ctx, "a/b", 3)
	require.NoError(t, err)
	require.Equal(t, "one", string(got))
	require.NoError(t, s.Put(ctx, "a/b", []byte("two two")))
	got, err = s.Get(ctx, "a/b", 100)
	require.NoError(t, err)
	require.Equal(t, "two two", string(got))
	_, err = s.Get(ctx, "a/b", 6)
	require.Error(t, err, "an object over the limit")
	require.NotErrorIs(t, err, storage.ErrNotFound)
	_, err = s.Get(ctx, "a", 100)
	require.ErrorIs(t, err, storage.ErrNotFound, "a prefix is not an object")
	require.NoError(t, s.Put(ctx, "empty", nil))
	got, err = s.Get(ctx, "empty", 0)
	require.NoError(t, err)
	require.Empty(t, got)
}

func putIfAbsent(t *testing.T, s storage.Store) {
	ctx := t.Context()
	require.NoError(t, s.PutIfAbsent(ctx, "k/1", []byte("first")))
	require.ErrorIs(t, s.PutIfAbsent(ctx, "k/1", []byte("second")), storage.ErrExists)
	require.ErrorIs(t, s.PutIfAbsent(ctx, "k/1", []byte("first")), storage.ErrExists, "also for the same bytes")
	got, err := s.Get(ctx, "k/1", 100)
	require.NoError(t, err)
	require.Equal(t, "first", string(got))
	require.NoError(t, s.Delete(ctx, "k/1"))
	require.NoError(t, s.PutIfAbsent(ctx, "k/1", []byte("third")))
}

func ranges(t *testing.T, s storage.Store) {
	ctx := t.Context()
	require.NoError(t, s.Put(ctx, "r", []byte("0123456789")))
	for _, c := range []struct {
		offset, length int64
		want           string
	}{{0, -1, "0123456789"}, {0, 10, "0123456789"}, {3, 4, "3456"}, {9, 1, "9"}, {7, -1, "789"}} {
		r, err := s.Open(ctx, "r", c.offset, c.length)
		require.NoError(t, err)
		got, err := io.ReadAll(r)
		require.NoError(t, err)
		require.NoError(t, r.Close())
		require.Equal(t, c.want, string(got))
	}
	_, err := s.Open(ctx, "absent", 0, -1)
	require.ErrorIs(t, err, storage.ErrNotFound)
}

func putFile(t *testing.T, s storage.Store) {
	ctx := t.Context()
	source := filepath.Join(t.TempDir(), "source")
	body := bytes.Repeat([]byte("parquet"), 100_000)
	require.NoError(t, os.WriteFile(source, body, 0o600))
	require.NoError(t, s.PutFile(ctx, "tables/x/l0/f.parquet", source))
	require.NoFileExists(t, source)
	got, err := s.Get(ctx, "tables/x/l0/f.parquet", 1<<20)
	require.NoError(t, err)
	require.Equal(t, body, got)
	require.NoError(t, os.WriteFile(source, body, 0o600))
	require.NoError(t, s.PutFile(ctx, "tables/x/l0/f.parquet", source), "again, with the same bytes")
	require.Error(t, s.PutFile(ctx, "other", filepath.Join(t.TempDir(), "absent")))
	_, err = s.Stat(ctx, "other")
	require.ErrorIs(t, err, storage.ErrNotFound)
}

func stat(t *testing.T, s storage.Store) {
	ctx := t.Context()
	before := time.Now().Add(-time.Minute)
	require.NoError(t, s.Put(ctx, "s/1", []byte("12345")))
	info, err := s.Stat(ctx, "s/1")
	require.NoError(t, err)
	require.Equal(t, "s/1", info.Key)
	require.EqualValues(t, 5, info.Size)
	require.True(t, info.Modified.After(before))
	for _, key := range []string{"s", "s/2", "s/1/x"} {
		_, err = s.Stat(ctx, key)
		require.ErrorIs(t, err, storage.ErrNotFound, key)
	}
}

func list(t *testing.T, s storage.Store) {
	ctx := t.Context()
	// "a-b" sorts before "a/b", and "ab" after both: key order is not directory order.
	all := []string{"a-b/1", "a/b/1", "a/b/10", "a/b/2", "a/c", "ab", "b/z", "c"}
	for _, key := range slices.Backward(all) {
		require.NoError(t, s.Put(ctx, key, []byte(key)))
	}
	for _, prefix := range []string{"", "a", "a/", "a/b", "a/b/", "a/b/1", "ab", "b/z", "nothing", "a/b/1/"} {
		for _, after := range append([]string{"", "0", "a/b", "a/b/", "zz"}, all...) {
			var want, got []string
			for _, key := range all {
				if strings.HasPrefix(key, prefix) && key > after {
					want = append(want, key)
				}
			}
			require.NoError(t, s.List(ctx, prefix, after, func(i storage.Info) error {
				require.EqualValues(t, len(i.Key), i.Size)
				got = append(got, i.Key)
				return nil
			}))
			require.Equal(t, want, got, "prefix %q after %q", prefix, after)
		}
	}
	stop := errors.New("stop")
	visited := 0
	err := s.List(ctx, "", "", func(storage.Info) error { visited++; return stop })
	require.ErrorIs(t, err, stop)
	require.Equal(t, 1, visited)
}

func remove(t *testing.T, s storage.Store) {
	ctx := t.Context()
	require.NoError(t, s.Delete(ctx, "d/1"), "nothing is there")
	require.NoError(t, s.Put(ctx, "d/1", []byte("x")))
	require.NoError(t, s.Delete(ctx, "d"), "a prefix is not an object")
	require.NoError(t, s.Delete(ctx, "d/1"))
	_, err := s.Get(ctx, "d/1", 10)
	require.ErrorIs(t, err, storage.ErrNotFound)
	require.NoError(t, s.Put(ctx, "d/2", []byte("y")))
}

func inPlace(t *testing.T, s storage.Store) {
	ctx := t.Context()
	_, _, err := s.Local(ctx, "l/1")
	require.ErrorIs(t, err, storage.ErrNotFound)
	require.NoError(t, s.Put(ctx, "l/1", []byte("here")))
	path, release, err := s.Local(ctx, "l/1")
	require.NoError(t, err)
	again, releaseAgain, err := s.Local(ctx, "l/1")
	require.NoError(t, err)
	require.NoError(t, s.Delete(ctx, "l/1"))
	release()
	release() // safe twice
	for _, p := range []string{path, again} {
		got, err := os.ReadFile(p)
		require.NoError(t, err, "still in use")
		require.Equal(t, "here", string(got))
	}
	releaseAgain()
	_, err = s.Get(ctx, "l/1", 10)
	require.ErrorIs(t, err, storage.ErrNotFound, "deleted when the last reader left")
}

func keys(t *testing.T, s storage.Store) {
	ctx := t.Context()
	for _, key := range []string{"", "/", "/a", "a/", "a//b", ".", "..", "../a", "a/../b", "a/./b", "a/..", "a\x00b"} {
		require.Error(t, s.Put(ctx, key, []byte("x")), "%q", key)
		require.Error(t, s.PutIfAbsent(ctx, key, []byte("x")), "%q", key)
		_, err := s.Get(ctx, key, 10)
		require.Error(t, err, "%q", key)
		require.Error(t, s.Delete(ctx, key), "%q", key)
		_, _, err = s.Local(ctx, key)
		require.Error(t, err, "%q", key)
	}
	require.NoError(t, s.Put(ctx, "tables/0-9_A.z/...x/..y", []byte("x")), "dots within a name are fine")
}

func contexts(t *testing.T, s storage.Store) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	require.ErrorIs(t, s.Put(ctx, "c", nil), context.Canceled)
	require.ErrorIs(t, s.PutIfAbsent(ctx, "c", nil), context.Canceled)
	_, err := s.Get(ctx, "c", 1)
	require.ErrorIs(t, err, context.Canceled)
	require.ErrorIs(t, s.List(ctx, "", "", func(storage.Info) error { return nil }), context.Canceled)
}

// concurrent writes, reads, lists and deletes neighbouring keys at once.
func concurrent(t *testing.T, s storage.Store) {
	ctx := t.Context()
	var wg sync.WaitGroup
	errs := make(chan error, 16)
	for w := range 16 {
		wg.Go(func() {
			for i := range 20 {
				key := fmt.Sprintf("deep/%d/%d/x", i%3, w)
				err := errors.Join(s.Put(ctx, key, content(w)), s.List(ctx, "deep/", "", func(storage.Info) error { return nil }))
				if got, gerr := s.Get(ctx, key, 1<<20); gerr != nil || !bytes.Equal(got, content(w)) {
					err = errors.Join(err, fmt.Errorf("%s: read %d bytes: %w", key, len(got), gerr))
				}
				if err = errors.Join(err, s.Delete(ctx, key)); err != nil {
					errs <- err
					return
				}
			}
		})
	}
	wg.Wait()
	close(errs)
	for err := range errs {
		require.NoError(t, err)
	}
}
