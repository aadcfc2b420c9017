package copy

import (
	"bytes"
	"encoding/binary"

	"github.com/jackc/pgerrcode"

	"github.com/miniodb/miniodb/internal/pgerr"
	"github.com/miniodb/miniodb/internal/pgvalue"
	"github.com/miniodb/miniodb/internal/vector"
)

// Encoder turns batches into the bytes of COPY TO. It belongs to one goroutine.
type Encoder struct {
	o      Options
	cols   []Column
	values *pgvalue.Encoder
	funcs  []pgvalue.AppendFunc
	plain  []bool // the column's text needs neither escapes nor quotes
	types  []vector.Type
	null   []byte
}

// NewEncoder makes an encoder of rows with the given columns.
func NewEncoder(o Options, cols []Column, values *pgvalue.Encoder) *Encoder {
	o.setDefaults()
	return &Encoder{o: o, cols: cols, values: values, null: []byte(o.Null)}
}

// Prepare must be called with each batch before its rows.
func (e *Encoder) Prepare(b *vector.Batch) error {
	if len(b.Cols) != len(e.cols) {
		return pgerr.New(pgerrcode.InternalError, "COPY has %d columns, its rows have %d", len(e.cols), len(b.Cols))
	}
	same := len(e.types) == len(b.Cols)
	for i := 0; same && i < len(b.Cols); i++ {
		t, u := b.Cols[i].Type, e.types[i]
		same = t.SQL == u.SQL && t.Kind == u.Kind && t.Width == u.Width && t.Scale == u.Scale
	}
	if same {
		return nil
	}
	e.funcs, e.plain, e.types = e.funcs[:0], e.plain[:0], e.types[:0]
	for i := range b.Cols {
		t := b.Cols[i].Type
		e.types = append(e.types, t)
		e.funcs = append(e.funcs, pgvalue.ColumnFunc(e.cols[i].Type, t, e.o.Format == Binary))
		e.plain = append(e.plain, e.harmless(t))
	}
	return nil
}

// harmless reports columns whose values are numbers, times and such, which hold none of the usual delimiters, quotes and escapes.
func (e *Encoder) harmless(t vector.Type) bool {
	switch t.Kind {
	case vector.KindBytes, vector.KindList, vector.KindInterval:
		return false
	}
	if bytes.IndexByte([]byte("\t,|;"), e.o.Delimiter) < 0 {
		return false
	}
	return e.o.Format == Text || e.o.Quote == '"' && e.o.Escape == '"' && e.o.Null == "" && len(e.o.ForceQuote) == 0
}

// AppendHeader appends what stands before the rows.
func (e *Encoder) AppendHeader(dst []byte) []byte {
	if e.o.Format == Binary {
		dst = append(dst, signature...)
		return append(dst, 0, 0, 0, 0, 0, 0, 0, 0)
	}
	if !e.o.Header && !e.o.HeaderMatch {
		return dst
	}
	for i, c := range e.cols {
		if i > 0 {
			dst = append(dst, e.o.Delimiter)
		}
		at := len(dst)
		dst = append(dst, c.Name...)
		if e.o.Format == CSV {
			dst = e.quote(dst, at, false, len(e.cols) == 1)
		} else {
			dst = e.escape(dst, at)
		}
	}
	return append(dst, '\n')
}

// AppendTrailer appends what stands behind the rows.
func (e *Encoder) AppendTrailer(dst []byte) []byte {
	if e.o.Format == Binary {
		dst = append(dst, 0xff, 0xff)
	}
	return dst
}

// AppendRow appends one row of the batch that was prepared.
func (e *Encoder) AppendRow(dst []byte, b *vector.Batch, row int) []byte {
	if e.o.Format == Binary {
		return e.appendBinary(dst, b, row)
	}
	for i := range b.Cols {
		if i > 0 {
			dst = append(dst, e.o.Delimiter)
		}
		v := &b.Cols[i]
		if v.IsNull(row) {
			dst = append(dst, e.null...)
			continue
		}
		at := len(dst)
		dst = e.funcs[i](dst, v, row, e.values)
		switch {
		case e.plain[i]:
		case e.o.Format == CSV:
			dst = e.quote(dst, at, flag(e.o.ForceQuote, i), len(e.cols) == 1)
		default:
			dst = e.escape(dst, at)
		}
	}
	return append(dst, '\n')
}

func (e *Encoder) appendBinary(dst []byte, b *vector.Batch, row int) []byte {
	dst = binary.BigEndian.AppendUint16(dst, uint16(len(b.Cols)))
	for i := range b.Cols {
		v := &b.Cols[i]
		if v.IsNull(row) {
			dst = append(dst, 0xff, 0xff, 0xff, 0xff)
			continue
		}
		dst = append(dst, 0, 0, 0, 0)
		at := len(dst)
		dst = e.funcs[i](dst, v, row, e.values)
		binary.BigEndian.PutUint32(dst[at-4:], uint32(len(dst)-at))
	}
	return dst
}

// escape puts backslashes into dst[at:], in place.
func (e *Encoder) escape(dst []byte, at int) []byte {
	extra := 0
	for _, c := range dst[at:] {
		if c == '\\' || c == e.o.Delimiter || c < 0x20 && escapeLetter(c) != 0 {
			extra++
		}
	}
	if extra == 0 {
		return dst
	}
	r := len(dst) - 1
	for range extra {
		dst = append(dst, 0)
	}
	for w := len(dst) - 1; w > r; r-- {
		c := dst[r]
		letter := byte(0)
		if c == '\\' || c == e.o.Delimiter {
			letter = c
		}
		if c < 0x20 {
			if l := escapeLetter(c); l != 0 {
				letter = l
			}
		}
		if letter == 0 {
			dst[w] = c
			w--
			continue
		}
		dst[w], dst[w-1] = letter, '\\'
		w -= 2
	}
	return dst
}

// escapeLetter returns the letter of \b, \f, \n, \r, \t and \v.
func escapeLetter(c byte) byte {
	switch c {
	case '\b':
		return 'b'
	case '\f':
		return 'f'
	case '\n':
		return 'n'
	case '\r':
		return 'r'
	case '\t':
		return 't'
	case '\v':
		return 'v'
	}
	return 0
}

// quote puts dst[at:] in quotes, in place, where CSV needs them: delimiters, quotes, line ends, what looks like NULL or like the end marker.
func (e *Encoder) quote(dst []byte, at int, force, alone bool) []byte {
	s := dst[at:]
	need := force || bytes.Equal(s, e.null) || alone && string(s) == `\.`
	extra := 0
	for _, c := range s {
		if c == e.o.Quote || c == e.o.Escape {
			extra++
		} else if c == e.o.Delimiter || c == '\n' || c == '\r' {
			need = true
		}
		if c == e.o.Quote {
			need = true
		}
	}
	if !need {
		return dst
	}
	r := len(dst) - 1
	for range extra + 2 {
		dst = append(dst, 0)
	}
	w := len(dst) - 1
	dst[w] = e.o.Quote
	w--
	for ; r >= at; r-- {
		dst[w] = dst[r]
		w--
		if dst[r] == e.o.Quote || dst[r] == e.o.Escape {
			dst[w] = e.o.Escape
			w--
		}
	}
	dst[at] = e.o.Quote
	return dst
}
