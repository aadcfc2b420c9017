package bolt

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"
	bbolt "go.etcd.io/bbolt"

	"github.com/miniodb/miniodb/catalog/index"
	"github.com/miniodb/miniodb/catalog/index/indextest"
)

func open(t *testing.T, path string) *Index {
	x, err := Open(path, zerolog.Nop())
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, x.Close()) })
	return x
}

func generationOf(t *testing.T, x *Index) string {
	s, err := x.State(t.Context(), nil)
	require.NoError(t, err)
	return s.Generation
}

func TestIndex(t *testing.T) {
	indextest.Run(t, func() index.Index { return open(t, filepath.Join(t.TempDir(), "index.db")) })
}

func TestReopen(t *testing.T) {
	path := filepath.Join(t.TempDir(), "index.db")
	x := open(t, path)
	s := indextest.Snapshot()
	require.NoError(t, x.Reset(t.Context(), s, index.Absent))
	before := generationOf(t, x)
	_, err := Open(path, zerolog.Nop())
	require.ErrorContains(t, err, "another process has it open")
	require.NoError(t, x.Close())
	require.NoError(t, x.Close(), "safe twice")
	_, err = x.Load(t.Context(), s.Table)
	require.ErrorContains(t, err, "closed")

	x = open(t, path)
	after := generationOf(t, x)
	require.Equal(t, before, after)
	got, err := x.Load(t.Context(), s.Table)
	require.NoError(t, err)
	require.Equal(t, s, got)
}

// Whatever happened to the file, opening gives a working index: the same contents or a new generation.
func TestDamagedFile(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "index.db")
	x := open(t, path)
	s := indextest.Snapshot()
	for i := range 200 {
		s.Files = append(s.Files, indextest.File(fmt.Sprintf("l0/%03d", i)))
	}
	require.NoError(t, x.Reset(t.Context(), s, index.Absent))
	generation := generationOf(t, x)
	require.NoError(t, x.Close())
	whole, err := os.ReadFile(path)
	require.NoError(t, err)

	damage := map[string][]byte{
		"empty": {}, "garbage": []byte("not an index at all"), "zeros": make([]byte, len(whole)),
		"half": whole[:len(whole)/2], "one page": whole[:4096], "cut": whole[:len(whole)-4096*3],
	}
	for at := 0; at < len(whole); at += 1021 {
		flipped := append([]byte(nil), whole...)
		for i := at; i < min(at+8, len(flipped)); i++ {
			flipped[i] ^= 0xff
		}
		damage[fmt.Sprintf("flipped at %d", at)] = flipped
	}
	replaced := 0
	for name, data := range damage {
		path := filepath.Join(dir, "damaged.db")
		require.NoError(t, os.WriteFile(path, data, 0o600))
		x, err := Open(path, zerolog.Nop())
		require.NoError(t, err, name)
		g := generationOf(t, x)
		got, err := x.Load(t.Context(), s.Table)
		if g == generation {
			require.NoError(t, err, name)
			require.Equal(t, len(s.Files), len(got.Files), name)
		} else {
			replaced++
			require.ErrorIs(t, err, index.ErrNotFound, name)
			require.NoError(t, x.Reset(t.Context(), s, index.Absent), name)
		}
		require.NoError(t, x.Close(), name)
	}
	require.Greater(t, replaced, 6, "the test damages something that matters")
}

// Damage that shows only in use costs the contents, not the server.
func TestDamagedWhileOpen(t *testing.T) {
	x := open(t, filepath.Join(t.TempDir(), "index.db"))
	s := indextest.Snapshot()
	require.NoError(t, x.Reset(t.Context(), s, index.Absent))
	before := generationOf(t, x)
	require.NoError(t, x.db.Update(func(tx *bbolt.Tx) error {
		return tx.Bucket(filesBucket).Bucket(s.Table[:]).Put([]byte(s.Files[0].Path), []byte("garbage"))
	}))
	_, err := x.Load(t.Context(), s.Table)
	require.ErrorContains(t, err, "damaged")
	after := generationOf(t, x)
	require.NotEqual(t, before, after)
	_, err = x.Load(t.Context(), s.Table)
	require.ErrorIs(t, err, index.ErrNotFound)
	require.NoError(t, x.Reset(t.Context(), s, index.Absent))
}

func TestOpenFails(t *testing.T) {
	_, err := Open(filepath.Join(t.TempDir(), "absent", "index.db"), zerolog.Nop())
	require.ErrorContains(t, err, "no such file or directory")
	x := open(t, filepath.Join(t.TempDir(), "index.db"))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = x.State(ctx, nil)
	require.ErrorIs(t, err, context.Canceled)
}

func Benchmark(b *testing.B) {
	indextest.Bench(b, func() index.Index {
		x, err := Open(filepath.Join(b.TempDir(), "index.db"), zerolog.Nop())
		require.NoError(b, err)
		b.Cleanup(func() { require.NoError(b, x.Close()) })
		return x
	})
}
