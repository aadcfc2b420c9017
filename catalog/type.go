package catalog

import (
	"maps"
	"slices"

	"github.com/miniodb/miniodb/internal/sqltype"
)

// Type is an enum (PostgreSQL documentation, 8.7 Enumerated Types). Tables keep its labels as text.
type Type struct {
	OID     uint32  `json:"oid"` // never reused; that of pg_type is made of it, see Enum
	Name    Name    `json:"name"`
	Labels  []Label `json:"labels,omitempty"` // in their order
	Owner   uint32  `json:"owner,omitempty"`
	Comment string  `json:"comment,omitempty"`
}

// Label is a value of an enum.
type Label struct {
	OID  uint32  `json:"oid"` // pg_enum.oid
	Name string  `json:"name"`
	Sort float32 `json:"sort"` // pg_enum.enumsortorder: rises, and a label that is put between two has the mean of theirs
}

// Enum is the type that columns have.
func (t *Type) Enum() sqltype.Type {
	e, _ := sqltype.EnumOf(t.OID)
	return e
}

// Words are the labels in their order.
func (t *Type) Words() []string {
	out := make([]string, len(t.Labels))
	for i, l := range t.Labels {
		out[i] = l.Name
	}
	return out
}

// Position is that of a label, or -1.
func (t *Type) Position(label string) int {
	return slices.IndexFunc(t.Labels, func(l Label) bool { return l.Name == label })
}

// EnumByType returns the enum that a type, or the element of an array type, is; nil if it is another type or gone.
func (d *Database) EnumByType(ty sqltype.Type) *Type {
	if elem, ok := ty.Elem(); ok {
		ty = elem
	}
	id := ty.EnumObject()
	if id == 0 {
		return nil
	}
	for _, t := range d.Types {
		if t.OID == id {
			return t
		}
	}
	return nil
}

func (d *Database) putType(t *Type) {
	d.Types = maps.Clone(d.Types)
	if d.Types == nil {
		d.Types = map[Name]*Type{}
	}
	for n, old := range d.Types { // it may have been renamed
		if old.OID == t.OID {
			delete(d.Types, n)
		}
	}
	d.Types[t.Name] = t
	d.claim(t.OID)
	for _, l := range t.Labels {
		d.claim(l.OID)
	}
}

func (d *Database) dropType(n Name) {
	d.Types = maps.Clone(d.Types)
	delete(d.Types, n)
}
