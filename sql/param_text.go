package sql

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/miniodb/miniodb/internal/pgvalue"
	"github.com/miniodb/miniodb/internal/sqltype"
	"github.com/miniodb/miniodb/internal/vector"
)

// OwnParamText reports whether DuckDB needs another text for parameters of a type than PostgreSQL prints.
func OwnParamText(t sqltype.Type) bool {
	_, isArray := t.Elem()
	return isArray || t.OID == sqltype.Interval || category(t.OID) == "D"
}

// ParamText turns the text of a parameter, as PostgreSQL prints it under default settings, into what the casts around $n (typedParam)
// read as the same value: dates before Christ and intervals are spelled otherwise, an array is a JSON array of such texts.
func ParamText(t sqltype.Type, text string) (string, error) {
	if _, isArray := t.Elem(); !isArray && t.OID != sqltype.Interval {
		return duckDate(text), nil
	}
	b := vector.NewBuilder([]vector.Type{paramLayout(t, text)})
	if err := pgvalue.NewDecoder(pgvalue.Options{}).ParseText(b.Col(0), []byte(text)); err != nil {
		return "", err
	}
	v := &b.Take().Cols[0]
	if t.OID == sqltype.Interval {
		return duckInterval(v.Intervals[0]), nil
	}
	out, err := json.Marshal(paramList(v, 0, pgvalue.NewEncoder(pgvalue.Settings{})))
	return string(out), err
}

func paramLayout(t sqltype.Type, text string) vector.Type {
	vt := vector.TypeOf(t)
	if vt.Kind == vector.KindList {
		vt = pgvalue.Nested(vt, pgvalue.TextDims([]byte(text)))
	}
	return vt
}

// duckDate moves BC to where DuckDB has it, behind the date.
func duckDate(text string) string {
	before, ok := strings.CutSuffix(text, " BC")
	if !ok {
		return text
	}
	date, clock, ok := strings.Cut(before, " ")
	if !ok {
		return before + " (BC)"
	}
	return date + " (BC) " + clock
}

func duckInterval(i vector.Interval) string {
	return fmt.Sprintf("%d months %d days %d microseconds", i.Months, i.Days, i.Micros)
}

// paramList returns a row of a list column as what json.Marshal makes a list of texts of.
func paramList(v *vector.Vector, row int, enc *pgvalue.Encoder) []any {
	entry := v.Lists[row]
	out := make([]any, 0, entry.Length)
	for i := int(entry.Offset); i < int(entry.Offset+entry.Length); i++ {
		switch {
		case v.Child.IsNull(i):
			out = append(out, nil)
		case v.Child.Type.Kind == vector.KindList:
			out = append(out, paramList(v.Child, i, enc))
		case v.Child.Type.SQL.OID == sqltype.Interval:
			out = append(out, duckInterval(v.Child.Intervals[i]))
		default:
			out = append(out, duckDate(string(pgvalue.AppendText(nil, v.Child, i, enc))))
		}
	}
	return out
}
