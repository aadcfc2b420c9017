package pgcatalog

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/miniodb/miniodb/internal/duck"
)

func TestRelations(t *testing.T) {
	begun := time.Now()
	all, err := Relations()
	require.NoError(t, err)
	t.Logf("%d relations in %v", len(all), time.Since(begun))
	require.Len(t, all, 208)
	rows := 0
	for _, r := range all {
		require.NotEmpty(t, r.Columns, r.Name)
		for _, c := range r.Columns {
			_, err := duck.Type(c.Type)
			require.NoError(t, err, "%s.%s", r.Name, c.Name)
		}
		for _, row := range r.Rows() {
			require.Len(t, row, len(r.Columns), r.Name)
			rows++
		}
	}
	t.Logf("%d rows in %v", rows, time.Since(begun))
	require.Greater(t, rows, 18_000)
}
