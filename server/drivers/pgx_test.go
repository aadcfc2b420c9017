package drivers_test

import (
	"context"
	"errors"
	"fmt"
	"math/big"
	"net/url"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgtype"
	"github.com/jackc/pgx/v5/pgxpool"
)

func TestPgx(t *testing.T) {
	compare(t, func(ctx context.Context, p place) (string, error) {
		s := &pgxScript{dsn: p.dsn()}
		s.connection(ctx, "connect", s.connect)
		s.topic(ctx, "password and TLS", s.password)
		for _, mode := range []struct {
			name string
			mode pgx.QueryExecMode
		}{
			{"cache statement", pgx.QueryExecModeCacheStatement},
			{"cache describe", pgx.QueryExecModeCacheDescribe},
			{"describe exec", pgx.QueryExecModeDescribeExec},
			{"exec", pgx.QueryExecModeExec},
			{"simple protocol", pgx.QueryExecModeSimpleProtocol},
		} {
			s.connection(ctx, "modes: "+mode.name, func(ctx context.Context, c *pgx.Conn) error { return s.mode(ctx, c, mode.mode) })
		}
		s.connection(ctx, "types", s.types)
		s.connection(ctx, "null and special values", s.special)
		s.connection(ctx, "batch", s.batch)
		s.connection(ctx, "pipeline", s.pipeline)
		s.connection(ctx, "copy from", s.copyFrom)
		s.connection(ctx, "transactions", s.transactions)
		s.connection(ctx, "errors", s.errors)
		s.connection(ctx, "rows to structs", s.structs)
		s.connection(ctx, "type information", s.loadTypes)
		s.connection(ctx, "several statements", s.several)
		s.connection(ctx, "cancel by context", s.cancelContext)
		s.connection(ctx, "cancel request", s.cancelRequest)
		s.connection(ctx, "large scan", s.large)
		s.topic(ctx, "notices", s.notices)
		s.topic(ctx, "pool", s.pool)
		return s.result()
	})
}

// pgxScript is the program for pgx.
type pgxScript struct {
	script
	dsn string
}

// connection is a topic with a connection of its own.
func (s *pgxScript) connection(ctx context.Context, name string, body func(context.Context, *pgx.Conn) error) {
	s.topic(ctx, name, func(ctx context.Context) error {
		c, err := pgx.Connect(ctx, s.dsn)
		if err != nil {
			return err
		}
		defer c.Close(context.WithoutCancel(ctx))
		return body(ctx, c)
	})
}

type pgxQuerier interface {
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
}

// query shows what a query returns: columns with type and modifier, values, tag.
func (s *pgxScript) query(ctx context.Context, c pgxQuerier, query string, args ...any) error {
	rows, err := c.Query(ctx, query, args...)
	if err != nil {
		return err
	}
	return s.rows(rows)
}

func (s *pgxScript) rows(rows pgx.Rows) error {
	defer rows.Close()
	var columns []string
	for _, f := range rows.FieldDescriptions() {
		columns = append(columns, fmt.Sprintf("%s:%d:%d:%d", f.Name, f.DataTypeOID, f.DataTypeSize, f.TypeModifier))
	}
	s.show(columns)
	for rows.Next() {
		values, err := rows.Values()
		if err != nil {
			return err
		}
		for i, v := range values {
			if n, ok := v.(pgtype.Numeric); ok { // 1.50 may have any exponent
				text, err := n.Value()
				if err != nil {
					return err
				}
				values[i] = text
			}
		}
		s.show(values...)
	}
	if err := rows.Err(); err != nil {
		return err
	}
	s.show(rows.CommandTag().String())
	return nil
}

func (s *pgxScript) exec(ctx context.Context, c interface {
	Exec(ctx context.Context, sql string, args ...any) (pgconn.CommandTag, error)
}, query string, args ...any,
) error {
	tag, err := c.Exec(ctx, query, args...)
	if err == nil {
		s.show(tag.String())
	}
	return err
}

// fails shows how something failed.
func (s *pgxScript) fails(err error) {
	var e *pgconn.PgError
	if errors.As(err, &e) {
		s.show(e.Code, e.Severity, e.Message, e.Position, e.Detail, e.Hint)
	} else {
		s.show("error", fmt.Sprint(err))
	}
}

