package sql

import "strings"

// tokenKind is what lexer.next found.
type tokenKind uint8

const (
	tokEOF     tokenKind = iota
	tokWord              // unquoted identifier or keyword
	tokQuoted            // "identifier"
	tokNumber            // digits, point, exponent and whatever letters follow without a gap
	tokString            // '...' without escapes but ''
	tokEscaped           // E'', B'', X'', N'', U&'', U&"" and $$ strings: what the lexer only skips
	tokParam             // $1
	tokOp                // any other single character
	tokBad               // an unterminated string, identifier or comment, up to the end
)

// token is a piece of the text: text[start:end].
type token struct {
	kind       tokenKind
	op         byte // of tokOp
	start, end int
}

// lexer cuts text into tokens with the boundaries of PostgreSQL's scan.l (standard_conforming_strings on). Operators come out character
// by character, which is enough for finding the ends of statements. It checks nothing that the grammar checks.
type lexer struct {
	text string
	pos  int
	mask []byte // where not nil: a copy of text in which comments are made harmless, see maskComments
	deep bool   // a comment nests deeper than maxComments; the rest of the text was passed over
	// dialect tells whether DuckDB takes a statement for a query; nil: its dialect is not asked for.
	dialect func(text string) bool
}

// maxComments bounds nested comments: PostgreSQL's scanner looks at the rest of a run of them once for each, which is 16 s for 50,000.
const maxComments = 32

