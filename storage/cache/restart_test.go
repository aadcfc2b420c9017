package cache

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"

	"github.com/miniodb/miniodb/storage"
)

func TestRestart(t *testing.T) {
	below := &shaky{Store: openLocal(t)}
	dir := t.TempDir()
	s := openOnly(t, dir, 10_000, below)
	paths := map[string]string{}
	for _, key := range []string{"a", "b", "c", "d"} {
		put(t, below, key, 1000)
		paths[key] = use(t, s, key)
	}
	require.NoError(t, s.Close())
	below.down.Store(true)
	s = open(t, dir, 10_000, below)
	require.Equal(t, Stats{Bytes: 4000, LimitBytes: 10_000, Files: 4}, s.Stats())
	require.Equal(t, paths["a"], use(t, s, "a"))
	release, err := s.Prefetch(t.Context(), []string{"a", "b", "c"})
	require.NoError(t, err)
	release()
	require.Equal(t, paths["b"], use(t, s, "b"))
	require.EqualValues(t, 2, s.Stats().Hits)
	require.Zero(t, s.Stats().Misses)

	// What comes now never takes the name of what was there.
	below.down.Store(false)
	require.NoError(t, s.Delete(t.Context(), "d"))
	put(t, below, "d", 1000)
	require.NotEqual(t, paths["d"], use(t, s, "d"))
}

// The order of use is that of the access times, and a smaller limit applies at once.
func TestRestartKeepsTheOrder(t *testing.T) {
	below := openLocal(t)
	dir := t.TempDir()
	s := openOnly(t, dir, 10_000, below)
	keys := []string{"a", "b", "c", "d", "e"}
	paths := map[string]string{}
	long := time.Now().Add(-24 * time.Hour)
	for i, key := range keys {
		put(t, below, key, 1000)
		paths[key] = use(t, s, key)
		used := long.Add(time.Duration(i) * time.Minute)
		require.NoError(t, os.Chtimes(paths[key], used, time.Time{}))
		s.entries[idOf(key)].touched = used
	}
	modified, err := os.Stat(paths["a"])
	require.NoError(t, err)
	use(t, s, "a")
	after, err := os.Stat(paths["a"])
	require.NoError(t, err)
	require.Equal(t, modified.ModTime(), after.ModTime(), "readers would take a new one for a change")
	require.NoError(t, s.Close())

	s = open(t, dir, 3500, below)
	require.EqualValues(t, 2, s.Stats().Evictions)
	for _, key := range keys {
		require.Equal(t, key == "a" || key == "d" || key == "e", cached(s, key), key)
	}
	require.NoFileExists(t, paths["b"])
	use(t, s, "b")
	require.False(t, cached(s, "d"), "the oldest")
}

// Whatever happened to a file while nobody looked: it is fetched again.
func TestDamagedCopies(t *testing.T) {
	for name, damage := range map[string]func(path string) error{
		"cut":     func(path string) error { return os.Truncate(path, 999) },
		"empty":   func(path string) error { return os.Truncate(path, 0) },
		"longer":  func(path string) error { return os.Truncate(path, 1001) },
		"zeroed":  func(path string) error { return os.WriteFile(path, make([]byte, 1000), 0o600) },
		"missing": os.Remove,
		"flipped": func(path string) error {
			data, err := os.ReadFile(path)
			if err == nil {
				data[500] ^= 0x10
				err = os.WriteFile(path, data, 0o600)
			}
			return err
		},
		"other CRC":   rename(func(n *name) { n.crc++ }),
		"other size":  rename(func(n *name) { n.size++ }),
		"other key":   rename(func(n *name) { n.id[5]++ }),
		"not a name":  func(path string) error { return os.Rename(path, path+"~") },
		"a directory": func(path string) error { return os.Rename(path, filepath.Join(filepath.Dir(path), "x")) },
	} {
		for _, prefetch := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, prefetch %t", name, prefetch), func(t *testing.T) {
				below := &shaky{Store: openLocal(t)}
				dir := t.TempDir()
				s := openOnly(t, dir, 1500, below)
				put(t, below, "a", 1000)
				path := use(t, s, "a")
				require.NoError(t, s.Close())
				audit(t, s)
				require.NoError(t, os.Chmod(path, 0o600))
				require.NoError(t, damage(path))

				s = openOnly(t, dir, 1500, below)
				if prefetch {
					release, err := s.Prefetch(t.Context(), []string{"a"})
					require.NoError(t, err)
					require.EqualValues(t, 1000, s.Stats().InUseBytes)
					release()
				}
				use(t, s, "a")
				use(t, s, "a")
				require.EqualValues(t, 2, below.opens.Load(), "fetched again, once")
				require.LessOrEqual(t, s.Stats().Bytes, int64(1500))
			})
		}
	}
}

// rename changes what a file's name says.
func rename(change func(*name)) func(string) error {
	return func(path string) error {
		n, _ := parseName(filepath.Base(path))
		change(&n)
		return os.Rename(path, filepath.Join(filepath.Dir(path), n.file()))
	}
}

