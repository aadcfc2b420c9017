package server_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/miniodb/miniodb/config"
	"github.com/miniodb/miniodb/internal/units"
)

// TestTableSettings creates tables under the rules and defaults of a configuration.
func TestTableSettings(t *testing.T) {
	addr := startWith(t, func(c *config.Config) {
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

	require.Equal(t, "name|buffer_size|flush_interval\nevents|123|00:00:07\nother|NULL|00:00:01\nSELECT 2\n",
		runText(c, "SELECT name, buffer_size, flush_interval FROM miniodb.tables ORDER BY name"))
}
