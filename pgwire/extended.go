package pgwire

import (
	"context"
	"encoding/binary"
	"time"

	"github.com/jackc/pgerrcode"

	"github.com/miniodb/miniodb/internal/pgerr"
	"github.com/miniodb/miniodb/internal/sqltype"
)

// statement is a prepared statement of the protocol.
type statement struct {
	parsed   Parsed         // nil for an empty text
	stmt     Statement      // nil for an empty text
	declared []sqltype.Type // of an empty text: the parameters that the client says it has
	bytes    int            // of its text
	since    time.Time
}

func (s *statement) params() []sqltype.Type {
	if s.stmt == nil {
		return s.declared
	}
	return s.stmt.Params()
}

func (s *statement) columns() []Column {
	if s.stmt == nil {
		return nil
	}
	return s.stmt.Columns()
}

// extended handles the outcome of a message of the extended protocol: after an error everything up to Sync is dropped.
func (c *conn) extended(err error) error {
	if err == nil {
		return c.spill()
	}
	c.skipToSync = true
	return c.fail(err)
}

// sync ends the implicit transaction and the dropping of messages.
func (c *conn) sync(ctx context.Context, m *fields) error {
	c.skipToSync = false
	c.unlimit()
	if err := m.end(); err != nil {
		if err := c.fail(err); err != nil {
			return err
		}
	}
	return c.finishSync(ctx)
}

// functionCall refuses the fast path (documentation, "Function Call"), which libpq's large objects alone still use.
func (c *conn) functionCall(ctx context.Context, m *fields) error {
	err := c.allowed(nil)
	if m.u32(); err == nil {
		err = m.err
	}
	if err == nil {
		err = pgerr.New(pgerrcode.FeatureNotSupported, "function calls by the fast-path protocol are not supported")
	}
	if err := c.fail(err); err != nil {
		return err
	}
	return c.finishSync(ctx)
}

func (c *conn) dropStatement(name string) {
	if s := c.statements[name]; s != nil {
		c.statementBytes -= s.bytes
		delete(c.statements, name)
	}
}

func errNoStatement(name string) error {
	if name == "" {
		return pgerr.New(pgerrcode.InvalidSQLStatementName, "unnamed prepared statement does not exist")
	}
	return pgerr.New(pgerrcode.InvalidSQLStatementName, `prepared statement "%s" does not exist`, name)
}

func (c *conn) parse(ctx context.Context, m *fields) error {
	name, query := string(m.text()), string(m.text())
	types := m.bytes(4 * m.u16())
	if err := m.end(); err != nil {
		return err
	}
	if known, err := c.named(ctx, name); err != nil {
		return err
	} else if name != "" && known != nil {
		return pgerr.New(pgerrcode.DuplicatePreparedStatement, `prepared statement "%s" already exists`, name)
	}
	c.dropStatement(name)
	if len(c.statements) >= c.srv.cfg.MaxStatements || c.statementBytes+len(query) > c.srv.cfg.MaxStatementBytes {
		return pgerr.New(pgerrcode.ProgramLimitExceeded, "too many prepared statements on this connection").
			WithDetail("The limits are %d statements and %d bytes of text.", c.srv.cfg.MaxStatements, c.srv.cfg.MaxStatementBytes).
			WithHint("Close or deallocate statements that are no longer used.")
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	defer c.run(cancel)()
	c.limit()
	s := &statement{bytes: len(name) + len(query), since: time.Now()}
	all, err := c.session.Parse(ctx, query)
	if err != nil {
		return explain(ctx, err)
	}
	oids := make([]sqltype.OID, len(types)/4)
	for i := range oids {
		oids[i] = sqltype.OID(binary.BigEndian.Uint32(types[4*i:]))
	}
	switch len(all) {
	case 0:
		for _, oid := range oids {
			s.declared = append(s.declared, sqltype.Of(oid))
		}
	case 1:
		s.parsed = all[0]
		if err := c.allowed(s.parsed); err != nil {
			return err
		}
		if s.stmt, err = c.session.Prepare(ctx, s.parsed, oids); err != nil {
			return explain(ctx, err)
		}
	default:
		return pgerr.New(pgerrcode.SyntaxError, "cannot insert multiple commands into a prepared statement")
	}
	c.statements[name] = s
	c.statementBytes += s.bytes
	c.empty('1')
	return nil
}

func (c *conn) describe(ctx context.Context, m *fields) error {
	kind, name := m.byte(), m.text()
	if err := m.end(); err != nil {
		return err
	}
	var cols []Column
	var formats []int16
	switch kind {
	case 'S':
		s, err := c.named(ctx, string(name))
		if err != nil {
			return err
		}
		if s == nil {
			return errNoStatement(string(name))
		}
		if cols = s.columns(); cols != nil {
			if err := c.allowed(nil); err != nil {
				return err
			}
		}
		c.parameterDescription(s.params())
	case 'P':
		if p := c.portals[string(name)]; p != nil {
			cols, formats = p.stmt.columns(), p.formats
		} else if of, binary, ok := c.describeCursor(string(name)); ok {
			cols, formats = of, binary
		} else {
			return errNoPortal(string(name))
		}
		if cols != nil {
			if err := c.allowed(nil); err != nil {
				return err
			}
		}
	default:
		return pgerr.New(pgerrcode.ProtocolViolation, "invalid DESCRIBE message subtype %d", kind)
	}
	if cols == nil {
		c.empty('n')
		return nil
	}
	c.rowDescription(cols, formats)
	return nil
}

func (c *conn) closeObject(m *fields) error {
	kind, name := m.byte(), string(m.text())
	if err := m.end(); err != nil {
		return err
	}
	switch kind {
	case 'S':
		c.dropStatement(name)
		if s, ok := c.session.(PreparedSession); ok {
			s.ForgetStatement(name)
		}
	case 'P':
		c.dropPortal(name)
		if s := c.cursors(); s != nil {
			s.CloseCursor(name)
		}
	default:
		return pgerr.New(pgerrcode.ProtocolViolation, "invalid CLOSE message subtype %d", kind)
	}
	c.empty('3')
	return nil
}
