package drivers_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/lib/pq"
)

func TestPq(t *testing.T) {
	compare(t, func(ctx context.Context, p place) (string, error) {
		s := &pqScript{dsn: fmt.Sprintf("host=%s port=%s user=miniodb dbname=%s sslmode=disable", p.host, p.port, p.database)}
		for _, topic := range []struct {
			name    string
			options string
			body    func(context.Context, *sql.DB) error
		}{
			{"connect", "application_name=program", s.connect},
			{"password and TLS", "", s.password},
			{"types", "", s.types},
			{"types, binary parameters", "binary_parameters=yes", s.types},
			{"prepared", "", s.prepared},
			{"transactions", "", s.transactions},
			{"copy in", "", s.copyIn},
			{"arrays", "", s.arrays},
			{"errors", "", s.errors},
			{"several results", "", s.several},
			{"cancel", "", s.cancel},
			{"large scan", "", s.large},
		} {
			s.topic(ctx, topic.name, func(ctx context.Context) error {
				db, err := sql.Open("postgres", s.dsn+" "+topic.options)
				if err != nil {
					return err
				}
				defer db.Close()
				db.SetMaxOpenConns(1)
				return topic.body(ctx, db)
			})
		}
		return s.result()
	})
}

// pqScript is the program for lib/pq.
type pqScript struct {
	script
	dsn string
}

