package pgvalue_test

import (
	"encoding/binary"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/miniodb/miniodb/internal/pgvalue"
	"github.com/miniodb/miniodb/internal/sqltype"
	"github.com/miniodb/miniodb/internal/vector"
)

// five is a batch of bigint, text, double precision, timestamp and numeric(12,2).
func five(n int) *vector.Batch {
	b := vector.NewBuilder([]vector.Type{vector.TypeOf(sqltype.Of(sqltype.Int8)), vector.TypeOf(sqltype.Of(sqltype.Text)), vector.TypeOf(sqltype.Of(sqltype.Float8)),
		vector.TypeOf(sqltype.Of(sqltype.Timestamp)), vector.TypeOf(sqltype.NumericOf(12, 2))})
	for i := range n {
		b.Col(0).Int64(int64(i) * 7919)
		b.Col(1).Bytes([]byte(fmt.Sprintf("customer %d", i%1000)))
		b.Col(2).Float64(float64(i) * 0.37)
		b.Col(3).Int64(1_600_000_000_000_000 + int64(i)*1_234_567)
		b.Col(4).Int64(int64(i) * 1999)
	}
	return b.Take()
}

func BenchmarkEncode(b *testing.B) {
	const n = 2048
	batch := five(n)
	enc := pgvalue.NewEncoder(pgvalue.Settings{})
	for name, choose := range map[string]func(vector.Type) pgvalue.AppendFunc{"text": pgvalue.TextFunc, "binary": pgvalue.BinaryFunc} {
		funcs := make([]pgvalue.AppendFunc, len(batch.Cols))
		for i := range funcs {
			funcs[i] = choose(batch.Cols[i].Type)
		}
		buf := make([]byte, 0, 1<<20)
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				buf = buf[:0]
				for row := range n {
					for i := range batch.Cols {
						at := len(buf) + 4
						buf = append(buf, 0, 0, 0, 0)
						buf = funcs[i](buf, &batch.Cols[i], row, enc)
						binary.BigEndian.PutUint32(buf[at-4:], uint32(len(buf)-at))
					}
				}
			}
			b.ReportMetric(float64(n)*float64(b.N)/b.Elapsed().Seconds()/1e6, "Mrows/s")
		})
		for i, f := range funcs {
			b.Run(name+"/"+batch.Cols[i].Type.SQL.String(), func(b *testing.B) {
				for b.Loop() {
					buf = buf[:0]
					for row := range n {
						buf = f(buf, &batch.Cols[i], row, enc)
					}
				}
				b.ReportMetric(b.Elapsed().Seconds()*1e9/float64(n)/float64(b.N), "ns/value")
			})
		}
	}
}

func BenchmarkParseText(b *testing.B) {
	batch := five(2048)
	enc := pgvalue.NewEncoder(pgvalue.Settings{})
	d := pgvalue.NewDecoder(pgvalue.Options{})
	for i := range batch.Cols {
		col := &batch.Cols[i]
		var texts [][]byte
		for row := range batch.Len {
			texts = append(texts, pgvalue.AppendText(nil, col, row, enc))
		}
		b.Run(col.Type.SQL.String(), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				bu := vector.NewBuilder([]vector.Type{col.Type})
				a := bu.Col(0)
				for _, s := range texts {
					if err := d.ParseText(a, s); err != nil {
						b.Fatal(err)
					}
				}
			}
			b.ReportMetric(b.Elapsed().Seconds()*1e9/float64(len(texts))/float64(b.N), "ns/value")
		})
	}
}

// TestHotPathAllocatesNothing holds for every type: an encoder appends and a decoder fills arrays.
func TestHotPathAllocatesNothing(t *testing.T) {
	batch := five(64)
	enc := pgvalue.NewEncoder(pgvalue.Settings{})
	buf := make([]byte, 0, 1<<16)
	for i := range batch.Cols {
		text, bin := pgvalue.TextFunc(batch.Cols[i].Type), pgvalue.BinaryFunc(batch.Cols[i].Type)
		require.Zero(t, testing.AllocsPerRun(100, func() {
			buf = buf[:0]
			for row := range batch.Len {
				buf = text(buf, &batch.Cols[i], row, enc)
				buf = bin(buf, &batch.Cols[i], row, enc)
			}
		}), batch.Cols[i].Type.SQL.String())
	}
	d := pgvalue.NewDecoder(pgvalue.Options{})
	for typ, text := range map[sqltype.OID]string{sqltype.Int8: "12345", sqltype.Float8: "1.25", sqltype.Text: "hello", sqltype.Timestamp: "2020-01-01 10:00:00.5", sqltype.Timestamptz: "2020-01-01 10:00:00+02",
		sqltype.Date: "2020-01-01", sqltype.Numeric: "12.50", sqltype.UUID: "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11", sqltype.Bool: "t", sqltype.JSON: `{"a":1}`, sqltype.Bytea: `\x0102`} {
		s := []byte(text)
		allocs := testing.AllocsPerRun(10, func() {
			b := vector.NewBuilder([]vector.Type{vector.TypeOf(sqltype.Of(typ))})
			a := b.Col(0)
			for range 1000 {
				if err := d.ParseText(a, s); err != nil {
					t.Fatal(err)
				}
			}
		})
		require.Less(t, allocs, 50.0, "growing the arrays aside, %s allocates", sqltype.Of(typ))
	}
}
