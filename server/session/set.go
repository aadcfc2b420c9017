package session

import (
	"maps"
	"slices"
	"strings"

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
	if !maps.Equal(old, v) {
		s.generation++
	}
	for name, def := range settings {
		if def.reported && old.get(name) != v.get(name) {
			s.out.ParameterStatus(shown(name), v.get(name))
		}
	}
}

// restoreLocal ends the effect of SET LOCAL at the end of a transaction.
func (s *Session) restoreLocal() {
	if s.tx == nil || s.tx.local == nil {
		return
	}
	v := s.values
	for name, value := range s.tx.local {
		v = v.with(name, value)
	}
	s.restore(v)
}

func (s *Session) runSet(c *sql.Set, tag string) (pgwire.Result, error) {
	switch c.Name {
	case "session_authorization", "role":
		if c.Default || strings.EqualFold(c.Text(), "none") || c.Text() == s.client.User {
			return tagResult(tag), nil
		}
		return nil, pgerr.New(pgerrcode.InvalidParameterValue, "role %q does not exist", c.Text())
	case "seed":
		return tagResult(tag), nil
	case "transaction_isolation", "transaction_read_only":
		if c.Default {
			return tagResult(tag), nil
		}
		v, err := checkSetting(c.Name, c.Text())
		if err != nil {
			return nil, err
		}
		if c.Name == "transaction_isolation" {
			return tagResult(tag), s.setModes(sql.TransactionModes{Isolation: v})
		}
		on := v == "on"
		return tagResult(tag), s.setModes(sql.TransactionModes{ReadOnly: &on})
	}
	value := s.start.get(c.Name)
	if c.Default {
		if _, ok := settings[c.Name]; !ok && !strings.Contains(c.Name, ".") {
			return nil, s.node.refuseEngineSetting(c.Name, unknownSetting(c.Name))
		}
	} else {
		text := c.Text()
		if def := settings[c.Name]; def != nil && !def.quoted && len(c.Values) > 1 {
			text = strings.Join(c.Values, ", ")
		} else if def != nil && def.quoted && len(c.Values) == 1 && !strings.Contains(text, ",") {
			text = sql.QuoteIdent(text)
		}
		var err error
		if value, err = checkSetting(c.Name, text); err != nil {
			return nil, s.node.refuseEngineSetting(c.Name, err)
		}
	}
	if c.Local {
		if !s.tx.block {
			s.tell(pgerr.Warning(pgerrcode.NoActiveSQLTransaction, "SET LOCAL can only be used in transaction blocks"))
			return tagResult(tag), nil
		}
		if _, ok := s.tx.local[c.Name]; !ok {
			s.tx.local = s.tx.local.with(c.Name, s.values.get(c.Name))
		}
	} else if s.tx.local != nil {
		s.tx.local = s.tx.local.without(c.Name)
	}
	s.change(c.Name, value)
	return tagResult(tag), nil
}

func (s *Session) runReset(c *sql.Reset, tag string) (pgwire.Result, error) {
	if c.All {
		s.restore(s.start)
		return tagResult(tag), nil
	}
	def, ok := settings[c.Name]
	switch {
	case ok && def.fixed && c.Name != "session_authorization":
		return nil, pgerr.New(pgerrcode.CantChangeRuntimeParam, "parameter %q cannot be changed", shown(c.Name))
	case !ok && !strings.Contains(c.Name, ".") && c.Name != "role":
		return nil, s.node.refuseEngineSetting(c.Name, unknownSetting(c.Name))
	}
	if v, ok := s.start[c.Name]; ok {
		s.change(c.Name, v)
	} else {
		s.restore(s.values.without(c.Name))
	}
	return tagResult(tag), nil
}

// show returns the value of a parameter as SHOW prints it.
func (s *Session) show(name string) (string, error) {
	if s.tx != nil {
		switch name {
		case "transaction_isolation":
			return s.tx.isolation, nil
		case "transaction_read_only":
			if s.tx.readOnly {
				return "on", nil
			}
			return "off", nil
		}
	}
	if _, ok := settings[name]; !ok {
		if v, ok := s.values[name]; ok {
			return v, nil
		}
		return "", unknownSetting(name)
	}
	v := s.values.get(name)
	if strings.HasSuffix(name, "_timeout") {
		return showDuration(v), nil
	}
	return v, nil
}

// showDuration prints milliseconds in the largest unit that is exact.
func showDuration(ms string) string {
	n := values{"x": ms}.duration("x").Milliseconds()
	if n == 0 {
		return ms
	}
	for _, u := range []struct {
		ms   int64
		name string
	}{{86_400_000, "d"}, {3_600_000, "h"}, {60_000, "min"}, {1000, "s"}} {
		if n%u.ms == 0 {
			return itoa(n/u.ms) + u.name
		}
	}
	return ms + "ms"
}

func showColumns(c *sql.Show) []pgwire.Column {
	if c.All {
		return []pgwire.Column{textColumn("name"), textColumn("setting"), textColumn("description")}
	}
	return []pgwire.Column{textColumn(shown(c.Name))}
}

func (s *Session) runShow(c *sql.Show) (pgwire.Result, error) {
	columns := showColumns(c)
	if !c.All {
		v, err := s.show(c.Name)
		if err != nil {
			return nil, err
		}
		return textRows("SHOW", false, columns, []string{v}), nil
	}
	var rows [][]string
	for _, name := range slices.Sorted(maps.Keys(settings)) {
		v, err := s.show(name)
		if err != nil {
			return nil, err
		}
		rows = append(rows, []string{shown(name), v, settings[name].desc})
	}
	return textRows("SHOW", false, columns, rows...), nil
}

func (s *Session) runDiscard(c *sql.Discard, tag string) (pgwire.Result, error) {
	if c.Target == sql.DiscardAll {
		if s.tx.block {
			return nil, pgerr.New(pgerrcode.ActiveSQLTransaction, "DISCARD ALL cannot run inside a transaction block")
		}
		s.closeCursors(true)
		s.restore(s.start)
	}
	if c.Target == sql.DiscardAll || c.Target == sql.DiscardPlans {
		s.deallocateAll()
	}
	return tagResult(tag), nil
}
