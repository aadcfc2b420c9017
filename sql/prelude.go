package sql

import (
	"embed"
	"sort"
	"strings"
)

//go:embed prelude/*.sql
var preludeFiles embed.FS

// Prelude returns the macros that rewritten queries call: DuckDB statements to run once in the main database of an instance,
// before it is locked down. They raise SQLSTATEs through error('!22012!division by zero'), which engine turns into errors.
func Prelude() string {
	entries, err := preludeFiles.ReadDir("prelude")
	if err != nil {
		return ""
	}
	names := make([]string, 0, len(entries))
	for _, e := range entries {
		names = append(names, e.Name())
	}
	sort.Strings(names)
	var b strings.Builder
	for _, n := range names {
		text, err := preludeFiles.ReadFile("prelude/" + n)
		if err != nil {
			return ""
		}
		b.Write(text)
		b.WriteByte('\n')
	}
	return b.String()
}
