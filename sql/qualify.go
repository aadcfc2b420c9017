package sql

import (
	"strings"

	"github.com/jackc/pgerrcode"
	pg_query "github.com/pganalyze/pg_query_go/v6"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/miniodb/miniodb/internal/pgerr"
)

// Qualify returns the text of a view's query with every relation's schema written out, so that it means the same under any search
// path. The query is checked as by Rewrite; parameters are refused (42P02).
func Qualify(q *Query, env Env) (string, error) {
	sel, err := Rewrite(q, env)
	if err != nil {
		return "", err
	}
	if len(sel.Params) > 0 {
		return "", pgerr.New(pgerrcode.UndefinedParameter, "there is no parameter $1")
	}
	copied := proto.Clone(q.Node).(*pg_query.Node)
	qual := qualifier{env: env}
	qual.visit(copied.ProtoReflect(), nil)
	if qual.err != nil {
		return "", qual.err
	}
	return deparseNode(copied)
}

// nameEnv is a chain of WITH names, innermost first.
type nameEnv struct {
	parent *nameEnv
	name   string
}

func (n *nameEnv) has(name string) bool {
	for ; n != nil; n = n.parent {
		if n.name == name {
			return true
		}
	}
	return false
}

type qualifier struct {
	env Env
	err error
}

// visit walks the tree; ctes are the WITH names visible there.
func (q *qualifier) visit(m protoreflect.Message, ctes *nameEnv) {
	if q.err != nil {
		return
	}
	switch x := m.Interface().(type) {
	case *pg_query.SelectStmt:
		if w := x.WithClause; w != nil {
			if w.Recursive {
				for _, n := range w.Ctes {
					ctes = &nameEnv{parent: ctes, name: n.GetCommonTableExpr().GetCtename()}
				}
			}
			for _, n := range w.Ctes {
				c := n.GetCommonTableExpr()
				q.visit(c.GetCtequery().ProtoReflect(), ctes)
				ctes = &nameEnv{parent: ctes, name: c.GetCtename()}
			}
		}
		q.children(m, ctes, "with_clause")
		return
	case *pg_query.RangeVar:
		if x.Schemaname == "" && !ctes.has(x.Relname) || x.Schemaname == TempAlias {
			q.qualify(x)
		}
		return
	case *pg_query.FuncCall:
		if name := lastName(x.Funcname); sequenceTable()[name] != nil && len(x.Args) > 0 {
			q.qualifySequence(x.Args[0])
		}
		q.qualifyFunction(x)
	case *pg_query.TypeName:
		q.qualifyType(x)
	}
	q.children(m, ctes, "")
}

func (q *qualifier) children(m protoreflect.Message, ctes *nameEnv, skip protoreflect.Name) {
	m.Range(func(fd protoreflect.FieldDescriptor, v protoreflect.Value) bool {
		if fd.Kind() != protoreflect.MessageKind || fd.Name() == skip {
			return true
		}
		if fd.IsList() {
			for i, l := 0, v.List(); i < l.Len(); i++ {
				q.visit(l.Get(i).Message(), ctes)
			}
			return true
		}
		q.visit(v.Message(), ctes)
		return true
	})
}

// qualifyFunction gives a call of a user's function its schema.
func (q *qualifier) qualifyFunction(x *pg_query.FuncCall) {
	if len(x.Funcname) != 1 || q.env.Resolver == nil {
		return
	}
	if found := q.env.Resolver.Functions("", lastName(x.Funcname)); len(found) > 0 {
		x.Funcname = []*pg_query.Node{pg_query.MakeStrNode(found[0].Name.Schema), x.Funcname[0]}
	}
}

// QualifyTypes gives the enums that an expression names, such as a DEFAULT or CHECK, their schemas.
func QualifyTypes(expr string, r Resolver) (string, error) {
	if !strings.Contains(expr, "::") {
		return expr, nil
	}
	node, err := parseExpr(expr)
	if err != nil {
		return expr, err
	}
	q, changed := qualifier{env: Env{Resolver: r}}, false
	walkTree(node.ProtoReflect(), func(m proto.Message) bool {
		if x, ok := m.(*pg_query.TypeName); ok {
			before := len(x.Names)
			q.qualifyType(x)
			changed = changed || len(x.Names) != before
		}
		return true
	})
	if !changed {
		return expr, nil
	}
	return deparseExpr(node)
}

// qualifyType gives the name of an enum its schema.
func (q *qualifier) qualifyType(x *pg_query.TypeName) {
	if len(x.Names) != 1 || q.env.Resolver == nil {
		return
	}
	if _, err := ResolveType(x); pgerr.Code(err) != pgerrcode.UndefinedObject {
		return
	}
	name := lastName(x.Names)
	found := q.env.Resolver.Type("", name)
	if found == nil && strings.HasPrefix(name, "_") {
		found = q.env.Resolver.Type("", name[1:])
	}
	if found != nil {
		x.Names = []*pg_query.Node{pg_query.MakeStrNode(found.Name.Schema), x.Names[0]}
	}
}

func (q *qualifier) qualify(x *pg_query.RangeVar) {
	rel, err := q.env.Resolver.Relation(x.Schemaname, x.Relname)
	switch {
	case err != nil:
		q.err = err
	case rel.Table != nil:
		x.Schemaname = rel.Table.Name.Schema
	case rel.View != nil:
		x.Schemaname = rel.View.Name.Schema
	case rel.System != nil:
		x.Schemaname = rel.System.Name.Schema
	}
}

// qualifySequence writes out the schema of a sequence that a constant names, as PostgreSQL, which keeps its OID, would find it.
func (q *qualifier) qualifySequence(n *pg_query.Node) {
	if cast := n.GetTypeCast(); cast != nil {
		n = cast.Arg
	}
	text := n.GetAConst().GetSval()
	if text == nil {
		return
	}
	name, ok := ParseName(text.Sval)
	if !ok || name.Schema != "" {
		return
	}
	if rel, err := q.env.Resolver.Relation("", name.Name); err == nil && rel.System != nil {
		text.Sval = QuoteIdent(rel.System.Name.Schema) + "." + QuoteIdent(rel.System.Name.Name)
	}
}
