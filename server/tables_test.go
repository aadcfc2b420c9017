package server_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/miniodb/miniodb/config"
	"github.com/miniodb/miniodb/internal/units"
)

// TestTableSettings creates tables under the rules and defaults of a configuration.
func TestTableSettings(t *testing.T) {
	dir := t.TempDir()
	addr := startWith(t, func(c *config.Config) {
		c.Server.DataDir = dir
		c.Manage.MaxTables = 2
		c.Manage.NamePattern = "[a-z]+"
		c.Tables.Default.FlushInterval = 7 * time.Second
		c.Tables.Named = map[string]config.TableConfig{"events": {BufferSize: units.BufferSize{Rows: 123}}}
	})
	c := connect(t, "postgres://miniodb@"+addr+"/miniodb?sslmode=disable")
	require.Contains(t, runText(c, "CREATE TABLE t1 (a int)"), "ERROR: 42602")
	require.Equal(t, "CREATE TABLE\n", runText(c, "CREATE TABLE events (a int)"))
	require.Equal(t, "CREATE TABLE\n", runText(c, "CREATE TABLE other (a int) WITH (flush_interval = '1s')"))
	require.Contains(t, runText(c, "CREATE TABLE third (a int)"), "ERROR: 53400")

	entries, err := filepath.Glob(filepath.Join(dir, "store/catalog/_log/*.json"))
	require.NoError(t, err)
	log := ""
	for _, e := range entries {
		data, err := os.ReadFile(e)
		require.NoError(t, err)
		log += string(data)
	}
	require.Contains(t, log, `"buffer_rows":123,"flush_interval":7000000000`)
	require.Contains(t, log, `"flush_interval":1000000000`)
}
