package catalog

import (
	"fmt"
	"maps"
	"time"

	"github.com/google/uuid"
)

// FirstOID is the first OID given to an object of a user, as in PostgreSQL (FirstNormalObjectId).
const FirstOID uint32 = 16384

// Database is one version of all database-wide objects. It is immutable: Apply returns a new one.
type Database struct {
	Version   int64                  `json:"version"` // of the catalog log
	NextOID   uint32                 `json:"next_oid"`
	Owner     uint32                 `json:"owner,omitempty"`
	ACL       ACL                    `json:"acl,omitzero"`
	Defaults  *Defaults              `json:"defaults,omitempty"` // nil: none
	Roles     map[string]*Role       `json:"roles"`
	Schemas   map[string]*Schema     `json:"schemas"`
	Tables    map[Name]*Table        `json:"-"`
	Views     map[Name]*View         `json:"-"`
	Sequences map[Name]*Sequence     `json:"-"`
	Functions map[string]*Function   `json:"-"` // by Function.Key; nil: none
	Types     map[Name]*Type         `json:"-"` // nil: none
	Streams   map[uuid.UUID]*Stream  `json:"streams"`
	Dropped   map[uuid.UUID]*Dropped `json:"dropped"` // tables whose objects have not been removed yet
	Recent    map[uuid.UUID]int64    `json:"recent"`  // nonces of recent commits and their versions, see catalog/log
}

// Dropped is a table that is gone and whose objects are kept for a while.
type Dropped struct {
	UUID uuid.UUID `json:"uuid"`
	Name Name      `json:"name"`
	Time time.Time `json:"time"`
}

// NewDatabase returns version -1: the database before its first commit.
func NewDatabase() *Database {
	return &Database{
		Version: -1, NextOID: FirstOID, Roles: builtinRoles(),
		Schemas: map[string]*Schema{DefaultSchema: {OID: 2200, Name: DefaultSchema, Owner: DatabaseOwnerOID, ACL: ACL{
			{Grantee: DatabaseOwnerOID, Grantor: DatabaseOwnerOID, Privileges: AllOnSchema},
			{Grantee: Public, Grantor: DatabaseOwnerOID, Privileges: Usage},
		}}},
		Tables: map[Name]*Table{}, Views: map[Name]*View{}, Sequences: map[Name]*Sequence{},
		Streams: map[uuid.UUID]*Stream{}, Dropped: map[uuid.UUID]*Dropped{}, Recent: map[uuid.UUID]int64{},
	}
}

// Op is one change to a database; exactly one field is set, but for Time. Put replaces or adds by name (Streams: by id).
type Op struct {
	PutRole      *Role     `json:"put_role,omitempty"`
	DropRole     string    `json:"drop_role,omitempty"`
	PutAccess    *Access   `json:"put_access,omitempty"`
	PutDefaults  *Defaults `json:"put_defaults,omitempty"`
	PutSchema    *Schema   `json:"put_schema,omitempty"`
	DropSchema   string    `json:"drop_schema,omitempty"`
	PutTable     *Table    `json:"put_table,omitempty"`
	DropTable    *Name     `json:"drop_table,omitempty"`
	PutView      *View     `json:"put_view,omitempty"`
	DropView     *Name     `json:"drop_view,omitempty"`
	PutSequence  *Sequence `json:"put_sequence,omitempty"`
	DropSequence *Name     `json:"drop_sequence,omitempty"`
	PutStream    *Stream   `json:"put_stream,omitempty"`
	Rename       *Rename   `json:"rename,omitempty"`
	PutFunction  *Function `json:"put_function,omitempty"`
	DropFunction string    `json:"drop_function,omitempty"` // its key
	PutType      *Type     `json:"put_type,omitempty"`
	DropType     *Name     `json:"drop_type,omitempty"`
	Time         time.Time `json:"time,omitzero"`   // of DropTable
	Purged       uuid.UUID `json:"purged,omitzero"` // a dropped table whose objects have been removed
}

// Rename puts a relation under another name; exactly one of Table, View and Sequence is set, with its new name.
type Rename struct {
	From     Name      `json:"from"`
	Table    *Table    `json:"table,omitempty"`
	View     *View     `json:"view,omitempty"`
	Sequence *Sequence `json:"sequence,omitempty"`
}

// Name is the new name.
func (r *Rename) Name() Name {
	switch {
	case r.Table != nil:
		return r.Table.Name
	case r.View != nil:
		return r.View.Name
	case r.Sequence != nil:
		return r.Sequence.Name
	}
	return r.From
}

func (d *Database) applyRename(r *Rename) {
	switch {
	case r.Table != nil:
		delete(d.Tables, r.From)
		d.Tables[r.Table.Name] = r.Table
	case r.View != nil:
		delete(d.Views, r.From)
		d.Views[r.View.Name] = r.View
	case r.Sequence != nil:
		delete(d.Sequences, r.From)
		d.Sequences[r.Sequence.Name] = r.Sequence
	}
}

