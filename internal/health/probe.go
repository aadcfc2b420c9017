package health

import (
	"context"
	"errors"
	"time"
)

// Run probes the service at once and then every cfg.Every, until ctx ends. It returns nil. One at a time.
func (s *Service) Run(ctx context.Context) error {
	s.watched.Store(true)
	defer s.watched.Store(false)
	ticker := time.NewTicker(s.cfg.Every)
	defer ticker.Stop()
	for {
		s.probe(ctx)
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
		}
	}
}

// probe makes one probe. It goes through the breaker: it is the only call of a half-open one.
func (s *Service) probe(ctx context.Context) {
	done, refused := s.breaker.Allow()
	if s.cfg.Probe == nil {
		if refused == nil {
			done(nil)
		}
		s.probed(nil, 0)
		return
	}
	limited, cancel := context.WithTimeout(ctx, s.cfg.Timeout)
	defer cancel()
	start := time.Now()
	err := s.cfg.Probe(limited)
	if err != nil && errors.Is(ctx.Err(), context.Canceled) {
		err = errCanceled // the server stops
	}
	if IsAnswer(err) {
		err = nil
	}
	if refused == nil {
		done(err)
	}
	if err != errCanceled {
		s.probed(err, time.Since(start))
	}
}
