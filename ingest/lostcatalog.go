package ingest

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/google/uuid"

	"github.com/miniodb/miniodb/storage"
)

// ErrCatalogLost says that the catalog log does not know what it has to know: it was deleted or replaced by an older one. Going on would count acknowledged
// rows as those of dropped tables, and their records would be removed. What to do is in the message.
var ErrCatalogLost = errors.New("the catalog log is lost")

const lostAdvice = `see "miniodb recover --list" for backups of it, and bring it back with "miniodb recover --backup NAME"`

// checkCatalog refuses a catalog that was lost. A stream is put into the catalog before its first record, and a table's log is made after that.
func (i *Ingest) checkCatalog(ctx context.Context) error {
	db := i.deps.Catalog.Current()
	if db.Streams[i.stream] == nil && i.wal.Durable() > 0 && !i.cfg.AbandonLost {
		return fmt.Errorf("%w: it does not know stream %s of the write-ahead log in %s, which has %d records: %s",
			ErrCatalogLost, i.stream, i.cfg.WALDir, i.wal.Durable(), lostAdvice)
	}
	if db.Version >= 0 {
		return nil
	}
	nobody := uuid.Nil
	tables := strings.TrimSuffix(i.deps.Tables.DataKey(nobody, ""), nobody.String()+"/")
	found := ""
	stop := errors.New("found")
	err := i.deps.Store.List(ctx, tables, "", func(o storage.Info) error {
		found = o.Key
		return stop
	})
	switch {
	case found != "":
		return fmt.Errorf("%w: the object store holds tables (%s): %s", ErrCatalogLost, found, lostAdvice)
	case err != nil:
		return fmt.Errorf("look for tables without a catalog: %w", err)
	}
	return nil
}
