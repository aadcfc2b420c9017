package drivers_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestClientsPage holds docs/clients.md to the tests: it names every topic, and no topic that does not exist.
func TestClientsPage(t *testing.T) {
	b, err := os.ReadFile(filepath.Join(root, "docs/clients.md"))
	require.NoError(t, err)
	page := string(b)
	known := map[string]bool{}
	for test, list := range topics {
		for _, topic := range list {
			name := fmt.Sprintf("`%s/%s`", test, strings.ReplaceAll(topic, " ", "_"))
			known[name] = true
			if !strings.Contains(page, name) {
				t.Errorf("docs/clients.md does not name %s", name)
			}
		}
	}
	for i, part := range strings.Split(page, "`") {
		if i%2 == 1 && strings.HasPrefix(part, "Test") && strings.Contains(part, "/") && !known["`"+part+"`"] {
			t.Errorf("docs/clients.md names %s, which does not exist", part)
		}
	}
}
