package session_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgtype"
	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"

	"github.com/miniodb/miniodb/auth"
	"github.com/miniodb/miniodb/catalog"
	"github.com/miniodb/miniodb/catalog/index/bolt"
	cataloglog "github.com/miniodb/miniodb/catalog/log"
	"github.com/miniodb/miniodb/engine"
	"github.com/miniodb/miniodb/ingest"
	"github.com/miniodb/miniodb/internal/pgerr"
	"github.com/miniodb/miniodb/internal/pgfunc"
	"github.com/miniodb/miniodb/internal/sqltype"
	"github.com/miniodb/miniodb/pgwire"
	"github.com/miniodb/miniodb/server/session"
	"github.com/miniodb/miniodb/sql"
	"github.com/miniodb/miniodb/storage/local"
)

// roleSource has the roles of a catalog.
type roleSource struct{ catalog *cataloglog.Catalog }

func (r roleSource) Roles(context.Context) map[string]*catalog.Role { return r.catalog.Current().Roles }

// serve runs sessions with these system relations and functions, and returns the address for clients.
func serve(t testing.TB, relations []session.SystemRelation, functions []session.SystemFunction) string {
	t.Helper()
	ctx, log, dir := context.Background(), zerolog.Nop(), t.TempDir()
	store, err := local.New(dir + "/store")
	require.NoError(t, err)
	t.Cleanup(func() { _ = store.Close() })
	index, err := bolt.Open(dir+"/index", log)
	require.NoError(t, err)
	t.Cleanup(func() { _ = index.Close() })
	cat, err := cataloglog.OpenCatalog(ctx, store, index, "", "node", log)
	require.NoError(t, err)
	tables := cataloglog.NewTables(store, index, "", "node", log)
	db, err := engine.Open(engine.Config{MemoryLimit: 1 << 30, Threads: 2, TempDir: dir + "/temp", AllowedDirs: []string{dir}, Prelude: sql.Prelude(), Functions: pgfunc.Call, MaxQueries: 8})
	require.NoError(t, err)
	t.Cleanup(func() { _ = db.Close() })
	in, err := ingest.Open(ctx, ingest.Config{Node: "node", WALDir: dir + "/wal", SpoolDir: dir + "/spool", SegmentBytes: 1 << 20, MaxWALBytes: 1 << 30,
		BufferRows: 1000, FlushInterval: time.Hour, MaxBufferBytes: 1 << 28, FlushWorkers: 1},
		ingest.Deps{Engine: db, Tables: tables, Catalog: cat, Store: store, Log: log})
	require.NoError(t, err)
	t.Cleanup(func() { _ = in.Close() })
	authenticator, err := auth.New(auth.Config{RequireTLS: auth.TLSNone, ClientCert: auth.CertNone, Secret: make([]byte, auth.SecretBytes)}, roleSource{cat})
	require.NoError(t, err)
	node, err := session.NewNode(ctx, session.Config{Version: "test", TableDefaults: func(catalog.Name) catalog.Options { return catalog.Options{} }, BulkBytes: 1 << 26},
		session.Deps{Engine: db, Catalog: cat, Tables: tables, Ingest: in, Store: store, Auth: authenticator, Log: log, System: relations, Functions: functions})
	require.NoError(t, err)
	wire, err := pgwire.New(pgwire.Config{Addr: "127.0.0.1:0"}, node, log)
	require.NoError(t, err)
	require.NoError(t, wire.Listen(ctx))
	running, stop := context.WithCancel(ctx)
	var done sync.WaitGroup
	done.Go(func() { _ = wire.Run(running) })
	t.Cleanup(func() { stop(); done.Wait() })
	return wire.Addr().String()
}

func dial(t testing.TB, addr string, parameters ...string) *pgx.Conn {
	t.Helper()
	c, err := pgx.Connect(context.Background(), "postgres://miniodb@"+addr+"/miniodb?sslmode=disable&"+strings.Join(parameters, "&"))
	require.NoError(t, err)
	t.Cleanup(func() { _ = c.Close(context.Background()) })
	return c
}

func inSystem(name string) catalog.Name {
	return catalog.Name{Schema: session.SystemSchema, Name: name}
}

// counting is a relation with one row: how often its rows were made.
func counting(calls *atomic.Int64) session.SystemRelation {
	return session.SystemRelation{Name: inSystem("counting"), OID: 15900, Columns: session.SystemColumns("n", sqltype.Int8),
		Rows: func(context.Context) ([][]*string, error) { return [][]*string{session.Row(calls.Add(1))}, nil }}
}

