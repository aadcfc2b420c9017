package session

import (
	"context"
	"math"
	"strings"
	"time"

	"github.com/jackc/pgerrcode"

	"github.com/miniodb/miniodb/engine"
	"github.com/miniodb/miniodb/internal/pgerr"
	"github.com/miniodb/miniodb/internal/sqltype"
	"github.com/miniodb/miniodb/internal/vector"
	"github.com/miniodb/miniodb/pgwire"
	"github.com/miniodb/miniodb/sql"
)

// Actions are functions that act on the server or the session. The engine computes their arguments. Those that stand by themselves in the select list of
// the whole query are called for each row of the result, in the order of the list, before the row goes to the client; others while the query runs
// (acting.go). Whatever waits in one ends with its context, and holds no slot of the engine.

// actionArg is one argument: a value of a row. It is not NULL for a function that is strict.
type actionArg struct {
	v   *vector.Vector
	row int
}

func (a actionArg) null() bool { return a.v.IsNull(a.row) }

func (a actionArg) text() string { return string(a.v.Bytes(a.row)) }

func (a actionArg) bool() bool { return a.v.Bools[a.row] }

func (a actionArg) int() int64 {
	if a.v.Type.Kind == vector.KindInt32 {
		return int64(a.v.Int32s[a.row])
	}
	return a.v.Int64s[a.row]
}

// actionFunc runs an action. It returns nil for NULL and void, or a bool or a string.
type actionFunc func(ctx context.Context, s *Session, args []actionArg) (any, error)

// actionFuncs are all actions that sql knows, by name.
func actionFuncs() map[string]actionFunc {
	m := map[string]actionFunc{
		"pg_cancel_backend": cancelBackend, "pg_terminate_backend": terminateBackend, "pg_notify": notifyChannel, "set_config": setConfig,
		"pg_sleep": func(ctx context.Context, s *Session, a []actionArg) (any, error) {
			return nil, s.sleep(ctx, a[0].v.Float64s[a[0].row])
		},
		"pg_sleep_for": func(ctx context.Context, s *Session, a []actionArg) (any, error) {
			i := a[0].v.Intervals[a[0].row]
			return nil, s.sleep(ctx, float64(i.Micros)/1e6+86400*(float64(i.Days)+30*float64(i.Months)))
		},
		"pg_sleep_until": func(ctx context.Context, s *Session, a []actionArg) (any, error) {
			return nil, s.sleep(ctx, float64(a[0].int()-time.Now().UnixMicro())/1e6)
		},
		"pg_advisory_unlock_all": func(_ context.Context, s *Session, _ []actionArg) (any, error) {
			s.node.locks.releaseAll(s.locker)
			return nil, nil
		},
	}
	for _, tx := range []bool{false, true} {
		for _, mode := range []lockMode{lockShared, lockExclusive} {
			name := "advisory_"
			if tx {
				name += "xact_"
			}
			name += "lock"
			if mode == lockShared {
				name += "_shared"
			}
			m["pg_"+name], m["pg_try_"+name] = advisoryLock(mode, tx), tryAdvisoryLock(mode, tx)
		}
	}
	m["pg_advisory_unlock"], m["pg_advisory_unlock_shared"] = advisoryUnlock(lockExclusive), advisoryUnlock(lockShared)
	return m
}

// sleep waits, as pg_sleep does.
func (s *Session) sleep(ctx context.Context, seconds float64) error {
	if !(seconds > 0) {
		return ctx.Err()
	}
	resume := s.waitOutside(&waitSleep)
	t := time.NewTimer(time.Duration(min(seconds*1e9, math.MaxInt64/2)))
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
	}
	if err := resume(ctx); err != nil {
		return err
	}
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return nil
}

func lockKeyOf(args []actionArg) lockKey {
	if len(args) == 2 {
		return pairKey(int32(args[0].int()), int32(args[1].int()))
	}
	return bigKey(args[0].int())
}

