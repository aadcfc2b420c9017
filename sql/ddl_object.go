package sql

import (
	"math"
	"strings"

	"github.com/jackc/pgerrcode"
	pg_query "github.com/pganalyze/pg_query_go/v6"

	"github.com/miniodb/miniodb/catalog"
	"github.com/miniodb/miniodb/internal/pgerr"
	"github.com/miniodb/miniodb/internal/sqltype"
)

func (c *classifier) createTableAs(into *pg_query.IntoClause, query *pg_query.Node, ifNotExists bool) (*CreateTableAs, error) {
	switch {
	case query.GetExecuteStmt() != nil:
		return nil, unsupported("CREATE TABLE AS EXECUTE is not supported")
	case into.TableSpaceName != "":
		return nil, unsupported("tablespaces are not supported")
	}
	name, temp, err := c.persistent(into.Rel)
	if err != nil {
		return nil, err
	}
	if into.OnCommit > pg_query.OnCommitAction_ONCOMMIT_NOOP && !temp {
		return nil, pgerr.New(pgerrcode.InvalidTableDefinition, "ON COMMIT can only be used on temporary tables")
	}
	out := &CreateTableAs{Name: name, IfNotExists: ifNotExists, NoData: into.SkipData, Temp: temp, OnCommit: onCommits[into.OnCommit]}
	for _, n := range into.ColNames {
		out.ColumnNames = append(out.ColumnNames, n.GetString_().GetSval())
	}
	if out.Options, err = c.tableOptions(into.Options); err != nil {
		return nil, err
	}
	if out.Query, err = c.query(query); err != nil {
		return nil, err
	}
	return out, nil
}

func (c *classifier) createView(n *pg_query.ViewStmt) (*CreateView, error) {
	switch {
	case n.WithCheckOption > pg_query.ViewCheckOption_NO_CHECK_OPTION:
		return nil, unsupported("WITH CHECK OPTION is not supported")
	case len(n.Options) > 0:
		return nil, unsupported("options of a view are not supported")
	}
	name, temp, err := c.persistent(n.View)
	if err != nil {
		return nil, err
	}
	out := &CreateView{Name: name, OrReplace: n.Replace, Temp: temp}
	for _, a := range n.Aliases {
		out.ColumnNames = append(out.ColumnNames, a.GetString_().GetSval())
	}
	if n.Query.GetSelectStmt() != nil && takeInto(n.Query.GetSelectStmt()) != nil {
		return nil, pgerr.New(pgerrcode.FeatureNotSupported, "views must not contain SELECT INTO")
	}
	if out.Query, err = c.query(n.Query); err != nil {
		return nil, err
	}
	if out.QueryText, err = deparseNode(n.Query); err != nil {
		return nil, err
	}
	return out, nil
}

func (c *classifier) createSchema(n *pg_query.CreateSchemaStmt) (*CreateSchema, error) {
	if len(n.SchemaElts) > 0 {
		return nil, unsupported("CREATE SCHEMA with schema elements is not supported").WithHint("Create the objects in statements of their own.")
	}
	name := n.Schemaname
	if name == "" {
		name = n.Authrole.GetRolename()
	}
	if strings.HasPrefix(name, "pg_") {
		return nil, pgerr.New(pgerrcode.ReservedName, "unacceptable schema name \"%s\"", name).
			WithDetail("The prefix \"pg_\" is reserved for system schemas.")
	}
	out := &CreateSchema{Name: name, IfNotExists: n.IfNotExists}
	if n.Authrole != nil {
		owner := roleSpec(n.Authrole)
		out.Owner = &owner
	}
	return out, nil
}

func (c *classifier) createSequence(n *pg_query.CreateSeqStmt) (*CreateSequence, error) {
	name, temp, err := c.persistent(n.Sequence)
	if err != nil {
		return nil, err
	}
	seq, err := c.sequenceOptions(n.Options, sqltype.Int8)
	if err != nil {
		return nil, err
	}
	seq.Name, seq.IfNotExists, seq.Temp = name, n.IfNotExists, temp
	return seq, nil
}

// integerMax is the largest value of an integer type; 0 for other types.
func integerMax(oid sqltype.OID) int64 {
	switch oid {
	case sqltype.Int2:
		return math.MaxInt16
	case sqltype.Int4:
		return math.MaxInt32
	case sqltype.Int8:
		return math.MaxInt64
	}
	return 0
}

