package session

import (
	"net"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/miniodb/miniodb/pgwire"
)

// activity is what others can see of a session, as in PostgreSQL's pg_stat_activity. It is replaced, never changed.
type activity struct {
	state       string
	changed     time.Time // the state
	query       string    // the running statement, or the last one
	queryStart  time.Time
	txStart     time.Time // zero: no transaction
	application string
}

// States of a session.
const (
	stateActive = "active"
	stateIdle   = "idle"
	stateInTx   = "idle in transaction"
	stateFailed = "idle in transaction (aborted)"
)

// maxActivityBytes is how much of a statement's text is kept, as track_activity_query_size of PostgreSQL.
const maxActivityBytes = 1024

// wait is what a session waits for: pg_stat_activity.wait_event_type and wait_event.
type wait struct{ kind, event string }

var (
	waitAdvisory = wait{"Lock", "advisory"}
	waitClient   = wait{"Client", "ClientRead"}
	waitSleep    = wait{"Timeout", "PgSleep"}
)

// running notes that a statement runs.
func (s *Session) running(text string) {
	now := time.Now()
	a := &activity{state: stateActive, changed: now, query: strings.Clone(cut(text)), queryStart: now, application: s.values.get("application_name")}
	if old := s.activity.Load(); old.state == stateActive {
		a.changed = old.changed
	}
	if s.tx != nil {
		a.txStart = s.tx.now
	}
	s.activity.Store(a)
}

// resting notes that the client's message has been answered.
func (s *Session) resting() {
	state := stateIdle
	switch s.TxStatus() {
	case 'T':
		state = stateInTx
	case 'E':
		state = stateFailed
	}
	old := s.activity.Load()
	if old.state == state {
		return
	}
	a := *old
	a.state, a.changed, a.txStart, a.application = state, time.Now(), time.Time{}, s.values.get("application_name")
	if s.tx != nil {
		a.txStart = s.tx.now
	}
	s.activity.Store(&a)
}

func cut(text string) string {
	if len(text) <= maxActivityBytes-1 {
		return text
	}
	end := maxActivityBytes - 1
	for end > 0 && !utf8.RuneStart(text[end]) {
		end--
	}
	return text[:end]
}

// waitFor notes what the running statement waits for until done is called.
func (s *Session) waitFor(w *wait) (done func()) {
	s.waiting.Store(w)
	return func() { s.waiting.Store(nil) }
}

// waits says what the session waits for; nil: nothing worth telling.
func (s *Session) waits(a *activity) *wait {
	if a.state != stateActive {
		return &waitClient
	}
	return s.waiting.Load()
}

// clientAddress returns host and port as pg_stat_activity shows them: NULL and -1 for a local socket.
func (s *Session) clientAddress() (host, port any) {
	tcp, ok := s.client.Addr.(*net.TCPAddr)
	if !ok {
		return nil, -1
	}
	return tcp.AddrPort().Addr().Unmap().WithZone("").String(), tcp.Port
}

// Timeouts implements pgwire.TimedSession.
func (s *Session) Timeouts() pgwire.Timeouts {
	return pgwire.Timeouts{
		Statement: s.values.duration("statement_timeout"), Idle: s.values.duration("idle_session_timeout"),
		IdleInTransaction: s.values.duration("idle_in_transaction_session_timeout"),
	}
}

// Superuser implements pgwire.PrivilegedBackend.
func (n *Node) Superuser(user string) bool {
	role := n.catalog.Current().Roles[user]
	return role != nil && role.Superuser
}
