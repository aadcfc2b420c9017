package health

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

// lineServer answers each line with "pong"; it dies and returns under the same address.
type lineServer struct {
	t     *testing.T
	addr  string
	lines atomic.Int64

	listener net.Listener
	mu       sync.Mutex
	conns    map[net.Conn]struct{}
	served   sync.WaitGroup
}

func startServer(t *testing.T) *lineServer {
	s := &lineServer{t: t, addr: "127.0.0.1:0", conns: map[net.Conn]struct{}{}}
	s.start()
	t.Cleanup(s.kill)
	return s
}

func (s *lineServer) start() {
	l, err := net.Listen("tcp", s.addr)
	require.NoError(s.t, err)
	s.listener = l
	if s.addr == "127.0.0.1:0" {
		s.addr = l.Addr().String()
	}
	s.served.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			s.mu.Lock()
			s.conns[c] = struct{}{}
			s.mu.Unlock()
			s.served.Go(func() {
				defer c.Close()
				for lines := bufio.NewScanner(c); lines.Scan(); {
					s.lines.Add(1)
					if _, err := io.WriteString(c, "pong\n"); err != nil {
						return
					}
				}
			})
		}
	})
}

// kill closes the port and every connection.
func (s *lineServer) kill() {
	s.listener.Close()
	s.mu.Lock()
	for c := range s.conns {
		c.Close()
	}
	clear(s.conns)
	s.mu.Unlock()
	s.served.Wait()
}

// ask is one call with a connection of its own.
func (s *lineServer) ask(ctx context.Context, line string) error {
	var d net.Dialer
	c, err := d.DialContext(ctx, "tcp", s.addr)
	if err != nil {
		return err
	}
	defer c.Close()
	stop := context.AfterFunc(ctx, func() { c.Close() })
	defer stop()
	if _, err := io.WriteString(c, line+"\n"); err != nil {
		return err
	}
	got, err := bufio.NewReader(c).ReadString('\n')
	if err == nil && got != "pong\n" {
		err = fmt.Errorf("answer %q", got)
	}
	return err
}

// logLines collects the log.
type logLines struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (l *logLines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.Write(p)
}

// states returns "was>state" of each line.
func (l *logLines) states(t *testing.T) (out []string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for line := range strings.Lines(l.buf.String()) {
		var e struct{ Level, Was, State, Service string }
		require.NoError(t, json.Unmarshal([]byte(line), &e))
		require.Equal(t, map[bool]string{true: "info", false: "warn"}[e.State == "up"], e.Level)
		require.Equal(t, "line", e.Service)
		out = append(out, e.Was+">"+e.State)
	}
	return out
}

const soon, tick = 10 * time.Second, 5 * time.Millisecond

