package e2e_test

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/miniodb/miniodb/internal/testredis"
	"github.com/miniodb/miniodb/internal/testserver"
)

// prefixScript opens, a number of times, the newest version of a table and returns its rows by writer.
const prefixScript = `
import os, sys, json, deltalake
out = []
for _ in range(int(sys.argv[3])):
    dt = deltalake.DeltaTable(sys.argv[1], storage_options=json.loads(sys.argv[2]))
    writers = {}
    for w, seq in zip(*[dt.to_pyarrow_table(columns=["w", "seq"]).column(c).to_pylist() for c in ("w", "seq")]):
        writers.setdefault(w, []).append(seq)
    out.append({"version": dt.version(), "writers": {w: [len(s), len(set(s)), max(s)] for w, s in writers.items()}})
json.dump(out, sys.stdout)
sys.stdout.flush()
os._exit(0) # the libraries' threads may not survive an orderly end
`

// TestDeltaReaderBesideWriters opens a table in MinIO with an independent Delta reader while clients write to it: every version holds the first rows of
// each writer, without a gap.
func TestDeltaReaderBesideWriters(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	s := r.start(t.TempDir())
	d := connect(t, s.DSN())
	l := r.run(s, "t", often)
	require.Eventually(t, func() bool { return d.one("SELECT version FROM miniodb.tables WHERE name = 't'") > "1" }, time.Minute, 50*time.Millisecond)
	url, options := deltaTableIn(t, r.backing())
	cmd := exec.CommandContext(t.Context(), python, "-c", prefixScript, url, options, "25")
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	require.NoError(t, err)
	var seen []struct {
		Version int
		Writers map[string][3]int // rows, distinct rows, highest sequence number
	}
	require.NoError(t, json.Unmarshal(out, &seen))
	versions := map[int]bool{}
	for _, v := range seen {
		versions[v.Version] = true
		for w, n := range v.Writers {
			require.Equal(t, n[0], n[1], "version %d, writer %s: rows are doubled", v.Version, w)
			last := n[2] / 1000 // statements of the writer so far; writer 0 writes 500 rows with each fiftieth
			want := last
			if w == "0" {
				want += last / 50 * 499
			}
			require.Equal(t, want, n[0], "version %d, writer %s: rows up to %d are missing", v.Version, w, n[2])
		}
	}
	require.Greater(t, len(versions), 3, "the reader saw the table grow")
	l.end()
	require.Empty(t, l.failed())
	l.verify(d)
}

// TestMetadataIsRecovered deletes every key of the catalog in Redis and every object of the catalog log, under a running server and under a stopped
// one, and brings the tables back from a backup.
func TestMetadataIsRecovered(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	dirs := []string{t.TempDir(), t.TempDir()}
	s := r.start(dirs[0])
	d := connect(t, s.DSN())
	var sums []string
	sum := func(table string) string {
		return "SELECT count(*) || ' ' || md5(string_agg(id || ' ' || a || ' ' || note, ',' ORDER BY id)) FROM " + table
	}
	for i := range 5 {
		table := fmt.Sprint("t", i)
		d.rows(fmt.Sprintf("CREATE TABLE %s (id serial, a integer, note text); INSERT INTO %[1]s (a, note) SELECT i, 'note ' || i FROM generate_series(1, %d) AS g(i)", table, 100*(i+1)))
		if i%2 == 0 {
			d.rows("CALL flush_table('" + table + "')")
		}
	}
	d.rows("CREATE SCHEMA s; CREATE VIEW s.v AS SELECT sum(a) AS n FROM t0")
	for i := range 5 {
		sums = append(sums, d.one(sum(fmt.Sprint("t", i))))
	}
	backup := d.rows("CALL backup_metadata('before the loss')")[0][0]
	lose := func() {
		testredis.Do(t, r.redis.Addr, "FLUSHALL")
		for _, key := range keysBelow(t, r.objects(), "catalog/") {
			require.NoError(t, r.objects().Delete(t.Context(), key))
		}
	}
	verify := func(d *db) {
		t.Helper()
		for i, want := range sums {
			require.Equal(t, want, d.one(sum(fmt.Sprint("t", i))))
		}
		require.Equal(t, "5050", d.one("SELECT n FROM s.v"))
		d.rows("CREATE TABLE another (a integer); DROP TABLE another")
	}
	recoverFrom := fmt.Sprintf("CALL recover_metadata('%s', mode => 'complete')", backup)

	// Under a running server.
	lose()
	before := keysBelow(t, r.objects(), "")
	d.rows(fmt.Sprintf("CALL recover_metadata('%s', mode => 'dry_run')", backup))
	require.Equal(t, before, keysBelow(t, r.objects(), ""), "a dry run changes nothing")
	d.rows(recoverFrom)
	verify(d)
	s.Stop(t)
	r.check(dirs[0])
	s = r.start(dirs[0])
	verify(connect(t, s.DSN()))
	s.Stop(t)

	// Under a stopped one, with rows in its write-ahead log: it does not start without its catalog, and says what to do.
	s = r.start(dirs[0], "--buffer.flush-interval", "1h")
	connect(t, s.DSN()).rows("INSERT INTO t1 (a, note) VALUES (-1, 'only in the log')")
	sums[1] = connect(t, s.DSN()).one(sum("t1"))
	s.Kill()
	lose()
	startFails(t, "recover", append(r.args(dirs[0]), "--pg-addr", "127.0.0.1:0", "--http-addr", "127.0.0.1:0")...)
	recover := func(dir string, args ...string) string {
		status, out, errs := testserver.Command(t, bin, append(append([]string{"recover"}, args...), r.args(dir)...)...)
		require.Zero(t, status, "%s\n%s", out, errs)
		return out
	}
	require.Contains(t, recover(dirs[0], "--list"), backup)
	recover(dirs[0], "--backup", backup)
	s = r.start(dirs[0])
	verify(connect(t, s.DSN()))
	s.Stop(t)

	// A new server on the same bucket does not begin a new catalog beside the tables.
	lose()
	startFails(t, "catalog log is lost", append(r.args(dirs[1]), "--pg-addr", "127.0.0.1:0", "--http-addr", "127.0.0.1:0")...)
	recover(dirs[1], "--backup", backup)
	s = r.start(dirs[1])
	verify(connect(t, s.DSN()))
	s.Stop(t)

	// The index alone, from the logs.
	testredis.Do(t, r.redis.Addr, "FLUSHALL")
	require.Contains(t, recover(dirs[1], "--from-storage"), "5 tables")
	r.check(dirs[1])

	// A damaged backup is refused by the name of its broken part.
	s = r.start(dirs[1])
	d = connect(t, s.DSN())
	key := "backups/metadata/" + backup
	for _, k := range keysBelow(t, r.objects(), "backups/") {
		if strings.Contains(k, backup) {
			key = k
		}
	}
	data, err := r.objects().Get(t.Context(), key, 1<<20)
	require.NoError(t, err)
	at := strings.Index(string(data), `"t3"`)
	require.Positive(t, at)
	data[at+1] = 'x'
	require.NoError(t, r.objects().Put(t.Context(), key, data))
	for _, call := range []string{recoverFrom, fmt.Sprintf("CALL validate_metadata_backup('%s')", backup)} {
		e := d.fails(call, "XX001")
		require.Contains(t, e.Message+e.Detail, "part")
	}
	verify(d)
}
