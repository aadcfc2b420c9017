package pgvalue_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/stretchr/testify/require"

	"github.com/miniodb/miniodb/internal/pgerr"
	"github.com/miniodb/miniodb/internal/pgvalue"
	"github.com/miniodb/miniodb/internal/sqltype"
	"github.com/miniodb/miniodb/internal/testpg"
	"github.com/miniodb/miniodb/internal/vector"
)

// oracle is a connection to a real PostgreSQL with one column of the type under test.
type oracle struct {
	tb   testing.TB
	conn *pgconn.PgConn
}

func newOracle(tb testing.TB) *oracle {
	conn, err := pgconn.Connect(context.Background(), testpg.Start(tb))
	require.NoError(tb, err)
	tb.Cleanup(func() { _ = conn.Close(context.Background()) })
	return &oracle{tb: tb, conn: conn}
}

func (o *oracle) exec(sql string) {
	_, err := o.conn.Exec(context.Background(), sql).ReadAll()
	require.NoError(o.tb, err, sql)
}

func (o *oracle) column(typ string) {
	o.exec("DROP TABLE IF EXISTS v; CREATE TEMP TABLE v (v " + typ + ")")
}

var copyEscaper = strings.NewReplacer(`\`, `\\`, "\n", `\n`, "\r", `\r`, "\t", `\t`)

// put stores one value through the type's input function, as COPY does.
func (o *oracle) put(input string) *pgconn.PgError {
	o.exec("DELETE FROM v")
	_, err := o.conn.CopyFrom(context.Background(), strings.NewReader(copyEscaper.Replace(input)+"\n"), `COPY v FROM STDIN WITH (NULL '\NULL')`)
	var e *pgconn.PgError
	if err != nil && !errors.As(err, &e) {
		require.NoError(o.tb, err)
	}
	return e
}

// get returns the stored value in text or binary.
func (o *oracle) get(format int16) []byte {
	r := o.conn.ExecParams(context.Background(), "SELECT v FROM v", nil, nil, nil, []int16{format}).Read()
	require.NoError(o.tb, r.Err)
	require.Len(o.tb, r.Rows, 1)
	return r.Rows[0][0]
}

// one parses a value and returns it as a vector of one row.
func one(t sqltype.Type, parse func(a *vector.Appender) error) (*vector.Vector, error) {
	b := vector.NewBuilder([]vector.Type{vector.TypeOf(t)})
	if err := parse(b.Col(0)); err != nil {
		return nil, err
	}
	return &b.Take().Cols[0], nil
}

type typeCase struct {
	name   string // in SQL
	typ    sqltype.Type
	inputs []string
}

func arrayOf(oid sqltype.OID) sqltype.Type {
	a, _ := sqltype.Of(oid).Array()
	return a
}

// now is when "now" is in the tests; PostgreSQL's today is compared on the day only.
func decoderFor(zone string, order pgvalue.DateOrder, style pgvalue.IntervalStyle) *pgvalue.Decoder {
	loc, err := pgvalue.LoadZone(zone)
	if err != nil {
		panic(err)
	}
	return pgvalue.NewDecoder(pgvalue.Options{Location: loc, DateOrder: order, IntervalSQL: style == pgvalue.IntervalSQLStandard, Now: time.Now()})
}

// differences known and meant: what PostgreSQL takes and a column here cannot hold.
func unsupported(err error) bool {
	var e *pgerr.Error
	return errors.As(err, &e) && e.Code == "0A000"
}

// compare puts every input through PostgreSQL and through this package.
func compare(t *testing.T, o *oracle, c typeCase, zone string, order pgvalue.DateOrder, style pgvalue.IntervalStyle) {
	o.column(c.name)
	d := decoderFor(zone, order, style)
	loc, err := pgvalue.LoadZone(zone)
	require.NoError(t, err)
	enc := pgvalue.NewEncoder(pgvalue.Settings{Location: loc, DateOrder: order, IntervalStyle: style})
	bad := 0
	report := func(format string, args ...any) {
		if bad++; bad <= 40 {
			t.Errorf(format, args...)
		}
	}
	for _, in := range c.inputs {
		pgErr := o.put(in)
		v, err := one(c.typ, func(a *vector.Appender) error { return d.ParseText(a, []byte(in)) })
		if unsupported(err) {
			continue
		}
		if pgErr != nil {
			if err == nil {
				report("%s %q: PostgreSQL refuses (%s %s), we read %q", c.name, in, pgErr.Code, pgErr.Message, pgvalue.AppendText(nil, v, 0, enc))
				continue
			}
			e := pgerr.From(err)
			detail := pgErr.Detail
			if strings.HasPrefix(pgErr.Message, "malformed array") {
				detail = e.Detail // its wording changed from release to release
			}
			if e.Code != pgErr.Code || e.Message != pgErr.Message || e.Detail != detail || e.Hint != pgErr.Hint {
				report("%s %q:\n PostgreSQL %s %q %q %q\n ours       %s %q %q %q", c.name, in, pgErr.Code, pgErr.Message, pgErr.Detail, pgErr.Hint, e.Code, e.Message, e.Detail, e.Hint)
			}
			continue
		}
		text, binary := o.get(0), o.get(1)
		if err != nil {
			report("%s %q: PostgreSQL reads %q, we refuse: %s %v", c.name, in, text, pgerr.Code(err), err)
			continue
		}
		if got := pgvalue.AppendText(nil, v, 0, enc); !bytes.Equal(got, text) {
			report("%s %q: text: PostgreSQL %q, ours %q", c.name, in, text, got)
			continue
		}
		if got := pgvalue.AppendBinary(nil, v, 0, enc); !bytes.Equal(got, binary) {
			report("%s %q: binary: PostgreSQL %x, ours %x", c.name, in, binary, got)
			continue
		}
		back, err := one(c.typ, func(a *vector.Appender) error { return d.ParseBinary(a, binary) })
		if err != nil {
			report("%s %q: reading PostgreSQL's binary %x: %v", c.name, in, binary, err)
			continue
		}
		if got := pgvalue.AppendText(nil, back, 0, enc); !bytes.Equal(got, text) {
			report("%s %q: through binary: PostgreSQL %q, ours %q", c.name, in, text, got)
		}
	}
}

func lines(s string) []string {
	var out []string
	for _, l := range strings.Split(s, "\n") {
		if l = strings.TrimPrefix(l, "\t"); l != "" {
			out = append(out, strings.ReplaceAll(l, "·", " "))
		}
	}
	return out
}

func TestScalarsLikePostgres(t *testing.T) {
	o := newOracle(t)
	ints := []string{"0", "1", "-1", "+5", " 42 ", "\t7\n", "32767", "-32768", "32768", "2147483647", "-2147483648", "2147483648", "9223372036854775807",
		"-9223372036854775808", "9223372036854775808", "99999999999999999999999", "", " ", "-", "+", "x", "1x", "1 2", "0x10", "1_000", "1.0", "1e3", "--1", "99999999999x",
		"00000000000000000000000000001", "４", "1\v"}
	floats := []string{"0", "-0", "1", "1.5", "-1.5e10", "1e15", "1e14", "123456789012345", "1234567890123456", "1e-4", "1e-5", "0.0001", "0.00001234", "1e20", "1e308", "1e309", "1e-323",
		"1e-324", "1e-400", "4.9e-324", "NaN", "nan", "Infinity", "-infinity", "inf", "-inf", "+inf", "  1.25  ", "", " ", "x", "1.2.3", ".5", "5.", ".", "e5", "1e", "1e+", "0x1p3", "0x10", "1e1000000000",
		"9007199254740993", "18014398509481988", "5.6843418860808015e-14", "123456.789", "1234567", "999999", "1000000", "0.1", "0.3", "3.4028235e38", "3.5e38", "1.4e-45", "1e-46", "16777216", "16777217", "33554432",
		"8388608", "100000", "1.17549435e-38", "1 2", "1,5", "infinit", "infinity x", "1e15x"}
	numerics := []string{"0", "-0", "0.0", "1", "-1", "123.45", "0.005", "0.015", "0.025", "-0.005", "999.994", "999.995", "-999.995", "1000", "12345.678", "1e2", "1.5e-3", "1e400", "1e-400", "0e9999", "", " ", "x", "1..2", "1.2.3", "1e", "1e5x", ".5", "5.",
		".", "  7.5  ", "+3", "1 2", "0000000000000001.10", "99999999999999999999999999999", "99999999999999999999999999999.999999999", "123456789.123456789", "1.10", "100", "1000000000", "0.000000001", "NaN", "Infinity",
		"12345678901234567890.123456789", "-12345678901234567890.5", "4", "40000", "0.0001", "10000.0001", "99999999", "0.9999", "1e-9", "-1e28", "1E3", "1_0"}
	cases := []typeCase{
		{"bool", sqltype.Of(sqltype.Bool), []string{"t", "f", "true", "false", "TRUE", "FaLsE", "y", "n", "yes", "no", "on", "off", "of", "o", "1", "0", " t ", "tr", "tru", "truee", "", " ", "2", "ye", "yess", "fals", "10", "nope"}},
		{"int2", sqltype.Of(sqltype.Int2), ints}, {"int4", sqltype.Of(sqltype.Int4), ints}, {"int8", sqltype.Of(sqltype.Int8), ints},
		{"oid", sqltype.Of(sqltype.Oid), []string{"0", "1", "4294967295", "4294967296", "-1", "-2147483648", "x", "", " 5 ", "5x", "99999999999999999999"}},
		{"float8", sqltype.Of(sqltype.Float8), floats}, {"float4", sqltype.Of(sqltype.Float4), floats},
		{"numeric(5,2)", sqltype.NumericOf(5, 2), numerics}, {"numeric(4,0)", sqltype.NumericOf(4, 0), numerics}, {"numeric(4,4)", sqltype.NumericOf(4, 4), numerics},
		{"numeric(18,6)", sqltype.NumericOf(18, 6), numerics}, {"numeric(38,9)", sqltype.NumericOf(38, 9), numerics}, {"numeric(38,0)", sqltype.NumericOf(38, 0), numerics},
		{"numeric(38,38)", sqltype.NumericOf(38, 38), numerics}, {"numeric(9,3)", sqltype.NumericOf(9, 3), numerics}, {"numeric(20,19)", sqltype.NumericOf(20, 19), numerics},
		{"text", sqltype.Of(sqltype.Text), []string{"", "a", " a ", "äöü€𝄞", "a\tb\nc\\d", "NULL", strings.Repeat("x", 5000)}},
		{"varchar(3)", sqltype.VarcharOf(3), []string{"", "a", "abc", "abcd", "abc  ", "abc  x", "äöü", "äöü€", "€€€   ", " a "}},
		{"char(3)", sqltype.BpcharOf(3), []string{"", "a", "abc", "abcd", "abc  ", "ab ", "a  ", "äöü", "äöü€", "ä", "   ", "    "}},
		{"bpchar", sqltype.Of(sqltype.Bpchar), []string{"a", "abc"}},
		{"name", sqltype.Of(sqltype.Name), []string{"a", strings.Repeat("n", 70), strings.Repeat("ä", 40)}},
		{"bytea", sqltype.Of(sqltype.Bytea), []string{"", `\x`, `\x00ff`, `\xDE AD be ef`, `\x0`, `\xg0`, `\x0g`, "abc", `a\\b`, `\001\377`, `\400`, `\`, `a\`, `\12`, `\18x`, "ä", `\x0€`, `\X00`}},
		{"uuid", sqltype.Of(sqltype.UUID), []string{"a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11", "A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11", "{a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11}", "a0eebc999c0b4ef8bb6d6bb9bd380a11",
			"a0ee-bc99-9c0b-4ef8-bb6d-6bb9-bd38-0a11", "{a0eebc99-9c0b4ef8-bb6d6bb9-bd380a11}", "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a1", "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a111", "g0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11",
			"{a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11", "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11}", " a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11", "", "ffffffff-ffff-ffff-ffff-ffffffffffff", "00000000-0000-0000-0000-000000000000", "a0-eebc999c0b4ef8bb6d6bb9bd380a11",
			"a0eebc99--9c0b-4ef8-bb6d-6bb9bd380a11"}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) { compare(t, o, c, "UTC", pgvalue.MDY, pgvalue.IntervalPostgres) })
	}
}

// TestBareNumeric shows the rule for numeric without a modifier: nine digits behind the point, no trailing zeros.
func TestBareNumeric(t *testing.T) {
	d := pgvalue.NewDecoder(pgvalue.Options{})
	enc := pgvalue.NewEncoder(pgvalue.Settings{})
	for in, want := range map[string]string{
		"1": "1", "1.50": "1.5", "-0.000000001": "-0.000000001", "100": "100", "1e20": "100000000000000000000", "0": "0", "-0": "0", "12345678901234567890.000000001": "12345678901234567890.000000001",
		"0.1234567891": "0.123456789", "99999999999999999999999999999": "99999999999999999999999999999", "10.10": "10.1",
	} {
		v, err := one(sqltype.Of(sqltype.Numeric), func(a *vector.Appender) error { return d.ParseText(a, []byte(in)) })
		require.NoError(t, err, in)
		require.Equal(t, want, string(pgvalue.AppendText(nil, v, 0, enc)), in)
		bin := pgvalue.AppendBinary(nil, v, 0, enc)
		back, err := one(sqltype.Of(sqltype.Numeric), func(a *vector.Appender) error { return d.ParseBinary(a, bin) })
		require.NoError(t, err, in)
		require.Equal(t, v, back, in)
	}
	_, err := one(sqltype.Of(sqltype.Numeric), func(a *vector.Appender) error { return d.ParseText(a, []byte("1e29")) })
	require.Equal(t, "22003", pgerr.Code(err))
}

func TestJSONLikePostgres(t *testing.T) {
	o := newOracle(t)
	inputs := []string{`{}`, `[]`, `null`, `true`, `false`, `0`, `-0`, `1.50`, `1e5`, `1E-2`, `1.5e3`, `-1.25e-3`, `0.0`, `-0.0`, `1e0`, `12345678901234567890123`, `"a"`, `""`, `"\u00e4"`, `"\ud834\udd1e"`, `"\ud834"`, `"\udd1e"`,
		`"\ud834x"`, `"\u0000"`, `"\b\f\n\r\t\/\\\""`, `"\x"`, `"\u12"`, `"\u12g4"`, "\"a\nb\"", "\"\x01\"", `"abc`, `{"b":1,"a":2}`, `{"bb":1,"a":2,"c":3}`, `{"a":1,"a":2}`, `{"a":1,"b":2,"a":3}`, `{ "a" : [ 1 , 2 , { "x" : null } ] }`, `[1,2`, `[1,]`, `[,1]`, `{"a"}`, `{"a":}`,
		`{a:1}`, `{"a":1,}`, `{,}`, `{1:2}`, `tru`, `truex`, `nul`, `NULL`, `01`, `1.`, `.5`, `-`, `--1`, `1e`, `1e+`, `+1`, `0x10`, ``, ` `, ` 1 `, "\n[1,\n2]\n", `1 2`, `{} {}`, `[1] x`, `{"a":1} "b"`, `'a'`, `NaN`, `Infinity`, `[1 2]`, `{"a" 1}`, `{"a":1 "b":2}`, `[}`, `{]`, `]`, `}`, `,`, `:`,
		`"\u007f"`, "\"\x7f\"", `"\u001f"`, `{"":1}`, `{"a":{"b":{"c":[[],[[]],{}]}}}`, `"äöü"`, `{"ä":1,"zz":2,"a":3}`, `1e130000`, `1e140000`, `1e-16000`, `1e-17000`, `[[[[[[1]]]]]]`, `{"k":"v","list":[true,false,null],"num":1.0e+2}`, `1.0e-2`, `100e-2`, `0.10e1`, `[1, "unterminated]`, `@`, `[@]`, `{"a":@}`, `*`,
		`{"a":1}}`, `"a" "b"`, `truefalse`, `[true false]`, "{\n\"a\": 1,\n\"b\": oops\n}", `{"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa": x}`, `é`, `[é]`, `"\é"`}
	for _, c := range []typeCase{{"json", sqltype.Of(sqltype.JSON), inputs}, {"jsonb", sqltype.Of(sqltype.JSONB), inputs}} {
		t.Run(c.name, func(t *testing.T) { compare(t, o, c, "UTC", pgvalue.MDY, pgvalue.IntervalPostgres) })
	}
}

