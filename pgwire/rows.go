package pgwire

import (
	"context"
	"encoding/binary"
	"errors"
	"io"
	"strings"

	"github.com/jackc/pgerrcode"

	"github.com/miniodb/miniodb/internal/pgerr"
	"github.com/miniodb/miniodb/internal/pgvalue"
	"github.com/miniodb/miniodb/internal/sqltype"
	"github.com/miniodb/miniodb/internal/vector"
)

// rowEncoder holds the functions that print each column of a result, chosen when its first batch is seen.
type rowEncoder struct {
	funcs []pgvalue.AppendFunc
	types []layout // for which they were chosen
}

// layout is what of a vector.Type a function depends on and can be compared.
type layout struct {
	sql          sqltype.Type
	kind         vector.Kind
	width, scale uint8
}

func layoutOf(t vector.Type) layout { return layout{t.SQL, t.Kind, t.Width, t.Scale} }

// prepare chooses the functions for a batch; formats is nil for text.
func (r *rowEncoder) prepare(cols []Column, formats []int16, b *vector.Batch) error {
	if len(b.Cols) != len(cols) {
		return pgerr.New(pgerrcode.InternalError, "result has %d columns, %d were described", len(b.Cols), len(cols))
	}
	same := len(r.types) == len(cols)
	for i := 0; same && i < len(cols); i++ {
		same = r.types[i] == layoutOf(b.Cols[i].Type)
	}
	if same {
		return nil
	}
	r.funcs, r.types = r.funcs[:0], r.types[:0]
	for i := range cols {
		t := b.Cols[i].Type
		r.types = append(r.types, layoutOf(t))
		r.funcs = append(r.funcs, pgvalue.ColumnFunc(cols[i].Type, t, formats != nil && formats[i] == 1))
	}
	return nil
}

// rows sends rows until the result ends or limit of them, if not 0, were sent.
func (c *conn) rows(ctx context.Context, p *portal, limit int64) (sent int64, more bool, err error) {
	enc, err := c.values()
	if err != nil {
		return 0, false, err
	}
	if p.batch != nil { // MOVE may have taken it
		if err := p.enc.prepare(p.res.Columns(), p.formats, p.batch); err != nil {
			return 0, false, err
		}
	}
	for {
		if p.batch == nil || p.row >= p.batch.Len {
			if p.batch, err = p.res.Next(ctx); errors.Is(err, io.EOF) {
				return sent, false, nil
			} else if err != nil {
				return sent, false, err
			}
			p.row = 0
			if err := p.enc.prepare(p.res.Columns(), p.formats, p.batch); err != nil {
				return sent, false, err
			}
		}
		for p.row < p.batch.Len {
			c.out = p.enc.appendRow(c.out, p.batch, p.row, enc)
			p.row++
			if sent++; sent == limit {
				return sent, true, c.spill()
			}
			if len(c.out) >= flushBytes {
				if err := c.flush(); err != nil {
					return sent, false, err
				}
				if err := ctx.Err(); err != nil {
					return sent, false, err
				}
			}
		}
	}
}

// appendRow appends a DataRow straight from the vectors; lengths are patched once known.
func (r *rowEncoder) appendRow(dst []byte, b *vector.Batch, row int, enc *pgvalue.Encoder) []byte {
	start := len(dst) + 1
	dst = append(dst, 'D', 0, 0, 0, 0, byte(len(b.Cols)>>8), byte(len(b.Cols)))
	for i := range b.Cols {
		v := &b.Cols[i]
		if v.IsNull(row) {
			dst = append(dst, 0xff, 0xff, 0xff, 0xff)
			continue
		}
		dst = append(dst, 0, 0, 0, 0)
		at := len(dst)
		dst = r.funcs[i](dst, v, row, enc)
		binary.BigEndian.PutUint32(dst[at-4:], uint32(len(dst)-at))
	}
	binary.BigEndian.PutUint32(dst[start:], uint32(len(dst)-start))
	return dst
}

// values returns the encoder for the session's current settings.
func (c *conn) values() (*pgvalue.Encoder, error) {
	e := c.session.ResultEncoding()
	if c.encoder != nil && e == c.encoding {
		return c.encoder, nil
	}
	s, err := settings(e)
	if err != nil {
		return nil, err
	}
	c.encoding, c.encoder = e, pgvalue.NewEncoder(s)
	return c.encoder, nil
}

// settings reads the session's settings.
func settings(e Encoding) (pgvalue.Settings, error) {
	s := pgvalue.Settings{ByteaEscape: e.ByteaOutput == "escape", RoundFloats: e.ExtraFloatDigits <= 0, FloatDigits: e.ExtraFloatDigits}
	if e.TimeZone != "" {
		loc, err := pgvalue.LoadZone(e.TimeZone)
		if err != nil {
			return s, err
		}
		s.Location = loc
	}
	for _, word := range strings.FieldsFunc(strings.ToLower(e.DateStyle), func(r rune) bool { return r == ',' || r == ' ' }) {
		switch word {
		case "iso":
			s.DateStyle = pgvalue.DateISO
		case "sql":
			s.DateStyle = pgvalue.DateSQL
		case "postgres":
			s.DateStyle = pgvalue.DatePostgres
		case "german":
			s.DateStyle = pgvalue.DateGerman
		case "mdy", "us", "noneuro", "noneuropean":
			s.DateOrder = pgvalue.MDY
		case "dmy", "euro", "european":
			s.DateOrder = pgvalue.DMY
		case "ymd":
			s.DateOrder = pgvalue.YMD
		}
	}
	switch e.IntervalStyle {
	case "iso_8601":
		s.IntervalStyle = pgvalue.IntervalISO8601
	case "postgres_verbose":
		s.IntervalStyle = pgvalue.IntervalPostgresVerbose
	case "sql_standard":
		s.IntervalStyle = pgvalue.IntervalSQLStandard
	}
	return s, nil
}
