package pgwire_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgproto3"
	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"

	"github.com/miniodb/miniodb/auth"
	"github.com/miniodb/miniodb/internal/certs"
	"github.com/miniodb/miniodb/pgwire"
)

// TestPsqlOverTLS connects with libpq in every mode.
func TestPsqlOverTLS(t *testing.T) {
	ca, other := newAuthority(t), newAuthority(t)
	s := startAuth(t, testRoles(t), auth.Config{}, ca.files(), elsewhere)
	plain := startAuth(t, testRoles(t), auth.Config{}, nil, elsewhere)
	strict := startAuth(t, testRoles(t), auth.Config{RequireTLS: auth.TLSRemote}, ca.files(), elsewhere)
	old := newAuthority(t)
	past := time.Now().Add(-time.Hour)
	expiredFiles := old.files()
	old.issue("server", certs.Request{Name: "localhost", Hosts: []string{"localhost"}, From: past.Add(-time.Hour), To: past})
	expired := startAuth(t, testRoles(t), auth.Config{}, expiredFiles, elsewhere)
	const password = "PGPASSWORD=sesame"
	root := " sslrootcert=" + ca.path("ca.crt")
	for _, c := range []struct {
		name     string
		server   *testServer
		settings string
		env      string
		want     string // in what psql writes; "TAG" is success
	}{
		{"disable", s, "user=alice sslmode=disable", password, "TAG"},
		{"prefer", s, "user=alice sslmode=prefer", password, "TAG"},
		{"allow", s, "user=alice sslmode=allow", password, "TAG"},
		{"require", s, "user=alice sslmode=require", password, "TAG"},
		{"verify-ca", s, "user=alice sslmode=verify-ca" + root, password, "TAG"},
		{"verify-full", s, "user=alice sslmode=verify-full" + root, password, "TAG"},
		{"verify-full, TLS 1.2", s, "user=alice sslmode=verify-full ssl_max_protocol_version=TLSv1.2" + root, password, "TAG"},
		{"TLS 1.1", s, "user=alice sslmode=require ssl_min_protocol_version=TLSv1.1 ssl_max_protocol_version=TLSv1.1", password, "error"},
		{"verify-full, address", s, "user=alice host=127.0.0.1 sslmode=verify-full" + root, password, "TAG"},
		{"verify-full, other name", s, "user=alice host=db.example hostaddr=127.0.0.1 sslmode=verify-full" + root, password, `does not match host name "db.example"`},
		{"verify-ca, other name", s, "user=alice host=db.example hostaddr=127.0.0.1 sslmode=verify-ca" + root, password, "TAG"},
		{"verify-ca, other authority", s, "user=alice sslmode=verify-ca sslrootcert=" + other.path("ca.crt"), password, "certificate verify failed"},
		{"expired certificate", expired, "user=alice sslmode=verify-full sslrootcert=" + old.path("ca.crt"), password, "certificate verify failed"},
		{"expired certificate, not verified", expired, "user=alice sslmode=require", password, "TAG"},
		{"channel binding", s, "user=alice sslmode=require channel_binding=require", password, "TAG"},
		{"channel binding, TLS 1.2", s, "user=alice sslmode=require channel_binding=require ssl_max_protocol_version=TLSv1.2", password, "TAG"},
		{"channel binding disabled", s, "user=alice sslmode=require channel_binding=disable", password, "TAG"},
		{"channel binding without TLS", s, "user=alice sslmode=disable channel_binding=require", password, "channel binding required"},
		{"channel binding, wrong password", s, "user=alice sslmode=require channel_binding=require", "PGPASSWORD=open", `password authentication failed for user "alice"`},
		{"wrong password", s, "user=alice sslmode=require", "PGPASSWORD=open", `password authentication failed for user "alice"`},
		{"no password", s, "user=alice sslmode=require", "X=1", "no password supplied"},
		{"unknown role", s, "user=nobody sslmode=require", password, `password authentication failed for user "nobody"`},
		{"TLS declined", plain, "user=alice sslmode=require", password, "server does not support SSL, but SSL was required"},
		{"TLS declined, prefer", plain, "user=alice sslmode=prefer", password, "TAG"},
		{"TLS required", strict, "user=alice sslmode=disable", password, "the server refuses connections without TLS"},
		{"TLS required, allow", strict, "user=alice sslmode=allow", password, "TAG"},
		{"TLS required, prefer", strict, "user=alice sslmode=prefer", password, "TAG"},
	} {
		t.Run(c.name, func(t *testing.T) {
			out, err := psql(t, c.server, c.settings, c.env)
			require.Contains(t, out, c.want)
			require.Equal(t, c.want == "TAG", err == nil, out)
		})
	}
	for _, server := range []*testServer{s, plain, strict} {
		require.NotContains(t, server.log.String(), "sesame", "no password in a log")
	}
}

