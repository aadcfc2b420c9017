package server_test

import (
	"context"
	"errors"
	"io"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/stretchr/testify/require"

	"github.com/miniodb/miniodb/internal/testpg"
)

// privilegeSetup makes what the matrix works on. m_user is who acts, m_owner whose the objects are, m_group and m_quiet what m_user is a member of.
const privilegeSetup = `
CREATE ROLE m_owner; CREATE ROLE m_group; CREATE ROLE m_quiet; CREATE ROLE m_user; CREATE ROLE m_other; CREATE ROLE m_viewer;
CREATE SCHEMA m AUTHORIZATION m_owner; CREATE SCHEMA m_closed; GRANT USAGE ON SCHEMA m TO PUBLIC;
CREATE TABLE m.t (a int, b int, c text); CREATE TABLE m.u (a int PRIMARY KEY, d int); CREATE TABLE m.s (id serial, x int);
CREATE TABLE m.o (a int); CREATE TABLE m_closed.t (a int);
CREATE VIEW m.v AS SELECT a, b FROM m.t; CREATE VIEW m.w AS SELECT a FROM m.v WHERE b > 0; CREATE VIEW m.x AS SELECT a FROM m.t;
CREATE SEQUENCE m.q;
ALTER TABLE m.t OWNER TO m_owner; ALTER TABLE m.u OWNER TO m_owner; ALTER TABLE m.s OWNER TO m_owner; ALTER TABLE m.v OWNER TO m_owner;
ALTER TABLE m.w OWNER TO m_owner; ALTER VIEW m.x OWNER TO m_viewer; ALTER SEQUENCE m.q OWNER TO m_owner;
INSERT INTO m.t VALUES (1, 2, 'x'); INSERT INTO m.u VALUES (1, 3); GRANT SELECT ON m.o TO m_user`

// privilegeGrants are what m_user is given before it acts.
var privilegeGrants = []string{
	"", "GRANT SELECT ON m.t TO m_user", "GRANT SELECT (a) ON m.t TO m_user", "GRANT SELECT (a, b) ON m.t TO m_user",
	"GRANT SELECT (a, b, c) ON m.t TO m_user", "GRANT INSERT ON m.t TO m_user", "GRANT INSERT (a) ON m.t TO m_user",
	"GRANT INSERT (a, b, c) ON m.t TO m_user; GRANT SELECT ON m.t TO m_user", "GRANT UPDATE, DELETE ON m.t TO m_user", "GRANT TRUNCATE ON m.t TO m_user",
	"GRANT REFERENCES ON m.u TO m_user; GRANT CREATE ON SCHEMA m TO m_user", "GRANT REFERENCES (a) ON m.u TO m_user; GRANT CREATE ON SCHEMA m TO m_user",
	"GRANT ALL ON m.t TO m_user", "GRANT ALL ON ALL TABLES IN SCHEMA m TO m_user", "GRANT SELECT ON m.t TO PUBLIC",
	"GRANT SELECT ON m.t TO m_group; GRANT m_group TO m_user", "GRANT SELECT ON m.t TO m_quiet; GRANT m_quiet TO m_user; ALTER ROLE m_user NOINHERIT",
	"GRANT m_owner TO m_user", "GRANT SELECT ON m.v, m.w, m.x TO m_user", "GRANT SELECT (a) ON m.v TO m_user", "GRANT SELECT ON m.x TO m_user; GRANT SELECT (a) ON m.t TO m_viewer",
	"GRANT SELECT ON m.w TO m_user; REVOKE SELECT ON m.v FROM m_owner", "GRANT SELECT ON m.w TO m_user; ALTER VIEW m.v OWNER TO m_viewer",
	"GRANT INSERT ON m.s TO m_user", "GRANT INSERT ON m.s TO m_user; GRANT USAGE ON SEQUENCE m.s_id_seq TO m_user",
	"GRANT INSERT ON m.s TO m_user; GRANT UPDATE ON SEQUENCE m.s_id_seq TO m_user", "GRANT INSERT ON m.s TO m_user; GRANT SELECT ON SEQUENCE m.s_id_seq TO m_user",
	"GRANT ALL ON ALL SEQUENCES IN SCHEMA m TO m_user", "GRANT ALL ON m.t, m.u TO m_user; REVOKE USAGE ON SCHEMA m FROM PUBLIC",
	"GRANT CREATE ON SCHEMA m TO m_user", "GRANT CREATE ON DATABASE %DB% TO m_user", "GRANT ALL ON SCHEMA m_closed TO m_user; GRANT SELECT ON m_closed.t TO m_user",
	"GRANT SELECT ON m_closed.t TO m_user", "GRANT pg_read_all_data TO m_user", "GRANT pg_write_all_data TO m_user", "ALTER ROLE m_user SUPERUSER",
	"ALTER SCHEMA m OWNER TO m_user", "ALTER TABLE m.t OWNER TO m_user", "ALTER TABLE m.t OWNER TO m_user; REVOKE ALL ON m.t FROM m_user",
	"GRANT SELECT ON m.t TO m_user WITH GRANT OPTION", "GRANT SELECT (a) ON m.t TO m_user WITH GRANT OPTION", "GRANT SELECT, INSERT ON m.t TO m_user; REVOKE SELECT (a) ON m.t FROM m_user",
	"GRANT SELECT (a, b) ON m.t TO m_user; REVOKE SELECT ON m.t FROM m_user", "ALTER ROLE m_user CREATEROLE", "GRANT m_group TO m_user WITH ADMIN OPTION",
	"GRANT SELECT ON m.t TO m_group WITH GRANT OPTION; GRANT m_group TO m_user",
}

