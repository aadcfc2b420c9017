package session

import (
	"cmp"
	"slices"
	"strings"

	"github.com/jackc/pgerrcode"

	"github.com/miniodb/miniodb/catalog"
	"github.com/miniodb/miniodb/internal/pgerr"
	"github.com/miniodb/miniodb/internal/pgvalue"
	"github.com/miniodb/miniodb/internal/sqltype"
	"github.com/miniodb/miniodb/sql"
)

// maxTypes bounds the types of a database; their labels are in the catalog.
const maxTypes = 10_000

// Type implements sql.Resolver.
func (r *resolver) Type(schema, name string) *catalog.Type {
	if schema != "" {
		return r.db.Types[catalog.Name{Schema: schema, Name: name}]
	}
	for _, schema := range r.path {
		if t := r.db.Types[catalog.Name{Schema: schema, Name: name}]; t != nil {
			return t
		}
	}
	return nil
}

// Enum implements sql.Resolver.
func (r *resolver) Enum(ty sqltype.Type) *catalog.Type { return r.db.EnumByType(ty) }

// EnumLabels implements pgwire.Session.
func (s *Session) EnumLabels(ty sqltype.Type) *pgvalue.Enum {
	db := s.database()
	t := db.EnumByType(ty)
	if t == nil {
		return nil
	}
	if s.enums.of == nil || s.enums.settings != s.generation || len(s.enums.of) >= maxKnownEnums {
		s.enums = knownEnums{settings: s.generation, of: map[*catalog.Type]*pgvalue.Enum{}}
	}
	if e := s.enums.of[t]; e != nil {
		return e
	}
	e := &pgvalue.Enum{Name: s.typeName(t), Labels: map[string]bool{}}
	for _, l := range t.Labels {
		e.Labels[l.Name] = true
	}
	s.enums.of[t] = e
	return e
}

// knownEnums are those whose values a session has read, under the settings by which it names them.
type knownEnums struct {
	settings int64
	of       map[*catalog.Type]*pgvalue.Enum
}

const maxKnownEnums = 100

// typeName is a type as messages have it.
func (s *Session) typeName(t *catalog.Type) string {
	if found := s.resolver().Type("", t.Name.Name); found != nil && found.OID == t.OID {
		return sql.QuoteIdent(t.Name.Name)
	}
	return sql.QuoteIdent(t.Name.Schema) + "." + sql.QuoteIdent(t.Name.Name)
}

func typeExists(name string) error {
	return pgerr.New(pgerrcode.DuplicateObject, "type %q already exists", name)
}

// typesOf lists the types that match, in the order of their names.
func typesOf(db *catalog.Database, match func(*catalog.Type) bool) []*catalog.Type {
	var out []*catalog.Type
	for _, t := range db.Types {
		if match(t) {
			out = append(out, t)
		}
	}
	slices.SortFunc(out, func(a, b *catalog.Type) int { return compareNames(a.Name, b.Name) })
	return out
}

// findType finds the enum that a statement names; nil and no error if there is none.
func (s *Session) findType(n catalog.Name) (*catalog.Type, error) {
	if n.Schema != "" {
		if err := s.mayUse(n.Schema); err != nil {
			return nil, err
		}
	}
	return s.resolver().Type(n.Schema, n.Name), nil
}

// ownedType finds the enum that a statement changes.
func (s *Session) ownedType(n catalog.Name) (*catalog.Type, error) {
	t, err := s.findType(n)
	switch {
	case err != nil:
		return nil, err
	case t == nil:
		return nil, s.noType(n)
	case !s.rights().Has(t.Owner):
		return nil, notOwner(sql.ObjectType, t.Name.Name)
	}
	return t, nil
}

// noType says that there is no such enum, or that the type is that of a relation's rows.
func (s *Session) noType(n catalog.Name) error {
	if full, ok := s.resolver().find(n); ok && s.database().Exists(full) {
		return pgerr.New(pgerrcode.WrongObjectType, "%s is not an enum", s.shortName(full))
	}
	name := n.Name
	if n.Schema != "" {
		name = n.Schema + "." + name
	}
	return pgerr.New(pgerrcode.UndefinedObject, "type %q does not exist", name)
}

// freeType refuses a name that another type has, also that of a relation's rows.
func (s *Session) freeType(n catalog.Name) error {
	if db := s.database(); db.Types[n] != nil || db.Exists(n) {
		return typeExists(n.Name)
	}
	return nil
}

