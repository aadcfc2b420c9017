package session

import (
	"context"
	"maps"
	"slices"
	"strconv"

	"github.com/google/uuid"
	"github.com/jackc/pgerrcode"

	"github.com/miniodb/miniodb/catalog"
	"github.com/miniodb/miniodb/engine"
	"github.com/miniodb/miniodb/internal/duck"
	"github.com/miniodb/miniodb/internal/pgerr"
	"github.com/miniodb/miniodb/planner"
)

// Rows of temporary tables are in buffer relations of the engine, and only there: its memory limit and its temporary directory bound them (53200, 53100), and
// they are lost with it. Each statement that writes gets a number, which its rows have in _offset; a state of the table is a list of relations, each up
// to a number. A statement's rows are there before its number is part of the state, so nobody sees half of them, and INSERT INTO t SELECT FROM t ends.

// tempRelation is a relation of the engine with rows of one temporary table.
type tempRelation struct {
	name    string
	engine  *engine.DB     // that it is in
	schema  *catalog.Table // the table when it was made
	written int64          // the last number that rows may have; -1: none
	closed  bool           // it holds rows that are in no state and could not be removed: nothing more is added
}

// tempPart are the rows of a relation with numbers up to high.
type tempPart struct {
	relation *tempRelation
	high     int64
}

// tempFlushBytes is how much of a statement's rows waits in memory on its way to a temporary table.
const tempFlushBytes = 16 << 20

// setTempParts changes where a table's rows are.
func (s *Session) setTempParts(id uuid.UUID, parts []tempPart) {
	if len(parts) == 0 && len(s.temp.now.parts[id]) == 0 {
		return
	}
	n := maps.Clone(s.temp.now.parts)
	if n == nil {
		n = map[uuid.UUID][]tempPart{}
	}
	n[id] = parts
	if len(parts) == 0 {
		delete(n, id)
	}
	s.temp.now.parts, s.temp.touched = n, true
}

// tempView is what a scan of a temporary table reads.
func (s *Session) tempView(t *catalog.Table) (planner.Table, error) {
	var out planner.Table
	if err := s.tempLost(t); err != nil {
		return out, err
	}
	for _, p := range s.temp.now.parts[t.UUID] {
		out.Parts = append(out.Parts, planner.Part{Relation: hotTable(p.relation.name), Low: -1, High: p.high, Schema: p.relation.schema})
	}
	return out, nil
}

// tempLost refuses a table whose rows went with an instance of the engine that has failed.
func (s *Session) tempLost(t *catalog.Table) error {
	for _, p := range s.temp.now.parts[t.UUID] {
		if p.relation.engine != s.engine {
			return pgerr.New(pgerrcode.ObjectNotInPrerequisiteState, "the rows of temporary table %q are lost", t.Name.Name).
				WithDetail("The query engine, which held them, has failed and was restarted.").
				WithHint("Truncate the table, or drop it and create it again.")
		}
	}
	return nil
}

// tempAppend adds the rows of one statement to a temporary table.
type tempAppend struct {
	s        *Session
	table    *catalog.Table
	relation *tempRelation
	offset   int64
}

func (s *Session) newTempAppend(ctx context.Context, t *catalog.Table) (*tempAppend, error) {
	if err := s.tempLost(t); err != nil {
		return nil, err
	}
	var rel *tempRelation
	if parts := s.temp.now.parts[t.UUID]; len(parts) > 0 {
		if last := parts[len(parts)-1].relation; !last.closed && last.schema.SchemaID == t.SchemaID {
			rel = last
		}
	}
	if rel == nil {
		rel = &tempRelation{name: "temp" + strconv.FormatInt(s.node.relation.Add(1), 10), engine: s.engine, schema: t, written: -1}
		ddl, err := bufferRelation(rel.name, t)
		if err != nil {
			return nil, err
		}
		if _, err := s.conn.Exec(ctx, ddl); err != nil {
			return nil, err
		}
		s.temp.relations[rel], s.temp.touched = true, true
	}
	rel.written++
	return &tempAppend{s: s, table: t, relation: rel, offset: rel.written}, nil
}

func (a *tempAppend) add(ctx context.Context, parts []action) error {
	for _, p := range parts {
		if err := a.s.conn.AppendOffset(ctx, engine.HotDatabase, a.relation.name, a.offset, p.batch); err != nil {
			return err
		}
	}
	return nil
}

// finish makes the rows part of the table.
func (a *tempAppend) finish() {
	parts := slices.Clone(a.s.temp.now.parts[a.table.UUID])
	if n := len(parts); n > 0 && parts[n-1].relation == a.relation {
		parts[n-1].high = a.offset
	} else {
		parts = append(parts, tempPart{relation: a.relation, high: a.offset})
	}
	a.s.setTempParts(a.table.UUID, parts)
}

// abort removes the rows.
func (a *tempAppend) abort() { a.s.cutTemp(a.relation, a.offset-1) }

// cutTemp removes the rows of a relation that are above a number; it works in a cancelled statement too.
func (s *Session) cutTemp(rel *tempRelation, high int64) {
	if rel.written <= high || rel.engine != s.engine || rel.closed {
		return
	}
	text := "DELETE FROM " + hotTable(rel.name) + " WHERE _offset > " + strconv.FormatInt(high, 10)
	if _, err := s.conn.Exec(context.Background(), text); err != nil {
		s.node.log.Warn().Err(err).Str("relation", rel.name).Msg("rows of a temporary table that were rolled back stay until the table is dropped")
		rel.closed = true
		return
	}
	rel.written = high
}

// sweepTemp drops the relations that are in no state any more. It is called between transactions.
func (s *Session) sweepTemp(ctx context.Context) {
	if !s.temp.touched {
		return
	}
	s.temp.touched = false
	used := map[*tempRelation]bool{}
	for _, parts := range s.temp.now.parts {
		for _, p := range parts {
			used[p.relation] = true
		}
	}
	for rel := range s.temp.relations {
		if used[rel] {
			continue
		}
		delete(s.temp.relations, rel)
		if rel.engine != s.engine {
			continue
		}
		if _, err := s.conn.Exec(ctx, "DROP TABLE IF EXISTS "+hotTable(rel.name)); err != nil {
			s.node.log.Warn().Err(err).Str("relation", rel.name).Msg("a relation of a temporary table stays until restart")
		}
	}
}

// bufferRelation is the statement that makes a relation for rows of a table.
func bufferRelation(name string, t *catalog.Table) (string, error) {
	ddl := "CREATE TABLE " + hotTable(name) + " (_offset BIGINT"
	for _, c := range t.Columns {
		typ, err := duck.Type(c.Type)
		if err != nil {
			return "", err
		}
		ddl += ", c" + strconv.Itoa(int(c.ID)) + " " + typ
	}
	return ddl + ")", nil
}
