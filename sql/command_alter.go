package sql

import (
	pg_query "github.com/pganalyze/pg_query_go/v6"

	"github.com/miniodb/miniodb/catalog"
	"github.com/miniodb/miniodb/internal/sqltype"
)

// AlterTable is ALTER TABLE with its actions in the order in which PostgreSQL carries them out, and ALTER VIEW and SEQUENCE where they
// do what ALTER TABLE does.
type AlterTable struct {
	Kind     ObjectKind
	Name     catalog.Name
	IfExists bool
	Actions  []AlterAction
}

// AlterAction is one action of ALTER TABLE, always used by pointer. What it names is looked up when it is carried out: an earlier action
// of the same statement may have made it.
type AlterAction interface{ pass() int }

// AddColumn is ADD [COLUMN] [IF NOT EXISTS]; Define resolves it.
type AddColumn struct {
	Name        string
	IfNotExists bool
	text        string
	def         *pg_query.ColumnDef
	types       typeLookup
}

// DropColumn is DROP [COLUMN] [IF EXISTS] [CASCADE].
type DropColumn struct {
	Name     string
	IfExists bool
	Cascade  bool
}

// SetDefault is ALTER COLUMN ... SET and DROP DEFAULT.
type SetDefault struct {
	Column string
	Expr   string // PostgreSQL text; "": NULL
}

// AddIdentity is ALTER COLUMN ... ADD GENERATED ... AS IDENTITY; Define resolves it.
type AddIdentity struct {
	Column string
	text   string
	def    *pg_query.Constraint
}

// DropIdentity is ALTER COLUMN ... DROP IDENTITY [IF EXISTS].
type DropIdentity struct {
	Column   string
	IfExists bool
}

// SetNotNull is ALTER COLUMN ... SET and DROP NOT NULL.
type SetNotNull struct {
	Column  string
	NotNull bool
}

// SetType is ALTER COLUMN ... TYPE.
type SetType struct {
	Column string
	Type   sqltype.Type
	Using  string // PostgreSQL text; "": not given
}

// AddConstraint is ADD [CONSTRAINT name] CHECK, PRIMARY KEY, UNIQUE or FOREIGN KEY; Define resolves it.
type AddConstraint struct {
	text string
	def  *pg_query.Constraint
	// Unchecked is NOT VALID: rows that are there are not looked at.
	Unchecked bool
}

// DropConstraint is DROP CONSTRAINT [IF EXISTS].
type DropConstraint struct {
	Name     string
	IfExists bool
	Cascade  bool
}

// ValidateConstraint is VALIDATE CONSTRAINT.
type ValidateConstraint struct{ Name string }

// SetOptions is SET (...) of table options.
type SetOptions struct {
	Options TableOptions
	Names   []string // that were given
}

// ResetOptions is RESET (...) of table options.
type ResetOptions struct{ Names []string }

// IgnoredAction is an action about what does not exist here and changes no answer: statistics targets, storage, triggers.
type IgnoredAction struct {
	Column string // that has to exist; "": none
}

// ActionName is what PostgreSQL calls an action that only tables know; "" for those that materialized views know, too.
func ActionName(a AlterAction) string {
	switch c := a.(type) {
	case *AddColumn:
		return "ADD COLUMN"
	case *DropColumn:
		return "DROP COLUMN"
	case *SetDefault:
		return "ALTER COLUMN ... SET DEFAULT"
	case *AddIdentity:
		return "ALTER COLUMN ... ADD IDENTITY"
	case *DropIdentity:
		return "ALTER COLUMN ... DROP IDENTITY"
	case *SetNotNull:
		if !c.NotNull {
			return "ALTER COLUMN ... DROP NOT NULL"
		}
		return "ALTER COLUMN ... SET NOT NULL"
	case *SetType:
		return "ALTER COLUMN ... SET DATA TYPE"
	case *AddConstraint:
		return "ADD CONSTRAINT"
	case *DropConstraint:
		return "DROP CONSTRAINT"
	case *ValidateConstraint:
		return "VALIDATE CONSTRAINT"
	}
	return ""
}

// Passes of ALTER TABLE, as PostgreSQL orders them (tablecmds.c, AlterTablePass).
const (
	passDrop = iota
	passType
	passColumn
	passAttribute
	passConstraint
	passOther
)

func (*AddColumn) pass() int          { return passColumn }
func (*DropColumn) pass() int         { return passDrop }
func (*SetType) pass() int            { return passType }
func (*AddIdentity) pass() int        { return passAttribute }
func (*DropIdentity) pass() int       { return passDrop }
func (*AddConstraint) pass() int      { return passConstraint }
func (*DropConstraint) pass() int     { return passDrop }
func (*ValidateConstraint) pass() int { return passOther }
func (*SetOptions) pass() int         { return passOther }
func (*ResetOptions) pass() int       { return passOther }
func (*IgnoredAction) pass() int      { return passOther }

func (a *SetDefault) pass() int {
	if a.Expr == "" {
		return passDrop
	}
	return passAttribute
}

func (a *SetNotNull) pass() int {
	if !a.NotNull {
		return passDrop
	}
	return passAttribute
}

// Rename is ALTER TABLE, VIEW, SEQUENCE, SCHEMA ... RENAME TO, RENAME COLUMN and RENAME CONSTRAINT.
type Rename struct {
	Kind       ObjectKind   // of Name
	Name       catalog.Name // a schema's name is in Name, its Schema is ""
	Column     string       // to be renamed; "": none
	Constraint string       // to be renamed; "": none
	To         string
	IfExists   bool
}

// SetSchema is ALTER TABLE, VIEW, SEQUENCE ... SET SCHEMA.
type SetSchema struct {
	Kind     ObjectKind
	Name     catalog.Name
	Schema   string
	IfExists bool
}

// AlterSequence is ALTER SEQUENCE with options.
type AlterSequence struct {
	Name     catalog.Name
	IfExists bool
	text     string
	options  []*pg_query.Node
}

func (*AlterTable) command()    {}
func (*Rename) command()        {}
func (*SetSchema) command()     {}
func (*AlterSequence) command() {}
