package health

import "time"

// Status is what is known about a service. Calls, Failures and Refused count since New; probes are not among them.
type Status struct {
	Name, Address string
	State         State
	Since         time.Time // of the state
	Usage         Usage     // zero when unknown
	Calls         int64     // sent
	Failures      int64     // sent and failed
	Refused       int64     // not sent
	LastError     string    // of a call or a probe; "" when there was none
	LastErrorAt   time.Time
	Latency       time.Duration // of the last probe that succeeded
	Breaker       string        // "closed", "open", "half-open"
}

// Status returns the state as of now. A nil *Service is up and has no name.
func (s *Service) Status() Status {
	if s == nil {
		return Status{State: Up, Breaker: "closed"}
	}
	out := Status{
		Name: s.cfg.Name, Address: s.cfg.Address, Breaker: s.breaker.State().String(), Latency: time.Duration(s.latency.Load()),
		Calls: s.calls.Load(), Failures: s.failures.Load(), Refused: s.refused.Load(),
	}
	if s.cfg.Usage != nil {
		out.Usage = s.cfg.Usage()
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.settleLocked(time.Now()) // failures grow old
	out.State, out.Since, out.LastErrorAt = s.state, s.since, s.lastErrorAt
	if s.lastError != nil {
		out.LastError = s.lastError.Error()
	}
	return out
}
