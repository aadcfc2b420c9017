package ducktree

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/jackc/pgerrcode"

	"github.com/miniodb/miniodb/internal/pgerr"
)

// Limits of one tree: DuckDB's optimizer cannot be interrupted.
const (
	maxDepth  = 400
	maxNodes  = 100_000
	maxTables = 64
	maxSetOps = 500
)

// Call is a reference to a function.
type Call struct {
	Name     string // as given
	Args     int
	Operator bool // written as one
	Window   bool // with OVER
	Table    bool // in FROM
	// Aggregated: with DISTINCT, ORDER BY or FILTER.
	Aggregated bool
}

// Policy says what a query may name. Errors are passed on.
type Policy interface {
	// Relation returns the name that stands for a relation instead of the one it is given; an empty schema means that none was.
	Relation(schema, name string) (string, error)
	// Function returns the function to be called instead, or the constant that the call is.
	Function(c Call) (name string, constant *string, err error)
	// CTE returns the name of a WITH query instead of the one it was given.
	CTE(name string) string
	// Parameter returns the identifier to be used instead of the one of $identifier.
	Parameter(identifier string) (string, error)
	// Column returns the constant that a name stands for that is no column, as current_user; nil: it is a column.
	Column(names []string) *string
}

// ErrNotOne is what Rewrite says of a text that is not one statement that DuckDB can parse.
var ErrNotOne = errors.New("not one statement")

// Rewrite checks the answer of json_serialize_sql and returns a tree of the same query under the names that the policy gives. Errors are the policy's,
// ErrNotOne, 54001 for what is too complex and 0A000 for what is not known here.
func Rewrite(tree []byte, p Policy) ([]byte, error) {
	dec := json.NewDecoder(bytes.NewReader(tree))
	dec.UseNumber() // locations are as large as numbers can be
	var root struct {
		Error      bool             `json:"error"`
		Statements []map[string]any `json:"statements"`
	}
	if err := dec.Decode(&root); err != nil || root.Error || len(root.Statements) != 1 {
		return nil, ErrNotOne
	}
	w := &walker{policy: p}
	if err := w.record("statement", root.Statements[0], nil); err != nil {
		return nil, err
	}
	out, err := json.Marshal(map[string]any{"error": false, "statements": root.Statements})
	if err != nil {
		return nil, fmt.Errorf("write a syntax tree: %w", err)
	}
	return out, nil
}

// ctes is a chain of WITH names, innermost first.
type ctes struct {
	parent   *ctes
	name, as string
}

type walker struct {
	policy                      Policy
	depth, nodes, tables, setOp int
}

func unknown(what string, args ...any) error {
	return pgerr.New(pgerrcode.FeatureNotSupported, "this construct of DuckDB's dialect is not supported").WithDetail(what, args...)
}

func tooComplex() error {
	return pgerr.New(pgerrcode.StatementTooComplex, "statement is too complex").WithHint("Split it, or nest less deeply.")
}

func (w *walker) enter() error {
	w.depth++
	w.nodes++
	if w.depth > maxDepth || w.nodes > maxNodes {
		return tooComplex()
	}
	return nil
}

// record walks the fields of an object that the grammar has under a name; common are those that all of its kind have.
func (w *walker) record(name string, x map[string]any, with *ctes, common ...string) error {
	if err := w.enter(); err != nil {
		return err
	}
	defer func() { w.depth-- }()
	known := grammar[name]
	if known == nil {
		return unknown("kind %q", name)
	}
	if name == "statement" { // parameters get other names, and it is those that count
		x["named_param_map"] = []any{}
	}
next:
	for key, v := range x {
		for _, c := range common {
			if key == c {
				continue next
			}
		}
		f, ok := known[key]
		if !ok {
			f.kind = nothing
		}
		if err := w.field(f, v, with); err != nil {
			return err
		}
		if f.kind == nothing && !empty(v) {
			return unknown("%q of %s", key, name)
		}
	}
	return nil
}

func (w *walker) field(f field, v any, with *ctes) error {
	if v == nil {
		return nil
	}
	switch f.kind {
	case nothing:
		return nil
	case scalar:
		return plain(v)
	case value:
		return w.value(v)
	case expr:
		return one(v, func(x map[string]any) error { return w.expr(x, with) })
	case exprs:
		return each(v, func(x map[string]any) error { return w.expr(x, with) })
	case exprRows:
		rows, ok := v.([]any)
		if !ok {
			return unknown("a list of rows")
		}
		for _, r := range rows {
			if err := w.field(field{kind: exprs}, r, with); err != nil {
				return err
			}
		}
		return nil
	case node:
		return one(v, func(x map[string]any) error { return w.query(x, with) })
	case nodes:
		return each(v, func(x map[string]any) error { return w.query(x, with) })
	case table:
		return one(v, func(x map[string]any) error { return w.table(x, with) })
	case record:
		return one(v, func(x map[string]any) error { return w.record(f.of, x, with) })
	case records:
		return each(v, func(x map[string]any) error { return w.record(f.of, x, with) })
	}
	return unknown("a field")
}

func one(v any, visit func(map[string]any) error) error {
	x, ok := v.(map[string]any)
	if !ok {
		return unknown("a value where a node should be")
	}
	return visit(x)
}

func each(v any, visit func(map[string]any) error) error {
	list, ok := v.([]any)
	if !ok {
		return unknown("a value where a list should be")
	}
	for _, item := range list {
		if item == nil {
			continue
		}
		if err := one(item, visit); err != nil {
			return err
		}
	}
	return nil
}

// empty tells that a field holds nothing.
func empty(v any) bool {
	switch x := v.(type) {
	case nil:
		return true
	case bool:
		return !x
	case string:
		return x == ""
	case []any:
		return len(x) == 0
	case map[string]any:
		return len(x) == 0
	}
	return false
}

// plain wants a scalar, or lists of them.
func plain(v any) error {
	switch x := v.(type) {
	case map[string]any:
		return unknown("a node where a name should be")
	case []any:
		for _, item := range x {
			if err := plain(item); err != nil {
				return err
			}
		}
	}
	return nil
}

// value wants a constant or a type: no expression is in it, and no type of a schema.
func (w *walker) value(v any) error {
	if err := w.enter(); err != nil {
		return err
	}
	defer func() { w.depth-- }()
	switch x := v.(type) {
	case map[string]any:
		for key, inner := range x {
			switch key {
			case "class", "expression", "expr", "function_name", "node", "table_name":
				return unknown("%q in a constant", key)
			case "catalog", "schema", "extension_info":
				if !empty(inner) {
					return unknown("a type of another schema")
				}
			}
			if err := w.value(inner); err != nil {
				return err
			}
		}
	case []any:
		for _, inner := range x {
			if err := w.value(inner); err != nil {
				return err
			}
		}
	}
	return nil
}

func text(x map[string]any, key string) string {
	s, _ := x[key].(string)
	return s
}
