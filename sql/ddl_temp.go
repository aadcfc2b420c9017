package sql

import (
	"strings"

	"github.com/jackc/pgerrcode"
	pg_query "github.com/pganalyze/pg_query_go/v6"

	"github.com/miniodb/miniodb/catalog"
	"github.com/miniodb/miniodb/internal/pgerr"
)

// TempAlias is the name by which every session calls the schema of its temporary objects (PostgreSQL documentation, 20.11.1, search_path).
const TempAlias = "pg_temp"

// TempSchemaPrefix begins the names that these schemas have.
const TempSchemaPrefix = "pg_temp_"

var onCommits = map[pg_query.OnCommitAction]OnCommit{
	pg_query.OnCommitAction_ONCOMMIT_DELETE_ROWS: DeleteRows, pg_query.OnCommitAction_ONCOMMIT_DROP: DropAtCommit,
}

// persistent reads the name of a new relation and whether it is said to be temporary, by a word or by its schema.
func (c *classifier) persistent(r *pg_query.RangeVar) (name catalog.Name, temp bool, err error) {
	if name, err = c.name(r); err != nil {
		return name, false, err
	}
	in := name.Schema == TempAlias || strings.HasPrefix(name.Schema, TempSchemaPrefix)
	if temp = r.GetRelpersistence() == "t"; temp && name.Schema != "" && !in {
		return name, temp, c.at(pgerr.New(pgerrcode.InvalidTableDefinition, "cannot create temporary relation in non-temporary schema"), r.Location)
	}
	return name, temp || in, nil
}
