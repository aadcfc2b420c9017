package server

import (
	"context"
	"fmt"
	"time"

	"github.com/miniodb/miniodb/engine"
)

const (
	superviseEvery = 200 * time.Millisecond
	retryRebuild   = time.Second
)

// supervise replaces the engine when it has failed: one internal error can make a DuckDB instance useless, and everything that lives
// in it can be made again from the WAL. It returns when ctx ends.
func (n *node) supervise(ctx context.Context) {
	tick := time.NewTicker(superviseEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		if n.engine.Load().Healthy() && n.ingest.Broken() == nil {
			continue
		}
		start := time.Now()
		if err := n.restartEngine(ctx); err != nil {
			if ctx.Err() == nil {
				n.log.Error().Err(err).Msg("the query engine has failed and could not be restarted, trying again")
			}
			tick.Reset(retryRebuild)
			continue
		}
		tick.Reset(superviseEvery)
		n.log.Warn().Dur("took", time.Since(start)).Msg("the query engine had failed and was restarted")
	}
}

// restartEngine opens a new instance, fills its buffers from the WAL and has the sessions use it. Statements that run on the old one
// fail there, if they have not already.
func (n *node) restartEngine(ctx context.Context) error {
	db, err := engine.Open(n.settings)
	if err != nil {
		return fmt.Errorf("restart engine: %w", err)
	}
	if err := n.ingest.Rebuild(ctx, db); err != nil {
		_ = db.Close()
		return err
	}
	old := n.engine.Swap(db)
	n.sessions.SetEngine(db)
	return old.Close()
}
