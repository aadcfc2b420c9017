package sql

import (
	"fmt"
	"reflect"
	"sort"
	"strings"
	"time"

	"github.com/miniodb/miniodb/catalog"
	"github.com/miniodb/miniodb/internal/pgerr"
	"github.com/miniodb/miniodb/internal/sqltype"
)

// dumpStatement prints a statement for scripts: its place, tag and command, zero fields left out.
func dumpStatement(s *Statement) string {
	var b strings.Builder
	fmt.Fprintf(&b, "@%d %s", s.Offset, s.Tag)
	if s.Params > 0 {
		fmt.Fprintf(&b, " params=%d", s.Params)
	}
	b.WriteByte('\n')
	if q, ok := s.Command.(*Query); ok {
		b.WriteString("  Query: " + dumpQuery(q) + "\n")
		return b.String()
	}
	dumpStruct(&b, "  ", reflect.ValueOf(s.Command))
	return b.String()
}

func dumpError(err error) string {
	e := pgerr.From(err)
	var b strings.Builder
	fmt.Fprintf(&b, "ERROR %s: %s", e.Code, e.Message)
	if e.Position > 0 {
		fmt.Fprintf(&b, " (at %d)", e.Position)
	}
	b.WriteByte('\n')
	if e.Detail != "" {
		fmt.Fprintf(&b, "  DETAIL: %s\n", e.Detail)
	}
	if e.Hint != "" {
		fmt.Fprintf(&b, "  HINT: %s\n", e.Hint)
	}
	return b.String()
}

func dumpStruct(b *strings.Builder, indent string, v reflect.Value) {
	v = reflect.Indirect(v)
	fmt.Fprintf(b, "%s%s\n", indent, v.Type().Name())
	for i := range v.NumField() {
		if f := v.Field(i); !f.IsZero() && v.Type().Field(i).IsExported() {
			dumpField(b, indent+"  ", v.Type().Field(i).Name, f)
		}
	}
}

func dumpField(b *strings.Builder, indent, name string, v reflect.Value) {
	switch x := v.Interface().(type) {
	case *Query:
		fmt.Fprintf(b, "%s%s: %s\n", indent, name, dumpQuery(x))
	case *Statement:
		fmt.Fprintf(b, "%s%s: %s", indent, name, strings.ReplaceAll(strings.TrimSuffix(dumpStatement(x), "\n"), "\n", "\n"+indent))
		b.WriteByte('\n')
	case []*pgerr.Error:
		for _, e := range x {
			fmt.Fprintf(b, "%s%s: %s\n", indent, e.Severity, e.Message)
		}
	case [][]Cell:
		for _, row := range x {
			fmt.Fprintf(b, "%s%s\n", indent, dumpCells(row))
		}
	case []Cell:
		fmt.Fprintf(b, "%s%s: %s\n", indent, name, dumpCells(x))
	case []CallArg:
		for _, a := range x {
			fmt.Fprintf(b, "%s%s: %s %s\n", indent, name, a.Name, dumpCell(a.Value))
		}
	case []ColumnDef, []KeyDef, []catalog.Check:
		for i := range v.Len() {
			fmt.Fprintf(b, "%s%s\n", indent, dumpInline(v.Index(i)))
		}
	default:
		fmt.Fprintf(b, "%s%s: %s\n", indent, name, dumpInline(v))
	}
}

func dumpQuery(q *Query) string {
	text, err := deparseNode(q.Node)
	if err != nil {
		return dumpError(err)
	}
	return text
}

func dumpInline(v reflect.Value) string {
	switch x := v.Interface().(type) {
	case sqltype.Type:
		if x.OID == 0 {
			return "?"
		}
		return FormatType(x)
	case catalog.Name:
		if x.Schema == "" {
			return QuoteIdent(x.Name)
		}
		return QuoteIdent(x.Schema) + "." + QuoteIdent(x.Name)
	case time.Duration:
		return x.String()
	}
	switch v.Kind() {
	case reflect.Pointer:
		return dumpInline(v.Elem())
	case reflect.String:
		return v.String()
	case reflect.Uint8:
		if c := v.Uint(); c >= ' ' || c == '\t' {
			return fmt.Sprintf("%q", rune(c))
		}
	case reflect.Slice:
		parts := make([]string, v.Len())
		for i := range parts {
			parts[i] = dumpInline(v.Index(i))
		}
		return "[" + strings.Join(parts, ", ") + "]"
	case reflect.Map:
		parts := []string{}
		for _, k := range v.MapKeys() {
			parts = append(parts, fmt.Sprintf("%v=%v", k, v.MapIndex(k)))
		}
		sort.Strings(parts)
		return "{" + strings.Join(parts, ", ") + "}"
	case reflect.Struct:
		parts := []string{}
		for i := range v.NumField() {
			if f := v.Field(i); !f.IsZero() {
				parts = append(parts, v.Type().Field(i).Name+"="+dumpInline(f))
			}
		}
		return v.Type().Name() + "{" + strings.Join(parts, " ") + "}"
	}
	return fmt.Sprint(v.Interface())
}

func dumpCells(cells []Cell) string {
	parts := make([]string, len(cells))
	for i, c := range cells {
		parts[i] = dumpCell(c)
	}
	return "(" + strings.Join(parts, ", ") + ")"
}

var cellKindNames = map[CellKind]string{
	CellNull: "null", CellDefault: "default", CellInteger: "int", CellDecimal: "dec", CellString: "str", CellBool: "bool",
}

func dumpCell(c Cell) string {
	out := cellKindNames[c.Kind]
	switch c.Kind {
	case CellParam:
		out = fmt.Sprintf("$%d", c.Param)
	case CellArray:
		out = "array" + dumpCells(c.Elems)
	case CellString:
		out = QuoteLiteral(c.Text)
	case CellInteger, CellDecimal, CellBool:
		out += ":" + c.Text
	}
	if c.Cast != nil {
		out += "::" + FormatType(*c.Cast)
	}
	return out
}