// privilegeStatements are what m_user tries.
var privilegeStatements = []string{
	"SELECT * FROM m.t", "SELECT a FROM m.t", "SELECT b FROM m.t", "SELECT count(*) FROM m.t", "SELECT 1 FROM m.t", "SELECT a FROM m.t WHERE b > 0",
	"SELECT a FROM m.t ORDER BY c", "SELECT t FROM m.t", "SELECT t.* FROM m.t", "SELECT t1.a FROM m.t t1 JOIN m.u t2 ON t1.a = t2.d",
	"SELECT a FROM m.t JOIN m.u USING (a)", "SELECT 1 FROM m.t NATURAL JOIN m.u", "SELECT 1 WHERE EXISTS (SELECT 1 FROM m.t WHERE c = 'x')",
	"SELECT a FROM m.o WHERE a IN (SELECT b FROM m.t)", "WITH k AS (SELECT a, b FROM m.t) SELECT a FROM k", "SELECT z.a FROM (SELECT a FROM m.t) z",
	"SELECT (SELECT max(c) FROM m.t)", "SELECT a FROM m.o UNION SELECT a FROM m.t", "SELECT sum(b) FROM m.t GROUP BY a", "SELECT count(*) FILTER (WHERE c = 'x') FROM m.t",
	"SELECT row_number() OVER (ORDER BY b) FROM m.t", "SELECT * FROM m.v", "SELECT a FROM m.v", "SELECT b FROM m.v", "SELECT * FROM m.w", "SELECT * FROM m.x",
	"SELECT m.t.a FROM m.t", "SELECT * FROM m_closed.t", "SELECT * FROM m.missing", "SELECT * FROM t", "SET LOCAL search_path = m; SELECT a FROM t", "TABLE m.t",
	"INSERT INTO m.t VALUES (1, 2, 'y')", "INSERT INTO m.t (a) VALUES (1)", "INSERT INTO m.t (a, b) VALUES (1, 2)", "INSERT INTO m.t VALUES (1)",
	"INSERT INTO m.t DEFAULT VALUES", "INSERT INTO m.t (a) SELECT a FROM m.u", "INSERT INTO m.t (a) SELECT a FROM m.t", "INSERT INTO m.s (x) VALUES (1)",
	"INSERT INTO m.s VALUES (7, 1)", "COPY m.t TO STDOUT", "COPY m.t (a) TO STDOUT", "COPY (SELECT b FROM m.t) TO STDOUT", "COPY m.t FROM STDIN", "COPY m.t (a) FROM STDIN",
	"TRUNCATE m.t", "TRUNCATE m.t, m.u", "TRUNCATE m.s RESTART IDENTITY", "DROP TABLE m.t CASCADE", "DROP VIEW m.w", "DROP SEQUENCE m.q", "DROP SCHEMA m_closed CASCADE",
	"COMMENT ON TABLE m.t IS 'x'", "COMMENT ON COLUMN m.t.a IS 'x'", "COMMENT ON VIEW m.w IS 'x'", "CREATE TABLE m.n (a int)", "CREATE TABLE m.n AS SELECT a FROM m.t",
	"CREATE TABLE m.n AS SELECT a FROM m.o", "CREATE TABLE m.n (a int REFERENCES m.u)", "CREATE TABLE m.n (a int REFERENCES m.u (a))", "CREATE TABLE IF NOT EXISTS m.t (a int)", "CREATE VIEW m.n AS SELECT a FROM m.t",
	"CREATE OR REPLACE VIEW m.x AS SELECT a FROM m.t", "CREATE SEQUENCE m.n", "CREATE SCHEMA m_new", "CREATE SCHEMA m_new AUTHORIZATION m_other", "CREATE TABLE n (a int)",
	"ALTER TABLE m.t OWNER TO m_other", "ALTER TABLE m.t OWNER TO m_user", "ALTER SEQUENCE m.q OWNER TO m_user", "ALTER SCHEMA m OWNER TO m_other", "ALTER SEQUENCE m.s_id_seq OWNER TO m_other",
	"GRANT SELECT ON m.t TO m_other", "GRANT SELECT, INSERT ON m.t TO m_other", "GRANT ALL ON m.t TO m_other", "GRANT SELECT (a) ON m.t TO m_other", "GRANT SELECT (a, b) ON m.t TO m_other",
	"REVOKE SELECT ON m.t FROM m_other", "REVOKE ALL ON m.t FROM m_user", "GRANT USAGE ON SCHEMA m TO m_other", "GRANT m_group TO m_other", "REVOKE m_group FROM m_user",
	"GRANT USAGE ON SEQUENCE m.q TO m_other", "GRANT SELECT ON SEQUENCE m.t TO m_other", "EXPLAIN (COSTS OFF) SELECT b FROM m.t", "DECLARE k CURSOR FOR SELECT b FROM m.t",
	"PREPARE k AS SELECT b FROM m.t; EXECUTE k", "LOCK TABLE m.t IN ACCESS SHARE MODE", "LOCK TABLE m.t IN ROW EXCLUSIVE MODE", "LOCK TABLE m.t", "SET LOCAL ROLE m_owner; SELECT b FROM m.t",
	"SET LOCAL ROLE m_other", "CREATE ROLE m_new", "DROP ROLE m_other", "REASSIGN OWNED BY m_owner TO m_user", "DROP OWNED BY m_owner CASCADE", "CHECKPOINT",
	"GRANT SELECT ON ALL TABLES IN SCHEMA m TO m_other", "CREATE INDEX ON m.t (a)",
}

