package pgwire_test

import (
	"bytes"
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/miniodb/miniodb/auth"
	"github.com/miniodb/miniodb/catalog"
	"github.com/miniodb/miniodb/internal/certs"
	"github.com/miniodb/miniodb/internal/pgerr"
	"github.com/miniodb/miniodb/pgwire"
)

// roleMap is a database's roles.
type roleMap map[string]*catalog.Role

func (m roleMap) Roles(context.Context) map[string]*catalog.Role { return m }

// authBackend is a fakeBackend that asks for proofs.
type authBackend struct {
	*fakeBackend
	auth *auth.Authenticator
	addr net.Addr // what clients seem to come from, unless nil
}

func (b *authBackend) Authenticate(ctx context.Context, c pgwire.ClientInfo, p pgwire.Prover) error {
	r := auth.Request{User: c.User, Addr: c.Addr}
	if b.addr != nil {
		r.Addr = b.addr
	}
	if c.TLS != nil {
		r.TLS = &auth.TLS{Binding: auth.Binding(c.TLS.Server), Certificate: c.TLS.Certificate}
	}
	return b.auth.Authenticate(ctx, r, p)
}

func (b *authBackend) Open(ctx context.Context, c pgwire.ClientInfo, out pgwire.Outlet) (pgwire.Session, error) {
	if c.User == "nobody" {
		return nil, pgerr.New("28000", "role \"nobody\" does not exist")
	}
	if c.User == "nologin" {
		return nil, pgerr.New("28000", "role \"nologin\" is not permitted to log in")
	}
	return b.fakeBackend.Open(ctx, c, out)
}

// elsewhere is an address on another machine.
var elsewhere = &net.TCPAddr{IP: net.IPv4(192, 0, 2, 7), Port: 40000}

// testRoles are known, without a password, expired, unable to log in.
func testRoles(tb testing.TB) roleMap {
	verifier, err := auth.Verifier("sesame")
	require.NoError(tb, err)
	past := time.Now().Add(-time.Hour)
	return roleMap{
		"miniodb": {Name: "miniodb", Superuser: true, Login: true, ConnLimit: -1, Verifier: verifier},
		"alice":   {Name: "alice", Login: true, ConnLimit: -1, Verifier: verifier},
		"bare":    {Name: "bare", Login: true, ConnLimit: -1},
		"expired": {Name: "expired", Login: true, ConnLimit: -1, Verifier: verifier, ValidUntil: &past},
		"nologin": {Name: "nologin", ConnLimit: -1, Verifier: verifier},
		"group":   {Name: "group", ConnLimit: -1},
	}
}

// startAuth starts a server that asks for proofs.
func startAuth(tb testing.TB, roles roleMap, policy auth.Config, files *pgwire.TLSConfig, addr net.Addr) *testServer {
	tb.Helper()
	policy.Secret = bytes.Repeat([]byte("s"), auth.SecretBytes)
	if policy.RequireTLS == "" {
		policy.RequireTLS = auth.TLSNone
	}
	if policy.ClientCert == "" {
		policy.ClientCert = auth.CertNone
	}
	a, err := auth.New(policy, roles)
	require.NoError(tb, err)
	b := &authBackend{fakeBackend: newBackend(), auth: a, addr: addr}
	s := startWith(tb, pgwire.Config{TLS: files}, b)
	s.backend = b.fakeBackend
	return s
}

// authority is a certificate authority of a test and where its files are.
type authority struct {
	*certs.Authority
	tb  testing.TB
	dir string
}

func newAuthority(tb testing.TB) *authority {
	a, err := certs.NewAuthority(certs.For("test authority", time.Hour))
	require.NoError(tb, err)
	out := &authority{Authority: a, tb: tb, dir: tb.TempDir()}
	out.write("ca", a.Pair)
	return out
}

func (a *authority) write(name string, p certs.Pair) {
	require.NoError(a.tb, os.WriteFile(a.path(name+".crt"), p.Cert, 0o600))
	require.NoError(a.tb, os.WriteFile(a.path(name+".key"), p.Key, 0o600))
}

func (a *authority) path(name string) string { return filepath.Join(a.dir, name) }

// issue writes a certificate and returns it.
func (a *authority) issue(name string, r certs.Request) certs.Pair {
	p, err := a.Issue(r)
	require.NoError(a.tb, err)
	a.write(name, p)
	return p
}

// files are those of a server for 127.0.0.1 and localhost.
func (a *authority) files() *pgwire.TLSConfig {
	a.issue("server", certs.For("localhost", time.Hour, "localhost", "127.0.0.1"))
	return &pgwire.TLSConfig{CertFile: a.path("server.crt"), KeyFile: a.path("server.key"), CheckEvery: 10 * time.Millisecond}
}

// psql runs libpq's client on one statement and returns what it wrote. It knows no settings but these.
func psql(tb testing.TB, s *testServer, settings string, env ...string) (string, error) {
	tb.Helper()
	_, port, err := net.SplitHostPort(s.Addr().String())
	require.NoError(tb, err)
	if !strings.Contains(settings, "host=") {
		settings += " host=localhost hostaddr=127.0.0.1"
	}
	cmd := exec.Command("psql", "-X", "-w", "-c", "tag", fmt.Sprintf("port=%s dbname=miniodb connect_timeout=10 gssencmode=disable %s", port, settings))
	cmd.Env = append([]string{"PATH=" + os.Getenv("PATH"), "HOME=" + tb.TempDir(), "LC_ALL=C"}, env...)
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// tlsFrom asks for TLS as libpq does and returns the encrypted connection.
func (s *testServer) tlsFrom(tb testing.TB, cfg *tls.Config) *tls.Conn {
	nc := s.dial(tb)
	_, err := nc.Write([]byte{0, 0, 0, 8, 4, 0xd2, 0x16, 0x2f})
	require.NoError(tb, err)
	answer := make([]byte, 1)
	_, err = nc.Read(answer)
	require.NoError(tb, err)
	require.Equal(tb, "S", string(answer))
	t := tls.Client(nc, cfg)
	require.NoError(tb, t.Handshake())
	return t
}
