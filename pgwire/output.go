package pgwire

import (
	"encoding/binary"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5/pgproto3"

	"github.com/miniodb/miniodb/internal/pgerr"
	"github.com/miniodb/miniodb/internal/sqltype"
)

// takeOut gets an output buffer for the answers to come.
func (c *conn) takeOut() {
	if c.out == nil {
		c.outPooled = outBuffers.Get().(*[]byte)
		c.out = (*c.outPooled)[:0]
	}
}

// returnOut gives the buffer back; a connection that waits has none.
func (c *conn) returnOut() {
	if c.outPooled != nil {
		outBuffers.Put(c.outPooled)
	}
	c.out, c.outPooled = nil, nil
}

// flush writes what is buffered. The first error is kept: nothing is sent after it.
func (c *conn) flush() error {
	if c.outErr != nil || len(c.out) == 0 {
		return c.outErr
	}
	if _, err := c.stream.Write(c.out); err != nil {
		c.outErr = fmt.Errorf("%w: write: %w", errQuiet, err)
	}
	if c.outPooled != nil && cap(c.out) > 2*cap(*c.outPooled) {
		c.out = (*c.outPooled)[:0] // a huge row made it grow
	} else {
		c.out = c.out[:0]
	}
	return c.outErr
}

// spill writes once enough is buffered.
func (c *conn) spill() error {
	if len(c.out) < flushBytes {
		return c.outErr
	}
	return c.flush()
}

// send encodes one of the rarer messages.
func (c *conn) send(m pgproto3.BackendMessage) {
	out, err := m.Encode(c.out)
	if err != nil {
		c.outErr = fmt.Errorf("%w: encode %T: %w", errQuiet, m, err)
		return
	}
	c.out = out
}

// begin starts a message and returns where its length belongs.
func (c *conn) begin(typ byte) int {
	c.out = append(c.out, typ, 0, 0, 0, 0)
	return len(c.out) - 4
}

// end patches the length of a message.
func (c *conn) end(at int) { binary.BigEndian.PutUint32(c.out[at:], uint32(len(c.out)-at)) }

// empty sends a message without a body.
func (c *conn) empty(typ byte) { c.out = append(c.out, typ, 0, 0, 0, 4) }

func (c *conn) ready() {
	c.reportChanges()
	c.out = append(c.out, 'Z', 0, 0, 0, 5, c.session.TxStatus())
}

func (c *conn) commandComplete(tag string) {
	at := c.begin('C')
	c.out = append(append(c.out, tag...), 0)
	c.end(at)
}

func (c *conn) notification(n Notification) {
	at := c.begin('A')
	c.out = binary.BigEndian.AppendUint32(c.out, n.PID)
	c.out = append(append(c.out, clean(n.Channel)...), 0)
	c.out = append(append(c.out, clean(n.Payload)...), 0)
	c.end(at)
}

// rowDescription describes columns; formats has one code for each.
func (c *conn) rowDescription(cols []Column, formats []int16) {
	at := c.begin('T')
	c.out = binary.BigEndian.AppendUint16(c.out, uint16(len(cols)))
	for i, col := range cols {
		c.out = append(append(c.out, clean(col.Name)...), 0)
		c.out = binary.BigEndian.AppendUint32(c.out, col.Table)
		c.out = binary.BigEndian.AppendUint16(c.out, uint16(col.Attnum))
		c.out = binary.BigEndian.AppendUint32(c.out, uint32(col.Type.OID))
		c.out = binary.BigEndian.AppendUint16(c.out, uint16(col.Type.Size()))
		c.out = binary.BigEndian.AppendUint32(c.out, uint32(col.Type.Mod))
		format := int16(0)
		if formats != nil {
			format = formats[i]
		}
		c.out = binary.BigEndian.AppendUint16(c.out, uint16(format))
	}
	c.end(at)
}

func (c *conn) parameterDescription(params []sqltype.Type) {
	at := c.begin('t')
	c.out = binary.BigEndian.AppendUint16(c.out, uint16(len(params)))
	for _, p := range params {
		c.out = binary.BigEndian.AppendUint32(c.out, uint32(p.OID))
	}
	c.end(at)
}

