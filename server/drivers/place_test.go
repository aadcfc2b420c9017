package drivers_test

import (
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/stretchr/testify/require"

	"github.com/miniodb/miniodb/internal/testpg"
	"github.com/miniodb/miniodb/internal/testserver"
)

// place is an empty database that a program may use alone. Its role is a superuser named miniodb on both servers; the name of the database differs.
type place struct {
	server   string
	host     string
	port     string
	database string
}

func (p place) dsn() string {
	return fmt.Sprintf("postgres://miniodb@%s/%s?sslmode=disable", net.JoinHostPort(p.host, p.port), p.database)
}

// environ is how programs are told of the place: by libpq's variables, which most drivers read by themselves.
func (p place) environ(more ...string) []string {
	var out []string
	for _, kv := range os.Environ() {
		if !strings.HasPrefix(kv, "PG") && !strings.HasPrefix(kv, "MINIODB_") && !strings.HasPrefix(kv, "LC_") {
			out = append(out, kv)
		}
	}
	out = append(out, "CA_FILE="+caFile(), "VISITOR_PASSWORD="+visitorPassword, "PGHOST="+p.host, "PGPORT="+p.port, "PGUSER=miniodb", "PGDATABASE="+p.database, "PGSSLMODE=disable", "TZ=UTC", "LC_ALL=C.UTF-8")
	return append(out, more...)
}

// startMiniODB starts a server of the test's own.
func startMiniODB(t *testing.T) place {
	t.Helper()
	s := testserver.Start(t, bin, t.TempDir(), "--security.enable-tls", "--security.tls-cert-file", filepath.Join(tlsDir, "server.crt"),
		"--security.tls-key-file", filepath.Join(tlsDir, "server.key"))
	visitor(t, s.DSN())
	host, port, err := net.SplitHostPort(s.PG)
	require.NoError(t, err)
	return place{server: "MiniODB", host: host, port: port, database: "miniodb"}
}

// The role visitor has to give this password. Its letters outside of ASCII meet what drivers do about SASLprep.
const visitorPassword = "correct horse ü"

// visitor makes the role visitor, unless it is there.
func visitor(t *testing.T, dsn string) {
	t.Helper()
	ctx := t.Context()
	conn, err := pgconn.Connect(ctx, dsn)
	require.NoError(t, err)
	defer conn.Close(ctx)
	_, err = conn.Exec(ctx, fmt.Sprintf("CREATE ROLE %s; CREATE ROLE visitor LOGIN PASSWORD '%s' IN ROLE %[1]s", testpg.PasswordRole, visitorPassword)).ReadAll()
	require.NoError(t, err)
}

// caFile is the authority that signed the certificates of both servers.
func caFile() string {
	path, err := filepath.Abs(filepath.Join(tlsDir, "ca.crt"))
	if err != nil { // without a working directory
		panic(err)
	}
	return path
}

var (
	databases atomic.Int64
	roles     sync.Once // roles belong to all databases of PostgreSQL
)

// startPostgres makes a database in the PostgreSQL of this test binary that sorts as MiniODB does.
func startPostgres(t *testing.T) place {
	t.Helper()
	cert, err := os.ReadFile(filepath.Join(tlsDir, "server.crt"))
	require.NoError(t, err)
	key, err := os.ReadFile(filepath.Join(tlsDir, "server.key"))
	require.NoError(t, err)
	dsn, port := testpg.StartTCP(t, cert, key)
	ctx := t.Context()
	conn, err := pgconn.Connect(ctx, dsn)
	require.NoError(t, err)
	defer conn.Close(ctx)
	roles.Do(func() {
		_, err := conn.Exec(ctx, "CREATE ROLE miniodb SUPERUSER LOGIN").ReadAll()
		require.NoError(t, err)
		visitor(t, dsn)
	})
	name := fmt.Sprintf("drivers_%d", databases.Add(1))
	_, err = conn.Exec(ctx, "CREATE DATABASE "+name+" OWNER miniodb TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C'").ReadAll()
	require.NoError(t, err)
	return place{server: "PostgreSQL", host: "127.0.0.1", port: fmt.Sprint(port), database: name}
}
