package sql

// LocateTarget finds where the name of the table that CREATE TABLE makes stands: 1-based, in characters of s.Text; 0 for other statements. It parses the
// text again, so it is for errors.
func LocateTarget(s *Statement) int {
	node, err := parseGrammar(s.Text)
	if err != nil || node.GetCreateStmt() == nil {
		return 0
	}
	return position(s.Text, int(node.GetCreateStmt().GetRelation().GetLocation()))
}
