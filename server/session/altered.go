package session

import (
	"context"
	"slices"

	"github.com/google/uuid"
	"github.com/jackc/pgerrcode"

	"github.com/miniodb/miniodb/catalog"
	"github.com/miniodb/miniodb/ingest"
	"github.com/miniodb/miniodb/internal/pgerr"
	"github.com/miniodb/miniodb/internal/vector"
)

// maxRebinds is how often a query is bound anew because a table was altered between that and its snapshot.
const maxRebinds = 20

// written lists the tables that the transaction writes to and that were there before it.
func (t *transaction) written() []uuid.UUID {
	var out []uuid.UUID
	for _, a := range t.actions {
		if id := a.table.UUID; !slices.Contains(out, id) && !t.createdHere(id) {
			out = append(out, id)
		}
	}
	return out
}

// alteredHere returns a table as the transaction itself has changed it; nil if it has not.
func (t *transaction) alteredHere(id uuid.UUID) *catalog.Table {
	if t.overlay == nil || len(t.ops) == 0 {
		return nil
	}
	now := t.overlay.TableByUUID(id)
	if now == nil || t.base.Tables[now.Name] == now {
		return nil
	}
	return now
}

// upToDate fits an action to its table as it will be at the commit: the transaction itself, or another one, may have altered it since. Rows that another
// transaction's constraints have not been asked about are a conflict.
func (t *transaction) upToDate(a action, db *catalog.Database) (action, error) {
	id := a.table.UUID
	own := t.alteredHere(id)
	to := own
	if !t.createdHere(id) {
		now := db.TableByUUID(id)
		if now == nil {
			return a, pgerr.New(pgerrcode.UndefinedTable, "relation %q was dropped by another transaction", a.table.Name.Name)
		}
		if own == nil {
			to = now
		} else if before := t.base.TableByUUID(id); before == nil || before.SchemaID != now.SchemaID {
			return a, altered(a.table)
		}
	}
	if to == nil || to.SchemaID == a.table.SchemaID {
		return a, nil
	}
	from := a.table
	a.table = to
	if own == nil && !a.meets(from, to) {
		return a, altered(from)
	}
	if a.batch == nil {
		return a, nil
	}
	var err error
	if a.batch, err = ingest.Reshape(a.batch, from, to); err != nil {
		return a, altered(from)
	}
	if err := notNull(to, a.batch); err != nil {
		return a, altered(from)
	}
	return a, nil
}

// meets reports whether rows made for one schema can be taken for a later one without another look at their defaults and checks.
func (a *action) meets(from, to *catalog.Table) bool {
	if a.truncate {
		return true
	}
	if !slices.Equal(from.Checks, to.Checks) {
		return false
	}
	for i := range to.Columns {
		c := &to.Columns[i]
		old := from.Column(c.ID)
		if old == nil && c.Default != "" && c.Missing == nil || a.files != nil && c.NotNull && (old == nil || !old.NotNull) {
			return false
		}
	}
	return true
}

func altered(t *catalog.Table) error {
	return pgerr.New(pgerrcode.SerializationFailure, "relation %q was altered by another transaction", t.Name.Name).
		WithHint("Run the transaction again.")
}

// reshaped returns own rows with the columns of a table as it is now.
func (a *action) reshaped(t *catalog.Table) (*vector.Batch, error) {
	if a.batch == nil || a.table.SchemaID == t.SchemaID {
		return a.batch, nil
	}
	return ingest.Reshape(a.batch, a.table, t)
}

// errOutdated says that a table was altered between the binding of a query and its snapshot.
var errOutdated error = pgerr.New(pgerrcode.SerializationFailure, "a table was altered by another transaction").WithHint("Run the transaction again.")

// outdated reports whether a table was altered after a query was bound to it. The snapshot is taken by now: files and buffers of a later schema lack the
// columns that were dropped since.
func (s *Session) outdated(t *catalog.Table, pin *ingest.Pin) bool {
	if temporary(t.Name) || s.tx.createdHere(t.UUID) || s.tx.alteredHere(t.UUID) != nil {
		return false
	}
	db := s.node.catalog.Current()
	if s.tx.pinned != nil {
		db = s.tx.pinned
	}
	if now := db.Tables[t.Name]; now == nil || now.UUID != t.UUID || now.SchemaID != t.SchemaID {
		return true
	}
	v := pin.Tables[t.UUID]
	return v != nil && v.Snapshot.Schema.SchemaID > t.SchemaID
}

// replaces reports whether an operation puts something in the place of what was there before the transaction.
func replaces(op catalog.Op, base *catalog.Database) bool {
	switch {
	case op.PutTable != nil:
		return base.Tables[op.PutTable.Name] != nil
	case op.PutView != nil:
		return base.Views[op.PutView.Name] != nil
	case op.PutSequence != nil:
		return base.Sequences[op.PutSequence.Name] != nil
	case op.PutType != nil:
		return base.Types[op.PutType.Name] != nil || base.EnumByType(op.PutType.Enum()) != nil
	case op.PutFunction != nil:
		return base.Functions[op.PutFunction.Key()] != nil
	case op.PutSchema != nil:
		return base.Schemas[op.PutSchema.Name] != nil
	}
	return false
}

// followSchemas has the logs of altered tables say what the catalog says, for other readers of them. Ingest does it later where that fails.
func (s *Session) followSchemas(ctx context.Context, t *transaction) {
	seen := map[uuid.UUID]bool{}
	for _, op := range t.ops {
		table := op.PutTable
		if op.Rename != nil {
			table = op.Rename.Table
		}
		if table == nil || seen[table.UUID] || t.createdHere(table.UUID) {
			continue
		}
		seen[table.UUID] = true
		if table = t.overlay.TableByUUID(table.UUID); table == nil {
			continue
		}
		if err := s.node.ingest.FollowSchema(context.WithoutCancel(ctx), table, true); err != nil {
			s.node.log.Warn().Err(err).Stringer("table", table.Name).Msg("the table log follows the catalog later")
		}
	}
}
