package syscat

import (
	"strings"

	"github.com/miniodb/miniodb/catalog"
	"github.com/miniodb/miniodb/internal/pgcatalog"
	"github.com/miniodb/miniodb/internal/sqltype"
	"github.com/miniodb/miniodb/sql"
	"github.com/miniodb/miniodb/sql/definition"
)

// defaultText is a column's default as pg_get_expr prints it. Sequences are named with their schemas; getExpr shortens that.
func (m *Image) defaultText(c *catalog.Column) string {
	if name, ok := sequenceOf(c); ok {
		return nextval(sql.QuoteIdent(name.Schema) + "." + sql.QuoteIdent(name.Name))
	}
	if s, err := definition.Default(c.Default, c.Type, m.definitions()); err == nil {
		return s
	}
	return exprText(c.Default, c.Type)
}

const nextvalHead, nextvalTail = "nextval('", "'::regclass)"

func nextval(name string) string {
	return nextvalHead + strings.ReplaceAll(name, "'", "''") + nextvalTail
}

func sequenceOf(c *catalog.Column) (catalog.Name, bool) {
	name, ok := sql.SequenceDefault(c.Default)
	if ok && c.Sequence != nil && (name.Schema == "" || name == *c.Sequence) {
		return *c.Sequence, true
	}
	return name, ok
}

// exprText spells a default as PostgreSQL does: constants with their type, operations in parentheses.
func exprText(expr string, typ sqltype.Type) string {
	cell, ok := sql.LiteralDefault(expr)
	if !ok {
		if sql.IsOperation(expr) && !strings.HasPrefix(expr, "(") {
			return "(" + expr + ")"
		}
		return expr
	}
	word := typeWord(typ)
	if cell.Cast != nil {
		word = typeWord(*cell.Cast)
		typ = *cell.Cast
	}
	if strings.Contains(word, "???") { // an enum whose default could not be spelled
		return expr
	}
	switch cell.Kind {
	case sql.CellString:
		switch typ.OID {
		case sqltype.Int4, sqltype.Numeric, sqltype.Float8:
			return cell.Text
		case sqltype.Bool:
			return boolText(cell.Text)
		}
		return sql.QuoteLiteral(cell.Text) + "::" + word
	case sql.CellInteger, sql.CellDecimal:
		if !strings.HasPrefix(cell.Text, "-") {
			return cell.Text
		}
		if cell.Kind == sql.CellDecimal {
			return "'" + cell.Text + "'::numeric"
		}
		return "'" + cell.Text + "'::integer"
	case sql.CellNull:
		return "NULL::" + word
	}
	return expr
}

func boolText(s string) string {
	switch strings.ToLower(s) {
	case "t", "true", "yes", "on", "1", "y":
		return "true"
	}
	return "false"
}

// typeWord is a type without its modifier, as after "::".
func typeWord(t sqltype.Type) string { return sqltype.Of(t.OID).String() }

// checkText is the expression of a CHECK constraint, as pg_get_expr prints it.
func (m *Image) checkText(c *constraint) string {
	if s, err := definition.Check(c.Expr, columnsOf(c.Table.Columns), m.definitions()); err == nil {
		return s
	}
	return givenCheck(c)
}

// givenCheck is the text as it was given, in parentheses.
func givenCheck(c *constraint) string {
	if strings.HasPrefix(c.Expr, "(") && strings.HasSuffix(c.Expr, ")") && closes(c.Expr) {
		return c.Expr
	}
	if sql.IsOperation(c.Expr) {
		return "(" + c.Expr + ")"
	}
	return c.Expr
}

// closes reports that the first parenthesis is closed by the last.
func closes(s string) bool {
	depth := 0
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '\'':
			for i++; i < len(s) && s[i] != '\''; i++ {
			}
		case '(':
			depth++
		case ')':
			if depth--; depth == 0 {
				return i == len(s)-1
			}
		}
	}
	return false
}

// viewRelations are the relations that a view reads.
func viewRelations(v *catalog.View) []catalog.Name { return sql.ViewRelations(v.Query) }

// FormatType spells a type as PostgreSQL's format_type does (documentation, table 9.71); visible tells whether a type is named without its schema.
func (m *Image) FormatType(oid uint32, mod int32, withMod bool, visible func(schema string) bool) string {
	if !withMod {
		mod = sqltype.NoMod
	}
	t := sqltype.Type{OID: sqltype.OID(oid), Mod: mod}
	if oid == 0 {
		return "-"
	}
	switch known := t.String(); {
	case t.OID == sqltype.Bpchar && !withMod:
		return "character"
	case t.OID == sqltype.Anyarray, t.OID == sqltype.Unknown, t.OID == sqltype.Record, t.OID == sqltype.Void:
		return known
	case known != "???" && !strings.Contains(known, "???"):
		return sql.FormatType(t)
	}
	if o := m.types[oid]; o != nil {
		name := sql.QuoteIdent(o.Name.Name)
		if !visible(o.Name.Schema) {
			name = sql.QuoteIdent(o.Name.Schema) + "." + name
		}
		if oid == o.RowType+1 {
			name += "[]"
		}
		return name
	}
	b := pgcatalog.TypeByOID(oid)
	if b == nil {
		return "???"
	}
	if b.Subscript == 6179 && b.Elem != 0 {
		return m.FormatType(b.Elem, mod, withMod, visible) + "[]"
	}
	switch b.Name {
	case "bit":
		return length("bit", mod, 0)
	case "varbit":
		return length("bit varying", mod, 0)
	case "timetz":
		if mod >= 0 {
			return length("time", mod, 0) + " with time zone"
		}
		return "time with time zone"
	}
	if schema := m.schemas[b.Namespace]; b.Namespace != pgcatalog.SchemaOID && !visible(schema) {
		return sql.QuoteIdent(schema) + "." + sql.QuoteIdent(b.Name)
	}
	return sql.QuoteIdent(b.Name)
}

func length(word string, mod, less int32) string {
	if mod < 0 {
		return word
	}
	return word + "(" + itoa(uint32(mod-less)) + ")"
}
