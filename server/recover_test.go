package server_test

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"

	"github.com/miniodb/miniodb/config"
	"github.com/miniodb/miniodb/internal/testredis"
	"github.com/miniodb/miniodb/internal/testserver"
	"github.com/miniodb/miniodb/server"
	"github.com/miniodb/miniodb/storage"
	"github.com/miniodb/miniodb/storage/local"
	"github.com/miniodb/miniodb/storage/minio"
)

func exec(t *testing.T, c *pgx.Conn, statements ...string) {
	t.Helper()
	for _, s := range statements {
		_, err := c.Exec(context.Background(), s)
		require.NoError(t, err, s)
	}
}

func code(t *testing.T, err error) string {
	t.Helper()
	var pg *pgconn.PgError
	require.ErrorAs(t, err, &pg)
	return pg.Code
}

// world makes objects of every kind: flushed rows, rows that are in the write-ahead log only, a file taken away again, numbers drawn.
func world(t *testing.T, c *pgx.Conn) {
	t.Helper()
	exec(t, c,
		"CREATE SCHEMA s",
		"CREATE TABLE orders (id bigserial PRIMARY KEY, region text, day date, amount numeric(12,2)) WITH (buffer_size = 5000, time_column = 'day')",
		"CREATE TABLE s.events (at timestamptz, kind text, \"odd name\" int)",
		"CREATE TABLE gone (a int)",
		"CREATE VIEW by_region AS SELECT region, sum(amount) AS amount FROM orders GROUP BY region",
		"CREATE SEQUENCE loose START 100",
		"COMMENT ON TABLE orders IS 'what was ordered'",
		"INSERT INTO orders (region, day, amount) SELECT 'r' || g % 7, date '2024-01-01' + (g % 90)::int, g * 1.25 FROM generate_series(1, 3000) g",
		"INSERT INTO s.events SELECT timestamptz '2024-01-01 00:00:00+00' + g * interval '1 minute', 'k' || g % 3, g FROM generate_series(1, 500) g",
		"CALL flush_table('orders')", "CALL flush_table('s.events')",
		"TRUNCATE s.events",
		"INSERT INTO s.events SELECT timestamptz '2024-02-01 00:00:00+00' + g * interval '1 minute', 'k' || g % 3, g FROM generate_series(1, 700) g",
		"CALL flush_table('s.events')",
		"INSERT INTO orders (region, day, amount) VALUES ('late', '2024-05-05', 1), ('later', '2024-05-06', 2)", // not flushed
		"DROP TABLE gone",
	)
}

// sums are checksums of all rows of the world's tables and views.
func sums(t *testing.T, c *pgx.Conn) string {
	t.Helper()
	var out []string
	for _, q := range []string{
		"SELECT count(*) || '/' || sum(hash(id, region, day, amount)::numeric) FROM orders",
		"SELECT count(*) || '/' || sum(hash(at, kind, \"odd name\")::numeric) FROM s.events",
		"SELECT count(*) || '/' || sum(amount) FROM by_region",
	} {
		var text string
		require.NoError(t, c.QueryRow(context.Background(), q).Scan(&text), q)
		out = append(out, text)
	}
	return strings.Join(out, " ")
}

// backUp makes a backup and returns its name.
func backUp(t *testing.T, c *pgx.Conn) string {
	t.Helper()
	var name string
	var tables, files, bytes int64
	require.NoError(t, c.QueryRow(context.Background(), "CALL backup_metadata($1)", "before the accident").Scan(&name, &tables, &files, &bytes))
	require.Regexp(t, `^\d{8}T\d{6}Z-[0-9a-f]{8}$`, name)
	require.Positive(t, tables)
	require.Positive(t, files)
	require.Positive(t, bytes)
	return name
}

// steps runs CALL recover_metadata and returns its rows as "object kind action".
func steps(t *testing.T, c *pgx.Conn, name, mode string) []string {
	t.Helper()
	rows, err := c.Query(context.Background(), fmt.Sprintf("CALL recover_metadata('%s', mode => '%s')", name, mode))
	require.NoError(t, err)
	var out []string
	for rows.Next() {
		var object, kind, action, detail string
		require.NoError(t, rows.Scan(&object, &kind, &action, &detail))
		out = append(out, object+" "+kind+" "+action)
		t.Log(object, kind, action, detail)
	}
	require.NoError(t, rows.Err())
	return out
}