func (s *Session) createEnum(c *sql.CreateEnum) error {
	name, err := s.resolver().place(c.Name)
	if err != nil {
		return err
	}
	if temporary(name) {
		return pgerr.New(pgerrcode.FeatureNotSupported, "temporary types are not supported")
	}
	if err := s.freeType(name); err != nil {
		return err
	}
	if len(s.database().Types) >= maxTypes {
		return pgerr.New(pgerrcode.ConfigurationLimitExceeded, "a database cannot have more than %d types", maxTypes)
	}
	next := s.newOIDs(name)
	t := &catalog.Type{OID: next(), Name: name, Owner: s.owner()}
	if _, ok := sqltype.EnumOf(t.OID); !ok {
		return pgerr.New(pgerrcode.ProgramLimitExceeded, "there are no OIDs for types any more")
	}
	for i, l := range c.Labels {
		t.Labels = append(t.Labels, catalog.Label{OID: next(), Name: l, Sort: float32(i + 1)})
	}
	return s.addOps(catalog.Op{PutType: t})
}

func (s *Session) alterEnum(c *sql.AlterEnum) error {
	t, err := s.ownedType(c.Name)
	if err != nil {
		return err
	}
	n := *t
	n.Labels = slices.Clone(t.Labels)
	if c.From != "" {
		return s.renameLabel(t, &n, c)
	}
	if t.Position(c.Label) >= 0 {
		if c.IfNotExists {
			s.notice(pgerrcode.DuplicateObject, "enum label %q already exists, skipping", c.Label)
			return nil
		}
		return pgerr.New(pgerrcode.DuplicateObject, "enum label %q already exists", c.Label)
	}
	at := len(t.Labels)
	if c.Neighbor != "" {
		if at = t.Position(c.Neighbor); at < 0 {
			return noLabel(c.Neighbor)
		}
		if c.After {
			at++
		}
	}
	label := catalog.Label{OID: s.newOIDs(t.Name)(), Name: c.Label, Sort: 1}
	switch {
	case len(t.Labels) == 0:
	case at == len(t.Labels):
		label.Sort = t.Labels[at-1].Sort + 1
	case at == 0:
		label.Sort = t.Labels[0].Sort - 1
	default:
		label.Sort = (t.Labels[at-1].Sort + t.Labels[at].Sort) / 2
	}
	n.Labels = slices.Insert(n.Labels, at, label)
	for i := 1; i < len(n.Labels); i++ {
		if n.Labels[i].Sort <= n.Labels[i-1].Sort { // there is no number between them: count anew, as PostgreSQL does
			for k := range n.Labels {
				n.Labels[k].Sort = float32(k + 1)
			}
			break
		}
	}
	if err := sql.CheckLabels(n.Words()); err != nil {
		return err
	}
	return s.addOps(catalog.Op{PutType: &n})
}

func noLabel(label string) error {
	return pgerr.New(pgerrcode.InvalidParameterValue, "%q is not an existing enum label", label)
}

// renameLabel is ALTER TYPE ... RENAME VALUE. Rows hold labels as text, so no table may have them.
func (s *Session) renameLabel(t, n *catalog.Type, c *sql.AlterEnum) error {
	at := t.Position(c.From)
	switch {
	case at < 0:
		return noLabel(c.From)
	case t.Position(c.Label) >= 0:
		return pgerr.New(pgerrcode.DuplicateObject, "enum label %q already exists", c.Label)
	case len(s.usersOf(t, false)) > 0:
		return pgerr.New(pgerrcode.FeatureNotSupported, "renaming a value of an enum that tables or views use is not supported").
			WithHint("Add a value with ALTER TYPE ... ADD VALUE.")
	}
	n.Labels[at].Name = c.Label
	if err := sql.CheckLabels(n.Words()); err != nil {
		return err
	}
	return s.addOps(catalog.Op{PutType: n})
}

