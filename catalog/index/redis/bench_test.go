package redis

import (
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/miniodb/miniodb/catalog/index"
	"github.com/miniodb/miniodb/catalog/index/indextest"
	"github.com/miniodb/miniodb/internal/redisdb"
	"github.com/miniodb/miniodb/internal/testredis"
)

func Benchmark(b *testing.B) {
	indextest.Bench(b, func() index.Index { return open(b, shared(b)) })
}

// BenchmarkBusy reports for how long one command keeps the server from answering others, in milliseconds.
func BenchmarkBusy(b *testing.B) {
	const n = 100_000
	for name, work := range map[string]func(b *testing.B, x *Index){
		"Reset": func(b *testing.B, x *Index) {
			require.NoError(b, x.Reset(b.Context(), indextest.Large(n), index.Absent))
		},
		"Load": func(b *testing.B, x *Index) {
			ids, err := x.Tables(b.Context())
			require.NoError(b, err)
			_, err = x.Load(b.Context(), ids[0])
			require.NoError(b, err)
		},
		"LoadAtOnce": func(b *testing.B, x *Index) {
			ids, err := x.Tables(b.Context())
			require.NoError(b, err)
			_, err = x.load(b.Context(), ids[0], n)
			require.NoError(b, err)
		},
		"Apply": func(b *testing.B, x *Index) {
			s := indextest.Snapshot()
			require.NoError(b, x.Reset(b.Context(), s, index.Absent))
			require.NoError(b, x.Apply(b.Context(), s.Table, 1, index.Delta{Adds: indextest.Large(n).Files}))
		},
		"Apply10000": func(b *testing.B, x *Index) {
			s := indextest.Snapshot()
			require.NoError(b, x.Reset(b.Context(), s, index.Absent))
			require.NoError(b, x.Apply(b.Context(), s.Table, 1, index.Delta{Adds: indextest.Large(n / 10).Files}))
		},
	} {
		b.Run(name, func(b *testing.B) {
			p := testredis.Launch(b, "slowlog-log-slower-than 500", "slowlog-max-len 100000")
			x := openTag(b, redisdb.Config{Addr: p.Addr}, uuid.NewString())
			require.NoError(b, x.Reset(b.Context(), indextest.Large(n), index.Absent))
			testredis.Do(b, p.Addr, "SLOWLOG", "RESET")
			for b.Loop() {
				work(b, x)
			}
			longest := int64(0)
			for _, e := range testredis.Do(b, p.Addr, "SLOWLOG", "GET", "-1").([]any) {
				longest = max(longest, e.([]any)[2].(int64))
			}
			b.ReportMetric(float64(longest)/1000, "busy-ms")
			b.Logf("longest command: %d µs", longest)
		})
	}
}
