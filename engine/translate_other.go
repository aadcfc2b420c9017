package engine

import (
	"strconv"
	"strings"
	"syscall"

	"github.com/jackc/pgerrcode"

	"github.com/miniodb/miniodb/internal/pgerr"
)

// This file translates errors about constraints, transactions, files and memory.

var otherRules = []rule{
	onFunc(`^NOT NULL constraint failed: (.*)\.(.*)`, func(_ *duckError, m []string) *pgerr.Error {
		e := pgerr.New(pgerrcode.NotNullViolation, "null value in column %q of relation %q violates not-null constraint", m[2], m[1])
		e.Table, e.Column = m[1], m[2]
		return e
	}),
	onFunc(`(?s)^Duplicate key "(.*?): (.*)" violates (?:primary key|unique) constraint`, func(_ *duckError, m []string) *pgerr.Error {
		return pgerr.New(pgerrcode.UniqueViolation, "duplicate key value violates unique constraint").WithDetail("Key (%s)=(%s) already exists.", m[1], m[2])
	}),
	onFunc(`^CHECK constraint failed on table (.*?) with expression`, func(_ *duckError, m []string) *pgerr.Error {
		e := pgerr.New(pgerrcode.CheckViolation, "new row for relation %q violates check constraint", m[1])
		e.Table = m[1]
		return e
	}),
	on(`^Violates foreign key constraint`, pgerrcode.ForeignKeyViolation, `violates foreign key constraint`),
	on(`^cannot start a transaction within a transaction`, pgerrcode.ActiveSQLTransaction, `there is already a transaction in progress`),
	on(`^cannot (?:commit|rollback) - no transaction is active`, pgerrcode.NoActiveSQLTransaction, `there is no transaction in progress`),
	on(`(?i)^current transaction is aborted`, pgerrcode.InFailedSQLTransaction, `current transaction is aborted, commands ignored until end of transaction block`),
	on(`^Cannot change configuration option "(.*?)"`, pgerrcode.InsufficientPrivilege, `permission denied to set parameter "{1}"`),
	on(`^Cannot access file "(.*?)"`, pgerrcode.InsufficientPrivilege, `permission denied for file "{1}"`),
	on(`^Cannot access directory`, pgerrcode.InsufficientPrivilege, `permission denied for a directory`),
	on(`^Loading external extensions is disabled`, pgerrcode.InsufficientPrivilege, `permission denied to load an extension`),
	onFunc(`(?s)^(?:No magic bytes found|Invalid Parquet|Failed to read Parquet|Corrupt|.*TProtocolException|.*decompression failure|.*don't know what type)`, func(e *duckError, _ []string) *pgerr.Error {
		return pgerr.New(pgerrcode.DataCorrupted, "a data file cannot be read").WithDetail("%s", firstLine(e.Message))
	}),
}

// memoryError tells the limit on memory from that on the temporary directory.
func memoryError(e duckError) *pgerr.Error {
	if strings.Contains(e.Message, "max_temp_directory_size") {
		return bounded(pgerr.New(pgerrcode.DiskFull, "temporary space for queries is exhausted").WithDetail("%s", upperFirst(firstLine(e.Message))))
	}
	return bounded(pgerr.New(pgerrcode.OutOfMemory, "out of memory").WithDetail("%s", upperFirst(firstLine(e.Message))))
}

func upperFirst(s string) string {
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}

// ioError tells full disks and exhausted descriptors from other trouble with files.
func ioError(e duckError) *pgerr.Error {
	code := pgerrcode.IOError
	switch is := func(errno syscall.Errno, text string) bool {
		return e.Errno == strconv.Itoa(int(errno)) || strings.Contains(e.Message, text)
	}; {
	case is(syscall.ENOSPC, "No space left on device"), is(syscall.EDQUOT, "Disk quota exceeded"):
		code = pgerrcode.DiskFull
	case is(syscall.EMFILE, "Too many open files"), is(syscall.ENFILE, "Too many open files in system"):
		code = pgerrcode.InsufficientResources
	}
	return bounded(pgerr.New(code, "%s", plain(e.Message)))
}
