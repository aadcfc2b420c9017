package config

import (
	"errors"
	"fmt"
	"reflect"
	"strings"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

// yamlLoader walks a parsed file along the fields of Config. It collects faults, each with file, line and column.
type yamlLoader struct {
	cfg    *Config
	file   string
	faults []error
}

// loadYAML merges a YAML document into c.
func (c *Config) loadYAML(name string, data []byte) error {
	f, err := parser.ParseBytes(data, 0)
	if err != nil {
		return fmt.Errorf("%s: %s", name, oneLine(err))
	}
	l := &yamlLoader{cfg: c, file: name}
	docs := 0
	for _, doc := range f.Docs {
		if doc.Body == nil || doc.Body.Type() == ast.CommentType {
			continue
		}
		if docs++; docs > 1 {
			l.fault(doc.Body, "a second document; a configuration is one")
			break
		}
		l.section(doc.Body, reflect.ValueOf(c).Elem(), "")
	}
	return errors.Join(l.faults...)
}

// oneLine turns the parser's multi-line message with its source excerpt into "line:column: reason".
func oneLine(err error) string {
	line, _, _ := strings.Cut(err.Error(), "\n")
	if at, reason, ok := strings.Cut(strings.TrimPrefix(line, "["), "] "); ok {
		return at + ": " + reason
	}
	return line
}

func (l *yamlLoader) at(n ast.Node) string {
	pos := n.GetToken().Position
	return fmt.Sprintf("%s:%d:%d", l.file, pos.Line, pos.Column)
}

func (l *yamlLoader) fault(n ast.Node, format string, args ...any) {
	l.faults = append(l.faults, fmt.Errorf("%s: %s", l.at(n), fmt.Sprintf(format, args...)))
}

// entries returns the pairs of a mapping; ok is false, and a fault reported, for anything but a mapping or null.
func (l *yamlLoader) entries(n ast.Node, path string) (pairs []*ast.MappingValueNode, ok bool) {
	switch n := n.(type) {
	case *ast.MappingNode:
		return n.Values, true
	case *ast.MappingValueNode:
		return []*ast.MappingValueNode{n}, true
	case *ast.NullNode:
		return nil, true
	case *ast.CommentGroupNode:
		return nil, true
	}
	if path == "" {
		l.fault(n, "want sections such as \"server:\"")
	} else {
		l.fault(n, "%s: want keys and values below it", path)
	}
	return nil, false
}

// section reads a mapping into a struct, or into the tables of the tables section.
func (l *yamlLoader) section(n ast.Node, v reflect.Value, path string) {
	pairs, ok := l.entries(n, path)
	if !ok {
		return
	}
	for _, pair := range pairs {
		key := pair.Key.GetToken().Value
		full := key
		if path != "" {
			full = path + "." + key
		}
		field, ok := fieldByKey(v, key)
		switch {
		case !ok && v.Type() == reflect.TypeFor[Tables]():
			l.table(pair.Value, v.Addr().Interface().(*Tables), key, full)
		case !ok:
			l.unknown(pair.Key, v, path, full)
		case typeName(field.Type()) == "":
			l.section(pair.Value, field, full)
		default:
			l.leaf(pair.Value, field, full)
		}
	}
}

// table reads the section of one table.
func (l *yamlLoader) table(n ast.Node, tables *Tables, name, path string) {
	var t TableConfig
	l.section(n, reflect.ValueOf(&t).Elem(), path)
	if tables.Named == nil {
		tables.Named = map[string]TableConfig{}
	}
	tables.Named[name] = t
}

func fieldByKey(v reflect.Value, key string) (reflect.Value, bool) {
	for i := range v.NumField() {
		if tag := v.Type().Field(i).Tag.Get("yaml"); tag == key && tag != "-" && tag != "<table>" {
			return v.Field(i), true
		}
	}
	return reflect.Value{}, false
}

// unknown reports a key that does not exist, with the nearest one of the same section or, failing that, of any.
func (l *yamlLoader) unknown(key ast.Node, v reflect.Value, path, full string) {
	var siblings, all []string
	for i := range v.NumField() {
		if tag := v.Type().Field(i).Tag.Get("yaml"); tag != "-" && tag != "" {
			siblings = append(siblings, tag)
		}
	}
	name := key.GetToken().Value
	near := nearest(name, siblings)
	if near != "" && path != "" {
		near = path + "." + near
	}
	if near == "" {
		for _, s := range settings() {
			if last := s.Path[strings.LastIndexByte(s.Path, '.')+1:]; last == name {
				near = s.Path
				break
			}
			all = append(all, s.Path)
		}
	}
	if near == "" {
		near = nearest(full, all)
	}
	if near == "" {
		l.fault(key, "unknown key %s", full)
		return
	}
	l.fault(key, "unknown key %s, did you mean %s?", full, near)
}

// leaf reads a scalar, a list of scalars or a map of scalars.
func (l *yamlLoader) leaf(n ast.Node, v reflect.Value, path string) {
	switch n := n.(type) {
	case *ast.NullNode: // "key:" without a value leaves the default
		return
	case *ast.SequenceNode:
		list, ok := v.Addr().Interface().(*[]string)
		if !ok {
			l.fault(n, "%s: want one value, not a list", path)
			return
		}
		*list = nil
		for _, item := range n.Values {
			text, ok := scalar(item)
			if !ok {
				l.fault(item, "%s: want a list of plain values", path)
				return
			}
			*list = append(*list, text)
		}
	case *ast.MappingNode, *ast.MappingValueNode:
		m, ok := v.Addr().Interface().(*map[string]string)
		if !ok {
			l.fault(n, "%s: want one value, not keys below it", path)
			return
		}
		*m = map[string]string{}
		pairs, _ := l.entries(n, path)
		for _, pair := range pairs {
			text, ok := scalar(pair.Value)
			if !ok {
				l.fault(pair.Value, "%s: want plain values", path)
				return
			}
			(*m)[pair.Key.GetToken().Value] = text
		}
	default:
		text, ok := scalar(n)
		if !ok {
			l.fault(n, "%s: want a plain value; anchors, aliases and tags are not supported", path)
			return
		}
		if err := setText(v, text); err != nil {
			l.fault(n, "%s: %s", path, err)
			return
		}
	}
	l.cfg.origins[path] = l.at(n)
}

// scalar returns the text of a scalar node; quotes are gone.
func scalar(n ast.Node) (string, bool) {
	switch n := n.(type) {
	case *ast.LiteralNode:
		return n.Value.Value, true
	case *ast.StringNode:
		return n.Value, true
	case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode:
		return n.GetToken().Value, true
	}
	return "", false
}
