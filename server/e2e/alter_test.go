package e2e_test

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/stretchr/testify/require"

	"github.com/miniodb/miniodb/internal/testserver"
)

// TestKillNineDuringAlter kills the server at random moments while one client alters a table and others insert, with rows in the write-ahead log that
// are older than the columns. After each restart every acknowledged row is there once, a column is there or not, with its value in all rows that are older.
func TestKillNineDuringAlter(t *testing.T) {
	const rounds, writers = 8, 2
	rng := seeded(t)
	dir := t.TempDir()
	flags := []string{"--buffer.flush-interval", "400ms", "--wal.segment-size", "1MB"}
	s := testserver.Start(t, bin, dir, flags...)
	connect(t, s.DSN()).rows("CREATE TABLE t (id bigint, n smallint)")
	acked := make([]map[int]bool, writers)
	for w := range acked {
		acked[w] = map[int]bool{}
	}
	altered := 0
	for round := range rounds {
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		done := make(chan struct{}, writers+1)
		for w := range writers {
			conn, err := pgconn.Connect(ctx, s.DSN())
			require.NoError(t, err)
			go func() {
				defer func() { done <- struct{}{} }()
				defer conn.Close(ctx)
				for i := 0; ctx.Err() == nil; i++ {
					id := (round*writers+w)*1_000_000 + i
					_, err := conn.Exec(ctx, fmt.Sprintf("INSERT INTO t (id, n) VALUES (%d, 1)", id)).ReadAll()
					if err == nil {
						acked[w][id] = true
					} else if code(err) == "" || code(err) == "08007" || code(err)[:2] == "57" {
						return
					}
				}
			}()
		}
		ddl, err := pgconn.Connect(ctx, s.DSN())
		require.NoError(t, err)
		go func() {
			defer func() { done <- struct{}{} }()
			defer ddl.Close(ctx)
			for i := 0; ctx.Err() == nil; i++ {
				for _, q := range []string{
					fmt.Sprintf("ALTER TABLE t ADD COLUMN c%d_%d int DEFAULT 7", round, i),
					fmt.Sprintf("BEGIN; ALTER TABLE t RENAME n TO m; INSERT INTO t (id, m) VALUES (%d, 1); ALTER TABLE t RENAME m TO n; COMMIT", -(round*100_000+i)-1),
					fmt.Sprintf("ALTER TABLE t DROP COLUMN c%d_%d", round, i),
					"ALTER TABLE t ADD COLUMN IF NOT EXISTS kept text DEFAULT 'kept'",
					"ALTER TABLE t ALTER n TYPE integer",
				} {
					if _, err := ddl.Exec(ctx, q).ReadAll(); err != nil {
						return
					}
					altered++
				}
			}
		}()
		<-time.After(time.Duration(50+rng.IntN(1200)) * time.Millisecond) // the random moment itself
		s.Kill()
		for range writers + 1 {
			<-done
		}
		cancel()
		s = testserver.Start(t, bin, dir, flags...)
		d := connect(t, s.DSN())
		seen := map[string]bool{}
		for _, row := range d.rows("SELECT id, n, count(*) FROM t GROUP BY id, n") {
			require.Equal(t, []string{"1", "1"}, row[1:], "row %s", row[0])
			seen[row[0]] = true
		}
		for w := range acked {
			for id := range acked[w] {
				require.True(t, seen[strconv.Itoa(id)], "acknowledged row %d is lost", id)
			}
		}
		if rows, err := d.try("SELECT count(*), count(kept) FROM t"); err == nil {
			require.Equal(t, rows[0][0], rows[0][1], "rows without the default")
		}
		for _, table := range d.rows("SELECT * FROM t LIMIT 1") {
			require.LessOrEqual(t, len(table), 4, "columns that were dropped, but for one")
		}
		for _, q := range []string{"m"} {
			require.Equal(t, "42703", d.fails("SELECT "+q+" FROM t", "42703").Code)
		}
		for i := range 5000 { // at most one added column is left over
			name := fmt.Sprintf("c%d_%d", round, i)
			rows, err := d.try("SELECT count(*), count(" + name + "), min(" + name + "), max(" + name + ") FROM t WHERE id >= 0 AND id / 2000000 < " + strconv.Itoa(round))
			if err != nil {
				if i > altered {
					break
				}
				continue
			}
			require.Equal(t, rows[0][0], rows[0][1], "old rows have the default")
			d.rows("ALTER TABLE t DROP COLUMN " + name)
			break
		}
	}
	t.Logf("%d changes, %d and %d rows", altered, len(acked[0]), len(acked[1]))
	require.Positive(t, altered)
	s.Stop(t)
	status, out, errs := testserver.Command(t, bin, append([]string{"check"}, testserver.Args(t, dir)...)...)
	require.Zero(t, status, out+errs)
}

