package sql

import (
	"github.com/miniodb/miniodb/catalog"
	"github.com/miniodb/miniodb/internal/sqltype"
)

// Select is a query in DuckDB's dialect.
type Select struct {
	// Text is DuckDB SQL. Each base table stands in it as a placeholder (Scan.Placeholder), which the planner replaces by a
	// parenthesised subquery whose columns have the table's column names. The alias follows the placeholder already.
	Text    string
	Scans   []Scan
	Systems []SystemScan   // in the same way: each stands in Text as a placeholder
	Uses    []Use          // relations, and relations of views, that the query reads; not those of system functions
	Params  []sqltype.Type // one for each $n; declared, inferred or text
	Columns []Column       // output columns
	Origins []Origin       // per output column
	// Actions are to be called for each row, in this order; Text returns their arguments behind the Columns.
	Actions []Action
	Shape   Shape
	// Functions of users that the query calls, those that they call aside.
	Functions []*catalog.Function
	// Enums are the enums of its columns and expressions.
	Enums []*catalog.Type
	// Timed: Text holds the session's clock (now() and its kin) or settings; rewrite again for each execution.
	Timed bool
	// Calls: Text asks for functions about the catalogs, whose answers change with the catalog.
	Calls bool
	// Acts: Text calls functions that act, for each row and each time it runs.
	Acts bool
}

// Column is an output column. An OID of 0 means that the type is DuckDB's to say.
type Column struct {
	Name   string
	Type   sqltype.Type
	Fields []Field // of a composite, or of the elements of an array of them
	RowOf  uint32  // a whole row of this relation (pg_class.oid), or an array of such rows; or 0
}

// Origin tells from which table column an output column comes unchanged; zero: from none.
type Origin struct {
	Table  uint32 // pg_class.oid
	Column int16  // attnum, from 1; 0: the whole row
}

// Scan is one reference to a base table.
type Scan struct {
	Placeholder string // a token that occurs exactly once in Text, unguessable
	Table       *catalog.Table
	Columns     []int32 // ids of the columns the query can touch; nil: all; empty: none (count(*))
	// Predicates are conjuncts: a row that fails one of them cannot change the answer.
	Predicates []Predicate
}

// Op is the comparison of a Predicate.
type Op string

// Comparisons. In has one or more values; IsNull and IsNotNull have none; the others have one.
const (
	Eq        Op = "="
	Lt        Op = "<"
	Le        Op = "<="
	Gt        Op = ">"
	Ge        Op = ">="
	In        Op = "in"
	IsNull    Op = "is null"
	IsNotNull Op = "is not null"
)

// Predicate is `column op value`.
type Predicate struct {
	Column int32 // column id
	Op     Op
	Values []Constant
}

// Constant is a literal or a parameter. Its type is the one the comparison is made in.
type Constant struct {
	Text  string // as PostgreSQL would print it, when Param is 0
	Param int    // n of $n; the bound text, NULL makes the comparison unknown and so drops every row
	Type  sqltype.Type
}

// Shape is what the planner may compute branch by branch when a table is a UNION ALL of parts.
type Shape struct {
	// Branch is set for a query over exactly one table that is count/min/max alone or ORDER BY ... LIMIT n.
	Branch *Branch
}

// Branch splits a query over one table into a query per part and one over the union of their results.
type Branch struct {
	// Inner is the query for one part; it holds the placeholder of Select.Scans[0] once.
	Inner string
	// Outer is the query over the results; it holds Placeholder once, to be replaced by "(inner UNION ALL inner ...)", each inner
	// query in parentheses.
	Outer       string
	Placeholder string
	Kind        BranchKind
	// Limit and Offset are the constant row counts of a top-N; -1: a parameter.
	Limit, Offset int64
}

// BranchKind tells what a Branch computes.
type BranchKind string

// Kinds of branches.
const (
	BranchAggregate BranchKind = "aggregate" // count(*), count(column), min, max; no WHERE
	BranchTopN      BranchKind = "top-n"     // ORDER BY plain columns LIMIT n
)
