package syscat

import (
	"cmp"
	"slices"

	"github.com/miniodb/miniodb/catalog"
	"github.com/miniodb/miniodb/internal/pgcatalog"
)

const languageSQL = 14 // pg_language.oid

// userFunctions has the functions of users in the form of those that are built in.
func (m *Image) userFunctions() {
	m.functions, m.comments = map[uint32]*pgcatalog.Function{}, map[uint32]string{}
	for _, f := range m.db.Functions {
		p := &pgcatalog.Function{
			OID: f.OID, Name: f.Name.Name, Namespace: m.schemaOf[f.Name.Schema], Result: uint32(f.Result.OID), Kind: 'f',
			Language: "14", Cost: "100", Rows: "0", Volatility: f.Volatile, Parallel: f.Parallel, Strict: f.Strict, Source: f.Body,
		}
		named := false
		for _, a := range f.Args {
			p.Args, p.Names = append(p.Args, uint32(a.Type.OID)), append(p.Names, a.Name)
			named = named || a.Name != ""
		}
		if !named {
			p.Names = nil
		}
		m.functions[f.OID], m.comments[f.OID] = p, f.Comment
	}
}

func (m *Image) functionByOID(oid uint32) *pgcatalog.Function {
	if f := m.functions[oid]; f != nil {
		return f
	}
	return pgcatalog.FunctionByOID(oid)
}

// functionsByName are the functions of a name, those of users in order of their OIDs behind the others.
func (m *Image) functionsByName(name string) []*pgcatalog.Function {
	out := pgcatalog.FunctionsByName(name)
	var own []*pgcatalog.Function
	for _, f := range m.functions {
		if f.Name == name {
			own = append(own, f)
		}
	}
	if own == nil {
		return out
	}
	slices.SortFunc(own, func(a, b *pgcatalog.Function) int { return cmp.Compare(a.OID, b.OID) })
	return append(slices.Clone(out), own...)
}

func (m *Image) procRows(w *writer) {
	for _, f := range sortedByOID(m.db.Functions, func(f *catalog.Function) uint32 { return f.OID }) {
		p := m.functions[f.OID]
		var names any
		if p.Names != nil {
			names = p.Names
		}
		args := p.Args
		if args == nil {
			args = []uint32{}
		}
		w.row(f.OID, p.Name, p.Namespace, catalog.OwnerOID(f.Owner), languageSQL, float32(100), float32(0), 0, 0, "f", false, false, f.Strict, false, f.Volatile, f.Parallel,
			len(f.Args), 0, p.Result, args, none, none, names, none, none, f.Body, none, none, none, none)
	}
}
