package sql

import (
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgerrcode"
	pg_query "github.com/pganalyze/pg_query_go/v6"

	"github.com/miniodb/miniodb/internal/pgerr"
	"github.com/miniodb/miniodb/internal/units"
)

// Bounds of table options.
const (
	maxBuckets       = 1024
	minFlushInterval = 10 * time.Millisecond
	maxFlushInterval = 24 * time.Hour
	maxRetentionDays = 36500
	maxProperties    = 100
	maxPropertyBytes = 4096
)

// DynamicColumns is the property that option dynamic_columns sets.
const DynamicColumns = "dynamic_columns"

var tableOptionNames = []string{
	"buffer_size", "flush_interval", "retention_days", "backup_enabled", "shard_key", "time_column", "buckets", "durability", DynamicColumns,
}

// tableOptions checks WITH (...) of CREATE TABLE. Options with a namespace (x.y) are properties.
func (c *classifier) tableOptions(nodes []*pg_query.Node) (TableOptions, error) {
	var o TableOptions
	seen := map[string]bool{}
	for _, node := range nodes {
		def := node.GetDefElem()
		key := def.Defname
		if def.Defnamespace != "" {
			key = def.Defnamespace + "." + def.Defname
		}
		if seen[key] {
			return o, c.at(pgerr.New(pgerrcode.InvalidParameterValue, "parameter \"%s\" specified more than once", key), def.Location)
		}
		seen[key] = true
		value, ok := defText(def)
		if !ok {
			return o, c.at(pgerr.New(pgerrcode.InvalidParameterValue, "invalid value for option \"%s\"", key), def.Location)
		}
		if err := o.set(key, def, value); err != nil {
			return o, c.at(pgerr.From(err), def.Location)
		}
	}
	return o, nil
}

func (o *TableOptions) set(key string, def *pg_query.DefElem, value string) error {
	bad := func(want string) error {
		return pgerr.New(pgerrcode.InvalidParameterValue, "invalid value for option \"%s\": \"%s\"", key, clip(value)).WithHint("%s", want)
	}
	switch {
	case storageParameter(key):
		if _, err := strconv.ParseFloat(value, 64); err != nil {
			if _, ok := defBool(def, value); !ok {
				return pgerr.New(pgerrcode.InvalidParameterValue, "invalid value for option \"%s\": \"%s\"", key, clip(value))
			}
		}
		return nil
	case strings.Contains(key, "."):
		if len(o.Properties) == maxProperties || len(key)+len(value) > maxPropertyBytes {
			return pgerr.New(pgerrcode.ProgramLimitExceeded, "a table has at most %d properties of %d bytes", maxProperties, maxPropertyBytes)
		}
		o.property(key, value)
		return nil
	case key == "buffer_size":
		size, err := units.ParseBufferSize(value)
		if err != nil {
			return bad("An integer counts rows, a number with a unit bytes: 100000 or '64MB'.")
		}
		o.BufferRows, o.BufferBytes = size.Rows, int64(size.Bytes)
	case key == "flush_interval":
		d, err := units.ParseDuration(value)
		if err != nil || d < minFlushInterval || d > maxFlushInterval {
			return bad("A duration from 10ms to 24h: '1s', '500ms', or a number of seconds.")
		}
		o.FlushInterval = d
	case key == "retention_days":
		n, err := strconv.ParseInt(value, 10, 32)
		if err != nil || n < 0 || n > maxRetentionDays {
			return bad("A number of days from 1 to 36500; 0 keeps rows for ever.")
		}
		o.RetentionDays = int32(n)
	case key == "backup_enabled":
		b, ok := defBool(def, value)
		if !ok {
			return bad("true or false.")
		}
		o.BackupEnabled = &b
	case key == DynamicColumns:
		b, ok := defBool(def, value)
		if !ok {
			return bad("true or false.")
		}
		o.property(DynamicColumns, strconv.FormatBool(b))
	case key == "shard_key":
		for part := range strings.SplitSeq(value, ",") {
			name, ok := ParseName(part)
			if !ok || name.Schema != "" || slices.Contains(o.ShardKey, name.Name) {
				o.ShardKey = nil
				return bad("One or more column names: 'a' or 'a, b'.")
			}
			o.ShardKey = append(o.ShardKey, name.Name)
		}
	case key == "time_column":
		name, ok := ParseName(value)
		if !ok || name.Schema != "" {
			return bad("The name of a date or timestamp column.")
		}
		o.TimeColumn = name.Name
	case key == "buckets":
		n, err := strconv.ParseInt(value, 10, 32)
		if err != nil || n < 1 || n > maxBuckets {
			return bad("A number from 1 to 1024.")
		}
		o.Buckets = int32(n)
	case key == "durability":
		o.Durability = strings.ToLower(value)
		if o.Durability != "local" && o.Durability != "replicated" && o.Durability != "object" {
			return bad("local, replicated or object.")
		}
	default:
		e := pgerr.New(pgerrcode.InvalidParameterValue, "unrecognized parameter \"%s\"", key)
		if near := nearest(key, tableOptionNames); near != "" {
			return e.WithHint("Did you mean \"%s\"?", near)
		}
		return e.WithHint("Options are %s, and properties such as owner.team.", strings.Join(tableOptionNames, ", "))
	}
	return nil
}

