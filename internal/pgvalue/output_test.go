package pgvalue_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/miniodb/miniodb/internal/pgvalue"
	"github.com/miniodb/miniodb/internal/sqltype"
	"github.com/miniodb/miniodb/internal/vector"
)

// roundTrip sends values to PostgreSQL in our binary form by COPY and returns its text of each.
func (o *oracle) roundTrip(typ string, v *vector.Vector, n int) []string {
	o.exec("DROP TABLE IF EXISTS many; CREATE TEMP TABLE many (i int, v " + typ + ")")
	buf := []byte("PGCOPY\n\xff\r\n\x00\x00\x00\x00\x00\x00\x00\x00\x00")
	fn, enc := pgvalue.BinaryFunc(v.Type), pgvalue.NewEncoder(pgvalue.Settings{})
	for i := range n {
		buf = binary.BigEndian.AppendUint32(append(buf, 0, 2, 0, 0, 0, 4), uint32(i))
		buf = append(buf, 0, 0, 0, 0)
		at := len(buf)
		buf = fn(buf, v, i, enc)
		binary.BigEndian.PutUint32(buf[at-4:], uint32(len(buf)-at))
	}
	buf = append(buf, 0xff, 0xff)
	_, err := o.conn.CopyFrom(context.Background(), bytes.NewReader(buf), "COPY many FROM STDIN BINARY")
	require.NoError(o.tb, err)
	var out bytes.Buffer
	_, err = o.conn.CopyTo(context.Background(), &out, "COPY (SELECT v FROM many ORDER BY i) TO STDOUT")
	require.NoError(o.tb, err)
	return strings.Split(strings.TrimSuffix(out.String(), "\n"), "\n")
}

func (o *oracle) sameText(t *testing.T, typ string, v *vector.Vector, n int, s pgvalue.Settings) {
	want := o.roundTrip(typ, v, n)
	require.Len(t, want, n)
	fn, enc := pgvalue.TextFunc(v.Type), pgvalue.NewEncoder(s)
	bad := 0
	for i := range n {
		if got := fn(nil, v, i, enc); string(got) != want[i] {
			if bad++; bad < 20 {
				t.Errorf("%s: PostgreSQL prints %s, ours %s", typ, want[i], got)
			}
		}
	}
}

const manyFloats = 100_000

func TestFloatsLikePostgres(t *testing.T) {
	o := newOracle(t)
	r := rand.New(rand.NewPCG(1, 2))
	var f64 []float64
	var f32 []float32
	add := func(x float64) {
		f64 = append(f64, x)
		if y := float32(x); !math.IsInf(float64(y), 0) {
			f32 = append(f32, y)
		}
	}
	for range manyFloats {
		add(math.Float64frombits(r.Uint64()))
		f32 = append(f32, math.Float32frombits(r.Uint32()))
		add(float64(r.IntN(1e9)) / 100)
		add(math.Trunc(r.Float64()*1e6) / 1e6)
		add(r.NormFloat64() * 1000)
		add(float64(r.Uint64() >> r.UintN(20)))
	}
	for e := -1074; e < 1024; e++ {
		x := math.Ldexp(1, e)
		add(x)
		add(math.Nextafter(x, 0))
		add(-math.Nextafter(x, math.Inf(1)))
	}
	for e := -330; e < 309; e++ {
		x := math.Pow(10, float64(e))
		add(x)
		add(math.Nextafter(x, 0))
		add(math.Nextafter(x, math.Inf(1)))
		add(x * 1.5)
	}
	for i := range 64 {
		for k := range 2000 {
			x := float64(uint64(1)<<i + uint64(k)*2)
			add(x)
			f32 = append(f32, float32(x)*float32(1+k%7))
		}
	}
	o.exec("SET extra_float_digits = 1")
	o.sameText(t, "float8", &vector.Vector{Type: vector.TypeOf(sqltype.Of(sqltype.Float8)), Float64s: f64}, len(f64), pgvalue.Settings{})
	o.sameText(t, "float4", &vector.Vector{Type: vector.TypeOf(sqltype.Of(sqltype.Float4)), Float32s: f32}, len(f32), pgvalue.Settings{})
	f64, f32 = f64[:50_000], f32[:50_000]
	for _, digits := range []int{0, -3, -15} {
		o.exec(fmt.Sprint("SET extra_float_digits = ", digits))
		s := pgvalue.Settings{RoundFloats: true, FloatDigits: digits}
		o.sameText(t, "float8", &vector.Vector{Type: vector.TypeOf(sqltype.Of(sqltype.Float8)), Float64s: f64}, len(f64), s)
		o.sameText(t, "float4", &vector.Vector{Type: vector.TypeOf(sqltype.Of(sqltype.Float4)), Float32s: f32}, len(f32), s)
	}
}

