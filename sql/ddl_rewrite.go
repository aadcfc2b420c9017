package sql

import (
	"strings"

	pg_query "github.com/pganalyze/pg_query_go/v6"
	"google.golang.org/protobuf/proto"

	"github.com/miniodb/miniodb/catalog"
)

// A view is kept as text with qualified names. PostgreSQL keeps numbers, so a view follows the relations and columns that it reads through
// their renames, and shows neither columns that are younger than itself. The functions here change texts so that they do the same.

// ViewChange is what happens to a relation that views read.
type ViewChange struct {
	From, To catalog.Name
	// Columns, if not nil, are the columns that the relation had when the view was made, and what they are called now. The view then reads these alone,
	// under their old names.
	Columns []RenamedColumn
}

// RenamedColumn is a column with the name that a view knows.
type RenamedColumn struct{ Old, New string }

// RewriteView changes the text of a view for what happens to a relation; changed is false if the view does not name it.
func RewriteView(text string, change ViewChange) (out string, changed bool, err error) {
	node, err := parseGrammar(text)
	if err != nil {
		return "", false, err
	}
	refs := rangeVars(node, change.From)
	if len(refs) == 0 {
		return text, false, nil
	}
	from := QuoteIdent(change.To.Schema) + "." + QuoteIdent(change.To.Name)
	for _, ref := range refs {
		r := ref.GetRangeVar()
		if r.Alias == nil && (change.To.Name != r.Relname || change.Columns != nil) {
			r.Alias = &pg_query.Alias{Aliasname: r.Relname}
		}
		r.Schemaname, r.Relname = change.To.Schema, change.To.Name
		if change.Columns == nil {
			continue
		}
		list := make([]string, len(change.Columns))
		for i, c := range change.Columns {
			if list[i] = QuoteIdent(c.New); c.New != c.Old {
				list[i] += " AS " + QuoteIdent(c.Old)
			}
		}
		inner, err := parseGrammar("SELECT " + strings.Join(list, ", ") + " FROM " + from)
		if err != nil {
			return "", false, err
		}
		ref.Node = &pg_query.Node_RangeSubselect{RangeSubselect: &pg_query.RangeSubselect{Subquery: inner, Alias: r.Alias}}
	}
	walkTree(node.ProtoReflect(), func(m proto.Message) bool {
		if ref, ok := m.(*pg_query.ColumnRef); ok && len(ref.Fields) == 3 && // schema.table.column
			ref.Fields[0].GetString_().GetSval() == change.From.Schema && ref.Fields[1].GetString_().GetSval() == change.From.Name {
			ref.Fields = ref.Fields[1:]
		}
		return true
	})
	out, err = deparseNode(node)
	return out, true, err
}

// rangeVars finds the references to a relation, by its qualified name.
func rangeVars(node *pg_query.Node, name catalog.Name) []*pg_query.Node {
	var refs []*pg_query.Node
	walkTree(node.ProtoReflect(), func(m proto.Message) bool {
		if n, ok := m.(*pg_query.Node); ok {
			if r := n.GetRangeVar(); r != nil && r.Schemaname == name.Schema && r.Relname == name.Name {
				refs = append(refs, n)
			}
		}
		return true
	})
	return refs
}

// ReadsAllColumns reports whether a view's text means the columns of a relation as they are: by a star or a natural join in a query that
// has the relation in its FROM.
func ReadsAllColumns(text string, name catalog.Name) (bool, error) {
	node, err := parseGrammar(text)
	if err != nil {
		return false, err
	}
	found := false
	walkTree(node.ProtoReflect(), func(m proto.Message) bool {
		if sel, ok := m.(*pg_query.SelectStmt); ok && !found {
			reads, all := false, false
			for _, n := range sel.FromClause {
				r, natural := fromReads(n, name)
				reads, all = reads || r, all || natural
			}
			for _, n := range sel.TargetList {
				fields := n.GetResTarget().GetVal().GetColumnRef().GetFields()
				all = all || len(fields) > 0 && fields[len(fields)-1].GetAStar() != nil
			}
			found = reads && all
		}
		return !found
	})
	return found, nil
}

// fromReads looks for a relation and for natural joins in an item of FROM, not in queries inside it.
func fromReads(n *pg_query.Node, name catalog.Name) (reads, natural bool) {
	if r := n.GetRangeVar(); r != nil {
		return r.Schemaname == name.Schema && r.Relname == name.Name, false
	}
	j := n.GetJoinExpr()
	if j == nil {
		return false, false
	}
	left, a := fromReads(j.Larg, name)
	right, b := fromReads(j.Rarg, name)
	return left || right, a || b || j.IsNatural
}

// RenameInCheck changes a CHECK expression of a table for a new name of one of its columns; equal names change nothing but the
// qualification, which a new name of the table makes wrong.
func RenameInCheck(expr, from, to string) (string, error) {
	node, err := parseExpr(expr)
	if err != nil {
		return "", err
	}
	eachColumn(node, func(ref *pg_query.ColumnRef) {
		ref.Fields = ref.Fields[len(ref.Fields)-1:]
		if s := ref.Fields[0].GetString_(); s != nil && s.Sval == from {
			s.Sval = to
		}
	})
	return deparseExpr(node)
}

// CheckColumns lists the columns that a CHECK expression names.
func CheckColumns(expr string) ([]string, error) {
	node, err := parseExpr(expr)
	if err != nil {
		return nil, err
	}
	var out []string
	eachColumn(node, func(ref *pg_query.ColumnRef) {
		out = append(out, ref.Fields[len(ref.Fields)-1].GetString_().GetSval())
	})
	return out, nil
}

func eachColumn(node *pg_query.Node, visit func(*pg_query.ColumnRef)) {
	walkTree(node.ProtoReflect(), func(m proto.Message) bool {
		if ref, ok := m.(*pg_query.ColumnRef); ok && len(ref.Fields) > 0 {
			visit(ref)
		}
		return true
	})
}

// volatileFunctions give another value for each row (PostgreSQL: pg_proc.provolatile = 'v').
var volatileFunctions = map[string]bool{
	"random": true, "gen_random_uuid": true, "uuid_generate_v4": true, "nextval": true, "currval": true, "lastval": true, "setval": true,
	"clock_timestamp": true, "timeofday": true, "pg_sleep": true, "txid_current": true, "pg_current_xact_id": true,
}

// Volatile reports whether an expression has a value of its own for each row.
func Volatile(expr string) (bool, error) {
	if expr == "" {
		return false, nil
	}
	node, err := parseExpr(expr)
	if err != nil {
		return false, err
	}
	found := false
	walkTree(node.ProtoReflect(), func(m proto.Message) bool {
		if f, ok := m.(*pg_query.FuncCall); ok {
			names := stringsOf(f.Funcname)
			found = found || len(names) > 0 && volatileFunctions[names[len(names)-1]]
		}
		return !found
	})
	return found, nil
}

// NextvalDefault is the default of a column that draws from a sequence.
func NextvalDefault(seq catalog.Name) string { return nextvalText(seq) }