// TestSystemRelationIsFresh executes in every way that keeps something between executions.
func TestSystemRelationIsFresh(t *testing.T) {
	var calls atomic.Int64
	addr := serve(t, []session.SystemRelation{counting(&calls)}, nil)
	ctx := context.Background()
	for _, mode := range []pgx.QueryExecMode{
		pgx.QueryExecModeCacheStatement, pgx.QueryExecModeCacheDescribe, pgx.QueryExecModeDescribeExec, pgx.QueryExecModeExec, pgx.QueryExecModeSimpleProtocol,
	} {
		t.Run(mode.String(), func(t *testing.T) {
			c := dial(t, addr)
			for range 3 {
				want := calls.Load() + 1
				var n, again int64
				require.NoError(t, c.QueryRow(ctx, "SELECT a.n, b.n FROM miniodb.counting a, miniodb.counting b WHERE a.n > $1", mode, int64(0)).Scan(&n, &again))
				require.Equal(t, want, n)
				require.Equal(t, want, again, "made once a query")
			}
		})
	}
	c := dial(t, addr)
	before := calls.Load()
	_, err := c.Exec(ctx, "CREATE VIEW v AS SELECT n + 0 AS n FROM miniodb.counting")
	require.NoError(t, err)
	_, err = c.Prepare(ctx, "p", "SELECT n FROM v")
	require.NoError(t, err)
	_, err = c.Exec(ctx, "SELECT 1 FROM miniodb.tables")
	require.NoError(t, err)
	require.Equal(t, before, calls.Load(), "not made for what does not run, nor for what does not name it")
	for i := range int64(3) {
		var n int64
		require.NoError(t, c.QueryRow(ctx, "p").Scan(&n))
		require.Equal(t, before+i+1, n)
	}
	_, err = c.Exec(ctx, "BEGIN ISOLATION LEVEL REPEATABLE READ")
	require.NoError(t, err)
	for i := range int64(2) {
		var n int64
		require.NoError(t, c.QueryRow(ctx, "SELECT n FROM miniodb.counting").Scan(&n))
		require.Equal(t, before+i+4, n)
	}
}

