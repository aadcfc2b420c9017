package config

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"strings"
)

// maxFileBytes bounds a configuration file.
const maxFileBytes = 1 << 20

// Source says where settings come from. Later ones win: defaults, file, environment, flags.
type Source struct {
	File    string            // path of a YAML file; "" for none
	Environ []string          // as os.Environ returns it
	Flags   map[string]string // by path (server.data_dir), see Flags
}

// Load reads, merges and validates. The error has one line a fault.
func Load(src Source) (*Config, error) {
	c := Default()
	c.origins = map[string]string{}
	if src.File != "" {
		if err := c.loadFile(src.File); err != nil {
			return nil, err
		}
	}
	if err := c.loadEnv(src.Environ); err != nil {
		return nil, err
	}
	if err := c.loadFlags(src.Flags); err != nil {
		return nil, err
	}
	if err := c.Validate(); err != nil {
		return nil, err
	}
	c.resolve()
	return c, nil
}

func (c *Config) loadFile(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("read configuration: %w", err)
	}
	defer f.Close()
	if info, err := f.Stat(); err == nil && info.Size() > maxFileBytes {
		return fmt.Errorf("read configuration: %s is larger than %d bytes", path, maxFileBytes)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return fmt.Errorf("read configuration: %w", err)
	}
	return c.loadYAML(filepath.ToSlash(path), data)
}

func (c *Config) loadEnv(environ []string) error {
	byName := map[string]Setting{}
	var names []string
	for _, s := range settings() {
		byName[s.Env] = s
		names = append(names, s.Env)
		if alias := shortEnv(s); alias != "" {
			byName[alias] = s
		}
	}
	var faults []error
	given := map[string]string{} // path -> variable
	for _, kv := range environ {
		name, value, _ := strings.Cut(kv, "=")
		if !strings.HasPrefix(name, envPrefix) || value == "" { // an empty variable counts as not set
			continue
		}
		s, ok := byName[name]
		if !ok { // not an error: orchestrators add variables named after services
			if n := nearest(name, names); n != "" && editDistance(n, name) <= 3 {
				c.Warnings = append(c.Warnings, fmt.Sprintf("environment variable %s is not a setting, did you mean %s?", name, n))
			}
			continue
		}
		if other := given[s.Path]; other != "" && c.text(s) != value {
			faults = append(faults, fmt.Errorf("environment variables %s and %s are the same setting with different values", other, name))
			continue
		}
		given[s.Path] = name
		if err := c.set(s, value, "environment variable "+name); err != nil {
			faults = append(faults, err)
		}
	}
	return errors.Join(faults...)
}

// shortEnv is the variable named after the short flag (MINIODB_DATA_DIR), which is accepted too.
func shortEnv(s Setting) string {
	if s.Short == "" {
		return ""
	}
	return envPrefix + strings.ToUpper(strings.ReplaceAll(s.Short, "-", "_"))
}

func (c *Config) loadFlags(flags map[string]string) error {
	var faults []error
	for _, s := range settings() {
		if value, ok := flags[s.Path]; ok {
			name := s.Flag
			if s.Short != "" {
				name = s.Short
			}
			if err := c.set(s, value, "flag --"+name); err != nil {
				faults = append(faults, err)
			}
		}
	}
	return errors.Join(faults...)
}

// set parses a value into the setting and remembers where it came from.
func (c *Config) set(s Setting, value, origin string) error {
	if err := setText(c.field(s), value); err != nil {
		return fmt.Errorf("%s: %s: %w", origin, s.Path, err)
	}
	c.origins[s.Path] = origin
	return nil
}

func (c *Config) field(s Setting) reflect.Value {
	return reflect.ValueOf(c).Elem().FieldByIndex(s.index)
}

func (c *Config) text(s Setting) string { return text(c.field(s)) }

// resolve replaces the values that depend on the machine.
func (c *Config) resolve() {
	e := &c.Engine
	if e.MemoryLimit == 0 {
		e.MemoryLimit = MachineMemory() / 2
	}
	if e.Threads == 0 {
		e.Threads = runtime.GOMAXPROCS(0)
	}
	if e.MaxQueries == 0 {
		e.MaxQueries = 2 * e.Threads
	}
}
