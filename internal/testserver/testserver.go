// Package testserver builds the miniodb binary and runs it as a real process: started, killed, stopped and started again.
//
// It owns processes of tests and their logs. Everything listens on free ports of 127.0.0.1 and is killed when the test ends. Only
// tests import this package.
package testserver

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// Limits of what a test waits for.
const (
	readyTimeout = 60 * time.Second
	exitTimeout  = 60 * time.Second
	maxLogBytes  = 1 << 20
)

// Build compiles cmd/miniodb into dir and returns the binary's path. dir is any directory; root is the module's.
func Build(ctx context.Context, root, dir string) (string, error) {
	bin := filepath.Join(dir, "miniodb")
	cmd := exec.CommandContext(ctx, "go", "build", "-o", bin, "./cmd/miniodb")
	cmd.Dir = root
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("go build: %w\n%s", err, out)
	}
	return bin, nil
}

// Server is a running process.
type Server struct {
	PG, HTTP string        // addresses, host:port
	Dir      string        // data directory
	Ready    time.Duration // from the start of the process to readiness

	cmd    *exec.Cmd
	log    *logBuffer
	out    *logBuffer
	exited chan struct{} // closed when the process is gone and its output read
}

// Start runs `bin server` on the data directory with more arguments and waits until it is ready. The process is killed at the end of the test.
func Start(tb testing.TB, bin, dir string, args ...string) *Server {
	tb.Helper()
	s, err := launch(bin, dir, append(Args(tb, dir), args...)...)
	if err != nil {
		tb.Fatalf("start server: %v", err)
	}
	tb.Cleanup(func() {
		s.Kill()
		if tb.Failed() {
			tb.Logf("log of the server on %s:\n%s", dir, tail(s.Log(), 40))
		}
	})
	return s
}

func launch(bin, dir string, args ...string) (*Server, error) {
	began := time.Now()
	args = append([]string{"server", "--pg-addr", "127.0.0.1:0", "--http-addr", "127.0.0.1:0", "--server.log-format", "json"}, args...)
	s := &Server{Dir: dir, log: newLogBuffer(), out: newLogBuffer(), exited: make(chan struct{})}
	s.cmd = exec.Command(bin, args...)
	s.cmd.Env = environ()
	s.cmd.Stderr, s.cmd.Stdout = s.log, s.out
	if err := s.cmd.Start(); err != nil {
		return nil, err
	}
	go func() {
		_ = s.cmd.Wait() // the state is in ProcessState
		close(s.exited)
	}()
	if err := s.await(); err != nil {
		s.Kill()
		return nil, fmt.Errorf("%w\n%s", err, tail(s.Log(), 40))
	}
	s.Ready = time.Since(began)
	return s, nil
}

// await polls the log for the addresses and then /readyz.
func (s *Server) await() error {
	deadline := time.NewTimer(readyTimeout)
	defer deadline.Stop()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-s.exited:
			return fmt.Errorf("the server ended with status %d", s.cmd.ProcessState.ExitCode())
		case <-deadline.C:
			return fmt.Errorf("not ready after %v", readyTimeout)
		case <-tick.C:
			if s.addresses() && s.Readyz() == http.StatusOK {
				return nil
			}
		}
	}
}

// addresses reads the addresses from the line "ready" of the log.
func (s *Server) addresses() bool {
	if s.PG != "" {
		return true
	}
	for lines := bufio.NewScanner(strings.NewReader(s.Log())); lines.Scan(); {
		var line struct {
			Message string `json:"message"`
			PG      string `json:"pg_addr"`
			HTTP    string `json:"http_addr"`
		}
		if json.Unmarshal(lines.Bytes(), &line) == nil && line.Message == "ready" && line.PG != "" {
			s.PG, s.HTTP = line.PG, line.HTTP
			return true
		}
	}
	return false
}

// Readyz returns the status of GET /readyz, or 0 if nobody answers.
func (s *Server) Readyz() int {
	client := http.Client{Timeout: 5 * time.Second, Transport: &http.Transport{DisableKeepAlives: true}}
	resp, err := client.Get("http://" + s.HTTP + "/readyz")
	if err != nil {
		return 0
	}
	_ = resp.Body.Close()
	return resp.StatusCode
}

// DSN is a connection string for pgx and libpq.
func (s *Server) DSN() string { return "postgres://miniodb@" + s.PG + "/miniodb?sslmode=disable" }

// PID is the process id.
func (s *Server) PID() int { return s.cmd.Process.Pid }

// Kill ends the process with SIGKILL and waits for its end. Safe twice.
func (s *Server) Kill() {
	_ = s.cmd.Process.Kill()
	<-s.exited
}

// Signal sends a signal.
func (s *Server) Signal(sig syscall.Signal) error { return s.cmd.Process.Signal(sig) }

// Wait waits for the process to end by itself and returns its exit status.
func (s *Server) Wait() (int, error) {
	select {
	case <-s.exited:
		return s.cmd.ProcessState.ExitCode(), nil
	case <-time.After(exitTimeout):
		return -1, fmt.Errorf("the server has not ended after %v\n%s", exitTimeout, tail(s.Log(), 40))
	}
}

// Stop ends the server with SIGTERM and expects status 0.
func (s *Server) Stop(tb testing.TB) {
	tb.Helper()
	if err := s.Signal(syscall.SIGTERM); err != nil {
		tb.Fatalf("stop server: %v", err)
	}
	status, err := s.Wait()
	if err != nil || status != 0 {
		tb.Fatalf("stop server: status %d, %v\n%s", status, err, tail(s.Log(), 40))
	}
}

// Log is what the server wrote to stderr so far, at most the last megabyte.
func (s *Server) Log() string { return s.log.String() }

// Out is what the server wrote to stdout so far.
func (s *Server) Out() string { return s.out.String() }

// Command runs the binary with arguments until it ends.
func Command(tb testing.TB, bin string, args ...string) (status int, stdout, stderr string) {
	tb.Helper()
	ctx, cancel := context.WithTimeout(tb.Context(), 5*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, bin, args...)
	cmd.Env = environ()
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		tb.Fatalf("run %s %v: %v", bin, args, err)
	}
	return cmd.ProcessState.ExitCode(), out.String(), errs.String()
}

// environ is the environment without settings of MiniODB and libpq that would leak into the test.
func environ() []string {
	var out []string
	for _, kv := range os.Environ() {
		if !strings.HasPrefix(kv, "MINIODB_") && !strings.HasPrefix(kv, "PG") {
			out = append(out, kv)
		}
	}
	return out
}

// logBuffer keeps the last maxLogBytes that are written to it.
type logBuffer struct {
	mu  sync.Mutex
	buf []byte // guarded by mu
}

func newLogBuffer() *logBuffer { return &logBuffer{} }

func (b *logBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.buf = append(b.buf, p...)
	if over := len(b.buf) - maxLogBytes; over > 0 {
		b.buf = append(b.buf[:0], b.buf[over:]...)
	}
	return len(p), nil
}

func (b *logBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return string(b.buf)
}

func tail(s string, lines int) string {
	all := strings.Split(strings.TrimRight(s, "\n"), "\n")
	return strings.Join(all[max(0, len(all)-lines):], "\n")
}
