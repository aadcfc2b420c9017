package sql

import (
	"strconv"
	"strings"

	pg_query "github.com/pganalyze/pg_query_go/v6"

	"github.com/miniodb/miniodb/internal/sqltype"
)

// jsonRecords are the functions that make rows of JSON objects, whose columns the query defines.
var jsonRecords = map[string]struct {
	from sqltype.OID
	set  bool
}{"json_to_record": {sqltype.JSON, false}, "jsonb_to_record": {sqltype.JSONB, false}, "json_to_recordset": {sqltype.JSON, true}, "jsonb_to_recordset": {sqltype.JSONB, true}}

// jsonRecord translates json_to_record and its kin in FROM, with a column definition list.
func (t *translator) jsonRecord(c exprCtx, f *pg_query.FuncCall, defs []*pg_query.Node, x *pg_query.RangeFunction) (fromItem, error) {
	name := lastName(f.Funcname)
	kind := jsonRecords[name]
	args, err := t.args(c, f.Args)
	if err != nil {
		return fromItem{}, err
	}
	if len(args) != 1 {
		return fromItem{}, t.noFunction(name, args, f.Location)
	}
	j, err := t.coerce(args[0], sqltype.Of(kind.from), implicitCast, f.Location)
	if err != nil || j.typ.OID != kind.from {
		return fromItem{}, t.noFunction(name, args, f.Location)
	}
	rows := "[" + j.sql + "]"
	if kind.set {
		rows = "pg_json_items('json_elements', " + j.sql + ", '" + strings.TrimSuffix(name, "to_recordset") + "populate_recordset')"
	}
	alias := name
	if x.Alias != nil {
		alias = x.Alias.Aliasname
	}
	var cols []outCol
	var sel []string
	for i, n := range defs {
		def := n.GetColumnDef()
		ty, err := resolveTypeIn(def.GetTypeName(), t.namedType)
		if err != nil {
			return fromItem{}, err
		}
		how := "text"
		if ty.OID == sqltype.JSON || ty.OID == sqltype.JSONB {
			how = "json"
		}
		value := typed("pg_call('json_get', CAST(pg_r AS VARCHAR), "+duckString(def.GetColname())+", 'key "+how+"')", sqltype.Text)
		if _, isArray := ty.Elem(); isArray {
			value = typed("pg_call('json_array_literal', "+value.sql+")", sqltype.Text)
		}
		if value, err = t.coerce(value, ty, explicitCast, f.Location); err != nil {
			return fromItem{}, err
		}
		duck := "pg_f" + strconv.Itoa(i+1)
		sel = append(sel, value.sql+" AS "+duck)
		cols = append(cols, outCol{name: def.GetColname(), duck: duck, e: expr{typ: ty, scale: declaredScale(ty)}})
	}
	if len(sel) == 0 {
		return fromItem{}, t.unsupported(f.Location, "a function without columns")
	}
	plain := x.Alias
	if plain != nil {
		plain = &pg_query.Alias{Aliasname: plain.Aliasname}
	}
	return t.derived("LATERAL (SELECT "+strings.Join(sel, ", ")+" FROM (SELECT unnest("+rows+") AS pg_r))", cols, alias, plain, alias)
}
