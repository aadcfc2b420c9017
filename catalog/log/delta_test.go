package log

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/parquet-go/parquet-go"
	"github.com/stretchr/testify/require"

	"github.com/miniodb/miniodb/catalog"
	"github.com/miniodb/miniodb/internal/sqltype"
)

// row has one column of each storage type.
type row struct {
	ID      int64     `parquet:"id,id(1)"`
	Name    *string   `parquet:"name,optional,id(2)"`
	Amount  int64     `parquet:"amount,decimal(2:12),id(3)"`
	Day     int32     `parquet:"day,date,id(4)"`
	At      time.Time `parquet:"at,timestamp(microsecond:utc),id(5)"`
	Local   int64     `parquet:"local,timestamp(microsecond:local),id(6)"`
	Clock   int64     `parquet:"clock,id(7)"`
	Token   string    `parquet:"token,id(8)"`
	Doc     string    `parquet:"doc,id(9)"`
	Numbers []int32   `parquet:"numbers,list,id(10)"`
	Flag    bool      `parquet:"flag,id(11)"`
	Ratio   float32   `parquet:"ratio,id(12)"`
	Small   int32     `parquet:"small,int(16),id(13)"`
	Blob    []byte    `parquet:"blob,id(14)"`
}

// rowTable is the table whose files hold rows.
func rowTable() *catalog.Table {
	t := newTable(
		sqltype.Of(sqltype.Int8), sqltype.VarcharOf(100), sqltype.NumericOf(12, 2), sqltype.Of(sqltype.Date), sqltype.Of(sqltype.Timestamptz),
		sqltype.Of(sqltype.Timestamp), sqltype.Of(sqltype.Time), sqltype.Of(sqltype.UUID), sqltype.Of(sqltype.JSONB),
		sqltype.Of(1007), sqltype.Of(sqltype.Bool), sqltype.Of(sqltype.Float4), sqltype.Of(sqltype.Int2), sqltype.Of(sqltype.Bytea),
	)
	names := []string{"id", "name", "amount", "day", "at", "local", "clock", "token", "doc", "numbers", "flag", "ratio", "small", "blob"}
	for i := range t.Columns {
		t.Columns[i].Name, t.Columns[i].PhysicalName = names[i], names[i]
	}
	t.Columns[0].NotNull = true
	return t
}

var base = time.Date(2024, 3, 1, 10, 0, 0, 0, time.UTC)

func rowOf(id int64) row {
	name := strings.Repeat("long name ", 5) + fmt.Sprint(id) // more characters than statistics keep
	at := base.Add(time.Duration(id) * 1234567 * time.Microsecond)
	r := row{
		ID: id, Name: &name, Amount: id * 101, Day: int32(19000 + id), At: at, Local: at.UnixMicro(), Clock: id * 1_000_001,
		Token: uuid.NewSHA1(uuid.Nil, []byte{byte(id)}).String(), Doc: fmt.Sprintf(`{"n": %d}`, id), Numbers: []int32{int32(id), 7},
		Flag: id%2 == 0, Ratio: float32(id) / 4, Small: int32(id), Blob: []byte{0, byte(id)},
	}
	if id%5 == 0 {
		r.Name = nil
	}
	return r
}

