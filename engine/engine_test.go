package engine

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/miniodb/miniodb/internal/duck"
	"github.com/miniodb/miniodb/internal/sqltype"
	"github.com/miniodb/miniodb/internal/vector"
)

// openTest opens an instance that may touch dir only.
func openTest(t testing.TB, prelude string) (db *DB, dir string) {
	t.Helper()
	root := t.TempDir()
	dir = filepath.Join(root, "allowed")
	require.NoError(t, os.Mkdir(dir, 0o700))
	db, err := Open(Config{
		MemoryLimit: 2 << 30, Threads: 2, TempDir: filepath.Join(root, "tmp"), TempLimit: 1 << 30,
		AllowedDirs: []string{dir}, Prelude: prelude,
	})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	return db, dir
}

func connect(t testing.TB, db *DB) *Conn {
	t.Helper()
	c, err := db.Conn()
	require.NoError(t, err)
	t.Cleanup(c.Close)
	return c
}

func exec(t testing.TB, c *Conn, sql string) int64 {
	t.Helper()
	n, err := c.Exec(context.Background(), sql)
	require.NoError(t, err, sql)
	return n
}

func text(s string) *string { return &s }

// collect returns all values as text, NULL as "NULL".
func collect(t testing.TB, c *Conn, sql string, params ...*string) [][]string {
	t.Helper()
	rows, err := c.Query(context.Background(), sql, params)
	require.NoError(t, err, sql)
	defer rows.Close()
	out, err := drain(rows)
	require.NoError(t, err, sql)
	return out
}

func drain(rows *Rows) (out [][]string, err error) {
	for {
		b, err := rows.Next(context.Background())
		if errors.Is(err, io.EOF) {
			return out, nil
		}
		if err != nil {
			return out, err
		}
		for i := range b.Len {
			row := make([]string, len(b.Cols))
			for j := range b.Cols {
				row[j] = string(appendNested(nil, &b.Cols[j], i))
			}
			out = append(out, row)
		}
	}
}

func TestQuery(t *testing.T) {
	db, _ := openTest(t, "CREATE MACRO twice(x) AS x * 2")
	c := connect(t, db)
	require.Equal(t, [][]string{{"1", "4"}}, collect(t, c, "SELECT 1 AS a, twice(2)"))
	require.Equal(t, [][]string{{"7", "NULL"}}, collect(t, c, "SELECT CAST($1 AS INTEGER), CAST($2 AS VARCHAR)", text("7"), nil))
	require.Len(t, collect(t, c, "SELECT range FROM range(10000)"), 10000)
}

func TestDescribe(t *testing.T) {
	db, _ := openTest(t, "")
	c := connect(t, db)
	d, err := c.Describe(context.Background(), "SELECT CAST($1 AS INTEGER) AS a, CAST($3 AS TEXT) AS b")
	require.NoError(t, err)
	require.Equal(t, []sqltype.Type{sqltype.Of(sqltype.Int4), sqltype.Of(0), sqltype.Of(sqltype.Text)}, d.Params)
	require.Equal(t, "a", d.Columns[0].Name)
	require.Equal(t, sqltype.Of(sqltype.Int4), d.Columns[0].Type.SQL)
	require.Equal(t, sqltype.Of(sqltype.Text), d.Columns[1].Type.SQL)
	d, err = c.Describe(context.Background(), "SELECT $1 + 1")
	require.NoError(t, err)
	require.Equal(t, []sqltype.Type{sqltype.Of(0)}, d.Params)
}

func TestAppendAndCopy(t *testing.T) {
	db, dir := openTest(t, "")
	c := connect(t, db)
	exec(t, c, `CREATE TABLE hot.main.g1 (_offset BIGINT, c1 INTEGER, c2 VARCHAR, c3 DECIMAL(38,9), c4 INTEGER[])`)
	types := []vector.Type{
		vector.TypeOf(sqltype.Of(sqltype.Int4)), vector.TypeOf(sqltype.Of(sqltype.Text)),
		vector.TypeOf(sqltype.Of(sqltype.Numeric)), vector.TypeOf(func() sqltype.Type { a, _ := sqltype.Of(sqltype.Int4).Array(); return a }()),
	}
	bld := vector.NewBuilder(types)
	for i := range 5000 {
		if i%3 == 0 {
			bld.Col(0).Null()
		} else {
			bld.Col(0).Int32(int32(i))
		}
		bld.Col(1).Bytes([]byte(strings.Repeat("x", i%40)))
		bld.Col(2).Int128(vector.Int128{Lo: uint64(i) * 1_000_000_000})
		require.NoError(t, bld.Col(3).List(func(e *vector.Appender) error {
			for j := range i % 4 {
				if j == 2 {
					e.Null()
				} else {
					e.Int32(int32(j))
				}
			}
			return nil
		}))
	}
	require.NoError(t, c.AppendOffset(context.Background(), "hot", "g1", 42, bld.Take()))
	require.Equal(t, [][]string{{"5000", "3333", "97500", "12497500.000000000", "42", "42", "7500", "1250"}},
		collect(t, c, "SELECT count(*), count(c1), sum(length(c2)), sum(c3), min(_offset), max(_offset), sum(len(c4)), sum(list_count(c4)) - 5000 FROM hot.g1"))
	n, err := c.CopyToParquet(context.Background(), "SELECT c1, c2 FROM hot.g1", filepath.Join(dir, "a.parquet"), ParquetOptions{FieldIDs: map[string]int32{"c1": 1, "c2": 2}})
	require.NoError(t, err)
	require.EqualValues(t, 5000, n)
	require.Equal(t, [][]string{{"5000"}}, collect(t, c, "SELECT count(*) FROM read_parquet("+duck.Literal(filepath.Join(dir, "a.parquet"))+")"))
}

func itoa(i int) string { return strconv.Itoa(i) }
