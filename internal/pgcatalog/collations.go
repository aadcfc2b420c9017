package pgcatalog

import (
	"strconv"
	"strings"
)

// firstICU is the OID of the first ICU collation. PostgreSQL gives theirs when a database is made, so that they differ between machines; here they follow
// the list, to whose end new ones go.
const firstICU = 14000

// ICULocales are the locales of the ICU collations, each of which is called locale-x-icu: those that the engine's library has, and the root's.
var ICULocales = strings.Fields(`und af am ar ar-SA as az be bg bn bo br bs ca ceb chr cs cy da de de-AT dsb dz ee el en en-US eo es et fa fa-AF ff fi fil fo fr fr-CA ga gl gu ha haw he he-IL hi
	hr hsb hu hy id id-ID ig is it ja ka kk kl km kn ko kok ku ky lb lkt ln lo lt lv mk ml mn mr ms mt my nb nb-NO ne nl nn om or pa pa-IN pl ps pt ro ru sa se si sk sl smn sq sr sr-BA sr-ME sr-RS sv
	sw ta te th tk to tr ug uk ur uz vi wae wo xh yi yo yue yue-CN zh zh-CN zh-HK zh-MO zh-SG zh-TW zu`)

// collations are their rows in pg_collation, for its columns.
func collations(columns []string) [][]*string {
	out := make([][]*string, len(ICULocales))
	for i, locale := range ICULocales {
		values := map[string]string{"oid": strconv.Itoa(firstICU + i), "collname": locale + "-x-icu", "collnamespace": "11", "collowner": "10", "collprovider": "i",
			"collisdeterministic": "t", "collencoding": "-1", "colliculocale": locale}
		row := make([]*string, len(columns))
		for j, c := range columns {
			if v, ok := values[c]; ok {
				row[j] = &v
			}
		}
		out[i] = row
	}
	return out
}
