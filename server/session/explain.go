package session

import (
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/jackc/pgerrcode"

	"github.com/miniodb/miniodb/catalog"
	"github.com/miniodb/miniodb/engine"
	"github.com/miniodb/miniodb/internal/pgerr"
	"github.com/miniodb/miniodb/pgwire"
	"github.com/miniodb/miniodb/sql"
)

// runExplain shows what is read, how, and the engine's plan for it. ANALYZE runs the statement first and adds what it took.
func (s *Session) runExplain(ctx context.Context, st *statement, c *sql.Explain, args []*string, params []pgwire.Param) (pgwire.Result, error) {
	if c.Format != "" && c.Format != "text" {
		return nil, pgerr.New(pgerrcode.FeatureNotSupported, "EXPLAIN (FORMAT %s) is not supported", strings.ToUpper(c.Format)).
			WithHint("Use FORMAT TEXT.")
	}
	inner, err := s.prepare(ctx, c.Inner, st.declared)
	if err != nil {
		return nil, err
	}
	if e, ok := c.Inner.Command.(*sql.ExecuteStmt); ok {
		if inner, err = s.preparedStatement(ctx, e.Name); err != nil {
			return nil, err
		}
		if args, err = s.executeArgs(ctx, e, inner.params); err != nil {
			return nil, err
		}
		params = nil
	}
	if inner.target != nil {
		if err := s.checkTarget(inner.target.table, inner.target.columns, catalog.Insert); err != nil {
			return nil, err
		}
	}
	var lines []string
	if inner.query == nil {
		lines = append(lines, strings.TrimSuffix(inner.stmt.Tag, " 0")+" of constants")
	} else if lines, err = s.explainQuery(ctx, inner, args); err != nil {
		return nil, err
	}
	if c.Analyze {
		more, err := s.analyze(ctx, inner, args, params)
		if err != nil {
			return nil, err
		}
		lines = append(lines, more...)
	}
	rows := make([][]string, len(lines))
	for i, l := range lines {
		rows[i] = []string{l}
	}
	return textRows("EXPLAIN", false, []pgwire.Column{textColumn("QUERY PLAN")}, rows...), nil
}

func (s *Session) explainQuery(ctx context.Context, st *statement, args []*string) ([]string, error) {
	b, err := s.rebind(ctx, st.query)
	if err != nil {
		return nil, err
	}
	r := &rows{session: s, columns: b.columns}
	defer r.Close()
	text, err := s.plan(ctx, b, args, r)
	if err != nil {
		return nil, err
	}
	lines := []string{}
	if r.plan.Branched {
		lines = append(lines, "Merge of one query for each part")
	}
	for _, scan := range r.plan.Scans {
		lines = append(lines, fmt.Sprintf("Scan on %s: %d of %d files, %d buffer generations", scan.Table.Name, len(scan.Files), scan.Total, len(scan.Parts)))
	}
	for _, y := range r.systems {
		lines = append(lines, fmt.Sprintf("Scan on system relation %s: %d rows", y.name, y.rows))
	}
	if err := r.start(ctx, s, "EXPLAIN "+text, args, engine.KeepNothing); err != nil {
		return nil, err
	}
	for {
		batch, err := r.stream.Next(ctx)
		if err == io.EOF {
			return lines, nil
		}
		if err != nil {
			return nil, err
		}
		last := &batch.Cols[len(batch.Cols)-1]
		for i := range batch.Len {
			lines = append(lines, strings.Split(strings.TrimRight(string(last.Bytes(i)), "\n"), "\n")...)
		}
	}
}

// analyze runs the statement to its end and drops its rows; what it writes becomes part of the transaction, as in PostgreSQL.
func (s *Session) analyze(ctx context.Context, st *statement, args []*string, params []pgwire.Param) ([]string, error) {
	if params == nil {
		params = make([]pgwire.Param, len(args))
		for i, a := range args {
			if a != nil {
				params[i].Data = []byte(*a)
			}
		}
	}
	start := time.Now()
	r, err := s.execute(ctx, st, params)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	n := int64(0)
	for {
		batch, err := r.Next(ctx)
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, err
		}
		n += int64(batch.Len)
	}
	return []string{
		fmt.Sprintf("Rows: %d", n),
		fmt.Sprintf("Execution Time: %.3f ms", float64(time.Since(start).Microseconds())/1000),
	}, nil
}