// parameterStatuses reports all settings, in a fixed order.
func (c *conn) parameterStatuses() {
	c.reported = c.session.Parameters()
	for _, name := range slices.Sorted(maps.Keys(c.reported)) {
		c.parameterStatus(name, c.reported[name])
	}
	clear(c.changed)
}

// reportChanges reports the settings that differ from what the client was told last. That comes before ReadyForQuery alone (documentation,
// "Asynchronous Operations" of the protocol), so that what a failed transaction undoes is never seen.
func (c *conn) reportChanges() {
	if len(c.changed) == 0 {
		return
	}
	for _, name := range slices.Sorted(maps.Keys(c.changed)) {
		if value := c.changed[name]; c.reported[name] != value {
			c.reported[name] = value
			c.parameterStatus(name, value)
		}
	}
	clear(c.changed)
}

func (c *conn) parameterStatus(name, value string) {
	at := c.begin('S')
	c.out = append(append(c.out, clean(name)...), 0)
	c.out = append(append(c.out, clean(value)...), 0)
	c.end(at)
}

func (c *conn) sendError(e *pgerr.Error) { c.out = appendError(c.out, e) }

// appendError appends an ErrorResponse with every field that is set.
func appendError(dst []byte, e *pgerr.Error) []byte { return appendReport(dst, 'E', e, "ERROR") }

func appendReport(dst []byte, typ byte, e *pgerr.Error, severity string) []byte {
	at := len(dst) + 1
	dst = append(dst, typ, 0, 0, 0, 0)
	if e.Severity != "" {
		severity = e.Severity
	}
	field := func(code byte, value string) {
		if value != "" {
			dst = append(append(append(dst, code), clean(value)...), 0)
		}
	}
	field('S', severity)
	field('V', severity)
	field('C', e.Code)
	field('M', orElse(e.Message, "unknown error"))
	field('D', e.Detail)
	field('H', e.Hint)
	field('W', e.Where)
	field('s', e.Schema)
	field('t', e.Table)
	field('c', e.Column)
	field('n', e.Constraint)
	if e.Position > 0 {
		field('P', fmt.Sprint(e.Position))
	}
	dst = append(dst, 0)
	binary.BigEndian.PutUint32(dst[at:], uint32(len(dst)-at))
	return dst
}

func orElse(s, other string) string {
	if s == "" {
		return other
	}
	return s
}

// clean makes a text fit for a field that ends with a zero byte.
func clean(s string) string {
	if strings.IndexByte(s, 0) >= 0 {
		s = strings.ReplaceAll(s, "\x00", "")
	}
	return strings.ToValidUTF8(s, "\uFFFD")
}

// outlet is what a session sees of its connection.
type outlet conn

// Notice implements Outlet.
func (o *outlet) Notice(n *pgerr.Error) {
	c := (*conn)(o)
	c.out = appendReport(c.out, 'N', n, "NOTICE")
}

// ParameterStatus implements Outlet.
func (o *outlet) ParameterStatus(name, value string) {
	c := (*conn)(o)
	if c.changed == nil {
		c.changed = map[string]string{}
	}
	c.changed[name] = value
}

// Deallocate drops a statement that was prepared through the protocol, for the session's DEALLOCATE; false if there is none.
func (o *outlet) Deallocate(name string) bool {
	c := (*conn)(o)
	if name == "" || c.statements[name] == nil {
		return false
	}
	c.dropStatement(name)
	return true
}

// Statements lists the named statements, for pg_prepared_statements.
func (o *outlet) Statements() []NamedStatement {
	c := (*conn)(o)
	var out []NamedStatement
	for name, s := range c.statements {
		if name == "" || s.parsed == nil {
			continue
		}
		out = append(out, NamedStatement{Name: name, Text: s.parsed.Text(), Params: s.params(), Prepared: s.since})
	}
	return out
}

// DeallocateAll drops all named statements, for DEALLOCATE ALL and DISCARD ALL.
func (o *outlet) DeallocateAll() {
	c := (*conn)(o)
	for name := range c.statements {
		if name != "" {
			c.dropStatement(name)
		}
	}
}
