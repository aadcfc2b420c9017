package sql_test

import (
	"testing"

	"github.com/miniodb/miniodb/sql"
)

// BenchmarkRewrite measures the translation alone of a point query and of a report.
func BenchmarkRewrite(b *testing.B) {
	for name, text := range map[string]string{
		"point":  "SELECT id, v FROM t WHERE id = $1",
		"report": "SELECT v, count(*), round(avg(n), 2), sum(n * (1 - 0.05)) FROM t JOIN g ON g.t_id = t.id WHERE d >= '2024-01-01' AND d < date '2024-01-01' + interval '1 month' GROUP BY v HAVING count(*) > 1 ORDER BY 2 DESC LIMIT 10",
	} {
		q, env := parseQuery(b, text), testEnv()
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := sql.Rewrite(q, env); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