// Every statement is tried with every grant, on PostgreSQL and here: what it answers must be the same, notices and details included.
func TestPrivileges(t *testing.T) {
	dsn := freshDatabase(t, testpg.Start(t))
	ours, oursTold := connectTold(t, "postgres://miniodb@"+startServer(t)+"/miniodb?sslmode=disable")
	theirs, theirsTold := connectTold(t, dsn)
	cfg, err := pgconn.ParseConfig(dsn)
	require.NoError(t, err)
	databases := map[*pgconn.PgConn]string{ours: "miniodb", theirs: cfg.Database}
	for conn, name := range databases {
		require.NoError(t, execAll(conn, strings.ReplaceAll(privilegeSetup, "%DB%", name)))
	}
	t.Cleanup(func() {
		require.NoError(t, execAll(theirs, "DROP SCHEMA m, m_closed CASCADE; DROP ROLE m_owner, m_group, m_quiet, m_user, m_other, m_viewer"))
	})
	cases, wrong := 0, 0
	for _, grants := range privilegeGrants {
		for _, statement := range privilegeStatements {
			var answers [2]string
			for i, conn := range []*pgconn.PgConn{ours, theirs} {
				told := []*told{oursTold, theirsTold}[i]
				answers[i] = attempt(t, conn, told, databases[conn], grants, statement)
			}
			cases++
			if answers[0] != answers[1] {
				if wrong++; wrong <= 60 {
					t.Errorf("%s\n%s\nMiniODB:    %s\nPostgreSQL: %s", grants, statement, answers[0], answers[1])
				}
			}
		}
	}
	t.Logf("%d cases, %d differ", cases, wrong)
	require.Zero(t, wrong)
	require.Greater(t, cases, 4000)
}

