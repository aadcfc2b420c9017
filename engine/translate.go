package engine

import (
	"regexp"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/jackc/pgerrcode"

	"github.com/miniodb/miniodb/internal/pgerr"
)

// maxMessageBytes limits a message, which may quote a value of any size.
const maxMessageBytes = 8 << 10

// kinds maps DuckDB's exception types to the SQLSTATE of those errors that no rule knows.
var kinds = map[string]string{
	"Parser":                 pgerrcode.SyntaxError,
	"Syntax":                 pgerrcode.SyntaxError,
	"Binder":                 pgerrcode.SyntaxErrorOrAccessRuleViolation,
	"Planner":                pgerrcode.SyntaxErrorOrAccessRuleViolation,
	"Expression":             pgerrcode.DataException,
	"Catalog":                pgerrcode.UndefinedObject,
	"Conversion":             pgerrcode.InvalidTextRepresentation,
	"Decimal":                pgerrcode.NumericValueOutOfRange,
	"Out of Range":           pgerrcode.NumericValueOutOfRange,
	"Divide by Zero":         pgerrcode.DivisionByZero,
	"Invalid Input":          pgerrcode.InvalidParameterValue,
	"Invalid Configuration":  pgerrcode.InvalidParameterValue,
	"Settings":               pgerrcode.InvalidParameterValue,
	"Mismatch Type":          pgerrcode.DatatypeMismatch,
	"Invalid type":           pgerrcode.DatatypeMismatch,
	"Unknown Type":           pgerrcode.UndefinedObject,
	"Object Size":            pgerrcode.ProgramLimitExceeded,
	"Constraint":             pgerrcode.IntegrityConstraintViolation,
	"TransactionContext":     pgerrcode.InvalidTransactionState,
	"Not implemented":        pgerrcode.FeatureNotSupported,
	"Missing Extension":      pgerrcode.FeatureNotSupported,
	"Extension Autoloading":  pgerrcode.FeatureNotSupported,
	"Permission":             pgerrcode.InsufficientPrivilege,
	"Parameter Not Resolved": pgerrcode.IndeterminateDatatype,
	"Parameter Not Allowed":  pgerrcode.UndefinedParameter,
	"Dependency":             pgerrcode.DependentObjectsStillExist,
	"Sequence":               pgerrcode.SequenceGeneratorLimitExceeded,
	"IO":                     pgerrcode.IOError,
	"HTTP":                   pgerrcode.IOError,
	"Out of Memory":          pgerrcode.OutOfMemory,
	"INTERRUPT":              pgerrcode.QueryCanceled,
}

// translate makes PostgreSQL's error of DuckDB's. Rules that know the message give PostgreSQL's wording; of any other, the
// client sees the first line with the SQLSTATE of its kind.
func translate(e duckError) *pgerr.Error {
	if err := raised(e.Message); err != nil {
		return err
	}
	switch e.Kind {
	case "INTERRUPT":
		return pgerr.New(pgerrcode.QueryCanceled, "canceling statement due to user request")
	case "Out of Memory":
		return memoryError(e)
	case "IO", "HTTP":
		return ioError(e)
	case "TransactionContext":
		if strings.Contains(strings.ToLower(e.Message), "conflict") {
			return pgerr.New(pgerrcode.SerializationFailure, "could not serialize access due to concurrent update")
		}
	case "Catalog":
		if err := catalogError(e); err != nil {
			return bounded(err)
		}
	}
	if e.Subtype == "NO_MATCHING_FUNCTION" || e.Call != "" {
		return bounded(noFunction(e.Call))
	}
	for _, rules := range ruleSets {
		for _, r := range rules {
			if m := r.pattern.FindStringSubmatch(e.Message); m != nil {
				return bounded(r.make(&e, m))
			}
		}
	}
	code, ok := kinds[e.Kind]
	if !ok {
		return bounded(pgerr.New(pgerrcode.InternalError, "internal error in the query engine").WithDetail("%s", firstLine(e.Message)))
	}
	return bounded(pgerr.New(code, "%s", plain(e.Message)))
}

// rule recognises a message of DuckDB.
type rule struct {
	pattern *regexp.Regexp
	make    func(e *duckError, m []string) *pgerr.Error
}

var ruleSets = [][]rule{valueRules, nameRules, clauseRules, otherRules}

// on is a rule that fills the groups of pattern into message: {1}, {2} and so on.
func on(pattern, code, message string) rule {
	return rule{regexp.MustCompile(pattern), func(_ *duckError, m []string) *pgerr.Error {
		return pgerr.New(code, "%s", fillIn(message, m))
	}}
}

// onFunc is a rule with its own idea of the error.
func onFunc(pattern string, make func(e *duckError, m []string) *pgerr.Error) rule {
	return rule{regexp.MustCompile(pattern), make}
}

func fillIn(message string, m []string) string {
	pairs := make([]string, 0, 2*len(m))
	for i := 1; i < len(m); i++ {
		pairs = append(pairs, "{"+strconv.Itoa(i)+"}", m[i])
	}
	return strings.NewReplacer(pairs...).Replace(message)
}

var raisedPattern = regexp.MustCompile(`(?s)^!([0-9A-Z]{5})!(.*)$`)

// raised reads what the prelude's macros raise by error('!22012!division by zero'). A SQLSTATE that is no error is not
// believed.
func raised(message string) *pgerr.Error {
	m := raisedPattern.FindStringSubmatch(message)
	if m == nil {
		return nil
	}
	code := m[1]
	if strings.HasPrefix(code, "00") || strings.HasPrefix(code, "01") || strings.HasPrefix(code, "02") {
		code = pgerrcode.RaiseException
	}
	return bounded(pgerr.New(code, "%s", m[2]))
}

// bounded cuts what is too long to be read.
func bounded(e *pgerr.Error) *pgerr.Error {
	e.Message, e.Detail = shorten(e.Message), shorten(e.Detail)
	return e
}

func shorten(s string) string {
	if len(s) <= maxMessageBytes {
		return s
	}
	cut := maxMessageBytes
	for cut > 0 && !utf8.RuneStart(s[cut]) {
		cut--
	}
	return s[:cut] + "..."
}

// plain gives the first line the looks of PostgreSQL's messages: lower case at first, no full stop at the end.
func plain(message string) string {
	s := strings.TrimRight(firstLine(message), "!.; ")
	if r, n := utf8.DecodeRuneInString(s); n > 0 && unicode.IsUpper(r) {
		if next, _ := utf8.DecodeRuneInString(s[n:]); unicode.IsLower(next) || next == ' ' {
			s = string(unicode.ToLower(r)) + s[n:]
		}
	}
	return s
}

func firstLine(s string) string {
	line, _, _ := strings.Cut(s, "\n")
	return strings.TrimSpace(line)
}
