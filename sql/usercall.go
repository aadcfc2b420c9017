package sql

import (
	"slices"
	"strconv"
	"strings"

	"github.com/jackc/pgerrcode"
	pg_query "github.com/pganalyze/pg_query_go/v6"
	"google.golang.org/protobuf/proto"

	"github.com/miniodb/miniodb/catalog"
	"github.com/miniodb/miniodb/internal/pgerr"
	"github.com/miniodb/miniodb/internal/sqltype"
)

// A call of a user's function is replaced by the function's body, which is translated as the text of a query is: what a query may not do, a function may
// not either, and relations in it are read with the rights of whoever runs the query, also within a view. Names in it are looked up along the caller's path.

// Limits of expansion. Functions call each other, so a few lines could stand for millions of calls.
const (
	maxFunctionDepth = 32
	maxExpansions    = 2000 // of one query
)

// frame is a call that is being expanded.
type frame struct {
	f    *catalog.Function
	args []expr     // of the types of the arguments
	item *rangeItem // the arguments that have names
}

// param is $n in a body.
func (fr *frame) param(t *translator, x *pg_query.ParamRef) (expr, error) {
	n := int(x.Number)
	if n < 1 || n > len(fr.args) {
		return expr{}, t.errorf(x.Location, pgerrcode.UndefinedParameter, "there is no parameter $%d", x.Number)
	}
	return fr.args[n-1], nil
}

// userFunctions are those that a call can mean.
func (t *translator) userFunctions(x *pg_query.FuncCall) ([]*catalog.Function, error) {
	if t.env.Resolver == nil || len(x.Funcname) > 2 {
		return nil, nil
	}
	schema := ""
	if len(x.Funcname) == 2 {
		schema = x.Funcname[0].GetString_().GetSval()
	}
	found := t.env.Resolver.Functions(schema, lastName(x.Funcname))
	if len(found) > 0 && schema != "" && t.env.MayUse != nil && t.callersNames() {
		return found, t.env.MayUse(schema)
	}
	return found, nil
}

// callersNames reports whether names are looked up with the rights of whoever runs the query: those of the query, and those in functions, but not in views.
func (t *translator) callersNames() bool {
	return t.inView == 0 || len(t.frames) > 0 && len(t.within) == 0
}

func (t *translator) userCall(c exprCtx, name string, found []*catalog.Function, x *pg_query.FuncCall) (expr, error) {
	word := ""
	switch {
	case x.Over != nil:
		return expr{}, t.errorf(x.Location, pgerrcode.WrongObjectType, "OVER specified, but %s is not a window function nor an aggregate function", name)
	case x.AggStar:
		return expr{}, t.noFunction(name, nil, x.Location)
	case x.AggDistinct:
		word = "DISTINCT"
	case len(x.AggOrder) > 0:
		word = "ORDER BY"
	case x.AggFilter != nil:
		word = "FILTER"
	case x.FuncVariadic:
		return expr{}, t.unsupported(x.Location, "VARIADIC")
	case c.place.name == inCheck.name || c.place.name == inDefault.name:
		return expr{}, t.unsupported(x.Location, "a function of a user in "+c.place.name)
	}
	if word != "" {
		return expr{}, t.errorf(x.Location, pgerrcode.WrongObjectType, "%s specified, but %s is not an aggregate function", word, name)
	}
	args, err := t.args(c, x.Args)
	if err != nil {
		return expr{}, err
	}
	f, err := t.pickUser(name, found, args, x.Location)
	if err != nil {
		return expr{}, err
	}
	for i := range args {
		if args[i], err = t.coerce(args[i], f.Args[i].Type, implicitCast, x.Location); err != nil {
			return expr{}, err
		}
		args[i] = t.exact(args[i])
	}
	return t.expand(c, f, args, x.Location)
}

// pickUser chooses as pickOverload does; of equals the first in the search path.
func (t *translator) pickUser(name string, found []*catalog.Function, args []expr, loc int32) (*catalog.Function, error) {
	var best *catalog.Function
	most, ties := [3]int{-1}, 0
	for _, f := range found {
		if len(f.Args) != len(args) {
			continue
		}
		score, ok := [3]int{}, true
		for i, a := range args {
			switch want := f.Args[i].Type.OID; {
			case a.isUnknown():
				if category(want) == "S" {
					score[1]++
				}
				if preferred(want) {
					score[2]++
				}
			case a.typ.OID == want:
				score[0]++
			case a.typ.OID == 0:
			case !canCast(a.typ.OID, want, implicitCast):
				ok = false
			case preferred(want):
				score[2]++
			}
		}
		switch {
		case !ok:
		case best == nil || score[0] > most[0] || score[0] == most[0] && (score[1] > most[1] || score[1] == most[1] && score[2] > most[2]):
			best, most, ties = f, score, 0
		case score == most && catalog.FunctionKey(catalog.Name{}, f.Types()) != catalog.FunctionKey(catalog.Name{}, best.Types()):
			ties++
		}
	}
	switch {
	case best == nil:
		return nil, t.noFunction(name, args, loc)
	case ties > 0:
		types := make([]string, len(args))
		for i, a := range args {
			types[i] = t.typeName(a)
		}
		return nil, t.errorf(loc, pgerrcode.AmbiguousFunction, "function %s(%s) is not unique", name, strings.Join(types, ", ")).
			WithHint("Could not choose a best candidate function. You might need to add explicit type casts.")
	}
	return best, nil
}