// storageParameter reports a parameter of PostgreSQL's own storage (documentation, CREATE TABLE, Storage Parameters), as pg_dump and pgbench write them.
// They are about pages and dead rows, which are not here, and are dropped.
func storageParameter(key string) bool {
	switch key = strings.TrimPrefix(key, "toast."); key {
	case "fillfactor", "parallel_workers", "toast_tuple_target", "user_catalog_table", "vacuum_index_cleanup", "vacuum_truncate", "log_autovacuum_min_duration":
		return true
	}
	return strings.HasPrefix(key, "autovacuum_")
}

func (o *TableOptions) property(key, value string) {
	if o.Properties == nil {
		o.Properties = map[string]string{}
	}
	o.Properties[key] = value
}

// defText is the value of an option as text: words and strings, numbers. No value is "".
func defText(d *pg_query.DefElem) (string, bool) {
	switch v := d.Arg.GetNode().(type) {
	case nil:
		return "", true
	case *pg_query.Node_String_:
		return v.String_.Sval, true
	case *pg_query.Node_Integer:
		return strconv.Itoa(int(v.Integer.Ival)), true
	case *pg_query.Node_Float:
		return v.Float.Fval, true
	case *pg_query.Node_Boolean:
		return strconv.FormatBool(v.Boolean.Boolval), true
	case *pg_query.Node_TypeName:
		names := stringsOf(v.TypeName.Names)
		if len(v.TypeName.Typmods) > 0 || len(v.TypeName.ArrayBounds) > 0 || len(names) == 0 {
			return "", false
		}
		return names[len(names)-1], true
	case *pg_query.Node_List:
		return strings.Join(stringsOf(v.List.Items), "."), true
	}
	return "", false
}

// defBool reads a boolean option; an option without a value is true (PostgreSQL: defGetBoolean).
func defBool(d *pg_query.DefElem, value string) (b, ok bool) {
	if d.Arg == nil {
		return true, true
	}
	switch strings.ToLower(value) {
	case "true", "on", "1":
		return true, true
	case "false", "off", "0":
		return false, true
	}
	return false, false
}

// defInt reads an integer option.
func defInt(d *pg_query.DefElem) (int64, bool) {
	text, ok := defText(d)
	if !ok || d.Arg == nil || d.Arg.GetString_() != nil {
		return 0, false
	}
	n, err := strconv.ParseInt(text, 10, 64)
	return n, err == nil
}

// nearest finds the name that a misspelt one most likely meant; "" if none is near.
func nearest(word string, names []string) string {
	best, found := math.MaxInt, ""
	for _, n := range names {
		if d := editDistance(clip(word), n); d < best {
			best, found = d, n
		}
	}
	if best > max(2, len(found)/3) {
		return ""
	}
	return found
}

// editDistance is Levenshtein's, in bytes.
func editDistance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(cost, row[j]+1, diagonal+1)
		}
	}
	return row[len(b)]
}