// sequenceOptions checks the options of a sequence of an integer type and fills in the defaults (PostgreSQL: init_params).
func (c *classifier) sequenceOptions(nodes []*pg_query.Node, oid sqltype.OID) (*CreateSequence, error) {
	seq := &CreateSequence{Increment: 1}
	given := map[string]*int64{}
	seen := map[string]bool{}
	for _, node := range nodes {
		def := node.GetDefElem()
		if seen[def.Defname] {
			return nil, c.at(pgerr.New(pgerrcode.SyntaxError, "conflicting or redundant options"), def.Location)
		}
		seen[def.Defname] = true
		switch def.Defname {
		case "as":
			t, err := c.typeOf(def.Arg.GetTypeName())
			if err != nil {
				return nil, err
			}
			if integerMax(t.OID) == 0 {
				return nil, pgerr.New(pgerrcode.InvalidParameterValue, "sequence type must be smallint, integer, or bigint")
			}
			oid = t.OID
		case "increment", "minvalue", "maxvalue", "start", "restart", "cache":
			if def.Arg == nil { // NO MINVALUE
				continue
			}
			v, ok := defInt(def)
			if !ok {
				return nil, c.at(pgerr.New(pgerrcode.InvalidParameterValue, "invalid value for sequence option \"%s\"", def.Defname), def.Location)
			}
			given[def.Defname] = &v
		case "cycle":
			text, _ := defText(def)
			seq.Cycle, _ = defBool(def, text)
		case "owned_by":
			by, err := c.ownedBy(def)
			if err != nil {
				return nil, err
			}
			seq.OwnedBy = by
		case "sequence_name":
			name, err := c.qualified(def.Arg.GetList().GetItems())
			if err != nil {
				return nil, err
			}
			seq.Name = name
		case "logged":
		default:
			return nil, c.at(unsupported("sequence option \"%s\" is not supported", def.Defname), def.Location)
		}
	}
	if v := given["increment"]; v != nil {
		seq.Increment = *v
	}
	if seq.Increment == 0 {
		return nil, pgerr.New(pgerrcode.InvalidParameterValue, "INCREMENT must not be zero")
	}
	top := integerMax(oid)
	seq.Min, seq.Max = 1, top
	if seq.Increment < 0 {
		seq.Min, seq.Max = -top-1, -1
	}
	word := sqltype.Of(oid).String()
	if v := given["maxvalue"]; v != nil {
		seq.Max = *v
		if *v > top || *v < -top-1 {
			return nil, pgerr.New(pgerrcode.InvalidParameterValue, "MAXVALUE (%d) is out of range for sequence data type %s", *v, word)
		}
	}
	if v := given["minvalue"]; v != nil {
		seq.Min = *v
		if *v > top || *v < -top-1 {
			return nil, pgerr.New(pgerrcode.InvalidParameterValue, "MINVALUE (%d) is out of range for sequence data type %s", *v, word)
		}
	}
	if seq.Min >= seq.Max {
		return nil, pgerr.New(pgerrcode.InvalidParameterValue, "MINVALUE (%d) must be less than MAXVALUE (%d)", seq.Min, seq.Max)
	}
	if seq.Start = seq.Min; seq.Increment < 0 {
		seq.Start = seq.Max
	}
	if v := given["start"]; v != nil {
		seq.Start = *v
	}
	switch {
	case seq.Start < seq.Min:
		return nil, pgerr.New(pgerrcode.InvalidParameterValue, "START value (%d) cannot be less than MINVALUE (%d)", seq.Start, seq.Min)
	case seq.Start > seq.Max:
		return nil, pgerr.New(pgerrcode.InvalidParameterValue, "START value (%d) cannot be greater than MAXVALUE (%d)", seq.Start, seq.Max)
	}
	if v := given["cache"]; v != nil && *v < 1 {
		return nil, pgerr.New(pgerrcode.InvalidParameterValue, "CACHE (%d) must be greater than zero", *v)
	}
	return seq, nil
}

var dropKinds = map[pg_query.ObjectType]ObjectKind{
	pg_query.ObjectType_OBJECT_TABLE: ObjectTable, pg_query.ObjectType_OBJECT_VIEW: ObjectView,
	pg_query.ObjectType_OBJECT_SCHEMA: ObjectSchema, pg_query.ObjectType_OBJECT_SEQUENCE: ObjectSequence, pg_query.ObjectType_OBJECT_MATVIEW: ObjectMatview,
	pg_query.ObjectType_OBJECT_TYPE: ObjectType,
}

