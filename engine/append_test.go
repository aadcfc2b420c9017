package engine

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/miniodb/miniodb/internal/duck"
	"github.com/miniodb/miniodb/internal/pgerr"
	"github.com/miniodb/miniodb/internal/sqltype"
	"github.com/miniodb/miniodb/internal/vector"
)

// scalarOIDs are all types that a table can have, arrays aside.
var scalarOIDs = []sqltype.Type{
	sqltype.Of(sqltype.Bool), sqltype.Of(sqltype.Int2), sqltype.Of(sqltype.Int4), sqltype.Of(sqltype.Int8), sqltype.Of(sqltype.Oid),
	sqltype.Of(sqltype.Float4), sqltype.Of(sqltype.Float8), sqltype.Of(sqltype.Numeric), sqltype.NumericOf(4, 2), sqltype.NumericOf(9, 0),
	sqltype.NumericOf(18, 18), sqltype.NumericOf(38, 10), sqltype.Of(sqltype.Text), sqltype.VarcharOf(10), sqltype.BpcharOf(3),
	sqltype.Of(sqltype.Name), sqltype.Of(sqltype.Bytea), sqltype.Of(sqltype.Date), sqltype.Of(sqltype.Time), sqltype.Of(sqltype.Timestamp),
	sqltype.Of(sqltype.Timestamptz), sqltype.Of(sqltype.Interval), sqltype.Of(sqltype.UUID), sqltype.Of(sqltype.JSON), sqltype.Of(sqltype.JSONB),
}

// stringSizes has both sides of the inline limit of a string_t.
var stringSizes = []int{0, 1, 4, 11, 12, 13, 14, 100, 5000}

// put appends the value number i, distinct enough to notice a mix-up.
func put(a *vector.Appender, i int) {
	n := int64(i)
	switch a.Type().Kind {
	case vector.KindBool:
		a.Bool(i%3 == 0)
	case vector.KindInt16:
		a.Int16(int16(n%9999 - 5000))
	case vector.KindInt32:
		a.Int32(int32(n*17 - 40000))
	case vector.KindInt64:
		a.Int64(n * 1_000_003 % 86_000_000_000) // a time of day, too
	case vector.KindInt128:
		a.Int128(vector.Int128{Lo: uint64(n) * 0x9e3779b97f4a7c15, Hi: n % 1000})
	case vector.KindFloat32:
		a.Float32(float32(n) / 4)
	case vector.KindFloat64:
		a.Float64(float64(n) / 3)
	case vector.KindInterval:
		a.Interval(vector.Interval{Months: int32(n), Days: int32(-n), Micros: n * 1e9})
	case vector.KindBytes:
		switch a.Type().SQL.OID {
		case sqltype.Bytea:
			a.Bytes(bytes.Repeat([]byte{byte(i), 0, 0xff}, stringSizes[i%len(stringSizes)]/3))
		case sqltype.JSON, sqltype.JSONB:
			a.Bytes(fmt.Appendf(nil, `{"n":%d,"s":"%s"}`, i, strings.Repeat("j", stringSizes[i%len(stringSizes)])))
		default:
			n := stringSizes[i%len(stringSizes)]
			s := strings.Repeat("é", n) + strings.Repeat("x", n) // 3n bytes; a cut of n bytes from the end
			a.Bytes([]byte(s[2*n:]))
		}
	}
}

// build makes a batch of n rows; nulls says which rows are NULL.
func build(t testing.TB, types []vector.Type, n int, nulls func(row int) bool) *vector.Batch {
	t.Helper()
	bld := vector.NewBuilder(types)
	for j, typ := range types {
		for i := range n {
			a := bld.Col(j)
			switch {
			case nulls(i + j):
				a.Null()
			case typ.Kind == vector.KindList:
				require.NoError(t, a.List(func(e *vector.Appender) error {
					for k := range i % 5 {
						if nulls(i + k) {
							e.Null()
						} else {
							put(e, i+k)
						}
					}
					return nil
				}))
			default:
				put(a, i)
			}
		}
	}
	return bld.Take()
}

func tableTypes(t testing.TB) (types []vector.Type, ddl string) {
	t.Helper()
	var cols []string
	add := func(s sqltype.Type) {
		name, err := duck.Type(s)
		require.NoError(t, err)
		types = append(types, vector.TypeOf(s))
		cols = append(cols, fmt.Sprintf("c%d %s", len(types), name))
	}
	for _, s := range scalarOIDs {
		add(s)
		a, ok := s.Array()
		require.True(t, ok)
		add(a)
	}
	return types, "CREATE TABLE hot.main.g1 (_offset BIGINT, " + strings.Join(cols, ", ") + ")"
}

