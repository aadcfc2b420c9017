package indextest

import (
	"context"
	"errors"
	"math"
	"sync"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/miniodb/miniodb/catalog/index"
)

// requireMark checks what readers learn of a log; uuid.Nil is the catalog log.
func requireMark(t *testing.T, x index.Index, log uuid.UUID, version, pending int64) {
	t.Helper()
	state, err := x.State(t.Context(), []uuid.UUID{log})
	require.NoError(t, err)
	got := state.Tables[log]
	if log == uuid.Nil {
		got = state.Catalog
	}
	require.Equal(t, index.Mark{Version: version, Pending: pending}, got)
}

func announce(t *testing.T, x index.Index) {
	ctx := t.Context()
	a, b := Snapshot(), Snapshot()
	a.Version = 3
	require.NoError(t, x.Reset(ctx, a, index.Absent))
	require.NoError(t, x.Announce(ctx, a.Table, 5))
	require.NoError(t, x.Announce(ctx, a.Table, 4), "a lower one changes nothing")
	requireMark(t, x, a.Table, 3, 5)
	require.NoError(t, x.Announce(ctx, a.Table, 11), "numbers, not texts")
	requireMark(t, x, a.Table, 3, 11)
	require.NoError(t, x.Announce(ctx, a.Table, 9))
	require.NoError(t, x.Announce(ctx, a.Table, 11), "again")
	requireMark(t, x, a.Table, 3, 11)
	requireMark(t, x, uuid.Nil, index.Absent, index.Absent)

	require.NoError(t, x.Announce(ctx, b.Table, 1))
	requireMark(t, x, b.Table, index.Absent, 1)
	ids, err := x.Tables(ctx)
	require.NoError(t, err)
	require.Equal(t, []uuid.UUID{a.Table}, ids, "an announced table is not there yet")
	_, err = x.Load(ctx, b.Table)
	require.ErrorIs(t, err, index.ErrNotFound)
	require.ErrorIs(t, x.Apply(ctx, b.Table, 1, index.Delta{}), index.ErrVersion)
	requireMark(t, x, b.Table, index.Absent, 1)

	require.NoError(t, x.Announce(ctx, a.Table, math.MaxInt64))
	requireMark(t, x, a.Table, 3, math.MaxInt64)
	require.NoError(t, x.Announce(ctx, a.Table, math.MaxInt64-1))
	requireMark(t, x, a.Table, 3, math.MaxInt64)
}

// announceApplied ends announcements: by their version or a later one, never by an earlier one.
func announceApplied(t *testing.T, x index.Index) {
	ctx := t.Context()
	s := Snapshot()
	require.NoError(t, x.Announce(ctx, s.Table, 2))
	require.NoError(t, x.Reset(ctx, s, index.Absent), "version 0")
	requireMark(t, x, s.Table, 0, 2)
	require.NoError(t, x.Apply(ctx, s.Table, 1, index.Delta{}))
	requireMark(t, x, s.Table, 1, 2)
	require.ErrorIs(t, x.Apply(ctx, s.Table, 3, index.Delta{}), index.ErrVersion)
	requireMark(t, x, s.Table, 1, 2)
	require.NoError(t, x.Apply(ctx, s.Table, 2, index.Delta{}))
	requireMark(t, x, s.Table, 2, index.Absent)
	require.NoError(t, x.Announce(ctx, s.Table, 2), "too late")
	requireMark(t, x, s.Table, 2, index.Absent)

	require.NoError(t, x.Announce(ctx, s.Table, 10))
	s.Version = 9
	require.NoError(t, x.Reset(ctx, s, 2))
	requireMark(t, x, s.Table, 9, 10)
	s.Version = 10
	require.ErrorIs(t, x.Reset(ctx, s, 2), index.ErrVersion)
	requireMark(t, x, s.Table, 9, 10)
	require.NoError(t, x.Reset(ctx, s, 9))
	requireMark(t, x, s.Table, 10, index.Absent)
	require.NoError(t, x.Announce(ctx, s.Table, 11))
	s.Version = 20
	require.NoError(t, x.Reset(ctx, s, 10), "a later one")
	s.Version = 0
	require.NoError(t, x.Reset(ctx, s, 20), "back")
	requireMark(t, x, s.Table, 0, index.Absent)

	require.NoError(t, x.Announce(ctx, uuid.Nil, 2))
	requireMark(t, x, uuid.Nil, index.Absent, 2)
	require.NoError(t, x.AdvanceCatalog(ctx, 1))
	requireMark(t, x, uuid.Nil, 1, 2)
	require.NoError(t, x.AdvanceCatalog(ctx, 2))
	requireMark(t, x, uuid.Nil, 2, index.Absent)
	require.NoError(t, x.Announce(ctx, uuid.Nil, 12))
	require.NoError(t, x.ResetCatalog(ctx, 3, 2))
	requireMark(t, x, uuid.Nil, 3, 12)
	require.NoError(t, x.ResetCatalog(ctx, 13, 3))
	requireMark(t, x, uuid.Nil, 13, index.Absent)
}

