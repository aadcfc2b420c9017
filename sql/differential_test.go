package sql_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/stretchr/testify/require"

	"github.com/miniodb/miniodb/catalog"
	"github.com/miniodb/miniodb/engine"
	"github.com/miniodb/miniodb/internal/pgerr"
	"github.com/miniodb/miniodb/internal/pgfunc"
	"github.com/miniodb/miniodb/internal/pgvalue"
	"github.com/miniodb/miniodb/internal/sqltype"
	"github.com/miniodb/miniodb/internal/testpg"
	"github.com/miniodb/miniodb/internal/vector"
	"github.com/miniodb/miniodb/sql"
)

// fixture is the tables that queries of the tests name, in both databases.
const fixture = `
CREATE TABLE t (id int, b bigint, s smallint, f double precision, r real, n numeric(10,2), txt text, v varchar(10), ch char(5), ok boolean, d date, ts timestamp, tz timestamptz, iv interval, tm time, u uuid);
INSERT INTO t VALUES
(1, 10, 1, 1.5, 1.5, 12.34, 'alpha', 'one', 'x', true, '2024-01-15', '2024-01-15 10:30:00', '2024-01-15 10:30:00+00', '1 day', '10:30:00', 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'),
(2, 20, 2, -2.5, 2.5, -5.50, 'Beta', 'two', 'yy', false, '2024-02-29', '2024-02-29 23:59:59.5', '2024-02-29 23:59:59.5+00', '2 hours', '23:59:59', 'b0eebc99-9c0b-4ef8-bb6d-6bb9bd380a12'),
(3, NULL, 3, 0, NULL, 0.00, NULL, 'three', 'zzzzz', NULL, NULL, NULL, NULL, NULL, NULL, NULL),
(4, 40, NULL, 100, 4.25, 99.99, 'gamma delta', NULL, NULL, true, '2023-12-31', '2023-12-31 00:00:00', '2023-12-31 00:00:00+00', '1 month 3 days', '00:00:00', 'c0eebc99-9c0b-4ef8-bb6d-6bb9bd380a13'),
(5, -7, -5, 7, -1, 7.77, '', 'one', 'x', false, '2024-01-15', '2024-01-15 18:00:00', '2024-01-15 18:00:00+00', '-1 days', '18:00:00', NULL);
CREATE TABLE g (id int, t_id int, amount numeric(12,2), label text);
INSERT INTO g VALUES (1, 1, 10.10, 'a'), (2, 1, 20.20, 'b'), (3, 2, 5.05, 'a'), (4, 9, 1.00, NULL);
`

func fixtureTables() map[string]*catalog.Table {
	col := func(id int32, name string, ty sqltype.Type) catalog.Column {
		return catalog.Column{ID: id, Name: name, PhysicalName: name, Type: ty}
	}
	of := sqltype.Of
	t := &catalog.Table{UUID: uuid.New(), OID: 20001, Name: catalog.Name{Schema: "public", Name: "t"}, Columns: []catalog.Column{
		col(1, "id", of(sqltype.Int4)), col(2, "b", of(sqltype.Int8)), col(3, "s", of(sqltype.Int2)), col(4, "f", of(sqltype.Float8)),
		col(5, "r", of(sqltype.Float4)), col(6, "n", sqltype.NumericOf(10, 2)), col(7, "txt", of(sqltype.Text)), col(8, "v", sqltype.VarcharOf(10)),
		col(9, "ch", sqltype.BpcharOf(5)), col(10, "ok", of(sqltype.Bool)), col(11, "d", of(sqltype.Date)), col(12, "ts", of(sqltype.Timestamp)),
		col(13, "tz", of(sqltype.Timestamptz)), col(14, "iv", of(sqltype.Interval)), col(15, "tm", of(sqltype.Time)), col(16, "u", of(sqltype.UUID))}}
	g := &catalog.Table{UUID: uuid.New(), OID: 20002, Name: catalog.Name{Schema: "public", Name: "g"}, Columns: []catalog.Column{
		col(1, "id", of(sqltype.Int4)), col(2, "t_id", of(sqltype.Int4)), col(3, "amount", sqltype.NumericOf(12, 2)), col(4, "label", of(sqltype.Text))}}
	return map[string]*catalog.Table{"t": t, "g": g}
}

