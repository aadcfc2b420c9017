package pgwire_test

import (
	"context"
	"net"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/stretchr/testify/require"

	"github.com/miniodb/miniodb/auth"
)

// BenchmarkConnect is a connection from nothing to the first ReadyForQuery, the client's work included, on one machine.
func BenchmarkConnect(b *testing.B) {
	ca := newAuthority(b)
	s := startAuth(b, testRoles(b), auth.Config{}, ca.files(), nil)
	_, port, err := net.SplitHostPort(s.Addr().String())
	require.NoError(b, err)
	for name, settings := range map[string]string{
		"trust":     "user=bare sslmode=disable",
		"scram":     "user=alice password=sesame sslmode=disable",
		"tls":       "user=bare sslmode=require",
		"tls+scram": "user=alice password=sesame sslmode=require channel_binding=require",
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				c, err := pgconn.Connect(context.Background(), "host=127.0.0.1 port="+port+" "+settings)
				if err != nil {
					b.Fatal(err)
				}
				_ = c.Close(context.Background())
			}
		})
	}
}

// BenchmarkEncryptedRows streams a million rows as they are and through TLS.
func BenchmarkEncryptedRows(b *testing.B) {
	ca := newAuthority(b)
	s := startAuth(b, testRoles(b), auth.Config{}, ca.files(), nil)
	_, port, err := net.SplitHostPort(s.Addr().String())
	require.NoError(b, err)
	for _, mode := range []string{"disable", "require"} {
		b.Run(mode, func(b *testing.B) {
			c, err := pgconn.Connect(context.Background(), "host=127.0.0.1 port="+port+" user=bare sslmode="+mode)
			require.NoError(b, err)
			defer func() { _ = c.Close(context.Background()) }()
			for b.Loop() {
				r := c.Exec(context.Background(), "rows 1000000")
				for r.NextResult() {
					for r.ResultReader().NextRow() {
					}
				}
				if err := r.Close(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
