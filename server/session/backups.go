package session

import (
	"context"
	"strconv"
	"time"

	"github.com/jackc/pgerrcode"

	"github.com/miniodb/miniodb/catalog/backup"
	"github.com/miniodb/miniodb/internal/pgerr"
	"github.com/miniodb/miniodb/internal/sqltype"
	"github.com/miniodb/miniodb/internal/vector"
	"github.com/miniodb/miniodb/sql"
)

var backupMetadata = &procedure{
	name: "backup_metadata", params: []procedureParam{{name: "description", optional: true}},
	columns: SystemColumns("name", sqltype.Text, "tables", sqltype.Int8, "files", sqltype.Int8, "bytes", sqltype.Int8),
	run: func(ctx context.Context, s *Session, args []*string) ([][]*string, error) {
		description := ""
		if args[0] != nil {
			description = *args[0]
		}
		h, err := s.node.backups.Create(ctx, description)
		if err != nil {
			return nil, err
		}
		return [][]*string{Row(h.Name, h.Tables, h.Files, h.Bytes)}, nil
	},
}

var validateMetadataBackup = &procedure{
	name: "validate_metadata_backup", params: []procedureParam{{name: "name"}},
	columns: SystemColumns("object", sqltype.Text, "status", sqltype.Text, "detail", sqltype.Text),
	run: func(ctx context.Context, s *Session, args []*string) ([][]*string, error) {
		findings, err := s.node.backups.Validate(ctx, *args[0])
		if err != nil {
			return nil, err
		}
		rows := make([][]*string, len(findings))
		for i, f := range findings {
			rows[i] = Row(f.Object, f.Status, f.Detail)
		}
		return rows, nil
	},
}

var recoverMetadata = &procedure{
	name: "recover_metadata", params: []procedureParam{{name: "name"}, {name: "mode", optional: true}},
	columns: SystemColumns("object", sqltype.Text, "kind", sqltype.Text, "action", sqltype.Text, "detail", sqltype.Text),
	run: func(ctx context.Context, s *Session, args []*string) ([][]*string, error) {
		dry := false
		switch {
		case args[1] == nil || *args[1] == "complete":
			if err := s.checkWritable("CALL recover_metadata"); err != nil {
				return nil, err
			}
		case *args[1] == "dry_run":
			dry = true
		default:
			return nil, pgerr.New(pgerrcode.InvalidParameterValue, "invalid mode %q", *args[1]).WithHint("The modes are complete and dry_run.")
		}
		steps, err := s.node.backups.Recover(ctx, *args[0], dry, nil)
		if err != nil {
			return nil, err
		}
		rows := make([][]*string, len(steps))
		for i, p := range steps {
			rows[i] = Row(p.Object, p.Kind, p.Action, p.Detail)
		}
		return rows, nil
	},
}

// appendCall appends a value of a procedure's row, as Row makes it.
func appendCall(a *vector.Appender, v *string) error {
	switch {
	case v == nil:
		a.Null()
	case a.Type().Kind == vector.KindInt64:
		n, err := strconv.ParseInt(*v, 10, 64)
		if err != nil {
			return err
		}
		a.Int64(n)
	default:
		a.Bytes([]byte(*v))
	}
	return nil
}

func backupsFunction(n *Node) *systemObject {
	return &systemObject{
		System: sql.System{Name: systemName("metadata_backups"), Columns: SystemColumns(
			"name", sqltype.Text, "created", sqltype.Timestamptz, "description", sqltype.Text, "node", sqltype.Text, "catalog_version", sqltype.Int8,
			"tables", sqltype.Int8, "files", sqltype.Int8, "bytes", sqltype.Int8, "size", sqltype.Int8, "format", sqltype.Int4, "status", sqltype.Text)},
		rows: func(ctx context.Context, _ *Session, _ []*string) ([][]*string, error) {
			all, err := n.backups.List(ctx)
			if err != nil {
				return nil, err
			}
			rows := make([][]*string, len(all))
			for i := range all {
				b := &all[i]
				if b.Version == 0 { // the header cannot be read
					rows[i] = Row(b.Name, nil, nil, nil, nil, nil, nil, nil, b.Size, nil, b.Status)
					continue
				}
				rows[i] = Row(b.Name, b.Created, b.Description, b.Node, b.CatalogVersion, b.Tables, b.Files, b.Bytes, b.Size, b.Version, b.Status)
			}
			return rows, nil
		},
	}
}

func backupStatusFunction(n *Node) *systemObject {
	return &systemObject{
		System: sql.System{Name: systemName("metadata_status"), Columns: SystemColumns(
			"backups", sqltype.Int8, "last_backup", sqltype.Text, "last_created", sqltype.Timestamptz, "age", sqltype.Interval,
			"backup_catalog_version", sqltype.Int8, "backup_tables", sqltype.Int8, "catalog_version", sqltype.Int8, "tables", sqltype.Int8,
			"changed", sqltype.Bool, "index_generation", sqltype.Text, "catalog_log", sqltype.Text)},
		rows: func(ctx context.Context, _ *Session, _ []*string) ([][]*string, error) {
			st, err := n.backups.Status(ctx)
			if err != nil {
				return nil, err
			}
			last := &backup.Listed{}
			row := Row(st.Backups, nil, nil, nil, nil, nil, st.CatalogVersion, st.Tables, st.Changed, nil, "ok")
			if st.Last != nil {
				last = st.Last
				row = Row(st.Backups, last.Name, last.Created, time.Since(last.Created).Truncate(time.Second), last.CatalogVersion, last.Tables,
					st.CatalogVersion, st.Tables, st.Changed, nil, "ok")
			}
			if st.Generation != "" {
				row[9] = &st.Generation
			}
			if st.LogFault != "" {
				row[10] = &st.LogFault
			}
			return [][]*string{row}, nil
		},
	}
}
