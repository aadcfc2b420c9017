package copy

import (
	"errors"
	"fmt"
	"unicode/utf8"

	"github.com/jackc/pgerrcode"

	"github.com/miniodb/miniodb/internal/pgerr"
	"github.com/miniodb/miniodb/internal/pgvalue"
	"github.com/miniodb/miniodb/internal/vector"
)

// Decoder turns the bytes of a COPY FROM into batches. It belongs to one goroutine and is of no use after an error.
type Decoder struct {
	o      Options
	cols   []Column
	values *pgvalue.Decoder
	emit   func(b *vector.Batch, firstLine int64) error

	builder   *vector.Builder
	appenders []*vector.Appender
	pending   int // rows in builder

	carry []byte // an incomplete line, or tuple, from earlier input
	seen  int    // how much of carry was searched for its end
	in    lineState

	line      int64 // number of the row's line; of its last one if it has several
	firstLine int64 // of the batch being built
	rows      int64
	done      bool // the end marker was seen
	header    bool // the header line is still to come

	field  []byte // a field without its escapes
	fields []span // of a line in which fields were found in place
	null   []byte
	bin    binaryState
}

// NewDecoder makes a decoder of rows with the given columns. emit gets the batches, which are its own to keep, with the number of the line of the first row.
func NewDecoder(o Options, cols []Column, values *pgvalue.Decoder, emit func(b *vector.Batch, firstLine int64) error) *Decoder {
	o.setDefaults()
	types := make([]vector.Type, len(cols))
	for i, c := range cols {
		types[i] = vector.TypeOf(c.Type)
	}
	d := &Decoder{
		o: o, cols: cols, values: values, emit: emit, builder: vector.NewBuilder(types), appenders: make([]*vector.Appender, len(cols)),
		header: o.Header || o.HeaderMatch, null: []byte(o.Null),
	}
	d.renew()
	return d
}

// renew fetches the appenders of a new batch.
func (d *Decoder) renew() {
	for i := range d.appenders {
		d.appenders[i] = d.builder.Col(i)
	}
	d.pending = 0
}

// Rows returns how many rows were read.
func (d *Decoder) Rows() int64 { return d.rows }

// Where returns the place that was reached, as a context line.
func (d *Decoder) Where() string { return fmt.Sprintf("COPY %s, line %d", d.o.Table, d.line+1) }

// Write takes the next bytes, cut anywhere. An error is a *pgerr.Error with the line, and column, in Where, or emit's.
func (d *Decoder) Write(p []byte) error {
	switch {
	case d.o.Format == Binary:
		return d.writeBinary(p)
	case d.done: // what follows \. is not looked at
		return nil
	}
	return d.writeLines(p)
}

// Close reads what is left, a last line without an end, and hands on the last batch.
func (d *Decoder) Close() error {
	if !d.done {
		var err error
		if d.o.Format == Binary {
			err = d.closeBinary()
		} else {
			err = d.closeLines()
		}
		if err != nil {
			return err
		}
	}
	return d.flush(d.builder.Take())
}

// rowDone counts a finished row and hands the batch on when it is full.
func (d *Decoder) rowDone() error {
	if d.pending == 0 {
		d.firstLine = d.line
	}
	d.pending++
	d.rows++
	if d.pending >= d.o.BatchRows || d.pending&63 == 0 && d.builder.Bytes() >= d.o.BatchBytes {
		return d.flush(d.builder.Next())
	}
	return nil
}

// flush hands on what the builder had.
func (d *Decoder) flush(b *vector.Batch) error {
	if d.pending == 0 {
		return nil
	}
	b.Len = d.pending
	first := d.firstLine
	d.renew()
	return d.emit(b, first)
}

// maxShownBytes is how much of a line or value a context shows (MAX_COPY_DATA_DISPLAY).
const maxShownBytes = 100

func shown(s []byte) string {
	if len(s) <= maxShownBytes {
		return string(s)
	}
	s = s[:maxShownBytes]
	for len(s) > 0 && !utf8.Valid(s) {
		s = s[:len(s)-1]
	}
	return string(s) + "..."
}

// lineError adds the line, and its text when there is one, to an error.
func (d *Decoder) lineError(err error, text []byte) error {
	var e *pgerr.Error
	if !errors.As(err, &e) {
		return err
	}
	where := fmt.Sprintf("COPY %s, line %d", d.o.Table, d.line)
	if text != nil {
		where += `: "` + shown(text) + `"`
	}
	return addWhere(e, where)
}

// columnError adds line, column and value to an error.
func (d *Decoder) columnError(err error, col int, value []byte, isNull bool) error {
	var e *pgerr.Error
	if !errors.As(err, &e) {
		return err
	}
	where := fmt.Sprintf("COPY %s, line %d, column %s", d.o.Table, d.line, d.cols[col].Name)
	switch {
	case isNull:
		where += ": null input"
	case value != nil:
		where += `: "` + shown(value) + `"`
	}
	return addWhere(e, where)
}

// addWhere appends a context line, the outer behind the inner.
func addWhere(e *pgerr.Error, where string) error {
	c := *e
	if c.Where != "" {
		where = c.Where + "\n" + where
	}
	c.Where = where
	return &c
}

func badFormat(format string, args ...any) *pgerr.Error {
	return pgerr.New(pgerrcode.BadCopyFileFormat, format, args...)
}