func TestNumericsLikePostgres(t *testing.T) {
	o := newOracle(t)
	r := rand.New(rand.NewPCG(3, 4))
	for _, ps := range [][2]int{{4, 0}, {4, 2}, {4, 4}, {9, 0}, {9, 3}, {9, 9}, {18, 0}, {18, 5}, {18, 18}, {38, 0}, {38, 9}, {38, 19}, {38, 37}, {38, 38}, {20, 1}} {
		typ := sqltype.NumericOf(ps[0], ps[1])
		v := &vector.Vector{Type: vector.TypeOf(typ)}
		d := pgvalue.NewDecoder(pgvalue.Options{})
		b := vector.NewBuilder([]vector.Type{v.Type})
		a := b.Col(0)
		var texts []string
		for range 3000 {
			digits := make([]byte, 1+r.IntN(ps[0]))
			for i := range digits {
				digits[i] = byte('0' + r.IntN(10))
			}
			if r.IntN(3) == 0 {
				for i := range digits[len(digits)/2:] {
					digits[len(digits)/2+i] = '0'
				}
			}
			s := fmt.Sprintf("%se-%d", digits, ps[1])
			if r.IntN(2) == 0 {
				s = "-" + s
			}
			require.NoError(t, d.ParseText(a, []byte(s)), s)
			texts = append(texts, s)
		}
		o.sameText(t, typ.String(), &b.Take().Cols[0], len(texts), pgvalue.Settings{})
	}
}

func TestDateStylesLikePostgres(t *testing.T) {
	o := newOracle(t)
	r := rand.New(rand.NewPCG(5, 6))
	var days []int32
	var us []int64
	for range 3000 {
		days = append(days, int32(r.IntN(2*1700000)-1700000))
		us = append(us, r.Int64N(4e17)-2e17, r.Int64N(2e15), (r.Int64N(4e11)-2e11)*1000000)
	}
	days = append(days, math.MaxInt32, -math.MaxInt32, 0, -1, -719162, -719163, -719528, -2440588, 2145042905)
	us = append(us, math.MaxInt64, -math.MaxInt64, 0, -1, 1, -62135596800000000, -62135596800000001)
	for name, style := range map[string]pgvalue.DateStyle{"ISO": pgvalue.DateISO, "SQL": pgvalue.DateSQL, "Postgres": pgvalue.DatePostgres, "German": pgvalue.DateGerman} {
		for orderName, order := range map[string]pgvalue.DateOrder{"MDY": pgvalue.MDY, "DMY": pgvalue.DMY, "YMD": pgvalue.YMD} {
			for _, zone := range []string{"UTC", "America/New_York", "Asia/Kolkata", "Europe/Berlin", "Australia/Lord_Howe", "<-03>+03", "Africa/Monrovia", "America/Sao_Paulo"} {
				o.exec(fmt.Sprintf("SET DateStyle = '%s, %s'; SET TIME ZONE '%s'", name, orderName, zone))
				loc, err := pgvalue.LoadZone(zone)
				require.NoError(t, err)
				s := pgvalue.Settings{Location: loc, DateStyle: style, DateOrder: order}
				t.Run(name+orderName+zone, func(t *testing.T) {
					o.sameText(t, "date", &vector.Vector{Type: vector.TypeOf(sqltype.Of(sqltype.Date)), Int32s: days}, len(days), s)
					o.sameText(t, "timestamp", &vector.Vector{Type: vector.TypeOf(sqltype.Of(sqltype.Timestamp)), Int64s: us}, len(us), s)
					o.sameText(t, "timestamptz", &vector.Vector{Type: vector.TypeOf(sqltype.Of(sqltype.Timestamptz)), Int64s: us}, len(us), s)
				})
			}
		}
	}
}

