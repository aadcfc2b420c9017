package wal

import (
	"errors"
	"fmt"
	"syscall"
)

// What an Append can end with; callers branch on these.
var (
	// ErrFull says that there is no space for the record: nothing was written, and the log goes on.
	ErrFull = errors.New("no space left for the write-ahead log")
	// ErrUnknown says that the record was being written when the log failed: it may or may not be found after a crash.
	ErrUnknown = errors.New("outcome of the write-ahead log record is not known")
	// ErrFailed says that an earlier write failed and Reopen has not been called: nothing was written.
	ErrFailed = errors.New("the write-ahead log has failed")
	// ErrClosed says that the log has been closed: nothing was written.
	ErrClosed = errors.New("the write-ahead log is closed")
	// ErrTooLarge says that a record exceeds MaxRecordBytes: nothing was written.
	ErrTooLarge = errors.New("record too large for the write-ahead log")
)

// CorruptError reports bytes that were durable once and cannot be read now, or a file that should be there.
type CorruptError struct {
	File     string
	Position int64 // bytes from the start of the file
	Reason   string
}

func (e *CorruptError) Error() string {
	return fmt.Sprintf("write-ahead log %s is damaged at position %d: %s", e.File, e.Position, e.Reason)
}

func isFull(err error) bool {
	return errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT)
}
