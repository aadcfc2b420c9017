package pgwire_test

import (
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgproto3"
	"github.com/stretchr/testify/require"

	"github.com/miniodb/miniodb/pgwire"
)

const rowT = "T n:23/0 t:25/0 f:701/0"

func TestSimpleQuery(t *testing.T) {
	c := start(t, pgwire.Config{}).connect(t)
	for _, tt := range []struct {
		query string
		want  []string
	}{
		{"rows 2", []string{rowT, "D 0|row 0|0", "D 1|row 1|0.25", "C SELECT 2", "ZI"}},
		{"rows 0", []string{rowT, "C SELECT 0", "ZI"}},
		{"", []string{"I", "ZI"}},
		{";", []string{"I", "ZI"}},
		{"-- ping", []string{"I", "ZI"}},
		{"tag", []string{"C TAG", "ZI"}},
		{"tag; rows 1; tag;", []string{"C TAG", rowT, "D 0|row 0|0", "C SELECT 1", "C TAG", "ZI"}},
		{"tag; fail; tag", []string{"C TAG", "E ERROR 22012: division by zero", "ZI"}},
		{"tag; syntax", []string{`E ERROR 42601: syntax error at or near "syntax"`, "ZI"}},
		{"unknown", []string{`E ERROR 42P01: relation "unknown" does not exist`, "ZI"}},
		{"late 2", []string{rowT, "D 0|row 0|0", "D 1|row 1|0.25", "E ERROR 22012: division by zero", "ZI"}},
		{"echo $1", []string{"E ERROR 42P02: there is no parameter $1", "ZI"}},
		{"commitfails", []string{"E ERROR 08007: transaction resolution unknown", "ZI"}},
		{"notice", []string{"N hello", "C NOTICE", "ZI"}},
		{"tag \xff", []string{`E ERROR 22021: invalid byte sequence for encoding "UTF8": 0xff`, "ZI"}},
		{"begin", []string{"C BEGIN", "ZT"}},
		{"fail", []string{"E ERROR 22012: division by zero", "ZE"}},
		{"rows 1", []string{"E ERROR 25P02: current transaction is aborted, commands ignored until end of transaction block", "ZE"}},
		{"commit", []string{"C ROLLBACK", "ZI"}},
		{"begin; fail; commit", []string{"C BEGIN", "E ERROR 22012: division by zero", "ZE"}},
		{"rollback", []string{"C ROLLBACK", "ZI"}},
		{"copyout text 2", []string{"H0 [0 0]", "d 0\trow 0\n", "d 1\trow 1\n", "c", "C COPY 2", "ZI"}},
		{"copyout csv 11", append(append([]string{"H0 [0 0]"}, csvRows(10)...), "d 10,row 10\n", "c", "C COPY 11", "ZI")},
	} {
		require.Equal(t, tt.want, c.query(tt.query), tt.query)
	}
}

func csvRows(n int) (out []string) {
	for i := range n {
		text := fmt.Sprintf("row %d", i)
		if i%10 == 9 {
			text = ""
		}
		out = append(out, fmt.Sprintf("d %d,%s\n", i, text))
	}
	return out
}

func TestErrorFields(t *testing.T) {
	c := start(t, pgwire.Config{}).connect(t)
	c.say(&pgproto3.Query{String: "fail"})
	m, err := c.Receive()
	require.NoError(t, err)
	e := m.(*pgproto3.ErrorResponse)
	require.Equal(t, [6]string{"ERROR", "ERROR", "22012", "It was zero.", "Try another.", "here"}, [6]string{e.Severity, e.SeverityUnlocalized, e.Code, e.Detail, e.Hint, e.Where})
	c.until("Z")
	c.say(&pgproto3.Query{String: "tag; syntax"})
	m, err = c.Receive()
	require.NoError(t, err)
	require.EqualValues(t, 6, m.(*pgproto3.ErrorResponse).Position)
}

