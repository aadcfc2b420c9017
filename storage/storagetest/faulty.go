package storagetest

import (
	"context"
	"errors"
	"math/rand/v2"
	"sync"

	"github.com/miniodb/miniodb/storage"
)

// Op names an operation of a store.
type Op string

// Operations that can be made to fail.
const (
	Get         Op = "get"
	PutIfAbsent Op = "put-if-absent"
	Put         Op = "put"
	Stat        Op = "stat"
	List        Op = "list"
)

// Fault is what goes wrong with one call.
type Fault int

// Faults. Those of puts count as Fail for other operations, and Truncated counts as Fail for everything but Get.
const (
	None      Fault = iota
	Fail            // nothing happens, an error is returned
	Applied         // the put happens, an error is returned: its acknowledgement was lost
	Late            // an error is returned, and the put happens some operations later
	SelfExist       // the put happens, ErrExists is returned: the client library sent it twice
	Full            // nothing happens, ErrFull is returned
	Truncated       // the first half is returned without an error
	Hang            // nothing happens until the context ends
	HangLate        // as Hang, and the put happens some operations later
)

// ErrInjected is in the chain of every injected error but ErrExists, ErrFull and those of contexts.
var ErrInjected = errors.New("injected fault")

// lateness is how many further operations a late put lets pass.
const lateness = 3

// Faulty is a store in which things go wrong. Operations without faults pass to the store within.
type Faulty struct {
	storage.Store
	// Inject chooses the fault of a call. It is called by one goroutine at a time; nil injects nothing.
	Inject func(op Op, key string) Fault

	mu   sync.Mutex
	late []*latePut
}

type latePut struct {
	key  string
	data []byte
	wait int
}

// Random returns an Inject that makes a share of all calls fail in one of the given ways.
func Random(seed uint64, share float64, faults ...Fault) func(Op, string) Fault {
	r := rand.New(rand.NewPCG(seed, seed))
	return func(Op, string) Fault {
		if r.Float64() >= share {
			return None
		}
		return faults[r.IntN(len(faults))]
	}
}

// Flush lets all late puts arrive.
func (f *Faulty) Flush(ctx context.Context) {
	f.mu.Lock()
	late := f.late
	f.late = nil
	f.mu.Unlock()
	for _, p := range late {
		_ = f.PutThrough(ctx, p.key, p.data) // its sender has long given up
	}
}

// PutThrough is PutIfAbsent without faults.
func (f *Faulty) PutThrough(ctx context.Context, key string, data []byte) error {
	return f.Store.PutIfAbsent(ctx, key, data)
}

// choose draws the fault of one call and lets the late puts arrive whose time has come.
func (f *Faulty) choose(ctx context.Context, op Op, key string) Fault {
	f.mu.Lock()
	fault := None
	if f.Inject != nil {
		fault = f.Inject(op, key)
	}
	var due []*latePut
	rest := f.late[:0]
	for _, p := range f.late {
		if p.wait--; p.wait <= 0 {
			due = append(due, p)
		} else {
			rest = append(rest, p)
		}
	}
	f.late = rest
	f.mu.Unlock()
	for _, p := range due {
		_ = f.PutThrough(context.WithoutCancel(ctx), p.key, p.data)
	}
	return fault
}

func (f *Faulty) postpone(key string, data []byte) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.late = append(f.late, &latePut{key: key, data: append([]byte(nil), data...), wait: lateness})
}

// PutIfAbsent implements storage.Store.
func (f *Faulty) PutIfAbsent(ctx context.Context, key string, data []byte) error {
	switch f.choose(ctx, PutIfAbsent, key) {
	case None:
		return f.Store.PutIfAbsent(ctx, key, data)
	case Applied:
		_ = f.Store.PutIfAbsent(ctx, key, data)
	case Late:
		f.postpone(key, data)
	case SelfExist:
		_ = f.Store.PutIfAbsent(ctx, key, data)
		return storage.ErrExists
	case Full:
		return storage.ErrFull
	case HangLate:
		f.postpone(key, data)
		return hang(ctx)
	case Hang:
		return hang(ctx)
	}
	return ErrInjected
}

// Get implements storage.Store.
func (f *Faulty) Get(ctx context.Context, key string, limit int64) ([]byte, error) {
	switch f.choose(ctx, Get, key) {
	case None:
		return f.Store.Get(ctx, key, limit)
	case Truncated:
		data, err := f.Store.Get(ctx, key, limit)
		return data[:len(data)/2], err
	case Hang, HangLate:
		return nil, hang(ctx)
	}
	return nil, ErrInjected
}

// Put implements storage.Store.
func (f *Faulty) Put(ctx context.Context, key string, data []byte) error {
	if err := f.simple(ctx, Put, key); err != nil {
		return err
	}
	return f.Store.Put(ctx, key, data)
}

// Stat implements storage.Store.
func (f *Faulty) Stat(ctx context.Context, key string) (storage.Info, error) {
	if err := f.simple(ctx, Stat, key); err != nil {
		return storage.Info{}, err
	}
	return f.Store.Stat(ctx, key)
}

// List implements storage.Store.
func (f *Faulty) List(ctx context.Context, prefix, after string, visit func(storage.Info) error) error {
	if err := f.simple(ctx, List, prefix); err != nil {
		return err
	}
	return f.Store.List(ctx, prefix, after, visit)
}

func (f *Faulty) simple(ctx context.Context, op Op, key string) error {
	switch f.choose(ctx, op, key) {
	case None:
		return nil
	case Full:
		return storage.ErrFull
	case Hang, HangLate:
		return hang(ctx)
	}
	return ErrInjected
}

func hang(ctx context.Context) error {
	<-ctx.Done()
	return ctx.Err()
}