// objects opens the store of a data directory beside its server.
func objects(t *testing.T, dir string) storage.Store {
	t.Helper()
	if !testserver.Shared() {
		store, err := local.New(filepath.Join(dir, "store"))
		require.NoError(t, err)
		t.Cleanup(func() { require.NoError(t, store.Close()) })
		return store
	}
	b := testserver.NewBacking(t, dir)
	store, err := minio.Open(context.Background(), minio.Config{
		Endpoint: b.Endpoint, AccessKey: b.AccessKey, SecretKey: b.SecretKey, Bucket: b.Bucket, Prefix: b.Prefix,
	}, zerolog.Nop())
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, store.Close()) })
	return store
}

// listing is every object of a store with a checksum of its contents.
func listing(t *testing.T, store storage.Store) map[string]string {
	t.Helper()
	out := map[string]string{}
	require.NoError(t, store.List(context.Background(), "", "", func(o storage.Info) error {
		data, err := store.Get(context.Background(), o.Key, 1<<30)
		out[o.Key] = fmt.Sprintf("%x", sha256.Sum256(data))
		return err
	}))
	return out
}

// deleteObjects removes every object whose key matches.
func deleteObjects(t *testing.T, store storage.Store, pattern string) (deleted int) {
	t.Helper()
	match := regexp.MustCompile(pattern)
	for key := range listing(t, store) {
		if match.MatchString(key) {
			require.NoError(t, store.Delete(context.Background(), key))
			deleted++
		}
	}
	return deleted
}

// loseIndex removes everything that the index of a data directory knows. An embedded server must be stopped.
func loseIndex(t *testing.T, dir string) {
	t.Helper()
	if testserver.Shared() {
		testredis.Flush(t)
		return
	}
	require.NoError(t, os.Remove(filepath.Join(dir, "index.db")))
}

// configOf is the configuration of a server on a directory.
func configOf(t *testing.T, dir string) *config.Config {
	t.Helper()
	cfg := config.Default()
	cfg.Server.DataDir, cfg.Server.PgAddr, cfg.Server.RestPort = dir, "127.0.0.1:0", "127.0.0.1:0"
	if testserver.Shared() {
		b := testserver.NewBacking(t, dir)
		cfg.Redis.Addr = b.RedisAddr
		cfg.MinIO.Endpoint, cfg.MinIO.AccessKey, cfg.MinIO.SecretKey, cfg.MinIO.Bucket, cfg.MinIO.Prefix = b.Endpoint, b.AccessKey, b.SecretKey, b.Bucket, b.Prefix
	}
	return cfg
}

// during runs a server on a directory for the time of use.
func during(t *testing.T, dir string, use func(t *testing.T, c *pgx.Conn)) {
	t.Helper()
	ok := t.Run("server", func(t *testing.T) {
		addr := startWith(t, func(c *config.Config) { c.Server.DataDir = dir })
		use(t, open(t, addr))
	})
	require.True(t, ok)
}

// TestRecoverMetadataWhileServing deletes every object of the catalog log, and of the table logs too, under a running server, and has it bring
// them back from its backup and memory.
func TestRecoverMetadataWhileServing(t *testing.T) {
	for name, lost := range map[string]string{
		"catalog": `catalog/_log/`, "catalog and table logs": `(catalog/_log|_delta_log)/`, "table logs": `_delta_log/`,
		"one entry of each": `(catalog/_log|_delta_log)/0+2\.json`,
	} {
		t.Run(name, func(t *testing.T) {
			ctx, dir := context.Background(), t.TempDir()
			var before string
			during(t, dir, func(t *testing.T, c *pgx.Conn) {
				world(t, c)
				backup := backUp(t, c)
				exec(t, c, "CREATE TABLE young (id serial, a int)", "INSERT INTO young (a) VALUES (1), (2)", "CALL flush_table('young')",
					"DROP VIEW by_region", "CREATE VIEW by_region AS SELECT 'x' AS region, 1 AS amount", "CREATE VIEW kept AS SELECT 1 AS a",
					"INSERT INTO orders (region, day, amount) VALUES ('after', '2024-06-06', 3)")
				require.Positive(t, deleteObjects(t, objects(t, dir), lost))
				if testserver.Shared() {
					loseIndex(t, dir)
				}
				got := steps(t, c, backup, "complete")
				require.Contains(t, got, "public.orders table unchanged")
				require.Contains(t, got, "public.young table kept")
				require.Contains(t, got, "public.kept view kept")
				require.Contains(t, got, "public.by_region view replaced")
				require.Equal(t, "index index rebuilt", got[len(got)-1])
				before = sums(t, c)
				exec(t, c, "INSERT INTO orders (region, day, amount) VALUES ('new', '2024-06-07', 4)", "CREATE TABLE later (a int)", "INSERT INTO young (a) VALUES (3)")
				var ids int
				require.NoError(t, c.QueryRow(ctx, "SELECT count(*) - count(DISTINCT id) FROM orders").Scan(&ids))
				require.Zero(t, ids, "a number was given out twice")
				before = sums(t, c)
				var young int
				require.NoError(t, c.QueryRow(ctx, "SELECT count(DISTINCT id) FROM young").Scan(&young))
				require.Equal(t, 3, young)
			})
			during(t, dir, func(t *testing.T, c *pgx.Conn) {
				require.Equal(t, before, sums(t, c))
				exec(t, c, "SELECT * FROM later", "SELECT * FROM kept", "INSERT INTO orders (region, day, amount) VALUES ('x', '2024-06-07', 4)")
				var ids int
				require.NoError(t, c.QueryRow(ctx, "SELECT count(*) - count(DISTINCT id) FROM orders").Scan(&ids))
				require.Zero(t, ids)
			})
		})
	}
}

