package sql

import (
	"fmt"
	"strings"

	"github.com/jackc/pgerrcode"
	pg_query "github.com/pganalyze/pg_query_go/v6"

	"github.com/miniodb/miniodb/internal/sqltype"
)

// aggregates are the aggregates that may be called; the value tells how the result type comes about.
var aggregates = map[string]string{
	"count": "count", "sum": "sum", "avg": "avg", "min": "same", "max": "same", "any_value": "same",
	"bool_and": "bool", "bool_or": "bool", "every": "bool",
	"bit_and": "bits", "bit_or": "bits", "bit_xor": "bits",
	"string_agg": "string", "array_agg": "array",
	"stddev": "stat", "stddev_samp": "stat", "stddev_pop": "stat", "variance": "stat", "var_samp": "stat", "var_pop": "stat",
	"corr": "float", "covar_pop": "float", "covar_samp": "float", "regr_avgx": "float", "regr_avgy": "float", "regr_intercept": "float",
	"regr_r2": "float", "regr_slope": "float", "regr_sxx": "float", "regr_sxy": "float", "regr_syy": "float", "regr_count": "count2",
	"percentile_cont": "percentile", "percentile_disc": "percentile", "mode": "mode",
	"json_agg": "json", "jsonb_agg": "json", "json_object_agg": "object", "jsonb_object_agg": "object",
	// DuckDB's own
	"median": "engine", "approx_count_distinct": "engine", "approx_quantile": "engine", "quantile_cont": "engine", "quantile_disc": "engine",
	"arg_min": "engine", "arg_max": "engine", "min_by": "engine", "max_by": "engine", "first": "engine", "last": "engine",
	"kurtosis": "engine", "skewness": "engine", "entropy": "engine", "product": "engine", "mad": "engine", "count_if": "engine",
	"histogram": "engine", "favg": "engine", "fsum": "engine", "sem": "engine",
}

// windowFunctions are the pure window functions.
var windowFunctions = map[string]bool{"row_number": true, "rank": true, "dense_rank": true, "percent_rank": true, "cume_dist": true,
	"ntile": true, "lag": true, "lead": true, "first_value": true, "last_value": true, "nth_value": true}

// aggregate translates an aggregate or window function with FILTER, ORDER BY, DISTINCT, WITHIN GROUP and OVER.
func (t *translator) aggregate(c exprCtx, name string, x *pg_query.FuncCall, isAgg bool) (expr, error) {
	if x.AggWithinGroup && hypotheticalSets[name] {
		return t.hypothetical(c, name, x)
	}
	switch {
	case x.Over == nil && !isAgg:
		return expr{}, t.errorf(x.Location, pgerrcode.WrongObjectType, "window function %s requires an OVER clause", name)
	case x.Over != nil && !c.place.window:
		if c.place.inAgg {
			return expr{}, t.errorf(x.Location, pgerrcode.GroupingError, "aggregate function calls cannot contain window function calls")
		}
		return expr{}, t.errorf(x.Location, pgerrcode.WindowingError, "window functions are not allowed in %s", c.place.name)
	case x.Over == nil && c.place.inAgg:
		return expr{}, t.errorf(x.Location, pgerrcode.GroupingError, "aggregate function calls cannot be nested")
	case x.Over == nil && !c.place.aggs:
		return expr{}, t.errorf(x.Location, pgerrcode.GroupingError, "aggregate functions are not allowed in %s", c.place.name)
	case x.AggStar && name != "count":
		return expr{}, t.noFunction(name, nil, x.Location)
	case x.Over != nil && x.AggDistinct:
		return expr{}, t.errorf(x.Location, pgerrcode.FeatureNotSupported, "DISTINCT is not implemented for window functions")
	case !isAgg && x.AggFilter != nil:
		return expr{}, t.errorf(x.Location, pgerrcode.FeatureNotSupported, "FILTER is not implemented for non-aggregate window functions")
	case x.FuncVariadic:
		return expr{}, t.unsupported(x.Location, "VARIADIC")
	}
	if name == "count" && len(x.Args) == 0 && !x.AggStar && !x.AggWithinGroup {
		return expr{}, t.errorf(x.Location, pgerrcode.WrongObjectType, "%s(*) must be used to call a parameterless aggregate function", name)
	}
	inner := c
	inner.place = place{name: "aggregate function arguments", inAgg: true}
	if x.Over != nil { // a window function runs over the results of aggregates
		inner.place = place{name: "window functions", aggs: c.place.aggs}
		c.mark(func(l *selectInfo) { l.windows = true })
	} else {
		c.mark(func(l *selectInfo) { l.aggs = true })
	}
	args, err := t.args(inner, x.Args)
	if err != nil {
		return expr{}, err
	}
	var order []expr
	var keys []string
	for _, n := range x.AggOrder {
		e, err := t.expr(inner, n.GetSortBy().GetNode())
		if err != nil {
			return expr{}, err
		}
		e = t.settle(e)
		order = append(order, e)
		if e.typ.OID == sqltype.JSONB {
			e.sql = "pg_jsonb_key(" + e.sql + ")"
		}
		e.sql = e.ordered()
		key, err := t.sortKey(e.sql, n.GetSortBy())
		if err != nil {
			return expr{}, err
		}
		keys = append(keys, key)
	}
	tail := ""
	if x.AggFilter != nil {
		f, err := t.boolean(inner, x.AggFilter, "FILTER")
		if err != nil {
			return expr{}, err
		}
		tail = " FILTER (WHERE " + f.sql + ")"
	}
	if x.Over != nil {
		over, err := t.over(inner, x.Over)
		if err != nil {
			return expr{}, err
		}
		tail += " OVER (" + over + ")"
	}
	w := aggWriter{t: t, name: name, x: x, args: args, order: order, keys: keys, tail: tail}
	out, err := w.write()
	if err != nil {
		return expr{}, err
	}
	out.isAgg = true
	out.weight = 1
	if x.Over != nil {
		out.weight = 3
	}
	return out, nil
}

