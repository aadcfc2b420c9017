package sql

import (
	pg_query "github.com/pganalyze/pg_query_go/v6"

	"github.com/miniodb/miniodb/catalog"
	"github.com/miniodb/miniodb/internal/pgerr"
	"github.com/miniodb/miniodb/internal/sqltype"
)

// CreateTable is CREATE TABLE with types, names and constraints resolved; Table makes the catalog's object of it.
type CreateTable struct {
	Name        catalog.Name // Schema "" if not given: the caller sets it before Table
	IfNotExists bool
	Columns     []ColumnDef
	Keys        []KeyDef
	Checks      []catalog.Check // with names as given or as PostgreSQL generates them
	Options     TableOptions
	Notices     []*pgerr.Error // what is recorded and not enforced; for the client when the table is made
	Temp        bool           // TEMPORARY; the Schema is "" or a temporary one
	OnCommit    OnCommit

	like     *pg_query.CreateStmt // with LIKE, until Expand
	likeText string

	likeTypes typeLookup
}

// ColumnDef is a column of CREATE TABLE.
type ColumnDef struct {
	Name     string
	Type     sqltype.Type
	NotNull  bool
	Default  string // PostgreSQL expression text; "": none
	Comment  string
	Identity string          // a: GENERATED ALWAYS, d: BY DEFAULT AS IDENTITY
	Sequence *CreateSequence // to create beside the table, for serial and identity columns; Schema "" if the table's is; its name may be changed before Table
}

// KeyDef is a PRIMARY KEY, UNIQUE or FOREIGN KEY of CREATE TABLE.
type KeyDef struct {
	Name       string // as given or as PostgreSQL generates it
	Kind       catalog.KeyKind
	Columns    []string
	References catalog.Name // foreign keys: Schema "" if not given
	RefColumns []string     // foreign keys: nil for the primary key
}

// TableOptions are the checked options of WITH (...).
type TableOptions struct {
	catalog.Options          // dynamic_columns = true is in Properties under that name
	ShardKey        []string // column names; nil: not given
	TimeColumn      string   // "": not given
	Buckets         int32    // 1 to 1024; 0: not given
}

// CreateTableAs is CREATE TABLE AS and SELECT INTO; With makes the CreateTable once the query's columns are known.
type CreateTableAs struct {
	Name        catalog.Name
	IfNotExists bool
	ColumnNames []string // replace the first names of the query's columns
	Query       *Query
	NoData      bool
	Options     TableOptions
	Temp        bool
	OnCommit    OnCommit

	Materialized bool // CREATE MATERIALIZED VIEW
}

// Refresh is REFRESH MATERIALIZED VIEW.
type Refresh struct {
	Name         catalog.Name
	Concurrently bool
	NoData       bool
}

// OnCommit is what happens to the rows of a temporary table, or to the table, at the end of a transaction (PostgreSQL documentation, CREATE TABLE).
type OnCommit uint8

// The actions of ON COMMIT.
const (
	PreserveRows OnCommit = iota
	DeleteRows
	DropAtCommit
)

// CreateView is CREATE [OR REPLACE] VIEW.
type CreateView struct {
	Name        catalog.Name
	OrReplace   bool
	ColumnNames []string // replace the first names of the query's columns
	Query       *Query
	QueryText   string // the query alone, deparsed; names in it are as the user wrote them
	Temp        bool
}

// CreateSchema is CREATE SCHEMA.
type CreateSchema struct {
	Name        string    // "": that of Owner
	Owner       *RoleSpec // AUTHORIZATION
	IfNotExists bool
}

// CreateSequence is CREATE SEQUENCE, options checked and defaults filled in.
type CreateSequence struct {
	Name        catalog.Name
	IfNotExists bool
	Start       int64
	Increment   int64 // never 0
	Min         int64
	Max         int64
	Cycle       bool
	Temp        bool
	OwnedBy     *OwnedBy // nil: not given
}

// ObjectKind is the kind of object that DROP and COMMENT name.
type ObjectKind string

// Object kinds.
const (
	ObjectTable    ObjectKind = "table"
	ObjectView     ObjectKind = "view"
	ObjectSchema   ObjectKind = "schema"
	ObjectSequence ObjectKind = "sequence"
	ObjectColumn   ObjectKind = "column"
	ObjectDatabase ObjectKind = "database"
	ObjectRole     ObjectKind = "role"

	ObjectConstraint ObjectKind = "constraint"
	ObjectMatview    ObjectKind = "materialized view"
	ObjectFunction   ObjectKind = "function"
	ObjectType       ObjectKind = "type"
)

// Drop is DROP TABLE, VIEW, MATERIALIZED VIEW, SCHEMA or SEQUENCE.
type Drop struct {
	Kind     ObjectKind
	Names    []catalog.Name // a schema's name is in Name, its Schema is ""
	IfExists bool
	Cascade  bool
}

// Truncate is TRUNCATE.
type Truncate struct {
	Names           []catalog.Name
	RestartIdentity bool
	Cascade         bool
}

// Comment is COMMENT ON.
type Comment struct {
	Kind   ObjectKind
	Name   catalog.Name   // of the table for a column and a constraint; the name alone for schema, database and role
	Column string         // or constraint
	Args   *[]sqltype.OID // of a function; nil: not given
	Text   *string        // nil: remove
}

// NoOp is a statement that is accepted and does nothing here.
type NoOp struct {
	Names   []catalog.Name     // relations it names, which must exist for ANALYZE, VACUUM and LOCK TABLE; CREATE INDEX names the table
	Notices []*pgerr.Error     // why it does nothing, where the user should know
	Lock    catalog.Privileges // LOCK TABLE: one of these is wanted on each relation
}
