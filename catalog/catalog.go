// Package catalog has the types that describe a database: roles, schemas, tables, views, sequences, the data files of a table.
//
// Types only, no I/O: catalog/log makes them durable, catalog/index finds them. A Database and everything reachable from it
// is immutable once published; a change makes a new one (Apply). Everybody may import this package.
package catalog

import (
	"time"

	"github.com/google/uuid"

	"github.com/miniodb/miniodb/internal/sqltype"
)

// Names that exist in every database.
const (
	DatabaseName  = "miniodb" // the database and the first role
	DefaultSchema = "public"
)

// Name is a schema-qualified name, already folded: comparison is byte by byte.
type Name struct {
	Schema string `json:"schema"`
	Name   string `json:"name"`
}

func (n Name) String() string { return n.Schema + "." + n.Name }

// Table is a table as the catalog log records it. Its rows and their history are in the table log under UUID.
type Table struct {
	UUID       uuid.UUID `json:"uuid"`
	OID        uint32    `json:"oid"` // pg_class.oid, never reused
	Name       Name      `json:"name"`
	Columns    []Column  `json:"columns"`
	NextColumn int32     `json:"next_column"` // the id the next added column gets
	SchemaID   int32     `json:"schema_id"`   // grows by one with each change of Columns, Keys or Checks; WAL records carry it
	// Evolved says that columns were added, dropped or have got another type: files differ in the columns that they have.
	Evolved    bool      `json:"evolved,omitempty"`
	Keys       []Key     `json:"keys,omitempty"`
	Checks     []Check   `json:"checks,omitempty"`
	ShardKey   []int32   `json:"shard_key"`             // column ids
	TimeColumn int32     `json:"time_column,omitempty"` // column id; 0: ingestion time
	Buckets    int32     `json:"buckets"`               // fixed for the life of the table
	Options    Options   `json:"options"`
	Owner      uint32    `json:"owner,omitempty"` // OID of a role; 0: the role miniodb, as everywhere
	ACL        ACL       `json:"acl,omitzero"`
	Comment    string    `json:"comment,omitempty"`
	Created    time.Time `json:"created"`
	// Definition is the query of a materialized view, as View.Query; "": an ordinary table. Unpopulated says that it has not been run.
	Definition  string `json:"definition,omitempty"`
	Unpopulated bool   `json:"unpopulated,omitempty"`
}

// Materialized reports whether the table holds the rows of a query.
func (t *Table) Materialized() bool { return t.Definition != "" }

// AsView is a materialized view as the view that it would be; nil for other tables.
func (t *Table) AsView() *View {
	if !t.Materialized() {
		return nil
	}
	return &View{OID: t.OID, Name: t.Name, Columns: t.Columns, Query: t.Definition, Owner: t.Owner, ACL: t.ACL, Comment: t.Comment}
}

// Column is one column of a table or view.
type Column struct {
	ID           int32        `json:"id"` // Parquet field id and delta.columnMapping.id, from 1, never reused
	Name         string       `json:"name"`
	PhysicalName string       `json:"physical_name"` // in Parquet files and statistics
	Type         sqltype.Type `json:"type"`
	NotNull      bool         `json:"not_null,omitempty"`
	Default      string       `json:"default,omitempty"`  // PostgreSQL expression text; "": NULL
	Sequence     *Name        `json:"sequence,omitempty"` // owned by a serial or identity column
	Owned        *Name        `json:"owned,omitempty"`    // a sequence that goes with the column though its default does not draw from it (OWNED BY)
	Identity     string       `json:"identity,omitempty"` // as pg_attribute.attidentity: a, GENERATED ALWAYS; d, BY DEFAULT; "": none
	Comment      string       `json:"comment,omitempty"`
	ACL          ACL          `json:"acl,omitzero"` // nil: none beside that of the relation
	// Missing is the value, as PostgreSQL prints it in UTC, of rows that are older than the column (pg_attribute.attmissingval); nil: NULL.
	Missing *string `json:"missing,omitempty"`
	// Widened says that older files hold real numbers of which statistics have fewer digits than the column: they prune nothing.
	Widened bool `json:"widened,omitempty"`
}

// OwnedSequence is the sequence that goes with the column, or nil.
func (c *Column) OwnedSequence() *Name {
	if c.Sequence != nil {
		return c.Sequence
	}
	return c.Owned
}

// KeyKind is the kind of a recorded, unenforced key.
type KeyKind string