type aggWriter struct {
	t     *translator
	name  string
	x     *pg_query.FuncCall
	args  []expr
	order []expr
	keys  []string
	tail  string
}

// plain writes fn(args) with its clauses.
func (w *aggWriter) plain(fn, args string) string {
	var b strings.Builder
	b.WriteString(fn + "(")
	if w.x.AggDistinct {
		b.WriteString("DISTINCT ")
	}
	b.WriteString(args)
	if len(w.keys) > 0 {
		b.WriteString(" ORDER BY " + strings.Join(w.keys, ", "))
	}
	b.WriteString(")" + w.tail)
	return b.String()
}

func (w *aggWriter) none() (expr, error) { return expr{}, w.t.noFunction(w.name, w.args, w.x.Location) }

func (w *aggWriter) write() (expr, error) {
	t, args := w.t, w.args
	kind, isAgg := aggregates[w.name]
	if !isAgg {
		return w.window()
	}
	if w.x.AggWithinGroup && kind != "percentile" && kind != "mode" {
		return expr{}, t.errorf(w.x.Location, pgerrcode.WrongObjectType, "%s is not an ordered-set aggregate, so it cannot have WITHIN GROUP", w.name)
	}
	if kind == "count" && w.x.AggStar {
		return typed("count(*)"+w.tail, sqltype.Int8), nil
	}
	want := map[string]int{"string": 2, "float": 2, "count2": 2, "object": 2, "percentile": 1, "mode": 0, "engine": -1}
	if n, ok := want[kind]; ok && n >= 0 && len(args) != n || !ok && len(args) != 1 {
		return w.none()
	}
	switch kind {
	case "count":
		a := args[0]
		if a.typ.OID == sqltype.Record && a.row == nil {
			a = a.ofType(sqltype.Type{Mod: -1})
		}
		if w.x.AggDistinct && a.typ.OID == sqltype.JSONB {
			a = t.jsonComparable(a)
		}
		return typed(w.plain("count", t.settle(a).sql), sqltype.Int8), nil
	case "sum", "avg", "stat":
		return w.numeric(kind)
	case "same":
		a := t.settle(args[0])
		if a.typ.OID == sqltype.Bool && w.name != "any_value" || a.typ.OID == sqltype.UUID && w.name != "any_value" ||
			(a.typ.OID == sqltype.JSON || a.typ.OID == sqltype.JSONB) && w.name != "any_value" {
			return w.none()
		}
		out := typed(w.plain(w.name, a.sql), a.typ.OID)
		if a.collat != "" && w.name != "any_value" {
			out = typed(w.plain("arg_"+w.name, a.sql+", "+a.ordered()), a.typ.OID)
			out.collat = a.collat
		}
		if a.composite() && w.name != "any_value" {
			return w.none()
		}
		out.typ, out.scale, out.inex, out.fields, out.rowOf = a.typ, a.scale, a.inex, a.fields, a.rowOf
		out.nest = a.nest
		if a.typ.OID == sqltype.Varchar {
			out.typ = sqltype.Of(sqltype.Text)
		}
		return out, nil
	case "bool":
		a, err := t.coerce(args[0], sqltype.Of(sqltype.Bool), implicitCast, w.x.Location)
		if err != nil || a.typ.OID != sqltype.Bool {
			return w.none()
		}
		fn := w.name
		if fn == "every" {
			fn = "bool_and"
		}
		return typed(w.plain(fn, a.sql), sqltype.Bool), nil
	case "bits":
		if !isInt(args[0].typ.OID) {
			return w.none()
		}
		return typed(w.plain(w.name, args[0].sql), args[0].typ.OID).loose(), nil
	case "string":
		a, err := t.coerce(args[0], sqltype.Of(sqltype.Text), implicitCast, w.x.Location)
		if err != nil {
			return w.none()
		}
		given := len(w.keys) > 0
		w.sortDistinct(a)
		sep, err := t.coerce(args[1], sqltype.Of(sqltype.Text), implicitCast, w.x.Location)
		if err != nil {
			return w.none()
		}
		if sep.null {
			sep = stringConst("")
		} else if args[1].param > 0 {
			// one value for all rows: DuckDB's own
		} else if sep.lit == nil && w.x.AggDistinct && given {
			return expr{}, t.unsupported(w.x.Location, "string_agg(DISTINCT ... ORDER BY) with a separator that is not a constant")
		} else if sep.lit == nil {
			return w.separated(a, sep)
		}
		return typed(w.plain("string_agg", a.sql+", "+sep.sql), sqltype.Text), nil
	case "array":
		a := t.exact(t.settle(args[0]))
		w.sortDistinct(a)
		arr, _ := sqltype.Of(a.typ.OID).Array()
		if _, nested := a.typ.Elem(); nested {
			arr = a.typ
		}
		out := typed(w.plain("array_agg", a.sql), arr.OID)
		out.fields, out.rowOf = a.fields, a.rowOf
		if _, nested := a.typ.Elem(); nested {
			return t.collected(out, a)
		}
		return out, nil
	case "json":
		a := t.settle(args[0])
		if a.typ.OID != sqltype.Record {
			w.sortDistinct(a)
		}
		return w.jsonAgg(a)
	case "object":
		return w.objectAgg()
	case "float", "count2":
		for i := range args {
			a, err := t.coerce(args[i], sqltype.Of(sqltype.Float8), implicitCast, w.x.Location)
			if err != nil {
				return w.none()
			}
			args[i] = a
		}
		if kind == "count2" {
			return typed("CAST("+w.plain(w.name, joinSQL(args))+" AS BIGINT)", sqltype.Int8), nil
		}
		return typed(w.plain(w.name, joinSQL(args)), sqltype.Float8), nil
	case "percentile", "mode":
		return w.ordered(kind)
	}
	for i := range args {
		args[i] = t.settle(args[i])
	}
	if w.x.AggStar || len(args) == 0 {
		return w.none()
	}
	return typed(w.plain(w.name, joinSQL(args)), 0), nil
}

