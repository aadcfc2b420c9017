package pgwire

import (
	"context"
	"time"

	"github.com/jackc/pgerrcode"

	"github.com/miniodb/miniodb/internal/pgerr"
)

// What a client is told when a time limit has passed.
var (
	errStatementTimeout = pgerr.New(pgerrcode.QueryCanceled, "canceling statement due to statement timeout")
	errIdleInTx         = pgerr.Fatal(pgerrcode.IdleInTransactionSessionTimeout, "terminating connection due to idle-in-transaction timeout")
	errIdleSession      = pgerr.Fatal("57P05", "terminating connection due to idle-session timeout")
)

func (c *conn) timeouts() Timeouts {
	if s, ok := c.session.(TimedSession); ok {
		return s.Timeouts()
	}
	return Timeouts{}
}

// run registers a statement as the one that a cancel request or a time limit ends, until done is called.
func (c *conn) run(cancel context.CancelCauseFunc) (done func()) {
	c.mu.Lock()
	c.running++
	c.cancel = cancel
	c.mu.Unlock()
	return func() {
		c.stopTimer()
		c.mu.Lock()
		c.cancel = nil
		c.mu.Unlock()
	}
}

// limit starts the timer of the running statement. The deadline is that of the first message of the statement, from Parse to the end of Execute.
func (c *conn) limit() {
	c.stopTimer()
	if c.deadline.IsZero() {
		d := c.timeouts().Statement
		if d <= 0 {
			return
		}
		c.deadline = time.Now().Add(d)
	}
	c.mu.Lock()
	number := c.running
	c.mu.Unlock()
	c.timer = time.AfterFunc(time.Until(c.deadline), func() { c.interruptIf(errStatementTimeout, number) })
}

func (c *conn) stopTimer() {
	if c.timer != nil {
		c.timer.Stop()
		c.timer = nil
	}
}

// unlimit ends the time limit: the next message begins another statement.
func (c *conn) unlimit() { c.deadline = time.Time{} }

// interruptIf interrupts the statement that the timer was started for, and none that came after it.
func (c *conn) interruptIf(cause *pgerr.Error, number int64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.running == number {
		c.interruptLocked(cause)
	}
}

// rest notes that the client has been told ReadyForQuery: from now on its silence is limited.
func (c *conn) rest() {
	c.resting, c.idleEnd = true, time.Time{}
	limits := c.timeouts()
	d := limits.Idle
	c.idleError = errIdleSession
	if c.session.TxStatus() != 'I' {
		d, c.idleError = limits.IdleInTransaction, errIdleInTx
	}
	if d > 0 {
		c.idleEnd = time.Now().Add(d)
	}
}
