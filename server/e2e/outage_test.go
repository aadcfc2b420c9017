package e2e_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/miniodb/miniodb/internal/testredis"
	"github.com/miniodb/miniodb/internal/testserver"
)

// outage is how long a service stays away.
const outage = 30 * time.Second

// often flushes a table about twice a second.
const often = "WITH (flush_interval = '500ms', buffer_size = 2000)"

// TestIndexIsFlushed empties Redis again and again under load, with two servers on it: no client sees an error, nothing is lost or doubled, and in the
// end the index equals the logs.
func TestIndexIsFlushed(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	dirs := []string{t.TempDir(), t.TempDir()}
	a, b := r.start(dirs[0]), r.start(dirs[1])
	first, second := r.run(a, "first", often), r.run(b, "second", often)
	for range 12 {
		first.more(300)
		second.more(300)
		testredis.Do(t, r.redis.Addr, "FLUSHALL")
		connect(t, a.DSN()).rows("CREATE TABLE IF NOT EXISTS ddl (a integer); DROP TABLE ddl")
	}
	first.end()
	second.end()
	require.Empty(t, first.failed())
	require.Empty(t, second.failed())
	connect(t, a.DSN()).rows("CALL flush_table('first')")
	connect(t, b.DSN()).rows("CALL flush_table('second')")
	for _, s := range []string{a.DSN(), b.DSN()} { // either sees what is in files
		first.verify(connect(t, s))
		second.verify(connect(t, s))
	}
	a.Stop(t)
	b.Stop(t)
	r.check(dirs[0])
	r.check(dirs[1])
}

// TestRedisOutage takes Redis away under load: queries and inserts go on without an error, DDL is refused with 57P03, and all is well when it returns, empty.
func TestRedisOutage(t *testing.T) {
	t.Parallel()
	for name, away := range map[string]func(*testing.T, *rig) (back func()){
		"killed": func(t *testing.T, r *rig) func() { r.redis.Kill(t); return func() { r.redis.Start(t) } },
		"hung":   func(t *testing.T, r *rig) func() { r.redis.Pause(t); return func() { r.redis.Resume(t) } },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			dir := t.TempDir()
			s := r.start(dir)
			l := r.run(s, "t", often)
			l.more(500)
			back := away(t, r)
			gone := time.Now()
			d := connect(t, s.DSN())
			e := d.fails("CREATE TABLE refused (a integer)", "57P03")
			require.Contains(t, e.Message, "index cannot be reached")
			d.fails("TRUNCATE t", "57P03")
			l.more(500)
			require.Equal(t, "down", d.one("SELECT state FROM miniodb.pools WHERE name = 'redis'"))
			require.Eventually(t, func() bool { return time.Since(gone) > outage }, 2*outage, 100*time.Millisecond)
			l.more(100)
			back()
			require.Eventually(t, func() bool { return d.one("SELECT state FROM miniodb.pools WHERE name = 'redis'") != "down" }, 15*time.Second, 100*time.Millisecond)
			d.rows("CREATE TABLE accepted (a integer)")
			require.Equal(t, "0", d.one("SELECT count(*) FROM accepted"))
			l.more(500)
			l.end()
			require.Empty(t, l.failed())
			l.verify(d)
			s.Stop(t)
			r.check(dir)
		})
	}
}

// TestObjectStoreOutage takes MinIO away under load: inserts go on, queries of what the server has at hand go on, others get 58030, and when it
// returns everything is flushed.
func TestObjectStoreOutage(t *testing.T) {
	t.Parallel()
	for name, away := range map[string]func(*testing.T, *rig) (back func()){
		"killed": func(t *testing.T, r *rig) func() {
			r.minio.Kill()
			return func() { require.NoError(t, r.minio.Start()) }
		},
		"hung": func(t *testing.T, r *rig) func() {
			require.NoError(t, r.minio.Pause())
			return func() { require.NoError(t, r.minio.Resume()) }
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			dirs := []string{t.TempDir(), t.TempDir()}
			s := r.start(dirs[0])
			d := connect(t, s.DSN())
			d.rows("CREATE TABLE cold AS SELECT i AS a FROM generate_series(1, 1000) AS g(i)")
			d.rows("CALL flush_table('cold')")
			other := r.start(dirs[1])
			od := connect(t, other.DSN())
			d.rows("CREATE TABLE colder AS SELECT i AS a FROM generate_series(1, 10) AS g(i)")
			d.rows("CALL flush_table('colder')")
			od.rows("EXPLAIN SELECT a FROM colder WHERE a > 10000") // the version is known, the file is not there

			l := r.run(s, "t", often)
			l.more(500)
			back := away(t, r)
			gone := time.Now()
			l.more(500)
			require.Equal(t, "1000", d.one("SELECT count(*) FROM cold"), "cached")
			e := od.fails("SELECT sum(a) FROM colder", "58030")
			require.Contains(t, e.Message, "object store")
			d.fails("CREATE TABLE refused (a integer)", "58030", "08007", "57P03")
			require.Eventually(t, func() bool { return time.Since(gone) > outage }, 2*outage, 100*time.Millisecond)
			l.more(100)
			require.Equal(t, "down", d.one("SELECT state FROM miniodb.pools WHERE name = 'minio'"))
			back()
			l.more(500)
			l.end()
			require.Empty(t, l.failed())
			l.verify(d)
			require.Eventually(t, func() bool {
				return d.one("SELECT buffered_rows FROM miniodb.tables WHERE name = 't'") == "0"
			}, time.Minute, 200*time.Millisecond, "everything is flushed")
			l.verify(d)
			require.Equal(t, "55", od.one("SELECT sum(a) FROM colder"))
			l.verify(od)
			s.Stop(t)
			other.Stop(t)
			r.check(dirs[0])
			r.check(dirs[1])
		})
	}
}