func (s *pgxScript) connect(ctx context.Context, c *pgx.Conn) error {
	for _, name := range []string{"server_encoding", "client_encoding", "standard_conforming_strings", "integer_datetimes", "is_superuser", "session_authorization", "DateStyle", "IntervalStyle"} {
		s.show(name, c.PgConn().ParameterStatus(name))
	}
	s.show(c.PgConn().TxStatus() == 'I', c.Ping(ctx))
	return s.query(ctx, c, "SELECT current_user, 1 + 1 AS two, current_setting('application_name') AS app")
}

// password connects as a role that has to give it.
func (s *pgxScript) password(ctx context.Context) error {
	for _, options := range []string{"sslmode=disable", "sslmode=require", "sslmode=verify-full&sslrootcert=" + url.QueryEscape(caFile()), "sslmode=require&channel_binding=require"} {
		dsn := strings.Replace(s.dsn, "miniodb@", "visitor:"+url.PathEscape(visitorPassword)+"@", 1)
		c, err := pgx.Connect(ctx, strings.Replace(dsn, "sslmode=disable", options, 1))
		if err != nil {
			return err
		}
		err = s.query(ctx, c, "SELECT current_user, (SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()) AS ssl")
		if err := errors.Join(err, c.Close(ctx)); err != nil {
			return err
		}
		dsn = strings.Replace(s.dsn, "miniodb@", "visitor:wrong@", 1)
		_, err = pgx.Connect(ctx, strings.Replace(dsn, "sslmode=disable", options, 1))
		s.fails(err)
	}
	return nil
}

// mode runs parameters, inserts and selects in one of the modes in which pgx runs queries.
func (s *pgxScript) mode(ctx context.Context, c *pgx.Conn, mode pgx.QueryExecMode) error {
	at := time.Date(2024, 2, 29, 13, 14, 15, 123456000, time.UTC)
	if err := errors.Join(s.exec(ctx, c, "DROP TABLE IF EXISTS modes", mode), s.exec(ctx, c, "CREATE TABLE modes (id int, name text, at timestamptz, n numeric(8,2), raw bytea)", mode)); err != nil {
		return err
	}
	for i := range 5 {
		if err := s.exec(ctx, c, "INSERT INTO modes VALUES ($1, $2, $3, $4, $5)", mode, i, fmt.Sprintf("it's \\ %d", i), at.Add(time.Duration(i)*time.Hour), "12.50", []byte{byte(i), 0xff}); err != nil {
			return err
		}
	}
	return errors.Join(
		s.query(ctx, c, "SELECT * FROM modes WHERE id >= $1 AND at <= $2 ORDER BY id LIMIT $3", mode, 1, at.Add(3*time.Hour), 2),
		s.query(ctx, c, "SELECT $1::int + 1 AS n, $2::text AS t", mode, 41, "x"),
		s.query(ctx, c, "SELECT count(*) FROM modes", mode),
		s.query(ctx, c, "SELECT id FROM modes WHERE id = ANY($1::int[]) ORDER BY id", mode, []int32{1, 3, 9}),
	)
}

