package cache

import (
	"context"
	"fmt"
	"math"

	"golang.org/x/sync/errgroup"

	"github.com/miniodb/miniodb/storage"
)

// group is what one Prefetch holds and waits for.
type group struct {
	files []storage.Info // without repetitions; Size may be unknown at first
	held  []*entry       // pinned
	loads []*load        // the group is one waiter of each
	own   []task         // the loads that the group began
}

// task is a load and its work.
type task struct {
	load *load
	run  func()
}

// Prefetch makes sure that all objects are in the cache, fetching several at once, and holds them until release is called. Either all are held
// or there is an error and none is. Without room for all of them at once the error is a *pgerr.Error 53100, before anything is fetched. Queries call it
// before Local, which then answers at once.
func (s *Store) Prefetch(ctx context.Context, keys []string) (release func(), err error) {
	files := make([]storage.Info, len(keys))
	for i, key := range keys {
		files[i] = storage.Info{Key: key, Size: unknown}
	}
	return s.PrefetchFiles(ctx, files)
}

// PrefetchFiles is Prefetch for a caller who knows the sizes of the objects, which saves a round trip for each; -1 says that one is not known.
// An object with another size is an error.
func (s *Store) PrefetchFiles(ctx context.Context, files []storage.Info) (release func(), err error) {
	g := &group{files: make([]storage.Info, 0, len(files))}
	seen := make(map[string]bool, len(files))
	for _, f := range files {
		if !seen[f.Key] {
			seen[f.Key] = true
			g.files = append(g.files, f)
		}
	}
	if err := s.sizes(ctx, g); err != nil {
		return nil, err
	}
	for {
		ended, err := s.join(g)
		if err != nil {
			return nil, err
		}
		if ended == nil {
			break
		}
		select { // holding nothing
		case <-ended:
		case <-ctx.Done():
			return nil, fmt.Errorf("prefetch: %w", context.Cause(ctx))
		}
	}
	if err := s.collect(ctx, g); err != nil {
		return nil, err
	}
	return s.releaser(g.held...), nil
}

// sizes asks for the sizes that are not known of objects that are not in the cache. It also finds out which copies are still there.
func (s *Store) sizes(ctx context.Context, g *group) error {
	asks, asking := errgroup.WithContext(ctx)
	asks.SetLimit(maxGroupDownloads)
	for i := range g.files {
		f := &g.files[i]
		if asking.Err() != nil {
			break
		}
		if size, known := s.sizeHere(f.Key); known {
			f.Size = size
		}
		if f.Size >= 0 {
			continue
		}
		asks.Go(func() error {
			info, err := s.stat(asking, f.Key)
			if err != nil {
				return fmt.Errorf("fetch %s: %w", f.Key, err)
			}
			f.Size = info.Size
			return nil
		})
	}
	if err := asks.Wait(); err != nil {
		return err
	}
	if ctx.Err() != nil {
		return fmt.Errorf("prefetch: %w", context.Cause(ctx))
	}
	return nil
}

// sizeHere returns the size of a copy, having dropped it if its file is not there.
func (s *Store) sizeHere(key string) (size int64, known bool) {
	s.mu.Lock()
	e := s.entries[idOf(key)]
	if e == nil {
		s.mu.Unlock()
		return 0, false
	}
	s.pinLocked(e)
	s.mu.Unlock()
	intact := e.intact()
	if !intact {
		s.lose(e, key, "file is missing or cut off")
	}
	s.unpin(e)
	return e.size, intact
}

// join pins what is there, joins the loads that run and begins the others, all in one step or not at all. It returns a channel to
// wait for before the next try if the cancelled load of an object has not ended yet.
func (s *Store) join(g *group) (ended <-chan struct{}, err error) {
	s.mu.Lock()
	ended, victims, err := s.joinLocked(g)
	s.mu.Unlock()
	s.unlink(victims...)
	return ended, err
}

func (s *Store) joinLocked(g *group) (ended <-chan struct{}, victims []string, err error) {
	if s.closed {
		return nil, nil, fmt.Errorf("prefetch: %w", errClosed)
	}
	ids := make([]id, len(g.files))
	missing, need, others := int64(0), int64(0), s.pinned
	var pinned []*entry // at first all copies, so that none has to make room for another
	for i, f := range g.files {
		ids[i] = idOf(f.Key)
		need = add(need, f.Size)
		e, l := s.entries[ids[i]], s.loads[ids[i]]
		switch {
		case l != nil && l.abandoned:
			ended = l.done
		case e != nil:
			s.pinLocked(e)
			pinned = append(pinned, e)
		case l == nil:
			missing = add(missing, f.Size)
		}
	}
	if ended == nil {
		victims, err = s.reserveLocked(missing, need, others)
	}
	if ended != nil || err != nil {
		for _, e := range pinned {
			s.unpinLocked(e) // just found, so none is dropped
		}
		return ended, nil, err
	}
	for i, f := range g.files {
		e, l := s.entries[ids[i]], s.loads[ids[i]]
		if e != nil && e.checked {
			g.held = append(g.held, e)
			continue
		}
		if l == nil {
			reserved := f.Size
			if e != nil {
				reserved = unknown // room for a copy that turns out to be damaged is asked for then
			}
			var run func()
			l, run = s.newLoadLocked(ids[i], f.Key, reserved)
			l.need = need
			g.own = append(g.own, task{l, run})
		}
		l.waiters++
		g.loads = append(g.loads, l)
		if e != nil {
			s.unpinLocked(e) // the load has a pin of its own
		}
	}
	s.wg.Add(1) // for start, while Close cannot have begun to wait
	return nil, victims, nil
}

// add is a sum of sizes that stays at the top instead of becoming negative.
func add(a, b int64) int64 {
	if a > math.MaxInt64-b {
		return math.MaxInt64
	}
	return a + b
}

// collect runs the group's own loads, waits for all and holds their entries. At the first error it gives everything back.
func (s *Store) collect(ctx context.Context, g *group) error {
	outer := ctx
	ctx, fail := context.WithCancelCause(ctx)
	defer fail(nil)
	s.start(g.own, fail)
	for i, l := range g.loads {
		e, err := s.await(ctx, l)
		if err != nil {
			for _, rest := range g.loads[i+1:] {
				s.leave(rest)
			}
			s.releaser(g.held...)()
			if ctx.Err() != nil && outer.Err() == nil {
				return context.Cause(ctx) // which load it was, not which one was waited for
			}
			return err
		}
		g.held = append(g.held, e)
		s.mu.Lock()
		if l.fetched {
			s.counts.misses++
			e.fresh = true
		}
		s.mu.Unlock()
	}
	return nil
}

// start runs loads in goroutines of the store, some at a time: others may wait for them when the group has gone.
func (s *Store) start(own []task, fail context.CancelCauseFunc) {
	if len(own) == 0 {
		s.wg.Done()
		return
	}
	go func() {
		defer s.wg.Done()
		var loads errgroup.Group
		loads.SetLimit(maxGroupDownloads)
		for _, t := range own {
			loads.Go(func() error {
				t.run()
				if t.load.err != nil {
					fail(t.load.err)
				}
				return nil
			})
		}
		_ = loads.Wait()
	}()
}
