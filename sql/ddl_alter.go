package sql

import (
	"cmp"
	"errors"
	"slices"
	"strconv"
	"strings"

	"github.com/jackc/pgerrcode"
	pg_query "github.com/pganalyze/pg_query_go/v6"

	"github.com/miniodb/miniodb/catalog"
	"github.com/miniodb/miniodb/internal/pgerr"
	"github.com/miniodb/miniodb/internal/sqltype"
)

// alterStatement takes the statements that change objects; known is false for those that are somebody else's.
func (c *classifier) alterStatement(s *Statement, node *pg_query.Node) (known bool, err error) {
	switch n := node.GetNode().(type) {
	case *pg_query.Node_AlterTableStmt:
		s.Command, err = c.alterTable(s, n.AlterTableStmt)
	case *pg_query.Node_RenameStmt:
		s.Command, err = c.rename(s, n.RenameStmt)
	case *pg_query.Node_AlterObjectSchemaStmt:
		s.Command, err = c.setSchema(s, n.AlterObjectSchemaStmt)
	case *pg_query.Node_AlterSeqStmt:
		s.Tag = "ALTER SEQUENCE"
		var name catalog.Name
		name, err = c.name(n.AlterSeqStmt.Sequence)
		s.Command = &AlterSequence{Name: name, IfExists: n.AlterSeqStmt.MissingOk, text: c.text, options: n.AlterSeqStmt.Options}
	default:
		return false, nil
	}
	return true, err
}

var alterKinds = map[pg_query.ObjectType]ObjectKind{
	pg_query.ObjectType_OBJECT_TABLE: ObjectTable, pg_query.ObjectType_OBJECT_VIEW: ObjectView,
	pg_query.ObjectType_OBJECT_SCHEMA: ObjectSchema, pg_query.ObjectType_OBJECT_SEQUENCE: ObjectSequence, pg_query.ObjectType_OBJECT_MATVIEW: ObjectMatview,
}

func objectWord(t pg_query.ObjectType) string {
	if t == pg_query.ObjectType_OBJECT_MATVIEW {
		return "MATERIALIZED VIEW"
	}
	return strings.ReplaceAll(strings.TrimPrefix(t.String(), "OBJECT_"), "_", " ")
}

func (c *classifier) alterTable(s *Statement, n *pg_query.AlterTableStmt) (*AlterTable, error) {
	kind, ok := alterKinds[n.Objtype]
	if !ok {
		return nil, unsupported("ALTER %s is not supported", objectWord(n.Objtype))
	}
	s.Tag = "ALTER " + objectWord(n.Objtype)
	name, err := c.name(n.Relation)
	if err != nil {
		return nil, err
	}
	out := &AlterTable{Kind: kind, Name: name, IfExists: n.MissingOk}
	for _, node := range n.Cmds {
		a, err := c.alterAction(node.GetAlterTableCmd(), name)
		if err != nil {
			return nil, err
		}
		out.Actions = append(out.Actions, a)
	}
	slices.SortStableFunc(out.Actions, func(a, b AlterAction) int { return cmp.Compare(a.pass(), b.pass()) })
	return out, nil
}