// writeRows writes a data file with the rows first to last and describes it, statistics as the text PostgreSQL prints.
func writeRows(t *testing.T, x *Tables, id uuid.UUID, path string, first, last int64) catalog.DataFile {
	var rows []row
	var nulls int64
	for i := first; i <= last; i++ {
		rows = append(rows, rowOf(i))
		if i%5 == 0 {
			nulls++
		}
	}
	source := filepath.Join(t.TempDir(), "rows.parquet")
	require.NoError(t, parquet.WriteFile(source, rows))
	info, err := os.Stat(source)
	require.NoError(t, err)
	require.NoError(t, x.store.PutFile(t.Context(), x.DataKey(id, path), source))
	f := dataFile(path, int64(len(rows)))
	f.Size = info.Size()
	bounds := func(text func(row) string, nulls int64) catalog.ColumnStats {
		low, high := text(rowOf(first)), text(rowOf(last))
		return catalog.ColumnStats{Min: &low, Max: &high, NullCount: nulls}
	}
	names := catalog.ColumnStats{Min: ptr("long"), Max: ptr(strings.Repeat("long name ", 5) + "99"), NullCount: nulls}
	f.Stats = map[int32]catalog.ColumnStats{
		1:  bounds(func(r row) string { return fmt.Sprint(r.ID) }, 0),
		2:  names,
		3:  bounds(func(r row) string { return fmt.Sprintf("%d.%02d", r.Amount/100, r.Amount%100) }, 0),
		4:  bounds(func(r row) string { return time.Unix(int64(r.Day)*86400, 0).UTC().Format(dateLayout) }, 0),
		5:  bounds(func(r row) string { return r.At.UTC().Format(pgLayout) + "+00" }, 0),
		6:  bounds(func(r row) string { return time.UnixMicro(r.Local).UTC().Format(pgLayout) }, 0),
		7:  bounds(func(r row) string { return formatClock(r.Clock) }, 0),
		9:  {NullCount: 0},
		12: bounds(func(r row) string { return fmt.Sprint(r.Ratio) }, 0),
		13: bounds(func(r row) string { return fmt.Sprint(r.Small) }, 0),
	}
	return f
}

type readVersion struct {
	Version int64
	Columns [][]any
	Rows    [][]*string
}

type readResult struct {
	Versions     []readVersion
	Operations   []string
	Counts       []int
	Transactions map[string]int64
}

// deltalake reads a table with the Python package of that name, from where `make deps` puts it or the system's.
func deltalake(t *testing.T, x *Tables, id uuid.UUID, first int, apps []uuid.UUID, filters ...string) (r readResult, stderr string, err error) {
	python, err := filepath.Abs("../../testdata/cache/venv/bin/python")
	require.NoError(t, err)
	if _, err := os.Stat(python); err != nil {
		python = "python3"
	}
	if err := exec.CommandContext(t.Context(), python, "-c", "import deltalake, pyarrow").Run(); err != nil {
		t.Fatalf("%s has no deltalake and pyarrow: run `make deps`", python)
	}
	path, release, lerr := x.store.Local(t.Context(), entryKey(x.prefix, id, int64(first)))
	require.NoError(t, lerr)
	release()
	dir := filepath.Dir(filepath.Dir(path))
	args := append([]string{"../../testdata/deltalake/read.py", dir, strconv.Itoa(first)}, filters...)
	cmd := exec.CommandContext(t.Context(), python, args...)
	stdin, jerr := json.Marshal(apps)
	require.NoError(t, jerr)
	var errs bytes.Buffer
	cmd.Stdin, cmd.Stderr = bytes.NewReader(stdin), &errs
	out, err := cmd.Output()
	if err == nil {
		require.NoError(t, json.Unmarshal(out, &r))
	}
	return r, errs.String(), err
}

