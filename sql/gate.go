package sql

import (
	"errors"
	"strings"

	"github.com/jackc/pgerrcode"

	"github.com/miniodb/miniodb/internal/pgerr"
)

// The gate refuses by keyword, before any grammar, the statements with which DuckDB would reach files, extensions, other databases or its own
// configuration. It is the first wall: DuckDB's lock-down stands behind it, and nothing that pg_query does not parse gets to DuckDB anyway.

// gate looks at the first words of a statement.
func (l *lexer) gate(p piece) error {
	words := make([]string, headTokens)
	for i, t := range p.head {
		words[i] = l.word(t)
	}
	what := ""
	switch words[0] {
	case "attach", "detach", "install", "load", "pragma", "use":
		what = strings.ToUpper(words[0])
	case "export":
		what = "EXPORT DATABASE"
	case "import":
		if words[1] != "foreign" {
			what = "IMPORT DATABASE"
		}
	case "force":
		what = "FORCE " + strings.ToUpper(words[1])
	case "update":
		if words[1] == "extensions" && (len(p.head) == 2 || words[2] == "" && p.head[2].kind == tokOp && p.head[2].op == '(') {
			what = "UPDATE EXTENSIONS"
		}
	case "checkpoint":
		if len(p.head) > 1 {
			what = "CHECKPOINT of a database"
		}
	case "copy":
		if words[1] == "from" && words[2] == "database" {
			what = "COPY FROM DATABASE"
		}
	case "set", "reset":
		if words[1] == "global" || words[1] == "variable" {
			what = strings.ToUpper(words[0] + " " + words[1])
		}
	case "create", "drop", "alter":
		for _, w := range words[1:4] {
			if w == "secret" {
				what = strings.ToUpper(words[0]) + " SECRET"
			}
			if w != "or" && w != "replace" && w != "persistent" && w != "temporary" && w != "temp" { // the name of something else
				break
			}
		}
	}
	if what == "" {
		return nil
	}
	return refused(what).WithPosition(p.start + 1)
}

func refused(what string) *pgerr.Error {
	return pgerr.New(pgerrcode.InsufficientPrivilege, "permission denied: %s is not allowed", what)
}

// nestedWords begin statements that the gate refuses when they stand inside another one: PREPARE p AS ATTACH ... To the grammar
// that is a syntax error; the answer should be the same as for the statement alone.
var nestedWords = map[string]bool{
	"attach": true, "detach": true, "install": true, "load": true, "pragma": true, "use": true, "export": true, "import": true,
	"force": true, "copy": true, "set": true, "checkpoint": true,
}

// refuseWithin turns a syntax error at such a word into 42501, and one at a file name where a table is wanted: FROM 'file' is DuckDB's
// way to read files.
func refuseWithin(text string, err error) error {
	var e *pgerr.Error
	if !errors.As(err, &e) || e.Code != pgerrcode.SyntaxError || e.Position == 0 {
		return err
	}
	l := &lexer{text: text}
	before, first := "", ""
	for chars := (charCounter{text: text}); ; {
		t := l.next()
		if t.kind == tokEOF || t.kind == tokBad {
			return err
		}
		w := l.word(t)
		if chars.at(t.start)+1 < e.Position {
			if before = w; w == "" {
				before = text[t.start:t.end]
			}
			if first == "" {
				first = w
			}
			continue
		}
		if t.kind == tokString && (before == "from" || before == "join" || before == "table") {
			return pgerr.New(pgerrcode.InsufficientPrivilege, "permission denied: files cannot be read by name").WithPosition(e.Position).
				WithHint("Load the file with COPY ... FROM STDIN, psql's \\copy or miniodb import.")
		}
		if !nestedWords[w] {
			return err
		}
		common := w == "copy" || w == "set" || w == "use" || w == "load"
		switch before {
		case "as", "for", "(", "explain", "analyze", "verbose":
		case ")":
			if common && first != "explain" {
				return err
			}
		default:
			if first != "insert" || common {
				return err
			}
		}
		return refused(strings.ToUpper(w)).WithPosition(e.Position)
	}
}