func (s *pgxScript) types(ctx context.Context, c *pgx.Conn) error {
	at := time.Date(2024, 2, 29, 13, 14, 15, 123456000, time.UTC)
	if err := s.exec(ctx, c, `CREATE TABLE typed (id int, i2 int2, i4 int4, i8 int8, f4 float4, f8 float8, n numeric(12,3), b bool, t text, v varchar(10), c char(3), y bytea, d date, tm time,
		ts timestamp, tz timestamptz, iv interval, u uuid, j json, jb jsonb, o oid, ia int4[], ta text[], fa float8[], da date[], ua uuid[], tza timestamptz[])`); err != nil {
		return err
	}
	text := "x"
	args := []any{
		1, int16(-7), int32(1 << 30), int64(1) << 60, float32(1.5), 0.1, pgtype.Numeric{Int: big.NewInt(123456), Exp: -3, Valid: true}, true, "héllo 'q' \\", "short", "ab", []byte{0, 1, 255}, at,
		pgtype.Time{Microseconds: 47655123456, Valid: true}, at, at, pgtype.Interval{Months: 14, Days: 3, Microseconds: 14706500000, Valid: true}, [16]byte{0xa0, 0xee, 15: 0x11},
		map[string]any{"a": 1}, map[string]any{"b": []any{1, nil}}, uint32(4000000000), []int32{1, 2, 3}, []*string{&text, nil}, []float64{1.5, 0.1}, []time.Time{at}, [][16]byte{{15: 1}}, []time.Time{at},
	}
	marks := "$1"
	for i := range args[1:] {
		marks += fmt.Sprintf(", $%d", i+2)
	}
	if err := s.exec(ctx, c, "INSERT INTO typed VALUES ("+marks+")", args...); err != nil {
		return err
	}
	nulls := make([]any, len(args))
	nulls[0] = 2
	if err := s.exec(ctx, c, "INSERT INTO typed VALUES ("+marks+")", nulls...); err != nil {
		return err
	}
	if err := s.query(ctx, c, "SELECT * FROM typed ORDER BY id"); err != nil {
		return err
	}
	// The same columns as text.
	if err := s.query(ctx, c, "SELECT * FROM typed ORDER BY id", pgx.QueryResultFormats{pgx.TextFormatCode}); err != nil {
		return err
	}
	for i, column := range []string{"i2", "i4", "i8", "f4", "f8", "n", "b", "t", "v", "y", "d", "tm", "ts", "tz", "iv", "u", "o", "ia", "ta", "fa", "da", "ua", "tza"} {
		at := slices.Index([]string{"id", "i2", "i4", "i8", "f4", "f8", "n", "b", "t", "v", "c", "y", "d", "tm", "ts", "tz", "iv", "u", "j", "jb", "o", "ia", "ta", "fa", "da", "ua", "tza"}, column)
		var id int
		if err := c.QueryRow(ctx, "SELECT id FROM typed WHERE "+column+" = $1", args[at]).Scan(&id); err != nil {
			return fmt.Errorf("%d %s: %w", i, column, err)
		}
		s.show(column, id)
	}
	return nil
}

func (s *pgxScript) special(ctx context.Context, c *pgx.Conn) error {
	err := s.query(ctx, c, `SELECT 'NaN'::float8 AS nan, '-Infinity'::float4 AS inf, ''::text AS nothing, ''::bytea AS no_bytes, '{}'::int4[] AS none, '{NULL,1}'::int4[] AS some,
		'infinity'::timestamp AS ever, '-infinity'::date AS never, 'infinity'::timestamptz AS tz, '0001-01-01'::date AS old, '9999-12-31 23:59:59.999999'::timestamp AS late,
		0.00::numeric(4,2) AS zero, '-99999999999999999999.5'::numeric(30,5) AS low, NULL::int AS none_at_all, '1 year -2 days 00:00:00.000001'::interval AS iv`)
	if err != nil {
		return err
	}
	var (
		n *int
		f pgtype.Float8
		t pgtype.Timestamptz
	)
	if err := c.QueryRow(ctx, "SELECT $1::int, $2::float8, $3::timestamptz", nil, pgtype.Float8{}, pgtype.Timestamptz{InfinityModifier: pgtype.NegativeInfinity, Valid: true}).Scan(&n, &f, &t); err != nil {
		return err
	}
	s.show(n, f.Valid, t.InfinityModifier)
	return nil
}

func (s *pgxScript) batch(ctx context.Context, c *pgx.Conn) error {
	if err := s.exec(ctx, c, "CREATE TABLE batched (id int, name text)"); err != nil {
		return err
	}
	b := &pgx.Batch{}
	for i := range 100 {
		b.Queue("INSERT INTO batched VALUES ($1, $2)", i, fmt.Sprint("row ", i))
	}
	b.Queue("SELECT count(*), sum(id) FROM batched").Query(func(rows pgx.Rows) error { return s.rows(rows) })
	b.Queue("SELECT name FROM batched WHERE id = $1", 7).QueryRow(func(row pgx.Row) error {
		var name string
		err := row.Scan(&name)
		s.show(name)
		return err
	})
	if err := c.SendBatch(ctx, b).Close(); err != nil {
		return err
	}
	b = &pgx.Batch{} // one transaction: the error takes the first row back
	b.Queue("INSERT INTO batched VALUES (1000, 'lost')")
	b.Queue("SELECT 1 / (id - 50) FROM batched WHERE id = 50")
	b.Queue("INSERT INTO batched VALUES (1001, 'not run')")
	s.fails(c.SendBatch(ctx, b).Close())
	return s.query(ctx, c, "SELECT count(*) FROM batched WHERE id >= 1000")
}

