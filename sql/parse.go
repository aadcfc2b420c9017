package sql

import (
	"errors"
	"strings"
	"unicode/utf8"

	"github.com/jackc/pgerrcode"
	pg_query "github.com/pganalyze/pg_query_go/v6"
	"github.com/pganalyze/pg_query_go/v6/parser"

	"github.com/miniodb/miniodb/internal/pgerr"
)

const (
	// MaxTextBytes is the longest text that Parse takes: large INSERTs of constants are why it is so long.
	MaxTextBytes = 64 << 20
	// MaxStatementBytes is the longest single statement that is not an INSERT of constants.
	MaxStatementBytes = 16 << 20
	// MaxStatements is how many statements one text may have.
	MaxStatements = 100_000
)

// Parse splits text into statements, parses and classifies them. Empty statements are dropped. Errors are *pgerr.Error with a position in
// text: 42601 for syntax, 0A000 for what is not supported, 42501 for what may never run here, 54000 and 54001 for too long and too
// deep, 22021 for bytes that are not UTF-8. An error in one statement fails the whole text.
func Parse(text string) ([]*Statement, error) { return ParseDialect(text, nil) }

// ParseDialect is Parse for a client that may use DuckDB's dialect: where PostgreSQL's grammar refuses what begins like a query, it asks whether DuckDB takes
// the text as one. Where it does not, the error is PostgreSQL's.
func ParseDialect(text string, takes func(text string) bool) ([]*Statement, error) {
	if len(text) > MaxTextBytes {
		return nil, pgerr.New(pgerrcode.ProgramLimitExceeded, "query text of %d bytes is too long", len(text)).
			WithHint("At most %d bytes are taken; load data with COPY.", MaxTextBytes)
	}
	if err := checkEncoding(text); err != nil {
		return nil, err
	}
	var out []*Statement
	l := &lexer{text: text, dialect: takes}
	chars := charCounter{text: text}
	for {
		if !l.skip() {
			if l.deep {
				return nil, errTooDeep().WithPosition(chars.at(l.pos) + 1)
			}
			// The grammar words the unterminated comment.
			_, err := parseGrammar(text[l.pos:])
			return nil, shift(err, chars.at(l.pos))
		}
		if l.pos >= len(text) {
			return out, nil
		}
		if text[l.pos] == ';' {
			l.pos++
			continue
		}
		start := l.pos
		s, err := l.statement()
		if err != nil {
			return nil, shift(err, chars.at(start))
		}
		s.setOffset(chars.at(start))
		if len(out) == MaxStatements {
			return nil, pgerr.New(pgerrcode.ProgramLimitExceeded, "a text of more than %d statements is too long", MaxStatements)
		}
		out = append(out, s)
	}
}

// statement parses the statement at the lexer's position, which is at a token, and passes its semicolon. Positions in errors count from
// the statement's beginning.
func (l *lexer) statement() (*Statement, error) {
	start := l.pos
	if ins, params, end, next, ok := scanInsert(l.text, start); ok {
		if l.pos = next; next < len(l.text) {
			l.pos++
		}
		return &Statement{Text: l.text[start:end], Command: ins, Tag: "INSERT 0", Params: params}, nil
	}
	p, err := l.piece()
	if err == nil && p.end-p.start > MaxStatementBytes {
		err = pgerr.New(pgerrcode.ProgramLimitExceeded, "statement of %d bytes is too long", p.end-p.start).
			WithHint("At most %d bytes are taken; load data with COPY.", MaxStatementBytes)
	}
	if err == nil {
		err = l.gate(p)
	}
	if err != nil {
		return nil, toChars(err, l.text[start:], start)
	}
	text := l.text[p.start:p.end]
	l.pos = p.end
	if l.skip() && l.pos < len(l.text) && l.text[l.pos] == ';' {
		l.pos++
	}
	node, err := parseGrammar(text)
	if err != nil {
		if err = refuseWithin(text, err); l.takesDialect(p, text, err) {
			return dialectStatement(text, p.params, err), nil
		}
		return nil, err
	}
	if l.dialect != nil && dialectHints(text) {
		if err := dialectOnly(node); err != nil && l.takesDialect(p, text, err) {
			return dialectStatement(text, p.params, err), nil
		}
	}
	s := &Statement{Text: text, Params: p.params}
	c := classifier{text: text, walk: p.walk}
	if err := c.statement(s, node); err != nil {
		if c.unknown {
			return &Statement{Text: text, Params: p.params, Tag: s.Tag, Command: &Unresolved{walk: p.walk, err: err}}, nil
		}
		return nil, err
	}
	return s, nil
}

// Unresolved is a statement that names a type which is not built in: whether there is one is known when the statements before it have run.
type Unresolved struct {
	walk bool
	err  error
}

func (*Unresolved) command() {}

// Resolve classifies a statement that is Unresolved with the types that a resolver knows, and returns others as they are. mayUse is that of Env.
func (s *Statement) Resolve(r Resolver, mayUse func(schema string) error) (*Statement, error) {
	u, ok := s.Command.(*Unresolved)
	if !ok {
		return s, nil
	}
	node, err := parseGrammar(s.Text)
	if err != nil {
		return nil, err
	}
	out := &Statement{Text: s.Text, Params: s.Params}
	c := classifier{text: s.Text, walk: u.walk, types: lookupIn(r, mayUse)}
	if err := c.statement(out, node); err != nil {
		return nil, err
	}
	out.setOffset(s.Offset)
	return out, nil
}

