package e2e_test

import (
	"strings"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/stretchr/testify/require"

	"github.com/miniodb/miniodb/internal/testserver"
)

// as connects a role without a password.
func as(t *testing.T, s *testserver.Server, role string) *db {
	t.Helper()
	return connect(t, dsnOf(s, role))
}

func dsnOf(s *testserver.Server, role string) string {
	return strings.Replace(s.DSN(), "miniodb@", role+"@", 1)
}

// TestRolesOfServers has roles and privileges given on one server hold on another, through restarts, and brings them back from a backup.
func TestRolesOfServers(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	dirs := []string{t.TempDir(), t.TempDir()}
	a, b := r.start(dirs[0], "--server.log-level", "debug"), r.start(dirs[1])
	admin := connect(t, a.DSN())
	admin.rows("CREATE ROLE alice LOGIN; CREATE ROLE carol LOGIN IN ROLE alice; ALTER ROLE alice SET application_name = 'kept'")
	admin.rows("CREATE TABLE t (id serial, a integer, secret text); INSERT INTO t (a, secret) VALUES (1, 'x')")
	admin.rows("CALL flush_table('t')") // from the buffer of one server into files of both
	admin.rows("CREATE VIEW v AS SELECT a FROM t; GRANT SELECT ON v TO carol; GRANT INSERT (a) ON t TO alice; GRANT USAGE ON SEQUENCE t_id_seq TO alice")

	// What one server has committed, the other one knows.
	alice, carol := as(t, b, "alice"), as(t, b, "carol")
	require.Equal(t, "kept", alice.one("SHOW application_name"))
	require.Equal(t, "permission denied for table t", alice.fails("SELECT a FROM t", "42501").Message)
	alice.rows("INSERT INTO t (a) VALUES (2)")
	require.Equal(t, "permission denied for table t", alice.fails("INSERT INTO t (a, secret) VALUES (2, '')", "42501").Message)
	require.Equal(t, "2", carol.one("SELECT count(*) FROM v"))
	require.Equal(t, "42501", alice.fails("SELECT * FROM v").Code)
	carol.rows("INSERT INTO t (a) VALUES (3)")

	// A statement that was prepared stops when the privilege is revoked elsewhere, and goes on when it is back.
	_, err := carol.Prepare(t.Context(), "p", "SELECT max(a) FROM v", nil)
	require.NoError(t, err)
	max := func() (string, error) {
		res := carol.ExecPrepared(t.Context(), "p", nil, nil, nil).Read()
		if res.Err != nil {
			return "", res.Err
		}
		return string(res.Rows[0][0]), nil
	}
	got, err := max()
	require.NoError(t, err)
	require.Equal(t, "3", got)
	carol.rows("PREPARE q AS SELECT count(*) FROM v; EXECUTE q")
	admin.rows("REVOKE SELECT ON v FROM carol")
	_, err = max()
	require.Equal(t, "42501", code(err), "%v", err)
	require.Equal(t, "permission denied for view v", carol.fails("EXECUTE q", "42501").Message)
	admin.rows("GRANT SELECT ON v TO alice") // carol inherits
	_, err = max()
	require.NoError(t, err)
	admin.rows("REVOKE alice FROM carol")
	_, err = max()
	require.Equal(t, "42501", code(err), "%v", err)
	admin.rows("GRANT alice TO carol")

	// DDL with roles is one transaction.
	admin.rows("BEGIN; CREATE ROLE gone LOGIN; GRANT SELECT ON t TO gone; ROLLBACK")
	_, err = pgconn.Connect(t.Context(), dsnOf(b, "gone"))
	require.Equal(t, "28000", code(err), "%v", err)
	other := connect(t, b.DSN())
	admin.rows("BEGIN; CREATE ROLE dave LOGIN; CREATE SCHEMA dave AUTHORIZATION dave; GRANT SELECT (a) ON t TO dave")
	other.rows("CREATE ROLE erin LOGIN; CREATE TABLE elsewhere (a integer)") // takes the numbers that the open transaction counts on
	admin.rows("COMMIT")
	dave := as(t, b, "dave")
	dave.rows("CREATE TABLE dave.own (a integer); SELECT a FROM t")
	dave.fails("SELECT secret FROM t", "42501")
	as(t, b, "erin").fails("SELECT a FROM t", "42501")
	admin.rows("BEGIN; ALTER ROLE erin CREATEDB")
	other.rows("ALTER ROLE erin CREATEROLE")
	require.Equal(t, "40001", admin.fails("COMMIT").Code)
	admin.rows("BEGIN; GRANT SELECT ON t TO erin")
	other.rows("DROP ROLE erin")
	require.Equal(t, "40001", admin.fails("COMMIT").Code)

	// What others run is hidden, passwords from all.
	admin.rows("ALTER ROLE miniodb CONNECTION LIMIT -1 PASSWORD 'open sesame'; ALTER ROLE miniodb PASSWORD NULL")
	require.NotContains(t, admin.one("SELECT string_agg(query, ',') FROM miniodb.queries"), "sesame")
	watcher := as(t, a, "alice")
	require.Equal(t, "<insufficient privilege>", watcher.one("SELECT query FROM miniodb.queries WHERE usename = 'miniodb'"))
	watcher.fails("CALL backup_metadata('x')", "42501")
	watcher.fails("CALL flush_table('t')", "42501")
	require.NotContains(t, a.Log(), "sesame")

	backup := admin.rows("CALL backup_metadata('with roles')")[0][0]
	admin.rows("REVOKE CONNECT ON DATABASE miniodb FROM PUBLIC")
	_, err = pgconn.Connect(t.Context(), dsnOf(b, "alice"))
	require.ErrorContains(t, err, `permission denied for database "miniodb"`)
	admin.rows("DROP OWNED BY dave, alice; DROP ROLE dave, alice; REVOKE SELECT ON v FROM carol; DROP ROLE carol")
	admin.rows("CALL recover_metadata('" + backup + "', mode => 'complete')")
	verify := func(s *testserver.Server) {
		t.Helper()
		require.Equal(t, "3", as(t, s, "carol").one("SELECT max(a) FROM v"))
		dave := as(t, s, "dave")
		dave.rows("SELECT a FROM t; CREATE TABLE dave.more (a integer); DROP TABLE dave.more")
		dave.fails("SELECT secret FROM t", "42501")
		require.Equal(t, "kept", as(t, s, "alice").one("SHOW application_name"))
	}
	verify(b)
	a.Stop(t)
	b.Stop(t)
	verify(r.start(dirs[0]))
}
