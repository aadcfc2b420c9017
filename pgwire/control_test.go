package pgwire_test

import (
	"context"
	"encoding/binary"
	"io"
	"net"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgproto3"
	"github.com/stretchr/testify/require"

	"github.com/miniodb/miniodb/pgwire"
)

// controlled is a fakeBackend whose sessions have time limits, notifications and one cursor, "cur".
type controlled struct {
	*fakeBackend
	limits pgwire.Timeouts
	plain  string // a user who is no superuser
}

func (b *controlled) Superuser(user string) bool { return user != b.plain }

func (b *controlled) Open(ctx context.Context, c pgwire.ClientInfo, out pgwire.Outlet) (pgwire.Session, error) {
	s, err := b.fakeBackend.Open(ctx, c, out)
	if err != nil {
		return nil, err
	}
	return &controlledSession{fakeSession: s.(*fakeSession), limits: b.limits}, nil
}

type controlledSession struct {
	*fakeSession
	limits pgwire.Timeouts

	mu   sync.Mutex
	mail []pgwire.Notification
}

func (s *controlledSession) Timeouts() pgwire.Timeouts { return s.limits }

func (s *controlledSession) Notifications() []pgwire.Notification {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := s.mail
	s.mail = nil
	return all
}

func (s *controlledSession) notify(n pgwire.Notification) {
	s.mu.Lock()
	s.mail = append(s.mail, n)
	s.mu.Unlock()
	s.out.(pgwire.Control).Wake()
}

func (s *controlledSession) DescribeCursor(name string) ([]pgwire.Column, bool, bool) {
	return rowColumns, true, name == "cur"
}

func (s *controlledSession) FetchCursor(_ string, limit int64) (pgwire.Result, error) {
	left := 3
	if limit > 0 {
		left = min(left, int(limit))
	}
	s.open++
	return &fakeResult{s: s.fakeSession, cols: rowColumns, word: "SELECT", left: left}, nil
}

func (s *controlledSession) CloseCursor(string) {}

func startControlled(t *testing.T, cfg pgwire.Config, limits pgwire.Timeouts) (*testServer, *controlled) {
	b := &controlled{fakeBackend: newBackend(), limits: limits, plain: "plain"}
	s := startWith(t, cfg, b)
	s.backend = b.fakeBackend
	return s, b
}

func TestStatementTimeout(t *testing.T) {
	s, _ := startControlled(t, pgwire.Config{}, pgwire.Timeouts{Statement: 30 * time.Millisecond})
	c := s.connect(t)
	late := "E ERROR 57014: canceling statement due to statement timeout"
	require.Equal(t, []string{late, "ZI"}, c.query("sleep"))
	require.Equal(t, []string{"C TAG", late, "ZI"}, c.query("tag; sleep; tag"), "each statement has its own limit")
	c.say(&pgproto3.Parse{Query: "sleep"}, &pgproto3.Bind{}, &pgproto3.Execute{}, &pgproto3.Sync{})
	require.Equal(t, []string{"1", "2", late, "ZI"}, c.until("Z"))
	c.say(&pgproto3.Query{String: "copyin text"})
	require.Equal(t, []string{"G0 [0 0]", late, "ZI"}, c.until("Z"), "the client of a COPY has to be quick, too")
	c.say(&pgproto3.CopyFail{Message: "late"})
	require.Equal(t, []string{"C TAG", "ZI"}, c.query("tag"))
	for range 200 { // a limit that is over has no effect on what follows
		require.Equal(t, []string{"C TAG", "ZI"}, c.query("tag"))
	}
}

func TestIdleTimeouts(t *testing.T) {
	s, _ := startControlled(t, pgwire.Config{}, pgwire.Timeouts{Idle: 50 * time.Millisecond, IdleInTransaction: 30 * time.Millisecond})
	idle := s.connect(t)
	require.Equal(t, []string{"E FATAL 57P05: terminating connection due to idle-session timeout"}, idle.until("E"))
	_, err := idle.Receive()
	require.ErrorIs(t, err, io.ErrUnexpectedEOF)

	inTx := s.connect(t)
	require.Equal(t, []string{"C BEGIN", "ZT"}, inTx.query("begin"))
	require.Equal(t, []string{"E FATAL 25P03: terminating connection due to idle-in-transaction timeout"}, inTx.until("E"))

	busy := s.connect(t) // between messages that belong together nobody is idle
	busy.say(&pgproto3.Parse{Query: "tag"})
	busy.say(&pgproto3.Flush{})
	require.Equal(t, []string{"1"}, busy.until("1"))
	timer := time.NewTimer(150 * time.Millisecond)
	<-timer.C
	busy.say(&pgproto3.Bind{}, &pgproto3.Execute{}, &pgproto3.Sync{})
	require.Equal(t, []string{"2", "C TAG", "ZI"}, busy.until("Z"))
	require.Eventually(t, func() bool { return s.Connections() == 0 }, 10*time.Second, time.Millisecond)
}

