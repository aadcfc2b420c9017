package importer

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/stretchr/testify/require"

	"github.com/miniodb/miniodb/engine"
	"github.com/miniodb/miniodb/internal/duck"
	"github.com/miniodb/miniodb/internal/testpg"
)

// The reference: PostgreSQL itself must take what import sends.
type target struct {
	t    *testing.T
	dsn  string
	conn *pgconn.PgConn
}

func newTarget(t *testing.T) *target {
	dsn := testpg.Start(t)
	conn, err := pgconn.Connect(t.Context(), dsn)
	require.NoError(t, err)
	tg := &target{t, dsn, conn}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		_, err := conn.Exec(ctx, "DROP SCHEMA public CASCADE; CREATE SCHEMA public").ReadAll()
		require.NoError(t, err)
		_ = conn.Close(ctx)
	})
	return tg
}

func (tg *target) rows(sql string) []string {
	tg.t.Helper()
	results, err := tg.conn.Exec(tg.t.Context(), sql).ReadAll()
	require.NoError(tg.t, err, sql)
	var out []string
	for _, row := range results[len(results)-1].Rows {
		cells := make([]string, len(row))
		for i, c := range row {
			if cells[i] = string(c); c == nil {
				cells[i] = "NULL"
			}
		}
		out = append(out, strings.Join(cells, "|"))
	}
	return out
}

func (tg *target) run(o Options) (string, error) {
	var out bytes.Buffer
	o.URL, o.Out = tg.dsn, &out
	err := Run(tg.t.Context(), o)
	return out.String(), err
}

func file(t *testing.T, name, text string) string {
	path := filepath.Join(t.TempDir(), name)
	require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	return path
}

// parquet writes the rows of a query to a Parquet file.
func parquet(t *testing.T, name, query string) string {
	dir := t.TempDir()
	db, err := engine.Open(engine.Config{AllowedDirs: []string{dir}})
	require.NoError(t, err)
	defer db.Close()
	conn, err := db.Conn()
	require.NoError(t, err)
	defer conn.Close()
	path := filepath.Join(dir, name)
	_, err = conn.Exec(t.Context(), "COPY ("+query+") TO "+duck.Literal(path)+" (FORMAT parquet)")
	require.NoError(t, err)
	return path
}

func TestFlightsCreate(t *testing.T) {
	tg := newTarget(t)
	out, err := tg.run(Options{Table: "Flights", Create: true, Files: []string{"../../testdata/flights-10k.csv.gz"}})
	require.NoError(t, err)
	require.Contains(t, out, "imported 10,000 rows into Flights from 1 file in ")
	require.Equal(t, []string{"10000|2001-01-01 00:01:00|2001-06-30 22:42:00|" + tg.rows("SELECT sum(delay) FROM flights")[0]},
		tg.rows("SELECT count(*), min(date), max(date), sum(delay) FROM flights"))
	require.Equal(t, []string{"date|timestamp without time zone", "delay|bigint", "distance|bigint", "origin|text", "destination|text"},
		tg.rows("SELECT column_name, data_type FROM information_schema.columns WHERE table_name = 'flights' ORDER BY ordinal_position"))
}

