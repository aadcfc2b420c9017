package server

import (
	"context"
	"os"
	"os/signal"
	"syscall"
)

// onHangup calls f at each SIGHUP until ctx ends. Without it the signal ends the process, as that of a closed terminal should.
func onHangup(ctx context.Context, f func()) {
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, syscall.SIGHUP)
	defer signal.Stop(signals)
	for {
		select {
		case <-ctx.Done():
			return
		case <-signals:
			f()
		}
	}
}
