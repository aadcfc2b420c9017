package session

import (
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/miniodb/miniodb/catalog"
	"github.com/miniodb/miniodb/engine"
	"github.com/miniodb/miniodb/pgwire"
	"github.com/miniodb/miniodb/sql"
)

// runExplain shows what is read, how, and the engine's plan for it. ANALYZE runs the statement first and adds what it took.
func (s *Session) runExplain(ctx context.Context, st *statement, c *sql.Explain, args []*string, params []pgwire.Param) (pgwire.Result, error) {
	if err := checkFormat(c); err != nil {
		return nil, err
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
	out := &explained{tag: strings.TrimSuffix(inner.stmt.Tag, " 0")}
	if inner.query != nil {
		if err := s.explainQuery(ctx, inner, args, c.Format == "json", out); err != nil {
			return nil, err
		}
	}
	if c.Analyze {
		if err := s.analyze(ctx, inner, args, params, out); err != nil {
			return nil, err
		}
	}
	rows := out.text()
	if c.Format == "json" {
		if rows, err = out.json(c.Costs); err != nil {
			return nil, err
		}
	}
	return textRows("EXPLAIN", false, explainColumns(c), rows...), nil
}

// explainQuery plans a query and asks the engine for its plan.
func (s *Session) explainQuery(ctx context.Context, st *statement, args []*string, asJSON bool, out *explained) error {
	b, err := s.rebind(ctx, st.query)
	if err != nil {
		return err
	}
	r := &rows{session: s, columns: b.columns}
	defer r.Close()
	text, err := s.plan(ctx, b, args, r)
	if err != nil {
		return err
	}
	if r.plan.Branched {
		out.scans = append(out.scans, "Merge of one query for each part")
	}
	for _, scan := range r.plan.Scans {
		out.scans = append(out.scans, fmt.Sprintf("Scan on %s: %d of %d files, %d buffer generations", scan.Table.Name, len(scan.Files), scan.Total, len(scan.Parts)))
	}
	for _, y := range r.systems {
		out.scans = append(out.scans, fmt.Sprintf("Scan on system relation %s: %d rows", y.name, y.rows))
	}
	explain := "EXPLAIN "
	if asJSON {
		explain = "EXPLAIN (FORMAT json) "
	}
	if err := r.start(ctx, s, explain+text, args, engine.KeepNothing); err != nil {
		return err
	}
	for {
		batch, err := r.stream.Next(ctx)
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		last := &batch.Cols[len(batch.Cols)-1]
		for i := range batch.Len {
			out.plan += strings.TrimRight(string(last.Bytes(i)), "\n") + "\n"
		}
	}
}

// analyze runs the statement to its end and drops its rows; what it writes becomes part of the transaction, as in PostgreSQL.
func (s *Session) analyze(ctx context.Context, st *statement, args []*string, params []pgwire.Param, out *explained) error {
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
		return err
	}
	defer r.Close()
	for {
		batch, err := r.Next(ctx)
		if err == io.EOF {
			break
		}
		if err != nil {
			return err
		}
		out.rows += int64(batch.Len)
	}
	out.analyzed, out.took = true, time.Since(start)
	return nil
}