// TestMetadataBackupFunctions asks what backups there are, and gets errors with codes.
func TestMetadataBackupFunctions(t *testing.T) {
	ctx, dir := context.Background(), t.TempDir()
	during(t, dir, func(t *testing.T, c *pgx.Conn) {
		var backups int
		var last *string
		var changed bool
		var state string
		status := "SELECT backups, last_backup, changed, catalog_log FROM metadata_status()"
		require.NoError(t, c.QueryRow(ctx, status).Scan(&backups, &last, &changed, &state))
		require.Zero(t, backups)
		require.Nil(t, last)
		require.True(t, changed)
		world(t, c)
		name := backUp(t, c)
		require.NoError(t, c.QueryRow(ctx, status).Scan(&backups, &last, &changed, &state))
		require.Equal(t, 1, backups)
		require.Equal(t, name, *last)
		require.False(t, changed)
		require.Equal(t, "ok", state)
		var description, node string
		var tables, format int
		require.NoError(t, c.QueryRow(ctx, "SELECT description, node, tables, format FROM metadata_backups() WHERE name = $1 AND status = 'ok' AND created <= now()", name).Scan(&description, &node, &tables, &format))
		require.Equal(t, "before the accident", description)
		require.NotEmpty(t, node)
		require.Equal(t, 2, tables)
		require.Equal(t, 1, format)

		rows, err := c.Query(ctx, "CALL validate_metadata_backup('"+name+"')", pgx.QueryExecModeSimpleProtocol)
		require.NoError(t, err)
		findings, err := pgx.CollectRows(rows, func(r pgx.CollectableRow) (string, error) {
			var object, status, detail string
			err := r.Scan(&object, &status, &detail)
			return object + " " + status, err
		})
		require.NoError(t, err)
		require.Equal(t, []string{"header ok", "catalog ok", "public.orders ok", "s.events ok"}, findings)

		for statement, want := range map[string]string{
			"CALL validate_metadata_backup('20200101T000000Z-00000000')": "42704",
			"CALL recover_metadata('../../../etc/passwd')":               "42704",
			"CALL recover_metadata('" + name + "', mode => 'partial')":   "22023",
			"CALL recover_metadata('" + name + "', how => 'complete')":   "42883",
			"CALL recover_metadata()":                                    "42883",
			"CALL backup_metadata(1)":                                    "42883",
			"CALL no_such_thing()":                                       "42883",
			"CALL recover_metadata(NULL)":                                "22004",
			"CALL backup_metadata('" + strings.Repeat("x", 2000) + "')":  "22001",
		} {
			_, err := c.Exec(ctx, statement)
			require.Equal(t, want, code(t, err), statement)
		}
		tx, err := c.Begin(ctx)
		require.NoError(t, err)
		_, err = tx.Exec(ctx, "CALL backup_metadata()")
		require.Equal(t, "25001", code(t, err))
		require.NoError(t, tx.Rollback(ctx))
		require.Error(t, errors.Join(err))
	})
}

// offline runs Recover on a directory and returns what it printed.
func offline(t *testing.T, dir string, o server.RecoverOptions) (string, error) {
	t.Helper()
	cfg := configOf(t, dir)
	var out strings.Builder
	err := server.Recover(context.Background(), cfg, o, zerolog.New(zerolog.NewTestWriter(t)).Level(zerolog.ErrorLevel), &out)
	t.Log(out.String(), err)
	return out.String(), err
}

// refused starts a server that must not start, and returns why.
func refused(t *testing.T, dir string) error {
	t.Helper()
	cfg := configOf(t, dir)
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	err := server.Run(ctx, cfg, zerolog.Nop(), func(server.Addrs) { cancel() })
	require.Error(t, err)
	return err
}

