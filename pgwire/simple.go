package pgwire

import (
	"context"
	"errors"
	"io"

	"github.com/jackc/pgerrcode"

	"github.com/miniodb/miniodb/internal/pgerr"
)

// simpleQuery runs all statements of a text in one implicit transaction, which ends before the last CommandComplete.
func (c *conn) simpleQuery(ctx context.Context, m *fields) error {
	text := string(m.text())
	err := m.end()
	if err == nil {
		c.dropStatement("")
		c.dropPortal("")
		stmtCtx, cancel := context.WithCancelCause(ctx)
		defer cancel(nil)
		done := c.run(cancel)
		c.limit()
		err = explain(stmtCtx, c.runText(stmtCtx, text))
		done()
		c.unlimit()
	}
	if err != nil {
		if err := c.fail(err); err != nil {
			return err
		}
	}
	return c.finishSync(ctx)
}

// executeError is an error of Session.Execute or Sync, of which the session knows already.
type executeError struct{ error }

func (e executeError) Unwrap() error { return e.error }

// fail reports an error to the session and the client. It is returned if the connection cannot go on.
func (c *conn) fail(err error) error {
	var known executeError
	if !errors.As(err, &known) {
		c.session.Fail()
	}
	if errors.Is(err, errQuiet) {
		return err
	}
	e := pgerr.From(err)
	if e.Severity == "FATAL" || e.Severity == "PANIC" {
		return e
	}
	c.sendError(e)
	return c.outErr
}

// runText runs the statements one after the other. The transaction is still open when the last one was empty or failed.
func (c *conn) runText(ctx context.Context, text string) error {
	all, err := c.session.Parse(ctx, text)
	if err != nil {
		return err
	}
	if len(all) == 0 {
		c.empty('I')
		return nil
	}
	for i, p := range all {
		if err := ctx.Err(); err != nil {
			return err
		}
		if i > 0 { // the limit is for each statement, and one before may have set it
			c.unlimit()
			c.limit()
		}
		if err := c.allowed(p); err != nil {
			return err
		}
		stmt, err := c.session.Prepare(ctx, p, nil)
		if err != nil {
			return err
		}
		if n := len(stmt.Params()); n > 0 {
			return pgerr.New(pgerrcode.UndefinedParameter, "there is no parameter $1")
		}
		if err := c.runStatement(ctx, p, stmt, i == len(all)-1); err != nil {
			return err
		}
	}
	return nil
}

// allowed refuses everything but the end of the block in a failed transaction.
func (c *conn) allowed(p Parsed) error {
	if c.session.TxStatus() == 'E' && (p == nil || !p.EndsBlock()) {
		return pgerr.New(pgerrcode.InFailedSQLTransaction, "current transaction is aborted, commands ignored until end of transaction block")
	}
	return nil
}

// runStatement executes a statement with results in text form.
func (c *conn) runStatement(ctx context.Context, parsed Parsed, stmt Statement, last bool) error {
	inBlock := c.session.InBlock()
	res, err := c.start(ctx, parsed, stmt, nil)
	if err != nil {
		return err
	}
	defer res.Close()
	p := portal{res: res}
	if cols := res.Columns(); cols != nil && res.CopyIn() == nil && res.CopyOut() == nil {
		if b, ok := res.(BinaryResult); ok && b.Binary() {
			p.formats = binaryFormats(len(cols))
		}
		c.rowDescription(cols, p.formats)
	}
	tag, _, err := c.pull(ctx, &p, 0)
	if err != nil {
		return err
	}
	res.Close()
	if inBlock && !c.session.InBlock() {
		c.dropPortals(nil)
	}
	if last {
		c.stopTimer() // the end of the transaction has no time limit, but can be cancelled
		if err := c.session.Sync(ctx); err != nil {
			return executeError{err}
		}
	}
	c.commandComplete(tag)
	return nil
}

// pull takes a result to its end, or to limit rows when that is not 0, and returns its tag. more says that the limit was reached.
func (c *conn) pull(ctx context.Context, p *portal, limit int64) (tag string, more bool, err error) {
	res := p.res
	rows := int64(0)
	switch {
	case res.CopyIn() != nil:
		err = c.copyIn(ctx, res.CopyIn())
	case res.CopyOut() != nil:
		rows, err = c.copyOut(ctx, res)
	case res.Columns() != nil:
		rows, more, err = c.rows(ctx, p, limit)
	default:
		for err == nil { // no rows: the statement does its work before the end is reported
			_, err = res.Next(ctx)
		}
		if errors.Is(err, io.EOF) {
			err = nil
		}
	}
	if err != nil || more {
		return "", more, err
	}
	return res.Tag(rows), false, nil
}

// finishSync ends the implicit transaction and reports ReadyForQuery.
func (c *conn) finishSync(ctx context.Context) error {
	if err := c.endImplicit(ctx); err != nil {
		if err := c.fail(err); err != nil {
			return err
		}
	}
	if !c.session.InBlock() {
		c.dropPortals(nil)
	}
	c.notifications()
	c.ready()
	c.rest()
	if err := c.outErr; err != nil {
		return err
	}
	return c.pause()
}

// endImplicit ends the implicit transaction, which a cancel request can prevent as long as it waits for its turn.
func (c *conn) endImplicit(ctx context.Context) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	done := c.run(cancel)
	defer done()
	if err := c.session.Sync(ctx); err != nil {
		return executeError{explain(ctx, err)}
	}
	return nil
}

// pause gives buffers back if the client has sent nothing more yet.
func (c *conn) pause() error {
	if c.rd.r != c.rd.w {
		return nil
	}
	if err := c.flush(); err != nil {
		return err
	}
	c.rd.rest()
	c.returnOut()
	return nil
}