func wordStart(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '_' || c >= 0x80
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

func wordPart(c byte) bool { return wordStart(c) || isDigit(c) || c == '$' }

func isSpace(c byte) bool {
	return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f' || c == '\v'
}

// skip passes white space and comments; false means an unterminated comment, where pos stays.
func (l *lexer) skip() bool {
	for l.pos < len(l.text) {
		c := l.text[l.pos]
		switch {
		case isSpace(c):
			l.pos++
		case c == '-' && strings.HasPrefix(l.text[l.pos:], "--"):
			end := strings.IndexAny(l.text[l.pos:], "\n\r")
			if end < 0 {
				l.pos = len(l.text)
				return true
			}
			l.pos += end
		case c == '/' && strings.HasPrefix(l.text[l.pos:], "/*"):
			end, deep := commentEnd(l.text, l.pos)
			if deep {
				l.deep = true
				return false
			}
			if end < 0 {
				return false
			}
			if l.mask != nil {
				maskComment(l.mask[l.pos:end])
			}
			l.pos = end
		default:
			return true
		}
	}
	return true
}

// commentEnd returns where the comment that begins at pos ends, nested ones inside it; -1 if it does not. deep: it nests too deep.
func commentEnd(text string, pos int) (end int, deep bool) {
	depth := 0
	for pos < len(text)-1 {
		switch {
		case text[pos] == '/' && text[pos+1] == '*':
			if depth++; depth > maxComments {
				return -1, true
			}
			pos += 2
		case text[pos] == '*' && text[pos+1] == '/':
			depth--
			pos += 2
			if depth == 0 {
				return pos, false
			}
		default:
			pos++
		}
	}
	return -1, false
}

// maskComments overwrites what stands in block comments by spaces, byte for byte. PostgreSQL's scanner takes comments without a space between
// them (/**//**/) for one long operator first, and looks at all of it again for each: half a megabyte of them takes a minute.
func maskComments(text string) string {
	if !strings.Contains(text, "/*") {
		return text
	}
	l := &lexer{text: text, mask: []byte(text)}
	for {
		if t := l.next(); t.kind == tokEOF || t.kind == tokBad {
			return string(l.mask)
		}
	}
}

// maskComment keeps the comment's frame, since white space in its place could join two strings into one. The frame of an empty one goes too.
func maskComment(c []byte) {
	from, to := 2, len(c)-2
	if from == to {
		from, to = 0, len(c)
	}
	for i := from; i < to; i++ {
		c[i] = ' '
	}
}

func (l *lexer) next() token {
	if !l.skip() {
		return l.take(tokBad, len(l.text))
	}
	if l.pos >= len(l.text) {
		return token{kind: tokEOF, start: l.pos, end: l.pos}
	}
	text, at := l.text, l.pos
	c := text[at]
	peek := byte(0)
	if at+1 < len(text) {
		peek = text[at+1]
	}
	switch {
	case wordStart(c):
		if peek == '\'' {
			switch c {
			case 'e', 'E':
				return l.quoted(tokEscaped, at+1, true)
			case 'b', 'B', 'x', 'X', 'n', 'N':
				return l.quoted(tokEscaped, at+1, false)
			}
		}
		if (c == 'u' || c == 'U') && peek == '&' && at+2 < len(text) && (text[at+2] == '\'' || text[at+2] == '"') {
			return l.quoted(tokEscaped, at+2, false)
		}
		return l.take(tokWord, wordEnd(text, at))
	case c == '"':
		return l.quoted(tokQuoted, at, false)
	case c == '\'':
		return l.quoted(tokString, at, false)
	case isDigit(c) || c == '.' && isDigit(peek):
		return l.take(tokNumber, numberEnd(text, at))
	case c == '$' && isDigit(peek):
		end := at + 1
		for end < len(text) && isDigit(text[end]) {
			end++
		}
		return l.take(tokParam, end)
	case c == '$' && (peek == '$' || wordStart(peek)):
		return l.dollar()
	}
	t := l.take(tokOp, at+1)
	t.op = c
	return t
}

func (l *lexer) take(kind tokenKind, end int) token {
	t := token{kind: kind, start: l.pos, end: end}
	l.pos = end
	return t
}

func wordEnd(text string, at int) int {
	for at < len(text) && wordPart(text[at]) {
		at++
	}
	return at
}

// numberEnd takes an exponent's sign along. Two points (1..2) end the number before them, as in scan.l.
func numberEnd(text string, at int) int {
	point := false
	for at < len(text) {
		c := text[at]
		switch {
		case c == '.':
			if point || at+1 < len(text) && text[at+1] == '.' {
				return at
			}
			point = true
		case (c == '+' || c == '-') && (text[at-1] == 'e' || text[at-1] == 'E'):
			if at+1 >= len(text) || !isDigit(text[at+1]) {
				return at
			}
		case !wordPart(c) || c == '$':
			return at
		}
		at++
	}
	return at
}

// quoted takes a string or quoted identifier whose opening quote is at open.
func (l *lexer) quoted(kind tokenKind, open int, backslash bool) token {
	quote := l.text[open]
	for i := open + 1; i < len(l.text); i++ {
		if !backslash {
			skip := strings.IndexByte(l.text[i:], quote)
			if skip < 0 {
				break
			}
			i += skip
		}
		switch c := l.text[i]; {
		case c == '\\' && backslash:
			i++
		case c != quote:
		case i+1 < len(l.text) && l.text[i+1] == quote:
			i++
		default:
			return l.take(kind, i+1)
		}
	}
	return l.take(tokBad, len(l.text))
}

func (l *lexer) dollar() token {
	end := l.pos + 1
	for end < len(l.text) && wordPart(l.text[end]) && l.text[end] != '$' {
		end++
	}
	if end >= len(l.text) || l.text[end] != '$' {
		t := l.take(tokOp, l.pos+1)
		t.op = '$'
		return t
	}
	tag := l.text[l.pos : end+1]
	close := strings.Index(l.text[end+1:], tag)
	if close < 0 {
		return l.take(tokBad, len(l.text))
	}
	return l.take(tokEscaped, end+1+close+len(tag))
}

// word returns the token as a keyword would be compared: in lower case; "" for anything but an unquoted word.
func (l *lexer) word(t token) string {
	if t.kind != tokWord {
		return ""
	}
	return foldASCII(l.text[t.start:t.end])
}

// foldASCII folds as PostgreSQL folds identifiers in UTF-8: ASCII letters only. It returns s itself where nothing changes.
func foldASCII(s string) string {
	for i := 0; i < len(s); i++ {
		if s[i] >= 'A' && s[i] <= 'Z' {
			b := []byte(s)
			for ; i < len(b); i++ {
				if b[i] >= 'A' && b[i] <= 'Z' {
					b[i] += 'a' - 'A'
				}
			}
			return string(b)
		}
	}
	return s
}
