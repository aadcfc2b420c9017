package pgwire_test

import (
	"io"
	"net"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgproto3"
	"github.com/stretchr/testify/require"

	"github.com/miniodb/miniodb/internal/wirescript"
	"github.com/miniodb/miniodb/pgwire"
)

func encode(tb testing.TB, msgs ...pgproto3.FrontendMessage) []byte {
	var out []byte
	for _, m := range msgs {
		var err error
		out, err = m.Encode(out)
		require.NoError(tb, err)
	}
	return out
}

// feed sends bytes on a new connection, after a start-up if login, and drains what comes back.
func feed(t *testing.T, s *testServer, login bool, data []byte) {
	nc, err := net.Dial("tcp", s.Addr().String())
	require.NoError(t, err)
	defer func() { _ = nc.Close() }()
	require.NoError(t, nc.SetDeadline(time.Now().Add(10*time.Second)))
	if login {
		data = append(encode(t, &pgproto3.StartupMessage{ProtocolVersion: pgproto3.ProtocolVersion30, Parameters: map[string]string{"user": "u"}}), data...)
	}
	go func() {
		_, _ = nc.Write(data)
		_ = nc.(*net.TCPConn).CloseWrite()
	}()
	_, _ = io.Copy(io.Discard, nc)
	require.NotContains(t, s.log.String(), "panicked")
}

func FuzzStartup(f *testing.F) {
	s := start(f, pgwire.Config{StartupTimeout: time.Second})
	f.Add(encode(f, &pgproto3.SSLRequest{}, &pgproto3.GSSEncRequest{}, &pgproto3.StartupMessage{ProtocolVersion: pgproto3.ProtocolVersion30, Parameters: map[string]string{"user": "u", "options": `-c a=b --c\ d=e`}}))
	f.Add(encode(f, &pgproto3.CancelRequest{ProcessID: 1, SecretKey: []byte("abcd")}))
	f.Add([]byte("\x00\x00\x00\x08\x00\x03\x00\x09"))
	addScripts(f, true)
	f.Fuzz(func(t *testing.T, data []byte) { feed(t, s, false, data) })
}

// addScripts adds what the scripts of raw messages send as seeds.
func addScripts(f *testing.F, bare bool) {
	files, err := wirescript.Load("../testdata/wire")
	require.NoError(f, err)
	for _, file := range files {
		for _, s := range file.Scripts {
			if data := s.Bytes(); s.Bare == bare && len(data) <= maxSeedBytes {
				f.Add(data)
			}
		}
	}
}

// maxSeedBytes leaves out the scripts that are there for their length.
const maxSeedBytes = 8 << 10

func FuzzMessages(f *testing.F) {
	s := start(f, pgwire.Config{MaxMessageBytes: 1 << 16})
	sync := &pgproto3.Sync{}
	f.Add(encode(f, &pgproto3.Query{String: "rows 2; tag"}))
	f.Add(encode(f, &pgproto3.Parse{Name: "a", Query: "echo $1 int4", ParameterOIDs: []uint32{23}}, &pgproto3.Bind{DestinationPortal: "p", PreparedStatement: "a",
		ParameterFormatCodes: []int16{0}, Parameters: [][]byte{[]byte("1")}, ResultFormatCodes: []int16{1}}, &pgproto3.Describe{ObjectType: 'P', Name: "p"},
		&pgproto3.Execute{Portal: "p", MaxRows: 1}, &pgproto3.Close{ObjectType: 'S', Name: "a"}, &pgproto3.Flush{}, sync))
	f.Add(encode(f, &pgproto3.Query{String: "copyin csv"}, &pgproto3.CopyData{Data: []byte("1,\"a\"\n")}, &pgproto3.CopyDone{}, sync))
	f.Add(encode(f, &pgproto3.Query{String: "copyin binary"}, &pgproto3.CopyData{Data: []byte("PGCOPY\n\xff\r\n\x00")}, &pgproto3.CopyFail{Message: "x"}))
	f.Add(encode(f, &pgproto3.Query{String: "begin"}, &pgproto3.Query{String: "fail"}, &pgproto3.FunctionCall{Function: 1}, &pgproto3.Terminate{}))
	addScripts(f, false)
	f.Fuzz(func(t *testing.T, data []byte) {
		for i := range data { // what the fake session would wait in, or is meant to panic in
			if i+5 <= len(data) && (string(data[i:i+5]) == "sleep" || string(data[i:i+5]) == "panic") {
				t.Skip()
			}
		}
		feed(t, s, true, data)
	})
}