// query shows the names, types and rows of a query.
func (s *pqScript) query(ctx context.Context, db interface {
	QueryContext(context.Context, string, ...any) (*sql.Rows, error)
}, query string, args ...any,
) error {
	rows, err := db.QueryContext(ctx, query, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	return s.rows(rows)
}

func (s *pqScript) rows(rows *sql.Rows) error {
	columns, err := rows.ColumnTypes()
	if err != nil {
		return err
	}
	for _, c := range columns {
		length, hasLength := c.Length()
		precision, scale, isDecimal := c.DecimalSize()
		s.show(c.Name(), c.DatabaseTypeName(), c.ScanType().String(), length, hasLength, precision, scale, isDecimal)
	}
	for rows.Next() {
		values := make([]any, len(columns))
		for i := range values {
			values[i] = new(any)
		}
		if err := rows.Scan(values...); err != nil {
			return err
		}
		s.show(values...)
	}
	return rows.Err()
}

// fails shows how something failed.
func (s *pqScript) fails(err error) {
	var e *pq.Error
	if errors.As(err, &e) {
		s.show(string(e.Code), e.Severity, e.Message, e.Position, e.Code.Name())
	} else {
		s.show("error", fmt.Sprint(err))
	}
}

func (s *pqScript) exec(ctx context.Context, db interface {
	ExecContext(context.Context, string, ...any) (sql.Result, error)
}, query string, args ...any,
) error {
	r, err := db.ExecContext(ctx, query, args...)
	if err != nil {
		return err
	}
	if n, err := r.RowsAffected(); err == nil {
		s.show("affected", n)
	}
	return nil
}

func (s *pqScript) connect(ctx context.Context, db *sql.DB) error {
	if err := db.PingContext(ctx); err != nil {
		return err
	}
	return errors.Join(s.query(ctx, db, "SELECT current_user, 1 + 1 AS two"), s.query(ctx, db, "SHOW application_name"), s.query(ctx, db, "SELECT $1::text || 'x' AS t, $2 + 1 AS n", "a", 4))
}

// password connects as a role that has to give it.
func (s *pqScript) password(ctx context.Context, _ *sql.DB) error {
	for _, options := range []string{"sslmode=disable", "sslmode=require", "sslmode=verify-full sslrootcert=" + caFile()} {
		for _, password := range []string{visitorPassword, "wrong"} {
			db, err := sql.Open("postgres", fmt.Sprintf("%s user=visitor password='%s' %s", s.dsn, password, options))
			if err != nil {
				return err
			}
			err = s.query(ctx, db, "SELECT current_user, (SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()) AS ssl")
			if password != visitorPassword {
				s.fails(err)
				err = nil
			}
			if err := errors.Join(err, db.Close()); err != nil {
				return err
			}
		}
	}
	return nil
}

func (s *pqScript) types(ctx context.Context, db *sql.DB) error {
	at := time.Date(2024, 2, 29, 13, 14, 15, 123456000, time.UTC)
	err := errors.Join(
		s.exec(ctx, db, `DROP TABLE IF EXISTS typed`),
		s.exec(ctx, db, `CREATE TABLE typed (id int, i2 int2, i8 int8, f4 float4, f8 float8, n numeric(12,3), b bool, t text, v varchar(10), c char(3), y bytea, d date, tm time,
			ts timestamp, tz timestamptz, iv interval, u uuid, j json, jb jsonb)`))
	if err != nil {
		return err
	}
	args := []any{
		1, int16(-7), int64(1) << 60, 1.5, 0.1, "123.456", true, "héllo 'q' \\", "short", "ab", []byte{0, 1, 255}, at, "13:14:15.5", at, at, "1 day 02:03:04",
		"a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11", `{"a": 1}`, `{"b": [1, null]}`,
	}
	marks := "($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,$13,$14,$15,$16,$17,$18,$19)"
	if err := s.exec(ctx, db, "INSERT INTO typed VALUES "+marks, args...); err != nil {
		return err
	}
	args[0] = 2
	for i := range args[1:] {
		args[i+1] = nil
	}
	return errors.Join(s.exec(ctx, db, "INSERT INTO typed VALUES "+marks, args...), s.query(ctx, db, "SELECT * FROM typed ORDER BY id"),
		s.query(ctx, db, "SELECT * FROM typed WHERE id = $1 AND ts <= $2 AND tz = $3 AND y = $4", 1, at, at, []byte{0, 1, 255}))
}

func (s *pqScript) prepared(ctx context.Context, db *sql.DB) error {
	if err := s.exec(ctx, db, "CREATE TABLE wares (id int, name text)"); err != nil {
		return err
	}
	insert, err := db.PrepareContext(ctx, "INSERT INTO wares VALUES ($1, $2)")
	if err != nil {
		return err
	}
	defer insert.Close()
	for i := range 20 {
		if _, err := insert.ExecContext(ctx, i, fmt.Sprint("ware ", i)); err != nil {
			return err
		}
	}
	pick, err := db.PrepareContext(ctx, "SELECT id, name FROM wares WHERE id = ANY($1) ORDER BY id LIMIT $2")
	if err != nil {
		return err
	}
	defer pick.Close()
	for limit := range 4 {
		rows, err := pick.QueryContext(ctx, pq.Array([]int64{3, 5, 7, 30}), limit)
		if err != nil {
			return err
		}
		if err := s.rows(rows); err != nil {
			return err
		}
	}
	_, err = db.PrepareContext(ctx, "SELECT $1::int FROM absent")
	s.fails(err)
	return nil
}

func (s *pqScript) transactions(ctx context.Context, db *sql.DB) error {
	if err := s.exec(ctx, db, "CREATE TABLE moves (x int)"); err != nil {
		return err
	}
	for _, commit := range []bool{true, false} {
		tx, err := db.BeginTx(ctx, &sql.TxOptions{Isolation: sql.LevelRepeatableRead})
		if err != nil {
			return err
		}
		err = errors.Join(s.exec(ctx, tx, "INSERT INTO moves VALUES (1)"), s.query(ctx, tx, "SHOW transaction_isolation"), s.exec(ctx, tx, "SAVEPOINT a"))
		if err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, "SELECT 1/0")
		s.fails(err)
		if err := errors.Join(s.exec(ctx, tx, "ROLLBACK TO a"), s.query(ctx, tx, "SELECT count(*) FROM moves")); err != nil {
			return err
		}
		if commit {
			err = tx.Commit()
		} else {
			err = tx.Rollback()
		}
		if err != nil {
			return err
		}
	}
	tx, err := db.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, "INSERT INTO moves VALUES (2)")
	s.fails(err)
	s.fails(tx.Commit()) // of a failed transaction
	return s.query(ctx, db, "SELECT count(*) FROM moves")
}

