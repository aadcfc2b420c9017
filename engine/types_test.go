package engine

import (
	"context"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/miniodb/miniodb/internal/sqltype"
	"github.com/miniodb/miniodb/internal/vector"
)

func array(t *testing.T, oid sqltype.OID) sqltype.Type {
	t.Helper()
	a, ok := sqltype.Of(oid).Array()
	require.True(t, ok)
	return a
}

// Every type is asked for as a value, as a NULL among values, and as a constant, whose vector DuckDB keeps in another form.
func TestResultTypes(t *testing.T) {
	db, _ := openTest(t, "")
	c := connect(t, db)
	of := sqltype.Of
	text, stamp := of(sqltype.Text), of(sqltype.Timestamp)
	for _, tc := range []struct {
		expr string
		sql  sqltype.Type
		want string
	}{
		{`true`, of(sqltype.Bool), "true"},
		{`(-128)::TINYINT`, of(sqltype.Int2), "-128"},
		{`255::UTINYINT`, of(sqltype.Int2), "255"},
		{`(-32768)::SMALLINT`, of(sqltype.Int2), "-32768"},
		{`65535::USMALLINT`, of(sqltype.Int4), "65535"},
		{`(-2147483648)::INTEGER`, of(sqltype.Int4), "-2147483648"},
		{`4294967295::UINTEGER`, of(sqltype.Int8), "4294967295"},
		{`(-9223372036854775808)::BIGINT`, of(sqltype.Int8), "-9223372036854775808"},
		{`18446744073709551615::UBIGINT`, sqltype.NumericOf(38, 0), "18446744073709551615"},
		{`(-170141183460469231731687303715884105727)::HUGEINT`, sqltype.NumericOf(38, 0), "-170141183460469231731687303715884105727"},
		{`170141183460469231731687303715884105727::UHUGEINT`, sqltype.NumericOf(38, 0), "170141183460469231731687303715884105727"},
		{`'-123456789012345678901234567890123456789012345678901234567890'::BIGNUM`, text, "-123456789012345678901234567890123456789012345678901234567890"},
		{`'0'::BIGNUM`, text, "0"},
		{`'256'::BIGNUM`, text, "256"},
		{`99.99::DECIMAL(4,2)`, sqltype.NumericOf(4, 2), "99.99"},
		{`(-0.01)::DECIMAL(4,2)`, sqltype.NumericOf(4, 2), "-0.01"},
		{`1234567.89::DECIMAL(9,2)`, sqltype.NumericOf(9, 2), "1234567.89"},
		{`(-123456789012345.678)::DECIMAL(18,3)`, sqltype.NumericOf(18, 3), "-123456789012345.678"},
		{`(-99999999999999999999999999999.999999999)::DECIMAL(38,9)`, sqltype.NumericOf(38, 9), "-99999999999999999999999999999.999999999"},
		{`0.5::DECIMAL(38,38)`, sqltype.NumericOf(38, 38), "0.50000000000000000000000000000000000000"},
		{`1.5::FLOAT`, of(sqltype.Float4), "1.5"},
		{`'-inf'::FLOAT`, of(sqltype.Float4), "-Infinity"},
		{`1e300::DOUBLE`, of(sqltype.Float8), "1e+300"},
		{`'nan'::DOUBLE`, of(sqltype.Float8), "NaN"},
		{`''`, text, "''"},
		{`'twelve bytes'`, text, "twelve bytes"},
		{`'thirteen byte'`, text, "thirteen byte"},
		{`'{"a": 1}'::JSON`, of(sqltype.JSON), `'{"a": 1}'`},
		{`'\x00\xFF'::BLOB`, of(sqltype.Bytea), `\x00ff`},
		{`DATE '2020-02-29'`, of(sqltype.Date), "2020-02-29"},
		{`DATE '0044-03-15 (BC)'`, of(sqltype.Date), "0044-03-15 (BC)"},
		{`'infinity'::DATE`, of(sqltype.Date), "infinity"},
		{`'-infinity'::DATE`, of(sqltype.Date), "-infinity"},
		{`TIME '23:59:59.999999'`, of(sqltype.Time), "23:59:59.999999"},
		{`'12:34:56.123456789'::TIME_NS`, of(sqltype.Time), "12:34:56.123456"},
		{`'12:34:56+05:30'::TIMETZ`, text, "12:34:56+05:30"},
		{`'12:34:56-08'::TIMETZ`, text, "12:34:56-08"},
		{`TIMESTAMP '2020-01-02 03:04:05.678901'`, stamp, "2020-01-02 03:04:05.678901"},
		{`'1960-01-02 03:04:05'::TIMESTAMP_S`, stamp, "1960-01-02 03:04:05"},
		{`'1960-01-02 03:04:05.678'::TIMESTAMP_MS`, stamp, "1960-01-02 03:04:05.678"},
		{`'1960-01-02 03:04:05.678901234'::TIMESTAMP_NS`, stamp, "1960-01-02 03:04:05.678901"},
		{`'infinity'::TIMESTAMP`, stamp, "infinity"},
		{`'infinity'::TIMESTAMP_S`, stamp, "infinity"},
		{`'-infinity'::TIMESTAMP_MS`, stamp, "-infinity"},
		{`'infinity'::TIMESTAMP_NS`, stamp, "infinity"},
		{`'2020-01-02 03:04:05+02'::TIMESTAMPTZ`, of(sqltype.Timestamptz), "2020-01-02 01:04:05+00"},
		{`INTERVAL '14 months -3 days 04:05:06.7'`, of(sqltype.Interval), "1 year 2 mons -3 days 04:05:06.7"},
		{`'00000000-0000-0000-0000-000000000000'::UUID`, of(sqltype.UUID), "00000000-0000-0000-0000-000000000000"},
		{`'ffffffff-1234-5678-9abc-0123456789ab'::UUID`, of(sqltype.UUID), "ffffffff-1234-5678-9abc-0123456789ab"},
		{`'10101'::BIT`, text, "10101"},
		{`'111111110'::BIT`, text, "111111110"},
		{`'b'::ENUM('a', 'b')`, text, "b"},
		{`{'a': 1, 'b': 'it''s', 'c': NULL}`, text, `{'a': 1, 'b': 'it\'s', 'c': NULL}`},
		{`{'a': {'b': [1, NULL]}}`, text, `{'a': {'b': [1, NULL]}}`},
		{`ROW(1, 'a b', NULL, '')`, of(sqltype.Record), `(1, a b, NULL, '')`},
		{`MAP {'k': 1, 'l': NULL}`, text, `{k=1, l=NULL}`},
		{`MAP {}`, text, `{}`},
		{`union_value(num := 5)`, text, `5`},
		{`'x'::UNION(num INTEGER, str VARCHAR)`, text, `x`},
		{`[1, NULL, 3]`, array(t, sqltype.Int4), "[1, NULL, 3]"},
		{`[]::INTEGER[]`, array(t, sqltype.Int4), "[]"},
		{`['a', 'a long string of many bytes', NULL]`, array(t, sqltype.Text), "[a, a long string of many bytes, NULL]"},
		{`[1.25, 2.5]::DECIMAL(5,2)[]`, func() sqltype.Type { a, _ := sqltype.NumericOf(5, 2).Array(); return a }(), "[1.25, 2.50]"},
		{`[[1, 2], NULL, [], [3]]`, array(t, sqltype.Int4), "[[1, 2], NULL, [], [3]]"},
		{`[[['a']], []]`, array(t, sqltype.Text), "[[[a]], []]"},
		{`[1, 2, NULL]::INTEGER[3]`, array(t, sqltype.Int4), "[1, 2, NULL]"},
		{`[[1, 2], [3, 4]]::INTEGER[2][2]`, array(t, sqltype.Int4), "[[1, 2], [3, 4]]"},
		{`[{'a': 1}, NULL]`, array(t, sqltype.Text), `[{'a': 1}, NULL]`},
		{`['b', NULL]::ENUM('a', 'b')[]`, array(t, sqltype.Text), `[b, NULL]`},
		{`[1::TINYINT, NULL]`, array(t, sqltype.Int2), `[1, NULL]`},
		{`NULL`, of(sqltype.Int4), "NULL"}, // what DuckDB makes of it; callers that mean text cast it
		{`NULL::VARCHAR`, text, "NULL"},
	} {
		rows, err := c.Query(context.Background(), "SELECT "+tc.expr, nil)
		require.NoError(t, err, tc.expr)
		require.Equal(t, tc.sql, rows.Columns()[0].Type.SQL, tc.expr)
		got, err := drain(rows)
		require.NoError(t, err, tc.expr)
		require.Equal(t, [][]string{{tc.want}}, got, tc.expr)

		d, err := c.Describe(context.Background(), "SELECT "+tc.expr)
		require.NoError(t, err, tc.expr)
		require.Equal(t, tc.sql, d.Columns[0].Type.SQL, tc.expr)

		// Of 5000 rows every third is NULL; others are not constant for the optimizer.
		if strings.HasSuffix(tc.expr, "3]") || strings.HasSuffix(tc.expr, "2]") {
			require.Len(t, collect(t, c, "SELECT "+tc.expr+" FROM range(5000)"), 5000)
			continue // DuckDB has no CASE of fixed-size arrays
		}
		got = collect(t, c, "SELECT CASE WHEN range % 3 <> 0 THEN "+tc.expr+" END, "+tc.expr+" FROM range(5000)")
		require.Len(t, got, 5000)
		for i, row := range got {
			want := []string{tc.want, tc.want}
			if i%3 == 0 {
				want[0] = "NULL"
			}
			require.Equal(t, want, row, tc.expr)
		}
	}
}

