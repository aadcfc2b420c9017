// Package server puts the parts of MiniODB together: for cmd/miniodb and, in the same way, for tests.
//
// It owns the order in which parts start and stop, the data directory, and nothing else. A server starts from the truth upwards
// (directory, object store, logs, engine, ingest) and opens its ports last; it stops in the opposite order, so that what clients
// were promised is in the log before the log closes.
package server

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"syscall"

	"github.com/rs/zerolog"
	"golang.org/x/sync/errgroup"

	"github.com/miniodb/miniodb/admin"
	"github.com/miniodb/miniodb/config"
	"github.com/miniodb/miniodb/pgwire"
)

// Addrs are the addresses a server listens on; ports are never 0.
type Addrs struct {
	PG   net.Addr
	HTTP net.Addr
}

// Run starts a server and serves until ctx ends, then drains: clients get 57P01, buffered rows are flushed as far as the grace
// period allows, and the rest stays in the WAL. ready is called once when it serves. Errors of the start are one line each.
func Run(ctx context.Context, cfg *config.Config, log zerolog.Logger, ready func(Addrs)) error {
	node, err := openNode(ctx, cfg, log)
	if err != nil {
		return err
	}
	defer node.Close()

	http, err := admin.New(admin.Config{Addr: cfg.Server.RestPort}, admin.Deps{
		Log: log, Version: Version, Ready: node.Ready, Stats: admin.StatsFunc(node.stats),
	})
	if err != nil {
		return listenError("HTTP", cfg.Server.RestPort, err)
	}
	wired := wireConfig(cfg)
	if cfg.Shared() {
		wired.NodeTag, wired.Peers = pgwire.NodeTag(node.dir.node), &peers{self: node.dir.node, nodes: node.members.Nodes}
	}
	wire, err := pgwire.New(wired, node.sessions, log)
	if err == nil {
		if err = wire.Listen(ctx); err != nil {
			err = listenError("PostgreSQL clients", cfg.Server.PgAddr, err)
		}
	}
	if err != nil {
		return errors.Join(err, http.Close())
	}

	// Two contexts: clients go first, so that ingest still takes what their last commits hand it.
	background, stopBackground := context.WithCancel(context.WithoutCancel(ctx))
	defer stopBackground()
	var below errgroup.Group
	below.Go(func() error { return node.ingest.Run(background) })
	below.Go(func() error { return http.Run(background) })
	below.Go(func() error { node.supervise(background); return nil })
	below.Go(func() error { return node.keeper.Run(background) })
	below.Go(func() error { return newCleaning(node, cfg.Clean).Run(background) })
	if cfg.Security.EnableTLS {
		below.Go(func() error { onHangup(background, wire.ReloadTLS); return nil })
	}

	node.announce(reachable(wire.Addr(), cfg), reachable(http.Addr(), cfg))
	ready(Addrs{PG: wire.Addr(), HTTP: http.Addr()})
	log.Info().Str("component", "server").Str("version", Version).Str("node", node.dir.node).Str("data_dir", node.dir.path).
		Stringer("pg_addr", wire.Addr()).Stringer("http_addr", http.Addr()).Msg("ready")
	stopReady := context.AfterFunc(ctx, func() { node.draining.Store(true) })
	defer stopReady()
	err = wire.Run(ctx)
	stopBackground()
	return errors.Join(err, below.Wait(), node.Close())
}

func wireConfig(cfg *config.Config) pgwire.Config {
	return pgwire.Config{
		Addr: cfg.Server.PgAddr, MaxConnections: cfg.Pgwire.MaxConnections, MaxMessageBytes: int(cfg.Pgwire.MaxMessageBytes),
		StartupTimeout: cfg.Pgwire.StartupTimeout, DrainGrace: cfg.Pgwire.ShutdownGrace, TLS: tlsConfig(&cfg.Security),
	}
}

func listenError(what, addr string, err error) error {
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		return fmt.Errorf("address %s for %s is in use by another program: stop it or choose another address", addr, what)
	case errors.Is(err, os.ErrPermission):
		return fmt.Errorf("address %s for %s: permission denied", addr, what)
	}
	return fmt.Errorf("listen on %s for %s: %w", addr, what, err)
}
