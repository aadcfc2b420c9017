// Package indextest is the acceptance suite of index.Index. Every implementation passes Run. Only tests import this package.
package indextest

import (
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/miniodb/miniodb/catalog"
	"github.com/miniodb/miniodb/catalog/index"
	"github.com/miniodb/miniodb/internal/sqltype"
)

// Run tests an index. open returns an empty one each time it is called.
func Run(t *testing.T, open func() index.Index) {
	for name, test := range map[string]func(*testing.T, index.Index){
		"Empty": empty, "Apply": apply, "OnlyNext": onlyNext, "Reset": reset, "Drop": drop, "Tables": tables, "Race": race,
		"Announce": announce, "AnnounceApplied": announceApplied, "Catalog": catalogLog, "CatalogRace": catalogRace,
		"ManyFiles": manyFiles, "WholeVersions": wholeVersions, "Canceled": canceled,
	} {
		t.Run(name, func(t *testing.T) { test(t, open()) })
	}
}

// Snapshot returns version 0 of a new table with every kind of value.
func Snapshot() *catalog.Snapshot {
	s := &catalog.Snapshot{Table: uuid.New(), Version: 0, Checkpoints: map[uuid.UUID]int64{uuid.New(): 1<<63 - 1, uuid.New(): 0}}
	comment := "größer \x00 \"quoted\""
	yes := true
	s.Schema = &catalog.Table{
		UUID: s.Table, OID: 1 << 31, Name: catalog.Name{Schema: "public", Name: "Some table"}, NextColumn: 3, SchemaID: 1,
		Columns: []catalog.Column{
			{ID: 1, Name: "a", PhysicalName: "a", Type: sqltype.Of(sqltype.Int8), NotNull: true, Sequence: &catalog.Name{Schema: "public", Name: "a_seq"}},
			{ID: 2, Name: "b c", PhysicalName: "col-1", Type: sqltype.NumericOf(10, 2), Default: "1.5", Comment: comment},
		},
		Keys: []catalog.Key{{Name: "pk", Kind: catalog.PrimaryKey, Columns: []int32{1}}}, Checks: []catalog.Check{{Name: "c", Expr: "a > 0"}},
		ShardKey: []int32{1}, Buckets: 16, Created: time.Date(2024, 1, 2, 3, 4, 5, 6000, time.UTC),
		Options: catalog.Options{BufferRows: 7, FlushInterval: time.Second, BackupEnabled: &yes, Properties: map[string]string{"k": "v"}},
	}
	low, high, none := "-9223372036854775808", "zzz", ""
	s.Files = []catalog.DataFile{
		File("0/2024-01-01/a.parquet"),
		{
			Path: "l0/b c.parquet", Size: 1 << 40, Rows: 1 << 33, Buckets: [2]int32{3, 3}, Dates: [2]int32{-719162, 2932896}, Level: 1,
			Time: time.UnixMilli(1700000000123).UTC(),
			Stats: map[int32]catalog.ColumnStats{
				1: {Min: &low, Max: &high, NullCount: 5}, 2: {NullCount: 1 << 40}, 3: {Min: &none}, 4: {Max: &none},
			},
		},
	}
	return s
}

// File returns a file of which little is known.
func File(path string) catalog.DataFile {
	return catalog.DataFile{Path: path, Size: 1, Rows: -1, Buckets: [2]int32{0, -1}, Dates: [2]int32{1, 0}, Time: time.UnixMilli(0).UTC()}
}

func requireLoads(t *testing.T, x index.Index, want *catalog.Snapshot) {
	t.Helper()
	got, err := x.Load(t.Context(), want.Table)
	require.NoError(t, err)
	require.Empty(t, cmp.Diff(want, got, cmpopts.EquateEmpty(), cmpopts.SortSlices(func(a, b catalog.DataFile) bool { return a.Path < b.Path })))
	other := uuid.New()
	state, err := x.State(t.Context(), []uuid.UUID{want.Table, other})
	require.NoError(t, err)
	require.Equal(t, map[uuid.UUID]int64{want.Table: want.Version, other: index.Absent}, versions(state))
}

// versions are the marks of a state without announcements.
func versions(s index.State) map[uuid.UUID]int64 {
	out := map[uuid.UUID]int64{}
	for id, m := range s.Tables {
		out[id] = m.Version
	}
	return out
}

func empty(t *testing.T, x index.Index) {
	state, err := x.State(t.Context(), nil)
	require.NoError(t, err)
	require.NotEmpty(t, state.Generation)
	require.Equal(t, index.Mark{Version: index.Absent, Pending: index.Absent}, state.Catalog)
	id := uuid.New()
	again, err := x.State(t.Context(), []uuid.UUID{id})
	require.NoError(t, err)
	require.Equal(t, state.Generation, again.Generation)
	require.Equal(t, map[uuid.UUID]index.Mark{id: {Version: index.Absent, Pending: index.Absent}}, again.Tables)
	_, err = x.Load(t.Context(), uuid.New())
	require.ErrorIs(t, err, index.ErrNotFound)
	ids, err := x.Tables(t.Context())
	require.NoError(t, err)
	require.Empty(t, ids)
	require.NoError(t, x.Drop(t.Context(), uuid.New()))
	require.ErrorIs(t, x.Apply(t.Context(), uuid.New(), 0, index.Delta{}), index.ErrVersion)
	require.ErrorIs(t, x.Apply(t.Context(), uuid.New(), 1, index.Delta{}), index.ErrVersion)
}

