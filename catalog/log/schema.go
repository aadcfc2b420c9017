package log

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgerrcode"

	"github.com/miniodb/miniodb/catalog"
	"github.com/miniodb/miniodb/internal/pgerr"
	"github.com/miniodb/miniodb/internal/sqltype"
)

// Names in Delta's metadata.
const (
	configTable     = "miniodb.table"
	configMode      = "delta.columnMapping.mode"
	configMaxID     = "delta.columnMapping.maxColumnId"
	modeName        = "name"
	fieldID         = "delta.columnMapping.id"
	fieldPhysical   = "delta.columnMapping.physicalName"
	fieldType       = "miniodb.type"
	featureMapping  = "columnMapping"
	featureNtz      = "timestampNtz"
	featureDomain   = "domainMetadata"
	domainFormat    = "miniodb.format"
	formatVersion   = 1 // of what we add to Delta
	maxReader       = 3
	maxWriter       = 7
	barePrecision   = 38 // bare numeric is decimal(38,9)
	bareScale       = 9
	unsafeNameChars = " ,;{}()=" // refused by Delta and Parquet writers without column mapping
)

// AssignPhysicalNames fills the empty PhysicalName of a table's columns. At the table's creation that is the column's name unless Delta
// refuses it; later columns, whose names older files may hold for a dropped column, and names that Delta refuses get "col-<uuid>".
func AssignPhysicalNames(t *catalog.Table, creating bool) {
	for i := range t.Columns {
		c := &t.Columns[i]
		switch {
		case c.PhysicalName != "":
		case creating && plainName(c.Name):
			c.PhysicalName = c.Name
		default:
			c.PhysicalName = "col-" + uuid.NewString()
		}
	}
}

// plainName reports whether a column name can stand in Parquet and Delta without column mapping.
func plainName(name string) bool {
	return name != "" && !strings.ContainsFunc(name, func(r rune) bool {
		return r < 0x20 || r == 0x7f || strings.ContainsRune(unsafeNameChars, r)
	})
}

// DeltaType returns the Delta primitive type of a column type, or the element type's for an array; array tells which.
// 0A000 for a type that tables cannot have.
func DeltaType(t sqltype.Type) (name string, array bool, err error) {
	if elem, ok := t.Elem(); ok {
		name, _, err := DeltaType(elem)
		return name, true, err
	}
	switch t.OID {
	case sqltype.Bool:
		return "boolean", false, nil
	case sqltype.Int2:
		return "short", false, nil
	case sqltype.Int4:
		return "integer", false, nil
	case sqltype.Int8, sqltype.Oid, sqltype.Time:
		return "long", false, nil
	case sqltype.Float4:
		return "float", false, nil
	case sqltype.Float8:
		return "double", false, nil
	case sqltype.Text, sqltype.Varchar, sqltype.Bpchar, sqltype.Name, sqltype.Char,
		sqltype.UUID, sqltype.Interval, sqltype.JSON, sqltype.JSONB:
		return "string", false, nil
	case sqltype.Bytea:
		return "binary", false, nil
	case sqltype.Date:
		return "date", false, nil
	case sqltype.Timestamp:
		return "timestamp_ntz", false, nil
	case sqltype.Timestamptz:
		return "timestamp", false, nil
	case sqltype.Numeric:
		p, s, ok := t.PrecisionScale()
		if !ok {
			p, s = barePrecision, bareScale
		}
		if p > barePrecision || s < 0 || s > p {
			return "", false, pgerr.New(pgerrcode.FeatureNotSupported, "type %s is not supported in tables", t).
				WithHint("The precision may be at most 38 and the scale from 0 to the precision.")
		}
		return fmt.Sprintf("decimal(%d,%d)", p, s), false, nil
	}
	if t.Enum() {
		return "string", false, nil
	}
	return "", false, pgerr.New(pgerrcode.FeatureNotSupported, "type %s is not supported in tables", t)
}

type structType struct {
	Type   string  `json:"type"`
	Fields []field `json:"fields"`
}

type field struct {
	Name     string         `json:"name"`
	Type     any            `json:"type"`
	Nullable bool           `json:"nullable"`
	Metadata map[string]any `json:"metadata"`
}

type arrayType struct {
	Type         string `json:"type"`
	ElementType  string `json:"elementType"`
	ContainsNull bool   `json:"containsNull"`
}

