package sql

import (
	"fmt"
	"strings"
	"sync"

	"github.com/jackc/pgerrcode"
	pg_query "github.com/pganalyze/pg_query_go/v6"

	"github.com/miniodb/miniodb/internal/sqltype"
)

// actionText lists the functions that act on the server or the session, in the form of functions.txt. Where one stands by itself in the select list
// of the whole query, the engine never sees it: it computes the arguments, and the session calls the function for each row of the result. Elsewhere
// the engine asks the session to (act.go).
const actionText = `
pg_cancel_backend(int4) bool
pg_terminate_backend(int4) bool
pg_terminate_backend(int4, int8) bool
pg_advisory_lock(int8) void
pg_advisory_lock(int4, int4) void
pg_advisory_lock_shared(int8) void
pg_advisory_lock_shared(int4, int4) void
pg_advisory_xact_lock(int8) void
pg_advisory_xact_lock(int4, int4) void
pg_advisory_xact_lock_shared(int8) void
pg_advisory_xact_lock_shared(int4, int4) void
pg_try_advisory_lock(int8) bool
pg_try_advisory_lock(int4, int4) bool
pg_try_advisory_lock_shared(int8) bool
pg_try_advisory_lock_shared(int4, int4) bool
pg_try_advisory_xact_lock(int8) bool
pg_try_advisory_xact_lock(int4, int4) bool
pg_try_advisory_xact_lock_shared(int8) bool
pg_try_advisory_xact_lock_shared(int4, int4) bool
pg_advisory_unlock(int8) bool
pg_advisory_unlock(int4, int4) bool
pg_advisory_unlock_shared(int8) bool
pg_advisory_unlock_shared(int4, int4) bool
pg_advisory_unlock_all() void
pg_notify(text, text) void
set_config(text, text, bool) text
pg_sleep(float8) void
pg_sleep_for(interval) void
pg_sleep_until(timestamptz) void
`

// Action is a call of such a function in the select list of a query.
type Action struct {
	Name   string
	Column int   // the output column that is to hold its result; the engine returns NULL there
	Args   []int // output columns with the arguments, behind those of Select.Columns
	Strict bool  // NULL if an argument is
	Result sqltype.Type
}

var actionTable = sync.OnceValue(func() map[string][]signature {
	table := map[string][]signature{}
	for line := range strings.SplitSeq(strings.TrimSpace(actionText), "\n") {
		if name, sig, ok := parseSignature(line); ok {
			table[name] = append(table[name], sig)
		}
	}
	return table
})

// lenientActions take NULL.
var lenientActions = map[string]bool{"set_config": true, "pg_notify": true}

// LenientAction reports an action that is called with NULL, too.
func LenientAction(name string) bool { return lenientActions[name] }

// actionName returns the name of the action that a call is of, or "".
func actionName(names []*pg_query.Node) string {
	if len(names) > 2 || len(names) == 2 && names[0].GetString_().GetSval() != "pg_catalog" {
		return ""
	}
	if name := lastName(names); actionTable()[name] != nil {
		return name
	}
	return ""
}

// pendingAction is an action whose arguments are translated.
type pendingAction struct {
	Action
	args []expr
}

// selectAction translates an action that is an item of the select list; ok is false for anything else.
func (t *translator) selectAction(c exprCtx, n *pg_query.Node, column int) (e expr, ok bool, err error) {
	f := n.GetFuncCall()
	if f == nil || !t.acts {
		return expr{}, false, nil
	}
	name := actionName(f.Funcname)
	if name == "" {
		return expr{}, false, nil
	}
	a, err := t.actionCall(c, name, f)
	if err != nil {
		return expr{}, false, err
	}
	if len(t.actions) >= maxActions {
		return expr{}, false, tooComplex()
	}
	a.Column = column
	t.actions = append(t.actions, a)
	duck, ok := t.duckType(a.Result)
	if !ok {
		duck = "VARCHAR" // void
	}
	e = typed("CAST(NULL AS "+duck+")", a.Result.OID)
	return e, true, nil
}

const maxActions = 100 // of a query

// actionCall resolves an action by its arguments' types, which are computed in the context of c.
func (t *translator) actionCall(c exprCtx, name string, f *pg_query.FuncCall) (*pendingAction, error) {
	if f.Over != nil || f.AggStar || f.AggDistinct || len(f.AggOrder) > 0 || f.AggFilter != nil || f.AggWithinGroup || f.FuncVariadic {
		return nil, t.errorf(f.Location, pgerrcode.WrongObjectType, "%s is not an aggregate function", name)
	}
	args, err := t.args(c, f.Args)
	if err != nil {
		return nil, err
	}
	if name == "pg_terminate_backend" && len(args) == 1 { // the time-out has a default
		zero := typed("CAST(0 AS BIGINT)", sqltype.Int8)
		args = append(args, zero)
	}
	s := pickOverload(actionTable()[name], args)
	if s == nil {
		if name == "pg_terminate_backend" && len(f.Args) == 1 {
			args = args[:1]
		}
		return nil, t.noFunction(name, args, f.Location)
	}
	a := &pendingAction{Action: Action{Name: name, Strict: !lenientActions[name], Result: sqltype.Of(sqltype.Void)}}
	if oid, ok := typeWords[s.ret]; ok {
		a.Result = sqltype.Of(oid)
	}
	for i := range args {
		e, err := t.coerce(args[i], sqltype.Of(typeWords[s.args[i]]), implicitCast, f.Location)
		if err != nil {
			return nil, err
		}
		a.args = append(a.args, t.exact(e))
	}
	return a, nil
}

// appendActions puts the arguments of the actions behind the output columns of the query and returns how many columns are for the client.
func (t *translator) appendActions(q *query) (visible int, out []Action) {
	visible = len(q.cols)
	for _, a := range t.actions {
		for _, e := range a.args {
			a.Args = append(a.Args, len(q.cols))
			name := fmt.Sprintf("pg_arg_%d", len(q.cols))
			q.cols = append(q.cols, outCol{name: name, duck: name, e: e})
			q.exprs = append(q.exprs, e.sql)
		}
		out = append(out, a.Action)
	}
	return visible, out
}

// actionValue translates an action anywhere but by itself in the select list of the whole query.
func (t *translator) actionValue(c exprCtx, name string, f *pg_query.FuncCall) (expr, error) {
	a, err := t.actionCall(c, name, f)
	if err != nil {
		return expr{}, err
	}
	return t.act(c, name, a.Result, a.args, f.Location)
}
