package sql

import "github.com/miniodb/miniodb/catalog"

// Copy is COPY ... FROM STDIN and COPY ... TO STDOUT. Files and programs of the server are refused by Parse.
type Copy struct {
	From    bool         // FROM STDIN
	Table   catalog.Name // empty for COPY (query) TO
	Columns []string     // nil: all
	Query   *Query       // COPY (query) TO STDOUT
	Options CopyOptions
}

// CopyFormat is the FORMAT option of COPY.
type CopyFormat uint8

// COPY formats.
const (
	CopyText CopyFormat = iota
	CopyCSV
	CopyBinary
)

// CopyOptions are the checked options of COPY, defaults filled in. Column names in the lists are as given: that they exist, and are
// among the columns copied, is for the caller to check.
type CopyOptions struct {
	Format          CopyFormat
	Delimiter       byte
	Null            string
	Header          bool
	HeaderMatch     bool // HEADER MATCH: names in the header must be those of the columns; only with Header
	Quote           byte // CSV
	Escape          byte // CSV
	ForceQuote      []string
	ForceQuoteAll   bool
	ForceNotNull    []string
	ForceNotNullAll bool
	ForceNull       []string
	ForceNullAll    bool
	Encoding        string // "" or UTF8
	DedupToken      string // option dedup_token: a repeat of the same load is answered with the first one's row count
}
