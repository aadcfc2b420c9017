package definition

import (
	"context"
	"os"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/stretchr/testify/require"

	"github.com/miniodb/miniodb/catalog"
	"github.com/miniodb/miniodb/internal/sqltype"
	"github.com/miniodb/miniodb/internal/testpg"
	"github.com/miniodb/miniodb/sql"
)

const data = "../../testdata/sql/definition/"

// reference is a database of PostgreSQL with the tables of the test.
type reference struct {
	t    *testing.T
	conn *pgconn.PgConn
	cols map[string][]Column
	typs map[string]string
}

func start(t *testing.T) *reference {
	ctx := context.Background()
	conn, err := pgconn.Connect(ctx, testpg.Start(t))
	require.NoError(t, err)
	t.Cleanup(func() { conn.Close(ctx) })
	r := &reference{t: t, conn: conn, cols: map[string][]Column{}, typs: map[string]string{}}
	tables, err := os.ReadFile(data + "tables.sql")
	require.NoError(t, err)
	_, err = r.run("BEGIN;" + string(tables))
	require.NoError(t, err)
	t.Cleanup(func() { _, _ = r.run("ROLLBACK") })
	rows, err := r.run("SELECT c.relname, a.attname, a.atttypid, a.atttypmod FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid WHERE c.relname IN ('t', 'w') AND a.attnum > 0 ORDER BY a.attrelid, a.attnum")
	require.NoError(t, err)
	for _, row := range rows {
		r.cols[row[0]] = append(r.cols[row[0]], Column{Name: row[1], Type: sqltype.Type{OID: sqltype.OID(number(row[2])), Mod: int32(number(row[3]))}})
	}
	return r
}

func number(s string) (n int64) {
	for _, c := range strings.TrimPrefix(s, "-") {
		n = n*10 + int64(c-'0')
	}
	if strings.HasPrefix(s, "-") {
		n = -n
	}
	return n
}

func (r *reference) run(text string) ([][]string, error) {
	results, err := r.conn.Exec(context.Background(), text).ReadAll()
	if err != nil {
		return nil, err
	}
	var out [][]string
	for _, row := range results[len(results)-1].Rows {
		var line []string
		for _, v := range row {
			line = append(line, string(v))
		}
		out = append(out, line)
	}
	return out, nil
}

func (r *reference) env(pretty bool) Env {
	return Env{
		Pretty:   pretty,
		Columns:  func(n catalog.Name) ([]Column, bool) { c, ok := r.cols[n.Name]; return c, ok && n.Schema == "public" },
		Relation: func(n catalog.Name) string { return sql.QuoteIdent(n.Name) },
		FormatType: func(oid uint32, mod int32) string {
			key := strings.Join([]string{itoa(int(oid)), itoa(int(mod))}, ",")
			if s, ok := r.typs[key]; ok {
				return s
			}
			rows, err := r.run("SELECT format_type(" + key + ")")
			require.NoError(r.t, err)
			r.typs[key] = rows[0][0]
			return rows[0][0]
		},
	}
}

func lines(t *testing.T, name string) []string {
	b, err := os.ReadFile(data + name)
	require.NoError(t, err)
	return strings.Split(strings.TrimSpace(string(b)), "\n")
}

// unknown are lines for which there is no definition: the text stays as it was given.
var unknown = map[string]bool{
	"SELECT x FROM public.t WHERE (a, b) = (1, 2)":                  true,
	"SELECT a, b, grouping(a) FROM public.t GROUP BY ROLLUP (a, b)": true,
}

func (r *reference) compare(line string, theirs func() ([][]string, error), ours func(pretty bool) (string, error)) {
	r.t.Run(strings.ReplaceAll(line, "/", "|"), func(t *testing.T) {
		_, err := r.run("SAVEPOINT s")
		require.NoError(t, err)
		want, err := theirs()
		_, back := r.run("ROLLBACK TO s")
		require.NoError(t, back)
		require.NoError(t, err)
		for i, pretty := range []bool{false, true} {
			got, err := ours(pretty)
			if unknown[line] {
				require.ErrorIs(t, err, errUnknown)
				return
			}
			require.NoError(t, err)
			require.Equal(t, want[0][i], got)
		}
	})
}

// TestChecks compares conditions with what PostgreSQL 15 says of them.
func TestChecks(t *testing.T) {
	r := start(t)
	for _, line := range lines(t, "checks.txt") {
		r.compare(line, func() ([][]string, error) {
			return r.run("ALTER TABLE t ADD CONSTRAINT k CHECK (" + line + ");SELECT pg_get_constraintdef(oid), pg_get_constraintdef(oid, true) FROM pg_constraint WHERE conname = 'k'")
		}, func(pretty bool) (string, error) {
			s, err := Check(line, r.cols["t"], r.env(pretty))
			return "CHECK (" + s + ")", err
		})
	}
}

// TestDefaults does so for the defaults of columns.
func TestDefaults(t *testing.T) {
	r := start(t)
	for _, line := range lines(t, "defaults.txt") {
		typ, expr, _ := strings.Cut(line, "|")
		r.compare(line, func() ([][]string, error) {
			return r.run("CREATE TABLE k (c " + typ + " DEFAULT " + expr + ");SELECT pg_get_expr(adbin, adrelid), pg_get_expr(adbin, adrelid, true), atttypid, atttypmod " +
				"FROM pg_attrdef JOIN pg_attribute ON attrelid = adrelid AND attnum = adnum WHERE adrelid = 'k'::regclass")
		}, func(pretty bool) (string, error) {
			rows, err := r.run("SAVEPOINT q; CREATE TABLE k (c " + typ + "); SELECT atttypid, atttypmod FROM pg_attribute WHERE attrelid = 'k'::regclass AND attnum = 1")
			require.NoError(t, err)
			_, err = r.run("ROLLBACK TO q")
			require.NoError(t, err)
			return Default(expr, sqltype.Type{OID: sqltype.OID(number(rows[0][0])), Mod: int32(number(rows[0][1]))}, r.env(pretty))
		})
	}
}

// TestViews does so for views, and compares the modifiers of their columns.
func TestViews(t *testing.T) {
	r := start(t)
	for _, line := range lines(t, "views.txt") {
		var names, mods []string
		r.compare(line, func() ([][]string, error) {
			rows, err := r.run("CREATE VIEW k AS " + line + "; SELECT attname, atttypmod FROM pg_attribute WHERE attrelid = 'k'::regclass AND attnum > 0 ORDER BY attnum")
			if err != nil {
				return nil, err
			}
			for _, row := range rows {
				names, mods = append(names, row[0]), append(mods, row[1])
			}
			return r.run("SELECT pg_get_viewdef('k'::regclass), pg_get_viewdef('k'::regclass, true)")
		}, func(pretty bool) (string, error) {
			s, got, err := View(line, names, r.env(pretty))
			for i := range got {
				if itoa(int(got[i])) != mods[i] {
					t.Errorf("column %d of %s has the modifier %d, not %s", i+1, line, got[i], mods[i])
				}
			}
			return s, err
		})
	}
}
