package pgfunc

import (
	"regexp"
	"regexp/syntax"
	"strconv"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/jackc/pgerrcode"

	"github.com/miniodb/miniodb/internal/pgerr"
)

// Regular expressions are RE2's, which cannot be made to run for ever: no back references, no look-around. Where PostgreSQL prefers the
// longest of several alternatives, so does this, unless the expression has a non-greedy quantifier.
var regexpFunctions = map[string]function{
	"regexp_matches":  strict3(regexpMatches),
	"regexp_match":    {3, 3, regexpMatchFirst},
	"regexp_replace":  {6, 6, regexpReplace},
	"regexp_split":    strict3(regexpSplit),
	"regexp_like":     strict3(regexpLike),
	"regexp_count":    {4, 4, regexpCount},
	"regexp_instr":    {7, 7, regexpInstr},
	"regexp_substr":   {6, 6, regexpSubstr},
	"substring_regex": {2, 2, substringRegex},
	"similar":         {3, 3, similar},
	"similar_part":    {3, 3, similarPart},
}

// compiled expressions, dropped all at once when there are too many.
var compiled struct {
	sync.Mutex
	byKey map[string]*regexp.Regexp
}

const maxCompiled = 500

// compile translates and compiles a PostgreSQL expression with its flags; g is not looked at.
func compile(pattern, flags string) (*regexp.Regexp, error) {
	key := flags + "\x00" + pattern
	compiled.Lock()
	defer compiled.Unlock()
	if re := compiled.byKey[key]; re != nil {
		return re, nil
	}
	re, err := compileNew(pattern, flags)
	if err != nil {
		return nil, err
	}
	if compiled.byKey == nil || len(compiled.byKey) >= maxCompiled {
		compiled.byKey = map[string]*regexp.Regexp{}
	}
	compiled.byKey[key] = re
	return re, nil
}

func compileNew(pattern, flags string) (*regexp.Regexp, error) {
	prefix := map[byte]bool{'s': true}
	literal, extended := false, false
	set := func(f byte) error {
		switch f {
		case 'i':
			prefix['i'] = true
		case 'c':
			prefix['i'] = false
		case 'n', 'm': // newlines are boundaries
			prefix['s'], prefix['m'] = false, true
		case 'p':
			prefix['s'], prefix['m'] = false, false
		case 'w':
			prefix['s'], prefix['m'] = true, true
		case 's':
			prefix['s'], prefix['m'] = true, false
		case 'q':
			literal = true
		case 'x':
			extended = true
		case 't', 'e', 'b', 'g':
		default:
			return pgerr.New(pgerrcode.InvalidParameterValue, "invalid regular expression option: \"%s\"", string(f))
		}
		return nil
	}
	for i := 0; i < len(flags); i++ {
		if err := set(flags[i]); err != nil {
			return nil, err
		}
	}
	if strings.HasPrefix(pattern, "***=") {
		literal, pattern = true, pattern[4:]
	} else if strings.HasPrefix(pattern, "***:") {
		pattern = pattern[4:]
	}
	if strings.HasPrefix(pattern, "(?") && !literal {
		if end := strings.IndexByte(pattern, ')'); end > 2 && strings.Trim(pattern[2:end], "abcdefghijklmnopqrstuvwxyz") == "" {
			for i := 2; i < end; i++ {
				if err := set(pattern[i]); err != nil {
					return nil, err
				}
			}
			pattern = pattern[end+1:]
		}
	}
	var text string
	lazy := false
	if literal {
		text = regexp.QuoteMeta(pattern)
	} else {
		text, lazy = translateRegex(pattern, extended)
	}
	opts := ""
	for _, f := range []byte("ism") {
		if prefix[f] {
			opts += string(f)
		}
	}
	if opts != "" {
		text = "(?" + opts + ")" + text
	}
	if len(text) > 1<<16 {
		return nil, pgerr.New(pgerrcode.InvalidRegularExpression, "invalid regular expression: regular expression is too complex")
	}
	re, err := regexp.Compile(text)
	if err != nil {
		msg := err.Error()
		if i := strings.LastIndex(msg, "parsing regexp: "); i >= 0 {
			msg = msg[i+len("parsing regexp: "):]
		}
		return nil, pgerr.New(pgerrcode.InvalidRegularExpression, "invalid regular expression: %s", msg)
	}
	if !lazy {
		re.Longest()
	}
	return re, nil
}

