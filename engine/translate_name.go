package engine

import (
	"regexp"
	"strings"

	"github.com/jackc/pgerrcode"

	"github.com/miniodb/miniodb/internal/pgerr"
)

// This file translates errors about names: of columns, relations and functions.

// catalogError translates an error that names a catalog entry, nil if it does not.
func catalogError(e duckError) *pgerr.Error {
	if e.Name == "" {
		return nil
	}
	kind := strings.TrimSuffix(e.Type, " Entry")
	function := strings.HasSuffix(kind, "Function") || strings.Contains(kind, "Macro")
	switch e.Subtype {
	case "MISSING_ENTRY":
		switch {
		case function:
			// DuckDB looks a function up before it knows the types of the arguments.
			return pgerr.New(pgerrcode.UndefinedFunction, "function %s does not exist", e.Name).WithHint("%s", functionHint)
		case kind == "Table" || kind == "View" || kind == "Index" || kind == "Sequence":
			return pgerr.New(pgerrcode.UndefinedTable, "relation %q does not exist", e.qualified(e.Name))
		case kind == "Schema":
			return pgerr.New(pgerrcode.InvalidSchemaName, "schema %q does not exist", e.Name)
		case kind == "Type":
			return pgerr.New(pgerrcode.UndefinedObject, "type %q does not exist", e.Name)
		case kind == "Collation":
			return pgerr.New(pgerrcode.UndefinedObject, "collation %q for encoding \"UTF8\" does not exist", e.Name)
		case strings.HasPrefix(e.Message, "unrecognized configuration parameter"):
			return pgerr.New(pgerrcode.UndefinedObject, "unrecognized configuration parameter %q", e.Name)
		}
	case "ENTRY_ALREADY_EXISTS":
		switch {
		case function:
			return pgerr.New(pgerrcode.DuplicateFunction, "function %q already exists with same argument types", e.Name)
		case kind == "Schema":
			return pgerr.New(pgerrcode.DuplicateSchema, "schema %q already exists", e.Name)
		case kind == "Type":
			return pgerr.New(pgerrcode.DuplicateObject, "type %q already exists", e.Name)
		default:
			return pgerr.New(pgerrcode.DuplicateTable, "relation %q already exists", e.Name)
		}
	}
	return nil
}

// PostgreSQL's hints.
const (
	functionHint = "No function matches the given name and argument types. You might need to add explicit type casts."
	operatorHint = "No operator matches the given name and argument types. You might need to add explicit type casts."
)

// noFunction is the error for a call such as "substring(INTEGER_LITERAL, VARCHAR)", which may be one of an operator.
func noFunction(call string) *pgerr.Error {
	name, args := splitCall(call)
	if name != "" && !strings.ContainsAny(strings.ToLower(name), "abcdefghijklmnopqrstuvwxyz_") && (len(args) == 1 || len(args) == 2) {
		text := name + " " + args[len(args)-1]
		if len(args) == 2 {
			text = args[0] + " " + text
		}
		return pgerr.New(pgerrcode.UndefinedFunction, "operator does not exist: %s", text).WithHint("%s", operatorHint)
	}
	return pgerr.New(pgerrcode.UndefinedFunction, "function %s(%s) does not exist", name, strings.Join(args, ", ")).
		WithHint("%s", functionHint)
}

// splitCall cuts a call into the function's name and the arguments' types, as PostgreSQL spells them.
func splitCall(call string) (name string, args []string) {
	name, rest, ok := strings.Cut(call, "(")
	if !ok {
		return call, nil
	}
	for _, arg := range splitList(strings.TrimSuffix(rest, ")")) {
		args = append(args, typeName(arg))
	}
	return name, args
}

var identPath = regexp.MustCompile(`^(?:"(?:[^"]|"")*"|[\pL_][\pL\pN_$]*)(?:\.(?:"(?:[^"]|"")*"|[\pL_][\pL\pN_$]*))*`)

// qualified returns the column as it stands in the text where the error occurred ("t.x"), or name if that is something else.
func (e *duckError) qualified(name string) string {
	parts := strings.Split(identPath.FindString(e.at()), ".")
	for i, p := range parts {
		if strings.HasPrefix(p, `"`) {
			parts[i] = strings.ReplaceAll(strings.Trim(p, `"`), `""`, `"`)
		}
	}
	if n := len(parts); n < 2 || !strings.EqualFold(parts[n-1], name) {
		return name
	}
	return strings.Join(parts, ".")
}

