package sql

import (
	"errors"
	"slices"

	pg_query "github.com/pganalyze/pg_query_go/v6"

	"github.com/miniodb/miniodb/catalog"
	"github.com/miniodb/miniodb/internal/pgerr"
)

// Options of LIKE (PostgreSQL: parsenodes.h, TableLikeOption).
const (
	likeComments    = 1 << 0
	likeConstraints = 1 << 2
	likeDefaults    = 1 << 3
	likeIndexes     = 1 << 6
)

// likeTables finds what LIKE copies from.
type likeTables func(catalog.Name) (*catalog.Table, error)

func hasLike(n *pg_query.CreateStmt) bool {
	return slices.ContainsFunc(n.TableElts, func(e *pg_query.Node) bool { return e.GetTableLikeClause() != nil })
}

// Expand resolves CREATE TABLE (LIKE ...), for which the other tables have to be known; any other CREATE TABLE is returned as it is. find looks a
// relation up, whose Schema is "" if not given.
func (c *CreateTable) Expand(find func(catalog.Name) (*catalog.Table, error)) (*CreateTable, error) {
	if c.like == nil {
		return c, nil
	}
	return (&classifier{text: c.likeText, like: find, types: c.likeTypes}).createTable(c.like)
}

// copied are the columns that LIKE gives.
func (b *tableBuilder) copied(n *pg_query.TableLikeClause) (*catalog.Table, error) {
	name, err := b.name(n.Relation)
	if err != nil {
		return nil, err
	}
	t, err := b.like(name)
	var e *pgerr.Error
	if errors.As(err, &e) {
		at := *e
		return nil, b.at(&at, n.Relation.Location)
	}
	return t, err
}

// takeLike copies columns and what the options ask for.
func (b *tableBuilder) takeLike(n *pg_query.TableLikeClause) error {
	t, err := b.copied(n)
	if err != nil {
		return err
	}
	for i := range t.Columns {
		c := &t.Columns[i]
		def := ColumnDef{Name: c.Name, Type: c.Type, NotNull: c.NotNull}
		if n.Options&likeDefaults != 0 {
			def.Default = c.Default
		}
		if n.Options&likeComments != 0 {
			def.Comment = c.Comment
		}
		b.out.Columns = append(b.out.Columns, def)
	}
	if n.Options&likeConstraints != 0 {
		for _, c := range t.Checks {
			b.names.add(c.Name)
			b.out.Checks = append(b.out.Checks, c)
		}
	}
	for _, k := range t.Keys {
		if n.Options&likeIndexes == 0 || k.Kind == catalog.ForeignKey {
			continue
		}
		key := KeyDef{Kind: k.Kind}
		for _, id := range k.Columns {
			key.Columns = append(key.Columns, t.Column(id).Name)
		}
		b.unique = true
		b.out.Keys = append(b.out.Keys, key)
	}
	return nil
}