// TestTwoServersShare has two servers see each other's tables, DDL and committed files at once.
func TestTwoServersShare(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	dirs := []string{t.TempDir(), t.TempDir()}
	a, b := connect(t, r.start(dirs[0]).DSN()), connect(t, r.start(dirs[1]).DSN())
	for i := range 10 {
		from, to := a, b
		if i%2 == 1 {
			from, to = b, a
		}
		table := fmt.Sprint("t", i)
		from.rows("CREATE TABLE " + table + " (id serial, a integer)")
		require.Equal(t, "0", to.one("SELECT count(*) FROM "+table))
		from.rows("INSERT INTO " + table + " (a) SELECT i FROM generate_series(1, 100) AS g(i)")
		from.rows("CALL flush_table('" + table + "')")
		require.Equal(t, "100 5050", strings.Join(to.rows("SELECT count(*), sum(a) FROM " + table)[0], " "))
		to.rows("INSERT INTO " + table + " (a) SELECT i FROM generate_series(101, 200) AS g(i)")
		to.rows("CALL flush_table('" + table + "')")
		require.Equal(t, "200 20100 200", strings.Join(from.rows("SELECT count(*), sum(a), count(DISTINCT id) FROM " + table)[0], " "))
		to.rows("TRUNCATE " + table)
		require.Equal(t, "0", from.one("SELECT count(*) FROM "+table))
		from.rows("CREATE VIEW v" + table + " AS SELECT count(*) AS n FROM " + table)
		require.Equal(t, "0", to.one("SELECT n FROM v"+table))
		to.fails("CREATE TABLE "+table+" (a integer)", "42P07")
		to.rows("DROP TABLE " + table + " CASCADE")
		from.fails("SELECT * FROM "+table, "42P01")
	}
	require.Equal(t, "2", a.one("SELECT count(*) FROM miniodb.nodes"))
	require.Equal(t, "2", b.one("SELECT count(*) FROM miniodb.streams WHERE NOT closed"))
}

// TestBothAway takes Redis and MinIO away together: inserts go on, and nothing else is answered with what might be out of date.
func TestBothAway(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	dir := t.TempDir()
	s := r.start(dir)
	d := connect(t, s.DSN())
	d.rows("CREATE TABLE t (a integer)")
	d.rows("INSERT INTO t VALUES (0)")
	r.redis.Kill(t)
	r.minio.Kill()
	for i := range 50 {
		d.rows(fmt.Sprintf("INSERT INTO t VALUES (%d)", i+1))
	}
	d.fails("SELECT count(*) FROM t", "58030")
	d.fails("CREATE TABLE u (a integer)", "57P03", "58030")
	require.Equal(t, "1", d.one("SELECT 1"))
	require.NoError(t, r.minio.Start())
	r.redis.Start(t)
	require.Eventually(t, func() bool { _, err := d.try("SELECT count(*) FROM t"); return err == nil }, time.Minute, 100*time.Millisecond)
	require.Equal(t, "51", d.one("SELECT count(*) FROM t"))
	d.rows("CREATE TABLE u (a integer)")
	s.Kill()
	s = r.start(dir)
	require.Equal(t, "51", connect(t, s.DSN()).one("SELECT count(*) FROM t"))
	s.Stop(t)
	r.check(dir)
}

// TestFailover kills the master that Sentinels watch, under load with two servers: queries and inserts go on, and DDL does after the failover.
func TestFailover(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	group := testredis.Sentinel(t)
	args := []string{"--redis-addr", "", "--redis.mode", "sentinel", "--redis.addrs", strings.Join(group.Addrs, ","), "--redis.master-name", testredis.MasterName}
	dirs := []string{t.TempDir(), t.TempDir()}
	a, b := r.start(dirs[0], args...), r.start(dirs[1], args...)
	first, second := r.run(a, "first", often), r.run(b, "second", often)
	first.more(300)
	second.more(300)
	group.Master.Kill(t)
	first.more(300)
	second.more(300)
	d, other := connect(t, a.DSN()), connect(t, b.DSN())
	require.Eventually(t, func() bool { _, err := d.try("CREATE TABLE after_failover (a integer)"); return err == nil }, time.Minute, 100*time.Millisecond)
	require.Equal(t, "0", other.one("SELECT count(*) FROM after_failover"))
	first.more(300)
	second.more(300)
	first.end()
	second.end()
	require.Empty(t, first.failed())
	require.Empty(t, second.failed())
	d.rows("CALL flush_table('first')")
	other.rows("CALL flush_table('second')")
	for _, c := range []*db{d, other} {
		first.verify(c)
		second.verify(c)
	}
	a.Stop(t)
	b.Stop(t)
	for _, dir := range dirs {
		status, out, errs := testserver.Command(t, bin, append(append([]string{"check"}, r.args(dir)...), args...)...)
		require.Zero(t, status, "%s\n%s", out, errs)
	}
}
