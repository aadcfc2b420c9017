package pgwire

import (
	"context"
	"net"

	"github.com/miniodb/miniodb/internal/pgerr"
	"github.com/miniodb/miniodb/internal/pgvalue"
	"github.com/miniodb/miniodb/internal/sqltype"
	"github.com/miniodb/miniodb/internal/vector"
)

// Backend makes sessions for authenticated connections. It is what this package needs of the rest of the server.
type Backend interface {
	// Authenticate has the client prove that it is the role it says, or finds that it need not; a refusal is a FATAL *pgerr.Error (28P01, 28000).
	Authenticate(ctx context.Context, c ClientInfo, p Prover) error
	// Open starts a session, if the role may connect to the database (28000, 3D000, 53300). The session reports notices and parameter changes through out.
	Open(ctx context.Context, c ClientInfo, out Outlet) (Session, error)
}

// ClientInfo is what the start-up message said.
type ClientInfo struct {
	User, Database string
	Addr           net.Addr
	TLS            *TLSInfo          // nil: not encrypted
	Parameters     map[string]string // every start-up parameter, options=-c included, keys in lower case
	ProcessID      uint32            // of BackendKeyData, shown as pg_backend_pid()
}

// Outlet lets a session speak outside of a result. Calls are made only while the connection waits for the session.
type Outlet interface {
	Notice(n *pgerr.Error)
	ParameterStatus(name, value string)
}

// Session executes the statements of one connection, one call at a time. It holds transaction, settings and temporary state.
type Session interface {
	// Parse splits text into statements and analyses each as it is needed (a later statement may depend on an earlier one).
	// A syntax error anywhere fails the whole text, with a position.
	Parse(ctx context.Context, text string) ([]Parsed, error)
	// Prepare resolves one parsed statement; params has the types the client gave (OID 0: to be inferred). With nil a parameter in the text is
	// an error (42P02).
	Prepare(ctx context.Context, p Parsed, params []sqltype.OID) (Statement, error)
	// Bind reads the parameters of a portal as the types of the statement, and checks that the statement still returns what it was prepared
	// to (0A000). What it returns is given to Execute; params is not kept. An error in the value of one parameter is a *ParamError.
	Bind(ctx context.Context, s Statement, params []Param) ([]Param, error)
	// Execute starts a prepared statement in the current transaction, beginning an implicit one if there is none. Exactly one of the
	// Result's roles applies: rows, COPY FROM, COPY TO or just a tag.
	Execute(ctx context.Context, s Statement, params []Param) (Result, error)
	// Sync ends an implicit transaction: commit if no statement failed since it began, roll back otherwise. In a transaction block it
	// does nothing. An error means that the commit failed; 08007 that its outcome is not known.
	Sync(ctx context.Context) error
	// Fail tells the session that a statement failed outside Execute (in Result.Next, in COPY, in the protocol): the transaction is now failed.
	Fail()
	// TxStatus is 'I', 'T' or 'E' for ReadyForQuery. An implicit transaction counts as 'I'.
	TxStatus() byte
	// InBlock reports whether a transaction block (BEGIN) is open, so that portals survive Sync.
	InBlock() bool
	// Parameters returns all reported settings (GUC_REPORT) for the start of the connection.
	Parameters() map[string]string
	// ResultEncoding returns the session settings that the text form of values depends on.
	ResultEncoding() Encoding
	// EnumLabels finds the enum of a type (sqltype.Type.Enum), for reading its values; nil: it is gone.
	EnumLabels(t sqltype.Type) *pgvalue.Enum
	// Close rolls back and releases everything.
	Close()
}

// Parsed is one statement of a text. Empty text has no Parsed.
type Parsed interface {
	// Text is the statement's own text.
	Text() string
	// EndsBlock reports COMMIT or ROLLBACK, which alone may run in a failed transaction.
	EndsBlock() bool
}

// Statement is a prepared statement.
type Statement interface {
	// Params are the parameter types, inferred where the client gave none.
	Params() []sqltype.Type
	// Columns describe the rows; nil for a statement that returns none.
	Columns() []Column
}

// Column is one field of a RowDescription.
type Column struct {
	Name   string
	Type   sqltype.Type
	Table  uint32 // pg_class.oid of the table the column comes from, or 0
	Attnum int16  // its number there, or 0
}

// Param is a parameter as it came from the client, or as Bind has read it. Data is nil for NULL and is not kept after Execute returns.
type Param struct {
	Data   []byte
	Binary bool
}

// Encoding holds the settings that text output depends on.
type Encoding struct {
	TimeZone         string // IANA name or a POSIX offset as SET TIME ZONE accepts
	DateStyle        string // "ISO, MDY"
	IntervalStyle    string // postgres, iso_8601, postgres_verbose, sql_standard
	ExtraFloatDigits int
	ByteaOutput      string // hex or escape
}

// Result is an executing statement. Exactly one of Columns and CopyIn is non-nil when it returns rows or takes them.
type Result interface {
	// Columns describe the rows; nil if there are none.
	Columns() []Column
	// Next returns the next batch of rows, valid until the following call, or io.EOF.
	Next(ctx context.Context) (*vector.Batch, error)
	// CopyIn is set for COPY FROM STDIN.
	CopyIn() CopyIn
	// CopyOut is set for COPY TO STDOUT, whose rows come through Next.
	CopyOut() *CopyOptions
	// Tag is the command tag, final once Next returned io.EOF or CopyIn finished. rows is the number of rows sent, for SELECT and COPY TO.
	Tag(rows int64) string
	// Close ends the statement and releases its snapshot; safe twice.
	Close()
}

// CopyIn takes the rows of COPY FROM STDIN. They are part of the transaction once Finish returns.
type CopyIn interface {
	Options() *CopyOptions
	Columns() []Column
	// Append takes a batch with the columns' types; it may keep it. An error says which row of the batch is at fault.
	Append(ctx context.Context, b *vector.Batch, firstLine int64) error
	// Finish ends the COPY; the tag's count is what was appended.
	Finish(ctx context.Context) error
	// Abort drops the rows of this COPY.
	Abort()
}

// CopyFormat is the FORMAT option of COPY.
type CopyFormat uint8

// COPY formats.
const (
	CopyText CopyFormat = iota
	CopyCSV
	CopyBinary
)

// CopyOptions are the checked options of a COPY statement.
type CopyOptions struct {
	Format       CopyFormat
	Table        string // for error messages: COPY t, line 3
	Delimiter    byte
	Null         string
	Header       bool
	HeaderMatch  bool
	Quote        byte
	Escape       byte
	ForceQuote   []bool // by column; CSV output
	ForceNotNull []bool // by column; CSV input
	ForceNull    []bool // by column; CSV input
	Encoding     string // UTF8 only
}
