package syscat

import (
	"strconv"
	"strings"

	"github.com/jackc/pgerrcode"

	"github.com/miniodb/miniodb/catalog"
	"github.com/miniodb/miniodb/internal/pgcatalog"
	"github.com/miniodb/miniodb/internal/pgerr"
	"github.com/miniodb/miniodb/sql"
)

// byName are the built-in functions of a name in a schema, or in any of the path.
func (v *Viewer) builtins(n catalog.Name) []*pgcatalog.Function {
	var out []*pgcatalog.Function
	for _, f := range v.functionsByName(n.Name) {
		schema := v.schemas[f.Namespace]
		if n.Schema == schema || n.Schema == "" && v.inPath(schema) {
			out = append(out, f)
		}
	}
	return out
}

func (v *Viewer) findFunction(s string) (uint32, error) {
	n, err := parseName(s)
	if err != nil {
		return 0, err
	}
	found := v.builtins(n)
	switch len(found) {
	case 0:
		return 0, nil
	case 1:
		return found[0].OID, nil
	}
	return 0, pgerr.New(pgerrcode.AmbiguousFunction, "more than one function named %q", s)
}

// findProcedure reads name(types).
func (v *Viewer) findProcedure(s string) (uint32, error) {
	open := strings.IndexByte(s, '(')
	if open < 0 || !strings.HasSuffix(strings.TrimSpace(s), ")") {
		return 0, pgerr.New(pgerrcode.InvalidTextRepresentation, "expected a left parenthesis")
	}
	n, err := parseName(s[:open])
	if err != nil {
		return 0, err
	}
	var types []uint32
	if list := strings.TrimSuffix(strings.TrimSpace(s[open+1:]), ")"); strings.TrimSpace(list) != "" {
		for word := range strings.SplitSeq(list, ",") {
			oid, err := v.findType(strings.TrimSpace(word))
			if err != nil {
				return 0, err
			}
			types = append(types, oid)
		}
	}
	for _, f := range v.builtins(n) {
		if len(f.Args) != len(types) {
			continue
		}
		same := true
		for i := range types {
			same = same && f.Args[i] == types[i]
		}
		if same {
			return f.OID, nil
		}
	}
	return 0, nil
}

func (v *Viewer) qualifiedFunction(f *pgcatalog.Function, alone bool) string {
	name := sql.QuoteIdent(f.Name)
	schema := v.schemas[f.Namespace]
	if !v.inPath(schema) || alone && len(v.builtins(catalog.Name{Name: f.Name})) > 1 {
		return sql.QuoteIdent(schema) + "." + name
	}
	return name
}

// functionName prints regproc: a name that several functions have is qualified, though that does not tell them apart either.
func (v *Viewer) functionName(oid uint32) (string, bool) {
	f := v.functionByOID(oid)
	if f == nil {
		return "", false
	}
	return v.qualifiedFunction(f, true), true
}

func (v *Viewer) procedureName(oid uint32) (string, bool) {
	f := v.functionByOID(oid)
	if f == nil {
		return "", false
	}
	return v.qualifiedFunction(f, false) + "(" + strings.Join(v.typeNames(f.Args), ",") + ")", true
}

func (v *Viewer) typeNames(oids []uint32) []string {
	out := make([]string, len(oids))
	for i, t := range oids {
		out[i] = v.FormatType(t, -1, false, v.inPath)
	}
	return out
}

// functionArguments prints the parameters of a function (PostgreSQL: print_function_arguments).
func (v *Viewer) functionArguments(f *pgcatalog.Function, defaults, tableOnly bool) string {
	types := f.All
	if len(types) == 0 {
		types = f.Args
	}
	var values []string
	if f.NDefaults > 0 {
		values = splitDefaults(f.Defaults)
	}
	var out []string
	inputs := 0
	for i, t := range types {
		mode, name := "i", ""
		if i < len(f.Modes) {
			mode = f.Modes[i]
		}
		if i < len(f.Names) {
			name = f.Names[i]
		}
		input := mode == "i" || mode == "b" || mode == "v"
		if input {
			inputs++
		}
		if (mode == "t") != tableOnly || !defaults && mode == "o" && !tableOnly {
			continue
		}
		var b strings.Builder
		switch mode {
		case "o":
			b.WriteString("OUT ")
		case "b":
			b.WriteString("INOUT ")
		case "v":
			b.WriteString("VARIADIC ")
		}
		if name != "" {
			b.WriteString(sql.QuoteIdent(name) + " ")
		}
		b.WriteString(v.FormatType(t, -1, false, v.inPath))
		if first := len(f.Args) - f.NDefaults; defaults && input && inputs > first && inputs-first-1 < len(values) {
			b.WriteString(" DEFAULT " + values[inputs-first-1])
		}
		out = append(out, b.String())
	}
	if f.Ordered && !tableOnly { // the arguments before and after ORDER BY
		direct := min(f.Direct, len(out))
		head, tail := strings.Join(out[:direct], ", "), strings.Join(out[direct:], ", ")
		if f.Hypothetical && direct == len(out) && direct > 0 {
			tail = out[direct-1]
		}
		if head != "" {
			head += " "
		}
		return head + "ORDER BY " + tail
	}
	return strings.Join(out, ", ")
}

