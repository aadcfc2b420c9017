package e2e_test

import (
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/stretchr/testify/require"

	"github.com/miniodb/miniodb/internal/testserver"
)

// residentBytes reads the memory of a process.
func residentBytes(t *testing.T, pid int) int64 {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	require.NoError(t, err)
	for line := range strings.SplitSeq(string(status), "\n") {
		if rest, ok := strings.CutPrefix(line, "VmRSS:"); ok {
			kb, err := strconv.ParseInt(strings.Fields(rest)[0], 10, 64)
			require.NoError(t, err)
			return kb << 10
		}
	}
	t.Fatal("no VmRSS")
	return 0
}

func TestThousandIdleConnections(t *testing.T) {
	const connections = 1000
	s := testserver.Start(t, bin, t.TempDir())
	d := connect(t, s.DSN())
	d.rows("CREATE TABLE t (a integer); INSERT INTO t VALUES (1)")
	before := residentBytes(t, s.PID())
	for range connections {
		c := connect(t, s.DSN())
		require.Equal(t, "1", c.one("SELECT a FROM t"))
	}
	after := residentBytes(t, s.PID())
	each := (after - before) / connections
	t.Logf("%d idle connections: %d kB each", connections, each>>10)
	require.Less(t, each, int64(1<<20))
	require.Equal(t, "1", d.one("SELECT a FROM t"))
}

func TestTooManyConnections(t *testing.T) {
	s := testserver.Start(t, bin, t.TempDir(), "--pgwire.max-connections", "3")
	for range 3 {
		connect(t, s.DSN())
	}
	_, err := pgconn.Connect(t.Context(), s.DSN())
	require.Equal(t, "53300", code(err), "%v", err)
}

// TestGarbageOnThePort sends what is not the protocol: the connection is closed and the server goes on.
func TestGarbageOnThePort(t *testing.T) {
	s := testserver.Start(t, bin, t.TempDir(), "--pgwire.startup-timeout", "2s")
	d := connect(t, s.DSN())
	rng := seeded(t)
	startup := func(body string) []byte {
		msg := binary.BigEndian.AppendUint32(nil, uint32(8+len(body)))
		return append(binary.BigEndian.AppendUint32(msg, 196608), body...)
	}
	random := func(n int) []byte {
		b := make([]byte, n)
		for i := range b {
			b[i] = byte(rng.Uint32())
		}
		return b
	}
	session := startup("user\x00miniodb\x00database\x00miniodb\x00\x00")
	for name, bytes := range map[string][]byte{
		"http":                   []byte("GET / HTTP/1.1\r\nHost: x\r\n\r\n"),
		"zeroes":                 make([]byte, 1024),
		"random":                 random(4096),
		"huge startup":           {0x7f, 0xff, 0xff, 0xff, 0, 3, 0, 0},
		"negative startup":       {0xff, 0xff, 0xff, 0xff, 0, 3, 0, 0},
		"tiny startup":           {0, 0, 0, 4},
		"unterminated":           startup("user"),
		"huge message":           append(append([]byte{}, session...), 'Q', 0x7f, 0xff, 0xff, 0xff),
		"negative message":       append(append([]byte{}, session...), 'Q', 0xff, 0xff, 0xff, 0xff),
		"unknown message":        append(append([]byte{}, session...), 0x01, 0, 0, 0, 4),
		"bind negative length":   append(append([]byte{}, session...), append([]byte{'B', 0, 0, 0, 18, 0, 0, 0, 0, 0, 1, 0xff, 0xff, 0xff, 0x00, 0, 0, 0, 0}, random(64)...)...),
		"ten thousand SSL":       []byte(strings.Repeat("\x00\x00\x00\x08\x04\xd2\x16\x2f", 10_000)),
		"silence":                nil,
		"random after start":     append(append([]byte{}, session...), random(4096)...),
		"query without an end":   append(append([]byte{}, session...), 'Q', 0, 0, 0, 8, 'a', 'b', 'c', 'd'),
		"copy data out of place": append(append([]byte{}, session...), 'd', 0, 0, 0, 8, 'a', 'b', 'c', 'd', 'X', 0, 0, 0, 4),
	} {
		t.Run(name, func(t *testing.T) {
			c, err := net.Dial("tcp", s.PG)
			require.NoError(t, err)
			defer c.Close()
			require.NoError(t, c.SetDeadline(time.Now().Add(20*time.Second)))
			_, _ = c.Write(bytes)
			_ = c.(*net.TCPConn).CloseWrite()
			_, err = io.Copy(io.Discard, c) // until the server closes
			if err != nil {
				require.NotErrorIs(t, err, os.ErrDeadlineExceeded, "the server keeps the connection")
			}
		})
	}
	t.Run("open and silent", func(t *testing.T) {
		c, err := net.Dial("tcp", s.PG)
		require.NoError(t, err)
		defer c.Close()
		require.NoError(t, c.SetDeadline(time.Now().Add(20*time.Second)))
		_, err = io.Copy(io.Discard, c)
		if err != nil {
			require.NotErrorIs(t, err, os.ErrDeadlineExceeded, "no start-up deadline")
		}
	})
	require.Equal(t, "1", d.one("SELECT 1"))
	require.Equal(t, 200, s.Readyz())
}

