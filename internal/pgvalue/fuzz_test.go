package pgvalue_test

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/miniodb/miniodb/internal/pgerr"
	"github.com/miniodb/miniodb/internal/pgvalue"
	"github.com/miniodb/miniodb/internal/sqltype"
	"github.com/miniodb/miniodb/internal/vector"
)

var fuzzTypes = []sqltype.Type{
	sqltype.Of(sqltype.Bool), sqltype.Of(sqltype.Int2), sqltype.Of(sqltype.Int4), sqltype.Of(sqltype.Int8), sqltype.Of(sqltype.Oid), sqltype.Of(sqltype.Float4), sqltype.Of(sqltype.Float8),
	sqltype.Of(sqltype.Numeric), sqltype.NumericOf(5, 2), sqltype.NumericOf(38, 38), sqltype.Of(sqltype.Text), sqltype.VarcharOf(3), sqltype.BpcharOf(3), sqltype.Of(sqltype.Name), sqltype.Of(sqltype.Bytea),
	sqltype.Of(sqltype.Date), sqltype.Of(sqltype.Time), sqltype.Of(sqltype.Timestamp), sqltype.Of(sqltype.Timestamptz), sqltype.Of(sqltype.Interval), sqltype.Of(sqltype.UUID), sqltype.Of(sqltype.JSON), sqltype.Of(sqltype.JSONB),
	arrayOf(sqltype.Int4), arrayOf(sqltype.Text), arrayOf(sqltype.JSONB), sqltype.Of(sqltype.Char), arrayOf(sqltype.Bool), arrayOf(sqltype.Float8), arrayOf(sqltype.Numeric),
	arrayOf(sqltype.Bytea), arrayOf(sqltype.Timestamptz), arrayOf(sqltype.Interval), arrayOf(sqltype.UUID),
}

// value checks one decoded value: printed and read again in both forms it is the same.
func value(t *testing.T, typ sqltype.Type, parse func(d *pgvalue.Decoder, a *vector.Appender) error) {
	d, enc := decoderFor("Europe/Berlin", pgvalue.MDY, pgvalue.IntervalPostgres), pgvalue.NewEncoder(pgvalue.Settings{})
	v, err := one(typ, func(a *vector.Appender) error { return parse(d, a) })
	if err != nil {
		var e *pgerr.Error
		require.True(t, errors.As(err, &e), "an error without a SQLSTATE: %v", err)
		require.NotEqual(t, "XX000", e.Code)
		return
	}
	text := pgvalue.AppendText(nil, v, 0, enc)
	binary := pgvalue.AppendBinary(nil, v, 0, enc)
	if typ.OID == sqltype.Interval && v.Intervals[0].Micros < -1<<62 {
		return // PostgreSQL too prints intervals that it then refuses to read
	}
	again, err := one(typ, func(a *vector.Appender) error { return d.ParseText(a, text) })
	require.NoError(t, err, "%s prints as %q", typ, text)
	require.Equal(t, string(text), string(pgvalue.AppendText(nil, again, 0, enc)), "%s by text", typ)
	again, err = one(typ, func(a *vector.Appender) error { return d.ParseBinary(a, binary) })
	require.NoError(t, err, "%s as %x", typ, binary)
	require.Equal(t, string(text), string(pgvalue.AppendText(nil, again, 0, enc)), "%s by binary", typ)
}

func FuzzParseText(f *testing.F) {
	for i := range fuzzTypes {
		for _, s := range []string{"1", "-12.5e3", "t", `\x00ff`, "2020-01-02 03:04:05.6+07", "Jan 8, 1999 BC", "1 year 2 mons -3 days 04:05:06.7", "P1Y2M3DT4H5M6S", "infinity",
			`{"b": [1, 2.50, "\u00e4"], "a": null}`, `{1,NULL,"a b"}`, "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11", "J2451187", "1999.008", "20200101T101112-08", "04:05 PM"} {
			f.Add(uint8(i), []byte(s))
		}
	}
	f.Fuzz(func(t *testing.T, typ uint8, s []byte) {
		value(t, fuzzTypes[int(typ)%len(fuzzTypes)], func(d *pgvalue.Decoder, a *vector.Appender) error { return d.ParseText(a, s) })
	})
}

func FuzzParseBinary(f *testing.F) {
	for i := range fuzzTypes {
		for _, s := range []string{"\x01", "\x00\x01", "\x00\x00\x00\x01", "\x00\x00\x00\x00\x00\x00\x00\x01", "\x00\x02\x00\x01\x40\x00\x00\x02\x00\x01\x0b\xb8",
			"\x00\x00\x00\x01\x00\x00\x00\x01\x00\x00\x00\x17\x00\x00\x00\x02\x00\x00\x00\x01\xff\xff\xff\xff\x00\x00\x00\x04\x00\x00\x00\x05", "\x01{}"} {
			f.Add(uint8(i), []byte(s))
		}
	}
	f.Fuzz(func(t *testing.T, typ uint8, s []byte) {
		value(t, fuzzTypes[int(typ)%len(fuzzTypes)], func(d *pgvalue.Decoder, a *vector.Appender) error { return d.ParseBinary(a, s) })
	})
}

// FuzzNumericBinaryText compares the text of a numeric of any scale with what a column keeps of it.
func FuzzNumericBinaryText(f *testing.F) {
	for _, s := range []string{"\x00\x02\x00\x01\x40\x00\x00\x02\x00\x01\x0b\xb8", "\x00\x00\x00\x00\x00\x00\x00\x05", "\x00\x01\xff\xfb\x00\x00\x00\x14\x00\x01",
		"\x00\x01\x00\x03\x00\x00\x00\x00\x00\x01", "\x00\x03\x00\x00\x40\x00\x00\x03\x00\x01\x13\x88\x27\x0f"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		text, err := pgvalue.NumericBinaryText(b)
		if err != nil {
			return
		}
		digits, weight, scale := int(b[0])<<8|int(b[1]), int(int16(b[2])<<8|int16(b[3])), int(b[6])<<8|int(b[7])
		if (digits-weight-1)*4 > scale {
			return // the text ends at the scale, a column rounds
		}
		typ := sqltype.NumericOf(38, 12)
		d, enc := pgvalue.NewDecoder(pgvalue.Options{}), pgvalue.NewEncoder(pgvalue.Settings{})
		direct, err := one(typ, func(a *vector.Appender) error { return d.ParseBinary(a, b) })
		byText, err2 := one(typ, func(a *vector.Appender) error { return d.ParseText(a, text) })
		require.Equal(t, pgerr.Code(err), pgerr.Code(err2), "%q", text)
		if err == nil {
			require.Equal(t, string(pgvalue.AppendText(nil, direct, 0, enc)), string(pgvalue.AppendText(nil, byText, 0, enc)), "%q", text)
		}
	})
}
