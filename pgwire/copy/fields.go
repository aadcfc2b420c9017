package copy

import (
	"bytes"

	"github.com/miniodb/miniodb/internal/pgvalue"
)

// span is one field: of the line, or of Decoder.field when it had to be rewritten.
type span struct {
	start, end int
	null       bool
}

// textRow reads a row of the text format.
func (d *Decoder) textRow(line []byte) error {
	if bytes.IndexByte(line, '\\') < 0 {
		d.split(line)
		return d.row(line, line)
	}
	if err := d.unescape(line); err != nil {
		return d.lineError(err, line)
	}
	return d.row(d.field, line)
}

// split cuts a line without quotes and escapes at the delimiters.
func (d *Decoder) split(line []byte) {
	d.fields = d.fields[:0]
	for start := 0; ; {
		n := bytes.IndexByte(line[start:], d.o.Delimiter)
		end := start + n
		if n < 0 {
			end = len(line)
		}
		d.fields = append(d.fields, span{start, end, bytes.Equal(line[start:end], d.null)})
		if n < 0 {
			return
		}
		start = end + 1
	}
}

// unescape cuts a line of the text format and undoes backslashes. NULL is compared before that.
func (d *Decoder) unescape(line []byte) error {
	d.fields, d.field = d.fields[:0], d.field[:0]
	for i := 0; ; {
		raw, start := i, len(d.field)
		high := false // an escape made a byte that may break UTF-8
		for i < len(line) && line[i] != d.o.Delimiter {
			c := line[i]
			i++
			if c != '\\' {
				d.field = append(d.field, c)
				continue
			}
			if i >= len(line) {
				break
			}
			c = line[i]
			i++
			switch c {
			case '0', '1', '2', '3', '4', '5', '6', '7':
				n := int(c - '0')
				for k := 0; k < 2 && i < len(line) && line[i] >= '0' && line[i] <= '7'; k++ {
					n = n<<3 | int(line[i]-'0')
					i++
				}
				c = byte(n)
				high = high || c >= 0x80 || c == 0
			case 'x':
				n, k := 0, 0
				for ; k < 2 && i < len(line) && hexDigit(line[i]) >= 0; k++ {
					n = n<<4 | hexDigit(line[i])
					i++
				}
				if k > 0 {
					c = byte(n)
					high = high || c >= 0x80 || c == 0
				}
			case 'b':
				c = '\b'
			case 'f':
				c = '\f'
			case 'n':
				c = '\n'
			case 'r':
				c = '\r'
			case 't':
				c = '\t'
			case 'v':
				c = '\v'
			}
			d.field = append(d.field, c)
		}
		if high {
			if err := pgvalue.CheckUTF8(d.field[start:]); err != nil {
				return err
			}
		}
		d.fields = append(d.fields, span{start, len(d.field), bytes.Equal(line[raw:i], d.null)})
		if i >= len(line) {
			return nil
		}
		i++ // the delimiter; behind the last one there is one more, empty field
	}
}

func hexDigit(c byte) int {
	switch {
	case c >= '0' && c <= '9':
		return int(c - '0')
	case c|0x20 >= 'a' && c|0x20 <= 'f':
		return int(c|0x20-'a') + 10
	}
	return -1
}

// csvRow reads a row of CSV.
func (d *Decoder) csvRow(line []byte) error {
	if bytes.IndexByte(line, d.o.Quote) < 0 {
		d.split(line)
		return d.row(line, line)
	}
	if err := d.unquote(line); err != nil {
		return d.lineError(err, line)
	}
	return d.row(d.field, line)
}

// unquote cuts a line of CSV. Quotes may begin anywhere in a field; a quoted field is never NULL.
func (d *Decoder) unquote(line []byte) error {
	d.fields, d.field = d.fields[:0], d.field[:0]
	for i := 0; ; {
		start, quoted, raw := len(d.field), false, i
		for i < len(line) && line[i] != d.o.Delimiter {
			c := line[i]
			i++
			if c != d.o.Quote {
				d.field = append(d.field, c)
				continue
			}
			quoted = true
			for closed := false; !closed; {
				if i >= len(line) {
					return badFormat("unterminated CSV quoted field")
				}
				c = line[i]
				i++
				switch {
				case c == d.o.Escape && i < len(line) && (line[i] == d.o.Escape || line[i] == d.o.Quote):
					d.field = append(d.field, line[i])
					i++
				case c == d.o.Quote:
					closed = true
				default:
					d.field = append(d.field, c)
				}
			}
		}
		d.fields = append(d.fields, span{start, len(d.field), !quoted && bytes.Equal(line[raw:i], d.null)})
		if i >= len(line) {
			return nil
		}
		i++
	}
}

// row appends the fields, which are in buf, to the batch.
func (d *Decoder) row(buf, line []byte) error {
	if len(d.fields) > len(d.cols) && (len(d.cols) > 0 || len(line) > 0) {
		return d.lineError(badFormat("extra data after last expected column"), line)
	}
	for i := range d.cols {
		if i >= len(d.fields) {
			return d.lineError(badFormat(`missing data for column "%s"`, d.cols[i].Name), line)
		}
		f := d.fields[i]
		value := buf[f.start:f.end]
		if d.o.Format == CSV {
			if f.null && flag(d.o.ForceNotNull, i) {
				f.null = false
			} else if !f.null && flag(d.o.ForceNull, i) && bytes.Equal(value, d.null) {
				f.null = true
			}
		}
		if f.null {
			d.appenders[i].Null()
			continue
		}
		if err := d.values.ParseText(d.appenders[i], value); err != nil {
			return d.columnError(err, i, value, false)
		}
	}
	return nil
}

// matchHeader compares the header line with the names of the columns.
func (d *Decoder) matchHeader(line []byte) error {
	buf := line
	switch {
	case d.o.Format == CSV && bytes.IndexByte(line, d.o.Quote) >= 0:
		if err := d.unquote(line); err != nil {
			return d.lineError(err, line)
		}
		buf = d.field
	case d.o.Format == Text && bytes.IndexByte(line, '\\') >= 0:
		if err := d.unescape(line); err != nil {
			return d.lineError(err, line)
		}
		buf = d.field
	default:
		d.split(line)
	}
	if len(d.fields) != len(d.cols) {
		return d.lineError(badFormat("wrong number of fields in header line: got %d, expected %d", len(d.fields), len(d.cols)), line)
	}
	for i, f := range d.fields {
		name := buf[f.start:f.end]
		if f.null {
			return d.lineError(badFormat(`column name mismatch in header line field %d: got null value ("%s"), expected "%s"`, i+1, d.o.Null, d.cols[i].Name), line)
		}
		if string(name) != d.cols[i].Name {
			return d.lineError(badFormat(`column name mismatch in header line field %d: got "%s", expected "%s"`, i+1, shown(name), d.cols[i].Name), line)
		}
	}
	return nil
}
