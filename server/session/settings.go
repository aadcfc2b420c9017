package session

import (
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgerrcode"

	"github.com/miniodb/miniodb/internal/pgerr"
)

// setting is one run-time parameter (PostgreSQL: GUC).
type setting struct {
	value    string                             // default
	reported bool                               // sent as ParameterStatus (GUC_REPORT)
	fixed    bool                               // 55P02: cannot be changed
	quoted   bool                               // a list of identifiers, as search_path
	check    func(value string) (string, error) // normalises a value or refuses it
	desc     string
}

// serverVersion is the PostgreSQL release whose behaviour clients may expect.
const (
	serverVersion    = "15.18"
	serverVersionNum = "150018"
)

// settings are the parameters a session knows. PostgreSQL's documentation, chapter "Server Configuration", describes them; those
// without effect here are accepted because clients set them.
var settings = map[string]*setting{
	"application_name":                    {reported: true, desc: "Sets the application name to be reported in statistics and logs."},
	"bytea_output":                        {value: "hex", check: oneOf("hex", "escape"), desc: "Sets the output format for bytea."},
	"check_function_bodies":               {value: "on", check: boolean},
	"client_encoding":                     {value: "UTF8", reported: true, check: encoding, desc: "Sets the client's character set encoding."},
	"client_min_messages":                 {value: "notice", check: oneOf("debug5", "debug4", "debug3", "debug2", "debug1", "log", "notice", "warning", "error")},
	"datestyle":                           {value: "ISO, MDY", reported: true, check: dateStyle, desc: "Sets the display format for date and time values."},
	"default_table_access_method":         {value: "heap"},
	"default_tablespace":                  {},
	"default_text_search_config":          {value: "pg_catalog.english"},
	"default_toast_compression":           {value: "pglz"},
	"default_transaction_deferrable":      {value: "off", check: boolean},
	"default_transaction_isolation":       {value: "read committed", check: isolation},
	"default_transaction_read_only":       {value: "off", reported: true, check: boolean},
	"escape_string_warning":               {value: "on", check: boolean},
	"extra_float_digits":                  {value: "1", check: integer(-15, 3), desc: "Sets the number of digits displayed for floating-point values."},
	"idle_in_transaction_session_timeout": {value: "0", check: milliseconds},
	"idle_session_timeout":                {value: "0", check: milliseconds},
	"in_hot_standby":                      {value: "off", reported: true, fixed: true},
	"integer_datetimes":                   {value: "on", reported: true, fixed: true},
	"intervalstyle":                       {value: "postgres", reported: true, check: oneOf("postgres", "postgres_verbose", "sql_standard", "iso_8601")},
	"is_superuser":                        {value: "on", reported: true, fixed: true},
	"jit":                                 {value: "off", check: boolean},
	"lc_collate":                          {value: "C", fixed: true},
	"lc_ctype":                            {value: "C", fixed: true},
	"lc_messages":                         {value: "C"},
	"lc_monetary":                         {value: "C"},
	"lc_numeric":                          {value: "C"},
	"lc_time":                             {value: "C"},
	"lock_timeout":                        {value: "0", check: milliseconds},
	"max_identifier_length":               {value: "63", fixed: true},
	"max_index_keys":                      {value: "32", fixed: true},
	"password_encryption":                 {value: "scram-sha-256", check: oneOf("scram-sha-256")},
	"quote_all_identifiers":               {value: "off", check: boolean},
	"row_security":                        {value: "on", check: boolean},
	"search_path":                         {value: `"$user", public`, quoted: true, desc: "Sets the schema search order for names that are not schema-qualified."},
	"server_encoding":                     {value: "UTF8", reported: true, fixed: true},
	"server_version":                      {value: serverVersion, reported: true, fixed: true},
	"server_version_num":                  {value: serverVersionNum, fixed: true},
	"session_authorization":               {reported: true, fixed: true},
	"standard_conforming_strings":         {value: "on", reported: true, check: onlyOn},
	"statement_timeout":                   {value: "0", check: milliseconds, desc: "Sets the maximum allowed duration of any statement."},
	"synchronize_seqscans":                {value: "on", check: boolean},
	"synchronous_commit":                  {value: "on", check: oneOf("on", "off", "local", "remote_write", "remote_apply")},
	"tcp_keepalives_idle":                 {value: "0", check: integer(0, 1<<31-1)},
	"timezone":                            {value: "UTC", reported: true, check: timeZone, desc: "Sets the time zone for displaying and interpreting time stamps."},
	"transaction_deferrable":              {value: "off", check: boolean},
	"transaction_isolation":               {value: "read committed", check: isolation},
	"transaction_read_only":               {value: "off", check: boolean},
	"work_mem":                            {value: "4MB"},
	"xmloption":                           {value: "content", check: oneOf("content", "document")},
}