// maxRegexWork bounds the size of an expression times the length of the text: RE2 takes at most that many steps for a match, half a minute at worst.
const maxRegexWork = 500_000_000

// compileFor compiles an expression to be matched with s; it refuses what could take too long.
func compileFor(s, pattern, flags string) (*regexp.Regexp, error) {
	re, err := compile(pattern, flags)
	if err != nil || len(s) < 1<<10 {
		return re, err
	}
	// a counted group is copied as often as it is counted, at most 1000 times, so the expression's own length does not tell its size
	tree, err := syntax.Parse(re.String(), syntax.Perl)
	if err != nil {
		return nil, pgerr.New(pgerrcode.InvalidRegularExpression, "invalid regular expression: %s", err.Error())
	}
	if regexSize(tree) > maxRegexWork/len(s) {
		return nil, pgerr.New(pgerrcode.StatementTooComplex, "regular expression is too complex for a text of this length")
	}
	return re, nil
}

// regexSize estimates the instructions of an expression.
func regexSize(t *syntax.Regexp) int {
	n := 1 + len(t.Rune)/2
	if t.Op == syntax.OpLiteral {
		n = len(t.Rune)
	}
	for _, s := range t.Sub {
		n += regexSize(s)
	}
	if t.Op == syntax.OpRepeat {
		n *= max(t.Min, t.Max, 1)
	}
	return n
}

// translateRegex writes PostgreSQL's escapes as RE2 has them: \m, \M and \y are word boundaries, [[:<:]] too.
func translateRegex(p string, extended bool) (text string, lazy bool) {
	var b strings.Builder
	for i := 0; i < len(p); {
		switch c := p[i]; {
		case c == '\\' && i+1 < len(p):
			switch e := p[i+1]; e {
			case 'm', 'M', 'y':
				b.WriteString(`\b`)
			case 'Y':
				b.WriteString(`\B`)
			case 'Z':
				b.WriteString(`\z`)
			case 'e':
				b.WriteString(`\x1b`)
			case 'd':
				b.WriteString(`[0-9]`)
			case 'u':
				if i+6 <= len(p) {
					b.WriteString(`\x{` + p[i+2:i+6] + `}`)
					i += 6
					continue
				}
				b.WriteString(`\u`)
			default:
				b.WriteString(p[i : i+2])
			}
			i += 2
		case strings.HasPrefix(p[i:], "[[:<:]]"), strings.HasPrefix(p[i:], "[[:>:]]"):
			b.WriteString(`\b`)
			i += 7
		case c == '[':
			end := i + 1
			if end < len(p) && p[end] == '^' {
				end++
			}
			if end < len(p) && p[end] == ']' {
				end++
			}
			for end < len(p) && p[end] != ']' {
				switch {
				case p[end] == '\\':
					end++
				case strings.HasPrefix(p[end:], "[:"):
					if k := strings.Index(p[end:], ":]"); k > 0 {
						end += k + 1
					}
				}
				end++
			}
			end = min(end+1, len(p))
			b.WriteString(strings.ReplaceAll(p[i:end], `[]`, `[\]`))
			i = end
		case (c == '*' || c == '+' || c == '?' || c == '}') && i+1 < len(p) && p[i+1] == '?':
			lazy = true
			b.WriteString(p[i : i+2])
			i += 2
		case extended && isSpace(c):
			i++
		case extended && c == '#':
			for i < len(p) && p[i] != '\n' {
				i++
			}
		case c == '{' && (i+1 >= len(p) || p[i+1] < '0' || p[i+1] > '9'):
			b.WriteString(`\{`)
			i++
		default:
			b.WriteByte(c)
			i++
		}
	}
	return b.String(), lazy
}