// parseGrammar parses one statement with PostgreSQL's grammar. Positions in errors are characters of text.
func parseGrammar(text string) (*pg_query.Node, error) {
	masked := maskComments(text)
	tree, err := pg_query.Parse(masked)
	if err != nil {
		return nil, grammarError(err, text, masked)
	}
	if len(tree.Stmts) != 1 {
		return nil, pgerr.New(pgerrcode.SyntaxError, "cannot find the end of the statement")
	}
	return tree.Stmts[0].Stmt, nil
}

// grammarError gives an error of the parser its SQLSTATE; the parser passes words and position on, but no code.
func grammarError(err error, text, masked string) error {
	var e *parser.Error
	if !errors.As(err, &e) {
		return errTooDeep().WithCause(err) // protobuf's bound on recursion
	}
	code := pgerrcode.SyntaxError
	switch {
	case strings.HasPrefix(e.Message, "role name ") && strings.HasSuffix(e.Message, " is reserved"),
		strings.HasSuffix(e.Message, " cannot be used as a role name here"):
		code = pgerrcode.ReservedName
	case strings.HasPrefix(e.Message, "memory exhausted"):
		return errTooDeep()
	case strings.Contains(e.Message, "stack depth limit"):
		return errTooDeep()
	case strings.HasPrefix(e.Message, "LIMIT #,#"):
	case strings.Contains(e.Message, "not supported"), strings.Contains(e.Message, "not yet implemented"),
		strings.Contains(e.Message, "not implemented"), strings.Contains(e.Message, "cannot be marked"),
		strings.Contains(e.Message, "cannot be changed"), strings.HasSuffix(e.Message, "is no longer supported"):
		code = pgerrcode.FeatureNotSupported
	case strings.HasPrefix(e.Message, "invalid byte sequence"):
		code = pgerrcode.CharacterNotInRepertoire
	case strings.HasPrefix(e.Message, "unsafe use of"):
		code = pgerrcode.NonstandardUseOfEscapeCharacter
	}
	pos := max(e.Cursorpos, 0)
	if pos > 0 && masked != text {
		pos = position(text, byteOffset(masked, pos-1))
	}
	return pgerr.New(code, "%s", withoutSecret(e.Message, text)).WithPosition(pos)
}

// checkEncoding refuses what is not UTF-8, and NUL, at which C would end the text.
func checkEncoding(text string) error {
	if strings.IndexByte(text, 0) >= 0 {
		return pgerr.New(pgerrcode.CharacterNotInRepertoire, "invalid byte sequence for encoding \"UTF8\": 0x00")
	}
	if utf8.ValidString(text) {
		return nil
	}
	for i := 0; i < len(text); {
		r, n := utf8.DecodeRuneInString(text[i:])
		if r == utf8.RuneError && n == 1 {
			return pgerr.New(pgerrcode.CharacterNotInRepertoire, "invalid byte sequence for encoding \"UTF8\": %s", badBytes(text[i:]))
		}
		i += n
	}
	return nil
}

// badBytes prints as many bytes as the first one claims to lead, as PostgreSQL does.
func badBytes(s string) string {
	n := 1
	switch c := s[0]; {
	case c >= 0xf0 && c < 0xf8:
		n = 4
	case c >= 0xe0 && c < 0xf0:
		n = 3
	case c >= 0xc0 && c < 0xe0:
		n = 2
	}
	const hex = "0123456789abcdef"
	var b strings.Builder
	for i := 0; i < min(n, len(s)); i++ {
		if i > 0 {
			b.WriteByte(' ')
		}
		b.WriteString("0x")
		b.WriteByte(hex[s[i]>>4])
		b.WriteByte(hex[s[i]&15])
	}
	return b.String()
}

// charCounter turns ascending byte offsets into characters, each byte looked at once.
type charCounter struct {
	text        string
	byte, chars int
}

func (c *charCounter) at(pos int) int {
	if pos > c.byte {
		c.chars += utf8.RuneCountInString(c.text[c.byte:pos])
		c.byte = pos
	}
	return c.chars
}

// shift moves the position of an error by so many characters.
func shift(err error, chars int) error {
	var e *pgerr.Error
	if errors.As(err, &e) && e.Position > 0 {
		moved := *e
		moved.Position += chars
		return &moved
	}
	return err
}

// toChars turns a position that is a byte of the whole text, from 1, into characters of this statement, from 1.
func toChars(err error, statement string, start int) error {
	var e *pgerr.Error
	if errors.As(err, &e) && e.Position > 0 {
		e.Position = position(statement, e.Position-1-start)
	}
	return err
}

// byteOffset is where so many characters of text end.
func byteOffset(text string, chars int) int {
	for i := range text {
		if chars == 0 {
			return i
		}
		chars--
	}
	return len(text)
}

// position is the 1-based character position of byte offset loc of text.
func position(text string, loc int) int {
	if loc < 0 || loc > len(text) {
		return 0
	}
	return utf8.RuneCountInString(text[:loc]) + 1
}
