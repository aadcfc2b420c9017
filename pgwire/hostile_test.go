package pgwire_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"io"
	"math/rand/v2"
	"net"
	"os"
	"runtime"
	"runtime/debug"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgproto3"
	"github.com/stretchr/testify/require"

	"github.com/miniodb/miniodb/pgwire"
)

// throw sends bytes and returns everything that came back until the server closed the connection.
func throw(tb testing.TB, nc net.Conn, data []byte) []byte {
	go func() {
		_, _ = nc.Write(data) // the server may close before it has read all
		if t, ok := nc.(*net.TCPConn); ok {
			_ = t.CloseWrite()
		}
	}()
	back, err := io.ReadAll(nc)
	if err != nil && !os.IsTimeout(err) { // a reset instead of an orderly end is fine
		return back
	}
	require.NoError(tb, err)
	return back
}

func message(typ byte, length int32, body string) []byte {
	b := append([]byte{typ}, binary.BigEndian.AppendUint32(nil, uint32(length))...)
	return append(b, body...)
}

// TestHostileInput shows that whatever comes in, the connection ends and the server serves the next one.
func TestHostileInput(t *testing.T) {
	s := start(t, pgwire.Config{MaxMessageBytes: 1 << 20, StartupTimeout: 2 * time.Second})
	packet := func(length int32, rest string) []byte {
		return append(binary.BigEndian.AppendUint32(nil, uint32(length)), rest...)
	}
	sslRequest := packet(8, "\x04\xd2\x16\x2f")
	noise := make([]byte, 1<<20)
	r := rand.NewChaCha8([32]byte{1})
	_, _ = r.Read(noise)
	for name, data := range map[string][]byte{
		"nothing":                   nil,
		"10,000 SSL requests":       bytes.Repeat(sslRequest, 10_000),
		"10,000 GSS requests":       bytes.Repeat(packet(8, "\x04\xd2\x16\x30"), 10_000),
		"negative length":           packet(-1, "xxxx"),
		"zero length":               packet(0, "xxxx"),
		"short length":              packet(7, "xxxx"),
		"huge length":               packet(1<<30, "xxxx"),
		"length over 64 KB":         packet(64<<10+1, "\x00\x03\x00\x00"),
		"no terminator":             packet(18, "\x00\x03\x00\x00user\x00abcde"),
		"no value":                  packet(13, "\x00\x03\x00\x00user\x00"),
		"junk after the terminator": packet(19, "\x00\x03\x00\x00user\x00u\x00\x00abc"),
		"protocol 2":                packet(8, "\x00\x02\x00\x00"),
		"HTTP":                      []byte("GET / HTTP/1.1\r\nHost: x\r\n\r\n"),
		"TLS":                       []byte("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"),
		"short cancel":              packet(12, "\x04\xd2\x16\x2e\x00\x00\x00\x01"),
		"noise":                     noise,
	} {
		t.Run("start-up/"+name, func(t *testing.T) { throw(t, s.dial(t), data) })
	}
	for name, data := range map[string][]byte{
		"negative length":               message('Q', -5, "x"),
		"length 3":                      message('Q', 3, ""),
		"over the limit":                message('Q', 1<<20+5, "x"),
		"long Sync":                     message('S', 20_000, ""),
		"unknown type":                  message('!', 4, ""),
		"type 0":                        message(0, 4, ""),
		"query without terminator":      message('Q', 7, "tag"),
		"query with two terminators":    message('Q', 9, "t\x00ag\x00"),
		"empty query body":              message('Q', 4, ""),
		"parse cut":                     message('P', 6, "a\x00"),
		"parse with many types":         message('P', 4+2+2, "\x00\x00\xff\xff"),
		"bind negative parameter":       message('B', 4+2+2+2+4+2, "\x00\x00\x00\x00\x00\x01\x80\x00\x00\x00\x00\x00"),
		"bind parameter beyond the end": message('B', 4+2+2+2+4+2, "\x00\x00\x00\x00\x00\x01\x7f\xff\xff\xff\x00\x00"),
		"bind many formats":             message('B', 4+2+2, "\x00\x00\xff\xff"),
		"describe nothing":              message('D', 4, ""),
		"execute cut":                   message('E', 5, "\x00"),
		"close cut":                     message('C', 5, "S"),
		"password out of place":         message('p', 9, "abcd\x00"),
		"cut in the middle":             message('Q', 100, "tag"),
		"noise":                         noise,
	} {
		t.Run("message/"+name, func(t *testing.T) {
			c := s.connect(t)
			back := throw(t, c.nc, data)
			if name != "cut in the middle" {
				require.Regexp(t, "SFATAL|SERROR", string(back), "the client is told")
			}
		})
	}
	require.Equal(t, []string{"C TAG", "ZI"}, s.connect(t).query("tag"))
	require.NotContains(t, s.log.String(), "panic")
}