// usersOf lists what depends on a type: columns of tables, defaults and checks that name it, and views. With text only those whose text names it.
func (s *Session) usersOf(e *catalog.Type, text bool) []dependent {
	db, on := s.database(), "type "+s.typeName(e)
	var out []dependent
	for _, name := range slices.SortedFunc(tableNames(db), compareNames) {
		t := db.Tables[name]
		for i := range t.Columns {
			c := &t.Columns[i]
			what := "column " + c.Name + " of " + s.object(db, name)
			if db.EnumByType(c.Type) == e && !text {
				out = append(out, dependent{what: what, on: on})
			} else if sql.NamesType(c.Default, e.Name) {
				out = append(out, dependent{what: "default value for " + what, on: on})
			}
		}
		for _, c := range t.Checks {
			if sql.NamesType(c.Expr, e.Name) {
				out = append(out, dependent{what: "constraint " + c.Name + " on " + s.object(db, name), on: on})
			}
		}
	}
	var views []dependent
	for n, v := range definitions(db) {
		if sel, err := s.viewSelect(db, v); err == nil && slices.ContainsFunc(sel.Enums, func(o *catalog.Type) bool { return o.OID == e.OID }) {
			views = append(views, dependent{what: s.object(db, n), on: on})
		}
	}
	slices.SortFunc(views, func(a, b dependent) int { return strings.Compare(a.what, b.what) })
	return append(out, views...)
}

func tableNames(db *catalog.Database) func(yield func(catalog.Name) bool) {
	return func(yield func(catalog.Name) bool) {
		for n := range db.Tables {
			if !yield(n) {
				return
			}
		}
	}
}

// dropType is DROP TYPE of one name.
func (s *Session) dropType(c *sql.Drop, n catalog.Name) ([]catalog.Op, error) {
	t, err := s.findType(n)
	switch {
	case err != nil:
		return nil, err
	case t == nil && c.IfExists:
		s.notice(pgerrcode.SuccessfulCompletion, "type %q does not exist, skipping", n.Name)
		return nil, nil
	case t == nil:
		if full, ok := s.resolver().find(n); ok && s.database().Exists(full) {
			what := s.object(s.database(), full)
			return nil, pgerr.New(pgerrcode.DependentObjectsStillExist, "cannot drop type %s because %s requires it", s.shortName(full), what).
				WithHint("You can drop %s instead.", what)
		}
		return nil, s.noType(n)
	}
	schema := s.access().Schemas[t.Name.Schema]
	if !s.rights().Has(t.Owner) && (schema == nil || !s.rights().Has(schema.Owner)) {
		return nil, notOwner(sql.ObjectType, t.Name.Name)
	}
	if err := s.freeOfUsers(t, c.Cascade); err != nil {
		return nil, err
	}
	return []catalog.Op{{DropType: &t.Name}}, nil
}

// freeOfUsers refuses to drop a type that something depends on.
func (s *Session) freeOfUsers(t *catalog.Type, cascade bool) error {
	deps := s.usersOf(t, false)
	if len(deps) == 0 || !cascade {
		return s.cascade("type "+s.typeName(t), deps, false)
	}
	return pgerr.New(pgerrcode.FeatureNotSupported, "dropping the columns and views of a type with it is not supported").
		WithDetail("%s", listed(deps, func(d dependent) string { return d.what + " depends on " + d.on })).WithHint("Drop them first.")
}

// dropAllTypes drops types that nothing depends on any more.
func (s *Session) dropAllTypes(types []*catalog.Type) error {
	for _, t := range types {
		if err := s.freeOfUsers(t, true); err != nil {
			return err
		}
		if err := s.addOps(catalog.Op{DropType: &t.Name}); err != nil {
			return err
		}
	}
	return nil
}

// renameType gives a type another name, or puts it into another schema. Texts name types, so none may name this one.
func (s *Session) renameType(n, to catalog.Name) error {
	t, err := s.ownedType(n)
	if err != nil {
		return err
	}
	if to.Schema != "" && strings.HasPrefix(to.Schema, sql.TempSchemaPrefix) || to.Schema == sql.TempAlias {
		return pgerr.New(pgerrcode.FeatureNotSupported, "cannot move objects into or out of temporary schemas")
	}
	to = catalog.Name{Schema: cmp.Or(to.Schema, t.Name.Schema), Name: cmp.Or(to.Name, t.Name.Name)}
	if to, err = s.resolver().place(to); err != nil {
		return err
	}
	if to == t.Name {
		return nil
	}
	if err := s.freeType(to); err != nil {
		return err
	}
	db := s.database()
	for _, d := range s.usersOf(t, true) {
		return pgerr.New(pgerrcode.FeatureNotSupported, "renaming a type that views, defaults or checks use is not supported").WithDetail("%s depends on %s.", d.what, d.on)
	}
	if db.Schemas[to.Schema] == nil {
		return pgerr.New(pgerrcode.InvalidSchemaName, "schema %q does not exist", to.Schema)
	}
	next := *t
	next.Name = to
	return s.addOps(catalog.Op{PutType: &next})
}

