package syscat

import "strconv"

// sizeCalls are about the bytes that objects take: those of the files of a table, its newest rows in memory aside.
var sizeCalls = map[string]*call{
	"pg_relation_size": strict(relationSize), "pg_total_relation_size": strict(relationSize), "pg_table_size": strict(relationSize),
	"pg_indexes_size": strict(func(v *Viewer, args []*string) (*string, error) {
		if v.byOID[oidArg(args[0])] == nil {
			return nil, nil
		}
		return text("0")
	}),
	"pg_database_size": strict(func(v *Viewer, _ []*string) (*string, error) {
		var sum int64
		for _, t := range v.db.Tables {
			if n, ok := v.size(t.OID); ok {
				sum += n
			}
		}
		return text(strconv.FormatInt(sum, 10))
	}),
	"pg_tablespace_size": constant(&zeroText),
	"pg_relation_filenode": strict(func(v *Viewer, args []*string) (*string, error) {
		if o := v.byOID[oidArg(args[0])]; o != nil && o.Kind != 'v' {
			return args[0], nil
		}
		return nil, nil
	}),
}

var zeroText = "0"

func (v *Viewer) size(oid uint32) (int64, bool) {
	o := v.byOID[oid]
	if o == nil {
		return 0, false
	}
	if o.Table == nil || v.Size == nil {
		return 0, true
	}
	n, _ := v.Size(o.Table)
	return n, true
}

func relationSize(v *Viewer, args []*string) (*string, error) {
	if n, ok := v.size(oidArg(args[0])); ok {
		return text(strconv.FormatInt(n, 10))
	}
	if _, _, ok := v.class(oidArg(args[0])); ok {
		return text("0")
	}
	return nil, nil
}
