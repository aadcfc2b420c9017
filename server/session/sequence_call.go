package session

import (
	"context"
	"strconv"

	"github.com/google/uuid"
	"github.com/jackc/pgerrcode"

	"github.com/miniodb/miniodb/catalog"
	"github.com/miniodb/miniodb/internal/pgerr"
	"github.com/miniodb/miniodb/internal/sqltype"
	"github.com/miniodb/miniodb/sql"
)

// sequenceNumbers are what currval and lastval return: they belong to the session (PostgreSQL's documentation, "Sequence Manipulation Functions").
type sequenceNumbers struct {
	current map[uint32]int64 // the last number that the session took from a sequence, by OID
	last    uint32           // the sequence that nextval was last called for; 0: none
}

// took notes a number; numbers that setval has set are not lastval's.
func (n *sequenceNumbers) took(oid uint32, v int64, next bool) {
	if n.current == nil {
		n.current = map[uint32]int64{}
	}
	n.current[oid] = v
	if next {
		n.last = oid
	}
}

// renumber follows sequences whose OIDs the commit of their transaction has changed.
func (s *Session) renumber(t *transaction) {
	for _, op := range t.ops {
		q := op.PutSequence
		if q == nil {
			continue
		}
		now := s.node.catalog.Current().Sequences[q.Name]
		v, ok := s.numbers.current[q.OID]
		if !ok || now == nil || now.OID == q.OID {
			continue
		}
		delete(s.numbers.current, q.OID)
		s.numbers.current[now.OID] = v
		if s.numbers.last == q.OID {
			s.numbers.last = now.OID
		}
	}
}

// sequenceCall answers nextval, currval, lastval and setval.
func (s *Session) sequenceCall(ctx context.Context, function string, args []*string) (int64, error) {
	var oid uint32
	if function == "lastval" {
		if oid = s.numbers.last; oid == 0 || s.sequenceByOID(oid) == nil {
			return 0, pgerr.New(pgerrcode.ObjectNotInPrerequisiteState, "lastval is not yet defined in this session")
		}
	} else {
		n, err := strconv.ParseUint(*args[0], 10, 32)
		if err != nil {
			return 0, pgerr.New(pgerrcode.InternalError, "%q is not an OID", *args[0])
		}
		oid = uint32(n)
	}
	q := s.sequenceByOID(oid)
	if q == nil {
		return 0, s.notSequence(oid)
	}
	switch function {
	case "nextval":
		if err := s.checkWritable("nextval()"); err != nil {
			return 0, err
		}
		if err := s.checkSequence(q.Name); err != nil {
			return 0, err
		}
		return s.nextval(ctx, q.Name)
	case "currval", "lastval":
		if err := s.mayOnSequence(q, catalog.Usage|catalog.Select); err != nil {
			return 0, err
		}
		v, ok := s.numbers.current[oid]
		if !ok {
			return 0, pgerr.New(pgerrcode.ObjectNotInPrerequisiteState, "currval of sequence %q is not yet defined in this session", q.Name.Name)
		}
		return v, nil
	}
	if err := s.mayOnSequence(q, catalog.Update); err != nil {
		return 0, err
	}
	if err := s.checkWritable("setval()"); err != nil {
		return 0, err
	}
	v, err := strconv.ParseInt(*args[1], 10, 64)
	if err != nil {
		return 0, pgerr.New(pgerrcode.InternalError, "%q is not a number", *args[1])
	}
	return v, s.setval(ctx, q, v, len(args) < 3 || *args[2] == "true")
}

// sequenceByOID finds a sequence; nil: there is none.
func (s *Session) sequenceByOID(oid uint32) *catalog.Sequence {
	db := s.database()
	if q := db.Sequences[s.sequenceNames[oid]]; q != nil && q.OID == oid {
		return q
	}
	for name, q := range db.Sequences {
		if q.OID != oid {
			continue
		}
		if s.sequenceNames == nil || len(s.sequenceNames) >= maxSequenceNames {
			s.sequenceNames = map[uint32]catalog.Name{}
		}
		s.sequenceNames[oid] = name
		return q
	}
	return nil
}

// maxSequenceNames bounds what a session remembers of where sequences are.
const maxSequenceNames = 1000

