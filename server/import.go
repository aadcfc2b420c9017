package server

import (
	"context"

	"github.com/miniodb/miniodb/server/importer"
)

// ImportOptions say which files go into which table of which server.
type ImportOptions = importer.Options

// Import loads files into a table of a running server.
func Import(ctx context.Context, o ImportOptions) error { return importer.Run(ctx, o) }
