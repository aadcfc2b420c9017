package sql

import (
	"fmt"
	"strings"

	"github.com/jackc/pgerrcode"

	"github.com/miniodb/miniodb/catalog"
	"github.com/miniodb/miniodb/internal/sqltype"
)

// scope is what names in a query level can mean: the relations of FROM, and the enclosing levels.
type scope struct {
	parent *scope
	rels   []*rangeItem // for name.column
	cols   []*scopeCol  // for column and *: columns merged by USING stand once
	ctes   *cteEnv
	uses   []colUse // of columns of this level, where only grouped ones are allowed in a grouped query
	rec    bool     // uses are being noted
}

// rangeItem is a relation of FROM under the name by which columns are qualified.
type rangeItem struct {
	oid    uint32 // pg_class.oid; 0: it has none
	name   string
	schema string // of a base table without alias: schema.table.column
	base   bool
	cols   []*scopeCol
}

// scopeCol is a column that can be named.
type scopeCol struct {
	name string
	e    expr // how it is written, and its type
	scan int  // index of the translator's scan it comes from unchanged, or -1
	id   int32
	// strict: dropping rows of the scan whose column fails a comparison cannot change the answer, given that WHERE of this level
	// requires the comparison.
	strict   bool
	nullable bool         // on the nullable side of an outer join
	item     *rangeItem   // the relation it is a column of, or nil
	of       *relationUse // where it is noted as read, or nil
	number   int16        // under which number
}

func (s *scope) cteEnv() *cteEnv {
	if s == nil {
		return nil
	}
	return s.ctes
}

// cteEnv is a chain of WITH lists, innermost first.
type cteEnv struct {
	parent *cteEnv
	name   string
	cte    *cte
}

// cte is a WITH query: its DuckDB name and output columns.
type cte struct {
	duck string
	cols []outCol
}

func (c *cteEnv) find(name string) *cte {
	for ; c != nil; c = c.parent {
		if c.name == name {
			return c.cte
		}
	}
	return nil
}

// use marks the column as read.
func (t *translator) use(c *scopeCol) expr {
	if c.scan >= 0 {
		t.scans[c.scan].used[c.id] = true
	}
	if c.of != nil {
		c.of.read[c.number] = true
	}
	e := c.e
	e.col = c
	return e
}

// column resolves an unqualified name; found is false when no level has it.
func (t *translator) column(s *scope, name string, loc int32) (expr, bool, error) {
	for from := s; s != nil; s = s.parent {
		var hit *scopeCol
		for _, c := range s.cols {
			if c.name != name {
				continue
			}
			if hit != nil {
				return expr{}, false, t.errorf(loc, pgerrcode.AmbiguousColumn, "column reference %q is ambiguous", name)
			}
			hit = c
		}
		if hit != nil {
			s.record(from, hit, loc)
			return t.use(hit), true, nil
		}
	}
	return expr{}, false, nil
}

// relation finds the innermost relation with this name.
func (t *translator) relation(s *scope, schema, name string, loc int32) (*rangeItem, *scope, error) {
	for ; s != nil; s = s.parent {
		var hit *rangeItem
		for _, r := range s.rels {
			if r.name != name || schema != "" && r.schema != schema {
				continue
			}
			if hit != nil {
				return nil, nil, t.errorf(loc, pgerrcode.AmbiguousAlias, "table reference %q is ambiguous", name)
			}
			hit = r
		}
		if hit != nil {
			return hit, s, nil
		}
	}
	return nil, nil, nil
}

func missingRelation(t *translator, schema, name string, loc int32) error {
	if schema != "" {
		name = schema + "." + name
	}
	return t.errorf(loc, pgerrcode.UndefinedTable, "missing FROM-clause entry for table %q", name)
}

