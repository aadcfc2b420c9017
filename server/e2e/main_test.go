// Package e2e_test runs the real binary as a user does: processes, psql, kill -9, other systems as references.
package e2e_test

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"net/url"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/stretchr/testify/require"

	"github.com/miniodb/miniodb/internal/testserver"
)

const root = "../.."

// bin is the binary under test.
var bin string

func TestMain(m *testing.M) {
	flag.Parse()
	if testing.Short() {
		fmt.Println("end-to-end tests are left out by -short")
		os.Exit(0)
	}
	os.Exit(func() int {
		dir, err := os.MkdirTemp("", "miniodb-e2e")
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		defer os.RemoveAll(dir)
		ctx, cancel := context.WithTimeout(context.Background(), 15*time.Minute)
		defer cancel()
		if bin, err = testserver.Build(ctx, root, dir); err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		return m.Run()
	}())
}

// seeded returns a random source whose seed is logged and can be given in MINIODB_TEST_SEED.
func seeded(t *testing.T) *rand.Rand {
	seed := uint64(time.Now().UnixNano())
	if s := os.Getenv("MINIODB_TEST_SEED"); s != "" {
		n, err := strconv.ParseUint(s, 10, 64)
		require.NoError(t, err, "MINIODB_TEST_SEED")
		seed = n
	}
	t.Logf("MINIODB_TEST_SEED=%d", seed)
	return rand.New(rand.NewPCG(seed, 1))
}

// db is a connection that speaks the simple protocol: text in, text out.
type db struct {
	t testing.TB
	*pgconn.PgConn
}

func connect(t testing.TB, dsn string) *db {
	t.Helper()
	conn, err := pgconn.Connect(t.Context(), dsn)
	require.NoError(t, err)
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		_ = conn.Close(ctx)
	})
	return &db{t, conn}
}

// in is the same connection for a subtest.
func (d *db) in(t testing.TB) *db { return &db{t, d.PgConn} }

// try runs statements and returns the rows of the last one that gives any.
func (d *db) try(sql string) ([][]string, error) {
	results, err := d.Exec(d.t.Context(), sql).ReadAll()
	var rows [][]string
	for _, r := range results {
		if err == nil {
			err = r.Err
		}
		for _, row := range r.Rows {
			cells := make([]string, len(row))
			for i, c := range row {
				if cells[i] = string(c); c == nil {
					cells[i] = "NULL"
				}
			}
			rows = append(rows, cells)
		}
	}
	return rows, err
}

func (d *db) rows(sql string) [][]string {
	d.t.Helper()
	rows, err := d.try(sql)
	require.NoError(d.t, err, sql)
	return rows
}

// one returns a single value.
func (d *db) one(sql string) string {
	d.t.Helper()
	rows := d.rows(sql)
	require.Len(d.t, rows, 1, sql)
	require.Len(d.t, rows[0], 1, sql)
	return rows[0][0]
}

// fails runs a statement that must fail and returns its error.
func (d *db) fails(sql string, codes ...string) *pgconn.PgError {
	d.t.Helper()
	rows, err := d.try(sql)
	var pe *pgconn.PgError
	require.ErrorAs(d.t, err, &pe, "%s: rows %v", sql, rows)
	if len(codes) > 0 {
		require.Contains(d.t, codes, pe.Code, "%s: %s", sql, pe.Message)
	}
	return pe
}

// copyIn sends text through COPY ... FROM STDIN.
func (d *db) copyIn(sql, text string) (int64, error) {
	tag, err := d.CopyFrom(d.t.Context(), strings.NewReader(text), sql)
	return tag.RowsAffected(), err
}

func code(err error) string {
	var pe *pgconn.PgError
	if errors.As(err, &pe) {
		return pe.Code
	}
	return ""
}

// hostPort cuts a DSN made by testserver for psql.
func hostPort(t testing.TB, dsn string) (host, port string) {
	u, err := url.Parse(dsn)
	require.NoError(t, err)
	return u.Hostname(), u.Port()
}