func TestParquetTypes(t *testing.T) {
	tg := newTarget(t)
	query := `SELECT i::SMALLINT AS a, i::INTEGER AS b, (i * 10000000000)::BIGINT AS c, i / 4::FLOAT AS d, i / 3::DOUBLE AS e, (i * 1.25)::DECIMAL(10,2) AS f,
		i % 2 = 0 AS g, 'row ' || i AS h, 'b'::BLOB AS i, DATE '2020-01-01' + i::INTEGER AS j, TIME '10:11:12.5' AS k, TIMESTAMP '2020-01-01 10:00:00' AS l,
		TIMESTAMPTZ '2020-01-01 10:00:00+02' AS m, INTERVAL 3 DAY AS n, '6f1f2e9c-0b3a-4c55-8f0e-3f4f6c1a2b3c'::UUID AS o, [i, NULL, 3]::INTEGER[] AS p,
		CASE WHEN i = 2 THEN NULL ELSE 1 END AS "With Space", ['x', 'y'] AS q
		FROM range(1, 4) r(i)`
	path := parquet(t, "types.parquet", query)
	_, err := tg.run(Options{Table: "types", Create: true, Files: []string{path}})
	require.NoError(t, err)
	require.Equal(t, []string{
		`1|1|10000000000|0.25|0.3333333333333333|1.25|f|row 1|\x62|2020-01-02|10:11:12.5|2020-01-01 10:00:00|2020-01-01 08:00:00+00|3 days|6f1f2e9c-0b3a-4c55-8f0e-3f4f6c1a2b3c|{1,NULL,3}|1|{x,y}`,
		`2|2|20000000000|0.5|0.6666666666666666|2.50|t|row 2|\x62|2020-01-03|10:11:12.5|2020-01-01 10:00:00|2020-01-01 08:00:00+00|3 days|6f1f2e9c-0b3a-4c55-8f0e-3f4f6c1a2b3c|{2,NULL,3}|NULL|{x,y}`,
		`3|3|30000000000|0.75|1|3.75|f|row 3|\x62|2020-01-04|10:11:12.5|2020-01-01 10:00:00|2020-01-01 08:00:00+00|3 days|6f1f2e9c-0b3a-4c55-8f0e-3f4f6c1a2b3c|{3,NULL,3}|1|{x,y}`,
	}, tg.rows("SELECT * FROM types ORDER BY a"))

	_, err = tg.run(Options{Table: "types", Create: true, Files: []string{path}})
	require.ErrorContains(t, err, `relation "types" already exists; leave out --create to add rows to it`)
}

func TestExistingTableDecidesTypes(t *testing.T) {
	tg := newTarget(t)
	tg.rows(`CREATE TABLE t (id integer, amount numeric(8,2), note varchar(10), raw bytea, doc jsonb, tags text[], "when" timestamptz, extra text DEFAULT 'd')`)
	csv := file(t, "in.csv", "Amount,ID,note,raw,doc,when\n1.5,1,a,\\xdeadbeef,\"{\"\"k\"\": 1}\",2020-01-01 00:00:00+01\n,2,,plain,,\n")
	_, err := tg.run(Options{Table: "public.t", Files: []string{csv}})
	require.NoError(t, err)
	jsonl := file(t, "in.jsonl", `{"id": 3, "tags": ["a", "b"], "doc": {"x": [1, 2]}, "amount": 2}`+"\n"+`{"id": 4, "tags": [], "note": "n"}`+"\n")
	out, err := tg.run(Options{Table: "t", Files: []string{jsonl, csv}})
	require.NoError(t, err)
	require.Contains(t, out, "imported 4 rows into t from 2 files")
	require.Equal(t, []string{
		`1|1.50|a|\xdeadbeef|{"k": 1}|NULL|2019-12-31 23:00:00+00|d`,
		`1|1.50|a|\xdeadbeef|{"k": 1}|NULL|2019-12-31 23:00:00+00|d`,
		`2|NULL|NULL|\x706c61696e|NULL|NULL|NULL|d`, `2|NULL|NULL|\x706c61696e|NULL|NULL|NULL|d`,
		`3|2.00|NULL|NULL|{"x": [1, 2]}|{a,b}|NULL|d`, `4|NULL|n|NULL|NULL|{}|NULL|d`,
	}, tg.rows("SELECT * FROM t ORDER BY id"))
}

func TestHeaderlessByPosition(t *testing.T) {
	tg := newTarget(t)
	tg.rows("CREATE TABLE t (a integer, b text)")
	_, err := tg.run(Options{Table: "t", Files: []string{file(t, "in.csv", "1,x\n2,y\n")}})
	require.NoError(t, err)
	require.Equal(t, []string{"1|x", "2|y"}, tg.rows("SELECT * FROM t ORDER BY a"))
}

func TestOddFileNames(t *testing.T) {
	tg := newTarget(t)
	tg.rows("CREATE TABLE t (a integer)")
	_, err := tg.run(Options{Table: "t", Files: []string{file(t, "a[1]*?'b.csv", "a\n7\n")}})
	require.NoError(t, err)
	require.Equal(t, []string{"7"}, tg.rows("SELECT * FROM t"))
}