func (s *Session) commentType(n catalog.Name, text string) error {
	t, err := s.ownedType(n)
	if err != nil {
		return err
	}
	next := *t
	next.Comment = text
	return s.addOps(catalog.Op{PutType: &next})
}

// ownType is ALTER TYPE ... OWNER TO.
func (s *Session) ownType(c *sql.AlterOwner) error {
	t, err := s.findType(c.Name)
	if err != nil {
		return err
	}
	if t == nil {
		return s.noType(c.Name)
	}
	to, err := s.findRole(c.Owner)
	if err != nil || catalog.OwnerOID(t.Owner) == to.OID {
		return err
	}
	schema := s.access().Schemas[t.Name.Schema]
	switch r := s.rights(); {
	case r.Superuser():
	case !r.Has(t.Owner):
		return notOwner(sql.ObjectType, t.Name.Name)
	case !r.Member(to.OID):
		return forbidden("must be member of role %q", to.Name)
	case schema != nil && s.rightsOf(to.OID).OnSchema(schema)&catalog.Create == 0:
		return denied(sql.ObjectSchema, schema.Name)
	}
	next := *t
	next.Owner = ownerOf(to.OID)
	return s.addOps(catalog.Op{PutType: &next})
}

// qualifyTypes gives the enums that defaults and checks of new tables name their schemas: what they mean must not depend on who inserts.
func (s *Session) qualifyTypes(ops []catalog.Op) error {
	if len(s.database().Types) == 0 {
		return nil
	}
	r := s.resolver()
	for _, op := range ops {
		t := op.PutTable
		if t == nil {
			continue
		}
		for i := range t.Columns {
			text, err := sql.QualifyTypes(t.Columns[i].Default, r)
			if err != nil {
				return err
			}
			if text != t.Columns[i].Default {
				t.Columns[i].Default = text
			}
		}
		for i := range t.Checks {
			text, err := sql.QualifyTypes(t.Checks[i].Expr, r)
			if err != nil {
				return err
			}
			if text != t.Checks[i].Expr {
				t.Checks[i].Expr = text
			}
		}
	}
	return nil
}

// checkEnums refuses relations with columns of an enum that is gone, or that have the name of one.
func checkEnums(db *catalog.Database, ops []catalog.Op) error {
	for _, op := range ops {
		var name catalog.Name
		var columns []catalog.Column
		switch {
		case op.PutTable != nil:
			name, columns = op.PutTable.Name, op.PutTable.Columns
		case op.PutView != nil:
			name, columns = op.PutView.Name, op.PutView.Columns
		case op.Rename != nil:
			name = op.Rename.Name()
		}
		if db.Types[name] != nil {
			return pgerr.New(pgerrcode.DuplicateObject, "type %q already exists", name.Name).
				WithHint("A relation has an associated type of the same name, so you must use a name that doesn't conflict with any existing type.")
		}
		for i := range columns {
			if gone(db, columns[i].Type) {
				return pgerr.New(pgerrcode.UndefinedObject, "the type of column %q does not exist any more", columns[i].Name)
			}
		}
	}
	return nil
}

// gone reports a type that is, or was, an enum and that the database does not have.
func gone(db *catalog.Database, ty sqltype.Type) bool {
	elem, _ := ty.Elem()
	return (ty.Enum() || elem.Enum()) && db.EnumByType(ty) == nil
}

// checkTypes makes sure that no column is left with a type that is gone: another transaction may have dropped what this one uses, or use what this one drops.
func checkTypes(current *catalog.Database, ops []catalog.Op) error {
	next, err := current.Apply(current.Version, ops)
	if err != nil {
		return err
	}
	conflict := func(name string) error {
		return pgerr.New(pgerrcode.SerializationFailure, "a type that %q depends on was changed by another transaction", name).WithHint("Run the transaction again.")
	}
	for _, op := range ops {
		if op.PutType != nil && next.Exists(op.PutType.Name) {
			return conflict(op.PutType.Name.Name)
		}
	}
	if len(next.Types) == 0 && len(current.Types) == 0 {
		return nil
	}
	if err := checkEnums(next, ops); err != nil {
		return conflict(err.Error())
	}
	for name, t := range next.Tables {
		if slices.ContainsFunc(t.Columns, func(c catalog.Column) bool { return gone(next, c.Type) }) {
			return conflict(name.Name)
		}
	}
	return nil
}