func TestIntervalStylesLikePostgres(t *testing.T) {
	o := newOracle(t)
	r := rand.New(rand.NewPCG(7, 8))
	pick := func(n int64) int64 {
		switch r.IntN(4) {
		case 0:
			return 0
		case 1:
			return r.Int64N(3) - 1
		}
		return r.Int64N(2*n) - n
	}
	var all []vector.Interval
	for range 5000 {
		us := pick(1e13)
		if r.IntN(2) == 0 {
			us = us / 1e6 * 1e6
		}
		all = append(all, vector.Interval{Months: int32(pick(100)), Days: int32(pick(100)), Micros: us})
	}
	all = append(all, vector.Interval{Months: math.MinInt32, Days: math.MinInt32, Micros: math.MinInt64 + 1}, vector.Interval{Months: math.MaxInt32, Days: math.MaxInt32, Micros: math.MaxInt64})
	for name, style := range map[string]pgvalue.IntervalStyle{"postgres": pgvalue.IntervalPostgres, "postgres_verbose": pgvalue.IntervalPostgresVerbose, "sql_standard": pgvalue.IntervalSQLStandard, "iso_8601": pgvalue.IntervalISO8601} {
		o.exec("SET IntervalStyle = " + name)
		t.Run(name, func(t *testing.T) {
			o.sameText(t, "interval", &vector.Vector{Type: vector.TypeOf(sqltype.Of(sqltype.Interval)), Intervals: all}, len(all), pgvalue.Settings{IntervalStyle: style})
		})
	}
}

// TestNestedLists shows lists of lists, which come from queries and have no column type.
func TestNestedLists(t *testing.T) {
	leaf := vector.TypeOf(sqltype.Of(sqltype.Int4))
	array, _ := sqltype.Of(sqltype.Int4).Array()
	inner := vector.Type{SQL: array, Kind: vector.KindList, Elem: &leaf}
	outer := vector.Type{SQL: array, Kind: vector.KindList, Elem: &inner}
	d, enc := pgvalue.NewDecoder(pgvalue.Options{}), pgvalue.NewEncoder(pgvalue.Settings{})
	for in, want := range map[string]string{"{{1,2},{3,NULL}}": "{{1,2},{3,NULL}}", "{}": "{}", "{{1},{2},{3}}": "{{1},{2},{3}}"} {
		b := vector.NewBuilder([]vector.Type{outer})
		require.NoError(t, d.ParseText(b.Col(0), []byte(in)))
		v := b.Take().Cols[0]
		require.Equal(t, want, string(pgvalue.AppendText(nil, &v, 0, enc)))
		bin := pgvalue.AppendBinary(nil, &v, 0, enc)
		require.NoError(t, d.ParseBinary(b.Col(0), bin))
		back := b.Take().Cols[0]
		require.Equal(t, want, string(pgvalue.AppendText(nil, &back, 0, enc)))
	}
	b := vector.NewBuilder([]vector.Type{outer})
	require.ErrorContains(t, d.ParseText(b.Col(0), []byte("{{1,2},{3}}")), "malformed array literal")
	// A ragged list, which no array can be, is filled up in binary.
	ragged := vector.Vector{Type: outer, Lists: []vector.ListEntry{{Offset: 0, Length: 2}}, Child: &vector.Vector{Type: inner,
		Lists: []vector.ListEntry{{Offset: 0, Length: 2}, {Offset: 2, Length: 1}}, Child: &vector.Vector{Type: leaf, Int32s: []int32{1, 2, 3}}}}
	require.Equal(t, "{{1,2},{3}}", string(pgvalue.AppendText(nil, &ragged, 0, enc)))
	require.NoError(t, d.ParseBinary(b.Col(0), pgvalue.AppendBinary(nil, &ragged, 0, enc)))
	filled := b.Take().Cols[0]
	require.Equal(t, "{{1,2},{3,NULL}}", string(pgvalue.AppendText(nil, &filled, 0, enc)))
}