func (s *pgxScript) pipeline(ctx context.Context, c *pgx.Conn) error {
	if err := s.exec(ctx, c, "CREATE TABLE piped (id int)"); err != nil {
		return err
	}
	p := c.PgConn().StartPipeline(ctx)
	p.SendPrepare("insert", "INSERT INTO piped VALUES ($1)", nil)
	p.SendQueryPrepared("insert", [][]byte{[]byte("1")}, nil, nil)
	p.SendQueryParams("SELECT id + $1 AS more FROM piped", [][]byte{[]byte("10")}, nil, nil, nil)
	p.SendFlushRequest()
	p.SendPipelineSync()
	p.SendQueryPrepared("insert", [][]byte{[]byte("2")}, nil, nil)
	p.SendQueryParams("SELECT * FROM absent", nil, nil, nil, nil)
	p.SendQueryPrepared("insert", [][]byte{[]byte("3")}, nil, nil)
	p.SendPipelineSync()
	p.SendDeallocate("insert")
	p.SendQueryParams("SELECT id FROM piped ORDER BY id", nil, nil, nil, nil)
	p.SendPipelineSync()
	if err := p.Flush(); err != nil {
		return err
	}
	for range 50 {
		results, err := p.GetResults()
		switch r := results.(type) {
		case *pgconn.ResultReader:
			read := r.Read()
			for _, row := range read.Rows {
				s.show("row", row[0])
			}
			s.show("result", read.CommandTag.String(), len(read.FieldDescriptions))
			if read.Err != nil {
				s.fails(read.Err)
			}
		case *pgconn.StatementDescription:
			s.show("prepared", r.Name, r.ParamOIDs, len(r.Fields))
		case nil:
			if err == nil {
				return p.Close()
			}
			s.fails(err)
		default:
			s.show(fmt.Sprintf("%T", r))
		}
	}
	return errors.New("the pipeline does not end")
}

func (s *pgxScript) copyFrom(ctx context.Context, c *pgx.Conn) error {
	if err := s.exec(ctx, c, "CREATE TABLE copied (id int, name text, at timestamptz, n numeric(10,2), list int[])"); err != nil {
		return err
	}
	at := time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)
	n, err := c.CopyFrom(ctx, pgx.Identifier{"copied"}, []string{"id", "at", "name", "list", "n"}, pgx.CopyFromSlice(20_000, func(i int) ([]any, error) {
		var name any
		if i%3 != 0 {
			name = fmt.Sprintf("tab\t%d", i)
		}
		return []any{i, at.Add(time.Duration(i) * time.Second), name, []int32{int32(i), 1}, fmt.Sprintf("%d.25", i)}, nil
	}))
	s.show(n, err)
	_, err = c.CopyFrom(ctx, pgx.Identifier{"copied"}, []string{"id"}, pgx.CopyFromFunc(func() ([]any, error) { return nil, errors.New("the source broke") }))
	s.fails(err)
	_, err = c.CopyFrom(ctx, pgx.Identifier{"absent"}, []string{"id"}, pgx.CopyFromRows([][]any{{1}}))
	s.fails(err)
	return s.query(ctx, c, "SELECT count(*), count(name), sum(id), sum(n), max(at), sum(list[1]) FROM copied")
}

func (s *pgxScript) transactions(ctx context.Context, c *pgx.Conn) error {
	if err := s.exec(ctx, c, "CREATE TABLE moves (x int)"); err != nil {
		return err
	}
	err := pgx.BeginTxFunc(ctx, c, pgx.TxOptions{IsoLevel: pgx.RepeatableRead}, func(tx pgx.Tx) error {
		if err := s.exec(ctx, tx, "INSERT INTO moves VALUES (1)"); err != nil {
			return err
		}
		s.fails(pgx.BeginFunc(ctx, tx, func(inner pgx.Tx) error { // a savepoint
			if err := s.exec(ctx, inner, "INSERT INTO moves VALUES (2)"); err != nil {
				return err
			}
			return s.exec(ctx, inner, "SELECT 1 / 0")
		}))
		return s.query(ctx, tx, "SELECT x, current_setting('transaction_isolation') AS level FROM moves")
	})
	if err != nil {
		return err
	}
	s.fails(pgx.BeginTxFunc(ctx, c, pgx.TxOptions{AccessMode: pgx.ReadOnly}, func(tx pgx.Tx) error { return s.exec(ctx, tx, "INSERT INTO moves VALUES (3)") }))
	tx, err := c.Begin(ctx)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, "SELECT * FROM absent")
	s.fails(err)
	_, err = tx.Exec(ctx, "SELECT 1")
	s.fails(err)
	s.show(errors.Is(tx.Commit(ctx), pgx.ErrTxCommitRollback))
	return s.query(ctx, c, "SELECT x FROM moves")
}