// TestRecoverOffline loses the catalog log, with and without table logs and the index, while the server is stopped. Rows that are only in the write-ahead log, and
// the numbers in them, count too.
func TestRecoverOffline(t *testing.T) {
	for name, lost := range map[string]string{
		"catalog": `catalog/_log/`, "catalog and index": `catalog/_log/`, "everything but files": `(catalog/_log|_delta_log)/`,
		"the beginning of the catalog": `catalog/_log/0+[0-9]\.json`,
	} {
		t.Run(name, func(t *testing.T) {
			ctx, dir := context.Background(), t.TempDir()
			var before, backup string
			during(t, dir, func(t *testing.T, c *pgx.Conn) {
				world(t, c)
				backup = backUp(t, c)
				exec(t, c, "INSERT INTO orders (id, region, day, amount) VALUES (99000, 'far', '2024-07-07', 9)", "CALL flush_table('orders')",
					"CREATE TABLE young (id serial, a int)", "INSERT INTO young (a) VALUES (7), (8)", "CREATE TABLE brief (a int)", "DROP TABLE brief")
				before = sums(t, c)
			})
			if strings.Contains(lost, "_delta_log") { // the index has what came after the backup, if it is there; these cases lose it, so what was flushed then
				during(t, dir, func(t *testing.T, c *pgx.Conn) { backup = backUp(t, c) })
			}
			store := objects(t, dir)
			require.Positive(t, deleteObjects(t, store, lost))
			if name == "catalog and index" || name == "everything but files" {
				loseIndex(t, dir)
			}
			err := refused(t, dir)
			if name != "the beginning of the catalog" {
				require.ErrorContains(t, err, "miniodb recover --backup NAME")
			}

			out, err := offline(t, dir, server.RecoverOptions{List: true})
			require.NoError(t, err)
			require.Contains(t, out, backup)
			files := listing(t, store)
			out, err = offline(t, dir, server.RecoverOptions{Backup: backup, DryRun: true})
			require.NoError(t, err)
			require.Contains(t, out, "dry run: nothing was changed")
			require.Equal(t, files, listing(t, store))

			out, err = offline(t, dir, server.RecoverOptions{Backup: backup})
			require.NoError(t, err)
			require.Contains(t, out, "recovered: catalog version")
			during(t, dir, func(t *testing.T, c *pgx.Conn) {
				require.Equal(t, before, sums(t, c))
				exec(t, c, "INSERT INTO orders (region, day, amount) VALUES ('x', '2024-06-07', 4)", "CREATE TABLE later (a int)")
				var ids, last int
				require.NoError(t, c.QueryRow(ctx, "SELECT count(*) - count(DISTINCT id), max(id) FROM orders").Scan(&ids, &last))
				require.Zero(t, ids, "a number was given out twice")
				if name != "the beginning of the catalog" { // there the reservations are known
					require.Greater(t, last, 99000)
				}
				exec(t, c, "INSERT INTO young (a) VALUES (9)")
				var young string
				require.NoError(t, c.QueryRow(ctx, "SELECT string_agg(id || '=' || a, ' ' ORDER BY id) FROM young").Scan(&young))
				require.Regexp(t, `^1=7 2=8 \d+=9$`, young, "a table that is younger than the backup is found")
				var comment string
				require.NoError(t, c.QueryRow(ctx, "SELECT comment FROM miniodb.tables WHERE name = 'orders'").Scan(&comment))
				require.Equal(t, "what was ordered", comment)
			})
		})
	}
}

