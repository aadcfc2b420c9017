package sql

import (
	"github.com/jackc/pgerrcode"
	pg_query "github.com/pganalyze/pg_query_go/v6"

	"github.com/miniodb/miniodb/catalog"
	"github.com/miniodb/miniodb/internal/pgerr"
)

// CreateEnum is CREATE TYPE ... AS ENUM.
type CreateEnum struct {
	Name   catalog.Name
	Labels []string
}

// AlterEnum is ALTER TYPE ... ADD VALUE, and RENAME VALUE if From is set.
type AlterEnum struct {
	Name        catalog.Name
	Label       string // that is added, or what From is renamed to
	From        string
	IfNotExists bool
	Neighbor    string // next to which it is put; "": at the end
	After       bool
}

func (*CreateEnum) command() {}
func (*AlterEnum) command()  {}

// Limits of enums. Their labels are written out wherever a query reads a column.
const (
	maxLabels     = 1000
	maxLabelBytes = 16 << 10 // of all
	maxLabelName  = 63       // NAMEDATALEN - 1
)

// CheckLabels refuses labels that an enum cannot have: 42602 for one that is too long, 23505 for one that is there twice, 54000 for too many.
func CheckLabels(labels []string) error {
	seen, bytes := map[string]bool{}, 0
	for _, l := range labels {
		switch bytes += len(l); {
		case len(l) > maxLabelName:
			return pgerr.New(pgerrcode.InvalidName, "invalid enum label \"%s\"", l).WithDetail("Labels must be %d bytes or less.", maxLabelName)
		case seen[l]:
			return pgerr.New(pgerrcode.UniqueViolation, "duplicate key value violates unique constraint \"pg_enum_typid_label_index\"").
				WithDetail("The label \"%s\" is given twice.", l)
		}
		seen[l] = true
	}
	if len(labels) > maxLabels || bytes > maxLabelBytes {
		return pgerr.New(pgerrcode.ProgramLimitExceeded, "an enum cannot have more than %d labels of %d bytes together", maxLabels, maxLabelBytes)
	}
	return nil
}

func (c *classifier) createEnum(n *pg_query.CreateEnumStmt) (*CreateEnum, error) {
	name, err := c.qualified(n.TypeName)
	if err != nil {
		return nil, err
	}
	out := &CreateEnum{Name: name, Labels: stringsOf(n.Vals)}
	return out, CheckLabels(out.Labels)
}

func (c *classifier) alterEnum(n *pg_query.AlterEnumStmt) (*AlterEnum, error) {
	name, err := c.qualified(n.TypeName)
	return &AlterEnum{Name: name, Label: n.NewVal, From: n.OldVal, IfNotExists: n.SkipIfNewValExists, Neighbor: n.NewValNeighbor, After: n.NewValIsAfter}, err
}

// NamesType reports whether an expression, as a DEFAULT or CHECK keeps it, casts to the enum of this name.
func NamesType(expr string, n catalog.Name) bool {
	node, err := parseExpr(expr)
	if err != nil {
		return false
	}
	found := false
	walkTypes(node, func(names []string) {
		last := names[len(names)-1]
		found = found || (last == n.Name || last == "_"+n.Name) && (len(names) == 1 || names[0] == n.Schema)
	})
	return found
}
