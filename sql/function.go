package sql

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/jackc/pgerrcode"
	pg_query "github.com/pganalyze/pg_query_go/v6"

	"github.com/miniodb/miniodb/internal/sqltype"
)

// funcCall translates a function, aggregate or window function.
func (t *translator) funcCall(c exprCtx, x *pg_query.FuncCall) (expr, error) {
	name := lastName(x.Funcname)
	if found, err := t.userFunctions(x); err != nil || len(found) > 0 {
		if err != nil {
			return expr{}, err
		}
		return t.userCall(c, name, found, x)
	}
	if t.systemFunction(x.Funcname) != nil {
		return expr{}, t.errorf(x.Location, pgerrcode.FeatureNotSupported, "function %s can be called in FROM only", name).
			WithHint("For example, SELECT * FROM %s(...).", name)
	}
	if f, ok := recordFunctionOf(x.Funcname); ok {
		return t.recordCall(c, f, x)
	}
	if len(x.Funcname) > 1 && x.Funcname[0].GetString_().GetSval() != "pg_catalog" {
		full := strings.Join(stringsOf(x.Funcname), ".")
		if barredFunction(strings.ToLower(name)) {
			return expr{}, t.barred(full, x.Location)
		}
		return expr{}, t.noFunction(full, nil, x.Location)
	}
	if barredFunction(strings.ToLower(name)) {
		return expr{}, t.barred(name, x.Location)
	}
	if actionName(x.Funcname) != "" {
		return t.actionValue(c, name, x)
	}
	if e, ok, err := t.sessionFunction(c, name, x); ok || err != nil {
		return e, err
	}
	_, isAgg := aggregates[name]
	_, isWin := windowFunctions[name]
	if isAgg || isWin {
		return t.aggregate(c, name, x, isAgg)
	}
	switch {
	case x.Over != nil:
		return expr{}, t.errorf(x.Location, pgerrcode.WrongObjectType, "OVER specified, but %s is not a window function nor an aggregate function", name)
	case x.AggStar:
		return expr{}, t.errorf(x.Location, pgerrcode.WrongObjectType, "%s(*) specified, but %s is not an aggregate function", name, name)
	case x.AggDistinct:
		return expr{}, t.errorf(x.Location, pgerrcode.WrongObjectType, "DISTINCT specified, but %s is not an aggregate function", name)
	case len(x.AggOrder) > 0:
		return expr{}, t.errorf(x.Location, pgerrcode.WrongObjectType, "ORDER BY specified, but %s is not an aggregate function", name)
	case x.AggFilter != nil:
		return expr{}, t.errorf(x.Location, pgerrcode.WrongObjectType, "FILTER specified, but %s is not an aggregate function", name)
	case x.FuncVariadic:
		return expr{}, t.unsupported(x.Location, "VARIADIC")
	}
	if name == "make_interval" {
		return t.makeInterval(c, x)
	}
	args, err := t.callArgs(c, name, x)
	if err != nil {
		return expr{}, err
	}
	return t.callFunction(c, name, args, x.Location)
}

func (t *translator) callArgs(c exprCtx, name string, x *pg_query.FuncCall) ([]expr, error) {
	if hasNamedArgs(x) {
		return t.namedArgs(c, name, x)
	}
	return t.args(c, x.Args)
}

func (t *translator) args(c exprCtx, nodes []*pg_query.Node) ([]expr, error) {
	args := make([]expr, 0, len(nodes))
	for _, n := range nodes {
		e, err := t.expr(c, n)
		if err != nil {
			return nil, err
		}
		args = append(args, e)
	}
	return args, nil
}

func (t *translator) barred(name string, loc int32) error {
	return t.errorf(loc, pgerrcode.InsufficientPrivilege, "permission denied for function %s", name).
		WithHint("Queries read tables and views only.")
}

func (t *translator) noFunction(name string, args []expr, loc int32) error {
	return t.errorf(loc, pgerrcode.UndefinedFunction, "function %s(%s) does not exist", name, t.typeNames(args)).
		WithHint("No function matches the given name and argument types. You might need to add explicit type casts.")
}

func (t *translator) typeNames(args []expr) string {
	types := make([]string, len(args))
	for i, a := range args {
		types[i] = t.typeName(a)
	}
	return strings.Join(types, ", ")
}

