package pgfunc

import (
	"errors"
	"strconv"
	"strings"

	"github.com/jackc/pgerrcode"

	"github.com/miniodb/miniodb/internal/pgerr"
)

// jsonpathFunctions take (jsonb, path, variables, silent); paths are SQL/JSON's without datetime() and variables of like_regex.
var jsonpathFunctions = map[string]function{
	"jsonb_path_query":       {4, 4, pathQuery},
	"jsonb_path_query_array": {4, 4, pathQueryArray},
	"jsonb_path_query_first": {4, 4, pathQueryFirst},
	"jsonb_path_exists":      {4, 4, pathExists},
	"jsonb_path_match":       {4, 4, pathMatch},
}

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

// pathRun evaluates a path.
type pathRun struct {
	root  value
	vars  value
	lax   bool
	loose bool // inside a filter behind .**
	steps int
	last  int // of the innermost subscript
}

// maxPathSteps bounds the work of one evaluation, maxPathItems the items that it gathers.
const (
	maxPathSteps = 20_000_000
	maxPathItems = 1_000_000
)

// step counts a piece of work.
func (r *pathRun) step() error {
	if r.steps++; r.steps > maxPathSteps {
		return pgerr.New(pgerrcode.StatementTooComplex, "jsonpath takes too many steps")
	}
	return nil
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

// lastLevel is "last" as a level of .**.
const lastLevel = 1 << 30

// errEnough ends an evaluation whose first item is all that is wanted.
var errEnough = errors.New("enough")

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

const (
	codeNoMember   = "2203A" // sql_json_member_not_found
	codeNoArray    = "22039" // sql_json_array_not_found
	codeNoObject   = "2203C" // sql_json_object_not_found
	codeBadSub     = "22033" // invalid_sql_json_subscript
	codeNotNumeric = "22036" // non_numeric_sql_json_item
	codeNotNumber  = "2203B" // sql_json_number_not_found
	codeNotScalar  = "22038" // singleton_sql_json_item_required
)

// eval gathers the items of a path.
func (r *pathRun) eval(n *pathNode, at value) ([]value, error) {
	var out []value
	err := r.walk(n, at, func(v value) error {
		return gather(&out, v)
	})
	return out, err
}

// gather appends an item to a list.
func gather(list *[]value, v value) error {
	if len(*list) >= maxPathItems {
		return tooLarge()
	}
	*list = append(*list, v)
	return nil
}

// operands are the items of a side of an operator: in lax mode the elements of arrays.
func (r *pathRun) operands(n *pathNode, at value) ([]value, error) {
	list, err := r.eval(n, at)
	if err != nil || !r.lax {
		return list, err
	}
	var out []value
	for _, v := range list {
		if err := r.unwrap(v, func(v value) error { return gather(&out, v) }); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// any tells whether a path has an item. Lax mode does not look at what stands behind the first.
func (r *pathRun) any(n *pathNode, at value) (bool, error) {
	found := false
	err := r.walk(n, at, func(value) error {
		found = true
		if r.lax {
			return errEnough
		}
		return nil
	})
	if errors.Is(err, errEnough) {
		err = nil
	}
	return found, err
}

// unwrap yields in lax mode the elements of an array in its place.
func (r *pathRun) unwrap(v value, yield func(value) error) error {
	if !r.lax || v.kind != jsonArray {
		return yield(v)
	}
	for _, e := range v.items {
		if err := yield(e); err != nil {
			return err
		}
	}
	return nil
}

// walk yields the items of a path one by one, each to its end before the next as PostgreSQL does; an error of yield ends it.
func (r *pathRun) walk(n *pathNode, at value, yield func(value) error) error {
	if err := r.step(); err != nil {
		return err
	}
	switch n.op {
	case "$":
		return yield(r.root)
	case "@":
		return yield(at)
	case "lit":
		return yield(n.lit)
	case "last":
		return yield(value{kind: jsonNumber, text: strconv.Itoa(r.last)})
	case "var":
		i := r.vars.member(n.text)
		if r.vars.kind == jsonNull {
			return yield(value{})
		}
		if i < 0 {
			return pgerr.New(pgerrcode.UndefinedObject, "could not find jsonpath variable \"%s\"", n.text)
		}
		return yield(r.vars.items[i])
	case "+", "-", "*", "/", "%", "neg", "pos":
		list, err := r.arithmetic(n, at)
		if err != nil {
			return err
		}
		for _, v := range list {
			if err := yield(v); err != nil {
				return err
			}
		}
		return nil
	case "==", "!=", "<", ">", "<=", ">=", "&&", "||", "!", "exists", "like_regex", "starts with", "is unknown":
		t, err := r.predicate(n, at)
		switch {
		case err != nil:
			return err
		case t == unknown:
			return yield(value{})
		}
		return yield(value{kind: jsonBool, truth: t == yes})
	}
	return r.walk(n.left, at, func(v value) error { return r.access(n, v, at, yield) })
}

// access takes one step from v.
func (r *pathRun) access(n *pathNode, v, at value, yield func(value) error) error {
	if err := r.step(); err != nil {
		return err
	}
	strict := !r.lax && !r.loose && !n.left.loose
	switch n.op {
	case "key":
		return r.unwrap(v, func(v value) error {
			i := v.member(n.text)
			switch {
			case v.kind == jsonObject && i >= 0:
				return yield(v.items[i])
			case !strict:
				return nil
			case v.kind == jsonObject:
				return pgerr.New(codeNoMember, "JSON object does not contain key \"%s\"", n.text)
			}
			return pgerr.New(codeNoMember, "jsonpath member accessor can only be applied to an object")
		})
	case ".*":
		return r.unwrap(v, func(v value) error {
			if v.kind != jsonObject {
				if strict {
					return pgerr.New(codeNoObject, "jsonpath wildcard member accessor can only be applied to an object")
				}
				return nil
			}
			for _, e := range v.items {
				if err := yield(e); err != nil {
					return err
				}
			}
			return nil
		})
	case ".**":
		return r.descend(v, 0, n.depth, yield)
	case "[*]":
		if v.kind != jsonArray {
			if strict {
				return pgerr.New(codeNoArray, "jsonpath wildcard array accessor can only be applied to an array")
			}
			if !r.lax {
				return nil
			}
			return yield(v)
		}
		for _, e := range v.items {
			if err := yield(e); err != nil {
				return err
			}
		}
		return nil
	case "[]":
		if v.kind != jsonArray {
			if strict {
				return pgerr.New(codeNoArray, "jsonpath array accessor can only be applied to an array")
			}
			if !r.lax {
				return nil
			}
			v = value{kind: jsonArray, items: []value{v}}
		}
		return r.elements(n, v, at, strict, yield)
	case "?":
		return r.unwrap(v, func(v value) error {
			was := r.loose
			r.loose = was || n.left.loose
			t, err := r.predicate(n.right, v)
			r.loose = was
			if err != nil || t != yes {
				return err
			}
			return yield(v)
		})
	}
	apply := func(v value) error {
		list, err := r.method(n.text, v, strict)
		if err != nil {
			return err
		}
		for _, e := range list {
			if err := yield(e); err != nil {
				return err
			}
		}
		return nil
	}
	if n.text == "type" || n.text == "size" {
		return apply(v)
	}
	return r.unwrap(v, apply)
}

// elements yields what the subscripts of n name in an array.
func (r *pathRun) elements(n *pathNode, v, at value, strict bool, yield func(value) error) error {
	was, last := r.last, len(v.items)-1
	defer func() { r.last = was }()
	for _, sub := range n.subs {
		r.last = last
		from, err := r.index(sub[0], at)
		if err != nil {
			return err
		}
		to := from
		if sub[1] != nil {
			if to, err = r.index(sub[1], at); err != nil {
				return err
			}
		}
		if strict && (from < 0 || from > to || to > last) {
			return pgerr.New(codeBadSub, "jsonpath array subscript is out of bounds")
		}
		r.last = was
		for i := max(from, 0); i <= min(to, last); i++ {
			if err := yield(v.items[i]); err != nil {
				return err
			}
		}
	}
	return nil
}

// descend yields v and what it contains, of the levels asked for; {last} is the scalars below the top.
func (r *pathRun) descend(v value, level int, depth [2]int, yield func(value) error) error {
	if err := r.step(); err != nil {
		return err
	}
	if level >= depth[0] && level <= depth[1] || level > 0 && depth[0] == lastLevel && v.kind < jsonArray {
		if err := yield(v); err != nil {
			return err
		}
	}
	if level < depth[1] && v.kind >= jsonArray {
		for _, e := range v.items {
			if err := r.descend(e, level+1, depth, yield); err != nil {
				return err
			}
		}
	}
	return nil
}

func (r *pathRun) index(n *pathNode, at value) (int, error) {
	list, err := r.eval(n, at)
	if err != nil {
		return 0, err
	}
	if len(list) != 1 || list[0].kind != jsonNumber {
		return 0, pgerr.New(codeBadSub, "jsonpath array subscript is not a single numeric value")
	}
	x, err := parseNumber(list[0].text)
	if err != nil {
		return 0, err
	}
	x.digits.Quo(x.digits, ten(x.scale))
	if !x.digits.IsInt64() || x.digits.Int64() > 1<<31-1 || x.digits.Int64() < -1<<31 {
		return 0, pgerr.New(codeBadSub, "jsonpath array subscript is out of integer range")
	}
	return int(x.digits.Int64()), nil
}

func (r *pathRun) method(name string, v value, strict bool) ([]value, error) {
	num := func(s string) []value { return []value{{kind: jsonNumber, text: s}} }
	switch name {
	case "type":
		return []value{{kind: jsonString, text: []string{"null", "string", "number", "boolean", "array", "object"}[v.kind]}}, nil
	case "size":
		if v.kind == jsonArray {
			return num(strconv.Itoa(len(v.items))), nil
		}
		if !strict {
			if r.lax {
				return num("1"), nil
			}
			return nil, nil
		}
		return nil, pgerr.New(codeNoArray, "jsonpath item method .size() can only be applied to an array")
	case "keyvalue":
		if v.kind != jsonObject {
			return nil, pgerr.New(codeNoObject, "jsonpath item method .keyvalue() can only be applied to an object")
		}
		var out []value
		for i, k := range v.keys {
			o := value{kind: jsonObject, keys: []string{"key", "value", "id"}, items: []value{{kind: jsonString, text: k}, v.items[i], {kind: jsonNumber, text: "0"}}}
			o.normalise()
			out = append(out, o)
		}
		return out, nil
	case "double":
		text, ok := v.plain()
		if ok && (v.kind == jsonNumber || v.kind == jsonString) {
			if text = strings.TrimSpace(text); strings.Contains(text, "_") {
				text = ""
			}
			if f, err := strconv.ParseFloat(text, 64); err == nil && f-f == 0 {
				if v.kind == jsonNumber {
					return num(text), nil
				}
				x, err := parseNumber(strconv.FormatFloat(f, 'g', -1, 64))
				return num(x.String()), err
			}
		}
		switch v.kind {
		case jsonNumber:
			return nil, pgerr.New(codeNotNumeric, "numeric argument of jsonpath item method .double() is out of range for type double precision")
		case jsonString:
			return nil, pgerr.New(codeNotNumeric, "string argument of jsonpath item method .double() is not a valid representation of a double precision number")
		}
		return nil, pgerr.New(codeNotNumeric, "jsonpath item method .double() can only be applied to a string or numeric value")
	}
	if v.kind != jsonNumber {
		return nil, pgerr.New(codeNotNumeric, "jsonpath item method .%s() can only be applied to a numeric value", name)
	}
	x, err := parseNumber(v.text)
	if err != nil {
		return nil, err
	}
	switch name {
	case "abs":
		x.digits.Abs(x.digits)
	default:
		y := x.rescale(0)
		back, _ := y.sub(x)
		switch {
		case name == "ceiling" && back.digits.Sign() < 0:
			y, _ = y.add(number{ten(0), 0})
		case name == "floor" && back.digits.Sign() > 0:
			y, _ = y.sub(number{ten(0), 0})
		}
		x = y
	}
	return num(x.String()), nil
}

func (r *pathRun) operand(n *pathNode, at value, op, side string) (number, error) {
	list, err := r.operands(n, at)
	if err != nil {
		return number{}, err
	}
	if len(list) != 1 || list[0].kind != jsonNumber {
		return number{}, pgerr.New(codeNotScalar, "%s operand of jsonpath operator %s is not a single numeric value", side, op)
	}
	if r.steps += len(list[0].text); r.steps > maxPathSteps { // long numbers are long work
		return number{}, r.step()
	}
	return parseNumber(list[0].text)
}

func (r *pathRun) arithmetic(n *pathNode, at value) ([]value, error) {
	if n.op == "neg" || n.op == "pos" {
		list, err := r.operands(n.left, at)
		if err != nil {
			return nil, err
		}
		var out []value
		for _, v := range list {
			if v.kind != jsonNumber {
				return nil, pgerr.New(codeNotNumber, "operand of unary jsonpath operator %s is not a numeric value", map[string]string{"neg": "-", "pos": "+"}[n.op])
			}
			x, err := parseNumber(v.text)
			if err != nil {
				return nil, err
			}
			if n.op == "neg" {
				x.digits.Neg(x.digits)
			}
			out = append(out, value{kind: jsonNumber, text: x.String()})
		}
		return out, nil
	}
	x, err := r.operand(n.left, at, n.op, "left")
	if err != nil {
		return nil, err
	}
	y, err := r.operand(n.right, at, n.op, "right")
	if err != nil {
		return nil, err
	}
	x, err = map[string]func(number, number) (number, error){"+": number.add, "-": number.sub, "*": number.mul, "/": number.div, "%": number.mod}[n.op](x, y)
	if err != nil {
		return nil, err
	}
	return []value{{kind: jsonNumber, text: x.String()}}, nil
}

type truth int

const (
	no truth = iota
	yes
	unknown
)

func truthOf(b bool) truth {
	if b {
		return yes
	}
	return no
}

// predicate evaluates a condition; errors inside make it unknown.
func (r *pathRun) predicate(n *pathNode, at value) (truth, error) {
	fatal := func(err error) bool {
		c := pgerr.Code(err)
		return c == pgerrcode.UndefinedObject || c == pgerrcode.StatementTooComplex || c == pgerrcode.ProgramLimitExceeded
	}
	switch n.op {
	case "&&", "||":
		a, err := r.predicate(n.left, at)
		if err != nil {
			return unknown, err
		}
		stop := no
		if n.op == "||" {
			stop = yes
		}
		if a == stop {
			return a, nil
		}
		b, err := r.predicate(n.right, at)
		if err != nil || b == stop || a != unknown {
			return b, err
		}
		return unknown, nil
	case "!":
		a, err := r.predicate(n.left, at)
		if err == nil && a != unknown {
			a = 1 - a
		}
		return a, err
	case "is unknown":
		a, err := r.predicate(n.left, at)
		return truthOf(a == unknown), err
	case "exists":
		found, err := r.any(n.left, at)
		if err != nil {
			if fatal(err) {
				return unknown, err
			}
			return unknown, nil
		}
		return truthOf(found), nil
	case "==", "!=", "<", ">", "<=", ">=", "starts with", "like_regex":
	default:
		list, err := r.eval(n, at)
		if err != nil {
			if fatal(err) {
				return unknown, err
			}
			return unknown, nil
		}
		if len(list) == 1 && list[0].kind == jsonBool {
			return truthOf(list[0].truth), nil
		}
		return unknown, nil
	}
	l, err := r.operands(n.left, at)
	if err != nil {
		if fatal(err) {
			return unknown, err
		}
		return unknown, nil
	}
	right := []value{{}}
	if n.right != nil {
		side := r.operands
		if n.op == "starts with" {
			side = r.eval
		}
		if right, err = side(n.right, at); err != nil {
			if fatal(err) {
				return unknown, err
			}
			return unknown, nil
		}
	}
	found, failed := false, false
	for _, a := range l {
		for _, b := range right {
			if err := r.step(); err != nil {
				return unknown, err
			}
			t := unknown
			switch n.op {
			case "starts with":
				if a.kind == jsonString && b.kind == jsonString {
					t = truthOf(strings.HasPrefix(a.text, b.text))
				}
			case "like_regex":
				if a.kind == jsonString {
					re, err := compileFor(a.text, n.text, pathFlags(n.lit.text))
					if err != nil {
						return unknown, err
					}
					t = truthOf(re.MatchString(a.text))
				}
			default:
				t = comparePath(n.op, a, b)
			}
			switch t {
			case yes:
				if r.lax {
					return yes, nil
				}
				found = true
			case unknown:
				failed = true
				if !r.lax {
					return unknown, nil
				}
			}
		}
	}
	switch {
	case found:
		return yes, nil
	case failed:
		return unknown, nil
	}
	return no, nil
}

func pathFlags(f string) string {
	return strings.ReplaceAll(f, "s", "") + map[bool]string{true: "s", false: "p"}[strings.Contains(f, "s")]
}

func comparePath(op string, a, b value) truth {
	if a.kind != b.kind {
		if a.kind == jsonNull || b.kind == jsonNull {
			return truthOf(op == "!=")
		}
		return unknown
	}
	if a.kind >= jsonArray {
		return unknown
	}
	c := compareJSON(a, b)
	switch op {
	case "==":
		return truthOf(c == 0)
	case "!=":
		return truthOf(c != 0)
	case "<":
		return truthOf(c < 0)
	case ">":
		return truthOf(c > 0)
	case "<=":
		return truthOf(c <= 0)
	}
	return truthOf(c >= 0)
}

// runPath evaluates (jsonb, path, variables, silent). What was found before an error that silence swallows is returned, failed is then true.
func runPath(args []*string, firstOnly bool) (out []value, failed bool, err error) {
	root, err := parseJSON(*args[0])
	if err != nil {
		return nil, false, err
	}
	n, lax, err := parsePath(*args[1])
	if err != nil {
		return nil, false, err
	}
	var vars value // of kind null where a variable is null: the operators have no variables
	if *args[2] != "" {
		if vars, err = parseJSON(*args[2]); err != nil {
			return nil, false, err
		}
		if vars.kind != jsonObject {
			return nil, false, pgerr.New(pgerrcode.InvalidParameterValue, "\"vars\" argument is not an object")
		}
	}
	r := pathRun{root: root, vars: vars, lax: lax}
	err = r.walk(n, root, func(v value) error {
		if firstOnly && lax {
			out = []value{v}
			return errEnough
		}
		return gather(&out, v)
	})
	switch {
	case errors.Is(err, errEnough):
		err = nil
	case err != nil && (*args[3] == "true" || *args[3] == "t") && strings.HasPrefix(pgerr.Code(err), "22"):
		return out, true, nil
	}
	return out, false, err
}

func pathQuery(args []*string) (*string, error) {
	list, _, err := runPath(args, false)
	if err != nil {
		return nil, err
	}
	texts, size := make([]*string, len(list)), 0
	for i := range list {
		s := list[i].String()
		if size += len(s); size > maxResultBytes {
			return nil, tooLarge()
		}
		texts[i] = &s
	}
	return result(textListJSON(texts), nil)
}

func pathQueryArray(args []*string) (*string, error) {
	list, _, err := runPath(args, false)
	if err != nil {
		return nil, err
	}
	return result(value{kind: jsonArray, items: list}.String(), nil)
}

func pathQueryFirst(args []*string) (*string, error) {
	list, _, err := runPath(args, false)
	if err != nil || len(list) == 0 {
		return nil, err
	}
	return result(list[0].String(), nil)
}

func pathExists(args []*string) (*string, error) {
	list, failed, err := runPath(args, true)
	if err != nil || failed {
		return nil, err
	}
	return result(boolText(len(list) > 0), nil)
}

func pathMatch(args []*string) (*string, error) {
	list, _, err := runPath(args, false)
	if err != nil {
		return nil, err
	}
	if len(list) == 1 {
		switch list[0].kind {
		case jsonBool:
			return result(boolText(list[0].truth), nil)
		case jsonNull:
			return nil, nil
		}
	}
	if *args[3] == "true" || *args[3] == "t" {
		return nil, nil
	}
	return nil, pgerr.New(codeNotScalar, "single boolean result is expected")
}
