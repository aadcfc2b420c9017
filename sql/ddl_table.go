package sql

import (
	"maps"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgerrcode"

	"github.com/miniodb/miniodb/catalog"
	"github.com/miniodb/miniodb/internal/pgerr"
	"github.com/miniodb/miniodb/internal/sqltype"
)

// DefaultBuckets is the number of hash buckets of a table whose WITH says none.
const DefaultBuckets = 16

// Table makes the catalog's object: ids, physical names, shard key, time column. Name.Schema and the schemas of sequences must be
// resolved by now ("" counts as public), and sequence names be final: they go into the defaults.
func (c *CreateTable) Table(now time.Time, id uuid.UUID, oid uint32) (*catalog.Table, error) {
	t := &catalog.Table{
		UUID: id, OID: oid, Name: c.Name, Created: now.UTC(), Buckets: c.Options.Buckets,
		Options: c.Options.Options, Checks: append([]catalog.Check(nil), c.Checks...),
		NextColumn: int32(len(c.Columns)) + 1, SchemaID: 1,
	}
	t.Options.Properties = maps.Clone(c.Options.Properties)
	if t.Name.Schema == "" {
		t.Name.Schema = catalog.DefaultSchema
	}
	if t.Buckets == 0 {
		t.Buckets = DefaultBuckets
	}
	for i, def := range c.Columns {
		col := catalog.Column{
			ID: int32(i) + 1, Name: def.Name, PhysicalName: def.Name, Type: def.Type, NotNull: def.NotNull, Default: def.Default, Comment: def.Comment,
		}
		if def.Sequence != nil {
			seq := def.Sequence.Name
			if seq.Schema == "" {
				seq.Schema = t.Name.Schema
			}
			col.Sequence, col.Identity = &seq, def.Identity
			col.Default = nextvalText(seq)
		}
		t.Columns = append(t.Columns, col)
	}
	for _, k := range c.Keys {
		ids, err := columnIDs(t, k.Columns, "column \"%s\" named in key does not exist")
		if err != nil {
			return nil, err
		}
		key := catalog.Key{Name: k.Name, Kind: k.Kind, Columns: ids}
		if k.Kind == catalog.ForeignKey {
			ref := k.References
			if ref.Schema == "" {
				ref.Schema = t.Name.Schema
			}
			key.References, key.RefColumns = &ref, append([]string(nil), k.RefColumns...)
		}
		t.Keys = append(t.Keys, key)
	}
	if err := c.place(t); err != nil {
		return nil, err
	}
	return t, nil
}

// place chooses shard key and time column.
func (c *CreateTable) place(t *catalog.Table) error {
	if len(t.Columns) == 0 {
		return pgerr.New(pgerrcode.FeatureNotSupported, "a table without columns is not supported")
	}
	for _, k := range t.Keys {
		if k.Kind == catalog.PrimaryKey {
			t.ShardKey = append([]int32(nil), k.Columns...)
		}
	}
	if c.Options.ShardKey != nil {
		ids, err := columnIDs(t, c.Options.ShardKey, "column \"%s\" named in option \"shard_key\" does not exist")
		if err != nil {
			return err
		}
		if t.ShardKey == nil {
			t.ShardKey = ids
		}
	}
	if t.ShardKey == nil {
		t.ShardKey = []int32{1}
	}
	if name := c.Options.TimeColumn; name != "" {
		i := t.ColumnByName(name)
		if i < 0 {
			return pgerr.New(pgerrcode.UndefinedColumn, "column \"%s\" named in option \"time_column\" does not exist", name)
		}
		if !timeType(t.Columns[i].Type) {
			return pgerr.New(pgerrcode.InvalidParameterValue, "column \"%s\" named in option \"time_column\" is of type %s", name, t.Columns[i].Type).
				WithHint("A time column is of type date, timestamp or timestamp with time zone.")
		}
		t.TimeColumn = t.Columns[i].ID
		return nil
	}
	for _, col := range t.Columns {
		if timeType(col.Type) {
			t.TimeColumn = col.ID
			break
		}
	}
	return nil
}

func timeType(t sqltype.Type) bool {
	return t.OID == sqltype.Timestamp || t.OID == sqltype.Timestamptz || t.OID == sqltype.Date
}

func columnIDs(t *catalog.Table, names []string, missing string) ([]int32, error) {
	ids := make([]int32, len(names))
	for i, n := range names {
		at := t.ColumnByName(n)
		if at < 0 {
			return nil, pgerr.New(pgerrcode.UndefinedColumn, missing, n)
		}
		ids[i] = t.Columns[at].ID
	}
	return ids, nil
}

// nextvalText is a serial column's default as PostgreSQL shows it.
func nextvalText(seq catalog.Name) string {
	name := QuoteIdent(seq.Name)
	if seq.Schema != "" && seq.Schema != catalog.DefaultSchema {
		name = QuoteIdent(seq.Schema) + "." + name
	}
	return "nextval(" + QuoteLiteral(name) + "::regclass)"
}

// With makes the CreateTable of a query with these columns; only Name and Type of them are looked at.
func (c *CreateTableAs) With(columns []catalog.Column) (*CreateTable, error) {
	if len(c.ColumnNames) > len(columns) {
		return nil, pgerr.New(pgerrcode.SyntaxError, "too many column names were specified")
	}
	t := &CreateTable{Name: c.Name, IfNotExists: c.IfNotExists, Options: c.Options}
	for i, col := range columns {
		def := ColumnDef{Name: col.Name, Type: col.Type}
		if i < len(c.ColumnNames) {
			def.Name = c.ColumnNames[i]
		}
		if def.Type.OID == sqltype.Unknown || def.Type.OID == 0 {
			def.Type = sqltype.Of(sqltype.Text)
		}
		t.Columns = append(t.Columns, def)
	}
	if err := distinctColumns(t.Columns); err != nil {
		return nil, err
	}
	return t, nil
}
