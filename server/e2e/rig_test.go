package e2e_test

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/stretchr/testify/require"

	"github.com/miniodb/miniodb/internal/testminio"
	"github.com/miniodb/miniodb/internal/testredis"
	"github.com/miniodb/miniodb/internal/testserver"
	"github.com/miniodb/miniodb/storage"
)

// rig is a MinIO and a Redis of their own, which a test may take away.
type rig struct {
	t     testing.TB
	minio *testminio.Process
	redis *testredis.Process
}

func newRig(t testing.TB) *rig {
	if testserver.Shared() {
		t.Skip("with a MinIO and a Redis of its own it is the same test as by default")
	}
	return &rig{t: t, minio: testminio.Launch(t, "", 0), redis: testredis.Launch(t)}
}

func (r *rig) backing() testserver.Backing {
	return testserver.Backing{RedisAddr: r.redis.Addr, Endpoint: r.minio.Endpoint, AccessKey: r.minio.AccessKey, SecretKey: r.minio.SecretKey, Bucket: "rig", Prefix: "db"}
}

// objects opens the rig's object store.
func (r *rig) objects() storage.Store { return bucket(r.t, r.backing()) }

// args are the flags of every program that uses the rig's database.
func (r *rig) args(dir string) []string {
	return append([]string{"--data-dir", dir}, r.backing().Args()...)
}

// start starts a server on a directory of its own, or on one that it had before.
func (r *rig) start(dir string, args ...string) *testserver.Server {
	r.t.Helper()
	return testserver.Start(r.t, bin, dir, append(r.args(dir), args...)...)
}

// check runs "miniodb check" on a stopped server's directory.
func (r *rig) check(dir string) {
	r.t.Helper()
	status, out, errs := testserver.Command(r.t, bin, append([]string{"check"}, r.args(dir)...)...)
	require.Zero(r.t, status, "%s\n%s", out, errs)
	require.Contains(r.t, out, "no problems found")
}

// load are clients that write and read one table without a pause. Each row is written once.
type load struct {
	t     testing.TB
	table string
	stop  context.CancelFunc
	wg    sync.WaitGroup
	acked atomic.Int64 // rows

	mu       sync.Mutex
	failures []string
	doubtful int64 // rows whose fate was answered 08007
}

const loadWriters = 3

// run starts writers and a reader on a new table of a server. Every failure that a client sees is noted.
func (r *rig) run(s *testserver.Server, table, options string) *load {
	r.t.Helper()
	connect(r.t, s.DSN()).rows("CREATE TABLE " + table + " (w integer, seq bigint, note text) " + options)
	ctx, stop := context.WithCancel(r.t.Context())
	l := &load{t: r.t, table: table, stop: stop}
	r.t.Cleanup(func() { l.end() })
	for w := range loadWriters {
		l.client(ctx, s, func(conn *pgconn.PgConn, seq int) error {
			if w == 0 && seq%50 == 0 { // a larger one at times
				var text strings.Builder
				for i := range 500 {
					fmt.Fprintf(&text, "%d\t%d\tcopied\n", w, seq*1000+i)
				}
				_, err := conn.CopyFrom(ctx, strings.NewReader(text.String()), "COPY "+table+" FROM STDIN")
				return l.count(err, 500)
			}
			_, err := conn.Exec(ctx, fmt.Sprintf("INSERT INTO %s VALUES (%d, %d, 'row %d')", table, w, seq*1000, seq)).ReadAll()
			return l.count(err, 1)
		})
	}
	l.client(ctx, s, func(conn *pgconn.PgConn, _ int) error {
		before := l.acked.Load()
		results, err := conn.Exec(ctx, "SELECT count(*), count(DISTINCT (w, seq)) FROM "+table).ReadAll()
		if err != nil {
			return err
		}
		cells := results[0].Rows[0]
		n, err := strconv.ParseInt(string(cells[0]), 10, 64)
		if err == nil && (n < before || string(cells[0]) != string(cells[1])) {
			err = fmt.Errorf("%d rows were acknowledged, then %s were there, %s of them distinct", before, cells[0], cells[1])
		}
		return err
	})
	return l
}

func (l *load) client(ctx context.Context, s *testserver.Server, body func(conn *pgconn.PgConn, seq int) error) {
	l.wg.Go(func() {
		var conn *pgconn.PgConn
		for seq := 1; ctx.Err() == nil; seq++ {
			var err error
			if conn == nil || conn.IsClosed() {
				if conn, err = pgconn.Connect(ctx, s.DSN()); err != nil {
					l.fail(ctx, err)
					return
				}
			}
			if err = body(conn, seq); err != nil {
				l.fail(ctx, err)
				time.Sleep(20 * time.Millisecond) // as a client would; nothing waits for it
			}
		}
		_ = conn.Close(context.Background())
	})
}

func (l *load) count(err error, rows int64) error {
	if err == nil {
		l.acked.Add(rows)
	} else if code(err) == "08007" || code(err) == "" {
		l.mu.Lock()
		l.doubtful += rows
		l.mu.Unlock()
	}
	return err
}

func (l *load) fail(ctx context.Context, err error) {
	if ctx.Err() != nil {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.failures) < 100 {
		l.failures = append(l.failures, err.Error())
	}
}

// failed returns what clients were told so far, without repetitions of one error.
func (l *load) failed() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	var out []string
	for i, f := range l.failures {
		if i == 0 || f != l.failures[i-1] {
			out = append(out, f)
		}
	}
	return out
}

// more waits until the clients have been told of so many more rows.
func (l *load) more(rows int64) {
	l.t.Helper()
	from := l.acked.Load()
	require.Eventually(l.t, func() bool { return l.acked.Load() >= from+rows }, time.Minute, 10*time.Millisecond, "%d rows since %d: %v", rows, from, l.failed())
}

func (l *load) end() {
	l.stop()
	l.wg.Wait()
}

// verify compares the table with what was acknowledged. Statements that were cut off by end may or may not have happened.
func (l *load) verify(d *db) {
	l.t.Helper()
	row := d.rows("SELECT count(*), count(DISTINCT (w, seq)) FROM " + l.table)[0]
	require.Equal(l.t, row[0], row[1], "rows are doubled")
	n, err := strconv.ParseInt(row[0], 10, 64)
	require.NoError(l.t, err)
	acked := l.acked.Load()
	require.GreaterOrEqual(l.t, n, acked, "acknowledged rows are lost")
	require.LessOrEqual(l.t, n, acked+l.doubtful+loadWriters*500)
	l.t.Logf("%d rows acknowledged, %d there", acked, n)
}
