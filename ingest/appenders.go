package ingest

import (
	"context"

	"golang.org/x/sync/errgroup"

	"github.com/miniodb/miniodb/engine"
)

const (
	appenderCount = 2
	parallelRows  = 50_000 // from which on more than one appender works
)

// appenders are the connections on which rows go into buffers. One of them keeps one core busy, so many rows go over all of them at once, each in a transaction of
// its own: nobody reads an offset before all rows of its group are there (Ingest.visible).
type appenders []*engine.Conn

func openAppenders(db Engine) (appenders, error) {
	var out appenders
	for range appenderCount {
		c, err := db.Conn()
		if err != nil {
			out.close()
			return nil, err
		}
		out = append(out, c)
	}
	return out, nil
}

func (a appenders) close() {
	for _, c := range a {
		c.Close()
	}
}

// add appends batches. each is called for every part of the work, in goroutines of their own, and may run it again after a failure, which leaves nothing
// of the part behind.
func (a appenders) add(ctx context.Context, appends []engine.HotAppend, each func(ctx context.Context, run func() error) error) error {
	parts := split(appends, len(a))
	if len(parts) == 1 {
		return each(ctx, func() error { return a[0].AppendAll(ctx, appends) })
	}
	var group errgroup.Group // whose first error does not stop the others: all are done when the connections are used again
	for i, part := range parts {
		group.Go(func() error {
			return each(ctx, func() error { return a[i].AppendAll(ctx, part) })
		})
	}
	return group.Wait()
}

// split cuts the batches into at most n runs of about as many rows; few rows stay together.
func split(appends []engine.HotAppend, n int) [][]engine.HotAppend {
	rows := 0
	for _, a := range appends {
		rows += a.Batch.Len
	}
	if rows < parallelRows {
		return [][]engine.HotAppend{appends}
	}
	var out [][]engine.HotAppend
	start, seen := 0, 0
	for i, a := range appends {
		if seen += a.Batch.Len; seen*n >= rows*(len(out)+1) || i == len(appends)-1 {
			out = append(out, appends[start:i+1])
			start = i + 1
		}
	}
	return out
}