func rowText(b *vector.Batch, i int) []string {
	row := make([]string, len(b.Cols))
	for j := range b.Cols {
		row[j] = string(appendNested(nil, &b.Cols[j], i))
		if b.Cols[j].Type.Kind == vector.KindBytes { // quoting depends on the backing
			row[j] = "NULL"
			if !b.Cols[j].IsNull(i) {
				row[j] = "=" + string(b.Cols[j].Bytes(i))
			}
		}
	}
	return row
}

// What is appended comes back, for every type and its array, whatever the NULLs, and once more from the batch that came back.
func TestAppendRoundTrip(t *testing.T) {
	types, ddl := tableTypes(t)
	for name, nulls := range map[string]func(int) bool{
		"none": func(int) bool { return false }, "some": func(i int) bool { return i%7 == 3 }, "first chunk": func(i int) bool { return i < 2048 && i%2 == 0 },
		"last": func(i int) bool { return i > 4090 }, "all": func(int) bool { return true },
	} {
		t.Run(name, func(t *testing.T) {
			db, _ := openTest(t, "")
			c := connect(t, db)
			exec(t, c, ddl)
			exec(t, c, strings.Replace(ddl, "g1", "g2", 1))
			const n = 4100 // two chunks and a bit, so that validity is cut within a word
			in := build(t, types, n, nulls)
			require.NoError(t, c.AppendOffset(context.Background(), HotDatabase, "g1", 42, in))

			// The second table is filled from DuckDB's own batches through another connection.
			other := connect(t, db)
			at := 0
			for pass, table := range []string{"g1", "g2"} {
				rows, err := c.Query(context.Background(), "SELECT * FROM hot."+table, nil)
				require.NoError(t, err)
				for at = 0; ; {
					out, err := rows.Next(context.Background())
					if err == io.EOF {
						break
					}
					require.NoError(t, err)
					shown := out.Clone()
					for i := range out.Len {
						got := rowText(shown, i)
						if want := append([]string{"42"}, rowText(in, at+i)...); !slices.Equal(want, got) {
							require.Equal(t, want, got, "row %d", at+i)
						}
					}
					at += out.Len
					if pass == 0 {
						require.NoError(t, other.Append(context.Background(), HotDatabase, "g2", out))
					}
				}
				require.Equal(t, n, at)
			}
		})
	}
}

func TestAppendStrings(t *testing.T) {
	db, _ := openTest(t, "")
	c := connect(t, db)
	exec(t, c, "CREATE TABLE hot.g1 (s VARCHAR, l VARCHAR[])")
	typ := vector.TypeOf(sqltype.Of(sqltype.Text))
	bld := vector.NewBuilder([]vector.Type{typ, vector.TypeOf(array(t, sqltype.Text))})
	sizes := []int{0, 1, 11, 12, 13, 255, 1 << 20}
	for i, n := range sizes {
		s := []byte(strings.Repeat(string(rune('a'+i)), n))
		bld.Col(0).Bytes(s)
		require.NoError(t, bld.Col(1).List(func(e *vector.Appender) error { e.Bytes(s); e.Null(); e.Bytes(s); return nil }))
	}
	require.NoError(t, c.Append(context.Background(), HotDatabase, "g1", bld.Take()))
	for i, row := range collect(t, c, "SELECT length(s), s = repeat(chr(97 + (rowid)::int), length(s)), l[1] = s AND l[2] IS NULL AND l[3] = s, len(l) FROM hot.g1 ORDER BY rowid") {
		require.Equal(t, []string{itoa(sizes[i]), "true", "true", "3"}, row)
	}

	// Text must be UTF-8; bytea need not. Nothing of a refused batch is kept.
	bld.Col(0).Bytes([]byte("fine"))
	bld.Col(1).Null()
	bld.Col(0).Bytes([]byte("\xff\xfe"))
	bld.Col(1).Null()
	err := c.Append(context.Background(), HotDatabase, "g1", bld.Take())
	require.Equal(t, "22021", pgerr.Code(err))
	require.Equal(t, [][]string{{itoa(len(sizes))}}, collect(t, c, "SELECT count(*) FROM hot.g1"))
}

