package server

import (
	"context"
	"time"

	"github.com/rs/zerolog"

	cataloglog "github.com/miniodb/miniodb/catalog/log"
	"github.com/miniodb/miniodb/config"
)

const (
	cleanLease = "clean"
	cleanLife  = time.Minute
	cleanPause = time.Second // before the next round, when one has reached its bounds
)

// cleaning gives disk space back in the background. Of servers that share a store one does the common part of it, while it has the lease; each removes the
// orphans of its own stream. The lease saves work only: two that clean at once do no harm.
type cleaning struct {
	cleaner *cataloglog.Cleaner
	lease   cataloglog.Lease
	every   time.Duration // 0: never
	log     zerolog.Logger
}

func newCleaning(n *node, cfg config.Clean) *cleaning {
	return &cleaning{
		cleaner: cataloglog.NewCleaner(cataloglog.CleanConfig{Retention: cfg.Retention, OrphanAge: cfg.OrphanAge}, n.tables, n.catalog, n.ingest, n.log),
		lease:   n.lease, every: cfg.Interval, log: n.log.With().Str("component", "clean").Logger(),
	}
}

// Run cleans round by round until ctx ends. The first begins some time after the start, when others have more to do.
func (c *cleaning) Run(ctx context.Context) error {
	if c.every <= 0 {
		return nil
	}
	timer := time.NewTimer(c.every / 10)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-timer.C:
		}
		wait := c.every
		if c.round(ctx) {
			wait = min(wait, cleanPause)
		}
		timer.Reset(wait)
	}
}

// round runs one round and reports whether there is more to do.
func (c *cleaning) round(ctx context.Context) (more bool) {
	release, shared, err := c.lease(ctx, cleanLease, cleanLife)
	if err != nil && ctx.Err() == nil {
		c.log.Warn().Err(err).Msg("no lease for cleaning, only this server's own orphans are looked for")
	}
	if shared {
		defer release()
	}
	start := time.Now()
	done, err := c.cleaner.Once(ctx, start, shared)
	if err != nil && ctx.Err() == nil {
		c.log.Warn().Err(err).Msg("round of cleaning ended early")
	}
	if done.Objects > 0 {
		c.log.Info().Int64("objects", done.Objects).Int64("bytes", done.Bytes).Int64("log_objects", done.LogObjects).Int64("files", done.Files).
			Int64("orphans", done.Orphans).Int64("tables", done.Tables).Int64("failures", done.Failures).Dur("took", time.Since(start)).Msg("disk space given back")
	}
	return done.More && err == nil
}