func TestArraysLikePostgres(t *testing.T) {
	o := newOracle(t)
	ints := []string{`{}`, `{1,2,3}`, ` { 1 , 2 } `, `{NULL,1,null}`, `{"1","2"}`, `{`, `}`, ``, `1`, `{1,}`, `{,1}`, `{1,,2}`, `{1}x`, `{1} `, `{x}`, `{1 2}`, `{99999999999}`, `{""}`, `{"NULL"}`, `{{1},{2}}`, `[1:2]={1,2}`, `[0:1]={1,2}`, `{1;2}`}
	texts := []string{`{}`, `{a,b}`, `{"a b",c d, e }`, `{"a\"b","c\\d",e\,f,g\"h}`, `{"",NULL,"NULL",null,Null}`, `{"{}","}",","}`, `{ä,"€"}`, `{"a`, `{a"b}`, `{"a"b}`, `{a\}`, `{\ a,b\ }`, "{a\tb,\"c\nd\"}", `{  spaced  out  }`, `{"x" , "y"}`, `{a{b}`, `{\N}`, `{NULLX}`, `{"\""}`}
	for _, c := range []typeCase{
		{"int4[]", arrayOf(sqltype.Int4), ints},
		{"text[]", arrayOf(sqltype.Text), texts},
		{"bool[]", arrayOf(sqltype.Bool), []string{`{t,f,true,NULL}`, `{x}`}},
		{"float8[]", arrayOf(sqltype.Float8), []string{`{1.5,NaN,Infinity,-0,1e20}`}},
		{"timestamp[]", arrayOf(sqltype.Timestamp), []string{`{2020-01-01,"2020-01-01 10:00:00",infinity}`}},
		{"date[]", arrayOf(sqltype.Date), []string{`{2020-01-01,"0001-01-01 BC"}`}},
		{"interval[]", arrayOf(sqltype.Interval), []string{`{1 day,"1 mon 2 days",01:02:03}`}},
		{"bytea[]", arrayOf(sqltype.Bytea), []string{`{"\\x00ff",abc}`}},
		{"jsonb[]", arrayOf(sqltype.JSONB), []string{`{"{\"b\": 1, \"a\": [1, 2]}","\"x\"",null}`}},
		{"uuid[]", arrayOf(sqltype.UUID), []string{`{a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11}`}},
		{"varchar(3)[]", func() sqltype.Type { a, _ := sqltype.VarcharOf(3).Array(); return a }(), []string{`{abc,de}`, `{abcd}`}},
		{"numeric(5,2)[]", func() sqltype.Type { a, _ := sqltype.NumericOf(5, 2).Array(); return a }(), []string{`{1,2.345,-3}`, `{1000}`}},
		{"char(3)[]", func() sqltype.Type { a, _ := sqltype.BpcharOf(3).Array(); return a }(), []string{`{a,bc}`}},
	} {
		t.Run(c.name, func(t *testing.T) { compare(t, o, c, "UTC", pgvalue.MDY, pgvalue.IntervalPostgres) })
	}
}

