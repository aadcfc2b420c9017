package engine

import (
	"context"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/miniodb/miniodb/internal/pgerr"
)

// again runs a text that is kept and returns its first column as text.
func again(t *testing.T, c *Conn, sql string, params ...*string) (out []string, err error) {
	rows, err := c.QueryAgain(t.Context(), sql, params, KeepPlan)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for {
		batch, err := rows.Next(t.Context())
		if err == io.EOF {
			return out, nil
		}
		if err != nil {
			return out, err
		}
		for i := range batch.Len {
			out = append(out, fmt.Sprint(batch.Cols[0].Int32s[i]))
		}
	}
}

// TestKeptStatements runs texts again: with other parameters, after errors and half-read results, in and out of transactions, more of them than are kept.
func TestKeptStatements(t *testing.T) {
	db, _ := openTest(t, "")
	c := connect(t, db)
	text := func(s string) *string { return &s }
	for _, want := range []string{"7", "8", "-1"} {
		got, err := again(t, c, "SELECT CAST($1 AS INTEGER)", text(want))
		require.NoError(t, err)
		require.Equal(t, []string{want}, got)
	}
	require.Len(t, c.kept.order, 1)
	got, err := again(t, c, "SELECT CAST($1 AS INTEGER)", nil)
	require.NoError(t, err)
	require.Len(t, got, 1)

	_, err = again(t, c, "SELECT CAST($1 AS INTEGER)", text("x"))
	require.Equal(t, "22P02", pgerr.Code(err))
	require.Empty(t, c.kept.order, "a statement that failed is not kept")
	got, err = again(t, c, "SELECT CAST($1 AS INTEGER)", text("9"))
	require.NoError(t, err)
	require.Equal(t, []string{"9"}, got)

	const long = "SELECT range::INTEGER FROM range(1000000)"
	for range 3 {
		rows, err := c.QueryAgain(t.Context(), long, nil, KeepPlan)
		require.NoError(t, err)
		_, err = rows.Next(t.Context())
		require.NoError(t, err)
		rows.Close()
	}
	exec(t, c, "BEGIN")
	got, err = again(t, c, long)
	require.NoError(t, err)
	require.Len(t, got, 1000000)
	exec(t, c, "COMMIT")

	for i := range 3 * maxKept {
		got, err := again(t, c, fmt.Sprintf("SELECT %d", i))
		require.NoError(t, err)
		require.Equal(t, []string{fmt.Sprint(i)}, got)
	}
	require.Len(t, c.kept.order, maxKept)
	require.Len(t, c.kept.stmts, maxKept)
	_, err = again(t, c, "SELECT 1 -- "+strings.Repeat("x", maxKeptText))
	require.NoError(t, err)
	require.Len(t, c.kept.order, maxKept, "a long text is not kept")

	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = c.QueryAgain(ctx, "SELECT 47", nil, KeepPlan)
	require.Equal(t, "57014", pgerr.Code(err))
	_, err = c.QueryAgain(t.Context(), "CREATE TABLE x (a INTEGER)", nil, KeepPlan)
	require.Equal(t, "42501", pgerr.Code(err))
}

// TestKeptStatementOverFiles reads a file that goes away between two runs: an error, and an answer when it is back.
func TestKeptStatementOverFiles(t *testing.T) {
	db, dir := openTest(t, "")
	c := connect(t, db)
	path := filepath.Join(dir, "f.parquet")
	_, err := c.CopyToParquet(t.Context(), "SELECT range::INTEGER AS a FROM range(3)", path, ParquetOptions{})
	require.NoError(t, err)
	text := "SELECT a FROM read_parquet('" + path + "')"
	for range 3 {
		got, err := again(t, c, text)
		require.NoError(t, err)
		require.Equal(t, []string{"0", "1", "2"}, got)
	}
}

// TestKeptPlanOfParameters gives a kept plan values of every sort: those that DuckDB expects, too large ones, NULL, and what is no such value.
func TestKeptPlanOfParameters(t *testing.T) {
	db, _ := openTest(t, "")
	c := connect(t, db)
	run := func(sql string, params ...*string) (string, error) {
		rows, err := c.QueryAgain(t.Context(), sql, params, KeepPlan)
		if err != nil {
			return "", err
		}
		defer rows.Close()
		batch, err := rows.Next(t.Context())
		if err != nil {
			return "", err
		}
		if batch.Cols[0].IsNull(0) {
			return "NULL", nil
		}
		return string(batch.Cols[0].Bytes(0)), nil
	}
	text := func(s string) *string { return &s }
	for _, typ := range []struct{ name, good, want, bad, code string }{
		{"SMALLINT", "-32768", "-32768", "32768", "22003"},
		{"INTEGER", "2147483647", "2147483647", "2147483648", "22003"},
		{"BIGINT", "-9223372036854775808", "-9223372036854775808", "9223372036854775808", "22003"},
		{"FLOAT", "1.5", "1.5", "one", "22P02"},
		{"DOUBLE", "-Infinity", "-inf", "", "22P02"},
		{"DATE", "2024-02-29", "2024-02-29", "2023-02-29", "22008"},
		{"VARCHAR", "x", "x", "\xff", "22021"},
	} {
		sql := "SELECT CAST(CAST($1 AS " + typ.name + ") AS VARCHAR)"
		for range 3 {
			got, err := run(sql, text(typ.good))
			require.NoError(t, err, typ.name)
			require.Equal(t, typ.want, got)
			got, err = run(sql, nil)
			require.NoError(t, err, typ.name)
			require.Equal(t, "NULL", got)
			_, err = run(sql, text(typ.bad))
			require.Equal(t, typ.code, pgerr.Code(err), "%s: %v", typ.name, err)
		}
	}
	got, err := run("SELECT CAST($2 AS VARCHAR) || CAST($1 AS VARCHAR)", text("a"), text("b"))
	require.NoError(t, err)
	require.Equal(t, "ba", got)
	for range 2 { // parameters that the text leaves out
		got, err = run("SELECT CAST($2 AS VARCHAR) || '$1' || \"$1\" || CAST($4 AS VARCHAR) || CAST($2 AS VARCHAR) FROM (VALUES ('it''s $3')) v(\"$1\")",
			text("a"), text("b"), text("c"), text("d"))
		require.NoError(t, err)
		require.Equal(t, "b$1it's $3db", got)
	}
}