// displayName gives the spelling in which PostgreSQL reports a parameter.
var displayName = map[string]string{
	"datestyle": "DateStyle", "intervalstyle": "IntervalStyle", "timezone": "TimeZone",
}

func shown(name string) string {
	if n, ok := displayName[name]; ok {
		return n
	}
	return name
}

// values are the parameters of one session that differ from the defaults. They are replaced, never changed, so that a transaction
// can keep the ones it began with.
type values map[string]string

func (v values) get(name string) string {
	if s, ok := v[name]; ok {
		return s
	}
	if s, ok := settings[name]; ok {
		return s.value
	}
	return ""
}

func (v values) with(name, value string) values {
	n := maps.Clone(v)
	if n == nil {
		n = values{}
	}
	n[name] = value
	return n
}

func (v values) without(name string) values {
	n := maps.Clone(v)
	delete(n, name)
	return n
}

// duration returns a parameter in milliseconds as a duration; 0 means none.
func (v values) duration(name string) time.Duration {
	ms, err := strconv.ParseInt(v.get(name), 10, 64)
	if err != nil {
		return 0
	}
	return time.Duration(ms) * time.Millisecond
}

// check returns the value to keep for a parameter that a client sets: 42704 for an unknown one, 55P02 for a fixed one, 22023 for a bad value.
// Names with a dot belong to no one and take anything.
func checkSetting(name, value string) (string, error) {
	s, ok := settings[name]
	if !ok {
		if strings.Contains(name, ".") {
			return value, nil
		}
		return "", unknownSetting(name)
	}
	if s.fixed {
		return "", pgerr.New(pgerrcode.CantChangeRuntimeParam, "parameter %q cannot be changed", shown(name))
	}
	if s.check == nil {
		return value, nil
	}
	v, err := s.check(value)
	if err != nil {
		if given := (*pgerr.Error)(nil); errors.As(err, &given) {
			return "", given
		}
		e := pgerr.New(pgerrcode.InvalidParameterValue, "invalid value for parameter %q: %q", shown(name), value)
		if hint := err.Error(); hint != "" {
			e.Hint = hint
		}
		return "", e
	}
	return v, nil
}

func unknownSetting(name string) error {
	return pgerr.New(pgerrcode.UndefinedObject, "unrecognized configuration parameter %q", name)
}

func boolean(v string) (string, error) {
	switch s := strings.ToLower(v); {
	case s == "1", s == "on", s == "yes", s == "y", len(s) > 0 && strings.HasPrefix("true", s):
		return "on", nil
	case s == "0", s == "of", s == "off", s == "no", s == "n", len(s) > 0 && strings.HasPrefix("false", s):
		return "off", nil
	}
	return "", pgerr.New(pgerrcode.InvalidParameterValue, "parameter requires a Boolean value")
}

func onlyOn(v string) (string, error) {
	b, err := boolean(v)
	if err == nil && b == "off" {
		err = fmt.Errorf("Strings without the E prefix take backslashes literally here.")
	}
	return b, err
}

