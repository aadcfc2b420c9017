package minio

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

	"github.com/google/uuid"

	"github.com/miniodb/miniodb/storage"
)

const (
	conformRounds = 3
	conformRacers = 8
)

// ErrNotConforming says that a store cannot hold a database, because two servers could both believe that they made a commit.
var ErrNotConforming = errors.New("the object store cannot be used")

// Conform tries what the logs need: of conditional PUTs that race for a key exactly one wins, a later one is refused and changes nothing, and
// a read, a Stat and a listing after the write see it. The error is ErrNotConforming with the reason if they do not; it is another one if that could not be
// found out.
func (s *Store) Conform(ctx context.Context) error {
	for round := range conformRounds {
		for try := 1; ; try++ {
			key := fmt.Sprintf("conformance/%s-%d", uuid.New(), round)
			err := s.conformOn(ctx, key)
			if derr := s.Delete(ctx, key); err == nil {
				err = derr
			}
			if err == nil {
				break
			}
			if errors.Is(err, ErrNotConforming) || !s.again(ctx, try, err) {
				return fmt.Errorf("probe conditional writes: %w", err)
			}
		}
	}
	return nil
}

func (s *Store) conformOn(ctx context.Context, key string) error {
	errs := make([]error, conformRacers)
	var ready, done sync.WaitGroup
	ready.Add(1)
	for i := range errs {
		done.Go(func() {
			ready.Wait()
			errs[i] = s.PutIfAbsent(ctx, key, conformBody(i))
		})
	}
	ready.Done()
	done.Wait()
	var winners []int
	for i, err := range errs {
		switch {
		case err == nil:
			winners = append(winners, i)
		case !errors.Is(err, storage.ErrExists) && refusesCondition(err):
			return fmt.Errorf("%w: it refuses PUT with If-None-Match: %w", ErrNotConforming, err)
		case !errors.Is(err, storage.ErrExists):
			return err // the store or the way there is not well: it says nothing about conditions
		}
	}
	if len(winners) != 1 {
		return fmt.Errorf("%w: of %d conditional PUTs of one key %d succeeded instead of one", ErrNotConforming, conformRacers, len(winners))
	}
	err := s.PutIfAbsent(ctx, key, conformBody(conformRacers))
	if err == nil {
		return fmt.Errorf("%w: it ignores If-None-Match and replaced an object", ErrNotConforming)
	}
	if !errors.Is(err, storage.ErrExists) {
		return err
	}
	return s.conformReads(ctx, key, conformBody(winners[0]))
}

// conformReads checks that what was written is seen at once.
func (s *Store) conformReads(ctx context.Context, key string, want []byte) error {
	got, err := s.Get(ctx, key, int64(len(want)))
	if errors.Is(err, storage.ErrNotFound) || err == nil && !slices.Equal(got, want) {
		return fmt.Errorf("%w: a read after a write does not see the bytes of the winner", ErrNotConforming)
	}
	if err != nil {
		return err
	}
	info, err := s.Stat(ctx, key)
	if errors.Is(err, storage.ErrNotFound) || err == nil && info.Size != int64(len(want)) {
		return fmt.Errorf("%w: HEAD after a write does not see it", ErrNotConforming)
	}
	if err != nil {
		return err
	}
	var listed []string
	err = s.List(ctx, key, "", func(i storage.Info) error { listed = append(listed, i.Key); return nil })
	if err == nil && !slices.Equal(listed, []string{key}) {
		return fmt.Errorf("%w: a listing after a write does not show it", ErrNotConforming)
	}
	return err
}

// refusesCondition reports whether the store does not know the header.
func refusesCondition(err error) bool {
	switch codeOf(err) {
	case "NotImplemented", "InvalidArgument", "InvalidRequest":
		return true
	}
	return false
}

// conformBody has the same length for everybody.
func conformBody(i int) []byte { return fmt.Appendf(nil, "conditional write %03d\n", i) }
