package sql

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/miniodb/miniodb/catalog"
	"github.com/miniodb/miniodb/internal/sqltype"
)

func dumpTable(t *testing.T, c *CreateTable) string {
	id := uuid.MustParse("11111111-2222-3333-4444-555555555555")
	table, err := c.Table(time.Unix(0, 0), id, 16384)
	if err != nil {
		return dumpError(err)
	}
	require.Equal(t, id, table.UUID)
	require.Equal(t, uint32(16384), table.OID)
	require.Equal(t, int32(1), table.SchemaID)
	var b strings.Builder
	fmt.Fprintf(&b, "%s shard=%v time=%d buckets=%d next=%d\n", table.Name, table.ShardKey, table.TimeColumn, table.Buckets, table.NextColumn)
	for _, col := range table.Columns {
		require.Equal(t, col.Name, col.PhysicalName)
		fmt.Fprintf(&b, "  %d %s %s", col.ID, QuoteIdent(col.Name), FormatType(col.Type))
		if col.NotNull {
			b.WriteString(" not null")
		}
		if col.Default != "" {
			b.WriteString(" default " + col.Default)
		}
		if col.Sequence != nil {
			b.WriteString(" owns " + col.Sequence.String())
		}
		b.WriteByte('\n')
	}
	for _, k := range table.Keys {
		fmt.Fprintf(&b, "  %s %s %v", k.Kind, k.Name, k.Columns)
		if k.References != nil {
			fmt.Fprintf(&b, " references %s %v", k.References, k.RefColumns)
		}
		b.WriteByte('\n')
	}
	for _, k := range table.Checks {
		fmt.Fprintf(&b, "  check %s: %s\n", k.Name, k.Expr)
	}
	return b.String()
}

func TestCreateTableAsWith(t *testing.T) {
	stmts, err := Parse("create table t (x) with (buckets = 4) as select 1, 'a'")
	require.NoError(t, err)
	as, ok := stmts[0].Command.(*CreateTableAs)
	require.True(t, ok)
	cols := []catalog.Column{{Name: "?column?", Type: sqltype.Of(sqltype.Int4)}, {Name: "b", Type: sqltype.Of(sqltype.Unknown)}}
	c, err := as.With(cols)
	require.NoError(t, err)
	require.Equal(t, "public.t shard=[1] time=0 buckets=4 next=3\n  1 x integer\n  2 b text\n", dumpTable(t, c))

	_, err = as.With([]catalog.Column{})
	require.ErrorContains(t, err, "too many column names were specified")
	_, err = as.With([]catalog.Column{cols[0], {Name: "X", Type: sqltype.Of(sqltype.Int4)}})
	require.ErrorContains(t, err, "differ only by case")
}
