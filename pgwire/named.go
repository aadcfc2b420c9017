package pgwire

import "context"

// PreparedSession is a Session whose SQL names statements, too (PREPARE). Both kinds share their names, as in PostgreSQL.
type PreparedSession interface {
	// PreparedStatement returns what PREPARE has named; a nil Statement if there is none.
	PreparedStatement(ctx context.Context, name string) (Parsed, Statement, error)
	// ForgetStatement drops it, as Close does; nothing happens if there is none.
	ForgetStatement(name string)
}

// named finds a statement of the protocol or of SQL; nil if there is none.
func (c *conn) named(ctx context.Context, name string) (*statement, error) {
	if s := c.statements[name]; s != nil || name == "" {
		return s, nil
	}
	session, ok := c.session.(PreparedSession)
	if !ok {
		return nil, nil
	}
	parsed, stmt, err := session.PreparedStatement(ctx, name)
	if stmt == nil || err != nil {
		return nil, err
	}
	return &statement{parsed: parsed, stmt: stmt}, nil
}

// Prepared finds a named statement of the protocol for EXECUTE; nil if there is none.
func (o *outlet) Prepared(name string) Statement {
	c := (*conn)(o)
	if s := c.statements[name]; s != nil && name != "" {
		return s.stmt
	}
	return nil
}
