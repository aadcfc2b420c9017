// Package health knows whether a remote service that the server depends on works: Redis, the object store, later the peers.
//
// It owns the probe, the state that people see (up, degraded, down) and the circuit breaker. The clients of a service send every call
// through Do; the composition root runs Run; system relations and metrics read Status. It knows no protocol, opens no connection, and
// retries nothing: who calls knows what may be sent twice.
//
// # Design
//
// The breaker opens after some failures in a row, of calls and probes together. While it is open, calls are refused at once with
// ErrDown, so that a dead service costs its callers nothing and is not stormed when it comes back. Whether it is back is found out by
// the probe alone and never by a user's call: between two probes an open breaker is half-open for the prober only, and one probe that
// succeeds closes it. While Run does not run, as in a server that starts, there is no prober, and the first call after half an interval is
// let through instead.
//
// A call that succeeds takes two short locks of the breaker and a few atomic additions; the lock of the state is only taken by failures,
// probes and readers.
package health

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/rs/zerolog"
	"github.com/sony/gobreaker/v2"
)

// Defaults of Config.
const (
	defaultEvery    = time.Second
	defaultTimeout  = 2 * time.Second
	defaultFailures = 5
)

// ErrDown says that a call was refused without being sent, because the breaker is open.
var ErrDown = errors.New("service is down")

// errCanceled tells the breaker that the caller went away, which says nothing about the service.
var errCanceled = errors.New("canceled by the caller")

// errPanic is what a call that panicked counts as.
var errPanic = errors.New("the call panicked")

// Usage are the connections of a pool.
type Usage struct{ InUse, Idle, Limit int }

// Config describes a service.
type Config struct {
	Name, Address string                      // "redis", "minio"; host:port for people
	Probe         func(context.Context) error // a cheap round trip that honours its context; nil error: reachable
	Every         time.Duration               // between probes; 0: a second
	Timeout       time.Duration               // of one probe; 0: two seconds
	Failures      int                         // of calls and probes in a row after which calls are refused; 0: five
	Usage         func() Usage                // nil: unknown. It must not block
	Log           zerolog.Logger
}

// Service watches one service. A nil *Service lets every call pass and counts nothing.
type Service struct {
	cfg     Config
	log     zerolog.Logger
	breaker *gobreaker.TwoStepCircuitBreaker[struct{}]
	closed  atomic.Bool // the breaker's state as calls see it: false while it is open or half-open
	watched atomic.Bool // Run runs

	calls, failures, refused atomic.Int64
	latency                  atomic.Int64 // of the last probe that succeeded, nanoseconds

	mu           sync.Mutex
	state        State
	since        time.Time
	failedProbes int                       // in a row
	slow         bool                      // the last probe
	recent       [recentFailures]time.Time // when calls failed; next is the oldest
	next         int
	lastError    error
	lastErrorAt  time.Time
}

// New returns a service that counts as up until a call or a probe says otherwise.
func New(cfg Config) *Service {
	if cfg.Every <= 0 {
		cfg.Every = defaultEvery
	}
	if cfg.Timeout <= 0 {
		cfg.Timeout = defaultTimeout
	}
	if cfg.Failures <= 0 {
		cfg.Failures = defaultFailures
	}
	s := &Service{cfg: cfg, log: cfg.Log.With().Str("component", "health").Str("service", cfg.Name).Str("address", cfg.Address).Logger(), state: Up, since: time.Now()}
	s.closed.Store(true)
	s.breaker = gobreaker.NewTwoStepCircuitBreaker[struct{}](gobreaker.Settings{
		Name:        cfg.Name,
		Timeout:     cfg.Every / 2, // an open breaker is half-open by the next probe
		ReadyToTrip: func(c gobreaker.Counts) bool { return int64(c.ConsecutiveFailures) >= int64(cfg.Failures) },
		IsSuccessful: func(err error) bool {
			return err == nil || IsAnswer(err)
		},
		IsExcluded: func(err error) bool { return err == errCanceled },
		// Called under the breaker's lock.
		OnStateChange: func(_ string, _, to gobreaker.State) { s.closed.Store(to == gobreaker.StateClosed) },
	})
	return s
}

// Do makes a call to the service, or returns an error that is ErrDown at once and without calling. An error of the call counts as a
// failure of the service unless it is marked by Answer or ctx was canceled; a deadline of ctx that passed counts. The call's error is
// returned as it is, without the mark.
func (s *Service) Do(ctx context.Context, call func(context.Context) error) error {
	if s == nil {
		return unmark(call(ctx))
	}
	if !s.closed.Load() && s.watched.Load() {
		return s.refuse()
	}
	done, err := s.breaker.Allow()
	if err != nil {
		return s.refuse()
	}
	s.calls.Add(1)
	outcome := errPanic
	defer func() {
		done(outcome)
		if outcome != nil && outcome != errCanceled && !IsAnswer(outcome) {
			s.failures.Add(1)
			s.callFailed(outcome)
		}
	}()
	err = call(ctx)
	outcome = err
	if err != nil && errors.Is(ctx.Err(), context.Canceled) {
		outcome = errCanceled
	}
	return unmark(err)
}

// refuse returns ErrDown with the cause in words: as a wrapped error a passed deadline of an earlier call would look like the caller's.
func (s *Service) refuse() error {
	s.refused.Add(1)
	s.mu.Lock()
	cause := s.lastError
	s.mu.Unlock()
	if cause == nil {
		return fmt.Errorf("%s at %s: %w", s.cfg.Name, s.cfg.Address, ErrDown)
	}
	return fmt.Errorf("%s at %s: %w: %v", s.cfg.Name, s.cfg.Address, ErrDown, cause)
}
