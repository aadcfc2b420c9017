package sql

import (
	"github.com/jackc/pgerrcode"
	pg_query "github.com/pganalyze/pg_query_go/v6"

	"github.com/miniodb/miniodb/internal/pgerr"
)

// createMatview is CREATE MATERIALIZED VIEW: a table made of a query that is kept.
func (c *classifier) createMatview(n *pg_query.CreateTableAsStmt) (*CreateTableAs, error) {
	if am := n.Into.GetAccessMethod(); am != "" && am != "heap" {
		return nil, pgerr.New(pgerrcode.UndefinedObject, "access method \"%s\" does not exist", am)
	}
	out, err := c.createTableAs(n.Into, n.Query, n.IfNotExists)
	if err != nil {
		return nil, err
	}
	if out.Temp {
		return nil, unsupported("materialized views cannot be temporary")
	}
	out.Materialized = true
	return out, nil
}

func (c *classifier) refresh(n *pg_query.RefreshMatViewStmt) (*Refresh, error) {
	name, err := c.name(n.Relation)
	return &Refresh{Name: name, Concurrently: n.Concurrent, NoData: n.SkipData}, err
}
