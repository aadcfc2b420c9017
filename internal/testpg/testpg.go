// Package testpg starts a private PostgreSQL 15 for tests that compare MiniODB with it.
//
// It owns one server per test binary, in a temporary directory, reachable through a Unix socket and, for drivers that have TCP only, on a
// port of 127.0.0.1 when StartTCP is what starts it. The server is a child of a shell that waits for the test binary to end, in whatever way,
// and then stops it and removes the directory. Only tests import this package.
package testpg

import (
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"sort"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// startTimeout bounds initdb and the start of the server.
const startTimeout = time.Minute

// socketPort is in the name of the Unix socket of a server without a port.
const socketPort = 5432

var server struct {
	once sync.Once
	dsn  string
	port int // on 127.0.0.1; 0: Unix socket only
	err  error
	hold io.WriteCloser // closed by the end of the process; then the shell stops the server
}

// Start returns a DSN of this test binary's PostgreSQL, starting it at the first call. Role and database are both postgres; UTF8, locale C,
// TimeZone UTC. It fails the test when PostgreSQL 15 is not installed or does not start.
func Start(tb testing.TB) (dsn string) {
	tb.Helper()
	server.once.Do(func() { server.dsn, server.err = start(0, nil, nil) })
	if server.err != nil {
		tb.Fatalf("start PostgreSQL: %v", server.err)
	}
	return server.dsn
}

// PasswordRole is the role whose members have to give their password (SCRAM-SHA-256) on the port of StartTCP. Everybody else is trusted. Tests create it.
const PasswordRole = "with_password"

// StartTCP is Start for drivers that cannot use Unix sockets: it also returns a port of 127.0.0.1 on which the server listens, with TLS by a certificate and
// its key, both PEM. It has to be the first call of the test binary, and fails the test when Start was.
func StartTCP(tb testing.TB, cert, key []byte) (dsn string, port int) {
	tb.Helper()
	server.once.Do(func() {
		// Another process may take a free port before PostgreSQL does; that it happens again and again is not to be expected.
		for range 5 {
			if server.port, server.err = freePort(); server.err != nil {
				return
			}
			if server.dsn, server.err = start(server.port, cert, key); server.err == nil {
				return
			}
		}
	})
	if server.err != nil {
		tb.Fatalf("start PostgreSQL: %v", server.err)
	}
	if server.port == 0 {
		tb.Fatal("PostgreSQL was started without a port: call StartTCP before Start")
	}
	return server.dsn, server.port
}

func freePort() (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port, nil
}

// binaries finds the directory of initdb and postgres.
func binaries() (string, error) {
	if dir := os.Getenv("PG_BIN"); dir != "" {
		return dir, nil
	}
	dirs, _ := filepath.Glob("/usr/lib/postgresql/15/bin")
	more, _ := filepath.Glob("/usr/*/pgsql-15/bin")
	brew, _ := filepath.Glob("/opt/homebrew/opt/postgresql@15/bin")
	dirs = append(append(dirs, more...), brew...)
	sort.Strings(dirs)
	if len(dirs) > 0 {
		return dirs[0], nil
	}
	if path, err := exec.LookPath("postgres"); err == nil {
		return filepath.Dir(path), nil
	}
	return "", errors.New("no PostgreSQL 15 found: run make deps, or set PG_BIN to the directory of initdb and postgres")
}

// account returns the user to run as: PostgreSQL refuses to run as root.
func account() (*syscall.Credential, error) {
	if os.Geteuid() != 0 {
		return nil, nil
	}
	u, err := user.Lookup("postgres")
	if err != nil {
		return nil, fmt.Errorf("running as root, and there is no user postgres to run the server: %w", err)
	}
	uid, err := strconv.ParseUint(u.Uid, 10, 32)
	if err != nil {
		return nil, err
	}
	gid, err := strconv.ParseUint(u.Gid, 10, 32)
	if err != nil {
		return nil, err
	}
	return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, nil
}

// script runs in a shell: $1 the binaries, $2 the directory, $3 the addresses to listen on, $4 the port (the socket has it in its name),
// $5 the role of passwords. Its standard input ends when the test binary does.
const script = `
set -e
"$1/initdb" -D "$2/data" -U postgres -A trust -E UTF8 --locale=C --no-sync >"$2/log" 2>&1
ssl=off
if [ -n "$3" ]; then
  ssl=on
  { echo "host all +$5 127.0.0.1/32 scram-sha-256"; cat "$2/data/pg_hba.conf"; } >"$2/hba"
  mv "$2/hba" "$2/data/pg_hba.conf"
fi
"$1/postgres" -D "$2/data" -k "$2" -c listen_addresses="$3" -p "$4" -c ssl=$ssl -c ssl_cert_file="$2/server.crt" -c ssl_key_file="$2/server.key" -c fsync=off -c full_page_writes=off -c timezone=UTC \
  -c max_connections=50 -c shared_buffers=32MB >>"$2/log" 2>&1 &
pid=$!
read -r _ || true
kill -INT $pid 2>/dev/null || true
wait $pid || true
rm -rf "$2"
`

// start starts the server, on a port of 127.0.0.1 besides its socket if port is not 0.
func start(port int, cert, key []byte) (string, error) {
	bin, err := binaries()
	if err != nil {
		return "", err
	}
	cred, err := account()
	if err != nil {
		return "", err
	}
	// A short path: a Unix socket's has at most 107 bytes.
	dir, err := os.MkdirTemp("/tmp", "testpg")
	if err != nil {
		return "", err
	}
	if port != 0 {
		if err := errors.Join(os.WriteFile(filepath.Join(dir, "server.crt"), cert, 0o600), os.WriteFile(filepath.Join(dir, "server.key"), key, 0o600)); err != nil {
			return "", err
		}
	}
	if cred != nil {
		for _, name := range []string{"", "server.crt", "server.key"} {
			if err := os.Chown(filepath.Join(dir, name), int(cred.Uid), int(cred.Gid)); err != nil && !errors.Is(err, os.ErrNotExist) {
				return "", err
			}
		}
	}
	listen, number := "127.0.0.1", port
	if port == 0 {
		listen, number = "", socketPort
	}
	cmd := exec.Command("/bin/sh", "-c", script, "sh", bin, dir, listen, strconv.Itoa(number), PasswordRole)
	cmd.Dir = dir
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Credential: cred} // not ended by Ctrl-C before it has cleaned up
	if server.hold, err = cmd.StdinPipe(); err != nil {
		return "", err
	}
	if err := cmd.Start(); err != nil {
		return "", fmt.Errorf("run %s: %w", bin, err)
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }() // ends with the server, which ends with this process
	if err := await(filepath.Join(dir, ".s.PGSQL."+strconv.Itoa(number)), ended); err != nil {
		_ = server.hold.Close() // the shell cleans up
		return "", err
	}
	return fmt.Sprintf("host=%s port=%d user=postgres dbname=postgres sslmode=disable", dir, number), nil
}

// await polls until the server accepts connections on its socket.
func await(socket string, ended <-chan error) error {
	dir := filepath.Dir(socket)
	deadline := time.NewTimer(startTimeout)
	defer deadline.Stop()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-ended: //nolint:errcheck // a channel of errors; the log says more
			return fmt.Errorf("the server ended: %s", logOf(dir))
		case <-deadline.C:
			return fmt.Errorf("the server is not ready after %v: %s", startTimeout, logOf(dir))
		case <-tick.C:
			if strings.Contains(logOf(dir), "could not create any TCP/IP sockets") {
				return fmt.Errorf("the port is taken: %s", logOf(dir))
			}
			if strings.Contains(logOf(dir), "ready to accept connections") && connects(socket) {
				return nil
			}
		}
	}
}

func connects(socket string) bool {
	c, err := net.Dial("unix", socket)
	if err != nil {
		return false
	}
	_ = c.Close()
	return true
}

func logOf(dir string) string {
	b, err := os.ReadFile(filepath.Join(dir, "log"))
	if err != nil {
		return err.Error()
	}
	return string(b)
}
