package session

import (
	"context"
	"fmt"

	"github.com/miniodb/miniodb/sql"
)

// maxBound and maxBoundText bound the queries a session remembers.
const (
	maxBound     = 128
	maxBoundText = 8 << 10 // bytes of one text
)

// boundCache remembers how texts were bound: clients send the same ones again and again, and binding is most of what a small query costs.
type boundCache struct {
	entries map[string]*boundQuery
	order   []string // oldest first
}

// bindCached binds a query, or finds that it has been bound to what is still current.
func (s *Session) bindCached(ctx context.Context, st *statement, q *sql.Query) (*boundQuery, error) {
	if len(st.stmt.Text) > maxBoundText || st.stmt.Text != q.Text {
		return s.bind(ctx, q, st.declared, nil)
	}
	key := fmt.Sprint(st.declared) + st.stmt.Text
	if b := s.bound.entries[key]; b != nil && s.current(b) {
		return b, nil
	}
	b, err := s.bind(ctx, q, st.declared, nil)
	if err == nil && s.tx.overlay == nil && !b.sel.Timed {
		s.bound.put(key, b)
	}
	return b, err
}

func (c *boundCache) put(key string, b *boundQuery) {
	if c.entries == nil {
		c.entries = map[string]*boundQuery{}
	}
	if _, ok := c.entries[key]; !ok {
		if len(c.order) == maxBound {
			delete(c.entries, c.order[0])
			c.order = append(c.order[:0], c.order[1:]...)
		}
		c.order = append(c.order, key)
	}
	c.entries[key] = b
}
