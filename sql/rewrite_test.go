package sql_test

import (
	"fmt"
	"regexp"
	"sort"
	"strings"
	"testing"

	"github.com/cockroachdb/datadriven"
	"github.com/stretchr/testify/require"

	"github.com/miniodb/miniodb/catalog"
	"github.com/miniodb/miniodb/internal/pgerr"
	"github.com/miniodb/miniodb/internal/sqltype"
	"github.com/miniodb/miniodb/sql"
)

func parseQuery(t testing.TB, text string) *sql.Query {
	t.Helper()
	stmts, err := sql.Parse(text)
	require.NoError(t, err, text)
	require.Len(t, stmts, 1)
	q, ok := stmts[0].Command.(*sql.Query)
	require.True(t, ok, text)
	return q
}

func viewEnv(t testing.TB) sql.Env {
	env := testEnv()
	r := env.Resolver.(testResolver)
	r.views = map[string]*catalog.View{}
	add := func(name, query string, cols ...catalog.Column) {
		text, err := sql.Qualify(parseQuery(t, query), sql.Env{Resolver: r, Session: env.Session})
		require.NoError(t, err)
		r.views[name] = &catalog.View{OID: uint32(30000 + len(r.views)), Name: catalog.Name{Schema: "public", Name: name}, Columns: cols, Query: text}
	}
	env.Resolver = r
	add("ids", "SELECT id, v FROM t WHERE id > 1", catalog.Column{ID: 1, Name: "id", Type: sqltype.Of(sqltype.Int4)}, catalog.Column{ID: 2, Name: "v", Type: sqltype.VarcharOf(10)})
	add("sums", "SELECT v, sum(n) AS total FROM t GROUP BY v", catalog.Column{ID: 1, Name: "v", Type: sqltype.VarcharOf(10)}, catalog.Column{ID: 2, Name: "total", Type: sqltype.Of(sqltype.Numeric)})
	add("deep", "SELECT i.id FROM ids AS i", catalog.Column{ID: 1, Name: "id", Type: sqltype.Of(sqltype.Int4)})
	return env
}

var tokenPattern = regexp.MustCompile(`pg_(scan|branch)_[0-9a-f]{24}`)

func describe(sel *sql.Select) string {
	var b strings.Builder
	b.WriteString(sel.Text + "\n")
	for i, s := range sel.Scans {
		cols := "all"
		if s.Columns != nil {
			cols = fmt.Sprint(s.Columns)
		}
		fmt.Fprintf(&b, "scan %d: %s columns %s\n", i, s.Table.Name, cols)
		for _, p := range s.Predicates {
			var vals []string
			for _, v := range p.Values {
				text := v.Text
				if v.Param > 0 {
					text = fmt.Sprintf("$%d", v.Param)
				}
				vals = append(vals, text+" "+v.Type.String())
			}
			fmt.Fprintf(&b, "  %s %s %s\n", s.Table.Column(p.Column).Name, p.Op, strings.Join(vals, ", "))
		}
	}
	for i, p := range sel.Params {
		fmt.Fprintf(&b, "$%d %s\n", i+1, p)
	}
	var cols []string
	for i, c := range sel.Columns {
		ty := "?"
		if c.Type.OID != 0 {
			ty = c.Type.String()
		}
		if o := sel.Origins[i]; o.Table != 0 {
			ty += fmt.Sprintf(" of %d.%d", o.Table, o.Column)
		}
		cols = append(cols, c.Name+" "+ty)
	}
	fmt.Fprintf(&b, "columns: %s\n", strings.Join(cols, ", "))
	if br := sel.Shape.Branch; br != nil {
		fmt.Fprintf(&b, "%s limit %d offset %d\n  inner: %s\n  outer: %s\n", br.Kind, br.Limit, br.Offset, br.Inner, br.Outer)
	}
	if sel.Timed {
		b.WriteString("timed\n")
	}
	return tokenPattern.ReplaceAllString(b.String(), "pg_${1}_X")
}

