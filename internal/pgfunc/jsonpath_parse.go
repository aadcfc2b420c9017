package pgfunc

import (
	"strconv"
	"strings"

	"github.com/jackc/pgerrcode"
	"github.com/miniodb/miniodb/internal/pgerr"
)

// Reading jsonpath (PostgreSQL documentation, 9.16.2) into a tree.

// pathNode is a step of a path or an operator.
type pathNode struct {
	op    string // "$", "@", "lit", "var", "key", ".*", ".**", "[]", "[*]", "?", "method", a comparison, "&&", "||", "!", "+", ...
	text  string
	lit   value
	left  *pathNode // the path before a step; the left side of an operator
	right *pathNode
	subs  [][2]*pathNode // of []: from and to
	depth [2]int         // of .**
	loose bool           // behind .**, where strict mode forgives what does not fit, too
}

// maxPathNodes bounds a path, and so the depth to which reading and evaluating it recurse: a goroutine that outgrows its stack ends the process.
const maxPathNodes = 10_000

type pathParser struct {
	s     string
	i     int
	depth int
	nodes int
	inAt  bool
	inSub bool
}

// grow counts a node.
func (p *pathParser) grow() error {
	if p.nodes++; p.nodes > maxPathNodes {
		return pgerr.New(pgerrcode.StatementTooComplex, "stack depth limit exceeded")
	}
	return nil
}

func badPath() error {
	return pgerr.New(pgerrcode.SyntaxError, "syntax error in jsonpath")
}

func (p *pathParser) space() {
	for p.i < len(p.s) && isSpace(p.s[p.i]) {
		p.i++
	}
}

func (p *pathParser) take(tok string) bool {
	p.space()
	if !strings.HasPrefix(p.s[p.i:], tok) {
		return false
	}
	if c := tok[len(tok)-1]; isWord(c) && p.i+len(tok) < len(p.s) && isWord(p.s[p.i+len(tok)]) {
		return false
	}
	p.i += len(tok)
	return true
}

func isWord(c byte) bool {
	return c == '_' || c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'z' || c >= 0x80
}

func (p *pathParser) binary(ops []string, next func() (*pathNode, error)) (*pathNode, error) {
	l, err := next()
	if err != nil {
		return nil, err
	}
again:
	for {
		for _, op := range ops {
			if p.take(op) {
				if err := p.grow(); err != nil {
					return nil, err
				}
				r, err := next()
				if err != nil {
					return nil, err
				}
				l = &pathNode{op: op, left: l, right: r}
				continue again
			}
		}
		return l, nil
	}
}

func (p *pathParser) expr() (*pathNode, error) {
	if p.depth++; p.depth > 200 {
		return nil, pgerr.New(pgerrcode.StatementTooComplex, "stack depth limit exceeded")
	}
	defer func() { p.depth-- }()
	return p.binary([]string{"||"}, func() (*pathNode, error) {
		return p.binary([]string{"&&"}, p.comparison)
	})
}

func (p *pathParser) comparison() (*pathNode, error) {
	if p.take("!") {
		if err := p.grow(); err != nil {
			return nil, err
		}
		n, err := p.comparison()
		return &pathNode{op: "!", left: n}, err
	}
	l, err := p.sum()
	if err != nil {
		return nil, err
	}
	for _, op := range []string{"==", "!=", "<>", "<=", ">=", "<", ">"} {
		if p.take(op) {
			r, err := p.sum()
			if op == "<>" {
				op = "!="
			}
			return &pathNode{op: op, left: l, right: r}, err
		}
	}
	switch {
	case p.take("like_regex"):
		s, err := p.quoted()
		if err != nil {
			return nil, err
		}
		n := &pathNode{op: "like_regex", left: l, text: s}
		if p.take("flag") {
			if n.lit.text, err = p.quoted(); err != nil {
				return nil, err
			}
		}
		if strings.Trim(n.lit.text, "ismxq") != "" {
			return nil, pgerr.New(pgerrcode.SyntaxError, "invalid input syntax for type jsonpath").
				WithDetail("Unrecognized flag character \"%s\" in LIKE_REGEX predicate.", clipRunes(strings.TrimLeft(n.lit.text, "ismxq"), 1))
		}
		_, err = compile(n.text, pathFlags(n.lit.text))
		return n, err
	case p.take("starts"):
		if !p.take("with") {
			return nil, badPath()
		}
		r, err := p.primary()
		return &pathNode{op: "starts with", left: l, right: r}, err
	case p.take("is"):
		if !p.take("unknown") {
			return nil, badPath()
		}
		return &pathNode{op: "is unknown", left: l}, nil
	}
	return l, nil
}

