package backup

import (
	"context"
	"fmt"

	"golang.org/x/sync/errgroup"
)

// Finding is what Validate says of one object.
type Finding struct {
	Object, Status, Detail string
}

// Statuses of findings.
const (
	StatusOK      = "ok"
	StatusMissing = "missing" // files that the backup names are not there, or have another size
	StatusDamaged = "damaged" // a log that cannot be read
)

// Validate verifies a backup and compares it with the store: whether every live file that it names is there with its size, and whether each table's log can be
// read. A backup of which a byte has changed is an error that names the broken part; files and logs are findings, since a backup gets old: a rewrite removes
// files that it names.
func (m *Manager) Validate(ctx context.Context, name string) ([]Finding, error) {
	b, err := m.Load(ctx, name)
	if err != nil {
		return nil, err
	}
	out := make([]Finding, 2+len(b.Tables))
	out[0] = Finding{partHeader, StatusOK, fmt.Sprintf("format %d, %d parts, created %s on %s", b.Header.Version, b.Header.Parts, b.Header.Created.Format("2006-01-02 15:04:05Z"), b.Header.Node)}
	out[1] = Finding{partCatalog, StatusOK, fmt.Sprintf("version %d, %d tables, %d views, %d sequences", b.Catalog.Version, len(b.Catalog.Tables), len(b.Catalog.Views), len(b.Catalog.Sequences))}
	g, gctx := errgroup.WithContext(ctx)
	g.SetLimit(width)
	for i, t := range b.Tables {
		g.Go(func() error {
			x, err := m.deps.Tables.Examine(gctx, t.UUID)
			if err != nil {
				return err
			}
			f := Finding{Object: t.Name.String(), Status: StatusOK}
			first, missing := x.Missing(t.Snapshot())
			switch {
			case x.Snapshot == nil:
				f.Status, f.Detail = StatusDamaged, fmt.Sprintf("log: %s", x.Fault)
			default:
				f.Detail = fmt.Sprintf("version %d, %d files; the log is at version %d", t.Version, len(t.Files), x.Snapshot.Version)
			}
			if missing > 0 {
				if f.Status == StatusOK {
					f.Status = StatusMissing
				}
				f.Detail += fmt.Sprintf("; %d of %d files are not there or have another size, the first is %s", missing, len(t.Files), first)
			}
			out[2+i] = f
			return nil
		})
	}
	return out, g.Wait()
}
