package server_test

import (
	"context"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"
	"github.com/stretchr/testify/require"
)

// TestArrayDimensions sends arrays of several dimensions as parameters, in text and in binary, to one statement after arrays of one.
func TestArrayDimensions(t *testing.T) {
	ctx := context.Background()
	c := open(t, startServer(t))
	for _, mode := range []pgx.QueryExecMode{pgx.QueryExecModeCacheStatement, pgx.QueryExecModeDescribeExec} {
		for _, want := range [][][]int32{{{1, 2}, {3, 4}}, {{5, 6, 7}}} {
			var got [][]int32
			var text string
			var n, sum int
			err := c.QueryRow(ctx, "SELECT $1::int[], $1::int[]::text, array_length($1::int[], 2), (SELECT sum(x) FROM unnest($1::int[]) x)", mode, want).Scan(&got, &text, &n, &sum)
			require.NoError(t, err)
			require.Equal(t, want, got)
			require.Equal(t, len(want[0]), n)
			require.Equal(t, map[int]int{2: 10, 3: 18}[n], sum)
		}
		var flat []int32
		require.NoError(t, c.QueryRow(ctx, "SELECT $1::int[] || 9", mode, []int32{1, 2}).Scan(&flat))
		require.Equal(t, []int32{1, 2, 9}, flat)
		var found bool
		require.NoError(t, c.QueryRow(ctx, "SELECT 4 = ANY ($1::int[]) AND $1::int[] @> '{1,3}'", mode, [][]int32{{1, 2}, {3, 4}}).Scan(&found))
		require.True(t, found)
		var names pgtype.Array[string]
		require.NoError(t, c.QueryRow(ctx, "SELECT $1::text[]", mode, [][]string{{"a b", `c"d`}, {"", "NULL"}}).Scan(&names))
		require.Equal(t, []string{"a b", `c"d`, "", "NULL"}, names.Elements)
		require.Len(t, names.Dims, 2)
	}
	_, err := c.Exec(ctx, "PREPARE p (int[]) AS SELECT ($1)[2][1]")
	require.NoError(t, err)
	var second int
	require.NoError(t, c.QueryRow(ctx, "EXECUTE p('{{1,2},{3,4}}')", pgx.QueryExecModeSimpleProtocol).Scan(&second))
	require.Equal(t, 3, second)
	_, err = c.Exec(ctx, "CREATE TABLE a (x int[])")
	require.NoError(t, err)
	for _, text := range []string{"INSERT INTO a VALUES ('{{1,2},{3,4}}')", "INSERT INTO a SELECT ARRAY[[1,2]]", "INSERT INTO a VALUES (ARRAY[[1,2]])",
		"CREATE TABLE b AS SELECT ARRAY[[1,2]] AS x", "SELECT '[0:1]={1,2}'::int[]"} {
		_, err := c.Exec(ctx, text)
		require.ErrorContains(t, err, "0A000", text)
	}
	_, err = c.Exec(ctx, "INSERT INTO a VALUES ($1)", [][]int32{{1, 2}})
	require.ErrorContains(t, err, "0A000")
	_, err = c.Exec(ctx, "SELECT $1::int[]", pgx.QueryExecModeExec, "{{1,2},{3}}")
	require.ErrorContains(t, err, "22P02")
}