// sortDistinct sorts what an aggregate collects once, as PostgreSQL does to find what repeats.
func (w *aggWriter) sortDistinct(a expr) {
	if w.x.AggDistinct && len(w.keys) == 0 {
		w.keys = []string{a.sql + " NULLS LAST"}
	}
}

// separated writes string_agg whose separator differs from row to row: the first is dropped, a NULL one is empty, and so is its row's
// when the value is NULL.
func (w *aggWriter) separated(a, sep expr) (expr, error) {
	one := w.t.bind(sqltype.Text, "CASE WHEN $1 IS NOT NULL THEN struct_pack(v := $1, s := coalesce($2, '')) END", a, sep)
	if w.x.AggDistinct { // pairs of value and separator are, and are sorted as such
		w.keys = []string{one.sql + " NULLS LAST"}
	}
	return w.t.bind(sqltype.Text, "pg_separated(list_filter($1, lambda pg_e: pg_e IS NOT NULL))", typed(w.plain("array_agg", one.sql), 0)), nil
}

// numeric writes sum, avg and the statistics with PostgreSQL's result types, exactly where those are exact.
func (w *aggWriter) numeric(kind string) (expr, error) {
	t, a := w.t, w.args[0]
	if a.isUnknown() {
		return expr{}, t.errorf(w.x.Location, pgerrcode.AmbiguousFunction, "function %s(unknown) is not unique", w.name).
			WithHint("Could not choose a best candidate function. You might need to add explicit type casts.")
	}
	oid := a.typ.OID
	if oid == 0 {
		return typed(w.plain(w.name, a.sql), 0), nil
	}
	scale := scaleOf(a)
	switch {
	case kind == "stat":
		if category(oid) != "N" {
			return w.none()
		}
		sql := w.plain(w.name, "CAST("+a.sql+" AS DOUBLE)")
		if oid == sqltype.Float4 || oid == sqltype.Float8 {
			return typed(sql, sqltype.Float8), nil
		}
		out := typed("pg_float_numeric("+sql+")", sqltype.Numeric).scaled(16)
		if p, _, ok := a.typ.PrecisionScale(); (oid == sqltype.Int2 || oid == sqltype.Int4 || ok && p <= 18) && !w.x.AggDistinct {
			fn := map[string]string{"stddev": "stddev_samp", "variance": "var_samp"}[w.name]
			if fn == "" {
				fn = w.name
			}
			x := "CAST(" + a.sql + " AS " + map[bool]string{true: fmt.Sprintf("DECIMAL(%d,%d)", p, scale), false: "DECIMAL(10,0)"}[ok] + ")"
			out.shown = "pg_call('numeric_stat', '" + fn + "', CAST(" + w.plain("count", a.sql) + " AS VARCHAR), CAST(" + w.plain("sum", x) + " AS VARCHAR), CAST(" +
				w.plain("sum", x+" * "+x) + " AS VARCHAR))"
		}
		return out, nil
	case oid == sqltype.Interval:
		part := func(field string, ty string) string {
			return "CAST(" + w.plain("sum", field) + " AS " + ty + ")"
		}
		of := func(f string) string { return "date_part('" + f + "', " + a.sql + ")" }
		sum := "(to_microseconds(" + part(of("microseconds")+" + 60000000 * "+of("minute")+" + 3600000000 * "+of("hour"), "BIGINT") +
			") + to_days(" + part(of("day"), "INTEGER") + ") + to_months(" + part(of("month")+" + 12 * "+of("year"), "INTEGER") + "))"
		if kind == "avg" {
			sum = "(" + sum + " / nullif(" + w.plain("count", a.sql) + ", 0))"
		}
		return typed(sum, oid), nil
	case oid == sqltype.Float4 && kind == "sum":
		return typed("CAST("+w.plain("sum", a.sql)+" AS FLOAT)", oid), nil
	case oid == sqltype.Float8 || oid == sqltype.Float4:
		return typed(w.plain(w.name, a.sql), sqltype.Float8), nil
	case !isInt(oid) && oid != sqltype.Numeric:
		return w.none()
	case kind == "sum" && (oid == sqltype.Int2 || oid == sqltype.Int4):
		return typed("CAST("+w.plain("sum", a.sql)+" AS BIGINT)", sqltype.Int8), nil
	case kind == "sum" && oid == sqltype.Int8:
		return typed("CAST("+w.plain("sum", a.sql)+" AS DECIMAL(38,0))", sqltype.Numeric).scaled(0), nil
	case kind == "sum":
		return typed(w.plain("sum", a.sql), sqltype.Numeric).scaled(a.scale), nil
	}
	// avg: the exact sum divided by the count
	sum := typed(w.plain("sum", a.sql), 0)
	num := typed("CAST("+sum.sql+" AS HUGEINT)", 0)
	if scale > 0 {
		sum.typ = sqltype.Of(sqltype.Numeric)
		if a.scale < 0 {
			sum.sql = fmt.Sprintf("CAST(%s AS DECIMAL(38,%d))", sum.sql, scale)
		}
		num = t.unscaled(sum, scale)
	}
	k := divScale + 1 - scale
	if k < 0 {
		num.sql = fmt.Sprintf("(%s // CAST(1%s AS HUGEINT))", num.sql, strings.Repeat("0", -k))
		k = 0
	}
	den := "CAST(nullif(" + w.plain("count", a.sql) + ", 0) AS HUGEINT)"
	sql := fmt.Sprintf("pg_numeric_div(%s, %s, CAST(1%s AS HUGEINT))", num.sql, den, strings.Repeat("0", k))
	return t.shownBy(typed(sql, sqltype.Numeric).scaled(divScale), "numeric_div", typed(w.plain("sum", a.sql), sqltype.Numeric), typed(w.plain("count", a.sql), sqltype.Int8)), nil
}

