package session

import (
	"cmp"
	"slices"
	"strings"

	"github.com/jackc/pgerrcode"

	"github.com/miniodb/miniodb/catalog"
	"github.com/miniodb/miniodb/internal/pgerr"
	"github.com/miniodb/miniodb/internal/sqltype"
	"github.com/miniodb/miniodb/sql"
)

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
