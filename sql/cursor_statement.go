package sql

import (
	"slices"
	"strings"

	"github.com/jackc/pgerrcode"
	pg_query "github.com/pganalyze/pg_query_go/v6"

	"github.com/miniodb/miniodb/internal/pgerr"
	"github.com/miniodb/miniodb/internal/sqltype"
)

func (c *classifier) explain(s *Statement, n *pg_query.ExplainStmt) (*Explain, error) {
	out := &Explain{Costs: true, Timing: true, Format: "text"}
	for _, node := range n.Options {
		def := node.GetDefElem()
		text, _ := defText(def)
		var flag *bool
		ignored := false
		switch def.Defname {
		case "analyze":
			flag = &out.Analyze
		case "verbose":
			flag = &out.Verbose
		case "costs":
			flag = &out.Costs
		case "buffers":
			flag = &out.Buffers
		case "timing":
			flag = &out.Timing
		case "summary", "settings", "wal":
			flag = &ignored
		case "format":
			out.Format = strings.ToLower(text)
			if !slices.Contains([]string{"text", "json", "xml", "yaml"}, out.Format) {
				return nil, c.at(pgerr.New(pgerrcode.InvalidParameterValue, "unrecognized value for EXPLAIN option \"format\": \"%s\"", clip(text)), def.Location)
			}
			continue
		default:
			return nil, c.at(pgerr.New(pgerrcode.SyntaxError, "unrecognized EXPLAIN option \"%s\"", clip(def.Defname)), def.Location)
		}
		on, ok := defBool(def, text)
		if !ok {
			return nil, c.at(pgerr.New(pgerrcode.SyntaxError, "%s requires a Boolean value", def.Defname), def.Location)
		}
		*flag = on
	}
	out.Inner = &Statement{Text: s.Text, Params: s.Params}
	if err := c.statement(out.Inner, n.Query); err != nil {
		return nil, err
	}
	return out, nil
}

func (c *classifier) prepare(s *Statement, n *pg_query.PrepareStmt) (*PrepareStmt, error) {
	out := &PrepareStmt{Name: n.Name}
	for _, node := range n.Argtypes {
		name := node.GetTypeName()
		if names := stringsOf(name.GetNames()); len(names) == 1 && names[0] == "unknown" {
			out.Types = append(out.Types, sqltype.Of(0))
			continue
		}
		t, err := c.typeOf(name)
		if err != nil {
			return nil, err
		}
		out.Types = append(out.Types, t)
	}
	out.Inner = &Statement{Text: s.Text, Params: s.Params}
	s.Params = 0
	if err := c.statement(out.Inner, n.Query); err != nil {
		return nil, err
	}
	switch out.Inner.Command.(type) {
	case *Query, *Insert:
		return out, nil
	}
	return nil, unsupported("PREPARE of %s is not supported", out.Inner.Tag)
}

func (c *classifier) execute(n *pg_query.ExecuteStmt) (*ExecuteStmt, error) {
	out := &ExecuteStmt{Name: n.Name}
	if len(n.Params) == 0 {
		return out, nil
	}
	if cells, ok := cellsOf(n.Params); ok {
		out.Args = cells
		return out, nil
	}
	targets := make([]*pg_query.Node, 0, len(n.Params))
	for _, p := range n.Params {
		targets = append(targets, &pg_query.Node{Node: &pg_query.Node_ResTarget{ResTarget: &pg_query.ResTarget{Val: p}}})
	}
	c.walk = true
	query, err := c.query(&pg_query.Node{Node: &pg_query.Node_SelectStmt{SelectStmt: bareSelect(targets)}})
	out.Query = query
	return out, err
}

// Cursor options (PostgreSQL: nodes/parsenodes.h).
const (
	cursorBinary   = 0x0001
	cursorScroll   = 0x0002
	cursorNoScroll = 0x0004
	cursorHold     = 0x0020
)

func (c *classifier) declare(n *pg_query.DeclareCursorStmt) (*DeclareCursor, error) {
	if sel := n.Query.GetSelectStmt(); sel != nil && takeInto(sel) != nil {
		return nil, pgerr.New(pgerrcode.SyntaxError, "DECLARE CURSOR cannot specify INTO")
	}
	query, err := c.query(n.Query)
	if err != nil {
		return nil, err
	}
	return &DeclareCursor{
		Name: n.Portalname, Query: query, Binary: n.Options&cursorBinary != 0, Scroll: n.Options&cursorScroll != 0,
		NoScroll: n.Options&cursorNoScroll != 0, Hold: n.Options&cursorHold != 0,
	}, nil
}

func fetch(n *pg_query.FetchStmt) *Fetch {
	out := &Fetch{Cursor: n.Portalname, Count: n.HowMany, Move: n.Ismove}
	switch n.Direction {
	case pg_query.FetchDirection_FETCH_BACKWARD:
		out.Direction = FetchBackward
	case pg_query.FetchDirection_FETCH_ABSOLUTE:
		out.Direction = FetchAbsolute
	case pg_query.FetchDirection_FETCH_RELATIVE:
		out.Direction = FetchRelative
	default:
		out.Direction = FetchForward
	}
	if out.Count < 0 && (out.Direction == FetchForward || out.Direction == FetchBackward) {
		out.Direction = FetchForward + FetchBackward - out.Direction
		out.Count = -out.Count
	}
	return out
}

func (c *classifier) call(n *pg_query.CallStmt) (*Call, error) {
	f := n.Funccall
	name, err := c.qualified(f.GetFuncname())
	if err != nil {
		return nil, err
	}
	if f.AggStar || f.AggDistinct || len(f.AggOrder) > 0 || f.AggFilter != nil || f.Over != nil || f.FuncVariadic {
		return nil, c.at(pgerr.New(pgerrcode.SyntaxError, "CALL takes plain arguments"), f.Location)
	}
	out := &Call{Name: name, Position: position(c.text, int(f.Location))}
	for _, node := range f.Args {
		arg := CallArg{}
		if named := node.GetNamedArgExpr(); named != nil {
			arg.Name, node = named.Name, named.Arg
			for _, other := range out.Args {
				if other.Name == arg.Name {
					return nil, c.at(pgerr.New(pgerrcode.SyntaxError, "argument name \"%s\" used more than once", arg.Name), named.Location)
				}
			}
		} else if len(out.Args) > 0 && out.Args[len(out.Args)-1].Name != "" {
			return nil, c.at(pgerr.New(pgerrcode.SyntaxError, "positional argument cannot follow named argument"), f.Location)
		}
		cell, ok := cellOf(node)
		if !ok || cell.Kind == CellDefault {
			e := unsupported("arguments of CALL must be constants")
			if loc, found := locate(node); found {
				return nil, c.at(e, loc)
			}
			return nil, e
		}
		arg.Value = cell
		out.Args = append(out.Args, arg)
	}
	return out, nil
}
