package drivers_test

import (
	"context"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
)

// client runs a program of PostgreSQL in a place and returns its output; what it says on standard error fails the test, but for notices.
func client(t *testing.T, p place, input, name string, args ...string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), programTimeout)
	defer cancel()
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Env = p.environ("PGOPTIONS=-c client_min_messages=warning")
	cmd.Stdin = strings.NewReader(input)
	var out, errs limited
	cmd.Stdout, cmd.Stderr = &out, &errs
	require.NoError(t, cmd.Run(), "%s %v: %s", name, args, errs.String())
	require.Empty(t, errs.String(), "%s %v", name, args)
	return out.String()
}

func runSQL(t *testing.T, p place, text string) {
	t.Helper()
	client(t, p, text, "psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-o", "/dev/null")
}

// objects makes the objects of TestPsqlCommands, and rows.
func objects(t *testing.T, p place) {
	t.Helper()
	makeRoles(t, p)
	for _, name := range []string{"objects.sql", "rows.sql"} {
		runFile(t, p, name)
	}
}

func runFile(t *testing.T, p place, name string) {
	t.Helper()
	client(t, p, "", "psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-f", filepath.Join(programs, "psql", name))
}

var psqlRoles sync.Once

// makeRoles makes the roles that the objects name; all databases of PostgreSQL share them.
func makeRoles(t *testing.T, p place) {
	t.Helper()
	if p.server == "PostgreSQL" {
		psqlRoles.Do(func() { runFile(t, p, "roles.sql") })
		return
	}
	runFile(t, p, "roles.sql")
}

// dumped is what pg_dump says of a database, as it is compared: without the keys that it makes up for each dump and the versions of the servers, and with rows
// in an order of their own, for tables have none.
func dumped(t *testing.T, p place, args ...string) (text string, lines []string) {
	t.Helper()
	text = client(t, p, "", "pg_dump", args...)
	var rows []string
	inRows := false
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, "\r\n")
		switch {
		case strings.HasPrefix(line, `\restrict `), strings.HasPrefix(line, `\unrestrict `), strings.HasPrefix(line, "-- Dumped from database version"):
			continue
		case strings.HasPrefix(line, "COPY "):
			inRows = true
		case line == `\.`:
			slices.Sort(rows)
			lines, rows, inRows = append(lines, rows...), nil, false
		case inRows:
			rows = append(rows, line)
			continue
		}
		lines = append(lines, line)
	}
	return text, lines
}

// TestPgDump dumps databases of MiniODB and of PostgreSQL with the same objects and restores each into the other: all dumps have to be the same.
func TestPgDump(t *testing.T) {
	t.Parallel()
	theirs, ours := startPostgres(t), startMiniODB(t)
	objects(t, ours)
	objects(t, theirs)
	for _, args := range [][]string{{"--schema-only"}, {}, {"--inserts"}} {
		name := strings.Join(append([]string{"dump"}, args...), " ")
		ourText, ourLines := dumped(t, ours, args...)
		theirText, theirLines := dumped(t, theirs, args...)
		t.Run(name, func(t *testing.T) {
			require.Empty(t, cmp.Diff(theirLines, ourLines), "PostgreSQL's dump (-) and MiniODB's (+)")
		})
		t.Run(name+" into PostgreSQL", func(t *testing.T) {
			p := startPostgres(t)
			runSQL(t, p, ourText)
			_, again := dumped(t, p, args...)
			require.Empty(t, cmp.Diff(ourLines, again), "MiniODB's dump (-) and that of what PostgreSQL has made of it (+)")
		})
		t.Run(name+" into MiniODB", func(t *testing.T) {
			for _, text := range []string{ourText, theirText} {
				p := startMiniODB(t)
				makeRoles(t, p)
				runSQL(t, p, text)
				_, again := dumped(t, p, args...)
				require.Empty(t, cmp.Diff(theirLines, again), "the dump (-) and that of what MiniODB has made of it (+)")
			}
		})
	}
	t.Run("over what is there", func(t *testing.T) {
		text, lines := dumped(t, ours, "--clean", "--if-exists")
		runSQL(t, ours, text)
		_, again := dumped(t, ours, "--clean", "--if-exists")
		require.Empty(t, cmp.Diff(lines, again))
	})
	t.Run("archive", func(t *testing.T) {
		_, lines := dumped(t, ours)
		file := filepath.Join(t.TempDir(), "archive")
		client(t, ours, "", "pg_dump", "-Fc", "-f", file)
		p := startMiniODB(t)
		makeRoles(t, p)
		client(t, p, "", "pg_restore", "-d", p.database, file)
		_, again := dumped(t, p)
		require.Empty(t, cmp.Diff(lines, again))
	})
}
