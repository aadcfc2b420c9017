// Package deptest holds the code to the import rules that ARCHITECTURE.md states.
//
// It owns the reading of the two tables there ("may import", "imported only by") and their comparison with what `go list` says. Only its
// own test calls it.
package deptest

import (
	"fmt"
	"slices"
	"strings"
)

// Package is a package of this module and its imports, test files left out.
type Package struct {
	ImportPath string
	Imports    []string
}

// Rules are the tables of ARCHITECTURE.md.
type Rules struct {
	MayImport map[string][]string // package pattern -> patterns of packages of this module; "all" for any
	OnlyBy    map[string][]string // import path prefix of another module -> package patterns
}

// ParseRules reads the tables of a Markdown page by their headings' last cells.
func ParseRules(page string) (Rules, error) {
	r := Rules{MayImport: map[string][]string{}, OnlyBy: map[string][]string{}}
	var into map[string][]string
	for line := range strings.SplitSeq(page, "\n") {
		if !strings.HasPrefix(line, "|") {
			into = nil
			continue
		}
		cells := strings.Split(strings.Trim(line, "|"), "|")
		switch last := strings.TrimSpace(cells[len(cells)-1]); {
		case last == "may import":
			into = r.MayImport
		case last == "imported only by":
			into = r.OnlyBy
		case into == nil || strings.HasPrefix(last, "---"):
		default:
			for _, name := range patterns(cells[0]) {
				if _, twice := into[name]; twice {
					return Rules{}, fmt.Errorf("%s stands twice", name)
				}
				into[name] = patterns(last)
			}
		}
	}
	if len(r.MayImport) == 0 || len(r.OnlyBy) == 0 {
		return Rules{}, fmt.Errorf("a table is missing: want last columns %q and %q", "may import", "imported only by")
	}
	return r, nil
}

// patterns reads "`a`, `b/*`" or "all".
func patterns(cell string) []string {
	var out []string
	for item := range strings.SplitSeq(cell, ",") {
		if item = strings.Trim(strings.TrimSpace(item), "`"); item != "" {
			out = append(out, item)
		}
	}
	return out
}

// match reports whether a package, named relative to the module, fits a pattern.
func match(pattern, pkg string) bool {
	if root, ok := strings.CutSuffix(pattern, "/*"); ok {
		return pkg == root || strings.HasPrefix(pkg, root+"/")
	}
	return pattern == "all" || pattern == pkg
}

func matchAny(list []string, pkg string) bool {
	return slices.ContainsFunc(list, func(pattern string) bool { return match(pattern, pkg) })
}

// Check returns a line for every import that the rules do not allow, and for every package without a row.
func (r Rules) Check(module string, packages []Package) []string {
	var faults []string
	for _, p := range packages {
		name, ok := strings.CutPrefix(p.ImportPath, module+"/")
		if !ok {
			continue
		}
		allowed, ok := r.row(name)
		if !ok {
			faults = append(faults, fmt.Sprintf("%s has no row in the table of packages", name))
			continue
		}
		for _, imp := range p.Imports {
			if own, ok := strings.CutPrefix(imp, module+"/"); ok {
				if !matchAny(allowed, own) {
					faults = append(faults, fmt.Sprintf("%s imports %s; it may import %s", name, own, strings.Join(allowed, ", ")))
				}
				continue
			}
			for prefix, homes := range r.OnlyBy {
				if (imp == prefix || strings.HasPrefix(imp, prefix+"/")) && !matchAny(homes, name) {
					faults = append(faults, fmt.Sprintf("%s imports %s; only %s may", name, imp, strings.Join(homes, ", ")))
				}
			}
		}
	}
	slices.Sort(faults)
	return faults
}

// row returns the rule of a package: that of the longest pattern that matches.
func (r Rules) row(name string) (allowed []string, ok bool) {
	best := ""
	for pattern := range r.MayImport {
		if match(pattern, name) && len(pattern) > len(best) {
			best = pattern
		}
	}
	return r.MayImport[best], best != ""
}
