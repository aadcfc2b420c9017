package session

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgerrcode"

	"github.com/miniodb/miniodb/catalog"
	"github.com/miniodb/miniodb/ingest"
	"github.com/miniodb/miniodb/internal/pgerr"
)

// commit makes the current transaction durable and visible, and ends it either way. All its rows are one WAL record; with DDL,
// ingest brackets the catalog commit between a prepared and a resolving record, so that both happen or neither.
func (s *Session) commit(ctx context.Context) error {
	t := s.tx
	defer s.end()
	err := s.holdCursors(ctx)
	if err == nil && t.writes() {
		err = s.node.commit(ctx, t)
	}
	if err != nil {
		s.closeCursors(func(c *cursor) bool { return c.number > t.declared })
		s.restoreTemp(t.temp)
		s.restore(t.before)
		return err
	}
	s.commitTemp()
	s.restoreLocal()
	s.renumber(t)
	s.announce(t)
	s.followSchemas(ctx, t)
	for _, op := range t.ops {
		if op.DropTable != nil {
			if old := t.base.Tables[*op.DropTable]; old != nil {
				if err := s.node.tables.Drop(context.WithoutCancel(ctx), old.UUID); err != nil {
					s.node.log.Warn().Err(err).Stringer("table", old.UUID).Msg("a dropped table stays in the index until it is rebuilt")
				}
			}
		}
	}
	return nil
}

// rollback forgets the current transaction.
func (s *Session) rollback() {
	s.closeCursors(func(c *cursor) bool { return c.number > s.tx.declared })
	s.restoreTemp(s.tx.temp)
	s.restore(s.tx.before)
	s.end()
}

// end releases what the transaction holds.
func (s *Session) end() {
	s.dropOwnRows()
	if s.tx.pin != nil {
		s.tx.pin.Release()
	}
	s.closeCursors(func(c *cursor) bool { return !c.hold })
	s.node.locks.releaseTx(s.locker, 0)
	if s.tx.holds {
		s.node.ingest.Unhold(s.tx.id)
	}
	s.tx = nil
	s.sweepTemp(context.Background())
}

func (n *Node) commit(ctx context.Context, t *transaction) error {
	for _, table := range t.created {
		if table = t.overlay.TableByUUID(table.UUID); table == nil { // dropped again
			continue
		}
		// Version 0 of the table log comes first: until the catalog names the table, nobody looks for it.
		if err := n.tables.Create(ctx, table); err != nil {
			return fmt.Errorf("create table %s: %w", table.Name, err)
		}
	}
	leave, err := n.ingest.Enter(ctx, t.id, t.written(), 0)
	if err != nil {
		return err
	}
	defer leave()
	tx := &ingest.Tx{ID: t.id}
	if err := n.collect(t, tx); err != nil {
		return err
	}
	ddl := func(ctx context.Context, nonce uuid.UUID) error {
		_, err := n.catalog.Commit(ctx, nonce, func(current *catalog.Database) ([]catalog.Op, error) {
			return rebase(t, current)
		})
		return err
	}
	switch {
	case len(t.ops) == 0:
		return n.ingest.Commit(ctx, tx)
	case len(tx.Writes) == 0 && len(tx.Bulk) == 0 && len(tx.Truncate) == 0:
		return ddl(ctx, t.id)
	}
	tx.Catalog = ddl
	return n.ingest.Commit(ctx, tx)
}

// collect turns actions into what ingest takes. A TRUNCATE makes the table's earlier actions void.
func (n *Node) collect(t *transaction, tx *ingest.Tx) error {
	last := map[uuid.UUID]int{}
	for i, a := range t.actions {
		if a.truncate {
			last[a.table.UUID] = i
		}
	}
	writes := map[uuid.UUID]int{}
	db := n.catalog.Current()
	for i, a := range t.actions {
		id := a.table.UUID
		if t.droppedHere(id) {
			continue
		}
		a, err := t.upToDate(a, db)
		if err != nil {
			return err
		}
		cut, truncated := last[id]
		switch {
		case truncated && i < cut:
		case a.truncate:
			if !t.createdHere(id) {
				tx.Truncate = append(tx.Truncate, a.table)
			}
		case a.files != nil:
			tx.Bulk = append(tx.Bulk, ingest.Bulk{Table: a.table, Files: a.files})
		default:
			at, ok := writes[id]
			if !ok {
				at = len(tx.Writes)
				writes[id] = at
				tx.Writes = append(tx.Writes, ingest.Write{Table: a.table})
			}
			tx.Writes[at].Batches = append(tx.Writes[at].Batches, a.batch)
			tx.Writes[at].Encoded = append(tx.Writes[at].Encoded, a.ahead.wait())
		}
	}
	return nil
}

