package sql

import "github.com/miniodb/miniodb/catalog"

// LiteralDefault tells whether a DEFAULT expression is a plain constant, so that it needs no engine. An empty expression is NULL.
func LiteralDefault(expr string) (Cell, bool) {
	if expr == "" {
		return Cell{Kind: CellNull}, true
	}
	return parseCell(expr)
}

// SequenceDefault tells whether a DEFAULT expression is nextval of a constant name. The name's Schema is "" if not given.
func SequenceDefault(expr string) (catalog.Name, bool) {
	return parseNextval(expr)
}
