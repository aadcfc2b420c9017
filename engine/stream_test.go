package engine

import (
	"context"
	"errors"
	"io"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/miniodb/miniodb/internal/pgerr"
	"github.com/miniodb/miniodb/internal/sqltype"
	"github.com/miniodb/miniodb/internal/vector"
)

// endless takes hours. It computes all the while and, but for the last, gives no row.
var endless = map[string]string{
	"scan":      "SELECT * FROM range(1000000000000) WHERE hash(range) = 1",
	"aggregate": "SELECT count(*) FROM range(1000000000000) WHERE hash(range) = 1",
	"join":      "SELECT count(*) FROM range(100000000) a JOIN range(100000000) b ON hash(a.range) < hash(b.range)",
	"sort":      "SELECT x FROM (SELECT hash(range) x FROM range(1000000000000)) ORDER BY x LIMIT 1",
}

// A cancelled query returns within two seconds, says so, and leaves its connection fit for the next one.
func TestCancel(t *testing.T) {
	db, _ := openTest(t, "")
	for name, sql := range endless {
		t.Run(name, func(t *testing.T) {
			c := connect(t, db)
			for _, wait := range []time.Duration{0, time.Millisecond, 100 * time.Millisecond} {
				ctx, cancel := context.WithCancel(context.Background())
				time.AfterFunc(wait, cancel)
				start := time.Now()
				rows, err := c.Query(ctx, sql, nil)
				if err == nil {
					_, err = rows.Next(ctx)
					rows.Close()
				}
				require.Less(t, time.Since(start)-wait, 2*time.Second)
				require.Equal(t, "57014", pgerr.Code(err), "%v", err)
				cancel()
				require.Equal(t, [][]string{{"1"}}, collect(t, c, "SELECT 1"))
			}
		})
	}
}

// The same in the middle of a stream, where batches have come already.
func TestCancelMidStream(t *testing.T) {
	db, _ := openTest(t, "")
	c := connect(t, db)
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	rows, err := c.Query(ctx, "SELECT range, hash(range) FROM range(1000000000000)", nil)
	require.NoError(t, err)
	for range 100 {
		_, err = rows.Next(ctx)
		require.NoError(t, err)
	}
	start := time.Now()
	cancel()
	for err == nil {
		_, err = rows.Next(ctx)
	}
	require.Less(t, time.Since(start), 2*time.Second)
	require.Equal(t, "57014", pgerr.Code(err))
	_, again := rows.Next(context.Background())
	require.Equal(t, err, again, "an ended stream stays ended")
	rows.Close()
	rows.Close()
	require.Equal(t, [][]string{{"1"}}, collect(t, c, "SELECT 1"))
}

// Closing a stream whose query has far to go does not wait for it.
func TestCloseMidStream(t *testing.T) {
	db, _ := openTest(t, "")
	c := connect(t, db)
	for _, sql := range []string{"SELECT range, hash(range) FROM range(1000000000000)", "SELECT range FROM range(1000000) UNION ALL SELECT * FROM range(1000000000000) WHERE hash(range) = 1"} {
		ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
		defer cancel()
		rows, err := c.Query(ctx, sql, nil)
		require.NoError(t, err)
		_, err = rows.Next(ctx)
		require.NoError(t, err)
		start := time.Now()
		rows.Close()
		require.Less(t, time.Since(start), 2*time.Second)
		_, err = rows.Next(context.Background())
		require.Error(t, err)
		require.NotErrorIs(t, err, io.EOF)
	}
	require.Equal(t, [][]string{{"1"}}, collect(t, c, "SELECT 1"))
}

// An interrupt that comes before execution is lost to DuckDB; the driver sends it again.
func TestInterruptBeforeExecution(t *testing.T) {
	db, _ := openTest(t, "")
	c := connect(t, db)
	ctx, cancel := context.WithCancel(context.Background())
	var err error
	start := time.Now()
	c.mu.Lock()
	err = c.interruptible(ctx, func() error {
		cancel() // nothing executes yet
		deadline := time.Now().Add(3 * interruptInterval)
		for time.Now().Before(deadline) { // some interrupts go by
		}
		_, err := c.execLocked(endless["aggregate"])
		return err
	})
	c.mu.Unlock()
	require.Less(t, time.Since(start), 2*time.Second)
	require.Equal(t, "57014", pgerr.Code(err))
	require.Equal(t, [][]string{{"1"}}, collect(t, c, "SELECT 1"))
}

