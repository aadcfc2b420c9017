package drivers_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
)

// psqlDifferences are lines that one of the servers alone has, and words that differ though they mean the same, each with its reason.
var psqlDifferences = []struct {
	reason  string
	command string // a pattern; "": all
	line    string // a pattern
	instead string // "-": the line does not count
}{
	{"the first superuser and the database of the test have other names", "", `\b(postgres|drivers_\d+)\b`, "miniodb"},
	{"roles belong to all databases of PostgreSQL: other tests have theirs, and the first superuser is another", `^\\d[gu]`, `^(miniodb|visitor|with_password)\|`, "-"},
	{"PostgreSQL has more databases", `^\\l`, `^(template[01]|miniodb|=c/|miniodb=)`, "-"},
	{"bytes on disk", "", `\|\d+ (bytes|kB|MB)(\||$)`, "|SIZE|"},
	{"bytes on disk", `x$`, `^Size\|.*`, "Size|SIZE|"},
	{"plpgsql is not there", "", `^(function |language )?plpgsql`, "-"},
	{"the schema and extension miniodb are the server's own", `^\\d[ntxv]`, `^miniodb\|(miniodb|1\.0|\w+\|view)`, "-"},
	{"large values have no tables of their own", "", `^pg_toast\|`, "-"},
	{"of collations there are those that can be used", `^\\dO`, `\|(icu|libc)\|`, "-"},
	{"places in the source text of PostgreSQL", "", `^LOCATION:`, "-"},
	{"numbers of rows, where some do not count", "", `^\(\d+ rows?\)$`, "-"},
	{"how PostgreSQL was packaged", "", `(15\.\d+) \(Debian.*\)`, "$1"},
	{"port of the server", `^\\conninfo`, `on host .*`, "on host"},
	{"port of the server", `^\\conninfo`, `at port .*`, "at port"},
}

// psqlCommands are the lines of commands.txt.
func psqlCommands(t *testing.T) []string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(programs, "psql/commands.txt"))
	require.NoError(t, err)
	return strings.Split(strings.TrimSpace(string(b)), "\n")
}

// runPsqlCommands runs each command after the objects have been made, and returns the lines that each printed.
func runPsqlCommands(t *testing.T, p place, commands []string) [][]string {
	t.Helper()
	var script strings.Builder
	script.WriteString("\\set QUIET 1\n\\pset pager off\n")
	for i, c := range commands {
		fmt.Fprintf(&script, "\\echo '== %d'\n%s\n", i, c)
	}
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "script.sql"), []byte(script.String()), 0o600))
	ctx, cancel := context.WithTimeout(t.Context(), programTimeout)
	defer cancel()
	makeRoles(t, p)
	runFile(t, p, "objects.sql")
	cmd := exec.CommandContext(ctx, "psql", "-X", "-q", "-A", "-f", "script.sql")
	cmd.Dir, cmd.Env = dir, p.environ()
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, string(out))
	var parts [][]string
	for line := range strings.Lines(string(out)) {
		line = strings.TrimRight(line, " \r\n")
		if line == fmt.Sprintf("== %d", len(parts)) {
			parts = append(parts, nil)
			continue
		}
		require.NotEmpty(t, parts, line)
		parts[len(parts)-1] = append(parts[len(parts)-1], line)
	}
	return parts
}

// comparable takes out of a command's lines what may differ.
func comparable(command string, lines []string) []string {
	var out []string
next:
	for _, line := range lines {
		for _, d := range psqlDifferences {
			if d.command != "" && !regexp.MustCompile(d.command).MatchString(command) {
				continue
			}
			re := regexp.MustCompile(d.line)
			if d.instead != "-" {
				line = re.ReplaceAllString(line, d.instead)
			} else if re.MatchString(line) {
				continue next
			}
		}
		if strings.HasPrefix(command, `\dAf`) { // a list that string_agg has made without an order
			cells := strings.Split(line, "|")
			for i, c := range cells {
				words := strings.Split(c, ", ")
				slices.Sort(words)
				cells[i] = strings.Join(words, ", ")
			}
			line = strings.Join(cells, "|")
		}
		out = append(out, line)
	}
	return out
}

// TestPsqlCommands runs the backslash commands of psql 15 that list objects, and those about queries, against PostgreSQL 15 and MiniODB with the same
// objects.
func TestPsqlCommands(t *testing.T) {
	t.Parallel()
	commands := psqlCommands(t)
	theirs, ours := runPsqlCommands(t, startPostgres(t), commands), runPsqlCommands(t, startMiniODB(t), commands)
	require.Len(t, theirs, len(commands))
	require.Len(t, ours, len(commands))
	for i, c := range commands {
		if diff := cmp.Diff(comparable(c, theirs[i]), comparable(c, ours[i])); diff != "" {
			t.Errorf("%s: PostgreSQL (-) and MiniODB (+) differ:\n%s", c, diff)
		}
	}
}
