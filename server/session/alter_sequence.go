package session

import (
	"context"

	"github.com/miniodb/miniodb/catalog"
	"github.com/miniodb/miniodb/pgwire"
	"github.com/miniodb/miniodb/sql"
)

func (s *Session) runAlterSequence(ctx context.Context, c *sql.AlterSequence, tag string) (pgwire.Result, error) {
	full, err := s.alterable(ctx, c.Name, c.IfExists)
	if err != nil || full == nil {
		return tagResult(tag), err
	}
	db := s.database()
	old := db.Sequences[*full]
	if old == nil {
		return nil, wrongKind(sql.ObjectSequence, *full)
	}
	by, more, err := c.Owner()
	if err != nil {
		return nil, err
	}
	if by != nil {
		if err := s.ownSequenceBy(db, old, by); err != nil {
			return nil, err
		}
		if !more {
			return tagResult(tag), nil
		}
	}
	if own := s.ownSequence(*full); own != nil {
		old = own
	}
	n := *old
	s.node.sequences.giveBack(&n)
	if err := c.Apply(&n); err != nil {
		return nil, err
	}
	n.Epoch++ // reserved blocks are void
	return tagResult(tag), s.addOps(catalog.Op{PutSequence: &n})
}

// giveBack moves a sequence back to the first number that has not been given out of the block reserved here, so that it goes on from there.
func (q *sequences) giveBack(s *catalog.Sequence) {
	q.mu.Lock()
	b := q.open[keyOf(s)]
	q.mu.Unlock()
	if b == nil {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.left > 0 {
		s.Reserved, s.Exhausted, s.Uncalled = b.next, false, false
		b.left = 0
	}
}
