package definition

// kind is what a node is; the names are those of PostgreSQL's nodes (src/include/nodes/primnodes.h).
type kind uint8

const (
	kindVar kind = iota + 1
	kindConst
	kindCall // FuncExpr written as a call
	kindCast // FuncExpr, RelabelType, CoerceViaIO or ArrayCoerceExpr
	kindOp
	kindDistinct
	kindNullIf
	kindArrayOp // ScalarArrayOpExpr
	kindBool
	kindNullTest
	kindBooleanTest
	kindCase
	kindCoalesce
	kindMinMax
	kindArray
	kindRow
	kindSubscript
	kindSublink
	kindAggregate
	kindWindow
	kindValue // SQLValueFunction
	kindCollate
	kindCaseTest // stands for the operand of CASE in its comparisons
)

// node is an analysed expression.
type node struct {
	kind kind
	typ  uint32
	mod  int32
	args []*node
	name string // of a column, function, operator; the words of a test; AND, OR, NOT; the text of a constant

	null     bool    // a constant
	literal  bool    // a constant whose type was not given
	implicit bool    // a cast that was not written
	function bool    // a cast by a function, which counts as simple inside parentheses
	rel      *item   // of a column: the item of FROM, nil: none
	syntax   bool    // a call in the SQL standard's words, such as EXTRACT(... FROM ...)
	whens    []when  // of CASE
	result   *node   // ELSE
	query    *query  // of a sublink
	sublink  sublink // its kind
	all      bool    // ALL instead of ANY
	bounds   []bound // of subscripts
	star     bool    // count(*)
	distinct bool
	order    []order
	within   bool // WITHIN GROUP
	filter   *node
	over     *window
}

type when struct{ cond, result *node }

// bound is a subscript or a slice.
type bound struct {
	slice        bool
	lower, upper *node // nil: none
}

type sublink uint8

const (
	sublinkExpr sublink = iota
	sublinkExists
	sublinkAny
	sublinkAll
	sublinkArray
)

// order is an item of ORDER BY.
type order struct {
	expr       *node
	column     int // of a set operation: its number
	desc       bool
	nullsFirst bool
}

// window is a window definition, by name where WINDOW gives it one.
type window struct {
	name, ref  string
	partition  []*node
	order      []order
	frame      int32
	start, end *node
}

// query is an analysed SELECT, VALUES or set operation.
type query struct {
	ctes      []cte
	recursive bool

	set         string // UNION, INTERSECT, EXCEPT
	all         bool
	left, right *query

	values     [][]*node
	distinct   bool
	distinctOn []*node
	targets    []*target
	from       []*item
	where      *node
	group      []*node
	having     *node
	windows    []*window
	order      []order
	limit      *node
	offset     *node
	ties       bool
}

func (q *query) visible() []*target { return q.targets }

// rename gives the columns of a view their names, in each part of a set operation.
func (q *query) rename(names []string) {
	for i := range q.targets {
		q.targets[i].name = names[i]
	}
	if q.set != "" {
		q.left.rename(names)
		q.right.rename(names)
	}
}

// columns are what a query in FROM has.
func (q *query) columns() []Column {
	var out []Column
	for _, t := range q.visible() {
		out = append(out, Column{Name: t.name, Type: typeOf(t.expr)})
	}
	return out
}

type target struct {
	name string
	expr *node
}

type cte struct {
	name         string
	columns      []string
	materialized string
	query        *query
}

// item is an item of FROM.
type item struct {
	refname string // by which columns name it, unique among those of the queries around it; "": a join without an alias
	alias   string // as given
	columns []Column
	names   []string // names of the columns that the alias gives
	lateral bool
	only    bool

	relation string // text, quoted
	plain    string // the name alone, unquoted
	query    *query
	calls    []*node // of functions
	ordinal  bool
	cte      string

	join                    string // INNER, LEFT, RIGHT, FULL
	left, right             *item
	using                   []string
	on                      *node
	merged                  map[string]*node // columns of USING
	function, printsColumns bool
}
