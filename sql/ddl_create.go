package sql

import (
	"strings"

	"github.com/jackc/pgerrcode"
	pg_query "github.com/pganalyze/pg_query_go/v6"

	"github.com/miniodb/miniodb/catalog"
	"github.com/miniodb/miniodb/internal/pgerr"
	"github.com/miniodb/miniodb/internal/sqltype"
)

// tableBuilder collects what CREATE TABLE says about one table.
type tableBuilder struct {
	*classifier
	out      *CreateTable
	names    constraintNames
	columns  map[string]bool
	checks   []*pg_query.Constraint // named and resolved once all columns are known
	checkCol []string               // column a check stands at, "" for the table's
	unique   bool                   // PRIMARY KEY or UNIQUE seen
}

func (c *classifier) createTable(n *pg_query.CreateStmt) (*CreateTable, error) {
	switch {
	case len(n.InhRelations) > 0 && n.Partbound == nil:
		return nil, unsupported("INHERITS is not supported")
	case n.Partbound != nil || n.Partspec != nil:
		return nil, unsupported("PARTITION BY is not supported").
			WithHint("Rows are placed by shard key and time column: WITH (shard_key = 'col', time_column = 'col').")
	case n.OfTypename != nil:
		return nil, unsupported("CREATE TABLE OF is not supported")
	case n.Tablespacename != "":
		return nil, unsupported("tablespaces are not supported")
	case n.AccessMethod != "" && n.AccessMethod != "heap":
		return nil, pgerr.New(pgerrcode.UndefinedObject, "access method \"%s\" does not exist", n.AccessMethod)
	}
	name, temp, err := c.persistent(n.Relation)
	if err != nil {
		return nil, err
	}
	onCommit := onCommits[n.Oncommit]
	if n.Oncommit > pg_query.OnCommitAction_ONCOMMIT_NOOP && !temp {
		return nil, pgerr.New(pgerrcode.InvalidTableDefinition, "ON COMMIT can only be used on temporary tables")
	}
	if hasLike(n) && c.like == nil {
		if c.types == nil { // the statement has to wait for the other table in any case
			c.unknown = true
			return nil, unsupported("CREATE TABLE (LIKE ...) is not supported here")
		}
		return &CreateTable{Name: name, IfNotExists: n.IfNotExists, Temp: temp, OnCommit: onCommit, like: n, likeText: c.text, likeTypes: c.types}, nil
	}
	b := &tableBuilder{
		classifier: c, out: &CreateTable{Name: name, IfNotExists: n.IfNotExists, Temp: temp, OnCommit: onCommit}, columns: map[string]bool{},
	}
	if err := b.elements(n.TableElts); err != nil {
		return nil, err
	}
	if len(b.out.Columns) == 0 {
		return nil, unsupported("a table without columns is not supported")
	}
	if err := distinctColumns(b.out.Columns); err != nil {
		return nil, err
	}
	if err := b.resolveChecks(); err != nil {
		return nil, err
	}
	if err := b.finishKeys(); err != nil {
		return nil, err
	}
	if b.out.Options, err = c.tableOptions(n.Options); err != nil {
		return nil, err
	}
	if err := b.checkOptionColumns(); err != nil {
		return nil, err
	}
	b.notices()
	return b.out, nil
}

