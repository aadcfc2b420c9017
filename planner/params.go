package planner

import "strings"

// WithoutParams replaces every parameter of a DuckDB statement by NULL. DuckDB cannot describe a statement with a parameter among the
// arguments of a table function; with NULL, which the rewriter has wrapped in a cast, it can.
func WithoutParams(text string) string {
	var b strings.Builder
	for i := 0; i < len(text); {
		switch c := text[i]; {
		case c == '\'' || c == '"': // to the closing quote; a doubled one begins the next piece
			end := strings.IndexByte(text[i+1:], c)
			if end < 0 {
				b.WriteString(text[i:])
				return b.String()
			}
			b.WriteString(text[i : i+end+2])
			i += end + 2
		case c == '$' && i+1 < len(text) && text[i+1] >= '0' && text[i+1] <= '9':
			b.WriteString("NULL")
			for i++; i < len(text) && text[i] >= '0' && text[i] <= '9'; i++ {
			}
		default:
			b.WriteByte(c)
			i++
		}
	}
	return b.String()
}