// callFunction resolves a function of the allow-list by its argument types and writes the call.
func (t *translator) callFunction(c exprCtx, name string, args []expr, loc int32) (expr, error) {
	if e, ok, err := t.catalogCall(name, args, loc); ok || err != nil {
		return e, err
	}
	if e, ok, err := t.enumCall(name, args, loc); ok || err != nil {
		return e, err
	}
	if e, ok, err := t.sequenceCall(c, name, args, loc); ok || err != nil {
		return e, err
	}
	if e, ok, err := t.arrayCall(c, name, args, loc); ok || err != nil {
		return e, err
	}
	if e, ok, err := t.dateField(name, args, loc); ok || err != nil {
		return e, err
	}
	if e, ok, err := t.roundTo(name, args, loc); ok || err != nil {
		return e, err
	}
	if e, ok, err := t.builtCall(name, args, loc); ok || err != nil {
		return e, err
	}
	if e, ok, err := t.jsonCall(name, args, loc); ok || err != nil {
		return e, err
	}
	if name == "to_char" {
		if e, ok, err := t.toChar(args, loc); ok || err != nil {
			return e, err
		}
	}
	if name == "div" && len(args) == 2 {
		return t.truncatedDivision(args, loc)
	}
	if name == "timezone" && len(args) == 2 {
		if zone, ok := fixedZone(args[0]); ok {
			args = []expr{zone, args[1]}
		}
	}
	sigs := functionTable()[name]
	if sigs == nil {
		if len(args) == 1 { // text(x), int4(x): a cast in the form of a call
			if ty, ok := sqltype.ByTypname(name); ok && args[0].typ.OID != 0 {
				return t.coerce(args[0], ty, explicitCast, loc)
			}
		}
		if !engineFunctions[name] {
			return expr{}, t.noFunction(name, args, loc)
		}
		for i := range args {
			args[i] = t.settle(args[i])
		}
		return typed(name+"("+joinSQL(args)+")", 0, args...), nil
	}
	s := pickOverload(sigs, args)
	if s == nil {
		return expr{}, t.noFunction(name, args, loc)
	}
	return t.call(c, name, s, args, loc)
}

func (t *translator) call(c exprCtx, name string, s *signature, args []expr, loc int32) (expr, error) {
	args = append([]expr(nil), args...)
	elem := sqltype.Type{Mod: -1}
	for i := range args {
		word, _ := s.argType(i, len(args))
		if e, ok := args[i].typ.Elem(); ok && word == "anyarray" {
			elem = e
		}
	}
	for i := range args {
		word, _ := s.argType(i, len(args))
		var err error
		switch word {
		case "any":
			args[i] = t.settle(args[i])
			if name == "concat" || name == "concat_ws" || name == "quote_literal" || name == "quote_nullable" {
				if args[i].typ.OID == sqltype.Bool { // the output function, not the cast
					args[i] = t.bind(sqltype.Text, "CASE WHEN $1 THEN 't' WHEN NOT $1 THEN 'f' END", args[i])
				}
				args[i] = t.textOf(args[i])
			}
		case "anyelement":
			if elem.OID != 0 {
				args[i], err = t.coerce(args[i], sqltype.Of(elem.OID), implicitCast, loc)
			} else {
				args[i] = t.settle(args[i])
			}
		case "anyarray":
			if args[i].isUnknown() {
				return expr{}, t.errorf(loc, pgerrcode.DatatypeMismatch, "could not determine polymorphic type because input has type unknown")
			}
		default:
			oid := typeWords[word]
			if oid == sqltype.Bpchar {
				args[i] = t.padded(args[i])
			}
			if oid == sqltype.Numeric && isInt(args[i].typ.OID) || oid == sqltype.Text && category(args[i].typ.OID) == "S" && args[i].typ.OID != sqltype.Bpchar {
				break
			}
			args[i], err = t.coerce(args[i], sqltype.Of(oid), implicitCast, loc)
			if err == nil && args[i].inex {
				args[i] = t.exact(args[i])
			}
		}
		if err != nil {
			return expr{}, err
		}
	}
	out := t.bind(0, s.template, args...)
	if out.grown {
		if template := bounded(name, s.template, len(args)); template != s.template {
			out = t.bind(0, template, args...)
		}
	}
	if s.volatile {
		out.weight = volatileWeight
	}
	if s.set {
		if !c.place.sets {
			return expr{}, t.errorf(loc, pgerrcode.FeatureNotSupported, "set-returning functions are not allowed in %s", c.place.name)
		}
		out.isSet = true
		c.mark(func(l *selectInfo) { l.sets = true })
	}
	t.result(&out, s.ret, args, elem)
	if name == "generate_series" && out.typ.OID == sqltype.Numeric {
		scale := 0
		for _, a := range args {
			scale = max(scale, scaleOf(a))
		}
		if scale < bareScale {
			out.sql, out.scale = "CAST("+out.sql+" AS DECIMAL(38,"+strconv.Itoa(scale)+"))", scale
		}
	}
	if strings.HasPrefix(s.template, "pg_call('numeric_") { // the exact text; the decimal is made of it
		plain := make([]expr, len(args))
		for i, a := range args {
			plain[i] = t.textOf(a)
		}
		out.shown = t.bind(sqltype.Text, s.template, plain...).sql
		out.sql, out.scale = "CAST("+out.shown+" AS DECIMAL(38,"+strconv.Itoa(out.scale)+"))", max(out.scale, 0)
	} else if name == "abs" && out.typ.OID == sqltype.Numeric && ownScale(args...) {
		out = t.shownBy(out, "numeric_abs", args...)
	} else if name == "mod" && out.typ.OID == sqltype.Numeric && ownScale(args...) {
		out = t.shownBy(out, "numeric_mod", args...)
	}
	if name == "generate_series" && c.place.name == inFrom.name {
		out.table = seriesTable(out.typ.OID, args)
	}
	return out, nil
}