// What fails after rows have come is an error, not the end. Run often: now and then DuckDB says "Interrupted!" instead of the cause.
func TestErrorMidStream(t *testing.T) {
	for range 25 {
		errorMidStream(t)
	}
}

func errorMidStream(t *testing.T) {
	t.Helper()
	db, _ := openTest(t, "CREATE MACRO checked(x) AS CASE WHEN x = 900000 THEN error('!22012!division by zero') ELSE x END")
	c := connect(t, db)
	for sql, code := range map[string]string{
		"SELECT checked(range) FROM range(1000000)":                                                  "22012",
		"SELECT CAST(CASE WHEN range = 900000 THEN 'x' ELSE '1' END AS INTEGER) FROM range(1000000)": "22P02",
	} {
		rows, err := c.Query(context.Background(), sql, nil)
		require.NoError(t, err)
		n := 0
		for {
			var b *vector.Batch
			if b, err = rows.Next(context.Background()); err != nil {
				break
			}
			n += b.Len
		}
		require.NotErrorIs(t, err, io.EOF)
		require.Equal(t, code, pgerr.Code(err))
		require.Positive(t, n)
		require.LessOrEqual(t, n, 900000)
		rows.Close()
	}
}

// A statement on the connection ends its stream, which says so.
func TestSupersededStream(t *testing.T) {
	db, _ := openTest(t, "")
	c := connect(t, db)
	for _, next := range []func() error{
		func() error { _, err := c.Exec(context.Background(), "SELECT 1"); return err },
		func() error { r, err := c.Query(context.Background(), "SELECT 1", nil); r.Close(); return err },
		func() error { _, err := c.Describe(context.Background(), "SELECT 1"); return err },
	} {
		rows, err := c.Query(context.Background(), "SELECT range FROM range(100000)", nil)
		require.NoError(t, err)
		require.NoError(t, next())
		_, err = rows.Next(context.Background())
		require.Equal(t, "24000", pgerr.Code(err))
		rows.Close()
	}
	rows, err := c.Query(context.Background(), "SELECT range FROM range(100000)", nil)
	require.NoError(t, err)
	c.Close()
	c.Close()
	_, err = rows.Next(context.Background())
	require.Error(t, err)
	require.NotErrorIs(t, err, io.EOF)
	_, err = c.Exec(context.Background(), "SELECT 1")
	require.Equal(t, "08003", pgerr.Code(err))
}

// A query outside a transaction sees what was there when it began, however slowly it is read; within one, its transaction's.
func TestSnapshots(t *testing.T) {
	db, _ := openTest(t, "")
	c, w := connect(t, db), connect(t, db)
	exec(t, w, "CREATE TABLE hot.g1 AS SELECT range::INTEGER AS x FROM range(500000)")
	rows, err := c.Query(context.Background(), "SELECT x FROM hot.g1", nil)
	require.NoError(t, err)
	exec(t, w, "INSERT INTO hot.g1 SELECT range FROM range(500000)")
	got, err := drain(rows)
	require.NoError(t, err)
	require.Len(t, got, 500000)

	exec(t, c, "BEGIN")
	require.Equal(t, [][]string{{"1000000"}}, collect(t, c, "SELECT count(*) FROM hot.g1"))
	exec(t, w, "INSERT INTO hot.g1 VALUES (1)")
	require.Equal(t, [][]string{{"1000000"}}, collect(t, c, "SELECT count(*) FROM hot.g1"))
	exec(t, c, "COMMIT")
	require.Equal(t, [][]string{{"1000001"}}, collect(t, c, "SELECT count(*) FROM hot.g1"))
	exec(t, w, "BEGIN; DELETE FROM hot.g1")
	require.Equal(t, [][]string{{"0"}}, collect(t, w, "SELECT count(*) FROM hot.g1"))
	exec(t, w, "ROLLBACK")
	require.Equal(t, [][]string{{"1000001"}}, collect(t, w, "SELECT count(*) FROM hot.g1"))
}

