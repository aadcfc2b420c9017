package session

import (
	"context"
	"encoding/json"
	"strings"

	"github.com/jackc/pgerrcode"

	"github.com/miniodb/miniodb/internal/pgerr"
	"github.com/miniodb/miniodb/internal/sqltype"
	"github.com/miniodb/miniodb/planner"
	"github.com/miniodb/miniodb/sql"
)

// dialect returns what asks the engine whether a text is a query in its own dialect; nil where such queries are not taken.
func (s *Session) dialect(ctx context.Context) func(text string) bool {
	if s.values.get("miniodb.duckdb_dialect") != "on" {
		return nil
	}
	return func(text string) bool {
		if s.connect() != nil {
			return false
		}
		tree, err := s.conn.SyntaxTree(ctx, text)
		if err != nil {
			return false
		}
		var head struct {
			Error      bool              `json:"error"`
			Statements []json.RawMessage `json:"statements"`
		}
		return json.Unmarshal(tree, &head) == nil && !head.Error && len(head.Statements) == 1
	}
}

// dialectError is what is said of a query that DuckDB's grammar takes and DuckDB then refuses for a reason that has no SQLSTATE of its own: in PostgreSQL's
// language it was wrong as well.
func dialectError(q *sql.Query, err error) error {
	if q.Dialect == nil || pgerr.Code(err) != pgerrcode.SyntaxErrorOrAccessRuleViolation {
		return err
	}
	refused := *pgerr.From(q.Dialect.Refused)
	return refused.WithDetail("In DuckDB's dialect: %s.", strings.TrimSuffix(pgerr.From(err).Message, "."))
}

// rewriteDialect is sql.Rewrite for a query in DuckDB's dialect. Parameters that the client left open get the types that DuckDB finds for them, or text.
func (s *Session) rewriteDialect(ctx context.Context, q *sql.Query, env sql.Env) (*sql.Select, error) {
	sel, err := s.dialectSelect(ctx, q, env)
	if err != nil || !unknownTypes(sel.Params) {
		return sel, err
	}
	text, err := planner.Empty(sel)
	if err != nil {
		return nil, err
	}
	desc, err := s.conn.Describe(ctx, text)
	if err != nil {
		return nil, err
	}
	for i, p := range sel.Params {
		if p.OID == 0 && i < len(desc.Params) {
			p = desc.Params[i]
		}
		if p.OID == 0 || p.OID == sqltype.Unknown {
			p = sqltype.Of(sqltype.Text)
		}
		sel.Params[i] = p
	}
	env.Params = oids(sel.Params)
	return s.dialectSelect(ctx, q, env)
}

func unknownTypes(params []sqltype.Type) bool {
	for _, p := range params {
		if p.OID == 0 {
			return true
		}
	}
	return false
}

// dialectSelect has the engine parse the text, write what the checked tree says, and parse that again.
func (s *Session) dialectSelect(ctx context.Context, q *sql.Query, env sql.Env) (*sql.Select, error) {
	tree, err := s.conn.SyntaxTree(ctx, q.Text)
	if err != nil {
		return nil, err
	}
	d, err := sql.NewDialect(q, env, tree)
	if err != nil {
		return nil, err
	}
	text, err := s.conn.SyntaxText(ctx, d.Tree)
	if err != nil {
		return nil, err
	}
	if tree, err = s.conn.SyntaxTree(ctx, text); err != nil {
		return nil, err
	}
	return d.Select(text, tree)
}
