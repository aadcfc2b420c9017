package config

import (
	"fmt"
	"reflect"
	"sort"
	"strconv"
	"strings"
	"time"

	"github.com/miniodb/miniodb/internal/units"
)

// Setting is one leaf of Config: a key with its names and documentation.
type Setting struct {
	Path   string // server.data_dir
	Env    string // MINIODB_SERVER_DATA_DIR
	Flag   string // server.data-dir
	Short  string // data-dir, or ""
	Doc    string
	Secret bool
	Refuse string // why start-up is refused when this is set, or ""
	Warn   string // why this has no effect when set, or ""
	Type   string // string, integer, size, duration, true/false, list, map, buffer size

	index []int // of the field in Config
}

// Section is a struct within Config.
type Section struct {
	Path     string
	Doc      string
	Settings []Setting
}

const envPrefix = "MINIODB_"

var sections = walk(reflect.TypeFor[Config](), nil, "", "")

// Sections lists all sections and their settings in the order of Config. The result is shared and must not be changed.
func Sections() []Section { return sections }

// walk lists the settings of struct t, which Config reaches by index, as one section and its sub-sections.
func walk(t reflect.Type, index []int, path, doc string) []Section {
	own, subs := Section{Path: path, Doc: doc}, []Section(nil)
	for i := range t.NumField() {
		f := t.Field(i)
		key := f.Tag.Get("yaml")
		if key == "" || key == "-" {
			continue
		}
		at := append(append([]int(nil), index...), i)
		p := key
		if path != "" {
			p = path + "." + key
		}
		switch {
		case f.Type == reflect.TypeFor[map[string]TableConfig]():
			subs = append(subs, Section{Path: p, Doc: f.Tag.Get("doc")})
		case typeName(f.Type) == "":
			subs = append(subs, walk(f.Type, at, p, f.Tag.Get("doc"))...)
		default:
			own.Settings = append(own.Settings, Setting{
				Path: p, Env: envPrefix + strings.ToUpper(strings.ReplaceAll(p, ".", "_")), Flag: strings.ReplaceAll(p, "_", "-"),
				Short: f.Tag.Get("flag"), Doc: f.Tag.Get("doc"), Secret: f.Tag.Get("secret") != "",
				Refuse: f.Tag.Get("refuse"), Warn: f.Tag.Get("warn"), Type: typeName(f.Type), index: at,
			})
		}
	}
	if len(own.Settings) == 0 {
		return subs
	}
	return append([]Section{own}, subs...)
}

// settings lists the leaves of all sections.
func settings() []Setting {
	var all []Setting
	for _, s := range sections {
		all = append(all, s.Settings...)
	}
	return all
}

// typeName names the type of a leaf, and is "" for a section.
func typeName(t reflect.Type) string {
	switch t {
	case reflect.TypeFor[time.Duration]():
		return "duration"
	case reflect.TypeFor[units.Size]():
		return "size"
	case reflect.TypeFor[units.BufferSize]():
		return "buffer size"
	case reflect.TypeFor[[]string]():
		return "list"
	case reflect.TypeFor[map[string]string]():
		return "map"
	}
	switch t.Kind() {
	case reflect.String:
		return "string"
	case reflect.Int, reflect.Int64:
		return "integer"
	case reflect.Bool:
		return "true/false"
	}
	return ""
}

// setText parses text into a leaf. Lists are comma-separated, maps are comma-separated key=value pairs.
func setText(v reflect.Value, text string) error {
	switch p := v.Addr().Interface().(type) {
	case *time.Duration:
		d, err := units.ParseDuration(text)
		*p = d
		return err
	case *units.Size:
		n, err := units.ParseSize(text)
		*p = n
		return err
	case *units.BufferSize:
		b, err := units.ParseBufferSize(text)
		*p = b
		return err
	case *[]string:
		*p = nil
		for item := range strings.SplitSeq(text, ",") {
			if item = strings.TrimSpace(item); item != "" {
				*p = append(*p, item)
			}
		}
		return nil
	case *map[string]string:
		m := map[string]string{}
		for item := range strings.SplitSeq(text, ",") {
			key, value, ok := strings.Cut(item, "=")
			if !ok {
				return fmt.Errorf("%q is not a list of key=value", text)
			}
			m[strings.TrimSpace(key)] = strings.TrimSpace(value)
		}
		*p = m
		return nil
	case *string:
		*p = text
		return nil
	case *bool:
		b, err := strconv.ParseBool(text)
		if err != nil {
			return fmt.Errorf("%q is not true or false", text)
		}
		*p = b
		return nil
	}
	n, err := strconv.ParseInt(strings.ReplaceAll(text, "_", ""), 10, 64)
	if err != nil || v.OverflowInt(n) {
		return fmt.Errorf("%q is not a whole number", text)
	}
	v.SetInt(n)
	return nil
}

// text prints a leaf so that setText reads it.
func text(v reflect.Value) string {
	switch x := v.Interface().(type) {
	case time.Duration:
		return units.FormatDuration(x)
	case fmt.Stringer:
		return x.String()
	case []string:
		return strings.Join(x, ", ")
	case map[string]string:
		pairs := make([]string, 0, len(x))
		for key, value := range x {
			pairs = append(pairs, key+"="+value)
		}
		sort.Strings(pairs)
		return strings.Join(pairs, ", ")
	default:
		return fmt.Sprint(x)
	}
}