func TestExtendedProtocol(t *testing.T) {
	s := start(t, pgwire.Config{MaxStatements: 5, MaxPortals: 3})
	parse := func(name, text string) *pgproto3.Parse { return &pgproto3.Parse{Name: name, Query: text} }
	bind := func(portal, name string, params ...string) *pgproto3.Bind {
		b := &pgproto3.Bind{DestinationPortal: portal, PreparedStatement: name}
		for _, p := range params {
			b.Parameters = append(b.Parameters, []byte(p))
		}
		return b
	}
	run := func(portal string, n uint32) *pgproto3.Execute { return &pgproto3.Execute{Portal: portal, MaxRows: n} }
	type msgs = []pgproto3.FrontendMessage
	sync := &pgproto3.Sync{}
	const r0, r1, r2 = "D 0|row 0|0", "D 1|row 1|0.25", "D 2|row 2|0.5"
	for name, tt := range map[string]struct {
		say  msgs
		want []string
	}{
		"whole cycle":           {msgs{parse("", "rows 1"), bind("", ""), &pgproto3.Describe{ObjectType: 'P'}, run("", 0), sync}, []string{"1", "2", rowT, r0, "C SELECT 1", "ZI"}},
		"describe statement":    {msgs{parse("a", "echo $1 int4"), &pgproto3.Describe{ObjectType: 'S', Name: "a"}, sync}, []string{"1", "t [23]", "T echo:23/0", "ZI"}},
		"describe without rows": {msgs{parse("b", "tag"), &pgproto3.Describe{ObjectType: 'S', Name: "b"}, sync}, []string{"1", "t []", "n", "ZI"}},
		"client's type":         {msgs{&pgproto3.Parse{Query: "echo $1", ParameterOIDs: []uint32{20}}, &pgproto3.Describe{ObjectType: 'S'}, sync}, []string{"1", "t [20]", "T echo:20/0", "ZI"}},
		"parameter":             {msgs{parse("", "echo $1 int4"), bind("", "", "42"), run("", 0), sync}, []string{"1", "2", "D 42", "C SELECT 1", "ZI"}},
		"null parameter":        {msgs{parse("", "echo $1"), &pgproto3.Bind{Parameters: [][]byte{nil}}, run("", 0), sync}, []string{"1", "2", "D NULL", "C SELECT 1", "ZI"}},
		"empty parameter":       {msgs{parse("", "echo $1"), &pgproto3.Bind{Parameters: [][]byte{{}}}, run("", 0), sync}, []string{"1", "2", "D ", "C SELECT 1", "ZI"}},
		"binary result":         {msgs{parse("", "echo $1 int4"), &pgproto3.Bind{Parameters: [][]byte{[]byte("1")}, ResultFormatCodes: []int16{1}}, run("", 0), sync}, []string{"1", "2", "D \x00\x00\x00\x01", "C SELECT 1", "ZI"}},
		"bad parameter":         {msgs{parse("", "echo $1 int4"), bind("", "", "x"), run("", 0), sync}, []string{"1", "2", `E ERROR 22P02: invalid input syntax for type integer: "x"`, "ZI"}},
		"row limit":             {msgs{parse("", "rows 3"), bind("", ""), run("", 2), run("", 2), run("", 2), sync}, []string{"1", "2", r0, r1, "s", r2, "C SELECT 1", "C SELECT 0", "ZI"}},
		"row limit exact":       {msgs{parse("", "rows 2"), bind("", ""), run("", 2), run("", 2), sync}, []string{"1", "2", r0, r1, "s", "C SELECT 0", "ZI"}},
		"two portals": {msgs{parse("", "rows 2"), bind("p", ""), bind("q", ""), run("p", 1), run("q", 1), run("p", 1), run("q", 0), sync},
			[]string{"1", "2", "2", r0, "s", r0, "s", r1, "s", r1, "C SELECT 1", "ZI"}},
		"done portal without rows": {msgs{parse("", "tag"), bind("p", ""), run("p", 0), run("p", 0), sync}, []string{"1", "2", "C TAG", `E ERROR 55000: portal "p" cannot be run`, "ZI"}},
		"empty":                    {msgs{parse("", ""), bind("", ""), &pgproto3.Describe{ObjectType: 'P'}, run("", 0), sync}, []string{"1", "2", "n", "I", "ZI"}},
		"multiple":                 {msgs{parse("", "tag; tag"), sync}, []string{"E ERROR 42601: cannot insert multiple commands into a prepared statement", "ZI"}},
		"skip to sync":             {msgs{parse("", "fail"), bind("", ""), run("", 0), parse("", "tag"), bind("", ""), run("", 0), sync}, []string{"1", "2", "E ERROR 22012: division by zero", "ZI"}},
		"pipeline after error":     {msgs{parse("", "fail"), bind("", ""), run("", 0), sync, parse("", "tag"), bind("", ""), run("", 0), sync}, []string{"1", "2", "E ERROR 22012: division by zero", "ZI"}},
		"twice the same name":      {msgs{parse("d", "tag"), parse("d", "tag"), sync}, []string{"1", `E ERROR 42P05: prepared statement "d" already exists`, "ZI"}},
		"no such statement":        {msgs{bind("", "zz"), sync}, []string{`E ERROR 26000: prepared statement "zz" does not exist`, "ZI"}},
		"no unnamed statement":     {msgs{&pgproto3.Close{ObjectType: 'S'}, bind("", ""), sync}, []string{"3", "E ERROR 26000: unnamed prepared statement does not exist", "ZI"}},
		"no such portal":           {msgs{run("zz", 0), sync}, []string{`E ERROR 34000: portal "zz" does not exist`, "ZI"}},
		"portal exists":            {msgs{parse("", "tag"), bind("p", ""), bind("p", ""), sync}, []string{"1", "2", `E ERROR 42P03: cursor "p" already exists`, "ZI"}},
		"parameter count":          {msgs{parse("", "echo $1"), bind("", ""), sync}, []string{"1", `E ERROR 08P01: bind message supplies 0 parameters, but prepared statement "" requires 1`, "ZI"}},
		"result formats":           {msgs{parse("", "rows 1"), &pgproto3.Bind{ResultFormatCodes: []int16{0, 0}}, sync}, []string{"1", "E ERROR 08P01: bind message has 2 result formats but query has 3 columns", "ZI"}},
		"format code":              {msgs{parse("", "rows 1"), &pgproto3.Bind{ResultFormatCodes: []int16{7}}, run("", 0), sync}, []string{"1", "2", "E ERROR 22023: unsupported format code: 7", "ZI"}},
		"invalid text parameter":   {msgs{parse("", "echo $1"), bind("", "", "\xff"), sync}, []string{"1", `E ERROR 22021: invalid byte sequence for encoding "UTF8": 0xff`, "ZI"}},
		"close what is not there":  {msgs{&pgproto3.Close{ObjectType: 'S', Name: "zz"}, &pgproto3.Close{ObjectType: 'P', Name: "zz"}, sync}, []string{"3", "3", "ZI"}},
		"too many portals":         {msgs{parse("", "tag"), bind("1", ""), bind("2", ""), bind("3", ""), bind("4", ""), sync}, []string{"1", "2", "2", "2", "E ERROR 54000: too many open portals on this connection", "ZI"}},
		"too many statements": {msgs{parse("1", "tag"), parse("2", "tag"), parse("3", "tag"), parse("4", "tag"), parse("5", "tag"), parse("6", "tag"), sync},
			[]string{"1", "1", "1", "1", "1", "E ERROR 54000: too many prepared statements on this connection", "ZI"}},
		"function call": {msgs{&pgproto3.FunctionCall{Function: 1}}, []string{"E ERROR 0A000: function calls by the fast-path protocol are not supported", "ZI"}},
		"copy in":       {msgs{parse("", "copyin text"), bind("", ""), run("", 0), sync, &pgproto3.CopyData{Data: []byte("1\ta\n")}, &pgproto3.CopyDone{}, sync}, []string{"1", "2", "G0 [0 0]", "C COPY 1", "ZI"}},
		"copy out":      {msgs{parse("", "copyout text 1"), bind("", ""), run("", 0), sync}, []string{"1", "2", "H0 [0 0]", "d 0\trow 0\n", "c", "C COPY 1", "ZI"}},
		"commit fails":  {msgs{parse("", "commitfails"), bind("", ""), run("", 0), sync}, []string{"1", "2", "C COMMITFAILS", "E ERROR 08007: transaction resolution unknown", "ZI"}},
	} {
		t.Run(name, func(t *testing.T) {
			c := s.connect(t)
			c.say(tt.say...)
			require.Equal(t, tt.want, c.until("Z"))
		})
	}
}

