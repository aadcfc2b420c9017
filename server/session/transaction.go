package session

import (
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgerrcode"

	"github.com/miniodb/miniodb/catalog"
	"github.com/miniodb/miniodb/ingest"
	"github.com/miniodb/miniodb/internal/pgerr"
	"github.com/miniodb/miniodb/internal/vector"
	"github.com/miniodb/miniodb/pgwire"
	"github.com/miniodb/miniodb/sql"
)

// transaction is the state of the transaction of one session: what it has written and not yet committed. Nothing of it is
// visible to anyone else, or durable, before commit (commit.go) hands it to ingest as one record.
type transaction struct {
	id        uuid.UUID
	block     bool // opened by BEGIN; otherwise it ends at Sync
	failed    bool // a statement failed: only ROLLBACK and COMMIT are taken
	readOnly  bool
	queried   bool // a query has run: the isolation level is fixed
	isolation string
	now       time.Time // now() for the whole transaction
	before    values    // settings to go back to when it is rolled back
	local     values    // settings that SET LOCAL hides until the end
	temp      tempState // temporary objects to go back to

	// base is the catalog that the operations were checked against; overlay is base with them applied. Both are nil before the first.
	base, overlay *catalog.Database
	ops           []catalog.Op
	created       []*catalog.Table // tables whose logs commit must start
	holds         bool             // it keeps the commits of others out of tables that it alters

	actions    []action
	rows       map[uuid.UUID]*ownRows // buffer relations that show this transaction's own rows to its queries
	pin        *ingest.Pin            // the one snapshot of REPEATABLE READ and SERIALIZABLE
	pinned     *catalog.Database      // the catalog of pin
	savepoints []savepoint

	declared int64 // cursors of the session when it began
	listen   []sql.Listen
	notify   []pgwire.Notification
	notified map[pgwire.Notification]bool // those in notify
}

// action is one change to rows, in the order of the statements. Exactly one of batch, files and truncate is set.
type action struct {
	table    *catalog.Table
	batch    *vector.Batch
	ahead    *encodedAhead // of batch; nil: left to the commit
	files    []catalog.DataFile
	truncate bool
}

// savepoint is where ROLLBACK TO goes back to.
type savepoint struct {
	name                    string
	actions, ops, created   int
	base, overlay           *catalog.Database
	temp                    tempState
	settings, localSettings values
	declared                int64
	locks, listen, notify   int
}

// begin starts a transaction: implicit ones by the first statement, blocks by BEGIN.
func (s *Session) begin(block bool) *transaction {
	s.tx = &transaction{
		id: uuid.New(), block: block, now: time.Now(), before: s.values, temp: s.temp.now, rows: map[uuid.UUID]*ownRows{},
		isolation: s.values.get("default_transaction_isolation"),
		readOnly:  s.values.get("default_transaction_read_only") == "on",
		declared:  s.declared,
	}
	return s.tx
}

// database returns the catalog as the current transaction sees it, with the session's temporary objects.
func (s *Session) database() *catalog.Database { return s.temp.over(s.shared()) }

// shared is what of the catalog is not the session's alone.
func (s *Session) shared() *catalog.Database {
	if s.tx != nil && s.tx.overlay != nil {
		return s.tx.overlay
	}
	if s.tx != nil && s.tx.pinned != nil {
		return s.tx.pinned
	}
	return s.node.catalog.Current()
}

// writes reports whether commit has anything to do.
func (t *transaction) writes() bool { return len(t.ops) > 0 || len(t.actions) > 0 }

// addOps applies catalog operations to what the transaction sees; commit makes them true.
func (s *Session) addOps(ops ...catalog.Op) error {
	ops, err := s.applyTemp(ops)
	if err != nil || len(ops) == 0 {
		return err
	}
	t := s.tx
	if t.overlay == nil {
		t.base = s.node.catalog.Current()
		t.overlay = t.base
	}
	if err := s.qualifyTypes(ops); err != nil {
		return err
	}
	n, err := t.overlay.Apply(t.overlay.Version, ops)
	if err != nil {
		return err
	}
	if err := checkEnums(n, ops); err != nil {
		return err
	}
	t.overlay, t.ops = n, append(t.ops, ops...)
	return nil
}

// checkWritable refuses changes in a read-only transaction.
func (s *Session) checkWritable(tag string) error {
	if s.tx.readOnly {
		return pgerr.New(pgerrcode.ReadOnlySQLTransaction, "cannot execute %s in a read-only transaction", tag)
	}
	return nil
}

func (s *Session) savepoint(name string) {
	t := s.tx
	t.savepoints = append(t.savepoints, savepoint{
		name: name, actions: len(t.actions), ops: len(t.ops), created: len(t.created),
		base: t.base, overlay: t.overlay, temp: s.temp.now, settings: s.values, localSettings: t.local,
		declared: s.declared, locks: s.node.locks.mark(s.locker), listen: len(t.listen), notify: len(t.notify),
	})
}

func (t *transaction) findSavepoint(name string) (int, error) {
	for i := len(t.savepoints) - 1; i >= 0; i-- {
		if t.savepoints[i].name == name {
			return i, nil
		}
	}
	return 0, pgerr.New(pgerrcode.InvalidSavepointSpecification, "savepoint %q does not exist", name)
}

// rollbackTo forgets everything after the savepoint, which stays.
func (s *Session) rollbackTo(name string) error {
	t := s.tx
	i, err := t.findSavepoint(name)
	if err != nil {
		return err
	}
	p := t.savepoints[i]
	t.savepoints = t.savepoints[:i+1]
	t.actions, t.ops, t.created = t.actions[:p.actions], t.ops[:p.ops], t.created[:p.created]
	t.base, t.overlay, t.local = p.base, p.overlay, p.localSettings
	t.failed = false
	for _, n := range t.notify[p.notify:] {
		delete(t.notified, n)
	}
	t.listen, t.notify = t.listen[:p.listen], t.notify[:p.notify]
	s.node.locks.releaseTx(s.locker, p.locks)
	s.closeCursors(func(c *cursor) bool { return c.number > p.declared })
	if o, ok := s.out.(pgwire.PortalOutlet); ok {
		o.EndPortals(p.declared)
	}
	s.dropOwnRows()
	s.restoreTemp(p.temp)
	s.restore(p.settings)
	return nil
}