func (p *pathParser) sum() (*pathNode, error) {
	return p.binary([]string{"+", "-"}, func() (*pathNode, error) {
		return p.binary([]string{"*", "/", "%"}, p.unary)
	})
}

func (p *pathParser) unary() (*pathNode, error) {
	if err := p.grow(); err != nil {
		return nil, err
	}
	if p.take("-") {
		n, err := p.unary()
		return &pathNode{op: "neg", left: n}, err
	}
	if p.take("+") {
		n, err := p.unary()
		return &pathNode{op: "pos", left: n}, err
	}
	return p.primary()
}

func (p *pathParser) quoted() (string, error) {
	p.space()
	if p.i >= len(p.s) || p.s[p.i] != '"' {
		return "", badPath()
	}
	r := jsonReader{s: p.s, i: p.i}
	s, err := r.str()
	p.i = r.i
	if err != nil {
		return "", badPath()
	}
	return s, nil
}

func (p *pathParser) word() string {
	start := p.i
	for p.i < len(p.s) && isWord(p.s[p.i]) {
		p.i++
	}
	return p.s[start:p.i]
}

func (p *pathParser) primary() (*pathNode, error) {
	p.space()
	if p.i >= len(p.s) {
		return nil, badPath()
	}
	var n *pathNode
	switch c := p.s[p.i]; {
	case c == '(':
		p.i++
		e, err := p.expr()
		if err != nil {
			return nil, err
		}
		if !p.take(")") {
			return nil, badPath()
		}
		n = e
	case c == '"':
		s, err := p.quoted()
		if err != nil {
			return nil, err
		}
		n = &pathNode{op: "lit", lit: value{kind: jsonString, text: s}}
	case c >= '0' && c <= '9' || c == '.' && p.i+1 < len(p.s) && p.s[p.i+1] >= '0' && p.s[p.i+1] <= '9':
		start := p.i
		for p.i < len(p.s) && (p.s[p.i] >= '0' && p.s[p.i] <= '9' || p.s[p.i] == '.' && p.i+1 < len(p.s) && p.s[p.i+1] >= '0' && p.s[p.i+1] <= '9' ||
			p.s[p.i]|0x20 == 'e' || (p.s[p.i] == '-' || p.s[p.i] == '+') && p.s[p.i-1]|0x20 == 'e') {
			p.i++
		}
		if p.i < len(p.s) && isWord(p.s[p.i]) {
			return nil, badPath()
		}
		x, err := parseNumber(p.s[start:p.i])
		if err != nil {
			return nil, badPath()
		}
		n = &pathNode{op: "lit", lit: value{kind: jsonNumber, text: x.String()}}
	case c == '$':
		p.i++
		name := ""
		if p.i < len(p.s) && p.s[p.i] == '"' {
			var err error
			if name, err = p.quoted(); err != nil {
				return nil, err
			}
		} else {
			name = p.word()
		}
		n = &pathNode{op: "$"}
		if name != "" {
			n = &pathNode{op: "var", text: name}
		}
	case c == '@':
		p.i++
		if !p.inAt {
			return nil, pgerr.New(pgerrcode.SyntaxError, "@ is not allowed in root expressions")
		}
		n = &pathNode{op: "@"}
	case p.take("true"):
		n = &pathNode{op: "lit", lit: value{kind: jsonBool, truth: true}}
	case p.take("false"):
		n = &pathNode{op: "lit", lit: value{kind: jsonBool}}
	case p.take("null"):
		n = &pathNode{op: "lit"}
	case p.take("last"):
		if !p.inSub {
			return nil, pgerr.New(pgerrcode.SyntaxError, "LAST is allowed only in array subscripts")
		}
		n = &pathNode{op: "last"}
	case p.take("exists"):
		if !p.take("(") {
			return nil, badPath()
		}
		e, err := p.expr()
		if err != nil {
			return nil, err
		}
		if !p.take(")") {
			return nil, badPath()
		}
		return &pathNode{op: "exists", left: e}, nil
	default:
		return nil, badPath()
	}
	return p.steps(n)
}

