package session

import (
	"context"

	"github.com/miniodb/miniodb/internal/sqltype"
	"github.com/miniodb/miniodb/sql"
)

// queriesRelation is pg_stat_activity in fewer columns.
func queriesRelation(n *Node) *systemObject {
	return &systemObject{
		System: sql.System{Name: systemName("queries"), OID: oidQueries, Columns: SystemColumns(
			"pid", sqltype.Int4, "usename", sqltype.Name, "application_name", sqltype.Text, "client_addr", sqltype.Text,
			"backend_start", sqltype.Timestamptz, "xact_start", sqltype.Timestamptz, "query_start", sqltype.Timestamptz,
			"state_change", sqltype.Timestamptz, "state", sqltype.Text, "query", sqltype.Text)},
		rows: func(_ context.Context, s *Session, _ []*string) ([][]*string, error) {
			all := n.open()
			out := make([][]*string, len(all))
			for i, o := range all {
				a, addr := o.activity.Load(), ""
				if o.client.Addr != nil {
					addr = o.client.Addr.String()
				}
				if !s.maySee(o) {
					out[i] = Row(o.client.ProcessID, o.client.User, a.application, nil, nil, nil, nil, nil, nil, "<insufficient privilege>")
					continue
				}
				out[i] = Row(o.client.ProcessID, o.client.User, a.application, addr, o.opened, a.txStart, a.queryStart, a.changed, a.state, a.query)
			}
			return out, nil
		},
	}
}
