package pgwire_test

import (
	"crypto/tls"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgproto3"
	"github.com/stretchr/testify/require"

	"github.com/miniodb/miniodb/auth"
	"github.com/miniodb/miniodb/internal/certs"
	"github.com/miniodb/miniodb/pgwire"
)

// TestTrust shows who needs no password: a role that has none, from this machine.
func TestTrust(t *testing.T) {
	closed, open := testRoles(t), testRoles(t)
	open["miniodb"].Verifier = ""
	const none = "FATAL FATAL 28000: role \"bare\" has no password and may connect from this machine only ()"
	sasl := []string{"SASL [SCRAM-SHA-256]", "closed"}
	for _, c := range []struct {
		name, user string
		roles      roleMap
		remote     bool
		want       []string
	}{
		{"here", "bare", closed, false, []string{"ok", "ready"}},
		{"elsewhere", "bare", closed, true, []string{none}},
		{"with a password, here", "alice", closed, false, sasl},
		{"with a password, here, open", "alice", open, false, sasl},
		{"not for logging in, here", "group", closed, false, sasl},
		{"not for logging in, elsewhere", "group", closed, true, sasl},
		{"unknown, here", "nobody", closed, false, sasl},
		{"unknown, elsewhere", "nobody", open, true, sasl},
		{"unknown, here, where everybody may be superuser", "nobody", open, false, []string{"ok", `FATAL FATAL 28000: role "nobody" does not exist ()`}},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := startAuth(t, c.roles, auth.Config{}, nil, nil)
			if c.remote {
				s = startAuth(t, c.roles, auth.Config{}, nil, elsewhere)
			}
			require.Equal(t, c.want, converse(t, s.dial(t), c.user))
		})
	}
}

// TestHowToSetAPassword reads the hint that a refused role gets.
func TestHowToSetAPassword(t *testing.T) {
	roles := testRoles(t)
	roles[`Odd "name"`] = roles["bare"]
	s := startAuth(t, roles, auth.Config{}, nil, elsewhere)
	for user, want := range map[string]string{"bare": "ALTER ROLE bare PASSWORD '...'", `Odd "name"`: `ALTER ROLE "Odd ""name""" PASSWORD '...'`} {
		r := s.bare(t)
		r.startup(map[string]string{"user": user})
		m, err := r.Receive()
		require.NoError(t, err)
		require.Contains(t, m.(*pgproto3.ErrorResponse).Hint, want)
	}
}