// TestRewrite runs the scripts of testdata/sql/rewrite: "query" prints what a query becomes, "qualify" a view's text, "check" and "default"
// expressions. Each text that is printed must also be one that the engine takes.
func TestRewrite(t *testing.T) {
	conn := openEngine(t)
	datadriven.Walk(t, "../testdata/sql/rewrite", func(t *testing.T, path string) {
		datadriven.RunTest(t, path, func(t *testing.T, d *datadriven.TestData) string {
			env := viewEnv(t)
			for _, a := range d.CmdArgs {
				var types []sqltype.Type
				for _, v := range a.Vals {
					ty, ok := sqltype.ByTypname(v)
					require.True(t, ok, v)
					types = append(types, ty)
				}
				switch a.Key {
				case "params":
					for _, ty := range types {
						env.Params = append(env.Params, ty.OID)
					}
				case "target":
					env.TargetTypes = types
				}
			}
			fail := func(err error) string {
				e := pgerr.From(err)
				out := fmt.Sprintf("ERROR %s: %s", e.Code, e.Message)
				if e.Position > 0 {
					out += fmt.Sprintf(" (position %d)", e.Position)
				}
				for _, s := range []string{e.Detail, e.Hint} {
					if s != "" {
						out += "\n  " + s
					}
				}
				return out + "\n"
			}
			var out string
			var err error
			switch d.Cmd {
			case "query":
				stmts, err := sql.Parse(d.Input)
				if err != nil {
					return fail(err)
				}
				sel, err := sql.Rewrite(stmts[0].Command.(*sql.Query), env)
				if err != nil {
					return fail(err)
				}
				_, err = conn.Describe(t.Context(), place(sel, sel.Text))
				require.NoError(t, err, sel.Text)
				return describe(sel)
			case "qualify":
				out, err = sql.Qualify(parseQuery(t, d.Input), env)
			case "check":
				out, err = sql.CheckExpr(d.Input, fixtureTables()["t"], env)
			case "default":
				out, err = sql.ValueExpr(d.Input, env.TargetTypes[0], env)
			default:
				t.Fatalf("unknown command %s", d.Cmd)
			}
			if err != nil {
				return fail(err)
			}
			return out + "\n"
		})
	})
}

// TestBranches runs queries whole and branch by branch over a table cut in three; the answers must agree.
func TestBranches(t *testing.T) {
	conn := openEngine(t)
	for _, text := range []string{
		"SELECT count(*) FROM t", "SELECT count(*), count(b), min(id), max(txt), max(d) FROM t", "SELECT max(n) AS top FROM t AS x",
		"SELECT id, v FROM t ORDER BY id DESC LIMIT 2", "SELECT v FROM t WHERE id > 1 ORDER BY ts DESC, id LIMIT 2 OFFSET 1",
		"SELECT id + 1, upper(txt) FROM t ORDER BY n, id LIMIT 3", "SELECT * FROM t ORDER BY b NULLS FIRST, id LIMIT 2",
		"SELECT id FROM t ORDER BY b DESC LIMIT 0",
	} {
		t.Run(text, func(t *testing.T) {
			sel, err := sql.Rewrite(parseQuery(t, text), testEnv())
			require.NoError(t, err)
			br := sel.Shape.Branch
			require.NotNil(t, br)
			want, err := runDuck(conn, place(sel, sel.Text), sel.Columns, nil)
			require.NoError(t, err)
			require.Equal(t, 1, strings.Count(br.Inner, sel.Scans[0].Placeholder))
			require.Equal(t, 1, strings.Count(br.Outer, br.Placeholder))
			var parts []string
			for _, cond := range []string{"id <= 2", "id = 99", "id > 2"} {
				parts = append(parts, "("+strings.ReplaceAll(br.Inner, sel.Scans[0].Placeholder, "(SELECT * FROM hot.main.t WHERE "+cond+")")+")")
			}
			outer := strings.ReplaceAll(br.Outer, br.Placeholder, "("+strings.Join(parts, " UNION ALL ")+")")
			got, err := runDuck(conn, outer, sel.Columns, nil)
			require.NoError(t, err, outer)
			require.Equal(t, want, got)
		})
	}
	for _, text := range []string{
		"SELECT count(*) FROM t WHERE id > 1", "SELECT count(DISTINCT id) FROM t", "SELECT sum(id) FROM t", "SELECT count(*) FROM t, g",
		"SELECT max(id) + 1 FROM t", "SELECT id FROM t ORDER BY id + 1 LIMIT 1", "SELECT id FROM t LIMIT 1", "SELECT id, count(*) OVER () FROM t ORDER BY id LIMIT 1",
		"SELECT DISTINCT id FROM t ORDER BY id LIMIT 1", "SELECT id FROM t GROUP BY id ORDER BY id LIMIT 1", "SELECT count(*) FROM t LIMIT 0",
		"SELECT unnest(ARRAY[1,2]) FROM t ORDER BY id LIMIT 1", "SELECT max(id) FROM t HAVING false", "SELECT id, (SELECT max(id) FROM g) FROM t ORDER BY id LIMIT 1",
	} {
		sel, err := sql.Rewrite(parseQuery(t, text), testEnv())
		require.NoError(t, err)
		require.Nil(t, sel.Shape.Branch, text)
	}
}

