package sql_test

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/miniodb/miniodb/sql"
)

// writtenByHand are the functions that the translator's own cases write, beside those that a query in DuckDB's dialect may call; what the lists of
// functions and the prelude write is read from there.
const writtenByHand = `error format icu_sort_key`

// TestTreesOfTranslations: in the text that the translator makes of each line of testdata/sql/differential, as DuckDB itself parses it, stand no
// functions but those of the lists, the prelude and the translator's own cases, and no relations but scans and WITH queries.
func TestTreesOfTranslations(t *testing.T) {
	conn := openEngine(t)
	known := map[string]bool{}
	for _, f := range strings.Fields(writtenByHand) {
		known[f] = true
	}
	calls := regexp.MustCompile(`\b([a-z_0-9]+)\(`)
	for _, name := range []string{"functions.txt", "catalog_functions.txt"} {
		text, err := os.ReadFile(name)
		require.NoError(t, err)
		for line := range strings.Lines(string(text)) {
			if line = strings.TrimSpace(line); !strings.HasPrefix(line, "#") {
				for _, m := range calls.FindAllStringSubmatch(line, -1) {
					known[m[1]] = true
				}
			}
		}
	}
	for _, m := range regexp.MustCompile(`(?m)^CREATE MACRO ([a-z_0-9]+)\(`).FindAllStringSubmatch(sql.Prelude(), -1) {
		known[m[1]] = true
	}
	trees, strange := 0, map[string]string{}
	for _, text := range seedQueries(t) {
		stmts, err := sql.Parse(text)
		if err != nil || len(stmts) != 1 {
			continue
		}
		q, ok := stmts[0].Command.(*sql.Query)
		if !ok {
			continue
		}
		sel, err := sql.Rewrite(q, testEnv())
		if err != nil {
			continue
		}
		trees++
		functions, tables := named(t, conn, sel.Text)
		own := map[string]bool{}
		for _, s := range sel.Scans {
			own[s.Placeholder] = true
		}
		for _, s := range sel.Systems {
			own[s.Placeholder] = true
		}
		for name := range tables {
			require.True(t, own[name] || withQueries(t, conn, sel.Text)[name], "relation %s in the text of %s: %s", name, text, sel.Text)
		}
		for name := range functions {
			if !known[name] && !sql.DialectCalls(name) {
				strange[name] = text
			}
		}
	}
	require.Empty(t, strange)
	require.Greater(t, trees, 3000)
	for name := range known {
		require.False(t, sql.FileReference(name), name)
	}
}
