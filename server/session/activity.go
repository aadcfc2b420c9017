package session

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/miniodb/miniodb/internal/sqltype"
	"github.com/miniodb/miniodb/sql"
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

// running notes that a statement runs.
func (s *Session) running(text string) {
	now := time.Now()
	a := &activity{state: stateActive, changed: now, query: strings.Clone(cut(text)), queryStart: now, application: s.values.get("application_name")}
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
	if len(text) <= maxActivityBytes {
		return text
	}
	end := maxActivityBytes
	for end > 0 && !utf8.RuneStart(text[end]) {
		end--
	}
	return text[:end]
}

func queriesRelation(n *Node) *systemObject {
	return &systemObject{
		System: sql.System{Name: systemName("queries"), OID: oidQueries, Columns: SystemColumns(
			"pid", sqltype.Int4, "usename", sqltype.Name, "application_name", sqltype.Text, "client_addr", sqltype.Text,
			"backend_start", sqltype.Timestamptz, "xact_start", sqltype.Timestamptz, "query_start", sqltype.Timestamptz,
			"state_change", sqltype.Timestamptz, "state", sqltype.Text, "query", sqltype.Text)},
		rows: func(context.Context, *Session, []*string) ([][]*string, error) {
			n.mu.Lock()
			all := make([]*Session, 0, len(n.sessions))
			for s := range n.sessions {
				all = append(all, s)
			}
			n.mu.Unlock()
			slices.SortFunc(all, func(a, b *Session) int { return cmp.Compare(a.client.ProcessID, b.client.ProcessID) })
			out := make([][]*string, len(all))
			for i, s := range all {
				a, addr := s.activity.Load(), ""
				if s.client.Addr != nil {
					addr = s.client.Addr.String()
				}
				out[i] = Row(s.client.ProcessID, s.client.User, a.application, addr, s.opened, a.txStart, a.queryStart, a.changed, a.state, a.query)
			}
			return out, nil
		},
	}
}
