package pgwire_test

import (
	"context"
	"encoding/base64"
	"fmt"
	"net"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgproto3"
	"github.com/stretchr/testify/require"
	"github.com/xdg-go/scram"

	"github.com/miniodb/miniodb/auth"
	"github.com/miniodb/miniodb/internal/testpg"
)

// passwordPostgres returns the socket of a PostgreSQL in which the roles alice (password sesame), expired and nologin have to prove themselves.
func passwordPostgres(tb testing.TB) (socket string) {
	ctx := context.Background()
	dsn := testpg.Start(tb)
	c, err := pgx.Connect(ctx, dsn)
	require.NoError(tb, err)
	defer func() { require.NoError(tb, c.Close(ctx)) }()
	var dir string
	require.NoError(tb, c.QueryRow(ctx, "SHOW data_directory").Scan(&dir))
	_, err = c.Exec(ctx, `DROP ROLE IF EXISTS alice, expired, nologin, bare; CREATE ROLE alice LOGIN PASSWORD 'sesame'; CREATE ROLE bare LOGIN;
		CREATE ROLE expired LOGIN PASSWORD 'sesame' VALID UNTIL '2001-01-01'; CREATE ROLE nologin PASSWORD 'sesame';
		COPY (VALUES ('local all postgres trust'), ('local all all scram-sha-256')) TO '`+dir+`/pg_hba.conf';
		SELECT pg_reload_conf()`, pgx.QueryExecModeSimpleProtocol)
	require.NoError(tb, err)
	cfg, err := pgx.ParseConfig(dsn)
	require.NoError(tb, err)
	cfg.User = "alice"
	require.Eventually(tb, func() bool { // reloading takes a moment
		c, err := pgx.ConnectConfig(ctx, cfg)
		if err == nil {
			_ = c.Close(ctx)
		}
		return err != nil
	}, 10*time.Second, 10*time.Millisecond)
	return cfg.Host + "/.s.PGSQL.5432"
}

// step makes the client's next message from what the server said last.
type step func(challenge string) pgproto3.FrontendMessage

func initial(mechanism, data string) step {
	return func(string) pgproto3.FrontendMessage {
		return &pgproto3.SASLInitialResponse{AuthMechanism: mechanism, Data: []byte(data)}
	}
}

func response(data string) step {
	return func(string) pgproto3.FrontendMessage { return &pgproto3.SASLResponse{Data: []byte(data)} }
}

// rawMessage is what no library would send.
type rawMessage []byte

func (rawMessage) Frontend()                           {}
func (rawMessage) Decode([]byte) error                 { return nil }
func (m rawMessage) Encode(dst []byte) ([]byte, error) { return append(dst, m...), nil }
func packet(typ byte, body string) rawMessage          { return message(typ, int32(len(body)+4), body) }
func say(m pgproto3.FrontendMessage) step              { return func(string) pgproto3.FrontendMessage { return m } }
func honest(user, password, mechanism string) (first, final step) {
	return honestWith(user, password, mechanism, nil)
}

// honestWith is a client that follows the rules; change alters its last message.
func honestWith(user, password, mechanism string, change func(final string) string) (first, final step) {
	client, err := scram.SHA256.NewClientUnprepped(user, password, "")
	if err != nil {
		panic(err)
	}
	conv := client.NewConversation()
	msg, err := conv.Step("")
	if err != nil {
		panic(err)
	}
	return initial(mechanism, msg), func(challenge string) pgproto3.FrontendMessage {
		msg, err := conv.Step(challenge)
		if err != nil {
			msg = "cannot answer: " + err.Error()
		}
		if change != nil {
			msg = change(msg)
		}
		return &pgproto3.SASLResponse{Data: []byte(msg)}
	}
}

var (
	nonces = regexp.MustCompile(`r=[^,]*,s=[^,]*,`)
	proofs = regexp.MustCompile(`v=.*`)
)

