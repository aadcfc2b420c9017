package sql

import (
	"slices"
	"strings"

	"github.com/jackc/pgerrcode"
	pg_query "github.com/pganalyze/pg_query_go/v6"
)

// maxGroupingSets is how many sets a GROUP BY may come to, as in PostgreSQL.
const maxGroupingSets = 4096

// groupByDistinct translates GROUP BY DISTINCT, which DuckDB has not: the grouping sets are written out, each once.
func (t *translator) groupByDistinct(c exprCtx, nodes []*pg_query.Node, q *query) error {
	sets := [][]string{nil}
	for _, n := range nodes {
		more, err := t.groupingSets(c, n, q)
		if err != nil {
			return err
		}
		var both [][]string
		if len(sets)*len(more) > maxGroupingSets {
			return t.errorf(nodeLocation(n), pgerrcode.StatementTooComplex, "too many grouping sets present (maximum %d)", maxGroupingSets)
		}
		for _, a := range sets {
			for _, b := range more {
				both = append(both, slices.Concat(a, b))
			}
		}
		sets = both
	}
	seen := map[string]bool{}
	var parts []string
	for _, set := range sets {
		set = slices.Clone(set)
		slices.Sort(set)
		text := "(" + strings.Join(slices.Compact(set), ", ") + ")"
		if !seen[text] {
			seen[text] = true
			parts = append(parts, text)
		}
	}
	q.group = " GROUP BY GROUPING SETS (" + strings.Join(parts, ", ") + ")"
	return nil
}

// groupingSets are the sets that an item of GROUP BY stands for.
func (t *translator) groupingSets(c exprCtx, n *pg_query.Node, q *query) ([][]string, error) {
	if err := t.enter(); err != nil {
		return nil, err
	}
	defer t.leave()
	g := n.GetGroupingSet()
	if g == nil {
		unit, err := t.groupUnit(c, n, q)
		return [][]string{unit}, err
	}
	if g.Kind == pg_query.GroupingSetKind_GROUPING_SET_EMPTY {
		return [][]string{nil}, nil
	}
	var out [][]string
	if g.Kind == pg_query.GroupingSetKind_GROUPING_SET_SETS {
		for _, inner := range g.Content {
			sets, err := t.groupingSets(c, inner, q)
			if err != nil {
				return nil, err
			}
			out = append(out, sets...)
		}
		return out, nil
	}
	units := make([][]string, len(g.Content))
	for i, inner := range g.Content {
		var err error
		if units[i], err = t.groupUnit(c, inner, q); err != nil {
			return nil, err
		}
	}
	switch g.Kind {
	case pg_query.GroupingSetKind_GROUPING_SET_ROLLUP:
		for i := len(units); i >= 0; i-- {
			out = append(out, slices.Concat(units[:i]...))
		}
		return out, nil
	case pg_query.GroupingSetKind_GROUPING_SET_CUBE:
		if len(units) > 12 {
			return nil, t.errorf(g.Location, pgerrcode.TooManyColumns, "CUBE is limited to 12 elements")
		}
		for bits := 1<<len(units) - 1; bits >= 0; bits-- {
			var set []string
			for i, u := range units {
				if bits>>i&1 == 1 {
					set = append(set, u...)
				}
			}
			out = append(out, set)
		}
		return out, nil
	}
	return nil, t.unsupported(g.Location, "this grouping set")
}

// groupUnit is one expression, or those of a list in parentheses.
func (t *translator) groupUnit(c exprCtx, n *pg_query.Node, q *query) ([]string, error) {
	nodes := []*pg_query.Node{n}
	if r := n.GetRowExpr(); r != nil {
		nodes = r.Args
	}
	out := make([]string, len(nodes))
	for i, inner := range nodes {
		var err error
		if out[i], err = t.groupItem(c, inner, q); err != nil {
			return nil, err
		}
	}
	return out, nil
}
