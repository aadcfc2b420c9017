package sql

import (
	"strings"
	"sync"
)

// macroUses tells, for each macro of the prelude, how often its body evaluates each parameter, macros within it expanded. DuckDB expands
// macros as text, so that arguments used twice are evaluated twice, and nested calls multiply.
var macroUses = sync.OnceValue(func() map[string][]int {
	type macro struct {
		params []string
		body   string
	}
	macros := map[string]macro{}
	for _, line := range strings.Split(Prelude(), "\n") {
		head, body, ok := strings.Cut(line, " AS ")
		head, isMacro := strings.CutPrefix(head, "CREATE MACRO ")
		name, params, hasParams := strings.Cut(strings.TrimSuffix(head, ")"), "(")
		if ok && isMacro && hasParams {
			macros[name] = macro{params: strings.Split(params, ", "), body: body}
		}
	}
	uses := map[string][]int{}
	var count func(name string) []int
	count = func(name string) []int {
		if u, ok := uses[name]; ok {
			return u
		}
		m := macros[name]
		uses[name] = make([]int, len(m.params)) // a macro cannot call itself
		out := make([]int, len(m.params))
		for i, p := range m.params {
			out[i] = countUses(m.body, p, count)
		}
		uses[name] = out
		return out
	}
	for name := range macros {
		count(name)
	}
	return uses
})

// templateUses is how often a template evaluates its n-th argument.
func templateUses(template string, n int) int {
	return countUses(template, "$"+string(rune('0'+n)), func(name string) []int { return macroUses()[name] })
}

// countUses adds up the occurrences of token in text, each times what the macros around it do with it.
func countUses(text, token string, uses func(string) []int) int {
	type frame struct {
		uses []int
		arg  int
	}
	var stack []frame
	total := 0
	for i := 0; i < len(text); {
		ch := text[i]
		switch {
		case ch == '\'': // a string literal
			end := strings.IndexByte(text[i+1:], '\'')
			if end < 0 {
				return total
			}
			i += end + 2
		case wordByte(ch):
			j := i
			for j < len(text) && wordByte(text[j]) {
				j++
			}
			word := text[i:j]
			if word == token {
				n := 1
				for _, f := range stack {
					if f.uses != nil && f.arg < len(f.uses) {
						n *= max(f.uses[f.arg], 1)
					}
				}
				total += n
			}
			i = j
			if i < len(text) && text[i] == '(' {
				f := frame{}
				if strings.HasPrefix(word, "pg_") {
					f.uses = uses(word)
				}
				stack = append(stack, f)
				i++
			}
		case ch == '(' || ch == '[':
			stack = append(stack, frame{})
			i++
		case ch == ')' || ch == ']':
			if len(stack) > 0 {
				stack = stack[:len(stack)-1]
			}
			i++
		case ch == ',':
			if len(stack) > 0 {
				stack[len(stack)-1].arg++
			}
			i++
		default:
			i++
		}
	}
	return total
}

func wordByte(c byte) bool {
	return c == '_' || c == '$' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}