// TestCancelledCopyLeavesNothing presses Ctrl-C in psql's \copy.
func TestCancelledCopyLeavesNothing(t *testing.T) {
	s := testserver.Start(t, bin, t.TempDir())
	d := connect(t, s.DSN())
	d.rows("CREATE TABLE t (a integer, b text)")
	fifo := filepath.Join(t.TempDir(), "rows")
	require.NoError(t, syscall.Mkfifo(fifo, 0o600))
	cmd := psql(t, s, "-c", `\copy t from '`+fifo+`'`)
	var out strings.Builder
	cmd.Stdout, cmd.Stderr = &out, &out
	require.NoError(t, cmd.Start())
	w, err := os.OpenFile(fifo, os.O_WRONLY, 0)
	require.NoError(t, err)
	defer w.Close()
	for i := range 50_000 {
		_, err := fmt.Fprintf(w, "%d\tsome text to fill the pipe\n", i)
		require.NoError(t, err)
	}
	require.NoError(t, cmd.Process.Signal(os.Interrupt))
	require.NoError(t, w.Close())
	require.Error(t, cmd.Wait(), out.String())
	require.Equal(t, "0", d.one("SELECT count(*) FROM t"))
	n, err := d.copyIn("COPY t FROM STDIN", "1\tx\n")
	require.NoError(t, err)
	require.EqualValues(t, 1, n)
}

// insertUntilFull inserts until 53100 and returns how many rows were acknowledged.
func insertUntilFull(t *testing.T, d *db, most int) (acked int) {
	payload := incompressible(2000)
	for range most {
		var text strings.Builder
		for i := range 50 {
			fmt.Fprintf(&text, "%d\t%s\n", acked+i, payload())
		}
		if _, err := d.copyIn("COPY t FROM STDIN", text.String()); err != nil {
			require.Equal(t, "53100", code(err), "%v", err)
			return acked
		}
		acked += 50
	}
	t.Fatalf("not full after %d rows", acked)
	return 0
}

func incompressible(n int) func() string {
	rng := rand.New(rand.NewPCG(1, 2))
	const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_"
	return func() string {
		b := make([]byte, n)
		for i := range b {
			b[i] = letters[rng.IntN(len(letters))]
		}
		return string(b)
	}
}

func TestFullDiskQuota(t *testing.T) {
	dir := t.TempDir()
	s := testserver.Start(t, bin, dir, "--wal.quota", "4MB", "--wal.segment-size", "1MB", "--buffer.flush-interval", "1h", "--buffer.buffer-size", "1000000000")
	d := connect(t, s.DSN())
	d.rows("CREATE TABLE t (a integer, b text)")
	acked := insertUntilFull(t, d, 1000)
	require.Positive(t, acked)
	require.Equal(t, strconv.Itoa(acked), d.one("SELECT count(*) FROM t"), "reads go on")
	d.rows("CALL flush_table('t')")
	_, err := d.copyIn("COPY t FROM STDIN", "-1\tafter\n")
	require.NoError(t, err, "a flush makes room")
	s.Kill()
	d = connect(t, testserver.Start(t, bin, dir).DSN())
	require.Equal(t, []string{strconv.Itoa(acked + 1), strconv.Itoa(acked + 1)}, d.rows("SELECT count(*), count(DISTINCT a) FROM t")[0])
}

func TestFullDisk(t *testing.T) {
	dir := t.TempDir()
	if err := exec.CommandContext(t.Context(), "mount", "-t", "tmpfs", "-o", "size=48m", "tmpfs", dir).Run(); err != nil {
		t.Skipf("a small file system needs root: %v", err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		require.NoError(t, exec.CommandContext(ctx, "umount", "-l", dir).Run())
	})
	flags := []string{"--wal.segment-size", "4MB", "--buffer.flush-interval", "1h", "--buffer.buffer-size", "1000000000"}
	s := testserver.Start(t, bin, dir, flags...)
	d := connect(t, s.DSN())
	d.rows("CREATE TABLE t (a integer, b text)")
	acked := insertUntilFull(t, d, 2000)
	require.Positive(t, acked)
	require.Equal(t, strconv.Itoa(acked), d.one("SELECT count(*) FROM t"), "reads go on")
	_, err := d.try("CALL flush_table('t')") // may fail for want of space; must lose nothing
	if err != nil {
		require.Equal(t, "53100", code(err), "%v", err)
	}
	require.Equal(t, strconv.Itoa(acked), d.one("SELECT count(*) FROM t"))
	s.Kill()

	// With room again the same directory serves the same rows.
	require.NoError(t, exec.CommandContext(t.Context(), "mount", "-o", "remount,size=512m", dir).Run())
	s = testserver.Start(t, bin, dir, flags...)
	d = connect(t, s.DSN())
	require.Equal(t, []string{strconv.Itoa(acked), strconv.Itoa(acked)}, d.rows("SELECT count(*), count(DISTINCT a) FROM t")[0])
	_, err = d.copyIn("COPY t FROM STDIN", "-1\tafter\n")
	require.NoError(t, err)
	d.rows("CALL flush_table('t')")
	require.Equal(t, strconv.Itoa(acked+1), d.one("SELECT count(*) FROM t"))
	s.Kill()
}
