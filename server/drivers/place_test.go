package drivers_test

import (
	"context"
	"fmt"
	"net"
	"os"
	"strings"
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
	out = append(out, "PGHOST="+p.host, "PGPORT="+p.port, "PGUSER=miniodb", "PGDATABASE="+p.database, "PGSSLMODE=disable", "TZ=UTC", "LC_ALL=C.UTF-8")
	return append(out, more...)
}

// startMiniODB starts a server of the test's own.
func startMiniODB(t *testing.T) place {
	t.Helper()
	s := testserver.Start(t, bin, t.TempDir())
	host, port, err := net.SplitHostPort(s.PG)
	require.NoError(t, err)
	return place{server: "MiniODB", host: host, port: port, database: "miniodb"}
}

var databases atomic.Int64

// startPostgres makes a database in the PostgreSQL of this test binary that sorts as MiniODB does.
func startPostgres(t *testing.T) place {
	t.Helper()
	dsn, port := testpg.StartTCP(t)
	ctx := context.Background()
	conn, err := pgconn.Connect(ctx, dsn)
	require.NoError(t, err)
	defer conn.Close(ctx)
	n := databases.Add(1)
	// Several tests may come first at once: whoever is second has nothing to do.
	_, err = conn.Exec(ctx, `DO $$ BEGIN CREATE ROLE miniodb SUPERUSER LOGIN; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$`).ReadAll()
	require.NoError(t, err)
	name := fmt.Sprintf("drivers_%d", n)
	_, err = conn.Exec(ctx, "CREATE DATABASE "+name+" OWNER miniodb TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C'").ReadAll()
	require.NoError(t, err)
	return place{server: "PostgreSQL", host: "127.0.0.1", port: fmt.Sprint(port), database: name}
}
