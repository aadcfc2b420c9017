package log

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgerrcode"
	"github.com/stretchr/testify/require"

	"github.com/miniodb/miniodb/catalog"
	"github.com/miniodb/miniodb/internal/pgerr"
	"github.com/miniodb/miniodb/internal/sqltype"
)

// created returns the entry that creates a table.
func created(t testing.TB, table *catalog.Table) *entry {
	meta, proto, err := describe(table, false)
	require.NoError(t, err)
	return &entry{info: commitInfo{Nonce: uuid.NewString()}, protocol: proto, meta: meta}
}

// What other programs write into our log does not hurt, and what we must not ignore is refused.
func TestTolerance(t *testing.T) {
	ctx := t.Context()
	base := `{"commitInfo":{"timestamp":1,"operation":"WRITE","operationMetrics":{"n":"1"}}}` + "\n"
	plain := `{"add":{"path":"a%20b","partitionValues":{},"size":5,"modificationTime":1,"dataChange":true}}`
	for name, c := range map[string]struct {
		entry, code, message string
		file                 *catalog.DataFile
	}{
		"unknown action and field": {base + `{"someday":{"x":1}}` + "\n" + `{"add":{"path":"p","size":1,"modificationTime":2,"baseRowId":7,"stats":"{\"numRecords\":3}"},"future":1}`, "", "",
			&catalog.DataFile{Path: "p", Size: 1, Rows: 3, Buckets: unknownBuckets, Dates: unknownDates, Level: 1, Time: time.UnixMilli(2).UTC()}},
		"nothing but a file": {plain, "", "", &catalog.DataFile{Path: "a b", Size: 5, Rows: -1, Buckets: unknownBuckets, Dates: unknownDates, Level: 1, Time: time.UnixMilli(1).UTC()}},
		"odd statistics and tags": {`{"add":{"path":"p","size":1,"modificationTime":1,"stats":"{]","tags":{"miniodb.level":"x","miniodb.dates":"9:1","miniodb.buckets":"?"}}}`, "", "",
			&catalog.DataFile{Path: "p", Size: 1, Rows: -1, Buckets: unknownBuckets, Dates: unknownDates, Level: 1, Time: time.UnixMilli(1).UTC()}},
		"txn of another program":   {`{"txn":{"appId":"spark-1","version":4}}`, "", "", nil},
		"another program's domain": {`{"domainMetadata":{"domain":"delta.x","configuration":"","removed":false}}`, "", "", nil},
		"newer reader":             {`{"protocol":{"minReaderVersion":4,"minWriterVersion":7}}`, pgerrcode.FeatureNotSupported, "reader version 4", nil},
		"unknown feature":          {`{"protocol":{"minReaderVersion":3,"minWriterVersion":7,"readerFeatures":["deletionVectors"],"writerFeatures":["deletionVectors"]}}`, pgerrcode.FeatureNotSupported, "[deletionVectors]", nil},
		"newer format":             {`{"domainMetadata":{"domain":"miniodb.format","configuration":"{\"version\":2}","removed":false}}`, pgerrcode.FeatureNotSupported, "the table log has format 2", nil},
		"partitioned":              {`{"metaData":{"id":"x","format":{"provider":"parquet"},"schemaString":"{}","partitionColumns":["a"],"configuration":{"miniodb.table":"{}"}}}`, pgerrcode.FeatureNotSupported, "partitioned", nil},
		"not ours":                 {`{"metaData":{"id":"x","format":{"provider":"parquet"},"schemaString":"{}","partitionColumns":[],"configuration":{}}}`, pgerrcode.FeatureNotSupported, "was not created by MiniODB", nil},
		"file elsewhere":           {`{"add":{"path":"s3://bucket/x","size":1}}`, pgerrcode.InternalError, "not in the table's directory", nil},
		"negative size":            {`{"add":{"path":"x","size":-1}}`, pgerrcode.InternalError, "damaged log entry, line 1", nil},
		"cut off":                  {`{"commitInfo":{"actions":3}}` + "\n" + plain, pgerrcode.InternalError, "2 lines of 3", nil},
		"empty":                    {" \n", pgerrcode.InternalError, "it is empty", nil},
	} {
		t.Run(name, func(t *testing.T) {
			x := newTables(t, newStore(t))
			table := newTable(sqltype.Of(sqltype.Int4))
			require.NoError(t, x.Create(ctx, table))
			require.NoError(t, x.store.Put(ctx, entryKey("db", table.UUID, 1), []byte(c.entry)))
			s, err := x.Rebuild(ctx, table.UUID)
			require.Equal(t, c.code, pgerr.Code(err), "%v", err)
			if c.code != "" {
				require.ErrorContains(t, err, c.message)
				return
			}
			require.EqualValues(t, 1, s.Version)
			if c.file != nil {
				require.Equal(t, []catalog.DataFile{*c.file}, s.Files)
			}
			_, err = x.Commit(ctx, table.UUID, addFile("l0/after"))
			require.NoError(t, err)
			requireConsistent(t, x, table.UUID)
		})
	}
}