func advisoryLock(mode lockMode, tx bool) actionFunc {
	return func(ctx context.Context, s *Session, args []actionArg) (any, error) {
		resume := s.waitOutside(&waitAdvisory)
		err := s.node.locks.acquire(ctx, s.locker, lockKeyOf(args), mode, tx, s.values.duration("lock_timeout"))
		if again := resume(ctx); err == nil {
			err = again
		}
		return nil, err
	}
}

func tryAdvisoryLock(mode lockMode, tx bool) actionFunc {
	return func(_ context.Context, s *Session, args []actionArg) (any, error) {
		return s.node.locks.try(s.locker, lockKeyOf(args), mode, tx)
	}
}

func advisoryUnlock(mode lockMode) actionFunc {
	return func(_ context.Context, s *Session, args []actionArg) (any, error) {
		if s.node.locks.release(s.locker, lockKeyOf(args), mode) {
			return true, nil
		}
		s.tell(pgerr.Warning(pgerrcode.Warning, "you don't own a lock of type %s", mode))
		return false, nil
	}
}

func notifyChannel(_ context.Context, s *Session, args []actionArg) (any, error) {
	var text [2]string
	for i, a := range args {
		if !a.null() {
			text[i] = a.text()
		}
	}
	return nil, s.notify(text[0], text[1])
}

// setConfig is SET as a function. NULL stands for the value at the start of the session.
func setConfig(_ context.Context, s *Session, args []actionArg) (any, error) {
	if args[0].null() {
		return nil, pgerr.New(pgerrcode.NullValueNotAllowedDataException, "SET requires parameter name")
	}
	name := strings.ToLower(args[0].text())
	local := !args[2].null() && args[2].bool()
	var err error
	if args[1].null() {
		err = s.reset(name, local)
	} else {
		err = s.set(name, args[1].text(), local)
	}
	if err != nil {
		return nil, err
	}
	return s.show(name)
}

// control is the connection as far as it reaches other sessions.
func (s *Session) control() (pgwire.Control, error) {
	if c, ok := s.out.(pgwire.Control); ok {
		return c, nil
	}
	return nil, pgerr.New(pgerrcode.FeatureNotSupported, "other sessions cannot be reached from this one")
}

// mayActOn refuses sessions of roles that the current one is no member of. A session that is not there is refused by nobody.
func (s *Session) mayActOn(pid int64, what string) error {
	r := s.rights()
	if r.Superuser() {
		return nil
	}
	doing, subject := "canceled", "query"
	if what == "terminate" {
		doing, subject = "terminated", "process"
	}
	for _, o := range s.node.open() {
		switch {
		case int64(o.client.ProcessID) != pid:
		case s.rightsOf(o.login).Superuser():
			return pgerr.New(pgerrcode.InsufficientPrivilege, "must be a superuser to %s superuser %s", what, subject)
		case !r.Member(o.login):
			return pgerr.New(pgerrcode.InsufficientPrivilege, "must be a member of the role whose %s is being %s or member of pg_signal_backend", subject, doing)
		}
	}
	return nil
}

// maySee reports whether the current role sees what another session does.
func (s *Session) maySee(o *Session) bool { return s.seesActivityOf(o.login) }

// noBackend is the answer about a process id that no session has.
func (s *Session) noBackend(pid int64) (any, error) {
	s.tell(pgerr.Warning(pgerrcode.Warning, "PID %d is not a PostgreSQL backend process", pid))
	return false, nil
}

func cancelBackend(_ context.Context, s *Session, args []actionArg) (any, error) {
	c, err := s.control()
	if err != nil {
		return nil, err
	}
	pid := args[0].int()
	if err := s.mayActOn(pid, "cancel"); err != nil {
		return nil, err
	}
	if pid <= 0 || !c.CancelBackend(uint32(pid)) {
		return s.noBackend(pid)
	}
	return true, nil
}

