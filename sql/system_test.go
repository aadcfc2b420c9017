package sql_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/miniodb/miniodb/internal/pgerr"
	"github.com/miniodb/miniodb/internal/sqltype"
	"github.com/miniodb/miniodb/sql"
)

// TestSystemPlaceholders: each reference is a placeholder that occurs once, and no rows are in the text.
func TestSystemPlaceholders(t *testing.T) {
	for text, want := range map[string][]string{
		"SELECT * FROM miniodb.pools":                                                                         {"pools"},
		"SELECT p.a, q.n FROM miniodb.pools p, miniodb.pools q WHERE p.n = 1":                                 {"pools", "pools"},
		"WITH p AS (SELECT 1) SELECT * FROM p, miniodb.pools AS x(y) WHERE x.y > 'a'":                         {"pools"},
		"SELECT count(*) FROM t WHERE id IN (SELECT n FROM miniodb.pools) OR id < (SELECT 1 FROM rows_of(5))": {"pools", "rows_of"},
		"SELECT a FROM rows_of(7) UNION ALL SELECT a FROM miniodb.rows_of(-8) ORDER BY 1":                     {"rows_of", "rows_of"},
		"SELECT a, count(*) OVER w FROM miniodb.pools GROUP BY GROUPING SETS ((a), ()) WINDOW w AS ()":        {"pools"},
		"SELECT * FROM t, LATERAL (SELECT max(n) FROM miniodb.pools WHERE n > t.id) x":                        {"pools"},
	} {
		sel, err := sql.Rewrite(parseQuery(t, text), testEnv())
		require.NoError(t, err, text)
		require.Len(t, sel.Systems, len(want), text)
		seen := map[string]bool{}
		for i, use := range sel.Systems {
			require.Equal(t, want[i], use.System.Name.Name, text)
			require.Equal(t, 1, strings.Count(sel.Text, use.Placeholder), "%s: %s", text, sel.Text)
			require.False(t, seen[use.Placeholder])
			seen[use.Placeholder] = true
		}
		require.False(t, sel.Timed)
	}
	sel, err := sql.Rewrite(parseQuery(t, "SELECT n, a FROM rows_of('12')"), testEnv())
	require.NoError(t, err)
	require.Equal(t, []*string{ptr("12")}, sel.Systems[0].Args)
	require.Equal(t, []sql.Column{{Name: "n", Type: sqltype.Of(sqltype.Int8)}, {Name: "a", Type: sqltype.Of(sqltype.Text)}}, sel.Columns)
	sel, err = sql.Rewrite(parseQuery(t, "SELECT n FROM rows_of(NULL)"), testEnv())
	require.NoError(t, err)
	require.Equal(t, []*string{nil}, sel.Systems[0].Args)

	// A query over one table is computed part by part only if nothing else is in it.
	sel, err = sql.Rewrite(parseQuery(t, "SELECT id FROM t WHERE id > (SELECT min(n) FROM miniodb.pools) ORDER BY id LIMIT 3"), testEnv())
	require.NoError(t, err)
	require.Nil(t, sel.Shape.Branch)
}

func TestSystemOrigins(t *testing.T) {
	sel, err := sql.Rewrite(parseQuery(t, "SELECT n, n + 1 FROM miniodb.pools"), testEnv())
	require.NoError(t, err)
	require.Equal(t, []sql.Origin{{Table: 15001, Column: 2}, {}}, sel.Origins)
	sel, err = sql.Rewrite(parseQuery(t, "SELECT n FROM rows_of(1)"), testEnv())
	require.NoError(t, err)
	require.Equal(t, []sql.Origin{{}}, sel.Origins)
}

func TestQualifySystem(t *testing.T) {
	text, err := sql.Qualify(parseQuery(t, "SELECT p.a FROM miniodb.pools p, rows_of(3)"), testEnv())
	require.NoError(t, err)
	require.Contains(t, text, "miniodb.pools p")
	require.Contains(t, text, "rows_of(3)")
	_, err = sql.Rewrite(parseQuery(t, text), testEnv())
	require.NoError(t, err)
}

func TestTooManySystemRelations(t *testing.T) {
	text := "SELECT 1 FROM miniodb.pools"
	for i := range 70 {
		text += ", miniodb.pools AS p" + strings.Repeat("x", i)
	}
	_, err := sql.Rewrite(parseQuery(t, text), testEnv())
	require.Equal(t, "54001", pgerr.Code(err))
}

func ptr(s string) *string { return &s }
