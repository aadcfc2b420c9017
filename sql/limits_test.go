package sql

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/miniodb/miniodb/internal/pgerr"
)

// nesters make statements that nest n deep, each by another construct of the grammar.
var nesters = map[string]func(n int) string{
	"plus":   func(n int) string { return "SELECT 1" + strings.Repeat("+1", n) },
	"concat": func(n int) string { return "SELECT ''" + strings.Repeat(" || ''", n) },
	"minus":  func(n int) string { return "SELECT " + strings.Repeat("- ", n) + "a" },
	"paren":  func(n int) string { return "SELECT " + strings.Repeat("(", n) + "1" + strings.Repeat(")", n) },
	"scalar": func(n int) string { return strings.Repeat("SELECT (", n) + "SELECT 1" + strings.Repeat(")", n) },
	"from": func(n int) string {
		return strings.Repeat("SELECT * FROM (", n) + "SELECT 1" + strings.Repeat(") x", n)
	},
	"exists": func(n int) string {
		return strings.Repeat("SELECT 1 WHERE EXISTS (", n) + "SELECT 1" + strings.Repeat(")", n)
	},
	"with": func(n int) string {
		return strings.Repeat("WITH x AS (", n) + "SELECT 1" + strings.Repeat(") SELECT 1", n)
	},
	"in": func(n int) string {
		return "SELECT " + strings.Repeat("a IN (SELECT ", n) + "1" + strings.Repeat(")", n)
	},
	"union":  func(n int) string { return "SELECT 1" + strings.Repeat(" UNION ALL SELECT 1", n) },
	"unions": func(n int) string { return strings.Repeat("(SELECT 1 UNION ", n) + "SELECT 1" + strings.Repeat(")", n) },
	"join":   func(n int) string { return "SELECT * FROM t" + strings.Repeat(" CROSS JOIN t", n) },
	"joins": func(n int) string {
		return "SELECT * FROM " + strings.Repeat("(t CROSS JOIN ", n) + "t" + strings.Repeat(")", n)
	},
	"case": func(n int) string {
		return "SELECT " + strings.Repeat("CASE WHEN a THEN ", n) + "1" + strings.Repeat(" END", n)
	},
	"else": func(n int) string {
		return "SELECT " + strings.Repeat("CASE WHEN a THEN 1 ELSE ", n) + "1" + strings.Repeat(" END", n)
	},
	"not":    func(n int) string { return "SELECT " + strings.Repeat("NOT ", n) + "a" },
	"isnull": func(n int) string { return "SELECT a" + strings.Repeat(" IS NULL", n) },
	"cast":   func(n int) string { return "SELECT 1" + strings.Repeat("::int", n) },
	"castcall": func(n int) string {
		return "SELECT " + strings.Repeat("CAST(", n) + "1" + strings.Repeat(" AS int)", n)
	},
	"call":    func(n int) string { return "SELECT " + strings.Repeat("f(", n) + "1" + strings.Repeat(")", n) },
	"array":   func(n int) string { return "SELECT ARRAY" + strings.Repeat("[", n) + "1" + strings.Repeat("]", n) },
	"row":     func(n int) string { return "SELECT " + strings.Repeat("ROW(", n) + "1" + strings.Repeat(")", n) },
	"index":   func(n int) string { return "SELECT " + strings.Repeat("a[", n) + "1" + strings.Repeat("]", n) },
	"indexes": func(n int) string { return "SELECT a" + strings.Repeat("[1]", n) },
	"collate": func(n int) string { return "SELECT a" + strings.Repeat(` COLLATE "C"`, n) },
	"zone":    func(n int) string { return "SELECT a" + strings.Repeat(" AT TIME ZONE 'x'", n) },
	"like":    func(n int) string { return "SELECT a" + strings.Repeat(" LIKE (a", n) + strings.Repeat(")", n) },
	"between": func(n int) string {
		return "SELECT " + strings.Repeat("a BETWEEN (", n) + "1" + strings.Repeat(") AND 2", n)
	},
	"andor":     func(n int) string { return "SELECT a" + strings.Repeat(" AND a OR a", n) },
	"and":       func(n int) string { return "SELECT a" + strings.Repeat(" AND a = 1", n) },
	"or":        func(n int) string { return "SELECT a" + strings.Repeat(" OR NOT a", n) },
	"dots":      func(n int) string { return "SELECT a" + strings.Repeat(".a", n) },
	"dotstar":   func(n int) string { return "SELECT (a)" + strings.Repeat(".a", n) },
	"operator":  func(n int) string { return "SELECT 1" + strings.Repeat(" OPERATOR(pg_catalog.+) 1", n) },
	"explain":   func(n int) string { return strings.Repeat("EXPLAIN ", n) + "SELECT 1" },
	"prepare":   func(n int) string { return strings.Repeat("PREPARE p AS ", n) + "SELECT 1" },
	"open":      func(n int) string { return "SELECT " + strings.Repeat("(", n) },
	"close":     func(n int) string { return "SELECT " + strings.Repeat(")", n) },
	"opencase":  func(n int) string { return "SELECT " + strings.Repeat("CASE ", n) },
	"ends":      func(n int) string { return "SELECT " + strings.Repeat("END ", n) },
	"casparens": func(n int) string { return "SELECT " + strings.Repeat("(CASE ", n) + strings.Repeat(")", n) },
	"comments":  func(n int) string { return "SELECT " + strings.Repeat("/*", n) + strings.Repeat("*/", n) + "1" },
	"empties":   func(n int) string { return "SELECT " + strings.Repeat("/**/", n) + "1" },
	"stars":     func(n int) string { return "SELECT " + strings.Repeat("/*+*/+/*é*/", n) + "1" },
	"pluses":    func(n int) string { return "SELECT 1 " + strings.Repeat("+", n) + "/* */1" },
	"list":      func(n int) string { return "SELECT 1" + strings.Repeat(",1", n) },
	"default":   func(n int) string { return "CREATE TABLE t (a int DEFAULT 1" + strings.Repeat("+1", n) + ")" },
	"check":     func(n int) string { return "CREATE TABLE t (a int CHECK (" + strings.Repeat("NOT ", n) + "a > 0))" },
	"insert":    func(n int) string { return "INSERT INTO t VALUES (1" + strings.Repeat("+1", n) + ")" },
	"types":     func(n int) string { return "CREATE TABLE t (a int" + strings.Repeat("[]", n) + ")" },
	"alias":     func(n int) string { return "SELECT 1" + strings.Repeat(" x", n) },
	"window": func(n int) string {
		return "SELECT " + strings.Repeat("sum(1) OVER (ORDER BY ", n) + "1" + strings.Repeat(")", n)
	},
	"filter": func(n int) string {
		return "SELECT " + strings.Repeat("sum(1) FILTER (WHERE ", n) + "true" + strings.Repeat(")", n)
	},
	"quantified": func(n int) string { return "SELECT " + strings.Repeat("a = ANY (", n) + "a" + strings.Repeat(")", n) },
	"distinct": func(n int) string {
		return "SELECT a" + strings.Repeat(" IS DISTINCT FROM (a", n) + strings.Repeat(")", n)
	},
	"copy": func(n int) string {
		return "COPY (SELECT " + strings.Repeat("(", n) + "1" + strings.Repeat(")", n) + ") TO STDOUT"
	},
	"view": func(n int) string { return "CREATE VIEW v AS SELECT 1" + strings.Repeat(" UNION SELECT 1", n) },
	"lateral": func(n int) string {
		return "SELECT * FROM " + strings.Repeat("LATERAL (SELECT * FROM ", n) + "t" + strings.Repeat(") x", n)
	},
	"grouping": func(n int) string {
		return "SELECT 1 GROUP BY " + strings.Repeat("GROUPING SETS (", n) + "a" + strings.Repeat(")", n)
	},
	"xml": func(n int) string {
		return "SELECT " + strings.Repeat("xmlconcat(", n) + "a" + strings.Repeat(")", n)
	},
	"json": func(n int) string {
		return "SELECT " + strings.Repeat("json_array(", n) + "a" + strings.Repeat(")", n)
	},
	"isjson": func(n int) string { return "SELECT a" + strings.Repeat(" IS JSON", n) },
	"unary":  func(n int) string { return "SELECT " + strings.Repeat("@ ", n) + "a" },
	"isof":   func(n int) string { return "SELECT a" + strings.Repeat(" IS TRUE", n) },
	"nulls":  func(n int) string { return "SELECT a" + strings.Repeat(" ISNULL", n) },
	"norm":   func(n int) string { return "SELECT a" + strings.Repeat(" IS NORMALIZED", n) },
}