func (s *pgxScript) errors(ctx context.Context, c *pgx.Conn) error {
	for _, q := range []string{
		"SELEKT 1", "SELECT nothing", "SELECT * FROM absent", "SELECT 'x'::int", "SELECT 1 / 0", "SELECT nofunction(1)", "SELECT $1::int", "CREATE TABLE twice (x int, x int)",
		"SELECT 1 FROM generate_series(1, 2) x ORDER BY y", "SELECT sum(x), x FROM generate_series(1, 2) x", "INSERT INTO absent VALUES (1)", "SELECT 99999999999::int", "SELECT '2024-13-01'::date",
	} {
		_, err := c.Exec(ctx, q)
		s.fails(err)
	}
	_, err := c.Exec(ctx, "SELECT $1::int", "x")
	s.show(err != nil) // by the driver
	return s.query(ctx, c, "SELECT 'still here' AS here")
}

func (s *pgxScript) structs(ctx context.Context, c *pgx.Conn) error {
	type item struct {
		ID   int
		Name *string
		At   time.Time
	}
	query := "SELECT x AS id, CASE WHEN x > 1 THEN 'n' || x END AS name, timestamp '2024-01-01' + x * interval '1 day' AS at FROM generate_series(1, 3) x ORDER BY x"
	rows, err := c.Query(ctx, query)
	if err != nil {
		return err
	}
	items, err := pgx.CollectRows(rows, pgx.RowToStructByName[item])
	if err != nil {
		return err
	}
	for _, i := range items {
		s.show(i.ID, i.Name, i.At)
	}
	if rows, err = c.Query(ctx, query); err != nil {
		return err
	}
	maps, err := pgx.CollectRows(rows, pgx.RowToMap)
	s.show(len(maps), maps[2]["name"])
	return err
}

// loadTypes has pgx learn of a row type, which it then reads into a structure.
func (s *pgxScript) loadTypes(ctx context.Context, c *pgx.Conn) error {
	if _, err := c.Exec(ctx, "CREATE TABLE pair (a int, b text, d int[]); INSERT INTO pair VALUES (1, 'x', '{1,2}'), (2, NULL, NULL)"); err != nil {
		return err
	}
	types, err := c.LoadTypes(ctx, []string{"pair", "_pair"})
	if err != nil {
		return err
	}
	c.TypeMap().RegisterTypes(types)
	for _, t := range types {
		s.show(t.Name, fmt.Sprintf("%T", t.Codec))
	}
	one, err := c.LoadType(ctx, "pair")
	if err != nil {
		return err
	}
	for _, f := range one.Codec.(*pgtype.CompositeCodec).Fields {
		s.show(f.Name, f.Type.Name)
	}
	_, err = c.LoadType(ctx, "absent")
	s.show(err != nil)
	type pair struct {
		A int32
		B *string
		D []int32
	}
	rows, err := c.Query(ctx, "SELECT p FROM pair p ORDER BY a")
	if err != nil {
		return err
	}
	read, err := pgx.CollectRows(rows, pgx.RowTo[pair])
	if err != nil {
		return err
	}
	for _, p := range read {
		s.show(p.A, p.B != nil, p.D)
	}
	var all []pair
	if err := c.QueryRow(ctx, "SELECT array_agg(p ORDER BY a) FROM pair p").Scan(&all); err != nil {
		return err
	}
	s.show(len(all), *all[0].B)
	return nil
}

