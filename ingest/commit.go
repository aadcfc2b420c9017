package ingest

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/google/uuid"
	"github.com/jackc/pgerrcode"

	"github.com/miniodb/miniodb/ingest/wal"
	"github.com/miniodb/miniodb/internal/pgerr"
)

// Commit makes a transaction durable and visible, and truncations final in the table log, before it returns nil.
//
// Errors: 08007 when the outcome is not known; 53100 when the log's quota or disk is full and 53200 when buffers stay full, both with
// nothing written; 54000 for a transaction too large for one record; 42P01 for a table that is gone; any other with nothing written.
func (i *Ingest) Commit(ctx context.Context, tx *Tx) (err error) {
	if tx.ID == uuid.Nil {
		tx.ID = uuid.New()
	}
	parts, err := tx.parts()
	if err != nil {
		return err
	}
	if len(parts) == 0 {
		if tx.Catalog != nil {
			return tx.Catalog(ctx, tx.ID) // nothing to be atomic with
		}
		return nil
	}
	if err := i.uploads.claim(parts); err != nil {
		return err
	}
	defer func() { i.uploads.settle(parts, err) }()
	kind := kindCommit
	if tx.Catalog != nil {
		kind = kindPrepared
	}
	data, err := encodeTx(kind, tx.ID, parts)
	if err != nil {
		return err
	}
	p := &pending{id: tx.ID, parts: parts}
	for _, part := range parts {
		p.bytes += part.bytes
	}
	if err := i.admit(ctx, p.bytes, int64(len(data))); err != nil {
		return err
	}
	defer i.leave(p.bytes)
	if tx.Catalog != nil {
		return i.commitPrepared(ctx, tx, p, data)
	}
	for _, part := range parts {
		if err := i.checkTable(part); err != nil {
			return err
		}
		if _, err := i.buffer(ctx, part.table); err != nil {
			return err
		}
		if part.truncate { // before anything is written: other servers have to see the truncation once it is acknowledged
			if err := i.deps.Tables.Announce(ctx, part.table.UUID); err != nil {
				return err
			}
		}
	}
	if err := i.submit(p, data, p.truncates(), false); err != nil {
		return err
	}
	return i.finish(ctx, p)
}

// checkTable refuses rows for a table that is gone, or that has changed so that they do not fit any more.
func (i *Ingest) checkTable(part *part) error {
	now := i.deps.Catalog.Current().TableByUUID(part.table.UUID)
	if now == nil {
		return pgerr.New(pgerrcode.UndefinedTable, "relation \"%s\" does not exist", part.table.Name.Name)
	}
	if now.SchemaID <= part.table.SchemaID {
		return nil
	}
	for _, b := range part.batches {
		if _, err := conform(b, part.table.Columns, now); err != nil {
			return pgerr.New(pgerrcode.SerializationFailure, "table \"%s\" has been altered meanwhile", now.Name.Name).
				WithDetail("%s.", err).WithHint("Try the transaction again.")
		}
	}
	return nil
}

func (p *pending) truncates() bool {
	return slices.ContainsFunc(p.parts, func(part *part) bool { return part.truncate })
}

// finish waits until a durable record is visible and makes its truncations final.
func (i *Ingest) finish(ctx context.Context, p *pending) error {
	if err := i.awaitApplied(ctx, p); err != nil {
		return err
	}
	for _, part := range p.parts {
		if part.truncate {
			if err := i.finishTruncate(ctx, part.table.UUID, p.offset); err != nil {
				return err
			}
		}
	}
	return nil
}

// submit appends a record and returns when it is durable and p is queued to be applied. A log that had failed is reopened once.
func (i *Ingest) submit(p *pending, data []byte, fence, reserve bool) error {
	p.done = make(chan struct{})
	for try := 0; ; try++ {
		durable := make(chan error, 1)
		entry := &wal.Entry{Data: data, Reserve: reserve, Done: func(offset int64, err error) {
			if err == nil {
				i.enqueue(p, offset)
			}
			durable <- err
		}}
		if fence {
			// No flush can end at the offset before a truncation, so that a checkpoint there means that the truncation was done.
			i.wal.Submit(&wal.Entry{Data: encodeFence(p.id), Reserve: reserve, Done: func(int64, error) {}}, entry)
		} else {
			i.wal.Submit(entry)
		}
		err := <-durable
		if err == nil {
			return nil
		}
		if errors.Is(err, wal.ErrFailed) && try == 0 {
			if reopen := i.wal.Reopen(); reopen != nil {
				err = fmt.Errorf("%w: %w", err, reopen)
			} else {
				i.log.Warn().Msg("write-ahead log reopened after a failure")
				continue
			}
		}
		return walError(err)
	}
}

