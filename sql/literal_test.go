package sql

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/miniodb/miniodb/catalog"
	"github.com/miniodb/miniodb/internal/sqltype"
)

func TestLiteralDefault(t *testing.T) {
	for expr, want := range map[string]string{
		"": "null", "NULL": "null", "1": "int:1", "-1.5": "dec:-1.5", "'a''b'": "'a''b'", "true": "bool:true", "'{}'::jsonb": "'{}'::jsonb",
		"CAST('x' AS varchar(3))": "'x'::character varying(3)", "ARRAY[1, 2]": "array(int:1, int:2)", "(1)": "int:1",
	} {
		cell, ok := LiteralDefault(expr)
		require.True(t, ok, expr)
		require.Equal(t, want, dumpCell(cell))
	}
	for _, expr := range []string{"now()", "1 + 1", "a", "$1", "DEFAULT", "1; select 2", "1 FROM t", "1, 2", "1 AS x", "'a", "(select 1)", "nextval('s')", "1 UNION SELECT 2", "DISTINCT 1", "1 LIMIT 1", "--"} {
		_, ok := LiteralDefault(expr)
		require.False(t, ok, expr)
	}
}

func TestSequenceDefault(t *testing.T) {
	for expr, want := range map[string]catalog.Name{
		"nextval('s')":                    {Name: "s"},
		"nextval('s'::regclass)":          {Name: "s"},
		"pg_catalog.nextval('A.\"B c\"')": {Schema: "a", Name: "B c"},
		"nextval('\"x\"\"y\"'::text)":     {Name: `x"y`},
	} {
		name, ok := SequenceDefault(expr)
		require.True(t, ok, expr)
		require.Equal(t, want, name)
	}
	for _, expr := range []string{"", "1", "nextval(s)", "nextval('a.b.c')", "nextval('')", "nextval('a', 1)", "currval('s')", "nextval('a b')", "nextval('s') + 1", "x.nextval('s')"} {
		_, ok := SequenceDefault(expr)
		require.False(t, ok, expr)
	}
}

func TestQuote(t *testing.T) {
	for in, want := range map[string]string{"a": "a", "A": `"A"`, "select": `"select"`, "name": "name", "a b": `"a b"`, `a"b`: `"a""b"`, "": `""`, "1a": `"1a"`, "_x1": "_x1", "é": `"é"`, "int": `"int"`} {
		require.Equal(t, want, QuoteIdent(in))
	}
	for in, want := range map[string]string{"a": "'a'", "it's": "'it''s'", `a\b`: `E'a\\b'`, "": "''"} {
		require.Equal(t, want, QuoteLiteral(in))
	}
}

func TestFormatType(t *testing.T) {
	require.Equal(t, "timestamp(3) with time zone", FormatType(sqltype.Type{OID: sqltype.Timestamptz, Mod: 3}))
	require.Equal(t, "timestamp with time zone", FormatType(sqltype.Of(sqltype.Timestamptz)))
	require.Equal(t, "numeric(5,2)", FormatType(sqltype.NumericOf(5, 2)))
	require.Equal(t, "interval", FormatType(sqltype.Of(sqltype.Interval)))
}

func TestSetText(t *testing.T) {
	require.Equal(t, "a b", (&Set{Values: []string{"a b"}}).Text())
	require.Equal(t, `public, "A b"`, (&Set{Values: []string{"public", "A b"}}).Text())
}