func (b *tableBuilder) elements(nodes []*pg_query.Node) error {
	for _, node := range nodes {
		if col := node.GetColumnDef(); col != nil {
			b.columns[col.Colname] = true
		}
		if like := node.GetTableLikeClause(); like != nil {
			t, err := b.copied(like)
			if err != nil {
				return err
			}
			for i := range t.Columns {
				b.columns[t.Columns[i].Name] = true
			}
		}
	}
	for _, node := range nodes {
		var err error
		switch n := node.GetNode().(type) {
		case *pg_query.Node_ColumnDef:
			err = b.column(n.ColumnDef)
		case *pg_query.Node_Constraint:
			err = b.constraint(n.Constraint, "")
		case *pg_query.Node_TableLikeClause:
			err = b.takeLike(n.TableLikeClause)
		default:
			err = unsupported("%s in CREATE TABLE is not supported", statementName(node))
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (b *tableBuilder) column(n *pg_query.ColumnDef) error {
	if len(b.out.Columns) == maxColumns {
		return pgerr.New(pgerrcode.TooManyColumns, "tables can have at most %d columns", maxColumns)
	}
	if systemColumns[n.Colname] {
		return b.at(pgerr.New(pgerrcode.DuplicateColumn, "column name \"%s\" conflicts with a system column name", n.Colname), n.Location)
	}
	col := ColumnDef{Name: n.Colname}
	names := stringsOf(n.TypeName.GetNames())
	if oid, serial := serialTypes[names[len(names)-1]]; serial && len(names) == 1 {
		if len(n.TypeName.ArrayBounds) > 0 {
			return b.at(unsupported("array of serial is not implemented"), n.Location)
		}
		col.Type, col.NotNull = sqltype.Of(oid), true
		col.Sequence = b.ownSequence(col)
	} else {
		var err error
		if col.Type, err = b.typeOf(n.TypeName); err != nil {
			return err
		}
		if col.Type.OID == sqltype.Unknown {
			return b.at(pgerr.New(pgerrcode.InvalidTableDefinition, "column \"%s\" has pseudo-type unknown", col.Name), n.Location)
		}
		if col.Type.CatalogOnly() {
			return b.at(unsupported("type %s is not supported", sqltype.Of(col.Type.OID)), n.TypeName.GetLocation())
		}
	}
	if err := b.collation(n.CollClause); err != nil {
		return err
	}
	b.out.Columns = append(b.out.Columns, col)
	nullable := false
	for _, node := range n.Constraints {
		con := node.GetConstraint()
		at := &b.out.Columns[len(b.out.Columns)-1]
		switch con.Contype {
		case pg_query.ConstrType_CONSTR_NULL:
			nullable = true
		case pg_query.ConstrType_CONSTR_NOTNULL:
			at.NotNull = true
		case pg_query.ConstrType_CONSTR_DEFAULT:
			if at.Default != "" || at.Sequence != nil {
				return b.at(pgerr.New(pgerrcode.SyntaxError, "multiple default values specified for column \"%s\" of table \"%s\"", at.Name, b.out.Name.Name), con.Location)
			}
			text, err := b.defaultText(con.RawExpr)
			if err != nil {
				return err
			}
			at.Default = text
		case pg_query.ConstrType_CONSTR_IDENTITY:
			if err := b.identity(at, con); err != nil {
				return err
			}
		case pg_query.ConstrType_CONSTR_GENERATED:
			return b.at(unsupported("generated columns are not supported"), con.Location)
		case pg_query.ConstrType_CONSTR_ATTR_DEFERRABLE, pg_query.ConstrType_CONSTR_ATTR_NOT_DEFERRABLE,
			pg_query.ConstrType_CONSTR_ATTR_DEFERRED, pg_query.ConstrType_CONSTR_ATTR_IMMEDIATE:
			// Said of keys, which are not enforced at all.
		default:
			if err := b.constraint(con, at.Name); err != nil {
				return err
			}
		}
		if nullable && b.out.Columns[len(b.out.Columns)-1].NotNull {
			return b.at(pgerr.New(pgerrcode.SyntaxError, "conflicting NULL/NOT NULL declarations for column \"%s\" of table \"%s\"", col.Name, b.out.Name.Name), con.Location)
		}
	}
	return nil
}

// systemColumns are the names that PostgreSQL keeps for itself, and the offset column of buffered rows.
var systemColumns = map[string]bool{
	"tableoid": true, "xmin": true, "cmin": true, "xmax": true, "cmax": true, "ctid": true, "_offset": true,
}

// collation accepts the collations that mean what storage does: order by bytes.
func (b *tableBuilder) collation(n *pg_query.CollateClause) error {
	if n == nil {
		return nil
	}
	names := stringsOf(n.Collname)
	switch name := names[len(names)-1]; name {
	case "C", "POSIX", "default", "ucs_basic", "C.UTF-8", "C.utf8":
		return nil
	default:
		return b.at(unsupported("collation \"%s\" is not supported", clip(name)), n.Location).WithHint("Text is compared byte by byte, as with COLLATE \"C\".")
	}
}

// ownSequence is the sequence of a serial column, with its type's range.
func (b *tableBuilder) ownSequence(col ColumnDef) *CreateSequence {
	return &CreateSequence{
		Name:  catalog.Name{Schema: b.out.Name.Schema, Name: objectName(b.out.Name.Name, col.Name, "seq")},
		Start: 1, Increment: 1, Min: 1, Max: integerMax(col.Type.OID),
	}
}

func (b *tableBuilder) identity(col *ColumnDef, con *pg_query.Constraint) error {
	if col.Default != "" || col.Sequence != nil {
		return b.at(pgerr.New(pgerrcode.SyntaxError, "both default and identity specified for column \"%s\" of table \"%s\"", col.Name, b.out.Name.Name), con.Location)
	}
	if integerMax(col.Type.OID) == 0 {
		return pgerr.New(pgerrcode.InvalidParameterValue, "identity column type must be smallint, integer, or bigint")
	}
	seq, err := b.sequenceOptions(con.Options, col.Type.OID)
	if err != nil {
		return err
	}
	if seq.Name.Name == "" {
		seq.Name = b.ownSequence(*col).Name
	}
	col.Sequence, col.NotNull, col.Identity = seq, true, con.GeneratedWhen
	return nil
}

// defaultText checks a DEFAULT expression and prints it; "" for NULL.
func (b *tableBuilder) defaultText(expr *pg_query.Node) (string, error) {
	if expr.GetAConst().GetIsnull() {
		return "", nil
	}
	err := b.checkExpr(expr, exprRules{
		column: func(*pg_query.ColumnRef) error {
			return unsupported("cannot use column reference in DEFAULT expression")
		},
		subquery: "cannot use subquery in DEFAULT expression",
		window:   "window functions are not allowed in DEFAULT expressions",
	})
	if err != nil {
		return "", err
	}
	return deparseExpr(expr)
}

// distinctColumns refuses equal names, and names that differ only by case: files and DuckDB do not tell those apart.
func distinctColumns(cols []ColumnDef) error {
	seen := make(map[string]string, len(cols))
	for _, c := range cols {
		folded := strings.ToLower(c.Name)
		other, dup := seen[folded]
		switch {
		case dup && other == c.Name:
			return pgerr.New(pgerrcode.DuplicateColumn, "column \"%s\" specified more than once", c.Name)
		case dup:
			return pgerr.New(pgerrcode.DuplicateColumn, "columns \"%s\" and \"%s\" differ only by case", other, c.Name)
		}
		seen[folded] = c.Name
	}
	return nil
}

// checkOptionColumns refuses options that name columns which do not exist, at CREATE and not first when the table is made.
func (b *tableBuilder) checkOptionColumns() error {
	_, err := b.out.Table(timeZero, uuidZero, 0)
	return err
}

// notices say what is recorded and not enforced.
func (b *tableBuilder) notices() {
	foreign := false
	for _, k := range b.out.Keys {
		foreign = foreign || k.Kind == catalog.ForeignKey
	}
	if b.unique {
		b.out.Notices = append(b.out.Notices, pgerr.Notice(pgerrcode.SuccessfulCompletion, "PRIMARY KEY and UNIQUE are recorded but not enforced"))
	}
	if foreign {
		b.out.Notices = append(b.out.Notices, pgerr.Notice(pgerrcode.SuccessfulCompletion, "FOREIGN KEY is recorded but not enforced"))
	}
}

// SystemColumn reports a name that no column of a table may have.
func SystemColumn(name string) bool { return systemColumns[name] }
