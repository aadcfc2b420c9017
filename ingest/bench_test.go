package ingest

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/miniodb/miniodb/internal/vector"
)

// BenchmarkInsert is single-row transactions on a real disk, by concurrent writers: beside it the log alone.
func BenchmarkInsert(b *testing.B) {
	for _, writers := range []int{1, 8, 64} {
		for _, whole := range []bool{false, true} {
			b.Run(fmt.Sprintf("writers=%d/engine=%v", writers, whole), func(b *testing.B) {
				n := start(b, b.TempDir(), nil, Config{}, nil)
				a := n.put(n.table("a"))
				n.insert(a, 0)
				parts, err := (&Tx{Writes: []Write{rows(a, 1)}}).parts()
				require.NoError(b, err)
				data, err := encodeTx(kindCommit, a.UUID, parts)
				require.NoError(b, err)
				var wg sync.WaitGroup
				b.ResetTimer()
				for w := range writers {
					wg.Go(func() {
						for i := w; i < b.N; i += writers {
							var err error
							if whole {
								err = n.in.Commit(context.Background(), &Tx{Writes: []Write{rows(a, int64(i))}})
							} else {
								_, err = n.in.wal.Append(data)
							}
							if err != nil {
								b.Error(err)
							}
						}
					})
				}
				wg.Wait()
				b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "rows/s")
			})
		}
	}
}

func BenchmarkPin(b *testing.B) {
	n := start(b, b.TempDir(), nil, Config{}, nil)
	a := n.put(n.table("a"))
	n.insert(a, 1)
	for b.Loop() {
		p, err := n.in.Pin(context.Background(), ids(a))
		require.NoError(b, err)
		p.Release()
	}
}

// BenchmarkRecovery states how fast buffers come back from the WAL, and how fast they got there and leave.
func BenchmarkRecovery(b *testing.B) {
	dir := b.TempDir()
	n := start(b, dir, nil, Config{}, nil)
	table := everyType()
	table.Columns = table.Columns[2:14]
	table.TimeColumn = 0
	require.NoError(b, n.logs.Create(context.Background(), table))
	n.put(table)
	rng := rand.New(rand.NewPCG(1, 1))
	batch := randomBatch(table, rng, 10_000)
	const batches = 100
	begin := time.Now()
	for range batches {
		require.NoError(b, n.in.Commit(context.Background(), &Tx{Writes: []Write{{Table: table, Batches: []*vector.Batch{batch}}}}))
	}
	raw, rows := float64(batches*batch.Bytes())/1e6, float64(batches*batch.Len)
	b.ReportMetric(rows/time.Since(begin).Seconds(), "commit-rows/s")
	log := float64(n.in.StreamStats().WALBytes) / 1e6
	n.close()
	for b.Loop() {
		begin = time.Now()
		n = start(b, dir, nil, Config{}, nil)
		b.ReportMetric(raw/time.Since(begin).Seconds(), "recovered-raw-MB/s")
		b.ReportMetric(log/time.Since(begin).Seconds(), "recovered-log-MB/s")
		n.close()
	}
	n = start(b, dir, nil, Config{}, nil)
	begin = time.Now()
	_, err := n.in.Flush(context.Background(), table.UUID)
	require.NoError(b, err)
	b.ReportMetric(rows/time.Since(begin).Seconds(), "flush-rows/s")
	b.ReportMetric(log, "log-MB")
	b.ReportMetric(raw, "raw-MB")
}
