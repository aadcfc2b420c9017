package syscat

import (
	"maps"
	"strconv"
	"strings"

	"github.com/jackc/pgerrcode"

	"github.com/miniodb/miniodb/catalog"
	"github.com/miniodb/miniodb/internal/pgcatalog"
	"github.com/miniodb/miniodb/internal/pgerr"
)

// calls are the functions that Call answers. The names are PostgreSQL's; those with "in" and "out" read and print values of the types
// that name objects.
var calls = allCalls()

func strict(answer func(v *Viewer, args []*string) (*string, error)) *call {
	return &call{strict: true, answer: answer}
}

// constant makes a call that has one answer for everything.
func constant(s *string) *call {
	return strict(func(*Viewer, []*string) (*string, error) { return s, nil })
}

func allCalls() map[string]*call {
	calls := map[string]*call{}
	for kind := range regKinds {
		calls[kind+"in"], calls["to_"+kind], calls[kind+"out"] = regIn(kind, false), regIn(kind, true), regOut(kind)
	}
	for _, more := range []map[string]*call{definitionCalls, privilegeCalls, visibleCalls, sizeCalls, recordCalls} {
		maps.Copy(calls, more)
	}
	return calls
}

var definitionCalls = map[string]*call{
	"format_type": {answer: func(v *Viewer, args []*string) (*string, error) {
		if args[0] == nil {
			return nil, nil
		}
		mod := int32(-1)
		if args[1] != nil {
			mod = int32(intArg(args[1]))
		}
		return text(v.FormatType(oidArg(args[0]), mod, args[1] != nil, v.inPath))
	}},
	"pg_get_expr": strict(getExpr), "pg_get_constraintdef": strict(constraintDef), "pg_get_indexdef": strict(indexDef), "pg_get_viewdef": strict(viewDef),
	"current_setting": strict(func(v *Viewer, args []*string) (*string, error) {
		if v.Setting != nil {
			if s, ok := v.Setting(strings.ToLower(*args[0])); ok {
				return &s, nil
			}
		}
		if len(args) > 1 && *args[1] == "true" {
			return nil, nil
		}
		return nil, pgerr.New(pgerrcode.UndefinedObject, "unrecognized configuration parameter %q", *args[0])
	}),
	"pg_get_serial_sequence": strict(serialSequence), "pg_describe_object": strict(describe),
	"pg_sequence_last_value": strict(func(v *Viewer, args []*string) (*string, error) {
		o := v.byOID[oidArg(args[0])]
		if o == nil || o.Sequence == nil || v.LastNumber == nil || !o.Sequence.Called() {
			return nil, nil
		}
		return text(strconv.FormatInt(v.LastNumber(o.Sequence), 10))
	}),
	"pg_get_triggerdef": constant(nil), "pg_get_ruledef": constant(nil), "pg_get_partkeydef": constant(nil), "pg_get_statisticsobjdef": constant(nil),
	"pg_get_statisticsobjdef_columns": constant(nil), "pg_get_partition_constraintdef": constant(nil), "pg_get_function_sqlbody": constant(nil),
	"pg_get_functiondef": strict(functionDef),
	"pg_get_userbyid":    strict(func(v *Viewer, args []*string) (*string, error) { return text(v.roleName(oidArg(args[0]))) }),
	"col_description": strict(func(v *Viewer, args []*string) (*string, error) {
		n := intArg(args[1])
		if n == 0 {
			return nil, nil
		}
		return v.comment(classRelation, oidArg(args[0]), n), nil
	}),
	"obj_description":   strict(objDescription),
	"shobj_description": strict(objDescription),
	"pg_get_function_arguments": ofFunction(func(v *Viewer, f *pgcatalog.Function) *string {
		s := v.functionArguments(f, true, false)
		return &s
	}),
	"pg_get_function_identity_arguments": ofFunction(func(v *Viewer, f *pgcatalog.Function) *string {
		s := v.functionArguments(f, false, false)
		return &s
	}),
	"pg_get_function_result":      ofFunction((*Viewer).functionResult),
	"pg_get_function_arg_default": constant(nil),
	"pg_relation_is_updatable": strict(func(v *Viewer, args []*string) (*string, error) {
		if o := v.byOID[oidArg(args[0])]; o != nil && o.Table != nil && !o.Table.Materialized() {
			return text("8") // INSERT, of the bits of CmdType
		}
		return text("0")
	}),
	"pg_column_is_updatable": constant(&falseText), "pg_relation_is_publishable": constant(&falseText), "pg_is_other_temp_schema": constant(&falseText),
	"pg_my_temp_schema": strict(func(v *Viewer, _ []*string) (*string, error) {
		return text(strconv.FormatUint(uint64(v.schemaOf[v.Temp]), 10))
	}),
	"pg_indexam_has_property": constant(nil), "pg_index_has_property": constant(nil), "pg_index_column_has_property": constant(nil),
	"pg_tablespace_location": constant(new(string)),
}

var falseText = "false"

func objDescription(v *Viewer, args []*string) (*string, error) {
	class := uint32(0)
	if len(args) > 1 {
		c := pgcatalog.ClassByName(*args[1])
		if c == nil {
			return nil, nil
		}
		class = c.OID
		return v.comment(class, oidArg(args[0]), 0), nil
	}
	for _, class := range []uint32{classRelation, classProc, classType, classNamespace} {
		if s := v.comment(class, oidArg(args[0]), 0); s != nil {
			return s, nil
		}
	}
	return nil, nil
}

