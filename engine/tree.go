package engine

import (
	"context"
	"fmt"
	"io"
)

// SyntaxTree returns the syntax tree that DuckDB has of a text, as JSON, without running anything; "error": true in it says that the text cannot be
// parsed or is no query.
func (c *Conn) SyntaxTree(ctx context.Context, text string) ([]byte, error) {
	return c.ask(ctx, "SELECT CAST(json_serialize_sql(CAST($1 AS VARCHAR)) AS VARCHAR)", text)
}

// SyntaxText writes such a tree as a text that DuckDB can parse.
func (c *Conn) SyntaxText(ctx context.Context, tree []byte) (string, error) {
	text, err := c.ask(ctx, "SELECT json_deserialize_sql(CAST($1 AS JSON))", string(tree))
	return string(text), err
}

// ask runs a query of one text that depends on one text.
func (c *Conn) ask(ctx context.Context, sql, arg string) ([]byte, error) {
	rows, err := c.QueryAgain(Small(ctx), sql, []*string{&arg}, KeepPlan)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	batch, err := rows.Next(Small(ctx))
	if err == io.EOF {
		return nil, fmt.Errorf("ask the engine for syntax: no answer")
	}
	if err != nil {
		return nil, err
	}
	if batch.Len != 1 || batch.Cols[0].IsNull(0) {
		return nil, fmt.Errorf("ask the engine for syntax: no answer")
	}
	return append([]byte(nil), batch.Cols[0].Bytes(0)...), nil
}
