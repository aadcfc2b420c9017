package session

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/jackc/pgerrcode"

	"github.com/miniodb/miniodb/catalog"
	cataloglog "github.com/miniodb/miniodb/catalog/log"
	"github.com/miniodb/miniodb/internal/duck"
	"github.com/miniodb/miniodb/internal/pgerr"
	"github.com/miniodb/miniodb/internal/sqltype"
	"github.com/miniodb/miniodb/sql"
)

// maxTableColumns is PostgreSQL's limit (MaxHeapAttributeNumber).
const maxTableColumns = 1600

func (a *alteration) addColumn(ctx context.Context, c *sql.AddColumn) error {
	t, s := a.table, a.s
	if t.ColumnByName(c.Name) >= 0 {
		if c.IfNotExists {
			s.notice(pgerrcode.DuplicateColumn, "column %q of relation %q already exists, skipping", c.Name, t.Name.Name)
			return nil
		}
		return pgerr.New(pgerrcode.DuplicateColumn, "column %q of relation %q already exists", c.Name, t.Name.Name)
	}
	if err := a.freeColumn(c.Name); err != nil {
		return err
	}
	if len(t.Columns) >= maxTableColumns {
		return pgerr.New(pgerrcode.TooManyColumns, "tables can have at most %d columns", maxTableColumns)
	}
	def, err := c.Define(t)
	if err != nil {
		return err
	}
	d := def.Columns[0]
	col := catalog.Column{ID: t.NextColumn, Name: d.Name, Type: d.Type, NotNull: d.NotNull, Default: d.Default, Identity: d.Identity}
	if d.Sequence != nil {
		a.addSequence(&col, *d.Sequence)
	}
	if err := a.missingValue(ctx, &col); err != nil {
		return err
	}
	// Its own name is the column's in files, too, unless older files may have a column of that name.
	fresh := int(t.NextColumn)-1 == len(t.Columns) && !slices.ContainsFunc(t.Columns, func(o catalog.Column) bool { return strings.EqualFold(o.PhysicalName, col.Name) })
	t.NextColumn++
	t.Columns = append(t.Columns, col)
	cataloglog.AssignPhysicalNames(t, fresh)
	if col.NotNull {
		a.notNull = append(a.notNull, col.Name)
	}
	if err := a.keepViews(nil); err != nil {
		return err
	}
	a.reshaped, a.defined, t.Evolved = true, true, true
	return a.addConstraints(def, false)
}

// freeColumn refuses a name that differs from that of a column only by case.
func (a *alteration) freeColumn(name string) error {
	for _, o := range a.table.Columns {
		if strings.EqualFold(o.Name, name) && o.Name != name {
			return pgerr.New(pgerrcode.DuplicateColumn, "columns %q and %q differ only by case", o.Name, name)
		}
	}
	return nil
}

// missingValue computes the value that the rows which are there have in a new column. A default with a value of its own for each row would
// have to be written into them.
func (a *alteration) missingValue(ctx context.Context, col *catalog.Column) error {
	volatile, err := sql.Volatile(col.Default)
	if err != nil || col.Default == "" {
		return err
	}
	if volatile || col.Sequence != nil {
		found, err := a.s.anyRow(ctx, a.old, "true")
		if err != nil || !found {
			return err
		}
		return pgerr.New(pgerrcode.FeatureNotSupported, "adding column %q is not supported: its default differs from row to row and the table has rows", col.Name).
			WithHint("Make a new table with CREATE TABLE AS, or add the column without a default and set the default afterwards.")
	}
	f, err := a.s.defaultOf(ctx, a.old, col)
	if err != nil {
		return err
	}
	v, err := f(ctx, 1)
	if err != nil || v.IsNull(0) {
		return err
	}
	text := plainText(&v, 0)
	if _, ok := duck.MissingText(&text, col.Type); !ok {
		return pgerr.New(pgerrcode.FeatureNotSupported, "adding a column with this default is not supported for type %s", col.Type).
			WithHint("Add the column without a default and set the default afterwards.")
	}
	col.Missing = &text
	return nil
}