// fixtureSystem are the system relation miniodb.pools and the system function rows_of(bigint).
func fixtureSystem() map[string]*sql.System {
	text := []catalog.Column{{ID: 1, Name: "a", Type: sqltype.Of(sqltype.Text)}, {ID: 2, Name: "n", Type: sqltype.Of(sqltype.Int8)}}
	return map[string]*sql.System{
		"pools":   {Name: catalog.Name{Schema: "miniodb", Name: "pools"}, OID: 15001, Columns: text},
		"rows_of": {Name: catalog.Name{Schema: "miniodb", Name: "rows_of"}, Columns: text, Params: []catalog.Column{{ID: 1, Name: "x", Type: sqltype.Of(sqltype.Int8)}}},
	}
}

type testResolver struct {
	tables map[string]*catalog.Table
	views  map[string]*catalog.View

	system, functions map[string]*sql.System // of the schema miniodb
}

func (r testResolver) Relation(schema, name string) (sql.Relation, error) {
	if schema == "" || schema == "public" {
		if t := r.tables[name]; t != nil {
			return sql.Relation{Table: t}, nil
		}
		if v := r.views[name]; v != nil {
			return sql.Relation{View: v}, nil
		}
	}
	if s := r.system[name]; s != nil && s.OID != 0 && schema == "miniodb" {
		return sql.Relation{System: s}, nil
	}
	return sql.Relation{}, pgerr.New("42P01", "relation %q does not exist", name)
}

func (r testResolver) Function(schema, name string) *sql.System {
	if s := r.functions[name]; s != nil && s.OID == 0 && (schema == "" || schema == "miniodb") {
		return s
	}
	return nil
}

func (r testResolver) Functions(string, string) []*catalog.Function { return nil }

func (r testResolver) Type(string, string) *catalog.Type { return nil }

func (r testResolver) Enum(sqltype.Type) *catalog.Type { return nil }

func testEnv() sql.Env {
	return sql.Env{Resolver: testResolver{tables: fixtureTables(), system: fixtureSystem(), functions: fixtureSystem()}, Session: sql.SessionInfo{User: "miniodb", Database: "miniodb",
		SearchPath: []string{"public"}, Version: "PostgreSQL 15.0 (test)", Now: time.Date(2024, 3, 1, 12, 0, 0, 0, time.UTC), Location: time.UTC}, ShowNumerics: true}
}

func openEngine(t testing.TB) *engine.Conn {
	t.Helper()
	db, err := engine.Open(engine.Config{Prelude: sql.Prelude(), Functions: pgfunc.Call, MemoryLimit: 1 << 30, Threads: 2})
	require.NoError(t, err)
	t.Cleanup(func() { _ = db.Close() })
	conn, err := db.Conn()
	require.NoError(t, err)
	t.Cleanup(conn.Close)
	_, err = conn.Exec(context.Background(), "SET TimeZone = 'UTC'")
	require.NoError(t, err)
	ddl := strings.NewReplacer("CREATE TABLE t (", "CREATE TABLE hot.main.t (", "CREATE TABLE g (", "CREATE TABLE hot.main.g (", "INSERT INTO t ", "INSERT INTO hot.main.t ",
		"INSERT INTO g ", "INSERT INTO hot.main.g ", "'x', true", "'x    ', true", "'x', false", "'x    ', false", "'yy', false", "'yy   ', false").Replace(fixture)
	for _, stmt := range strings.Split(ddl, ";") {
		if strings.TrimSpace(stmt) != "" {
			_, err = conn.Exec(context.Background(), stmt)
			require.NoError(t, err, stmt)
		}
	}
	return conn
}

// result is an answer as a client sees it.
type result struct {
	code string
	msg  string
	cols []string
	oids []uint32
	rows [][]string
}

func place(sel *sql.Select, text string) string {
	for _, s := range sel.Scans {
		text = strings.ReplaceAll(text, s.Placeholder, "(SELECT * FROM hot.main."+s.Table.Name.Name+")")
	}
	return text
}