// expand translates the body of a function with these arguments.
func (t *translator) expand(c exprCtx, f *catalog.Function, args []expr, loc int32) (expr, error) {
	if t.expanded++; len(t.frames) >= maxFunctionDepth || t.expanded > maxExpansions {
		return expr{}, t.errorf(loc, pgerrcode.StatementTooComplex, "stack depth limit exceeded").
			WithHint("Functions may call functions %d levels deep, and %d times in one query.", maxFunctionDepth, maxExpansions)
	}
	if len(t.frames) == 0 {
		t.functions = append(t.functions, f)
	}
	if t.env.Unexpanded {
		duck, _ := duckType(f.Result)
		return typed("CAST(NULL AS "+duck+")", f.Result.OID, args...), nil
	}
	body, err := functionBody(f)
	if err != nil {
		return expr{}, err
	}
	t.input += len(f.Body)
	plain := plainBody(body)
	if !plain && aggregatesArguments(body, f) {
		return expr{}, t.unsupported(loc, "an aggregate of nothing but arguments of a function")
	}
	outer := args
	var fields []string
	lambda := "pg_f" + strconv.Itoa(len(t.frames))
	weight := 1
	for i, uses := range references(body, f) {
		a := outer[i]
		weight += a.weight
		if f.Strict && !a.null && a.lit == nil {
			uses++
		}
		if uses < 2 || a.lit != nil || a.null || a.weight == 1 {
			continue
		}
		if !plain && a.weight >= volatileWeight {
			return expr{}, t.unsupported(loc, "a volatile argument of a function that reads tables and uses it more than once")
		}
		if plain { // evaluated once
			name := "a" + strconv.Itoa(i+1)
			if len(fields) == 0 {
				args = append([]expr(nil), outer...)
			}
			fields = append(fields, name+" := "+a.sql)
			args[i] = expr{sql: lambda + "." + name, typ: a.typ, scale: a.scale, weight: 1, isAgg: a.isAgg, fields: a.fields, rowOf: a.rowOf}
		}
	}
	out, err := t.inBody(c, f, args, body, plain)
	if err != nil {
		e := *pgerr.From(err)
		if e.Code != pgerrcode.InternalError {
			e.Position = 0
			return expr{}, e.WithWhere("SQL function \"%s\"", f.Name.Name)
		}
		return expr{}, err
	}
	if f.Strict {
		out = strict(out, args)
	}
	if len(fields) > 0 {
		wrap := func(s string) string {
			if s == "" {
				return ""
			}
			return "list_transform([struct_pack(" + strings.Join(fields, ", ") + ")], lambda " + lambda + ": " + s + ")[1]"
		}
		out.sql, out.shown, out.lit, out.null, out.weight = wrap(out.sql), wrap(out.shown), nil, false, weight+out.weight
	}
	for _, a := range outer {
		out.isAgg = out.isAgg || a.isAgg
	}
	out.col, out.origin, out.passes, out.row, out.table, out.whole = nil, Origin{}, false, nil, "", [2]string{}
	return out, nil
}

// strict makes a value NULL when an argument is.
func strict(out expr, args []expr) expr {
	var tests []string
	for _, a := range args {
		switch {
		case a.null:
			tests = append(tests, "true")
		case a.lit == nil:
			tests = append(tests, a.sql+" IS NULL")
		}
	}
	if len(tests) == 0 {
		return out
	}
	test := "CASE WHEN " + strings.Join(tests, " OR ") + " THEN NULL ELSE "
	if out.shown != "" {
		out.shown = test + out.shown + " END"
	}
	out.sql, out.lit, out.null = test+out.sql+" END", nil, false
	return out
}

