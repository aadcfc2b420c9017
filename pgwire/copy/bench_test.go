package copy_test

import (
	"bytes"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/miniodb/miniodb/internal/pgvalue"
	"github.com/miniodb/miniodb/internal/sqltype"
	"github.com/miniodb/miniodb/internal/vector"
	pgcopy "github.com/miniodb/miniodb/pgwire/copy"
)

// BenchmarkDecode reads 100,000 rows of bigint, text, double precision, timestamp and numeric(12,2) in pieces of 64 KB.
func BenchmarkDecode(b *testing.B) {
	const rows = 100_000
	cols := []pgcopy.Column{{Name: "a", Type: sqltype.Of(sqltype.Int8)}, {Name: "b", Type: sqltype.Of(sqltype.Text)}, {Name: "c", Type: sqltype.Of(sqltype.Float8)},
		{Name: "d", Type: sqltype.Of(sqltype.Timestamp)}, {Name: "e", Type: sqltype.NumericOf(12, 2)}}
	for _, d := range []struct {
		name, sep, quote string
		o                pgcopy.Options
	}{{"text", "\t", "", text.o}, {"csv", ",", "", csv.o}, {"quoted", ",", `"`, csv.o}} {
		var data bytes.Buffer
		for i := range rows {
			fmt.Fprintf(&data, "%d%s%scustomer %d%s%s%g%s2020-09-13 12:26:%02d.%06d%s%d.%02d\n", i*7919, d.sep, d.quote, i%1000, d.quote, d.sep, float64(i)*0.37, d.sep, i%60, i, d.sep, i*19, i%100)
		}
		b.Run(d.name, func(b *testing.B) {
			b.SetBytes(int64(data.Len()))
			b.ReportAllocs()
			for b.Loop() {
				n := 0
				dec := pgcopy.NewDecoder(d.o, cols, pgvalue.NewDecoder(pgvalue.Options{}), func(b *vector.Batch, _ int64) error { n += b.Len; return nil })
				for p := data.Bytes(); len(p) > 0; {
					k := min(len(p), 64<<10)
					require.NoError(b, dec.Write(p[:k]))
					p = p[k:]
				}
				require.NoError(b, dec.Close())
				require.Equal(b, rows, n)
			}
			b.ReportMetric(rows*float64(b.N)/b.Elapsed().Seconds()/1e6, "Mrows/s")
		})
	}
}