func ungrouped(e *duckError, m []string) *pgerr.Error {
	return pgerr.New(pgerrcode.GroupingError, "column %q must appear in the GROUP BY clause or be used in an aggregate function", e.qualified(m[1]))
}

var nameRules = []rule{
	on(`^Referenced column "(.*?)" (?:not found in FROM clause|was not found because the FROM clause is missing)`, pgerrcode.UndefinedColumn, `column "{1}" does not exist`),
	on(`^Table "(.*?)" does not have a column named "(.*?)"\n?`, pgerrcode.UndefinedColumn, `column {1}.{2} does not exist`),
	on(`^(?:Table|View) "(.*?)" does not have a column with name "(.*?)"`, pgerrcode.UndefinedColumn, `column "{2}" of relation "{1}" does not exist`),
	on(`^Column "(.*?)" does not exist on (left|right) side of join`, pgerrcode.UndefinedColumn, `column "{1}" specified in USING clause does not exist in {2} table`),
	on(`^Column "(.*?)" in (?:EXCLUDE|REPLACE|RENAME) list not found`, pgerrcode.UndefinedColumn, `column "{1}" does not exist`),
	on(`^Could not find key "(.*?)" in struct`, pgerrcode.UndefinedColumn, `column "{1}" not found in data type record`),
	on(`^Cannot extract field '(.*?)' from expression "(.*?)" because it is not a struct`, pgerrcode.WrongObjectType, `column notation .{1} applied to "{2}", which is not a composite type`),
	on(`^Referenced table "(.*?)" not found`, pgerrcode.UndefinedTable, `missing FROM-clause entry for table "{1}"`),
	on(`^Table "(?:\w+\.)*(.*?)" could not be found`, pgerrcode.UndefinedTable, `relation "{1}" does not exist`),
	on(`^Table with name "?(.*?)"? does not exist`, pgerrcode.UndefinedTable, `relation "{1}" does not exist`),
	on(`^(?:Schema with name|SET search_path: No catalog \+ schema named) "?(.*?)"? (?:does not exist|found)`, pgerrcode.InvalidSchemaName, `schema "{1}" does not exist`),
	on(`^Catalog "(.*?)" does not exist`, pgerrcode.InvalidCatalogName, `database "{1}" does not exist`),
	on(`^Column with name (.*?) already exists`, pgerrcode.DuplicateColumn, `column "{1}" specified more than once`),
	on(`^Existing object (.*?) is of type \w+, trying to`, pgerrcode.WrongObjectType, `"{1}" is not of the kind that the statement asks for`),
	on(`^Ambiguous reference to column name "(.*?)"`, pgerrcode.AmbiguousColumn, `column reference "{1}" is ambiguous`),
	on(`^Column name "(.*?)" is ambiguous`, pgerrcode.AmbiguousColumn, `common column name "{1}" appears more than once in left table`),
	on(`^Ambiguous reference to table "(.*?)"`, pgerrcode.DuplicateAlias, `table name "{1}" specified more than once`),
	on(`^Duplicate (?:alias|table) "(.*?)"`, pgerrcode.DuplicateAlias, `table name "{1}" specified more than once`),
	on(`^Duplicate CTE name "(.*?)"`, pgerrcode.DuplicateAlias, `WITH query name "{1}" specified more than once`),
	on(`^window "(.*?)" does not exist`, pgerrcode.UndefinedObject, `window "{1}" does not exist`),
	onFunc(`^No function matches the given name and argument types '(.*?)'\.`, func(_ *duckError, m []string) *pgerr.Error { return noFunction(m[1]) }),
	onFunc(`^Macro (.*?)\(.* does not support the supplied arguments`, func(_ *duckError, m []string) *pgerr.Error {
		return pgerr.New(pgerrcode.UndefinedFunction, "function %s does not exist with these arguments", m[1]).WithHint("%s", functionHint)
	}),
	onFunc(`^column "?(.*?)"? must appear in the GROUP BY clause`, ungrouped),
}
