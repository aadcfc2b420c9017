package definition

import (
	"slices"

	"github.com/miniodb/miniodb/internal/pgcatalog"
)

// candidate is an operator or a function that may be meant.
type candidate struct {
	args   []uint32
	result uint32
	oper   *pgcatalog.Operator
	fn     *pgcatalog.Function
}

// operator chooses an operator (PostgreSQL: oper, left_oper) and coerces its operands.
func (a *analyser) operator(name string, l, r *node) (args []*node, result uint32) {
	types, nodes := []uint32{r.typ}, []*node{r}
	if l != nil {
		types, nodes = []uint32{l.typ, r.typ}, []*node{l, r}
	}
	var all []candidate
	for _, o := range pgcatalog.OperatorsByName(name) {
		switch {
		case l == nil && o.Left == 0:
			all = append(all, candidate{args: []uint32{o.Right}, result: o.Result, oper: o})
		case l != nil && o.Left != 0:
			all = append(all, candidate{args: []uint32{o.Left, o.Right}, result: o.Result, oper: o})
		}
	}
	// An unknown operand is first taken for one of the other's type.
	exact := slices.Clone(types)
	if len(exact) == 2 {
		if exact[0] == typeUnknown {
			exact[0] = exact[1]
		} else if exact[1] == typeUnknown {
			exact[1] = exact[0]
		}
	}
	at := -1
	if exact[0] != typeUnknown {
		at = slices.IndexFunc(all, func(c candidate) bool { return slices.Equal(c.args, exact) })
	}
	if at < 0 {
		at = choose(all, types)
	}
	if at < 0 {
		a.fail("operator %s", name)
		return nodes, typeBool
	}
	return a.arguments(all[at].args, all[at].result, nodes)
}

// choose picks the candidate that fits best (PostgreSQL: func_match_argtypes, func_select_candidate); -1: none, or several.
func choose(all []candidate, types []uint32) int {
	var left []int
	for i, c := range all {
		fits := len(c.args) == len(types)
		for j := 0; fits && j < len(types); j++ {
			fits = canCoerce(types[j], c.args[j])
		}
		if fits {
			left = append(left, i)
		}
	}
	best := func(points func(have, want uint32) bool) {
		most, kept := 0, []int{}
		for _, i := range left {
			n := 0
			for j, t := range types {
				if t != typeUnknown && points(t, all[i].args[j]) {
					n++
				}
			}
			switch {
			case n > most || len(kept) == 0:
				most, kept = n, []int{i}
			case n == most:
				kept = append(kept, i)
			}
		}
		left = kept
	}
	if len(left) > 1 {
		best(func(have, want uint32) bool { return have == want })
	}
	if len(left) > 1 {
		best(func(have, want uint32) bool {
			return have == want || category(have) == category(want) && preferred(want)
		})
	}
	if len(left) > 1 {
		left = byCategory(all, left, types)
	}
	if len(left) > 1 {
		left = bySameType(all, left, types)
	}
	if len(left) != 1 {
		return -1
	}
	return left[0]
}

// byCategory lets unknown arguments be strings if any candidate takes one there, or of the category that all agree on.
func byCategory(all []candidate, left []int, types []uint32) []int {
	kept := slices.Clone(left)
	unknown := false
	for j, t := range types {
		if t != typeUnknown {
			continue
		}
		unknown = true
		slot, agreed, hasPreferred := byte(0), true, false
		for _, i := range left {
			want := all[i].args[j]
			switch c := category(want); {
			case slot == 0:
				slot, hasPreferred = c, preferred(want)
			case c == slot:
				hasPreferred = hasPreferred || preferred(want)
			case c == 'S':
				slot, hasPreferred = c, preferred(want)
			case slot != 'S':
				agreed = false
			}
		}
		if slot != 'S' && !agreed {
			return left
		}
		kept = slices.DeleteFunc(kept, func(i int) bool {
			want := all[i].args[j]
			return category(want) != slot || hasPreferred && !preferred(want)
		})
	}
	if !unknown || len(kept) == 0 {
		return left
	}
	return kept
}

