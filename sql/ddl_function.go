package sql

import (
	"slices"
	"strings"

	"github.com/jackc/pgerrcode"
	pg_query "github.com/pganalyze/pg_query_go/v6"
	"google.golang.org/protobuf/proto"

	"github.com/miniodb/miniodb/catalog"
	"github.com/miniodb/miniodb/internal/pgerr"
	"github.com/miniodb/miniodb/internal/sqltype"
)

// CreateFunction is CREATE [OR REPLACE] FUNCTION ... LANGUAGE SQL; Function lacks the OID and the owner.
type CreateFunction struct {
	Function  catalog.Function
	OrReplace bool
}

// DropFunction is DROP FUNCTION.
type DropFunction struct {
	Functions []FunctionName
	IfExists  bool
	Cascade   bool
}

// FunctionName names a function; nil Args leave them out.
type FunctionName struct {
	Name catalog.Name
	Args *[]sqltype.OID
}

// Limits of functions.
const (
	maxFunctionArgs = 100 // as in PostgreSQL
	maxFunctionBody = 64 << 10
)

func (c *classifier) createFunction(n *pg_query.CreateFunctionStmt) (*CreateFunction, error) {
	if n.IsProcedure {
		return nil, unsupported("CREATE PROCEDURE is not supported")
	}
	name, err := c.qualified(n.Funcname)
	if err != nil {
		return nil, err
	}
	out := &CreateFunction{OrReplace: n.Replace, Function: catalog.Function{Name: name, Volatile: "v", Parallel: "u"}}
	f := &out.Function
	if err := c.functionOptions(f, n); err != nil {
		return nil, err
	}
	if err := c.functionArgs(f, n.Parameters); err != nil {
		return nil, err
	}
	switch {
	case n.ReturnType == nil:
		return nil, pgerr.New(pgerrcode.InvalidFunctionDefinition, "function result type must be specified")
	case n.ReturnType.Setof:
		return nil, unsupported("functions that return sets are not supported").WithHint("Use a view, or a query in FROM.")
	}
	if f.Result, err = c.functionType(n.ReturnType); err != nil {
		return nil, err
	}
	return out, nil
}

// functionType is a type of an argument or a result; precision and length are ignored, as in PostgreSQL.
func (c *classifier) functionType(n *pg_query.TypeName) (sqltype.Type, error) {
	t, err := c.typeOf(n)
	if err != nil {
		return t, err
	}
	elem, _ := t.Elem()
	if t.Enum() || elem.Enum() {
		return t, c.at(unsupported("functions with arguments or results of an enum are not supported").WithHint("Take and return text."), n.GetLocation())
	}
	if t = sqltype.Of(t.OID); t.OID == sqltype.Unknown || t.OID == sqltype.Void || t.OID == sqltype.Record || t.CatalogOnly() {
		return t, c.at(unsupported("functions with type %s are not supported", t), n.GetLocation())
	}
	return t, nil
}

func (c *classifier) functionArgs(f *catalog.Function, nodes []*pg_query.Node) error {
	if len(nodes) > maxFunctionArgs {
		return pgerr.New(pgerrcode.TooManyArguments, "functions cannot have more than %d arguments", maxFunctionArgs)
	}
	for _, node := range nodes {
		p := node.GetFunctionParameter()
		switch p.GetMode() {
		case pg_query.FunctionParameterMode_FUNC_PARAM_IN, pg_query.FunctionParameterMode_FUNC_PARAM_DEFAULT:
		case pg_query.FunctionParameterMode_FUNC_PARAM_TABLE:
			return unsupported("functions that return sets are not supported").WithHint("Use a view, or a query in FROM.")
		default:
			return unsupported("output and variadic arguments of functions are not supported")
		}
		if p.GetDefexpr() != nil {
			return unsupported("defaults of function arguments are not supported").WithHint("Create another function with fewer arguments.")
		}
		t, err := c.functionType(p.GetArgType())
		if err != nil {
			return err
		}
		if p.Name != "" && slices.ContainsFunc(f.Args, func(a catalog.Argument) bool { return a.Name == p.Name }) {
			return pgerr.New(pgerrcode.InvalidFunctionDefinition, "parameter name \"%s\" used more than once", p.Name)
		}
		f.Args = append(f.Args, catalog.Argument{Name: p.Name, Type: t})
	}
	return nil
}