func TestPortalSurvivesSyncInsideBlock(t *testing.T) {
	s := start(t, pgwire.Config{})
	c := s.connect(t)
	c.query("begin")
	c.say(&pgproto3.Parse{Query: "rows 3"}, &pgproto3.Bind{DestinationPortal: "p"}, &pgproto3.Execute{Portal: "p", MaxRows: 1}, &pgproto3.Sync{})
	require.Equal(t, []string{"1", "2", "D 0|row 0|0", "s", "ZT"}, c.until("Z"))
	// Parsing the unnamed statement anew leaves the portal alone.
	c.say(&pgproto3.Parse{Query: "tag"}, &pgproto3.Execute{Portal: "p", MaxRows: 1}, &pgproto3.Sync{})
	require.Equal(t, []string{"1", "D 1|row 1|0.25", "s", "ZT"}, c.until("Z"))
	c.query("commit")
	c.say(&pgproto3.Execute{Portal: "p"}, &pgproto3.Sync{})
	require.Equal(t, []string{`E ERROR 34000: portal "p" does not exist`, "ZI"}, c.until("Z"))
	require.Zero(t, s.backend.sessions[0].open, "every result is closed")
}

// TestDeallocate shows SQL reaching the statements of the protocol, as psycopg does it.
func TestDeallocate(t *testing.T) {
	c := start(t, pgwire.Config{}).connect(t)
	c.say(&pgproto3.Parse{Name: "a", Query: "tag"}, &pgproto3.Parse{Name: "b", Query: "tag"}, &pgproto3.Sync{})
	c.until("Z")
	require.Equal(t, []string{"C DEALLOCATE", "ZI"}, c.query("deallocate a"))
	require.Equal(t, []string{`E ERROR 26000: prepared statement "a" does not exist`, "ZI"}, c.query("deallocate a"))
	require.Equal(t, []string{"C DISCARD", "ZI"}, c.query("discard all"))
	c.say(&pgproto3.Bind{PreparedStatement: "b"}, &pgproto3.Sync{})
	require.Equal(t, []string{`E ERROR 26000: prepared statement "b" does not exist`, "ZI"}, c.until("Z"))
}

