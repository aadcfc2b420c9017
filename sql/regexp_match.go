package sql

import (
	"fmt"
	"regexp/syntax"
	"strings"

	"github.com/miniodb/miniodb/internal/sqltype"
)

// regexpMatch writes regexp_match with a constant pattern: the groups of the first match, or the whole match when there are none. A
// group that took no part is NULL; DuckDB gives ” for it, so one that could also match ” is refused.
func (t *translator) regexpMatch(name string, args []expr, loc int32) (expr, bool, error) {
	if name != "regexp_match" || len(args) != 2 || args[1].lit == nil {
		return expr{}, false, nil
	}
	x, p, err := t.textArgs(args[0], args[1], name, loc)
	if err != nil || p.lit == nil {
		return expr{}, true, t.noFunction(name, args, loc)
	}
	pattern := rePattern(*p.lit)
	re, err := syntax.Parse(pattern, syntax.Perl|syntax.DotNL)
	if err != nil { // DuckDB tells what is wrong with it, or knows more
		return expr{}, false, nil
	}
	groups := captureGroups(re, false, nil)
	quoted := strings.ReplaceAll(duckString(pattern), "$", "$$")
	get := func(n int) string { return fmt.Sprintf("regexp_extract($1, %s, %d, 's')", quoted, n) }
	parts := []string{}
	for i, g := range groups {
		switch {
		case g.optional && g.empty:
			return expr{}, true, t.unsupported(loc, "regexp_match with a group that may be absent and may be empty")
		case g.optional:
			parts = append(parts, "nullif("+get(i+1)+", '')")
		default:
			parts = append(parts, get(i+1))
		}
	}
	if len(parts) == 0 {
		parts = append(parts, get(0))
	}
	arr, _ := sqltype.Of(sqltype.Text).Array()
	return t.bind(arr.OID, "CASE WHEN regexp_matches($1, "+quoted+", 's') THEN ["+strings.Join(parts, ", ")+"] END", x), true, nil
}

type captureGroup struct{ optional, empty bool }

// captureGroups lists the groups in the order of their numbers: whether a match may leave one out, and whether it can match ”.
func captureGroups(re *syntax.Regexp, optional bool, out []captureGroup) []captureGroup {
	switch re.Op {
	case syntax.OpCapture:
		out = append(out, captureGroup{optional: optional, empty: matchesEmpty(re.Sub[0])})
	case syntax.OpStar, syntax.OpQuest, syntax.OpAlternate:
		optional = true
	case syntax.OpRepeat:
		optional = optional || re.Min == 0
	}
	for _, sub := range re.Sub {
		out = captureGroups(sub, optional, out)
	}
	return out
}

func matchesEmpty(re *syntax.Regexp) bool {
	switch re.Op {
	case syntax.OpLiteral:
		return len(re.Rune) == 0
	case syntax.OpCharClass, syntax.OpAnyChar, syntax.OpAnyCharNotNL, syntax.OpNoMatch:
		return false
	case syntax.OpRepeat:
		return re.Min == 0 || matchesEmpty(re.Sub[0])
	case syntax.OpCapture, syntax.OpPlus:
		return matchesEmpty(re.Sub[0])
	case syntax.OpConcat:
		for _, s := range re.Sub {
			if !matchesEmpty(s) {
				return false
			}
		}
		return true
	case syntax.OpAlternate:
		for _, s := range re.Sub {
			if matchesEmpty(s) {
				return true
			}
		}
		return false
	}
	return true // *, ?, anchors, the empty pattern
}
