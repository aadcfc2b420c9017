package definition

import (
	"strconv"
	"strings"

	"github.com/miniodb/miniodb/internal/pgcatalog"
	"github.com/miniodb/miniodb/internal/pgvalue"
	"github.com/miniodb/miniodb/internal/sqltype"
	"github.com/miniodb/miniodb/internal/vector"
)

// Types that the rules name (pg_type.oid).
const (
	typeBool        uint32 = 16
	typeInt2        uint32 = 21
	typeInt4        uint32 = 23
	typeInt8        uint32 = 20
	typeText        uint32 = 25
	typeName        uint32 = 19
	typeFloat4      uint32 = 700
	typeFloat8      uint32 = 701
	typeUnknown     uint32 = 705
	typeBpchar      uint32 = 1042
	typeVarchar     uint32 = 1043
	typeDate        uint32 = 1082
	typeTime        uint32 = 1083
	typeTimestamp   uint32 = 1114
	typeTimestamptz uint32 = 1184
	typeTimetz      uint32 = 1266
	typeNumeric     uint32 = 1700
	typeRegclass    uint32 = 2205
	typeJSON        uint32 = 114
	typeAny         uint32 = 2276
	trueArray       uint32 = 6179 // typsubscript of arrays
)

// How far a coercion may go (pg_cast.castcontext).
type castLevel uint8

const (
	implicitCast castLevel = iota
	assignmentCast
	explicitCast
)

func typeOf(n *node) sqltype.Type { return sqltype.Type{OID: sqltype.OID(n.typ), Mod: n.mod} }

func category(oid uint32) byte {
	if t := pgcatalog.TypeByOID(oid); t != nil {
		return t.Category
	}
	return 0
}

func preferred(oid uint32) bool {
	t := pgcatalog.TypeByOID(oid)
	return t != nil && t.Preferred
}

// elem is the type of an array's elements; 0: it is no array. Vectors are none, though they have elements: they have arrays of their own.
func elem(oid uint32) uint32 {
	if t := pgcatalog.TypeByOID(oid); t != nil && t.Subscript == trueArray && t.Array == 0 {
		return t.Elem
	}
	return 0
}

func arrayOf(oid uint32) uint32 {
	if t := pgcatalog.TypeByOID(oid); t != nil {
		return t.Array
	}
	return 0
}

// pathway is how a value gets from a type to another (PostgreSQL: find_coercion_pathway).
type pathway uint8

const (
	noPath pathway = iota
	samePath
	functionPath
	relabelPath
	textPath
)

func path(from, to uint32, level castLevel) pathway {
	if from == to {
		return samePath
	}
	if c := pgcatalog.CastOf(from, to); c != nil {
		if c.Context == 'i' || c.Context == 'a' && level >= assignmentCast || level == explicitCast {
			switch c.Method {
			case 'f':
				return functionPath
			case 'b':
				return relabelPath
			}
			return textPath
		}
		return noPath
	}
	if f, t := elem(from), elem(to); f != 0 && t != 0 {
		switch path(f, t, level) {
		case noPath:
		case textPath:
			if level == explicitCast {
				return textPath
			}
		case relabelPath:
			return relabelPath
		default:
			return functionPath
		}
		return noPath
	}
	if level >= assignmentCast && category(to) == 'S' || level == explicitCast && category(from) == 'S' {
		return textPath
	}
	return noPath
}

// canCoerce reports that a value of a type may stand for another without being told (PostgreSQL: can_coerce_type, implicit).
func canCoerce(from, to uint32) bool {
	if from == to || from == typeUnknown || to == typeAny {
		return true
	}
	switch to {
	case anyArray, anyCompatibleArray:
		return elem(from) != 0
	case anyNonArray, anyCompatibleNon:
		return elem(from) == 0
	case anyElement, anyCompatible:
		return true
	}
	return path(from, to, implicitCast) != noPath
}

// cast wraps a node for a type that it has a path to.
func (a *analyser) cast(n *node, to uint32, mod int32, how pathway, implicit bool) *node {
	return &node{kind: kindCast, typ: to, mod: mod, args: []*node{n}, implicit: implicit, function: how == functionPath && elem(to) == 0}
}

// coerce makes a node one of a type (PostgreSQL: coerce_type); what cannot be is an error.
func (a *analyser) coerce(n *node, to uint32, level castLevel) *node {
	if n.typ == to || to == typeAny || to == 0 {
		if to == typeAny && n.typ == typeUnknown && n.kind == kindConst { // stays as it is
			return n
		}
		return n
	}
	if n.typ == typeUnknown && n.kind == kindConst {
		return a.constant(n, to, -1)
	}
	how := path(n.typ, to, level)
	if how == noPath {
		return a.fail("no cast")
	}
	return a.cast(n, to, -1, how, level != explicitCast)
}

