package sql

import (
	"strings"

	"github.com/jackc/pgerrcode"
	pg_query "github.com/pganalyze/pg_query_go/v6"

	"github.com/miniodb/miniodb/internal/pgcatalog"
	"github.com/miniodb/miniodb/internal/sqltype"
)

// The database's collation is C: text is ordered by its bytes. COLLATE with the name of an ICU collation orders by that of the engine's library, in ORDER BY, comparisons,
// windows, min and max; values that it holds to be equal are ordered by their bytes, as PostgreSQL's deterministic collations do.

// icuLocales are the locales that collations are called by.
var icuLocales = func() map[string]bool {
	out := map[string]bool{}
	for _, l := range pgcatalog.ICULocales {
		out[l] = true
	}
	return out
}()

// icuLocale is the locale of a collation that is called as PostgreSQL calls those of ICU.
func icuLocale(name string) (string, bool) {
	locale, ok := strings.CutSuffix(name, "-x-icu")
	return locale, ok && icuLocales[locale]
}

// collate translates expression COLLATE name.
func (t *translator) collate(c exprCtx, x *pg_query.CollateClause) (expr, error) {
	e, err := t.expr(c, x.Arg)
	if err != nil {
		return expr{}, err
	}
	name := lastName(x.Collname)
	locale, icu := icuLocale(name)
	switch name {
	case "C", "POSIX", "default", "ucs_basic":
	default:
		if !icu {
			return expr{}, t.errorf(x.Location, pgerrcode.UndefinedObject, "collation %q for encoding \"UTF8\" does not exist", name).
				WithHint("Text is ordered by bytes, as with COLLATE \"C\".")
		}
	}
	e = t.settle(e)
	if e.known() && category(e.typ.OID) != "S" {
		return expr{}, t.errorf(x.Location, pgerrcode.DatatypeMismatch, "collations are not supported by type %s", sqltype.Of(e.typ.OID))
	}
	e.col, e.origin, e.collat = nil, Origin{}, locale
	if !icu {
		e.collat = ""
	}
	return e, nil
}

// collationKey writes what orders by bytes as text does by the collation of a locale.
func collationKey(sql, locale string) string {
	return "(icu_sort_key(" + sql + ", " + duckString(strings.Replace(locale, "-", "_", 1)) + ") || ' ' || " + sql + ")"
}

// ordered writes an expression as it is to be ordered.
func (e expr) ordered() string {
	if e.collat == "" {
		return e.sql
	}
	return collationKey(e.sql, e.collat)
}

// commonCollation is the collation that a comparison uses.
func (t *translator) commonCollation(l, r expr, loc int32) (string, error) {
	if l.collat != "" && r.collat != "" && l.collat != r.collat {
		return "", t.errorf(loc, pgerrcode.CollationMismatch, "collation mismatch between explicit collations \"%s-x-icu\" and \"%s-x-icu\"",
			l.collat, r.collat)
	}
	if l.collat != "" {
		return l.collat, nil
	}
	return r.collat, nil
}