// TestServerDiesAndReturns: calls are refused after some failures, no call of a user tries whether the server is back, and it is back by itself.
func TestServerDiesAndReturns(t *testing.T) {
	defer goleak.VerifyNone(t)
	server, log := startServer(t), &logLines{}
	defer server.kill()
	s := New(Config{
		Name: "line", Address: server.addr, Every: 20 * time.Millisecond, Failures: 4, Log: zerolog.New(log),
		Probe: func(ctx context.Context) error { return server.ask(ctx, "ping") },
		Usage: func() Usage { return Usage{InUse: 1, Idle: 2, Limit: 3} },
	})
	ctx, cancel := context.WithCancel(t.Context())
	ran := make(chan error, 1)
	go func() { ran <- s.Run(ctx) }()
	call := func() error {
		return s.Do(ctx, func(ctx context.Context) error { return server.ask(ctx, "call") })
	}
	require.NoError(t, call())
	require.Eventually(t, func() bool { return s.Status().Latency > 0 }, soon, tick)
	require.Equal(t, Up, s.Status().State)
	require.Equal(t, Usage{1, 2, 3}, s.Status().Usage)

	for round := range 3 {
		server.kill()
		require.Eventually(t, func() bool { return errors.Is(call(), ErrDown) }, soon, tick)
		err := call()
		require.ErrorIs(t, err, ErrDown)
		require.ErrorContains(t, err, "connection refused")
		require.ErrorContains(t, err, "line at 127.0.0.1:")
		status := s.Status()
		require.Equal(t, Down, status.State)
		require.NotEqual(t, "closed", status.Breaker)
		require.Contains(t, status.LastError, "connection refused")
		require.WithinDuration(t, time.Now(), status.LastErrorAt, soon)

		// The user's calls are refused for as long as the probe has not been answered: the only line that reaches the server while the
		// breaker is open is the probe's.
		calls := status.Calls
		server.start()
		require.Eventually(t, func() bool {
			before := s.Status().Calls
			err := call()
			if err != nil {
				require.ErrorIs(t, err, ErrDown, "round %d", round)
				require.Equal(t, before, s.Status().Calls)
			}
			return err == nil
		}, soon, tick)
		require.Equal(t, calls+1, s.Status().Calls, "refused calls were not sent")
		require.NotEqual(t, Down, s.Status().State)
		require.Equal(t, "closed", s.Status().Breaker)
	}
	require.Positive(t, s.Status().Refused)
	require.Positive(t, s.Status().Failures)
	cancel()
	require.NoError(t, <-ran)
	states := log.states(t)
	downs := 0
	for i, change := range states {
		was, is, _ := strings.Cut(change, ">")
		require.NotEqual(t, was, is)
		if i > 0 {
			require.True(t, strings.HasSuffix(states[i-1], ">"+was), "%v", states)
		}
		if is == "down" {
			downs++
		}
	}
	require.Equal(t, 3, downs, "each outage is logged once: %v", states)
}

// TestHang: a server that accepts and never answers is down, too.
func TestHang(t *testing.T) {
	defer goleak.VerifyNone(t)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer l.Close()
	dead := &lineServer{t: t, addr: l.Addr().String()}
	s := New(Config{Name: "line", Address: dead.addr, Every: 5 * time.Millisecond, Timeout: 10 * time.Millisecond,
		Probe: func(ctx context.Context) error { return dead.ask(ctx, "ping") }})
	ctx, cancel := context.WithCancel(t.Context())
	ran := make(chan error, 1)
	go func() { ran <- s.Run(ctx) }()
	require.Eventually(t, func() bool { return s.Status().State == Down && s.Status().Breaker != "closed" }, soon, tick)
	require.ErrorIs(t, s.Do(ctx, func(context.Context) error { return nil }), ErrDown)
	cancel()
	require.NoError(t, <-ran)
}

func TestWhatCounts(t *testing.T) {
	s := New(Config{Name: "line", Failures: 2})
	missing, broken := errors.New("not found"), errors.New("broken pipe")
	do := func(ctx context.Context, err error) error {
		return s.Do(ctx, func(context.Context) error { return err })
	}
	canceled, cancel := context.WithCancel(t.Context())
	cancel()
	late, cancelLate := context.WithTimeout(t.Context(), -time.Second)
	defer cancelLate()

	for range 10 {
		require.True(t, do(t.Context(), Answer(missing)) == missing, "without the mark")
		wrapped := fmt.Errorf("get: %w", Answer(missing))
		require.Equal(t, wrapped, do(t.Context(), wrapped))
		require.ErrorIs(t, do(canceled, broken), broken)
	}
	require.NoError(t, Answer(nil))
	require.False(t, IsAnswer(nil))
	require.Equal(t, Status{Name: "line", State: Up, Since: s.Status().Since, Calls: 30, Breaker: "closed"}, s.Status())

	require.ErrorIs(t, do(t.Context(), broken), broken)
	require.NoError(t, do(t.Context(), nil), "a success between failures")
	require.ErrorIs(t, do(t.Context(), broken), broken)
	require.ErrorIs(t, do(late, context.DeadlineExceeded), context.DeadlineExceeded, "a deadline counts")
	require.ErrorIs(t, do(t.Context(), nil), ErrDown)
	require.NotErrorIs(t, do(t.Context(), nil), context.DeadlineExceeded, "the cause is not the caller's own")
	require.ErrorContains(t, do(t.Context(), nil), "service is down: context deadline exceeded")

	// Nobody probes: a call is the trial, and while that lasts others are refused.
	unwatched := New(Config{Every: 400 * time.Millisecond, Failures: 1})
	failing := func(context.Context) error { return broken }
	require.ErrorIs(t, unwatched.Do(t.Context(), failing), broken)
	require.ErrorIs(t, unwatched.Do(t.Context(), failing), ErrDown)
	require.Eventually(t, func() bool { return unwatched.Do(t.Context(), failing) == broken }, soon, time.Millisecond)
	require.Eventually(t, func() bool {
		return unwatched.Do(t.Context(), func(context.Context) error {
			require.ErrorIs(t, unwatched.Do(t.Context(), failing), ErrDown)
			return nil
		}) == nil
	}, soon, time.Millisecond)
	require.Equal(t, "closed", unwatched.Status().Breaker)

	panics := New(Config{Failures: 1})
	require.Panics(t, func() { _ = panics.Do(t.Context(), func(context.Context) error { panic("x") }) })
	require.ErrorIs(t, panics.Do(t.Context(), func(context.Context) error { return nil }), ErrDown)

	var none *Service
	require.True(t, none.Do(t.Context(), func(context.Context) error { return Answer(missing) }) == missing)
	require.Equal(t, Up, none.Status().State)
}