// TestHugeBinaryArray announces more elements than there are bytes.
func TestHugeBinaryArray(t *testing.T) {
	d := pgvalue.NewDecoder(pgvalue.Options{})
	for _, b := range []string{
		"\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00\x00\x17\x07\xff\xff\xff\x00\x00\x00\x01",
		"\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00\x00\x17\x7f\xff\xff\xff\x00\x00\x00\x01",
		"\x00\x00\x00\x07\x00\x00\x00\x00\x00\x00\x00\x17", "\xff\xff\xff\xff\x00\x00\x00\x00\x00\x00\x00\x17",
	} {
		_, err := one(arrayOf(sqltype.Int4), func(a *vector.Appender) error { return d.ParseBinary(a, []byte(b)) })
		require.Error(t, err)
	}
}

func TestColumnFunc(t *testing.T) {
	enc := pgvalue.NewEncoder(pgvalue.Settings{})
	v := vector.Vector{Type: vector.TypeOf(sqltype.Of(sqltype.Int4)), Int32s: []int32{42}}
	for typ, want := range map[sqltype.OID][2]string{
		sqltype.Int8: {"42", "\x00\x00\x00\x00\x00\x00\x00\x2a"}, sqltype.Int2: {"42", "\x00\x2a"}, sqltype.Text: {"42", "42"}, sqltype.Oid: {"42", "\x00\x00\x00\x2a"}, 0: {"42", "\x00\x00\x00\x2a"},
		sqltype.Numeric: {"42", "\x00\x01\x00\x00\x00\x00\x00\x00\x00\x2a"},
	} {
		require.Equal(t, want[0], string(pgvalue.ColumnFunc(sqltype.Of(typ), v.Type, false)(nil, &v, 0, enc)), typ)
		require.Equal(t, want[1], string(pgvalue.ColumnFunc(sqltype.Of(typ), v.Type, true)(nil, &v, 0, enc)), typ)
	}
	s := vector.Vector{Type: vector.TypeOf(sqltype.Of(sqltype.Text)), Data: []byte(`{"a": 1}x`), Offsets: []uint32{0, 8, 9}}
	require.Equal(t, "\x01{\"a\": 1}", string(pgvalue.ColumnFunc(sqltype.Of(sqltype.JSONB), s.Type, true)(nil, &s, 0, enc)))
	require.Equal(t, "x  ", string(pgvalue.ColumnFunc(sqltype.BpcharOf(3), s.Type, false)(nil, &s, 1, enc)))
	f := vector.Vector{Type: vector.TypeOf(sqltype.Of(sqltype.Float4)), Float32s: []float32{1.5}}
	require.Len(t, pgvalue.ColumnFunc(sqltype.Of(sqltype.Float8), f.Type, true)(nil, &f, 0, enc), 8)
	huge := vector.Vector{Type: vector.Type{SQL: sqltype.NumericOf(38, 0), Kind: vector.KindInt128, Width: 38}, Int128s: []vector.Int128{{Lo: 7}}}
	require.Equal(t, "\x00\x00\x00\x00\x00\x00\x00\x07", string(pgvalue.ColumnFunc(sqltype.Of(sqltype.Int8), huge.Type, true)(nil, &huge, 0, enc)))
}
