package catalog

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"github.com/google/uuid"
)

// databaseJSON is the JSON form of a Database: relations are lists in order of their names.
type databaseJSON struct {
	Version   int64                  `json:"version"`
	NextOID   uint32                 `json:"next_oid"`
	Owner     uint32                 `json:"owner,omitempty"`
	ACL       ACL                    `json:"acl,omitzero"`
	Defaults  *Defaults              `json:"defaults,omitempty"`
	Roles     map[string]*Role       `json:"roles"`
	Schemas   map[string]*Schema     `json:"schemas"`
	Tables    []*Table               `json:"tables"`
	Views     []*View                `json:"views"`
	Sequences []*Sequence            `json:"sequences"`
	Functions []*Function            `json:"functions,omitempty"`
	Types     []*Type                `json:"types,omitempty"`
	Streams   map[uuid.UUID]*Stream  `json:"streams"`
	Dropped   map[uuid.UUID]*Dropped `json:"dropped"`
	Recent    map[uuid.UUID]int64    `json:"recent"`
}

// functions lists functions in order of their keys.
func functions(all map[string]*Function) []*Function {
	var out []*Function
	for _, key := range slices.Sorted(maps.Keys(all)) {
		out = append(out, all[key])
	}
	return out
}

// MarshalJSON writes the whole database; equal databases give equal bytes.
func (d *Database) MarshalJSON() ([]byte, error) {
	return json.Marshal(databaseJSON{
		Version: d.Version, NextOID: d.NextOID, Owner: d.Owner, ACL: d.ACL, Defaults: d.Defaults, Roles: d.Roles, Schemas: d.Schemas, Streams: d.Streams, Dropped: d.Dropped, Recent: d.Recent,
		Tables: byName(d.Tables), Views: byName(d.Views), Sequences: byName(d.Sequences), Functions: functions(d.Functions), Types: byName(d.Types),
	})
}

// UnmarshalJSON is the inverse of MarshalJSON.
func (d *Database) UnmarshalJSON(data []byte) error {
	var j databaseJSON
	if err := json.Unmarshal(data, &j); err != nil {
		return err
	}
	n := NewDatabase()
	n.Version, n.NextOID = j.Version, max(j.NextOID, FirstOID)
	n.Owner, n.ACL, n.Defaults = j.Owner, j.ACL, j.Defaults
	for name, r := range j.Roles {
		if r == nil {
			return fmt.Errorf("role %q is null", name)
		}
		n.Roles[name] = r // beside those that are always there
	}
	if j.Schemas != nil {
		public := n.Schemas[DefaultSchema]
		n.Schemas = j.Schemas
		if j.Roles == nil && n.Schemas[DefaultSchema] != nil { // written before there were roles
			n.Schemas[DefaultSchema] = public
		}
	}
	if j.Streams != nil {
		n.Streams = j.Streams
	}
	if j.Dropped != nil {
		n.Dropped = j.Dropped
	}
	if j.Recent != nil {
		n.Recent = j.Recent
	}
	for name, s := range n.Schemas {
		if s == nil {
			return fmt.Errorf("schema %q is null", name)
		}
	}
	for id, d := range n.Dropped {
		if d == nil {
			return fmt.Errorf("dropped table %s is null", id)
		}
	}
	for id, s := range n.Streams {
		if s == nil {
			return fmt.Errorf("stream %s is null", id)
		}
	}
	for _, t := range j.Tables {
		if t == nil {
			return fmt.Errorf("a table is null")
		}
		n.Tables[t.Name] = t
	}
	for _, v := range j.Views {
		if v == nil {
			return fmt.Errorf("a view is null")
		}
		n.Views[v.Name] = v
	}
	for _, t := range j.Types {
		if t == nil {
			return fmt.Errorf("a type is null")
		}
		n.putType(t)
	}
	for _, f := range j.Functions {
		if f == nil {
			return fmt.Errorf("a function is null")
		}
		n.putFunction(f)
	}
	for _, s := range j.Sequences {
		if s == nil {
			return fmt.Errorf("a sequence is null")
		}
		n.Sequences[s.Name] = s
	}
	*d = *n
	return nil
}

func byName[T any](m map[Name]*T) []*T {
	out := make([]*T, 0, len(m))
	names := slices.SortedFunc(maps.Keys(m), func(a, b Name) int {
		return cmp.Or(cmp.Compare(a.Schema, b.Schema), cmp.Compare(a.Name, b.Name))
	})
	for _, n := range names {
		out = append(out, m[n])
	}
	return out
}