// TestSystemValues passes values of every type, and texts that could break out of a literal.
func TestSystemValues(t *testing.T) {
	texts := []string{"", "'", `"`, `\`, `'); DROP TABLE x; --`, "$1", "${}", "{\"a\": 1}", "a\nb\tc\r", "\u2028é😀", "NULL", "null", "[", `\u0041`, "a,b", strings.Repeat("x'", 5000)}
	at := time.Date(2024, 2, 29, 13, 14, 15, 123456789, time.FixedZone("x", 3600))
	relation := session.SystemRelation{Name: inSystem("vals"), OID: 15901, Columns: session.SystemColumns("Name \"'x", sqltype.Text, "b", sqltype.Bool, "i", sqltype.Int4,
		"l", sqltype.Int8, "f", sqltype.Float8, "at", sqltype.Timestamptz, "d", sqltype.Date, "iv", sqltype.Interval, "u", sqltype.UUID, "j", sqltype.JSONB)}
	relation.Rows = func(context.Context) (out [][]*string, err error) {
		for _, s := range texts {
			out = append(out, session.Row(s, true, int32(-7), int64(1)<<62, 0.1, at, "2024-02-29", 90*time.Minute+250*time.Microsecond, "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11", `{"k": "it's"}`))
		}
		return append(out, session.Row(nil, nil, nil, nil, nil, time.Time{}, nil, nil, nil, nil), session.Row("a\x00b\xff", false, 0, 0, 1e300, at, nil, nil, nil, nil)), nil
	}
	empty := relation
	empty.Name, empty.Rows = inSystem("nothing"), func(context.Context) ([][]*string, error) { return nil, nil }
	c := dial(t, serve(t, []session.SystemRelation{relation, empty}, nil), "timezone=Asia/Tokyo")
	for range 2 {
		rows, err := c.Query(context.Background(), "SELECT * FROM miniodb.vals")
		require.NoError(t, err)
		var got []string
		for rows.Next() {
			v, err := rows.Values()
			require.NoError(t, err)
			if v[0] == nil {
				require.Equal(t, make([]any, 10), v)
				continue
			}
			got = append(got, v[0].(string))
			if v[1] == true {
				require.Equal(t, []any{int32(-7), int64(1) << 62, 0.1}, v[2:5])
				require.Equal(t, at.Truncate(time.Microsecond).UTC(), v[5].(time.Time).UTC())
				require.Equal(t, "2024-02-29", v[6].(time.Time).Format(time.DateOnly))
				require.Equal(t, pgtype.Interval{Microseconds: 5400*1e6 + 250, Valid: true}, v[7])
				require.Equal(t, map[string]any{"k": "it's"}, v[9])
			}
		}
		require.NoError(t, rows.Err())
		require.Equal(t, append(append([]string(nil), texts...), "ab\ufffd"), got)
	}
	filled, err := c.Prepare(context.Background(), "a", "SELECT * FROM miniodb.vals")
	require.NoError(t, err)
	none, err := c.Prepare(context.Background(), "b", "SELECT * FROM miniodb.nothing")
	require.NoError(t, err)
	require.Equal(t, filled.Fields, none.Fields)
	tag, err := c.Exec(context.Background(), "b")
	require.NoError(t, err)
	require.Equal(t, "SELECT 0", tag.String())
}

func TestSystemRelationErrors(t *testing.T) {
	relation := func(name string, rows func(context.Context) ([][]*string, error)) session.SystemRelation {
		return session.SystemRelation{Name: inSystem(name), OID: 15902, Columns: session.SystemColumns("a", sqltype.Int4), Rows: rows}
	}
	many := make([][]*string, 500_001)
	for i := range many {
		many[i] = session.Row(i)
	}
	fat := make([][]*string, 300)
	for i := range fat {
		fat[i] = session.Row(strings.Repeat("x", 1<<20))
	}
	c := dial(t, serve(t, []session.SystemRelation{
		relation("most", func(context.Context) ([][]*string, error) { return many[1:], nil }),
		relation("many", func(context.Context) ([][]*string, error) { return many, nil }),
		relation("fat", func(context.Context) ([][]*string, error) { return fat, nil }),
		relation("ragged", func(context.Context) ([][]*string, error) { return [][]*string{session.Row(1, 2)}, nil }),
		relation("broken", func(context.Context) ([][]*string, error) { return nil, errors.New("no luck") }),
		relation("away", func(context.Context) ([][]*string, error) { return nil, pgerr.New("57P03", "not now") }),
		relation("slow", func(ctx context.Context) ([][]*string, error) { <-ctx.Done(); return nil, ctx.Err() }),
	}, nil))
	for text, want := range map[string]string{
		"SELECT * FROM miniodb.many":                                                     "54000",
		"SELECT * FROM miniodb.fat":                                                      "54000",
		"SELECT * FROM miniodb.ragged":                                                   "XX000",
		"SELECT * FROM miniodb.broken":                                                   "XX000",
		"SELECT * FROM miniodb.away":                                                     "57P03",
		"SELECT n FROM (SELECT 1 AS n) x, miniodb.away":                                  "57P03",
		"EXPLAIN SELECT * FROM miniodb.away":                                             "57P03",
		"CREATE TABLE t AS SELECT * FROM miniodb.away":                                   "57P03",
		"SET statement_timeout = 50; SELECT * FROM miniodb.slow":                         "57014",
		"SELECT " + strings.Repeat("(SELECT count(*) FROM miniodb.tables) + ", 70) + "1": "54001",
	} {
		_, err := c.Exec(context.Background(), text, pgx.QueryExecModeSimpleProtocol)
		var pg *pgconn.PgError
		require.ErrorAs(t, err, &pg, text)
		require.Equal(t, want, pg.Code, "%s: %v", text, err)
	}
	var n, sum int64
	require.NoError(t, dial(t, c.Config().Host+":"+strconv.Itoa(int(c.Config().Port))).QueryRow(context.Background(), "SELECT count(*), sum(a) FROM miniodb.most").Scan(&n, &sum))
	require.Equal(t, []int64{500_000, 500_000 * 500_001 / 2}, []int64{n, sum})
}

// echo is a function that returns its arguments.
func echo() session.SystemFunction {
	return session.SystemFunction{Name: inSystem("echo"), Params: session.SystemColumns("n", sqltype.Int8, "s", sqltype.Text, "b", sqltype.Bool),
		Columns: session.SystemColumns("n", sqltype.Int8, "s", sqltype.Text, "b", sqltype.Bool),
		Rows:    func(_ context.Context, args []*string) ([][]*string, error) { return [][]*string{args, args}, nil }}
}

func TestSystemFunctions(t *testing.T) {
	none := session.SystemFunction{Name: inSystem("pair"), Columns: session.SystemColumns("k", sqltype.Text, "v", sqltype.Int4),
		Rows: func(context.Context, []*string) ([][]*string, error) {
			return [][]*string{session.Row("x", 1), session.Row("y", 2)}, nil
		}}
	c := dial(t, serve(t, nil, []session.SystemFunction{echo(), none}))
	for _, step := range []struct{ text, want string }{
		{"SELECT * FROM pair()", "x 1;y 2"},
		{"SELECT * FROM miniodb.pair() AS p(a) WHERE v > 1", "y 2"},
		{"SELECT pair.v, p.k FROM pair() JOIN miniodb.pair() p ON p.v = pair.v ORDER BY 1 DESC", "2 y;1 x"},
		{"SELECT * FROM echo(1, 'it''s', true) LIMIT 1", "1 it's true"},
		{"SELECT * FROM echo(-1, NULL, 'f'::bool) LIMIT 1", "-1 <nil> false"},
		{"SELECT * FROM echo('12', $$a$$, NULL) LIMIT 1", "12 a <nil>"},
		{"SELECT * FROM echo(1, 'a', true) e, echo(2, 'b', false) f LIMIT 1", "1 a true 2 b false"},
		{"SELECT (SELECT count(*) FROM pair())", "2"},
		{"CREATE VIEW pairs AS SELECT * FROM pair()", ""},
		{"SELECT * FROM pairs", "x 1;y 2"},
		{"SELECT * FROM pair() WITH ORDINALITY", "0A000"},
		{"SELECT pair()", "0A000"},
		{"SELECT * FROM pair() p WHERE miniodb.pair() IS NULL", "0A000"},
		{"SELECT * FROM pair(1)", "42883"},
		{"SELECT * FROM public.pair()", "42883"},
		{"SELECT * FROM nopair()", "42883"},
		{"SELECT * FROM miniodb.generate_series(1, 2)", "42883"},
		{"SELECT * FROM echo(1, 'a')", "42883"},
		{"SELECT * FROM echo('x', 'a', true)", "22P02"},
		{"SELECT * FROM echo(1.5, 'a', true)", "42883"},
		{"SELECT * FROM echo(1, 'a', 'maybe')", "22P02"},
		{"SELECT * FROM (SELECT 1 AS one) x, echo(x.one, 'a', true)", "0A000"},
		{"SELECT * FROM echo(1 + 1, 'a', true)", "0A000"},
		{"SELECT * FROM echo(1, (SELECT 'a'), true)", "0A000"},
		{"SELECT * FROM echo(1, current_setting('timezone'), true)", "0A000"},
		{"CREATE TABLE d (a int CHECK (a IN (SELECT v FROM pair())))", "0A000"},
	} {
		rows, err := c.Query(context.Background(), step.text, pgx.QueryExecModeSimpleProtocol)
		var got []string
		if err == nil {
			for rows.Next() {
				v, err := rows.Values()
				require.NoError(t, err)
				got = append(got, strings.TrimSpace(fmt.Sprintln(v...)))
			}
			err = rows.Err()
		}
		var pg *pgconn.PgError
		if errors.As(err, &pg) {
			got = []string{pg.Code}
			if pg.Code != step.want {
				t.Log(pg)
			}
		}
		require.Equal(t, step.want, strings.Join(got, ";"), step.text)
	}
	_, err := c.Exec(context.Background(), "SELECT * FROM echo($1, 'a', true)", int64(1))
	require.ErrorContains(t, err, "0A000")
}

func TestSystemNamesAreUnique(t *testing.T) {
	ctx := context.Background()
	db, err := engine.Open(engine.Config{MemoryLimit: 1 << 28, Threads: 1, Prelude: sql.Prelude(), Functions: pgfunc.Call})
	require.NoError(t, err)
	defer db.Close()
	tables := session.SystemRelation{Name: inSystem("tables")}
	_, err = session.NewNode(ctx, session.Config{}, session.Deps{Engine: db, System: []session.SystemRelation{tables}})
	require.ErrorContains(t, err, "system relation miniodb.tables is there twice")
	_, err = session.NewNode(ctx, session.Config{}, session.Deps{Engine: db, Functions: []session.SystemFunction{echo(), echo()}})
	require.ErrorContains(t, err, "system function miniodb.echo is there twice")
}

// TestQueriesShowsOthers follows one session through its states from another.
func TestQueriesShowsOthers(t *testing.T) {
	ctx := context.Background()
	release := make(chan struct{})
	hold := session.SystemRelation{Name: inSystem("hold"), OID: 15903, Columns: session.SystemColumns("a", sqltype.Int4),
		Rows: func(ctx context.Context) ([][]*string, error) {
			select {
			case <-release:
			case <-ctx.Done():
			}
			return nil, ctx.Err()
		}}
	addr := serve(t, []session.SystemRelation{hold}, nil)
	a, b := dial(t, addr, "application_name=first"), dial(t, addr)
	look := func() (state, query, app string, inTx bool) {
		require.NoError(t, b.QueryRow(ctx, "SELECT state, query, application_name, xact_start IS NOT NULL FROM miniodb.queries WHERE pid = $1", a.PgConn().PID()).
			Scan(&state, &query, &app, &inTx))
		return
	}
	is := func(wantState, wantQuery, wantApp string, wantTx bool) {
		t.Helper()
		state, query, app, inTx := look()
		require.Equal(t, []any{wantState, wantQuery, wantApp, wantTx}, []any{state, query, app, inTx})
	}
	exec := func(text string) { _, _ = a.Exec(ctx, text, pgx.QueryExecModeSimpleProtocol) }
	is("idle", "", "first", false)
	exec("SELECT 1")
	is("idle", "SELECT 1", "first", false)
	exec("SET application_name = 'second'")
	is("idle", "SET application_name = 'second'", "second", false)
	exec("BEGIN")
	is("idle in transaction", "BEGIN", "second", true)
	exec("SELECT 1 / 0")
	is("idle in transaction (aborted)", "SELECT 1 / 0", "second", true)
	exec("ROLLBACK")
	is("idle", "ROLLBACK", "second", false)
	long := "SELECT  '" + strings.Repeat("é", 3000) + "'"
	exec(long)
	_, query, _, _ := look()
	require.Equal(t, long[:1023], query, "cut before the character that passes 1024 bytes")

	ran := make(chan error, 1)
	go func() {
		_, err := a.Exec(ctx, "SELECT * FROM miniodb.hold")
		ran <- err
	}()
	require.Eventually(t, func() bool {
		state, query, _, _ := look()
		return state == "active" && query == "SELECT * FROM miniodb.hold"
	}, 10*time.Second, 5*time.Millisecond)
	close(release)
	require.NoError(t, <-ran)
	is("idle", "SELECT * FROM miniodb.hold", "second", false)

	require.NoError(t, a.Close(ctx))
	require.Eventually(t, func() bool {
		var n int
		require.NoError(t, b.QueryRow(ctx, "SELECT count(*) FROM miniodb.queries").Scan(&n))
		return n == 1
	}, 10*time.Second, 5*time.Millisecond)
}

// TestQueriesRace reads miniodb.queries and the other relations while sessions come, go, change their settings and write; for the race detector.
func TestQueriesRace(t *testing.T) {
	ctx := context.Background()
	addr := serve(t, nil, nil)
	_, err := dial(t, addr).Exec(ctx, "CREATE TABLE t (a int) WITH (buffer_size = 20)")
	require.NoError(t, err)
	stop := make(chan struct{})
	var busy sync.WaitGroup
	for i := range 4 {
		busy.Go(func() {
			for n := 0; ; n++ {
				select {
				case <-stop:
					return
				default:
				}
				c, err := pgx.Connect(ctx, "postgres://miniodb@"+addr+"/miniodb?sslmode=disable")
				if err != nil {
					t.Error(err)
					return
				}
				for range 1 + rand.N(5) {
					text := fmt.Sprintf("SET application_name = 'a%d'; BEGIN; INSERT INTO t VALUES (%d); SELECT count(*) FROM t; COMMIT; SELECT 1/0", n, i)
					if _, err := c.Exec(ctx, text, pgx.QueryExecModeSimpleProtocol); err != nil && !strings.Contains(err.Error(), "22012") {
						t.Error(err)
					}
				}
				if i == 0 {
					name := fmt.Sprintf("x%d", n%3)
					if _, err := c.Exec(ctx, "CREATE TABLE "+name+" (a int); DROP TABLE "+name, pgx.QueryExecModeSimpleProtocol); err != nil {
						t.Error(err)
					}
				}
				_ = c.Close(ctx)
			}
		})
	}
	c := dial(t, addr)
	states := map[string]bool{"active": true, "idle": true, "idle in transaction": true, "idle in transaction (aborted)": true}
	for range 60 {
		rows, err := c.Query(ctx, "SELECT state FROM miniodb.queries")
		require.NoError(t, err)
		got, err := pgx.CollectRows(rows, pgx.RowTo[string])
		require.NoError(t, err)
		require.NotEmpty(t, got)
		for _, s := range got {
			require.True(t, states[s], s)
		}
		_, err = c.Exec(ctx, "SELECT * FROM miniodb.tables, miniodb.files, miniodb.buffers, miniodb.streams")
		require.NoError(t, err)
	}
	close(stop)
	busy.Wait()
}