// ordered writes aggregates WITHIN GROUP.
func (w *aggWriter) ordered(kind string) (expr, error) {
	t := w.t
	if !w.x.AggWithinGroup || len(w.order) != 1 {
		return expr{}, t.errorf(w.x.Location, pgerrcode.WrongObjectType, "WITHIN GROUP is required for ordered-set aggregate %s", w.name)
	}
	if w.x.Over != nil {
		return expr{}, t.errorf(w.x.Location, pgerrcode.FeatureNotSupported, "OVER is not supported for ordered-set aggregate %s", w.name)
	}
	v := w.order[0]
	out := v
	sorted := w.keys[0]
	if i := strings.LastIndex(sorted, " NULLS "); i > 0 {
		sorted = sorted[:i]
	}
	desc := ""
	if strings.HasSuffix(sorted, " DESC") {
		desc = " DESC"
	}
	if kind == "mode" {
		res := typed("mode("+v.sql+")"+w.tail, v.typ.OID)
		res.typ, res.scale = v.typ, v.scale
		return res, nil
	}
	if w.name == "percentile_cont" {
		switch category(v.typ.OID) {
		case "N":
			v = t.mustDouble(v)
		case "T", "":
		default:
			return w.none()
		}
		out = v
	}
	frac := w.args[0]
	arr, isArr := frac.typ.Elem()
	_ = arr
	var err error
	switch {
	case isArr:
		if frac, err = t.coerce(frac, sqltype.Of(1022), implicitCast, w.x.Location); err != nil {
			return expr{}, err
		}
		list, _ := sqltype.Of(out.typ.OID).Array()
		if w.args[0].elems == nil && w.args[0].lit == nil {
			return expr{}, t.unsupported(w.x.Location, "a percentile list that is not constant")
		}
		return typed(fmt.Sprintf("%s(%s) WITHIN GROUP (ORDER BY %s%s)%s", w.name, frac.sql, v.sql, desc, w.tail), list.OID), nil
	default:
		if frac, err = t.coerce(frac, sqltype.Of(sqltype.Float8), implicitCast, w.x.Location); err != nil {
			return expr{}, err
		}
	}
	if frac.lit != nil {
		if f, ok := parseFloat(*frac.lit); !ok || f < 0 || f > 1 {
			return expr{}, t.errorf(-1, pgerrcode.NumericValueOutOfRange, "percentile value %s is not between 0 and 1", *frac.lit)
		}
	}
	res := typed(fmt.Sprintf("%s(%s) WITHIN GROUP (ORDER BY %s%s)%s", w.name, frac.sql, v.sql, desc, w.tail), out.typ.OID)
	res.typ, res.scale = out.typ, out.scale
	return res, nil
}

