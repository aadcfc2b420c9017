package ingest

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/miniodb/miniodb/engine"
	"github.com/miniodb/miniodb/internal/vector"
)

// TestSplit: every batch is in exactly one part, in order, and the parts are about as large.
func TestSplit(t *testing.T) {
	batches := func(rows ...int) (out []engine.HotAppend) {
		for i, n := range rows {
			out = append(out, engine.HotAppend{Offset: int64(i), Batch: &vector.Batch{Len: n}})
		}
		return out
	}
	for _, c := range []struct {
		rows []int
		n    int
		want []int // batches of each part
	}{
		{[]int{1}, 2, []int{1}},
		{[]int{parallelRows - 2, 1}, 2, []int{2}},
		{[]int{parallelRows}, 2, []int{1}},
		{[]int{parallelRows, 1}, 2, []int{1, 1}},
		{[]int{1, parallelRows}, 2, []int{2}},
		{slices.Repeat([]int{20_000}, 5), 2, []int{3, 2}},
		{slices.Repeat([]int{20_000}, 7), 3, []int{3, 2, 2}},
		{slices.Repeat([]int{20_000}, 6), 1, []int{6}},
	} {
		all := batches(c.rows...)
		parts := split(all, c.n)
		var sizes []int
		for _, p := range parts {
			sizes = append(sizes, len(p))
		}
		require.Equal(t, c.want, sizes, "%v", c.rows)
		require.Equal(t, all, slices.Concat(parts...))
	}
}