func TestDescribe(t *testing.T) {
	for typ, want := range map[sqltype.Type]string{
		sqltype.Of(sqltype.Bool): "boolean", sqltype.Of(sqltype.Int2): "short", sqltype.Of(sqltype.Int4): "integer", sqltype.Of(sqltype.Int8): "long",
		sqltype.Of(sqltype.Float4): "float", sqltype.Of(sqltype.Float8): "double", sqltype.Of(sqltype.Numeric): "decimal(38,9)",
		sqltype.NumericOf(38, 38): "decimal(38,38)", sqltype.NumericOf(5, 0): "decimal(5,0)", sqltype.Of(sqltype.Text): "string",
		sqltype.VarcharOf(3): "string", sqltype.BpcharOf(3): "string", sqltype.Of(sqltype.Bytea): "binary", sqltype.Of(sqltype.Date): "date",
		sqltype.Of(sqltype.Time): "long", sqltype.Of(sqltype.Timestamp): "timestamp_ntz", sqltype.Of(sqltype.Timestamptz): "timestamp",
		sqltype.Of(sqltype.Interval): "string", sqltype.Of(sqltype.UUID): "string", sqltype.Of(sqltype.JSON): "string", sqltype.Of(sqltype.JSONB): "string",
	} {
		name, array, err := DeltaType(typ)
		require.NoError(t, err, typ)
		require.False(t, array)
		require.Equal(t, want, name, typ)
		if many, ok := typ.Array(); ok {
			name, array, err = DeltaType(many)
			require.NoError(t, err, many)
			require.True(t, array)
			require.Equal(t, want, name, many)
		}
	}
	for _, typ := range []sqltype.Type{sqltype.NumericOf(39, 0), sqltype.NumericOf(3, 4), sqltype.NumericOf(3, -1), sqltype.Of(sqltype.Record), sqltype.Of(sqltype.Unknown)} {
		_, _, err := DeltaType(typ)
		require.Equal(t, pgerrcode.FeatureNotSupported, pgerr.Code(err), typ)
	}

	table := newTable(sqltype.Of(sqltype.Int4), sqltype.Of(1115))
	meta, proto, err := describe(table, false)
	require.NoError(t, err)
	require.Equal(t, &protocol{3, 7, []string{"timestampNtz"}, []string{"domainMetadata", "timestampNtz"}}, proto)
	require.JSONEq(t, `{"type":"struct","fields":[
		{"name":"c1","type":"integer","nullable":true,"metadata":{"delta.columnMapping.id":1,"delta.columnMapping.physicalName":"c1","miniodb.type":"integer"}},
		{"name":"c2","type":{"type":"array","elementType":"timestamp_ntz","containsNull":true},"nullable":true,
			"metadata":{"delta.columnMapping.id":2,"delta.columnMapping.physicalName":"c2","miniodb.type":"timestamp without time zone[]"}}]}`, meta.SchemaString)
	require.NotContains(t, meta.Configuration, configMode)
	back, err := tableOf(meta)
	require.NoError(t, err)
	require.Equal(t, table, back)

	table.Columns[1].Name = "C1"
	_, _, err = describe(table, false)
	require.Equal(t, pgerrcode.DuplicateColumn, pgerr.Code(err))
	for _, name := range []string{"a b", "a,b", "a;b", "a{", "a}", "(a", "a)", "a=b", "a\tb", "a\nb", "\x01", ""} {
		table := newTable(sqltype.Of(sqltype.Int4))
		table.Columns[0].Name, table.Columns[0].PhysicalName = name, ""
		AssignPhysicalNames(table, true)
		require.True(t, strings.HasPrefix(table.Columns[0].PhysicalName, "col-"), "%q", name)
		meta, proto, err := describe(table, false)
		require.NoError(t, err)
		require.Equal(t, "name", meta.Configuration[configMode])
		require.Equal(t, 3, proto.MinReader)
	}
}