func TestFlushWithoutSync(t *testing.T) {
	c := start(t, pgwire.Config{}).connect(t)
	c.say(&pgproto3.Parse{Query: "rows 1"}, &pgproto3.Describe{ObjectType: 'S'}, &pgproto3.Flush{})
	require.Equal(t, []string{"1", "t []", rowT}, c.until("T"))
	c.say(&pgproto3.Bind{}, &pgproto3.Execute{}, &pgproto3.Flush{})
	require.Equal(t, []string{"2", "D 0|row 0|0", "C SELECT 1"}, c.until("C"))
	c.say(&pgproto3.Sync{})
	require.Equal(t, []string{"ZI"}, c.until("Z"))
}

func TestCopyIn(t *testing.T) {
	s := start(t, pgwire.Config{})
	c := s.connect(t)
	data := func(s string) *pgproto3.CopyData { return &pgproto3.CopyData{Data: []byte(s)} }
	c.say(&pgproto3.Query{String: "copyin text"})
	require.Equal(t, []string{"G0 [0 0]"}, c.until("G"))
	c.say(data("1\to"), data("ne\n2\t\\N\n3"), data("\tx\\ty\n"), &pgproto3.CopyDone{})
	require.Equal(t, []string{"C COPY 3", "ZI"}, c.until("Z"))
	require.Equal(t, []string{"1|one", "2|NULL", "3|x\ty"}, s.backend.rows())

	c.say(&pgproto3.Query{String: "copyin csv"}, data("0,z\n1,\"a\nb\"\n"), data("x,2\n"), data("3,c\n"), &pgproto3.CopyDone{})
	c.until("G")
	m, err := c.Receive()
	require.NoError(t, err)
	e := m.(*pgproto3.ErrorResponse)
	require.Equal(t, "22P02", e.Code)
	require.Equal(t, `COPY t, line 4, column n: "x"`, e.Where)
	require.Equal(t, []string{"ZI"}, c.until("Z"), "the rest of the data is dropped")
	require.Equal(t, []string{"C TAG", "ZI"}, c.query("tag"))
	require.Len(t, s.backend.rows(), 3, "nothing of a failed COPY stays")

	c.say(&pgproto3.Query{String: "copyin text; tag"}, data("9\tnine\n"), &pgproto3.CopyFail{Message: "canceled by user"})
	require.Equal(t, []string{"G0 [0 0]", "E ERROR 57014: COPY from stdin failed: canceled by user", "ZI"}, c.until("Z"))
	require.Len(t, s.backend.rows(), 3)

	c.say(&pgproto3.Query{String: "copyin text"}, data("1\tone\n"), &pgproto3.Query{String: "tag"})
	require.Equal(t, []string{"G0 [0 0]", "E ERROR 08P01: unexpected message type 0x51 during COPY from stdin",
		"E FATAL 08P01: terminating connection because protocol synchronization was lost"}, c.until("E FATAL"))
}