func (s *Session) notSequence(oid uint32) error {
	db := s.database()
	for name, t := range db.Tables {
		if t.OID == oid {
			return wrongKind(sql.ObjectSequence, name)
		}
	}
	for name, v := range db.Views {
		if v.OID == oid {
			return wrongKind(sql.ObjectSequence, name)
		}
	}
	for _, o := range s.node.systems.relations {
		if o.OID == oid {
			return wrongKind(sql.ObjectSequence, o.Name)
		}
	}
	return pgerr.New(pgerrcode.InternalError, "could not open relation with OID %d", oid)
}

func (s *Session) mayOnSequence(q *catalog.Sequence, want catalog.Privileges) error {
	if now := s.access().Sequences[q.Name]; now != nil {
		q = now
	}
	if s.rights().OnRelation(q.EffectiveACL(), q.Owner)&want == 0 {
		return denied(sql.ObjectSequence, q.Name.Name)
	}
	return nil
}

// setval makes v the last number of a sequence, or with called false the next one. As nextval it is not undone by a rollback.
func (s *Session) setval(ctx context.Context, q *catalog.Sequence, v int64, called bool) error {
	set := func(n *catalog.Sequence) error {
		if v < n.Min || v > n.Max {
			return pgerr.New(pgerrcode.NumericValueOutOfRange, "setval: value %d is out of bounds for sequence %q (%d..%d)", v, n.Name.Name, n.Min, n.Max)
		}
		n.Reserved, n.Exhausted, n.Uncalled = v, false, !called
		if called {
			if _, _, err := take(n, 1); err != nil {
				return err
			}
		}
		n.Epoch++ // reserved blocks are void
		return nil
	}
	var err error
	if own := s.ownSequence(q.Name); own != nil {
		err = set(own)
	} else {
		_, err = s.node.catalog.Commit(ctx, uuid.New(), func(db *catalog.Database) ([]catalog.Op, error) {
			now := db.Sequences[q.Name]
			if now == nil || now.OID != q.OID {
				return nil, noRelation(q.Name)
			}
			n := *now
			if err := set(&n); err != nil {
				return nil, err
			}
			return []catalog.Op{{PutSequence: &n}}, nil
		})
	}
	if err == nil && called {
		s.numbers.took(q.OID, v, false)
	}
	return err
}

// ownSequence is a sequence whose numbers this session alone counts; nil: it is not one.
func (s *Session) ownSequence(n catalog.Name) *catalog.Sequence {
	if temporary(n) {
		return s.tempCounter(n)
	}
	return s.tx.sequence(n)
}

// sequence is a sequence that this transaction has made or changed; nil: it has not. Its numbers are counted in the transaction's own operation, which a
// rollback to a savepoint within does not take back.
func (t *transaction) sequence(name catalog.Name) *catalog.Sequence {
	for i := len(t.ops) - 1; i >= 0; i-- {
		switch op := &t.ops[i]; {
		case op.PutSequence != nil && op.PutSequence.Name == name:
			return op.PutSequence
		case op.Rename != nil && op.Rename.Sequence != nil && op.Rename.Sequence.Name == name:
			return op.Rename.Sequence
		}
	}
	return nil
}

// last is the last number of a sequence that was given out, as far as this server knows: of blocks that others have reserved, all of it.
func (q *sequences) last(s *catalog.Sequence) int64 {
	q.mu.Lock()
	b := q.open[keyOf(s)]
	q.mu.Unlock()
	if b == nil || !b.mu.TryLock() { // held while the next block is being reserved
		return s.Last()
	}
	defer b.mu.Unlock()
	end := b.next + b.left*s.Increment
	if s.Exhausted {
		end -= s.Increment
	}
	if b.left > 0 && end == s.Reserved {
		return b.next - s.Increment
	}
	return s.Last()
}

// sequenceColumns are what a sequence has when it is read like a table.
var sequenceColumns = SystemColumns("last_value", sqltype.Int8, "log_cnt", sqltype.Int8, "is_called", sqltype.Bool)

// sequenceRelation makes a relation of a sequence.
func sequenceRelation(q *catalog.Sequence) *sql.System {
	return &sql.System{Name: q.Name, OID: q.OID, Columns: sequenceColumns}
}

// sequenceRow is the row of a sequence. log_cnt is 0: how many numbers are at hand differs from server to server.
func (s *Session) sequenceRow(n catalog.Name) ([][]*string, error) {
	q := s.ownSequence(n)
	if q == nil {
		q = s.access().Sequences[n]
	}
	if q == nil {
		return nil, noRelation(n)
	}
	return [][]*string{Row(s.node.sequences.last(q), 0, q.Called())}, nil
}