var dates = lines(`
	1999-01-08
	January 8, 1999
	1/8/1999
	1/18/1999
	18/1/1999
	01/02/03
	1999-Jan-08
	Jan-08-1999
	08-Jan-1999
	99-Jan-08
	08-Jan-99
	Jan-08-99
	19990108
	990108
	1999.008
	J2451187
	January 8, 99 BC
	2020-02-29
	2021-02-29
	1900-02-29
	2000-02-29
	2020-13-01
	2020-00-01
	2020-01-00
	2020-01-32
	2020-1-1
	20-1-1
	0000-01-01
	0001-01-01
	0001-01-01 BC
	4714-11-24 BC
	4714-11-23 BC
	5874897-12-31
	5874898-01-01
	infinity
	-infinity
	epoch
	2020-01-01 10:20:30
	2020-01-01T10:20:30Z
	2020-01-01 10:20:30+02
	Mon Jan 6 2020
	Monday, January 6, 2020
	6 Jan 2020
	Jan 6 2020
	2020 Jan 6
	2020 6 Jan
	2020/01/06
	2020.01.06
	06.01.2020
	1.2.2003
	x
	·
	2020
	2020-01
	202001
	20200101
	2020-001
	2020.366
	2021.366
	12-12-12
	10000-01-01
	99999-12-31
	2020-01-01 BC
	2020-01-01 AD
	bc 2020-01-01
	y2020m01d02
	2020-01-01-01
	2020-06-31
	Feb 30, 2020
	foo 2020-01-01
	2020-01-01 foo
	2020-01-01 25:00:00
	9999999999-01-01
	·2020-01-01·
	2020--01-01
	13/13/2020
	1999-01-08 04:05 PM
`)