func (t *transaction) createdHere(id uuid.UUID) bool {
	for _, c := range t.created {
		if c.UUID == id {
			return true
		}
	}
	return false
}

func (t *transaction) droppedHere(id uuid.UUID) bool {
	return t.overlay != nil && t.overlay.TableByUUID(id) == nil
}

// rebase checks the transaction's operations against the catalog as it is now and gives new objects OIDs that are free. An object that another
// transaction changed in the meantime is a conflict.
func rebase(t *transaction, current *catalog.Database) ([]catalog.Op, error) {
	if current.Version == t.base.Version {
		return t.ops, nil
	}
	shift := current.NextOID - t.base.NextOID
	oid := func(o uint32) uint32 {
		if o >= t.base.NextOID {
			return o + shift
		}
		return o
	}
	ops := make([]catalog.Op, len(t.ops))
	for i, op := range t.ops {
		renumber(&op, oid)
		rebaseRoles(&op, oid)
		if name, changed := changedMeanwhile(op, t.base, current); changed {
			if op.PutRole != nil && t.base.Roles[name] == nil {
				return nil, pgerr.New(pgerrcode.DuplicateObject, "role %q already exists", name)
			}
			if f := op.PutFunction; f != nil && t.base.Functions[f.Key()] == nil {
				return nil, pgerr.New(pgerrcode.DuplicateFunction, "function %q already exists with same argument types", name)
			}
			if op.PutType != nil && !replaces(op, t.base) {
				return nil, typeExists(name)
			}
			if isPut(op) && !replaces(op, t.base) {
				return nil, pgerr.New(pgerrcode.DuplicateTable, "relation %q already exists", name)
			}
			return nil, pgerr.New(pgerrcode.SerializationFailure, "%q was changed by another transaction", name).
				WithHint("Run the transaction again.")
		}
		ops[i] = op
	}
	if err := checkTypes(current, ops); err != nil {
		return nil, err
	}
	return ops, checkRoles(current, ops)
}

func isPut(op catalog.Op) bool {
	return op.PutType != nil || op.PutFunction != nil || op.PutTable != nil || op.PutView != nil || op.PutSequence != nil || op.PutSchema != nil
}

// changedMeanwhile reports whether what an operation names is not what it was.
func changedMeanwhile(op catalog.Op, base, current *catalog.Database) (string, bool) {
	relation := func(n catalog.Name) (string, bool) {
		changed := base.Tables[n] != current.Tables[n] || base.Views[n] != current.Views[n] ||
			base.Sequences[n] != current.Sequences[n] || current.Schemas[n.Schema] == nil && base.Schemas[n.Schema] != nil
		return n.Name, changed
	}
	switch {
	case op.PutRole != nil, op.DropRole != "", op.PutAccess != nil:
		return rolesChanged(op, base, current)
	case op.PutDefaults != nil:
		return "defaults", base.Defaults != current.Defaults
	case op.Rename != nil:
		name, changed := relation(op.Rename.From)
		if !changed {
			name, changed = relation(op.Rename.Name())
		}
		return name, changed
	case op.PutTable != nil:
		return relation(op.PutTable.Name)
	case op.DropTable != nil:
		return relation(*op.DropTable)
	case op.PutView != nil:
		return relation(op.PutView.Name)
	case op.DropView != nil:
		return relation(*op.DropView)
	case op.PutSequence != nil:
		return relation(op.PutSequence.Name)
	case op.DropSequence != nil:
		// Reservations of numbers change a sequence without a conflict.
		return op.DropSequence.Name, current.Sequences[*op.DropSequence] == nil && base.Sequences[*op.DropSequence] != nil
	case op.PutFunction != nil:
		f := op.PutFunction
		gone := current.Schemas[f.Name.Schema] == nil && base.Schemas[f.Name.Schema] != nil
		return f.Name.Name, gone || base.Functions[f.Key()] != current.Functions[f.Key()]
	case op.DropFunction != "":
		return op.DropFunction, base.Functions[op.DropFunction] != current.Functions[op.DropFunction]
	case op.PutType != nil:
		n := op.PutType.Name
		gone := current.Schemas[n.Schema] == nil && base.Schemas[n.Schema] != nil
		before := base.EnumByType(op.PutType.Enum())
		return n.Name, gone || base.Types[n] != current.Types[n] || before != nil && before != current.EnumByType(op.PutType.Enum())
	case op.DropType != nil:
		return op.DropType.Name, base.Types[*op.DropType] != current.Types[*op.DropType]
	case op.PutSchema != nil:
		return op.PutSchema.Name, base.Schemas[op.PutSchema.Name] != current.Schemas[op.PutSchema.Name]
	case op.DropSchema != "":
		return op.DropSchema, base.Schemas[op.DropSchema] != current.Schemas[op.DropSchema]
	}
	return "", false
}