// TestParseDepth shows that no construct makes the parser crash however deep it nests: it is parsed, or refused with 54001 or as syntax.
func TestParseDepth(t *testing.T) {
	for name, nest := range nesters {
		for _, n := range []int{100, maxDepth / 2, maxDepth - 10, 2 * maxDepth, 50 * maxDepth} {
			t.Run(fmt.Sprintf("%s/%d", name, n), func(t *testing.T) {
				_, err := Parse(nest(n))
				if err == nil {
					return
				}
				require.Contains(t, []string{"54001", "42601", "0A000"}, pgerr.Code(err), err.Error())
			})
		}
	}
	for _, name := range []string{"plus", "paren", "scalar", "from", "union", "case", "cast", "call", "not"} {
		_, err := Parse(nesters[name](50 * maxDepth))
		require.Equal(t, "54001", pgerr.Code(err), name)
		_, err = Parse(nesters[name](100))
		require.NoError(t, err, name)
	}
	for _, name := range []string{"and", "or", "list", "andor"} {
		_, err := Parse(nesters[name](5 * maxDepth))
		require.NoError(t, err, name)
	}
}

func TestParseLimits(t *testing.T) {
	_, err := Parse(strings.Repeat(" ", MaxTextBytes+1))
	require.Equal(t, "54000", pgerr.Code(err))
	_, err = Parse("select 1; select '" + strings.Repeat("x", MaxStatementBytes) + "'")
	require.Equal(t, "54000", pgerr.Code(err))
	_, err = Parse(strings.Repeat("select 1;", MaxStatements/10))
	require.NoError(t, err)

	_, err = Parse("select 1" + strings.Repeat(",1", maxTokens))
	require.Equal(t, "54000", pgerr.Code(err))

	// An INSERT of constants may be as long as a text.
	stmts, err := Parse("insert into t values ('" + strings.Repeat("x", MaxStatementBytes) + "')")
	require.NoError(t, err)
	require.Len(t, stmts, 1)

	values := strings.Repeat("(1),", maxCells)
	_, err = Parse("insert into t values " + values + "(1)")
	require.Equal(t, "54000", pgerr.Code(err))
}
