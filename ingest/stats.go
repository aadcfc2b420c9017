package ingest

import (
	"math"
	"unicode/utf8"

	"github.com/miniodb/miniodb/catalog"
	"github.com/miniodb/miniodb/internal/pgvalue"
	"github.com/miniodb/miniodb/internal/sqltype"
	"github.com/miniodb/miniodb/internal/vector"
)

// maxBoundBytes is the longest bound that is kept; the log shortens it further.
const maxBoundBytes = 4096

// boundExprs returns the aggregates for a column's bounds. ok is false for types whose storage order is not SQL's, and for char(n), whose
// comparison ignores trailing blanks. Floats with NaN or infinities have none.
func boundExprs(name string, t sqltype.Type) (low, high string, ok bool) {
	switch t.OID {
	case sqltype.Int2, sqltype.Int4, sqltype.Int8, sqltype.Oid, sqltype.Numeric, sqltype.Date, sqltype.Time, sqltype.Timestamp,
		sqltype.Timestamptz, sqltype.UUID, sqltype.Text, sqltype.Varchar, sqltype.Name:
		return "min(" + name + ")", "max(" + name + ")", true
	case sqltype.Float4, sqltype.Float8:
		finite := "CASE WHEN bool_and(isfinite(" + name + ")) THEN "
		return finite + "min(" + name + ") END", finite + "max(" + name + ") END", true
	}
	return "", "", false
}

// boundText prints a bound as PostgreSQL would; nil if there is none that a reader can rely on.
func boundText(t sqltype.Type, v *vector.Vector) *string {
	if v.IsNull(0) {
		return nil
	}
	col := *v
	if want := vector.TypeOf(t); sameLayout(&want, &col.Type) {
		col.Type = want
	}
	switch t.OID {
	case sqltype.Date:
		if x := col.Int32s[0]; x == math.MaxInt32 || x == -math.MaxInt32 {
			return nil
		}
	case sqltype.Timestamp, sqltype.Timestamptz:
		if x := col.Int64s[0]; x == math.MaxInt64 || x == -math.MaxInt64 {
			return nil
		}
	case sqltype.Text, sqltype.Varchar, sqltype.Name:
		if b := col.Bytes(0); len(b) > maxBoundBytes || !utf8.Valid(b) {
			return nil
		}
	}
	text := string(pgvalue.AppendText(nil, &col, 0, pgvalue.NewEncoder(pgvalue.Settings{})))
	return &text
}

// dates returns the days of the time column's bounds, UTC; {1, 0} where they are not known.
func dates(t sqltype.Type, s catalog.ColumnStats, batch *vector.Batch, at int) [2]int32 {
	if s.Min == nil || s.Max == nil || at == 0 {
		return [2]int32{1, 0}
	}
	low, high := &batch.Cols[at], &batch.Cols[at+1]
	switch t.OID {
	case sqltype.Date:
		return [2]int32{low.Int32s[0], high.Int32s[0]}
	case sqltype.Timestamp, sqltype.Timestamptz:
		return [2]int32{day(low.Int64s[0]), day(high.Int64s[0])}
	}
	return [2]int32{1, 0}
}

func day(micros int64) int32 {
	const perDay = 24 * 60 * 60 * 1_000_000
	d := micros / perDay
	if micros%perDay < 0 {
		d--
	}
	return int32(d)
}
