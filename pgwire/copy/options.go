package copy

import "github.com/miniodb/miniodb/internal/sqltype"

// Format is the FORMAT option.
type Format uint8

// Formats.
const (
	Text Format = iota
	CSV
	Binary
)

// Options are the checked options of a COPY statement. Delimiter, Quote and Escape are as given: there are no defaults here, but a zero
// byte stands for PostgreSQL's.
type Options struct {
	Format       Format
	Table        string // for the context of errors: COPY t, line 3
	Delimiter    byte
	Null         string
	Header       bool
	HeaderMatch  bool
	Quote        byte
	Escape       byte
	ForceQuote   []bool // by column; CSV output
	ForceNotNull []bool // by column; CSV input
	ForceNull    []bool // by column; CSV input

	MaxLineBytes int // of one row of input; 0: DefaultMaxLineBytes
	BatchRows    int // rows handed on at a time; 0: DefaultBatchRows
	BatchBytes   int // or when they take so many bytes; 0: DefaultBatchBytes
}

// Defaults.
const (
	DefaultMaxLineBytes = 64 << 20
	DefaultBatchRows    = 16 << 10
	DefaultBatchBytes   = 16 << 20
)

// Column is one column of the rows.
type Column struct {
	Name string
	Type sqltype.Type
}

func (o *Options) setDefaults() {
	if o.Delimiter == 0 {
		o.Delimiter = '\t'
		if o.Format == CSV {
			o.Delimiter = ','
		}
	}
	if o.Quote == 0 {
		o.Quote = '"'
	}
	if o.Escape == 0 {
		o.Escape = o.Quote
	}
	if o.MaxLineBytes == 0 {
		o.MaxLineBytes = DefaultMaxLineBytes
	}
	if o.BatchRows == 0 {
		o.BatchRows = DefaultBatchRows
	}
	if o.BatchBytes == 0 {
		o.BatchBytes = DefaultBatchBytes
	}
}

func flag(flags []bool, i int) bool { return i < len(flags) && flags[i] }
