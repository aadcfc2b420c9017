package engine

import (
	"context"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgerrcode"
	"github.com/stretchr/testify/require"

	"github.com/miniodb/miniodb/internal/pgerr"
)

// run executes anything and returns the first error, through a stream where the text is a query.
func run(c *Conn, sql string) error {
	if !strings.HasPrefix(sql, "SELECT") && !strings.HasPrefix(sql, "WITH") {
		_, err := c.Exec(context.Background(), sql)
		return err
	}
	rows, err := c.Query(context.Background(), sql, nil)
	if err != nil {
		return err
	}
	defer rows.Close()
	_, err = drain(rows)
	return err
}

func TestErrors(t *testing.T) {
	db, _ := openTest(t, `CREATE MACRO boom() AS error('!22012!division by zero');
		CREATE MACRO fake() AS error('!00000!fine')`)
	c := connect(t, db)
	exec(t, c, `CREATE SCHEMA s; CREATE TABLE t(x INTEGER PRIMARY KEY, y VARCHAR NOT NULL, d DATE, n INTEGER CHECK (n > 0));
		INSERT INTO t VALUES (1, 'a', '2020-01-01', 1)`)
	for _, tc := range []struct{ sql, code, message string }{
		// Names.
		{`SELECT nope`, "42703", `column "nope" does not exist`},
		{`SELECT nope FROM t`, "42703", `column "nope" does not exist`},
		{`SELECT t.nope FROM t`, "42703", `column t.nope does not exist`},
		{`SELECT q.x FROM t`, "42P01", `missing FROM-clause entry for table "q"`},
		{`SELECT * FROM nope`, "42P01", `relation "nope" does not exist`},
		{`SELECT * FROM s.nope`, "42P01", `relation "s.nope" does not exist`},
		{`SELECT * FROM nos.nope`, "42P01", `relation "nos.nope" does not exist`},
		{`SELECT nofunc(1, 'a')`, "42883", `function nofunc does not exist`},
		{`SELECT substring(1, 'a')`, "42883", `function substring(integer, unknown) does not exist`},
		{`SELECT abs(y) FROM t`, "42883", `function abs(text) does not exist`},
		{`SELECT list_extract([x], y, 1.5, d, now()) FROM t`, "42883", `function list_extract(integer[], text, numeric, date, timestamp with time zone) does not exist`},
		{`SELECT x + y FROM t`, "42883", `operator does not exist: integer + text`},
		{`SELECT -y FROM t`, "42883", `operator does not exist: - text`},
		{`SELECT x LIKE 'a' FROM t`, "42883", `operator does not exist: integer ~~ unknown`},
		{`SELECT x FROM t a, t b`, "42702", `column reference "x" is ambiguous`},
		{`SELECT a.x FROM t a, t a`, "42712", `table name "a" specified more than once`},
		{`SELECT 1::nosuch`, "42704", `type "nosuch" does not exist`},
		{`DROP SCHEMA nope`, "3F000", `schema "nope" does not exist`},
		{`CREATE TABLE t(a int)`, "42P07", `relation "t" already exists`},
		{`CREATE SCHEMA s`, "42P06", `schema "s" already exists`},
		{`CREATE TABLE z(a int, a int)`, "42701", `column "a" specified more than once`},
		// Clauses.
		{`SELEC 1`, "42601", `syntax error at or near "SELEC"`},
		{`SELECT x, count(*) FROM t`, "42803", `column "x" must appear in the GROUP BY clause or be used in an aggregate function`},
		{`SELECT t.x, count(*) FROM t GROUP BY y`, "42803", `column "t.x" must appear in the GROUP BY clause or be used in an aggregate function`},
		{`SELECT a."x", count(*) FROM t AS a GROUP BY y`, "42803", `column "a.x" must appear in the GROUP BY clause or be used in an aggregate function`},
		{`SELECT x FROM t WHERE count(*) > 1`, "42803", `aggregate functions are not allowed in WHERE`},
		{`SELECT x FROM t WHERE row_number() OVER () > 1`, "42P20", `window functions are not allowed in WHERE`},
		{`SELECT sum(count(*)) FROM t`, "42803", `aggregate function calls cannot be nested`},
		{`SELECT (SELECT v FROM (VALUES (1), (2)) s(v))`, "21000", `more than one row returned by a subquery used as an expression`},
		{`SELECT (SELECT 1, 2)`, "42601", `subquery must return only one column`},
		{`SELECT CASE WHEN true THEN d ELSE 5 END FROM t`, "42804", `CASE types integer and date cannot be matched`},
		{`SELECT x FROM t LIMIT -1`, "2201W", `LIMIT and OFFSET must not be negative`},
		{`SELECT regexp_matches('a', '(' || y) FROM t`, "2201B", `invalid regular expression: missing )`},
		// Values.
		{`SELECT 'abc'::int`, "22P02", `invalid input syntax for type integer: "abc"`},
		{`SELECT CAST(y AS INTEGER) FROM t`, "22P02", `invalid input syntax for type integer: "a"`},
		{"SELECT 'x\ny''\"z'::int", "22P02", "invalid input syntax for type integer: \"x\ny'\"z\""},
		{`SELECT ''::bigint`, "22P02", `invalid input syntax for type bigint: ""`},
		{`SELECT 'abc'::smallint`, "22P02", `invalid input syntax for type smallint: "abc"`},
		{`SELECT 'abc'::double`, "22P02", `invalid input syntax for type double precision: "abc"`},
		{`SELECT 'abc'::float`, "22P02", `invalid input syntax for type real: "abc"`},
		{`SELECT 'abc'::decimal(5,2)`, "22P02", `invalid input syntax for type numeric: "abc"`},
		{`SELECT 'abc'::bool`, "22P02", `invalid input syntax for type boolean: "abc"`},
		{`SELECT 'abc'::uuid`, "22P02", `invalid input syntax for type uuid: "abc"`},
		{`SELECT '{'::json`, "22P02", `invalid input syntax for type json`},
		{`SELECT '\xZZ'::blob`, "22P02", `invalid input syntax for type bytea`},
		{`SELECT 'abc'::int[]`, "22P02", `malformed array literal: "abc"`},
		{`SELECT 'abc'::interval`, "22007", `invalid input syntax for type interval: "abc"`},
		{`SELECT 'abc'::date`, "22007", `invalid input syntax for type date: "abc"`},
		{`SELECT 'abc'::timestamp`, "22007", `invalid input syntax for type timestamp: "abc"`},
		{`SELECT 'abc'::time`, "22007", `invalid input syntax for type time: "abc"`},
		{`SELECT '25:00:00'::time`, "22008", `date/time field value out of range: "25:00:00"`},
		{`SELECT '2020-02-30'::date`, "22008", `date/time field value out of range: "2020-02-30"`},
		{`SELECT '2020-13-01 00:00:00'::timestamp`, "22008", `date/time field value out of range: "2020-13-01 00:00:00"`},
		{`SELECT make_date(2020, 13, 1)`, "22008", `date/time field value out of range: "2020-13-1"`},
		{`SELECT '2020-01-01'::timestamp + interval '900000 years'`, "22008", `timestamp out of range`},
		{`SELECT now() AT TIME ZONE 'Nowhere'`, "22023", `time zone "Nowhere" not recognized`},
		{`SELECT '99999999999'::int`, "22003", `value "99999999999" is out of range for type integer`},
		{`SELECT x + 2147483647 FROM t`, "22003", `integer out of range`},
		{`SELECT 9223372036854775807 + 1`, "22003", `bigint out of range`},
		{`SELECT 9223372036854775807::bigint * 2::bigint`, "22003", `bigint out of range`},
		{`SELECT 32767::smallint + 1::smallint`, "22003", `smallint out of range`},
		{`SELECT 99999::smallint`, "22003", `smallint out of range`},
		{`SELECT 1e30::bigint`, "22003", `bigint out of range`},
		{`SELECT 1e300::float`, "22003", `value out of range: overflow`},
		{`SELECT abs((-2147483648)::int)`, "22003", `integer out of range`},
		{`SELECT 12345.678::decimal(5,2)`, "22003", `numeric field overflow`},
		{`SELECT '12345.678'::decimal(5,2)`, "22003", `numeric field overflow`},
		{`SELECT 99999999999999999999999999999999999999::decimal(38,0) + 1`, "22003", `numeric field overflow`},
		{`SELECT interval '1 day' * 1e20`, "22015", `interval out of range`},
		{`SELECT sqrt(-1)`, "2201F", `cannot take square root of a negative number`},
		{`SELECT ln(0)`, "2201E", `cannot take logarithm of zero`},
		{`SELECT x::date FROM t`, "42846", `cannot cast type integer to date`},
		// Raised by macros.
		{`SELECT boom()`, "22012", `division by zero`},
		{`SELECT boom() FROM range(10000)`, "22012", `division by zero`},
		{`SELECT fake()`, "P0001", `fine`},
		// Constraints and transactions.
		{`INSERT INTO t VALUES (2, NULL, NULL, 1)`, "23502", `null value in column "y" of relation "t" violates not-null constraint`},
		{`INSERT INTO t VALUES (1, 'b', NULL, 1)`, "23505", `duplicate key value violates unique constraint`},
		{`INSERT INTO t VALUES (2, 'b', NULL, -1)`, "23514", `new row for relation "t" violates check constraint`},
		{`COMMIT`, "25P01", `there is no transaction in progress`},
	} {
		err := run(c, tc.sql)
		require.Error(t, err, tc.sql)
		e := pgerr.From(err)
		require.Equal(t, tc.code+" "+tc.message, e.Code+" "+e.Message, tc.sql)
		require.NotContains(t, e.Detail+e.Hint, "exception", tc.sql)
		require.NotContains(t, e.Message, "Error:", tc.sql)
		if e.Code == pgerrcode.UndefinedFunction {
			require.Contains(t, e.Hint, "You might need to add explicit type casts.")
		}
	}
	e := pgerr.From(run(c, `SELECT '12345.678'::decimal(5,2)`))
	require.Equal(t, "A field with precision 5, scale 2 must round to an absolute value less than 10^3.", e.Detail)
}

