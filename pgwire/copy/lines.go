package copy

import (
	"bytes"

	"github.com/jackc/pgerrcode"

	"github.com/miniodb/miniodb/internal/pgerr"
	"github.com/miniodb/miniodb/internal/pgvalue"
)

// eol is how lines end, which the first one decides.
type eol uint8

const (
	eolUnknown eol = iota
	eolLF
	eolCR
	eolCRLF
)

// lineState is what the search for the end of a line has to remember when the input is cut.
type lineState struct {
	eol       eol
	inQuote   bool
	escaped   bool  // CSV: the last byte was the escape inside quotes
	newlines  int64 // CSV: line ends within quotes so far
	backslash bool  // text: the last byte was a backslash
	marker    bool  // text: the last bytes were the end marker, \.
}

// writeLines cuts text and CSV into lines and reads each.
func (d *Decoder) writeLines(p []byte) error {
	if len(d.carry) > 0 {
		// Only as much as finishes the line that was begun is copied, unless quotes or escapes make it go on.
		for len(p) > 0 && len(d.carry) > 0 && !d.done {
			n := bytes.IndexByte(p, '\n') + 1
			if d.in.eol == eolCR || n == 0 {
				n = len(p)
			} else if d.in.eol == eolUnknown {
				if cr := bytes.IndexByte(p[:n], '\r') + 1; cr > 0 {
					n = min(cr+1, len(p))
				}
			}
			d.carry = append(d.carry, p[:n]...)
			p = p[n:]
			used, err := d.lines(d.carry, d.seen, false)
			if err != nil {
				return err
			}
			rest := len(d.carry) - used
			copy(d.carry, d.carry[used:])
			d.carry = d.carry[:rest]
			d.seen -= used
			if rest > d.o.MaxLineBytes {
				return d.errLong()
			}
		}
	}
	if len(p) == 0 || d.done {
		return nil
	}
	d.seen = 0
	used, err := d.lines(p, 0, false)
	if err != nil || d.done {
		return err
	}
	d.carry = append(d.carry[:0], p[used:]...)
	d.seen -= used
	if len(d.carry) > d.o.MaxLineBytes {
		return d.errLong()
	}
	return nil
}

func (d *Decoder) errLong() error {
	d.line++
	return d.lineError(pgerr.New(pgerrcode.ProgramLimitExceeded, "line of COPY data is longer than %d bytes", d.o.MaxLineBytes), nil)
}

// closeLines reads a last line that has no end.
func (d *Decoder) closeLines() error {
	if len(d.carry) == 0 {
		return nil
	}
	buf := d.carry
	used, err := d.lines(buf, d.seen, true)
	if err != nil || d.done || used == len(buf) {
		return err
	}
	d.seen = 0
	return d.oneLine(buf[used:])
}

// lines reads every complete line of buf, whose first seen bytes hold no line end, and returns how many bytes they took. d.seen becomes what of
// buf was searched. final says that no more input follows.
func (d *Decoder) lines(buf []byte, seen int, final bool) (used int, err error) {
	d.seen = seen
	for !d.done {
		end, next, found, err := d.findEnd(buf, final)
		if err != nil {
			return used, err
		}
		if !found {
			return used, nil
		}
		line := buf[used:end]
		used = next
		d.seen = next
		if err := d.oneLine(line); err != nil {
			return used, err
		}
	}
	return len(buf), nil
}

// oneLine reads a line without its end.
func (d *Decoder) oneLine(line []byte) error {
	d.line += 1 + d.in.newlines
	marker := d.in.marker || string(line) == `\.` && !d.in.inQuote
	d.in = lineState{eol: d.in.eol}
	if len(line) > d.o.MaxLineBytes {
		d.line--
		return d.errLong()
	}
	if marker {
		// What stands before the marker on its line is a last row.
		d.done = true
		if line = line[:len(line)-2]; len(line) == 0 {
			return nil
		}
	}
	if d.header {
		d.header = false
		if d.o.HeaderMatch {
			return d.matchHeader(line)
		}
		return nil
	}
	if err := pgvalue.CheckUTF8(line); err != nil {
		return d.lineError(err, nil)
	}
	var err error
	if d.o.Format == CSV {
		err = d.csvRow(line)
	} else {
		err = d.textRow(line)
	}
	if err != nil {
		return err
	}
	return d.rowDone()
}