// TestThresholds walks through the states by the clock.
func TestThresholds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var fail atomic.Bool
		var took atomic.Int64
		log := &logLines{}
		s := New(Config{Name: "line", Failures: 5, Log: zerolog.New(log), Probe: func(ctx context.Context) error {
			time.Sleep(time.Duration(took.Load()))
			if fail.Load() {
				return errors.New("no")
			}
			return nil
		}})
		ctx, cancel := context.WithCancel(t.Context())
		go func() { _ = s.Run(ctx) }()
		wait := func(d time.Duration) State { time.Sleep(d); synctest.Wait(); return s.Status().State }
		require.Equal(t, Up, wait(5*time.Second+time.Millisecond))

		took.Store(int64(600 * time.Millisecond))
		require.Equal(t, Degraded, wait(2*time.Second), "slow")
		require.Equal(t, 600*time.Millisecond, s.Status().Latency)
		took.Store(0)
		require.Equal(t, Up, wait(2*time.Second))

		fail.Store(true)
		require.Equal(t, Degraded, wait(time.Second), "one failed probe")
		require.Equal(t, Degraded, wait(time.Second))
		require.Equal(t, Down, wait(time.Second), "three")
		require.Equal(t, "closed", s.Status().Breaker)
		require.NoError(t, s.Do(ctx, func(context.Context) error { return nil }))
		require.Equal(t, Down, wait(5*time.Second))
		require.ErrorIs(t, s.Do(ctx, func(context.Context) error { return nil }), ErrDown)
		fail.Store(false)
		require.Equal(t, Up, wait(2*time.Second))

		broken := func() {
			_ = s.Do(ctx, func(context.Context) error { return errors.New("broken") })
			require.NoError(t, s.Do(ctx, func(context.Context) error { return nil }))
		}
		broken()
		broken()
		require.Equal(t, Up, s.Status().State, "few failures")
		broken()
		require.Equal(t, Degraded, s.Status().State)
		require.Equal(t, Degraded, wait(9*time.Second))
		require.Equal(t, Up, wait(2*time.Second), "they grew old")
		require.Equal(t, "broken", s.Status().LastError)
		cancel()
		synctest.Wait()
		require.Equal(t, []string{"up>degraded", "degraded>up", "up>degraded", "degraded>down", "down>up", "up>degraded", "degraded>up"}, log.states(t))
	})
}

func BenchmarkDo(b *testing.B) {
	s := New(Config{Name: "line"})
	nothing := func(context.Context) error { return nil }
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if err := s.Do(b.Context(), nothing); err != nil {
				b.Error(err)
			}
		}
	})
}