// Bounds survive the log without getting tighter.
func TestBounds(t *testing.T) {
	ts, tz := sqltype.Of(sqltype.Timestamp), sqltype.Of(sqltype.Timestamptz)
	text, num := sqltype.Of(sqltype.Text), sqltype.Of(sqltype.Numeric)
	none := "<none>"
	long := strings.Repeat("é", 31)
	for _, c := range []struct {
		typ          sqltype.Type
		value        string
		jsonMin, min string
		jsonMax, max string
	}{
		{sqltype.Of(sqltype.Int8), "9223372036854775807", "9223372036854775807", "9223372036854775807", "9223372036854775807", "9223372036854775807"},
		{num, "-12345678901234567890123456789.123456789", "-12345678901234567890123456789.123456789", "-12345678901234567890123456789.123456789", "-12345678901234567890123456789.123456789", "-12345678901234567890123456789.123456789"},
		{num, "NaN", none, none, none, none},
		{sqltype.Of(sqltype.Float8), "1e+20", "1e+20", "1e+20", "1e+20", "1e+20"},
		{sqltype.Of(sqltype.Float8), "Infinity", none, none, none, none},
		{sqltype.Of(sqltype.Float8), "-Infinity", none, none, none, none},
		{sqltype.Of(sqltype.Date), "2024-02-29", `"2024-02-29"`, "2024-02-29", `"2024-02-29"`, "2024-02-29"},
		{sqltype.Of(sqltype.Date), "0044-03-15 BC", none, none, none, none},
		{sqltype.Of(sqltype.Date), "infinity", none, none, none, none},
		{ts, "2024-01-02 03:04:05", `"2024-01-02T03:04:05.000"`, "2024-01-02 03:04:05", `"2024-01-02T03:04:05.000"`, "2024-01-02 03:04:05.001"},
		{ts, "2024-01-02 03:04:05.123456", `"2024-01-02T03:04:05.123"`, "2024-01-02 03:04:05.123", `"2024-01-02T03:04:05.124"`, "2024-01-02 03:04:05.125"},
		{ts, "9999-12-31 23:59:59.9995", `"9999-12-31T23:59:59.999"`, "9999-12-31 23:59:59.999", none, none},
		{ts, "10000-01-01 00:00:00", none, none, none, none},
		{tz, "2024-01-02 03:04:05.5+00", `"2024-01-02T03:04:05.500Z"`, "2024-01-02 03:04:05.5+00", `"2024-01-02T03:04:05.500Z"`, "2024-01-02 03:04:05.501+00"},
		{tz, "2024-01-02 03:04:05+05:30", `"2024-01-01T21:34:05.000Z"`, "2024-01-01 21:34:05+00", `"2024-01-01T21:34:05.000Z"`, "2024-01-01 21:34:05.001+00"},
		{sqltype.Of(sqltype.Time), "23:59:59.999999", "86399999999", "23:59:59.999999", "86399999999", "23:59:59.999999"},
		{sqltype.Of(sqltype.Time), "24:00:00", "86400000000", "24:00:00", "86400000000", "24:00:00"},
		{text, `a"<b` + "\n", `"a\"<b\n"`, `a"<b` + "\n", `"a\"<b\n"`, `a"<b` + "\n"},
		{text, long + "x", `"` + long + `x"`, long + "x", `"` + long + `x"`, long + "x"},
		{text, long + "xy", `"` + long + `x"`, long + "x", `"` + long + `y"`, long + "y"},
		{text, strings.Repeat("\U0010FFFF", 33), `"` + strings.Repeat("\U0010FFFF", 32) + `"`, strings.Repeat("\U0010FFFF", 32), none, none},
		{text, long + "\uD7FFz", `"` + long + "\uD7FF\"", long + "\uD7FF", `"` + long + "\uE000\"", long + "\uE000"},
		{text, "\xff", none, none, none, none},
		{sqltype.Of(sqltype.UUID), "00000000-0000-0000-0000-00000000000f", `"00000000-0000-0000-0000-00000000000f"`, "00000000-0000-0000-0000-00000000000f", `"00000000-0000-0000-0000-00000000000f"`, "00000000-0000-0000-0000-00000000000f"},
		{sqltype.Of(sqltype.UUID), "x", none, none, none, none},
		{sqltype.Of(sqltype.Interval), "1 day", none, none, none, none},
		{sqltype.Of(sqltype.JSONB), "1", none, none, none, none},
		{sqltype.Of(sqltype.Bytea), `\x00`, none, none, none, none},
		{sqltype.Of(sqltype.Bool), "t", none, none, none, none},
		{sqltype.Of(1007), "{1}", none, none, none, none},
	} {
		for upper, want := range map[bool][2]string{false: {c.jsonMin, c.min}, true: {c.jsonMax, c.max}} {
			raw := encodeBound(c.typ, c.value, upper)
			if want[0] == none {
				require.Nil(t, raw, "%s %q upper %v", c.typ, c.value, upper)
				continue
			}
			require.Equal(t, want[0], string(raw), "%s %q upper %v", c.typ, c.value, upper)
			got := decodeBound(c.typ, raw, upper)
			require.NotNil(t, got)
			require.Equal(t, want[1], *got, "%s %q upper %v", c.typ, c.value, upper)
		}
	}
	for _, odd := range []string{`null`, `{}`, `"x"`, `tru`, ``, `1e999`, `"9999-12-31T23:59:59.999"`} {
		require.Nil(t, decodeBound(sqltype.Of(sqltype.Int8), json.RawMessage(odd), true), odd)
		require.Nil(t, decodeBound(ts, json.RawMessage(odd), true), odd)
	}
}