func oneOf(allowed ...string) func(string) (string, error) {
	return func(v string) (string, error) {
		l := strings.ToLower(v)
		if slices.Contains(allowed, l) {
			return l, nil
		}
		return "", fmt.Errorf("Available values: %s.", strings.Join(allowed, ", "))
	}
}

func isolation(v string) (string, error) {
	return oneOf("serializable", "repeatable read", "read committed", "read uncommitted")(v)
}

func integer(lo, hi int64) func(string) (string, error) {
	return func(v string) (string, error) {
		n, err := strconv.ParseInt(strings.TrimSpace(v), 10, 64)
		if err != nil {
			return "", fmt.Errorf("")
		}
		if n < lo || n > hi {
			return "", pgerr.New(pgerrcode.InvalidParameterValue, "%d is outside the valid range (%d .. %d)", n, lo, hi)
		}
		return strconv.FormatInt(n, 10), nil
	}
}

var units = []struct {
	suffix string
	ms     int64
}{{"us", 0}, {"ms", 1}, {"min", 60_000}, {"s", 1000}, {"h", 3_600_000}, {"d", 86_400_000}}

// milliseconds takes a number of milliseconds or a number with a unit.
func milliseconds(v string) (string, error) {
	s, ms := strings.TrimSpace(v), int64(1)
	for _, u := range units {
		if strings.HasSuffix(s, u.suffix) && u.ms > 0 {
			s, ms = strings.TrimSpace(strings.TrimSuffix(s, u.suffix)), u.ms
			break
		}
	}
	n, err := strconv.ParseInt(s, 10, 32)
	if err != nil {
		return "", fmt.Errorf(`Valid units for this parameter are "us", "ms", "s", "min", "h", and "d".`)
	}
	if n < 0 || n*ms > 1<<31-1 {
		return "", pgerr.New(pgerrcode.InvalidParameterValue, "%d is outside the valid range (0 .. 2147483647)", n*ms)
	}
	return strconv.FormatInt(n*ms, 10), nil
}

func encoding(v string) (string, error) {
	switch strings.NewReplacer("-", "", "_", "", "'", "").Replace(strings.ToUpper(v)) {
	case "UTF8", "UNICODE":
		return "UTF8", nil
	case "SQLASCII":
		return "SQL_ASCII", nil
	}
	return "", fmt.Errorf("Only UTF8 is supported.")
}

// dateStyle keeps the order part; the output is ISO, which every client reads.
func dateStyle(v string) (string, error) {
	order := "MDY"
	for part := range strings.SplitSeq(v, ",") {
		switch p := strings.ToUpper(strings.TrimSpace(part)); p {
		case "ISO", "DEFAULT":
		case "MDY", "DMY", "YMD":
			order = p
		case "US", "NONEURO", "NONEUROPEAN":
			order = "MDY"
		case "EURO", "EUROPEAN":
			order = "DMY"
		case "POSTGRES", "SQL", "GERMAN":
			return "", fmt.Errorf("Only the ISO output style is supported.")
		default:
			return "", fmt.Errorf("")
		}
	}
	return "ISO, " + order, nil
}

func timeZone(v string) (string, error) {
	if n, err := strconv.ParseFloat(v, 64); err == nil { // hours east of Greenwich
		if n < -12 || n > 14 {
			return "", fmt.Errorf("")
		}
		if n != math.Trunc(n) {
			return "", fmt.Errorf("Give a zone name, such as Asia/Kolkata, for an offset that is not a whole number of hours.")
		}
		if n == 0 {
			return "UTC", nil
		}
		return fmt.Sprintf("Etc/GMT%+d", -int(n)), nil // POSIX counts west of Greenwich
	}
	for _, name := range []string{v, strings.ToUpper(v)} {
		if name == "Local" || name == "" {
			continue
		}
		if _, err := time.LoadLocation(name); err == nil {
			return name, nil
		}
	}
	switch strings.ToLower(v) {
	case "default", "local":
		return "UTC", nil
	}
	return "", fmt.Errorf("")
}
