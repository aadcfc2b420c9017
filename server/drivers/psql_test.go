package drivers_test

import (
	"context"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestPsql runs a script as a user would from a terminal, in the directory of the files that it copies.
func TestPsql(t *testing.T) {
	compare(t, func(ctx context.Context, p place) (string, error) {
		cmd := exec.CommandContext(ctx, "psql", "-X", "-q", "-f", "program.sql")
		cmd.Dir = filepath.Join(programs, "psql")
		cmd.Env = p.environ()
		var out, errs limited
		cmd.Stdout, cmd.Stderr = &out, &errs
		if err := cmd.Run(); err != nil {
			return out.String(), &failure{err: err, stderr: errs.String()}
		}
		return out.String() + messages + errs.String(), nil
	})
}

// messages is a topic of its own: what psql wrote to its standard error, with lines and carets of the script.
const messages = topicMark + "messages\n"

func TestPgbench(t *testing.T) {
	script, err := filepath.Abs(filepath.Join(programs, "pgbench/program.sh"))
	require.NoError(t, err)
	compare(t, command(nil, "bash", script))
}
