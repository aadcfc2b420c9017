package engine

import (
	"context"
	"strings"
	"sync"
	"unicode/utf8"

	b "github.com/duckdb/duckdb-go-bindings"
	"github.com/jackc/pgerrcode"

	"github.com/miniodb/miniodb/internal/pgerr"
)

// Conn is a connection: one stream, one transaction, its own TimeZone and temporary objects. One goroutine at a time.
type Conn struct {
	db *DB

	mu   sync.Mutex   // guards what follows and every call into C on raw, Interrupt aside
	raw  b.Connection // Ptr nil once closed
	rows *Rows        // the open stream, if any
	tx   bool         // Exec has begun a transaction

	begin, rollback b.PreparedStatement // of a query's own transaction; made by the first query
	kept            kept

	slot slot // of the query that runs
}

// Close ends the open stream, rolls an open transaction back and disconnects. Safe twice.
func (c *Conn) Close() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.endStreamLocked(nil)
	c.kept.clear()
	b.DestroyPrepare(&c.begin)
	b.DestroyPrepare(&c.rollback)
	b.Disconnect(&c.raw)
}

// Exec runs one or more statements to the end and returns how many rows the last one changed. The text must be of our own
// making: any kind of statement runs. BEGIN, COMMIT and
// ROLLBACK stand at the beginning or the end of a text.
func (c *Conn) Exec(ctx context.Context, sql string) (changed int64, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := c.beginLocked(sql); err != nil {
		return 0, err
	}
	err = c.interruptible(ctx, func() error {
		changed, err = c.execLocked(sql)
		return err
	})
	return changed, err
}

// execLocked runs a text without a context.
func (c *Conn) execLocked(sql string) (changed int64, err error) {
	switch begins, ends := transactional(sql); {
	case ends:
		c.tx = false // also after a failure
	case begins:
		// Of a longer text it is a later statement that fails, in the transaction.
		defer func() { c.tx = c.tx || err == nil || strings.ContainsRune(sql, ';') }()
	}
	var res b.Result
	defer b.DestroyResult(&res)
	if b.Query(c.raw, sql, &res) != b.StateSuccess {
		return 0, c.db.failure(b.ResultErrorType(&res), b.ResultError(&res), sql)
	}
	return int64(b.RowsChanged(&res)), nil
}

// beginQueryLocked begins a query's own transaction. Prepared, it costs a fraction of parsing BEGIN and ROLLBACK each time.
func (c *Conn) beginQueryLocked() error {
	if c.begin.Ptr == nil {
		if err := c.prepareLocked("ROLLBACK", &c.rollback); err != nil {
			return err
		}
		if err := c.prepareLocked("BEGIN TRANSACTION READ ONLY", &c.begin); err != nil {
			return err
		}
	}
	return c.executeLocked(c.begin)
}

// endQueryLocked ends it; it has changed nothing.
func (c *Conn) endQueryLocked() { _ = c.executeLocked(c.rollback) }

func (c *Conn) prepareLocked(sql string, stmt *b.PreparedStatement) error {
	b.DestroyPrepare(stmt)
	if b.Prepare(c.raw, sql, stmt) != b.StateSuccess {
		err := c.db.failure(b.ErrorTypeInvalid, b.PrepareError(*stmt), sql)
		b.DestroyPrepare(stmt)
		return err
	}
	return nil
}

func (c *Conn) executeLocked(stmt b.PreparedStatement) error {
	var res b.Result
	defer b.DestroyResult(&res)
	if b.ExecutePrepared(stmt, &res) != b.StateSuccess {
		return c.db.failure(b.ResultErrorType(&res), b.ResultError(&res), "")
	}
	return nil
}

// transactional reports whether a text leaves a transaction open, or none, by its first and last statements.
func transactional(sql string) (begins, ends bool) {
	sql = strings.Trim(sql, "; \t\r\n")
	first, last := firstWord(sql), firstWord(sql[strings.LastIndexByte(sql, ';')+1:])
	switch last {
	case "COMMIT", "END", "ROLLBACK", "ABORT":
		return false, true
	}
	return first == "BEGIN" || first == "START" || last == "BEGIN" || last == "START", false
}

func firstWord(sql string) string {
	sql = strings.TrimSpace(sql)
	for i := range min(len(sql), 16) {
		if c := sql[i] | 0x20; c < 'a' || c > 'z' {
			return strings.ToUpper(sql[:i])
		}
	}
	return strings.ToUpper(sql[:min(len(sql), 16)])
}

func (c *Conn) run(sql string) error {
	_, err := c.Exec(context.Background(), sql)
	return err
}

// beginLocked makes the connection ready for another statement: an open stream ends.
func (c *Conn) beginLocked(sql string) error {
	if c.raw.Ptr == nil {
		return pgerr.New(pgerrcode.ConnectionDoesNotExist, "the engine connection is closed")
	}
	if err := checkText(sql); err != nil {
		return err
	}
	c.endStreamLocked(pgerr.New(pgerrcode.InvalidCursorState, "the result was closed by a later statement on its connection"))
	return nil
}

// endStreamLocked frees the open stream; its Next returns err from now on.
func (c *Conn) endStreamLocked(err error) {
	if c.rows != nil {
		c.rows.endLocked(err)
	}
}

// checkText refuses what C strings would cut short and DuckDB would choke on.
func checkText(s string) error {
	if strings.IndexByte(s, 0) >= 0 {
		return pgerr.New(pgerrcode.CharacterNotInRepertoire, "invalid byte sequence for encoding \"UTF8\": 0x00")
	}
	if !utf8.ValidString(s) {
		return pgerr.New(pgerrcode.CharacterNotInRepertoire, "invalid byte sequence for encoding \"UTF8\"")
	}
	return nil
}
