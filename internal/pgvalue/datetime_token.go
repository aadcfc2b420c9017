package pgvalue

// tokenKind is what a piece of a date, time or interval looks like before its meaning is known.
type tokenKind uint8

const (
	tokenNumber  tokenKind = iota // 12, 12.5
	tokenString                   // letters
	tokenDate                     // 1-2-2003, 8-Jan-99, America/New_York
	tokenTime                     // 04:05:06.789
	tokenZone                     // a sign and digits
	tokenSpecial                  // a sign and letters: +infinity
)

type token struct {
	kind tokenKind
	text string // lower case
}

// Limits on what is looked at: PostgreSQL's MAXDATEFIELDS and MAXDATELEN.
const (
	maxTokens        = 25
	maxDateTimeBytes = 128
)

func isAlpha(c byte) bool { c |= 0x20; return c >= 'a' && c <= 'z' }

func isPunct(c byte) bool { return c > ' ' && c < 0x7f && !isAlpha(c) && !isDigit(c) }

// tokenise cuts a date, time or interval into pieces by the rules of "Date/Time Input Interpretation". ok is false for what no format has.
func tokenise(input []byte) (tokens []token, ok bool) {
	if len(input) > maxDateTimeBytes {
		return nil, false
	}
	lower := make([]byte, len(input))
	for i, c := range input {
		if c >= 'A' && c <= 'Z' {
			c |= 0x20
		}
		lower[i] = c
	}
	s := string(lower)
	at := func(i int) byte {
		if i < len(s) {
			return s[i]
		}
		return 0
	}
	digits := func(i int) int {
		for isDigit(at(i)) {
			i++
		}
		return i
	}
	for i := 0; i < len(s); {
		c := s[i]
		start, kind := i, tokenNumber
		switch {
		case isSpace(c):
			i++
			continue
		case isDigit(c):
			i = digits(i)
			switch sep := at(i); {
			case sep == ':':
				kind = tokenTime
				for isDigit(at(i)) || at(i) == ':' || at(i) == '.' {
					i++
				}
			case sep == '-' || sep == '/' || sep == '.':
				i++
				if isDigit(at(i)) {
					if kind = tokenDate; sep == '.' {
						kind = tokenNumber
					}
					i = digits(i)
					if at(i) == sep {
						kind = tokenDate
						for isDigit(at(i)) || at(i) == sep {
							i++
						}
					}
				} else {
					kind = tokenDate
					for isDigit(at(i)) || isAlpha(at(i)) || at(i) == sep {
						i++
					}
				}
			}
		case c == '.':
			i = digits(i + 1)
		case isAlpha(c):
			kind = tokenString
			for isAlpha(at(i)) {
				i++
			}
			dated := at(i) == '-' || at(i) == '/' || at(i) == '.'
			if at(i) == '+' || isDigit(at(i)) {
				dated = lookWord(dateWords, s[start:i]).kind == wordUnknown
			}
			if dated {
				kind = tokenDate
				for c := at(i); isDigit(c) || isAlpha(c) || c == '+' || c == '-' || c == '/' || c == '_' || c == '.' || c == ':'; c = at(i) {
					i++
				}
			}
		case c == '+' || c == '-':
			i++
			for isSpace(at(i)) {
				i++
			}
			body := i
			switch {
			case isDigit(at(i)) || at(i) == '.':
				kind = tokenZone
				for isDigit(at(i)) || at(i) == ':' || at(i) == '.' || at(i) == '-' {
					i++
				}
			case isAlpha(at(i)):
				kind = tokenSpecial
				for isAlpha(at(i)) {
					i++
				}
			default:
				return nil, false
			}
			if len(tokens) == maxTokens {
				return nil, false
			}
			tokens = append(tokens, token{kind, string(c) + s[body:i]})
			continue
		case isPunct(c): // commas and such separate
			i++
			continue
		default:
			return nil, false
		}
		if len(tokens) == maxTokens {
			return nil, false
		}
		tokens = append(tokens, token{kind, s[start:i]})
	}
	return tokens, true
}