// Values from vectors that DuckDB keeps as dictionaries, sequences or constants inside nested ones.
func TestNestedVectors(t *testing.T) {
	db, dir := openTest(t, "")
	c := connect(t, db)
	exec(t, c, "CREATE TABLE t AS SELECT range AS i, 'value number ' || (range % 7) AS s FROM range(10000)")
	exec(t, c, "COPY t TO '"+dir+"/t.parquet'")
	for _, from := range []string{"t", "read_parquet('" + dir + "/t.parquet')"} {
		got := collect(t, c, "SELECT i, {'i': i, 's': s, 'c': 7}, [s, s, 'x'], MAP {s: [i]}, struct_pack(l := [s]) FROM "+from+" WHERE i % 3 = 1 ORDER BY i")
		require.Len(t, got, 3333)
		for k, row := range got {
			i := 3*k + 1
			n, s := itoa(i), "value number "+itoa(i%7)
			require.Equal(t, []string{n, "{'i': " + n + ", 's': " + s + ", 'c': 7}", "[" + s + ", " + s + ", x]",
				"{" + s + "=[" + n + "]}", "{'l': [" + s + "]}"}, row)
		}
		got = collect(t, c, "SELECT list(s ORDER BY i) l, i % 2 FROM "+from+" GROUP BY i % 2 ORDER BY 2")
		require.Len(t, got, 2)
	}
	got := collect(t, c, "SELECT [x, NULL, x + 1] FROM (SELECT range x FROM range(3000)) UNION ALL SELECT NULL UNION ALL SELECT []")
	require.Len(t, got, 3002)
	require.Equal(t, []string{"[2999, NULL, 3000]"}, got[2999])
	require.Equal(t, []string{"NULL"}, got[3000])
	require.Equal(t, []string{"[]"}, got[3001])
}

