package sql

import (
	"strings"

	"github.com/jackc/pgerrcode"
	pg_query "github.com/pganalyze/pg_query_go/v6"
	"google.golang.org/protobuf/proto"

	"github.com/miniodb/miniodb/internal/pgerr"
)

// Bounds of a text in DuckDB's dialect: its parser is not asked about more.
const (
	maxDialectBytes = 64 << 10
	maxDialectDepth = 100
)

// dialectWords begin a query of DuckDB's.
var dialectWords = wordSet("select from with values pivot unpivot summarize describe desc")

// takesDialect asks whether a statement that PostgreSQL refuses is a query of DuckDB's.
func (l *lexer) takesDialect(p piece, text string, refused error) bool {
	if l.dialect == nil || len(text) > maxDialectBytes || len(p.head) == 0 || brackets(text) > maxDialectDepth {
		return false
	}
	if code := pgerr.Code(refused); code != pgerrcode.SyntaxError && code != pgerrcode.UndefinedFunction && code != pgerrcode.UndefinedTable {
		return false
	}
	first := l.word(p.head[0])
	if !dialectWords[first] && !(first == "" && l.text[p.head[0].start] == '(') {
		return false
	}
	return l.dialect(text)
}

// brackets is how deep brackets nest at most, those in strings and comments counted, too.
func brackets(text string) int {
	depth, most := 0, 0
	for i := range len(text) {
		switch text[i] {
		case '(', '[', '{':
			depth++
			most = max(most, depth)
		case ')', ']', '}':
			depth = max(depth-1, 0)
		}
	}
	return most
}

func dialectStatement(text string, params int, refused error) *Statement {
	return &Statement{Text: text, Tag: "SELECT", Params: params, Command: &Query{Text: text, Dialect: &DialectText{Params: params, Refused: refused}}}
}

// dialectJoins are words before JOIN that PostgreSQL takes for the alias of the table on the left.
var dialectJoins = wordSet("asof positional semi anti")

// dialectHints tells whether dialectOnly can find something.
func dialectHints(text string) bool {
	if len(text) > maxDialectBytes {
		return false
	}
	lower := strings.ToLower(text)
	return strings.Contains(lower, "columns") || strings.Contains(lower, "join") &&
		(strings.Contains(lower, "asof") || strings.Contains(lower, "positional") || strings.Contains(lower, "semi") || strings.Contains(lower, "anti"))
}

// dialectOnly looks for what PostgreSQL's grammar takes and nobody means so: COLUMNS(...) in a select list, which no function is called, and ASOF, POSITIONAL, SEMI
// and ANTI before JOIN, which would be an alias that nothing refers to. It returns what PostgreSQL says, or would say of such an alias.
func dialectOnly(node *pg_query.Node) error {
	if node.GetSelectStmt() == nil {
		return nil
	}
	joins := map[string]bool{}
	columns := false
	walkTree(node.ProtoReflect(), func(m proto.Message) bool {
		switch x := m.(type) {
		case *pg_query.JoinExpr:
			if v := x.Larg.GetRangeVar(); v != nil && dialectJoins[v.GetAlias().GetAliasname()] && len(v.Alias.Colnames) == 0 {
				joins[v.Alias.Aliasname] = true
			}
		case *pg_query.FuncCall:
			columns = columns || len(x.Funcname) == 1 && lastName(x.Funcname) == "columns"
		}
		return true
	})
	if len(joins) > 0 {
		walkTree(node.ProtoReflect(), func(m proto.Message) bool {
			if ref, ok := m.(*pg_query.ColumnRef); ok && len(ref.Fields) > 0 {
				delete(joins, ref.Fields[0].GetString_().GetSval())
			}
			return true
		})
	}
	switch {
	case columns:
		return pgerr.New(pgerrcode.UndefinedFunction, "function columns does not exist")
	case len(joins) > 0:
		names := make([]string, 0, len(joins))
		for name := range joins {
			names = append(names, name)
		}
		return pgerr.New(pgerrcode.UndefinedTable, "nothing refers to %s", strings.Join(names, ", "))
	}
	return nil
}
