package session

import (
	"slices"

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

// spell is any type as messages have it.
func (s *Session) spell(ty sqltype.Type) string {
	t := s.database().EnumByType(ty)
	switch {
	case t == nil:
		return ty.String()
	case ty.Enum():
		return s.typeName(t)
	}
	return s.typeName(t) + "[]"
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
