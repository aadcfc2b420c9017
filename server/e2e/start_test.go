package e2e_test

import (
	"context"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/stretchr/testify/require"

	"github.com/miniodb/miniodb/internal/testserver"
)

func TestReadyAndGreeting(t *testing.T) {
	s := testserver.Start(t, bin, t.TempDir())
	t.Logf("ready after %v", s.Ready)
	require.Less(t, s.Ready, 10*time.Second)
	require.Equal(t, 200, s.Readyz())
	host, port, err := net.SplitHostPort(s.PG)
	require.NoError(t, err)
	require.Contains(t, s.Out(), "psql -h "+host+" -p "+port+" -U miniodb miniodb")

	d := connect(t, s.DSN())
	require.True(t, strings.HasPrefix(d.one("SELECT version()"), "PostgreSQL 15"), d.one("SELECT version()"))
	require.True(t, strings.HasPrefix(d.ParameterStatus("server_version"), "15"))

	resp, err := http.Get("http://" + s.HTTP + "/metrics")
	require.NoError(t, err)
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	require.Contains(t, string(body), "miniodb_pgwire_connections_open 1\n")
	s.Stop(t)
}

// startFails starts a second server that must end with one line.
func startFails(t *testing.T, want string, args ...string) {
	t.Helper()
	status, _, errs := testserver.Command(t, bin, append([]string{"server", "--log-level", "error"}, args...)...)
	require.Equal(t, 1, status, errs)
	require.Contains(t, errs, want)
	require.Equal(t, 1, strings.Count(strings.TrimSpace(errs), "\n")+1, "want one line: %s", errs)
	require.True(t, strings.HasPrefix(errs, "miniodb: "), errs)
}

func TestStartErrorsAreOneLine(t *testing.T) {
	s := testserver.Start(t, bin, t.TempDir())
	t.Run("port in use", func(t *testing.T) {
		startFails(t, s.PG, "--data-dir", t.TempDir(), "--pg-addr", s.PG, "--http-addr", "127.0.0.1:0")
		startFails(t, s.HTTP, "--data-dir", t.TempDir(), "--pg-addr", "127.0.0.1:0", "--http-addr", s.HTTP)
	})
	t.Run("locked directory", func(t *testing.T) {
		startFails(t, "in use by another server", "--data-dir", s.Dir, "--pg-addr", "127.0.0.1:0", "--http-addr", "127.0.0.1:0")
		connect(t, s.DSN()).one("SELECT 1")
	})
	t.Run("unwritable directory", func(t *testing.T) {
		file := filepath.Join(t.TempDir(), "file")
		require.NoError(t, os.WriteFile(file, nil, 0o600))
		startFails(t, file, "--data-dir", filepath.Join(file, "data"), "--pg-addr", "127.0.0.1:0", "--http-addr", "127.0.0.1:0")
	})
	t.Run("newer format", func(t *testing.T) {
		dir := t.TempDir()
		old := testserver.Start(t, bin, dir)
		old.Stop(t)
		require.NoError(t, os.WriteFile(filepath.Join(dir, "format"), []byte("99\n"), 0o600))
		startFails(t, "99", "--data-dir", dir, "--pg-addr", "127.0.0.1:0", "--http-addr", "127.0.0.1:0")
	})
	t.Run("half a shared database", func(t *testing.T) {
		startFails(t, "needs minio.endpoint", "--data-dir", t.TempDir(), "--redis-addr", "127.0.0.1:6379")
	})
}

// TestMissingLogIsNotPassedOver removes the write-ahead log of a stopped server. Rows may have been in it: the server says so instead of starting, and
// "check" finds it, until the loss is accepted.
func TestMissingLogIsNotPassedOver(t *testing.T) {
	dir := t.TempDir()
	s := testserver.Start(t, bin, dir, "--buffer.flush-interval", "1h")
	d := connect(t, s.DSN())
	d.rows("CREATE TABLE t (a integer)")
	d.rows("INSERT INTO t VALUES (1)")
	d.rows("CALL flush_table('t')")
	d.rows("INSERT INTO t VALUES (2)")
	s.Kill()
	require.NoError(t, os.Rename(filepath.Join(dir, "wal"), filepath.Join(dir, "wal.lost")))

	status, out, errs := testserver.Command(t, bin, append([]string{"check"}, testserver.Args(t, dir)...)...)
	require.Equal(t, 1, status, errs)
	require.Contains(t, out, "acknowledged rows are missing")
	ports := append(testserver.Args(t, dir), "--pg-addr", "127.0.0.1:0", "--http-addr", "127.0.0.1:0")
	startFails(t, "--wal.abandon-lost", ports...)

	s = testserver.Start(t, bin, dir, "--wal.abandon-lost")
	require.Equal(t, "1", connect(t, s.DSN()).one("SELECT string_agg(a::text, ',') FROM t"))
	s.Stop(t)
	s = testserver.Start(t, bin, dir)
	require.Equal(t, "1", connect(t, s.DSN()).one("SELECT count(*) FROM t"))
	s.Stop(t)

	status, _, errs = testserver.Command(t, bin, "check", "--data-dir", filepath.Join(dir, "nothing"))
	require.Equal(t, 1, status)
	require.Contains(t, errs, "is not a data directory")
	require.NoDirExists(t, filepath.Join(dir, "nothing"))
}

