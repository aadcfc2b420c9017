package minio

import (
	"context"
	"math/rand/v2"
	"time"

	"github.com/miniodb/miniodb/internal/health"
)

// limits bound the time and the attempts of an operation.
type limits struct {
	tries      int           // requests that one operation sends until one succeeds
	backoff    time.Duration // the first pause between them; it doubles up to maxBackoff, with jitter
	maxBackoff time.Duration
	request    time.Duration // one request, beside the time that its bytes take
	operation  time.Duration // one operation whose caller has set no deadline, beside the time that its bytes take
	stall      time.Duration // between two pieces of a body that is read
	rate       int64         // bytes per second that a transfer must make on the average
	part       int64         // bytes of a file above which it goes up in parts, and of each part; S3 wants 5 MiB at least
	whole      int           // times that an object is read again because its checksum is wrong or it was replaced meanwhile
}

var defaultLimits = limits{
	tries: 6, backoff: 20 * time.Millisecond, maxBackoff: time.Second, request: 10 * time.Second, operation: time.Minute,
	stall: 10 * time.Second, rate: 1 << 20, part: 16 << 20, whole: 3,
}

// transfer is how long so many bytes may take.
func (l limits) transfer(size int64) time.Duration {
	return time.Duration(float64(size) / float64(l.rate) * float64(time.Second))
}

// bounded gives an operation on so many bytes a deadline if its caller has set none.
func (s *Store) bounded(ctx context.Context, size int64) (context.Context, context.CancelFunc) {
	if _, ok := ctx.Deadline(); ok {
		return ctx, func() {}
	}
	return context.WithTimeout(ctx, s.limits.operation+s.limits.transfer(size))
}

// retry sends a request that may be sent twice until it is answered, for as long as the limits and ctx allow. size is that of its body.
// The error is one for the caller of the operation op on a key.
func (s *Store) retry(ctx context.Context, op, key string, size int64, call func(context.Context) error) error {
	ctx, cancel := s.bounded(ctx, size)
	defer cancel()
	for try := 1; ; try++ {
		err := s.once(ctx, size, call)
		if err == nil {
			return nil
		}
		if !s.again(ctx, try, err) {
			return s.failed(ctx, op, key, err)
		}
		s.log.Debug().Err(err).Str("operation", op).Str("key", key).Int("try", try).Msg("repeating a request")
	}
}

// once sends one request through the breaker. The error is the client's own.
func (s *Store) once(ctx context.Context, size int64, call func(context.Context) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	return s.service.Do(ctx, func(ctx context.Context) error {
		ctx, cancel := context.WithTimeout(ctx, s.limits.request+s.limits.transfer(size))
		defer cancel()
		return mark(call(ctx))
	})
}

// mark tells the health service which errors are answers of a working store.
func mark(err error) error {
	if err != nil && judge(err).answer {
		return health.Answer(err)
	}
	return err
}

// again pauses before the next attempt and tells whether there is one: not if the store has answered for good, not if the caller's time
// would be over before.
func (s *Store) again(ctx context.Context, try int, err error) bool {
	if try >= s.limits.tries || ctx.Err() != nil || !judge(err).retry {
		return false
	}
	d := min(s.limits.backoff<<min(try-1, 16), s.limits.maxBackoff)
	d = d/2 + rand.N(d/2+1)
	if deadline, ok := ctx.Deadline(); ok && time.Until(deadline) <= d {
		return false
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}