func TestDamagedCopyOfAnObjectThatIsGone(t *testing.T) {
	below := &shaky{Store: openLocal(t)}
	dir := t.TempDir()
	s := openOnly(t, dir, 1500, below)
	put(t, below, "a", 1000)
	path := use(t, s, "a")
	require.NoError(t, s.Close())
	require.NoError(t, os.Chmod(path, 0o600))
	require.NoError(t, os.WriteFile(path, make([]byte, 1000), 0o600))
	s = open(t, dir, 1500, below)
	below.down.Store(true)
	_, _, err := s.Local(t.Context(), "a")
	require.ErrorIs(t, err, storage.ErrUnavailable)
	require.NoFileExists(t, path)
}

// The same key twice, a file of somebody else, a download that a crash left unfinished.
func TestScan(t *testing.T) {
	below := &shaky{Store: openLocal(t)}
	dir := t.TempDir()
	s := openOnly(t, dir, 10_000, below)
	put(t, below, "a", 1000)
	path := use(t, s, "a")
	require.NoError(t, s.Close())
	audit(t, s)

	n, ok := parseName(filepath.Base(path))
	require.True(t, ok)
	older := n
	older.serial = 0
	foreign := filepath.Join(dir, "notes.txt")
	nearby := filepath.Join(filepath.Dir(path), "notes.txt")
	astray := filepath.Join(dir, "zz", n.file())
	leftover := filepath.Join(dir, tempDir, "12345")
	require.NoError(t, os.Mkdir(filepath.Dir(astray), 0o700))
	for _, p := range []string{filepath.Join(dir, older.path()), foreign, nearby, astray, leftover} {
		require.NoError(t, os.WriteFile(p, body("a", 1000), 0o600))
	}
	s = openOnly(t, dir, 10_000, below)
	require.NoFileExists(t, leftover)
	require.NoFileExists(t, filepath.Join(dir, older.path()))
	for _, p := range []string{path, foreign, nearby, astray} {
		require.FileExists(t, p, "not ours, or current")
	}
	require.EqualValues(t, 1, s.Stats().Files)
	require.Equal(t, path, use(t, s, "a"))
}

func TestOpenFails(t *testing.T) {
	below := openLocal(t)
	dir := t.TempDir()
	fail := func(want string, cfg Config) {
		t.Helper()
		_, err := Open(cfg, below, zerolog.Nop())
		require.ErrorContains(t, err, want)
		require.NotContains(t, err.Error(), "\n")
	}
	open(t, dir, 1000, below)
	fail("is in use by another server", Config{Dir: dir, LimitBytes: 1000})
	file := write(t, "file", "x")
	fail("cannot be made: not a directory", Config{Dir: file, LimitBytes: 1000})
	fail("cache.limit must be positive, not 0", Config{Dir: t.TempDir() + "/no"})
	fail("no path is given", Config{LimitBytes: 1})

	broken := t.TempDir()
	require.NoError(t, os.MkdirAll(filepath.Join(broken, tempDir, "occupied", "x"), 0o700))
	fail("cannot be read: directory not empty", Config{Dir: broken, LimitBytes: 1000})
	require.NoError(t, os.RemoveAll(filepath.Join(broken, tempDir)))
	open(t, broken, 1000, below) // the lock was given back
}

func FuzzParseName(f *testing.F) {
	f.Add(name{id: idOf("a"), size: 1 << 20, crc: 0x8a9136aa, serial: 17}.file())
	f.Add("da39a3ee5e6b4b0d3255bfef95601890afd80709-0-00000000-0")
	f.Add("DA39A3EE5E6B4B0D3255BFEF95601890AFD80709-1-00000000-0")
	f.Add("da39a3ee5e6b4b0d3255bfef95601890afd80709--1-00000000-0")
	f.Add("da39a3ee5e6b4b0d3255bfef95601890afd80709-01-0000000x-+1")
	f.Fuzz(func(t *testing.T, file string) {
		n, ok := parseName(file)
		if !ok {
			return
		}
		if n.file() != file || n.size < 0 || filepath.Base(n.path()) != file {
			t.Fatalf("%q reads as %+v, which is %q", file, n, n.file())
		}
	})
}

func TestNames(t *testing.T) {
	n := name{id: idOf("tables/x/l0/f.parquet"), size: 123, crc: 0xab, serial: 1<<64 - 1}
	got, ok := parseName(n.file())
	require.True(t, ok)
	require.Equal(t, n, got)
	require.LessOrEqual(t, len(n.file()), 255)
	require.NotEqual(t, idOf("a"), idOf("b"))
	for _, bad := range []string{"", "x", n.file() + "-", n.file()[1:], strings.ToUpper(n.file()), "../" + n.file(), strings.Replace(n.file(), "-123-", "-0123-", 1)} {
		_, ok := parseName(bad)
		require.False(t, ok, bad)
	}
}
