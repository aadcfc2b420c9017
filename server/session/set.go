package session

import (
	"maps"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgerrcode"

	"github.com/miniodb/miniodb/internal/pgerr"
	"github.com/miniodb/miniodb/pgwire"
	"github.com/miniodb/miniodb/sql"
)

// change sets a parameter whose value has been checked, and tells the client where it wants to know.
func (s *Session) change(name, value string) { s.restore(s.values.with(name, value)) }

// restore replaces all settings and reports those that differ.
func (s *Session) restore(v values) {
	old := s.values
	s.values = v
	if maps.Equal(old, v) {
		return
	}
	s.generation++
	for name, def := range settings {
		if def.reported && old.get(name) != v.get(name) {
			s.out.ParameterStatus(shown(name), v.get(name))
		}
	}
	s.keepAlive(old)
}

// keepAlive hands the parameters of the connection to it.
func (s *Session) keepAlive(old values) {
	const idle, interval, count = "tcp_keepalives_idle", "tcp_keepalives_interval", "tcp_keepalives_count"
	v := s.values
	if old.get(idle) == v.get(idle) && old.get(interval) == v.get(interval) && old.get(count) == v.get(count) {
		return
	}
	c, ok := s.out.(pgwire.Control)
	if !ok {
		return
	}
	seconds := func(name string) time.Duration {
		n, _ := strconv.Atoi(v.get(name)) // checked when it was set
		return time.Duration(min(n, math.MaxInt16)) * time.Second
	}
	n, _ := strconv.Atoi(v.get(count))
	if err := c.KeepAlive(seconds(idle), seconds(interval), min(n, 127)); err != nil {
		s.tell(pgerr.Warning(pgerrcode.SystemError, "could not set the keepalive of the connection: %v", err))
	}
}

// restoreLocal ends the effect of SET LOCAL at the end of a transaction.
func (s *Session) restoreLocal() {
	if s.tx == nil || s.tx.local == nil {
		return
	}
	v := s.values
	for name, value := range s.tx.local {
		if value == unset {
			if v = v.without(name); settings[name] == nil && strings.Contains(name, ".") { // a custom one stays, empty
				v = v.with(name, "")
			}
		} else {
			v = v.with(name, value)
		}
	}
	s.restore(v)
}

// unset stands in transaction.local for a parameter that had no value of its own.
const unset = "\x00"

func (s *Session) runSet(c *sql.Set, tag string) (pgwire.Result, error) {
	switch c.Name {
	case "session_authorization", "role":
		return tagResult(tag), s.setIdentityByName(c.Name, c.Text(), c.Default, c.Local)
	case "seed":
		return tagResult(tag), nil
	}
	s.warnLocal(c.Local)
	if c.Default {
		return tagResult(tag), s.reset(c.Name, c.Local)
	}
	text := c.Text()
	if def := settings[c.Name]; def != nil && def.list {
		quoted := make([]string, len(c.Values))
		for i, v := range c.Values {
			quoted[i] = sql.QuoteIdent(v)
		}
		text = strings.Join(quoted, ", ")
	} else if len(c.Values) > 1 {
		if def != nil && c.Name != "datestyle" && c.Name != "client_encoding" {
			return nil, pgerr.New(pgerrcode.InvalidParameterValue, "SET %s takes only one argument", c.Name)
		}
		text = strings.Join(c.Values, ", ")
	}
	return tagResult(tag), s.set(c.Name, text, c.Local)
}

// warnLocal says that SET LOCAL ends with the statement.
func (s *Session) warnLocal(local bool) {
	if local && !s.tx.block {
		s.tell(pgerr.Warning(pgerrcode.NoActiveSQLTransaction, "SET LOCAL can only be used in transaction blocks"))
	}
}

// set changes a parameter as SET and set_config do.
func (s *Session) set(name, text string, local bool) error {
	name = strings.ToLower(name)
	value, err := checkSetting(name, text, s.values, false)
	if err == nil {
		err = s.mayChange(name)
	}
	if err != nil {
		return s.node.refuseEngineSetting(name, err)
	}
	switch name {
	case "transaction_isolation":
		return s.setModes(sql.TransactionModes{Isolation: value})
	case "transaction_read_only":
		on := value == "on"
		return s.setModes(sql.TransactionModes{ReadOnly: &on})
	case "session_authorization", "role":
		return s.setIdentityByName(name, text, false, local)
	case "seed":
		return nil
	}
	s.localise(name, local)
	s.change(name, value)
	return nil
}

// mayChange refuses parameters that are for superusers.
func (s *Session) mayChange(name string) error {
	if d := settings[name]; d != nil && strings.HasPrefix(d.context, "superuser") && !s.rights().Superuser() {
		return pgerr.New(pgerrcode.InsufficientPrivilege, "permission denied to set parameter %q", d.name)
	}
	return nil
}

// localise prepares a change of a parameter for the end of the transaction, which ends the effect of SET LOCAL.
func (s *Session) localise(name string, local bool) {
	switch {
	case local:
		if _, ok := s.tx.local[name]; !ok {
			old, own := s.values[name]
			if !own {
				old = unset
			}
			s.tx.local = s.tx.local.with(name, old)
		}
	case s.tx.local != nil:
		s.tx.local = s.tx.local.without(name)
	}
}

// reset gives a parameter the value with which the session began.
func (s *Session) reset(name string, local bool) error {
	d, ok := settings[name]
	if !ok {
		if err := checkCustom(name); err != nil {
			return s.node.refuseEngineSetting(name, err)
		}
	} else if err := d.changeable(false); err != nil {
		return err
	} else if err := s.mayChange(name); err != nil {
		return err
	}
	switch name {
	case "transaction_isolation":
		return s.setModes(sql.TransactionModes{Isolation: s.values.get("default_transaction_isolation")})
	case "transaction_read_only":
		on := s.values.get("default_transaction_read_only") == "on"
		return s.setModes(sql.TransactionModes{ReadOnly: &on})
	case "session_authorization", "role":
		return s.setIdentityByName(name, "", true, local)
	}
	s.localise(name, local)
	switch v, begun := s.start[name]; {
	case begun:
		s.change(name, v)
	case ok:
		s.restore(s.values.without(name))
	default: // a custom one stays, empty
		s.change(name, "")
	}
	return nil
}

func (s *Session) runReset(c *sql.Reset, tag string) (pgwire.Result, error) {
	switch {
	case c.All:
		s.resetAll()
	case c.Name == "session_authorization" || c.Name == "role":
		return tagResult(tag), s.setIdentityByName(c.Name, "", true, false)
	default:
		return tagResult(tag), s.reset(c.Name, false)
	}
	return tagResult(tag), nil
}

// resetAll is RESET ALL.
func (s *Session) resetAll() {
	v := s.start
	for _, name := range append(identityKeys, notReset...) {
		if own, ok := s.values[name]; ok {
			v = v.with(name, own)
		}
	}
	for name := range s.values { // custom parameters stay, empty
		if _, begun := s.start[name]; settings[name] == nil && !begun && name[0] != 0 {
			v = v.with(name, "")
		}
	}
	if s.tx != nil {
		s.tx.local = nil
	}
	s.restore(v)
}