func TestTransactional(t *testing.T) {
	for sql, want := range map[string][2]bool{
		"BEGIN": {true, false}, " begin;": {true, false}, "START TRANSACTION": {true, false}, "BEGIN; DELETE FROM t": {true, false},
		"BEGIN; SELECT 1; COMMIT;": {false, true}, "rollback": {false, true}, "SELECT 1; BEGIN": {true, false}, "SELECT 'BEGIN'": {}, "": {}, ";": {}, "beginning": {},
	} {
		begins, ends := transactional(sql)
		require.Equal(t, want, [2]bool{begins, ends}, sql)
	}
	// A text that fails halfway leaves a transaction that Query joins.
	db, _ := openTest(t, "")
	c := connect(t, db)
	_, err := c.Exec(context.Background(), "BEGIN; CREATE TABLE hot.t(x INTEGER); SELECT nope")
	require.Error(t, err)
	require.Equal(t, [][]string{{"0"}}, collect(t, c, "SELECT count(*) FROM hot.t"))
	exec(t, c, "ROLLBACK")
	_, err = c.Query(context.Background(), "SELECT count(*) FROM hot.t", nil)
	require.Equal(t, "42P01", pgerr.Code(err))
}

// Statistics that are older than the snapshot must not exclude rows of it: each query sees every row committed before it.
func TestPlanSeesSnapshot(t *testing.T) {
	db, _ := openTest(t, "")
	c, w := connect(t, db), connect(t, db)
	exec(t, w, "CREATE TABLE hot.g1 (_offset BIGINT, x INTEGER)")
	types := []vector.Type{vector.TypeOf(sqltype.Of(sqltype.Int4))}
	done := make(chan error, 1)
	go func() { // ends with the loop
		for i := range 300 {
			bld := vector.NewBuilder(types)
			bld.Col(0).Int32(int32(i))
			if err := w.AppendAll(context.Background(), []HotAppend{{Table: "g1", Offset: int64(i), Batch: bld.Take()}}); err != nil {
				done <- err
				return
			}
		}
		done <- nil
	}()
	for running := true; running; {
		select {
		case err := <-done:
			require.NoError(t, err)
			running = false
		default:
		}
		row := collect(t, c, "SELECT max(_offset), count(*), (SELECT count(*) FROM hot.g1 WHERE _offset >= 0), (SELECT count(*) FROM (SELECT x FROM hot.g1 GROUP BY x)) FROM hot.g1")[0]
		if row[0] == "NULL" {
			continue
		}
		n, err := strconv.Atoi(row[0])
		require.NoError(t, err)
		require.Equal(t, []string{row[0], itoa(n + 1), itoa(n + 1), itoa(n + 1)}, row)
	}
}

// A generation that is dropped goes on being read by the streams that have begun.
func TestDropUnderStream(t *testing.T) {
	db, _ := openTest(t, "")
	w := connect(t, db)
	const n = 500000
	var wg sync.WaitGroup
	for g := range 6 {
		table := "g" + itoa(g)
		exec(t, w, "CREATE TABLE hot."+table+" AS SELECT range AS i, 'a value that is not inline ' || range AS s FROM range("+itoa(n)+")")
		var streams []*Rows
		for range 2 {
			rows, err := connect(t, db).Query(context.Background(), "SELECT i, s FROM hot."+table+" WHERE _ok(i)", nil)
			require.Error(t, err) // no such function; the connection goes on
			require.Nil(t, rows)
			rows, err = connect(t, db).Query(context.Background(), "SELECT i, s FROM hot."+table, nil)
			require.NoError(t, err)
			streams = append(streams, rows)
		}
		errs := make([]error, len(streams))
		counts := make([]int, len(streams))
		for k, rows := range streams {
			wg.Go(func() {
				defer rows.Close()
				for {
					b, err := rows.Next(context.Background())
					if err != nil {
						if !errors.Is(err, io.EOF) {
							errs[k] = err
						}
						return
					}
					for i := range b.Len {
						if got, want := string(b.Cols[1].Bytes(i)), "a value that is not inline "+strconv.FormatInt(b.Cols[0].Int64s[i], 10); got != want {
							errs[k] = errors.New(got + " for " + want)
							return
						}
					}
					counts[k] += b.Len
				}
			})
		}
		exec(t, w, "DROP TABLE hot."+table)
		_, err := w.Query(context.Background(), "SELECT * FROM hot."+table, nil)
		require.Equal(t, "42P01", pgerr.Code(err))
		wg.Wait()
		for k := range streams {
			require.NoError(t, errs[k])
			require.Equal(t, n, counts[k])
		}
	}
}

