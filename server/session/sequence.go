package session

import (
	"context"
	"sync"

	"github.com/google/uuid"
	"github.com/jackc/pgerrcode"

	"github.com/miniodb/miniodb/catalog"
	cataloglog "github.com/miniodb/miniodb/catalog/log"
	"github.com/miniodb/miniodb/internal/pgerr"
)

// sequences hands out numbers. A number is given out only after a catalog commit has reserved the block it lies in, so that none is
// given twice, whatever crashes. What is left of a block is lost with the process: a gap, as in PostgreSQL after a crash.
type sequences struct {
	catalog *cataloglog.Catalog

	mu   sync.Mutex
	open map[sequenceKey]*block
}

// sequenceKey is a sequence of one version of the catalog. A recovery of metadata can give an OID to another sequence, and blocks must not follow it.
type sequenceKey struct {
	oid   uint32
	name  catalog.Name
	epoch int64
}

func keyOf(s *catalog.Sequence) sequenceKey { return sequenceKey{s.OID, s.Name, s.Epoch} }

// block is the reserved part of one sequence. Its mutex is held over the catalog commit that reserves the next block: others
// that want a number of this sequence have to wait for it anyway.
type block struct {
	mu   sync.Mutex
	next int64
	left int64 // numbers not given out
	size int64 // of the next reservation
}

const (
	firstBlock = 32
	maxBlock   = 100_000
)

func newSequences(c *cataloglog.Catalog) *sequences {
	return &sequences{catalog: c, open: map[sequenceKey]*block{}}
}

// forget drops all blocks, after the catalog was recovered from a backup: what is left of them is lost.
func (q *sequences) forget() {
	q.mu.Lock()
	defer q.mu.Unlock()
	clear(q.open)
}

// next returns the next number of a committed sequence, and its OID.
func (q *sequences) next(ctx context.Context, name catalog.Name) (n int64, oid uint32, err error) {
	seq := q.catalog.Current().Sequences[name]
	if seq == nil {
		return 0, 0, noRelation(name)
	}
	q.mu.Lock()
	key := keyOf(seq)
	b := q.open[key]
	if b == nil {
		b = &block{size: firstBlock}
		q.open[key] = b
	}
	q.mu.Unlock()

	b.mu.Lock()
	defer b.mu.Unlock()
	if b.left == 0 {
		if err := q.reserve(ctx, key, b); err != nil {
			return 0, 0, err
		}
	}
	n = b.next
	b.left--
	if b.left > 0 {
		b.next += seq.Increment
	}
	return n, seq.OID, nil
}

// reserve commits a new block; the caller holds b.mu.
func (q *sequences) reserve(ctx context.Context, key sequenceKey, b *block) error {
	var first, count int64
	_, err := q.catalog.Commit(ctx, uuid.New(), func(db *catalog.Database) ([]catalog.Op, error) {
		s := db.Sequences[key.name]
		if s == nil || keyOf(s) != key {
			return nil, noRelation(key.name)
		}
		n := *s
		var err error
		if first, count, err = take(&n, b.size); err != nil {
			return nil, err
		}
		return []catalog.Op{{PutSequence: &n}}, nil
	})
	if err != nil {
		return err
	}
	b.next, b.left = first, count
	b.size = min(2*b.size, maxBlock)
	return nil
}

// take moves a sequence on by up to n numbers and returns the first and how many there are; 2200H at its end.
func take(s *catalog.Sequence, n int64) (first, count int64, err error) {
	first = s.Reserved
	// Reserved stands past the end when the last number is gone.
	if s.Increment > 0 && first > s.Max || s.Increment < 0 && first < s.Min || s.Exhausted {
		if !s.Cycle {
			what, limit := "maximum", s.Max
			if s.Increment < 0 {
				what, limit = "minimum", s.Min
			}
			return 0, 0, pgerr.New(pgerrcode.SequenceGeneratorLimitExceeded, "nextval: reached %s value of sequence %q (%d)", what, s.Name.Name, limit)
		}
		if first = s.Min; s.Increment < 0 {
			first = s.Max
		}
	}
	s.Exhausted, s.Uncalled = false, false
	room := uint64(s.Max) - uint64(first)
	step := uint64(s.Increment)
	if s.Increment < 0 {
		room, step = uint64(first)-uint64(s.Min), -uint64(s.Increment)
	}
	if more := room / step; uint64(n-1) < more {
		s.Reserved = first + n*s.Increment
		return first, n, nil
	} else {
		s.Exhausted, s.Reserved = true, first+int64(more)*s.Increment
		return first, int64(more) + 1, nil
	}
}

// nextval returns the next number of a sequence as the transaction sees it. One that this transaction made is counted in its own operations.
func (s *Session) nextval(ctx context.Context, name catalog.Name) (int64, error) {
	var v int64
	var oid uint32
	var err error
	if q := s.ownSequence(name); q != nil {
		oid = q.OID
		v, _, err = take(q, 1)
	} else {
		v, oid, err = s.node.sequences.next(ctx, name)
	}
	if err == nil {
		s.numbers.took(oid, v, true)
	}
	return v, err
}
