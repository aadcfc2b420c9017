package testminio

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestLaunch(t *testing.T) {
	p := Launch(t, "", 0)
	require.True(t, ready(p.Endpoint))
	pid := p.pid
	p.Kill()
	p.Kill()
	require.False(t, ready(p.Endpoint))
	require.ErrorIs(t, syscall.Kill(pid, 0), syscall.ESRCH)

	require.NoError(t, p.Start())
	require.NoError(t, p.Start(), "it runs already")
	require.True(t, ready(p.Endpoint))
	require.NoError(t, p.Pause())
	require.False(t, ready(p.Endpoint))
	require.NoError(t, p.Resume())
	require.Eventually(t, func() bool { return ready(p.Endpoint) }, 10*time.Second, 10*time.Millisecond)
	require.NoError(t, p.Pause())
	p.Kill() // a paused one, too
}

func TestTakenPort(t *testing.T) {
	p := Launch(t, "", 0)
	_, err := launch(t.TempDir(), p.Port, false)
	require.ErrorContains(t, err, "the server ended")
}

func TestStart(t *testing.T) {
	s := Start(t)
	require.Equal(t, s, Start(t))
	require.NotEqual(t, NewBucket(t), NewBucket(t))
}

func TestNoBinary(t *testing.T) {
	t.Chdir(t.TempDir())
	t.Setenv("PATH", "")
	t.Setenv("MINIO_BIN", "")
	_, err := findBinary()
	require.ErrorContains(t, err, "run make deps")
	path := filepath.Join(t.TempDir(), "minio")
	require.NoError(t, os.WriteFile(path, nil, 0o600))
	t.Setenv("MINIO_BIN", path)
	got, err := findBinary()
	require.NoError(t, err)
	require.Equal(t, path, got)
}
