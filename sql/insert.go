package sql

import (
	"slices"

	"github.com/jackc/pgerrcode"
	pg_query "github.com/pganalyze/pg_query_go/v6"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/miniodb/miniodb/internal/pgerr"
)

// maxColumns is PostgreSQL's bound on the columns of a table and of a target list.
const maxColumns = 1600

// insert classifies an INSERT that the scanner of plain VALUES did not take.
func (c *classifier) insert(n *pg_query.InsertStmt) (*Insert, error) {
	if n.OnConflictClause != nil {
		return nil, c.at(unsupported("ON CONFLICT is not supported"), n.OnConflictClause.Location).
			WithHint("PRIMARY KEY and UNIQUE are recorded and not enforced, so no row conflicts.")
	}
	target, err := c.name(n.Relation)
	if err != nil {
		return nil, err
	}
	ins := &Insert{Target: target}
	switch n.Override {
	case pg_query.OverridingKind_OVERRIDING_SYSTEM_VALUE:
		ins.Overriding = OverridingSystem
	case pg_query.OverridingKind_OVERRIDING_USER_VALUE:
		ins.Overriding = OverridingUser
	}
	if len(n.ReturningList) > 0 {
		if ins.Returning, err = c.returning(n); err != nil {
			return nil, err
		}
	}
	for _, node := range n.Cols {
		col := node.GetResTarget()
		if len(col.GetIndirection()) > 0 {
			return nil, c.at(unsupported("assignment to a part of column \"%s\" is not supported", col.Name), col.Location)
		}
		if slices.Contains(ins.Columns, col.Name) {
			return nil, c.at(pgerr.New(pgerrcode.DuplicateColumn, "column \"%s\" specified more than once", col.Name), col.Location)
		}
		if len(ins.Columns) == maxColumns {
			return nil, pgerr.New(pgerrcode.TooManyColumns, "target lists can have at most %d entries", maxColumns)
		}
		ins.Columns = append(ins.Columns, col.Name)
	}
	if n.SelectStmt == nil {
		ins.DefaultValues = true
		return ins, nil
	}
	sel := n.SelectStmt.GetSelectStmt()
	if n.WithClause == nil && plainValues(sel) {
		if err := c.sameLength(sel.ValuesLists); err != nil {
			return nil, err
		}
		if ins.Rows = c.cellRows(sel.ValuesLists); ins.Rows != nil {
			return ins, nil
		}
	}
	if err := addWith(sel, n.WithClause); err != nil {
		return nil, err
	}
	if takeInto(sel) != nil {
		return nil, pgerr.New(pgerrcode.SyntaxError, "INSERT ... SELECT cannot specify INTO")
	}
	c.walk = true // INSERT itself is among the words that ask for it
	if ins.Query, err = c.query(n.SelectStmt); err != nil {
		return nil, err
	}
	return ins, nil
}

// returning makes a query of a RETURNING list.
func (c *classifier) returning(n *pg_query.InsertStmt) (*Query, error) {
	sel := bareSelect(n.ReturningList)
	sel.FromClause = []*pg_query.Node{{Node: &pg_query.Node_RangeVar{RangeVar: n.Relation}}}
	c.walk = true
	q, err := c.query(&pg_query.Node{Node: &pg_query.Node_SelectStmt{SelectStmt: sel}})
	if err == nil {
		q.Returning = true
	}
	return q, err
}

// Tail is the text of a RETURNING list and what follows it; "": it is not known.
func (q *Query) Tail() string {
	list := q.Node.GetSelectStmt().GetTargetList()
	if !q.Returning || len(list) == 0 {
		return ""
	}
	if at := int(list[0].GetResTarget().GetLocation()); at > 0 && at < len(q.Text) {
		return q.Text[at:]
	}
	return ""
}

// Alias is the name by which a RETURNING list calls its table, as it was given.
func (q *Query) Alias() string {
	for _, n := range q.Node.GetSelectStmt().GetFromClause() {
		if r := n.GetRangeVar(); r != nil {
			return QuoteIdent(r.Schemaname) + "." + QuoteIdent(r.Relname) + " " + QuoteIdent(r.GetAlias().GetAliasname())
		}
	}
	return ""
}

