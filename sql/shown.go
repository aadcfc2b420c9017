package sql

import "strings"

// Shown is the statement's text for others to see: pg_stat_activity, logs. String constants of statements about roles are masked, since one may be a password.
func (s *Statement) Shown() string {
	switch s.Command.(type) {
	case *CreateRole, *AlterRole:
		return maskStrings(s.Text)
	}
	return s.Text
}

func maskStrings(text string) string {
	var b strings.Builder
	l := &lexer{text: text}
	last := 0
	for {
		switch t := l.next(); t.kind {
		case tokEOF:
			b.WriteString(text[last:])
			return b.String()
		case tokBad:
			return b.String() // the rest is of unknown form
		case tokString, tokEscaped:
			b.WriteString(text[last:t.start])
			b.WriteString("'********'")
			last = t.end
		}
	}
}

// withoutSecret masks the constant that a syntax error points at when the statement speaks of a password.
func withoutSecret(message, text string) string {
	before, near, ok := strings.Cut(message, ` at or near "`)
	if !ok || !strings.ContainsAny(near, `'$`) || !strings.Contains(strings.ToLower(text), "password") {
		return message
	}
	return before + ` at or near "'********'"`
}
