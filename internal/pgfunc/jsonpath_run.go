package pgfunc

import (
	"errors"
	"strconv"
	"strings"

	"github.com/jackc/pgerrcode"
	"github.com/miniodb/miniodb/internal/pgerr"
)

// The items that a path yields, one by one.

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

// lastLevel is "last" as a level of .**.
const lastLevel = 1 << 30

// errEnough ends an evaluation whose first item is all that is wanted.
var errEnough = errors.New("enough")

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
