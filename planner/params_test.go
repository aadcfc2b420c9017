package planner_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/miniodb/miniodb/planner"
)

func TestWithoutParams(t *testing.T) {
	for in, want := range map[string]string{
		"":                               "",
		"SELECT CAST($1 AS INT), $12":    "SELECT CAST(NULL AS INT), NULL",
		`'$1' "a$2" 'it''s $3' $4`:       `'$1' "a$2" 'it''s $3' NULL`,
		"SELECT '$1":                     "SELECT '$1",
		"$ $x":                           "$ $x",
		`SELECT "a""$1" FROM f($2, 'x')`: `SELECT "a""$1" FROM f(NULL, 'x')`,
	} {
		require.Equal(t, want, planner.WithoutParams(in))
	}
}
