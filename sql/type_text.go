package sql

import (
	"github.com/jackc/pgerrcode"

	"github.com/miniodb/miniodb/internal/pgerr"
)

// TypeText is the name of a type as text has it: "int4[]", "pg_catalog.varchar(10)", "double precision".
type TypeText struct {
	Schema, Name string // Name is pg_type.typname where the grammar knows a longer one
	Array        bool
}

// ParseTypeText reads the name of a type as regtype does. Errors are 42601.
func ParseTypeText(text string) (TypeText, error) {
	bad := pgerr.New(pgerrcode.SyntaxError, "invalid type name \"%s\"", clip(text))
	if len(text) > 1000 {
		return TypeText{}, bad
	}
	node, err := parseGrammar("SELECT NULL::" + text)
	if err != nil {
		return TypeText{}, err
	}
	sel := node.GetSelectStmt()
	if sel == nil || len(sel.TargetList) != 1 || sel.FromClause != nil || sel.WhereClause != nil {
		return TypeText{}, bad
	}
	rt := sel.TargetList[0].GetResTarget()
	cast := rt.GetVal().GetTypeCast()
	if rt.GetName() != "" || cast == nil || cast.Arg.GetAConst() == nil || !cast.Arg.GetAConst().Isnull {
		return TypeText{}, bad
	}
	names := stringsOf(cast.TypeName.GetNames())
	out := TypeText{Array: len(cast.TypeName.GetArrayBounds()) > 0}
	switch len(names) {
	case 1:
		out.Name = names[0]
	case 2:
		out.Schema, out.Name = names[0], names[1]
	default:
		return TypeText{}, bad
	}
	return out, nil
}