var privilegeCalls = map[string]*call{
	"has_table_privilege":                privilege(catalog.AllOnTable, 2, tablePrivilege),
	"has_sequence_privilege":             privilege(catalog.AllOnSequence, 2, tablePrivilege),
	"has_any_column_privilege":           privilege(catalog.AllOnColumn, 2, anyColumnPrivilege),
	"has_column_privilege":               privilege(catalog.AllOnColumn, 3, columnPrivilege),
	"has_schema_privilege":               privilege(catalog.AllOnSchema, 2, schemaPrivilege),
	"has_database_privilege":             privilege(catalog.AllOnDatabase, 2, databasePrivilege),
	"has_function_privilege":             everybody("regprocedure", catalog.Execute),
	"has_type_privilege":                 everybody("regtype", catalog.Usage),
	"has_language_privilege":             everybody("", catalog.Usage),
	"has_tablespace_privilege":           everybody("", catalog.Create),
	"has_server_privilege":               everybody("", catalog.Usage),
	"has_foreign_data_wrapper_privilege": everybody("", catalog.Usage),
	"pg_has_role":                        strict(hasRole),
}

// visibleNamed makes pg_..._is_visible for objects that all databases have alike.
func visibleNamed(relation, name, namespace string) *call {
	return strict(func(v *Viewer, args []*string) (*string, error) {
		o := pgcatalog.Objects(relation, name, namespace)[oidArg(args[0])]
		if o == nil {
			return nil, nil
		}
		return boolean(v.inPath(v.schemas[o.Namespace]))
	})
}

var visibleCalls = map[string]*call{
	"pg_table_is_visible": strict(func(v *Viewer, args []*string) (*string, error) {
		oid := oidArg(args[0])
		n, _, ok := v.class(oid)
		if !ok {
			return nil, nil
		}
		return boolean(v.lookup(catalog.Name{Name: n.Name}) == oid)
	}),
	"pg_type_is_visible": strict(func(v *Viewer, args []*string) (*string, error) {
		oid := oidArg(args[0])
		if o := v.types[oid]; o != nil {
			return boolean(v.inPath(o.Name.Schema))
		}
		if t := pgcatalog.TypeByOID(oid); t != nil {
			return boolean(v.inPath(v.schemas[t.Namespace]))
		}
		return nil, nil
	}),
	"pg_function_is_visible": ofFunction(func(v *Viewer, f *pgcatalog.Function) *string {
		s := strconv.FormatBool(v.inPath(v.schemas[f.Namespace]))
		return &s
	}),
	"pg_operator_is_visible":        visibleNamed("pg_operator", "oprname", "oprnamespace"),
	"pg_opclass_is_visible":         visibleNamed("pg_opclass", "opcname", "opcnamespace"),
	"pg_opfamily_is_visible":        visibleNamed("pg_opfamily", "opfname", "opfnamespace"),
	"pg_collation_is_visible":       visibleNamed("pg_collation", "collname", "collnamespace"),
	"pg_conversion_is_visible":      visibleNamed("pg_conversion", "conname", "connamespace"),
	"pg_ts_config_is_visible":       visibleNamed("pg_ts_config", "cfgname", "cfgnamespace"),
	"pg_ts_dict_is_visible":         visibleNamed("pg_ts_dict", "dictname", "dictnamespace"),
	"pg_ts_parser_is_visible":       visibleNamed("pg_ts_parser", "prsname", "prsnamespace"),
	"pg_ts_template_is_visible":     visibleNamed("pg_ts_template", "tmplname", "tmplnamespace"),
	"pg_statistics_obj_is_visible":  constant(nil),
	"pg_char_to_encoding":           strict(charToEncoding),
	"pg_encoding_to_char":           strict(encodingToChar),
	"pg_encoding_max_length":        constant(&four),
	"pg_get_replica_identity_index": constant(nil),
}

var four = "4"

// encodings are PostgreSQL's, by number (src/include/mb/pg_wchar.h).
var encodings = strings.Fields(`SQL_ASCII EUC_JP EUC_CN EUC_KR EUC_TW EUC_JIS_2004 UTF8 MULE_INTERNAL LATIN1 LATIN2 LATIN3 LATIN4 LATIN5 LATIN6 LATIN7 LATIN8
	LATIN9 LATIN10 WIN1256 WIN1258 WIN866 WIN874 KOI8R WIN1251 WIN1252 ISO_8859_5 ISO_8859_6 ISO_8859_7 ISO_8859_8 WIN1250 WIN1253 WIN1254
	WIN1255 WIN1257 KOI8U SJIS BIG5 GBK UHC GB18030 JOHAB SHIFT_JIS_2004`)

func encodingToChar(_ *Viewer, args []*string) (*string, error) {
	if n := intArg(args[0]); n >= 0 && n < len(encodings) {
		return text(encodings[n])
	}
	return text("")
}

func charToEncoding(_ *Viewer, args []*string) (*string, error) {
	clean := func(s string) string {
		return strings.NewReplacer("_", "", "-", "", " ", "").Replace(strings.ToUpper(s))
	}
	name := clean(*args[0])
	if name == "UNICODE" {
		name = "UTF8"
	}
	for i, e := range encodings {
		if clean(e) == name {
			return text(strconv.Itoa(i))
		}
	}
	return text("-1")
}