// TestRecoverFromStorage rebuilds indexes that are missing or belong to something else, also in a fresh data directory over a copy of the store.
func TestRecoverFromStorage(t *testing.T) {
	dir := t.TempDir()
	var before string
	during(t, dir, func(t *testing.T, c *pgx.Conn) {
		world(t, c)
		exec(t, c, "CALL flush_table('orders')")
		before = sums(t, c)
	})
	loseIndex(t, dir)
	out, err := offline(t, dir, server.RecoverOptions{FromStorage: true})
	require.NoError(t, err)
	require.Regexp(t, `table public.orders: version \d+, 2 files, 3002 rows`, out)
	require.Contains(t, out, "index rebuilt from the logs")
	during(t, dir, func(t *testing.T, c *pgx.Conn) { require.Equal(t, before, sums(t, c)) })

	other, fresh := t.TempDir(), t.TempDir()
	during(t, other, func(t *testing.T, c *pgx.Conn) {
		exec(t, c, "CREATE TABLE alien (a int)", "INSERT INTO alien VALUES (1)")
	})
	from, to := objects(t, dir), objects(t, fresh)
	for key := range listing(t, from) {
		data, err := from.Get(context.Background(), key, 1<<30)
		require.NoError(t, err)
		require.NoError(t, to.Put(context.Background(), key, data))
	}
	if !testserver.Shared() {
		alien, err := os.ReadFile(filepath.Join(other, "index.db"))
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(filepath.Join(fresh, "index.db"), alien, 0o600))
	}
	out, err = offline(t, fresh, server.RecoverOptions{FromStorage: true})
	require.NoError(t, err)
	if !testserver.Shared() {
		require.Contains(t, out, "is no table, removed")
	}
	during(t, fresh, func(t *testing.T, c *pgx.Conn) { require.Equal(t, before, sums(t, c)) })

	require.Positive(t, deleteObjects(t, to, `catalog/_log/`))
	_, err = offline(t, fresh, server.RecoverOptions{FromStorage: true})
	require.ErrorContains(t, err, "miniodb recover --list")
	if !testserver.Shared() {
		_, err = offline(t, filepath.Join(fresh, "nowhere"), server.RecoverOptions{FromStorage: true})
		require.ErrorContains(t, err, "is not a data directory")
	}
	for _, o := range []server.RecoverOptions{{}, {List: true, FromStorage: true}, {FromStorage: true, DryRun: true}} {
		_, err = offline(t, fresh, o)
		require.Error(t, err)
	}
}

// TestRecoverRefusesWhatIsBroken flips bytes of a backup, takes files away, and has names taken: an error each time, and nothing changes.
func TestRecoverRefusesWhatIsBroken(t *testing.T) {
	ctx, dir := context.Background(), t.TempDir()
	during(t, dir, func(t *testing.T, c *pgx.Conn) {
		world(t, c)
		backup := backUp(t, c)
		store := objects(t, dir)
		key := "backups/metadata/" + backup
		good, err := store.Get(ctx, key, 1<<30)
		require.NoError(t, err)

		bad := slices.Clone(good)
		bad[strings.Index(string(bad), `"region"`)+2] ^= 1 // first in the catalog
		require.NoError(t, store.Put(ctx, key, bad))
		for _, call := range []string{"CALL recover_metadata('%s')", "CALL recover_metadata('%s', 'dry_run')", "CALL validate_metadata_backup('%s')"} {
			before := listing(t, store)
			_, err = c.Exec(ctx, fmt.Sprintf(call, backup))
			require.Equal(t, "XX001", code(t, err))
			require.ErrorContains(t, err, "part 1 (catalog)")
			require.Equal(t, before, listing(t, store))
		}
		require.NoError(t, store.Put(ctx, key, good))

		var victim string
		require.NoError(t, c.QueryRow(ctx, "SELECT 'tables/' || t.uuid || '/' || f.path FROM miniodb.files f JOIN miniodb.tables t ON t.name = f.table_name LIMIT 1").Scan(&victim))
		require.Positive(t, deleteObjects(t, store, `_delta_log/`))
		aside, err := store.Get(ctx, victim, 1<<30)
		require.NoError(t, err)
		require.NoError(t, store.Delete(ctx, victim))
		before := listing(t, store)
		_, err = c.Exec(ctx, "CALL recover_metadata('"+backup+"')")
		require.Equal(t, "58P01", code(t, err))
		var pg *pgconn.PgError
		require.ErrorAs(t, err, &pg)
		require.Contains(t, pg.Detail, filepath.Base(victim))
		require.Contains(t, strings.Join(steps(t, c, backup, "dry_run"), "\n"), "table not recoverable")
		require.Equal(t, before, listing(t, store), "nothing was changed")
		require.NoError(t, store.Put(ctx, victim, aside))
		before = listing(t, store)
		steps(t, c, backup, "dry_run")
		require.Equal(t, before, listing(t, store), "a dry run changes nothing")
		steps(t, c, backup, "complete")

		exec(t, c, "DROP VIEW by_region", "DROP TABLE orders", "CREATE VIEW orders AS SELECT 1 AS a")
		_, err = c.Exec(ctx, "CALL recover_metadata('"+backup+"')")
		require.Equal(t, "42P07", code(t, err))
		exec(t, c, "DROP VIEW orders")
		require.Contains(t, steps(t, c, backup, "complete"), "public.orders table restored")
		var rows int
		require.NoError(t, c.QueryRow(ctx, "SELECT count(*) FROM orders").Scan(&rows))
		require.GreaterOrEqual(t, rows, 3000, "a dropped table is back while its objects are kept")
	})
}
