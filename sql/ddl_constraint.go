package sql

import (
	"slices"
	"strconv"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"
	"github.com/jackc/pgerrcode"
	pg_query "github.com/pganalyze/pg_query_go/v6"
	"google.golang.org/protobuf/proto"

	"github.com/miniodb/miniodb/catalog"
	"github.com/miniodb/miniodb/internal/pgerr"
)

var (
	timeZero time.Time
	uuidZero uuid.UUID
)

// constraintNames gives out names that are unique within one table.
type constraintNames map[string]bool

// choose makes a name as PostgreSQL's ChooseConstraintName does: with a number at the end once the plain one is taken.
func (n *constraintNames) choose(table, column, label string) string {
	name := objectName(table, column, label)
	for i := 1; (*n)[name]; i++ {
		name = objectName(table, column, label+strconv.Itoa(i))
	}
	n.add(name)
	return name
}

func (n *constraintNames) add(name string) bool {
	if *n == nil {
		*n = constraintNames{}
	}
	taken := (*n)[name]
	(*n)[name] = true
	return !taken
}

// objectName joins its parts with underscores and shortens the longer of the first two until the whole fits an identifier
// (PostgreSQL: makeObjectName).
func objectName(table, column, label string) string {
	over := 1 + len(label)
	if column != "" {
		over++
	}
	a, b := len(table), len(column)
	for a+b > maxIdentBytes-over {
		if a > b {
			a--
		} else {
			b--
		}
	}
	table, column = clipChars(table, a), clipChars(column, b)
	if column != "" {
		table += "_" + column
	}
	return table + "_" + label
}

// clipChars cuts s to at most n bytes without splitting a character.
func clipChars(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}

// constraint takes a table constraint, or one that stands at a column.
func (b *tableBuilder) constraint(n *pg_query.Constraint, column string) error {
	if n.Conname != "" && !b.names.add(n.Conname) {
		if n.Contype == pg_query.ConstrType_CONSTR_CHECK {
			return pgerr.New(pgerrcode.DuplicateObject, "check constraint \"%s\" already exists", n.Conname)
		}
		return pgerr.New(pgerrcode.DuplicateObject, "constraint \"%s\" for relation \"%s\" already exists", n.Conname, b.out.Name.Name)
	}
	switch n.Contype {
	case pg_query.ConstrType_CONSTR_CHECK:
		b.checks, b.checkCol = append(b.checks, n), append(b.checkCol, column)
		return nil
	case pg_query.ConstrType_CONSTR_PRIMARY, pg_query.ConstrType_CONSTR_UNIQUE:
		return b.key(n, column)
	case pg_query.ConstrType_CONSTR_FOREIGN:
		return b.foreignKey(n, column)
	case pg_query.ConstrType_CONSTR_EXCLUSION:
		return b.at(unsupported("EXCLUDE constraints are not supported"), n.Location)
	}
	return b.at(unsupported("this constraint is not supported"), n.Location)
}

func (b *tableBuilder) key(n *pg_query.Constraint, column string) error {
	key := KeyDef{Name: n.Conname, Kind: catalog.UniqueKey, Columns: stringsOf(n.Keys)}
	if column != "" {
		key.Columns = []string{column}
	}
	for i, col := range key.Columns {
		if !b.columns[col] {
			return b.at(pgerr.New(pgerrcode.UndefinedColumn, "column \"%s\" named in key does not exist", col), n.Location)
		}
		if slices.Contains(key.Columns[:i], col) {
			kind := "unique"
			if n.Contype == pg_query.ConstrType_CONSTR_PRIMARY {
				kind = "primary key"
			}
			return b.at(pgerr.New(pgerrcode.DuplicateColumn, "column \"%s\" appears twice in %s constraint", col, kind), n.Location)
		}
	}
	b.unique = true
	if n.Contype == pg_query.ConstrType_CONSTR_PRIMARY {
		key.Kind = catalog.PrimaryKey
		for _, k := range b.out.Keys {
			if k.Kind == catalog.PrimaryKey {
				return b.at(pgerr.New(pgerrcode.InvalidTableDefinition, "multiple primary keys for table \"%s\" are not allowed", b.out.Name.Name), n.Location)
			}
		}
	}
	b.out.Keys = append(b.out.Keys, key)
	return nil
}

func (b *tableBuilder) foreignKey(n *pg_query.Constraint, column string) error {
	ref, err := b.name(n.Pktable)
	if err != nil {
		return err
	}
	key := KeyDef{Name: n.Conname, Kind: catalog.ForeignKey, Columns: stringsOf(n.FkAttrs), References: ref}
	if column != "" {
		key.Columns = []string{column}
	}
	if len(n.PkAttrs) > 0 {
		key.RefColumns = stringsOf(n.PkAttrs)
		if len(key.RefColumns) != len(key.Columns) {
			return pgerr.New(pgerrcode.InvalidForeignKey, "number of referencing and referenced columns for foreign key disagree")
		}
	}
	for _, col := range key.Columns {
		if !b.columns[col] {
			return pgerr.New(pgerrcode.UndefinedColumn, "column \"%s\" referenced in foreign key constraint does not exist", col)
		}
	}
	b.out.Keys = append(b.out.Keys, key)
	return nil
}

