package engine

import (
	"context"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestSyntax: a text becomes a tree and the tree a text, and nothing of it runs.
func TestSyntax(t *testing.T) {
	db, err := Open(Config{})
	require.NoError(t, err)
	defer func() { _ = db.Close() }()
	conn, err := db.Conn()
	require.NoError(t, err)
	defer conn.Close()
	ctx := context.Background()
	tree, err := conn.SyntaxTree(ctx, "FROM nosuch, read_csv('/etc/passwd') SELECT a,")
	require.NoError(t, err)
	text, err := conn.SyntaxText(ctx, tree)
	require.NoError(t, err)
	require.Equal(t, "SELECT a FROM nosuch , read_csv('/etc/passwd')", text)
	for _, text := range []string{"SELECT 1 FROM FROM", "DROP TABLE x", "COPY (SELECT 1) TO '/tmp/x'", "ATTACH 'x'", "PRAGMA version", ""} {
		tree, err := conn.SyntaxTree(ctx, text)
		require.NoError(t, err, text)
		require.True(t, strings.Contains(string(tree), `"error":true`) || strings.Contains(string(tree), `"statements":[]`), "%s: %s", text, tree)
	}
}
