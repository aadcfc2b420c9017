// Package pgerr carries errors that a PostgreSQL client is meant to read.
//
// It owns one type, Error: a message with its SQLSTATE and the optional fields of an ErrorResponse (PostgreSQL
// documentation, "Error and Notice Message Fields"). The SQLSTATE is attached where the meaning is known and encoded
// once, in pgwire. Codes come from github.com/jackc/pgerrcode. Everybody may import this package.
package pgerr

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgerrcode"
)

// Error is one ErrorResponse or NoticeResponse in the making.
type Error struct {
	Severity   string // ERROR unless set: FATAL, PANIC; WARNING, NOTICE, INFO for notices
	Code       string // SQLSTATE, five characters
	Message    string // one line, lower case, without a trailing period
	Detail     string // full sentences
	Hint       string // full sentences: what the user can do
	Position   int    // 1-based, in characters, into the statement text; 0 for none
	Where      string // context, such as "COPY t, line 7, column a"
	Schema     string
	Table      string
	Column     string
	Constraint string

	cause error
}

// New makes an ERROR with a SQLSTATE and a formatted message. A %w argument becomes the cause.
func New(code, format string, args ...any) *Error {
	err := fmt.Errorf(format, args...)
	return &Error{Severity: "ERROR", Code: code, Message: err.Error(), cause: errors.Unwrap(err)}
}

// Notice makes a NOTICE, which informs and does not fail.
func Notice(code, format string, args ...any) *Error {
	e := New(code, format, args...)
	e.Severity = "NOTICE"
	return e
}

// Warning makes a WARNING.
func Warning(code, format string, args ...any) *Error {
	e := New(code, format, args...)
	e.Severity = "WARNING"
	return e
}

// Fatal makes an error after which the connection ends.
func Fatal(code, format string, args ...any) *Error {
	e := New(code, format, args...)
	e.Severity = "FATAL"
	return e
}

// WithDetail sets the detail and returns e.
func (e *Error) WithDetail(format string, args ...any) *Error {
	e.Detail = fmt.Sprintf(format, args...)
	return e
}

// WithHint sets the hint and returns e.
func (e *Error) WithHint(format string, args ...any) *Error {
	e.Hint = fmt.Sprintf(format, args...)
	return e
}

// WithWhere sets the context line and returns e.
func (e *Error) WithWhere(format string, args ...any) *Error {
	e.Where = fmt.Sprintf(format, args...)
	return e
}

// WithPosition sets the 1-based character position in the statement text and returns e.
func (e *Error) WithPosition(pos int) *Error {
	e.Position = pos
	return e
}

// WithCause keeps err for errors.Is and errors.As without adding it to the message.
func (e *Error) WithCause(err error) *Error {
	e.cause = err
	return e
}

// Error returns the message alone; the SQLSTATE is shown by pgwire and by logs in a field of its own.
func (e *Error) Error() string { return e.Message }

// Unwrap returns the cause, if any.
func (e *Error) Unwrap() error { return e.cause }

// From turns any error into one a client can be sent: the *Error in its chain if there is one, 57014 for a cancelled or
// timed-out context, otherwise XX000 with the error's text.
func From(err error) *Error {
	var e *Error
	switch {
	case err == nil:
		return nil
	case errors.As(err, &e):
		return e
	case errors.Is(err, context.Canceled):
		return New(pgerrcode.QueryCanceled, "canceling statement due to user request").WithCause(err)
	case errors.Is(err, context.DeadlineExceeded):
		return New(pgerrcode.QueryCanceled, "canceling statement due to statement timeout").WithCause(err)
	}
	return New(pgerrcode.InternalError, "%v", err).WithCause(err)
}

// Code returns the SQLSTATE that From would give err, and "" for nil.
func Code(err error) string {
	if err == nil {
		return ""
	}
	return From(err).Code
}