func TestCopyInIsCancelledWhileItWaits(t *testing.T) {
	s := start(t, pgwire.Config{})
	c := s.connect(t)
	for range 50 {
		c.say(&pgproto3.Query{String: "copyin text"})
		c.until("G")
		c.say(&pgproto3.CopyData{Data: []byte("1\tone\n2\ttw")})
		other := s.bare(t)
		other.say(&c.key)
		require.Equal(t, []string{"E ERROR 57014: canceling statement due to user request", "ZI"}, c.until("Z"))
		c.say(&pgproto3.CopyData{Data: []byte("o\n")}, &pgproto3.CopyFail{Message: "stopped"}) // what a client sends that learns of it late
		require.Equal(t, []string{"C TAG", "ZI"}, c.query("tag"))
	}
	require.Empty(t, s.backend.rows())
	require.Equal(t, 50, s.backend.aborted)
}

func TestCancel(t *testing.T) {
	s := start(t, pgwire.Config{})
	conn, err := pgconn.Connect(context.Background(), s.dsn())
	require.NoError(t, err)
	defer func() { _ = conn.Close(context.Background()) }()
	for _, mode := range []string{"simple", "extended"} {
		done := make(chan error, 1)
		go func() {
			if mode == "simple" {
				_, err := conn.Exec(context.Background(), "sleep").ReadAll()
				done <- err
				return
			}
			done <- conn.ExecParams(context.Background(), "sleep", nil, nil, nil, nil).Read().Err
		}()
		<-s.backend.running
		wrong := s.bare(t) // a key that is not right does nothing
		wrong.say(&pgproto3.CancelRequest{ProcessID: conn.PID(), SecretKey: []byte{1, 2, 3, 4}})
		_, err := wrong.nc.Read(make([]byte, 1))
		require.ErrorIs(t, err, io.EOF, "a cancel request has no answer")
		require.NoError(t, conn.CancelRequest(context.Background()))
		require.ErrorContains(t, <-done, "canceling statement due to user request (SQLSTATE 57014)", mode)
	}
}

func TestClientDisconnectStopsStatement(t *testing.T) {
	s := start(t, pgwire.Config{})
	c := s.connect(t)
	c.say(&pgproto3.Query{String: "sleep"})
	<-s.backend.running
	require.NoError(t, c.nc.Close())
	require.Eventually(t, func() bool { return s.Connections() == 0 }, 10*time.Second, 10*time.Millisecond)
}

