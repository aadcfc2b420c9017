package cluster

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"time"
	"unicode"
	"unicode/utf8"
)

const (
	minLife           = 100 * time.Millisecond
	maxLife           = time.Hour
	maxLeaseNameBytes = 256
	maxLeases         = 256 // held by one process at a time
)

// Lease is the right to do one piece of work alone, as far as leases go: see the package comment for when two may hold the same one. It is an
// unnamed interface, so that consumers which may not import this package can declare the same.
type Lease = interface {
	// Release gives the lease up. It waits for Redis for a short time; without an answer the lease expires by itself. Safe twice and after a loss.
	Release()
	// Done is closed when the lease was lost or released. The holder should stop then.
	Done() <-chan struct{}
}

// Leases hands out leases by name.
type Leases interface {
	// Acquire takes a lease if nobody holds it; it does not wait for the holder. It is renewed until it is released or lost, also after ctx has ended.
	// If the holder dies, others get it once its life is over. After an error the name may stay taken for one life.
	Acquire(ctx context.Context, name string, life time.Duration) (Lease, bool, error)
}

func checkLease(name string, life time.Duration) error {
	switch {
	case name == "" || len(name) > maxLeaseNameBytes || !utf8.ValidString(name) || strings.ContainsFunc(name, unicode.IsControl):
		return fmt.Errorf("acquire lease %.40q: not a name", name)
	case life < minLife || life > maxLife:
		return fmt.Errorf("acquire lease %q: a life of %s is outside %s to %s", name, life, minLife, maxLife)
	}
	return nil
}

// LocalLeases are the leases of the embedded server: names that are taken within this process, until they are released.
type LocalLeases struct {
	mu     sync.Mutex
	closed bool
	held   map[string]*localLease
}

// NewLocalLeases makes leases that nobody holds.
func NewLocalLeases() *LocalLeases { return &LocalLeases{held: map[string]*localLease{}} }

// Acquire implements Leases. Nobody can lose such a lease, so its life does not matter.
func (o *LocalLeases) Acquire(ctx context.Context, name string, life time.Duration) (Lease, bool, error) {
	if err := checkLease(name, life); err != nil {
		return nil, false, err
	}
	if err := ctx.Err(); err != nil {
		return nil, false, fmt.Errorf("acquire lease %q: %w", name, err)
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	switch {
	case o.closed:
		return nil, false, fmt.Errorf("acquire lease %q: %w", name, errClosed)
	case o.held[name] != nil:
		return nil, false, nil
	case len(o.held) >= maxLeases:
		return nil, false, fmt.Errorf("acquire lease %q: %w", name, errTooMany)
	}
	l := &localLease{owner: o, name: name, done: make(chan struct{})}
	o.held[name] = l
	return l, true, nil
}

// Close releases all leases; safe twice.
func (o *LocalLeases) Close() error {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.closed = true
	for _, l := range o.held {
		l.releaseLocked()
	}
	return nil
}

type localLease struct {
	owner *LocalLeases
	name  string
	done  chan struct{}
}

func (l *localLease) Done() <-chan struct{} { return l.done }

func (l *localLease) Release() {
	l.owner.mu.Lock()
	defer l.owner.mu.Unlock()
	l.releaseLocked()
}

func (l *localLease) releaseLocked() {
	if l.owner.held[l.name] == l {
		delete(l.owner.held, l.name)
		close(l.done)
	}
}