var times = lines(`
	04:05:06.789
	04:05:06
	04:05
	040506
	0405
	04:05 AM
	04:05 PM
	12:00 AM
	12:00 PM
	13:00 PM
	04:05:06.789-8
	04:05:06-08:00
	04:05-08:00
	040506-08
	040506+0730
	04:05:06 PST
	2003-04-12 04:05:06 America/New_York
	2003-04-12 04:05:06
	24:00:00
	24:00:01
	23:59:60
	23:59:59.999999
	23:59:59.9999999
	00:00:00.0000005
	25:00:00
	12:60:00
	12:00:61
	12
	1200
	120000.5
	allballs
	now x
	x
	·
	12:
	:12
	12:00:
	12:00:00.
	12:00:00.1
	12:00:00.123456
	12:00:00.1234564
	12:00:00.1234565
	1:2:3
	T040506
	T04:05:06
	04:05:06Z
	04:05:06 UTC
	infinity
	epoch
	12:00:00 BC
	100:00:00
	4 PM
	4:05PM
	-04:05:06
	04:05:06.1.2
	04:05.5
`)

var timestamps = lines(`
	2004-10-19 10:23:54
	2004-10-19T10:23:54
	2004-10-19T10:23:54Z
	2004-10-19 10:23:54+02
	2004-10-19 10:23:54-02
	2004-10-19 10:23:54+05:30
	2004-10-19 10:23:54+0530
	2004-10-19 10:23:54 +05:30
	2004-10-19 10:23:54+05:30:15
	2004-10-19 10:23:54.5
	2004-10-19 10:23:54.123456
	2004-10-19 10:23:54.1234567
	2004-10-19 10:23:54.9999999
	2004-10-19 10:23
	2004-10-19 10
	2004-10-19
	2004-10-19 10:23:54 PST
	2004-10-19 10:23:54 CET
	2004-10-19 10:23:54 America/New_York
	2004-10-19 10:23:54 america/new_york
	2004-10-19 10:23:54 Asia/Kolkata
	2004-10-19 10:23:54 Nowhere/Land
	2004-10-19 10:23:54 XYZ
	2004-10-19 10:23:54+16
	2004-10-19 10:23:54+15:59:59
	2004-10-19 10:23:54+15:60
	2004-03-28 01:30:00 Europe/Berlin
	2004-03-28 02:30:00 Europe/Berlin
	2004-03-28 03:30:00 Europe/Berlin
	2004-10-31 02:30:00 Europe/Berlin
	2004-10-31 03:30:00 Europe/Berlin
	2004-03-28 02:30:00
	2004-10-31 02:30:00
	2004-04-04 02:30:00
	2004-10-31 01:30:00
	1883-11-18 12:00:00
	1800-01-01 00:00:00
	0001-01-01 00:00:00
	0044-03-15 12:00:00 BC
	4714-11-24 00:00:00 BC
	4714-11-23 23:59:59 BC
	9999-12-31 23:59:59.999999
	10000-01-01 00:00:00
	294246-12-31 23:59:59
	infinity
	-infinity
	epoch
	Wed Dec 17 07:37:16 1997
	Wed Dec 17 07:37:16 1997 PST
	Wed Dec 17 07:37:16.5 1997 PST
	17 Dec 1997 07:37:16
	Dec 17 07:37:16 1997
	12/17/1997 07:37:16.00 PST
	17/12/1997 07:37:16
	17.12.1997 07:37:16.00 CET
	1997-12-17 07:37:16-08
	19971217 073716
	19971217T073716
	19971217T073716Z
	19971217T073716.5
	19971217T073716-08
	19971217 07:37:16
	1997-12-17 07:37 AM
	1997-12-17 07:37 PM
	1997-12-17 12:37 AM
	1997-12-17 24:00:00
	1997-12-31 24:00:00
	1997-12-17 24:00:01
	1997-12-17 23:59:60
	1997-12-17 25:00:00
	1997-13-17 00:00:00
	1997-02-29 00:00:00
	1997-12-17 07:60:00
	J2451187
	J2451187 10:00
	January 8, 1999 04:05:06
	January 8 04:05:06 1999 PST
	1999-01-08 04:05:06 -8:00
	x
	·
	10:00:00
	2020-01-01 10:00:00 10:00:00
	2020-01-01 2020-01-02
	2020-01-01 +02
	2020-01-01 10:00:00 UTC
	2020-01-01 10:00:00 utc
	2020-01-01 10:00:00 GMT
	2020-01-01 10:00:00 EST
	2020-07-01 10:00:00 EDT
	2020-07-01 10:00:00 MSK
	2020-01-01 10:00:00 z
	2020-01-01t10:00:00z
	2020-01-01  10:00:00
	2020-01-01, 10:00:00
	2020-01-01 at 10:00:00
	2020-01-01 10:00:00 PST DST
	2020-06-15 12:00:00 EST5EDT
	2020-06-15 12:00:00 UTC+3
	2020-1-2 3:4:5
	2020-01-01T10
	2020-01-01T10:00
	2020-01-01T1000
	2020-01-01T100000
	2020-01-01 10:00:00.000001
	2020-01-01 10:00:00.0000001
	2020-01-01 00:00:00+00
	1969-12-31 23:59:59.5
	1969-12-31 23:59:59.999999
	99-01-08 04:05
	2020-01-01 10:00:00+5:30
	2020-01-01 10:00:00 + 5
	epoch 10:00
	infinity 2020
	2020-01-01 10:00:00,5
	2020-01-01 10:00:00 BC
	2020-01-01 BC 10:00:00
	10:00:00 2020-01-01
	10:00 Jan 8 1999
	Mon 2020-01-06
	Mon 1/6/2020 10:00
	2020-01-06 Mon
	1999-01-08 4 PM
	1999-01-08 16
	1999 1 8
	1999 01 08 10:11
	12345-01-01
	20200101 101112
	20200101 1011
	2020-01-01 101112.25
	2020-01-01 10
	123 1 1
	+2020-01-01
	2020-01-01 10:00 +0
	2020-01-01 10:00:00.5 -03:30
	2020-01-01 1:00:00 A.M.
	2020-01-01 10:00:00 Eastern
	8/7/6
	8-7-6
	8.7.6
	2000-366
	2000.060 12:00
	2020W01
	2020-01-01 10:00:00 EST5EDT,M3.2.0,M11.1.0
	2020-01-01 10:00:00 <+03>-3
	2020-01-01 00:00:00 US/Pacific
	2020-07-01 00:00:00 Europe/Kyiv
	Jan 1 2020 BC
	2020-01-01 10:00:00 J
	1e5
	1970-01-01 00:00:00.0000005
	0000-00-00 00:00:00
	2020-02-30 00:00:00
`)

