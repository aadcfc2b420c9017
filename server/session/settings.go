package session

import (
	_ "embed"
	"fmt"
	"maps"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgerrcode"

	"github.com/miniodb/miniodb/internal/pgerr"
)

// serverVersion is the PostgreSQL release whose behaviour clients may expect.
const (
	serverVersion    = "15.18"
	serverVersionNum = "150018"
)

//go:embed settings.txt
var settingsText string

// settings are the parameters a session knows, by name in lower case. Those without effect here are accepted because clients set them.
var settings = loadSettings(settingsText)

// loadSettings reads the table and adds what is known here only. A fault in it is one of the program, which its test finds.
func loadSettings(text string) map[string]*setting {
	all := map[string]*setting{}
	for line := range strings.SplitSeq(strings.Trim(text, "\n"), "\n") {
		f := strings.Split(line, "\t")
		if strings.HasPrefix(line, "#") || len(f) != 11 {
			continue
		}
		d := &setting{name: f[0], kind: settingKinds[f[1]], context: f[2], unit: f[3], value: f[7], category: f[8], desc: f[9], more: f[10]}
		d.min, _ = strconv.ParseFloat(f[4], 64)
		d.max, _ = strconv.ParseFloat(f[5], 64)
		if f[6] != "" {
			d.enum = strings.Split(f[6], ",")
		}
		all[strings.ToLower(d.name)] = d
	}
	for _, name := range strings.Fields(`application_name client_encoding datestyle default_transaction_read_only in_hot_standby integer_datetimes
		intervalstyle server_encoding server_version standard_conforming_strings timezone`) {
		if d := all[name]; d != nil {
			d.reported = true
		}
	}
	for _, name := range []string{"search_path", "temp_tablespaces", "session_preload_libraries", "local_preload_libraries"} {
		if d := all[name]; d != nil {
			d.list = true
		}
	}
	for name, value := range map[string]string{
		"client_encoding": "UTF8", "default_text_search_config": "pg_catalog.english", "jit": "off", "lc_messages": "C", "server_encoding": "UTF8",
		"server_version": serverVersion, "server_version_num": serverVersionNum, "timezone": "UTC", "log_timezone": "UTC", "ssl": "off",
		"default_toast_compression": "pglz", "track_activity_query_size": strconv.Itoa(maxActivityBytes),
	} {
		if d := all[name]; d != nil {
			d.value = value
		}
	}
	for name, check := range map[string]func(value, old string) (string, error){
		"application_name": printable, "cluster_name": printable, "client_encoding": encoding, "datestyle": dateStyle, "timezone": timeZone,
		"standard_conforming_strings": onlyOn, "password_encryption": onlySCRAM,
	} {
		if d := all[name]; d != nil {
			d.check = check
		}
	}
	for _, name := range []string{"tcp_keepalives_idle", "tcp_keepalives_interval", "tcp_user_timeout"} {
		if d := all[name]; d != nil {
			d.plain = true
		}
	}
	if d := all["client_min_messages"]; d != nil {
		d.hidden = []string{"info", "fatal", "panic"}
	}
	// Not in pg_settings of PostgreSQL, but known to SHOW and SET.
	all["is_superuser"] = &setting{name: "is_superuser", kind: kindBool, context: "internal", value: "on", reported: true, desc: "Shows whether the current user is a superuser."}
	all["session_authorization"] = &setting{name: "session_authorization", context: "user", reported: true, desc: "Sets the session user name."}
	all["role"] = &setting{name: "role", context: "user", value: "none", desc: "Sets the current role."}
	all["seed"] = &setting{name: "seed", kind: kindReal, context: "user", min: -1, max: 1, value: "unavailable", desc: "Sets the seed for random-number generation."}
	return all
}

// unlisted are the parameters that SHOW ALL and pg_settings leave out, as PostgreSQL does (GUC_NO_SHOW_ALL).
var unlisted = map[string]bool{"is_superuser": true, "session_authorization": true, "role": true, "seed": true}

// notReset are the parameters that RESET ALL leaves alone (GUC_NO_RESET_ALL).
var notReset = []string{"seed", "transaction_isolation", "transaction_read_only", "transaction_deferrable"}

// shown is the spelling in which PostgreSQL reports a parameter.
func shown(name string) string {
	if d := settings[name]; d != nil {
		return d.name
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

// checkSetting returns the value to keep for a parameter that a client sets: 42704 for an unknown one, 55P02 for one that cannot be changed, 22023
// for a bad value, 42602 for a name that cannot be one. Names with a dot belong to no one and take anything.
func checkSetting(name, value string, have values, start bool) (string, error) {
	d, ok := settings[name]
	if !ok {
		return value, checkCustom(name)
	}
	if err := d.changeable(start); err != nil {
		return "", err
	}
	return d.parse(value, have)
}

// checkCustom refuses names that are no parameter and cannot be a custom one.
func checkCustom(name string) error {
	if !strings.Contains(name, ".") {
		return unknownSetting(name)
	}
	for part := range strings.SplitSeq(name, ".") {
		for i := 0; i < len(part); i++ {
			c := part[i]
			letter := c == '_' || c|0x20 >= 'a' && c|0x20 <= 'z' || c >= 0x80
			if !letter && (i == 0 || c != '$' && (c < '0' || c > '9')) {
				part = ""
				break
			}
		}
		if part == "" {
			return pgerr.New(pgerrcode.InvalidName, "invalid configuration parameter name %q", name).
				WithDetail("Custom parameter names must be two or more simple identifiers separated by dots.")
		}
	}
	return nil
}

func unknownSetting(name string) error {
	return pgerr.New(pgerrcode.UndefinedObject, "unrecognized configuration parameter %q", name)
}

// printable replaces what is not ASCII, as PostgreSQL does in names that are written to logs.
func printable(v, _ string) (string, error) {
	b := []byte(v)
	for i, c := range b {
		if c < 32 || c > 126 {
			b[i] = '?'
		}
	}
	return string(b), nil
}

func onlyOn(v, _ string) (string, error) {
	if v == "off" {
		return "", fmt.Errorf("Strings without the E prefix take backslashes literally here.") //nolint:staticcheck // a hint
	}
	return v, nil
}

func onlySCRAM(v, _ string) (string, error) {
	if v != "scram-sha-256" {
		return "", fmt.Errorf("Passwords are kept as SCRAM-SHA-256 verifiers only.") //nolint:staticcheck // a hint
	}
	return v, nil
}
