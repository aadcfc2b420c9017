package syscat

import "github.com/miniodb/miniodb/catalog"

func (m *Image) dependRows(w *writer) {
	depend := func(class, id uint32, sub int, refClass, ref uint32, refSub int, kind string) {
		w.row(class, id, sub, refClass, ref, refSub, kind)
	}
	depend(classNamespace, SystemSchemaOID, 0, classExtension, extensionOID, 0, "e")
	for oid, f := range m.functions {
		depend(classProc, oid, 0, classNamespace, f.Namespace, 0, "n")
	}
	for _, o := range m.enums {
		depend(classType, o.RowType, 0, classNamespace, o.Namespace, 0, "n")
		depend(classType, o.RowType+1, 0, classType, o.RowType, 0, "i")
	}
	for _, o := range m.objects {
		if o.System != nil {
			depend(classRelation, o.OID, 0, classExtension, extensionOID, 0, "e")
		}
		if o.System != nil || o.Index != nil {
			continue
		}
		depend(classRelation, o.OID, 0, classNamespace, o.Namespace, 0, "n")
		if o.RowType != 0 {
			depend(classType, o.RowType, 0, classRelation, o.OID, 0, "i")
			depend(classType, o.RowType+1, 0, classType, o.RowType, 0, "i")
		}
		if o.definition() != nil {
			rule := derived(o.OID, slotRule)
			depend(classRewrite, rule, 0, classRelation, o.OID, 0, "i")
			depend(classRewrite, rule, 0, classRelation, o.OID, 0, "n")
			for _, name := range viewRelations(o.definition()) {
				if on := m.byName[name]; on != nil && on != o {
					for i := range on.Columns {
						depend(classRewrite, rule, 0, classRelation, on.OID, i+1, "n")
					}
				}
			}
		}
		if o.Table == nil {
			continue
		}
		for i := range o.Columns {
			if e := m.db.EnumByType(o.Columns[i].Type); e != nil {
				depend(classRelation, o.OID, i+1, classType, uint32(o.Columns[i].Type.OID), 0, "n")
			}
			if s := o.Columns[i].OwnedSequence(); s != nil && m.byName[*s] != nil {
				kind := "a"
				if o.Columns[i].Identity != "" {
					kind = "i"
				}
				depend(classRelation, m.byName[*s].OID, 0, classRelation, o.OID, i+1, kind)
			}
		}
	}
	m.eachDefault(func(oid uint32, o *Object, i int) {
		depend(classAttrdef, oid, 0, classRelation, o.OID, i+1, "a")
		if s := m.defaultSequence(&o.Columns[i]); s != nil {
			depend(classAttrdef, oid, 0, classRelation, s.OID, 0, "n")
		}
	})
	for _, c := range m.constraints {
		for _, n := range c.Columns {
			depend(classConstraint, c.OID, 0, classRelation, c.Table.OID, int(n), "a")
			if c.Kind == 'c' {
				depend(classConstraint, c.OID, 0, classRelation, c.Table.OID, int(n), "n")
			}
		}
		if c.Index != 0 {
			depend(classRelation, c.Index, 0, classConstraint, c.OID, 0, "i")
		}
		if c.Kind == 'f' {
			for _, n := range c.RefCols {
				depend(classConstraint, c.OID, 0, classRelation, c.Ref.OID, int(n), "n")
			}
			for _, k := range m.constraints {
				if k.Table == c.Ref && k.Index != 0 && sameColumns(k.Columns, c.RefCols) {
					depend(classConstraint, c.OID, 0, classRelation, k.Index, 0, "n")
				}
			}
		}
	}
}

// defaultSequence is the sequence that a column's default takes its values from, or nil.
func (m *Image) defaultSequence(c *catalog.Column) *Object {
	name, ok := sequenceOf(c)
	if !ok {
		return nil
	}
	if o := m.byName[name]; o != nil && o.Sequence != nil {
		return o
	}
	return nil
}

// extensionOID is that of the extension miniodb, whose members the server's own relations are: so clients know that they belong to the server, and
// pg_dump leaves them out as it does all built-in extensions.
const extensionOID uint32 = 14999

func (m *Image) extensionRows(w *writer) {
	w.row(extensionOID, catalog.DatabaseName, catalog.SuperuserOID, SystemSchemaOID, false, "1.0", none, none)
}
