package session

import (
	"slices"
	"sync"

	"github.com/jackc/pgerrcode"

	"github.com/miniodb/miniodb/internal/pgerr"
	"github.com/miniodb/miniodb/pgwire"
	"github.com/miniodb/miniodb/sql"
)

// Limits of LISTEN and NOTIFY.
const (
	maxChannelBytes      = 63
	maxPayloadBytes      = 7999 // as in PostgreSQL
	maxChannels          = 1_000
	maxNotifications     = 10_000  // of one transaction
	maxPendingBytes      = 8 << 20 // that wait for one session; beyond that it loses the oldest
	notificationOverhead = 64
)

// channels are the notification channels of a server. A notification reaches the sessions of this server that listen when its transaction commits.
type channels struct {
	mu        sync.Mutex
	listeners map[string]map[*mailbox]bool
}

// mailbox holds what was sent to a session and not yet told to its client.
type mailbox struct {
	wake func()

	mu      sync.Mutex
	pending []pgwire.Notification
	bytes   int
	lost    int
}

func newChannels() *channels { return &channels{listeners: map[string]map[*mailbox]bool{}} }

func (c *channels) listen(name string, m *mailbox) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.listeners[name] == nil {
		c.listeners[name] = map[*mailbox]bool{}
	}
	c.listeners[name][m] = true
}

func (c *channels) unlisten(name string, m *mailbox) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if delete(c.listeners[name], m); len(c.listeners[name]) == 0 {
		delete(c.listeners, name)
	}
}

func (c *channels) send(all []pgwire.Notification) {
	var woken []*mailbox
	for _, n := range all {
		c.mu.Lock()
		for m := range c.listeners[n.Channel] {
			m.put(n)
			if !slices.Contains(woken, m) {
				woken = append(woken, m)
			}
		}
		c.mu.Unlock()
	}
	for _, m := range woken {
		m.wake()
	}
}

func (m *mailbox) put(n pgwire.Notification) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.pending = append(m.pending, n)
	m.bytes += len(n.Payload) + notificationOverhead
	for m.bytes > maxPendingBytes { // a client that stays in a transaction
		m.bytes -= len(m.pending[0].Payload) + notificationOverhead
		m.pending = m.pending[1:]
		m.lost++
	}
}

// Notifications implements pgwire.ListeningSession.
func (s *Session) Notifications() []pgwire.Notification {
	if len(s.listening) == 0 {
		return nil
	}
	m := s.mailbox
	m.mu.Lock()
	out, lost := m.pending, m.lost
	m.pending, m.bytes, m.lost = nil, 0, 0
	m.mu.Unlock()
	if lost > 0 {
		s.tell(pgerr.Warning(pgerrcode.ProgramLimitExceeded, "%d notifications were lost: too many came during one transaction", lost))
	}
	return slices.DeleteFunc(out, func(n pgwire.Notification) bool { return !s.listening[n.Channel] })
}

func (s *Session) runListen(c *sql.Listen, tag string) (pgwire.Result, error) {
	if !s.listening[c.Channel] && len(s.listening)+len(s.tx.listen) >= maxChannels {
		return nil, pgerr.New(pgerrcode.ProgramLimitExceeded, "more than %d channels", maxChannels)
	}
	s.tx.listen = append(s.tx.listen, *c)
	return tagResult(tag), nil
}

// notify queues a notification for the end of the transaction; equal ones are sent once, as in PostgreSQL.
func (s *Session) notify(channel, payload string) error {
	switch {
	case channel == "":
		return pgerr.New(pgerrcode.InvalidParameterValue, "channel name cannot be empty")
	case len(channel) > maxChannelBytes:
		return pgerr.New(pgerrcode.InvalidParameterValue, "channel name too long")
	case len(payload) > maxPayloadBytes:
		return pgerr.New(pgerrcode.InvalidParameterValue, "payload string too long")
	case len(s.tx.notify) >= maxNotifications:
		return pgerr.New(pgerrcode.ProgramLimitExceeded, "more than %d notifications in one transaction", maxNotifications)
	}
	n := pgwire.Notification{PID: s.client.ProcessID, Channel: channel, Payload: payload}
	if s.tx.notified == nil {
		s.tx.notified = map[pgwire.Notification]bool{}
	}
	if !s.tx.notified[n] {
		s.tx.notified[n] = true
		s.tx.notify = append(s.tx.notify, n)
	}
	return nil
}

// announce does what LISTEN, UNLISTEN and NOTIFY said in a transaction that has committed.
func (s *Session) announce(t *transaction) {
	for _, l := range t.listen {
		switch {
		case l.Stop && l.All:
			s.unlisten()
		case l.Stop:
			s.node.channels.unlisten(l.Channel, s.mailbox)
			delete(s.listening, l.Channel)
		default:
			s.node.channels.listen(l.Channel, s.mailbox)
			s.listening[l.Channel] = true
		}
	}
	if len(t.notify) > 0 {
		s.node.channels.send(t.notify)
	}
}

// unlisten ends all listening.
func (s *Session) unlisten() {
	for name := range s.listening {
		s.node.channels.unlisten(name, s.mailbox)
	}
	clear(s.listening)
}