// TestClientCertificates connects libpq with and without certificates in the three modes.
func TestClientCertificates(t *testing.T) {
	ca, other := newAuthority(t), newAuthority(t)
	files := ca.files()
	ca.issue("alice", certs.For("alice", time.Hour))
	ca.issue("bare", certs.For("bare", time.Hour))
	ca.issue("nobody", certs.For("nobody", time.Hour))
	other.issue("alice", certs.For("alice", time.Hour))
	past := time.Now().Add(-time.Hour)
	ca.issue("late", certs.Request{Name: "alice", From: past.Add(-time.Hour), To: past})
	withCA := *files
	withCA.ClientCA = ca.path("ca.crt")
	roles := testRoles(t)
	none := startAuth(t, roles, auth.Config{}, files, elsewhere)
	verify := startAuth(t, roles, auth.Config{ClientCert: auth.CertVerify, RequireTLS: auth.TLSRemote}, &withCA, elsewhere)
	authenticate := startAuth(t, roles, auth.Config{ClientCert: auth.CertAuthenticate, RequireTLS: auth.TLSRemote}, &withCA, elsewhere)
	shows := func(a *authority, name string) string {
		return " sslmode=verify-full sslrootcert=" + ca.path("ca.crt") + " sslcert=" + a.path(name+".crt") + " sslkey=" + a.path(name+".key")
	}
	without := " sslmode=verify-full sslcert=/nowhere sslrootcert=" + ca.path("ca.crt")
	const password, no = "PGPASSWORD=sesame", "X=1"
	for _, c := range []struct {
		name     string
		server   *testServer
		settings string
		env      string
		want     string
	}{
		{"none: a certificate says nothing", none, "user=alice" + shows(ca, "alice"), no, "no password supplied"},
		{"verify: certificate and password", verify, "user=alice" + shows(ca, "alice"), password, "TAG"},
		{"verify: certificate alone", verify, "user=alice" + shows(ca, "alice"), no, "no password supplied"},
		{"verify: another's certificate", verify, "user=alice" + shows(ca, "bare"), password, "TAG"},
		{"verify: password alone", verify, "user=alice" + without, password, "connection requires a valid client certificate"},
		{"verify: another authority", verify, "user=alice" + shows(other, "alice"), password, "alert"},
		{"verify: too old", verify, "user=alice" + shows(ca, "late"), password, "alert"},
		{"verify: a server's certificate", verify, "user=alice" + shows(ca, "server"), password, "alert"},
		{"verify: without TLS", verify, "user=alice sslmode=disable", password, "the server refuses connections without TLS"},
		{"authenticate: certificate alone", authenticate, "user=alice" + shows(ca, "alice"), no, "TAG"},
		{"authenticate: a role without a password", authenticate, "user=bare" + shows(ca, "bare"), no, "TAG"},
		{"authenticate: another's certificate", authenticate, "user=miniodb" + shows(ca, "alice"), password, `certificate authentication failed for user "miniodb"`},
		{"authenticate: password alone", authenticate, "user=alice" + without, password, "TAG"},
		{"authenticate: wrong password", authenticate, "user=alice" + without, "PGPASSWORD=x", `password authentication failed for user "alice"`},
		{"authenticate: another authority", authenticate, "user=alice" + shows(other, "alice"), no, "alert"},
	} {
		t.Run(c.name, func(t *testing.T) {
			out, err := psql(t, c.server, c.settings, c.env)
			require.Contains(t, out, c.want)
			require.Equal(t, c.want == "TAG", err == nil, out)
		})
	}
}

// TestCleartext shows that a password is asked for as it is only inside of TLS and only for roles that the configuration names.
func TestCleartext(t *testing.T) {
	ca := newAuthority(t)
	some := startAuth(t, testRoles(t), auth.Config{CleartextRoles: []string{"alice", "nobody", "expired"}}, ca.files(), elsewhere)
	all := startAuth(t, testRoles(t), auth.Config{CleartextRoles: []string{auth.AnyRole}}, ca.files(), elsewhere)
	insecure := &tls.Config{InsecureSkipVerify: true}
	ask := func(s *testServer, user string, m pgproto3.FrontendMessage) string {
		c := s.tlsFrom(t, insecure)
		r := &raw{tb: t, nc: c, Frontend: pgproto3.NewFrontend(c, c)}
		r.startup(map[string]string{"user": user})
		first, err := r.Receive()
		require.NoError(t, err)
		if _, ok := first.(*pgproto3.AuthenticationCleartextPassword); !ok {
			return brief(first)
		}
		r.say(m)
		got, err := r.Receive()
		if err != nil {
			return "closed"
		}
		if _, ok := got.(*pgproto3.AuthenticationOk); ok {
			return "ok"
		}
		return brief(got)
	}
	word := func(s string) pgproto3.FrontendMessage { return &pgproto3.PasswordMessage{Password: s} }
	failed := func(user string) string {
		return `E FATAL 28P01: password authentication failed for user "` + user + `"`
	}
	require.Equal(t, "ok", ask(some, "alice", word("sesame")))
	require.Equal(t, failed("alice"), ask(some, "alice", word("open")))
	require.Equal(t, failed("nobody"), ask(some, "nobody", word("sesame")))
	require.Equal(t, failed("expired"), ask(some, "expired", word("sesame")))
	require.Equal(t, "*pgproto3.AuthenticationSASL", ask(some, "miniodb", nil), "not named")
	require.Equal(t, "ok", ask(all, "miniodb", word("sesame")))
	require.Equal(t, "E FATAL 28P01: empty password returned by client", ask(all, "alice", word("")))
	require.Equal(t, "E FATAL 08P01: invalid password packet size", ask(all, "alice", packet('p', "sesame")))
	require.Equal(t, "E FATAL 08P01: invalid password packet size", ask(all, "alice", packet('p', "ses\x00ame\x00")))
	require.Equal(t, "E FATAL 08P01: expected password response, got message type 81", ask(all, "alice", &pgproto3.Query{String: "tag"}))
	require.Equal(t, "closed", ask(all, "alice", rawMessage("p\x7f\xff\xff\xff")))
	require.Equal(t, failed("alice"), ask(all, "alice", word(strings.Repeat("x", 65000))))
	require.Equal(t, []string{"SASL [SCRAM-SHA-256]", "closed"}, converse(t, all.dial(t), "alice"), "never without TLS")
	for _, s := range []*testServer{some, all} {
		require.NotContains(t, s.log.String(), "sesame")
	}
}