// columnRef resolves a column reference; fields are names, the last of which may be "*" (star).
func (t *translator) columnRef(s *scope, fields []string, loc int32) (expr, error) {
	switch len(fields) {
	case 1:
		e, ok, err := t.column(s, fields[0], loc)
		if err != nil || ok {
			return e, err
		}
		r, at, err := t.relation(s, "", fields[0], loc)
		if err != nil {
			return expr{}, err
		}
		if r != nil {
			for _, c := range r.cols {
				at.record(s, c, loc)
			}
			return t.wholeRow(r), nil
		}
		if e, ok := hiddenColumn(s, fields[0]); ok {
			return e, nil
		}
		return expr{}, t.errorf(loc, pgerrcode.UndefinedColumn, "column %q does not exist", fields[0])
	case 2, 3, 4:
		if len(fields) == 4 {
			if fields[0] != t.env.Session.Database {
				return expr{}, t.errorf(loc, pgerrcode.FeatureNotSupported,
					"cross-database references are not implemented: %s", strings.Join(fields, "."))
			}
			fields = fields[1:]
		}
		schema := ""
		if len(fields) == 3 {
			schema = fields[0]
		}
		rel, name := fields[len(fields)-2], fields[len(fields)-1]
		r, at, err := t.relation(s, schema, rel, loc)
		if err != nil {
			return expr{}, err
		}
		if r == nil {
			return expr{}, missingRelation(t, schema, rel, loc)
		}
		var hit *scopeCol
		for _, c := range r.cols {
			if c.name == name {
				if hit != nil {
					return expr{}, t.errorf(loc, pgerrcode.AmbiguousColumn, "column reference %q is ambiguous", name)
				}
				hit = c
			}
		}
		if hit == nil {
			if e, ok := r.hiddenColumn(name); ok {
				return e, nil
			}
			return expr{}, t.errorf(loc, pgerrcode.UndefinedColumn, "column %s.%s does not exist", rel, name)
		}
		at.record(s, hit, loc)
		return t.use(hit), nil
	}
	return expr{}, t.errorf(loc, pgerrcode.SyntaxError, "improper qualified name (too many dotted names): %s", strings.Join(fields, "."))
}

// wholeRow writes a relation's row as a value.
func (t *translator) wholeRow(r *rangeItem) expr {
	if len(r.cols) == 0 {
		return expr{sql: "NULL", typ: sqltype.Of(sqltype.Record), weight: 1}
	}
	list, names, given := make([]expr, len(r.cols)), make([]string, len(r.cols)), make([]string, 0, len(r.cols))
	for i, c := range r.cols {
		list[i], names[i] = t.use(c), c.name
		if c.nullable {
			given = append(given, list[i].sql+" IS NOT NULL")
		}
	}
	out := t.rowOf(list, names)
	out.row = r.cols
	out.rowOf, out.origin = r.oid, Origin{Table: r.oid}
	if len(given) == len(r.cols) { // a row that the outer join did not find is NULL, as is one whose fields all are
		when := "CASE WHEN " + strings.Join(given, " OR ") + " THEN "
		out.sql = "(" + when + out.sql + " END)"
		if out.shown != "" {
			out.shown = "(" + when + out.shown + " END)"
		}
	}
	return out
}

// hiddenColumn is a system column of a relation. Rows have no other than that of their relation's OID; those of the catalogs are as old as can be.
func (r *rangeItem) hiddenColumn(name string) (expr, bool) {
	switch {
	case r.oid == 0:
	case name == "tableoid":
		return typed(fmt.Sprintf("CAST(%d AS BIGINT)", r.oid), sqltype.Oid), true
	case name == "xmin" && r.oid < catalog.FirstOID:
		return typed("CAST(2 AS BIGINT)", sqltype.Xid), true
	}
	return expr{}, false
}

func hiddenColumn(s *scope, name string) (expr, bool) {
	for ; s != nil; s = s.parent {
		for _, r := range s.rels {
			if e, ok := r.hiddenColumn(name); ok {
				return e, true
			}
		}
	}
	return expr{}, false
}