func (a *alteration) dropColumn(c *sql.DropColumn) error {
	t, s := a.table, a.s
	at := t.ColumnByName(c.Name)
	if at < 0 {
		if c.IfExists {
			s.notice(pgerrcode.SuccessfulCompletion, "column %q of relation %q does not exist, skipping", c.Name, t.Name.Name)
			return nil
		}
		return pgerr.New(pgerrcode.UndefinedColumn, "column %q of relation %q does not exist", c.Name, t.Name.Name)
	}
	if len(t.Columns) == 1 {
		return pgerr.New(pgerrcode.FeatureNotSupported, "a table without columns is not supported")
	}
	col := t.Columns[at]
	what := fmt.Sprintf("column %s of table %s", col.Name, s.shortName(t.Name))
	views := s.viewsOfColumn(t, at)
	foreign := s.foreignKeysOf(t, func(columns []string) bool { return slices.Contains(columns, col.Name) })
	if n := len(views) + len(foreign); n > 0 {
		var details []string
		for _, v := range views {
			details = append(details, fmt.Sprintf("view %s depends on %s", s.shortName(v), what))
		}
		for _, k := range foreign {
			details = append(details, fmt.Sprintf("constraint %s on table %s depends on %s", k.key, s.shortName(k.table), what))
		}
		if !c.Cascade {
			return dependents(what, details)
		}
		if n == 1 && len(views) == 1 {
			s.notice(pgerrcode.SuccessfulCompletion, "drop cascades to view %s", s.shortName(views[0]))
		} else {
			s.notice(pgerrcode.SuccessfulCompletion, "drop cascades to %d other objects", n)
		}
		a.cascade(views, foreign)
	}
	t.Columns = slices.Delete(t.Columns, at, at+1)
	t.Keys = slices.DeleteFunc(t.Keys, func(k catalog.Key) bool { return slices.Contains(k.Columns, col.ID) })
	var err error
	t.Checks = slices.DeleteFunc(t.Checks, func(k catalog.Check) bool {
		names, cerr := sql.CheckColumns(k.Expr)
		if cerr != nil {
			err = cerr
		}
		return slices.Contains(names, col.Name)
	})
	if err != nil {
		return err
	}
	t.ShardKey = slices.DeleteFunc(t.ShardKey, func(id int32) bool { return id == col.ID })
	if len(t.ShardKey) == 0 {
		t.ShardKey = []int32{t.Columns[0].ID}
	}
	if t.TimeColumn == col.ID {
		t.TimeColumn = 0
	}
	if q := col.OwnedSequence(); q != nil {
		a.ops = append(a.ops, catalog.Op{DropSequence: q})
	}
	a.reshaped, t.Evolved = true, true
	return a.keepViews(views)
}

func (a *alteration) setDefault(c *sql.SetDefault) error {
	col, err := a.column(c.Column)
	if err != nil {
		return err
	}
	if col.Identity != "" {
		return pgerr.New(pgerrcode.SyntaxError, "column %q of relation %q is an identity column", col.Name, a.table.Name.Name)
	}
	if q := col.OwnedSequence(); q != nil {
		if name, ok := sql.SequenceDefault(c.Expr); ok && name.Name == q.Name && (name.Schema == "" || name.Schema == q.Schema) {
			col.Sequence, col.Owned = q, nil
		} else {
			col.Sequence, col.Owned = nil, q
		}
	}
	col.Default = c.Expr
	if col.Sequence != nil {
		col.Default = sql.NextvalDefault(*col.Sequence)
	}
	a.reshaped, a.defined = true, a.defined || c.Expr != ""
	return nil
}

// addIdentity makes a column that takes its values from a sequence of its own.
func (a *alteration) addIdentity(c *sql.AddIdentity) error {
	col, err := a.column(c.Column)
	if err != nil {
		return err
	}
	state := func(format string) error {
		return pgerr.New(pgerrcode.ObjectNotInPrerequisiteState, format, col.Name, a.table.Name.Name)
	}
	switch {
	case !col.NotNull:
		return state("column %q of relation %q must be declared NOT NULL before identity can be added")
	case col.Identity != "":
		return state("column %q of relation %q is already an identity column")
	case col.Default != "":
		return state("column %q of relation %q already has a default value")
	case col.Owned != nil:
		return pgerr.New(pgerrcode.FeatureNotSupported, "a column that owns two sequences is not supported")
	}
	seq, when, err := c.Define(a.table.Name, col)
	if err != nil {
		return err
	}
	a.addSequence(col, *seq)
	col.Identity = when
	a.reshaped, a.defined = true, true
	return nil
}

// dropIdentity makes an identity column an ordinary one.
func (a *alteration) dropIdentity(c *sql.DropIdentity) error {
	col, err := a.column(c.Column)
	if err != nil {
		return err
	}
	if col.Identity == "" {
		if c.IfExists {
			a.s.notice(pgerrcode.SuccessfulCompletion, "column %q of relation %q is not an identity column, skipping", col.Name, a.table.Name.Name)
			return nil
		}
		return pgerr.New(pgerrcode.ObjectNotInPrerequisiteState, "column %q of relation %q is not an identity column", col.Name, a.table.Name.Name)
	}
	a.ops = append(a.ops, catalog.Op{DropSequence: col.Sequence})
	col.Sequence, col.Default, col.Identity = nil, "", ""
	a.reshaped = true
	return nil
}

