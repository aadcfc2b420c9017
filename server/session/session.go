package session

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/jackc/pgerrcode"

	"github.com/miniodb/miniodb/catalog"
	"github.com/miniodb/miniodb/engine"
	"github.com/miniodb/miniodb/internal/duck"
	"github.com/miniodb/miniodb/internal/pgerr"
	"github.com/miniodb/miniodb/internal/pgvalue"
	"github.com/miniodb/miniodb/pgwire"
	"github.com/miniodb/miniodb/sql"
)

// Session implements pgwire.Session. It is used by one goroutine at a time.
type Session struct {
	node   *Node
	client pgwire.ClientInfo
	out    pgwire.Outlet
	engine *engine.DB   // the instance that conn belongs to
	conn   *engine.Conn // for statements that do not stream to the client
	zone   string       // the time zone conn is set to
	enums  knownEnums
	spare  *stream // not in use; nil: none

	values     values // settings of the session
	generation int64  // counts their changes
	bound      boundCache
	start      values // what RESET goes back to: the start-up parameters
	tx         *transaction
	temp       tempSpace
	restricted bool                     // it acts for another role, which stays, see actAs
	prepared   map[string]*preparedText // PREPARE
	cursors    map[string]*cursor       // DECLARE
	refreshed  *sql.Statement           // for which the catalog was brought up to date

	hostToken   string // by which the engine asks for functions of the catalogs
	closeHost   func()
	catalogView atomic.Pointer[view] // what they are answered from
	actToken    string               // by which it asks for functions that act
	closeActs   func()
	gate        gate
	numbers     sequenceNumbers

	sequenceNames map[uint32]catalog.Name // by OID, as far as they were looked for

	login uint32 // OID of the role that logged in
	known knownRights

	locker    *locker
	mailbox   *mailbox
	listening map[string]bool
	declared  int64 // counts cursors
	several   bool  // the text being executed has several statements, and so one transaction around them

	opened   time.Time
	activity atomic.Pointer[activity]     // what other sessions see
	waiting  atomic.Pointer[wait]         // what the running statement waits for, if that is worth telling
	copying  atomic.Pointer[copyProgress] // nil: no COPY runs
}

// Limits of one session.
const (
	maxPreparedStatements = 10_000
	maxCursors            = 1_000
)

func newSession(n *Node, c pgwire.ClientInfo, out pgwire.Outlet) (*Session, error) {
	s := &Session{node: n, client: c, out: out, prepared: map[string]*preparedText{}, cursors: map[string]*cursor{}, opened: time.Now()}
	s.temp = newTempSpace(c.ProcessID)
	s.locker, s.mailbox, s.listening = newLocker(c.ProcessID), &mailbox{wake: func() {}}, map[string]bool{}
	if control, ok := out.(pgwire.Control); ok {
		s.mailbox.wake = control.Wake
	}
	if err := s.startIdentity(); err != nil {
		return nil, err
	}
	for name, value := range c.Parameters {
		switch name {
		case "user", "database", "options", "replication":
			continue
		}
		v, err := checkSetting(name, value, s.values, true)
		if err != nil {
			e := pgerr.From(err)
			e.Severity = "FATAL"
			return nil, e
		}
		s.values = s.values.with(name, v)
	}
	s.start = s.values
	s.activity.Store(&activity{state: stateIdle, changed: s.opened, application: s.values.get("application_name")})
	if err := s.openHost(); err != nil {
		return nil, fmt.Errorf("open session: %w", err)
	}
	if err := s.openActs(); err != nil {
		s.closeHost()
		return nil, fmt.Errorf("open session: %w", err)
	}
	if err := s.connect(); err != nil {
		s.closeHost()
		s.closeActs()
		return nil, fmt.Errorf("open session: %w", err)
	}
	return s, nil
}

// connect connects to the engine in use. After a failure of the engine that is another instance than before; the relations that showed
// the transaction's own rows are gone with the old one and made again when they are needed.
func (s *Session) connect() error {
	db := s.node.engine.Load()
	if s.engine == db {
		return nil
	}
	conn, err := db.Conn()
	if err != nil {
		return err
	}
	if s.conn != nil {
		s.conn.Close()
	}
	if s.tx != nil {
		clear(s.tx.rows)
	}
	s.engine, s.conn, s.zone = db, conn, "UTC"
	return nil
}

// Close rolls back and releases everything.
func (s *Session) Close() {
	if s.conn == nil {
		return
	}
	if s.tx != nil {
		s.rollback()
	}
	s.closeCursors(func(*cursor) bool { return true })
	s.unlisten()
	s.node.locks.releaseTx(s.locker, 0)
	s.node.locks.releaseAll(s.locker)
	s.closeHost()
	s.closeTemp()
	s.closeActs()
	s.conn.Close()
	s.conn = nil
	if s.spare != nil {
		s.spare.conn.Close()
		s.spare = nil
	}
	s.node.closed(s)
}

// Parameters returns the settings that are reported to the client.
func (s *Session) Parameters() map[string]string {
	out := map[string]string{}
	for name, def := range settings {
		if def.reported {
			out[shown(name)] = s.setting(name)
		}
	}
	return out
}