func (s *pgxScript) several(ctx context.Context, c *pgx.Conn) error {
	results := c.PgConn().Exec(ctx, "CREATE TABLE parts (x int); INSERT INTO parts VALUES (1), (2); SELECT x FROM parts ORDER BY x;; SELECT 'last'")
	all, err := results.ReadAll()
	for _, r := range all {
		s.show(r.CommandTag.String(), len(r.FieldDescriptions), len(r.Rows))
	}
	if err != nil {
		return err
	}
	_, err = c.PgConn().Exec(ctx, "INSERT INTO parts VALUES (3); SELECT 1 / 0").ReadAll()
	s.fails(err)
	all, err = c.PgConn().Exec(ctx, "").ReadAll()
	s.show(len(all), err)
	return s.query(ctx, c, "SELECT count(*) FROM parts")
}

func (s *pgxScript) cancelContext(ctx context.Context, c *pgx.Conn) error {
	short, stop := context.WithTimeout(ctx, 500*time.Millisecond)
	defer stop()
	_, err := c.Exec(short, longQuery)
	s.show(errors.Is(err, context.DeadlineExceeded), c.IsClosed())
	c, err = pgx.Connect(ctx, s.dsn)
	if err != nil {
		return err
	}
	defer c.Close(ctx)
	if err := errors.Join(s.exec(ctx, c, "SET statement_timeout = 200")); err != nil {
		return err
	}
	_, err = c.Exec(ctx, longQuery)
	s.fails(err)
	return s.query(ctx, c, "SELECT 'alive' AS here")
}

func (s *pgxScript) cancelRequest(ctx context.Context, c *pgx.Conn) error {
	done := make(chan error, 1)
	go func() {
		_, err := c.PgConn().Exec(ctx, longQuery).ReadAll()
		done <- err
	}()
	tick := time.NewTicker(200 * time.Millisecond)
	defer tick.Stop()
	for { // the first requests may come before the query
		select {
		case err := <-done:
			s.fails(err)
			return nil
		case <-tick.C:
			if err := c.PgConn().CancelRequest(ctx); err != nil {
				return err
			}
		}
	}
}

func (s *pgxScript) large(ctx context.Context, c *pgx.Conn) error {
	for _, mode := range []pgx.QueryExecMode{pgx.QueryExecModeCacheStatement, pgx.QueryExecModeSimpleProtocol} {
		rows, err := c.Query(ctx, "SELECT x, x::float8 / 8 AS f, 'text ' || x AS t FROM generate_series(1, 300000) x", mode)
		if err != nil {
			return err
		}
		var (
			n, sum int64
			x      int32
			f      float64
			t      string
		)
		_, err = pgx.ForEachRow(rows, []any{&x, &f, &t}, func() error {
			n, sum = n+1, sum+int64(x)+int64(f*8)+int64(len(t))
			return nil
		})
		s.show(n, sum)
		if err != nil {
			return err
		}
	}
	rows, err := c.Query(ctx, "SELECT x FROM generate_series(1, 100000) x") // left early: the rest is read and dropped
	if err != nil {
		return err
	}
	s.show(rows.Next())
	rows.Close()
	return s.query(ctx, c, "SELECT 1 AS one")
}

func (s *pgxScript) notices(ctx context.Context) error {
	cfg, err := pgx.ParseConfig(s.dsn)
	if err != nil {
		return err
	}
	cfg.OnNotice = func(_ *pgconn.PgConn, n *pgconn.Notice) { s.show("notice", n.Severity, n.Code, n.Message) }
	c, err := pgx.ConnectConfig(ctx, cfg)
	if err != nil {
		return err
	}
	defer c.Close(ctx)
	return errors.Join(s.exec(ctx, c, "DROP TABLE IF EXISTS never_was"), s.exec(ctx, c, "COMMIT"), s.exec(ctx, c, "SET client_min_messages = error"), s.exec(ctx, c, "DROP TABLE IF EXISTS never_was"))
}

func (s *pgxScript) pool(ctx context.Context) error {
	cfg, err := pgxpool.ParseConfig(s.dsn)
	if err != nil {
		return err
	}
	cfg.MaxConns = 4
	pool, err := pgxpool.NewWithConfig(ctx, cfg)
	if err != nil {
		return err
	}
	defer pool.Close()
	var sum atomic.Int64
	errs := make(chan error, 40)
	for i := range 40 {
		go func() {
			var n int64
			err := pool.QueryRow(ctx, "SELECT $1::int8 * 2", i).Scan(&n)
			sum.Add(n)
			errs <- err
		}()
	}
	for range 40 {
		if err := <-errs; err != nil {
			return err
		}
	}
	s.show(sum.Load())
	return nil
}
