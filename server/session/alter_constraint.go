package session

import (
	"fmt"
	"maps"
	"slices"

	"github.com/jackc/pgerrcode"

	"github.com/miniodb/miniodb/catalog"
	"github.com/miniodb/miniodb/internal/pgerr"
	"github.com/miniodb/miniodb/sql"
)

func (a *alteration) addConstraint(c *sql.AddConstraint) error {
	def, err := c.Define(a.table)
	if err != nil {
		return err
	}
	return a.addConstraints(def, c.Unchecked)
}

// addConstraints takes over the keys and checks of a definition.
func (a *alteration) addConstraints(def *sql.CreateTable, unchecked bool) error {
	t := a.table
	for _, k := range def.Keys {
		key := catalog.Key{Name: k.Name, Kind: k.Kind}
		for _, name := range k.Columns {
			col, err := a.column(name)
			if err != nil {
				return err
			}
			key.Columns = append(key.Columns, col.ID)
			if k.Kind == catalog.PrimaryKey && !col.NotNull {
				col.NotNull = true
				a.notNull = append(a.notNull, name)
			}
		}
		switch k.Kind {
		case catalog.PrimaryKey:
			if slices.ContainsFunc(t.Keys, func(o catalog.Key) bool { return o.Kind == catalog.PrimaryKey }) {
				return pgerr.New(pgerrcode.InvalidTableDefinition, "multiple primary keys for table %q are not allowed", t.Name.Name)
			}
		case catalog.ForeignKey:
			ref, err := a.s.referenced(k.References, k.RefColumns, t)
			if err != nil {
				return err
			}
			key.References, key.RefColumns = &ref, k.RefColumns
			if err := a.s.checkReferenced(ref, k.RefColumns, t); err != nil {
				return err
			}
		}
		t.Keys = append(t.Keys, key)
		a.reshaped = true
	}
	for _, c := range def.Checks {
		t.Checks = append(t.Checks, c)
		if !unchecked {
			a.checks = append(a.checks, c.Name)
		}
		a.reshaped, a.defined = true, true
	}
	for _, n := range def.Notices {
		a.s.tell(n)
	}
	return nil
}

// checkReferenced wants a key over the columns that a foreign key references; nil columns mean the primary key.
func (s *Session) checkReferenced(name catalog.Name, columns []string, self *catalog.Table) error {
	t := self
	if name != self.Name {
		t = s.database().Tables[name]
	}
	for _, c := range columns {
		if t.ColumnByName(c) < 0 {
			return pgerr.New(pgerrcode.UndefinedColumn, "column %q referenced in foreign key constraint does not exist", c)
		}
	}
	for _, k := range t.Keys {
		var names []string
		for _, id := range k.Columns {
			names = append(names, t.Column(id).Name)
		}
		slices.Sort(names)
		if k.Kind == catalog.PrimaryKey && columns == nil || k.Kind != catalog.ForeignKey && slices.Equal(names, slices.Sorted(slices.Values(columns))) {
			return nil
		}
	}
	if columns == nil {
		return pgerr.New(pgerrcode.UndefinedObject, "there is no primary key for referenced table %q", t.Name.Name)
	}
	return pgerr.New(pgerrcode.InvalidForeignKey, "there is no unique constraint matching given keys for referenced table %q", t.Name.Name)
}

func (a *alteration) dropConstraint(c *sql.DropConstraint) error {
	t := a.table
	if i := slices.IndexFunc(t.Checks, func(o catalog.Check) bool { return o.Name == c.Name }); i >= 0 {
		t.Checks = slices.Delete(t.Checks, i, i+1)
		a.reshaped = true
		return nil
	}
	i := slices.IndexFunc(t.Keys, func(o catalog.Key) bool { return o.Name == c.Name })
	if i < 0 {
		if c.IfExists {
			a.s.notice(pgerrcode.SuccessfulCompletion, "constraint %q of relation %q does not exist, skipping", c.Name, t.Name.Name)
			return nil
		}
		return pgerr.New(pgerrcode.UndefinedObject, "constraint %q of relation %q does not exist", c.Name, t.Name.Name)
	}
	if key := t.Keys[i]; key.Kind != catalog.ForeignKey {
		var names []string
		for _, id := range key.Columns {
			names = append(names, t.Column(id).Name)
		}
		foreign := a.s.foreignKeysOf(t, func(columns []string) bool { return slices.Equal(columns, names) })
		if len(foreign) > 0 && !c.Cascade {
			what := fmt.Sprintf("constraint %s on table %s", c.Name, a.s.shortName(t.Name))
			var details []string
			for _, k := range foreign {
				details = append(details, fmt.Sprintf("constraint %s on table %s depends on index %s", k.key, a.s.shortName(k.table), c.Name))
			}
			return dependents(what, details)
		}
		for _, k := range foreign {
			a.s.notice(pgerrcode.SuccessfulCompletion, "drop cascades to constraint %s on table %s", k.key, a.s.shortName(k.table))
		}
		a.cascade(nil, foreign)
		i = slices.IndexFunc(t.Keys, func(o catalog.Key) bool { return o.Name == c.Name })
	}
	if i >= 0 {
		t.Keys = slices.Delete(t.Keys, i, i+1)
	}
	a.reshaped = true
	return nil
}

// validate looks at all rows for a constraint that was added NOT VALID; recorded keys are valid as they are.
func (a *alteration) validate(name string) error {
	known := slices.ContainsFunc(a.table.Keys, func(k catalog.Key) bool { return k.Name == name })
	if slices.ContainsFunc(a.table.Checks, func(c catalog.Check) bool { return c.Name == name }) {
		a.checks, known = append(a.checks, name), true
	}
	if !known {
		return pgerr.New(pgerrcode.UndefinedObject, "constraint %q of relation %q does not exist", name, a.table.Name.Name)
	}
	return nil
}

// fixedOptions say where rows are; they cannot change under them.
var fixedOptions = []string{"shard_key", "time_column", "buckets"}

func (a *alteration) setOptions(c *sql.SetOptions) error {
	o, from := &a.table.Options, c.Options.Options
	for _, name := range c.Names {
		switch name {
		case "buffer_size":
			o.BufferRows, o.BufferBytes = from.BufferRows, from.BufferBytes
		case "flush_interval":
			o.FlushInterval = from.FlushInterval
		case "retention_days":
			o.RetentionDays = from.RetentionDays
		case "backup_enabled":
			o.BackupEnabled = from.BackupEnabled
		case "durability":
			o.Durability = from.Durability
		default:
			if slices.Contains(fixedOptions, name) {
				return fixedOption(name)
			}
		}
	}
	if o.Properties == nil {
		o.Properties = map[string]string{}
	}
	maps.Copy(o.Properties, from.Properties)
	a.s.warnOptions(from)
	return nil
}

func fixedOption(name string) error {
	return pgerr.New(pgerrcode.FeatureNotSupported, "option %q of a table cannot be changed", name).WithHint("Make a new table with CREATE TABLE AS.")
}

func (a *alteration) resetOptions(names []string) error {
	o := &a.table.Options
	for _, name := range names {
		switch name {
		case "buffer_size":
			o.BufferRows, o.BufferBytes = 0, 0
		case "flush_interval":
			o.FlushInterval = 0
		case "retention_days":
			o.RetentionDays = 0
		case "backup_enabled":
			o.BackupEnabled = nil
		case "durability":
			o.Durability = ""
		default:
			if slices.Contains(fixedOptions, name) {
				return fixedOption(name)
			}
			delete(o.Properties, name)
		}
	}
	applyDefaults(o, a.s.node.cfg.TableDefaults(a.table.Name))
	return nil
}
