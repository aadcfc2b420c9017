package engine

import (
	"encoding/json"
	"errors"
	"strconv"
	"strings"

	b "github.com/duckdb/duckdb-go-bindings"
	"github.com/jackc/pgerrcode"

	"github.com/miniodb/miniodb/internal/pgerr"
)

var errFatal = errors.New("the query engine is broken")

// IsFatal reports whether err says that the instance is invalid: it must be opened again and its buffers rebuilt.
func IsFatal(err error) bool { return errors.Is(err, errFatal) }

// duckError is DuckDB's error as errors_as_json gives it.
type duckError struct {
	Kind     string `json:"exception_type"`
	Message  string `json:"exception_message"`
	Subtype  string `json:"error_subtype"`
	Type     string `json:"type"` // of the catalog entry
	Name     string `json:"name"`
	Call     string `json:"call"`     // of a function without a match, with argument types: "abs(VARCHAR)"
	Errno    string `json:"errno"`    // of an I/O error
	Position string `json:"position"` // byte offset into the text, which may be a macro's
	SQL      string `json:"-"`        // the text that failed, "" where unknown
}

// parseError reads an error text: JSON, JSON after a prefix ("Parser Error: ", "Failed to append: "), or plain text after one.
func parseError(text string) duckError {
	if i := strings.Index(text, `{"exception_type"`); i >= 0 && (i == 0 || strings.HasSuffix(text[:i], ": ")) {
		var e duckError
		if json.Unmarshal([]byte(text[i:]), &e) == nil && e.Kind != "" {
			return e
		}
	}
	if kind, message, ok := strings.Cut(text, " Error: "); ok && len(kind) < 40 && !strings.ContainsAny(kind, "\n{") {
		return duckError{Kind: kind, Message: message}
	}
	return duckError{Message: text}
}

// failure makes the client's error of DuckDB's and notices a broken instance. kind may be ErrorTypeInvalid where the API
// does not tell it, and sql empty where no text failed.
func (db *DB) failure(kind b.ErrorType, text, sql string) error {
	e := parseError(text)
	e.SQL = sql
	if e.Kind == "" {
		e.Kind = kindNames[kind]
	}
	switch {
	case e.Kind == "FATAL" || kind == b.ErrorTypeFatal || strings.Contains(e.Message, "database has been invalidated"):
		db.broken.Store(true)
		return pgerr.New(pgerrcode.AdminShutdown, "the query engine failed and is being restarted").
			WithDetail("%s", firstLine(e.Message)).WithCause(errFatal)
	case e.Kind == "INTERNAL" || kind == b.ErrorTypeInternal:
		err := pgerr.New(pgerrcode.InternalError, "internal error in the query engine").WithDetail("%s", firstLine(e.Message))
		if db.probeBroken() {
			return err.WithCause(errFatal)
		}
		return err
	}
	return translate(e)
}

// kindNames names the kinds of errors that come without their name.
var kindNames = map[b.ErrorType]string{
	b.ErrorTypeCatalog: "Catalog", b.ErrorTypeBinder: "Binder", b.ErrorTypeConstraint: "Constraint", b.ErrorTypeConversion: "Conversion",
	b.ErrorTypeInvalidInput: "Invalid Input", b.ErrorTypeOutOfRange: "Out of Range", b.ErrorTypeOutOfMemory: "Out of Memory",
	b.ErrorTypeErrorIO: "IO", b.ErrorTypeInterrupt: "INTERRUPT", b.ErrorTypeTransaction: "TransactionContext",
	b.ErrorTypePermission: "Permission", b.ErrorTypeNotImplemented: "Not implemented", b.ErrorTypeParser: "Parser",
}

// at returns the text from where the error occurred on, "" where that is unknown.
func (e *duckError) at() string {
	pos, err := strconv.Atoi(e.Position)
	if err != nil || pos < 0 || pos >= len(e.SQL) {
		return ""
	}
	return e.SQL[pos:]
}

// probeBroken finds out whether an internal error has invalidated the instance.
func (db *DB) probeBroken() bool {
	if db.broken.Load() {
		return true
	}
	var raw b.Connection
	db.mu.Lock()
	open := db.db.Ptr != nil && b.Connect(db.db, &raw) == b.StateSuccess
	db.mu.Unlock()
	if !open {
		return false
	}
	defer b.Disconnect(&raw)
	var res b.Result
	defer b.DestroyResult(&res)
	if b.Query(raw, "SELECT 1", &res) != b.StateSuccess {
		db.broken.Store(true)
		return true
	}
	return false
}