func runOurs(conn *engine.Conn, text string, env sql.Env, args ...*string) result {
	fail := func(err error) result { return result{code: pgerr.Code(err), msg: pgerr.From(err).Message} }
	stmts, err := sql.Parse(text)
	if err != nil {
		return fail(err)
	}
	q, ok := stmts[0].Command.(*sql.Query)
	if !ok {
		return fail(errors.New("not a query"))
	}
	sel, err := sql.Rewrite(q, env)
	if err != nil {
		return fail(err)
	}
	for i, arg := range args {
		if i >= len(sel.Params) || !sql.OwnParamText(sel.Params[i]) {
			continue
		}
		text, err := sql.ParamText(sel.Params[i], *arg)
		if err != nil {
			return fail(err)
		}
		args[i] = &text
	}
	res, err := runDuck(conn, place(sel, sel.Text), sel.Columns, args)
	if err != nil {
		r := fail(err)
		r.msg += "\n    " + sel.Text
		return r
	}
	for i, c := range sel.Columns {
		res.cols[i] = c.Name
	}
	return res
}

func runDuck(conn *engine.Conn, text string, want []sql.Column, args []*string) (result, error) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	rows, err := conn.Query(ctx, text, args)
	if err != nil {
		return result{}, err
	}
	defer rows.Close()
	var res result
	enc := pgvalue.NewEncoder(pgvalue.Settings{})
	for i, c := range rows.Columns() {
		if len(want) == 0 {
			break
		}
		oid := want[i].Type.OID
		if oid == 0 {
			oid = c.Type.SQL.OID
		}
		if want[i].RowOf != 0 {
			oid = sqltype.OID(catalog.FirstOID)
		}
		res.cols, res.oids = append(res.cols, c.Name), append(res.oids, uint32(oid))
		// what the engine computes must have the layout of the type that is announced
		if k := vector.TypeOf(sqltype.Of(oid)).Kind; oid != sqltype.Numeric && oid != sqltype.Record && oid != 2287 && oid != sqltype.OID(catalog.FirstOID) && c.Type.Kind != k {
			return result{}, fmt.Errorf("column %d is announced as %s, the engine gives %s", i+1, sqltype.Of(oid), c.Type.SQL)
		}
	}
	for {
		b, err := rows.Next(ctx)
		if err == io.EOF {
			return res, nil
		}
		if err != nil {
			return result{}, err
		}
		for i := 0; i < b.Len; i++ {
			var row []string
			for j := range b.Cols[:min(len(want), len(b.Cols))] { // a row without columns has one in the engine
				v := &b.Cols[j]
				if v.IsNull(i) {
					row = append(row, "NULL")
					continue
				}
				f := pgvalue.ColumnFunc(want[j].Type, want[j].Layout(v.Type, func(uint32) uint32 { return catalog.FirstOID }), false)
				row = append(row, string(f(nil, v, i, enc)))
			}
			res.rows = append(res.rows, row)
		}
	}
}

func runPostgres(t testing.TB, pg *pgconn.PgConn, text string) result {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	r := pg.ExecParams(ctx, text, nil, nil, nil, nil)
	var res result
	for r.NextRow() {
		var out []string
		for _, v := range r.Values() {
			if v == nil {
				out = append(out, "NULL")
				continue
			}
			out = append(out, string(v))
		}
		res.rows = append(res.rows, out)
	}
	for _, f := range r.FieldDescriptions() {
		res.cols, res.oids = append(res.cols, f.Name), append(res.oids, f.DataTypeOID)
	}
	if _, err := r.Close(); err != nil {
		var pe *pgconn.PgError
		require.ErrorAs(t, err, &pe, text)
		return result{code: pe.Code, msg: pe.Message}
	}
	return res
}

// sameValue compares printed values; floats to 14 digits, because libraries differ in the last one of logarithms and the like.
func sameValue(oid uint32, a, b string) bool {
	if a == b {
		return true
	}
	x, ok1 := new(big.Rat).SetString(a)
	y, ok2 := new(big.Rat).SetString(b)
	if !ok1 || !ok2 || oid != uint32(sqltype.Float8) && oid != uint32(sqltype.Float4) {
		return false
	}
	diff := new(big.Rat).Sub(x, y)
	limit := new(big.Rat).Mul(new(big.Rat).Abs(y), big.NewRat(1, 1e14))
	if limit.Cmp(big.NewRat(1, 1e15)) < 0 {
		limit = big.NewRat(1, 1e15)
	}
	return diff.Abs(diff).Cmp(limit) <= 0
}