// Lists longer than a vector, and lists that lie in the child in another order than the rows.
func TestAppendLongLists(t *testing.T) {
	db, _ := openTest(t, "")
	c := connect(t, db)
	exec(t, c, "CREATE TABLE hot.g1 (l INTEGER[])")
	typ := vector.TypeOf(array(t, sqltype.Int4))
	bld := vector.NewBuilder([]vector.Type{typ})
	for i := range 3000 {
		require.NoError(t, bld.Col(0).List(func(e *vector.Appender) error {
			for k := range 10 + 100000*(i/2999) {
				if k%9 == 8 {
					e.Null()
				} else {
					e.Int32(int32(i + k))
				}
			}
			return nil
		}))
	}
	batch := bld.Take()
	require.NoError(t, c.Append(context.Background(), HotDatabase, "g1", batch))
	require.Equal(t, [][]string{{"3000", "130000", "115889", "30002", "100010"}},
		collect(t, c, "SELECT count(*), sum(len(l)), sum(list_count(l)), sum(l[3]) - 4498500 + 24002, max(len(l)) FROM hot.g1"))

	lists := batch.Cols[0].Lists
	lists[0], lists[1] = lists[1], lists[0]
	exec(t, c, "DELETE FROM hot.g1")
	require.NoError(t, c.Append(context.Background(), HotDatabase, "g1", &vector.Batch{Len: 2, Cols: batch.Cols}))
	require.Equal(t, [][]string{{"1"}, {"0"}}, collect(t, c, "SELECT l[1] FROM hot.g1 ORDER BY rowid"))
}

// Appends that cannot be are errors, never a crash, and change nothing.
func TestAppendRefused(t *testing.T) {
	db, _ := openTest(t, "")
	c := connect(t, db)
	ctx := context.Background()
	exec(t, c, "CREATE TABLE hot.g1 (a INTEGER NOT NULL, b VARCHAR)")
	exec(t, c, "CREATE TABLE hot.tiny (a TINYINT)")
	exec(t, c, "CREATE TABLE hot.enum (a ENUM('x'))")
	exec(t, c, "CREATE TABLE hot.struct (a STRUCT(x INTEGER))")
	exec(t, c, "CREATE TABLE hot.stamp (a TIMESTAMP_NS)")
	exec(t, c, "CREATE TABLE hot.fixed (a INTEGER[2])")
	i4, tx, i2 := vector.TypeOf(sqltype.Of(sqltype.Int4)), vector.TypeOf(sqltype.Of(sqltype.Text)), vector.TypeOf(sqltype.Of(sqltype.Int2))
	ok := build(t, []vector.Type{i4, tx}, 3000, func(int) bool { return false })
	for name, tc := range map[string]struct {
		table string
		batch *vector.Batch
		code  string
	}{
		"no table":     {"nope", ok, "42P01"},
		"bad name":     {"g1\x00x", ok, "22021"},
		"columns":      {"g1", build(t, []vector.Type{i4}, 3, func(int) bool { return false }), "XX000"},
		"type":         {"g1", build(t, []vector.Type{tx, tx}, 3, func(int) bool { return false }), "42804"},
		"not null":     {"g1", build(t, []vector.Type{i4, tx}, 3000, func(i int) bool { return i == 2500 }), "23502"},
		"short column": {"g1", &vector.Batch{Len: 4000, Cols: ok.Cols}, "XX000"},
		"other layout": {"tiny", build(t, []vector.Type{i2}, 3, func(int) bool { return false }), "42804"},
		"enum":         {"enum", build(t, []vector.Type{tx}, 3, func(int) bool { return false }), "42804"},
		"struct":       {"struct", build(t, []vector.Type{tx}, 3, func(int) bool { return false }), "42804"},
		"timestamp_ns": {"stamp", build(t, []vector.Type{vector.TypeOf(sqltype.Of(sqltype.Timestamp))}, 3, func(int) bool { return false }), "42804"},
		"fixed array":  {"fixed", build(t, []vector.Type{vector.TypeOf(array(t, sqltype.Int4))}, 3, func(int) bool { return false }), "42804"},
		"short nulls":  {"g1", &vector.Batch{Len: 3000, Cols: []vector.Vector{{Type: i4, Int32s: make([]int32, 3000), Valid: []uint64{math.MaxUint64}}, ok.Cols[1]}}, "XX000"},
		"wild list":    {"list", &vector.Batch{Len: 1, Cols: []vector.Vector{{Type: vector.TypeOf(array(t, sqltype.Int4)), Lists: []vector.ListEntry{{Offset: 5, Length: 1 << 60}}, Child: &vector.Vector{Type: i4}}}}, "54000"},
		"childless":    {"list", &vector.Batch{Len: 1, Cols: []vector.Vector{{Type: vector.TypeOf(array(t, sqltype.Int4)), Lists: []vector.ListEntry{{Offset: 0, Length: 1}}}}}, "XX000"},
		"wild offsets": {"text", &vector.Batch{Len: 2, Cols: []vector.Vector{{Type: tx, Data: []byte("abc"), Offsets: []uint32{0, 9, 3}}}}, "XX000"},
	} {
		t.Run(name, func(t *testing.T) {
			exec(t, c, "CREATE OR REPLACE TABLE hot.list (a INTEGER[]); CREATE OR REPLACE TABLE hot.text (a VARCHAR)")
			err := c.AppendAll(ctx, []HotAppend{})
			require.NoError(t, err)
			err = c.Append(ctx, HotDatabase, tc.table, tc.batch)
			require.Error(t, err)
			require.Equal(t, tc.code, pgerr.Code(err), "%v", err)
			require.Equal(t, [][]string{{"0"}}, collect(t, c, "SELECT count(*) FROM hot.g1"))
		})
	}
	require.NoError(t, c.Append(ctx, HotDatabase, "g1", ok))

	// A failure in the second table takes the first with it.
	err := c.AppendAll(ctx, []HotAppend{{Table: "g1", Batch: ok}})
	require.Equal(t, "XX000", pgerr.Code(err)) // no offset column
	exec(t, c, "CREATE TABLE hot.o1 (_offset BIGINT, a INTEGER, b VARCHAR)")
	require.Error(t, c.AppendAll(ctx, []HotAppend{{Table: "o1", Offset: 1, Batch: ok}, {Table: "gone", Offset: 1, Batch: ok}}))
	require.Equal(t, [][]string{{"0"}}, collect(t, c, "SELECT count(*) FROM hot.o1"))
	require.NoError(t, c.AppendAll(ctx, []HotAppend{{Table: "o1", Offset: 7, Batch: ok}, {Table: "o1", Offset: 8, Batch: ok}}))
	require.Equal(t, [][]string{{"7", "3000"}, {"8", "3000"}}, collect(t, c, "SELECT _offset, count(*) FROM hot.o1 GROUP BY 1 ORDER BY 1"))
}

