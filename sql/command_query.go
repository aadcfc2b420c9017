package sql

import (
	pg_query "github.com/pganalyze/pg_query_go/v6"

	"github.com/miniodb/miniodb/catalog"
	"github.com/miniodb/miniodb/internal/sqltype"
)

// Query is SELECT, VALUES, TABLE, or one of them after WITH. It changes no rows: SELECT INTO is a CreateTableAs, and data-modifying CTEs
// are refused. FOR UPDATE and its kin are checked and lock nothing: there are no row locks, a query reads a snapshot.
type Query struct {
	Node *pg_query.Node // a SelectStmt; locations in it are byte offsets into Text
	Text string         // text of the statement the query stands in
	// Stored says that the rows go into a table: numerics keep their decimals.
	Stored bool
	// Locks is FOR UPDATE or its kin, which a read-only transaction refuses; "": none.
	Locks string
	// Dialect is set for a query in DuckDB's own dialect, and Node is nil then: see NewDialect.
	Dialect *DialectText
	// Returning says that it stands for a RETURNING list: a select list over the rows of the statement, which FROM names as their table. The first
	// of Select.Scans is those rows.
	Returning bool
}

// DialectText is what is known of a query in DuckDB's dialect before it is bound.
type DialectText struct {
	Params  int   // the highest $n
	Refused error // what PostgreSQL has to say of the text
}

// Insert is INSERT INTO. Exactly one of Rows, Query and DefaultValues is set. That the number of values fits the columns is for the caller
// to check, who knows the table.
type Insert struct {
	Target        catalog.Name // Schema "": search path
	Columns       []string     // as given; nil: all columns in order, of which the last may be left out
	Rows          [][]Cell     // VALUES of literals, parameters and DEFAULT only; every row has the same length
	Query         *Query       // INSERT ... SELECT, and VALUES with expressions
	DefaultValues bool         // INSERT INTO t DEFAULT VALUES
	Overriding    Overriding
	Returning     *Query // RETURNING; nil: none
}

// Overriding is what an INSERT says of identity columns.
type Overriding uint8

// OVERRIDING SYSTEM VALUE has values taken where the column is GENERATED ALWAYS, OVERRIDING USER VALUE has values for identity columns ignored.
const (
	OverridingNothing Overriding = iota
	OverridingSystem
	OverridingUser
)

// CellKind is what a Cell holds.
type CellKind uint8

// Cell kinds.
const (
	CellNull    CellKind = iota
	CellDefault          // the keyword DEFAULT: only in INSERT
	CellInteger          // digits with an optional minus: Text; may be larger than int8
	CellDecimal          // number with point or exponent, optional minus: Text
	CellString           // string constant of unknown type: Text is the value, unescaped
	CellBool             // Text is "true" or "false"
	CellParam            // $n: Param
	CellArray            // ARRAY[...]: Elems
)

// Cell is a constant (or a parameter) as it stands in a statement. Text may share memory with the statement.
type Cell struct {
	Kind  CellKind
	Param int32         // CellParam: from 1
	Text  string        // of the value, without quotes
	Cast  *sqltype.Type // DATE '2020-01-01', '1'::int, CAST(1 AS text): the value is of this type; nil: as the constant's kind says
	Elems []Cell        // CellArray
}

// Explain is EXPLAIN.
type Explain struct {
	Inner   *Statement // Query, Insert, CreateTableAs, DeclareCursor or ExecuteStmt
	Analyze bool
	Verbose bool
	Costs   bool   // true unless COSTS false
	Buffers bool   // BUFFERS
	Timing  bool   // true unless TIMING false
	Format  string // text, json, xml or yaml
}

// PrepareStmt is PREPARE name (types) AS statement.
type PrepareStmt struct {
	Name  string
	Types []sqltype.Type // as given; OID 0 for "unknown"
	Inner *Statement     // Query or Insert
}

// ExecuteStmt is EXECUTE name (args). Arguments that are not all constants come as a Query of one row, and Args is nil then.
type ExecuteStmt struct {
	Name  string
	Args  []Cell
	Query *Query
}

// Deallocate is DEALLOCATE name or ALL.
type Deallocate struct {
	Name string
	All  bool
}

// DeclareCursor is DECLARE name CURSOR FOR query.
type DeclareCursor struct {
	Name     string
	Query    *Query
	Binary   bool
	Scroll   bool // SCROLL was asked for
	NoScroll bool // NO SCROLL was
	Hold     bool
}

// FetchDirection is the direction of FETCH and MOVE.
type FetchDirection uint8

// Fetch directions. NEXT is FetchForward 1, FIRST is FetchAbsolute 1, LAST is FetchAbsolute -1, PRIOR is FetchBackward 1.
const (
	FetchForward FetchDirection = iota
	FetchBackward
	FetchAbsolute
	FetchRelative
)

// Fetch is FETCH and MOVE.
type Fetch struct {
	Cursor    string
	Direction FetchDirection
	Count     int64 // rows; math.MaxInt64 for ALL
	Move      bool  // MOVE: count rows, send none
}

// CloseCursor is CLOSE name or ALL.
type CloseCursor struct {
	Name string
	All  bool
}

// Call is CALL procedure(args). Whether the procedure exists is for the caller to know (42883).
type Call struct {
	Name     catalog.Name // Schema "" if not given
	Args     []CallArg
	Position int // of the name, 1-based, in characters of Statement.Text
}

// CallArg is an argument of CALL.
type CallArg struct {
	Name  string // "" for a positional one; named ones come last
	Value Cell   // never CellDefault
}
