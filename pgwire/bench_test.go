package pgwire_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgproto3"
	"github.com/stretchr/testify/require"

	"github.com/miniodb/miniodb/internal/sqltype"
	"github.com/miniodb/miniodb/internal/testpg"
	"github.com/miniodb/miniodb/internal/vector"
	"github.com/miniodb/miniodb/pgwire"
)

var benchTypes = []sqltype.Type{sqltype.Of(sqltype.Int8), sqltype.Of(sqltype.Text), sqltype.Of(sqltype.Float8), sqltype.Of(sqltype.Timestamp), sqltype.NumericOf(12, 2)}

// benchBackend answers every query with the same batch, again and again.
type benchBackend struct {
	*fakeBackend
	batch *vector.Batch
	times int
}

func (b *benchBackend) Open(ctx context.Context, c pgwire.ClientInfo, out pgwire.Outlet) (pgwire.Session, error) {
	s, err := b.fakeBackend.Open(ctx, c, out)
	return &benchSession{s.(*fakeSession), b}, err
}

type benchSession struct {
	*fakeSession
	b *benchBackend
}

func (s *benchSession) Prepare(_ context.Context, p pgwire.Parsed, _ []sqltype.OID) (pgwire.Statement, error) {
	st := &fakeStatement{words: []string{p.Text()}}
	for i, t := range benchTypes {
		st.cols = append(st.cols, pgwire.Column{Name: fmt.Sprint("c", i), Type: t})
	}
	return st, nil
}

func (s *benchSession) Execute(_ context.Context, st pgwire.Statement, _ []pgwire.Param) (pgwire.Result, error) {
	return &benchResult{&fakeResult{s: s.fakeSession, cols: st.Columns(), word: "SELECT"}, s.b.batch, s.b.times}, nil
}

type benchResult struct {
	*fakeResult
	batch *vector.Batch
	times int
}

func (r *benchResult) Next(context.Context) (*vector.Batch, error) {
	if r.times--; r.times < 0 {
		return nil, io.EOF
	}
	return r.batch, nil
}

// counting discards what it gets and sees the end of a query.
type counting struct{ tail [6]byte }

func (c *counting) ended(b []byte) bool {
	if len(b) >= 6 {
		copy(c.tail[:], b[len(b)-6:])
	} else {
		n := copy(c.tail[:], c.tail[len(b):])
		copy(c.tail[n:], b)
	}
	return bytes.Equal(c.tail[:], []byte("Z\x00\x00\x00\x05I"))
}

// BenchmarkSelect streams a million rows of five columns over the loopback; PostgreSQL sends the same rows through its socket beside it.
func BenchmarkSelect(b *testing.B) {
	const batchRows, times = 2048, 512
	types := make([]vector.Type, len(benchTypes))
	for i, t := range benchTypes {
		types[i] = vector.TypeOf(t)
	}
	bu := vector.NewBuilder(types)
	for i := range batchRows {
		bu.Col(0).Int64(int64(i) * 7919)
		bu.Col(1).Bytes([]byte(fmt.Sprintf("customer %d", i%1000)))
		bu.Col(2).Float64(float64(i) * 0.37)
		bu.Col(3).Int64(1_600_000_000_000_000 + int64(i)*1_234_567)
		bu.Col(4).Int64(int64(i) * 1999)
	}
	back := &benchBackend{newBackend(), bu.Take(), times}
	for _, format := range []int16{0, 1} {
		msgs := encode(b, &pgproto3.Parse{Query: "SELECT * FROM bench"}, &pgproto3.Bind{ResultFormatCodes: []int16{format}}, &pgproto3.Execute{}, &pgproto3.Sync{})
		measure := func(b *testing.B, nc io.ReadWriter) {
			buf := make([]byte, 1<<18)
			for b.Loop() {
				_, err := nc.Write(msgs)
				require.NoError(b, err)
				var c counting
				for {
					n, err := nc.Read(buf)
					require.NoError(b, err)
					if c.ended(buf[:n]) {
						break
					}
				}
			}
			b.ReportMetric(batchRows*times*float64(b.N)/b.Elapsed().Seconds()/1e6, "Mrows/s")
		}
		name := [...]string{"text", "binary"}[format]
		b.Run(name+"/miniodb", func(b *testing.B) {
			s := startWith(b, pgwire.Config{}, back)
			measure(b, s.connect(b).nc)
		})
		b.Run(name+"/postgres", func(b *testing.B) {
			conn, err := pgconn.Connect(context.Background(), testpg.Start(b))
			require.NoError(b, err)
			_, err = conn.Exec(context.Background(), `CREATE TABLE IF NOT EXISTS bench AS SELECT (i % 2048) * 7919::bigint AS a, 'customer ' || i % 1000 AS b, i % 2048 * 0.37::float8 AS c,
				to_timestamp(1600000000)::timestamp + (i % 2048) * interval '1.234567 s' AS d, ((i % 2048) * 19.99)::numeric(12,2) AS e FROM generate_series(1, 2048 * 512) i`).ReadAll()
			require.NoError(b, err)
			hijacked, err := conn.Hijack()
			require.NoError(b, err)
			defer func() { _ = hijacked.Conn.Close() }()
			measure(b, hijacked.Conn)
		})
	}
}
