package definition

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	pg_query "github.com/pganalyze/pg_query_go/v6"
	"github.com/stretchr/testify/require"

	"github.com/miniodb/miniodb/catalog"
	"github.com/miniodb/miniodb/internal/sqltype"
)

// TestWhateverIsGiven spells thousands of queries over a relation that has any column: each gives an error or a text that the grammar takes.
func TestWhateverIsGiven(t *testing.T) {
	columns := func(catalog.Name) ([]Column, bool) {
		return []Column{{"a", sqltype.Of(sqltype.Int4)}, {"b", sqltype.Of(sqltype.Text)}, {"n", sqltype.NumericOf(10, 2)}, {"d", sqltype.Of(sqltype.Date)}, {"x", sqltype.Of(sqltype.Float8)}}, true
	}
	env := Env{
		Columns:    columns,
		Relation:   func(n catalog.Name) string { return `"` + n.Name + `"` },
		FormatType: func(oid uint32, mod int32) string { return (sqltype.Type{OID: sqltype.OID(oid), Mod: mod}).String() },
	}
	files, err := filepath.Glob("../../testdata/sql/differential/*.sql")
	require.NoError(t, err)
	spelled, total := 0, 0
	for _, file := range files {
		b, err := os.ReadFile(file)
		require.NoError(t, err)
		for line := range strings.Lines(string(b)) {
			line = strings.TrimSuffix(strings.TrimSpace(line), ";")
			if line == "" || strings.HasPrefix(line, "--") {
				continue
			}
			for _, pretty := range []bool{false, true} {
				env.Pretty = pretty
				_, _ = Check(line, []Column{{"a", sqltype.Of(sqltype.Int4)}}, env)
				_, _ = Default(line, sqltype.Of(sqltype.Text), env)
				_, _ = Expr(line, nil, env)
				query := line
				if !strings.HasPrefix(strings.ToUpper(line), "SELECT") && !strings.HasPrefix(strings.ToUpper(line), "WITH") {
					query = "SELECT " + line
				}
				total++
				for names := 1; names <= 4; names++ {
					text, _, err := View(query, []string{"p", "q", "r", "s"}[:names], env)
					if err == nil && !strings.Contains(text, "???") {
						spelled++
						_, err := pg_query.Parse(text)
						require.NoError(t, err, "%s\n%s", query, text)
					}
				}
			}
		}
	}
	t.Logf("%d of %d spelled", spelled, total)
	require.Greater(t, spelled, total/10)
	for _, text := range []string{"", "1; SELECT 2", "SELECT", "(", strings.Repeat("(", 300) + "1" + strings.Repeat(")", 300), "a." + strings.Repeat("b.", 50) + "c", "*", "t.*", "count(*)", "$1", "DEFAULT"} {
		_, err := Check(text, nil, env)
		require.Error(t, err, text)
	}
}
