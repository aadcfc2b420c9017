package session

import (
	"context"

	"github.com/jackc/pgerrcode"

	"github.com/miniodb/miniodb/internal/pgerr"
	"github.com/miniodb/miniodb/pgwire"
	"github.com/miniodb/miniodb/sql"
)

// runTransaction executes BEGIN, COMMIT, ROLLBACK and savepoints.
func (s *Session) runTransaction(ctx context.Context, c *sql.Transaction, tag string) (pgwire.Result, error) {
	if c.Chain && !s.tx.block {
		return nil, errNoBlock(tag + " AND CHAIN")
	}
	switch c.Kind {
	case sql.TxBegin:
		if s.tx.block {
			s.tell(pgerr.Warning(pgerrcode.ActiveSQLTransaction, "there is already a transaction in progress"))
		}
		s.tx.block = true // what an implicit transaction did before stays part of it, as in PostgreSQL
		return tagResult(tag), s.setModes(c.Modes)
	case sql.TxCommit:
		return s.runCommit(ctx, c, tag)
	case sql.TxRollback:
		if !s.tx.block {
			s.tell(pgerr.Warning(pgerrcode.NoActiveSQLTransaction, "there is no transaction in progress"))
		}
		isolation, readOnly, block := s.tx.isolation, s.tx.readOnly, s.tx.block
		s.rollback()
		s.chain(c.Chain && block, isolation, readOnly)
		return tagResult(tag), nil
	}
	if !s.tx.block {
		switch c.Kind {
		case sql.TxRelease:
			tag = "RELEASE SAVEPOINT"
		case sql.TxRollbackTo:
			tag = "ROLLBACK TO SAVEPOINT"
		}
		return nil, errNoBlock(tag)
	}
	switch c.Kind {
	case sql.TxSavepoint:
		if len(s.tx.savepoints) >= maxSavepoints {
			return nil, pgerr.New(pgerrcode.ProgramLimitExceeded, "more than %d savepoints in one transaction", maxSavepoints)
		}
		s.savepoint(c.Savepoint)
		return tagResult(tag), nil
	case sql.TxRelease:
		i, err := s.tx.findSavepoint(c.Savepoint)
		if err != nil {
			return nil, err
		}
		s.tx.savepoints = s.tx.savepoints[:i]
		return tagResult(tag), nil
	}
	return tagResult(tag), s.rollbackTo(c.Savepoint)
}

func errNoBlock(what string) error {
	return pgerr.New(pgerrcode.NoActiveSQLTransaction, "%s can only be used in transaction blocks", what)
}

const maxSavepoints = 10_000

// runCommit ends a block: a failed one is rolled back, and the tag says so.
func (s *Session) runCommit(ctx context.Context, c *sql.Transaction, tag string) (pgwire.Result, error) {
	if !s.tx.block {
		s.tell(pgerr.Warning(pgerrcode.NoActiveSQLTransaction, "there is no transaction in progress"))
	}
	isolation, readOnly, block := s.tx.isolation, s.tx.readOnly, s.tx.block
	if s.tx.failed {
		s.rollback()
		s.chain(c.Chain && block, isolation, readOnly)
		return tagResult("ROLLBACK"), nil
	}
	if err := outward(s.commit(ctx)); err != nil {
		return nil, err
	}
	s.chain(c.Chain && block, isolation, readOnly)
	return tagResult(tag), nil
}

func (s *Session) chain(wanted bool, isolation string, readOnly bool) {
	if wanted {
		t := s.begin(true)
		t.isolation, t.readOnly = isolation, readOnly
	}
}

func (s *Session) setModes(m sql.TransactionModes) error {
	if m.Isolation != "" {
		if s.tx.queried && m.Isolation != s.tx.isolation {
			return pgerr.New(pgerrcode.ActiveSQLTransaction, "SET TRANSACTION ISOLATION LEVEL must be called before any query")
		}
		s.tx.isolation = m.Isolation
	}
	if m.ReadOnly != nil {
		if !*m.ReadOnly && s.tx.readOnly && s.tx.queried {
			return pgerr.New(pgerrcode.ActiveSQLTransaction, "transaction read-write mode must be set before any query")
		}
		s.tx.readOnly = *m.ReadOnly
	}
	return nil
}

func (s *Session) runSetTransaction(c *sql.SetTransaction, tag string) (pgwire.Result, error) {
	if !c.Session {
		if !s.tx.block {
			s.tell(pgerr.Warning(pgerrcode.NoActiveSQLTransaction, "SET TRANSACTION can only be used in transaction blocks"))
		}
		return tagResult(tag), s.setModes(c.Modes)
	}
	if c.Modes.Isolation != "" {
		s.change("default_transaction_isolation", c.Modes.Isolation)
	}
	if c.Modes.ReadOnly != nil {
		on := "off"
		if *c.Modes.ReadOnly {
			on = "on"
		}
		s.change("default_transaction_read_only", on)
	}
	return tagResult(tag), nil
}
