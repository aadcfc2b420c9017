package e2e_test

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/miniodb/miniodb/internal/testserver"
)

// deltaScript opens a table in every version with the Python package deltalake, which shares no code with MiniODB.
const deltaScript = `
import os, sys, json, deltalake
table, options = sys.argv[1], json.loads(sys.argv[2])
last = deltalake.DeltaTable(table, storage_options=options).version()
out = []
for v in range(last + 1):
    dt = deltalake.DeltaTable(table, version=v, storage_options=options)
    data = dt.to_pyarrow_table()
    ids = data.column("id").to_pylist() if data.num_rows else []
    out.append({
        "version": v, "rows": data.num_rows, "ids": sum(ids), "distinct": len(set(ids)),
        "schema": [[f.name, str(f.type)] for f in data.schema],
        "first": [None if x is None else str(x) for x in sorted(data.to_pylist(), key=lambda r: r["id"])[0].values()] if data.num_rows else [],
    })
json.dump(out, sys.stdout)
sys.stdout.flush()
os._exit(0) # the libraries' threads may not survive an orderly end
`

type deltaVersion struct {
	Version  int
	Rows     int
	IDs      int
	Distinct int
	Schema   [][]string
	First    []*string
}

// TestDeltaReaderSeesEveryVersion flushes a table several times and reads each version with an independent Delta reader.
func TestDeltaReaderSeesEveryVersion(t *testing.T) {
	s := testserver.Start(t, bin, t.TempDir())
	d := connect(t, s.DSN())
	d.rows(`CREATE TABLE t (id bigint, small smallint, num integer, r real, f double precision, n numeric(12,3), ok boolean, note text,
		bin bytea, day date, at timestamp, atz timestamptz, tags text[]) WITH (flush_interval = '1h', buffer_size = 1000000)`)
	var want []int // rows after each flush
	for flush := 1; flush <= 4; flush++ {
		for batch := range 3 {
			low := (flush-1)*3000 + batch*1000 + 1
			d.rows(fmt.Sprintf(`INSERT INTO t SELECT i, (i %% 100)::smallint, i::integer, 0.5, i / 4.0::double precision, 1.125, i %% 2 = 0, 'note ' || i, '\x00ff'::bytea,
				date '2024-02-29', timestamp '2024-02-29 12:34:56.789', timestamptz '2024-02-29 12:34:56+02', ARRAY['a', 'b'] FROM generate_series(%d, %d) AS g(i)`, low, low+999))
		}
		d.rows("CALL flush_table('t')")
		want = append(want, flush*3000)
	}
	url, options := deltaTable(t, s.Dir)
	cmd := exec.CommandContext(t.Context(), python, "-c", deltaScript, url, options)
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	require.NoError(t, err)
	var versions []deltaVersion
	require.NoError(t, json.Unmarshal(out, &versions))
	schema := [][]string{{"id", "int64"}, {"small", "int16"}, {"num", "int32"}, {"r", "float"}, {"f", "double"}, {"n", "decimal128(12, 3)"},
		{"ok", "bool"}, {"note", "string"}, {"bin", "binary"}, {"day", "date32[day]"}, {"at", "timestamp[us]"}, {"atz", "timestamp[us, tz=UTC]"},
		{"tags", "list<element: string>"}}
	seen := map[int]bool{0: true}
	for _, v := range versions {
		require.Equal(t, schema, v.Schema, "version %d", v.Version)
		require.Equal(t, v.Rows, v.Distinct, "version %d", v.Version)
		require.Equal(t, v.Rows*(v.Rows+1)/2, v.IDs, "version %d is a prefix of what was written", v.Version)
		seen[v.Rows] = true
	}
	for _, rows := range want {
		require.True(t, seen[rows], "no version with %d rows", rows)
	}
	last := versions[len(versions)-1]
	require.Equal(t, 12000, last.Rows)
	text := []string{}
	for _, c := range last.First {
		require.NotNil(t, c)
		text = append(text, *c)
	}
	require.Equal(t, []string{"1", "1", "1", "0.5", "0.25", "1.125", "False", "note 1", `b'\x00\xff'`, "2024-02-29", "2024-02-29 12:34:56.789000",
		"2024-02-29 10:34:56+00:00", "['a', 'b']"}, text)
}
