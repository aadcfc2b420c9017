package sql

import (
	"strconv"
	"strings"

	"github.com/jackc/pgerrcode"
	pg_query "github.com/pganalyze/pg_query_go/v6"

	"github.com/miniodb/miniodb/internal/sqltype"
)

// recordFunction is a function that returns rows of several columns. It makes a list of structs.
type recordFunction struct {
	schema string // "": pg_catalog
	args   []string
	fields []Field
	list   string // template of the list, in the form of functions.txt; "host": the session answers with JSON
}

var recordFunctions = map[string]recordFunction{
	"json_each": {args: []string{"json"}, fields: []Field{{Name: "key", Type: sqltype.Of(sqltype.Text)}, {Name: "value", Type: sqltype.Of(sqltype.JSON)}},
		list: "list_transform(list_zip(pg_json_texts('json_keys', $1, 'json_each'), pg_json_items('json_values', $1, 'json_each')), lambda pg_i: row(pg_i[1], pg_i[2]))"},
	"jsonb_each": {args: []string{"jsonb"}, fields: []Field{{Name: "key", Type: sqltype.Of(sqltype.Text)}, {Name: "value", Type: sqltype.Of(sqltype.JSONB)}},
		list: "list_transform(list_zip(pg_json_texts('json_keys', $1, 'jsonb_each'), pg_json_items('json_values', $1, 'jsonb_each')), lambda pg_i: row(pg_i[1], pg_i[2]))"},
	"json_each_text": {args: []string{"json"}, fields: []Field{{Name: "key", Type: sqltype.Of(sqltype.Text)}, {Name: "value", Type: sqltype.Of(sqltype.Text)}},
		list: "list_transform(list_zip(pg_json_texts('json_keys', $1, 'json_each_text'), pg_json_texts('json_values_text', $1, 'json_each_text')), lambda pg_i: row(pg_i[1], pg_i[2]))"},
	"jsonb_each_text": {args: []string{"jsonb"}, fields: []Field{{Name: "key", Type: sqltype.Of(sqltype.Text)}, {Name: "value", Type: sqltype.Of(sqltype.Text)}},
		list: "list_transform(list_zip(pg_json_texts('json_keys', $1, 'jsonb_each_text'), pg_json_texts('json_values_text', $1, 'jsonb_each_text')), lambda pg_i: row(pg_i[1], pg_i[2]))"},
	"_pg_expandarray": {schema: "information_schema", args: []string{"anyarray"},
		fields: []Field{{Name: "x", Type: sqltype.Type{}}, {Name: "n", Type: sqltype.Of(sqltype.Int4)}},
		list:   "list_transform(range(1, len($1) + 1), lambda pg_i: row($1[pg_i], CAST(pg_i AS INTEGER)))"},
	"aclexplode": {args: []string{"aclitem[]"}, list: "host",
		fields: []Field{{Name: "grantor", Type: sqltype.Of(sqltype.Oid)}, {Name: "grantee", Type: sqltype.Of(sqltype.Oid)}, {Name: "privilege_type", Type: sqltype.Of(sqltype.Text)}, {Name: "is_grantable", Type: sqltype.Of(sqltype.Bool)}}},
	"pg_options_to_table": {args: []string{"text[]"},
		fields: []Field{{Name: "option_name", Type: sqltype.Of(sqltype.Text)}, {Name: "option_value", Type: sqltype.Of(sqltype.Text)}},
		list:   "list_transform($1, lambda pg_i: row(split_part(pg_i, '=', 1), CASE WHEN contains(pg_i, '=') THEN pg_i[strpos(pg_i, '=') + 1:] END))"},
	"pg_get_keywords": {list: "host",
		fields: []Field{{Name: "word", Type: sqltype.Of(sqltype.Text)}, {Name: "catcode", Type: sqltype.Of(sqltype.Char)}, {Name: "barelabel", Type: sqltype.Of(sqltype.Bool)}, {Name: "catdesc", Type: sqltype.Of(sqltype.Text)}, {Name: "baredesc", Type: sqltype.Of(sqltype.Text)}}},
	"ts_token_type": {args: []string{"oid"}, list: "host",
		fields: []Field{{Name: "tokid", Type: sqltype.Of(sqltype.Int4)}, {Name: "alias", Type: sqltype.Of(sqltype.Text)}, {Name: "description", Type: sqltype.Of(sqltype.Text)}}},
	"pg_partition_tree": {args: []string{"regclass"}, list: "host",
		fields: []Field{{Name: "relid", Type: sqltype.Of(sqltype.Regclass)}, {Name: "parentrelid", Type: sqltype.Of(sqltype.Regclass)}, {Name: "isleaf", Type: sqltype.Of(sqltype.Bool)}, {Name: "level", Type: sqltype.Of(sqltype.Int4)}}},
	"pg_get_publication_tables": {args: []string{"text"}, list: "host",
		fields: []Field{{Name: "relid", Type: sqltype.Of(sqltype.Oid)}, {Name: "attrs", Type: sqltype.Of(sqltype.Int2vector)}, {Name: "qual", Type: sqltype.Of(sqltype.NodeTree)}}},
}

