package session

import (
	"context"
	"io"

	"github.com/jackc/pgerrcode"

	"github.com/miniodb/miniodb/engine"
	"github.com/miniodb/miniodb/internal/pgerr"
)

// loadEngineSettings reads the names of the engine's own settings.
func loadEngineSettings(ctx context.Context, db *engine.DB) (map[string]bool, error) {
	conn, err := db.Conn()
	if err != nil {
		return nil, err
	}
	defer conn.Close()
	rows, err := conn.Query(ctx, "SELECT lower(name) FROM duckdb_settings()", nil)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	names := map[string]bool{}
	for {
		b, err := rows.Next(ctx)
		if err == io.EOF {
			return names, nil
		}
		if err != nil {
			return nil, err
		}
		for i := range b.Len {
			names[string(b.Cols[0].Bytes(i))] = true
		}
	}
}

// refuseEngineSetting tells apart a name that nobody knows and one of the engine's, which belong to the server's configuration.
func (n *Node) refuseEngineSetting(name string, err error) error {
	if pgerr.Code(err) != pgerrcode.UndefinedObject || !n.engineSettings[name] {
		return err
	}
	return pgerr.New(pgerrcode.InsufficientPrivilege, "permission denied to set parameter %q", name).
		WithHint("It belongs to the query engine; see the section engine of the server's configuration.")
}
