// Package definition spells the expressions and queries of the catalog as PostgreSQL's own functions do (pg_get_viewdef, pg_get_constraintdef,
// pg_get_expr): with types at constants, casts that were implied, parentheses and line breaks as in PostgreSQL 15's ruleutils.c.
//
// It owns the analysis that this takes: which operator or function PostgreSQL chooses and what it coerces (PostgreSQL documentation, chapter 10 "Type
// Conversion"), over the rows of pg_operator, pg_proc and pg_cast in internal/pgcatalog. It runs nothing and refuses what it does not know: the
// caller then shows the text as it was given. server/syscat calls it.
//
// # Design
//
// A text becomes a tree of nodes that correspond to those of PostgreSQL's analysed tree (analyse*.go), which is then printed twice as easily as
// the text could be changed (print*.go). The first construct that is not known ends the analysis; its error stays in the analyser, so that
// the code follows the shape of the tree.
package definition

import (
	"errors"
	"fmt"
	"strings"

	pg_query "github.com/pganalyze/pg_query_go/v6"

	"github.com/miniodb/miniodb/catalog"
	"github.com/miniodb/miniodb/internal/pgvalue"
	"github.com/miniodb/miniodb/internal/sqltype"
)

// Column is a column of a relation.
type Column struct {
	Name string
	Type sqltype.Type
}

// Env is what names stand for.
type Env struct {
	Columns    func(catalog.Name) ([]Column, bool) // of a relation by its full name
	Relation   func(catalog.Name) string           // how the relation is called along the search path, quoted
	FormatType func(oid uint32, mod int32) string  // as PostgreSQL's format_type
	Enum       func(catalog.Name) (oid uint32)     // of an enum by its full name, 0: there is none; the array type has the next; nil: there are none
	Values     pgvalue.Options                     // how constants are read
	Pretty     bool                                // the fewest parentheses
}

// errUnknown is what cannot be spelled; the caller shows the text as it was given.
var errUnknown = errors.New("no definition")

// maxDepth bounds the nesting of a tree, maxBytes the text that one definition may have.
const (
	maxDepth = 200
	maxBytes = 1 << 20
)

// Check spells a condition over columns, as in CHECK, without the outermost cast.
func Check(expr string, columns []Column, env Env) (string, error) {
	a := newAnalyser(env)
	n := a.parse(expr)
	s := &scope{bare: columns}
	e := a.coerce(a.expr(s, n), typeBool, implicitCast)
	return a.printed(e)
}

// Default spells the default of a column of a type.
func Default(expr string, typ sqltype.Type, env Env) (string, error) {
	a := newAnalyser(env)
	n := a.parse(expr)
	e := a.assign(a.expr(&scope{}, n), uint32(typ.OID), typ.Mod)
	return a.printed(e)
}

// Expr spells an expression over columns that has been spelled before, with more parentheses or fewer.
func Expr(expr string, columns []Column, env Env) (string, error) {
	a := newAnalyser(env)
	a.again = true
	n := a.parse(expr)
	return a.printed(a.resolved(a.expr(&scope{bare: columns}, n)))
}

// View spells the query of a view whose columns have these names, from its first blank to the semicolon, and tells the modifiers of the columns' types.
func View(query string, names []string, env Env) (text string, mods []int32, err error) {
	a := newAnalyser(env)
	tree, err := pg_query.Parse(query)
	if err != nil || len(tree.Stmts) != 1 || tree.Stmts[0].Stmt.GetSelectStmt() == nil {
		return "", nil, fmt.Errorf("%w of what is not a query", errUnknown)
	}
	q := a.query(nil, tree.Stmts[0].Stmt.GetSelectStmt(), true)
	if a.err != nil {
		return "", nil, a.err
	}
	visible := q.visible()
	if len(visible) != len(names) {
		return "", nil, fmt.Errorf("%w: %d columns for %d names", errUnknown, len(visible), len(names))
	}
	q.rename(names)
	for _, t := range visible {
		mods = append(mods, t.expr.mod)
	}
	(&namer{}).query(q)
	p := &printer{env: env, buf: &strings.Builder{}}
	p.queryDef(q, true, 0)
	if p.buf.Len() > maxBytes {
		return "", nil, errUnknown
	}
	return p.buf.String() + ";", mods, nil
}

func (a *analyser) printed(e *node) (string, error) {
	if a.err != nil {
		return "", a.err
	}
	p := &printer{env: a.env, buf: &strings.Builder{}}
	p.expr(e, false)
	return p.buf.String(), nil
}
