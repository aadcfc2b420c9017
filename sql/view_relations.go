package sql

import (
	pg_query "github.com/pganalyze/pg_query_go/v6"

	"github.com/miniodb/miniodb/catalog"
)

// ViewRelations lists the relations that a view's text names with their schemas, each once, in the order of the text.
func ViewRelations(query string) []catalog.Name {
	node, err := parseGrammar(query)
	if err != nil {
		return nil
	}
	var out []catalog.Name
	seen := map[catalog.Name]bool{}
	walkTree(node.ProtoReflect(), visitRelations(func(r *pg_query.RangeVar) {
		n := catalog.Name{Schema: r.Schemaname, Name: r.Relname}
		if n.Schema != "" && !seen[n] {
			seen[n] = true
			out = append(out, n)
		}
	}))
	return out
}

// IsOperation reports an expression that PostgreSQL puts in parentheses when it prints it by itself: an operator, AND, OR, NOT.
func IsOperation(expr string) bool {
	node, err := parseExpr(expr)
	if err != nil {
		return false
	}
	return node.GetAExpr() != nil || node.GetBoolExpr() != nil || node.GetNullTest() != nil
}