func (c *classifier) functionOptions(f *catalog.Function, n *pg_query.CreateFunctionStmt) error {
	var body []string
	language, as := "", false
	for _, node := range n.Options {
		def := node.GetDefElem()
		text, _ := defText(def)
		switch def.Defname {
		case "language":
			language = strings.ToLower(text)
		case "as":
			as, body = true, stringsOf(def.Arg.GetList().GetItems())
		case "volatility":
			f.Volatile = map[string]string{"immutable": "i", "stable": "s", "volatile": "v"}[text]
		case "strict":
			f.Strict, _ = defBool(def, text)
		case "parallel":
			p, ok := map[string]string{"safe": "s", "restricted": "r", "unsafe": "u"}[text]
			if !ok {
				return pgerr.New(pgerrcode.SyntaxError, "parameter \"parallel\" must be SAFE, RESTRICTED, or UNSAFE")
			}
			f.Parallel = p
		case "cost", "leakproof":
		case "security":
			if definer, _ := defBool(def, text); definer {
				return unsupported("SECURITY DEFINER is not supported").WithHint("A view reads with the rights of its owner.")
			}
		default:
			return unsupported("option \"%s\" of a function is not supported", def.Defname)
		}
	}
	switch {
	case language == "" && n.SqlBody == nil:
		return pgerr.New(pgerrcode.InvalidFunctionDefinition, "no language specified")
	case language != "" && language != "sql":
		return unsupported("functions in language \"%s\" are not supported", clip(language)).
			WithHint("A function of one SELECT can be written in LANGUAGE SQL.")
	case as && n.SqlBody != nil:
		return pgerr.New(pgerrcode.InvalidFunctionDefinition, "duplicate function body specified")
	case n.SqlBody != nil:
		return c.returnBody(f, n.SqlBody)
	case !as:
		return pgerr.New(pgerrcode.InvalidFunctionDefinition, "no function body specified")
	case len(body) != 1:
		return pgerr.New(pgerrcode.InvalidFunctionDefinition, "only one AS item needed for language \"sql\"")
	}
	if f.Body = body[0]; len(f.Body) > maxFunctionBody {
		return pgerr.New(pgerrcode.ProgramLimitExceeded, "the body of a function can have at most %d bytes", maxFunctionBody)
	}
	_, err := functionBody(f)
	return err
}

// returnBody takes RETURN expression.
func (c *classifier) returnBody(f *catalog.Function, n *pg_query.Node) error {
	ret := n.GetReturnStmt()
	if ret == nil {
		return unsupported("BEGIN ATOMIC is not supported").WithHint("Use RETURN with one expression, or AS with one SELECT.")
	}
	text, err := deparseExpr(ret.Returnval)
	if err != nil {
		return err
	}
	f.Body, f.Return = "SELECT "+text, true
	_, err = functionBody(f)
	return err
}

// functionBody parses the body of a function: one SELECT of one column.
func functionBody(f *catalog.Function) (*pg_query.SelectStmt, error) {
	stmts, err := Parse(f.Body)
	if err != nil {
		e := *pgerr.From(err)
		e.Position = 0
		return nil, e.WithWhere("SQL function \"%s\"", f.Name.Name)
	}
	if len(stmts) != 1 {
		return nil, unsupported("functions of several statements are not supported").WithHint("Write the function as one SELECT.")
	}
	q, ok := stmts[0].Command.(*Query)
	if !ok {
		return nil, unsupported("functions of other statements than SELECT are not supported")
	}
	return q.Node.GetSelectStmt(), nil
}

func (c *classifier) functionName(n *pg_query.Node) (FunctionName, error) {
	o := n.GetObjectWithArgs()
	name, err := c.qualified(o.GetObjname())
	if err != nil || o.GetArgsUnspecified() {
		return FunctionName{Name: name}, err
	}
	args := []sqltype.OID{}
	for _, a := range o.GetObjargs() {
		t, err := c.typeOf(a.GetTypeName())
		if err != nil {
			return FunctionName{}, err
		}
		args = append(args, t.OID)
	}
	return FunctionName{Name: name, Args: &args}, nil
}

func (c *classifier) dropFunction(n *pg_query.DropStmt) (*DropFunction, error) {
	out := &DropFunction{IfExists: n.MissingOk, Cascade: n.Behavior == pg_query.DropBehavior_DROP_CASCADE}
	for _, obj := range n.Objects {
		f, err := c.functionName(obj)
		if err != nil {
			return nil, err
		}
		out.Functions = append(out.Functions, f)
	}
	return out, nil
}

// BuiltIn reports a name that functions of the server have, or that is barred: users cannot make one of that name.
func BuiltIn(name string) bool {
	folded := strings.ToLower(name)
	_, isAgg := aggregates[folded]
	_, isWin := windowFunctions[folded]
	_, isType := sqltype.ByTypname(folded)
	return isAgg || isWin || isType || functionTable()[folded] != nil || catalogTable()[folded] != nil || engineFunctions[folded] || barredFunction(folded)
}

// references counts how often a body names each argument.
func references(body proto.Message, f *catalog.Function) []int {
	out := make([]int, len(f.Args))
	walkTree(body.ProtoReflect(), func(m proto.Message) bool {
		switch x := m.(type) {
		case *pg_query.ParamRef:
			if n := int(x.Number); n >= 1 && n <= len(out) {
				out[n-1]++
			}
		case *pg_query.ColumnRef:
			last := x.Fields[len(x.Fields)-1].GetString_().GetSval()
			for i := range f.Args {
				if f.Args[i].Name != "" && f.Args[i].Name == last {
					out[i]++
				}
			}
		}
		return true
	})
	return out
}