// groups are the texts of the groups of a match, of the whole match when there are none.
func groups(s string, m []int) []*string {
	var out []*string
	from := 1
	if len(m) == 2 {
		from = 0
	}
	for g := from; g < len(m)/2; g++ {
		if m[2*g] < 0 {
			out = append(out, nil)
			continue
		}
		t := s[m[2*g]:m[2*g+1]]
		out = append(out, &t)
	}
	return out
}

// regexpMatches gives a JSON array of one array of groups for each match.
func regexpMatches(s, pattern, flags string) (string, error) {
	re, err := compileFor(s, pattern, flags)
	if err != nil {
		return "", err
	}
	n := 1
	if strings.Contains(flags, "g") {
		n = -1
	}
	var b strings.Builder
	b.WriteByte('[')
	for i, m := range re.FindAllStringSubmatchIndex(s, n) {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString(textListJSON(groups(s, m)))
	}
	b.WriteByte(']')
	return b.String(), nil
}

func regexpMatchFirst(args []*string) (*string, error) {
	if strings.Contains(*args[2], "g") {
		return nil, pgerr.New(pgerrcode.InvalidParameterValue, "regexp_match() does not support the \"global\" option").
			WithHint("Use the regexp_matches function instead.")
	}
	re, err := compileFor(*args[0], *args[1], *args[2])
	if err != nil {
		return nil, err
	}
	m := re.FindStringSubmatchIndex(*args[0])
	if m == nil {
		return nil, nil
	}
	return result(textListJSON(groups(*args[0], m)), nil)
}

// replacement expands \1 to \9, \& and \\.
func replacement(dst []byte, template, s string, m []int) []byte {
	for i := 0; i < len(template); i++ {
		if template[i] != '\\' || i+1 >= len(template) {
			dst = append(dst, template[i])
			continue
		}
		i++
		switch c := template[i]; {
		case c == '&' || c == '0' && false:
			dst = append(dst, s[m[0]:m[1]]...)
		case c >= '1' && c <= '9':
			if g := int(c - '0'); 2*g < len(m) && m[2*g] >= 0 {
				dst = append(dst, s[m[2*g]:m[2*g+1]]...)
			}
		case c == '\\':
			dst = append(dst, '\\')
		default:
			dst = append(dst, '\\', c)
		}
	}
	return dst
}

// regexpReplace is (text, pattern, replacement, start, n, flags); n 0 is all.
func regexpReplace(args []*string) (*string, error) {
	s, pattern, template, flags := *args[0], *args[1], *args[2], *args[5]
	start, nth, err := startAndN(*args[3], *args[4], true)
	if err != nil {
		return nil, err
	}
	re, err := compileFor(s, pattern, flags)
	if err != nil {
		return nil, err
	}
	skip := runeOffset(s, start-1)
	if skip < 0 {
		return &s, nil
	}
	dst := []byte(s[:skip])
	rest := s[skip:]
	last, count := 0, 0
	for _, m := range re.FindAllStringSubmatchIndex(rest, -1) {
		count++
		if nth > 0 && count != nth {
			continue
		}
		dst = append(dst, rest[last:m[0]]...)
		dst = replacement(dst, template, rest, m)
		last = m[1]
		if len(dst) > maxResultBytes {
			return nil, tooLarge()
		}
		if nth > 0 {
			break
		}
	}
	return result(string(append(dst, rest[last:]...)), nil)
}

func startAndN(start, n string, zero bool) (int, int, error) {
	a, err := strconv.Atoi(start)
	if err != nil || a < 1 {
		return 0, 0, pgerr.New(pgerrcode.InvalidParameterValue, "invalid value for parameter \"%s\": %s", "start", start)
	}
	k, err := strconv.Atoi(n)
	if err != nil || k < 0 || k == 0 && !zero {
		return 0, 0, pgerr.New(pgerrcode.InvalidParameterValue, "invalid value for parameter \"%s\": %s", "n", n)
	}
	return a, k, nil
}

