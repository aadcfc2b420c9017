package cache

import (
	"testing"

	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/miniodb/miniodb/storage"
	"github.com/miniodb/miniodb/storage/local"
	"github.com/miniodb/miniodb/storage/storagetest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func openLocal(t testing.TB) *local.Store {
	s, err := local.New(t.TempDir())
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Close()) })
	return s
}

func open(t testing.TB, dir string, limit int64, below storage.Store) *Store {
	s, err := Open(Config{Dir: dir, LimitBytes: limit}, below, zerolog.New(zerolog.NewTestWriter(t)))
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Close()) })
	return s
}

func TestStore(t *testing.T) {
	storagetest.Run(t, func() storage.Store { return open(t, t.TempDir(), 1<<20, openLocal(t)) })
}
