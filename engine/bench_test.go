package engine

import (
	"context"
	"errors"
	"fmt"
	"io"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/miniodb/miniodb/internal/sqltype"
	"github.com/miniodb/miniodb/internal/vector"
)

func BenchmarkConn(b *testing.B) {
	db, _ := openTest(b, "")
	for b.Loop() {
		c, err := db.Conn()
		require.NoError(b, err)
		c.Close()
	}
}

// BenchmarkSelect1 splits the way of the shortest query.
func BenchmarkSelect1(b *testing.B) {
	db, _ := openTest(b, "")
	c := connect(b, db)
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	query := func(b *testing.B) {
		rows, err := c.Query(ctx, "SELECT 1", nil)
		require.NoError(b, err)
		for err == nil {
			_, err = rows.Next(ctx)
		}
		require.ErrorIs(b, err, io.EOF)
		rows.Close()
	}
	again := func(b *testing.B) {
		rows, err := c.QueryAgain(ctx, "SELECT 1", nil, KeepPlan)
		require.NoError(b, err)
		for err == nil {
			_, err = rows.Next(ctx)
		}
		require.ErrorIs(b, err, io.EOF)
		rows.Close()
	}
	for _, part := range []struct {
		name          string
		before, after string
		run           func()
	}{
		{"query", "", "", func() { query(b) }},
		{"query again", "", "", func() { again(b) }},
		{"query in transaction", "BEGIN", "COMMIT", func() { query(b) }},
		{"begin and end", "", "", func() {
			c.mu.Lock()
			defer c.mu.Unlock()
			require.NoError(b, c.beginQueryLocked())
			c.endQueryLocked()
		}},
		{"describe", "", "", func() {
			_, err := c.Describe(ctx, "SELECT 1")
			require.NoError(b, err)
		}},
		{"exec", "", "", func() { exec(b, c, "SELECT 1") }},
	} {
		b.Run(part.name, func(b *testing.B) {
			exec(b, c, part.before)
			part.run()
			start := cpu(b)
			for b.Loop() {
				part.run()
			}
			// On a shared machine the processor time says more than the clock.
			b.ReportMetric(float64((cpu(b)-start).Nanoseconds())/float64(b.N), "cpu-ns/op")
			exec(b, c, part.after)
		})
	}
}

// cpu is the processor time of the process.
func cpu(tb testing.TB) time.Duration {
	tb.Helper()
	var u syscall.Rusage
	require.NoError(tb, syscall.Getrusage(syscall.RUSAGE_SELF, &u))
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

const mixedColumns = `range AS id, TIMESTAMP '2020-01-01' + range * INTERVAL 1 SECOND AS ts, (range % 1000)::INTEGER AS n, range / 7.0::DOUBLE AS d,
	(range % 100000)::DECIMAL(18,2) AS m, 'k' || range % 100 AS k, 'a longer value of number ' || range % 5000 AS v, 'row ' || range AS r, range % 2 = 0 AS f, DATE '2020-01-01' + (range % 365)::INTEGER AS day`

// BenchmarkStream pulls ten million rows an operation.
func BenchmarkStream(b *testing.B) {
	db, _ := openTest(b, "")
	c := connect(b, db)
	exec(b, c, "CREATE TABLE hot.mixed AS SELECT "+mixedColumns+" FROM range(1000000)")
	for name, sql := range map[string]string{
		"two integers":    "SELECT range, range + 1 FROM range(10000000)",
		"mixed hot table": "SELECT m.* FROM hot.mixed m, range(10)",
	} {
		b.Run(name, func(b *testing.B) {
			start, peak := rss(b), int64(0)
			for b.Loop() {
				rows, err := c.Query(context.Background(), sql, nil)
				require.NoError(b, err)
				n := 0
				for i := 0; ; i++ {
					batch, err := rows.Next(context.Background())
					if errors.Is(err, io.EOF) {
						break
					}
					require.NoError(b, err)
					n += batch.Len
					if i%1000 == 0 {
						peak = max(peak, rss(b))
					}
				}
				require.Equal(b, 10_000_000, n)
			}
			b.ReportMetric(10_000_000*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
			b.ReportMetric(float64(peak-start)/(1<<20), "MB-growth")
		})
	}
}

// mixedBatch is the mixed table as COPY would make it.
func mixedBatch(n int) *vector.Batch {
	bld := vector.NewBuilder([]vector.Type{
		vector.TypeOf(sqltype.Of(sqltype.Int8)), vector.TypeOf(sqltype.Of(sqltype.Timestamp)), vector.TypeOf(sqltype.Of(sqltype.Int4)),
		vector.TypeOf(sqltype.Of(sqltype.Float8)), vector.TypeOf(sqltype.NumericOf(18, 2)), vector.TypeOf(sqltype.Of(sqltype.Text)),
		vector.TypeOf(sqltype.Of(sqltype.Text)), vector.TypeOf(sqltype.Of(sqltype.Text)), vector.TypeOf(sqltype.Of(sqltype.Bool)), vector.TypeOf(sqltype.Of(sqltype.Date)),
	})
	for i := range n {
		x := int64(i)
		bld.Col(0).Int64(x)
		bld.Col(1).Int64(1_577_836_800_000_000 + x*1_000_000)
		bld.Col(2).Int32(int32(x % 1000))
		bld.Col(3).Float64(float64(x) / 7)
		bld.Col(4).Int64(x % 100000)
		bld.Col(5).Bytes(fmt.Appendf(nil, "k%d", x%100))
		bld.Col(6).Bytes(fmt.Appendf(nil, "a longer value of number %d", x%5000))
		bld.Col(7).Bytes(fmt.Appendf(nil, "row %d", x))
		bld.Col(8).Bool(x%2 == 0)
		bld.Col(9).Int32(int32(18262 + x%365))
	}
	return bld.Take()
}

// BenchmarkAppend commits one batch an operation.
func BenchmarkAppend(b *testing.B) {
	db, _ := openTest(b, "")
	c := connect(b, db)
	for _, n := range []int{1, 100, 1000, 10_000, 100_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			batch := mixedBatch(n)
			rows := 0
			b.ReportAllocs()
			start := cpu(b)
			for b.Loop() {
				if rows == 0 || rows > 2_000_000 {
					b.StopTimer()
					exec(b, c, "CREATE OR REPLACE TABLE hot.g1 (_offset BIGINT, id BIGINT, ts TIMESTAMP, n INTEGER, d DOUBLE, m DECIMAL(18,2), k VARCHAR, v VARCHAR, r VARCHAR, f BOOLEAN, day DATE)")
					rows = 0
					b.StartTimer()
				}
				require.NoError(b, c.AppendAll(context.Background(), []HotAppend{{Table: "g1", Offset: 1, Batch: batch}}))
				rows += n
			}
			b.ReportMetric(float64(n)*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
			b.ReportMetric(float64((cpu(b)-start).Nanoseconds())/float64(n*b.N), "cpu-ns/row")
		})
	}
}
