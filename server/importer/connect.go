package importer

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
)

const connectTimeout = 10 * time.Second

// connect opens the connection, with a hint how to start a server when none answers.
func connect(ctx context.Context, o *Options) (*pgconn.PgConn, error) {
	cfg, err := pgconn.ParseConfig(connString(o))
	if err != nil {
		return nil, fmt.Errorf("import: connection settings: %w", err)
	}
	cfg.ConnectTimeout = connectTimeout
	if _, ok := cfg.RuntimeParams["application_name"]; !ok {
		cfg.RuntimeParams["application_name"] = "miniodb import"
	}
	conn, err := pgconn.ConnectConfig(ctx, cfg)
	if err == nil {
		return conn, nil
	}
	addr := net.JoinHostPort(cfg.Host, strconv.Itoa(int(cfg.Port)))
	var pe *pgconn.PgError
	if errors.As(err, &pe) {
		return nil, fmt.Errorf("import: the server at %s refused the connection: %w", addr, describe(err))
	}
	if ctx.Err() != nil {
		return nil, fmt.Errorf("import: connect to %s: %w", addr, ctx.Err())
	}
	var op *net.OpError
	reason := err
	if errors.As(err, &op) {
		reason = op.Err
	}
	return nil, fmt.Errorf("import: no server answers at %s (%w); start one with: miniodb server", addr, reason)
}

// connString gives the options precedence over the environment (PGHOST and so on), and that over MiniODB's defaults.
func connString(o *Options) string {
	if o.URL != "" {
		return o.URL
	}
	var parts []string
	add := func(key, value, env, fallback string) {
		if value == "" && os.Getenv(env) == "" {
			value = fallback
		}
		if value != "" {
			value = strings.NewReplacer(`\`, `\\`, `'`, `\'`).Replace(value)
			parts = append(parts, key+"='"+value+"'")
		}
	}
	port := ""
	if o.Port != 0 {
		port = strconv.Itoa(o.Port)
	}
	add("host", o.Host, "PGHOST", "127.0.0.1")
	add("port", port, "PGPORT", "5432")
	add("user", o.User, "PGUSER", "miniodb")
	add("database", o.Database, "PGDATABASE", "miniodb")
	return strings.Join(parts, " ")
}
