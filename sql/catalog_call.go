package sql

import (
	_ "embed"
	"strconv"
	"strings"
	"sync"

	"github.com/miniodb/miniodb/internal/pgerr"
	"github.com/miniodb/miniodb/internal/pgvalue"
	"github.com/miniodb/miniodb/internal/sqltype"
)

//go:embed catalog_functions.txt
var catalogFunctionText string

// catalogTable are the functions about the catalogs.
var catalogTable = sync.OnceValue(func() map[string][]signature {
	table := map[string][]signature{}
	for line := range strings.SplitSeq(catalogFunctionText, "\n") {
		if line = strings.TrimSpace(line); line == "" || line[0] == '#' || strings.Contains(line, " = ") {
			continue
		}
		if name, sig, ok := parseSignature(line); ok {
			table[name] = append(table[name], sig)
		}
	}
	return table
})

// CatalogFunctions lists the functions that SessionInfo.Call must answer, those that read and print object names aside.
func CatalogFunctions() []string {
	var out []string
	for name := range catalogTable() {
		out = append(out, name)
	}
	return out
}

// catalogCall translates a function about the catalogs; ok is false for any other.
func (t *translator) catalogCall(name string, args []expr, loc int32) (e expr, ok bool, err error) {
	s, args, err := t.pick(catalogTable()[name], name, args, loc)
	if s == nil || err != nil {
		return expr{}, s != nil || err != nil, err
	}
	return t.host(name, sqltype.Of(typeWords[s.ret]), args...), true, nil
}

// pick finds the overload of a call that the session answers and fits the arguments to it; nil without an error: there is no such function.
func (t *translator) pick(sigs []signature, name string, args []expr, loc int32) (*signature, []expr, error) {
	if sigs == nil {
		return nil, nil, nil
	}
	s := pickOverload(sigs, args)
	if s == nil {
		return nil, nil, t.noFunction(name, args, loc)
	}
	args = append([]expr(nil), args...)
	for i := range args {
		var err error
		if args[i], err = t.coerce(args[i], sqltype.Of(typeWords[s.args[i]]), implicitCast, loc); err != nil {
			return nil, nil, err
		}
	}
	return s, args, nil
}

// host writes a call that the session answers while the query runs.
func (t *translator) host(function string, ret sqltype.Type, args ...expr) expr {
	t.calls = true
	duck, _ := t.duckType(ret)
	if t.env.Session.Host == "" {
		return typed("CAST(NULL AS "+duck+")", ret.OID, args...)
	}
	var b strings.Builder
	b.WriteString("pg_host('" + t.env.Session.Host + "', '" + function + "'")
	for _, a := range args {
		b.WriteString(", ")
		if d, _ := t.duckType(a.typ); d == "VARCHAR" && !a.null {
			b.WriteString(a.sql)
			continue
		}
		b.WriteString("CAST(" + a.sql + " AS VARCHAR)")
	}
	b.WriteString(")")
	sql := b.String()
	if elem, isArray := ret.Elem(); isArray {
		inner, _ := t.duckType(elem)
		sql = "from_json(" + sql + `, '["` + inner + `"]')`
	} else if duck != "VARCHAR" {
		sql = "CAST(" + sql + " AS " + duck + ")"
	}
	out := typed(sql, ret.OID, args...)
	out.weight += 20
	return out
}

// regLiteral reads the name of an object as the input function of the type does.
func (t *translator) regLiteral(text string, ty sqltype.Type, loc int32) (expr, error) {
	if t.env.Session.Call == nil {
		return expr{}, badInput(t, text, ty, loc)
	}
	t.calls = true
	id, err := t.env.Session.Call(ty.Typname()+"in", []*string{&text})
	if err != nil {
		return expr{}, positioned(t, err, loc)
	}
	e := typed("CAST("+*id+" AS BIGINT)", ty.OID)
	e.lit = id
	return e, nil
}

// regText prints a value of a type that names objects.
func (t *translator) regText(e expr) expr {
	return t.host(e.typ.Typname()+"out", sqltype.Of(sqltype.Text), e.ofType(sqltype.Of(sqltype.Oid)))
}

// regIn reads a text as a name of an object.
func (t *translator) regIn(e expr, ty sqltype.Type) expr {
	return t.host(ty.Typname()+"in", ty, e)
}

// namesOut turns an output column whose type names objects into numbers and names, which is how it leaves the server.
func (t *translator) namesOut(q *query, i int) error {
	e := q.cols[i].e
	elem, isArray := e.typ.Elem()
	if !e.typ.Reg() && !(isArray && elem.Reg()) {
		return nil
	}
	typ := e.typ
	return q.mapOutput(t, i, func(e expr) (expr, error) {
		one, template := typ, "$1"
		if isArray {
			one, template = elem, "pg_x"
		}
		name := t.regText(expr{sql: "\x00", typ: one, weight: 1, scale: -1})
		pair := "CAST(\x00 AS VARCHAR) || chr(" + strconv.Itoa(pgvalue.RegMark) + ") || " + strings.ReplaceAll(name.sql, "$", "$$")
		pair = strings.ReplaceAll(pair, "\x00", template)
		if isArray {
			pair = "list_transform($1, lambda pg_x: " + pair + ")"
		}
		out := t.bind(typ.OID, pair, e)
		out.typ, out.origin = typ, e.origin
		return out, nil
	})
}

// positioned gives an error the position of what caused it.
func positioned(t *translator, err error, loc int32) error {
	e := *pgerr.From(err)
	if e.Position == 0 {
		return e.WithPosition(t.position(loc))
	}
	return &e
}