func (c *classifier) alterAction(n *pg_query.AlterTableCmd, table catalog.Name) (AlterAction, error) {
	cascade := n.Behavior == pg_query.DropBehavior_DROP_CASCADE
	switch n.Subtype {
	case pg_query.AlterTableType_AT_AddColumn:
		def := n.Def.GetColumnDef()
		if c.types == nil && serialTypes[lastName(def.GetTypeName().GetNames())] == 0 {
			if _, err := c.typeOf(def.GetTypeName()); c.unknown {
				return nil, err
			}
		}
		return &AddColumn{Name: def.GetColname(), IfNotExists: n.MissingOk, text: c.text, def: def, types: c.types}, nil
	case pg_query.AlterTableType_AT_DropColumn:
		return &DropColumn{Name: n.Name, IfExists: n.MissingOk, Cascade: cascade}, nil
	case pg_query.AlterTableType_AT_ColumnDefault:
		if n.Def == nil {
			return &SetDefault{Column: n.Name}, nil
		}
		b := &tableBuilder{classifier: c, out: &CreateTable{Name: table}}
		text, err := b.defaultText(n.Def)
		return &SetDefault{Column: n.Name, Expr: text}, err
	case pg_query.AlterTableType_AT_AddIdentity:
		return &AddIdentity{Column: n.Name, text: c.text, def: n.Def.GetConstraint()}, nil
	case pg_query.AlterTableType_AT_DropIdentity:
		return &DropIdentity{Column: n.Name, IfExists: n.MissingOk}, nil
	case pg_query.AlterTableType_AT_SetNotNull, pg_query.AlterTableType_AT_DropNotNull:
		return &SetNotNull{Column: n.Name, NotNull: n.Subtype == pg_query.AlterTableType_AT_SetNotNull}, nil
	case pg_query.AlterTableType_AT_AlterColumnType:
		return c.setType(n)
	case pg_query.AlterTableType_AT_AddConstraint:
		con := n.Def.GetConstraint()
		return &AddConstraint{text: c.text, def: con, Unchecked: con.GetSkipValidation()}, nil
	case pg_query.AlterTableType_AT_DropConstraint:
		return &DropConstraint{Name: n.Name, IfExists: n.MissingOk, Cascade: cascade}, nil
	case pg_query.AlterTableType_AT_ValidateConstraint:
		return &ValidateConstraint{Name: n.Name}, nil
	case pg_query.AlterTableType_AT_SetRelOptions:
		options, err := c.tableOptions(n.Def.GetList().GetItems())
		return &SetOptions{Options: options, Names: optionNames(n.Def)}, err
	case pg_query.AlterTableType_AT_ResetRelOptions:
		return &ResetOptions{Names: optionNames(n.Def)}, nil
	case pg_query.AlterTableType_AT_SetStatistics, pg_query.AlterTableType_AT_SetOptions, pg_query.AlterTableType_AT_ResetOptions,
		pg_query.AlterTableType_AT_SetStorage, pg_query.AlterTableType_AT_SetCompression:
		return &IgnoredAction{Column: n.Name}, nil
	case pg_query.AlterTableType_AT_ClusterOn:
		return nil, pgerr.New(pgerrcode.UndefinedObject, "index \"%s\" for table \"%s\" does not exist", n.Name, table.Name)
	case pg_query.AlterTableType_AT_DropCluster, pg_query.AlterTableType_AT_DropOids, pg_query.AlterTableType_AT_ReplicaIdentity,
		pg_query.AlterTableType_AT_EnableTrigAll, pg_query.AlterTableType_AT_DisableTrigAll, pg_query.AlterTableType_AT_EnableTrigUser,
		pg_query.AlterTableType_AT_DisableTrigUser, pg_query.AlterTableType_AT_SetLogged:
		return &IgnoredAction{}, nil
	}
	word := strings.TrimPrefix(n.Subtype.String(), "AT_")
	return nil, unsupported("this action of ALTER TABLE is not supported").WithDetail("The action is %s.", word)
}

func optionNames(n *pg_query.Node) []string {
	var out []string
	for _, item := range n.GetList().GetItems() {
		def := item.GetDefElem()
		if def.Defnamespace != "" {
			out = append(out, def.Defnamespace+"."+def.Defname)
		} else {
			out = append(out, def.Defname)
		}
	}
	return out
}

