package indextest

import (
	"fmt"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/miniodb/miniodb/catalog"
	"github.com/miniodb/miniodb/catalog/index"
)

// Bench measures an index. open returns an empty one each time it is called.
func Bench(b *testing.B, open func() index.Index) {
	for _, n := range []int{1, 20} {
		b.Run(fmt.Sprintf("State/tables=%d", n), func(b *testing.B) {
			x := open()
			ids := make([]uuid.UUID, n)
			for i := range ids {
				s := Snapshot()
				ids[i] = s.Table
				require.NoError(b, x.Reset(b.Context(), s, index.Absent))
			}
			for b.Loop() {
				if _, err := x.State(b.Context(), ids); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
	b.Run("Apply", func(b *testing.B) { benchApply(b, open(), Large(100)) })
	b.Run("Apply/files=100000", func(b *testing.B) { benchApply(b, open(), Large(100_000)) })
	for _, n := range []int{100, 100_000} {
		s := Large(n)
		b.Run(fmt.Sprintf("Reset/files=%d", n), func(b *testing.B) {
			x := open()
			from := index.Absent
			for b.Loop() {
				s.Version = from + 1
				require.NoError(b, x.Reset(b.Context(), s, from))
				from++
			}
		})
		b.Run(fmt.Sprintf("Load/files=%d", n), func(b *testing.B) {
			x := open()
			require.NoError(b, x.Reset(b.Context(), s, index.Absent))
			for b.Loop() {
				got, err := x.Load(b.Context(), s.Table)
				require.NoError(b, err)
				require.Len(b, got.Files, n)
			}
		})
	}
}

// benchApply measures what a flush applies: four files and a checkpoint.
func benchApply(b *testing.B, x index.Index, s *catalog.Snapshot) {
	s.Version = 0
	require.NoError(b, x.Reset(b.Context(), s, index.Absent))
	d := index.Delta{Adds: Large(4).Files, Checkpoints: map[uuid.UUID]int64{uuid.New(): 7}}
	version := int64(0)
	for b.Loop() {
		version++
		d.Removes = []string{d.Adds[0].Path}
		require.NoError(b, x.Apply(b.Context(), s.Table, version, d))
	}
}
