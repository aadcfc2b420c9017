package sql

import (
	"strconv"
	"strings"

	"github.com/jackc/pgerrcode"
	pg_query "github.com/pganalyze/pg_query_go/v6"

	"github.com/miniodb/miniodb/internal/pgerr"
	"github.com/miniodb/miniodb/internal/pgvalue"
	"github.com/miniodb/miniodb/internal/sqltype"
	"github.com/miniodb/miniodb/internal/vector"
)

// arrayLiteral reads '{1,2}' as array_in does, one dimension or more.
func (t *translator) arrayLiteral(text string, elem, ty sqltype.Type, loc int32) (expr, error) {
	malformed := func(detail string) error {
		e := t.errorf(loc, pgerrcode.InvalidTextRepresentation, "malformed array literal: \"%s\"", text)
		if detail == "" { // the decoder of parameters finds what is wrong, too
			b := vector.NewBuilder([]vector.Type{pgvalue.Nested(vector.TypeOf(ty), pgvalue.TextDims([]byte(text)))})
			if err := pgvalue.NewDecoder(pgvalue.Options{}).ParseText(b.Col(0), []byte(text)); pgerr.Code(err) == e.Code {
				detail = pgerr.From(err).Detail
			}
		}
		if detail != "" {
			e = e.WithDetail("%s", detail)
		}
		return e
	}
	p := arrayParser{s: strings.TrimSpace(text)}
	bounds, ok := p.bounds()
	if !ok {
		return expr{}, malformed("")
	}
	items, ok := p.list(0)
	if p.deep {
		return expr{}, t.errorf(loc, pgerrcode.ProgramLimitExceeded, "number of array dimensions (%d) exceeds the maximum allowed (%d)", maxDims+1, maxDims)
	}
	if !ok || p.pos != len(p.s) {
		return expr{}, malformed("")
	}
	var shape []int
	if !items.measure(0, &shape) {
		return expr{}, malformed("Multidimensional arrays must have sub-arrays with matching dimensions.")
	}
	for i, b := range bounds {
		switch {
		case len(bounds) != len(shape) || b[1]-b[0]+1 != shape[i]:
			return expr{}, malformed("Specified array dimensions do not match array contents.")
		case b[0] != 1:
			return expr{}, t.unsupported(loc, "an array with a lower bound other than 1")
		}
	}
	sql, err := t.arrayItems(items, elem, loc)
	if err != nil {
		return expr{}, err
	}
	if _, ok := t.duckType(ty); !ok {
		return expr{}, t.unsupported(loc, "type "+ty.String())
	}
	nest := len(shape) - 1
	if shape[nest] == 0 {
		sql, nest = "[]", 0
	}
	e := typed("CAST("+sql+" AS "+t.listOf(ty, nest)+")", ty.OID).ofType(ty)
	e.lit, e.nest = &text, nest
	return e, nil
}

// measure notes the length of each level; false: they differ, or elements stand beside lists.
func (it arrayItem) measure(level int, shape *[]int) bool {
	if level == len(*shape) {
		*shape = append(*shape, len(it.items))
	}
	if (*shape)[level] != len(it.items) || level > 0 && len(it.items) == 0 {
		return false
	}
	for _, sub := range it.items {
		if sub.list != it.nested || sub.list && !sub.measure(level+1, shape) {
			return false
		}
	}
	return it.nested || len(it.items) == 0 || level == len(*shape)-1
}

// bounds reads [1:2][1:3]= before the braces.
func (p *arrayParser) bounds() (out [][2]int, ok bool) {
	if p.s == "" || p.s[0] != '[' {
		return nil, true
	}
	head, rest, found := strings.Cut(p.s, "=")
	p.s = strings.TrimSpace(rest)
	for head = strings.TrimSpace(head); head != ""; head = strings.TrimSpace(head) {
		in, after, closed := strings.Cut(head, "]")
		if !closed || in[0] != '[' {
			return nil, false
		}
		lo, hi, both := strings.Cut(in[1:], ":")
		if !both {
			lo, hi = "1", lo
		}
		a, err1 := strconv.Atoi(strings.TrimSpace(lo))
		b, err2 := strconv.Atoi(strings.TrimSpace(hi))
		if err1 != nil || err2 != nil {
			return nil, false
		}
		out, head = append(out, [2]int{a, b}), after
	}
	return out, found && len(out) <= maxDims
}

func (t *translator) arrayItems(l arrayItem, elem sqltype.Type, loc int32) (string, error) {
	parts := make([]string, 0, len(l.items))
	for _, it := range l.items {
		switch {
		case it.list:
			s, err := t.arrayItems(it, elem, loc)
			if err != nil {
				return "", err
			}
			parts = append(parts, s)
		case it.null:
			parts = append(parts, "NULL")
		default:
			e, err := t.literal(it.text, elem, explicitCast, loc)
			if err != nil {
				return "", err
			}
			parts = append(parts, e.sql)
		}
	}
	return "[" + strings.Join(parts, ", ") + "]", nil
}