// TestPgxOverTLS connects with pgx, by SSLRequest and directly as PostgreSQL 17's clients can, and moves more than a record either way.
func TestPgxOverTLS(t *testing.T) {
	ca := newAuthority(t)
	s := startAuth(t, testRoles(t), auth.Config{RequireTLS: auth.TLSAll}, ca.files(), nil)
	_, port, err := net.SplitHostPort(s.Addr().String())
	require.NoError(t, err)
	for _, negotiation := range []string{"postgres", "direct"} {
		for _, binding := range []string{"disable", "prefer", "require"} {
			c, err := pgconn.Connect(context.Background(), fmt.Sprintf(
				"host=localhost port=%s user=alice password=sesame dbname=miniodb sslmode=verify-full sslrootcert=%s sslnegotiation=%s channel_binding=%s",
				port, ca.path("ca.crt"), negotiation, binding))
			require.NoError(t, err, "%s %s", negotiation, binding)
			r := c.ExecParams(context.Background(), "rows 50000", nil, nil, nil, nil).Read()
			require.NoError(t, r.Err)
			require.Len(t, r.Rows, 50000)
			done := make(chan error, 1)
			go func() { _, err := c.Exec(context.Background(), "sleep").ReadAll(); done <- err }()
			<-s.backend.running
			require.NoError(t, c.CancelRequest(context.Background()), "which is encrypted, too")
			require.ErrorContains(t, <-done, "57014")
			require.NoError(t, c.Close(context.Background()))
		}
	}
	_, err = pgconn.Connect(context.Background(), fmt.Sprintf("host=localhost port=%s user=alice password=sesame sslmode=disable", port))
	require.ErrorContains(t, err, "28000")
}

// TestDirectTLSNamesTheProtocol shows that TLS from the first byte on must say what it carries.
func TestDirectTLSNamesTheProtocol(t *testing.T) {
	ca := newAuthority(t)
	s := startAuth(t, testRoles(t), auth.Config{}, ca.files(), nil)
	for _, protos := range [][]string{nil, {"http/1.1"}} {
		c := tls.Client(s.dial(t), &tls.Config{InsecureSkipVerify: true, NextProtos: protos})
		err := c.Handshake()
		if err == nil {
			_, err = c.Read(make([]byte, 1))
		}
		require.Error(t, err, "%v", protos)
	}
	c := tls.Client(s.dial(t), &tls.Config{InsecureSkipVerify: true, NextProtos: []string{"postgresql"}})
	r := &raw{tb: t, nc: c, Frontend: pgproto3.NewFrontend(c, c)}
	r.say(&pgproto3.SSLRequest{})
	require.Equal(t, []string{"E FATAL 0A000: unsupported frontend protocol 1234.5679: server supports 3.0 to 3.2"}, r.until("E"))
}

// TestBytesBeforeTheHandshake shows that what was sent in the clear together with a request for encryption is never executed (CVE-2021-23214).
func TestBytesBeforeTheHandshake(t *testing.T) {
	ca := newAuthority(t)
	ssl, gss := encode(t, &pgproto3.SSLRequest{}), encode(t, &pgproto3.GSSEncRequest{})
	startup := encode(t, &pgproto3.StartupMessage{ProtocolVersion: pgproto3.ProtocolVersion30, Parameters: map[string]string{"user": "bare"}})
	t.Run("with TLS", func(t *testing.T) {
		s := startAuth(t, testRoles(t), auth.Config{}, ca.files(), nil)
		nc := s.dial(t)
		_, err := nc.Write(append(append([]byte{}, ssl...), startup...))
		require.NoError(t, err)
		_, err = io.ReadFull(nc, make([]byte, 1))
		require.NoError(t, err)
		c := tls.Client(nc, &tls.Config{InsecureSkipVerify: true})
		r := &raw{tb: t, nc: c, Frontend: pgproto3.NewFrontend(c, c)}
		require.Equal(t, []string{"E FATAL 08P01: received unencrypted data after SSL request"}, r.until("E"))
	})
	s := startAuth(t, testRoles(t), auth.Config{}, nil, nil)
	for what, request := range map[string][]byte{"SSL": ssl, "GSSAPI encryption": gss} {
		t.Run(what+" declined", func(t *testing.T) {
			nc := s.dial(t)
			_, err := nc.Write(append(append([]byte{}, request...), startup...))
			require.NoError(t, err)
			_, err = io.ReadFull(nc, make([]byte, 1))
			require.NoError(t, err)
			r := &raw{tb: t, nc: nc, Frontend: pgproto3.NewFrontend(nc, nc)}
			require.Equal(t, []string{"E FATAL 08P01: received unencrypted data after " + what + " request"}, r.until("E"))
		})
	}
}