func catalogLog(t *testing.T, x index.Index) {
	ctx := t.Context()
	require.ErrorIs(t, x.ResetCatalog(ctx, 1, 0), index.ErrVersion)
	requireMark(t, x, uuid.Nil, index.Absent, index.Absent)
	require.NoError(t, x.ResetCatalog(ctx, 7, index.Absent))
	require.ErrorIs(t, x.ResetCatalog(ctx, 8, index.Absent), index.ErrVersion)
	require.ErrorIs(t, x.ResetCatalog(ctx, 8, 6), index.ErrVersion)
	requireMark(t, x, uuid.Nil, 7, index.Absent)
	require.NoError(t, x.AdvanceCatalog(ctx, 10))
	require.NoError(t, x.AdvanceCatalog(ctx, 9), "a lower one changes nothing")
	require.NoError(t, x.AdvanceCatalog(ctx, 10))
	requireMark(t, x, uuid.Nil, 10, index.Absent)
	require.NoError(t, x.ResetCatalog(ctx, 0, 10), "back")
	requireMark(t, x, uuid.Nil, 0, index.Absent)
	require.NoError(t, x.AdvanceCatalog(ctx, math.MaxInt64-1))
	require.NoError(t, x.AdvanceCatalog(ctx, math.MaxInt64))
	require.NoError(t, x.AdvanceCatalog(ctx, math.MaxInt64-2))
	requireMark(t, x, uuid.Nil, math.MaxInt64, index.Absent)
}

// catalogRace lets several processes advance the catalog in their own order: readers never see it go back, and of those who reset it from one
// version exactly one does.
func catalogRace(t *testing.T, x index.Index) {
	const racers, last = 4, 40
	ctx := t.Context()
	var wg sync.WaitGroup
	errs := make(chan error, 2*racers)
	for r := range racers {
		wg.Go(func() {
			before := index.Absent
			for i := range int64(last + 1) {
				v := (i*7 + int64(r)*11) % (last + 1)
				err := x.AdvanceCatalog(ctx, v)
				state, stateErr := x.State(ctx, nil)
				if err = errors.Join(err, stateErr); err == nil && (state.Catalog.Version < before || state.Catalog.Version < v) {
					err = errors.New("the catalog went back")
				}
				if err != nil {
					errs <- err
					return
				}
				before = state.Catalog.Version
			}
		})
	}
	wg.Wait()
	close(errs)
	for err := range errs {
		require.NoError(t, err)
	}
	requireMark(t, x, uuid.Nil, last, index.Absent)
	for from := int64(last); from < last+10; from++ {
		wins := make(chan error, racers)
		for range racers {
			wg.Go(func() { wins <- x.ResetCatalog(ctx, from+1, from) })
		}
		wg.Wait()
		close(wins)
		won := 0
		for err := range wins {
			if err == nil {
				won++
			} else {
				require.ErrorIs(t, err, index.ErrVersion)
			}
		}
		require.Equal(t, 1, won)
	}
}

func canceled(t *testing.T, x index.Index) {
	s := Snapshot()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for name, call := range map[string]func() error{
		"State":    func() error { _, err := x.State(ctx, nil); return err },
		"Tables":   func() error { _, err := x.Tables(ctx); return err },
		"Load":     func() error { _, err := x.Load(ctx, s.Table); return err },
		"Apply":    func() error { return x.Apply(ctx, s.Table, 1, index.Delta{}) },
		"Reset":    func() error { return x.Reset(ctx, s, index.Absent) },
		"Drop":     func() error { return x.Drop(ctx, s.Table) },
		"Announce": func() error { return x.Announce(ctx, s.Table, 1) },
		"Advance":  func() error { return x.AdvanceCatalog(ctx, 1) },
		"Catalog":  func() error { return x.ResetCatalog(ctx, 1, index.Absent) },
	} {
		require.ErrorIs(t, call(), context.Canceled, name)
	}
	requireMark(t, x, s.Table, index.Absent, index.Absent)
	requireMark(t, x, uuid.Nil, index.Absent, index.Absent)
}
