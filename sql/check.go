package sql

import (
	"github.com/miniodb/miniodb/catalog"
	"github.com/miniodb/miniodb/internal/sqltype"
)

// CheckExpr translates a CHECK expression over a table's columns into a DuckDB condition over columns of the same names, unqualified.
// The row passes unless the condition is false.
func CheckExpr(text string, table *catalog.Table, env Env) (string, error) {
	node, err := parseExpr(text)
	if err != nil {
		return "", err
	}
	t, err := newTranslator("SELECT "+text, env)
	if err != nil {
		return "", err
	}
	t.inView = 1 // positions would count from the text of another statement
	r := &rangeItem{name: table.Name.Name, schema: table.Name.Schema}
	for _, c := range table.Columns {
		r.cols = append(r.cols, &scopeCol{name: c.Name, scan: -1, e: expr{sql: t.stored(duckIdent(c.Name), c.Type), typ: c.Type, scale: declaredScale(c.Type), weight: 1}})
	}
	c := exprCtx{s: &scope{rels: []*rangeItem{r}, cols: r.cols}, place: inCheck}
	e, err := t.boolean(c, node, "CHECK")
	if err != nil {
		return "", err
	}
	if _, err := t.paramTypes(); err != nil {
		return "", err
	}
	return e.sql, nil
}

// ValueExpr translates an expression without columns, such as a DEFAULT, into a DuckDB expression of the target's type.
func ValueExpr(text string, target sqltype.Type, env Env) (string, error) {
	node, err := parseExpr(text)
	if err != nil {
		return "", err
	}
	t, err := newTranslator("SELECT "+text, env)
	if err != nil {
		return "", err
	}
	t.inView = 1
	e, err := t.expr(exprCtx{s: &scope{}, place: inDefault}, node)
	if err != nil {
		return "", err
	}
	if e, err = t.assign(e, target); err != nil {
		return "", err
	}
	if _, err := t.paramTypes(); err != nil {
		return "", err
	}
	return e.sql, nil
}