func TestNotifications(t *testing.T) {
	b := &controlled{fakeBackend: newBackend()}
	opened := make(chan *controlledSession, 1)
	s := startWith(t, pgwire.Config{}, &opening{controlled: b, opened: opened})
	c := s.connect(t)
	session := <-opened
	receive := func() *pgproto3.NotificationResponse {
		m, err := c.Receive()
		require.NoError(t, err)
		n, ok := m.(*pgproto3.NotificationResponse)
		require.True(t, ok, "%T", m)
		return n
	}
	for range 100 { // whatever the connection is doing
		session.notify(pgwire.Notification{PID: 7, Channel: "ch", Payload: "idle"})
		require.Equal(t, &pgproto3.NotificationResponse{PID: 7, Channel: "ch", Payload: "idle"}, receive())
	}
	require.Equal(t, []string{"C BEGIN", "ZT"}, c.query("begin"))
	session.notify(pgwire.Notification{PID: 7, Channel: "ch", Payload: "later"})
	require.Equal(t, []string{"C TAG", "ZT"}, c.query("tag"), "not in a transaction")
	require.Equal(t, []string{"C COMMIT", "*pgproto3.NotificationResponse", "ZI"}, c.query("commit"), "before ReadyForQuery")
}

type opening struct {
	*controlled
	opened chan *controlledSession
}

func (o *opening) Open(ctx context.Context, c pgwire.ClientInfo, out pgwire.Outlet) (pgwire.Session, error) {
	s, err := o.controlled.Open(ctx, c, out)
	o.opened <- s.(*controlledSession)
	return s, err
}

func TestCursorIsPortal(t *testing.T) {
	s, _ := startControlled(t, pgwire.Config{}, pgwire.Timeouts{})
	c := s.connect(t)
	c.say(&pgproto3.Describe{ObjectType: 'P', Name: "cur"}, &pgproto3.Execute{Portal: "cur", MaxRows: 2}, &pgproto3.Execute{Portal: "cur"},
		&pgproto3.Close{ObjectType: 'P', Name: "cur"}, &pgproto3.Sync{})
	out := c.until("Z")
	require.Equal(t, "T n:23/1 t:25/1 f:701/1", out[0])
	require.Equal(t, "s", out[3])
	require.Equal(t, []string{"C SELECT 3", "3", "ZI"}, out[7:])
	c.say(&pgproto3.Parse{Query: "tag"}, &pgproto3.Bind{DestinationPortal: "cur"}, &pgproto3.Sync{})
	require.Equal(t, []string{"1", `E ERROR 42P03: cursor "cur" already exists`, "ZI"}, c.until("Z"))
	c.say(&pgproto3.Execute{Portal: "other"}, &pgproto3.Sync{})
	require.Equal(t, []string{`E ERROR 34000: portal "other" does not exist`, "ZI"}, c.until("Z"))
}

func TestReservedConnections(t *testing.T) {
	s, _ := startControlled(t, pgwire.Config{MaxConnections: 4, ReservedConnections: 2}, pgwire.Timeouts{})
	as := func(user string) string {
		c := s.bare(t)
		c.startup(map[string]string{"user": user})
		for {
			m, err := c.Receive()
			require.NoError(t, err)
			switch text := brief(m); text[:min(len(text), 1)] {
			case "Z", "E":
				return text
			}
		}
	}
	require.Equal(t, "ZI", as("plain"))
	require.Equal(t, "ZI", as("plain"))
	require.Equal(t, "E FATAL 53300: remaining connection slots are reserved for non-replication superuser connections", as("plain"))
	require.Equal(t, "ZI", as("admin"))
	require.Equal(t, "ZI", as("admin"))
	require.Equal(t, "E FATAL 53300: sorry, too many clients already", as("admin"))
}

