package session

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"sync/atomic"
	"time"

	"github.com/miniodb/miniodb/catalog"
	"github.com/miniodb/miniodb/internal/sqltype"
	"github.com/miniodb/miniodb/sql"
)

// OIDs of what PostgreSQL's own catalog gives numbers to: its relations, and its first database of users.
const (
	databaseOID           uint32 = 5
	oidLocks              uint32 = 12073
	oidCursors            uint32 = 12077
	oidPreparedStatements uint32 = 12095
	oidSettings           uint32 = 12104
	oidStatActivity       uint32 = 12222
	oidStatProgressCopy   uint32 = 12322
	catalogSchema                = "pg_catalog"
	backendType                  = "client backend"
)

// copyProgress is how far a COPY of a session is.
type copyProgress struct {
	relation      uint32 // 0: a query
	command, kind string // COPY FROM or COPY TO; PIPE
	bytes, tuples atomic.Int64
}

// statRelations are the relations of pg_catalog about sessions, with PostgreSQL 15's columns.
func statRelations(n *Node) []*systemObject {
	relation := func(name string, oid uint32, columns []catalog.Column, rows func(s *Session) [][]*string) *systemObject {
		return &systemObject{
			System: sql.System{Name: catalog.Name{Schema: catalogSchema, Name: name}, OID: oid, Columns: columns},
			rows:   func(_ context.Context, s *Session, _ []*string) ([][]*string, error) { return rows(s), nil },
		}
	}
	return []*systemObject{
		relation("pg_stat_activity", oidStatActivity, SystemColumns("datid", sqltype.Oid, "datname", sqltype.Name, "pid", sqltype.Int4, "leader_pid", sqltype.Int4,
			"usesysid", sqltype.Oid, "usename", sqltype.Name, "application_name", sqltype.Text, "client_addr", sqltype.Inet, "client_hostname", sqltype.Text,
			"client_port", sqltype.Int4, "backend_start", sqltype.Timestamptz, "xact_start", sqltype.Timestamptz, "query_start", sqltype.Timestamptz,
			"state_change", sqltype.Timestamptz, "wait_event_type", sqltype.Text, "wait_event", sqltype.Text, "state", sqltype.Text, "backend_xid", sqltype.Xid,
			"backend_xmin", sqltype.Xid, "query_id", sqltype.Int8, "query", sqltype.Text, "backend_type", sqltype.Text), n.activityRows),
		relation("pg_locks", oidLocks, SystemColumns("locktype", sqltype.Text, "database", sqltype.Oid, "relation", sqltype.Oid, "page", sqltype.Int4,
			"tuple", sqltype.Int2, "virtualxid", sqltype.Text, "transactionid", sqltype.Xid, "classid", sqltype.Oid, "objid", sqltype.Oid, "objsubid", sqltype.Int2,
			"virtualtransaction", sqltype.Text, "pid", sqltype.Int4, "mode", sqltype.Text, "granted", sqltype.Bool, "fastpath", sqltype.Bool,
			"waitstart", sqltype.Timestamptz), func(*Session) [][]*string { return n.locks.rows() }),
		relation("pg_cursors", oidCursors, SystemColumns("name", sqltype.Text, "statement", sqltype.Text, "is_holdable", sqltype.Bool, "is_binary", sqltype.Bool,
			"is_scrollable", sqltype.Bool, "creation_time", sqltype.Timestamptz), (*Session).cursorRows),
		relation("pg_prepared_statements", oidPreparedStatements, SystemColumns("name", sqltype.Text, "statement", sqltype.Text, "prepare_time", sqltype.Timestamptz,
			"parameter_types", regtypeArray, "from_sql", sqltype.Bool, "generic_plans", sqltype.Int8, "custom_plans", sqltype.Int8), (*Session).preparedRows),
		relation("pg_settings", oidSettings, SystemColumns("name", sqltype.Text, "setting", sqltype.Text, "unit", sqltype.Text, "category", sqltype.Text,
			"short_desc", sqltype.Text, "extra_desc", sqltype.Text, "context", sqltype.Text, "vartype", sqltype.Text, "source", sqltype.Text, "min_val", sqltype.Text,
			"max_val", sqltype.Text, "enumvals", textArray, "boot_val", sqltype.Text, "reset_val", sqltype.Text, "sourcefile", sqltype.Text,
			"sourceline", sqltype.Int4, "pending_restart", sqltype.Bool), (*Session).settingRows),
		relation("pg_stat_progress_copy", oidStatProgressCopy, SystemColumns("pid", sqltype.Int4, "datid", sqltype.Oid, "datname", sqltype.Name, "relid", sqltype.Oid,
			"command", sqltype.Text, "type", sqltype.Text, "bytes_processed", sqltype.Int8, "bytes_total", sqltype.Int8, "tuples_processed", sqltype.Int8,
			"tuples_excluded", sqltype.Int8), n.copyRows),
	}
}