type arrayItem struct {
	text   string
	null   bool
	list   bool
	nested bool
	items  []arrayItem
}

type arrayParser struct {
	s    string
	pos  int
	deep bool // more braces than dimensions can be
}

func (p *arrayParser) space() {
	for p.pos < len(p.s) && strings.IndexByte(" \t\n\r\v\f", p.s[p.pos]) >= 0 {
		p.pos++
	}
}

func (p *arrayParser) list(depth int) (arrayItem, bool) {
	out := arrayItem{list: true}
	p.deep = p.deep || depth >= maxDims
	if p.deep || p.pos >= len(p.s) || p.s[p.pos] != '{' {
		return out, false
	}
	p.pos++
	for first := true; ; first = false {
		p.space()
		if p.pos >= len(p.s) {
			return out, false
		}
		if p.s[p.pos] == '}' && first {
			p.pos++
			return out, true
		}
		var it arrayItem
		var ok bool
		switch p.s[p.pos] {
		case '{':
			it, ok = p.list(depth + 1)
			out.nested = true
		case '"':
			it.text, ok = p.quoted()
		default:
			it, ok = p.bare()
		}
		if !ok {
			return out, false
		}
		out.items = append(out.items, it)
		p.space()
		if p.pos >= len(p.s) {
			return out, false
		}
		p.pos++
		switch p.s[p.pos-1] {
		case ',':
		case '}':
			return out, true
		default:
			return out, false
		}
	}
}

func (p *arrayParser) quoted() (string, bool) {
	var b strings.Builder
	for p.pos++; p.pos < len(p.s); p.pos++ {
		switch p.s[p.pos] {
		case '"':
			p.pos++
			return b.String(), true
		case '\\':
			p.pos++
			if p.pos >= len(p.s) {
				return "", false
			}
		}
		b.WriteByte(p.s[p.pos])
	}
	return "", false
}

func (p *arrayParser) bare() (arrayItem, bool) {
	var b strings.Builder
	escaped := false
	for ; p.pos < len(p.s) && p.s[p.pos] != ',' && p.s[p.pos] != '}'; p.pos++ {
		switch p.s[p.pos] {
		case '{', '"':
			return arrayItem{}, false
		case '\\':
			escaped = true
			p.pos++
			if p.pos >= len(p.s) {
				return arrayItem{}, false
			}
		}
		b.WriteByte(p.s[p.pos])
	}
	s := strings.TrimRight(b.String(), " \t\n\r\v\f")
	if s == "" && !escaped {
		return arrayItem{}, false
	}
	return arrayItem{text: s, null: !escaped && strings.EqualFold(s, "null")}, true
}

func (t *translator) arrayExpr(c exprCtx, x *pg_query.A_ArrayExpr) (expr, error) {
	list := make([]expr, 0, len(x.Elements))
	for _, n := range x.Elements {
		e, err := t.expr(c, n)
		if err != nil {
			return expr{}, err
		}
		list = append(list, e)
	}
	if len(list) == 0 {
		return expr{}, t.errorf(x.Location, pgerrcode.IndeterminateDatatype, "cannot determine type of empty array").
			WithHint("Explicitly cast to the desired type, for example ARRAY[]::integer[].")
	}
	ty, err := t.unify(list, "ARRAY", x.Location)
	if err != nil {
		return expr{}, err
	}
	out := typed("["+joinSQL(list)+"]", 0, list...)
	out.elems = list
	shape := t.finishUnified(out, list, ty)
	out.fields, out.rowOf = shape.fields, shape.rowOf
	if ty.OID == 0 {
		return out, nil
	}
	if _, nested := ty.Elem(); nested { // PostgreSQL has no array of array types
		return t.matrix(list, ty, x.Location)
	}
	arr, ok := sqltype.Of(ty.OID).Array()
	if !ok {
		return expr{}, t.errorf(x.Location, pgerrcode.UndefinedObject, "could not find array type for data type %s", ty)
	}
	out.typ = arr
	if duck, ok := t.duckType(arr); ok && ty.OID != sqltype.Numeric {
		out.sql = "CAST(" + out.sql + " AS " + duck + ")"
	}
	return out, nil
}

