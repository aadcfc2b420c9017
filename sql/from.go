package sql

import (
	"strings"

	"github.com/jackc/pgerrcode"
	pg_query "github.com/pganalyze/pg_query_go/v6"
)

// fromItem is a translated item of FROM.
type fromItem struct {
	sql  string
	rels []*rangeItem
	cols []*scopeCol // what * and unqualified names see
	// single is the index of the scan when the item is one base table, otherwise -1.
	single int
}

// fromClause translates FROM. Items to the right see those to the left when they are LATERAL.
func (t *translator) fromClause(nodes []*pg_query.Node, sc *scope) (string, []fromItem, error) {
	var parts []string
	var items []fromItem
	for _, n := range nodes {
		item, err := t.fromNode(n, sc)
		if err != nil {
			return "", nil, err
		}
		if err := t.addItem(sc, item, nodeLocation(n)); err != nil {
			return "", nil, err
		}
		parts = append(parts, item.sql)
		items = append(items, item)
	}
	if parts == nil {
		return "", nil, nil
	}
	return " FROM " + strings.Join(parts, ", "), items, nil
}

func (t *translator) addItem(sc *scope, item fromItem, loc int32) error {
	if err := t.checkNames(sc.rels, item.rels, loc); err != nil {
		return err
	}
	sc.rels = append(sc.rels, item.rels...)
	sc.cols = append(sc.cols, item.cols...)
	return nil
}

func (t *translator) checkNames(have, more []*rangeItem, loc int32) error {
	for _, a := range have {
		for _, b := range more {
			if a.name == b.name && a.name != "" && (a.schema == b.schema || a.schema == "" || b.schema == "") {
				return t.errorf(loc, pgerrcode.DuplicateAlias, "table name %q specified more than once", a.name)
			}
		}
	}
	return nil
}

func (t *translator) fromNode(n *pg_query.Node, sc *scope) (fromItem, error) {
	if err := t.enter(); err != nil {
		return fromItem{}, err
	}
	defer t.leave()
	if t.rels++; t.rels > maxRelations*8 {
		return fromItem{}, tooComplex()
	}
	switch x := n.Node.(type) {
	case *pg_query.Node_RangeVar:
		return t.rangeVar(x.RangeVar, sc)
	case *pg_query.Node_RangeSubselect:
		return t.rangeSubselect(x.RangeSubselect, sc)
	case *pg_query.Node_RangeFunction:
		return t.rangeFunction(x.RangeFunction, sc)
	case *pg_query.Node_JoinExpr:
		return t.join(x.JoinExpr, sc)
	case *pg_query.Node_RangeTableSample:
		return t.tableSample(x.RangeTableSample, sc)
	}
	return fromItem{}, unsupportedNode("this kind of FROM item is not supported")
}

// aliasColumns renames columns by an alias list.
func (t *translator) aliasColumns(cols []*scopeCol, alias *pg_query.Alias, rel string) error {
	names := alias.GetColnames()
	if len(names) > len(cols) {
		return t.errorf(-1, pgerrcode.InvalidColumnReference, "table %q has %d columns available but %d columns specified", rel, len(cols), len(names))
	}
	for i, n := range names {
		cols[i].name = n.GetString_().GetSval()
	}
	return nil
}
