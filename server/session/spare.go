package session

import (
	"context"

	"github.com/miniodb/miniodb/engine"
)

// stream is an engine connection for one query at a time, which streams its rows while the session's own connection runs something else. A session keeps one that is not in
// use: statements that it has prepared are a good part of what the next small query costs.
type stream struct {
	conn *engine.Conn
	db   *engine.DB // the instance that it belongs to
	zone string     // its time zone
}

// borrow returns a connection in the session's time zone.
func (s *Session) borrow(ctx context.Context) (*stream, error) {
	db := s.node.engine.Load()
	c := s.spare
	s.spare = nil
	if c != nil && c.db != db {
		c.conn.Close()
		c = nil
	}
	if c == nil {
		conn, err := db.Conn()
		if err != nil {
			return nil, err
		}
		c = &stream{conn: conn, db: db, zone: "UTC"}
	}
	var err error
	if c.zone, err = s.useZone(ctx, c.conn, c.zone); err != nil {
		c.conn.Close()
		return nil, err
	}
	return c, nil
}

// giveBack takes a connection whose stream has ended.
func (s *Session) giveBack(c *stream) {
	if s.spare != nil || s.conn == nil { // one is enough; a closed session needs none
		c.conn.Close()
		return
	}
	s.spare = c
}