// plainValues tells VALUES alone from VALUES with ORDER BY, LIMIT or set operations.
func plainValues(s *pg_query.SelectStmt) bool {
	return len(s.GetValuesLists()) > 0 && len(s.SortClause) == 0 && s.LimitCount == nil && s.LimitOffset == nil && s.WithClause == nil &&
		len(s.LockingClause) == 0
}

func (c *classifier) sameLength(rows []*pg_query.Node) error {
	want := len(rows[0].GetList().GetItems())
	for _, r := range rows[1:] {
		if items := r.GetList().GetItems(); len(items) != want {
			e := pgerr.New(pgerrcode.SyntaxError, "VALUES lists must all be the same length")
			if loc, ok := locate(items[0]); ok {
				return c.at(e, loc)
			}
			return e
		}
	}
	return nil
}

// addWith moves the WITH of an INSERT to its query.
func addWith(s *pg_query.SelectStmt, with *pg_query.WithClause) error {
	switch {
	case with == nil:
	case s.WithClause == nil:
		s.WithClause = with
	default:
		seen := map[string]bool{}
		for _, n := range append(slices.Clone(with.Ctes), s.WithClause.Ctes...) {
			name := n.GetCommonTableExpr().GetCtename()
			if seen[name] {
				return unsupported("WITH query name \"%s\" in both INSERT and SELECT is not supported", name)
			}
			seen[name] = true
		}
		if with.Recursive != s.WithClause.Recursive {
			return unsupported("WITH and WITH RECURSIVE in one INSERT are not supported")
		}
		s.WithClause.Ctes = append(slices.Clone(with.Ctes), s.WithClause.Ctes...)
	}
	return nil
}

// HasDefaults reports whether a Query of VALUES still has the keyword DEFAULT in it, for which WithDefaults puts expressions.
func (i *Insert) HasDefaults() bool {
	if i.Query == nil {
		return false
	}
	for _, row := range i.Query.Node.GetSelectStmt().GetValuesLists() {
		for _, n := range row.GetList().GetItems() {
			if n.GetSetToDefault() != nil {
				return true
			}
		}
	}
	return false
}

// AllDefault reports whether the rows of VALUES all have DEFAULT in a column.
func (i *Insert) AllDefault(column int) bool {
	if i.Query == nil {
		for _, row := range i.Rows {
			if column < len(row) && row[column].Kind != CellDefault {
				return false
			}
		}
		return true
	}
	rows := i.Query.Node.GetSelectStmt().GetValuesLists()
	for _, row := range rows {
		if items := row.GetList().GetItems(); column < len(items) && items[column].GetSetToDefault() == nil {
			return false
		}
	}
	return len(rows) > 0
}

// WithDefaults returns Query with every DEFAULT of VALUES replaced by the default expression of its target column; "" is NULL. The
// receiver is unchanged.
func (i *Insert) WithDefaults(exprs []string) (*Query, error) {
	node, ok := proto.Clone(i.Query.Node).(*pg_query.Node)
	if !ok {
		return nil, pgerr.New(pgerrcode.InternalError, "copy of a parse tree")
	}
	for _, row := range node.GetSelectStmt().GetValuesLists() {
		for at, n := range row.GetList().GetItems() {
			if n.GetSetToDefault() == nil {
				continue
			}
			if at >= len(exprs) {
				return nil, pgerr.New(pgerrcode.SyntaxError, "INSERT has more expressions than target columns")
			}
			expr := exprs[at]
			if expr == "" {
				expr = "NULL"
			}
			value, err := parseExpr(expr)
			if err != nil {
				return nil, err
			}
			n.Node = value.Node
		}
	}
	return &Query{Node: node, Text: i.Query.Text}, nil
}

// locate finds the location that a node carries.
func locate(n *pg_query.Node) (int32, bool) {
	if n.GetNode() == nil {
		return 0, false
	}
	m := n.ProtoReflect()
	fd := m.WhichOneof(m.Descriptor().Oneofs().Get(0))
	if fd == nil {
		return 0, false
	}
	inner := m.Get(fd).Message()
	loc := inner.Descriptor().Fields().ByName("location")
	if loc == nil || loc.Kind() != protoreflect.Int32Kind {
		return 0, false
	}
	return int32(inner.Get(loc).Int()), true
}