func TestTerminateDrains(t *testing.T) {
	dir := t.TempDir()
	s := testserver.Start(t, bin, dir, "--pgwire.shutdown-grace", "2s")
	d := connect(t, s.DSN())
	d.rows("CREATE TABLE t (a integer)")
	d.rows("INSERT INTO t VALUES (1), (2), (3)")
	idle := connect(t, s.DSN())
	idle.one("SELECT 1")

	// A statement that would run for minutes ends when the grace is over.
	busy := connect(t, s.DSN())
	ended := make(chan error, 1)
	go func() {
		_, err := busy.Exec(context.WithoutCancel(t.Context()), "SELECT count(*) FROM generate_series(1, 100000000) a, generate_series(1, 100000) b").ReadAll()
		ended <- err
	}()
	require.Eventually(t, func() bool {
		body, err := http.Get("http://" + s.HTTP + "/metrics")
		if err != nil {
			return false
		}
		defer body.Body.Close()
		text, err := io.ReadAll(body.Body)
		return err == nil && !strings.Contains(string(text), "miniodb_query_statements_active 0\n")
	}, 20*time.Second, 20*time.Millisecond)

	began := time.Now()
	require.NoError(t, s.Signal(syscall.SIGTERM))
	require.Equal(t, "57P01", code(<-ended))
	_, err := idle.try("SELECT 1")
	require.Error(t, err)
	if c := code(err); c != "" {
		require.Equal(t, "57P01", c)
	}
	status, err := s.Wait()
	require.NoError(t, err)
	require.Zero(t, status, s.Log())
	require.Less(t, time.Since(began), 20*time.Second)

	again := testserver.Start(t, bin, dir)
	require.Equal(t, "6", connect(t, again.DSN()).one("SELECT sum(a) FROM t"))
}

func TestSecondSignalEndsAtOnce(t *testing.T) {
	s := testserver.Start(t, bin, t.TempDir(), "--pgwire.shutdown-grace", "1h")
	d := connect(t, s.DSN())
	go func() {
		_, _ = d.Exec(context.WithoutCancel(t.Context()), "SELECT count(*) FROM generate_series(1, 100000000) a, generate_series(1, 100000) b").ReadAll()
	}()
	watcher := connect(t, s.DSN())
	require.Eventually(t, func() bool { // the query runs
		return watcher.one("SELECT count(*) FROM pg_stat_activity WHERE state = 'active' AND query LIKE '%100000000%' AND pid <> pg_backend_pid()") == "1"
	}, 10*time.Second, 20*time.Millisecond)
	require.NoError(t, s.Signal(syscall.SIGTERM))
	require.Eventually(t, func() bool { // it has begun to drain: no new connections
		probe, err := pgconn.Connect(t.Context(), s.DSN())
		if err == nil {
			_ = probe.Close(t.Context())
		}
		return err != nil
	}, 10*time.Second, 20*time.Millisecond)
	require.NoError(t, s.Signal(syscall.SIGTERM))
	began := time.Now()
	status, err := s.Wait()
	require.NoError(t, err)
	require.Equal(t, 1, status)
	require.Less(t, time.Since(began), 5*time.Second)
}

// TestReadmeSession runs the statements that README shows through psql and expects the output it shows.
func TestReadmeSession(t *testing.T) {
	script, err := os.ReadFile(root + "/testdata/readme/session.sql")
	require.NoError(t, err)
	want, err := os.ReadFile(root + "/testdata/readme/session.out")
	require.NoError(t, err)

	s := testserver.Start(t, bin, t.TempDir())
	out, err := psql(t, s, "-f", "testdata/readme/session.sql").CombinedOutput()
	require.NoError(t, err, string(out))
	require.Equal(t, string(want), string(out))

	readme, err := os.ReadFile(root + "/README.md")
	require.NoError(t, err)
	require.Contains(t, string(readme), strings.TrimSpace(string(script)), "README shows testdata/readme/session.sql")
}

// psql is a psql command on the server, in the root of the repository.
func psql(t *testing.T, s *testserver.Server, args ...string) *exec.Cmd {
	host, port := hostPort(t, s.DSN())
	cmd := exec.CommandContext(t.Context(), "psql", append([]string{"-X", "-q", "-v", "ON_ERROR_STOP=1", "-P", "pager=off", "-h", host, "-p", port, "-U", "miniodb", "miniodb"}, args...)...)
	cmd.Dir = root
	return cmd
}
