package sql

import (
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgerrcode"
	pg_query "github.com/pganalyze/pg_query_go/v6"

	"github.com/miniodb/miniodb/internal/sqltype"
)

// sessionFunction answers functions about the session and the server with constants.
func (t *translator) sessionFunction(c exprCtx, name string, x *pg_query.FuncCall) (expr, bool, error) {
	s := t.env.Session
	n := len(x.Args)
	switch {
	case n == 0 && (name == "now" || name == "transaction_timestamp"):
		return t.now(s.Now, sqltype.Timestamptz), true, nil
	case n == 0 && name == "statement_timestamp":
		at := s.Statement
		if at.IsZero() {
			at = s.Now
		}
		return t.now(at, sqltype.Timestamptz), true, nil
	case n == 0 && name == "clock_timestamp":
		e := t.now(time.Now(), sqltype.Timestamptz)
		e.lit = nil
		return e, true, nil
	case n == 0 && name == "timeofday":
		t.timed = true
		return typed(duckString(time.Now().UTC().Format("Mon Jan 02 15:04:05.000000 2006 MST")), sqltype.Text), true, nil
	case n == 0 && (name == "current_database" || name == "current_catalog"):
		return nameConst(s.Database), true, nil
	case n == 0 && (name == "current_user" || name == "user"):
		return nameConst(s.User), true, nil
	case n == 0 && name == "session_user":
		return nameConst(s.sessionUser()), true, nil
	case n == 0 && name == "current_schema":
		return t.currentSchema(), true, nil
	case n == 0 && name == "version":
		e := nameConst(s.Version)
		e.typ = sqltype.Of(sqltype.Text)
		return e, true, nil
	case n == 0 && name == "pg_backend_pid":
		return intConst(int64(s.BackendPID)), true, nil
	case name == "current_schemas" && n == 1:
		return t.currentSchemas(c, x)
	case name == "current_setting" && (n == 1 || n == 2):
		return t.currentSetting(c, x)
	case name == "pg_typeof" && n == 1:
		e, err := t.expr(c, x.Args[0])
		if err != nil {
			return e, true, err
		}
		if e.typ.OID == 0 {
			return expr{}, true, t.unsupported(x.Location, "pg_typeof of this expression")
		}
		out := typed(duckString(t.spell(sqltype.Of(e.typ.OID))), sqltype.Text)
		return out, true, nil
	}
	return expr{}, false, nil
}

func (t *translator) currentSchemas(c exprCtx, x *pg_query.FuncCall) (expr, bool, error) {
	implicit, err := t.boolean(c, x.Args[0], "current_schemas")
	if err != nil {
		return expr{}, true, err
	}
	list := t.env.Session.SearchPath
	if implicit.lit != nil && *implicit.lit == "true" {
		if list = append([]string{"pg_catalog"}, list...); t.env.Session.TempSchema != "" {
			list = append([]string{t.env.Session.TempSchema}, list...)
		}
	}
	parts := make([]string, len(list))
	for i, p := range list {
		parts[i] = duckString(p)
	}
	t.timed = true
	return typed("CAST(["+strings.Join(parts, ", ")+"] AS VARCHAR[])", 1003), true, nil
}

func (t *translator) currentSetting(c exprCtx, x *pg_query.FuncCall) (expr, bool, error) {
	args, err := t.args(c, x.Args)
	if err != nil {
		return expr{}, true, err
	}
	if args[0].lit == nil {
		e, _, err := t.catalogCall("current_setting", args, x.Location)
		return e, true, err
	}
	t.timed = true
	if f := t.env.Session.Setting; f != nil {
		if v, ok := f(strings.ToLower(*args[0].lit)); ok {
			return typed(duckString(v), sqltype.Text), true, nil
		}
	}
	if len(args) == 2 && args[1].lit != nil {
		if v, err := strconv.ParseBool(*args[1].lit); err == nil && v {
			return typed("CAST(NULL AS VARCHAR)", sqltype.Text), true, nil
		}
	}
	return expr{}, true, t.errorf(-1, pgerrcode.UndefinedObject, "unrecognized configuration parameter %q", *args[0].lit)
}
