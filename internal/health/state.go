package health

import "time"

// State is how a service does.
type State int

const (
	// Down: the breaker is open, or downProbes probes in a row failed.
	Down State = iota
	// Degraded: it works, but the last probe failed or was slow, or recentFailures calls failed within the last recentWindow.
	Degraded
	// Up: neither.
	Up
)

// Thresholds of the states. A probe is slow from a quarter of its time-out on.
const (
	downProbes     = 3
	recentFailures = 3
	recentWindow   = 10 * time.Second
	slowShare      = 4
)

// String is the name that people see.
func (s State) String() string {
	switch s {
	case Down:
		return "down"
	case Degraded:
		return "degraded"
	}
	return "up"
}

// callFailed notes a failed call.
func (s *Service) callFailed(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := time.Now()
	s.recent[s.next] = now
	s.next = (s.next + 1) % recentFailures
	s.lastError, s.lastErrorAt = err, now
	s.settleLocked(now)
}

// probed notes the outcome of a probe.
func (s *Service) probed(err error, took time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := time.Now()
	if err != nil {
		s.failedProbes++
		s.lastError, s.lastErrorAt = err, now
	} else {
		s.failedProbes, s.slow = 0, took >= s.cfg.Timeout/slowShare
		s.latency.Store(int64(took))
	}
	s.settleLocked(now)
}

// settleLocked brings the state up to date and logs a change of it.
func (s *Service) settleLocked(now time.Time) {
	state := Up
	switch oldest := s.recent[s.next]; {
	case !s.closed.Load() || s.failedProbes >= downProbes:
		state = Down
	case s.failedProbes > 0 || s.slow || now.Sub(oldest) < recentWindow:
		state = Degraded
	}
	if state == s.state {
		return
	}
	event := s.log.Warn()
	if state == Up {
		event = s.log.Info()
	} else {
		event = event.AnErr("error", s.lastError)
	}
	event.Stringer("state", state).Stringer("was", s.state).Dur("was_for", now.Sub(s.since)).Msg("service changed its state")
	s.state, s.since = state, now
}