// TestPredicatesKeepAnswers drops the rows that a scan's predicates exclude before the query sees them; no answer may change.
func TestPredicatesKeepAnswers(t *testing.T) {
	conn := openEngine(t)
	lit := func(c sql.Constant) string { return "CAST(" + engineLiteral(c.Text) + " AS " + duckName(c.Type) + ")" }
	for _, text := range []string{
		"SELECT id FROM t WHERE id > 2 ORDER BY id", "SELECT id FROM t WHERE id > 1 AND v = 'one' AND n < 10.5", "SELECT id FROM t WHERE d >= '2024-01-01' AND d < '2024-02-01'",
		"SELECT t.id, g.id FROM t LEFT JOIN g ON t.id = g.t_id AND g.amount > 15 ORDER BY 1, 2", "SELECT t.id, g.id FROM t LEFT JOIN g ON t.id = g.t_id AND t.id > 1 ORDER BY 1, 2",
		"SELECT t.id, g.id FROM t LEFT JOIN g ON t.id = g.t_id WHERE g.amount > 15 ORDER BY 1, 2", "SELECT t.id, g.id FROM t LEFT JOIN g ON t.id = g.t_id WHERE g.label IS NULL ORDER BY 1, 2",
		"SELECT t.id, g.id FROM t FULL JOIN g ON t.id = g.t_id WHERE t.id > 1 ORDER BY 1, 2", "SELECT t.id, g.id FROM t FULL JOIN g ON t.id = g.t_id AND t.id = 1 AND g.id > 1 ORDER BY 1, 2",
		"SELECT t.id, g.id FROM t RIGHT JOIN g ON t.id = g.t_id AND t.id > 1 AND g.id > 1 ORDER BY 1, 2", "SELECT t.id, g.id FROM t JOIN g ON t.id = g.t_id AND t.id < 2 AND g.id > 1 ORDER BY 1, 2",
		"SELECT id FROM (SELECT id, b FROM t) q WHERE b > 10 ORDER BY id", "SELECT * FROM (SELECT id, row_number() OVER (ORDER BY id) AS rn FROM t) q WHERE id > 2 ORDER BY id",
		"SELECT * FROM (SELECT id FROM t ORDER BY id LIMIT 2) q WHERE id > 1", "SELECT * FROM (SELECT v, count(*) FROM t GROUP BY v) q WHERE v = 'one'",
		"SELECT * FROM (SELECT DISTINCT ON (v) v, id FROM t ORDER BY v, id) q WHERE id > 1 ORDER BY id", "WITH c AS (SELECT * FROM t) SELECT (SELECT count(*) FROM c), id FROM c WHERE id > 3 ORDER BY id",
		"SELECT a.id, (SELECT count(*) FROM t b WHERE b.id > 2) FROM t a WHERE a.id < 3 ORDER BY 1", "SELECT id FROM t WHERE NOT (id > 2) OR v = 'one' ORDER BY id",
		"SELECT q.id, t.id FROM t LEFT JOIN (SELECT g.id, g.t_id FROM g WHERE amount > 6) q ON q.t_id = t.id ORDER BY 1, 2",
		"SELECT t.id, x.label FROM t LEFT JOIN (g x JOIN g y ON x.id = y.id AND x.id > 1) ON x.t_id = t.id ORDER BY 1, 2", "SELECT id FROM t WHERE b IS NULL", "SELECT id FROM t WHERE b IS NOT NULL AND id IN (1, 2, 9) ORDER BY id",
		"SELECT id FROM t WHERE 3 < id AND id BETWEEN 1 AND 5 ORDER BY id", "SELECT id FROM t WHERE f > 1 AND s <= 1.5 ORDER BY id", "SELECT id FROM t WHERE tz < now() - interval '50 days' ORDER BY id",
	} {
		sel, err := sql.Rewrite(parseQuery(t, text), testEnv())
		require.NoError(t, err, text)
		want, err := runDuck(conn, place(sel, sel.Text), sel.Columns, nil)
		require.NoError(t, err)
		pruned := sel.Text
		for _, s := range sel.Scans {
			conds := []string{"true"}
			for _, p := range s.Predicates {
				col := `"` + s.Table.Column(p.Column).Name + `"`
				switch p.Op {
				case sql.IsNull, sql.IsNotNull:
					conds = append(conds, col+" "+string(p.Op))
				case sql.In:
					var vals []string
					for _, v := range p.Values {
						vals = append(vals, lit(v))
					}
					conds = append(conds, col+" IN ("+strings.Join(vals, ", ")+")")
				default:
					conds = append(conds, col+" "+string(p.Op)+" "+lit(p.Values[0]))
				}
			}
			pruned = strings.ReplaceAll(pruned, s.Placeholder, "(SELECT * FROM hot.main."+s.Table.Name.Name+" WHERE "+strings.Join(conds, " AND ")+")")
		}
		got, err := runDuck(conn, pruned, sel.Columns, nil)
		require.NoError(t, err, pruned)
		require.Equal(t, want.rows, got.rows, "%s\n%s", text, pruned)
	}
}

