package wirescript

import (
	"fmt"
	"slices"
	"strings"
)

// Compare returns the lines that only one of two transcripts has, in their order: -line of the first, +line of the second.
func Compare(theirs, ours []string) []string {
	if len(theirs)*len(ours) > 4<<20 { // scripts are short; what is not is compared line by line
		return plain(theirs, ours)
	}
	n, m := len(theirs), len(ours)
	common := make([][]int32, n+1) // of the rests from i and j
	for i := range common {
		common[i] = make([]int32, m+1)
	}
	for i := n - 1; i >= 0; i-- {
		for j := m - 1; j >= 0; j-- {
			if theirs[i] == ours[j] {
				common[i][j] = common[i+1][j+1] + 1
			} else {
				common[i][j] = max(common[i+1][j], common[i][j+1])
			}
		}
	}
	var out []string
	for i, j := 0, 0; i < n || j < m; {
		switch {
		case i < n && j < m && theirs[i] == ours[j]:
			i, j = i+1, j+1
		case j == m || i < n && common[i+1][j] >= common[i][j+1]:
			out = append(out, "-"+theirs[i])
			i++
		default:
			out = append(out, "+"+ours[j])
			j++
		}
	}
	return out
}

func plain(theirs, ours []string) []string {
	var out []string
	for i := range max(len(theirs), len(ours)) {
		if i < len(theirs) && i < len(ours) && theirs[i] == ours[i] {
			continue
		}
		if i < len(theirs) {
			out = append(out, "-"+theirs[i])
		}
		if i < len(ours) {
			out = append(out, "+"+ours[i])
		}
	}
	return out
}

// Reason explains why some scripts are answered differently.
type Reason struct {
	Text    []string // paragraphs of the explanation, without the word because
	Scripts []*Difference
}

// Difference is what differs in the answers to one script.
type Difference struct {
	Script string // file/name
	Lines  []string
}

// Unexplained is the text of a reason that nobody has given yet.
const Unexplained = "?"

// ParseReasons reads a list of explained differences: "because TEXT" (more lines of it are indented), then for each script a line "= file/name"
// and the lines of Compare.
func ParseReasons(text string) ([]*Reason, error) {
	var all []*Reason
	for i, line := range strings.Split(text, "\n") {
		fail := func(what string) ([]*Reason, error) { return nil, fmt.Errorf("line %d: %s", i+1, what) }
		switch {
		case strings.TrimSpace(line) == "" || line[0] == '#':
		case strings.HasPrefix(line, "because "):
			all = append(all, &Reason{Text: []string{strings.TrimPrefix(line, "because ")}})
		case len(all) == 0:
			return fail("want because")
		case line[0] == ' ':
			r := all[len(all)-1]
			r.Text = append(r.Text, strings.TrimSpace(line))
		case strings.HasPrefix(line, "= "):
			r := all[len(all)-1]
			r.Scripts = append(r.Scripts, &Difference{Script: line[2:]})
		case line[0] == '-' || line[0] == '+':
			r := all[len(all)-1]
			if len(r.Scripts) == 0 {
				return fail("want = and the script")
			}
			d := r.Scripts[len(r.Scripts)-1]
			d.Lines = append(d.Lines, line)
		default:
			return fail("want because, =, - or +")
		}
	}
	return all, nil
}

// PrintReasons is the opposite of ParseReasons.
func PrintReasons(header string, all []*Reason) string {
	var b strings.Builder
	b.WriteString(header)
	for _, r := range all {
		if len(r.Scripts) == 0 {
			continue
		}
		fmt.Fprintf(&b, "\nbecause %s\n", strings.Join(r.Text, "\n  "))
		for _, d := range r.Scripts {
			fmt.Fprintf(&b, "\n= %s\n%s\n", d.Script, strings.Join(d.Lines, "\n"))
		}
	}
	return b.String()
}

// Update puts what differs now into a list: a known script keeps its reason, a new one has none yet, one without differences goes.
func Update(all []*Reason, script string, lines []string) []*Reason {
	for _, r := range all {
		for i, d := range r.Scripts {
			if d.Script != script {
				continue
			}
			if d.Lines = lines; len(lines) == 0 {
				r.Scripts = slices.Delete(r.Scripts, i, i+1)
			}
			return all
		}
	}
	if len(lines) == 0 {
		return all
	}
	if n := len(all); n == 0 || all[n-1].Text[0] != Unexplained {
		all = append(all, &Reason{Text: []string{Unexplained}})
	}
	last := all[len(all)-1]
	last.Scripts = append(last.Scripts, &Difference{Script: script, Lines: lines})
	return all
}
