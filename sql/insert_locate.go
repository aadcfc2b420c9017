package sql

import (
	pg_query "github.com/pganalyze/pg_query_go/v6"
)

// maxLocateBytes is the longest INSERT that is parsed a second time to point at a fault in it.
const maxLocateBytes = 1 << 20

// InsertLocations tells where the parts of an INSERT stand: 1-based character positions in Statement.Text, 0 where not known.
type InsertLocations struct {
	text string
	stmt *pg_query.InsertStmt // nil: nothing is known
}

// LocateInsert parses an INSERT again, to point at the part of it that an error is about. The path of INSERTs without a fault
// carries no positions, which would cost memory for every value.
func LocateInsert(s *Statement) InsertLocations {
	if len(s.Text) > maxLocateBytes {
		return InsertLocations{}
	}
	tree, err := pg_query.Parse(s.Text)
	if err != nil || len(tree.Stmts) != 1 {
		return InsertLocations{}
	}
	node := tree.Stmts[0].GetStmt()
	if x := node.GetExplainStmt(); x != nil {
		node = x.Query
	}
	return InsertLocations{text: s.Text, stmt: node.GetInsertStmt()}
}

// Target is the position of the table's name.
func (l InsertLocations) Target() int {
	if l.stmt.GetRelation() == nil {
		return 0
	}
	return position(l.text, int(l.stmt.Relation.Location))
}

// Column is the position of the i-th name in the list of columns.
func (l InsertLocations) Column(i int) int {
	if cols := l.stmt.GetCols(); i < len(cols) {
		return position(l.text, int(cols[i].GetResTarget().GetLocation()))
	}
	return 0
}

// Cell is the position of a value of VALUES.
func (l InsertLocations) Cell(row, col int) int {
	rows := l.stmt.GetSelectStmt().GetSelectStmt().GetValuesLists()
	if row >= len(rows) {
		return 0
	}
	items := rows[row].GetList().GetItems()
	if col >= len(items) {
		return 0
	}
	item := items[col]
	if cast := item.GetTypeCast(); cast != nil { // PostgreSQL points at the constant, not at the cast
		item = cast.Arg
	}
	if loc, ok := locate(item); ok {
		return position(l.text, int(loc))
	}
	return 0
}