func compareResults(want, got result) string {
	if want.code != "" || got.code != "" {
		if want.code == got.code {
			return ""
		}
		return fmt.Sprintf("PostgreSQL: %s %s %v\n  ours: %s %s %v", want.code, want.msg, want.rows, got.code, got.msg, got.rows)
	}
	if strings.Join(want.cols, "|") != strings.Join(got.cols, "|") {
		return fmt.Sprintf("names %v, ours %v", want.cols, got.cols)
	}
	for i := range want.oids {
		w, g := min(want.oids[i], catalog.FirstOID), got.oids[i] // the rows of a table have a type of its own
		if w != g {
			return fmt.Sprintf("type of %s: %d, ours %d (%v, ours %v)", want.cols[i], w, g, want.rows, got.rows)
		}
	}
	if len(want.rows) != len(got.rows) {
		return fmt.Sprintf("rows %v, ours %v", want.rows, got.rows)
	}
	for i := range want.rows {
		for j := range want.rows[i] {
			if !sameValue(want.oids[j], want.rows[i][j], got.rows[i][j]) {
				return fmt.Sprintf("rows %v, ours %v", want.rows, got.rows)
			}
		}
	}
	return ""
}

// TestDifferential runs every line of testdata/sql/differential here and in PostgreSQL 15: names, types, rows and SQLSTATEs must agree. A
// line that begins with "differs:" must differ, so that the list of differences stays true.
func TestDifferential(t *testing.T) {
	ctx := context.Background()
	pg, err := pgconn.Connect(ctx, testpg.Start(t))
	require.NoError(t, err)
	defer func() { _ = pg.Close(ctx) }()
	_, err = pg.Exec(ctx, fixture).ReadAll()
	require.NoError(t, err)
	conn := openEngine(t)
	files, err := filepath.Glob("../testdata/sql/differential/*.sql")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, name := range files {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".sql"), func(t *testing.T) {
			f, err := os.Open(name)
			require.NoError(t, err)
			defer func() { _ = f.Close() }()
			sc := bufio.NewScanner(f)
			for n := 1; sc.Scan(); n++ {
				line := strings.TrimSpace(sc.Text())
				if line == "" || strings.HasPrefix(line, "--") {
					continue
				}
				text, differs := strings.CutPrefix(line, "differs: ")
				if !strings.HasPrefix(strings.ToUpper(text), "SELECT") && !strings.HasPrefix(strings.ToUpper(text), "WITH") && !strings.HasPrefix(strings.ToUpper(text), "VALUES") && !strings.HasPrefix(text, "(") && !strings.HasPrefix(text, "TABLE") {
					text = "SELECT " + text
				}
				diff := compareResults(runPostgres(t, pg, text), runOurs(conn, text, testEnv()))
				if differs && diff == "" {
					t.Errorf("%s:%d: no longer differs: %s", filepath.Base(name), n, text)
				}
				if !differs && diff != "" {
					t.Errorf("%s:%d: %s\n  %s", filepath.Base(name), n, text, diff)
				}
			}
			require.NoError(t, sc.Err())
		})
	}
}

// seedQueries returns the lines of the differential scripts.
func seedQueries(tb testing.TB) []string {
	tb.Helper()
	files, err := filepath.Glob("../testdata/sql/differential/*.sql")
	require.NoError(tb, err)
	var out []string
	for _, name := range files {
		data, err := os.ReadFile(name)
		require.NoError(tb, err)
		for _, line := range strings.Split(string(data), "\n") {
			line = strings.TrimPrefix(strings.TrimSpace(line), "differs: ")
			if line == "" || strings.HasPrefix(line, "--") {
				continue
			}
			if !strings.HasPrefix(line, "SELECT") && !strings.HasPrefix(line, "WITH") && !strings.HasPrefix(line, "VALUES") {
				line = "SELECT " + line
			}
			out = append(out, line)
		}
	}
	return out
}

func asPgError(err error, target **pgconn.PgError) bool { return errors.As(err, target) }