func apply(t *testing.T, x index.Index) {
	ctx := t.Context()
	s := Snapshot()
	require.NoError(t, x.Reset(ctx, s, index.Absent))
	requireLoads(t, x, s)

	schema := *s.Schema
	schema.SchemaID = 2
	stream := uuid.New()
	want := *s
	want.Version, want.Schema = 1, &schema
	want.Files = []catalog.DataFile{s.Files[1], File("l0/c"), File("l0/d")}
	want.Checkpoints = map[uuid.UUID]int64{stream: 4}
	for id, v := range s.Checkpoints {
		want.Checkpoints[id] = v
	}
	require.NoError(t, x.Apply(ctx, s.Table, 1, index.Delta{
		Schema: &schema, Adds: want.Files[1:], Removes: []string{s.Files[0].Path, "never/there"}, Checkpoints: map[uuid.UUID]int64{stream: 4},
	}))
	requireLoads(t, x, &want)

	want.Version = 2
	require.NoError(t, x.Apply(ctx, s.Table, 2, index.Delta{}), "a version that changes nothing")
	requireLoads(t, x, &want)

	replaced := File("l0/c")
	replaced.Size = 9
	want.Version, want.Files = 3, []catalog.DataFile{s.Files[1], replaced, File("l0/d")}
	require.NoError(t, x.Apply(ctx, s.Table, 3, index.Delta{Removes: []string{"l0/c"}, Adds: []catalog.DataFile{replaced}}), "removed and added again")
	requireLoads(t, x, &want)
}

func onlyNext(t *testing.T, x index.Index) {
	ctx := t.Context()
	s := Snapshot()
	s.Version = 5
	require.NoError(t, x.Reset(ctx, s, index.Absent))
	for _, version := range []int64{-1, 0, 4, 5, 7, 100} {
		require.ErrorIs(t, x.Apply(ctx, s.Table, version, index.Delta{Removes: []string{s.Files[0].Path}}), index.ErrVersion, "%d", version)
	}
	requireLoads(t, x, s)
}

func reset(t *testing.T, x index.Index) {
	ctx := t.Context()
	a, b := Snapshot(), Snapshot()
	require.NoError(t, x.Reset(ctx, a, index.Absent))
	require.NoError(t, x.Reset(ctx, b, index.Absent))
	less := *a
	less.Version, less.Files, less.Checkpoints = 7, a.Files[:1], nil
	require.ErrorIs(t, x.Reset(ctx, &less, index.Absent), index.ErrVersion)
	require.ErrorIs(t, x.Reset(ctx, &less, 6), index.ErrVersion)
	requireLoads(t, x, a)
	require.NoError(t, x.Reset(ctx, &less, 0))
	requireLoads(t, x, &less)
	requireLoads(t, x, b)
	require.NoError(t, x.Reset(ctx, a, 7), "back")
	requireLoads(t, x, a)
	require.ErrorIs(t, x.Reset(ctx, Snapshot(), 0), index.ErrVersion)
}

func drop(t *testing.T, x index.Index) {
	ctx := t.Context()
	a, b := Snapshot(), Snapshot()
	require.NoError(t, x.Reset(ctx, a, index.Absent))
	require.NoError(t, x.Reset(ctx, b, index.Absent))
	require.NoError(t, x.Drop(ctx, a.Table))
	_, err := x.Load(ctx, a.Table)
	require.ErrorIs(t, err, index.ErrNotFound)
	requireLoads(t, x, b)
	require.NoError(t, x.Reset(ctx, a, index.Absent), "again, without the old files")
	requireLoads(t, x, a)
}

func tables(t *testing.T, x index.Index) {
	ctx := t.Context()
	var want []uuid.UUID
	for range 20 {
		s := Snapshot()
		require.NoError(t, x.Reset(ctx, s, index.Absent))
		want = append(want, s.Table)
	}
	got, err := x.Tables(ctx)
	require.NoError(t, err)
	require.ElementsMatch(t, want, got)
	state, err := x.State(ctx, want)
	require.NoError(t, err)
	require.Len(t, state.Tables, len(want))
}

// race lets several committers apply each version: one succeeds, and readers see only whole versions.
func race(t *testing.T, x index.Index) {
	const versions, racers = 20, 4
	ctx := t.Context()
	s := Snapshot()
	s.Files = nil
	require.NoError(t, x.Reset(ctx, s, index.Absent))
	var wg sync.WaitGroup
	wins := make([][]int, versions+1)
	var mu sync.Mutex
	errs := make(chan error, racers*2)
	for r := range racers {
		wg.Go(func() {
			for v := int64(1); v <= versions; v++ {
				err := x.Apply(ctx, s.Table, v, index.Delta{Adds: []catalog.DataFile{File(fmt.Sprintf("%d", v))}})
				if err == nil {
					mu.Lock()
					wins[v] = append(wins[v], r)
					mu.Unlock()
				} else if !errors.Is(err, index.ErrVersion) {
					errs <- err
					return
				}
				// Wait for the version by reading: somebody applies it.
				for {
					got, err := x.Load(ctx, s.Table)
					if err != nil || int64(len(got.Files)) != got.Version {
						errs <- fmt.Errorf("a torn version: %v, %w", got, err)
						return
					}
					if got.Version >= v {
						break
					}
				}
			}
		})
	}
	wg.Wait()
	close(errs)
	for err := range errs {
		require.NoError(t, err)
	}
	for v := 1; v <= versions; v++ {
		require.Len(t, wins[v], 1, "version %d", v)
	}
}