// modify applies a type's modifier (PostgreSQL: coerce_type_typmod); cast says that n was cast for it.
func (a *analyser) modify(n *node, mod int32, cast, implicit bool) *node {
	if mod < 0 || n.mod == mod || a.err != nil {
		return n
	}
	base := n.typ
	if e := elem(base); e != 0 {
		base = e
	}
	if pgcatalog.CastOf(base, base) == nil {
		return n
	}
	if n.kind == kindCast && cast { // only the outer one is shown
		n.implicit = true
	}
	return a.cast(n, n.typ, mod, functionPath, implicit)
}

// assign coerces a value for a column.
func (a *analyser) assign(n *node, to uint32, mod int32) *node {
	out := a.coerce(n, to, assignmentCast)
	return a.modify(out, mod, out != n, true)
}

// constant reads a literal as a value of a type, and spells it as that type's output does.
func (a *analyser) constant(n *node, to uint32, mod int32) *node {
	out := &node{kind: kindConst, typ: to, mod: -1, null: n.null}
	if n.null {
		return out
	}
	s, ok := a.canonical(n.name, to)
	if !ok {
		return a.fail("constant")
	}
	out.name = s
	return out
}

// moving are words that dates and times take for the moment.
var moving = []string{"now", "today", "tomorrow", "yesterday"}

func (a *analyser) canonical(s string, to uint32) (string, bool) {
	switch to {
	case typeText, typeVarchar, typeBpchar, typeName, typeJSON, typeUnknown:
		return s, true
	case typeNumeric:
		return numeric(s)
	case typeRegclass:
		return "", false
	case typeDate, typeTime, typeTimestamp, typeTimestamptz, typeTimetz:
		for _, w := range moving {
			if strings.Contains(strings.ToLower(s), w) {
				return "", false
			}
		}
	}
	t := sqltype.Of(sqltype.OID(to))
	if t.Enum() {
		return s, true
	}
	if elem, _ := t.Elem(); !elem.Enum() && pgcatalog.TypeByOID(to) == nil || !elem.Enum() && strings.HasPrefix(t.String(), "???") {
		return "", false
	}
	vt := vector.TypeOf(t)
	b := vector.NewBuilder([]vector.Type{vt})
	if err := pgvalue.NewDecoder(a.env.Values).ParseText(b.Col(0), []byte(s)); err != nil {
		return "", false
	}
	batch := b.Take()
	e := pgvalue.NewEncoder(pgvalue.Settings{Location: a.env.Values.Location})
	return string(pgvalue.AppendText(nil, &batch.Cols[0], 0, e)), true
}

// maxExponent bounds the digits of a number.
const maxExponent = 100

// numeric spells a number as numeric_out: all digits that were given, none in front.
func numeric(s string) (string, bool) {
	s = strings.TrimSpace(s)
	sign := ""
	if t, ok := strings.CutPrefix(s, "-"); ok {
		sign, s = "-", t
	} else {
		s = strings.TrimPrefix(s, "+")
	}
	s, exponent, scientific := strings.Cut(strings.ToLower(s), "e")
	whole, fraction, _ := strings.Cut(s, ".")
	if scientific {
		n, err := strconv.Atoi(exponent)
		if err != nil || n > maxExponent || n < -maxExponent {
			return "", false
		}
		if n < 0 {
			whole = strings.Repeat("0", -n) + whole
			whole, fraction = whole[:len(whole)+n], whole[len(whole)+n:]+fraction
		} else {
			fraction += strings.Repeat("0", max(0, n-len(fraction)))
			whole, fraction = whole+fraction[:n], fraction[n:]
		}
	}
	if whole+fraction == "" {
		return "", false
	}
	for _, c := range whole + fraction {
		if c < '0' || c > '9' {
			return "", false
		}
	}
	if whole = strings.TrimLeft(whole, "0"); whole == "" {
		whole = "0"
	}
	if fraction != "" {
		whole += "." + fraction
	}
	if strings.Trim(whole, "0.") == "" {
		sign = ""
	}
	return sign + whole, true
}

// common is the type that several values share (PostgreSQL: select_common_type).
func (a *analyser) common(nodes []*node) uint32 {
	same := nodes[0].typ
	for _, n := range nodes[1:] {
		if n.typ != same || same == typeUnknown {
			same = 0
			break
		}
	}
	if same != 0 && same != typeUnknown {
		return same
	}
	out := typeUnknown
	for _, n := range nodes {
		switch t := n.typ; {
		case t == out || t == typeUnknown:
		case out == typeUnknown:
			out = t
		case category(t) != category(out):
			a.fail("types do not match")
			return typeText
		case !preferred(out) && canCoerce(out, t) && !canCoerce(t, out):
			out = t
		}
	}
	if out == typeUnknown {
		return typeText
	}
	return out
}

// unify coerces values to the type that they share.
func (a *analyser) unify(nodes []*node) (uint32, []*node) {
	to := a.common(nodes)
	out := make([]*node, len(nodes))
	for i, n := range nodes {
		out[i] = a.coerce(n, to, implicitCast)
	}
	return to, out
}

// commonMod is the modifier that all have, or -1.
func commonMod(nodes []*node) int32 {
	for _, n := range nodes {
		if n.mod != nodes[0].mod || n.typ != nodes[0].typ {
			return -1
		}
	}
	return nodes[0].mod
}
