package config

import (
	"bytes"
	"fmt"
	"io"
	"sort"
	"strings"

	"github.com/goccy/go-yaml"
)

const mask = "********"

// Print writes the effective values as a YAML file that Load reads. Secrets are masked.
func (c *Config) Print(w io.Writer) error {
	var out bytes.Buffer
	depth, open := 0, []string{}
	for _, sec := range sections {
		parts := strings.Split(sec.Path, ".")
		if sec.Path == "tables.<table>" {
			c.printTables(&out)
			continue
		}
		for depth = 0; depth < len(parts) && depth < len(open) && parts[depth] == open[depth]; {
			depth++
		}
		for ; depth < len(parts); depth++ {
			fmt.Fprintf(&out, "%s%s:\n", strings.Repeat("  ", depth), parts[depth])
		}
		open = parts
		for _, s := range sec.Settings {
			value := c.text(s)
			if s.Secret && value != "" {
				value = mask
			}
			printLeaf(&out, depth, s.Path[strings.LastIndexByte(s.Path, '.')+1:], s.Type, value)
		}
	}
	_, err := w.Write(out.Bytes())
	return err
}

// printTables writes the sections of single tables, which stand right below default_config.
func (c *Config) printTables(out *bytes.Buffer) {
	names := make([]string, 0, len(c.Tables.Named))
	for name := range c.Tables.Named {
		names = append(names, name)
	}
	sort.Strings(names)
	for _, name := range names {
		t := Config{Tables: Tables{Default: c.Tables.Named[name]}}
		fmt.Fprintf(out, "  %s:\n", quote(name))
		for _, s := range settings() {
			if key, ok := strings.CutPrefix(s.Path, "tables.default_config."); ok {
				printLeaf(out, 2, key, s.Type, t.text(s))
			}
		}
	}
}

func printLeaf(out *bytes.Buffer, depth int, key, typ, value string) {
	indent := strings.Repeat("  ", depth)
	items := strings.Split(value, ", ")
	switch {
	case value == "":
		fmt.Fprintf(out, "%s%s:\n", indent, key)
	case typ == "list":
		fmt.Fprintf(out, "%s%s: [%s]\n", indent, key, strings.Join(quoteAll(items), ", "))
	case typ == "map":
		fmt.Fprintf(out, "%s%s:\n", indent, key)
		for _, item := range items {
			k, v, _ := strings.Cut(item, "=")
			fmt.Fprintf(out, "%s  %s: %s\n", indent, quote(k), quote(v))
		}
	case typ == "integer" || typ == "true/false":
		fmt.Fprintf(out, "%s%s: %s\n", indent, key, value)
	default:
		fmt.Fprintf(out, "%s%s: %s\n", indent, key, quote(value))
	}
}

// quote writes a YAML string, in quotes only where it needs them.
func quote(s string) string {
	b, err := yaml.Marshal(s)
	if err != nil || bytes.Count(b, []byte("\n")) > 1 {
		return fmt.Sprintf("%q", s)
	}
	return strings.TrimSuffix(string(b), "\n")
}

func quoteAll(items []string) []string {
	out := make([]string, len(items))
	for i, s := range items {
		out[i] = quote(s)
	}
	return out
}