// indirection translates subscripts, slices and field selection.
func (t *translator) indirection(c exprCtx, x *pg_query.A_Indirection) (expr, error) {
	e, err := t.expr(c, x.Arg)
	if err != nil {
		return expr{}, err
	}
	e = t.settle(e)
	for at := 0; at < len(x.Indirection); at++ {
		ind := x.Indirection[at]
		switch i := ind.Node.(type) {
		case *pg_query.Node_AIndices:
			end := at + 1
			for end < len(x.Indirection) && x.Indirection[end].GetAIndices() != nil {
				end++
			}
			if _, isArray := e.typ.Elem(); isArray && !e.typ.Vector() && (e.nest > 0 || end > at+1) {
				list, err := t.brackets(c, x.Indirection[at:end])
				if err != nil {
					return expr{}, err
				}
				if e, err = t.subscripts(e, list); err != nil {
					return expr{}, err
				}
				at = end - 1
				continue
			}
			if e, err = t.subscript(c, e, i.AIndices); err != nil {
				return expr{}, err
			}
		case *pg_query.Node_String_:
			f, ok, err := t.fieldOf(e, i.String_.Sval, nodeLocation(x.Arg))
			if err != nil {
				return expr{}, err
			}
			if e = f; !ok {
				return expr{}, t.errorf(nodeLocation(x.Arg), pgerrcode.WrongObjectType,
					"column notation .%s applied to type %s, which is not a composite type", i.String_.Sval, t.typeName(e))
			}
		default:
			return expr{}, t.unsupported(nodeLocation(x.Arg), "this row expansion")
		}
	}
	return e, nil
}

// brackets translates the subscripts of an array.
func (t *translator) brackets(c exprCtx, nodes []*pg_query.Node) ([]subscript, error) {
	list := make([]subscript, len(nodes))
	for i, n := range nodes {
		x := n.GetAIndices()
		list[i] = subscript{slice: x.IsSlice, lo: intConst(1), hi: typed("CAST(2147483647 AS INTEGER)", sqltype.Int4)}
		for _, b := range []struct {
			node *pg_query.Node
			to   *expr
		}{{x.Lidx, &list[i].lo}, {x.Uidx, &list[i].hi}} {
			if b.node == nil {
				continue
			}
			e, err := t.expr(c, b.node)
			if err == nil {
				*b.to, err = t.coerce(e, sqltype.Of(sqltype.Int4), assignCast, nodeLocation(b.node))
			}
			if err != nil {
				return nil, err
			}
		}
	}
	return list, nil
}

func (t *translator) subscript(c exprCtx, e expr, x *pg_query.A_Indices) (expr, error) {
	elem, isArray := e.typ.Elem()
	if e.typ.OID == sqltype.JSONB && !x.IsSlice {
		i, err := t.expr(c, x.Uidx)
		if err != nil {
			return expr{}, err
		}
		return t.jsonOp("->", e, i, nodeLocation(x.Uidx))
	}
	if e.typ.OID == sqltype.Name && !x.IsSlice { // an array of "char" that begins at 0
		idx, err := t.expr(c, x.Uidx)
		if err != nil {
			return expr{}, err
		}
		if idx, err = t.coerce(idx, sqltype.Of(sqltype.Int4), assignCast, nodeLocation(x.Uidx)); err != nil {
			return expr{}, err
		}
		return t.bind(sqltype.Char, "nullif(substring($1, $2 + 1, 1), '')", e, idx), nil
	}
	if e.known() && !isArray && e.elems == nil {
		return expr{}, t.errorf(-1, pgerrcode.DatatypeMismatch, "cannot subscript type %s because it does not support subscripting", e.typ)
	}
	bound := func(n *pg_query.Node) (expr, error) {
		b, err := t.expr(c, n)
		if err != nil {
			return expr{}, err
		}
		return t.coerce(b, sqltype.Of(sqltype.Int4), assignCast, nodeLocation(n))
	}
	of := func(out expr, err error) (expr, error) {
		out.fields, out.rowOf = e.fields, e.rowOf
		return out, err
	}
	if x.IsSlice {
		lo, hi := intConst(1), typed("CAST(2147483647 AS INTEGER)", sqltype.Int4)
		var err error
		if x.Lidx != nil {
			if lo, err = bound(x.Lidx); err != nil {
				return expr{}, err
			}
		}
		if x.Uidx != nil {
			if hi, err = bound(x.Uidx); err != nil {
				return expr{}, err
			}
		}
		out := t.bind(e.typ.OID, "pg_slice($1, $2, $3)", e, lo, hi)
		return of(out.ofType(e.typ), nil)
	}
	idx, err := bound(x.Uidx)
	if err != nil {
		return expr{}, err
	}
	if e.typ.Vector() { // these begin at 0
		return t.bind(elem.OID, "pg_subscript($1, $2 + 1)", e, idx), nil
	}
	ty := elem
	if !isArray {
		ty = e.typ
	}
	if idx.lit != nil && !strings.HasPrefix(*idx.lit, "-") {
		out := typed(e.sql+"["+idx.sql+"]", ty.OID, e)
		if *idx.lit == "0" {
			out.sql = "(" + e.sql + ")[1:0][1]"
		}
		return of(out, nil)
	}
	return of(t.bind(ty.OID, "pg_subscript($1, $2)", e, idx), nil)
}