// drop fills in Command and Tag for DROP.
func (c *classifier) drop(s *Statement, n *pg_query.DropStmt) error {
	kind, ok := dropKinds[n.RemoveType]
	word := objectWord(n.RemoveType)
	if !ok && n.RemoveType != pg_query.ObjectType_OBJECT_INDEX {
		return unsupported("DROP %s is not supported", word)
	}
	s.Tag = "DROP " + word
	out := &Drop{Kind: kind, IfExists: n.MissingOk, Cascade: n.Behavior == pg_query.DropBehavior_DROP_CASCADE}
	for _, obj := range n.Objects {
		var name catalog.Name
		var err error
		if kind == ObjectSchema {
			name.Name = obj.GetString_().GetSval()
		} else if kind == ObjectType {
			if name, err = c.qualified(obj.GetTypeName().GetNames()); err != nil {
				return err
			}
		} else if name, err = c.qualified(obj.GetList().GetItems()); err != nil {
			return err
		}
		out.Names = append(out.Names, name)
	}
	if ok {
		s.Command = out
		return nil
	}
	// CREATE INDEX makes nothing, so no index exists.
	noop := &NoOp{}
	for _, name := range out.Names {
		if !n.MissingOk {
			return pgerr.New(pgerrcode.UndefinedObject, "index \"%s\" does not exist", name.Name)
		}
		noop.Notices = append(noop.Notices, pgerr.Notice(pgerrcode.SuccessfulCompletion, "index \"%s\" does not exist, skipping", name.Name))
	}
	s.Command = noop
	return nil
}

func (c *classifier) truncate(n *pg_query.TruncateStmt) (*Truncate, error) {
	names, err := c.names(n.Relations)
	if err != nil {
		return nil, err
	}
	return &Truncate{Names: names, RestartIdentity: n.RestartSeqs, Cascade: n.Behavior == pg_query.DropBehavior_DROP_CASCADE}, nil
}

func (c *classifier) comment(n *pg_query.CommentStmt) (*Comment, error) {
	out := &Comment{}
	if n.Comment != "" { // an empty comment is none
		text := n.Comment
		out.Text = &text
	}
	items := n.Object.GetList().GetItems()
	var err error
	switch n.Objtype {
	case pg_query.ObjectType_OBJECT_TABLE, pg_query.ObjectType_OBJECT_VIEW, pg_query.ObjectType_OBJECT_SEQUENCE, pg_query.ObjectType_OBJECT_MATVIEW:
		kinds := map[pg_query.ObjectType]ObjectKind{
			pg_query.ObjectType_OBJECT_TABLE: ObjectTable, pg_query.ObjectType_OBJECT_VIEW: ObjectView,
			pg_query.ObjectType_OBJECT_SEQUENCE: ObjectSequence, pg_query.ObjectType_OBJECT_MATVIEW: ObjectMatview,
		}
		out.Kind = kinds[n.Objtype]
		out.Name, err = c.qualified(items)
	case pg_query.ObjectType_OBJECT_SCHEMA, pg_query.ObjectType_OBJECT_DATABASE:
		out.Kind = ObjectSchema
		if n.Objtype == pg_query.ObjectType_OBJECT_DATABASE {
			out.Kind = ObjectDatabase
		}
		out.Name.Name = n.Object.GetString_().GetSval()
	case pg_query.ObjectType_OBJECT_ROLE:
		out.Kind, out.Name.Name = ObjectRole, n.Object.GetString_().GetSval()
	case pg_query.ObjectType_OBJECT_FUNCTION:
		var f FunctionName
		f, err = c.functionName(n.Object)
		out.Kind, out.Name, out.Args = ObjectFunction, f.Name, f.Args
	case pg_query.ObjectType_OBJECT_TYPE:
		out.Kind = ObjectType
		out.Name, err = c.qualified(n.Object.GetTypeName().GetNames())
	case pg_query.ObjectType_OBJECT_TABCONSTRAINT:
		if len(items) < 2 {
			return nil, pgerr.New(pgerrcode.SyntaxError, "a constraint's table must be named")
		}
		out.Kind, out.Column = ObjectConstraint, items[len(items)-1].GetString_().GetSval()
		out.Name, err = c.qualified(items[:len(items)-1])
	case pg_query.ObjectType_OBJECT_INDEX:
		if out.Name, err = c.qualified(items); err == nil { // CREATE INDEX makes none
			err = pgerr.New(pgerrcode.UndefinedTable, "relation \"%s\" does not exist", out.Name.Name)
		}
	case pg_query.ObjectType_OBJECT_COLUMN:
		if len(items) < 2 {
			return nil, pgerr.New(pgerrcode.SyntaxError, "column name must be qualified")
		}
		out.Kind, out.Column = ObjectColumn, items[len(items)-1].GetString_().GetSval()
		out.Name, err = c.qualified(items[:len(items)-1])
	default:
		word := strings.ReplaceAll(strings.TrimPrefix(n.Objtype.String(), "OBJECT_"), "_", " ")
		return nil, unsupported("COMMENT ON %s is not supported", word)
	}
	return out, err
}
