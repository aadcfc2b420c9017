package session

import (
	"math"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/miniodb/miniodb/catalog"
	"github.com/miniodb/miniodb/internal/pgerr"
)

func TestSplitIdentifiers(t *testing.T) {
	for in, want := range map[string][]string{
		``: nil, `public`: {"public"}, `"$user", public`: {"$user", "public"}, `A, "B c" ,d`: {"a", "B c", "d"}, `"x""y"`: {`x"y`}, `a,,b`: {"a", "b"},
	} {
		require.Equal(t, want, splitIdentifiers(in), in)
	}
}

func TestRoundToInteger(t *testing.T) {
	for _, c := range []struct {
		in   string
		even bool
		want string
		ok   bool
	}{
		{"7", false, "7", true}, {"1.5", false, "2", true}, {"2.5", false, "3", true}, {"-1.5", false, "-2", true}, {"-2.5", true, "-2", true},
		{"2.5", true, "2", true}, {"3.5", true, "4", true}, {"0.49", false, "0", true}, {"1e3", false, "1000", true}, {"-0.5", false, "-1", true},
		{"1e300", false, "", false},
	} {
		got, ok := roundToInteger(c.in, c.even)
		require.Equal(t, c.ok, ok, c.in)
		require.Equal(t, c.want, got, c.in)
	}
}

// TestTake moves sequences to their ends, up and down, with and without a cycle.
func TestTake(t *testing.T) {
	s := catalog.Sequence{Start: 1, Increment: 3, Min: 1, Max: 10, Reserved: 1}
	var got []int64
	for range 3 {
		first, n, err := take(&s, 2)
		require.NoError(t, err)
		for i := range n {
			got = append(got, first+i*s.Increment)
		}
		if s.Exhausted {
			break
		}
	}
	require.Equal(t, []int64{1, 4, 7, 10}, got)
	_, _, err := take(&s, 1)
	require.Equal(t, "2200H", pgerr.Code(err))
	s.Cycle = true
	first, n, err := take(&s, 100)
	require.NoError(t, err)
	require.Equal(t, []int64{1, 4}, []int64{first, n})

	down := catalog.Sequence{Start: -1, Increment: -1, Min: math.MinInt64, Max: -1, Reserved: math.MinInt64 + 1}
	first, n, err = take(&down, 32)
	require.NoError(t, err)
	require.Equal(t, []int64{math.MinInt64 + 1, 2}, []int64{first, n})
	_, _, err = take(&down, 1)
	require.Equal(t, "2200H", pgerr.Code(err))
}

// TestRebase has DDL meet what others committed meanwhile.
func TestRebase(t *testing.T) {
	table := func(name string, oid uint32) *catalog.Table {
		return &catalog.Table{UUID: uuid.New(), OID: oid, Name: catalog.Name{Schema: "public", Name: name}}
	}
	base := catalog.NewDatabase()
	old := table("old", base.NextOID)
	base, err := base.Apply(1, []catalog.Op{{PutTable: old}})
	require.NoError(t, err)
	other, err := base.Apply(2, []catalog.Op{{PutTable: table("theirs", base.NextOID)}})
	require.NoError(t, err)

	mine := &transaction{base: base, ops: []catalog.Op{{PutTable: table("mine", base.NextOID)}}}
	ops, err := rebase(mine, base)
	require.NoError(t, err)
	require.Equal(t, mine.ops, ops)
	ops, err = rebase(mine, other)
	require.NoError(t, err)
	require.Equal(t, base.NextOID+1, ops[0].PutTable.OID, "an OID that is still free")

	clash := &transaction{base: base, ops: []catalog.Op{{PutTable: table("theirs", base.NextOID)}}}
	_, err = rebase(clash, other)
	require.Equal(t, "42P07", pgerr.Code(err))
	gone, err := other.Apply(3, []catalog.Op{{DropTable: &old.Name}})
	require.NoError(t, err)
	_, err = rebase(&transaction{base: base, ops: []catalog.Op{{DropTable: &old.Name}}}, gone)
	require.Equal(t, "40001", pgerr.Code(err))
}
