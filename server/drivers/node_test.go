package drivers_test

import (
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// node is a program in testdata/drivers/node, with the modules that make deps installed.
func node(t *testing.T, file string) program {
	modules, err := filepath.Abs(filepath.Join(cache, "drivers/node/node_modules"))
	require.NoError(t, err)
	return command([]string{"NODE_PATH=" + modules, "NODE_NO_WARNINGS=1"}, "node", filepath.Join(programs, "node", file))
}

func TestNodePostgres(t *testing.T) { compare(t, node(t, "pg_program.cjs")) }

func TestPostgresJS(t *testing.T) { compare(t, node(t, "postgresjs_program.cjs")) }

func TestNodeORMs(t *testing.T) { compare(t, node(t, "orm_program.cjs")) }
