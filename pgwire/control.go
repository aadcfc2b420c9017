package pgwire

import (
	"time"

	"github.com/miniodb/miniodb/internal/sqltype"
)

// What a session may have beyond Session, and what its Outlet offers beyond Outlet: time limits, notifications, other sessions. Both sides
// find the other's by type assertion, so that a session without them is still one.

// Timeouts are the time limits that a session's settings say; zero: none.
type Timeouts struct {
	// Statement is statement_timeout: from the first message of a statement to its end, the sending of its rows included. The end of an
	// implicit transaction is not part of it, as in PostgreSQL.
	Statement time.Duration
	// IdleInTransaction (idle_in_transaction_session_timeout) and Idle (idle_session_timeout) count from ReadyForQuery to the next message.
	IdleInTransaction, Idle time.Duration
}

// TimedSession has time limits. They are asked for at the beginning of each statement and whenever the session begins to wait for the client.
type TimedSession interface{ Timeouts() Timeouts }

// Notification is one NotificationResponse.
type Notification struct {
	PID              uint32 // of the session that sent it
	Channel, Payload string
}

// ListeningSession is told of NOTIFY. Notifications returns what came since the last call, for a client that is in no transaction.
type ListeningSession interface{ Notifications() []Notification }

// CopyProgress is implemented by a CopyIn or a Result of COPY TO that wants to know how many bytes of data were read or written so far.
type CopyProgress interface{ Progress(bytes int64) }

// Control is what an Outlet offers besides: it is safe for any goroutine.
type Control interface {
	// CancelBackend cancels the running statement of a session of this server; false if there is no such session.
	CancelBackend(pid uint32) bool
	// TerminateBackend ends a session with 57P01. The channel is closed once it is gone; nil if there is no such session.
	TerminateBackend(pid uint32) <-chan struct{}
	// Wake has the connection ask its session for notifications as soon as it is idle.
	Wake()
	// KeepAlive sets when the kernel looks for a dead client: zero values mean the server's defaults. An error if it refuses.
	KeepAlive(idle, interval time.Duration, count int) error
}

// PrivilegedBackend knows who may take the connections that are kept for administrators. Without it everybody may.
type PrivilegedBackend interface{ Superuser(user string) bool }

// CursorSession has cursors that SQL declared: to the protocol they are portals.
type CursorSession interface {
	// DescribeCursor returns a cursor's columns and whether its rows are sent in binary form; ok is false if there is no such cursor.
	DescribeCursor(name string) (columns []Column, binary, ok bool)
	// FetchCursor returns the next rows of a cursor, up to limit unless that is 0.
	FetchCursor(name string, limit int64) (Result, error)
	// CloseCursor closes a cursor if there is one of that name.
	CloseCursor(name string)
}

// SavepointSession has savepoints, a ROLLBACK TO of which ends the portals that were opened since: it tells a PortalOutlet.
type SavepointSession interface {
	// OpenPortal returns the number of a new portal, in one order with savepoints.
	OpenPortal() int64
}

// PortalOutlet is an Outlet that ends portals with a number above the given one, but for the one that is being executed.
type PortalOutlet interface{ EndPortals(above int64) }

// BinaryResult is a Result whose rows are sent in binary form whatever the client asked for, as those of FETCH from a BINARY cursor are.
type BinaryResult interface{ Binary() bool }

// NamedStatement is a statement that the client prepared under a name, for pg_prepared_statements.
type NamedStatement struct {
	Name, Text string
	Params     []sqltype.Type
	Prepared   time.Time
}
