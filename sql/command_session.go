package sql

import "strings"

// TransactionKind is the kind of a transaction statement.
type TransactionKind uint8

// Transaction kinds.
const (
	TxBegin TransactionKind = iota
	TxCommit
	TxRollback
	TxSavepoint
	TxRelease
	TxRollbackTo
)

// Transaction is BEGIN, COMMIT, ROLLBACK, SAVEPOINT, RELEASE, ROLLBACK TO under all their spellings.
type Transaction struct {
	Kind      TransactionKind
	Modes     TransactionModes // BEGIN
	Chain     bool             // COMMIT and ROLLBACK AND CHAIN
	Savepoint string
}

// TransactionModes are what BEGIN and SET TRANSACTION say of a transaction.
type TransactionModes struct {
	Isolation  string // "", "read uncommitted", "read committed", "repeatable read", "serializable"
	ReadOnly   *bool  // nil: not said
	Deferrable *bool  // nil: not said
}

// SetTransaction is SET TRANSACTION and SET SESSION CHARACTERISTICS AS TRANSACTION.
type SetTransaction struct {
	Modes   TransactionModes
	Session bool // for the transactions to come
}

// Set is SET name = values. SET TIME ZONE sets "timezone", SET NAMES "client_encoding", SET SESSION AUTHORIZATION
// "session_authorization", SET ROLE "role". Whether the name is a setting is for the caller to know (42704).
type Set struct {
	Name    string   // lower case
	Local   bool     // SET LOCAL: until the end of the transaction
	Default bool     // TO DEFAULT (and LOCAL for TIME ZONE): Values is nil
	Values  []string // a time zone that is a number counts hours east of UTC
}

// Text returns the values as one, as PostgreSQL stores list settings such as search_path: each quoted as an identifier if there are several.
func (s *Set) Text() string {
	if len(s.Values) == 1 {
		return s.Values[0]
	}
	quoted := make([]string, len(s.Values))
	for i, v := range s.Values {
		quoted[i] = QuoteIdent(v)
	}
	return strings.Join(quoted, ", ")
}

// Show is SHOW name or ALL.
type Show struct {
	Name string // lower case
	All  bool
}

// Reset is RESET name or ALL.
type Reset struct {
	Name string // lower case
	All  bool
}

// DiscardTarget is what DISCARD drops.
type DiscardTarget uint8

// Discard targets.
const (
	DiscardAll DiscardTarget = iota
	DiscardPlans
	DiscardSequences
	DiscardTemp
)

// Discard is DISCARD.
type Discard struct{ Target DiscardTarget }

// Listen is LISTEN and UNLISTEN.
type Listen struct {
	Channel string
	Stop    bool // UNLISTEN
	All     bool // UNLISTEN *
}

// Notify is NOTIFY channel, 'payload'.
type Notify struct{ Channel, Payload string }
