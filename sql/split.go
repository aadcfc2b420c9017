package sql

import (
	"strconv"

	"github.com/jackc/pgerrcode"

	"github.com/miniodb/miniodb/internal/pgerr"
)

// maxDepth bounds the nesting of parentheses, CASE and operators in one statement. DuckDB's own bound on expressions is 1000; the
// parser below recurses in C and in protobuf, and both were measured to stand twice as much in every construct.
const maxDepth = 1000

// maxTokens bounds what one statement costs in the grammar: a list of a million constants takes some 500 MB there for a moment.
const maxTokens = 500_000

// maxOperatorBytes bounds a run of operator characters: PostgreSQL's scanner looks at all the rest of it for each plus and minus.
const maxOperatorBytes = 128

// maxParams is what the wire protocol can number.
const maxParams = 65535

// piece is one statement found in a text, not yet parsed. Empty when start == end.
type piece struct {
	start, end int     // bytes, without surrounding space, comments and the semicolon
	head       []token // the first tokens, for the keyword gate
	params     int     // highest $n
	walk       bool    // has a word that a plain query must not have: look at the whole tree
}

// nesting is what is open while a piece is scanned.
type nesting struct {
	open  byte // '(' or '[', 'C' for CASE, 0 at the bottom
	chain int  // operators since the last separator: left-deep trees
	joins int  // joins and set operations
}

// chainWords nest an expression as operators do; joinWords a FROM clause or a query.
var (
	chainWords = map[string]bool{
		"not": true, "is": true, "isnull": true, "notnull": true, "collate": true, "at": true, "like": true, "ilike": true,
		"similar": true, "between": true, "in": true, "operator": true, "any": true, "some": true, "all": true, "escape": true,
	}
	joinWords  = map[string]bool{"union": true, "intersect": true, "except": true, "join": true}
	breakWords = map[string]bool{"and": true, "or": true, "when": true, "then": true, "else": true}
	walkWords  = map[string]bool{
		"insert": true, "update": true, "delete": true, "merge": true, "into": true, "share": true,
	}
)

const headTokens = 8

// piece takes the text up to the next semicolon outside parentheses, or to the end. Positions in errors are bytes of the whole text, from 1.
func (l *lexer) piece() (piece, error) {
	p := piece{start: -1}
	levels := []nesting{{}}
	total := 0
	lastOp, run := -1, 0
	for tokens := 0; ; tokens++ {
		t := l.next()
		if tokens > maxTokens {
			return p, pgerr.New(pgerrcode.ProgramLimitExceeded, "statement of more than %d tokens is too long", maxTokens).
				WithHint("Load data with COPY, or with an INSERT of constants.").WithPosition(t.start + 1)
		}
		if l.deep {
			return p, errTooDeep().WithPosition(t.start + 1)
		}
		if t.kind == tokEOF || t.kind == tokOp && t.op == ';' && len(levels) == 1 {
			if p.start < 0 {
				p.start, p.end = t.start, t.start
			}
			return p, nil
		}
		if p.start < 0 {
			p.start = t.start
		}
		p.end = t.end
		if len(p.head) < headTokens {
			p.head = append(p.head, t)
		}
		top := &levels[len(levels)-1]
		switch t.kind {
		case tokParam:
			n, err := strconv.Atoi(l.text[t.start+1 : t.end])
			if err != nil || n < 1 || n > maxParams {
				return p, pgerr.New(pgerrcode.UndefinedParameter, "there is no parameter %s", clip(l.text[t.start:t.end])).WithPosition(t.start + 1)
			}
			p.params = max(p.params, n)
		case tokWord:
			if t.end-t.start > 9 {
				continue
			}
			switch w := l.word(t); {
			case breakWords[w]:
				total -= top.chain
				top.chain = 0
			case chainWords[w]:
				top.chain++
				total++
			case joinWords[w]:
				top.joins++
				total++
			case walkWords[w]:
				p.walk = true
			case w == "case":
				levels = append(levels, nesting{open: 'C'})
				total++
			case w == "end" && top.open == 'C':
				total -= 1 + top.chain + top.joins
				levels = levels[:len(levels)-1]
			}
		case tokOp:
			switch t.op {
			case '(', '[':
				levels = append(levels, nesting{open: t.op})
				total++
			case ')', ']':
				// A CASE without END is a syntax error that the grammar will report.
				for len(levels) > 1 {
					top = &levels[len(levels)-1]
					levels = levels[:len(levels)-1]
					total -= 1 + top.chain + top.joins
					if top.open != 'C' {
						break
					}
				}
			case ',':
				total -= top.chain
				top.chain = 0
			case '.', ';':
			default:
				if lastOp != t.start {
					top.chain++
					total++
					run = 0
				}
				if run++; run > maxOperatorBytes {
					return p, pgerr.New(pgerrcode.SyntaxError, "operator too long").WithPosition(t.start + 2 - run)
				}
				lastOp = t.end
			}
		}
		if total > maxDepth {
			return p, errTooDeep().WithPosition(t.start + 1)
		}
	}
}

func errTooDeep() *pgerr.Error {
	return pgerr.New(pgerrcode.StatementTooComplex, "stack depth limit exceeded").
		WithHint("Expressions, joins and subqueries of one statement nest at most %d deep.", maxDepth)
}

// clip shortens user text for an error message.
func clip(s string) string {
	if len(s) > 64 {
		return s[:64] + "..."
	}
	return s
}
