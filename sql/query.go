package sql

import (
	"strings"
	"sync"

	"github.com/jackc/pgerrcode"
	pg_query "github.com/pganalyze/pg_query_go/v6"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/miniodb/miniodb/internal/pgerr"
)

// query makes a Query of a node that must be a SELECT, VALUES or TABLE.
func (c *classifier) query(node *pg_query.Node) (*Query, error) {
	if node.GetSelectStmt() == nil {
		return nil, unsupported("%s is not supported here", statementName(node))
	}
	locks := ""
	if c.walk {
		var failed error
		walkTree(node.ProtoReflect(), func(m proto.Message) bool {
			switch n := m.(type) {
			case *pg_query.CommonTableExpr:
				if n.Ctequery.GetSelectStmt() == nil {
					failed = c.at(unsupported("data-modifying statements in WITH are not supported"), n.Location)
				}
			case *pg_query.SelectStmt:
				if n.IntoClause != nil {
					failed = c.at(pgerr.New(pgerrcode.SyntaxError, "SELECT ... INTO is not allowed here"), n.IntoClause.GetRel().GetLocation())
				}
				if len(n.LockingClause) > 0 && failed == nil {
					locks, failed = c.locking(n)
					n.LockingClause = nil
				}
			}
			return failed == nil
		})
		if failed != nil {
			return nil, failed
		}
	}
	return &Query{Node: node, Text: c.text, Locks: locks}, nil
}

// takeInto removes and returns the INTO of SELECT INTO, which stands in the leftmost branch of set operations.
func takeInto(s *pg_query.SelectStmt) *pg_query.IntoClause {
	for s.GetLarg() != nil {
		s = s.Larg
	}
	into := s.GetIntoClause()
	if into != nil {
		s.IntoClause = nil
	}
	return into
}

// walkTree visits every message of a tree until visit says no. Depth is bounded by the parser's limit.
func walkTree(m protoreflect.Message, visit func(proto.Message) bool) bool {
	if !visit(m.Interface()) {
		return false
	}
	more := true
	m.Range(func(fd protoreflect.FieldDescriptor, v protoreflect.Value) bool {
		if fd.Kind() != protoreflect.MessageKind {
			return true
		}
		if !fd.IsList() {
			more = walkTree(v.Message(), visit)
			return more
		}
		for i, l := 0, v.List(); i < l.Len() && more; i++ {
			more = walkTree(l.Get(i).Message(), visit)
		}
		return more
	})
	return more
}

// deparseExpr prints an expression as PostgreSQL text.
func deparseExpr(expr *pg_query.Node) (string, error) {
	sel := &pg_query.SelectStmt{
		TargetList:  []*pg_query.Node{{Node: &pg_query.Node_ResTarget{ResTarget: &pg_query.ResTarget{Val: expr}}}},
		LimitOption: pg_query.LimitOption_LIMIT_OPTION_DEFAULT, Op: pg_query.SetOperation_SETOP_NONE,
	}
	text, err := deparseNode(&pg_query.Node{Node: &pg_query.Node_SelectStmt{SelectStmt: sel}})
	if err != nil {
		return "", err
	}
	text, ok := strings.CutPrefix(text, "SELECT ")
	if !ok {
		return "", unsupported("this expression is not supported")
	}
	return text, nil
}

// treeVersion is what the parser stamps its trees with and the deparser wants to see.
var treeVersion = sync.OnceValue(func() int32 {
	tree, err := pg_query.Parse("SELECT 1")
	if err != nil {
		return 0
	}
	return tree.Version
})

// deparseNode prints a statement as PostgreSQL text.
func deparseNode(node *pg_query.Node) (string, error) {
	text, err := pg_query.Deparse(&pg_query.ParseResult{Version: treeVersion(), Stmts: []*pg_query.RawStmt{{Stmt: node}}})
	if err != nil {
		return "", pgerr.New(pgerrcode.FeatureNotSupported, "this construct is not supported").WithDetail("%v", err).WithCause(err)
	}
	return text, nil
}

// parseExpr parses one expression.
func parseExpr(expr string) (*pg_query.Node, error) {
	if len(expr) > MaxStatementBytes {
		return nil, pgerr.New(pgerrcode.ProgramLimitExceeded, "expression is too long")
	}
	text := "SELECT " + expr
	if err := checkEncoding(text); err != nil {
		return nil, err
	}
	l := &lexer{text: text}
	p, err := l.piece()
	if err != nil || p.end != len(strings.TrimRight(text, " \t\r\n")) {
		return nil, pgerr.New(pgerrcode.SyntaxError, "not an expression: %s", clip(expr)).WithCause(err)
	}
	node, err := parseGrammar(text)
	if err != nil {
		return nil, err
	}
	sel := node.GetSelectStmt()
	if sel == nil || len(sel.TargetList) != 1 || sel.Op != pg_query.SetOperation_SETOP_NONE || !proto.Equal(sel, bareSelect(sel.TargetList)) {
		return nil, pgerr.New(pgerrcode.SyntaxError, "not an expression: %s", clip(expr))
	}
	target := sel.TargetList[0].GetResTarget()
	if target.GetName() != "" {
		return nil, pgerr.New(pgerrcode.SyntaxError, "not an expression: %s", clip(expr))
	}
	return target.GetVal(), nil
}

// bareSelect is what the parser makes of SELECT with nothing but a target list.
func bareSelect(targets []*pg_query.Node) *pg_query.SelectStmt {
	return &pg_query.SelectStmt{
		TargetList: targets, LimitOption: pg_query.LimitOption_LIMIT_OPTION_DEFAULT, Op: pg_query.SetOperation_SETOP_NONE,
	}
}