// rss is the resident memory of the process in bytes.
func rss(t testing.TB) int64 {
	t.Helper()
	data, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		t.Skip("no /proc")
	}
	pages, err := strconv.ParseInt(strings.Fields(string(data))[1], 10, 64)
	require.NoError(t, err)
	return pages * int64(os.Getpagesize())
}

// A result streams: 50 million rows pass within 150 MB.
func TestStreamMemory(t *testing.T) {
	if testing.Short() {
		t.Skip("50 million rows")
	}
	db, _ := openTest(t, "")
	c := connect(t, db)
	collect(t, c, "SELECT 1")
	before, peak, n := rss(t), int64(0), 0
	rows, err := c.Query(context.Background(), "SELECT range, range * 2, 'row number ' || range FROM range(50000000)", nil)
	require.NoError(t, err)
	defer rows.Close()
	for i := 0; ; i++ {
		b, err := rows.Next(context.Background())
		if errors.Is(err, io.EOF) {
			break
		}
		require.NoError(t, err)
		n += b.Len
		if i%500 == 0 {
			peak = max(peak, rss(t))
		}
	}
	require.Equal(t, 50000000, n)
	require.Less(t, peak-before, int64(150<<20), "grew by %d MB", (peak-before)>>20)
	t.Logf("grew by %d MB", (peak-before)>>20)
}

// Opening, using and closing gives everything back.
func TestOpenCloseLeak(t *testing.T) {
	cycle := func() {
		db, err := Open(Config{MemoryLimit: 256 << 20, Threads: 2})
		require.NoError(t, err)
		defer db.Close()
		for range 20 {
			c, err := db.Conn()
			require.NoError(t, err)
			_, err = c.Exec(context.Background(), "CREATE OR REPLACE TABLE hot.g1 (_offset BIGINT, x INTEGER); INSERT INTO hot.g1 SELECT range, range FROM range(20000)")
			require.NoError(t, err)
			rows, err := c.Query(context.Background(), "SELECT x, [x], {'a': x} FROM hot.g1", nil)
			require.NoError(t, err)
			_, err = rows.Next(context.Background())
			require.NoError(t, err)
			_, err = c.Query(context.Background(), "SELECT nope", nil)
			require.Error(t, err)
			_, err = c.Describe(context.Background(), "SELECT x, [x] FROM hot.g1 WHERE x = $1")
			require.NoError(t, err)
			require.Error(t, c.Append(context.Background(), HotDatabase, "nope", build(t, []vector.Type{vector.TypeOf(sqltype.Of(sqltype.Int4))}, 1, func(int) bool { return false })))
			c.Close()
		}
	}
	for range 5 {
		cycle()
	}
	before := rss(t)
	for range 40 {
		cycle()
	}
	require.Less(t, rss(t)-before, int64(40<<20))
}

// Conn is refused once the instance is closed; those that exist go on until they are closed.
func TestCloseOrder(t *testing.T) {
	db, _ := openTest(t, "")
	c := connect(t, db)
	require.NoError(t, db.Close())
	require.NoError(t, db.Close())
	_, err := db.Conn()
	require.Equal(t, "57P01", pgerr.Code(err))
	require.Equal(t, [][]string{{"1"}}, collect(t, c, "SELECT 1"))
}

// Queries beyond MaxQueries wait and can be cancelled while they do; a stream that nobody pulls holds no slot.
func TestAdmission(t *testing.T) {
	db, err := Open(Config{MaxQueries: 1, Threads: 2})
	require.NoError(t, err)
	defer db.Close()
	a, c := connect(t, db), connect(t, db)
	idle, err := a.Query(context.Background(), "SELECT range FROM range(1000000)", nil)
	require.NoError(t, err)
	require.Equal(t, [][]string{{"1"}}, collect(t, c, "SELECT 1"))
	release, err := db.Admit(context.Background())
	require.NoError(t, err)
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Millisecond)
	defer cancel()
	_, err = c.Query(ctx, "SELECT 1", nil)
	require.Equal(t, "57014", pgerr.Code(err))
	release()
	require.Equal(t, [][]string{{"1"}}, collect(t, c, "SELECT 1"))
	_, err = idle.Next(context.Background())
	require.NoError(t, err)
	idle.Close()
}
