package sql_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/miniodb/miniodb/internal/pgvalue"
	"github.com/miniodb/miniodb/internal/sqltype"
	"github.com/miniodb/miniodb/internal/vector"
	"github.com/miniodb/miniodb/sql"
)

// FuzzParamText gives texts that a type has accepted the form for the engine: that works, and an array is JSON.
func FuzzParamText(f *testing.F) {
	types := []sqltype.Type{sqltype.Of(sqltype.Date), sqltype.Of(sqltype.Timestamp), sqltype.Of(sqltype.Timestamptz), sqltype.Of(sqltype.Interval)}
	for _, t := range types {
		array, _ := t.Array()
		types = append(types, array)
	}
	for _, oid := range []sqltype.OID{sqltype.Int4, sqltype.Text, sqltype.Bytea, sqltype.JSONB, sqltype.Float8, sqltype.Bool} {
		array, _ := sqltype.Of(oid).Array()
		types = append(types, array)
	}
	for i := range types {
		for _, s := range []string{"0044-03-15 BC", "0044-03-15 12:00:00 BC", "infinity", "1 year -2 mons 3 days -04:05:06.7", `{1,NULL,"a b","c\"d"}`, `{"0044-03-15 12:00:00+00 BC"}`, `{"1 mon","-1 days"}`, `{"\\x00ff"}`, `{"{\"a\": 1}"}`, `{NaN}`} {
			f.Add(uint8(i), s)
		}
	}
	f.Fuzz(func(t *testing.T, typ uint8, s string) {
		ty := types[int(typ)%len(types)]
		b := vector.NewBuilder([]vector.Type{vector.TypeOf(ty)})
		if pgvalue.NewDecoder(pgvalue.Options{}).ParseText(b.Col(0), []byte(s)) != nil {
			return
		}
		printed := string(pgvalue.AppendText(nil, &b.Take().Cols[0], 0, pgvalue.NewEncoder(pgvalue.Settings{})))
		if ty.OID == sqltype.Interval && pgvalue.NewDecoder(pgvalue.Options{}).ParseText(vector.NewBuilder([]vector.Type{vector.TypeOf(ty)}).Col(0), []byte(printed)) != nil {
			return // PostgreSQL, too, prints intervals that it then refuses to read
		}
		require.True(t, sql.OwnParamText(ty))
		text, err := sql.ParamText(ty, printed)
		if _, array := ty.Elem(); array {
			if err == nil {
				require.True(t, json.Valid([]byte(text)), "%q", text)
			}
			return // an interval in it may be one of those
		}
		require.NoError(t, err, "%q", printed)
	})
}
