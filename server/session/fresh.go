package session

import (
	"context"
	"errors"

	"github.com/jackc/pgerrcode"

	"github.com/miniodb/miniodb/catalog"
	"github.com/miniodb/miniodb/internal/pgerr"
	"github.com/miniodb/miniodb/sql"
	"github.com/miniodb/miniodb/storage"
)

// refresh brings the catalog up to what other servers have committed, before a statement that names objects. A statement is looked up once from
// its Prepare to the end of the message that it came with, so that a simple query asks the index once.
func (s *Session) refresh(ctx context.Context, p parsed) error {
	if s.refreshed == p.stmt || !namesObjects(p.stmt.Command) || s.tx.overlay != nil || s.tx.pinned != nil {
		return nil
	}
	if _, err := s.node.catalog.Fresh(ctx); err != nil && (ctx.Err() != nil || !s.independent(p.stmt.Command)) {
		return err
	}
	s.refreshed = p.stmt
	return nil
}

// independent reports whether a command is a query of constants and system relations. It needs no catalog: when neither Redis nor the object store
// answers, miniodb.pools still says so.
func (s *Session) independent(c sql.Command) bool {
	q, ok := c.(*sql.Query)
	if !ok {
		return false
	}
	empty := &resolver{db: catalog.NewDatabase(), systems: s.node.systems, path: s.searchPath(), used: map[catalog.Name]bool{}}
	_, err := sql.Rewrite(q, sql.Env{Resolver: empty, Session: s.info()})
	return err == nil
}

// namesObjects reports whether a command looks anything up in the catalog. What ends a transaction, or changes the session, must work while nothing else does.
func namesObjects(c sql.Command) bool {
	switch c.(type) {
	case *sql.Transaction, *sql.SetTransaction, *sql.Set, *sql.Show, *sql.Reset, *sql.Discard, *sql.Deallocate, *sql.Fetch, *sql.CloseCursor,
		*sql.Listen, *sql.Notify:
		return false
	}
	return true
}

// outward gives errors of the object store the SQLSTATE that a client sees. What has one already keeps it.
func outward(err error) error {
	var e *pgerr.Error
	switch {
	case errors.As(err, &e):
	case errors.Is(err, storage.ErrFull):
		return pgerr.New(pgerrcode.DiskFull, "no space left in the object store").WithCause(err)
	case errors.Is(err, storage.ErrUnavailable):
		return pgerr.New(pgerrcode.IOError, "the object store cannot be reached").WithDetail("%v", err).
			WithHint("Inserts go on, and so do queries of data that this server has at hand. Try again when the object store is back.").WithCause(err)
	}
	return err
}