// schemaScript prints the columns and rows of the newest version of a table as the Python package deltalake reads it.
const schemaScript = `
import os, sys, json, deltalake
dt = deltalake.DeltaTable(sys.argv[1], storage_options=json.loads(sys.argv[2]))
try:
    data = dt.to_pyarrow_table()
except Exception:
    from deltalake import QueryBuilder
    import pyarrow
    data = pyarrow.table(QueryBuilder().register("t", dt).execute("SELECT * FROM t").read_all())
rows = sorted(([None if x is None else str(x) for x in r.values()] for r in data.to_pylist()), key=lambda r: r[0] or "")
json.dump({"schema": [[f.name, str(f.type).replace("string_view", "string")] for f in data.schema], "rows": rows}, sys.stdout)
sys.stdout.flush()
os._exit(0) # the libraries' threads may not survive an orderly end
`

// TestDeltaReaderFollowsAlter reads a table with an independent Delta reader after each change of its columns.
func TestDeltaReaderFollowsAlter(t *testing.T) {
	s := testserver.Start(t, bin, t.TempDir())
	d := connect(t, s.DSN())
	d.rows("CREATE TABLE t (id integer, b text, n numeric(6,2)) WITH (flush_interval = '1h')")
	d.rows("INSERT INTO t VALUES (1, 'one', 1.5)")
	d.rows("CALL flush_table('t')")
	url, options := deltaTable(t, s.Dir)
	read := func() (out struct {
		Schema [][]string
		Rows   [][]*string
	}) {
		t.Helper()
		cmd := exec.CommandContext(t.Context(), python, "-c", schemaScript, url, options)
		cmd.Stderr = os.Stderr
		text, err := cmd.Output()
		require.NoError(t, err)
		require.NoError(t, json.Unmarshal(text, &out))
		return out
	}
	check := func(schema [][]string, rows ...[]string) {
		t.Helper()
		got := read()
		require.Equal(t, schema, got.Schema)
		text := [][]string{}
		for _, r := range got.Rows {
			var line []string
			for _, c := range r {
				if c == nil {
					line = append(line, "NULL")
				} else {
					line = append(line, *c)
				}
			}
			text = append(text, line)
		}
		require.Equal(t, rows, text)
	}
	check([][]string{{"id", "int32"}, {"b", "string"}, {"n", "decimal128(6, 2)"}}, []string{"1", "one", "1.50"})
	d.rows("ALTER TABLE t ADD COLUMN c integer; INSERT INTO t VALUES (2, 'two', 2.5, 20)")
	d.rows("CALL flush_table('t')")
	check([][]string{{"id", "int32"}, {"b", "string"}, {"n", "decimal128(6, 2)"}, {"c", "int32"}}, []string{"1", "one", "1.50", "NULL"}, []string{"2", "two", "2.50", "20"})
	d.rows("ALTER TABLE t ALTER id TYPE bigint, ALTER n TYPE numeric(20,2); INSERT INTO t VALUES (3, 'three', 3.5, 30)")
	d.rows("CALL flush_table('t')")
	check([][]string{{"id", "int64"}, {"b", "string"}, {"n", "decimal128(20, 2)"}, {"c", "int32"}},
		[]string{"1", "one", "1.50", "NULL"}, []string{"2", "two", "2.50", "20"}, []string{"3", "three", "3.50", "30"})
	d.rows("ALTER TABLE t RENAME b TO label; INSERT INTO t VALUES (4, 'four', 4.5, 40)")
	d.rows("CALL flush_table('t')")
	check([][]string{{"id", "int64"}, {"label", "string"}, {"n", "decimal128(20, 2)"}, {"c", "int32"}},
		[]string{"1", "one", "1.50", "NULL"}, []string{"2", "two", "2.50", "20"}, []string{"3", "three", "3.50", "30"}, []string{"4", "four", "4.50", "40"})
	d.rows("ALTER TABLE t DROP COLUMN c; ALTER TABLE t ADD COLUMN c text; INSERT INTO t VALUES (5, 'five', 5.5, 'c')")
	d.rows("CALL flush_table('t')")
	check([][]string{{"id", "int64"}, {"label", "string"}, {"n", "decimal128(20, 2)"}, {"c", "string"}},
		[]string{"1", "one", "1.50", "NULL"}, []string{"2", "two", "2.50", "NULL"}, []string{"3", "three", "3.50", "NULL"}, []string{"4", "four", "4.50", "NULL"}, []string{"5", "five", "5.50", "c"})
}
