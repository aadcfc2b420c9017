package sql

import (
	"strings"

	"github.com/jackc/pgerrcode"
	pg_query "github.com/pganalyze/pg_query_go/v6"
	"google.golang.org/protobuf/proto"

	"github.com/miniodb/miniodb/catalog"
	"github.com/miniodb/miniodb/internal/sqltype"
)

// A value of an enum (PostgreSQL documentation, 8.7 Enumerated Types) is one of DuckDB's enums with the same labels in the same order, so that it compares and
// sorts as PostgreSQL has it. Tables keep the label as text: what reads a column of a table casts it, and so a label can be added without touching a file.

// walkTypes calls found with the names of every type in a tree.
func walkTypes(m proto.Message, found func(names []string)) {
	walkTree(m.ProtoReflect(), func(m proto.Message) bool {
		if x, ok := m.(*pg_query.TypeName); ok && len(x.Names) > 0 {
			found(stringsOf(x.Names))
		}
		return true
	})
}

// lookupIn finds types by their names. mayUse refuses a schema that is named; nil: all may be used.
func lookupIn(r Resolver, mayUse func(schema string) error) typeLookup {
	return func(schema, name string) (sqltype.Type, bool, error) {
		e := r.Type(schema, name)
		if e == nil {
			return sqltype.Type{}, false, nil
		}
		if schema != "" && mayUse != nil {
			if err := mayUse(schema); err != nil {
				return sqltype.Type{}, false, err
			}
		}
		return e.Enum(), true, nil
	}
}

func (t *translator) namedType(schema, name string) (sqltype.Type, bool, error) {
	if t.env.Resolver == nil {
		return sqltype.Type{}, false, nil
	}
	mayUse := t.env.MayUse
	if t.inView > 0 {
		mayUse = nil
	}
	return lookupIn(t.env.Resolver, mayUse)(schema, name)
}

// enum finds the enum that a type is, or has for elements, and notes that the query depends on it; nil if it is none.
func (t *translator) enum(ty sqltype.Type) *catalog.Type {
	if elem, ok := ty.Elem(); ok {
		ty = elem
	}
	if !ty.Enum() || t.env.Resolver == nil {
		return nil
	}
	e := t.env.Resolver.Enum(ty)
	if e == nil {
		return nil
	}
	for _, known := range t.enums {
		if known.OID == e.OID {
			return e
		}
	}
	t.enums = append(t.enums, e)
	return e
}

// duckType spells a type for DuckDB.
func (t *translator) duckType(ty sqltype.Type) (string, bool) {
	e := t.enum(ty)
	if e == nil {
		return duckType(ty)
	}
	out := enumType(e)
	if !ty.Enum() {
		out += "[]"
	}
	return out, true
}

func enumType(e *catalog.Type) string {
	words := make([]string, max(len(e.Labels), 1))
	words[0] = "''" // DuckDB has no enum without labels
	for i, l := range e.Labels {
		words[i] = duckString(l.Name)
	}
	return "ENUM(" + strings.Join(words, ", ") + ")"
}

// spell is a type as messages have it.
func (t *translator) spell(ty sqltype.Type) string {
	e := t.enum(ty)
	if e == nil {
		return ty.String()
	}
	name := QuoteIdent(e.Name.Name)
	if found := t.env.Resolver.Type("", e.Name.Name); found == nil || found.OID != e.OID {
		name = QuoteIdent(e.Name.Schema) + "." + name
	}
	if !ty.Enum() {
		name += "[]"
	}
	return name
}

// stored reads a column of a table: enums are kept as text.
func (t *translator) stored(sql string, ty sqltype.Type) string {
	if t.enum(ty) == nil {
		return sql
	}
	duck, _ := t.duckType(ty)
	return "CAST(" + sql + " AS " + duck + ")"
}

func (t *translator) enumLiteral(text string, ty sqltype.Type, duck string, loc int32) (expr, error) {
	if t.enum(ty).Position(text) < 0 {
		return expr{}, t.errorf(loc, pgerrcode.InvalidTextRepresentation, "invalid input value for enum %s: \"%s\"", ty, text)
	}
	e := typed("CAST("+duckString(text)+" AS "+duck+")", ty.OID).ofType(ty)
	e.lit = &text
	return e, nil
}

// enumFromText reads labels that are not constants.
func (t *translator) enumFromText(e expr, ty sqltype.Type) expr {
	duck, _ := t.duckType(ty)
	duck = strings.ReplaceAll(duck, "$", "$$")
	message := strings.ReplaceAll(duckString("!"+pgerrcode.InvalidTextRepresentation+"!invalid input value for enum "+t.spell(ty)+": \""), "$", "$$")
	return t.bind(ty.OID, "CASE WHEN $1 IS NOT NULL AND TRY_CAST($1 AS "+duck+") IS NULL THEN error("+message+" || $1 || '\"') ELSE TRY_CAST($1 AS "+duck+") END", t.textOf(e)).ofType(ty)
}

// enumCall writes the functions of enums (PostgreSQL documentation, 9.10 Enum Support Functions).
func (t *translator) enumCall(name string, args []expr, loc int32) (expr, bool, error) {
	if name != "enum_first" && name != "enum_last" && name != "enum_range" {
		return expr{}, false, nil
	}
	if len(args) == 0 || len(args) > 2 || len(args) == 2 && name != "enum_range" {
		return expr{}, true, t.noFunction(name, args, loc)
	}
	ty := args[0].typ
	if args[0].isUnknown() && len(args) == 2 {
		ty = args[1].typ
	}
	e := t.enum(ty)
	if !ty.Enum() || e == nil {
		return expr{}, true, t.noFunction(name, args, loc)
	}
	duck, _ := t.duckType(ty)
	if name != "enum_range" {
		if len(e.Labels) == 0 {
			return expr{}, true, t.errorf(loc, pgerrcode.ObjectNotInPrerequisiteState, "enum %s contains no values", ty)
		}
		label := e.Labels[0].Name
		if name == "enum_last" {
			label = e.Labels[len(e.Labels)-1].Name
		}
		out, err := t.enumLiteral(label, ty, duck, loc)
		return out, true, err
	}
	words := make([]string, len(e.Labels))
	for i, l := range e.Labels {
		words[i] = duckString(l.Name)
	}
	array, _ := ty.Array()
	all := "CAST([" + strings.Join(words, ", ") + "] AS " + duck + "[])"
	if len(args) == 1 {
		return typed(all, array.OID, args[0]).ofType(array), true, nil
	}
	for i := range args {
		if args[i].known() && args[i].typ.OID != ty.OID {
			return expr{}, true, t.noFunction(name, args, loc)
		}
		a, err := t.coerce(args[i], ty, implicitCast, loc)
		if err != nil {
			return expr{}, true, err
		}
		args[i] = a
	}
	all = strings.ReplaceAll(all, "$", "$$")
	return t.bind(array.OID, "list_filter("+all+", lambda pg_x: ($1 IS NULL OR pg_x >= $1) AND ($2 IS NULL OR pg_x <= $2))", args...).ofType(array), true, nil
}