// window writes the pure window functions.
func (w *aggWriter) window() (expr, error) {
	t, args := w.t, w.args
	counts := map[string][2]int{"row_number": {0, 0}, "rank": {0, 0}, "dense_rank": {0, 0}, "percent_rank": {0, 0}, "cume_dist": {0, 0},
		"ntile": {1, 1}, "lag": {1, 3}, "lead": {1, 3}, "first_value": {1, 1}, "last_value": {1, 1}, "nth_value": {2, 2}}
	if n := counts[w.name]; len(args) < n[0] || len(args) > n[1] || w.x.AggDistinct || len(w.keys) > 0 {
		return w.none()
	}
	int4 := func(i int) error {
		e, err := t.coerce(args[i], sqltype.Of(sqltype.Int4), implicitCast, w.x.Location)
		args[i] = e
		return err
	}
	switch w.name {
	case "row_number", "rank", "dense_rank":
		return typed(w.plain(w.name, ""), sqltype.Int8), nil
	case "percent_rank", "cume_dist":
		return typed(w.plain(w.name, ""), sqltype.Float8), nil
	case "ntile":
		if err := int4(0); err != nil {
			return w.none()
		}
		return typed("CAST("+w.plain("ntile", args[0].sql)+" AS INTEGER)", sqltype.Int4), nil
	}
	args[0] = t.settle(args[0])
	if len(args) > 1 {
		if err := int4(1); err != nil {
			return w.none()
		}
	}
	if w.name == "nth_value" && args[1].lit != nil && (*args[1].lit == "0" || strings.HasPrefix(*args[1].lit, "-")) {
		return expr{}, t.errorf(-1, pgerrcode.InvalidArgumentForNthValueFunction, "argument of nth_value must be greater than zero")
	}
	out := args[0]
	if len(args) == 3 {
		pair := []expr{args[0], args[2]}
		ty, err := t.unify(pair, w.name, w.x.Location)
		if err != nil {
			return w.none()
		}
		args[0], args[2] = pair[0], pair[1]
		out = t.finishUnified(args[0], pair, ty)
	}
	res := typed(w.plain(w.name, joinSQL(args)), out.typ.OID)
	res.typ, res.scale, res.inex, res.fields, res.rowOf, res.nest = out.typ, out.scale, out.inex, out.fields, out.rowOf, out.nest
	return res, nil
}