func TestFaultyFileLeavesNothing(t *testing.T) {
	tg := newTarget(t)
	tg.rows("CREATE TABLE t (a integer NOT NULL, b varchar(3))")
	var bad strings.Builder
	bad.WriteString("a,b\n")
	for i := range 80_000 {
		if i == 70_000 {
			bad.WriteString("seventy thousand,x\n")
			continue
		}
		fmt.Fprintf(&bad, "%d,x\n", i)
	}
	good := file(t, "good.csv", "a,b\n1,abc\n")
	_, err := tg.run(Options{Table: "t", Files: []string{good, file(t, "bad.csv", bad.String())}})
	require.ErrorContains(t, err, "70002")
	require.ErrorContains(t, err, "bad.csv")
	require.ErrorContains(t, err, "(the 1 files before it were imported)")
	require.Equal(t, []string{"1"}, tg.rows("SELECT count(*) FROM t"))

	_, err = tg.run(Options{Table: "t", Files: []string{file(t, "long.csv", "a,b\n1,abcd\n")}})
	require.ErrorContains(t, err, "value too long for type character varying(3)")
	require.ErrorContains(t, err, "SQLSTATE 22001")
	_, err = tg.run(Options{Table: "t", Files: []string{file(t, "null.csv", "a,b\n,abc\n")}})
	require.ErrorContains(t, err, "23502")
	_, err = tg.run(Options{Table: "t", Files: []string{file(t, "cols.csv", "a,zz\n1,x\n")}})
	require.ErrorContains(t, err, "the table has no column zz; it has a, b")
	_, err = tg.run(Options{Table: "none", Files: []string{good}})
	require.ErrorContains(t, err, `relation "none" does not exist`)
	require.Equal(t, []string{"1"}, tg.rows("SELECT count(*) FROM t"))
}

func TestRefusedBeforeConnecting(t *testing.T) {
	good := file(t, "good.csv", "a\n1\n")
	for want, o := range map[string]Options{
		"--table is missing":               {Files: []string{good}},
		"name at least one file":           {Table: "t"},
		"/nowhere.csv: no such file":       {Table: "t", Files: []string{"/nowhere.csv"}},
		"is not a file":                    {Table: "t", Files: []string{t.TempDir()}},
		"cannot tell the format":           {Table: "t", Files: []string{file(t, "x.bin", "")}},
		`format "xml": want csv`:           {Table: "t", Format: "xml", Files: []string{good}},
		`"a b" is not the name of a table`: {Table: "a b", Files: []string{good}},
		"; drop":                           {Table: `t"; drop`, Files: []string{good}},
	} {
		require.ErrorContains(t, Run(t.Context(), o), want)
	}
}

func TestNoServer(t *testing.T) {
	err := Run(t.Context(), Options{Table: "t", Files: []string{file(t, "a.csv", "a\n1\n")}, Host: "127.0.0.1", Port: 1, Out: &bytes.Buffer{}})
	require.ErrorContains(t, err, "import: no server answers at 127.0.0.1:1 (")
	require.ErrorContains(t, err, "start one with: miniodb server")
	require.NotContains(t, err.Error(), "\n")
}

func TestProgressLine(t *testing.T) {
	p := newProgress(&bytes.Buffer{}, false)
	p.start("f.parquet", 3_000_000)
	p.add(1_500_000, 64<<20)
	require.Equal(t, "f.parquet  [###############...............]  50%  1,500,000 of 3,000,000 rows  32.0 MB/s", p.line(2*time.Second))
	p.start("f.csv", -1)
	p.add(999, 1<<20)
	require.Equal(t, "f.csv  999 rows  1.0 MB/s", p.line(time.Second))

	var out bytes.Buffer
	p = newProgress(&out, true)
	p.start("f.csv", -1)
	require.Eventually(t, func() bool { p.add(1, 1); return p.rows.Load() > 3 }, time.Second, refresh)
	p.stop()
	p.stop()
	require.Contains(t, out.String(), "f.csv  ")
	require.True(t, strings.HasSuffix(out.String(), "\r\x1b[K"))
}