// recordFunctionOf finds the function of rows that a call is of.
func recordFunctionOf(names []*pg_query.Node) (recordFunction, bool) {
	f, ok := recordFunctions[lastName(names)]
	switch {
	case !ok:
		return f, false
	case f.schema == "":
		return f, len(names) == 1 || len(names) == 2 && names[0].GetString_().GetSval() == "pg_catalog"
	}
	return f, len(names) == 2 && names[0].GetString_().GetSval() == f.schema
}

// recordList translates a call to a list of structs, and says what is in them.
func (t *translator) recordList(c exprCtx, f recordFunction, x *pg_query.FuncCall) (expr, []Field, error) {
	name := lastName(x.Funcname)
	if x.Over != nil || x.AggStar || x.AggDistinct || len(x.AggOrder) > 0 || x.AggFilter != nil || x.FuncVariadic {
		return expr{}, nil, t.errorf(x.Location, pgerrcode.WrongObjectType, "%s is not an aggregate function", name)
	}
	args, err := t.args(c, x.Args)
	if err != nil {
		return expr{}, nil, err
	}
	if len(args) != len(f.args) {
		return expr{}, nil, t.noFunction(name, args, x.Location)
	}
	fields := append([]Field(nil), f.fields...)
	for i, word := range f.args {
		if word == "anyarray" {
			elem, ok := args[i].typ.Elem()
			if !ok {
				return expr{}, nil, t.noFunction(name, args, x.Location)
			}
			for j := range fields {
				if fields[j].Type.OID == 0 {
					fields[j].Type = elem
				}
			}
			continue
		}
		if args[i], err = t.coerce(args[i], sqltype.Of(typeWords[word]), implicitCast, x.Location); err != nil {
			return expr{}, nil, err
		}
	}
	if f.list != "host" {
		return t.bind(0, f.list, args...), fields, nil
	}
	for i := range args {
		if _, isArray := args[i].typ.Elem(); isArray {
			args[i] = t.textOf(args[i])
		}
	}
	var shape []string
	for _, d := range fields {
		duck, _ := t.duckType(d.Type)
		shape = append(shape, `"`+d.Name+`":"`+duck+`"`)
	}
	answer := t.host(name, sqltype.Of(sqltype.Text), args...)
	rows := make([]string, len(fields))
	for i, d := range fields {
		rows[i] = `pg_i."` + d.Name + `"`
	}
	out := typed("list_transform(from_json("+answer.sql+", '[{"+strings.Join(shape, ",")+"}]'), lambda pg_i: row("+strings.Join(rows, ", ")+"))", 0, args...)
	return out, fields, nil
}

// recordCall translates a function of rows in an expression: one composite value for each row.
func (t *translator) recordCall(c exprCtx, f recordFunction, x *pg_query.FuncCall) (expr, error) {
	if !c.place.sets {
		return expr{}, t.errorf(x.Location, pgerrcode.FeatureNotSupported, "set-returning functions are not allowed in %s", c.place.name)
	}
	list, fields, err := t.recordList(c, f, x)
	if err != nil {
		return expr{}, err
	}
	out := typed("unnest("+list.sql+")", sqltype.Record, list)
	out.fields, out.isSet = fields, true
	c.mark(func(l *selectInfo) { l.sets = true })
	return out, nil
}

// recordFrom translates a function of rows in FROM.
func (t *translator) recordFrom(c exprCtx, f recordFunction, call *pg_query.FuncCall, x *pg_query.RangeFunction) (fromItem, error) {
	list, fields, err := t.recordList(c, f, call)
	if err != nil {
		return fromItem{}, err
	}
	name := lastName(call.Funcname)
	alias := name
	if x.Alias != nil {
		alias = x.Alias.Aliasname
	}
	var cols []outCol
	sel := make([]string, len(fields))
	for i, d := range fields {
		duck := "pg_f" + strconv.Itoa(i+1)
		sel[i] = "struct_extract(pg_r, " + strconv.Itoa(i+1) + ") AS " + duck
		cols = append(cols, outCol{name: d.Name, duck: duck, e: expr{typ: d.Type, scale: declaredScale(d.Type)}})
	}
	inner := "SELECT unnest(" + list.sql + ") AS pg_r"
	if x.Ordinality {
		inner = "SELECT unnest(" + list.sql + ") AS pg_r, unnest(range(1, len(" + list.sql + ") + 1)) AS pg_n"
		sel = append(sel, "pg_n")
		cols = append(cols, outCol{name: "ordinality", duck: "pg_n", e: expr{typ: sqltype.Of(sqltype.Int8), scale: -1}})
	}
	return t.derived("LATERAL (SELECT "+strings.Join(sel, ", ")+" FROM ("+inner+"))", cols, alias, x.Alias, alias)
}