// Key kinds.
const (
	PrimaryKey KeyKind = "primary"
	UniqueKey  KeyKind = "unique"
	ForeignKey KeyKind = "foreign"
)

// Key is a PRIMARY KEY, UNIQUE or FOREIGN KEY constraint. It is recorded for tools and for the choice of shard key; it is not enforced.
type Key struct {
	Name       string   `json:"name"`
	Kind       KeyKind  `json:"kind"`
	Columns    []int32  `json:"columns"`
	References *Name    `json:"references,omitempty"`
	RefColumns []string `json:"ref_columns,omitempty"`
	Comment    string   `json:"comment,omitempty"`
}

// Check is an enforced CHECK constraint.
type Check struct {
	Name string `json:"name"`
	Expr string `json:"expr"` // PostgreSQL expression text over the table's columns

	Comment string `json:"comment,omitempty"`
}

// Options are the table options of CREATE TABLE ... WITH (...). A zero value means the server's default, except where noted.
type Options struct {
	BufferRows    int64             `json:"buffer_rows,omitempty"`    // flush at so many buffered rows
	BufferBytes   int64             `json:"buffer_bytes,omitempty"`   // flush at so many buffered bytes
	FlushInterval time.Duration     `json:"flush_interval,omitempty"` // flush rows that are older
	RetentionDays int32             `json:"retention_days,omitempty"` // 0: keep for ever
	BackupEnabled *bool             `json:"backup_enabled,omitempty"`
	Durability    string            `json:"durability,omitempty"` // local, replicated or object
	Properties    map[string]string `json:"properties,omitempty"`
}

// View is a view; Query is PostgreSQL text with every name qualified.
type View struct {
	OID     uint32   `json:"oid"`
	Name    Name     `json:"name"`
	Columns []Column `json:"columns"`
	Query   string   `json:"query"`
	Owner   uint32   `json:"owner,omitempty"` // with whose rights the query reads
	ACL     ACL      `json:"acl,omitzero"`
	Comment string   `json:"comment,omitempty"`
}

// Sequence hands out numbers. Values before Reserved may have been given out: a server reserves blocks.
type Sequence struct {
	OID       uint32 `json:"oid"`
	Name      Name   `json:"name"`
	Start     int64  `json:"start"`
	Increment int64  `json:"increment"`
	Min       int64  `json:"min"`
	Max       int64  `json:"max"`
	Cycle     bool   `json:"cycle,omitempty"`
	Reserved  int64  `json:"reserved"`            // the next value that no server has reserved
	Epoch     int64  `json:"epoch,omitempty"`     // grows with each change that makes reserved blocks void
	Exhausted bool   `json:"exhausted,omitempty"` // the last value has been reserved; Reserved is that value
	Uncalled  bool   `json:"uncalled,omitempty"`  // Reserved was set, and nothing was reserved since; always so where Reserved is Start
	Owner     uint32 `json:"owner,omitempty"`
	ACL       ACL    `json:"acl,omitzero"`
	Comment   string `json:"comment,omitempty"`
}

// Called reports whether a value was reserved since the sequence was made or set.
func (s *Sequence) Called() bool { return s.Exhausted || !s.Uncalled && s.Reserved != s.Start }

// Last is the last value that was reserved, or the first one that will be if none was.
func (s *Sequence) Last() int64 {
	if !s.Called() || s.Exhausted {
		return s.Reserved
	}
	return s.Reserved - s.Increment
}

// Schema is a namespace.
type Schema struct {
	OID   uint32 `json:"oid"`
	Name  string `json:"name"`
	Owner uint32 `json:"owner,omitempty"`
	ACL   ACL    `json:"acl,omitzero"`

	Comment string `json:"comment,omitempty"`
}

// Stream is a WAL stream: opened before its first acknowledgement, never reused.
type Stream struct {
	ID     uuid.UUID `json:"id"`
	Node   string    `json:"node"`
	Opened time.Time `json:"opened"`
	Closed bool      `json:"closed,omitempty"`
}

// Column returns the column with this id, or nil.
func (t *Table) Column(id int32) *Column {
	for i := range t.Columns {
		if t.Columns[i].ID == id {
			return &t.Columns[i]
		}
	}
	return nil
}

// ColumnByName returns the index of the named column, or -1.
func (t *Table) ColumnByName(name string) int {
	for i := range t.Columns {
		if t.Columns[i].Name == name {
			return i
		}
	}
	return -1
}