const (
	textArray    sqltype.OID = 1009
	regtypeArray sqltype.OID = 2211
)

// open lists the sessions by process id.
func (n *Node) open() []*Session {
	n.mu.Lock()
	all := make([]*Session, 0, len(n.sessions))
	for s := range n.sessions {
		all = append(all, s)
	}
	n.mu.Unlock()
	slices.SortFunc(all, func(a, b *Session) int { return cmp.Compare(a.client.ProcessID, b.client.ProcessID) })
	return all
}

// activityRows are the rows of pg_stat_activity. Of other roles' sessions, a role without rights sees that they are there.
func (n *Node) activityRows(s *Session) [][]*string {
	all := n.open()
	out := make([][]*string, len(all))
	for i, o := range all {
		a := o.activity.Load()
		if !s.maySee(o) {
			out[i] = Row(databaseOID, catalog.DatabaseName, o.client.ProcessID, nil, o.login, o.client.User, a.application, nil, nil, nil, nil, nil, nil, nil,
				nil, nil, nil, nil, nil, nil, "<insufficient privilege>", nil)
			continue
		}
		var kind, event any
		if w := o.waits(a); w != nil {
			kind, event = w.kind, w.event
		}
		host, port := o.clientAddress()
		out[i] = Row(databaseOID, catalog.DatabaseName, o.client.ProcessID, nil, o.login, o.client.User, a.application, host, nil, port,
			o.opened, a.txStart, a.queryStart, a.changed, kind, event, a.state, nil, nil, nil, a.query, backendType)
	}
	return out
}

// copyRows are the rows of pg_stat_progress_copy.
func (n *Node) copyRows(*Session) [][]*string {
	var out [][]*string
	for _, s := range n.open() {
		if p := s.copying.Load(); p != nil {
			out = append(out, Row(s.client.ProcessID, databaseOID, catalog.DatabaseName, p.relation, p.command, p.kind, p.bytes.Load(), 0, p.tuples.Load(), 0))
		}
	}
	return out
}

// cursorRows are the rows of pg_cursors.
func (s *Session) cursorRows() [][]*string {
	var out [][]*string
	for _, c := range s.cursors {
		out = append(out, Row(c.name, c.statement, c.hold, c.binary, !c.forward, c.created))
	}
	return out
}

// preparedRows are the rows of pg_prepared_statements: those of PREPARE, and those of the protocol.
func (s *Session) preparedRows() [][]*string {
	var out [][]*string
	for name, p := range s.prepared {
		out = append(out, Row(name, p.text, p.created, arrayText(oidTexts(p.types)), true, 0, 0))
	}
	if w, ok := s.out.(wireStatements); ok {
		for _, p := range w.Statements() {
			types := make([]sqltype.OID, len(p.Params))
			for i, t := range p.Params {
				types[i] = t.OID
			}
			out = append(out, Row(p.Name, p.Text, p.Prepared, arrayText(oidTexts(types)), false, 0, 0))
		}
	}
	return out
}

func oidTexts(types []sqltype.OID) []string {
	out := make([]string, len(types))
	for i, t := range types {
		out[i] = oidText(uint32(t))
	}
	return out
}

// rows are the rows of pg_locks.
func (s *locks) rows() [][]*string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out [][]*string
	add := func(l *lock, by *locker, mode lockMode, granted bool, since time.Time) {
		out = append(out, Row("advisory", databaseOID, nil, nil, nil, nil, nil, l.key.class, l.key.object, l.key.subid, fmt.Sprintf("%d/0", by.pid), by.pid,
			mode, granted, false, since))
	}
	for _, l := range s.byKey {
		for by, held := range l.holders {
			for m := range held {
				if held[m].total() > 0 {
					add(l, by, lockMode(m), true, time.Time{})
				}
			}
		}
		for _, w := range l.queue {
			add(l, w.by, w.mode, false, w.since)
		}
	}
	return out
}