// TestAnnouncedLengthCostsNothing shows that memory follows what has arrived, not what was announced.
func TestAnnouncedLengthCostsNothing(t *testing.T) {
	s := start(t, pgwire.Config{})
	before := heap()
	for range 20 {
		c := s.connect(t)
		_, err := c.nc.Write(message('Q', 200<<20, "begin of a long statement"))
		require.NoError(t, err)
	}
	require.Less(t, heap()-before, int64(20<<20), "bytes for 20 announcements of 200 MB")
}

func heap() int64 {
	var m runtime.MemStats
	runtime.GC()
	debug.FreeOSMemory()
	runtime.ReadMemStats(&m)
	return int64(m.HeapInuse + m.StackInuse)
}

// TestLongMessage reads a message far longer than any buffer.
func TestLongMessage(t *testing.T) {
	s := start(t, pgwire.Config{})
	c := s.connect(t)
	long := bytes.Repeat([]byte("x"), 20<<20)
	c.say(&pgproto3.Parse{Query: "echo $1"}, &pgproto3.Bind{Parameters: [][]byte{long}}, &pgproto3.Execute{}, &pgproto3.Sync{})
	got := c.until("Z")
	require.Equal(t, []string{"1", "2", "D " + string(long), "C SELECT 1", "ZI"}, got)
	require.Equal(t, []string{"C TAG", "ZI"}, c.query("tag"))
}

// TestIdleConnections states what an idle connection costs.
func TestIdleConnections(t *testing.T) {
	const n = 1000
	s := start(t, pgwire.Config{MaxConnections: n})
	before, goroutines := heap(), runtime.NumGoroutine()
	startup, err := (&pgproto3.StartupMessage{ProtocolVersion: pgproto3.ProtocolVersion30, Parameters: map[string]string{"user": "u"}}).Encode(nil)
	require.NoError(t, err)
	buf := make([]byte, 4096)
	for range n { // the client's side is kept as small as can be
		nc := s.dial(t)
		_, err := nc.Write(startup)
		require.NoError(t, err)
		for m := 0; !bytes.HasSuffix(buf[:m], []byte("Z\x00\x00\x00\x05I")); {
			k, err := nc.Read(buf[m:])
			require.NoError(t, err)
			m += k
		}
	}
	require.Equal(t, n, s.Connections())
	per := (heap() - before) / n
	t.Logf("%d bytes a connection, both ends of the socket, %.1f goroutines", per, float64(runtime.NumGoroutine()-goroutines)/n)
	require.Less(t, per, int64(32<<10))
}

// TestSlowReaderIsCutOffAtShutdown shows that a client that reads nothing cannot hold up the end.
func TestSlowReaderIsCutOffAtShutdown(t *testing.T) {
	s := start(t, pgwire.Config{DrainGrace: 10 * time.Millisecond})
	c := s.connect(t)
	c.say(&pgproto3.Query{String: "rows 50000000"})
	_, err := io.ReadFull(c.nc, make([]byte, 1<<20))
	require.NoError(t, err)
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	done := make(chan error, 1)
	go func() { done <- s.stop() }()
	select {
	case err := <-done:
		require.NoError(t, err)
	case <-ctx.Done():
		t.Fatal("the server waits for a client that does not read")
	}
}
