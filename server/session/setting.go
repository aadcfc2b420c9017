package session

import (
	"math"
	"strconv"
	"strings"

	"github.com/jackc/pgerrcode"

	"github.com/miniodb/miniodb/internal/pgerr"
)

// setting is one run-time parameter (PostgreSQL: GUC; documentation, chapter "Server Configuration").
type setting struct {
	name     string // as it is shown
	kind     settingKind
	context  string // who may change it when, as in pg_settings
	unit     string // of a number: "", ms, s, min, B, kB, 8kB
	min, max float64
	enum     []string
	value    string // default, in the form that is kept
	category string
	desc     string
	more     string
	reported bool                                    // sent as ParameterStatus (GUC_REPORT)
	plain    bool                                    // shown without its unit
	list     bool                                    // a list of identifiers, as search_path
	hidden   []string                                // values of an enum that are taken and not shown
	check    func(value, old string) (string, error) // after the check of the type; old is the value so far
}

// settingKind is the type of a parameter.
type settingKind uint8

const (
	kindString settingKind = iota
	kindBool
	kindInteger
	kindReal
	kindEnum
)

var settingKinds = map[string]settingKind{"string": kindString, "bool": kindBool, "integer": kindInteger, "real": kindReal, "enum": kindEnum}

func (k settingKind) String() string {
	for name, kind := range settingKinds {
		if kind == k {
			return name
		}
	}
	return ""
}

// changeable says why a parameter cannot be changed in a session, as set_config_option of PostgreSQL does: 55P02. start is for the parameters of
// the start-up message.
func (d *setting) changeable(start bool) error {
	why := ""
	switch d.context {
	case "internal":
		why = "cannot be changed"
	case "postmaster":
		why = "cannot be changed without restarting the server"
	case "sighup":
		why = "cannot be changed now"
	case "backend", "superuser-backend":
		if !start {
			why = "cannot be set after connection start"
		}
	}
	if why == "" {
		return nil
	}
	return pgerr.New(pgerrcode.CantChangeRuntimeParam, "parameter %q %s", d.name, why)
}

// parse reads a value as a client gives it and returns the form that is kept: numbers in the parameter's unit, on and off, words in lower case.
func (d *setting) parse(v string, have values) (string, error) {
	var err error
	switch d.kind {
	case kindBool:
		b, ok := parseBool(v)
		if !ok {
			return "", pgerr.New(pgerrcode.InvalidParameterValue, "parameter %q requires a Boolean value", d.name)
		}
		v = onOff(b)
	case kindEnum:
		v, err = d.parseEnum(v)
	case kindInteger:
		v, err = d.parseInteger(v)
	case kindReal:
		v, err = d.parseReal(v)
	}
	if err != nil || d.check == nil {
		return v, err
	}
	out, err := d.check(v, have.get(strings.ToLower(d.name)))
	if err != nil {
		e := d.invalid(v)
		if known, ok := err.(detail); ok { //nolint:errorlint // the checks' own, never wrapped
			e.Detail = string(known)
		} else {
			e.Hint = err.Error()
		}
		return "", e
	}
	return out, nil
}

// detail is an error of a check whose text is the detail of the answer; that of any other error is the hint.
type detail string

func (d detail) Error() string { return string(d) }

func (d *setting) invalid(v string) *pgerr.Error {
	return pgerr.New(pgerrcode.InvalidParameterValue, "invalid value for parameter %q: %q", d.name, v)
}

func onOff(b bool) string {
	if b {
		return "on"
	}
	return "off"
}

// parseBool reads a Boolean as PostgreSQL's parse_bool does: unique prefixes of the words count.
func parseBool(v string) (value, ok bool) {
	s := strings.ToLower(v)
	prefix := func(word string, least int) bool { return len(s) >= least && strings.HasPrefix(word, s) }
	switch {
	case prefix("true", 1), prefix("yes", 1), s == "on", s == "1":
		return true, true
	case prefix("false", 1), prefix("no", 1), prefix("off", 2), s == "0":
		return false, true
	}
	return false, false
}

func (d *setting) parseEnum(v string) (string, error) {
	l := strings.ToLower(v)
	onWords := false
	for _, word := range d.enum {
		if l == word {
			return word, nil
		}
		onWords = onWords || word == "on"
	}
	for _, word := range d.hidden {
		if l == word {
			return word, nil
		}
	}
	if onWords { // PostgreSQL's lists of such parameters have all spellings of a Boolean
		switch l {
		case "true", "yes", "1":
			return "on", nil
		case "false", "no", "0":
			return "off", nil
		}
	}
	return "", d.invalid(v).WithHint("Available values: %s.", strings.Join(d.enum, ", "))
}

func (d *setting) parseInteger(v string) (string, error) {
	n, hint, ok := parseNumber(v, d.unit, true)
	switch {
	case ok && (n > math.MaxInt32 || n < math.MinInt32):
		return "", d.invalid(v).WithHint("Value exceeds integer range.")
	case !ok:
		e := d.invalid(v)
		e.Hint = hint
		return "", e
	}
	if n < d.min || n > d.max {
		return "", pgerr.New(pgerrcode.InvalidParameterValue, "%.0f%s is outside the valid range for parameter %q (%.0f .. %.0f)", n, d.unitAfter(), d.name, d.min, d.max)
	}
	return strconv.FormatInt(int64(n), 10), nil
}

func (d *setting) parseReal(v string) (string, error) {
	n, hint, ok := parseNumber(v, d.unit, false)
	if !ok {
		e := d.invalid(v)
		e.Hint = hint
		return "", e
	}
	if n < d.min || n > d.max {
		return "", pgerr.New(pgerrcode.InvalidParameterValue, "%s%s is outside the valid range for parameter %q (%s .. %s)",
			shortFloat(n), d.unitAfter(), d.name, shortFloat(d.min), shortFloat(d.max))
	}
	return shortFloat(n), nil
}

func (d *setting) unitAfter() string {
	if d.unit == "" {
		return ""
	}
	return " " + d.unit
}

// shortFloat prints as C's %g does.
func shortFloat(f float64) string { return strconv.FormatFloat(f, 'g', 6, 64) }

// show prints a value as SHOW does: numbers with a unit in the largest one that is exact.
func (d *setting) show(v string) string {
	if d.unit == "" || d.plain || d.kind != kindInteger && d.kind != kindReal {
		return v
	}
	n, err := strconv.ParseFloat(v, 64)
	if err != nil || n <= 0 {
		return v
	}
	return showNumber(n, d.unit)
}
