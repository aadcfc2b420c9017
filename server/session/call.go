package session

import (
	"context"

	"github.com/jackc/pgerrcode"

	"github.com/miniodb/miniodb/internal/pgerr"
	"github.com/miniodb/miniodb/pgwire"
	"github.com/miniodb/miniodb/sql"
)

// runCall executes the procedures of the server.
func (s *Session) runCall(ctx context.Context, c *sql.Call, tag string) (pgwire.Result, error) {
	if c.Name.Schema != "" && c.Name.Schema != "miniodb" || c.Name.Name != "flush_table" {
		return nil, pgerr.New(pgerrcode.UndefinedFunction, "procedure %s does not exist", c.Name.Name).
			WithHint("The procedures are: flush_table(table).").WithPosition(c.Position)
	}
	if len(c.Args) != 1 || c.Args[0].Value.Kind != sql.CellString || c.Args[0].Name != "" && c.Args[0].Name != "table" {
		return nil, pgerr.New(pgerrcode.UndefinedFunction, "flush_table takes one argument, the name of a table as text").WithPosition(c.Position)
	}
	name, ok := sql.ParseName(c.Args[0].Value.Text)
	if !ok {
		return nil, pgerr.New(pgerrcode.InvalidName, "invalid name syntax")
	}
	if s.tx.block {
		return nil, pgerr.New(pgerrcode.ActiveSQLTransaction, "CALL flush_table cannot run inside a transaction block")
	}
	t, err := s.resolver().table(name)
	if err != nil {
		return nil, err
	}
	n, err := s.node.ingest.Flush(ctx, t.UUID)
	if err != nil {
		return nil, err
	}
	s.notice("00000", "flushed %d rows of table %q", n, t.Name.Name)
	return tagResult(tag), nil
}
