package sql

import (
	"fmt"
	"strings"

	pg_query "github.com/pganalyze/pg_query_go/v6"

	"github.com/miniodb/miniodb/internal/sqltype"
)

// valueNamed are the functions whose only output parameter is named value: that names the column, even beside an alias.
var valueNamed = map[string]bool{"json_array_elements": true, "jsonb_array_elements": true,
	"json_array_elements_text": true, "jsonb_array_elements_text": true}

// rangeFunction translates a function in FROM: generate_series, unnest and scalar functions of the allow-list.
func (t *translator) rangeFunction(x *pg_query.RangeFunction, sc *scope) (fromItem, error) {
	if len(x.Coldeflist) > 0 && len(x.Functions) == 1 {
		if items := x.Functions[0].GetList().GetItems(); len(items) > 0 {
			if f := items[0].GetFuncCall(); f != nil && jsonRecords[lastName(f.Funcname)].from != 0 && !x.Ordinality {
				c := exprCtx{s: &scope{parent: sc.parent, rels: sc.rels, cols: sc.cols, ctes: sc.ctes}, place: inFrom}
				return t.jsonRecord(c, f, x.Coldeflist, x)
			}
		}
	}
	if len(x.Coldeflist) > 0 {
		return fromItem{}, t.unsupported(-1, "a column definition list")
	}
	if len(x.Functions) == 0 {
		return fromItem{}, unsupportedNode("this function in FROM is not supported")
	}
	items := x.Functions[0].GetList().GetItems()
	if len(items) == 0 {
		return fromItem{}, unsupportedNode("this function in FROM is not supported")
	}
	if len(items) > 1 && items[1].GetList() != nil && len(items[1].GetList().Items) > 0 {
		return fromItem{}, t.unsupported(-1, "a column definition list")
	}
	alone := len(x.Functions) == 1
	if f := items[0].GetFuncCall(); f != nil && alone {
		if sys := t.systemFunction(f.Funcname); sys != nil {
			return t.callSystem(sys, f, x, sc)
		}
	}
	c := exprCtx{s: &scope{parent: sc.parent, rels: sc.rels, cols: sc.cols, ctes: sc.ctes}, place: inFrom}
	if f := items[0].GetFuncCall(); f != nil && alone {
		if r, ok := recordFunctionOf(f.Funcname); ok {
			return t.recordFrom(c, r, f, x)
		}
	}
	name := FigureColname(items[0])
	alias := name
	if x.Alias != nil {
		alias = x.Alias.Aliasname
	}
	var lists []expr
	var names []string
	if f := items[0].GetFuncCall(); f != nil && alone && lastName(f.Funcname) == "unnest" && len(f.Args) > 1 {
		for _, a := range f.Args {
			e, err := t.expr(c, a)
			if err != nil {
				return fromItem{}, err
			}
			e, err = t.callFunction(c, "unnest", []expr{e}, f.Location)
			if err != nil {
				return fromItem{}, err
			}
			lists = append(lists, e)
		}
	} else {
		for _, f := range x.Functions {
			item := f.GetList().GetItems()
			if len(item) == 0 || len(item) > 1 && len(item[1].GetList().GetItems()) > 0 {
				return fromItem{}, t.unsupported(-1, "a column definition list")
			}
			if _, rows := recordFunctionOf(item[0].GetFuncCall().GetFuncname()); rows || t.systemFunction(item[0].GetFuncCall().GetFuncname()) != nil {
				return fromItem{}, t.unsupported(-1, "ROWS FROM with this function")
			}
			e, err := t.expr(c, item[0])
			if err != nil {
				return fromItem{}, err
			}
			if len(x.Functions) > 1 && !e.isSet { // one row, and NULLs beside the rows of the others
				e.sql = "unnest([" + e.sql + "])"
			}
			lists, names = append(lists, t.exact(t.settle(e))), append(names, FigureColname(item[0]))
		}
	}
	var cols []outCol
	var sel, parts []string
	named := false
	if f := items[0].GetFuncCall(); f != nil && valueNamed[lastName(f.Funcname)] {
		name, named = "value", true
	}
	for i, e := range lists {
		duck := fmt.Sprintf("pg_f%d", i+1)
		sel = append(sel, e.sql+" AS "+duck)
		out := name
		if len(names) > 1 {
			out = names[i]
		}
		if e.fields != nil && e.composite() {
			for n, f := range e.fields {
				part := fmt.Sprintf("%s_%d", duck, n+1)
				parts = append(parts, fmt.Sprintf("struct_extract(%s, %d) AS %s", duck, n+1, part))
				cols = append(cols, outCol{name: f.Name, duck: part, e: expr{typ: f.Type, scale: declaredScale(f.Type), fields: f.Fields}})
			}
			continue
		}
		parts = append(parts, duck)
		if len(lists) == 1 && x.Alias != nil && !named {
			out = alias
		}
		cols = append(cols, outCol{name: out, duck: duck, e: expr{typ: e.typ, scale: e.scale, fields: e.fields, nest: e.nest}})
	}
	sql := "(SELECT " + strings.Join(sel, ", ") + ")"
	if len(cols) > len(lists) || cols[0].duck != "pg_f1" {
		sql = "(SELECT " + strings.Join(parts, ", ") + " FROM " + sql + ")"
	}
	if lists[0].table != "" && len(lists) == 1 {
		sql = "(SELECT pg_s AS pg_f1 FROM " + lists[0].table + ")"
	}
	if x.Ordinality {
		sql = "(SELECT *, row_number() OVER () AS pg_n FROM " + sql + ")"
		cols = append(cols, outCol{name: "ordinality", duck: "pg_n", e: expr{typ: sqltype.Of(sqltype.Int8), scale: -1}})
	}
	return t.derived("LATERAL "+sql, cols, alias, x.Alias, alias)
}