// splitDefaults cuts a list of expressions at the commas outside of parentheses and strings.
func splitDefaults(s string) []string {
	var out []string
	depth, start := 0, 0
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '\'':
			for i++; i < len(s) && s[i] != '\''; i++ {
			}
		case '(', '[', '{':
			depth++
		case ')', ']', '}':
			depth--
		case ',':
			if depth == 0 {
				out = append(out, strings.TrimSpace(s[start:i]))
				start = i + 1
			}
		}
	}
	return append(out, strings.TrimSpace(s[start:]))
}

func (v *Viewer) functionResult(f *pgcatalog.Function) *string {
	if f.Kind == 'p' {
		return nil
	}
	out := v.FormatType(f.Result, -1, false, v.inPath)
	for _, m := range f.Modes {
		if m == "t" {
			out = "TABLE(" + v.functionArguments(f, false, true) + ")"
			return &out
		}
	}
	if f.Set {
		out = "SETOF " + out
	}
	return &out
}

// languages are those of the built-in functions (pg_language.oid).
var languages = map[string]string{"12": "internal", "13": "c", "14": "sql"}

// functionDef is pg_get_functiondef.
func functionDef(v *Viewer, args []*string) (*string, error) {
	f := v.functionByOID(oidArg(args[0]))
	if f == nil {
		return nil, nil
	}
	if f.Kind == 'a' {
		return nil, pgerr.New(pgerrcode.WrongObjectType, "%q is an aggregate function", f.Name)
	}
	var b strings.Builder
	b.WriteString("CREATE OR REPLACE FUNCTION " + sql.QuoteIdent(v.schemas[f.Namespace]) + "." + sql.QuoteIdent(f.Name) + "(" + v.functionArguments(f, true, false) + ")\n")
	if s := v.functionResult(f); s != nil {
		b.WriteString(" RETURNS " + *s + "\n")
	}
	b.WriteString(" LANGUAGE " + languages[f.Language] + "\n")
	var words []string
	if f.Kind == 'w' {
		words = append(words, "WINDOW")
	}
	words = append(words, map[string][]string{"i": {"IMMUTABLE"}, "s": {"STABLE"}}[f.Volatility]...)
	words = append(words, map[string][]string{"s": {"PARALLEL SAFE"}, "r": {"PARALLEL RESTRICTED"}}[f.Parallel]...)
	for _, w := range []struct {
		set  bool
		word string
	}{{f.Strict, "STRICT"}, {f.SecurityDefiner, "SECURITY DEFINER"}, {f.Leakproof, "LEAKPROOF"}} {
		if w.set {
			words = append(words, w.word)
		}
	}
	cost := "1"
	if f.Language == "14" {
		cost = "100"
	}
	if f.Cost != cost {
		words = append(words, "COST "+f.Cost)
	}
	if f.Rows != "0" && f.Rows != "1000" {
		words = append(words, "ROWS "+f.Rows)
	}
	if s, ok := v.functionName(f.Support); ok {
		words = append(words, "SUPPORT "+s)
	}
	if len(words) > 0 {
		b.WriteString(" " + strings.Join(words, " ") + "\n")
	}
	b.WriteString("AS ")
	if f.Library != "" {
		b.WriteString(sql.QuoteLiteral(f.Library) + ", ")
	}
	tag := "$function$"
	for n := 1; strings.Contains(f.Source, tag); n++ {
		tag = "$function" + strconv.Itoa(n) + "$"
	}
	b.WriteString(tag + f.Source + tag + "\n")
	return text(b.String())
}

// ofFunction makes a call that is about one function.
func ofFunction(answer func(v *Viewer, f *pgcatalog.Function) *string) *call {
	return &call{strict: true, answer: func(v *Viewer, args []*string) (*string, error) {
		if f := v.functionByOID(oidArg(args[0])); f != nil {
			return answer(v, f), nil
		}
		return nil, nil
	}}
}
