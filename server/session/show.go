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

// show returns the value of a parameter as SHOW prints it.
func (s *Session) show(name string) (string, error) {
	d, ok := settings[name]
	if !ok {
		if v, ok := s.values[name]; ok {
			return v, nil
		}
		return "", s.node.refuseEngineSetting(name, unknownSetting(name))
	}
	return d.show(s.setting(name)), nil
}

// setting returns the value of a known parameter in the form that is kept.
func (s *Session) setting(name string) string {
	switch name {
	case "transaction_isolation":
		if s.tx != nil {
			return s.tx.isolation
		}
		return s.values.get("default_transaction_isolation")
	case "transaction_read_only":
		if s.tx != nil {
			return onOff(s.tx.readOnly)
		}
		return s.values.get("default_transaction_read_only")
	}
	if v, ok := s.node.cfg.Settings[name]; ok {
		return v
	}
	return s.values.get(name)
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
		if d := settings[name]; !unlisted[name] {
			rows = append(rows, []string{d.name, d.show(s.setting(name)), d.desc})
		}
	}
	return textRows("SHOW", false, columns, rows...), nil
}

// settingRows are the rows of pg_settings, in PostgreSQL 15's columns: name, setting, unit, category, short_desc, extra_desc, context, vartype,
// source, min_val, max_val, enumvals, boot_val, reset_val, sourcefile, sourceline, pending_restart.
func (s *Session) settingRows() [][]*string {
	var out [][]*string
	orNull := func(v string) any {
		if v == "" {
			return nil
		}
		return v
	}
	for _, name := range slices.Sorted(maps.Keys(settings)) {
		d := settings[name]
		if unlisted[name] {
			continue
		}
		now, reset, source := s.setting(name), d.value, "default"
		if v, ok := s.node.cfg.Settings[name]; ok {
			reset, source = v, "configuration file"
		}
		if v, ok := s.start[name]; ok {
			reset, source = v, "client"
		}
		if v, ok := s.values[name]; ok && (source != "client" || v != reset) {
			source = "session"
		}
		var least, most, enum any
		switch d.kind {
		case kindInteger:
			least, most = int64(d.min), int64(d.max)
		case kindReal:
			least, most = shortFloat(d.min), shortFloat(d.max)
		case kindEnum:
			enum = arrayText(d.enum)
		}
		out = append(out, Row(d.name, now, orNull(d.unit), d.category, d.desc, orNull(d.more), d.context, d.kind.String(), source, least, most, enum,
			d.value, reset, nil, nil, false))
	}
	return out
}

// arrayText writes words, which hold no quotes, as the engine reads a list of text.
func arrayText(words []string) string { return "[" + strings.Join(words, ", ") + "]" }

func (s *Session) runDiscard(c *sql.Discard, tag string) (pgwire.Result, error) {
	if c.Target == sql.DiscardAll {
		if s.tx.block || s.several {
			return nil, pgerr.New(pgerrcode.ActiveSQLTransaction, "DISCARD ALL cannot run inside a transaction block")
		}
		s.closeCursors(func(*cursor) bool { return true })
		if err := s.setIdentityByName("session_authorization", "", true, false); err != nil {
			return nil, err
		}
		s.resetAll()
		s.unlisten()
		s.node.locks.releaseAll(s.locker)
	}
	if c.Target == sql.DiscardAll || c.Target == sql.DiscardSequences {
		s.numbers = sequenceNumbers{}
	}
	if c.Target == sql.DiscardAll || c.Target == sql.DiscardPlans {
		s.bound = boundCache{}
	}
	if c.Target == sql.DiscardAll || c.Target == sql.DiscardTemp {
		s.discardTemp()
	}
	if c.Target == sql.DiscardAll {
		s.deallocateAll()
	}
	return tagResult(tag), nil
}
