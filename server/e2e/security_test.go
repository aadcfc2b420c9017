package e2e_test

import (
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

// secured is a server with TLS by certificates of `miniodb certs`.
type secured struct {
	t    *testing.T
	dir  string // of the certificates
	data string
	*testserver.Server
}

func startSecured(t *testing.T, args ...string) *secured {
	s := &secured{t: t, dir: filepath.Join(t.TempDir(), "tls"), data: t.TempDir()}
	s.certs()
	s.start(args...)
	return s
}

// certs runs `miniodb certs`, the second time with the same authority.
func (s *secured) certs() {
	out, err := exec.Command(bin, "certs", "--dir", s.dir, "--role", "bob").CombinedOutput()
	require.NoError(s.t, err, "%s", out)
}

func (s *secured) start(args ...string) {
	s.Server = testserver.Start(s.t, bin, s.data, append([]string{
		"--security.enable-tls", "--security.tls-cert-file", filepath.Join(s.dir, "server.crt"), "--security.tls-key-file", filepath.Join(s.dir, "server.key"),
		"--server.log-level", "debug",
	}, args...)...)
}

// psql runs one statement over TLS with the authority verified.
func (s *secured) psql(settings, password, sql string) (string, error) {
	_, port := hostPort(s.t, s.DSN())
	cmd := exec.Command("psql", "-XAtw", "-c", sql, "host=localhost hostaddr=127.0.0.1 port="+port+" dbname=miniodb sslmode=verify-full sslrootcert="+
		filepath.Join(s.dir, "ca.crt")+" "+settings)
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "LC_ALL=C", "PGPASSWORD=" + password, "HOME=" + s.t.TempDir()}
	out, err := cmd.CombinedOutput()
	return strings.TrimSpace(string(out)), err
}

func (s *secured) says(want, settings, password, sql string) {
	s.t.Helper()
	out, _ := s.psql(settings, password, sql)
	require.Contains(s.t, out, want)
}

// TestRolesConnect takes a server from its first start, where the first role needs no password, to one with roles of every kind.
func TestRolesConnect(t *testing.T) {
	s := startSecured(t)
	s.says("1", "user=miniodb", "", "SELECT 1")
	s.says(`role "somebody" does not exist`, "user=somebody", "", "SELECT 1")
	for _, sql := range []string{
		"CREATE ROLE alice LOGIN PASSWORD 'open sesame'", "CREATE ROLE late LOGIN PASSWORD 'open sesame' VALID UNTIL '2001-01-01'",
		"CREATE ROLE group1 PASSWORD 'open sesame'", "CREATE ROLE single LOGIN CONNECTION LIMIT 1 PASSWORD 'open sesame'",
		"ALTER ROLE miniodb PASSWORD 'very secret'",
	} {
		_, err := s.psql("user=miniodb", "", sql)
		require.NoError(t, err)
	}
	check := func() {
		t.Helper()
		s.says("no password supplied", "user=miniodb", "", "SELECT 1")
		s.says("miniodb", "user=miniodb channel_binding=require", "very secret", "SELECT current_user")
		s.says("alice", "user=alice channel_binding=require", "open sesame", "SELECT current_user")
		s.says("alice", "user=alice", "open sesame", "SELECT session_user")
		for _, user := range []string{"alice", "somebody", "group1", "late"} {
			s.says(`password authentication failed for user "`+user+`"`, "user="+user, "wrong", "SELECT 1")
		}
		s.says(`password authentication failed for user "late"`, "user=late", "open sesame", "SELECT 1")
		s.says(`role "group1" is not permitted to log in`, "user=group1", "open sesame", "SELECT 1")
		s.says(`database "other" does not exist`, "user=alice dbname=other", "open sesame", "SELECT 1")
	}
	check()

	dsn := strings.Replace(s.DSN(), "miniodb@", "single:open%20sesame@", 1)
	c, err := pgconn.Connect(t.Context(), dsn)
	require.NoError(t, err)
	_, err = pgconn.Connect(t.Context(), dsn)
	require.Equal(t, "53300", code(err), "%v", err)
	require.ErrorContains(t, err, `too many connections for role "single"`)
	require.NoError(t, c.Close(t.Context()))

	_, err = s.psql("user=miniodb", "very secret", "ALTER ROLE alice PASSWORD 'changed'")
	require.NoError(t, err)
	s.says(`password authentication failed for user "alice"`, "user=alice", "open sesame", "SELECT 1")
	_, err = s.psql("user=alice", "changed", "ALTER ROLE alice PASSWORD 'open sesame'")
	require.NoError(t, err, "a role changes its own password")

	s.Kill()
	for _, secret := range []string{"open sesame", "very secret", "changed", "SCRAM-SHA-256$"} {
		require.NotContains(t, aboveDebug(s.Log()), secret)
	}
	s.start()
	check()
}

// aboveDebug are the lines of a log that a server writes by default.
func aboveDebug(log string) string {
	var out strings.Builder
	for line := range strings.Lines(log) {
		if !strings.Contains(line, `"level":"debug"`) && !strings.Contains(line, `"level":"trace"`) {
			out.WriteString(line)
		}
	}
	return out.String()
}

// TestCertificatesOfRoles has a role connect by its certificate alone.
func TestCertificatesOfRoles(t *testing.T) {
	s := startSecured(t)
	_, err := s.psql("user=miniodb", "", "CREATE ROLE bob LOGIN; CREATE ROLE carol LOGIN PASSWORD 'x'")
	require.NoError(t, err)
	s.Stop(t)
	s.start("--security.client-cert", "authenticate", "--security.require-tls", "all", "--security.tls-ca-file", filepath.Join(s.dir, "ca.crt"))
	mine := " sslcert=" + filepath.Join(s.dir, "client-bob.crt") + " sslkey=" + filepath.Join(s.dir, "client-bob.key")
	s.says("bob", "user=bob"+mine, "", "SELECT current_user")
	s.says(`certificate authentication failed for user "carol"`, "user=carol"+mine, "x", "SELECT 1")
	s.says("carol", "user=carol", "x", "SELECT current_user")
	_, err = pgconn.Connect(t.Context(), s.DSN())
	require.ErrorContains(t, err, "the server refuses connections without TLS")
}

// TestHangupReloadsCertificates renews the certificate, and the server goes on.
func TestHangupReloadsCertificates(t *testing.T) {
	s := startSecured(t)
	s.says("1", "user=miniodb", "", "SELECT 1")
	s.certs()
	require.NoError(t, s.Signal(syscall.SIGHUP))
	require.Eventually(t, func() bool { return strings.Count(s.Log(), "TLS certificate loaded") == 1 }, 4*time.Second, 5*time.Millisecond, "sooner than the files are looked at")
	s.says("1", "user=miniodb", "", "SELECT 1")
	require.NoError(t, os.WriteFile(filepath.Join(s.dir, "server.crt"), []byte("rubbish"), 0o600))
	require.NoError(t, s.Signal(syscall.SIGHUP))
	require.Eventually(t, func() bool { return strings.Contains(s.Log(), "the new TLS certificate is not used") }, 10*time.Second, 5*time.Millisecond)
	s.says("1", "user=miniodb", "", "SELECT 1")
}

// TestTLSFilesAtStart shows that a server with bad files does not start, and says so in one line.
func TestTLSFilesAtStart(t *testing.T) {
	startFails(t, "no such file", "--data-dir", t.TempDir(), "--pg-addr", "127.0.0.1:0", "--http-addr", "127.0.0.1:0", "--security.enable-tls", "--security.tls-cert-file", "/nowhere/a", "--security.tls-key-file", "/nowhere/b")
}
