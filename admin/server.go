// Package admin serves HTTP for operators and orchestrators: /healthz, /readyz and /metrics.
//
// It owns the listener and the metrics' names. It knows no other package of the server: readiness is a function and numbers come as a
// Stats value, both from the composition root. It answers nothing about the data and changes nothing.
package admin

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus/promhttp"
	"github.com/rs/zerolog"
)

// Limits of a request. There is no body to read and answers are small.
const (
	headerTimeout  = 5 * time.Second
	requestTimeout = 30 * time.Second
	idleTimeout    = 2 * time.Minute
	maxHeaderBytes = 16 << 10
	stopTimeout    = 5 * time.Second
)

// Config says where to listen.
type Config struct {
	Addr string // host:port, ":port" for every interface, port 0 for a free one
}

// Deps is what the server tells about itself.
type Deps struct {
	Log     zerolog.Logger
	Version string
	// Ready returns nil when the server answers queries and takes writes, otherwise the reason in one line. It must not block.
	Ready func() error
	// Stats is asked for at each scrape. It must not block.
	Stats StatsSource
}

// Server is the HTTP server. New listens, Run serves.
type Server struct {
	log      zerolog.Logger
	listener net.Listener
	http     *http.Server
}

// New listens, so that a port in use is known at once. Requests are answered from Run on.
func New(cfg Config, deps Deps) (*Server, error) {
	registry, err := newRegistry(deps)
	if err != nil {
		return nil, fmt.Errorf("admin: register metrics: %w", err)
	}
	l, err := net.Listen("tcp", cfg.Addr)
	if err != nil {
		return nil, fmt.Errorf("HTTP port (server.rest_port): %w", err)
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", healthz)
	mux.HandleFunc("GET /readyz", readyz(deps.Ready))
	mux.Handle("GET /metrics", promhttp.HandlerFor(registry, promhttp.HandlerOpts{MaxRequestsInFlight: 4, Timeout: requestTimeout / 2}))
	return &Server{
		log: deps.Log, listener: l,
		http: &http.Server{
			Handler: mux, ReadHeaderTimeout: headerTimeout, ReadTimeout: requestTimeout, WriteTimeout: requestTimeout,
			IdleTimeout: idleTimeout, MaxHeaderBytes: maxHeaderBytes,
		},
	}, nil
}

// Addr is where the server listens, with the real port.
func (s *Server) Addr() net.Addr { return s.listener.Addr() }

// Run serves until ctx ends, then lets requests finish within a deadline and closes the listener.
func (s *Server) Run(ctx context.Context) error {
	served := make(chan error, 1)
	go func() { served <- s.http.Serve(s.listener) }()
	select {
	case err := <-served:
		return fmt.Errorf("admin: serve %s: %w", s.Addr(), err)
	case <-ctx.Done():
	}
	stop, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopTimeout)
	defer cancel()
	if err := s.http.Shutdown(stop); err != nil {
		s.log.Warn().Err(err).Msg("requests were cut off")
		_ = s.http.Close() // a second failure says nothing new
	}
	if err := <-served; !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("admin: serve %s: %w", s.Addr(), err)
	}
	return nil
}

// Close releases the listener of a server that was never run. Safe twice, and after Run.
func (s *Server) Close() error {
	if err := s.http.Close(); err != nil {
		return fmt.Errorf("admin: close: %w", err)
	}
	if err := s.listener.Close(); err != nil && !errors.Is(err, net.ErrClosed) {
		return fmt.Errorf("admin: close: %w", err)
	}
	return nil
}

// healthz says that the process is alive: an orchestrator restarts it when this stops answering.
func healthz(w http.ResponseWriter, _ *http.Request) { answer(w, http.StatusOK, "ok") }

// readyz says whether traffic should come here.
func readyz(ready func() error) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		if err := ready(); err != nil {
			answer(w, http.StatusServiceUnavailable, err.Error())
			return
		}
		answer(w, http.StatusOK, "ready")
	}
}

func answer(w http.ResponseWriter, status int, line string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = io.WriteString(w, line+"\n") // the client is gone if this fails
}
