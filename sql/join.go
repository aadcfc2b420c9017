package sql

import (
	"strings"

	"github.com/jackc/pgerrcode"
	pg_query "github.com/pganalyze/pg_query_go/v6"
)

func (t *translator) join(x *pg_query.JoinExpr, sc *scope) (fromItem, error) {
	l, err := t.fromNode(x.Larg, sc)
	if err != nil {
		return fromItem{}, err
	}
	// the right side sees the left one when it is LATERAL
	mid := &scope{parent: sc.parent, ctes: sc.ctes, rels: append(append([]*rangeItem(nil), sc.rels...), l.rels...), cols: append(append([]*scopeCol(nil), sc.cols...), l.cols...)}
	r, err := t.fromNode(x.Rarg, mid)
	if err != nil {
		return fromItem{}, err
	}
	if err := t.checkNames(l.rels, r.rels, nodeLocation(x.Rarg)); err != nil {
		return fromItem{}, err
	}
	kind := map[pg_query.JoinType]string{pg_query.JoinType_JOIN_INNER: "JOIN", pg_query.JoinType_JOIN_LEFT: "LEFT JOIN",
		pg_query.JoinType_JOIN_RIGHT: "RIGHT JOIN", pg_query.JoinType_JOIN_FULL: "FULL JOIN"}[x.Jointype]
	if kind == "" {
		return fromItem{}, t.unsupported(-1, "this kind of join")
	}
	item := fromItem{rels: append(append([]*rangeItem(nil), l.rels...), r.rels...), single: -1}
	cond := ""
	onScope := &scope{parent: sc.parent, ctes: sc.ctes, rels: item.rels, cols: append(append([]*scopeCol(nil), l.cols...), r.cols...)}
	var using []string
	for _, n := range x.UsingClause {
		using = append(using, n.GetString_().GetSval())
	}
	if x.IsNatural {
		for _, a := range l.cols {
			for _, b := range r.cols {
				if a.name == b.name {
					using = append(using, a.name)
				}
			}
		}
	}
	switch {
	case len(using) > 0:
		if cond, err = t.usingColumns(x, using, l, r, &item); err != nil {
			return fromItem{}, err
		}
	case x.Quals != nil:
		q, err := t.boolean(exprCtx{s: onScope, place: inJoin}, x.Quals, "JOIN/ON")
		if err != nil {
			return fromItem{}, err
		}
		cond = q.sql
		item.cols = onScope.cols
		t.joinPredicates(x, l, r, onScope)
	default:
		item.cols = onScope.cols
	}
	if cond == "" && kind == "JOIN" {
		item.sql = "(" + l.sql + " CROSS JOIN " + r.sql + ")"
	} else {
		if cond == "" {
			cond = "true"
		}
		item.sql = "(" + l.sql + " " + kind + " " + r.sql + " ON " + cond + ")"
	}
	markNullable := func(side fromItem) {
		for _, rel := range side.rels {
			for _, c := range rel.cols {
				c.nullable = true
			}
		}
		for _, c := range side.cols {
			c.nullable = true
		}
	}
	if x.Jointype == pg_query.JoinType_JOIN_LEFT || x.Jointype == pg_query.JoinType_JOIN_FULL {
		markNullable(r)
	}
	if x.Jointype == pg_query.JoinType_JOIN_RIGHT || x.Jointype == pg_query.JoinType_JOIN_FULL {
		markNullable(l)
	}
	if x.JoinUsingAlias != nil {
		rel := &rangeItem{name: x.JoinUsingAlias.Aliasname}
		for i := range using {
			rel.cols = append(rel.cols, item.cols[i])
		}
		item.rels = append(item.rels, rel)
	}
	if x.Alias != nil {
		rel := &rangeItem{name: x.Alias.Aliasname}
		for _, c := range item.cols {
			copied := *c
			rel.cols = append(rel.cols, &copied)
		}
		if err := t.aliasColumns(rel.cols, x.Alias, x.Alias.Aliasname); err != nil {
			return fromItem{}, err
		}
		item.rels, item.cols = []*rangeItem{rel}, rel.cols
	}
	return item, nil
}

// usingColumns joins by the named columns, which stand once in the result.
func (t *translator) usingColumns(x *pg_query.JoinExpr, using []string, l, r fromItem, item *fromItem) (string, error) {
	find := func(cols []*scopeCol, name, side string) (*scopeCol, error) {
		var hit *scopeCol
		for _, c := range cols {
			if c.name == name {
				if hit != nil {
					return nil, t.errorf(-1, pgerrcode.AmbiguousColumn, "common column name %q appears more than once in %s table", name, side)
				}
				hit = c
			}
		}
		if hit == nil {
			return nil, t.errorf(-1, pgerrcode.UndefinedColumn, "column %q specified in USING clause does not exist in %s table", name, side)
		}
		return hit, nil
	}
	var conds []string
	skipL, skipR := map[*scopeCol]bool{}, map[*scopeCol]bool{}
	for i, name := range using {
		for _, before := range using[:i] {
			if before == name {
				return "", t.errorf(-1, pgerrcode.DuplicateColumn, "column name %q appears more than once in USING clause", name)
			}
		}
		a, err := find(l.cols, name, "left")
		if err != nil {
			return "", err
		}
		b, err := find(r.cols, name, "right")
		if err != nil {
			return "", err
		}
		ae, be := t.use(a), t.use(b)
		eq, err := t.compare("=", "=", ae, be, -1)
		if err != nil {
			return "", err
		}
		conds = append(conds, eq.sql)
		skipL[a], skipR[b] = true, true
		merged := *a
		merged.name = name
		switch x.Jointype {
		case pg_query.JoinType_JOIN_RIGHT:
			merged = *b
		case pg_query.JoinType_JOIN_FULL:
			pair := []expr{ae, be}
			ty, err := t.unify(pair, "JOIN/USING", -1)
			if err != nil {
				return "", err
			}
			e := t.finishUnified(typed("coalesce("+joinSQL(pair)+")", ty.OID, pair...), pair, ty)
			merged = scopeCol{name: name, scan: -1, e: e}
		default:
			if ae.typ.OID != be.typ.OID {
				ty, err := t.commonType([]expr{ae, be}, "JOIN/USING", -1)
				if err != nil {
					return "", err
				}
				if merged.e, err = t.unifyOne(ae, ty, -1); err != nil {
					return "", err
				}
			}
		}
		item.cols = append(item.cols, &merged)
	}
	for _, c := range l.cols {
		if !skipL[c] {
			item.cols = append(item.cols, c)
		}
	}
	for _, c := range r.cols {
		if !skipR[c] {
			item.cols = append(item.cols, c)
		}
	}
	return strings.Join(conds, " AND "), nil
}
