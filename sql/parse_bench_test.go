package sql

import (
	"fmt"
	"strings"
	"testing"
)

// benchInsert is an INSERT of so many rows of ten mixed columns.
func benchInsert(rows int) string {
	var b strings.Builder
	b.WriteString("INSERT INTO t (a, b, c, d, e, f, g, h, i, j) VALUES ")
	for i := range rows {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, "(%d, '2024-01-01 00:00:%02d', %d, %d.5, -12.34, 'name %d', 'it''s', NULL, true, '2024-01-01')", i, i%60, i%100, i, i)
	}
	return b.String()
}

// BenchmarkInsert compares the scanner with the grammar on the same statement; rows/s is what counts.
func BenchmarkInsert(b *testing.B) {
	const rows = 10_000
	text := benchInsert(rows)
	report := func(b *testing.B) {
		b.SetBytes(int64(len(text)))
		b.ReportMetric(float64(rows)*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
	}
	b.Run("scanner", func(b *testing.B) {
		for b.Loop() {
			if _, err := Parse(text); err != nil {
				b.Fatal(err)
			}
		}
		report(b)
	})
	b.Run("grammar", func(b *testing.B) {
		for b.Loop() {
			if _, err := grammarInsert(text); err != nil {
				b.Fatal(err)
			}
		}
		report(b)
	})
}

func BenchmarkParse(b *testing.B) {
	for name, text := range map[string]string{
		"select1":    "SELECT 1",
		"point":      "SELECT a, b FROM t WHERE id = $1",
		"aggregate":  "SELECT date_trunc('day', ts) AS d, count(*), sum(x) FROM flights f JOIN airports a ON f.origin = a.code WHERE delay > 10 GROUP BY 1 ORDER BY 2 DESC LIMIT 10",
		"insert_row": "INSERT INTO t (a, b, c) VALUES ($1, $2, $3)",
		"begin":      "BEGIN",
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if _, err := Parse(text); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