func TestStartup(t *testing.T) {
	s := start(t, pgwire.Config{MaxConnections: 3})
	t.Run("encryption is declined once each", func(t *testing.T) {
		c := s.bare(t)
		for _, m := range []pgproto3.FrontendMessage{&pgproto3.GSSEncRequest{}, &pgproto3.SSLRequest{}} {
			c.say(m)
			b := make([]byte, 1)
			_, err := io.ReadFull(c.nc, b)
			require.NoError(t, err)
			require.Equal(t, "N", string(b))
		}
		c.say(&pgproto3.SSLRequest{})
		require.Equal(t, []string{"E FATAL 0A000: unsupported frontend protocol 1234.5679: server supports 3.0 to 3.2"}, c.until("E"))
	})
	t.Run("no user", func(t *testing.T) {
		c := s.bare(t)
		c.startup(map[string]string{"database": "x"})
		require.Equal(t, []string{"E FATAL 28000: no PostgreSQL user name specified in startup packet"}, c.until("E"))
	})
	t.Run("refused", func(t *testing.T) {
		c := s.bare(t)
		c.startup(map[string]string{"user": "refused"})
		require.Equal(t, []string{`E FATAL 28000: role "refused" is not permitted to log in`}, c.until("E"))
		c = s.bare(t)
		c.startup(map[string]string{"user": "a", "database": "missing"})
		require.Equal(t, []string{`E FATAL 3D000: database "missing" does not exist`}, c.until("E"))
	})
	t.Run("parameters", func(t *testing.T) {
		c := s.bare(t)
		c.startup(map[string]string{"user": "u", "Application_Name": "x y", "options": `-c geqo=off --search-path=a\ b -cTimeZone=UTC`})
		c.until("Z")
		info := s.backend.sessions[len(s.backend.sessions)-1].info
		require.Equal(t, "u", info.Database)
		require.Equal(t, map[string]string{"application_name": "x y", "geqo": "off", "search_path": "a b", "timezone": "UTC"}, info.Parameters)
		require.NotZero(t, info.ProcessID)
	})
	t.Run("newer protocol", func(t *testing.T) {
		for asked, agreed := range map[uint32]uint32{3<<16 | 1: 3 << 16, 3<<16 | 2: 0, 3<<16 | 9: 3<<16 | 2, 3<<16 | 9999: 3<<16 | 2} {
			c := s.bare(t)
			body := binary.BigEndian.AppendUint32(nil, asked)
			body = append(body, "user\x00u\x00\x00"...)
			_, err := c.nc.Write(append(binary.BigEndian.AppendUint32(nil, uint32(len(body)+4)), body...))
			require.NoError(t, err)
			m, err := c.Receive()
			require.NoError(t, err)
			if agreed == 0 {
				require.IsType(t, &pgproto3.AuthenticationOk{}, m)
			} else {
				require.Equal(t, agreed, m.(*pgproto3.NegotiateProtocolVersion).NewestMinorProtocol)
			}
			c.until("Z")
			c.say(&pgproto3.Terminate{})
			_, err = io.Copy(io.Discard, c.nc)
			require.NoError(t, err)
		}
	})
	t.Run("options of the protocol", func(t *testing.T) {
		c := s.bare(t)
		c.startup(map[string]string{"user": "u", "_pq_.command": "x"})
		m, err := c.Receive()
		require.NoError(t, err)
		require.Equal(t, []string{"_pq_.command"}, m.(*pgproto3.NegotiateProtocolVersion).UnrecognizedOptions)
	})
}

func TestConnectionLimit(t *testing.T) {
	s := start(t, pgwire.Config{MaxConnections: 2})
	a, b := s.connect(t), s.connect(t)
	c := s.bare(t)
	c.startup(map[string]string{"user": "u"})
	require.Equal(t, []string{"E FATAL 53300: sorry, too many clients already"}, c.until("E"))
	a.say(&pgproto3.Terminate{})
	require.Eventually(t, func() bool { return s.Connections() == 1 }, 10*time.Second, time.Millisecond)
	s.connect(t)
	require.Equal(t, []string{"C TAG", "ZI"}, b.query("tag"))
}

func TestStartupDeadline(t *testing.T) {
	s := start(t, pgwire.Config{StartupTimeout: 50 * time.Millisecond})
	c := s.bare(t)
	_, err := c.nc.Read(make([]byte, 1))
	require.ErrorIs(t, err, io.EOF)
}

func TestShutdown(t *testing.T) {
	s := start(t, pgwire.Config{DrainGrace: 50 * time.Millisecond})
	idle, block, busy := s.connect(t), s.connect(t), s.connect(t)
	block.query("begin")
	copying := s.connect(t)
	copying.say(&pgproto3.Query{String: "copyin text"})
	copying.until("G")
	busy.say(&pgproto3.Query{String: "sleep"})
	<-s.backend.running
	require.NoError(t, s.stop())
	for _, c := range []*raw{idle, block, busy, copying} {
		require.Equal(t, []string{"E FATAL 57P01: terminating connection due to administrator command"}, c.until("E"))
		_, err := c.Receive()
		require.Error(t, err)
	}
	for _, session := range s.backend.sessions {
		require.True(t, session.closed)
	}
}

func TestShutdownLetsStatementsFinish(t *testing.T) {
	s := start(t, pgwire.Config{DrainGrace: 20 * time.Second})
	c := s.connect(t)
	c.say(&pgproto3.Query{String: "copyin text"})
	c.until("G")
	stopped := make(chan error, 1)
	go func() { stopped <- s.stop() }()
	require.Eventually(t, func() bool { // the listener is closed once the drain begins
		nc, err := pgconn.Connect(context.Background(), s.dsn())
		if err == nil {
			_ = nc.Close(context.Background())
		}
		return err != nil
	}, 10*time.Second, 5*time.Millisecond)
	c.say(&pgproto3.CopyData{Data: []byte("1\tone\n")}, &pgproto3.CopyDone{})
	require.Equal(t, []string{"C COPY 1", "ZI", "E FATAL 57P01: terminating connection due to administrator command"}, c.until("E"))
	require.NoError(t, <-stopped)
	require.Equal(t, []string{"1|one"}, s.backend.rows())
}

