package syscat

import (
	"strconv"
	"strings"

	"github.com/jackc/pgerrcode"

	"github.com/miniodb/miniodb/catalog"
	"github.com/miniodb/miniodb/internal/pgcatalog"
	"github.com/miniodb/miniodb/internal/pgerr"
	"github.com/miniodb/miniodb/internal/sqltype"
	"github.com/miniodb/miniodb/sql"
	"github.com/miniodb/miniodb/sql/definition"
)

// columnList names columns of a relation by their numbers.
func columnList(o *Object, nums []int16) string {
	names := make([]string, 0, len(nums))
	for _, n := range nums {
		if n >= 1 && int(n) <= len(o.Columns) {
			names = append(names, sql.QuoteIdent(o.Columns[n-1].Name))
		}
	}
	return strings.Join(names, ", ")
}

// constraintDef is pg_get_constraintdef.
func constraintDef(v *Viewer, args []*string) (*string, error) {
	c := v.constraint[oidArg(args[0])]
	if c == nil {
		return v.builtinConstraint(args), nil
	}
	switch c.Kind {
	case 'p':
		return text("PRIMARY KEY (" + columnList(c.Table, c.Columns) + ")")
	case 'u':
		return text("UNIQUE (" + columnList(c.Table, c.Columns) + ")")
	case 'f':
		ref, _ := v.shortClass(c.Ref.OID)
		return text("FOREIGN KEY (" + columnList(c.Table, c.Columns) + ") REFERENCES " + ref + "(" + columnList(c.Ref, c.RefCols) + ")")
	}
	if s, err := definition.Check(c.Expr, columnsOf(c.Table.Columns), v.definitions(len(args) > 1 && *args[1] == "true")); err == nil {
		return text("CHECK (" + s + ")")
	}
	expr := givenCheck(c)
	if len(args) > 1 && *args[1] == "true" && strings.HasPrefix(expr, "(") { // pretty: one pair of parentheses
		return text("CHECK " + expr)
	}
	return text("CHECK (" + expr + ")")
}

// indexDef is pg_get_indexdef: the whole, or one column.
func indexDef(v *Viewer, args []*string) (*string, error) {
	o := v.byOID[oidArg(args[0])]
	if o == nil || o.Index == nil {
		return v.builtinIndex(args), nil
	}
	c := o.Index
	if len(args) > 1 && intArg(args[1]) != 0 {
		n := intArg(args[1])
		if n < 1 || n > len(c.Columns) {
			return text("")
		}
		return text(columnList(c.Table, c.Columns[n-1:n]))
	}
	table := sql.QuoteIdent(c.Table.Name.Schema) + "." + sql.QuoteIdent(c.Table.Name.Name)
	if len(args) > 2 && *args[2] == "true" {
		table, _ = v.shortClass(c.Table.OID)
	}
	return text("CREATE UNIQUE INDEX " + sql.QuoteIdent(o.Name.Name) + " ON " + table + " USING btree (" + columnList(c.Table, c.Columns) + ")")
}

// builtinConstraint is a constraint of PostgreSQL's own.
func (v *Viewer) builtinConstraint(args []*string) *string {
	c := pgcatalog.ConstraintByOID(oidArg(args[0]))
	if c == nil {
		return nil
	}
	expr := c.Expr
	if t := pgcatalog.TypeByOID(c.Type); t != nil && len(args) > 1 && *args[1] == "true" { // of a domain
		value := []definition.Column{{Name: "value", Type: sqltype.Of(sqltype.OID(t.Base))}}
		if s, err := definition.Expr(expr, value, v.definitions(true)); err == nil {
			expr = strings.ReplaceAll(s, "value", "VALUE")
		}
	}
	out := "CHECK (" + expr + ")"
	switch c.Kind {
	case 'p':
		out = "PRIMARY KEY (" + strings.Join(c.Keys, ", ") + ")"
	case 'u':
		out = "UNIQUE (" + strings.Join(c.Keys, ", ") + ")"
	}
	return &out
}

// builtinIndex is an index of PostgreSQL's own.
func (v *Viewer) builtinIndex(args []*string) *string {
	oid := oidArg(args[0])
	x := pgcatalog.IndexByOID(oid)
	if x == nil {
		return nil
	}
	out := ""
	if len(args) > 1 && intArg(args[1]) != 0 {
		if n := intArg(args[1]); n >= 1 && n <= len(x.Keys) {
			out = x.Keys[n-1]
		}
		return &out
	}
	unique := ""
	if x.Unique {
		unique = "UNIQUE "
	}
	name, _, _ := v.class(oid)
	table, _, _ := v.class(x.Table)
	out = "CREATE " + unique + "INDEX " + name.Name + " ON " + table.String() + " USING " + x.Method + " (" + strings.Join(x.Keys, ", ") + ")"
	return &out
}

// viewDef is pg_get_viewdef, of an OID or a name.
func viewDef(v *Viewer, args []*string) (*string, error) {
	o := v.byOID[oidArg(args[0])]
	if _, err := strconv.ParseUint(*args[0], 10, 32); err != nil {
		if o, err = v.table(*args[0]); err != nil {
			return nil, err
		}
	}
	if o == nil || o.definition() == nil {
		return nil, nil
	}
	// A second argument that is no boolean is a column to wrap lines at, which PostgreSQL takes for true, too.
	pretty := len(args) > 1 && *args[1] != "false"
	if s, _, err := definition.View(o.definition().Query, columnNames(o.Columns), v.definitions(pretty)); err == nil {
		return &s, nil
	}
	return text(" " + o.definition().Query + ";")
}