// findEnd looks for the end of a line from d.seen on, which is how far it has looked before. next is where the following line starts.
func (d *Decoder) findEnd(buf []byte, final bool) (end, next int, found bool, err error) {
	if d.in.eol == eolLF && !d.in.inQuote && !d.in.escaped && !d.in.backslash && !d.in.marker {
		// Nearly always: the next LF ends the line, since nothing before it is special.
		n := bytes.IndexByte(buf[d.seen:], '\n')
		part := buf[d.seen:]
		if n >= 0 {
			part = part[:n]
		}
		if bytes.IndexByte(part, '\r') < 0 && !d.special(part) {
			if n < 0 {
				d.seen = len(buf)
				return 0, 0, false, nil
			}
			return d.seen + n, d.seen + n + 1, true, nil
		}
	}
	if d.o.Format == CSV {
		return d.findCSVEnd(buf, final)
	}
	return d.findTextEnd(buf, final)
}

// special reports bytes that may hide the end of a line.
func (d *Decoder) special(part []byte) bool {
	if d.o.Format == CSV {
		return bytes.IndexByte(part, d.o.Quote) >= 0 || d.o.Escape != d.o.Quote && bytes.IndexByte(part, d.o.Escape) >= 0
	}
	return bytes.IndexByte(part, '\\') >= 0
}

// findTextEnd goes byte by byte: a backslash takes the byte behind it, even a line end, as data.
func (d *Decoder) findTextEnd(buf []byte, final bool) (end, next int, found bool, err error) {
	i := d.seen
	for ; i < len(buf); i++ {
		c := buf[i]
		switch {
		case d.in.marker && c != '\n' && c != '\r':
			return 0, 0, false, d.brokenLine(badFormat("end-of-copy marker corrupt"))
		case d.in.backslash:
			d.in.backslash = false
			d.in.marker = c == '.'
		case c == '\\':
			d.in.backslash = true
		case c == '\n' || c == '\r':
			end, next, more, err := d.lineEnd(buf, i, final)
			if err != nil {
				return 0, 0, false, err
			}
			if more {
				d.seen = i
				return 0, 0, false, nil
			}
			return end, next, true, nil
		}
	}
	d.seen = i
	return 0, 0, false, nil
}

// brokenLine is an error in the middle of a line.
func (d *Decoder) brokenLine(err error) error {
	d.line += 1 + d.in.newlines
	return d.lineError(err, nil)
}

// lineEnd decides what a CR or LF at i means; more asks for another byte.
func (d *Decoder) lineEnd(buf []byte, i int, final bool) (end, next int, more bool, err error) {
	if buf[i] == '\n' {
		if d.in.eol == eolCR || d.in.eol == eolCRLF {
			if d.o.Format == CSV {
				return 0, 0, false, d.brokenLine(badFormat("unquoted newline found in data").WithHint("Use quoted CSV field to represent newline."))
			}
			return 0, 0, false, d.brokenLine(badFormat("literal newline found in data").WithHint(`Use "\n" to represent newline.`))
		}
		d.in.eol = eolLF
		return i, i + 1, false, nil
	}
	if d.in.eol == eolUnknown || d.in.eol == eolCRLF {
		switch {
		case i+1 >= len(buf) && !final:
			return 0, 0, true, nil
		case i+1 < len(buf) && buf[i+1] == '\n':
			d.in.eol = eolCRLF
			return i, i + 2, false, nil
		case d.in.eol == eolUnknown:
			d.in.eol = eolCR
		}
	}
	if d.in.eol == eolCR {
		return i, i + 1, false, nil
	}
	if d.o.Format == CSV {
		return 0, 0, false, d.brokenLine(badFormat("unquoted carriage return found in data").WithHint("Use quoted CSV field to represent carriage return."))
	}
	return 0, 0, false, d.brokenLine(badFormat("literal carriage return found in data").WithHint(`Use "\r" to represent carriage return.`))
}

// findCSVEnd goes byte by byte: line ends within quotes are data.
func (d *Decoder) findCSVEnd(buf []byte, final bool) (end, next int, found bool, err error) {
	quote, escape := d.o.Quote, d.o.Escape
	if quote == escape {
		escape = 0
	}
	i := d.seen
	for ; i < len(buf); i++ {
		c := buf[i]
		if d.in.inQuote && c == escape && escape != 0 {
			d.in.escaped = !d.in.escaped
			continue
		}
		if c == quote && !d.in.escaped {
			d.in.inQuote = !d.in.inQuote
		}
		d.in.escaped = false
		if c != '\n' && c != '\r' {
			continue
		}
		if d.in.inQuote {
			// As PostgreSQL counts: before the first line has ended, LF within quotes is not known to be a line end.
			if c == '\n' && d.in.eol == eolLF || c == '\r' && d.in.eol != eolLF {
				d.in.newlines++
			}
			continue
		}
		end, next, more, err := d.lineEnd(buf, i, final)
		if err != nil {
			return 0, 0, false, err
		}
		if more {
			d.seen = i
			return 0, 0, false, nil
		}
		return end, next, true, nil
	}
	d.seen = i
	return 0, 0, false, nil
}
