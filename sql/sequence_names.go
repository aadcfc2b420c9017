package sql

import (
	pg_query "github.com/pganalyze/pg_query_go/v6"
	"google.golang.org/protobuf/proto"

	"github.com/miniodb/miniodb/catalog"
)

// SequencesIn lists the sequences that an expression names by constants: nextval('s') and its kin. A name's Schema is "" if not given.
func SequencesIn(expr string) []catalog.Name {
	var out []catalog.Name
	_, _ = eachSequence(expr, func(n catalog.Name) (catalog.Name, bool) {
		out = append(out, n)
		return n, false
	})
	return out
}

// RenameSequence changes an expression for a new name of a sequence, which it has under its full name or without a schema.
func RenameSequence(expr string, from, to catalog.Name) (string, error) {
	return eachSequence(expr, func(n catalog.Name) (catalog.Name, bool) {
		return to, n.Name == from.Name && (n.Schema == "" || n.Schema == from.Schema)
	})
}

// eachSequence visits the sequences that an expression names and writes those that visit gives another name.
func eachSequence(expr string, visit func(catalog.Name) (catalog.Name, bool)) (string, error) {
	if expr == "" {
		return expr, nil
	}
	node, err := parseExpr(expr)
	if err != nil {
		return expr, err
	}
	changed := false
	walkTree(node.ProtoReflect(), func(m proto.Message) bool {
		call, ok := m.(*pg_query.FuncCall)
		if !ok || sequenceTable()[lastName(call.Funcname)] == nil || len(call.Args) == 0 {
			return true
		}
		arg := call.Args[0]
		for arg.GetTypeCast() != nil {
			arg = arg.GetTypeCast().Arg
		}
		text := arg.GetAConst().GetSval()
		if text == nil {
			return true
		}
		if name, ok := ParseName(text.Sval); ok {
			if to, ok := visit(name); ok {
				text.Sval, changed = QuoteIdent(to.Schema)+"."+QuoteIdent(to.Name), true
			}
		}
		return true
	})
	if !changed {
		return expr, nil
	}
	return deparseExpr(node)
}