func (c *classifier) setType(n *pg_query.AlterTableCmd) (*SetType, error) {
	def := n.Def.GetColumnDef()
	b := &tableBuilder{classifier: c, out: &CreateTable{}}
	if err := b.collation(def.CollClause); err != nil {
		return nil, err
	}
	t, err := c.typeOf(def.TypeName)
	if err != nil {
		return nil, err
	}
	if t.OID == sqltype.Unknown {
		return nil, pgerr.New(pgerrcode.InvalidTableDefinition, "column \"%s\" has pseudo-type unknown", n.Name)
	}
	if t.CatalogOnly() {
		return nil, c.at(unsupported("type %s is not supported", sqltype.Of(t.OID)), def.TypeName.GetLocation())
	}
	out := &SetType{Column: n.Name, Type: t}
	if def.RawDefault != nil {
		if out.Using, err = deparseExpr(def.RawDefault); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// alteration is the table builder for something that is added to a table.
func alteration(text string, t *catalog.Table) *tableBuilder {
	b := &tableBuilder{classifier: &classifier{text: text}, out: &CreateTable{Name: t.Name}, columns: map[string]bool{}}
	for i := range t.Columns {
		b.columns[t.Columns[i].Name] = true
	}
	for _, c := range t.Checks {
		b.names.add(c.Name)
	}
	for _, k := range t.Keys {
		b.names.add(k.Name)
	}
	return b
}

// finishAlteration resolves what waited for all columns.
func (b *tableBuilder) finishAlteration() (*CreateTable, error) {
	if err := b.resolveChecks(); err != nil {
		return nil, err
	}
	if err := b.finishKeys(); err != nil {
		return nil, err
	}
	b.notices()
	return b.out, nil
}

// Define resolves the column against the table that it is added to: the result has one column, and the constraints that stand at it.
func (a *AddColumn) Define(t *catalog.Table) (*CreateTable, error) {
	b := alteration(a.text, t)
	b.columns[a.Name], b.types = true, a.types
	if err := b.column(a.def); err != nil {
		return nil, err
	}
	return b.finishAlteration()
}

// Define resolves the constraint against the table that it is added to: the result has one key or one check.
func (a *AddConstraint) Define(t *catalog.Table) (*CreateTable, error) {
	b := alteration(a.text, t)
	if name := a.def.Conname; name != "" && b.names[name] {
		return nil, pgerr.New(pgerrcode.DuplicateObject, "constraint \"%s\" for relation \"%s\" already exists", name, t.Name.Name)
	}
	if a.def.Indexname != "" {
		return nil, pgerr.New(pgerrcode.UndefinedObject, "index \"%s\" does not exist", a.def.Indexname)
	}
	if a.def.Contype == pg_query.ConstrType_CONSTR_PRIMARY || a.def.Contype == pg_query.ConstrType_CONSTR_UNIQUE {
		for _, name := range stringsOf(a.def.Keys) {
			if !b.columns[name] {
				return nil, pgerr.New(pgerrcode.UndefinedColumn, "column \"%s\" of relation \"%s\" does not exist", name, t.Name.Name)
			}
		}
	}
	err := b.constraint(a.def, "")
	var out *CreateTable
	if err == nil {
		out, err = b.finishAlteration()
	}
	var e *pgerr.Error
	if errors.As(err, &e) && e.Code == pgerrcode.UndefinedColumn { // PostgreSQL gives no position here
		e.Position = 0
	}
	return out, err
}

func (c *classifier) rename(s *Statement, n *pg_query.RenameStmt) (*Rename, error) {
	out := &Rename{To: n.Newname, IfExists: n.MissingOk}
	kind := n.RenameType
	switch n.RenameType {
	case pg_query.ObjectType_OBJECT_COLUMN:
		kind, out.Column = n.RelationType, n.Subname
	case pg_query.ObjectType_OBJECT_TABCONSTRAINT:
		kind, out.Constraint = pg_query.ObjectType_OBJECT_TABLE, n.Subname
	}
	s.Tag = "ALTER " + objectWord(kind)
	if n.RenameType == pg_query.ObjectType_OBJECT_TYPE {
		name, err := c.qualified(n.Object.GetList().GetItems())
		out.Kind, out.Name = ObjectType, name
		return out, err
	}
	var ok bool
	if out.Kind, ok = alterKinds[kind]; !ok {
		if kind == pg_query.ObjectType_OBJECT_INDEX && !n.MissingOk {
			return nil, pgerr.New(pgerrcode.UndefinedTable, "relation \"%s\" does not exist", n.Relation.GetRelname())
		}
		return nil, unsupported("ALTER %s ... RENAME is not supported", objectWord(kind))
	}
	if out.Kind == ObjectSchema {
		out.Name.Name = n.Subname
		return out, nil
	}
	var err error
	out.Name, err = c.name(n.Relation)
	return out, err
}

func (c *classifier) setSchema(s *Statement, n *pg_query.AlterObjectSchemaStmt) (*SetSchema, error) {
	if n.ObjectType == pg_query.ObjectType_OBJECT_TYPE {
		s.Tag = "ALTER TYPE"
		name, err := c.qualified(n.Object.GetList().GetItems())
		return &SetSchema{Kind: ObjectType, Name: name, Schema: n.Newschema}, err
	}
	kind, ok := alterKinds[n.ObjectType]
	if !ok || kind == ObjectSchema {
		return nil, unsupported("ALTER %s ... SET SCHEMA is not supported", objectWord(n.ObjectType))
	}
	s.Tag = "ALTER " + objectWord(n.ObjectType)
	name, err := c.name(n.Relation)
	return &SetSchema{Kind: kind, Name: name, Schema: n.Newschema, IfExists: n.MissingOk}, err
}

// Define makes the sequence of the column, and tells whether it is always drawn from (catalog.Column.Identity).
func (a *AddIdentity) Define(table catalog.Name, col *catalog.Column) (*CreateSequence, string, error) {
	b := &tableBuilder{classifier: &classifier{text: a.text}, out: &CreateTable{Name: table}}
	def := ColumnDef{Name: col.Name, Type: col.Type}
	if err := b.identity(&def, a.def); err != nil {
		return nil, "", err
	}
	return def.Sequence, def.Identity, nil
}

// OwnedBy is what OWNED BY says of a sequence.
type OwnedBy struct {
	Table  catalog.Name
	Column string // "": NONE
}

// ownedBy reads OWNED BY.
func (c *classifier) ownedBy(def *pg_query.DefElem) (*OwnedBy, error) {
	items := def.Arg.GetList().GetItems()
	words := stringsOf(items)
	if len(words) == 1 && words[0] == "none" {
		return &OwnedBy{}, nil
	}
	if len(words) < 2 {
		return nil, pgerr.New(pgerrcode.SyntaxError, "invalid OWNED BY option").WithHint("Specify OWNED BY table.column or OWNED BY NONE.")
	}
	name, err := c.qualified(items[:len(items)-1])
	return &OwnedBy{Table: name, Column: words[len(words)-1]}, err
}

// Owner is what the statement says of the owner; nil: nothing. Else tells whether it says more than that.
func (a *AlterSequence) Owner() (by *OwnedBy, more bool, err error) {
	c := &classifier{text: a.text}
	for _, node := range a.options {
		if def := node.GetDefElem(); def.Defname != "owned_by" {
			more = true
		} else if by, err = c.ownedBy(def); err != nil {
			return nil, false, err
		}
	}
	return by, more, nil
}

// Apply changes a sequence by the options that the statement gives (PostgreSQL: init_params with isInit false). Reserved is the next number.
func (a *AlterSequence) Apply(s *catalog.Sequence) error {
	c := &classifier{text: a.text}
	given := map[string]*pg_query.DefElem{}
	for _, node := range a.options {
		def := node.GetDefElem()
		if given[def.Defname] != nil {
			return c.at(pgerr.New(pgerrcode.SyntaxError, "conflicting or redundant options"), def.Location)
		}
		given[def.Defname] = def
	}
	// The options as those of a sequence with the present ones for those that are not given.
	called := s.Called()
	oid := sqltype.Int8
	if a := given["as"]; a != nil {
		t, err := c.typeOf(a.Arg.GetTypeName())
		if err != nil {
			return err
		}
		oid = t.OID
	}
	present := func(name string, value int64) {
		if given[name] == nil {
			a.add(given, name, value)
		}
	}
	present("increment", s.Increment)
	if given["as"] == nil {
		present("minvalue", s.Min)
		present("maxvalue", s.Max)
	}
	present("start", s.Start)
	var nodes []*pg_query.Node
	for name, def := range given {
		if name != "restart" && name != "owned_by" && name != "cycle" {
			nodes = append(nodes, &pg_query.Node{Node: &pg_query.Node_DefElem{DefElem: def}})
		}
	}
	n, err := c.sequenceOptions(nodes, oid)
	if err != nil {
		return err
	}
	if def := given["cycle"]; def != nil {
		text, _ := defText(def)
		s.Cycle, _ = defBool(def, text)
	}
	restart := s.Start
	if given["start"] != nil {
		restart = n.Start
	}
	if def := given["restart"]; def != nil {
		if def.Arg != nil {
			v, ok := defInt(def)
			if !ok {
				return c.at(pgerr.New(pgerrcode.InvalidParameterValue, "invalid value for sequence option \"restart\""), def.Location)
			}
			restart = v
		}
		s.Reserved, s.Exhausted, s.Uncalled = restart, false, true
	} else if called && n.Increment != s.Increment && !s.Exhausted {
		s.Reserved += n.Increment - s.Increment // it goes on from the last number
	}
	if given["restart"] != nil && restart < n.Min {
		return pgerr.New(pgerrcode.InvalidParameterValue, "RESTART value (%d) cannot be less than MINVALUE (%d)", restart, n.Min)
	}
	if given["restart"] != nil && restart > n.Max {
		return pgerr.New(pgerrcode.InvalidParameterValue, "RESTART value (%d) cannot be greater than MAXVALUE (%d)", restart, n.Max)
	}
	s.Increment, s.Min, s.Max, s.Start = n.Increment, n.Min, n.Max, n.Start
	return nil
}

// add gives an option the value that it has.
func (a *AlterSequence) add(given map[string]*pg_query.DefElem, name string, value int64) {
	given[name] = &pg_query.DefElem{Defname: name, Arg: &pg_query.Node{Node: &pg_query.Node_Float{Float: &pg_query.Float{Fval: strconv.FormatInt(value, 10)}}}}
}
