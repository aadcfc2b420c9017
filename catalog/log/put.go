package log

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgerrcode"

	"github.com/miniodb/miniodb/internal/health"
	"github.com/miniodb/miniodb/internal/pgerr"
	"github.com/miniodb/miniodb/storage"
)

// limits bound the time and the attempts of log operations.
type limits struct {
	operation time.Duration // one call of the store
	listing   time.Duration // one listing
	resolve   time.Duration // finding out the outcome of a PUT
	announce  time.Duration // waiting for the index to take an announcement
	backoff   time.Duration // the first pause between attempts; it doubles up to maxBackoff, with jitter
	conflicts int           // lost races before 40001
	reads     int           // attempts to read one object
}

const maxBackoff = 500 * time.Millisecond

var defaultLimits = limits{
	operation: 15 * time.Second, listing: 2 * time.Minute, resolve: 30 * time.Second, announce: 10 * time.Second, backoff: 5 * time.Millisecond, conflicts: 100, reads: 5,
}

// maxEntrySize is the most bytes of one log entry that are read or written.
const maxEntrySize = 256 << 20

// appender writes and reads entries of a log.
type appender struct {
	store  storage.Store
	limits limits
}

// put writes an entry under the next name of a log. won tells whether the name is ours; if it is not, somebody else's entry is there.
// nonceOf reads the nonce of an entry (uuid.Nil if it has none). Errors: 53100 and those of ctx before anything was sent mean
// that nothing was written; everything after is resolved without regard to ctx, and 08007 if it could not be.
func (a *appender) put(ctx context.Context, key string, data []byte, nonce uuid.UUID, nonceOf func([]byte) (uuid.UUID, error)) (won bool, err error) {
	if err := ctx.Err(); err != nil {
		return false, err
	}
	if len(data) > maxEntrySize {
		return false, pgerr.New(pgerrcode.ProgramLimitExceeded, "a commit of %d bytes exceeds the limit of %d", len(data), maxEntrySize)
	}
	detached := context.WithoutCancel(ctx)
	deadline := time.Now().Add(a.limits.resolve)
	var last error
	for try := 0; try == 0 || time.Now().Before(deadline); try++ {
		if try > 0 {
			pause(detached, a.limits.backoff, try)
		}
		err := a.putOnce(detached, key, data)
		switch {
		case err == nil:
			return true, nil
		case errors.Is(err, storage.ErrExists):
			winner, err := a.read(detached, key, func(d []byte) (uuid.UUID, error) { return nonceOf(d) })
			if err == nil {
				return winner == nonce, nil
			}
			last = err
		case errors.Is(err, health.ErrDown) && try == 0: // nothing was sent
			return false, fmt.Errorf("write %s: %w", key, err)
		case errors.Is(err, storage.ErrFull) && try == 0:
			return false, pgerr.New(pgerrcode.DiskFull, "could not commit: no space left in the object store").WithCause(err)
		default:
			last = err
		}
	}
	return false, unknown(last)
}

func unknown(cause error) error {
	return pgerr.New(pgerrcode.TransactionResolutionUnknown, "the outcome of the commit is not known").WithDetail("%v", cause).WithCause(cause)
}

func (a *appender) putOnce(ctx context.Context, key string, data []byte) error {
	ctx, cancel := context.WithTimeout(ctx, a.limits.operation)
	defer cancel()
	return a.store.PutIfAbsent(ctx, key, data)
}

// read gets one object and decodes it, again if either fails, since a read can be cut off on its way. storage.ErrNotFound is final.
func (a *appender) read(ctx context.Context, key string, decode func([]byte) (uuid.UUID, error)) (uuid.UUID, error) {
	return readObject(ctx, a, key, maxEntrySize, decode)
}

func readObject[T any](ctx context.Context, a *appender, key string, limit int64, decode func([]byte) (T, error)) (T, error) {
	var none T
	var last error
	for try := range a.limits.reads {
		if try > 0 {
			pause(ctx, a.limits.backoff, try)
		}
		data, err := a.getOnce(ctx, key, limit)
		if errors.Is(err, storage.ErrNotFound) {
			return none, err
		}
		if err == nil {
			v, derr := decode(data)
			var final *pgerr.Error
			if derr == nil || errors.As(derr, &final) {
				return v, derr
			}
			err = fmt.Errorf("%s: %w", key, derr)
		}
		if ctx.Err() != nil {
			return none, err
		}
		last = err
	}
	return none, last
}

func (a *appender) getOnce(ctx context.Context, key string, limit int64) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, a.limits.operation)
	defer cancel()
	return a.store.Get(ctx, key, limit)
}

// list returns the objects of a log directory, without the directory in their keys and from after on, again if that fails.
func (a *appender) list(ctx context.Context, dir, after string) (objects []storage.Info, err error) {
	for try := range a.limits.reads {
		if try > 0 {
			pause(ctx, a.limits.backoff, try)
		}
		if objects, err = a.listOnce(ctx, dir, after); err == nil || ctx.Err() != nil {
			break
		}
	}
	return objects, err
}

func (a *appender) listOnce(ctx context.Context, dir, after string) (objects []storage.Info, err error) {
	ctx, cancel := context.WithTimeout(ctx, a.limits.listing)
	defer cancel()
	err = a.store.List(ctx, dir, after, func(info storage.Info) error {
		info.Key = strings.TrimPrefix(info.Key, dir)
		objects = append(objects, info)
		return nil
	})
	return objects, err
}

// pause waits before the try-th repetition or until ctx ends.
func pause(ctx context.Context, first time.Duration, try int) {
	d := min(first<<min(try-1, 10), maxBackoff)
	t := time.NewTimer(d/2 + rand.N(d/2+1))
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
	}
}

// join puts a key below a prefix, which may be empty.
func join(prefix, key string) string {
	if prefix == "" {
		return key
	}
	return prefix + "/" + key
}