// TestChannelBinding plays the exchanges that an attacker between client and server would need.
func TestChannelBinding(t *testing.T) {
	ca := newAuthority(t)
	s := startAuth(t, testRoles(t), auth.Config{}, ca.files(), nil)
	over := func(steps ...step) []string {
		return converse(t, s.tlsFrom(t, &tls.Config{InsecureSkipVerify: true}), "alice", steps...)
	}
	const offer, plus = "SASL [SCRAM-SHA-256-PLUS SCRAM-SHA-256]", "SCRAM-SHA-256-PLUS"
	for _, c := range []struct {
		first step
		want  string
	}{
		{initial("SCRAM-SHA-256", "y,,n=,r=abc"), "28000: SCRAM channel binding negotiation error"},
		{initial("SCRAM-SHA-256", "p=tls-server-end-point,,n=,r=abc"), "08P01: malformed SCRAM message (The client selected SCRAM-SHA-256 without channel binding"},
		{initial(plus, "n,,n=,r=abc"), "08P01: malformed SCRAM message (The client selected SCRAM-SHA-256-PLUS, but"},
		{initial(plus, "y,,n=,r=abc"), "08P01: malformed SCRAM message (The client selected SCRAM-SHA-256-PLUS, but"},
		{initial(plus, "p=tls-unique,,n=,r=abc"), `08P01: unsupported SCRAM channel-binding type "tls-unique"`},
		{initial(plus, "p=\x01,,n=,r=abc"), `08P01: unsupported SCRAM channel-binding type "?"`},
		{initial(plus, "p,,n=,r=abc"), `08P01: malformed SCRAM message (Expected character "=" for attribute "p".)`},
	} {
		said := over(c.first)
		require.Len(t, said, 2)
		require.Equal(t, offer, said[0])
		require.Contains(t, said[1], c.want)
	}
	first, final := honest("", "sesame", "SCRAM-SHA-256")
	require.Equal(t, []string{offer, "continue r=...,s=...,i=4096", "final v=...", "ok", "ready"}, over(first, final), "a client without channel binding")
	// A right password bound to another certificate: what a man in the middle could forward.
	said := over(initial(plus, "p=tls-server-end-point,,n=,r=abc"), func(challenge string) pgproto3.FrontendMessage {
		nonce, _, _ := strings.Cut(challenge, ",")
		return &pgproto3.SASLResponse{Data: []byte("c=cD10bHMtc2VydmVyLWVuZC1wb2ludCwsAAAA," + nonce + ",p=AAAA")}
	})
	require.Equal(t, "FATAL FATAL 28000: SCRAM channel binding check failed ()", said[len(said)-1])
}

// TestSlowStartsGiveWay shows that connections which prove nothing cannot keep others out.
func TestSlowStartsGiveWay(t *testing.T) {
	s := start(t, pgwire.Config{MaxStarting: 4, StartupTimeout: 400 * time.Millisecond})
	began := time.Now()
	for range 20 {
		s.dial(t)
	}
	c := s.connect(t)
	require.Equal(t, []string{"C TAG", "ZI"}, c.query("tag"))
	require.Less(t, time.Since(began), 10*time.Second)
	for range 8 { // those that are through do not count
		s.connect(t)
	}
	require.Equal(t, []string{"C TAG", "ZI"}, c.query("tag"))
}
