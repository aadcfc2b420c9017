package sql

import (
	"time"

	"github.com/miniodb/miniodb/catalog"
	"github.com/miniodb/miniodb/internal/pgvalue"
	"github.com/miniodb/miniodb/internal/sqltype"
)

// Resolver finds relations for one statement, at one version of the catalog.
type Resolver interface {
	// Relation resolves a table, view or system relation. An empty schema means the session's search path. An unknown
	// relation is a *pgerr.Error with 42P01 or an error of the resolver's own; Rewrite gives it PostgreSQL's words and position.
	Relation(schema, name string) (Relation, error)
	// Function returns the system function of that name, or nil. An empty schema means any.
	Function(schema, name string) *System
	// Functions returns the functions that users have made, of that name, in the order of the search path; an empty schema means all of that.
	Functions(schema, name string) []*catalog.Function
	// Type returns the enum of that name, or nil. An empty schema means the first of the search path that has one.
	Type(schema, name string) *catalog.Type
	// Enum returns the enum that a type is, or has for elements; nil for other types and one that is gone.
	Enum(ty sqltype.Type) *catalog.Type
}

// Relation is what a name stands for: exactly one of Table, View and System is set, or View and System for a view of the system.
type Relation struct {
	Table  *catalog.Table
	View   *catalog.View
	System *System
}

// SessionInfo is what a session's functions and special keywords answer.
type SessionInfo struct {
	User        string    // current_user
	SessionUser string    // session_user; "": User
	Database    string    // current_database()
	SearchPath  []string  // existing schemas in order: current_schema(), current_schemas()
	TempSchema  string    // that is searched first without being in the path; "": none
	Version     string    // version()
	Now         time.Time // start of the transaction: now(), current_timestamp
	Statement   time.Time // start of the statement: statement_timestamp(); zero: Now
	Location    *time.Location
	BackendPID  int32
	// DateOrder and IntervalSQL say how dates and intervals in constants are read (settings DateStyle and IntervalStyle).
	DateOrder   pgvalue.DateOrder
	IntervalSQL bool
	// Setting answers current_setting(name); nil: every setting is unknown.
	Setting func(name string) (string, bool)
	// Host is the token with which the engine asks for functions about the catalogs, and Call answers them at once; "" and nil: there are none.
	Host string
	Call func(function string, args []*string) (*string, error)
	// Act is the token with which the engine asks for functions that act, and for those of sequences; "": there are none.
	Act string
}

func (s *SessionInfo) sessionUser() string {
	if s.SessionUser != "" {
		return s.SessionUser
	}
	return s.User
}

// Env is what a statement is rewritten against.
type Env struct {
	Resolver Resolver
	// MayUse refuses a schema that a query names and may not look into (42501); nil: all may be used. Names in views are not asked about.
	MayUse  func(schema string) error
	Session SessionInfo
	// Params are the types the client declared for $1, $2, ...; 0 or a missing one is inferred.
	Params []sqltype.OID
	// NoParams refuses parameters (42P02): the text did not come with any.
	NoParams bool
	// ShowNumerics lets output columns of type numeric without a scale leave as text, each value with the digits that PostgreSQL gives it.
	ShowNumerics bool
	// Unexpanded leaves the bodies of functions out, for who asks what a text depends on: their names are looked up along a caller's path, and may lead nowhere.
	Unexpanded bool
	// ParamDims are the numbers of dimensions of parameters that are arrays, as far as they are known; 0 and 1 are the same.
	ParamDims []int
	// TargetTypes are the column types of an INSERT's target; output columns are converted to them by assignment rules.
	TargetTypes []sqltype.Type
	// TargetNames are the names of those columns, for error messages; may be nil.
	TargetNames []string
}
