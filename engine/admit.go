package engine

import "context"

// Admit waits for one of the Config.MaxQueries slots and returns what gives it back. Query and Rows.Next do so by themselves, and
// only while DuckDB works for them: a suspended portal holds no slot, so a session never waits for one of its own.
func (db *DB) Admit(ctx context.Context) (release func(), err error) {
	if err := db.acquire(ctx); err != nil {
		return nil, err
	}
	return db.release, nil
}

func (db *DB) acquire(ctx context.Context) error {
	select {
	case db.slots <- struct{}{}:
		return nil
	default:
	}
	select {
	case db.slots <- struct{}{}:
		return nil
	case <-ctx.Done():
		return canceled(ctx)
	}
}

func (db *DB) release() { <-db.slots }