var intervals = lines(`
	1 year
	1 year 2 mons 3 days 04:05:06.789
	1-2
	-1-2
	1-2 3 4:05:06
	3 4:05:06
	-3 4:05:06
	3 -4:05:06
	1 12:59:10
	P1Y2M3DT4H5M6S
	P0001-02-03T04:05:06
	P1W
	P-1Y-2M3DT-4H-5M-6.5S
	PT36H
	P20010203T040506
	PT0.5S
	P1.5Y
	P1.5M
	P0.5D
	P
	PT
	P1
	P1H
	PT1Y
	@ 1 year 2 mons 3 days 4 hours 5 mins 6 secs ago
	@ 1 minute
	1 day ago
	-1 day
	+1 day
	- 1 day
	1.5 days
	1.5 months
	1.5 years
	1.25 weeks
	1.5 weeks
	0.5 hours
	1.5 minutes
	1.123456789 seconds
	5
	5.5
	-5
	04:05
	04:05:06
	-04:05:06
	+04:05:06
	100:00:00
	1000:30
	30:15.5
	1 hour 30 minutes
	1h30m
	1h 30m
	1d
	1d 2h
	1y2mon3d
	1 fortnight
	2 weeks
	1 decade
	1 century
	1 millennium
	1 mil
	3 quarters
	1 ms
	1 us
	1 msec 5 usec
	500 milliseconds
	100000 microseconds
	1 day 1 day
	1 year 1 year
	1 hour 01:00
	1 mon -1 day
	-1 mon +1 day
	1 mon -1 day -00:00:01
	1 year -2 mons
	-1 year +2 mons -3 days +04:05:06
	1 year 2 mons -3 days 04:05:06
	178000000 years
	178956970 years 7 mons
	178956971 years
	2147483647 days
	2147483648 days
	2147483647 months
	2147483648 months
	9223372036854 seconds
	9223372036855 seconds
	2562047788:00:54.775807
	2562047789:00:00
	infinity
	now
	x
	·
	1 x
	1 day x
	year
	1 year 2
	1 2 3
	1:2:3:4
	1:60
	1:00:61
	01:02:03.1234567
	1 day 25:00:00
	00:00:00
	0
	0 days
	-00:00:01
	1 day -00:00:01
	-1 day 00:00:01
	0.000001 sec
	-0.5 sec
	1e3 sec
	1 sec.
	1 month 1.5 days
	0.1 months
	0.3 years
	0.99 days
	1,5 days
	1 year, 2 months
	1-13
	1-12
	1-11
	1 day 2 mons ago
	12 months
	25 months
	-13 months
	1000000 hours
	1 yr 3 mons
	1 minutes 1 hour
	interval 1 day
	P1Y2M3D
	P3D
	PT1M
	P1M
	-P1D
	P1Y 2M
	P1YT
	PT10:20:30.5
	P2001-02
	P2001-02-03
	P2001T10
	P10DT10
`)