func engineLiteral(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" }

func duckName(t sqltype.Type) string {
	switch t.OID {
	case sqltype.Numeric:
		return "DECIMAL(38,9)"
	case sqltype.Text, sqltype.Varchar:
		return "VARCHAR"
	}
	return t.String()
}

// TestScanColumns reads only the columns that the rewriter names.
func TestScanColumns(t *testing.T) {
	conn := openEngine(t)
	for _, text := range []string{"SELECT count(*) FROM t", "SELECT id FROM t WHERE b > 1 ORDER BY n", "SELECT * FROM t", "SELECT x.v FROM (SELECT * FROM t) x",
		"SELECT a.id FROM t a JOIN g USING (id) WHERE EXISTS (SELECT 1 FROM g WHERE g.t_id = a.s)", "SELECT count(t) FROM t", "SELECT sum(n) OVER (PARTITION BY v ORDER BY d) FROM t",
		"SELECT id FROM t NATURAL JOIN (SELECT id, label FROM g) q"} {
		sel, err := sql.Rewrite(parseQuery(t, text), testEnv())
		require.NoError(t, err)
		narrow := sel.Text
		for _, s := range sel.Scans {
			cols := []string{"1 AS pg_nothing"}
			for _, c := range s.Table.Columns {
				if s.Columns == nil || contains(s.Columns, c.ID) {
					cols = append(cols, `"`+c.Name+`"`)
				}
			}
			narrow = strings.ReplaceAll(narrow, s.Placeholder, "(SELECT "+strings.Join(cols, ", ")+" FROM hot.main."+s.Table.Name.Name+")")
		}
		want, err := runDuck(conn, place(sel, sel.Text), sel.Columns, nil)
		require.NoError(t, err)
		got, err := runDuck(conn, narrow, sel.Columns, nil)
		require.NoError(t, err, narrow)
		sortRows(want.rows)
		sortRows(got.rows)
		require.Equal(t, want.rows, got.rows)
	}
}

func sortRows(rows [][]string) {
	sort.Slice(rows, func(i, j int) bool { return strings.Join(rows[i], "|") < strings.Join(rows[j], "|") })
}

func contains(ids []int32, id int32) bool {
	for _, v := range ids {
		if v == id {
			return true
		}
	}
	return false
}
