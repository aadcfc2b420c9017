package indextest

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/miniodb/miniodb/catalog"
	"github.com/miniodb/miniodb/catalog/index"
)

// Large returns version 0 of a table with n files.
func Large(n int) *catalog.Snapshot {
	s := Snapshot()
	s.Files = make([]catalog.DataFile, n)
	low, high := "2024-01-01 00:00:00", "some text as a bound"
	for i := range s.Files {
		s.Files[i] = File(fmt.Sprintf("%d/2024-01-%02d/%s.parquet", i%16, i%31+1, uuid.NewString()))
		s.Files[i].Size, s.Files[i].Rows = int64(i)<<20, int64(i)
		s.Files[i].Stats = map[int32]catalog.ColumnStats{1: {Min: &low, Max: &low}, 2: {Min: &high, Max: &high, NullCount: int64(i)}}
	}
	return s
}

func manyFiles(t *testing.T, x index.Index) {
	ctx := t.Context()
	s := Large(5000)
	require.NoError(t, x.Reset(ctx, s, index.Absent))
	requireLoads(t, x, s)

	more := Large(4000)
	d := index.Delta{Adds: more.Files}
	for _, f := range s.Files[:2500] {
		d.Removes = append(d.Removes, f.Path)
	}
	require.NoError(t, x.Apply(ctx, s.Table, 1, d))
	want := *s
	want.Version, want.Files = 1, append(append([]catalog.DataFile(nil), s.Files[2500:]...), more.Files...)
	requireLoads(t, x, &want)

	want.Version, want.Files = 2, more.Files[:1500]
	require.ErrorIs(t, x.Reset(ctx, &want, 0), index.ErrVersion)
	require.NoError(t, x.Reset(ctx, &want, 1))
	requireLoads(t, x, &want)
	require.NoError(t, x.Drop(ctx, s.Table))
	requireLoadsNothing(t, x, s.Table)
}

func requireLoadsNothing(t *testing.T, x index.Index, table uuid.UUID) {
	t.Helper()
	_, err := x.Load(t.Context(), table)
	require.ErrorIs(t, err, index.ErrNotFound)
	requireMark(t, x, table, index.Absent, index.Absent)
}

// wholeVersions reads while one table is applied to, set, set back and dropped: what is read is one version, whole, or nothing. In each
// version the checkpoint of one stream is the number of files, and large and small ones follow each other.
func wholeVersions(t *testing.T, x index.Index) {
	const rounds, readers = 10, 3
	small, large := Large(20), Large(2200)
	stream := uuid.New()
	table := small.Table
	counted := func(s *catalog.Snapshot, version int64) *catalog.Snapshot {
		c := *s
		c.Table, c.Version, c.Checkpoints = table, version, map[uuid.UUID]int64{stream: int64(len(s.Files))}
		return &c
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var writers, all sync.WaitGroup
	errs := make(chan error, readers+4)
	fail := func(err error) {
		cancel()
		errs <- err
	}
	write := func(change func(at, round int64) error) {
		writers.Go(func() {
			for round := range int64(rounds) {
				state, err := x.State(ctx, []uuid.UUID{table})
				if err == nil {
					err = change(state.Tables[table].Version, round)
				}
				if err != nil && !errors.Is(err, index.ErrVersion) {
					fail(err)
					return
				}
			}
		})
	}
	write(func(at, _ int64) error { return x.Reset(ctx, counted(large, at+2), at) })
	write(func(at, _ int64) error { return x.Reset(ctx, counted(small, at+1), at) })
	write(func(_, round int64) error {
		s, err := x.Load(ctx, table)
		if errors.Is(err, index.ErrNotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		return x.Apply(ctx, table, s.Version+1, index.Delta{
			Adds: []catalog.DataFile{File(fmt.Sprintf("more/%d", round))}, Checkpoints: map[uuid.UUID]int64{stream: int64(len(s.Files)) + 1},
		})
	})
	write(func(_, round int64) error {
		if round%4 == 3 {
			return x.Drop(ctx, table)
		}
		return nil
	})
	done := make(chan struct{})
	for range readers {
		all.Go(func() {
			for {
				s, err := x.Load(ctx, table)
				switch {
				case errors.Is(err, index.ErrNotFound):
				case err != nil:
					fail(err)
					return
				case int64(len(s.Files)) != s.Checkpoints[stream]:
					fail(fmt.Errorf("version %d has %d files, not %d", s.Version, len(s.Files), s.Checkpoints[stream]))
					return
				}
				select {
				case <-done:
					return
				default:
				}
			}
		})
	}
	writers.Wait()
	close(done)
	all.Wait()
	close(errs)
	for err := range errs {
		require.NoError(t, err)
	}
}