func (s *pqScript) copyIn(ctx context.Context, db *sql.DB) error {
	if err := s.exec(ctx, db, "CREATE TABLE copied (id int, name text, at timestamptz, bits bytea)"); err != nil {
		return err
	}
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	in, err := tx.PrepareContext(ctx, "COPY copied (id, name, at, bits) FROM STDIN")
	if err != nil {
		return err
	}
	for i := range 3000 {
		var name any = fmt.Sprintf("tab\t and line\n %d", i)
		if i%3 == 0 {
			name = nil
		}
		if _, err := in.ExecContext(ctx, i, name, time.Unix(1700000000+int64(i), 0).UTC(), []byte{byte(i), '\\'}); err != nil {
			return err
		}
	}
	r, err := in.ExecContext(ctx)
	if err != nil {
		return err
	}
	n, err := r.RowsAffected()
	s.show(n, err)
	if err := errors.Join(in.Close(), tx.Commit()); err != nil {
		return err
	}
	if tx, err = db.BeginTx(ctx, nil); err != nil {
		return err
	}
	if in, err = tx.PrepareContext(ctx, "COPY copied (id) FROM STDIN"); err != nil {
		return err
	}
	_, err = in.ExecContext(ctx, "no number")
	if err == nil {
		_, err = in.ExecContext(ctx)
	}
	s.fails(err)
	_ = in.Close() // has failed already
	if err := tx.Rollback(); err != nil {
		return err
	}
	return s.query(ctx, db, "SELECT count(*), count(name), sum(id), max(at), min(name), count(DISTINCT bits) FROM copied")
}

func (s *pqScript) arrays(ctx context.Context, db *sql.DB) error {
	if err := errors.Join(s.exec(ctx, db, "CREATE TABLE lists (i int[], t text[], b bool[], f float8[], y bytea[])"), s.exec(ctx, db, "INSERT INTO lists VALUES ($1, $2, $3, $4, $5)",
		pq.Array([]int64{1, 2}), pq.Array([]string{"x", `y "z" \`, "", "NULL"}), pq.Array([]bool{true, false}), pq.Array([]float64{1.5, 0.1}), pq.Array([][]byte{{1, 2}, {}}))); err != nil {
		return err
	}
	var (
		i []int64
		t []string
		b []bool
		f []float64
		y [][]byte
	)
	if err := db.QueryRowContext(ctx, "SELECT * FROM lists").Scan(pq.Array(&i), pq.Array(&t), pq.Array(&b), pq.Array(&f), pq.Array(&y)); err != nil {
		return err
	}
	s.show(i, t, b, f, y)
	return s.query(ctx, db, "SELECT * FROM lists WHERE $1 = ANY(t)", "x")
}

func (s *pqScript) errors(ctx context.Context, db *sql.DB) error {
	for _, q := range []string{"SELEKT 1", "SELECT nothing", "SELECT * FROM absent", "SELECT 'x'::int", "SELECT 1/0", "SELECT nofunction(1)"} {
		_, err := db.ExecContext(ctx, q)
		s.fails(err)
	}
	_, err := db.ExecContext(ctx, "SELECT $1::int", "x")
	s.fails(err)
	_, err = db.ExecContext(ctx, "SELECT $1::int", 1, 2)
	s.show(err != nil) // by the driver
	return s.query(ctx, db, "SELECT 'still here' AS here")
}

func (s *pqScript) several(ctx context.Context, db *sql.DB) error {
	rows, err := db.QueryContext(ctx, "SELECT 1 AS a; SELECT 'x' AS b, 2 AS c WHERE false; SELECT 3 AS d UNION ALL SELECT 4 ORDER BY 1")
	if err != nil {
		return err
	}
	defer rows.Close()
	for more := true; more; more = rows.NextResultSet() {
		if err := s.rows(rows); err != nil {
			return err
		}
	}
	return errors.Join(rows.Err(), s.exec(ctx, db, ";"), s.exec(ctx, db, "CREATE TABLE parts (x int); INSERT INTO parts VALUES (1), (2)"), s.query(ctx, db, "SELECT count(*) FROM parts"))
}

func (s *pqScript) cancel(ctx context.Context, db *sql.DB) error {
	short, stop := context.WithTimeout(ctx, 700*time.Millisecond)
	defer stop()
	_, err := db.ExecContext(short, longQuery)
	s.show(err != nil, short.Err() != nil)
	return s.query(ctx, db, "SELECT 'alive' AS here")
}

func (s *pqScript) large(ctx context.Context, db *sql.DB) error {
	rows, err := db.QueryContext(ctx, "SELECT x, x::float8 / 8 AS f, 'text ' || x AS t FROM generate_series(1, $1::int) x", 100_000)
	if err != nil {
		return err
	}
	defer rows.Close()
	var n, sum int64
	for rows.Next() {
		var (
			x int64
			f float64
			t string
		)
		if err := rows.Scan(&x, &f, &t); err != nil {
			return err
		}
		n, sum = n+1, sum+x+int64(f*8)+int64(len(t))
	}
	s.show(n, sum)
	return rows.Err()
}
