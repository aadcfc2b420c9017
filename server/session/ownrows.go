package session

import (
	"context"
	"fmt"
	"math"
	"strconv"

	"github.com/google/uuid"

	"github.com/miniodb/miniodb/catalog"
	"github.com/miniodb/miniodb/planner"
)

// ownRows is a buffer relation with the rows that this transaction has written to one table and not committed. It exists only
// once a query, or a CHECK constraint, needs to see them.
type ownRows struct {
	relation string // quoted and qualified
	name     string
	schema   *catalog.Table
	shown    int // batches appended so far; batch i has _offset i
}

// changes returns the transaction's rows for a table, after its last TRUNCATE if there was one.
func (t *transaction) changes(id uuid.UUID) (own []action, truncated bool) {
	for _, a := range t.actions {
		switch {
		case a.table.UUID != id:
		case a.truncate:
			own, truncated = nil, true
		default:
			own = append(own, a)
		}
	}
	return own, truncated
}

// showOwnRows brings the relation up to the given actions and returns it; nil if no action has buffered rows.
func (s *Session) showOwnRows(ctx context.Context, t *catalog.Table, own []action) (*planner.Part, error) {
	if rel := s.tx.rows[t.UUID]; rel != nil && rel.schema.SchemaID != t.SchemaID {
		if err := s.dropOwnRowsOf(ctx, t.UUID); err != nil {
			return nil, err
		}
	}
	rel, n := s.tx.rows[t.UUID], 0
	for _, a := range own {
		if a.batch == nil {
			continue
		}
		if n++; rel != nil && n <= rel.shown {
			continue
		}
		if rel == nil {
			var err error
			if rel, err = s.newOwnRows(ctx, t); err != nil {
				return nil, err
			}
		}
		batch, err := a.reshaped(rel.schema)
		if err == nil {
			err = s.conn.AppendOffset(ctx, "hot", rel.name, int64(n-1), batch)
		}
		if err != nil {
			return nil, fmt.Errorf("show own rows of %s: %w", t.Name, err)
		}
		rel.shown = n
	}
	if n == 0 {
		return nil, nil
	}
	return &planner.Part{Relation: rel.relation, Low: -1, High: math.MaxInt64, Schema: rel.schema}, nil
}

func (s *Session) newOwnRows(ctx context.Context, t *catalog.Table) (*ownRows, error) {
	name := "own" + strconv.FormatInt(s.node.relation.Add(1), 10)
	rel := &ownRows{name: name, relation: hotTable(name), schema: t}
	ddl, err := bufferRelation(name, t)
	if err != nil {
		return nil, err
	}
	if _, err := s.conn.Exec(ctx, ddl); err != nil {
		return nil, fmt.Errorf("show own rows of %s: %w", t.Name, err)
	}
	s.tx.rows[t.UUID] = rel
	return rel, nil
}

// dropOwnRows removes the transaction's relations. It works in a cancelled statement too.
func (s *Session) dropOwnRows() {
	for id, rel := range s.tx.rows {
		if _, err := s.conn.Exec(context.Background(), "DROP TABLE IF EXISTS "+rel.relation); err != nil {
			s.node.log.Warn().Err(err).Str("relation", rel.relation).Msg("a transaction's buffer relation stays until restart")
		}
		delete(s.tx.rows, id)
	}
}

// dropOwnRowsOf removes the relation of one table, after a TRUNCATE made its rows void.
func (s *Session) dropOwnRowsOf(ctx context.Context, id uuid.UUID) error {
	rel := s.tx.rows[id]
	if rel == nil {
		return nil
	}
	delete(s.tx.rows, id)
	_, err := s.conn.Exec(ctx, "DROP TABLE IF EXISTS "+rel.relation)
	return err
}
