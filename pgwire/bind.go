package pgwire

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgerrcode"

	"github.com/miniodb/miniodb/internal/pgerr"
	"github.com/miniodb/miniodb/internal/pgvalue"
)

// bind makes a portal. The checks come in the order in which PostgreSQL has them.
func (c *conn) bind(ctx context.Context, m *fields) error {
	portalName, stmtName := m.text(), m.text()
	if m.err != nil {
		return m.err
	}
	s, err := c.named(ctx, string(stmtName))
	if err != nil {
		return err
	}
	if s == nil {
		return errNoStatement(string(stmtName))
	}
	formats := m.codes()
	n := m.u16()
	if m.err != nil {
		return m.err
	}
	if len(formats) > 1 && len(formats) != n {
		return pgerr.New(pgerrcode.ProtocolViolation, "bind message has %d parameter formats but %d parameters", len(formats), n)
	}
	if want := len(s.params()); n != want {
		return pgerr.New(pgerrcode.ProtocolViolation, `bind message supplies %d parameters, but prepared statement "%s" requires %d`, n, stmtName, want)
	}
	if s.parsed != nil {
		if err := c.allowed(s.parsed); err != nil {
			return err
		}
	}
	name := string(portalName)
	_, _, declared := c.describeCursor(name)
	if name != "" && (c.portals[name] != nil || declared) {
		return pgerr.New(pgerrcode.DuplicateCursor, `cursor "%s" already exists`, name)
	}
	c.dropPortal(name)
	p := &portal{name: name, stmt: s}
	params, bytes, err := c.params(m, p, formats, n)
	if err != nil {
		return err
	}
	p.formats = m.codes()
	if err := m.end(); err != nil {
		return err
	}
	if len(c.portals) >= c.srv.cfg.MaxPortals || c.paramBytes+bytes > c.srv.cfg.MaxMessageBytes {
		return pgerr.New(pgerrcode.ProgramLimitExceeded, "too many open portals on this connection").
			WithDetail("The limits are %d portals and %d bytes of parameters.", c.srv.cfg.MaxPortals, c.srv.cfg.MaxMessageBytes)
	}
	if s.stmt != nil {
		if p.params, err = c.session.Bind(ctx, s.stmt, params); err != nil {
			return p.locate(err, params)
		}
	}
	if p.formats, err = resultFormats(p.formats, len(s.columns())); err != nil {
		return err
	}
	if s, ok := c.session.(SavepointSession); ok {
		p.number = s.OpenPortal()
	}
	p.bytes = bytes
	c.paramBytes += bytes
	c.portals[name] = p
	c.empty('2')
	return nil
}

// params takes the parameters of a Bind and checks what can be checked without their types. They alias the message.
func (c *conn) params(m *fields, p *portal, formats []int16, n int) (params []Param, bytes int, err error) {
	if n == 0 {
		return nil, 0, nil
	}
	params = c.paramBuf[:0]
	for i := range n {
		param := Param{}
		switch length := int32(m.u32()); {
		case m.err != nil:
			return nil, 0, m.err
		case length == -1:
		default:
			if param.Data = m.bytes(int(length)); m.err != nil {
				return nil, 0, p.context(m.err, i, nil)
			}
			bytes += len(param.Data)
		}
		format := int16(0)
		switch len(formats) {
		case 0:
		case 1:
			format = formats[0]
		default:
			format = formats[i]
		}
		switch format {
		case 0:
			if err := pgvalue.CheckUTF8(param.Data); err != nil {
				return nil, 0, p.context(err, i, nil)
			}
		case 1:
			param.Binary = true
		default:
			return nil, 0, p.context(pgerr.New(pgerrcode.InvalidParameterValue, "unsupported format code: %d", format), i, nil)
		}
		params = append(params, param)
	}
	if cap(params) <= maxKeptParams {
		c.paramBuf = params
	}
	return params, bytes, nil
}

// maxKeptParams bounds the parameters whose memory is used again by the next Bind.
const maxKeptParams = 64

// ParamError is an error in the value of one parameter.
type ParamError struct {
	Index int // from 0
	Err   error
}

// Error implements error.
func (e *ParamError) Error() string { return e.Err.Error() }

// Unwrap gives the error of the type's input function.
func (e *ParamError) Unwrap() error { return e.Err }

// locate says which parameter an error of Session.Bind is about.
func (p *portal) locate(err error, params []Param) error {
	var pe *ParamError
	if !errors.As(err, &pe) || pe.Index >= len(params) {
		return err
	}
	param := params[pe.Index]
	if !param.Binary {
		return p.context(pe.Err, pe.Index, param.Data)
	}
	e := *pgerr.From(pe.Err)
	if e.Code == pgerrcode.InvalidBinaryRepresentation && e.Message == "incorrect binary data format" {
		e.Message += fmt.Sprintf(" in bind parameter %d", pe.Index+1)
	}
	return p.context(e.WithCause(pe.Err), pe.Index, nil)
}

// context adds the line that names portal and parameter. The value of a text is not shown, as under PostgreSQL's default of
// log_parameter_max_length_on_error, only whether there was one.
func (p *portal) context(err error, index int, text []byte) error {
	e := *pgerr.From(err)
	where := "unnamed portal"
	if p.name != "" {
		where = fmt.Sprintf("portal \"%s\"", p.name)
	}
	where += fmt.Sprintf(" parameter $%d", index+1)
	switch {
	case len(text) > 0:
		where += " = '...'"
	case text != nil:
		where += " = ''"
	}
	if e.Where != "" {
		where = e.Where + "\n" + where
	}
	e.Where = where
	return e.WithCause(err)
}

// resultFormats spreads the codes of a Bind over n columns; nil means text for all. Codes that do not exist are found when rows are to be sent.
func resultFormats(codes []int16, n int) ([]int16, error) {
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

// checkFormats refuses result formats other than text and binary.
func checkFormats(formats []int16) error {
	for _, f := range formats {
		if f != 0 && f != 1 {
			return pgerr.New(pgerrcode.InvalidParameterValue, "unsupported format code: %d", f)
		}
	}
	return nil
}
