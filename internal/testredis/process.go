package testredis

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// startTimeout bounds the start of one server.
const startTimeout = 20 * time.Second

// Process is one redis-server that a test controls. Its address stays the same.
type Process struct {
	Addr string
	Port int
	dir  string

	mu    sync.Mutex     // one command to the shell at a time
	shell io.WriteCloser // nil once stopped
	says  *bufio.Reader
	wait  func() error
}

// script obeys one word a line and answers each with the process id of the server. $1 is the directory with redis.conf, $2 is --sentinel or
// empty. The end of its input is the end of the test binary, or Stop.
const script = `
cd "$1" || exit 1
pid=
while read -r word; do
  case $word in
  start) redis-server ./redis.conf $2 >>log 2>&1 </dev/null & pid=$! ;;
  kill) kill -KILL "$pid"; wait "$pid" ;;
  pause) kill -STOP "$pid" ;;
  resume) kill -CONT "$pid" ;;
  esac 2>/dev/null
  echo "$pid"
done
[ -z "$pid" ] || { kill -KILL "$pid"; wait "$pid"; } 2>/dev/null
cd / && rm -rf "$1"
`

// KeepData are the lines of configuration, for Launch, of a server that writes each change to disk at once, so that it is there again after
// Kill and Start.
var KeepData = []string{"appendonly yes", "appendfsync always"}

// Launch starts a server with more lines of configuration, such as "requirepass x". It is stopped at the end of the test. If they do not
// say otherwise it writes nothing to disk, and is empty when it was killed and is started again.
func Launch(tb testing.TB, lines ...string) *Process {
	tb.Helper()
	p, err := launch("", lines...)
	if err != nil {
		tb.Fatalf("start Redis: %v", err)
	}
	tb.Cleanup(p.Stop)
	return p
}

func launch(flag string, lines ...string) (*Process, error) {
	if _, err := exec.LookPath("redis-server"); err != nil {
		return nil, errors.New("no redis-server found: run make deps")
	}
	var err error
	for range 3 { // somebody else may take the port in between
		var p *Process
		if p, err = prepare(flag, lines); err != nil {
			return nil, err
		}
		if err = p.start(); err == nil {
			return p, nil
		}
		p.Stop()
	}
	return nil, err
}

// prepare makes directory, port and shell of a server.
func prepare(flag string, lines []string) (*Process, error) {
	dir, err := os.MkdirTemp("", "testredis")
	if err != nil {
		return nil, err
	}
	port, err := freePort()
	if err != nil {
		return nil, err
	}
	p := &Process{Addr: net.JoinHostPort("127.0.0.1", strconv.Itoa(port)), Port: port, dir: dir}
	conf := append([]string{"port " + strconv.Itoa(port), "bind 127.0.0.1", "dir " + dir}, lines...)
	if flag == "" {
		conf = append([]string{`save ""`, "repl-diskless-sync-delay 0"}, conf...)
	}
	if err := os.WriteFile(filepath.Join(dir, "redis.conf"), []byte(strings.Join(conf, "\n")+"\n"), 0o600); err != nil {
		return nil, err
	}
	cmd := exec.Command("/bin/sh", "-c", script, "sh", dir, flag)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // not ended by Ctrl-C before it has cleaned up
	if p.shell, err = cmd.StdinPipe(); err != nil {
		return nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	p.says = bufio.NewReader(out)
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	p.wait = cmd.Wait
	return p, nil
}

// freePort returns a port of 127.0.0.1 that nothing listens on.
func freePort() (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	defer func() { _ = l.Close() }()
	return l.Addr().(*net.TCPAddr).Port, nil
}

// tell sends one word to the shell and waits for its answer: the number of the server's process.
func (p *Process) tell(word string) (pid string, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.shell == nil {
		return "", errors.New("stopped already")
	}
	if _, err := io.WriteString(p.shell, word+"\n"); err != nil {
		return "", err
	}
	line, err := p.says.ReadString('\n')
	return strings.TrimSpace(line), err
}

// start starts the server and waits until it answers, and is ours and not another one that took the port.
func (p *Process) start() error {
	pid, err := p.tell("start")
	if err != nil {
		return err
	}
	for deadline := time.Now().Add(startTimeout); time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
		if c, err := net.Dial("tcp", p.Addr); err == nil {
			_ = c.Close()
			if info, err := do(p.Addr, "INFO", "server"); ours(info, err, pid) {
				return nil
			}
		}
		if syscall.Kill(atoi(pid), 0) != nil {
			break // it has ended: the port is taken, or the configuration wrong
		}
	}
	log, _ := os.ReadFile(filepath.Join(p.dir, "log"))
	return fmt.Errorf("redis-server on port %d does not start: %s", p.Port, log)
}

// ours reports whether an answer comes from this process. One that asks for a password has the configuration of a test.
func ours(info any, err error, pid string) bool {
	return err == nil && strings.Contains(fmt.Sprint(info), "process_id:"+pid+"\r") || err != nil && strings.HasPrefix(err.Error(), "NOAUTH")
}

func atoi(s string) int {
	n, _ := strconv.Atoi(s)
	return n
}

// Kill ends the server with SIGKILL and returns when it is gone.
func (p *Process) Kill(tb testing.TB) { p.must(tb, "kill") }

// Start starts a killed server on the same port. It is another one, with another run id, and empty if it kept no data.
func (p *Process) Start(tb testing.TB) {
	tb.Helper()
	if err := p.start(); err != nil {
		tb.Fatalf("start Redis again: %v", err)
	}
}

// Pause stops the server's process without ending it: connections stay open and are not answered.
func (p *Process) Pause(tb testing.TB) { p.must(tb, "pause") }

// Resume lets a paused server go on.
func (p *Process) Resume(tb testing.TB) { p.must(tb, "resume") }

func (p *Process) must(tb testing.TB, word string) {
	tb.Helper()
	if _, err := p.tell(word); err != nil {
		tb.Fatalf("%s Redis: %v", word, err)
	}
}

// Stop ends the server and removes its directory. It is safe twice.
func (p *Process) Stop() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.shell == nil {
		return
	}
	_ = p.shell.Close()
	_ = p.wait() // only what the shell was told to do: kill
	p.shell = nil
}
