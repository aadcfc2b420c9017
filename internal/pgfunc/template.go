package pgfunc

import (
	"strings"
)

// A template is what to_char and its relatives are given: keywords, and text that stands for itself.

type nodeKind int

const (
	nodeKey  nodeKind = iota
	nodeText          // a character that stands for itself, or one between double quotes
	nodeSpace
	nodeSeparator
)

type node struct {
	kind   nodeKind
	key    string // the keyword as it was written
	text   string // of the others
	fm, tm bool   // FM, TM before it
	th, up bool   // th or TH behind it
	fx     bool
}

// splitTemplate reads a template whose keywords are given longest first. prefixes tells that FM, TM and FX and the suffixes TH and SP exist.
func splitTemplate(format string, keys []string, dates bool) []node {
	var out []node
	for len(format) > 0 {
		n := node{}
		if dates {
			for again := true; again; {
				again = false
				for _, p := range []string{"FM", "fm", "TM", "tm", "FX", "fx"} {
					if strings.HasPrefix(format, p) {
						format, again = format[2:], true
						switch p {
						case "FM", "fm":
							n.fm = true
						case "TM", "tm":
							n.tm = true
						default:
							n.fx = true
						}
						break
					}
				}
			}
			if n.fx {
				out = append(out, node{kind: nodeKey, key: "FX"})
				n.fx = false
			}
		}
		if key := keyword(format, keys); key != "" {
			n.kind, n.key, format = nodeKey, key, format[len(key):]
			if dates {
				switch {
				case strings.HasPrefix(format, "TH"):
					n.th, n.up, format = true, true, format[2:]
				case strings.HasPrefix(format, "th"):
					n.th, format = true, format[2:]
				case strings.HasPrefix(format, "SP"):
					format = format[2:]
				}
			}
			out = append(out, n)
			continue
		}
		if format == "" {
			break
		}
		if format[0] == '"' {
			i := 1
			for i < len(format) && format[i] != '"' {
				if format[i] == '\\' && i+1 < len(format) {
					i++
				}
				size := runeLen(format[i:])
				out = append(out, node{kind: nodeText, text: format[i : i+size]})
				i += size
			}
			format = format[min(i+1, len(format)):]
			continue
		}
		if format[0] == '\\' && len(format) > 1 && format[1] == '"' {
			format = format[1:]
		}
		size := runeLen(format)
		n = node{kind: nodeText, text: format[:size]}
		if size == 1 {
			switch c := format[0]; {
			case c == ' ', c >= '\t' && c <= '\r':
				n.kind = nodeSpace
			case isSeparator(c):
				n.kind = nodeSeparator
			}
		}
		out = append(out, n)
		format = format[size:]
	}
	return out
}

func keyword(s string, keys []string) string {
	for _, k := range keys {
		if strings.HasPrefix(s, k) {
			return k
		}
	}
	return ""
}

// isSeparator: printable ASCII that is no letter and no digit.
func isSeparator(c byte) bool {
	return c > 0x20 && c < 0x7f && !(c >= '0' && c <= '9') && !(c|0x20 >= 'a' && c|0x20 <= 'z')
}

func isSpace(c byte) bool { return c == ' ' || c >= '\t' && c <= '\r' }

func runeLen(s string) int {
	switch c := s[0]; {
	case c < 0x80:
		return 1
	case c >= 0xf0 && len(s) >= 4:
		return 4
	case c >= 0xe0 && len(s) >= 3:
		return 3
	case c >= 0xc0 && len(s) >= 2:
		return 2
	}
	return 1
}

// ordinal is the ending of an ordinal number.
func ordinal(digits string, upper bool) string {
	s := "th"
	if n := len(digits); n == 1 || n > 1 && digits[n-2] != '1' {
		switch digits[n-1] {
		case '1':
			s = "st"
		case '2':
			s = "nd"
		case '3':
			s = "rd"
		}
	}
	if upper {
		return strings.ToUpper(s)
	}
	return s
}
