package server_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/cockroachdb/datadriven"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"

	"github.com/miniodb/miniodb/config"
	"github.com/miniodb/miniodb/internal/testpg"
	"github.com/miniodb/miniodb/internal/testserver"
	"github.com/miniodb/miniodb/server"
)

// The scripts in testdata/scripts hold statements and the answers of PostgreSQL 15; -rewrite takes new answers from PostgreSQL, never from
// the server under test. A directive with the argument "ours" has an answer that is MiniODB's own, for what PostgreSQL does not have or
// what differs for a reason, which stands beside it.
//
//	sql            statements; what they return, NULL as NULL, errors as ERROR: <SQLSTATE> <message>
//	sql ours       the same, run on MiniODB only
func TestScripts(t *testing.T) {
	files, err := filepath.Glob("../testdata/scripts/*.test")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	pg := testpg.Start(t)
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".test"), func(t *testing.T) {
			addr := startServer(t)
			ours := connect(t, "postgres://miniodb@"+addr+"/miniodb?sslmode=disable")
			var theirs *pgconn.PgConn
			if rewriting() {
				theirs = connect(t, freshDatabase(t, pg))
			}
			var differences []string
			defer func() {
				for _, d := range differences {
					t.Error(d)
				}
			}()
			datadriven.RunTest(t, file, func(t *testing.T, d *datadriven.TestData) string {
				switch {
				case d.Cmd != "sql":
					t.Fatalf("%s: unknown directive %s", d.Pos, d.Cmd)
				case theirs != nil && !d.HasArg("ours"):
					out := runText(theirs, d.Input)
					if got := runText(ours, d.Input); got != out {
						t.Logf("%s: MiniODB differs:\n%s", d.Pos, got)
					}
					return out
				}
				if theirs != nil {
					runText(theirs, d.Input) // keep the databases alike where PostgreSQL can
				}
				out := runText(ours, d.Input)
				if theirs == nil && out != d.Expected { // report all differences, not the first alone
					differences = append(differences, fmt.Sprintf("%s:\n%s\nexpected:\n%s\ngot:\n%s", d.Pos, d.Input, d.Expected, out))
					return d.Expected
				}
				return out
			})
		})
	}
}

func rewriting() bool {
	for _, a := range os.Args {
		if a == "-rewrite" || a == "--rewrite" {
			return true
		}
	}
	return false
}

// startServer runs an embedded server in a directory of its own and returns the address for clients.
func startServer(t *testing.T) string { return startWith(t, func(*config.Config) {}) }

// startWith is startServer with other settings.
func startWith(t *testing.T, change func(*config.Config)) string {
	t.Helper()
	cfg := config.Default()
	cfg.Server.DataDir = t.TempDir()
	change(cfg)
	cfg.Server.PgAddr, cfg.Server.RestPort = "127.0.0.1:0", "127.0.0.1:0"
	if testserver.Shared() && cfg.Redis.Addr == "" {
		b := testserver.NewBacking(t, cfg.Server.DataDir)
		cfg.Redis.Addr = b.RedisAddr
		cfg.MinIO.Endpoint, cfg.MinIO.AccessKey, cfg.MinIO.SecretKey, cfg.MinIO.Bucket, cfg.MinIO.Prefix = b.Endpoint, b.AccessKey, b.SecretKey, b.Bucket, b.Prefix
	}
	ctx, cancel := context.WithCancel(context.Background())
	ready, done := make(chan server.Addrs, 1), make(chan error, 1)
	go func() {
		done <- server.Run(ctx, cfg, zerolog.New(zerolog.NewTestWriter(t)).Level(zerolog.WarnLevel), func(a server.Addrs) { ready <- a })
	}()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Errorf("server: %v", err)
		}
	})
	select {
	case a := <-ready:
		return a.PG.String()
	case err := <-done:
		done <- nil
		t.Fatalf("server did not start: %v", err)
	case <-time.After(time.Minute):
		t.Fatal("server did not start within a minute")
	}
	return ""
}

func connect(t *testing.T, dsn string) *pgconn.PgConn {
	t.Helper()
	cfg, err := pgconn.ParseConfig(dsn)
	require.NoError(t, err)
	cfg.RuntimeParams["timezone"] = "UTC"
	conn, err := pgconn.ConnectConfig(context.Background(), cfg)
	require.NoError(t, err)
	t.Cleanup(func() { conn.Close(context.Background()) })
	return conn
}

// freshDatabase makes a database in PostgreSQL that sorts as MiniODB does.
func freshDatabase(t *testing.T, dsn string) string {
	t.Helper()
	conn := connect(t, dsn)
	name := fmt.Sprintf("scripts_%d", time.Now().UnixNano())
	_, err := conn.Exec(context.Background(), "CREATE DATABASE "+name+" TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C'").ReadAll()
	require.NoError(t, err)
	cfg, err := pgconn.ParseConfig(dsn)
	require.NoError(t, err)
	return fmt.Sprintf("host=%s port=%d user=%s database=%s sslmode=disable", cfg.Host, cfg.Port, cfg.User, name)
}

// runText runs a text by the simple protocol and prints what comes back.
func runText(conn *pgconn.PgConn, text string) string {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	var b strings.Builder
	results := conn.Exec(ctx, text)
	for results.NextResult() {
		r := results.ResultReader()
		fields := r.FieldDescriptions()
		if len(fields) > 0 {
			names := make([]string, len(fields))
			for i, f := range fields {
				names[i] = f.Name
			}
			fmt.Fprintln(&b, strings.Join(names, "|"))
		}
		for r.NextRow() {
			row := make([]string, len(fields))
			for i, v := range r.Values() {
				row[i] = "NULL"
				if v != nil {
					row[i] = string(v)
				}
			}
			fmt.Fprintln(&b, strings.Join(row, "|"))
		}
		if tag, err := r.Close(); err == nil {
			fmt.Fprintln(&b, tag)
		}
	}
	if err := results.Close(); err != nil {
		var pg *pgconn.PgError
		if errors.As(err, &pg) {
			fmt.Fprintf(&b, "ERROR: %s %s", pg.Code, pg.Message)
			if pg.Position > 0 {
				fmt.Fprintf(&b, " at %d", pg.Position)
			}
			fmt.Fprintln(&b)
		} else {
			fmt.Fprintf(&b, "FAILED: %v\n", err)
		}
	}
	return b.String()
}