// getExpr is pg_get_expr: expressions are kept as text here, with the full names of sequences.
func getExpr(v *Viewer, args []*string) (*string, error) {
	s := *args[0]
	if !strings.HasPrefix(s, nextvalHead) || !strings.HasSuffix(s, nextvalTail) {
		return v.spelledAgain(s, args)
	}
	name, err := parseName(strings.ReplaceAll(s[len(nextvalHead):len(s)-len(nextvalTail)], "''", "'"))
	if err != nil {
		return &s, nil
	}
	if oid := v.findClass(name); oid != 0 {
		short, _ := v.shortClass(oid)
		return text(nextval(short))
	}
	return &s, nil
}

// spelledAgain gives an expression of the catalogs the parentheses that are asked for, and names without the schemas that are searched.
func (v *Viewer) spelledAgain(s string, args []*string) (*string, error) {
	if pretty := len(args) > 2 && *args[2] == "true"; pretty || strings.Contains(s, ".") {
		var columns []definition.Column
		if o := v.byOID[oidArg(args[1])]; o != nil {
			columns = columnsOf(o.Columns)
		}
		if t, err := definition.Expr(s, columns, v.definitions(pretty)); err == nil {
			return &t, nil
		}
	}
	return &s, nil
}

// serialSequence is pg_get_serial_sequence.
func serialSequence(v *Viewer, args []*string) (*string, error) {
	o, err := v.table(*args[0])
	if err != nil {
		return nil, err
	}
	if o != nil {
		for i := range o.Columns {
			if o.Columns[i].Name != *args[1] {
				continue
			}
			if s := o.Columns[i].OwnedSequence(); s != nil && v.byName[*s] != nil {
				return text(sql.QuoteIdent(s.Schema) + "." + sql.QuoteIdent(s.Name))
			}
			return nil, nil
		}
	}
	n, _ := sql.ParseName(*args[0])
	return nil, pgerr.New(pgerrcode.UndefinedColumn, "column %q of relation %q does not exist", *args[1], n.Name)
}

// comment finds the comment on an object: the database's own, or PostgreSQL's.
func (v *Viewer) comment(class, oid uint32, column int) *string {
	if o := v.byOID[oid]; o != nil && class == classRelation {
		s := o.Comment
		if column > 0 && column <= len(o.Columns) && o.System == nil && o.Index == nil {
			s = o.Columns[column-1].Comment
		}
		if s == "" {
			return nil
		}
		return &s
	}
	if c := v.constraint[oid]; c != nil && class == classConstraint && c.Comment != "" {
		return &c.Comment
	}
	if class == classNamespace {
		for _, s := range v.db.Schemas {
			if s.OID == oid && s.Comment != "" {
				return &s.Comment
			}
		}
	}
	if o := v.types[oid]; o != nil && class == classType && o.Kind == 'e' && oid == o.RowType && o.Comment != "" {
		return &o.Comment
	}
	if s := v.comments[oid]; class == classProc && s != "" {
		return &s
	}
	if r := v.db.RoleByOID(oid); r != nil && class == classAuthID && r.Comment != "" {
		return &r.Comment
	}
	if s, ok := pgcatalog.Descriptions()[[3]uint32{class, oid, uint32(column)}]; ok {
		return &s
	}
	return nil
}

// describe is pg_describe_object for relations, their columns and constraints.
func describe(v *Viewer, args []*string) (*string, error) {
	class, oid, sub := oidArg(args[0]), oidArg(args[1]), intArg(args[2])
	switch class {
	case classRelation:
		_, kind, ok := v.class(oid)
		if !ok {
			return nil, nil
		}
		name, _ := v.shortClass(oid)
		out := map[byte]string{'r': "table ", 'v': "view ", 'm': "materialized view ", 'S': "sequence ", 'i': "index ", 't': "toast table "}[kind] + name
		if o := v.byOID[oid]; o != nil && sub > 0 && sub <= len(o.Columns) {
			out = "column " + sql.QuoteIdent(o.Columns[sub-1].Name) + " of " + out
		}
		return &out, nil
	case classConstraint:
		if c := v.constraint[oid]; c != nil {
			name, _ := v.shortClass(c.Table.OID)
			return text("constraint " + sql.QuoteIdent(c.Name) + " on table " + name)
		}
	case classType:
		return text("type " + v.FormatType(oid, -1, false, v.inPath))
	case classProc:
		if name, ok := v.procedureName(oid); ok {
			return text("function " + name)
		}
	case classNamespace:
		if s, ok := v.schemas[oid]; ok {
			return text("schema " + sql.QuoteIdent(s))
		}
	case classAuthID:
		if r := v.db.RoleByOID(oid); r != nil {
			return text("role " + sql.QuoteIdent(r.Name))
		}
	case classDatabase:
		return text("database " + catalog.DatabaseName)
	}
	return nil, nil
}