// walError gives a failed append its SQLSTATE.
func walError(err error) error {
	switch {
	case errors.Is(err, wal.ErrFull):
		return pgerr.New(pgerrcode.DiskFull, "no space left on the disk of the write-ahead log, nothing was written").WithCause(err)
	case errors.Is(err, wal.ErrUnknown):
		return unknown(err)
	case errors.Is(err, wal.ErrTooLarge):
		return pgerr.New(pgerrcode.ProgramLimitExceeded, "transaction too large for one write-ahead log record").
			WithDetail("%s.", err).WithHint("Load the rows with COPY, or in several transactions.")
	case errors.Is(err, wal.ErrClosed):
		return pgerr.New(pgerrcode.AdminShutdown, "the server is shutting down, nothing was written")
	case errors.Is(err, wal.ErrFailed):
		return pgerr.New(pgerrcode.IOError, "the write-ahead log cannot be written, nothing was written").WithDetail("%s.", err)
	}
	return err
}

// unknown is the answer when a transaction may or may not have been committed.
func unknown(err error) error {
	return pgerr.New(pgerrcode.TransactionResolutionUnknown, "the outcome of the transaction is not known: %v", err).WithCause(err)
}

// enqueue hands a durable record to the applier. The log calls it in offset order.
func (i *Ingest) enqueue(p *pending, offset int64) {
	i.mu.Lock()
	p.offset = offset
	if p.walLow == 0 {
		p.walLow = offset
	}
	if p.prepares != nil {
		p.prepares.walLow = offset
		i.prepared[offset] = p.prepares
	}
	i.queue = append(i.queue, p)
	i.mu.Unlock()
	signal(i.work)
}

// awaitApplied waits until a durable record is visible. While the engine is being rebuilt that takes some time; after
// StallTimeout the outcome is reported as unknown, since the rows will appear.
func (i *Ingest) awaitApplied(ctx context.Context, p *pending) error {
	for {
		i.mu.Lock()
		breaking := i.breaking
		i.mu.Unlock()
		select { // not interruptible: the caller's batches are being read, and it is a matter of milliseconds
		case <-p.done:
			return nil
		case <-breaking:
		}
		err := i.await(ctx, i.cfg.StallTimeout, func() (bool, error) {
			if i.broken != nil && i.closed {
				return false, errors.New("the server is shutting down")
			}
			return i.broken == nil, nil
		}, func() error { return errors.New("the query engine is not available") })
		if err != nil {
			return unknown(err)
		}
	}
}

// admit waits for buffer space and checks the log's quota.
func (i *Ingest) admit(ctx context.Context, bytes, record int64) error {
	if used := i.wal.Bytes(); used+record > i.cfg.MaxWALBytes {
		signal(i.kick)
		return pgerr.New(pgerrcode.DiskFull, "the write-ahead log has reached its quota of %d MB", i.cfg.MaxWALBytes>>20).
			WithHint("Rows leave it when they can be flushed to the object store. See the server's log for why they cannot.")
	}
	kicked := false
	return i.await(ctx, i.cfg.StallTimeout, func() (bool, error) {
		if i.closed {
			return false, pgerr.New(pgerrcode.AdminShutdown, "the server is shutting down")
		}
		if used := i.buffered + i.inFlight; used > 0 && used+bytes > i.cfg.MaxBufferBytes {
			if !kicked {
				kicked = true
				signal(i.kick)
			}
			return false, nil
		}
		i.inFlight += bytes
		return true, nil
	}, func() error {
		return pgerr.New(pgerrcode.OutOfMemory, "the write buffers have been full (%d MB) for %s", i.cfg.MaxBufferBytes>>20, i.cfg.StallTimeout).
			WithHint("Rows leave them when they can be flushed to the object store. See the server's log for why they cannot.")
	})
}

func (i *Ingest) leave(bytes int64) {
	i.mu.Lock()
	i.inFlight -= bytes
	if bytes > 0 {
		i.broadcastLocked()
	}
	i.mu.Unlock()
}
