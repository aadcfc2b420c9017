package engine

import "context"

// smallSlots is how many queries that are known to be small may execute beyond Config.MaxQueries.
const smallSlots = 2

type smallKey struct{}

// Small marks the queries of a context as small: those of the server about itself. When all slots are taken they use a few of their own, so
// that who looks after a busy server can see what it does and end it.
func Small(ctx context.Context) context.Context { return context.WithValue(ctx, smallKey{}, true) }

// Admit waits for one of the Config.MaxQueries slots and returns what gives it back. Query and Rows.Next do so by themselves, and
// only while DuckDB works for them: a suspended portal holds no slot, so a session never waits for one of its own.
func (db *DB) Admit(ctx context.Context) (release func(), err error) { return db.acquire(ctx) }

func (db *DB) acquire(ctx context.Context) (release func(), err error) {
	select {
	case db.slots <- struct{}{}:
		return db.release, nil
	default:
	}
	var small chan struct{}
	if ctx.Value(smallKey{}) != nil {
		small = db.small
	}
	select {
	case db.slots <- struct{}{}:
		return db.release, nil
	case small <- struct{}{}:
		return db.releaseSmall, nil
	case <-ctx.Done():
		return nil, canceled(ctx)
	}
}

func (db *DB) release() { <-db.slots }

func (db *DB) releaseSmall() { <-db.small }
