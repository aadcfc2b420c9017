package server_test

import (
	"context"
	"errors"
	"math/big"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgtype"
	"github.com/stretchr/testify/require"
)

// TestPgxTypes sends a row of every type as binary parameters and reads it back in every query mode of pgx.
func TestPgxTypes(t *testing.T) {
	ctx := context.Background()
	addr := startServer(t)
	_, err := open(t, addr).Exec(ctx, `CREATE TABLE t (i2 int2, i4 int4, i8 int8, f4 float4, f8 float8, n numeric(12,3), b bool, s text, y bytea,
		d date, ts timestamp, tz timestamptz, u uuid, j jsonb, ia int4[], ta text[])`)
	require.NoError(t, err)
	day := time.Date(2024, 2, 29, 0, 0, 0, 0, time.UTC)
	at := time.Date(2024, 2, 29, 13, 14, 15, 123456000, time.UTC)
	id := uuid.MustParse("a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11")
	n := pgtype.Numeric{Int: big.NewInt(123456), Exp: -3, Valid: true}
	for _, mode := range []pgx.QueryExecMode{
		pgx.QueryExecModeCacheStatement, pgx.QueryExecModeCacheDescribe, pgx.QueryExecModeDescribeExec, pgx.QueryExecModeExec, pgx.QueryExecModeSimpleProtocol,
	} {
		t.Run(mode.String(), func(t *testing.T) {
			c := open(t, addr)
			_, err := c.Exec(ctx, "TRUNCATE t")
			require.NoError(t, err)
			_, err = c.Exec(ctx, "INSERT INTO t VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,$13,$14,$15,$16)", mode,
				int16(-7), int32(1<<30), int64(1)<<60, float32(1.5), 2.25, n, true, "héllo", []byte{0, 1, 255}, day, at, at, id.String(),
				`{"a": [1, 2]}`, []int32{1, 2, 3}, []string{"x", "y z"})
			require.NoError(t, err)
			var (
				i2    int16
				i4    int32
				i8    int64
				f4    float32
				f8    float64
				num   pgtype.Numeric
				b     bool
				s, u  string
				y     []byte
				d     time.Time
				ts    time.Time
				tz    time.Time
				j     map[string]any
				ia    []int32
				ta    []string
				again = c.QueryRow(ctx, "SELECT * FROM t WHERE i2 = $1 AND ts <= $2", mode, int16(-7), at)
			)
			require.NoError(t, again.Scan(&i2, &i4, &i8, &f4, &f8, &num, &b, &s, &y, &d, &ts, &tz, &u, &j, &ia, &ta))
			require.Equal(t, []any{int16(-7), int32(1 << 30), int64(1) << 60, float32(1.5), 2.25, true, "héllo", []byte{0, 1, 255}},
				[]any{i2, i4, i8, f4, f8, b, s, y})
			value, err := num.Value()
			require.NoError(t, err)
			require.Equal(t, "123.456", value)
			require.True(t, d.Equal(day) && ts.Equal(at) && tz.Equal(at), "%v %v %v", d, ts, tz)
			require.Equal(t, id.String(), u)
			require.Equal(t, map[string]any{"a": []any{1.0, 2.0}}, j)
			require.Equal(t, []int32{1, 2, 3}, ia)
			require.Equal(t, []string{"x", "y z"}, ta)
		})
	}
}

// TestPgxCopyAndBatch loads rows with binary COPY and sends a pipeline.
func TestPgxCopyAndBatch(t *testing.T) {
	ctx := context.Background()
	c := open(t, startServer(t))
	_, err := c.Exec(ctx, "CREATE TABLE t (a int, b text, at timestamptz)")
	require.NoError(t, err)
	now := time.Now().UTC().Truncate(time.Microsecond)
	n, err := c.CopyFrom(ctx, pgx.Identifier{"t"}, []string{"b", "a", "at"}, pgx.CopyFromSlice(5000, func(i int) ([]any, error) {
		return []any{"row", int32(i), now}, nil
	}))
	require.NoError(t, err)
	require.EqualValues(t, 5000, n)
	batch := &pgx.Batch{}
	batch.Queue("INSERT INTO t VALUES ($1, 'batch')", 5000)
	batch.Queue("SELECT count(*), sum(a) FROM t WHERE a >= $1", 10)
	batch.Queue("SELECT a FROM t ORDER BY a DESC LIMIT $1", 1)
	r := c.SendBatch(ctx, batch)
	_, err = r.Exec()
	require.NoError(t, err)
	var count, sum int64
	require.NoError(t, r.QueryRow().Scan(&count, &sum))
	require.EqualValues(t, 4991, count)
	var top int
	require.NoError(t, r.QueryRow().Scan(&top))
	require.Equal(t, 5000, top)
	require.NoError(t, r.Close())
}

// TestCancelStopsAQuery cancels a query that would run for hours; the connection goes on.
func TestCancelStopsAQuery(t *testing.T) {
	addr := startServer(t)
	c, err := pgconn.Connect(context.Background(), "postgres://miniodb@"+addr+"/miniodb?sslmode=disable")
	require.NoError(t, err)
	defer c.Close(context.Background())
	failed := make(chan error, 1)
	go func() {
		_, err := c.Exec(context.Background(), "SELECT count(*) FROM generate_series(1, 1000000) a, generate_series(1, 1000000) b WHERE (a + b) % 7 = 3").ReadAll()
		failed <- err
	}()
	require.Eventually(t, func() bool { // the first requests may come before the query
		require.NoError(t, c.CancelRequest(context.Background()))
		select {
		case err = <-failed:
			return true
		default:
			return false
		}
	}, 20*time.Second, 50*time.Millisecond)
	var pg *pgconn.PgError
	require.True(t, errors.As(err, &pg), "%v", err)
	require.Equal(t, "57014", pg.Code)
	require.Equal(t, "?column?\n1\nSELECT 1\n", runText(c, "SELECT 1"))
	require.Contains(t, runText(c, "SET statement_timeout = 100; SELECT count(*) FROM generate_series(1, 1000000) a, generate_series(1, 1000000) b WHERE (a + b) % 7 = 3"), "ERROR: 57014")
}