// converse plays the steps and returns what the server said, without what is random.
func converse(tb testing.TB, nc net.Conn, user string, steps ...step) (said []string) {
	tb.Helper()
	defer func() { _ = nc.Close() }()
	require.NoError(tb, nc.SetDeadline(time.Now().Add(20*time.Second)))
	r := &raw{tb: tb, nc: nc, Frontend: pgproto3.NewFrontend(nc, nc)}
	r.startup(map[string]string{"user": user, "database": "postgres"})
	challenge := ""
	for {
		m, err := r.Receive()
		if err != nil {
			return append(said, "closed")
		}
		next := false
		switch m := m.(type) {
		case *pgproto3.AuthenticationSASL:
			said, next = append(said, fmt.Sprintf("SASL %v", m.AuthMechanisms)), true
		case *pgproto3.AuthenticationSASLContinue:
			challenge, next = string(m.Data), true
			said = append(said, "continue "+nonces.ReplaceAllString(challenge, "r=...,s=...,"))
		case *pgproto3.AuthenticationSASLFinal:
			said = append(said, "final "+proofs.ReplaceAllString(string(m.Data), "v=..."))
		case *pgproto3.AuthenticationOk:
			said = append(said, "ok")
		case *pgproto3.ErrorResponse:
			return append(said, fmt.Sprintf("%s %s %s: %s (%s)", m.Severity, m.SeverityUnlocalized, m.Code, m.Message, m.Detail))
		case *pgproto3.ReadyForQuery:
			return append(said, "ready")
		case *pgproto3.ParameterStatus, *pgproto3.BackendKeyData:
		default:
			said = append(said, brief(m))
		}
		if next && len(steps) > 0 {
			buf, err := steps[0](challenge).Encode(nil)
			require.NoError(tb, err)
			_, err = nc.Write(buf)
			require.NoError(tb, err)
			steps = steps[1:]
		} else if next {
			_ = nc.(interface{ CloseWrite() error }).CloseWrite()
		}
	}
}

// play makes the steps of one exchange: a client that keeps the rules has a state.
type play func() []step

func just(steps ...step) play { return func() []step { return steps } }

// plays is an exchange with a password by the rules.
func plays(name, password, mechanism string) play {
	return func() []step {
		first, final := honest(name, password, mechanism)
		return []step{first, final}
	}
}

// changed is an exchange by the rules with another last message.
func changed(change func(string) string) play {
	return func() []step {
		first, final := honestWith("", "sesame", "SCRAM-SHA-256", change)
		return []step{first, final}
	}
}