// Whatever form DuckDB gives its errors, no rule may be needed to keep JSON and prefixes from the client.
func TestErrorForms(t *testing.T) {
	db, _ := openTest(t, "")
	c := connect(t, db)
	exec(t, c, "SET errors_as_json = false")
	e := pgerr.From(run(c, "SELECT nope"))
	require.Equal(t, "42703", e.Code)
	require.Equal(t, `column "nope" does not exist`, e.Message)
	e = pgerr.From(run(c, "SELECT abs('x'::varchar)"))
	require.Equal(t, `function abs(text) does not exist`, e.Message)

	for text, want := range map[string]string{
		`{"exception_type":"Out of Memory","exception_message":"failed to offload\nThis limit was set by the 'max_temp_directory_size' setting."}`: "53100 temporary space for queries is exhausted",
		`{"exception_type":"IO","exception_message":"Could not write file \"/x\": No space left on device","errno":"28"}`:                          `58030`,
		`{"exception_type":"IO","exception_message":"Could not read \"/x\": Input/output error","errno":"5"}`:                                      `58030 could not read "/x": Input/output error`,
		`INTERRUPT Error: Interrupted!`:                                                                   "57014 canceling statement due to user request",
		`Invalid Input Error: No magic bytes found at end of file 'a.parquet'`:                            "XX001 a data file cannot be read",
		`{"exception_type":"TransactionContext","exception_message":"Conflict on tuple deletion!"}`:       "40001 could not serialize access due to concurrent update",
		`Nobody Knows Error: the Thing`:                                                                   "XX000 internal error in the query engine",
		`{"exception_type":"Invalid Input","exception_message":"` + strings.Repeat("é", 10000) + `"}`:     "22023 " + strings.Repeat("é", maxMessageBytes/2) + "...",
		`{"exception_type":"Binder","exception_message":"Some thing is not right!\nCandidates: x, y, z"}`: "42000 some thing is not right",
	} {
		e := pgerr.From(db.failure(0, text, ""))
		if strings.Contains(text, "No space") {
			want = `53100 could not write file "/x": No space left on device`
		}
		require.Equal(t, want, e.Code+" "+e.Message)
	}
	require.True(t, db.Healthy())
}

