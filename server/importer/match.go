package importer

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/miniodb/miniodb/engine"
	"github.com/miniodb/miniodb/internal/duck"
	"github.com/miniodb/miniodb/internal/sqltype"
	"github.com/miniodb/miniodb/internal/vector"
)

var (
	namePart  = `(?:"(?:[^"\x00]|"")+"|[\pL_][\pL\pN_$]*)`
	tableName = regexp.MustCompile(`^` + namePart + `(?:\.` + namePart + `)?$`)
	onePart   = regexp.MustCompile(namePart)
)

// quoteName reads a table's name as SQL would, and returns it quoted.
func quoteName(name string) (string, error) {
	if !tableName.MatchString(name) {
		return "", fmt.Errorf("%q is not the name of a table; put double quotes around names with special characters", name)
	}
	return onePart.ReplaceAllStringFunc(name, func(part string) string {
		if part[0] == '"' {
			return part
		}
		return duck.Ident(strings.ToLower(part))
	}), nil
}

// column is one column of the table.
type column struct {
	name string
	typ  sqltype.Type
}

// describeTable asks the server for the table's columns.
func describeTable(ctx context.Context, conn *pgconn.PgConn, table string) ([]column, error) {
	d, err := conn.Prepare(ctx, "", "SELECT * FROM "+table, nil)
	if err != nil {
		return nil, err
	}
	var cols []column
	for _, f := range d.Fields {
		cols = append(cols, column{f.Name, sqltype.Type{OID: sqltype.OID(f.DataTypeOID), Mod: f.TypeModifier}})
	}
	if len(cols) == 0 {
		return nil, errors.New("the table has no columns")
	}
	return cols, nil
}

// plan is how a file goes into a table.
type plan struct {
	columns []string // quoted, for COPY t (...)
	types   []vector.Type
	query   string // gives values of exactly these types
}

// match finds for each column of the file its column of the table: by name, or by position when no name fits and the numbers are equal
// (a CSV file without a header). Columns of the table that the file lacks get their default.
func match(src *source, target []column) (*plan, error) {
	byName, folded := map[string]column{}, map[string]column{}
	for _, c := range target {
		byName[c.name] = c
		folded[strings.ToLower(c.name)] = c
	}
	found := make([]column, len(src.columns))
	var unknown []string
	for i, c := range src.columns {
		t, ok := byName[c.Name]
		if !ok {
			t, ok = folded[strings.ToLower(c.Name)]
		}
		if !ok {
			unknown = append(unknown, c.Name)
		}
		found[i] = t
	}
	switch {
	case len(unknown) == len(src.columns) && len(src.columns) == len(target):
		copy(found, target)
	case len(unknown) > 0:
		return nil, fmt.Errorf("the table has no column %s; it has %s", list(unknown), list(names(target)))
	}
	var columns, exprs, types []string
	var layouts []vector.Type
	for i, c := range found {
		typ, err := duck.Type(c.typ)
		if err != nil {
			return nil, fmt.Errorf("column %s: %w", c.name, err)
		}
		columns, layouts = append(columns, duck.Ident(c.name)), append(layouts, vector.TypeOf(c.typ))
		name := duck.Ident(src.columns[i].Name)
		if fixed(c.typ) {
			types = append(types, duck.Literal(src.columns[i].Name)+": "+duck.Literal(typ))
		}
		exprs = append(exprs, cast(name, src.columns[i].Type, c.typ, typ))
	}
	return &plan{columns: columns, types: layouts, query: "SELECT " + strings.Join(exprs, ", ") + " FROM " + src.scan(types)}, nil
}

// fixed reports whether the CSV reader can be told the type, with the same reading as a cast.
func fixed(t sqltype.Type) bool {
	if _, list := t.Elem(); list {
		return false
	}
	switch t.OID {
	case sqltype.Bytea, sqltype.JSON, sqltype.JSONB, sqltype.Interval:
		return false
	}
	return true
}

func cast(name string, from vector.Type, to sqltype.Type, typ string) string {
	if to.OID == sqltype.Bytea && from.Kind == vector.KindBytes && from.SQL.OID != sqltype.Bytea {
		// PostgreSQL's hex form; DuckDB would read each \x as one byte.
		return fmt.Sprintf(`CASE WHEN starts_with(%[1]s, '\x') THEN unhex(substr(%[1]s, 3)) ELSE encode(%[1]s) END AS %[1]s`, name)
	}
	return fmt.Sprintf("CAST(%s AS %s) AS %s", name, typ, name)
}

// createTable makes a table of the file's columns. Names are folded to lower case unless two would then be the same; types that a table
// cannot have become text.
func createTable(table string, cols []engine.Column) string {
	seen := map[string]int{}
	for _, c := range cols {
		seen[strings.ToLower(c.Name)]++
	}
	defs := make([]string, len(cols))
	for i, c := range cols {
		name, typ := c.Name, "text"
		if lower := strings.ToLower(name); seen[lower] == 1 {
			name = lower
		}
		if vector.TypeOf(c.Type.SQL).Kind != vector.Invalid && c.Type.SQL.OID != sqltype.Unknown {
			typ = c.Type.SQL.String()
		}
		defs[i] = duck.Ident(name) + " " + typ
	}
	return "CREATE TABLE " + table + " (" + strings.Join(defs, ", ") + ")"
}

func names(cols []column) []string {
	out := make([]string, len(cols))
	for i, c := range cols {
		out[i] = c.name
	}
	return out
}

func list(names []string) string {
	const most = 12
	if len(names) > most {
		return strings.Join(names[:most], ", ") + ", ..."
	}
	return strings.Join(names, ", ")
}
