package testminio

import (
	"bufio"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

const (
	startTimeout = time.Minute
	portTries    = 5 // somebody else may take a free port before the server does
)

// Process is a server that can be killed and started again with the same data, port and credentials. Its methods are called by one goroutine at a time.
type Process struct {
	Server
	Port int

	binary, dir string
	sweep       bool           // the directory goes with the last run
	hold        io.WriteCloser // closed by Kill or by the end of this process; then the shell kills the server
	pid         int            // of the server
	ended       chan struct{}  // closed when the shell has ended
}

// Launch starts a server on a directory and a port. An empty dir is a new one, port 0 is a free one. It is killed at the end of the test.
func Launch(tb testing.TB, dir string, port int) *Process {
	tb.Helper()
	if dir == "" {
		dir = tb.TempDir()
	}
	p, err := launch(dir, port, false)
	if err != nil {
		tb.Fatalf("start MinIO: %v", err)
	}
	tb.Cleanup(p.Kill)
	return p
}

func launch(dir string, port int, sweep bool) (*Process, error) {
	binary, err := findBinary()
	if err != nil {
		return nil, err
	}
	p := &Process{binary: binary, dir: dir, sweep: sweep, Server: Server{AccessKey: "test" + rand.Text()[:8], SecretKey: rand.Text()}}
	for try := 1; ; try++ {
		if p.Port = port; port == 0 {
			if p.Port, err = freePort(); err != nil {
				return nil, err
			}
		}
		p.Endpoint = net.JoinHostPort("127.0.0.1", strconv.Itoa(p.Port))
		if err = p.Start(); err == nil || port != 0 || try == portTries {
			return p, err
		}
	}
}

// script runs in a shell: $1 the binary, $2 the directory, $3 the address, $4 whether to remove the directory at the end. It prints the
// server's process id. Its standard input ends when the server shall; file 3 is closed when the server has ended.
const script = `
"$1" server --address "$3" "$2/data" >"$2/log" 2>&1 &
pid=$!
exec 3>&-
echo $pid
read -r _
kill -KILL $pid 2>/dev/null
wait $pid 2>/dev/null
[ "$4" = true ] && rm -rf "$2"
exit 0
`

// Start starts the server and waits until it answers. It does nothing while it runs.
func (p *Process) Start() error {
	if p.ended != nil {
		return nil
	}
	cmd := exec.Command("/bin/sh", "-c", script, "sh", p.binary, p.dir, p.Endpoint, strconv.FormatBool(p.sweep))
	cmd.Dir = p.dir
	cmd.Env = append(os.Environ(), "MINIO_ROOT_USER="+p.AccessKey, "MINIO_ROOT_PASSWORD="+p.SecretKey, "HOME="+p.dir,
		"MINIO_BROWSER=off", "MINIO_UPDATE=off", "MINIO_SCANNER_SPEED=slowest", "MINIO_CI_CD=1")
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // not ended by Ctrl-C before it has cleaned up
	var err error
	if p.hold, err = cmd.StdinPipe(); err != nil {
		return err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	alive, inherited, err := os.Pipe()
	if err != nil {
		return err
	}
	cmd.ExtraFiles = []*os.File{inherited}
	err = cmd.Start()
	_ = inherited.Close()
	if err != nil {
		return errors.Join(fmt.Errorf("run %s: %w", p.binary, err), alive.Close())
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if err == nil {
		p.pid, err = strconv.Atoi(strings.TrimSpace(line))
	}
	p.ended = make(chan struct{})
	died := make(chan struct{})
	go func(ended chan struct{}) { // ends with the server and its shell, which end with this process
		_, _ = io.Copy(io.Discard, alive)
		close(died)
		_ = alive.Close()
		_ = cmd.Wait()
		close(ended)
	}(p.ended)
	if err == nil {
		err = p.await(died)
	}
	if err != nil {
		p.sweep = false // its log is wanted, and perhaps another try
		p.Kill()
	}
	return err
}

// Kill ends the server with SIGKILL and waits for its end. It is safe twice.
func (p *Process) Kill() {
	if p.ended == nil {
		return
	}
	_ = p.hold.Close()
	<-p.ended
	p.ended = nil
}

// Pause stops the server without ending it: it accepts connections and never answers.
func (p *Process) Pause() error {
	if err := syscall.Kill(p.pid, syscall.SIGSTOP); err != nil {
		return err
	}
	// The signal stops thread after thread.
	for deadline := time.Now().Add(startTimeout); time.Now().Before(deadline); runtime.Gosched() {
		stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", p.pid))
		if err != nil || strings.Contains(string(stat), ") T ") { // or no Linux
			break
		}
	}
	return nil
}

// Resume undoes Pause.
func (p *Process) Resume() error { return syscall.Kill(p.pid, syscall.SIGCONT) }

// await polls until the server is ready. That it answers at its port is not enough: that may be somebody else's server there.
func (p *Process) await(died <-chan struct{}) error {
	deadline := time.NewTimer(startTimeout)
	defer deadline.Stop()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-died:
			return fmt.Errorf("the server ended: %s", p.log())
		case <-deadline.C:
			return fmt.Errorf("the server is not ready after %v: %s", startTimeout, p.log())
		case <-tick.C:
			if strings.Contains(p.log(), "API: http") && ready(p.Endpoint) {
				return nil
			}
		}
	}
}

func ready(endpoint string) bool {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+endpoint+"/minio/health/ready", nil)
	if err != nil {
		return false
	}
	transport := &http.Transport{DisableKeepAlives: true} // leaves no goroutine behind
	res, err := transport.RoundTrip(req)
	if err != nil {
		return false
	}
	_ = res.Body.Close()
	return res.StatusCode == http.StatusOK
}

func (p *Process) log() string {
	b, err := os.ReadFile(filepath.Join(p.dir, "log"))
	if err != nil {
		return err.Error()
	}
	return string(b[max(0, len(b)-4096):])
}

func freePort() (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	defer func() { _ = l.Close() }()
	return l.Addr().(*net.TCPAddr).Port, nil
}

// findBinary looks at $MINIO_BIN, at what make deps has built, and at PATH.
func findBinary() (string, error) {
	if path := os.Getenv("MINIO_BIN"); path != "" {
		return path, nil
	}
	dir, err := os.Getwd()
	for err == nil {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			path := filepath.Join(dir, "testdata", "cache", "bin", "minio")
			if _, err := os.Stat(path); err == nil {
				return path, nil
			}
			break
		}
		if dir == filepath.Dir(dir) {
			break
		}
		dir = filepath.Dir(dir)
	}
	if path, err := exec.LookPath("minio"); err == nil {
		return path, nil
	}
	return "", errors.New("no MinIO found: run make deps, or set MINIO_BIN to a binary")
}
