package pgwire_test

import (
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgproto3"
	"github.com/stretchr/testify/require"

	"github.com/miniodb/miniodb/auth"
)

// FuzzProof sends bytes where the server waits for a proof, and after an honest first message. Nothing may be accepted, and nothing may fall over.
func FuzzProof(f *testing.F) {
	s := startAuth(f, testRoles(f), auth.Config{}, nil, elsewhere)
	const good = "n,,n=,r=fyko+d2lbbFgONRv9qkxdawL"
	hello := encode(f, &pgproto3.SASLInitialResponse{AuthMechanism: "SCRAM-SHA-256", Data: []byte(good)})
	for _, seed := range []string{
		good, "y,,n=,r=a", "p=tls-server-end-point,,n=,r=a", "n,a=x,n=,r=a", "n,,m=x,n=,r=a", "n,,n==2C=3D,r=a,x=y", "n,,n==2,r=a",
	} {
		f.Add(encode(f, &pgproto3.SASLInitialResponse{AuthMechanism: "SCRAM-SHA-256", Data: []byte(seed)}), false)
	}
	f.Add([]byte("p\x00\x00\x00\x16SCRAM-SHA-256\x00\xff\xff\xff\xff"), false)
	for _, seed := range []string{
		"c=biws,r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,p=v0X8v3Bz2T0CJGbJQyF0X+HI4Ts=", "c=biws,r=,x=y,p=", "c=,r=,p=", ",,,", "c=biws",
	} {
		f.Add(encode(f, &pgproto3.SASLResponse{Data: []byte(seed)}), true)
	}
	f.Fuzz(func(t *testing.T, data []byte, second bool) {
		nc, err := net.Dial("tcp", s.Addr().String())
		require.NoError(t, err)
		defer func() { _ = nc.Close() }()
		require.NoError(t, nc.SetDeadline(time.Now().Add(10*time.Second)))
		in := encode(t, &pgproto3.StartupMessage{ProtocolVersion: pgproto3.ProtocolVersion30, Parameters: map[string]string{"user": "alice"}})
		if second {
			in = append(in, hello...)
		}
		go func() {
			_, _ = nc.Write(append(in, data...))
			_ = nc.(*net.TCPConn).CloseWrite()
		}()
		back, _ := io.ReadAll(nc)
		require.NotContains(t, string(back), "R\x00\x00\x00\x08\x00\x00\x00\x00", "let in")
		require.False(t, strings.Contains(s.log.String(), "panicked"))
	})
}
