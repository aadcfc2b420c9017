package sqltype

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestSpelling(t *testing.T) {
	array, ok := VarcharOf(5).Array()
	require.True(t, ok)
	for want, typ := range map[string]Type{
		"integer": Of(Int4), "numeric": Of(Numeric), "numeric(10,2)": NumericOf(10, 2), "numeric(3,-2)": NumericOf(3, -2), "character varying(7)": VarcharOf(7),
		"character(3)": BpcharOf(3), "bpchar": Of(Bpchar), "character varying(5)[]": array, "timestamp with time zone": Of(Timestamptz), `"char"`: Of(Char),
		"???": Of(99999),
	} {
		require.Equal(t, want, typ.String())
	}
	p, s, ok := NumericOf(3, -2).PrecisionScale()
	require.Equal(t, []any{3, -2, true}, []any{p, s, ok})
	n, ok := VarcharOf(7).Length()
	require.Equal(t, []any{7, true}, []any{n, ok})
	require.EqualValues(t, 655366, NumericOf(10, 2).Mod, "as pg_attribute.atttypmod has it")
}

func TestTypnames(t *testing.T) {
	for oid := range infos {
		typ, ok := ByTypname(Of(oid).Typname())
		require.True(t, ok)
		require.Equal(t, oid, typ.OID)
		if array, ok := typ.Array(); ok {
			elem, ok := array.Elem()
			require.True(t, ok)
			require.Equal(t, oid, elem.OID)
			back, ok := ByTypname(array.Typname())
			require.True(t, ok)
			require.Equal(t, array, back)
		}
	}
	_, ok := ByTypname("_nosuch")
	require.False(t, ok)
}
