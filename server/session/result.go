package session

import (
	"context"
	"io"
	"strconv"

	"github.com/miniodb/miniodb/internal/sqltype"
	"github.com/miniodb/miniodb/internal/vector"
	"github.com/miniodb/miniodb/pgwire"
)

// tagResult is a statement that is done and returned no rows.
type tagResult string

func (tagResult) Columns() []pgwire.Column                    { return nil }
func (tagResult) Next(context.Context) (*vector.Batch, error) { return nil, io.EOF }
func (tagResult) CopyIn() pgwire.CopyIn                       { return nil }
func (tagResult) CopyOut() *pgwire.CopyOptions                { return nil }
func (t tagResult) Tag(int64) string                          { return string(t) }
func (tagResult) Close()                                      {}

// rowsResult returns rows that are in memory.
type rowsResult struct {
	columns []pgwire.Column
	batches []*vector.Batch
	tag     string
	count   bool // the tag ends in the number of rows
}

func (r *rowsResult) Columns() []pgwire.Column { return r.columns }

func (r *rowsResult) Next(context.Context) (*vector.Batch, error) {
	if len(r.batches) == 0 {
		return nil, io.EOF
	}
	b := r.batches[0]
	r.batches = r.batches[1:]
	return b, nil
}

func (r *rowsResult) CopyIn() pgwire.CopyIn        { return nil }
func (r *rowsResult) CopyOut() *pgwire.CopyOptions { return nil }
func (r *rowsResult) Close()                       { r.batches = nil }

func (r *rowsResult) Tag(rows int64) string {
	if r.count {
		return r.tag + " " + strconv.FormatInt(rows, 10)
	}
	return r.tag
}

// textRows makes a result of text columns.
func textRows(tag string, count bool, columns []pgwire.Column, rows ...[]string) *rowsResult {
	types := make([]vector.Type, len(columns))
	for i, c := range columns {
		types[i] = vector.TypeOf(sqltype.Of(sqltype.Text))
		types[i].SQL = c.Type
	}
	b := vector.NewBuilder(types)
	for _, row := range rows {
		for i, v := range row {
			b.Col(i).Bytes([]byte(v))
		}
	}
	return &rowsResult{columns: columns, batches: []*vector.Batch{b.Take()}, tag: tag, count: count}
}

// queryResult streams the rows of a query to the client.
type queryResult struct {
	rows     *rows
	columns  []pgwire.Column
	tag      string
	copyOut  *pgwire.CopyOptions
	progress *copyProgress // of COPY TO
}

func (r *queryResult) Columns() []pgwire.Column     { return r.columns }
func (r *queryResult) CopyIn() pgwire.CopyIn        { return nil }
func (r *queryResult) CopyOut() *pgwire.CopyOptions { return r.copyOut }
func (r *queryResult) Tag(n int64) string           { return r.tag + " " + strconv.FormatInt(n, 10) }

// Progress implements pgwire.CopyProgress.
func (r *queryResult) Progress(bytes int64) {
	if r.progress != nil {
		r.progress.bytes.Store(bytes)
	}
}

// Close ends the query.
func (r *queryResult) Close() {
	r.rows.Close()
	if r.progress != nil {
		r.rows.session.copying.CompareAndSwap(r.progress, nil)
	}
}

func (r *queryResult) Next(ctx context.Context) (*vector.Batch, error) {
	b, err := r.rows.Next(ctx)
	if err == nil && r.progress != nil {
		r.progress.tuples.Add(int64(b.Len))
	}
	return b, err
}