// Readers see whole transactions of AppendAll: as many rows in one table as in the other, and no offset in part.
func TestConcurrentReaders(t *testing.T) {
	db, _ := openTest(t, "")
	c := connect(t, db)
	exec(t, c, "CREATE TABLE hot.a (_offset BIGINT, x INTEGER); CREATE TABLE hot.b (_offset BIGINT, x INTEGER)")
	const commits, rowsEach = 60, 3000
	batch := build(t, []vector.Type{vector.TypeOf(sqltype.Of(sqltype.Int4))}, rowsEach, func(int) bool { return false })
	stop := make(chan struct{})
	var wg sync.WaitGroup
	errs := make(chan error, 4)
	for range 4 {
		r := connect(t, db)
		wg.Go(func() {
			for n := int64(0); ; {
				rows, err := r.Query(context.Background(), "SELECT (SELECT count(*) FROM hot.a), (SELECT count(*) FROM hot.b), (SELECT count(*) FROM (SELECT _offset FROM hot.a GROUP BY 1 HAVING count(*) <> 3000))", nil)
				if err != nil {
					errs <- err
					return
				}
				b, err := rows.Next(context.Background())
				if err != nil {
					errs <- err
					return
				}
				x, y, torn := b.Cols[0].Int64s[0], b.Cols[1].Int64s[0], b.Cols[2].Int64s[0]
				rows.Close()
				if x != y || x%rowsEach != 0 || torn != 0 || x < n {
					errs <- fmt.Errorf("saw %d and %d rows, %d torn commits, after %d", x, y, torn, n)
					return
				}
				n = x
				select {
				case <-stop:
					return
				default:
				}
			}
		})
	}
	for i := range commits {
		require.NoError(t, c.AppendAll(context.Background(), []HotAppend{{Table: "a", Offset: int64(i), Batch: batch}, {Table: "b", Offset: int64(i), Batch: batch}}))
	}
	close(stop)
	wg.Wait()
	close(errs)
	for err := range errs {
		require.NoError(t, err)
	}
}