// runeOffset is the byte offset of character n; -1 behind the end.
func runeOffset(s string, n int) int {
	i := 0
	for ; n > 0; n-- {
		if i >= len(s) {
			return -1
		}
		_, size := utf8.DecodeRuneInString(s[i:])
		i += size
	}
	return i
}

func regexpSplit(s, pattern, flags string) (string, error) {
	if strings.Contains(flags, "g") {
		return "", pgerr.New(pgerrcode.InvalidParameterValue, "regexp_split_to_table() does not support the \"global\" option")
	}
	re, err := compileFor(s, pattern, flags)
	if err != nil {
		return "", err
	}
	var out []*string
	last := 0
	for _, m := range re.FindAllStringIndex(s, -1) {
		if m[0] == m[1] && (m[0] == 0 && last == 0 || m[0] >= len(s)) { // an empty match at the ends splits nothing
			continue
		}
		if m[0] == m[1] && m[0] == last {
			continue
		}
		t := s[last:m[0]]
		out = append(out, &t)
		last = m[1]
	}
	t := s[last:]
	out = append(out, &t)
	return textListJSON(out), nil
}

func regexpLike(s, pattern, flags string) (string, error) {
	if strings.Contains(flags, "g") {
		return "", pgerr.New(pgerrcode.InvalidParameterValue, "regexp_like() does not support the \"global\" option")
	}
	re, err := compileFor(s, pattern, flags)
	if err != nil {
		return "", err
	}
	return boolText(re.MatchString(s)), nil
}

// regexpCount is (text, pattern, start, flags).
func regexpCount(args []*string) (*string, error) {
	start, _, err := startAndN(*args[2], "1", false)
	if err != nil {
		return nil, err
	}
	if strings.Contains(*args[3], "g") {
		return nil, pgerr.New(pgerrcode.InvalidParameterValue, "regexp_count() does not support the \"global\" option")
	}
	re, err := compileFor(*args[0], *args[1], *args[3])
	if err != nil {
		return nil, err
	}
	skip := runeOffset(*args[0], start-1)
	if skip < 0 {
		return result("0", nil)
	}
	return result(strconv.Itoa(len(re.FindAllStringIndex((*args[0])[skip:], -1))), nil)
}

// nth finds match n behind character start; a nil match is none.
func nth(args []*string, start, n int, flags string, group int) (s string, skip int, m []int, err error) {
	re, err := compileFor(*args[0], *args[1], flags)
	if err != nil {
		return "", 0, nil, err
	}
	skip = runeOffset(*args[0], start-1)
	if skip < 0 {
		return "", 0, nil, nil
	}
	s = (*args[0])[skip:]
	all := re.FindAllStringSubmatchIndex(s, n)
	if len(all) < n || 2*group >= len(all[n-1]) || all[n-1][2*group] < 0 {
		return s, skip, nil, nil
	}
	return s, skip, all[n-1], nil
}

// regexpInstr is (text, pattern, start, n, endoption, flags, subexpression).
func regexpInstr(args []*string) (*string, error) {
	start, n, err := startAndN(*args[2], *args[3], false)
	if err != nil {
		return nil, err
	}
	if *args[4] != "0" && *args[4] != "1" {
		return nil, pgerr.New(pgerrcode.InvalidParameterValue, "invalid value for parameter \"%s\": %s", "endoption", *args[4])
	}
	group, err := strconv.Atoi(*args[6])
	if err != nil || group < 0 {
		return nil, pgerr.New(pgerrcode.InvalidParameterValue, "invalid value for parameter \"%s\": %s", "subexpr", *args[6])
	}
	s, skip, m, err := nth(args, start, n, *args[5], group)
	if err != nil {
		return nil, err
	}
	if m == nil {
		return result("0", nil)
	}
	at := m[2*group]
	if *args[4] == "1" {
		at = m[2*group+1]
	}
	_ = skip
	return result(strconv.Itoa(utf8.RuneCountInString(s[:at])+start), nil)
}