// bySameType takes unknown arguments for the type that all known ones have.
func bySameType(all []candidate, left []int, types []uint32) []int {
	known := uint32(0)
	for _, t := range types {
		switch {
		case t == typeUnknown:
		case known == 0:
			known = t
		case known != t:
			return left
		}
	}
	if known == 0 {
		return left
	}
	var kept []int
	for _, i := range left {
		fits := true
		for _, want := range all[i].args {
			fits = fits && canCoerce(known, want)
		}
		if fits {
			kept = append(kept, i)
		}
	}
	if len(kept) == 1 {
		return kept
	}
	return left
}

// Polymorphic types (PostgreSQL documentation, 38.2.5).
const (
	anyElement         uint32 = 2283
	anyArray           uint32 = 2277
	anyNonArray        uint32 = 2776
	anyEnum            uint32 = 3500
	anyCompatible      uint32 = 5077
	anyCompatibleArray uint32 = 5078
	anyCompatibleNon   uint32 = 5079
)

// arguments coerces values to the parameters of what was chosen, and tells the result's type.
func (a *analyser) arguments(params []uint32, result uint32, nodes []*node) ([]*node, uint32) {
	element, compatible := uint32(0), uint32(0)
	var family []*node
	for i, p := range params {
		t := nodes[i].typ
		switch p {
		case anyElement, anyNonArray, anyEnum:
			if t != typeUnknown {
				element = t
			}
		case anyArray:
			if e := elem(t); e != 0 {
				element = e
			}
		case anyCompatible, anyCompatibleNon:
			family = append(family, nodes[i])
		case anyCompatibleArray:
			if e := elem(t); e != 0 {
				family = append(family, &node{typ: e})
			}
		}
	}
	if len(family) > 0 {
		compatible = a.common(family)
	}
	real := func(t uint32) uint32 {
		switch t {
		case anyElement, anyNonArray, anyEnum:
			t = element
		case anyArray:
			t = arrayOf(element)
		case anyCompatible, anyCompatibleNon:
			t = compatible
		case anyCompatibleArray:
			t = arrayOf(compatible)
		}
		return t
	}
	out := make([]*node, len(nodes))
	for i, p := range params {
		want := real(p)
		if want == 0 {
			a.fail("polymorphic")
			want = typeText
		}
		out[i] = a.coerce(nodes[i], want, implicitCast)
	}
	if result = real(result); result == 0 {
		a.fail("polymorphic")
		result = typeText
	}
	return out, result
}

// function chooses a function (PostgreSQL: func_get_detail) and coerces its arguments; nil: none, or a cast spelled as a function.
func (a *analyser) function(name string, nodes []*node) (fn *pgcatalog.Function, args []*node, result uint32) {
	types := make([]uint32, len(nodes))
	for i, n := range nodes {
		types[i] = n.typ
	}
	var all []candidate
	for _, f := range pgcatalog.FunctionsByName(name) {
		if f.Namespace != pgcatalog.SchemaOID || f.Kind == 'p' {
			continue
		}
		if c := (candidate{args: f.Args, result: f.Result, fn: f}); len(f.Args) == len(nodes) {
			all = append(all, c)
			continue
		}
		if n := len(f.Args); len(nodes) < n && len(nodes) >= n-f.NDefaults {
			all = append(all, candidate{args: f.Args[:len(nodes)], result: f.Result, fn: f})
		} else if f.Variadic && len(nodes) >= n {
			wide := slices.Clone(f.Args[:n-1])
			last := f.Args[n-1]
			if e := elem(last); e != 0 {
				last = e
			} else if last == anyArray {
				last = anyElement
			} else if last == anyCompatibleArray {
				last = anyCompatible
			}
			for len(wide) < len(nodes) {
				wide = append(wide, last)
			}
			all = append(all, candidate{args: wide, result: f.Result, fn: f})
		}
	}
	at := slices.IndexFunc(all, func(c candidate) bool { return slices.Equal(c.args, types) })
	if at < 0 {
		at = choose(all, types)
	}
	if at < 0 {
		a.fail("function %s", name)
		return nil, nodes, typeText
	}
	args, result = a.arguments(all[at].args, all[at].result, nodes)
	return all[at].fn, args, result
}