func (p *pathParser) steps(n *pathNode) (*pathNode, error) {
	for {
		if err := p.grow(); err != nil {
			return nil, err
		}
		n.loose = n.loose || n.op == ".**" || n.left != nil && n.left.loose
		switch {
		case p.take(".**"):
			m := &pathNode{op: ".**", left: n, depth: [2]int{0, lastLevel}}
			if p.take("{") {
				for k := range 2 {
					p.space()
					if p.take("last") {
						m.depth[k] = lastLevel
					} else if v, err := strconv.Atoi(p.word()); err == nil {
						m.depth[k] = v
					} else {
						return nil, badPath()
					}
					if k == 0 && !p.take("to") {
						m.depth[1] = m.depth[0]
						break
					}
				}
				if !p.take("}") {
					return nil, badPath()
				}
			}
			n = m
		case p.take(".*"):
			n = &pathNode{op: ".*", left: n}
		case p.take("."):
			p.space()
			if p.i < len(p.s) && p.s[p.i] == '"' {
				k, err := p.quoted()
				if err != nil {
					return nil, err
				}
				n = &pathNode{op: "key", text: k, left: n}
				continue
			}
			w := p.word()
			if w == "" {
				return nil, badPath()
			}
			if p.take("(") {
				if w == "datetime" {
					return nil, pgerr.New(pgerrcode.FeatureNotSupported, "jsonpath item method .datetime() is not supported")
				}
				if !p.take(")") || !strings.Contains(" type size double ceiling floor abs keyvalue ", " "+w+" ") {
					return nil, badPath()
				}
				n = &pathNode{op: "method", text: w, left: n}
				continue
			}
			n = &pathNode{op: "key", text: w, left: n}
		case p.take("["):
			if p.take("*") {
				if !p.take("]") {
					return nil, badPath()
				}
				n = &pathNode{op: "[*]", left: n}
				continue
			}
			m := &pathNode{op: "[]", left: n}
			was := p.inSub
			p.inSub = true
			err := p.subscripts(m)
			p.inSub = was
			if err != nil {
				return nil, err
			}
			n = m
		case p.take("?"):
			if !p.take("(") {
				return nil, badPath()
			}
			was := p.inAt
			p.inAt = true
			e, err := p.expr()
			p.inAt = was
			if err != nil {
				return nil, err
			}
			if !p.take(")") {
				return nil, badPath()
			}
			n = &pathNode{op: "?", left: n, right: e}
		default:
			return n, nil
		}
	}
}

// subscripts reads what stands in brackets, to the closing one.
func (p *pathParser) subscripts(m *pathNode) error {
	if p.depth++; p.depth > 200 { // a subscript may have subscripts
		return pgerr.New(pgerrcode.StatementTooComplex, "stack depth limit exceeded")
	}
	defer func() { p.depth-- }()
	for {
		from, err := p.sum()
		if err != nil {
			return err
		}
		sub := [2]*pathNode{from, nil}
		if p.take("to") {
			if sub[1], err = p.sum(); err != nil {
				return err
			}
		}
		m.subs = append(m.subs, sub)
		if p.take("]") {
			return nil
		}
		if !p.take(",") {
			return badPath()
		}
	}
}

func parsePath(s string) (*pathNode, bool, error) {
	p := &pathParser{s: s}
	lax := true
	if p.take("strict") {
		lax = false
	} else {
		p.take("lax")
	}
	n, err := p.expr()
	if err != nil {
		return nil, lax, err
	}
	p.space()
	if p.i != len(s) {
		return nil, lax, badPath()
	}
	return n, lax, nil
}