func TestFatal(t *testing.T) {
	db, _ := openTest(t, "")
	err := db.failure(0, `FATAL Error: Failed: database has been invalidated because of a previous fatal error.`, "")
	require.True(t, IsFatal(err))
	require.Equal(t, "57P01", pgerr.Code(err))
	require.False(t, db.Healthy())

	db, _ = openTest(t, "")
	err = db.failure(0, `INTERNAL Error: Assertion triggered`, "") // the instance still answers
	require.False(t, IsFatal(err))
	require.Equal(t, "XX000", pgerr.Code(err))
	require.True(t, db.Healthy())
}

func TestMemoryLimit(t *testing.T) {
	db, err := Open(Config{MemoryLimit: 60 << 20, Threads: 2})
	require.NoError(t, err)
	defer db.Close()
	c := connect(t, db)
	err = run(c, "CREATE TABLE hot.g1 AS SELECT hash(range) a, hash(range + 1) b FROM range(20000000)")
	require.Equal(t, "53200", pgerr.Code(err), "%v", err)
	require.Equal(t, "out of memory", err.Error())
	require.True(t, db.Healthy())
	require.Equal(t, [][]string{{"1"}}, collect(t, c, "SELECT 1"))
}

func TestTempLimit(t *testing.T) {
	db, err := Open(Config{MemoryLimit: 60 << 20, Threads: 2, TempDir: t.TempDir(), TempLimit: 40 << 20})
	require.NoError(t, err)
	defer db.Close()
	c := connect(t, db)
	err = run(c, "SELECT max(s) FROM (SELECT s, row_number() OVER (ORDER BY s) r FROM (SELECT md5(range::varchar) || md5((range+1)::varchar) s FROM range(4000000))) WHERE r % 2 = 0")
	require.Equal(t, "53100", pgerr.Code(err), "%v", err)
	require.Equal(t, [][]string{{"1"}}, collect(t, c, "SELECT 1"))
}

// A connection that timed out says so, one that was cancelled does too.
func TestCanceledErrors(t *testing.T) {
	db, _ := openTest(t, "")
	c := connect(t, db)
	ctx, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
	defer cancel()
	_, err := c.Exec(ctx, "SELECT count(*) FROM range(100000000000) WHERE hash(range) = 1")
	require.Equal(t, "57014", pgerr.Code(err))
	require.Equal(t, "canceling statement due to statement timeout", err.Error())

	cause := pgerr.New(pgerrcode.AdminShutdown, "terminating connection due to administrator command")
	ctx2, cancel2 := context.WithCancelCause(context.Background())
	cancel2(cause)
	_, err = c.Query(ctx2, "SELECT 1", nil)
	require.Equal(t, "57P01", pgerr.Code(err))
	require.NotErrorIs(t, err, io.EOF)
}
