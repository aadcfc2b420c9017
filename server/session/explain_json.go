package session

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgerrcode"

	"github.com/miniodb/miniodb/internal/pgerr"
	"github.com/miniodb/miniodb/internal/sqltype"
	"github.com/miniodb/miniodb/pgwire"
	"github.com/miniodb/miniodb/sql"
)

// explained is what EXPLAIN tells of a statement.
type explained struct {
	scans []string // what is read
	plan  string   // the engine's, as lines or as JSON; "" for a statement without a query
	tag   string   // of the statement

	analyzed bool
	rows     int64
	took     time.Duration
}

// text is EXPLAIN (FORMAT TEXT): a row a line.
func (e *explained) text() [][]string {
	lines := append([]string(nil), e.scans...)
	if e.plan == "" {
		lines = append(lines, e.tag+" of constants")
	} else {
		lines = append(lines, strings.Split(strings.TrimRight(e.plan, "\n"), "\n")...)
	}
	if e.analyzed {
		lines = append(lines, fmt.Sprintf("Rows: %d", e.rows), fmt.Sprintf("Execution Time: %.3f ms", e.milliseconds()))
	}
	out := make([][]string, len(lines))
	for i, l := range lines {
		out[i] = []string{l}
	}
	return out
}

func (e *explained) milliseconds() float64 { return float64(e.took.Microseconds()) / 1000 }

// planNode is a node of a plan under the names that PostgreSQL gives such things (its documentation, "EXPLAIN"). The engine has no costs.
type planNode struct {
	Type    string          `json:"Node Type"`
	Join    string          `json:"Join Type,omitempty"`
	Filter  json.RawMessage `json:"Filter,omitempty"`
	Startup *float64        `json:"Startup Cost,omitempty"`
	Total   *float64        `json:"Total Cost,omitempty"`
	Rows    int64           `json:"Plan Rows"`
	Width   int             `json:"Plan Width"`
	// Details are what the engine says beside.
	Details map[string]json.RawMessage `json:"Details,omitempty"`
	Plans   []planNode                 `json:"Plans,omitempty"`
}

// engineNode is a node of the engine's plan.
type engineNode struct {
	Name     string                     `json:"name"`
	Children []engineNode               `json:"children"`
	Info     map[string]json.RawMessage `json:"extra_info"`
}

func (n *engineNode) node(costs bool) planNode {
	words := strings.FieldsFunc(strings.ToLower(n.Name), func(r rune) bool { return r == '_' || r == ' ' })
	for i, w := range words {
		words[i] = strings.ToUpper(w[:1]) + w[1:]
	}
	out := planNode{Type: strings.Join(words, " "), Details: map[string]json.RawMessage{}}
	if costs {
		out.Startup, out.Total = new(float64), new(float64)
	}
	for key, v := range n.Info {
		var s string
		_ = json.Unmarshal(v, &s) // lists stay as they are
		switch key {
		case "Estimated Cardinality":
			out.Rows, _ = strconv.ParseInt(s, 10, 64)
		case "Join Type":
			out.Join = strings.ToUpper(s[:min(1, len(s))]) + strings.ToLower(s[min(1, len(s)):])
		case "Filters":
			out.Filter = v
		case "Table": // of buffered rows: its name is no name of the client's
		default:
			out.Details[key] = v
		}
	}
	for i := range n.Children {
		out.Plans = append(out.Plans, n.Children[i].node(costs))
	}
	return out
}

// json is EXPLAIN (FORMAT JSON): one row.
func (e *explained) json(costs bool) ([][]string, error) {
	out := struct {
		Plan  planNode `json:"Plan"`
		Scans []string `json:"Scans,omitempty"`
		Rows  *int64   `json:"Rows,omitempty"`
		Took  *float64 `json:"Execution Time,omitempty"`
	}{Scans: e.scans, Plan: planNode{Type: e.tag}}
	if e.plan != "" {
		var nodes []engineNode
		if err := json.Unmarshal([]byte(e.plan), &nodes); err != nil || len(nodes) != 1 {
			return nil, fmt.Errorf("read the engine's plan: %d nodes: %w", len(nodes), err)
		}
		out.Plan = nodes[0].node(costs)
	}
	if e.analyzed {
		took := e.milliseconds()
		out.Rows, out.Took = &e.rows, &took
	}
	text, err := json.MarshalIndent([]any{out}, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("write a plan: %w", err)
	}
	return [][]string{{string(text)}}, nil
}

// explainColumns is what EXPLAIN returns: text, or json.
func explainColumns(c *sql.Explain) []pgwire.Column {
	out := textColumn("QUERY PLAN")
	if c.Format == "json" {
		out.Type = sqltype.Of(sqltype.JSON)
	}
	return []pgwire.Column{out}
}

func checkFormat(c *sql.Explain) error {
	switch c.Format {
	case "", "text", "json":
		return nil
	}
	return pgerr.New(pgerrcode.FeatureNotSupported, "EXPLAIN (FORMAT %s) is not supported", strings.ToUpper(c.Format)).WithHint("Use FORMAT TEXT or JSON.")
}