// TestCertificateReload replaces the certificate of a running server: by another, by rubbish, by one whose key does not belong to it.
func TestCertificateReload(t *testing.T) {
	ca := newAuthority(t)
	files := ca.files()
	s := startAuth(t, testRoles(t), auth.Config{}, files, nil)
	pool := x509.NewCertPool()
	require.True(t, pool.AppendCertsFromPEM(ca.Cert))
	serial := func() string {
		c := s.tlsFrom(t, &tls.Config{RootCAs: pool, ServerName: "localhost"})
		defer func() { require.NoError(t, c.Close()) }()
		return c.ConnectionState().PeerCertificates[0].SerialNumber.String()
	}
	first := serial()
	open := s.tlsFrom(t, &tls.Config{RootCAs: pool, ServerName: "localhost"})
	living := &raw{tb: t, nc: open, Frontend: pgproto3.NewFrontend(open, open)}
	living.startup(map[string]string{"user": "bare"})
	living.until("Z")

	ca.issue("server", certs.For("localhost", time.Hour, "localhost"))
	require.Eventually(t, func() bool { return serial() != first }, 10*time.Second, time.Millisecond)
	second := serial()
	require.Equal(t, []string{"C TAG", "ZI"}, living.query("tag"), "a connection lives on with the certificate that it began with")

	logged := func(what string) func() bool {
		return func() bool { return strings.Contains(s.log.String(), what) }
	}
	require.NoError(t, os.WriteFile(files.CertFile, []byte("rubbish"), 0o600))
	require.Eventually(t, logged("failed to find any PEM data"), 10*time.Second, time.Millisecond)
	require.Equal(t, second, serial(), "the last good certificate stays")
	alien := newAuthority(t)
	p := alien.issue("x", certs.For("localhost", time.Hour, "localhost"))
	require.NoError(t, os.WriteFile(files.CertFile, p.Cert, 0o600))
	require.Eventually(t, logged("private key does not match public key"), 10*time.Second, time.Millisecond)
	require.Equal(t, second, serial())
	require.NoError(t, os.Remove(files.CertFile))
	require.Eventually(t, logged("no such file"), 10*time.Second, time.Millisecond)
	require.Equal(t, second, serial())
	ca.issue("server", certs.For("localhost", time.Hour, "localhost"))
	require.Eventually(t, func() bool { return serial() != second }, 10*time.Second, time.Millisecond)
}

// TestBadCertificateAtStart shows that a server does not start without TLS where TLS was asked for.
func TestBadCertificateAtStart(t *testing.T) {
	ca := newAuthority(t)
	files := ca.files()
	require.NoError(t, os.WriteFile(files.KeyFile, []byte("rubbish"), 0o600))
	_, err := pgwire.New(pgwire.Config{Addr: "127.0.0.1:0", TLS: files}, newBackend(), zerolog.Nop())
	require.ErrorContains(t, err, "TLS: ")
	require.ErrorContains(t, err, files.KeyFile)
	require.NotContains(t, err.Error(), "rubbish")
}

// TestHostileHandshakes sends what is no handshake; the server serves the next one.
func TestHostileHandshakes(t *testing.T) {
	ca := newAuthority(t)
	s := startAuth(t, testRoles(t), auth.Config{}, ca.files(), nil)
	ssl := string(encode(t, &pgproto3.SSLRequest{}))
	record := "\x16\x03\x01\xff\xff" + strings.Repeat("\x01", 65535)
	for name, data := range map[string]string{
		"one byte":                   "\x16",
		"a record that is too long":  record,
		"a hello of 16 MB":           "\x16\x03\x01\x40\x00\x01\xff\xff\xff" + strings.Repeat("x", 16380),
		"an alert":                   "\x15\x03\x01\x00\x02\x02\x28",
		"TLS 1.0":                    "\x16\x03\x01\x00\x31\x01\x00\x00\x2d\x03\x01" + strings.Repeat("r", 32) + "\x00\x00\x04\x00\x2f\x00\x35\x01\x00\x00\x00",
		"a request, then nothing":    ssl,
		"a request, then the clear":  ssl + string(encode(t, &pgproto3.StartupMessage{ProtocolVersion: 196608, Parameters: map[string]string{"user": "bare"}})),
		"a request, then a record":   ssl + record,
		"two requests":               ssl + ssl,
		"a cancel request after one": ssl + string(encode(t, &pgproto3.CancelRequest{ProcessID: 1, SecretKey: []byte("abcd")})),
	} {
		t.Run(name, func(t *testing.T) {
			back := throw(t, s.dial(t), []byte(data))
			require.NotContains(t, string(back), "\x00I", "no session")
		})
	}
	out, err := psql(t, s, "user=bare sslmode=require")
	require.NoError(t, err, out)
	require.NotContains(t, s.log.String(), "panic")
}
