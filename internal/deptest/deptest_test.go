package deptest

import (
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const module = "github.com/miniodb/miniodb"

func TestImportsFollowArchitecture(t *testing.T) {
	page, err := os.ReadFile("../../ARCHITECTURE.md")
	require.NoError(t, err)
	rules, err := ParseRules(string(page))
	require.NoError(t, err)

	cmd := exec.CommandContext(t.Context(), "go", "list", "-e", "-json=ImportPath,Imports", "./...")
	cmd.Dir = "../.."
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	require.NoError(t, err)
	var packages []Package
	for d := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p Package
		if err := d.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else {
			require.NoError(t, err)
		}
		packages = append(packages, p)
	}
	require.Greater(t, len(packages), 10)
	require.Empty(t, rules.Check(module, packages), "see the tables in ARCHITECTURE.md")
}

func TestCheckFindsFaults(t *testing.T) {
	rules, err := ParseRules(strings.Join([]string{
		"| package | owns | may import |", "|---|---|---|",
		"| `a`, `b/*` | x | `c/*` |", "| `b/special` | y | all |", "",
		"| module | imported only by |", "|---|---|", "| `github.com/duckdb` | `a` |",
	}, "\n"))
	require.NoError(t, err)
	check := func(name string, imports ...string) []string {
		return rules.Check("m", []Package{{ImportPath: "m/" + name, Imports: imports}})
	}
	require.Empty(t, check("a", "fmt", "m/c", "m/c/d", "github.com/duckdb/x"))
	require.Empty(t, check("b/special", "m/a", "m/z"))
	require.Equal(t, []string{"a imports cc; it may import c/*"}, check("a", "m/cc"))
	require.Equal(t, []string{"b/x imports a; it may import c/*"}, check("b/x", "m/a"))
	require.Equal(t, []string{"b imports github.com/duckdb/x; only a may"}, check("b", "github.com/duckdb/x"))
	require.Equal(t, []string{"new has no row in the table of packages"}, check("new"))

	_, err = ParseRules("| a | b |\n")
	require.ErrorContains(t, err, "a table is missing")
	_, err = ParseRules("| package | may import |\n|---|---|\n| `a` | all |\n| `a` | `b` |\n")
	require.EqualError(t, err, "a stands twice")
}
