package pgfunc

import (
	"strings"

	"github.com/jackc/pgerrcode"
	"github.com/miniodb/miniodb/internal/pgerr"
)

// Predicates and arithmetic of jsonpath.

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
