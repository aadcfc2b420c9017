package cache

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/jackc/pgerrcode"
	"github.com/stretchr/testify/require"

	"github.com/miniodb/miniodb/internal/pgerr"
	"github.com/miniodb/miniodb/storage"
)

func TestUploadedFileIsKept(t *testing.T) {
	for name, source := range map[string]func() string{
		"same file system":  func() string { return write(t, "source", string(body("a", 1000))) },
		"other file system": func() string { return elsewhere(t, body("a", 1000)) },
	} {
		t.Run(name, func(t *testing.T) {
			below := &shaky{Store: openLocal(t)}
			s := open(t, t.TempDir(), 10_000, below)
			path := source()
			if path == "" {
				t.Skip("there is no second file system")
			}
			require.NoError(t, s.PutFile(t.Context(), "a", path))
			require.NoFileExists(t, path)
			copied := use(t, s, "a")
			require.Equal(t, Stats{Hits: 1, Bytes: 1000, LimitBytes: 10_000, Files: 1}, s.Stats())
			require.Zero(t, below.opens.Load()+below.stats.Load(), "not even asked for")
			require.Equal(t, string(body("a", 1000)), get(t, below, "a"))
			info, err := os.Stat(copied)
			require.NoError(t, err)
			require.Equal(t, os.FileMode(0o444), info.Mode())

			// Again, with the same bytes.
			require.NoError(t, s.PutFile(t.Context(), "a", source()))
			require.Equal(t, copied, use(t, s, "a"))
			require.NoError(t, s.Delete(t.Context(), "a"))
			require.NoFileExists(t, copied)
		})
	}
}

// elsewhere writes a file on another file system than that of temporary directories; "" if there is none.
func elsewhere(t *testing.T, data []byte) (path string) {
	dir, err := os.MkdirTemp("/dev/shm", "miniodb-cache-test-*")
	if err != nil {
		return ""
	}
	t.Cleanup(func() { require.NoError(t, os.RemoveAll(dir)) })
	path = filepath.Join(dir, "source")
	require.NoError(t, os.WriteFile(path, data, 0o600))
	if err := os.Link(path, filepath.Join(t.TempDir(), "link")); !errors.Is(err, syscall.EXDEV) {
		return ""
	}
	return path
}

// Only an upload that has certainly succeeded leaves a copy.
func TestFailedUploadIsNotKept(t *testing.T) {
	lost := errors.New("acknowledgement lost")
	below := &shaky{Store: openLocal(t), upload: func() error { return lost }}
	s := open(t, t.TempDir(), 10_000, below)
	require.ErrorIs(t, s.PutFile(t.Context(), "a", write(t, "source", string(body("a", 1000)))), lost)
	require.False(t, cached(s, "a"))
	require.Empty(t, files(t, s.dir))
	require.Error(t, s.PutFile(t.Context(), "b", filepath.Join(t.TempDir(), "absent")))
	require.Error(t, s.PutFile(t.Context(), "b", t.TempDir()), "a directory")
	require.Zero(t, s.Stats().Bytes)
}

func TestUploadMakesRoom(t *testing.T) {
	below := openLocal(t)
	s := open(t, t.TempDir(), 2000, below)
	for _, key := range []string{"a", "b", "c"} {
		require.NoError(t, s.PutFile(t.Context(), key, write(t, "source", string(body(key, 1000)))))
	}
	require.False(t, cached(s, "a"))
	require.True(t, cached(s, "b"))
	require.True(t, cached(s, "c"))
	release, err := s.Prefetch(t.Context(), []string{"b", "c"})
	require.NoError(t, err)
	require.NoError(t, s.PutFile(t.Context(), "d", write(t, "source", string(body("d", 1000)))))
	require.False(t, cached(s, "d"), "no room, and no error")
	release()
	require.Equal(t, string(body("d", 1000)), get(t, below, "d"))
}

func TestDeleteDuringUpload(t *testing.T) {
	begun, gate := make(chan struct{}), make(chan struct{})
	below := &shaky{Store: openLocal(t)}
	below.upload = func() error {
		close(begun)
		<-gate
		return nil
	}
	s := open(t, t.TempDir(), 10_000, below)
	done := make(chan error, 1)
	go func() { done <- s.PutFile(t.Context(), "a", write(t, "source", string(body("a", 1000)))) }()
	<-begun
	require.EqualValues(t, 1000, s.Stats().InUseBytes)
	require.NoError(t, s.Delete(t.Context(), "a"))
	close(gate)
	require.NoError(t, <-done)
	require.False(t, cached(s, "a"))
	_, _, err := s.Local(t.Context(), "a")
	require.ErrorIs(t, err, storage.ErrNotFound)
}

// A disk of 1 MB under a cache of 10; needs the right to mount one.
func TestFullDisk(t *testing.T) {
	dir := t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=1m"); err != nil {
		t.Skipf("cannot mount a small file system: %v", err)
	}
	defer func() { require.NoError(t, syscall.Unmount(dir, syscall.MNT_DETACH)) }()
	below := openLocal(t)
	put(t, below, "large", 2<<20)
	for _, key := range []string{"a", "b", "c"} {
		put(t, below, key, 400<<10)
	}
	s := openOnly(t, dir, 10<<20, below)
	defer func() { require.NoError(t, s.Close()) }() // before the directory goes
	use(t, s, "a")
	use(t, s, "b")
	use(t, s, "c")
	require.False(t, cached(s, "a"), "copies that nobody reads give way")
	_, _, err := s.Local(t.Context(), "large")
	require.Equal(t, pgerrcode.DiskFull, pgerr.Code(err), "%v", err)
	require.ErrorContains(t, err, "the query needs 2.0 MB (2097152 bytes)")
	require.ErrorIs(t, err, syscall.ENOSPC)

	release, err := s.Prefetch(t.Context(), []string{"a", "b"})
	require.NoError(t, err)
	_, _, err = s.Local(t.Context(), "c")
	require.Equal(t, pgerrcode.DiskFull, pgerr.Code(err), "%v", err)
	require.NoError(t, s.PutFile(t.Context(), "d", write(t, "source", string(bytes.Repeat([]byte("x"), 400<<10)))), "uploads do not need the cache's disk")
	release()
	use(t, s, "c")
	require.NoError(t, s.Close())
	audit(t, s)
}