func TestPanicEndsOneConnection(t *testing.T) {
	s := start(t, pgwire.Config{})
	other, c := s.connect(t), s.connect(t)
	c.say(&pgproto3.Query{String: "panic"})
	require.Equal(t, []string{"E FATAL XX000: internal error"}, c.until("E"))
	require.Equal(t, []string{"C TAG", "ZI"}, other.query("tag"))
	require.Contains(t, s.log.String(), "fake panic")
	require.Contains(t, s.log.String(), "session_test.go", "the stack is logged")
}

func TestTerminateBackend(t *testing.T) {
	s := start(t, pgwire.Config{})
	conn, err := pgconn.Connect(context.Background(), s.dsn())
	require.NoError(t, err)
	defer func() { _ = conn.Close(context.Background()) }()
	gone := s.TerminateBackend(conn.PID())
	require.NotNil(t, gone)
	require.Eventually(t, func() bool { return s.Connections() == 0 }, 10*time.Second, time.Millisecond)
	<-gone
	require.Nil(t, s.TerminateBackend(conn.PID()))
	require.False(t, s.CancelBackend(conn.PID()))
}

func TestPgx(t *testing.T) {
	s := start(t, pgwire.Config{})
	for _, mode := range []pgx.QueryExecMode{pgx.QueryExecModeCacheStatement, pgx.QueryExecModeCacheDescribe, pgx.QueryExecModeDescribeExec, pgx.QueryExecModeExec, pgx.QueryExecModeSimpleProtocol} {
		cfg, err := pgx.ParseConfig(s.dsn())
		require.NoError(t, err)
		cfg.DefaultQueryExecMode = mode
		conn, err := pgx.ConnectConfig(context.Background(), cfg)
		require.NoError(t, err)
		for range 2 {
			rows, err := conn.Query(context.Background(), "rows 5000")
			require.NoError(t, err)
			n := 0
			for rows.Next() {
				var i int32
				var text *string
				var f float64
				require.NoError(t, rows.Scan(&i, &text, &f))
				require.EqualValues(t, n, i)
				require.InDelta(t, float64(n)/4, f, 0)
				require.Equal(t, n%10 == 9, text == nil)
				n++
			}
			require.NoError(t, rows.Err())
			require.Equal(t, 5000, n)
		}
		_, err = conn.Exec(context.Background(), "fail")
		require.ErrorContains(t, err, "22012")
		if mode != pgx.QueryExecModeSimpleProtocol {
			var got []int64
			require.NoError(t, conn.QueryRow(context.Background(), "echo $1 _int8", []int64{1, 2, 3}).Scan(&got))
			require.Equal(t, []int64{1, 2, 3}, got)
			now := time.Now().Truncate(time.Microsecond)
			var back time.Time
			require.NoError(t, conn.QueryRow(context.Background(), "echo $1 timestamptz", now).Scan(&back))
			require.True(t, now.Equal(back))
		}
		require.NoError(t, conn.Ping(context.Background()))
		require.NoError(t, conn.Close(context.Background()))
	}
}

func TestPgxCopy(t *testing.T) {
	s := start(t, pgwire.Config{})
	conn, err := pgconn.Connect(context.Background(), s.dsn())
	require.NoError(t, err)
	defer func() { _ = conn.Close(context.Background()) }()
	for _, format := range []string{"text", "csv", "binary"} {
		var out strings.Builder
		tag, err := conn.CopyTo(context.Background(), &out, "copyout "+format+" 2500")
		require.NoError(t, err)
		require.Equal(t, "COPY 2500", tag.String())
		before := len(s.backend.rows())
		tag, err = conn.CopyFrom(context.Background(), strings.NewReader(out.String()), "copyin "+format)
		require.NoError(t, err)
		require.Equal(t, "COPY 2500", tag.String())
		rows := s.backend.rows()[before:]
		require.Len(t, rows, 2500)
		require.Equal(t, "0|row 0", rows[0])
		require.Equal(t, "2499|NULL", rows[2499])
	}
}
