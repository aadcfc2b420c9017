package session

import (
	"context"

	"github.com/jackc/pgerrcode"

	"github.com/miniodb/miniodb/catalog"
	"github.com/miniodb/miniodb/internal/pgerr"
	"github.com/miniodb/miniodb/planner"
	"github.com/miniodb/miniodb/storage"
)

// prefetcher is a store whose objects have to be fetched before they can be read in place; several at a time are faster than one after the other.
type prefetcher interface {
	PrefetchFiles(ctx context.Context, files []storage.Info) (release func(), err error)
}

// fetch brings the files of a plan to this machine and holds them until the rows are closed.
func (s *Session) fetch(ctx context.Context, p *planner.Plan, r *rows) error {
	store, ok := s.node.store.(prefetcher)
	if !ok {
		return nil
	}
	var files []storage.Info
	for _, scan := range p.Scans {
		for i := range scan.Files {
			files = append(files, storage.Info{Key: s.node.tables.DataKey(scan.Table.UUID, scan.Files[i].Path), Size: scan.Files[i].Size})
		}
	}
	if len(files) == 0 {
		return nil
	}
	release, err := store.PrefetchFiles(ctx, files)
	if err != nil {
		return unreadable(err)
	}
	r.release = append(r.release, release)
	return nil
}

// path returns where a file of a scan can be read until the rows are closed.
func (s *Session) path(ctx context.Context, t *catalog.Table, f catalog.DataFile, r *rows) (string, error) {
	path, release, err := s.node.store.Local(ctx, s.node.tables.DataKey(t.UUID, f.Path))
	if err != nil {
		return "", unreadable(err)
	}
	r.release = append(r.release, release)
	return path, nil
}

// unreadable is the answer to a query one of whose files cannot be had. What has an SQLSTATE already keeps it, and an outage is told as such.
func unreadable(err error) error {
	if err = outward(err); pgerr.Code(err) != pgerrcode.InternalError {
		return err
	}
	return pgerr.New(pgerrcode.IOError, "a data file cannot be read: %v", err).WithCause(err)
}