// TestScramMessagesArePostgres sends the same messages, good and bad, to PostgreSQL 15 and to this server; the answers are the same.
func TestScramMessagesArePostgres(t *testing.T) {
	socket := passwordPostgres(t)
	s := startAuth(t, testRoles(t), auth.Config{}, nil, elsewhere)
	const good = "n,,n=,r=clientnonce"
	first := func(data string) play { return just(initial("SCRAM-SHA-256", data), response("x")) }
	replace := func(old, new string) func(string) string {
		return func(m string) string { return strings.Replace(m, old, new, 1) }
	}
	for name, c := range map[string]struct {
		user  string
		steps play
	}{
		"right password":           {"alice", plays("", "sesame", "SCRAM-SHA-256")},
		"right password, a name":   {"alice", plays("somebody", "sesame", "SCRAM-SHA-256")},
		"wrong password":           {"alice", plays("", "open", "SCRAM-SHA-256")},
		"unknown role":             {"nobody", plays("", "sesame", "SCRAM-SHA-256")},
		"no password":              {"group", plays("", "", "SCRAM-SHA-256")},
		"expired password":         {"expired", plays("", "sesame", "SCRAM-SHA-256")},
		"not permitted to log in":  {"nologin", plays("", "sesame", "SCRAM-SHA-256")},
		"not permitted, wrong":     {"nologin", plays("", "open", "SCRAM-SHA-256")},
		"leaves at once":           {"alice", just()},
		"leaves after one message": {"alice", just(initial("SCRAM-SHA-256", good))},
		"no initial response": {"alice", func() []step {
			f, l := honest("", "sesame", "SCRAM-SHA-256")
			body := f("").(*pgproto3.SASLInitialResponse).Data
			return []step{say(packet('p', "SCRAM-SHA-256\x00\xff\xff\xff\xff")), response(string(body)), l}
		}},
		"plus without TLS":          {"alice", plays("", "sesame", "SCRAM-SHA-256-PLUS")},
		"unknown mechanism":         {"alice", plays("", "sesame", "SCRAM-SHA-1")},
		"empty mechanism":           {"alice", just(initial("", good))},
		"mechanism without its end": {"alice", just(say(packet('p', "SCRAM-SHA-256")))},
		"no length":                 {"alice", just(say(packet('p', "SCRAM-SHA-256\x00")))},
		"half a length":             {"alice", just(say(packet('p', "SCRAM-SHA-256\x00\x00\x00")))},
		"length too long":           {"alice", just(say(packet('p', "SCRAM-SHA-256\x00\x00\x00\x00\x09abc")))},
		"length too short":          {"alice", just(say(packet('p', "SCRAM-SHA-256\x00\x00\x00\x00\x01abc")))},
		"negative length":           {"alice", just(say(packet('p', "SCRAM-SHA-256\x00\xff\xff\xff\xfeabc")))},
		"huge length":               {"alice", just(say(packet('p', "SCRAM-SHA-256\x00\x7f\xff\xff\xffabc")))},
		"empty body":                {"alice", just(say(packet('p', "")))},
		"message too long":          {"alice", first("n,,n=,r=" + strings.Repeat("x", 2000))},
		"longest message":           {"alice", first("n,,n=,r=" + strings.Repeat("x", 1024-18-8))},
		"one over the longest":      {"alice", first("n,,n=,r=" + strings.Repeat("x", 1025-18-8))},
		"message length 3":          {"alice", just(say(rawMessage("p\x00\x00\x00\x03")))},
		"message length negative":   {"alice", just(say(rawMessage("p\xff\xff\xff\xff")))},
		"query instead":             {"alice", just(say(&pgproto3.Query{String: "SELECT 1"}))},
		"unknown message instead":   {"alice", just(say(rawMessage("!\x00\x00\x00\x04")))},
		"terminate instead":         {"alice", just(say(&pgproto3.Terminate{}))},
		"password instead":          {"alice", just(say(&pgproto3.PasswordMessage{Password: "sesame"}))},
		"final without initial":     {"alice", just(response("c=biws,r=abc,p=" + base64.StdEncoding.EncodeToString(make([]byte, 32))))},
		"first: empty":              {"alice", first("")},
		"first: zero byte":          {"alice", first("n,,n=,r=a\x00b")},
		"first: no flag":            {"alice", first(",,n=,r=abc")},
		"first: odd flag":           {"alice", first("x,,n=,r=abc")},
		"first: flag not printable": {"alice", first("\x01,,n=,r=abc")},
		"first: flag n, no comma":   {"alice", first("n=,n=,r=abc")},
		"first: flag alone":         {"alice", first("n")},
		"first: flag y":             {"alice", first("y,,n=,r=abc")},
		"first: flag y, final":      {"alice", just(initial("SCRAM-SHA-256", "y,,n=,r=abc"), response("c=eSws,r=abc,p=AAAA"))},
		"first: flag p":             {"alice", first("p=tls-server-end-point,,n=,r=abc")},
		"first: authzid":            {"alice", first("n,a=root,n=,r=abc")},
		"first: other attribute":    {"alice", first("n,b=root,n=,r=abc")},
		"first: ends after header":  {"alice", first("n,,")},
		"first: ends after flag":    {"alice", first("n,")},
		"first: extension":          {"alice", first("n,,m=ext,n=,r=abc")},
		"first: no name":            {"alice", first("n,,r=abc")},
		"first: name without =":     {"alice", first("n,,n,r=abc")},
		"first: no nonce":           {"alice", first("n,,n=")},
		"first: no nonce, comma":    {"alice", first("n,,n=,")},
		"first: nonce empty":        {"alice", first("n,,n=,r=")},
		"first: nonce blank":        {"alice", first("n,,n=,r=a b")},
		"first: nonce not ascii":    {"alice", first("n,,n=,r=ä")},
		"first: more attributes":    {"alice", first("n,,n=,r=abc,x=1")},
		"first: junk at the end":    {"alice", first("n,,n=,r=abc,1=1")},
		"first: comma at the end":   {"alice", first("n,,n=,r=abc,")},
		"first: odd end":            {"alice", first("n,,n=,r=abc,x")},
		"final: empty":              {"alice", changed(func(string) string { return "" })},
		"final: zero byte":          {"alice", changed(func(m string) string { return m + "\x00" })},
		"final: other binding":      {"alice", changed(replace("c=biws", "c=eSws"))},
		"final: binding data":       {"alice", changed(replace("c=biws", "c="+base64.StdEncoding.EncodeToString([]byte("n,,abc"))))},
		"final: no binding":         {"alice", changed(replace("c=biws,", ""))},
		"final: other nonce":        {"alice", changed(replace("r=", "r=x"))},
		"final: no nonce":           {"alice", changed(func(m string) string { return "c=biws" + m[strings.Index(m, ",p="):] })},
		"final: no proof":           {"alice", changed(func(m string) string { return m[:strings.Index(m, ",p=")] })},
		"final: proof empty":        {"alice", changed(func(m string) string { return m[:strings.Index(m, ",p=")] + ",p=" })},
		"final: proof short":        {"alice", changed(func(m string) string { return m[:strings.Index(m, ",p=")] + ",p=AAAA" })},
		"final: proof long":         {"alice", changed(func(m string) string { return m + "AAAA" })},
		"final: proof no base64":    {"alice", changed(func(m string) string { return m[:strings.Index(m, ",p=")] + ",p=*" })},
		"final: more behind":        {"alice", changed(func(m string) string { return m + ",x=1" })},
		"final: comma behind":       {"alice", changed(func(m string) string { return m + "," })},
		"final: attribute between":  {"alice", changed(replace(",p=", ",x=1,p="))},
		"final: junk between":       {"alice", changed(replace(",p=", ",1=1,p="))},
		"final: first again":        {"alice", just(initial("SCRAM-SHA-256", good), response(good))},
		"final: query instead":      {"alice", just(initial("SCRAM-SHA-256", good), say(&pgproto3.Query{String: "SELECT 1"}))},
		"final: too long":           {"alice", just(initial("SCRAM-SHA-256", good), response(strings.Repeat("x", 1025)))},
	} {
		t.Run(name, func(t *testing.T) {
			theirs, err := net.Dial("unix", socket)
			require.NoError(t, err)
			want := converse(t, theirs, c.user, c.steps()...)
			require.Equal(t, want, converse(t, s.dial(t), c.user, c.steps()...))
			t.Log(want)
		})
	}
	require.NotContains(t, s.log.String(), "panic")
}