// An independent reader sees the schema and the rows of every version, and loses none to statistics.
func TestDeltaLakeReads(t *testing.T) {
	ctx := t.Context()
	x := newTables(t, newStore(t))
	table := rowTable()
	id := table.UUID
	require.NoError(t, x.Create(ctx, table))
	stream := uuid.New()
	commit := func(c *Change) {
		_, err := x.Commit(ctx, id, func(*catalog.Snapshot) (*Change, error) { return c, nil })
		require.NoError(t, err)
	}
	a := writeRows(t, x, id, "l0/a.parquet", 1, 40)
	b := writeRows(t, x, id, "l0/b.parquet", 41, 80)
	commit(&Change{Operation: "WRITE", Adds: []catalog.DataFile{a}, Checkpoints: map[uuid.UUID]int64{stream: 40}, DataChange: true})
	commit(&Change{Operation: "WRITE", Adds: []catalog.DataFile{b}, Checkpoints: map[uuid.UUID]int64{stream: 80}, DataChange: true})
	c := writeRows(t, x, id, "3/2024-03-01/c.parquet", 1, 80)
	commit(&Change{Operation: "OPTIMIZE", Adds: []catalog.DataFile{c}, Removes: []string{a.Path, b.Path}})
	d := writeRows(t, x, id, "l0/d e.parquet", 81, 90) // a path that must be escaped in the log
	commit(&Change{Operation: "WRITE", Adds: []catalog.DataFile{d}, Checkpoints: map[uuid.UUID]int64{stream: 90}, DataChange: true})

	r, stderr, err := deltalake(t, x, id, 0, []uuid.UUID{stream},
		"id:int64:eq:80", "id:int64:ge:80", "id:int64:gt:90",
		"name:string:eq:"+*rowOf(49).Name, "name:string:ge:long name long name long name lo",
		fmt.Sprintf("at:timestamp:eq:%d", rowOf(80).At.UnixMicro()), fmt.Sprintf("at:timestamp:eq:%d", rowOf(81).At.UnixMicro()),
		fmt.Sprintf("local:timestamp_ntz:ge:%d", rowOf(90).Local), fmt.Sprintf("clock:int64:le:%d", rowOf(1).Clock))
	require.NoError(t, err, stderr)
	require.Equal(t, []int{1, 11, 0, 1, 72, 1, 1, 1, 1}, r.Counts)
	require.Equal(t, map[string]int64{stream.String(): 90}, r.Transactions)

	want := []int{0, 40, 80, 80, 90}
	require.Len(t, r.Versions, len(want))
	for v, rows := range want {
		require.EqualValues(t, v, r.Versions[v].Version)
		require.Len(t, r.Versions[v].Rows, rows, "version %d", v)
		require.Equal(t, [][]any{
			{"id", `PrimitiveType("long")`, false}, {"name", `PrimitiveType("string")`, true},
			{"amount", `PrimitiveType("decimal(12,2)")`, true}, {"day", `PrimitiveType("date")`, true},
			{"at", `PrimitiveType("timestamp")`, true}, {"local", `PrimitiveType("timestamp_ntz")`, true},
			{"clock", `PrimitiveType("long")`, true}, {"token", `PrimitiveType("string")`, true}, {"doc", `PrimitiveType("string")`, true},
			{"numbers", `ArrayType(PrimitiveType("integer"), contains_null=True)`, true}, {"flag", `PrimitiveType("boolean")`, true},
			{"ratio", `PrimitiveType("float")`, true}, {"small", `PrimitiveType("short")`, true}, {"blob", `PrimitiveType("binary")`, true},
		}, r.Versions[v].Columns)
	}
	require.Equal(t, []string{"CREATE TABLE", "WRITE", "WRITE", "OPTIMIZE", "WRITE"}, r.Operations)
	for _, got := range r.Versions[4].Rows {
		if *got[0] != "7" {
			continue
		}
		var text []string
		for _, v := range got {
			text = append(text, *v)
		}
		require.Equal(t, []string{
			"7", *rowOf(7).Name, "7.07", "2022-01-15", "2024-03-01 10:00:08.641969+00:00", "2024-03-01 10:00:08.641969", "7000007",
			rowOf(7).Token, `{"n": 7}`, "[7, 7]", "False", "1.75", "7", `b'\x00\x07'`,
		}, text)
	}
}

// Names that need column mapping: a reader that cannot map refuses the table instead of reading NULLs.
func TestDeltaLakeRefusesMapping(t *testing.T) {
	x := newTables(t, newStore(t))
	table := newTable(sqltype.Of(sqltype.Int8), sqltype.Of(sqltype.Text))
	table.Columns[1].Name, table.Columns[1].PhysicalName = "two words", ""
	AssignPhysicalNames(table, true)
	require.Regexp(t, `^col-[0-9a-f-]{36}$`, table.Columns[1].PhysicalName)
	require.NoError(t, x.Create(t.Context(), table))
	_, stderr, err := deltalake(t, x, table.UUID, 0, nil)
	require.Error(t, err)
	require.Contains(t, stderr, "columnMapping")
}