func TestColumnNames(t *testing.T) {
	db, _ := openTest(t, "")
	c := connect(t, db)
	rows, err := c.Query(context.Background(), `SELECT 1 AS a, 2 AS a, 3 AS "A b", 4`, nil)
	require.NoError(t, err)
	defer rows.Close()
	var names []string
	for _, col := range rows.Columns() {
		names = append(names, col.Name)
	}
	require.Equal(t, []string{"a", "a", "A b", "4"}, names)
}

// A batch that is kept must be cloned; the clone must hold all that was shown.
func TestClone(t *testing.T) {
	db, _ := openTest(t, "")
	c := connect(t, db)
	rows, err := c.Query(context.Background(), "SELECT CASE WHEN range % 2 = 0 THEN 'a string that is not inline ' || range END, [range::VARCHAR || ' and more than that', NULL] FROM range(4096)", nil)
	require.NoError(t, err)
	defer rows.Close()
	var kept []*vector.Batch
	for {
		batch, err := rows.Next(context.Background())
		if err == io.EOF {
			break
		}
		require.NoError(t, err)
		kept = append(kept, batch.Clone())
	}
	require.Len(t, kept, 2)
	var got []string
	for i := range kept[1].Len {
		got = append(got, string(appendNested(nil, &kept[1].Cols[0], i))+string(appendNested(nil, &kept[1].Cols[1], i)))
	}
	require.Empty(t, cmp.Diff([]string{"a string that is not inline 2048[2048 and more than that, NULL]", "NULL[2049 and more than that, NULL]"}, got[:2]))
}
