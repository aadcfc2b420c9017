package server_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/stretchr/testify/require"

	"github.com/miniodb/miniodb/catalog"
	"github.com/miniodb/miniodb/internal/testpg"
)

// valuesFixture is what the scripts of TestBinaryValues read.
const valuesFixture = `
CREATE TABLE t (id int, v varchar(10), n numeric(10,2), ok boolean, d date, ts timestamp, tz timestamptz, iv interval, tm time, u uuid, f double precision, ch char(5));
INSERT INTO t VALUES (1, 'one', 12.34, true, '2024-01-15', '2024-01-15 10:30:00', '2024-01-15 10:30:00+00', '1 day', '10:30:00', 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', 1.5, 'x'),
(2, 'two', -5.50, false, NULL, NULL, '2024-02-29 23:59:59.5+00', '2 hours', NULL, NULL, -2.5, NULL), (3, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'zzzzz');
CREATE TABLE g (id int, t_id int, amount numeric(12,2), label text);
INSERT INTO g VALUES (1, 1, 10.10, 'a'), (2, 1, 20.20, 'b'), (3, 2, 5.05, 'a'), (4, 9, 1.00, NULL);
`

// TestBinaryValues asks this server and PostgreSQL 15 for what the scripts of types hold, in text and in binary form: the bytes must be the same.
func TestBinaryValues(t *testing.T) {
	ctx := context.Background()
	pg, err := pgconn.Connect(ctx, testpg.Start(t))
	require.NoError(t, err)
	defer func() { _ = pg.Close(ctx) }()
	ours := open(t, startServer(t)).PgConn()
	for _, c := range []*pgconn.PgConn{pg, ours} {
		_, err := c.Exec(ctx, "SET timezone = 'UTC';"+valuesFixture).ReadAll()
		require.NoError(t, err)
	}
	_, err = ours.Exec(ctx, "SET miniodb.duckdb_dialect = off").ReadAll() // whose lists take more
	require.NoError(t, err)
	for _, name := range []string{"records", "dimensions", "extremes", "bits"} {
		f, err := os.Open(filepath.Join("../testdata/sql/differential", name+".sql"))
		require.NoError(t, err)
		lines := bufio.NewScanner(f)
		for n := 1; lines.Scan(); n++ {
			text := strings.TrimSpace(lines.Text())
			if text == "" || strings.HasPrefix(text, "--") || strings.HasPrefix(text, "differs:") {
				continue
			}
			if first, _, _ := strings.Cut(text, " "); first != "SELECT" && first != "WITH" && first != "VALUES" {
				text = "SELECT " + text
			}
			for format := range int16(2) {
				want, got := answerBytes(t, pg, text, format), answerBytes(t, ours, text, format)
				require.Equal(t, want, got, "%s.sql:%d: %s, format %d", name, n, text, format)
			}
		}
		require.NoError(t, lines.Err())
		require.NoError(t, f.Close())
	}
}

// answerBytes is an answer with its types and the bytes of its values, or the SQLSTATE of an error. Types of a database's own have numbers of their own.
func answerBytes(t *testing.T, c *pgconn.PgConn, text string, format int16) []string {
	t.Helper()
	r := c.ExecParams(context.Background(), text, nil, nil, nil, []int16{format}).Read()
	var pe *pgconn.PgError
	if errors.As(r.Err, &pe) {
		return []string{pe.Code}
	}
	require.NoError(t, r.Err, text)
	var out []string
	for _, f := range r.FieldDescriptions {
		out = append(out, fmt.Sprint(min(f.DataTypeOID, catalog.FirstOID)))
	}
	for _, row := range r.Rows {
		for i, v := range row {
			if min(r.FieldDescriptions[i].DataTypeOID, catalog.FirstOID) == catalog.FirstOID && format == 1 && len(v) > 12 && v[0] == 0 && v[3] == 1 {
				copy(v[8:], "type") // of the elements
			}
			if v == nil {
				out = append(out, "NULL")
			} else {
				out = append(out, fmt.Sprintf("%q", v))
			}
		}
	}
	return out
}
