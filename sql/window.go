package sql

import (
	"strconv"
	"strings"

	"github.com/jackc/pgerrcode"
	pg_query "github.com/pganalyze/pg_query_go/v6"

	"github.com/miniodb/miniodb/internal/sqltype"
)

// Frame options of a window (PostgreSQL: nodes/parsenodes.h).
const (
	frameNonDefault       = 0x00001
	frameRange            = 0x00002
	frameRows             = 0x00004
	frameGroups           = 0x00008
	frameBetween          = 0x00010
	frameStartUnbounded   = 0x00020
	frameEndUnbounded     = 0x00100
	frameStartCurrent     = 0x00200
	frameEndCurrent       = 0x00400
	frameStartPreceding   = 0x00800
	frameEndPreceding     = 0x01000
	frameStartFollowing   = 0x02000
	frameEndFollowing     = 0x04000
	frameExcludeCurrent   = 0x08000
	frameExcludeGroup     = 0x10000
	frameExcludeTies      = 0x20000
	maxWindowNestingDepth = 32
)

// over writes the inside of OVER (...), named windows inlined.
func (t *translator) over(c exprCtx, w *pg_query.WindowDef) (string, error) {
	partition, order, frame, err := t.windowDef(c, w, 0)
	if err != nil {
		return "", err
	}
	var parts []string
	if len(partition) > 0 {
		parts = append(parts, "PARTITION BY "+strings.Join(partition, ", "))
	}
	if len(order) > 0 {
		parts = append(parts, "ORDER BY "+strings.Join(order, ", "))
	}
	if frame != "" {
		parts = append(parts, frame)
	}
	return strings.Join(parts, " "), nil
}

func (t *translator) windowDef(c exprCtx, w *pg_query.WindowDef, depth int) (partition, order []string, frame string, err error) {
	base := w.Refname
	if w.Name != "" && depth == 0 { // OVER name
		base = w.Name
	}
	if base != "" {
		def := c.windows[base]
		if def == nil || depth > maxWindowNestingDepth {
			return nil, nil, "", t.errorf(w.Location, pgerrcode.UndefinedObject, "window %q does not exist", base)
		}
		var inherited string
		if partition, order, inherited, err = t.windowDef(c, def, depth+1); err != nil {
			return nil, nil, "", err
		}
		if depth == 0 && w.Name != "" {
			return partition, order, inherited, nil
		}
		if len(w.PartitionClause) > 0 {
			return nil, nil, "", t.errorf(w.Location, pgerrcode.WindowingError, "cannot override PARTITION BY clause of window %q", base)
		}
		if len(w.OrderClause) > 0 && len(order) > 0 {
			return nil, nil, "", t.errorf(w.Location, pgerrcode.WindowingError, "cannot override ORDER BY clause of window %q", base)
		}
		if inherited != "" {
			return nil, nil, "", t.errorf(w.Location, pgerrcode.WindowingError, "cannot copy window %q because it has a frame clause", base)
		}
	}
	for _, n := range w.PartitionClause {
		e, err := t.expr(c, n)
		if err != nil {
			return nil, nil, "", err
		}
		partition = append(partition, t.settle(e).grouping())
	}
	var keyType sqltype.Type
	for _, n := range w.OrderClause {
		e, err := t.expr(c, n.GetSortBy().GetNode())
		if err != nil {
			return nil, nil, "", err
		}
		e = t.settle(e)
		keyType = e.typ
		if e.typ.OID == sqltype.JSONB {
			e.sql = "pg_jsonb_key(" + e.sql + ")"
		}
		key, err := t.sortKey(e.ordered(), n.GetSortBy())
		if err != nil {
			return nil, nil, "", err
		}
		order = append(order, key)
	}
	frame, err = t.frame(c, w, keyType)
	return partition, order, frame, err
}

func (t *translator) frame(c exprCtx, w *pg_query.WindowDef, key sqltype.Type) (string, error) {
	o := w.FrameOptions
	if o&frameNonDefault == 0 {
		return "", nil
	}
	mode := "RANGE"
	switch {
	case o&frameRows != 0:
		mode = "ROWS"
	case o&frameGroups != 0:
		mode = "GROUPS"
	}
	offset := func(n *pg_query.Node) (string, error) {
		e, err := t.expr(c.in(place{name: "window " + mode}), n)
		if err != nil {
			return "", err
		}
		ty := sqltype.Of(sqltype.Int8)
		if mode == "RANGE" {
			switch category(key.OID) {
			case "D", "T":
				ty = sqltype.Of(sqltype.Interval)
			case "N":
				ty = sqltype.Of(key.OID)
				if !e.isUnknown() {
					return e.sql, nil
				}
			default:
				return "", t.errorf(w.Location, pgerrcode.FeatureNotSupported,
					"RANGE with offset PRECEDING/FOLLOWING is not supported for column type %s", key)
			}
		}
		if e, err = t.coerce(e, ty, implicitCast, nodeLocation(n)); err != nil {
			return "", err
		}
		if e.lit != nil && strings.HasPrefix(*e.lit, "-") && mode != "RANGE" {
			return "", t.errorf(-1, "22013", "frame starting offset must not be negative")
		}
		return e.sql, nil
	}
	bound := func(unbounded, current, preceding, following int32, n *pg_query.Node, word string) (string, error) {
		switch {
		case o&unbounded != 0:
			return "UNBOUNDED " + word, nil
		case o&current != 0:
			return "CURRENT ROW", nil
		case o&preceding != 0:
			s, err := offset(n)
			return s + " PRECEDING", err
		case o&following != 0:
			s, err := offset(n)
			return s + " FOLLOWING", err
		}
		return "", t.unsupported(w.Location, "this window frame "+strconv.Itoa(int(o)))
	}
	start, err := bound(frameStartUnbounded, frameStartCurrent, frameStartPreceding, frameStartFollowing, w.StartOffset, "PRECEDING")
	if err != nil {
		return "", err
	}
	end := "CURRENT ROW"
	if o&frameBetween != 0 {
		if end, err = bound(frameEndUnbounded, frameEndCurrent, frameEndPreceding, frameEndFollowing, w.EndOffset, "FOLLOWING"); err != nil {
			return "", err
		}
	}
	sql := mode + " BETWEEN " + start + " AND " + end
	switch {
	case o&frameExcludeCurrent != 0:
		sql += " EXCLUDE CURRENT ROW"
	case o&frameExcludeGroup != 0:
		sql += " EXCLUDE GROUP"
	case o&frameExcludeTies != 0:
		sql += " EXCLUDE TIES"
	}
	return sql, nil
}