// TestVerifiersWorkOnBothServers has the verifier of one server authenticate at the other.
func TestVerifiersWorkOnBothServers(t *testing.T) {
	ctx := context.Background()
	passwordPostgres(t)
	admin, err := pgx.Connect(ctx, testpg.Start(t))
	require.NoError(t, err)
	defer func() { require.NoError(t, admin.Close(ctx)) }()
	for _, password := range []string{"sesame", "with space", "pässwörd", "ﬁne", "a\u00adb\u200bc", "😀😀", "\u0627\u0628", "x'y\\z"} {
		ours, err := auth.Verifier(password)
		require.NoError(t, err)
		_, err = admin.Exec(ctx, "ALTER ROLE alice PASSWORD '"+ours+"'")
		require.NoError(t, err)
		there := exec.Command("psql", "-X", "-w", "-c", "SELECT 1", strings.Replace(testpg.Start(t), "user=postgres", "user=alice", 1))
		there.Env = []string{"PATH=" + os.Getenv("PATH"), "LC_ALL=C", "PGPASSWORD=" + password}
		said, err := there.CombinedOutput()
		require.NoError(t, err, "%q made here, used there: %s", password, said)

		_, err = admin.Exec(ctx, "ALTER ROLE alice PASSWORD $$"+password+"$$")
		require.NoError(t, err)
		roles := testRoles(t)
		require.NoError(t, admin.QueryRow(ctx, "SELECT rolpassword FROM pg_authid WHERE rolname = 'alice'").Scan(&roles["alice"].Verifier))
		s := startAuth(t, roles, auth.Config{}, nil, elsewhere)
		out, err := psql(t, s, "user=alice sslmode=disable", "PGPASSWORD="+password)
		require.NoError(t, err, "%q made there, used here: %s", password, out)
		require.NoError(t, s.stop())
	}
}

// TestUnknownUsersLookKnown compares everything that a client can see: messages, their lengths, and that a salt stays the same.
func TestUnknownUsersLookKnown(t *testing.T) {
	s := startAuth(t, testRoles(t), auth.Config{}, nil, elsewhere)
	salt := regexp.MustCompile(`,s=([^,]*),i=4096$`)
	try := func(user string) (lengths []int, saw string) {
		nc := s.dial(t)
		r := &raw{tb: t, nc: nc, Frontend: pgproto3.NewFrontend(nc, nc)}
		r.startup(map[string]string{"user": user})
		first, final := honest("", "wrong", "SCRAM-SHA-256")
		challenge := ""
		for _, next := range []step{first, final, nil} {
			m, err := r.Receive()
			require.NoError(t, err)
			b, err := m.(interface{ Encode([]byte) ([]byte, error) }).Encode(nil)
			require.NoError(t, err)
			lengths = append(lengths, len(b)-strings.Count(string(b), user)*len(user))
			switch m := m.(type) {
			case *pgproto3.AuthenticationSASLContinue:
				challenge = string(m.Data)
				saw = salt.FindStringSubmatch(challenge)[1]
			case *pgproto3.ErrorResponse:
				require.Equal(t, fmt.Sprintf("password authentication failed for user %q", user), m.Message)
				require.Equal(t, "28P01", m.Code)
			}
			if next != nil {
				r.say(next(challenge))
			}
		}
		return lengths, saw
	}
	known, salted := try("alice")
	salts := map[string]bool{salted: true}
	for _, user := range []string{"nobody", "somebody", "expired", "nologin", "group", "a,b=c"} {
		lengths, once := try(user)
		require.Equal(t, known, lengths, user)
		_, twice := try(user)
		require.Equal(t, once, twice, user)
		salts[once] = true
	}
	require.GreaterOrEqual(t, len(salts), 5, "each unknown role has a salt of its own")
}