// ResultEncoding returns what the text form of values depends on.
func (s *Session) ResultEncoding() pgwire.Encoding {
	digits, _ := strconv.Atoi(s.values.get("extra_float_digits"))
	return pgwire.Encoding{
		TimeZone: s.values.get("timezone"), DateStyle: s.values.get("datestyle"), IntervalStyle: s.values.get("intervalstyle"),
		ExtraFloatDigits: digits, ByteaOutput: s.values.get("bytea_output"),
	}
}

// decoder reads text values as the session's settings say.
func (s *Session) decoder() *pgvalue.Decoder {
	o := pgvalue.Options{
		Location: s.location(), DateOrder: s.dateOrder(), IntervalSQL: s.values.get("intervalstyle") == "sql_standard",
		Enum: s.EnumLabels,
	}
	if s.tx != nil {
		o.Now = s.tx.now
	}
	return pgvalue.NewDecoder(o)
}

func (s *Session) location() *time.Location {
	loc, err := pgvalue.LoadZone(s.values.get("timezone"))
	if err != nil {
		return time.UTC
	}
	return loc
}

// TxStatus is the transaction status of ReadyForQuery.
func (s *Session) TxStatus() byte {
	switch {
	case s.tx == nil || !s.tx.block:
		return 'I'
	case s.tx.failed:
		return 'E'
	}
	return 'T'
}

// InBlock reports whether BEGIN has opened a transaction.
func (s *Session) InBlock() bool { return s.tx != nil && s.tx.block }

// Fail marks the transaction as failed.
func (s *Session) Fail() {
	if s.tx != nil {
		s.tx.failed = true
	}
}

// Sync ends an implicit transaction.
func (s *Session) Sync(ctx context.Context) error {
	s.refreshed, s.several = nil, false
	defer s.resting()
	if s.tx == nil || s.tx.block {
		return nil
	}
	if s.tx.failed {
		s.rollback()
		return nil
	}
	return outward(s.commit(ctx))
}

// searchPath lists the schemas of search_path that exist, that of temporary objects also before it does. "$user" is never a system schema, though the first
// role is called like one.
func (s *Session) searchPath() []string {
	var out []string
	db := s.database()
	for _, name := range splitIdentifiers(s.values.get("search_path")) {
		if name == sql.TempAlias {
			name = s.temp.schema
		}
		if name == s.temp.schema {
			if !slices.Contains(out, name) {
				out = append(out, name)
			}
			continue
		}
		system := s.node.systems.schemas[name]
		if name == "$user" {
			name = s.roleName(s.role())
		}
		if db.Schemas[name] != nil && s.mayUse(name) != nil {
			continue
		}
		if (system || db.Schemas[name] != nil) && !slices.Contains(out, name) {
			out = append(out, name)
		}
	}
	return out
}

// splitIdentifiers reads a list of names as search_path holds them.
func splitIdentifiers(list string) []string {
	var out []string
	var cur strings.Builder
	quoted, was := false, false
	flush := func() {
		name := cur.String()
		if !was {
			name = strings.ToLower(strings.TrimSpace(name))
		}
		if name != "" {
			out = append(out, name)
		}
		cur.Reset()
		was = false
	}
	for i := 0; i < len(list); i++ {
		switch c := list[i]; {
		case c == '"' && quoted && i+1 < len(list) && list[i+1] == '"':
			cur.WriteByte('"')
			i++
		case c == '"':
			quoted, was = !quoted, true
		case c == ',' && !quoted:
			flush()
		case was && !quoted: // white space after a quoted name
		case c == ' ' && !quoted && cur.Len() == 0:
		default:
			cur.WriteByte(c)
		}
	}
	flush()
	return out
}

// shownPath is searchPath without what does not exist yet, and the temporary schema if names are looked for there first of all.
func (s *Session) shownPath() (path []string, implicit string) {
	path = s.searchPath()
	at := slices.Index(path, s.temp.schema)
	switch {
	case s.temp.now.objects == nil && at >= 0:
		path = slices.Delete(path, at, at+1)
	case s.temp.now.objects != nil && at < 0:
		implicit = s.temp.schema
	}
	return path, implicit
}

// info is what functions about the session answer.
func (s *Session) info() sql.SessionInfo {
	path, temp := s.shownPath()
	return sql.SessionInfo{
		User: s.roleName(s.role()), SessionUser: s.roleName(s.sessionUser()), Database: s.client.Database, SearchPath: path, TempSchema: temp,
		Version: "PostgreSQL " + serverVersion + " (MiniODB " + s.node.cfg.Version + ")",
		Now:     s.tx.now, Statement: time.Now(), Location: s.location(), BackendPID: int32(s.client.ProcessID),
		DateOrder: s.dateOrder(), IntervalSQL: s.values.get("intervalstyle") == "sql_standard",
		Host: s.hostToken, Call: s.viewer().Call, Act: s.actToken,
		Setting: func(name string) (string, bool) {
			v, err := s.show(strings.ToLower(name))
			return v, err == nil
		},
	}
}

// useZone sets the time zone of an engine connection, which functions over timestamptz use.
func (s *Session) useZone(ctx context.Context, conn *engine.Conn, have string) (string, error) {
	zone := s.values.get("timezone")
	if zone == have {
		return have, nil
	}
	if _, err := conn.Exec(ctx, "SET TimeZone = "+duck.Literal(engineZone(zone))); err != nil {
		return have, pgerr.New(pgerrcode.InvalidParameterValue, "time zone %q is not known to the engine", zone).WithCause(err)
	}
	return zone, nil
}