// finishKeys names the keys that have no name and makes the columns of the primary key NOT NULL.
func (b *tableBuilder) finishKeys() error {
	b.mergeKeys()
	for i := range b.out.Keys {
		k := &b.out.Keys[i]
		joined := ""
		for _, c := range k.Columns {
			if joined != "" {
				joined += "_"
			}
			joined += c
		}
		if k.Name == "" {
			switch k.Kind {
			case catalog.PrimaryKey:
				k.Name = b.names.choose(b.out.Name.Name, "", "pkey")
			case catalog.UniqueKey:
				k.Name = b.names.choose(b.out.Name.Name, joined, "key")
			default:
				k.Name = b.names.choose(b.out.Name.Name, joined, "fkey")
			}
		}
		if k.Kind != catalog.PrimaryKey {
			continue
		}
		for j := range b.out.Columns {
			if slices.Contains(k.Columns, b.out.Columns[j].Name) {
				b.out.Columns[j].NotNull = true
			}
		}
	}
	return nil
}

// mergeKeys drops an unnamed UNIQUE over the columns of an earlier key, as PostgreSQL does.
func (b *tableBuilder) mergeKeys() {
	kept := b.out.Keys[:0]
	for _, k := range b.out.Keys {
		same := func(other KeyDef) bool {
			return other.Kind != catalog.ForeignKey && slices.Equal(other.Columns, k.Columns)
		}
		if k.Kind == catalog.UniqueKey && k.Name == "" && slices.ContainsFunc(kept, same) {
			continue
		}
		kept = append(kept, k)
	}
	b.out.Keys = kept
}

// resolveChecks checks, names and prints the CHECK constraints.
func (b *tableBuilder) resolveChecks() error {
	for _, n := range b.checks {
		used := []string{}
		err := b.checkExpr(n.RawExpr, exprRules{
			column: func(ref *pg_query.ColumnRef) error {
				name, err := b.ownColumn(ref)
				if err == nil && !slices.Contains(used, name) {
					used = append(used, name)
				}
				return err
			},
			subquery: "cannot use subquery in check constraint",
			window:   "window functions are not allowed in check constraints",
		})
		if err != nil {
			return err
		}
		text, err := deparseExpr(n.RawExpr)
		if err != nil {
			return err
		}
		name := n.Conname
		if name == "" {
			column := ""
			if len(used) == 1 {
				column = used[0]
			}
			name = b.names.choose(b.out.Name.Name, column, "check")
		}
		b.out.Checks = append(b.out.Checks, catalog.Check{Name: name, Expr: text})
	}
	return nil
}

// ownColumn resolves a column reference of a CHECK.
func (b *tableBuilder) ownColumn(ref *pg_query.ColumnRef) (string, error) {
	parts := stringsOf(ref.Fields)
	name := parts[len(parts)-1]
	switch {
	case name == "":
		return "", unsupported("whole-row references in check constraints are not supported")
	case len(parts) == 2 && parts[0] != b.out.Name.Name, len(parts) > 2:
		return "", pgerr.New(pgerrcode.UndefinedTable, "missing FROM-clause entry for table \"%s\"", parts[len(parts)-2])
	case !b.columns[name]:
		return "", pgerr.New(pgerrcode.UndefinedColumn, "column \"%s\" does not exist", name)
	}
	return name, nil
}

// exprRules say what a DEFAULT or CHECK must not hold.
type exprRules struct {
	column           func(*pg_query.ColumnRef) error
	subquery, window string // messages
}

func (c *classifier) checkExpr(expr *pg_query.Node, rules exprRules) error {
	var failed error
	walkTree(expr.ProtoReflect(), func(m proto.Message) bool {
		switch n := m.(type) {
		case *pg_query.ColumnRef:
			if err := rules.column(n); err != nil {
				failed = c.at(pgerr.From(err), n.Location)
			}
		case *pg_query.SubLink:
			failed = c.at(unsupported("%s", rules.subquery), n.Location)
		case *pg_query.ParamRef:
			failed = c.at(pgerr.New(pgerrcode.UndefinedParameter, "there is no parameter $%d", n.Number), n.Location)
		case *pg_query.FuncCall:
			if n.Over != nil {
				failed = c.at(pgerr.New(pgerrcode.WindowingError, "%s", rules.window), n.Location)
			}
		case *pg_query.SetToDefault:
			failed = c.at(pgerr.New(pgerrcode.SyntaxError, "DEFAULT is not allowed in this context"), n.Location)
		}
		return failed == nil
	})
	return failed
}