// inBody translates a body: as an expression, or as a subquery where it is more than that.
func (t *translator) inBody(c exprCtx, f *catalog.Function, args []expr, body *pg_query.SelectStmt, plain bool) (expr, error) {
	item := &rangeItem{name: f.Name.Name}
	for i, a := range f.Args {
		if a.Name != "" {
			item.cols = append(item.cols, &scopeCol{name: a.Name, e: args[i], scan: -1, item: item})
		}
	}
	inner := exprCtx{s: &scope{rels: []*rangeItem{item}, cols: item.cols}, place: place{name: c.place.name}}
	within, acts, inView, targets := t.within, t.acts, t.inView, t.env.TargetTypes
	t.within, t.acts, t.inView, t.env.TargetTypes = nil, false, inView+1, nil
	t.frames = append(t.frames, &frame{f: f, args: args, item: item})
	defer func() {
		t.within, t.acts, t.inView, t.env.TargetTypes = within, acts, inView, targets
		t.frames = t.frames[:len(t.frames)-1]
	}()
	var out expr
	var err error
	if plain {
		out, err = t.expr(inner, body.TargetList[0].GetResTarget().GetVal())
	} else {
		sel := proto.Clone(body).(*pg_query.SelectStmt)
		if sel.LimitCount == nil { // its first row
			sel.LimitCount, sel.LimitOption = pg_query.MakeAConstIntNode(1, -1), pg_query.LimitOption_LIMIT_OPTION_COUNT
		}
		out, err = t.subLink(inner, &pg_query.SubLink{
			SubLinkType: pg_query.SubLinkType_EXPR_SUBLINK, Subselect: &pg_query.Node{Node: &pg_query.Node_SelectStmt{SelectStmt: sel}}, Location: -1,
		})
	}
	if e := pgerr.From(err); e != nil && e.Message == "subquery must return only one column" {
		return expr{}, pgerr.New(pgerrcode.InvalidFunctionDefinition, "return type mismatch in function declared to return %s", f.Result).
			WithDetail("Final statement must return exactly one column.")
	}
	if err != nil {
		return expr{}, err
	}
	actual := t.typeName(out)
	if out.known() && out.typ.OID != f.Result.OID && !canCast(out.typ.OID, f.Result.OID, assignCast) {
		return expr{}, pgerr.New(pgerrcode.InvalidFunctionDefinition, "return type mismatch in function declared to return %s", f.Result).
			WithDetail("Actual return type is %s.", actual)
	}
	if out, err = t.coerce(out, sqltype.Of(f.Result.OID), assignCast, -1); err != nil {
		return expr{}, err
	}
	return t.exact(out), nil
}

// aggregatesArguments reports a body with an aggregate that would be one of the query around it: none of the columns in it is the body's own.
func aggregatesArguments(s *pg_query.SelectStmt, f *catalog.Function) bool {
	found := false
	walkTree(s.ProtoReflect(), func(m proto.Message) bool {
		x, ok := m.(*pg_query.FuncCall)
		if !ok {
			return !found
		}
		if _, isAgg := aggregates[lastName(x.Funcname)]; !isAgg {
			return !found
		}
		argument, own := false, false
		walkTree(x.ProtoReflect(), func(m proto.Message) bool {
			switch r := m.(type) {
			case *pg_query.ParamRef:
				argument = true
			case *pg_query.ColumnRef:
				name, of := r.Fields[len(r.Fields)-1].GetString_().GetSval(), f.Name.Name
				if len(r.Fields) > 1 {
					of = r.Fields[len(r.Fields)-2].GetString_().GetSval()
				}
				if of == f.Name.Name && slices.ContainsFunc(f.Args, func(a catalog.Argument) bool { return a.Name == name && name != "" }) {
					argument = true
				} else {
					own = true
				}
			}
			return true
		})
		found = found || argument && !own
		return !found
	})
	return found
}

// plainBody reports a body that is an expression and no more.
func plainBody(s *pg_query.SelectStmt) bool {
	if len(s.TargetList) != 1 || s.Op != pg_query.SetOperation_SETOP_NONE || len(s.ValuesLists) > 0 || len(s.FromClause) > 0 || s.WhereClause != nil ||
		len(s.DistinctClause) > 0 || len(s.GroupClause) > 0 || s.HavingClause != nil || len(s.WindowClause) > 0 || len(s.SortClause) > 0 ||
		s.LimitOffset != nil || s.LimitCount != nil || len(s.LockingClause) > 0 || s.WithClause != nil || s.TargetList[0].GetResTarget().GetVal() == nil {
		return false
	}
	plain := true
	walkTree(s.TargetList[0].ProtoReflect(), func(m proto.Message) bool {
		switch x := m.(type) {
		case *pg_query.SubLink:
			plain = false
		case *pg_query.FuncCall:
			name := lastName(x.Funcname)
			_, isAgg := aggregates[name]
			_, isWin := windowFunctions[name]
			plain = plain && !isAgg && !isWin && x.Over == nil
		}
		return plain
	})
	return plain
}
