package pgwire

import (
	"context"
	"errors"
	"io"

	"github.com/jackc/pgerrcode"
	"github.com/jackc/pgx/v5/pgproto3"

	"github.com/miniodb/miniodb/internal/pgerr"
	"github.com/miniodb/miniodb/internal/pgvalue"
	"github.com/miniodb/miniodb/internal/vector"
	pgcopy "github.com/miniodb/miniodb/pgwire/copy"
)

// copyOptions hands the checked options of a statement to the codec.
func copyOptions(o *CopyOptions, cols []Column) (pgcopy.Options, []pgcopy.Column) {
	names := make([]pgcopy.Column, len(cols))
	for i, c := range cols {
		names[i] = pgcopy.Column{Name: c.Name, Type: c.Type}
	}
	return pgcopy.Options{
		Format: pgcopy.Format(o.Format), Table: o.Table, Delimiter: o.Delimiter, Null: o.Null, Header: o.Header, HeaderMatch: o.HeaderMatch,
		Quote: o.Quote, Escape: o.Escape, ForceQuote: o.ForceQuote, ForceNotNull: o.ForceNotNull, ForceNull: o.ForceNull,
	}, names
}

// copyResponse announces the formats of a COPY.
func copyResponse(binary bool, n int) (overall byte, codes []uint16) {
	codes = make([]uint16, n)
	if binary {
		for i := range codes {
			codes[i] = 1
		}
		return 1, codes
	}
	return 0, codes
}

// copyIn takes the data of COPY FROM STDIN. Whatever fails, nothing of it stays.
func (c *conn) copyIn(ctx context.Context, in CopyIn) (err error) {
	defer func() {
		if err != nil {
			in.Abort()
		}
	}()
	opts, cols := copyOptions(in.Options(), in.Columns())
	opts.MaxLineBytes = c.srv.cfg.MaxCopyLineBytes
	s, err := settings(c.session.ResultEncoding())
	if err != nil {
		return err
	}
	values := pgvalue.NewDecoder(pgvalue.Options{
		Location: s.Location, DateOrder: s.DateOrder, IntervalSQL: s.IntervalStyle == pgvalue.IntervalSQLStandard,
		Enum: c.session.EnumLabels,
	})
	dec := pgcopy.NewDecoder(opts, cols, values, func(b *vector.Batch, firstLine int64) error { return in.Append(ctx, b, firstLine) })
	progress, _ := in.(CopyProgress)
	received := int64(0)
	overall, codes := copyResponse(opts.Format == pgcopy.Binary, len(cols))
	c.send(&pgproto3.CopyInResponse{OverallFormat: overall, ColumnFormatCodes: codes})
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		typ, body, err := c.await(ctx, waitCopy)
		if errors.Is(err, errWoken) {
			continue
		}
		if err != nil {
			return err
		}
		switch typ {
		case 'd':
			if err := dec.Write(body); err != nil {
				return err
			}
			if received += int64(len(body)); progress != nil {
				progress.Progress(received)
			}
		case 'c':
			if err := dec.Close(); err != nil {
				return err
			}
			return in.Finish(ctx)
		case 'f':
			m := fields{rest: body}
			if reason := m.text(); m.err == nil {
				m.err = pgerr.New(pgerrcode.QueryCanceled, "COPY from stdin failed: %s", reason)
			}
			return pgerr.From(m.err).WithWhere("%s", dec.Where())
		case 'H', 'S': // sent ahead by clients that pipeline
		case 'X':
			return errQuiet
		default:
			// Who sends a query now has lost count of what it sent, as PostgreSQL sees it, too.
			c.sendError(pgerr.New(pgerrcode.ProtocolViolation, "unexpected message type 0x%02X during COPY from stdin", typ).WithWhere("%s", dec.Where()))
			return pgerr.Fatal(pgerrcode.ProtocolViolation, "terminating connection because protocol synchronization was lost")
		}
	}
}

// copyOut sends the rows of COPY TO STDOUT, one message a row, and returns their number.
func (c *conn) copyOut(ctx context.Context, res Result) (rows int64, err error) {
	values, err := c.values()
	if err != nil {
		return 0, err
	}
	opts, cols := copyOptions(res.CopyOut(), res.Columns())
	enc := pgcopy.NewEncoder(opts, cols, values)
	overall, codes := copyResponse(opts.Format == pgcopy.Binary, len(cols))
	progress, _ := res.(CopyProgress)
	sent := int64(0)
	c.send(&pgproto3.CopyOutResponse{OverallFormat: overall, ColumnFormatCodes: codes})
	// As in PostgreSQL the header line is a message, but the binary header begins the message of the first row, or of the trailer: clients count on it.
	header := enc.AppendHeader(nil)
	if opts.Format != pgcopy.Binary && len(header) > 0 {
		at := c.begin('d')
		c.out = append(c.out, header...)
		c.end(at)
		header = nil
	}
	for {
		b, err := res.Next(ctx)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return rows, err
		}
		if err := enc.Prepare(b); err != nil {
			return rows, err
		}
		for row := range b.Len {
			at := c.begin('d')
			c.out = append(c.out, header...)
			header = nil
			c.out = enc.AppendRow(c.out, b, row)
			c.end(at)
			if len(c.out) >= flushBytes {
				if sent += int64(len(c.out)); progress != nil {
					progress.Progress(sent)
				}
				if err := c.flush(); err != nil {
					return rows, err
				}
				if err := ctx.Err(); err != nil {
					return rows, err
				}
			}
		}
		rows += int64(b.Len)
	}
	if opts.Format == pgcopy.Binary {
		at := c.begin('d')
		c.out = append(c.out, header...)
		c.out = enc.AppendTrailer(c.out)
		c.end(at)
	}
	c.empty('c')
	return rows, nil
}
