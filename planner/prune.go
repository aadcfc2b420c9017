package planner

import (
	"strings"

	"github.com/miniodb/miniodb/catalog"
	"github.com/miniodb/miniodb/internal/pgvalue"
	"github.com/miniodb/miniodb/internal/sqltype"
	"github.com/miniodb/miniodb/internal/vector"
	"github.com/miniodb/miniodb/sql"
)

// prune leaves out files in which no row can satisfy the scan's predicates. A file without statistics matches everything.
func prune(s sql.Scan, files []catalog.DataFile, params []*string) []catalog.DataFile {
	tests := make([]test, 0, len(s.Predicates))
	for _, p := range s.Predicates {
		if t, ok := newTest(s.Table, p, params); ok {
			tests = append(tests, t)
		}
	}
	if len(tests) == 0 {
		return files
	}
	kept := make([]catalog.DataFile, 0, len(files))
	for _, f := range files {
		match := f.Rows != 0
		for i := 0; match && i < len(tests); i++ {
			match = tests[i].matches(f)
		}
		if match {
			kept = append(kept, f)
		}
	}
	return kept
}

// test is a predicate with its constants read.
type test struct {
	column int32
	typ    sqltype.Type
	op     sql.Op
	values []value
}

// value is one value of a column's type in vector form.
type value struct{ v *vector.Vector }

// newTest reads the constants as values of the column's type; ok is false if that cannot be done without a doubt, and then nothing is pruned.
func newTest(t *catalog.Table, p sql.Predicate, params []*string) (test, bool) {
	c := t.Column(p.Column)
	if c == nil || c.Widened && p.Op != sql.IsNull && p.Op != sql.IsNotNull {
		return test{}, false
	}
	out := test{column: p.Column, typ: c.Type, op: p.Op}
	if out.typ.OID == sqltype.Varchar || out.typ.OID == sqltype.Bpchar {
		out.typ = sqltype.Of(sqltype.Text) // a longer constant is no error here
	}
	for _, k := range p.Values {
		text := k.Text
		if k.Param > 0 {
			if k.Param > len(params) {
				return test{}, false
			}
			if params[k.Param-1] == nil {
				continue // unknown for every row: an IN list ignores it, the others match nothing
			}
			text = *params[k.Param-1]
		}
		// A comparison in another type (integer column with 1.5) rounds in reading; only equal families are safe.
		if !comparable(c.Type, k.Type) {
			return test{}, false
		}
		v, ok := read(out.typ, text)
		if !ok {
			return test{}, false
		}
		out.values = append(out.values, v)
	}
	return out, true
}

func comparable(column, constant sqltype.Type) bool {
	if column.OID == constant.OID {
		return column.OID != sqltype.Numeric || constant.Mod == column.Mod || constant.Mod == sqltype.NoMod
	}
	switch {
	case integer(column.OID), column.OID == sqltype.Numeric:
		return integer(constant.OID)
	case textual(column.OID):
		return textual(constant.OID)
	}
	return false
}

func integer(o sqltype.OID) bool { return o == sqltype.Int2 || o == sqltype.Int4 || o == sqltype.Int8 }

func textual(o sqltype.OID) bool {
	return o == sqltype.Text || o == sqltype.Varchar || o == sqltype.Name || o == sqltype.Unknown
}

// read parses a constant. Decimals with more digits after the point than the column has would be rounded: not safe.
func read(t sqltype.Type, text string) (value, bool) {
	vt := vector.TypeOf(t)
	if vt.Kind == vector.Invalid || vt.Kind == vector.KindList || vt.Kind == vector.KindInterval {
		return value{}, false
	}
	if t.OID == sqltype.Numeric {
		if strings.ContainsAny(text, "eEnN") {
			return value{}, false
		}
		if _, frac, ok := strings.Cut(text, "."); ok && len(strings.TrimRight(frac, "0")) > int(vt.Scale) {
			return value{}, false
		}
	}
	if t.OID == sqltype.Timestamptz && !strings.ContainsAny(text, "+Z") && strings.Count(text, "-") < 3 {
		return value{}, false // its meaning depends on the session's time zone
	}
	b := vector.NewBuilder([]vector.Type{vt})
	if err := pgvalue.NewDecoder(pgvalue.Options{}).ParseText(b.Col(0), []byte(text)); err != nil {
		return value{}, false
	}
	return value{&b.Take().Cols[0]}, true
}

// matches reports whether some row of the file may satisfy the predicate.
func (t *test) matches(f catalog.DataFile) bool {
	stats, ok := f.Stats[t.column]
	if !ok {
		return true
	}
	switch t.op {
	case sql.IsNull:
		return stats.NullCount != 0
	case sql.IsNotNull:
		return stats.NullCount < f.Rows
	}
	if stats.NullCount == f.Rows && f.Rows > 0 {
		return false // NULL satisfies no comparison
	}
	var lo, hi value
	hasLo, hasHi := false, false
	if stats.Min != nil {
		lo, hasLo = read(t.typ, *stats.Min)
	}
	if stats.Max != nil {
		hi, hasHi = read(t.typ, *stats.Max)
	}
	for _, v := range t.values {
		above := hasHi && vector.Compare(v.v, 0, hi.v, 0) > 0 // the constant is above every row
		below := hasLo && vector.Compare(v.v, 0, lo.v, 0) < 0
		switch t.op {
		case sql.Eq, sql.In:
			if !above && !below {
				return true
			}
		case sql.Lt:
			if !hasLo || vector.Compare(lo.v, 0, v.v, 0) < 0 {
				return true
			}
		case sql.Le:
			if !below {
				return true
			}
		case sql.Gt:
			if !hasHi || vector.Compare(hi.v, 0, v.v, 0) > 0 {
				return true
			}
		case sql.Ge:
			if !above {
				return true
			}
		default:
			return true
		}
	}
	return false
}