// bounded is the template of a function that can double its arguments, with a check of their lengths.
func bounded(name, template string, args int) string {
	switch {
	case name == "array_cat":
		return strings.ReplaceAll(template, "pg_cat(", "pg_cat_some(")
	case name != "concat" && name != "concat_ws" || args > 9:
		return template
	}
	sum := "0"
	for i := range args {
		sum += fmt.Sprintf(" + coalesce(strlen($%d), 0)", i+1)
	}
	return "CASE WHEN " + sum + " > 256000000 THEN error('!54000!requested length too large') ELSE " + template + " END"
}

// result gives a call the type of its signature.
func (t *translator) result(out *expr, ret string, args []expr, elem sqltype.Type) {
	switch {
	case ret == "elem":
		out.typ = elem
		for _, a := range args {
			if e, ok := a.typ.Elem(); ok && e.OID == sqltype.Record {
				out.fields, out.rowOf = a.fields, a.rowOf
			}
		}
		if elem.OID == sqltype.Numeric {
			out.scale = -1
		}
		return
	case strings.HasPrefix(ret, "$"):
		if n, err := strconv.Atoi(ret[1:]); err == nil && n >= 1 && n <= len(args) {
			out.typ = args[n-1].typ
			out.nest = args[n-1].nest
			out.scale, out.fields, out.rowOf = args[n-1].scale, args[n-1].fields, args[n-1].rowOf
		}
		return
	case ret == "numeric=":
		out.typ, out.scale = sqltype.Of(sqltype.Numeric), 0
		for _, a := range args {
			out.scale = max(out.scale, scaleOf(a))
		}
		return
	case strings.HasPrefix(ret, "numeric("):
		out.typ = sqltype.Of(sqltype.Numeric)
		out.scale, _ = strconv.Atoi(strings.Trim(ret[len("numeric("):], ")"))
		return
	}
	out.typ = sqltype.Of(typeWords[ret])
	out.inex = out.typ.OID == sqltype.Int2
}

// seriesTable writes generate_series in FROM as DuckDB's table function, which streams.
func seriesTable(oid sqltype.OID, args []expr) string {
	switch oid {
	case sqltype.Int4:
		return "(SELECT CAST(pg_i AS INTEGER) AS pg_s FROM generate_series(" + seriesArgs(args, "BIGINT") + ") AS pg_g(pg_i)) AS pg_g"
	case sqltype.Int8:
		return "generate_series(" + seriesArgs(args, "BIGINT") + ") AS pg_g(pg_s)"
	case sqltype.Timestamp, sqltype.Timestamptz:
		return "generate_series(" + joinSQL(args) + ") AS pg_g(pg_s)"
	}
	return ""
}

func seriesArgs(args []expr, duck string) string {
	parts := make([]string, len(args))
	for i, a := range args {
		parts[i] = "CAST(" + a.sql + " AS " + duck + ")"
		if i == 2 {
			parts[i] = "pg_step(" + parts[i] + ")"
		}
	}
	return strings.Join(parts, ", ")
}

// pickOverload chooses as PostgreSQL does (Function Type Resolution): exact matches first, then preferred types, then for constants
// without a type the string category.
func pickOverload(sigs []signature, args []expr) *signature {
	type candidate struct {
		s                *signature
		exact, preferred int
		strings          int
	}
	var best []candidate
	for i := range sigs {
		s := &sigs[i]
		cand := candidate{s: s}
		ok := true
		if len(args) != len(s.args) && (!s.variadic || len(args) < len(s.args)) {
			continue
		}
		for j, a := range args {
			word, takes := s.argType(j, len(args))
			if !takes {
				ok = false
				break
			}
			switch word {
			case "any", "anyelement":
				continue
			case "anyarray":
				if _, isArr := a.typ.Elem(); !isArr && a.known() {
					ok = false
				}
				continue
			}
			oid := typeWords[word]
			switch {
			case sqltype.Of(oid).Vector() && a.typ.OID != oid: // other arrays have functions of their own
				ok = false
			case a.isUnknown():
				if category(oid) == "S" {
					cand.strings++
				}
				if preferred(oid) {
					cand.preferred++
				}
			case a.typ.OID == oid || category(a.typ.OID) == "S" && oid == sqltype.Text:
				cand.exact++
			case a.typ.OID == 0:
			case !canCast(a.typ.OID, oid, implicitCast):
				ok = false
			case preferred(oid):
				cand.preferred++
			}
		}
		if ok {
			best = append(best, cand)
		}
	}
	var win *candidate
	for i := range best {
		b := &best[i]
		if win == nil || b.exact > win.exact || b.exact == win.exact && (b.strings > win.strings || b.strings == win.strings && b.preferred > win.preferred) {
			win = b
		}
	}
	if win == nil {
		return nil
	}
	return win.s
}
