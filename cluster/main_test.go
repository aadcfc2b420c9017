package cluster

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/redis/go-redis/v9"
	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

// holderEnv has this binary take a lease and keep it until it is killed: "address tag name life".
const holderEnv = "MINIODB_TEST_LEASE_HOLDER"

func TestMain(m *testing.M) {
	if args := strings.Fields(os.Getenv(holderEnv)); len(args) == 4 {
		if err := hold(args); err != nil {
			fmt.Println(err)
			os.Exit(1)
		}
	}
	goleak.VerifyTestMain(m)
}

func hold(args []string) error {
	life, err := time.ParseDuration(args[3])
	if err != nil {
		return err
	}
	leases := NewRedisLeases(newClient(args[0]), args[1], "holder", zerolog.Nop())
	l, ok, err := leases.Acquire(context.Background(), args[2], life)
	if err != nil || !ok {
		return fmt.Errorf("not acquired: %w", err)
	}
	fmt.Println("held")
	<-l.Done()
	return fmt.Errorf("lost")
}

// startHolder starts a process that holds a lease.
func startHolder(t *testing.T, addr, tag, name string, life time.Duration) *os.Process {
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^$")
	cmd.Env = append(os.Environ(), fmt.Sprintf("%s=%s %s %s %s", holderEnv, addr, tag, name, life))
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	line, err := bufio.NewReader(out).ReadString('\n')
	require.NoError(t, err)
	require.Equal(t, "held\n", line)
	return cmd.Process
}

func newClient(addrs ...string) redis.UniversalClient {
	return redis.NewUniversalClient(&redis.UniversalOptions{Addrs: addrs, ContextTimeoutEnabled: true, DialTimeout: time.Second})
}

func client(t *testing.T, addrs ...string) redis.UniversalClient {
	c := newClient(addrs...)
	t.Cleanup(func() { _ = c.Close() })
	return c
}

// newTag makes the tag of a database that only this test knows.
func newTag() string { return "test-" + uuid.NewString()[:8] }

// logs collects what is logged.
type logs struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (l *logs) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.Write(p)
}

func (l *logs) count(text string) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return strings.Count(l.buf.String(), text)
}

func (l *logs) logger() zerolog.Logger { return zerolog.New(l).Level(zerolog.InfoLevel) }

func isDone(l Lease) bool {
	select {
	case <-l.Done():
		return true
	default:
		return false
	}
}

// done waits until a lease has ended and returns how long that took.
func done(t *testing.T, l Lease, within time.Duration) time.Duration {
	t.Helper()
	start := time.Now()
	select {
	case <-l.Done():
	case <-time.After(within):
		require.FailNow(t, "the holder did not notice")
	}
	return time.Since(start)
}