// TestCancelKeys checks the lengths of keys in both versions of the protocol, and that each cancels.
func TestCancelKeys(t *testing.T) {
	s := start(t, pgwire.Config{})
	for version, length := range map[uint32]int{pgproto3.ProtocolVersion30: 4, pgproto3.ProtocolVersion32: 32} {
		c := s.bare(t)
		c.say(&pgproto3.StartupMessage{ProtocolVersion: version, Parameters: map[string]string{"user": "miniodb"}})
		c.until("Z")
		require.Len(t, c.key.SecretKey, length)
		c.say(&pgproto3.Query{String: "sleep"})
		<-s.backend.running
		for _, wrong := range [][]byte{c.key.SecretKey[:3], append([]byte{^c.key.SecretKey[0]}, c.key.SecretKey[1:]...), make([]byte, 256)} {
			s.cancel(t, c.key.ProcessID, wrong)
		}
		s.cancel(t, c.key.ProcessID+1, c.key.SecretKey)
		s.cancel(t, c.key.ProcessID, c.key.SecretKey)
		require.Equal(t, []string{"E ERROR 57014: canceling statement due to user request", "ZI"}, c.until("Z"))
		s.cancel(t, c.key.ProcessID, c.key.SecretKey) // while idle: no effect
		require.Equal(t, []string{"C TAG", "ZI"}, c.query("tag"))
	}
}

// cancel sends a cancel request and waits until the server has closed the connection.
func (s *testServer) cancel(t *testing.T, pid uint32, key []byte) {
	sendCancel(t, s, 80877102, pid, key)
}

func sendCancel(t *testing.T, s *testServer, code, pid uint32, key []byte) {
	nc := s.dial(t)
	packet := binary.BigEndian.AppendUint32(nil, uint32(12+len(key)))
	packet = binary.BigEndian.AppendUint32(packet, code)
	packet = append(binary.BigEndian.AppendUint32(packet, pid), key...)
	_, err := nc.Write(packet)
	require.NoError(t, err)
	_, err = nc.Read(make([]byte, 1))
	require.ErrorIs(t, err, io.EOF)
}

// group is a pgwire.Peers of tests.
type group struct {
	mu    sync.Mutex
	addrs map[uint16][]string
	asked int
}

func (g *group) CancelAddrs(_ context.Context, tag uint16) ([]string, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.asked++
	return g.addrs[tag], nil
}

// questions is how often the group was asked.
func (g *group) questions() int {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.asked
}

// TestCancelThroughAnotherServer sends cancel requests to the server that does not have the session.
func TestCancelThroughAnotherServer(t *testing.T) {
	g := &group{addrs: map[uint16][]string{}}
	tag, other := pgwire.NodeTag("a"), pgwire.NodeTag("b")
	require.NotEqual(t, tag, other)
	a, b := start(t, pgwire.Config{NodeTag: tag, Peers: g}), start(t, pgwire.Config{NodeTag: other, Peers: g})
	third := start(t, pgwire.Config{NodeTag: other, Peers: g}) // another server with the hash of b
	dead, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	require.NoError(t, dead.Close())
	g.addrs[tag] = []string{a.Addr().String()}
	g.addrs[other] = []string{b.Addr().String(), third.Addr().String(), dead.Addr().String()}

	for _, s := range []*testServer{b, third} {
		c := s.connect(t)
		require.Equal(t, uint32(other), c.key.ProcessID>>21)
		c.say(&pgproto3.Query{String: "sleep"})
		<-s.backend.running
		a.cancel(t, c.key.ProcessID, []byte{1, 2, 3, 4})
		a.cancel(t, c.key.ProcessID, c.key.SecretKey)
		require.Equal(t, []string{"E ERROR 57014: canceling statement due to user request", "ZI"}, c.until("Z"))
	}
	// A request that was passed on is not passed on again, and one for a server that nobody knows ends where it is.
	before := g.questions()
	sendCancel(t, a, 1234<<16|5690, uint32(other)<<21|1, []byte{1, 2, 3, 4})
	require.Equal(t, before, g.questions())
	a.cancel(t, 1023<<21|1, []byte{1, 2, 3, 4})
	require.Equal(t, before+1, g.questions())
}

// TestTerminateSlowReader ends a session that waits for its client to read.
func TestTerminateSlowReader(t *testing.T) {
	s := start(t, pgwire.Config{})
	c := s.connect(t)
	c.say(&pgproto3.Query{String: "rows 100000000"})
	_, err := c.Receive() // it streams
	require.NoError(t, err)
	gone := s.TerminateBackend(c.key.ProcessID)
	require.NotNil(t, gone)
	select {
	case <-gone:
	case <-time.After(10 * time.Second):
		t.Fatal("the session did not end")
	}
}
