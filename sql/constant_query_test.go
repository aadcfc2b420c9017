package sql_test

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// TestConstant tells queries whose row never changes from those that look like it.
func TestConstant(t *testing.T) {
	for text, want := range map[string]bool{
		"SELECT 1": true, "SELECT 1 AS a, 'x', NULL, true, 1.5": true, "SELECT": false, "SELECT $1": false, "SELECT now()": false, "SELECT 'today'::date": false,
		"SELECT 1 WHERE false": false, "SELECT 1 LIMIT 0": false, "SELECT 1 UNION SELECT 2": false, "SELECT 1 FROM t": false, "SELECT *": false, "VALUES (1)": false,
		"SELECT DISTINCT 1": false, "SELECT 1 ORDER BY 1": false, "SELECT 1 OFFSET 1": false, "SELECT 1 HAVING false": false, "WITH x AS (SELECT 2) SELECT 1": false, "SELECT -1": true,
	} {
		require.Equal(t, want, parseQuery(t, text).Constant(), text)
	}
}
