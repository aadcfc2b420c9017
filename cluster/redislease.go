package cluster

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"
)

// redisLease is one lease in Redis. Its goroutine renews it, a timer ends it when no renewal is confirmed in time, whatever the goroutine waits for.
type redisLease struct {
	owner            *RedisLeases
	name, key, token string
	life             time.Duration
	done             chan struct{}      // closed at the end, by endLocked
	renewed          chan struct{}      // closed when the goroutine has returned
	cancel           context.CancelFunc // ends the goroutine
	release          sync.Once

	mu    sync.Mutex
	ended bool
	until time.Time   // the lease is ours before this, by the monotonic clock
	timer *time.Timer // fires at until
}

// validity is how long a confirmed lease counts from before its request was sent: less than its life in Redis, for clocks that run at different speed.
func (l *redisLease) validity() time.Duration { return l.life - l.life/10 }

// call runs a script on the lease and returns whether it was ours.
func (l *redisLease) call(ctx context.Context, script *redis.Script) (bool, error) {
	ctx, cancel := context.WithTimeout(ctx, min(leaseTimeout, l.life/3))
	defer cancel()
	n, err := script.Run(ctx, l.owner.client, []string{l.key}, l.token, l.life.Milliseconds()).Int64()
	return n == 1, err
}

// start begins the renewal of a lease that was acquired by a request sent at that time. It fails if the lease is over already.
func (l *redisLease) start(sent time.Time) error {
	l.until = sent.Add(l.validity())
	left := time.Until(l.until)
	if left <= 0 {
		return fmt.Errorf("Redis answered after %s, too late for a life of %s", time.Since(sent), l.life)
	}
	o := l.owner
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.closed {
		return errClosed
	}
	o.held[l] = struct{}{}
	ctx, cancel := context.WithCancel(context.Background())
	l.cancel = cancel
	l.mu.Lock()
	defer l.mu.Unlock()
	l.timer = time.AfterFunc(left, l.expire)
	go l.renew(ctx) // Release and owner.Close wait for it
	return nil
}

func (l *redisLease) renew(ctx context.Context) {
	defer l.owner.leave(l)
	defer close(l.renewed)
	wait := time.NewTimer(l.life / 3)
	defer wait.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-wait.C:
		}
		sent := time.Now()
		ours, err := l.call(ctx, extendScript)
		switch {
		case ctx.Err() != nil:
			return
		case err != nil:
			l.owner.log.Debug().Err(err).Str("lease", l.name).Msg("renewal failed")
			wait.Reset(l.life / 20)
		case !ours:
			l.lose("it is not in Redis any more, or another's")
			return
		default:
			l.extend(sent.Add(l.validity()))
			wait.Reset(time.Until(sent.Add(l.life / 3)))
		}
	}
}

func (l *redisLease) extend(until time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.ended {
		return // an answer that came too late changes nothing
	}
	l.until = until
	l.timer.Reset(time.Until(until))
}

// expire is called by the timer, perhaps while an extension sets it anew.
func (l *redisLease) expire() {
	l.mu.Lock()
	early := time.Now().Before(l.until)
	l.mu.Unlock()
	if !early {
		l.lose("Redis has not confirmed it in time")
	}
}

func (l *redisLease) lose(reason string) {
	if l.end() {
		l.owner.log.Warn().Str("lease", l.name).Str("reason", reason).Msg("lease lost")
	}
}

// end closes Done; true for the first call.
func (l *redisLease) end() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.ended {
		return false
	}
	l.ended = true
	l.timer.Stop()
	l.cancel()
	close(l.done)
	return true
}

// Done implements Lease.
func (l *redisLease) Done() <-chan struct{} { return l.done }

// Release implements Lease. It deletes a lost lease as well: if it is still in Redis, others need not wait.
func (l *redisLease) Release() {
	l.release.Do(func() {
		l.end()
		<-l.renewed
		if _, err := l.call(context.Background(), releaseScript); err != nil {
			l.owner.log.Debug().Err(err).Str("lease", l.name).Msg("release failed, the lease expires")
		}
	})
}
