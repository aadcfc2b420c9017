package pgwire

import (
	"context"

	"github.com/jackc/pgerrcode"
	"github.com/jackc/pgx/v5/pgproto3"

	"github.com/miniodb/miniodb/internal/pgerr"
	"github.com/miniodb/miniodb/internal/pgvalue"
	"github.com/miniodb/miniodb/internal/sqltype"
)

// statement is a prepared statement of the protocol.
type statement struct {
	parsed Parsed    // nil for an empty text
	stmt   Statement // nil for an empty text
	bytes  int       // of its text
}

func (s *statement) params() []sqltype.Type {
	if s.stmt == nil {
		return nil
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
func (c *conn) sync(ctx context.Context) error {
	c.skipToSync = false
	c.unlimit()
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

func (c *conn) parse(ctx context.Context, m *pgproto3.Parse) error {
	if m.Name != "" && c.statements[m.Name] != nil {
		return pgerr.New(pgerrcode.DuplicatePreparedStatement, `prepared statement "%s" already exists`, m.Name)
	}
	c.dropStatement(m.Name)
	if len(c.statements) >= c.srv.cfg.MaxStatements || c.statementBytes+len(m.Query) > c.srv.cfg.MaxStatementBytes {
		return pgerr.New(pgerrcode.ProgramLimitExceeded, "too many prepared statements on this connection").
			WithDetail("The limits are %d statements and %d bytes of text.", c.srv.cfg.MaxStatements, c.srv.cfg.MaxStatementBytes).
			WithHint("Close or deallocate statements that are no longer used.")
	}
	if err := pgvalue.CheckUTF8([]byte(m.Query)); err != nil {
		return err
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	defer c.run(cancel)()
	c.limit()
	s := &statement{bytes: len(m.Name) + len(m.Query)}
	all, err := c.session.Parse(ctx, m.Query)
	if err != nil {
		return explain(ctx, err)
	}
	switch len(all) {
	case 0:
	case 1:
		s.parsed = all[0]
		if err := c.allowed(s.parsed); err != nil {
			return err
		}
		oids := make([]sqltype.OID, len(m.ParameterOIDs))
		for i, oid := range m.ParameterOIDs {
			oids[i] = sqltype.OID(oid)
		}
		if s.stmt, err = c.session.Prepare(ctx, s.parsed, oids); err != nil {
			return explain(ctx, err)
		}
	default:
		return pgerr.New(pgerrcode.SyntaxError, "cannot insert multiple commands into a prepared statement")
	}
	c.statements[m.Name] = s
	c.statementBytes += s.bytes
	c.empty('1')
	return nil
}

func (c *conn) bind(m *pgproto3.Bind) error {
	s := c.statements[m.PreparedStatement]
	if s == nil {
		return errNoStatement(m.PreparedStatement)
	}
	want := len(s.params())
	if n := len(m.ParameterFormatCodes); n > 1 && n != len(m.Parameters) {
		return pgerr.New(pgerrcode.ProtocolViolation, "bind message has %d parameter formats but %d parameters", n, len(m.Parameters))
	}
	if len(m.Parameters) != want {
		return pgerr.New(pgerrcode.ProtocolViolation, `bind message supplies %d parameters, but prepared statement "%s" requires %d`,
			len(m.Parameters), m.PreparedStatement, want)
	}
	if s.parsed != nil {
		if err := c.allowed(s.parsed); err != nil {
			return err
		}
	}
	formats, err := resultFormats(m.ResultFormatCodes, len(s.columns()))
	if err != nil {
		return err
	}
	params, err := copyParams(m)
	if err != nil {
		return err
	}
	_, _, declared := c.describeCursor(m.DestinationPortal)
	if m.DestinationPortal != "" && (c.portals[m.DestinationPortal] != nil || declared) {
		return pgerr.New(pgerrcode.DuplicateCursor, `cursor "%s" already exists`, m.DestinationPortal)
	}
	c.dropPortal(m.DestinationPortal)
	bytes := 0
	for _, p := range params {
		bytes += len(p.Data)
	}
	if len(c.portals) >= c.srv.cfg.MaxPortals || c.paramBytes+bytes > c.srv.cfg.MaxMessageBytes {
		return pgerr.New(pgerrcode.ProgramLimitExceeded, "too many open portals on this connection").
			WithDetail("The limits are %d portals and %d bytes of parameters.", c.srv.cfg.MaxPortals, c.srv.cfg.MaxMessageBytes)
	}
	c.paramBytes += bytes
	c.portals[m.DestinationPortal] = &portal{name: m.DestinationPortal, stmt: s, params: params, bytes: bytes, formats: formats}
	c.empty('2')
	return nil
}

// resultFormats spreads the codes of a Bind over n columns; nil means text for all.
func resultFormats(codes []int16, n int) ([]int16, error) {
	for _, f := range codes {
		if f != 0 && f != 1 {
			return nil, pgerr.New(pgerrcode.InvalidParameterValue, "unsupported format code: %d", f)
		}
	}
	switch len(codes) {
	case 0:
		return nil, nil
	case n:
		return codes, nil
	case 1:
		all := make([]int16, n)
		for i := range all {
			all[i] = codes[0]
		}
		return all, nil
	}
	if n == 0 {
		return nil, nil
	}
	return nil, pgerr.New(pgerrcode.ProtocolViolation, "bind message has %d result formats but query has %d columns", len(codes), n)
}

// copyParams takes the parameters out of the read buffer, in one piece.
func copyParams(m *pgproto3.Bind) ([]Param, error) {
	if len(m.Parameters) == 0 {
		return nil, nil
	}
	total := 0
	for _, p := range m.Parameters {
		total += len(p)
	}
	buf := make([]byte, 0, total)
	out := make([]Param, len(m.Parameters))
	for i, p := range m.Parameters {
		format := int16(0)
		switch len(m.ParameterFormatCodes) {
		case 0:
		case 1:
			format = m.ParameterFormatCodes[0]
		default:
			format = m.ParameterFormatCodes[i]
		}
		if format != 0 && format != 1 {
			return nil, pgerr.New(pgerrcode.InvalidParameterValue, "unsupported format code: %d", format)
		}
		out[i].Binary = format == 1
		if p == nil {
			continue
		}
		if format == 0 {
			if err := pgvalue.CheckUTF8(p); err != nil {
				return nil, err
			}
		}
		start := len(buf)
		buf = append(buf, p...)
		out[i].Data = buf[start:len(buf):len(buf)]
	}
	return out, nil
}

func (c *conn) describe(m *pgproto3.Describe) error {
	var cols []Column
	var formats []int16
	switch m.ObjectType {
	case 'S':
		s := c.statements[m.Name]
		if s == nil {
			return errNoStatement(m.Name)
		}
		if cols = s.columns(); cols != nil {
			if err := c.allowed(nil); err != nil {
				return err
			}
		}
		c.parameterDescription(s.params())
	case 'P':
		if p := c.portals[m.Name]; p != nil {
			cols, formats = p.stmt.columns(), p.formats
		} else if of, binary, ok := c.describeCursor(m.Name); ok {
			cols, formats = of, binary
		} else {
			return errNoPortal(m.Name)
		}
		if cols != nil {
			if err := c.allowed(nil); err != nil {
				return err
			}
		}
	default:
		return pgerr.New(pgerrcode.ProtocolViolation, "invalid DESCRIBE message subtype %d", m.ObjectType)
	}
	if cols == nil {
		c.empty('n')
		return nil
	}
	c.rowDescription(cols, formats)
	return nil
}

func (c *conn) closeObject(m *pgproto3.Close) error {
	switch m.ObjectType {
	case 'S':
		c.dropStatement(m.Name)
	case 'P':
		c.dropPortal(m.Name)
		if s := c.cursors(); s != nil {
			s.CloseCursor(m.Name)
		}
	default:
		return pgerr.New(pgerrcode.ProtocolViolation, "invalid CLOSE message subtype %d", m.ObjectType)
	}
	c.empty('3')
	return nil
}