func TestTimesLikePostgres(t *testing.T) {
	o := newOracle(t)
	for _, zone := range []string{"UTC", "America/New_York", "Asia/Kolkata", "Europe/Berlin"} {
		for order, style := range map[pgvalue.DateOrder]string{pgvalue.MDY: "ISO, MDY", pgvalue.DMY: "ISO, DMY", pgvalue.YMD: "ISO, YMD"} {
			o.exec(fmt.Sprintf("SET TIME ZONE '%s'; SET DateStyle = '%s'", zone, style))
			for _, c := range []typeCase{
				{"date", sqltype.Of(sqltype.Date), append(dates, timestamps...)}, {"time", sqltype.Of(sqltype.Time), times},
				{"timestamp", sqltype.Of(sqltype.Timestamp), append(timestamps, dates...)}, {"timestamptz", sqltype.Of(sqltype.Timestamptz), append(timestamps, dates...)},
				{"timestamp(3)", sqltype.Type{OID: sqltype.Timestamp, Mod: 3}, []string{"2020-01-01 10:00:00.1235", "2020-01-01 10:00:00.12349", "1969-12-31 23:59:59.9996"}},
				{"timestamptz(0)", sqltype.Type{OID: sqltype.Timestamptz, Mod: 0}, []string{"2020-01-01 10:00:00.5", "2020-01-01 10:00:00.499999", "1999-01-01 00:00:00.5"}},
				{"time(2)", sqltype.Type{OID: sqltype.Time, Mod: 2}, []string{"10:00:00.125", "10:00:00.124", "23:59:59.999"}},
			} {
				t.Run(zone+"/"+style+"/"+c.name, func(t *testing.T) { compare(t, o, c, zone, order, pgvalue.IntervalPostgres) })
			}
		}
	}
}

func TestIntervalsLikePostgres(t *testing.T) {
	o := newOracle(t)
	for style, name := range map[pgvalue.IntervalStyle]string{pgvalue.IntervalPostgres: "postgres", pgvalue.IntervalPostgresVerbose: "postgres_verbose", pgvalue.IntervalSQLStandard: "sql_standard", pgvalue.IntervalISO8601: "iso_8601"} {
		o.exec("SET IntervalStyle = " + name)
		t.Run(name, func(t *testing.T) {
			compare(t, o, typeCase{"interval", sqltype.Of(sqltype.Interval), intervals}, "UTC", pgvalue.MDY, style)
		})
	}
}