// regexpSubstr is (text, pattern, start, n, flags, subexpression).
func regexpSubstr(args []*string) (*string, error) {
	start, n, err := startAndN(*args[2], *args[3], false)
	if err != nil {
		return nil, err
	}
	group, err := strconv.Atoi(*args[5])
	if err != nil || group < 0 {
		return nil, pgerr.New(pgerrcode.InvalidParameterValue, "invalid value for parameter \"%s\": %s", "subexpr", *args[5])
	}
	s, _, m, err := nth(args, start, n, *args[4], group)
	if err != nil || m == nil {
		return nil, err
	}
	return result(s[m[2*group]:m[2*group+1]], nil)
}

// substringRegex is substring(text from pattern): the first group, or the whole match when there are none.
func substringRegex(args []*string) (*string, error) {
	re, err := compileFor(*args[0], *args[1], "")
	if err != nil {
		return nil, err
	}
	m := re.FindStringSubmatchIndex(*args[0])
	if m == nil {
		return nil, nil
	}
	return groups(*args[0], m)[0], nil
}

// similarRegex turns the pattern of SIMILAR TO into a regular expression. Parts between escape and double quote become groups.
func similarRegex(p, escape string) (string, error) {
	esc := []rune(escape)
	if len(esc) > 1 {
		return "", pgerr.New(pgerrcode.InvalidEscapeSequence, "invalid escape string").WithHint("Escape string must be empty or one character.")
	}
	var b strings.Builder
	after, quotes := false, 0
	set := 0 // 1: behind "[", 2: inside
	for _, r := range p {
		switch {
		case after:
			if r == '"' && set == 0 {
				quotes++
				switch quotes {
				case 1:
					b.WriteString("){1,1}?(")
				case 2:
					b.WriteString("){1,1}(?:")
				default:
					return "", pgerr.New(pgerrcode.InvalidUseOfEscapeCharacter, "SQL regular expression may not contain more than two escape-double-quote separators")
				}
			} else if r < 0x80 && isWord(byte(r)) {
				b.WriteRune(r)
			} else {
				b.WriteByte('\\')
				b.WriteRune(r)
			}
			after = false
		case len(esc) == 1 && r == esc[0]:
			after = true
		case set > 0:
			if r == '\\' {
				b.WriteByte('\\')
			}
			b.WriteRune(r)
			if r == ']' && set == 2 {
				set = 0
			} else if r != '^' || set == 2 {
				set = 2
			}
		case r == '[':
			set = 1
			b.WriteRune(r)
		case r == '%':
			b.WriteString(".*")
		case r == '_':
			b.WriteByte('.')
		case r == '(':
			b.WriteString("(?:")
		case r == '\\' || r == '.' || r == '^' || r == '$':
			b.WriteByte('\\')
			b.WriteRune(r)
		default:
			b.WriteRune(r)
		}
	}
	return "^(?:" + strings.ReplaceAll(strings.ReplaceAll(b.String(), "{1,1}?", ""), "{1,1}", "") + ")$", nil
}

// similar is text SIMILAR TO pattern ESCAPE escape.
func similar(args []*string) (*string, error) {
	p, err := similarRegex(*args[1], *args[2])
	if err != nil {
		return nil, err
	}
	re, err := compileFor(*args[0], p, "")
	if err != nil {
		return nil, err
	}
	return result(boolText(re.MatchString(*args[0])), nil)
}

// similarPart is substring(text similar pattern escape escape).
func similarPart(args []*string) (*string, error) {
	p, err := similarRegex(*args[1], *args[2])
	if err != nil {
		return nil, err
	}
	// the first part matches as little as it can
	if first, rest, ok := strings.Cut(p, ")("); ok {
		p = strings.ReplaceAll(first, ".*", ".*?") + ")(" + rest
	}
	re, err := compileFor(*args[0], p, "")
	if err != nil {
		return nil, err
	}
	m := re.FindStringSubmatchIndex(*args[0])
	if m == nil {
		return nil, nil
	}
	return groups(*args[0], m)[0], nil
}
