package e2e_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/miniodb/miniodb/internal/testserver"
)

// TestSuperset has Apache Superset connect, add datasets and draw charts by its REST API, and compares what it draws with what the program
// computes of the same rows. It takes minutes and a large installation, so make e2e alone runs it.
func TestSuperset(t *testing.T) {
	if os.Getenv("MINIODB_TEST_SUPERSET") == "" {
		t.Skip("make e2e runs it (MINIODB_TEST_SUPERSET=1)")
	}
	dir, err := filepath.Abs(root + "/testdata/superset")
	require.NoError(t, err)
	s := testserver.Start(t, bin, t.TempDir())
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute)
	defer cancel()
	home := t.TempDir()
	cmd := exec.CommandContext(ctx, root+"/testdata/cache/superset/bin/python", dir+"/program.py")
	cmd.Env = append(os.Environ(), "DSN="+s.DSN(), fmt.Sprintf("SQLALCHEMY_URI=postgresql+psycopg2://miniodb@%s/miniodb", s.PG),
		"HOME="+home, "SUPERSET_HOME="+home, "SUPERSET_CONFIG_PATH="+dir+"/superset_config.py", "PYTHONDONTWRITEBYTECODE=1", "TZ=UTC")
	var errs strings.Builder
	cmd.Stderr = &errs
	out, err := cmd.Output()
	require.NoError(t, err, "%s\n%s", out, last(errs.String(), 6000))
	require.Contains(t, string(out), "passed")
	t.Logf("%d comparisons", strings.Count(string(out), "\nok "))
}

// last is the end of a text, n bytes at most.
func last(s string, n int) string { return s[max(0, len(s)-n):] }
