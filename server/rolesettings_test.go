package server_test

import (
	"context"
	"net"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/stretchr/testify/require"

	"github.com/miniodb/miniodb/internal/testpg"
)

// ALTER ROLE ... SET role takes effect at the login as far as SET ROLE would, and RESET ROLE goes back to it; here and in PostgreSQL.
func TestKeptRole(t *testing.T) {
	theirs := freshDatabase(t, testpg.Start(t))
	host, port, err := net.SplitHostPort(startServer(t))
	require.NoError(t, err)
	for _, dsn := range []string{"host=" + host + " port=" + port + " dbname=miniodb sslmode=disable user=miniodb", theirs} {
		super, _ := connectTold(t, dsn)
		require.NoError(t, execAll(super, "CREATE ROLE k_user LOGIN; CREATE ROLE k_group; CREATE ROLE k_other; GRANT k_group TO k_user"))
		t.Cleanup(func() { require.NoError(t, execAll(super, "DROP ROLE k_user, k_group, k_other")) })
		for _, c := range []struct {
			set, role, shown string
			told             []string
		}{
			{set: "SET role = 'k_group'", role: "k_group", shown: "k_group"},
			{set: "SET role = 'k_other'", role: "k_user", shown: "none", told: []string{`WARNING 42501 permission denied to set role "k_other"`}},
			{set: "SET session_authorization = 'k_other'", role: "k_user", shown: "none",
				told: []string{`WARNING 42501 permission denied to set session authorization "k_other"`}},
			{set: "RESET role", role: "k_user", shown: "none"},
		} {
			require.NoError(t, execAll(super, "ALTER ROLE k_user RESET ALL; ALTER ROLE k_user "+c.set))
			conn, told := connectTold(t, dsn+" user=k_user")
			const who = "SELECT current_user, session_user, current_setting('role')"
			require.Equal(t, c.told, told.lines, c.set)
			for _, again := range []string{"RESET ROLE", "RESET SESSION AUTHORIZATION", "DISCARD ALL"} {
				require.Equal(t, []string{c.role, "k_user", c.shown}, firstRow(t, conn, who), c.set)
				require.NoError(t, execAll(conn, "SET ROLE none"))
				require.Equal(t, []string{"k_user", "k_user", "none"}, firstRow(t, conn, who), c.set)
				require.NoError(t, execAll(conn, again))
			}
			require.Equal(t, []string{c.role, "k_user", c.shown}, firstRow(t, conn, who), c.set)
			conn.Close(context.Background())
		}
	}
}

// firstRow returns the first row of the last statement.
func firstRow(t *testing.T, conn *pgconn.PgConn, text string) (out []string) {
	t.Helper()
	results, err := conn.Exec(context.Background(), text).ReadAll()
	require.NoError(t, err, text)
	for _, v := range results[len(results)-1].Rows[0] {
		out = append(out, string(v))
	}
	return out
}