// Any bytes are decoded or refused; what is decoded and applied leads to the same state after encoding it again.
func FuzzEntry(f *testing.F) {
	table := newTable(sqltype.Of(sqltype.Int8), sqltype.Of(sqltype.Timestamptz), sqltype.Of(sqltype.Text))
	first := created(f, table)
	data, err := first.encode()
	require.NoError(f, err)
	f.Add(data)
	base, _, err := advance(nil, 0, first)
	require.NoError(f, err)
	file := dataFile("l0/ä b", 3)
	file.Stats = map[int32]catalog.ColumnStats{1: {Min: ptr("1"), Max: ptr("2")}, 2: {Min: ptr("2024-01-01 00:00:00+00"), NullCount: 2}, 3: {Max: ptr("x")}}
	change := Change{Adds: []catalog.DataFile{file}, Checkpoints: map[uuid.UUID]int64{uuid.New(): 5}}
	e, err := change.entry(base, uuid.New(), "n", false, nil, time.UnixMilli(0))
	require.NoError(f, err)
	data, err = e.encode()
	require.NoError(f, err)
	f.Add(data)
	f.Add([]byte(`{"remove":{"path":"x"}}` + "\n\n" + `{"unknown":1}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		e, err := decodeEntry(data)
		if err != nil {
			return
		}
		for _, s := range []*catalog.Snapshot{nil, base} {
			next, _, err := advance(s, 1, e)
			if err != nil {
				continue
			}
			again, err := e.encode()
			require.NoError(t, err)
			decoded, err := decodeEntry(again)
			require.NoError(t, err)
			same, _, err := advance(s, 1, decoded)
			require.NoError(t, err)
			require.Equal(t, next, same)
		}
	})
}

func FuzzCatalogEntry(f *testing.F) {
	e := &catalogEntry{Format: 1, Version: 0, Nonce: uuid.New(), Ops: []catalog.Op{{PutTable: newTable(sqltype.Of(sqltype.Int4))}, {DropSchema: "x"}}}
	data, err := e.encode()
	require.NoError(f, err)
	f.Add(data)
	f.Fuzz(func(t *testing.T, data []byte) {
		e, err := decodeCatalogEntry(data)
		if err != nil {
			return
		}
		d, err := e.apply(catalog.NewDatabase())
		if err != nil {
			return
		}
		_, err = json.Marshal(d)
		require.NoError(t, err)
	})
}