// terminateBackend ends a session; with a time-out in milliseconds it waits until the session is gone.
func terminateBackend(ctx context.Context, s *Session, args []actionArg) (any, error) {
	c, err := s.control()
	if err != nil {
		return nil, err
	}
	pid, timeout := args[0].int(), args[1].int()
	if timeout < 0 {
		return nil, pgerr.New(pgerrcode.NumericValueOutOfRange, `"timeout" must not be negative`)
	}
	if err := s.mayActOn(pid, "terminate"); err != nil {
		return nil, err
	}
	if pid <= 0 {
		return s.noBackend(pid)
	}
	gone := c.TerminateBackend(uint32(pid))
	if gone == nil {
		return s.noBackend(pid)
	}
	if timeout == 0 {
		return true, nil
	}
	resume := s.waitOutside(nil)
	t := time.NewTimer(time.Duration(min(timeout, math.MaxInt64/int64(time.Millisecond))) * time.Millisecond)
	defer t.Stop()
	ended := false
	select {
	case <-gone:
		ended = true
	case <-ctx.Done():
	case <-t.C:
	}
	switch err := resume(ctx); {
	case err != nil:
		return nil, err
	case ended:
		return true, nil
	case ctx.Err() != nil:
		return nil, context.Cause(ctx)
	default:
		s.tell(pgerr.Warning(pgerrcode.Warning, "backend with PID %d did not terminate within %d milliseconds", pid, timeout))
		return false, nil
	}
}

// act calls the actions of a query for a batch of its rows and puts their results where they belong. The arguments go.
func (s *Session) act(ctx context.Context, actions []sql.Action, b *vector.Batch, visible int) (*vector.Batch, error) {
	types := make([]vector.Type, len(actions))
	for i, a := range actions {
		types[i] = actionType(a.Result)
	}
	results := vector.NewBuilder(types)
	args := make([][]actionArg, len(actions))
	for i, a := range actions {
		args[i] = make([]actionArg, len(a.Args))
	}
	for row := range b.Len {
		for i, a := range actions {
			null := false
			for j, col := range a.Args {
				args[i][j] = actionArg{&b.Cols[col], row}
				null = null || a.Strict && args[i][j].null()
			}
			if null {
				results.Col(i).Null()
				continue
			}
			if err := ctx.Err(); err != nil {
				return nil, context.Cause(ctx)
			}
			v, err := s.node.actions[a.Name](ctx, s, args[i])
			if err != nil {
				return nil, err
			}
			switch v := v.(type) {
			case bool:
				results.Col(i).Bool(v)
			case string:
				results.Col(i).Bytes([]byte(v))
			default:
				if a.Result.OID != sqltype.Void {
					results.Col(i).Null()
				} else {
					results.Col(i).Bytes(nil)
				}
			}
		}
	}
	out := &vector.Batch{Len: b.Len, Cols: append([]vector.Vector(nil), b.Cols[:visible]...)}
	made := results.Take()
	for i, a := range actions {
		out.Cols[a.Column] = made.Cols[i]
	}
	return out, nil
}

// actionType is how results are kept; void is an empty text.
func actionType(t sqltype.Type) vector.Type {
	if t.OID != sqltype.Void {
		return vector.TypeOf(t)
	}
	v := vector.TypeOf(sqltype.Of(sqltype.Text))
	v.SQL = t
	return v
}

// aboutServer reports a query that reads no table and asks the server for something about itself or to act: it must run while others keep the
// engine busy.
func aboutServer(q *sql.Select) bool {
	return len(q.Scans) == 0 && (len(q.Systems) > 0 || len(q.Actions) > 0 || q.Acts)
}

// slot has a query that is about the server use the slots that are kept for it.
func (r *rows) slot(ctx context.Context) context.Context {
	if r.small {
		return engine.Small(ctx)
	}
	return ctx
}
