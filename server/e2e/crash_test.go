package e2e_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/stretchr/testify/require"

	"github.com/miniodb/miniodb/internal/testserver"
)

const (
	crashRounds  = 20
	crashWriters = 3
)

// ledger is what clients were told. An attempt without an answer may have happened or not.
type ledger struct {
	mu        sync.Mutex
	inserted  map[string]bool // "writer/seq" -> acknowledged
	copied    map[int64]int   // batch -> rows; 0 rows: never sent
	copyAcked map[int64]bool
	paired    map[int64]bool // transactions over two tables -> acknowledged
}

func newLedger() *ledger {
	return &ledger{inserted: map[string]bool{}, copied: map[int64]int{}, copyAcked: map[int64]bool{}, paired: map[int64]bool{}}
}

// writers load one server until it dies. Every id is used once.
func (l *ledger) writers(ctx context.Context, dsn string, round int, rng *rand.Rand) *sync.WaitGroup {
	var wg sync.WaitGroup
	run := func(body func(conn *pgconn.PgConn, seq int64) error) {
		wg.Go(func() {
			conn, err := pgconn.Connect(ctx, dsn)
			if err != nil {
				return
			}
			defer conn.Close(ctx)
			for seq := int64(round) * 1_000_000; ctx.Err() == nil; seq++ {
				if body(conn, seq) != nil {
					return
				}
			}
		})
	}
	for w := range crashWriters {
		run(func(conn *pgconn.PgConn, seq int64) error {
			id := fmt.Sprintf("%d/%d", w, seq)
			l.mu.Lock()
			l.inserted[id] = false
			l.mu.Unlock()
			_, err := conn.Exec(ctx, fmt.Sprintf("INSERT INTO singles VALUES (%d, %d, 'row %s')", w, seq, id)).ReadAll()
			l.mu.Lock()
			l.inserted[id] = err == nil
			l.mu.Unlock()
			return err
		})
	}
	sizes := rand.New(rand.NewPCG(rng.Uint64(), 2))
	run(func(conn *pgconn.PgConn, seq int64) error {
		rows := 1 + sizes.IntN(20_000)
		var text strings.Builder
		for i := range rows {
			fmt.Fprintf(&text, "%d\t%d\tsome text of row %d\n", seq, i, i)
		}
		l.mu.Lock()
		l.copied[seq] = rows
		l.mu.Unlock()
		_, err := conn.CopyFrom(ctx, strings.NewReader(text.String()), "COPY batches FROM STDIN")
		l.mu.Lock()
		l.copyAcked[seq] = err == nil
		l.mu.Unlock()
		return err
	})
	run(func(conn *pgconn.PgConn, seq int64) error {
		l.mu.Lock()
		l.paired[seq] = false
		l.mu.Unlock()
		_, err := conn.Exec(ctx, fmt.Sprintf("BEGIN; INSERT INTO debit VALUES (%[1]d); INSERT INTO credit VALUES (%[1]d); COMMIT", seq)).ReadAll()
		l.mu.Lock()
		l.paired[seq] = err == nil
		l.mu.Unlock()
		return err
	})
	return &wg
}

// verify compares the tables with the ledger.
func (l *ledger) verify(t *testing.T, d *db) {
	t.Helper()
	seen := map[string]bool{}
	for _, row := range d.rows("SELECT w, seq, note, count(*) FROM singles GROUP BY w, seq, note") {
		id := row[0] + "/" + row[1]
		_, attempted := l.inserted[id]
		require.True(t, attempted, "row %s was never written", id)
		require.Equal(t, "row "+id, row[2])
		require.Equal(t, "1", row[3], "row %s is there more than once", id)
		require.False(t, seen[id])
		seen[id] = true
	}
	for id, acked := range l.inserted {
		require.True(t, seen[id] || !acked, "acknowledged row %s is lost", id)
	}

	got := map[int64]bool{}
	for _, row := range d.rows("SELECT batch, count(*), count(DISTINCT i), min(i), max(i) FROM batches GROUP BY batch") {
		batch, err := strconv.ParseInt(row[0], 10, 64)
		require.NoError(t, err)
		n := l.copied[batch]
		require.Positive(t, n, "batch %d was never sent", batch)
		require.Equal(t, []string{strconv.Itoa(n), strconv.Itoa(n), "0", strconv.Itoa(n - 1)}, row[1:], "COPY of batch %d is neither whole nor absent", batch)
		got[batch] = true
	}
	for batch, acked := range l.copyAcked {
		require.True(t, got[batch] || !acked, "acknowledged COPY of batch %d is lost", batch)
	}

	pairs := map[int64]bool{}
	for _, row := range d.rows("SELECT coalesce(a.id, b.id), a.id IS NOT NULL, b.id IS NOT NULL, count(*) FROM debit a FULL JOIN credit b ON a.id = b.id GROUP BY 1, 2, 3") {
		require.Equal(t, []string{"t", "t", "1"}, row[1:], "transaction %s is torn or doubled", row[0])
		id, err := strconv.ParseInt(row[0], 10, 64)
		require.NoError(t, err)
		pairs[id] = true
	}
	for id, acked := range l.paired {
		require.True(t, pairs[id] || !acked, "acknowledged transaction %d is lost", id)
	}
}

// TestKillNine kills the server at random moments during COPY, single-row INSERTs and transactions, while it flushes all the time. After each
// restart every acknowledged row is there exactly once and each COPY is whole or absent.
func TestKillNine(t *testing.T) {
	rng := seeded(t)
	dir := t.TempDir()
	flags := []string{"--buffer.flush-interval", "150ms", "--buffer.buffer-size", "20000", "--wal.segment-size", "1MB", "--log-level", "info"}
	l := newLedger()

	s := testserver.Start(t, bin, dir, flags...)
	connect(t, s.DSN()).rows(`CREATE TABLE singles (w integer, seq bigint, note text); CREATE TABLE batches (batch bigint, i integer, note text);
		CREATE TABLE debit (id bigint); CREATE TABLE credit (id bigint)`)
	var slowest time.Duration
	for round := 1; round <= crashRounds; round++ {
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		wg := l.writers(ctx, s.DSN(), round, rng)
		life := time.Duration(20+rng.IntN(780)) * time.Millisecond
		<-time.After(life) // the random moment itself, not a wait for something
		s.Kill()
		wg.Wait()
		cancel()

		s = testserver.Start(t, bin, dir, flags...)
		slowest = max(slowest, s.Ready)
		require.Less(t, s.Ready, 15*time.Second, "round %d", round)
		l.verify(t, connect(t, s.DSN()))
	}
	acked := 0
	for _, ok := range l.inserted {
		if ok {
			acked++
		}
	}
	copies := 0
	for _, ok := range l.copyAcked {
		if ok {
			copies++
		}
	}
	t.Logf("%d rounds: %d single rows, %d COPYs and %d transactions checked; slowest start %v", crashRounds, acked, copies, len(l.paired), slowest)
	require.Positive(t, acked)
	require.Positive(t, copies)

	status, out, errs := func() (int, string, string) {
		s.Stop(t)
		return testserver.Command(t, bin, append([]string{"check"}, testserver.Args(t, dir)...)...)
	}()
	require.Zero(t, status, out+errs)
}