// attempt gives m_user the privileges, has it run the statement, and takes all back.
func attempt(t *testing.T, conn *pgconn.PgConn, told *told, database, grants, statement string) string {
	t.Helper()
	require.NoError(t, execAll(conn, "BEGIN"))
	if grants != "" {
		require.NoError(t, execAll(conn, strings.ReplaceAll(grants, "%DB%", database)), grants)
	}
	require.NoError(t, execAll(conn, "SET LOCAL ROLE m_user"))
	told.lines = nil
	out := "ok"
	if err := execAll(conn, statement); err != nil {
		var e *pgconn.PgError
		require.ErrorAs(t, err, &e, statement)
		if out = e.Code; !strings.Contains(statement, "ON ALL TABLES") {
			out += " " + strings.ReplaceAll(e.Message, database, "%DB%")
		}
		if e.Detail != "" {
			out += " (" + e.Detail + ")"
		}
		if e.Hint != "" {
			out += " [" + e.Hint + "]"
		}
	}
	for _, line := range told.lines {
		if !privilegeNoise.MatchString(statement) {
			out += "; " + line
		}
	}
	require.NoError(t, execAll(conn, "ROLLBACK"))
	return out
}

// privilegeNoise are statements with notices of another kind: of what is dropped with it, of keys and indexes that are only recorded. ON ALL TABLES goes
// by the order in which they lie in pg_class.
var privilegeNoise = regexp.MustCompile("CASCADE|INDEX|REFERENCES|ON ALL TABLES")

// told keeps the notices of a connection.
type told struct{ lines []string }

func connectTold(t *testing.T, dsn string) (*pgconn.PgConn, *told) {
	t.Helper()
	out := &told{}
	cfg, err := pgconn.ParseConfig(dsn)
	require.NoError(t, err)
	cfg.OnNotice = func(_ *pgconn.PgConn, n *pgconn.Notice) { out.lines = append(out.lines, n.Severity+" "+n.Code+" "+n.Message) }
	conn, err := pgconn.ConnectConfig(context.Background(), cfg)
	require.NoError(t, err)
	t.Cleanup(func() { conn.Close(context.Background()) })
	return conn, out
}

// execAll runs a text, COPY from and to nowhere among it.
func execAll(conn *pgconn.PgConn, text string) error {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	var err error
	switch {
	case strings.HasPrefix(text, "COPY") && strings.HasSuffix(text, "STDOUT"):
		_, err = conn.CopyTo(ctx, io.Discard, text)
	case strings.HasPrefix(text, "COPY") && strings.HasSuffix(text, "STDIN"):
		_, err = conn.CopyFrom(ctx, strings.NewReader(""), text)
	default:
		_, err = conn.Exec(ctx, text).ReadAll()
	}
	if errors.Is(err, io.EOF) {
		return nil
	}
	return err
}