// Apply returns the database after ops, as the given version of the catalog log. The receiver is unchanged.
func (d *Database) Apply(version int64, ops []Op) (*Database, error) {
	n := &Database{
		Version: version, NextOID: d.NextOID, Owner: d.Owner, ACL: d.ACL, Defaults: d.Defaults, Roles: maps.Clone(d.Roles),
		Schemas: maps.Clone(d.Schemas), Tables: maps.Clone(d.Tables),
		Views: maps.Clone(d.Views), Sequences: maps.Clone(d.Sequences), Streams: maps.Clone(d.Streams),
		Dropped: maps.Clone(d.Dropped), Recent: maps.Clone(d.Recent), Functions: d.Functions, Types: d.Types,
	}
	for _, op := range ops {
		switch {
		case op.PutRole != nil:
			n.Roles[op.PutRole.Name] = op.PutRole
			n.claim(op.PutRole.OID)
		case op.DropRole != "":
			if r := n.Roles[op.DropRole]; r != nil && n.Defaults != nil {
				n.Defaults = n.Defaults.withoutRole(r.OID)
			}
			delete(n.Roles, op.DropRole)
		case op.PutAccess != nil:
			n.applyAccess(op.PutAccess)
		case op.PutDefaults != nil:
			n.Defaults = op.PutDefaults
		case op.PutSchema != nil:
			n.Schemas[op.PutSchema.Name] = op.PutSchema
			n.claim(op.PutSchema.OID)
		case op.DropSchema != "":
			gone := n.Schemas[op.DropSchema]
			delete(n.Schemas, op.DropSchema)
			if gone != nil && n.Defaults != nil && n.SchemaByOID(gone.OID) == nil { // not renamed
				n.Defaults = n.Defaults.withoutSchema(gone.OID)
			}
		case op.PutTable != nil:
			n.Tables[op.PutTable.Name] = op.PutTable
			n.claim(op.PutTable.OID)
		case op.DropTable != nil:
			if t := n.Tables[*op.DropTable]; t != nil {
				n.Dropped[t.UUID] = &Dropped{UUID: t.UUID, Name: t.Name, Time: op.Time}
			}
			delete(n.Tables, *op.DropTable)
		case op.Purged != uuid.Nil:
			delete(n.Dropped, op.Purged)
		case op.PutView != nil:
			n.Views[op.PutView.Name] = op.PutView
			n.claim(op.PutView.OID)
		case op.DropView != nil:
			delete(n.Views, *op.DropView)
		case op.PutSequence != nil:
			n.Sequences[op.PutSequence.Name] = op.PutSequence
			n.claim(op.PutSequence.OID)
		case op.DropSequence != nil:
			delete(n.Sequences, *op.DropSequence)
		case op.PutFunction != nil:
			n.putFunction(op.PutFunction)
		case op.DropFunction != "":
			n.dropFunction(op.DropFunction)
		case op.PutType != nil:
			n.putType(op.PutType)
		case op.DropType != nil:
			n.dropType(*op.DropType)
		case op.Rename != nil:
			n.applyRename(op.Rename)
		case op.PutStream != nil:
			n.Streams[op.PutStream.ID] = op.PutStream
		default:
			return nil, fmt.Errorf("catalog version %d: an operation of a newer format", version)
		}
	}
	return n, nil
}

func (d *Database) claim(oid uint32) {
	if oid >= d.NextOID {
		d.NextOID = oid + 1
	}
}

// SchemaByOID returns the schema, or nil.
func (d *Database) SchemaByOID(oid uint32) *Schema {
	for _, s := range d.Schemas {
		if s.OID == oid {
			return s
		}
	}
	return nil
}

// Exists reports whether any relation (table, view or sequence) has this name.
func (d *Database) Exists(n Name) bool {
	return d.Tables[n] != nil || d.Views[n] != nil || d.Sequences[n] != nil
}

// TableByUUID finds a table by its storage id, or returns nil.
func (d *Database) TableByUUID(id uuid.UUID) *Table {
	for _, t := range d.Tables {
		if t.UUID == id {
			return t
		}
	}
	return nil
}

// DataFile is one live Parquet file of a table version.
type DataFile struct {
	Path    string // relative to the table's directory
	Size    int64  // bytes
	Rows    int64
	Stats   map[int32]ColumnStats // by column id; a missing column matches everything
	Buckets [2]int32              // first and last bucket in the file; {0, -1}: not known
	Dates   [2]int32              // first and last day (since 1970-01-01) of the time column; {1, 0}: not known
	Level   int                   // 0: a flush (l0/), 1: compacted
	Time    time.Time             // modification time of the file
}

// ColumnStats are bounds for pruning. Min and Max are the value's text as PostgreSQL would print it; nil when there is
// no bound, because the column type has no order that storage shares with SQL, or all rows are NULL.
type ColumnStats struct {
	Min, Max  *string
	NullCount int64
}

// Snapshot is one version of one table.
type Snapshot struct {
	Table       uuid.UUID
	Version     int64
	Schema      *Table // as of the version's metadata
	Files       []DataFile
	Checkpoints map[uuid.UUID]int64 // by WAL stream: rows with offsets up to it are in Files
}
