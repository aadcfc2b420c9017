package sql

import (
	"strings"
	"sync"

	"github.com/jackc/pgerrcode"

	"github.com/miniodb/miniodb/internal/sqltype"
)

// sequenceText lists the functions that take numbers from sequences, in the form of functions.txt. The session answers them for each row, as it does
// with actions that stand anywhere but by themselves in the select list of the whole query.
const sequenceText = `
nextval(regclass) int8
currval(regclass) int8
lastval() int8
setval(regclass, int8) int8
setval(regclass, int8, bool) int8
`

var sequenceTable = sync.OnceValue(func() map[string][]signature {
	table := map[string][]signature{}
	for line := range strings.SplitSeq(strings.TrimSpace(sequenceText), "\n") {
		if name, sig, ok := parseSignature(line); ok {
			table[name] = append(table[name], sig)
		}
	}
	return table
})

// ActionArgs are the types of the arguments of an action or a function of sequences, which are told apart by how many there are; nil: there is none.
func ActionArgs(name string, n int) []sqltype.OID {
	for _, s := range append(actionTable()[name], sequenceTable()[name]...) {
		if len(s.args) != n {
			continue
		}
		out := make([]sqltype.OID, n)
		for i, word := range s.args {
			out[i] = typeWords[word]
		}
		return out
	}
	return nil
}

// sequenceCall translates a function of sequences; ok is false for any other.
func (t *translator) sequenceCall(c exprCtx, name string, args []expr, loc int32) (e expr, ok bool, err error) {
	s, args, err := t.pick(sequenceTable()[name], name, args, loc)
	if s == nil || err != nil {
		return expr{}, s != nil || err != nil, err
	}
	e, err = t.act(c, name, sqltype.Of(typeWords[s.ret]), args, loc)
	return e, true, err
}

// act writes a call that the session answers while the query runs, once for each row.
func (t *translator) act(c exprCtx, function string, ret sqltype.Type, args []expr, loc int32) (expr, error) {
	if c.place.name == inCheck.name {
		return expr{}, t.errorf(loc, pgerrcode.FeatureNotSupported, "function %s is not supported in %s", function, c.place.name)
	}
	t.calls, t.acting = true, true
	duck := "VARCHAR" // void is an empty text
	if ret.OID != sqltype.Void {
		duck, _ = t.duckType(ret)
	}
	if t.env.Session.Act == "" {
		return typed("CAST(NULL AS "+duck+")", ret.OID, args...), nil
	}
	var b strings.Builder
	b.WriteString("pg_act('" + t.env.Session.Act + "', '" + function + "'")
	for _, a := range args {
		b.WriteString(", CAST(" + a.sql + " AS VARCHAR)")
	}
	b.WriteString(")")
	sql := b.String()
	if duck != "VARCHAR" {
		sql = "CAST(" + sql + " AS " + duck + ")"
	}
	out := typed(sql, ret.OID, args...)
	out.weight = volatileWeight
	return out, nil
}

// volatileWeight keeps an expression from being written twice: each of its calls counts.
const volatileWeight = 500
