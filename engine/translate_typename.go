package engine

import "strings"

// pgNames maps DuckDB's type names, those of its vectors' physical types included, to PostgreSQL's.
var pgNames = map[string]string{
	"BOOLEAN": "boolean", "BOOL": "boolean",
	"TINYINT": "smallint", "UTINYINT": "smallint", "SMALLINT": "smallint", "INT8": "smallint", "UINT8": "smallint", "INT16": "smallint",
	"USMALLINT": "integer", "UINT16": "integer", "INTEGER": "integer", "INT32": "integer", "INTEGER_LITERAL": "integer",
	"UINTEGER": "bigint", "UINT32": "bigint", "BIGINT": "bigint", "INT64": "bigint",
	"UBIGINT": "numeric", "UINT64": "numeric", "HUGEINT": "numeric", "UHUGEINT": "numeric", "INT128": "numeric", "UINT128": "numeric",
	"BIGNUM": "numeric", "DECIMAL": "numeric", "FLOAT": "real", "DOUBLE": "double precision",
	"VARCHAR": "text", "ENUM": "text", "STRING_LITERAL": "unknown", `"NULL"`: "unknown", "NULL": "unknown", "UNKNOWN": "unknown",
	"BLOB": "bytea", "DATE": "date", "TIME": "time without time zone", "TIME_NS": "time without time zone",
	"TIME WITH TIME ZONE": "time with time zone", "TIMESTAMP": "timestamp without time zone",
	"TIMESTAMP_S": "timestamp without time zone", "TIMESTAMP_MS": "timestamp without time zone",
	"TIMESTAMP_NS": "timestamp without time zone", "TIMESTAMP WITH TIME ZONE": "timestamp with time zone",
	"INTERVAL": "interval", "UUID": "uuid", "JSON": "json", "BIT": "bit", "STRUCT": "record", "MAP": "map", "UNION": "union",
}

// typeName spells a DuckDB type as PostgreSQL does in its messages, without modifiers.
func typeName(s string) string {
	s = strings.TrimSpace(s)
	if i := strings.LastIndexByte(s, '['); i > 0 && strings.HasSuffix(s, "]") {
		elem := typeName(s[:i])
		return strings.TrimSuffix(elem, "[]") + "[]" // PostgreSQL has one array type for all dimensions
	}
	base, _, _ := strings.Cut(s, "(")
	if name, ok := pgNames[base]; ok {
		return name
	}
	return strings.ToLower(s)
}

// splitList cuts a list at its commas outside parentheses and quotes.
func splitList(s string) (items []string) {
	depth, start := 0, 0
	var quote byte
	for i := range len(s) {
		switch c := s[i]; {
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '"' || c == '\'':
			quote = c
		case c == '(' || c == '[':
			depth++
		case c == ')' || c == ']':
			depth--
		case c == ',' && depth == 0:
			items, start = append(items, s[start:i]), i+1
		}
	}
	if strings.TrimSpace(s) == "" {
		return nil
	}
	return append(items, s[start:])
}