// addSequence makes the sequence of a serial or identity column.
func (a *alteration) addSequence(col *catalog.Column, seq sql.CreateSequence) {
	seq.Name.Schema = a.table.Name.Schema
	seq.Name.Name = a.s.freeName(seq.Name, a.ops)
	oid := a.s.database().NextOID
	for _, op := range a.ops {
		if op.PutSequence != nil {
			oid++
		}
	}
	a.ops = append(a.ops, catalog.Op{PutSequence: a.s.sequenceOf(&seq, oid)})
	col.Sequence, col.Default = &seq.Name, sql.NextvalDefault(seq.Name)
}

func (a *alteration) setNotNull(c *sql.SetNotNull) error {
	col, err := a.column(c.Column)
	if err != nil || col.NotNull == c.NotNull {
		return err
	}
	if c.NotNull {
		a.notNull = append(a.notNull, col.Name)
	} else {
		a.notNull = slices.DeleteFunc(a.notNull, func(n string) bool { return n == col.Name })
		for _, k := range a.table.Keys {
			if k.Kind == catalog.PrimaryKey && slices.Contains(k.Columns, col.ID) {
				return pgerr.New(pgerrcode.InvalidTableDefinition, "column %q is in a primary key", col.Name)
			}
		}
	}
	col.NotNull = c.NotNull
	a.reshaped = true
	return nil
}

func (a *alteration) setType(c *sql.SetType) error {
	at := a.table.ColumnByName(c.Column)
	col, err := a.column(c.Column)
	if err != nil {
		return err
	}
	if c.Using != "" && c.Using != sql.QuoteIdent(col.Name) && !strings.HasPrefix(c.Using, sql.QuoteIdent(col.Name)+"::") {
		return pgerr.New(pgerrcode.FeatureNotSupported, "ALTER COLUMN ... TYPE with USING is not supported").WithHint("Make a new table with CREATE TABLE AS.")
	}
	if col.Type == c.Type {
		return nil
	}
	if views := a.s.viewsOfColumn(a.table, at); len(views) > 0 {
		return pgerr.New(pgerrcode.FeatureNotSupported, "cannot alter type of a column used by a view or rule").
			WithDetail("rule _RETURN on %s depends on column %q", a.s.object(a.s.database(), views[0]), col.Name)
	}
	if !widens(col.Type, c.Type) {
		if textual(col.Type.OID) && !textual(c.Type.OID) && c.Using == "" {
			return pgerr.New(pgerrcode.DatatypeMismatch, "column %q cannot be cast automatically to type %s", col.Name, a.s.spell(c.Type)).
				WithHint("You might need to specify \"USING %s::%s\".", sql.QuoteIdent(col.Name), a.s.spell(c.Type))
		}
		return pgerr.New(pgerrcode.FeatureNotSupported, "changing the type of column %q from %s to %s is not supported", col.Name, a.s.spell(col.Type), a.s.spell(c.Type)).
			WithDetail("Types can be widened: smallint, integer, bigint; real, double precision; varchar(n) to longer ones and text; numeric to more digits of the same scale.").
			WithHint("Make a new table with CREATE TABLE AS.")
	}
	if col.Type.OID == sqltype.Float4 {
		if col.Widened = true; col.Missing != nil {
			if f, err := strconv.ParseFloat(*col.Missing, 32); err == nil {
				text := strconv.FormatFloat(f, 'g', -1, 64)
				col.Missing = &text
			}
		}
	}
	col.Type = c.Type
	a.reshaped, a.defined, a.table.Evolved = true, true, true
	return nil
}

// widens reports whether every value of one type is stored so that it can be read as one of the other.
func widens(from, to sqltype.Type) bool {
	rank := map[sqltype.OID]int{sqltype.Int2: 1, sqltype.Int4: 2, sqltype.Int8: 3}
	switch {
	case rank[from.OID] > 0:
		return rank[to.OID] >= rank[from.OID]
	case from.OID == sqltype.Float4:
		return to.OID == sqltype.Float8
	case from.OID == sqltype.Text || from.OID == sqltype.Varchar:
		room, limited := to.Length()
		n, was := from.Length()
		return to.OID == sqltype.Text || to.OID == sqltype.Varchar && (!limited || was && n <= room)
	case from.OID == sqltype.Numeric && to.OID == sqltype.Numeric:
		p, scale, ok := from.PrecisionScale()
		q, same, bounded := to.PrecisionScale()
		return ok && bounded && p <= q && q <= 38 && scale == same
	}
	return false
}