// describe returns the metaData and protocol actions of a table. mapped says that name mapping is on already: it is never switched off.
func describe(t *catalog.Table, mapped bool) (*metaData, *protocol, error) {
	if err := validate(t); err != nil {
		return nil, nil, err
	}
	schema := structType{Type: "struct", Fields: []field{}}
	ntz := false
	for i := range t.Columns {
		c := &t.Columns[i]
		name, array, err := DeltaType(c.Type)
		if err != nil {
			return nil, nil, err
		}
		ntz = ntz || name == "timestamp_ntz"
		mapped = mapped || c.PhysicalName != c.Name
		f := field{Name: c.Name, Type: name, Nullable: !c.NotNull, Metadata: map[string]any{
			fieldID: c.ID, fieldPhysical: c.PhysicalName, fieldType: c.Type.String(),
		}}
		if array {
			f.Type = arrayType{Type: "array", ElementType: name, ContainsNull: true}
		}
		if c.Comment != "" {
			f.Metadata["comment"] = c.Comment
		}
		schema.Fields = append(schema.Fields, f)
	}
	schemaString, err := json.Marshal(schema)
	if err != nil {
		return nil, nil, fmt.Errorf("encode schema: %w", err)
	}
	self, err := json.Marshal(t)
	if err != nil {
		return nil, nil, fmt.Errorf("encode schema: %w", err)
	}
	created := t.Created
	if created.IsZero() {
		created = time.Now()
	}
	m := &metaData{
		ID: t.UUID.String(), Name: t.Name.Name, Description: t.Comment, CreatedTime: created.UnixMilli(),
		Format:       fileFormat{Provider: "parquet", Options: map[string]string{}},
		SchemaString: string(schemaString), PartitionColumns: []string{},
		Configuration: map[string]string{configTable: string(self)},
	}
	p := &protocol{MinReader: 1, MinWriter: maxWriter, WriterFeatures: []string{featureDomain}}
	if mapped {
		m.Configuration[configMode] = modeName
		m.Configuration[configMaxID] = strconv.Itoa(int(max(t.NextColumn-1, maxColumnID(t))))
		p.require(featureMapping)
	}
	if ntz {
		p.require(featureNtz)
	}
	return m, p, nil
}

// require adds a feature that readers and writers must know.
func (p *protocol) require(feature string) {
	p.MinReader = maxReader
	p.ReaderFeatures = append(p.ReaderFeatures, feature)
	p.WriterFeatures = append(p.WriterFeatures, feature)
}

// merge returns the protocol that asks for everything p or q ask for.
func (p *protocol) merge(q *protocol) *protocol {
	union := func(a, b []string) []string {
		out := slices.Concat(a, b)
		slices.Sort(out)
		return slices.Compact(out)
	}
	return &protocol{
		MinReader: max(p.MinReader, q.MinReader), MinWriter: max(p.MinWriter, q.MinWriter),
		ReaderFeatures: union(p.ReaderFeatures, q.ReaderFeatures), WriterFeatures: union(p.WriterFeatures, q.WriterFeatures),
	}
}

func (p *protocol) equal(q *protocol) bool {
	return p.MinReader == q.MinReader && p.MinWriter == q.MinWriter &&
		slices.Equal(p.ReaderFeatures, q.ReaderFeatures) && slices.Equal(p.WriterFeatures, q.WriterFeatures)
}

// check refuses a table that asks for more than we know; reading it anyway could give wrong rows.
func (p *protocol) check() error {
	known := func(f string) bool { return f == featureMapping || f == featureNtz || f == featureDomain }
	unknown := slices.DeleteFunc(slices.Concat(p.ReaderFeatures, p.WriterFeatures), known)
	if p.MinReader <= maxReader && p.MinWriter <= maxWriter && len(unknown) == 0 {
		return nil
	}
	slices.Sort(unknown)
	return pgerr.New(pgerrcode.FeatureNotSupported,
		"the table log needs Delta reader version %d, writer version %d, features %v: more than this server knows, use a newer one",
		p.MinReader, p.MinWriter, slices.Compact(unknown))
}

func maxColumnID(t *catalog.Table) (id int32) {
	for i := range t.Columns {
		id = max(id, t.Columns[i].ID)
	}
	return id
}

// validate checks what the log relies on.
func validate(t *catalog.Table) error {
	if t.UUID == uuid.Nil {
		return fmt.Errorf("table %s has no UUID", t.Name)
	}
	names, physical, ids := map[string]bool{}, map[string]bool{}, map[int32]bool{}
	for i := range t.Columns {
		c := &t.Columns[i]
		lower, lowerPhysical := strings.ToLower(c.Name), strings.ToLower(c.PhysicalName)
		switch {
		case c.PhysicalName == "" || !plainName(c.PhysicalName):
			return fmt.Errorf("table %s, column %q: physical name %q cannot be used", t.Name, c.Name, c.PhysicalName)
		case c.ID <= 0 || ids[c.ID]:
			return fmt.Errorf("table %s, column %q: id %d is not positive or not unique", t.Name, c.Name, c.ID)
		case names[lower] || physical[lowerPhysical]:
			return pgerr.New(pgerrcode.DuplicateColumn, "column %q specified more than once", c.Name).
				WithDetail("Names that differ only by case cannot be stored in one table.")
		}
		names[lower], physical[lowerPhysical], ids[c.ID] = true, true, true
	}
	return nil
}

// tableOf returns our description of the table from its metaData.
func tableOf(m *metaData) (*catalog.Table, error) {
	self, ok := m.Configuration[configTable]
	if !ok {
		return nil, pgerr.New(pgerrcode.FeatureNotSupported, "Delta table %s was not created by MiniODB", m.ID)
	}
	if len(m.PartitionColumns) > 0 {
		return nil, pgerr.New(pgerrcode.FeatureNotSupported, "Delta table %s is partitioned, which this server does not know", m.ID)
	}
	t := &catalog.Table{}
	if err := json.Unmarshal([]byte(self), t); err != nil {
		return nil, fmt.Errorf("table description in the metadata: %w", err)
	}
	return t, nil
}
