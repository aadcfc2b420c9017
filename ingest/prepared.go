package ingest

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgerrcode"

	"github.com/miniodb/miniodb/internal/pgerr"
)

// commitPrepared commits a transaction with DDL: a prepared record P, then the catalog commit, which decides, then a resolve record
// C whose offset the rows take. Pins of the tables wait from before the catalog commit until the rows are visible.
func (i *Ingest) commitPrepared(ctx context.Context, tx *Tx, p *pending, data []byte) error {
	i.settle(p, 1)
	prepare := &pending{id: p.id, prepares: p}
	if err := i.submit(prepare, data, false, false); err != nil {
		i.settle(p, -1)
		return err
	}
	if err := i.awaitApplied(ctx, prepare); err != nil {
		i.abort(p) // the catalog commit has not been tried
		return pgerr.New(pgerrcode.CannotConnectNow, "the query engine is not available, nothing was committed").WithCause(err)
	}
	late := tx.Catalog(ctx, tx.ID)
	if err := late; err != nil {
		if _, ok := i.deps.Catalog.Committed(tx.ID); !ok {
			if certain(err) {
				i.abort(p)
				return err
			}
			i.doubt(p)
			return err
		}
	}
	// From here on the transaction is committed. With an error it is so too late to be acknowledged: other servers may not know of it.
	durable, err := i.resolve(context.WithoutCancel(ctx), p)
	if err != nil {
		if !durable {
			i.doubt(p)
		}
		i.log.Error().Err(err).Str("tx", tx.ID.String()).Msg("rows of a committed transaction will appear late")
		return unknown(err)
	}
	return late
}

// certain reports whether a failed catalog commit is known not to have happened.
func certain(err error) bool {
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		var e *pgerr.Error
		return errors.As(err, &e) && e.Code != pgerrcode.TransactionResolutionUnknown && e.Code != pgerrcode.QueryCanceled
	}
	return pgerr.Code(err) != pgerrcode.TransactionResolutionUnknown
}

// resolve writes C and makes the rows visible. durable says that C is there, so that it must not be written again: after an error
// Rebuild or the next start makes the rows visible.
func (i *Ingest) resolve(ctx context.Context, p *pending) (durable bool, err error) {
	for _, part := range p.parts {
		if i.deps.Catalog.Current().TableByUUID(part.table.UUID) == nil {
			continue // dropped by the transaction itself, or since
		}
		if _, err := i.buffer(ctx, part.table); err != nil {
			return false, err
		}
	}
	if err := i.submit(p, encodeResolve(p.id, p.walLow, true), p.truncates(), true); err != nil {
		return false, err
	}
	err = i.awaitApplied(ctx, p)
	i.mu.Lock()
	delete(i.prepared, p.walLow)
	delete(i.doubtful, p.walLow)
	i.mu.Unlock()
	i.settle(p, -1)
	if err == nil {
		err = i.finish(ctx, p)
	}
	return true, err
}

// abort notes that a prepared transaction was not committed. The record spares the next start the question; nothing depends on it.
func (i *Ingest) abort(p *pending) {
	a := &pending{id: p.id}
	if err := i.submit(a, encodeResolve(p.id, p.walLow, false), false, true); err != nil {
		i.log.Warn().Err(err).Msg("abort of a prepared transaction not recorded")
	}
	i.mu.Lock()
	delete(i.prepared, p.walLow)
	delete(i.doubtful, p.walLow)
	i.mu.Unlock()
	i.settle(p, -1)
}

// doubt keeps a transaction until the catalog says whether it was committed. Its rows are read from the WAL again, since the caller's
// batches end with Commit.
func (i *Ingest) doubt(p *pending) {
	i.mu.Lock()
	defer i.mu.Unlock()
	kept := &pending{id: p.id, walLow: p.walLow}
	for _, pt := range p.parts {
		kept.parts = append(kept.parts, &part{table: pt.table})
	}
	i.doubtful[p.walLow] = kept
}

// settle counts a transaction in or out at each of its tables.
func (i *Ingest) settle(p *pending, n int) {
	i.mu.Lock()
	defer i.mu.Unlock()
	for _, part := range p.parts {
		id := part.table.UUID
		if i.settling[id] += n; i.settling[id] <= 0 {
			delete(i.settling, id)
		}
	}
	i.broadcastLocked()
}

// settleDoubtful resolves transactions of unknown outcome that the catalog knows by now. It waits for nothing else; what cannot be
// resolved stays.
func (i *Ingest) settleDoubtful(ctx context.Context) {
	i.mu.Lock()
	var ready []*pending
	for offset, p := range i.doubtful {
		if _, ok := i.deps.Catalog.Committed(p.id); ok && i.broken == nil && !i.closed {
			ready = append(ready, p)
			delete(i.doubtful, offset) // one caller resolves it
		}
	}
	i.mu.Unlock()
	for _, p := range ready {
		durable := false
		again, err := i.reload(p)
		if err == nil {
			durable, err = i.resolve(context.WithoutCancel(ctx), again)
		}
		if err != nil {
			if !durable {
				i.doubt(p)
			}
			i.log.Error().Err(err).Str("tx", p.id.String()).Msg("rows of a committed transaction will appear late")
		}
	}
}

var errStop = errors.New("stop")

// reload reads a prepared transaction from the WAL.
func (i *Ingest) reload(p *pending) (*pending, error) {
	var out *pending
	err := i.wal.Replay(p.walLow, func(offset int64, data []byte) error {
		if offset != p.walLow {
			return errStop
		}
		r, err := decodeRecord(data)
		if err == nil {
			err = r.decodeBody()
		}
		if err != nil {
			return err
		}
		if out, err = i.pendingOf(r); err != nil {
			return err
		}
		out.walLow = p.walLow
		return errStop
	})
	if out == nil {
		return nil, fmt.Errorf("read prepared transaction at offset %d: %w", p.walLow, err)
	}
	return out, nil
}
