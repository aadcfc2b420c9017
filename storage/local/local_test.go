package local

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/miniodb/miniodb/storage"
	"github.com/miniodb/miniodb/storage/storagetest"
)

func open(t *testing.T, dir string) *Store {
	s, err := New(dir)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Close()) })
	return s
}

func TestStore(t *testing.T) {
	storagetest.Run(t, func() storage.Store { return open(t, t.TempDir()) })
}

// Two stores on one directory stand for two processes.
func TestRaceOfTwoStores(t *testing.T) {
	dir := t.TempDir()
	a, b := open(t, dir), open(t, dir)
	storagetest.Race(t, &pair{Store: a, other: b})
}

// pair alternates between two stores for conditional puts.
type pair struct {
	storage.Store
	other storage.Store
	turn  atomic.Int64
}

func (p *pair) PutIfAbsent(ctx context.Context, key string, data []byte) error {
	if p.turn.Add(1)%2 == 0 {
		return p.other.PutIfAbsent(ctx, key, data)
	}
	return p.Store.PutIfAbsent(ctx, key, data)
}

func TestSweep(t *testing.T) {
	dir := t.TempDir()
	first := open(t, dir)
	leftover := filepath.Join(dir, tempDir, "put-1")
	require.NoError(t, os.WriteFile(leftover, []byte("x"), 0o600))

	second := open(t, dir)
	require.FileExists(t, leftover, "another store may still be writing it")
	require.NoError(t, second.Close())
	require.NoError(t, first.Close())
	require.NoError(t, first.Close(), "safe twice")

	third := open(t, dir)
	require.NoFileExists(t, leftover)
	require.NoError(t, third.List(t.Context(), "", "", func(i storage.Info) error { return errors.New(i.Key) }), "temporary files are no objects")
}

func TestNothingStaysAfterFailedWrites(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	require.NoError(t, s.PutIfAbsent(t.Context(), "a", nil))
	require.ErrorIs(t, s.PutIfAbsent(t.Context(), "a", []byte("b")), storage.ErrExists)
	require.Error(t, s.Put(t.Context(), "a/b", nil), "a is an object")
	entries, err := os.ReadDir(filepath.Join(dir, tempDir))
	require.NoError(t, err)
	require.Len(t, entries, 1, "only the lock")
}

func TestReservedKeys(t *testing.T) {
	s := open(t, t.TempDir())
	for _, key := range []string{".tmp/x", ".tmp", `a\b`, strings.Repeat("x", 256), strings.Repeat("x/", 512) + "x"} {
		require.Error(t, s.Put(t.Context(), key, nil), "%.20q", key)
	}
}

func TestSymlinkIsNoObjectOfList(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	require.NoError(t, os.Symlink("/etc", filepath.Join(dir, "link")))
	require.NoError(t, s.List(t.Context(), "", "", func(i storage.Info) error { return errors.New(i.Key) }))
}

func TestNewFails(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(file, nil, 0o600))
	_, err := New(file)
	require.ErrorContains(t, err, "open object directory")
}

// A file system of 1 MB that runs full; needs the right to mount one.
func TestFull(t *testing.T) {
	dir := t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=1m"); err != nil {
		t.Skipf("cannot mount a small file system: %v", err)
	}
	defer func() { require.NoError(t, syscall.Unmount(dir, syscall.MNT_DETACH)) }()
	s, err := New(dir)
	require.NoError(t, err)
	defer func() { require.NoError(t, s.Close()) }()
	big := bytes.Repeat([]byte("x"), 2<<20)
	require.ErrorIs(t, s.PutIfAbsent(t.Context(), "a", big), storage.ErrFull)
	require.ErrorIs(t, s.Put(t.Context(), "a", big), storage.ErrFull)
	source := filepath.Join(t.TempDir(), "source") // on another file system: copied
	require.NoError(t, os.WriteFile(source, big, 0o600))
	require.ErrorIs(t, s.PutFile(t.Context(), "a", source), storage.ErrFull)
	require.FileExists(t, source)
	_, err = s.Stat(t.Context(), "a")
	require.ErrorIs(t, err, storage.ErrNotFound)
	require.NoError(t, os.WriteFile(source, []byte("fits"), 0o600))
	require.NoError(t, s.PutFile(t.Context(), "a", source), "room again, and a copy across file systems")
	require.NoFileExists(t, source)
	got, err := s.Get(t.Context(), "a", 10)
	require.NoError(t, err)
	require.Equal(t, "fits", string(got))
}

// TestRemovedDirectory removes a directory that the store has made, as an accident does that is to be recovered from.
func TestRemovedDirectory(t *testing.T) {
	dir := t.TempDir()
	s, err := New(dir)
	require.NoError(t, err)
	defer func() { require.NoError(t, s.Close()) }()
	require.NoError(t, s.PutIfAbsent(t.Context(), "a/b/c", []byte("1")))
	require.NoError(t, os.RemoveAll(filepath.Join(dir, "a")))
	require.NoError(t, s.PutIfAbsent(t.Context(), "a/b/c", []byte("2")))
	data, err := s.Get(t.Context(), "a/b/c", 10)
	require.NoError(t, err)
	require.Equal(t, "2", string(data))
}
